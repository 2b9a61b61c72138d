"""Tipping points: from which value of a lever an outcome lies beyond a level in so many of the worlds.

At every value the same worlds are played, so that the share of worlds that flip moves by policy and not by luck. Every
school of deterrence has a tipping point of its own; they play the same worlds and are never pooled.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents import whole
from sim.analysis import crossing
from sim.analysis.crossing import Curve, Mask, Tip
from sim.ensemble import MOST_WORLDS, Progress
from sim.errors import InputError
from sim.evaluation import played, resolved, year_within
from sim.outcomes.named import RELATIVE, Named, is_risk, named
from sim.params import UNORDERED, levers
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.scenario import Scenario
from sim.scenario.blocks import EVERY_SCHOOL

Array = NDArray[np.float64]

MOST_VALUES = 100_000
"""Most values of a lever that a search may tell apart."""

PER_STEP = 5
"""Values told apart within a step of the lever's slider, unless a tolerance is given."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: at which value of `lever` does an outcome lie beyond `level` in `share` of the worlds?"""

    scenario: Scenario
    lever: str
    outcome: str
    of: str
    level: float
    above: bool
    share: float
    against: Scenario | None
    year: int
    worlds: int
    seed: int
    values: tuple[float, ...]
    schools: tuple[str, ...]

    def beyond(self, numbers: Array) -> Mask:
        """Which of these numbers [R] lie beyond the level."""
        return np.asarray(numbers > self.level if self.above else numbers < self.level)

    def numbers(self, school: str, mark: int) -> Array:
        """The outcome in every world [R], at one value of the lever in one school."""
        chosen = self.scenario.with_school(school).with_levers(**{self.lever: self.values[mark]})
        table = played(chosen, self.against, [self.outcome], self.worlds, self.seed, self.year)
        values = table[self.outcome]
        numbers = (values.sel({values.dims[-1]: self.of}) if self.of else values).values
        if not np.all(np.isfinite(numbers)):
            raise InputError(
                f"{self.outcome}: is not finite in {np.sum(~np.isfinite(numbers)):,} of {len(numbers):,} worlds at "
                f"{self.lever} {self.values[mark]:g}. Ask for another outcome, or narrow the range."
            )
        return np.asarray(numbers, dtype=np.float64)


@dataclass(frozen=True)
class Tipping:
    """Tipping points by school; `same` says that the schools flip in the very same worlds at every value asked.

    `seen` holds the lowest and the highest number of any world at any value asked, by school, in the outcome's unit.
    """

    question: Question
    tips: dict[str, Tip]
    same: bool
    seen: dict[str, tuple[float, float]]

    def data(self) -> dict[str, Any]:
        """Everything as plain data."""
        q = self.question
        return {
            "scenario": q.scenario.name, "plan": q.scenario.plan().fingerprint, "lever": q.lever,
            "unit": levers()[q.lever].unit, "outcome": q.outcome, "of": q.of or None,
            "level": q.level, "side": "above" if q.above else "below", "share": q.share,
            "against": q.against and q.against.name, "year": q.year, "worlds_each": q.worlds, "seed": q.seed,
            "low": q.values[0], "high": q.values[-1], "tolerance": q.values[1] - q.values[0],
            "same_in_every_school": self.same, "badge": "judgement",
            "schools": {
                school: asdict(tip) | {"steady": tip.steady, "seen": list(self.seen[school])}
                for school, tip in self.tips.items()
            },
        }  # fmt: skip


def tipping_point(
    scenario: Any,
    lever: str,
    outcome: str,
    *,
    above: float | None = None,
    below: float | None = None,
    share: float = 0.5,
    of: str | None = None,
    against: Any = None,
    year: int | None = None,
    worlds: int = 1000,
    seed: int = 0,
    low: float | None = None,
    high: float | None = None,
    tolerance: float | None = None,
    school: str | None = None,
    progress: Progress | None = None,
) -> Tipping:
    """The smallest value of a lever at which an outcome lies above, or below, a level in a share of the worlds.

    Smallest as far as a grid of 9 values over the range shows: what comes and goes between two of them is not seen. The
    lever is set for the whole run, and events that set it give way. With `against`, a baseline scenario in the same
    worlds, the outcome is the paired difference, of a risk the ratio, whether or not it is spelled `relative_risk`. The
    front or host stands in `of` or in the name. Schools share `worlds` evenly and play the same ones. The range is the
    lever's own unless `low` and `high` narrow it, and values are told apart to `tolerance`, in the unit of the lever.

    Raises InputError for what cannot be meant, a lever that can do nothing in the scenario included.
    """
    chosen = resolved("scenario", scenario)
    chosen = chosen if school is None else chosen.with_school(school)
    base = None if against is None else resolved("against", against)
    schools = SCHOOLS if chosen.school == EVERY_SCHOOL else (chosen.school,)
    if lever not in levers():
        raise InputError(f"lever: unknown name {lever!r}. {hint(lever, levers(), most=40)}")
    problems = [*_outcome_problems(outcome, of, base), *_level_problems(above, below, share)]
    problems += _range_problems(lever, low, high, tolerance)
    if problems:
        raise InputError(problems)
    worlds, seed = whole("worlds", worlds, len(schools), MOST_WORLDS), whole("seed", seed, 0)
    values = _values(lever, low, high, tolerance)
    _refuse_idle(chosen.with_levers(**{lever: values[-1]}).plan(), lever)
    level, asked = below if above is None else above, named(outcome, of)
    return _searched(Question(
        scenario=chosen, lever=lever, outcome=_measured(asked), of=asked.label, level=float(level),  # type: ignore[arg-type]
        above=above is not None, share=float(share), against=base, year=year_within(chosen.plan(), year),
        worlds=worlds // len(schools), seed=seed, values=values, schools=schools,
    ), progress)  # fmt: skip


def _searched(question: Question, progress: Progress | None) -> Tipping:
    """The answer: a curve for each school, all of them surveyed before any is searched."""
    steps = (len(question.values) // crossing.GRID + 1).bit_length()
    report = _Report(progress, len(question.schools) * (crossing.GRID + 4 * steps))
    seen: dict[str, tuple[float, float]] = {}

    def flips(school: str, mark: int) -> Mask:
        numbers = question.numbers(school, mark)
        low, high = seen.get(school, (np.inf, -np.inf))
        seen[school] = min(low, float(numbers.min())), max(high, float(numbers.max()))
        return question.beyond(numbers)

    curves = {name: Curve(question.values, report.counting(partial(flips, name))) for name in question.schools}
    for curve in curves.values():
        curve.survey()
    tips = {name: crossing.found(curve, question.share) for name, curve in curves.items()}
    one, *others = curves.values()
    return Tipping(question, tips, same=bool(others) and all(one.agrees(other) for other in others), seen=seen)


class _Report:
    """Counts the runs of a search for whoever watches."""

    def __init__(self, progress: Progress | None, expected: int) -> None:
        self.progress, self.expected, self.done = progress, expected, 0

    def counting(self, flips: Callable[[int], Mask]) -> Callable[[int], Mask]:
        """The same, reported."""

        def counted(mark: int) -> Mask:
            answer = flips(mark)
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, max(self.done, self.expected))
            return answer

        return counted


# --- what can be asked ----------------------------------------------------------------------------------------------


def _outcome_problems(outcome: Any, of: Any, base: Scenario | None) -> Iterator[str]:
    """What is wrong with the outcome, its front or host and the lack of a baseline."""
    try:
        asked = named(outcome, of)
    except InputError as error:
        yield from error.problems
        return
    if asked.relative and base is None:
        yield f"outcome: {outcome} compares two policies. Name a baseline to hold it against."
    elif is_risk(asked.outcome) and base is None:
        yield (
            f"outcome: the level of {outcome} rests on an assumed anchor. "
            "Name a baseline: of a risk the ratio to it is looked at."
        )


def _measured(asked: Named) -> str:
    """The outcome as a comparison has it: risks are ratios."""
    return f"{RELATIVE}{asked.outcome}" if is_risk(asked.outcome) else asked.outcome


def _level_problems(above: Any, below: Any, share: Any) -> Iterator[str]:
    """What is wrong with the level and the share."""
    if (above is None) == (below is None):
        yield "above, below: takes one of the two. Say above or below which level the outcome flips."
    for name, level in (("above", above), ("below", below)):
        if level is not None and not _is_number(level):
            yield f"{name}: {level!r} is no finite number. Write one in the unit of the outcome."
    if not _is_number(share) or not 0.0 < share < 1.0:
        yield f"share: {share!r} is out of range. It takes a part of the worlds above 0 and below 1."


def _range_problems(lever: str, low: Any, high: Any, tolerance: Any) -> Iterator[str]:
    """What is wrong with the range of the lever and how finely it is told apart."""
    declared = levers()[lever]
    takes = f"{lever} takes {declared.low:g} to {declared.high:g} {declared.unit}"
    ends = [declared.low if low is None else low, declared.high if high is None else high]
    for name, end in zip(("low", "high"), ends, strict=True):
        if not _is_number(end) or not declared.low <= end <= declared.high:
            yield f"{name}: {end!r} is out of range. {takes}."
            return
    if not ends[0] < ends[1]:
        yield f"low, high: {ends[0]:g} to {ends[1]:g} is no range. Put the lower end first; {takes}."
    elif tolerance is not None and not (
        _is_number(tolerance) and 0.0 < tolerance <= ends[1] - ends[0] <= MOST_VALUES * tolerance
    ):
        finest = (ends[1] - ends[0]) / MOST_VALUES
        yield f"tolerance: {tolerance!r} is out of range. It takes {finest:g} to {ends[1] - ends[0]:g} {declared.unit}."


def _is_number(value: Any) -> bool:
    plain = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    return plain and isfinite(value)


def _values(lever: str, low: Any, high: Any, tolerance: Any) -> tuple[float, ...]:
    """The values that are told apart: from the low end in equal steps, and the high end."""
    declared = levers()[lever]
    low, high = float(declared.low if low is None else low), float(declared.high if high is None else high)
    step = float(tolerance or min(declared.step / PER_STEP, high - low))
    count = int((high - low) / step - 1e-9) + 1
    return (*(round(low + k * step, 9) for k in range(count)), high)


def _refuse_idle(plan: Plan, lever: str) -> None:
    """Refuse a lever that can do nothing in a plan. Raises InputError that says what it needs."""
    needs = plan.idle.get(lever)
    if needs:
        said = {UNORDERED: "withdrawals that are not yet ordered"}
        listed = ", ".join(said.get(need, need) for need in needs)
        raise InputError(f"lever: {lever} does nothing in {plan.name}: it acts only with one of {listed}. Set one.")
