"""Elementary effects after Morris: a screening that needs few worlds."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import draws
from sim.analysis.sensitivity.factors import LUCK
from sim.analysis.sensitivity.method import RESAMPLES, Method, library
from sim.analysis.sensitivity.question import Array


@dataclass(frozen=True)
class Morris(Method):
    """Elementary effects: how far an outcome moves on average when one factor is moved from where it stands.

    Four levels, the middles of four equally likely parts of a prior: its far ends would speak for values that hardly
    ever come. An effect is the difference that a move makes, as played: over half of the quantiles, between 12.5% and
    62.5% or between 37.5% and 87.5%. Luck and the rows that the panel taught have no order: every path of the design
    takes worlds and rows of its own, and an effect is the difference between two of them.
    """

    LEVELS: ClassVar[int] = 4
    MOVE: ClassVar[float] = LEVELS / (2 * (LEVELS - 1))  # SALib divides a difference by this to get a slope

    name: ClassVar[str] = "morris"
    about: ClassVar[str] = "mean absolute effects of moves over half of a factor's quantiles"
    counted: ClassVar[str] = "paths"
    index: ClassVar[str] = "mu_star"
    half_width: ClassVar[str] = "mu_star_95"
    at_rest: ClassVar[str] = "mu_star"
    default: ClassVar[int] = 64
    least: ClassVar[int] = 8
    takes_groups: ClassVar[bool] = True

    @classmethod
    def usual(cls, names: int) -> int:
        """As many paths as take some 5,000 worlds under each school."""
        return max(cls.default, min(5_000 // (names + 1), 512))

    @cached_property
    def _design(self) -> Array:
        """SALib's paths [R, F], on levels from 0 to 1."""
        sample = library("sample.morris").sample
        return np.asarray(sample(self._problem(), self.points, num_levels=self.LEVELS, seed=self._seed("design")))

    @property
    def _each(self) -> int:
        """Worlds for one path."""
        return len(self.names) + 1

    @cached_property
    def worlds(self) -> draws.Points:
        levels = np.rint(self._design * (self.LEVELS - 1))
        path = np.arange(len(levels)) // self._each
        places = [k for k, factor in enumerate(self.factors) if factor.name == LUCK]
        luck = self.LEVELS * path + (levels[:, places[0]].astype(np.intp) if places else 0)
        return self._at(self._with_rows((levels + 0.5) / self.LEVELS, levels.astype(np.intp), path), luck)

    def _with_rows(self, uniforms: Array, levels: NDArray[np.intp], path: NDArray[np.intp]) -> Array:
        """The design [R, F] with numbers of each path's own for the rows of the panel."""
        own = draws.stream(self.seed, "sensitivity", self.name, "rows").random((self.points, self.LEVELS))
        for column, factor in enumerate(self.factors):
            if not factor.ordered and factor.name != LUCK:
                uniforms[:, column] = own[path, levels[:, column]]
        return uniforms

    def rows(self, size: int) -> NDArray[np.intp]:
        return np.arange(size * self._each)

    def table(self, values: Array, size: int) -> pd.DataFrame:
        found = library("analyze.morris").analyze(
            self._problem(), self._design[: len(values)], values, num_resamples=RESAMPLES, num_levels=self.LEVELS,
            seed=self._seed("resamples", size),
        )  # fmt: skip
        columns = {"mu_star": "mu_star", "mu_star_95": "mu_star_conf", "mu": "mu", "sigma": "sigma"}
        return pd.DataFrame(
            {
                mine: self.MOVE * np.ma.filled(np.ma.asarray(found[theirs]).astype(float), np.nan)
                for mine, theirs in columns.items()
            },
            index=list(found["names"]),
        ).loc[list(self.names)]
