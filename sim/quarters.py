"""Quarters as text ("2025Q1") and as whole numbers that can be counted."""

import re

_FORM = re.compile(r"(\d{4})Q([1-4])")


def number(label: str) -> int:
    """Quarters since year 0 for a label such as "2025Q1".

    Raises ValueError when the text is no quarter.
    """
    match = _FORM.fullmatch(str(label))
    if match is None:
        raise ValueError(f"{label!r} is no quarter. Write it like 2025Q1")
    return int(match[1]) * 4 + int(match[2]) - 1


def label(count: int) -> str:
    """The text for a number of quarters since year 0."""
    return f"{count // 4}Q{count % 4 + 1}"


def span(start: str, end: str) -> tuple[str, ...]:
    """All labels from start to end, both included."""
    return tuple(label(count) for count in range(number(start), number(end) + 1))


def year(quarter: str) -> int:
    """The calendar year of a label."""
    return number(quarter) // 4


def is_first(quarter: str) -> bool:
    """Whether budgets are decided in this quarter."""
    return number(quarter) % 4 == 0
