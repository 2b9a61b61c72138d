"""Sobol indices: parts of the variance, by factor or group."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import draws
from sim.analysis.sensitivity.method import RESAMPLES, Method, library
from sim.analysis.sensitivity.question import Array


@dataclass(frozen=True)
class Sobol(Method):
    """Which part of an outcome's variance each factor has by itself (first) and has a hand in (total)."""

    second_order: bool = False

    name: ClassVar[str] = "sobol"
    about: ClassVar[str] = "parts of the variance"
    counted: ClassVar[str] = "base points"
    index: ClassVar[str] = "total"
    half_width: ClassVar[str] = "total_95"
    at_rest: ClassVar[str] = "total"
    default: ClassVar[int] = 256
    MOST: ClassVar[int] = 4096
    WORLDS: ClassVar[int] = 20_000
    least: ClassVar[int] = 16
    takes_groups: ClassVar[bool] = True
    needs_power_of_two: ClassVar[bool] = True

    @classmethod
    def usual(cls, names: int) -> int:
        """The power of two that takes some 10,000 to 20,000 worlds under each school."""
        return min(1 << ((cls.WORLDS // (names + 2)).bit_length() - 1), cls.MOST)

    @property
    def _each(self) -> int:
        """Worlds for one base point."""
        return (2 if self.second_order else 1) * len(self.names) + 2

    @cached_property
    def worlds(self) -> draws.Points:
        sample = library("sample.sobol").sample
        made = sample(
            self._problem(), self.points, calc_second_order=self.second_order, scramble=True, seed=self._seed("design")
        )
        return self._at(made)

    def rows(self, size: int) -> NDArray[np.intp]:
        return np.arange(size * self._each)

    def drawn(self, values: Array) -> Array:
        blocks = values.reshape(self.points, self._each)
        return np.concatenate([blocks[:, 0], blocks[:, -1]])

    def table(self, values: Array, size: int) -> pd.DataFrame:
        found = self._analysed(values, size)
        return pd.DataFrame(
            {"first": found["S1"], "first_95": found["S1_conf"], "total": found["ST"], "total_95": found["ST_conf"]},
            index=list(self.names),
        )

    def pairs(self, values: Array) -> pd.DataFrame:
        """What two factors do only together, beyond what each does: columns one, other, second, second_95."""
        found = self._analysed(values, self.points)
        rows = [
            (one, other, found["S2"][i, j], found["S2_conf"][i, j])
            for i, one in enumerate(self.names)
            for j, other in enumerate(self.names)
            if i < j
        ]
        return pd.DataFrame(rows, columns=["one", "other", "second", "second_95"])

    def _analysed(self, values: Array, size: int) -> Any:
        return library("analyze.sobol").analyze(
            self._problem(), values, calc_second_order=self.second_order, num_resamples=RESAMPLES,
            seed=self._seed("resamples", size),
        )  # fmt: skip
