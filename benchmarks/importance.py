"""How near first indices come to those of a large design, by method and worlds: `python benchmarks/importance.py`.

The reference is Sobol with 512 base points, whose own half-widths are printed. Takes some minutes.
"""

import argparse
import time

import sim
from sim.analysis.sensitivity import sensitivity
from sim.importance import ASSUMED, importance
from sim.tables import lines

OUTCOMES = ("spending_europe_canada_share", "risk_by_front_baltic")
LEADERS = 5


def row(name, worlds, seconds, index, truth):
    """How an index compares: leaders found, and the mean error of first indices among the true leaders."""
    first = list(index.sort_values(ascending=False).index[:LEADERS])
    top = list(truth.total.sort_values(ascending=False).index[:LEADERS])
    error = f"{(index - truth['first']).abs().reindex(top).mean():.3f}" if name in ("settling", "sobol") else "–"
    return [name, f"{worlds:,}", f"{seconds:.1f}", str(len(set(first) & set(top))), str(first[0] == top[0]), error]


def timed(work):
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def main(seeds):
    scenario = sim.load_scenario("conditional-article5").with_school("mixed")
    for outcome in OUTCOMES:
        truth = sensitivity(scenario, outcome, against="baseline", points=512)
        table = truth.found[0].table
        print(f"{outcome}: {truth.worlds:,} worlds, widest first_95 {table.first_95.max():.3f}")
        found = []
        for seed in range(seeds):
            for size in (32, 64):
                asked = dict(outcome=outcome, size=size, by=ASSUMED, seed=seed)
                got, seconds = timed(lambda a=asked: importance(scenario, **a))
                found.append(row("settling", got.worlds, seconds, got.rows.set_index("key")["first"], table))
            for method, points in (("sobol", 16), ("sobol", 64), ("morris", 13), ("morris", 54), ("pawn", 4096)):
                asked = dict(against="baseline", method=method, points=points, seed=seed)
                got, seconds = timed(lambda a=asked, o=outcome: sensitivity(scenario, o, **a))
                own = got.found[0].table
                index = own["first"] if method == "sobol" else own[got.method.index]
                found.append(row(method, got.worlds, seconds, index, table))
        print(lines(["method", "worlds", "seconds", f"of {LEADERS} leaders", "first", "mean error"], found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    main(parser.parse_args().seeds)
