"""A chronicle as charts see it: frames for one quarter on the screen, and the sentences that stand for them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim import quarters as calendar
from sim.chronicle import Chronicle
from sim.chronicle.event import RUSSIA, UNITED_STATES, hundred
from sim.chronicle.worlds import Paths
from sim.outcomes import HEADLINES
from sim.tables import number

STRIPS: Mapping[str, tuple[str, str]] = {
    "Defence spending": ("share", "% of GDP"),
    "Difference to the baseline": ("share less base", "points of GDP"),
    "Belief in US defence": ("credibility_ally", "in 100"),
    "US soldiers": ("troops", "persons"),
}
"""What the strip by ally can show: what it is made of, and its unit."""


class Panel(NamedTuple):
    """One quantity over the quarters of a world. `frame`: quarter, year (a number), value, base, now (0 or 1)."""

    key: str
    axis: str  # spending, chances or numbers: see `charts.world.ENDS`
    title: str
    unit: str
    frame: pd.DataFrame
    alt: str


def when(quarter: str) -> float:
    """A quarter as a place on an axis of years: its end, 2027.25 for the first one of 2027."""
    return (calendar.number(quarter) + 1) / 4.0


# --- paths of one world -------------------------------------------------------------------------------------------


def panels(told: Chronicle, agent: str, quarter: str) -> list[Panel]:
    """Three quantities of an agent over all quarters, next to the same world in the baseline."""
    if agent == UNITED_STATES:
        series = _of_us(told)
    elif agent == RUSSIA:
        series = _of_russia(told)
    else:
        series = _of_ally(told, agent)
    return [_panel(told, quarter, key, *rest) for key, rest in series.items()]


def _of_ally(told: Chronicle, ally: str) -> dict[str, tuple]:
    own = told.allies[told.allies.ally == ally]
    return {
        "spending": ("spending", f"{ally}: defence spending", "% of GDP", own.share, own.base_share),
        "belief": ("chances", f"{ally}: belief in US defence", "in 100", *(
            100 * own[name] for name in ("credibility_ally", "base_credibility_ally"))),
        "soldiers": ("numbers", f"{ally}: US soldiers there", "persons", own.troops, own.base_troops),
    }  # fmt: skip


def _of_us(told: Chronicle) -> dict[str, tuple]:
    own = told.common
    return {
        "soldiers": ("numbers", "US soldiers in Europe", "persons", own.troops_europe, own.base_troops_europe),
        "wanted": ("numbers", "US soldiers wanted in Europe", "persons", own.wanted, own.base_wanted),
        "belief": ("chances", "Allies' belief in US defence", "in 100", 100 * own.belief, 100 * own.base_belief),
    }


def _of_russia(told: Chronicle) -> dict[str, tuple]:
    fronts = told.fronts.groupby("quarter", observed=True, sort=True)
    worst = fronts["pull"].max()
    return {
        "free": ("chances", "Russian forces free for another front", "% of all", 100 * told.common.russia_free, None),
        "belief": ("chances", "Russia's belief in US defence, four fronts", "in 100", 100 * fronts.belief.mean(), None),
        "pull": (
            "numbers",
            "Drawn to an attack, the front most drawn to",
            "times the baseline",
            worst,
            np.ones(len(worst)),
        ),
    }


def _panel(told: Chronicle, quarter: str, key: str, axis: str, title: str, unit: str, values, base) -> Panel:
    value = np.asarray(values, dtype=np.float64)
    frame = pd.DataFrame({"quarter": list(told.quarters), "year": [when(q) for q in told.quarters], "value": value})
    frame["base"] = np.nan if base is None else np.asarray(base, dtype=np.float64)
    frame["now"] = (frame.quarter == quarter).astype(int)
    here = frame[frame.now == 1].iloc[0]
    other = "" if base is None else f", {number(here.base)} in the same world of the baseline"
    alt = (
        f"{title}, {unit}, world {told.world}, {told.quarters[0]} to {told.quarters[-1]}: {number(here.value)} in "
        f"{quarter}{other}; {number(value[0])} at first and {number(value[-1])} in the end."
    )
    return Panel(key, axis, title, unit, frame, alt)


# --- all allies at once -------------------------------------------------------------------------------------------


def strip(told: Chronicle, what: str, quarter: str) -> pd.DataFrame:
    """Every ally in every quarter. Columns: ally, year (where its cell begins), till, quarter, value, now (0 or 1)."""
    own = told.allies
    values = {
        "share": own.share, "share less base": own.share - own.base_share,
        "credibility_ally": 100 * own.credibility_ally, "troops": own.troops,
    }  # fmt: skip
    ends = {label: when(label) for label in told.quarters}
    till = own.quarter.map(ends).astype(float)
    return pd.DataFrame({
        "ally": own.ally.astype(str), "year": till - 0.25, "till": till, "quarter": own.quarter.astype(str),
        "value": values[STRIPS[what][0]].astype(float), "now": (own.quarter == quarter).astype(int),
    })  # fmt: skip


def strip_words(told: Chronicle, what: str, quarter: str) -> str:
    """The strip in a sentence, with the ends and the middle of the quarter that is marked."""
    own = strip(told, what, quarter)
    here = own[own.now == 1].sort_values("value")
    low, high = here.iloc[0], here.iloc[-1]
    return (
        f"{what} of {len(here)} allies, {STRIPS[what][1]}, by quarter, world {told.world}: in {quarter} from "
        f"{number(low.value)} ({low.ally}) to {number(high.value)} ({high.ally}), median {number(here.value.median())}."
    )


# --- many worlds --------------------------------------------------------------------------------------------------


def fan(told: Chronicle, found: Paths) -> pd.DataFrame:
    """Bands, a few worlds and the one that is open: the frame of `Paths` with rows of kind `open`, and `words`."""
    frame = found.frame.assign(words=found.frame.world.map(lambda world: f"world {world}"))
    if found.subject.outcome:
        own = told.results[told.results.outcome == found.subject.key]
        years, values = own.year, own.value
    else:
        code = found.subject.label.split(":")[0]
        own = told.allies[(told.allies.ally == code) & told.allies.quarter.astype(str).str.endswith("Q4")]
        years, values = own.quarter.astype(str).str[:4].astype(int), own.share.astype(float)
    opened = pd.DataFrame({
        "kind": "open", "year": list(years), "world": told.world, "value": list(values), "words": f"world {told.world}"
    })  # fmt: skip
    return pd.concat([frame, opened], ignore_index=True)


def fan_words(told: Chronicle, found: Paths, worlds: int) -> str:
    """The fan chart in a sentence."""
    frame = fan(told, found)
    band, own = frame[frame.kind == "band"].iloc[-1], frame[frame.kind == "open"].iloc[-1]
    return (
        f"{found.subject.label}, {found.subject.unit}: in {int(band.year)} 90 of 100 of {worlds:,} worlds lie between "
        f"{number(band.p5)} and {number(band.p95)}, median {number(band.p50)}, baseline {number(band.base)}; world "
        f"{told.world} ends at {number(own.value)}. {len(found.worlds)} single worlds are drawn to be opened."
    )


# --- in words -----------------------------------------------------------------------------------------------------


def sentence(told: Chronicle, quarter: str) -> str:
    """Where the world stands at the end of a quarter, next to itself in the baseline."""
    here = told.common[told.common.quarter == quarter].iloc[0]
    war = "the war in Ukraine goes on" if here.war else "the fighting in Ukraine has ended"
    return (
        f"At the end of {quarter}, in world {told.world}, Europe and Canada spend {here.together:.2f}% of GDP (in the "
        f"same world of the baseline {here.base_together:.2f}%), {here.troops_europe:,.0f} US soldiers stand in Europe "
        f"({here.base_troops_europe:,.0f}), allies put the chance that the United States would fight for them at "
        f"{hundred(here.belief)} ({100 * here.base_belief:.0f}), and {war}."
    )


def difference(told: Chronicle, year: int) -> pd.DataFrame:
    """The outcomes of a year in words: headlines, then others that differ from the baseline, then the rest.

    Columns: outcome, this world, baseline, change, unit.
    """
    rows = told.results[told.results.year == year]
    order = np.where(rows.outcome.isin(HEADLINES), 0, np.where(rows.change != 0.0, 1, 2))
    rows = rows.assign(order=order).sort_values("order", kind="stable")
    return pd.DataFrame({
        "outcome": [label[:1].upper() + label[1:] for label in rows.label],
        "this world": [number(value) for value in rows.value],
        "same world, baseline": [number(value) for value in rows.base],
        "change": [number(change, sign=True) for change in rows.change],
        "unit": list(rows.unit),
    })  # fmt: skip


def last_year(told: Chronicle, quarter: str) -> int | None:
    """The last year that has ended by a quarter; None where none has."""
    ended = [year for year in told.years if f"{year}Q4" <= quarter]
    return ended[-1] if ended else None
