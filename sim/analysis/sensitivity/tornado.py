"""The tornado: one factor at a time, low and high, under the same luck."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import draws
from sim.analysis.sensitivity.factors import HIGH, LOW, Factor
from sim.analysis.sensitivity.method import RESAMPLES, Method
from sim.analysis.sensitivity.question import Array

TWO_SIDED = 1.959964
"""Standard deviations on each side of a 95% interval."""


@dataclass(frozen=True)
class Tornado(Method):
    """How the middle of an outcome moves when one factor stands at its 5% and at its 95% quantile in all worlds.

    The worlds are those of any run, and everything else in them stays as drawn, luck included. Columns `low` and
    `high` are medians less the median as drawn, `low_5` to `high_95` the ends of the 90% bands less that median, and
    `swing` is high less low. `differs` is the part of worlds in which both ends differ at all.
    """

    name: ClassVar[str] = "tornado"
    about: ClassVar[str] = "medians with a factor at its 5% and its 95% quantile, less the median as drawn"
    counted: ClassVar[str] = "worlds"
    index: ClassVar[str] = "width"
    half_width: ClassVar[str] = "swing_95"
    at_rest: ClassVar[str] = "differs"
    default: ClassVar[int] = 128
    least: ClassVar[int] = 16

    @cached_property
    def _turned(self) -> tuple[int, ...]:
        """Columns of the factors that can stand low and high."""
        return tuple(k for k, factor in enumerate(self.factors) if factor.ordered)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.factors[k].name for k in self._turned)

    @property
    def left_out(self) -> tuple[Factor, ...]:
        return tuple(factor for factor in self.factors if not factor.ordered)

    @cached_property
    def worlds(self) -> draws.Points:
        drawn = self._ordinary
        designs = [drawn]
        for column in self._turned:
            for quantile in (LOW, HIGH):
                turned = drawn.copy()
                turned[:, column] = quantile
                designs.append(turned)
        return self._at(np.concatenate(designs), np.tile(np.arange(self.points), len(designs)))

    def rows(self, size: int) -> NDArray[np.intp]:
        every = np.arange((2 * len(self._turned) + 1) * self.points).reshape(-1, self.points)
        return every[:, :size].reshape(-1)

    def drawn(self, values: Array) -> Array:
        return values[: self.points]

    def table(self, values: Array, size: int) -> pd.DataFrame:
        played = values.reshape(-1, size)
        middle, low, high = np.median(played[0]), played[1::2], played[2::2]
        swing = np.median(high, axis=1) - np.median(low, axis=1)
        again = draws.stream(self.seed, "sensitivity", "tornado", size).integers(0, size, (RESAMPLES, size))
        swings = np.stack([np.median(high[:, r], axis=1) - np.median(low[:, r], axis=1) for r in again])
        ends = {
            f"{end}_{name}": np.quantile(side, level, axis=1) - middle
            for end, side in (("low", low), ("high", high))
            for name, level in (("5", 0.05), ("95", 0.95))
        }
        columns = {
            "low": np.median(low, axis=1) - middle, "high": np.median(high, axis=1) - middle, "swing": swing,
            "swing_95": TWO_SIDED * swings.std(axis=0, ddof=1), "width": np.abs(swing), **ends,
            "differs": np.mean(low != high, axis=1),
        }  # fmt: skip
        return pd.DataFrame(columns, index=list(self.names))
