"""Where a share of worlds crosses a level: a coarse grid first, then bisection, on a curve that is dear to ask.

A curve is asked at marks, whole numbers that stand for values in rising order; what was asked is kept. At every mark it
answers for the same worlds, so that a world has a tipping value of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

GRID = 9
"""Marks asked before anything is bisected, to see which way the share moves."""

PARTS = (0.1, 0.5, 0.9)
"""Parts of the worlds of which it is told by which value they have flipped."""

Z = 1.96
"""Standard errors on either side of what 95% of samples hold."""

RISES, FALLS = "rises", "falls"

EDGE = 1e-12
"""Two shares closer than this are one: 3 of 10 worlds are 30% of them."""


@dataclass(frozen=True)
class Curve:
    """Which worlds flip [R] at each of some rising values; `flips` is asked by the number of the value, once each."""

    values: Sequence[float]
    flips: Callable[[int], Mask]
    known: dict[int, Mask] = field(default_factory=dict)

    def at(self, mark: int) -> Mask:
        """The worlds that flip at a mark [R]."""
        if mark not in self.known:
            self.known[mark] = np.asarray(self.flips(mark), dtype=np.bool_)
        return self.known[mark]

    def share(self, mark: int) -> float:
        """The part of the worlds that flip at a mark."""
        return float(np.mean(self.at(mark)))

    def holds(self, mark: int, target: float) -> bool:
        """Whether at least this part of the worlds flip at a mark."""
        return self.share(mark) >= target - EDGE

    def agrees(self, other: "Curve") -> bool:
        """Whether both were asked at the same marks, and the very same worlds flip at each."""
        return self.marks == other.marks and all(np.array_equal(self.at(mark), other.at(mark)) for mark in self.marks)

    @property
    def marks(self) -> list[int]:
        """The marks that were asked, rising."""
        return sorted(self.known)

    @property
    def shares(self) -> list[float]:
        """The shares at the marks that were asked."""
        return [self.share(mark) for mark in self.marks]

    def survey(self, count: int = GRID) -> list[int]:
        """Ask at some marks from end to end, and say at which."""
        last = len(self.values) - 1
        grid = sorted({round(last * k / (count - 1)) for k in range(count)})
        for mark in grid:
            self.at(mark)
        return grid


@dataclass(frozen=True, kw_only=True)
class Tip:
    """What was found on one curve. Values are None where the range does not reach them."""

    worlds: int
    value: float | None  # the smallest value at which the share is reached, as far as the grid shows
    already: bool  # it is reached at the lowest value
    low: float | None  # between these ends the value lies in 95% of samples of so many worlds
    high: float | None
    crossings: tuple[tuple[float, str], ...]  # values from which it is reached, or no more: one in a step of the grid
    largest: float  # the largest share seen, and the smallest value with it
    largest_at: float
    direction: str
    back: float  # by how much the share moves against its direction, at most
    parts: tuple[tuple[float, float | None], ...]  # part of the worlds, value by which so many have flipped
    reverting: float  # part of the worlds that flip and then flip back
    curve: tuple[tuple[float, float], ...]  # values asked, with their shares

    @property
    def steady(self) -> bool:
        """Whether the share moved in one direction wherever it was asked."""
        return self.back == 0.0


def found(curve: Curve, share: float) -> Tip:
    """Where at least this share of the worlds flips, how certain that is, and how far worlds lie apart.

    What crosses the share and returns between two marks of the grid is not seen.
    """
    grid = curve.survey()
    worlds = len(curve.at(0))
    wide = Z * sqrt(share * (1.0 - share) / worlds)
    marks = {target: first(curve, target) for target in (share, share - wide, share + wide, *PARTS)}
    crossings = [
        (between(curve, a, b, share), RISES if curve.holds(b, share) else FALLS)
        for a, b in pairwise(grid)
        if curve.holds(a, share) != curve.holds(b, share)
    ]
    values = [curve.values[mark] for mark in curve.marks]
    flips = np.stack([curve.at(mark) for mark in curve.marks])
    shares = np.array(curve.shares)
    direction = RISES if shares[-1] >= shares[0] else FALLS
    best = int(np.argmax(shares))
    return Tip(
        worlds=worlds, already=marks[share] == 0, crossings=tuple((curve.values[m], way) for m, way in crossings),
        value=_value(curve, marks[share]), low=_value(curve, marks[share - wide]),
        high=_value(curve, marks[share + wide]), largest=float(shares[best]), largest_at=values[best],
        direction=direction, back=_backwards(shares if direction == RISES else -shares),
        parts=tuple((part, _flipped_by(flips, values, part)) for part in PARTS),
        reverting=float(np.mean(np.any(np.diff(flips.astype(int), axis=0) < 0, axis=0))),
        curve=tuple(zip(values, shares.tolist(), strict=True)),
    )  # fmt: skip


def first(curve: Curve, target: float) -> int | None:
    """The smallest mark at which this share is reached and one mark below which it is not; None if it never is."""
    marks = curve.marks
    reached = next((mark for mark in marks if curve.holds(mark, target)), None)
    if reached is None or reached == marks[0]:
        return reached
    return between(curve, marks[marks.index(reached) - 1], reached, target)


def between(curve: Curve, low: int, high: int, target: float) -> int:
    """The mark from which the curve is on the side of a share on which `high` is; `low` is on the other."""
    side = curve.holds(high, target)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if curve.holds(middle, target) == side else (middle, high)
    return high


def _value(curve: Curve, mark: int | None) -> float | None:
    return None if mark is None else curve.values[mark]


def _backwards(shares: NDArray[np.float64]) -> float:
    """The largest fall of what should rise, from any earlier value to any later one."""
    return float(np.max(np.maximum.accumulate(shares) - shares))


def _flipped_by(flips: Mask, values: Sequence[float], part: float) -> float | None:
    """The smallest value [K] by which this part of the worlds have flipped [K, R]; None where they do not."""
    so_far = np.mean(np.logical_or.accumulate(flips, axis=0), axis=1)
    reached = np.flatnonzero(so_far >= part - EDGE)
    return values[reached[0]] if reached.size else None


def wilson(share: float, worlds: int) -> tuple[float, float]:
    """What holds the true share in 95% of samples of so many worlds (Wilson's interval)."""
    square = Z * Z / worlds
    middle = (share + square / 2.0) / (1.0 + square)
    half = Z / (1.0 + square) * sqrt(share * (1.0 - share) / worlds + square / (4.0 * worlds))
    return max(middle - half, 0.0), min(middle + half, 1.0)
