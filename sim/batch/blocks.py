"""Blocks: some policies in some worlds, played at once by one worker, from plain data to plain bytes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import ensemble
from sim.batch import tables
from sim.batch.sketch import Sketch, sketched
from sim.batch.tables import EVERY_SCHOOL, POOLED, Columns, Failure
from sim.experiment import PATHS, Experiment
from sim.outcomes import outcomes, variables_of
from sim.plan import Plan
from sim.priors import SCHOOLS

POLICIES = 8
"""Policies played in a block at most: they share the draws, the parameters and the reference path of its worlds."""

FEWEST_BLOCKS = 32
"""A small experiment is cut into so many blocks where it can be, so that all workers have some and little is lost."""

MOST_FRUITLESS = 64
"""How many failures in a row are looked into by halving the worlds, before the rest is tried as it stands."""

Key = tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """Consecutive worlds of consecutive policies."""

    number: int
    worlds: range
    policies: range

    @property
    def name(self) -> str:
        """Its name among the blocks of an experiment."""
        return f"{self.number:06d}"


@dataclass(frozen=True)
class Task:
    """All that a worker needs to play a block."""

    block: Block
    plans: tuple[Plan, ...]
    seed: int
    outcomes: tuple[str, ...]
    years: tuple[int, ...]
    keep: str
    precision: str
    variables: tuple[str, ...]


@dataclass
class Played:
    """What a block has left: tables as Parquet, the row groups of each by their key, and failures."""

    number: int
    files: dict[str, bytes] = field(default_factory=dict)
    groups: dict[str, list[Key]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)


def versions() -> dict[str, str]:
    """The versions of all that decides the last bit of a result, or the bytes of a table."""
    return {name: version(name) for name in ("article5", "numpy", "scipy", "pyarrow")}


def usual_cut(experiment: Experiment) -> tuple[int, int]:
    """Worlds and policies of a block, unless somebody says otherwise."""
    most = len(experiment.policies) * -(-experiment.worlds // ensemble.BLOCK) // FEWEST_BLOCKS
    return ensemble.BLOCK, min(max(most, 1), POLICIES)


def blocks(experiment: Experiment, worlds: int = ensemble.BLOCK, policies: int = POLICIES) -> list[Block]:
    """The experiment cut into blocks: worlds first, so that neighbours share their draws."""
    columns = [
        range(p, min(p + policies, len(experiment.policies))) for p in range(0, len(experiment.policies), policies)
    ]
    rows = ensemble.blocks(experiment.worlds, worlds)
    return [Block(n, part, group) for n, (part, group) in enumerate((r, c) for r in rows for c in columns)]


def task(experiment: Experiment, block: Block) -> Task:
    """What a worker is told of a block."""
    return Task(
        block, tuple(experiment.plans[p] for p in block.policies), experiment.seed, experiment.outcomes,
        experiment.years, experiment.keep, experiment.precision, experiment.variables,
    )  # fmt: skip


def play(task: Task) -> Played:
    """Play a block. What fails becomes a `Failure` and everything else goes on."""
    found, groups = Played(task.block.number, versions=versions()), _Groups()
    for policy, plan in zip(task.block.policies, task.plans, strict=True):
        parts = list(_parts(task, policy, plan, task.block.worlds, found.failures))
        if parts:
            _add(groups, task, policy, parts)
    for name, (keys, rows) in groups.items():
        found.files[name], found.groups[name] = tables.parquet(rows), keys
    return found


class _Groups(dict[str, tuple[list[Key], list[Any]]]):
    """Row groups by table, with their keys."""

    def put(self, name: str, key: Key, rows: Any) -> None:
        keys, groups = self.setdefault(name, ([], []))
        keys.append(key)
        groups.append(rows)


@dataclass(frozen=True)
class _Part:
    """Worlds of one policy that were played to the end: columns [R, Y] by outcome, and trajectories if any are kept."""

    worlds: Any
    schools: list[str]
    columns: Columns
    data: xr.Dataset | None


def _add(groups: _Groups, task: Task, policy: int, parts: Sequence[_Part]) -> None:
    """Put what the worlds of a policy left into the tables."""
    worlds = np.concatenate([part.worlds for part in parts])
    schools = [school for part in parts for school in part.schools]
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    if task.keep == PATHS:
        for k, year in enumerate(task.years):
            row = {name: values[:, k] for name, values in columns.items()}
            rows = tables.outcomes_rows(policy, schools, worlds, year, row, task.precision)
            groups.put(tables.OUTCOMES_TABLE, (policy, year), rows)
    else:
        groups.put(tables.SKETCHES, (policy,), tables.sketch_rows(policy, _sketches(columns, schools, task.years)))
    for part in parts:
        for name, rows in (tables.variables_rows(policy, part.data) if part.data is not None else {}).items():
            groups.put(name, (policy,), rows)


def _sketches(columns: Columns, schools: Sequence[str], years: Sequence[int]) -> dict[tuple[int, str, str], Sketch]:
    """The distribution of every outcome by year and school, and over all schools where that may be told."""
    values = np.concatenate(list(columns.values()), axis=1)
    keys = [(year, name) for name in columns for year in years]
    found: dict[tuple[int, str, str], Sketch] = {}
    of = np.asarray(schools)
    each = {school: sketched(values[of == school]) for school in SCHOOLS}
    for c, (year, name) in enumerate(keys):
        parts = {school: each[school][c] for school in SCHOOLS}
        found |= {(year, name, school): part for school, part in parts.items()}
        if tables.outcome_of(name) in POOLED:
            first, *others = parts.values()
            found[year, name, EVERY_SCHOOL] = sum(others, start=first)
    return dict(sorted(found.items(), key=lambda item: item[0][0]))


def _parts(task: Task, policy: int, plan: Plan, worlds: range, failures: list[Failure]) -> Iterator[_Part]:
    """The worlds of a policy as parts that came to an end; those that did not are noted with what stopped them.

    Worlds that fail are found by halving. Where nothing but failures comes of that, as with a policy that fails in
    every world, what is left is tried as it stands and noted as a whole.
    """
    left, fruitless = [worlds], 0
    while left:
        part = left.pop(0)
        try:
            found = _played(task, plan, part)
        except Exception as error:  # whatever a run fails of is a row and never the end of the batch
            fruitless += 1
            if len(part) > 1 and fruitless < MOST_FRUITLESS:
                middle = (part.start + part.stop) // 2
                left[:0] = [range(part.start, middle), range(middle, part.stop)]
            else:
                failures.append(Failure(policy, part.start, len(part), _said(error)))
            continue
        fruitless = 0
        yield from _finite(found, policy, failures)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]


def _played(task: Task, plan: Plan, worlds: range) -> _Part:
    """Some worlds of a policy, as one part."""
    needed = dict.fromkeys((*variables_of(task.outcomes), *task.variables))
    data = ensemble.trajectories(plan, worlds, task.seed, tuple(needed)) if task.variables else None
    table = (
        ensemble.outcomes_of(plan, worlds, task.seed, task.outcomes) if data is None else outcomes(data, task.outcomes)
    )
    kept = data[list(task.variables)] if data is not None else None
    return _Part(np.asarray(worlds), table.school.values.tolist(), tables.columns(table, task.years), kept)


def _finite(part: _Part, policy: int, failures: list[Failure]) -> Iterator[_Part]:
    """The worlds whose outcomes are all numbers; the others are noted."""
    bad: dict[str, Any] = {name: ~np.isfinite(values).all(axis=1) for name, values in part.columns.items()}
    out: NDArray[np.bool_] = np.any(list(bad.values()), axis=0)
    for place in np.flatnonzero(out):
        names = ", ".join(name for name, rows in bad.items() if rows[place])
        failures.append(Failure(policy, int(part.worlds[place]), 1, f"no finite number: {names}"))
    if not out.any():
        yield part
    elif not out.all():
        good = np.flatnonzero(~out)
        yield _Part(
            part.worlds[good], [part.schools[g] for g in good], {n: v[good] for n, v in part.columns.items()},
            None if part.data is None else part.data.isel(world=good),
        )  # fmt: skip


Player = Callable[[Task], Played]
"""What plays a block: `play`, in whatever worker."""
