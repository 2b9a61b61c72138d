"""Which settings of the levers an experiment plays: listed, on a grid, or spread over ranges.

A design is a list of settings {lever: value}. Sampled values are rounded to four digits, so that the label of a policy
says exactly what was played.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.draws import stream

Settings = dict[str, float]

MOST_POLICIES = 10_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True)]


class Steps(_Part):
    """Values at equal distances, both ends included."""

    from_: Number = Field(alias="from", description="First value")
    to: Number = Field(description="Last value")
    steps: Count = Field(ge=2, le=1000, description="How many values")

    def values(self) -> list[float]:
        """The values, rounded to six digits."""
        return [float(f"{v:.6g}") for v in np.linspace(self.from_, self.to, self.steps)]


def _ends(value: Any) -> Any:
    """Two ends in rising order. Raises ValueError."""
    if not isinstance(value, list) or len(value) != 2 or not all(_is_number(v) for v in value) or value[0] >= value[1]:
        raise ValueError(f"{str(value)[:40]} is no range. Write its two ends in rising order, like [2, 5]")
    return tuple(map(float, value))


def _values(value: Any) -> Any:
    """Values of one lever on a grid: a list, or equal steps. Raises ValueError."""
    if isinstance(value, dict):
        if {"from", "to", "steps"} != set(value):
            raise ValueError("takes from, to and steps. Write them, like {from: 2, to: 5, steps: 4}")
        return Steps.model_validate(value).values()
    if not isinstance(value, list) or not value:
        raise ValueError(f"{str(value)[:40]} is no list. Write the values, like [2, 3.5, 5]")
    if not all(_is_number(v) for v in value):
        raise ValueError(f"{str(value)[:40]} holds something that is no number. Write numbers, like [2, 3.5, 5]")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


Ends = Annotated[tuple[float, float], BeforeValidator(_ends)]
Values = Annotated[list[float], BeforeValidator(_values)]


class Sampled(_Part):
    """So many settings spread over ranges of levers."""

    samples: Count = Field(ge=1, le=MOST_POLICIES, description="How many settings")
    ranges: dict[str, Ends] = Field(min_length=1, description="Two ends by lever")


class SobolSampled(Sampled):
    """A Sobol sequence, which is balanced at powers of two only."""

    @model_validator(mode="after")
    def _balanced(self) -> "SobolSampled":
        if self.samples & (self.samples - 1):
            below = 1 << (self.samples.bit_length() - 1)
            raise ValueError(f"{self.samples} samples are not balanced. Write a power of two: {below} or {2 * below}")
        return self


class Design(_Part):
    """Settings of the levers; of several kinds each adds its own, in this order."""

    listed: list[dict[str, Number]] = Field(default_factory=list, description="Settings written out, {} for none")
    grid: dict[str, Values] = Field(default_factory=dict, description="Every combination of these values")
    latin_hypercube: Sampled | None = Field(None, description="A Latin hypercube over ranges")
    sobol: SobolSampled | None = Field(None, description="A Sobol sequence over ranges")

    def size(self) -> int:
        """How many settings there are."""
        grid = math.prod(len(values) for values in self.grid.values()) if self.grid else 0
        sampled = [part.samples for part in (self.latin_hypercube, self.sobol) if part]
        return len(self.listed) + grid + sum(sampled) or 1

    def probes(self) -> Iterator[tuple[tuple, Settings]]:
        """Every value of every lever alone, of ranges their ends, with its place in the file; first no setting."""
        yield (), {}
        for n, settings in enumerate(self.listed):
            yield from ((("levers", "listed", n, name), {name: value}) for name, value in settings.items())
        for name, values in self.grid.items():
            yield from ((("levers", "grid", name), {name: value}) for value in values)
        for kind in ("latin_hypercube", "sobol"):
            for name, ends in part.ranges.items() if (part := getattr(self, kind)) else ():
                yield from ((("levers", kind, "ranges", name), {name: value}) for value in ends)

    def settings(self, seed: int) -> list[Settings]:
        """Every setting in order; where nothing is written, the scenario as it stands."""
        found: list[Settings] = [*self.listed, *_grid(self.grid)]
        if self.latin_hypercube:
            found += _sampled(self.latin_hypercube, "LatinHypercube", stream(seed, "latin hypercube"))
        if self.sobol:
            found += _sampled(self.sobol, "Sobol", stream(seed, "sobol"))
        return found or [{}]


def _grid(grid: Mapping[str, Sequence[float]]) -> Iterator[Settings]:
    if grid:
        yield from (dict(zip(grid, values, strict=True)) for values in product(*grid.values()))


def _sampled(part: Sampled, kind: str, generator: np.random.Generator) -> list[Settings]:
    from scipy.stats import qmc  # takes a second to load, and few need it

    low, high = np.array(list(part.ranges.values())).T
    points = qmc.scale(
        getattr(qmc, kind)(d=len(part.ranges), rng=int(generator.integers(2**63))).random(part.samples), low, high
    )
    return [dict(zip(part.ranges, map(_rounded, row, part.ranges.values()), strict=True)) for row in points]


def _rounded(value: float, part: tuple[float, float]) -> float:
    """A sampled value to four digits, still within its range."""
    return float(np.clip(float(f"{value:.4g}"), *part))
