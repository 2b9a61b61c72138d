"""Scenario discovery: in which worlds does a case of interest come about? PRIM and CART, one analysis per school.

Half of the worlds find a box and the other half checks it, because with dozens of uncertainties a box that fits by luck
is always found. `sim.analysis.seeking` says how a half finds it.

Schools are rival theories: they are never pooled, and each has boxes of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim import draws
from sim.analysis import boxes, explaining, measures
from sim.analysis.boxes import SIGNIFICANT, Box, Flags, Limits, Points
from sim.analysis.seeking import cart_box, prim_box
from sim.errors import InputError
from sim.outcomes.declare import JUDGEMENT
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.tables import lines

METHODS = {"prim": prim_box, "cart": cart_box}
"""Ways to find a box."""

FEWEST_WORLDS = 40
FEWEST_CASES = 5
"""Cases, and worlds that are none, that each half must hold."""


@dataclass(frozen=True)
class InSchool:
    """What was found in one school: boxes, or a note why there are none.

    `trajectory` has a row per box on the way: number, coverage, density, mass, restricted, held-out coverage and
    density, taken. `points` are all worlds of the school: inputs, value, case.
    """

    school: str
    boxes: tuple[Box, ...]
    trajectory: pd.DataFrame
    points: pd.DataFrame
    note: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Discovery:
    """Boxes by school. `case` says in words what was looked for, `policies` among how many; `notes` what to know."""

    case: str
    outcome: str
    year: int
    level: float
    side: str
    method: str
    badge: str
    schools: tuple[InSchool, ...]
    policies: int = 1
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> str:
        """What is counted: worlds, or the runs of worlds under several policies."""
        return boxes.counted(self.policies)


def discover(
    found: Any,
    outcome: str,
    *,
    of: str | None = None,
    above: float | None = None,
    below: float | None = None,
    year: int | None = None,
    against: int | str | None = None,
    policies: Sequence[int | str] = (),
    method: str = "prim",
    school: str | None = None,
    inputs: Sequence[str] = (),
    most: int = 1,
    step: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Discovery:
    """Boxes of what is uncertain in which an outcome of a batch lies above, or below, a level.

    The front or host stands in `of` or in the name. With `against` the paired difference to that policy is judged, or
    of a risk the ratio, with or without `relative_`. Without `policies` all are
    taken (but `against`), and their levers are inputs, too. `inputs` names the only ones to look at; `most` boxes are
    looked for, each among the worlds that those before it have left; `step` takes a box of the trajectory instead of
    the one that the rule above would take.

    Raises InputError for a level that all or no values pass, too few worlds, and whatever `measured` refuses.
    """
    side, level = _side(above, below)
    if method not in METHODS:
        raise InputError(f"--method: unknown {method!r}. {hint(method, METHODS)}")
    chosen = measures.policy_numbers(found, policies)
    if against is not None and not policies:
        base = measures.policy_number(found, against, "--against")
        own = found.policies["plan"][base]
        chosen = [n for n in chosen if n != base and found.policies["plan"][n] != own] or chosen
    values = measures.measured(found, measures.spelled(outcome, of), year, against, chosen)
    outcome = values.attrs["outcome"]
    _within(values, outcome, side, level)
    judged, worlds = ([int(n) for n in values[dim].values] for dim in ("policy", "world"))
    table, notes = explaining.varying(found, judged, worlds, values.attrs["year"])
    table = _only(table, inputs)
    schools = _schools(values, school, step)
    each = []
    for name in schools:
        each.append(_in_school(name, table, values, (side, level), found.seed, method, most, step))
        if progress is not None:
            progress(len(each), len(schools))
    if all(one.refused for one in each):
        raise InputError([f"{one.school}: {one.note}" for one in each])
    unit = values.attrs.get("units", "")
    case = f"{values.attrs['label']} {side} {measures.quantity(level, unit)}"
    return Discovery(
        case, outcome, values.attrs["year"], level, side, method, str(values.attrs.get("badge", "")), tuple(each),
        len(judged), (*values.attrs["notes"], *notes),
    )  # fmt: skip


def _side(above: float | None, below: float | None) -> tuple[str, float]:
    if (above is None) == (below is None):
        raise InputError("--above, --below: give one of them, the level that makes a world a case.")
    side, level = ("above", above) if above is not None else ("below", below)
    if level is None or not np.isfinite(level):
        raise InputError(f"--{side}: {level} is no finite number. Write one, in the outcome's unit.")
    return side, float(level)


def _within(values: Any, outcome: str, side: str, level: float) -> None:
    low, high = float(values.min()), float(values.max())
    if not low <= level <= high:
        unit = values.attrs.get("units", "")
        raise InputError(
            f"--{side} {level:g}: {outcome} lies between {low:.3g} and {measures.quantity(high, unit)} in all worlds. "
            f"Choose a level in between."
        )


def _only(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Only these inputs, or all. A lever may be given without its prefix. Raises InputError for an unknown one."""
    if not names:
        return table
    known = {str(c).removeprefix(explaining.LEVER): str(c) for c in table} | {str(c): str(c) for c in table}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(
            [f"--input: {name!r} does not vary in what is judged. {hint(name, known)}" for name in unknown]
        )
    return table[list(dict.fromkeys(known[name] for name in names))]


def _schools(values: Any, school: str | None, step: int | None) -> tuple[str, ...]:
    there = tuple(name for name in SCHOOLS if bool((values.school == name).any()))
    if school is not None and school not in there:
        raise InputError(f"--school: no world of {school!r} in this batch. {hint(school, there)}")
    if step is not None and school is None and len(there) > 1:
        raise InputError("--box: each school has a trajectory of its own. Name one with --school, too.")
    return there if school is None else (school,)


# --- one school -----------------------------------------------------------------------------------------------------


def _in_school(
    school: str,
    table: pd.DataFrame,
    values: Any,
    case: tuple[str, float],
    seed: int,
    method: str,
    most: int,
    step: int | None,
) -> InSchool:
    own = values.isel(world=np.flatnonzero(values.school == school))
    judged = own.values.reshape(-1)
    side, level = case
    cases = judged > level if side == "above" else judged < level
    inputs = table[table.index.isin(own.world.values, level="world")].reset_index(drop=True)
    inputs = inputs.loc[:, inputs.nunique() > 1]
    points = inputs.assign(value=judged, case=cases)
    finds = np.tile(_finding_half(seed, school, own.sizes["world"]), own.sizes["policy"])
    every = Points(inputs, cases, np.tile(own.world.values, own.sizes["policy"]))
    made: list[Box] = []
    way, left = pd.DataFrame(), np.ones(len(points), dtype=np.bool_)
    kind = boxes.counted(own.sizes["policy"])
    refusal = note = _too_little(own.sizes["world"], inputs, cases, finds, kind=kind)
    while not note and len(made) < most:
        halves = every.where(left & finds), every.where(left & ~finds)
        limits, onward = METHODS[method](*halves, seed, step)
        if not limits:
            break
        way = way if made else onward
        kept = left & every.inside(limits)
        made.append(_box(limits, halves, len(made), (judged[kept], judged[left & ~kept]), own.sizes["policy"]))
        left &= ~kept
        if _too_little(FEWEST_WORLDS, inputs, cases, finds, left):
            break
    if not note and not made:
        note = f"no limit says more than luck would (quasi-p above {SIGNIFICANT:g} each)."
    return InSchool(school, tuple(made), way, points, note, bool(refusal))


def _finding_half(seed: int, school: str, worlds: int) -> Flags:
    """Which half of the worlds finds boxes: drawn, so that no order in a design decides it."""
    order = draws.stream(seed, "discovery", school).permutation(worlds)
    return np.isin(np.arange(worlds), order[: worlds // 2])


def _too_little(
    worlds: int, inputs: pd.DataFrame, cases: Flags, finds: Flags, left: Flags | None = None, kind: str = "worlds"
) -> str:
    """Why nothing can be found among the points that are left, or nothing."""
    left = np.ones(len(cases), dtype=np.bool_) if left is None else left
    if inputs.empty:
        return "nothing that is uncertain varies. Sample uncertainties, or take several policies."
    if worlds < FEWEST_WORLDS:
        return f"{worlds} worlds are too few. Simulate at least {FEWEST_WORLDS} of each school."
    if not cases.any() or cases.all():
        return f"{'every' if cases.all() else 'no'} {kind[:-1]} is a case. Choose another level."
    halves = [cases[left & half] for half in (finds, ~finds)]
    fewest = min(min(int(half.sum()), int((~half).sum())) for half in halves)
    if fewest < FEWEST_CASES:
        short = "cases" if cases.mean() < 0.5 else f"{kind} that are none"
        return f"only {fewest} {short} in one half. Choose another level, or simulate more worlds."
    return ""


def _box(limits: Limits, halves: tuple[Points, Points], before: int, judged: tuple[Any, Any], policies: int) -> Box:
    finding, checking = halves
    within, outside = (float(np.median(values)) if len(values) else float("nan") for values in judged)
    return Box(
        limits,
        finding.quasi_ps(limits),
        finding.fit(limits),
        checking.fit(limits),
        (within, outside),
        before,
        policies,
    )


# --- what is told ---------------------------------------------------------------------------------------------------


def text(told: Discovery, every: bool = False) -> str:
    """Boxes as sentences, school by school, with what luck could explain; `every` adds the trajectories."""
    head = f"{told.points.capitalize()} with {told.case}, end of {told.year}, by {told.method.upper()}"
    parts = [f"{head}; each school by itself.", ""]
    for one in told.schools:
        parts += [boxes.sentence(box, one.school, told.case) for box in one.boxes] or [f"{one.school}: {one.note}"]
        if one.boxes:
            rows = [_limit_row(box, *place, p) for box in one.boxes for place, p in box.quasi_p.items()]
            parts += ["", lines(["limit", "", "quasi-p"], rows)]
        if every and not one.trajectory.empty:
            parts += ["", _trajectory_text(one.trajectory)]
        parts.append("")
    parts.append(FOOT + (JUDGED if told.badge == JUDGEMENT else ""))
    parts += [f"Note: {note}" for note in told.notes]
    return "\n".join(parts)


FOOT = (
    "Density: part of what lies in the box that are cases. Coverage: part of all cases that lie in it. A run is a\n"
    "world under one of several policies. Quasi-p: the chance that luck adds as much to a limit fixed beforehand.\n"
    "Here it was chosen among many inputs on the very points that judge it, and luck does so far more often: trust\n"
    "the half that was held out. What goes together in a box need not be cause and effect."
)
JUDGED = "\nWhat is looked at rests on judgement and was never tested."


def _limit_row(box: Box, name: str, side: int, p: float) -> list[str]:
    value = box.limits[name][side]
    limit = measures.quantity(float(value if value is not None else np.nan), explaining.unit_of(name))
    return [explaining.called(name), f"{boxes.SIDES[side]} {limit}", f"{p:.2g}"]


def _trajectory_text(way: pd.DataFrame) -> str:
    shares = ("coverage", "density", "mass", "held_out_coverage", "held_out_density")
    rows = [
        [str(row.box), *(f"{getattr(row, name):.0%}" for name in shares), str(row.restricted), "taken" * row.taken]
        for row in way.itertuples()
    ]
    return lines(["box", "coverage", "density", "mass", "held out: coverage", "density", "limited", ""], rows)


def data(told: Discovery) -> dict[str, Any]:
    """All of it as plain data."""
    keys = ("case", "outcome", "year", "level", "side", "method", "badge", "policies")
    return {key: getattr(told, key) for key in keys} | {
        "counted": told.points,
        "notes": list(told.notes),
        "schools": [
            {
                "school": one.school,
                "note": one.note,
                "boxes": [b.data() | {"sentence": boxes.sentence(b, one.school, told.case)} for b in one.boxes],
                "trajectory": [] if one.trajectory.empty else _plain(one.trajectory),
            }
            for one in told.schools
        ],
    }


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain data, None where there is no number."""
    return [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]
