"""Charts of a sensitivity analysis: constant Vega-Lite specifications, a panel for each school, and their frames."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from sim import saving
from sim.analysis.sensitivity import Sensitivity
from sim.analysis.sensitivity.findings import LEADERS
from sim.charts import PALETTES, RISK, Spec
from sim.priors import SCHOOLS

DRAWN = 12
"""Factors in a chart, largest first."""

PANEL = 170
"""Width of one school's panel."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

TITLES = {
    "sobol": "part of the variance: pale total, dark by itself, line 95%",
    "morris": "mean absolute effect; line 95%",
    "pawn": "median distance of distributions; line: what chance reaches",
    "tornado": "median less the median as drawn",
}


def frame(found: Sensitivity) -> pd.DataFrame:
    """What the main chart draws: a row for each school and factor; of a tornado, a row for each end.

    Columns: school, name, rank, about, index, low, high, inner; of a tornado: end, value instead.
    """
    table = found.frame[found.frame["rank"] <= DRAWN]
    common = table[["school", "name", "rank", "about"]]
    if found.method.name == "tornado":
        ends = {"at its 5% quantile": "low", "at its 95% quantile": "high"}
        return pd.concat([common.assign(end=end, value=table[column]) for end, column in ends.items()])
    index, width = table[found.method.index], table[found.method.half_width]
    low, high = (0.0 * index, width) if found.method.name == "pawn" else (index - width, index + width)
    inner = table["first"].clip(lower=0.0) if found.method.name == "sobol" else None
    return common.assign(index=index, low=low, high=high, inner=inner)


def path_frame(found: Sensitivity) -> pd.DataFrame:
    """What the chart of convergence draws: columns school, points, name, rank, index, low, high; the leaders only."""
    path = found.convergence[found.convergence["name"].isin(found.ranked[:LEADERS])]
    path = path.assign(rank=path["name"].map({name: place for place, name in enumerate(found.ranked, start=1)}))
    if found.method.name == "pawn":
        first = path["rank"] == 1
        return path.assign(low=0.0, high=path["half_width"].where(first)).assign(low=lambda t: t["low"].where(first))
    return path.assign(low=path["index"] - path["half_width"], high=path["index"] + path["half_width"])


def _facet(layers: list[Spec], colours: dict[str, str], height: Any) -> Spec:
    """A panel for each school, side by side."""
    header = {"title": None, "labelColor": colours["text"], "labelFontSize": 12}
    return {
        "facet": {"column": {"field": "school", "type": "nominal", "sort": list(SCHOOLS), "header": header}},
        "spec": {"width": PANEL, "height": height, "layer": layers},
    }


def _factor(colours: dict[str, str]) -> Spec:
    """The axis of factors, largest first."""
    return {"field": "name", "type": "nominal", "title": None, "sort": {"field": "rank", "op": "min"},
            "axis": {"labelColor": colours["text"], "labelLimit": 220, "grid": False}}  # fmt: skip


def _x(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": None, "axis": {"tickCount": 4, "format": "~g"}}


def _bars(colours: dict[str, str]) -> Spec:
    """An index as a bar, what a factor does by itself inside it, and the 95% interval as a line."""
    y, blue = _factor(colours), colours["blue"]
    tooltip = [{"field": "name"}, {"field": "about"}] + [
        {"field": field, "format": ".2f", "title": title}
        for field, title in (("index", "index"), ("low", "from"), ("high", "to"), ("inner", "by itself"))
    ]
    return _facet([
        {"mark": {"type": "bar", "color": blue, "opacity": 0.35, "height": 14},
         "encoding": {"y": y, "x": _x("index"), "tooltip": tooltip}},
        {"transform": [{"filter": {"field": "inner", "valid": True}}],
         "mark": {"type": "bar", "color": blue, "height": 7, "aria": False},
         "encoding": {"y": y, "x": _x("inner")}},
        {"mark": {"type": "rule", "color": colours["text"], "strokeWidth": 1.5, "aria": False},
         "encoding": {"y": y, "x": _x("low"), "x2": {"field": "high"}}},
    ], colours, {"step": 20})  # fmt: skip


def _tornado(colours: dict[str, str]) -> Spec:
    """How far the median moves with a factor at its low end and at its high end; 0 is the median as drawn."""
    y, legend = _factor(colours), {"orient": "bottom", "title": None, "labelColor": colours["text"], "labelLimit": 0}
    colour = {"field": "end", "type": "nominal", "sort": None, "legend": legend,
              "scale": {"range": [colours["orange"], colours["blue"]]}}  # fmt: skip
    tooltip = [{"field": "name"}, {"field": "about"}, {"field": "end"}, {"field": "value", "format": "+.3~g"}]
    return _facet([
        {"mark": {"type": "bar", "height": 14},
         "encoding": {"y": y, "x": {**_x("value"), "stack": None}, "color": colour, "tooltip": tooltip}},
        {"transform": [{"aggregate": [{"op": "count", "as": "all"}]}],
         "mark": {"type": "rule", "color": colours["text"], "aria": False},
         "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
    ], colours, {"step": 20})  # fmt: skip


def _path(colours: dict[str, str]) -> Spec:
    """The largest indices with their 95% intervals, by number of base points."""
    x = {"field": "points", "type": "quantitative", "title": None, "scale": {"type": "log", "base": 2},
         "axis": {"format": "d", "tickCount": 4, "grid": False}}  # fmt: skip
    legend = {"orient": "bottom", "title": None, "labelColor": colours["text"], "labelLimit": 0, "columns": LEADERS,
              "symbolOpacity": 1}  # fmt: skip
    hues = [colours[name] for name in ("blue", "orange", "violet", "ochre", "text")]
    colour = {"field": "name", "type": "nominal", "sort": {"field": "rank", "op": "min"}, "legend": legend,
              "scale": {"range": hues}}  # fmt: skip

    def y(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": "index", "axis": {"tickCount": 4, "format": "~g"}}

    tooltip = [{"field": "name"}, {"field": "points"}, {"field": "index", "format": ".3f"}]
    return _facet([
        {"mark": {"type": "area", "opacity": 0.15, "aria": False},
         "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}, "color": colour}},
        {"mark": {"type": "line", "strokeWidth": 2, "aria": False},
         "encoding": {"x": x, "y": y("index"), "color": colour}},
        {"mark": {"type": "point", "filled": True, "size": 35, "opacity": 1},
         "encoding": {"x": x, "y": y("index"), "color": colour, "tooltip": tooltip}},
    ], colours, 150)  # fmt: skip


BARS = {theme: _bars(colours) for theme, colours in PALETTES.items()}
TORNADO = {theme: _tornado(colours) for theme, colours in PALETTES.items()}
PATH = {theme: _path(colours) for theme, colours in PALETTES.items()}


def spec(found: Sensitivity, theme: str = "light") -> Spec:
    """The whole chart of an analysis with what it draws: its indices, and below them how they settled."""
    question, method = found.question, found.method
    unit = question.unit if method.name in ("morris", "tornado") else ""
    below = f"{TITLES[method.name]}{f', {unit}' if unit else ''}"
    main = TORNADO[theme] if method.name == "tornado" else BARS[theme]
    panels = [
        (main, frame(found), {"text": _sentence(found), "subtitle": below}),
        (PATH[theme], path_frame(found), {"text": "How the largest settled", "subtitle": _settled_by(found)}),
    ]
    return {
        "$schema": SCHEMA,
        "vconcat": [{"title": title, "data": {"values": _rows(rows)}, **panel} for panel, rows, title in panels],
        "resolve": {"scale": {"color": "independent", "x": "independent"}},
        "config": RISK[theme]["config"], "padding": RISK[theme]["padding"], "background": None,
    }  # fmt: skip


def _settled_by(found: Sensitivity) -> str:
    band = "what chance reaches" if found.method.name == "pawn" else "95%"
    return f"by number of {found.method.counted}; band: {band}"


def _sentence(found: Sensitivity) -> str:
    question = found.question
    return f"{question.scenario.name}: on what hangs {question.words}"


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows


def save(found: Sensitivity, path: Path) -> None:
    """Write the chart: a Vega-Lite file that stands alone. Raises InputError."""
    saving.new_file(path, json.dumps(spec(found), ensure_ascii=False) + "\n")
