"""What a line of the log is, and how a series crosses a mark."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sim.plan import Plan
from sim.state import Array

UNITED_STATES, RUSSIA, ALL_ALLIES, UKRAINE = "United States", "Russia", "All allies", "Ukraine"
"""Who may be named beside an ally."""

KINDS: Mapping[str, str] = {
    "policy": "what governments set: levers, at the start and when they move",
    "withdrawal": "whether a withdrawal comes about",
    "budgets": "what all allies decide in a year",
    "budget": "what one ally decides, and what weighs most in it",
    "line": "an ally reaches a line, or falls below it",
    "posture": "US soldiers who leave, set out and arrive",
    "host": "the same, host by host",
    "belief": "what allies and Russia believe of the US commitment",
    "doubt": "the same, ally by ally",
    "cohesion": "what holds the alliance together",
    "hedging": "motives for a bomb of one's own",
    "war": "the war in Ukraine, aid, peacekeepers, Russia's free forces",
    "risk": "how strongly Russia is drawn to an attack, against the same world of the baseline",
    "attack": "limited attacks, and the answer",
}
"""Kinds of lines, and what they are about."""

DETAIL = ("budget", "host", "doubt")
"""Kinds with a line for each ally, which an overview leaves out."""


class Event(NamedTuple):
    """One line of the log."""

    at: int  # index of the quarter
    who: str
    kind: str
    sentence: str


class Crossing(NamedTuple):
    """A series passes a mark."""

    at: int  # index of the quarter
    mark: float
    up: bool


def crossings(start: float, series: Array, marks: Sequence[float], slack: float) -> Iterator[Crossing]:
    """Where a series [T] that begins at `start` passes marks; it must go beyond a mark by `slack`, either way.

    What trembles around a mark is told once. Of several marks passed in one quarter the last is told.
    """
    above = [start >= mark for mark in marks]
    for index, value in enumerate(series):
        passed = [
            Crossing(index, mark, value >= mark)
            for place, mark in enumerate(marks)
            if (value >= mark) != above[place] and abs(value - mark) >= slack
        ]
        for crossing in passed:
            above[marks.index(crossing.mark)] = crossing.up
        if passed:
            yield passed[-1] if passed[-1].up else passed[0]


def hundred(chance: float) -> str:
    """A chance as a frequency: "47 in 100"."""
    return f"{100 * chance:.0f} in 100"


def several(parts: Sequence[tuple[str, float]], most: int = 3) -> str:
    """The largest of some parts by name, and how many more there are: "Germany 2,100, Italy 800 and 2 more"."""
    ordered = sorted(parts, key=lambda part: -part[1])
    told = ", ".join(f"{name} {value:,.0f}" for name, value in ordered[:most])
    return f"{told} and {len(ordered) - most} more" if len(ordered) > most else told


def places(plan: Plan) -> tuple[str, ...]:
    """Names of the places of US troops [H]: the allies, then elsewhere."""
    return (*plan.roster.name, "elsewhere in Europe")
