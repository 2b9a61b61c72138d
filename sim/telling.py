"""An answer in three sentences: what happens, how sure one can be of it, and who says so.

About the whole alliance or one of its fronts. Every word is computed from the answer.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from sim import evidence, frames
from sim.outcomes import ANY, FRONT_NAMES, FRONTS
from sim.paired import BY_ALLY, CHANCE, NOUGHT
from sim.question import Answer
from sim.reference import roster

ALLIANCE = "Whole alliance"

FOCUS: Mapping[str, tuple[str, ...]] = {ALLIANCE: ()} | {
    FRONT_NAMES[front]: tuple(n for n, own in zip(roster().name, roster().front, strict=True) if own == front)
    for front in FRONTS
}
"""What can be asked about, by its name, and the allies that belong to it."""


def happens(found: Answer, focus: str, year: int) -> str:
    """What follows from the policy by the end of a year, next to the baseline, in plain text."""
    if found.nought:
        return f"Nothing changes against the baseline by {year}."
    told = _alliance(found, year) if focus == ALLIANCE else _front(found, focus, year)
    return f"By {year}, {told}. {_risk(found, focus, year)}"


def _alliance(found: Answer, year: int) -> str:
    """How many allies reach the threshold, what Europe and Canada spend, and the troops where they differ."""
    rows = {row.outcome: row for row in frames.of_year(found.headlines, year).itertuples()}
    reach, spend, troops = rows["allies_at_threshold"], rows["spending_europe_canada_share"], rows["troops_europe"]
    count = [round(share * found.allies / 100) for share in (reach.median, reach.base_median)]
    line = frames.threshold(found.lines, year)
    parts = [
        f"{count[0]} of {found.allies} allies reach {line:g}% of GDP (baseline: {count[1]})",
        f"Europe and Canada spend {spend.median:.1f}% ({_moves(found, spend)})",
    ]
    if not troops.identical:
        parts.append(f"{troops.median:,.0f} US soldiers stand in Europe (baseline: {troops.base_median:,.0f})")
    return ", ".join(parts)


def _moves(found: Answer, row) -> str:
    """A paired difference in points of GDP, with its band."""
    if row.identical:
        return NOUGHT
    text = f"{row.change_median:+.2g} points, in 90 of 100 worlds {row.change_low:+.2g} to {row.change_high:+.2g}"
    return text if row.clear_of_zero else f"{text}: {CHANCE}"


def _front(found: Answer, focus: str, year: int) -> str:
    """Spending of each ally of a front, and what all of them believe."""
    path = frames.of_year(found.spending, year).set_index("ally")
    rows = frames.of_year(found.by_ally, year)
    spend = rows[rows["of"] == "share"].set_index("ally")
    ways = {spend.way[ally] for ally in FOCUS[focus]}
    same = ways.pop() if len(ways) == 1 and ways <= {CHANCE, NOUGHT} else ""
    spent = ", ".join(
        f"{ally} {'spends ' if n == 0 else ''}{path.p50[ally]:.1f}%{' of GDP' if n == 0 else ''}"
        + ("" if same else f" ({spend.short[ally]})")
        for n, ally in enumerate(FOCUS[focus])
    )
    told = f", {_same(same)}" if same else ""
    return f"{spent}{told}{_belief(rows, FOCUS[focus])}"


def _same(way: str) -> str:
    """Words for spending that the policy leaves as it is."""
    return "exactly as in the baseline" if way == NOUGHT else f"{CHANCE} against the baseline"


def _belief(rows: pd.DataFrame, allies: Sequence[str]) -> str:
    """How the belief in US defence of some allies moves: the range of their medians."""
    own = rows[(rows["of"] == "credibility_ally") & rows.ally.isin(allies)]
    if own.empty or (own.way == NOUGHT).all():
        return "; belief in US defence stays as it is"
    clear = own[own.way.isin(["more", "less"])]
    if clear.empty:
        return f"; belief in US defence: {CHANCE}"
    ends = [BY_ALLY["credibility_ally"].words(value, True) for value in (own["median"].min(), own["median"].max())]
    word = "their belief" if len(allies) > 1 else "its belief"
    return f"; {word} in US defence moves by {' to '.join(dict.fromkeys(ends))} points of 100"


def _risk(found: Answer, focus: str, year: int) -> str:
    """The risk of a limited attack as a multiple of the baseline's, school by school."""
    front = FRONT_NAMES[ANY] if focus == ALLIANCE else focus
    rows = frames.of_year(found.risks, year)
    rows = rows[rows.front == front]
    where = "on any ally" if focus == ALLIANCE else f"on the {focus} front" if focus != "Baltic states" else "there"
    told = ", ".join(f"{row.words} ({row.school})" for row in rows.itertuples())
    return f"The risk of a limited attack {where} is {told} that of the baseline: four schools of deterrence."


def sure(found: Answer, focus: str, year: int) -> str:
    """How far the numbers can be trusted: what was tested, what cannot be, and how far schools and worlds disagree."""
    if found.nought:
        return "Exactly: both are played in the same worlds, and nothing differs."
    stored = evidence.scores()
    own = stored.of(evidence.ALLIES) if stored else []
    reach = f"was tested up to {evidence.years(own[-1].horizon)} ahead" if own else "was not tested"
    rows = frames.of_year(found.risks, year)
    rows = rows[rows.front == (FRONT_NAMES[ANY] if focus == ALLIANCE else focus)]
    low, high = frames.times(rows["low"].min()), frames.times(rows["high"].max())
    return (
        f"Spending without a new policy {reach} ({year} is {evidence.ahead(year, found.start)}); what a policy changes "
        f"was never tested, it is judgement. So is risk: over four schools and 90% of their worlds it is {low} to "
        f"{high} of a level that we assume."
    )


def who(found: Answer) -> list[str]:
    """Where each moved lever comes from: a sentence a lever, documents first."""
    moved = found.sources[found.sources.moved]
    return [_source(moved[moved.control == name]) for name in dict.fromkeys(moved.control)]


def _source(rows: pd.DataFrame) -> str:
    """A lever and its sources in a sentence."""
    facts = rows[rows.kind == "fact"]
    told = [
        f"document {document[:3]} of {own.date.iloc[0]}, "
        + " and ".join(f"{row.place} ({row.speaker}, {row.status})" for row in own.itertuples())
        for document, own in facts.groupby("document", sort=False)
    ]
    told += list(rows.says[rows.kind == "publication"])
    if (rows.kind == "assumption").any():
        told.append("in part our assumption" if told else "our assumption")
    return f"{rows.control.iloc[0].replace('_', ' ').capitalize()}: {'; '.join(told)}"
