"""Russia: threat, regeneration, pressure, limited attack: equations 9a to 9e."""

import numpy as np

from sim.rules import running, total

HEAVY_BRIGADE = 4000.0
"""US soldiers to a brigade (9b, assumption)."""


def exposure(distance, scale):
    """How exposed an ally is to Russia [..., A], 0 to 1, by distance in km. Sources: jces-2021."""
    return np.exp(-distance / scale)


def war_ends(luck, p, talks):
    """Whether the war in Ukraine ends in this quarter [..., 1], by itself or by talks. Equation 9a."""
    return luck < p.war_end + talks * (1.0 - p.war_end)


def threat_goal(war, strength, p):
    """Where the perceived threat is heading [..., 1]. Step 6 of the order of play."""
    return p.calm + p.war_part * war + p.strength_part * strength


def threat(now, war, strength, p):
    """The perceived threat a quarter later [..., 1], 0 to 1. Step 6 of the order of play."""
    return np.clip(now + p.adjustment * (threat_goal(war, strength, p) - now), 0.0, 1.0)


def threat_after(quarters, strength, p):
    """The threat perceived after so many quarters of war that came upon a calm [..., 1], 0 to 1. Step 6."""
    calm, war = threat_goal(0.0, strength, p), threat_goal(1.0, strength, p)
    return np.clip(war + (calm - war) * (1.0 - p.adjustment) ** quarters, 0.0, 1.0)


def regenerated(strength, war, aid, p):
    """Russian forces free for another front a quarter later [..., 1], 0 to 1. Equation 9a.

    War and aid to Ukraine (% of GDP) slow it down. Sources: danish-intelligence-2025.
    """
    slower = np.where(war > 0.0, p.war_slowdown + p.aid_slowdown * aid, 1.0)
    return strength + (1.0 - strength) * (1.0 - np.exp(-0.25 / (p.regeneration_time * slower)))


def defence(brigades, forward, belief, reinforcement, p):
    """Brigade equivalents an attacker would meet [..., A]. Equation 9b.

    `brigades` are the ally's own, `forward` those of others in the country, `reinforcement` those that Europe sends.
    """
    return brigades + forward + p.us_reinforcement * belief + p.european_reserve * reinforcement


def forward_forces(battlegroup, heavy_share, troops):
    """Brigade equivalents of other allies and the United States in the country [..., A]. Equation 9b."""
    return battlegroup + heavy_share * troops / HEAVY_BRIGADE


def temptation(balance, p):
    """Hazard of a limited attack before scaling [..., A], relative. Equation 9c.

    Every term is 1 at the start, so that the schools differ in what follows and not in where they begin.
    Sources: benson-2011, rand-rr2533, rand-rr1253, rand-rr2451.
    """
    return (
        balance.attraction
        * np.exp(p.strength_elasticity * np.log(balance.strength) - p.denial_elasticity * np.log(balance.defence))
        * np.exp(
            p.spiral_elasticity * balance.forward
            - p.belief_elasticity * balance.belief
            - p.umbrella_effect * balance.umbrella
        )
    )


def scale_to_anchor(cumulative, anchor):
    """The factor that gives a path with this cumulative relative hazard the anchor's probability. Equation 9d."""
    return -np.log1p(-anchor) / cumulative


def incidents(pull, belief, light, p):
    """Expected grey-zone incidents in a quarter [..., A]. Equation 9e.

    `pull` says how they are shared out and sums to 1 at the start; `belief` and `light` are changes since the start.
    Sources: csis, rand-rr2533.
    """
    return p.incidents / 4.0 * pull * np.exp(p.incident_light * light - p.incident_belief * belief)


def pull(attraction, aid, p):
    """What draws incidents onto an ally [..., A]: its exposure, and its aid to Ukraine (% of GDP). Equation 9e."""
    return attraction + p.incident_aid * aid


def comes(danger, luck):
    """Whether an attack comes [...]: `danger` is the hazard of all allies together, `luck` uniform. Step 10."""
    return luck < -np.expm1(-danger)


def struck(hazard, attack_luck, target_luck):
    """Whether an attack comes, and on whom [..., A]: one 1 at most. `*_luck` are uniform numbers [..., 1]."""
    danger, upper = total(hazard), running(hazard)
    mark = target_luck * danger
    return np.where(comes(danger, attack_luck) & (mark < upper) & (mark >= upper - hazard), 1.0, 0.0)


def answered(target, chance, luck):
    """Attacks that the United States honours and those in which it does not ([..., 1] each). Step 10."""
    fights = luck < total(target * chance)
    attacked = total(target)
    return np.where(fights, attacked, 0.0), np.where(fights, 0.0, attacked)
