"""What changes (State), what is seen (observations) and what is done (actions).

The last axis is the allies, in ISO order; whatever stands before it is repetition. One world has columns [A],
an ensemble of R worlds has [R, A], and no rule can tell. What is common to the allies has a last axis of one.
Stocks of US troops stand on the H = A + 1 *places* of the theatre: the allies, then everything else in Europe.
"""

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LONGEST_LAG = 4
"""Quarters that US units can be in transit at most."""


class State(NamedTuple):
    """Everything that a quarter hands on to the next."""

    # budgets
    share: Array  # [..., A] true defence spending, % of GDP
    reported: Array  # [..., A] reported defence spending, % of GDP
    report_error: Array  # [..., A] what the reports err by, pp of GDP
    gdp: Array  # [..., A] bn 2021 USD per year
    growth: Array  # [..., A] log growth of real GDP in this year
    us_gdp: Array  # [..., 1] bn 2021 USD per year
    regime: Array  # [..., 1] log of the common pressure regime
    help_before: Array  # [..., A] log of expected help at the last budget
    hosted_before: Array  # [..., A] log(1 + troops/1000) at the last budget
    peers_before: Array  # [..., A] log of the others' reported spending at the last budget
    # the threat
    threat: Array  # [..., 1] common threat, 0 to 1
    # commitment
    compliance: Array  # [..., A] 0 to 1
    commitment: Array  # [..., A] chance that the US fights for the ally
    belief_ally: Array  # [..., A] what the ally believes of it, logit
    belief_russia: Array  # [..., A] what Russia believes of it, logit
    # posture
    stationed: Array  # [..., H] US troops, persons
    moved: Array  # [..., 1] US soldiers moved so far, persons
    in_transit: tuple[Array, ...]  # [..., H] each: persons that arrive after 1, 2, ... quarters
    home: Array  # [..., 1] persons
    indopacific: Array  # [..., 1] persons
    border: Array  # [..., 1] persons
    # capability
    orders: tuple[Array, ...]  # [..., A] each: the three stages from spending to service, relative to the start
    capability: Array  # [..., A] forces relative to the start
    readiness: Array  # [..., A] index
    cohesion: Array  # [..., 1] 0 to 1
    hedge: Array  # [..., A] nuclear hedging, 0 to 1
    procured: Array  # [..., 1] European equipment beyond the level of the start, bn 2021 USD so far
    # Russia
    war: Array  # [..., 1] 1 while the war in Ukraine goes on
    strength: Array  # [..., 1] Russian forces free for another front, 0 to 1
    defence: Array  # [..., A] brigade equivalents an attacker would meet
    hazard: Array  # [..., A] of a limited attack, per quarter
    hazard_ukraine: Array  # [..., 1] of an attack on Ukraine as a member, per quarter
    incidents: Array  # [..., A] expected grey-zone incidents per quarter
    attacks: Array  # [..., 1] limited attacks so far
    abandoned: Array  # [..., 1] attacks in which the US did not fight, so far
    # Ukraine
    aid: Array  # [..., A] aid of each ally, % of its GDP
    us_aid: Array  # [..., 1] % of the GDP of Europe and Canada
    peacekeepers: Array  # [..., A] persons
    ukraine_attacks: Array  # [..., 1] attacks on peacekeepers, or on Ukraine as a member, so far


Columns = TypeVar("Columns", bound=tuple)


def at(columns: Columns, index: Any) -> Columns:
    """The same picture for some allies only: every column taken at `index` of its last axis."""
    return type(columns)(*(column[..., index] for column in columns))


class Observation(NamedTuple):
    """What a government knows when it decides its budget: all of it from before anyone moved, [..., A]."""

    share: Array  # its own true share, % of GDP
    pledge: Array  # the line it is asked to reach, % of GDP (2d)
    threat: Array  # 0 to 1
    room: Array  # fiscal room, 0 to 1 (2e)
    help_change: Array  # log change of expected help since the last budget (2f)
    host_change: Array  # log change of US troops hosted since the last budget
    peers_change: Array  # log change of the others' reported spending since the last budget
    new_government: Array  # 1 in the year of a change of government
    pressure: Array  # pressure in force, 0 to 1
    conditionality: Array  # effective conditionality (3b), 0 to 1
    exposure: Array  # 0 to 1
    trade: Array  # how firmly payments are tied to trade (2d), 0 to 1
    shaming: Array  # how loudly allies are shamed, 0 to 1
    regime: Array  # log of the common pressure regime
    forces: Array  # 1, or 0 for an ally without armed forces

    def at(self, index: Any) -> "Observation":
        """The same picture, seen from these allies only."""
        return at(self, index)


class Shock(NamedTuple):
    """Luck of one budget, [..., A]."""

    own: Array  # standardised Student t with 2.5 degrees of freedom
    common: Array  # standard normal, the same for all allies

    def at(self, index: Any) -> "Shock":
        """The luck of these allies only."""
        return at(self, index)


class Action(NamedTuple):
    """What a government does this year."""

    share: Array  # [..., A] next defence spending, % of GDP


class Theatre(NamedTuple):
    """What the United States sees when it decides its posture."""

    reference: Array  # [..., H] troops at the start less executed withdrawals, persons
    compliance: Array  # [..., H] 0 to 1
    exposure: Array  # [..., H] 0 to 1
    capacity: Array  # [..., H] persons
    total: Array  # [..., 1] troops at the start less executed withdrawals, persons
    tilt_to_spenders: Any
    tilt_to_exposed: Any
    pivot: Any
    border: Any
    surge: Any
    troop_floor: Any


class Orders(NamedTuple):
    """Where the United States wants its troops."""

    target: Array  # [..., H] persons


class Balance(NamedTuple):
    """What Russia sees when it weighs an attack."""

    strength: Array  # [..., 1] its own free forces, relative to the start
    defence: Array  # [..., A] relative to the start
    belief: Array  # [..., A] that the US would fight, less its value at the start
    forward: Array  # [..., A] log change of the forces near its border
    attraction: Array  # [..., A] how much each ally is exposed to an attack
    umbrella: Array  # [..., 1] European nuclear umbrella, 0 to 1


class Temptation(NamedTuple):
    """How strongly Russia is drawn to a limited attack on each ally, before scaling to the anchor."""

    hazard: Array  # [..., A] relative hazard
