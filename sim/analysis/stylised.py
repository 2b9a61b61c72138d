"""Stylised facts of the spending panel: the same figures from the observed years and from every simulated world.

A model that forecasts well for the wrong reason shows it here: bunching at the line, persistence, tails, what is
common. The worlds start in 2015 and are given the war when it came, so that they meet the same history.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import posterior, reference
from sim.analysis.hindcast import observed, plan_at, simulated, with_forces
from sim.reference import roster
from sim.tables import lines

Array = NDArray[np.float64]

FIRST, LAST, TURN = 2014, 2024, 2022
"""The panel, and the last year whose budgets were decided before the full-scale war."""

LINE = 2.0


@dataclass(frozen=True)
class Fact:
    """One figure of a panel [..., T, A] in % of GDP, with GDP alike."""

    name: str
    unit: str
    compute: Callable[[Array, Array], Array]


def _aggregate(share: Array, gdp: Array) -> Array:
    found: Array = (share * gdp).sum(axis=-1) / gdp.sum(axis=-1)
    return found


def _yearly(series: Array) -> Array:
    """Mean yearly change [...]."""
    return (series[..., -1] - series[..., 0]) / (series.shape[-1] - 1)


def _changes(share: Array) -> Array:
    return np.diff(np.log(share), axis=-2)


def _border() -> NDArray[np.bool_]:
    rows = {row["iso3"]: row for row in reference.table("allies")}
    return np.array([row["border_russia"] == "1" for row in (rows[i] for i in with_forces())])


def _rise_before(share: Array, gdp: Array) -> Array:
    return _yearly(_aggregate(share, gdp)[..., : TURN - FIRST + 1])


def _rise_after(share: Array, gdp: Array) -> Array:
    return _yearly(_aggregate(share, gdp)[..., TURN - FIRST :])


def _border_gap(share: Array, gdp: Array) -> Array:
    near = _border()
    found: Array = share[..., -1, near].mean(axis=-1) - share[..., -1, ~near].mean(axis=-1)
    return found


def _bunching(share: Array, gdp: Array) -> Array:
    """How many ally-years lie within 0.15 above the line, for one within 0.15 below it."""
    above = ((share >= LINE) & (share < LINE + 0.15)).sum(axis=(-1, -2))
    below = ((share < LINE) & (share >= LINE - 0.15)).sum(axis=(-1, -2))
    return above / np.maximum(below, 1)


def _persistence(share: Array, gdp: Array) -> Array:
    """Slope of shares on those of a year before, each ally from its own mean."""
    now = share - share.mean(axis=-2, keepdims=True)
    found: Array = (now[..., 1:, :] * now[..., :-1, :]).sum(axis=(-1, -2)) / (now[..., :-1, :] ** 2).sum(axis=(-1, -2))
    return found


def _tails(share: Array, gdp: Array) -> Array:
    """Standard deviation of yearly log changes over their normalised median deviation: 1 for a normal distribution."""
    moved = _changes(share)
    flat = moved.reshape(*moved.shape[:-2], -1)
    middle = np.median(flat, axis=-1, keepdims=True)
    found: Array = flat.std(axis=-1) / (1.4826 * np.median(np.abs(flat - middle), axis=-1))
    return found


def _common(share: Array, gdp: Array) -> Array:
    """Part of the variance of yearly log changes that the years explain, %."""
    moved = _changes(share)
    within = moved.var(axis=-1, ddof=1).mean(axis=-1)
    between = np.maximum(moved.mean(axis=-1).var(axis=-1, ddof=1) - within / moved.shape[-1], 0.0)
    return 100.0 * between / (between + within)


FACTS = (
    Fact("rise of the aggregate, 2014 to 2022", "pp of GDP/yr", _rise_before),
    Fact("rise of the aggregate, 2022 to 2024", "pp of GDP/yr", _rise_after),
    Fact("neighbours of Russia above the others, 2024", "pp of GDP", _border_gap),
    Fact("ally-years just above 2% for one just below", "ratio", _bunching),
    Fact("persistence of shares, within allies", "slope", _persistence),
    Fact("tails of yearly changes", "normal = 1", _tails),
    Fact("part of the variance common to all", "%", _common),
)


@dataclass(frozen=True)
class Found:
    """One fact in the panel and in the worlds."""

    fact: Fact
    seen: float
    worlds: Array  # [R]

    @property
    def band(self) -> tuple[float, float, float]:
        """5%, median and 95% of the worlds."""
        low, middle, high = np.quantile(self.worlds, [0.05, 0.5, 0.95])
        return float(low), float(middle), float(high)

    @property
    def inside(self) -> bool:
        """Whether the panel's figure lies in the worlds' 90% band."""
        low, _, high = self.band
        return low <= self.seen <= high


def stylised(worlds: int = 1000, seed: int = 0) -> list[Found]:
    """All facts, in the panel and in as many worlds that start in 2015 and are given the war."""
    made = simulated(plan_at(FIRST, LAST - FIRST, posterior.shipped(), given_war=True), worlds, seed)
    start = roster(f"{FIRST + 1}Q1")
    kept = start.forces > 0.0
    share, gdp = (
        np.concatenate([np.broadcast_to(first[kept], (worlds, 1, int(kept.sum()))), columns.transpose(2, 0, 1)], axis=1)
        for first, columns in ((start.share, made.share), (start.gdp, made.gdp))
    )
    panel = observed()
    rows = slice(panel.row(FIRST), panel.row(LAST) + 1)
    seen = panel.share[rows], panel.gdp[rows]
    return [Found(fact, float(fact.compute(*seen)), fact.compute(share, gdp)) for fact in FACTS]


def text(found: list[Found]) -> str:
    """A table of the facts."""
    rows = [
        [one.fact.name, one.fact.unit, f"{one.seen:.2f}", " / ".join(f"{v:.2f}" for v in one.band), _yes(one.inside)]
        for one in found
    ]
    return lines(["fact", "unit", "panel", "worlds 5/50/95%", "inside"], rows)


def data(found: list[Found]) -> list[dict[str, Any]]:
    """The table for a program."""
    return [
        {"fact": one.fact.name, "unit": one.fact.unit, "panel": one.seen, "worlds": one.band, "inside": one.inside}
        for one in found
    ]


def _yes(inside: bool) -> str:
    return "yes" if inside else "NO"
