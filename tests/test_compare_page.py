"""The page Compare in process: what stands side by side, what is pinned, and what the address holds."""

import json
import re
from pathlib import Path

import pytest

from sim import evidence, side
from sim.pages import pins
from sim.priors import SCHOOLS
from sim.tables import JOINER

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"
DOCUMENTS = ("eastern-withdrawal-considered", "no-active-plans")


def page(**address):
    """The page, opened at an address; with two documents that disagree unless it says otherwise."""
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for name, value in {"worlds": "200", "with": list(DOCUMENTS), **address}.items():
        opened.query_params[name] = value
    return opened.switch_page("sim/pages/compare.py").run()


def text(opened):
    """Everything that stands in Markdown, captions, warnings and plain text, without escapes."""
    parts = [*opened.markdown, *opened.caption, *opened.warning, *opened.info, *opened.error, *opened.text]
    return re.sub(r"\\(.)", r"\1", "\n".join(element.value for element in parts)).replace(JOINER, "")


def tables(opened):
    return {frame.value.columns[0]: frame.value for frame in opened.dataframe}


def columns(opened):
    """Letters with names, as the page heads its columns."""
    return re.findall(r"^\*\*([A-D]): (.*?)\*\*", text(opened), re.M)


def test_documents_that_disagree_stand_side_by_side():
    opened = page()
    assert not opened.exception
    assert [letter for letter, _ in columns(opened)] == ["A", "B"]
    said = text(opened)
    assert "document 000" in said
    assert "documents 001 and 000" in said
    found = tables(opened)
    assert len(found["front"]) == 5 * len(SCHOOLS)
    assert list(found["policy"].columns) == ["policy", *SCHOOLS]
    assert found["policy"].policy[0] == "reference: Today's commitment"
    assert "nothing is averaged over documents" in said
    assert "No difference between policies was ever scored" in said
    assert evidence.DETERRENCE in said


def test_opens_on_the_story_beside_two_documents():
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    opened.query_params["worlds"] = "200"
    opened = opened.switch_page("sim/pages/compare.py").run()
    assert not opened.exception
    assert [letter for letter, _ in columns(opened)] == ["A", "B", "C"]
    assert opened.multiselect(key="with").value == list(pins.OPENS_ON)


def test_what_does_nothing_is_exactly_nought():
    opened = page(**{"with": ["placebo"]})
    assert not opened.exception
    cells = set(tables(opened)["outcome"].iloc[:, 2])
    assert cells == {"exactly 0"}
    assert "A: 30 of 30 exactly 0" in text(opened)


def test_nothing_chosen_is_said():
    opened = page()
    opened.multiselect(key="with").set_value([]).run()
    assert not opened.exception
    assert "Choose at least one scenario." in text(opened)


def test_what_the_levers_show_is_a_column_and_can_be_pinned():
    opened = page(**{"with": ["now", "placebo"], "threshold": "3.5"})
    assert dict(columns(opened))["A"] == "Conditional Article 5 at 5%, levers moved"
    opened.button(key="pin-levers").click().run()
    assert not opened.exception
    assert opened.query_params["pin"] in ("threshold=3.5", ["threshold=3.5"])
    assert opened.button(key="pin-levers").disabled, "the same settings are not pinned twice"
    assert [letter for letter, _ in columns(opened)] == ["A", "B", "C"]
    assert "C is the very same policy as A." in text(opened)
    opened.slider(key="threshold").set_value(4.0).run()
    assert "is the very same policy" not in text(opened), "a pin stays where it was"
    opened.button(key="unpin-threshold=3.5").click().run()
    assert "pin" not in opened.query_params
    assert [letter for letter, _ in columns(opened)] == ["A", "B"]


def test_the_button_that_pins_stands_above_the_levers():
    def keys(block):
        for child in block.children.values():
            yield from keys(child) if hasattr(child, "children") else [child.key] if getattr(child, "key", None) else []

    found = list(keys(page().sidebar))
    assert found.index("reset") < found.index("pin-levers") < found.index("threshold")


def test_a_fifth_scenario_makes_room_aloud():
    opened = page(**{"with": ["now", "placebo", "hague-pledge", "ceasefire"], "threshold": "3.5"})
    opened.button(key="pin-levers").click().run()
    assert not opened.exception
    assert opened.multiselect(key="with").value == ["now", "placebo", "hague-pledge"]
    assert "makes room for what you pinned. 4 stand side by side at most." in text(opened)
    assert len(columns(opened)) == side.MOST


def test_too_many_in_an_address_are_not_cut_off():
    opened = page(**{"with": ["placebo", "ceasefire", "hague-pledge"], "pin": ["threshold=3.5", "threshold=4.0"]})
    assert not opened.exception
    assert "5 scenarios, 2 of them pinned. Take some away: 4 stand side by side at most." in text(opened)


@pytest.mark.parametrize(
    ("pin", "said"),
    [
        ("threshold=99", "pin: threshold=99: does not fit."),
        ("scenario=nowhere", "pin: scenario=nowhere: no such scenario."),
        ("![x](http://evil.example/x.png)=1", "pin=![x](http://evil.example/x.png)=1: no settings of levers."),
    ],
)
def test_a_pin_that_cannot_be_meant_is_refused_aloud(pin, said):
    opened = page(pin=[pin])
    assert not opened.exception
    assert said in text(opened)
    assert [letter for letter, _ in columns(opened)] == ["A", "B"]
    assert not any("![x]" in element.value for element in opened.warning), "nothing is loaded from elsewhere"


def test_a_link_shows_the_same_again():
    address = {"with": ["now", "hague-pledge"], "pin": ["scenario=placebo&threshold=3.5"], "against": "B",
               "of": "belief", "year": "2030", "seed": "7"}  # fmt: skip
    first, second = page(**address), page(**address)
    assert "refused" not in text(first)
    assert text(first) == text(second)
    for one, other in zip(first.dataframe, second.dataframe, strict=True):
        assert one.value.equals(other.value)
    assert "seed 7" in text(first)
    assert "by 2030" in text(first)


def test_another_reference_turns_the_difference_round():
    """What B differs from A is what A differs from B, with the other sign; the reference itself has no column."""
    there, back = (tables(page(against=letter))["outcome"] for letter in "AB")
    names = {column.split(":")[0] for column in there.columns[2:]}, {c.split(":")[0] for c in back.columns[2:]}
    assert names == ({"B"}, {"A"})
    troops = [table[table.outcome == "Europe and Canada spend"].iloc[0, 2] for table in (there, back)]
    assert troops[0] != troops[1]
    assert "is the reference" not in text(page())
    assert "(the reference)" in text(page(against="A"))


def test_a_reference_that_is_not_there_is_said():
    assert "against=D: not among the scenarios. All are compared with the baseline." in text(page(against="D"))
    assert "A alone has nothing to be compared with" in text(page(against="A", **{"with": ["placebo"]}))


def test_scenarios_in_different_worlds_have_no_regret():
    opened = page(**{"with": ["conditional-article5", "hesitant-europe"]})
    assert not opened.exception
    assert "No regret: these scenarios assume different worlds" in text(opened)


def test_allies_gain_and_lose_by_spending_belief_and_troops_never_by_risk():
    opened = page(**{"with": ["conditional-article5"]})
    assert opened.segmented_control(key="of").options == ["spending", "belief", "troops"]
    said = {}
    for word in ("spending", "belief", "troops"):
        opened.segmented_control(key="of").set_value(word).run()
        assert not opened.exception
        said[word] = text(opened)
    assert "allies spend more" in said["spending"]
    assert "allies believe less" in said["belief"]
    assert "31 of 31 exactly 0" in said["troops"]


def test_charts_have_words_with_numbers_and_constant_specifications():
    opened = page()
    drawn = opened.get("vega_lite_chart")
    assert len(drawn) == 4 + 2 * 3 + 2
    for chart in drawn:
        assert re.search(r"\d", chart.proto.alt)
        assert "datasets" not in json.loads(chart.proto.spec)
    said = text(opened) + "".join(chart.proto.alt for chart in drawn)
    for banned in ("probability of war", "forecast of war", "probability that"):
        assert banned not in said


def test_the_choice_is_kept_while_other_pages_are_read():
    opened = page(**{"with": ["placebo", "ceasefire"]})
    opened.switch_page("sim/pages/evidence.py").run()
    opened.switch_page("sim/pages/compare.py").run()
    assert opened.multiselect(key="with").value == ["placebo", "ceasefire"]
