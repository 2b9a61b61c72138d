"""The same scenario through the Mesa model, world by world, and through the ensemble: `make bench`.

One process, draws and opening included, side by side in several rounds, reported as ratios: a noisy machine slows
both. Memory is the peak of a process of its own.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

import sim
from sim import draws, ensemble, step
from sim.agents import Columns, _reference_scale
from sim.now import at_quarter

SCENARIO = "conditional-article5"


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes, with no draw and no reference path remembered."""
    _reference_scale.cache_clear()
    draws.forget()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def mesa_worlds(plan, first: int, worlds: int) -> None:
    """Play worlds one by one as Mesa models, to the end."""
    for world in range(first, first + worlds):
        model = sim.Alliance(plan, seed=0, world=world)
        for _ in plan.quarters:
            model.step()


def race(rounds: int, mesa: int, many: int) -> dict[str, float]:
    """Milliseconds per world both ways, and their ratio, as medians over rounds."""
    plan = sim.load_scenario(SCENARIO).plan()
    mesa_worlds(plan, 0, 1), sim.run(plan, 64)
    rows = []
    for number in range(rounds):
        by_agent = timed(lambda n=number: mesa_worlds(plan, 10_000 + n * mesa, mesa)) / mesa
        outcomes = timed(lambda: ensemble.run_outcomes(plan, many)) / many
        full = timed(lambda: sim.run(plan, many)) / many
        share = timed(lambda: sim.run(plan, many, keep=("share",))) / many
        rows.append((by_agent, share, full, outcomes, by_agent / share, by_agent / full, by_agent / outcomes))
    names = ("mesa_ms", "ensemble_one_variable_ms", "ensemble_all_variables_ms", "ensemble_outcomes_ms",
             "ratio_one_variable", "ratio_all_variables", "ratio_outcomes")  # fmt: skip
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    return {name: value * (1000 if name.endswith("_ms") else 1) for name, value in zip(names, medians, strict=True)}


def profile(worlds: int) -> dict[str, float]:
    """Where the time of an ensemble goes, in parts of the whole."""
    plan = sim.load_scenario(SCENARIO).plan()
    span: dict[str, float] = {}

    def clock(name: str, work: Callable):
        begun = time.perf_counter()
        found = work()
        span[name] = span.get(name, 0.0) + time.perf_counter() - begun
        return found

    _reference_scale.cache_clear()
    draws.forget()
    state, given = clock("opening and reference path (9d)", lambda: ensemble.opening(plan, 0, range(worlds)))
    luck = clock("draws", lambda: draws.block(0, range(worlds), plan.quarters))
    cast = Columns(plan.strategies)
    for quarter in range(len(plan.quarters)):
        now = at_quarter(plan, given, luck, quarter, cast)
        for move in step.ORDER:
            state = clock(move.__name__, lambda m=move, s=state, n=now: m(s, n))
    whole = sum(span.values())
    return {name: part / whole for name, part in sorted(span.items(), key=lambda item: -item[1])}


MEMORY = {
    "1,000 worlds, all variables": "import sim; d = sim.run(sim.load_scenario('{0}'), 1000)",
    "100,000 worlds, outcomes only": (
        "import sim; from sim import ensemble; d = ensemble.run_outcomes(sim.load_scenario('{0}'), 100_000)"
    ),
}


def peak(code: str) -> float:
    """Peak memory of a fresh process that runs some code, GiB."""
    report = "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    out = subprocess.run(
        [sys.executable, "-c", code.format(SCENARIO) + report], capture_output=True, check=True, text=True
    )
    return float(out.stdout.split()[-1]) / 1024**2


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--mesa", type=int, default=20, help="Mesa worlds in a round")
    options.add_argument("--worlds", type=int, default=1024, help="ensemble worlds in a round")
    options.add_argument("--memory", action="store_true", help="measure memory too (minutes)")
    chosen = options.parse_args()
    found: dict = race(chosen.rounds, chosen.mesa, chosen.worlds)
    found["profile"] = profile(chosen.worlds)
    if chosen.memory:
        found["peak_gib"] = {name: peak(code) for name, code in MEMORY.items()}
    found["numpy"] = np.__version__
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
