"""One world, quarter by quarter: what each agent saw and did, and a log of it in words.

A chronicle is played by Mesa's agents and equals the world of the same number in the ensemble. It is small and plain:
frames in single precision, sentences, and nothing that simulates.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.agents import planned, whole
from sim.chronicle import log, tables
from sim.chronicle.played import Played, play_world
from sim.errors import InputError
from sim.plan import Plan
from sim.provenance import changes
from sim.question import BASELINE, Question, loaded
from sim.scenario import Scenario, load_scenario

__all__ = ["Chronicle", "chronicle", "play_world", "tell"]


@dataclass(frozen=True)
class Chronicle:
    """One world of a scenario, next to the same world in the baseline. Frames are described in `tables` and `log`."""

    name: str
    about: str
    plan: str  # digest
    baseline: str  # digest
    start: str
    seed: int
    world: int
    school: str
    quarters: tuple[str, ...]
    names: tuple[str, ...]  # of the allies
    changes: tuple[str, ...]  # against the baseline
    drawn: tuple[tuple[str, float], ...]  # what this world happens to be
    allies: pd.DataFrame
    common: pd.DataFrame
    budgets: pd.DataFrame
    moves: pd.DataFrame
    fronts: pd.DataFrame
    results: pd.DataFrame
    events: pd.DataFrame

    @property
    def years(self) -> tuple[int, ...]:
        """The years that end in the run."""
        return tuple(dict.fromkeys(int(year) for year in self.results.year))

    def log(self, until: str | None = None, who: tuple[str, ...] = (), kinds: tuple[str, ...] = ()) -> pd.DataFrame:
        """The lines of the log up to a quarter: see `log.chosen`. Raises InputError."""
        return log.chosen(self.events, until, who, kinds)


def chronicle(question: Question, world: int) -> Chronicle:
    """World `world` of what a question asks, told. Raises ScenarioError, and InputError for a world from below 0."""
    scenario = question.resolved()
    return tell(scenario, loaded(BASELINE).under(scenario), question.seed, world)


def tell(scenario: Any, baseline: Any = None, seed: int = 0, world: int = 0) -> Chronicle:
    """One world of a scenario (its name, a Scenario or a plan) next to the same world in a baseline.

    Without a baseline it is the project's, in the world that the scenario assumes; a bare plan needs one.

    Raises InputError for a scenario, seed or world that cannot be meant, and for a baseline over other quarters.
    """
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    plan = planned(scenario)
    if baseline is None and not isinstance(scenario, Scenario):
        raise InputError("baseline: a plan says nothing of one. Give the plan or scenario to compare it with.")
    against = planned(loaded(BASELINE).under(scenario) if baseline is None else baseline)
    if against.quarters != plan.quarters:
        raise InputError(f"baseline: {against.name} is not played over {plan.quarters[0]} to {plan.quarters[-1]}.")
    seed, world = whole("seed", seed, 0), whole("world", world, 0)
    played = play_world(plan, seed, world)
    base = played if against == plan else play_world(against, seed, world)
    return _told(getattr(scenario, "about", ""), against, played, base)


def _told(about: str, against: Plan, played: Played, base: Played) -> Chronicle:
    plan = played.plan
    return Chronicle(
        name=plan.name, about=about, plan=plan.fingerprint, baseline=against.fingerprint,
        start=plan.quarters[0], seed=played.seed, world=played.world, school=played.school,
        quarters=plan.quarters, names=plan.roster.name, changes=changes(plan, against),
        drawn=tuple(tables.parameters(played).items()),
        allies=tables.allies(played, base), common=tables.common(played, base), budgets=tables.budgets(played),
        moves=tables.moves(played), fronts=tables.fronts(played, base), results=tables.results(played, base),
        events=log.events(played, base),
    )  # fmt: skip
