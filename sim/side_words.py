"""Scenarios side by side in words: tables of one year, and a sentence for each chart."""

from typing import Any

import numpy as np
import pandas as pd

from sim import frames, paired, ways
from sim.outcomes import HEADLINES, OUTCOMES
from sim.report import COSTS
from sim.side import COMPARED, Column, Side
from sim.tables import number


def outcomes_told(found: Side, year: int) -> pd.DataFrame:
    """The differences of a year: outcome, a column a scenario, unit; what differs under none of them is left out.

    The headlines stand first and always; the three definitions of US cost come together or not at all.
    """
    rows = frames.of_year(found.effects, year)
    moved = set(rows.outcome[rows.way != ways.NOUGHT])
    if moved & COSTS:
        moved |= COSTS
    told = []
    for name in [name for name in COMPARED if name in moved or name in HEADLINES]:
        own, declared = rows[rows.outcome == name].set_index("letter"), paired.shown(name)
        cells = {column.title: _cell(own.loc[column.letter], declared) for column in found.compared}
        told.append({"outcome": OUTCOMES[name].label, "unit": declared.change, **cells})
    return pd.DataFrame(told)


def _cell(row: Any, declared: paired.Shown) -> str:
    """A difference for a table: where no direction is clear the band alone, and the worlds counted."""
    if row.way != ways.UNCLEAR:
        return str(row.words)
    return f"{ways.UNCLEAR} ({declared.band(row.low, row.high)}; {row.short})"


def risks_told(found: Side, year: int) -> pd.DataFrame:
    """The risk of a limited attack since the start as a multiple of the reference's: front, school, each scenario."""
    rows = frames.of_year(found.risks, year)
    told = []
    for (front, school), own in rows.groupby(["front", "school"], sort=False):
        cells = {
            column.title: f"{row.words} ({frames.times(row.low)} to {frames.times(row.high)})"
            for column in found.compared
            for row in own[own.letter == column.letter].itertuples()
        }
        told.append({"front": front, "school": school, **cells})
    return pd.DataFrame(told)


def regret_told(found: Side, year: int) -> pd.DataFrame | None:
    """Regret by policy and school, two significant digits."""
    if found.regret is None:
        return None
    rows = frames.of_year(found.regret, year)
    wide = rows.pivot(index="policy", columns="school", values="regret")
    wide = wide.loc[list(dict.fromkeys(rows.policy)), list(dict.fromkeys(rows.school))]
    return wide.map(number).rename_axis(columns=None).reset_index()


def gains(found: Side, of: str, year: int) -> pd.DataFrame:
    """What the chart by ally draws: the rows of one thing in one year, with `rank`; who never differs is left out.

    Allies stand in the order of the first scenario, whoever gains most first, then of the next one.
    """
    letters = [column.letter for column in found.compared]
    rows = found.allies[(found.allies.of == of) & (found.allies.year == year) & found.allies.letter.isin(letters)]
    differ = rows.groupby("ally").way.transform(lambda own: (own != ways.NOUGHT).any())
    rows = rows[differ.astype(bool)].reset_index(drop=True)
    wide = rows.assign(middle=rows.low + rows.high).pivot(index="ally", columns="letter", values=["median", "middle"])
    keys = [(value, letter) for letter in wide.columns.levels[1] for value in ("median", "middle")]
    place = {ally: rank for rank, ally in enumerate(wide.sort_values(keys, ascending=False).index)} if len(wide) else {}
    return rows.assign(rank=[place[ally] for ally in rows.ally])


def gains_words(found: Side, of: str, year: int, column: Column) -> str:
    """Who gains and who loses under one scenario, in a sentence."""
    declared, rows = paired.BY_ALLY[of], found.allies
    own = rows[(rows.of == of) & (rows.year == year) & (rows.letter == column.letter)]
    told = []
    for way, words in (("more", declared.more), ("less", declared.less)):
        there = own[own.way == way]
        if len(there):
            far = there.iloc[np.argmax(np.abs(there["median"].to_numpy()))]
            step = f"{far.ally} furthest, {declared.words(far['median'], True)} {declared.change}"
            told.append(f"{len(there)} of {len(own)} allies {words} ({step})")
    for way in (ways.UNCLEAR, ways.NOUGHT):
        if count := int((own.way == way).sum()):
            told.append(f"{count} of {len(own)} {way}")
    return f"{column.letter}: {'; '.join(told)}"


def summary(found: Side, year: int, worlds: int) -> str:
    """How many allies reach the threshold under each scenario, in a sentence."""
    rows = frames.of_year(found.levels, year)
    rows = rows[rows.outcome == "allies_at_threshold"].set_index("letter")
    lines = {column.letter: column.thresholds[year] for column in found.columns}
    told = [f"{row.p50:.0f} under {letter} ({lines[letter]:g}%)" for letter, row in rows.iterrows()]
    listed = " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))
    which = "the threshold" if len(set(lines.values())) == 1 else "the threshold of their own scenario"
    return (
        f"In this model, by {year}, of {found.allies_in_all} allies {listed} reach {which} (medians of {worlds:,} "
        "simulated worlds, not a forecast)."
    )


def twins(found: Side) -> list[str]:
    """A sentence for each scenario whose policy is the very same as that of one before it."""
    first: dict[str, Column] = {}
    same = [(column, first.setdefault(column.plan, column)) for column in found.columns]
    return [
        f"{column.letter} is the very same policy as {other.letter}." for column, other in same if column is not other
    ]


def levels_words(found: Side, outcome: str, column: Column, year: int) -> str:
    """One panel of a level over the years in a sentence."""
    rows = found.levels[(found.levels.outcome == outcome) & (found.levels.letter == column.letter)]
    row, declared = frames.of_year(rows, year).iloc[0], paired.shown(outcome)
    return (
        f"{declared.title}, {column.title}: at the end of {year} the median of simulated worlds is "
        f"{declared.words(row.p50)} {declared.unit}, 90% of worlds lie between {declared.words(row.p5)} and "
        f"{declared.words(row.p95)}; the reference's median is {declared.words(row.base)}."
    )


def effects_words(rows: pd.DataFrame, outcome: str) -> str:
    """One panel of differences in a sentence."""
    declared = paired.shown(outcome)
    told = "; ".join(f"{row.letter} {row.words}" for row in rows.itertuples())
    return f"{declared.title}, difference to the reference in {declared.change}, median and 90% of worlds: {told}."
