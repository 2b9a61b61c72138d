"""One quarter, in order: all look, all decide, all move, then the world answers (MODEL.md section 1.3).

`ORDER` is the order of play; each entry takes the state and what holds in this quarter, and returns the state.
The rules stand in `sim.rules`; here they are only put together. Nothing here knows how many worlds there are.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.now import Cast, Given, Now
from sim.params import Levers, Params
from sim.reference import Roster
from sim.rules import (
    accounting,
    burden,
    capability,
    commitment,
    deterrence,
    economy,
    exercises,
    posture,
    total,
    ukraine,
)
from sim.seen import (
    all_aid,
    asked,
    coming,
    cover,
    doubt,
    european_money,
    exposed,
    forces,
    free_strength,
    guests,
    hazard_for_member,
    hazard_for_peacekeepers,
    help_expected,
    in_europe,
    light_change,
    linked,
    member,
    met,
    observed,
    on_watch,
    own_spending,
    remaining,
    sent,
    theatre,
    theatre_change,
    traded,
    trust_of_allies,
    trust_of_russia,
    us_aid_start,
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
        gdp=state.gdp * now.once(economy.quarterly, state.growth),
        us_gdp=economy.grown(state.us_gdp, now.plan.roster.us_growth),
    )


def judge(state: State, now: Now) -> State:
    """1, 2: the policy in force measures every ally with forces by what it reports (3a)."""
    return state._replace(compliance=now.once(_compliance, state.reported, now.policy, now.plan.roster))


def _compliance(reported: Array, policy: Levers, roster: Roster) -> Array:
    measured = commitment.compliance(reported, policy.threshold, policy.grace)
    return np.where(roster.forces > 0.0, measured, 1.0)


def deploy(state: State, now: Now) -> State:
    """3: the United States orders, troops leave, set out and arrive (4a to 4c)."""
    roster, p, policy = now.plan.roster, now.params.posture, now.policy
    line, link = now.once(asked, policy, now.conditionality, roster), now.once(linked, policy, roster)
    gone = now.once(traded, state.reported, line, link, now.params, roster)
    reference = now.once(remaining, now.plan.withdrawal_paths[now.row], now.given.executed, gone, roster.troops)
    target = now.once(_target, state.compliance, reference, policy, now.given, roster, now.cast)
    arriving, in_transit = posture.travelled(state.in_transit)
    stationed = changed(state.stationed, arriving)
    way = now.once(coming, *in_transit)
    flows = now.once(_flows, stationed, way, target, state.home, policy, p)
    state = state._replace(
        stationed=changed(stationed, -flows.out),
        moved=state.moved + now.once(_moved, flows),
        in_transit=posture.dispatched(in_transit, flows.inward, p.lag),
        home=changed(state.home, flows.home),
    )
    return shift(state, now, reference)


def _target(compliance: Array, reference: Array, policy: Levers, given: Given, roster: Roster, cast: Cast) -> Array:
    return cast.posture(theatre(compliance, reference, policy, given, roster), given.params).target


def _flows(stationed: Array, way: Array, target: Array, home: Array, policy: Levers, p: Any) -> posture.Flows:
    brake = p.advice_brake * policy.military_advice
    return posture.flows(stationed, way, target, home, p.release_rate, p.movement_limit, brake)


def _moved(flows: posture.Flows) -> Array:
    return np.maximum(total(flows.out), total(flows.inward))


def shift(state: State, now: Now, reference: Array) -> State:
    """3: troops at home go to the Indo-Pacific and to the border as far as others have left Europe (4a)."""
    roster, policy, home = now.plan.roster, now.policy, state.home
    gone = posture.released(in_europe(state, now), np.sum(roster.troops))
    asked = policy.pivot + policy.border + np.sum(roster.troops) - now.once(total, reference)
    east = posture.pool_move(state.indopacific, roster.indopacific + posture.diverted(gone, policy.pivot, asked), home)
    south = posture.pool_move(state.border, roster.border + posture.diverted(gone, policy.border, asked), home - east)
    return state._replace(
        home=changed(changed(home, -east), -south),
        indopacific=state.indopacific + east,
        border=state.border + south,
    )


def changed(stock: Array, change: Array) -> Array:
    """A stock after a change: the very same array where nothing changes, so that what follows from it is remembered."""
    return stock + change if np.any(change) else stock


def commit(state: State, now: Now) -> State:
    """4: how likely the United States is to fight for each ally (3c). No agent ever reads it."""
    p, start, theatre = now.params.commitment, now.plan.roster.troops, theatre_change(state, now)
    known = state.compliance, state.stationed, theatre, now.conditionality, now.exit, p, start
    return state._replace(commitment=now.once(_commitment, *known))


def _commitment(
    compliance: Array, stationed: Array, theatre: Array, conditionality: Any, exit_: Any, p: Any, start: Array
) -> Array:
    tripwire = commitment.tripwire_change(stationed[..., :-1], start[:-1])
    chance = commitment.commitment(compliance, conditionality, p, tripwire, theatre)
    return commitment.after_exit(chance, exit_, p)


def believe(state: State, now: Now) -> State:
    """5: allies and Russia read the signals, each in its own way (3d)."""
    p, policy, luck = now.params.commitment, now.policy, now.luck
    shown = now.once(_shown, state.commitment, policy, p)
    discord = now.once(_discord, policy, theatre_change(state, now))
    return state._replace(
        belief_ally=commitment.updated_belief(state.belief_ally, shown, luck.belief_ally[now.row], discord, p),
        belief_russia=commitment.updated_belief(state.belief_russia, shown, luck.belief_russia[now.row], discord, p),
    )


def _shown(chance: Array, policy: Levers, p: Any) -> Array:
    return commitment.signal(chance, policy.rhetoric, policy.reassurance, policy.law, p)


def _discord(policy: Levers, theatre: Array) -> Array:
    voices = policy.rhetoric, policy.reassurance, policy.law
    return commitment.disagreement(*voices, np.clip(theatre, -1.0, 1.0))


def alarm(state: State, now: Now) -> State:
    """6: the threat that allies perceive."""
    return state._replace(threat=deterrence.threat(state.threat, state.war, state.strength, now.params.threat))


def budget(state: State, now: Now) -> State:
    """7: once a year every ally decides what it spends (2a to 2f), or a player decides for it (2h)."""
    if not now.budgets:
        return state
    help_ = np.log(help_expected(state, now.plan, now.given))
    hosted = np.log(1.0 + state.stationed[..., :-1] / 1000.0)
    peers = np.log(burden.peers(state.gdp, state.reported))
    seen = observed(state, now, help_, hosted, peers)
    common = now.luck.common("year", "budget", now.year)
    shock = Shock(own=now.luck.budget[now.year], common=np.broadcast_to(common, state.share.shape))
    share, decided = now.cast.budgets(seen, now.params, shock).share, now.plan.decided
    if decided is not None:
        share = burden.played(share, decided[now.row])
    return state._replace(share=burden.within_reach(share), help_before=help_, hosted_before=hosted, peers_before=peers)


def build(state: State, now: Now) -> State:
    """8: money becomes forces (5a), forces train (6), cohesion and hedging move (5b, 5c), budgets are reported (2g)."""
    for part in (arm, train, hold_together, buy, report):
        state = part(state, now)
    return state


def arm(state: State, now: Now) -> State:
    """8: money becomes forces (5a)."""
    p, forces = now.params.capability, now.plan.roster.forces
    own = own_spending(state, now.once(accounting.spending, state.share, state.gdp), now.given)
    equipment = capability.equipped(own, now.given.own_spending, now.policy.joint_procurement, p.joint_gain)
    orders = capability.ordered(state.orders, np.where(forces > 0.0, equipment, 1.0), p.procurement_lag)
    return state._replace(orders=orders, capability=capability.renewed(state.capability, orders[-1], p.turnover))


def train(state: State, now: Now) -> State:
    """8: forces train (6)."""
    trained = now.once(_trained, state.stationed, now.policy, state.compliance, now.params.readiness)
    return state._replace(readiness=exercises.readiness(state.readiness, trained))


def _trained(stationed: Array, policy: Levers, compliance: Array, p: Any) -> Array:
    return exercises.readiness_goal(stationed[..., :-1], policy.exercise_exclusion, compliance, p)


def hold_together(state: State, now: Now) -> State:
    """8: cohesion and hedging move (5b, 5c)."""
    p, roster, policy = now.params.capability, now.plan.roster, now.policy
    felt = now.given.exposure * state.threat
    able = roster.forces * (1.0 - roster.nuclear)
    trust = now.once(trust_of_allies, state.belief_ally)
    return state._replace(
        cohesion=capability.cohesion(state.cohesion, now.conditionality, policy.european_effort, p),
        hedge=capability.hedged(state.hedge, trust, felt, policy.european_umbrella, able, p),
    )


def buy(state: State, now: Now) -> State:
    """8: European equipment beyond the level of the start is summed up (12d)."""
    european = now.plan.roster.european
    money = european_money(now.once(accounting.spending, state.share, state.gdp), european)
    start = now.once(european_money, now.given.spending, european)
    return state._replace(procured=accounting.procured(state.procured, money, start, now.params.costs))


def report(state: State, now: Now) -> State:
    """8: once a year budgets are reported (2g)."""
    if not now.budgets:
        return state
    p, roster = now.params.burden, now.plan.roster
    error = burden.carried_error(state.report_error, now.luck.report[now.year], p.reporting_error)
    line = now.once(asked, now.policy, now.conditionality, roster)
    reported = burden.reported_share(state.share, line, error, p.reporting_bias, roster.forces)
    return state._replace(report_error=error, reported=reported)


def press(state: State, now: Now) -> State:
    """9: Russia regenerates, and weighs a limited attack (9a to 9e)."""
    for part in (regenerate, weigh, provoke, spread):
        state = part(state, now)
    return state


def regenerate(state: State, now: Now) -> State:
    """9: Russian forces recover from the war (9a)."""
    restored = deterrence.regenerated(state.strength, state.war, all_aid(state), now.params.deterrence)
    spent = np.maximum(now.plan.roster.war, state.war) > 0.0
    return state._replace(strength=np.where(spent, restored, state.strength))


def weigh(state: State, now: Now) -> State:
    """9: Russia weighs a limited attack on each ally (9b, 9c)."""
    given, roster = now.given, now.plan.roster
    own, there = forces(state, now.plan, given), now.once(guests, state.stationed, roster)
    trust = now.once(trust_of_russia, state.belief_russia)
    defence = met(state, own, there, trust, now.plan, given)
    near = np.log((1.0 + (own + there)) / (1.0 + given.forward))
    balance = Balance(
        strength=free_strength(state, now) / given.strength,
        defence=defence / given.defence,
        belief=now.once(doubt, trust, given),
        forward=near + now.params.ukraine.accession_alarm * member(state, now),
        attraction=roster.attack_exposure,
        umbrella=now.policy.european_umbrella * np.ones_like(state.war),
    )
    return state._replace(defence=defence, hazard=given.scale * now.cast.pressure(balance, now.params).hazard)


def provoke(state: State, now: Now) -> State:
    """9: what comes below the threshold of an attack (9e)."""
    p, roster = now.params.deterrence, now.plan.roster
    pull = deterrence.pull(roster.attack_exposure, state.aid, p) / now.given.pull
    doubted = now.once(doubt, now.once(trust_of_russia, state.belief_russia), now.given)
    light = now.once(light_change, state.stationed, roster)
    return state._replace(incidents=deterrence.incidents(pull, doubted, light, p))


def spread(state: State, now: Now) -> State:
    """9: an attack on peacekeepers may grow into one on those who send them; Ukraine as a member (7)."""
    if not now.plan.in_ukraine:
        return state
    spreading = ukraine.escalated(hazard_for_peacekeepers(state, now), on_watch(state), now.params.ukraine)
    return state._replace(hazard=state.hazard + spreading, hazard_ukraine=hazard_for_member(state, now))


def resolve(state: State, now: Now) -> State:
    """10: an attack comes or not, the United States fights or not, and everyone takes note (3e, 5b)."""
    by_code = now.plan.roster.by_code
    attack, target, answer = (now.luck.common("event", name, now.row) for name in ("attack", "target", "answer"))
    hazard = np.take(state.hazard, by_code, axis=-1)
    worlds = deterrence.comes(total(hazard), attack)[..., 0]  # few: only in these somebody is struck
    if not np.any(worlds):
        return state
    struck = deterrence.struck(hazard[worlds], attack[worlds], target[worlds])
    struck = np.take(struck, np.argsort(by_code), axis=-1)
    honoured, abandoned = np.zeros_like(attack), np.zeros_like(attack)
    honoured[worlds], abandoned[worlds] = deterrence.answered(struck, state.commitment[worlds], answer[worlds])
    return noted(state, now.params, honoured, abandoned)._replace(
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


MOVING = (grow, alarm, budget, arm, regenerate, weigh, support)
"""What moves the hazard without policy and without surprise, in the same order: compliance, troops, readiness,
commitment, beliefs and cohesion then stand still, and nobody is attacked. A law holds the reference path of (9d) to the
whole order."""


def play_quarter(state: State, now: Now, moves: tuple[Callable[[State, Now], State], ...] = ORDER) -> State:
    """One quarter in the order of play."""
    for move in moves:
        state = move(state, now)
    return state
