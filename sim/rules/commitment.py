"""Commitment, signals, credibility: equations 3a to 3e."""

import numpy as np

from sim.rules import expit, logit

LEAST, MOST = 0.01, 0.99
"""Ends of every chance that the United States fights (3c)."""

HONOURED, ABANDONED = 0.5, -1.0
"""How a tested commitment moves beliefs, in units of the jump J (3e)."""

EDGE = 1e-9
"""Keeps the log-odds of a chance finite."""


def compliance(reported, threshold, grace):
    """How far an ally meets the threshold [..., A], 0 to 1; with no grace it is a cliff. Equation 3a."""
    gap = np.maximum(threshold - reported, 0.0)
    smooth = np.exp(-gap / np.maximum(grace, EDGE))
    return np.where(grace > 0.0, smooth, np.where(gap > 0.0, 0.0, 1.0))


def effective_conditionality(conditionality, congress, brake):
    """Conditionality that is left after Congress [...], 0 to 1. Equation 3b."""
    return conditionality * (1.0 - brake * congress)


def commitment(compliant, conditionality, p, tripwire_change, theatre_change):
    """Chance that the United States fights for each ally [..., A], from 0.01 to 0.99. Equation 3c.

    `tripwire_change` and `theatre_change` are log changes of US troops in the country and in Europe.
    Sources: leeds-2000, berkemeier-fuhrmann-2018, reiter-poast-2021, rand-rr2533.
    """
    bare = p.commitment_start * (1.0 - conditionality * (1.0 - compliant))
    odds = logit(np.clip(bare, EDGE, 1.0 - EDGE)) + p.tripwire * tripwire_change + p.theatre * theatre_change
    return np.clip(expit(odds), LEAST, MOST)


def after_exit(chance, exit_, p):
    """Commitment [..., A] after leaving the treaty, wholly or in part (`exit_`, 0 to 1). Equation 3c."""
    return chance * (1.0 - exit_) + exit_ * np.minimum(chance, p.exit_commitment)


def tripwire_change(troops, troops_start):
    """Log change of US troops in each country since the start [..., A]. Equation 3c."""
    return np.log(1.0 + troops / 5000.0) - np.log(1.0 + troops_start / 5000.0)


def theatre_change(total, total_start):
    """Log change of US troops in Europe since the start [..., 1]; one person stands for none. Equation 3c."""
    return np.log(np.maximum(total, 1.0)) - np.log(total_start)


def signal(chance, rhetoric, reassurance, law, p):
    """What the United States shows of its commitment [..., A], log-odds. Equation 3d.

    Talk is cheap: rhetoric (-1 to 1) and reassurance weigh less than law, and all less than the commitment itself.
    """
    spoken = p.rhetoric_weight * rhetoric + p.reassurance_weight * reassurance + p.law_weight * law
    return logit(chance) + spoken


def disagreement(rhetoric, reassurance, law, posture):
    """How far signals contradict each other [...], 0 when all point one way, 1 for a full voice against another. 3d.

    Each lies between -1 and 1; the harmonic mean of what speaks for the commitment and what speaks against it.
    """
    voices = (rhetoric, reassurance, law, posture)
    for_it = sum(np.maximum(voice, 0.0) for voice in voices)
    against = sum(np.maximum(-voice, 0.0) for voice in voices)
    both = for_it + against
    return 2.0 * for_it * against / np.where(both > 0.0, both, 1.0)


def updated_belief(belief, shown, luck, discord, p):
    """A belief a quarter later [..., A], log-odds: bad news travels faster than good. Equation 3d.

    Signals that disagree (`discord`) do not average out: they make beliefs scatter. Sources: rand-rr2451.
    """
    speed = np.where(shown < belief, p.bad_news, p.good_news)
    return belief + speed * (shown - belief) + p.belief_noise * (1.0 + discord) * luck


def tested(belief, honoured, abandoned, jump):
    """Beliefs after the commitment was tested [..., A], log-odds; nothing changes while it was not. Equation 3e."""
    return belief + jump * (HONOURED * honoured + ABANDONED * abandoned)
