"""Charts of what matters most: constant Vega-Lite specifications, a panel for schools that say the same.

What a row is stands above its bar, in as many lines as it needs, so that a long passage is never cut off and a narrow
screen keeps the whole width for the bars.
"""

import json
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import pandas as pd

from sim.charts import _PADDING, PALETTES, Spec, _config

WIDEST, MOST_LINES = 52, 3
"""Characters of a line of a label, and lines."""

PANEL = 460
"""Width of a panel in a file, pixels."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

CHANCE = "within chance"


def label(words: str, widest: int = WIDEST) -> str:
    """A label in lines; what is still longer ends in an ellipsis, and stands in full in the table."""
    return "\n".join(wrap(words, widest, max_lines=MOST_LINES, placeholder=" …"))


def _labelled(labels: list[str]) -> dict[str, list[Any]]:
    """Labels as columns, with their numbers of lines."""
    made = [label(words) for words in labels]
    return {"label": made, "lines": [each.count("\n") + 1 for each in made]}


def shares(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """What the bars draw, for one school: place, label, about, key, first, low, high (parts), clear, words."""
    own = rows.set_index("key").loc[list(keys)].reset_index()
    parts = {"first": own["first"], "low": own.first_low, "high": own.first_high}
    return pd.DataFrame({
        "place": range(len(own)), **_labelled(list(own.label)), "about": own.label, "key": own.key,
        **{name: column.clip(0.0, 1.0) for name, column in parts.items()},
        "clear": own.beyond, "words": [_part(r) for r in own.itertuples()],
    })  # fmt: skip


def _part(row: Any) -> str:
    return f"{100 * row.first:.0f}%" if row.beyond else CHANCE


def bands(rows: pd.DataFrame, band: Any, keys: Sequence[str], ends: tuple[float, float]) -> pd.DataFrame:
    """What the chart of bands draws, for one school: the band as drawn behind each, and what would be left of it.

    Columns: place, label, about, low, median, high (left in expectation), from, to (as drawn), clear, words, least and
    most (ends of all panels, so that all have one axis).
    """
    own = rows.set_index("key").loc[list(keys)].reset_index()
    said = [f"{100 * r.narrower:.0f}% narrower" if r.beyond else CHANCE for r in own.itertuples()]
    return pd.DataFrame({
        "place": range(len(own)), **_labelled([f"{w}: {words}" for w, words in zip(said, own.label, strict=True)]),
        "about": own.label, "key": own.key, "low": own.low, "median": own["median"], "high": own.high,
        "from": band.low, "to": band.high, "clear": own.beyond, "words": said, "least": ends[0], "most": ends[1],
    })  # fmt: skip


STEP = 74
"""Height of a row: up to three lines above a bar."""

LINE = 14
"""Height of a line, pixels."""

TOP = 4 - STEP / 2
"""Where the words of a row begin, from its middle, pixels."""

BELOW = 26
"""How far below the middle of its row a bar stands, pixels."""


def _row(colours: dict[str, str]) -> list[Spec]:
    """The words above a bar, their last line next to it."""
    text = {"type": "text", "align": "left", "baseline": "top", "fontSize": 12, "lineHeight": LINE, "aria": False}
    return [
        {"transform": [{"filter": {"field": "lines", "equal": count}}],
         "mark": {**text, "color": colours["text"], "lineBreak": "\n", "dy": TOP + LINE * (MOST_LINES - count)},
         "encoding": {"y": _y(), "x": {"value": 0}, "text": {"field": "label", "type": "nominal"}}}
        for count in range(1, MOST_LINES + 1)
    ]  # fmt: skip


def _y() -> Spec:
    return {"field": "place", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0, "paddingOuter": 0}}


def _shares(colours: dict[str, str]) -> Spec:
    """Parts of the variance that each explains by itself, with 95% intervals; pale where chance does as much."""
    y = _y()

    def x(field: str) -> Spec:
        axis = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "grid": False, "domain": True}
        return {"field": field, "type": "quantitative", "title": None, "axis": axis,
                "scale": {"domain": [0, 1]}}  # fmt: skip

    tooltip = [{"field": "about", "title": "what"}] + [
        {"field": field, "format": ".0%", "title": title}
        for field, title in (("first", "by itself"), ("low", "95%, from"), ("high", "to"))
    ]
    shade = {"condition": {"test": "datum.clear", "value": 0.9}, "value": 0.35}
    return {"layer": [
        *_row(colours),
        {"mark": {"type": "bar", "color": colours["blue"], "height": 12, "yOffset": BELOW},
         "encoding": {"y": y, "x": x("first"), "opacity": shade, "tooltip": tooltip}},
        {"mark": {"type": "rule", "color": colours["text"], "strokeWidth": 1.5, "yOffset": BELOW, "y2Offset": BELOW,
                  "aria": False},
         "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}}},
        {"mark": {"type": "text", "align": "left", "dx": 6, "dy": BELOW, "fontSize": 12, "color": colours["quiet"]},
         "encoding": {"y": y, "x": x("high"), "text": {"field": "words", "type": "nominal"}}},
    ], "height": {"step": STEP}, "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _bands(colours: dict[str, str]) -> Spec:
    """The band as drawn in grey, and what would be left of it in blue, with its median."""
    y = _y()

    def x(field: str) -> Spec:
        axis = {"tickCount": 5, "format": "~s", "grid": False, "domain": True}
        return {"field": field, "type": "quantitative", "title": None, "axis": axis, "scale": {"zero": False}}

    tooltip = [{"field": "about", "title": "what"}] + [
        {"field": field, "format": ",.3~r", "title": title}
        for field, title in (("from", "as drawn, from"), ("to", "to"), ("low", "left, from"), ("high", "to"))
    ]
    shade = {"condition": {"test": "datum.clear", "value": 0.9}, "value": 0.35}
    wide = {"mark": {"type": "rule", "opacity": 0, "aria": False},
            "encoding": {"y": y, "x": x("least"), "x2": {"field": "most"}}}  # fmt: skip
    down = {"yOffset": BELOW, "y2Offset": BELOW}
    return {"layer": [
        wide,
        *_row(colours),
        {"mark": {"type": "bar", "color": colours["baseline"], "opacity": 0.35, "height": 12, **down, "aria": False},
         "encoding": {"y": y, "x": x("from"), "x2": {"field": "to"}}},
        {"mark": {"type": "bar", "color": colours["blue"], "height": 8, **down},
         "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}, "opacity": shade, "tooltip": tooltip}},
        {"mark": {"type": "tick", "color": colours["text"], "height": 14, "thickness": 2, "yOffset": BELOW,
                  "aria": False},
         "encoding": {"y": y, "x": x("median")}},
    ], "height": {"step": STEP}, "config": _config(colours), "padding": _PADDING}  # fmt: skip


SHARES = {theme: _shares(colours) for theme, colours in PALETTES.items()}
BANDS = {theme: _bands(colours) for theme, colours in PALETTES.items()}


def stacked(panels: Sequence[tuple[str, pd.DataFrame]], specs: dict[str, Spec], theme: str = "light") -> Spec:
    """Panels with their titles above each other, with what they draw: one Vega-Lite file."""
    config = {key: specs[theme][key] for key in ("config", "padding")}
    bare = {key: value for key, value in specs[theme].items() if key not in config}
    return {
        "vconcat": [
            {"title": title, "width": PANEL, "data": {"values": json.loads(frame.to_json(orient="records"))}, **bare}
            for title, frame in panels
        ],
        "$schema": SCHEMA, **config,
    }  # fmt: skip
