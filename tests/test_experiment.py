"""Experiment files: what they resolve to, and what is said of those that cannot be meant."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sim.cli import main
from sim.errors import ScenarioError
from sim.experiment import ExperimentFile, load_experiment
from sim.experiment.designs import Design
from sim.outcomes import OUTCOMES
from sim.params import levers

ROOT = Path(__file__).parents[1]


def written(tmp_path, text, name="experiment.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def loaded(tmp_path, text):
    return load_experiment(written(tmp_path, text))


def complaints(tmp_path, text):
    with pytest.raises(ScenarioError) as error:
        loaded(tmp_path, text)
    return error.value.problems


def test_a_grid_is_every_combination_under_every_scenario(tmp_path):
    text = """
name: Grid
scenarios: [baseline, conditional-article5]
levers: {grid: {threshold: [2, 3.5], conditionality: {from: 0, to: 1, steps: 3}}}
"""
    policies = loaded(tmp_path, text).policies
    assert [p.label for p in policies[:3]] == [
        f"baseline threshold=2 conditionality={value}" for value in ("0", "0.5", "1")
    ]
    assert len(policies) == 2 * 2 * 3
    assert policies[-1].label == "conditional-article5 threshold=3.5 conditionality=1"
    assert {float(policies[-1].plan.levers["threshold"][k]) for k in range(44)} == {3.5}, "events give way"


def test_designs_add_up_in_order(tmp_path):
    text = """
name: All kinds
levers:
  latin_hypercube: {samples: 5, ranges: {threshold: [2, 5]}}
  listed: [{}, {pledge: 3}]
  sobol: {samples: 4, ranges: {pledge: [2, 3]}}
  grid: {threshold: [4]}
"""
    labels = [policy.label for policy in loaded(tmp_path, text).policies]
    assert labels[:3] == ["baseline", "baseline pledge=3", "baseline threshold=4"]
    assert len(labels) == 2 + 1 + 5 + 4
    assert all("threshold" in label for label in labels[3:8])
    assert all("pledge" in label for label in labels[8:])


@given(st.integers(1, 40), st.integers(0, 9))
def test_a_latin_hypercube_has_one_sample_in_every_slice(samples, seed):
    design = Design.model_validate(
        {"latin_hypercube": {"samples": samples, "ranges": {"threshold": [2, 5], "pledge": [0, 1]}}}
    )
    found = np.array([[s["threshold"], s["pledge"]] for s in design.settings(seed)])
    for column, (low, high) in zip(found.T, ((2, 5), (0, 1)), strict=True):
        places = np.sort((column - low) / (high - low)) * samples
        assert np.all(np.abs(places - np.arange(samples) - 0.5) <= 0.5 + 1e-3 * samples), (
            "one in each slice, but for digits"
        )
    assert [dict(s) for s in design.settings(seed)] == [dict(s) for s in design.settings(seed)]


def test_a_sobol_sequence_is_balanced():
    design = Design.model_validate({"sobol": {"samples": 8, "ranges": {"threshold": [0, 6], "pledge": [0, 6]}}})
    found = np.array([list(s.values()) for s in design.settings(0)])
    assert [sorted(np.floor(column / 6 * 8)) for column in found.T] == [list(range(8))] * 2
    assert all(value == float(f"{value:.4g}") for value in found.ravel()), "labels say exactly what is played"
    assert design.settings(0) != design.settings(1)


def test_what_is_not_written_has_a_meaning(tmp_path):
    found = loaded(tmp_path, "name: Bare")
    assert [p.label for p in found.policies] == ["baseline"]
    assert (found.worlds, found.seed, found.years, found.keep) == (1000, 0, (2035,), "paths")
    assert set(found.outcomes) == {name for name, o in OUTCOMES.items() if o.by != "host"}


def test_uncertainties_school_estimates_and_horizon_hold_for_all(tmp_path):
    text = """
name: World
scenarios: [baseline, conditional-article5]
uncertainties: {drift: 0.0, anchor: {uniform: [0.05, 0.1]}}
school: denial
estimates: prior
end: 2030Q4
years: all
"""
    found = loaded(tmp_path, text)
    assert found.years == (2025, 2026, 2027, 2028, 2029, 2030)
    for plan in found.plans:
        assert (plan.school, plan.posterior, plan.quarters[-1]) == ("denial", None, "2030Q4")
        assert plan.params(0, range(3)).burden.drift == 0.0
    assert len(found.natures) == 1


def test_a_scenario_beside_the_file_is_found(tmp_path):
    written(tmp_path, "name: Mine\nextends: baseline\nlevers: {pledge: 3}\n", "mine.yaml")
    assert loaded(tmp_path, "name: Own\nscenarios: [mine.yaml]").policies[0].label == "mine"


CHANGES = ["worlds: 5", "seed: 3", "outcomes: [risk]", "years: [2030]", "keep: summaries", "precision: double",
           "variables: [share]", "levers: {listed: [{pledge: 3}]}", "school: denial",
           "uncertainties: {drift: 0}"]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_knows_everything_that_decides_the_tables(tmp_path, change):
    assert loaded(tmp_path, f"name: A\n{change}").digest != loaded(tmp_path, "name: A").digest


def test_numbers_of_another_base_are_numbers(tmp_path):
    assert loaded(tmp_path, "name: A\nworlds: 0x10\nseed: 0o17").worlds == 16
    assert loaded(tmp_path, "name: A\nworlds: 0x10\nseed: 0o17").seed == 15


def test_policies_that_are_the_same_are_known(tmp_path):
    found = loaded(tmp_path, "name: A\nlevers: {listed: [{}, {pledge: 2}, {pledge: 3}, {pledge: 3}]}")
    assert found.same == {1: 0, 3: 2}


def test_the_digest_does_not_know_names(tmp_path):
    assert loaded(tmp_path, "name: A\nabout: x").digest == loaded(tmp_path, "name: B").digest


BAD = {
    "name: A\nworlds: true": ["worlds: True does not fit"],
    "name: A\nseed: 1.0": ["seed: 1.0 does not fit"],
    "name: A\nworlds: .INF": ["worlds: inf does not fit"],
    "name: A\nschool: ''": ["school: unknown school ''"],
    "name: A\nestimates: ''": ["estimates: unknown ''"],
    "name: A\nend: ''": ["end:"],
    "name: A\nscenarios: [baseline, baseline]": ["scenarios.1: 'baseline' stands twice"],
    "name: A\nscenarios: [" + 5000 * "x" + "]": ["no such scenario"],
    "name: A\nlevers: {grid: {threshold: [true]}}": ["holds something that is no number"],
    "name: A\nlevers: {grid: {threshold: ['3']}}": ["holds something that is no number"],
    "name: A\nlevers: {listed: [{threshold: '3'}]}": ["levers.listed.0.threshold: '3' does not fit"],
    "name: A\nlevers: {latin_hypercube: {samples: 6, ranges: {pledge: [0, 100000000000000000000000]}}}":
        ["ranges.pledge: 1e+23 is out of range"],
    "name: A\nuncertainties: {drift: {uniform: [0, 100000000000000000000000]}}": ["drift: reaches from 0 to 1e+23"],
    "name: A\nlevers: {grid: {" + ", ".join(
        f"{name}: {{from: 0, to: 1, steps: 512}}" for name in list(levers())[:8]) + "}}": ["policies. Write at most"],
    "name: A\nwolrds: 3": ["Did you mean 'worlds'?"],
    "worlds: 3": ["name: is missing"],
    "name: A\nworlds: 0": [":2: worlds: 0 worlds are none"],
    "name: A\nseed: -1": [":2: seed: -1 does not fit"],
    "name: A\nscenarios: [basline]": [":2: scenarios.0: basline: no such scenario. Did you mean 'baseline'?"],
    "name: A\nscenarios: []": [":2: scenarios:"],
    "name: A\noutcomes: [rsik]": [":2: outcomes.0: unknown name 'rsik'. Did you mean 'risk'?"],
    "name: A\nvariables: [hazard]": [":2: variables.0: unknown name 'hazard'"],
    "name: A\nkeep: path": ["keep: unknown 'path'. Did you mean 'paths'?"],
    "name: A\nprecision: half": ["precision: unknown 'half'"],
    "name: A\nyears: [2036]": ["years: 2036 not in the run. Write years from 2025 to 2035."],
    "name: A\nyears: []": ["years: an empty list"],
    "name: A\nyears: some": ["years: 'some' is no list of years"],
    "name: A\nlevers: {grid: {treshold: [2]}}": ["levers.grid.treshold: unknown lever. Did you mean 'threshold'?"],
    "name: A\nlevers: {grid: {threshold: [2, 9]}}": ["levers.grid.threshold: 9 is out of range. It takes 0 to 6"],
    "name: A\nlevers: {grid: {threshold: 2}}": ["levers.grid.threshold: 2 is no list"],
    "name: A\nlevers: {grid: {threshold: {from: 2}}}": ["levers.grid.threshold: takes from, to and steps"],
    "name: A\nlevers: {listed: [{}, {threshold: 7}]}": ["levers.listed.1.threshold: 7 is out of range"],
    "name: A\nlevers: {sobol: {samples: 6, ranges: {pledge: [1, 2]}}}": ["power of two: 4 or 8"],
    "name: A\nlevers: {latin_hypercube: {samples: 6, ranges: {pledge: [2, 1]}}}": ["is no range. Write its two ends"],
    "name: A\nlevers: {latin_hypercube: {samples: 6, ranges: {pledge: [2, 11]}}}": ["ranges.pledge: 11 is out"],
    "name: A\nuncertainties: {drfit: 0}": ["uncertainties.drfit: unknown uncertainty. Did you mean 'drift'?"],
    "name: A\nschool: deniel": ["school: unknown school 'deniel'"],
    "name: A\nend: 2025Q3": ["the run has no end of a year"],
    "name: A\nlevers: {grid: {threshold: {from: 0, to: 6, steps: 1000}, pledge: {from: 0, to: 6, steps: 1000}}}":
        ["1,000,000 policies. Write at most 10,000."],
}  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_meant_is_said(tmp_path, text):
    found = "\n".join(complaints(tmp_path, text))
    for part in BAD[text]:
        assert part in found, found


def test_all_problems_are_told_at_once(tmp_path):
    found = complaints(tmp_path, "name: A\noutcomes: [a]\nkeep: b\nprecision: c")
    assert len(found) == 3


def test_a_lever_that_a_scenario_cannot_take_is_told_once(tmp_path):
    text = "name: A\nscenarios: [baseline, placebo]\nlevers: {grid: {threshold: [9], pledge: [1, 2, 3]}}"
    assert len(complaints(tmp_path, text)) == 1


def test_every_lever_can_be_swept(tmp_path):
    ranges = ", ".join(f"{name}: [{lever.low}, {lever.high}]" for name, lever in levers().items())
    found = loaded(tmp_path, f"name: A\nlevers: {{latin_hypercube: {{samples: 3, ranges: {{{ranges}}}}}}}")
    assert set(found.levers) == set(levers())


@pytest.mark.parametrize("path", sorted((ROOT / "experiments").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_experiments_that_come_with_the_project_resolve(path):
    found = load_experiment(path)
    assert len({plan.fingerprint for plan in found.plans}) == len(found.policies) > 1


def test_the_schema_knows_every_key():
    told = json.loads(CliRunner().invoke(main, ["schema", "experiment"]).stdout)
    assert set(told["properties"]) == set(ExperimentFile.model_fields)
    assert set(told["$defs"]["Design"]["properties"]) == {"listed", "grid", "latin_hypercube", "sobol"}
