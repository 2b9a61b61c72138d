"""Results of a batch, opened: policies, worlds, and outcomes as labelled arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import xarray as xr

from sim.batch.gather import POLICIES_TABLE, SUFFIX, WORLDS_TABLE
from sim.batch.store import COMPLETE, Store
from sim.batch.tables import FAILURES_TABLE, OUTCOMES_TABLE, SUMMARIES_TABLE, described, outcome_of
from sim.errors import InputError
from sim.experiment import PATHS
from sim.outcomes import OUTCOMES
from sim.plan import Plan
from sim.reading import hint
from sim.scenario import Scenario, scenario_from


@dataclass(frozen=True)
class Opened:
    """The results of a batch in a directory. Its tables are plain Parquet and open anywhere else as well."""

    path: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """The experiment's title."""
        return str(self.manifest["experiment"]["name"])

    @property
    def seed(self) -> int:
        """The seed of all its worlds."""
        return int(self.manifest["experiment"]["seed"])

    @property
    def years(self) -> list[int]:
        """The years whose ends were kept."""
        return list(self.manifest["experiment"]["years"])

    @cached_property
    def policies(self) -> pd.DataFrame:
        """A row per policy, by its number: label, scenario, plan, nature, `lever_NAME` of what the experiment sets."""
        return self._read(POLICIES_TABLE).set_index("policy")

    @cached_property
    def worlds(self) -> pd.DataFrame:
        """A row per nature and world: school, and the value of every uncertainty that varies."""
        return self._read(WORLDS_TABLE)

    @cached_property
    def summaries(self) -> pd.DataFrame:
        """The distribution of every outcome by policy, year and school: count, mean, sd, ends, quantiles."""
        return self._read(SUMMARIES_TABLE)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Runs that came to nothing, with their error and the command that repeats them."""
        return self._read(FAILURES_TABLE)

    @cached_property
    def columns(self) -> list[str]:
        """The outcomes that were kept of every world; none where only summaries were."""
        path = self.path / f"{OUTCOMES_TABLE}{SUFFIX}"
        return pq.read_schema(path).names[4:] if path.is_file() else []

    def table(self, names: Sequence[str], year: int | None = None, policies: Sequence[int] | None = None) -> xr.Dataset:
        """Outcomes of every world at the end of one year (the last): dims (policy, world), coords school and label.

        A run that failed is NaN. Outcomes by front or host go by their column: `risk_by_front_baltic`. Raises
        InputError for a name, year or policy that was not kept, for policies whose worlds belong to other schools, and
        where only summaries were kept.
        """
        year, chosen = self._year(year), self._policies(policies)
        self._known(names)
        frame = pd.read_parquet(
            self.path / f"{OUTCOMES_TABLE}{SUFFIX}", columns=["policy", "world", "school", *dict.fromkeys(names)],
            filters=[("year", "==", year), ("policy", "in", chosen)],
        )  # fmt: skip
        worlds = np.arange(int(self.manifest["experiment"]["worlds"]))
        place = np.searchsorted(chosen, frame["policy"]), frame["world"].to_numpy()
        found = {}
        for name in dict.fromkeys(names):
            values = np.full((len(chosen), len(worlds)), np.nan)
            values[place] = frame[name]
            found[name] = (("policy", "world"), values, described(name))
        school = self._schools(chosen, worlds)
        labels = self.policies.loc[chosen, "label"].to_numpy()
        coords = {"policy": chosen, "world": worlds, "school": ("world", school), "label": ("policy", labels)}
        return xr.Dataset(found, coords, {"year": year, "seed": self.seed, "experiment": self.name})

    def scenario(self, policy: int) -> Scenario:
        """The scenario that a policy is, as it was played. Raises InputError for an unknown one."""
        (number,) = self._policies([policy])
        told = self.manifest["experiment"]["policies"][number]
        return scenario_from(told["scenario"], told["key"])

    def plan(self, policy: int) -> Plan:
        """The plan that was played. Raises InputError where tables or code have changed since."""
        plan, was = self.scenario(policy).plan(), self.manifest["experiment"]["policies"][policy]["plan"]
        if plan.fingerprint != was:
            raise InputError(
                f"{self.path}: policy {policy} was played as plan {was} and is {plan.fingerprint} now: the data or the "
                "declarations have changed since. Use the version of article5 that made it."
            )
        return plan

    def _schools(self, policies: Sequence[int], worlds: Any) -> Any:
        """The school of each world [R], which these policies must share. Raises InputError where they do not."""
        natures = list(dict.fromkeys(self.policies.loc[policies, "nature"]))
        of = {n: rows.set_index("world")["school"].reindex(worlds) for n, rows in self.worlds.groupby("nature")}
        if any(not of[natures[0]].equals(of[nature]) for nature in natures[1:]):
            first = {nature: int(self.policies.index[self.policies["nature"] == nature][0]) for nature in natures}
            told = ", ".join(map(str, first.values()))
            raise InputError(
                f"{self.path}: policies {told} assume other schools, so that a world is not the same under them. "
                "Choose policies of scenarios that assume the same."
            )
        return of[natures[0]].to_numpy()

    def _read(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.path / f"{name}{SUFFIX}")

    def _year(self, year: int | None) -> int:
        if year is None:
            return self.years[-1]
        if year not in self.years:
            raise InputError(f"year: {year} was not kept. Kept: {', '.join(map(str, self.years))}.")
        return year

    def _policies(self, policies: Sequence[int] | None) -> list[int]:
        count = len(self.manifest["experiment"]["policies"])
        if policies is None:
            return list(range(count))
        wrong = [p for p in policies if p not in range(count)]
        if wrong:
            raise InputError(f"policy: no policy {wrong[0]}. They are numbered 0 to {count - 1}.")
        return sorted(set(policies))

    def _known(self, names: Sequence[str]) -> None:
        if self.manifest["experiment"]["keep"] != PATHS:
            raise InputError(f"{self.path}: only summaries were kept. Run the experiment with keep: paths.")
        if not self.columns:
            raise InputError(f"{self.path}: every run failed. See failures.parquet for why.")
        problems = []
        for name in names:
            if name in self.columns:
                continue
            parts = [c for c in self.columns if name in OUTCOMES and outcome_of(c) == name]
            more = f"It is kept as {', '.join(parts)}." if parts else hint(name, self.columns, most=60)
            problems.append(f"outcome: {name!r} was not kept. {more}")
        if problems:
            raise InputError(problems)


def opened(path: str | Path) -> Opened:
    """The results of a finished batch. Raises InputError where there are none, or the batch has not come to its end."""
    store = Store(Path(path))
    told = store.manifest()
    if told["status"] != COMPLETE:
        how = {
            "shard": "It is one shard: join all of them with article5 merge FILE SHARDS... --out DIR",
            "running": f"Go on with it: article5 batch FILE --out {path} --resume. It began with: {told['command']}",
        }
        raise InputError(f"{path}: this batch is not finished. {how.get(told['status'], '').rstrip(': ')}.")
    return Opened(store.target, told)
