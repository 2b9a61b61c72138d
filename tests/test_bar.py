"""Share, take away, undo and files of one's own: what every page offers, in process."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from sim import handout, printed, question, shapes, sharing, tables
from sim.handout import Figure, Handout, Heading, Numbers, Table, Words
from sim.pages.words import plain
from sim.question import Question

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"

MINE = """name: My own condition
question: What if it were 3%?
extends: conditional-article5
levers: {threshold: 3.0}
"""

EVIL = "![x](http://evil.example/pixel.png) <script>alert(1)</script> [y](javascript:alert(1))"


def app(**address):
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for name, value in address.items():
        opened.query_params[name] = value
    return opened.run()


def text(opened):
    return re.sub(r"\\(.)", r"\1", "\n".join(e.value for e in [*opened.markdown, *opened.caption, *opened.warning]))


def upload(opened, stored, name="mine.yaml"):
    return opened.file_uploader(key="upload").upload(name, stored, "application/yaml").run()


# --- undo ---------------------------------------------------------------------------------------------------------


def test_undo_and_redo_go_through_levers_and_scenarios():
    opened = app(worlds="200")
    assert opened.button(key="undo").disabled
    opened.slider(key="threshold").set_value(3.5).run()
    opened.selectbox(key="loader").set_value("placebo").run()
    opened.button(key="undo").click().run()
    assert opened.slider(key="threshold").value == 3.5
    assert opened.session_state["question"] == Question(levers=(("threshold", 3.5),), worlds=200)
    opened.button(key="undo").click().run()
    assert opened.session_state["question"] == Question(worlds=200)
    assert opened.button(key="undo").disabled
    opened.button(key="redo").click().run()
    opened.button(key="redo").click().run()
    assert opened.session_state["question"].scenario == "placebo"
    assert opened.query_params["scenario"] == "placebo"
    assert opened.button(key="redo").disabled
    opened.button(key="undo").click().run()
    opened.slider(key="grace").set_value(1.0).run()
    assert opened.button(key="redo").disabled, "a new change ends what could be made again"


def test_reset_goes_back_to_what_is_loaded():
    opened = app(scenario="placebo", threshold="3.5", seed="7", worlds="200")
    assert opened.session_state["question"] == Question("placebo", (("threshold", 3.5),), None, 200, 7)
    opened.button(key="reset").click().run()
    assert opened.session_state["question"] == Question("placebo")
    assert opened.button(key="reset").disabled


def test_the_title_follows_the_levers():
    opened = app(worlds="200")
    assert "What if the United States defends the more surely" in text(opened)
    opened.slider(key="threshold").set_value(3.5).run()
    assert "What follows from “Conditional Article 5 at 5%” with another threshold?" in text(opened)
    moved = Question("baseline", (("conditionality", 0.5), ("threshold", 3.5)), 500.0)
    assert question.title(moved).endswith("with another conditionality, threshold and withdrawal?")


# --- files --------------------------------------------------------------------------------------------------------


def test_a_file_of_ones_own_is_loaded_and_stands_in_the_address():
    opened = upload(app(worlds="200", seed="7"), MINE.encode())
    assert not opened.exception
    assert (opened.session_state["question"].worlds, opened.session_state["question"].seed) == (200, 7)
    assert opened.slider(key="threshold").value == 3.0
    assert "What if it were 3%?" in text(opened)
    again = app(file=opened.query_params["file"], worlds="200", seed="7")
    assert again.session_state["question"] == opened.session_state["question"]
    assert "My own condition" in text(again)


BAD = {
    "name: Mine\nlevers: {treshold: 3}\n": "mine.yaml:2: levers.treshold:",
    "name: Mine\nlevers: {threshold: 99}\n": "mine.yaml:2: levers.threshold:",
    "name: Mine\nextends: ../../etc/passwd\n": "does not come with us",
    "name: [unclosed\n": "this is no YAML",
    "": "is empty",
    "a: &x [1]\nb: *x\n": "uses an anchor",
    "name: " + "x" * 70_000: "Write at most 65,536",
    "[" * 3000: "nested too deeply",
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_refused_as_on_the_command_line(bad):
    opened = upload(app(worlds="200"), bad.encode())
    assert not opened.exception
    assert BAD[bad] in text(opened)
    assert any(BAD[bad] in e.value for e in opened.text), "the complaint stays beside the button"
    assert opened.session_state["question"] == Question(worlds=200)


def test_what_is_no_text_is_refused():
    assert "is no text" in text(upload(app(worlds="200"), b"\xff\xfe\x00\x01"))


def test_a_name_in_a_file_loads_nothing():
    opened = upload(app(worlds="200"), f"name: '{EVIL[:90]}'\nquestion: '{EVIL}'\nextends: baseline\n".encode())
    assert not opened.exception
    for element in [*opened.markdown, *opened.caption, *opened.warning]:
        bare = element.value.replace(r"\!\[", "").replace(r"\]\(", "").replace(r"\<", "")
        assert "![x](" not in bare, "an image in somebody's text would be loaded"
        assert "<script" not in bare


def test_a_broken_link_is_said():
    said = text(app(file="nonsense", worlds="200"))
    assert "no scenario file is packed in this link" in said
    assert "Loaded Conditional Article 5 at 5% instead" in said


# --- share --------------------------------------------------------------------------------------------------------


def test_the_four_shapes_are_one_click_away():
    opened = app(threshold="3.5", worlds="200")
    assert not opened.code, "nothing is made before it is asked for"
    opened.session_state["share"] = True
    opened.run()
    link, command, cell = (code.value for code in opened.code)
    asked = opened.session_state["question"]
    assert sharing.from_link(link) == asked
    assert command == sharing.command(asked)
    assert cell == sharing.cell(asked).rstrip()
    assert len(opened.get("download_button")) == 1


# --- take away ----------------------------------------------------------------------------------------------------


def test_every_chart_and_table_can_be_taken_away():
    opened = app(worlds="200")
    opened.session_state["take"] = True
    opened.run()
    shown = opened.session_state["handout"]
    assert len(shown.figures) == len(opened.get("vega_lite_chart"))
    buttons = opened.get("download_button")
    assert len(buttons) == 1 + 3 * len(shown.figures) + len(shown.tables)
    asked = opened.session_state["question"]
    assert question.answer(asked).plan in shown.stamp
    assert f"seed {asked.seed}" in shown.stamp


@pytest.fixture(scope="module")
def drawn():
    """A screen and its question."""
    opened = app(worlds="200", focus="Baltic states")
    return opened.session_state["handout"], opened.session_state["question"]


def test_a_picture_stands_alone(drawn):
    shown, asked = drawn
    for figure in shown.figures:
        image = Image.open(io.BytesIO(handout.picture(figure, shown.stamp, "png")))
        assert image.width > 600
        assert question.answer(asked).plan in image.text["Source"]
        assert image.text["Title"] == figure.title
    vector = handout.picture(shown.figures[0], shown.stamp, "svg").decode()
    ElementTree.fromstring(vector)
    assert question.answer(asked).plan in vector
    assert "Estonia" in vector


def test_the_map_brings_its_shapes(drawn):
    (figure,) = [figure for figure in drawn[0].figures if figure.key == "map"]
    vector = handout.picture(figure, "", "svg").decode()
    assert vector.count("<path") > 40
    assert "/shapes/" not in json.dumps(handout.alone(figure))


def test_a_table_carries_the_plan(drawn):
    shown, asked = drawn
    for part in [*shown.figures, *shown.tables]:
        rows = list(csv.DictReader(io.StringIO(tables.csv(part.frame, shown.plans))))
        assert len(rows) == len(part.frame)
        assert {row["plan"] for row in rows} == {question.answer(asked).plan}


def test_a_cell_is_no_formula():
    told = tables.csv(pd.DataFrame({"a": ["=1+1", "@x", "+3", "-2", "fine", -2.0]}), {"plan": "p"})
    assert [row["a"] for row in csv.DictReader(io.StringIO(told))] == ["'=1+1", "'@x", "'+3", "'-2", "fine", "-2.0"]


class Seen(HTMLParser):
    """What a page of HTML would load or run, and its text."""

    def __init__(self):
        super().__init__()
        self.risky, self.words = [], []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag in ("script", "img", "iframe", "object", "link", "a", "base"):
            self.risky.append((tag, known))
        self.risky += [(tag, name) for name in known if name.startswith("on")]

    def handle_data(self, data):
        self.words.append(data)


def seen(html):
    parser = Seen()
    parser.feed(html)
    return parser


def test_the_report_holds_all_and_needs_nothing(drawn):
    shown, asked = drawn
    page = seen(printed.report(shown))
    said = " ".join(" ".join(page.words).split())
    assert page.risky == []
    plan = question.answer(asked).plan
    for needed in (
        shown.title, plan, "Document 002", "What this cannot tell you", "All levers", sharing.command(asked),
        "Estonia", "Allies at the threshold", "threshold in part", f'"seed": {asked.seed}',
    ):  # fmt: skip
        assert needed in said, needed
    assert said.count("threshold") > 5
    assert printed.report(shown).count("<svg") == len(shown.figures)


def test_a_report_shows_foreign_text_as_text():
    mine = Question(f"name: '{EVIL[:90]}'\nabout: '{EVIL}'\nextends: baseline\n")
    shown = Handout(title=EVIL, stamp=EVIL, plans={"plan": "p"}, shapes=partial(shapes.one, mine))
    frame = pd.DataFrame({"a": [EVIL]})
    spec = {"mark": "bar", "encoding": {"y": {"field": "a", "type": "nominal"}}}
    for part in (
        Words(EVIL), Heading(EVIL), Numbers(((EVIL, EVIL, EVIL, EVIL),)), Table("t", EVIL, frame, EVIL),
        Figure("f", EVIL, frame, spec, EVIL),
    ):  # fmt: skip
        shown.add(part)
    assert seen(printed.report(shown)).risky == []


def test_streamlits_own_marks_are_words_on_paper():
    html = printed.marked("How? :orange-badge[judgement] :small[**a** 1 \\[2\\]  \nb]")
    assert html == "<p>How? (judgement) <strong>a</strong> 1 [2]<br />\nb</p>\n"


LINKS = (
    "http://evil.example/a https://evil.example WWW.evil.example www.evil.example me@evil.example ftp://evil.example"
)


def test_an_address_in_foreign_text_is_no_link():
    told = plain(LINKS)
    assert not re.search(r"(?i)https?://[-.\w]|www\\?\.|[-.\w+]@[-\w]", told)
    assert re.sub(r"\\(.)", r"\1", told).replace(tables.JOINER, "") == LINKS
    html = printed.marked(f"{told} {LINKS}")
    assert seen(html).risky == []
    assert " ".join(seen(html).words).split() == [*LINKS.split(), *LINKS.split()]
