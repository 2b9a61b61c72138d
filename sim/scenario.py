"""Scenarios: what is assumed, as a YAML file that anyone can read, and as a frozen plan that can be played.

Every complaint about a scenario is made here, all at once, before anything runs or is written.
"""

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from sim import priors, reading
from sim import quarters as calendar
from sim.agents import DEFAULT_STRATEGY, strategies
from sim.errors import InputError, ScenarioError
from sim.facts import load_facts, load_hedges
from sim.params import levers, uncertainties
from sim.plan import Plan, Withdrawal
from sim.reading import Page, hint
from sim.reference import ALLIES, DataError, roster

START, END = "2025Q1", "2035Q4"
LONGEST = 160
"""Quarters that a run can have at most: forty years."""

EVERY_SCHOOL = "all"

Number = int | float


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Event(_Block):
    """Levers that take other values from a quarter on, or between two quarters (both included)."""

    from_: str = Field(alias="from", description="First quarter, such as 2026Q1")
    until: str | None = Field(None, description="Last quarter; without it to the end")
    levers: dict[str, Any] = Field(description="Levers and the values they take")
    why: str = Field("", description="What happens in the world")


class WithdrawalBlock(_Block):
    """US troops that leave some hosts."""

    host: str | None = Field(None, description="One host (ISO3)")
    hosts: list[str] = Field(default_factory=list, description="Several hosts: each gives in proportion to its stock")
    troops: Any = Field(description="Persons in all, or {fact: id} with the fact's hedge as a distribution")
    from_: str = Field(alias="from", description="First quarter")
    over: int = Field(4, ge=1, le=LONGEST, description="Quarters it takes, in equal parts")
    status: Literal["announced", "executed"] = Field("announced", description="Announced ones may not happen")
    why: str = Field("", description="What happens in the world")


class ScenarioFile(_Block):
    """What a scenario file may hold."""

    name: str = Field(min_length=1, max_length=100, description="Title for people")
    about: str = Field("", description="What is assumed, in a sentence or two")
    extends: str | None = Field(None, description="Another scenario that this one changes")
    start: str | None = Field(None, description="First quarter")
    end: str | None = Field(None, description="Last quarter")
    levers: dict[str, Any] = Field(default_factory=dict, description="Levers: a number, or a path {quarter: number}")
    events: list[Event] = Field(default_factory=list)
    withdrawals: list[WithdrawalBlock] = Field(default_factory=list)
    uncertainties: dict[str, Any] = Field(
        default_factory=dict, description="A number fixes an uncertainty; {uniform: [low, high]} replaces its prior"
    )
    strategies: dict[str, str] = Field(default_factory=dict, description="A strategy by ally (ISO3) or `default`")
    school: str | None = Field(None, description="A school of deterrence, or `all`")
    documents: list[str] = Field(default_factory=list, description="Facts that the scenario draws on")


@dataclass(frozen=True)
class Scenario:
    """A scenario as written, with what it extends merged in. The `with_` methods return a changed one."""

    key: str
    name: str
    about: str = ""
    start: str = START
    end: str = END
    levers: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    withdrawals: tuple[WithdrawalBlock, ...] = ()
    uncertainties: Mapping[str, Any] = field(default_factory=dict)
    strategies: Mapping[str, str] = field(default_factory=dict)
    school: str = EVERY_SCHOOL
    documents: tuple[str, ...] = ()

    def with_levers(self, **values: Any) -> "Scenario":
        """The scenario with these levers set for the whole run; events that set them give way.

        Raises ScenarioError for an unknown lever or a value out of range.
        """
        events = tuple(
            event.model_copy(update={"levers": left})
            for event in self.events
            if (left := {name: v for name, v in event.levers.items() if name not in values})
        )
        return _checked(replace(self, levers={**self.levers, **values}, events=events), "with_levers")

    def with_uncertainties(self, **values: Any) -> "Scenario":
        """The scenario with these uncertainties fixed, or with priors replaced ({"uniform": [low, high]})."""
        return _checked(replace(self, uncertainties={**self.uncertainties, **values}), "with_uncertainties")

    def with_withdrawal(
        self, hosts: Sequence[str], troops: Any, start: str, over: int = 4, status: str = "announced"
    ) -> "Scenario":
        """The scenario with one more withdrawal of US troops."""
        block = WithdrawalBlock.model_validate(
            {"hosts": list(hosts), "troops": troops, "from": start, "over": over, "status": status}
        )
        return _checked(replace(self, withdrawals=(*self.withdrawals, block)), "with_withdrawal")

    def with_strategies(self, **values: str) -> "Scenario":
        """The scenario with other strategies: POL="Drifter", or default="Attractor"."""
        return _checked(replace(self, strategies={**self.strategies, **values}), "with_strategies")

    def with_school(self, school: str) -> "Scenario":
        """The scenario under one school of deterrence, or under `all`."""
        return _checked(replace(self, school=school), "with_school")

    def with_horizon(self, start: str | None = None, end: str | None = None) -> "Scenario":
        """The scenario over other quarters."""
        return _checked(replace(self, start=start or self.start, end=end or self.end), "with_horizon")

    @cached_property
    def _plan(self) -> Plan:
        span = calendar.span(self.start, self.end)
        chosen = {name: value for name, value in self.strategies.items() if name != "default"}
        return Plan(
            name=self.name,
            quarters=span,
            roster=roster(self.start),
            levers=_paths(self, span),
            strategies=tuple(chosen.get(ally, self.strategies.get("default", DEFAULT_STRATEGY)) for ally in ALLIES),
            withdrawals=tuple(_withdrawal(block) for block in self.withdrawals),
            priors={
                name: priors.read(value) if isinstance(value, dict) else float(value)
                for name, value in self.uncertainties.items()
            },
            school=None if self.school == EVERY_SCHOOL else self.school,
        )

    def plan(self) -> Plan:
        """The scenario with every word resolved."""
        return self._plan

    def written(self) -> dict[str, Any]:
        """The scenario as plain data, just as a file would hold it; defaults are left out."""
        every = {
            "name": self.name,
            "about": self.about,
            "start": self.start,
            "end": self.end,
            "levers": dict(self.levers),
            "events": [e.model_dump(by_alias=True, exclude_defaults=True) for e in self.events],
            "withdrawals": [w.model_dump(by_alias=True, exclude_defaults=True) for w in self.withdrawals],
            "uncertainties": dict(self.uncertainties),
            "strategies": dict(self.strategies),
            "school": self.school if self.school != EVERY_SCHOOL else "",
            "documents": list(self.documents),
        }
        return {key: value for key, value in every.items() if value}

    def to_yaml(self) -> str:
        """The scenario as a file; reading it gives the same scenario back."""
        out = StringIO()
        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = False, False  # type: ignore[assignment]
        yaml.width, yaml.allow_unicode = 4096, True
        yaml.dump(self.written(), out)
        return out.getvalue()


# --- reading ----------------------------------------------------------------------------------------------------


def scenarios_dir() -> Path:
    """Folder of the scenarios that come with the project."""
    return reading.folder("scenarios", "baseline.yaml")


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that come with the project, the baseline first."""
    names = sorted(path.stem for path in scenarios_dir().glob("*.yaml"))
    return ("baseline", *(name for name in names if name != "baseline"))


def load_scenario(name: str | Path) -> Scenario:
    """A scenario by its name in `scenarios/`, or by its path.

    Raises ScenarioError with one line per problem: file, line, key, what is wrong, what would be right.
    """
    try:
        return _load(_find(str(name), Path()), ())
    except ScenarioError:
        raise
    except InputError as error:
        raise ScenarioError(error.problems) from None


def _find(name: str, beside: Path) -> Path:
    """The file of a scenario named in a file that stands in the folder `beside`, or by a user."""
    if name in scenario_names():
        return scenarios_dir() / f"{name}.yaml"
    path = beside / name
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    raise ScenarioError(f"{name}: no such scenario. {hint(name, scenario_names(), most=40)}")


def _load(path: Path, above: tuple[Path, ...]) -> Scenario:
    page = reading.page(path)
    problems, parsed = _parsed(page)
    parent = Scenario(key="", name="")
    if parsed.extends is not None:
        target = _find_parent(page, parsed.extends, (*above, path))
        parent = _load(target, (*above, path))
    scenario = _merged(path.stem, parent, parsed)
    problems += _problems(scenario, lambda place: page.where(_own(place, parent)))
    if problems:
        raise ScenarioError(problems)
    return scenario


def _own(place: tuple, parent: Scenario) -> tuple:
    """A place in the merged scenario as a place in the file that extends it."""
    inherited = {"events": len(parent.events), "withdrawals": len(parent.withdrawals)}
    if len(place) > 1 and place[0] in inherited:
        return (place[0], place[1] - inherited[place[0]], *place[2:])
    return place


def _find_parent(page: Page, name: str, above: tuple[Path, ...]) -> Path:
    where = page.where(("extends",))
    try:
        target = _find(name, page.path.parent)
    except ScenarioError as error:
        raise ScenarioError(f"{where} {error}") from None
    if target.resolve() in {path.resolve() for path in above}:
        ring = " → ".join(path.stem for path in (*above, target))
        raise ScenarioError(f"{where} extends itself: {ring}. Let one of them stand alone.")
    if not target.exists():
        raise ScenarioError(f"{where} no such file: {target}. {hint(name, scenario_names(), most=40)}")
    return target


def _parsed(page: Page) -> tuple[list[str], ScenarioFile]:
    """The file's structure, and a line per problem with it; what has a problem is left out and the rest goes on."""
    values = deepcopy(page.values)
    problems: list[str] = []
    while True:
        try:
            return problems, ScenarioFile.model_validate(values)
        except ValidationError as error:
            for e in error.errors():
                place = _place(e["loc"])
                problems.append(f"{page.where(place)} {reading.complaint(_block(e['loc']), e)}")
            _leave_out(values, {_place(e["loc"])[: _depth(e["loc"])] for e in error.errors()})


def _depth(loc: tuple) -> int:
    """How much of a place is left out: an event or withdrawal as a whole, of other blocks the entry."""
    return 2 if len(loc) > 1 else 1


def _leave_out(values: dict[str, Any], places: set[tuple]) -> None:
    """Take these places out of a file's values; a name that is missing gets a stand-in."""
    for key, *inner in sorted(places, key=str, reverse=True):
        if inner and isinstance(values.get(key), (dict, list)):
            del values[key][inner[0]]
        else:
            values.pop(key, None)
    values.setdefault("name", "without a name")


def _place(loc: tuple) -> tuple:
    return tuple("from" if part == "from_" else part for part in loc)


def _block(loc: tuple) -> type[BaseModel]:
    blocks: dict[str, type[BaseModel]] = {"events": Event, "withdrawals": WithdrawalBlock}
    return blocks.get(str(loc[0]) if len(loc) > 2 else "", ScenarioFile)


def _merged(key: str, parent: Scenario, own: ScenarioFile) -> Scenario:
    """A scenario that states only what differs, on top of the one it extends."""
    return Scenario(
        key=key,
        name=own.name,
        about=own.about,
        start=own.start or parent.start,
        end=own.end or parent.end,
        levers={**parent.levers, **own.levers},
        events=(*parent.events, *own.events),
        withdrawals=(*parent.withdrawals, *own.withdrawals),
        uncertainties={**parent.uncertainties, **own.uncertainties},
        strategies={**parent.strategies, **own.strategies},
        school=own.school or parent.school,
        documents=tuple(dict.fromkeys((*parent.documents, *own.documents))),
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files: structure, names, ranges and units, for editors."""
    made = ScenarioFile.model_json_schema(by_alias=True)
    made["title"], made["$schema"] = "article5 scenario", "https://json-schema.org/draft/2020-12/schema"
    values = {
        name: {
            "description": f"{lever.about} ({lever.unit}). {lever.note}",
            "anyOf": [bounds, {"type": "object", "additionalProperties": bounds}],
        }
        for name, lever in levers().items()
        for bounds in [{"type": "number", "minimum": lever.low, "maximum": lever.high}]
    }
    unknown = {
        name: {
            "description": f"{u.about} ({u.unit}). Prior: {u.prior.words()}",
            "anyOf": [{"type": "number", "minimum": u.prior.low, "maximum": u.prior.high}, {"type": "object"}],
        }
        for name, u in uncertainties().items()
    }
    who = {"enum": sorted(strategies())}
    named = {
        "levers": {"type": "object", "properties": values, "additionalProperties": False},
        "uncertainties": {"type": "object", "properties": unknown, "additionalProperties": False},
        "strategies": {
            "type": "object", "properties": dict.fromkeys(("default", *ALLIES), who), "additionalProperties": False,
        },
        "school": {"enum": [EVERY_SCHOOL, *priors.SCHOOLS]},
        "documents": {"type": "array", "items": {"enum": sorted(load_facts())}},
    }  # fmt: skip
    made["properties"] |= named
    made["$defs"]["Event"]["properties"]["levers"] = named["levers"]
    return made


# --- resolving --------------------------------------------------------------------------------------------------


def _paths(scenario: Scenario, span: Sequence[str]) -> dict[str, np.ndarray]:
    """Every lever's value in every quarter [T]: default, then the scenario's, then its events in order."""
    paths = {name: _path(scenario.levers.get(name, lever.default), span) for name, lever in levers().items()}
    for event in scenario.events:
        first, last = span.index(event.from_), span.index(event.until) if event.until else len(span) - 1
        for name, value in event.levers.items():
            paths[name][first : last + 1] = _path(value, span)[first : last + 1]
    return paths


def _path(value: Any, span: Sequence[str]) -> np.ndarray:
    """A value held, or straight lines between the quarters of a path, held before the first and after the last."""
    if not isinstance(value, Mapping):
        return np.full(len(span), float(value))
    marks = sorted((calendar.number(quarter), float(v)) for quarter, v in value.items())
    when, what = zip(*marks, strict=True)
    return np.interp([calendar.number(quarter) for quarter in span], when, what)


def _withdrawal(block: WithdrawalBlock) -> Withdrawal:
    number, hedge = _troops(block.troops)
    hosts = (block.host,) if block.host else tuple(block.hosts)
    return Withdrawal(tuple(sorted(hosts)), number, block.from_, block.over, block.status, hedge)


def _troops(troops: Any) -> tuple[float, str]:
    """The number and the hedge of a size that is given as a number or as a fact."""
    if isinstance(troops, dict):
        fact = load_facts()[troops["fact"]]
        return float(fact.value), fact.hedge  # type: ignore[arg-type]
    return float(troops), "exact"


# --- checking ---------------------------------------------------------------------------------------------------


def _checked(scenario: Scenario, where: str) -> Scenario:
    problems = _problems(scenario, lambda place: f"{where}: {'.'.join(map(str, place))}:")
    if problems:
        raise ScenarioError(problems)
    return scenario


def _problems(scenario: Scenario, where: Any) -> list[str]:
    """Everything that the scenario cannot mean, a line each."""
    found = _horizon_problems(scenario, where)
    if found:
        return found
    for name, value in scenario.levers.items():
        found += _lever_problems(name, value, ("levers", name), where)
    found += [line for n, event in enumerate(scenario.events) for line in _event_problems(scenario, event, n, where)]
    found += [
        line for n, block in enumerate(scenario.withdrawals) for line in _withdrawal_problems(scenario, block, n, where)
    ]
    found += _stock_problems(scenario, where) if not found else []
    for name, value in scenario.uncertainties.items():
        found += _uncertainty_problems(name, value, where)
    for who, strategy in scenario.strategies.items():
        if who not in ("default", *ALLIES):
            found.append(f"{where(('strategies', who))} unknown ally. {hint(who, ['default', *ALLIES], most=40)}")
        if strategy not in strategies():
            found.append(f"{where(('strategies', who))} unknown strategy {strategy!r}. {hint(strategy, strategies())}")
    if scenario.school not in (EVERY_SCHOOL, *priors.SCHOOLS):
        known = [EVERY_SCHOOL, *priors.SCHOOLS]
        found.append(f"{where(('school',))} unknown school {scenario.school!r}. {hint(scenario.school, known)}")
    facts = load_facts()
    for n, name in enumerate(scenario.documents):
        if name not in facts:
            found.append(f"{where(('documents', n))} unknown fact {name!r}. {hint(name, facts)}")
    return found


def _horizon_problems(scenario: Scenario, where: Any) -> list[str]:
    found = []
    for key in ("start", "end"):
        found += _quarter_problems(getattr(scenario, key), where((key,)))
    if found:
        return found
    first, last = calendar.number(scenario.start), calendar.number(scenario.end)
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
        return [f"{where} {value:g} is out of range. It takes {low:g} to {high:g} {unit}."]
    return []


def _lever_problems(name: str, value: Any, place: tuple, where: Any) -> list[str]:
    if name not in levers():
        return [f"{where(place)} unknown lever. {hint(name, levers(), most=40)}"]
    lever = levers()[name]
    if not isinstance(value, Mapping):
        return _number_problems(value, lever.low, lever.high, lever.unit, where(place))
    if not value:
        return [f"{where(place)} an empty path. Write quarters with numbers, like {{2025Q1: 2, 2035Q4: 3.5}}."]
    return [
        line
        for quarter, number in value.items()
        for line in (
            *_quarter_problems(quarter, where((*place, quarter))),
            *_number_problems(number, lever.low, lever.high, lever.unit, where((*place, quarter))),
        )
    ]


def _within(scenario: Scenario, quarter: str, where: str) -> list[str]:
    """What is wrong with a quarter that must lie in the run."""
    bad = _quarter_problems(quarter, where)
    if not bad and not calendar.number(scenario.start) <= calendar.number(quarter) <= calendar.number(scenario.end):
        bad = [f"{where} {quarter} is outside the run. It lasts from {scenario.start} to {scenario.end}."]
    return bad


def _event_problems(scenario: Scenario, event: Event, n: int, where: Any) -> list[str]:
    found = _within(scenario, event.from_, where(("events", n, "from")))
    if event.until is not None:
        late = _within(scenario, event.until, where(("events", n, "until")))
        if not found and not late and calendar.number(event.until) < calendar.number(event.from_):
            late = [f"{where(('events', n, 'until'))} {event.until} lies before {event.from_}. Put it after."]
        found += late
    if not event.levers:
        found.append(f"{where(('events', n, 'levers'))} sets no lever. Name at least one with its value.")
    for name, value in event.levers.items():
        found += _lever_problems(name, value, ("events", n, "levers", name), where)
    return found


def _withdrawal_problems(scenario: Scenario, block: WithdrawalBlock, n: int, where: Any) -> list[str]:
    place = ("withdrawals", n)
    found = _within(scenario, block.from_, where((*place, "from")))
    if bool(block.host) == bool(block.hosts):
        found.append(f"{where(place)} needs a host or hosts, one of the two. Write hosts: [POL, ROU].")
    for host in [block.host] if block.host else block.hosts:
        if host not in ALLIES:
            found.append(f"{where((*place, 'hosts'))} unknown host {host!r}. {hint(host, ALLIES, most=40)}")
    if len(set(block.hosts)) < len(block.hosts):
        found.append(f"{where((*place, 'hosts'))} names a host twice. Name each once.")
    return found + _troops_problems(block.troops, where((*place, "troops")))


def _troops_problems(troops: Any, where: str) -> list[str]:
    if not isinstance(troops, dict):
        return _number_problems(troops, 0.0, 1e6, "persons", where)
    if set(troops) != {"fact"}:
        return [f"{where} takes a number of persons, or {{fact: id}}."]
    facts = load_facts()
    if troops["fact"] not in facts:
        return [f"{where} unknown fact {troops['fact']!r}. {hint(troops['fact'], facts)}"]
    fact = facts[troops["fact"]]
    if fact.unit != "persons" or not isinstance(fact.value, (int, float)):
        return [f"{where} the fact {fact.id!r} gives no number of persons. Choose one that does."]
    return []


def _stock_problems(scenario: Scenario, where: Any) -> list[str]:
    """Withdrawals, added up by host, against what stands there at the start."""
    start = roster(scenario.start)
    taken = np.zeros_like(start.troops)
    for n, block in enumerate(scenario.withdrawals):
        planned = _withdrawal(block)
        largest = float(load_hedges()[planned.hedge].quantile(1.0))
        place = where(("withdrawals", n, "troops"))
        present = start.troops[np.isin(start.places, planned.hosts)].sum()
        if planned.troops * largest > present:
            names = ", ".join(planned.hosts)
            return [f"{place} {planned.troops * largest:,.0f} is more than the {present:,.0f} in {names}. Write less."]
        taken = taken + planned.by_place(start) * largest
        over = np.flatnonzero(taken > start.troops + 0.5)
        if over.size:
            host = start.places[over[0]]
            return [
                f"{place} withdrawals take {taken[over[0]]:,.0f} from {host} in all, "
                f"where {start.troops[over[0]]:,.0f} stand. Write less."
            ]
    return []


def _uncertainty_problems(name: str, value: Any, where: Any) -> list[str]:
    place = where(("uncertainties", name))
    if name not in uncertainties():
        return [f"{place} unknown uncertainty. {hint(name, uncertainties())}"]
    declared = uncertainties()[name]
    low, high = declared.prior.low, declared.prior.high
    if not isinstance(value, Mapping):
        return _number_problems(value, low, high, declared.unit, place)
    try:
        prior = priors.read(dict(value))
    except ValueError as error:
        return [f"{place} {error}."]
    if prior.low < low - 1e-12 or prior.high > high + 1e-12:
        return [f"{place} reaches from {prior.low:g} to {prior.high:g}. It takes {low:g} to {high:g} {declared.unit}."]
    return []
