"""The map of Europe: a value for every ally, Canada on a tile beside it, and what moves between hosts.

The specifications are constant and name the shapes by an address (`SHAPES`); whoever draws without that address, such
as an export or a server without the route, passes them through `inline` first; pages draw `here`, and whoever serves
the route says so with `served`. Shapes: Natural Earth, public domain.
"""

import copy
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.charts import PALETTES, Spec
from sim.reference import data_dir, roster
from sim.tables import number

SHAPES = "/shapes/europe.topo.json"
"""Where the app serves the shapes: the only place that names it."""

CREDIT = (
    "Boundaries and names imply no endorsement or acceptance. Shapes: Natural Earth, public domain, with Crimea drawn "
    "as part of Ukraine. Canada and the United States stand on tiles. Grey: not an ally, or no value."
)
"""What stands under every map."""

HEIGHT = 420
"""Pixels, unless whoever draws it asks for another height."""

PROJECTION: Spec = {"type": "azimuthalEqualArea", "rotate": [-13, -53, 0]}
ZOOM, BREADTH = 1.24, 1.02
"""Scale of the projection for each pixel of height, and the breadth of what is shown relative to its height."""

GROUND: Spec = {"url": SHAPES, "format": {"type": "topojson", "feature": "europe_raw"}}
TILES: Mapping[str, tuple[float, float]] = {"CAN": (-20.5, 55.5), "USA": (-18.5, 48.5)}
"""Allies that are not on the map, and the host: where their tiles stand, degrees east and north."""

_OTHERS = {"light": "#e2e2de", "dark": "#262b32"}
_BORDERS = {"light": "#ffffff", "dark": "#0e1117"}
_MIDDLE = {"light": "#fafaf7", "dark": "#5a616b"}
_EDGE = {"light": "#8d8d8d", "dark": "#9aa0a8"}
_FAINT = {"light": "#eef3f9", "dark": "#31404f"}


HOME = "home of the soldiers"
"""What a map says of the United States."""


# --- frames ---------------------------------------------------------------------------------------------------------


def frame(values: Mapping[str, float], words: Mapping[str, str] | None = None) -> pd.DataFrame:
    """What a map draws: a row for each ally, whether it has a value or not, and one for the United States.

    `values` and `words`, which stand in the tooltip, are by ISO 3166 code. Columns: kind (ally, tile or home), iso3,
    name, value (NaN where there is none), words, lon, lat (of tiles, degrees), lon2, lat2, size (of flows,
    persons), label (of tiles).
    """
    known = roster()
    codes, names = [*known.iso3, "USA"], [*known.name, "United States"]
    kinds = ["home" if code == "USA" else "tile" if code in TILES else "ally" for code in codes]
    cells = [float(values.get(code, np.nan)) if code != "USA" else np.nan for code in codes]
    told = [
        HOME if code == "USA" else (words or {}).get(code) or (number(value) if np.isfinite(value) else "no value")
        for code, value in zip(codes, cells, strict=True)
    ]
    place = [TILES.get(code, (np.nan, np.nan)) for code in codes]
    return pd.DataFrame({
        "kind": kinds, "iso3": codes, "name": names, "value": cells, "words": told,
        "lon": [lon for lon, _ in place], "lat": [lat for _, lat in place],
        "lon2": np.nan, "lat2": np.nan, "size": np.nan,
        "label": [name if kind == "tile" else "USA" for name, kind in zip(names, kinds, strict=True)],
    })  # fmt: skip


def with_flows(table: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """A map's frame with lines between hosts. `flows` has columns origin, goal (codes; USA is home) and persons."""
    known = roster()
    place = {code: (known.longitude[n], known.latitude[n]) for n, code in enumerate(known.iso3)} | dict(TILES)
    names = dict(zip(known.iso3, known.name, strict=True)) | {"USA": "home"}
    lines = [
        dict(
            kind="flow", name=f"{names[row.origin]} to {names[row.goal]}", words=f"{row.persons:,.0f} persons",
            lon=place[row.origin][0], lat=place[row.origin][1], lon2=place[row.goal][0], lat2=place[row.goal][1],
            size=float(row.persons),
        )
        for row in flows.itertuples()
        if row.origin in place and row.goal in place
    ]  # fmt: skip
    return pd.concat([table, pd.DataFrame(lines, columns=table.columns)], ignore_index=True) if lines else table


def alt(table: pd.DataFrame, what: str, unit: str = "") -> str:
    """A map in a sentence: the highest and lowest values with their countries, how many are 0, and who has none.

    `what` begins the sentence, such as "Change of defence spending in 2035"; `unit` stands behind each number.
    """
    every = zip(*(table[name].tolist() for name in ("kind", "name", "value")), strict=True)
    own = [(name, value) for kind, name, value in every if kind in ("ally", "tile")]
    known = sorted((row for row in own if row[1] == row[1]), key=lambda row: -row[1])
    lacking = ", ".join(name for name, value in own if value != value)
    none = f" No value for {lacking}." if lacking else ""
    if not known:
        return f"Map of Europe. {what}: no values."
    if not any(value for _, value in known):
        return f"Map of Europe. {what}: exactly 0{unit} in all {len(known)} allies.{none}"
    if len({value for _, value in known}) == 1:
        return f"Map of Europe. {what}: {number(known[0][1])}{unit} in all {len(known)} allies.{none}"
    sign = known[-1][1] < 0
    high, low = (
        ", ".join(f"{name} {number(value, sign)}{unit}" for name, value in part) for part in (known[:3], known[:-4:-1])
    )
    return f"Map of Europe. {what}: highest in {high}; lowest in {low}.{none}"


# --- specifications -------------------------------------------------------------------------------------------------


def _places(colours: dict[str, str], theme: str, colour: Spec) -> list[Spec]:
    """Layers of allies, tiles and their names."""
    shape = {"field": "geo", "type": "geojson"}
    tooltip = [{"field": "name", "title": "country"}, {"field": "words", "title": "value"}]
    spot = {"longitude": {"field": "lon", "type": "quantitative"}, "latitude": {"field": "lat", "type": "quantitative"}}
    edge = {"stroke": _EDGE[theme], "strokeWidth": 0.5}
    tile = {"type": "square", "size": 1000, "opacity": 1, "stroke": _EDGE[theme], "strokeWidth": 0.8}
    return [
        {"transform": [{"filter": "datum.kind === 'ally'"},
                       {"lookup": "iso3", "from": {"data": GROUND, "key": "id"}, "as": "geo"},
                       {"filter": "isValid(datum.geo)"}],
         "mark": {"type": "geoshape", "clip": True, **edge},
         "encoding": {"shape": shape, "color": colour, "tooltip": tooltip}},
        {"transform": [{"filter": "datum.kind === 'tile'"}],
         "mark": tile, "encoding": {**spot, "color": colour, "tooltip": tooltip}},
        {"transform": [{"filter": "datum.kind === 'home'"}],
         "mark": {**tile, "fill": _OTHERS[theme]}, "encoding": {**spot, "tooltip": tooltip}},
        {"transform": [{"filter": "datum.kind === 'tile' || datum.kind === 'home'"}],
         "mark": {"type": "text", "dy": 24, "fontSize": 10, "color": colours["quiet"], "aria": False},
         "encoding": {**spot, "text": {"field": "label", "type": "nominal"}}},
    ]  # fmt: skip


def _flows(colours: dict[str, str]) -> Spec:
    """Lines between hosts, as wide as many move, with a point where they arrive."""
    width = {"field": "size", "type": "quantitative", "legend": None,
             "scale": {"domain": [0, 20_000], "range": [0.8, 9], "clamp": True}}  # fmt: skip
    ends = {
        name: {"field": field, "type": "quantitative"} for name, field in (("longitude", "lon"), ("latitude", "lat"))
    }
    more = {"longitude2": {"field": "lon2"}, "latitude2": {"field": "lat2"}}
    arrive = {name: {"field": field, "type": "quantitative"}
              for name, field in (("longitude", "lon2"), ("latitude", "lat2"))}  # fmt: skip
    tooltip = [{"field": "name", "title": "move"}, {"field": "words", "title": "soldiers"}]
    return {"transform": [{"filter": "datum.kind === 'flow'"}], "layer": [
        {"mark": {"type": "rule", "color": colours["orange"], "opacity": 0.85, "clip": True, "strokeCap": "round",
                  "aria": False},
         "encoding": {**ends, **more, "strokeWidth": width, "tooltip": tooltip}},
        {"mark": {"type": "point", "filled": True, "color": colours["orange"], "size": 30, "opacity": 1, "aria": False},
         "encoding": arrive},
    ]}  # fmt: skip


def _map(theme: str, scale: Spec, title: str, labels: str) -> Spec:
    """One map in one theme."""
    colours = PALETTES[theme]
    legend = {"title": title, "orient": "top-left", "direction": "horizontal", "gradientLength": 120,
              "gradientThickness": 9, "titleFontSize": 11, "titleFontWeight": "normal", "labelFontSize": 10,
              "titleColor": colours["text"], "labelColor": colours["text"], "titleLimit": 0, "tickCount": 3,
              "labelExpr": labels, "offset": 2}  # fmt: skip
    colour = {"condition": {"test": "isValid(datum.value)", "field": "value", "type": "quantitative",
                            "scale": {**scale, "clamp": True}, "legend": legend},
              "value": _OTHERS[theme]}  # fmt: skip
    ground = {"type": "geoshape", "fill": _OTHERS[theme], "stroke": _BORDERS[theme], "strokeWidth": 0.5, "clip": True,
              "aria": False}  # fmt: skip
    return {
        "width": 430, "height": HEIGHT,
        "projection": {**PROJECTION, "scale": {"expr": f"{ZOOM} * min(width / {BREADTH}, height)"},
                       "translate": {"expr": "[width / 2, height / 2]"}},
        "layer": [{"data": GROUND, "mark": ground}, *_places(colours, theme, colour),
                  _flows(colours)],
        "config": {"view": {"stroke": None}}, "padding": {"left": 0, "right": 0, "top": 0, "bottom": 0},
    }  # fmt: skip


def differences(title: str, most: float, labels: str = "datum.label") -> dict[str, Spec]:
    """A map of differences by theme: orange below 0, blue above, the ends of the colours at `most` on either side.

    `title` stands over the legend; `labels` is the Vega expression of its numbers.
    """
    ends = {theme: [c["orange"], _MIDDLE[theme], c["blue"]] for theme, c in PALETTES.items()}
    return {
        t: _map(t, {"domain": [-most, 0, most], "range": ends[t], "interpolate": "rgb"}, title, labels)
        for t in PALETTES
    }


def levels(title: str, low: float, high: float, labels: str = "datum.label", kind: str = "linear") -> dict[str, Spec]:
    """A map of levels by theme: from faint to blue between two ends, on a linear or a square root scale (`sqrt`)."""
    ends = {theme: [_FAINT[theme], c["blue"]] for theme, c in PALETTES.items()}
    scale: Spec = {"type": kind, "domain": [low, high], "interpolate": "rgb"}
    return {t: _map(t, {**scale, "range": ends[t]}, title, labels) for t in PALETTES}


_SIGNED = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + format(abs(datum.value), '~g')"
_SIGNED_THOUSANDS = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + format(abs(datum.value), ',d')"

SPENDING_CHANGE = differences("pp of GDP against the baseline", 1.5, _SIGNED)
SPENDING = levels("% of GDP", 1.0, 5.0)
BELIEF_CHANGE = differences("points of 100 against the baseline", 50.0, _SIGNED)
BELIEF = levels("believed chance, in 100", 0.0, 100.0)
TROOPS_CHANGE = differences("soldiers against the baseline", 10_000.0, _SIGNED_THOUSANDS)
TROOPS_MOVED = differences("soldiers since the start, net", 10_000.0, _SIGNED_THOUSANDS)
TROOPS = levels("US soldiers", 0.0, 40_000.0, "format(datum.value, ',d')", "sqrt")


# --- without the address --------------------------------------------------------------------------------------------


def shapes_file() -> Path:
    """The file with the shapes, TopoJSON."""
    return data_dir() / "europe.topo.json"


@lru_cache(maxsize=1)
def _shapes() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shapes_file().read_text(encoding="utf-8"))
    return found


def inline(spec: Spec) -> Spec:
    """The same specification with the shapes in it, for where SHAPES is not served; without a map it stays as it is."""
    if isinstance(spec, list):
        return [inline(part) for part in spec]
    if not isinstance(spec, dict):
        return copy.copy(spec)
    if spec.get("url") == SHAPES:
        return {"values": _shapes(), "format": spec["format"]}
    return {key: inline(part) for key, part in spec.items()}


_route = {"served": False}


def served() -> None:
    """Say that this process serves the shapes at SHAPES: from now on charts name that address."""
    _route["served"] = True


def here(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """The specification as a page draws it: by address where the shapes are served, else with the shapes in it."""
    return spec if _route["served"] else inline(dict(spec))


def fixed(spec: Spec) -> Spec:
    """A map for the size that it says, in numbers: as a part of a larger chart it would not know its own size.

    Any other specification stays as it is.
    """
    if "expr" not in str(spec.get("projection", "")):
        return spec
    width, height = spec["width"], spec["height"]
    scale = ZOOM * min(width / BREADTH, height)
    return {**spec, "projection": {**PROJECTION, "scale": scale, "translate": [width / 2, height / 2]}}
