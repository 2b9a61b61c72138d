"""The pages Allies and Posture, in process and without a browser."""

import json
import re

import pytest

from sim import ally, ally_words, whereabouts
from sim import whereabouts_words as said
from sim.question import BASELINE, Question
from sim.reference import roster
from sim.whereabouts import COSTS
from tests.test_app import APP, testing, text

WORLDS = "200"


def opened_at(page, **address):
    """The app, opened at a page: no other one has looked at the address before."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=120).switch_page(f"sim/pages/{page}.py")
    for name, value in {"worlds": WORLDS, **address}.items():
        opened.query_params[name] = value
    return opened.run()


def allies(**address):
    return opened_at("allies", **address)


def posture(**address):
    return opened_at("posture", **address)


def charts(opened):
    """The sentences of all charts."""
    return [chart.proto.alt for chart in opened.get("vega_lite_chart")]


@pytest.mark.parametrize("open_", [allies, posture])
def test_charts_have_words_and_constant_specifications(open_):
    opened = open_(scenario="reallocation-to-spenders")
    assert not opened.exception
    drawn = opened.get("vega_lite_chart")
    assert len(drawn) >= 10
    for chart in drawn:
        assert re.search(r"\d", chart.proto.alt), "a sentence with the numbers"
        assert "datasets" not in json.loads(chart.proto.spec)


@pytest.mark.parametrize("open_", [allies, posture])
def test_the_footer_says_what_was_run(open_):
    opened = open_(seed="7")
    assert "200 simulated worlds, seed 7 · spending up to 2024, US posture of 2025Q1 · plan" in text(opened)
    assert "not a forecast" in text(opened)
    for banned in ("probability of war", "forecast of war", "probability that"):
        assert banned not in text(opened)


# --- allies -------------------------------------------------------------------------------------------------------


def test_the_page_of_an_ally_answers_from_the_same_numbers_as_a_script():
    opened = allies(ally="Estonia", year="2030")
    assert not opened.exception
    assert opened.selectbox(key="ally").value == "Estonia"
    found = ally.answer(Question(worlds=200))
    assert ally_words.headline(found, "Estonia", 2030) in text(opened)
    assert ally_words.path_words(found, "Estonia", "credibility_russia", 2030) in charts(opened)
    assert f"world {found.typical['EST']}" in text(opened), "the typical world is explained"
    assert "How does Estonia fare, and why?" in text(opened)


def test_another_world_is_explained():
    opened = allies(ally="Spain", ally_world="3")
    assert not opened.exception
    assert opened.number_input(key="ally_world").value == 3
    assert "in world 3" in text(opened)
    opened.number_input(key="ally_world").set_value(4).run()
    assert "in world 4" in text(opened)
    assert "The very same world without the policy" in text(opened)


def test_all_allies_stand_in_a_table():
    opened = allies()
    (table,) = [frame.value for frame in opened.dataframe if "worlds in 100 at the threshold" in frame.value.columns]
    assert list(table.ally) == list(roster().name)
    assert any("highest in" in words for words in charts(opened)), "the map"


def test_an_ally_without_forces_has_no_budget():
    opened = allies(ally="Iceland")
    assert not opened.exception
    assert "has no armed forces: there is no budget to explain" in text(opened)
    assert len(charts(opened)) < len(charts(allies()))


def test_nothing_differs_in_the_baseline():
    opened = allies(scenario=BASELINE)
    assert not opened.exception
    assert "Nothing is changed: every difference is exactly 0." in text(opened)
    assert "The very same world without the policy: exactly as much." in text(opened)


@pytest.mark.parametrize(
    ("name", "value"), [("ally", "Atlantis"), ("year", "1999"), ("ally_world", "99999"), ("chart", "x")]
)
def test_what_an_address_asks_in_vain_is_said(name, value):
    opened = allies(**{name: value})
    assert not opened.exception
    assert f"{name}={value}: refused" in text(opened)


# --- posture ------------------------------------------------------------------------------------------------------


def test_posture_answers_from_the_same_numbers_as_a_script():
    opened = posture(scenario="indo-pacific-first", year="2030")
    assert not opened.exception
    found = whereabouts.answer(Question("indo-pacific-first", worlds=200))
    assert said.headline(found, 2030) in text(opened)
    assert said.accounted(found) in text(opened)
    assert said.senders_words(said.senders(found, 2030), 2030) in charts(opened)
    assert sum(words.startswith(tuple(c.title for c in COSTS.values())) for words in charts(opened)) == 4
    assert "none to be read alone" in text(opened)


def test_withdrawals_and_floors_are_told():
    opened = posture(scenario="eastern-withdrawal-considered", troop_floor="76000")
    assert not opened.exception
    (table,) = [frame.value for frame in opened.dataframe if "status" in frame.value.columns]
    assert list(table.hosts) == ["Poland and Romania"]
    assert "The floor in force at the end of 2035 is 76,000." in text(opened)


def test_posture_of_the_baseline_says_that_nobody_moves():
    opened = posture(scenario=BASELINE)
    assert not opened.exception
    for words in ("Nobody moved.", "This policy names none.", "No statute sets a floor"):
        assert words in text(opened)
