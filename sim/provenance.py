"""What was changed, and where each number comes from."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from sim import facts
from sim import quarters as calendar
from sim.catalogue import list_uncertainties
from sim.controls import CONTROLS, EVIDENCE, WITHDRAWAL, called, eastern, unit_after
from sim.experiment import Experiment
from sim.params import UNORDERED, WITHDRAWALS, levers, uncertainties
from sim.plan import EXECUTED, Plan, Withdrawal
from sim.reference import data_dir, table
from sim.tables import listed


def changes(plan: Plan, baseline: Plan) -> tuple[str, ...]:
    """Everything in which a plan differs from the baseline, one phrase each."""
    changed = [
        f"{called(name)} {_move(name, plan, baseline, unit_after(lever))}"
        for name, lever in levers().items()
        if not np.array_equal(plan.levers[name], baseline.levers[name])
    ]
    changed += [_left(w, plan) for w in plan.withdrawals]
    return (*changed, *besides(plan, baseline))


def besides(plan: Plan, baseline: Plan) -> tuple[str, ...]:
    """The changes that are neither levers nor withdrawals: strategies, decisions, uncertainties, the school."""
    own = {n: s for n, s, d in zip(plan.roster.name, plan.strategies, baseline.strategies, strict=True) if s != d}
    changed = [f"{strategy}: {_listed(own, strategy)}" for strategy in dict.fromkeys(own.values())]
    changed += _decided(plan, baseline)
    if plan.priors:
        changed.append(f"uncertainties set: {', '.join(called(name) for name in plan.priors)}")
    if plan.school:
        changed.append(f"{plan.school} school only")
    return tuple(changed)


def _move(name: str, plan: Plan, baseline: Plan, unit: str) -> str:
    """A lever's move in words: "2 → 5% of GDP", and where it is one step, its date: "0 → 0.6 from 2025Q2"."""
    path, before = plan.levers[name], baseline.levers[name]
    turns = np.flatnonzero(np.diff(path)) + 1
    if turns.size == 1 and np.all(before == path[0]):
        return f"{path[0]:,g} → {path[-1]:,g}{unit} from {plan.quarters[turns[0]]}"
    if turns.size > 3:
        return f"{written(name, baseline)} → {path[0]:,g} to {path[-1]:,g}{unit} over time"
    return f"{written(name, baseline)} → {written(name, plan)}{unit}"


def idle_notes(plan: Plan) -> tuple[str, ...]:
    """A sentence for each lever that is set away from its default and does nothing in the plan."""
    return tuple(
        f"Idle here: {called(name)} {written(name, plan)}{unit_after(levers()[name])} "
        f"(acts only while {needed(needs)} is set)."
        for name, needs in plan.idle.items()
        if np.any(plan.levers[name] != levers()[name].default)
    )


def remarks(experiment: Experiment) -> list[str]:
    """What an experiment may not have meant: levers that can do nothing, policies that are the very same."""
    found, count, idle_in = [], len(experiment.policies), [plan.idle for plan in experiment.plans]
    for name in experiment.levers:
        needs = [
            levers_[name]
            for policy, levers_ in zip(experiment.policies, idle_in, strict=True)
            if name in levers_ and policy.settings.get(name, levers()[name].default) != levers()[name].default
        ]
        if needs:
            said = f"{name.replace('_', ' ')} does nothing in {len(needs)} of {count} policies"
            found.append(f"{said}: it acts only while {needed(needs[0])} is set.")
    if experiment.same:
        few = [f"{number} is {other}" for number, other in list(experiment.same.items())[:6]]
        more = f" and {len(experiment.same) - 6} more" if len(experiment.same) > 6 else ""
        found.append(f"Policies that are the very same as one before them: {', '.join(few)}{more}.")
    return found


def needed(needs: tuple[str, ...]) -> str:
    """What a lever needs to act, in words: "conditionality, treaty exit or a withdrawal"."""
    said = {WITHDRAWALS: "a withdrawal", UNORDERED: "a withdrawal that is not yet ordered"}
    words = [said.get(need, need.replace("_", " ")) for need in needs]
    return listed(words, "or")


def exactly_nought(plan: Plan, baseline: Plan, every: bool) -> str:
    """What to say when all differences are exactly 0; `every` says whether all outcomes were compared."""
    if not changes(plan, baseline):
        return "Nothing is changed: every difference is exactly 0."
    at_rest = replace(plan, levers={**plan.levers, **{name: baseline.levers[name] for name in plan.idle}})
    if every or not changes(at_rest, baseline):
        return "Every difference is exactly 0: nothing depends on what was changed."
    return "Every difference shown here is exactly 0."


def written(name: str, plan: Plan) -> str:
    """A lever over the run in words: "5", or "5, from 2026Q1 3.5"."""
    path = plan.levers[name]
    turns = np.flatnonzero(np.diff(path)) + 1
    if turns.size > 3:
        return f"{path[0]:,g} to {path[-1]:,g} over time"
    return ", ".join([f"{path[0]:,g}", *(f"from {plan.quarters[t]} {path[t]:,g}" for t in turns)])


def _left(withdrawal: Withdrawal, plan: Plan) -> str:
    names = dict(zip(plan.roster.iso3, plan.roster.name, strict=True))
    hosts = listed([names.get(host, host) for host in withdrawal.hosts])
    hedge, firmly = hedge_words(withdrawal), firmness(withdrawal)
    size = f"{withdrawal.troops:,g} persons" + (f" ({hedge})" if hedge else "")
    return f"soldiers leaving {hosts} 0 → {size} from {withdrawal.start}" + f", {firmly}"


def hedge_words(withdrawal: Withdrawal) -> str:
    """How far the printed size may be off: "up to, strict reading", "times uniform 0.5 to 1", or nothing."""
    if withdrawal.factor is not None:
        return f"times {withdrawal.factor.words()}"
    read = "" if withdrawal.reading == "default" else f", {withdrawal.reading} reading"
    return "" if withdrawal.hedge == "exact" and not read else f"{withdrawal.hedge}{read}"


def firmness(withdrawal: Withdrawal) -> str:
    """The status of a withdrawal: one that is executed is ordered, any other may not come."""
    return "ordered" if withdrawal.status == EXECUTED else withdrawal.status


def _decided(plan: Plan, baseline: Plan) -> list[str]:
    """Allies whose spending is decided in other words than in the baseline: "Poland decides 4.5% of GDP in 2027"."""
    names, now, before = dict(zip(plan.roster.iso3, plan.roster.name, strict=True)), plan.decisions, baseline.decisions
    return [
        f"{names[ally]} {_shares(now[ally]) if ally in now else 'decides nothing itself'}"
        for ally in plan.roster.iso3
        if now.get(ally) != before.get(ally)
    ]


def _shares(decided: Mapping[str, float]) -> str:
    """Shares by quarter in words, years with the same share together."""
    runs: list[tuple[int, int, float]] = []
    for quarter, share in decided.items():
        year = calendar.year(quarter)
        goes_on = bool(runs) and runs[-1][1:] == (year - 1, share)
        runs[-1 if goes_on else len(runs) :] = [(runs[-1][0] if goes_on else year, year, share)]
    told = [f"{share:g}% of GDP in {first if first == last else f'{first} to {last}'}" for first, last, share in runs]
    return f"decides {', '.join(told)}"


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
        rows += [common | cells(key) for key in control.source]
    return pd.DataFrame(rows)


def _value(name: str, plan: Plan) -> str:
    if name == WITHDRAWAL.name:
        left = [w for w in plan.withdrawals if eastern(w.hosts)]
        doubts = dict.fromkeys(word for w in left for word in (hedge_words(w), firmness(w)) if word)
        return f"{sum(w.troops for w in left):,g}" + (f" ({', '.join(doubts)})" if doubts else "")
    return written(name, plan)


def cells(key: str) -> dict[str, str]:
    """A source as cells: kind (fact, publication or assumption), says, document, date, place, speaker, status."""
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


@lru_cache(maxsize=1)
def rest() -> pd.DataFrame:
    """Everything uncertain that has no slider: meaning, prior, unit, evidence, equation, source."""
    return pd.DataFrame(
        {
            "meaning": entry["about"], "prior": entry["prior"], "unit": entry["unit"],
            "evidence": EVIDENCE[entry["evidence"]], "equation": entry["equation"],
            "source": "; ".join(entry["source"]),
        }
        for entry in list_uncertainties()
    )  # fmt: skip


@lru_cache(maxsize=1)
def tables() -> pd.DataFrame:
    """The reference tables with their number of rows and the sources that their rows name."""
    rows = []
    for name in sorted(path.stem for path in data_dir().glob("*.csv")):
        cells = [part.strip() for row in table(name) for part in row["source"].split(";")]
        keys = dict.fromkeys(cell.split(":")[0].strip() for cell in cells)
        rows.append(
            {"table": name.replace("_", " "), "rows": len(table(name)), "sources": "; ".join(map(_cited, keys))}
        )
    return pd.DataFrame(rows)


def _cited(key: str) -> str:
    """A source of a table in words; a row that was written from memory says so."""
    return "recalled, unverified" if key.startswith("recalled") else facts.cite(key)
