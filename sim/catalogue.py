"""What there is to choose from: levers, uncertainties, outcomes, scenarios and facts as plain data."""

from typing import Any

from sim import evidence, facts
from sim.facts import load_statuses
from sim.outcomes import OUTCOMES
from sim.params import levers, uncertainties
from sim.scenario import load_scenario, scenario_names, scenarios_dir


def list_levers() -> list[dict[str, Any]]:
    """Levers with unit, neutral value, range, evidence and source."""
    return [
        {
            "name": lever.name, "unit": lever.unit, "neutral": lever.neutral, "default": lever.default,
            "low": lever.low, "high": lever.high, "kind": lever.kind, "evidence": lever.evidence,
            "equation": lever.equation, "source": [facts.cite(key) for key in lever.source], "about": lever.about,
            "note": lever.note, "needs": list(lever.needs),
        }
        for lever in levers().values()
    ]  # fmt: skip


def list_uncertainties() -> list[dict[str, Any]]:
    """Uncertainties with prior, evidence and source."""
    return [
        {
            "name": u.name, "unit": u.unit, "symbol": u.symbol, "median": u.prior.median, "low": u.prior.low,
            "high": u.prior.high, "prior": u.prior.words(), "group": u.group, "evidence": u.evidence,
            "equation": u.equation, "source": [facts.cite(key) for key in u.source], "about": u.about,
        }
        for u in uncertainties().values()
    ]  # fmt: skip


def list_outcomes() -> list[dict[str, Any]]:
    """Outcomes with unit, definition, how to read them and how they did where their forecasts were scored."""
    return [
        {
            "name": o.name, "unit": o.unit, "by": o.by, "badge": o.badge, "score": evidence.scored_words(o.name),
            "about": o.about, "reading": o.reading,
        }
        for o in OUTCOMES.values()
    ]  # fmt: skip


def list_scenarios() -> list[dict[str, Any]]:
    """Scenarios that come with the project."""
    loaded = [load_scenario(scenarios_dir() / f"{name}.yaml") for name in scenario_names()]
    return [
        {
            "name": s.key,
            "about": f"{s.name}. {s.question} {s.about}".replace("  ", " "),
            "documents": list(s.documents),
            "plan": s.plan().fingerprint,
        }
        for s in loaded
    ]


def _factors(fact: facts.Fact) -> str:
    """A fact's hedge as factors on its number, in its three readings; nothing where there is no number."""
    if fact.meaning.kind == "none" or isinstance(fact.value, str):
        return ""
    readings = (fact.meaning.reading(name).prior().words() for name in facts.READINGS)
    return "; ".join(f"{name}: {words}" for name, words in zip(facts.READINGS, readings, strict=True)) + " times it"


def list_facts() -> list[dict[str, Any]]:
    """What the documents say, in our words."""
    return [
        {
            "name": fact.id, "unit": fact.unit or "", "value": fact.value, "hedge": fact.hedge, "status": fact.status,
            "read as": _factors(fact), "comes about": load_statuses()[fact.status].happens.prior().words(),
            "speaker": fact.speaker, "document": fact.title, "date": fact.date, "place": fact.place,
            "about": fact.about,
        }
        for fact in facts.load_facts().values()
    ]  # fmt: skip


CATALOGUE = {
    "levers": list_levers,
    "uncertainties": list_uncertainties,
    "outcomes": list_outcomes,
    "scenarios": list_scenarios,
    "facts": list_facts,
}
"""What `article5 show` can list."""

SINGULAR = {"lever": "levers", "uncertainty": "uncertainties", "outcome": "outcomes", "scenario": "scenarios"}
SINGULAR |= {"fact": "facts"} | {kind: kind for kind in CATALOGUE}
"""Words for what can be listed, each with its list."""


def entry(name: str, kind: str | None = None) -> dict[str, Any] | None:
    """What has this name, in one list or in any; None where nothing has."""
    lists = [CATALOGUE[kind]] if kind else CATALOGUE.values()
    return next((found for listed in lists for found in listed() if found["name"] == name), None)
