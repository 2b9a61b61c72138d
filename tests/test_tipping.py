"""Tipping points: found where they are known, honest where there are none, each school by itself."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import sim
from sim.analysis import crossing, tipping, tipping_words
from sim.analysis.crossing import FALLS, RISES, Curve, between, first, found
from sim.charts import tipping as drawn
from sim.cli import main
from sim.priors import SCHOOLS

SPENDING = "spending_europe_canada_share"
LAST = 60


def curve(flips, last=LAST, scale=0.1):
    """A curve over so many marks, of which each stands for a tenth."""
    return Curve([round(scale * k, 9) for k in range(last + 1)], flips)


def own_marks(last=LAST):
    """Each world's own tipping mark; some lie beyond the last one, and never flip."""
    return hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(0, last + 10))


shares = st.integers(1, 99).map(lambda k: k / 100)


# --- the search, on curves whose root is known --------------------------------------------------------------------


def test_a_root_known_by_hand():
    tip = found(curve(lambda mark: mark >= np.arange(1, 101) * 0.5), 0.5)
    assert (tip.value, tip.already, tip.worlds) == (2.5, False, 100)
    assert tip.parts == ((0.1, 0.5), (0.5, 2.5), (0.9, 4.5))
    assert (tip.low, tip.high) == (2.1, 3.0)  # 50% ± 1.96 × 5%, as worlds flip two at a mark: 40.2 and 59.8 of them
    assert tip.crossings == ((2.5, RISES),)
    assert (tip.largest, tip.largest_at, tip.steady, tip.reverting) == (1.0, 5.2, True, 0.0)


@given(own_marks(), shares)
def test_where_worlds_flip_for_good_the_value_is_that_of_the_world_in_its_place(own, share):
    worlds = curve(lambda mark: mark >= own)
    tip = found(worlds, share)
    place = int(np.ceil(share * len(own) - 1e-9)) - 1
    mark = np.sort(own)[place]
    assert tip.value == (None if mark > LAST else worlds.values[mark])
    assert tip.already == (mark == 0)
    assert tip.steady
    assert tip.reverting == 0.0
    for part, value in tip.parts:
        mark = np.sort(own)[int(np.ceil(part * len(own) - 1e-9)) - 1]
        assert value == (None if mark > LAST else worlds.values[mark])


@given(st.data(), shares)
def test_at_the_value_the_share_is_reached_and_one_tolerance_below_it_is_not(data, share):
    """Whatever the curve does between the marks that were asked."""
    worlds = data.draw(hnp.arrays(np.bool_, (LAST + 1, 7)))
    asked = curve(lambda mark: worlds[mark])
    tip = found(asked, share)
    if tip.value is None:
        assert tip.largest < share
        assert not any(asked.holds(mark, share) for mark in asked.marks)
    else:
        mark = round(10 * tip.value)
        assert np.mean(worlds[mark]) >= share - 1e-9
        assert mark == 0 or np.mean(worlds[mark - 1]) < share


@given(own_marks(), shares, shares)
def test_a_larger_share_never_tips_earlier(own, one, other):
    low, high = sorted([one, other])
    values = [found(curve(lambda mark: mark >= own), share).value for share in (low, high)]
    assert (
        np.inf >= (values[1] if values[1] is not None else np.inf) >= (values[0] if values[0] is not None else np.inf)
    )


@given(own_marks(), shares)
def test_the_interval_holds_the_value_and_more_worlds_narrow_it(own, share):
    def ends(tip):
        return [np.inf if end is None else end for end in (tip.low, tip.value, tip.high)]

    few, many = (found(curve(lambda mark, k=k: mark >= np.repeat(own, k)), share) for k in (1, 50))
    assert ends(few) == sorted(ends(few))
    assert ends(few)[0] <= ends(many)[0]
    assert ends(many)[2] <= ends(few)[2]
    assert few.value == many.value


def test_the_interval_is_that_of_wilson():
    """Its ends are where the share's own interval begins and ceases to hold what was asked for."""
    own = np.arange(1, 201) * 0.3
    asked = curve(lambda mark: mark >= own)
    tip = found(asked, 0.3)
    for end, side in ((tip.low, 1), (tip.high, 0)):
        bounds = [crossing.wilson(asked.share(round(10 * end) + step), 200)[side] for step in (-1, 0)]
        assert bounds[0] < 0.3 <= bounds[1]
    assert crossing.wilson(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)  # Wilson 1927
    assert crossing.wilson(0.0, 10)[0] == 0.0


def test_a_curve_that_comes_and_goes_is_said_to():
    tip = found(curve(lambda mark: np.full(4, 10 <= mark < 25 or mark >= 50)), 0.5)
    assert tip.value == 1.0
    assert tip.crossings == ((1.0, RISES), (2.5, FALLS), (5.0, RISES))
    assert (tip.back, tip.steady, tip.reverting) == (1.0, False, 1.0)


def test_a_curve_that_falls_is_reached_at_its_low_end():
    tip = found(curve(lambda mark: mark <= np.arange(6, 54, 6)), 0.5)
    assert (tip.already, tip.value, tip.direction, tip.steady) == (True, 0.0, FALLS, True)
    assert tip.crossings == ((3.1, FALLS),)


def test_a_share_that_is_never_reached_says_how_far_it_comes():
    tip = found(curve(lambda mark: np.arange(10) < mark // 15), 0.5)
    assert (tip.value, tip.high, tip.largest, tip.largest_at) == (None, None, 0.4, 6.0)
    assert tip.parts[0] == (0.1, 1.5)
    assert tip.parts[1][1] is None


def test_no_value_is_asked_twice_and_few_are_asked():
    asked = []
    own = np.arange(1, 101) * 5

    def flips(mark):
        asked.append(mark)
        return mark >= own

    worlds = curve(flips, last=1000, scale=0.01)
    assert found(worlds, 0.5).value == 2.5
    assert len(asked) == len(set(asked)) <= crossing.GRID + 5 * 7


@given(st.integers(1, 8), shares)
def test_a_short_range_is_searched_too(last, share):
    own = np.arange(last + 1)
    assert found(curve(lambda mark: mark >= own, last), share).value is not None


def test_the_way_down_is_bisected_like_the_way_up():
    worlds = curve(lambda mark: np.full(2, mark < 17))
    assert between(worlds, 3, 40, 0.5) == 17
    assert first(worlds, 0.5) is not None


# --- the simulator ------------------------------------------------------------------------------------------------


def test_a_tipping_point_known_from_the_accounts():
    """Soldiers that leave for the Pacific leave Europe: fewer than 90,000 of 100,000 from 10,000 on, in any school."""
    tip = sim.tipping_point("baseline", "pivot", "troops_europe", below=90_000, worlds=8, tolerance=1000, high=30_000)
    assert tip.same
    assert {one.value for one in tip.tips.values()} == {11_000}
    assert tuple(tip.tips) == SCHOOLS
    assert "The same in every school" in tipping_words.text(tip)
    assert set(drawn.frame(tip).school.dropna()) == {drawn.EVERY}


@pytest.fixture(scope="module")
def doubled():
    """From which conditionality the risk on the Baltic front grows by half."""
    return sim.tipping_point(
        "conditional-article5", "conditionality", "relative_risk_by_front", of="baltic", above=1.5,
        against="baseline", worlds=48, tolerance=0.05,
    )  # fmt: skip


def test_each_school_has_a_tipping_point_of_its_own(doubled):
    assert not doubled.same
    assert tuple(doubled.tips) == SCHOOLS
    assert {tip.worlds for tip in doubled.tips.values()} == {12}
    assert len({tip.value for tip in doubled.tips.values()}) > 1


def test_the_value_is_what_a_comparison_shows(doubled):
    """Held to sim.compare: at the value half of the school's worlds flip, one tolerance below fewer."""
    tip = doubled.tips["mixed"]
    base, scenario = (sim.load_scenario(name).with_school("mixed") for name in ("baseline", "conditional-article5"))
    first_run = sim.run(base, 12, 0)
    parts = []
    for value in (tip.value - 0.05, tip.value):
        both = sim.compare(first_run, sim.run(scenario.with_levers(conditionality=value), 12, 0))
        parts.append(float((both.relative_risk_by_front.sel(front="baltic", year=2035) > 1.5).mean()))
    assert parts[0] < 0.5 <= parts[1]


def test_a_school_by_itself_is_the_same(doubled):
    alone = sim.tipping_point(
        sim.load_scenario("conditional-article5"), "conditionality", "relative_risk_by_front", of="baltic",
        above=np.float64(1.5), against="baseline", worlds=12, tolerance=0.05, school="mixed",
    )  # fmt: skip
    assert alone.tips == {"mixed": doubled.tips["mixed"]}


def test_schools_that_agree_on_the_grid_alone_have_tipping_points_of_their_own(monkeypatch):
    """Values 0 to 80, so that the grid is every tenth: spiral flips at 17, the others at 13."""
    marks = dict.fromkeys(SCHOOLS, 13) | {"spiral": 17}
    monkeypatch.setattr(
        tipping.Question, "numbers", lambda q, school, mark: np.full(q.worlds, float(mark >= marks[school]))
    )

    def told():
        return sim.tipping_point("baseline", "pivot", "cohesion", above=0.5, worlds=8, low=0, high=80, tolerance=1)

    assert {school: tip.value for school, tip in told().tips.items()} == marks
    assert not told().same
    marks["spiral"] = 13
    assert {tip.value for tip in told().tips.values()} == {13}
    assert told().same


def test_what_comes_and_goes_between_two_marks_of_the_grid_is_not_seen_and_nothing_says_it_is():
    tip = found(curve(lambda mark: np.full(4, 12 <= mark < 14 or mark >= 50), last=80), 0.5)
    assert tip.crossings == ((5.0, RISES),)
    assert "as far as a grid of 9 values" in " ".join(call("--help").stdout.split())
    assert crossing.GRID == 9


def test_events_that_set_the_lever_give_way():
    """The scenario sets its threshold by an event. At 0 for the whole run every ally is there; at 6 hardly one."""
    tip = sim.tipping_point("conditional-article5", "threshold", "allies_at_threshold", below=99, worlds=8, tolerance=1)
    assert all(one.curve[0] == (0.0, 0.0) and one.curve[-1] == (6.0, 1.0) for one in tip.tips.values())


def test_the_baseline_is_measured_against_the_moving_threshold():
    """More allies at a threshold under the condition than without it; at a threshold of 0 all are there in both."""
    tip = sim.tipping_point(
        "conditional-article5", "threshold", "allies_at_threshold", above=0, against="baseline", worlds=8, tolerance=1
    )
    assert all(one.curve[0][1] == 0.0 and one.value is not None for one in tip.tips.values())


def test_another_year_and_the_order_of_shares():
    def value(share, year):
        tip = sim.tipping_point(
            "conditional-article5", "threshold", SPENDING, above=2.6, share=share, year=year, worlds=12, school="mixed"
        )
        return tip.tips["mixed"].value

    assert value(0.3, 2030) <= value(0.6, 2030)
    assert value(0.3, 2035) <= value(0.3, 2030)


def test_a_lever_that_moves_nothing_is_said_to():
    tip = sim.tipping_point("baseline", "us_share", "cohesion", above=2, worlds=4)
    printed = tipping_words.text(tip)
    assert "not reached: at most 0% of the worlds flip, at 1." in printed
    assert "the lever moves no world across the level." in printed
    low, high = tip.seen["mixed"]
    assert 0.0 <= low <= high < 1.0
    assert f"mixed: seen: {low:.3g} to {high:.3g}. 2 lies outside in all worlds, at every value asked." in printed
    assert tip.data()["schools"]["mixed"]["seen"] == [low, high]
    below = tipping_words.text(sim.tipping_point("baseline", "us_share", "cohesion", below=2, worlds=4))
    assert "it is so at the lowest value already." in below


def test_remarks_on_what_turns_back(doubled):
    q = doubled.question
    wild = found(curve(lambda mark: np.full(4, 10 <= mark < 25 or mark >= 50)), 0.5)
    falling = found(curve(lambda mark: np.full(4, mark < 25)), 0.5)
    printed = tipping_words.text(
        tipping.Tipping(q, {"mixed": wild, "denial": falling}, False, dict.fromkeys(("mixed", "denial"), (1, 2)))
    )
    assert "mixed: the share does not move in one direction: it turns back by up to 100 points." in printed
    assert "mixed: it crosses 50% more than once: rises at 1, falls at 2.5, rises at 5. The first is given." in printed
    assert "mixed: 100.0% of the worlds flip and flip back at a higher value." in printed
    assert "denial: it is so at the lowest value, and the higher the lever, the fewer worlds" in printed


def test_the_question_is_put_in_words(doubled):
    assert tipping_words.question(doubled.question) == (
        'Conditional Article 5 at 5%: from which conditionality does "risk" (Baltic states) lie above 1.5 times that '
        "of Today's commitment, in 50% of the worlds?"
    )


SPELLINGS = {
    "plain": ("risk_by_front", "black sea"),
    "underscore": ("risk_by_front", "black_sea"),
    "relative": ("relative_risk_by_front", "black sea"),
    "one name": ("risk_by_front_black_sea", None),
    "one relative name": ("relative_risk_by_front_black_sea", None),
    "blank": ("risk_by_front_black sea", None),
    "twice": ("risk_by_front_black_sea", "black sea"),
}


@pytest.mark.parametrize(("name", "of"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_risk_against_a_baseline_is_a_ratio_however_it_is_spelled(name, of):
    """By hand: the largest ratio that a comparison shows is above 1.2, which no difference of probabilities can be."""
    told = sim.tipping_point(
        "conditional-article5", "conditionality", name, of=of, above=1.2, share=0.1, against="baseline", school="mixed",
        worlds=8, tolerance=0.5,
    )  # fmt: skip
    chosen = sim.load_scenario("conditional-article5").with_school("mixed")
    ratios = [
        sim.compare(*(sim.run(s, 8, 0) for s in (sim.load_scenario("baseline").under(own), own)))
        .relative_risk_by_front.sel(front="black sea", year=2035)
        .values
        for own in (chosen.with_levers(conditionality=value) for value in (0.0, 0.5, 1.0))
    ]
    assert told.seen["mixed"] == (np.min(ratios), np.max(ratios))
    assert told.tips["mixed"].curve[-1] == (1.0, np.mean(ratios[-1] > 1.2))
    assert (told.question.outcome, told.question.of) == ("relative_risk_by_front", "black sea")
    assert np.max(ratios) > 1.2


def test_a_level_within_what_is_seen_is_not_said_to_lie_outside(doubled):
    assert not any("lies outside" in line for line in tipping_words.text(doubled).splitlines())


# --- the command and the chart ------------------------------------------------------------------------------------


def call(*words):
    return CliRunner().invoke(main, ["tipping", *map(str, words)])


ASKED = ("conditional-article5", "--lever", "threshold", "--outcome", SPENDING, "--above", 3.5)


def test_the_command_prints_and_draws(tmp_path):
    file = tmp_path / "chart.json"
    words = (*ASKED, "--worlds", 8, "--tolerance", 0.5)
    result = call(*words, "--chart", file)
    assert result.exit_code == 0, result.output
    assert "lie above 3.5% of GDP, in 50% of the worlds?" in result.stdout
    assert "judgement" in result.stdout
    told = json.loads(call(*words, "--json").stdout)
    assert told["lever"] == "threshold"
    assert set(told["schools"]) == set(SCHOOLS)
    for school, tip in told["schools"].items():
        assert f"{school} " in result.stdout
        assert tip["curve"][0][0] == 0.0
        assert tip["curve"][-1][0] == 6.0
    drawn = json.loads(file.read_text(encoding="utf-8"))
    altair = pytest.importorskip("altair")
    altair.Chart.from_dict(drawn, validate=True)
    rows = drawn["data"]["values"]
    assert {row["kind"] for row in rows} == {"line", "curve", "tip"}
    assert all(row["low"] <= row["share"] <= row["high"] for row in rows if row["kind"] == "curve")
    assert call(*words, "--chart", file).exit_code == 2


def test_the_command_sets_other_levers():
    result = call("baseline", "--lever", "threshold", "--outcome", SPENDING, "--above", 3.5, "--worlds", 4)
    assert result.exit_code == 2
    assert "threshold does nothing in Today's commitment: it acts only with one of conditionality, " in result.stderr
    words = ("baseline", "--lever", "threshold", "--outcome", SPENDING, "--above", 3.5, "--set", "conditionality=1")
    result = call(*words, "--worlds", 4, "--tolerance", 2)
    assert result.exit_code == 0, result.stderr
    assert "with conditionality 1: from which threshold" in result.stdout


def test_a_withdrawal_wakes_the_levers_that_need_one():
    with pytest.raises(sim.InputError, match="one of pivot, border, withdrawals, trade_linkage"):
        sim.tipping_point("baseline", "troop_floor", "troops_europe", above=95_000, worlds=4)
    tip = sim.tipping_point(
        "withdraw-10000-east", "troop_floor", "troops_europe", above=94_999, worlds=4, tolerance=5000, school="mixed"
    )
    assert tip.tips["mixed"].value == 95_000
    with pytest.raises(sim.InputError, match="conditionality, treaty_exit, withdrawals that are not yet ordered"):
        sim.tipping_point("withdraw-10000-east", "congress", "troops_europe", above=94_999, worlds=4)


BAD = {
    "scenario": (dict(scenario="baselin"), "baselin: no such scenario."),
    "lever": (dict(lever="treshold"), "lever: unknown name 'treshold'. Did you mean 'threshold'?"),
    "outcome": (dict(outcome="cohesio"), "outcome: unknown name 'cohesio'. Did you mean 'cohesion'?"),
    "ratio": (dict(outcome="relative_risk"), "relative_risk compares two policies. Name a baseline"),
    "level of a risk": (dict(outcome="risk"), "the level of risk rests on an assumed anchor. Name a baseline"),
    "no front": (
        dict(outcome="relative_risk_by_front", against="baseline"),
        "is a number for each front. Say which: baltic, poland,",
    ),
    "front": (dict(outcome="troops_by_host", of="DEV"), "of: troops_by_host has no host 'DEV'. Did you mean 'DEU'?"),
    "of nothing": (dict(of="baltic"), "of: cohesion has no parts, got 'baltic'. Leave it out."),
    "no level": (dict(above=None), "above, below: takes one of the two."),
    "two levels": (dict(below=1.0), "above, below: takes one of the two."),
    "level": (dict(above=float("nan")), "above: nan is no finite number."),
    "share": (dict(share=1.0), "share: 1.0 is out of range. It takes a part of the worlds above 0 and below 1."),
    "low": (dict(low=-1), "low: -1 is out of range. pivot takes 0 to 100000 persons."),
    "high": (dict(high="x"), "high: 'x' is out of range."),
    "range": (dict(low=9, high=9), "low, high: 9 to 9 is no range."),
    "tolerance": (dict(tolerance=0), "tolerance: 0 is out of range. It takes 1 to 100000 persons."),
    "fine": (dict(tolerance=0.5), "tolerance: 0.5 is out of range."),
    "worlds": (dict(worlds=3), "worlds: 3 is out of range. It takes a whole number from 4 to"),
    "seed": (dict(seed=-1), "seed: -1 is out of range."),
    "year": (dict(year=2050), "year: 2050 is not played to its end. It takes 2025 to 2035."),
    "school": (dict(school="mixd"), "unknown school 'mixd'."),
    "against": (dict(against=3), "against: 3 is no scenario."),
}


@pytest.mark.parametrize(("given", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_meant_is_said(given, message):
    asked = {"scenario": "baseline", "lever": "pivot", "outcome": "cohesion", "above": 0.5, "worlds": 4} | given
    with pytest.raises(sim.InputError) as error:
        sim.tipping_point(asked.pop("scenario"), asked.pop("lever"), asked.pop("outcome"), **asked)
    (problem,) = error.value.problems
    assert message in problem


def test_an_outcome_that_is_no_number_is_refused(monkeypatch):
    monkeypatch.setattr(
        tipping, "played", lambda *given: sim.outcomes(sim.run("baseline", 4, 0)).sel(year=2035) * np.nan
    )
    with pytest.raises(sim.InputError, match="cohesion: is not finite in 4 of 4 worlds at pivot 0"):
        sim.tipping_point("baseline", "pivot", "cohesion", above=0.5, worlds=16)


def test_progress_counts_the_runs():
    seen = []
    sim.tipping_point(
        "baseline", "pivot", "troops_europe", below=9e4, worlds=4, tolerance=10_000, school="mixed",
        progress=lambda done, all_: seen.append((done, all_)),
    )  # fmt: skip
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert all(done <= all_ for done, all_ in seen)
