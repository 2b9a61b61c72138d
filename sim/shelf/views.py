"""What the page Batch results shows of a directory: its policies, how an outcome is spread, and what is regretted.

Levels come from the summaries, whatever the number of worlds. A risk is only told as a multiple of another policy's,
for which the worlds of one outcome and year are read.
"""

from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import xarray as xr

from sim import question, shelf, tables
from sim.analysis import measures, robust_words
from sim.analysis.robustness import robustness, schools
from sim.batch.gather import SUFFIX
from sim.batch.opened import Opened
from sim.batch.tables import EVERY_SCHOOL, POOLED, SUMMARIES_TABLE, described, outcome_of
from sim.controls import CONTROLS, on_grid
from sim.ensemble import Progress
from sim.errors import InputError
from sim.experiment import PATHS
from sim.outcomes.named import is_risk
from sim.priors import SCHOOLS
from sim.question import HIGHEST_SEED, LONGEST_NAME, Question
from sim.reading import hint
from sim.results import BEST, QUANTILES
from sim.scenario import scenario_names

LEVER = "lever_"
BANDS = tuple(f"p{round(100 * q):02d}" for q in QUANTILES)
KEYS = ("policy", "label", "scenario")
PLAN = "plan of the policy"

MOST_READ = 20_000_000
"""Worlds of all policies together that are read for one outcome at most."""

MOST_JUDGED = 4_000_000
"""Worlds of all policies together of which regret is worked out at most."""

MOST_FAILURES = 200
"""Failures that are listed."""

Only = tuple[tuple[str, float, float], ...]
"""A filter: columns of levers with the lowest and the highest value that is kept."""


@dataclass(frozen=True)
class Book:
    """What a directory holds. `policies` has policy, label, scenario, plan, nature and a column for each lever set.

    `levers` are those that differ among policies, `outcomes` what is summarised, `failures` the first runs that failed
    with the command that repeats each, `failed` how many did. `worlds_kept` says whether each world's outcome is there.
    """

    name: str
    title: str
    about: str
    digest: str
    seed: int
    worlds: int
    years: tuple[int, ...]
    start: str
    worlds_kept: bool
    policies: pd.DataFrame
    levers: tuple[str, ...]
    outcomes: tuple[str, ...]
    failures: pd.DataFrame
    failed: int


@dataclass(frozen=True)
class Spread:
    """An outcome by policy and school at the end of a year: policy, label, scenario, school, count,
    mean, bands, levers, the plan.

    `against` is the label of the policy that it is compared with world by world, empty where levels are told; `nought`
    is no difference. Policies that could not be compared are told in `notes`.
    """

    outcome: str
    label: str
    unit: str
    year: int
    against: str
    nought: float | None
    table: pd.DataFrame
    notes: tuple[str, ...]


def book(name: str, stamp: str) -> Book:
    """What a directory holds; `stamp` tells results that have changed apart. Raises InputError."""
    found = shelf.results(name)
    with shelf.told(name):
        told = found.manifest["experiment"]
        policies, failures = found.policies.reset_index(), found.failures
        levers = [str(c) for c in policies if str(c).startswith(LEVER)]
        return Book(
            name=name, title=found.name, about=str(told["about"]), digest=str(found.manifest["digest"]),
            seed=found.seed, worlds=int(told["worlds"]), years=tuple(found.years), start=found.scenario(0).start,
            worlds_kept=told["keep"] == PATHS and bool(found.columns), policies=policies,
            levers=tuple(c for c in levers if policies[c].nunique(dropna=False) > 1), outcomes=_outcomes(found),
            failures=failures.head(MOST_FAILURES), failed=int(failures["worlds"].sum()),
        )  # fmt: skip


def _outcomes(found: Opened) -> tuple[str, ...]:
    """What is summarised, in the order of the first policy that has summaries."""
    file = pq.ParquetFile(found.path / f"{SUMMARIES_TABLE}{SUFFIX}")
    seen: dict[str, None] = {}
    for batch in file.iter_batches(columns=["outcome"], batch_size=1 << 16):
        seen |= dict.fromkeys(batch.column("outcome").to_pylist())
        break
    return tuple(seen)


def chosen(policies: pd.DataFrame, only: Only = (), scenarios: tuple[str, ...] = ()) -> pd.DataFrame:
    """The policies whose levers lie within the filter, and of these scenarios. Raises InputError for no such column."""
    kept = np.ones(len(policies), dtype=bool)
    for column, low, high in only:
        if column not in policies or not column.startswith(LEVER):
            raise InputError(f"filter: no lever {column.removeprefix(LEVER)[:60]!r} is set in these results.")
        values = policies[column].to_numpy(dtype=np.float64)
        kept &= (values >= low) & (values <= high)
    if scenarios:
        kept &= policies["scenario"].isin(scenarios).to_numpy()
    return policies[kept]


def spread(
    name: str,
    stamp: str,
    outcome: str,
    year: int,
    only: Only = (),
    scenarios: tuple[str, ...] = (),
    against: int | None = None,
    *,
    progress: Progress | None = None,
) -> Spread:
    """How an outcome is spread over worlds, by policy and school; with `against` its difference to that policy.

    Raises InputError for no policy left, a risk without a policy to be compared with, or too much to read.
    """
    found = shelf.results(name)
    with shelf.told(name):
        policies = _asked(found, outcome, year, only, scenarios)
        numbers = [int(n) for n in policies["policy"]]
        if against is None and is_risk(outcome):
            raise InputError(f"{outcome}: the level of a risk means nothing alone. Choose a policy to compare with.")
        if against is None:
            return _levels(found, outcome, year, policies)
        return _differences(found, outcome, year, policies, numbers, against, progress)


def _asked(found: Opened, outcome: str, year: int, only: Only, scenarios: tuple[str, ...]) -> pd.DataFrame:
    """The policies that are asked about. Raises InputError for none, and for an outcome or year that was not kept."""
    known = _outcomes(found)
    if outcome not in known:
        raise InputError(f"outcome: {outcome[:60]!r} was not kept. {hint(outcome, known, most=60)}")
    if year not in found.years:
        raise InputError(f"year: {year} was not kept. Kept: {', '.join(map(str, found.years))}.")
    policies = chosen(found.policies.reset_index(), only, scenarios)
    if policies.empty:
        raise InputError("filter: no policy is left. Widen it.")
    return policies


def _levels(found: Opened, outcome: str, year: int, policies: pd.DataFrame) -> Spread:
    """Levels as they were summarised: over all schools where that is told."""
    there = ["policy", "school", "count", "mean", *BANDS]
    pooled = outcome_of(outcome) in POOLED
    rows = pd.read_parquet(
        found.path / f"{SUMMARIES_TABLE}{SUFFIX}", columns=there,
        filters=[("outcome", "==", outcome), ("year", "==", year),
                 ("school", "==" if pooled else "!=", EVERY_SCHOOL)],
    )  # fmt: skip
    table = _with_policies(rows, policies)
    unit = described(outcome)["units"]
    lacking = len(policies) - table["policy"].nunique()
    notes = (f"{lacking} policies have no result at all; see the failures.",) if lacking else ()
    return Spread(outcome, measures.label_of(outcome), unit, year, "", None, table, notes)


def _differences(
    found: Opened, outcome: str, year: int, policies: pd.DataFrame, numbers: list[int], against: int,
    progress: Progress | None,
) -> Spread:  # fmt: skip
    """Differences, of a risk ratios, to one policy, world by world."""
    base = found.policies.loc[against] if against in found.policies.index else None
    if base is None:
        raise InputError(f"against: no policy {against}. They are numbered 0 to {len(found.policies) - 1}.")
    same = policies[policies["nature"] == base["nature"]]
    notes = []
    if len(same) < len(policies):
        notes.append(
            f"{len(policies) - len(same)} policies assume other worlds than policy {against} and are left out."
        )
    _readable(found, len(same), MOST_READ)
    if progress is not None:
        progress(0, 2)
    values = measures.measured(found, outcome, year, against, [int(n) for n in same["policy"]])
    if progress is not None:
        progress(1, 2)
    rows = _summarised(values, outcome)
    attrs = values.attrs
    table = _with_policies(rows, policies)
    nought = 1.0 if is_risk(outcome) else 0.0
    return Spread(
        outcome, measures.label_of(outcome), str(attrs["units"]), year, str(base["label"]), nought, table,
        (*notes, *attrs["notes"]),
    )  # fmt: skip


def _readable(found: Opened, policies: int, most: int) -> None:
    """Refuse to read more worlds than fit. Raises InputError."""
    if found.manifest["experiment"]["keep"] != PATHS:
        raise InputError(
            f"{found.path}: only summaries were kept, and policies compare world by world. Play it with keep: paths."
        )
    worlds = int(found.manifest["experiment"]["worlds"])
    if policies * worlds > most:
        few = most // worlds
        raise InputError(f"filter: {policies:,} policies in {worlds:,} worlds are too many. Leave {few:,} or fewer.")


def _summarised(values: xr.DataArray, outcome: str) -> pd.DataFrame:
    """Quantiles by policy and school of values [policy, world]: over all schools where that may be told."""
    parts = {EVERY_SCHOOL: values} if outcome_of(outcome) in POOLED else {
        school: values.isel(world=np.flatnonzero(values.school == school)) for school in schools(values)
    }  # fmt: skip
    frames = []
    for school, own in parts.items():
        array = own.transpose("policy", "world").values
        bands = dict(zip(BANDS, np.quantile(array, QUANTILES, axis=1), strict=True))
        told = {"policy": own.policy.values, "school": school, "count": array.shape[1], "mean": array.mean(axis=1)}
        frames.append(pd.DataFrame(told | bands))
    return pd.concat(frames, ignore_index=True)


def _with_policies(rows: pd.DataFrame, policies: pd.DataFrame) -> pd.DataFrame:
    """Rows with what each policy is, of these policies only, in their order."""
    levers = [c for c in policies if str(c).startswith(LEVER) and policies[c].notna().any()]
    told = policies[[*KEYS, *levers, "plan"]].rename(columns={"plan": PLAN})
    table = told.merge(rows, on="policy", how="inner")
    order = {school: place for place, school in enumerate((EVERY_SCHOOL, *SCHOOLS))}
    place = table["school"].map(order)
    table = table.assign(_place=place).sort_values(["policy", "_place"], ignore_index=True)
    return table[[*KEYS, "school", "count", "mean", *BANDS, *levers, PLAN]]


def whole(told: Book, found: Spread) -> pd.DataFrame:
    """The table of a spread with what it is of, for a file of its own."""
    more = {"outcome": found.outcome, "unit": found.unit, "year": found.year, "against": found.against}
    return found.table.assign(**more, seed=told.seed, experiment=told.digest)


def csv(told: Book, found: Spread) -> str:
    """The table of a spread as CSV, with the digests of the experiment and of each policy's plan in every row."""
    return tables.csv(whole(told, found), {"experiment": told.digest})


def parquet(told: Book, found: Spread) -> bytes:
    """The table of a spread as Parquet, with the same columns."""
    out = BytesIO()
    whole(told, found).to_parquet(out, index=False)
    return out.getvalue()


# --- judging ------------------------------------------------------------------------------------------------------


def regrets(
    name: str,
    stamp: str,
    outcome: str,
    best: str,
    year: int,
    only: Only = (),
    scenarios: tuple[str, ...] = (),
    against: int = 0,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Regret by policy: at most what in 90% of each school's worlds, and the worst school; least regretted first.

    Raises InputError as `sim.analysis.robustness`, and for too much to read.
    """
    if best not in BEST:
        raise InputError(f"regret: which end is good? {' or '.join(BEST)}.")
    found = shelf.results(name)
    with shelf.told(name):
        policies = _asked(found, outcome, year, only, scenarios)
        _readable(found, len(policies), MOST_JUDGED)
        judged = robustness(
            found, outcome, best, year=year, policies=[int(n) for n in policies["policy"]], against=against
        )
        order, worst = robust_words.shown(judged, every=True), judged.worst_school
        labels = found.policies["label"]
        rows = [
            {"policy": p, "label": labels[p], "regret in the worst school": float(judged.guarantee.sel(policy=p)),
             "worst school": str(worst.sel(policy=p).item())}
            | {s: float(judged.table.p90.sel(policy=p, school=s)) for s in schools(judged.values)}
            for p in order
        ]  # fmt: skip
        return pd.DataFrame(rows), judged.notes


# --- a policy of its own ------------------------------------------------------------------------------------------


def as_question(name: str, stamp: str, policy: int) -> Question:
    """A policy as a question that the app can ask: levers where they say it all, else the scenario as a file.

    Raises InputError where it cannot be read any more, or would not be the plan that was played.
    """
    found = shelf.results(name)
    with shelf.told(name):
        plan = found.plan(policy)
        told = found.manifest["experiment"]["policies"][policy]
        alone = replace(found.scenario(policy), name=f"Policy {policy} of {found.name}"[:LONGEST_NAME], question="")
        options = [Question(alone.to_yaml())]
        if told["key"] in scenario_names() and set(told["settings"]) <= set(CONTROLS):
            moved = {lever: float(value) for lever, value in told["settings"].items()}
            if all(on_grid(lever, value) == value for lever, value in moved.items()):
                asked = question.ask(told["key"], {**question.settings(told["key"]), **moved})
                options.insert(0, asked)
    for option in options:
        try:
            if option.resolved().plan().fingerprint == plan.fingerprint:
                return replace(option, seed=min(found.seed, HIGHEST_SEED))
        except InputError:
            continue
    raise InputError(f"{name}: policy {policy} cannot be shown here: its scenario needs what only its own code has.")
