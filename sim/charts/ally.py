"""Charts of one ally and of all: paths with the bands of scenario and baseline, drivers by year, causes, small panels.

Constant specifications, as in `sim.charts`.
"""

from typing import Any

from sim.charts import _PADDING, PALETTES, Spec, _config, _mark, _of
from sim.frames import HIGHEST_SHARE

YEARS = {"format": "d", "values": [2015, 2020, 2025, 2030, 2035], "grid": False}
LAST = 2035


def _path(colours: dict[str, str], first: int, y_scale: Spec, y_axis: Spec, kind: str) -> Spec:
    """One ally: bands and median of the scenario, the same of the baseline in grey, what was observed, and lines."""
    x = {"field": "year", "type": "quantitative", "title": None, "axis": YEARS,
         "scale": {"domain": [first, LAST], "nice": False}}  # fmt: skip

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": None, "axis": y_axis, "scale": y_scale}

    def layer(mark: Spec, field: str, where: list[Spec], **more: Any) -> Spec:
        return {"transform": where, "mark": mark, "encoding": {"x": x, "y": y(field), **more}}

    def there(field: str) -> list[Spec]:
        return [*_of("path"), {"filter": {"field": field, "valid": True}}]

    def pair(low: str, high: str) -> Spec:
        ends = f"format(datum.{low}, '{kind}') + ' to ' + format(datum.{high}, '{kind}')"
        return {"calculate": f"isValid(datum.{low}) ? {ends} : ''", "as": f"told_{low}"}

    tooltip = [
        {"field": "year", "format": "d"},
        {"field": "observed", "format": kind},
        {"field": "p50", "format": kind, "title": "scenario, median"},
        {"field": "told_p5", "title": "90% of worlds"},
        {"field": "base", "format": kind, "title": "baseline, median"},
        {"field": "told_base_p5", "title": "90% of worlds"},
        {"field": "short", "title": "difference"},
    ]
    blue, grey = colours["blue"], colours["baseline"]
    edge = _mark("line", strokeDash=[2, 3], color=grey, strokeWidth=1, aria=False)
    dotted = _mark("line", strokeDash=[1, 3], color=colours["quiet"], strokeWidth=1.5, aria=False)
    word = {"text": {"field": "word", "type": "nominal"}}
    return {"layer": [
        layer(_mark("area", opacity=0.20, color=blue, aria=False), "p5", there("p5"), y2={"field": "p95"}),
        layer(_mark("area", opacity=0.30, color=blue, aria=False), "p25", there("p25"), y2={"field": "p75"}),
        layer(edge, "base_p5", there("base_p5")),
        layer(edge, "base_p95", there("base_p95")),
        layer(dotted, "value", _of("line"), detail={"field": "line", "type": "nominal"}),
        layer(_mark("line", strokeDash=[5, 3], color=grey, strokeWidth=2, aria=False), "base", there("base")),
        layer(_mark("line", color=colours["text"], strokeWidth=1.5, aria=False), "observed", there("observed")),
        layer(_mark("line", color=blue, strokeWidth=2.5), "p50", there("p50")),
        layer(_mark("text", align="left", baseline="bottom", dy=-6, fontSize=10, color=colours["quiet"]), "value",
              _of("word"), **word),
        layer(_mark("rule", opacity=0, strokeWidth=12, aria=False), "p50",
              [*_of("path"), pair("p5", "p95"), pair("base_p5", "base_p95")], tooltip=tooltip,
              y={"value": 0}, y2={"value": "height"}),
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _share(colours: dict[str, str]) -> Spec:
    """Spending of one ally, % of GDP."""
    axis = {"values": [0, 2, 4, 6], "labelExpr": "datum.value + '%'"}
    return _path(colours, 2014, {"domain": [0, HIGHEST_SHARE], "nice": False}, axis, ".2f")


def _percent(colours: dict[str, str]) -> Spec:
    """Something between 0 and 100% of one ally."""
    axis = {"values": [0, 50, 100], "labelExpr": "datum.value + '%'"}
    return _path(colours, 2025, {"domain": [0, 100], "nice": False}, axis, ".0f")


def _persons(colours: dict[str, str]) -> Spec:
    """Soldiers in one country. The axis follows the host: they differ a thousandfold."""
    axis = {"format": ",d", "tickCount": 3, "tickMinStep": 1}
    return _path(colours, 2025, {"zero": True, "nice": True, "domainMin": 0}, axis, ",.0f")


MOST_PER_YEAR = 0.5
"""Change a year from which on the colour of a driver is full, pp of GDP."""


ROOM = "width > 0 && width < 300 ? 0 : 1"
"""Whether numbers find room in the cells: on a phone the colours and the tooltips have to do."""


def _drivers(colours: dict[str, str]) -> Spec:
    """What each driver did in each year: a coloured cell with its mean."""
    dark = colours["text"] > "#8"
    ends = [colours["orange"], "#262b32" if dark else "#fafaf7", colours["blue"]]
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "grid": False,
         "orient": "top", "labelOverlap": True}}  # fmt: skip
    y = {"field": "words", "type": "nominal", "title": None, "sort": None,
         "axis": {"labelColor": colours["text"], "labelLimit": 170, "grid": False}}  # fmt: skip
    colour = {"field": "mean", "type": "quantitative", "legend": None,
              "scale": {"domain": [-MOST_PER_YEAR, 0, MOST_PER_YEAR], "range": ends, "interpolate": "rgb",
                        "clamp": True}}  # fmt: skip
    tooltip = [{"field": "words", "title": "driver"}, {"field": "year"}] + [
        {"field": field, "format": "+.3f", "title": title}
        for field, title in (("mean", "mean, pp"), ("median", "median, pp"), ("low", "5%"), ("high", "95%"))
    ]
    strong = f"abs(datum.mean) > {0.7 * MOST_PER_YEAR}"
    ink = {"condition": {"test": strong, "value": "#111111" if dark else "#ffffff"}, "value": colours["text"]}
    return {"layer": [
        {"mark": {"type": "rect", "stroke": colours["grid"], "strokeWidth": 0.5},
         "encoding": {"x": x, "y": y, "color": colour, "tooltip": tooltip}},
        {"transform": [{"filter": "abs(datum.mean) >= 0.005"},
                       {"calculate": "replace(format(datum.mean, '+.2f'), '-', '−')", "as": "cell"}],
         "mark": {"type": "text", "fontSize": 10, "aria": False, "opacity": {"expr": ROOM}},
         "encoding": {"x": x, "y": y, "text": {"field": "cell", "type": "nominal"}, "color": ink}},
    ], "config": _config(colours), "height": {"step": 21}, "padding": _PADDING}  # fmt: skip


def _bars(colours: dict[str, str], name: str, value: str, more: list[Spec]) -> Spec:
    """A bar for each row from 0, blue above and orange below, with its number at the end."""
    y = {"field": name, "type": "nominal", "title": None, "sort": None,
         "axis": {"labelColor": colours["text"], "labelLimit": 240, "grid": False}}  # fmt: skip
    x = {"field": value, "type": "quantitative", "title": "pp of GDP", "axis": {"tickCount": 5, "format": "+~g"}}
    colour = {"condition": {"test": f"datum.{value} < 0", "value": colours["orange"]}, "value": colours["blue"]}
    tooltip = [{"field": name}, {"field": value, "format": "+.2f", "title": "pp of GDP"}, *more]
    text = {"type": "text", "align": "left", "dx": 5, "fontSize": 11, "color": colours["text"], "aria": False}
    behind = {"calculate": f"max(datum.{value}, 0)", "as": "behind"}  # where nothing is in the way
    return {"layer": [
        {"mark": {"type": "bar", "height": 13}, "encoding": {"y": y, "x": x, "color": colour, "tooltip": tooltip}},
        {"transform": [behind], "mark": text,
         "encoding": {"y": y, "x": {**x, "field": "behind"}, "text": {"field": "words", "type": "nominal"}}},
    ], "config": _config(colours), "height": {"step": 22}, "padding": {**_PADDING, "right": 30}}  # fmt: skip


def _summed(colours: dict[str, str]) -> Spec:
    """What each driver did since the start: a bar for the scenario, a diamond for the baseline."""
    spec = _bars(colours, "words", "mean", [{"field": "base", "format": "+.2f", "title": "baseline"},
                                            {"field": "told", "title": "difference"}])  # fmt: skip
    bar, text = spec["layer"]
    words = {"calculate": "abs(datum.mean) < 0.005 ? '0' : replace(format(datum.mean, '+.2f'), '-', '−')",
             "as": "number"}  # fmt: skip
    beyond = {"calculate": "max(datum.mean, datum.base, 0)", "as": "behind"}
    text = {**text, "transform": [words, beyond], "mark": {**text["mark"], "dx": 9},
            "encoding": {**text["encoding"], "text": {"field": "number", "type": "nominal"}}}  # fmt: skip
    diamond = {"type": "point", "shape": "diamond", "size": 60, "filled": False, "opacity": 1, "strokeWidth": 1.5,
               "color": colours["text"], "aria": False}  # fmt: skip
    base = {"y": bar["encoding"]["y"], "x": {**bar["encoding"]["x"], "field": "base"}}
    return {**spec, "layer": [bar, text, {"mark": diamond, "encoding": base}]}


def _causes(colours: dict[str, str]) -> Spec:
    """What each cause did to a share since the start in one world."""
    return _bars(colours, "cause", "part", [{"field": "without", "format": ".2f", "title": "without it, % of GDP"}])


PANEL = (104, 62)
"""Width and height of a small panel, pixels."""


def _small(colours: dict[str, str], columns: int) -> Spec:
    """A panel for every ally: spending with its 90% band, the baseline's median and the threshold."""
    x = {
        "field": "year",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [2024, LAST], "nice": False},
        "axis": {"format": "d", "values": [2025, 2035], "grid": False, "labelFlush": True, "labelFontSize": 9},
    }

    def y(field: str) -> Spec:
        axis = {"values": [0, 5], "labelExpr": "datum.value + '%'", "labelFontSize": 9}
        return {"field": field, "type": "quantitative", "title": None, "axis": axis,
                "scale": {"domain": [0, HIGHEST_SHARE], "nice": False}}  # fmt: skip

    def layer(mark: Spec, field: str, **more: Any) -> Spec:
        return {"mark": mark, "encoding": {"x": x, "y": y(field), **more}}

    tooltip = [{"field": "ally"}, {"field": "year", "format": "d"}] + [
        {"field": field, "format": ".2f", "title": title}
        for field, title in (("p50", "median"), ("p5", "5%"), ("p95", "95%"), ("base", "baseline"))
    ]
    blue = colours["blue"]
    header = {"title": None, "labelColor": colours["text"], "labelFontSize": 10.5, "labelPadding": 1,
              "labelLimit": PANEL[0]}  # fmt: skip
    return {
        "facet": {"field": "ally", "type": "nominal", "header": header}, "columns": columns, "spacing": 6,
        "spec": {"width": PANEL[0], "height": PANEL[1], "layer": [
            layer(_mark("area", opacity=0.3, color=blue, aria=False), "p5", y2={"field": "p95"}),
            layer(_mark("line", strokeDash=[1, 3], color=colours["quiet"], strokeWidth=1, aria=False), "line"),
            layer(_mark("line", strokeDash=[4, 2], color=colours["baseline"], strokeWidth=1.5, aria=False), "base"),
            layer(_mark("line", color=blue, strokeWidth=2), "p50", tooltip=tooltip),
        ]},
        "config": _config(colours), "padding": _PADDING,
    }  # fmt: skip


SHARE = {theme: _share(colours) for theme, colours in PALETTES.items()}
PERCENT = {theme: _percent(colours) for theme, colours in PALETTES.items()}
PERSONS = {theme: _persons(colours) for theme, colours in PALETTES.items()}
DRIVERS = {theme: _drivers(colours) for theme, colours in PALETTES.items()}
SUMMED = {theme: _summed(colours) for theme, colours in PALETTES.items()}
CAUSES = {theme: _causes(colours) for theme, colours in PALETTES.items()}
SMALL = {theme: _small(colours, 8) for theme, colours in PALETTES.items()}
"""Eight panels in a row; whoever has less room scrolls."""
