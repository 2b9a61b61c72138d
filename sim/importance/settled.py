"""What outcomes of a design say: how much of a spread would be left if something were known. MODEL.md section 11.2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim import draws
from sim.importance.design import Array, Places, apart

BAND = (0.05, 0.5, 0.95)
"""Quantiles of the band that is told, and the median."""

CHANCES, LIMIT = 100, 0.99
"""Groups that do not exist, beside those that do, and the part of them that must be passed: what chance alone does."""

RESAMPLES = 200
"""Bootstrap samples behind an interval: settings are drawn again, with all worlds that have them."""

PARTS = 8
"""Parts of the rounds, each left out in turn: what other company of the settings would have said."""

ENDS = (0.025, 0.975)
TWO_SIDED = 1.959964
"""Quantiles of a 95% interval, and its half-width in standard errors."""


class Band(NamedTuple):
    """A band that holds 90% of worlds, with its median, in the unit of the outcome."""

    low: float
    median: float
    high: float

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What is left of a spread, in expectation, once something is known.

    `first` is the part of the variance that it explains by itself, `narrower` the part of the band's width that goes,
    with 95% intervals; `band` is the expected band. `beyond` says whether both more is explained and more narrowed than
    in 99 of 100 cases by what does nothing.
    """

    first: float
    first_low: float
    first_high: float
    band: Band
    narrower: float
    narrower_low: float
    narrower_high: float
    beyond: bool


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How an outcome spreads in all worlds, and what each group would leave of it; chance as parts of the whole."""

    band: Band
    settled: Mapping[str, Settled]
    chance_first: float
    chance_narrower: float
    halves: Mapping[str, tuple[float, float]]

    @property
    def still(self) -> bool:
        """Whether nothing varies: the same number in all worlds."""
        return not self.settled


def band_of(values: Array) -> Band:
    """Median and 90% band of outcomes."""
    return Band(*(float(q) for q in quantiles(values.reshape(1, -1))[:, 0]))


def quantiles(values: Array) -> Array:
    """The quantiles of BAND of each row [3, row], by the median-unbiased estimate of Hyndman and Fan (1996)."""
    ordered, count = np.sort(values, axis=1), values.shape[1]
    place = np.clip(count * np.array(BAND) + (np.array(BAND) + 1.0) / 3.0 - 1.0, 0.0, count - 1.0)
    below = np.minimum(place.astype(np.intp), count - 2)
    low, high = ordered[:, below], ordered[:, below + 1]
    return (low + (place - below) * (high - low)).T


def explained(by_setting: Array) -> float:
    """Part of the variance between settings [setting, round], by an analysis of variance: no bias, so below 0 too."""
    rounds = by_setting.shape[1]
    between = rounds * np.var(np.mean(by_setting, axis=1), ddof=1)
    within = float(np.mean(np.var(by_setting, axis=1, ddof=1)))
    own = (between - within) / rounds
    whole = own + within
    return float(own / whole) if whole > 0.0 else 0.0


def spread(values: Array, places: Mapping[str, Places], chances: Sequence[Places], seed: int) -> Spread:
    """What settling each group leaves of the spread of outcomes [round, world].

    Quantiles of so few worlds as have one setting are biased. Groups that do not exist show by how much, and that is
    taken off in proportion to the width that is left: what settles all leaves nothing, what settles nothing all.
    """
    whole = band_of(values)
    if whole.width == 0.0 and np.ptp(values) == 0.0:
        return Spread(band=whole, settled={}, chance_first=0.0, chance_narrower=0.0, halves={})
    nothing = [apart(values, order) for order in chances]
    usual = _usual(nothing)
    parts = np.array_split(np.arange(len(values)), PARTS)
    fewer = [np.setdiff1d(np.arange(len(values)), part) for part in parts]
    seen = [(rows, _usual([each[:, rows] for each in nothing]), band_of(values[rows])) for rows in fewer]
    firsts = [explained(each) for each in nothing]
    narrows = [_narrower(quantiles(each).mean(axis=1), usual, whole) for each in nothing]
    limits = float(np.quantile(firsts, LIMIT)), float(np.quantile(narrows, LIMIT))
    again = draws.stream(seed, "importance", "resamples").integers(0, len(values), (RESAMPLES, len(values)))
    cut = len(values) // 2
    found, halves = {}, {}
    for name, order in places.items():
        each = apart(values, order)
        others = [_narrower(quantiles(each[:, rows]).mean(axis=1), own, band) for rows, own, band in seen]
        found[name] = _settled(each, again, usual, whole, limits, np.array(others))
        halves[name] = explained(each[:, :cut]), explained(each[:, cut:])
    return Spread(band=whole, settled=found, chance_first=limits[0], chance_narrower=limits[1], halves=halves)


def _usual(nothing: Sequence[Array]) -> Array:
    """Mean ends [3] under groups that do not exist."""
    ends: Array = np.mean([quantiles(each).mean(axis=1) for each in nothing], axis=0)
    return ends


def _settled(
    each: Array, again: Places, usual: Array, whole: Band, limits: tuple[float, float], others: Array
) -> Settled:
    """What one group leaves, from outcomes by setting [setting, round]; `others` with a part of the rounds left out."""
    ends = quantiles(each)
    first, narrower = explained(each), float(_narrower(ends.mean(axis=1), usual, whole))
    firsts = np.quantile(_explained_again(each, again), ENDS)
    narrows = _narrower(ends[:, again].mean(axis=2), usual, whole)
    company = (len(others) - 1) * np.var(others)
    margin = float(TWO_SIDED * np.sqrt(np.var(narrows, ddof=1) + company))
    return Settled(
        first=first, first_low=float(min(firsts[0], first)), first_high=float(max(firsts[1], first)),
        band=Band(*(float(end) for end in _expected(ends.mean(axis=1), usual, whole))),
        narrower=narrower, narrower_low=narrower - margin, narrower_high=narrower + margin,
        beyond=bool(first > limits[0] and narrower > limits[1]),
    )  # fmt: skip


def _explained_again(each: Array, again: Places) -> Array:
    """`explained` for settings drawn again [resample]. Drawn with repetition, settings lie a little too close."""
    count, rounds = each.shape
    means, within = np.mean(each, axis=1), np.var(each, axis=1, ddof=1)
    left = np.mean(within[again], axis=1)
    own = np.var(means[again], axis=1, ddof=1) * count / (count - 1) - left / rounds
    whole = own + left
    return np.where(whole > 0.0, own / np.where(whole > 0.0, whole, 1.0), 0.0)


def _expected(ends: Array, usual: Array, whole: Band) -> tuple[Array, Array, Array]:
    """The expected band [...], from mean ends of all settings [3, ...] and those of groups that do not exist [3]."""
    width = usual[2] - usual[0]
    left = (ends[2] - ends[0]) / width if width > 0.0 else np.ones_like(ends[0])
    low, high = ends[0] + (whole.low - usual[0]) * left, ends[2] + (whole.high - usual[2]) * left
    return low, ends[1] + (whole.median - usual[1]) * left, high


def _narrower(ends: Array, usual: Array, whole: Band) -> Array:
    """Part of the band's width that goes [...]; below 0 where the band becomes wider in expectation."""
    low, _, high = _expected(ends, usual, whole)
    return 1.0 - (high - low) / whole.width if whole.width > 0.0 else 0.0 * low
