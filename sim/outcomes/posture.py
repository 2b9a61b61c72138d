"""Where US troops stand, and what that costs, in three definitions."""

import numpy as np
import xarray as xr

from sim.outcomes.declare import outcome, total


@outcome(
    label="US troops in Europe",
    unit="persons",
    reading="Includes those between two hosts, and those that no host can be named for.",
    badge="judgement",
    needs="troops troops_other troops_in_transit",
)
def troops_europe(data: xr.Dataset) -> xr.DataArray:
    """US troops in Europe: on every host, elsewhere in the theatre, and on their way to a host."""
    return total(data.troops) + data.troops_other + data.troops_in_transit


@outcome(
    label="US troops under way",
    unit="persons",
    reading="Between two hosts or on their way in: counted in Europe, of use to no host.",
    badge="judgement",
    needs="troops_in_transit",
)
def troops_under_way(data: xr.Dataset) -> xr.DataArray:
    """US troops on their way to a host in Europe."""
    return data.troops_in_transit


@outcome(
    label="US troops below the floor",
    unit="persons",
    reading="Above 0: fewer than the statute allows, by certification or because units are under way.",
    badge="judgement",
    needs="troops troops_other troops_in_transit lever_troop_floor",
)
def troops_below_floor(data: xr.Dataset) -> xr.DataArray:
    """By how much US troops in Europe are fewer than the statutory floor in force, certified or not."""
    return np.maximum(data.lever_troop_floor - troops_europe(data), 0.0)


@outcome(
    label="US troops by host",
    unit="persons",
    reading="Where US troops stand; OTHER is what no host can be named for.",
    badge="judgement",
    needs="troops troops_other",
    by="host",
)
def troops_by_host(data: xr.Dataset) -> xr.DataArray:
    """US troops by host."""
    other = data.troops_other.expand_dims(host=["OTHER"], axis=-1)
    hosts = data.troops.rename(ally="host")
    return xr.concat([hosts.drop_vars(["front"], errors="ignore"), other], dim="host")


@outcome(
    label="US cost, abroad rather than at home",
    unit="bn USD per year",
    reading="One of three definitions; never look at one alone. USD of 2004. Falls too when troops go to the Pacific.",
    badge="documented",
    needs="us_cost_abroad",
)
def us_cost_abroad(data: xr.Dataset) -> xr.DataArray:
    """What US troops in Europe cost more than the same troops at home."""
    return data.us_cost_abroad


@outcome(
    label="US cost, of a force of this size",
    unit="bn USD per year",
    reading="One of three definitions: saved only if soldiers who leave Europe are cut from the force.",
    badge="judgement",
    needs="us_cost_structure",
)
def us_cost_structure(data: xr.Dataset) -> xr.DataArray:
    """What a force of the size of US troops in Europe costs altogether."""
    return data.us_cost_structure


@outcome(
    label="US cost, of moving so far",
    unit="bn USD",
    reading="One of three definitions: paid once for every move, out, in, or between hosts.",
    badge="judgement",
    needs="us_cost_moving",
)
def us_cost_moving(data: xr.Dataset) -> xr.DataArray:
    """What moving US troops has cost since the start, whether they leave a place or set out for one."""
    return data.us_cost_moving
