"""Scenario discovery: in which worlds does a case of interest come about? PRIM and CART, one analysis per school.

Points of the worlds find a box and the other half checks it, because with dozens of uncertainties a box that fits by
luck is always found. In the finding half:

1. inputs are screened: kept are those whose values differ most between cases and other worlds, by the two-sample
   Kolmogorov-Smirnov test (regional sensitivity analysis, Hornberger and Spear 1981), at most MOST_INPUTS;
2. PRIM peels and pastes (Friedman and Fisher 1999, by ema_workbench), or CART splits (by scikit-learn through it);
3. of the boxes on the way the one with the highest Matthews correlation of "in the box" and "a case" is the best;
4. PRIM is run on few inputs at a time (constrained PRIM, Kwakkel 2019): first on each alone, then with that of the
   MOST_SECOND best added which makes the best box better, as long as each input has a limit there with a quasi-p value
   of SIGNIFICANT or less, up to MOST_LIMITED inputs; the last run's trajectory is reported;
5. of the best box the limits with a quasi-p value above SIGNIFICANT are dropped, the worst first.

Schools are rival theories: they are never pooled, and each has boxes of its own.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sim import draws
from sim.analysis import boxes, measures
from sim.analysis.boxes import SIGNIFICANT, Box, Flags, Limits, Points
from sim.errors import InputError
from sim.outcomes.declare import JUDGEMENT
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.tables import lines

METHODS = ("prim", "cart")
MOST_INPUTS = 10
MOST_SECOND = 6
"""Inputs that are looked at after the first: those that tell most alone."""

MOST_LIMITED = 4
"""Names that a box may restrict: nobody reads a sentence with more."""

FEWEST_WORLDS = 40
FEWEST_CASES = 5
"""Cases, and worlds that are none, that each half must hold."""

LEAST_MASS, FEWEST_INSIDE = 0.05, 10
"""Smallest box: a part of the points that found it, and points."""


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
    """Boxes by school. `case` says in words what was looked for."""

    case: str
    outcome: str
    year: int
    level: float
    side: str
    method: str
    badge: str
    schools: tuple[InSchool, ...]


def discover(
    found: Any,
    outcome: str,
    *,
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

    With `against` the paired difference to that policy is judged, or of a risk the ratio. Without `policies` all are
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
        chosen = [n for n in chosen if n != measures.policy_number(found, against, "--against")]
    values = measures.measured(found, outcome, year, against, chosen)
    _within(values, outcome, side, level)
    table = measures.explaining(found, chosen, [int(w) for w in values.world.values])
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
        case, outcome, values.attrs["year"], level, side, method, str(values.attrs.get("badge", "")), tuple(each)
    )


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
    known = {str(c).removeprefix(measures.LEVER): str(c) for c in table} | {str(c): str(c) for c in table}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError([f"--input: {name!r} does not vary in this batch. {hint(name, known)}" for name in unknown])
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
    refusal = note = _too_little(own.sizes["world"], inputs, cases, finds)
    while not note and len(made) < most:
        halves = every.where(left & finds), every.where(left & ~finds)
        limits, onward = (_prim_box if method == "prim" else _cart_box)(*halves, seed, step)
        if not limits:
            break
        way = way if made else onward
        kept = left & every.inside(limits)
        made.append(_box(limits, halves, len(made), (judged[kept], judged[left & ~kept])))
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


def _too_little(worlds: int, inputs: pd.DataFrame, cases: Flags, finds: Flags, left: Flags | None = None) -> str:
    """Why nothing can be found among the points that are left, or nothing."""
    left = np.ones(len(cases), dtype=np.bool_) if left is None else left
    if inputs.empty:
        return "nothing that is uncertain varies. Sample uncertainties, or take several policies."
    if worlds < FEWEST_WORLDS:
        return f"{worlds} worlds are too few. Simulate at least {FEWEST_WORLDS} of each school."
    if not cases.any() or cases.all():
        return f"{'every' if cases.all() else 'no'} world is a case. Choose another level."
    halves = [cases[left & half] for half in (finds, ~finds)]
    fewest = min(min(int(half.sum()), int((~half).sum())) for half in halves)
    if fewest < FEWEST_CASES:
        kind = "cases" if cases.mean() < 0.5 else "worlds that are none"
        return f"only {fewest} {kind} in one half. Choose another level, or simulate more worlds."
    return ""


def _box(limits: Limits, halves: tuple[Points, Points], before: int, judged: tuple[Any, Any]) -> Box:
    finding, checking = halves
    within, outside = (float(np.median(values)) if len(values) else float("nan") for values in judged)
    return Box(
        limits,
        finding.quasi_ps(limits),
        finding.fit(limits),
        checking.fit(limits),
        (within, outside),
        before,
    )


def screened(half: Points, most: int = MOST_INPUTS) -> list[str]:
    """The inputs that differ most between cases and other points, by the p-value of Kolmogorov and Smirnov."""
    p = {str(c): stats.ks_2samp(half.inputs[c][half.cases], half.inputs[c][~half.cases]).pvalue for c in half.inputs}
    return sorted(p, key=lambda name: (p[name], name))[:most]


def pruned(half: Points, limits: Limits) -> Limits:
    """A box without the limits that luck could explain, the worst dropped first and the others judged anew."""
    while limits:
        p = half.quasi_ps(limits)
        worst = max(p, key=lambda place: (p[place], place))
        if p[worst] <= SIGNIFICANT:
            break
        limits = boxes.without(limits, *worst)
    return limits


def _surest(p: Mapping[tuple[str, int], float]) -> dict[str, float]:
    """The lower of the quasi-p values of each name's limits."""
    return {name: min(own for (of, _), own in p.items() if of == name) for name, _ in p}


def _best(half: Points, ways: Sequence[Limits]) -> int:
    """Which box of several tells cases best, the first of equals."""
    return int(np.argmax([half.fit(limits).correlation for limits in ways]))


# --- PRIM -----------------------------------------------------------------------------------------------------------


def prim(half: Points) -> list[Limits]:
    """The boxes that PRIM meets on its way, from all points to the smallest box. Raises InputError without extras."""
    tool = _tools().prim
    table = half.inputs.astype(np.float64)
    least = max(LEAST_MASS, min(0.5, FEWEST_INSIDE / len(table)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        box = tool.Prim(table, half.cases.astype(np.float64), threshold=1e-9, mass_min=least).find_box()
    first = box.box_lims[0]
    return [_limits(frame, first) for frame in box.box_lims]


def _limits(frame: pd.DataFrame, first: pd.DataFrame) -> Limits:
    """A box of ema_workbench as limits: what it has not moved is no limit."""
    ends = {
        str(name): tuple(
            float(frame[name][side]) if frame[name][side] != first[name][side] else None for side in (0, 1)
        )
        for name in frame
    }
    return {name: (low, high) for name, (low, high) in ends.items() if (low, high) != (None, None)}


def _prim_box(finding: Points, checking: Points, seed: int, step: int | None) -> tuple[Limits, pd.DataFrame]:
    """The box that PRIM finds, without limits where there is none, and the way to it."""
    names: list[str] = []
    ways: list[Limits] = [{}]
    candidates = screened(finding)
    while len(names) < MOST_LIMITED:
        tried = [(name, _sure_ways(finding, [*names, name])) for name in candidates if name not in names]
        told = [_told(finding, found) for _, found in tried]
        if not told or max(told) <= _told(finding, ways):
            break
        name, ways = tried[int(np.argmax(told))]
        names.append(name)
        order = np.argsort([-one for one in told], kind="stable")[:MOST_SECOND]
        candidates = candidates if len(names) > 1 else [tried[n][0] for n in order]
    if not names:
        return {}, pd.DataFrame()
    taken = _best(finding, ways) if step is None else _stepped(step, ways)
    limits = pruned(finding, ways[taken]) if step is None else ways[taken]
    return limits, _trajectory(finding, checking, ways, taken)


def _sure_ways(half: Points, names: Sequence[str]) -> list[Limits]:
    """The way of PRIM on these inputs; nothing but all points where its best box has one that luck could explain."""
    ways = prim(half.only(names))
    surest = dict.fromkeys(names, 1.0) | _surest(half.quasi_ps(ways[_best(half, ways)]))
    return ways if max(surest.values()) <= SIGNIFICANT else [{}]


def _told(half: Points, ways: Sequence[Limits]) -> float:
    """How well the best box on a way tells cases."""
    return half.fit(ways[_best(half, ways)]).correlation


def _stepped(step: int, ways: Sequence[Limits]) -> int:
    """The box that a user takes instead. Raises InputError where there is none, or none with limits."""
    if not 0 <= step < len(ways) or not ways[step]:
        there = [number for number, limits in enumerate(ways) if limits]
        raise InputError(f"--box {step}: no box with limits. Take one of {', '.join(map(str, there)) or 'none'}.")
    return step


def _trajectory(finding: Points, checking: Points, ways: Sequence[Limits], taken: int) -> pd.DataFrame:
    """The trade-off of coverage and density along the way, in the half that found it and in the other."""
    rows = []
    for number, limits in enumerate(ways):
        own = finding.fit(limits)
        held = checking.fit(limits)
        rows.append({
            "box": number, "coverage": own.coverage, "density": own.density, "mass": own.mass,
            "restricted": len(limits), "held_out_coverage": held.coverage, "held_out_density": held.density,
            "correlation": own.correlation, "taken": number == taken,
        })  # fmt: skip
    return pd.DataFrame(rows)


# --- CART -----------------------------------------------------------------------------------------------------------


def cart(half: Points, seed: int = 0) -> list[Limits]:
    """The nodes of a classification tree of depth 1 to MOST_LIMITED as boxes. Raises InputError without extras.

    ema_workbench leaves scikit-learn's seed open, by which it settles ties: here it comes from `seed`.
    """
    tools = _tools()
    table = half.inputs.astype(np.float64)
    first = pd.DataFrame({name: [table[name].min(), table[name].max()] for name in table})
    least = max(LEAST_MASS, min(0.5, FEWEST_INSIDE / len(table)))
    ties = int(draws.stream(seed, "discovery", "ties of CART").integers(2**31))
    found: list[Limits] = []
    for depth in range(1, MOST_LIMITED + 1):
        tree = tools.cart.CART(table, half.cases.astype(np.int64), mass_min=least)
        tree.clf = tools.sklearn_tree.DecisionTreeClassifier(
            min_samples_leaf=max(1, int(least * len(table))), max_depth=depth, random_state=ties
        ).fit(table.to_numpy(), tree.y)
        if tree.clf.get_n_leaves() > 1:
            leaves = [_limits(frame, first) for frame in tree.boxes]
            found += [limits for limits in leaves if limits not in found]
    return found


def _cart_box(finding: Points, checking: Points, seed: int, step: int | None) -> tuple[Limits, pd.DataFrame]:
    """The node that tells cases best, without limits where there is none; the trajectory lists all of them."""
    slim = finding.only(screened(finding))
    nodes = cart(slim, seed)
    if not nodes:
        return {}, pd.DataFrame()
    told = [slim.fit(limits).correlation for limits in nodes]
    ordered = [nodes[n] for n in np.argsort([-one for one in told], kind="stable")]
    taken = 0 if step is None else _stepped(step, ordered)
    limits = pruned(slim, ordered[taken]) if step is None else ordered[taken]
    return limits, _trajectory(finding, checking, ordered, taken)


# --- what is told ---------------------------------------------------------------------------------------------------


def text(told: Discovery, every: bool = False) -> str:
    """Boxes as sentences, school by school, with what luck could explain; `every` adds the trajectories."""
    parts = [f"Worlds with {told.case}, end of {told.year}, by {told.method.upper()}; each school by itself.", ""]
    for one in told.schools:
        parts += [boxes.sentence(box, one.school, told.case) for box in one.boxes] or [f"{one.school}: {one.note}"]
        if one.boxes:
            rows = [_limit_row(box, *place, p) for box in one.boxes for place, p in box.quasi_p.items()]
            parts += ["", lines(["limit", "", "quasi-p"], rows)]
        if every and not one.trajectory.empty:
            parts += ["", _trajectory_text(one.trajectory)]
        parts.append("")
    parts.append(FOOT + (JUDGED if told.badge == JUDGEMENT else ""))
    return "\n".join(parts)


FOOT = (
    "Density: part of the box's worlds that are cases. Coverage: part of all cases that lie in the box. Quasi-p: the\n"
    "chance that luck alone gave a limit what it adds. What goes together in a box need not be cause and effect."
)
JUDGED = "\nWhat is looked at rests on judgement and was never tested."


def _limit_row(box: Box, name: str, side: int, p: float) -> list[str]:
    value = box.limits[name][side]
    limit = measures.quantity(float(value if value is not None else np.nan), measures.unit_of(name))
    return [measures.called(name), f"{boxes.SIDES[side]} {limit}", f"{p:.2g}"]


def _trajectory_text(way: pd.DataFrame) -> str:
    shares = ("coverage", "density", "mass", "held_out_coverage", "held_out_density")
    rows = [
        [str(row.box), *(f"{getattr(row, name):.0%}" for name in shares), str(row.restricted), "taken" * row.taken]
        for row in way.itertuples()
    ]
    return lines(["box", "coverage", "density", "mass", "held out: coverage", "density", "limited", ""], rows)


def data(told: Discovery) -> dict[str, Any]:
    """All of it as plain data."""
    keys = ("case", "outcome", "year", "level", "side", "method", "badge")
    return {key: getattr(told, key) for key in keys} | {
        "schools": [
            {
                "school": one.school,
                "note": one.note,
                "boxes": [b.data() | {"sentence": boxes.sentence(b, one.school, told.case)} for b in one.boxes],
                "trajectory": [] if one.trajectory.empty else _plain(one.trajectory),
            }
            for one in told.schools
        ]
    }


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain data, None where there is no number."""
    return [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


class _Tools:
    """What the extra `analysis` brings for discovery; loaded when first asked for."""

    def __init__(self) -> None:
        from ema_workbench.analysis import cart, prim
        from sklearn import tree

        self.prim, self.cart, self.sklearn_tree = prim, cart, tree


def _tools() -> _Tools:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _Tools()
    except ImportError as error:
        raise InputError(
            f"discovery: {error.name or 'ema_workbench'} is not installed. Install the extra: "
            f"pip install 'article5[analysis]'."
        ) from None
