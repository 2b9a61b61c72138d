"""What the panel says about the yearly budget: likelihood in closed form, maximum, posterior.

The rules of `sim.rules.burden` are inverted, not written again. Given the common shock z and the pressure regime l of a
year, an ally's share s' above its line was planned (2a), one below it was planned and lifted by all of phi, and one on
the line was planned somewhere within phi below it: a censored mixture of Student t densities. z and a change of
government are summed out exactly, l by a forward filter over its AR(1).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from sim import quarters as calendar
from sim import reference
from sim.params import gather, uncertainties
from sim.posterior import Posterior
from sim.reference import ALLIES, Roster, roster
from sim.rules import burden, deterrence
from sim.state import Observation

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

ESTIMATED = ("volatility", "common_share", "drift", "threat_drift", "pledge_lift")
"""What the spending panel is asked about: uncertainties of class E in the budget rule."""

FREEDOM = 3.0
LINE = 2.0
"""The guideline that was the line in every year of the panel, % of GDP."""

ON_THE_LINE = 0.005
"""Shares are published to 0.01: so far from the line one counts as on it, pp of GDP."""

SHOCKS = np.linspace(-4.0, 4.0, 33)
"""Nodes over the common shock z."""

REGIMES = 15
"""Nodes over the pressure regime, evenly over three standard deviations."""


class Changes(NamedTuple):
    """One year's budgets of many allies: [T, A]."""

    years: tuple[int, ...]
    before: Array  # share a year earlier, % of GDP
    after: Array  # share, % of GDP
    debt: Array  # a year earlier, ratio to GDP
    distance: Array  # [A] km
    threat_quarters: Array  # [T] quarters of war that allies had seen when they decided
    pledged: Array  # 1 for members: the line binds no one else


def changes(until: int, since: int = 2015, folder: Any = None) -> Changes:
    """The yearly budgets of the 30 allies with forces in years `since` to `until`. Raises DataError."""
    years = tuple(range(since, until + 1))
    opened: list[Roster] = [roster(f"{year}Q1", folder) for year in years]
    chosen = opened[0].forces > 0.0
    panel = reference.panel() if folder is None else reference.panel(folder / "spending.csv")
    share = {(str(i), int(y)): float(s) for i, y, s in zip(panel.iso3, panel.year, panel.share, strict=True)}
    codes = [i for i, kept in zip(ALLIES, chosen, strict=True) if kept]
    joined = {row["iso3"]: int(row["accession_year"]) for row in reference.table("allies", folder)}
    return Changes(
        years=years,
        before=np.array([r.share[chosen] for r in opened]),
        after=np.array([[share[i, year] for i in codes] for year in years]),
        debt=np.array([r.debt[chosen] for r in opened]),
        distance=opened[0].distance[chosen],
        threat_quarters=np.array([r.war_quarters + (1.0 if r.war else 0.0) for r in opened]),
        pledged=np.array([[float(joined[i] <= year) for i in codes] for year in years]),
    )


@dataclass(frozen=True)
class Likelihood:
    """How likely the observed budgets are under given values of the estimated uncertainties."""

    data: Changes
    names: tuple[str, ...] = ESTIMATED
    fixed: Mapping[str, float] | None = None  # other uncertainties that do not stand at their median

    def __call__(self, values: Mapping[str, float]) -> float:
        """Log-likelihood of all years together."""
        evidence, _ = self.filtered(values)
        return evidence

    def filtered(self, values: Mapping[str, float]) -> tuple[float, Array]:
        """Log-likelihood, and the regime after the last year: probabilities [L] of the nodes `regimes(values)`."""
        p = gather({**(self.fixed or {}), **{n: v for n, v in values.items() if n in uncertainties()}})
        nodes, start, moves = _chain(p.burden)
        by_year = self.by_year(p, nodes)
        belief, evidence = start, 0.0
        for row in by_year:
            top = row.max()
            joint = belief * np.exp(row - top)
            total = joint.sum()
            if not np.isfinite(top) or total <= 0.0:
                return -np.inf, start
            evidence += top + np.log(total)
            last, belief = joint / total, (joint / total) @ moves
        return float(evidence), last

    def regimes(self, values: Mapping[str, float]) -> Array:
        """Nodes over the pressure regime [L], log."""
        return _chain(gather({**(self.fixed or {}), **values}).burden)[0]

    def by_year(self, p: Any, nodes: Array) -> Array:
        """Log-likelihood of each year given the regime [T, L], the common shock summed out."""
        data, b = self.data, p.burden
        seen = _observed(data, p)
        budget = _Budget(
            log_plan=np.log(data.before) + burden.drift(seen, b),
            scale=b.volatility * np.sqrt(1.0 - b.common_share),
            common=b.volatility * np.sqrt(3.0 * b.common_share) * SHOCKS,
        )
        bound = data.pledged > 0.0
        on = bound & (np.abs(data.after - LINE) <= ON_THE_LINE)
        under = bound & ~on & (data.after < LINE)
        density = np.empty((len(nodes), *data.after.shape, len(SHOCKS)))
        density[:, ~under] = budget.density(data.after, ~under)
        density[:, under | on] = 0.0
        for changed, weight in ((0.0, 1.0 - b.government_hazard), (1.0, b.government_hazard)):
            willing = seen._replace(regime=nodes[:, None, None], new_government=np.full_like(data.after, changed))
            lift = burden.lift(willing, b)  # [L, T, A]
            density[:, under] += weight * budget.density(data.after - lift, under)
            inside = budget.below(np.full_like(lift, LINE), on) - budget.below(LINE - lift, on)
            density[:, on] += weight * (inside / (2.0 * ON_THE_LINE) + 0.5 * budget.density(data.after - lift, on))
        density[:, on] += 0.5 * budget.density(data.after, on)
        per_shock = np.log(np.maximum(density, 1e-300)).sum(axis=-2)  # [L, T, Z]
        weights = np.exp(-0.5 * SHOCKS * SHOCKS)
        top = per_shock.max(axis=-1, keepdims=True)
        return (np.log((np.exp(per_shock - top) * (weights / weights.sum())).sum(axis=-1)) + top[..., 0]).T


class _Budget(NamedTuple):
    """How likely plans are [T, A], by node of the common shock [Z]."""

    log_plan: Array  # expected plan, log
    scale: float  # of the ally's own shock
    common: Array  # [Z] what the common shock adds to the log

    def density(self, share: Array, which: Array) -> Array:
        """Density of planning this share [..., N, Z] for the N budgets chosen, 1/pp; 0 for what nobody plans."""
        chosen = share[..., which]
        possible = chosen > 1e-6
        safe = np.where(possible, chosen, 1.0)
        off = ((np.log(safe) - self.log_plan[which])[..., None] - self.common) / self.scale
        tail = 1.0 + off * off * (1.0 / FREEDOM)
        return (2.0 / (np.pi * np.sqrt(3.0)) * possible / (self.scale * safe))[..., None] / (tail * tail)

    def below(self, share: Array, which: Array) -> Array:
        """Chance of planning less than this share [..., N, Z] for the N budgets chosen."""
        chosen = np.log(np.maximum(share[..., which], 1e-6)) - self.log_plan[which]
        off = (chosen[..., None] - self.common) / (self.scale * np.sqrt(3.0))
        return 0.5 + (off / (1.0 + off * off) + np.arctan(off)) / np.pi


def _observed(data: Changes, p: Any) -> Observation:
    """What the allies saw when they decided [T, A]: war and debt of the time, nothing else moving."""
    shape = data.before.shape
    none, one = np.zeros(shape), np.ones(shape)
    strength = p.deterrence.strength_start
    threat = deterrence.threat_after(data.threat_quarters, strength, p.threat)[:, None]
    return Observation(
        share=data.before, pledge=LINE * one,
        threat=deterrence.exposure(data.distance, p.threat.distance_scale) * threat,
        room=burden.fiscal_room(data.debt, p.burden), help_change=none, host_change=none, peers_change=none,
        new_government=none, pressure=none, conditionality=none,
        exposure=deterrence.exposure(data.distance, p.threat.distance_scale) * one, trade=none, shaming=none,
        regime=none, forces=one,
    )  # fmt: skip


def _chain(b: Any) -> tuple[Array, Array, Array]:
    """Nodes, their chances before the first year, and the moves from one year to the next, of the pressure regime."""
    sd = b.lift_volatility / np.sqrt(1.0 - b.lift_persistence * b.lift_persistence)
    nodes = np.linspace(-3.0, 3.0, REGIMES) * sd
    start = np.exp(-0.5 * np.square(nodes / sd))
    moves = np.exp(-0.5 * np.square((nodes[None, :] - b.lift_persistence * nodes[:, None]) / b.lift_volatility))
    return nodes, start / start.sum(), moves / moves.sum(axis=1, keepdims=True)


# --- fitting ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Fit:
    """A maximum and the curvature around it, in coordinates in which every prior is standard normal."""

    likelihood: Likelihood
    names: tuple[str, ...]
    best: Array  # [K] coordinates of the maximum of the posterior
    covariance: Array  # [K, K]
    evaluations: int

    @cached_property
    def values(self) -> dict[str, float]:
        """The maximum of the posterior, in the units of the uncertainties."""
        return natural(self.names, self.best)

    @property
    def log_likelihood(self) -> float:
        """At the maximum of the posterior."""
        return self.likelihood(self.values)

    def draws(self, count: int, seed: int = 0) -> Posterior:
        """Draws from the Laplace approximation, with the pressure regime that the last year leaves."""
        rng = np.random.default_rng(seed)
        u = self.best + rng.standard_normal((count, len(self.best))) @ np.linalg.cholesky(self.covariance).T
        return with_regimes(self.likelihood, self.names, u, rng)


def natural(names: Sequence[str], u: Array) -> dict[str, float]:
    """Values of the uncertainties at coordinates [K]."""
    return {name: float(uncertainties()[name].prior.quantile(ndtr(c))) for name, c in zip(names, u, strict=True)}


def coordinate(name: str, value: float) -> float:
    """The coordinate of one value: where its prior's normal score lies, found by bisection."""
    low, high = -8.0, 8.0
    prior = uncertainties()[name].prior
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if prior.quantile(ndtr(middle)) < value else (low, middle)
    return 0.5 * (low + high)


def fit(likelihood: Likelihood, names: Sequence[str] = ESTIMATED, progress: Progress | None = None) -> Fit:
    """Maximum of the posterior and its Laplace approximation. Raises ArithmeticError where there is no maximum."""
    calls = 0

    def cost(u: Array) -> float:
        nonlocal calls
        calls += 1
        if progress is not None:
            progress(calls, max(calls, EXPECTED_CALLS))
        return 0.5 * float(u @ u) - likelihood(natural(names, u))

    found = minimize(cost, np.zeros(len(names)), method="BFGS", options={"gtol": 1e-3})
    if not np.isfinite(found.fun):
        raise ArithmeticError(f"no maximum: {found.message}")
    covariance = np.linalg.inv(_curvature(cost, found.x))
    return Fit(likelihood, tuple(names), found.x, 0.5 * (covariance + covariance.T), calls)


EXPECTED_CALLS = 200
"""Evaluations that a fit takes, roughly."""


def _curvature(cost: Callable[[Array], float], at: Array, step: float = 0.05) -> Array:
    """Second derivatives [K, K] by central differences, with directions that do not rise lifted to the prior's."""
    count = len(at)
    found, unit = np.empty((count, count)), np.eye(count) * step
    middle = cost(at)
    one = np.array([[cost(at + s * unit[k]) for s in (1.0, -1.0)] for k in range(count)])
    for i in range(count):
        found[i, i] = (one[i].sum() - 2.0 * middle) / (step * step)
        for j in range(i):
            both = cost(at + unit[i] + unit[j]) + cost(at - unit[i] - unit[j])
            found[i, j] = found[j, i] = (both - one[i].sum() - one[j].sum() + 2.0 * middle) / (2.0 * step * step)
    values, vectors = np.linalg.eigh(found)
    return (vectors * np.maximum(values, 0.25)) @ vectors.T


def with_regimes(likelihood: Likelihood, names: Sequence[str], u: Array, rng: np.random.Generator) -> Posterior:
    """Draws at coordinates [N, K], each with a pressure regime drawn from what the years leave of it."""
    rows = []
    for one in u:
        values = natural(names, one)
        _, chances = likelihood.filtered(values)
        nodes = likelihood.regimes(values)
        spread = (nodes[1] - nodes[0]) * (rng.random() - 0.5)
        rows.append([*values.values(), nodes[rng.choice(len(nodes), p=chances)] + spread])
    return Posterior((*names, "regime_start"), np.array(rows))
