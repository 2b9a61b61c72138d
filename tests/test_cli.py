"""The command line as its users meet it: words in, text or JSON out, exit statuses, no traceback."""

import json

import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from sim.outcomes import OUTCOMES
from sim.params import levers, uncertainties


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_run_prints_the_headlines_and_where_they_come_from():
    result = call("run", "conditional-article5", "--worlds", 20)
    assert result.exit_code == 0
    for words in (
        "Conditional Article 5 at 5%: 20 simulated worlds",
        "allies at the threshold, 5%",
        "document 002",
        "not a forecast",
    ):
        assert words in result.stdout


def test_run_as_json_gives_median_and_band():
    result = call("run", "baseline", "--worlds", 20, "--json", "--to", "2030Q4")
    found = json.loads(result.stdout)
    assert found["year"] == 2030
    for name, cell in found["outcomes"].items():
        assert cell["low"] <= cell["median"] <= cell["high"], name
        assert cell["unit"] == OUTCOMES[name].unit


def test_compare_with_the_placebo_says_exactly_nought():
    result = call("compare", "baseline", "placebo", "--worlds", 12)
    assert result.exit_code == 0
    assert result.stdout.count("  exactly 0\n") == 9
    assert "Every difference is exactly 0: nothing depends on what was changed." in result.stdout
    assert "Idle here: threshold 5% of GDP (acts only while conditionality" in result.stdout
    assert "1.0 (1.0–1.0)" in result.stdout


def test_a_lever_that_does_nothing_is_named():
    words = ("--worlds", 6, "--to", "2025Q4", "--set", "eu_shield=1")
    assert "Idle here: EU shield 1 (acts only while trade linkage is set)." in call("run", "baseline", *words).stdout
    (note,) = json.loads(call("run", "baseline", *words, "--json").stdout)["idle"]
    assert note.startswith("Idle here: EU shield 1")
    both = call("compare", "baseline", "baseline", *words, "--json").stdout
    assert json.loads(both)[0]["idle"] == [note]
    at_work = call("run", "baseline", *words, "--set", "trade_linkage=1").stdout
    assert "Idle here" not in at_work


def test_comparing_a_policy_with_itself_says_that_nothing_is_changed():
    printed = call("compare", "baseline", "baseline", "--worlds", 6, "--to", "2025Q4").stdout
    assert "Nothing is changed: every difference is exactly 0." in printed
    assert "exactly 0." not in call("compare", "baseline", "conditional-article5", "--worlds", 6).stdout


def test_compare_several_scenarios_as_json():
    result = call("compare", "baseline", "placebo", "conditional-article5", "--worlds", 12, "--json")
    first, second = json.loads(result.stdout)
    assert all(cell["median"] == 0 for cell in first["difference"].values())
    assert second["difference"]["credibility_allies"]["median"] < 0
    assert {(cell["front"], cell["school"]) for cell in second["relative_risk"]} == {
        (front, school)
        for front in ("baltic", "poland", "nordic", "black sea", "any")
        for school in ("commitment", "mixed", "denial", "spiral")
    }


def test_set_changes_the_scenario_and_not_the_baseline():
    result = call("compare", "baseline", "baseline", "--worlds", 12, "--json", "--set", "pivot=20000")
    (found,) = json.loads(result.stdout)
    assert found["difference"]["troops_europe"]["median"] == pytest.approx(-20_000)


def test_out_writes_a_directory(tmp_path):
    result = call("run", "baseline", "--worlds", 6, "--out", tmp_path / "new", "--format", "csv", "--keep", "share")
    assert result.exit_code == 0, result.stderr
    assert {p.name for p in (tmp_path / "new").iterdir()} == {
        "manifest.json",
        "outcomes_world_year.csv",
        "outcomes_world_year_front.csv",
        "outcomes_world_year_host.csv",
        "variables_world_quarter_ally.csv",
    }


def test_check_says_every_scenario_is_fine():
    result = call("check")
    assert result.exit_code == 0
    assert result.stdout.count(": fine, plan ") == len(sim.scenario_names())


@pytest.mark.parametrize("kind", ["levers", "uncertainties", "outcomes", "scenarios", "facts"])
def test_show_lists_as_text_and_as_json(kind):
    assert call("show", kind).exit_code == 0
    entries = json.loads(call("show", kind, "--json").stdout)
    assert all(entry["name"] and entry["about"] for entry in entries)
    name = entries[0]["name"]
    assert name in call("show", kind, name).stdout


def test_show_levers_lists_what_others_build_on():
    entries = json.loads(call("show", "levers", "--json").stdout)
    assert [entry["name"] for entry in entries] == list(levers())
    keys = {"name", "unit", "neutral", "default", "low", "high", "kind", "source", "about"}
    assert all(keys <= entry.keys() for entry in entries)
    assert [e["name"] for e in json.loads(call("show", "uncertainties", "--json").stdout)] == list(uncertainties())


def test_show_levers_is_grouped_by_kind():
    printed = call("show", "levers").stdout
    blocks = dict(block.split("\n", 1) for block in printed.strip().split("\n\n")[1:])
    assert list(blocks) == list(dict.fromkeys(lever.kind for lever in levers().values()))
    for kind, block in blocks.items():
        named = [line.split()[0] for line in block.splitlines()]
        assert named == [name for name, lever in levers().items() if lever.kind == kind]
    assert call("show", "lever").stdout == printed


@pytest.mark.parametrize(
    "words", [("show", "lever", "eu_shield"), ("show", "levers", "eu_shield"), ("show", "eu_shield")]
)
def test_show_prints_the_passport_of_a_lever(words):
    printed = call(*words).stdout
    for part in (
        "lever, trade", "0 to 1; no effect at 0", "only while trade linkage is set; idle here", "2d of MODEL",
        "assumption: our own judgement", "48 paired worlds, end of 2035): none.", "with trade linkage 1",
    ):  # fmt: skip
        assert part in printed


def test_a_passport_of_a_scenario_and_as_json():
    printed = call("show", "conditionality", "--scenario", "conditional-article5").stdout
    assert "0.6 (Conditional Article 5 at 5%)" in printed
    found = json.loads(call("show", "uncertainty", "lag", "--json").stdout)
    assert (found["name"], found["low"], found["high"]) == ("lag", 2, 4)
    assert found["effects"][0]["moves"] == []
    assert "█" in call("show", "lag").stdout


@pytest.mark.parametrize("name", ["cohesion", "placebo", "spending-guideline"])
def test_show_finds_anything_by_its_name(name):
    assert call("show", name).stdout.startswith("name")
    assert json.loads(call("show", name, "--json").stdout)["name"] == name


def test_the_schema_is_json():
    assert json.loads(call("schema").stdout)["title"] == "article5 scenario"


BAD = {
    "scenario": (["run", "baselin"], "baselin: no such scenario. Did you mean 'baseline'?"),
    "lever": (["run", "baseline", "--set", "treshold=3"], "unknown lever. Did you mean 'threshold'?"),
    "value": (["run", "baseline", "--set", "threshold=x"], "--set threshold=x: 'x' is no number."),
    "no value": (["run", "baseline", "--set", "threshold"], "--set threshold: '' is no number."),
    "range": (["run", "baseline", "--set", "threshold=-1"], "levers.threshold: -1 is out of range."),
    "finite": (["run", "baseline", "--set", "threshold=nan"], "levers.threshold: nan is not finite."),
    "worlds": (["run", "baseline", "--worlds", "0"], "worlds: 0 is out of range."),
    "negative worlds": (["run", "baseline", "--worlds", "-5"], "worlds: -5 is out of range."),
    "seed": (["run", "baseline", "--seed", "-1"], "seed: -1 is out of range."),
    "horizon": (["run", "baseline", "--to", "2020Q1"], "2020Q1 lies before the start"),
    "quarter": (["run", "baseline", "--to", "2030"], "'2030' is no quarter."),
    "variable": (["run", "baseline", "--keep", "shares"], "--keep: unknown name 'shares'. Did you mean 'share'?"),
    "format": (["run", "baseline", "--out", "/tmp/article5-none", "--format", "xls"], "--format: unknown 'xls'."),
    "out": (["run", "baseline", "--out", "/proc/none/x"], "/proc/none/x: cannot be written"),
    "kind": (["show", "leverz", "x"], "show: unknown 'leverz'. Did you mean 'lever'?"),
    "anything": (["show", "treshold"], "show: unknown 'treshold'. Did you mean 'threshold'?"),
    "other kind": (["show", "lever", "lag"], "It is one of the uncertainties: article5 show lag"),
    "passport": (["show", "lag", "--scenario", "placeb"], "placeb: no such scenario. Did you mean 'placebo'?"),
    "name": (["show", "levers", "thresh"], "show levers: unknown 'thresh'. Did you mean 'threshold'?"),
    "file": (["check", "no-such.yaml"], "no-such.yaml: no such file."),
    "compare": (["compare", "baseline", "placeb"], "placeb: no such scenario. Did you mean 'placebo'?"),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input_exits_with_2_and_says_what_would_be_right(words, message):
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_every_command_has_help_with_an_example():
    for name in main.commands:
        result = call(name, "--help")
        assert result.exit_code == 0
        assert f"Example: article5 {name}" in result.stdout
