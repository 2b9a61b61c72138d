"""What a sensitivity analysis asks: one number of one world, a scenario's own or its difference to a baseline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import results
from sim.draws import Points
from sim.ensemble import blocks, outcomes_of, trajectories
from sim.errors import InputError
from sim.outcomes import OUTCOMES, outcomes, variables_of
from sim.outcomes.named import named
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.scenario import Scenario, load_scenario
from sim.tables import number

Array = NDArray[np.float64]
Evaluate = Callable[[Points], Array]
"""Points of what is uncertain -> one number each [R]."""

ROUNDING = 1e-9
"""Relative to the largest value of an outcome, a spread below this is rounding."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One outcome at the end of one year; with a baseline, the paired difference to it under the same luck.

    Risks are asked for as logarithms to base 2, of the ratio to the baseline's where there is one: their level hangs
    on an anchor that is judgement, and ratios multiply.
    """

    scenario: Scenario
    baseline: Scenario | None
    outcome: str
    of: str
    year: int
    seed: int

    @property
    def ratio(self) -> bool:
        """Whether the numbers are doublings of a risk."""
        return self.outcome in results.RISKS

    @property
    def unit(self) -> str:
        """Unit of the numbers."""
        return "doublings" if self.ratio else OUTCOMES[self.outcome].unit

    @property
    def words(self) -> str:
        """What is asked, such as "Europe and Canada spend at the end of 2035, difference to Today's commitment"."""
        place = f" ({self.of})" if self.of else ""
        against = f", difference to {self.baseline.name}" if self.baseline else ""
        return f"{OUTCOMES[self.outcome].label}{place} at the end of {self.year}{against}"

    def schools(self) -> tuple[str, ...]:
        """The schools that are asked, one by one: all of them, or the one that the scenario names."""
        return (self.scenario.school,) if self.scenario.school in SCHOOLS else SCHOOLS

    def level(self, value: float) -> str:
        """A number for people; of a risk only its ratio to a baseline's has a level that can be shown."""
        if self.ratio:
            return f"×{number(2.0**value)}" if self.baseline else "not shown"
        return number(value, sign=self.baseline is not None)

    def moved(self, value: float) -> str:
        """A difference between two numbers, for people."""
        return f"×{number(2.0**value)}" if self.ratio else number(value, sign=True)

    def under(self, school: str) -> Evaluate:
        """What gives the numbers [R] of points, or worlds, under one school."""
        plan = self.scenario.with_school(school).plan()
        base = None if self.baseline is None else self.baseline.with_school(school).plan()
        return lambda points: self._asked(plan, base, points)

    def _asked(self, plan: Plan, base: Plan | None, points: Points) -> Array:
        """The numbers [R] of one block."""
        needs, names = variables_of([self.outcome]), [self.outcome]
        own = trajectories(plan, points, self.seed, needs)
        table = outcomes(own, names)
        if base is None:
            found = self._cell(table[self.outcome])
            return _log2(found) if self.ratio else found
        other = trajectories(base, points, self.seed, needs).assign_coords(lever_threshold=own.lever_threshold)
        both = results.differences(outcomes(other, names), table)
        if self.ratio:
            return _unrounded(_log2(self._cell(both[f"relative_{self.outcome}"])), 1.0)
        return _unrounded(self._cell(both[self.outcome]), float(np.max(np.abs(self._cell(table[self.outcome])))))

    def _cell(self, values: xr.DataArray) -> Array:
        by = OUTCOMES[self.outcome].by
        picked = values.sel(year=self.year)
        return np.asarray(picked.sel({by: self.of}) if by else picked, dtype=np.float64)


def _log2(values: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log2(values)


def _unrounded(differences: Array, level: float) -> Array:
    """Differences of numbers as large as `level` [R]; what is rounding becomes 0."""
    return np.where(np.abs(differences) <= ROUNDING * level, 0.0, differences)


def ask(
    scenario: Any,
    outcome: str,
    of: str = "",
    year: int | None = None,
    against: Any = None,
    seed: int = 0,
    school: str | None = None,
) -> Question:
    """A checked question. The baseline is played in the world that the scenario assumes.

    The front or host stands in `of` or in the name; a risk with a baseline is the ratio, with or without `relative_`.
    Raises InputError for an outcome, front, host, year or school that there is not.
    """  # fmt: skip
    chosen, base = _scenario(scenario), None if against is None else _scenario(against)
    asked = named(outcome, of)
    if asked.relative and base is None:
        raise InputError(f"outcome: {outcome} compares two policies. Name a baseline to hold it against.")
    outcome, of = asked.outcome, asked.label
    if school is not None:
        chosen = _under_school(chosen, school)
    base = None if base is None else base.under(chosen)
    table = outcomes_of(chosen.plan(), range(1), seed, [outcome])[outcome]
    years = [int(y) for y in table.year]
    if year is not None and year not in years:
        raise InputError(f"year: {year} is not played. Choose one from {years[0]} to {years[-1]}.")
    return Question(
        scenario=chosen, baseline=base, outcome=outcome, of=of, year=years[-1] if year is None else year, seed=seed
    )


def _scenario(given: Any) -> Scenario:
    return given if isinstance(given, Scenario) else load_scenario(given)


def _under_school(scenario: Scenario, school: str) -> Scenario:
    """The scenario under one school. Raises InputError for an unknown one, or if it names another itself."""
    if school not in SCHOOLS:
        raise InputError(f"school: unknown school {school!r}. {hint(school, SCHOOLS)}")
    if scenario.school in SCHOOLS and scenario.school != school:
        raise InputError(f"school: {scenario.name} assumes {scenario.school} itself. Leave {school} out.")
    return scenario.with_school(school)


def evaluated(evaluate: Evaluate, points: Points, what: str, report: Callable[[int], None] | None = None) -> Array:
    """The numbers [R] of all points, played block by block; `what` names them in a complaint.

    Raises InputError as soon as one is not finite, and when all are the same.
    """
    found: list[Array] = []
    for part in blocks(len(points)):
        found.append(evaluate(points[part.start : part.stop]))
        bad = int(np.sum(~np.isfinite(found[-1])))
        if bad:
            raise InputError(
                f"{what}: no finite number in {bad:,} of {len(found[-1]):,} worlds. Ask for another outcome or year: "
                "to leave such worlds out would be to analyse others."
            )
        if report is not None:
            report(part.stop)
    values = np.concatenate(found)
    if np.ptp(values) <= ROUNDING * np.max(np.abs(values)):
        raise InputError(
            f"{what}: the same number in all {len(values):,} worlds, so nothing varies that could be explained. "
            "Ask for another outcome, year or school."
        )
    return values
