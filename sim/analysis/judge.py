"""Judging a policy by a few numbers: statistics of outcomes over fixed worlds, in the school that is worst for it.

All policies are judged in the same worlds, so that they differ by policy and not by luck. A risk counts as a multiple
of that of a baseline in the same world. Schools are never pooled: of their statistics the worst is taken.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from sim import ensemble
from sim.analysis import measures
from sim.batch.tables import column_names, columns, outcome_of
from sim.errors import InputError
from sim.outcomes import FRONTS, OUTCOMES
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.results import BEST, relative_risk
from sim.scenario import Scenario


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
        if measures.is_risk(self.outcome):
            return "times the baseline"
        return OUTCOMES[outcome_of(self.outcome)].unit


def objective(text: str) -> Objective:
    """`risk:lowest` or `risk:lowest:p90` as an objective. Raises InputError."""
    name, _, rest = text.partition(":")
    best, _, level = rest.partition(":")
    known = [n for n, o in OUTCOMES.items() if not o.by] + list(column_names("risk_by_front", FRONTS))
    problems = []
    if name not in known:
        problems.append(f"--objective {text!r}: unknown outcome {name!r}. {hint(name, known, most=40)}")
    if best not in BEST:
        problems.append(f"--objective {text!r}: which end is good? Write {name}:lowest or {name}:highest.")
    match = re.fullmatch(r"p([1-9]\d?)", level)
    if level not in ("", "median") and not match:
        problems.append(f"--objective {text!r}: unknown statistic {level!r}. Write median, or p1 to p99, such as p90.")
    if problems:
        raise InputError(problems)
    return Objective(name, best, int(match[1]) / 100 if match else 0.5)


@dataclass(frozen=True)
class Judge:
    """Plays a policy, a scenario with some levers set, in these worlds and says how it does in each objective.

    Called with {lever: value} it returns a number per objective, in the unit of each. Deterministic.
    """

    scenario: Scenario
    baseline: Scenario
    objectives: tuple[Objective, ...]
    worlds: range
    seed: int
    year: int | None = None

    def __call__(self, levers: Mapping[str, float]) -> tuple[float, ...]:
        return self.of(self.scenario.with_levers(**levers).plan())

    def own(self) -> tuple[float, ...]:
        """The scenario as it is."""
        return self.of(self.scenario.plan())

    def base(self) -> tuple[float, ...]:
        """The baseline."""
        return self.of(self._base_plan)

    def of(self, plan: Plan) -> tuple[float, ...]:
        """Any policy. Raises InputError where an objective is no finite number."""
        found, schools = self._columns(plan), np.array(ensemble.school_names(plan, self.worlds))
        told = tuple(self._one(one, found[one.outcome], schools) for one in self.objectives)
        for one, value in zip(self.objectives, told, strict=True):
            if not np.isfinite(value):
                raise InputError(f"{one.outcome}: no finite number for {plan.name}. Choose another objective.")
        return told

    def _one(self, one: Objective, values: Any, schools: Any) -> float:
        """The worst school's quantile of one objective."""
        if measures.is_risk(one.outcome):
            base = xr.DataArray(self._base_columns[one.outcome], dims="world")
            values = relative_risk(base, xr.DataArray(values, dims="world")).values
        each = [float(np.quantile(values[schools == s], one.level)) for s in SCHOOLS if np.any(schools == s)]
        return max(each) if one.sign > 0 else min(each)

    def _columns(self, plan: Plan) -> dict[str, Any]:
        """Outcomes at the end of the year by flat name [R]."""
        names = tuple(dict.fromkeys(outcome_of(one.outcome) for one in self.objectives))
        parts = [self.worlds[b.start : b.stop] for b in ensemble.blocks(len(self.worlds))]
        tables = [ensemble.outcomes_of(plan, part, self.seed, names) for part in parts]
        years = [int(y) for y in tables[0].year.values]
        if self.year is not None and self.year not in years:
            raise InputError(f"--year: {self.year} is not in the run. Write {years[0]} to {years[-1]}.")
        flat = [columns(table, [self.year or years[-1]]) for table in tables]
        return {name: np.concatenate([part[name][:, 0] for part in flat]) for name in flat[0]}

    @cached_property
    def _base_plan(self) -> Plan:
        return self.baseline.under(self.scenario).plan()

    @cached_property
    def _base_columns(self) -> dict[str, Any]:
        return self._columns(self._base_plan)
