"""What a batch leaves behind, as tables: outcomes of every world, their distributions, trajectories, failures.

A table is written a row group at a time (a policy, or a policy and a year), so that one policy can be read without the
others and no table is ever held as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
from numpy.typing import NDArray

from sim.batch.sketch import Sketch
from sim.experiment import DOUBLE
from sim.outcomes import OUTCOMES, by_school
from sim.priors import SCHOOLS
from sim.results import QUANTILES
from sim.variables import VARIABLES

OUTCOMES_TABLE, SUMMARIES_TABLE, FAILURES_TABLE = "outcomes", "summaries", "failures"
BY_QUARTER, BY_ALLY = "variables_quarter", "variables_quarter_ally"
SKETCHES = "sketches"

EVERY_SCHOOL = "all"
POOLED = tuple(name for name in OUTCOMES if not by_school(name))
"""Outcomes whose distribution over all schools is told too."""

Columns = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Failure:
    """Runs that came to nothing: consecutive worlds of a policy, and why."""

    policy: int
    world: int
    worlds: int
    error: str

    @property
    def command(self) -> str:
        """What repeats the first of them, in the directory of the results."""
        return f"article5 repeat . --policy {self.policy} --world {self.world}"


def column_names(name: str, labels: Iterable[str] = ()) -> list[str]:
    """The columns of an outcome: its name, or its name with each front or host."""
    labels = list(labels)
    return [f"{name}_{label.replace(' ', '_')}" for label in labels] if labels else [name]


def columns(table: xr.Dataset, years: Sequence[int]) -> Columns:
    """Outcomes as flat columns [R, Y], in the order of the experiment."""
    found: Columns = {}
    for name, values in table.data_vars.items():
        chosen = values.sel(year=list(years))
        by = [d for d in chosen.dims if d not in ("world", "year")]
        if not by:
            found[str(name)] = chosen.values
            continue
        each = np.moveaxis(chosen.transpose("world", "year", *by).values, -1, 0)
        found |= dict(zip(column_names(str(name), map(str, table[by[0]].values)), each, strict=True))
    return found


def outcome_of(column: str) -> str:
    """The outcome that a column belongs to."""
    return max((name for name in OUTCOMES if column == name or column.startswith(f"{name}_")), key=len)


def described(column: str) -> dict[str, str]:
    """Unit, meaning, how to read it and badge of a column, for the schema of a table."""
    outcome = OUTCOMES[outcome_of(column)]
    front = column.removeprefix(outcome.name).strip("_").replace("_", " ")
    about = f"{outcome.about} ({front})" if front else outcome.about
    return {"units": outcome.unit, "long_name": about, "reading": outcome.reading, "badge": outcome.badge}


def outcomes_rows(
    policy: int, schools: Sequence[str], worlds: Any, year: int, row: Columns, precision: str
) -> pa.Table:
    """Outcomes of one policy at the end of one year [R]: policy, world, school, year, a column per outcome."""
    number = pa.float64() if precision == DOUBLE else pa.float32()
    keys = {
        "policy": pa.array(np.full(len(worlds), policy, dtype=np.int32)),
        "world": pa.array(np.asarray(worlds, dtype=np.int32)),
        "school": pa.array(schools, pa.string()),
        "year": pa.array(np.full(len(worlds), year, dtype=np.int16)),
    }
    fields = [pa.field(name, values.type) for name, values in keys.items()]
    fields += [pa.field(name, number, metadata=described(name)) for name in row]
    dtype = np.float64 if precision == DOUBLE else np.float32
    arrays = [*keys.values(), *(pa.array(values.astype(dtype)) for values in row.values())]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


SKETCH_SCHEMA = pa.schema(
    [
        ("policy", pa.int32()), ("year", pa.int16()), ("outcome", pa.string()), ("school", pa.string()),
        ("count", pa.int64()), ("mean", pa.float64()), ("squares", pa.float64()), ("low", pa.float64()),
        ("high", pa.float64()), ("bins", pa.list_(pa.int32())), ("counts", pa.list_(pa.int64())),
    ]
)  # fmt: skip


def sketch_rows(policy: int, found: Mapping[tuple[int, str, str], Sketch]) -> pa.Table:
    """Sketches by (year, outcome, school) as rows, between a block and the end."""
    rows = [
        {"policy": policy, "year": year, "outcome": outcome, "school": school, "count": s.count, "mean": s.mean,
         "squares": s.squares, "low": s.low, "high": s.high, "bins": s.bins, "counts": s.counts}
        for (year, outcome, school), s in found.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SKETCH_SCHEMA)


def sketches_in(table: pa.Table) -> dict[tuple[int, str, str], Sketch]:
    """The sketches that such rows hold."""
    found = {}
    lists = table.column("bins").combine_chunks(), table.column("counts").combine_chunks()
    flat = [values.values.to_numpy() for values in lists]
    ends = lists[0].offsets.to_numpy()
    for k, row in enumerate(table.drop_columns(["bins", "counts", "policy"]).to_pylist()):
        part = slice(ends[k], ends[k + 1])
        found[row["year"], row["outcome"], row["school"]] = Sketch(
            row["count"], row["mean"], row["squares"], row["low"], row["high"], flat[0][part], flat[1][part]
        )
    return found


SUMMARY_SCHEMA = pa.schema(
    [
        pa.field("policy", pa.int32()), pa.field("school", pa.string()), pa.field("year", pa.int16()),
        pa.field("outcome", pa.string()), pa.field("units", pa.string()), pa.field("count", pa.int64()),
        *(pa.field(name, pa.float64()) for name in ("mean", "sd", "min", "max")),
        *(pa.field(f"p{round(100 * q):02d}", pa.float64()) for q in QUANTILES),
    ]
)  # fmt: skip


def summary_rows(policy: int, found: Any) -> pa.Table:
    """Distributions as rows: count, mean, sd, ends, quantiles. `found` has them by, or each with, its
    (year, outcome, school)."""
    rows = [
        {"policy": policy, "school": school, "year": year, "outcome": outcome,
         "units": OUTCOMES[outcome_of(outcome)].unit, "count": s.count, "mean": s.mean, "sd": s.sd, "min": s.low,
         "max": s.high, **{f"p{round(100 * q):02d}": s.quantile(q) for q in QUANTILES}}
        for (year, outcome, school), s in (found.items() if isinstance(found, Mapping) else found) if s.count
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SUMMARY_SCHEMA)


@dataclass(frozen=True)
class Exact:
    """The distribution of some numbers that were all at hand; reads like a sketch."""

    count: int
    mean: float
    sd: float
    low: float
    high: float
    quantiles: Mapping[float, float]

    @classmethod
    def of(cls, values: NDArray[Any]) -> "Exact":
        """The distribution of some numbers [R]."""
        values = values.astype(np.float64)
        sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        found = dict(zip(QUANTILES, map(float, np.quantile(values, QUANTILES)), strict=True))
        return cls(len(values), float(values.mean()), sd, float(values.min()), float(values.max()), found)

    def quantile(self, level: float) -> float:
        """One of the quantiles that are told, exactly."""
        return self.quantiles[level]


def exact_summaries(
    file: pq.ParquetFile, groups: Sequence[int], columns: Sequence[str], year: int
) -> Iterator[tuple[tuple[int, str, str], Exact]]:
    """The distribution of every outcome in some row groups of its table: (year, outcome, school) with it.

    Only one column is held at a time. The school has to be read as a dictionary.
    """
    school = file.read_row_groups(groups, columns=["school"]).column("school").combine_chunks()
    school = school.unify_dictionaries() if isinstance(school, pa.ChunkedArray) else school
    names = school.dictionary.to_pylist()
    places = {name: np.flatnonzero(school.indices.to_numpy() == n) for n, name in enumerate(names)}
    for column in columns:
        values = file.read_row_groups(groups, columns=[column]).column(column).to_numpy()
        for name in SCHOOLS:
            if name in places:
                yield (year, column, name), Exact.of(values[places[name]])
        if outcome_of(column) in POOLED:
            yield (year, column, EVERY_SCHOOL), Exact.of(values)


FAILURE_SCHEMA = pa.schema(
    [
        ("policy", pa.int32()), ("world", pa.int32()), ("worlds", pa.int32()), ("error", pa.string()),
        ("command", pa.string()),
    ]
)  # fmt: skip


def failure_rows(failures: Iterable[Failure]) -> pa.Table:
    """Failures as rows: policy, first world, how many, error, and the command that repeats the first."""
    rows = [vars(failure) | {"command": failure.command} for failure in failures]
    return pa.Table.from_pylist(rows, schema=FAILURE_SCHEMA)


def variables_rows(policy: int, data: xr.Dataset) -> dict[str, pa.Table]:
    """Whole trajectories of one policy in long form, common ones and those by ally apart."""
    found = {}
    for table, dims in ((BY_QUARTER, ("world", "quarter")), (BY_ALLY, ("world", "quarter", "ally"))):
        names = [str(name) for name, values in data.data_vars.items() if values.dims == dims]
        if not names:
            continue
        shape = tuple(data.sizes[d] for d in dims)
        grid = np.indices(shape)
        arrays = {"policy": pa.array(np.full(int(np.prod(shape)), policy, dtype=np.int32))}
        for axis, dim in enumerate(dims):
            labels = data[dim].values[grid[axis].ravel()]
            arrays[dim] = pa.array(labels.astype(np.int32)) if dim == "world" else pa.array(labels.astype(str))
        fields = [pa.field(name, values.type) for name, values in arrays.items()]
        for name in names:
            arrays[name] = pa.array(data[name].values.ravel().astype(np.float32))
            told = {"units": VARIABLES[name].unit, "long_name": VARIABLES[name].about, "badge": VARIABLES[name].badge}
            fields.append(pa.field(name, pa.float32(), metadata=told))
        found[table] = pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))
    return found


# --- Parquet ------------------------------------------------------------------------------------------------------

LARGEST_GROUP = 1 << 17
"""Rows of a row group at most."""


def writer(where: Any, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer of such tables: the same rows give the same bytes."""
    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    words = [field.name for field in schema if pa.types.is_string(field.type)]
    return pq.ParquetWriter(
        where, schema, compression="zstd", compression_level=1, use_dictionary=words,
        use_byte_stream_split=floats, write_statistics=[f.name for f in schema if not pa.types.is_nested(f.type)],
    )  # fmt: skip


def parquet(groups: Sequence[pa.Table]) -> bytes:
    """Some tables of one schema as a Parquet file, a row group each."""
    out = BytesIO()
    with writer(out, groups[0].schema) as file:
        for group in groups:
            file.write_table(group, row_group_size=max(len(group), 1))
    return out.getvalue()
