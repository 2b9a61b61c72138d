"""How half of the points find a box: PRIM and CART, guarded against luck.

1. Inputs are screened: kept are those whose values differ most between cases and other points, by the two-sample
   Kolmogorov-Smirnov test (regional sensitivity analysis, Hornberger and Spear 1981), at most MOST_INPUTS.
2. PRIM peels and pastes (Friedman and Fisher 1999, by ema_workbench), or CART splits (by scikit-learn through it).
3. Of the boxes on the way the one with the highest Matthews correlation of "in the box" and "a case" is the best.
4. PRIM is run on few inputs at a time (constrained PRIM, Kwakkel 2019): first on each alone, then with that of the
   MOST_SECOND best added which makes the best box better, as long as each input has a limit there with a quasi-p value
   of SIGNIFICANT or less, up to MOST_LIMITED inputs; the last run's trajectory is reported.
5. Of the best box the limits with a quasi-p value above SIGNIFICANT are dropped, the worst first.
"""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy

from sim import draws
from sim.analysis.boxes import SIGNIFICANT, Limits, Points, without
from sim.errors import InputError

MOST_INPUTS = 10
"""Inputs that are looked at."""

MOST_SECOND = 6
"""Inputs that are looked at after the first: those that tell most alone."""

MOST_LIMITED = 4
"""Names that a box may restrict: nobody reads a sentence with more."""

LEAST_MASS, FEWEST_INSIDE = 0.05, 10
"""Smallest box: a part of the points that found it, and points."""


def screened(half: Points, most: int = MOST_INPUTS) -> list[str]:
    """The inputs that differ most between cases and other points, by the p-value of Kolmogorov and Smirnov."""
    apart, cases = scipy.stats.ks_2samp, half.cases
    p = {str(c): apart(half.inputs[c][cases], half.inputs[c][~cases]).pvalue for c in half.inputs}
    return sorted(p, key=lambda name: (p[name], name))[:most]


def pruned(half: Points, limits: Limits) -> Limits:
    """A box without the limits that luck could explain, the worst dropped first and the others judged anew."""
    while limits:
        p = half.quasi_ps(limits)
        worst = max(p, key=lambda place: (p[place], place))
        if p[worst] <= SIGNIFICANT:
            break
        limits = without(limits, *worst)
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


def prim_box(finding: Points, checking: Points, seed: int, step: int | None) -> tuple[Limits, pd.DataFrame]:
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


def cart_box(finding: Points, checking: Points, seed: int, step: int | None) -> tuple[Limits, pd.DataFrame]:
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
