"""Simple forecasts of the panel that know nothing of the model: what it has to beat.

Each is a one-year rule for the shares of all allies, fitted to the years up to the origin and iterated. Its errors
are those of the training years, drawn anew: a part common to all allies, and the rest (docs/hindcast-plan.md).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import stream

Array = NDArray[np.float64]

LINE = 2.0
RECENT = 3
"""Changes that the rules of recent years look at."""


class Rule(NamedTuple):
    """A one-year rule: shares now [..., A] to the expected value a year on, and whether its errors are of the log."""

    expect: Callable[[Array], Array]
    log: bool


def persistence(panel: Array, border: Array) -> Rule:
    """Next year is as this one."""
    return Rule(lambda now: now, log=True)


def own_trend(panel: Array, border: Array) -> Rule:
    """Each ally goes on along its own least-squares slope, from where it is."""
    years = np.arange(len(panel), dtype=float)
    centred = years - years.mean()
    slope = (centred @ panel) / (centred @ centred)
    return Rule(lambda now: now + slope, log=False)


def pooled_ar1(panel: Array, border: Array) -> Rule:
    """One autoregression for all allies."""
    a, b = np.linalg.lstsq(_with_one(panel[:-1].ravel()), panel[1:].ravel(), rcond=None)[0]
    return Rule(lambda now: a + b * now, log=False)


def pooled_drift(panel: Array, border: Array) -> Rule:
    """One mean yearly growth for all allies."""
    drift = np.diff(np.log(panel), axis=0).mean()
    return Rule(lambda now: now * np.exp(drift), log=True)


def recent_drift(panel: Array, border: Array) -> Rule:
    """The same, of the last three changes."""
    return pooled_drift(panel[-RECENT - 1 :], border)


def regression(panel: Array, border: Array) -> Rule:
    """Yearly growth by the gap to 2% and a border with Russia."""
    gap = np.maximum(LINE - panel[:-1], 0.0)
    columns = np.stack([np.ones_like(gap), gap, np.broadcast_to(border, gap.shape)], axis=-1)
    grown = np.diff(np.log(panel), axis=0).ravel()
    a, b, c = np.linalg.lstsq(columns.reshape(-1, 3), grown, rcond=None)[0]
    return Rule(lambda now: now * np.exp(a + b * np.maximum(LINE - now, 0.0) + c * border), log=True)


def recent_regression(panel: Array, border: Array) -> Rule:
    """The same, of the last three changes."""
    return regression(panel[-RECENT - 1 :], border)


BASELINES: dict[str, Callable[[Array, Array], Rule]] = {
    "persistence": persistence,
    "own trend": own_trend,
    "pooled AR(1)": pooled_ar1,
    "pooled drift": pooled_drift,
    "recent drift": recent_drift,
    "gap and border": regression,
    "gap and border, recent": recent_regression,
}
"""The seven, by the name that tables use."""


def forecast(name: str, panel: Array, border: Array, years: int, members: int, seed: int) -> Array:
    """Shares [years, A, members] that a baseline expects after a panel [T, A] in % of GDP."""
    rule = BASELINES[name](panel, border)
    off = _errors(rule, panel)
    means = off.mean(axis=1)
    rest = off - means[:, None]
    common = np.sqrt(max(means.var(ddof=1) - rest.var() / rest.shape[1], 0.0)) if len(means) > 1 else 0.0
    rng = stream(seed, "baseline", name, len(panel))
    now, found = np.broadcast_to(panel[-1], (members, panel.shape[1])), []
    for _ in range(years):
        error = rng.choice(rest.ravel(), size=now.shape) + common * rng.standard_normal((members, 1))
        expected = rule.expect(now)
        now = np.maximum(expected * np.exp(error) if rule.log else expected + error, 0.01)
        found.append(now.T)
    return np.array(found)


def _errors(rule: Rule, panel: Array) -> Array:
    """By how much the rule was off in each training year [T − 1, A], in its own scale."""
    expected = rule.expect(panel[:-1])
    return np.log(panel[1:] / expected) if rule.log else panel[1:] - expected


def _with_one(column: Array) -> Array:
    return np.stack([np.ones_like(column), column], axis=-1)
