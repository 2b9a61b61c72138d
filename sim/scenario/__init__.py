"""Scenarios: what is assumed, as a YAML file that anyone can read, and as a frozen plan that can be played.

Every complaint about a scenario is made here, all at once, before anything runs or is written.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML

from sim import posterior, priors, reading
from sim import quarters as calendar
from sim.agents import DEFAULT_STRATEGY
from sim.errors import InputError, ScenarioError
from sim.facts import Reading
from sim.params import levers
from sim.plan import Plan
from sim.reading import Page, hint
from sim.reference import ALLIES, roster
from sim.scenario.blocks import (
    END,
    EVERY_SCHOOL,
    POSTERIOR,
    START,
    Event,
    ScenarioFile,
    WithdrawalBlock,
    facts_used,
    schema,
    withdrawal,
)
from sim.scenario.checks import budgets_in, problems, remarks
from sim.scenario.stated import is_stated, number

__all__ = [
    "Event",
    "Scenario",
    "ScenarioFile",
    "WithdrawalBlock",
    "giving_way",
    "load_scenario",
    "remarks",
    "scenario_from",
    "scenario_names",
    "scenario_text",
    "scenarios_dir",
    "schema",
]


@dataclass(frozen=True)
class Scenario:
    """A scenario as written, with what it extends merged in. The `with_` methods return a changed one.

    Its fields are the keys of a scenario file; `key` is the name of the file. What cannot be meant raises
    ScenarioError in every method, with one line a problem.
    """

    key: str
    name: str
    question: str = ""
    about: str = ""
    start: str = START
    end: str = END
    levers: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    withdrawals: tuple[WithdrawalBlock, ...] = ()
    uncertainties: Mapping[str, Any] = field(default_factory=dict)
    strategies: Mapping[str, str] = field(default_factory=dict)
    school: str = EVERY_SCHOOL
    reading: Reading = "default"
    estimates: str = POSTERIOR
    documents: tuple[str, ...] = ()

    def with_levers(self, **values: Any) -> "Scenario":
        """The scenario with these levers set for the whole run; events that set them give way.

        A value is a number in the lever's unit, a path such as `{"2025Q1": 2, "2030Q1": 3.5}` (straight lines between
        quarters, held before and after), or a fact such as `{"fact": "spending-guideline"}`.

        Raises ScenarioError for an unknown lever or a value out of range.
        """
        events = giving_way(self.events, values)
        return _checked(replace(self, levers={**self.levers, **deepcopy(values)}, events=events), "with_levers")

    def with_uncertainties(self, **values: Any) -> "Scenario":
        """The scenario with these uncertainties fixed, or with priors replaced, as by `{"uniform": [low, high]}`.

        Raises ScenarioError for an unknown one, or for what reaches beyond the ends of the declared prior.
        """
        return _checked(replace(self, uncertainties={**self.uncertainties, **deepcopy(values)}), "with_uncertainties")

    def with_withdrawal(
        self, hosts: Sequence[str], troops: Any, start: str, over: int = 4, status: str | None = None
    ) -> "Scenario":
        """The scenario with one more withdrawal of US troops, from quarter `start` in equal parts over `over` quarters.

        `hosts` are ISO 3166 codes; each gives in proportion to its stock. `troops` is a number of persons or a fact,
        such as `{"fact": "eastern-withdrawal", "reading": "strict"}`. Without a status it has that of the fact, or is
        announced.

        Raises ScenarioError for an unknown host, fact or status, a quarter outside the run, or more than stands there.
        """
        written = {"hosts": list(hosts), "troops": deepcopy(troops), "from": start, "over": over, "status": status}
        try:
            block = WithdrawalBlock.model_validate(written)
        except ValidationError as error:
            raise ScenarioError(
                f"with_withdrawal: {e['loc'][0]}: {reading.complaint(WithdrawalBlock, e)}" for e in error.errors()
            ) from None
        return _checked(replace(self, withdrawals=(*self.withdrawals, block)), "with_withdrawal")

    def with_strategies(self, **values: Any) -> "Scenario":
        """The scenario with other strategies, by name or class: `POL="Drifter"`, or `default=sim.agents.Attractor`."""
        values = {who: getattr(strategy, "__name__", strategy) for who, strategy in values.items()}
        return _checked(replace(self, strategies={**self.strategies, **values}), "with_strategies")

    def with_school(self, school: str) -> "Scenario":
        """The scenario under one school of deterrence (commitment, mixed, denial or spiral), or under `all` in turn."""
        return _checked(replace(self, school=school), "with_school")

    def with_reading(self, reading: Reading) -> "Scenario":
        """The scenario with hedges read as `default`, `strict` or `loose`, but for facts that say otherwise."""
        return _checked(replace(self, reading=reading), "with_reading")

    def with_estimates(self, estimates: str) -> "Scenario":
        """The scenario with its estimable uncertainties from the `posterior` or from the `prior`."""
        return _checked(replace(self, estimates=estimates), "with_estimates")

    def under(self, other: "Scenario") -> "Scenario":
        """This policy in the world that another scenario assumes: its uncertainties, school, start and end.

        Two policies can be compared world by world only there.
        """
        changed = replace(
            self, uncertainties=other.uncertainties, school=other.school, start=other.start, end=other.end,
            estimates=other.estimates,
        )  # fmt: skip
        return _checked(changed, "under")

    def with_horizon(self, start: str | None = None, end: str | None = None) -> "Scenario":
        """The scenario over other quarters, such as "2025Q1" to "2030Q4"; a start is the first quarter of a year."""
        return _checked(replace(self, start=start or self.start, end=end or self.end), "with_horizon")

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that the scenario draws on: those it lists, then those whose numbers it takes."""
        values = [value for block in (self, *self.events) for value in block.levers.values()]
        return tuple(dict.fromkeys((*self.documents, *facts_used(values, self.withdrawals))))

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
            decided=_decided(self, span),
            withdrawals=tuple(withdrawal(block, self.reading) for block in self.withdrawals),
            priors={
                name: priors.read(value) if isinstance(value, dict) else float(value)
                for name, value in self.uncertainties.items()
            },
            school=None if self.school == EVERY_SCHOOL else self.school,
            posterior=posterior.shipped() if self.estimates == POSTERIOR else None,
        )

    def plan(self) -> Plan:
        """The scenario with every word resolved: arrays, digest, and what `sim.run` plays."""
        return self._plan

    def written(self) -> dict[str, Any]:
        """The scenario as plain data, just as a file would hold it; defaults are left out."""
        every = {
            "name": self.name,
            "question": self.question,
            "about": self.about,
            "start": self.start,
            "end": self.end,
            "levers": dict(self.levers),
            "events": [e.model_dump(by_alias=True, exclude_defaults=True) for e in self.events],
            "withdrawals": [w.model_dump(by_alias=True, exclude_defaults=True) for w in self.withdrawals],
            "uncertainties": dict(self.uncertainties),
            "strategies": dict(self.strategies),
            "school": self.school if self.school != EVERY_SCHOOL else "",
            "reading": self.reading if self.reading != "default" else "",
            "estimates": self.estimates if self.estimates != POSTERIOR else "",
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


def load_scenario(name: str | Path, beside: Path = Path()) -> Scenario:
    """A scenario by its name in `scenarios/`, or by its path; a relative path is seen from the folder `beside`.

    Raises ScenarioError with one line per problem: file, line, key, what is wrong, what would be right.
    """
    try:
        return _load(_find(str(name), beside), ())
    except ScenarioError:
        raise
    except InputError as error:
        raise ScenarioError(error.problems) from None


def scenario_text(text: str, name: str = "scenario.yaml") -> Scenario:
    """A scenario from the text of a file that is not on this machine; `name` is what complaints call it.

    It may extend only what comes with the project. Raises ScenarioError as `load_scenario` does.
    """
    try:
        return _read(reading.page_of(text, Path(name)), (), here=False)
    except ScenarioError:
        raise
    except InputError as error:
        raise ScenarioError(error.problems) from None


def scenario_from(written: Mapping[str, Any], key: str) -> Scenario:
    """A scenario from its plain data, as `Scenario.written` gives it. Raises ScenarioError."""
    try:
        parsed = ScenarioFile.model_validate(dict(written))
    except ValidationError as error:
        raise ScenarioError(
            f"{key}: {'.'.join(map(str, e['loc']))}: {reading.complaint(_block(e['loc']), e)}" for e in error.errors()
        ) from None
    return _checked(_merged(key, Scenario(key="", name=""), parsed), key)


def _find(name: str, beside: Path) -> Path:
    """The file of a scenario named in a file that stands in the folder `beside`, or by a user."""
    if name in scenario_names():
        return scenarios_dir() / f"{name}.yaml"
    path = beside / name
    try:
        if path.suffix in (".yaml", ".yml") or path.exists():
            return path
    except OSError:  # no name that a file could have
        name = f"{name[:40]}…"
    raise ScenarioError(f"{name}: no such scenario. {hint(name, scenario_names(), most=40)}")


def _load(path: Path, above: tuple[Path, ...]) -> Scenario:
    return _read(reading.page(path), above)


def _read(page: Page, above: tuple[Path, ...], here: bool = True) -> Scenario:
    """A scenario from its page; one that is not `here`, in a file of its own, looks at no files of this machine."""
    found, parsed = _parsed(page)
    parent = Scenario(key="", name="")
    if parsed.extends is not None:
        if not here and parsed.extends not in scenario_names():
            known = hint(parsed.extends, scenario_names(), most=40)
            raise ScenarioError(f"{page.where(('extends',))} {parsed.extends[:60]!r} does not come with us. {known}")
        target = _find_parent(page, parsed.extends, (*above, page.path))
        parent = _load(target, (*above, page.path))
        parent = replace(parent, events=giving_way(parent.events, parsed.levers))
    scenario = _merged(page.path.stem, parent, parsed)
    found += problems(scenario, lambda place: page.where(_own(place, parent)))
    if found:
        raise ScenarioError(found)
    return scenario


def giving_way(events: Sequence[Event], levers_: Collection[str]) -> tuple[Event, ...]:
    """Events without the levers that are now set for the whole run; those that set nothing else are gone."""
    return tuple(
        event.model_copy(update={"levers": left})
        for event in events
        if (left := {name: value for name, value in event.levers.items() if name not in levers_}) or event.spending
    )


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
    found: list[str] = []
    while True:
        try:
            return found, ScenarioFile.model_validate(values)
        except ValidationError as error:
            for e in error.errors():
                place = _place(e["loc"])
                found.append(f"{page.where(place)} {reading.complaint(_block(e['loc']), e)}")
            _leave_out(values, {_place(e["loc"])[: _depth(e["loc"])] for e in error.errors()})


def _depth(loc: tuple) -> int:
    """How much of a place is left out: an event or withdrawal as a whole, of other blocks the entry."""
    return 2 if len(loc) > 1 else 1


def _leave_out(values: dict[str, Any], places: set[tuple]) -> None:
    """Take these places out of a file's values; a name that is missing gets a stand-in."""
    ordered = sorted(
        places,
        key=lambda place: (
            [(str(part), part if isinstance(part, int) else -1) for part in place[:1]]
            + [(part if isinstance(part, int) else -1, str(part)) for part in place[1:]]
        ),
        reverse=True,
    )
    for key, *inner in ordered:
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
        question=own.question,
        about=own.about,
        start=own.start or parent.start,
        end=own.end or parent.end,
        levers={**parent.levers, **own.levers},
        events=(*parent.events, *own.events),
        withdrawals=(*parent.withdrawals, *own.withdrawals),
        uncertainties={**parent.uncertainties, **own.uncertainties},
        strategies={**parent.strategies, **own.strategies},
        school=own.school or parent.school,
        reading=own.reading or parent.reading,  # type: ignore[arg-type]
        estimates=own.estimates or parent.estimates,
        documents=tuple(dict.fromkeys((*parent.documents, *own.documents))),
    )


# --- resolving --------------------------------------------------------------------------------------------------


def _paths(scenario: Scenario, span: Sequence[str]) -> dict[str, np.ndarray]:
    """Every lever's value in every quarter [T]: default, then the scenario's, then its events in order."""
    reading = scenario.reading
    paths = {name: _path(scenario.levers.get(name, lever.default), span, reading) for name, lever in levers().items()}
    for event in scenario.events:
        first, last = span.index(event.from_), span.index(event.until) if event.until else len(span) - 1
        for name, value in event.levers.items():
            paths[name][first : last + 1] = _path(value, span, reading)[first : last + 1]
    return paths


def _decided(scenario: Scenario, span: Sequence[str]) -> np.ndarray | None:
    """What allies decide to spend [T, A], % of GDP, NaN where the model decides; None where it always does."""
    if not any(event.spending for event in scenario.events):
        return None
    shares = np.full((len(span), len(ALLIES)), np.nan)
    for event in scenario.events:
        rows = [span.index(quarter) for quarter in budgets_in(event, scenario.end)]
        for ally, share in event.spending.items():
            shares[rows, ALLIES.index(ally)] = share
    return shares


def _path(value: Any, span: Sequence[str], reading: Reading) -> np.ndarray:
    """A value held, or straight lines between the quarters of a path, held before the first and after the last."""
    if not isinstance(value, Mapping) or is_stated(value):
        return np.full(len(span), number(value, reading))
    marks = sorted((calendar.number(quarter), number(v, reading)) for quarter, v in value.items())
    when, what = zip(*marks, strict=True)
    return np.interp([calendar.number(quarter) for quarter in span], when, what)


def _checked(scenario: Scenario, where: str) -> Scenario:
    found = problems(scenario, lambda place: f"{where}: {'.'.join(map(str, place))}:")
    if found:
        raise ScenarioError(found)
    return scenario
