"""Reading what people write: YAML with line numbers, and complaints that say what was probably meant.

YAML 1.2 in safe mode, composed to nodes and turned into plain values here: no tags, anchors or aliases, no key
twice, keys are text, and a bound on size, depth and number of values. A file cannot run anything or blow up.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tokens import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    TagToken,
)

from sim.errors import InputError

LARGEST_FILE = 64 * 1024
MOST_VALUES = 5000
DEEPEST = 12

OPENING = (BlockMappingStartToken, BlockSequenceStartToken, FlowMappingStartToken, FlowSequenceStartToken)
CLOSING = (BlockEndToken, FlowMappingEndToken, FlowSequenceEndToken)

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Page:
    """A file that was read: its values, and the line on which each of them stands."""

    path: Path
    values: dict[str, Any]
    lines: Mapping[Place, int]

    def where(self, place: Place = ()) -> str:
        """`FILE:LINE: key.key` for a place in the file; the nearest line above that is known."""
        known = next((place[:n] for n in range(len(place), -1, -1) if place[:n] in self.lines), ())
        words = ".".join(str(part) for part in place)
        return f"{self.path}:{self.lines.get(known, 1)}:" + (f" {words}:" if words else "")


def page(path: Path) -> Page:
    """Read a YAML file that holds a mapping. Raises InputError with one line per problem."""
    return page_of(_text(path), path)


def page_of(text: str, path: Path) -> Page:
    """Read YAML that holds a mapping from a text; `path` is what complaints call it. Raises InputError."""
    _refuse_what_is_no_text(text, path)
    try:
        _refuse_tricks(path, text)
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise InputError(f"{path}:{_line(error)}: this is no YAML: {_reason(error)}. Close what was opened.") from None
    except RecursionError:
        raise InputError(f"{path}:1: nested too deeply. Write at most {DEEPEST} levels.") from None
    if not isinstance(node, MappingNode):
        raise InputError(f"{path}:1: holds no keys. Write `key: value` lines.")
    lines: dict[Place, int] = {}
    problems: list[str] = []
    values = _plain(node, (), lines, problems, path)
    if problems:
        raise InputError(problems)
    return Page(path, values, lines)


def _text(path: Path) -> str:
    """The text of a file that can be one."""
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder. Name a file.")
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{path}: has {path.stat().st_size:,} bytes. Write at most {LARGEST_FILE:,}.")
        return text_of(path.read_bytes(), path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file. Check the name.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}. Check its rights.") from None


def text_of(raw: bytes, path: Path) -> str:
    """Bytes as text. Raises InputError where they are none."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no text. Write YAML in UTF-8.") from None


def _refuse_what_is_no_text(text: str, path: Path) -> None:
    """Nothing too long, without words or with zeros in it."""
    if (size := len(text.encode("utf-8", "surrogatepass"))) > LARGEST_FILE:
        raise InputError(f"{path}: has {size:,} bytes. Write at most {LARGEST_FILE:,}.")
    if "\0" in text:
        raise InputError(f"{path}: is no text. Write YAML in UTF-8.")
    if not text.strip():
        raise InputError(f"{path}: is empty. Write `key: value` lines.")


def _refuse_tricks(path: Path, text: str) -> None:
    """No anchors, aliases or tags: values are written where they hold. And not too deep: a reader slows down there."""
    depth = 0
    for token in YAML(typ="safe", pure=True).scan(text):
        depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
        if depth > 2 * DEEPEST:  # where the values are counted later, fewer are allowed
            raise InputError(f"{path}:{token.start_mark.line + 1}: nested too deeply. Write at most {DEEPEST} levels.")
        if isinstance(token, (AliasToken, AnchorToken, TagToken)):
            line = token.start_mark.line + 1
            raise InputError(f"{path}:{line}: uses an anchor, alias or tag (& * !). Write the value itself.")


def _line(error: YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark is not None else 1


def _reason(error: YAMLError) -> str:
    return " ".join(str(getattr(error, "problem", None) or error).split())


def _plain(node: Node, place: Place, lines: dict[Place, int], problems: list[str], path: Path) -> Any:
    """A node as plain values; notes its line, and what cannot be meant."""
    lines[place] = node.start_mark.line + 1
    if len(lines) > MOST_VALUES or len(place) > DEEPEST:
        raise InputError(
            f"{path}:{lines[place]}: too much or too deep. At most {MOST_VALUES} values, {DEEPEST} levels."
        )
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*place, n), lines, problems, path) for n, item in enumerate(node.value)]
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode) or not str(key_node.tag).endswith(":str"):
            problems.append(f"{path}:{line}: the key {str(key)[:40]!r} is not text. Put it in quotes.")
            continue
        if key in values:
            problems.append(f"{path}:{line}: {key}: stands twice. Keep one of them.")
        values[key] = _plain(value_node, (*place, key), lines, problems, path)
        lines[(*place, key)] = line
    return values


MOST_DIGITS = 300
"""A whole number of more digits is beyond what a float holds, and read as infinite."""


def _scalar(node: ScalarNode) -> Any:
    """A scalar by YAML 1.2's core schema; dates stay text."""
    kind, text = str(node.tag).rsplit(":", 1)[-1], node.value
    if kind == "int":
        if len(text) > MOST_DIGITS:
            return -math.inf if text.startswith("-") else math.inf
        plain = text.replace("_", "")
        return int(plain, 0) if plain.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else int(plain, 10)
    if kind == "float":
        return float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    if kind == "bool":
        return text.lower() == "true"
    return None if kind == "null" else text


def hint(word: Any, known: Iterable[str], *, most: int = 12) -> str:
    """What was probably meant by an unknown word, or else what there is."""
    names = list(known)
    near = get_close_matches(str(word), names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"Known: {', '.join(names[:most])}{more}."


def complaint(model: type[BaseModel], error: Mapping[str, Any]) -> str:
    """One problem that pydantic found with a value: what is wrong and what would be right."""
    if error["type"] == "extra_forbidden":
        names = [field.alias or name for name, field in model.model_fields.items()]
        return f"unknown key. {hint(error['loc'][-1], names)}"
    if error["type"] == "missing":
        return "is missing. Write it with its value."
    if error["type"] == "value_error":
        return f"{error['ctx']['error']}."
    given = error["input"]
    shown = repr(given)[:60]
    return f"{shown} does not fit. {error['msg']}."


def folder(name: str, inside: str) -> Path:
    """A folder of the project: beside the package in a checkout, inside it when installed."""
    places = (Path(__file__).parents[1] / name, Path(__file__).parent / f"_{name}")
    for place in places:
        if (place / inside).is_file():
            return place
    raise InputError(f"{name}: no folder with {inside}. Expected {' or '.join(map(str, places))}.")
