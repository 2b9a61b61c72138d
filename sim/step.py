"""One quarter, in order: all look, all decide, all move, then the world answers (MODEL.md section 1.3).

`ORDER` is the order of play; each entry takes the state and what holds in this quarter, and returns the state.
The rules stand in `sim.rules`; here they are only put together. Nothing here knows how many worlds there are.
"""

from collections.abc import Callable

import numpy as np

from sim.now import Now
from sim.params import Params
from sim.rules import (
    accounting,
    burden,
    capability,
    commitment,
    deterrence,
    economy,
    exercises,
    expit,
    posture,
    total,
    ukraine,
)
from sim.seen import (
    all_aid,
    cover,
    defended,
    exposed,
    free_strength,
    hazard_for_member,
    hazard_for_peacekeepers,
    help_expected,
    member,
    near_the_border,
    observed,
    on_watch,
    own_spending,
    sent,
    theatre,
    theatre_change,
    traded,
    us_aid_start,
    withdrawn,
)
from sim.state import Array, Balance, Shock, State


def grow(state: State, now: Now) -> State:
    """0: growth, the end of the war, the pressure regime."""
    p, luck = now.params, now.luck
    ends = deterrence.war_ends(luck.common("event", "war_end", now.row), p.deterrence, now.policy.ceasefire)
    begins = now.plan.war_begins == now.plan.quarters[now.row]
    state = state._replace(war=np.where(begins, 1.0, np.where(ends, 0.0, state.war)))
    if now.budgets:
        common = luck.common("year", "growth", now.year)
        state = state._replace(
            growth=economy.yearly_growth(now.plan.roster.growth, luck.growth[now.year], common, p.economy),
            regime=burden.next_regime(state.regime, luck.common("year", "regime", now.year), p.burden),
        )
    return state._replace(
        gdp=economy.grown(state.gdp, state.growth), us_gdp=economy.grown(state.us_gdp, now.plan.roster.us_growth)
    )


def judge(state: State, now: Now) -> State:
    """1, 2: the policy in force measures every ally with forces by what it reports (3a)."""
    measured = commitment.compliance(state.reported, now.policy.threshold, now.policy.grace)
    return state._replace(compliance=np.where(now.plan.roster.forces > 0.0, measured, 1.0))


def deploy(state: State, now: Now) -> State:
    """3: the United States orders, troops leave, set out and arrive (4a to 4c)."""
    roster, p, policy = now.plan.roster, now.params.posture, now.policy
    arriving, in_transit = posture.travelled(state.in_transit)
    stationed = state.stationed + arriving
    reference = (roster.troops - withdrawn(now)) * (1.0 - traded(state, now))
    target = now.cast.posture(theatre(state, now, reference), now.params).target
    brake = p.advice_brake * policy.military_advice
    flows = posture.flows(stationed, sum(in_transit), target, state.home, p.release_rate, p.movement_limit, brake)
    in_transit = posture.dispatched(in_transit, flows.inward, p.lag)
    stationed, home = stationed - flows.out, state.home + flows.home
    gone = posture.released(total(stationed + sum(in_transit)), np.sum(roster.troops))
    asked = policy.pivot + policy.border + np.sum(roster.troops) - total(reference)
    east = posture.pool_move(state.indopacific, roster.indopacific + posture.diverted(gone, policy.pivot, asked), home)
    south = posture.pool_move(state.border, roster.border + posture.diverted(gone, policy.border, asked), home - east)
    return state._replace(
        stationed=stationed,
        moved=state.moved + np.maximum(total(flows.out), total(flows.inward)),
        in_transit=in_transit,
        home=home - east - south,
        indopacific=state.indopacific + east,
        border=state.border + south,
    )


def commit(state: State, now: Now) -> State:
    """4: how likely the United States is to fight for each ally (3c). No agent ever reads it."""
    p, start = now.params.commitment, now.plan.roster.troops
    chance = commitment.commitment(
        state.compliance,
        now.conditionality,
        p,
        commitment.tripwire_change(state.stationed[..., :-1], start[:-1]),
        theatre_change(state, now),
    )
    return state._replace(commitment=commitment.after_exit(chance, now.exit, p))


def believe(state: State, now: Now) -> State:
    """5: allies and Russia read the signals, each in its own way (3d)."""
    p, policy, luck = now.params.commitment, now.policy, now.luck
    spoken = policy.rhetoric, policy.reassurance, policy.law
    shown = commitment.signal(state.commitment, *spoken, p)
    discord = commitment.disagreement(*spoken, np.clip(theatre_change(state, now), -1.0, 1.0))
    return state._replace(
        belief_ally=commitment.updated_belief(state.belief_ally, shown, luck.belief_ally[now.row], discord, p),
        belief_russia=commitment.updated_belief(state.belief_russia, shown, luck.belief_russia[now.row], discord, p),
    )


def alarm(state: State, now: Now) -> State:
    """6: the threat that allies perceive."""
    return state._replace(threat=deterrence.threat(state.threat, state.war, state.strength, now.params.threat))


def budget(state: State, now: Now) -> State:
    """7: once a year every ally decides what it spends (2a to 2f)."""
    if not now.budgets:
        return state
    help_ = np.log(help_expected(state, now.plan, now.given))
    hosted = np.log(1.0 + state.stationed[..., :-1] / 1000.0)
    peers = np.log(burden.peers(state.gdp, state.reported))
    seen = observed(state, now, help_, hosted, peers)
    common = now.luck.common("year", "budget", now.year)
    shock = Shock(own=now.luck.budget[now.year], common=np.broadcast_to(common, state.share.shape))
    action = now.cast.budgets(seen, now.params, shock)
    return state._replace(
        share=burden.within_reach(action.share), help_before=help_, hosted_before=hosted, peers_before=peers
    )


def build(state: State, now: Now) -> State:
    """8: money becomes forces (5a), forces train (6), cohesion and hedging move (5b, 5c), budgets are reported (2g)."""
    p, roster, policy = now.params, now.plan.roster, now.policy
    equipment = capability.equipped(
        own_spending(state, now.plan, now.given),
        now.given.own_spending,
        policy.joint_procurement,
        p.capability.joint_gain,
    )
    orders = capability.ordered(
        state.orders, np.where(roster.forces > 0.0, equipment, 1.0), p.capability.procurement_lag
    )
    trained = exercises.readiness_goal(
        state.stationed[..., :-1], policy.exercise_exclusion, state.compliance, p.readiness
    )
    money = total(np.where(roster.european, accounting.spending(state.share, state.gdp), 0.0))
    money_start = total(np.where(roster.european, now.given.spending, 0.0))
    state = state._replace(
        orders=orders,
        capability=capability.renewed(state.capability, orders[-1], p.capability.turnover),
        readiness=exercises.readiness(state.readiness, trained),
        cohesion=capability.cohesion(state.cohesion, now.conditionality, policy.european_effort, p.capability),
        hedge=capability.hedged(
            state.hedge,
            expit(state.belief_ally),
            now.given.exposure * state.threat,
            policy.european_umbrella,
            roster.forces * (1.0 - roster.nuclear),
            p.capability,
        ),
        procured=accounting.procured(state.procured, money, money_start, p.costs),
    )
    if not now.budgets:
        return state
    error = burden.carried_error(state.report_error, now.luck.report[now.year], p.burden.reporting_error)
    line = burden.line(now.policy.pledge, now.policy.threshold, now.conditionality, roster.forces)
    return state._replace(
        report_error=error,
        reported=burden.reported_share(state.share, line, error, p.burden.reporting_bias, roster.forces),
    )


def press(state: State, now: Now) -> State:
    """9: Russia regenerates, and weighs a limited attack (9a to 9e)."""
    p, given, roster = now.params.deterrence, now.given, now.plan.roster
    restored = deterrence.regenerated(state.strength, state.war, all_aid(state), p)
    spent = np.maximum(roster.war, state.war) > 0.0
    state = state._replace(strength=np.where(spent, restored, state.strength))
    state = state._replace(defence=defended(state, now.plan, given))
    doubt = expit(state.belief_russia) - given.belief
    near = np.log((1.0 + near_the_border(state, now.plan, given)) / (1.0 + given.forward))
    balance = Balance(
        strength=free_strength(state, now) / given.strength,
        defence=state.defence / given.defence,
        belief=doubt,
        forward=near + now.params.ukraine.accession_alarm * member(state, now),
        attraction=roster.attack_exposure,
        umbrella=now.policy.european_umbrella * np.ones_like(state.war),
    )
    light = (1.0 - roster.heavy_share) * (state.stationed[..., :-1] - roster.troops[:-1]) / deterrence.HEAVY_BRIGADE
    pull = deterrence.pull(roster.attack_exposure, state.aid, p) / given.pull
    state = state._replace(
        hazard=given.scale * now.cast.pressure(balance, now.params).hazard,
        incidents=deterrence.incidents(pull, doubt, light, p),
    )
    if not now.plan.in_ukraine:
        return state
    spreading = ukraine.escalated(hazard_for_peacekeepers(state, now), on_watch(state), now.params.ukraine)
    return state._replace(hazard=state.hazard + spreading, hazard_ukraine=hazard_for_member(state, now))


def resolve(state: State, now: Now) -> State:
    """10: an attack comes or not, the United States fights or not, and everyone takes note (3e, 5b)."""
    luck, p = now.luck, now.params
    by_code = now.plan.roster.by_code
    struck = deterrence.struck(
        np.take(state.hazard, by_code, axis=-1),
        luck.common("event", "attack", now.row),
        luck.common("event", "target", now.row),
    )
    target = np.take(struck, np.argsort(by_code), axis=-1)
    honoured, abandoned = deterrence.answered(target, state.commitment, luck.common("event", "answer", now.row))
    return noted(state, p, honoured, abandoned)._replace(
        attacks=state.attacks + honoured + abandoned,
        abandoned=state.abandoned + abandoned,
    )


def noted(state: State, p: Params, honoured: Array, abandoned: Array) -> State:
    """What a test of the commitment does to beliefs and cohesion (3e, 5b)."""
    jump = p.commitment.tested_jump
    return state._replace(
        belief_ally=commitment.tested(state.belief_ally, honoured, abandoned, jump),
        belief_russia=commitment.tested(state.belief_russia, honoured, abandoned, jump),
        cohesion=capability.after_test(state.cohesion, abandoned, p.capability.failed_test_cost),
    )


def support(state: State, now: Now) -> State:
    """11: aid to Ukraine moves (8)."""
    p, policy, roster = now.params.ukraine, now.policy, now.plan.roster
    threat = now.given.exposure * state.threat
    return state._replace(
        aid=ukraine.aid(state.aid, policy.european_aid, roster.aid, threat, now.given.threat, p),
        us_aid=ukraine.us_aid(state.us_aid, policy.us_aid, us_aid_start(now.plan), p),
    )


def keep_peace(state: State, now: Now) -> State:
    """11: peacekeepers deploy; an attack on them, or on Ukraine as a member, may test the commitment (7, 3e)."""
    if not now.plan.in_ukraine:
        return state
    state = state._replace(peacekeepers=ukraine.deployed(sent(state, now), state.war))
    luck, row = now.luck, now.row
    covered, bare = cover(state, now) * hazard_for_peacekeepers(state, now), state.hazard_ukraine
    comes, tests = ukraine.attacked(
        hazard_for_peacekeepers(state, now) + bare,
        covered + bare,
        luck.common("event", "ukraine", row),
        luck.common("event", "ukraine_tested", row),
    )
    chance = ukraine.mixed(total(on_watch(state) * state.commitment), covered, exposed(now, state.commitment), bare)
    honoured, abandoned = deterrence.answered(tests, chance, luck.common("event", "ukraine_answer", row))
    return noted(state, now.params, honoured, abandoned)._replace(ukraine_attacks=state.ukraine_attacks + comes)


ORDER: tuple[Callable[[State, Now], State], ...] = (
    grow, judge, deploy, commit, believe, alarm, budget, build, press, resolve, support, keep_peace,
)  # fmt: skip


MOVING = (grow, alarm, budget, build, press, support)
"""What moves without policy and without surprise, in the same order: compliance, troops, commitment and beliefs then
stand still, and nobody is attacked. A law holds the reference path of (9d) to the whole order."""


def play_quarter(state: State, now: Now, moves: tuple[Callable[[State, Now], State], ...] = ORDER) -> State:
    """One quarter in the order of play."""
    for move in moves:
        state = move(state, now)
    return state
