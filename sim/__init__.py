"""article5: agent-based models of the United States, its NATO allies and Russia, and what follows from a policy.

>>> import sim
>>> scenario = sim.load_scenario("conditional-article5").with_levers(threshold=3.5)
>>> data = sim.run(scenario, worlds=20, seed=0, keep=("share", "troops"))
>>> data.share.dims
('world', 'quarter', 'ally')
"""

from sim import ensemble, reading
from sim.agents import Alliance, Ally
from sim.analysis.explanation import explain
from sim.analysis.matching import matched
from sim.analysis.tipping import tipping_point
from sim.ensemble import run
from sim.errors import InputError, ScenarioError
from sim.evaluation import evaluate
from sim.outcomes import outcomes
from sim.results import compare
from sim.scenario import Scenario, load_scenario, scenario_names

__version__ = "0.1.0"

__all__ = [
    "Alliance",
    "Ally",
    "InputError",
    "Scenario",
    "ScenarioError",
    "compare",
    "ensemble",
    "evaluate",
    "explain",
    "load_scenario",
    "matched",
    "outcomes",
    "reading",
    "run",
    "scenario_names",
    "tipping_point",
]
