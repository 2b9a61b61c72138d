"""Scenarios near a scenario, and other choices, as Hypothesis draws them. All ranges are read from declarations.

The simplest neighbour is the scenario itself. Everything drawn can be written in a scenario file: whole hundredths of
a lever's range, hundredths of a prior.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim import priors
from sim import quarters as calendar
from sim.laws.law import Option
from sim.params import levers, uncertainties
from sim.scenario import Event, Scenario
from sim.scenario.blocks import EVERY_SCHOOL
from sim.scenario.checks import problems
from sim.scenario.stated import is_stated
from sim.scenario.stated import number as number_of

WORDS = (
    "up to six levers moved by up to a tenth of their range",
    "up to two levers at any value from any quarter on",
    "up to six uncertainties fixed at a value that their prior allows",
    "any school, any shorter horizon",
)
"""What a neighbour may change."""

MOST_MOVED, MOST_SET, MOST_FIXED = 6, 2, 6
PARTS = 100
"""Parts of a range in which it is drawn."""

TENTH = PARTS // 10
MOST_SEED = 999_999


class Drawn:
    """Choices that Hypothesis makes, remembered in `made` as (what, value)."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.made: list[tuple[str, Any]] = []

    def _draw(self, what: str, strategy: st.SearchStrategy[Any]) -> Any:
        value = self.data.draw(strategy)
        self.made.append((what, value))
        return value

    def whole(self, what: str, least: int, most: int) -> int:
        """A whole number between two ends, both included."""
        return self._draw(what, st.integers(least, most))

    def number(self, what: str, low: float, high: float) -> float:
        """A number between two ends."""
        return self._draw(what, st.floats(low, high, allow_subnormal=False))

    def one(self, what: str, options: Sequence[Option]) -> Option:
        """One of some."""
        return self._draw(what, st.sampled_from(options))

    def some(self, what: str, options: Sequence[Option]) -> list[Option]:
        """At least one of some, none twice."""
        return self._draw(what, st.lists(st.sampled_from(options), min_size=1, unique=True))

    def order(self, what: str, count: int) -> list[int]:
        """The numbers from 0 to count − 1 in any order."""
        return self._draw(what, st.permutations(range(count)).map(list))


def seeds() -> st.SearchStrategy[int]:
    """Seeds of a run that are short to write."""
    return st.integers(0, MOST_SEED)


def neighbours(scenario: Scenario) -> st.SearchStrategy[Scenario]:
    """Scenarios near this one, valid by construction."""
    span = calendar.span(scenario.start, scenario.end)
    free = [name for name in uncertainties() if not isinstance(scenario.uncertainties.get(name), (int, float))]
    parts = st.integers(0, PARTS)
    return st.builds(
        _neighbour,
        st.just(scenario),
        school=st.sampled_from(_schools(scenario)),
        left_out=st.integers(0, len(span) - 1),
        moved=_some(levers(), st.integers(-TENTH, TENTH), MOST_MOVED),
        anywhere=_some(levers(), st.tuples(parts, parts), MOST_SET),
        fixed=_some(free, parts, MOST_FIXED) if free else st.just({}),
    )


def _some(names: Any, values: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(names)), values, max_size=most)


def _schools(scenario: Scenario) -> list[str]:
    """The scenario's own school, and the others in which all that it fixes may stand."""
    others = [school for school in (EVERY_SCHOOL, *priors.SCHOOLS) if school != scenario.school]
    return [scenario.school, *(s for s in others if not problems(replace(scenario, school=s), str))]


def _neighbour(
    scenario: Scenario,
    school: str,
    left_out: int,
    moved: Mapping[str, int],
    anywhere: Mapping[str, tuple[int, int]],
    fixed: Mapping[str, int],
) -> Scenario:
    """The scenario without its last quarters, with levers moved or set, and uncertainties fixed."""
    span = calendar.span(scenario.start, scenario.end)
    span = span[: len(span) - left_out]
    values = {name: scenario.levers.get(name, levers()[name].default) for name in moved}
    shifted = {name: _moved(name, value, moved) for name, value in values.items()}
    known = {name: _quantile(scenario, school, name, part / PARTS) for name, part in fixed.items()}
    return replace(
        scenario,
        school=school,
        levers={**scenario.levers, **shifted},
        events=(*_events(scenario, span, moved), *(_event(name, *v, span) for name, v in anywhere.items())),
        withdrawals=tuple(w for w in scenario.withdrawals if w.from_ in span),
        uncertainties={**scenario.uncertainties, **known},
    ).with_horizon(end=span[-1])


def _moved(name: str, value: Any, moved: Mapping[str, int]) -> Any:
    """A lever's value, or all values of its path, some hundredths of its range higher, and within it."""
    if is_stated(value):
        return value if name not in moved or not moved[name] else _moved(name, number_of(value, "default"), moved)
    if isinstance(value, Mapping):
        return {quarter: _moved(name, number, moved) for quarter, number in value.items()}
    if name not in moved:
        return value
    lever = levers()[name]
    further = round(value + (lever.high - lever.low) * moved[name] / PARTS, 9)
    return float(min(max(further, lever.low), lever.high)) if moved[name] else value


def _events(scenario: Scenario, span: Sequence[str], moved: Mapping[str, int]) -> list[Event]:
    """The scenario's events in these quarters, their levers moved too; what is decided in a later budget is gone."""
    kept = [
        event.model_copy(update={
            "until": event.until if event.until in span else None,
            "levers": {name: _moved(name, value, moved) for name, value in event.levers.items()},
            "spending": event.spending if _budget(event.from_) <= calendar.number(span[-1]) else {},
        })
        for event in scenario.events
        if event.from_ in span
    ]  # fmt: skip
    return [event for event in kept if event.levers or event.spending]


def _budget(quarter: str) -> int:
    """The number of the first quarter, from this one on, in which budgets are decided."""
    return -(-calendar.number(quarter) // 4) * 4


def _event(name: str, part: int, when: int, span: Sequence[str]) -> Event:
    """A lever at some value from some quarter on."""
    lever = levers()[name]
    value = round(lever.low + (lever.high - lever.low) * part / PARTS, 9)
    first = span[when * (len(span) - 1) // PARTS]
    return Event.model_validate({"from": first, "levers": {name: float(min(value, lever.high))}})


def _quantile(scenario: Scenario, school: str, name: str, part: float) -> float:
    """A value of the prior in force for an uncertainty."""
    own, declared = scenario.uncertainties.get(name), uncertainties()[name].prior
    if isinstance(declared, priors.BySchool) and school in priors.SCHOOLS:
        declared = getattr(declared, school)
    prior = priors.read(dict(own)) if own is not None else declared
    value = prior.quantile(np.float64(part), priors.SCHOOLS.index("mixed"))
    return float(np.clip(value, declared.low, declared.high))


# --- in words -------------------------------------------------------------------------------------------------


def differences(scenario: Scenario, near: Scenario) -> list[str]:
    """What a neighbour changes, in words."""
    found = [f"{key} {getattr(near, key)}" for key in ("school", "end") if getattr(near, key) != getattr(scenario, key)]
    for key in ("levers", "uncertainties"):
        old, new = getattr(scenario, key), getattr(near, key)
        found += [f"{name} {_value(value)}" for name, value in new.items() if name not in old or old[name] != value]
    for event in near.events:
        if event not in scenario.events:
            values = ", ".join(f"{name} {_value(v)}" for name, v in (*event.levers.items(), *event.spending.items()))
            found.append(f"{values} from {event.from_}" + (f" to {event.until}" if event.until else " on"))
    return found


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{quarter} {_value(number)}" for quarter, number in value.items())
    return f"{value:.6g}"
