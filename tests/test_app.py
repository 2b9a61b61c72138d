"""What the app does, in process and without a browser."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from sim import evidence, facts, frames, question
from sim.controls import CONTROLS, EVIDENCE
from sim.pages import levers, words
from sim.question import BASELINE, STORY, Question
from sim.scenario import scenario_names

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"


def app(**address):
    """The app, opened at an address."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for name, value in address.items():
        opened.query_params[name] = value
    return opened.run()


def text(opened):
    """Everything that stands in Markdown or captions, without escapes."""
    told = "\n".join(e.value for e in [*opened.markdown, *opened.caption, *opened.warning])
    return re.sub(r"\\(.)", r"\1", told).replace(words.JOINER, "")


def open_kinds(opened, *kinds):
    """Open groups of levers, all of them without a name: what is closed is not drawn."""
    for kind in kinds or levers.others():
        opened.session_state[f"kind-{kind}"] = True
    return opened.run()


def opened_part(opened, key):
    """The page with a folded part of it opened."""
    opened.session_state[key] = True
    return opened.run()


def control(opened, name):
    """The slider of a lever, or its switch."""
    if name not in levers.SHOWN:
        open_kinds(opened, CONTROLS[name].kind)
    return (opened.toggle if CONTROLS[name].unit == levers.SWITCH else opened.slider)(key=name)


def helps(opened):
    """What stands behind the question marks of the headline outcomes, without escapes."""
    return re.sub(r"\\(.)", r"\1", "\n".join(metric.help for metric in opened.metric))


def metrics(opened):
    return [(m.label, m.value, m.delta) for m in opened.metric]


# --- the page -----------------------------------------------------------------------------------------------------


def test_opens_on_the_story():
    opened = app()
    assert not opened.exception
    assert opened.slider(key="threshold").value == 5.0
    assert len(opened.metric) == len(question.HEADLINES)
    assert "What happens, in this model?** By 2035, " in text(opened)
    assert "Changed:** threshold 2 → 5% of GDP from 2025Q2 · conditionality 0 → 0.6 from 2025Q2." in text(opened)
    assert question.settings(STORY)["conditionality"] == 0.6


def test_a_slider_moves_a_policy_and_keeps_its_course():
    """A policy that begins later, fades or ends keeps its dates when its furthest value is moved."""
    plan = question.ask("policy-reversal-2029", {"conditionality": 0.3}).resolved().plan()
    path = dict(zip(plan.quarters, plan.levers["conditionality"], strict=True))
    assert [path[q] for q in ("2025Q1", "2025Q2", "2028Q4", "2029Q1", "2035Q4")] == [0.0, 0.3, 0.3, 0.0, 0.0]
    ramp = question.ask("hague-pledge", {"pledge": 5.0}).resolved().plan().levers["pledge"]
    file = question.loaded("hague-pledge").plan().levers["pledge"]
    np.testing.assert_allclose((ramp - 2.0) / 3.0, (file - 2.0) / 1.5, atol=1e-8)
    assert question.ask("hague-pledge", dict(question.settings("hague-pledge"))).levers == ()


def test_what_moves_beside_the_headlines_is_told():
    opened = app(scenario="exercises-for-compliant-allies", worlds="200")
    (table,) = [frame.value for frame in opened.dataframe if "90% of worlds" in frame.value.columns]
    assert {"readiness", "brigades of Europe and Canada"} <= set(table.outcome)
    assert "grey-zone incidents" not in set(table.outcome)
    assert "Nothing of what is looked at here" in text(app(scenario="placebo", worlds="200"))


def evidence_page(**address):
    return app(worlds="200", **address).switch_page("sim/pages/evidence.py").run()


def test_evidence_says_what_was_tested_and_what_was_not():
    opened = evidence_page()
    assert not opened.exception
    said = text(opened)
    for needed in (
        "What has been tested, and what has not?", evidence.series_words("allies"), evidence.series_words("aggregate"),
        "What a policy changes.", "says nothing about deterrence", "article5 match",
    ):  # fmt: skip
        assert needed in said
    found = evidence.scores()
    drawn = opened.get("vega_lite_chart")
    assert len(drawn) == 2 + 2 + len(found.pit) + 1
    for chart in drawn:
        assert re.search(r"\d", chart.proto.alt), "a sentence with the numbers"
        assert "datasets" not in json.loads(chart.proto.spec)
    assert all(("reached" if reached else "missed") + f"] {aim}" in said for aim, reached in found.aims)


def test_evidence_of_another_ally():
    opened = evidence_page()
    opened.selectbox(key="scored").set_value("Poland").run()
    assert not opened.exception
    assert f"**Poland**: {evidence.series_words('POL')}." in text(opened)
    assert "unknown name" not in text(app(scored="Poland", worlds="200"))


def test_evidence_without_anything_stored(monkeypatch):
    monkeypatch.setattr(evidence, "scores", lambda folder=None: None)
    monkeypatch.setattr(evidence, "manifest", dict)
    opened = evidence_page()
    assert not opened.exception
    assert evidence.NO_SCORES in text(opened)
    assert evidence.NO_DRAWS in text(opened)
    assert len(opened.get("vega_lite_chart")) == 0
    bare = text(opened_part(app(scenario=BASELINE, worlds="200", year="2028"), "fan-known"))
    assert "badge[tested]" not in bare.replace(words.badges(), "")
    assert f"No path is tested: {evidence.NO_SCORES}." in bare


def test_evidence_names_what_a_fit_does_not_identify(monkeypatch):
    row = {"name": "pledge_lift", "prior": [0.01, 0.06, 0.3], "posterior": [0.02, 0.05, 0.2], "narrowed": 0.1,
           "loss": [0.1, 0.2], "verdict": "not identified"}  # fmt: skip
    monkeypatch.setattr(evidence, "manifest", lambda: {"identified": [row], "command": "article5 calibrate"})
    opened = evidence_page()
    assert not opened.exception
    assert "The panel says next to nothing about pledge lift." in text(opened)
    tables = [frame.value for frame in opened.dataframe if "the panel says" in frame.value.columns]
    assert [list(table["the panel says"]) for table in tables] == [["not identified"]]


def test_badges_stand_beside_what_was_scored():
    """A level beyond the years that were scored, or under a policy, is not called tested; its series has its words."""
    assert "not tested beyond 5 years ahead" in helps(app(worlds="200"))
    assert "2035 is 11 ahead, not tested" in text(app(worlds="200"))
    assert "its level was tested without a new policy only" in helps(app(worlds="200", year="2028"))
    near = text(opened_part(app(worlds="200", year="2028"), "fan-known"))
    assert f"**Spain**: {evidence.series_words('ESP')}." in near
    opened = app(scenario=BASELINE, worlds="200", year="2028")
    plain_ = text(opened)
    assert "tested: " in helps(opened)
    assert evidence.skill_words("aggregate", 4).split(";")[0] in helps(opened)
    assert "blue-badge[tested]" in plain_.replace(words.badges(), "")
    assert "blue-badge[tested] :small[to 2029]" in plain_
    assert "blue-badge[tested] :small[to" not in near
    beside = text(app(worlds="200").switch_page("sim/pages/compare.py").run())
    assert "No difference between policies was ever scored" in beside
    assert evidence.DETERRENCE in beside


def test_a_lever_changes_the_results():
    opened = app(worlds="200")
    before = metrics(opened)
    opened.slider(key="conditionality").set_value(0.0).run()
    assert not opened.exception
    assert metrics(opened) != before
    assert "exactly 0" in text(opened)


@pytest.mark.parametrize("key", scenario_names())
def test_every_scenario_loads(key):
    opened = app(worlds="200")
    opened.selectbox(key="loader").set_value(key).run()
    assert not opened.exception
    assert opened.selectbox(key="loader").value is None, "a loader does not keep what it loaded"
    for name, value in question.settings(key).items():
        assert control(opened, name).value == value
    assert words.plain(question.loaded(key).name) in "".join(c.value for c in opened.caption)


def test_placebo_is_exactly_nought():
    opened = app(scenario="placebo", worlds="200")
    assert "Every difference is exactly 0" in text(opened)
    assert "Changed:** threshold 2 → 5% of GDP." in text(opened)
    needs = "acts only while conditionality, tilt to spenders or exercise exclusion is set"
    assert f"Idle here: threshold 5% of GDP ({needs})." in text(opened)
    assert {delta for _, _, delta in metrics(opened)} == {"0"}


def test_baseline_says_that_nothing_is_changed():
    assert "Nothing is changed: every difference is exactly 0." in text(app(scenario=BASELINE, worlds="200"))


def test_another_year():
    opened = app(worlds="200")
    before = metrics(opened)
    opened.selectbox(key="year").set_value(2028).run()
    assert metrics(opened) != before
    assert "by 2028" in text(opened)


def test_reset_goes_back_to_the_loaded_scenario():
    opened = app(worlds="200", threshold="3.5", seed="4")
    opened.button(key="reset").click().run()
    assert opened.slider(key="threshold").value == 5.0
    assert opened.number_input(key="seed").value == 0


def test_what_the_app_shows_is_what_it_says():
    """Words that must not appear, units and honesty lines that must."""
    said = text(app(worlds="200"))
    for banned in ("probability of war", "forecast of war", "probability that"):
        assert banned not in said
    for needed in ("not a forecast", "would say nothing about deterrence", "not equally hard to reach", "anchor"):
        assert needed in said
    assert "2 of 2 changes rest on an assumption of ours" in said


def test_charts_have_words_and_constant_specifications():
    opened = app(worlds="200")
    drawn = opened.get("vega_lite_chart")
    assert len(drawn) >= 6
    for chart in drawn:
        assert chart.proto.alt
        assert "datasets" not in json.loads(chart.proto.spec)


# --- the address --------------------------------------------------------------------------------------------------


def test_the_address_sets_levers():
    opened = app(scenario="withdraw-10000-east", threshold="3.5", seed="7", worlds="200")
    assert opened.slider(key="threshold").value == 3.5
    assert opened.slider(key="withdrawal").value == 10_000
    assert "seed 7" in text(opened)


@pytest.mark.parametrize("bad", ["99", "-1", "nan", "abc", "1e308"])
def test_the_address_is_refused_aloud(bad):
    opened = app(threshold=bad, worlds="200")
    assert not opened.exception
    assert opened.slider(key="threshold").value == 5.0
    assert f"threshold={bad}: refused" in text(opened)


def test_a_value_between_steps_is_moved_to_one():
    opened = app(threshold="3.14159", worlds="200")
    assert opened.slider(key="threshold").value == pytest.approx(3.1)
    assert "threshold=3.14159: refused, 3.1 is used" in text(opened)


def test_unknown_names_are_refused_aloud():
    said = text(app(scenario="nowhere", treshold="3", worlds="200"))
    assert "scenario=nowhere: no such scenario" in said
    assert "treshold: unknown name" in said


def test_markdown_in_an_address_stays_text():
    evil = "![x](http://evil.example/x.png)"
    opened = app(scenario=evil, worlds="200")
    assert not any(evil in element.value for element in opened.warning)
    assert evil in text(opened)


# --- the panel ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTROLS)
def test_help_names_every_source(name):
    control, shown = CONTROLS[name], re.sub(r"\\(.)", r"\1", levers.explain(name))
    for key in control.source:
        assert " ".join(facts.cite(key).split()) in shown
    assert EVIDENCE[control.evidence] in shown
    assert control.unit in shown
    assert ("assumption" in control.source) == ("*assumption*" in levers.label(name))


def test_every_lever_has_a_place_a_verb_and_a_format():
    opened = app(worlds="200")
    assert {element.key for element in [*opened.slider, *opened.toggle]} == set(levers.SHOWN)
    open_kinds(opened)
    assert {element.key for element in [*opened.slider, *opened.toggle]} == set(CONTROLS)
    assert set(levers.VERBS) == set(CONTROLS)
    assert len(set(levers.VERBS.values())) == len(CONTROLS)
    assert max(map(len, levers.VERBS.values())) < 23, "a verb and the word assumption share a line"
    assert {control.unit for control in CONTROLS.values()} == {*levers.FORMATS, levers.SWITCH}
    assert {control.kind for control in CONTROLS.values()} == set(levers.HEADINGS)
    below = [name for names in levers.others().values() for name in names]
    assert sorted([*levers.SHOWN, *below]) == sorted(CONTROLS)


@pytest.mark.parametrize("name", CONTROLS)
def test_every_lever_can_be_set_in_the_address(name):
    """The far end of its range: the control stands there, nothing is refused, the question asks it."""
    lever = CONTROLS[name]
    asked = lever.low if lever.neutral == lever.high else lever.high
    opened = app(scenario=BASELINE, worlds="200", **{name: "true" if lever.unit == levers.SWITCH else f"{asked:g}"})
    assert not opened.exception
    assert "refused" not in text(opened)
    assert (opened.toggle if lever.unit == levers.SWITCH else opened.slider)(key=name).value == asked
    question_ = opened.session_state.question
    assert question_.withdrawal == asked if name == "withdrawal" else dict(question_.levers) == {name: asked}


def test_a_closed_group_keeps_what_was_moved_in_it():
    """A lever is set in an opened group; the group is closed, another lever moved, then all is reset."""
    opened = app(scenario=BASELINE, worlds="200")
    control(opened, "congress").set_value(0.5).run()
    opened.session_state["kind-congress"] = False
    opened.run()
    assert dict(opened.session_state.question.levers) == {"congress": 0.5}
    opened.slider(key="threshold").set_value(3.0).run()
    assert dict(opened.session_state.question.levers) == {"congress": 0.5, "threshold": 3.0}
    opened.button(key="reset").click().run()
    assert opened.session_state.question == Question(BASELINE)
    assert "congress" not in {element.key for element in opened.run().slider}
    opened.button(key="undo").click().run()
    assert dict(opened.session_state.question.levers) == {"congress": 0.5, "threshold": 3.0}
    assert opened.slider(key="congress").value == 0.5
    assert opened.query_params["congress"] == "0.5", "what is set from elsewhere stands in the address"


def test_another_scenario_moves_what_is_closed():
    """What a scenario sets in a closed group stands in the question, whatever was moved in that group before."""
    closed = [name for names in levers.others().values() for name in names]
    keys = [k for k in scenario_names() if any(question.settings(k)[n] != CONTROLS[n].neutral for n in closed)]
    assert len(keys) >= 3
    opened = app(scenario=BASELINE, worlds="200")
    for key in keys[:3]:
        control(opened, "congress").set_value(0.3).run()
        assert dict(opened.session_state.question.levers)["congress"] == 0.3
        for kind in levers.others():
            opened.session_state[f"kind-{kind}"] = False
        opened.run()
        opened.selectbox(key="loader").set_value(key).run()
        assert not opened.exception
        assert opened.session_state.question == Question(key, worlds=200)
        opened.run()  # the run before took the lever out of the address
        assert {element.key for element in [*opened.slider, *opened.toggle]} == set(levers.SHOWN)
        for names in levers.others().values():
            acts = [levers.short(name) for name in names if question.settings(key)[name] != CONTROLS[name].neutral]
            assert not acts or f"Set: {', '.join(acts)}" in text(opened).split("\n")
        for name in closed:
            if question.settings(key)[name] != CONTROLS[name].neutral:
                assert control(opened, name).value == question.settings(key)[name]
        for kind in levers.others():
            opened.session_state[f"kind-{kind}"] = False
        opened.run()


def test_a_withdrawal_that_may_not_come_says_so_at_its_lever():
    """Beside the slider of a scenario that has it considered; what is moved by hand is ordered and does come."""
    assert "Here it is considered: in some worlds it does not come." in text(
        app(scenario="eastern-withdrawal-considered", worlds="200")
    )
    assert "in some worlds it does not come" not in text(app(scenario=BASELINE, withdrawal="10000", worlds="200"))


def test_the_way_back_to_another_scenario_leaves_no_lever_of_the_last_one():
    """The address changes under a session, as browsers' Back does: what is closed is where the scenario has it."""
    key = next(k for k in scenario_names() if question.settings(k)["congress"] != CONTROLS["congress"].neutral)
    opened = app(scenario=key, worlds="200")
    assert opened.session_state.question == Question(key, worlds=200)
    opened.query_params["scenario"] = BASELINE
    opened.run()
    asked = opened.session_state.question
    assert asked.scenario == BASELINE
    assert not {name for name, _ in asked.levers} - set(levers.SHOWN)


@pytest.mark.parametrize("written", ["true", "false", "1", "yes"])
def test_a_switch_takes_true_and_false(written):
    opened = app(scenario=BASELINE, worlds="200", ukraine_accession=written)
    assert opened.toggle(key="ukraine_accession").value is (written == "true")
    refused = f"ukraine_accession={written}: refused, false is used. It takes true or false."
    assert (refused in text(opened)) == (written not in ("true", "false"))


# --- passports ----------------------------------------------------------------------------------------------------


def test_a_passport_opens_for_a_lever_and_is_not_kept():
    opened = app(scenario="placebo", worlds="200")
    assert "Where it comes from" not in text(opened)
    opened.button(key="passport-threshold").click().run()
    assert not opened.exception
    said = text(opened)
    for words_ in (
        "Value:** 5% of GDP (Placebo, a threshold without a condition)", "idle here", "[document 002",
        "Moves (0 against 6, 48 paired worlds, end of 2035): none.", "Moves (with conditionality 1, 0 against 6",
    ):  # fmt: skip
        assert words_ in said
    assert any("allies' belief in the US" in set(table.value.iloc[:, 0]) for table in opened.dataframe)
    opened.slider(key="threshold").set_value(4.0).run()
    assert "Where it comes from" not in text(opened)


def test_a_passport_is_of_the_policy_on_the_screen():
    opened = app(scenario=BASELINE, worlds="200", conditionality="0.35")
    opened.button(key="passport-conditionality").click().run()
    assert "Value:** 0.35 (Today's commitment, changed)" in text(opened)


def test_an_uncertainty_shows_its_density():
    opened = opened_part(app(worlds="200"), "rest")
    before = len(opened.get("vega_lite_chart"))
    opened.selectbox(key="uncertain").set_value("denial_elasticity").run()
    assert not opened.exception
    drawn = opened.get("vega_lite_chart")
    assert len(drawn) == before + 4
    assert "Prior of denial_elasticity in the spiral school" in drawn[-1].proto.alt
    assert opened.selectbox(key="uncertain").value is None


def test_a_lever_that_moves_no_headline_is_not_said_to_do_nothing():
    """US spending enters the sharing of the burden alone: that is shown, and nothing says that all is exactly 0."""
    opened = app(scenario=BASELINE, worlds="200", us_share="5")
    (table,) = [frame.value for frame in opened.dataframe if "90% of worlds" in frame.value.columns]
    assert list(table.outcome) == ["inequality of burdens"]
    assert {delta for _, _, delta in metrics(opened)} == {"0"}
    assert "nothing depends" not in text(opened)
    assert "very difference" not in text(opened)
    assert "The risk of a limited attack on any ally is exactly that of the baseline." in text(opened)


# --- questions and answers ------------------------------------------------------------------------------------------


def test_a_question_holds_only_what_differs_from_the_file():
    start = question.settings(STORY)
    assert question.ask(STORY, start) == Question(STORY)
    assert question.ask(STORY, {**start, "threshold": 3.4999}) == Question(STORY, (("threshold", 3.5),))
    assert hash(Question(STORY)) == hash(question.ask(STORY, start))


def test_the_withdrawal_of_a_file_gives_way_to_the_slider():
    own = question.loaded("withdraw-10000-east")
    assert Question("withdraw-10000-east").resolved().withdrawals == own.withdrawals
    assert Question("withdraw-10000-east", withdrawal=0.0).resolved().withdrawals == ()
    (block,) = Question("withdraw-10000-east", withdrawal=5000.0).resolved().withdrawals
    assert (block.troops, block.status) == (5000.0, "executed")


def test_the_whole_withdrawal_can_be_simulated():
    asked = Question(BASELINE, withdrawal=CONTROLS["withdrawal"].high, worlds=20)
    found = question.answer(asked)
    forces = found.headlines[(found.headlines.outcome == "troops_europe") & (found.headlines.year == 2035)]
    assert forces.change_median.item() < -10_000


def test_files_carry_the_digest_of_the_plan():
    asked = Question(worlds=20)
    found = question.answer(asked)
    for table in (question.sources_csv(found), question.results_csv(found, asked)):
        rows = list(csv.DictReader(table.splitlines()))
        assert rows
        assert {row["plan"] for row in rows} == {found.plan}
    assert found.plan == asked.resolved().plan().fingerprint


def test_relative_risks_in_words():
    assert [frames.times(r) for r in (1.0, 1.04, 0.52, 1.94, 1.96, 2.4, 14.9)] == [
        "×1.0", "×1.0", "×0.5", "×1.9", "×2.0", "×2.4", "×15",
    ]  # fmt: skip


def test_the_eastern_slider_keeps_what_the_file_says_of_the_withdrawal():
    """Half of it is half of it: status, dates and hedge stay those of the file."""
    key = "eastern-withdrawal-considered"
    (file,) = question.loaded(key).plan().withdrawals
    (half,) = question.ask(key, {"withdrawal": 5000.0}).resolved().plan().withdrawals
    assert (half.status, half.start, half.over, half.hosts) == (file.status, file.start, file.over, file.hosts)
    assert half.happens == file.happens
    luck = np.linspace(0.0, 1.0, 11)
    np.testing.assert_allclose(half.troops * half.size.quantile(luck), 0.5 * file.troops * file.size.quantile(luck))
    assert question.ask(key, {"withdrawal": 0.0}).resolved().plan().withdrawals == ()


def test_links_between_pages_are_understood():
    assert "unknown name" not in text(app(allies="Poland", **{"with": "placebo"}, worlds="200"))
    assert "nonsense: unknown name" in text(app(nonsense="1", worlds="200"))
