"""Judging a policy by a few numbers: statistics of outcomes over fixed worlds, in the school that is worst for it.

All policies are judged in the same worlds, and each of these under every school, so that policies differ by policy and
schools by what they hold, and neither by luck. A risk counts as a multiple of that of a baseline in the same world.
Schools are never pooled: of their statistics the worst is taken.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import ensemble
from sim.analysis import measures
from sim.batch.tables import columns, outcome_of
from sim.errors import InputError
from sim.outcomes import OUTCOMES
from sim.outcomes.named import is_risk, single, split
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.results import BEST, relative_risk
from sim.scenario import Scenario
from sim.scenario.blocks import EVERY_SCHOOL

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """What a policy is to do: an outcome, which end of it is good, and the quantile over worlds that counts."""

    outcome: str
    best: str
    level: float = 0.5

    @property
    def sign(self) -> float:
        """Turns the objective into one of which less is better."""
        return 1.0 if self.best == BEST[0] else -1.0

    @property
    def words(self) -> str:
        """The objective in words."""
        which = "median" if self.level == 0.5 else f"{measures.ordinal(self.level)} percentile"
        return f"{measures.label_of(self.outcome)}, {which} in the worst school"

    @property
    def unit(self) -> str:
        """Its unit."""
        if is_risk(self.outcome):
            return "times the baseline"
        return OUTCOMES[outcome_of(self.outcome)].unit


def objective(text: str) -> Objective:
    """`risk:lowest` or `risk:lowest:p90` as an objective. Raises InputError."""
    name, _, rest = text.partition(":")
    best, _, level = rest.partition(":")
    problems = [f"--objective {text!r}: {problem}" for problem in _unknown(name)]
    if best not in BEST:
        problems.append(f"--objective {text!r}: which end is good? Write {name}:lowest or {name}:highest.")
    match = re.fullmatch(r"p([1-9]\d?)", level)
    if level not in ("", "median") and not match:
        problems.append(f"--objective {text!r}: unknown statistic {level!r}. Write median, or p1 to p99, such as p90.")
    if problems:
        raise InputError(problems)
    return Objective(measures.kept_as(name), best, int(match[1]) / 100 if match else 0.5)


def _unknown(name: str) -> Iterator[str]:
    """Why a name is no single number a world, if it is none."""
    found = split(name)
    if found is None:
        yield f"unknown outcome {name!r}. {hint(name, single(), most=40)}"
    elif found.relative and not is_risk(found.outcome):
        yield f"only risks are ratios to a baseline. Write {found.column}."
    elif found.parts and not found.label:
        yield f"{name} is a number for each {OUTCOMES[found.outcome].by}. Write one of {', '.join(found.columns)}."


def schools_of(scenario: Scenario) -> tuple[str, ...]:
    """The schools under which a scenario is judged: the one that it names, or all."""
    return SCHOOLS if scenario.school == EVERY_SCHOOL else (scenario.school,)


@dataclass(frozen=True)
class Judge:
    """Plays a policy, a scenario with some levers set, in these worlds under each school and judges each objective.

    Called with {lever: value} it returns a number per objective, in the unit of each. Deterministic.
    """

    scenario: Scenario
    baseline: Scenario
    objectives: tuple[Objective, ...]
    worlds: range
    seed: int
    year: int | None = None

    def __call__(self, levers: Mapping[str, float]) -> tuple[float, ...]:
        return self.of(self.samples(levers))

    def samples(self, levers: Mapping[str, float]) -> Array:
        """What the scenario with these levers comes to in every world [objective, school, world]."""
        return self._samples(self.scenario.with_levers(**levers) if levers else self.scenario)

    def own(self) -> Array:
        """What the scenario as it is comes to, as `samples`."""
        return self._samples(self.scenario)

    def base(self) -> Array:
        """What the baseline comes to, as `samples`."""
        return self._samples(self._base)

    def in_force(self, names: Iterable[str], of_baseline: bool = False) -> dict[str, float]:
        """The values of some levers at the end of the year that is judged, in the scenario as it is or the baseline."""
        plan = (self._base if of_baseline else self.scenario).plan()
        ends = [n for n, quarter in enumerate(plan.quarters) if quarter.endswith("Q4")]
        last = ends[-1] if self.year is None else plan.quarters.index(f"{self.year}Q4")
        return {name: float(plan.levers[name][last]) for name in names}

    def of(self, samples: Array) -> tuple[float, ...]:
        """The figure of each objective: its quantile over worlds in the worst school."""
        return tuple(float(self.worst(one, values)) for one, values in zip(self.objectives, samples, strict=True))

    @staticmethod
    def worst(one: Objective, values: Array) -> Array:
        """The worst school's quantile of one objective: values [school, ..., world] give [...]."""
        each = np.quantile(values, one.level, axis=-1)
        return np.max(each, axis=0) if one.sign > 0 else np.min(each, axis=0)

    def _samples(self, scenario: Scenario) -> Array:
        """As `samples`. Raises InputError where an objective is no finite number."""
        schools = schools_of(self.scenario)
        found = np.stack([self._in_school(scenario.with_school(s), s) for s in schools], axis=1)
        for one, values in zip(self.objectives, found, strict=True):
            if not np.all(np.isfinite(values)):
                raise InputError(
                    f"{one.outcome}: no finite number in {int(np.sum(~np.isfinite(values))):,} of {values.size:,} "
                    f"runs of {scenario.name}. Choose another objective."
                )
        return found

    def _in_school(self, scenario: Scenario, school: str) -> Array:
        """Every objective in every world of one school [objective, world]."""
        found = self._columns(scenario)
        return np.stack([self._relative(one, found[one.outcome], school) for one in self.objectives])

    def _relative(self, one: Objective, values: Any, school: str) -> Any:
        """A risk as a multiple of the baseline's; anything else as it is."""
        if not is_risk(one.outcome):
            return values
        base = xr.DataArray(self._base_columns[school][one.outcome], dims="world")
        return relative_risk(base, xr.DataArray(values, dims="world")).values

    def _columns(self, scenario: Scenario) -> dict[str, Any]:
        """Outcomes at the end of the year by flat name [R]."""
        plan, names = scenario.plan(), tuple(dict.fromkeys(outcome_of(one.outcome) for one in self.objectives))
        parts = [self.worlds[b.start : b.stop] for b in ensemble.blocks(len(self.worlds))]
        tables = [ensemble.outcomes_of(plan, part, self.seed, names) for part in parts]
        years = [int(y) for y in tables[0].year.values]
        if self.year is not None and self.year not in years:
            raise InputError(f"--year: {self.year} is not in the run. Write {years[0]} to {years[-1]}.")
        flat = [columns(table, [self.year or years[-1]]) for table in tables]
        return {name: np.concatenate([part[name][:, 0] for part in flat]) for name in flat[0]}

    @cached_property
    def _base(self) -> Scenario:
        return self.baseline.under(self.scenario)

    @cached_property
    def _base_columns(self) -> dict[str, dict[str, Any]]:
        return {school: self._columns(self._base.with_school(school)) for school in schools_of(self.scenario)}
