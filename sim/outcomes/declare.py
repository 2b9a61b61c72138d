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

BY = ("world", "year", "ally")
"""Labels that outcomes are computed by; whatever else labels a run stands beside its variables meanwhile."""


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


def by_school(name: str) -> bool:
    """Whether an outcome is told by school only: all that reads the hazard of an attack."""
    return "hazard" in OUTCOMES[name].needs


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
    bare = ends.reset_coords([name for name in ends.coords if name not in BY])  # each would go along with every sum
    found = {name: OUTCOMES[name].compute(bare) for name in chosen}
    labels = {dim: values[dim].variable for values in found.values() for dim in values.dims if dim in values.coords}
    table = {name: _described(OUTCOMES[name], values) for name, values in found.items()}
    return xr.Dataset(table, {**labels, "school": data.school.variable}, data.attrs)


FLOWS = ("hazard", "hazard_ukraine", "incidents")
"""Variables per quarter: at the end of a year they stand as their running sums since the start."""


def year_ends(data: xr.Dataset) -> xr.Dataset:
    """The run at the end of each year that is complete, with `year` for `quarter`; flows are summed before.

    Hazards and incidents, which are per quarter, become their running sums since the start.
    """
    data = data.assign({flow: data[flow].cumsum("quarter") for flow in FLOWS if flow in data})
    return by_year(data.isel(quarter=last_quarters(data.quarter.values)))


def last_quarters(quarters: Sequence[str]) -> list[int]:
    """Where years end among these quarters. Raises InputError where none does."""
    last = [index for index, quarter in enumerate(quarters) if quarter.endswith("Q4")]
    if not last:
        run = f"{quarters[0]} to {quarters[-1]}"
        raise InputError(f"outcomes: the run from {run} has no end of a year. Let it last to a fourth quarter.")
    return last


def by_year(ends: xr.Dataset) -> xr.Dataset:
    """A data set of last quarters with `year` for `quarter`."""
    years = [int(quarter[:4]) for quarter in ends.quarter.values]
    return ends.drop_vars("name", errors="ignore").rename(quarter="year").assign_coords(year=years)


def _described(declared: Outcome, values: xr.DataArray) -> xr.Variable:
    """The values of an outcome, worlds first, with what is said of it."""
    order = [dim for dim in ("world", "year", declared.by) if dim in values.dims]
    words = dict(units=declared.unit, long_name=declared.about, reading=declared.reading, badge=declared.badge)
    return xr.Variable(order, values.variable.transpose(*order).data, values.attrs | words)


def of(values: xr.DataArray, allies: xr.DataArray) -> xr.DataArray:
    """The values of some allies only, those for which `allies` holds."""
    return values.isel(ally=np.flatnonzero(allies))


def total(values: xr.DataArray) -> xr.DataArray:
    """The sum over allies. What is no number stays none: nothing is left out in silence."""
    return values.sum("ally", skipna=False)


def average(values: xr.DataArray) -> xr.DataArray:
    """The mean over allies, in the same way."""
    return values.mean("ally", skipna=False)


def with_forces(data: xr.Dataset) -> xr.DataArray:
    """Which allies have armed forces: Iceland has none and counts in no share of allies."""
    return data.ally != "ISL"
