"""What holds in one quarter: plan, parameters, policy, luck, and who is asked."""

from collections.abc import Callable
from functools import lru_cache
from operator import is_
from typing import Any, NamedTuple, Protocol, TypeVar

from sim import quarters as calendar
from sim.draws import Luck
from sim.params import Levers, Params
from sim.plan import Plan
from sim.rules import commitment
from sim.state import Action, Array, Balance, Observation, Orders, Shock, Temptation, Theatre


class Cast(Protocol):
    """Whoever is asked for decisions: agents one by one, or whole columns at once."""

    def budgets(self, observation: Observation, params: Params, shock: Shock) -> Action:
        """What all allies decide, [..., A]."""

    def posture(self, observation: Theatre, params: Params) -> Orders:
        """What the United States decides."""

    def pressure(self, observation: Balance, params: Params) -> Temptation:
        """What Russia is drawn to."""


class Given(NamedTuple):
    """What does not change in a run: parameters, and the world as it stood at the start."""

    params: Params
    executed: Array  # [..., K] what part of each withdrawal is carried out
    exposure: Array  # [..., A] 0 to 1
    exposure_places: Array  # [..., H]
    room: Array  # [..., A] fiscal room
    spending: Array  # [..., A] bn 2021 USD at the start
    own_spending: Array  # [..., A] of it for own forces; 1 for an ally without forces
    readiness: Array  # [..., A] at the start
    threat: Array  # [..., A] perceived at the start, 0 to 1
    willing: Array  # [..., A] part of each ally in a force of peacekeepers that none is too small for, adds up to 1
    sendable: Array  # [..., A] peacekeepers that each ally can send, persons
    strength: Array  # [..., 1] Russian forces at the start
    belief: Array  # [..., 1] belief in the commitment at the start
    defence: Array  # [..., A] brigade equivalents at the start
    forward: Array  # [..., A] brigade equivalents near the border at the start
    pull: Array  # [..., 1] what draws incidents at the start, all allies together
    scale: Any  # [..., 1] from relative hazard to hazard (9d)


Answer = TypeVar("Answer")


class Memory:
    """What was worked out last, question by question: much stands still from one quarter to the next.

    Arrays are never changed in place, so that the very same arrays have the very same answer.
    """

    def __init__(self) -> None:
        self.last: dict[Callable[..., Any], tuple[tuple[Any, ...], Any]] = {}

    def recall(self, work: Callable[..., Answer], known: tuple[Any, ...]) -> Answer:
        """The answer of a pure function, worked out anew when anything that it is asked about is another object."""
        asked = self.last.get(work)
        if asked is None or not all(map(is_, known, asked[0])):
            asked = self.last[work] = (known, work(*known))
        answer: Answer = asked[1]
        return answer


class Now(NamedTuple):
    """What holds in one quarter."""

    plan: Plan
    given: Given
    policy: Levers
    luck: Luck
    row: int  # of this quarter in quarterly channels
    year: int  # of this year in yearly channels
    budgets: bool  # whether budgets are decided
    cast: Cast
    memory: Memory

    def once(self, work: Callable[..., Answer], *known: Any) -> Answer:
        """The answer of a pure function to what is known, remembered as long as that is the same."""
        return self.memory.recall(work, known)

    @property
    def params(self) -> Params:
        """The uncertainties of these worlds."""
        return self.given.params

    @property
    def conditionality(self) -> Any:
        """What Congress leaves of the conditionality (3b); outside the treaty there is nothing to be conditional."""
        return self.once(_conditionality, self.policy, self.params.commitment)

    @property
    def exit(self) -> Any:
        """How far the United States has left the treaty, against Congress (3c), 0 to 1."""
        return self.once(_exit, self.policy, self.params.commitment)


def _conditionality(policy: Levers, p: Any) -> Any:
    left = commitment.effective_conditionality(policy.conditionality, policy.congress, p.congress_brake)
    return left * (1.0 - _exit(policy, p))


def _exit(policy: Levers, p: Any) -> Any:
    return commitment.effective_conditionality(policy.treaty_exit, policy.congress, p.congress_brake)


def at_quarter(plan: Plan, given: Given, luck: Luck, quarter: int, cast: Cast, memory: Memory | None = None) -> Now:
    """What holds in the quarter with this index. A run hands its `memory` on from quarter to quarter."""
    year, first = _years(plan.quarters)[quarter]
    return Now(plan, given, plan.policies[quarter], luck, quarter, year, first, cast, memory or Memory())


@lru_cache(maxsize=16)
def _years(quarters: tuple[str, ...]) -> tuple[tuple[int, bool], ...]:
    """The row in yearly channels, and whether budgets are decided, for each quarter."""
    first = [calendar.is_first(label) for label in quarters]
    return tuple((sum(first[:quarter]), first[quarter]) for quarter in range(len(quarters)))
