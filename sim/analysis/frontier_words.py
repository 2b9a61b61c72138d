"""What a search for portfolios has found: in words, as tables and as plain data."""

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis import measures
from sim.analysis.frontier import SURE, Frontier, Standing
from sim.analysis.portfolios import Levers
from sim.tables import lines


def own_words(told: Frontier) -> str:
    """Whether the user's own policy is beaten, by which portfolio and by how much, in worlds the search did not see."""
    own, whose = told.own, f"Your policy ({told.scenario})"
    if not own.surely:
        return f"{whose} is surely beaten by none of these portfolios: {_unbeaten(told)}."
    best = max((told.portfolios[n] for n in own.surely), key=lambda one: _least_gain(told, one))
    each = ", ".join(
        f"{measures.label_of(o.outcome)} {its} instead of {measures.with_unit(mine, o.unit)}"
        for o, (its, mine) in zip(told.objectives, map(apart, best.checked, own.checked), strict=True)
    )
    beaters = len(own.surely)
    count = f"{beaters} of {len(told.portfolios)} portfolios are" if beaters > 1 else "one portfolio is"
    return (
        f"{whose} is beaten: {count} as good or better in every objective in at least {SURE:.0%} of resamples of these "
        f"worlds, most clearly {levers_words(best.levers)}: {each}."
    )


def _least_gain(told: Frontier, one: Standing) -> float:
    """What a portfolio gains on the user's own policy in the objective in which it gains least, in tolerances."""
    rows = zip(told.objectives, told.own.checked, one.checked, told.archive.tolerance, strict=True)
    return min(o.sign * (mine - its) / width for o, mine, its, width in rows)


def _unbeaten(told: Frontier) -> str:
    """How portfolios stand to a policy that none of them surely beats."""
    own, every = told.own, told.portfolios
    unsure, same = len(own.beaten_by), sum(one.checked == own.checked for one in every)
    worse = len(every) - unsure - same
    parts = [
        (
            unsure,
            f"as good or better in every objective here, but in less than {SURE:.0%} of resamples of these worlds",
        ),
        (same, "the very same in every objective"),
        (worse, "worse in some objective"),
    ]
    return "; ".join(
        f"{count} of {len(every)} {'is' if count == 1 else 'are'} {words}" for count, words in parts if count
    )


def apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with three significant digits, or as many more as show that they differ."""
    for digits in range(3, 17):
        words = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if words[0] != words[1]:
            return words
    return f"{one:.3g}", f"{other:.3g}"


def _written(told: Frontier, place: int) -> list[str]:
    """The figures of one objective with the digits that the search tells apart, and those that set apart one's own."""
    values, own = [one.checked[place] for one in told.standings], told.own.checked[place]
    digits = int(np.clip(np.ceil(-np.log10(told.archive.tolerance[place])), 0, 8))
    while digits < 8 and any(v != own and f"{v:.{digits}f}" == f"{own:.{digits}f}" for v in values):
        digits += 1
    return [f"{value:,.{digits}f}" for value in values]


def levers_words(settings: Levers) -> str:
    """Settings in words."""
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings.items())


def text(told: Frontier) -> str:
    """The portfolios as a table, the user's own policy beside them, and how far the search can be trusted."""
    names = list(told.archive.portfolios[0][0])
    head = [
        "",
        *(name.replace("_", " ") for name in names),
        *(measures.label_of(o.outcome) for o in told.objectives),
        "",
    ]
    figures = zip(*(_written(told, place) for place in range(len(told.objectives))), strict=True)
    rows = [
        [
            one.kind,
            *(f"{one.levers[name]:g}" if name in one.levers else "" for name in names),
            *written,
            "" if one.best else "beaten",
        ]
        for one, written in zip(told.standings, figures, strict=True)
    ]
    what = "\n".join(f"  {o.words}, {o.unit}: the {o.best} is best" for o in told.objectives)
    return "\n".join([
        f"Portfolios for {told.scenario}: what is possible at once, in {told.checked_worlds:,} worlds {_under(told)}"
        f" that the search did not see\n{what}\n",
        lines(head, rows),
        f"\n{own_words(told)}\n{search_words(told)}",
    ])  # fmt: skip


def search_words(told: Frontier) -> str:
    """How the search went, and how much of it held in other worlds."""
    way, kept = told.archive.convergence, sum(one.best for one in told.portfolios)
    early = " It was stopped early." if told.archive.stopped else ""
    last, before = way.hypervolume.iloc[-1], way.hypervolume.iloc[-min(3, len(way))]
    gain = (last - before) / last if last > 0 else 0.0
    grown = f"grew by {gain:.1%}: {'settled' if gain < 0.01 else 'more evaluations may find more'}"
    return (
        f"Search: {told.archive.evaluations} different settings in {told.worlds:,} worlds {_under(told)}, "
        f"seed {told.seed}.{early} "
        f"In its last fifth what is beaten {grown}. {kept} of {len(told.portfolios)} portfolios are surely "
        f"beaten by no other in the worlds that check them."
    )


def _under(told: Frontier) -> str:
    """Under which schools worlds were played."""
    return "under each school" if len(told.schools) > 1 else f"of the {told.schools[0]} school"


def table(told: Frontier) -> pd.DataFrame:
    """A row per policy: kind, levers, objectives in the worlds of the search and, as checked_NAME, in the others."""
    return pd.DataFrame([
        {"kind": one.kind, **one.levers}
        | {o.outcome: value for o, value in zip(told.objectives, one.values, strict=True)}
        | {f"checked_{o.outcome}": value for o, value in zip(told.objectives, one.checked, strict=True)}
        | {"beaten": not one.best}
        for one in told.standings
    ])  # fmt: skip


def data(told: Frontier) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "scenario": told.scenario, "baseline": told.baseline, "seed": told.seed, "worlds": told.worlds,
        "checked_worlds": told.checked_worlds, "schools": list(told.schools),
        "objectives": [
            {"outcome": o.outcome, "best_end": o.best, "quantile": o.level, "unit": o.unit} for o in told.objectives
        ],
        "policies": [
            {"kind": s.kind, "levers": dict(s.levers), "values": list(s.values), "checked": list(s.checked),
             "beaten": not s.best, "beaten_by": [{"portfolio": n, "part": p} for n, p in s.beaten_by.items()]}
            for s in told.standings
        ],
        "evaluations": told.archive.evaluations, "stopped": told.archive.stopped,
        "convergence": told.archive.convergence.to_dict(orient="records"),
        "own": own_words(told),
    }  # fmt: skip
