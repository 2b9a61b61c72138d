"""The three sentences of an answer, from tables written by hand; which way differences go; and who says so."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim import evidence, frames, origins, question, telling
from sim.outcomes import ANY, FRONT_NAMES, HEADLINES
from sim.question import BASELINE, Question
from sim.scenario import scenario_names
from sim.tables import number
from sim.ways import LESS, MORE, NOUGHT, UNCLEAR, ways

YEAR = 2030
STEADY = np.zeros(100)


def way(*values):
    """The way of one row of differences."""
    (found,) = ways(np.array([values], dtype=float)).rows()
    return found


# --- which way ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("up", "down", "same", "meant", "counted"), [
    (0, 83, 17, LESS, "lower in 83 of 100 worlds, the same in 17"),
    (3, 0, 97, MORE, "higher in 3 of 100 worlds, the same in 97"),
    (100, 0, 0, MORE, "higher in all worlds"),
    (82, 18, 0, UNCLEAR, "higher in 82 of 100 worlds, lower in 18"),
    (5, 95, 0, LESS, "lower in 95 of 100 worlds, higher in 5"),
    (6, 94, 0, UNCLEAR, "lower in 94 of 100 worlds, higher in 6"),
    (60, 5, 35, MORE, "higher in 60 of 100 worlds, lower in 5, the same in 35"),
    (30, 5, 65, UNCLEAR, "higher in 30 of 100 worlds, lower in 5, the same in 65"),
    (0, 0, 100, NOUGHT, "the same in all worlds"),
])  # fmt: skip
def test_a_direction_is_named_where_hardly_any_world_contradicts_it(up, down, same, meant, counted):
    """One in twenty at most: of those that differ, or of all while more than half go that way."""
    row = way(*[0.2] * up, *[-0.1] * down, *[0.0] * same)
    assert (row.way, row.up, row.down) == (meant, up / 100, down / 100)
    assert row.counted() == counted


def test_a_few_worlds_of_many_are_neither_none_nor_all():
    row = way(*[1.0] * 3, *[0.0] * 997)
    assert (row.way, row.counted(), row.brief()) == (
        MORE, "the same in over 99 of 100 worlds", "the same in over 99 of 100",
    )  # fmt: skip
    assert way(*[1.0] * 997, *[-1.0] * 3).counted() == "higher in over 99 of 100 worlds"


def test_what_sums_in_another_order_leave_is_no_difference():
    assert way(1e-11, -3e-12, 0.0).way == NOUGHT
    assert way(2e-9, 0.0, 0.0).way == MORE


signed = st.lists(st.sampled_from([-1.0, 0.0, 2.5]), min_size=1, max_size=300)


@given(signed)
def test_worlds_that_agree_are_never_unclear(values):
    row = way(*values)
    if row.up == 0.0 or row.down == 0.0:
        assert row.way != UNCLEAR
    assert (row.way == NOUGHT) == (not any(values))


@given(signed)
def test_the_other_way_round_it_goes_the_other_way(values):
    there, back = way(*values), way(*(-value for value in values))
    assert back.way == {MORE: LESS, LESS: MORE}.get(there.way, there.way)
    assert (back.up, back.down) == (there.down, there.up)


# --- sentences from tables by hand --------------------------------------------------------------------------------


def rows_of(level, differences, name):
    """A row of `headlines`: what the scenario shows, and 100 paired differences."""
    (found,) = ways(np.asarray([differences], dtype=float)).rows()
    moved = np.asarray(differences)[np.asarray(differences) != 0.0]
    some = np.quantile(moved, frames.ENDS) if len(moved) else [0.0] * 3
    ends = {f"change_{end}": getattr(found, end) for end in ("low", "median", "high")}
    return {
        "outcome": name, "year": YEAR, "median": level, "base_median": level - found.median, **ends,
        **{f"moved_{end}": value for end, value in zip(("low", "median", "high"), some, strict=True)},
        "up": found.up, "down": found.down, "way": found.way, "identical": found.way == NOUGHT,
    }  # fmt: skip


BARE = question.answer(Question("conditional-article5", worlds=20))


def answered(spend=STEADY, troops=STEADY, reach=STEADY, line=2.0, called="threshold", schools=("mixed",)):
    """An answer whose numbers are given: differences of spending, troops and of allies at a line, world by world."""
    headlines = pd.DataFrame([
        rows_of(3.1, spend, "spending_europe_canada_share"), rows_of(76_282.0, troops, "troops_europe"),
        rows_of(40.0, reach, "allies_at_threshold"), rows_of(0.5, STEADY, "credibility_allies"),
    ])  # fmt: skip
    assert set(headlines.outcome) == set(HEADLINES)
    at_line = headlines[headlines.outcome == "allies_at_threshold"].assign(line=line, called=called)
    risks = pd.DataFrame([
        {"school": school, "front": FRONT_NAMES[ANY], "year": YEAR, "low": 1.1, "median": 1.2, "high": 1.5,
         "words": "×1.2"} for school in schools
    ])  # fmt: skip
    return replace(BARE, nought="", headlines=headlines, reaching=at_line, risks=risks)


def said(**given_):
    return telling.happens(answered(**given_), telling.ALLIANCE, YEAR)


def test_an_effect_in_one_direction_is_named_though_its_band_ends_at_nought():
    told = said(spend=[-0.07] * 83 + [0.0] * 17)
    assert "Europe and Canada spend 3.1% of GDP (-0.07 points, lower in 83 of 100 worlds, the same in 17)" in told
    assert UNCLEAR not in told


def test_an_effect_in_both_directions_is_counted():
    told = said(spend=[0.13] * 82 + [-0.1] * 18)
    assert f"3.1% of GDP ({UNCLEAR}: higher in 82 of 100 worlds, lower in 18)" in told
    assert "chance" not in told


def test_an_effect_everywhere_has_its_band():
    told = said(spend=np.linspace(0.1, 1.1, 101), reach=np.linspace(10, 30, 101))
    assert told == (
        "By 2030, 12 of 30 allies report at least 2% (against the baseline +6, in 90 of 100 worlds +3 to +9); Europe "
        "and Canada spend 3.1% of GDP (+0.60 points, +0.15 to +1.1). The risk of a limited attack on any ally is ×1.2 "
        "(mixed) that of the baseline."
    )


def test_an_effect_below_a_hundredth_shows_no_digits():
    told = said(spend=[-8e-05] * 100)
    assert "(lower in all worlds)" in told
    assert "e-05" not in told


def test_nothing_at_all():
    nought = replace(answered(), nought="Every difference is exactly 0.")
    assert telling.happens(nought, telling.ALLIANCE, YEAR) == "Nothing changes against the baseline by 2030."
    assert telling.sure(nought, telling.ALLIANCE, YEAR).startswith("Exactly")
    assert "(against the baseline the same in all worlds)" in said()
    assert "soldiers" not in said()


def test_a_withdrawal_that_comes_in_part_of_the_worlds_is_no_median():
    """46 worlds lose 1,000 to 10,000, 54 none: what holds where it comes, not a middle that never is."""
    told = said(troops=[-1000.0] * 5 + [-5200.0] * 36 + [-9949.0] * 5 + [0.0] * 54)
    assert "in 46 of 100 worlds fewer US soldiers stand in Europe: then 5,200 fewer (1,000 to 9,900)" in told
    assert "76,282" not in told


def test_a_withdrawal_in_all_worlds_is_rounded_to_hundreds():
    told = said(troops=-np.linspace(7000, 9000, 101))
    assert "76,300 US soldiers stand in Europe (-8,000, in 90 of 100 worlds -8,900 to -7,100)" in told


def test_the_line_that_moved_is_told():
    assert "12 of 30 allies report at least 3.5%, the pledge (" in said(line=3.5, called="pledge")
    assert "12 of 30 allies report at least 5% (" in said(line=5.0)


def test_schools_are_those_that_were_played():
    four = ("commitment", "mixed", "denial", "spiral")
    assert said(schools=four).endswith("is ×1.2 that of the baseline in all four schools.")
    assert "×1.1 to ×1.5 of an assumed level (four schools" in telling.sure(
        answered(schools=four), "Whole alliance", YEAR
    )
    assert "(the mixed school, 90% of worlds)" in telling.sure(answered(), "Whole alliance", YEAR)
    assert frames.schools_words(answered().risks).startswith("Only the mixed school is played")
    assert frames.schools_words(answered(schools=four).risks).startswith("Four schools of deterrence stand side")


# --- how sure -----------------------------------------------------------------------------------------------------


def test_sure_says_how_forecasts_went_and_how_far():
    found = question.answer(Question("conditional-article5", worlds=20))
    last = evidence.scores().of(evidence.AGGREGATE)[-1].horizon
    near, far = (telling.sure(found, telling.ALLIANCE, year) for year in (2027, 2035))
    for words in (near, far):
        assert evidence.brief_words(evidence.AGGREGATE) in words
    assert "not tested" not in near
    assert f"2035 is {evidence.ahead(2035, found.start)} ahead, not tested" in far
    assert evidence.ahead(2035, found.start) > last
    assert evidence.brief_words("POL") in telling.sure(found, "Poland", 2035)
    assert evidence.brief_words("EST", "LTU", "LVA") in telling.sure(found, "Baltic states", 2035)


def score(series, horizon, against, rival=0.1):
    return evidence.Score(
        series=series, horizon=horizon, cases=10, crps=1.0, mae=1.0, coverage50=0.5, coverage90=0.8, best="drift",
        crps_best=1.0, crps_persistence=1.0, skill=rival, skill_persistence=against,
    )  # fmt: skip


def test_scores_in_brief_by_hand():
    rows = [score("POL", 1, 0.3), score("POL", 2, 0.2, -0.1), score("EST", 1, -0.2), score("EST", 2, 0.0)]
    kept = evidence.Scores(1, 0, {(r.series, r.horizon): r for r in rows}, {}, {}, (), "")
    assert evidence.brief_words("POL", found=kept) == (
        "saved 20% to 30% of persistence's error 1 and 2 years ahead and lost to a simple rule at 2 years; 90% bands "
        "held in 16 of 20"
    )
    assert evidence.brief_words("EST", found=kept) == "lost to a simple rule at 1 year; 90% bands held in 16 of 20"
    assert evidence.brief_words("POL", "EST", found=kept) == (
        "beat persistence in 2 of 4 cases and lost to a simple rule in 2; 90% bands held in 80%"
    )
    assert evidence.brief_words("NOR", found=kept) == "were never scored"


# --- who says so --------------------------------------------------------------------------------------------------


def who(asked):
    """What is said of a question, and the counts of the footer."""
    scenario = asked.resolved()
    base = question.loaded(BASELINE)
    found = origins.origins(scenario, scenario.plan(), base.under(scenario).plan(), base.facts)
    return ". ".join(origins.told(found)), origins.assumed(found), found


def test_a_withdrawal_alone_has_the_documents_of_its_scenario():
    told, counts, _ = who(Question("drawdown-by-2027"))
    assert told.startswith("Document 001 (2025-02-12): paragraph 1 (US secretary of defence, reported)")
    assert told.endswith("Our assumption: the number of soldiers leaving 7 hosts")
    assert counts == (1, 1)


def test_uncertainties_that_are_set_are_our_assumption():
    told, counts, _ = who(Question("hesitant-europe"))
    assert "the ranges set for European resolve, European reserve, procurement lag" in told
    assert counts == (3, 3)


def test_a_source_supports_its_own_value_only():
    """The documents print 2% and 5%: a pledge of 3.5% and a threshold of 4% are ours, a threshold of 5% is not."""
    assert who(Question(BASELINE, (("pledge", 3.5),)))[0].endswith("Our assumption: the value of pledge")
    assert who(Question(BASELINE, (("threshold", 4.0),)))[0].endswith("Our assumption: the value of threshold")
    assert who(Question(BASELINE, (("threshold", 5.0),)))[0].endswith("Our assumption: threshold in part")
    assert who(Question(BASELINE, (("us_share", 5.0),)))[0].endswith("the value of US share"), "5 is only a bound"
    assert who(Question(BASELINE, (("peacekeepers_covered", 1.0),)))[0].endswith("the value of peacekeepers covered")
    assert who(Question(BASELINE, withdrawal=10_000.0))[0].endswith("Our assumption: withdrawal in part")
    assert who(Question(BASELINE, withdrawal=4_000.0))[0].endswith("Our assumption: the value of withdrawal")


def test_names_are_written_as_names():
    told, _, _ = who(Question(BASELINE, (("eu_shield", 1.0), ("us_aid", 0.5))))
    assert "US aid" in told
    assert "EU shield" in told


def test_a_school_and_a_strategy_are_our_own():
    own = "name: One\nextends: baseline\nschool: mixed\nstrategies: {POL: FreeRider}\n"
    told, counts, _ = who(Question(own))
    assert told == "Our assumption: FreeRider: Poland and mixed school only"
    assert counts == (2, 2)
    assert telling.who(replace(BARE, origins=BARE.origins[:0])) == ["Nobody: nothing was changed"]


@pytest.mark.parametrize("key", scenario_names())
def test_everything_that_was_changed_has_a_line(key):
    asked = Question(key)
    _, (ours, every), found = who(asked)
    base = question.loaded(BASELINE).under(asked.resolved()).plan()
    assert every == len(question.changes(asked.resolved().plan(), base))
    assert 0 <= ours <= every
    assert set(found.kind) <= {"fact", "publication", "assumption"}


# --- all that ships -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", scenario_names())
def test_sentences_of_every_scenario_hold_to_the_words(key):
    found = question.answer(Question(key, worlds=60))
    for focus in telling.FOCUS:
        for year in (2027, 2030, 2035):
            told = telling.happens(found, focus, year)
            for bad in ("chance", "e-0", "nan", "((", "))", "@", "+0 ", "×1 ", "clear_of"):
                assert bad not in told
            assert len(told.split()) < 95
            assert len(telling.sure(found, focus, year).split()) < 75


@pytest.mark.parametrize("key", ["ceasefire", "conditional-article5", "eastern-withdrawal-considered"])
def test_no_sentence_doubts_what_all_differing_worlds_agree_on(key):
    found = question.answer(Question(key, worlds=200))
    rows = frames.of_year(found.by_ally, YEAR)
    for row in rows.itertuples():
        if row.up == 0.0 or row.down == 0.0:
            assert UNCLEAR not in row.words
    spend = rows[(rows["of"] == "share") & (rows.ally == "Poland")].iloc[0]
    told = telling.happens(found, "Poland", YEAR).split(";")[0]
    assert (UNCLEAR in told) == (spend.way == UNCLEAR)


@given(st.floats(0.1, 150.0))
@example(1.5495)
def test_a_difference_is_rounded_as_on_its_card(value):
    assert telling._points(value, True) == number(value, True)
    assert telling._points(-value) == number(-value)
