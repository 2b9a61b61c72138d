"""The chart of a tipping point: the share of worlds that flip against the lever, and where each school tips."""

from textwrap import wrap
from typing import Any

import pandas as pd

from sim.analysis.crossing import wilson
from sim.analysis.tipping import Tipping
from sim.analysis.tipping_words import question
from sim.charts import PALETTES, RISK, Spec
from sim.controls import unit_after
from sim.params import levers

CURVE, TIP, LINE = "curve", "tip", "line"
"""Kinds of rows: a share at one value, a school's tipping point, the share that was asked for."""

STRIP = 0.06
"""Height of a school's row below the axis, where the tipping points stand, as a part of all worlds."""

EVERY = "every school"
"""The only curve where all schools flip in the same worlds."""

WIDEST = 90
"""Widest line of the title, characters."""


def frame(found: Tipping) -> pd.DataFrame:
    """What the chart draws. Columns: kind, school, value and share, low and high.

    Of a curve low and high are what holds the share in 95% of samples of so many worlds; of a tipping point the ends
    between which the value lies alike, the highest value of the range where it may lie beyond.
    """
    q = found.question
    tips = dict([next(iter(found.tips.items()))]) if found.same else found.tips
    rows: list[dict[str, Any]] = [{"kind": LINE, "share": q.share}]
    for number, (name, tip) in enumerate(tips.items()):
        school = EVERY if found.same else name
        for value, share in tip.curve:
            low, high = wilson(share, tip.worlds)
            rows.append({"kind": CURVE, "school": school, "value": value, "share": share, "low": low, "high": high})
        if tip.low is not None:
            high = q.values[-1] if tip.high is None else tip.high
            row = {"kind": TIP, "school": school, "share": -STRIP * (number + 1), "low": tip.low, "high": high}
            rows.append(row | {"value": tip.value})
    return pd.DataFrame(rows)


def chart(found: Tipping, theme: str = "light") -> Spec:
    """The specification, for `frame`: a line and a band a school, and below the axis where each of them tips."""
    q, colours = found.question, PALETTES[theme]
    unit = unit_after(levers()[q.lever]).strip()
    schools = [EVERY] if found.same else list(found.tips)
    x = {"field": "value", "type": "quantitative", "scale": {"domain": [q.values[0], q.values[-1]], "nice": False},
         "title": q.lever.replace("_", " ") + (f", {unit}" if unit else ""), "axis": {"grid": False}}  # fmt: skip
    hues = [colours[name] for name in ("blue", "orange", "violet", "ochre")][: len(schools)]
    dashes = [[1, 0], [6, 2], [2, 2], [8, 2, 2, 2]][: len(schools)]
    role = {"field": "school", "type": "nominal", "title": None}
    legend = {"orient": "bottom", "labelColor": colours["text"], "symbolOpacity": 1}
    colour = {**role, "scale": {"domain": schools, "range": hues}, "legend": legend}
    dash = {**role, "scale": {"domain": schools, "range": dashes}, "legend": legend}
    tooltip = [{"field": "school"}, {"field": "value", "format": "~g", "title": q.lever},
               {"field": "share", "format": ".0%", "title": "worlds that flip"}]  # fmt: skip
    tips = [{"field": "school"}] + [
        {"field": field, "format": "~g", "title": title}
        for field, title in (("value", "tips at"), ("low", "95%, from"), ("high", "to"))
    ]
    curve, tip = ([{"filter": {"field": "kind", "equal": kind}}] for kind in (CURVE, TIP))

    def y(field: str) -> Spec:
        axis = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}
        return {"field": field, "type": "quantitative", "title": "worlds that flip", "axis": axis,
                "scale": {"domain": [-STRIP * (len(schools) + 0.7), 1], "nice": False}}  # fmt: skip

    spec = {"layer": [
        {"transform": [{"filter": {"field": "kind", "equal": LINE}}],
         "mark": {"type": "rule", "strokeDash": [5, 3], "color": colours["baseline"], "strokeWidth": 2, "aria": False},
         "encoding": {"y": y("share")}},
        {"transform": curve, "mark": {"type": "area", "clip": True, "opacity": 0.12, "aria": False},
         "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}, "color": colour}},
        {"transform": curve, "mark": {"type": "line", "clip": True, "strokeWidth": 2.5},
         "encoding": {"x": x, "y": y("share"), "color": colour, "strokeDash": dash, "tooltip": tooltip}},
        {"transform": tip, "mark": {"type": "rule", "clip": True, "strokeWidth": 5, "opacity": 0.35, "aria": False},
         "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y("share"), "color": colour}},
        {"transform": [*tip, {"filter": {"field": "value", "valid": True}}],
         "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
         "encoding": {"x": x, "y": y("share"), "color": colour, "tooltip": tips}},
    ], "config": RISK[theme]["config"], "padding": RISK[theme]["padding"]}  # fmt: skip
    below = "Line: share of worlds, band: 95% by sampling. Below the axis: where each school tips, 95% by sampling."
    return {**spec, "title": {"text": wrap(question(q), WIDEST), "subtitle": below}}
