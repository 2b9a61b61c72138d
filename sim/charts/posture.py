"""Charts of US posture: all soldiers by place, hosts over the years, senders and receivers, the floor, costs.

Constant specifications, as in `sim.charts`.
"""

from typing import Any

from sim.charts import _PADDING, PALETTES, Spec, _config, _mark
from sim.charts.ally import LAST, _path
from sim.frames import POOLS

HUES = ("blue", "quiet", "orange", "ochre", "violet", "grid")
"""Colours of POOLS."""


def _pools(colours: dict[str, str]) -> Spec:
    """All soldiers in every year as one bar, cut by where they are; the bars are as long as each other."""
    y = {"field": "year", "type": "ordinal", "title": None, "sort": "ascending",
         "axis": {"labelColor": colours["text"], "grid": False}}  # fmt: skip
    x = {"field": "mean", "type": "quantitative", "title": "persons, means over worlds", "stack": "zero",
         "axis": {"format": ",d", "tickCount": 5}, "scale": {"nice": False}}  # fmt: skip
    legend = {"orient": "top", "title": None, "labelColor": colours["text"], "columns": 3, "labelLimit": 0,
              "symbolType": "square"}  # fmt: skip
    colour = {"field": "pool", "type": "nominal", "legend": legend, "sort": list(POOLS),
              "scale": {"domain": list(POOLS), "range": [colours[name] for name in HUES]}}  # fmt: skip
    tooltip = [{"field": "pool", "title": "place"}, {"field": "year"},
               {"field": "mean", "format": ",.0f", "title": "scenario, mean"},
               {"field": "base", "format": ",.0f", "title": "baseline, mean"},
               {"field": "part", "format": ".1%", "title": "of all"}]  # fmt: skip
    return {
        "mark": {"type": "bar", "height": 15},
        "encoding": {"y": y, "x": x, "color": colour, "order": {"field": "order", "type": "ordinal"},
                     "tooltip": tooltip},
        "config": _config(colours), "height": {"step": 20}, "padding": {**_PADDING, "right": 30},
    }  # fmt: skip


PANEL = (168, 84)
"""Width and height of the panel of a host, pixels."""


def _hosts(colours: dict[str, str], columns: int) -> Spec:
    """A panel for each host with an axis of its own: bands and median of the scenario, median of the baseline."""
    x = {"field": "year", "type": "quantitative", "title": None, "scale": {"domain": [2025, LAST], "nice": False},
         "axis": {"format": "d", "values": [2025, 2030, 2035], "grid": False, "labelFlush": True}}  # fmt: skip

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": None, "scale": {"zero": True, "nice": True},
                "axis": {"format": "~s", "tickCount": 3}}  # fmt: skip

    def layer(mark: Spec, field: str, **more: Any) -> Spec:
        return {"mark": mark, "encoding": {"x": x, "y": y(field), **more}}

    tooltip = [{"field": "place"}, {"field": "year", "format": "d"}] + [
        {"field": field, "format": ",.0f", "title": title}
        for field, title in (("p50", "median"), ("p5", "5%"), ("p95", "95%"), ("base", "baseline"))
    ]
    blue = colours["blue"]
    header = {"title": None, "labelColor": colours["text"], "labelFontSize": 11, "labelPadding": 2,
              "labelLimit": PANEL[0] + 30, "labelAnchor": "start"}  # fmt: skip
    return {
        "facet": {"field": "panel", "type": "nominal", "header": header, "sort": {"field": "rank", "op": "min"}},
        "columns": columns, "spacing": 12,
        "spec": {"width": PANEL[0], "height": PANEL[1], "layer": [
            layer(_mark("area", opacity=0.2, color=blue, aria=False), "p5", y2={"field": "p95"}),
            layer(_mark("area", opacity=0.3, color=blue, aria=False), "p25", y2={"field": "p75"}),
            layer(_mark("line", strokeDash=[5, 3], color=colours["baseline"], strokeWidth=2, aria=False), "base"),
            layer(_mark("line", color=blue, strokeWidth=2.5), "p50", tooltip=tooltip),
        ]},
        "resolve": {"scale": {"y": "independent"}},
        "config": _config(colours), "padding": _PADDING,
    }  # fmt: skip


def _senders(colours: dict[str, str]) -> Spec:
    """Who sent to the left, who received to the right, and the net of both as a point."""
    y = {"field": "place", "type": "nominal", "title": None, "sort": None,
         "axis": {"labelColor": colours["text"], "labelLimit": 170, "grid": False}}  # fmt: skip

    def x(field: str) -> Spec:
        axis = {"labelExpr": "format(abs(datum.value), ',d')", "tickCount": 5, "tickMinStep": 1}
        return {"field": field, "type": "quantitative", "title": "left ◂   persons   ▸ came", "axis": axis}

    tooltip = [{"field": "place"}] + [
        {"field": field, "format": kind, "title": title}
        for field, kind, title in (("sent", ",.0f", "left"), ("received", ",.0f", "came"), ("net", "+,.0f", "net"))
    ]
    words = {"calculate": "abs(datum.net) < 0.5 ? '0' : replace(format(datum.net, '+,.0f'), '-', '−')", "as": "told"}
    return {"layer": [
        {"mark": {"type": "bar", "color": colours["orange"], "height": 13},
         "encoding": {"y": y, "x": x("sent"), "tooltip": tooltip}},
        {"mark": {"type": "bar", "color": colours["blue"], "height": 13},
         "encoding": {"y": y, "x": x("received"), "tooltip": tooltip}},
        {"transform": [words],
         "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "color": colours["text"], "aria": False},
         "encoding": {"y": y, "x": x("received"), "text": {"field": "told", "type": "nominal"}}},
    ], "config": _config(colours), "height": {"step": 20}, "padding": {**_PADDING, "right": 44}}  # fmt: skip


MOST_IN_EUROPE = 150_000


def _europe(colours: dict[str, str]) -> Spec:
    """US troops in Europe, those on their way included, against the floor of a statute."""
    axis = {"format": ",d", "values": [0, 50_000, 100_000, 150_000]}
    return _path(colours, 2025, {"domain": [0, MOST_IN_EUROPE], "nice": False}, axis, ",.0f")


def _money(colours: dict[str, str]) -> Spec:
    """One definition of cost; the axis is its own, for definitions cannot be compared."""
    return _path(colours, 2025, {"zero": True, "nice": True}, {"format": "~g", "tickCount": 3}, ".3~g")


ALL = {theme: _pools(colours) for theme, colours in PALETTES.items()}
HOSTS = {theme: _hosts(colours, 4) for theme, colours in PALETTES.items()}
SENDERS = {theme: _senders(colours) for theme, colours in PALETTES.items()}
EUROPE = {theme: _europe(colours) for theme, colours in PALETTES.items()}
MONEY = {theme: _money(colours) for theme, colours in PALETTES.items()}
