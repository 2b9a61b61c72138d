"""Charts of policies: boxes on the points, the trade-off of coverage and density, regret, and what can be had at once.

Constant specifications with frames of their own, as in `sim.charts`; shapes say the same as colours.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim import draws
from sim.analysis import explaining, measures
from sim.analysis.discovery import Discovery, InSchool
from sim.analysis.frontier import BASELINE, OWN, PORTFOLIO, Frontier
from sim.analysis.frontier_words import levers_words
from sim.analysis.robustness import REGRETS, Robustness, schools
from sim.charts import PALETTES, Spec, _config, titled

MOST_POINTS = 800
"""Points drawn per school, picked by lot."""

FEW_VALUES, NUDGE = 12, 0.03
"""What takes so few values, like a lever on a grid, is nudged by up to this part of its range, to be seen."""

CASE, OTHER = "a case", "no case"


# --- boxes ----------------------------------------------------------------------------------------------------------


def box_frame(told: Discovery) -> pd.DataFrame:
    """Points, boxes and trajectories of schools with boxes, told apart by `kind`; axes are the surest two limits."""
    frames = []
    for one in told.schools:
        if one.boxes:
            frames += [_points(one), _rectangles(one), _trajectory(one, told.method)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"kind": []})


def _axes(one: InSchool) -> tuple[str, str]:
    """The surest two limits of the first box; where it has one, the axis across shows what was judged."""
    names = one.boxes[0].important
    return names[0], names[1] if len(names) > 1 else "value"


def _panel(one: InSchool) -> str:
    x, y = _axes(one)
    across = "what is judged" if y == "value" else explaining.called(y)
    return f"{one.school}: {explaining.called(x)} (across), {across} (up)"


def _points(one: InSchool) -> pd.DataFrame:
    luck, count = draws.stream(0, "points of a chart", one.school), len(one.points)
    kept = one.points.iloc[np.sort(luck.permutation(count)[:MOST_POINTS])]
    places = {axis: _nudged(kept[name].to_numpy(), luck) for axis, name in zip(("x", "y"), _axes(one), strict=True)}
    case = np.where(kept["case"], CASE, OTHER)
    return pd.DataFrame({"kind": "point", "panel": _panel(one), **places, "case": case})


def _nudged(values: Any, luck: Any) -> Any:
    """Values that would hide each other, moved a little apart."""
    if len(np.unique(values)) > FEW_VALUES:
        return values
    return values + NUDGE * np.ptp(values) * luck.uniform(-1.0, 1.0, len(values))


def _rectangles(one: InSchool) -> pd.DataFrame:
    """Every box that limits an axis of the panel, cut at the ends of the points."""
    x, y = _axes(one)
    rows = []
    for number, box in enumerate(one.boxes, start=1):
        ends = {}
        for axis, name in (("x", x), ("y", y)):
            low, high = box.limits.get(name, (None, None))
            values = one.points[name].to_numpy()
            room = NUDGE * float(np.ptp(values)) if len(np.unique(values)) <= FEW_VALUES else 0.0
            ends[axis] = float(values.min()) - room if low is None else low
            ends[f"{axis}2"] = float(values.max()) + room if high is None else high
        rows.append({"kind": "box", "panel": _panel(one), "box": f"box {number}", **ends})
    return pd.DataFrame(rows)


def _trajectory(one: InSchool, method: str) -> pd.DataFrame:
    way = one.trajectory if method == "prim" else _outer(one.trajectory)
    halves = [("found", way.coverage, way.density), ("held out", way.held_out_coverage, way.held_out_density)]
    frames = [
        pd.DataFrame({
            "kind": "way", "panel": one.school, "half": half, "x": coverage, "y": density, "step": way.box,
            "restricted": way.restricted, "taken": way.taken,
        })
        for half, coverage, density in halves
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True).dropna(subset=["x", "y"])


def _outer(nodes: pd.DataFrame) -> pd.DataFrame:
    """Nodes of a tree are no way: those that no other beats in coverage and in density, and the one that was taken."""
    ordered = nodes.sort_values(["coverage", "density"], ascending=False, kind="stable")
    kept = (ordered["density"] > ordered["density"].cummax().shift(fill_value=-1.0)) | ordered["taken"]
    return ordered[kept].assign(box=range(int(kept.sum())))


def _boxes(colours: dict[str, str]) -> Spec:
    """Points by school with the boxes drawn on them; below, coverage against density on the way to the box."""

    def axis(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": None, "scale": {"zero": False}}

    legend = {"orient": "bottom", "title": None, "labelColor": colours["text"]}
    case = {"field": "case", "type": "nominal", "legend": legend}
    header = {"title": None, "labelColor": colours["text"], "labelAnchor": "start"}
    points: Spec = {
        "transform": [{"filter": {"field": "kind", "oneOf": ["point", "box"]}}],
        "facet": {"field": "panel", "type": "nominal", "header": header}, "columns": 2,
        "spec": {"width": 300, "height": 220, "layer": [
            {"transform": [{"filter": {"field": "kind", "equal": "point"}}],
             "mark": {"type": "point", "size": 22, "opacity": 0.7, "filled": True},
             "encoding": {"x": axis("x"), "y": axis("y"),
                          "color": {**case, "scale": {"domain": [CASE, OTHER],
                                                      "range": [colours["orange"], colours["blue"]]}},
                          "shape": {**case, "scale": {"domain": [CASE, OTHER], "range": ["triangle-up", "circle"]}}}},
            {"transform": [{"filter": {"field": "kind", "equal": "box"}}],
             "mark": {"type": "rect", "fillOpacity": 0, "stroke": colours["text"], "strokeWidth": 2},
             "encoding": {"x": axis("x"), "x2": {"field": "x2"}, "y": axis("y"), "y2": {"field": "y2"},
                          "tooltip": [{"field": "box"}]}},
        ]},
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }  # fmt: skip
    half = {"field": "half", "type": "nominal", "legend": legend}
    halves = ["found", "held out"]
    across = axis("x") | {"title": "coverage", "scale": {"domain": [0, 1]}}
    up = axis("y") | {"title": "density", "scale": {"domain": [0, 1]}}
    way: Spec = {
        "transform": [{"filter": {"field": "kind", "equal": "way"}}],
        "facet": {"field": "panel", "type": "nominal", "header": header}, "columns": 2,
        "spec": {"width": 300, "height": 180, "layer": [
            {"mark": {"type": "line", "strokeWidth": 1.5},
             "encoding": {"x": across, "y": up,
                          "order": {"field": "step", "type": "quantitative"},
                          "color": {**half, "scale": {"domain": halves, "range": [colours["blue"], colours["orange"]]}},
                          "strokeDash": {**half, "scale": {"domain": halves, "range": [[1, 0], [5, 3]]}}}},
            {"transform": [{"filter": "datum.taken"}],
             "mark": {"type": "point", "size": 90, "filled": True, "opacity": 1, "shape": "diamond",
                      "color": colours["text"]},
             "encoding": {"x": across, "y": up,
                          "tooltip": [{"field": "half"}, {"field": "x", "format": ".0%", "title": "coverage"},
                                      {"field": "y", "format": ".0%", "title": "density"},
                                      {"field": "restricted", "title": "limited"}]}},
        ]},
    }  # fmt: skip
    own = dict.fromkeys(("color", "shape", "strokeDash"), "independent")
    return {"vconcat": [points, way], "config": _config(colours), "resolve": {"scale": own}}


# --- regret ---------------------------------------------------------------------------------------------------------


def regret_frame(found: Any, robust: Robustness) -> pd.DataFrame:
    """Regret by policy and school: label, school, p90, maximum, rank, place in the order."""
    order = [int(p) for p in robust.guarantee.policy.values[np.argsort(robust.guarantee.values, kind="stable")]]
    most = float(robust.table.p90.max())
    frame = pd.DataFrame([
        {"label": f"{p} {found.policies.loc[p, 'label']}", "order": place, "school": school}
        | {name: float(robust.table[name].sel(policy=p, school=school)) for name in (*REGRETS, "rank")}
        for place, p in enumerate(order)
        for school in schools(robust.values)
    ])  # fmt: skip
    return frame.assign(deep=frame["p90"] > most / 2)


ON_DEEP = {PALETTES["light"]["blue"]: "#ffffff", PALETTES["dark"]["blue"]: "#111111"}
"""What can be read on a cell of the deepest blue."""


def _regret(colours: dict[str, str]) -> Spec:
    """A cell per policy and school, the darker the more it is regretted, with its number."""
    x = {"field": "school", "type": "nominal", "title": None, "sort": None,
         "axis": {"labelAngle": 0, "orient": "top", "labelColor": colours["text"]}}  # fmt: skip
    y = {"field": "label", "type": "nominal", "title": None, "sort": {"field": "order"},
         "axis": {"labelLimit": 300, "labelColor": colours["text"]}}  # fmt: skip
    tooltip = [{"field": "label", "title": "policy"}, {"field": "school"}] + [
        {"field": field, "format": ".3g", "title": title}
        for field, title in (("median", "median regret"), ("p90", "in 90% of worlds at most"), ("maximum", "most"),
                             ("rank", "rank in the school"))
    ]  # fmt: skip
    cell = {"field": "p90", "type": "quantitative", "legend": None,
            "scale": {"range": [colours["grid"], colours["blue"]], "zero": True}}  # fmt: skip
    return {"layer": [
        {"mark": {"type": "rect"}, "encoding": {"x": x, "y": y, "color": cell, "tooltip": tooltip}},
        {"mark": {"type": "text", "fontSize": 11},
         "encoding": {"x": x, "y": y, "text": {"field": "p90", "type": "quantitative", "format": ".2g"},
                      "color": {"condition": {"test": "datum.deep", "value": ON_DEEP[colours["blue"]]},
                                "value": colours["text"]}}},
    ], "config": _config(colours), "height": {"step": 22}}  # fmt: skip


# --- what can be had at once ----------------------------------------------------------------------------------------

UNCONFIRMED = "beaten in other worlds"
KINDS = (PORTFOLIO, UNCONFIRMED, OWN, BASELINE)
"""Points of the Pareto chart: found and confirmed, found and not confirmed in other worlds, and the marked ones."""


def pareto_frame(told: Frontier) -> pd.DataFrame:
    """A row per policy: kind, levers, the first two objectives in the worlds that check, the others in words."""
    rows = []
    for one in told.standings:
        words = [
            f"{measures.label_of(o.outcome)} {measures.quantity(value, o.unit)}"
            for o, value in zip(told.objectives, one.checked, strict=True)
        ]
        kind = one.kind if one.best or one.kind != PORTFOLIO else UNCONFIRMED
        rows.append({
            "kind": kind, "levers": levers_words(one.levers), "x": one.checked[0], "y": one.checked[1],
            "x_words": words[0], "y_words": words[1], "others": "; ".join(words[2:]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def pareto(told: Frontier, theme: str = "light") -> Spec:
    """The Pareto chart with what its axes show."""
    across, up = (f"{o.words}, {o.unit} ({o.best} is best)" for o in told.objectives[:2])
    return titled(PARETO[theme], f"Portfolios for {told.scenario}", f"across: {across}; up: {up}")


def _pareto(colours: dict[str, str]) -> Spec:
    """Two objectives against each other, a point per policy, the user's own and the baseline marked."""
    legend = {"orient": "bottom", "title": None, "labelColor": colours["text"], "symbolSize": 90}
    kind = {"field": "kind", "type": "nominal", "legend": legend}
    hues = [colours[name] for name in ("blue", "quiet", "orange", "text")]

    def axis(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": None, "scale": {"zero": False}}

    encoding = {
        "x": axis("x"), "y": axis("y"),
        "color": {**kind, "scale": {"domain": list(KINDS), "range": hues}},
        "shape": {**kind, "scale": {"domain": list(KINDS), "range": ["circle", "cross", "diamond", "square"]}},
        "tooltip": [{"field": "kind"}, {"field": "levers"}, {"field": "x_words", "title": "across"},
                    {"field": "y_words", "title": "up"}, {"field": "others"}],
    }  # fmt: skip
    marked = {"field": "kind", "oneOf": list(KINDS[2:])}
    return {"layer": [
        {"mark": {"type": "point", "size": 80, "filled": True, "opacity": 0.9}, "encoding": encoding},
        {"transform": [{"filter": marked}],
         "mark": {"type": "text", "align": "left", "dx": 9, "fontSize": 11, "color": colours["text"]},
         "encoding": {"x": axis("x"), "y": axis("y"), "text": {"field": "kind", "type": "nominal"}}},
    ], "config": _config(colours)}  # fmt: skip


BOXES = {theme: _boxes(colours) for theme, colours in PALETTES.items()}
REGRET = {theme: _regret(colours) for theme, colours in PALETTES.items()}
PARETO = {theme: _pareto(colours) for theme, colours in PALETTES.items()}
