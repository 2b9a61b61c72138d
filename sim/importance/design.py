"""A design in which everything can be settled in turn: each setting of each group meets many settings of all others.

A replicated Latin hypercube after McKay (1995): every group of uncertainties has `size` settings, drawn once; in each
of `size` rounds all settings of all groups are played once, in an order that is drawn anew for each group. The worlds
in which a group stands at one setting then have everything else as drawn: their spread is what would be left if it were
known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.draws import Points

Array = NDArray[np.float64]
Places = NDArray[np.intp]

LUCKS = 4096
"""Worlds that lend their surprises."""


@dataclass(frozen=True)
class Design:
    """Settings for groups of uncertain numbers: `streams` lists the numbers of each group, none for luck alone.

    `size` is the number of settings of each group and of rounds, so that size × size worlds are played.
    """

    streams: Mapping[str, Sequence[str]]
    size: int
    seed: int

    @property
    def worlds(self) -> int:
        """Worlds that are played."""
        return self.size * self.size

    def _drawn(self, *words: object) -> np.random.Generator:
        return draws.stream(self.seed, "importance", self.size, *words)

    def settings(self, group: str) -> dict[str, Array]:
        """The settings of a group's numbers [size], 0 to 1: each number spread evenly, in an order of its own."""
        numbers = {name: self._drawn("setting", name) for name in self.streams[group]}
        return {name: (g.permutation(self.size) + g.random(self.size)) / self.size for name, g in numbers.items()}

    def lucks(self) -> Places:
        """The worlds that lend their luck to the settings of luck [size], all different."""
        return self._drawn("lucks").permutation(LUCKS)[: self.size].astype(np.intp)

    def places(self, group: str) -> Places:
        """Which setting of a group each world has [round, world]: in every round each of them once."""
        rounds = np.broadcast_to(np.arange(self.size), (self.size, self.size))
        return self._drawn("order", group).permuted(rounds, axis=1)

    @cached_property
    def points(self) -> Points:
        """All worlds [size × size], round by round."""
        uniforms: dict[str, Array] = {}
        luck = np.zeros(self.worlds, dtype=np.intp)
        for group, names in self.streams.items():
            places = self.places(group).reshape(-1)
            if not names:
                luck = self.lucks()[places]
            uniforms |= {name: values[places] for name, values in self.settings(group).items()}
        return Points(luck, uniforms)

    def chances(self, count: int) -> list[Places]:
        """Orders of groups that do not exist: what settling them does is chance."""
        return [self.places(f"nothing {number}") for number in range(count)]


def apart(values: Array, places: Places) -> Array:
    """Outcomes [round, world] put together by setting [setting, round]."""
    return np.take_along_axis(values, np.argsort(places, axis=1, kind="stable"), axis=1).T
