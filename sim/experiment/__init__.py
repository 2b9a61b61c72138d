"""Experiments: many policies in many worlds, as a YAML file with the same checks as a scenario.

An experiment names scenarios, settings of their levers, and what is kept. It resolves to a list of policies, each with
a plan of its own; every complaint is made here, before anything runs.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim import reading, results
from sim.ensemble import MOST_WORLDS
from sim.errors import InputError, ScenarioError
from sim.experiment.designs import MOST_POLICIES, Count, Design, Settings
from sim.outcomes import OUTCOMES
from sim.plan import Plan
from sim.reading import Page, hint
from sim.scenario import Scenario, giving_way, load_scenario
from sim.scenario.checks import problems
from sim.variables import VARIABLES

PATHS, SUMMARIES = "paths", "summaries"
"""What is kept of outcomes: those of every world, or their distribution by school."""

SINGLE, DOUBLE = "single", "double"
ALL_YEARS = "all"

BY_HOST = tuple(name for name, outcome in OUTCOMES.items() if outcome.by == "host")


class ExperimentFile(BaseModel):
    """What an experiment file may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100, description="Title for people")
    about: str = Field("", description="What is asked, in a sentence or two")
    scenarios: list[str] = Field(default_factory=lambda: ["baseline"], min_length=1, description="Names or paths")
    levers: Design = Field(Design.model_validate({}), description="Settings that each scenario is played with")
    uncertainties: dict[str, Any] = Field(default_factory=dict, description="As in a scenario, for all of them")
    estimates: str | None = Field(None, description="Estimable uncertainties from the posterior or from the prior")
    school: str | None = Field(None, description="A school of deterrence, or `all`")
    start: str | None = Field(None, description="First quarter")
    end: str | None = Field(None, description="Last quarter")
    worlds: Count = Field(1000, ge=1, le=MOST_WORLDS, description="Worlds of each policy, the same for all")
    seed: Count = Field(0, ge=0, lt=2**63, description="The same seed gives the same worlds")
    outcomes: list[str] = Field(default_factory=list, description="Outcomes to keep; all but those by host without it")
    years: list[Count] | str | None = Field(None, description="Years to keep, or all; the last without it")
    keep: str = Field(PATHS, description="`paths`: every world; `summaries`: moments and quantiles by school")
    precision: str = Field(SINGLE, description="`single` or `double` numbers in the tables of paths")
    variables: list[str] = Field(default_factory=list, description="Whole trajectories to keep besides: large")


@dataclass(frozen=True)
class Policy:
    """A scenario with some levers set: one of the columns of an experiment."""

    number: int
    scenario: Scenario
    settings: Mapping[str, float]

    @property
    def label(self) -> str:
        """What tells it from the others: `conditional-article5 threshold=3.5`."""
        said = (f"{name}={value:g}" for name, value in self.settings.items())
        return " ".join([self.scenario.key, *said])

    @property
    def plan(self) -> Plan:
        """The policy with every word resolved."""
        return self.scenario.plan()


@dataclass(frozen=True)
class Experiment:
    """Policies, worlds, and what is kept of them. `years` are the ends of years that are kept."""

    name: str
    about: str
    policies: tuple[Policy, ...]
    worlds: int
    seed: int
    outcomes: tuple[str, ...]
    years: tuple[int, ...]
    keep: str = PATHS
    precision: str = SINGLE
    variables: tuple[str, ...] = ()

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """The plan of each policy."""
        return tuple(policy.plan for policy in self.policies)

    @property
    def levers(self) -> tuple[str, ...]:
        """The levers that the experiment sets, in the order in which they come."""
        return tuple(dict.fromkeys(name for policy in self.policies for name in policy.settings))

    @cached_property
    def same(self) -> dict[int, int]:
        """Policies that are the very same as one before them: {number: number of the first}."""
        first: dict[str, int] = {}
        found = {p.number: first.setdefault(plan.fingerprint, p.number) for p, plan in self._pairs()}
        return {number: other for number, other in found.items() if number != other}

    @cached_property
    def natures(self) -> dict[str, int]:
        """What is assumed about the world: each digest, with the first policy that assumes it."""
        found: dict[str, int] = {}
        for policy, plan in zip(self.policies, self.plans, strict=True):
            found.setdefault(plan.nature, policy.number)
        return found

    def written(self) -> dict[str, Any]:
        """The experiment as plain data, for manifests and the digest: each policy as a whole scenario."""
        return {
            "name": self.name,
            "about": self.about,
            "policies": [
                {
                    "policy": policy.number,
                    "label": policy.label,
                    "key": policy.scenario.key,
                    "settings": dict(policy.settings),
                    "plan": plan.fingerprint,
                    "nature": plan.nature,
                    "scenario": policy.scenario.written(),
                }
                for policy, plan in zip(self.policies, self.plans, strict=True)
            ],
            "worlds": self.worlds,
            "seed": self.seed,
            "outcomes": list(self.outcomes),
            "years": list(self.years),
            "keep": self.keep,
            "precision": self.precision,
            "variables": list(self.variables),
        }

    @cached_property
    def digest(self) -> str:
        """A digest of everything that decides the tables; names and words of scenarios play no part."""
        told = self.written() | {"policies": [[dict(p.settings), plan.fingerprint] for p, plan in self._pairs()]}
        del told["name"], told["about"]
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def _pairs(self) -> list[tuple[Policy, Plan]]:
        return list(zip(self.policies, self.plans, strict=True))


def schema() -> dict[str, Any]:
    """The JSON Schema of experiment files, for editors."""
    made = ExperimentFile.model_json_schema(by_alias=True)
    made["title"], made["$schema"] = "article5 experiment", "https://json-schema.org/draft/2020-12/schema"
    return made


def load_experiment(path: str | Path) -> Experiment:
    """An experiment from a YAML file.

    Raises ScenarioError with one line per problem: file, line, key, what is wrong, what would be right.
    """
    try:
        page = reading.page(Path(path))
        return _resolved(page, _parsed(page))
    except ScenarioError:
        raise
    except InputError as error:
        raise ScenarioError(error.problems) from None


def _parsed(page: Page) -> ExperimentFile:
    """The file's structure. Raises ScenarioError with a line per problem."""
    try:
        return ExperimentFile.model_validate(deepcopy(page.values))
    except ValidationError as error:
        raise ScenarioError([_said(page, e) for e in error.errors()]) from None


def _said(page: Page, error: Any) -> str:
    """One problem of the structure, as a line."""
    loc = [part for part in error["loc"] if not str(part).startswith(("list[", "function-", "str", "int"))]
    place = tuple("from" if part == "from_" else part for part in loc)
    if error["type"] == "greater_than_equal" and place == ("worlds",):
        return f"{page.where(place)} {error['input']!r} worlds are none. Write 1 to {MOST_WORLDS:,}."
    block = Design if place[:1] == ("levers",) and len(place) == 2 else ExperimentFile
    return f"{page.where(place)} {reading.complaint(block, error)}"


def _resolved(page: Page, file: ExperimentFile) -> Experiment:
    found = _word_problems(page, file)
    if file.levers.size() * len(file.scenarios) > MOST_POLICIES:
        count = file.levers.size() * len(file.scenarios)
        found.append(f"{page.where(('levers',))} {count:,} policies. Write at most {MOST_POLICIES:,}.")
    if found:
        raise ScenarioError(found)
    policies = _policies(page, file)
    return Experiment(
        name=file.name, about=file.about, policies=policies, worlds=file.worlds, seed=file.seed,
        outcomes=tuple(dict.fromkeys(file.outcomes)) or tuple(name for name in OUTCOMES if name not in BY_HOST),
        years=_years(page, file, policies), keep=file.keep, precision=file.precision,
        variables=tuple(dict.fromkeys(file.variables)),
    )  # fmt: skip


def _word_problems(page: Page, file: ExperimentFile) -> list[str]:
    """Words that nothing goes by: a line each."""
    found = []
    published = [name for name in VARIABLES if name not in results.UNPUBLISHED]
    for key, names, table in (("outcomes", file.outcomes, list(OUTCOMES)), ("variables", file.variables, published)):
        for n, name in enumerate(names):
            if name not in table:
                found.append(f"{page.where((key, n))} unknown name {name!r}. {hint(name, table, most=40)}")
    for n, name in enumerate(file.scenarios):
        if name in file.scenarios[:n]:
            found.append(f"{page.where(('scenarios', n))} {name!r} stands twice. Name it once.")
    for key, word, known in (
        ("keep", file.keep, (PATHS, SUMMARIES)),
        ("precision", file.precision, (SINGLE, DOUBLE)),
    ):
        if word not in known:
            found.append(f"{page.where((key,))} unknown {word!r}. {hint(word, known)}")
    return found


def _policies(page: Page, file: ExperimentFile) -> tuple[Policy, ...]:
    """Every scenario with every setting. Raises ScenarioError with each problem once."""
    found: dict[str, None] = {}
    policies: list[Policy] = []
    for n, name in enumerate(file.scenarios):
        try:
            base = load_scenario(name, beside=page.path.parent)
        except ScenarioError as error:
            found |= dict.fromkeys(f"{page.where(('scenarios', n))} {problem}" for problem in error.problems)
            continue
        for place, settings in file.levers.probes():
            bad = problems(_set(base, settings, file), lambda at, place=place: page.where(_written_at(at, place)))  # type: ignore[misc]
            found |= dict.fromkeys(bad)
        if not found:
            each = file.levers.settings(file.seed)
            policies += [Policy(len(policies) + k, _set(base, s, file), s) for k, s in enumerate(each)]
    if found:
        raise ScenarioError(list(found))
    return tuple(policies)


def _set(base: Scenario, settings: Settings, file: ExperimentFile) -> Scenario:
    """A scenario with these levers, in the world that the experiment assumes."""
    return replace(
        base,
        levers={**base.levers, **settings},
        events=giving_way(base.events, settings),
        uncertainties={**base.uncertainties, **file.uncertainties},
        estimates=_or(file.estimates, base.estimates),
        school=_or(file.school, base.school),
        start=_or(file.start, base.start),
        end=_or(file.end, base.end),
    )


def _or(written: str | None, otherwise: str) -> str:
    return otherwise if written is None else written


def _written_at(place: tuple, design: tuple) -> tuple:
    """Where the file says what a scenario cannot mean; `design` is where it says the settings that were tried."""
    return design if design and place[:1] == ("levers",) and place[1:] == design[-1:] else place


def _years(page: Page, file: ExperimentFile, policies: tuple[Policy, ...]) -> tuple[int, ...]:
    """The years to keep, all of which every policy reaches. Raises ScenarioError."""
    where, spans = page.where(("years",)), {(p.scenario.start, p.scenario.end) for p in policies}
    if len(spans) > 1:
        told = " and ".join(f"{start} to {end}" for start, end in sorted(spans))
        raise ScenarioError(f"{page.where(('scenarios',))} scenarios of other spans: {told}. Write start and end.")
    there = [int(q[:4]) for q in policies[0].plan.quarters if q.endswith("Q4")]
    if not there:
        raise ScenarioError(f"{where} the run has no end of a year. Let it last to a fourth quarter.")
    if file.years is None:
        return (there[-1],)
    if isinstance(file.years, str):
        if file.years != ALL_YEARS:
            raise ScenarioError(f"{where} {file.years!r} is no list of years. Write all, or years like [2030, 2035].")
        return tuple(there)
    missing = [year for year in file.years if year not in there]
    if missing or not file.years:
        said = f"{', '.join(map(str, missing))} not in the run" if missing else "an empty list"
        raise ScenarioError(f"{where} {said}. Write years from {there[0]} to {there[-1]}.")
    return tuple(sorted(set(file.years)))
