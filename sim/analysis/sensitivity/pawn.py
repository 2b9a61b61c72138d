"""PAWN: how the whole distribution of an outcome changes, from worlds that any run simulates."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import draws
from sim.analysis.sensitivity.factors import Factor
from sim.analysis.sensitivity.method import NOISE, Method, library
from sim.analysis.sensitivity.question import Array


@dataclass(frozen=True)
class Pawn(Method):
    """How far the whole distribution of an outcome changes when a factor is known to within an eighth of its range.

    Given data: the worlds are those of any run. Kolmogorov-Smirnov distances between all worlds and those of each
    eighth. Columns of pure chance beside the factors show how large a distance may be by chance alone. Luck has no
    order and is left out; what the panel taught enters one by one, with the values drawn.
    """

    taught: tuple[Factor, ...] = ()
    values_taught: Any = None

    SLICES: ClassVar[int] = 8
    DUMMIES: ClassVar[int] = 20

    name: ClassVar[str] = "pawn"
    about: ClassVar[str] = "distances between distributions, 0 to 1"
    counted: ClassVar[str] = "worlds"
    index: ClassVar[str] = "median"
    half_width: ClassVar[str] = "noise"
    margin: ClassVar[str] = NOISE
    at_rest: ClassVar[str] = ""
    default: ClassVar[int] = 4096
    least: ClassVar[int] = 128

    @classmethod
    def cost(cls, names: int) -> int:
        return 1

    @cached_property
    def _columns(self) -> dict[str, Array]:
        """The values by which worlds are sorted into slices, by name."""
        sorted_by = {f.name: self._ordinary[:, k] for k, f in enumerate(self.factors) if f.ordered}
        return sorted_by | {f.name: self.values_taught[f.name][: self.points] for f in self.taught}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self._columns)

    @property
    def left_out(self) -> tuple[Factor, ...]:
        return tuple(f for f in self.factors if not f.ordered and f.stream not in {t.stream for t in self.taught})

    @cached_property
    def worlds(self) -> draws.Points:
        return self._at(self._ordinary, np.arange(self.points))

    def rows(self, size: int) -> NDArray[np.intp]:
        return np.arange(size)

    def table(self, values: Array, size: int) -> pd.DataFrame:
        dummies = draws.stream(self.seed, "sensitivity", "pawn", "dummies").random((self.points, self.DUMMIES))[:size]
        made = pd.DataFrame(
            [self._distances(column[:size], values) for column in self._columns.values()], index=list(self.names)
        )
        noise = [self._distances(column, values)["median"] for column in dummies.T]
        return made.assign(noise=float(np.quantile(noise, 0.95)))

    def _distances(self, column: Array, values: Array) -> dict[str, float]:
        """Distances over the slices of one column: a matrix of all columns would be another copy of a large design."""
        problem = {"num_vars": 1, "names": ["column"], "bounds": [[0.0, 1.0]]}
        found = library("analyze.pawn").analyze(problem, column[:, None], values, S=self.SLICES)
        return {key: float(found[key][0]) for key in ("median", "maximum")}
