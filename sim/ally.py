"""Every ally beside the baseline: what it spends, what it and Russia believe, what it can count on, whom it hosts.

All tables hold all allies, so that a page which shows another one asks nothing anew. Numbers stand in the units in
which they are shown; beliefs and the commitment are in %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import ensemble, evidence, frames, paired
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
from sim.tables import number
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


def path(found: Allies, ally: str, of: str = "share") -> pd.DataFrame:
    """What the chart of one ally draws: the years of `levels`; for spending also what was observed, and the lines.

    Columns: kind (path, line, word), year, observed, p5 to p95, base_p5, base, base_p95, line, value, word.
    """
    own = found.levels[(found.levels.of == of) & (found.levels.ally == ally)]
    own = own.drop(columns=["of", "iso3", "ally", "words", "way", "part"]).assign(kind="path")
    if of != "share":
        return own
    seen = found.seen[found.seen.ally == ally][["year", "observed"]].assign(kind="path")
    for column in [*BANDS, "base_p5", "base", "base_p95"]:  # bands begin at the last year that is known
        seen[column] = np.where(seen.year == seen.year.max(), seen.observed, np.nan)
    drawn = [seen, own, found.lines.assign(kind="line"), frames._line_words(found.lines)]
    return pd.concat(drawn, ignore_index=True)


def small(found: Allies) -> pd.DataFrame:
    """What the small panels of spending draw, all allies with forces: ally, year, p5, p50, p95, base, line, above."""
    rows = found.levels[(found.levels.of == "share") & (found.levels.p95 > 0.0)]
    line = found.lines[found.lines.line.str.endswith("threshold")].set_index("year").value
    start = found.at_start[found.at_start.share > 0.0]
    first = pd.DataFrame({"ally": start.ally, "year": min(found.years) - 1, "base": start.share})
    for column in ("p5", "p50", "p95"):
        first[column] = first.base
    table = pd.concat([first, rows[["ally", "year", "p5", "p50", "p95", "base"]]], ignore_index=True)
    return table.assign(line=table.year.map(line)).sort_values(["ally", "year"], ignore_index=True)


def overview(found: Allies, year: int, horizon: int) -> pd.DataFrame:
    """All allies in a year, one row each, in words and numbers to sort by. `horizon`: years ahead of what is known."""
    rows = found.levels[found.levels.year == year]
    by = {of: rows[rows.of == of].set_index("iso3") for of in LOOKED_AT}
    reach = found.reaching[found.reaching.year == year].set_index("iso3")
    plain = not found.changes
    told = []
    for code, row in by["share"].iterrows():
        forces = row.p95 > 0.0
        troops, belief = by["troops"].loc[code], by["credibility_ally"].loc[code]
        told.append({
            "ally": row.ally,
            "spending, % of GDP": round(row.p50, 2) if forces else np.nan,
            "difference, pp (90% of worlds)": row.words if forces else "no armed forces",
            "worlds in 100 at the threshold": round(reach.now[code]) if forces else np.nan,
            "in the baseline": round(reach.base[code]) if forces else np.nan,
            "its belief, %": round(belief.p50),
            "US troops": round(troops.p50, -2) + 0.0,
            "troops, difference": troops.words,
            "spending is known as": evidence.level("share", horizon, plain, code).badge if forces else "",
        })  # fmt: skip
    return pd.DataFrame(told)


# --- in words -----------------------------------------------------------------------------------------------------


def row(found: Allies, ally: str, of: str, year: int) -> Any:
    """The row of `levels` of one thing, ally and year."""
    rows = found.levels
    return rows[(rows.of == of) & (rows.ally == ally) & (rows.year == year)].iloc[0]


def headline(found: Allies, ally: str, year: int) -> str:
    """One ally in a year, in a sentence or two: spending against the baseline, belief, troops."""
    share, belief, russia, troops = (
        row(found, ally, of, year) for of in ("share", "credibility_ally", "credibility_russia", "troops")
    )
    text = f"In this model, by {year}, {ally} "
    if share.p95 > 0.0:
        text += f"spends {level(share, 'share')} of GDP; against the baseline: {_change(share)}. It "
    text += f"believes in US defence to {number(belief.p50)}%, and Russia does to {number(russia.p50)}%"
    hosts = (
        f"{_persons(troops.p50)} US soldiers stand there" if troops.p95 or troops.base_p95 else "it hosts no US unit"
    )
    return f"{text}; {hosts} (medians of simulated worlds, not a forecast)."


def level(at: Any, of: str) -> str:
    """A median with its 90% band: "4.4% (90 of 100 worlds: 3.1 to 5.9)"."""
    declared = LOOKED_AT[of]
    unit = "%" if declared.unit.startswith("%") else f" {declared.unit}"
    return f"{declared.words(at.p50)}{unit} (90 of 100 worlds: {declared.band(at.p5, at.p95, False)})"


def _change(at: Any) -> str:
    return at.words if at.way == paired.NOUGHT else at.words if at.way == paired.CHANCE else f"{at.words} pp"


def _persons(value: float) -> str:
    return f"{round(value, -2) + 0.0:,.0f}" if value >= 50 else "fewer than 50"


def path_words(found: Allies, ally: str, of: str, year: int) -> str:
    """The chart of one thing and one ally in a sentence."""
    at, declared = row(found, ally, of, year), LOOKED_AT[of]
    unit = "% of GDP" if of == "share" else declared.unit
    return (
        f"{ally}, {declared.title}, {unit}: in {year} the scenario's median is {declared.words(at.p50)} (90% of "
        f"worlds: {declared.band(at.p5, at.p95, False)}); the baseline's is {declared.words(at.base)} "
        f"({declared.band(at.base_p5, at.base_p95, False)}). Difference: {at.words}."
    )


def small_words(found: Allies, year: int) -> str:
    """The small panels in a sentence: whose spending differs from the baseline, and by how much at most."""
    rows = found.levels[(found.levels.of == "share") & (found.levels.year == year) & (found.levels.p95 > 0.0)]
    clear = rows[rows.way.isin(("more", "less"))].sort_values("median", ascending=False)
    told = ", ".join(f"{r.ally} {number(r.median, True)}" for r in clear.itertuples())
    rest = f"{len(rows) - len(clear)} of {len(rows)} show no difference beyond chance"
    return f"Spending of every ally to {year}, % of GDP: {f'{told} pp; ' if told else ''}{rest}."
