"""Numbers that a scenario takes from a fact: `{fact: eastern-withdrawal, reading: strict}`.

The number as printed comes with its hedge, read in one of three ways, or with a factor that the scenario writes
itself in place of the hedge. MODEL.md section 3.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim import priors
from sim.facts import READINGS, Fact, Reading, load_facts, load_hedges
from sim.priors import Fixed, Prior
from sim.reading import hint

KEYS = ("fact", "reading", "factor")
LARGEST_FACTOR = 20.0
"""Largest factor on a printed number: what the loosest reading of a hedge reaches."""

UNITS = {"percent of GDP": "% of GDP"}
"""Units of facts that go by another name elsewhere."""


@dataclass(frozen=True)
class Stated:
    """The number of a fact as printed, and how far it may be off."""

    value: float
    hedge: str
    reading: Reading
    factor: Prior | None

    @property
    def size(self) -> Prior:
        """Factor on the number as printed."""
        return self.factor or load_hedges()[self.hedge].reading(self.reading).prior()


def is_stated(value: Any) -> bool:
    """Whether a value names a fact, or tries to with a misspelt key; anything else with keys is a path by quarters."""
    if not isinstance(value, Mapping):
        return False
    return any(key in KEYS or (str(key)[:1].isalpha() and isinstance(v, str)) for key, v in value.items())


def stated(value: Mapping[str, Any], reading: Reading) -> Stated:
    """A fact's number; `reading` is the scenario's, which a reading or a factor beside the fact overrides."""
    fact = load_facts()[value["fact"]]
    if "factor" in value:
        return Stated(float(fact.value), fact.hedge, "default", _factor(value["factor"]))  # type: ignore[arg-type]
    return Stated(float(fact.value), fact.hedge, value.get("reading", reading), None)  # type: ignore[arg-type]


def number(value: Any, reading: Reading) -> float:
    """A number as it is, or that of a fact whose factor is fixed."""
    if not is_stated(value):
        return float(value)
    found = stated(value, reading)
    return found.value * found.size.median


def _factor(written: Any) -> Prior:
    """The factor that a scenario wrote: a number, or a distribution. Raises ValueError."""
    if isinstance(written, Mapping):
        prior = priors.read(dict(written))
    elif isinstance(written, (int, float)) and not isinstance(written, bool):
        prior = priors.fixed(float(written))
    else:
        raise ValueError(f"{str(written)[:40]!r} is no factor. Write a number, or {{uniform: [0.5, 1]}}")
    if not 0.0 <= prior.low <= prior.high <= LARGEST_FACTOR:
        raise ValueError(f"reaches from {prior.low:g} to {prior.high:g}. A factor takes 0 to {LARGEST_FACTOR:g}")
    return prior


# --- what cannot be meant -----------------------------------------------------------------------------------


def stated_problems(value: Mapping[str, Any], unit: str, where: str) -> list[str]:
    """What is wrong with a value that names a fact with a number in `unit`; `where` ends in a colon."""
    found = [f"{where} unknown key {key!r}. {hint(key, KEYS)}" for key in value if key not in KEYS]
    if "fact" not in value:
        return found or [f"{where} names no fact. Write {{fact: id}}."]
    return found + _fact_problems(value["fact"], unit, where) + _hedge_problems(value, where)


def _fact_problems(name: Any, unit: str, where: str) -> list[str]:
    facts = load_facts()
    fact = facts.get(name) if isinstance(name, str) else None
    if fact is None:
        return [f"{where} unknown fact {str(name)[:40]!r}. {hint(name, dict.fromkeys([*facts_in(unit), *facts]))}"]
    if not _fits(fact, unit):
        right = f"Choose one that does: {', '.join(facts_in(unit))}." if facts_in(unit) else "Write a number."
        return [f"{where} the fact {fact.id!r} gives no number in {unit}. {right}"]
    return []


def facts_in(unit: str) -> list[str]:
    """The facts with a number in this unit."""
    return [fact.id for fact in load_facts().values() if _fits(fact, unit)]


def _fits(fact: Fact, unit: str) -> bool:
    return isinstance(fact.value, (int, float)) and UNITS.get(str(fact.unit), fact.unit) == unit


def _hedge_problems(value: Mapping[str, Any], where: str) -> list[str]:
    inner = where.removesuffix(":")
    found = []
    if "reading" in value and value["reading"] not in READINGS:
        said = value["reading"]
        found.append(f"{inner}.reading: unknown reading {str(said)[:40]!r}. {hint(said, READINGS)}")
    if "reading" in value and "factor" in value:
        found.append(f"{where} has a reading and a factor, which takes its place. Write one of the two.")
    if "factor" in value:
        try:
            _factor(value["factor"])
        except ValueError as error:
            found.append(f"{inner}.factor: {error}.")
    return found


def unfixed_problems(value: Mapping[str, Any], reading: Reading, where: str) -> list[str]:
    """What is wrong with a fact's number where all worlds share one value, as on the path of a lever."""
    found = stated(value, reading)
    if isinstance(found.size, Fixed):
        return []
    hedge = load_hedges()[found.hedge]
    sharp = [r for r in READINGS if hedge.reading(r).kind == "fixed"]
    right = " or ".join([*(f"reading: {r}" for r in sharp), "factor: 1"])
    said = f"{found.hedge!r}, {found.reading} reading" if found.factor is None else "its factor"
    return [
        f"{where} the fact {value['fact']!r} has another number in each world ({said}: {found.size.words()}), and a "
        f"lever has one for all. Write {right}."
    ]
