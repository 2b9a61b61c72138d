"""How well a forecast did: proper scores of an ensemble against what came, and whether its bands were honest.

Every function takes forecasts with the ensemble in the last axis, [..., R], and what came, [...].
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def crps(forecast: Any, came: Any) -> Array:
    """Continuous ranked probability score [...], in the unit of the forecast; the smaller, the better.

    E|X − y| − ½ E|X − X'| with the fair second term, over pairs of different members: in the mean it does not
    depend on how many members there are. For one member it is the absolute error.
    """
    ordered = np.sort(np.asarray(forecast, dtype=np.float64), axis=-1)
    members = ordered.shape[-1]
    off = np.abs(ordered - np.asarray(came, dtype=np.float64)[..., None]).mean(axis=-1)
    if members < 2:
        return off
    weight = 2.0 * np.arange(1, members + 1) - members - 1.0
    return off - (ordered @ weight) / (members * (members - 1.0))


def quantile_crps(quantiles: Any, levels: Any, came: Any) -> Array:
    """CRPS [...] of a forecast known by its quantiles [..., Q] at ascending levels [Q] between 0 and 1.

    Twice the mean pinball loss over all levels, where each known level stands for the probabilities nearest to it.
    """
    q, at = np.asarray(quantiles, dtype=np.float64), np.asarray(levels, dtype=np.float64)
    off = np.asarray(came, dtype=np.float64)[..., None] - q
    nearest = np.diff(np.concatenate([[0.0], (at[1:] + at[:-1]) / 2.0, [1.0]]))
    found: Array = 2.0 * (np.maximum(at * off, (at - 1.0) * off) @ nearest)
    return found


def absolute_error(forecast: Any, came: Any) -> Array:
    """Distance of the median from what came [...], in the unit of the forecast."""
    return np.abs(np.median(forecast, axis=-1) - came)


def ends(forecast: Any, level: float) -> tuple[Array, Array]:
    """Lower and upper end of the central interval of this probability [...]."""
    low, high = np.quantile(forecast, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=-1)
    return low, high


def covered(forecast: Any, came: Any, level: float) -> NDArray[np.bool_]:
    """Whether what came lies in the central interval of this probability [...], its ends included."""
    low, high = ends(forecast, level)
    return (low <= came) & (came <= high)


def interval_score(forecast: Any, came: Any, level: float) -> Array:
    """Width of the central interval, plus 2/(1 − level) times the distance by which it was missed [...]."""
    return band_score(*ends(forecast, level), came, level)


def band_score(low: Any, high: Any, came: Any, level: float) -> Array:
    """The interval score [...] of a central interval given by its ends [...]."""
    return (high - low) + 2.0 / (1.0 - level) * (np.maximum(low - came, 0.0) + np.maximum(came - high, 0.0))


def pit(forecast: Any, came: Any) -> Array:
    """Part of the ensemble below what came [...], ties counted half: uniform on 0 to 1 for an honest forecast."""
    values, seen = np.asarray(forecast), np.asarray(came)[..., None]
    return (values < seen).mean(axis=-1) + 0.5 * (values == seen).mean(axis=-1)


def skill(score: Any, reference: Any) -> Any:
    """Part of a reference's score that a forecast saves: 1 is perfect, 0 no better, below 0 worse."""
    return 1.0 - np.asarray(score) / np.asarray(reference)
