"""Search for portfolios: settings of several levers of which no other found is better in every objective.

The search is epsilon-NSGA-II (Kollat and Reed 2006) by ema_workbench and Platypus. Candidates are rounded to the steps
of their levers and judged in few fixed worlds; what is found is judged again in other worlds, because the best of many
candidates owes part of its place to luck.
"""

import contextlib
import io
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import draws
from sim.analysis.judge import Objective
from sim.errors import InputError

Levers = Mapping[str, float]
Values = tuple[float, ...]
Judging = Callable[[Levers], Values]

PILOTS = 12
"""Candidates drawn at random first: their spread sets how fine the objectives are told apart."""

FINENESS = 50
"""Parts of the pilots' spread that two portfolios must be apart in an objective to be told apart."""

CHECKS = 10
"""How often convergence is measured."""


@dataclass(frozen=True)
class Archive:
    """What a search has found: portfolios {lever: value} with their values, and how it converged.

    `tolerance` is the distance in each objective below which two are the same. `convergence` has a row per check:
    evaluations, portfolios, hypervolume 0 to 1 (the part of the box around all candidates that is beaten).
    """

    portfolios: tuple[tuple[Levers, Values], ...]
    tolerance: Values
    convergence: pd.DataFrame
    evaluations: int
    stopped: bool


@dataclass
class _Record:
    """Judges candidates, each setting once, and keeps them in order."""

    judge: Judging
    steps: Mapping[str, float]
    ranges: Mapping[str, tuple[float, float]]
    budget: int
    progress: Callable[[int, int], None] | None
    seen: dict[tuple[float, ...], Values] = field(default_factory=dict)
    problem: InputError | None = None

    def rounded(self, levers: Levers) -> dict[str, float]:
        """Settings on the steps of their levers, within the ranges."""
        found = {}
        for name, (low, high) in self.ranges.items():
            step = self.steps.get(name)
            value = round(float(levers[name]) / step) * step if step else float(levers[name])
            found[name] = float(f"{min(max(value, low), high):.6g}")
        return found

    def __call__(self, levers: Levers) -> Values:
        own = self.rounded(levers)
        key = tuple(own.values())
        if key not in self.seen:
            try:
                self.seen[key] = tuple(map(float, self.judge(own)))
            except InputError as error:
                self.problem = error
                raise
            if self.progress is not None:
                self.progress(min(len(self.seen), self.budget), self.budget)
        return self.seen[key]


def search(
    judge: Judging,
    ranges: Mapping[str, tuple[float, float]],
    objectives: Sequence[Objective],
    *,
    evaluations: int = 300,
    seed: int = 0,
    steps: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Archive:
    """Look for portfolios within ranges {lever: (low, high)}; `judge` says how one does in each objective.

    Platypus draws from Python's `random` module. It is given a seed that is derived from `seed`, as its documentation
    says, and the module's state is put back afterwards: the same seed finds the same portfolios, whatever ran before.
    Ctrl-C ends the search early and keeps what was found. Settings that come up again are not judged again.

    Raises InputError for ranges or objectives that cannot be meant, or one that does not answer to these levers.
    """
    _check(ranges, objectives, evaluations)
    record = _Record(judge, steps or {}, ranges, evaluations, progress)
    tools, stopped, tolerance = _tools(), False, None
    try:
        tolerance = _tolerance(record, objectives, seed)
        with _seeded(seed):
            _optimise(tools, record, objectives, tolerance, evaluations)
    except KeyboardInterrupt:
        if tolerance is None:
            raise
        stopped = True
    signs = np.array([one.sign for one in objectives])
    values = np.array(list(record.seen.values())) * signs
    kept = _archived(tools, values, tolerance)
    names = list(ranges)
    found = [(dict(zip(names, key, strict=True)), record.seen[key]) for n, key in enumerate(record.seen) if n in kept]
    found.sort(key=lambda one: tuple(sign * value for sign, value in zip(signs, one[1], strict=True)))
    return Archive(tuple(found), tolerance, _convergence(tools, values, tolerance), len(values), stopped)


def _check(ranges: Mapping[str, tuple[float, float]], objectives: Sequence[Objective], evaluations: int) -> None:
    problems = [
        f"--lever {name}: {low:g} to {high:g} is no range. Write its ends in rising order."
        for name, (low, high) in ranges.items()
        if not (np.isfinite(low) and np.isfinite(high) and low < high)
    ]
    if not ranges:
        problems.append("--lever: nothing to choose. Name a lever and its range, such as threshold=2:5.")
    if len(objectives) < 2:
        problems.append("--objective: give two or more, such as --objective risk:lowest. One alone has no trade-off.")
    if len({one.outcome for one in objectives}) < len(objectives):
        problems.append("--objective: an outcome is named twice. Name each once.")
    if evaluations < 2 * PILOTS:
        problems.append(f"--evaluations: {evaluations} are too few. Write at least {2 * PILOTS}.")
    if problems:
        raise InputError(problems)


def _tolerance(record: _Record, objectives: Sequence[Objective], seed: int) -> Values:
    """How far apart two portfolios must be, from candidates drawn over the ranges. Raises InputError."""
    drawn = draws.stream(seed, "portfolios", "pilots").random((PILOTS, len(record.ranges)))
    low, high = np.array(list(record.ranges.values())).T
    settings = low + drawn * (high - low)
    values = np.array([record(dict(zip(record.ranges, map(float, row), strict=True))) for row in settings])
    spread = values.max(axis=0) - values.min(axis=0)
    still = [one.outcome for one, width in zip(objectives, spread, strict=True) if not width > 0]
    if still:
        raise InputError(
            f"--objective: {', '.join(still)} does not answer to {', '.join(record.ranges)}. Choose others."
        )
    return tuple(float(width) for width in spread / FINENESS)


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Python's `random` seeded for Platypus, and as it was afterwards."""
    before = random.getstate()
    random.seed(int(draws.stream(seed, "portfolios", "platypus").integers(2**63)))
    try:
        yield
    finally:
        random.setstate(before)


def _optimise(
    tools: "_Tools", record: _Record, objectives: Sequence[Objective], tolerance: Values, evaluations: int
) -> None:
    """Run the algorithm, which asks the record for candidates. What it finds is read from the record."""
    names = [f"objective_{n}" for n in range(len(objectives))]

    def play(**levers: float) -> dict[str, float]:
        return {name: one.sign * v for name, one, v in zip(names, objectives, record(levers), strict=True)}

    model = tools.workbench.Model("article5", function=play)
    model.levers = [tools.workbench.RealParameter(name, low, high) for name, (low, high) in record.ranges.items()]
    model.outcomes = [tools.workbench.ScalarOutcome(n, kind=tools.workbench.ScalarOutcome.MINIMIZE) for n in names]
    population = int(np.clip(evaluations // 10, 10, 100))
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):  # a progress bar of its own
        warnings.simplefilter("ignore")
        try:
            tools.optimize(
                model, algorithm=tools.platypus.EpsNSGAII, nfe=evaluations, searchover="levers",
                epsilons=list(tolerance), population_size=population,
            )  # fmt: skip
        except tools.error:
            if record.problem is None:
                raise
            raise record.problem from None


def _archived(tools: "_Tools", values: NDArray[np.float64], tolerance: Values) -> set[int]:
    """Which of these candidates [N, O], less being better, an epsilon-box archive keeps."""
    archive = tools.platypus.EpsilonBoxArchive(list(tolerance))
    for solution in _solutions(tools, values):
        archive.add(solution)
    return {solution.number for solution in archive}


def _solutions(tools: "_Tools", values: NDArray[np.float64]) -> list[Any]:
    problem = tools.platypus.Problem(1, values.shape[1])
    found = []
    for number, row in enumerate(values):
        solution = tools.platypus.Solution(problem)
        solution.objectives[:] = [float(value) for value in row]
        solution.evaluated, solution.number = True, number
        found.append(solution)
    return found


def _convergence(tools: "_Tools", values: NDArray[np.float64], tolerance: Values) -> pd.DataFrame:
    """How many portfolios there were and how much they beat, at some points of the search."""
    low, high = values.min(axis=0), values.max(axis=0)
    measure = tools.platypus.Hypervolume(minimum=list(low), maximum=list(high))
    rows = []
    for count in np.unique(np.linspace(min(PILOTS, len(values)), len(values), CHECKS).astype(int)):
        kept = sorted(_archived(tools, values[:count], tolerance))
        volume = measure.calculate(_solutions(tools, values[kept]))
        rows.append({"evaluations": int(count), "portfolios": len(kept), "hypervolume": float(volume)})
    return pd.DataFrame(rows)


def dominates(one: Values, other: Values, objectives: Sequence[Objective]) -> bool:
    """Whether one is as good as the other in every objective and better in one."""
    gains = [o.sign * (b - a) for o, a, b in zip(objectives, one, other, strict=True)]
    return min(gains) >= 0 and max(gains) > 0


class _Tools:
    """What the extra `analysis` brings for the search; loaded when first asked for."""

    def __init__(self) -> None:
        import ema_workbench as workbench
        import platypus
        from ema_workbench.em_framework.evaluators import optimize
        from ema_workbench.util import EMAError

        self.workbench, self.platypus, self.optimize = workbench, platypus, optimize
        self.error = EMAError


def _tools() -> _Tools:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _Tools()
    except ImportError as error:
        raise InputError(
            f"portfolios: {error.name or 'ema_workbench'} is not installed. Install the extra: "
            f"pip install 'article5[analysis]'."
        ) from None
