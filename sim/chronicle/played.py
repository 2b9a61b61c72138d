"""One world played in Mesa, quarter by quarter, with what its agents saw and did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.agents import Alliance
from sim.ensemble import labelled, school_names
from sim.now import Given, Now
from sim.plan import Plan
from sim.state import Array, Balance, Observation, Orders, Shock, State
from sim.variables import VARIABLES


@dataclass(frozen=True)
class Turn:
    """One quarter of one world: all columns are [A], [H] or [1].

    `observation` and `shock` are None where no budgets are decided.
    """

    before: State
    after: State
    now: Now
    observation: Observation | None
    shock: Shock | None
    orders: Orders
    balance: Balance

    @property
    def label(self) -> str:
        """The quarter, such as 2027Q1."""
        return self.now.plan.quarters[self.now.row]

    @property
    def arrived(self) -> Array:
        """US soldiers who arrived at each place [H], persons."""
        return self.before.in_transit[0]

    @property
    def left(self) -> Array:
        """US soldiers who left each place [H], persons."""
        return np.maximum(self.before.stationed + self.arrived - self.after.stationed, 0.0)

    @property
    def set_out(self) -> Array:
        """US soldiers who set out for each place [H], persons."""
        still: Array = sum(self.before.in_transit[1:], np.zeros_like(self.arrived))
        return np.maximum(sum(self.after.in_transit, np.zeros_like(still)) - still, 0.0)


@dataclass(frozen=True)
class Played:
    """A world from its first quarter to its last."""

    plan: Plan
    seed: int
    world: int
    given: Given
    turns: tuple[Turn, ...]

    @property
    def school(self) -> str:
        """The school of deterrence that holds in this world."""
        return school_names(self.plan, [self.world])[0]

    def by_ally(self, name: str) -> Array:
        """A variable of the allies at the end of each quarter [T, A]."""
        return np.stack([VARIABLES[name].read(turn.after, turn.now) for turn in self.turns])

    def common(self, name: str) -> Array:
        """A variable that is common to the allies at the end of each quarter [T]."""
        return np.array([float(np.squeeze(VARIABLES[name].read(turn.after, turn.now))) for turn in self.turns])

    def data(self, names: Sequence[str]) -> xr.Dataset:
        """Some variables as `sim.run` returns them, with this one world."""
        read = {n: self.by_ally(n) if VARIABLES[n].by_ally else self.common(n) for n in names}
        return labelled(self.plan, {n: values[:, None] for n, values in read.items()}, self.seed, [self.world])


def play_world(plan: Plan, seed: int, world: int) -> Played:
    """Play one world with Mesa's agents. Raises InputError for a seed or world that cannot be meant."""
    model = Alliance(plan, seed, world)
    return Played(plan, int(seed), int(world), model.given, tuple(_turns(model)))


def _turns(model: Alliance) -> Iterator[Turn]:
    for _ in model.plan.quarters:
        before = model.state
        model.step()
        decided = model.now.budgets
        yield Turn(
            before=before,
            after=model.state,
            now=model.now,
            observation=model.observation if decided else None,
            shock=model.shock if decided else None,
            orders=model.united_states.action,
            balance=model.balance,
        )
