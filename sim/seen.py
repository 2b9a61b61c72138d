"""What is seen of a state: by those who decide, and by the steps that need a sum over it. Nothing here moves."""

from typing import Any

import numpy as np

from sim.now import Given, Now
from sim.params import Levers, Params
from sim.plan import Plan
from sim.reference import Roster
from sim.rules import accounting, burden, capability, commitment, deterrence, expit, posture, total, ukraine
from sim.state import Array, Balance, Observation, State, Theatre


def remaining(paths: Array, executed: Array, gone: Array, start: Array) -> Array:
    """Troops of the start that executed withdrawals and trade talks have left by now [..., H], persons.

    `paths` [K, H] is what each withdrawal takes as it stands, `executed` [..., K] what part of it is carried out, and
    `gone` [..., H] the part that trade talks take of what is left.
    """
    taken: Any = np.zeros(paths.shape[-1])
    for k, path in enumerate(paths):
        taken = taken + executed[..., k : k + 1] * path
    left: Array = (start - taken) * (1.0 - gone)
    return left


def linked(policy: Levers, roster: Roster) -> Array:
    """How firmly every ally's payments are tied to its trade [..., A] (2d)."""
    return burden.trade_link(policy.trade_linkage, policy.eu_shield, roster.trade_exposure, roster.eu)


def asked(policy: Levers, conditionality: Any, roster: Roster) -> Array:
    """The share that every ally is asked to reach [..., A], % of GDP (2d)."""
    return burden.line(policy.pledge, policy.threshold, conditionality, roster.forces)


def traded(reported: Array, line: Array, link: Array, p: Params, roster: Roster) -> Array:
    """Part of the troops on each place that trade talks take away [..., H], 0 to 1: from those who pay too little."""
    gone = p.posture.trade_troops * link * (roster.forces * burden.unmet(reported, line))
    return _and_elsewhere(gone, 0.0)


def _and_elsewhere(columns: Array, value: float) -> Array:
    """Columns of the allies [..., A] as columns of all places [..., H]."""
    return np.concatenate([columns, np.full_like(columns[..., :1], value)], axis=-1)


def theatre(compliance: Array, reference: Array, policy: Levers, given: Given, roster: Roster) -> Theatre:
    """What the United States sees of its posture. Elsewhere in Europe nobody has to comply."""
    return Theatre(
        reference=reference,
        compliance=_and_elsewhere(compliance, 1.0),
        exposure=given.exposure_places,
        capacity=roster.capacity,
        total=total(reference),
        tilt_to_spenders=policy.tilt_to_spenders,
        tilt_to_exposed=policy.tilt_to_exposed,
        pivot=policy.pivot,
        border=policy.border,
        surge=policy.surge,
        troop_floor=posture.statutory_floor(policy.troop_floor, policy.certification),
    )


def coming(*in_transit: Array) -> Array:
    """US troops on their way to each place [..., H], persons."""
    way: Array = sum(in_transit)  # type: ignore[assignment]
    return way


def present(stationed: Array, way: Array) -> Array:
    """US troops in Europe [..., 1], those under way included, persons."""
    return total(stationed + way)


def in_europe(state: State, now: Now) -> Array:
    """US troops in Europe [..., 1], those under way included, persons."""
    return now.once(present, state.stationed, now.once(coming, *state.in_transit))


def theatre_change(state: State, now: Now) -> Array:
    """Log change of US troops in Europe since the start [..., 1]."""
    return now.once(_theatre_change, in_europe(state, now), now.plan.roster)


def _theatre_change(present_total: Array, roster: Roster) -> Array:
    return commitment.theatre_change(present_total, np.sum(roster.troops))


def observed(state: State, now: Now, help_: Array, hosted: Array, peers: Array) -> Observation:
    """The picture on which budgets are decided, all of it from before anyone moved."""
    roster, policy, shape = now.plan.roster, now.policy, state.share.shape

    def every(column: Any) -> Array:
        return np.broadcast_to(column, shape)

    changed = now.luck.government[now.year] < now.params.burden.government_hazard
    return Observation(
        share=state.share,
        pledge=every(now.once(asked, policy, now.conditionality, roster)),
        threat=burden.nearness(now.given.exposure, now.params.burden) * state.threat,
        room=now.given.room,
        help_change=help_ - state.help_before,
        host_change=hosted - state.hosted_before,
        peers_change=peers - state.peers_before,
        new_government=np.where(changed, 1.0, 0.0),
        pressure=every(policy.pressure),
        conditionality=every(now.conditionality),
        exposure=now.given.exposure,
        trade=every(now.once(linked, policy, roster)),
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


def trust_of_allies(belief: Array) -> Array:
    """Chance that every ally gives to the United States fighting for it [..., A]."""
    return expit(belief)


def trust_of_russia(belief: Array) -> Array:
    """Chance that Russia gives to the United States fighting for each ally [..., A]."""
    return expit(belief)


def doubt(trust: Array, given: Given) -> Array:
    """Change of Russia's belief in the commitment since the start [..., A]."""
    return trust - given.belief


def european_money(spending: Array, european: Any) -> Array:
    """What the European allies spend together [..., 1], bn 2021 USD per year."""
    return total(np.where(european, spending, 0.0))


def help_expected(state: State, plan: Plan, given: Given) -> Array:
    """Help that every ally expects [..., A] (2f): US help by belief, European help by money and resolve."""
    p = given.params
    money = accounting.spending(state.share, state.gdp)
    chances = capability.resolve(state.cohesion, p.capability)
    european = capability.pledged_by_others(money, plan.roster.near, chances) / total(given.spending)
    return burden.expected_help(expit(state.belief_ally), european, p.burden)


def own_spending(state: State, money: Array, given: Given) -> Array:
    """What every ally spends on its own forces [..., A], bn 2021 USD per year: `money` without the aid inside (8)."""
    return ukraine.own_spending(money, accounting.spending(state.aid, state.gdp), given.params.ukraine)


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
    return at_home(forces(state, plan, given), state, plan, given)


def at_home(own: Array, state: State, plan: Plan, given: Given) -> Array:
    """What peacekeeping leaves at home of all brigade equivalents of every ally [..., A] (7)."""
    if not plan.in_ukraine:
        return own
    return np.maximum(own - ukraine.away(state.peacekeepers, given.params.ukraine), 0.0)


def guests(stationed: Array, roster: Roster) -> Array:
    """Brigade equivalents of other allies and the United States in every ally's country [..., A] (9b)."""
    return deterrence.forward_forces(roster.battlegroup, roster.heavy_share, stationed[..., :-1])


def light_change(stationed: Array, roster: Roster) -> Array:
    """Brigade equivalents of light US troops in every ally's country, less those at the start [..., A] (9e)."""
    return (1.0 - roster.heavy_share) * (stationed[..., :-1] - roster.troops[:-1]) / deterrence.HEAVY_BRIGADE


def near_the_border(state: State, plan: Plan, given: Given) -> Array:
    """Brigade equivalents that Russia has before it [..., A] (9c): an ally's own, its guests, and its peacekeepers."""
    return forces(state, plan, given) + guests(state.stationed, plan.roster)


def defended(state: State, plan: Plan, given: Given) -> Array:
    """Brigade equivalents that an attacker would meet [..., A] (9b)."""
    own, there = forces(state, plan, given), guests(state.stationed, plan.roster)
    return met(state, own, there, trust_of_russia(state.belief_russia), plan, given)


def met(state: State, own: Array, there: Array, trust: Array, plan: Plan, given: Given) -> Array:
    """The same, where an ally's own forces, its guests' and Russia's belief in the United States are known [..., A]."""
    p, home = given.params, at_home(own, state, plan, given)
    chances = capability.resolve(state.cohesion, p.capability)
    others = capability.pledged_by_others(home, plan.roster.near, chances)
    return deterrence.defence(home, there, trust, others, p.deterrence)
