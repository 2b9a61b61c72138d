"""What is worked out once: remembered answers, shared draws and parameters, outcomes from the ends of years alone."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import sim
from sim import draws, ensemble
from sim.agents import Columns, opening
from sim.now import Memory, at_quarter
from sim.outcomes import outcomes, variables_of, year_ends
from sim.rules import listed, spillover, total
from sim.state import State
from sim.step import play_quarter
from sim.variables import VARIABLES
from tests.strategies import plan, plans, seeds, worlds

NAMES = ("baseline", "drawdown-by-2027", "reallocation-to-spenders", "ceasefire-peacekeepers", "policy-reversal-2029")


def test_an_answer_is_remembered_as_long_as_the_question_is_the_same():
    asked = []

    def doubled(*columns):
        asked.append(columns)
        return 2.0 * sum(columns)

    one, other, memory = np.ones(3), np.ones(3), Memory()
    assert memory.recall(doubled, (one,)) is memory.recall(doubled, (one,))
    assert len(asked) == 1
    np.testing.assert_array_equal(memory.recall(doubled, (other,)), memory.recall(doubled, (one, one)) / 2.0)
    assert len(asked) == 3  # an equal array is another array, and so are two
    memory.recall(total, (one,))
    memory.recall(doubled, (one, one))
    assert len(asked) == 3  # another question makes nobody forget this one


@given(plans(), seeds())
def test_a_run_that_remembers_is_a_run_that_does_not(plan_, seed):
    """Law: memory saves time and nothing else, bit for bit."""
    state, given_ = opening(plan_, seed, range(3))
    luck, cast = draws.block(seed, range(3), plan_.quarters), Columns(plan_.strategies)
    for quarter, after, now in ensemble.play(plan_, seed, range(3)):
        forgetful = at_quarter(plan_, given_, luck, quarter, cast)
        state = play_quarter(state, forgetful)
        for name in State._fields:
            np.testing.assert_array_equal(getattr(after, name), getattr(state, name), err_msg=name)
        for name, variable in VARIABLES.items():
            np.testing.assert_array_equal(variable.read(after, now), variable.read(state, forgetful), err_msg=name)


@given(hnp.arrays(np.float64, (5, 5), elements=st.sampled_from([0.0, 0.0, 0.5, 1.0])),
       hnp.arrays(np.float64, (2, 5), elements=st.floats(0.0, 1e3)))  # fmt: skip
def test_listed_weights_give_the_sums_of_the_matrix(weights, columns):
    """Weighted sums over neighbours cost the same whether few or many are listed, and agree but for rounding."""
    np.testing.assert_allclose(spillover(listed(weights), columns), spillover(weights, columns), rtol=1e-12)


def test_whoever_has_the_same_luck_has_the_same_draws():
    points = draws.Points(np.array([4, 9, 4, 4]))
    shared = draws.block(2, points, plan(9).quarters)
    for place, world in enumerate(points):
        alone = draws.block(2, [world], plan(9).quarters)
        for name in draws.CHANNELS:
            np.testing.assert_array_equal(getattr(shared, name)[:, place], getattr(alone, name)[:, 0], err_msg=name)


@given(seeds(), st.lists(worlds(), min_size=1, max_size=3))
def test_kept_draws_and_parameters_cannot_be_changed(seed, some):
    luck, params = draws.block(seed, some, plan(5).quarters), plan(5).params(seed, some)
    for column in (*luck, params.deterrence.anchor, params.burden.drift):
        with pytest.raises(ValueError, match="read-only"):
            column[...] = 0.0


def test_policies_share_their_parameters_and_other_assumptions_do_not():
    here = sim.load_scenario("baseline")
    first, second = here.plan(), here.with_levers(pledge=3.0).plan()
    assert first.params(1, range(4)) is second.params(1, range(4))
    other = here.with_uncertainties(anchor=0.5).plan()
    assert other.params(1, range(4)).deterrence.anchor == 0.5
    assert first.params(2, range(4)) is not first.params(1, range(4))


def test_a_policy_and_a_withdrawal_that_stand_are_one_object():
    here = sim.load_scenario("policy-reversal-2029").plan()
    changes = sum(now is not before for before, now in zip(here.policies, here.policies[1:], strict=False))
    assert 0 < changes < 10
    for name, path in here.levers.items():
        np.testing.assert_array_equal([getattr(policy, name) for policy in here.policies], path, err_msg=name)
    gone = sim.load_scenario("withdraw-10000-east").plan().withdrawal_paths
    assert gone[-1] is gone[-2]
    np.testing.assert_allclose(gone[-1].sum(), 10_000)


@pytest.mark.parametrize("name", NAMES)
def test_the_ends_of_years_are_those_of_the_whole_run(name):
    here = sim.load_scenario(name).plan()
    whole = ensemble.trajectories(here, range(6), 3, tuple(VARIABLES))
    xr.testing.assert_identical(ensemble.ends(here, range(6), 3, tuple(VARIABLES)), year_ends(whole))
    few = ["risk_by_front", "grey_zone_incidents", "burden_gini", "troops_below_floor"]
    xr.testing.assert_identical(
        ensemble.outcomes_of(here, range(6), 3, few),
        outcomes(ensemble.trajectories(here, range(6), 3, variables_of(few)), few),
    )


def test_a_number_that_is_missing_is_not_left_out_in_silence():
    data = sim.run("baseline", 2, keep=("brigades",))
    data.brigades[0, -1, 0] = np.nan
    found = sim.outcomes(data).brigades_europe_canada.isel(year=-1)
    assert np.isnan(found[0])
    assert np.isfinite(found[1])
