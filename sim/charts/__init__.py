"""The constant Vega-Lite specifications that draw the frames. No Streamlit here.

A specification never changes while the app runs: only the frames do, so that a chart is redrawn and never rebuilt.
Axes are fixed across scenarios; what lies beyond them is cut off.
"""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd

from sim import saving
from sim.analysis.hindcast import COVERAGE_AIM
from sim.errors import InputError
from sim.frames import BASE, HIGHEST_SHARE
from sim.outcomes import FRONT_NAMES
from sim.scored import ROLES

Spec = dict[str, Any]

MOST_TROOPS = 60_000.0
RISK_AXIS = (0.5, 16.0)

PALETTES = {
    "light": dict(
        text="#111111", quiet="#5a5a5a", baseline="#777777", blue="#1f5fa8", orange="#c4570a", violet="#7a4fa3",
        ochre="#8a6d00", grid="#e4e4e4",
    ),
    "dark": dict(
        text="#f2f2f2", quiet="#b8b8b8", baseline="#a5a5a5", blue="#6ea8ec", orange="#f19a4a", violet="#c3a1ea",
        ochre="#d9b84a", grid="#3a3f47",
    ),
}  # fmt: skip
"""Colours by theme: blue the scenario, grey the baseline, orange what moves, violet and ochre more
families. No red and green."""


def _config(colours: dict[str, str]) -> Spec:
    """What all charts have in common."""
    quiet = {"labelColor": colours["quiet"], "gridColor": colours["grid"], "labelFontSize": 11}
    quiet |= {"titleColor": colours["quiet"], "titleFontSize": 11, "titleFontWeight": "normal"}
    bare = {"domain": False, "ticks": False, "labelPadding": 5, "labelFlush": False, "labelOverlap": False}
    title = {"anchor": "start", "fontSize": 13, "offset": 6, "color": colours["text"]}
    subtitle = {"subtitleFontSize": 11, "subtitleColor": colours["quiet"]}
    return {"view": {"stroke": None}, "axis": quiet | bare, "title": title | subtitle}


_PADDING = {"left": 4, "right": 12, "top": 4, "bottom": 4}


def _mark(kind: str, **more: Any) -> Spec:
    return {"type": kind, "clip": True, **more}


def _of(*kinds: str) -> list[Spec]:
    """Only rows of these kinds."""
    return [{"filter": {"field": "kind", "oneOf": list(kinds)}}]


def _there(field: str) -> list[Spec]:
    return [*_of("path"), {"filter": {"field": field, "valid": True}}]


def _fan(colours: dict[str, str]) -> Spec:
    """One ally: observed, bands and median of the scenario, median of the baseline, pledge and threshold."""
    x = {"field": "year", "type": "quantitative", "title": None, "scale": {"domain": [2014, 2035], "nice": False},
         "axis": {"format": "d", "values": [2015, 2020, 2025, 2030, 2035], "grid": False}}  # fmt: skip

    def y(field: str) -> Spec:
        axis = {"values": [0, 2, 4, 6], "labelExpr": "datum.value + '%'"}
        return {"field": field, "type": "quantitative", "title": None, "axis": axis,
                "scale": {"domain": [0, HIGHEST_SHARE], "nice": False}}  # fmt: skip

    def layer(mark: Spec, field: str, where: list[Spec], **encoding: Any) -> Spec:
        return {"transform": where, "mark": mark, "encoding": {"x": x, "y": y(field), **encoding}}

    tooltip = [{"field": "year", "format": "d"}, {"field": "observed", "format": ".2f", "title": "observed"}] + [
        {"field": field, "format": ".2f", "title": title}
        for field, title in (("p50", "scenario, median"), ("p5", "5%"), ("p95", "95%"), ("base", "baseline, median"))
    ]
    blue, text = colours["blue"], {"text": {"field": "word", "type": "nominal"}}
    band, quiet = {"color": blue, "aria": False}, {"fontSize": 10, "color": colours["quiet"]}
    return {"layer": [
        layer(_mark("area", opacity=0.20, **band), "p5", _there("p5"), y2={"field": "p95"}),
        layer(_mark("area", opacity=0.35, **band), "p25", _there("p25"), y2={"field": "p75"}),
        layer(_mark("line", strokeDash=[1, 3], color=colours["quiet"], strokeWidth=1.5, aria=False), "value",
              _of("line"), detail={"field": "line", "type": "nominal"}),
        layer(_mark("line", strokeDash=[5, 3], color=colours["baseline"], strokeWidth=2, aria=False), "base",
              _there("base")),
        layer(_mark("line", color=colours["text"], strokeWidth=1.5, aria=False), "observed", _there("observed")),
        layer(_mark("line", color=blue, strokeWidth=2.5), "p50", _there("p50")),
        layer(_mark("text", align="left", baseline="bottom", dy=-6, **quiet), "value", _of("word"), **text),
        layer(_mark("text", align="right", dx=-3, fontSize=10, color=colours["text"]), "value", _of("band"), **text),
        layer(_mark("rule", opacity=0, strokeWidth=9, aria=False), "p50", _there("year"), tooltip=tooltip,
              y={"datum": 0}, y2={"datum": HIGHEST_SHARE}),
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _dumbbell(colours: dict[str, str]) -> Spec:
    """Each host: start of the run, end of the year in the baseline and in the scenario."""
    y = {"field": "place", "type": "nominal", "title": None, "sort": {"field": "rank"},
         "axis": {"labelLimit": 130, "labelColor": colours["text"], "grid": True, "gridDash": [1, 3]}}  # fmt: skip

    def x(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": "persons", "scale": {"domain": [0, MOST_TROOPS]},
                "axis": {"format": ",d", "values": [0, 20_000, 40_000, 60_000]}}  # fmt: skip

    def point(field: str, **mark: Any) -> Spec:
        return {
            "mark": {"type": "point", "opacity": 1, **mark},
            "encoding": {"y": y, "x": x(field), "tooltip": tooltip},
        }

    tooltip = [{"field": "place"}] + [
        {"field": field, "format": ",.0f", "title": title}
        for field, title in (("start", "start of the run"), ("base", "baseline"), ("now", "scenario"))
    ]
    return {"layer": [
        {"mark": {"type": "rule", "color": colours["orange"], "strokeWidth": 3, "aria": False},
         "encoding": {"y": y, "x": x("start"), "x2": {"field": "now"}}},
        point("start", color=colours["orange"], filled=False, size=55, strokeWidth=1.5),
        point("base", color=colours["baseline"], filled=False, size=75, shape="diamond", strokeWidth=1.5),
        point("now", color=colours["blue"], filled=True, size=50),
        {"mark": {"type": "text", "align": "left", "dx": 9, "fontSize": 11, "color": colours["text"]},
         "encoding": {"y": y, "x": x("right"), "text": {"field": "words", "type": "nominal"}}},
    ], "config": _config(colours), "height": {"step": 24}, "padding": _PADDING}  # fmt: skip


ROOMY = 9
"""Upper end of a band up to which its number finds room on its right; above, it stands on its left."""


def _risk(colours: dict[str, str]) -> Spec:
    """One school: a point and the 90% interval for each front, on a ratio scale around 1."""
    y = {"field": "front", "type": "nominal", "title": None, "sort": list(FRONT_NAMES.values()),
         "axis": {"labelColor": colours["text"], "grid": False}}  # fmt: skip

    def x(field: str) -> Spec:
        axis = {"values": [0.5, 1, 2, 4, 8, 16, 32], "labelExpr": "datum.value < 1 ? '×½' : '×' + datum.value"}
        return {"field": field, "type": "quantitative", "title": None, "axis": axis,
                "scale": {"type": "log", "base": 2, "domain": list(RISK_AXIS), "nice": False}}  # fmt: skip

    tooltip = [{"field": "front"}, {"field": "words", "title": "times the baseline, median"}]
    return {"layer": [
        {"mark": {"type": "rule", "strokeDash": [5, 3], "color": colours["baseline"], "strokeWidth": 2, "aria": False},
         "encoding": {"x": {"datum": 1, "type": "quantitative"}}},
        {"mark": _mark("rule", color=colours["blue"], strokeWidth=5, opacity=0.35, aria=False),
         "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}}},
        {"mark": _mark("point", color=colours["blue"], filled=True, size=60, opacity=1),
         "encoding": {"y": y, "x": x("median"), "tooltip": tooltip}},
        {"transform": [{"filter": f"datum.high <= {ROOMY}"}],
         "mark": _mark("text", align="left", dx=6, fontSize=11, color=colours["text"]),
         "encoding": {"y": y, "x": x("high"), "text": {"field": "words", "type": "nominal"}}},
        {"transform": [{"filter": f"datum.high > {ROOMY}"}],
         "mark": _mark("text", align="right", dx=-6, fontSize=11, color=colours["text"]),
         "encoding": {"y": y, "x": x("low"), "text": {"field": "words", "type": "nominal"}}},
    ], "config": _config(colours), "height": {"step": 24}, "padding": _PADDING}  # fmt: skip


def _families(colours: dict[str, str]) -> Spec:
    """Scenarios over the years: median and bands of each, coloured by family, and the median of the baseline.

    The only axis that follows what it shows: one host, several or all of Europe. The first scenario has a solid line
    and later ones broken ones above it, so that medians that coincide are all seen.
    """
    legend = {"orient": "bottom", "labelLimit": 0, "labelColor": colours["text"], "titleColor": colours["quiet"]}
    x = {"field": "year", "type": "quantitative", "title": None, "axis": {"format": "d", "tickMinStep": 1},
         "scale": {"nice": False, "zero": False}}  # fmt: skip

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": "persons", "axis": {"format": ",d"}}

    others = [{"filter": {"not": {"field": "family", "equal": BASE}}}]
    hues = [colours[name] for name in ("blue", "orange", "violet", "ochre", "text")]
    colour = {"field": "family", "type": "nominal", "title": "comes from", "sort": None, "scale": {"range": hues},
              "legend": {**legend, "columns": 1, "symbolOpacity": 1}}  # fmt: skip
    dash = {"field": "scenario", "type": "nominal", "title": "scenario", "sort": None,
            "legend": {**legend, "columns": 1, "symbolStrokeColor": colours["text"]},
            "scale": {"range": [[1, 0], [6, 2], [2, 2], [8, 2, 2, 2]]}}  # fmt: skip
    each = {"x": x, "color": colour, "detail": {"field": "scenario", "type": "nominal"}}
    tooltip = [{"field": "scenario"}, {"field": "family"}, {"field": "year", "format": "d"}] + [
        {"field": field, "format": ",.0f", "title": title}
        for field, title in (("p50", "median"), ("p5", "5%"), ("p25", "25%"), ("p75", "75%"), ("p95", "95%"))
    ]
    return {"layer": [
        {"transform": others, "mark": _mark("area", opacity=0.15, aria=False, line={"strokeWidth": 1}),
         "encoding": {**each, "y": y("p5"), "y2": {"field": "p95"}}},
        {"transform": others, "mark": _mark("area", opacity=0.25, aria=False),
         "encoding": {**each, "y": y("p25"), "y2": {"field": "p75"}}},
        {"transform": [{"filter": {"field": "family", "equal": BASE}}],
         "mark": _mark("line", strokeDash=[5, 3], color=colours["baseline"], strokeWidth=2),
         "encoding": {"x": x, "y": y("p50"), "tooltip": tooltip}},
        {"transform": others, "mark": _mark("line", strokeWidth=2.5),
         "encoding": {**each, "y": y("p50"), "strokeDash": dash, "tooltip": tooltip}},
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _density(colours: dict[str, str]) -> Spec:
    """One prior: how likely each value is, and the median; what can only take some values as bars."""
    x = {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": False, "nice": False},
         "axis": {"tickCount": 4, "format": "~g", "grid": False, "domain": True,
                  "domainColor": colours["quiet"]}}  # fmt: skip
    y = {"field": "height", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1.05]}}
    blue = colours["blue"]
    return {"layer": [
        {"transform": _of("curve"), "mark": _mark("area", color=blue, opacity=0.55, aria=False),
         "encoding": {"x": x, "y": y}},
        {"transform": _of("point"), "mark": _mark("rule", color=blue, strokeWidth=5, aria=False),
         "encoding": {"x": x, "y": y}},
        {"transform": _of("median"),
         "mark": _mark("rule", color=colours["text"], strokeDash=[5, 3], strokeWidth=1.5, aria=False),
         "encoding": {"x": x, "y": y}},
        {"transform": _of("end"), "mark": _mark("point", opacity=0, aria=False), "encoding": {"x": x, "y": y}},
    ], "config": _config(colours), "padding": {**_PADDING, "right": 24, "left": 16}}  # fmt: skip


def _scores(colours: dict[str, str]) -> Spec:
    """One series: error by years ahead, of the simulator, of persistence and of the best simple rule."""
    x = _ahead()
    y = {"field": "crps", "type": "quantitative", "title": "CRPS, points of GDP", "scale": {"zero": True},
         "axis": {"tickCount": 5}}  # fmt: skip
    legend = {"orient": "bottom", "title": None, "labelColor": colours["text"], "columns": 3, "labelLimit": 0,
              "symbolSize": 90, "symbolStrokeWidth": 0, "symbolDash": [1, 0]}  # fmt: skip
    role = {"field": "role", "type": "nominal", "legend": legend}
    hues = [colours[name] for name in ("blue", "baseline", "orange")]
    colour = {**role, "scale": {"domain": list(ROLES), "range": hues}}
    dash = {**role, "legend": None, "scale": {"domain": list(ROLES), "range": [[1, 0], [5, 3], [2, 2]]}}
    shape = {**role, "scale": {"domain": list(ROLES), "range": ["circle", "diamond", "square"]}}
    tooltip = [{"field": "who", "title": "forecaster"}, {"field": "horizon", "title": "years ahead"},
               {"field": "crps", "format": ".3f", "title": "CRPS"}]  # fmt: skip
    return {"layer": [
        {"mark": _mark("line", strokeWidth=2, aria=False),
         "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash}},
        {"mark": {"type": "point", "size": 60, "filled": True, "opacity": 1},
         "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tooltip}},
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _ahead() -> Spec:
    """The axis of years ahead."""
    return {"field": "horizon", "type": "ordinal", "title": "years ahead", "axis": {"labelAngle": 0, "grid": False}}


def _coverage(colours: dict[str, str]) -> Spec:
    """One series: how often the 50% and the 90% band held, beside what was meant and what was aimed at."""
    x, (low, high) = _ahead(), COVERAGE_AIM
    y = {"field": "held", "type": "quantitative", "title": "figures inside the band",
         "scale": {"domain": [0, 1]}, "axis": {"format": "%", "values": [0, 0.5, 0.9]}}  # fmt: skip
    bands = ["50%", "90%"]
    role = {"field": "band", "type": "nominal", "legend": None}
    colour = {**role, "scale": {"domain": bands, "range": [colours["orange"], colours["blue"]]}}
    shape = {**role, "scale": {"domain": bands, "range": ["diamond", "circle"]}}
    tooltip = [{"field": "band"}, {"field": "horizon", "title": "years ahead"},
               {"field": "held", "format": ".0%"}, {"field": "cases"}]  # fmt: skip
    return {"layer": [
        {"transform": [{"aggregate": [{"op": "count", "as": "all"}]}],
         "mark": {"type": "rect", "color": colours["blue"], "opacity": 0.15, "aria": False},
         "encoding": {"y": {"datum": low, "type": "quantitative"}, "y2": {"datum": high}}},
        {"transform": [{"aggregate": [{"op": "count", "as": "all"}], "groupby": ["meant"]}],
         "mark": _mark("rule", strokeDash=[5, 3], color=colours["baseline"], strokeWidth=1.5, aria=False),
         "encoding": {"y": {"field": "meant", "type": "quantitative"}}},
        {"mark": {"type": "point", "size": 75, "filled": True, "opacity": 1},
         "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "tooltip": tooltip}},
        *({"transform": [{"filter": f"datum.held {side} datum.meant"}],
           "mark": {"type": "text", "dy": dy, "fontSize": 11, "color": colours["text"]},
           "encoding": {"x": x, "y": y, "text": {"field": "words", "type": "nominal"}}}
          for side, dy in ((">=", -11), ("<", 12))),
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _pit(colours: dict[str, str]) -> Spec:
    """One horizon: parts of the figures by tenth of the ensemble; flat would be right."""
    x = {"field": "low", "type": "quantitative", "title": "place in the ensemble", "scale": {"domain": [0, 1]},
         "axis": {"values": [0, 0.5, 1], "labelExpr": "['lowest', 'middle', 'highest'][datum.value * 2]",
                  "labelFlush": True, "grid": False}}  # fmt: skip
    y = {"field": "part", "type": "quantitative", "title": None, "scale": {"domain": [0, MOST_IN_A_TENTH]},
         "axis": {"format": ".0%", "tickCount": 3}}  # fmt: skip
    tooltip = [{"field": "low", "format": ".0%", "title": "from"}, {"field": "high", "format": ".0%", "title": "to"},
               {"field": "part", "format": ".0%", "title": "of the figures"}]  # fmt: skip
    return {"layer": [
        {"mark": _mark("bar", color=colours["blue"], opacity=0.75, stroke=colours["grid"], strokeWidth=1),
         "encoding": {"x": x, "x2": {"field": "high"}, "y": y, "y2": {"datum": 0}, "tooltip": tooltip}},
        {"mark": _mark("rule", strokeDash=[5, 3], color=colours["text"], strokeWidth=1.5, aria=False),
         "encoding": {"y": {"field": "flat", "type": "quantitative"}}},
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


MOST_IN_A_TENTH = 0.3
"""Upper end of the axis of the histograms, a part of all figures."""

FAN = {theme: _fan(colours) for theme, colours in PALETTES.items()}
DUMBBELL = {theme: _dumbbell(colours) for theme, colours in PALETTES.items()}
DENSITY = {theme: _density(colours) for theme, colours in PALETTES.items()}
RISK = {theme: _risk(colours) for theme, colours in PALETTES.items()}
FAMILIES = {theme: _families(colours) for theme, colours in PALETTES.items()}
SCORES = {theme: _scores(colours) for theme, colours in PALETTES.items()}
COVERAGE = {theme: _coverage(colours) for theme, colours in PALETTES.items()}
PIT = {theme: _pit(colours) for theme, colours in PALETTES.items()}


def titled(spec: Spec, title: str, below: str = "") -> Spec:
    """A specification under a title and perhaps a line below it, for one panel among several."""
    return {**spec, "title": {"text": title, "subtitle": below} if below else title}


def titled_both(specs: dict[str, Spec], title: str, below: str = "") -> dict[str, Spec]:
    """As `titled`, in every theme."""
    return {theme: titled(spec, title, below) for theme, spec in specs.items()}


# --- as a file ----------------------------------------------------------------------------------------------------


MOST_FAMILIES = 4
"""Scenarios that can be told apart in one chart."""


def check_file(path: Path) -> None:
    """Refuse a file that is there, is no .json or has no folder, before anything is computed. Raises InputError."""
    if path.suffix != ".json":
        raise InputError(f"--chart: {path} is no .json file. Name one, such as chart.json.")
    if path.exists():
        raise InputError(f"--chart: {path} is there already. Choose another name.")
    if not path.parent.is_dir():
        raise InputError(f"--chart: {path.parent} is no folder. Make it, or choose another one.")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"--chart: {path.parent} cannot be written to. Choose another place.")


def save(spec: Spec, frame: pd.DataFrame, path: Path) -> None:
    """Write a chart with what it draws: a Vega-Lite file that stands alone. Raises InputError."""
    size = {"width": 640, "height": 320} if "layer" in spec else {}
    schema = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **size}
    drawn = {**schema, **spec, "data": {"values": json.loads(frame.to_json(orient="records"))}}
    saving.new_file(path, json.dumps(drawn, ensure_ascii=False) + "\n")
