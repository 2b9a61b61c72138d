"""How a lever and an uncertainty are declared: as a field of a dataclass, with everything that is known about it."""

from dataclasses import dataclass, field
from typing import Any

from sim.priors import Prior


@dataclass(frozen=True, kw_only=True)
class Lever:
    """What a government can set. `neutral` is the value without any effect."""

    name: str
    default: float
    neutral: float
    low: float
    high: float
    step: float
    unit: str
    kind: str
    symbol: str
    equation: str
    evidence: str
    source: tuple[str, ...]
    about: str
    note: str
    needs: tuple[str, ...] = ()  # it acts only while one of these is off its neutral value; empty: by itself


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """What nobody knows for sure: a prior, drawn anew in every world."""

    name: str
    group: str
    prior: Prior
    unit: str
    symbol: str
    equation: str
    evidence: str
    source: tuple[str, ...]
    about: str


def lever(
    default: float,
    *,
    neutral: float,
    low: float,
    high: float,
    step: float,
    unit: str,
    kind: str,
    symbol: str,
    equation: str,
    evidence: str,
    source: str,
    about: str,
    note: str,
    needs: str = "",
) -> Any:
    """Declare a lever as a field of `Levers`. `source` lists keys, separated by blanks.

    `needs` lists what must be off its neutral value for the lever to act: levers, or the words `withdrawals` and
    `unordered` (withdrawals that are not yet ordered).
    """
    return field(default=default, metadata=dict(
        neutral=neutral, low=low, high=high, step=step, unit=unit, kind=kind, symbol=symbol, equation=equation,
        evidence=evidence, source=tuple(source.split()), about=about, note=note, needs=tuple(needs.split()),
    ))  # fmt: skip


def uncertainty(prior: Prior, *, unit: str, symbol: str, equation: str, evidence: str, source: str, about: str) -> Any:
    """Declare an uncertainty as a field of a parameter group; its default is the prior's median."""
    return field(default=prior.median, metadata=dict(
        prior=prior, unit=unit, symbol=symbol, equation=equation, evidence=evidence,
        source=tuple(source.split()), about=about,
    ))  # fmt: skip
