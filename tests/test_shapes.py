"""What pages say of themselves as command, file and cell: each is run, and gives what is on the screen."""

import csv
import io
import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim import chronicle, importance, paired, printed, shapes, tables
from sim.cli import main
from sim.outcomes import HEADLINES
from sim.question import Question
from sim.scenario import scenario_text
from sim.side import side

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"
MOVED = Question(levers=(("threshold", 3.5),), worlds=200, seed=3)


def page(name, **address):
    """A page with its menu Share open."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"worlds": "200", **address}.items():
        opened.query_params[key] = value
    opened.switch_page(f"sim/pages/{name}.py").run()
    opened.session_state["share"] = True
    opened.run()
    assert not opened.exception
    return opened


def about(opened):
    """What the page says of itself; the menu shows just that."""
    found = opened.session_state["handout"].shapes()
    shown = [code.value for code in opened.code]
    assert [code for code in (*found.commands, found.cell.rstrip()) if code and code not in shown] == []
    assert len([button for button in opened.get("download_button") if button.proto.label.endswith(".yaml")]) == (
        len(found.files) if len(found.files) > 1 else 0
    )
    return found


def invoked(command):
    """What a command prints as JSON."""
    program, *words = shlex.split(command)
    assert program == "article5"
    printed_ = CliRunner().invoke(main, [*words, "--json"])
    assert printed_.exit_code == 0, printed_.output
    return json.loads(printed_.stdout)


def value(cell):
    """What a cell of a notebook shows."""
    *before, last = cell.rstrip().splitlines()
    room = {}
    exec("\n".join(before), room)
    return eval(last, room)


def plans(files):
    return [scenario_text(text).plan().fingerprint for _, text in files]


def test_compare_gives_the_scenarios_on_the_screen_and_not_the_levers():
    opened = page("compare", **{"with": ["placebo", "hague-pledge"], "against": "A", "threshold": "3.5"})
    found, shown = about(opened), opened.session_state["handout"]
    assert [asked.scenario for asked in found.asked] == ["placebo", "hague-pledge"]
    (told,) = invoked(found.commands[0])
    columns = side((Question("placebo"), Question("hague-pledge")), Question("placebo"), worlds=200, seed=0)
    assert plans(found.files) == [column.plan for column in columns.columns] == list(shown.plans.values())
    assert told["plan"] == columns.columns[1].plan
    assert value(found.cell).equals(columns.effects)
    rows = columns.effects[(columns.effects.letter == "B") & (columns.effects.year == 2035)].set_index("outcome")
    for name in HEADLINES:
        ends = np.array([told["difference"][name][end] for end in ("low", "high")])
        shown_ = paired.scaled(name, ends, columns.allies_in_all)
        np.testing.assert_allclose(shown_, [rows.low[name], rows.high[name]], atol=1e-9)


def test_several_scenarios_and_moved_levers_against_the_baseline():
    opened = page("compare", **{"with": ["now", "placebo"], "threshold": "3.5", "seed": "3"})
    found = about(opened)
    assert found.asked == (MOVED, Question("placebo", worlds=200, seed=3))
    assert [told["plan"] for told in invoked(found.commands[0])] == plans(found.files)
    assert value(found.cell).equals(side(found.asked, None, 200, 3).effects)


def test_a_row_of_a_table_has_the_plan_of_its_scenario():
    opened = page("compare", **{"with": ["placebo", "hague-pledge"]})
    shown = opened.session_state["handout"]
    digests = list(shown.plans.values())
    (chart,) = [figure for figure in shown.figures if figure.key == "effect-troops_europe"]
    rows = list(csv.DictReader(io.StringIO(tables.csv(chart.frame, shown.plans))))
    assert {row["letter"]: row["plan"] for row in rows} == dict(zip("AB", digests, strict=True))
    (wide,) = [table for table in shown.tables if table.key == "outcomes-beside"]
    for row in csv.DictReader(io.StringIO(tables.csv(wide.frame, shown.plans))):
        assert [row["plan_A"], row["plan_B"]] == digests


def test_the_report_of_compare_tells_of_each_scenario():
    opened = page("compare", **{"with": ["placebo", "hague-pledge"], "against": "A", "threshold": "3.5"})
    shown = opened.session_state["handout"]
    html = printed.report(shown)
    manifest = html.split("Manifest:</p>")[1]
    assert [manifest.count(plan) for plan in shown.plans.values()] == [1, 1]
    assert html.count("<h2>All levers") == 2
    assert "threshold 3.5" not in html
    assert "threshold=3.5" not in html


def test_one_world_is_told_again():
    opened = page("world", world="11", threshold="3.5", seed="3")
    found = about(opened)
    told = chronicle.chronicle(MOVED, 11)
    said = invoked(found.commands[0])
    assert (said["plan"], said["world"], said["seed"]) == (told.plan, 11, 3)
    assert [event["sentence"] for event in said["events"]] == told.log().sentence.tolist()
    assert value(found.cell).equals(told.events)
    assert plans(found.files) == [told.plan]


def test_both_analyses_of_uncertainty_are_made_again():
    opened = page("uncertainty", threshold="3.5", seed="3")
    found = about(opened)
    assert len(found.commands) == 2
    assert all([code.value for code in opened.code].count(command) == 2 for command in found.commands), "page and menu"
    first, second = value(found.cell)
    outcome = "spending_europe_canada_share"
    wanted = importance.ranking(MOVED, outcome), importance.budget(MOVED, outcome)
    assert first.equals(wanted[0].rows)
    assert second.equals(wanted[1].rows)
    assert plans(found.files) == [wanted[0].plan]
    for command, one in zip(found.commands, wanted, strict=True):
        told = invoked(command)
        assert (told["plan"], told["by"]) == (one.plan, one.by)


def test_a_page_about_no_question_offers_its_link_only():
    opened = page("evidence", threshold="3.5")
    assert about(opened) == shapes.Shapes()
    assert len(opened.code) == 1
    assert "All levers" not in printed.report(opened.session_state["handout"])
