"""The structure of a scenario file, and its JSON Schema for editors."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sim import priors
from sim.agents import strategies
from sim.facts import load_facts
from sim.params import levers, uncertainties
from sim.plan import Withdrawal
from sim.reference import ALLIES

START, END = "2025Q1", "2035Q4"
LONGEST = 160
"""Quarters that a run can have at most: forty years."""

EVERY_SCHOOL = "all"


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _quarter(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no quarter. Write it like 2029Q1")
    return value


Quarter = Annotated[str, BeforeValidator(_quarter)]
Hosts = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Event(_Block):
    """Levers that take other values from a quarter on, or between two quarters (both included)."""

    from_: Quarter = Field(alias="from", description="First quarter, such as 2026Q1")
    until: Quarter | None = Field(None, description="Last quarter; without it to the end")
    levers: dict[str, Any] = Field(description="Levers and the values they take")
    why: str = Field("", description="What happens in the world")


class WithdrawalBlock(_Block):
    """US troops that leave some hosts."""

    host: str | None = Field(None, description="One host (ISO3)")
    hosts: Hosts = Field(default_factory=list, description="Several hosts: each gives in proportion to its stock")
    troops: Any = Field(description="Persons in all, or {fact: id} with the fact's hedge as a distribution")
    from_: Quarter = Field(alias="from", description="First quarter")
    over: int = Field(4, ge=1, le=LONGEST, description="Quarters it takes, in equal parts")
    status: Literal["announced", "executed"] = Field("announced", description="Announced ones may not happen")
    why: str = Field("", description="What happens in the world")


class ScenarioFile(_Block):
    """What a scenario file may hold."""

    name: str = Field(min_length=1, max_length=100, description="Title for people")
    question: str = Field("", description="What the scenario asks, in one sentence")
    about: str = Field("", description="What is assumed, in a sentence or two")
    extends: str | None = Field(None, description="Another scenario that this one changes")
    start: Quarter | None = Field(None, description="First quarter")
    end: Quarter | None = Field(None, description="Last quarter")
    levers: dict[str, Any] = Field(default_factory=dict, description="Levers: a number, or a path {quarter: number}")
    events: list[Event] = Field(default_factory=list)
    withdrawals: list[WithdrawalBlock] = Field(default_factory=list)
    uncertainties: dict[str, Any] = Field(
        default_factory=dict, description="A number fixes an uncertainty; {uniform: [low, high]} replaces its prior"
    )
    strategies: dict[str, str] = Field(default_factory=dict, description="A strategy by ally (ISO3) or `default`")
    school: str | None = Field(None, description="A school of deterrence, or `all`")
    documents: list[str] = Field(default_factory=list, description="Facts that the scenario draws on")


def withdrawal(block: WithdrawalBlock) -> Withdrawal:
    number, hedge = _size(block.troops)
    hosts = (block.host,) if block.host else tuple(block.hosts)
    return Withdrawal(tuple(sorted(hosts)), number, block.from_, block.over, block.status, hedge)


def _size(troops: Any) -> tuple[float, str]:
    """The number and the hedge of a size that is given as a number or as a fact."""
    if isinstance(troops, dict):
        fact = load_facts()[troops["fact"]]
        return float(fact.value), fact.hedge  # type: ignore[arg-type]
    return float(troops), "exact"


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
