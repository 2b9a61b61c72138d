"""Scenarios side by side, each compared with a reference in the same worlds: what the page Compare shows.

A column is a question: a scenario as it stands in its file, or one whose levers were moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd
import xarray as xr

from sim import ensemble, families, frames, paired, results
from sim.ensemble import Progress
from sim.errors import InputError
from sim.outcomes import HEADLINES, OUTCOMES, outcomes, variables_of
from sim.params import levers
from sim.plan import Plan
from sim.provenance import changes, written
from sim.question import BASELINE, Question, loaded
from sim.report import COSTS, WHERE_MOVED
from sim.scenario import Scenario
from sim.tables import number

LETTERS = ("A", "B", "C", "D")
MOST = len(LETTERS)
"""Scenarios that stand side by side at most."""

LEVELS = ("spending_europe_canada_share", "allies_at_threshold", "troops_europe")
"""Outcomes that are drawn over the years."""

COMPARED = (*HEADLINES, *WHERE_MOVED)
ASKED = (*COMPARED, "risk", "risk_by_front")
KEPT = tuple(dict.fromkeys((*paired.BY_ALLY, *variables_of(ASKED))))
REFERENCE = "reference"

REGRETTED = families.REGRETTED


@dataclass(frozen=True)
class Column:
    """A scenario: letter, name, documents that it comes from, what differs from the baseline, plan, place of its colour.

    `apart` says whether it differs from the reference at all; the reference itself does not.
    """

    letter: str
    name: str
    family: str
    hue: int
    changes: tuple[str, ...]
    plan: str
    apart: bool

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
    start: str
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
        return [int(year) for year in sorted(set.intersection(*(set(f.year) for _, f in self.levels.groupby("letter"))))]

    @property
    def plans(self) -> tuple[str, ...]:
        """Digests of the plans, each once."""
        return tuple(dict.fromkeys(column.plan for column in self.columns))

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
    the scenarios done and all of them. Raises InputError for none or too many, and what scenarios and runs raise.
    """
    if not 1 <= len(asked) <= MOST:
        raise InputError(f"compare: {len(asked)} scenarios. Choose one to {MOST}.")
    other = replace(reference or Question(BASELINE), worlds=worlds, seed=seed)
    questions = [replace(question, worlds=worlds, seed=seed) for question in asked]
    pairs = []
    for done, question in enumerate(questions):
        if progress is not None:
            progress(done, len(questions))
        pairs.append(_pair(question, other))
    if progress is not None:
        progress(len(questions), len(questions))
    return _together(pairs, [question == other for question in questions], other)


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


@lru_cache(maxsize=24)
def _pair(question: Question, reference: Question) -> _Pair:
    """A scenario beside the reference; kept, as whoever adds a scenario has the others already."""
    scenario = question.resolved()
    plan = scenario.plan()
    other = plan if question == reference else reference.resolved().under(scenario).plan()
    base, run = (_run(p, question.worlds, question.seed) for p in (other, plan))
    first = outcomes(base.assign_coords(lever_threshold=run.lever_threshold), ASKED)
    second = outcomes(run, ASKED)
    both, allies = results.differences(first, second), int(plan.roster.forces.sum())
    return _Pair(
        scenario=scenario,
        moved=_moved(question),
        levels=paired.levels(second, first, allies, LEVELS),
        effects=paired.effects(both, allies, COMPARED),
        allies=paired.by_ally(run, base, plan.roster.name),
        risks=frames.risks(both),
        own=second[[REGRETTED]],
        base=first[[REGRETTED]],
    )


@lru_cache(maxsize=2)
def _run(plan: Plan, worlds: int, seed: int) -> xr.Dataset:
    """The year ends of a run, kept because every scenario is compared with the same reference."""
    return ensemble.run_years(plan, worlds, seed, KEPT)


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
        start=first.start,
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
    found = [
        families.family(pair.scenario, baseline) + (", levers moved" if pair.moved else "") for pair in pairs
    ]
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
    return results.regret(tables, REGRETTED).to_dataframe("regret").reset_index()[["policy", "school", "year", "regret"]]


# --- one year, in words ---------------------------------------------------------------------------------------------


def outcomes_told(found: Side, year: int) -> pd.DataFrame:
    """The differences of a year: outcome, a column a scenario, unit; what differs under none of them is left out.

    The headlines stand first and always; the three definitions of US cost come together or not at all.
    """
    rows = frames.of_year(found.effects, year)
    moved = set(rows.outcome[rows.way != paired.NOUGHT])
    if moved & COSTS:
        moved |= COSTS
    told = []
    for name in [name for name in COMPARED if name in moved or name in HEADLINES]:
        own = rows[rows.outcome == name].set_index("letter").words
        declared = paired.shown(name)
        cells = {column.title: own[column.letter] for column in found.compared}
        told.append({"outcome": OUTCOMES[name].label, **cells, "unit": declared.change})
    return pd.DataFrame(told)


def risks_told(found: Side, year: int) -> pd.DataFrame:
    """The risk of a limited attack since the start as a multiple of the reference's: front, school, each scenario."""
    rows = frames.of_year(found.risks, year)
    told = []
    for (front, school), own in rows.groupby(["front", "school"], sort=False):
        cells = {
            column.title: f"{row.words} ({frames.times(row.low)} to {frames.times(row.high)})"
            for column in found.compared
            for row in own[own.letter == column.letter].itertuples()
        }
        told.append({"front": front, "school": school, **cells})
    return pd.DataFrame(told)


def regret_told(found: Side, year: int) -> pd.DataFrame | None:
    """Regret by policy and school, two significant digits."""
    if found.regret is None:
        return None
    rows = frames.of_year(found.regret, year)
    wide = rows.pivot(index="policy", columns="school", values="regret")
    wide = wide.loc[list(dict.fromkeys(rows.policy)), list(dict.fromkeys(rows.school))]
    return wide.map(number).rename_axis(columns=None).reset_index()


def gains(found: Side, of: str, year: int) -> pd.DataFrame:
    """What the chart by ally draws: the rows of one thing in one year, with `rank`; who never differs is left out.

    Allies stand in the order of the first scenario, whoever gains most first, then of the next one.
    """
    letters = [column.letter for column in found.compared]
    rows = found.allies[(found.allies.of == of) & (found.allies.year == year) & found.allies.letter.isin(letters)]
    differ = rows.groupby("ally").way.transform(lambda ways: (ways != paired.NOUGHT).any())
    rows = rows[differ.astype(bool)].reset_index(drop=True)
    wide = rows.assign(middle=rows.low + rows.high).pivot(index="ally", columns="letter", values=["median", "middle"])
    keys = [(value, letter) for letter in wide.columns.levels[1] for value in ("median", "middle")]
    place = {ally: rank for rank, ally in enumerate(wide.sort_values(keys, ascending=False).index)} if len(wide) else {}
    return rows.assign(rank=[place[ally] for ally in rows.ally])


def gains_words(found: Side, of: str, year: int, column: Column) -> str:
    """Who gains and who loses under one scenario, in a sentence."""
    declared, rows = paired.BY_ALLY[of], found.allies
    own = rows[(rows.of == of) & (rows.year == year) & (rows.letter == column.letter)]
    told = []
    for way, words in (("more", declared.more), ("less", declared.less)):
        there = own[own.way == way]
        if len(there):
            far = there.iloc[np.argmax(np.abs(there["median"].to_numpy()))]
            step = f"{far.ally} furthest, {declared.words(far['median'], True)} {declared.change}"
            told.append(f"{len(there)} of {len(own)} allies {words} ({step})")
    for way in (paired.CHANCE, paired.NOUGHT):
        if count := int((own.way == way).sum()):
            told.append(f"{count} of {len(own)} {way}")
    return f"{column.title}, by {year}: {'; '.join(told)}."


def levels_words(found: Side, outcome: str, column: Column, year: int) -> str:
    """One panel of a level over the years in a sentence."""
    rows = found.levels[(found.levels.outcome == outcome) & (found.levels.letter == column.letter)]
    row, declared = frames.of_year(rows, year).iloc[0], paired.shown(outcome)
    return (
        f"{declared.title}, {column.title}: at the end of {year} the median of simulated worlds is "
        f"{declared.words(row.p50)} {declared.unit}, 90% of worlds lie between {declared.words(row.p5)} and "
        f"{declared.words(row.p95)}; the reference's median is {declared.words(row.base)}."
    )


def effects_words(rows: pd.DataFrame, outcome: str) -> str:
    """One panel of differences in a sentence."""
    declared = paired.shown(outcome)
    told = "; ".join(f"{row.letter} {row.words}" for row in rows.itertuples())
    return f"{declared.title}, difference to the reference in {declared.change}, median and 90% of worlds: {told}."
