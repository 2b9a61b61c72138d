"""What is seen of a state: by those who decide, and by the steps that need a sum over it. Nothing here moves."""

from typing import Any

import numpy as np

from sim.now import Given, Now
from sim.plan import Plan
from sim.rules import accounting, burden, capability, commitment, deterrence, expit, posture, total, ukraine
from sim.state import Array, Balance, Observation, State, Theatre


def withdrawn(now: Now) -> Array:
    """Troops that executed withdrawals have taken from each place by now [..., H], persons."""
    paths = now.plan.withdrawal_paths[now.row]
    gone = np.zeros(paths.shape[-1])
    for k, path in enumerate(paths):
        gone = gone + now.given.executed[..., k : k + 1] * path
    return gone


def linked(now: Now) -> Array:
    """How firmly every ally's payments are tied to its trade [..., A] (2d)."""
    roster, policy = now.plan.roster, now.policy
    return burden.trade_link(policy.trade_linkage, policy.eu_shield, roster.trade_exposure, roster.eu)


def traded(state: State, now: Now) -> Array:
    """Part of the troops on each place that trade talks take away [..., H], 0 to 1: from those who pay too little."""
    line = burden.line(now.policy.pledge, now.policy.threshold, now.conditionality, now.plan.roster.forces)
    unmet = now.plan.roster.forces * burden.unmet(state.reported, line)
    gone = now.params.posture.trade_troops * linked(now) * unmet
    return np.concatenate([gone, np.zeros_like(state.home)], axis=-1)


def theatre(state: State, now: Now, reference: Array) -> Theatre:
    """What the United States sees of its posture. Elsewhere in Europe nobody has to comply."""
    policy, elsewhere = now.policy, np.ones_like(state.home)
    return Theatre(
        reference=reference,
        compliance=np.concatenate([state.compliance, elsewhere], axis=-1),
        exposure=now.given.exposure_places,
        capacity=now.plan.roster.capacity,
        total=total(reference),
        tilt_to_spenders=policy.tilt_to_spenders,
        tilt_to_exposed=policy.tilt_to_exposed,
        pivot=policy.pivot,
        border=policy.border,
        surge=policy.surge,
        troop_floor=posture.statutory_floor(policy.troop_floor, policy.certification),
    )


def theatre_change(state: State, now: Now) -> Array:
    """Log change of US troops in Europe since the start [..., 1]."""
    present = total(state.stationed + sum(state.in_transit))
    return commitment.theatre_change(present, np.sum(now.plan.roster.troops))


def observed(state: State, now: Now, help_: Array, hosted: Array, peers: Array) -> Observation:
    """The picture on which budgets are decided, all of it from before anyone moved."""
    roster, policy, shape = now.plan.roster, now.policy, state.share.shape

    def every(column: Any) -> Array:
        return np.broadcast_to(column, shape)

    changed = now.luck.government[now.year] < now.params.burden.government_hazard
    return Observation(
        share=state.share,
        pledge=every(burden.line(policy.pledge, policy.threshold, now.conditionality, roster.forces)),
        threat=burden.nearness(now.given.exposure, now.params.burden) * state.threat,
        room=now.given.room,
        help_change=help_ - state.help_before,
        host_change=hosted - state.hosted_before,
        peers_change=peers - state.peers_before,
        new_government=np.where(changed, 1.0, 0.0),
        pressure=every(policy.pressure),
        conditionality=every(now.conditionality),
        exposure=now.given.exposure,
        trade=every(linked(now)),
        shaming=every(np.maximum(-policy.rhetoric, 0.0)),
        regime=every(state.regime),
        forces=every(roster.forces),
    )


def hazard_for_peacekeepers(state: State, now: Now) -> Array:
    """Hazard of an attack on peacekeepers, per quarter [..., 1] (7): Russia weighs its belief about who sends them."""
    believed = total(on_watch(state) * expit(state.belief_russia))
    return ukraine.peacekeeper_hazard(state.peacekeepers, cover(state, now), believed, now.params.ukraine)


def sent(state: State, now: Now) -> Array:
    """Peacekeepers that each ally is to send [..., A], persons: by its part, and no more than it can (7)."""
    wanted = now.policy.peacekeepers * np.ones_like(state.war)
    return posture.fill(now.given.willing, now.given.sendable, wanted)


def on_watch(state: State) -> Array:
    """Part of each ally in the force of peacekeepers there is [..., A]; nought while there is none."""
    return state.peacekeepers / np.maximum(total(state.peacekeepers), 1.0)


def cover(state: State, now: Now) -> Array:
    """How far Article 5 covers peacekeepers [..., 1], 0 to 1: by decision, or because Ukraine is a member."""
    return np.maximum(now.policy.peacekeepers_covered, member(state, now))


def member(state: State, now: Now) -> Array:
    """Whether Ukraine is a member [..., 1], 0 or 1: once the fighting has ended."""
    return now.policy.ukraine_accession * (1.0 - state.war)


def exposed(now: Now, columns: Array) -> Array:
    """The average of the allies, each by its exposure to an attack [..., 1]."""
    weight = now.plan.roster.attack_exposure
    return total(weight * columns) / np.sum(weight)


def hazard_for_member(state: State, now: Now) -> Array:
    """Hazard of an attack on Ukraine as a member, per quarter [..., 1] (7, 9c): believed in like the exposed allies."""
    given, p = now.given, now.params
    balance = Balance(
        strength=free_strength(state, now) / given.strength,
        defence=np.ones_like(state.war),
        belief=exposed(now, expit(state.belief_russia)) - given.belief,
        forward=p.ukraine.accession_alarm * member(state, now),
        attraction=p.ukraine.accession_exposure * member(state, now),
        umbrella=now.policy.european_umbrella * np.ones_like(state.war),
    )
    return given.scale * deterrence.temptation(balance, p.deterrence)


def help_expected(state: State, plan: Plan, given: Given) -> Array:
    """Help that every ally expects [..., A] (2f): US help by belief, European help by money and resolve."""
    p = given.params
    money = accounting.spending(state.share, state.gdp)
    chances = capability.resolve(state.cohesion, p.capability)
    european = capability.pledged_by_others(money, plan.roster.near, chances) / total(given.spending)
    return burden.expected_help(expit(state.belief_ally), european, p.burden)


def own_spending(state: State, plan: Plan, given: Given) -> Array:
    """What every ally spends on its own forces [..., A], bn 2021 USD per year: without the aid counted inside (8)."""
    money, aid = accounting.spending(state.share, state.gdp), accounting.spending(state.aid, state.gdp)
    return ukraine.own_spending(money, aid, given.params.ukraine)


def us_aid_start(plan: Plan) -> float:
    """US aid to Ukraine in the year before the start, % of the GDP of Europe and Canada."""
    return plan.roster.us_aid * plan.roster.us_gdp / float(np.sum(plan.roster.gdp))


def all_aid(state: State) -> Array:
    """Aid to Ukraine from all allies and the United States [..., 1], % of the GDP of Europe and Canada."""
    return total(state.aid * state.gdp) / total(state.gdp) + state.us_aid


def free_strength(state: State, now: Now) -> Array:
    """Russian forces free for another front than Ukraine [..., 1], 0 to 1."""
    return state.strength * (1.0 - ukraine.tied(state.peacekeepers, now.params.ukraine))


def forces(state: State, plan: Plan, given: Given) -> Array:
    """All brigade equivalents of every ally [..., A], wherever they are: as strong as they are ready (5a, 6)."""
    return plan.roster.brigades * state.capability * (state.readiness / given.readiness)


def brigades(state: State, plan: Plan, given: Given) -> Array:
    """Brigade equivalents of every ally at home [..., A] (9b): all of them less peacekeeping (7)."""
    gone = ukraine.away(state.peacekeepers, given.params.ukraine)
    return np.maximum(forces(state, plan, given) - gone, 0.0)


def guests(state: State, plan: Plan) -> Array:
    """Brigade equivalents of other allies and the United States in every ally's country [..., A] (9b)."""
    roster = plan.roster
    return deterrence.forward_forces(roster.battlegroup, roster.heavy_share, state.stationed[..., :-1])


def near_the_border(state: State, plan: Plan, given: Given) -> Array:
    """Brigade equivalents that Russia has before it [..., A] (9c): an ally's own, its guests, and its peacekeepers."""
    return forces(state, plan, given) + guests(state, plan)


def defended(state: State, plan: Plan, given: Given) -> Array:
    """Brigade equivalents that an attacker would meet [..., A] (9b)."""
    roster, p = plan.roster, given.params
    own = brigades(state, plan, given)
    chances = capability.resolve(state.cohesion, p.capability)
    return deterrence.defence(
        own,
        guests(state, plan),
        expit(state.belief_russia),
        capability.pledged_by_others(own, roster.near, chances),
        p.deterrence,
    )
