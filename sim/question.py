"""A question to the simulator and its answer as small tables: what every page asks, and no screen.

A question is a scenario file and what was changed in it. It is plain, hashable and on the grid of its levers, so an
answer can be kept and given again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim import charts, ensemble, facts
from sim.outcomes import HEADLINES, OUTCOMES, outcomes, year_ends
from sim.params import Lever, levers, uncertainties
from sim.plan import Plan, Withdrawal
from sim.reference import roster
from sim.results import compare
from sim.scenario import Scenario, load_scenario

STORY, BASELINE = "conditional-article5", "baseline"
"""What the app opens on, and what everything is compared with."""

WORLDS = (200, 1000, 4000)
HIGHEST_SEED = 9999

EAST = ("POL", "ROU")
"""Hosts of the withdrawal that has a slider of its own."""

WITHDRAWAL_START, WITHDRAWAL_QUARTERS = "2025Q3", 4

SHOWN = (*HEADLINES, "troops_by_host")
ASKED = (*SHOWN, "risk_by_front")
"""Outcomes whose values are shown, and those that are compared."""

KEPT = ("share", *dict.fromkeys(v for n in ASKED for v in OUTCOMES[n].needs if not v.startswith("lever_")))

WITHDRAWAL = Lever(
    name="withdrawal", default=0.0, neutral=0.0, low=0.0, step=500.0,
    high=float(sum(t for p, t in zip(roster().places, roster().troops, strict=True) if p in EAST) // 500 * 500),
    unit="persons", kind="posture", symbol="withdrawals", equation="4c", evidence="D",
    source=("eastern-withdrawal", "eastern-hosts", "assumption"),
    about="US soldiers to leave Poland and Romania",
    note=f"Each host gives in proportion to its stock, from {WITHDRAWAL_START} over {WITHDRAWAL_QUARTERS} quarters. "
    "The document says up to 10,000; that they leave at all, and when, is an assumption.",
)  # fmt: skip

CONTROLS: Mapping[str, Lever] = {**levers(), WITHDRAWAL.name: WITHDRAWAL}
"""Everything that has a slider, by name."""

EVIDENCE = {
    "E": "estimated from observed spending, 2014 to 2024",
    "D": "documented fact, law or accounting",
    "X": "deep uncertainty: explored, never estimated",
}
"""Evidence classes in words."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a scenario by its key, and only what differs from its file. `withdrawal` None: as in the file."""

    scenario: str = STORY
    levers: tuple[tuple[str, float], ...] = ()
    withdrawal: float | None = None
    worlds: int = 1000
    seed: int = 0

    def resolved(self) -> Scenario:
        """The scenario that is asked about. Raises ScenarioError."""
        scenario = loaded(self.scenario).with_levers(**dict(self.levers))
        if self.withdrawal is None:
            return scenario
        kept = tuple(w for w in scenario.withdrawals if not _eastern(w.hosts or [w.host]))
        scenario = replace(scenario, withdrawals=kept)
        if not self.withdrawal:
            return scenario
        return scenario.with_withdrawal(
            EAST, self.withdrawal, start=WITHDRAWAL_START, over=WITHDRAWAL_QUARTERS, status="executed"
        )


@dataclass(frozen=True)
class Answer:
    """What follows, next to the baseline under the same luck. The frames are described where `charts` makes them."""

    name: str
    about: str
    plan: str
    start: str
    changes: tuple[str, ...]
    identical: bool
    allies: int
    headlines: pd.DataFrame
    spending: pd.DataFrame
    lines: pd.DataFrame
    troops: pd.DataFrame
    risks: pd.DataFrame
    sources: pd.DataFrame


@lru_cache(maxsize=64)
def loaded(key: str) -> Scenario:
    """A scenario that comes with the project, read once. Raises ScenarioError."""
    return load_scenario(key)


@lru_cache(maxsize=64)
def settings(key: str) -> Mapping[str, float]:
    """Where the sliders stand for a scenario file: each lever at the start, on its grid, and the eastern withdrawal."""
    plan = loaded(key).plan()
    values = {name: float(path[0]) for name, path in plan.levers.items()}
    values[WITHDRAWAL.name] = sum(w.troops for w in plan.withdrawals if _eastern(w.hosts))
    return {name: on_grid(name, value) for name, value in values.items()}


def ask(scenario: str, values: Mapping[str, float], worlds: int = 1000, seed: int = 0) -> Question:
    """The question that sliders pose: what stands where the file has it is left to the file."""
    start = settings(scenario)
    moved = {n: on_grid(n, v) for n, v in values.items() if on_grid(n, v) != start[n]}
    withdrawal = moved.pop(WITHDRAWAL.name, None)
    return Question(scenario, tuple(sorted(moved.items())), withdrawal, int(worlds), int(seed))


def on_grid(name: str, value: float) -> float:
    """A value of a control on its grid, within its range: 3.14159 becomes 3.1."""
    control = CONTROLS[name]
    steps = round((value - control.low) / control.step)
    return min(max(round(control.low + steps * control.step, 6), control.low), control.high)


def answer(question: Question) -> Answer:
    """Simulate the question and the baseline in the same worlds, and compare. Raises ScenarioError."""
    scenario = question.resolved()
    plan = scenario.plan()
    baseline = loaded(BASELINE).with_horizon(scenario.start, scenario.end)
    first = _baseline(scenario.start, scenario.end, question.worlds, question.seed)
    second = _yearly(ensemble.run(plan, question.worlds, question.seed, KEPT))
    first = first.assign_coords(lever_threshold=second.lever_threshold)
    both = compare(first, second, ASKED)
    tables = outcomes(first, SHOWN), outcomes(second, SHOWN)
    shares = year_ends(first[["share"]]).share, year_ends(second[["share"]]).share
    return Answer(
        name=scenario.name,
        about=scenario.about,
        plan=plan.fingerprint,
        start=scenario.start,
        changes=changes(plan, baseline.plan()),
        identical=_identical(both) and bool((shares[0] == shares[1]).all()),
        allies=int(plan.roster.forces.sum()),
        headlines=charts.headlines(*tables, both),
        spending=charts.spending(*shares, plan.roster),
        lines=charts.lines(plan),
        troops=charts.troops(*tables, plan.roster),
        risks=charts.risks(both),
        sources=sources(plan, baseline.plan()),
    )


@lru_cache(maxsize=2)
def _baseline(start: str, end: str, worlds: int, seed: int) -> xr.Dataset:
    plan = loaded(BASELINE).with_horizon(start, end).plan()
    return _yearly(ensemble.run(plan, worlds, seed, KEPT))


def _yearly(data: xr.Dataset) -> xr.Dataset:
    """A run at its year ends only, a quarter of the memory; hazards are added up over each year."""
    quarter = data.quarter.values
    ends = np.flatnonzero([label.endswith("Q4") for label in quarter])
    total = data.hazard.cumsum("quarter").isel(quarter=ends)
    hazard = xr.concat([total.isel(quarter=[0]), total.diff("quarter")], dim="quarter")
    return data.isel(quarter=ends).assign(hazard=hazard.assign_attrs(data.hazard.attrs))


def _identical(both: xr.Dataset) -> bool:
    """Whether every difference is exactly nought, and every ratio exactly one."""
    ratios = [name for name in both.data_vars if str(name).startswith("relative_")]
    zero = all(not both[name].values.any() for name in both.data_vars if name not in ratios)
    return zero and all((both[name].values == 1.0).all() for name in ratios)


def _eastern(hosts: Any) -> bool:
    return set(hosts) <= set(EAST)


# --- what was changed, and where it comes from --------------------------------------------------------------------


def changes(plan: Plan, baseline: Plan) -> tuple[str, ...]:
    """Everything in which a plan differs from the baseline, one phrase each."""
    changed = [
        f"{name.replace('_', ' ')} {written(name, baseline)} → {written(name, plan)}{unit_after(lever)}"
        for name, lever in levers().items()
        if not np.array_equal(plan.levers[name], baseline.levers[name])
    ]
    changed += [_left(w, plan) for w in plan.withdrawals]
    own = {n: s for n, s, d in zip(plan.roster.name, plan.strategies, baseline.strategies, strict=True) if s != d}
    changed += [f"{strategy}: {_listed(own, strategy)}" for strategy in dict.fromkeys(own.values())]
    if plan.priors:
        changed.append(f"uncertainties set: {', '.join(name.replace('_', ' ') for name in plan.priors)}")
    if plan.school:
        changed.append(f"{plan.school} school only")
    return tuple(changed)


def written(name: str, plan: Plan) -> str:
    """A lever over the run in words: "5", or "5, from 2026Q1 3.5"."""
    path = plan.levers[name]
    turns = np.flatnonzero(np.diff(path)) + 1
    if turns.size > 3:
        return f"{path[0]:,g} to {path[-1]:,g} over time"
    return ", ".join([f"{path[0]:,g}", *(f"from {plan.quarters[t]} {path[t]:,g}" for t in turns)])


def unit_after(lever: Lever) -> str:
    """A unit as it stands behind a number; an index has none."""
    return "" if lever.unit == "0 to 1" else lever.unit if lever.unit.startswith("%") else f" {lever.unit}"


def _left(withdrawal: Withdrawal, plan: Plan) -> str:
    names = dict(zip(plan.roster.iso3, plan.roster.name, strict=True))
    hosts = " and ".join(names.get(host, host) for host in withdrawal.hosts)
    firmly = "" if withdrawal.status == "executed" else f", {withdrawal.status}"
    return f"soldiers leaving {hosts} 0 → {withdrawal.troops:,g} persons from {withdrawal.start}{firmly}"


def _listed(own: Mapping[str, str], strategy: str) -> str:
    members = [name for name, chosen in own.items() if chosen == strategy]
    return ", ".join(members) if len(members) < 6 else f"{len(members)} allies"


def sources(plan: Plan, baseline: Plan) -> pd.DataFrame:
    """Where the value of each control comes from: a row for each source of each control.

    Columns: control, moved, value, baseline, unit, range, evidence, kind (fact, publication or assumption), says,
    document, date, place, speaker, status.
    """
    rows = []
    for name, control in CONTROLS.items():
        now, before = (_value(name, p) for p in (plan, baseline))
        common = {
            "control": name, "moved": now != before, "value": now, "baseline": before, "unit": control.unit,
            "range": f"{control.low:,g} to {control.high:,g}", "evidence": EVIDENCE[control.evidence],
        }  # fmt: skip
        rows += [common | _source(key) for key in control.source]
    return pd.DataFrame(rows)


def _value(name: str, plan: Plan) -> str:
    if name == WITHDRAWAL.name:
        return f"{sum(w.troops for w in plan.withdrawals if _eastern(w.hosts)):,g}"
    return written(name, plan)


def _source(key: str) -> dict[str, str]:
    found = facts.source(key)
    if isinstance(found, facts.Fact):
        hedge = "" if found.hedge in ("exact", "not quantified") else f", {found.hedge}"
        return {
            "kind": "fact", "says": f"{found.about}{_amount(found.value, found.unit)}{hedge}",
            "document": f"{found.document} {found.title}", "date": found.date, "place": found.place,
            "speaker": found.speaker, "status": found.status,
        }  # fmt: skip
    kind = "assumption" if isinstance(found, facts.Assumption) else "publication"
    return {"kind": kind, "says": found.cite, "document": "", "date": "", "place": "", "speaker": "", "status": ""}


def _amount(value: float | str | None, unit: str | None) -> str:
    """A fact's value behind its sentence; words stand alone."""
    if value is None:
        return ""
    return f": {value}" if isinstance(value, str) else f": {value:,} {unit}"


def anchor() -> str:
    """The assumed level of risk that relative risks refer to, in natural frequencies."""
    prior = uncertainties()["anchor"].prior
    low, middle, high = (f"{float(f'{100 * prior.quantile(np.float64(u)):.1g}'):g}" for u in (0.05, 0.5, 0.95))
    return (
        f"about {middle} in 100 for an attack on any ally in eleven years without a new policy, 90% of worlds between "
        f"{low} and {high} in 100"
    )


def assumed(answer: Answer) -> tuple[int, int]:
    """How many of the moved controls rest on an assumption, and how many were moved."""
    moved = answer.sources[answer.sources.moved]
    return moved[moved.kind == "assumption"].control.nunique(), moved.control.nunique()


def sources_csv(answer: Answer) -> str:
    """The sources of an answer as a file, with the plan's digest in each row."""
    return _csv(answer.sources, answer)


def results_csv(answer: Answer, question: Question) -> str:
    """The headline numbers of an answer as a file, with the plan's digest in each row."""
    return _csv(answer.headlines.assign(worlds=question.worlds, seed=question.seed), answer)


def _csv(table: pd.DataFrame, answer: Answer) -> str:
    """A table as text; cells that a spreadsheet would take for a formula are quoted."""
    table = table.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@" and cell else cell)
    table.insert(0, "plan", answer.plan)
    return table.to_csv(index=False, float_format="%.6g")
