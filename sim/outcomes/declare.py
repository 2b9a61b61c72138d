"""How an outcome is declared, and how those of a run are computed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.errors import InputError
from sim.reading import hint

FRONTS = ("baltic", "poland", "nordic", "black sea")
"""Where risks are shown. Never by ally (MODEL.md section 4)."""

ANY = "any"
"""In place of a front: all allies together, those of no front included."""

FRONT_NAMES = {
    "baltic": "Baltic states", "poland": "Poland", "nordic": "Nordic", "black sea": "Black Sea", ANY: "any ally",
}  # fmt: skip

TESTED, DOCUMENTED, JUDGEMENT = "tested", "documented", "judgement"
"""Badges: scored against what came, law or accounting, assumptions that were not, or cannot be, scored.

The difference that a policy makes is judgement whatever its level is: one of the two runs never was."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One thing to look at."""

    name: str
    label: str
    unit: str
    about: str
    reading: str
    badge: str
    needs: tuple[str, ...]
    by: str
    compute: Callable[[xr.Dataset], xr.DataArray]


OUTCOMES: dict[str, Outcome] = {}


def outcome(*, label: str, unit: str, reading: str, badge: str, needs: str, by: str = "") -> Callable:
    """Declare a function as an outcome; its docstring is the definition. `by` is a further dimension."""

    def declare(function: Callable[[xr.Dataset], xr.DataArray]) -> Callable:
        OUTCOMES[function.__name__] = Outcome(
            name=function.__name__, label=label, unit=unit, reading=reading,
            about=" ".join((function.__doc__ or "").split()),
            badge=badge, needs=tuple(needs.split()), by=by, compute=function,
        )  # fmt: skip
        return function

    return declare


def variables_of(names: Sequence[str] | None = None) -> tuple[str, ...]:
    """The variables that these outcomes, or all, are computed from; levers go along with every run."""
    chosen = OUTCOMES if names is None else names
    return tuple(dict.fromkeys(v for n in chosen for v in OUTCOMES[n].needs if not v.startswith("lever_")))


def outcomes(data: xr.Dataset, names: Sequence[str] | None = None) -> xr.Dataset:
    """Outcomes of a run, or of its `year_ends`: dims (world, year[, ally | front | host]), values at the end of a year.

    Without names, all those whose variables the run has kept. Raises InputError for an unknown name, or for one
    whose variables were not kept.
    """
    chosen = [name for name in OUTCOMES if set(OUTCOMES[name].needs) <= set(data.variables)] if names is None else names
    problems = [f"outcomes: unknown name {n!r}. {hint(n, OUTCOMES, most=40)}" for n in chosen if n not in OUTCOMES]
    for name in [n for n in chosen if n in OUTCOMES]:
        missing = [v for v in OUTCOMES[name].needs if v not in data.variables]
        if missing:
            problems.append(
                f"outcomes: {name} needs {', '.join(missing)}. Run with keep=({', '.join(map(repr, missing))}, …)."
            )
    if problems:
        raise InputError(problems)
    ends = data if "year" in data.dims else year_ends(data)
    table = xr.Dataset({name: _labelled(OUTCOMES[name], OUTCOMES[name].compute(ends)) for name in chosen})
    return table.assign_coords(school=data.school).assign_attrs(data.attrs)


def year_ends(data: xr.Dataset) -> xr.Dataset:
    """The run at the end of each year that is complete, with `year` for `quarter`; flows are summed before.

    Hazards and incidents, which are per quarter, become their running sums since the start.
    """
    data = data.drop_vars("name", errors="ignore")
    for flow in ("hazard", "hazard_ukraine", "incidents"):
        if flow in data:
            data = data.assign({flow: data[flow].cumsum("quarter")})
    last = [quarter.endswith("Q4") for quarter in data.quarter.values]
    if not any(last):
        run = f"{data.quarter.values[0]} to {data.quarter.values[-1]}"
        raise InputError(f"outcomes: the run from {run} has no end of a year. Let it last to a fourth quarter.")
    data = data.isel(quarter=np.flatnonzero(last))
    years = [int(quarter[:4]) for quarter in data.quarter.values]
    return data.rename(quarter="year").assign_coords(year=years)


def _labelled(declared: Outcome, values: xr.DataArray) -> xr.DataArray:
    values = values.drop_vars([c for c in values.coords if c not in (*values.dims, "school")])
    order = [d for d in ("world", "year", declared.by) if d in values.dims]
    return values.transpose(*order).assign_attrs(
        units=declared.unit, long_name=declared.about, reading=declared.reading, badge=declared.badge
    )


def with_forces(data: xr.Dataset) -> xr.DataArray:
    """Which allies have armed forces: Iceland has none and counts in no share of allies."""
    return data.ally != "ISL"
