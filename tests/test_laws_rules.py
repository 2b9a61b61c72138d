"""Laws of single rules (MODEL.md section 8), and every rule once by hand."""

from math import exp, log, sqrt
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents import PledgeKeeper
from sim.rules import (
    accounting,
    burden,
    capability,
    commitment,
    deterrence,
    economy,
    exercises,
    expit,
    listed,
    logit,
    posture,
    running,
    spillover,
    total,
    ukraine,
)
from sim.state import LONGEST_LAG, Balance
from tests.strategies import (
    COLUMNS,
    columns,
    lever,
    numbers,
    observations,
    params,
    probabilities,
    shares,
    shocks,
    switches,
    troops,
    uncertainty,
)

PLACES = (COLUMNS[0] + 1,)
PERSON = 1e-6
"""Rounding of sums of soldiers: a millionth of a person."""
ULP = 1e-12
"""Rounding of quantities of size one."""

allies = st.integers(0, COLUMNS[0] - 1)
places = st.integers(0, PLACES[0] - 1)


def raised(columns, index, more):
    """The same columns with one entry raised."""
    return columns + np.where(np.arange(columns.shape[-1]) == index, more, 0.0)


def with_(group, **values):
    """A parameter group with other values."""
    return SimpleNamespace(**{**vars(group), **values})


# --- posture: conservation and bounds -----------------------------------------------------------------------


@st.composite
def movements(draw):
    """A theatre, and many quarters of targets, releases, movement limits and one lag: all in range."""
    quarters = draw(st.integers(1, 12))
    return SimpleNamespace(
        stationed=draw(troops(PLACES)),
        home=draw(st.one_of(st.just(0.0), numbers(1.0, 800_000.0))),
        targets=draw(troops((quarters, *PLACES))),
        releases=draw(columns(0.08, 0.15, (quarters,))),
        limits=draw(columns(500.0, 30_000.0, (quarters,))),
        lag=draw(uncertainty("lag")),
        brake=draw(numbers(0.0, 0.8)),
    )


def quarters_of(case):
    """Every quarter of a case: stocks before, movements, stocks after."""
    stationed, home = case.stationed, np.array([case.home])
    in_transit = (np.zeros(PLACES),) * LONGEST_LAG
    for target, release, limit in zip(case.targets, case.releases, case.limits, strict=True):
        arriving, moved_on = posture.travelled(in_transit)
        here = stationed + arriving
        flows = posture.flows(here, sum(moved_on), target, home, release, limit, case.brake)
        after = posture.dispatched(moved_on, flows.inward, case.lag)
        quarter = SimpleNamespace(
            here=here, coming=sum(moved_on), home=home, target=target, release=release, limit=limit, flows=flows,
            arriving=arriving, stationed=here - flows.out, in_transit=after, home_after=home + flows.home,
        )  # fmt: skip
        yield quarter
        stationed, in_transit, home = quarter.stationed, after, quarter.home_after


@given(movements())
def test_movements_conserve_soldiers(case):
    """Law 1, for one rule."""
    everybody = np.sum(case.stationed) + case.home
    for q in quarters_of(case):
        now = np.sum(q.stationed) + np.sum(sum(q.in_transit)) + q.home_after[0]
        np.testing.assert_allclose(now, everybody, rtol=1e-12)


@given(movements())
def test_no_stock_of_soldiers_is_negative(case):
    """Law 2."""
    for q in quarters_of(case):
        assert np.all(q.flows.out >= 0.0)
        assert np.all(q.flows.inward >= 0.0)
        assert np.all(q.stationed >= -PERSON)
        assert all(np.all(stock >= 0.0) for stock in q.in_transit)
        assert q.home_after[0] >= -PERSON


@given(movements())
def test_a_place_and_those_on_their_way_never_exceed_target_or_what_was_there(case):
    """Law 3."""
    for q in quarters_of(case):
        after = q.stationed + sum(q.in_transit)
        assert np.all(after <= np.maximum(q.target, q.here + q.coming) + PERSON)


@given(movements())
def test_the_total_moves_toward_its_target_and_never_past_it(case):
    """Law 4."""
    for q in quarters_of(case):
        before, after, goal = np.sum(q.here + q.coming), np.sum(q.stationed + sum(q.in_transit)), np.sum(q.target)
        assert min(before, goal) - PERSON <= after <= max(before, goal) + PERSON


@given(movements())
def test_outflow_and_inflow_keep_their_limits(case):
    """Law 5."""
    for q in quarters_of(case):
        assert np.all(q.flows.out <= q.release * q.here * (1.0 + ULP))
        assert np.sum(q.flows.inward) <= q.limit * (1.0 + ULP)


@given(movements())
def test_what_sets_out_arrives_exactly_after_the_lag(case):
    """Law 6."""
    played = list(quarters_of(case))
    lag = int(case.lag)
    for first, later in zip(played, played[lag:], strict=False):
        np.testing.assert_array_equal(later.arriving, first.flows.inward)
    for early in played[:lag]:
        assert np.all(early.arriving == 0.0)


@given(movements())
def test_soldiers_come_only_from_where_there_are_too_many_and_go_where_there_are_too_few(case):
    """Law 4: a reshuffle goes in one direction in every place."""
    for q in quarters_of(case):
        assert np.all(q.flows.out[q.here + q.coming <= q.target] == 0.0)
        assert np.all(q.flows.inward[q.here + q.coming >= q.target] == 0.0)


@given(troops(PLACES), troops(PLACES), numbers(0.0, 200_000.0))
def test_filling_keeps_every_cap_and_places_what_can_be_placed(weight, capacity, wanted):
    """Laws 2 and 3."""
    placed = posture.fill(weight, capacity, np.array([wanted]))
    room = np.sum(np.where(weight > 0.0, capacity, 0.0))
    assert np.all(placed >= 0.0)
    assert np.all(placed <= capacity)
    assert np.all(placed[weight == 0.0] == 0.0)
    np.testing.assert_allclose(np.sum(placed), min(wanted, room), rtol=1e-10, atol=PERSON)


@given(troops(PLACES), troops(PLACES), numbers(0.0, 200_000.0), places, numbers(1.0, 50_000.0))
def test_more_weight_for_a_place_never_lowers_it_and_raises_no_other(weight, capacity, wanted, index, more):
    """Law 15, also for a place that had no weight at all."""
    wanted = np.array([wanted])
    before, after = posture.fill(weight, capacity, wanted), posture.fill(raised(weight, index, more), capacity, wanted)
    others = np.arange(PLACES[0]) != index
    assert after[index] >= before[index] - PERSON
    assert np.all(after[others] <= before[others] + PERSON)


@given(troops(PLACES), troops(PLACES), numbers(0.0, 200_000.0), numbers(0.0, 50_000.0))
def test_a_larger_total_lowers_no_place(weight, capacity, wanted, more):
    """Law 15."""
    before = posture.fill(weight, capacity, np.array([wanted]))
    after = posture.fill(weight, capacity, np.array([wanted + more]))
    assert np.all(after >= before - PERSON)


@given(
    numbers(0.0, 150_000.0), lever("pivot"), lever("border"), lever("surge"), lever("troop_floor"), numbers(0.0, 9e4)
)
def test_the_wanted_total_keeps_the_floor_and_answers_every_lever_in_its_direction(
    present, pivot, border, surge, floor, more
):
    """Law 4, the goal."""
    wanted = posture.desired_total(present, pivot, border, surge, floor)
    assert wanted >= floor
    assert wanted >= 0.0
    assert posture.desired_total(present, pivot + more, border, surge, floor) <= wanted
    assert posture.desired_total(present, pivot, border + more, surge, floor) <= wanted
    assert posture.desired_total(present, pivot, border, surge + more, floor) >= wanted
    assert posture.desired_total(present, pivot, border, surge, floor + more) >= wanted


# --- commitment ---------------------------------------------------------------------------------------------


@given(shares(), lever("threshold"), lever("grace"), numbers(0.0, 6.0))
def test_compliance_falls_with_the_threshold_and_rises_with_the_reported_share(reported, threshold, grace, more):
    """Law 10."""
    now = commitment.compliance(reported, threshold, grace)
    assert np.all(commitment.compliance(reported, threshold + more, grace) <= now + ULP)
    assert np.all(commitment.compliance(reported + more, threshold, grace) >= now - ULP)
    assert np.all((now >= 0.0) & (now <= 1.0))


@given(
    shares(), troops(COLUMNS), params("commitment"), lever("threshold"), lever("grace"), lever("conditionality"),
    numbers(0.0, 4.0), numbers(-3.0, 1.0),
)  # fmt: skip
def test_commitment_answers_everything_in_its_direction(
    reported, hosted, p, threshold, grace, conditionality, more, theatre
):
    """Law 11."""

    def chance(reported=reported, threshold=threshold, conditionality=conditionality, hosted=hosted, start=None):
        group = p.commitment if start is None else with_(p.commitment, commitment_start=start)
        compliant = commitment.compliance(reported, threshold, grace)
        change = commitment.tripwire_change(hosted, 1000.0)
        return commitment.commitment(compliant, conditionality, group, change, theatre)

    now = chance()
    higher = conditionality + (1.0 - conditionality) * more / 4.0
    surer = p.commitment.commitment_start + (0.95 - p.commitment.commitment_start) * more / 4.0
    assert np.all(chance(conditionality=higher) <= now + ULP)
    assert np.all(chance(threshold=threshold + more) <= now + ULP)
    assert np.all(chance(reported=reported + more) >= now - ULP)
    assert np.all(chance(start=surer) >= now - ULP)
    assert np.all(chance(hosted=hosted + 1000.0 * more) >= now - ULP)
    assert np.all((now >= 0.01) & (now <= 0.99))


@given(shares(), params("commitment"), lever("threshold"), lever("grace"), columns(-1.0, 1.0), numbers(-3.0, 1.0))
def test_without_conditionality_the_threshold_and_its_grace_mean_nothing(reported, p, threshold, grace, tripwire, all_):
    """Law 12, bit for bit."""
    compliant = commitment.compliance(reported, threshold, grace)
    np.testing.assert_array_equal(
        commitment.commitment(compliant, 0.0, p.commitment, tripwire, all_),
        commitment.commitment(np.ones(COLUMNS), 0.0, p.commitment, tripwire, all_),
    )


@given(columns(0.0, 4.0), lever("threshold"), lever("conditionality"), lever("grace"), params("commitment"))
def test_among_compliant_allies_conditionality_means_nothing(above, threshold, conditionality, grace, p):
    """Law 21, bit for bit."""
    compliant = commitment.compliance(threshold + above, threshold, grace)
    np.testing.assert_array_equal(
        commitment.commitment(compliant, conditionality, p.commitment, 0.0, 0.0),
        commitment.commitment(compliant, 0.0, p.commitment, 0.0, 0.0),
    )


@given(columns(0.01, 6.0), lever("threshold"), numbers(0.0, 1.0))
def test_with_little_grace_compliance_is_a_cliff(gap, threshold, fraction):
    """Law 17: at a fortieth of the smallest gap, less than e^-40 is left below, and nothing is lost at the line."""
    grace = fraction * 0.01 / 40.0
    assert np.all(commitment.compliance(threshold - gap, threshold, grace) <= exp(-39.9))
    assert np.all(commitment.compliance(threshold + gap, threshold, grace) == 1.0)
    assert commitment.compliance(threshold, threshold, grace) == 1.0


@given(lever("conditionality"), lever("congress"), uncertainty("congress_brake"))
def test_congress_takes_from_a_conditional_policy_and_never_adds(conditionality, congress, brake):
    """Equation 3b."""
    left = commitment.effective_conditionality(conditionality, congress, brake)
    assert 0.0 <= left <= conditionality


@given(columns(-4.0, 4.0), columns(-4.0, 4.0), params("commitment"))
def test_beliefs_move_toward_the_signal_and_faster_down_than_up(belief, shown, p):
    """Equation 3d."""
    moved = commitment.updated_belief(belief, shown, 0.0, 0.0, p.commitment)
    assert np.all(np.abs(shown - moved) <= np.abs(shown - belief) + ULP)
    up = commitment.updated_belief(belief, belief + 1.0, 0.0, 0.0, p.commitment) - belief
    down = belief - commitment.updated_belief(belief, belief - 1.0, 0.0, 0.0, p.commitment)
    fair = p.commitment.bad_news - p.commitment.good_news
    np.testing.assert_allclose(down - up, fair, atol=1e-9)


# --- budgets ------------------------------------------------------------------------------------------------


@given(observations(share=5.0), shocks(), params("burden"), numbers(0.0, 0.5))
def test_a_budget_rises_with_the_share_before(seen, shock, p, more):
    """Law 13: up to where the drift turns, 3.6% of GDP at the ends of the priors, above 5% nearly everywhere."""
    seen = seen._replace(share=np.minimum(seen.share, burden.turning_share(seen, p.burden) - more))
    now = PledgeKeeper.decide(seen, p, shock).share
    higher = PledgeKeeper.decide(seen._replace(share=seen.share + more), p, shock).share
    assert np.all(higher >= now - ULP * (1.0 + now))


@given(shares(high=12.0), shares(high=6.0), columns(0.0, 3.0), numbers(0.0, 6.0))
def test_a_pressed_budget_rises_with_plan_pledge_and_pressure(planned, pledge, pressure, more):
    """Law 13."""
    now = burden.kinked_budget(planned, pledge, pressure)
    assert np.all(burden.kinked_budget(planned + more, pledge, pressure) >= now - ULP * 10)
    assert np.all(burden.kinked_budget(planned, pledge + more, pressure) >= now - ULP * 10)
    assert np.all(burden.kinked_budget(planned, pledge, pressure + more) >= now - ULP * 10)


@given(shares(high=12.0), shares(high=6.0), shares(high=6.0), columns(0.0, 3.0))
def test_a_budget_moves_less_than_the_pledge(planned, pledge, other, pressure):
    """Law 13: |s'(p1) - s'(p2)| <= |p1 - p2|."""
    moved = burden.kinked_budget(planned, pledge, pressure) - burden.kinked_budget(planned, other, pressure)
    assert np.all(np.abs(moved) <= np.abs(pledge - other) + ULP * 10)


@given(shares(high=12.0), shares(high=6.0), columns(0.0, 3.0))
def test_pressure_never_lifts_past_the_pledge(planned, pledge, pressure):
    """Law 13: never plan < p < s', and a budget above the pledge is left alone."""
    share = burden.kinked_budget(planned, pledge, pressure)
    assert np.all(share <= np.maximum(planned, pledge) + ULP * 10)
    assert np.all(share >= planned)
    np.testing.assert_array_equal(share[planned >= pledge], planned[planned >= pledge])


@given(shares(), shares(high=6.0), columns(0.0, 3.0), shares())
def test_the_kink_is_the_cheapest_answer(planned, pledge, pressure, other):
    """Equation 2b: no other share has a smaller ½(s - plan)² + pressure·max(0, pledge - s)."""

    def cost(share):
        return 0.5 * (share - planned) * (share - planned) + pressure * np.maximum(pledge - share, 0.0)

    assert np.all(cost(burden.kinked_budget(planned, pledge, pressure)) <= cost(other) + 1e-9)


@given(shares(), shares(high=6.0))
def test_without_pressure_a_budget_is_the_plan_and_under_any_pressure_it_reaches_the_line(planned, pledge):
    """Law 18."""
    np.testing.assert_array_equal(burden.kinked_budget(planned, pledge, 0.0), planned)
    np.testing.assert_allclose(
        burden.kinked_budget(planned, pledge, 1e6), np.maximum(planned, pledge), rtol=1e-14, atol=1e-14
    )


@given(observations(), params("burden"), numbers(0.0, 1.0))
def test_the_lift_grows_with_every_kind_of_pressure(seen, p, more):
    """Equation 2c."""
    now = burden.lift(seen, p.burden)
    for name in ("pressure", "conditionality"):
        assert np.all(burden.lift(seen._replace(**{name: getattr(seen, name) + more}), p.burden) >= now)
    assert np.all(burden.lift(seen._replace(new_government=np.ones(COLUMNS)), p.burden) <= now)
    assert np.all(now >= 0.0)
    assert np.all(now[seen.forces == 0.0] == 0.0)


@given(lever("pledge"), lever("threshold"), probabilities(), switches())
def test_the_line_lies_between_the_pledge_and_the_threshold(pledge, threshold, conditionality, forces):
    """Equation 2d."""
    line = burden.line(pledge, threshold, conditionality, forces)
    assert np.all(line >= pledge - ULP * 10)
    assert np.all(line <= max(pledge, threshold) + ULP * 10)
    assert np.all(line[forces == 0.0] == pledge)


@given(columns(0.0, 3.0), params("burden"), numbers(0.0, 1.0))
def test_fiscal_room_falls_with_debt_and_keeps_its_floor(debt, p, more):
    """Equation 2e."""
    room = burden.fiscal_room(debt, p.burden)
    assert np.all((room >= p.burden.fiscal_floor) & (room <= 1.0))
    assert np.all(burden.fiscal_room(debt + more, p.burden) <= room + ULP)


@given(shares(), lever("pledge"), columns(-1.0, 1.0), uncertainty("reporting_bias"), switches())
def test_a_report_is_never_negative_and_flatters_by_no_more_than_the_bias(share, pledge, error, bias, forces):
    """Equation 2g."""
    reported = burden.reported_share(share, pledge, error, bias, forces)
    assert np.all(reported >= 0.0)
    assert np.all(reported <= np.maximum(share + error + bias, 0.0) + ULP * 10)
    assert np.all(reported[forces == 0.0] == 0.0)


@pytest.mark.parametrize("sd", [0.05, 0.19, 0.5])
def test_the_error_of_reports_keeps_its_variance_and_loses_two_thirds_in_two_years(sd):
    """Equation 2g: with w the weight of the past, w² + (1 − w²) = 1, and w·w = 1/3."""
    past = burden.carried_error(1.0, 0.0, sd)
    fresh = burden.carried_error(0.0, 1.0, sd)
    assert past * past * sd * sd + fresh * fresh == pytest.approx(sd * sd)
    assert burden.carried_error(past, 0.0, sd) == pytest.approx(1.0 / 3.0)


# --- capability and deterrence ------------------------------------------------------------------------------


@given(
    columns(0.0, 40.0), columns(0.0, 40.0), probabilities(), columns(0.0, 90.0), params("deterrence"),
    numbers(0.0, 10.0), numbers(0.0, 1.0),
)  # fmt: skip
def test_defence_rises_with_forces_guests_belief_and_reinforcement(brigades, forward, belief, european, p, more, part):
    """Law 14."""
    p = p.deterrence
    now = deterrence.defence(brigades, forward, belief, european, p)
    assert np.all(deterrence.defence(brigades + more, forward, belief, european, p) >= now)
    assert np.all(deterrence.defence(brigades, forward + more, belief, european, p) >= now)
    assert np.all(deterrence.defence(brigades, forward, belief + part * (1 - belief), european, p) >= now - ULP * 100)
    assert np.all(deterrence.defence(brigades, forward, belief, european + more, p) >= now)


@given(troops(COLUMNS), probabilities(), numbers(0.0, 1.0), numbers(0.0, 20_000.0))
def test_guests_rise_with_us_troops(hosted, heavy, battlegroup, more):
    """Law 14."""
    now = deterrence.forward_forces(battlegroup, heavy, hosted)
    assert np.all(deterrence.forward_forces(battlegroup, heavy, hosted + more) >= now)


@given(columns(0.0, 40.0), params("capability"), probabilities((1,)), numbers(0.0, 1.0), numbers(0.0, 10.0))
def test_help_from_others_rises_with_their_forces_their_resolve_and_cohesion(forces, p, united, part, more):
    """Law 14. Every ally has every other as a neighbour or as a distant friend."""
    p = p.capability
    near = np.triu(np.ones((COLUMNS[0], COLUMNS[0])), 1) * (np.arange(COLUMNS[0]) % 2)
    near = near + near.T

    def help_(forces=forces, united=united, group=p):
        return capability.pledged_by_others(forces, near, capability.resolve(united, group))

    now = help_()
    surer = with_(p, european_resolve=p.european_resolve + part * (0.9 - p.european_resolve))
    assert np.all(help_(forces=forces + more) >= now - 1e-9)
    assert np.all(help_(united=united + part * (1.0 - united)) >= now - 1e-9)
    assert np.all(help_(group=surer) >= now - 1e-9)


@st.composite
def balances(draw):
    """What Russia can see."""
    return Balance(
        strength=draw(columns(0.5, 10.0, (1,))),
        defence=draw(columns(0.05, 5.0)),
        belief=draw(columns(-0.9, 0.7)),
        forward=draw(columns(-2.0, 2.0)),
        attraction=draw(probabilities()),
        umbrella=draw(columns(0.0, 1.0, (1,))),
    )


@given(balances(), params("deterrence"), numbers(0.0, 2.0))
def test_the_danger_falls_with_defence_and_belief_and_rises_with_russian_strength(seen, p, more):
    """Law 14. Forward forces provoke in the spiral school alone; the sum of both effects has no sign of its own."""
    p = p.deterrence
    now = deterrence.temptation(seen, p)
    slack = 1.0 + 1e-12
    assert np.all(deterrence.temptation(seen._replace(defence=seen.defence + more), p) <= now * slack)
    assert np.all(deterrence.temptation(seen._replace(belief=seen.belief + more), p) <= now * slack)
    assert np.all(deterrence.temptation(seen._replace(strength=seen.strength + more), p) * slack >= now)
    assert np.all(deterrence.temptation(seen._replace(forward=seen.forward + more), p) * slack >= now)
    assert np.all(deterrence.temptation(seen._replace(umbrella=seen.umbrella + more), p) <= now * slack)


@given(balances(), params("deterrence"))
def test_without_any_change_the_danger_is_the_attraction(seen, p):
    """Equation 9c: schools differ in what follows, not in where they begin."""
    still = Balance(np.ones(1), np.ones(COLUMNS), np.zeros(COLUMNS), np.zeros(COLUMNS), seen.attraction, np.zeros(1))
    np.testing.assert_array_equal(deterrence.temptation(still, p.deterrence), seen.attraction)


@given(columns(0.0, 1.0, (1,)), st.sampled_from([0.0, 1.0]), numbers(0.0, 2.0), params("deterrence"), numbers(0.0, 2.0))
def test_russia_recovers_toward_one_and_slower_in_war_and_under_aid(strength, war, aid, p, more):
    """Equation 9a."""
    p = p.deterrence
    after = deterrence.regenerated(strength, war, aid, p)
    assert np.all((after >= strength) & (after <= 1.0))
    assert np.all(deterrence.regenerated(strength, 1.0, aid, p) <= deterrence.regenerated(strength, 0.0, aid, p))
    assert np.all(deterrence.regenerated(strength, war, aid + more, p) <= after)


@given(columns(0.0, 1e-3), columns(0.0, 1.0, (1,)), columns(0.0, 1.0, (1,)), switches((1,)))
def test_at_most_one_ally_is_struck_and_only_one_in_danger(hazard, attack, target, calm):
    """Step 10 of the order of play."""
    struck = deterrence.struck(hazard * calm, attack, target * (1.0 - 1e-12))
    comes = (attack < -np.expm1(-np.sum(hazard * calm))).astype(float)
    assert np.sum(struck) == comes[0]
    assert np.all((hazard * calm)[struck == 1.0] > 0.0)


@given(switches((5, 1)), probabilities((5, *COLUMNS)), columns(0.0, 1.0, (5, 1)), allies)
def test_an_attack_is_honoured_or_not_and_never_both(attacked, chance, luck, ally):
    """Step 10 of the order of play."""
    target = attacked * (np.arange(COLUMNS[0]) == ally)
    honoured, abandoned = deterrence.answered(target, chance, luck)
    np.testing.assert_array_equal(honoured + abandoned, attacked)
    assert np.all(honoured * abandoned == 0.0)


@given(numbers(1e-6, 1e3), uncertainty("anchor"))
def test_the_scale_gives_the_path_its_anchor(cumulative, anchor):
    """Equation 9d."""
    scale = deterrence.scale_to_anchor(cumulative, anchor)
    assert 1.0 - exp(-scale * cumulative) == pytest.approx(anchor, rel=1e-9)


@given(columns(0.0, 60_000.0, (3, *PLACES)), columns(0.0, 1.0, (3, *PLACES)))
def test_whole_persons_add_up_and_each_stock_is_less_than_one_person_off(stocks, fraction):
    """Largest remainder."""
    stocks = stocks + fraction
    whole = accounting.whole_persons(stocks)
    np.testing.assert_array_equal(np.sum(whole, axis=-1), np.round(np.sum(stocks, axis=-1)))
    assert np.all(np.abs(whole - stocks) < 1.0)
    assert whole.dtype == np.int64


@given(shares(), columns(0.0, 5000.0))
def test_spending_is_share_times_gdp(share, gdp):
    """Law 8."""
    np.testing.assert_allclose(accounting.spending(share, gdp), share / 100.0 * gdp, rtol=1e-14)


@given(columns(-0.2, 0.2), columns(-4.0, 4.0), numbers(-4.0, 4.0), params("economy"), columns(1.0, 5000.0))
def test_money_units_scale_out_of_growth(mean, own, common, p, gdp):
    """Law 27, for one rule: a thousand times the money grows to a thousand times the money."""
    growth = economy.yearly_growth(mean, own, common, p.economy)
    np.testing.assert_allclose(economy.grown(1000.0 * gdp, growth), 1000.0 * economy.grown(gdp, growth), rtol=1e-14)


@given(shares(), columns(1.0, 5000.0), numbers(0.001, 1000.0))
def test_money_units_scale_out_of_what_peers_spend(reported, gdp, unit):
    """Law 27, for one rule."""
    np.testing.assert_allclose(burden.peers(unit * gdp, reported), burden.peers(gdp, reported), rtol=1e-9, atol=1e-9)


# --- the documents' other mechanisms ------------------------------------------------------------------------


@given(movements(), numbers(0.0, 1.0))
def test_advice_holds_a_withdrawal_back_and_never_turns_it_round(case, brake):
    """Law 4, for one rule: with more weight to advice fewer go home, none the fewer set out, and none comes back."""
    for q in quarters_of(case):
        free = posture.flows(q.here, q.coming, q.target, q.home, q.release, q.limit, 0.0)
        held = posture.flows(q.here, q.coming, q.target, q.home, q.release, q.limit, brake)
        np.testing.assert_array_equal(held.inward, free.inward)
        assert np.all(held.out <= free.out + PERSON)
        assert np.all(held.home <= np.maximum(free.home, 0.0) + PERSON)
        assert np.all(held.home >= np.minimum(free.home, 0.0) - PERSON)


@given(
    probabilities(), numbers(0.0, 1.0), troops(COLUMNS), params("readiness"), allies, numbers(0.0, 1.0),
    numbers(0.0, 9e4),
)  # fmt: skip
def test_readiness_rises_with_compliance_and_troops_and_falls_with_exclusion(c, closed, hosted, p, ally, more, men):
    """Equation 6; whoever complies is left out of nothing."""
    p = p.readiness
    now = exercises.readiness_goal(hosted, closed, c, p)
    assert np.all(exercises.readiness_goal(hosted, closed, raised(c, ally, more * (1.0 - c[ally])), p) >= now - ULP)
    assert np.all(exercises.readiness_goal(raised(hosted, ally, men), closed, c, p) >= now - ULP)
    assert np.all(exercises.readiness_goal(hosted, closed + more * (1.0 - closed), c, p) <= now + ULP)
    everyone = np.ones(COLUMNS)
    np.testing.assert_array_equal(
        exercises.readiness_goal(hosted, closed, everyone, p), exercises.readiness_goal(hosted, 0.0, everyone, p)
    )


voices = st.tuples(*[numbers(-1.0, 1.0)] * 4)


@given(voices, st.permutations(range(4)))
def test_signals_of_one_mind_do_not_disagree_and_no_order_matters(signals, order):
    """Equation 3d: disagreement needs a voice on each side, and mirrors."""
    found = commitment.disagreement(*signals)
    assert 0.0 <= found <= 2.0
    np.testing.assert_allclose(commitment.disagreement(*(signals[k] for k in order)), found, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(commitment.disagreement(*(-v for v in signals)), found, rtol=1e-12, atol=1e-300)
    assert commitment.disagreement(*map(abs, signals)) == 0.0


@given(voices, columns(0.01, 0.99), params("commitment"), numbers(0.0, 1.0))
def test_affirming_words_never_lower_what_is_read_in_the_commitment(signals, chance, p, more):
    """Equation 3d, each kind of word alone; without words the commitment is what is shown."""
    p, (rhetoric, reassurance, law, _) = p.commitment, signals
    now = commitment.signal(chance, rhetoric, reassurance, law, p)
    for changed in ((rhetoric + more, reassurance, law), (rhetoric, reassurance + more, law),
                    (rhetoric, reassurance, law + more)):  # fmt: skip
        assert np.all(commitment.signal(chance, *changed, p) >= now - ULP)
    np.testing.assert_array_equal(commitment.signal(chance, 0.0, 0.0, 0.0, p), logit(chance))


@given(columns(0.01, 0.99), numbers(0.0, 1.0), numbers(0.0, 1.0), params("commitment"))
def test_an_exit_never_strengthens_the_commitment(chance, exit_, more, p):
    """Equation 3c; no exit leaves every bit as it was."""
    p = p.commitment
    now = commitment.after_exit(chance, exit_, p)
    assert np.all(now <= chance + ULP)
    assert np.all(commitment.after_exit(chance, exit_ + more * (1.0 - exit_), p) <= now + ULP)
    np.testing.assert_array_equal(commitment.after_exit(chance, 0.0, p), chance)


@given(
    numbers(0.0, 1.0), numbers(0.0, 1.0), columns(0.0, 0.3), switches(), shares(), columns(0.0, 6.0),
    numbers(0.0, 1.0),
)  # fmt: skip
def test_trade_bites_those_who_sell_and_pay_too_little(linkage, shield, sold, eu, reported, line, more):
    """Equation 2d: a shield helps members alone, and whoever pays what is asked has nothing to fear for its troops."""
    tie = burden.trade_link(linkage, shield, sold, eu)
    assert np.all((tie >= 0.0) & (tie <= 1.0))
    assert np.all(burden.trade_link(linkage, shield, sold + more, eu) >= tie - ULP)
    behind = burden.trade_link(linkage, shield + more * (1.0 - shield), sold, eu)
    assert np.all(behind <= tie + ULP)
    np.testing.assert_array_equal(np.where(eu > 0.0, 0.0, behind), np.where(eu > 0.0, 0.0, tie))
    assert np.all(burden.unmet(np.maximum(reported, line), line) == 0.0)


@given(shares(), numbers(0.0, 1e5), numbers(0.0, 1e5), params("ukraine"), numbers(0.0, 1.0), numbers(0.0, 1.0))
def test_peacekeepers_weigh_on_those_who_send_them_and_cover_deters(weight, wanted, more, p, belief, cover):
    """Equation 7: more of them are more missing at home and tie down more; cover and belief lower the hazard."""
    p, willing = p.ukraine, (weight + 1.0) / np.sum(weight + 1.0)
    few, many = (ukraine.deployed(n * willing, 0.0) for n in (wanted, wanted + more))
    assert np.all(ukraine.away(many, p) >= ukraine.away(few, p) - ULP)
    assert np.all((ukraine.tied(many, p) >= ukraine.tied(few, p) - ULP) & (ukraine.tied(many, p) <= 0.15 + ULP))
    bare = ukraine.peacekeeper_hazard(few, 0.0, belief, p)
    assert np.all(ukraine.peacekeeper_hazard(few, cover, belief, p) <= bare + ULP)
    assert np.all(ukraine.peacekeeper_hazard(many, 0.0, belief, p) >= bare - ULP)
    assert np.all(ukraine.deployed(wanted * willing, 1.0) == 0.0)
    most = ukraine.most_peacekeepers(weight, p)
    np.testing.assert_allclose(ukraine.away(most, p), weight / 2.0, rtol=1e-9)


@given(probabilities(), probabilities(), probabilities(), switches(), params("capability"), numbers(0.0, 1.0))
def test_hedging_grows_with_threat_and_doubt_and_an_umbrella_stops_it(now, belief, danger, can, p, umbrella):
    """Equation 5c: it never goes back, and who cannot or need not does not."""
    p = p.capability
    later = capability.hedged(now, belief, danger, umbrella, can, p)
    assert np.all((later >= now) & (later <= 1.0))
    assert np.all(capability.hedged(now, belief * 0.5, danger, umbrella, can, p) >= later - ULP)
    assert np.all(capability.hedged(now, belief, danger * 0.5, umbrella, can, p) <= later + ULP)
    np.testing.assert_array_equal(capability.hedged(now, belief, danger, 1.0, can, p), now)
    np.testing.assert_array_equal(capability.hedged(now, belief, danger, umbrella, can * 0.0, p), now)


@given(columns(0.0, 9.0), numbers(0.01, 100.0))
def test_inequality_knows_no_scale_and_no_order(parts, unit):
    """The Gini index: between 0 and 1, the same in other units and in another order."""
    parts = parts + 0.01
    found = accounting.gini(parts)
    assert -ULP <= found < 1.0
    np.testing.assert_allclose(accounting.gini(parts * unit), found, atol=1e-9)
    np.testing.assert_allclose(accounting.gini(parts[::-1]), found, atol=1e-12)


# --- every rule once, by hand -------------------------------------------------------------------------------

P = SimpleNamespace(
    commitment_start=0.65, tripwire=0.1, theatre=0.5, good_news=0.08, bad_news=0.2, belief_noise=0.05,
    drift=0.02, threat_drift=0.16, saturation=6.0, help_elasticity=-0.15, host_elasticity=0.01, volatility=0.08,
    common_share=0.25, pledge_lift=0.06, pressure_lift=0.25, conditional_lift=0.4, exposure_floor=0.3,
    new_government_cut=0.5, fiscal_floor=0.4, debt_centre=1.0, debt_slope=0.2, us_help=2.0, european_help=0.6,
    lift_persistence=0.7, lift_volatility=0.5, growth_volatility=0.015, growth_common=0.25,
    european_resolve=0.5, cohesion_effect=1.0, cohesion_start=0.6, neighbour_bonus=log(2.0),
    calm=0.35, war_part=0.35, strength_part=0.3, adjustment=0.1, war_slowdown=4.0, aid_slowdown=2.0,
    regeneration_time=2.5, us_reinforcement=3.0, european_reserve=0.1, strength_elasticity=0.5, denial_elasticity=2.0,
    belief_elasticity=3.0, spiral_elasticity=0.5, incidents=30.0, incident_aid=0.5, incident_belief=1.0,
    incident_light=0.1, rhetoric_weight=0.1, reassurance_weight=0.2, law_weight=0.4, exit_commitment=0.1,
    trade_lift=0.2, shaming_effect=-0.02, readiness_base=0.4, readiness_exercises=0.2, readiness_presence=0.05,
    aid_threat=0.5, aid_speed=0.2, aid_inside=0.5, peacekeeper_rotation=3.0, peacekeeper_tie=0.1,
    peacekeeper_hazard=0.04, peacekeeper_escalation=0.1, war_end=0.05, umbrella_effect=0.4,
    conditional_cost=0.4, leadership_gain=0.2, hedging_speed=0.1, cost_abroad=18e3, cost_structure=175e3,
    cost_moving=250e3, procurement_part=0.5,
)  # fmt: skip
"""Round parameters for sums by hand."""

SEEN = SimpleNamespace(
    share=2.0, pledge=3.0, threat=0.5, room=0.8, help_change=0.2, host_change=0.5, peers_change=0.1, new_government=0.0,
    pressure=1.0, conditionality=0.5, exposure=0.5, trade=0.0, shaming=0.0, regime=log(2.0), forces=1.0,
)  # fmt: skip


def hand(name, found, expected):
    """One rule worked out by hand."""
    return pytest.param(found, expected, id=name)


# fmt: off
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        hand("expit", expit(log(3.0)), 0.75),
        hand("logit", logit(0.75), log(3.0)),
        hand("total", total(np.array([[1.0, 2.0], [3.0, 4.0]])), [[3.0], [7.0]]),
        hand("running", running(np.array([1.0, 2.0, 4.0])), [1.0, 3.0, 7.0]),
        hand("spillover", spillover(np.array([[0.0, 1.0], [0.5, 0.0]]), np.array([[2.0, 3.0]])), [[3.0, 1.0]]),
        hand("spillover, listed", spillover(listed(np.array([[0.0, 1.0], [0.5, 0.0]])), np.array([[2.0, 3.0]])),
             [[3.0, 1.0]]),
        # 2a: mu = (0.02 + 0.16·0.5)(1 − 2/6) = 0.1·2/3; a rise is slowed by the room 0.8
        hand("drift, a rise", burden.drift(SEEN, P), 0.8 * 0.1 * 2.0 / 3.0),
        hand("drift, a fall", burden.drift(SimpleNamespace(share=9.0, threat=0.5, room=0.8), P), -0.05),
        # 0.08√5 (√0.75·1 + √0.25·(−2)) = 0.08(1.9364917 − 2.2360680)
        # 6.0 / (0.02 + 0.16·0.5)
        hand("turning share", burden.turning_share(SimpleNamespace(threat=0.5), P), 60.0),
        hand("unit spread", burden.unit_spread(), sqrt(5.0)),
        hand("surprise", burden.surprise(SimpleNamespace(own=1.0, common=-2.0), P),
             0.08 * sqrt(5.0) * (sqrt(0.75) - 1.0)),
        # 0.8·0.1·2/3 − 0.15·0.5·0.2 + 0.01·0.5 + 0 = 0.0533333 − 0.015 + 0.005
        hand("plan", burden.plan(SEEN, P, SimpleNamespace(own=0.0, common=0.0)), 2.0 * exp(0.13 / 3.0)),
        # 0.06 + 0.25 + 0.4·0.5·(0.3 + 0.7·0.5) = 0.44; willing (1 + 0.8)/2 = 0.9; regime doubles
        hand("lift", burden.lift(SEEN, P), 0.9 * 0.44 * 2.0),
        hand(
            "lift, new government", burden.lift(SimpleNamespace(**{**vars(SEEN), "new_government": 1.0}), P), 0.396
        ),
        hand("nearness", burden.nearness(0.5, P), 0.65),
        hand("kink, below and out of reach", burden.kinked_budget(1.5, 2.0, 0.2), 1.7),
        hand("kink, bunched at the line", burden.kinked_budget(1.9, 2.0, 0.2), 2.0),
        hand("kink, above", burden.kinked_budget(2.5, 2.0, 0.2), 2.5),
        hand("within reach", burden.within_reach(np.array([-1.0, 3.0, 12.0])), [0.0, 3.0, 10.0]),
        hand("played, one of two", burden.played(np.array([2.0, 3.0]), np.array([np.nan, 4.5])), [2.0, 4.5]),
        hand("attracted, from below and above", burden.attracted_budget(np.array([1.0, 3.0]), 2.0, 0.1), [1.1, 2.9]),
        hand("free rider", burden.reaction_to_peers(2.0, log(2.0), -0.5), sqrt(2.0)),
        hand("follower", burden.reaction_to_peers(2.0, log(2.0), 0.5), 2.0 * sqrt(2.0)),
        # weight min(1, 0.5)·forces: half of the way from 2 to 5; an ally without forces is asked the pledge
        hand("line", burden.line(2.0, 5.0, 0.5, np.array([1.0, 0.0])), [3.5, 2.0]),
        hand("line, threshold below the pledge", burden.line(2.0, 1.0, 0.5, 1.0), 2.0),
        hand("fiscal room at the centre", burden.fiscal_room(1.0, P), 0.4 + 0.6 * 0.5),
        hand("fiscal room, debt 1.2", burden.fiscal_room(1.2, P), 0.4 + 0.6 * 0.2689414213699951),
        hand("expected help", burden.expected_help(0.65, 0.5, P), 1.6),
        # others of the first: (300·2 + 100·4)/400 = 2.5
        hand("peers", burden.peers(np.array([100.0, 300.0, 100.0]), np.array([1.0, 2.0, 4.0]))[0], 2.5),
        hand("carried error", burden.carried_error(0.3, 1.0, 0.19), 0.3 / sqrt(3.0) + sqrt(2.0 / 3.0) * 0.19),
        hand(
            "reported",
            burden.reported_share(np.array([1.8, 1.6, 0.1, 0.0]), 2.0, np.array([0.1, 0.1, -0.4, 0.3]), 0.05,
                                  np.array([1.0, 1.0, 1.0, 0.0])),
            [1.95, 1.7, 0.0, 0.0],
        ),
        hand("next regime", burden.next_regime(0.4, -1.0, P), 0.7 * 0.4 - 0.5),
        hand("compliance at and above", commitment.compliance(np.array([2.0, 3.0]), 2.0, 0.5), [1.0, 1.0]),
        hand("compliance a grace below", commitment.compliance(1.5, 2.0, 0.5), 0.36787944117144233),
        hand("compliance, a cliff", commitment.compliance(np.array([1.999, 2.0]), 2.0, 0.0), [0.0, 1.0]),
        hand("effective conditionality", commitment.effective_conditionality(0.8, 0.5, 0.4), 0.64),
        # bare 0.65(1 − 0.6·0.5) = 0.455
        hand("commitment, bare", commitment.commitment(0.5, 0.6, P, 0.0, 0.0), 0.455),
        # odds 0.455/0.545 times e^(0.1·ln 2)·e^(0.5·ln 4) = 2^0.1·2
        hand("commitment, with troops", commitment.commitment(0.5, 0.6, P, log(2.0), log(4.0)),
             1.0 / (1.0 + (0.545 / 0.455) / (2.0 * 2.0**0.1))),
        hand("commitment, nothing left", commitment.commitment(0.0, 1.0, P, 0.0, 0.0), 0.01),
        hand("tripwire change", commitment.tripwire_change(15_000.0, 5_000.0), log(2.0)),
        hand("theatre change", commitment.theatre_change(np.array([50_000.0, 0.0]), 100_000.0), [-log(2.0), -log(1e5)]),
        hand("signal", commitment.signal(0.75, 0.0, 0.0, 0.0, P), log(3.0)),
        # log 3 − 0.1·1 + 0.2·0.5 + 0.4·0.5
        hand("signal, with words", commitment.signal(0.75, -1.0, 0.5, 0.5, P), log(3.0) + 0.2),
        hand("belief, bad news", commitment.updated_belief(1.0, 0.0, 1.0, 0.0, P), 0.85),
        hand("belief, good news", commitment.updated_belief(0.0, 1.0, -1.0, 0.0, P), 0.03),
        hand("belief, signals that disagree", commitment.updated_belief(0.0, 1.0, -1.0, 1.0, P), -0.02),
        hand("disagreement, one voice", commitment.disagreement(-1.0, 0.0, 0.0, -0.5), 0.0),
        hand("disagreement, a full voice against another", commitment.disagreement(-1.0, 1.0, 0.0, 0.0), 1.0),
        # for it 0.5 + 0.5 = 1, against 0.25: 2·1·0.25/1.25
        hand("disagreement, three voices", commitment.disagreement(-0.25, 0.5, 0.5, 0.0), 0.4),
        hand("after an exit", commitment.after_exit(np.array([0.6, 0.05]), 1.0, P), [0.1, 0.05]),
        hand("after half an exit", commitment.after_exit(0.6, 0.5, P), 0.35),
        # linkage 0.8, exposure 0.02 of 0.05, a shield of 0.5 for a member of the Union only
        hand("trade link", burden.trade_link(0.8, 0.5, np.array([0.02, 0.02, 0.2]), np.array([1.0, 0.0, 0.0])),
             [0.16, 0.32, 0.8]),
        hand("unmet", burden.unmet(np.array([1.75, 2.0, 0.5]), 2.0), [0.25, 0.0, 1.0]),
        # 0.06 + 0.25 + 0.13 + 0.2·0.5 − 0.02·1 = 0.52
        hand("lift, with trade and shaming",
             burden.lift(SimpleNamespace(**{**vars(SEEN), "trade": 0.5, "shaming": 1.0}), P), 0.9 * 0.52 * 2.0),
        hand("lift, never below nought",
             burden.lift(SimpleNamespace(**{**vars(SEEN), "pressure": 0.0, "conditionality": 0.0, "shaming": 9.0}), P),
             0.0),
        hand("unresisted", posture.unresisted(0.5, 0.4), 0.8),
        hand("statutory floor", posture.statutory_floor(76_000.0, np.array([0.0, 0.5, 1.0])), [76e3, 38e3, 0.0]),
        # goal 0.4 + 0.2(1 − ½·1·0.5) + 0.05·ln 2
        hand("readiness goal", exercises.readiness_goal(1000.0, 1.0, 0.5, P), 0.4 + 0.15 + 0.05 * log(2.0)),
        hand("readiness", exercises.readiness(1.0, 0.0), exp(-1.0 / 8.0)),
        # goal 2·0.3·(1 + 0.5·0.4)/(1 + 0.5·0.2) = 0.6·1.2/1.1
        hand("aid", ukraine.aid(0.3, 2.0, 0.3, 0.4, 0.2, P), 0.3 + 0.2 * (0.6 * 1.2 / 1.1 - 0.3)),
        hand("US aid", ukraine.us_aid(0.25, 0.0, 0.25, P), 0.2),
        hand("own spending", ukraine.own_spending(np.array([10.0, 1.0]), np.array([4.0, 4.0]), P), [8.0, 0.0]),
        hand("most peacekeepers", ukraine.most_peacekeepers(6.0, P), 4000.0),
        hand("deployed", ukraine.deployed(np.array([7.5e3, 22.5e3]), np.array([[0.0], [1.0]])),
             [[7.5e3, 22.5e3], [0.0, 0.0]]),
        hand("mixed", ukraine.mixed(0.2, 1.0, 0.6, 3.0), 0.5),
        hand("mixed, of nothing", ukraine.mixed(0.2, 0.0, 0.6, 0.0), 0.2),
        hand("away", ukraine.away(4000.0, P), 3.0),
        hand("tied", ukraine.tied(np.array([20e3, 5e3]), P), [0.05]),
        hand("tied, no more than all", ukraine.tied(np.array([90e3]), P), [0.1]),
        hand("peacekeeper hazard", ukraine.peacekeeper_hazard(np.array([3e3, 2e3]), 0.0, 0.65, P), [0.02]),
        hand("peacekeeper hazard, covered", ukraine.peacekeeper_hazard(np.array([30e3]), 1.0, 0.75, P), [0.01]),
        hand("escalated", ukraine.escalated(0.05, np.array([0.2, 0.8]), P), [0.001, 0.004]),
        # 1 − e^−0.5 = 0.393; of the hazard of 0.5 a fifth is covered
        hand("attacked", ukraine.attacked(np.array([0.5]), np.array([0.1]), np.array([0.39]), np.array([0.19])),
             [[1.0], [1.0]]),
        hand("attacked, no test",
             ukraine.attacked(np.array([0.5]), np.array([0.1]), np.array([0.39]), np.array([0.21])),
             [[1.0], [0.0]]),
        hand("not attacked", ukraine.attacked(np.array([0.5]), np.array([0.5]), np.array([0.4]), np.array([0.0])),
             [[0.0], [0.0]]),
        hand("war ends", deterrence.war_ends(np.array([0.04, 0.06, 0.5]), P, 0.0), [1, 0, 0]),
        # 0.05 + 0.5·0.95 = 0.525
        hand("war ends by talks", deterrence.war_ends(np.array([0.04, 0.5, 0.53]), P, 0.5), [1, 1, 0]),
        hand("equipped", capability.equipped(3.0, 2.0, 0.5, 0.2), 1.65),
        # 0.1/4 · 0.5 · 0.4 · 0.5 of the 0.8 that are left
        hand("hedged", capability.hedged(0.2, 0.5, 0.4, 0.5, np.array([1.0, 0.0]), P), [0.202, 0.2]),
        hand("cost abroad", accounting.cost_abroad(100e3, P), 1.8),
        hand("cost of a force", accounting.cost_structure(100e3, P), 17.5),
        hand("cost of moving", accounting.cost_moving(10e3, P), 2.5),
        hand("procured", accounting.procured(10.0, np.array([140.0, 90.0]), 100.0, P), [15.0, 10.0]),
        # two equal parts and nothing: half of all pairs differ; equal ones do not
        hand("gini", accounting.gini(np.array([[0.0, 1.0], [2.0, 2.0]])), [0.5, 0.0]),
        hand("gini, by hand", accounting.gini(np.array([3.0, 1.0, 2.0])), 2.0 / 9.0),
        hand("tested", commitment.tested(0.2, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), 0.8),
             [0.6, -0.6, 0.2]),
        hand("desired total", posture.desired_total(90e3, 20e3, 2e3, 5e3, 0.0), 73_000.0),
        hand("desired total, floor", posture.desired_total(90e3, 20e3, 2e3, 5e3, 76e3), 76_000.0),
        hand("desired total, nobody", posture.desired_total(10e3, 20e3, 2e3, 0.0, 0.0), 0.0),
        # 1000·e^(2(0.5 − 1) + 1(0.9 − 0.5)) = 1000·e^−0.6
        hand("weights", posture.weights(1000.0, 0.5, 0.9, 2.0, 1.0), 548.8116360940264),
        hand("fill, proportional", posture.fill(np.array([1.0, 3.0]), np.array([9.0, 9.0]), np.array([8.0])),
             [2.0, 6.0]),
        # a first level of 2 fills the third (cap 2 < 6); 10 are left for weights 1 and 1
        hand("fill, one cap", posture.fill(np.array([1.0, 1.0, 3.0]), np.array([9.0, 9.0, 2.0]), np.array([10.0])),
             [4.0, 4.0, 2.0]),
        # 12: level 2 → third full (4 < 6); 8 for weights 1, 2: second full (5 < 5.33); 3 for the first
        hand("fill, one cap after the other",
             posture.fill(np.array([1.0, 2.0, 3.0]), np.array([9.0, 5.0, 4.0]), np.array([12.0])), [3.0, 5.0, 4.0]),
        hand("fill, no room", posture.fill(np.array([1.0, 0.0]), np.array([5.0, 5.0]), np.array([9.0])), [5.0, 0.0]),
        hand("dispatched", posture.dispatched((np.zeros(1), np.ones(1), np.zeros(1)), np.array([7.0]), 2.0),
             [[0.0], [8.0], [0.0]]),
        hand("travelled", posture.travelled((np.array([1.0]), np.array([2.0]), np.array([3.0])))[1],
             [[2.0], [3.0], [0.0]]),
        hand("travelled, arriving", posture.travelled((np.array([1.0]), np.array([2.0])))[0], [1.0]),
        hand("released", posture.released(np.array([90.0, 110.0]), 100.0), [10.0, 0.0]),
        hand("diverted", posture.diverted(50.0, 30.0, 120.0), 12.5),
        hand("diverted, nothing asked", posture.diverted(50.0, 0.0, 0.0), 0.0),
        hand("pool move", posture.pool_move(10.0, np.array([15.0, 4.0, 99.0]), 20.0), [5.0, -6.0, 20.0]),
        # three stages over 3 years: speed 3/13 a quarter, each stage from what stood there a quarter ago
        hand("ordered", capability.ordered((1.0, 1.0, 1.0), 2.0, 3.0), [1.0 + 3.0 / 13.0, 1.0, 1.0]),
        hand("ordered, on its way", capability.ordered((1.26, 1.13, 1.0), 1.0, 3.0), [1.2, 1.16, 1.03]),
        hand("renewed", capability.renewed(1.0, 2.0, 0.08), 1.02),
        hand("cohesion", capability.cohesion(0.6, 0.5, 0.0, P), 0.55),
        hand("cohesion, with a lead", capability.cohesion(0.6, 0.5, 1.0, P), 0.6),
        hand("cohesion, none left", capability.cohesion(0.01, 1.0, 0.0, P), 0.0),
        hand("after a test", capability.after_test(0.6, np.array([1.0, 0.0]), 0.4), [0.2, 0.6]),
        # odds 1·e^(1·0.0) at the start; 2 for neighbours
        hand("resolve", capability.resolve(0.6, P), [0.5, 2.0 / 3.0]),
        hand("resolve, less united", capability.resolve(0.6 - log(3.0), P), [0.25, 0.4]),
        # first ally: distant 0.5·(2 + 4) and 0.25 more for its neighbour's 2
        hand("pledged by others",
             capability.pledged_by_others(np.array([1.0, 2.0, 4.0]),
                                          np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), (0.5, 0.75)),
             [3.5, 2.75, 1.5]),
        hand("exposure", deterrence.exposure(800.0, 800.0), 0.36787944117144233),
        hand("threat after", deterrence.threat_after(2.0, 0.5, P), 0.85 - 0.35 * 0.81),
        hand("threat goal", deterrence.threat_goal(1.0, 0.5, P), 0.85),
        hand("threat", deterrence.threat(0.75, 1.0, 0.5, P), 0.76),
        # war: 4 + 2·0.5 = 5 times slower: 1 − e^(−0.25/12.5) of the missing half
        hand("regenerated in war", deterrence.regenerated(0.5, 1.0, 0.5, P), 0.5 + 0.5 * (1.0 - exp(-0.02))),
        hand("regenerated in peace", deterrence.regenerated(0.5, 0.0, 0.5, P), 0.5 + 0.5 * (1.0 - exp(-0.1))),
        hand("defence", deterrence.defence(9.0, 1.5, 0.5, 40.0, P), 16.0),
        hand("forward forces", deterrence.forward_forces(0.3, 0.5, 8_000.0), 1.3),
        # 0.5 · 4^0.5 · 2^−2 · e^(0.5·ln 4 − 3·(−1/3)) = 0.5 · 2 · ¼ · 2e
        hand("temptation",
             deterrence.temptation(SimpleNamespace(strength=4.0, defence=2.0, belief=-1 / 3, forward=log(4.0),
                                                   attraction=0.5, umbrella=0.0), P), 0.5 * exp(1.0)),
        hand("temptation, under an umbrella",
             deterrence.temptation(SimpleNamespace(strength=1.0, defence=1.0, belief=0.0, forward=0.0,
                                                   attraction=0.5, umbrella=0.5), P), 0.5 * exp(-0.2)),
        hand("scale to the anchor", deterrence.scale_to_anchor(2.0, 0.5), log(2.0) / 2.0),
        hand("pull", deterrence.pull(0.25, 0.5, P), 0.5),
        # 30/4 · 0.1 · e^(0.1·2 − 1·(−0.3))
        hand("incidents", deterrence.incidents(0.1, -0.3, 2.0, P), 0.75 * exp(0.5)),
        # total 0.6: an attack below 1 − e^−0.6 = 0.451; the mark 0.5·0.6 = 0.3 lies in the second's part (0.1 to 0.4)
        hand("comes", deterrence.comes(np.array([0.6, 0.6]), np.array([0.45, 0.46])), [True, False]),
        hand("struck", deterrence.struck(np.array([0.1, 0.3, 0.2]), np.array([0.45]), np.array([0.5])),
             [0.0, 1.0, 0.0]),
        hand("struck, no attack", deterrence.struck(np.array([0.1, 0.3, 0.2]), np.array([0.46]), np.array([0.5])),
             [0.0, 0.0, 0.0]),
        hand("answered", deterrence.answered(np.array([0.0, 1.0]), np.array([0.9, 0.4]), np.array([0.39])),
             [[1.0], [0.0]]),
        hand("answered, left alone", deterrence.answered(np.array([0.0, 1.0]), np.array([0.9, 0.4]), np.array([0.41])),
             [[0.0], [1.0]]),
        hand("answered, no attack", deterrence.answered(np.zeros(2), np.array([0.9, 0.4]), np.array([0.0])),
             [[0.0], [0.0]]),
        hand("yearly growth", economy.yearly_growth(0.02, 1.0, -1.0, P), 0.02 + 0.015 * (sqrt(0.75) - 0.5)),
        hand("grown", economy.grown(100.0, 4.0 * log(1.01)), 101.0),
        hand("quarterly", economy.quarterly(4.0 * log(1.01)), 1.01),
        hand("spending", accounting.spending(2.5, 400.0), 10.0),
        hand("whole persons", accounting.whole_persons(np.array([1.6, 2.7, 0.7])), [1, 3, 1]),
        hand("whole persons, a tie goes to the first", accounting.whole_persons(np.array([0.5, 0.5])), [1, 0]),
    ],
)
def test_by_hand(found, expected):
    """Every rule, with round numbers."""
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
# fmt: on


@pytest.mark.parametrize(
    ("target", "home", "release", "limit", "out", "inward", "change"),
    [
        # nothing to do
        ([10.0, 20.0], 50.0, 0.5, 99.0, [0.0, 0.0], [0.0, 0.0], 0.0),
        # 6 fewer: the surplus of 4 and 2 goes home
        ([6.0, 18.0], 50.0, 0.5, 99.0, [4.0, 2.0], [0.0, 0.0], 6.0),
        # the same, but a tenth of each at most: 1 and 2 of the 3 that may leave
        ([6.0, 18.0], 50.0, 0.1, 99.0, [1.0, 2.0], [0.0, 0.0], 3.0),
        # 8 more from home, 5 a quarter, in proportion to what is missing (2 and 6)
        ([12.0, 26.0], 50.0, 0.5, 5.0, [0.0, 0.0], [1.25, 3.75], -5.0),
        # 8 more, but only 3 are at home
        ([12.0, 26.0], 3.0, 0.5, 99.0, [0.0, 0.0], [0.75, 2.25], -3.0),
        # a reshuffle of 4, with none from home
        ([6.0, 24.0], 50.0, 0.5, 99.0, [4.0, 0.0], [0.0, 4.0], 0.0),
        # a reshuffle of 4, of which 3 can move: nobody leaves without being replaced
        ([6.0, 24.0], 50.0, 0.5, 3.0, [3.0, 0.0], [0.0, 3.0], 0.0),
    ],
)
def test_movements_by_hand(target, home, release, limit, out, inward, change):
    """Equation 4c, with ten and twenty soldiers in two places."""
    flows = posture.flows(np.array([10.0, 20.0]), np.zeros(2), np.array(target), np.array([home]), release, limit, 0.0)
    np.testing.assert_allclose(flows.out, out, atol=1e-12)
    np.testing.assert_allclose(flows.inward, inward, atol=1e-12)
    np.testing.assert_allclose(flows.home, [change], atol=1e-12)


def test_every_rule_was_worked_out_by_hand():
    """A new rule needs a sum by hand above."""
    text = Path(__file__).read_text(encoding="utf-8").partition("def hand(")[2]
    for module in (accounting, burden, capability, commitment, deterrence, economy, exercises, posture, ukraine):
        short = module.__name__.rpartition(".")[2]
        for name, rule in vars(module).items():
            own = callable(rule) and not isinstance(rule, type) and getattr(rule, "__module__", "") == module.__name__
            assert not own or f"{short}.{name}(" in text, f"{short}.{name}: no case by hand"


@pytest.mark.parametrize("lag", [1.5, 2.5, 3.5])
def test_money_is_in_service_after_the_lag_on_average(lag):
    """Equation 5a: the mean delay of an impulse of spending through the three stages is the procurement lag."""
    orders, delivered = (0.0, 0.0, 0.0), []
    for quarter in range(400):
        orders = capability.ordered(orders, 1.0 if quarter == 0 else 0.0, lag)
        delivered.append(orders[-1])
    weights = np.array(delivered)
    np.testing.assert_allclose(weights.sum(), 1.0, rtol=1e-9)
    np.testing.assert_allclose(np.sum(weights * np.arange(400)) / 4.0, lag, rtol=1e-9)
