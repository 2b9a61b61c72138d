"""Many worlds at once: the rules of `step`, asked column by column, in blocks that fit the cache."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from sim import draws
from sim.agents import Columns, opening, planned, whole
from sim.errors import InputError
from sim.now import Memory, Now, at_quarter
from sim.outcomes import FLOWS, OUTCOMES, by_year, last_quarters, outcomes, variables_of
from sim.params import levers
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.scenario import load_scenario
from sim.state import State
from sim.step import play_quarter
from sim.variables import VARIABLES

BLOCK = 1024
"""Worlds played together: columns of 31 allies then stay in the cache."""

MOST_WORLDS = 10_000_000
MOST_BYTES = 8 * 1024**3
"""Most memory that the results of one run may take."""

OUTCOME_BYTES = 14_000
"""What all outcomes of one world and 44 quarters take, roughly: most of it are troops by host."""

Progress = Callable[[int, int], None]
"""Called with worlds done and worlds in all."""


def play(
    plan: Plan, seed: int, worlds: Sequence[int], *, first: int = 0, saved: State | None = None
) -> Iterator[tuple[int, State, Now]]:
    """Play some worlds quarter by quarter: yields (index of the quarter, state at its end, what held in it).

    With `saved`, the state at the end of quarter `first` − 1, the run goes on from there, exactly.
    """
    state, given = opening(plan, seed, worlds)
    if saved is not None:
        state = saved
    luck, cast, memory = draws.block(seed, worlds, plan.quarters, plan.roster.iso3), Columns(plan.strategies), Memory()
    for quarter in range(first, len(plan.quarters)):
        now = at_quarter(plan, given, luck, quarter, cast, memory)
        state = play_quarter(state, now)
        yield quarter, state, now


def blocks(worlds: int, size: int = BLOCK) -> Iterator[range]:
    """Consecutive worlds, as many as are played together."""
    whole("block", size, 1)
    for first in range(0, worlds, size):
        yield range(first, min(first + size, worlds))


def outcomes_of(plan: Plan, worlds: Sequence[int], seed: int, names: Sequence[str]) -> xr.Dataset:
    """Some outcomes of these very worlds, or points, played as one block: dims (world, year[, front | host])."""
    return outcomes(ends(plan, worlds, seed, variables_of(names)), names)


def run(
    scenario: Any,
    worlds: int = 1000,
    seed: int = 0,
    keep: Sequence[str] | None = None,
    *,
    block: int = BLOCK,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Simulate a scenario (its name, a Scenario or a plan) in many worlds.

    Returns a data set with dims (world, quarter[, ally]); values are those at the end of a quarter. Units, meaning,
    equation and badge stand in the attributes of each variable, the plan and its digest in those of the set.
    `keep` names the variables to store; without it all are kept: about 160 kB a world over eleven years.

    Raises sim.InputError for worlds, seed or names that cannot be meant.
    """
    plan = planned(load_scenario(scenario) if isinstance(scenario, str) else scenario)
    worlds, seed = whole("worlds", worlds, 1, MOST_WORLDS), whole("seed", seed, 0)
    kept = known("keep", VARIABLES, keep)
    affordable(worlds, sum(8 * int(np.prod(_shape(plan, name, 1))) for name in kept))
    parts = blocks(worlds, block)
    stored = {name: np.empty(_shape(plan, name, worlds)) for name in kept}
    for part in parts:
        _record(plan, part, seed, {name: array[:, part.start : part.stop] for name, array in stored.items()})
        if progress is not None:
            progress(part.stop, worlds)
    return labelled(plan, stored, seed, range(worlds))


def trajectories(plan: Plan, worlds: Sequence[int], seed: int, kept: Sequence[str]) -> xr.Dataset:
    """Some variables of these very worlds, as `run` returns them."""
    stored = {name: np.empty(_shape(plan, name, len(worlds))) for name in kept}
    _record(plan, worlds, seed, stored)
    return labelled(plan, stored, seed, worlds)


def ends(plan: Plan, worlds: Sequence[int], seed: int, kept: Sequence[str]) -> xr.Dataset:
    """Some variables of these very worlds at the end of each year: as `year_ends` of their trajectories.

    Raises InputError where no year ends.
    """
    last = last_quarters(plan.quarters)
    stored = {name: np.empty((len(last), *_shape(plan, name, len(worlds))[1:])) for name in kept}
    sums: dict[str, Any] = {name: 0.0 for name in kept if name in FLOWS}
    for quarter, state, now in play(plan, seed, worlds):
        for name in sums:
            sums[name] = sums[name] + _read(name, state, now)
        if quarter in last:
            for name, array in stored.items():
                array[last.index(quarter)] = sums[name] if name in sums else _read(name, state, now)
    return by_year(labelled(plan, stored, seed, worlds, last))


def _record(plan: Plan, worlds: Sequence[int], seed: int, stored: dict[str, Any]) -> None:
    """Play these worlds and store their variables, [quarter, world(, ally)]."""
    for quarter, state, now in play(plan, seed, worlds):
        for name, array in stored.items():
            array[quarter] = _read(name, state, now)


def _read(name: str, state: State, now: Now) -> Any:
    """A variable of one quarter, [world(, ally)]."""
    value = VARIABLES[name].read(state, now)
    return value if VARIABLES[name].by_ally else value[..., 0]


def trial(plan: Plan, worlds: int = 4) -> None:
    """Play a few worlds to the end. Raises InputError where something ceases to be a number."""
    for quarter, state, now in play(plan, 0, range(worlds)):
        for name, variable in VARIABLES.items():
            if not np.all(np.isfinite(variable.read(state, now))):
                raise InputError(f"{plan.name}: {name} is no number in {plan.quarters[quarter]}. Narrow what differs.")


def affordable(worlds: int, bytes_each: int) -> None:
    """Refuse results that no ordinary machine can hold, before anything is computed. Raises InputError."""
    if worlds * bytes_each > MOST_BYTES:
        most = MOST_BYTES // bytes_each
        size = worlds * bytes_each / 1024**3
        raise InputError(f"worlds: {worlds:,} would take {size:,.0f} GiB. Run at most {most:,}, or keep less.")


def known(where: str, table: Collection[str], names: Sequence[str] | None) -> tuple[str, ...]:
    """These names of a table, or all of them. Raises InputError for an unknown one."""
    if names is None:
        return tuple(table)
    problems = []
    for name in [names] if isinstance(names, str) else names:
        if name not in table:
            problems.append(f"{where}: unknown name {name!r}. {hint(name, table, most=40)}")
    if problems:
        raise InputError(problems)
    return (names,) if isinstance(names, str) else tuple(names)


def _shape(plan: Plan, name: str, worlds: int) -> tuple[int, ...]:
    """Storage by quarter, so that every quarter is written in one piece."""
    allies = (len(plan.roster.iso3),) if VARIABLES[name].by_ally else ()
    return (len(plan.quarters), worlds, *allies)


def school_names(plan: Plan, worlds: Sequence[int]) -> list[str]:
    """The school of each world."""
    return [SCHOOLS[s] for s in plan.schools(worlds)[:, 0]]


def labelled(
    plan: Plan, stored: dict[str, Any], seed: int, worlds: Sequence[int], rows: Sequence[int] | None = None
) -> xr.Dataset:
    """Arrays stored by quarter, with their labels, units and sources and the worlds first.

    `rows` says which quarters of the plan are stored, if not all.
    """
    rows = range(len(plan.quarters)) if rows is None else rows
    data = xr.Dataset(
        {
            name: (
                ("world", "quarter", "ally")[: array.ndim],
                array.swapaxes(0, 1),
                {
                    "units": VARIABLES[name].unit,
                    "long_name": VARIABLES[name].about,
                    "equation": VARIABLES[name].equation,
                    "badge": VARIABLES[name].badge,
                    "source": f"article5, MODEL.md equation {VARIABLES[name].equation}",
                },
            )
            for name, array in stored.items()
        },
        coords={
            "world": np.asarray(worlds),
            "quarter": [plan.quarters[row] for row in rows],
            "ally": list(plan.roster.iso3),
            "name": ("ally", list(plan.roster.name)),
            "front": ("ally", list(plan.roster.front)),
            "school": ("world", school_names(plan, worlds)),
            **{
                f"lever_{name}": (
                    "quarter",
                    path[list(rows)],
                    {"units": levers()[name].unit, "long_name": levers()[name].about},
                )
                for name, path in plan.levers.items()
            },
        },
    )
    europe = np.array(plan.roster.iso3) != "CAN"
    spending = plan.roster.share * plan.roster.gdp / 100.0
    data.attrs = {
        "scenario": plan.name,
        "plan": plan.fingerprint,
        "seed": seed,
        "worlds": len(worlds),
        "nature": plan.nature,
        "threshold": float(plan.levers["threshold"][-1]),
        "start": plan.quarters[0],
        "end": plan.quarters[-1],
        "spending_europe_start": float(np.sum(spending[europe])),
        "brigades_europe_start": float(np.sum(plan.roster.brigades[europe])),
    }
    return data


def run_years(plan: Plan, worlds: int, seed: int, keep: Sequence[str], *, block: int = BLOCK) -> xr.Dataset:
    """Some variables at the end of each year: as `year_ends` of a run, of which only a block is ever held."""
    whole("worlds", worlds, 1, MOST_WORLDS), whole("seed", seed, 0)
    return joined([ends(plan, part, seed, keep) for part in blocks(worlds, block)], worlds)


def joined(parts: Sequence[xr.Dataset], worlds: int) -> xr.Dataset:
    """Blocks of so many worlds as one data set."""
    if len(parts) == 1:
        return parts[0]
    joined = xr.concat(parts, dim="world", data_vars="minimal", coords="minimal", compat="override")
    return joined.assign_attrs(parts[0].attrs | {"worlds": worlds})


def run_outcomes(
    scenario: Any,
    worlds: int = 1000,
    seed: int = 0,
    names: Sequence[str] | None = None,
    *,
    block: int = BLOCK,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Outcomes of a scenario without its trajectories: dims (world, year[, front | host]).

    The worlds are simulated in blocks, and only a block's trajectories are ever held: a hundred thousand worlds fit
    where their trajectories would not. The result equals `sim.outcomes(sim.run(...))`.
    """
    plan = planned(load_scenario(scenario) if isinstance(scenario, str) else scenario)
    worlds, seed = whole("worlds", worlds, 1, MOST_WORLDS), whole("seed", seed, 0)
    chosen = known("outcomes", OUTCOMES, names)
    affordable(worlds, OUTCOME_BYTES * len(plan.quarters) // 44 * len(chosen) // len(OUTCOMES))
    tables = []
    for part in blocks(worlds, block):
        tables.append(outcomes_of(plan, part, seed, chosen))
        if progress is not None:
            progress(part.stop, worlds)
    return joined(tables, worlds)
