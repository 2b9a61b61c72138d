"""One call from levers and uncertainties to outcomes: what EMA Workbench, SALib and Optuna drive as it is.

The same seed gives the same worlds to every call, so that two calls differ by what was asked and not by luck. Surprises
are drawn once for as long as seed, worlds and horizon stay; so is the baseline where only levers move.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sim.agents import whole
from sim.ensemble import MOST_WORLDS, blocks, ends
from sim.errors import InputError
from sim.outcomes import OUTCOMES, by_school, outcomes, variables_of
from sim.outcomes.named import LABELS, column, split
from sim.params import levers as all_levers
from sim.params import uncertainties as all_uncertainties
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.results import RISKS, compare
from sim.scenario import Scenario, load_scenario, scenario_names, scenarios_dir
from sim.scenario.blocks import EVERY_SCHOOL

RELATIVE = {name.replace("risk", "relative_risk", 1): name for name in RISKS}
"""What only a comparison has: {relative risk: the risk that it is a ratio of}."""

STATISTICS = ("median", "mean", "p05", "p95")
"""How worlds become one number; any other percentile is written alike."""


def evaluate(
    scenario: Scenario | str | Path,
    levers: Mapping[str, Any] | None = None,
    uncertainties: Mapping[str, Any] | None = None,
    worlds: int = 200,
    seed: int = 0,
    *,
    outcomes: Sequence[str] | str | None = None,
    year: int | None = None,
    statistic: str = "median",
    against: Scenario | str | Path | None = None,
    school: str | None = None,
    **flat: Any,
) -> dict[str, float]:
    """Outcomes of a scenario with some levers and uncertainties set, each as one number over its worlds.

    Names may stand in the two dicts or as keywords. Returns {name: number in the outcome's unit}: all outcomes with one
    value a world; those by host where `outcomes` names them. With `against`, a baseline scenario played in the same
    worlds, numbers are paired differences, and relative risks come along. Levels of risk, and differences of them, are
    told to nobody: they rest on an assumed anchor. Risks are told by school, as `relative_risk_by_front_baltic_mixed`,
    and never pooled, unless `school` or the scenario fixes one. All else is told over all worlds, every school in equal
    parts: it differs between schools only through attacks that test the alliance. `outcomes` takes names with or
    without front, host and school. `year` is the last complete one unless given, `statistic` is median, mean or a
    percentile such as p05.

    Raises InputError with a line for each thing that cannot be meant, and where a result is not finite.
    """
    problems: list[str] = []
    policy, nature = _sorted_out(levers or {}, uncertainties or {}, flat, problems)
    count = len(SCHOOLS)
    with _noted(problems):
        count = whole("worlds", worlds, 1, MOST_WORLDS)
    with _noted(problems):
        seed = whole("seed", seed, 0)
    with _noted(problems):
        over_worlds = _statistic(statistic)
    with _noted(problems):
        baseline = None if against is None else resolved("against", against)
    with _noted(problems):
        chosen = _set(resolved("scenario", scenario), policy, nature, school, problems)
        with _noted(problems):
            year = year_within(chosen.plan(), year)
        asked = _asked(outcomes, _schools(chosen, count), against is not None)
    if problems:
        raise InputError(problems)
    table = played(chosen, baseline, [key.outcome for key in asked], count, seed, year)
    return _finite({key.text: over_worlds(key.of(table)) for key in asked}, asked, table)


# --- what is asked --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """One number of the result: an outcome, at a front or host and in a school where it has those."""

    outcome: str
    label: str = ""
    school: str = ""

    @property
    def text(self) -> str:
        """Its name: `risk_by_front_black_sea_mixed`."""
        return column(column(self.outcome, self.label), self.school)

    @property
    def names(self) -> set[str]:
        """Every name that asks for it, alone or with others."""
        wider = (Key(self.outcome), Key(self.outcome, self.label), Key(self.outcome, school=self.school))
        return {self.text, *(key.text for key in wider)}

    def of(self, table: xr.Dataset) -> np.ndarray:
        """Its values in the worlds of its school [R]."""
        values = table[self.outcome]
        if self.label:
            values = values.sel({values.dims[-1]: self.label})
        found: np.ndarray = values.values
        return found[table.school.values == self.school] if self.school else found


def _keys(schools: Sequence[str], paired: bool) -> Iterator[Key]:
    """Everything that can be asked, in the order of the outcomes; what is by school comes in these schools."""
    for name in (*OUTCOMES, *(RELATIVE if paired else ())):
        declared = OUTCOMES[RELATIVE.get(name, name)]
        for label in LABELS.get(declared.by, ("",)):
            for school in schools if by_school(declared.name) else ("",):
                yield Key(name, label, school)


def _asked(names: Sequence[str] | str | None, schools: Sequence[str], paired: bool) -> list[Key]:
    """The numbers that these names ask for, in their order; without names all but levels of risk and those by host."""
    known = [key for key in _keys(schools, paired) if key.outcome not in RISKS]
    if names is None:
        return [key for key in known if key.outcome in RELATIVE or OUTCOMES[key.outcome].by != "host"]
    found: dict[Key, None] = {}
    problems = []
    for name in [names] if isinstance(names, str) else names:
        own = [key for key in known if _spelled(name) in key.names]
        found |= dict.fromkeys(own)
        if not own:
            problems.append(f"outcomes: {_missing(name, schools, paired)}")
    if not found and not problems:
        problems.append("outcomes: names none. Name at least one, or leave it out for all.")
    if problems:
        raise InputError(problems)
    return list(found)


def _missing(name: str, schools: Sequence[str], paired: bool) -> str:
    """Why a name asks for nothing."""
    every = list(_keys(schools, True))
    asked = {key.outcome for key in every if _spelled(name) in key.names}
    if asked & set(RISKS):
        relative = _spelled(name).replace("risk", "relative_risk", 1)
        if paired:
            return f"the level of {name} rests on an assumed anchor, and its difference, too. Ask for {relative}."
        return f"the level of {name} rests on an assumed anchor. Ask for {relative} against a baseline."
    if asked:
        return f"{name} compares two policies. Name a baseline: against='baseline'."
    found = split(name)
    if found is not None and found.relative:
        return f"{name}: only risks are ratios to a baseline. Ask for {found.column}."
    names = [key.text for key in every if key.outcome not in (RISKS if paired else (*RISKS, *RELATIVE))]
    return f"unknown name {name!r}. {hint(name, names, most=40)}"


def _spelled(name: str) -> str:
    """A name, with blanks or underscores and with or without school, as keys have it."""
    own = next((f"_{school}" for school in SCHOOLS if str(name).endswith(f"_{school}")), "")
    found = split(str(name).removesuffix(own))
    return name if found is None else f"{'relative_' if found.relative else ''}{found.column}{own}"


def _schools(scenario: Scenario, worlds: int) -> tuple[str, ...]:
    """The schools that share the worlds of a scenario; one without a name where it is fixed."""
    return SCHOOLS[:worlds] if scenario.school == EVERY_SCHOOL else ("",)


def _sorted_out(
    levers: Mapping[str, Any], uncertainties: Mapping[str, Any], flat: Mapping[str, Any], problems: list[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Levers and uncertainties, with the keywords sorted into them; what is unknown or there twice is noted."""
    policy, nature = ({name: _plain(value) for name, value in d.items()} for d in (levers, uncertainties))
    for name, value in flat.items():
        home = policy if name in all_levers() else nature
        if name not in all_levers() and name not in all_uncertainties():
            known = (*all_levers(), *all_uncertainties())
            problems.append(f"{name}: is no lever and no uncertainty. {hint(name, known)}")
        elif name in home:
            problems.append(f"{name}: is given twice, by itself and in a dict. Give it once.")
        else:
            home[name] = _plain(value)
    return policy, nature


def _set(
    scenario: Scenario, policy: Mapping[str, Any], nature: Mapping[str, Any], school: str | None, problems: list[str]
) -> Scenario:
    """The scenario with all of this set, as far as it can be; what cannot is noted."""
    changes: dict[str, Callable[[Scenario], Scenario]] = {
        "with_school: ": lambda s: s if school is None else s.with_school(school),
        "with_levers: ": lambda s: s.with_levers(**policy),
        "with_uncertainties: ": lambda s: s.with_uncertainties(**nature),
    }
    for said_by, change in changes.items():
        with _noted(problems, said_by):
            scenario = change(scenario)
    return scenario


def _plain(value: Any) -> Any:
    """A number of numpy's as one of Python's."""
    return value.item() if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0 else value


def _statistic(name: str) -> Callable[[np.ndarray], float]:
    """How the values of some worlds [R] become one number. Raises InputError."""
    if name == "mean":
        return lambda values: float(np.mean(values))
    found = re.fullmatch(r"p(\d{1,2}(?:\.\d+)?)", name) if isinstance(name, str) else None
    if name != "median" and not found:
        raise InputError(f"statistic: unknown {name!r}. Known: {', '.join(STATISTICS)}, and other percentiles alike.")
    part = float(found[1]) / 100.0 if found else 0.5
    return lambda values: float(np.quantile(values, part))


def _finite(found: dict[str, float], asked: Sequence[Key], table: xr.Dataset) -> dict[str, float]:
    """The result, if all of it is finite: analyses turn one missing number into nonsense without a word."""
    bad = [key for key in asked if not np.isfinite(found[key.text])]
    if bad:
        raise InputError(
            f"{key.text}: is not finite in {np.sum(~np.isfinite(values)):,} of {len(values):,} worlds, "
            f"{table.attrs['scenario']}. Narrow what is set, or leave it out of outcomes."
            for key in bad
            for values in [key.of(table)]
        )
    return found


@contextmanager
def _noted(problems: list[str], said_by: str = "") -> Iterator[None]:
    """Note what is wrong, without the name of who said it, and go on: all of it is told at once."""
    try:
        yield
    except InputError as error:
        problems += [line.removeprefix(said_by) for line in error.problems]


# --- what is played -------------------------------------------------------------------------------------------------


def played(
    scenario: Scenario, against: Scenario | None, names: Sequence[str], worlds: int, seed: int, year: int
) -> xr.Dataset:
    """Outcomes at the end of one year, world by world: dims (world[, front | host]).

    Against a baseline they are paired differences, and relative risks by their names; the baseline's policy is played
    in the world that the scenario assumes, and measured against the scenario's threshold.
    """
    plain = tuple(dict.fromkeys(RELATIVE.get(name, name) for name in names))
    base = None if against is None else against.under(scenario).plan()
    kept, parts = variables_of(plain), []
    for part in blocks(worlds):
        own = _ends(scenario.plan(), part, seed, kept, year)
        if base is None:
            parts.append(outcomes(own, plain))
        else:
            parts.append(compare(_kept_ends(base, part, seed, kept, year), own, plain))
    return xr.concat(parts, "world", data_vars="minimal", coords="minimal", compat="override").isel(year=0)


def _ends(plan: Plan, part: range, seed: int, kept: tuple[str, ...], year: int) -> xr.Dataset:
    """Some variables of some worlds at the end of a year."""
    return ends(plan, part, seed, kept).sel(year=[year])


_kept_ends = lru_cache(maxsize=16)(_ends)
"""The same for baselines: they stay while levers move."""


def resolved(where: str, scenario: Any) -> Scenario:
    """A scenario, or the one of this name or path. Raises InputError."""
    if isinstance(scenario, Scenario):
        return scenario
    if not isinstance(scenario, (str, Path)):
        raise InputError(f"{where}: {scenario!r} is no scenario. Name one, or pass what sim.load_scenario returns.")
    folder = scenarios_dir()
    if str(scenario) not in scenario_names():
        return load_scenario(scenario)
    return _shipped(str(scenario), tuple(path.stat().st_mtime_ns for path in sorted(folder.glob("*.yaml"))))


@lru_cache(maxsize=32)
def _shipped(name: str, written: tuple[int, ...]) -> Scenario:
    """A scenario that comes with the project, read again when a file of its folder was `written` anew."""
    return load_scenario(name)


def year_within(plan: Plan, year: int | None) -> int:
    """A year that a plan plays to its end, the last one if None. Raises InputError."""
    years = [int(quarter[:4]) for quarter in plan.quarters if quarter.endswith("Q4")]
    if not years:
        raise InputError(f"{plan.name}: has no end of a year. Let it last to a fourth quarter.")
    if year is not None and _plain(year) not in years:
        raise InputError(f"year: {year!r} is not played to its end. It takes {years[0]} to {years[-1]}.")
    return years[-1] if year is None else int(year)
