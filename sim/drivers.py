"""What moves the budgets of one ally in many worlds: the terms of equations 2a to 2g, world by world and year by year.

In each world the terms of a budget add up to what the share changed by, exactly. So do their means over worlds, and
their sums over years; medians do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import draws, ensemble, paired
from sim import quarters as calendar
from sim.agents import opening
from sim.analysis.causes import Blindfolds
from sim.analysis.decision import ANSWERS, ASKED, FACTORS, PLAN, PLAYED
from sim.analysis.explanation import seat_of
from sim.errors import InputError
from sim.frames import ENDS
from sim.now import Memory, at_quarter
from sim.paired import Shown
from sim.plan import Plan
from sim.question import BASELINE, Question, loaded
from sim.rules import burden
from sim.state import Observation, Shock
from sim.step import play_quarter

Array = NDArray[np.float64]

WORDS: Mapping[str, str] = {
    "drift": "drift of its own", "threat": "threat perceived", "fiscal room": "fiscal room",
    "help": "help expected", "hosted troops": "US troops hosted", "own surprise": "surprises at home",
    "common surprise": "surprises that all share", "habit": "lift: the pledge itself", "pressure": "lift: pressure",
    "conditionality": "lift: the condition", "trade": "lift: trade", "shaming": "lift: shaming",
    "line": "pull of the line", "peers": "what the others spend", "decision": "a strategy of its own",
    PLAYED: PLAYED, "limit": "highest and lowest share",
}  # fmt: skip
"""What each term is called, in the order in which they are shown."""

PP = Shown("Defence spending", "pp of GDP", "pp of GDP")


class Budgets(NamedTuple):
    """All budgets of one ally in some worlds: terms by name, each [world, year], pp of GDP, and the share after."""

    years: tuple[int, ...]
    terms: dict[str, Array]
    share: Array  # [world, year], % of GDP
    start: float  # % of GDP, before the first budget


@dataclass(frozen=True)
class Drivers:
    """What moved the budgets of one ally, as tables.

    `yearly`: driver, words, year, mean, low, median, high (pp of GDP that year, in the scenario). `summed`: driver,
    words, year, mean and base (means of scenario and baseline since the start), low, median, high, way, told (the
    paired difference since the start). `share`: year, mean, base, the means that the terms add up to.
    """

    ally: str
    plan: str
    start: str
    year_start: int
    share_start: float
    strategy: str
    yearly: pd.DataFrame
    summed: pd.DataFrame
    share: pd.DataFrame


# --- the terms of many worlds -------------------------------------------------------------------------------------


def taken_apart(strategy: str, o: Observation, p: Any, shock: Shock, share: Array) -> dict[str, Array]:
    """The terms of one budget in many worlds, each [W, 1], pp of GDP; `share` is what was decided.

    As `sim.analysis.decision`, with two things shared out in proportion: the lift that was used among what asked for
    it, and what the highest and lowest share cut off a plan among the terms of the plan.
    """
    if strategy not in ANSWERS:
        return {PLAYED if strategy == PLAYED else "decision": share - o.share}
    logs = {name: np.broadcast_to(term(o, p, shock), share.shape) for name, term in PLAN.items()}
    whole: Any = sum(logs.values())
    planned, still = burden.within_reach(o.share * np.exp(whole)), whole == 0.0
    per_log = np.where(still, o.share, (planned - o.share) / np.where(still, 1.0, whole))
    terms, left = {name: log * per_log for name, log in logs.items()}, share - planned
    if strategy == "PledgeKeeper":
        lifts = _lifts(o, p, planned)
        return terms | lifts | {"limit": left - sum(lifts.values())}
    return terms | {{"Attractor": "line", "Drifter": "limit"}.get(strategy, "peers"): left}


def _lifts(o: Observation, p: Any, planned: Array) -> dict[str, Array]:
    """The lift that was used (2b, 2c), by what asked for it."""
    asked = {name: np.broadcast_to(part(o, p), planned.shape) for name, part in ASKED.items()}
    whole: Any = sum(asked.values())
    willing: Any = np.prod(np.broadcast_arrays(*(factor(o, p) for factor in FACTORS.values())), axis=0)
    used = np.minimum(np.maximum(whole, 0.0) * willing, np.maximum(o.pledge - planned, 0.0))
    return {name: used * np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), 0.0)
            for name, part in asked.items()}  # fmt: skip


def budgets(plan: Plan, seat: int, worlds: Sequence[int], seed: int) -> Budgets:
    """Every budget of one ally in these worlds, taken apart; worlds as `ensemble.play` plays them, bit for bit."""
    parts = [_block(plan, seat, block, seed) for block in _blocks(worlds)]
    first = parts[0]
    terms = {name: np.concatenate([part.terms[name] for part in parts]) for name in first.terms}
    return first._replace(terms=terms, share=np.concatenate([part.share for part in parts]))


def _blocks(worlds: Sequence[int]) -> list[Sequence[int]]:
    return [worlds[n : n + ensemble.BLOCK] for n in range(0, len(worlds), ensemble.BLOCK)]


def _block(plan: Plan, seat: int, worlds: Sequence[int], seed: int) -> Budgets:
    state, given = opening(plan, seed, worlds)
    luck, memory = draws.block(seed, worlds, plan.quarters, plan.roster.iso3), Memory()
    cast, here = Blindfolds(plan.strategies, {}), slice(seat, seat + 1)
    played = {calendar.year(q) for q in plan.decisions.get(plan.roster.iso3[seat], {})}
    years, shares, rows = [], [], []
    for quarter, label in enumerate(plan.quarters):
        now = at_quarter(plan, given, luck, quarter, cast, memory)
        state = play_quarter(state, now)
        if now.budgets:
            year, share = calendar.year(label), state.share[:, here]
            strategy = PLAYED if year in played else plan.strategies[seat]
            seen, shock = cast.observation.at(here), cast.shock.at(here)
            rows.append(taken_apart(strategy, seen, given.params.burden, shock, share))
            years.append(year)
            shares.append(share)
    nought = np.zeros((len(worlds), 1))
    names = [name for name in WORDS if any(name in row for row in rows)]
    terms = {name: np.hstack([row.get(name, nought) for row in rows]) for name in names}
    return Budgets(tuple(years), terms, np.hstack(shares), float(plan.roster.share[seat]))


# --- as tables ----------------------------------------------------------------------------------------------------

ROUNDING = 1e-9
"""What is left over by rounding, pp of GDP: terms that are never larger are left out."""


def drivers(asked: Question, ally: str) -> Drivers:
    """What moves the budgets of one ally (its name or code), beside the baseline in the same worlds.

    Raises InputError for an ally that cannot be meant or has no forces, ScenarioError for a question that cannot.
    """
    scenario = asked.resolved()
    plan, base = scenario.plan(), loaded(BASELINE).under(scenario).plan()
    seat, worlds = seat_of(plan.roster, ally), range(asked.worlds)
    if not any(map(calendar.is_first, plan.quarters)):
        raise InputError(f"year: no budget is decided between {plan.quarters[0]} and {plan.quarters[-1]}.")
    own, other = (budgets(p, seat, worlds, asked.seed) for p in (plan, base))
    both = {**own.terms, **other.terms}
    names = [n for n in WORDS if n in both and any(np.abs(b.terms.get(n, 0.0)).max() > ROUNDING for b in (own, other))]
    share = pd.DataFrame({"year": own.years, "mean": own.share.mean(axis=0), "base": other.share.mean(axis=0)})
    return Drivers(
        ally=plan.roster.name[seat], plan=plan.fingerprint, start=scenario.start, strategy=plan.strategies[seat],
        year_start=calendar.year(plan.quarters[0]) - 1, share_start=own.start,
        yearly=yearly(own, names), summed=summed(own, other, names), share=share,
    )  # fmt: skip


def yearly(own: Budgets, names: Sequence[str]) -> pd.DataFrame:
    """What each driver did in each year, pp of GDP: mean, and median with its 90% band."""
    nought, frames = np.zeros_like(own.share), []
    for name in names:
        values = own.terms.get(name, nought)
        low, median, high = np.quantile(values, ENDS, axis=0)
        told = {"driver": name, "words": WORDS[name], "year": own.years, "mean": values.mean(axis=0)}
        frames.append(pd.DataFrame(told | {"low": low, "median": median, "high": high}))
    return pd.concat(frames, ignore_index=True)


def summed(own: Budgets, other: Budgets, names: Sequence[str]) -> pd.DataFrame:
    """What each driver did since the start, pp of GDP: means of scenario and baseline, and their paired difference."""
    nought, frames = np.zeros_like(own.share), []
    for name in names:
        now, before = (np.cumsum(b.terms.get(name, nought), axis=1) for b in (own, other))
        change = paired._told((now - before).T, PP).rename(columns={"words": "told"})
        at = {"driver": name, "words": WORDS[name], "year": own.years}
        frames.append(pd.DataFrame(at | {"mean": now.mean(axis=0), "base": before.mean(axis=0)}).join(change))
    return pd.concat(frames, ignore_index=True)


def words(found: Drivers, year: int) -> str:
    """What moved the budgets up to a year, in a sentence: the whole change, and the largest driver either way, first
    the one that goes the way of the change.
    """
    rows = found.summed[found.summed.year == year]
    share = found.share[found.share.year == year].iloc[0]
    change = share["mean"] - found.share_start
    ways = {1: rows.loc[rows["mean"].idxmax()], -1: rows.loc[rows["mean"].idxmin()]}
    said = {1: "most comes from", -1: "most weighs against it"}
    along = 1 if change >= 0 else -1
    parts = [
        f"{said[way * along]} {ways[way].words} ({ways[way]['mean']:+.2f} pp)"
        for way in (along, -along) if way * ways[way]["mean"] > 0.005
    ]  # fmt: skip
    return (
        f"{found.ally} spends {abs(change):.2f} pp of GDP {'more' if change >= 0 else 'less'} in {year} than in "
        f"{found.year_start}, on average over worlds"
        f"{'; ' if parts else ''}{', '.join(parts)}. In the baseline it is {share.base - found.share_start:+.2f} pp."
    )


def yearly_words(found: Drivers, year: int) -> str:
    """The chart of drivers by year in a sentence: those of one year."""
    rows = found.yearly[found.yearly.year == year]
    told = ", ".join(f"{words} {mean:+.2f}" for words, mean in zip(rows.words, rows["mean"], strict=True))
    return f"What moved the budget of {found.ally} in {year}, pp of GDP, means over worlds: {told}."


def summed_words(found: Drivers, year: int) -> str:
    """The chart of drivers since the start in a sentence."""
    rows = found.summed[found.summed.year == year]
    told = ", ".join(
        f"{r.words} {r.mean_:+.2f} ({r.base:+.2f})" for r in rows.rename(columns={"mean": "mean_"}).itertuples()
    )
    return f"What moved spending since {found.year_start}, pp of GDP, means over worlds (baseline): {told}."
