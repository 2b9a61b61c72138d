"""Draws from what the panel has taught about the estimable parameters: a small table, sampled whole rows at a time.

A world takes one row, addressed by (seed, world) like every other draw, so that parameters that belong together stay
together. `article5 calibrate` makes the table; `posterior.json` beside it says how and from which data.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.errors import InputError
from sim.reference import data_dir

Array = NDArray[np.float64]

TABLE, MANIFEST = "posterior.csv", "posterior.json"
UNTIL = "until"
STREAM = "posterior row"
"""The stream that picks a world's row; no parameter has this name."""


def evidence_dir() -> Path:
    """Folder of what fits and hindcasts have left: draws, how they were made, scores."""
    return data_dir() / "evidence"


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of some uncertainties together: `rows` [N, K], a column per name."""

    names: tuple[str, ...]
    rows: Array

    @cached_property
    def digest(self) -> str:
        """A digest of names and numbers."""
        return sha256(repr(self.names).encode() + np.ascontiguousarray(self.rows).tobytes()).hexdigest()[:16]

    def drawn(self, seed: int, worlds: Sequence[int]) -> dict[str, Array]:
        """A column [R, 1] by name: each world's row."""
        u = draws.uniform(seed, STREAM, worlds)[:, 0]
        picked = self.rows[np.minimum((u * len(self.rows)).astype(np.intp), len(self.rows) - 1)]
        return {name: picked[:, k : k + 1] for k, name in enumerate(self.names)}

    def column(self, name: str) -> Array:
        """All draws of one uncertainty [N]."""
        return self.rows[:, self.names.index(name)]

    def quantiles(self, name: str, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> tuple[float, ...]:
        """Quantiles of one uncertainty's draws."""
        return tuple(float(q) for q in np.quantile(self.column(name), levels))


def read(path: Path) -> dict[int, Posterior]:
    """A table of draws by the last year that they know: columns until and names, a row per draw. Raises InputError."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            (first, *header), *rows = list(csv.reader(file))
        numbers = np.array(rows, dtype=np.float64)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: no table of draws ({error}). Make one: article5 calibrate.") from None
    if first != UNTIL or numbers.ndim != 2 or not np.all(np.isfinite(numbers)):
        raise InputError(f"{path}: no table of finite numbers by {UNTIL}. Make one: article5 calibrate.")
    years = numbers[:, 0].astype(int)
    return {int(year): Posterior(tuple(header), numbers[years == year, 1:]) for year in np.unique(years)}


def written(draws_by_year: Mapping[int, Posterior]) -> str:
    """The table as text, to five digits."""
    names = next(iter(draws_by_year.values())).names
    lines = [",".join([UNTIL, *names])]
    for year, posterior in sorted(draws_by_year.items()):
        lines += [",".join([str(year), *(f"{value:.5g}" for value in row)]) for row in posterior.rows]
    return "\n".join(lines) + "\n"


@cache
def fits() -> Mapping[int, Posterior]:
    """The draws that come with the project, by the last year that they know; none before they are made."""
    path = evidence_dir() / TABLE
    return MappingProxyType(read(path) if path.is_file() else {})


def shipped() -> Posterior | None:
    """The draws that know the whole panel, or None where there are none."""
    return fits()[max(fits())] if fits() else None


def manifest() -> dict[str, Any]:
    """How the shipped draws were made."""
    path = evidence_dir() / MANIFEST
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found
