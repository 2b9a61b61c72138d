"""What can be called, in Markdown: commands, public names, modules, and the texts beside the code."""

import inspect
import pkgutil
import re
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click
from declared import table

import sim
from sim.cli import main

ROOT = Path(__file__).parents[1]

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


def make_text(name: str) -> str:
    """A text of the root folder, with its sessions fenced."""
    text = (ROOT / name).read_text(encoding="utf-8")
    parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    parts[::2] = [re.sub(r"^>>> .*?(?=\n\n|\Z)", r"```pycon\n\g<0>\n```", p, flags=re.M | re.S) for p in parts[::2]]
    return "".join(parts)
