"""Worlds among many: which are typical of an outcome and which are not, and a few of their paths to be opened."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sim import ensemble
from sim.agents import whole
from sim.chronicle.tables import TOLD
from sim.errors import InputError
from sim.frames import ENDS
from sim.outcomes import OUTCOMES, outcomes, variables_of
from sim.outcomes.named import COSTS, ONLY_TOGETHER
from sim.plan import Plan
from sim.question import BASELINE, Question, loaded
from sim.reading import hint
from sim.reference import roster
from sim.results import QUANTILES
from sim.variables import VARIABLES

MOST_PATHS = 40
"""Most single worlds that one chart can show."""

ORDINARY = (
    "unusually low: 5 in 100 worlds end lower", "typical: half of the worlds end lower, half higher",
    "unusually high: 5 in 100 worlds end higher",
)  # fmt: skip
"""What the worlds at the quantiles of `frames.ENDS` are called."""

ALIKE = "typical: all worlds end alike"


@dataclass(frozen=True)
class Subject:
    """What paths are drawn of: an outcome of the whole alliance, or the spending of one ally."""

    key: str  # the outcome's name, or the ally's code
    label: str
    unit: str
    badge: str
    outcome: bool


@dataclass(frozen=True)
class Paths:
    """A few worlds of a question, on bands of all of them.

    `frame`: kind (band or path), year, p5 to p95, base (the baseline's median), world, value. `notable`: words, world,
    value (at the end of the last year).
    """

    subject: Subject
    plan: str
    start: str
    frame: pd.DataFrame
    notable: pd.DataFrame

    @property
    def worlds(self) -> tuple[int, ...]:
        """The worlds whose paths are drawn."""
        return tuple(int(world) for world in dict.fromkeys(self.frame.world.dropna()))


def subjects() -> tuple[Subject, ...]:
    """All that paths can be drawn of: the allies by name, then the outcomes that are no risk and no cost."""
    here, share = roster(), VARIABLES["share"]
    allies = [
        Subject(code, f"{name}: defence spending", share.unit, share.badge, False)
        for code, name, forces in zip(here.iso3, here.name, here.forces, strict=True)
        if forces
    ]
    declared = [OUTCOMES[name] for name in TOLD if name not in COSTS]
    return (*allies, *(Subject(o.name, o.label[:1].upper() + o.label[1:], o.unit, o.badge, True) for o in declared))


def subject(key: str) -> Subject:
    """An outcome by its name, or an ally by code or name. Raises InputError."""
    if key in COSTS:
        raise InputError(f"outcome: {key}: {ONLY_TOGETHER}")
    known = {found.key: found for found in subjects()}
    known |= {found.label.split(":")[0]: found for found in subjects() if not found.outcome}
    if key not in known:
        raise InputError(f"outcome: unknown {str(key)[:60]!r}. {hint(str(key), known, most=12)}")
    return known[key]


def yearly(plan: Plan, worlds: int, seed: int, of: Subject) -> xr.DataArray:
    """The values of a subject at the end of each year, [world, year], to six decimals: a sum that stands still in truth
    trembles in the last bits, and no world is unusual for that.
    """
    if not of.outcome:
        return ensemble.run_years(plan, worlds, seed, ("share",)).share.sel(ally=of.key, drop=True).round(6)
    found: xr.DataArray = outcomes(ensemble.run_years(plan, worlds, seed, variables_of((of.key,))), (of.key,))[of.key]
    return found.round(6)


def at_quantile(values: np.ndarray, level: float) -> int:
    """Which of the rows of values [R, Y] ends nearest to a quantile, and of those that do, goes nearest to it before.

    Rows that are the same throughout: the first of them.
    """
    aims = np.quantile(values, level, axis=0)
    away = np.abs(values - aims)
    return int(np.lexsort((np.arange(len(values)), away.mean(axis=1), away[:, -1]))[0])


def notable(values: xr.DataArray) -> pd.DataFrame:
    """Which worlds are typical and which are not, of values [world, year]. Columns: words, world, value.

    One row where all end alike, else one for each of `frames.ENDS`.
    """
    data = values.transpose("world", "year").values
    if np.all(data[:, -1] == data[0, -1]):
        alike = {"words": [ALIKE], "world": [int(values.world.values[at_quantile(data, 0.5)])], "value": [data[0, -1]]}
        return pd.DataFrame(alike)
    rows = [at_quantile(data, level) for level in ENDS]
    worlds = [int(values.world.values[row]) for row in rows]
    return pd.DataFrame({"words": list(ORDINARY), "world": worlds, "value": [float(data[row, -1]) for row in rows]})


def spread(values: xr.DataArray, count: int) -> list[int]:
    """So many worlds at equal distances in the order in which they end: as even a sample as there can be."""
    last = values.isel(year=-1).values
    order = np.lexsort((np.arange(len(last)), last))
    count = min(count, len(order))
    places = [int((k + 0.5) / count * len(order)) for k in range(count)]
    return [int(values.world.values[order[place]]) for place in places]


def paths(question: Question, key: str, count: int = 12) -> Paths:
    """A few worlds of a question for a fan chart: the notable ones, and others spread over all worlds.

    `key` is an outcome's name, or an ally's code or name. Raises InputError.
    """
    of, scenario = subject(key), question.resolved()
    whole("count", count, len(ENDS), MOST_PATHS)
    plan, against = scenario.plan(), loaded(BASELINE).under(scenario).plan()
    values = yearly(plan, question.worlds, question.seed, of)
    base = values if against == plan else yearly(against, question.worlds, question.seed, of)
    told = notable(values)
    chosen = dict.fromkeys([*told.world, *spread(values, count)])
    drawn = sorted([*chosen][:count])
    return Paths(of, plan.fingerprint, scenario.start, _frame(values, base, drawn), told)


def _frame(values: xr.DataArray, base: xr.DataArray, worlds: list[int]) -> pd.DataFrame:
    """Bands of all worlds and paths of some, as `Paths` has them."""
    years = [int(year) for year in values.year.values]
    quantiles = np.quantile(values.transpose("world", "year").values, QUANTILES, axis=0)
    columns = {f"p{100 * q:g}": row for q, row in zip(QUANTILES, quantiles, strict=True)}
    band = pd.DataFrame({"kind": "band", "year": years, **columns, "base": base.median("world").values})
    rows = [
        pd.DataFrame({"kind": "path", "year": years, "world": world, "value": values.sel(world=world).values})
        for world in worlds
    ]
    return pd.concat([band, *rows], ignore_index=True).astype({"world": "Int64"})
