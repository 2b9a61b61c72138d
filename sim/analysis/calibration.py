"""What the panel says about the yearly budget: likelihood in closed form, maximum, posterior.

The rules of `sim.rules.burden` are inverted, not written again. Given the common shock z and the pressure regime l of a
year, an ally's share s' above its line was planned (2a), one below it was planned and lifted by all of phi, and one on
the line was planned somewhere within phi below it: a censored mixture of Student t densities. z and a change of
government are summed out exactly, l by a forward filter over its AR(1).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, stdtr

from sim import posterior, reference
from sim.draws import stream
from sim.errors import InputError
from sim.params import gather, uncertainties
from sim.posterior import Posterior
from sim.reference import ALLIES, Roster, roster
from sim.rules import burden, deterrence
from sim.saving import replace_file
from sim.state import Observation, Shock
from sim.tables import lines

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

ESTIMATED = ("volatility", "common_share", "drift", "threat_drift", "pledge_lift")
"""What the spending panel is asked about: uncertainties of class E in the budget rule."""

WALKERS, STEPS = 24, 450
"""Size of the sampler's ensemble, and its steps."""

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


def changes(until: int, since: int = 2015, table: Path | None = None) -> Changes:
    """The yearly budgets of the 30 allies with forces in years `since` to `until`. Raises InputError.

    The figures of another table, if one is given, go before those of the project.
    """
    years = tuple(range(since, until + 1))
    opened: list[Roster] = [roster(f"{year}Q1") for year in years]
    chosen = opened[0].forces > 0.0
    share = {**reference.figures().share, **(reference.figures(table).share if table else {})}
    codes = [i for i, kept in zip(ALLIES, chosen, strict=True) if kept]
    joined = {row["iso3"]: int(row["accession_year"]) for row in reference.table("allies")}
    return Changes(
        years=years,
        before=np.array([[share[i, year - 1] for i in codes] for year in years]),
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
        p = gather({**(self.fixed or {}), **values})
        nodes, belief, moves = _chain(p.burden)
        evidence = 0.0
        for row in self.by_year(p, nodes):
            top = row.max()
            joint = belief * np.exp(row - top)
            if not np.isfinite(top) or joint.sum() <= 0.0:
                return -np.inf
            evidence += float(top + np.log(joint.sum()))
            belief = (joint / joint.sum()) @ moves
        return evidence

    def by_year(self, p: Any, nodes: Array) -> Array:
        """Log-likelihood of each year given the regime [T, L], the common shock summed out."""
        data, b, shape = self.data, p.burden, self.data.before.shape
        seen = _observed(data, p)
        budget = _Budget(
            log_plan=np.log(burden.plan(seen, b, Shock(own=np.zeros(shape), common=np.zeros(shape)))),
            scale=b.volatility * np.sqrt(1.0 - b.common_share),
            common=b.volatility * burden.unit_spread() * np.sqrt(b.common_share) * SHOCKS,
        )
        bound = data.pledged > 0.0
        on: Any = bound & (np.abs(data.after - LINE) <= ON_THE_LINE)
        under: Any = bound & ~on & (data.after < LINE)
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

    def density(self, share: Array, which: Any) -> Any:
        """Density of planning this share [..., N, Z] for the N budgets chosen, 1/pp; 0 for what nobody plans."""
        chosen = share[..., which]
        possible = chosen > 1e-6
        safe = np.where(possible, chosen, 1.0)
        off = ((np.log(safe) - self.log_plan[which])[..., None] - self.common) / self.scale
        tail = (1.0 + off * off / burden.FREEDOM) ** (-0.5 * (burden.FREEDOM + 1.0))
        return (_t_height() * possible / (self.scale * safe))[..., None] * tail

    def below(self, share: Array, which: Any) -> Any:
        """Chance of planning less than this share [..., N, Z] for the N budgets chosen."""
        chosen = np.log(np.maximum(share[..., which], 1e-6)) - self.log_plan[which]
        return stdtr(burden.FREEDOM, (chosen[..., None] - self.common) / self.scale)


def _t_height() -> float:
    """Density of a Student t at its middle."""
    nu = burden.FREEDOM
    return float(np.exp(gammaln(0.5 * (nu + 1.0)) - gammaln(0.5 * nu)) / np.sqrt(nu * np.pi))


def _observed(data: Changes, p: Any) -> Observation:
    """What the allies saw when they decided [T, A]: war and debt of the time, nothing else moving."""
    shape = data.before.shape
    none, one = np.zeros(shape), np.ones(shape)
    strength = p.deterrence.strength_start
    near = deterrence.exposure(data.distance, p.threat.distance_scale)
    threat = deterrence.threat_after(data.threat_quarters, strength, p.threat)[:, None]
    return Observation(
        share=data.before, pledge=LINE * one,
        threat=burden.nearness(near, p.burden) * threat,
        room=burden.fiscal_room(data.debt, p.burden), help_change=none, host_change=none,
        peers_change=none,
        new_government=none, pressure=none, conditionality=none,
        exposure=near * one, trade=none, shaming=none,
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
        """Draws from the Laplace approximation."""
        rng = stream(seed, "laplace")
        u = self.best + rng.standard_normal((count, len(self.best))) @ np.linalg.cholesky(self.covariance).T
        return _posterior(self.names, u)


def sample(
    found: Fit,
    count: int,
    *,
    steps: int = STEPS,
    walkers: int = WALKERS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Posterior:
    """Draws from the posterior by an affine-invariant ensemble sampler (emcee), started around the maximum.

    The first third of the steps is dropped, the rest thinned to `count` draws.
    """
    import emcee

    likelihood, names = found.likelihood, found.names

    def log_density(u: Array) -> float:
        return likelihood(natural(names, u)) - 0.5 * float(u @ u) if np.all(np.abs(u) < 8.0) else -np.inf

    rng = stream(seed, "sampler")
    sampler = emcee.EnsembleSampler(walkers, len(names), log_density)
    sampler.random_state = ("MT19937", rng.integers(1 << 32, size=624, dtype=np.uint32), 624, 0, 0.0)
    start = found.best + rng.standard_normal((walkers, len(names))) @ np.linalg.cholesky(found.covariance).T
    for done, _ in enumerate(sampler.sample(start, iterations=steps), start=1):
        if progress is not None:
            progress(done, steps)
    chain = sampler.get_chain(discard=steps // 3, flat=True)
    kept = chain[rng.choice(len(chain), size=count, replace=count > len(chain))]
    return _posterior(names, kept)


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


def fit(
    likelihood: Likelihood, names: Sequence[str] = ESTIMATED, progress: Progress | None = None, *,
    start: Array | None = None, scale: float = 1.0,
) -> Fit:  # fmt: skip
    """Maximum of the posterior and its Laplace approximation. Raises InputError where there is none.

    `scale` weighs the prior: at 0 the likelihood alone is maximised, within four standard deviations of the prior.
    """
    calls = 0

    def cost(u: Array) -> float:
        nonlocal calls
        calls += 1
        if progress is not None:
            progress(calls, max(calls, EXPECTED_CALLS))
        wall = float(np.sum(np.square(np.maximum(np.abs(u) - WALL, 0.0))))
        return 0.5 * scale * float(u @ u) + 100.0 * wall - likelihood(natural(names, u))

    at = np.zeros(len(names)) if start is None else start
    found = scipy.optimize.minimize(cost, at, method="BFGS", options={"gtol": 1e-3})
    if scale == 0.0:
        return Fit(likelihood, tuple(names), found.x, np.eye(len(names)), calls)
    if not np.isfinite(found.fun):
        raise InputError(f"the panel gives no maximum of the likelihood ({found.message}). Look for a wrong figure.")
    covariance = np.linalg.inv(_curvature(cost, found.x))
    return Fit(likelihood, tuple(names), found.x, 0.5 * (covariance + covariance.T), calls)


WALL = 4.0
"""Coordinates beyond which nobody looks: one draw in 16,000 of a prior."""

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


def _posterior(names: Sequence[str], u: Array) -> Posterior:
    """Draws at coordinates [N, K], in the units of the uncertainties."""
    return Posterior(tuple(names), np.array([[*natural(names, one).values()] for one in u]))


# --- what the data do not say -------------------------------------------------------------------------------------


class Identified(NamedTuple):
    """What the panel says about one uncertainty."""

    name: str
    prior: tuple[float, float, float]  # 5%, median, 95%
    posterior: tuple[float, float, float] | None  # the same; None where it is not estimated
    narrowed: float | None  # part of the prior's spread, in its normal scores, that the data took away
    loss: tuple[float, float]  # log-likelihood lost at the prior's 5% and 95% against the best
    best: float | None  # where the likelihood alone is highest; None where it is not estimated
    goes_with: str  # the estimated uncertainty whose draws go most with its own, and their correlation

    @property
    def verdict(self) -> str:
        """In words: a loss of 1.92 is what a 95% interval would exclude."""
        lost = max(self.loss)
        if lost < UNTOLD:
            return "not identified"
        if self.best is not None and not self.prior[0] <= self.best <= self.prior[2]:
            return "held by its prior"
        return (
            "identified" if min(self.loss) >= EXCLUDED else "identified on one side" if lost >= EXCLUDED else "weakly"
        )


EXCLUDED, UNTOLD = 1.92, 0.5
"""Losses of log-likelihood: beyond a 95% interval, and hardly any."""

ALSO_ASKED = ("lift_volatility", "new_government_cut", "distance_scale", "saturation", "fiscal_floor")
"""Uncertainties that are not estimated, whose profile is shown beside the others."""


def identified(found: Fit, drawn: Posterior, progress: Progress | None = None) -> list[Identified]:
    """What the panel says about each estimated uncertainty, and about some that keep their priors."""
    top = fit(found.likelihood, found.names, scale=0.0)  # the maximum of the likelihood alone
    rows, names = [], (*found.names, *ALSO_ASKED)
    for done, name in enumerate(names, start=1):
        prior = uncertainties()[name].prior
        ends = (float(prior.quantile(0.05)), prior.median, float(prior.quantile(0.95)))
        nodes = [float(prior.quantile(u)) for u in (0.05, 0.25, 0.5, 0.75, 0.95)]
        heights = [profiled(found, name, node, top.best) for node in nodes]
        highest = max([*heights, top.log_likelihood if name in found.names else -np.inf])
        loss = [highest - heights[0], highest - heights[-1]]
        own: Any = None
        narrowed, with_ = None, ""
        if name in drawn.names and name in found.names:
            own = drawn.quantiles(name)
            scores = [coordinate(name, value) for value in drawn.column(name)]
            narrowed = 1.0 - float(np.std(scores))
            with_ = _companion(name, drawn)
        rows.append(Identified(name, ends, own, narrowed, (loss[0], loss[1]), top.values.get(name), with_))
        if progress is not None:
            progress(done, len(names))
    return rows


def _companion(name: str, drawn: Posterior) -> str:
    """The uncertainty whose draws go most with these, in words."""
    ranks = np.argsort(np.argsort(drawn.rows, axis=0), axis=0)
    together = np.atleast_2d(np.corrcoef(ranks, rowvar=False))[drawn.names.index(name)]
    together[drawn.names.index(name)] = 0.0
    most = int(np.argmax(np.abs(together)))
    return f"{drawn.names[most]} {together[most]:+.2f}"


def profiled(found: Fit, name: str, value: float, near: Array) -> float:
    """The largest log-likelihood with one uncertainty held at a value, the estimated others free."""
    others = tuple(n for n in found.names if n != name)
    start = np.array([near[found.names.index(n)] for n in others])
    held = replace(found.likelihood, fixed={**(found.likelihood.fixed or {}), name: value})
    return fit(held, others, start=start, scale=0.0).log_likelihood


# --- all origins, and the files that ship -------------------------------------------------------------------------

YEARS = tuple(range(2017, max(int(row["year"]) for row in reference.table("spending")) + 1))
"""The last years that are fitted: every origin of the hindcast, and the whole panel."""

DRAWS = 500
"""Draws kept of each."""


def key(year: int, draws: int, steps: int, seed: int, table: Path | None = None) -> str:
    """A digest of what decides the draws of one year: data, settings, priors, and what the likelihood makes of them."""
    data = changes(year, table=table)
    content = sha256(
        repr((year, draws, steps, seed, WALKERS, REGIMES, len(SHOCKS), ESTIMATED, burden.FREEDOM)).encode()
    )
    for column in data[1:]:
        content.update(np.ascontiguousarray(column).tobytes())
    middle = {name: uncertainties()[name].prior.median for name in ESTIMATED}
    content.update(f"{Likelihood(data)(middle):.8g}".encode())
    content.update(repr([uncertainties()[name].prior.written() for name in ESTIMATED]).encode())
    return content.hexdigest()[:16]


def calibrated(
    until: Sequence[int], out: Path, *, draws: int = DRAWS, steps: int = STEPS, seed: int = 0,
    table: Path | None = None, progress: Progress | None = None,
) -> dict[int, Posterior]:  # fmt: skip
    """Fit the panel up to each of these years and write draws and manifest into a folder.

    Every year is kept as soon as it is done: a run that was stopped goes on where it stood. The manifest says with
    which command and data the draws were made, and what the data do not identify.
    """
    parts = out / ".calibration"
    try:
        parts.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out: {out} cannot be a folder ({error.strerror}). Name another one.") from None
    found: dict[int, Posterior] = {}
    last: Fit | None = None
    finished = _finished(out)
    for n, year in enumerate(until):
        known = finished.get((key(year, draws, steps, seed, table), year))
        kept = parts / f"{year}-{key(year, draws, steps, seed, table)}.csv"
        best = fit(Likelihood(changes(year, table=table)))
        last = best if year == max(until) else last
        if known is not None:
            found[year] = known
            continue
        if not kept.is_file():

            def report(done: int, all_: int, n: int = n) -> None:
                if progress is not None:
                    progress(n * all_ + done, len(until) * all_)

            made = sample(best, draws, steps=steps, seed=seed, progress=report)
            replace_file(kept, posterior.written({year: made}))
        found |= posterior.read(kept)
    assert last is not None
    about = described(last, found, draws, steps, seed, table)
    replace_file(out / posterior.TABLE, posterior.written(found))
    replace_file(out / posterior.MANIFEST, json.dumps(about, indent=1) + "\n")
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()
    return found


def _finished(out: Path) -> dict[tuple[str, int], Posterior]:
    """What a folder holds already, by key and year."""
    if not ((out / posterior.TABLE).is_file() and (out / posterior.MANIFEST).is_file()):
        return {}
    made_from = json.loads((out / posterior.MANIFEST).read_text(encoding="utf-8"))["made_from"]
    return {(made_from[str(year)], year): drawn for year, drawn in posterior.read(out / posterior.TABLE).items()}


def described(
    last: Fit, found: Mapping[int, Posterior], draws: int, steps: int, seed: int, table: Path | None = None
) -> dict[str, Any]:
    """How the draws were made, and what the whole panel identifies."""
    rows = identified(last, found[max(found)])
    chosen = "" if tuple(sorted(found)) == YEARS else "".join(f" --until {year}" for year in sorted(found))
    return {
        "command": f"article5 calibrate{chosen} --draws {draws} --steps {steps} --seed {seed}",
        "figures": "the project's" if table is None else f"{table.name}, over the project's",
        "sha256": sha256(posterior.written(found).encode()).hexdigest(),
        "made_from": {str(year): key(year, draws, steps, seed, table) for year in sorted(found)},
        "data": roster().digest,
        "draws": draws, "steps": steps, "walkers": WALKERS, "seed": seed,
        "log_likelihood": last.log_likelihood,
        "identified": [{**row._asdict(), "verdict": row.verdict} for row in rows],
    }  # fmt: skip


def identification_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table of what the panel says about each uncertainty."""

    def three(numbers: Sequence[float] | None) -> str:
        return "–" if numbers is None else " / ".join(f"{n:.3g}" for n in numbers)

    table = [
        [
            row["name"], three(row["prior"]), three(row["posterior"]),
            "–" if row["narrowed"] is None else f"{100 * row['narrowed']:.0f}%",
            " / ".join(f"{loss:.1f}" for loss in row["loss"]), row["goes_with"] or "–", row["verdict"],
        ]
        for row in rows
    ]  # fmt: skip
    return lines(
        ["uncertainty", "prior 5/50/95%", "posterior", "narrowed by", "loss at the ends", "goes with", "so"], table
    )


# --- does it find what it should ----------------------------------------------------------------------------------


def made_up(like: Changes, values: Mapping[str, float], seed: int) -> Changes:
    """Budgets of the same allies and years, decided by the rules under these values: what a fit has to recover."""
    rng = stream(seed, "made up")
    p = gather(dict(values))
    seen, (years, allies) = _observed(like, p), like.before.shape
    before, after = np.empty((years, allies)), np.empty((years, allies))
    now, regime = (
        like.before[0],
        rng.standard_normal() * p.burden.lift_volatility / np.sqrt(1.0 - p.burden.lift_persistence**2),
    )
    for t in range(years):
        own = rng.standard_t(burden.FREEDOM, allies) / burden.unit_spread()
        shock = Shock(own=own, common=np.full(allies, rng.standard_normal()))
        changed = (rng.random(allies) < p.burden.government_hazard).astype(float)
        row = Observation(*(column[t] for column in seen))._replace(
            share=now, regime=np.full(allies, regime), new_government=changed
        )
        planned = burden.plan(row, p.burden, shock)
        lift = burden.lift(row, p.burden) * like.pledged[t]
        before[t] = now
        now = after[t] = np.maximum(burden.within_reach(burden.kinked_budget(planned, row.pledge, lift)), 0.05)
        regime = burden.next_regime(regime, rng.standard_normal(), p.burden)
    return like._replace(before=before, after=after)
