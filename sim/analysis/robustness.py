"""Robustness: how policies do over worlds and schools, of which nobody knows which is right.

Regret (Savage 1951), satisficing (Starr 1963: the share of worlds that meet all that is asked) and percentiles, for
each school by itself; across schools only the worst is taken, never a mean. A risk counts as a multiple of that of a
baseline policy in the same world.
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import scipy
import xarray as xr

from sim.analysis import measures
from sim.errors import InputError
from sim.outcomes.named import is_risk
from sim.priors import SCHOOLS
from sim.results import BEST, shortfall

REGRETS = {"median": 0.5, "p90": 0.9, "maximum": 1.0}
PERCENTILES = {"p50": 0.5, "p5": 0.05, "p95": 0.95}
SIGNS: dict[str, Callable[[Any, Any], Any]] = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Robustness:
    """How each policy does in one outcome, by school.

    `table` has dims (policy, school): median, p90 and maximum of the regret, p5, p50 and p95 of the outcome, its worst
    and best world, the rank by p90 of regret, 1 the least regretted, and p90_low and p90_high, between which the p90 of
    endless worlds lies in all schools at once with 95% confidence. `values` and `regret` are by policy and world.
    """

    outcome: str
    best: str
    values: xr.DataArray
    regret: xr.DataArray
    table: xr.Dataset

    @property
    def worst_school(self) -> xr.DataArray:
        """The school in which each policy is regretted most, by p90 of regret [policy]; "" where it may be luck.

        Schools are dealt other worlds: one is named only if its interval lies above those of all others.
        """
        place = self.table.p90.argmax("school")
        others = self.table.p90_high.where(self.table.school != self.table.school[place])
        clear = self.table.p90_low.isel(school=place) > others.max("school").fillna(-np.inf)
        return self.table.school[place].where(clear, "")

    @property
    def guarantee(self) -> xr.DataArray:
        """The p90 of regret in the worst school [policy]: what a policy promises whichever school is right."""
        return self.table.p90.max("school")

    @property
    def interval(self) -> tuple[xr.DataArray, xr.DataArray]:
        """Between what the guarantee of endless worlds lies with 95% confidence, by policy: low, high."""
        return self.table.p90_low.max("school"), self.table.p90_high.max("school")

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about policies and worlds that were left out."""
        return tuple(self.values.attrs["notes"])

    @property
    def least_regretted(self) -> int:
        """The policy whose p90 of regret in its worst school is the least, the first of equals."""
        return int(self.guarantee.policy.values[int(self.guarantee.values.argmin())])


def objective(text: str, option: str = "--outcome") -> tuple[str, str]:
    """`risk:lowest` as a name and which end is good. Raises InputError."""
    name, _, best = text.partition(":")
    if best not in BEST:
        raise InputError(f"{option} {text!r}: which end is good? Write {name}:lowest or {name}:highest.")
    return name, best


def robustness(
    found: Any,
    outcome: str,
    best: str,
    *,
    year: int | None = None,
    policies: Sequence[int | str] = (),
    against: int | str = 0,
) -> Robustness:
    """Regret and percentiles of policies in an outcome of a batch.

    A risk is taken as a multiple of that of the policy `against`; other outcomes are taken as they are.

    Raises InputError for fewer than two policies, policies under different assumptions, or what `measured` refuses.
    """
    base = against if is_risk(outcome) else None
    values = measures.measured(found, outcome, year, base, policies, "--only", 2)
    if values.sizes["policy"] < 2:
        raise InputError("regret: takes two policies or more that differ, got 1. Take more of them, or all.")
    short = shortfall(values, best)
    return Robustness(values.attrs["outcome"], best, values, short, summarised(values, short, best))


def summarised(values: xr.DataArray, short: xr.DataArray, best: str) -> xr.Dataset:
    """Regret, percentiles and ends by policy and school."""
    found, there = {}, schools(values)
    for school in there:
        own, regret = (a.isel(world=np.flatnonzero(a.school == school)) for a in (values, short))
        told = {name: regret.quantile(level, "world").drop_vars("quantile") for name, level in REGRETS.items()}
        told |= {name: own.quantile(level, "world").drop_vars("quantile") for name, level in PERCENTILES.items()}
        low, high = own.min("world"), own.max("world")
        told |= {"worst": high, "best": low} if best == "lowest" else {"worst": low, "best": high}
        low, high = interval(regret.transpose("policy", "world").values, REGRETS["p90"], len(there))
        told |= {"p90_low": told["p90"].copy(data=low), "p90_high": told["p90"].copy(data=high)}
        told["rank"] = told["p90"].copy(data=scipy.stats.rankdata(told["p90"].values, method="min"))
        found[school] = xr.Dataset(told)
    return xr.concat(found.values(), dim=pd.Index(found, name="school")).transpose("policy", "school")


CONFIDENCE = 0.95


def interval(values: Any, level: float, families: int = 1) -> tuple[Any, Any]:
    """Ends [P] between which a quantile of endless worlds lies: order statistics of values [P, R], whatever their law.

    With 95% confidence for so many families at once (Bonferroni). Where R is too small for that, it ends at the
    smallest or largest value.
    """
    count, tail = values.shape[1], (1.0 - CONFIDENCE) / families / 2.0
    below = scipy.stats.binom.ppf([tail, 1.0 - tail], count, level).astype(int)
    ordered = np.sort(values, axis=1)
    return ordered[:, max(below[0] - 1, 0)], ordered[:, min(below[1], count - 1)]


def schools(values: xr.DataArray) -> tuple[str, ...]:
    """The schools that the worlds hold, in their order."""
    return tuple(school for school in SCHOOLS if bool((values.school == school).any()))


# --- satisficing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Demand:
    """What a world must meet: an outcome at a level or beyond it."""

    outcome: str
    sign: str
    level: float

    def __str__(self) -> str:
        return f"{self.outcome} {self.sign} {self.level:g}"

    def data(self, attrs: Any) -> dict[str, Any]:
        """The demand as plain data, with the unit of what was measured and whose risk a ratio is held against."""
        unit, whose = attrs.get("units", ""), attrs["baseline"]
        return {
            "outcome": self.outcome, "sign": self.sign, "level": self.level, "unit": unit, "baseline": whose or None,
            "words": measures.with_unit(str(self), unit),
        }  # fmt: skip


def demand(text: str) -> Demand:
    """`risk<=1.2` as a demand. Raises InputError."""
    match = re.fullmatch(r"\s*(\w[\w ]*?)\s*(<=|>=)\s*(\S+)\s*", text)
    try:
        level = float(match[3]) if match else np.nan
    except ValueError:
        level = np.nan
    if match is None or not np.isfinite(level):
        raise InputError(f"--satisfy {text!r}: no demand. Write NAME<=NUMBER or NAME>=NUMBER, and quote it.")
    return Demand(measures.kept_as(match[1]), match[2], level)


def satisficing(
    found: Any,
    demands: Sequence[Demand],
    *,
    year: int | None = None,
    policies: Sequence[int | str] = (),
    against: int | str = 0,
) -> xr.DataArray:
    """The share of worlds that meet all demands, 0 to 1: dims (policy, school).

    attrs: demands as plain data, notes, and counts {school: worlds}. Raises InputError as `measured`.
    """
    if not demands:
        raise InputError("satisfy: nothing is asked. Give a demand, such as risk<=1.5.")
    met: list[xr.DataArray] = []
    told, notes = [], dict[str, None]()
    for one in demands:
        base = against if is_risk(one.outcome) else None
        values = measures.measured(found, one.outcome, year, base, policies, "--only")
        met.append(SIGNS[one.sign](values, one.level))
        told.append(one.data(values.attrs))
        notes |= dict.fromkeys(values.attrs["notes"])
        notes |= dict.fromkeys(_warning(told[-1], met[-1]))
    every = reduce(operator.and_, met)
    parts = {
        school: every.isel(world=np.flatnonzero(every.school == school)).mean("world") for school in schools(every)
    }
    share = xr.concat(parts.values(), dim=pd.Index(parts, name="school")).transpose("policy", "school")
    return share.assign_attrs(demands=told, notes=tuple(notes))


def _warning(told: dict[str, Any], met: xr.DataArray) -> tuple[str, ...]:
    """A note on a demand that tells no policy from another."""
    if bool(met.all()) or not bool(met.any()):
        how = "met in every world by every policy" if bool(met.all()) else "met in no world by any policy"
        more = " It asks for a multiple of the baseline's risk, of which 1 is as much." if told["baseline"] else ""
        return (f"{told['words']} is {how}: it tells them not apart.{more}",)
    return ()
