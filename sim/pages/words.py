"""How the app puts numbers and names into words."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import streamlit as st

from sim.evidence import BADGES
from sim.outcomes import OUTCOMES
from sim.tables import JOINER, number


def theme() -> str:
    """The theme that the reader's browser asks for."""
    return "dark" if st.context.theme.type == "dark" else "light"


_ADDRESS = re.compile(r"://|www(?=\.)|@", re.IGNORECASE)
"""What makes browsers' Markdown take the words around it for an address, escaped or not."""

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>^&])")


def plain(text: str) -> str:
    """Text from a file or an address, so that Markdown shows it as it stands, loads nothing and links to nothing."""
    unlinked = _ADDRESS.sub(rf"\g<0>{JOINER}", " ".join(str(text).split()))
    return _MARKS.sub(r"\\\1", unlinked)


BADGE_COLOURS = {"tested": "blue", "documented": "gray", "judgement": "orange"}


def badge(known: str) -> str:
    """How a number is known, as a small mark."""
    return f":{BADGE_COLOURS[known]}-badge[{known}]"


def badges() -> str:
    """What the badges mean, in a line."""
    return " ".join(f"{badge(known)} {meaning}." for known, meaning in BADGES.items())


class Said(NamedTuple):
    """How an outcome is said: title, number as text (of value, allies in all, sign), units of a value and a change."""

    title: str
    number: Callable[[float, int, bool], str]
    unit: str
    change: str


def _allies(value: float, allies: int, sign: bool) -> str:
    count = round(value * allies / 100)
    return f"{count:+d}" if sign and count else str(count)


def _percent(value: float, allies: int, sign: bool) -> str:
    return number(100 * value, sign)


def persons(value: float, allies: int = 0, sign: bool = False) -> str:
    """Soldiers to the nearest hundred."""
    rounded = round(value, -2) + 0.0  # no negative nought
    return f"{rounded:{'+' if sign and rounded else ''},.0f}"


def _as_is(value: float, allies: int, sign: bool) -> str:
    return number(value, sign)


_SAID: Mapping[str, Said] = {
    "allies_at_threshold": Said("Allies at the threshold", _allies, " of {allies}", " allies"),
    "spending_europe_canada_share": Said("Europe and Canada spend", _as_is, "% of GDP", " pp"),
    "troops_europe": Said("US troops in Europe", persons, " persons", ""),
    "credibility_allies": Said("Allies' belief in the US", _percent, "%", " pp"),
}


def said(outcome: str) -> Said:
    """How an outcome is said; one without words of its own by its name and unit."""
    unit = f" {OUTCOMES[outcome].unit}"
    return _SAID.get(outcome) or Said(outcome.replace("_", " "), _as_is, unit, unit)


def band(outcome: str, low: float, high: float, allies: int, sign: bool = False) -> str:
    """Two ends as text, without a unit: "3.2 to 4.1"."""
    ends = [said(outcome).number(value, allies, sign) for value in (low, high)]
    return " to ".join(dict.fromkeys(ends))
