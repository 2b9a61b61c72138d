"""How the app puts numbers and names into words."""

import re
from collections.abc import Mapping
from typing import Any

from sim.tables import number

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>^&])")


def plain(text: str) -> str:
    """Text from a file or an address, so that Markdown shows it as it stands and loads nothing."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))


def _allies(value: float, allies: int, sign: bool) -> str:
    count = round(value * allies / 100)
    return f"{count:+d}" if sign and count else str(count)


def _percent(value: float, allies: int, sign: bool) -> str:
    return number(100 * value, sign)


def _number(value: float, allies: int, sign: bool) -> str:
    return number(value, sign)


HEADLINES: Mapping[str, dict[str, Any]] = {
    "allies_at_threshold": dict(
        label="Allies at the threshold", says=_allies, unit="of {allies}", change="allies", badge="reported spending"
    ),
    "spending_europe_canada_share": dict(
        label="Spending of Europe and Canada", says=_number, unit="% of GDP", change="pp of GDP"
    ),
    "troops_europe": dict(label="US troops in Europe", says=_number, unit="persons", change="persons"),
    "credibility_allies": dict(label="Allies' belief in US defence", says=_percent, unit="%", change="pp"),
}
"""How each headline outcome is said; one without an entry shows its own name and number."""


def said(outcome: str, value: float, allies: int, sign: bool = False) -> str:
    """A value or a difference of an outcome, without its unit."""
    return HEADLINES.get(outcome, {"says": _number})["says"](value, allies, sign)
