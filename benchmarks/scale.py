"""How cost grows with worlds and with allies: `python benchmarks/scale.py [--million]`.

Worlds: outcomes of 10² to 10⁵ worlds (10⁶ with `--million`, minutes), block by block, of which only sums are kept, so
that memory stays flat. Allies: a made-up alliance of 32 to 1,000 allies with a made-up luck, every ally with a handful
of neighbours. Both are reported as ratios within one run, in CPU time. Set OPENBLAS_NUM_THREADS=1: one core.
"""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial

import numpy as np

import sim
from sim import draws, ensemble
from sim.agents import DEFAULT_STRATEGY, Columns, opening
from sim.draws import CHANNELS, Luck, stream
from sim.now import Memory, at_quarter
from sim.outcomes import HEADLINES, OUTCOMES
from sim.plan import Plan
from sim.reference import Roster
from sim.step import play_quarter

SCENARIO = "conditional-article5"
WORLDS = (100, 1_000, 10_000, 100_000)
ALLIES = (32, 64, 125, 250, 500, 1_000)

CELLS = 32_000
"""Worlds times allies in a block."""

NEIGHBOURS = 10
"""Neighbours of a made-up ally, about as many as an ally has today."""


def spent(work: Callable[[int], object], rounds: int) -> float:
    """CPU seconds of some work, the median over rounds. Every round has a seed of its own: nothing is remembered."""
    found = []
    for seed in range(1, rounds + 1):
        begun = time.process_time()
        work(seed)
        found.append(time.process_time() - begun)
    return statistics.median(found)


def peak() -> float:
    """The most memory that this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def summed(plan: Plan, worlds: int, seed: int) -> dict[str, float]:
    """All outcomes of many worlds, of which a block at a time is held: means of the headlines in the last year."""
    sums: dict[str, float] = {}
    for part in ensemble.blocks(worlds):
        table = ensemble.outcomes_of(plan, part, seed, tuple(OUTCOMES)).isel(year=-1)
        for name in HEADLINES:
            sums[name] = sums.get(name, 0.0) + float(table[name].sum("world"))
    return {name: value / worlds for name, value in sums.items()}


def by_worlds(counts: tuple[int, ...], rounds: int) -> list[dict[str, float]]:
    """Microseconds a world and memory for each number of worlds, and the cost as a multiple of that of 10⁴."""
    plan = sim.load_scenario(SCENARIO).plan()
    summed(plan, 64, 0)
    rows = []
    for count in counts:
        cost = spent(partial(summed, plan, count), rounds if count <= 10_000 else 1) / count
        rows.append({"worlds": count, "us_per_world": 1e6 * cost, "peak_mib": peak()})
    unit = next(row["us_per_world"] for row in rows if row["worlds"] == 10_000)
    return [row | {"times_10000": row["us_per_world"] / unit} for row in rows]


def alliance(plan: Plan, allies: int) -> Plan:
    """The plan with a made-up alliance: today's allies over and over, on a ring of neighbours."""
    old, count = plan.roster, len(plan.roster.iso3)
    rows = np.arange(allies) % count
    columns = {
        field.name: value[rows] if isinstance(value, np.ndarray) else tuple(value[row] for row in rows)
        for field in fields(old)
        if np.shape(value := getattr(old, field.name)) == (count,)
    }
    names = tuple(f"A{number:04d}" for number in range(allies))
    apart = np.abs(np.subtract.outer(np.arange(allies), np.arange(allies)))
    near = (np.minimum(apart, allies - apart) <= NEIGHBOURS // 2) & (apart > 0)
    hosted = {name: np.append(getattr(old, name)[rows], getattr(old, name)[-1]) for name in ("troops", "capacity")}
    roster: Roster = replace(old, **{
        **columns, **hosted, "iso3": names, "name": names, "places": (*names, "OTHER"),
        "near": near.astype(np.float64),
    })  # fmt: skip
    return replace(plan, roster=roster, strategies=(DEFAULT_STRATEGY,) * allies)


def luck(plan: Plan, worlds: int) -> Luck:
    """Made-up luck of as many worlds: the channels of `sim.draws`, as wide as this alliance."""
    source, allies = stream(0, "made-up luck"), len(plan.roster.iso3)
    made = {}
    for name, channel in CHANNELS.items():
        rows = sum(label.endswith("Q1") for label in plan.quarters) if channel.yearly else len(plan.quarters)
        shape = (rows, worlds, channel.width if channel.columns else allies)
        made[name] = source.random(shape) if channel.kind == "uniform" else source.standard_normal(shape)
    return Luck(**made)


def played(plan: Plan, made: Luck, worlds: int, seed: int) -> None:
    """Play a block of worlds to the end, opening and reference path included."""
    state, given = opening(plan, seed, range(worlds))
    cast, memory = Columns(plan.strategies), Memory()
    for quarter in range(len(plan.quarters)):
        state = play_quarter(state, at_quarter(plan, given, made, quarter, cast, memory))
    if not np.all(np.isfinite(state.hazard)):
        raise SystemExit(f"an alliance of {len(plan.roster.iso3)} comes to no number: the benchmark means nothing")


def by_allies(counts: tuple[int, ...], rounds: int) -> list[dict[str, float]]:
    """Nanoseconds a world, quarter and ally for each number of allies, and the same as a multiple of that of 32."""
    plan = sim.load_scenario(SCENARIO).plan()
    rows = []
    for count in counts:
        here, worlds = alliance(plan, count), CELLS // count
        made = luck(here, worlds)
        played(here, made, worlds, 0)
        cost = spent(partial(played, here, made, worlds), rounds)
        rows.append({"allies": count, "ns_per_cell": 1e9 * cost / worlds / count / len(here.quarters)})
    return [row | {"times_32": row["ns_per_cell"] / rows[0]["ns_per_cell"]} for row in rows]


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--million", action="store_true", help="also 10⁶ worlds (minutes)")
    chosen = options.parse_args()
    draws.forget()
    found = {
        "allies": by_allies(ALLIES, chosen.rounds),
        "worlds": by_worlds((*WORLDS, 1_000_000) if chosen.million else WORLDS, chosen.rounds),
        "numpy": np.__version__,
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
