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
import xarray as xr
from scipy import stats

from sim.analysis import explaining, measures
from sim.errors import InputError
from sim.priors import SCHOOLS
from sim.results import BEST, shortfall
from sim.tables import lines, number

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
    base = against if measures.is_risk(outcome.removeprefix(measures.RELATIVE)) else None
    values = measures.measured(found, outcome, year, base, policies, "--only", 2)
    if values.sizes["policy"] < 2:
        raise InputError("regret: takes two policies or more that differ, got 1. Take more of them, or all.")
    short = shortfall(values, best)
    return Robustness(outcome, best, values, short, summarised(values, short, best))


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
        told["rank"] = told["p90"].copy(data=stats.rankdata(told["p90"].values, method="min"))
        found[school] = xr.Dataset(told)
    return xr.concat(found.values(), dim=pd.Index(found, name="school")).transpose("policy", "school")


CONFIDENCE = 0.95


def interval(values: Any, level: float, families: int = 1) -> tuple[Any, Any]:
    """Ends [P] between which a quantile of endless worlds lies: order statistics of values [P, R], whatever their law.

    With 95% confidence for so many families at once (Bonferroni). Where R is too small for that, it ends at the
    smallest or largest value.
    """
    count, tail = values.shape[1], (1.0 - CONFIDENCE) / families / 2.0
    below = stats.binom.ppf([tail, 1.0 - tail], count, level).astype(int)
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
        said = unit if whose else measures.quantity(self.level, unit).removeprefix(measures.quantity(self.level, ""))
        words = f"{self} {said.strip()}".rstrip() if whose or not said.startswith("%") else f"{self}{said}"
        return {
            "outcome": self.outcome, "sign": self.sign, "level": self.level, "unit": unit, "baseline": whose or None,
            "words": words,
        }  # fmt: skip


def demand(text: str) -> Demand:
    """`risk<=1.2` as a demand. Raises InputError."""
    match = re.fullmatch(r"\s*(\w+)\s*(<=|>=)\s*(\S+)\s*", text)
    try:
        level = float(match[3]) if match else np.nan
    except ValueError:
        level = np.nan
    if match is None or not np.isfinite(level):
        raise InputError(f"--satisfy {text!r}: no demand. Write NAME<=NUMBER or NAME>=NUMBER, and quote it.")
    return Demand(match[1], match[2], level)


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
        base = against if measures.is_risk(one.outcome.removeprefix(measures.RELATIVE)) else None
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


# --- what is told ---------------------------------------------------------------------------------------------------

SHOWN = 12
"""Policies in a table, the least regretted first, unless all are asked for."""

FOOT = (
    "Regret: how far a policy falls short of the best of these policies in the same world; a rank is by school, 1 is\n"
    "the least regretted. Schools are rival theories and never pooled: the worst of them is what a policy can promise."
)
DEALT = (
    "Schools were dealt other worlds, so that part of what sets them apart is luck. In brackets: between what the figure\n"
    "of endless worlds lies with 95% confidence. No worst school is named where intervals of schools overlap."
)


def text(found: Any, robust: Robustness, every: bool = False) -> str:
    """Regret and percentiles by policy and school as tables, first who has the least regret in the worst school.

    Rows name a policy by its number and scenario; `key` says what it is.
    """
    unit, year = robust.values.attrs.get("units", ""), robust.values.attrs["year"]
    label, table, names = robust.values.attrs["label"], robust.table, schools(robust.values)
    order, (low, high), worst = shown(robust, every), robust.interval, robust.worst_school
    regrets = [
        [_who(found, p), *(f"{number(_at(table.p90, p, s))} ({_at(table['rank'], p, s):.3g})" for s in names),
         f"{_between(*(float(a.sel(policy=p)) for a in (robust.guarantee, low, high)))} {worst.sel(policy=p).item()}"]
        for p in order
    ]  # fmt: skip
    ranges = [[_who(found, p), *(_between(*(_at(table[n], p, s) for n in PERCENTILES)) for s in names)] for p in order]
    parts = [
        f"{label}, {unit}, end of {year}; the {robust.best} is best\n",
        "regret, at most in 90% of worlds (rank)",
        lines(["policy", *names, "worst school"], regrets),
        "\noutcome, median (90% of worlds)",
        lines(["policy", *names], ranges),
    ]
    return "\n".join(parts) + _left_out(robust, order)


def satisficing_text(found: Any, share: xr.DataArray, every: bool = False) -> str:
    """The share of worlds that meet the demands, by policy and school; the best in its worst school first."""
    names, worst = [str(s) for s in share.school.values], share.min("school")
    rows = [
        [_who(found, p), *(f"{_at(share, p, s):.0%}" for s in names), f"{float(worst.sel(policy=p)):.0%}"]
        for p in shown_satisfied(share, every)
    ]
    asked = " and ".join(one["words"] for one in share.attrs["demands"])
    return f"worlds with {asked}\n" + lines(["policy", *names, "worst school"], rows)


def key(found: Any, policies: Sequence[int]) -> str:
    """What policies are, a line each: number and settings; nothing where rows say it already."""
    told = {p: _settings(found, p) for p in sorted(set(policies))}
    if all(words == found.policies.loc[p, "scenario"] for p, words in told.items()):
        return ""
    return "policies\n" + "\n".join(f"{p}  {words}" for p, words in told.items())


def _settings(found: Any, policy: int) -> str:
    """What an experiment has set for a policy, or its label."""
    row = found.policies.loc[policy]
    own = {str(c): float(row[c]) for c in found.policies if str(c).startswith(explaining.LEVER)}
    told = [f"{explaining.called(name)} {value:.4g}" for name, value in own.items() if value == value]
    return ", ".join(told) or str(row["label"])


def foot(judged: Sequence[Robustness], share: xr.DataArray | None = None) -> str:
    """How to read the tables, and what to know about policies and worlds."""
    several = any(one.table.sizes["school"] > 1 for one in judged)
    return "\n".join([FOOT, *([DEALT] if several else []), *(f"Note: {note}" for note in notes(judged, share))])


def notes(judged: Sequence[Robustness], share: xr.DataArray | None = None) -> list[str]:
    """What to know about policies and worlds, each once."""
    every = [note for one in judged for note in one.notes] + list(share.attrs["notes"] if share is not None else ())
    return list(dict.fromkeys(every))


def data(found: Any, robust: Robustness) -> dict[str, Any]:
    """Regret, percentiles, ends and ranks by policy and school as plain data; over schools the worst."""
    table, attrs, (low, high), worst = robust.table, robust.values.attrs, robust.interval, robust.worst_school
    rows = [
        {"policy": p, "label": str(found.policies.loc[p, "label"]), "school": s}
        | {str(name): _at(table[name], p, s) for name in table.data_vars}
        for p in map(int, table.policy.values)
        for s in schools(robust.values)
    ]
    guarantees = [
        {"policy": p, "worst_school": worst.sel(policy=p).item() or None}
        | {n: float(a.sel(policy=p)) for n, a in (("p90", robust.guarantee), ("low", low), ("high", high))}
        for p in map(int, table.policy.values)
    ]
    return {
        "outcome": robust.outcome, "best_end": robust.best, "unit": attrs.get("units", ""), "year": attrs["year"],
        "badge": attrs.get("badge", ""), "label": attrs["label"], "policies": rows, "over_schools": guarantees,
    }  # fmt: skip


def satisficing_data(found: Any, share: xr.DataArray) -> dict[str, Any]:
    """The share of worlds that meet the demands as plain data."""
    rows = [
        {"policy": p, "label": str(found.policies.loc[p, "label"]), "school": str(s), "share": _at(share, p, str(s))}
        for p in map(int, share.policy.values)
        for s in share.school.values
    ]
    return {"demands": share.attrs["demands"], "policies": rows}


def shown(robust: Robustness, every: bool = False) -> list[int]:
    """The policies of a table, the least regretted first: SHOWN of them, or all."""
    ordered = robust.guarantee.policy.values[np.argsort(robust.guarantee.values, kind="stable")]
    return [int(p) for p in (ordered if every else ordered[:SHOWN])]


def shown_satisfied(share: xr.DataArray, every: bool = False) -> list[int]:
    """The policies of a table, first who meets the demands most often in the worst school: SHOWN of them, or all."""
    ordered = share.policy.values[np.argsort(-share.min("school").values, kind="stable")]
    return [int(p) for p in (ordered if every else ordered[:SHOWN])]


def _left_out(robust: Robustness, shown: Sequence[int]) -> str:
    more = robust.guarantee.sizes["policy"] - len(shown)
    return f"\n{more} more policies are regretted more; --all shows them." if more else ""


WIDEST = 20
"""Letters of a scenario's name in a row."""


def _who(found: Any, policy: int) -> str:
    scenario = str(found.policies.loc[policy, "scenario"])
    return f"{policy} {scenario if len(scenario) <= WIDEST else f'{scenario[: WIDEST - 1]}…'}"


def _between(middle: float, low: float, high: float) -> str:
    return f"{number(middle)} ({number(low)}–{number(high)})"


def _at(values: xr.DataArray, policy: int, school: str) -> float:
    return float(values.sel(policy=policy, school=school))
