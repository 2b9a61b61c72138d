"""What all methods share: which points of what is uncertain are played, and what outcomes say about each factor.

All factors live between 0 and 1, as quantiles of their priors: the priors do the shaping. The designs and statistics
are SALib's, but for the tornado. Every design begins with a smaller one of its kind, so that the same worlds show how
the indices settle.
"""

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import draws
from sim.analysis.sensitivity.factors import LUCK, Factor
from sim.analysis.sensitivity.question import Array
from sim.errors import InputError

LUCKS = 4096
"""Worlds that lend their surprises: the uniform number of luck picks one of them."""

RESAMPLES = 100
"""Bootstrap samples behind a 95% interval."""

PARTS = (8, 4, 2, 1)
"""Parts of a design that show whether the indices have settled: an eighth, a quarter, a half, all of it."""


HALF_WIDTH, NOISE = "largest 95% half-width", "what chance reaches"
"""What stands beside an index: how uncertain it is, or how large it may be without any influence."""


def library(module: str) -> Any:
    """A module of SALib. Raises InputError where it is not installed."""
    try:
        return import_module(f"SALib.{module}")
    except ModuleNotFoundError:
        raise InputError(
            "sensitivity: SALib is not installed. Install the extra: pip install 'article5[analysis]'."
        ) from None


@dataclass(frozen=True)
class Method:
    """A design of `points` base points for some factors, and how its outcomes are read.

    `index` is the column of the table that ranks factors, `half_width` the one with its 95% half-width (or, as `margin`
    says, with what chance reaches), `at_rest` the one that is exactly 0 for a factor that changes nothing (empty where
    that cannot be known). `groups` has the group of each factor, or is None.
    """

    factors: tuple[Factor, ...]
    groups: tuple[str, ...] | None
    points: int
    seed: int

    name: ClassVar[str]
    about: ClassVar[str]
    counted: ClassVar[str]
    index: ClassVar[str]
    half_width: ClassVar[str]
    margin: ClassVar[str] = HALF_WIDTH
    at_rest: ClassVar[str]
    default: ClassVar[int]
    least: ClassVar[int]
    takes_groups: ClassVar[bool] = False
    needs_power_of_two: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.groups is not None and not self.takes_groups:
            raise InputError(f"groups: {self.name} looks at factors one by one. Use sobol or morris for groups.")
        if self.points < self.least:
            raise InputError(f"points: {self.points:,} are too few for {self.name}. Take {self.least:,} or more.")
        if self.needs_power_of_two and self.points & (self.points - 1):
            below = 1 << (self.points.bit_length() - 1)
            raise InputError(
                f"points: {self.points:,} is no power of two, which the sequences of {self.name} need. "
                f"Take {below:,} or {2 * below:,}."
            )

    @classmethod
    def usual(cls, names: int) -> int:
        """Points where none are asked for, with so many factors or groups."""
        return cls.default

    @classmethod
    def cost(cls, names: int) -> int:
        """Worlds for one point, at most, with so many factors or groups."""
        return 2 * names + 2

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What gets an index: the factors, or the groups."""
        return tuple(dict.fromkeys(self.groups)) if self.groups else tuple(factor.name for factor in self.factors)

    @property
    def left_out(self) -> tuple[Factor, ...]:
        """Factors that the method cannot look at."""
        return ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of base points at which the indices are computed, the last with all of them."""
        return tuple(self.points // part for part in PARTS if self.points // part >= self.least // 2)

    @cached_property
    def worlds(self) -> draws.Points:
        """All points that are to be played, in order of the design."""
        raise NotImplementedError

    def rows(self, size: int) -> NDArray[np.intp]:
        """Which of the worlds make the design of so many base points."""
        raise NotImplementedError

    def drawn(self, values: Array) -> Array:
        """The outcomes of those worlds in which every factor is as drawn."""
        return values

    def table(self, values: Array, size: int) -> pd.DataFrame:
        """What the outcomes [rows(size)] say: a row for each of `names`."""
        raise NotImplementedError

    def _problem(self) -> dict[str, Any]:
        """The factors as SALib wants them."""
        names = [factor.name for factor in self.factors]
        problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
        return problem | ({"groups": list(self.groups)} if self.groups else {})

    def _seed(self, *words: object) -> int:
        """A seed for SALib, addressed like every other draw; never 0, which it takes for none."""
        return int(draws.stream(self.seed, "sensitivity", self.name, *words).integers(1, 2**31))

    def _at(self, uniforms: Array, luck: NDArray[np.intp] | None = None) -> draws.Points:
        """Points from a design [R, F]; the column of luck picks the world that lends its surprises."""
        named = {f.stream: uniforms[:, k] for k, f in enumerate(self.factors) if f.name != LUCK}
        if luck is None:
            places = [k for k, factor in enumerate(self.factors) if factor.name == LUCK]
            column = uniforms[:, places[0]] if places else np.zeros(len(uniforms))
            luck = np.minimum(column * LUCKS, LUCKS - 1).astype(np.intp)
        return draws.Points(luck, named)

    @cached_property
    def _ordinary(self) -> Array:
        """The uniform numbers of the worlds that every run simulates [N, F]; 0 for luck, which has none."""
        columns = [
            np.zeros(self.points) if f.name == LUCK else draws.uniform(self.seed, f.stream, range(self.points))[:, 0]
            for f in self.factors
        ]
        return np.stack(columns, axis=1)
