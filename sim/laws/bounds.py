"""Conservation and bounds: laws 1 to 9."""

import numpy as np

from sim.agents import Columns, opening
from sim.draws import block
from sim.ensemble import run
from sim.laws.law import Choices, at_least, at_most, close, equal, finite, law
from sim.laws.runs import PERSON, WORLDS, everywhere, played, resized
from sim.now import Now, at_quarter
from sim.outcomes import outcomes
from sim.plan import Plan
from sim.state import Array, State
from sim.variables import VARIABLES

POOLS = tuple(v for v in VARIABLES.values() if v.unit == "persons" and v.name.startswith("troops"))
"""Where US soldiers can be."""

COUNTERS = tuple(name for name, variable in VARIABLES.items() if variable.unit == "count")

RANGES = {
    "% of GDP": (0.0, 10.5),
    "0 to 1": (0.0, 1.0),
    "0 or 1": (0.0, 1.0),
    "probability": (0.0, 1.0),
    "persons": (-PERSON, 2e6),
    "bn 2021 USD per year": (0.0, np.inf),
    "start = 1": (0.0, np.inf),
    "brigade equivalents": (0.0, np.inf),
    "per quarter": (0.0, np.inf),
    "count": (0.0, np.inf),
    "index": (0.0, np.inf),
    "% of the GDP of Europe and Canada": (0.0, np.inf),
    "bn 2021 USD": (0.0, np.inf),
    "bn USD per year": (0.0, np.inf),
    "bn USD": (0.0, np.inf),
}
"""What a unit allows. A reported share may stand above the highest share there can be."""


@law(1, "No soldier is lost")
def no_soldier_is_lost(plan: Plan, seed: int, choose: Choices) -> None:
    def soldiers(state: State, now: Now) -> Array:
        return sum(np.sum(pool.read(state, now), axis=-1) for pool in POOLS)

    state, given = opening(plan, seed, range(WORLDS))
    luck = block(seed, range(WORLDS), plan.quarters, plan.roster.iso3)
    everybody = soldiers(state, at_quarter(plan, given, luck, 0, Columns(plan.strategies)))
    start = plan.roster
    close(everybody, np.sum(start.troops) + start.home + start.indopacific + start.border, "soldiers at first", 1e-9)
    for state, now in played(plan, seed):
        close(soldiers(state, now), everybody, "soldiers", 1e-9)


@law(2, "No stock and no spending is negative")
def no_stock_and_no_spending_is_negative(plan: Plan, seed: int, choose: Choices) -> None:
    for state, now in played(plan, seed):
        for variable in VARIABLES.values():
            at_least(variable.read(state, now), -PERSON if variable.unit == "persons" else 0.0, variable.name)
        for stock in (state.stationed, *state.in_transit):
            at_least(stock, -PERSON, "soldiers on a place or on their way")
        for stage in state.orders:
            at_least(stage, 0.0, "orders")


@law(3, "No host gets more soldiers than it can take or had from the start")
def no_host_gets_more_than_it_can_take(plan: Plan, seed: int, choose: Choices) -> None:
    most = np.maximum(plan.roster.capacity, plan.roster.troops)
    for state, _ in played(plan, seed):
        at_most(everywhere(state), most + PERSON, "soldiers present and on their way")


def floor_in_force(now: Now) -> Array:
    """Soldiers that a statute keeps in Europe: of a floor that is certified in part, the rest."""
    return now.policy.troop_floor - now.policy.troop_floor * now.policy.certification


def wanted_total(plan: Plan, before: State, now: Now) -> Array:
    """X* of equation 4a, written out again [R]: the start less executed cuts, what trade takes and diversions; the
    floor that is left after certification; what fits. `before` is the state at the end of the last quarter."""
    policy, start = now.policy, plan.roster
    reference = np.broadcast_to(start.troops, before.stationed.shape).copy()
    for k, cut in enumerate(plan.withdrawals):
        quarters_gone = max(0, now.row - plan.quarters.index(cut.start) + 1)
        stock = np.where(np.isin(start.places, cut.hosts), start.troops, 0.0)
        gone = cut.troops * min(1.0, quarters_gone / cut.over) * stock / np.sum(stock)
        reference = reference - now.given.executed[:, k : k + 1] * gone
    condition = now.conditionality * start.forces
    asked = (1.0 - condition) * policy.pledge + condition * np.maximum(policy.pledge, policy.threshold)
    unpaid = start.forces * np.minimum(np.maximum(asked - before.reported, 0.0), 1.0)
    sold = np.minimum(start.trade_exposure / 0.05, 1.0) * (1.0 - policy.eu_shield * start.eu)
    reference[:, :-1] *= 1.0 - now.params.posture.trade_troops * policy.trade_linkage * sold * unpaid
    present = np.sum(reference, axis=-1)
    wanted = np.maximum(present - policy.pivot - policy.border + policy.surge, floor_in_force(now))
    room = np.sum(np.where(reference > PERSON, start.capacity, 0.0), axis=-1)
    return np.minimum(np.maximum(wanted, 0.0), room)


@law(4, "US troops in Europe move toward their target, never past it and never below a floor")
def the_theatre_moves_toward_its_target(plan: Plan, seed: int, choose: Choices) -> None:
    last, _ = opening(plan, seed, range(WORLDS))
    for state, now in played(plan, seed):
        before, after = (np.sum(everywhere(s), axis=-1) for s in (last, state))
        goal = wanted_total(plan, last, now)
        at_least(after, np.minimum(before, goal) - 1e-3, "troops in Europe, falling to their target")
        at_most(after, np.maximum(before, goal) + 1e-3, "troops in Europe, rising to their target")
        room = np.sum(plan.roster.capacity[plan.roster.troops > 0])
        floor = np.minimum(np.minimum(before, floor_in_force(now)), room)
        at_least(after, floor - 1e-3, "troops in Europe, against the floor")
        last = state


@law(5, "Nobody leaves faster than may be, and no more set out than can move")
def movements_keep_their_limits(plan: Plan, seed: int, choose: Choices) -> None:
    before, _ = opening(plan, seed, range(WORLDS))
    for state, now in played(plan, seed):
        p = now.params.posture
        present = before.stationed + before.in_transit[0]
        at_most(present - state.stationed, p.release_rate * present + PERSON, "soldiers who leave a place")
        setting_out = np.sum(sum(state.in_transit) - sum(before.in_transit[1:]), axis=-1, keepdims=True)
        at_most(setting_out, p.movement_limit + PERSON, "soldiers who set out")
        before = state


@law(6, "What sets out arrives after exactly the lag")
def what_sets_out_arrives_after_the_lag(plan: Plan, seed: int, choose: Choices) -> None:
    before, _ = opening(plan, seed, range(WORLDS))
    under_way = [np.zeros_like(before.stationed)] * len(before.in_transit)
    for state, now in played(plan, seed):
        at_most(state.stationed, before.stationed + before.in_transit[0] + PERSON, "soldiers against those who arrived")
        under_way = [*under_way[1:], np.zeros_like(state.stationed)]
        for quarters, (found, expected) in enumerate(zip(state.in_transit, under_way, strict=True), start=1):
            sets_out = np.broadcast_to(now.params.posture.lag == quarters, found.shape)
            equal(np.where(sets_out, 0.0, found), np.where(sets_out, 0.0, expected), f"due in {quarters} quarters")
            at_least(found, expected, f"soldiers due in {quarters} quarters")
        under_way, before = list(state.in_transit), state


@law(7, "Everything is finite and in its range")
def everything_is_finite_and_in_its_range(plan: Plan, seed: int, choose: Choices) -> None:
    data = run(plan, WORLDS, seed)
    for name, variable in VARIABLES.items():
        low, high = RANGES[variable.unit]
        finite(data[name].values, name)
        at_least(data[name].values, low, name)
        at_most(data[name].values, np.inf if name == "share_reported" else high, name)


@law(8, "Totals are sums over the allies")
def totals_are_sums(plan: Plan, seed: int, choose: Choices) -> None:
    data = run(resized(plan, max(4, len(plan.quarters))), WORLDS, seed)
    ends = [f"{quarter[:4]}Q4" for quarter in data.quarter.values if quarter.endswith("Q4")]
    at, table = data.sel(quarter=ends), outcomes(data)
    close(table.spending_europe_canada.values, at.spending.values.sum(axis=-1), "spending of all", 1e-12)
    there = at.troops.values.sum(axis=-1) + at.troops_other.values + at.troops_in_transit.values
    close(table.troops_europe.values, there, "US troops in Europe", 1e-12)
    danger = data.hazard.values.sum(axis=-1).cumsum(axis=-1)[:, [list(data.quarter.values).index(q) for q in ends]]
    close(table.risk.values, -np.expm1(-danger), "risk of any ally", 1e-9, 1e-15)


@law(8, "Money is share times GDP, and the United States pay what is set")
def money_is_share_times_gdp(plan: Plan, seed: int, choose: Choices) -> None:
    data = run(plan, WORLDS, seed)
    equal(data.spending.values, (data.share * data.gdp / 100.0).values, "spending")
    grown = plan.roster.us_gdp * np.exp(plan.roster.us_growth * np.arange(1, len(plan.quarters) + 1) / 4.0)
    close(data.us_spending.values, plan.levers["us_share"] * grown / 100.0, "spending of the United States", 1e-12)


@law(9, "Counters never fall, and the war ends once")
def counters_never_fall_and_the_war_ends_once(plan: Plan, seed: int, choose: Choices) -> None:
    data = run(plan, WORLDS, seed)
    for name in COUNTERS:
        at_least(np.diff(data[name].values, axis=1, prepend=0.0), 0.0, f"more {name} in a quarter")
        at_most(np.diff(data[name].values, axis=1, prepend=0.0), 1.0, f"more {name} in a quarter")
    at_most(data.abandoned.values, data.attacks.values, "attacks left unanswered")
    at_most(np.diff(data.war.values, axis=1), 0.0, "change of the war")


@law(9, "Russian forces only recover")
def russia_only_recovers(plan: Plan, seed: int, choose: Choices) -> None:
    at_least(np.diff(run(plan, WORLDS, seed).russia_free.values, axis=1), 0.0, "change of Russia's free forces")
