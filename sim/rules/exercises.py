"""How ready forces are: equation 6."""

import numpy as np

FADING = -np.expm1(-1.0 / 8.0)
"""Part of the way to its new level that readiness goes in a quarter: two years to 63% (6)."""

US_PART = 0.5
"""Part of the exercises that is held with the United States (6)."""


def readiness_goal(troops, exclusion, compliance, p):
    """Readiness that exercises and US troops [..., A] lead to [..., A], an index. Equation 6.

    Exclusion takes the US part of exercises from allies that do not comply, and nothing else.
    """
    exercised = 1.0 - US_PART * exclusion * (1.0 - compliance)
    return p.readiness_base + p.readiness_exercises * exercised + p.readiness_presence * np.log(1.0 + troops / 1000.0)


def readiness(now, goal):
    """Readiness a quarter later [..., A], an index. Equation 6."""
    return now + FADING * (goal - now)
