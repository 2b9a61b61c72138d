"""The charts of one world: its path, all allies at once, and the fan of worlds that can be opened by a click."""

from typing import Any

from sim.charts import _PADDING, PALETTES, Spec, _config, _mark, _of

OPENED = "opened"
"""The selection of the fan chart: its `world` is the one that was clicked."""

MOST_SPENT = 8.0
"""Upper end of the axis of a single ally's spending, % of GDP: fixed, and higher than where medians go."""

SHARES, CHANGES = (0.0, 6.0), (-1.5, 1.5)
"""Ends of the colours of spending (% of GDP), and of its difference (points): fixed across worlds and scenarios."""

SOLDIERS = (0.0, 40_000.0)

SEQUENTIAL = {"light": ("#eef3f9", "#0b3c75"), "dark": ("#1c2530", "#9cc8ff")}
DIVERGING = {"light": ("#c4570a", "#f4f4f4", "#1f5fa8"), "dark": ("#f19a4a", "#262b33", "#6ea8ec")}
"""Colours of the strip: the more, the further from the background; orange is less than the baseline, blue more."""


def _years() -> Spec:
    """The axis of time, in years."""
    return {"field": "year", "type": "quantitative", "title": None, "scale": {"nice": False, "zero": False},
            "axis": {"format": "d", "tickMinStep": 1, "tickCount": 6, "grid": False}}  # fmt: skip


ENDS: dict[str, Spec] = {
    "spending": {"domain": [0.0, MOST_SPENT], "nice": False},
    "chances": {"domain": [0.0, 100.0], "nice": False},
    "numbers": {"zero": True},
}
"""Vertical axes of a path: fixed across worlds and scenarios where there are natural ends, else from nought."""


def _path(colours: dict[str, str], scale: Spec) -> Spec:
    """One quantity of one world: the scenario, the same world in the baseline, and the quarter that is shown."""
    y = {"field": "value", "type": "quantitative", "title": None, "scale": scale,
         "axis": {"tickCount": 4, "format": "~s"}}  # fmt: skip
    tooltip = [{"field": "quarter"}, {"field": "value", "format": ",.4~g", "title": "this world"},
               {"field": "base", "format": ",.4~g", "title": "same world, baseline"}]  # fmt: skip
    now = [{"filter": "datum.now === 1"}]
    return {"layer": [
        {"transform": now, "mark": {"type": "rule", "color": colours["quiet"], "strokeDash": [2, 2], "aria": False},
         "encoding": {"x": _years()}},
        {"transform": [{"filter": {"field": "base", "valid": True}}],
         "mark": _mark("line", strokeDash=[5, 3], color=colours["baseline"], strokeWidth=2, aria=False),
         "encoding": {"x": _years(), "y": {**y, "field": "base"}}},
        {"mark": _mark("line", color=colours["blue"], strokeWidth=2.5), "encoding": {"x": _years(), "y": y}},
        {"mark": {"type": "point", "opacity": 0, "size": 120, "aria": False},
         "encoding": {"x": _years(), "y": y, "tooltip": tooltip}},
        {"transform": now,
         "mark": {"type": "point", "color": colours["orange"], "filled": True, "size": 90, "opacity": 1},
         "encoding": {"x": _years(), "y": y, "tooltip": tooltip}},
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _strip(theme: str, scale: Spec, legend: str, **more: Any) -> Spec:
    """Allies by quarters as colours, with the quarter that is shown framed."""
    colours = PALETTES[theme]
    y = {"field": "ally", "type": "nominal", "title": None, "sort": "ascending",
         "axis": {"labelColor": colours["text"], "grid": False, "labelFontSize": 10, "labelLimit": 110}}  # fmt: skip
    till = {"x2": {"field": "till"}}
    words = {
        "title": legend, "orient": "top", "gradientLength": 220, "gradientThickness": 10, "format": "~s",
        "labelColor": colours["text"], "titleColor": colours["quiet"], "titleFontWeight": "normal", **more,
    }  # fmt: skip
    scale = {**scale, "clamp": True, "interpolate": "rgb"}
    colour = {"field": "value", "type": "quantitative", "scale": scale, "legend": words}
    tooltip = [{"field": "ally"}, {"field": "quarter"}, {"field": "value", "format": ",.3~g", "title": legend}]
    return {"layer": [
        {"mark": {"type": "rect", "tooltip": True},
         "encoding": {"x": _years(), **till, "y": y, "color": colour, "tooltip": tooltip}},
        {"transform": [{"filter": "datum.now === 1"}, {"aggregate": [{"op": "min", "field": "year", "as": "year"},
                                                                     {"op": "max", "field": "till", "as": "till"}]}],
         "mark": {"type": "rect", "fill": None, "stroke": colours["orange"], "strokeWidth": 2, "aria": False},
         "encoding": {"x": _years(), **till}},
    ], "config": _config(colours), "height": {"step": 13}, "padding": _PADDING}  # fmt: skip


def _fan(colours: dict[str, str], scale: Spec) -> Spec:
    """Bands of all worlds and the paths of a few; a click takes the nearest path."""
    y = {"type": "quantitative", "title": None, "scale": scale, "axis": {"tickCount": 5, "format": "~s"}}

    def layer(mark: Spec, field: str, kind: str, **more: Any) -> Spec:
        return {"transform": _of(kind), "mark": mark, "encoding": {"x": _years(), "y": {**y, "field": field}, **more}}

    blue, world = colours["blue"], {"field": "world", "type": "nominal"}
    tooltip = [{"field": "words", "title": "click to open"}, {"field": "year", "format": "d"},
               {"field": "value", "format": ",.3~g"}]  # fmt: skip
    click = {"type": "point", "fields": ["world"], "on": "click", "nearest": True, "clear": False}
    return {"layer": [
        layer(_mark("area", opacity=0.15, color=blue, aria=False), "p5", "band", y2={"field": "p95"}),
        layer(_mark("area", opacity=0.25, color=blue, aria=False), "p25", "band", y2={"field": "p75"}),
        layer(_mark("line", strokeDash=[5, 3], color=colours["baseline"], strokeWidth=2, aria=False), "base", "band"),
        layer(_mark("line", color=blue, strokeWidth=2.5), "p50", "band"),
        layer(_mark("line", color=colours["quiet"], strokeWidth=1, opacity=0.75), "value", "path", detail=world),
        layer(_mark("line", color=colours["orange"], strokeWidth=3), "value", "open"),
        {**layer({"type": "point", "opacity": 0, "size": 90}, "value", "path", tooltip=tooltip, detail=world),
         "params": [{"name": OPENED, "select": click}]},
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _scales(theme: str) -> dict[str, Spec]:
    """The colours of each strip."""
    plain, split = list(SEQUENTIAL[theme]), list(DIVERGING[theme])
    return {
        "Defence spending": _strip(theme, {"domain": list(SHARES), "range": plain}, "% of GDP"),
        "Difference to the baseline": _strip(
            theme, {"domain": [CHANGES[0], 0.0, CHANGES[1]], "range": split}, "points of GDP"
        ),
        "Belief in US defence": _strip(theme, {"domain": [0.0, 100.0], "range": plain}, "in 100"),
        "US soldiers": _strip(
            theme,
            {"type": "symlog", "constant": 100, "domain": list(SOLDIERS), "range": plain},
            "persons",
            values=[0, 100, 1000, 10_000, 40_000],
        ),
    }


PATHS = {kind: {theme: _path(colours, ends) for theme, colours in PALETTES.items()} for kind, ends in ENDS.items()}
WORLDS = {theme: _fan(colours, {"zero": True}) for theme, colours in PALETTES.items()}
SPENDING = {theme: _fan(colours, ENDS["spending"]) for theme, colours in PALETTES.items()}
"""The fan of an outcome, and of the spending of an ally."""

_STRIPS = {theme: _scales(theme) for theme in PALETTES}
STRIPS = {what: {theme: _STRIPS[theme][what] for theme in PALETTES} for what in _STRIPS["light"]}
