"""The worlds before the first quarter, and the reference path that scales the hazard (9d)."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from sim.draws import Luck
from sim.now import Cast, Given, Memory, at_quarter
from sim.params import Params
from sim.plan import Plan
from sim.rules import accounting, burden, deterrence, exercises, expit, logit, posture, total, ukraine
from sim.seen import defended, help_expected, near_the_border, own_spending, us_aid_start
from sim.state import LONGEST_LAG, Array, State
from sim.step import MOVING, play_quarter

ANCHOR_QUARTERS = 44
"""Quarters over which the anchor holds: the eleven years of the reference path (9d)."""


def start(plan: Plan, seed: int, worlds: Sequence[int]) -> tuple[State, Given]:
    """The worlds as they stand before the first quarter: [R, A]. The hazard is not yet scaled (see `anchored`)."""
    roster, params = plan.roster, plan.params(seed, worlds)
    shape = (len(worlds), len(roster.iso3))

    def every(column: Any) -> Array:
        return np.broadcast_to(np.asarray(column, dtype=np.float64), (len(worlds), np.shape(column)[-1])).copy()

    def each(number: Any) -> Array:
        return np.broadcast_to(np.asarray(number, dtype=np.float64), (len(worlds), 1)).copy()

    belief = each(logit(params.commitment.commitment_start))
    exposure = deterrence.exposure(roster.distance, each(params.threat.distance_scale))
    troops = every(roster.troops)
    zero, one = np.zeros(shape), np.ones(shape)
    strength, war = each(params.deterrence.strength_start), each(roster.war)
    state = State(
        share=every(roster.share), reported=every(roster.share), report_error=zero,
        gdp=every(roster.gdp), growth=every(roster.growth), us_gdp=each(roster.us_gdp), regime=each(0.0),
        help_before=zero, hosted_before=np.log(1.0 + troops[..., :-1] / 1000.0),
        peers_before=np.log(burden.peers(every(roster.gdp), every(roster.share))),
        threat=deterrence.threat_after(each(roster.war_quarters), strength, params.threat),
        compliance=one, commitment=each(params.commitment.commitment_start) * one,
        belief_ally=belief * one, belief_russia=belief * one,
        stationed=troops, in_transit=(np.zeros_like(troops),) * LONGEST_LAG,
        moved=each(0.0), home=each(roster.home), indopacific=each(roster.indopacific), border=each(roster.border),
        orders=(one, one, one), capability=one,
        readiness=exercises.readiness_goal(troops[..., :-1], 0.0, one, params.readiness),
        cohesion=each(params.capability.cohesion_start), hedge=zero, procured=each(0.0),
        war=war, strength=strength, defence=one, hazard=zero, hazard_ukraine=each(0.0), incidents=zero,
        attacks=each(0.0), abandoned=each(0.0),
        aid=every(roster.aid), us_aid=each(us_aid_start(plan)), peacekeepers=zero, ukraine_attacks=each(0.0),
    )  # fmt: skip
    given = Given(
        params=params,
        executed=plan.executed(seed, worlds, params.posture.execution, _unresisted(plan, params)),
        exposure=exposure,
        exposure_places=np.concatenate([exposure, each(0.5)], axis=-1),
        room=burden.fiscal_room(roster.debt, params.burden) * one,
        spending=accounting.spending(state.share, state.gdp),
        own_spending=one,
        readiness=state.readiness,
        threat=exposure * state.threat,
        willing=every(roster.willing),
        sendable=ukraine.most_peacekeepers(every(roster.brigades), params.ukraine),
        strength=strength,
        belief=expit(belief),
        defence=one,
        forward=one,
        pull=total(deterrence.pull(every(roster.attack_exposure), every(roster.aid), params.deterrence)),
        scale=each(1.0),
    )
    given = given._replace(own_spending=np.where(roster.forces > 0.0, own_spending(state, given.spending, given), 1.0))
    given = given._replace(forward=near_the_border(state, plan, given))
    given = given._replace(defence=defended(state, plan, given))
    help_ = help_expected(state, plan, given)
    return state._replace(help_before=np.log(help_), defence=given.defence), given


def _unresisted(plan: Plan, params: Params) -> Any:
    """What Congress leaves of the chance of each withdrawal when it begins [R, K]."""
    brake = params.posture.execution_brake
    parts = [posture.unresisted(plan.levers["congress"][plan.quarters.index(w.start)], brake) for w in plan.withdrawals]
    return np.concatenate(np.broadcast_arrays(*map(np.atleast_2d, parts)), axis=-1) if parts else 1.0


def anchored(plan: Plan, seed: int, worlds: Sequence[int], quiet: Luck, cast: Cast, moves: tuple = MOVING) -> Array:
    """The factor [R, 1] that scales the hazard so that the path without policy and without surprise has the
    anchor's probability over eleven years, solved per parameter draw. Equation 9d.

    `quiet` holds `ANCHOR_QUARTERS` of luck in which nothing happens but the end of the war.
    """
    state, given = start(plan, seed, worlds)
    cumulative, memory = np.zeros((len(worlds), 1)), Memory()
    for quarter in range(len(plan.quarters)):
        state = play_quarter(state, at_quarter(plan, given, quiet, quarter, cast, memory), moves)
        cumulative = cumulative + total(state.hazard)
    return deterrence.scale_to_anchor(cumulative, given.params.deterrence.anchor)


def one_world(tree: Any) -> Any:
    """The only world of a state, of what is given or of parameters: the axis of worlds taken off.

    Columns [1, A] become [A], and parameters become plain numbers.
    """
    if isinstance(tree, tuple):
        rows = [one_world(leaf) for leaf in tree]
        return type(tree)(*rows) if hasattr(tree, "_fields") else tuple(rows)
    if is_dataclass(tree) and not isinstance(tree, type):
        return replace(tree, **{f.name: _number(getattr(tree, f.name)) for f in fields(tree)})
    return tree[0]


def _number(leaf: Any) -> Any:
    if is_dataclass(leaf):
        return one_world(leaf)
    return leaf[0, 0] if np.ndim(leaf) else leaf
