"""Hindcast: baselines and scores by hand, no look ahead, and the shipped scores are what the command gives."""

import json
from dataclasses import replace

import numpy as np
import pytest

from sim import posterior
from sim.analysis import baselines, stylised
from sim.analysis import hindcast as H
from sim.errors import InputError
from sim.params import levers

PANEL = np.array([[1.0, 2.0], [1.1, 2.0], [1.2, 2.2], [1.3, 2.1], [1.4, 2.4]])
BORDER = np.array([1.0, 0.0])
NAMES = list(baselines.BASELINES)


# --- baselines ----------------------------------------------------------------------------------------------------


def expected(name, now=PANEL[-1], panel=PANEL):
    return baselines.BASELINES[name](panel, BORDER).expect(now)


def test_persistence_by_hand():
    assert expected("persistence") == pytest.approx([1.4, 2.4])


def test_own_trend_by_hand():
    slope = (-2 * 2.0 - 1 * 2.0 + 0 + 1 * 2.1 + 2 * 2.4) / 10.0
    assert expected("own trend") == pytest.approx([1.5, 2.4 + slope])


def test_drifts_by_hand():
    growth = [np.log(1.4), np.log(2.4 / 2.0)]
    assert expected("pooled drift") == pytest.approx(np.array([1.4, 2.4]) * np.exp(sum(growth) / 8))
    recent = [np.log(1.4 / 1.1), np.log(2.4 / 2.0)]
    assert expected("recent drift") == pytest.approx(np.array([1.4, 2.4]) * np.exp(sum(recent) / 6))


def test_ar1_finds_a_line():
    now = np.array([1.0, 3.0])
    panel = np.array([now, 0.5 + 0.8 * now, 0.5 + 0.8 * (0.5 + 0.8 * now)])
    assert expected("pooled AR(1)", now=np.array([2.0, 2.5]), panel=panel) == pytest.approx([2.1, 2.5])


def test_the_regression_finds_its_coefficients():
    rng = np.random.default_rng(0)
    border = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    panel = [rng.uniform(0.8, 2.6, 5)]
    for _ in range(6):
        gap = np.maximum(2.0 - panel[-1], 0.0)
        panel.append(panel[-1] * np.exp(0.01 + 0.05 * gap + 0.02 * border))
    rule = baselines.regression(np.array(panel), border)
    assert rule.expect(np.full(5, 1.0)) == pytest.approx(np.exp(0.06 + 0.02 * border))
    recent = baselines.recent_regression(np.array(panel), border)
    assert recent.expect(np.full(5, 3.0)) == pytest.approx(3.0 * np.exp(0.01 + 0.02 * border))


@pytest.mark.parametrize("name", NAMES)
def test_baselines_repeat_and_scatter_around_their_rule(name):
    first = baselines.forecast(name, PANEL, BORDER, 2, 4000, seed=1)
    assert first.shape == (2, 2, 4000)
    assert np.array_equal(first, baselines.forecast(name, PANEL, BORDER, 2, 4000, seed=1))
    assert (first > 0).all()
    assert np.median(first[0], axis=1) == pytest.approx(expected(name), rel=0.08)
    assert first[1].std() > first[0].std() * 0.9


def test_errors_of_a_rule_that_is_never_off_are_nought():
    panel = np.exp(np.outer(np.arange(5), [0.1, 0.1])) * [1.0, 2.0]
    assert baselines.forecast("pooled drift", panel, BORDER, 1, 10, 0)[0] == pytest.approx(
        np.repeat(panel[-1][:, None] * np.exp(0.1), 10, axis=1)
    )


# --- the table that is scored -------------------------------------------------------------------------------------


def test_the_panel_has_thirty_allies_and_eleven_years():
    seen = H.observed()
    assert len(seen.iso3) == 30
    assert "ISL" not in seen.iso3
    assert seen.years == tuple(range(2014, 2025))
    assert np.isfinite(seen.share).all()
    assert seen.share[seen.row(2024), seen.iso3.index("POL")] == 3.75


def test_another_table_adds_years_and_replaces_figures(tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("iso3,year,share_of_gdp_pct\nPOL,2024,4.0\nPOL,2025,4.2\nUSA,2025,3.2\n", encoding="utf-8")
    seen = H.observed(table)
    assert seen.years[-1] == 2025
    pol = seen.iso3.index("POL")
    assert list(seen.share[-2:, pol]) == [4.0, 4.2]
    assert np.isnan(seen.share[-1]).sum() == 29


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("iso3,year,share_of_gdp_pct\nUSA,2025,3.2\n", "no figure of any of the 30 allies"),
        ("iso3,year,share_of_gdp_pct\nPOL,2025,420\n", "mine.csv:2: 420 is no share"),
        ("iso3,year,share_of_gdp_pct\nPOL,2025,4.2\nPOL,2025,4.3\n", "mine.csv:3: POL 2025 stands there twice"),
        ("iso3,year,share_of_gdp_pct\nPOL,2010,1.8\n", "2010 lies before 2014"),
        ("iso3,year,share_of_gdp_pct\nPOL,2025,4,2\n", "mine.csv:2: more cells"),
        ("iso3,year,share_of_gdp_pct,share_of_gdp_pct\nPOL,2025,4,2\n", "stands there twice"),
        ("iso3,year,share_of_gdp_pct\nPLO,2025,4.2\n", "mine.csv:2: 'PLO' is no member"),
        ("iso3,year,share_of_gdp_pct\nPOL,2025,much\n", "mine.csv:2"),
        ("iso3,year\nPOL,2025\n", "share_of_gdp_pct"),
    ],
)
def test_a_bad_table_is_named(tmp_path, text, said):
    table = tmp_path / "mine.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        H.observed(table)


def test_later_figures_are_forecast_from_the_whole_panel(tmp_path):
    table = tmp_path / "later.csv"
    table.write_text("iso3,year,share_of_gdp_pct\nPOL,2025,4.2\nDEU,2025,2.2\n", encoding="utf-8")
    found = H.hindcast(lambda year: None, table, worlds=20, origins=[2024])
    row = next(row for row in found.rows() if row["series"] == "allies")
    assert (row["horizon"], row["cases"]) == (1, 2)
    assert not [row for row in found.rows() if row["series"] == "aggregate"]


def test_later_years_bring_their_weights(tmp_path):
    seen = H.observed()
    rows = [f"{ally},2025,2.0,{100 + k}" for k, ally in enumerate(seen.iso3)]
    table = tmp_path / "later.csv"
    table.write_text("iso3,year,share_of_gdp_pct,gdp_usd2021_bn\n" + "\n".join(rows), encoding="utf-8")
    found = H.hindcast(lambda year: None, table, worlds=20, origins=[2023, 2024])
    cases = {(row["series"], row["horizon"]): row["cases"] for row in found.rows()}
    assert cases["aggregate", 1] == 2
    assert cases["aggregate", 2] == 1
    assert found.by_year()[2025]["cases"] == 60


def test_what_a_table_does_is_said(tmp_path):
    table = tmp_path / "mine.csv"
    rows = ["POL,2024,4.0", "POL,2025,4.2", "DEU,2035,3.0", "USA,2025,3.2"]
    table.write_text("iso3,year,share_of_gdp_pct\n" + "\n".join(rows), encoding="utf-8")
    said = H.table_notes(table, 2024)
    assert said == (
        "mine.csv: 3 figures, 2 of years that the panel lacks.",
        "2025: 1 of 30 allies.",
        "2035: 1 of 30 allies, beyond 5 years from the last origin: not scored.",
        "1 figures of the panel are replaced, for forecasts and scores: POL 2024.",
        "Not scored: USA.",
    )


def test_everyone_forecasts_from_the_same_figures(tmp_path):
    table = tmp_path / "other.csv"
    table.write_text("iso3,year,share_of_gdp_pct\nPOL,2020,3.5\n", encoding="utf-8")
    seen = H.observed(table)
    k = seen.iso3.index("POL")
    start = H.plan_at(2020, 1, None, seen=seen).roster
    assert start.share[start.iso3.index("POL")] == 3.5
    assert np.median(H.by_rule("persistence", seen, 2020, 1, 200).share[0, k]) == pytest.approx(3.5, rel=0.05)


def test_an_origin_without_draws_is_no_fit():
    with pytest.raises(InputError, match="2018"):
        H.from_fits({2017: posterior.fits()[2017]})(2018)


def test_nothing_to_score_is_said(tmp_path):
    with pytest.raises(InputError, match="later years"):
        H.hindcast(lambda year: None, worlds=5, origins=[2024])


# --- forecasts ----------------------------------------------------------------------------------------------------


def test_a_forecast_plays_the_policy_of_the_time():
    plan = H.plan_at(2018, 5, None)
    assert (plan.quarters[0], plan.quarters[-1]) == ("2019Q1", "2023Q4")
    strategies = dict(zip(plan.roster.iso3, plan.strategies, strict=True))
    assert {ally for ally, s in strategies.items() if s == "Drifter"} == {"FIN", "MKD", "SWE"}
    assert all(np.all(path == levers()[name].neutral) for name, path in plan.levers.items()
               if name not in ("threshold", "grace"))  # fmt: skip
    assert plan.roster.war == 0.0


def test_a_start_knows_nothing_of_later_years():
    plan = H.plan_at(2019, 3, None)
    seen = H.observed()
    kept = plan.roster.forces > 0
    assert plan.roster.share[kept] == pytest.approx(seen.share[seen.row(2019)])
    assert plan.roster.aid.sum() == 0.0
    assert plan.roster.war_quarters == 0.0


def test_baselines_know_nothing_of_later_years():
    seen = H.observed()
    changed = seen._replace(share=np.where(np.array(seen.years)[:, None] > 2020, 9.0, seen.share))
    for name in NAMES:
        first, second = (H.by_rule(name, panel, 2020, 2, 50) for panel in (seen, changed))
        assert np.array_equal(first.share, second.share)


def test_the_war_comes_only_where_it_is_given():
    told, untold = (H.plan_at(2020, 4, None, given_war=given) for given in (True, False))
    assert told.fingerprint != untold.fingerprint
    from sim.ensemble import run

    war = [run(plan, 20, 0, keep=("war",)).war.sel(quarter=["2021Q4", "2022Q1", "2024Q4"]) for plan in (told, untold)]
    assert war[0].mean("world").values.tolist() == [0.0, 1.0, 1.0]
    assert not war[1].values.any()


# --- scores -------------------------------------------------------------------------------------------------------


def flat(origin, value, years=1, allies=30):
    share = np.broadcast_to(np.asarray(value, dtype=float), (years, allies, 3)).copy()
    return H.Forecast(origin, share, np.ones_like(share))


def test_scores_by_hand():
    seen = H.observed()
    seen = seen._replace(share=np.full_like(seen.share, 2.0), gdp=np.ones_like(seen.gdp))
    found = H.scored([flat(2020, [1.0, 2.0, 4.0])], seen, 1)
    assert found.origins == (2020,)
    assert H.mean_crps(found) == pytest.approx(0.0, abs=1e-12)  # 1 of distance, less half of 2
    assert found.error.max() == 0.0
    assert found.inside[0.9].all()
    far = H.scored([flat(2020, [3.0, 3.0, 3.0])], seen, 1)
    assert H.mean_crps(far) == pytest.approx(1.0)
    assert not far.inside[0.9].any()
    together = H.scored([flat(2020, [3.0, 3.0, 3.0])], seen, 1, aggregate=True)
    assert together.crps.shape == (1, 1)
    assert H.mean_crps(together) == pytest.approx(1.0)
    assert H.scored([flat(2024, [1.0, 2.0, 3.0])], seen, 1) is None


def test_the_aggregate_weighs_by_gdp():
    share = np.zeros((1, 2, 1)) + np.array([1.0, 3.0])[None, :, None]
    gdp = np.zeros((1, 2, 1)) + np.array([3.0, 1.0])[None, :, None]
    assert H.Forecast(2020, share, gdp).aggregate[0, 0] == pytest.approx(1.5)


def test_the_bootstrap_knows_equals_and_betters():
    scores = np.random.default_rng(0).uniform(0.1, 0.3, (5, 30))
    assert H.bootstrap(scores, scores, 50) == (0.0, 0.0)
    low, high = H.bootstrap(scores * 0.5, scores, 50)
    assert low == high == pytest.approx(0.5)
    noisy = np.random.default_rng(1).uniform(0.1, 0.3, (5, 30))
    low, high = H.bootstrap(noisy, scores, 200)
    assert low < 0.05 < high + 0.1


@pytest.fixture(scope="module")
def shipped():
    return json.loads((posterior.evidence_dir() / "hindcast.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def again(shipped):
    return H.hindcast(H.from_fits(posterior.fits()), worlds=shipped["worlds"], seed=shipped["seed"], conditional=True)


def test_the_shipped_scores_are_what_the_command_gives(shipped, again):
    """2,000 worlds from seven origins; a few seconds."""
    found = H.data(again)
    assert [row["series"] for row in found["rows"]] == [row["series"] for row in shipped["rows"]]
    for mine, theirs in zip(found["rows"], shipped["rows"], strict=True):
        assert mine["best"] == theirs["best"]
        for key in ("crps", "mae", "coverage90", "crps_best", "crps_persistence", "skill"):
            assert mine[key] == pytest.approx(theirs[key], rel=1e-3, abs=2e-3), (mine["series"], mine["horizon"], key)
    assert found["aims"] == shipped["aims"]
    assert found["fits"] == shipped["fits"] == {str(y): posterior.fits()[y].digest for y in range(2017, 2024)}


def test_better_than_persistence_at_every_horizon(again):
    for row in again.rows():
        if row["series"] == "allies":
            assert row["skill_persistence"] > 0.0, row


def test_the_best_baseline_is_the_best(again):
    for horizon in again.horizons:
        best = again.best(horizon)
        assert all(H.mean_crps(again.score(best, horizon)) <= H.mean_crps(again.score(name, horizon)) for name in NAMES)


def test_the_text_names_everyone_and_what_it_does_not_say(again):
    said = H.text(H.data(again))
    assert all(name in said for name in (*NAMES, H.MODEL, H.CONDITIONAL))
    assert " ".join(said.split()).endswith(H.HONEST)


# --- stylised facts -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def facts():
    return {one.fact.name: one for one in stylised.stylised(400)}


@pytest.mark.parametrize("fact", stylised.FACTS, ids=lambda fact: fact.name)
def test_the_panels_figure_lies_in_the_worlds_band(facts, fact):
    assert facts[fact.name].inside, (facts[fact.name].seen, facts[fact.name].band)


def test_shares_rise_and_neighbours_of_russia_spend_more(facts):
    assert facts["rise of the aggregate, 2014 to 2022"].band[1] > 0.0
    assert facts["neighbours of Russia above the others, 2024"].band[1] > 0.0


def test_budgets_bunch_above_the_line_by_the_pledge(facts):
    """Without a pledge nothing bunches: fewer ally-years stand just above the line for one just below."""
    with_pledge = facts["ally-years just above 2% for one just below"].worlds
    plan = H.plan_at(stylised.FIRST, 10, posterior.shipped(), given_war=True)
    free = replace(plan, strategies=("Drifter",) * len(plan.strategies))
    share = H.simulated(free, 400).share.transpose(2, 0, 1)
    (fact,) = [f for f in stylised.FACTS if "just above" in f.name]
    assert np.median(fact.compute(share, share)) < np.median(with_pledge)


def test_facts_by_hand():
    by_name = {f.name: f.compute for f in stylised.FACTS}
    flat_ = np.full((11, 30), 2.0)
    assert by_name["rise of the aggregate, 2014 to 2022"](flat_, flat_) == 0.0
    assert by_name["ally-years just above 2% for one just below"](flat_, flat_) == 330.0
    grown = np.exp(np.outer(np.r_[0.0, np.cumsum([0.1, -0.1] * 5)], np.ones(30)))
    assert by_name["part of the variance common to all"](grown, grown) == pytest.approx(100.0)
    rng = np.random.default_rng(0)
    normal = np.exp(np.cumsum(rng.normal(0, 0.1, (2000, 30)), axis=0))
    assert by_name["tails of yearly changes"](normal, normal) == pytest.approx(1.0, abs=0.03)
    heavy = np.exp(np.cumsum(0.01 * rng.standard_t(3, (2000, 30)), axis=0))
    assert by_name["tails of yearly changes"](heavy, heavy) > 1.3
