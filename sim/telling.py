"""An answer in three sentences: what happens, how sure one can be of it, and who says so.

About the whole alliance or one of its fronts. Every word is computed from the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from sim import evidence, frames
from sim.origins import listed, told
from sim.outcomes import ANY, FRONT_NAMES, FRONTS
from sim.paired import BY_ALLY, SHOWN
from sim.question import Answer
from sim.reference import roster
from sim.tables import number
from sim.ways import LESS, MORE, NOUGHT, UNCLEAR, Ways, hundred

ALLIANCE = "Whole alliance"

FOCUS: Mapping[str, tuple[str, ...]] = {ALLIANCE: ()} | {
    FRONT_NAMES[front]: tuple(n for n, own in zip(roster().name, roster().front, strict=True) if own == front)
    for front in FRONTS
}
"""What can be asked about, by its name, and the allies that belong to it."""


BAND, AGAINST = ", in 90 of 100 worlds ", " against the baseline"
"""Said with the first difference of an answer, and understood with all others."""


def happens(found: Answer, focus: str, year: int) -> str:
    """What follows from the policy by the end of a year, next to the baseline, in plain text."""
    if found.nought:
        return f"Nothing changes against the baseline by {year}."
    told = _alliance(found, year) if focus == ALLIANCE else _front(found, focus, year)
    return f"By {year}, {_once(told)}. {_risk(found, focus, year)}"


def _once(told: str) -> str:
    """What is said with every difference, said with the first only."""
    for phrase, later in ((BAND, ", "), (AGAINST, "")):
        head, between, tail = told.partition(phrase)
        told = head + between + tail.replace(phrase, later)
    return told


# --- the whole alliance -------------------------------------------------------------------------------------------


def _alliance(found: Answer, year: int) -> str:
    """How many allies report at least a line, what Europe and Canada spend, and the troops where they differ."""
    rows = {row.outcome: row for row in frames.of_year(found.headlines, year).itertuples()}
    spend = rows["spending_europe_canada_share"]
    told = _gap(ways_of(spend), _points, "points")
    parts = [_reach(found, year), f"Europe and Canada spend {spend.median:.1f}% ({told})"]
    if not rows["troops_europe"].identical:
        parts.append(_troops(rows["troops_europe"]))
    return "; ".join(parts)


def _reach(found: Answer, year: int) -> str:
    """How many allies report at least the line that moves."""
    row = next(frames.of_year(found.reaching, year).itertuples())
    change = ways_of(row)
    change = change._replace(**{end: getattr(change, end) * found.allies / 100 for end in ("low", "median", "high")})
    line = f"{row.line:.2g}% of GDP" + (", the pledge" if row.called == "pledge" else "")
    told = _gap(change, SHOWN["allies_at_threshold"].words, "")
    return f"{round(row.median * found.allies / 100)} of {found.allies} allies report at least {line} ({told})"


def _troops(row: Any) -> str:
    """US soldiers in Europe; where only some worlds differ, what holds in those."""
    words, change = SHOWN["troops_europe"].words, ways_of(row)
    if not change.clear or change.everywhere:
        return f"{words(row.median)} US soldiers stand in Europe ({_gap(change, words, '')})"
    part, fewer = (change.down, "fewer") if change.way == LESS else (change.up, "more")
    low, middle, high = sorted(abs(value) for value in (row.moved_low, row.moved_median, row.moved_high))
    return (
        f"in {hundred(part)} of 100 worlds {fewer} US soldiers stand in Europe: then {words(middle)} {fewer} "
        f"({words(low)} to {words(high)})"
    )


# --- a front ------------------------------------------------------------------------------------------------------


def _front(found: Answer, focus: str, year: int) -> str:
    """Spending of each ally of a front, and what all of them believe."""
    path = frames.of_year(found.spending, year).set_index("ally")
    rows = frames.of_year(found.by_ally, year)
    spend = {row.ally: ways_of(row) for row in rows[rows["of"] == "share"].itertuples()}
    allies = FOCUS[focus]
    same = all(spend[ally].way == NOUGHT for ally in allies)
    spent = ", ".join(
        f"{ally} {'' if n else 'spends '}{path.p50[ally]:.1f}%{'' if n else ' of GDP'}"
        + ("" if same else f" ({_gap(spend[ally], _points, 'points', len(allies) == 1)})")
        for n, ally in enumerate(allies)
    )
    told = ", exactly as in the baseline" if same else ""
    return f"{spent}{told}; {_belief(rows, allies)}"


def _belief(rows: pd.DataFrame, allies: Sequence[str]) -> str:
    """How the belief in US defence of some allies moves: in how many, and where furthest."""
    own = {row.ally: ways_of(row) for row in rows[rows["of"] == "credibility_ally"].itertuples() if row.ally in allies}
    if all(row.way == NOUGHT for row in own.values()):
        return "belief in US defence stays as it is"
    words, told = BY_ALLY["credibility_ally"].words, []
    for way, moves in ((MORE, "rises"), (LESS, "falls")):
        there = {ally: row for ally, row in own.items() if row.way == way}
        if there:
            far = max(there, key=lambda ally: abs(there[ally].median))
            where = "" if len(allies) == 1 else f" in {len(there)} of {len(own)}, most in {far}"
            told.append(f"{moves}{where} ({_gap(there[far], words, 'points of 100')})")
    if not told:
        one = own[allies[0]]
        told = [f"shows {UNCLEAR}" + (f" ({one.brief} worlds)" if len(allies) == 1 else "")]
    return f"belief in US defence {' and '.join(told)}"


# --- differences and risks ----------------------------------------------------------------------------------------


def ways_of(row: Any) -> Ways:
    """The paired difference of a row of `headlines` or `by_ally`."""
    prefix = "change_" if "change_low" in row._fields else ""
    ends = (getattr(row, f"{prefix}{end}") for end in ("low", "median", "high"))
    return Ways(*ends, row.up, row.down, row.way)


def _gap(change: Ways, words: Callable[..., str], unit: str, room: bool = True) -> str:
    """A paired difference in brackets; `room` says whether worlds are counted at length."""
    counted = change.counted if room else change.brief
    if change.way == NOUGHT:
        return "as in the baseline"
    if not change.clear:
        return f"{UNCLEAR}{AGAINST}: {counted}"
    middle = f"{words(change.median, True)} {unit}".strip()
    if words(change.median, True) == "0" or not change.everywhere:
        return f"{counted}{AGAINST}" if words(change.median, True) == "0" else f"{middle}{AGAINST}, {counted}"
    ends = dict.fromkeys(words(end, True) for end in (change.low, change.high))
    return f"{middle}{AGAINST}{BAND}{' to '.join(ends)}"


def _points(value: float, sign: bool = False) -> str:
    """Points of GDP, to a hundredth at most."""
    return number(round(value, 2), sign)


def _risk(found: Answer, focus: str, year: int) -> str:
    """The risk of a limited attack as a multiple of the baseline's, school by school."""
    rows = _risks(found, focus, year)
    where = "on any ally" if focus == ALLIANCE else "there" if focus == "Baltic states" else f"on the {focus} front"
    head = f"The risk of a limited attack {where} is"
    if (rows[["low", "high"]] == 1.0).all(axis=None):
        return f"{head} exactly that of the baseline."
    told = listed([f"{row.words} ({row.school})" for row in rows.itertuples()])
    return f"{head} {told} that of the baseline."


def _risks(found: Answer, focus: str, year: int) -> pd.DataFrame:
    rows = frames.of_year(found.risks, year)
    return rows[rows.front == (FRONT_NAMES[ANY] if focus == ALLIANCE else focus)]


# --- how sure, and who says so ------------------------------------------------------------------------------------


def sure(found: Answer, focus: str, year: int) -> str:
    """How far the numbers can be trusted: how forecasts did, what was never tested, and how far risks spread."""
    if found.nought:
        return "Exactly: both are played in the same worlds, and nothing differs."
    rows = _risks(found, focus, year)
    low, high = frames.times(rows["low"].min()), frames.times(rows["high"].max())
    present = rows.school.nunique()
    over = f"over {frames.counted(present)} schools" if present > 1 else f"in the {rows.school.iloc[0]} school"
    return (
        f"{_tested(focus, evidence.ahead(year, found.start), year)} What a policy changes was never tested: judgement. "
        f"So is risk: {over} and 90% of worlds it is {low} to {high} of a level that we assume."
    )


def _tested(focus: str, ahead: int, year: int) -> str:
    """How forecasts of spending without a new policy did, for whom it is about, and how far ahead they went."""
    stored = evidence.scores()
    codes = dict(zip(roster().name, roster().iso3, strict=True))
    series = [evidence.AGGREGATE] if focus == ALLIANCE else [codes[ally] for ally in FOCUS[focus]]
    rows = [row for name in series for row in stored.of(name)] if stored else []
    if not rows:
        return f"No forecast of spending was tested: {evidence.NO_SCORES}."
    last = max(row.horizon for row in rows)
    beyond = f"; {year}, {evidence.years(ahead)} ahead, was not tested" if ahead > last else ""
    return f"Forecasts without a new policy {evidence.brief_words(*series)}{beyond}."


def who(found: Answer) -> list[str]:
    """Where everything that was changed comes from: a sentence for each place, our own assumptions last."""
    return told(found.origins) or ["Nobody: nothing was changed"]
