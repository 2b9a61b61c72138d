"""Boxes in the space of what is uncertain: limits, how well they tell cases from other worlds, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from sim.analysis import explaining, measures

Flags = NDArray[np.bool_]
Limits = Mapping[str, tuple[float | None, float | None]]
"""The lower and upper limit by name; None where there is none. Both ends belong to the box."""

SIDES = ("above", "below")
"""The side of a limit: a lower limit keeps what is above it."""


SIGNIFICANT = 0.05
"""Largest quasi-p value of a limit that stays, and of a box that is believed in the half that was held out."""


class Fit(NamedTuple):
    """Counts of points, of cases among them, of points inside a box, of cases inside, and of worlds inside.

    Points are worlds under one policy, so that a world is several points where several policies are judged.
    """

    points: int
    cases: int
    inside: int
    hits: int
    worlds: int

    @property
    def coverage(self) -> float:
        """Part of all cases that is inside."""
        return self.hits / self.cases if self.cases else np.nan

    @property
    def density(self) -> float:
        """Part of the points inside that are cases."""
        return self.hits / self.inside if self.inside else np.nan

    @property
    def mass(self) -> float:
        """Part of all points that is inside."""
        return self.inside / self.points if self.points else np.nan

    @property
    def overall(self) -> float:
        """Part of all points that are cases: the density of a box without limits."""
        return self.cases / self.points if self.points else np.nan

    @property
    def correlation(self) -> float:
        """Matthews correlation of being inside and being a case, −1 to 1; 0 where a box takes all or nothing."""
        outside, others = self.points - self.inside, self.points - self.cases
        spread = float(self.cases) * others * self.inside * outside
        return (self.hits * self.points - self.inside * self.cases) / np.sqrt(spread) if spread > 0 else 0.0

    def luck(self, chance: float) -> float:
        """The probability of as many cases inside where each has this chance: one-sided binomial.

        Points of one world share its luck. So a box counts as many trials as it holds worlds, with the same density.
        """
        if not self.inside:
            return 1.0
        hits = self.hits if self.worlds == self.inside else round(self.density * self.worlds)
        return float(scipy.stats.binomtest(hits, self.worlds, chance, alternative="greater").pvalue)

    @property
    def by_lot(self) -> float:
        """The probability that as many points, picked by lot, held as many cases: hypergeometric (Fisher's exact test).

        Made for points that had no part in setting the box. Points of one world are scaled down as in `luck`.
        """
        if not self.inside:
            return 1.0
        scale = self.worlds / self.inside
        points, cases, hits = (round(count * scale) for count in (self.points, self.cases, self.hits))
        return float(scipy.stats.hypergeom.sf(hits - 1, points, cases, self.worlds))


@dataclass(frozen=True)
class Points:
    """Points that find a box, or check it: `inputs` [N, K], which are cases [N], and the world of each [N]."""

    inputs: pd.DataFrame
    cases: Flags
    worlds: NDArray[np.intp]

    def where(self, kept: Flags) -> "Points":
        """The points that are kept."""
        return Points(self.inputs[kept].reset_index(drop=True), self.cases[kept], self.worlds[kept])

    def only(self, names: Sequence[str]) -> "Points":
        """The same points with fewer inputs."""
        return Points(self.inputs[list(names)], self.cases, self.worlds)

    def inside(self, limits: Limits) -> Flags:
        """Which points [N] lie in a box."""
        kept = np.ones(len(self.inputs), dtype=np.bool_)
        for name, (low, high) in limits.items():
            values = self.inputs[name].to_numpy()
            kept &= (values >= low if low is not None else True) & (values <= high if high is not None else True)
        return kept

    def fit(self, limits: Limits) -> Fit:
        """How a box fits these points."""
        kept, cases = self.inside(limits), self.cases
        counts = (len(cases), cases.sum(), kept.sum(), (kept & cases).sum(), len(np.unique(self.worlds[kept])))
        return Fit(*map(int, counts))

    def quasi_p(self, limits: Limits, name: str, side: int) -> float:
        """Quasi-p value of one limit, 0 (the lower) or 1 (the upper) of a name (Bryant and Lempert 2010).

        The chance that as many points as the box has, taken from the box without this limit, hold as many cases by
        luck. Quasi, because the same points have set the limit.
        """
        return self.fit(limits).luck(self.fit(without(limits, name, side)).density)

    def quasi_ps(self, limits: Limits) -> dict[tuple[str, int], float]:
        """Quasi-p values of all limits of a box: {(name, side): p}."""
        return {
            (name, side): self.quasi_p(limits, name, side)
            for name, ends in limits.items()
            for side, end in enumerate(ends)
            if end is not None
        }


def without(limits: Limits, name: str, side: int) -> Limits:
    """The box without one of its limits."""
    ends = tuple(None if place == side else end for place, end in enumerate(limits[name]))
    rest = {other: own for other, own in limits.items() if other != name}
    return rest if ends == (None, None) else {**limits, name: (ends[0], ends[1])}


@dataclass(frozen=True)
class Box:
    """A box that was found: its limits, its quasi-p values, and its fit where it was found and where it was not.

    `before` counts the boxes found before it, whose points are left out. `middle` holds the median of what was judged
    inside and outside the box, over all other worlds of the school. `policies` counts those that are judged.
    """

    limits: Limits
    quasi_p: Mapping[tuple[str, int], float]
    found: Fit
    held_out: Fit
    middle: tuple[float, float]
    before: int = 0
    policies: int = 1

    @property
    def luck(self) -> float:
        """The probability that so many cases of the half held out are in the box by luck."""
        return self.held_out.by_lot

    @property
    def important(self) -> tuple[str, ...]:
        """Names of the limits, the surest first."""
        surest = {name: min(p for (of, _), p in self.quasi_p.items() if of == name) for name in self.limits}
        return tuple(sorted(surest, key=lambda name: (surest[name], name)))

    def data(self) -> dict[str, Any]:
        """The box as plain data."""
        return {
            "limits": [
                {
                    "name": name, "side": SIDES[side], "value": self.limits[name][side],
                    "unit": explaining.unit_of(name), "about": explaining.about(name), "quasi_p": p,
                }
                for name in self.important
                for (of, side), p in self.quasi_p.items() if of == name
            ],
            "restricted": len(self.limits),
            "found": fit_data(self.found),
            "held_out": fit_data(self.held_out) | {"p": self.luck},
            "median_inside": self.middle[0],
            "median_outside": self.middle[1],
        }  # fmt: skip


def fit_data(own: Fit) -> dict[str, float | int | None]:
    """A fit as plain data: counts, coverage, density, mass and the part of all points that are cases."""
    shares = {name: getattr(own, name) for name in ("coverage", "density", "mass", "overall")}
    return {**own._asdict(), **{name: None if np.isnan(share) else float(share) for name, share in shares.items()}}


def limits_words(box: Box) -> str:
    """The limits of a box in words, the surest first."""
    return " and ".join(_limit_words(name, *box.limits[name]) for name in box.important)


def _limit_words(name: str, low: float | None, high: float | None) -> str:
    unit, clause = explaining.unit_of(name), explaining.about(name)
    told = f" ({clause[0].lower()}{clause[1:]})" if clause else ""
    if low is not None and high is not None:
        return f"{explaining.called(name)}{told} between {low:.3g} and {measures.quantity(high, unit)}"
    side, end = ("above", low) if low is not None else ("below", high)
    return f"{explaining.called(name)}{told} {side} {measures.quantity(float(end or 0.0), unit)}"


def counted(policies: int) -> str:
    """What the points of a box are: worlds, or runs, a world under each of several policies."""
    return "worlds" if policies == 1 else "runs"


def sentence(box: Box, school: str, case: str) -> str:
    """A box as a sentence, first how it does where it was not found: `case` is what cases are, as in "risk above 2"."""
    kind, held, own = counted(box.policies), box.held_out, box.found
    other, whole = ("", "of the school") if not box.before else ("other ", "outside the boxes before")
    which = f"the {other}{kind} of the {school} school with {limits_words(box)}"
    there = f"{_share(own.density)}, against {_share(own.overall)}, and {_share(own.coverage)}"
    doubt = "" if box.luck <= SIGNIFICANT else " There it says no more than luck would: do not build on it."
    if not held.inside:
        none = f"In the half of the worlds that was held out are none of {which}"
        return f"{none}; in the half that found it: {there}.{doubt}"
    return (
        f"In the half of the worlds that was held out, {_share(held.density)} of {which} have {case} (density), "
        f"against {_share(held.overall)} of all {kind} {whole}; these are {_share(held.coverage)} of all such {kind} "
        f"(coverage). In the half that found it: {there}.{doubt}"
    )


def _share(part: float) -> str:
    return "none" if np.isnan(part) else f"{100 * part:.0f}%"
