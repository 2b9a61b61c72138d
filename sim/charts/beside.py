"""Charts of scenarios side by side: a level over the years, differences by outcome, differences by ally.

Constant specifications, as in `sim.charts`. A colour is a family of documents; letters and words say the same. What
shows no clear difference is hollow and grey.
"""

from collections.abc import Mapping
from typing import Any

from sim.charts import _PADDING, PALETTES, Spec, _config, _mark
from sim.frames import HIGHEST_SHARE

HUES = ("blue", "violet", "ochre", "orange")
"""Colours of families, in the order in which they come."""

YEARS = [2025, 2035]

LEVEL_AXES: Mapping[str, tuple[float, float, list[float], str]] = {
    "spending_europe_canada_share": (0.0, HIGHEST_SHARE, [0, 2, 4, 6], "datum.value + '%'"),
    "allies_at_threshold": (0.0, 30.0, [0, 10, 20, 30], "datum.value"),
    "troops_europe": (0.0, 150_000.0, [0, 50_000, 100_000, 150_000], "datum.value / 1000 + (datum.value ? 'k' : '')"),
}
"""Ends, marks and labels of the axis of each level, the same under all scenarios."""

EFFECT_AXES: Mapping[str, tuple[float, list[float]]] = {
    "spending_europe_canada_share": (2.0, [-1, 0, 1]),
    "allies_at_threshold": (30.0, [-20, 0, 20]),
    "troops_europe": (80_000.0, [-50_000, 0, 50_000]),
    "credibility_allies": (80.0, [-50, 0, 50]),
}
"""End and marks of the axis of differences of each headline."""

SIGNED = "(datum.value > 0 ? '+' : '') + (abs(datum.value) < 1000 ? datum.value : datum.value / 1000 + 'k')"

ALLY_AXES: Mapping[str, tuple[float, list[float]]] = {
    "share": (3.0, [-2, 0, 2]),
    "credibility_ally": (80.0, [-50, 0, 50]),
    "troops": (40_000.0, [-10_000, 0, 10_000]),
}
"""End and marks of the axis of differences by ally."""


def _hue(colours: dict[str, str]) -> Spec:
    """The colour of a family, by its place."""
    places = list(range(len(HUES)))
    return {"field": "hue", "type": "ordinal", "legend": None,
            "scale": {"domain": places, "range": [colours[name] for name in HUES]}}  # fmt: skip


def _level(colours: dict[str, str], outcome: str) -> Spec:
    """One scenario: bands and median of an outcome over the years, and the median of the reference, dashed."""
    low, high, marks, label = LEVEL_AXES[outcome]
    x = {"field": "year", "type": "quantitative", "title": None, "scale": {"domain": YEARS, "nice": False},
         "axis": {"format": "d", "values": [2025, 2030, 2035], "grid": False}}  # fmt: skip

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": None, "axis": {"values": marks, "labelExpr": label},
                "scale": {"domain": [low, high], "nice": False}}  # fmt: skip

    def layer(mark: Spec, field: str, **more: Any) -> Spec:
        return {"mark": mark, "encoding": {"x": x, "y": y(field), **more}}

    hue, kind = {"color": _hue(colours)}, ",.0f" if high > HIGHEST_SHARE else ".2f"
    tooltip = [{"field": "year", "format": "d"}] + [
        {"field": field, "format": kind, "title": title}
        for field, title in (("p50", "median"), ("p5", "5%"), ("p95", "95%"), ("base", "reference, median"))
    ]
    return {"layer": [
        layer(_mark("area", opacity=0.20, aria=False), "p5", y2={"field": "p95"}, **hue),
        layer(_mark("area", opacity=0.35, aria=False), "p25", y2={"field": "p75"}, **hue),
        layer(_mark("line", strokeDash=[5, 3], strokeWidth=2, color=colours["baseline"], aria=False), "base"),
        layer(_mark("line", strokeWidth=2.5), "p50", tooltip=tooltip, **hue),
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _differences(colours: dict[str, str], x: Any, y: Spec, tooltip: list[Spec], top: float = 0.0) -> list[Spec]:
    """A line at 0, and a point with its 90% band for each row; grey and hollow where no direction is clear.

    The line leaves out the upper part `top` of each row, where words stand.
    """
    clear = {"test": {"field": "way", "oneOf": ["more", "less"]}}
    hue, quiet = _hue(colours), {"value": colours["baseline"]}
    colour = {"condition": {**clear, **hue}, **quiet}
    fill = {"condition": {**clear, **hue}, "value": "transparent"}
    rows = {"y": {**y, "bandPosition": top}, "y2": {"field": y["field"], "bandPosition": 1}}
    return [
        {"mark": {"type": "rule", "strokeDash": [5, 3], "color": colours["baseline"], "strokeWidth": 1.5,
                  "aria": False},
         "encoding": {"x": {"datum": 0, "type": "quantitative"}, **(rows if top else {})}},
        {"mark": _mark("rule", strokeWidth=4, opacity=0.4, aria=False),
         "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}, "color": colour}},
        {"mark": _mark("point", size=55, opacity=1, strokeWidth=1.5),
         "encoding": {"y": y, "x": x("median"), "stroke": colour, "fill": fill, "tooltip": tooltip}},
    ]  # fmt: skip


def _effect(colours: dict[str, str], outcome: str) -> Spec:
    """One outcome: a row a scenario, its paired difference with the band of the difference, and in words."""
    end, marks = EFFECT_AXES[outcome]

    def x(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": None,
                "scale": {"domain": [-end, end], "nice": False},
                "axis": {"values": marks, "labelExpr": SIGNED}}  # fmt: skip

    y = {
        "field": "letter",
        "type": "nominal",
        "title": None,
        "sort": None,
        "axis": {"labelColor": colours["text"], "labelFontSize": 13, "labelFontWeight": "bold", "grid": False},
    }
    tooltip = [{"field": "letter", "title": "scenario"}, {"field": "words", "title": "difference"}]
    words = {"mark": {"type": "text", "align": "left", "x": 2, "dy": -14, "fontSize": 10.5, "color": colours["text"],
                      "limit": 230},
             "encoding": {"y": y, "text": {"field": "short", "type": "nominal"}}}  # fmt: skip
    return {"layer": [*_differences(colours, x, y, tooltip, 0.36), words],
            "config": _config(colours), "height": {"step": 44}, "padding": _PADDING}  # fmt: skip


def _ally(colours: dict[str, str], of: str) -> Spec:
    """One scenario: a row an ally, whoever gains most in the first scenario at the top."""
    end, marks = ALLY_AXES[of]
    scale: Spec = {"domain": [-end, end], "nice": False}
    if of == "troops":
        scale |= {"type": "symlog", "constant": 100}

    def x(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": None, "scale": scale,
                "axis": {"values": marks, "labelExpr": SIGNED}}  # fmt: skip

    y = {"field": "ally", "type": "nominal", "title": None, "sort": {"field": "rank", "op": "min"},
         "axis": {"labelColor": colours["text"], "grid": False, "labelLimit": 110}}  # fmt: skip
    tooltip = [{"field": "ally"}, {"field": "words", "title": "difference"}]
    return {"layer": _differences(colours, x, y, tooltip), "config": _config(colours), "height": {"step": 16},
            "padding": _PADDING}  # fmt: skip


LEVEL = {outcome: {theme: _level(c, outcome) for theme, c in PALETTES.items()} for outcome in LEVEL_AXES}
EFFECT = {outcome: {theme: _effect(c, outcome) for theme, c in PALETTES.items()} for outcome in EFFECT_AXES}
ALLY = {of: {theme: _ally(c, of) for theme, c in PALETTES.items()} for of in ALLY_AXES}
