"""Charts of a game: what a seat spent and was asked for, and the wall, on which all panels share their axes."""

from typing import Any

from sim.charts import PALETTES, Spec, _config
from sim.frames import HIGHEST_SHARE

FIRST, LAST = 2018, 2035
_PADDING = {"left": 4, "right": 12, "top": 6, "bottom": 4}


def _x() -> Spec:
    return {"field": "year", "type": "quantitative", "title": None,
            "scale": {"domain": [FIRST, LAST], "nice": False},
            "axis": {"format": "d", "values": [2020, 2025, 2030, 2035], "grid": False}}  # fmt: skip


def _y(field: str) -> Spec:
    axis = {"values": [0, 2, 4, 6], "labelExpr": "datum.value + '%'"}
    return {"field": field, "type": "quantitative", "title": None, "axis": axis,
            "scale": {"domain": [0, HIGHEST_SHARE], "nice": False}}  # fmt: skip


def _layer(mark: Spec, field: str, **encoding: Any) -> Spec:
    where = [{"filter": {"field": field, "valid": True}}]
    return {"transform": where, "mark": {"clip": True, **mark}, "encoding": {"x": _x(), "y": _y(field), **encoding}}


def _hover(*fields: tuple[str, str]) -> Spec:
    """A line of text for the year under the pointer."""
    tooltip = [{"field": "year", "format": "d"}, *({"field": f, "format": ".2f", "title": t} for f, t in fields)]
    return {
        "mark": {"type": "rule", "opacity": 0, "strokeWidth": 9, "clip": True, "aria": False},
        "encoding": {"x": _x(), "y": {"datum": 0}, "y2": {"datum": HIGHEST_SHARE}, "tooltip": tooltip},
    }


def _own(colours: dict[str, str]) -> Spec:
    """One seat: its own spending, and the line that it is asked to reach."""
    grey, text = colours["baseline"], colours["text"]
    return {"layer": [
        _layer({"type": "line", "interpolate": "step-after", "strokeDash": [5, 3], "color": grey, "strokeWidth": 2,
                "aria": False}, "line"),
        _layer({"type": "point", "filled": True, "shape": "diamond", "size": 60, "opacity": 1, "color": grey}, "line"),
        _layer({"type": "line", "color": text, "strokeWidth": 2}, "share"),
        _layer({"type": "point", "filled": True, "size": 30, "opacity": 1, "color": text, "aria": False}, "share"),
        _hover(("share", "spent"), ("line", "asked for")),
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _wall(colours: dict[str, str]) -> Spec:
    """One panel: this world, the bands and the median of all played worlds, the median of those nobody plays in."""
    blue, text = colours["blue"], colours["text"]
    band = {"type": "area", "color": blue, "aria": False}
    words = {"type": "text", "align": "left", "dx": 5, "fontSize": 10, "color": colours["quiet"], "clip": False}
    return {"layer": [
        _layer({**band, "opacity": 0.20}, "p5", y2={"field": "p95"}),
        _layer({**band, "opacity": 0.35}, "p25", y2={"field": "p75"}),
        _layer({"type": "line", "strokeDash": [5, 3], "color": colours["baseline"], "strokeWidth": 2}, "base"),
        _layer({"type": "line", "color": blue, "strokeWidth": 2.5}, "p50"),
        _layer({"type": "line", "color": text, "strokeWidth": 2}, "ours"),
        _layer({"type": "point", "filled": True, "size": 24, "opacity": 1, "color": text, "aria": False}, "ours"),
        _layer(words, "height", text={"field": "word", "type": "nominal"}),
        _hover(("ours", "our world"), ("p50", "all played, median"), ("p5", "5%"), ("p95", "95%"),
               ("base", "nobody plays, median")),
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


OWN = {theme: _own(colours) for theme, colours in PALETTES.items()}
WALL = {theme: _wall(colours) for theme, colours in PALETTES.items()}
