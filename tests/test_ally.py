"""Every ally beside the baseline: terms that add up, bands, one world explained, and what is said of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import ally, ally_words, drivers, ensemble, ways, why
from sim.analysis import explanation
from sim.analysis.decision import ASKED, PLAN, PLAYED
from sim.charts import PALETTES
from sim.charts import ally as drawn
from sim.errors import InputError
from sim.outcomes import outcomes
from sim.params import gather
from sim.question import BASELINE, Question, loaded
from sim.reference import ALLIES, roster
from sim.state import Observation, Shock
from tests.strategies import plan, plans, seeds

FEW = Question(worlds=40)
SEATS = [n for n, forces in enumerate(roster().forces) if forces]


@pytest.fixture(scope="module")
def story():
    return ally.answer(FEW)


@pytest.fixture(scope="module")
def poland():
    return drivers.drivers(FEW, "Poland")


# --- drivers ------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(plans(st.integers(1, 9)), seeds(), st.sampled_from(SEATS))
def test_terms_add_up_to_what_the_share_changed_by(plan, seed, seat):
    """In every world and year, whatever the strategy, and whoever plays."""
    found = drivers.budgets(plan, seat, range(4), seed)
    before = np.column_stack([np.full(4, found.start), found.share[:, :-1]])
    np.testing.assert_allclose(sum(found.terms.values()), found.share - before, atol=1e-9)


@pytest.mark.parametrize("code", ["POL", "ESP", "EST"])
@pytest.mark.parametrize("year", [2025, 2028, 2031])
def test_terms_are_those_of_the_explanation(code, year):
    """World by world the same numbers as `explain`, wherever the highest share cuts nothing off."""
    plan, seat, worlds = FEW.resolved().plan(), ALLIES.index(code), (3, 17, 21)
    found = drivers.budgets(plan, seat, worlds, 0)
    at = found.years.index(year)
    for row, world in enumerate(worlds):
        made = explanation.explain(plan, code, year, 0, world).decision
        assert made.planned < 10.0
        assert found.share[row, at] == made.share
        told = {term.name: term.pp for term in made.terms}
        for name in PLAN:
            assert found.terms[name][row, at] == pytest.approx(told[name], abs=1e-12)
        assert sum(found.terms[name][row, at] for name in ASKED) == pytest.approx(told["lift"], abs=1e-12)


def looked(**seen):
    """What a government of Europe's middle sees, as one world."""
    usual = dict.fromkeys(Observation._fields, 0.0) | {"share": 2.0, "pledge": 3.0, "room": 1.0, "forces": 1.0}
    return Observation(**{name: np.array([[value]]) for name, value in (usual | seen).items()})


def test_a_lift_is_shared_out_in_proportion_to_what_asks_for_it():
    """By hand: in a year in which nothing else moves, the lift is habit plus pressure, each as it asks."""
    p = replace(gather({}).burden, drift=0.0, threat_drift=0.0, pledge_lift=0.02, pressure_lift=0.06)
    still = Shock(np.zeros((1, 1)), np.zeros((1, 1)))
    wide = drivers.taken_apart("PledgeKeeper", looked(pressure=1.0), p, still, np.array([[2.08]]))
    assert (wide["habit"].item(), wide["pressure"].item()) == (pytest.approx(0.02), pytest.approx(0.06))
    near = drivers.taken_apart("PledgeKeeper", looked(pressure=1.0, pledge=2.04), p, still, np.array([[2.04]]))
    assert (near["habit"].item(), near["pressure"].item()) == (pytest.approx(0.01), pytest.approx(0.03))
    assert near["limit"].item() == pytest.approx(0.0, abs=1e-12)
    above = drivers.taken_apart("PledgeKeeper", looked(pressure=1.0, pledge=1.5), p, still, np.array([[2.0]]))
    assert above["pressure"].item() == 0.0


def test_what_the_highest_share_cuts_off_is_shared_out():
    """By hand: a surprise that would carry 3% to far above 10% leaves 7 pp to all terms, by their log changes."""
    p = gather({}).burden
    shock = Shock(np.array([[50.0]]), np.zeros((1, 1)))
    found = drivers.taken_apart("Drifter", looked(share=3.0, threat=1.0), p, shock, np.array([[10.0]]))
    assert sum(term.item() for term in found.values()) == pytest.approx(7.0)
    assert 0.0 < found["threat"].item() < found["own surprise"].item() < 7.0
    assert found["limit"].item() == 0.0


def test_a_played_budget_is_one_term():
    shares = np.full((4, len(ALLIES)), np.nan)
    shares[0, ALLIES.index("ITA")] = 4.0
    found = drivers.budgets(plan(4, decided=shares), ALLIES.index("ITA"), range(3), 0)
    assert list(found.terms) == [PLAYED]
    np.testing.assert_allclose(found.terms[PLAYED], 4.0 - found.start)
    np.testing.assert_array_equal(found.share, 4.0)


def test_blocks_of_worlds_do_not_matter(monkeypatch):
    whole = drivers.budgets(plan(5), 3, range(7), 1)
    monkeypatch.setattr(ensemble, "BLOCK", 3)
    parts = drivers.budgets(plan(5), 3, range(7), 1)
    np.testing.assert_array_equal(whole.share, parts.share)
    for name, values in whole.terms.items():
        np.testing.assert_array_equal(values, parts.terms[name])


def test_means_add_up_and_belong_to_the_run(poland):
    last = poland.summed[poland.summed.year == 2035]
    share = poland.share.set_index("year").loc[2035]
    assert poland.share_start + last["mean"].sum() == pytest.approx(share["mean"], abs=1e-9)
    assert poland.share_start + last["base"].sum() == pytest.approx(share["base"], abs=1e-9)
    run = ensemble.run(FEW.resolved(), FEW.worlds, 0, ("share",))
    assert share["mean"] == pytest.approx(float(run.share.sel(ally="POL", quarter="2035Q1").mean()), abs=1e-12)
    sums = poland.yearly.groupby("driver", sort=False)["mean"].sum()
    np.testing.assert_allclose(sums.values, last.set_index("driver")["mean"][sums.index].values, atol=1e-9)


def test_the_condition_is_no_driver_of_the_baseline(poland):
    rows = poland.summed[(poland.summed.driver == "conditionality") & (poland.summed.year == 2035)].iloc[0]
    assert rows["mean"] > 0.0
    assert rows["base"] == 0.0
    quiet = drivers.drivers(Question(BASELINE, worlds=20), "POL")
    assert "conditionality" not in set(quiet.summed.driver)
    assert set(quiet.summed.way) == {ways.NOUGHT}


def test_drivers_in_words(poland):
    words = drivers.words(poland, 2035)
    change = poland.share["mean"].iloc[-1] - poland.share_start
    assert words.startswith(f"Poland spends {change:.2f} pp of GDP more in 2035 than in 2024")
    assert "threat perceived" in words
    assert "threat perceived +" in drivers.yearly_words(poland, 2026)
    assert "since 2024" in drivers.summed_words(poland, 2035)


def test_what_leads_goes_the_way_of_the_change(poland):
    """By hand: 0.75 points less, since a player takes 1.10 and the threat adds 0.40."""

    def said(**means):
        whole = sum(means.values())
        summed = pd.DataFrame({"year": 2030, "words": list(means), "mean": list(means.values())})
        share = pd.DataFrame({"year": [2030], "mean": [2.0 + whole], "base": [2.0]})
        return drivers.words(replace(poland, share_start=2.0, summed=summed, share=share), 2030)

    less = said(threat=0.40, player=-1.10, drift=-0.05)
    assert "spends 0.75 pp of GDP less in 2030 than in 2024" in less
    assert "; most comes from player (-1.10 pp), most weighs against it threat (+0.40 pp)." in less
    more = said(threat=0.40, player=-0.10)
    assert "; most comes from threat (+0.40 pp), most weighs against it player (-0.10 pp)." in more
    assert "over worlds; most comes from player (-0.50 pp). In" in said(player=-0.5)
    assert "over worlds. In" in said(player=0.0)


@pytest.mark.parametrize("name", ["Atlantis", "Iceland", ""])
def test_drivers_of_nobody_are_refused(name):
    with pytest.raises(InputError, match="ally: "):
        drivers.drivers(FEW, name)


# --- levels -------------------------------------------------------------------------------------------------------


def test_levels_are_those_of_the_ensemble(story):
    run = ensemble.run_years(FEW.resolved().plan(), FEW.worlds, 0, ("share", "credibility_russia", "troops"))
    for of, factor in (("share", 1.0), ("credibility_russia", 100.0), ("troops", 1.0)):
        at = ally_words.row(story, "Estonia", of, 2030)
        values = factor * run[of].sel(ally="EST", year=2030).values
        np.testing.assert_allclose([at.p5, at.p50, at.p95], np.quantile(values, [0.05, 0.5, 0.95]))


def test_who_is_on_the_way_is_in_transit():
    moving = Question("reallocation-to-spenders", worlds=30).resolved().plan()
    ends = ally.ends(moving, 30, 0)
    run = ensemble.run_years(moving, 30, 0, ("troops_in_transit",))
    np.testing.assert_allclose(ends.values["coming"].sum(axis=-1), run.troops_in_transit.values, atol=1e-6)
    assert ends.values["coming"].any()


def test_reaching_the_threshold_is_the_outcome_by_ally(story):
    """Worlds in 100, averaged over the 30 allies with forces, are the outcome that counts allies."""
    run = ensemble.run_years(FEW.resolved().plan(), FEW.worlds, 0, ("share_reported",))
    counted = outcomes(run, ["allies_at_threshold"]).allies_at_threshold.mean("world")
    able = [code for code, forces in zip(roster().iso3, roster().forces, strict=True) if forces]
    rows = story.reaching[story.reaching.iso3.isin(able)].groupby("year").now.mean()
    np.testing.assert_allclose(rows.values, counted.values)


def test_nothing_differs_from_the_baseline_in_the_baseline():
    same = ally.answer(Question(BASELINE, worlds=20))
    assert set(same.levels.way) == {ways.NOUGHT}
    assert same.changes == ()
    assert "every difference is exactly 0" in same.nought
    assert "against the baseline: 30 of 30 exactly 0." in ally_words.small_words(same, 2035)
    assert "against the baseline: exactly 0" in ally_words.headline(same, "Poland", 2030)


def test_the_typical_world_stays_nearest_to_the_median():
    """By hand: three worlds, two years; the median path is world 1's own for the first ally, world 2's for another."""
    shares = np.array([[[1.0, 9.0], [1.0, 9.0]], [[2.0, 1.0], [2.0, 1.0]], [[4.0, 2.0], [4.0, 2.0]]])
    assert ally.typical(shares, ("AAA", "BBB")) == {"AAA": 1, "BBB": 2}


def test_the_overview_has_everybody_once(story):
    table = ally_words.overview(story, 2030, 6)
    assert list(table.ally) == list(roster().name)
    assert table["worlds in 100 at the threshold"].between(0, 100).sum() == 30
    iceland = table[table.ally == "Iceland"].iloc[0]
    assert iceland["difference, pp (90% of worlds)"] == "no armed forces"
    assert np.isnan(iceland["spending, % of GDP"])
    assert set(table["spending is known as"]) == {"judgement", ""}, "a policy was never scored"
    near = ally_words.overview(ally.answer(Question(BASELINE, worlds=20)), 2028, 4)
    assert "tested" in set(near["spending is known as"])


def test_small_panels_leave_out_who_has_no_forces(story):
    table = ally_words.small(story)
    assert table.ally.nunique() == 30
    first = table[table.year == 2024].set_index("ally").p50
    assert first["Poland"] == pytest.approx(roster().share[ALLIES.index("POL")])


def test_paths_begin_where_the_past_ends(story):
    table = ally_words.path(story, "Poland")
    own = table[table.kind == "path"]
    assert list(own.year) == [*range(2014, 2025), *story.years]
    joint = own[own.year == 2024].iloc[0]
    assert joint.observed == joint.p5 == joint.p95 == joint.base
    assert set(ally_words.path(story, "Poland", "troops").kind) == {"path"}


def test_sentences_hold_the_numbers(story):
    at = ally_words.row(story, "Spain", "share", 2030)
    declared = ally.LOOKED_AT["share"]
    assert declared.words(at.p50) in ally_words.headline(story, "Spain", 2030)
    words = ally_words.path_words(story, "Spain", "share", 2030)
    for value in (at.p50, at.base):
        assert declared.words(value) in words
    assert at.words in words
    assert "not a forecast" in ally_words.headline(story, "Iceland", 2030)
    assert "spends" not in ally_words.headline(story, "Iceland", 2030)


# --- one world ----------------------------------------------------------------------------------------------------


def test_one_world_is_explained_beside_the_baseline():
    found = why.explained(FEW, "Spain", 2029, 7)
    base = ensemble.run(loaded(BASELINE).under(FEW.resolved()), 8, 0, ("share",))
    assert found.base == float(base.share.sel(world=7, quarter="2029Q1", ally="ESP"))
    parts = why.parts(found.explanation)
    assert parts.part.sum() == pytest.approx(found.explanation.change)
    steps = why.steps(found.explanation)
    assert steps["% of GDP"].iloc[-2] == f"{found.explanation.share:.2f}"
    told = " ".join(why.why(found))
    for part in found.explanation.parts:
        assert part.about in told
    assert why.parts_words(found.explanation).count("pp of GDP") == 1


def test_the_world_without_the_policy_is_the_same_in_the_baseline():
    found = why.explained(Question(BASELINE), "POL", 2027, 1)
    assert why.why(found)[0] == "The very same world without the policy: exactly as much."


@pytest.mark.parametrize(("name", "year", "world"), [("Iceland", 2030, 0), ("POL", 2050, 0), ("POL", 2030, -1)])
def test_what_cannot_be_explained_is_refused(name, year, world):
    with pytest.raises(InputError):
        why.explained(FEW, name, year, world)


# --- charts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SHARE", "PERCENT", "PERSONS", "DRIVERS", "SUMMED", "CAUSES", "SMALL"])
def test_specifications_are_constant_and_in_both_themes(name):
    specs = getattr(drawn, name)
    assert set(specs) == set(PALETTES)
    assert all("datasets" not in spec and "data" not in spec for spec in specs.values())


def test_every_term_has_a_name():
    assert set(PLAN) | set(ASKED) | {PLAYED, "decision", "line", "peers", "limit"} == set(drivers.WORDS)
