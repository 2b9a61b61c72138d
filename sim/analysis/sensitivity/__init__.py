"""Sensitivity analysis: on which uncertain factors an outcome hangs, after Sobol, Morris, PAWN, or as a tornado.

A model evaluation is one world at one point of what is uncertain. Schools of deterrence are rival theories: each is
asked by itself, at the same points and under the same luck, and they are shown side by side. What an analysis finds
holds for the priors as they stand: a factor that matters little here may matter much outside its range.
"""

from typing import Any

from sim.agents import whole
from sim.analysis.sensitivity.factors import (
    GROUPINGS,
    LUCK,
    PANEL,
    Factor,
    check_grouping,
    factors,
    panel_members,
)
from sim.analysis.sensitivity.findings import Found, Sensitivity, Settling, studied
from sim.analysis.sensitivity.method import Method
from sim.analysis.sensitivity.morris import Morris
from sim.analysis.sensitivity.pawn import Pawn
from sim.analysis.sensitivity.question import Question, ask
from sim.analysis.sensitivity.sobol import Sobol
from sim.analysis.sensitivity.tornado import Tornado
from sim.ensemble import Progress
from sim.errors import InputError
from sim.reading import hint

__all__ = [
    "GROUPINGS",
    "LUCK",
    "METHODS",
    "PANEL",
    "Factor",
    "Found",
    "Method",
    "Question",
    "Sensitivity",
    "Settling",
    "ask",
    "factors",
    "sensitivity",
    "studied",
]

METHODS: dict[str, type[Method]] = {kind.name: kind for kind in (Sobol, Morris, Pawn, Tornado)}
"""What can be asked for, by name."""

MOST_WORLDS = 2_000_000
"""Most worlds under one school: a quarter of an hour, and a design that fits into 2 GiB."""


def sensitivity(
    scenario: Any,
    outcome: str,
    *,
    of: str = "",
    year: int | None = None,
    against: Any = None,
    method: str = Sobol.name,
    groups: str | None = None,
    points: int | None = None,
    school: str | None = None,
    seed: int = 0,
    second_order: bool = False,
    progress: Progress | None = None,
) -> Sensitivity:
    """On which uncertain factors an outcome of a scenario (its name, or a Scenario) hangs, by school of deterrence.

    `of` picks a front or host, `year` the end of a year (without it the last), `against` a baseline: then the paired
    difference is what is explained, and for risks the logarithm to base 2 of the ratio. `method` is one of METHODS,
    `groups` one of GROUPINGS; `points` are base points of the design, `second_order` adds pairs of factors to Sobol's.

    Raises sim.InputError for what cannot be meant, and for outcomes that are not finite or the same in all worlds.
    """
    if method not in METHODS:
        raise InputError(f"method: unknown method {method!r}. {hint(method, METHODS)}")
    check_grouping(groups)
    question = ask(scenario, outcome, of, year, against, whole("seed", seed, 0), school)
    chosen = design(question, method, groups, points, second_order)
    found, schools = [], question.schools()
    total = len(schools) * len(chosen.worlds)
    for number, each in enumerate(schools):
        before = number * len(chosen.worlds)
        report = None if progress is None else (lambda done, before=before: progress(before + done, total))
        found.append(studied(chosen, question.under(each), each, f"{question.outcome} under {each}", report))
    return Sensitivity(question=question, method=chosen, by=groups, found=tuple(found))


def design(question: Question, method: str, by: str | None, points: int | None, second_order: bool = False) -> Method:
    """The design of a method for a question. Raises InputError for points, groups or pairs that it cannot have."""
    kind, turned = METHODS[method], factors(question.scenario, question.baseline)
    groups = tuple(factor.group(by) for factor in turned) if by else None
    names = len(set(groups or turned))
    size = whole("points", kind.usual(names) if points is None else points, 1, MOST_WORLDS)
    own: dict[str, Any] = {}
    most = MOST_WORLDS // kind.cost(names)
    if size > most:
        raise InputError(f"points: {size:,} would take too many worlds for {names} factors. Take at most {most:,}.")
    if second_order and kind is not Sobol:
        raise InputError(f"second order: {method} knows no pairs of factors. Use sobol.")
    if kind is Sobol:
        own = {"second_order": second_order}
    if kind is Pawn:
        plan = question.scenario.plan()
        drawn = plan.posterior.drawn(question.seed, range(size)) if plan.posterior else {}
        own = {"taught": panel_members(plan), "values_taught": {name: column[:, 0] for name, column in drawn.items()}}
    return kind(turned, groups, size, question.seed, **own)
