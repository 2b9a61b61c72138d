"""The passport of a lever or an uncertainty: what it is, where it comes from, and which outcomes it moves.

What it moves is measured, never declared: the same worlds are played with the lever or uncertainty at both ends of
its range, and all outcomes are compared world by world.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim import ensemble, posterior
from sim.agents import planned
from sim.controls import (
    CONTROLS,
    EAST,
    EVIDENCE,
    WITHDRAWAL,
    WITHDRAWAL_QUARTERS,
    WITHDRAWAL_START,
    eastern,
    unit_after,
)
from sim.errors import InputError
from sim.frames import ELSEWHERE
from sim.outcomes import FRONT_NAMES, OUTCOMES, outcomes, variables_of, year_ends
from sim.params import Lever, Uncertainty, uncertainties
from sim.plan import Plan, Withdrawal
from sim.posterior import Posterior
from sim.priors import SCHOOLS, BySchool, Fixed, Integers, Prior
from sim.provenance import cells, needed, written
from sim.reading import hint
from sim.results import RISKS
from sim.scenario import load_scenario
from sim.tables import lines, number

WORLDS, SEED = 48, 0
"""In how many worlds the effects are measured: each school has as many."""

ROUNDING = 1e-9
"""Relative to the largest value of an outcome, a difference below this is rounding."""

HARDLY = 0.05
"""Size below which an outcome is only named."""

BINS, DRAWS = 48, 9600
WIDTH = 100


@dataclass(frozen=True, kw_only=True)
class Move:
    """An outcome that differs between both ends of the range: means over worlds, and how many of them differ.

    `size` is the root mean square of the paired differences over the standard deviation of all values at both ends:
    0 is no effect, 2 means that nothing else matters. `cell` is the host or front that moves most. Risks have no
    level: they are multiples of the low end's.
    """

    outcome: str
    label: str
    cell: str
    unit: str
    low: float
    high: float
    difference: float
    worlds: int
    size: float


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What was moved between two ends, largest first; `on` names a needed lever that was switched on.

    The ends are those of the range, or what 98% of the draws lie between where the panel could estimate it.
    """

    on: str
    low: float
    high: float
    worlds: int
    year: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, kw_only=True)
class Density:
    """How likely each value is, relative to the likeliest, between the ends of a prior.

    `school` is empty unless schools differ; `discrete` says that the values are single points, not a continuum.
    """

    school: str
    values: tuple[float, ...]
    heights: tuple[float, ...]
    ends: tuple[float, float]
    median: float
    discrete: bool


@dataclass(frozen=True, kw_only=True)
class Passport:
    """Everything that is known about a lever or an uncertainty in a scenario; its fields are plain data."""

    name: str
    about: str
    note: str
    what: str
    group: str
    scenario: str
    plan: str
    value: str
    unit: str
    low: float
    high: float
    neutral: float | None
    prior: str
    estimate: str
    densities: tuple[Density, ...]
    evidence: str
    known: str
    symbol: str
    equation: str
    needs: tuple[str, ...]
    idle: bool
    sources: tuple[dict[str, str], ...]
    effects: tuple[Effects, ...]


def subjects() -> tuple[str, ...]:
    """Names of all that has a passport: levers, the eastern withdrawal, uncertainties."""
    return (*CONTROLS, *uncertainties())


def passport(name: str, scenario: Any = "baseline") -> Passport:
    """The passport of a lever or an uncertainty in a scenario: its name, a Scenario or a plan.

    Raises InputError for an unknown name or scenario, or a run without the end of a year.
    """
    plan = planned(load_scenario(scenario) if isinstance(scenario, str) else scenario)
    declared = _declared(name)
    low, high = _ends(declared)
    return Passport(
        name=name,
        about=declared.about,
        scenario=plan.name,
        plan=plan.fingerprint,
        value=_value(declared, plan),
        unit=declared.unit,
        low=low,
        high=high,
        evidence=declared.evidence,
        known=EVIDENCE[declared.evidence],
        symbol=declared.symbol,
        equation=declared.equation,
        sources=tuple({"key": key} | cells(key) for key in declared.source),
        effects=_effects(name, plan),
        **_of_a_lever(declared, plan) if isinstance(declared, Lever) else _of_an_uncertainty(declared, plan),
    )


def _of_a_lever(lever: Lever, plan: Plan) -> dict[str, Any]:
    """What only a lever has."""
    return dict(
        what="lever", group=lever.kind, note=lever.note, neutral=lever.neutral, prior="", estimate="", densities=(),
        needs=lever.needs, idle=lever.name in plan.idle,
    )  # fmt: skip


def _of_an_uncertainty(uncertainty: Uncertainty, plan: Plan) -> dict[str, Any]:
    """What only an uncertainty has."""
    prior = _prior(uncertainty, plan)
    return dict(
        what="uncertainty", group=uncertainty.group, note="", neutral=None, prior=prior.words(),
        estimate=_estimate(uncertainty, plan), densities=tuple(densities(prior)), needs=(), idle=False,
    )  # fmt: skip


def _declared(name: str) -> Lever | Uncertainty:
    known: dict[str, Lever | Uncertainty] = {**CONTROLS, **uncertainties()}
    if name not in known:
        raise InputError(f"passport: unknown {name!r}. {hint(name, known)}")
    return known[name]


def _ends(declared: Lever | Uncertainty) -> tuple[float, float]:
    """Both ends of the range."""
    ends = declared if isinstance(declared, Lever) else declared.prior
    return ends.low, ends.high


def _prior(declared: Uncertainty, plan: Plan) -> Prior:
    """The prior that an uncertainty has in a plan."""
    prior = (plan.priors or {}).get(declared.name, declared.prior)
    return prior if isinstance(prior, Prior) else Fixed(float(prior), declared.prior.low, declared.prior.high)


def _learnt(name: str, plan: Plan) -> Posterior | None:
    """The draws from which a plan takes an uncertainty; None where the panel did not teach it, or the plan sets it."""
    known = plan.posterior
    return known if known is not None and name in known.names and name not in (plan.priors or {}) else None


def _estimate(declared: Uncertainty, plan: Plan) -> str:
    """What the panel has taught about it, in words; nothing where it could not."""
    drawn = _learnt(declared.name, plan)
    rows = {row["name"]: row for row in posterior.manifest().get("identified", [])}
    told = rows.get(declared.name)
    if drawn is None:
        return f"none; the panel was asked: {told['verdict']}" if told and not told["posterior"] else ""
    low, middle, high = drawn.quantiles(declared.name)
    narrowed = ""
    if told:
        narrowed = f"; {told['verdict']}, the prior's spread narrowed by {100 * told['narrowed']:.0f}%"
        narrowed += f"; draws go with {told['goes_with']}"
    return f"{end(middle)}, 90% of draws between {end(low)} and {end(high)}, fitted to the panel{narrowed}"


def _value(declared: Lever | Uncertainty, plan: Plan) -> str:
    """The value in a plan, in words."""
    unit = unit_after(declared)
    if isinstance(declared, Uncertainty):
        if drawn := _learnt(declared.name, plan):
            return f"drawn from the fit in every world, median {end(drawn.quantiles(declared.name)[1])}{unit}"
        prior = _prior(declared, plan)
        if not isinstance(prior, Fixed):
            return f"drawn anew in every world, median {end(prior.median)}{unit}"
        return f"{prior.value:,g}{unit}" + (", set here" if declared.name in (plan.priors or {}) else ", not drawn")
    if declared.name == WITHDRAWAL.name:
        return f"{sum(w.troops for w in plan.withdrawals if eastern(w.hosts)):,g}{unit}"
    return f"{written(declared.name, plan)}{unit}"


# --- the density of a prior -----------------------------------------------------------------------------------------


def densities(prior: Prior) -> Iterator[Density]:
    """The density of a prior, of each school where they differ: its quantile function, differentiated on a grid."""
    if not isinstance(prior, BySchool):
        yield _density("", prior)
        return
    for school in SCHOOLS:
        yield _density(school, getattr(prior, school))


def _density(school: str, prior: Prior) -> Density:
    drawn = prior.quantile((np.arange(DRAWS) + 0.5) / DRAWS)
    if isinstance(prior, (Fixed, Integers)):
        values = np.unique(drawn)
        heights = np.array([np.mean(drawn == value) for value in values])
    else:
        edges = np.linspace(prior.low, prior.high, BINS + 1)
        values, heights = (edges[1:] + edges[:-1]) / 2, np.diff(np.searchsorted(drawn, edges, side="right"))
    return Density(
        school=school,
        values=tuple(map(float, values)),
        heights=tuple(map(float, heights / np.max(heights))),
        ends=(float(drawn[0]), float(drawn[-1])) if isinstance(prior, Fixed) else (prior.low, prior.high),
        median=float(prior.quantile(np.float64(0.5))),
        discrete=isinstance(prior, (Fixed, Integers)),
    )


def curve(own: Passport, density: Density) -> pd.DataFrame:
    """What the chart of a density draws. Columns: kind (curve, point, median or end), value, height."""
    value, height = list(density.values), list(density.heights)
    if not density.discrete:
        (low, high), (first, *_, last) = density.ends, height
        value, height = [low, low, *value, high, high], [0.0, first, *height, last, 0.0]
    parts = {
        "point" if density.discrete else "curve": (value, height),
        "median": ([density.median], [1.0]),
        "end": ([own.low, own.high], [0.0, 0.0]),
    }
    return pd.concat(
        [pd.DataFrame({"kind": kind, "value": v, "height": h}) for kind, (v, h) in parts.items()], ignore_index=True
    )


def spark(density: Density, low: float, high: float) -> str:
    """A density as a line of blocks between two ends; a value that cannot occur is blank."""
    marks, centres = " ▁▂▃▄▅▆▇█", low + (high - low) * (np.arange(BINS) + 0.5) / BINS
    heights = np.interp(centres, density.values, density.heights)
    heights[(centres < density.ends[0]) | (centres > density.ends[1])] = 0.0
    if density.discrete:
        cells = np.clip((np.array(density.values) - low) / (high - low) * BINS, 0, BINS - 1).astype(int)
        heights = np.zeros(BINS)
        heights[cells] = density.heights
    return "".join(marks[int(np.ceil(height * (len(marks) - 1) - 1e-9))] for height in heights)


# --- which outcomes it moves ----------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _effects(name: str, plan: Plan) -> tuple[Effects, ...]:
    """What moves as things stand, and for a lever that is idle, with one that it needs switched on."""
    found = [_measured(name, plan, "")]
    if name in (idle := plan.idle):
        tried: list[Effects] = []
        for need in idle[name]:
            tried.append(_switched_on(name, need, plan))
            if tried[-1].moves:
                break
        found.append(tried[-1])
    return tuple(found)


def _switched_on(name: str, need: str, plan: Plan) -> Effects:
    """What moves once a needed lever stands at the far end of its range."""
    control = WITHDRAWAL if need == "withdrawals" else CONTROLS[need]
    full = max(control.low, control.high, key=lambda value: abs(value - control.neutral))
    return _measured(
        name, _with(plan, control.name, full), f"{control.name.replace('_', ' ')} {full:,g}{unit_after(control)}"
    )


def _measured(name: str, plan: Plan, on: str) -> Effects:
    """Every outcome that differs between both ends of the range, at the end of the last year."""
    drawn = _learnt(name, plan)
    low, high = drawn.quantiles(name, (0.01, 0.99)) if drawn else _ends(_declared(name))
    first, second = (_last_year(_with(plan, name, value), plan) for value in (low, high))
    moves = [move for outcome in OUTCOMES if (move := _move(outcome, first[outcome], second[outcome], plan))]
    return Effects(
        on=on, low=low, high=high, worlds=WORLDS, year=int(first.year),
        moves=tuple(sorted(moves, key=lambda move: -move.size)),
    )  # fmt: skip


def _with(plan: Plan, name: str, value: float) -> Plan:
    """The plan with a lever, the eastern withdrawal or an uncertainty at one value throughout."""
    if name in plan.levers:
        return replace(plan, levers={**plan.levers, name: np.full(len(plan.quarters), value)})
    if name in uncertainties():
        return replace(plan, priors={**(plan.priors or {}), name: value})
    start = WITHDRAWAL_START if WITHDRAWAL_START in plan.quarters else plan.quarters[0]
    others = tuple(w for w in plan.withdrawals if not eastern(w.hosts))
    own = (Withdrawal(EAST, value, start, WITHDRAWAL_QUARTERS, "executed"),) if value else ()
    return replace(plan, withdrawals=(*others, *own))


def _last_year(plan: Plan, yardstick: Plan) -> xr.Dataset:
    """All outcomes at the end of the last year [world(, host | front)], against the threshold of another plan."""
    ends = year_ends(ensemble.run(plan, WORLDS, SEED, _NEEDED)).isel(year=[-1])
    last = plan.quarters.index(f"{int(ends.year[0])}Q4")
    ends = ends.assign_coords(lever_threshold=("year", yardstick.levers["threshold"][[last]]))
    return outcomes(ends).isel(year=0)


_NEEDED = variables_of()


def _move(outcome: str, first: xr.DataArray, second: xr.DataArray, plan: Plan) -> Move | None:
    """The difference that one outcome makes, in the cell where it is largest; None where it is nought or rounding."""
    declared = OUTCOMES[outcome]
    low, high = (values.values.reshape(WORLDS, -1) for values in (first, second))
    difference = high - low
    largest = np.max(np.maximum(np.abs(low), np.abs(high)), axis=0)
    moved = np.abs(difference) > ROUNDING * np.maximum(largest, ROUNDING)
    if not moved.any():
        return None
    apart = np.where(moved.any(axis=0), np.sqrt(np.mean(difference**2, axis=0)), 0.0)
    cell = int(np.argmax(apart))
    means = float(np.mean(low[:, cell])), float(np.mean(high[:, cell]))
    unit = declared.unit
    if outcome in RISKS and means[0]:
        means, unit = (1.0, means[1] / means[0]), "times the low end"
    return Move(
        outcome=outcome, label=declared.label, unit=unit, low=means[0], high=means[1], difference=means[1] - means[0],
        cell=_place(first[declared.by].values[cell], plan) if declared.by else "",
        worlds=int(moved[:, cell].sum()), size=float(apart[cell] / np.std([low[:, cell], high[:, cell]])),
    )  # fmt: skip


def _place(cell: str, plan: Plan) -> str:
    """A front or a host by its name."""
    names = dict(zip(plan.roster.iso3, plan.roster.name, strict=True)) | {"OTHER": ELSEWHERE} | FRONT_NAMES
    return names[str(cell)]


# --- in words -------------------------------------------------------------------------------------------------------


def text(own: Passport) -> str:
    """A passport for people, as plain text."""
    parts = [fill(f"{own.name}: {own.about}", WIDTH), "", *(_line(*row) for row in rows(own))]
    for density in own.densities:
        parts += ["", *_drawn(own, density)]
    parts += ["", "Where it comes from", *(_line("", f"{row['kind']}: {said(row)}", 2) for row in own.sources)]
    for effects in own.effects:
        parts += ["", fill(moved_words(own, effects), WIDTH)]
        clear, hardly = split(effects.moves)
        parts += [lines(MOVE_HEAD, [move_cells(move) for move in clear])] if clear else []
        parts += [_line("Hardly ", ", ".join(move.label for move in hardly), 7)] if hardly else []
    return "\n".join(parts)


def rows(own: Passport) -> list[tuple[str, str]]:
    """What a passport says in a line each: (word, text)."""
    unit = unit_after(_declared(own.name))
    ends = f"{end(own.low)} to {end(own.high)}{unit}"
    neutral = "" if own.neutral is None else f"; no effect at {own.neutral:,g}"
    acts = "" if not own.needs else f"only while {needed(own.needs)} is set" + ("; idle here" if own.idle else "")
    said_ = [
        ("what", f"{own.what}, {own.group}"),
        ("value", f"{own.value} ({own.scenario})"),
        ("unit", own.unit),
        ("range", f"{ends}{neutral}"),
        ("estimate", own.estimate),
        ("prior", own.prior),
        ("acts", acts),
        ("known", f"{own.evidence}: {own.known}"),
        ("equation", f"{own.equation} of MODEL.md, there {own.symbol}"),
        ("note", own.note),
    ]
    return [(word, told) for word, told in said_ if told]


def said(row: dict[str, str]) -> str:
    """A source in words: what it says, document, date, place, status, speaker."""
    if row["kind"] != "fact":
        return row["says"].removeprefix("assumption: ")
    where = f"document {row['document']}, {row['date']}, {row['place']}"
    return f"{row['says']} [{where}; {row['status']}, {row['speaker']}]"


def moved_words(own: Passport, effects: Effects) -> str:
    """How the effects were measured, and that there are none if so."""
    with_ = f"with {effects.on}, " if effects.on else ""
    how = (
        f"{with_}{end(effects.low)} against {end(effects.high)}, {effects.worlds} paired worlds, end of {effects.year}"
    )
    return f"Moves ({how}):" + ("" if effects.moves else " none.")


def split(moves: tuple[Move, ...]) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    """What moves clearly, and what moves hardly."""
    return tuple(m for m in moves if m.size >= HARDLY), tuple(m for m in moves if m.size < HARDLY)


MOVE_HEAD = ("outcome", "low end", "high end", "difference", "unit", "worlds", "size")


def move_cells(move: Move) -> list[str]:
    """An outcome that moved, as text: means at both ends, mean difference, how many worlds differ, size."""
    label = f"{move.label}, {move.cell}" if move.cell else move.label
    low, high, difference = (number(v, s) for v, s in ((move.low, False), (move.high, False), (move.difference, True)))
    return [label, low, high, difference, move.unit, str(move.worlds), f"{move.size:.2f}"]


def _line(word: str, told: str, wide: int = 12) -> str:
    return fill(told, WIDTH, initial_indent=word.ljust(wide), subsequent_indent=" " * wide)


def _drawn(own: Passport, density: Density) -> list[str]:
    """A density as blocks over the ends of its axis."""
    drawn, low, high = spark(density, own.low, own.high), end(own.low), end(own.high)
    axis = low + high.rjust(max(len(drawn) - len(low), len(high) + 1))
    return [f"{word:12s}{told}".rstrip() for word, told in ((density.school or "density", drawn), ("", axis))]


def end(value: float) -> str:
    """An end of a range in three digits."""
    return f"{float(f'{value:.3g}'):,g}"
