"""Runs as the laws look at them: states quarter by quarter, what everyone saw, what was recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from sim import draws
from sim.agents import Columns, opening
from sim.ensemble import play
from sim.laws.law import Choices, equal
from sim.now import Given, Now, at_quarter
from sim.params import Params
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.state import Action, Array, Balance, Observation, Orders, Shock, State, Temptation, Theatre
from sim.step import play_quarter
from sim.variables import VARIABLES

WORLDS = len(SCHOOLS)
"""Worlds in which a law is checked: where schools take turns, one of each."""

PERSON = 1e-6
"""Rounding of sums of soldiers: a millionth of a person."""


def played(plan: Plan, seed: int = 0, worlds: int = WORLDS) -> list[tuple[State, Now]]:
    """All quarters of a run: states and what held in them."""
    return [(state, now) for _, state, now in play(plan, seed, range(worlds))]


def directed(
    plan: Plan, state: State, given: Given, luck: draws.Luck, cast: Columns | None = None
) -> Iterator[tuple[State, State, Now]]:
    """A run with luck or cast of one's own: state before and after each quarter, and what held in it."""
    cast = cast or Columns(plan.strategies)
    for quarter in range(len(plan.quarters)):
        now = at_quarter(plan, given, luck, quarter, cast)
        after = play_quarter(state, now)
        yield state, after, now
        state = after


def recorded(states: Sequence[tuple[State, Now]]) -> dict[str, Array]:
    """All variables of a list of (state, now), as {name: [T, ...]}."""
    return {
        name: np.stack([np.asarray(variable.read(state, now)) for state, now in states])
        for name, variable in VARIABLES.items()
    }


def same(one: xr.Dataset, other: xr.Dataset, names: Sequence[str] = (), **where: Any) -> None:
    """Variables of two runs (all if none is named), bit for bit."""
    for name in names or VARIABLES:
        equal(one[name].isel(**where).values, other[name].isel(**where).values, name)


def everywhere(state: State) -> Array:
    """US troops on every place, those on their way to it included [R, H]."""
    return state.stationed + sum(state.in_transit)


def resized(plan: Plan, count: int) -> Plan:
    """The plan over another number of quarters: levers hold their last value, and what begins later does not come.

    A withdrawal that does not come keeps its place with no troops: the luck of the others goes by their number.
    """
    kept = plan.quarters_from_start(count)
    more = max(0, count - len(plan.quarters))
    return replace(
        plan,
        quarters=kept,
        levers={name: np.pad(path, (0, more), mode="edge")[:count] for name, path in plan.levers.items()},
        withdrawals=tuple(w if w.start in kept else replace(w, start=kept[-1], troops=0.0) for w in plan.withdrawals),
        decided=_resized(plan.decided, count, more),
    )


def _resized(decided: Array | None, count: int, more: int) -> Array | None:
    """What allies decide over another number of quarters: nothing in those that come later."""
    return None if decided is None else np.pad(decided, ((0, more), (0, 0)), constant_values=np.nan)[:count]


# --- one moment of a run ------------------------------------------------------------------------------------


class Witness(Columns):
    """The cast of an ensemble that remembers what everyone saw last."""

    seen: Observation
    shock: Shock
    theatre: Theatre
    balance: Balance

    def budgets(self, observation: Observation, params: Params, shock: Shock) -> Action:
        """What all allies decide."""
        self.seen, self.shock = observation, shock
        return super().budgets(observation, params, shock)

    def posture(self, observation: Theatre, params: Params) -> Orders:
        """What the United States decides."""
        self.theatre = observation
        return super().posture(observation, params)

    def pressure(self, observation: Balance, params: Params) -> Temptation:
        """What Russia is drawn to."""
        self.balance = observation
        return super().pressure(observation, params)


class Moment(NamedTuple):
    """One quarter of a run: the state at its end, what held in it, and who saw what."""

    state: State
    now: Now
    witness: Witness

    def under(self, **policy: Any) -> Now:
        """The same quarter under another policy."""
        return self.now._replace(policy=replace(self.now.policy, **policy))

    def supposing(self, group: str, **values: Any) -> Now:
        """The same quarter with other values of some uncertainties of a group."""
        params = replace(self.now.params, **{group: replace(getattr(self.now.params, group), **values)})
        return self.now._replace(given=self.now.given._replace(params=params))


def moment(plan: Plan, seed: int, choose: Choices) -> Moment:
    """A quarter of a run, chosen."""
    count = choose.whole("quarters played", 1, len(plan.quarters))
    witness, worlds = Witness(plan.strategies), range(WORLDS)
    luck = draws.block(seed, worlds, plan.quarters, plan.roster.iso3)
    run = directed(resized(plan, count), *opening(plan, seed, worlds), luck, witness)
    *_, (_, state, now) = run
    return Moment(state, now, witness)
