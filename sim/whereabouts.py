"""Where US soldiers are and who sent and received them, beside the baseline, as tables.

Means over worlds add up, so that all soldiers are accounted for in them; medians do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim import frames, paired
from sim import quarters as calendar
from sim.course import Course, Values, course
from sim.outcomes.declare import last_quarters
from sim.paired import BANDS, Shown
from sim.plan import Plan
from sim.provenance import changes, exactly_nought, firmness, hedge_words, idle_notes
from sim.question import BASELINE, Question, loaded
from sim.reference import Roster
from sim.results import QUANTILES

COSTS: Mapping[str, Shown] = {
    "us_cost_abroad": Shown("Abroad rather than at home (12a)", "bn USD of 2004 a year", "bn USD a year"),
    "us_cost_structure": Shown("A force of this size (12b)", "bn USD a year", "bn USD a year"),
    "us_cost_moving": Shown("Moving, so far (12c)", "bn USD", "bn USD"),
    "procured": Shown("European equipment beyond the start, so far (12d)", "bn USD of 2021", "bn USD"),
}
"""What is called cost: what US troops in Europe cost in three definitions, and what Europe buys instead."""

ROUNDING = 1e-7
"""Differences below it, in persons or bn USD, come from the order in which a sum is taken."""

PERSONS = Shown("US troops", "persons", "persons", step=100.0)


@dataclass(frozen=True)
class Whereabouts:
    """US soldiers under the question and under the baseline, as tables; persons unless said otherwise.

    `hosts`: place, iso3, year, p5 to p95, base_p5, base, base_p95, low, median, high, part, way, words, start.
    `pools`: pool, year, mean, base, with the start as the first year. `flows`: place, iso3, year, left, arrived,
    set_out, net (means of the year), left_sum, arrived_sum, net_sum (since the start). `floor`: year, law, floor,
    p5 to p95 of US troops in Europe, base, below and held (worlds in 100). `costs`: cost, year and the columns of
    `hosts`. `withdrawals`: hosts, persons as printed, hedge, status, in how many of
    100 worlds it comes about, persons then, from, until.
    """

    name: str
    plan: str
    start: str
    changes: tuple[str, ...]
    nought: str
    idle: tuple[str, ...]
    years: tuple[int, ...]
    hosts: pd.DataFrame
    pools: pd.DataFrame
    flows: pd.DataFrame
    floor: pd.DataFrame
    costs: pd.DataFrame
    withdrawals: pd.DataFrame
    total: float
    apart: float


# --- tables -------------------------------------------------------------------------------------------------------


def answer(asked: Question) -> Whereabouts:
    """Where US soldiers are under the question and under the baseline, in the same worlds. Raises ScenarioError."""
    scenario = asked.resolved()
    plan, base = scenario.plan(), loaded(BASELINE).under(scenario).plan()
    own, other = (course(p, asked.worlds, asked.seed) for p in (plan, base))
    same = np.array_equal(own.stationed, other.stationed) and np.array_equal(own.pools, other.pools)
    return Whereabouts(
        name=scenario.name, plan=plan.fingerprint, start=scenario.start, changes=changes(plan, base),
        nought=exactly_nought(plan, base, every=False) if same else "", idle=idle_notes(plan), years=own.years,
        hosts=hosts(own, other, plan.roster), pools=pools(own, other, plan), flows=moves(own, plan.roster),
        floor=floor(own, other, plan), costs=costs(own, other), withdrawals=withdrawals(own, plan),
        total=own.total, apart=max(own.apart, other.apart),
    )  # fmt: skip


def _compared(now: Values, before: Values, at: dict[str, Any], declared: Shown) -> pd.DataFrame:
    """Bands of both runs and of the paired difference; rows of values [row, world]."""
    bands = dict(zip(BANDS, np.quantile(now, QUANTILES, axis=1), strict=True))
    base = dict(zip(("base_p5", "base", "base_p95"), np.quantile(before, frames.ENDS, axis=1), strict=True))
    change = np.where(np.abs(now - before) < ROUNDING, 0.0, now - before)
    return pd.DataFrame(at | bands | base).join(paired._told(change, declared))


def names_of(roster: Roster) -> dict[str, str]:
    """The name of every place by its code."""
    return dict(zip(roster.iso3, roster.name, strict=True)) | {"OTHER": frames.ELSEWHERE}


def hosts(own: Course, other: Course, roster: Roster) -> pd.DataFrame:
    """Soldiers on every place that ever holds some, by year."""
    held = np.flatnonzero([(own.stationed[..., p].any() or other.stationed[..., p].any())
                           for p in range(len(roster.places))])  # fmt: skip
    years, names = len(own.years), names_of(roster)
    now, before = (run.stationed[..., held].transpose(2, 1, 0).reshape(len(held) * years, -1) for run in (own, other))
    codes = [roster.places[p] for p in held]
    at = {"place": np.repeat([names[code] for code in codes], years), "iso3": np.repeat(codes, years),
          "year": np.tile(own.years, len(held)), "start": np.repeat(roster.troops[held], years)}  # fmt: skip
    return _compared(now, before, at, PERSONS)


def pools(own: Course, other: Course, plan: Plan) -> pd.DataFrame:
    """Where all soldiers are, means over worlds: they add up to the same number in every year."""
    r, first = plan.roster, calendar.year(plan.quarters[0]) - 1
    start = [r.troops[:-1].sum(), r.troops[-1], 0.0, r.indopacific, r.border, r.home]
    rows = [pd.DataFrame({"pool": frames.POOLS, "year": first, "mean": start, "base": start})]
    means = [_pools(run) for run in (own, other)]
    for n, year in enumerate(own.years):
        rows.append(pd.DataFrame({"pool": frames.POOLS, "year": year, "mean": means[0][n], "base": means[1][n]}))
    table = pd.concat(rows, ignore_index=True)
    return table.assign(order=table.pool.map(frames.POOLS.index), part=table["mean"] / own.total)


def _pools(run: Course) -> Values:
    """Means of `frames.POOLS` by year [year, 6]."""
    held = run.stationed.mean(axis=0)
    way = run.coming.sum(axis=-1).mean(axis=0)
    found: Values = np.column_stack([held[:, :-1].sum(axis=-1), held[:, -1], way, run.pools.mean(axis=0)])
    return found


def moves(own: Course, roster: Roster) -> pd.DataFrame:
    """Who left and who came, means over worlds, by place and year; at home come those who leave Europe, net."""
    names, years, rows = names_of(roster), own.years, []
    for p, code in enumerate(roster.places):
        left, arrived, out = (flow[..., p].mean(axis=0) for flow in (own.left, own.arrived, own.set_out))
        if left.any() or out.any() or arrived.any():
            at = {"place": names[code], "iso3": code, "year": years}
            rows.append(pd.DataFrame(at | {"left": left, "arrived": arrived, "set_out": out}))
    net = (own.left.sum(axis=-1) - own.set_out.sum(axis=-1)).mean(axis=0)
    at = {"place": "Home and other pools", "iso3": "USA", "year": years}
    to, back = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    rows.append(pd.DataFrame(at | {"left": back, "arrived": to, "set_out": to}))
    table = pd.concat(rows, ignore_index=True)
    table["net"] = table.arrived - table.left
    for name in ("left", "arrived", "net"):
        table[f"{name}_sum"] = table.groupby("iso3")[name].cumsum()
    return table


def floor(own: Course, other: Course, plan: Plan) -> pd.DataFrame:
    """US troops in Europe against the floor of the statute, and in how many of 100 worlds it is missed or holds."""
    law = plan.levers["troop_floor"][last_quarters(plan.quarters)]
    now, before = ((run.stationed + run.coming).sum(axis=-1) for run in (own, other))
    table = _compared(now.T, before.T, {"year": own.years, "law": law, "floor": own.floor}, PERSONS)
    below = 100.0 * np.mean(now < law - 0.5, axis=0)
    held = 100.0 * np.mean(own.floor > own.wanted + 0.5, axis=0)
    return table.assign(below=below, held=held)


def costs(own: Course, other: Course) -> pd.DataFrame:
    """What is called cost, by year."""
    return pd.concat(
        [_compared(own.costs[name].T, other.costs[name].T, {"cost": name, "year": own.years}, declared)
         for name, declared in COSTS.items()], ignore_index=True,
    )  # fmt: skip


def withdrawals(own: Course, plan: Plan) -> pd.DataFrame:
    """Every withdrawal of the plan: what it takes as printed, and in how many of 100 worlds it comes about."""
    names, rows = names_of(plan.roster), []
    for k, w in enumerate(plan.withdrawals):
        part = own.executed[:, k]
        done = part > 0.0
        last = plan.quarters.index(w.start) + w.over - 1
        rows.append({
            "hosts": " and ".join(names[host] for host in w.hosts), "persons, as printed": w.troops,
            "hedge": hedge_words(w) or "exact", "status": firmness(w),
            "comes about, in 100 worlds": round(100.0 * float(np.mean(done))),
            "persons then, mean": round(float(part[done].mean() * w.troops), -2) if done.any() else 0.0,
            "from": w.start,
            "until": plan.quarters[last] if last < len(plan.quarters) else f"after {plan.quarters[-1]}",
        })  # fmt: skip
    return pd.DataFrame(rows)
