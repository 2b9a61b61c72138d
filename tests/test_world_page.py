"""The page that plays one world, without a browser."""

import json
import re
from pathlib import Path

import pytest

from sim import chronicle, question, sharing
from sim.chronicle import seats, views, worlds
from sim.handout import Heading

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"
QUARTERS = chronicle.loaded("baseline").plan().quarters


def page(**address):
    """The page, opened at an address."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for name, value in {"worlds": "200", **address}.items():
        opened.query_params[name] = value
    return opened.run().switch_page("sim/pages/world.py").run()


def direct(**address):
    """The same with the page's own names in the address, which another page would not know."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    opened.switch_page("sim/pages/world.py")
    for name, value in {"worlds": "200", **address}.items():
        opened.query_params[name] = value
    return opened.run()


def text(opened):
    """Everything that stands in Markdown or captions, without escapes."""
    return re.sub(r"\\(.)", r"\1", "\n".join(e.value for e in [*opened.markdown, *opened.caption, *opened.warning]))


def log(opened):
    """The sentences of the log, as they stand on the screen."""
    return bare(opened.table[0].value).sentence.tolist()


def seat(opened):
    return bare(opened.table[1].value)


def bare(table):
    """A table without the escapes that keep Streamlit from reading Markdown in it."""
    return table.map(lambda cell: re.sub(r"\\(.)", r"\1", cell))


def quarter(opened):
    return opened.select_slider(key="quarter").value


def press(opened, key):
    return opened.button(key=key).click().run()


def told(world=7, scenario="conditional-article5", seed=0):
    return chronicle.chronicle(question.ask(scenario, {}, 200, seed), world)


def test_it_opens_on_a_world_and_tells_it():
    opened = page()
    assert not opened.exception
    own = told()
    assert "What happens in world 7, quarter by quarter?" in text(opened)
    assert views.sentence(own, "2027Q1") in text(opened)
    assert "Changed:** threshold 2 → 5% of GDP from 2025Q2" in text(opened)
    assert sorted(log(opened)) == sorted(own.log("2027Q1").sentence)
    assert opened.table[0].value.quarter.tolist() == sorted(own.log("2027Q1").quarter.astype(str), reverse=True)
    assert seat(opened).equals(seats.seat(own, "Poland", "2027Q1"))
    assert f"`{own.plan}`, `{own.baseline}`" in "\n".join(e.value for e in opened.caption)
    assert "seed 0" in text(opened)


def test_every_chart_says_in_words_what_it_shows():
    opened = page()
    charts = opened.get("vega_lite_chart")
    assert len(charts) == 3 + 1 + 1
    for chart in charts:
        assert re.search(r"\d", chart.proto.alt)
        assert "datasets" not in json.loads(chart.proto.spec)


def test_steps_go_one_quarter_and_stop_at_the_ends():
    opened = page()
    assert quarter(press(opened, "step")) == "2027Q2"
    assert quarter(press(opened, "back")) == "2027Q1"
    assert quarter(press(opened, "to-start")) == QUARTERS[0]
    assert opened.button(key="back").disabled
    assert opened.button(key="to-start").disabled
    opened.select_slider(key="quarter").set_value(QUARTERS[-1]).run()
    assert opened.button(key="step").disabled
    assert views.sentence(told(), QUARTERS[-1]) in text(opened)
    assert not opened.exception


def waited(opened):
    """As if the time of a quarter had passed."""
    opened.session_state["_since"] = 0.0
    return opened.run()


def after(label):
    return QUARTERS[QUARTERS.index(label) + 1]


def test_playing_goes_on_by_itself_until_the_end_and_simulates_nothing(monkeypatch):
    opened, played, real = page(seed="11"), [], chronicle.play_world
    monkeypatch.setattr(chronicle, "play_world", lambda *given: played.append(given) or real(*given))
    press(opened, "play")
    assert opened.button(key="play").label == "Pause"
    first = quarter(opened)
    assert quarter(waited(opened)) == after(first)
    before = quarter(opened)
    opened.session_state["_since"] = float("inf")
    assert quarter(opened.run()) == before, "its time has not come"
    press(opened, "play")
    assert opened.button(key="play").label == "Play"
    assert quarter(waited(opened)) == before
    opened.select_slider(key="quarter").set_value(QUARTERS[-2]).run()
    press(opened, "play")
    assert quarter(waited(opened)) == QUARTERS[-1]
    assert opened.button(key="play").label == "Play"
    assert opened.session_state["playing"] is False
    press(opened, "play")
    assert quarter(opened) in QUARTERS[:3], "from the end it begins anew"
    before = quarter(opened)
    assert quarter(press(opened, "step")) == after(before)
    assert opened.button(key="play").label == "Play", "a step by hand stops the clock"
    assert not opened.exception
    assert played == []
    opened.number_input(key="world").set_value(8).run()
    assert [given[1:] for given in played] == [(11, 8), (11, 8)], "the scenario and the baseline, once each"


def test_another_agent_is_seen_and_the_log_is_filtered():
    opened = page()
    for agent in ("Russia", "United States", "Iceland"):
        opened.selectbox(key="agent").set_value(agent).run()
        assert not opened.exception
        assert seat(opened).equals(seats.seat(told(), agent, "2027Q1"))
    opened.selectbox(key="log-who").set_value("Estonia").run()
    opened.multiselect(key="log-kinds").set_value(["budget"]).run()
    lines = told().log("2027Q1", ("Estonia",), ("budget",))
    assert len(lines) == 3
    assert sorted(log(opened)) == sorted(lines.sentence)
    opened.multiselect(key="log-kinds").set_value(["attack"]).run()
    assert log(opened) == []
    assert not opened.exception


def test_a_notable_world_can_be_opened():
    opened = page()
    row = worlds.paths(question.ask("conditional-article5", {}, 200), "POL").notable.iloc[1]
    press(opened, "open-1")
    assert opened.number_input(key="world").value == row.world
    assert f"What happens in world {row.world}, quarter by quarter?" in text(opened)
    assert views.sentence(told(int(row.world)), "2027Q1") in text(opened)
    opened.selectbox(key="path").set_value("US troops in Europe").run()
    assert not opened.exception
    assert opened.get("vega_lite_chart")[-1].proto.alt.startswith("US troops in Europe, persons: in 2035")


def test_the_address_says_which_world_and_quarter():
    opened = direct(world="12", quarter="2030Q3", agent="Russia", path="Cohesion")
    assert not opened.exception
    assert not opened.warning
    assert views.sentence(told(12), "2030Q3") in text(opened)
    assert seat(opened).equals(seats.seat(told(12), "Russia", "2030Q3"))
    assert opened.get("vega_lite_chart")[-1].proto.alt.startswith("Cohesion, 0 to 1")


@pytest.mark.parametrize(
    ("name", "value", "used"),
    [("world", "-3", "7"), ("world", "1e9", "7"), ("world", "<b>", "7"), ("quarter", "1999Q1", "2027Q1"),
     ("agent", "Atlantis", "Poland")],
)  # fmt: skip
def test_what_an_address_cannot_mean_is_refused_and_said(name, value, used):
    opened = direct(**{name: value})
    assert not opened.exception
    assert f"{name}={value}: refused, {used} is used." in text(opened)


SHORT = "name: Short\nextends: baseline\nend: 2026Q2\nlevers: {conditionality: 0.5, threshold: 4}\n"


def test_a_scenario_of_ones_own_over_other_quarters():
    opened = page(file=sharing.packed(SHORT))
    assert not opened.exception
    assert quarter(opened) == "2025Q1"
    opened.select_slider(key="quarter").set_value("2026Q2").run()
    assert not opened.exception
    assert "What is different from the same world in the baseline, at the end of 2025?" in text(opened)
    assert opened.button(key="step").disabled


def test_the_baseline_says_that_it_is_the_baseline():
    opened = page(scenario="baseline")
    assert "nothing: this is the baseline itself" in text(opened)
    changes = [frame.value.change for frame in opened.dataframe if "change" in frame.value]
    assert len(changes) == 1
    assert set(changes[0]) == {"0"}


def test_the_screen_can_be_taken_away():
    opened = page()
    press(opened, "step")
    kept = opened.session_state["handout"]
    keys = [part.key for part in (*kept.figures, *kept.tables)]
    assert len(keys) == len(set(keys)), "a stage that runs again leaves no copies"
    assert {
        "path-spending",
        "path-belief",
        "path-soldiers",
        "strip",
        "fan-of-worlds",
        "log",
        "seat",
        "difference",
    } == set(keys)
    assert kept.tables[0].frame.quarter.max() <= "2027Q2"
    assert told().plan == kept.plans["plan"]


def test_the_stage_is_noted_with_its_headings():
    opened = page()
    press(opened, "step")
    parts = opened.session_state["handout"].parts
    told_ = [(part.text.split(" :")[0], parts[n + 1]) for n, part in enumerate(parts) if isinstance(part, Heading)]
    under = {heading: getattr(below, "key", "") for heading, below in told_}
    assert len(under) == len(told_), "each heading stands once"
    assert under["What has happened so far?"] == "log"
    assert under["What did Poland see and do in 2027Q2?"] == "seat"
    assert under["How does it go on for Poland?"] == "path-spending"


def test_a_table_shows_names_as_they_stand():
    """Streamlit's tables render Markdown: a percent sign or a dash must not be markup."""
    opened = page(file=sharing.packed("name: '**Bold** [x](http://evil.example)'\nextends: placebo\n"))
    assert not opened.exception
    raw = [cell for table in opened.table for cell in table.value.astype(str).to_numpy().ravel()]
    assert any("\\." in cell for cell in raw)
    assert not any(re.search(r"(?<!\\)[.*_\[<>$~`]", cell) for cell in raw)
