"""Scores by hand, against closed forms, and their laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import scores

ENSEMBLES = st.lists(st.floats(-50, 50), min_size=2, max_size=30)


def test_by_hand():
    forecast = [1.0, 2.0, 4.0]
    assert scores.crps(forecast, 2.0) == pytest.approx(1.0 - 1.0)  # mean distance 1, half of the mean pair distance 1
    assert scores.crps([3.0], 5.0) == 2.0
    assert scores.absolute_error(forecast, 5.0) == 3.0
    assert scores.pit(forecast, 2.0) == pytest.approx(0.5)
    assert scores.pit(forecast, 9.0) == 1.0


def test_intervals_by_hand():
    forecast = np.arange(101.0)
    assert scores.ends(forecast, 0.9) == pytest.approx((5.0, 95.0))
    assert list(scores.covered(np.tile(forecast, (3, 1)), np.array([4.9, 5.1, 95.1]), 0.9)) == [False, True, False]
    assert scores.interval_score(forecast, 97.0, 0.9) == pytest.approx(90.0 + 20.0 * 2.0)


def test_crps_of_a_normal_forecast_is_the_closed_form():
    forecast = np.random.default_rng(1).standard_normal(200_000)
    # sigma [ z (2 Phi(z) − 1) + 2 phi(z) − 1/sqrt(pi) ] for z = 0.5
    closed = 0.5 * (2 * 0.6914624612740131 - 1) + 2 * 0.3520653267642995 - 1 / np.sqrt(np.pi)
    assert scores.crps(forecast, 0.5) == pytest.approx(closed, abs=0.005)


@given(ENSEMBLES, st.floats(-50, 50))
def test_fair_crps_is_the_double_sum(forecast, came):
    members, x = len(forecast), np.array(forecast)
    pairs = np.abs(x[:, None] - x[None, :]).sum() / (members * (members - 1))
    assert scores.crps(x, came) == pytest.approx(np.abs(x - came).mean() - pairs / 2, abs=1e-9)


@given(ENSEMBLES, st.floats(-50, 50), st.floats(-5, 5), st.floats(0.1, 10))
def test_moving_and_stretching_moves_nothing_and_stretches(forecast, came, shift, factor):
    x = np.array(forecast)
    assert scores.crps(factor * x + shift, factor * came + shift) == pytest.approx(
        factor * scores.crps(x, came), abs=1e-7
    )


@given(ENSEMBLES, st.floats(-50, 50), st.permutations(range(5)))
def test_the_order_of_members_does_not_matter(forecast, came, order):
    x = np.array((forecast * 5)[:5])
    assert scores.crps(x[list(order)], came) == pytest.approx(scores.crps(x, came), abs=1e-9)


def test_many_at_once_are_each_alone():
    rng = np.random.default_rng(2)
    forecast, came = rng.normal(size=(3, 4, 50)), rng.normal(size=(3, 4))
    for score in (scores.crps, scores.absolute_error, scores.pit, lambda f, c: scores.interval_score(f, c, 0.5)):
        whole = score(forecast, came)
        assert whole[1, 2] == pytest.approx(float(score(forecast[1, 2], came[1, 2])))


def test_an_honest_forecast_scores_best_in_the_mean():
    rng = np.random.default_rng(3)
    came = rng.standard_normal(4000)
    members = rng.standard_normal((4000, 400))
    honest = scores.crps(members, came).mean()
    assert honest < scores.crps(members * 0.3, came).mean()
    assert honest < scores.crps(members * 3.0, came).mean()
    assert honest < scores.crps(members + 0.5, came).mean()
    assert scores.covered(members, came, 0.9).mean() == pytest.approx(0.9, abs=0.02)
    assert np.histogram(scores.pit(members, came), bins=10, range=(0, 1))[0] == pytest.approx([400] * 10, abs=90)


def test_skill():
    assert scores.skill(0.5, 1.0) == 0.5
    assert scores.skill(2.0, 1.0) == -1.0
