"""Which way a paired difference goes, and how that is said: the one place that decides it.

Paired worlds share their luck, so what spreads a difference is mostly what is uncertain about the world. A direction
is named where hardly any world contradicts it; else it is said in how many worlds it goes which way.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MORE, LESS = "more", "less"
NOUGHT, UNCLEAR = "exactly 0", "no clear difference"
CLEAR = (MORE, LESS)
"""Ways that are named. NOUGHT: no world differs. UNCLEAR: some do, in both directions."""

AGREE = 20
"""A direction is named where at most one in so many contradicts it: of the worlds that differ, or of all worlds while
more than half of them go that way (assumption)."""

ENDS = (0.05, 0.5, 0.95)
"""The 90% band and the median."""

LEAST = 0.005
"""Part of worlds below which those that go the other way, or stay, are not told."""

NOISE = 1e-9
"""Differences up to this, in whatever unit, are what sums in another order leave, and count as none."""

SAME = 0.1
"""Part of worlds without any difference from which on a band says too little, and worlds are counted out instead."""


class Ways(NamedTuple):
    """Paired differences, a row each: 90% band and median, the parts of worlds that go up and down, and the way."""

    low: Any
    median: Any
    high: Any
    up: Any  # 0 to 1
    down: Any  # 0 to 1
    way: Any

    def rows(self) -> Iterator["Ways"]:
        """One row after another."""
        return (Ways(*row) for row in zip(*self, strict=True))

    @property
    def clear(self) -> bool:
        """Whether the direction of one row is named."""
        return self.way in CLEAR

    @property
    def everywhere(self) -> bool:
        """Whether nearly all worlds of one row differ, so that median and band tell it."""
        return 1.0 - self.up - self.down < SAME

    @property
    def rare(self) -> bool:
        """Whether next to no world of one row differs."""
        return 0.0 < self.up + self.down < 2 * LEAST

    def counted(self, higher: str = "higher", lower: str = "lower") -> str:
        """In how many worlds one row goes which way: "higher in 83 of 100 worlds, the same in 17"."""
        same = "the same", _rest(self.up, self.down)
        parts = [same] if self.rare else [*self._sides(higher, lower), same]
        told = [f"{word} in {hundred(part)}" for word, part in parts if part >= LEAST] or [f"{UNCLEAR} in 100"]
        if len(told) == 1 and told[0].endswith(" 100"):
            return f"{told[0][:-4]} all worlds"
        return ", ".join([f"{told[0]} of 100 worlds", *told[1:]])

    def brief(self) -> str:
        """The same without those that stay: "higher in 82, lower in 18 of 100"."""
        if self.rare:
            return self.counted().removesuffix(" worlds")
        told = [f"{word} in {hundred(part)}" for word, part in self._sides("higher", "lower") if part > 0.0]
        return f"{', '.join(told)} of 100" if told else NOUGHT if self.way == NOUGHT else UNCLEAR

    def beside(self) -> str:
        """What has to stand beside the band of one row: worlds counted, unless the band alone tells the direction."""
        if self.way == NOUGHT:
            return NOUGHT
        return "" if self.clear and self.everywhere and (self.low > 0.0 or self.high < 0.0) else self.brief()

    def _sides(self, higher: str, lower: str) -> list[tuple[str, float]]:
        """The direction of most worlds first; the other one is left out where it is next to nothing."""
        sides = sorted([(higher, self.up), (lower, self.down)], key=lambda side: -side[1])
        return [side for n, side in enumerate(sides) if not n or side[1] >= LEAST]


def ways(values: NDArray[np.float64]) -> Ways:
    """Differences [row, world] in whatever unit; a world in which one is no number goes neither way."""
    up, down = (np.count_nonzero(side, axis=1) for side in (values > NOISE, values < -NOISE))
    worlds = values.shape[1]
    way = np.select(
        [np.all(np.abs(values) <= NOISE, axis=1), _agree(up, down, worlds), _agree(down, up, worlds)],
        [NOUGHT, MORE, LESS], UNCLEAR,
    )  # fmt: skip
    low, median, high = _bands(values)
    return Ways(low, median, high, up / worlds, down / worlds, way)


def _agree(some: NDArray[np.intp], others: NDArray[np.intp], worlds: int) -> NDArray[np.bool_]:
    """Whether hardly any world contradicts `some`; counts a row."""
    of_those = (some > 0) & (AGREE * others <= some + others)
    return of_those | ((2 * some > worlds) & (AGREE * others <= worlds))


def _bands(values: NDArray[np.float64]) -> NDArray[np.float64]:
    ordered = np.sort(values, axis=1)
    return (np.nanquantile if np.isnan(ordered[:, -1]).any() else np.quantile)(ordered, ENDS, axis=1)


def _rest(up: float, down: float) -> float:
    """The part of worlds that stay, without what rounding leaves."""
    rest = 1.0 - up - down
    return rest if rest > 1e-9 else 0.0


def hundred(part: float) -> str:
    """A part of worlds in a hundred: some are never none, and not all are never all."""
    whole = round(100 * part)
    if whole == 0:
        return "fewer than 1"
    return "over 99" if 0.99 < part < 1.0 else str(whole)
