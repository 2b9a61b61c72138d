"""Tables in Markdown of all that the simulator declares: levers, uncertainties, outcomes, scenario files, sources."""

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

from sim import facts
from sim.agents import strategies
from sim.catalogue import CATALOGUE
from sim.params import levers, uncertainties
from sim.scenario import Event, ScenarioFile, WithdrawalBlock
from sim.variables import VARIABLES


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; a bar inside a cell is no border."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    cells.insert(1, ["---"] * len(head))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def grouped(rows: Iterable[tuple[str, Sequence[str]]], head: Sequence[str], level: str = "##") -> str:
    """A table for each group, under its name."""
    groups: dict[str, list[Sequence[str]]] = {}
    for group, row in rows:
        groups.setdefault(group, []).append(row)
    return "\n\n".join(
        f"{level} {group[:1].upper()}{group[1:]}\n\n{table(head, rows)}" for group, rows in groups.items()
    )


def anchor(name: str, kind: str) -> str:
    """A name as code, to which other pages can link."""
    return f"[`{name}`]{{#{kind}-{name.replace('_', '-')}}}"


def sourced(keys: Iterable[str]) -> str:
    """Keys of sources, each a link to what it says."""
    return ", ".join(key if key == "assumption" else f"[{key}](sources.md#source-{key})" for key in keys)


def make_levers() -> str:
    """Every lever by kind."""
    rows = [
        (
            lever.kind,
            [
                f"{anchor(lever.name, 'lever')} {lever.about}. {lever.note}"
                + (f" Needs {_linked(lever.needs)}." if lever.needs else ""),
                lever.unit, f"{lever.low:,g} to {lever.high:,g}", f"{lever.neutral:,g}", f"{lever.default:,g}",
                f"{lever.evidence} · {lever.equation}", sourced(lever.source),
            ],
        )
        for lever in levers().values()
    ]  # fmt: skip
    head = ["lever", "unit", "range", "no effect at", "default", "evidence · equation", "sources"]
    return grouped(rows, head)


def _linked(needs: Sequence[str]) -> str:
    """What a lever needs, each lever a link to its row."""
    return " or ".join(f"[`{name}`](#lever-{name.replace('_', '-')})" if name in levers() else name for name in needs)


def make_uncertainties() -> str:
    """Every uncertainty by group."""
    rows = [
        (
            u.group,
            [
                f"{anchor(u.name, 'uncertainty')} {u.about}", u.unit, u.prior.words(),
                f"{u.prior.low:,.3g} to {u.prior.high:,.3g}", f"{u.evidence} · {u.equation}", sourced(u.source),
            ],
        )
        for u in uncertainties().values()
    ]  # fmt: skip
    return grouped(rows, ["uncertainty", "unit", "prior", "range", "evidence · equation", "sources"])


def make_outcomes() -> str:
    """Every outcome."""
    rows = [
        [f"{anchor(o['name'], 'outcome')} {o['about']}", o["unit"], o["by"], o["reading"], f"{o['badge']} {o['score']}"]
        for o in CATALOGUE["outcomes"]()
    ]
    return table(["outcome", "unit", "by", "how to read it", "badge, and scores"], rows)


def make_variables() -> str:
    """Every variable that a run may keep."""
    rows = [
        [f"`{v.name}` {v.about}", v.unit, "ally" if v.by_ally else "", v.equation, v.badge] for v in VARIABLES.values()
    ]
    return table(["variable", "unit", "by", "equation", "badge"], rows)


def make_scenarios() -> str:
    """Every scenario that comes with the project."""
    rows = [[f"`{s['name']}`", s["about"], f"`{s['plan']}`"] for s in CATALOGUE["scenarios"]()]
    return table(["scenario", "what it asks and assumes", "digest"], rows)


def make_keys() -> str:
    """Every key of a scenario file."""
    blocks = {"The file": ScenarioFile, "An event": Event, "A withdrawal": WithdrawalBlock}
    return "\n\n".join(f"## {title}\n\n{_keys(model)}" for title, model in blocks.items())


def _keys(model: Any) -> str:
    rows = [
        [f"`{field.alias or name}`" + (" (required)" if field.is_required() else ""), field.description or ""]
        for name, field in model.model_fields.items()
    ]
    return table(["key", "what it says"], rows)


def make_strategies() -> str:
    """Every strategy of an ally."""
    rows = [[f"`{name}`", inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0]] for name, cls in strategies().items()]
    return table(["strategy", "what an ally does"], rows)


def make_hedges() -> str:
    """What each hedge does to a number, in its three readings."""
    rows = [
        [f"`{name}`", hedge.about, *(_factor(hedge.reading(reading)) for reading in facts.READINGS)]
        for name, hedge in facts.load_hedges().items()
    ]
    return table(["hedge", "what it says", *facts.READINGS], rows)


def _factor(distribution: facts.Distribution) -> str:
    return "no number" if distribution.kind == "none" else distribution.prior().words()


def make_statuses() -> str:
    """The chance that each status stands for."""
    rows = [[f"`{name}`", s.about, s.happens.prior().words()] for name, s in facts.load_statuses().items()]
    return table(["status", "what it says", "chance that it comes about"], rows)


def make_facts() -> str:
    """What the documents say, by document."""
    rows = [
        (
            f"{fact.title}, {fact.date}",
            [
                f"{anchor(fact.id, 'source')} {fact.about}",
                _number(fact),
                fact.hedge, fact.status, f"{fact.speaker}, {fact.place}",
            ],
        )
        for fact in facts.load_facts().values()
    ]  # fmt: skip
    return grouped(rows, ["fact", "number", "hedge", "status", "who, and where"], "###")


def _number(fact: facts.Fact) -> str:
    if fact.value is None or isinstance(fact.value, str):
        return fact.value or ""
    return f"{fact.value:,} {fact.unit}"


def make_publications() -> str:
    """Papers, reports and tables that numbers come from."""
    rows = [[anchor(key, "source"), p.cite, p.used_for] for key, p in facts.load_publications().items()]
    return table(["key", "publication", "what is taken from it"], rows)
