"""What a seat sees when it decides: what its government sees in the model, and nothing more.

The true spending of others, what Russia believes, luck to come and what the model would do stay hidden.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim import quarters as calendar
from sim.errors import InputError
from sim.game import roles
from sim.game.follow import Year, followed
from sim.game.play import Game, in_force, scenario
from sim.game.roles import UNITED_STATES
from sim.params import levers
from sim.plan import Plan
from sim.reference import panel
from sim.rules import expit
from sim.state import State
from sim.tables import number

HIGHEST = 7.0
"""Upper end of the axis of spending, % of GDP: the same for all seats and years."""


@dataclass(frozen=True)
class Seat:
    """What a role sees before it decides a year. Tables:

    `facts`: what, value (text), means. `reported`: ally, last (% of GDP as reported for the last year), change (pp),
    line (what the ally is asked to reach), you (whether it is this seat). `history`: year, share (its own true
    spending, % of GDP), line; empty for the United States, which have `in_force` instead: lever, value, low, high,
    step, unit, about.
    """

    role: str
    name: str
    year: int
    card: tuple[str, ...]
    news: tuple[str, ...]
    facts: pd.DataFrame
    reported: pd.DataFrame
    history: pd.DataFrame
    in_force: pd.DataFrame
    last_share: float | None  # % of GDP, the ally's own in the last year


def seat(game: Game, role: str) -> Seat:
    """What a role sees in the year that is to be decided. Raises InputError for one nobody plays, or at the end."""
    if role not in game.roles:
        raise InputError(f"role: nobody plays {str(role)[:40]!r} here. Choose one of {', '.join(game.roles)}.")
    if game.over:
        raise InputError(f"year: the game ended with {game.last}. See its debrief.")
    plan = scenario(game, before=game.year).plan()
    years = followed(plan, game.seed, game.world, game.year)
    here = years[game.year]
    ally = None if role == UNITED_STATES else plan.roster.iso3.index(role)
    return Seat(
        role=role,
        name=game.name(role),
        year=game.year,
        card=roles.card(role, plan.roster),
        news=tuple(_news(game, plan, years, role)),
        facts=pd.DataFrame(
            _us_facts(here, plan) if ally is None else _facts(here, plan, ally), columns=["what", "value", "means"]
        ),
        reported=_reported(years, game.year, plan, role),
        history=_history(years, plan, ally),
        in_force=_in_force(game, plan) if ally is None else pd.DataFrame(),
        last_share=None if ally is None else float(here.before.share[0, ally]),
    )


# --- in words -----------------------------------------------------------------------------------------------------


def _news(game: Game, plan: Plan, years: dict[int, Year], role: str) -> list[str]:
    """What happened since a role decided last that everybody noticed, a sentence each."""
    here, last = years[game.year], years[game.year - 1]
    since, until = calendar.number(f"{game.year - 1}Q2"), calendar.number(f"{game.year}Q1")
    told = [
        f"{event.why.rstrip('.')} ({event.from_})."
        for event in game.unplayed.events
        if event.why and since <= calendar.number(event.from_) <= until
    ]
    spoken = game.choice(UNITED_STATES, game.year - 1)
    if spoken and spoken.why:
        told.append(f"The United States give a reason: {spoken.why.rstrip('.')}.")
    rows = [plan.quarters.index(f"{year}Q1") for year in (game.year - 1, game.year)]
    for name, declared in levers().items():
        before, now = (float(plan.levers[name][row]) for row in rows)
        if before != now:
            about = re.split("[;:]", declared.about)[0]
            told.append(f"{about}: {before:,g} → {now:,g} ({declared.unit}).")
    attacks, left = (_tests(here, role, n) - _tests(last, role, n) for n in ("attacks", "abandoned"))
    if attacks:
        fought = "did not fight" if left else "fought"
        told.append(f"There was a limited attack on the alliance, and the United States {fought}.")
    if last.state.war[0, 0] and not here.state.war[0, 0]:  # it ends before budgets: their threat knows of it
        told.append("The war in Ukraine has ended.")
    change = _in_europe(here.before) - _in_europe(last.before)
    if abs(change) >= 500.0:
        told.append(f"{abs(change):,.0f} US soldiers {'came to' if change > 0 else 'left'} Europe.")
    return told


def _tests(year: Year, role: str, what: str) -> float:
    """Attacks that a role knows of when it decides, or those in which the United States did not fight.

    In the first quarter allies decide before an attack may come. What the United States decide holds from the second.
    """
    lived = year.state if role == UNITED_STATES else year.before
    return float(getattr(lived, what)[0, 0])


def _in_europe(state: State) -> float:
    """US soldiers in Europe, those on their way from one place to another included, persons."""
    return float(np.sum(state.stationed[0]) + sum(np.sum(way[0]) for way in state.in_transit))


def _facts(here: Year, plan: Plan, ally: int) -> list[tuple[str, str, str]]:
    """What an ally's government sees of itself and of the world."""
    before, seen = here.before, here.seen.at([ally])
    share, money = float(before.share[0, ally]), float(before.share[0, ally] * before.gdp[0, ally] / 100.0)
    line = float(seen.pledge[0, 0])
    trusted = round(100 * float(expit(before.belief_ally[0, ally])))
    rows = [
        ("You spent last year", f"{share:.2f}% of GDP", f"{number(money)} bn USD of 2021"),
        ("You are asked for", f"{line:.2f}% of GDP", _gap(share, line)),
        (
            "The threat you feel",
            f"{float(seen.threat[0, 0]):.2f} of 1",
            "from Russia, more the nearer and the stronger",
        ),
        ("The US presses you", f"{float(seen.pressure[0, 0]):.2f} of 1", "to reach what you promised"),
        ("Its help depends on it", f"{float(seen.conditionality[0, 0]):.2f} of 1", "0 not at all, 1 entirely"),
        ("You believe it would fight", f"in {trusted} of 100 cases", "if you were attacked"),
        ("US soldiers with you", f"{float(before.stationed[0, ally]):,.0f}", "persons"),
        ("Room in your budget", f"{float(seen.room[0, 0]):.2f} of 1", "less, the higher the debt"),
    ]
    if float(seen.trade[0, 0]):
        rows.append(("Trade is tied to spending", f"{float(seen.trade[0, 0]):.2f} of 1", "by the US, for you"))
    if float(seen.new_government[0, 0]):
        rows.append(("Your government", "is new", "it came in this year"))
    return rows


def _gap(share: float, line: float) -> str:
    if share >= line:
        return "you are there"
    return f"{line - share:.2f} pp of GDP more than you spent"


def _us_facts(here: Year, plan: Plan) -> list[tuple[str, str, str]]:
    """What the United States see."""
    before, able = here.before, plan.roster.forces > 0.0
    reported, gdp = before.reported[0], before.gdp[0]
    reached = int(np.sum(reported[able] >= float(here.now.policy.threshold)))
    mean = float(np.sum(reported * gdp) / np.sum(gdp))
    return [
        ("Europe and Canada report", f"{mean:.2f}% of GDP", "spent last year, all together"),
        ("Allies at the threshold", f"{reached} of {int(able.sum())}", f"{float(here.now.policy.threshold):g}% of GDP"),
        ("Your soldiers in Europe", f"{_in_europe(before):,.0f}", "persons"),
        ("In the Indo-Pacific", f"{float(before.indopacific[0, 0]):,.0f}", "persons"),
        ("War in Ukraine", "goes on" if here.state.war[0, 0] else "is over", ""),
    ]


# --- tables -------------------------------------------------------------------------------------------------------


def _reported(years: dict[int, Year], year: int, plan: Plan, role: str) -> pd.DataFrame:
    """What every ally reports to have spent last year, the highest first."""
    roster, here = plan.roster, years[year]
    last, earlier = here.before.reported[0], years[year - 1].before.reported[0]
    table = pd.DataFrame({
        "ally": roster.name, "last": last, "change": last - earlier, "line": here.seen.pledge[0],
        "you": [code == role for code in roster.iso3],
    })  # fmt: skip
    return table[roster.forces > 0.0].sort_values("last", ascending=False, kind="stable").reset_index(drop=True)


def _history(years: dict[int, Year], plan: Plan, ally: int | None) -> pd.DataFrame:
    """An ally's own spending up to last year, and what it was asked for when it decided."""
    if ally is None:
        return pd.DataFrame(columns=["year", "share", "line"])
    begins = calendar.year(plan.quarters[0])
    known = panel()
    own = (known.iso3 == plan.roster.iso3[ally]) & (known.year < begins)
    past = pd.DataFrame({"year": known.year[own], "share": known.share[own], "line": np.nan})
    lived = pd.DataFrame({
        "year": [year - 1 for year in years if year > begins],
        "share": [float(y.before.share[0, ally]) for year, y in years.items() if year > begins],
        "line": [float(years[year - 1].seen.pledge[0, ally]) for year in years if year > begins],
    })  # fmt: skip
    now = pd.DataFrame(
        {"year": [max(years)], "share": [np.nan], "line": [float(years[max(years)].seen.pledge[0, ally])]}
    )
    return pd.concat([part for part in (past, lived, now) if len(part)], ignore_index=True)


def _in_force(game: Game, plan: Plan) -> pd.DataFrame:
    """The open levers as they stand, with their ends."""
    declared = levers()
    return pd.DataFrame(
        {
            "lever": name, "value": value, "low": declared[name].low, "high": declared[name].high,
            "step": declared[name].step, "unit": declared[name].unit, "about": declared[name].about,
        }
        for name, value in in_force(game, plan).items()
    )  # fmt: skip


def history_words(found: Seat) -> str:
    """The chart of one seat's own spending in a sentence."""
    told = found.history.dropna(subset=["share"])
    first, last = told.iloc[0], told.iloc[-1]
    return (
        f"{found.name}: defence spending as % of GDP, {first.share:.2f} in {first.year:.0f}, {last.share:.2f} in "
        f"{last.year:.0f}; asked for {found.history.line.iloc[-1]:.2f} in {found.year}."
    )
