"""A run that keeps track of US soldiers: where each of them is at the end of every year, and who moved in it.

Nobody is lost: in every world and quarter all stocks add up to the soldiers of the start, and what comes to a place
less what leaves it is the change of its stock.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import draws, ensemble
from sim.agents import Columns, opening, whole
from sim.now import Memory, Now, at_quarter
from sim.outcomes.declare import last_quarters
from sim.params import Params
from sim.plan import Plan
from sim.seen import coming
from sim.state import Array, Orders, State, Theatre
from sim.step import play_quarter
from sim.variables import VARIABLES

Values = NDArray[np.float64]

COSTS = ("us_cost_abroad", "us_cost_structure", "us_cost_moving", "procured")
"""What is called cost: what US troops in Europe cost in three definitions, and what Europe buys beyond the start."""


class Course(NamedTuple):
    """Where all soldiers are at the ends of years, [world, year(, place)], persons, and what moved in each year."""

    years: tuple[int, ...]
    stationed: Values
    coming: Values  # by where they go
    left: Values  # during the year
    arrived: Values
    set_out: Values
    pools: Values  # [..., 3]: Indo-Pacific, border, home
    wanted: Values  # in Europe, without any floor
    floor: Values  # [year] the statute's, as it binds after certification
    executed: Values  # [world, withdrawal] part that is carried out
    costs: dict[str, Values]
    total: float
    apart: float  # largest gap found between all stocks and `total`, in any world and quarter


class Orderly(Columns):
    """The cast of an ensemble, remembering what the United States saw when it last ordered."""

    theatre: Theatre

    def posture(self, observation: Theatre, params: Params) -> Orders:
        """What the United States decides."""
        self.theatre = observation
        return super().posture(observation, params)


def course(plan: Plan, worlds: int, seed: int) -> Course:
    """Where all soldiers are in worlds as `ensemble.run` has them. Raises InputError where no year ends."""
    whole("worlds", worlds, 1, ensemble.MOST_WORLDS), whole("seed", seed, 0)
    last = last_quarters(plan.quarters)
    ensemble.affordable(worlds, 8 * len(last) * (5 * len(plan.roster.places) + 8))
    parts = [_block(plan, block, seed, last) for block in ensemble.blocks(worlds)]
    first = parts[0]
    by_world = ("stationed", "coming", "left", "arrived", "set_out", "pools", "wanted", "executed")
    joined: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in by_world}
    costs = {name: np.concatenate([part.costs[name] for part in parts]) for name in COSTS}
    return first._replace(costs=costs, apart=max(part.apart for part in parts), **joined)


def _block(plan: Plan, worlds: Sequence[int], seed: int, last: Sequence[int]) -> Course:
    state, given = opening(plan, seed, worlds)
    luck, memory = draws.block(seed, worlds, plan.quarters, plan.roster.iso3), Memory()
    cast, total_ = Orderly(plan.strategies), float(np.sum(all_stocks(state)[0]))
    rows, moved, floors, apart = [], _nothing(state), [], 0.0
    for quarter in range(len(plan.quarters)):
        now, before = at_quarter(plan, given, luck, quarter, cast, memory), state
        state = play_quarter(state, now)
        moved = tuple(so_far + more for so_far, more in zip(moved, flows(before, state), strict=True))
        apart = max(apart, float(np.max(np.abs(np.sum(all_stocks(state), axis=-1) - total_))))
        if quarter in last:
            rows.append(_row(state, now, cast.theatre, moved))
            floors.append(float(np.max(cast.theatre.troop_floor)))
            moved = _nothing(state)
    columns = {name: np.stack([row[name] for row in rows], axis=1) for name in rows[0]}
    return Course(
        years=tuple(int(plan.quarters[t][:4]) for t in last), floor=np.array(floors), total=total_, apart=apart,
        executed=np.broadcast_to(given.executed, (len(worlds), len(plan.withdrawals))),
        costs={name: columns.pop(name) for name in COSTS}, **columns,
    )  # fmt: skip


def _nothing(state: State) -> tuple[Array, ...]:
    return (np.zeros_like(state.stationed),) * 3


def _row(state: State, now: Now, theatre: Theatre, moved: tuple[Array, ...]) -> dict[str, Array]:
    """What is kept of the end of a year."""
    wanted = np.maximum(theatre.total - theatre.pivot - theatre.border + theatre.surge, 0.0)
    return {
        "stationed": state.stationed, "coming": np.broadcast_to(coming(*state.in_transit), state.stationed.shape),
        "left": moved[0], "arrived": moved[1], "set_out": moved[2],
        "pools": np.concatenate([state.indopacific, state.border, state.home], axis=-1),
        "wanted": np.broadcast_to(wanted, state.home.shape)[:, 0],
        **{name: VARIABLES[name].read(state, now)[:, 0] for name in COSTS},
    }  # fmt: skip


def flows(before: State, after: State) -> tuple[Array, Array, Array]:
    """Who left, arrived at and set out for each place in a quarter [..., H], persons, from the states around it."""
    arrived = before.in_transit[0]
    left = before.stationed + arrived - after.stationed
    set_out = coming(*after.in_transit) - (coming(*before.in_transit) - arrived)
    return left, arrived, set_out


def all_stocks(state: State) -> Array:
    """All soldiers [..., 2 H + 3], persons: stationed, on their way by goal, Indo-Pacific, border, home."""
    way = np.broadcast_to(coming(*state.in_transit), state.stationed.shape)
    return np.concatenate([state.stationed, way, state.indopacific, state.border, state.home], axis=-1)
