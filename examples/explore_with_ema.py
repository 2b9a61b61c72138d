"""EMA Workbench explores, and PRIM says where: when does a condition raise the risk for the Baltic states?

    pip install 'article5[analysis]'
    python examples/explore_with_ema.py

Policies and worlds are drawn by Latin hypercubes, `sim.evaluate` is the model as it is, and the box that PRIM finds
reads as a sentence. One school of deterrence is explored; do it for the others too: they are never pooled.
"""

import numpy as np
from ema_workbench import Constant, Model, RealParameter, ScalarOutcome, perform_experiments
from ema_workbench.analysis import prim

import sim
from sim.draws import stream
from sim.params import levers, uncertainties

SCHOOL, POLICIES, SCENARIOS, WORLDS, SEED = "mixed", 24, 5, 8, 0
RISK, RAISED = "relative_risk_by_front_baltic", 1.1

model = Model("article5", function=sim.evaluate)
model.levers = [
    RealParameter(name, levers()[name].low, levers()[name].high) for name in ("threshold", "conditionality", "grace")
]
# From end to end of each prior: exploration asks what could matter, not how likely it is.
model.uncertainties = [
    RealParameter("belief_elasticity", 0.3, 4.0),  # as far as this school reaches
    *(
        RealParameter(name, uncertainties()[name].prior.low, uncertainties()[name].prior.high)
        for name in ("conditional_lift", "commitment_start", "bad_news")
    ),
]
model.outcomes = [ScalarOutcome(RISK)]
model.constants = [
    Constant("scenario", "baseline"),
    Constant("against", "baseline"),
    Constant("outcomes", RISK),
    Constant("school", SCHOOL),
    Constant("worlds", WORLDS),
    Constant("seed", SEED),
]

if __name__ == "__main__":
    # EMA Workbench draws from numpy's own generator, which therefore has to be given a seed.
    np.random.seed(int(stream(SEED, "explore").integers(2**31)))  # noqa: NPY002
    experiments, outcomes = perform_experiments(model, scenarios=SCENARIOS, policies=POLICIES)
    raised = outcomes[RISK] > RAISED
    print(f"{SCHOOL} school, {len(raised)} experiments: in {raised.mean():.0%} of them {RISK} is above {RAISED:g}")

    inputs = experiments[[parameter.name for parameter in (*model.levers, *model.uncertainties)]]
    box = prim.Prim(inputs, raised, threshold=0.7, peel_alpha=0.1).find_box()
    limits, last = box.box_lims[-1], box.peeling_trajectory.iloc[-1]
    print(f"PRIM: coverage {last.coverage:.0%}, density {last.density:.0%}, where")
    for name in inputs:
        (low, high), (least, most) = limits[name], (inputs[name].min(), inputs[name].max())
        if (low, high) != (least, most):
            print(f"  {name} lies from {low:.2f} to {high:.2f}, of {least:.2f} to {most:.2f}")
