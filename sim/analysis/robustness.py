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
from scipy.stats import rankdata

from sim.analysis import measures
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
    and best world, and the rank by p90 of regret, 1 the least regretted. `values` and `regret` are by policy and world.
    """

    outcome: str
    best: str
    values: xr.DataArray
    regret: xr.DataArray
    table: xr.Dataset

    @property
    def worst_school(self) -> xr.DataArray:
        """The school in which each policy is regretted most, by p90 of regret [policy]."""
        return self.table.school[self.table.p90.argmax("school")]

    @property
    def guarantee(self) -> xr.DataArray:
        """The p90 of regret in the worst school [policy]: what a policy promises whichever school is right."""
        return self.table.p90.max("school")

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
    values = measures.measured(found, outcome, year, base, policies)
    if values.sizes["policy"] < 2:
        raise InputError("regret: takes two policies or more, got 1. Take more of them, or all.")
    short = shortfall(values, best)
    return Robustness(outcome, best, values, short, summarised(values, short, best))


def summarised(values: xr.DataArray, short: xr.DataArray, best: str) -> xr.Dataset:
    """Regret, percentiles and ends by policy and school."""
    found = {}
    for school in schools(values):
        own, regret = (a.isel(world=np.flatnonzero(a.school == school)) for a in (values, short))
        told = {name: regret.quantile(level, "world").drop_vars("quantile") for name, level in REGRETS.items()}
        told |= {name: own.quantile(level, "world").drop_vars("quantile") for name, level in PERCENTILES.items()}
        low, high = own.min("world"), own.max("world")
        told |= {"worst": high, "best": low} if best == "lowest" else {"worst": low, "best": high}
        told["rank"] = told["p90"].copy(data=rankdata(told["p90"].values, method="min"))
        found[school] = xr.Dataset(told)
    return xr.concat(found.values(), dim=pd.Index(found, name="school")).transpose("policy", "school")


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
    """The share of worlds that meet all demands, 0 to 1: dims (policy, school). Raises InputError as `measured`."""
    if not demands:
        raise InputError("satisfy: nothing is asked. Give a demand, such as risk<=1.5.")
    met: list[xr.DataArray] = []
    for one in demands:
        base = against if measures.is_risk(one.outcome.removeprefix(measures.RELATIVE)) else None
        values = measures.measured(found, one.outcome, year, base, policies)
        met.append(SIGNS[one.sign](values, one.level))
    every = reduce(operator.and_, met)
    parts = {
        school: every.isel(world=np.flatnonzero(every.school == school)).mean("world") for school in schools(every)
    }
    return xr.concat(parts.values(), dim=pd.Index(parts, name="school")).transpose("policy", "school")


# --- what is told ---------------------------------------------------------------------------------------------------

SHOWN = 12
"""Policies in a table, the least regretted first, unless all are asked for."""

FOOT = (
    "Regret: how far a policy falls short of the best of these policies in the same world; a rank is by school, 1 is\n"
    "the least regretted. Schools are rival theories and never pooled: the worst of them is what a policy can promise."
)


def text(found: Any, robust: Robustness, every: bool = False) -> str:
    """Regret and percentiles by policy and school as tables, first who has the least regret in the worst school."""
    unit, year = robust.values.attrs.get("units", ""), robust.values.attrs["year"]
    label, table, names = robust.values.attrs["label"], robust.table, schools(robust.values)
    order = _order(robust, every)
    regrets = [
        [_who(found, p), *(f"{number(_at(table.p90, p, s))} ({_at(table['rank'], p, s):.3g})" for s in names),
         f"{number(float(robust.guarantee.sel(policy=p)))} ({robust.worst_school.sel(policy=p).item()})"]
        for p in order
    ]  # fmt: skip
    ranges = [
        [_who(found, p), *("{} ({}–{})".format(*(number(_at(table[n], p, s)) for n in PERCENTILES)) for s in names)]
        for p in order
    ]  # fmt: skip
    parts = [
        f"{label}, {unit}, end of {year}; the {robust.best} is best\n",
        "regret, at most in 90% of worlds (rank)",
        lines(["policy", *names, "worst school"], regrets),
        "\noutcome, median (90% of worlds)",
        lines(["policy", *names], ranges),
    ]
    return "\n".join(parts) + _left_out(robust, order)


def satisficing_text(found: Any, share: xr.DataArray, demands: Sequence[Demand], every: bool = False) -> str:
    """The share of worlds that meet the demands, by policy and school; the best in its worst school first."""
    names, worst = [str(s) for s in share.school.values], share.min("school")
    order = [int(p) for p in share.policy.values[np.argsort(-worst.values, kind="stable")]]
    rows = [
        [_who(found, p), *(f"{_at(share, p, s):.0%}" for s in names), f"{float(worst.sel(policy=p)):.0%}"]
        for p in (order if every else order[:SHOWN])
    ]
    return f"worlds with {' and '.join(map(str, demands))}\n" + lines(["policy", *names, "worst school"], rows)


def data(found: Any, robust: Robustness) -> dict[str, Any]:
    """Regret, percentiles, ends and ranks by policy and school as plain data."""
    table = robust.table
    rows = [
        {"policy": p, "label": str(found.policies.loc[p, "label"]), "school": s}
        | {str(name): _at(table[name], p, s) for name in table.data_vars}
        for p in map(int, table.policy.values)
        for s in schools(robust.values)
    ]
    attrs = robust.values.attrs
    return {
        "outcome": robust.outcome, "best_end": robust.best, "unit": attrs.get("units", ""), "year": attrs["year"],
        "badge": attrs.get("badge", ""), "label": attrs["label"], "policies": rows,
    }  # fmt: skip


def satisficing_data(found: Any, share: xr.DataArray, demands: Sequence[Demand]) -> dict[str, Any]:
    """The share of worlds that meet the demands as plain data."""
    rows = [
        {"policy": p, "label": str(found.policies.loc[p, "label"]), "school": str(s), "share": _at(share, p, str(s))}
        for p in map(int, share.policy.values)
        for s in share.school.values
    ]
    return {"demands": list(map(str, demands)), "policies": rows}


def _order(robust: Robustness, every: bool) -> list[int]:
    ordered = robust.guarantee.policy.values[np.argsort(robust.guarantee.values, kind="stable")]
    return [int(p) for p in (ordered if every else ordered[:SHOWN])]


def _left_out(robust: Robustness, shown: Sequence[int]) -> str:
    more = robust.guarantee.sizes["policy"] - len(shown)
    return f"\n{more} more policies are regretted more; --all shows them." if more else ""


def _who(found: Any, policy: int) -> str:
    return f"{policy} {found.policies.loc[policy, 'label']}"


def _at(values: xr.DataArray, policy: int, school: str) -> float:
    return float(values.sel(policy=policy, school=school))
