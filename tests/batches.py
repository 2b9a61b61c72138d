"""Small batches for tests: from numbers, or really played."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sim import load_scenario
from sim.batch import run_batch
from sim.experiment import load_experiment
from sim.priors import SCHOOLS


@dataclass
class Found:
    """What `sim.batch.opened` gives, from tables in memory."""

    policies: pd.DataFrame
    worlds: pd.DataFrame
    tables: xr.Dataset
    years: list
    seed: int = 0
    name: str = "stand-in"

    def table(self, names, year=None, policies=None):
        found = self.tables[list(names)].sel(year=self.years[-1] if year is None else year)
        return found if policies is None else found.sel(policy=sorted(set(policies)))

    def plan(self, policy):
        row = self.policies.loc[policy]
        levers = {c.removeprefix("lever_"): float(row[c]) for c in self.policies if c.startswith("lever_")}
        settings = {name: value for name, value in levers.items() if not np.isnan(value)}
        return load_scenario(row["scenario"]).with_levers(**settings).plan()


def made_up(values, inputs, schools=None, levers=None, name="spending_europe_canada_share", **attrs):
    """A batch from numbers: values [policy, world], inputs {name: [world]}, levers {name: [policy]}."""
    values = np.asarray(values, dtype=np.float64)
    policies, worlds = values.shape
    schools = [SCHOOLS[world % 4] for world in range(worlds)] if schools is None else schools
    table = pd.DataFrame(
        {
            "scenario": "baseline",
            "label": [f"policy {n}" for n in range(policies)],
            "nature": "n",
            "plan": [f"p{n}" for n in range(policies)],
        }
        | {f"lever_{lever}": column for lever, column in (levers or {}).items()},
        index=pd.RangeIndex(policies, name="policy"),
    )
    places = pd.DataFrame({"nature": "n", "world": range(worlds), "school": schools} | dict(inputs))
    told = {"units": "% of GDP", "long_name": "Spending.", "badge": "tested", "reading": "More is more."} | attrs
    coords = {"policy": range(policies), "world": range(worlds), "year": [2035], "school": ("world", list(schools)),
              "label": ("policy", list(table["label"]))}  # fmt: skip
    outcomes = xr.Dataset({name: (("policy", "world", "year"), values[..., None], told)}, coords)
    return Found(table, places, outcomes, [2035])


def experiment(folder, grid, worlds=200, scenario="baseline", outcomes=("spending_europe_canada_share", "risk")):
    """An experiment file: a scenario with levers on a grid {lever: [values]}."""
    file = folder / "experiment.yaml"
    levers = ", ".join(f"{name}: {values}" for name, values in grid.items())
    file.write_text(
        f"name: A grid\nscenarios: [{scenario}]\nlevers:\n  grid: {{{levers}}}\nworlds: {worlds}\n"
        f"outcomes: [{', '.join(outcomes)}]\n",
        encoding="utf-8",
    )
    return file


def played(folder, grid, **more):
    """The directory of a small batch that was really played."""
    run_batch(load_experiment(experiment(folder, grid, **more)), folder / "results")
    return folder / "results"
