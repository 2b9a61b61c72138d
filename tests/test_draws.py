"""Common random numbers: any draw can be repeated by hand from its address (MODEL.md section 2)."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, Philox
from scipy.stats import t as student

from sim import draws, ensemble, posterior
from sim.agents import Alliance
from sim.draws import CHANNELS
from sim.params import uncertainties
from sim.reference import ALLIES
from sim.scenario import load_scenario
from tests.strategies import plan, schools, seeds, span, worlds

MANY = range(4000)
SPAN = span(44)


def rows(channel, count):
    """How many rows a channel has over so many quarters from a first quarter."""
    return (count + 3) // 4 if channel.yearly else count


def by_hand(seed, world, channel, count):
    """A whole channel of one world, written as its documentation says."""
    generator = Generator(Philox(key=[seed, world], counter=[0, 0, 0, channel.number]))
    shape = (rows(channel, count), channel.width)
    if channel.kind == "uniform":
        return generator.random(shape)
    if channel.kind == "normal":
        return generator.standard_normal(shape)
    return generator.standard_t(2.5, shape) / np.sqrt(5.0)


def same(one, other):
    """Two sets of draws, bit for bit."""
    for name in CHANNELS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@given(seeds(), st.lists(worlds(), min_size=1, max_size=3), st.integers(1, 12))
def test_a_channel_can_be_repeated_by_hand(seed, some, count):
    """Common random numbers: the address is (seed, world, channel), rows are quarters or years, columns are allies."""
    luck = draws.block(seed, some, span(count))
    for name, channel in CHANNELS.items():
        for place, world in enumerate(some):
            np.testing.assert_array_equal(getattr(luck, name)[:, place], by_hand(seed, world, channel, count))


@given(seeds(), worlds(), st.integers(1, 8), st.integers(1, 8))
def test_a_longer_horizon_only_appends(seed, world, count, more):
    """Common random numbers."""
    short, long = (draws.block(seed, [world], span(n)) for n in (count, count + more))
    same(short, draws.Luck(*(now[: len(then)] for then, now in zip(short, long, strict=True))))


@given(seeds(), worlds(), st.lists(st.sampled_from(ALLIES), min_size=1, unique=True))
def test_allies_in_any_order_and_number_keep_their_luck(seed, world, some):
    """Law 22: by code and never by position."""
    everybody, chosen = draws.block(seed, [world], span(5)), draws.block(seed, [world], span(5), some)
    seats = [ALLIES.index(iso3) for iso3 in some]
    for name, channel in CHANNELS.items():
        expected = getattr(everybody, name)
        expected = expected if channel.columns else expected[..., seats]
        np.testing.assert_array_equal(getattr(chosen, name), expected, err_msg=name)


@given(seeds(), st.lists(worlds(), min_size=1, max_size=5))
def test_luck_of_a_world_does_not_depend_on_its_company(seed, some):
    """Law 24."""
    together = draws.block(seed, some, span(3))
    for place, world in enumerate(some):
        same(together.of_world(place), draws.block(seed, [world], span(3)).of_world(0))


@given(seeds(), st.text(max_size=20), st.lists(st.integers(0, 5000), min_size=1, max_size=8, unique=True).map(sorted))
def test_the_number_of_a_name_does_not_depend_on_other_worlds(seed, name, some):
    """Law 24, for parameters: worlds in rising order, gaps or not."""
    np.testing.assert_array_equal(
        draws.uniform(seed, name, some), np.concatenate([draws.uniform(seed, name, [w]) for w in some])
    )


@given(seeds(), st.text(max_size=20), st.lists(st.integers(0, 5000), min_size=1, max_size=8))
def test_the_number_of_a_name_does_not_depend_on_the_order_of_worlds(seed, name, some):
    """Law 24, for parameters: worlds in any order, also twice."""
    np.testing.assert_array_equal(
        draws.uniform(seed, name, some), np.concatenate([draws.uniform(seed, name, [w]) for w in some])
    )


@given(seeds(), worlds(), st.text(max_size=20))
def test_uniform_numbers_lie_from_zero_to_below_one(seed, world, name):
    """Common random numbers."""
    assert draws.uniform(seed, name, [world]).shape == (1, 1)
    assert 0.0 <= draws.uniform(seed, name, [world])[0, 0] < 1.0


@given(st.integers(0, 2**62), worlds())
def test_other_seeds_worlds_channels_and_names_bring_other_luck(seed, world):
    """Common random numbers."""
    here = draws.block(seed, [world], span(4))
    for other in (draws.block(seed + 1, [world], span(4)), draws.block(seed, [world + 1], span(4))):
        for name in CHANNELS:
            assert not np.any(getattr(here, name) == getattr(other, name)), name
    normal = [getattr(here, name).ravel() for name, channel in CHANNELS.items() if channel.kind == "normal"]
    assert len(np.unique(np.concatenate(normal))) == sum(len(column) for column in normal)
    named = [draws.uniform(seed, name, range(world, world + 3)).ravel() for name in uncertainties()]
    assert len(np.unique(np.concatenate(named))) == 3 * len(named)


@given(seeds(), st.lists(st.integers(0, 100), min_size=1, max_size=3, unique=True).map(sorted), st.data())
def test_another_parameter_changes_no_other(seed, some, data):
    """Common random numbers: one stream a name. A parameter that is fixed leaves all others where they were."""
    fixed = data.draw(st.sampled_from(sorted(uncertainties())))
    school = data.draw(schools())
    free = plan(1, school=school).params(seed, some)
    held = plan(1, school=school, priors={fixed: uncertainties()[fixed].prior.median}).params(seed, some)
    for name, declared in uncertainties().items():
        found = [getattr(getattr(params, declared.group), name) for params in (held, free)]
        assert name == fixed or np.array_equal(*found), name


def test_every_channel_has_a_number_of_its_own():
    """Common random numbers: a number is part of the address, and Mesa's own generator has another."""
    numbers = [channel.number for channel in CHANNELS.values()]
    assert len(set(numbers)) == len(numbers)
    assert draws.MESA_CHANNEL not in numbers
    assert tuple(CHANNELS) == draws.Luck._fields


def test_a_mesa_model_draws_nothing_from_the_channels_of_its_world():
    """Law 30: a user's own draws from the model's generator change no luck."""
    quiet, noisy = Alliance(plan(2), seed=4, world=1), Alliance(plan(2), seed=4, world=1)
    noisy.rng.random(1000)
    for model in (quiet, noisy):
        model.step()
    np.testing.assert_array_equal(quiet.state.share, noisy.state.share)


@pytest.mark.parametrize("name", [name for name, channel in CHANNELS.items() if channel.kind == "normal"])
def test_normal_channels_are_standard_normal(name):
    """Common random numbers: mean 0, variance 1, a fourth moment of 3; five standard errors of each."""
    sample = getattr(draws.block(1, MANY[:500], SPAN), name)
    count = sample.size
    assert abs(np.mean(sample)) < 5.0 / np.sqrt(count)
    assert abs(np.var(sample) - 1.0) < 5.0 * np.sqrt(2.0 / count)
    assert abs(np.mean(sample**4) - 3.0) < 5.0 * np.sqrt(96.0 / count)


@pytest.mark.parametrize("name", [name for name, channel in CHANNELS.items() if channel.kind == "uniform"])
def test_uniform_channels_are_uniform(name):
    """Common random numbers: mean 1/2, variance 1/12; five standard errors of each."""
    sample = getattr(draws.block(1, MANY[:500], SPAN), name)
    assert np.all((sample >= 0.0) & (sample < 1.0))
    assert abs(np.mean(sample) - 0.5) < 5.0 * np.sqrt(1.0 / 12.0 / sample.size)
    assert abs(np.var(sample) - 1.0 / 12.0) < 5.0 * np.sqrt(1.0 / 180.0 / sample.size)


def test_numbers_of_a_name_are_uniform_over_worlds():
    """Common random numbers: every tenth holds a tenth, by five standard errors; neighbours are not correlated."""
    for name in uncertainties():
        sample = draws.uniform(7, name, MANY)[:, 0]
        counts, _ = np.histogram(sample, bins=10, range=(0.0, 1.0))
        assert np.max(np.abs(counts - 400.0)) < 5.0 * np.sqrt(4000 * 0.1 * 0.9), name
        assert abs(np.corrcoef(sample[1:], sample[:-1])[0, 1]) < 5.0 / np.sqrt(4000.0), name


def test_budget_shocks_have_the_scale_and_the_tails_of_two_and_a_half_degrees_of_freedom():
    """Equation 2a: t with 2.5 degrees of freedom over √5, which has unit variance.

    The fourth moment is infinite, and the sample variance converges too slowly to be of use. Sharp bounds stand on
    probabilities, by five standard errors.
    """
    sample = draws.block(1, MANY[:1500], SPAN).budget.ravel()
    for level in (0.01, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, 0.99):
        below = np.mean(sample < student.ppf(level, 2.5) / np.sqrt(5.0))
        assert abs(below - level) < 5.0 * np.sqrt(level * (1.0 - level) / sample.size)


def test_quiet_luck_brings_no_surprise_but_the_end_of_the_war():
    """Law 20: zeros where shocks are normal, ones where an event would need a small number."""
    luck = draws.block(3, range(4), span(8))
    still = draws.quiet(3, range(4), span(8))
    for column, name in enumerate(CHANNELS["event"].columns):
        expected = luck.event[..., column] if name == "war_end" else 1.0
        np.testing.assert_array_equal(still.event[..., column], expected, err_msg=name)
    assert np.all(still.government == 1.0)
    for name in ("budget", "year", "report", "growth", "belief_ally", "belief_russia"):
        assert np.all(getattr(still, name) == 0.0)


def test_every_uncertainty_is_drawn_from_its_prior():
    """Common random numbers: worlds spread over the prior; every school gets as many."""
    params = plan(1).params(0, MANY)
    schools_of = plan(1).schools(MANY)
    assert np.all(np.bincount(schools_of[:, 0]) == len(MANY) // 4)
    for group in fields(params):
        for field in fields(getattr(params, group.name)):
            value = getattr(getattr(params, group.name), field.name)
            prior = uncertainties()[field.name].prior
            assert np.all((value >= prior.low) & (value <= prior.high)), field.name
            expected = prior.quantile((np.arange(len(MANY)) + 0.5)[:, None] / len(MANY), schools_of)
            spread = np.std(expected) / np.sqrt(len(MANY))
            assert abs(np.mean(value) - np.mean(expected)) <= 6.0 * spread + 1e-12, field.name


# --- chosen points of what is uncertain ---------------------------------------------------------------------------


def test_points_that_repeat_what_would_be_drawn_change_nothing():
    plan = load_scenario("conditional-article5").plan()
    plain = ensemble.outcomes_of(plan, range(5), 3, ["risk", "cohesion"])
    names = ["drift", "anchor", posterior.STREAM]
    same = draws.Points(np.arange(5), {name: draws.uniform(3, name, range(5))[:, 0] for name in names})
    assert ensemble.outcomes_of(plan, same, 3, ["risk", "cohesion"]).equals(plain)


def test_a_point_moves_its_parameter_and_no_other():
    plan = load_scenario("conditional-article5").plan()
    moved = plan.params(0, draws.Points(np.arange(4), {"anchor": np.array([0.0, 0.3, 0.6, 1.0])}))
    usual = plan.params(0, range(4))
    assert np.all(np.diff(moved.deterrence.anchor[:, 0]) > 0)
    assert np.array_equal(moved.capability.turnover, usual.capability.turnover)
    assert moved.burden.drift.shape == (4, 1)
    assert np.array_equal(moved.burden.drift, usual.burden.drift)


def test_a_part_of_points_is_points():
    points = draws.Points(np.array([4, 4, 7]), {"drift": np.array([0.1, 0.2, 0.3])})
    part = points[1:]
    assert list(part) == [4, 7]
    assert part.uniforms["drift"].tolist() == [0.2, 0.3]
    assert points[2] == 7
