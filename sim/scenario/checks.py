"""Everything that a scenario cannot mean, a line each: where, what is wrong, what would be right."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import priors
from sim import quarters as calendar
from sim.agents import strategies
from sim.facts import READINGS, load_facts
from sim.params import Lever, levers, off_neutral, uncertainties
from sim.plan import withdrawal_statuses
from sim.reading import hint
from sim.reference import ALLIES, DataError, roster, starts
from sim.rules import burden
from sim.scenario.blocks import EVERY_SCHOOL, LONGEST, POSTERIOR, PRIOR, Event, WithdrawalBlock, withdrawal
from sim.scenario.stated import is_stated, number, stated_problems, unfixed_problems

if TYPE_CHECKING:
    from sim.scenario import Scenario

Where = Callable[[tuple], str]
"""Names a place in the scenario: `FILE:LINE: key.key:`."""


def problems(scenario: "Scenario", where: Where) -> list[str]:
    """Everything that the scenario cannot mean, a line each."""
    found = _horizon_problems(scenario, where) or _reading_problems(scenario, where)
    if found:
        return found
    for name, value in scenario.levers.items():
        found += _lever_problems(scenario, name, value, ("levers", name), where)
    found += [line for n, event in enumerate(scenario.events) for line in _event_problems(scenario, event, n, where)]
    found += [
        line for n, block in enumerate(scenario.withdrawals) for line in _withdrawal_problems(scenario, block, n, where)
    ]
    found += _stock_problems(scenario, where) if not found else []
    for name, value in scenario.uncertainties.items():
        found += _uncertainty_problems(scenario, name, value, where)
    for who, strategy in scenario.strategies.items():
        if who not in ("default", *ALLIES):
            found.append(f"{where(('strategies', who))} unknown ally. {hint(who, ['default', *ALLIES], most=40)}")
        if strategy not in strategies():
            found.append(f"{where(('strategies', who))} unknown strategy {strategy!r}. {hint(strategy, strategies())}")
    if scenario.school not in (EVERY_SCHOOL, *priors.SCHOOLS):
        known = [EVERY_SCHOOL, *priors.SCHOOLS]
        found.append(f"{where(('school',))} unknown school {scenario.school!r}. {hint(scenario.school, known)}")
    if scenario.estimates not in (POSTERIOR, PRIOR):
        known = [POSTERIOR, PRIOR]
        found.append(f"{where(('estimates',))} unknown {scenario.estimates!r}. {hint(scenario.estimates, known)}")
    facts = load_facts()
    for n, name in enumerate(scenario.documents):
        if name not in facts:
            found.append(f"{where(('documents', n))} unknown fact {name!r}. {hint(name, facts)}")
    return found


def _horizon_problems(scenario: "Scenario", where: Where) -> list[str]:
    found = []
    for key in ("start", "end"):
        found += _quarter_problems(getattr(scenario, key), where((key,)))
    if found:
        return found
    first, last = calendar.number(scenario.start), calendar.number(scenario.end)
    known = starts()
    if not known[0] <= scenario.start <= known[-1] or not calendar.is_first(scenario.start):
        return [
            f"{where(('start',))} no run starts in {scenario.start}. Budgets are decided in the first quarter: "
            f"write one from {known[0]} to {known[-1]}."
        ]
    if last < first:
        return [f"{where(('end',))} {scenario.end} lies before the start {scenario.start}. Put it after."]
    if last - first >= LONGEST:
        longest = calendar.label(first + LONGEST - 1)
        return [
            f"{where(('end',))} {scenario.end} is too far. A run ends by {longest} when it starts {scenario.start}."
        ]
    try:
        roster(scenario.start)
    except DataError as error:
        return [f"{where(('start',))} {error}"]
    return []


def _reading_problems(scenario: "Scenario", where: Where) -> list[str]:
    if scenario.reading in READINGS:
        return []
    return [f"{where(('reading',))} unknown reading {scenario.reading!r}. {hint(scenario.reading, READINGS)}"]


def _quarter_problems(text: Any, where: str) -> list[str]:
    try:
        calendar.number(text)
    except ValueError as error:
        return [f"{where} {error}."]
    return []


def _number_problems(value: Any, low: float, high: float, unit: str, where: str) -> list[str]:
    """What is wrong with a number that must lie between two ends."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return [f"{where} {str(value)[:40]!r} is no number. Write one in {unit}, from {low:g} to {high:g}."]
    if not math.isfinite(value):
        return [f"{where} {value} is not finite. Write a number in {unit}, from {low:g} to {high:g}."]
    if not low <= value <= high:
        named = "" if unit == "0 to 1" else f" {unit}"
        return [f"{where} {value:g} is out of range. It takes {low:g} to {high:g}{named}."]
    return []


def _lever_problems(scenario: "Scenario", name: str, value: Any, place: tuple, where: Where) -> list[str]:
    if name not in levers():
        return [f"{where(place)} unknown lever. {hint(name, levers(), most=40)}"]
    if not isinstance(value, Mapping) or is_stated(value):
        return _level_problems(scenario, levers()[name], value, where(place))
    if not value:
        return [f"{where(place)} an empty path. Write quarters with numbers, like {{2025Q1: 2, 2035Q4: 3.5}}."]
    return [
        line
        for quarter, level in value.items()
        for line in (
            *_quarter_problems(quarter, where((*place, quarter))),
            *_level_problems(scenario, levers()[name], level, where((*place, quarter))),
        )
    ]


def _level_problems(scenario: "Scenario", lever: Lever, value: Any, where: str) -> list[str]:
    """What is wrong with one value of a lever, given as a number or as a fact."""
    if is_stated(value):
        bad = stated_problems(value, lever.unit, where) or unfixed_problems(value, scenario.reading, where)
        if bad:
            return bad
        value = number(value, scenario.reading)
    return _number_problems(value, lever.low, lever.high, lever.unit, where)


def _within(scenario: "Scenario", quarter: str, where: str) -> list[str]:
    """What is wrong with a quarter that must lie in the run."""
    bad = _quarter_problems(quarter, where)
    if not bad and not calendar.number(scenario.start) <= calendar.number(quarter) <= calendar.number(scenario.end):
        bad = [f"{where} {quarter} is outside the run. It lasts from {scenario.start} to {scenario.end}."]
    return bad


def _event_problems(scenario: "Scenario", event: Event, n: int, where: Where) -> list[str]:
    found = _within(scenario, event.from_, where(("events", n, "from")))
    if event.until is not None:
        late = _within(scenario, event.until, where(("events", n, "until")))
        if not found and not late and calendar.number(event.until) < calendar.number(event.from_):
            late = [f"{where(('events', n, 'until'))} {event.until} lies before {event.from_}. Put it after."]
        found += late
    if not event.levers and not event.spending:
        found.append(
            f"{where(('events', n, 'levers'))} sets no lever. Name at least one with its value, or an ally's spending."
        )
    for name, value in event.levers.items():
        found += _lever_problems(scenario, name, value, ("events", n, "levers", name), where)
    return found or _spending_problems(scenario, event, ("events", n, "spending"), where)


def _spending_problems(scenario: "Scenario", event: Event, place: tuple, where: Where) -> list[str]:
    """What is wrong with the spending that allies decide in an event whose quarters are sound."""
    found, start = [], roster(scenario.start)
    for ally, share in event.spending.items():
        here = where((*place, ally))
        if ally not in ALLIES:
            found.append(f"{here} unknown ally. {hint(ally, ALLIES, most=40)}")
        elif start.forces[start.iso3.index(ally)] == 0.0:
            name = start.name[start.iso3.index(ally)]
            found.append(f"{here} {name} has no armed forces and no defence budget. Name another ally.")
        else:
            found += _number_problems(share, burden.LOWEST_SHARE, burden.HIGHEST_SHARE, "% of GDP", here)
    if event.spending and not budgets_in(event, scenario.end):
        held = event.from_ if event.until in (None, event.from_) else f"{event.from_} to {event.until}"
        first = f"{calendar.year(event.from_)}Q1"
        found.append(
            f"{where(place)} no budget is decided in {held}. Budgets are decided in the first quarter of a year: "
            f"write from: {first}."
        )
    return found


def budgets_in(event: Event, end: str) -> list[str]:
    """The quarters of an event in which budgets are decided; `end` is the last quarter of the run."""
    return [quarter for quarter in calendar.span(event.from_, event.until or end) if calendar.is_first(quarter)]


def _withdrawal_problems(scenario: "Scenario", block: WithdrawalBlock, n: int, where: Where) -> list[str]:
    place = ("withdrawals", n)
    found = _within(scenario, block.from_, where((*place, "from")))
    if bool(block.host) == bool(block.hosts):
        found.append(f"{where(place)} needs a host or hosts, one of the two. Write hosts: [POL, ROU].")
    for host in [block.host] if block.host else block.hosts:
        if host not in ALLIES:
            found.append(f"{where((*place, 'hosts'))} unknown host {host!r}. {hint(host, ALLIES, most=40)}")
    if len(set(block.hosts)) < len(block.hosts):
        found.append(f"{where((*place, 'hosts'))} names a host twice. Name each once.")
    if block.status is not None and block.status not in withdrawal_statuses():
        known = withdrawal_statuses()
        found.append(f"{where((*place, 'status'))} unknown status {block.status!r}. {hint(block.status, known)}")
    return found + _troops_problems(block.troops, where((*place, "troops")))


def _troops_problems(troops: Any, where: str) -> list[str]:
    if isinstance(troops, Mapping):
        return stated_problems(troops, "persons", where)
    return _number_problems(troops, 0.0, 1e6, "persons", where)


def _stock_problems(scenario: "Scenario", where: Where) -> list[str]:
    """Withdrawals, added up by host, against what stands there at the start.

    The number as printed counts, or the end of its factor's range that lies nearest to it. What a hedge draws beyond
    the stock is no mistake: a remark says so, and the worlds take what there is.
    """
    start = roster(scenario.start)
    taken = np.zeros_like(start.troops)
    for n, block in enumerate(scenario.withdrawals):
        planned = withdrawal(block, scenario.reading)
        firm = min(max(1.0, planned.size.low), planned.size.high)
        place = where(("withdrawals", n, "troops"))
        present = start.troops[np.isin(start.places, planned.hosts)].sum()
        if planned.troops * firm > present:
            names = ", ".join(planned.hosts)
            return [f"{place} {planned.troops * firm:,.0f} is more than the {present:,.0f} in {names}. Write less."]
        taken = taken + planned.by_place(start) * firm
        over = np.flatnonzero(taken > start.troops + 0.5)
        if over.size:
            host = start.places[over[0]]
            return [
                f"{place} withdrawals take {taken[over[0]]:,.0f} from {host} in all, "
                f"where {start.troops[over[0]]:,.0f} stand. Write less."
            ]
    return []


def remarks(scenario: "Scenario") -> list[str]:
    """What a sound scenario does that its reader may not expect, a line each."""
    start = roster(scenario.start)
    taken, found = np.zeros_like(start.troops), []
    for n, block in enumerate(scenario.withdrawals):
        planned = withdrawal(block, scenario.reading)
        taken = taken + planned.by_place(start) * planned.size.high
        over = taken > start.troops + 0.5
        if over.any():
            found.append(
                f"withdrawals.{n}.troops: up to {planned.troops * planned.size.high:,.0f} may be drawn; no world takes "
                f"more from {', '.join(np.array(start.places)[over])} than the {start.troops[over].sum():,.0f} there."
            )
    return found + _unheard(scenario) + _baseless(scenario)


YEARLY = ("pledge", "pressure")
"""Levers that budgets alone read, in the first quarter of a year, as long as no troops are tied to the pledge."""


def _unheard(scenario: "Scenario") -> list[str]:
    """A line for each event that sets nothing but what budgets read, and is over before the next one is decided."""
    found: list[str] = []
    if "trade_linkage" in off_neutral(scenario.plan().levers):
        return found
    for n, event in enumerate(scenario.events):
        later = [e for e in scenario.events[n + 1 :] if set(event.levers) <= set(e.levers)]
        ends = [calendar.number(e.from_) - 1 for e in later] + ([calendar.number(event.until)] if event.until else [])
        span = range(calendar.number(event.from_), min(ends, default=calendar.number(scenario.end)) + 1)
        if (
            event.levers
            and set(event.levers) <= set(YEARLY)
            and not any(map(calendar.is_first, map(calendar.label, span)))
        ):
            found.append(
                f"events.{n}: {', '.join(event.levers)} from {event.from_} does nothing: budgets are decided in the "
                "first quarter of a year, and it is over before the next one."
            )
    return found


def _baseless(scenario: "Scenario") -> list[str]:
    """A line where a commitment is conditional on a threshold of nought."""
    plan = scenario.plan()
    empty = (plan.levers["conditionality"] > 0.0) & (plan.levers["threshold"] == 0.0)
    if not empty.any():
        return []
    first = plan.quarters[int(np.argmax(empty))]
    return [
        f"levers: conditionality without a threshold in {first}: nobody misses it, and it costs cohesion all the same."
    ]


def _uncertainty_problems(scenario: "Scenario", name: str, value: Any, where: Where) -> list[str]:
    place = where(("uncertainties", name))
    if name not in uncertainties():
        return [f"{place} unknown uncertainty. {hint(name, uncertainties())}"]
    declared = uncertainties()[name]
    prior_here = declared.prior
    if isinstance(prior_here, priors.BySchool) and scenario.school in priors.SCHOOLS:
        prior_here = getattr(prior_here, scenario.school)
    low, high = prior_here.low, prior_here.high
    if not isinstance(value, Mapping):
        return _number_problems(value, low, high, declared.unit, place) or _whole_problems(declared.prior, value, place)
    if isinstance(declared.prior, priors.Integers):
        return [f"{place} counts {declared.unit}. Write a whole number from {low:g} to {high:g}."]
    try:
        prior = priors.read(dict(value))
    except ValueError as error:
        return [f"{place} {error}."]
    if prior.low < low - 1e-12 or prior.high > high + 1e-12:
        return [f"{place} reaches from {prior.low:g} to {prior.high:g}. It takes {low:g} to {high:g} {declared.unit}."]
    return []


def _whole_problems(prior: priors.Prior, value: Any, where: str) -> list[str]:
    """What is wrong with a number that counts something."""
    if isinstance(prior, priors.Integers) and value != int(value):
        return [f"{where} {value:g} is no whole number. Write one from {prior.low:g} to {prior.high:g}."]
    return []
