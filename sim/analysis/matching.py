"""History matching of deterrence: which worlds contradict what is on record, and what is left of every range.

Deterrence cannot be scored: there is no series of limited attacks to hold a forecast to. What is on record are base
rates and windows. A world that leaves one of them is ruled out; those that are left are alike, whether they lie in the
middle of a window or at its edge. Schools stand side by side, are never pooled and never weighed. Worlds are ruled out
by what they show without any policy, so that no policy's effect can decide which worlds it is judged in.

The constraints are the rows of `sim/data/constraints.csv`, or of a table of one's own with the same columns.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import facts, results
from sim.agents import whole
from sim.ensemble import BLOCK, MOST_WORLDS, Progress, affordable, blocks, run_outcomes, trajectories
from sim.errors import InputError
from sim.outcomes import ANY, FRONT_NAMES, FRONTS, outcomes
from sim.params import Params, uncertainties
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.reference import data_dir
from sim.rules import deterrence
from sim.scenario import Scenario, load_scenario
from sim.tables import lines, number

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Show = Callable[[float], str]

BASELINE = "baseline"
"""The policy under which worlds are held to the record: none."""

FEW = 20
"""Kept worlds of a school below which no range is given: a 5% quantile of fewer lies beyond all of them."""

STEP = 0.1
"""How far the levels of Russian strength are moved to see what hangs on them, 0 to 1 (assumption)."""

WATCHED = ("strength_elasticity", "belief_elasticity", "denial_elasticity", "european_reserve")
"""Uncertainties that decide sizes and signs and that no constraint reads: their ranges are shown to stay."""

COLUMNS = ("name", "quantity", "about", "low", "high", "unit", "source")

SAID = (
    "A good hindcast of spending says nothing about deterrence, and matching says nothing about which school is\n"
    "right: a world that is kept is not confirmed, only not contradicted. None is weighed, no school is ranked."
)


# --- what a constraint can look at ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One number a world [R]. `parameters` are those it is read from, or hangs on most; `level` marks a part of
    Russia's forces; `until` is the quarter a run must reach."""

    about: str
    unit: str
    parameters: tuple[str, ...]
    read: Callable[[Params, xr.Dataset], Any]
    level: bool = False
    until: str = ""


def free_after(params: Params, years: float) -> Any:
    """Part of its forces that Russia has free so many years after a freeze of the war at the start [R, 1], 0 to 1.

    Equation 9a, quarter by quarter, without war and thus without aid that slows anything.
    """
    p = params.deterrence
    strength = np.asarray(p.strength_start, dtype=np.float64)
    for _ in range(round(4 * years)):
        strength = deterrence.regenerated(strength, np.zeros_like(strength), 0.0, p)
    return strength


def attack_rate(data: xr.Dataset) -> Array:
    """Hazard of a limited attack on any ally, mean over a run [R], 1/yr."""
    return data.hazard.sum(("quarter", "ally")).values / (data.sizes["quarter"] / 4.0)


def _frozen(years: float, words: str) -> Quantity:
    return Quantity(
        about=f"Russian forces free {words} after a freeze at the start", unit="0 to 1", level=True,
        parameters=("strength_start", "regeneration_time"), read=lambda p, data: free_after(p, years),
    )  # fmt: skip


def _free_in(quarter: str) -> Quantity:
    return Quantity(
        about=f"Russian forces free at the end of {quarter[:4]}, with the world's own end of the war", unit="0 to 1",
        parameters=("strength_start", "regeneration_time", "war_end", "aid_slowdown"), level=True, until=quarter,
        read=lambda p, data: data.russia_free.sel(quarter=quarter).values,
    )  # fmt: skip


QUANTITIES: dict[str, Quantity] = {
    "attack_rate": Quantity(
        about="hazard of a limited attack on any ally, mean over the run", unit="1/yr", parameters=("anchor",),
        read=lambda p, data: attack_rate(data),
    ),
    "free_after_half_year": _frozen(0.5, "half a year"),
    "free_after_two_years": _frozen(2.0, "two years"),
    "free_after_three_years": _frozen(3.0, "three years"),
    "free_after_five_years": _frozen(5.0, "five years"),
    "free_by_2027": _free_in("2027Q4"),
    "free_by_2029": _free_in("2029Q4"),
    "commitment_start": Quantity(
        about="chance that the United States would fight for an ally, at the start", unit="probability",
        parameters=("commitment_start",), read=lambda p, data: p.commitment.commitment_start,
    ),
    "incidents_start": Quantity(
        about="grey-zone incidents in a year at the start", unit="1/yr", parameters=("incidents",),
        read=lambda p, data: p.deterrence.incidents,
    ),
}  # fmt: skip
"""What can be held to the record. To add one, write an entry: tables may then name it."""

NEEDED = ("hazard", "incidents", "russia_free")
"""Variables of a run that quantities and outcomes are read from."""

RISK_OUTCOMES = ("risk", "risk_by_front")


# --- the table ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Constraint:
    """A window on a quantity, its ends included. `source` is as in all reference tables."""

    name: str
    quantity: str
    about: str
    low: float
    high: float
    unit: str
    source: str

    def satisfied(self, values: Any) -> Mask:
        """Which worlds lie in the window [R]; what is no number does not."""
        return (np.asarray(values) >= self.low) & (np.asarray(values) <= self.high)

    @property
    def keys(self) -> tuple[str, ...]:
        """What the sources are called, without details."""
        return tuple(part.split(":")[0] for part in self.source.split("; "))


def load_constraints(path: str | Path | None = None) -> tuple[Constraint, ...]:
    """The constraints of a table, the project's own without a path.

    Raises InputError with one line per problem: file, line, what is wrong, what would be right.
    """
    file = data_dir() / "constraints.csv" if path is None else Path(path)
    try:
        with file.open(encoding="utf-8", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            head = tuple(reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{file}: cannot be read: {reason}. Name a CSV table in UTF-8.") from None
    lacking = [column for column in COLUMNS if column not in head]
    if lacking:
        raise InputError(f"{file}:1: no column {', '.join(lacking)}. Write the columns {', '.join(COLUMNS)}.")
    if not rows:
        raise InputError(f"{file}: holds no constraint. Write at least one row.")
    found, problems, names = [], [], set()
    for line, row in rows:
        wrong = list(_wrong(row)) or (["its name stands twice. Name each row once"] if row["name"] in names else [])
        problems += [f"{file}:{line}: {row['name'] or 'name'}: {reason}." for reason in wrong]
        names.add(row["name"])
        if not wrong:
            words = {column: row[column] for column in COLUMNS if column not in ("low", "high")}
            found.append(Constraint(low=float(row["low"]), high=float(row["high"]), **words))
    if problems:
        raise InputError(problems)
    return tuple(found)


def _wrong(row: Mapping[Any, Any]) -> Iterator[str]:
    """What is wrong with a row, without the last stop."""
    if None in row or None in row.values():
        yield f"has another number of cells than {len(COLUMNS)}. Put text with commas in quotes"
        return
    if not row["name"]:
        yield "is empty. Write a name"
    if row["quantity"] not in QUANTITIES:
        yield f"unknown quantity {row['quantity']!r}. {hint(row['quantity'], QUANTITIES).rstrip('.')}"
    elif row["unit"] != (unit := QUANTITIES[row["quantity"]].unit):
        yield f"{row['quantity']} is in {unit!r}, not in {row['unit']!r}. Write the window in {unit}"
    ends = [_finite(row[end]) for end in ("low", "high")]
    if None in ends:
        yield f"low {row['low']!r} and high {row['high']!r} are not two numbers. Write both ends of the window"
    elif ends[0] > ends[1]:  # type: ignore[operator]
        yield f"low {row['low']} lies above high {row['high']}. Write the lower end first"
    if not row["source"]:
        yield "has no source. Write a key of seeds/publications.yaml, a fact, or `assumption`"
    else:
        for part in row["source"].split("; "):
            try:
                facts.source(part.split(":")[0])
            except InputError as error:
                yield str(error).rstrip(".")


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


# --- what is kept ---------------------------------------------------------------------------------------------------


def satisfied(values: Mapping[str, Any], constraints: Sequence[Constraint]) -> dict[str, Mask]:
    """Which worlds satisfy each constraint: {name: [R]}, from {quantity: values [R]}."""
    return {c.name: c.satisfied(values[c.quantity]) for c in constraints}


def spread(values: Array) -> dict[str, float] | None:
    """Ends, 5% and 95% quantiles and median of some worlds [R]; None for fewer than FEW."""
    if len(values) < FEW:
        return None
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return {
        "min": float(np.min(values)), "low": float(low), "median": float(middle), "high": float(high),
        "max": float(np.max(values)),
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Matching:
    """Worlds held to the record. Arrays are [R], by world from 0."""

    scenario: str  # whose world is assumed: its uncertainties, school and horizon
    plan: str  # digest of the baseline that was played in it
    seed: int
    worlds: int
    year: int  # the last one
    constraints: tuple[Constraint, ...]
    school: NDArray[np.str_]
    values: Mapping[str, Array]  # quantities by name
    drawn: Mapping[str, Array]  # uncertainties by name
    shown: Mapping[str, Array]  # what the baseline shows at the end
    risks: xr.Dataset  # of the baseline, for ratios only

    @cached_property
    def satisfied(self) -> dict[str, Mask]:
        """Which worlds satisfy each constraint."""
        return satisfied(self.values, self.constraints)

    @cached_property
    def keep(self) -> Mask:
        """Which worlds satisfy all constraints; all of them if there is none."""
        return np.logical_and.reduce([np.ones(self.worlds, dtype=bool), *self.satisfied.values()])

    @property
    def schools(self) -> tuple[str, ...]:
        """The schools that occur."""
        return tuple(school for school in SCHOOLS if np.any(self.school == school))

    def part(self, mask: Mask) -> dict[str, float]:
        """What part of each school's worlds a mask [R] holds, 0 to 1."""
        return {school: float(np.mean(mask[self.school == school])) for school in self.schools}

    def with_constraints(self, constraints: str | Path | Sequence[Constraint] | None) -> "Matching":
        """The same worlds held to other constraints, without playing them again. Raises InputError."""
        chosen = _chosen(constraints)
        _reached(chosen, self.values)
        return replace(self, constraints=chosen)

    @property
    def involved(self) -> tuple[str, ...]:
        """The uncertainties that the constraints look at."""
        names = [name for c in self.constraints for name in QUANTITIES[c.quantity].parameters]
        return tuple(name for name in dict.fromkeys(names) if name in self.drawn)

    def only(self, name: str) -> Mask:
        """The worlds that this constraint alone rules out [R]: they satisfy all others."""
        others = [mask for other, mask in self.satisfied.items() if other != name]
        return np.logical_and.reduce([~self.satisfied[name], *others])

    def ranges(self, values: Array) -> dict[str, dict[str, Any]]:
        """The spread of some values [R] by school: in all worlds (`before`) and in those kept."""
        return {
            school: {
                "before": spread(values[self.school == school]),
                "kept": spread(values[(self.school == school) & self.keep]),
            }
            for school in self.schools
        }

    def moved_levels(self) -> list[dict[str, Any]]:
        """What part is kept when a level of Russian strength is moved by STEP, wherever it stands in the table.

        What part of its forces makes Russia ready for which attack is ours: this shows how much hangs on it.
        """
        windows = [c for c in self.constraints if QUANTITIES[c.quantity].level]
        ends = sorted({end for c in windows for end in (c.low, c.high) if 0.0 < end < 1.0})
        found = []
        for level in ends:
            for moved in (round(level - STEP, 6), round(level + STEP, 6)):
                changed = [_moved(c, level, moved) if c in windows else c for c in self.constraints]
                found.append({"level": level, "moved_to": moved, "kept": self.part(replace(
                    self, constraints=tuple(changed)).keep)})  # fmt: skip
        return found

    def data(self) -> dict[str, Any]:
        """The matching as plain data: parts are 0 to 1, `kept_worlds` are numbers of worlds."""
        return {
            "scenario": self.scenario, "plan": self.plan, "seed": self.seed, "worlds": self.worlds, "year": self.year,
            "constraints": [
                {column: getattr(c, column) for column in COLUMNS}
                | {"kept": self.part(self.satisfied[c.name]), "only_this_rules_out": self.part(self.only(c.name))}
                for c in self.constraints
            ],
            "kept": self.part(self.keep),
            "worlds_kept": {s: int(np.sum(self.keep[self.school == s])) for s in self.schools},
            "kept_worlds": np.flatnonzero(self.keep).tolist(),
            "levels_moved": self.moved_levels(),
            "involved": list(self.involved),
            "ranges": {
                name: {"unit": uncertainties()[name].unit, "by_school": self.ranges(values)}
                for name, values in self.drawn.items()
            },
            "baseline": {
                name: {"unit": SHOWN[name][1], "by_school": self.ranges(values)} for name, values in self.shown.items()
            },
            "reading": SAID.replace("\n", " "),
        }  # fmt: skip

    def text(self) -> str:
        """The matching for people."""
        title = (
            f"{self.scenario}: the {self.worlds:,} simulated worlds it assumes, without any policy, seed {self.seed}, "
            "held to what is on record"
        )
        parts = [
            title, self._constraint_table(), self._level_table(),
            self._range_table("5–95% [ends] of what was drawn", self._shown_parameters()),
            self._range_table(f"5–95% [ends] in the baseline, end of {self.year}", self._shown_outcomes()),
            "The risk is that of any ally, absolute only beside its anchor; fronts are compared with a baseline only.\n"
            f"Worlds are ruled out by what they show without any policy.\n{SAID}",
        ]  # fmt: skip
        if not self.keep.any():
            parts.insert(1, "No world is kept: the constraints contradict each other or the priors. Nothing follows.")
        return "\n\n".join(part for part in parts if part)

    def _constraint_table(self) -> str:
        rows = []
        for c in self.constraints:
            alone, only = self.part(self.satisfied[c.name]), self.part(self.only(c.name))
            cells = [f"{percent(alone[s])} ({percent(only[s])})" for s in self.schools]
            window = f"{number(c.low)} to {number(c.high)} {'' if c.unit == '0 to 1' else c.unit}"
            rows.append([c.name, window, *cells, ", ".join(c.keys)])
        rows.append(["all", "", *map(percent, self.part(self.keep).values()), ""])
        head = ["kept (only this rules out)", "window", *self.schools, "source"]
        return lines(head, rows)

    def _level_table(self) -> str:
        rows = [
            [f"{number(cell['level'])} moved to {number(cell['moved_to'])}", *map(percent, cell["kept"].values())]
            for cell in self.moved_levels()
        ]
        return lines(["kept by all, level of k (ours)", *self.schools], rows) if rows else ""

    def _shown_parameters(self) -> Iterator[tuple[str, Array, Show]]:
        for name in dict.fromkeys((*self.involved, *WATCHED)):
            if name in self.drawn:
                yield name if name in self.involved else f"{name} (not looked at)", self.drawn[name], number

    def _shown_outcomes(self) -> Iterator[tuple[str, Array, Show]]:
        for name, values in self.shown.items():
            yield SHOWN[name][0], values, one_digit if SHOWN[name][1] == "probability" else number

    def _range_table(self, head: str, rows: Iterator[tuple[str, Array, Show]]) -> str:
        cells = []
        for name, values, show in rows:
            by_school = self.ranges(values)
            cells.append([name, "before", *(_range(by_school[s]["before"], show) for s in self.schools)])
            cells.append(["", "kept", *(_range(by_school[s]["kept"], show) for s in self.schools)])
        return lines([head, "", *self.schools], cells)


def percent(part: float) -> str:
    """A part in percent; nought and all only where they are exact."""
    if 0.0 < part < 0.01:
        return "under 1%"
    if 0.99 < part < 1.0:
        return "over 99%"
    return f"{100 * part:.0f}%"


def one_digit(risk: float) -> str:
    """A risk: more digits would claim more than judgement can (MODEL.md section 6)."""
    return f"{risk:.1g}"


def _range(found: dict[str, float] | None, show: Show) -> str:
    if found is None:
        return f"fewer than {FEW} worlds"
    return f"{show(found['low'])}–{show(found['high'])} [{show(found['min'])}–{show(found['max'])}]"


def _moved(constraint: Constraint, level: float, moved: float) -> Constraint:
    low, high = (moved if end == level else end for end in (constraint.low, constraint.high))
    return replace(constraint, low=low, high=high)


# --- doing it -------------------------------------------------------------------------------------------------------

SHOWN = {
    "anchor": ("anchor of the risk", "probability"),
    "risk": ("risk, any ally (judgement)", "probability"),
    "russia_free": ("Russian forces free", "0 to 1"),
    "grey_zone_incidents": ("grey-zone incidents since the start", "incidents"),
}
"""What the baseline shows at the end, with label and unit. No risk by front: that of Poland would be one ally's."""


def matched(
    scenario: str | Path | Scenario = BASELINE,
    worlds: int = 4000,
    seed: int = 0,
    constraints: str | Path | Sequence[Constraint] | None = None,
    progress: Progress | None = None,
) -> Matching:
    """Hold the worlds that a scenario assumes to the record, under the baseline's policy and never under its own.

    `constraints` is a table (a path, or several Constraint); without it `sim/data/constraints.csv`. Worlds are played
    in blocks and only a block's trajectories are ever held.

    Raises sim.InputError for a table, scenario, worlds or seed that cannot be meant.
    """
    assumed = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    plan = load_scenario(BASELINE).under(assumed).plan()
    worlds, seed = whole("worlds", worlds, 1, MOST_WORLDS), whole("seed", seed, 0)
    chosen = _chosen(constraints)
    names = [name for name, quantity in QUANTITIES.items() if not quantity.until or quantity.until in plan.quarters]
    _reached(chosen, names)
    affordable(worlds, 8 * (len(uncertainties()) + len(names) + 60))
    values: dict[str, list[Any]] = {name: [] for name in names}
    drawn: dict[str, list[Any]] = {}
    shown: dict[str, list[Any]] = {name: [] for name in SHOWN}
    tables = []
    for part in blocks(worlds, BLOCK):
        params, data = plan.params(seed, part), trajectories(plan, part, seed, NEEDED)
        for name in names:
            values[name].append(_column(QUANTITIES[name].read(params, data), part))
        for name, declared in uncertainties().items():
            value = getattr(getattr(params, declared.group), name)
            if np.ndim(value):
                drawn.setdefault(name, []).append(_column(value, part))
        table = outcomes(data, (*RISK_OUTCOMES, "grey_zone_incidents")).isel(year=[-1])
        shown["anchor"].append(_column(params.deterrence.anchor, part))
        shown["russia_free"].append(data.russia_free.isel(quarter=-1).values)
        for name in ("risk", "grey_zone_incidents"):
            shown[name].append(table[name].values[:, 0])
        tables.append(table[list(RISK_OUTCOMES)])
        if progress is not None:
            progress(part.stop, worlds)
    risks = xr.concat(tables, dim="world", data_vars="minimal", coords="minimal", compat="override")
    return Matching(
        scenario=assumed.name,
        plan=plan.fingerprint,
        seed=seed,
        worlds=worlds,
        year=int(risks.year[-1]),
        constraints=chosen,
        school=np.array([SCHOOLS[s] for s in plan.schools(range(worlds))[:, 0]]),
        values={name: np.concatenate(parts) for name, parts in values.items()},
        drawn={name: np.concatenate(parts) for name, parts in drawn.items()},
        shown={name: np.concatenate(parts) for name, parts in shown.items()},
        risks=risks.assign_attrs(tables[0].attrs | {"worlds": worlds}),
    )


def _chosen(constraints: str | Path | Sequence[Constraint] | None) -> tuple[Constraint, ...]:
    """The constraints that are meant. Raises InputError."""
    if constraints is None or isinstance(constraints, (str, Path)):
        return load_constraints(constraints)
    names = [c.name for c in constraints]
    problems = [f"constraints: {n} stands twice. Name each once." for n in dict.fromkeys(names) if names.count(n) > 1]
    problems += [
        f"constraints: {c.name}: unknown quantity {c.quantity!r}. {hint(c.quantity, QUANTITIES)}"
        for c in constraints
        if c.quantity not in QUANTITIES
    ]
    if problems:
        raise InputError(problems)
    return tuple(constraints)


def _reached(constraints: Sequence[Constraint], names: Any) -> None:
    """Refuse constraints on quarters that a run does not reach."""
    problems = [
        f"constraints: {c.name} needs a run to {QUANTITIES[c.quantity].until}. Let the scenario last longer."
        for c in constraints
        if c.quantity not in names
    ]
    if problems:
        raise InputError(problems)


def _column(value: Any, worlds: range) -> Array:
    """A column [R, 1], a row [R] or one number as [R]."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64).reshape(-1), (len(worlds),)).copy()


# --- what a scenario does in the worlds kept ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Contrast:
    """Risks of a scenario as multiples of the baseline's: in all worlds, and in those that the record keeps."""

    scenario: str
    plan: str
    matching: Matching
    ratios: Mapping[str, Array]  # relative risk [R] by front, and of any ally

    def cells(self) -> list[dict[str, Any]]:
        """One cell a front and school: the ratio's spread and the part of worlds in which the risk falls, before and
        kept, and whether the median went from one side of 1 to the other (None where too few worlds are kept).

        From exactly 1 to a little beside it is no change of side: a withdrawal that comes about in half of the worlds
        has its median there by the luck of a few.
        """
        found = []
        for front, values in self.ratios.items():
            for school in self.matching.schools:
                mine = self.matching.school == school
                kept = mine & self.matching.keep
                sides = [side(values[mask]) for mask in (mine, kept)]
                found.append({
                    "front": front, "school": school,
                    "before": spread(values[mine]), "kept": spread(values[kept]),
                    "lower_before": float(np.mean(values[mine] < 1.0)),
                    "lower_kept": float(np.mean(values[kept] < 1.0)) if kept.any() else None,
                    "side_before": sides[0], "side_kept": sides[1],
                    "changes_side": None if None in sides else set(sides) == {"higher", "lower"},
                })  # fmt: skip
        return found

    def data(self) -> dict[str, Any]:
        """The contrast as plain data."""
        return {"scenario": self.scenario, "plan": self.plan, "year": self.matching.year,
                "unit": "times the baseline", "relative_risk": self.cells()}  # fmt: skip

    def text(self) -> str:
        """The contrast for people."""
        cells = {(cell["front"], cell["school"]): cell for cell in self.cells()}
        schools, rows = self.matching.schools, []
        for front in self.ratios:
            for when in ("before", "kept"):
                told = [_ratio(cells[front, school], when) for school in schools]
                rows.append([FRONT_NAMES[front] if when == "before" else "", when, *told])
        changed = [cell for cell in cells.values() if cell["changes_side"]]
        open_ = any(cell["changes_side"] is None for cell in cells.values())
        named = "; ".join(f"{FRONT_NAMES[cell['front']]} under {cell['school']}" for cell in changed)
        verdict = f"The median changes its side of 1: {named}." if changed else "No median changes its side of 1"
        verdict = verdict if changed else verdict + (" where enough worlds are kept." if open_ else ".")
        return "\n".join([
            f"{self.scenario}: risk of a limited attack as a multiple of the baseline, end of {self.matching.year}",
            lines(["median (90% of worlds), lower in", "", *schools], rows),
            f"{verdict} A sign that holds in a school's kept worlds is still that school's own.",
        ])  # fmt: skip


def side(ratios: Array) -> str | None:
    """Which side of 1 the median lies on, in words; None for fewer than FEW worlds."""
    if len(ratios) < FEW:
        return None
    middle = float(np.median(ratios))
    return "higher" if middle > 1.0 else "lower" if middle < 1.0 else "the same"


def _ratio(cell: Mapping[str, Any], when: str) -> str:
    found = cell[when]
    if found is None:
        return f"fewer than {FEW} worlds"
    return f"{found['median']:.1f} ({found['low']:.1f}–{found['high']:.1f}), {percent(cell[f'lower_{when}'])}"


def contrast(scenario: str | Path | Scenario, matching: Matching, progress: Progress | None = None) -> Contrast:
    """A scenario against the baseline, world by world, before and after matching.

    Raises sim.InputError when the matching was made in another world than the scenario assumes.
    """
    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if load_scenario(BASELINE).under(chosen).plan().fingerprint != matching.plan:
        raise InputError(
            f"matching: {chosen.name} assumes another world than {matching.scenario} (uncertainties, school or "
            "horizon). Match the scenario itself."
        )
    plan: Plan = chosen.plan()
    table = run_outcomes(plan, matching.worlds, matching.seed, RISK_OUTCOMES, progress=progress).isel(year=[-1])
    by_front = results.relative_risk(matching.risks.risk_by_front, table.risk_by_front).isel(year=0)
    ratios = {front: by_front.sel(front=front).values for front in FRONTS}
    ratios[ANY] = results.relative_risk(matching.risks.risk, table.risk).isel(year=0).values
    return Contrast(scenario=chosen.name, plan=plan.fingerprint, matching=matching, ratios=ratios)
