"""What an importance analysis says in words: what settling would tell, what chance is, and what cannot be told."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.analysis.sensitivity.factors import LUCK
from sim.controls import INDEXES
from sim.importance.pieces import ASSUMED, DOCUMENT, HEDGE
from sim.importance.views import Importance, called
from sim.outcomes import HEADLINES, OUTCOMES
from sim.outcomes.named import COSTS, is_risk, single
from sim.outcomes.named import named as named_outcome
from sim.tables import number

SAME = 0.015
"""Difference of parts, of the variance or of a band's width, up to which schools are said to be alike (assumption)."""

SHOWN = 8
"""Rows of a chart or a table; what lies below is summed up in a line."""

CAN = (
    "The design lets every setting of one thing meet many settings of all others. What is told is what knowing one "
    "thing alone would do on average; it sees curved and stepwise effects, too."
)
CANNOT = (
    "It cannot tell what two things do only together: parts do not add up to all of it, and what is narrowed does not "
    "add up at all. It holds for the ranges as they are assumed, and what drives a result in the model need not drive "
    "it in the world. An expected band can be wider: some answers would open what others close."
)


def titles() -> dict[str, str]:
    """Outcomes by what they are called: those of the first page, then risks, then all with one number a world.

    What US troops cost is left out: a definition of it is never shown without the two others.
    """
    names = dict.fromkeys([*HEADLINES, *(n for n in single() if is_risk(n)), *single()])
    return {title(name): name for name in names if name not in COSTS}


def title(name: str) -> str:
    """What an outcome is called: "Europe and Canada spend", "Risk of a limited attack: Baltic states"."""
    asked = named_outcome(name)
    label = called(asked.outcome, asked.label)
    return f"{label[0].upper()}{label[1:]}"


def explained(name: str) -> str:
    """What an outcome means and how it is read."""
    declared = OUTCOMES[named_outcome(name).outcome]
    return f"{declared.about} {declared.reading}".strip()


def question(found: Importance) -> str:
    """What was asked, as a question."""
    told = f"the difference that the policy makes to “{found.words}”" if found.baseline else f"“{found.words}”"
    if found.by == ASSUMED:
        return f"Which assumption matters most for {told}, by {found.year}?"
    return f"What would settling a passage tell about {told}, by {found.year}?"


def value(found: Importance, number_: float) -> str:
    """A number as people read it."""
    if found.ratio:
        return f"×{number(number_)}"
    if found.unit == "persons":
        number_ = round(number_, -2) + 0.0
    return number(number_, sign=bool(found.baseline))


def band(found: Importance, row: Any) -> str:
    """A band with its unit: "+0.3 to +1.5 % of GDP"."""
    low, high = value(found, row.low), value(found, row.high)
    ends = " to ".join(dict.fromkeys((low, high)))
    if found.ratio or found.unit in INDEXES:
        return ends
    return ends + (found.unit if found.unit.startswith("%") else f" {found.unit}")


def percent(part: float) -> str:
    """A part as a whole percentage."""
    return f"{100.0 * part:.0f}%"


def alike(found: Importance) -> tuple[tuple[str, ...], ...]:
    """Schools that say the same to a point, together: nothing is pooled, the first of them is shown."""
    groups: list[list[str]] = []
    for school in found.schools:
        home = next((g for g in groups if _same(found, g[0], school)), None)
        if home is None:
            groups.append([school])
        else:
            home.append(school)
    return tuple(map(tuple, groups))


def _same(found: Importance, one: str, other: str) -> bool:
    first, second = (of_school(found, school).set_index("key") for school in (one, other))
    bands = found.bands.set_index("school")
    mine, theirs = bands.loc[one], bands.loc[other]
    if max(abs(mine.low - theirs.low), abs(mine.high - theirs.high)) > SAME * (mine.high - mine.low):
        return False
    apart = (first[["first", "narrower"]] - second[["first", "narrower"]]).abs().max().max()
    return bool(apart <= SAME and (first.beyond == second.beyond)[first["first"] > SAME].all())


def of_school(found: Importance, school: str) -> pd.DataFrame:
    """The rows of one school, in the common order."""
    return found.rows[found.rows.school == school]


def moving(found: Importance) -> list[str]:
    """Keys that go beyond chance under some school, in the common order."""
    rows = found.rows[found.rows.beyond]
    order = found.rows.drop_duplicates("key").sort_values("rank").key
    return [key for key in order if key in set(rows.key)]


# --- sentences ------------------------------------------------------------------------------------------------------


def sentences(found: Importance) -> tuple[str, ...]:
    """What it means: for schools that say the same, what would tell most, and what luck leaves."""
    if found.still:
        return (
            f"The same number in every world played, under every school: nothing is uncertain about {found.words}.",
        )
    return tuple(" ".join(_said(found, schools)) for schools in alike(found))


def _said(found: Importance, schools: tuple[str, ...]) -> Iterator[str]:
    school = found.bands.set_index("school").loc[schools[0]]
    name = named(found, schools)
    if school.still:
        yield f"{name}: the same number in every world, so that nothing is left to settle."
        return
    rows = of_school(found, schools[0])
    order = "first" if found.by == ASSUMED else "narrower"
    clear = rows[rows.beyond & (rows.kind != LUCK)].sort_values(order, ascending=False, kind="stable")
    if clear.empty:
        yield f"{name}: nothing that could be known narrows the band beyond chance."
    else:
        yield f"{name}: {settling(found, school, clear.iloc[0])}"
        passages = clear[clear.document != ""]
        if clear.iloc[0].document == "" and not passages.empty:
            yield f"Of the passages: {settling(found, school, passages.iloc[0])}"
    luck = rows[rows.kind == LUCK]
    if not luck.empty and bool(luck.iloc[0].beyond):
        yield f"Luck alone explains {percent(luck.iloc[0]['first'])} of the variance: no knowledge takes that away."


def settling(found: Importance, school: Any, row: Any) -> str:
    """What settling one thing would do: "settling X would take the band from a to b to c to d (in expectation)"."""
    verb = "knowing" if found.by == ASSUMED or row.document == "" else "settling"
    before, after = (f"{value(found, each.low)}…{value(found, each.high)}" for each in (school, row))
    unit = "" if found.ratio or found.unit in INDEXES else f" {found.unit}"
    return (
        f"{verb} {titled(row)} would take the band that holds 90 of 100 worlds from {before} to {after}{unit} in "
        f"expectation, {percent(row.narrower)} narrower."
    )


def titled(row: Any) -> str:
    """What a row is, in our words, with its place."""
    return f"“{row.label}” ({place(row)})" if row.document else f"“{row.label}”"


def place(row: Any) -> str:
    """Document, date, place and office of a passage."""
    if not row.document:
        return ""
    return ", ".join(filter(None, [f"document {row.document}", row.date, row.place, row.speaker]))


def named(found: Importance, schools: tuple[str, ...]) -> str:
    """Schools in words: all of them, or by name."""
    return "Every school" if len(schools) == len(found.schools) > 1 else listed(schools)


def listed(names: tuple[str, ...]) -> str:
    """Names in words: "Mixed and spiral"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])).capitalize()


def verdict(found: Importance) -> str:
    """Whether the numbers may be read as they stand."""
    moving_ = found.bands[~found.bands.still]
    rough = tuple(moving_[~moving_.close].school)
    played = f"{found.size} settings of each, {found.worlds:,} worlds a school"
    if moving_.empty:
        return f"Nothing varied in {played}."
    if not rough:
        return (
            f"Settled: with {played} no half-width is above a fifth of the largest share, and both halves agree on it."
        )
    where = "" if len(rough) == len(moving_) else f" under {listed(rough).lower()}"
    read = "read no more than what comes first and what lies beyond chance"
    return f"Rough{where}: with {played}, {read}. More settings tell more."


def scale(found: Importance) -> str:
    """On which scale a band of multiples is measured; nothing for what is no multiple."""
    if not found.ratio:
        return ""
    return (
        "Multiples are measured in doublings (log2), so that ×½ and ×2 lie equally far from ×1: parts of the variance "
        "and “% narrower” are taken on that scale, and a band from ×½ to ×2 is as wide as one from ×1 to ×4."
    )


def together(found: Importance) -> str:
    """What the single parts leave over."""
    left = {schools: percent(max(at(found, schools[0]).together, 0.0)) for schools in alike(found)}
    told = ", ".join(f"{part} ({listed(schools).lower()})" for schools, part in left.items())
    if len(left) == 1:
        told = next(iter(left.values()))
    return f"What none of them explains alone, but only together with others: about {told} of the variance."


def at(found: Importance, school: str) -> Any:
    """The band of one school, and what is said of it."""
    return found.bands.set_index("school").loc[school]


def rest(found: Importance) -> str:
    """What is not drawn, in a line."""
    silent = found.rows.key.nunique() - len(moving(found))
    if not silent:
        return ""
    return f"{silent} more stay within what chance does in 99 of 100 cases, under every school."


def assumed(found: Importance) -> str:
    """What must be said of ranges that are ours."""
    ranged = found.rows.drop_duplicates("key")
    ranged = ranged[ranged.range != ""]
    if ranged.empty:
        return ""
    return (
        "What the policy is set to, but no document fixes, is open here: "
        + "; ".join(dict.fromkeys(ranged.range))
        + ". These ranges are our assumption, all values in them alike, so the band is wider than on the other pages."
    )


def alternative(found: Importance, schools: tuple[str, ...]) -> str:
    """A panel as a sentence, for those who do not see it."""
    rows = of_school(found, schools[0])
    rows = rows[rows.key.isin(moving(found)[:SHOWN])]
    told = "; ".join(
        f"{row.label}: explains {percent(row['first'])} by itself, band {band(found, row)}, "
        f"{percent(row.narrower)} narrower"
        for _, row in rows.iterrows()
    )
    return f"{named(found, schools)}: as drawn {band(found, at(found, schools[0]))}. {told or 'Nothing beyond chance.'}"


def overlap(found: Importance) -> str:
    """How things are filed, where several could claim them."""
    if found.by == ASSUMED:
        return ""
    how = {
        DOCUMENT: "the document of its first fact", HEDGE: "the word that leaves its first fact open",
    }.get(found.by, "its first fact")  # fmt: skip
    return (
        f"Everything open is filed once, under {how}, however many passages speak of it; what names none under "
        "published studies, our own assumptions, the spending panel or luck. Most of what is filed under a passage "
        "rests partly on our assumption."
    )
