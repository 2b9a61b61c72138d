"""What an analyst looks at: one function an outcome, with unit, definition, how to read it and how it is known.

An outcome takes the data set of a run and returns one value per world and year (and ally, front or host). To add
one, write a function in a module of this room: tables, charts and the command line list it.

Badges: the level of what is *tested* was scored against history without a new policy (`sim/evidence.py` has the words),
*documented* is law or accounting, *judgement* rests on assumptions that were not, or cannot be, scored. The effect of a
policy is never tested.
"""

from sim.outcomes import danger, forces, posture, spending, trust  # noqa: F401 - each declares its outcomes
from sim.outcomes.declare import (
    ANY,
    FLOWS,
    FRONT_NAMES,
    FRONTS,
    OUTCOMES,
    Outcome,
    by_school,
    by_year,
    last_quarters,
    outcome,
    outcomes,
    variables_of,
    year_ends,
)

__all__ = [
    "ANY",
    "FLOWS",
    "FRONTS",
    "FRONT_NAMES",
    "HEADLINES",
    "OUTCOMES",
    "Outcome",
    "by_school",
    "by_year",
    "last_quarters",
    "outcome",
    "outcomes",
    "variables_of",
    "year_ends",
]

HEADLINES = ("allies_at_threshold", "spending_europe_canada_share", "troops_europe", "credibility_allies")
"""What the command line and the app show first."""
