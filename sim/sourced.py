"""Documents, publications and parameters as tables: what says what, and what rests on it."""

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from sim import facts
from sim.catalogue import list_facts, list_uncertainties
from sim.controls import CONTROLS, EVIDENCE
from sim.params import uncertainties
from sim.question import loaded
from sim.scenario import scenario_names


@dataclass(frozen=True)
class Document:
    """A document: number, title, date, kind, what is to be noted, and its facts, one a row."""

    number: str
    title: str
    date: str
    kind: str
    note: str
    facts: pd.DataFrame


@lru_cache(maxsize=1)
def documents() -> tuple[Document, ...]:
    """The documents by number, each with its facts and what rests on them."""
    known, read = facts.load_facts(), {row["name"]: row for row in list_facts()}
    heads = {fact.document: fact for fact in known.values()}
    return tuple(
        Document(
            number, head.title, head.date, head.kind, head.date_note or "",
            pd.DataFrame([_row(fact, read[fact.id]) for fact in known.values() if fact.document == number]),
        )
        for number, head in sorted(heads.items())
    )  # fmt: skip


def _row(fact: facts.Fact, read: dict) -> dict[str, str]:
    value = "" if fact.value is None else f"{fact.value:,}" if not isinstance(fact.value, str) else fact.value
    return {
        "what it says, in our words": fact.about, "number": f"{value} {fact.unit or ''}".strip(),
        "who": fact.speaker, "how firmly": fact.status, "hedge": fact.hedge, "read as": read["read as"],
        "comes about": read["comes about"], "place": fact.place, "moves": ", ".join(moved_by(fact.id)),
        "in scenarios": ", ".join(used_in(fact.id)), "name": fact.id,
    }  # fmt: skip


@lru_cache(maxsize=256)
def moved_by(source: str) -> tuple[str, ...]:
    """Levers and uncertainties that name a source."""
    declared = [*CONTROLS.values(), *uncertainties().values()]
    return tuple(one.name.replace("_", " ") for one in declared if source in one.source)


@lru_cache(maxsize=256)
def used_in(fact: str) -> tuple[str, ...]:
    """Scenarios that come with the project and draw on a fact, by key."""
    return tuple(key for key in scenario_names() if fact in loaded(key).facts)


@lru_cache(maxsize=1)
def publications() -> pd.DataFrame:
    """The publications, and what is taken from each. Columns: publication, moves, key."""
    return pd.DataFrame(
        {"publication": entry.cite, "moves": ", ".join(moved_by(key)) or "reference tables", "key": key}
        for key, entry in facts.load_publications().items()
    )


@lru_cache(maxsize=1)
def parameters() -> pd.DataFrame:
    """Levers and uncertainties. Columns: parameter, is, meaning, range or prior, unit, evidence, sources, equation."""
    levers_ = [
        {
            "parameter": name.replace("_", " "), "is": "lever", "meaning": control.about,
            "range or prior": f"{control.low:,g} to {control.high:,g}", "unit": control.unit,
            "evidence": EVIDENCE[control.evidence], "sources": "; ".join(map(facts.cite, control.source)),
            "equation": control.equation,
        }
        for name, control in CONTROLS.items()
    ]  # fmt: skip
    others = [
        {
            "parameter": entry["name"].replace("_", " "), "is": "uncertainty", "meaning": entry["about"],
            "range or prior": entry["prior"], "unit": entry["unit"], "evidence": EVIDENCE[entry["evidence"]],
            "sources": "; ".join(entry["source"]), "equation": entry["equation"],
        }
        for entry in list_uncertainties()
    ]  # fmt: skip
    return pd.DataFrame([*levers_, *others])


def counted() -> str:
    """How many parameters there are, and how many rest on an assumption of ours."""
    every = [*CONTROLS.values(), *uncertainties().values()]
    ours = sum("assumption" in one.source for one in every)
    counts = f"{len(CONTROLS)} levers and {len(uncertainties())} uncertainties"
    return f"{counts}; {ours} of them rest on an assumption of ours, at least in part."
