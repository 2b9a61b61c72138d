"""Numbers and tables as plain text, and tables as CSV."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd


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


def short_texts() -> None:
    """Have this process keep the text columns of tables as Python strings: of tables as small as the app's, which
    are cut and read row by row, that takes two thirds of the time of Arrow's. The text is the same.
    """
    pd.set_option("mode.string_storage", "python")


JOINER = "\N{WORD JOINER}"
"""Takes no room: within an address it keeps programs from making a link of it."""

LETTER = "letter"
"""The column that says which scenario a row is of, where several stand side by side."""


def csv(frame: pd.DataFrame, plans: Mapping[str, str]) -> str:
    """A table as CSV with the digests of what was run in each row; cells that a spreadsheet takes for a formula are
    quoted.

    `plans` are digests by the column they stand in, such as `plan`. Where rows are told apart by the letter of a
    scenario each has its own of `plan_A`, `plan_B`, as its `plan`.
    """
    table = frame.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell)
    own = (
        frame[LETTER].map({name.removeprefix("plan_"): plan for name, plan in plans.items()})
        if LETTER in frame
        else None
    )
    columns = plans if own is None or own.isna().any() else {"plan": own}
    for name, value in reversed(list(columns.items())):
        if name not in table:
            table.insert(0, name, value)
    return table.to_csv(index=False, float_format="%.6g")
