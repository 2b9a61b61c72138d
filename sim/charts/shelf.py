"""Charts of a batch: an outcome against a lever, and policies one below the other. Constant specifications.

Axes follow what they show: a batch may be of anything. All panels of one outcome share them.
"""

from sim.charts import _PADDING, PALETTES, Spec, _config, _mark
from sim.results import QUANTILES

LOW, LOWER, MIDDLE, UPPER, HIGH = (f"p{round(100 * q):02d}" for q in QUANTILES)


def _value(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": None, "scale": {"zero": False},
            "axis": {"tickCount": 5, "format": "~g"}}  # fmt: skip


def _tooltip(*first: Spec) -> list[Spec]:
    """What is told of a point."""
    ends = ((MIDDLE, "median"), (LOW, "5%"), (HIGH, "95%"))
    return [*first, *({"field": field, "format": ".3~g", "title": title} for field, title in ends)]


def _nought(colours: dict[str, str], axis: str) -> Spec:
    """A dashed line where there is no difference, if differences are shown."""
    return {"transform": [{"filter": {"field": "nought", "valid": True}}, {"aggregate": [], "groupby": ["nought"]}],
            "mark": _mark("rule", strokeDash=[5, 3], color=colours["baseline"], strokeWidth=1.5, aria=False),
            "encoding": {axis: {**_value("nought"), "type": "quantitative"}}}  # fmt: skip


def _span(axis: str) -> Spec:
    """Nothing to be seen: it has every panel reach as far as all of them together."""
    return {"transform": [{"aggregate": [], "groupby": ["least", "most"]}],
            "mark": {"type": "rule", "opacity": 0, "aria": False},
            "encoding": {axis: _value("least"), f"{axis}2": {"field": "most"}}}  # fmt: skip


def _points(colours: dict[str, str]) -> Spec:
    """Policies as points over a lever, with the band that holds 90% of worlds."""
    x = {"field": "x", "type": "quantitative", "title": None, "scale": {"zero": False, "nice": True},
         "axis": {"tickCount": 5, "format": "~g", "grid": False}}  # fmt: skip
    tooltip = _tooltip({"field": "label", "title": "policy"}, {"field": "value", "title": "lever", "format": "~g"})
    return {"layer": [
        _span("y"),
        _nought(colours, "y"),
        {"mark": _mark("rule", color=colours["blue"], opacity=0.3, strokeWidth=2, aria=False),
         "encoding": {"x": x, "y": _value(LOW), "y2": {"field": HIGH}}},
        {"mark": _mark("point", color=colours["blue"], filled=True, size=40, opacity=0.9),
         "encoding": {"x": x, "y": _value(MIDDLE), "tooltip": tooltip}},
    ], "config": _config(colours), "padding": _PADDING}  # fmt: skip


def _rows(colours: dict[str, str]) -> Spec:
    """A row a policy: median, and the bands that hold 50% and 90% of worlds."""
    y = {"field": "row", "type": "nominal", "title": None, "sort": {"field": "rank", "op": "min"},
         "axis": {"labelColor": colours["text"], "grid": False, "labelLimit": 150}}  # fmt: skip
    tooltip = _tooltip({"field": "label", "title": "policy"})
    return {"layer": [
        _span("x"),
        _nought(colours, "x"),
        {"mark": _mark("rule", color=colours["blue"], opacity=0.3, strokeWidth=3, aria=False),
         "encoding": {"y": y, "x": _value(LOW), "x2": {"field": HIGH}}},
        {"mark": _mark("rule", color=colours["blue"], opacity=0.5, strokeWidth=7, aria=False),
         "encoding": {"y": y, "x": _value(LOWER), "x2": {"field": UPPER}}},
        {"mark": _mark("point", color=colours["text"], filled=True, size=40, opacity=1),
         "encoding": {"y": y, "x": _value(MIDDLE), "tooltip": tooltip}},
    ], "config": _config(colours), "height": {"step": 18}, "padding": _PADDING}  # fmt: skip


POINTS = {theme: _points(colours) for theme, colours in PALETTES.items()}
ROWS = {theme: _rows(colours) for theme, colours in PALETTES.items()}
