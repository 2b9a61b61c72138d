"""File, link, command and notebook cell of a question are the same object, and each is run."""

import json
import re
import shlex

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sim import question, sharing
from sim.cli import main
from sim.controls import CONTROLS, on_grid
from sim.errors import InputError
from sim.question import HEADLINES, HIGHEST_SEED, WORLDS, Question
from sim.scenario import scenario_names, scenario_text

MINE = """name: Mine
extends: conditional-article5
levers: {threshold: 3.5}
withdrawals:
  - {hosts: [DEU], troops: 12000, from: 2026Q1, over: 8, status: executed}
"""

MOVED = Question("policy-reversal-2029", (("conditionality", 0.3), ("ukraine_accession", 1.0)), 4000.0, 200, 7)
ASKED = (Question(worlds=200), MOVED, Question(MINE, (("pressure", 0.5),), worlds=200, seed=3))


@st.composite
def questions(draw):
    """Any question that the levers can pose."""
    scenario = draw(st.sampled_from([*scenario_names(), MINE]))
    names = draw(st.lists(st.sampled_from(sorted(CONTROLS)), max_size=5, unique=True))
    values = {
        name: on_grid(name, draw(st.floats(CONTROLS[name].low, CONTROLS[name].high, allow_nan=False))) for name in names
    }
    start = dict(question.settings(scenario))
    return question.ask(scenario, start | values, draw(st.sampled_from(WORLDS)), draw(st.integers(0, HIGHEST_SEED)))


@given(questions())
def test_a_link_goes_there_and_back(asked):
    assert sharing.from_link(sharing.link(asked)) == asked
    assert sharing.from_link(f"http://localhost:8501/compare?year=2030&{sharing.link(asked)}") == asked


@pytest.mark.parametrize("asked", ASKED)
def test_a_file_holds_the_same_plan(asked):
    text = sharing.scenario_file(asked)
    assert scenario_text(text).plan().fingerprint == asked.resolved().plan().fingerprint
    assert f"seed {asked.seed}" in text.splitlines()[0]


def headline(asked, name, year):
    rows = question.answer(asked).headlines
    return rows[(rows.outcome == name) & (rows.year == year)].iloc[0]


@pytest.mark.parametrize("asked", ASKED)
def test_the_command_prints_the_same_numbers(asked):
    program, *words = shlex.split(sharing.command(asked))
    assert program == "article5"
    printed = CliRunner().invoke(main, [*words, "--json"])
    assert printed.exit_code == 0, printed.output
    (told,) = json.loads(printed.stdout)
    assert told["plan"] == question.answer(asked).plan
    for name in HEADLINES:
        row = headline(asked, name, 2035)
        found = told["difference"][name]
        np.testing.assert_allclose([found["low"], found["median"], found["high"]], [
            row.change_low, row.change_median, row.change_high], atol=1e-9)  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_the_cell_gives_the_same_numbers(asked):
    *before, last = sharing.cell(asked).rstrip().splitlines()
    room: dict = {}
    exec("\n".join(before), room)
    table = eval(last, room)
    for name in HEADLINES:
        row = headline(asked, name, 2035)
        np.testing.assert_allclose(table[name].unstack("year")[2035], [
            row.change_low, row.change_median, row.change_high], atol=1e-9)  # fmt: skip


WRONG = {
    "threshold=99": "threshold=99: does not fit. It takes",
    "threshold=nan": "threshold=nan: does not fit",
    "threshold=inf": "does not fit",
    "threshold=3.14159": "in steps of 0.1",
    "threshold=": "does not fit",
    "threshold=1e999": "does not fit",
    "ukraine_accession=1": "It takes true or false.",
    "scenario=placebo2": "Did you mean 'placebo'?",
    "scenario=../../etc/passwd": "no such scenario",
    "treshold=3": "Did you mean 'threshold'?",
    "seed=-1": "seed=-1: does not fit",
    "seed=9999999999999999999": "does not fit",
    "worlds=1000000": "It takes 200, 1000, 4000.",
    "file=!!!": "no scenario file is packed",
    "file=AAAA": "no scenario file is packed",
    "threshold=3&threshold=4": "stands twice",
    "<script>=1": "unknown name",
}


@pytest.mark.parametrize("link", WRONG)
def test_what_cannot_be_meant_is_said(link):
    with pytest.raises(InputError, match=re.escape(WRONG[link])):
        sharing.from_link(link)


def test_a_bomb_in_a_link_does_not_go_off():
    code = sharing.packed("a: " + "x" * 9_000_000)
    with pytest.raises(InputError, match="no scenario file is packed"):
        sharing.unpacked(code)
    with pytest.raises(InputError, match="A link holds"):
        sharing.packed("".join(map(str, np.random.default_rng(1).bytes(30_000))))


def test_a_file_in_a_link_looks_at_no_file_of_this_machine(tmp_path):
    (tmp_path / "secret.yaml").write_text("name: Secret\n", encoding="utf-8")
    for path in ("../secret.yaml", str(tmp_path / "secret.yaml"), "/etc/passwd"):
        with pytest.raises(InputError, match="does not come with us"):
            scenario_text(f"name: Mine\nextends: {path}\n")
