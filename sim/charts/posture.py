"""Charts of US posture: all soldiers by place, hosts over the years, senders and receivers, the floor, costs.

Constant specifications, as in `sim.charts`.
"""

from sim.charts import _PADDING, PALETTES, Spec, _config
from sim.charts.ally import _path
from sim.frames import POOLS

HUES = ("blue", "quiet", "orange", "ochre", "violet", "grid")
"""Colours of POOLS."""


def _pools(colours: dict[str, str]) -> Spec:
    """All soldiers in every year as one bar, cut by where they are; the bars are as long as each other."""
    y = {"field": "year", "type": "ordinal", "title": None, "sort": "ascending",
         "axis": {"labelColor": colours["text"], "grid": False}}  # fmt: skip
    x = {"field": "mean", "type": "quantitative", "title": "persons, means over worlds", "stack": "zero",
         "axis": {"format": "~s", "tickCount": 5}, "scale": {"nice": False}}  # fmt: skip
    legend = {"orient": "top", "title": None, "labelColor": colours["text"], "columns": 2, "labelLimit": 0,
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


def _host(colours: dict[str, str]) -> Spec:
    """One host. The axis follows it: hosts differ a thousandfold."""
    return _path(colours, 2025, {"zero": True, "nice": True, "domainMin": 0}, {"format": "~s", "tickCount": 3}, ",.0f")


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
    return _path(colours, 2025, {"zero": True, "nice": True}, {"labelExpr": "datum.value", "tickCount": 3}, ".3~r")


ALL = {theme: _pools(colours) for theme, colours in PALETTES.items()}
HOST = {theme: _host(colours) for theme, colours in PALETTES.items()}
SENDERS = {theme: _senders(colours) for theme, colours in PALETTES.items()}
EUROPE = {theme: _europe(colours) for theme, colours in PALETTES.items()}
MONEY = {theme: _money(colours) for theme, colours in PALETTES.items()}
