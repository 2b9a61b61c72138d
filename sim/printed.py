"""The report of a screen: one HTML file that needs nothing else, with figures, tables, levers, sources and limits."""

import json
import re
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from sim import __version__, evidence, handout, question, sharing
from sim.errors import InputError
from sim.handout import Figure, Handout, Heading, Numbers, Part, Table
from sim.provenance import changes, idle_notes, sources
from sim.question import BASELINE, Question
from sim.tables import JOINER

LIMITS = (
    "It shows what follows from stated assumptions. It forecasts neither decisions nor wars.",
    "The size of a conditional commitment, all risks and all beliefs are judgement: compare them with the baseline, "
    "by school of deterrence, and never read them as probabilities of war.",
    "No difference between policies was ever scored, not even where levels were.",
)
"""What a reader has to know before quoting a number."""

DIRECTIVES = (
    (re.compile(r":[a-z]+-badge\[([^\]]*)\]"), r"(\1)"),
    (re.compile(r":(?:small|[a-z]+)\[((?:[^\[\]\\]|\\.)*)\]"), r"\1"),
)
"""What Streamlit's Markdown has beyond Markdown, and what stands for it on paper."""

MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image", "link", "autolink"])


def report(shown: Handout) -> str:
    """A screen as HTML that stands alone and prints well, with each question it is about. Raises InputError."""
    shapes = shown.shapes()
    page = Environment(
        loader=PackageLoader("sim", "templates"), autoescape=select_autoescape(default=True), trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("report.html")  # fmt: skip
    return page.render(
        title=shown.title, stamp=shown.stamp, version=__version__, parts=[_part(part, shown) for part in shown.parts],
        questions=[_question(asked) for asked in shapes.asked], limits=[*LIMITS, evidence.DETERRENCE],
        files=shapes.files, commands=shapes.commands,
        manifests=json.dumps([manifest(asked, shown.worlds or asked.worlds) for asked in shapes.asked], indent=1),
    )  # fmt: skip


def _question(asked: Question) -> dict[str, Any]:
    """A question as the template takes it: its scenario, what it changes, where its levers stand, and who says so."""
    scenario = question.named(asked)
    plan, base = scenario.plan(), question.loaded(BASELINE).under(scenario).plan()
    told = sources(plan, base)
    return {
        "scenario": scenario, "changes": changes(plan, base), "idle": idle_notes(plan), "levers": levers(told),
        "sources": _html(cited(told)),
    }  # fmt: skip


def manifest(asked: Question, worlds: int) -> dict[str, Any]:
    """Which numbers these are: versions, digests of plan and data, seed, worlds, link. The plan is in the file."""
    plan = question.named(asked).plan()
    return {
        "article5": __version__, "numpy": np.__version__, "digest": plan.fingerprint, "data": plan.roster.digest,
        "seed": asked.seed, "worlds": worlds, "link": _link(asked),
    }  # fmt: skip


def _link(asked: Question) -> str:
    try:
        return "?" + sharing.link(asked)
    except InputError as error:
        return error.problems[0]


# --- parts --------------------------------------------------------------------------------------------------------


def _part(part: Part, shown: Handout) -> dict[str, Any]:
    """A part of the screen as the template takes it: its kind, and HTML."""
    if isinstance(part, Figure):
        picture = handout.picture(part, "", "svg").decode()
        return {"kind": "figure", "html": Markup(picture), "words": part.alt}
    if isinstance(part, Table):
        return {"kind": "table", "title": part.title, "html": _html(part.frame)}
    if isinstance(part, Numbers):
        cards = [tuple(marked(cell, inline=True) for cell in card) for card in part.cards]
        return {"kind": "numbers", "cards": cards}
    kind = "heading" if isinstance(part, Heading) else "words"
    return {"kind": kind, "html": marked(part.text, inline=isinstance(part, Heading))}


def marked(text: str, inline: bool = False) -> Markup:
    """Markdown of a page as HTML: nothing is loaded, tags are shown as text."""
    text = text.replace(JOINER, "")
    for pattern, plain in DIRECTIVES:
        text = pattern.sub(plain, text)
    return Markup(MARKDOWN.renderInline(text) if inline else MARKDOWN.render(text))


def _html(frame: pd.DataFrame) -> Markup:
    """A table as HTML; cells are escaped."""
    return Markup(frame.to_html(index=False, border=0, na_rep="", float_format="{:.3g}".format))


def levers(told: pd.DataFrame) -> Markup:
    """Where every lever stands, the moved ones first, with unit, range and how it is known."""
    first = told.drop_duplicates("control").sort_values("moved", ascending=False, kind="stable")
    rows = pd.DataFrame({
        "lever": first.control.str.replace("_", " "), "value": first.value, "baseline": first.baseline,
        "unit": first.unit, "range": first.range, "evidence": first.evidence,
        "moved": first.moved.map({True: "moved", False: ""}),
    })  # fmt: skip
    return _html(rows)


def cited(told: pd.DataFrame) -> pd.DataFrame:
    """The sources of the levers that were moved, one a row."""
    moved = told[told.moved]
    return pd.DataFrame({
        "lever": moved.control.str.replace("_", " "), "kind": moved.kind, "what it says, in our words": moved.says,
        "document": moved.document, "date": moved.date, "place": moved.place, "who": moved.speaker,
        "how firmly": moved.status,
    })  # fmt: skip
