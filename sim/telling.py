"""An answer in three sentences: what happens, how sure one can be of it, and who says so.

About the whole alliance or one of its fronts. Every word is computed from the answer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim import evidence, frames
from sim.origins import told
from sim.outcomes import ANY, FRONT_NAMES, FRONTS
from sim.paired import SHOWN
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


BAND, OPEN = ", in 90 of 100 worlds ", "(@"
"""Said with the first difference of an answer and understood with all others; where a difference opens."""


def happens(found: Answer, focus: str, year: int) -> str:
    """What follows from the policy by the end of a year, next to the baseline, in plain text."""
    if found.nought:
        return f"Nothing changes against the baseline by {year}."
    text = _alliance(found, year) if focus == ALLIANCE else _front(found, focus, year)
    return f"By {year}, {_once(text)}. {_risk(found, focus, year)}"


def _once(text: str) -> str:
    """What is said with every difference, said with the first only."""
    head, between, tail = text.partition(BAND)
    return f"{head}{between}{tail.replace(BAND, ', ')}".replace(OPEN, "(against the baseline ", 1).replace(OPEN, "(")


# --- the whole alliance -------------------------------------------------------------------------------------------


def _alliance(found: Answer, year: int) -> str:
    """How many allies report at least a line, what Europe and Canada spend, and the troops where they differ."""
    rows = {row.outcome: row for row in frames.records(found.headlines, year=year)}
    spend = rows["spending_europe_canada_share"]
    gap = _gap(ways_of(spend), _points, "points")
    parts = [_reach(found, year), f"Europe and Canada spend {spend.median:.1f}% of GDP {gap}"]
    if not rows["troops_europe"].identical:
        parts.append(_troops(rows["troops_europe"]))
    return "; ".join(parts)


def _reach(found: Answer, year: int) -> str:
    """How many allies report at least the line that moves."""
    row = frames.records(found.reaching, year=year)[0]
    change = ways_of(row)
    change = change._replace(**{end: getattr(change, end) * found.allies / 100 for end in ("low", "median", "high")})
    line = f"{row.line:.2g}%" + (", the pledge" if row.called == "pledge" else "")
    gap = _gap(change, SHOWN["allies_at_threshold"].words, "", COUNTS)
    return f"{round(row.median * found.allies / 100)} of {found.allies} allies report at least {line} {gap}"


def _troops(row: Any) -> str:
    """US soldiers in Europe; where only some worlds differ, what holds in those."""
    words, change = SHOWN["troops_europe"].words, ways_of(row)
    if not change.clear or change.everywhere:
        return f"{words(row.median)} US soldiers stand in Europe {_gap(change, words, '', COUNTS)}"
    part, fewer = (change.down, "fewer") if change.way == LESS else (change.up, "more")
    low, middle, high = sorted(abs(value) for value in (row.moved_low, row.moved_median, row.moved_high))
    ends = "" if words(low) == words(high) else f" ({words(low)} to {words(high)})"
    return f"in {hundred(part)} of 100 worlds {fewer} US soldiers stand in Europe: then {words(middle)} {fewer}{ends}"


# --- a front ------------------------------------------------------------------------------------------------------


def _front(found: Answer, focus: str, year: int) -> str:
    """Spending of each ally of a front, and what all of them believe."""
    path = {row.ally: row.p50 for row in frames.records(found.spending, year=year)}
    rows = [row for row in frames.records(found.by_ally, year=year) if row.ally in FOCUS[focus]]
    spend = {row.ally: ways_of(row) for row in rows if row.of == "share"}
    levels = {ally: f"{path[ally]:.1f}%" for ally in FOCUS[focus]}
    first, *others = levels
    spent = {first: f"{first} spends {levels[first]} of GDP"} | {ally: f"{ally} {levels[ally]}" for ally in others}
    if len({change.way for change in spend.values()} - {MORE, LESS}) == 1 and not any(c.clear for c in spend.values()):
        text = f"{', '.join(spent.values())} {_alike(list(spend.values()))}"
    else:
        gaps = {ally: _gap(change, _points, "points", room=not others) for ally, change in spend.items()}
        text = ", ".join(f"{words} {gaps[ally]}" for ally, words in spent.items())
    return f"{text}; {_belief(rows)}"


def _alike(changes: Sequence[Ways]) -> str:
    """Differences of several allies none of which has a direction, together."""
    if all(change.way == NOUGHT for change in changes):
        return f"{OPEN}the same in all worlds)"
    if len(changes) == 1:
        return f"{OPEN}{UNCLEAR}: {changes[0].counted()})"
    ends = [
        " to ".join(dict.fromkeys(f"{round(100 * part)}" for part in (min(parts), max(parts))))
        for parts in ([change.up for change in changes], [change.down for change in changes])
    ]
    return f"{OPEN}{UNCLEAR}: higher in {ends[0]}, lower in {ends[1]} of 100 worlds)"


def _belief(rows: Sequence[Any]) -> str:
    """How the belief in US defence of some allies moves: in how many, and where furthest."""
    own = {row.ally: ways_of(row) for row in rows if row.of == "credibility_ally"}
    if all(row.way == NOUGHT for row in own.values()):
        return "belief in US defence stays as it is"
    parts = []
    for way, moves in ((MORE, "rises"), (LESS, "falls")):
        there = {ally: row for ally, row in own.items() if row.way == way and not row.rare}
        if there:
            far = max(there, key=lambda ally: abs(there[ally].median))
            all_ = "all" if len(there) == len(own) else f"{len(there)} of"
            where = "" if len(own) == 1 else f" in {all_} {len(own)}, most in {far}"
            parts.append(f"{moves}{where} {_gap(there[far], _tenths, 'points')}")
    if all(row.rare or row.way == NOUGHT for row in own.values()):
        return "belief in US defence stays as it is in over 99 of 100 worlds"
    if not parts:
        counts = _alike(list(own.values())).removeprefix(f"{OPEN}{UNCLEAR}: ")
        return f"belief in US defence shows {UNCLEAR} ({counts}"
    return f"belief in US defence {' and '.join(parts)}"


# --- differences and risks ----------------------------------------------------------------------------------------


def ways_of(row: Any) -> Ways:
    """The paired difference of a row of `headlines` or `by_ally`."""
    prefix = "change_" if "change_low" in row._fields else ""
    low, median, high = (getattr(row, f"{prefix}{end}") for end in ("low", "median", "high"))
    return Ways(low, median, high, row.up, row.down, row.way)


COUNTS = ("more", "fewer")
"""Words for what is counted."""


def _gap(
    change: Ways, words: Callable[..., str], unit: str, way: tuple[str, str] = ("higher", "lower"), room: bool = True
) -> str:
    """A paired difference in brackets; `room` says whether worlds are counted at length."""
    counted = change.counted(*way) if room else change.brief()
    middle, ends = words(change.median, True), [words(end, True) for end in (change.low, change.high)]
    if change.way == NOUGHT:
        text = "the same in all worlds"
    elif not change.clear and not change.rare:
        text = f"{UNCLEAR}: {counted}"
    elif middle == "0" or change.rare:
        text = counted
    elif change.everywhere:
        same = ends[0] == ends[1]
        text = f"{middle} {unit}".strip() + (" in 90 of 100 worlds" if same else f"{BAND}{ends[0]} to {ends[1]}")
    else:
        text = f"{middle} {unit}".strip() + f", {counted}"
    return f"{OPEN}{text})"


def _points(value: float, sign: bool = False) -> str:
    """Points of GDP, to a hundredth at most."""
    rounded = round(value, 2) + 0.0
    short = f"{rounded:{'+' if sign else ''}.2f}"
    return short if 0.0 < abs(rounded) < 0.1 else number(value if rounded else 0.0, sign)  # rounded once, as elsewhere


def _tenths(value: float, sign: bool = False) -> str:
    """Points of belief in 100, to a tenth at most."""
    rounded = round(value, 1) + 0.0
    short = f"{rounded:{'+' if sign else ''}.1f}"
    return short if 0.0 < abs(rounded) < 9.95 else number(value if rounded else 0.0, sign)


def _risk(found: Answer, focus: str, year: int) -> str:
    """The risk of a limited attack as a multiple of the baseline's, school by school."""
    rows = _risks(found, focus, year)
    where = "on any ally" if focus == ALLIANCE else "there"
    head = f"The risk of a limited attack {where} is"
    if all(row.low == row.high == 1.0 for row in rows):
        return f"{head} exactly that of the baseline."
    if len({row.words for row in rows}) == 1 < len(rows):
        return f"{head} {rows[0].words} that of the baseline in all {frames.counted(len(rows))} schools."
    ratios = ", ".join(f"{row.words} ({row.school})" for row in rows)
    return f"{head} {ratios} that of the baseline."


def _risks(found: Answer, focus: str, year: int) -> list[Any]:
    """The risk in each school."""
    return frames.records(found.risks, year=year, front=FRONT_NAMES[ANY] if focus == ALLIANCE else focus)


# --- how sure, and who says so ------------------------------------------------------------------------------------


def sure(found: Answer, focus: str, year: int) -> str:
    """How far the numbers can be trusted: how forecasts did, what was never tested, and how far risks spread."""
    if found.nought:
        return "Exactly: both are played in the same worlds, and nothing differs."
    rows = _risks(found, focus, year)
    widest = min(row.low for row in rows), max(row.high for row in rows)
    ends = " to ".join(dict.fromkeys(map(frames.times, widest)))
    present = len({row.school for row in rows})
    over = f"{frames.counted(present)} schools" if present > 1 else f"the {rows[0].school} school"
    return (
        f"{_tested(focus, evidence.ahead(year, found.start), year)} What a policy changes was never tested, it is "
        f"judgement. So is risk: {ends} of an assumed level ({over}, 90% of worlds)."
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
    beyond = f"; {year} is {ahead} ahead, not tested" if ahead > last else ""
    return f"Spending forecasts without a new policy {evidence.brief_words(*series)}{beyond}."


def who(found: Answer) -> list[str]:
    """Where everything that was changed comes from: a sentence for each place, our own assumptions last."""
    return told(found.origins) or ["Nobody: nothing was changed"]
