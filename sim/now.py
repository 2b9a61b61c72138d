"""What holds in one quarter: plan, parameters, policy, luck, and who is asked."""

from typing import Any, NamedTuple, Protocol

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

    @property
    def params(self) -> Params:
        """The uncertainties of these worlds."""
        return self.given.params

    @property
    def conditionality(self) -> Any:
        """What Congress leaves of the conditionality (3b); outside the treaty there is nothing to be conditional."""
        policy, p = self.policy, self.params.commitment
        left = commitment.effective_conditionality(policy.conditionality, policy.congress, p.congress_brake)
        return left * (1.0 - self.exit)

    @property
    def exit(self) -> Any:
        """How far the United States has left the treaty, against Congress (3c), 0 to 1."""
        policy, p = self.policy, self.params.commitment
        return commitment.effective_conditionality(policy.treaty_exit, policy.congress, p.congress_brake)


def at_quarter(plan: Plan, given: Given, luck: Luck, quarter: int, cast: Cast) -> Now:
    """What holds in the quarter with this index."""
    year = sum(calendar.is_first(label) for label in plan.quarters[:quarter])
    first = calendar.is_first(plan.quarters[quarter])
    return Now(plan, given, plan.policies[quarter], luck, quarter, year, first, cast)
