"""Money and rounding: step 12 of the order of play."""

import numpy as np


def spending(share, gdp):
    """Defence spending [..., A], bn 2021 USD per year: M = sY/100."""
    return share * gdp / 100.0


def whole_persons(stocks):
    """Stocks as whole persons [..., N] that add up to the rounded total: largest remainders are rounded up."""
    floor = np.floor(stocks)
    short = np.round(np.sum(stocks, axis=-1, keepdims=True)) - np.sum(floor, axis=-1, keepdims=True)
    rank = np.argsort(np.argsort(-(stocks - floor), axis=-1, kind="stable"), axis=-1, kind="stable")
    return (floor + (rank < short)).astype(np.int64)
