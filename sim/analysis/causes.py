"""One world again and again, each time without some causes, under the same random numbers.

Every subset of the causes is a row of one ensemble: rows differ by what was switched off in them and by nothing else.
A cause is switched off for all allies and from the start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import factorial, fsum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.agents import Columns, opening
from sim.draws import CHANNELS, SPARE_COLUMNS, Luck
from sim.now import Given, Now, at_quarter
from sim.params import Params, levers
from sim.plan import Plan
from sim.state import Action, Array, Observation, Shock, State
from sim.step import play_quarter

Switch = NDArray[np.bool_]
"""Where a cause is switched off, [R, 1]."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What can be switched off: levers go to neutral, columns of the observation are seen as 0, luck is still."""

    about: str
    levers: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    still: bool = False


_CAUSES = {
    "threat": Cause(about="the threat that governments perceive", unseen=("threat",)),
    "pressure": Cause(about="pressure to reach the pledge", levers=("pressure",)),
    "conditionality": Cause(about="a conditional commitment", levers=("conditionality",)),
    "trade": Cause(about="trade tied to spending", levers=("trade_linkage",)),
    "help": Cause(about="help expected and US troops hosted", unseen=("help_change", "host_change")),
    "noise": Cause(about="surprises, in budgets and in politics", still=True),
}


def causes() -> dict[str, Cause]:
    """Every cause that can be switched off, by name: those whose levers exist."""
    return {name: cause for name, cause in _CAUSES.items() if set(cause.levers) <= levers().keys()}


class Blindfolds(Columns):
    """The cast of an ensemble in which some rows do not see everything. Remembers what was seen last."""

    def __init__(self, names: Sequence[str], unseen: Mapping[str, Switch]) -> None:
        super().__init__(names)
        self.unseen = unseen

    def budgets(self, observation: Observation, params: Params, shock: Shock) -> Action:
        """What all allies decide [R, A]."""
        seen = {name: np.where(off, 0.0, getattr(observation, name)) for name, off in self.unseen.items()}
        self.observation, self.shock = observation._replace(**seen), shock
        return super().budgets(self.observation, params, shock)


class Replay(NamedTuple):
    """The rows at the end of the quarter of one budget, and what that budget was decided on. Row 0 has all causes."""

    state: State
    given: Given
    observation: Observation
    shock: Shock


def replay(plan: Plan, seed: int, world: int, quarter: int, names: Sequence[str]) -> Replay:
    """Play a world up to the budget of this quarter, once without each subset of the named causes.

    In row r, cause k is off where bit k of r is set.
    """
    rows = [world] * 2 ** len(names)
    off = {name: (np.arange(len(rows)) >> k & 1).astype(bool)[:, None] for k, name in enumerate(names)}
    known = causes()
    state, given = opening(plan, seed, rows)
    luck = draws.block(seed, rows, plan.quarters, plan.roster.iso3)
    for name in names:
        luck = stilled(luck, off[name]) if known[name].still else luck
    cast = Blindfolds(plan.strategies, {column: off[name] for name in names for column in known[name].unseen})
    neutral = {lever: off[name] for name in names for lever in known[name].levers}
    for played in range(quarter + 1):
        now = at_quarter(plan, given, luck, played, cast)
        state = play_quarter(state, without(now, neutral))
    return Replay(state, given, cast.observation, cast.shock)


def without(now: Now, neutral: Mapping[str, Switch]) -> Now:
    """The same quarter with levers at their neutral values in some rows."""
    values: dict[str, Any] = {
        name: np.where(off, levers()[name].neutral, getattr(now.policy, name)) for name, off in neutral.items()
    }
    return now._replace(policy=replace(now.policy, **values))


def stilled(luck: Luck, off: Switch) -> Luck:
    """The same luck with budgets, the pressure regime, governments and reports without surprise in some rows."""
    names = CHANNELS["year"].columns
    quiet = np.isin(np.arange(SPARE_COLUMNS), [names.index("budget"), names.index("regime")])
    return luck._replace(
        budget=np.where(off, 0.0, luck.budget),
        year=np.where(off & quiet, 0.0, luck.year),
        government=np.where(off, 1.0, luck.government),
        report=np.where(off, 0.0, luck.report),
    )


def shapley(values: Array) -> Array:
    """What each of n players adds [n], on average over all orders of joining: Shapley's value; `values` is [2^n].

    In values[c], player k takes part where bit k of c is set. What they add sums to values[-1] − values[0], whoever
    changes nothing adds exactly 0, and the order of the players plays no part.
    """
    players = len(values).bit_length() - 1
    weights = [factorial(k) * factorial(players - k - 1) / factorial(players) for k in range(players)]
    coalitions = range(len(values))
    return np.array([
        fsum(weights[c.bit_count()] * float(values[c | 1 << k] - values[c]) for c in coalitions if not c >> k & 1)
        for k in range(players)
    ])  # fmt: skip
