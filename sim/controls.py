"""Everything that has a slider: the levers, and the withdrawal that the documents discuss."""

from collections.abc import Mapping
from typing import Any

from sim.outcomes import Outcome
from sim.params import Lever, Uncertainty, levers
from sim.reference import roster

EAST = ("POL", "ROU")
"""Hosts of the withdrawal that has a slider of its own."""

WITHDRAWAL_START, WITHDRAWAL_QUARTERS = "2025Q3", 4

WITHDRAWAL = Lever(
    name="withdrawal", default=0.0, neutral=0.0, low=0.0, step=500.0,
    high=float(sum(t for p, t in zip(roster().places, roster().troops, strict=True) if p in EAST) // 500 * 500),
    unit="persons", kind="posture", symbol="withdrawals", equation="4c", evidence="X",
    source=("eastern-withdrawal", "eastern-hosts", "assumption"),
    about="US soldiers to leave Poland and Romania",
    note=f"Each host gives in proportion to its stock, from {WITHDRAWAL_START} over {WITHDRAWAL_QUARTERS} quarters. "
    "The document says up to 10,000; that they leave at all, and when, is an assumption.",
)  # fmt: skip

CONTROLS: Mapping[str, Lever] = {**levers(), WITHDRAWAL.name: WITHDRAWAL}
"""Everything that has a slider, by name."""

EVIDENCE = {
    "E": "estimable from observed spending, 2014 to 2024",
    "D": "named in a document or in data; the source says how firmly",
    "X": "deep uncertainty: explored, never estimated",
}
"""Evidence classes in words."""


PROPER = {"us": "US", "eu": "EU", "russian": "Russian", "european": "European", "ukraine": "Ukraine"}
"""Words of names that are written in capitals."""


def called(name: str) -> str:
    """A control or an uncertainty within a sentence: `us_aid` is "US aid"."""
    return " ".join(PROPER.get(word, word) for word in name.split("_"))


def on_grid(name: str, value: float) -> float:
    """A value of a control on its grid, within its range: 3.14159 becomes 3.1."""
    control = CONTROLS[name]
    steps = round((value - control.low) / control.step)
    return min(max(round(control.low + steps * control.step, 6), control.low), control.high)


def eastern(hosts: Any) -> bool:
    """Whether a withdrawal is the one that has a slider."""
    return set(hosts) <= set(EAST)


INDEXES = ("0 to 1", "-1 to 1", "0 or 1", "index", "share", "probability")
"""Units that are no units: a number stands alone."""


def unit_after(declared: Lever | Uncertainty | Outcome) -> str:
    """A unit as it stands behind a number; an index has none."""
    unit = declared.unit
    return "" if unit in INDEXES else unit if unit.startswith("%") else f" {unit}"
