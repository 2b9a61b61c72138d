"""A batch beside the bare ensemble, in one run and as ratios: `python benchmarks/batch.py [--rounds N] [--memory]`.

The bare ensemble plays the same policies in the same worlds in one process and keeps nothing. What a batch adds are
tables, checksums and the hand-over to workers. Aims: 0.9 of the bare ensemble per process, 1.8 times with two workers,
writing under 5% of playing. Memory (`--memory`, minutes) is the peak of a process of its own that plays alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sim import batch, draws, ensemble
from sim.agents import _reference_scale
from sim.batch import blocks, store
from sim.experiment import Experiment, load_experiment

TEXT = """
name: Benchmark
scenarios: [conditional-article5]
levers: {{grid: {{pledge: [{pledges}]}}}}
worlds: {worlds}
keep: {keep}
"""


def made(folder: Path, policies: int, worlds: int, keep: str = "paths") -> Experiment:
    """An experiment of so many policies and worlds."""
    path = folder / "benchmark.yaml"
    pledges = ", ".join(f"{2 + 1.5 * k / policies:.3f}" for k in range(policies))
    path.write_text(TEXT.format(pledges=pledges, worlds=worlds, keep=keep), encoding="utf-8")
    return load_experiment(path)


def bare(experiment: Experiment) -> float:
    """Seconds that the ensemble takes for the same runs, world blocks first as in a batch, keeping nothing."""
    _reference_scale.cache_clear()
    draws.forget()
    begun = time.perf_counter()
    for worlds in ensemble.blocks(experiment.worlds):
        for plan in experiment.plans:
            ensemble.outcomes_of(plan, worlds, experiment.seed, experiment.outcomes)
    return time.perf_counter() - begun


def batched(experiment: Experiment, out: Path, workers: int) -> float:
    """Seconds that a batch takes, from its first block to its last table."""
    _reference_scale.cache_clear()
    draws.forget()
    begun = time.perf_counter()
    batch.run_batch(experiment, out, workers=workers)
    return time.perf_counter() - begun


def written(experiment: Experiment, out: Path) -> tuple[float, float]:
    """Seconds to play one block, and to write it with its checksums."""
    block = blocks.blocks(experiment)[0]
    task = blocks.task(experiment, block)
    blocks.play(task)
    begun = time.perf_counter()
    played = blocks.play(task)
    middle = time.perf_counter()
    store.Store(out).put(block, played)
    return middle - begun, time.perf_counter() - middle


def startup() -> float:
    """Seconds until the command line answers."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sim", "--version"], check=True, capture_output=True)
    return time.perf_counter() - begun


def race(rounds: int, policies: int, worlds: int) -> dict[str, float]:
    """All figures, as medians over rounds."""
    rows = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            experiment = made(folder, policies, worlds)
            alone = bare(experiment)
            one, two = (batched(experiment, folder / f"out-{n}", n) for n in (1, 2))
            play, write = written(experiment, folder / "block")
        rows.append((alone / policies / worlds * 1000, alone / one, one / two, alone / two, write / play, startup()))
    names = (
        "bare_ms_per_run",
        "batch_to_bare",
        "two_workers_to_one",
        "two_workers_to_bare",
        "write_to_play",
        "startup_s",
    )
    return {name: statistics.median(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


MEMORY = """
import resource, sys
from pathlib import Path
from sim import batch
from benchmarks.batch import made
folder = Path(sys.argv[1])
batch.run_batch(made(folder, 1, int(sys.argv[2]), sys.argv[3]), folder / "out")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def peak(worlds: int, keep: str) -> float:
    """Peak memory of a process that plays one policy in so many worlds with all outcomes, GiB."""
    root = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", MEMORY, folder, str(worlds), keep]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        told = subprocess.run(words, check=True, capture_output=True, text=True, cwd=root, env=environment)
    return float(told.stdout)


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--policies", type=int, default=16)
    options.add_argument("--worlds", type=int, default=8192)
    options.add_argument("--memory", action="store_true", help="measure memory too: up to a million worlds")
    options.add_argument("--most", type=int, default=1_000_000, help="most worlds whose memory is measured")
    chosen = options.parse_args()
    found: dict = race(chosen.rounds, chosen.policies, chosen.worlds)
    if chosen.memory:
        sizes = [size for size in (10_000, 100_000, 1_000_000) if size <= chosen.most]
        found["peak_gib"] = {keep: {f"{n:,}": peak(n, keep) for n in sizes} for keep in ("summaries", "paths")}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
