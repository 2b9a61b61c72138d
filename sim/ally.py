"""Every ally beside the baseline: what it spends, what it and Russia believe, what it can count on, whom it hosts.

All tables hold all allies, so that a page which shows another one asks nothing anew. Numbers stand in the units in
which they are shown; beliefs and the commitment are in %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import ensemble, frames, paired
from sim.agents import whole
from sim.now import Now
from sim.outcomes.declare import last_quarters
from sim.paired import BANDS, BY_ALLY, Shown
from sim.plan import Plan
from sim.provenance import changes, exactly_nought, idle_notes
from sim.question import BASELINE, Question, loaded
from sim.reference import panel
from sim.results import QUANTILES
from sim.seen import coming
from sim.state import State
from sim.variables import VARIABLES

Array = NDArray[np.float64]

LOOKED_AT: Mapping[str, Shown] = {
    **BY_ALLY,
    "credibility_russia": Shown("Russia's belief in US defence", "%", "pp", "more", "less"),
    "commitment": Shown("US commitment", "%", "pp", "firmer", "looser"),
    "coming": Shown("US troops on their way", "persons", "persons", step=100.0),
}
"""What is looked at of every ally."""

PERCENT = ("credibility_ally", "credibility_russia", "commitment")


class Ends(NamedTuple):
    """All allies in some worlds at the ends of years: each of LOOKED_AT [world, year, ally], and what is reported."""

    years: tuple[int, ...]
    values: dict[str, Array]
    reported: Array  # % of GDP


@dataclass(frozen=True)
class Allies:
    """All allies beside the baseline, as tables.

    `levels`: of (LOOKED_AT), iso3, ally, year, p5 to p95, base_p5, base, base_p95, and the paired difference as low,
    median, high, part, way, words. `seen`: iso3, ally, year, observed (% of GDP). `reaching`: iso3, year, now, base,
    worlds in 100 that report the scenario's threshold. `typical`: by code, the world whose spending stays nearest to
    the median. `at_start`: iso3, ally, share (% of GDP), troops (persons).
    """

    name: str
    plan: str
    start: str
    changes: tuple[str, ...]
    nought: str
    idle: tuple[str, ...]
    years: tuple[int, ...]
    lines: pd.DataFrame
    levels: pd.DataFrame
    seen: pd.DataFrame
    reaching: pd.DataFrame
    at_start: pd.DataFrame
    typical: Mapping[str, int]


def answer(asked: Question) -> Allies:
    """Every ally under the question and under the baseline, in the same worlds. Raises ScenarioError."""
    scenario = asked.resolved()
    plan, base = scenario.plan(), loaded(BASELINE).under(scenario).plan()
    own, other = (ends(p, asked.worlds, asked.seed) for p in (plan, base))
    same = all(np.array_equal(own.values[name], other.values[name]) for name in LOOKED_AT)
    roster, observed = plan.roster, panel()
    names = dict(zip(roster.iso3, roster.name, strict=True))
    seen = pd.DataFrame({"iso3": observed.iso3, "year": observed.year, "observed": observed.share})
    seen = seen[seen.iso3.isin(names) & (seen.year < int(plan.quarters[0][:4]))]
    return Allies(
        name=scenario.name, plan=plan.fingerprint, start=scenario.start, changes=changes(plan, base),
        nought=exactly_nought(plan, base, every=False) if same else "", idle=idle_notes(plan), years=own.years,
        lines=frames.lines(plan), levels=levels(own, other, roster.iso3, roster.name),
        seen=seen.assign(ally=seen.iso3.map(names)).reset_index(drop=True), reaching=reaching(own, other, plan),
        at_start=pd.DataFrame({"iso3": roster.iso3, "ally": roster.name, "share": roster.share,
                               "troops": roster.troops[:-1]}),
        typical=typical(own.values["share"], roster.iso3),
    )  # fmt: skip


def _reader(name: str) -> Callable[[State, Now], Array]:
    """How something is read off a quarter [W, A]."""
    if name == "coming":
        return lambda state, now: coming(*state.in_transit)[..., :-1]
    factor = 100.0 if name in PERCENT else 1.0
    return lambda state, now: factor * VARIABLES[name].read(state, now)


def ends(plan: Plan, worlds: int, seed: int) -> Ends:
    """All allies at the ends of years, in worlds as `ensemble.run` has them. Raises InputError where no year ends."""
    whole("worlds", worlds, 1, ensemble.MOST_WORLDS), whole("seed", seed, 0)
    last = last_quarters(plan.quarters)
    readers = {name: _reader(name) for name in LOOKED_AT} | {"share_reported": _reader("share_reported")}
    ensemble.affordable(worlds, 8 * len(readers) * len(last) * len(plan.roster.iso3))
    found = {name: np.empty((worlds, len(last), len(plan.roster.iso3))) for name in readers}
    for part in ensemble.blocks(worlds):
        for quarter, state, now in ensemble.play(plan, seed, part):
            if quarter in last:
                for name, read in readers.items():
                    found[name][part.start : part.stop, last.index(quarter)] = read(state, now)
    reported = found.pop("share_reported")
    return Ends(tuple(int(plan.quarters[t][:4]) for t in last), found, reported)


# --- tables -------------------------------------------------------------------------------------------------------


def levels(own: Ends, other: Ends, codes: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    """Bands of both runs and of the paired difference, a row for each thing, ally and year."""
    parts, years = [], len(own.years)
    for name, declared in LOOKED_AT.items():
        now, before = (run.values[name].transpose(2, 1, 0).reshape(len(codes) * years, -1) for run in (own, other))
        at = {"of": name, "iso3": np.repeat(codes, years), "ally": np.repeat(names, years),
              "year": np.tile(own.years, len(codes))}  # fmt: skip
        bands = dict(zip(BANDS, np.quantile(now, QUANTILES, axis=1), strict=True))
        base = dict(zip(("base_p5", "base", "base_p95"), np.quantile(before, frames.ENDS, axis=1), strict=True))
        parts.append(pd.DataFrame(at | bands | base).join(paired._told(now - before, declared)))
    return pd.concat(parts, ignore_index=True)


def reaching(own: Ends, other: Ends, plan: Plan) -> pd.DataFrame:
    """In how many of 100 worlds each ally reports at least the threshold that the scenario has in force."""
    line = plan.levers["threshold"][last_quarters(plan.quarters)][:, None]
    now, before = (100.0 * np.mean(run.reported >= line, axis=0) for run in (own, other))
    codes, years = plan.roster.iso3, len(own.years)
    return pd.DataFrame({
        "iso3": np.repeat(codes, years), "year": np.tile(own.years, len(codes)),
        "now": now.T.ravel(), "base": before.T.ravel(),
    })  # fmt: skip


def typical(shares: Array, codes: Sequence[str]) -> dict[str, int]:
    """By ally, the world whose path of spending stays nearest to the median path; `shares` is [world, year, ally]."""
    away = np.abs(shares - np.median(shares, axis=0)).mean(axis=1)
    return {code: int(world) for code, world in zip(codes, np.argmin(away, axis=0), strict=True)}
