"""What the app keeps between pages and reads from its address, in process and without a browser."""

import re
from pathlib import Path

import pytest

from sim import frames, sharing, side, telling
from sim.errors import InputError
from sim.question import Question

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"
SHORT = "name: Short\nend: 2026Q4\n"
PAST = "name: Past\nstart: 2015Q1\nend: 2020Q4\n"
LONG = "name: Long\nend: 2050Q4\n"
LATER = "name: Later\nevents:\n  - {from: 2029Q1, levers: {conditionality: 0.5}, why: a test}\n"


def page(name):
    return f"sim/pages/{name}.py"


def at(name, **address):
    """The app, opened at a page and an address."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"worlds": "200", **address}.items():
        opened.query_params[key] = value
    return opened.switch_page(page(name)).run()


def packed(text):
    return sharing.packed(text)


def text(opened):
    """Everything that is said, without escapes."""
    parts = [*opened.markdown, *opened.caption, *opened.warning, *opened.info, *opened.error, *opened.text]
    return re.sub(r"\\(.)", r"\1", "\n".join(element.value for element in parts))


def year(opened):
    return opened.selectbox(key="year").value


# --- years --------------------------------------------------------------------------------------------------------


def test_the_years_that_are_offered():
    assert frames.years([2035, 2026, 2027, 2027]) == [2027, 2035]
    assert frames.years([2016, 2015]) == [2015, 2016]


@pytest.mark.parametrize("scenario", [SHORT, "name: A\nend: 2025Q4\n", PAST])
@pytest.mark.parametrize("name", ["explore", "allies", "posture", "compare", "uncertainty", "world"])
def test_a_run_that_ends_early_is_shown_on_every_page(name, scenario):
    opened = at(name, file=packed(scenario), **({"with": ["now"]} if name == "compare" else {}))
    assert not opened.exception
    assert not opened.error
    if name in ("explore", "allies", "posture", "compare"):
        assert year(opened) == {SHORT: 2026, PAST: 2020}.get(scenario, 2025)


def test_a_year_that_was_chosen_is_kept_on_all_pages():
    opened = at("explore")
    opened.selectbox(key="year").set_value(2030).run()
    for name in ("posture", "compare", "evidence", "allies", "explore"):
        opened.switch_page(page(name)).run()
        assert not opened.exception
        if name != "evidence":
            assert year(opened) == 2030, name
            assert opened.query_params["year"] in ("2030", ["2030"])
            opened.run()
            assert year(opened) == 2030, name
    opened.selectbox(key="year").set_value(2035).run()
    opened.switch_page(page("posture")).run()
    assert year(opened) == 2035


def test_a_year_in_the_address_is_kept_on_all_pages():
    opened = at("explore", year="2031")
    opened.switch_page(page("allies")).run()
    assert year(opened) == 2031


def test_where_a_year_is_not_offered_the_nearest_one_stands_and_that_is_said_once():
    opened = at("explore", file=packed(LONG), year="2045", **{"with": ["now", "placebo"]})
    assert year(opened) == 2045
    opened.switch_page(page("compare")).run()
    assert not opened.exception
    assert year(opened) == 2035
    assert "year=2045: not offered here, 2035 is shown." in text(opened)
    assert "year" not in opened.query_params
    opened.run()
    assert "not offered here" not in text(opened)
    opened.switch_page(page("posture")).run()
    assert year(opened) == 2045


@pytest.mark.parametrize("told", ["2064", "foo", "2026"])
def test_a_year_that_no_page_offers_is_refused(told):
    opened = at("explore", year=told)
    assert f"year={told}: refused, 2035 is used." in text(opened)
    assert "year" not in opened.query_params
    opened.switch_page(page("posture")).run()
    assert year(opened) == 2035
    assert "year=" not in text(opened)


def test_a_year_that_another_scenario_lacks_gives_way_on_the_same_page():
    opened = at("explore", file=packed(LONG), year="2045")
    opened.selectbox(key="loader").set_value("placebo").run()
    assert not opened.exception
    assert year(opened) == 2035
    assert "year=2045: not offered here, 2035 is shown." in text(opened)


# --- keys ---------------------------------------------------------------------------------------------------------


def test_the_world_of_an_ally_and_the_open_world_are_two():
    opened = at("allies")
    assert opened.number_input(key="ally_world").value is None
    opened.switch_page(page("world")).run()
    assert not opened.exception
    assert opened.number_input(key="world").value == 7
    opened.switch_page(page("allies")).run()
    assert opened.number_input(key="ally_world").value is None


def test_the_clock_of_a_world_leaves_the_question_of_uncertainty_alone():
    opened = at("world")
    opened.button(key="play").click().run()
    opened.button(key="play").click().run()
    assert "told" not in opened.session_state
    opened.switch_page(page("uncertainty")).run()
    assert not opened.exception
    assert opened.segmented_control(key="told").value == "difference to the baseline"


def test_the_allies_of_the_address_are_drawn_at_once():
    opened = at("explore", allies=["Italy", "Greece"])
    drawn = [chart.proto.alt.split(":")[0] for chart in opened.get("vega_lite_chart")]
    assert drawn[:2] == ["Italy", "Greece"]
    assert "Poland" not in drawn
    assert "refused" not in text(opened)


# --- refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        ("explore", {"chart": "foo"}, "chart=foo: refused, Spending is used."),
        ("explore", {"allies": ["Italy", "Narnia"]}, "allies=Italy&Narnia: refused, Italy is used."),
        ("compare", {"of": "foo"}, "of=foo: refused, spending is used."),
        ("uncertainty", {"filed": "foo"}, "filed=foo: refused, passages is used."),
        ("world", {"path": "foo"}, "path=foo: refused"),
        ("evidence", {"scored": "foo"}, "scored=foo: refused"),
        ("seat", {"threshold": "99"}, "threshold=99: refused"),
        ("explore", {"foo": "1"}, "foo: unknown name in the address."),
        ("batch", {"foo": "1"}, "foo: unknown name in the address."),
        ("compare", {"with": ["now", "placebo", "ceasefire", "hague-pledge"], "pin": ["threshold=3.5"], "foo": "1"},
         "foo: unknown name in the address."),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_once_wherever_it_is_looked_at(name, address, said, monkeypatch, tmp_path):
    monkeypatch.setenv("ARTICLE5_RESULTS", str(tmp_path))
    opened = at(name, **address)
    assert not opened.exception
    (warning,) = opened.warning
    assert said in re.sub(r"\\(.)", r"\1", warning.value)
    opened.run()
    assert said not in text(opened)


def test_what_stands_behind_a_choice_is_refused_when_it_is_chosen():
    opened = at("explore", focus=list(telling.FOCUS)[1], allies=["Narnia"])
    assert "allies" not in "".join(w.value for w in opened.warning)
    opened.segmented_control(key="focus").set_value(telling.ALLIANCE).run()
    assert "allies=Narnia: refused" in text(opened)


# --- side by side -------------------------------------------------------------------------------------------------


def test_scenarios_without_a_common_year_are_refused_by_name():
    with pytest.raises(InputError) as refused:
        side.side((Question(PAST), Question("placebo")), worlds=200)
    assert str(refused.value) == (
        "compare: no year ends in all scenarios. Past: 2015Q1 to 2020Q4; Placebo, a threshold without a condition: "
        "2025Q1 to 2035Q4. Compare those that share a year."
    )
    opened = at("compare", file=packed(PAST), **{"with": ["now", "placebo"]})
    assert not opened.exception
    assert "Past: 2015Q1 to 2020Q4" in text(opened)


def test_a_reference_that_does_not_fit_is_named():
    with pytest.raises(InputError, match=r"^compare: Later does not fit into Short, 2025Q1 to 2026Q4: events\.0\.from"):
        side.side((Question(SHORT), Question(LATER)), Question(LATER), worlds=200)


def test_the_footer_tells_each_vintage():
    opened = at("compare", file=packed("name: Old\nstart: 2020Q1\n"), **{"with": ["now", "placebo", "ceasefire"]})
    assert not opened.exception
    assert "A: spending up to 2019, US posture of 2020Q1; B, C: spending up to 2024, US posture of 2025Q1" in text(
        opened
    )
    assert " · spending up to 2024, US posture of 2025Q1 · plan" in text(at("compare", **{"with": ["placebo"]}))


def test_a_reference_stays_the_same_scenario_when_letters_move():
    opened = at("compare", against="ceasefire", **{"with": ["placebo", "ceasefire", "hague-pledge"]})
    assert opened.query_params["against"] in ("ceasefire", ["ceasefire"])
    named = opened.multiselect(key="with")
    named.set_value(["ceasefire", "hague-pledge"]).run()
    assert not opened.exception
    assert opened.query_params["against"] in ("ceasefire", ["ceasefire"])
    assert re.search(r"\*\*A: .*?\*\* \(the reference\)", text(opened))
    opened.multiselect(key="with").set_value(["hague-pledge"]).run()
    opened.multiselect(key="with").set_value(["hague-pledge", "placebo"]).run()
    assert "(the reference)" not in text(opened)
    assert "against" not in opened.query_params


def test_a_reference_that_goes_away_gives_way_aloud():
    opened = at("compare", against="threshold=3.5", pin=["threshold=3.5"], **{"with": ["placebo", "ceasefire"]})
    assert re.search(r"\*\*C: .*?\*\* \(the reference\)", text(opened))
    opened.button(key="unpin-threshold=3.5").click().run()
    assert not opened.exception
    assert "against=threshold=3.5: not among the scenarios. All are compared with the baseline." in text(opened)
    assert "against" not in opened.query_params


def test_a_letter_is_a_way_to_choose_a_reference():
    opened = at("compare", against="B", **{"with": ["placebo", "ceasefire"]})
    assert opened.query_params["against"] in ("ceasefire", ["ceasefire"])
    opened.segmented_control(key="_against_pressed").set_value("placebo").run()
    assert opened.query_params["against"] in ("placebo", ["placebo"])
    opened.segmented_control(key="_against_pressed").set_value("baseline").run()
    assert "against" not in opened.query_params


def test_the_rest_of_the_page_waits_for_the_top(monkeypatch):
    """Where workers answer a browser is there: a newer run can end this one, more than once, but only for news."""
    from sim.pages import waiting

    class Looked(dict):
        count = 0

        def __contains__(self, name):
            self.count += 1
            return super().__contains__(name)

    monkeypatch.setattr(waiting.st, "session_state", state := Looked())
    monkeypatch.setattr(waiting.jobs, "workers_wanted", lambda: 1)
    waiting.breath("a")
    assert state.count >= 2
    once = state.count
    waiting.breath("a")
    assert state.count == once
    waiting.breath("b")
    assert state.count >= 2 * once
    monkeypatch.setattr(waiting.jobs, "workers_wanted", lambda: 0)
    once = state.count
    waiting.breath("c")
    assert state.count == once
