"""What spending buys, and European help: equations 5a and 5b."""

import numpy as np

from sim.rules import expit, logit, spillover, total


def ordered(orders, spending, lag):
    """The three stages from money to equipment in service a quarter later. Equation 5a.

    `spending` [..., A] is relative to the start; what is spent in a quarter is in service `lag` years later on average.
    Each stage takes from the one before it what stood there a quarter ago, hence the 1 below the line.
    """
    speed = len(orders) / (4.0 * lag + 1.0)
    coming = (spending, *orders[:-1])
    return tuple(stage + speed * (before - stage) for stage, before in zip(orders, coming, strict=True))


def equipped(spending, spending_start, joint, gain):
    """Spending on own forces relative to the start [..., A]; what is bought together yields more. Equation 5a."""
    return spending / spending_start * (1.0 + gain * joint)


def renewed(capability, delivered, turnover):
    """Forces relative to the start a quarter later [..., A]. Equation 5a."""
    return capability + turnover / 4.0 * (delivered - capability)


def cohesion(now, conditionality, lead, p):
    """Cohesion of the alliance a quarter later [..., 1], 0 to 1. Equation 5b. Sources: barrett-nilsen.

    A conditional commitment costs cohesion, European leadership (`lead`, 0 to 1) rebuilds it.
    """
    return np.clip(now - p.conditional_cost * conditionality / 4.0 + p.leadership_gain * lead / 4.0, 0.0, 1.0)


def after_test(now, abandoned, cost):
    """Cohesion after an attacked ally was left alone [..., 1], 0 to 1. Equation 5b."""
    return np.clip(now - cost * abandoned, 0.0, 1.0)


def hedged(now, belief, threat, umbrella, can, p):
    """Nuclear hedging a quarter later [..., A], 0 to 1. Equation 5c.

    A threatened ally that doubts the United States and has no European umbrella moves toward a bomb of its own;
    `can` is 0 for nuclear powers and for allies without forces. It never goes back.
    """
    drive = p.hedging_speed / 4.0 * (1.0 - belief) * threat * (1.0 - umbrella)
    return now + can * drive * (1.0 - now)


def resolve(cohesion_now, p):
    """Chances that an ally fights for a distant one, and for a neighbour ([..., 1] each). Equation 5b."""
    odds = logit(p.european_resolve) + p.cohesion_effect * (cohesion_now - p.cohesion_start)
    return expit(odds), expit(odds + p.neighbour_bonus)


def pledged_by_others(what, near, chances):
    """What the other allies would bring to each ally [..., A]: their `what` times the chance that they come.

    `near` is [A, A], 1 for neighbours, or the same as lists; `chances` are those of `resolve`. Equations 2f and 9b.
    """
    distant, neighbour = chances
    return distant * (total(what) - what) + (neighbour - distant) * spillover(near, what)
