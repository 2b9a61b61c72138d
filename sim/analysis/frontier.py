"""The front of portfolios: searched in some worlds, judged anew in others, beside one's own policy and a baseline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import draws
from sim.analysis.judge import Array, Judge, Objective, schools_of
from sim.analysis.portfolios import Archive, Levers, Values, dominates, search
from sim.ensemble import MOST_WORLDS, whole
from sim.errors import InputError
from sim.params import UNORDERED, levers
from sim.reading import hint
from sim.scenario import Scenario

PORTFOLIO, OWN, BASELINE = "portfolio", "your policy", "baseline"

FEWEST_WORLDS = 32
CHECKED = 4
"""How many times as many worlds check what was found as searched for it."""


RESAMPLES, SURE = 500, 0.95
"""How often the checking worlds are drawn anew, and in which part of that one policy must beat another."""


@dataclass(frozen=True)
class Standing:
    """How one policy does: in the worlds of the search, and in the others.

    `levers` are those that are searched, of one's own policy and the baseline as in force at the end of the year.

    `beaten_by` holds the portfolios, by number, that are as good there in every objective and better in one, each with
    the part of RESAMPLES of these worlds in which it is.
    """

    kind: str
    levers: Levers
    values: Values
    checked: Values
    beaten_by: Mapping[int, float]

    @property
    def surely(self) -> tuple[int, ...]:
        """The portfolios that beat it, and not by luck."""
        return tuple(n for n, part in self.beaten_by.items() if part >= SURE)

    @property
    def best(self) -> bool:
        """Whether no portfolio surely beats it."""
        return not self.surely


@dataclass(frozen=True)
class Frontier:
    """Portfolios, the user's own policy and a baseline, with how the search went.

    `worlds` and `checked_worlds` were played under each of `schools`.
    """

    scenario: str
    baseline: str
    objectives: tuple[Objective, ...]
    standings: tuple[Standing, ...]
    archive: Archive
    worlds: int
    checked_worlds: int
    seed: int
    schools: tuple[str, ...]

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

    `worlds` are shared evenly among schools, which all play the same: 0 to worlds / schools − 1 each. CHECKED times as
    many, the next ones, check what was found.
    Raises InputError for levers, ranges, worlds or objectives that cannot be meant, a lever that can do nothing
    whatever the others are, and where the extra lacks.
    """
    _check(ranges)
    _refuse_idle(scenario, ranges)
    worlds, seed = whole("--worlds", worlds, FEWEST_WORLDS, MOST_WORLDS // (1 + CHECKED)), whole("--seed", seed, 0)
    schools = schools_of(scenario)
    each = worlds // len(schools)
    judge = Judge(scenario, baseline, tuple(objectives), range(each), seed, year)
    other = Judge(scenario, baseline, tuple(objectives), range(each, each * (1 + CHECKED)), seed, year)
    steps = {name: levers()[name].step for name in ranges}
    own, base = judge.of(judge.own()), judge.of(judge.base())
    archive = search(judge, ranges, objectives, evaluations=evaluations, seed=seed, steps=steps, progress=progress)
    samples = []
    for n, (settings, _) in enumerate(archive.portfolios):
        samples.append(other.samples(settings))
        if checking is not None:
            checking(n + 1, len(archive.portfolios))
    rows = [(PORTFOLIO, *one) for one in archive.portfolios]
    rows += [(OWN, judge.in_force(ranges), own), (BASELINE, judge.in_force(ranges, of_baseline=True), base)]
    samples += [other.own(), other.base()]
    checked, beaten = [other.of(one) for one in samples], _beaten(samples, objectives, seed)
    standings = tuple(Standing(*row, figures, by) for row, figures, by in zip(rows, checked, beaten, strict=True))
    return Frontier(
        scenario.name, baseline.name, tuple(objectives), standings, archive, each, CHECKED * each, seed, schools
    )


def _beaten(samples: Sequence[Array], objectives: Sequence[Objective], seed: int) -> list[dict[int, float]]:
    """Which portfolios beat each policy, and how surely: by paired bootstrap of `samples`, the portfolios' first.

    All policies and schools are resampled in the same worlds. The last two policies are no portfolios.
    """
    told = [tuple(float(Judge.worst(o, v)) for o, v in zip(objectives, one, strict=True)) for one in samples]
    pairs = [{n for n, better in enumerate(told[:-2]) if dominates(better, values, objectives)} for values in told]
    count = samples[0].shape[-1]
    drawn = draws.stream(seed, "portfolios", "resamples").integers(count, size=(RESAMPLES, count))
    needed = {m for m, others in enumerate(pairs) if others}.union(*pairs)
    again = {n: _resampled(samples[n], objectives, drawn) for n in sorted(needed)}
    return [{n: _part(again[n], again[m]) for n in sorted(others)} for m, others in enumerate(pairs)]


def _resampled(samples: Array, objectives: Sequence[Objective], drawn: Any) -> Array:
    """The figures of each objective, less being better, in worlds drawn anew [objective, resample]."""
    return np.stack([o.sign * Judge.worst(o, v[:, drawn]) for o, v in zip(objectives, samples, strict=True)])


def _part(better: Array, worse: Array) -> float:
    """In which part of the resamples one is as good in every objective and better in one."""
    gains = worse - better
    return float(np.mean((gains >= 0.0).all(axis=0) & (gains > 0.0).any(axis=0)))


def _refuse_idle(scenario: Scenario, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Refuse levers that do nothing even where all that are searched are at work. Raises InputError."""
    at_work = {name: high if high != levers()[name].neutral else low for name, (low, high) in ranges.items()}
    plan = scenario.with_levers(**at_work).plan() if ranges else scenario.plan()
    resting = plan.idle
    said = {UNORDERED: "withdrawals that are not yet ordered"}
    problems = [
        f"--lever {name}: does nothing in {scenario.name}, whatever the others are: it acts only with one of "
        f"{', '.join(said.get(need, need) for need in resting[name])}. Set one in the scenario, or search it, too."
        for name in ranges
        if name in resting
    ]
    if problems:
        raise InputError(problems)


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
