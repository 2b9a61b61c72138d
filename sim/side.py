"""Scenarios side by side, each compared with a reference in the same worlds: what the page Compare shows.

A column is a question: a scenario as it stands in its file, or one whose levers were moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import pandas as pd
import xarray as xr
from cachetools import LRUCache, cached

from sim import ensemble, families, frames, paired, results
from sim.ensemble import Progress
from sim.errors import InputError, ScenarioError
from sim.outcomes import HEADLINES, outcomes, variables_of
from sim.params import levers
from sim.plan import Plan
from sim.provenance import changes, written
from sim.question import BASELINE, Question, loaded
from sim.report import WHERE_MOVED
from sim.scenario import Scenario

LETTERS = ("A", "B", "C", "D")
MOST = len(LETTERS)
"""Scenarios that stand side by side at most."""

LEVELS = ("spending_europe_canada_share", "allies_at_threshold", "troops_europe")
"""Outcomes that are drawn over the years."""

COMPARED = (*HEADLINES, *WHERE_MOVED)
ASKED = (*COMPARED, "risk", "risk_by_front")
KEPT = tuple(dict.fromkeys((*paired.BY_ALLY, *variables_of(ASKED))))
AT_THRESHOLD = ("allies_at_threshold",)
"""What depends on the threshold by which it is told."""

WHOLE = tuple(dict.fromkeys((*paired.BY_ALLY, *variables_of(AT_THRESHOLD))))
REFERENCE = "reference"

REGRETTED = families.REGRETTED


@dataclass(frozen=True)
class Column:
    """A scenario: letter, name, documents it comes from, what differs from the baseline, plan, place of its colour,
    first quarter, threshold in force at the end of each year (% of GDP).

    `apart` says whether it differs from the reference at all; the reference itself does not.
    """

    letter: str
    name: str
    family: str
    hue: int
    changes: tuple[str, ...]
    plan: str
    apart: bool
    start: str
    thresholds: Mapping[int, float]

    @property
    def title(self) -> str:
        """Letter and name."""
        return f"{self.letter}: {self.name}"


@dataclass(frozen=True)
class Side:
    """Scenarios side by side. Frames are those of `paired`, with `letter` and `hue` of the scenario.

    `levels` (outcome by year), `effects` (difference by outcome and year), `allies` (difference by ally and year),
    `risks` (multiples by school, front and year), `levers` (what is set differently), `regret` by policy, school and
    year, None where the scenarios assume different worlds.
    """

    columns: tuple[Column, ...]
    reference: str
    allies_in_all: int
    levels: pd.DataFrame
    effects: pd.DataFrame
    allies: pd.DataFrame
    risks: pd.DataFrame
    levers: pd.DataFrame
    regret: pd.DataFrame | None

    @property
    def years(self) -> list[int]:
        """Years that all have reached."""
        return [
            int(year) for year in sorted(set.intersection(*(set(f.year) for _, f in self.levels.groupby("letter"))))
        ]

    @property
    def plans(self) -> tuple[str, ...]:
        """Digests of the plans, each once."""
        return tuple(dict.fromkeys(column.plan for column in self.columns))

    @property
    def starts(self) -> dict[str, str]:
        """The quarter in which each scenario begins, by letter."""
        return {column.letter: column.start for column in self.columns}

    @property
    def compared(self) -> tuple[Column, ...]:
        """The scenarios that are not the reference."""
        return tuple(column for column in self.columns if column.apart)


def side(
    asked: tuple[Question, ...],
    reference: Question | None = None,
    worlds: int = 1000,
    seed: int = 0,
    *,
    progress: Progress | None = None,
) -> Side:
    """One to four scenarios next to a reference, the baseline without it, under the same luck.

    Each is compared with the policy of the reference in the world that it assumes itself. `progress` is called with
    the pieces done and all of them. Raises InputError for none or too many, for scenarios without a common year and
    for a reference that does not fit into the quarters of one of them, and what scenarios and runs raise.
    """
    if not 1 <= len(asked) <= MOST:
        raise InputError(f"compare: {len(asked)} scenarios. Choose one to {MOST}.")
    other = replace(reference or Question(BASELINE), worlds=worlds, seed=seed)
    questions = [replace(question, worlds=worlds, seed=seed) for question in asked]
    _check_years(questions)
    pieces = 2 * len(list(ensemble.blocks(worlds)))
    pairs = []
    for place, question in enumerate(questions):
        told = _Told(progress, place * pieces, len(questions) * pieces)
        pairs.append(_pair(question, other, told))
    if progress is not None:
        progress(1, 1)
    return _together(pairs, [question == other for question in questions], other)


def _check_years(questions: Sequence[Question]) -> None:
    """Raise InputError where no year ends in all scenarios."""
    found = [question.resolved() for question in questions]
    years = [{quarter[:4] for quarter in s.plan().quarters if quarter.endswith("Q4")} for s in found]
    if not set.intersection(*years):
        told = "; ".join(f"{s.name}: {s.start} to {s.end}" for s in found)
        raise InputError(f"compare: no year ends in all scenarios. {told}. Compare those that share a year.")


class _Told:
    """Progress in pieces, a block of worlds each: those of scenarios before this one are done."""

    def __init__(self, progress: Progress | None, done: int, every: int) -> None:
        self.progress, self.done, self.every = progress, done, every

    def __call__(self) -> None:
        """Tell that the next piece begins."""
        if self.progress is not None:
            self.progress(self.done, self.every)
        self.done += 1


@dataclass(frozen=True)
class _Pair:
    """One scenario beside the reference: tables by year, and the risks of both for the regret."""

    scenario: Scenario
    moved: bool
    levels: pd.DataFrame
    effects: pd.DataFrame
    allies: pd.DataFrame
    risks: pd.DataFrame
    own: xr.Dataset
    base: xr.Dataset


@cached(LRUCache(24), key=lambda question, reference, told: (question, reference), lock=Lock())
def _pair(question: Question, reference: Question, told: _Told) -> _Pair:
    """A scenario beside the reference; kept, as whoever adds a scenario has the others already."""
    scenario = question.resolved()
    plan = scenario.plan()
    other = plan if question == reference else _within(reference, scenario)
    base, run = (_run(p, question.worlds, question.seed, told) for p in (other, plan))
    both_at = base.by_ally.assign_coords(lever_threshold=run.by_ally.lever_threshold)
    first = base.table.assign(outcomes(both_at, AT_THRESHOLD).data_vars)
    both, allies = results.differences(first, run.table), int(plan.roster.forces.sum())
    return _Pair(
        scenario=scenario,
        moved=_moved(question),
        levels=paired.levels(run.table, first, allies, LEVELS),
        effects=paired.effects(both, allies, COMPARED),
        allies=paired.by_ally(run.by_ally, base.by_ally, plan.roster.name),
        risks=frames.risks(both),
        own=run.table[[REGRETTED]],
        base=first[[REGRETTED]],
    )


def _within(reference: Question, scenario: Scenario) -> Plan:
    """The reference in the world of a scenario. Raises InputError where it does not fit into its quarters."""
    policy = reference.resolved()
    try:
        return policy.under(scenario).plan()
    except ScenarioError as error:
        raise InputError([
            f"compare: {called(policy, _moved(reference))} does not fit into {scenario.name}, {scenario.start} to "
            f"{scenario.end}: {problem.removeprefix('under: ')} Compare with another scenario."
            for problem in error.problems
        ]) from None  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """What is kept of a run at year ends: outcomes, and the variables that are compared by ally or with a threshold."""

    table: xr.Dataset
    by_ally: xr.Dataset


@cached(LRUCache(2), key=lambda plan, worlds, seed, told: (plan, worlds, seed), lock=Lock())
def _run(plan: Plan, worlds: int, seed: int, told: _Told) -> _Run:
    """A run, of which only a block is ever held whole; kept, as every scenario is compared with the same reference."""
    tables, variables = [], []
    for part in ensemble.blocks(worlds):
        told()
        ends = ensemble.ends(plan, part, seed, KEPT)
        tables.append(outcomes(ends, ASKED))
        variables.append(ends[list(WHOLE)])
    return _Run(*(_joined(parts, worlds) for parts in (tables, variables)))


def _joined(parts: Sequence[xr.Dataset], worlds: int) -> xr.Dataset:
    """Blocks of worlds as one data set."""
    joined = xr.concat(parts, dim="world", data_vars="minimal", coords="minimal", compat="override")
    return joined.assign_attrs(parts[0].attrs | {"worlds": worlds})


def _together(pairs: Sequence[_Pair], same: Sequence[bool], reference: Question) -> Side:
    """All pairs as one set of tables."""
    columns = _columns(pairs, same)
    baseline = reference.resolved()

    def joined(name: str) -> pd.DataFrame:
        told = zip(columns, pairs, strict=True)
        return pd.concat([getattr(p, name).assign(letter=c.letter, hue=c.hue) for c, p in told], ignore_index=True)

    first = pairs[0].scenario
    return Side(
        columns=columns,
        reference=next((c.title for c in columns if not c.apart), called(baseline, _moved(reference))),
        allies_in_all=int(first.plan().roster.forces.sum()),
        levels=joined("levels"),
        effects=joined("effects"),
        allies=joined("allies"),
        risks=joined("risks"),
        levers=_levers(baseline.plan(), columns, [pair.scenario.plan() for pair in pairs]),
        regret=_regret(columns, pairs, called(baseline, _moved(reference))),
    )


def _moved(question: Question) -> bool:
    return bool(question.levers) or question.withdrawal is not None


def called(scenario: Scenario, moved: bool) -> str:
    """What a scenario is called where its levers may have been moved."""
    return f"{scenario.name}, levers moved" if moved else scenario.name


def _columns(pairs: Sequence[_Pair], same: Sequence[bool]) -> tuple[Column, ...]:
    """The scenarios with letters, and a colour for each family."""
    baseline = loaded(BASELINE)
    found = [families.family(pair.scenario, baseline) + (", levers moved" if pair.moved else "") for pair in pairs]
    hues = {family: place for place, family in enumerate(dict.fromkeys(found))}
    return tuple(
        Column(
            letter=letter,
            name=called(pair.scenario, pair.moved),
            family=family,
            hue=hues[family],
            changes=changes(pair.scenario.plan(), baseline.under(pair.scenario).plan()),
            plan=pair.scenario.plan().fingerprint,
            apart=not reference,
            start=pair.scenario.start,
            thresholds=frames.thresholds(frames.lines(pair.scenario.plan())),
        )
        for letter, pair, family, reference in zip(LETTERS, pairs, found, same, strict=False)
    )


def _levers(reference: Plan, columns: Sequence[Column], plans: Sequence[Plan]) -> pd.DataFrame:
    """What is set differently: a row a lever, a column a scenario; and a row for what is no lever."""
    apart = [(c, p) for c, p in zip(columns, plans, strict=True) if c.apart]
    heads = [REFERENCE, *(column.letter for column, _ in apart)]
    rows = []
    for name, lever in levers().items():
        values = [written(name, plan) for plan in (reference, *(plan for _, plan in apart))]
        if len(set(values)) > 1:
            told = dict(zip(heads, values, strict=True))
            rows.append({"what is set": name.replace("_", " "), **told, "unit": lever.unit})
    besides = [_besides(plan) for plan in (reference, *(plan for _, plan in apart))]
    if len(set(besides)) > 1:
        rows.append({"what is set": "besides", **dict(zip(heads, besides, strict=True)), "unit": ""})
    return pd.DataFrame(rows, columns=["what is set", *heads, "unit"])


def _besides(plan: Plan) -> str:
    """Withdrawals, strategies and assumptions of a plan in words: what differs from the baseline and is no lever."""
    baseline = loaded(BASELINE).plan()
    return "; ".join(changes(replace(plan, levers=baseline.levers), baseline)) or "nothing"


def _regret(columns: Sequence[Column], pairs: Sequence[_Pair], reference: str) -> pd.DataFrame | None:
    """Regret in risk by policy, school and year, the reference being a policy; None where worlds differ."""
    if len({tuple(str(pair.own.attrs[key]) for key in results.PAIRED) for pair in pairs}) > 1:
        return None
    tables = {c.title: pair.own for c, pair in zip(columns, pairs, strict=True)}
    if all(column.apart for column in columns):
        tables = {f"{REFERENCE}: {reference}": pairs[0].base, **tables}
    if len(tables) < 2:
        return None
    return (
        results.regret(tables, REGRETTED).to_dataframe("regret").reset_index()[["policy", "school", "year", "regret"]]
    )
