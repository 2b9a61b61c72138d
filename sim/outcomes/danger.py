"""Risk by front, incidents, and the war in Ukraine."""

import numpy as np
import xarray as xr

from sim.outcomes.declare import FRONTS, of, outcome, total


@outcome(
    label="risk by front",
    unit="probability",
    reading="Only with its anchor, and only compared with another scenario.",
    badge="judgement",
    needs="hazard",
    by="front",
)
def risk_by_front(data: xr.Dataset) -> xr.DataArray:
    """Probability of a limited attack since the start, by front."""
    hazard = data.hazard.transpose("world", "year", "ally")
    by_front = [hazard.values[..., data.front.values == front].sum(axis=-1) for front in FRONTS]
    coords = {"world": data.world, "year": data.year, "front": list(FRONTS)}
    return xr.DataArray(-np.expm1(-np.stack(by_front, axis=-1)), coords, ("world", "year", "front"))


@outcome(
    label="risk",
    unit="probability",
    reading="Only with its anchor, and only compared with another scenario.",
    badge="judgement",
    needs="hazard",
)
def risk(data: xr.Dataset) -> xr.DataArray:
    """Probability of a limited attack on any ally since the start."""
    return -np.expm1(-total(data.hazard))  # type: ignore[return-value]


@outcome(
    label="risk for Ukraine as a member",
    unit="times that of the Baltic states",
    reading="Only after an accession, which the documents rule out: 0 without it. Relative, as all risks are.",
    badge="judgement",
    needs="hazard hazard_ukraine",
)
def ukraine_to_baltic(data: xr.Dataset) -> xr.DataArray:
    """Probability of an attack on Ukraine since it became a member, as a multiple of that of the Baltic states."""
    return np.expm1(-data.hazard_ukraine) / np.expm1(-total(of(data.hazard, data.front == "baltic")))


@outcome(
    label="grey-zone incidents",
    unit="incidents",
    reading="Expected number; the count in one world varies around it.",
    badge="judgement",
    needs="incidents",
)
def grey_zone_incidents(data: xr.Dataset) -> xr.DataArray:
    """Expected grey-zone incidents since the start, all allies together."""
    return total(data.incidents)


@outcome(
    label="aid to Ukraine",
    unit="% of GDP",
    reading="From all allies and the United States, relative to the GDP of Europe and Canada.",
    badge="judgement",
    needs="aid gdp us_aid",
)
def aid_to_ukraine(data: xr.Dataset) -> xr.DataArray:
    """Aid to Ukraine a year, relative to the GDP of Europe and Canada."""
    return total(data.aid * data.gdp) / total(data.gdp) + data.us_aid


@outcome(
    label="attacks in Ukraine",
    unit="attacks",
    reading="On peacekeepers, or on Ukraine as a member: these by schools of deterrence, which disagree on how often. "
    "Read them school by school, and next to another scenario. They test the alliance only under cover.",
    badge="judgement",
    needs="ukraine_attacks",
)
def attacks_in_ukraine(data: xr.Dataset) -> xr.DataArray:
    """Attacks on European peacekeepers, or on Ukraine as a member, since the start."""
    return data.ukraine_attacks
