"""Optuna searches policies: more European money for little more risk, and what stands between the two.

    pip install article5 optuna
    python examples/search_with_optuna.py

`sim.evaluate` meets the same worlds in every trial, so that the search is not led by luck. The front that is printed
holds in one school of deterrence: search the others too, and trust what holds in all of them.
"""

import optuna

import sim
from sim.draws import stream
from sim.params import levers

SCHOOL, TRIALS, WORLDS, SEED = "mixed", 80, 24, 0
MONEY, RISK = "spending_europe_canada_share", "relative_risk"


def policy(trial):
    """The levers of one trial."""
    names = ("threshold", "conditionality", "reassurance", "pressure")
    return {name: trial.suggest_float(name, levers()[name].low, levers()[name].high) for name in names}


def objectives(trial):
    """What is gained and what it costs, against today's commitment: % of GDP, and the risk as a multiple."""
    asked = {"against": "baseline", "outcomes": [MONEY, RISK], "school": SCHOOL, "worlds": WORLDS, "seed": SEED}
    found = sim.evaluate("baseline", policy(trial), **asked)
    return found[MONEY], found[RISK]


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.NSGAIISampler(population_size=20, seed=int(stream(SEED, "search").integers(2**31)))
    study = optuna.create_study(directions=["maximize", "minimize"], sampler=sampler)
    study.enqueue_trial(
        {"threshold": 5.0, "conditionality": 0.6, "reassurance": 0.0, "pressure": 0.0}
    )  # the documents'
    study.optimize(objectives, n_trials=TRIALS)

    front = {tuple(trial.values): trial for trial in study.best_trials}
    print(f"{len(front)} of {TRIALS} policies are beaten by none, {SCHOOL} school, medians of {WORLDS} worlds")
    print("spending   risk   policy")
    for trial in [*sorted(front.values(), key=lambda trial: trial.values[1]), study.trials[0]]:
        chosen = ", ".join(f"{name} {value:.2g}" for name, value in trial.params.items())
        mark = "" if trial.number else "   <- as in the documents"
        print(f"{trial.values[0]:+7.2f}% {trial.values[1]:6.2f}   {chosen}{mark}")
