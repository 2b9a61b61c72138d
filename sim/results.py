"""What runs leave behind: summaries, paired comparisons, result directories with a manifest."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import saving
from sim.errors import InputError
from sim.outcomes import OUTCOMES, outcomes
from sim.outcomes.declare import JUDGEMENT
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Ends of the 90% and the 50% band, and the median."""

FORMATS = ("parquet", "netcdf", "csv")
RISKS = ("risk", "risk_by_front")
UNPUBLISHED = ("hazard", "hazard_ukraine")
"""Variables that leave the simulator in sums by front only: no risk by ally is ever published."""


def bands(values: xr.DataArray) -> xr.DataArray:
    """The 5%, 25%, 50%, 75% and 95% quantiles over worlds: dims (quantile, ...), in the outcome's unit."""
    found = quantiles(values.transpose("world", ...).values, QUANTILES)
    rest = values.drop_vars([name for name, labels in values.coords.items() if "world" in labels.dims]).isel(world=0)
    return xr.DataArray(found, {**rest.coords, "quantile": list(QUANTILES)}, ("quantile", *rest.dims))


def quantiles(values: NDArray[np.float64], ends: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles over the first axis, worlds: [quantile, ...]. Worlds in which it is no number are left out."""
    ordered = np.sort(values, axis=0)  # a whole sort is several times faster than finding a few ranks
    return (np.nanquantile if np.isnan(ordered[-1]).any() else np.quantile)(ordered, ends, axis=0)


def compare(baseline: xr.Dataset, scenario: xr.Dataset, names: Sequence[str] | None = None) -> xr.Dataset:
    """Paired differences, world by world: dims as in `outcomes`, plus `relative_risk` (and by front).

    Each outcome is scenario minus baseline under the same luck; a relative risk is the ratio of both probabilities
    since the start. Both are measured against the scenario's threshold.

    Raises InputError when the two runs are not pairs: other seed, worlds or quarters.
    """
    _paired(baseline, scenario)
    if "lever_threshold" in scenario:
        baseline = baseline.assign_coords(lever_threshold=scenario.lever_threshold)
    return differences(outcomes(baseline, names), outcomes(scenario, names))


def differences(first: xr.Dataset, second: xr.Dataset) -> xr.Dataset:
    """Paired differences of two tables of outcomes, the baseline's first: as `compare`."""
    first, second = xr.align(first, second, join="inner", copy=False)
    shared = [name for name in first.data_vars if name in second.data_vars]
    both = xr.Dataset({name: _difference(first[name].variable, second[name].variable) for name in shared}, first.coords)
    for name in [name for name in RISKS if name in shared]:
        both[name.replace("risk", "relative_risk", 1)] = relative_risk(first[name], second[name])
    return both.assign_coords(school=second.school).assign_attrs(
        scenario=second.attrs["scenario"], baseline=first.attrs["scenario"], seed=second.attrs["seed"],
        worlds=second.attrs["worlds"], plan=second.attrs["plan"], baseline_plan=first.attrs["plan"],
        threshold=second.attrs["threshold"],
    )  # fmt: skip


def _difference(first: xr.Variable, second: xr.Variable) -> xr.Variable:
    """The second less the first, with what is said of the outcome; no effect was ever tested."""
    found = second - first
    return xr.Variable(found.dims, found.values, second.attrs | {"badge": JUDGEMENT})


def relative_risk(baseline: xr.DataArray, scenario: xr.DataArray) -> xr.DataArray:
    """The scenario's probability of a limited attack as a multiple of the baseline's; 1 where both are nought."""
    ratio = xr.apply_ufunc(_ratio, baseline, scenario, join="inner", keep_attrs=False)
    return ratio.assign_attrs(
        units="times the baseline", badge=JUDGEMENT,
        long_name="Probability of a limited attack since the start, relative to the baseline",
        reading="1 is no difference, 2 twice the risk, 0.5 half of it.",
    )  # fmt: skip


def _ratio(baseline: NDArray[np.float64], scenario: NDArray[np.float64]) -> NDArray[np.float64]:
    both_nought = (baseline == 0) & (scenario == 0)
    return np.where(both_nought, 1.0, scenario / np.where(baseline > 0, baseline, np.nan))


def regret(tables: Mapping[str, xr.Dataset], name: str = "risk", best: str = "lowest") -> xr.DataArray:
    """Median regret of each policy by school: dims (policy, school, year[, ...]), in the outcome's unit.

    Savage's regret: in each world, how far a policy falls short of whichever of these policies does best there. In
    every world one of them has none, and whoever has little in all schools can be wrong about the world at little
    cost. `tables` holds outcomes of runs in the same worlds by policy; `best` says which end of the outcome is good.
    Schools are never pooled. It inherits every doubt of the outcome: a regret in risk is judgement.

    Raises InputError for fewer than two policies, runs that are no pairs, or an outcome that one of them lacks.
    """
    if best not in BEST:
        raise InputError(f"regret: unknown end {best!r}. {hint(best, BEST)}")
    if len(tables) < 2:
        raise InputError(f"regret: takes two policies or more, got {len(tables)}. Add the baseline.")
    first, *others = tables.values()
    for other in others:
        _paired(first, other, "regret")
    lacking = [policy for policy, table in tables.items() if name not in table]
    if lacking:
        raise InputError(
            f"regret: no outcome {name!r} in {', '.join(lacking)}. {hint(name, map(str, first.data_vars))}"
        )
    values = xr.concat([table[name] for table in tables.values()], dim="policy", coords="minimal", compat="override")
    short = shortfall(values, best)
    schools = [school for school in SCHOOLS if (first.school == school).any()]
    medians = [short.isel(world=np.flatnonzero(first.school == school)).median("world") for school in schools]
    found = xr.concat(medians, dim="school").assign_coords(policy=list(tables), school=schools)
    return found.transpose("policy", "school", ...).assign_attrs(
        units=first[name].attrs["units"], badge=JUDGEMENT,
        long_name=f"Regret: {first[name].attrs['long_name']} Beyond the best of {len(tables)} policies, world by world",
        reading="0 is the best of these policies in half of the school's worlds or more.",
    )  # fmt: skip


def shortfall(values: xr.DataArray, best: str = "lowest") -> xr.DataArray:
    """Savage's regret, world by world: how far each policy falls short of the best; dims as given, with `policy`.

    Raises InputError for an end that is none of BEST.
    """
    if best not in BEST:
        raise InputError(f"regret: unknown end {best!r}. {hint(best, BEST)}")
    short = values - values.min("policy") if best == "lowest" else values.max("policy") - values
    return short.transpose(*values.dims)


BEST = ("lowest", "highest")
"""Which end of an outcome is the good one."""


def _paired(baseline: xr.Dataset, scenario: xr.Dataset, what: str = "compare") -> None:
    """Refuse two runs whose worlds are not the same worlds under two policies."""
    if not all(isinstance(run, xr.Dataset) for run in (baseline, scenario)):
        raise InputError(f"{what}: takes two runs. Write sim.compare(sim.run(baseline), sim.run(scenario)).")
    problems = [
        f"{what}: {words} differs: {baseline.attrs.get(key)} and {scenario.attrs.get(key)}. Run both with the same."
        for key, words in PAIRED.items()
        if baseline.attrs.get(key) != scenario.attrs.get(key)
    ]
    if not problems and not np.array_equal(baseline.world, scenario.world):
        problems = [f"{what}: the two runs hold other worlds. Take the same worlds of both."]
    if problems:
        raise InputError(problems)


PAIRED = {
    "seed": "seed",
    "worlds": "worlds",
    "start": "start",
    "end": "end",
    "nature": "what is assumed about the world (uncertainties, school or tables)",
}
"""What two runs must have in common, so that they differ by policy alone."""


def identical(both: xr.Dataset) -> bool:
    """Whether every paired difference is exactly nought, and every ratio exactly one."""
    ratios = [name for name in both.data_vars if str(name).startswith("relative_")]
    zero = all(not both[name].values.any() for name in both.data_vars if name not in ratios)
    return zero and all((both[name].values == 1.0).all() for name in ratios)


def clear_of_zero(differences: xr.DataArray) -> bool:
    """Whether the 90% band of a paired difference [world] lies wholly on one side of 0."""
    low, high = np.quantile(differences, [0.05, 0.95])
    return bool(low > 0 or high < 0)


def year_reached(values: xr.DataArray, level: float = 0.0) -> xr.DataArray:
    """First year in which an outcome [world, year] is at or below a level [world]; NaN where it is not reached."""
    reached = values <= level
    years = xr.where(reached, values.year, np.inf).min("year")
    return years.where(np.isfinite(years))


# --- result directories -----------------------------------------------------------------------------------------


def manifest(table: xr.Dataset, plan: Plan, command: str = "") -> dict[str, Any]:
    """Everything needed to repeat a run: plan, digest, seed, worlds, versions, digests of the tables, command."""
    return {
        "article5": version("article5"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "plan": plan.written(),
        "scenario": plan.name,
        "digest": plan.fingerprint,
        "data": plan.roster.digest,
        "seed": int(table.attrs["seed"]),
        "worlds": int(table.attrs["worlds"]),
        "outcomes": {n: {"unit": OUTCOMES[n].unit, "about": OUTCOMES[n].about} for n in map(str, table.data_vars)},
        "command": command,
    }


def save(
    table: xr.Dataset, data: xr.Dataset | None, plan: Plan, out: str | Path, format: str = "parquet", command: str = ""
) -> Path:
    """Write outcomes, kept variables if any, and a manifest to a new directory; returns its path.

    `table` is what `sim.outcomes` returned and `data`, if any, what `sim.run` did. `format` is parquet or csv, with a
    table for each set of dimensions, or netcdf. Everything is written beside the target first and moved there at the
    end: nothing is half-written, nothing is overwritten.

    Raises InputError for an unknown format, or when the directory cannot be made or is not empty.
    """
    target = Path(out)
    check_writable(target, format)
    with saving.new_directory(target) as beside:
        _write(table, beside / "outcomes", format)
        if data is not None:
            _write(data.drop_vars(UNPUBLISHED, errors="ignore"), beside / "variables", format)
        text = json.dumps(manifest(table, plan, command), indent=2, sort_keys=True, ensure_ascii=False)
        (beside / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return target


def check_writable(target: Path, format: str) -> None:
    """Refuse a directory that is not empty or cannot be made, before anything is computed. Raises InputError."""
    if format not in FORMATS:
        raise InputError(f"--format: unknown {format!r}. Known: {', '.join(FORMATS)}.")
    saving.check_new_directory(target)


def _write(data: xr.Dataset, stem: Path, format: str) -> None:
    if format == "netcdf":
        data.to_netcdf(stem.with_suffix(".nc"), engine="scipy")
        return
    for dims, names in _by_dims(data).items():
        frame = data[names].drop_vars([c for c in data.coords if c not in dims and c != "school"], errors="ignore")
        path = stem.parent / f"{stem.name}_{'_'.join(dims)}"
        table = frame.to_dataframe().reset_index()
        table.insert(0, "plan", data.attrs["plan"])
        if format == "csv":
            table.to_csv(path.with_suffix(".csv"), index=False, float_format="%.10g")
        else:
            table.to_parquet(path.with_suffix(".parquet"), index=False)


def _by_dims(data: xr.Dataset) -> dict[tuple[str, ...], list[str]]:
    """Variables that share their dimensions make one table."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, values in data.data_vars.items():
        groups.setdefault(tuple(map(str, values.dims)), []).append(str(name))
    return groups


def summary(table: xr.Dataset, year: int, names: Sequence[str]) -> dict[str, Any]:
    """Median and 90% band of some outcomes in one year: {name: {median, low, high, unit}}."""
    found = {}
    for name in names:
        low, middle, high = np.nanquantile(table[name].sel(year=year), [0.05, 0.5, 0.95])
        found[name] = {
            "median": float(middle), "low": float(low), "high": float(high), "unit": OUTCOMES[name].unit,
        }  # fmt: skip
    return found
