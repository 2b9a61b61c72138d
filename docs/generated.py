"""Pages written from what the simulator declares: levers, uncertainties, outcomes, sources, commands, modules.

A page asks for them with a line `<!-- make: levers -->`; a declaration is then all that has to be written.
"""

import dataclasses
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import is_dataclass
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from docutils import nodes
from pydantic import BaseModel
from sphinx.application import Sphinx

import sim
from sim import facts
from sim.agents import strategies
from sim.catalogue import CATALOGUE
from sim.cli import main
from sim.params import levers, uncertainties
from sim.scenario import Event, ScenarioFile, WithdrawalBlock

ROOT = Path(__file__).parents[1]
ASKED = re.compile(r"^<!-- make: (\w+)(.*?) -->$", re.M)


# --- what is declared -------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; a bar inside a cell is no border."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    cells.insert(1, ["---"] * len(head))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def grouped(rows: Iterable[tuple[str, Sequence[str]]], head: Sequence[str], level: str = "##") -> str:
    """A table for each group, under its name."""
    groups: dict[str, list[Sequence[str]]] = {}
    for group, row in rows:
        groups.setdefault(group, []).append(row)
    return "\n\n".join(
        f"{level} {group[:1].upper()}{group[1:]}\n\n{table(head, rows)}" for group, rows in groups.items()
    )


def anchor(name: str, kind: str) -> str:
    """A name as code, to which other pages can link."""
    return f"[`{name}`]{{#{kind}-{name.replace('_', '-')}}}"


def sourced(keys: Iterable[str]) -> str:
    """Keys of sources, each a link to what it says."""
    return ", ".join(key if key == "assumption" else f"[{key}](sources.md#source-{key})" for key in keys)


def make_levers() -> str:
    """Every lever by kind."""
    rows = [
        (
            lever.kind,
            [
                f"{anchor(lever.name, 'lever')} {lever.about}. {lever.note}"
                + (f" Needs {_linked(lever.needs)}." if lever.needs else ""),
                lever.unit, f"{lever.low:,g} to {lever.high:,g}", f"{lever.neutral:,g}", f"{lever.default:,g}",
                f"{lever.evidence} · {lever.equation}", sourced(lever.source),
            ],
        )
        for lever in levers().values()
    ]  # fmt: skip
    head = ["lever", "unit", "range", "no effect at", "default", "evidence · equation", "sources"]
    return grouped(rows, head)


def _linked(needs: Sequence[str]) -> str:
    """What a lever needs, each lever a link to its row."""
    return " or ".join(f"[`{name}`](#lever-{name.replace('_', '-')})" if name in levers() else name for name in needs)


def make_uncertainties() -> str:
    """Every uncertainty by group."""
    rows = [
        (
            u.group,
            [
                f"{anchor(u.name, 'uncertainty')} {u.about}", u.unit, u.prior.words(),
                f"{u.prior.low:,.3g} to {u.prior.high:,.3g}", f"{u.evidence} · {u.equation}", sourced(u.source),
            ],
        )
        for u in uncertainties().values()
    ]  # fmt: skip
    return grouped(rows, ["uncertainty", "unit", "prior", "range", "evidence · equation", "sources"])


def make_outcomes() -> str:
    """Every outcome."""
    rows = [
        [f"{anchor(o['name'], 'outcome')} {o['about']}", o["unit"], o["by"], o["reading"], f"{o['badge']} {o['score']}"]
        for o in CATALOGUE["outcomes"]()
    ]
    return table(["outcome", "unit", "by", "how to read it", "badge, and scores"], rows)


def make_variables() -> str:
    """Every variable that a run may keep."""
    from sim.variables import VARIABLES

    rows = [
        [f"`{v.name}` {v.about}", v.unit, "ally" if v.by_ally else "", v.equation, v.badge] for v in VARIABLES.values()
    ]
    return table(["variable", "unit", "by", "equation", "badge"], rows)


def make_scenarios() -> str:
    """Every scenario that comes with the project."""
    rows = [[f"`{s['name']}`", s["about"], f"`{s['plan']}`"] for s in CATALOGUE["scenarios"]()]
    return table(["scenario", "what it asks and assumes", "digest"], rows)


def make_keys() -> str:
    """Every key of a scenario file."""
    blocks = {"The file": ScenarioFile, "An event": Event, "A withdrawal": WithdrawalBlock}
    return "\n\n".join(f"## {title}\n\n{_keys(model)}" for title, model in blocks.items())


def _keys(model: Any) -> str:
    rows = [
        [f"`{field.alias or name}`" + (" (required)" if field.is_required() else ""), field.description or ""]
        for name, field in model.model_fields.items()
    ]
    return table(["key", "what it says"], rows)


def make_strategies() -> str:
    """Every strategy of an ally."""
    rows = [[f"`{name}`", inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0]] for name, cls in strategies().items()]
    return table(["strategy", "what an ally does"], rows)


def make_hedges() -> str:
    """What each hedge does to a number, in its three readings."""
    rows = [
        [f"`{name}`", hedge.about, *(_factor(hedge.reading(reading)) for reading in facts.READINGS)]
        for name, hedge in facts.load_hedges().items()
    ]
    return table(["hedge", "what it says", *facts.READINGS], rows)


def _factor(distribution: facts.Distribution) -> str:
    return "no number" if distribution.kind == "none" else distribution.prior().words()


def make_statuses() -> str:
    """The chance that each status stands for."""
    rows = [[f"`{name}`", s.about, s.happens.prior().words()] for name, s in facts.load_statuses().items()]
    return table(["status", "what it says", "chance that it comes about"], rows)


def make_facts() -> str:
    """What the documents say, by document."""
    rows = [
        (
            f"{fact.title}, {fact.date}",
            [
                f"{anchor(fact.id, 'source')} {fact.about}",
                _number(fact),
                fact.hedge, fact.status, f"{fact.speaker}, {fact.place}",
            ],
        )
        for fact in facts.load_facts().values()
    ]  # fmt: skip
    return grouped(rows, ["fact", "number", "hedge", "status", "who, and where"], "###")


def _number(fact: facts.Fact) -> str:
    if fact.value is None or isinstance(fact.value, str):
        return fact.value or ""
    return f"{fact.value:,} {fact.unit}"


def make_publications() -> str:
    """Papers, reports and tables that numbers come from."""
    rows = [[anchor(key, "source"), p.cite, p.used_for] for key, p in facts.load_publications().items()]
    return table(["key", "publication", "what is taken from it"], rows)


# --- commands ---------------------------------------------------------------------------------------------------


def make_commands(group: click.Group = main, above: str = "article5") -> str:
    """Every command with its arguments, options and example, as `--help` says them."""
    parts = []
    for name, command in sorted(group.commands.items()):
        path = f"{above} {name}"
        context = click.Context(command, info_name=path)
        parts += [f"## {path}", f"```text\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```"]
        parts += _help(command.help or "") + _options(command, context)
        if isinstance(command, click.Group):
            parts.append(make_commands(command, path).replace("## ", "### "))
    return "\n\n".join(parts)


def _help(text: str) -> list[str]:
    """Paragraphs of a help text; one that click leaves as it is stands as output."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return [
        f"```text\n{p.removeprefix(chr(8)).strip()}\n```" if p.startswith("\b") else " ".join(p.split())
        for p in paragraphs
    ]


def _options(command: click.Command, context: click.Context) -> list[str]:
    records = [p.get_help_record(context) for p in command.params]
    rows = [[f"`{flag}`", _text(words)] for flag, words in filter(None, records)]
    return [table(["option", "what it does"], rows)] if rows else []


def _text(words: str) -> str:
    """Words in which Markdown finds no marks."""
    return re.sub(r"([\[\]*_<>])", r"\\\1", words)


# --- modules and names ------------------------------------------------------------------------------------------

PUBLIC = {
    "Scenarios": ("load_scenario", "scenario_names", "Scenario"),
    "Many worlds, and what follows": ("run", "outcomes", "compare", "evaluate"),
    "One world": ("explain", "Alliance", "Ally"),
    "Against the record": ("matched",),
    "Errors": ("InputError", "ScenarioError"),
}
"""The public names in the order in which one meets them. A new one stands at the end until it has its place here."""


def make_interface() -> str:
    """Everything in `sim.__all__`; a name that has not been written yet is left out."""
    rest = [name for name in sim.__all__ if not any(name in names for names in PUBLIC.values())]
    parts = []
    for title, names in {**PUBLIC, "More": rest}.items():
        found = [_documented(name) for name in names if name in sim.__all__]
        parts += [f"## {title}", *found] if found else []
    return "\n\n".join(parts)


def _documented(name: str) -> str:
    """The directive for a public name; a module has a page of its own."""
    value = getattr(sim, name)
    if isinstance(value, ModuleType):
        first = inspect.cleandoc(value.__doc__ or "").splitlines()[0]
        return f"{{py:mod}}`sim.{name}`: {first}"
    return f"```{{eval-rst}}\n.. {'autoclass' if inspect.isclass(value) else 'autofunction'}:: sim.{name}\n```"


def modules() -> list[str]:
    """Every module of the simulator, by name."""
    return sorted(m.name for m in pkgutil.walk_packages(sim.__path__, "sim."))


def make_modules(patterns: str) -> str:
    """All modules that fit one of some patterns, in their order."""
    found = dict.fromkeys(name for pattern in patterns.split() for name in modules() if fnmatch(name, pattern))
    return "\n\n".join(_module(name) for name in found)


def _module(name: str) -> str:
    """The directive for a module, without what the public interface has already.

    A module that a function of its package hides under the same name cannot be linked to.
    """
    above, leaf = name.rsplit(".", 1)
    hidden = not isinstance(getattr(import_module(above), leaf, None), ModuleType)
    public = [n for n in sim.__all__ if getattr(getattr(sim, n), "__module__", "") == name]
    options = ["   :ignore-module-all:", f"   :exclude-members: {', '.join(public)}"] + ["   :no-index:"] * hidden
    also = [f"In [the public interface](../python.md): {', '.join(f'{{py:obj}}`sim.{n}`' for n in public)}."]
    directive = ["```{eval-rst}", f".. automodule:: {name}", *options, "```"]
    return "\n".join([f"## {name}\n", *directive, *(["", *also] if public else [])])


# --- the texts beside the code ----------------------------------------------------------------------------------


LINKS = {"](docs/": "](", "](../MODEL.md": "](model.md", "](MODEL.md": "](model.md", "](README.md": "](readme.md"}
"""Links between files of the project that are links between pages here."""


def make_text(name: str) -> str:
    """A text of the root folder, with its sessions fenced."""
    text = (ROOT / name).read_text(encoding="utf-8")
    parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    parts[::2] = [re.sub(r"^>>> .*?(?=\n\n|\Z)", r"```pycon\n\g<0>\n```", p, flags=re.M | re.S) for p in parts[::2]]
    return "".join(parts)


MAKERS: dict[str, Callable[..., str]] = {
    name.removeprefix("make_"): value for name, value in list(globals().items()) if name.startswith("make_")
}


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
