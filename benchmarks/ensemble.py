"""The same scenario through the Mesa model, world by world, and through the ensemble: `make bench`.

One process, draws and opening included, side by side in several rounds, reported as ratios: a noisy machine slows
both. Memory is the peak of a process of its own. With `--against PATH`, the ensemble here and that of another checkout,
in turns, each time in a process of its own, in CPU time of one core.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

import sim
from sim import draws, ensemble, step
from sim import plan as plans
from sim.agents import Columns, _reference_scale
from sim.now import Memory, at_quarter

SCENARIO = "conditional-article5"


def forget() -> None:
    """Drop all draws, parameters and reference paths that are remembered."""
    for kept in (_reference_scale, plans._params):
        kept.cache_clear()
    draws.forget()


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes, with nothing remembered."""
    forget()
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

    forget()
    state, given = clock("opening and reference path (9d)", lambda: ensemble.opening(plan, 0, range(worlds)))
    luck = clock("draws", lambda: draws.block(0, range(worlds), plan.quarters))
    cast, memory = Columns(plan.strategies), Memory()
    for quarter in range(len(plan.quarters)):
        now = at_quarter(plan, given, luck, quarter, cast, memory)
        for move in step.ORDER:
            state = clock(move.__name__, lambda m=move, s=state, n=now: m(s, n))
    whole = sum(span.values())
    return {name: part / whole for name, part in sorted(span.items(), key=lambda item: -item[1])}


PROBE = """
import json, sys, time
import sim
from sim import ensemble
from sim.outcomes import OUTCOMES
scenario, worlds, seed, shared = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
plan, other = (sim.load_scenario(scenario).with_levers(pledge=pledge).plan() for pledge in (3.5, 3.0))

def outcomes(plan, seed, worlds=worlds):
    names = [name for name in OUTCOMES if name in shared] or list(OUTCOMES)
    if hasattr(ensemble, "run_outcomes"):
        return ensemble.run_outcomes(plan, worlds, seed, names)
    needs = {v for name in names for v in OUTCOMES[name].needs if not v.startswith("lever_")}
    return sim.outcomes(sim.run(plan, worlds, seed, keep=tuple(needs)), names)

def spent(work):
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun) / worlds

outcomes(plan, 0, 64)
print(json.dumps({"path": sim.__path__[0], "outcomes": list(OUTCOMES), "ms": {
    "one variable": spent(lambda: sim.run(plan, worlds, 2 * seed + 1, keep=("share",))),
    "outcomes": spent(lambda: outcomes(plan, 2 * seed + 2)),
    "outcomes of a second policy in the same worlds": spent(lambda: outcomes(other, 2 * seed + 2)),
}}))
"""
"""What is measured in each checkout. Every measurement has a seed of its own: nothing is remembered by chance."""


def probe(checkout: Path, worlds: int, seed: int, shared: Sequence[str]) -> dict:
    """What a fresh process of a checkout finds; outcomes are those that both checkouts know."""
    command = [sys.executable, "-c", PROBE, SCENARIO, str(worlds), str(seed), json.dumps(list(shared))]
    one_core = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(checkout)}
    out = subprocess.run(command, cwd=checkout, env=one_core, capture_output=True, check=True, text=True)
    found: dict = json.loads(out.stdout)
    if not Path(found["path"]).resolve().is_relative_to(checkout.resolve()):
        raise SystemExit(f"{checkout}: the probe found the package in {found['path']}. Name the root of a checkout.")
    return found


def against(other: Path, rounds: int, worlds: int) -> dict:
    """Milliseconds a world here and there, and how many times faster it is here: medians of rounds in turns."""
    here = Path(__file__).parents[1]
    known = [probe(checkout, 64, 0, ())["outcomes"] for checkout in (here, other)]
    shared = [name for name in known[0] if name in known[1]]
    pairs = [[probe(checkout, worlds, n, shared)["ms"] for checkout in (here, other)] for n in range(1, rounds + 1)]
    found: dict = {"shared_outcomes": len(shared), "outcomes_here": len(known[0]), "outcomes_there": len(known[1])}
    for name in pairs[0][0]:
        ratios = [there[name] / now[name] for now, there in pairs]
        found[name] = {
            "here_ms": statistics.median(now[name] for now, _ in pairs),
            "there_ms": statistics.median(there[name] for _, there in pairs),
            "times_faster": statistics.median(ratios),
            "from_to": [min(ratios), max(ratios)],
        }
    return found


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
    options.add_argument("--against", type=Path, metavar="PATH", help="root of another checkout to compare with")
    chosen = options.parse_args()
    if chosen.against:
        print(json.dumps(against(chosen.against, chosen.rounds, chosen.worlds), indent=2))
        return
    found: dict = race(chosen.rounds, chosen.mesa, chosen.worlds)
    found["profile"] = profile(chosen.worlds)
    if chosen.memory:
        found["peak_gib"] = {name: peak(code) for name, code in MEMORY.items()}
    found["numpy"] = np.__version__
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
