"""README.md and MODEL.md tell the truth: their examples run, and what they show is what is printed."""

import doctest
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim import posterior
from sim.analysis import calibration, hindcast
from sim.cli import main

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["README.md", "MODEL.md"])
def test_the_examples_run(page):
    found = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 4
    assert found.failed == 0


def test_the_examples_of_the_package_run():
    found = doctest.testmod(sim)
    assert found.attempted > 2
    assert found.failed == 0


def test_readme_shows_what_the_default_comparison_prints():
    (shown,) = re.findall(
        r"`article5 compare baseline conditional-article5` prints, [^\n]*\n\n```\n(.*?)```", readme(), re.S
    )
    printed = CliRunner().invoke(main, ["compare", "baseline", "conditional-article5"]).stdout
    assert shown.rstrip() in printed


def test_every_command_is_named_in_readme():
    for name in main.commands:
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", readme()), name


def test_every_room_of_readme_exists():
    for room in re.findall(r"`((?:sim|seeds|scenarios|experiments|examples|docs|tests|benchmarks)/[\w./]*)`", readme()):
        assert (ROOT / room).exists(), room


def test_every_equation_that_the_code_cites_stands_in_model_md():
    model = (ROOT / "MODEL.md").read_text(encoding="utf-8")
    cited = {
        number
        for path in (ROOT / "sim" / "rules").glob("*.py")
        for number in re.findall(r"[Ee]quations? (\d[a-g])", path.read_text(encoding="utf-8"))
    }
    assert len(cited) > 20
    for number in cited:
        assert f"({number})" in model, number


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_scenario_in_readme_can_be_loaded(tmp_path):
    (text,) = re.findall(r"```yaml\n(.*?)```", readme(), re.S)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert sim.load_scenario(tmp_path / "mine.yaml").plan().strategies.count("FreeRider") == 1


def test_model_md_shows_the_scores_and_the_identification_that_ship():
    model = (ROOT / "MODEL.md").read_text(encoding="utf-8")
    told = json.loads((posterior.evidence_dir() / "hindcast.json").read_text(encoding="utf-8"))
    assert hindcast.text(told).split("\n\nA good hindcast")[0] in model
    assert calibration.identification_text(posterior.manifest()["identified"]) in model
