"""Aid to Ukraine, peacekeepers, accession: equations 7 and 8."""

import numpy as np

from sim.rules import total

MOST_PEACEKEEPERS = 50_000.0
"""Peacekeepers that tie down the most (7), persons."""

FULL_TARGET = 10_000.0
"""Peacekeepers from which on the chance of an attack grows no further (7, assumption), persons."""

SENDABLE = 0.5
"""Part of its brigades that an ally keeps busy with peacekeeping at most (7, assumption)."""

BRIGADE = 4000.0
"""Soldiers to a brigade (7, as in 9b, assumption)."""


def aid(now, level, start, threat, threat_start, p):
    """Aid a quarter later [..., A], % of GDP. Equation 8.

    `level` is a multiple of the `start`; threat raises the goal relative to what it was at the start.
    """
    goal = level * start * (1.0 + p.aid_threat * threat) / (1.0 + p.aid_threat * threat_start)
    return now + p.aid_speed * (goal - now)


def us_aid(now, level, start, p):
    """US aid a quarter later [..., 1], % of the GDP of Europe and Canada. Equation 8."""
    return now + p.aid_speed * (level * start - now)


def own_spending(spending, aid_money, p):
    """What is left for an ally's own forces [..., A], bn 2021 USD per year: a part of its aid is counted inside."""
    return np.maximum(spending - p.aid_inside * aid_money, 0.0)


def most_peacekeepers(brigades, p):
    """Peacekeepers that each ally can send [..., A], persons: with rotation they take half of its brigades. Eq. 7."""
    return SENDABLE * brigades * BRIGADE / p.peacekeeper_rotation


def deployed(shares, war):
    """Peacekeepers of each ally [..., A], persons: none while the war goes on. Equation 7."""
    return shares * (1.0 - war)


def away(peacekeepers, p):
    """Brigades that peacekeeping keeps from home [..., A], rotation included. Equation 7."""
    return p.peacekeeper_rotation * peacekeepers / BRIGADE


def tied(peacekeepers, p):
    """Part of Russia's free forces that peacekeepers tie down [..., 1], 0 to 1. Equation 7."""
    return p.peacekeeper_tie * np.minimum(total(peacekeepers) / MOST_PEACEKEEPERS, 1.0)


def peacekeeper_hazard(peacekeepers, covered, belief, p):
    """Hazard of an attack on the peacekeepers [..., 1], per quarter. Equation 7.

    Cover lowers it as far as Russia believes in the US commitment to those who contribute (`belief` [..., 1]).
    """
    target = np.minimum(total(peacekeepers) / FULL_TARGET, 1.0)
    return p.peacekeeper_hazard * target * (1.0 - covered * belief)


def escalated(hazard, willing, p):
    """Hazard that an attack on peacekeepers grows into one on a contributor [..., A], per quarter. Equation 7."""
    return p.peacekeeper_escalation * hazard * willing


def mixed(first, first_weight, second, second_weight):
    """Two chances as one [...], each by its weight; the first where neither weighs anything."""
    both = first_weight + second_weight
    part = np.where(both > 0.0, second_weight / np.where(both > 0.0, both, 1.0), 0.0)
    return first + part * (second - first)


def attacked(hazard, covered_hazard, luck, tested_luck):
    """Attacks in Ukraine, and those of them that test the alliance ([..., 1] each), 0 or 1; luck is uniform."""
    comes = luck < -np.expm1(-hazard)
    part = covered_hazard / np.where(hazard > 0.0, hazard, 1.0)
    return np.where(comes, 1.0, 0.0), np.where(comes & (tested_luck < part), 1.0, 0.0)
