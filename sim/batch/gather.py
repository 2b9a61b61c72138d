"""From finished blocks to the tables of a batch: streamed, one policy and year at a time.

Rows stand in the order policy, year, world, whatever order the blocks were played in, and the same blocks give the same
bytes. Blocks may lie in several directories, one for each shard.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim import ensemble
from sim.batch import tables
from sim.batch.blocks import Block
from sim.batch.sketch import EMPTY
from sim.batch.tables import Failure
from sim.ensemble import Progress
from sim.experiment import PATHS, Experiment
from sim.params import levers, uncertainties

SUFFIX = ".parquet"
WORLDS_TABLE, POLICIES_TABLE = "worlds", "policies"

WORLDS_AT_ONCE = 64 * 1024


class Gathered:
    """Finished blocks of an experiment, wherever they lie: `found` says where each is and what it says of itself."""

    def __init__(
        self, experiment: Experiment, found: Mapping[int, tuple[Path, dict[str, Any]]], blocks: Sequence[Block]
    ):
        self.experiment, self.found = experiment, found
        self.by_policy: dict[int, list[Block]] = {}
        for block in blocks:
            for policy in block.policies:
                self.by_policy.setdefault(policy, []).append(block)

    def groups(self, name: str, key: tuple[int, ...]) -> Iterator[pa.Table]:
        """The row groups with this key in a table, in the order of the worlds."""
        for block in self.by_policy[key[0]]:
            where, told = self.found[block.number]
            keys = told["groups"].get(name, [])
            for place in [n for n, other in enumerate(keys) if tuple(other) == key]:
                with pq.ParquetFile(where / f"{name}{SUFFIX}") as file:
                    yield file.read_row_group(place)

    def failures(self) -> list[Failure]:
        """All failures, by policy and world."""
        every = [Failure(**row) for _, told in self.found.values() for row in told["failures"]]
        return sorted(every, key=lambda failure: (failure.policy, failure.world))


def write(gathered: Gathered, out: Path, progress: Progress | None = None) -> list[str]:
    """Write all tables to a directory that is there. Returns the names of their files."""
    experiment, files = gathered.experiment, _Files(out)
    with files:
        files.add(POLICIES_TABLE, policies_rows(experiment))
        for rows in worlds_rows(experiment):
            files.add(WORLDS_TABLE, rows)
        files.add(tables.FAILURES_TABLE, tables.failure_rows(gathered.failures()))
        files.add(tables.SUMMARIES_TABLE, tables.summary_rows(0, {}))
        for n, policy in enumerate(experiment.policies):
            for year in experiment.years:
                files.extend(tables.OUTCOMES_TABLE, (policy.number, year), gathered)
            if experiment.keep != PATHS:
                files.add(tables.SUMMARIES_TABLE, _sketched(gathered, policy.number))
            for name in (tables.BY_QUARTER, tables.BY_ALLY):
                files.extend(name, (policy.number,), gathered)
            if progress is not None:
                progress(n + 1, len(experiment.policies))
        if experiment.keep == PATHS:
            for rows in _exact(files):
                files.add(tables.SUMMARIES_TABLE, rows)
    return files.names


class _Files:
    """Parquet files that grow by row groups."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.writers: dict[str, pq.ParquetWriter] = {}
        self.groups: dict[str, int] = {}
        self.places: dict[str, dict[tuple[int, ...], range]] = {}

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *error: object) -> None:
        for writer in self.writers.values():
            writer.close()

    def add(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table, which is made with the first of them."""
        if name not in self.writers:
            self.writers[name] = tables.writer(self.out / f"{name}{SUFFIX}", rows.schema)
        if len(rows):
            self.writers[name].write_table(rows, row_group_size=tables.LARGEST_GROUP)

    def extend(self, name: str, key: tuple[int, ...], gathered: "Gathered") -> None:
        """Append what the blocks hold under a key, in row groups as large as they may be, and note which they are."""
        waiting: list[pa.Table] = []
        first = self.groups.get(name, 0)
        for rows in gathered.groups(name, key):
            if waiting and sum(map(len, waiting)) + len(rows) > tables.LARGEST_GROUP:
                self._append(name, waiting)
                waiting = []
            waiting.append(rows)
        if waiting:
            self._append(name, waiting)
        self.places.setdefault(name, {})[key] = range(first, self.groups.get(name, 0))

    def _append(self, name: str, parts: list[pa.Table]) -> None:
        rows = pa.concat_tables(parts)
        self.add(name, rows)
        self.groups[name] = self.groups.get(name, 0) + -(-len(rows) // tables.LARGEST_GROUP)

    def close(self, name: str) -> Path:
        """Finish a table, so that it can be read."""
        self.writers[name].close()
        return self.out / f"{name}{SUFFIX}"

    @property
    def names(self) -> list[str]:
        """The names of all files."""
        return [f"{name}{SUFFIX}" for name in sorted(self.writers)]


def _exact(files: _Files) -> Iterator[pa.Table]:
    """The distribution of all outcomes that were written, read back one column of one policy and year at a time."""
    if tables.OUTCOMES_TABLE not in files.writers:
        return
    with pq.ParquetFile(files.close(tables.OUTCOMES_TABLE), read_dictionary=["school"]) as file:
        columns = file.schema_arrow.names[4:]
        for (policy, year), groups in files.places[tables.OUTCOMES_TABLE].items():
            if len(groups):
                yield tables.summary_rows(policy, tables.exact_summaries(file, groups, columns, year))


def _sketched(gathered: Gathered, policy: int) -> pa.Table:
    """The distribution of a policy's outcomes, from what its blocks counted."""
    found: dict[Any, Any] = {}
    for rows in gathered.groups(tables.SKETCHES, (policy,)):
        for key, part in tables.sketches_in(rows).items():
            found.setdefault(key, []).append(part)
            if len(found[key]) >= 16:
                found[key] = [reduce(lambda a, b: a + b, found[key])]
    return tables.summary_rows(policy, {key: reduce(lambda a, b: a + b, parts, EMPTY) for key, parts in found.items()})


def policies_rows(experiment: Experiment) -> pa.Table:
    """One row a policy: number, label, scenario, digests, the levers that the experiment sets, the scenario as YAML."""
    told = {
        "policy": pa.array([p.number for p in experiment.policies], pa.int32()),
        "label": pa.array([p.label for p in experiment.policies], pa.string()),
        "scenario": pa.array([p.scenario.key for p in experiment.policies], pa.string()),
        "plan": pa.array([plan.fingerprint for plan in experiment.plans], pa.string()),
        "nature": pa.array([plan.nature for plan in experiment.plans], pa.string()),
    }
    for name in experiment.levers:
        told[f"lever_{name}"] = pa.array([p.settings.get(name) for p in experiment.policies], pa.float64())
    told["yaml"] = pa.array([p.scenario.to_yaml() for p in experiment.policies], pa.string())
    fields = [pa.field(n, a.type, metadata=_meant(n.removeprefix("lever_"))) for n, a in told.items()]
    return pa.Table.from_arrays(list(told.values()), schema=pa.schema(fields))


def worlds_rows(experiment: Experiment) -> Iterator[pa.Table]:
    """What each world is like: nature, world, school, and every uncertainty that varies anywhere."""
    varying = _varying(experiment)
    for nature, policy in experiment.natures.items():
        plan = experiment.plans[policy]
        for worlds in ensemble.blocks(experiment.worlds, WORLDS_AT_ONCE):
            params = plan.params(experiment.seed, worlds)
            told = {
                "nature": pa.array([nature] * len(worlds), pa.string()),
                "world": pa.array(np.asarray(worlds, dtype=np.int32)),
                "school": pa.array(ensemble.school_names(plan, worlds), pa.string()),
            }
            for name in varying:
                value = getattr(getattr(params, uncertainties()[name].group), name)
                told[name] = pa.array(np.broadcast_to(np.asarray(value, dtype=np.float64), (len(worlds), 1))[:, 0])
            fields = [pa.field(n, a.type, metadata=_meant(n)) for n, a in told.items()]
            yield pa.Table.from_arrays(list(told.values()), schema=pa.schema(fields))


def _meant(name: str) -> dict[str, str] | None:
    declared: Any = uncertainties().get(name) or levers().get(name)
    return {"units": declared.unit, "long_name": declared.about} if declared else None


def _varying(experiment: Experiment) -> list[str]:
    """The uncertainties that differ between worlds under some policy."""
    found: dict[str, None] = {}
    for policy in experiment.natures.values():
        params = experiment.plans[policy].params(experiment.seed, range(1))
        for name, declared in uncertainties().items():
            if np.ndim(getattr(getattr(params, declared.group), name)):
                found[name] = None
    return [name for name in uncertainties() if name in found]


def missing(blocks: Iterable[Block], found: Mapping[int, Any]) -> list[int]:
    """The numbers of blocks that are nowhere."""
    return [block.number for block in blocks if block.number not in found]
