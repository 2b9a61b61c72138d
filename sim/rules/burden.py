"""The yearly budget of an ally: equations 2a to 2h."""

import numpy as np

from sim.rules import expit, total

LOWEST_SHARE, HIGHEST_SHARE = 0.0, 10.0
"""Ends of the defence share, % of GDP (assumption)."""

FULL_TRADE = 0.05
"""US goods imports from an ally, relative to its GDP, that make a trade linkage bite in full (2d, assumption)."""

FREEDOM = 2.5
"""Degrees of freedom of the budget shocks (2a): what the panel finds likeliest lies between 2 and 3."""

NEAR_THE_LINE = 0.3
"""Distance from the line within which reports are flattering, pp of GDP (2g)."""


def drift(observation, p):
    """Yearly growth of the share that threat drives [..., A], log/yr: mu of equation 2a.

    Threat raises spending less the closer it is to saturation, and fiscal room slows a rise, not a fall.
    Sources: jces-2021, nordhaus-2012, dpe-2021.
    """
    mu = (p.drift + p.threat_drift * observation.threat) * (1.0 - observation.share / p.saturation)
    return np.where(mu > 0.0, observation.room, 1.0) * mu


def turning_share(observation, p):
    """The share from which on a higher one plans less [..., A], % of GDP: where drift times share reaches saturation.

    Without threat and drift there is none. Equation 2a.
    """
    return p.saturation / np.maximum(p.drift + p.threat_drift * observation.threat, 1e-9)


def unit_spread():
    """Standard deviation of a Student t of scale 1."""
    return np.sqrt(FREEDOM / (FREEDOM - 2.0))


def surprise(shock, p):
    """The shock of one budget [..., A], log: fat tails of its own and one common factor. Equation 2a.

    `volatility` is the scale of a Student t, whose standard deviation is larger by `unit_spread()`; `common_share` is a
    share of variance.
    """
    spread = np.sqrt(1.0 - p.common_share) * shock.own + np.sqrt(p.common_share) * shock.common
    return p.volatility * unit_spread() * spread


def plan(observation, p, shock):
    """The share a government plans before any pressure [..., A], % of GDP. Equation 2a."""
    return observation.share * np.exp(
        drift(observation, p)
        + p.help_elasticity * observation.threat * observation.help_change
        + p.host_elasticity * observation.host_change
        + surprise(shock, p)
    )


def lift(observation, p):
    """The most that pressure can lift a budget this year [..., A], pp of GDP. Equation 2c.

    Sources: blankenship-2021, blankenship-2023 (direction), becker-2024 (shaming), blum-potrafke-2020.
    """
    asked = (
        p.pledge_lift
        + p.pressure_lift * observation.pressure
        + p.conditional_lift * observation.conditionality * nearness(observation.exposure, p)
        + p.trade_lift * observation.trade
        + p.shaming_effect * observation.shaming
    )
    willing = (1.0 + observation.room) / 2.0 * (1.0 - p.new_government_cut * observation.new_government)
    return observation.forces * willing * np.maximum(asked, 0.0) * np.exp(observation.regime)


def nearness(exposure, p):
    """How much of the threat an ally feels, and of the pull of a condition [..., A], 0 to 1: even the remotest some.

    Equations 2a and 2c.
    """
    return p.exposure_floor + (1.0 - p.exposure_floor) * exposure


def trade_link(linkage, shield, exposure, eu):
    """How firmly an ally's payments are tied to its trade [..., A], 0 to 1. Equation 2d.

    `exposure` is what it sells to the United States relative to its GDP; from `FULL_TRADE` on the tie is full.
    """
    return linkage * np.minimum(exposure / FULL_TRADE, 1.0) * (1.0 - shield * eu)


def unmet(reported, pledge):
    """How far an ally is below the line it is asked to reach [..., A], 0 to 1: a full percentage point is all."""
    return np.clip(pledge - reported, 0.0, 1.0)


def kinked_budget(planned, pledge, pressure):
    """Share after pressure [..., A], % of GDP: lifted toward the pledge, never past it. Equation 2b.

    The exact minimiser of ½(s − plan)² + pressure·max(0, pledge − s).
    """
    return planned + np.minimum(pressure, np.maximum(pledge - planned, 0.0))


def within_reach(share):
    """The share kept between the lowest and the highest there can be [..., A], % of GDP. Equation 2b."""
    return np.clip(share, LOWEST_SHARE, HIGHEST_SHARE)


def played(share, decided):
    """The share of allies of which somebody else decides what they spend [..., A], % of GDP. Equation 2h.

    `decided` [A] is NaN where nobody does: the ally's own strategy then has its way.
    """
    return np.where(np.isnan(decided), share, decided)


def attracted_budget(planned, pledge, speed):
    """Share that closes part of its gap to the pledge, from above as from below [..., A], % of GDP.

    The rival to the kink: partial adjustment, which does not bunch at the line.
    """
    return planned + speed * (pledge - planned)


def reaction_to_peers(planned, peers_change, elasticity):
    """Plan that answers the others' spending [..., A], % of GDP: below zero rides free, above follows.

    Sources: olson-zeckhauser-1966.
    """
    return planned * np.exp(elasticity * peers_change)


def line(pledge, threshold, conditionality, forces):
    """The share an ally is asked to reach [..., A], % of GDP. Equation 2d.

    A conditional threshold replaces the pledge in proportion to the conditionality, where it is higher.
    """
    weight = np.minimum(1.0, conditionality) * forces
    return (1.0 - weight) * pledge + weight * np.maximum(pledge, threshold)


def fiscal_room(debt, p):
    """Room for new spending [..., A], 0 to 1, from debt as a ratio to GDP. Equation 2e. Sources: dpe-2021."""
    return p.fiscal_floor + (1.0 - p.fiscal_floor) * expit(-(debt - p.debt_centre) / p.debt_slope)


def expected_help(belief, european, p):
    """Help an ally expects [..., A], an index: US help by belief, European help by money and resolve. Equation 2f."""
    return p.us_help * belief + p.european_help * european


def peers(gdp, reported):
    """What the other allies report to spend, % of their GDP [..., A]."""
    money = gdp * reported
    return (total(money) - money) / (total(gdp) - gdp)


def carried_error(error, luck, sd):
    """The error in the reports a year later [..., A], pp of GDP: a third of it is left after two years. Equation 2g."""
    kept = np.sqrt(1.0 / 3.0)
    return kept * error + np.sqrt(1.0 - kept * kept) * sd * luck


def reported_share(share, pledge, error, bias, forces):
    """What an ally reports [..., A], % of GDP: flattering near the line, never negative. Equation 2g."""
    flattery = bias * (np.abs(share - pledge) < NEAR_THE_LINE)
    return forces * np.maximum(share + flattery + error, 0.0)


def next_regime(regime, luck, p):
    """The common pressure regime a year later [..., 1], log. Equation 2c."""
    return p.lift_persistence * regime + p.lift_volatility * luck
