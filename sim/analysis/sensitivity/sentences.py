"""What a sensitivity analysis means, in a sentence for each school; schools that say the same share one."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.sensitivity.factors import LUCK
from sim.analysis.sensitivity.findings import Found, Sensitivity
from sim.tables import number

TOLD = 3
"""Factors that a sentence names."""


def sentences(found: Sensitivity) -> str:
    """What it means, a line for each school."""
    opening = {
        "sobol": f"Of the spread of {found.question.words}, about",
        "morris": "A move over half of its quantiles, or to other luck or another row, changes it on average by",
        "pawn": "Knowing a factor to within an eighth of its range changes the distribution most for",
        "tornado": "From its 5% to its 95% quantile, one factor alone moves the median most for",
    }[found.method.name]
    closing = _luck(found) if found.method.name == "sobol" else ""
    alike: dict[str, list[str]] = {}
    for each in found.found:
        alike.setdefault(_sentence(found, each), []).append(each.school)
    told = [f"  {', '.join(schools)}: {sentence}" for sentence, schools in alike.items()]
    return "\n".join([opening, *told, *closing])


def _sentence(found: Sensitivity, each: Found) -> str:
    table = each.table.sort_values(found.method.index, ascending=False, kind="stable")
    return {"sobol": _of_variance, "morris": _of_effects, "pawn": _of_distances, "tornado": _of_medians}[
        found.method.name
    ](found, each, table)


def _of_variance(found: Sensitivity, each: Found, table: pd.DataFrame) -> str:
    told = [
        f"{percent(row.total)}% (±{percent(row.total_95)}) {'comes from' if not k else 'from'} {name}"
        for k, (name, row) in enumerate(_first(table, "total"))
    ]
    alone, width = float(table["first"].sum()), float(np.sqrt(np.sum(table["first_95"] ** 2)))
    rest = ": the rest is what they do together" if alone + width < 1.0 else ""
    return f"{', '.join(told)}. One by one all of them make {100 * alone:.0f}% (±{100 * width:.0f}){rest}."


def _first(table: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.Series]]:
    """The first rows of a table, but for those in which nothing moves."""
    for name, row in table[table[column] > 0.0].head(TOLD).iterrows():
        yield str(name), row


def _luck(found: Sensitivity) -> Iterator[str]:
    if LUCK in found.method.names:
        parts = [percent(float(each.table.total[LUCK])) for each in found.found]
        if set(parts) == {"0"}:
            yield "Luck has no hand in it."
            return
        said = " to ".join(dict.fromkeys([min(parts, key=_size), max(parts, key=_size)]))
        yield f"Luck has a hand in {said}%: no better knowledge of any factor takes that away."


def _size(part: str) -> float:
    return float(part.replace("<1", "0.5"))


def _of_effects(found: Sensitivity, each: Found, table: pd.DataFrame) -> str:
    told = [f"{number(row.mu_star)} (±{number(row.mu_star_95)}) {name}" for name, row in _first(table, "mu_star")]
    return f"{', '.join(told)} ({found.question.unit})."


def _of_distances(found: Sensitivity, each: Found, table: pd.DataFrame) -> str:
    beyond = table[table["median"] > table.noise]
    told = [f"{name} ({row['median']:.2f})" for name, row in beyond.head(TOLD).iterrows()]
    noise = float(table.noise.iloc[0])
    return (
        f"{', '.join(told) or 'none'}. {len(beyond)} of {len(table)} lie beyond what chance reaches in 19 cases of 20 "
        f"({noise:.2f}); about {round(len(table) / 20)} would without any influence."
    )


def _of_medians(found: Sensitivity, each: Found, table: pd.DataFrame) -> str:
    ends = {factor.name: factor for factor in found.method.factors}
    told = []
    for name, row in _first(table, "differs"):
        low, high = ends[str(name)].ends(each.school)
        moved = f"{found.question.moved(row.low)} to {found.question.moved(row.high)}"
        told.append(f"{name} ({number(low)} to {number(high)}: {moved})")
    return f"{', '.join(told)}."


def percent(part: float) -> str:
    """A part as a percentage without its sign: 0 only where it is exact."""
    if part == 0.0:
        return "0"
    return f"{100 * part:.0f}" if abs(part) >= 0.0095 else "<1"
