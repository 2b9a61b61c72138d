"""Sensitivity analysis: known functions give their known indices, factors are what is drawn, and nothing is glossed
over."""

import doctest
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from sim import draws, ensemble, facts, plan
from sim.analysis import sensitivity as analysis
from sim.analysis.sensitivity import (
    GROUPINGS,
    LUCK,
    METHODS,
    PANEL,
    Factor,
    factors,
    sensitivity,
    studied,
)
from sim.analysis.sensitivity.method import LUCKS
from sim.analysis.sensitivity.morris import Morris
from sim.analysis.sensitivity.pawn import Pawn
from sim.analysis.sensitivity.sobol import Sobol
from sim.analysis.sensitivity.text import SHOWN, text
from sim.analysis.sensitivity.tornado import Tornado
from sim.charts import sensitivity as drawn
from sim.cli import main
from sim.errors import InputError
from sim.outcomes import variables_of
from sim.priors import Uniform

pytest.importorskip("SALib")

ROOT = Path(__file__).parents[1]


def factor(name, prior=Uniform(0.0, 1.0)):  # noqa: B008 - a prior is frozen
    return Factor(
        name=name, stream="" if name == LUCK else name, about=name, unit="", prior=None if name == LUCK else prior,
        evidence="X", sources=("assumption",), equation="", mechanism="",
    )  # fmt: skip


THREE = (factor("a"), factor("b"), factor("c"))


def ishigami(points):
    a, b, c = (np.pi * (2.0 * points.uniforms[name] - 1.0) for name in "abc")
    return np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
"""Indices of the Ishigami function with a = 7 and b = 0.1, by integration."""


# --- known functions --------------------------------------------------------------------------------------------------


def test_sobol_finds_the_indices_of_the_ishigami_function():
    table = studied(Sobol(THREE, None, 2048, 0), ishigami, "mixed", "ishigami").table
    np.testing.assert_allclose(table["first"], FIRST, atol=0.03)
    np.testing.assert_allclose(table["total"], TOTAL, atol=0.03)
    assert (table.total_95 > 0).all()
    assert (table.total_95 < 0.06).all()


def test_sobol_of_groups_adds_what_they_do_together():
    table = studied(Sobol(THREE, ("outer", "inner", "outer"), 2048, 0), ishigami, "mixed", "ishigami").table
    assert list(table.index) == ["outer", "inner"]
    np.testing.assert_allclose(table["total"], (1.0 - 0.4424, 0.4424), atol=0.03)
    np.testing.assert_allclose(table["first"], (1.0 - 0.4424, 0.4424), atol=0.03)


def test_pairs_of_sobol_are_what_two_do_only_together():
    found = studied(Sobol(THREE, None, 2048, 0, second_order=True), ishigami, "mixed", "ishigami")
    pairs = found.pairs.set_index(["one", "other"]).second
    assert pairs["a", "c"] == pytest.approx(0.2437, abs=0.05)
    assert pairs["a", "b"] == pytest.approx(0.0, abs=0.05)
    np.testing.assert_allclose(found.table["total"], TOTAL, atol=0.03)


def test_luck_is_a_factor_like_others():
    surprises = draws.stream(0, "test").standard_normal(LUCKS)

    def evaluate(points):
        return surprises[points.luck] + 2.0 * np.sqrt(12.0) * points.uniforms["a"]

    table = studied(Sobol((factor("a"), factor(LUCK)), None, 2048, 0), evaluate, "mixed", "sum").table
    np.testing.assert_allclose(table["total"], (0.8, 0.2), atol=0.04)


def test_half_the_points_of_a_sobol_design_are_the_design_of_half_the_points():
    whole, half = Sobol(THREE, None, 64, 3), Sobol(THREE, None, 32, 3)
    for name in "abc":
        np.testing.assert_array_equal(whole.worlds.uniforms[name][whole.rows(32)], half.worlds.uniforms[name])


def test_elementary_effects_of_a_line_are_moves_over_half_of_its_range():
    found = studied(
        Morris(THREE, None, 16, 0), lambda p: 4.0 * p.uniforms["a"] - 2.0 * p.uniforms["b"], "mixed", "line"
    )
    np.testing.assert_allclose(found.table.mu_star, (2.0, 1.0, 0.0), atol=1e-12)
    np.testing.assert_allclose(found.table.mu, (2.0, -1.0, 0.0), atol=1e-12)
    np.testing.assert_allclose(found.table.sigma, 0.0, atol=1e-12)
    assert list(found.table.index) == ["a", "b", "c"]


def test_an_effect_of_morris_is_a_difference_that_was_played():
    """A thing that comes about or not, and luck, have nothing beyond what is played: no effect is larger than that."""
    method = Morris((factor("a"), factor(LUCK)), None, 64, 0)
    surprises = draws.stream(0, "test").standard_normal(4096)

    def coin(points):
        return 1.0 * (points.uniforms["a"] < 0.5)

    def both(points):
        return coin(points) + surprises[points.luck]

    assert studied(method, coin, "mixed", "coin").table.mu_star["a"] == pytest.approx(1.0)
    lucks = surprises[method.worlds.luck].reshape(64, -1)
    found = studied(method, both, "mixed", "sum").table
    assert found.mu_star[LUCK] == pytest.approx(np.abs(np.diff(lucks, axis=1)).sum(axis=1).mean())
    told = analysis.Sensitivity(
        question=analysis.ask("baseline", "cohesion", school="mixed"), method=method, by=None,
        found=(studied(method, both, "mixed", "sum"),),
    )  # fmt: skip
    assert "87.5%" not in text(told)
    assert "A move over half of its quantiles" in text(told)


def test_every_path_of_morris_has_rows_of_the_panel_of_its_own():
    """Rows have no order: an index from four of them would be about those four."""
    panel = replace(factor(PANEL, None), stream="row")
    method, half = (Morris((*THREE, panel, factor(LUCK)), None, points, 3) for points in (32, 16))
    rows = method.worlds.uniforms["row"]
    assert [len(set(path)) for path in rows.reshape(32, -1)] == [2] * 32
    assert len(set(rows)) == 64
    assert set(np.floor(4 * rows)) == {0, 1, 2, 3}
    np.testing.assert_array_equal(rows[method.rows(16)], half.worlds.uniforms["row"])
    again = Morris((*THREE, panel, factor(LUCK)), None, 32, 4).worlds.uniforms["row"]
    assert not set(rows) & set(again)
    table = studied(method, lambda p: p.uniforms["row"], "mixed", "row").table
    moved = np.abs(np.diff(rows.reshape(32, -1), axis=1)).sum(axis=1)
    assert table.mu_star[PANEL] == pytest.approx(moved.mean())


def test_every_path_of_morris_has_surprises_of_its_own_and_no_extreme_quantile():
    method = Morris((*THREE, factor(LUCK)), None, 16, 0)
    by_path = method.worlds.luck.reshape(16, -1)
    assert [len(set(path)) for path in by_path] == [2] * 16
    assert len(set(method.worlds.luck)) == 32
    assert set(np.unique(method.worlds.uniforms["a"])) <= {0.125, 0.375, 0.625, 0.875}


def test_pawn_of_one_line_by_hand():
    """Slice s of 8 against all: the distance is max(s, 7 − s)/8, so the median is 11/16 and the largest 7/8."""
    found = studied(Pawn(THREE, None, 4096, 0), lambda p: p.uniforms["b"], "mixed", "line").table
    assert found["median"]["b"] == pytest.approx(11 / 16, abs=0.02)
    assert found.maximum["b"] == pytest.approx(7 / 8, abs=0.02)
    assert found.noise.iloc[0] < 0.06
    assert (found["median"][["a", "c"]] < 0.06).all()


def test_pawn_speaks_of_chance_and_of_no_half_width():
    method = Pawn((*THREE, *map(factor, "defgh")), None, 1024, 0)
    found = analysis.Sensitivity(
        question=analysis.ask("baseline", "cohesion", school="mixed"), method=method, by=None,
        found=(studied(method, lambda p: p.uniforms["b"] + 0.01 * p.uniforms["a"], "mixed", "line"),),
    )  # fmt: skip
    (settled,) = found.settling()
    assert settled.settled
    assert settled.leaders < 5  # the others are chance, and change places
    said, data = text(found), found.data()
    assert "half-width" not in said
    assert "Settled for the largest" in said
    assert f"Of the first 5, {settled.leaders} were among them with half the points." in said
    assert not any("half_width" in key for row in (*data["convergence"], *data["path"]) for key in row)
    assert data["convergence"][0]["noise"] == settled.width


def test_pawn_costs_its_points_and_no_more():
    question = analysis.ask("baseline", "cohesion", school="mixed")
    assert analysis.design(question, "pawn", None, 20_000).points == 20_000
    with pytest.raises(InputError, match=r"too many worlds for 73 factors\. Take at most 13,513"):
        analysis.design(question, "tornado", None, 20_000)


def test_a_tornado_of_a_line_by_hand():
    method = Tornado((*THREE, factor(LUCK)), None, 200, 0)
    found = studied(method, lambda p: 4.0 * p.uniforms["a"] - p.luck, "mixed", "line").table
    assert found.swing["a"] == pytest.approx(4.0 * 0.9, abs=1e-9)
    assert found.low_95["a"] - found.low_5["a"] == pytest.approx(0.9 * 199)
    assert list(found.swing[["b", "c"]]) == [0.0, 0.0]
    assert list(found.differs) == [1.0, 0.0, 0.0]
    assert [f.name for f in method.left_out] == [LUCK]


def test_settling_says_rough_of_few_points_and_settled_of_many():
    def told(points):
        method = Sobol(THREE, None, points, 0)
        question = analysis.ask("baseline", "cohesion", school="mixed")
        found = analysis.Sensitivity(
            question=question, method=method, by=None, found=(studied(method, ishigami, "mixed", "ishigami"),)
        )
        return found.settling()[0]

    assert not told(16).settled
    assert told(2048).settled
    assert told(2048).width < told(16).width


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", METHODS.values())
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_outcomes_that_are_not_finite_are_refused_and_counted(kind, bad):
    def evaluate(points):
        values = np.arange(len(points), dtype=float)
        values[[1, 3]] = bad
        return values

    with pytest.raises(InputError, match=r"spending: no finite number in 2 of \d+"):
        studied(kind(THREE, None, 128, 0), evaluate, "mixed", "spending")


@pytest.mark.parametrize("kind", METHODS.values())
def test_outcomes_that_are_all_the_same_are_refused(kind):
    with pytest.raises(InputError, match="nothing varies that could be explained"):
        studied(kind(THREE, None, 128, 0), lambda points: np.full(len(points), 0.1), "mixed", "spending")


def test_a_scenario_against_itself_leaves_nothing_to_explain():
    with pytest.raises(InputError, match="cohesion under denial: the same number in all"):
        sensitivity("conditional-article5", "cohesion", against="conditional-article5", points=16, school="denial")


def test_a_smaller_design_in_which_nothing_varies_is_left_out():
    """Events so rare that the first points hold none: no division by nought, and no index either."""
    method = Sobol(THREE, None, 64, 0)
    first = method.worlds.uniforms["a"][: 17 * 5]

    def evaluate(points):
        return np.where(np.isin(points.uniforms["a"], first), 0.0, points.uniforms["a"])

    found = studied(method, evaluate, "mixed", "rare")
    assert 16 not in found.tables
    assert np.isfinite(found.table.to_numpy()).all()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (dict(outcome="cohesian"), "Did you mean 'cohesion'"),
        (dict(outcome="risk_by_front"), "is a number for each front. Say which: baltic"),
        (dict(outcome="risk_by_front", of="baltik"), "Did you mean 'baltic'"),
        (dict(outcome="cohesion", of="baltic"), "has no parts"),
        (dict(outcome="relative_cohesion"), "only risks are ratios to a baseline. Write cohesion."),
        (dict(outcome="relative_risk"), "relative_risk compares two policies. Name a baseline"),
        (dict(outcome="risk_by_front_baltic", of="poland"), "but risk_by_front_baltic names baltic itself"),
        (dict(outcome="cohesion", year=2050), "2050 is not played. Choose one from 2025 to 2035"),
        (dict(outcome="cohesion", method="sobel"), "Did you mean 'sobol'"),
        (dict(outcome="cohesion", groups="source"), "unknown grouping 'source'"),
        (dict(outcome="cohesion", method="pawn", groups="document"), "Use sobol or morris for groups"),
        (dict(outcome="cohesion", method="tornado", groups="evidence"), "Use sobol or morris for groups"),
        (
            dict(outcome="cohesion", points=300),
            "300 is no power of two, which the sequences of sobol need. Take 256 or",
        ),
        (dict(outcome="cohesion", points=8), "too few for sobol. Take 16 or more"),
        (dict(outcome="cohesion", points=1 << 30), "out of range"),
        (dict(outcome="cohesion", points=1 << 20), "too many worlds for 74 factors. Take at most"),
        (dict(outcome="cohesion", school="hawks"), "unknown school 'hawks'"),
        (dict(outcome="cohesion", seed=-1), "seed: -1 is out of range"),
        (dict(outcome="cohesion", method="morris", second_order=True), "knows no pairs"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(asked, said):
    with pytest.raises(InputError) as error:
        sensitivity("baseline", **asked)
    assert said in str(error.value)
    assert len(error.value.problems) == 1


@pytest.mark.parametrize(
    ("name", "of"),
    [("risk_by_front", "black_sea"), ("risk_by_front_black_sea", ""), ("relative_risk_by_front", "black sea"),
     ("relative_risk_by_front_black sea", "")],
)  # fmt: skip
def test_an_outcome_by_front_is_one_however_it_is_spelled(name, of):
    asked = analysis.ask("baseline", name, of, against="placebo")
    assert (asked.outcome, asked.of, asked.ratio) == ("risk_by_front", "black sea", True)


def test_a_scenario_with_a_school_of_its_own_has_only_that():
    scenario = sim.load_scenario("baseline").with_school("denial")
    assert analysis.ask(scenario, "cohesion").schools() == ("denial",)
    assert analysis.ask("baseline", "cohesion").schools() == ("commitment", "mixed", "denial", "spiral")
    with pytest.raises(InputError, match="assumes denial itself"):
        analysis.ask(scenario, "cohesion", school="mixed")


def test_without_salib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    with pytest.raises(InputError, match=r"pip install 'article5\[analysis\]'"):
        sensitivity("baseline", "cohesion", points=16)


def test_salib_is_not_loaded_with_the_command_line():
    loaded = "import sys, sim.cli; sys.exit('SALib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT).returncode == 0


# --- factors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["baseline", "eastern-withdrawal-considered", "congress-passive", "withdraw-10000-east"]
)
def test_factors_are_exactly_what_a_run_draws_and_what_can_differ(name, monkeypatch):
    """Every name whose uniform number a run asks for is a factor, or changes nothing whatever its number is."""
    scenario, asked, plain = sim.load_scenario(name), set(), draws.uniform

    def noted(seed, stream, worlds):
        asked.add(stream)
        return plain(seed, stream, worlds)

    monkeypatch.setattr(draws, "uniform", noted)
    plan._params.cache_clear()  # else the worlds of another scenario may lend what was drawn for them
    played = scenario.plan()
    ensemble.outcomes_of(played, range(8), 0, ["risk"])
    turned = {factor.stream for factor in factors(scenario)} - {""}
    assert turned <= asked
    for idle in asked - turned:
        ends = [
            ensemble.outcomes_of(
                played, draws.Points(np.arange(8), {idle: np.full(8, u)}), 0, ["troops_europe", "risk"]
            )
            for u in (0.01, 0.99)
        ]
        assert ends[0].equals(ends[1]), idle


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("name", sim.scenario_names())
def test_groups_partition_the_factors(name, by):
    every = factors(sim.load_scenario(name), sim.load_scenario("baseline"))
    assert len({factor.name for factor in every}) == len(every)
    groups = {factor.name: factor.group(by) for factor in every}
    assert all(groups.values())
    assert [name for name, group in groups.items() if group == LUCK] == [LUCK]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("european_resolve", "document 001"),
        ("anchor", "document 002"),
        ("spiral_elasticity", f"document {facts.load_facts()['russia-objects'].document}"),
        ("size of withdrawal 1 from POL+ROU", "document 000"),
        ("chance of withdrawal 1 from POL+ROU", "document 000"),
        ("withdrawal 1 from POL+ROU", "document 000"),
        ("tripwire", "reiter-poast-2021"),
        ("saturation", "assumption"),
        (PANEL, "panel-2014-2024"),
    ],
)
def test_a_factor_is_filed_under_its_first_fact_then_its_first_publication(name, group):
    every = {f.name: f for f in factors(sim.load_scenario("eastern-withdrawal-considered"))}
    assert every[name].document == group


def test_what_a_scenario_fixes_is_no_factor_and_its_own_range_is_an_assumption():
    scenario = sim.load_scenario("baseline")
    assert "european_resolve" in {f.name for f in factors(scenario)}
    fixed = scenario.with_uncertainties(european_resolve=0.5, european_reserve={"uniform": [0.05, 0.05]})
    assert not {"european_resolve", "european_reserve"} & {f.name for f in factors(fixed)}
    own = scenario.with_uncertainties(european_resolve={"uniform": [0.4, 0.5]})
    (found,) = [f for f in factors(own) if f.name == "european_resolve"]
    assert found.document == "assumption"
    assert found.ends("mixed") == pytest.approx((0.405, 0.495))


def test_what_the_panel_taught_is_one_factor_unless_the_scenario_says_otherwise():
    names = {f.name for f in factors(sim.load_scenario("baseline"))}
    assert PANEL in names
    assert "drift" not in names
    prior = {f.name for f in factors(sim.load_scenario("baseline").with_estimates("prior"))}
    assert PANEL not in prior
    assert "drift" in prior
    set_ = {f.name for f in factors(sim.load_scenario("baseline").with_uncertainties(drift={"uniform": [0.0, 0.01]}))}
    assert {PANEL, "drift"} <= set_


def test_a_plain_number_of_troops_is_no_documents_factor():
    scenario = sim.load_scenario("baseline").with_withdrawal(["DEU"], 5000, "2026Q1")
    found = {f.name: f.document for f in factors(scenario) if "withdrawal" in f.name}
    assert found == {"withdrawal 1 from DEU": "assumption"}


# --- the model --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    """A small analysis of a real question, under all schools."""
    return sensitivity(
        "conditional-article5", "risk_by_front", of="baltic", against="baseline", groups="mechanism", points=16
    )


def test_numbers_are_the_paired_differences_that_compare_shows():
    scenario = sim.load_scenario("conditional-article5")
    worlds = draws.Points(np.arange(12) * 4 + 1, {})
    both = {
        name: sim.compare(*(
            sim.run(each, 48, 0, keep=variables_of([name]))
            for each in (sim.load_scenario("baseline").under(scenario), scenario)
        ))
        for name in ("risk_by_front", "allies_at_threshold")
    }  # fmt: skip
    asked = analysis.ask(scenario, "risk_by_front", "nordic", 2030, "baseline").under("mixed")(worlds)
    right = np.log2(both["risk_by_front"].relative_risk_by_front.sel(front="nordic", year=2030)[1::4])
    np.testing.assert_allclose(asked, right, rtol=1e-12)
    asked = analysis.ask(scenario, "allies_at_threshold", "", 2035, "baseline").under("mixed")(worlds)
    np.testing.assert_allclose(asked, both["allies_at_threshold"].allies_at_threshold.sel(year=2035)[1::4], atol=1e-9)


@pytest.mark.parametrize(("method", "column"), [("sobol", "total"), ("tornado", "differs"), ("morris", "mu_star")])
def test_a_tripwire_where_no_troops_move_has_exactly_no_influence(method, column):
    found = sensitivity("baseline", "credibility_allies", method=method, points=16, school="mixed", year=2028)
    table = found.found[0].table
    for idle in ("tripwire", "theatre", "cost_moving"):
        assert table.loc[idle, [column, METHODS[method].index, METHODS[method].half_width]].eq(0.0).all(), idle
    assert table.loc["commitment_start", column] > 0.0


def test_an_executed_withdrawal_gives_tripwires_something_to_do():
    found = sensitivity("withdraw-10000-east", "credibility_allies", method="tornado", points=16, school="mixed")
    assert found.found[0].table.differs["theatre"] == 1.0


def test_the_hedge_of_a_document_drives_where_its_troops_stand():
    found = sensitivity(
        "eastern-withdrawal-considered", "troops_by_host", of="POL", groups="document", points=32, school="mixed"
    )
    assert found.ranked[0] == "document 000"
    assert found.found[0].table.total["document 000"] > 0.8
    assert found.found[0].table.total[LUCK] == 0.0
    assert "Luck has no hand in it." in text(found)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_result_and_another_seed_another(method):
    points = METHODS[method].least

    def told(seed):
        found = sensitivity("baseline", "readiness", method=method, points=points, school="mixed", seed=seed)
        return json.dumps(found.data(), sort_keys=True)

    assert told(0) == told(0)
    assert told(0) != told(1)


def test_the_text_says_what_the_data_says(small):
    data, said = small.data(), text(small, every=True)
    assert [row["name"] for row in data["factors"]] == list(small.ranked)
    for row in data["factors"]:
        (line,) = [line for line in said.splitlines() if line.startswith(row["name"] + " ")]
        for school in small.schools:
            total = row["by_school"][school]["total"]
            assert (f"{100 * total:.0f}" if total >= 0.0095 else "0" if total == 0 else "<1") in line
    (verdict,) = [line for line in said.splitlines() if line.startswith(("Settled", "Rough"))]
    assert verdict.startswith("Settled:") == all(row["settled"] for row in data["convergence"])
    assert data["spread"]["mixed"]["median"] > 0.0  # doublings: the risk rises
    assert f"×{2 ** data['spread']['mixed']['median']:.1f}" in said


def test_data_is_plain_json_with_all_that_a_program_needs(small):
    data = json.loads(json.dumps(small.data(), allow_nan=False))
    assert data["unit"] == "doublings"
    assert data["worlds_by_school"] == 16 * (len(data["factors"]) + 2)
    assert {row["points"] for row in data["path"]} == {8, 16}
    assert sum(len(row["factors"]) for row in data["factors"]) == 74
    assert set(data["spread"]) == {"commitment", "mixed", "denial", "spiral"}


def test_a_risk_without_a_baseline_shows_no_level():
    found = sensitivity("baseline", "risk", method="tornado", points=16, school="mixed")
    data = found.data()
    assert data["spread"]["mixed"]["median"] == 0.0
    assert "of the median" in text(found)
    assert found.ranked[0] == "anchor"


def test_the_frame_has_a_row_for_each_school_and_factor(small):
    assert len(small.frame) == 4 * len(small.ranked)
    assert list(small.frame["rank"][: len(small.ranked)]) == list(range(1, len(small.ranked) + 1))
    assert not small.frame.isna().any().any()


def test_the_chart_holds_every_school_and_what_it_draws(small):
    for theme in ("light", "dark"):
        spec = json.loads(json.dumps(drawn.spec(small, theme), allow_nan=False))
        rows = [panel["data"]["values"] for panel in spec["vconcat"]]
        assert {row["school"] for row in rows[0]} == set(small.schools)
        assert {row["points"] for row in rows[1]} == {8, 16}
    table = small.frame.set_index(["school", "name"])
    for row in rows[0]:
        assert row["index"] == pytest.approx(table.total[row["school"], row["name"]], abs=1e-9)
        assert row["low"] <= row["index"] <= row["high"]


def test_what_a_tornado_leaves_out_is_told_in_the_unit_of_its_table():
    found = sensitivity(
        "conditional-article5", "risk_by_front", of="baltic", against="baseline", method="tornado", points=16,
        school="mixed",
    )  # fmt: skip
    (told,) = re.findall(r"more, none above ×([\d.]+) from low to high", text(found))
    width = found.found[0].table.width[list(found.ranked)]
    assert float(told) == pytest.approx(2.0 ** float(width.iloc[SHOWN]), abs=0.005)


def test_a_tornado_chart_has_two_ends():
    found = sensitivity("withdraw-10000-east", "credibility_allies", method="tornado", points=16, school="mixed")
    frame = drawn.frame(found)
    assert sorted(frame["end"].unique()) == ["at its 5% quantile", "at its 95% quantile"]
    low, high = (frame[frame["end"] == f"at its {q}% quantile"].set_index("name")["value"] for q in (5, 95))
    np.testing.assert_allclose((high - low).abs(), found.found[0].table.width[list(low.index)])


# --- the command ------------------------------------------------------------------------------------------------------


def said(*words):
    return CliRunner().invoke(main, ["sensitivity", *map(str, words)])


QUICK = ("conditional-article5", "--outcome", "cohesion", "--against", "baseline", "--groups", "evidence",
         "--points", 16, "--school", "mixed")  # fmt: skip


def test_the_command_prints_text_or_json_and_writes_table_and_chart(tmp_path):
    plain = said(*QUICK)
    assert plain.exit_code == 0
    assert "Of the spread of cohesion at the end of 2035, difference to Today's commitment, about" in plain.stdout
    chart, out = tmp_path / "c.json", tmp_path / "s.csv"
    found = said(*QUICK, "--json", "--chart", chart, "--out", out)
    data = json.loads(found.stdout)
    assert data["groups"] == "evidence"
    assert data["points"] == 16
    assert json.loads(chart.read_text())["vconcat"]
    assert out.read_text().splitlines()[0].startswith("school,rank,name,about,factors,first,")
    assert len(out.read_text().splitlines()) == 1 + len(data["factors"])


def test_levers_can_be_set_and_show_in_the_title():
    assert "with conditionality 0.2" in said(*QUICK, "--set", "conditionality=0.2").stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("nowhere", "--outcome", "cohesion"), "no such scenario"),
        (("baseline", "--outcome", "nothing"), "outcome: unknown name 'nothing'"),
        (("baseline", "--outcome", "cohesion", "--points", 100), "no power of two"),
        (("baseline", "--outcome", "cohesion", "--against", "nobody"), "no such scenario"),
        (("baseline", "--outcome", "cohesion", "--chart", "chart.png"), "is no .json file"),
        (("baseline", "--outcome", "cohesion", "--out", "table.txt"), "is no .csv file"),
        (("baseline", "--outcome", "cohesion", "--set", "pledge=much"), "is no number"),
        (("baseline", "--outcome", "attacks_in_ukraine", "--points", 16, "--groups", "evidence"), "the same number in"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words, complaint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = said(*words)
    assert found.exit_code == 2
    assert complaint in found.stderr
    assert found.stdout == ""
    assert len([line for line in found.stderr.splitlines() if complaint in line]) == 1
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "s.csv").write_text("mine")
    found = said(*QUICK, "--out", tmp_path / "s.csv")
    assert found.exit_code == 2
    assert (tmp_path / "s.csv").read_text() == "mine"


def test_the_how_to_page_runs():
    found = doctest.testfile(
        str(ROOT / "docs" / "how-to" / "sensitivity.md"),
        module_relative=False,
        optionflags=doctest.NORMALIZE_WHITESPACE,
    )
    assert found.attempted > 3
    assert found.failed == 0
