"""What a policy costs in its worst case: the world in which it is regretted most, and what is special about it."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scipy
import xarray as xr

from sim.analysis import explaining, measures
from sim.analysis.robustness import Robustness, schools
from sim.errors import InputError
from sim.reading import hint


@dataclass(frozen=True)
class WorstCase:
    """The world in which a policy is regretted most: what it costs there, and what is special about that world.

    `special` lists (uncertainty, value, its place among the school's worlds 0 to 1, rank correlation with the regret),
    of what goes with the regret more than luck would among `tested` uncertainties.
    """

    policy: int
    label: str
    world: int
    school: str
    regret: float
    value: float
    better: str
    better_value: float
    special: tuple[tuple[str, float, float, float], ...]
    tested: int = 0


FALSE = 0.05
"""Expected part of luck among the uncertainties that are said to go with a regret (Benjamini and Hochberg 1995)."""

SPECIAL = 3
"""Uncertainties that are named, at most."""

EXTREME = 0.8
"""How far out an uncertainty must stand to be named: in the outer fifth on the side that goes with regret."""


def worst_case(found: Any, robust: Robustness, policy: int | str, school: str | None = None) -> WorstCase:
    """The world, of all schools or of one, in which a policy is regretted most. Raises InputError."""
    number = measures.policy_number(found, policy)
    twins = found.policies["plan"][robust.values.policy.values] == found.policies["plan"][number]
    number = int(twins.index[twins][0]) if number not in robust.values.policy and twins.any() else number
    if number not in robust.values.policy:
        raise InputError(f"--policy {policy!r}: not among the policies that are compared. Take it in.")
    there = schools(robust.values)
    if school is not None and school not in there:
        raise InputError(f"--school: no world of {school!r} in this batch. {hint(school, there)}")
    regret = robust.regret.sel(policy=number)
    own = regret if school is None else regret.isel(world=np.flatnonzero(regret.school == school))
    world = int(own.world.values[int(own.values.argmax())])
    name = str(regret.sel(world=world).school.item())
    values = robust.values.sel(world=world)
    place = int(values.values.argmin() if robust.best == "lowest" else values.values.argmax())
    better = values.isel(policy=place)
    return WorstCase(
        number, str(found.policies.loc[number, "label"]), world, name, float(regret.sel(world=world)),
        float(values.sel(policy=number)), str(found.policies.loc[int(better.policy), "label"]), float(better),
        *_special(found, regret, number, world, name),
    )  # fmt: skip


def _special(
    found: Any, regret: xr.DataArray, policy: int, world: int, school: str
) -> tuple[tuple[tuple[str, float, float, float], ...], int]:
    """What goes with a policy's regret in a school and stands far out in a world, and how many were tested for it."""
    own = regret.isel(world=np.flatnonzero(regret.school == school))
    worlds = [int(w) for w in own.world.values]
    table = explaining.varying(found, [policy], worlds)[0].loc[policy]
    table = table.loc[:, table.nunique() > 1]
    if table.empty or not np.ptp(own.values) > 0:
        return (), 0
    told = [scipy.stats.spearmanr(table[name], own.values) for name in table]
    sure = scipy.stats.false_discovery_control(np.nan_to_num([one.pvalue for one in told], nan=1.0)) <= FALSE
    places = []
    for name, rho, goes in zip(map(str, table), (float(one.statistic) for one in told), sure, strict=True):
        place = float((table[name].rank() / (len(worlds) + 1)).loc[world])
        if goes and (place if rho > 0 else 1.0 - place) >= EXTREME:
            places.append((abs(rho), (name, float(table[name].loc[world]), place, rho)))
    kept = sorted(places, key=lambda one: (-one[0], one[1][0]))[:SPECIAL]
    return tuple(one for _, one in kept), len(told)


def words(worst: WorstCase, robust: Robustness, directory: str) -> str:
    """What a policy costs in its worst case, as sentences."""
    unit = str(robust.values.attrs.get("units", ""))
    name, who = robust.values.attrs["label"], f"Policy {worst.policy} ({worst.label})"
    if not worst.regret:
        return f"{who} is never regretted in {name}: in every world it is the best of these policies."
    told = (
        f"{who} costs most, in {name}, in world {worst.world}, of the {worst.school} school: {worst.value:.3g} against "
        f"{measures.quantity(worst.better_value, unit)} under {worst.better}, a regret of {worst.regret:.3g}."
    )
    places = [
        f"{explaining.called(n)} ({_clause(n)}) at {measures.quantity(value, explaining.unit_of(n))}, "
        f"its {measures.ordinal(place)} percentile"
        for n, value, place, _ in worst.special
    ]
    why = (
        f" Of what goes with its regret in this school, it has there {'; '.join(places)} (rank correlations of "
        f"{worst.tested} uncertainties, tested together; of those named {FALSE:.0%} may be luck)."
        if places
        else ""
    )
    return f"{told}{why}\nPlay that world: article5 repeat {directory} --policy {worst.policy} --world {worst.world}"


def data(worst: WorstCase, robust: Robustness, directory: str) -> dict[str, Any]:
    """A worst case as plain data, with its words."""
    told = asdict(worst) | {"outcome": robust.outcome, "unit": robust.values.attrs.get("units", "")}
    keys = ("name", "value", "place", "rank_correlation")
    told["special"] = [dict(zip(keys, one, strict=True)) for one in worst.special]
    return told | {"words": words(worst, robust, directory)}


def _clause(name: str) -> str:
    clause = explaining.about(name) or name
    return f"{clause[0].lower()}{clause[1:]}"
