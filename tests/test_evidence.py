"""What is said of how well each series is known: by hand for scores made up, and never more than was scored."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim import card, charts, evidence, results, scored
from sim.analysis import posture_hindcast
from sim.cli import main
from sim.evidence import Known, Score, Scores
from sim.outcomes import OUTCOMES
from sim.params import levers, uncertainties
from sim.variables import VARIABLES

ROOT = Path(__file__).parents[1]


def score(series="aggregate", horizon=1, **given):
    cells = {
        "cases": 10, "crps": 0.1, "mae": 0.1, "coverage50": 0.5, "coverage90": 0.9, "best": "pooled drift",
        "crps_best": 0.1, "crps_persistence": 0.12, "skill": 0.0, "skill_persistence": 0.2,
    }  # fmt: skip
    return Score(series=series, horizon=horizon, **{**cells, **given})


def made_up(*rows, **given):
    cells = {"worlds": 50, "seed": 0, "crps": {}, "pit": {}, "aims": (), "honest": "Honest."}
    return Scores(rows={(row.series, row.horizon): row for row in rows}, **{**cells, **given})


def written(folder, found):
    """A file as `article5 hindcast --out` writes it."""
    text = json.dumps({
        "worlds": found.worlds, "seed": found.seed, "rows": [vars(row) | {"more": 1} for row in found.rows.values()],
        "crps": {"article5": {"1": 0.1}}, "pit": {str(h): list(c) for h, c in found.pit.items()},
        "aims": [{"aim": words, "reached": reached} for words, reached in found.aims],
        "says_nothing_about": found.honest,
    })  # fmt: skip
    (folder / evidence.FILE).write_text(text, encoding="utf-8")
    return folder


# --- words by hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skill", "words"),
    [
        (0.27, "saves 27% of persistence's error 2 years ahead"),
        (0.021, "saves 2% of persistence's error 2 years ahead"),
        (0.02, "no better than persistence at 2 years"),
        (0.0, "no better than persistence at 2 years"),
        (-0.004, "no better than persistence at 2 years"),
        (-0.005, "worse than persistence at 2 years: 1% more error"),
        (-0.3, "worse than persistence at 2 years: 30% more error"),
        (float("nan"), "cannot be compared with persistence 2 years ahead"),
    ],
)
def test_words_against_persistence(skill, words):
    found = made_up(score(horizon=2, skill_persistence=skill))
    assert evidence.skill_words("aggregate", 2, found).startswith(words + ";")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"skill": 0.05}, "better than pooled drift, the best simple rule; "),
        ({"skill": 0.01}, "no better than pooled drift, the best simple rule; "),
        ({"skill": -0.04}, "worse than pooled drift, the best simple rule; "),
        ({"skill": 0.05, "skill_low": 0.01, "skill_high": 0.1}, "rule (90% interval of the skill +1% to +10%); "),
        ({"skill": 0.05, "skill_low": -0.01, "skill_high": 0.1}, "(90% interval of the skill −1% to +10%, so not cl"),
        ({"skill": 0.01, "skill_low": -0.1, "skill_high": 0.1}, "no better than pooled drift, the best simple rule (9"),
        ({"best": "persistence", "skill": 0.2}, "ahead; 90% bands held in 9 of 10"),
    ],
)  # fmt: skip
def test_words_against_the_best_simple_rule(given, words):
    assert words in evidence.skill_words("aggregate", 1, made_up(score(**given)))


def test_an_ally_is_held_to_the_rule_that_is_best_over_all_allies():
    assert "rule over all allies;" in evidence.skill_words("POL", 1, made_up(score("POL")))


def test_bands_are_counted_out_where_cases_are_few():
    few, many = score(cases=7, coverage90=6 / 7), score(cases=200, coverage90=0.835)
    assert evidence.skill_words("aggregate", 1, made_up(few)).endswith("90% bands held in 6 of 7")
    assert evidence.skill_words("aggregate", 1, made_up(many)).endswith("90% bands held in 84%")


def test_what_was_not_scored_is_said():
    found = made_up(score(horizon=1), score(horizon=3))
    assert evidence.skill_words("aggregate", 4, found) == "not tested beyond 3 years ahead"
    assert evidence.skill_words("aggregate", 11, found) == "not tested beyond 3 years ahead"
    assert evidence.skill_words("aggregate", 2, found) == "not tested 2 years ahead"
    assert evidence.skill_words("POL", 1, found) == "never scored"
    assert evidence.series_words("POL", found) == "never scored"


def test_a_series_in_a_few_clauses():
    found = made_up(
        score(horizon=1, skill_persistence=0.1), score(horizon=2, skill_persistence=0.3),
        score(horizon=3, skill_persistence=0.01, skill=0.1), score(horizon=4, skill_persistence=-0.1, skill=-0.1),
        score(horizon=5, skill_persistence=-0.2, skill=-0.2),
    )  # fmt: skip
    assert evidence.series_words("aggregate", found) == (
        "saves 10% to 30% of persistence's error 1 and 2 years ahead; no better than persistence at 3 years; worse "
        "than persistence at 4 and 5 years; worse than pooled drift at 4 and 5 years; 90% bands held in 90%"
    )
    rows = [score(horizon=h) for h in (1, 2, 3, 5)]
    assert evidence.at(rows[:3]) == "1 to 3 years"
    assert evidence.at(rows[2:]) == "3 and 5 years"
    assert evidence.at(rows) == "1, 2, 3 and 5 years"
    assert evidence.at(rows[:1]) == "1 year"


# --- how one number is known --------------------------------------------------------------------------------------


def test_only_a_level_without_a_policy_and_within_reach_is_tested():
    found = made_up(score(horizon=1), score(horizon=5))
    name = "spending_europe_canada_share"
    assert evidence.level(name, 1, True, found=found).badge == "tested"
    assert evidence.level(name, 1, False, found=found) == Known(
        "judgement", "its level was tested without a new policy only"
    )
    assert evidence.level(name, 6, True, found=found) == Known("judgement", "not tested beyond 5 years ahead")
    assert evidence.effect(name) == Known("judgement", "its level was tested, the effect of a policy on it was not")
    assert evidence.level("share", 1, True, "POL", made_up(score("POL"))).badge == "tested"
    assert evidence.level("share", 1, True, "POL", found) == Known("judgement", "never scored")
    assert evidence.level("risk", 1, True, found=found) == Known("judgement", "")
    assert evidence.level("us_cost_abroad", 1, True, found=found) == Known("documented", "")


def test_the_badge_tested_is_carried_by_what_has_a_series_and_by_nothing_else():
    assert {o.name for o in OUTCOMES.values() if o.badge == "tested"} == set(evidence.SERIES)
    assert {v.name for v in VARIABLES.values() if v.badge == "tested"} == set(evidence.BY_ALLY)
    assert not any("risk" in name or "credibility" in name for name in evidence.SERIES)


def test_every_difference_is_judgement():
    runs = [sim.run(sim.load_scenario(name).with_horizon(end="2025Q4"), 4) for name in ("baseline", "placebo")]
    both = results.compare(*runs)
    assert {values.attrs["badge"] for values in both.data_vars.values()} == {"judgement"}
    assert sim.outcomes(runs[0]).spending_europe_canada_share.attrs["badge"] == "tested"


def test_only_the_baseline_as_it_stands_is_what_was_scored():
    baseline = sim.load_scenario("baseline")
    assert evidence.as_scored(baseline.plan())
    assert evidence.as_scored(baseline.with_horizon(end="2028Q4").plan())
    assert not evidence.as_scored(baseline.with_levers(pressure=0.5).plan())
    assert not evidence.as_scored(baseline.with_uncertainties(anchor=0.1).plan())
    assert not evidence.as_scored(sim.load_scenario("placebo").plan())


def test_years_ahead_are_counted_from_the_last_known_year():
    assert [evidence.ahead(year, "2025Q1") for year in (2025, 2029, 2035)] == [1, 5, 11]


# --- files ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(tmp_path):
    found = made_up(
        score("POL"), score("allies", skill_low=-0.1, skill_high=0.1), pit={1: (1, 2)}, aims=(("Aim", False),)
    )
    again = evidence.read(written(tmp_path, found) / evidence.FILE)
    assert again == replace(found, crps={"article5": {1: 0.1}})
    assert again.allies == ["POL"]
    assert again.missed == ["Aim"]


def test_without_files_it_is_said_that_nothing_is_stored(tmp_path, monkeypatch):
    assert evidence.scores(tmp_path) is None
    monkeypatch.setattr(evidence, "scores", lambda folder=None: None)
    monkeypatch.setattr(evidence, "manifest", dict)
    assert evidence.skill_words("aggregate", 1) == evidence.NO_SCORES
    assert evidence.series_words("aggregate") == evidence.NO_SCORES
    assert evidence.level("spending_europe_canada_share", 1, True) == Known("judgement", evidence.NO_SCORES)
    text = card.text()
    assert f"Nothing is scored here: {evidence.NO_SCORES}." in text
    assert evidence.NO_DRAWS in text
    assert "no fit stored" in text


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"rows": [{}]}', '{"rows": [{"series": "x"}], "worlds": 1}'])
def test_a_broken_file_is_refused_aloud(tmp_path, content):
    (tmp_path / evidence.FILE).write_text(content)
    with pytest.raises(sim.InputError, match=r"no scores of a hindcast .* Make them: article5 hindcast --out FILE\."):
        evidence.scores(tmp_path)


ROW = {
    "name": "drift", "prior": [-0.05, 0.0, 0.05], "posterior": [0.0, 0.01, 0.02], "narrowed": 0.6, "loss": [3, 4],
    "verdict": "identified",
}  # fmt: skip


def test_what_a_fit_does_not_identify_is_named():
    assert evidence.fit_words({}) == evidence.NO_DRAWS
    weak = {**ROW, "name": "pledge_lift", "verdict": "not identified"}
    said = evidence.fit_words({"identified": [ROW, weak], "command": "article5 calibrate", "data": "x"})
    assert said == (
        "The panel says next to nothing about pledge lift. Made with article5 calibrate. "
        "The tables have changed since: fit again."
    )
    assert evidence.fit_words({"identified": [ROW], "data": sim.load_scenario("baseline").plan().roster.digest}) == (
        "Every uncertainty that was asked about is identified. Made with article5 calibrate."
    )
    own = {"name": "saturation", "posterior": None, "narrowed": None, "verdict": "weakly"}
    table = scored.identified([ROW, {**ROW, **own}])
    assert list(table["posterior"]) == ["0 / 0.01 / 0.02", "–"]
    assert list(table["spread taken away"]) == ["60%", "–"]


# --- the card -----------------------------------------------------------------------------------------------------


def test_the_card_holds_what_a_reader_must_know():
    result = CliRunner().invoke(main, ["card"])
    assert result.exit_code == 0
    for head in (
        "Purpose and users", "What it must not be used for", "Data", "Parameters by evidence class", "Scores",
        "Failed checks", "Deterrence", "Limits",
    ):  # fmt: skip
        assert f"\n## {head}\n" in result.stdout
    for words in (evidence.DETERRENCE, "article5 match", "Law 33 is held by the test suite"):
        assert words in result.stdout
    assert "[stated" not in result.stdout


def test_the_card_as_data_counts_everything_once():
    found = json.loads(CliRunner().invoke(main, ["card", "--json"]).stdout)
    classes = found["parameters"]["classes"]
    for kind, declared in (("levers", levers()), ("uncertainties", uncertainties())):
        assert sorted(name for group in classes.values() for name in group[kind]) == sorted(declared)
    assert sum(found["badges"]["outcomes"].values()) == len(OUTCOMES)
    tables = {row["table"]: row for row in found["data"]}
    assert tables["spending"]["rows"] == 352
    assert tables["spending"]["years"] == "2014 to 2024"
    assert all(re.fullmatch("[0-9a-f]{16}", row["digest"]) and row["vintage"] for row in tables.values())
    assert found["failed"]["aims_missed"] == [a["aim"] for a in found["scores"]["aims"] if not a["reached"]]


def test_the_card_says_what_the_documents_of_the_project_say():
    results_ = (ROOT / "docs" / "matching.md").read_text(encoding="utf-8")
    assert "| **all** | " + " | ".join(f"**{part}%**" for part in card.KEPT.values()) + " |" in results_
    assert "| constraint | " + " | ".join(card.KEPT) + " |" in results_
    model = " ".join((ROOT / "MODEL.md").read_text(encoding="utf-8").split())
    for words in card.NOT_MODELLED:
        assert words.lower() in model.lower()


def test_the_card_counts_where_a_rival_was_not_beaten():
    found = made_up(
        score("POL", 1),
        score("POL", 2, skill_persistence=0.02),
        score("DEU", 1, skill=-0.1),
        score("allies", 1, skill=-1),
    )
    assert card.behind_words(found).startswith(
        "Of 3 cells of ally and years ahead, 1 are no better than persistence, and 1"
    )
    assert card.failed(found)["no_better_than_persistence_somewhere"] == ["POL"]


# --- on the command line ------------------------------------------------------------------------------------------


def call(*words):
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_run_gives_tested_levels_their_words():
    within = call("run", "baseline", "--worlds", 6, "--to", "2026Q4")
    assert re.search(r"Europe and Canada spend .*  tested\n", within)
    assert "Europe and Canada spend, tested: " in within
    beyond = call("run", "baseline", "--worlds", 6)
    assert re.search(r"Europe and Canada spend .*  judgement\n", beyond)
    assert "not tested beyond 5 years ahead" in beyond
    policy = call("run", "conditional-article5", "--worlds", 6, "--to", "2026Q4")
    assert "judgement: its level was tested without a new policy only" in " ".join(policy.split())
    for printed in (within, beyond, policy):
        assert "says nothing about the effect of a policy" in " ".join(printed.split())


def test_run_and_compare_as_json_carry_badges():
    run = json.loads(call("run", "baseline", "--worlds", 6, "--to", "2026Q4", "--json"))["outcomes"]
    assert {name for name, cell in run.items() if cell["badge"] == "tested"} == set(evidence.SERIES)
    (both,) = json.loads(call("compare", "baseline", "placebo", "--worlds", 6, "--to", "2026Q4", "--json"))
    assert {cell["badge"] for cell in both["difference"].values()} == {"judgement"}


def test_every_comparison_says_that_it_was_never_scored():
    for scenarios in (("placebo",), ("placebo", "pledge-3-5")):
        printed = " ".join(call("compare", "baseline", *scenarios, "--worlds", 6, "--to", "2025Q4").split())
        assert "No difference between policies was ever scored" in printed
        assert evidence.DETERRENCE in printed


def test_show_tells_how_an_outcome_did():
    assert "score        without a new policy: " in call("show", "spending_europe_canada_share")
    assert "score" not in call("show", "cohesion").split()


# --- what is drawn ------------------------------------------------------------------------------------------------


DRAWN = made_up(
    score(horizon=1), score(horizon=2, crps=0.3, coverage90=0.8), score("POL", 1, skill_persistence=-0.1, skill=-0.1),
    score("DEU", 1, skill_persistence=0.3), pit={1: (0, 0, 0, 0, 2, 2, 2, 2, 1, 1)},
)  # fmt: skip


def test_frames_hold_the_scores_and_words_tell_them():
    table = scored.by_horizon(DRAWN, "aggregate")
    assert list(table.role.unique()) == list(scored.ROLES)
    assert list(table[table.role == "article5"].crps) == [0.1, 0.3]
    assert set(table[table.role == "best simple rule"].who) == {"pooled drift"}
    assert "2 years 0.30 against 0.12 and 0.10 (pooled drift)" in scored.horizon_words(DRAWN, "aggregate")
    assert list(scored.coverage(DRAWN, "aggregate").words) == ["50%", "90%", "50%", "80%"]
    assert "2 years 50% and 80% of 10" in scored.coverage_words(DRAWN, "aggregate")
    assert scored.pit(DRAWN, 1).part.sum() == pytest.approx(1.0)
    assert "10% of 10 figures came in the highest tenth" in scored.pit_words(DRAWN, 1)
    assert scored.lean_words(DRAWN, [1]) == "80% of the figures came above the middle: forecasts were too low."
    assert scored.pit(DRAWN, 9).empty


def test_the_table_of_allies_begins_with_the_worst():
    table = scored.allies(DRAWN)
    assert list(table.ally) == ["Poland", "Germany"]
    assert list(table["1 year"]) == ["no better", "30%"]
    assert list(table["worse than the best rule at"]) == ["1 year", "–"]


@pytest.mark.parametrize("theme", charts.PALETTES)
@pytest.mark.parametrize("name", ["SCORES", "COVERAGE", "PIT"])
def test_specifications_are_valid_and_read_columns_that_exist(name, theme):
    altair = pytest.importorskip("altair")
    spec = getattr(charts, name)[theme]
    frame = {
        "SCORES": scored.by_horizon(DRAWN, "aggregate"),
        "COVERAGE": scored.coverage(DRAWN, "aggregate"),
        "PIT": scored.pit(DRAWN, 1),
    }[name]
    altair.Chart.from_dict({**spec, "data": {"values": frame.to_dict("records")}}, validate=True)
    assert set(re.findall(r'"field": "(\w+)"', json.dumps(spec))) <= set(frame.columns)


def test_the_card_tells_the_posture_hindcast_as_it_is():
    rows = posture_hindcast.data(100, 0)["scores"]
    found = {
        row["episode"]: row["skill"]["persistence"]
        for row in rows
        if row["attempt"] == f"A0 {row['episode']}" and row["of"] == "hosts" and row["horizon"] == "all"
    }
    assert set(found) == set(card.EPISODES)
    for year, told in card.EPISODES.items():
        assert found[year] == pytest.approx(told, rel=0.1, abs=0.02)
    assert "better in 2012 and worse in 2020 and 2022" in card.posture_words()


def test_a_run_from_the_past_is_no_tested_forecast():
    baseline = sim.load_scenario("baseline")
    assert evidence.as_scored(baseline.plan())
    assert not evidence.as_scored(baseline.with_horizon("2019Q1", "2024Q4").plan())
