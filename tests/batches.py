"""A stand-in for the directory of a batch: a few policies in the same worlds, as `sim.batch.opened` reads them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sim import ensemble, load_scenario
from sim.params import uncertainties
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

    def table(self, names, year=None):
        return self.tables[list(names)].sel(year=self.years[-1] if year is None else year)


def made_up(values, inputs, schools=None, levers=None, name="spending_europe_canada_share", **attrs):
    """A batch from numbers: values [policy, world], inputs {name: [world]}, levers {name: [policy]}."""
    values = np.asarray(values, dtype=np.float64)
    policies, worlds = values.shape
    schools = [SCHOOLS[world % 4] for world in range(worlds)] if schools is None else schools
    table = pd.DataFrame(
        {"scenario": "baseline", "label": [f"policy {n}" for n in range(policies)], "plan": "p", "nature": "n"}
        | {f"lever_{lever}": column for lever, column in (levers or {}).items()},
        index=pd.RangeIndex(policies, name="policy"),
    )
    places = pd.DataFrame({"nature": "n", "world": range(worlds), "school": schools} | dict(inputs))
    told = {"units": "% of GDP", "long_name": "Spending.", "badge": "tested", "reading": "More is more."} | attrs
    coords = {"policy": range(policies), "world": range(worlds), "year": [2035], "school": ("world", list(schools)),
              "label": ("policy", list(table["label"]))}  # fmt: skip
    outcomes = xr.Dataset({name: (("policy", "world", "year"), values[..., None], told)}, coords)
    return Found(table, places, outcomes, [2035])


def played(policies, worlds=200, seed=0, names=("spending_europe_canada_share", "risk"), scenario="baseline"):
    """A small batch of a scenario: policies is [{lever: value}]; the first may be empty, for the scenario itself."""
    base = load_scenario(scenario)
    runs = [base.with_levers(**values) if values else base for values in policies]
    tables = [ensemble.run_outcomes(run, worlds, seed, list(names)) for run in runs]
    outcomes = xr.concat(tables, dim="policy", coords="minimal", compat="override")
    labels = [", ".join(f"{n} {v:g}" for n, v in values.items()) or scenario for values in policies]
    outcomes = outcomes.assign_coords(policy=range(len(runs)), label=("policy", labels))
    varied = sorted({name for values in policies for name in values})
    table = pd.DataFrame(
        {"scenario": scenario, "label": labels, "plan": [run.plan().fingerprint for run in runs],
         "nature": [run.plan().nature for run in runs]}
        | {f"lever_{name}": [values.get(name, np.nan) for values in policies] for name in varied},
        index=pd.RangeIndex(len(runs), name="policy"),
    )  # fmt: skip
    drawn, places = base.plan().params(seed, range(worlds)), {}
    for name, declared in uncertainties().items():
        column = np.asarray(getattr(getattr(drawn, declared.group), name), dtype=np.float64)
        if column.size == worlds:
            places[name] = column[:, 0]
    rows = pd.DataFrame({"nature": table["nature"][0], "world": range(worlds), "school": tables[0].school.values})
    return Found(table, pd.concat([rows, pd.DataFrame(places)], axis=1), outcomes, list(map(int, tables[0].year)), seed)
