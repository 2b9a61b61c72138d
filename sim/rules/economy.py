"""Growth of real GDP: step 0 of the order of play."""

import numpy as np


def yearly_growth(mean, own, common, p):
    """Log growth of real GDP in a year [..., A] around each ally's mean (assumption; volatility from the data)."""
    return mean + p.growth_volatility * (np.sqrt(1.0 - p.growth_common) * own + np.sqrt(p.growth_common) * common)


def grown(gdp, growth):
    """GDP a quarter later [..., A], bn 2021 USD per year."""
    return gdp * quarterly(growth)


def quarterly(growth):
    """The factor by which GDP grows in a quarter [...], from its yearly log growth."""
    return np.exp(growth / 4.0)
