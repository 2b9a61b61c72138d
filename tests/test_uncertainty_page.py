"""The page on uncertainty, in process and without a browser."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import sharing
from sim.cli import main
from sim.importance import SIZES, words
from sim.pages import uncertainty

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"


def page(**address):
    """The page, opened at an address."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=180)
    for name, value in address.items():
        opened.query_params[name] = value
    return opened.switch_page("sim/pages/uncertainty.py").run()


def text(opened):
    """Everything that stands in Markdown or captions, without escapes."""
    return re.sub(r"\\(.)", r"\1", "\n".join(e.value for e in [*opened.markdown, *opened.caption, *opened.warning]))


def drawn(opened):
    return opened.get("vega_lite_chart")


@pytest.fixture(scope="module")
def usual():
    return page()


def test_the_page_answers_both_questions(usual):
    assert not usual.exception
    assert not usual.error
    said = text(usual)
    for needed in (
        "Which assumption matters most, and what would settling a passage tell?",
        "the difference that the policy makes to “Europe and Canada spend”, by 2035",
        "knowing “Further yearly lift under a fully conditional commitment",
        "settling “An attacked ally that spends less than a threshold could not count on automatic US defence” "
        "(document 002, 2025-03, paragraph 2, unnamed US officials) would take the band",
        "no knowledge takes that away", words.CANNOT, words.CAN, "These ranges are our assumption", "judgement",
        "8,192 simulated worlds, seed 0",
    ):  # fmt: skip
        assert needed in said
    assert len(drawn(usual)) >= 2
    for chart in drawn(usual):
        assert re.search(r"\d+%", chart.proto.alt), "a sentence with the numbers"
    assert len(usual.dataframe) == 2


def test_uncertainties_lead_to_their_passports():
    opened = page()
    opened.button(key="open-assumption-conditional_lift").click().run()
    assert not opened.exception
    assert any("Further yearly lift" in m.value for m in opened.markdown)
    assert opened.button(key="open-passage-conditionality")


def test_the_address_holds_what_is_asked():
    opened = page(
        scenario="eastern-withdrawal-considered", outcome="US troops in Europe", at="2030", told="level",
        filed="words that leave it open",
    )  # fmt: skip
    assert not opened.exception
    assert opened.selectbox(key="outcome").value == "US troops in Europe"
    assert opened.selectbox(key="at").value == 2030
    said = text(opened)
    assert "“US troops in Europe”, by 2030" in said
    assert "the word" in said.lower()
    assert "refused" not in said
    assert "unknown name" not in said


def test_what_the_address_may_not_ask_is_refused_and_said():
    opened = page(outcome="cohesoin", at="1999", effort="forever")
    assert not opened.exception
    said = text(opened)
    for name in ("outcome=cohesoin", "at=1999", "effort=forever"):
        assert f"{name}: refused" in said


def test_a_risk_is_asked_about_as_a_ratio_only():
    opened = page(outcome="Risk of a limited attack: Baltic states", told="level", worlds="200")
    assert not opened.exception
    assert not opened.error
    said = text(opened)
    assert "only the ratio to the baseline is asked about" in said
    assert "times the baseline" in said
    assert "taken on that scale" in said, "on which scale a band of multiples is narrower"


def test_where_nothing_varies_the_page_says_so():
    opened = page(scenario="placebo")
    assert not opened.exception
    assert "nothing is uncertain" in text(opened)
    assert not drawn(opened)


def test_the_commands_print_the_same_numbers(usual):
    first, second = (code.value for code in usual.code[:2])
    done = CliRunner().invoke(main, shlex.split(second)[1:])
    assert done.exit_code == 0
    (sentence,) = {m for m in text(usual).split("\n") if "settling “An attacked" in m}
    assert sentence.removeprefix("- ") in done.output
    assert "--by assumption" in first


def test_a_moved_lever_goes_into_the_command():
    opened = page(conditionality="0.3", outcome="Cohesion")
    command = shlex.split(opened.code[0].value)
    assert sharing.from_link(command[2]).levers == (("conditionality", 0.3),)


def test_names_of_choices_are_taken():
    assert {"outcome", "at", "told", "filed", "effort"} <= set(sharing.VIEWS)
    assert tuple(uncertainty.EFFORTS.values()) == SIZES
