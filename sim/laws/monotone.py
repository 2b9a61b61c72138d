"""What rises with what: laws 10 to 15, 17, 18 and 21, held at some quarter of a run by asking its rules again."""

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np

from sim.agents import Drifter, PledgeKeeper, Russia, UnitedStates
from sim.laws.law import Choices, at_least, at_most, close, equal, law
from sim.laws.runs import PERSON, Moment, moment
from sim.now import Now
from sim.params import levers, uncertainties
from sim.plan import Plan
from sim.rules import burden
from sim.rules.commitment import LEAST, MOST
from sim.seen import defended
from sim.state import Action, Array, State
from sim.step import commit, judge

ULP = 1e-12
"""Rounding of quantities of size one."""

SMALLEST_GAP = 0.01
"""Percentage points below the threshold from which a small grace must show as a cliff."""


def committed(state: State, now: Now) -> Array:
    """How likely the United States is to fight, with the policy in force [R, A]."""
    return commit(judge(state, now), now).commitment


def lever(choose: Choices, name: str) -> float:
    """A value of a lever."""
    return choose.number(name.replace("_", " "), levers()[name].low, levers()[name].high)


def raised(columns: Any, index: int, more: float) -> Array:
    """The same columns with one entry raised."""
    return columns + np.where(np.arange(np.shape(columns)[-1]) == index, more, 0.0)


# --- commitment ---------------------------------------------------------------------------------------------


@law(10, "Compliance falls with the threshold and rises with the reported share")
def compliance_answers_threshold_and_report(plan: Plan, seed: int, choose: Choices) -> None:
    m, more = moment(plan, seed, choose), choose.number("percentage points more", 0.0, 6.0)
    found = judge(m.state, m.now).compliance
    harder = m.under(threshold=m.now.policy.threshold + more)
    at_most(judge(m.state, harder).compliance, found + ULP, "compliance under a higher threshold")
    better = m.state._replace(reported=m.state.reported + more)
    at_least(judge(better, m.now).compliance, found - ULP, "compliance with a higher report")
    at_least(found, 0.0, "compliance")
    at_most(found, 1.0, "compliance")


@law(11, "The commitment falls with threshold and condition, and rises with reports, troops and its start")
def commitment_answers_everything_in_its_direction(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    more, part = choose.number("percentage points more", 0.0, 6.0), choose.number("part of the way", 0.0, 1.0)
    state, policy, found = m.state, m.now.policy, committed(m.state, m.now)
    harder = m.under(threshold=policy.threshold + more)
    stricter = m.under(conditionality=policy.conditionality + part * (1.0 - policy.conditionality))
    at_most(committed(state, harder), found + ULP, "commitment under a higher threshold")
    at_most(committed(state, stricter), found + ULP, "commitment under a stricter condition")
    better = state._replace(reported=state.reported + more)
    guarded = state._replace(stationed=state.stationed + 1000.0 * more)
    at_least(committed(better, m.now), found - ULP, "commitment with a higher report")
    at_least(committed(guarded, m.now), found - ULP, "commitment with more troops")
    first = m.now.params.commitment.commitment_start
    surest = np.maximum(uncertainties()["commitment_start"].prior.high, first)
    surer = m.supposing("commitment", commitment_start=first + part * (surest - first))
    at_least(committed(state, surer), found - ULP, "commitment from a surer start")
    at_least(found, LEAST, "commitment")
    at_most(found, MOST, "commitment")


@law(12, "Without conditionality the threshold and its grace mean nothing")
def without_conditionality_the_threshold_means_nothing(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    other = m.under(conditionality=0.0, threshold=lever(choose, "threshold"), grace=lever(choose, "grace"))
    equal(committed(m.state, other), committed(m.state, m.under(conditionality=0.0)), "commitment")


@law(17, "Without grace compliance is a cliff, and with little grace nearly so")
def no_grace_is_a_cliff(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    threshold = lever(choose, "threshold")
    asked = plan.roster.forces > 0.0
    above = ~asked | (m.state.reported >= threshold)
    cliff = judge(m.state, m.under(threshold=threshold, grace=0.0)).compliance
    equal(cliff, np.where(above, 1.0, 0.0), "compliance without grace")
    little = choose.number("grace", 0.0, SMALLEST_GAP / 40.0)
    steep = judge(m.state, m.under(threshold=threshold, grace=little)).compliance
    equal(np.where(above, steep, 1.0), 1.0, "compliance at the line and above it")
    below = asked & (m.state.reported <= threshold - SMALLEST_GAP)
    at_most(np.where(below, steep, 0.0), exp(-39.9), "compliance below the line")


@law(21, "Conditionality does not touch those who comply")
def who_complies_is_not_touched(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    ally = choose.one("ally who complies", plan.roster.iso3)
    index = plan.roster.iso3.index(ally)
    threshold = choose.number("part of its report", 0.0, 1.0) * float(np.min(m.state.reported[..., index]))
    strict = m.under(threshold=threshold, conditionality=lever(choose, "conditionality"))
    complies = judge(m.state, strict).compliance == 1.0
    at_least(complies[..., index], 1.0, f"compliance of {ally}")
    bare = committed(m.state, m.under(threshold=threshold, conditionality=0.0))
    equal(np.where(complies, committed(m.state, strict), bare), bare, "commitment to those who comply")


# --- budgets ------------------------------------------------------------------------------------------------


def budgets(m: Moment, strategy: Callable = PledgeKeeper.decide, now: Now | None = None, **seen: Any) -> Array:
    """What all allies would have decided, all by one strategy, had they seen something else [R, A]."""
    decided: Action = strategy(m.witness.seen._replace(**seen), (now or m.now).params, m.witness.shock)
    return decided.share


@law(13, "A budget rises with the share before it, up to where its drift turns")
def a_budget_rises_with_the_share_before(plan: Plan, seed: int, choose: Choices) -> None:
    m, more = moment(plan, seed, choose), choose.number("percentage points more", 0.0, 0.5)
    share = np.minimum(m.witness.seen.share, burden.turning_share(m.witness.seen, m.now.params.burden) - more)
    found = budgets(m, share=share)
    at_least(budgets(m, share=share + more), found - ULP * (1.0 + found), "budget after a higher one")


@law(13, "A budget rises with pledge and pressure, and by less than the pledge")
def a_budget_rises_with_pledge_and_pressure(plan: Plan, seed: int, choose: Choices) -> None:
    m, more = moment(plan, seed, choose), choose.number("percentage points more", 0.0, 6.0)
    seen, found = m.witness.seen, budgets(m)
    higher = budgets(m, pledge=seen.pledge + more)
    at_least(higher, found - ULP * 10, "budget under a higher pledge")
    at_most(higher, found + more + ULP * 10, "budget under a higher pledge")
    at_least(budgets(m, pressure=seen.pressure + more), found - ULP * 10, "budget under more pressure")


@law(13, "No pressure lifts a budget past the pledge")
def pressure_never_lifts_past_the_pledge(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    pledge = choose.number("pledge, % of GDP", 0.0, 6.0) * np.ones_like(m.witness.seen.pledge)
    planned, found = budgets(m, Drifter.decide), budgets(m, pledge=pledge)
    at_least(found, planned, "budget against the plan")
    at_most(found, np.maximum(planned, pledge) + ULP * 10, "budget against plan and pledge")
    equal(np.where(planned >= pledge, found, planned), planned, "budget planned above the pledge")


LIFTS = tuple(
    name
    for name, declared in uncertainties().items()
    if declared.equation == "2c" and declared.unit.startswith("pp of GDP")
)
"""What lifts a budget (2c)."""


@law(18, "Without pressure a budget is the plan, and under great pressure it reaches the line")
def no_pressure_and_great_pressure(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    stable, forces = np.zeros_like(m.witness.seen.share), m.witness.seen.forces
    planned = budgets(m, Drifter.decide, new_government=stable)
    idle, great = (m.supposing("burden", **dict.fromkeys(LIFTS, size)) for size in (0.0, 1e9))
    equal(budgets(m, now=idle, new_government=stable), planned, "budget without pressure")
    line = np.where(forces > 0.0, np.maximum(planned, m.witness.seen.pledge), planned)
    close(budgets(m, now=great, new_government=stable), line, "budget under great pressure", 1e-14, 1e-14)


# --- deterrence ---------------------------------------------------------------------------------------------


@law(14, "Defence rises with forces, guests, belief, cohesion and reinforcement")
def defence_rises_with_everything_that_comes(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    more, part = choose.number("how much more", 0.0, 10.0), choose.number("part of the way", 0.0, 1.0)
    state, given = m.state, m.now.given
    found = defended(state, plan, given)
    better = {
        "own forces": state._replace(capability=state.capability + more),
        "readiness": state._replace(readiness=state.readiness + more),
        "soldiers at home": state._replace(peacekeepers=state.peacekeepers * (1.0 - part)),
        "US troops": state._replace(stationed=state.stationed + 1000.0 * more),
        "belief": state._replace(belief_russia=state.belief_russia + more),
        "cohesion": state._replace(cohesion=state.cohesion + part * (1.0 - state.cohesion)),
    }
    for what, stronger in better.items():
        at_least(defended(stronger, plan, given), found * (1.0 - ULP), f"defence with more {what}")
    brigades = m.now.params.deterrence.us_reinforcement + more
    reinforced = m.supposing("deterrence", us_reinforcement=brigades).given
    at_least(defended(state, plan, reinforced), found * (1.0 - ULP), "defence with more reinforcement")


@law(14, "The danger falls with defence and belief, and rises with Russian strength and provocation")
def the_danger_answers_in_its_direction(plan: Plan, seed: int, choose: Choices) -> None:
    m, more = moment(plan, seed, choose), choose.number("how much more", 0.0, 2.0)
    seen, p = m.witness.balance, m.now.params

    def danger(**other: Any) -> Array:
        return Russia.decide(seen._replace(**other), p).hazard

    found = danger()
    at_least(found, 0.0, "danger")
    at_most(danger(defence=seen.defence + more), found * (1.0 + ULP), "danger against more defence")
    at_most(danger(belief=seen.belief + more), found * (1.0 + ULP), "danger against more belief")
    at_most(danger(umbrella=seen.umbrella + more), found * (1.0 + ULP), "danger under a surer umbrella")
    at_least(danger(strength=seen.strength + more), found * (1.0 - ULP), "danger from more strength")
    at_least(danger(forward=seen.forward + more), found * (1.0 - ULP), "danger where more stands")


# --- posture ------------------------------------------------------------------------------------------------


@law(15, "More weight for a place never lowers it and raises no other")
def more_weight_for_a_place_raises_no_other(plan: Plan, seed: int, choose: Choices) -> None:
    m = moment(plan, seed, choose)
    place = choose.one("place", plan.roster.places)
    index, more = plan.roster.places.index(place), choose.number("soldiers more", 1.0, 50_000.0)
    seen = m.witness.theatre
    heavier = seen._replace(reference=raised(seen.reference, index, more))
    found, after = (UnitedStates.decide(theatre, m.now.params).target for theatre in (seen, heavier))
    at_least(after[..., index], found[..., index] - PERSON, f"soldiers wanted in {place}")
    others = np.arange(len(plan.roster.places)) != index
    at_most(after[..., others], found[..., others] + PERSON, "soldiers wanted elsewhere")


@law(15, "A larger total lowers no place")
def a_larger_total_lowers_no_place(plan: Plan, seed: int, choose: Choices) -> None:
    m, more = moment(plan, seed, choose), choose.number("soldiers more", 0.0, 50_000.0)
    seen = m.witness.theatre
    found, after = (
        UnitedStates.decide(theatre, m.now.params).target for theatre in (seen, seen._replace(surge=seen.surge + more))
    )
    at_least(after, found - PERSON, "soldiers wanted in a place")
