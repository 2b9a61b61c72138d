"""Money and rounding: step 12 of the order of play."""

import numpy as np


def spending(share, gdp):
    """Defence spending [..., A], bn 2021 USD per year: M = sY/100."""
    return share * gdp / 100.0


def cost_abroad(troops_total, p):
    """What US troops in Europe cost more than at home [..., 1], bn USD per year. Definition 12a. Sources: cbo-2004."""
    return p.cost_abroad * troops_total / 1e9


def cost_structure(troops_total, p):
    """What a force of their size costs altogether [..., 1], bn USD per year. Definition 12b."""
    return p.cost_structure * troops_total / 1e9


def cost_moving(moved, p):
    """What it has cost to move so many soldiers [..., 1], bn USD. Definition 12c. Sources: us-plan-2020."""
    return p.cost_moving * moved / 1e9


def procured(so_far, spending, spending_start, p):
    """Equipment bought beyond the level of the start, summed up a quarter later [..., 1], bn 2021 USD. 12d."""
    return so_far + p.procurement_part * np.maximum(spending - spending_start, 0.0) / 4.0


def gini(columns):
    """Inequality of non-negative numbers along the last axis [...], 0 (equal) to nearly 1."""
    ordered = np.sort(columns, axis=-1)
    count = ordered.shape[-1]
    ranks = 2.0 * np.arange(1, count + 1) - count - 1.0
    return np.sum(ranks * ordered, axis=-1) / (count * np.sum(ordered, axis=-1))


def whole_persons(stocks):
    """Stocks as whole persons [..., N] that add up to the rounded total: largest remainders are rounded up."""
    floor = np.floor(stocks)
    short = np.round(np.sum(stocks, axis=-1, keepdims=True)) - np.sum(floor, axis=-1, keepdims=True)
    rank = np.argsort(np.argsort(-(stocks - floor), axis=-1, kind="stable"), axis=-1, kind="stable")
    return (floor + (rank < short)).astype(np.int64)
