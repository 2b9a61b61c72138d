"""A question to the simulator and its answer as small tables: what every page asks, and no screen.

A question is a scenario file and what was changed in it. It is plain, hashable and on the grid of its levers, so an
answer can be kept and given again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from threading import Lock

import numpy as np
import pandas as pd
import xarray as xr
from cachetools import LRUCache, cached

from sim import ensemble, frames, paired
from sim.controls import EAST, WITHDRAWAL, WITHDRAWAL_QUARTERS, WITHDRAWAL_START, eastern, on_grid
from sim.ensemble import Progress
from sim.origins import assumed as _assumed
from sim.origins import origins
from sim.outcomes import HEADLINES, OUTCOMES, outcomes, variables_of
from sim.outcomes.declare import last_quarters
from sim.params import levers
from sim.plan import EXECUTED, Plan
from sim.provenance import changes, exactly_nought, firmness, idle_notes, sources
from sim.report import WHERE_MOVED
from sim.results import differences, identical
from sim.scenario import Scenario, WithdrawalBlock, load_scenario, scenario_text
from sim.scenario.stated import is_stated, stated
from sim.tables import csv

STORY, BASELINE = "conditional-article5", "baseline"
"""What the app opens on, and what everything is compared with."""

OWN = "your-file.yaml"
"""What complaints call a file that did not come with the project."""

LONGEST_NAME = 100

WORLDS = (200, 1000, 4000)
HIGHEST_SEED = 9999

ASKED = (*HEADLINES, *WHERE_MOVED, "troops_by_host", "risk_by_front", "risk")
"""Outcomes that are shown and compared."""

BY_ALLY = tuple(paired.BY_ALLY)
KEPT = tuple(dict.fromkeys((*BY_ALLY, *variables_of(ASKED))))

AT_LINE = ("allies_at_threshold",)

MEASURED = tuple(name for name in ASKED if "lever_threshold" in OUTCOMES[name].needs)
SETTLED = tuple(name for name in ASKED if name not in MEASURED)
"""Outcomes of the baseline that hang on the scenario, by whose threshold both are measured, and those that do not."""

LATER = tuple(dict.fromkeys((*BY_ALLY, *variables_of((*MEASURED, *AT_LINE)))))
"""Variables that are needed again once all worlds are played."""

LONG = 200_000
"""Worlds times quarters beyond which an answer is a long calculation: 4,000 worlds over eleven years are not."""

MOST_KEPT = 256 * 1024**2
"""Bytes of what is kept of the baseline."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a scenario by its key or as the text of a file, and only what differs from it.

    `withdrawal` None: as in the file.
    """

    scenario: str = STORY
    levers: tuple[tuple[str, float], ...] = ()
    withdrawal: float | None = None
    worlds: int = 1000
    seed: int = 0

    def resolved(self) -> Scenario:
        """The scenario that is asked about. Raises ScenarioError."""
        scenario = loaded(self.scenario)
        paths = scenario.plan().levers
        scenario = scenario.with_levers(**{n: _rescaled(scenario, n, paths[n], v) for n, v in self.levers})
        if self.withdrawal is None:
            return scenario
        if (printed := settings(self.scenario)[WITHDRAWAL.name]) and self.withdrawal:
            part = self.withdrawal / printed
            blocks = tuple(_resized(w, part, scenario) if _is_eastern(w) else w for w in scenario.withdrawals)
            return replace(scenario, withdrawals=blocks)
        scenario = replace(scenario, withdrawals=tuple(w for w in scenario.withdrawals if not _is_eastern(w)))
        if not self.withdrawal:
            return scenario
        return scenario.with_withdrawal(
            EAST, self.withdrawal, start=WITHDRAWAL_START, over=WITHDRAWAL_QUARTERS, status="executed"
        )


@dataclass(frozen=True)
class Answer:
    """What follows, next to the baseline under the same luck. Tables are described where `frames` makes them.

    `nought` says that all differences are exactly 0, when they are; `idle` which levers are set and do nothing.
    `reaching` are the allies at the line that the policy moves, as in `headlines`, with `line` (% of GDP) and `called`
    (threshold or pledge); `origins` where each change comes from, as `sim.origins` has it.
    """

    name: str
    about: str
    plan: str
    start: str
    changes: tuple[str, ...]
    nought: str
    idle: tuple[str, ...]
    allies: int
    headlines: pd.DataFrame
    others: pd.DataFrame
    by_ally: pd.DataFrame
    spending: pd.DataFrame
    lines: pd.DataFrame
    troops: pd.DataFrame
    risks: pd.DataFrame
    sources: pd.DataFrame
    reaching: pd.DataFrame
    origins: pd.DataFrame


def title(asked: "Question") -> str:
    """The question in words: that of the scenario, unless levers say something else by now. Raises ScenarioError."""
    scenario = loaded(asked.scenario)
    if not asked.levers and asked.withdrawal is None:
        return scenario.question or scenario.name
    moved = [name.replace("_", " ") for name, _ in asked.levers] + ["withdrawal"] * (asked.withdrawal is not None)
    told = " and ".join(filter(None, [", ".join(moved[:-1]), moved[-1]])) if len(moved) < 4 else f"{len(moved)} levers"
    return f"What follows from “{scenario.name}” with another {told}?"


def is_file(scenario: str) -> bool:
    """Whether a question's scenario is the text of a file and no key."""
    return "\n" in scenario


@lru_cache(maxsize=64)
def loaded(scenario: str) -> Scenario:
    """A scenario that comes with the project, or the text of a file of one's own, read once. Raises ScenarioError."""
    return scenario_text(scenario, OWN) if is_file(scenario) else load_scenario(scenario)


def named(asked: Question) -> Scenario:
    """The scenario that is asked about, under a name that says what was moved. Raises ScenarioError."""
    scenario = asked.resolved()
    moved = [f"{name.replace('_', ' ')} {value:g}" for name, value in asked.levers]
    if asked.withdrawal is not None:
        moved.append(f"{asked.withdrawal:g} soldiers leaving the east")
    if not moved:
        return scenario
    told = f"{scenario.name}, with {', '.join(moved)}"
    return replace(scenario, name=told if len(told) <= LONGEST_NAME else f"{scenario.name[:80]}, changed")


@lru_cache(maxsize=64)
def settings(key: str) -> Mapping[str, float]:
    """Where the sliders stand for a scenario file: each lever where it goes furthest, and the eastern withdrawal."""
    plan = loaded(key).plan()
    values = {name: furthest(name, path) for name, path in plan.levers.items()}
    values[WITHDRAWAL.name] = sum(w.troops for w in plan.withdrawals if eastern(w.hosts))
    return {name: on_grid(name, value) for name, value in values.items()}


@lru_cache(maxsize=64)
def unsettled(key: str) -> str:
    """The status of a scenario's eastern withdrawal where it may not come, such as "considered"; else nothing."""
    told = {firmness(w): w.status for w in loaded(key).plan().withdrawals if eastern(w.hosts)}
    return " and ".join(word for word, status in told.items() if status != EXECUTED)


def _is_eastern(block: WithdrawalBlock) -> bool:
    """Whether a withdrawal of a file is the one that has a slider."""
    return eastern(block.hosts or [block.host])


def _resized(block: WithdrawalBlock, part: float, scenario: Scenario) -> WithdrawalBlock:
    """A withdrawal of another size: its fact, its status and its dates stay, its hedge is scaled."""
    if not is_stated(block.troops):
        return block.model_copy(update={"troops": float(block.troops) * part})
    ((kind, ends),) = stated(block.troops, scenario.reading).size.written().items()
    scaled = {kind: [round(end * part, 9) for end in ends]} if kind != "fixed" else round(ends[0] * part, 9)
    return block.model_copy(update={"troops": {"fact": block.troops["fact"], "factor": scaled}})


def furthest(name: str, path: np.ndarray) -> float:
    """The value of a lever's path [T] that lies furthest from its default."""
    return float(path[np.argmax(np.abs(path - levers()[name].default))])


def _rescaled(scenario: Scenario, name: str, path: np.ndarray, value: float) -> float | dict[str, float]:
    """A lever with its furthest value moved: a policy that begins later, fades or ends keeps its course.

    What lies on the other side of the default is left where it is.
    """
    base, peak = levers()[name].default, furthest(name, path)
    if peak == base or np.all(path == peak):
        return value
    course = np.maximum((path - base) / (peak - base), 0.0)
    quarters = scenario.plan().quarters
    return {
        quarter: round(float(base + part * (value - base) if part else was), 9)
        for quarter, part, was in zip(quarters, course, path, strict=True)
    }


def ask(scenario: str, values: Mapping[str, float], worlds: int = 1000, seed: int = 0) -> Question:
    """The question that sliders pose: what stands where the file has it is left to the file."""
    start = settings(scenario)
    moved = {n: on_grid(n, v) for n, v in values.items() if on_grid(n, v) != start[n]}
    withdrawal = moved.pop(WITHDRAWAL.name, None)
    return Question(scenario, tuple(sorted(moved.items())), withdrawal, int(worlds), int(seed))


def takes_long(question: Question) -> bool:
    """Whether an answer takes so long that others should not wait for it. Raises ScenarioError."""
    return len(loaded(question.scenario).plan().quarters) * question.worlds > LONG


def answer(question: Question, *, progress: Progress | None = None) -> Answer:
    """Simulate the question and the baseline in the same worlds, and compare. Raises ScenarioError.

    `progress` is called with worlds done and worlds in all, those of the baseline among them.
    """
    tell = progress or (lambda done, whole: None)
    scenario, every = question.resolved(), 2 * question.worlds
    plan = scenario.plan()
    baseline = loaded(BASELINE).under(scenario)
    first, settled = _reference(baseline.plan(), question.worlds, question.seed, partial(_part, tell, 0, every))
    told = partial(_part, tell, question.worlds, every)
    second, own = _played(plan, question.worlds, question.seed, LATER, ASKED, told)
    first = first.assign_coords(lever_threshold=second.lever_threshold)
    tables = settled.assign(outcomes(first, MEASURED).data_vars)[list(ASKED)], own
    both = differences(*tables)
    reaching = _reaching(plan, baseline.plan(), first, second)
    first, second = (run.reset_coords(drop=True) for run in (first, second))  # labels that every step would carry along
    same = identical(both) and bool((first.share == second.share).all())
    return Answer(
        name=scenario.name,
        about=scenario.about,
        plan=plan.fingerprint,
        start=scenario.start,
        changes=changes(plan, baseline.plan()),
        nought=exactly_nought(plan, baseline.plan(), every=False) if same else "",
        idle=idle_notes(plan),
        allies=int(plan.roster.forces.sum()),
        headlines=frames.headlines(*tables, both),
        others=frames.headlines(*tables, both, WHERE_MOVED),
        by_ally=paired.by_ally(second, first, plan.roster.name),
        spending=frames.spending(first.share, second.share, plan.roster),
        lines=frames.lines(plan),
        troops=frames.troops(*tables, plan.roster),
        risks=frames.risks(both),
        sources=sources(plan, baseline.plan()),
        reaching=reaching,
        origins=origins(scenario, plan, baseline.plan(), loaded(BASELINE).facts),
    )


def _reaching(plan: Plan, base: Plan, first: xr.Dataset, second: xr.Dataset) -> pd.DataFrame:
    """Allies at the pledge where that alone is moved, else at the threshold: both runs by the scenario's line."""
    kept = np.array_equal(plan.levers["threshold"], base.levers["threshold"])
    called = "pledge" if kept and not np.array_equal(plan.levers["pledge"], base.levers["pledge"]) else "threshold"
    line = plan.levers[called][last_quarters(plan.quarters)]
    runs = (run.assign_coords(lever_threshold=("year", line)) for run in (first, second))
    before, after = (outcomes(run, AT_LINE) for run in runs)
    found = frames.headlines(before, after, differences(before, after), AT_LINE)
    return found.assign(line=line, called=called)


def _part(tell: Progress, before: int, every: int, done: int) -> None:
    tell(before + done, every)


def _played(
    plan: Plan, worlds: int, seed: int, kept: Sequence[str], asked: Sequence[str], tell: Callable[[int], None]
) -> tuple[xr.Dataset, xr.Dataset]:
    """Some variables at year ends and some outcomes, of which only a block is ever held whole."""
    tables, variables = [], []
    for part in ensemble.blocks(worlds):
        tell(part.start)
        ends = ensemble.ends(plan, part, seed, KEPT)
        tables.append(outcomes(ends, asked))
        variables.append(ends[list(kept)])
    return ensemble.joined(variables, worlds), ensemble.joined(tables, worlds)


def _bytes(both: tuple[xr.Dataset, ...]) -> int:
    return sum(data.nbytes for data in both)


@cached(
    LRUCache(MOST_KEPT, getsizeof=_bytes),
    key=lambda plan, worlds, seed, tell: (plan, worlds, seed), lock=Lock(),
)  # fmt: skip
def _reference(plan: Plan, worlds: int, seed: int, tell: Callable[[int], None]) -> tuple[xr.Dataset, xr.Dataset]:
    """What is still needed of the year ends of the baseline, and its outcomes but for those MEASURED by the scenario.

    Kept, within MOST_KEPT, because every question is compared with the same baseline.
    """
    return _played(plan, worlds, seed, LATER, SETTLED, tell)


def assumed(answer: Answer) -> tuple[int, int]:
    """How many of the changes rest on an assumption of ours, at least in part, and how many there are."""
    return _assumed(answer.origins)


def sources_csv(answer: Answer) -> str:
    """The sources of an answer as a file, with the plan's digest in each row."""
    return csv(answer.sources, {"plan": answer.plan})


def results_csv(answer: Answer, question: Question) -> str:
    """The headline numbers of an answer as a file, with the plan's digest in each row."""
    return csv(answer.headlines.assign(worlds=question.worlds, seed=question.seed), {"plan": answer.plan})
