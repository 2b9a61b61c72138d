"""The front of portfolios: searched in some worlds, judged anew in others, beside one's own policy and a baseline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.analysis import measures
from sim.analysis.judge import Judge, Objective
from sim.analysis.portfolios import Archive, Levers, Values, dominates, search
from sim.ensemble import MOST_WORLDS, whole
from sim.errors import InputError
from sim.params import levers
from sim.reading import hint
from sim.scenario import Scenario
from sim.tables import lines, number

PORTFOLIO, OWN, BASELINE = "portfolio", "your policy", "baseline"

FEWEST_WORLDS = 32
CHECKED = 4
"""How many times as many worlds check what was found as searched for it."""


@dataclass(frozen=True)
class Standing:
    """How one policy does: in the worlds of the search, and in the others; `best` where no portfolio beats it there."""

    kind: str
    levers: Levers
    values: Values
    checked: Values
    best: bool


@dataclass(frozen=True)
class Frontier:
    """Portfolios, the user's own policy and a baseline, with how the search went."""

    scenario: str
    baseline: str
    objectives: tuple[Objective, ...]
    standings: tuple[Standing, ...]
    archive: Archive
    worlds: int
    checked_worlds: int
    seed: int

    @property
    def portfolios(self) -> list[Standing]:
        """The portfolios alone."""
        return [one for one in self.standings if one.kind == PORTFOLIO]

    @property
    def own(self) -> Standing:
        """The user's own policy."""
        return next(one for one in self.standings if one.kind == OWN)


Progress = Callable[[int, int], None]


def frontier(
    scenario: Scenario,
    baseline: Scenario,
    ranges: Mapping[str, tuple[float, float]],
    objectives: Sequence[Objective],
    *,
    worlds: int = 256,
    evaluations: int = 300,
    seed: int = 0,
    year: int | None = None,
    progress: Progress | None = None,
    checking: Progress | None = None,
) -> Frontier:
    """Search for portfolios of a scenario's levers, and judge them, the scenario and a baseline in other worlds.

    `worlds` are those of all schools together, 0 to worlds − 1; the next CHECKED × worlds check what was found.
    Raises InputError for levers, ranges, worlds or objectives that cannot be meant, and where the extra lacks.
    """
    _check(ranges)
    worlds, seed = whole("--worlds", worlds, FEWEST_WORLDS, MOST_WORLDS // (1 + CHECKED)), whole("--seed", seed, 0)
    judge = Judge(scenario, baseline, tuple(objectives), range(worlds), seed, year)
    other = Judge(scenario, baseline, tuple(objectives), range(worlds, worlds * (1 + CHECKED)), seed, year)
    steps = {name: levers()[name].step for name in ranges}
    own, base = (judge.own(), other.own()), (judge.base(), other.base())
    archive = search(judge, ranges, objectives, evaluations=evaluations, seed=seed, steps=steps, progress=progress)
    checked = []
    for n, (settings, _) in enumerate(archive.portfolios):
        checked.append(other(settings))
        if checking is not None:
            checking(n + 1, len(archive.portfolios))
    rows = [(PORTFOLIO, one[0], one[1], values) for one, values in zip(archive.portfolios, checked, strict=True)]
    rows += [(OWN, {}, *own), (BASELINE, {}, *base)]
    standings = tuple(
        Standing(*row, best=not any(dominates(values, row[3], objectives) for values in checked)) for row in rows
    )
    return Frontier(scenario.name, baseline.name, tuple(objectives), standings, archive, worlds, CHECKED * worlds, seed)


def _check(ranges: Mapping[str, tuple[float, float]]) -> None:
    problems = [f"--lever {n}: unknown lever. {hint(n, levers(), most=40)}" for n in ranges if n not in levers()]
    for name, (low, high) in ranges.items():
        declared = levers().get(name)
        if declared is not None and not (declared.low <= low and high <= declared.high):
            problems.append(
                f"--lever {name}={low:g}:{high:g}: out of range. It takes {declared.low:g} to {declared.high:g}."
            )
    if problems:
        raise InputError(problems)


# --- what is told ---------------------------------------------------------------------------------------------------


def own_words(told: Frontier) -> str:
    """Whether the user's own policy is beaten, by which portfolio and by how much, in worlds the search did not see."""
    own, better = told.own, []
    for one in told.portfolios:
        if dominates(one.checked, own.checked, told.objectives):
            gains = [
                o.sign * (mine - its) / width
                for o, mine, its, width in zip(
                    told.objectives, own.checked, one.checked, told.archive.tolerance, strict=True
                )
            ]
            better.append((min(gains), one))
    if not better:
        return f"Your policy ({told.scenario}) is beaten by none of these portfolios: each is worse in some objective."
    _, best = max(better, key=lambda pair: pair[0])
    each = ", ".join(
        f"{measures.label_of(o.outcome)} {its:.3g} instead of {measures.quantity(mine, o.unit)}"
        for o, its, mine in zip(told.objectives, best.checked, own.checked, strict=True)
    )
    count = f"{len(better)} of {len(told.portfolios)} portfolios are" if len(better) > 1 else "one portfolio is"
    return (
        f"Your policy ({told.scenario}) is beaten: {count} as good or better "
        f"in every objective, most clearly {levers_words(best.levers)}: {each}."
    )


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
    rows = [
        [
            one.kind,
            *(f"{one.levers[name]:g}" if name in one.levers else "" for name in names),
            *map(number, one.checked),
            "" if one.best else "beaten",
        ]
        for one in told.standings
    ]
    what = "\n".join(f"  {o.words}, {o.unit}: the {o.best} is best" for o in told.objectives)
    return "\n".join([
        f"Portfolios for {told.scenario}: what is possible at once, in {told.checked_worlds:,} worlds that the search "
        f"did not see\n{what}\n",
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
        f"Search: {told.archive.evaluations} different settings in {told.worlds:,} worlds, seed {told.seed}.{early} "
        f"In its last fifth what is beaten {grown}. {kept} of {len(told.portfolios)} portfolios are beaten by no other "
        f"in the worlds that check them."
    )


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
        "checked_worlds": told.checked_worlds,
        "objectives": [
            {"outcome": o.outcome, "best_end": o.best, "quantile": o.level, "unit": o.unit} for o in told.objectives
        ],
        "policies": [
            {"kind": s.kind, "levers": dict(s.levers), "values": list(s.values), "checked": list(s.checked),
             "beaten": not s.best}
            for s in told.standings
        ],
        "evaluations": told.archive.evaluations, "stopped": told.archive.stopped,
        "convergence": told.archive.convergence.to_dict(orient="records"),
        "own": own_words(told),
    }  # fmt: skip
