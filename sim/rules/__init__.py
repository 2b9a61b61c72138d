"""The mechanisms, one module each. Rules are pure: arrays in, arrays out, allies on the last axis."""

from typing import NamedTuple

import numpy as np


def expit(x):
    """The probability [...] of a log-odds."""
    return 1.0 / (1.0 + np.exp(-x))


def logit(p):
    """The log-odds [...] of a probability strictly between 0 and 1."""
    return np.log(p / (1.0 - p))


def total(columns):
    """The sum over the last axis [..., 1], in an order that does not depend on how many worlds there are."""
    return np.sum(columns, axis=-1, keepdims=True)


def running(columns):
    """The running sum along the last axis [..., A], in a fixed order."""
    return np.add.accumulate(columns, axis=-1)


class Links(NamedTuple):
    """Weights [A, A] of which few are not nought, as lists of the other allies that count [A, K]."""

    others: np.ndarray
    weights: np.ndarray


def listed(weights):
    """Weights [A, A] as lists: what a sum costs then grows with the allies and not with their square."""
    most = int(np.max(np.sum(weights != 0.0, axis=-1), initial=0))
    others = np.argsort(weights == 0.0, axis=-1, kind="stable")[:, :most]
    return Links(others, np.take_along_axis(weights, others, axis=-1))


def spillover(weights, columns):
    """Weighted sums over the other allies [..., A]; `weights` is [A, A], row i for ally i, or such a matrix as lists.

    Bits do not depend on the number of worlds, as they would with a matrix product.
    """
    if isinstance(weights, Links):
        return np.sum(weights.weights * columns[..., weights.others], axis=-1)
    return np.matvec(weights, columns)
