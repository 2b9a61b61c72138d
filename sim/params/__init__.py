"""Levers and uncertainties, each declared once.

A declaration carries unit, range, evidence class, symbol, source and one sentence. Validation, sliders,
help, sampling, the vocabulary of scenario files, the JSON schema and the tests' data all read it from here.

Evidence classes (MODEL.md): E estimable from the spending panel, D documented fact, law or accounting,
X deep uncertainty, explored and never estimated. The source is a fact in `seeds/`, a publication in
`seeds/publications.yaml`, or the honest word `assumption`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np

from sim.params.declare import Lever, Uncertainty
from sim.params.levers import Levers
from sim.params.uncertainties import (
    Burden,
    Capability,
    Commitment,
    Costs,
    Deterrence,
    Economy,
    Params,
    Posture,
    Readiness,
    Threat,
    Ukraine,
)

__all__ = [
    "UNORDERED",
    "WITHDRAWALS",
    "Burden",
    "Capability",
    "Commitment",
    "Costs",
    "Deterrence",
    "Economy",
    "Lever",
    "Levers",
    "Params",
    "Posture",
    "Readiness",
    "Threat",
    "Ukraine",
    "Uncertainty",
    "declarations",
    "gather",
    "idle",
    "levers",
    "off_neutral",
    "uncertainties",
]


def _default(declared: Any) -> float:
    return float(declared.default)


@cache
def levers() -> dict[str, Lever]:
    """Every lever by name, in the order of declaration."""
    return {f.name: Lever(name=f.name, default=_default(f), **f.metadata) for f in fields(Levers)}


@cache
def uncertainties() -> dict[str, Uncertainty]:
    """Every uncertainty by name, in the order of declaration. Names are unique across groups."""
    return {
        f.name: Uncertainty(name=f.name, group=group.name, **f.metadata)
        for group in fields(Params)
        for f in fields(group.type)  # type: ignore[arg-type]
    }


def gather(values: dict[str, Any]) -> Params:
    """The parameter groups from flat values {name: number or column}; what is left out is its median."""
    groups: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        groups.setdefault(uncertainties()[name].group, {})[name] = value
    return Params(**{group.name: group.type(**groups.get(group.name, {})) for group in fields(Params)})  # type: ignore[misc,operator]


def off_neutral(paths: Mapping[str, Any]) -> set[str]:
    """The levers that leave their neutral value at any time; `paths` holds numbers or paths [T] by name."""
    return {name for name, path in paths.items() if np.any(np.asarray(path) != levers()[name].neutral)}


WITHDRAWALS, UNORDERED = "withdrawals", "unordered"
"""What a lever may need besides levers: withdrawals, or such as are not yet ordered."""


def idle(paths: Mapping[str, Any], *others: str) -> dict[str, tuple[str, ...]]:
    """The levers that can do nothing in a policy, with what they would need: {name: levers, or one of the words above}.

    `paths` holds all levers, numbers or paths [T]; `others` are the words that hold.
    """
    at_work = off_neutral(paths) | set(others)
    return {name: lever.needs for name, lever in levers().items() if lever.needs and not at_work & set(lever.needs)}


def declarations() -> Iterator[Lever | Uncertainty]:
    """All levers, then all uncertainties."""
    yield from levers().values()
    yield from uncertainties().values()
