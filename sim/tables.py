"""Numbers and tables as plain text."""

import math
from collections.abc import Sequence


def number(value: float, sign: bool = False) -> str:
    """A number with two significant digits below a hundred, and whole with thousands above."""
    if not math.isfinite(value):
        return "not reached"
    mark = "+" if sign else ""
    if abs(value) >= 99.5:
        return f"{value:{mark},.0f}"
    rounded = float(f"{value:.2g}")
    if abs(rounded) < 5e-5:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:{mark}.{min(digits, 4)}f}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a list: "a, b and c"."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with columns as wide as their widest cell."""
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
