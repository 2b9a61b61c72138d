"""What one agent saw and did in one quarter of a chronicle, in words with units."""

from typing import Any

import numpy as np
import pandas as pd

from sim.chronicle import Chronicle
from sim.chronicle.event import RUSSIA, UNITED_STATES, hundred
from sim.errors import InputError
from sim.frames import times
from sim.reading import hint

SAW, DID, STANDS = "saw", "did", "beside"
"""Parts of the table: what an agent looked at, what it did, and what stands beside and it does not see."""

COLUMNS = ("", "what", "here", "in the baseline")
"""Parts, what it is, its value in this world, and that in the same world of the baseline."""

Row = tuple[str, str, str, str]


def agents(told: Chronicle) -> tuple[str, ...]:
    """All whose quarter can be looked at: the United States, Russia, every ally."""
    return (UNITED_STATES, RUSSIA, *told.names)


def seat(told: Chronicle, agent: str, quarter: str) -> pd.DataFrame:
    """What an agent saw and did in a quarter; columns as in COLUMNS. Raises InputError for an unknown one of either."""
    if quarter not in told.quarters:
        span = f"{told.quarters[0]} to {told.quarters[-1]}"
        raise InputError(f"quarter: {str(quarter)[:20]!r} is not in the run, {span}.")
    if agent not in agents(told):
        raise InputError(f"agent: unknown {str(agent)[:60]!r}. {hint(str(agent), agents(told), most=40)}")
    makers = {UNITED_STATES: _united_states, RUSSIA: _russia}
    rows = makers[agent](told, quarter) if agent in makers else _ally(told, agent, quarter)
    return pd.DataFrame(rows, columns=COLUMNS)


def budget_of(told: Chronicle, ally: str, quarter: str) -> Any | None:
    """The budget of an ally that holds in a quarter, as a row of `Chronicle.budgets`; None where there is none."""
    own = told.budgets[(told.budgets.ally == ally) & (told.budgets.quarter.astype(str) <= quarter)]
    return own.iloc[-1] if len(own) else None


# --- an ally ------------------------------------------------------------------------------------------------------


def _ally(told: Chronicle, ally: str, quarter: str) -> list[Row]:
    here = told.allies[(told.allies.ally == ally) & (told.allies.quarter == quarter)].iloc[0]
    rows = [
        (SAW, "The threat that it feels", f"{here.threat:.2f} of 1", ""),
        (SAW, "US soldiers in the country", persons(here.troops), persons(here.base_troops)),
        (SAW, "That the United States would fight for it, it believes", hundred(here.credibility_ally),
         hundred(here.base_credibility_ally)),
    ]  # fmt: skip
    budget = budget_of(told, ally, quarter)
    if budget is None:
        rows += [(DID, "Budget", "none: it has no armed forces" if np.isnan(here.asked) or not here.share else
                  "none yet in this run", "")]  # fmt: skip
    else:
        rows += _budget(budget, here, str(budget.quarter) == quarter)
    return [
        *rows,
        (DID, "Nuclear hedging (a judgement about motives)", f"{here.hedge:.3f} of 1", ""),
        (DID, "Aid to Ukraine", f"{here.aid:.2f}% of GDP", ""),
        (STANDS, "How far it meets the threshold in the eyes of the United States", f"{here.compliance:.2f} of 1", ""),
        (STANDS, "Its forces, relative to the start", f"× {here.capability:.2f}", ""),
        (STANDS, "That the United States would fight for it (no agent ever reads this)", hundred(here.commitment), ""),
    ]


def _budget(budget: Any, here: Any, now: bool) -> list[Row]:
    """The rows about money: a decision where one is made, else the budget that goes on."""
    base = share(here.base_share)
    if not now:
        return [(DID, f"Goes on with its budget of {str(budget.quarter)[:4]}", share(here.share), base)]
    planned = "" if np.isnan(budget.planned) else share(budget.planned)
    seen = [
        ("The line that it is asked to reach", share(budget.asked)),
        ("Room in its public finances", f"{budget.room:.2f} of 1"),
        ("Help that it can expect, since the last budget", percent(budget.help_change)),
        ("What the others report to spend, since the last budget", percent(budget.peers_change)),
        ("US pressure for the pledge", f"{budget.pressure:.2f} of 1"),
        ("The condition on US defence, after Congress", f"{budget.conditionality:.2f} of 1"),
        ("A new government", "yes" if budget.new_government else "no"),
    ]
    done = [
        ("Planned before any pledge", planned),
        ("Lifted toward the line by", f"{budget.lift:.2f} points of GDP"),
        ("Weighed most", f"{budget.reason} ({_signed(budget.weight)} points)"),
    ]
    year = f"Budget of {str(budget.quarter)[:4]} (the year before: {budget.before:.2f}%)"
    return [
        *((SAW, what, value, "") for what, value in seen),
        *((DID, what, value, "") for what, value in done if value),
        (DID, year, share(budget.share), base),
        (DID, "Reports", share(budget.reported), ""),
    ]


# --- the United States and Russia ---------------------------------------------------------------------------------


def _united_states(told: Chronicle, quarter: str) -> list[Row]:
    here = told.common[told.common.quarter == quarter].iloc[0]
    allies = told.allies[(told.allies.quarter == quarter) & (told.allies.share > 0.0)]
    moved = told.moves[told.moves.quarter == quarter]
    full = int((allies.compliance >= 0.99).sum())
    low = allies.loc[allies.compliance.idxmin()]
    return [
        (SAW, "Allies that meet the threshold in full, by their last reports", f"{full} of {len(allies)}", ""),
        (
            SAW,
            "The ally furthest from it",
            "" if full == len(allies) else f"{low.ally} ({low.compliance:.2f} of 1)",
            "",
        ),
        (DID, "Soldiers wanted in Europe", persons(here.wanted), persons(here.base_wanted)),
        (DID, "Soldiers who leave a place", persons(moved.left.sum()), ""),
        (DID, "Soldiers who set out for one", persons(moved.set_out.sum()), ""),
        (DID, "Soldiers who arrive", persons(moved.arrived.sum()), ""),
        (
            DID,
            "Soldiers in Europe, those under way included",
            persons(here.troops_europe),
            persons(here.base_troops_europe),
        ),
        (DID, "Soldiers under way", persons(here.troops_in_transit), ""),
        (DID, "Soldiers at home and everywhere else", persons(here.troops_home), ""),
        (DID, "Soldiers assigned to the Indo-Pacific", persons(here.troops_indopacific), ""),
        (DID, "Soldiers on the southern border", persons(here.troops_border), ""),
    ]


def _russia(told: Chronicle, quarter: str) -> list[Row]:
    here = told.common[told.common.quarter == quarter].iloc[0]
    place = told.quarters.index(quarter)
    before = told.common.attacks.iloc[place - 1] if place else 0.0
    rows = [
        (SAW, "The war in Ukraine", "goes on" if here.war else "has ended", ""),
        (SAW, "Its forces free for another front", f"{100 * here.russia_free:.0f}% of all", ""),
    ]
    for front in told.fronts[told.fronts.quarter == quarter].itertuples():
        met = f"{front.front}: forces that it would meet, relative to the start"
        rows += [
            (SAW, f"{front.front}: that the United States would fight, it believes", hundred(front.belief), ""),
            (SAW, met, f"× {front.defence:.2f}", ""),
            (DID, f"{front.front}: drawn to a limited attack", f"{times(front.pull)} the baseline", "×1"),
        ]
    rows.sort(key=lambda row: row[0] != SAW)
    return [*rows, (DID, "Limited attack in this quarter", "yes" if here.attacks > before else "no", "")]


# --- numbers ------------------------------------------------------------------------------------------------------


def persons(number: float) -> str:
    """Soldiers, to the person: in one world that is what stands there."""
    return f"{number:,.0f}"


def share(value: float) -> str:
    """A share of GDP."""
    return f"{value:.2f}% of GDP"


def percent(log: float) -> str:
    """A log change in percent."""
    return f"{100 * np.expm1(log):+.1f}%".replace("-", "−")


def _signed(points: float) -> str:
    return f"{points:+.2f}".replace("-", "−")
