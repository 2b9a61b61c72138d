"""SALib asks: what decides how much Europe and Canada spend under a conditional commitment?

    pip install 'article5[analysis]'
    python examples/sobol_with_salib.py

Sobol indices need independent inputs. They are drawn as numbers between 0 and 1 and put through each prior, so that
values weigh as they do in the simulator. Everything else is averaged over the same few worlds each time. What the
panel could estimate is left to its posterior: those parameters are not independent.
"""

import numpy as np
from SALib.analyze import sobol as analysis
from SALib.sample import sobol as sample

import sim
from sim.draws import stream
from sim.params import uncertainties

NAMES = ("conditional_lift", "lift_volatility", "help_elasticity")
OUTCOME = "spending_europe_canada_share"
ROWS, WORLDS, SEED = 32, 8, 0
PROBLEM = {"num_vars": len(NAMES), "names": list(NAMES), "bounds": [[0.0, 1.0]] * len(NAMES)}


def spending(row):
    """Spending at the end of 2035, % of GDP, with the uncertainties at these quantiles of their priors."""
    values = {name: uncertainties()[name].prior.quantile(u) for name, u in zip(NAMES, row, strict=True)}
    asked = {"outcomes": OUTCOME, "statistic": "mean", "worlds": WORLDS, "seed": SEED}
    return sim.evaluate("conditional-article5", **values, **asked)[OUTCOME]


if __name__ == "__main__":
    number = int(stream(SEED, "sobol").integers(2**31))
    rows = sample.sample(PROBLEM, ROWS, calc_second_order=False, seed=number)
    answers = np.array([spending(row) for row in rows])
    low, middle, high = np.quantile(answers, [0.05, 0.5, 0.95])
    print(f"{len(rows)} evaluations: {middle:.2f}% of GDP, 90% between {low:.2f} and {high:.2f}")

    found = analysis.analyze(PROBLEM, answers, calc_second_order=False, seed=number)
    print(f"{'part of the variance':20s} {'alone':>12s} {'in all':>12s}")
    for n in np.argsort(-found["ST"]):
        alone, total = (f"{found[key][n]:.2f} ± {found[key + '_conf'][n]:.2f}" for key in ("S1", "ST"))
        print(f"{NAMES[n]:20s} {alone:>12s} {total:>12s}")
    print("Behind ± half the 95% interval. Where it is wide, take more rows before quoting a number.")
