"""What a screen shows, kept so that it can be taken away: each chart as a picture, each table as CSV, all as a report.

A page notes what it draws; nothing is rendered before somebody asks for it.
"""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

import pandas as pd

from sim.charts import maps
from sim.errors import InputError
from sim.shapes import Shapes

Spec = Mapping[str, Any]
Format = Literal["png", "svg"]

WIDTH, HEIGHT = 720, 320
"""Size of a picture in pixels, where its chart does not have one of its own."""

TOP = ("config", "padding", "autosize", "background", "$schema")
"""Keys of a Vega-Lite specification that only stand at its top."""


@dataclass(frozen=True)
class Words:
    """A paragraph in Markdown."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading in Markdown; with a key it takes the place of the one drawn before it."""

    text: str
    key: str = ""


@dataclass(frozen=True)
class Numbers:
    """Headline numbers: each with its title, value, change and what stands below, in Markdown."""

    cards: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Figure:
    """A chart: its light Vega-Lite specification, its data, and the sentence that says what it shows."""

    key: str
    title: str
    frame: pd.DataFrame
    spec: Spec
    alt: str
    height: int | None = None


@dataclass(frozen=True)
class Table:
    """A table, and the sentence that says what it holds."""

    key: str
    title: str
    frame: pd.DataFrame
    alt: str


Part = Words | Heading | Numbers | Figure | Table


@dataclass
class Handout:
    """All parts of a screen in the order in which they are drawn, and the line that says what was run.

    `plans` are digests by the column of a file that they stand in; `shapes` makes what the screen is as file, command
    and cell, when it is asked for.
    """

    title: str = ""
    parts: list[Part] = field(default_factory=list)
    plans: Mapping[str, str] = field(default_factory=dict)
    stamp: str = ""
    worlds: int = 0
    shapes: Callable[[], Shapes] = Shapes

    def add(self, part: Part) -> None:
        """Note a part; a key that stands already gives way, as on a screen drawn anew."""
        key = getattr(part, "key", None)
        place = next((n for n, old in enumerate(self.parts) if key and getattr(old, "key", None) == key), None)
        if place is None:
            self.parts.append(part)
        else:
            self.parts[place] = part

    @property
    def figures(self) -> list[Figure]:
        """The charts."""
        return [part for part in self.parts if isinstance(part, Figure)]

    @property
    def tables(self) -> list[Table]:
        """The tables."""
        return [part for part in self.parts if isinstance(part, Table)]


# --- pictures -----------------------------------------------------------------------------------------------------


def picture(figure: Figure, stamp: str, kind: Format) -> bytes:
    """A chart as a picture that stands alone: its title above, what was run below; a PNG holds both as text, too.

    Raises InputError where the library that draws is not installed.
    """
    drawn = json.dumps(alone(figure, stamp), default=str)
    if kind == "svg":
        return _drawer("vegalite_to_svg")(drawn).encode()
    return _labelled(_drawer("vegalite_to_png")(drawn, scale=2.0), figure, stamp)


def alone(figure: Figure, stamp: str = "") -> dict[str, Any]:
    """A figure as a specification that needs nothing else: data inside, title above, the line of what was run below."""
    spec = maps.inline(deepcopy(dict(figure.spec)))
    above = {key: spec.pop(key) for key in TOP if key in spec}
    if "vconcat" not in spec and "hconcat" not in spec and "facet" not in spec:
        spec = {"width": WIDTH, **spec}
        if figure.height or "height" not in spec:
            spec["height"] = figure.height or HEIGHT
    spec = maps.fixed(spec)
    data = {"values": json.loads(figure.frame.to_json(orient="records", date_format="iso"))}
    below = {
        "data": {"values": [{"stamp": stamp}]},
        "mark": {"type": "text", "align": "left", "x": 0, "fontSize": 10, "color": "#5a5a5a"},
        "encoding": {"text": {"field": "stamp", "type": "nominal"}},
        "width": WIDTH, "height": 12, "view": {"stroke": None},
    }  # fmt: skip
    title = {"text": figure.title, "anchor": "start", "fontSize": 15, "color": "#111111"}
    parts = [spec, below] if stamp else [spec]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", **above, "background": "#ffffff",
        "description": figure.alt, "title": title, "data": data, "vconcat": parts,
    }  # fmt: skip


def _drawer(name: str) -> Callable[..., Any]:
    try:
        import vl_convert
    except ImportError:
        raise InputError("Pictures need vl-convert. Install the extra: pip install 'article5[app]'.") from None
    return getattr(vl_convert, name)


def _labelled(png: bytes, figure: Figure, stamp: str) -> bytes:
    """A PNG with title, description and what was run as text inside."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    told, out = PngInfo(), BytesIO()
    for key, words in (("Title", figure.title), ("Description", figure.alt), ("Source", stamp)):
        told.add_itxt(key, words)
    with Image.open(BytesIO(png)) as image:
        image.save(out, "PNG", pnginfo=told)
    return out.getvalue()
