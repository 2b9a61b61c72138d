"""What a screen shows as files, commands and notebook cells: of the questions it is about, not of the levers."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim import sharing
from sim.question import BASELINE, Question


@dataclass(frozen=True)
class Shapes:
    """The `asked` questions, `commands` and a `cell` that give the numbers of the screen, and `files`: name and text.

    Empty where a screen has no such thing.
    """

    asked: tuple[Question, ...] = ()
    commands: tuple[str, ...] = ()
    cell: str = ""
    files: tuple[tuple[str, str], ...] = ()


def one(asked: Question) -> Shapes:
    """Of a screen about one question, compared with the baseline. Raises InputError, as all below."""
    return Shapes((asked,), (sharing.command(asked),), sharing.cell(asked), _files((asked,)))


def certified(asked: Question, command: str) -> Shapes:
    """Of a screen about one question that another command answers."""
    return Shapes((asked,), (command,), files=_files((asked,)))


def beside(columns: Sequence[Question], reference: Question | None, worlds: int, seed: int) -> Shapes:
    """Of scenarios side by side: they keep the order of their letters, and the reference may be one of them."""
    asked = tuple(replace(question, worlds=worlds, seed=seed) for question in columns)
    against = reference and replace(reference, worlds=worlds, seed=seed)
    others = [question for question in asked if question != against] or list(asked)
    first = BASELINE if against is None else sharing.name(against)
    command = ["article5", "compare", first, *map(sharing.name, others)]
    cell = BESIDE.format(
        links=tuple(map(_link, asked)), reference=f"from_link({_link(against)!r})" if against else None,
        worlds=worlds, seed=seed,
    )  # fmt: skip
    return Shapes(asked, (shlex.join([*command, "--worlds", str(worlds), "--seed", str(seed)]),), cell, _files(asked))


def world(asked: Question, number: int) -> Shapes:
    """Of one world of a question."""
    command = ["article5", "world", sharing.name(asked), "--world", str(number), "--seed", str(asked.seed)]
    return Shapes((asked,), (shlex.join(command),), WORLD.format(link=_link(asked), number=number), _files((asked,)))


@dataclass(frozen=True)
class Settled:
    """An analysis of what an outcome hangs on: the arguments of `importance.importance`."""

    outcome: str
    year: int
    size: int
    by: str
    difference: bool


def importance(asked: Question, analyses: Sequence[Settled]) -> Shapes:
    """Of analyses of what an outcome hangs on."""
    calls = ",\n".join(
        f"    importance(asked.resolved(), {a.outcome!r}, {a.year}, {a.size}, by={a.by!r}, difference={a.difference}, "
        f"seed={asked.seed}).rows"
        for a in analyses
    )
    return Shapes(
        (asked,), tuple(importance_command(asked, analysis) for analysis in analyses),
        IMPORTANCE.format(link=_link(asked), calls=calls), _files((asked,)),
    )  # fmt: skip


def importance_command(asked: Question, of: Settled) -> str:
    """The command that prints one analysis."""
    words = ["article5", "importance", sharing.name(asked), "--outcome", of.outcome, "--year", str(of.year)]
    words += ["--by", of.by, "--size", str(of.size), "--seed", str(asked.seed)]
    return shlex.join([*words, *([] if of.difference else ["--level"])])


def _link(asked: Question) -> str:
    return "?" + sharing.link(asked)


def _files(asked: Sequence[Question]) -> tuple[tuple[str, str], ...]:
    """A scenario file for each question, numbered where there are several."""
    names = ["scenario.yaml"] if len(asked) == 1 else [f"scenario-{n}.yaml" for n in range(1, len(asked) + 1)]
    return tuple((name, sharing.scenario_file(question)) for name, question in zip(names, asked, strict=True))


BESIDE = """from sim.sharing import from_link
from sim.side import side

scenarios = tuple(from_link(link) for link in {links})
found = side(scenarios, {reference}, worlds={worlds}, seed={seed})
found.effects
"""

WORLD = """from sim.chronicle import chronicle
from sim.sharing import from_link

told = chronicle(from_link({link!r}), {number})
told.events
"""

IMPORTANCE = """from sim.importance import importance
from sim.sharing import from_link

asked = from_link({link!r})
analyses = [
{calls},
]
analyses
"""
