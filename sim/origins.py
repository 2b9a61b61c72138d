"""Who says so: where everything that a policy changes comes from, and which values are our own assumption."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim import facts
from sim.controls import CONTROLS, WITHDRAWAL, called, eastern
from sim.frames import records
from sim.plan import Plan
from sim.provenance import besides, cells, sources
from sim.scenario import Scenario
from sim.scenario.stated import UNITS, is_stated
from sim.tables import listed

EXACT = ("exact", "up to")
"""Hedges under which a number is the one that was printed."""

OURS, VALUE_OURS, PARTLY_OURS, SIZE_OURS = (
    "our assumption", "the value is our assumption", "in part our assumption", "the size is our assumption"
)  # fmt: skip
"""How far a change is our own; nothing where a document gives the very value."""

PHRASES = {
    OURS: "{}", VALUE_OURS: "the value of {}", PARTLY_OURS: "{} in part", SIZE_OURS: "the number of {}"
}  # fmt: skip

COLUMNS = ("what", "ours", "kind", "says", "document", "date", "place", "speaker", "status")


def origins(scenario: Scenario, plan: Plan, base: Plan, known: Sequence[str]) -> pd.DataFrame:
    """A row for each source of each thing in which a plan differs from the baseline, one at least.

    `known` are the facts that the baseline itself draws on. Columns: what, ours (OURS, VALUE_OURS, PARTLY_OURS,
    SIZE_OURS or nothing), and as in `provenance.sources` kind, says, document, date, place, speaker, status.
    """
    rows = [*_controls(plan, base), *_withdrawals(scenario, plan, known), *_besides(plan, base)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _controls(plan: Plan, base: Plan) -> Iterable[dict[str, str]]:
    """The moved controls, each with its sources."""
    table = sources(plan, base)
    for name, own in table[table.moved].groupby("control", sort=False):
        cited = own[own.kind != "assumption"]
        partly = PARTLY_OURS if (own.kind == "assumption").any() else ""
        ours = OURS if cited.empty else partly if _given(str(name), plan, base) else VALUE_OURS
        for row in (cited if len(cited) else own).to_dict("records"):
            yield _row(called(str(name)), ours, row)


def _given(name: str, plan: Plan, base: Plan) -> bool:
    """Whether facts give every value that a control is moved to."""
    if name == WITHDRAWAL.name:
        values = {sum(w.troops for w in plan.withdrawals if eastern(w.hosts))}
    else:
        moved = ~np.equal(plan.levers[name], base.levers[name])
        values = set(plan.levers[name][moved].tolist())
    return values <= {_value(facts.load_facts().get(key), CONTROLS[name].unit) for key in CONTROLS[name].source}


def _value(fact: facts.Fact | None, unit: str) -> float | None:
    """The number that a fact prints in some unit; None where it prints none, or a bound from the other side."""
    fits = fact is not None and fact.hedge in EXACT and UNITS.get(str(fact.unit), fact.unit) == unit
    return float(fact.value) if fact is not None and fits and isinstance(fact.value, (int, float)) else None


def _withdrawals(scenario: Scenario, plan: Plan, known: Sequence[str]) -> Iterable[dict[str, str]]:
    """Withdrawals that have no slider: by their fact, else by the documents of the scenario."""
    names = dict(zip(plan.roster.iso3, plan.roster.name, strict=True))
    for block in scenario.withdrawals:
        hosts = [block.host] if block.host else block.hosts
        if eastern(hosts):
            continue
        where = listed([names.get(host, host) for host in hosts]) if len(hosts) < 4 else f"{len(hosts)} hosts"
        own = [block.troops["fact"]] if is_stated(block.troops) else [k for k in scenario.documents if k not in known]
        ours = PARTLY_OURS if is_stated(block.troops) else SIZE_OURS if own else OURS
        for key in own or ["assumption"]:
            yield _row(f"soldiers leaving {where}", ours, cells(key))


def _besides(plan: Plan, base: Plan) -> Iterable[dict[str, str]]:
    """Everything else that differs: strategies, decided spending, uncertainties and the school, all our own."""
    for phrase in besides(plan, base):
        yield _row(phrase.replace("uncertainties set: ", "the ranges set for "), OURS, cells("assumption"))


def _row(what: str, ours: str, found: Mapping[str, Any]) -> dict[str, str]:
    return {"what": what, "ours": ours} | {name: found[name] for name in COLUMNS[2:]}


def assumed(found: pd.DataFrame) -> tuple[int, int]:
    """How many of the things that were changed rest on an assumption of ours, at least in part, and how many were."""
    rows = records(found)
    return len({row.what for row in rows if row.ours}), len({row.what for row in rows})


def told(found: pd.DataFrame) -> list[str]:
    """Sentences without full stops: each document with what rests on it, publications, and what is our own."""
    sentences, rows = [], records(found)
    for document, own in _groups((row for row in rows if row.kind == "fact"), "document"):
        on: dict[str, list[str]] = {}
        for (speaker, status, place), said_there in _groups(own, "speaker", "status", "place"):
            said = on.setdefault(_whats(said_there), [])
            who = f" ({_office(speaker)}, {status})"
            if said and said[-1].endswith(who):
                said[-1] = f"{said[-1].removesuffix(who)}; {place}{who}"
            else:
                said.append(f"{place}{who}")
        places = [f"{listed(said)} on {what}" for what, said in on.items()]
        sentences.append(f"Document {document[:3]} ({own[0].date}): {'; '.join(places)}")
    for says, own in _groups((row for row in rows if row.kind == "publication"), "says"):
        sentences.append(f"{says}, on {_whats(own)}")
    return [*sentences, *_own(rows)]


def _groups(rows: Iterable[Any], *names: str) -> Iterable[tuple[Any, list[Any]]]:
    """Rows that are alike in some columns together, in the order in which they first come."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
    return [(key if len(names) > 1 else key[0], own) for key, own in found.items()]


def _whats(rows: Iterable[Any]) -> str:
    """What rows are about, listed once each."""
    return listed(list(dict.fromkeys(row.what for row in rows)))


def _office(speaker: str) -> str:
    """An office in few words."""
    office = speaker.removesuffix(" of the United States")
    return speaker if office == speaker else f"US {office}"


def _own(rows: Sequence[Any]) -> list[str]:
    """What is our own assumption, in a sentence if anything is."""
    ours: dict[str, str] = {}
    for row in rows:
        if row.ours:
            ours.setdefault(row.what, row.ours)
    if len(ours) > 1 and len(ours) == len({row.what for row in rows}) and set(ours.values()) == {VALUE_OURS}:
        return ["Our assumption: all values"]
    by: dict[str, list[str]] = {}
    for what, how in ours.items():
        by.setdefault(how, []).append(what)
    parts = [PHRASES[how].format(listed(whats)) for how, whats in by.items()]
    return [f"Our assumption: {'; '.join(parts)}"] if parts else []
