"""Scenarios side by side: paired tables by hand, laws of differences, and the view of the page Compare."""

import json
import pickle

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import sim
from sim import charts, paired, results, side, side_words, ways
from sim.charts import beside as drawn
from sim.errors import InputError
from sim.outcomes import OUTCOMES
from sim.question import Question, ask, loaded
from sim.reference import roster

STORY, PLACEBO = Question("conditional-article5"), Question("placebo")

# --- paired differences -------------------------------------------------------------------------------------------


def run_of(troops, **more):
    """Year ends of a run [world, year, ally] as `ensemble.run_years` leaves them, for two allies."""
    troops = np.asarray(troops, dtype=np.float64)
    coords = {"world": range(troops.shape[0]), "year": 2030 + np.arange(troops.shape[1]), "ally": ["POL", "ISL"]}
    other = np.zeros_like(troops)
    values = {"share": other, "credibility_ally": other, "troops": troops} | more
    return xr.Dataset({name: (("world", "year", "ally"), value) for name, value in values.items()}, coords)


def test_differences_by_ally_by_hand():
    """Five worlds, one year: Poland loses 100 to 500, Iceland has none before or after and is left out."""
    before = run_of([[[1000.0, 0.0]]] * 5)
    after = run_of([[[900.0 - 100 * k, 0.0]] for k in range(5)])
    rows = paired.by_ally(after, before, ["Poland", "Iceland"])
    troops = rows[rows.of == "troops"]
    assert list(troops.ally) == ["Poland"]
    assert list(troops["median"]) == [-300.0]
    np.testing.assert_allclose([troops.low.item(), troops.high.item()], [-480.0, -120.0])
    assert troops.way.item() == "less"
    assert troops.words.item() == "-300 (-500 to -100)"
    assert set(rows[rows.of == "share"].way) <= {ways.NOUGHT}


def test_worlds_are_counted_where_the_band_does_not_tell():
    """Of ten worlds four differ, all downward: the direction is named, and how many are the same is said."""
    after = run_of([[[1000.0 - 500 * (k < 4), 0.0]] for k in range(10)])
    rows = paired.by_ally(after, run_of([[[1000.0, 0.0]]] * 10), ["Poland", "Iceland"])
    row = rows[rows.of == "troops"].iloc[0]
    assert (row.way, row.part, row.short) == ("less", 0.4, "lower in 40 of 100")
    assert row.words == "0 (-500 to 0), lower in 40 of 100 worlds, the same in 60"


def test_worlds_that_go_both_ways_are_said_to_be_unclear():
    after = run_of([[[1000.0 + 500 * (1 if k < 8 else -1), 0.0]] for k in range(10)])
    rows = paired.by_ally(after, run_of([[[1000.0, 0.0]]] * 10), ["Poland", "Iceland"])
    row = rows[rows.of == "troops"].iloc[0]
    assert (row.way, row.short) == (ways.UNCLEAR, "higher in 80, lower in 20 of 100")
    assert row.words == "no clear difference: +500 (-500 to +500), higher in 80 of 100 worlds, lower in 20"


worlds = hnp.arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 30)), elements=st.floats(-1e5, 1e5))


@given(worlds)
def test_the_other_way_round_it_is_the_opposite(values):
    """What B differs from A is what A differs from B with the other sign, and nobody wins both ways."""
    there, back = (paired._told(sign * values, paired.BY_ALLY["share"]) for sign in (1.0, -1.0))
    np.testing.assert_allclose(back["median"], -there["median"], atol=1e-9)
    np.testing.assert_allclose(back.low, -there.high, atol=1e-9)
    turned = {"more": "less", "less": "more", ways.UNCLEAR: ways.UNCLEAR, ways.NOUGHT: ways.NOUGHT}
    assert list(back.way) == [turned[way] for way in there.way]
    assert list(back.part) == list(there.part)


@given(worlds, st.permutations(range(3)))
def test_the_order_of_worlds_says_nothing(values, order):
    shuffled = values[:, np.argsort(np.resize(order, values.shape[1]), kind="stable")]
    one, other = (paired._told(v, paired.BY_ALLY["share"]) for v in (values, shuffled))
    np.testing.assert_allclose(one[["low", "median", "high"]], other[["low", "median", "high"]])
    assert list(one.way) == list(other.way)


def test_allies_are_counted_and_beliefs_are_in_percent():
    assert paired.scaled("allies_at_threshold", np.array([50.0]), 30) == [15.0]
    assert paired.scaled("credibility_allies", np.array([0.25]), 30) == [25.0]
    assert paired.scaled("troops_europe", np.array([7.0]), 30) == [7.0]
    assert paired.SHOWN["troops_europe"].words(-49.0, sign=True) == "0", "no negative nought"


# --- the view -----------------------------------------------------------------------------------------------------


def view(*asked, reference=None, worlds=200, seed=0, **more):
    return side.side(asked, reference, worlds, seed, **more)


def test_differences_are_those_of_the_runs():
    """Against the library: same baseline, same luck, in the units that are shown."""
    found = view(STORY)
    pair = (sim.run(name, 200, 0) for name in ("baseline", "conditional-article5"))
    both = sim.compare(*pair).sel(year=2035)
    rows = found.effects[found.effects.year == 2035].set_index("outcome")
    low, median, high = np.quantile(100 * both.credibility_allies, [0.05, 0.5, 0.95])
    np.testing.assert_allclose(
        rows.loc["credibility_allies", ["low", "median", "high"]].astype(float), [low, median, high]
    )
    base, own = (sim.run(name, 200, 0) for name in ("baseline", "conditional-article5"))
    poland = (own.share - base.share).sel(ally="POL", quarter="2035Q4")
    rows = found.allies[(found.allies.year == 2035) & (found.allies.ally == "Poland") & (found.allies.of == "share")]
    np.testing.assert_allclose(rows["median"], np.median(poland))


def test_columns_carry_letters_documents_and_what_was_changed():
    moved = ask("conditional-article5", {"threshold": 3.5})
    found = view(STORY, moved, Question("eastern-withdrawal-considered"), PLACEBO)
    assert [column.letter for column in found.columns] == list(side.LETTERS)
    assert [column.family for column in found.columns] == [
        "document 002", "document 002, levers moved", "document 000", "no document",
    ]  # fmt: skip
    assert len({column.hue for column in found.columns}) == 4
    assert found.columns[1].changes[0] == "threshold 2 → 3.5% of GDP from 2025Q2"
    assert found.columns[3].changes == ("threshold 2 → 5% of GDP",)
    assert len(found.plans) == 4
    assert found.years == list(range(2025, 2036))


def test_the_same_documents_share_a_colour():
    found = view(STORY, Question("conditional-article5-cliff"))
    assert found.columns[0].family == found.columns[1].family
    assert found.columns[0].hue == found.columns[1].hue


def test_only_what_differs_stands_in_the_table_of_levers():
    found = view(STORY, ask("conditional-article5", {"threshold": 3.5, "withdrawal": 5000}), reference=STORY)
    assert list(found.levers["what is set"]) == ["threshold", "besides"]
    assert list(found.levers.columns) == ["what is set", "reference", "B", "unit"]
    assert found.levers.B[0] == "2, from 2025Q2 3.5"
    assert "5,000 persons" in found.levers.B[1]
    assert view(Question("baseline")).levers.empty


def test_a_reference_among_the_scenarios_is_not_compared_with_itself():
    found = view(STORY, PLACEBO, reference=STORY)
    assert found.reference == found.columns[0].title
    assert [column.letter for column in found.compared] == ["B"]
    own = found.effects[found.effects.letter == "A"]
    assert set(own.way) == {ways.NOUGHT}
    there = view(STORY, PLACEBO, reference=PLACEBO).effects
    back = found.effects
    troops = [
        f[(f.letter == x) & (f.outcome == "spending_europe_canada_share")] for f, x in ((there, "A"), (back, "B"))
    ]
    np.testing.assert_allclose(troops[0]["median"], -troops[1]["median"])


def test_the_reference_is_a_policy_that_may_be_regretted():
    found = view(STORY, PLACEBO)
    table = side_words.regret_told(found, 2035)
    assert list(table.policy) == ["reference: Today's commitment", *(column.title for column in found.columns)]
    runs = {name: sim.run(name, 200, 0, ("hazard",)) for name in ("baseline", "conditional-article5", "placebo")}
    expected = results.regret({name: sim.outcomes(run, ["risk"]) for name, run in runs.items()}).sel(year=2035)
    rows = found.regret[(found.regret.year == 2035) & (found.regret.policy == found.columns[0].title)]
    np.testing.assert_array_equal(rows.regret, expected.sel(policy="conditional-article5"))
    assert view(STORY, Question("hesitant-europe")).regret is None


def test_a_policy_in_another_world_is_compared_with_the_reference_in_that_world():
    found = view(Question("hesitant-europe"))
    base = loaded("baseline").under(loaded("hesitant-europe"))
    both = sim.compare(sim.run(base, 200, 0), sim.run("hesitant-europe", 200, 0)).sel(year=2035)
    row = found.effects[(found.effects.year == 2035) & (found.effects.outcome == "troops_europe")].iloc[0]
    np.testing.assert_allclose(row["median"], np.median(both.troops_europe))


def test_worlds_and_seed_are_common_to_all():
    asked = Question("placebo", worlds=4000, seed=9), Question("conditional-article5", seed=3)
    one, other = view(*asked, seed=5), view(PLACEBO, STORY, seed=5)
    assert one.effects.equals(other.effects)
    assert not one.effects.equals(view(*asked, seed=6).effects)


@pytest.mark.parametrize("count", [0, 5])
def test_none_and_too_many_are_refused(count):
    with pytest.raises(InputError, match=f"compare: {count} scenarios. Choose one to 4."):
        side.side((PLACEBO,) * count)


def test_progress_is_told_between_blocks_and_may_stop_it():
    """Two scenarios and their reference in two blocks of worlds each; the reference is played once."""
    seen = []
    view(STORY, PLACEBO, worlds=1100, seed=11, progress=lambda done, every: seen.append((done, every)))
    assert seen == [(0, 8), (1, 8), (2, 8), (3, 8), (4, 8), (5, 8), (1, 1)]

    def stop(done, every):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        view(STORY, PLACEBO, seed=12, progress=stop)
    assert len(view(STORY, PLACEBO, seed=12).columns) == 2, "what was stopped left nothing behind"


def test_blocks_of_worlds_make_no_difference():
    """More worlds than a block: the same as the runs of the library."""
    found = view(STORY, worlds=1100, seed=11)
    pair = (sim.run(name, 1100, 11) for name in ("baseline", "conditional-article5"))
    both = sim.compare(*pair).sel(year=2035)
    rows = found.effects[found.effects.year == 2035].set_index("outcome")
    for name, factor in (("allies_at_threshold", 0.3), ("grey_zone_incidents", 1.0)):
        expected = np.quantile(factor * both[name], [0.05, 0.5, 0.95])
        np.testing.assert_allclose(rows.loc[name, ["low", "median", "high"]].astype(float), expected, atol=1e-9)


def test_the_answer_is_small_and_travels():
    found = view(STORY, PLACEBO, Question("baseline"), Question("ceasefire"))
    packed = pickle.dumps(found)
    assert len(packed) < 2_000_000
    assert pickle.loads(packed).effects.equals(found.effects)


# --- in words -----------------------------------------------------------------------------------------------------


def test_who_wins_and_loses_is_counted():
    found = view(STORY)
    rows = found.allies[(found.allies.of == "credibility_ally") & (found.allies.year == 2035)]
    told = side_words.gains_words(found, "credibility_ally", 2035, found.columns[0])
    less = int((rows.high < 0).sum())
    assert f"{less} of 31 allies believe less (" in told
    far = rows.loc[rows["median"].idxmin()]
    assert f"({far.ally} furthest, " in told
    drawn_ = side_words.gains(found, "credibility_ally", 2035).sort_values("rank")
    assert list(drawn_["median"]) == sorted(rows["median"], reverse=True)
    assert side_words.gains(found, "troops", 2035).empty
    assert side_words.gains_words(found, "troops", 2035, found.columns[0]) == "A: 31 of 31 exactly 0"


def test_no_table_by_ally_holds_a_risk():
    assert set(paired.BY_ALLY) == {"share", "credibility_ally", "troops"}
    found = view(STORY)
    assert not set(found.risks.front) & set(roster().name) - {"Poland"}, "fronts only"


def test_the_three_costs_come_together():
    table = side_words.outcomes_told(view(Question("withdraw-10000-east")), 2035)
    costs = [OUTCOMES[name].label for name in OUTCOMES if name.startswith("us_cost")]
    assert set(costs) <= set(table.outcome)
    assert not set(costs) & set(side_words.outcomes_told(view(PLACEBO), 2035).outcome)


def test_twins_are_named():
    assert side_words.twins(view(STORY, PLACEBO, STORY)) == ["C is the very same policy as A."]


# --- charts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", charts.PALETTES)
def test_charts_are_valid_specifications_of_their_frames(theme):
    altair = pytest.importorskip("altair")
    found = view(STORY, PLACEBO)
    for group, table in ((drawn.LEVEL, found.levels), (drawn.EFFECT, found.effects)):
        for specs in group.values():
            _valid(altair, specs[theme], table)
    for of, specs in drawn.ALLY.items():
        _valid(altair, specs[theme], side_words.gains(found, of, 2035))
    assert set(drawn.LEVEL) == set(side.LEVELS)
    assert set(drawn.ALLY) == set(paired.BY_ALLY)


def _valid(altair, spec, table):
    altair.Chart.from_dict({**spec, "data": {"values": [{"year": 2025}]}}, validate=True)
    text = json.dumps(spec)
    assert "datasets" not in text
    fields = {part["field"] for part in _encodings(spec)}
    assert fields <= set(table.columns), fields - set(table.columns)


def _encodings(part):
    """Everything in a specification that names a field."""
    if isinstance(part, dict):
        if "field" in part:
            yield part
        for inner in part.values():
            yield from _encodings(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _encodings(inner)
