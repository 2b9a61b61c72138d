"""What a policy costs in its worst case: the world in which it is regretted most, and what is special about it."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats

from sim.analysis import measures
from sim.analysis.robustness import Robustness, schools
from sim.errors import InputError
from sim.reading import hint


@dataclass(frozen=True)
class WorstCase:
    """The world in which a policy is regretted most: what it costs there, and what is special about that world.

    `special` lists (uncertainty, value, its place among the school's worlds 0 to 1, rank correlation with the regret).
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


SPECIAL = 3
"""Uncertainties that are named, at most."""

EXTREME = 0.8
"""How far out an uncertainty must stand to be named: in the outer fifth on the side that goes with regret."""


def worst_case(found: Any, robust: Robustness, policy: int | str, school: str | None = None) -> WorstCase:
    """The world, of all schools or of one, in which a policy is regretted most. Raises InputError."""
    number = measures.policy_number(found, policy)
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
        _special(found, regret, number, world, name),
    )  # fmt: skip


def _special(
    found: Any, regret: xr.DataArray, policy: int, world: int, school: str
) -> tuple[tuple[str, float, float, float], ...]:
    """What goes with a policy's regret in a school and stands far out in a world."""
    own = regret.isel(world=np.flatnonzero(regret.school == school))
    worlds = [int(w) for w in own.world.values]
    table = measures.explaining(found, [policy], worlds).loc[policy]
    if table.empty or not float(own.std()) > 0:
        return ()
    sure, places = 2.0 / np.sqrt(len(worlds)), []
    for name in map(str, table):
        values = table[name]
        if values.nunique() < 2:
            continue
        rho = float(stats.spearmanr(values, own.values).statistic)
        place = float((values.rank() / (len(values) + 1)).loc[world])
        toward = place if rho > 0 else 1.0 - place
        if abs(rho) > sure and toward >= EXTREME:
            places.append((abs(rho), (name, float(values.loc[world]), place, rho)))
    return tuple(told for _, told in sorted(places, key=lambda one: (-one[0], one[1][0]))[:SPECIAL])


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
        f"{measures.called(n)} ({_clause(n)}) at {measures.quantity(value, measures.unit_of(n))}, "
        f"its {measures.ordinal(place)} percentile"
        for n, value, place, _ in worst.special
    ]
    why = f" Of what goes with its regret in this school, it has there {'; '.join(places)}." if places else ""
    return f"{told}{why}\nPlay that world: article5 repeat {directory} --policy {worst.policy} --world {worst.world}"


def data(worst: WorstCase, robust: Robustness, directory: str) -> dict[str, Any]:
    """A worst case as plain data, with its words."""
    told = asdict(worst) | {"outcome": robust.outcome, "unit": robust.values.attrs.get("units", "")}
    keys = ("name", "value", "place", "rank_correlation")
    told["special"] = [dict(zip(keys, one, strict=True)) for one in worst.special]
    return told | {"words": words(worst, robust, directory)}


def _clause(name: str) -> str:
    clause = measures.about(name) or name
    return f"{clause[0].lower()}{clause[1:]}"
