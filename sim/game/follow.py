"""The one world that the seats live in, followed year by year: what everybody saw, and what the model suggested."""

from functools import lru_cache
from typing import Any, NamedTuple

from sim import draws
from sim import quarters as calendar
from sim.agents import Columns, opening
from sim.now import Memory, Now, at_quarter
from sim.params import Params
from sim.plan import Plan
from sim.rules.burden import within_reach
from sim.state import Action, Array, Observation, Shock, State
from sim.step import play_quarter


class Watching(Columns):
    """The cast of an ensemble that remembers what governments saw last, and what their strategies made of it."""

    seen: Observation
    suggested: Array

    def budgets(self, observation: Observation, params: Params, shock: Shock) -> Action:
        """What all allies decide [R, A]."""
        action = super().budgets(observation, params, shock)
        self.seen, self.suggested = observation, within_reach(action.share)
        return action


class Year(NamedTuple):
    """One year of one world. Columns are [1, A], as in an ensemble of one world."""

    before: State  # at the end of the year before
    seen: Observation  # what every government saw when it decided
    suggested: Array  # [1, A] what its strategy would have spent, % of GDP
    now: Now  # what held in the first quarter
    state: State  # at the end of that quarter


def followed(plan: Plan, seed: int, world: int, last: int) -> dict[int, Year]:
    """A world of a plan up to the budgets of year `last`: each year as it was seen when budgets were decided."""
    return _followed(plan, seed, world, last)


@lru_cache(maxsize=32)
def _followed(plan: Plan, seed: int, world: int, last: int) -> dict[int, Year]:
    state, given = opening(plan, seed, [world])
    luck, cast, memory = (
        draws.block(seed, [world], plan.quarters, plan.roster.iso3), Watching(plan.strategies), Memory(),
    )  # fmt: skip
    found: dict[int, Year] = {}
    for row, quarter in enumerate(plan.quarters):
        if calendar.year(quarter) > last or last in found:
            break
        now: Any = at_quarter(plan, given, luck, row, cast, memory)
        after = play_quarter(state, now)
        if now.budgets:
            found[calendar.year(quarter)] = Year(state, cast.seen, cast.suggested, now, after)
        state = after
    return found
