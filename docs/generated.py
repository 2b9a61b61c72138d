"""The extension of Sphinx that writes what pages ask for, and tells of every class what stands beside its fields.

A page asks with a line `<!-- make: levers -->`: the function `make_levers` in `declared` or `offered` gives the text. A
declaration in the simulator is then all that has to be written.
"""

import dataclasses
import inspect
import re
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import declared
import offered
from docutils import nodes
from pydantic import BaseModel
from sphinx.application import Sphinx

ASKED = re.compile(r"^<!-- make: (\w+)(.*?) -->$", re.M)

MAKERS: dict[str, Callable[..., str]] = {
    name.removeprefix("make_"): value
    for module in (declared, offered)
    for name, value in vars(module).items()
    if name.startswith("make_")
}

LINKS = {"](docs/": "](", "](../MODEL.md": "](model.md", "](MODEL.md": "](model.md", "](README.md": "](readme.md"}
"""Links between files of the project that are links between pages here."""


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Put what a page asks for in its place."""

    def made(asked: re.Match) -> str:
        return MAKERS[asked[1]](*([asked[2].strip()] if asked[2].strip() else []))

    source[0] = ASKED.sub(made, source[0])
    for link, here in LINKS.items():
        source[0] = source[0].replace(link, here)


def stale(app: Sphinx, env: Any, *changed: Any) -> list[str]:
    """Pages that ask for something are read anew each time: Sphinx cannot see what they are made from."""
    return [page for page in env.found_docs if ASKED.search(Path(env.doc2path(page)).read_text(encoding="utf-8"))]


# --- docstrings -------------------------------------------------------------------------------------------------

COMMENT = re.compile(r"^    (\w+): [^#\n]*#\s*(?!fmt:|noqa|type:)(.+)$", re.M)
ARRAY = re.compile(r"ndarray\[tuple\[Any, \.\.\.\], dtype\[(\w+)\]\]")
LONG = 6
"""Fields from which on a class does without its signature: they are told below it."""


def fields(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """What is said beside the fields of a class, such as shape and unit, belongs to its docstring."""
    told = _fields(value) if what == "class" else {}
    if told:
        silent = ", ".join(f"``{field}``" for field, words in told.items() if not words)
        lines += ["", *(f"* ``{field}``: {words}" for field, words in told.items() if words), ""]
        lines += [f"Fields: {silent}.", ""] if silent else []


def short(app: Sphinx, what: str, name: str, value: Any, options: Any, signature: str, returns: str) -> Any:
    """Signatures that fit on a line: arrays by their name, and none where a class has many fields."""
    if what == "class" and (len(_fields(value)) > LONG or _is_model(value)):
        return "", None
    return tuple(part and ARRAY.sub(r"Array[\1]", part) for part in (signature, returns))


def skip(app: Sphinx, what: str, name: str, value: Any, skipped: bool, options: Any) -> bool | None:
    """A field of a named tuple is told with its class, and what pydantic adds to ours is not ours."""
    from_tuple = str(getattr(value, "__doc__", "")).startswith("Alias for field number")
    return True if from_tuple or name == "model_config" else None


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


@cache
def _fields(value: Any) -> dict[str, str]:
    """The fields of one of our dataclasses or named tuples, with what their declaration or the comment beside says."""
    if _is_model(value):
        return {field.alias or name: field.description or "" for name, field in value.model_fields.items()}
    names = list(getattr(value, "__dataclass_fields__", getattr(value, "_fields", ())))
    if not names or not isinstance(value, type):
        return {}
    said = _comments(value.__module__).get(value.__name__, {})
    declared = {f.name: f.metadata.get("about", "") for f in dataclasses.fields(value)} if is_dataclass(value) else {}
    told = {field: declared.get(field) or said.get(field, "") for field in names}
    return told if len(names) > LONG or any(told.values()) else {}


@cache
def _comments(module: str) -> dict[str, dict[str, str]]:
    """The comments beside the fields of every class of a module."""
    classes = re.findall(r"^class (\w+)(.*?)(?=^\S|\Z)", inspect.getsource(import_module(module)), re.M | re.S)
    return {name: dict(COMMENT.findall(body)) for name, body in classes}


def trim(app: Sphinx, doctree: nodes.document) -> None:
    """The blank line that ends a session in a page is for doctest alone."""
    for block in doctree.findall(nodes.literal_block):
        if block.rawsource == block.astext():
            block.rawsource = block.rawsource.rstrip("\n")
            block[:] = [nodes.Text(block.rawsource)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("source-read", fill)
    app.connect("env-get-outdated", stale)
    app.connect("autodoc-process-docstring", fields)
    app.connect("autodoc-process-signature", short)
    app.connect("autodoc-skip-member", skip)
    app.connect("doctree-read", trim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
