"""Distributions that add up: what a sketch promises, for any numbers in any parts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.batch.sketch import ACCURACY, EMPTY, SMALLEST, bins, middles, sketched

numbers = st.one_of(
    st.floats(-1e6, 1e6), st.just(0.0), st.floats(-1e-3, 1e-3), st.sampled_from([1.0, -1.0, 0.5, 1e-12, 1e300, -1e300])
)
samples = st.lists(numbers, min_size=1, max_size=60).map(np.array)


def sketch(values):
    (found,) = sketched(np.asarray(values, dtype=float)[:, None])
    return found


@given(samples)
def test_a_bin_stands_within_the_accuracy_of_all_that_lie_in_it(values):
    near = middles(bins(values))
    assert np.all(np.abs(near - values) <= ACCURACY * (1 + 1e-9) * np.abs(values) + SMALLEST)


@given(samples)
def test_bins_keep_the_order(values):
    assert np.all(np.diff(bins(np.sort(values))) >= 0)


@given(samples, st.floats(0.0, 1.0))
def test_a_quantile_is_as_near_as_promised(values, level):
    values = np.clip(values, -1e100, 1e100)
    low, high = (np.quantile(values, level, method=m) for m in ("lower", "higher"))
    room = ACCURACY * 1.001 * max(abs(low), abs(high)) + SMALLEST
    assert low - room <= sketch(values).quantile(level) <= high + room


@given(samples)
def test_ends_and_count_are_exact_and_moments_are_those_of_the_numbers(values):
    values = np.clip(values, -1e9, 1e9)
    found = sketch(values)
    assert (found.quantile(0.0), found.quantile(1.0)) == (values.min(), values.max())
    assert (found.low, found.high, found.count) == (values.min(), values.max(), len(values))
    np.testing.assert_allclose(found.mean, values.mean(), rtol=1e-9, atol=1e-6)
    expected = values.std(ddof=1) if len(values) > 1 else 0.0
    np.testing.assert_allclose(found.sd, expected, rtol=1e-6, atol=1e-6)


@given(samples, st.integers(0, 60))
def test_parts_add_up_to_the_whole(values, cut):
    values = np.clip(values, -1e9, 1e9)
    parts = [sketch(part) if len(part) else EMPTY for part in (values[:cut], values[cut:])]
    whole, joined = sketch(values), parts[0] + parts[1]
    np.testing.assert_array_equal(joined.bins, whole.bins)
    np.testing.assert_array_equal(joined.counts, whole.counts)
    assert (joined.count, joined.low, joined.high) == (whole.count, whole.low, whole.high)
    np.testing.assert_allclose([joined.mean, joined.sd], [whole.mean, whole.sd], rtol=1e-6, atol=1e-6)
    assert [joined.quantile(q) for q in (0.1, 0.5, 0.9)] == [whole.quantile(q) for q in (0.1, 0.5, 0.9)]


def test_by_hand():
    found = sketch([0.0, 0.0, 2.0, -4.0])
    assert found.bins.tolist()[1] == 0
    assert found.counts.tolist() == [1, 2, 1]
    assert found.mean == -0.5
    assert abs(found.quantile(0.5)) == 0.0
    assert np.isnan(EMPTY.quantile(0.5))
