"""The structure of a scenario file, and its JSON Schema for editors."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sim import priors
from sim.agents import strategies
from sim.facts import READINGS, Reading, load_facts
from sim.params import levers, uncertainties
from sim.plan import ANNOUNCED, Withdrawal, withdrawal_statuses
from sim.reference import ALLIES
from sim.rules import burden
from sim.scenario.stated import LARGEST_FACTOR, facts_in, is_stated, stated

START, END = "2025Q1", "2035Q4"
LONGEST = 160
"""Quarters that a run can have at most: forty years."""

EVERY_SCHOOL = "all"

POSTERIOR, PRIOR = "posterior", "prior"
"""Where estimable uncertainties come from: what the panel taught, or the priors alone."""


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _quarter(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no quarter. Write it like 2029Q1")
    return value


Quarter = Annotated[str, BeforeValidator(_quarter)]
Hosts = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Event(_Block):
    """Levers, or spending that allies decide, from a quarter on or between two quarters (both included)."""

    from_: Quarter = Field(alias="from", description="First quarter, such as 2026Q1")
    until: Quarter | None = Field(None, description="Last quarter; without it to the end")
    levers: dict[str, Any] = Field(default_factory=dict, description="Levers and the values they take")
    spending: dict[str, Any] = Field(
        default_factory=dict,
        description="Allies (ISO3) and the defence spending that each decides for itself, % of GDP, in every budget "
        "of these quarters, whatever its strategy",
    )
    why: str = Field("", description="What happens in the world")


class WithdrawalBlock(_Block):
    """US troops that leave some hosts."""

    host: str | None = Field(None, description="One host (ISO3)")
    hosts: Hosts = Field(default_factory=list, description="Several hosts: each gives in proportion to its stock")
    troops: Any = Field(description="Persons in all, or a fact with its hedge as a distribution")
    from_: Quarter = Field(alias="from", description="First quarter")
    over: int = Field(4, ge=1, le=LONGEST, description="Quarters it takes, in equal parts")
    status: str | None = Field(
        None, description="How surely it comes; without it the status of the fact, or announced for a plain number"
    )
    why: str = Field("", description="What happens in the world")


class ScenarioFile(_Block):
    """What a scenario file may hold."""

    name: str = Field(min_length=1, max_length=100, description="Title for people")
    question: str = Field("", description="What the scenario asks, in one sentence")
    about: str = Field("", description="What is assumed, in a sentence or two")
    extends: str | None = Field(None, description="Another scenario that this one changes")
    start: Quarter | None = Field(None, description="First quarter")
    end: Quarter | None = Field(None, description="Last quarter")
    levers: dict[str, Any] = Field(
        default_factory=dict, description="Levers: a number, a fact, or a path {quarter: number}"
    )
    estimates: str | None = Field(None, description="Estimable uncertainties from the posterior or from the prior")
    reading: str | None = Field(None, description="How the hedges of all facts in the scenario are read")
    events: list[Event] = Field(
        default_factory=list, description="Levers that change on the way, what allies decide themselves, and why"
    )
    withdrawals: list[WithdrawalBlock] = Field(default_factory=list, description="US troops that leave some hosts")
    uncertainties: dict[str, Any] = Field(
        default_factory=dict, description="A number fixes an uncertainty; {uniform: [low, high]} replaces its prior"
    )
    strategies: dict[str, str] = Field(default_factory=dict, description="A strategy by ally (ISO3) or `default`")
    school: str | None = Field(None, description="A school of deterrence, or `all`")
    documents: list[str] = Field(default_factory=list, description="Facts that the scenario draws on")


def withdrawal(block: WithdrawalBlock, reading: Reading = "default") -> Withdrawal:
    """A withdrawal with its fact looked up; `reading` is the scenario's."""
    hosts = tuple(sorted([block.host] if block.host else block.hosts))
    if not is_stated(block.troops):
        return Withdrawal(hosts, float(block.troops), block.from_, block.over, block.status or ANNOUNCED)
    size, status = stated(block.troops, reading), block.status or load_facts()[block.troops["fact"]].status
    return Withdrawal(hosts, size.value, block.from_, block.over, status, size.hedge, size.reading, size.factor)


def facts_used(levers: Iterable[Any], withdrawals: Iterable[WithdrawalBlock]) -> tuple[str, ...]:
    """The facts whose numbers stand in levers or withdrawals, each once."""
    values = [*levers, *(block.troops for block in withdrawals)]
    values += [v for path in values if isinstance(path, Mapping) and not is_stated(path) for v in path.values()]
    return tuple(dict.fromkeys(value["fact"] for value in values if is_stated(value)))


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files: structure, names, ranges and units, for editors."""
    made = ScenarioFile.model_json_schema(by_alias=True)
    made["title"], made["$schema"] = "article5 scenario", "https://json-schema.org/draft/2020-12/schema"
    values = {
        name: {
            "description": f"{lever.about} ({lever.unit}). {lever.note}",
            "anyOf": [
                bounds,
                _fact_schema(lever.unit),
                {"type": "object", "additionalProperties": {"anyOf": [bounds, _fact_schema(lever.unit)]}},
            ],
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
        "estimates": {"enum": [POSTERIOR, PRIOR]},
        "documents": {"type": "array", "items": {"enum": sorted(load_facts())}},
    }  # fmt: skip
    made["properties"] |= named
    made["properties"]["reading"] |= {"enum": list(READINGS)}
    event = made["$defs"]["Event"]["properties"]
    share = {"type": "number", "minimum": burden.LOWEST_SHARE, "maximum": burden.HIGHEST_SHARE}
    event["levers"] = named["levers"]
    event["spending"] |= {"properties": dict.fromkeys(ALLIES, share), "additionalProperties": False}
    block = made["$defs"]["WithdrawalBlock"]["properties"]
    block["troops"]["anyOf"] = [{"type": "number", "minimum": 0}, _fact_schema("persons")]
    block["status"] |= {"enum": list(withdrawal_statuses())}
    for entry in (made["properties"]["reading"], block["status"]):
        entry.pop("anyOf"), entry.pop("default")
    return made


def _fact_schema(unit: str) -> dict[str, Any]:
    """A fact in the place of a number in a unit."""
    numbers = {"type": "array", "items": {"type": "number"}}
    kinds = dict.fromkeys(priors.WRITABLE, numbers)
    distribution = {"type": "object", "properties": kinds, "additionalProperties": False}
    return {
        "type": "object",
        "properties": {
            "fact": {"enum": facts_in(unit), "description": "A fact with a number"},
            "reading": {"enum": list(READINGS), "description": "How its hedge is read"},
            "factor": {
                "description": "A factor on its number, in place of the hedge",
                "anyOf": [{"type": "number", "minimum": 0, "maximum": LARGEST_FACTOR}, distribution],
            },
        },
        "required": ["fact"],
        "additionalProperties": False,
    }
