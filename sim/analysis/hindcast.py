"""The spending forecasts of the simulator, scored against what came (docs/hindcast-plan.md).

At every origin the world starts in the next first quarter, with what the tables held by then and with the parameters
that the years up to the origin had taught; the same plan is played that a scenario file would make.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import reference, scores
from sim.analysis.baselines import BASELINES, forecast
from sim.draws import stream
from sim.ensemble import run
from sim.errors import InputError
from sim.plan import Plan
from sim.posterior import Posterior
from sim.reference import ALLIES, roster
from sim.scenario import load_scenario
from sim.tables import lines

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]
Fitted = Callable[[int], Posterior | None]

FIRST_ORIGIN = 2017
HORIZONS = 5
LEVELS = (0.5, 0.9)
AIMED_AT = (1, 2, 3)
COVERAGE_AIM = (0.80, 0.97)
BOOTSTRAPS = 2000
WORLDS = 2000
FEWEST_CASES = 20
"""Cases from which on an interval of the skill means something (assumption)."""


class Observed(NamedTuple):
    """The panel as arrays: shares and GDP [T, A] of the 30 allies with forces, by year."""

    years: tuple[int, ...]
    iso3: tuple[str, ...]
    share: Array  # % of GDP; NaN where there is no figure
    gdp: Array  # bn 2021 USD; NaN where there is none

    def row(self, year: int) -> int:
        """Where a year stands."""
        return self.years.index(year)

    def until(self, year: int) -> Array:
        """The shares of the years up to this one [T, A]."""
        return self.share[: self.row(year) + 1]


def observed(table: Path | None = None) -> Observed:
    """The project's panel, with the figures of another table put over it. Raises InputError.

    The table has the columns iso3, year, share_of_gdp_pct, and gdp_usd2021_bn for weights; what it lacks keeps the
    project's figures. Whoever forecasts, forecasts from these figures.
    """
    codes, own = with_forces(), reference.figures()
    share, gdp = dict(own.share), dict(own.gdp)
    first = min(year for _, year in share)
    if table is not None:
        given = reference.figures(table)
        if not any(ally in codes for ally, _ in given.share):
            raise InputError(f"{table}: no figure of any of the 30 allies. It needs rows such as POL,2025,…")
        early = sorted({year for _, year in given.share if year < first})
        if early:
            raise InputError(f"{table}: {early[0]} lies before {first}, where the panel begins. Leave it out.")
        share |= given.share
        gdp |= given.gdp
    years = tuple(range(first, max(y for i, y in share if i in codes) + 1))

    def every(values: Mapping[tuple[str, int], float]) -> Array:
        return np.array([[values.get((i, y), np.nan) for i in codes] for y in years])

    return Observed(years, codes, every(share), every(gdp))


def table_notes(table: Path, last: int) -> tuple[str, ...]:
    """What a table does to the panel, in sentences; `last` is the last origin."""
    given, own, codes = reference.figures(table), reference.figures(), with_forces()
    used = {key: value for key, value in given.share.items() if key[0] in codes}
    new = {key for key in used if key not in own.share}
    changed = {key for key, value in used.items() if key in own.share and own.share[key] != value}
    notes = [f"{table.name}: {len(used)} figures, {len(new)} of years that the panel lacks."]
    for year in sorted({year for _, year in new}):
        reached = "" if year <= last + HORIZONS else f", beyond {HORIZONS} years from the last origin: not scored"
        notes.append(f"{year}: {sum(key[1] == year for key in new)} of {len(codes)} allies{reached}.")
    if changed:
        names = ", ".join(f"{ally} {year}" for ally, year in sorted(changed)[:5])
        notes.append(f"{len(changed)} figures of the panel are replaced, for forecasts and scores: {names}.")
    if others := sorted({ally for ally, _ in given.share if ally not in codes}):
        notes.append(f"Not scored: {', '.join(others)}.")
    return tuple(notes)


def with_forces() -> tuple[str, ...]:
    """Codes of the allies that are scored, in their canonical order."""
    return tuple(i for i, kept in zip(ALLIES, roster().forces > 0.0, strict=True) if kept)


# --- forecasts ----------------------------------------------------------------------------------------------------


class Forecast(NamedTuple):
    """An ensemble made at an origin: shares and weights [H, A, R], for the years after it."""

    origin: int
    share: Array  # % of GDP
    gdp: Array  # bn 2021 USD

    @property
    def aggregate(self) -> Array:
        """The allies together [H, R], % of their GDP."""
        found: Array = (self.share * self.gdp).sum(axis=1) / self.gdp.sum(axis=1)
        return found


WAR_BEGAN = "2022Q1"


def plan_at(
    origin: int, years: int, posterior: Posterior | None, given_war: bool = False, seen: Observed | None = None
) -> Plan:
    """What the simulator would have played after this year: no policy but the pledge, which binds members only.

    It starts from the shares of `seen`, or of the project's panel.

    `given_war` makes it conditional: the war begins when it did, and goes on.
    """
    joined = {row["iso3"]: int(row["accession_year"]) for row in reference.table("allies")}
    outside = {ally: "Drifter" for ally in with_forces() if joined[ally] > origin}
    scenario = load_scenario("baseline").with_horizon(f"{origin + 1}Q1", f"{origin + years}Q4")
    plan = (scenario.with_strategies(**outside) if outside else scenario).plan()
    plan = replace(plan, name=f"hindcast from {origin}", posterior=posterior)
    if seen is not None:
        share = plan.roster.share.copy()
        share[plan.roster.forces > 0.0] = seen.share[seen.row(origin)]
        plan = replace(plan, roster=replace(plan.roster, share=share))
    if not given_war:
        return plan
    begins = WAR_BEGAN if WAR_BEGAN in plan.quarters else None
    return replace(plan, war_begins=begins, priors={**(plan.priors or {}), "war_end": 0.0})


def simulated(plan: Plan, worlds: int = WORLDS, seed: int = 0) -> Forecast:
    """The simulator's ensemble of a plan: shares at the end of each year."""
    data = run(plan, worlds, seed, keep=("share", "gdp"))
    yearly = data.isel(quarter=slice(3, None, 4)).sel(ally=list(with_forces()))
    origin = int(plan.quarters[0][:4]) - 1
    columns = [yearly[name].transpose("quarter", "ally", "world").values for name in ("share", "gdp")]
    return Forecast(origin, *columns)


def by_rule(name: str, seen: Observed, origin: int, years: int, members: int = WORLDS, seed: int = 0) -> Forecast:
    """A baseline's ensemble, weighted by the GDP of the origin."""
    rows = {row["iso3"]: row for row in reference.table("allies")}
    border = np.array([float(rows[i]["border_russia"]) for i in seen.iso3])
    share = forecast(name, seen.until(origin), border, years, members, seed)
    return Forecast(origin, share, np.broadcast_to(seen.gdp[seen.row(origin)][None, :, None], share.shape))


# --- scores -------------------------------------------------------------------------------------------------------


class Scored(NamedTuple):
    """Scores of one forecaster at one horizon: [O, A] by origin and ally; NaN where no figure came."""

    origins: tuple[int, ...]
    crps: Array
    error: Array
    inside: dict[float, Array]  # 1 where the interval of this level held
    pit: Array


def scored(forecasts: Sequence[Forecast], seen: Observed, horizon: int, aggregate: bool = False) -> Scored | None:
    """Scores at one horizon of all forecasts that reach a year with figures; None where none does."""
    rows = []
    for made in forecasts:
        year = made.origin + horizon
        if horizon > len(made.share) or year not in seen.years:
            continue
        came, ensemble = seen.share[seen.row(year)], made.share[horizon - 1]
        if aggregate:
            weight = seen.gdp[seen.row(year)]
            came, ensemble = np.array([np.sum(came * weight) / np.sum(weight)]), made.aggregate[horizon - 1][None, :]
        if np.all(np.isnan(came)):
            continue
        inside = {level: _or_nan(scores.covered(ensemble, came, level), came) for level in LEVELS}
        rows.append((made.origin, scores.crps(ensemble, came), scores.absolute_error(ensemble, came), inside,
                     _or_nan(scores.pit(ensemble, came), came)))  # fmt: skip
    if not rows:
        return None
    origins, crps, error, held, pit = zip(*rows, strict=True)
    by_level = {level: np.array([one[level] for one in held]) for level in LEVELS}
    return Scored(origins, np.array(crps), np.array(error), by_level, np.array(pit))


def _or_nan(values: Any, came: Array) -> Array:
    return np.where(np.isnan(came), np.nan, np.asarray(values, dtype=np.float64))


def mean_crps(found: Scored) -> float:
    """Mean over origins and allies."""
    return float(np.nanmean(found.crps))


def bootstrap(model: Array, other: Array, count: int = BOOTSTRAPS, seed: int = 0) -> tuple[float, float]:
    """90% interval of the skill of scores [O, A] against others, over samples of origins and of allies together."""
    rng = stream(seed, "bootstrap")
    origins, allies = model.shape
    there = np.isfinite(model)
    mine, theirs = np.where(there, model, 0.0), np.where(there, other, 0.0)
    found = []
    for _ in range(count):
        chosen = np.ix_(rng.integers(origins, size=origins), rng.integers(allies, size=allies))
        if there[chosen].any():
            found.append(scores.skill(mine[chosen].sum(), theirs[chosen].sum()))
    low, high = np.quantile(found, [0.05, 0.95])
    return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Hindcast:
    """The simulator and its rivals over all origins."""

    seen: Observed
    forecasts: Mapping[str, tuple[Forecast, ...]]  # by forecaster; the simulator is `MODEL`
    worlds: int
    seed: int
    fits: Mapping[int, str]  # digest of the draws by origin; "priors" where there were none
    notes: tuple[str, ...] = ()  # what another table changed, and what of it is not scored

    def score(self, who: str, horizon: int, aggregate: bool = False) -> Scored | None:
        """Scores of one forecaster at one horizon."""
        key = (who, horizon, aggregate)
        if key not in self._scores:
            self._scores[key] = scored(self.forecasts[who], self.seen, horizon, aggregate)
        return self._scores[key]

    @cached_property
    def _scores(self) -> dict[tuple[str, int, bool], Scored | None]:
        return {}

    @property
    def horizons(self) -> list[int]:
        """Horizons that some forecast reaches with a figure."""
        return [h for h in range(1, HORIZONS + 1) if self.score(MODEL, h) is not None]

    def best(self, horizon: int, aggregate: bool = False) -> str:
        """The baseline with the smallest mean CRPS at this horizon, chosen after the fact."""
        return min(BASELINES, key=lambda name: mean_crps(_there(self.score(name, horizon, aggregate))))

    def rows(self) -> list[dict[str, Any]]:
        """A row per horizon for the allies and for the aggregate, and per ally and horizon: scores and skill."""
        found = []
        for aggregate in (False, True):
            for horizon in self.horizons:
                if self.score(MODEL, horizon, aggregate) is not None:
                    found.append(self._row("aggregate" if aggregate else "allies", horizon, aggregate))
        for k, ally in enumerate(self.seen.iso3):
            there = [h for h in self.horizons if np.isfinite(_there(self.score(MODEL, h)).crps[:, k]).any()]
            found += [self._ally_row(ally, k, horizon) for horizon in there]
        return found

    def _row(self, series: str, horizon: int, aggregate: bool) -> dict[str, Any]:
        model, best = _there(self.score(MODEL, horizon, aggregate)), self.best(horizon, aggregate)
        rival, still = (_there(self.score(name, horizon, aggregate)) for name in (best, "persistence"))
        low, high = bootstrap(model.crps, rival.crps) if model.crps.size >= FEWEST_CASES else (None, None)
        return _row(series, horizon, model, best, rival, still) | {"skill_low": low, "skill_high": high}

    def _ally_row(self, ally: str, k: int, horizon: int) -> dict[str, Any]:
        one = [_of_ally(_there(self.score(who, horizon)), k) for who in (MODEL, self.best(horizon), "persistence")]
        return _row(ally, horizon, one[0], self.best(horizon), one[1], one[2])

    def by_year(self) -> dict[int, dict[str, float]]:
        """Scores by the year that was forecast, all horizons and allies together: of later years, by themselves."""
        found: dict[int, dict[str, list[Array]]] = {}
        for horizon in self.horizons:
            for name in (MODEL, "persistence", self.best(horizon)):
                one = _there(self.score(name, horizon))
                for n, origin in enumerate(one.origins):
                    kept = np.isfinite(one.crps[n])
                    parts = found.setdefault(origin + horizon, {})
                    who = name if name in (MODEL, "persistence") else "best"
                    parts.setdefault(who, []).append(one.crps[n][kept])
                    if name == MODEL:
                        parts.setdefault("held", []).append(one.inside[0.9][n][kept])
        return {
            year: {
                "cases": float(sum(map(len, parts[MODEL]))),
                "crps": float(np.mean(np.concatenate(parts[MODEL]))),
                "crps_best": float(np.mean(np.concatenate(parts["best"]))),
                "crps_persistence": float(np.mean(np.concatenate(parts["persistence"]))),
                "coverage90": float(np.mean(np.concatenate(parts["held"]))),
            }
            for year, parts in sorted(found.items())
        }

    def aims(self) -> list[tuple[str, bool]]:
        """What the plan set out to reach, in words, and whether it was."""
        found = []
        for horizon in [h for h in AIMED_AT if h in self.horizons]:
            row = self._row("allies", horizon, False)
            held = row["coverage90"]
            found += [
                (f"CRPS below the best baseline at {_years(horizon)}", row["skill"] > 0.0),
                (f"90% intervals hold in 80% to 97% at {_years(horizon)}", COVERAGE_AIM[0] <= held <= COVERAGE_AIM[1]),
            ]
        together = [self.score(MODEL, h, True) for h in AIMED_AT if h in self.horizons]
        inside = [held for part in together if part is not None for held in part.inside[0.9].ravel()]
        if inside:
            found.append((f"aggregate inside its 90% band ({int(sum(inside))} of {len(inside)})", all(inside)))
        return found


MODEL, CONDITIONAL = "article5", "article5, given the war"


def _there(found: Scored | None) -> Scored:
    assert found is not None
    return found


def _years(horizon: int) -> str:
    return "1 year" if horizon == 1 else f"{horizon} years"


def _of_ally(found: Scored, k: int) -> Scored:
    return Scored(
        found.origins, found.crps[:, k : k + 1], found.error[:, k : k + 1],
        {level: held[:, k : k + 1] for level, held in found.inside.items()}, found.pit[:, k : k + 1],
    )  # fmt: skip


def _row(series: str, horizon: int, model: Scored, best: str, rival: Scored, still: Scored) -> dict[str, Any]:
    return {
        "series": series,
        "horizon": horizon,
        "cases": int(np.isfinite(model.crps).sum()),
        "crps": mean_crps(model),
        "mae": float(np.nanmean(model.error)),
        "coverage50": float(np.nanmean(model.inside[0.5])),
        "coverage90": float(np.nanmean(model.inside[0.9])),
        "best": best,
        "crps_best": mean_crps(rival),
        "crps_persistence": mean_crps(still),
        "skill": float(scores.skill(mean_crps(model), mean_crps(rival))),
        "skill_persistence": float(scores.skill(mean_crps(model), mean_crps(still))),
    }


def from_fits(fits: Mapping[int, Posterior]) -> Fitted:
    """The draws of each origin. Raises InputError for an origin that has none: its priors would be no fit."""

    def fitted(origin: int) -> Posterior:
        if origin not in fits:
            raise InputError(f"there are no draws that know the years up to {origin}. Make them: article5 calibrate.")
        return fits[origin]

    return fitted


def hindcast(
    fitted: Fitted,
    table: Path | None = None,
    worlds: int = WORLDS,
    seed: int = 0,
    *,
    origins: Iterable[int] | None = None,
    conditional: bool = False,
    progress: Progress | None = None,
) -> Hindcast:
    """Forecasts of the simulator and of seven baselines from all origins. `fitted` gives the posterior of an origin.

    Raises InputError for a table that holds nothing to score.
    """
    seen = observed(table)
    last = max(year for year in seen.years if not np.all(np.isnan(seen.share[seen.row(year)])))
    known = max(year for _, year in reference.figures().share)
    chosen = [o for o in (origins or range(FIRST_ORIGIN, known + 1)) if o < last]
    if not chosen:
        raise InputError(f"no year after {FIRST_ORIGIN} to score. Give a table with later years.")
    names = [MODEL, *([CONDITIONAL] if conditional else []), *BASELINES]
    made: dict[str, list[Forecast]] = {name: [] for name in names}
    fits: dict[int, str] = {}
    for done, origin in enumerate(chosen, start=1):
        years, posterior = min(HORIZONS, last - origin), fitted(origin)
        fits[origin] = posterior.digest if posterior else "priors"
        made[MODEL].append(simulated(plan_at(origin, years, posterior, seen=seen), worlds, seed))
        if conditional:
            made[CONDITIONAL].append(
                simulated(plan_at(origin, years, posterior, given_war=True, seen=seen), worlds, seed)
            )
        for name in BASELINES:
            made[name].append(by_rule(name, seen, origin, years, worlds, seed))
        if progress is not None:
            progress(done, len(chosen))
    notes = table_notes(table, max(chosen)) if table is not None else ()
    return Hindcast(seen, {name: tuple(parts) for name, parts in made.items()}, worlds, seed, fits, notes)


# --- in words -----------------------------------------------------------------------------------------------------

HONEST = (
    "A good hindcast of spending says nothing about commitment, about posture under a policy that never was, or about "
    "deterrence. The form of the equations was chosen with these years in view."
)


def text(told: Mapping[str, Any]) -> str:
    """What `data` holds as text: scores by horizon against all baselines, the aggregate, and what was aimed at."""
    parts = [
        f"Forecasts of spending shares, {told['worlds']:,} worlds from each origin, in points of GDP.",
        *told["notes"],
    ]
    for key, title in (("crps", "By ally"), ("crps_aggregate", "All allies together")):
        if told[key]:
            parts += ["", f"{title}: CRPS by years ahead (smaller is better)", _crps_table(told[key])]
    parts += ["", "90% intervals that held, by ally and years ahead", _held_table(told["coverage90"])]
    parts += ["", "By the year that was forecast, all years ahead together", _year_table(told["by_year"])]
    parts += ["", "Skill against the best baseline, and how often intervals held", _skill_table(told["rows"])]
    aims = [f"  {'reached' if aim['reached'] else 'MISSED '}  {aim['aim']}" for aim in told["aims"]]
    return "\n".join([*parts, *(["", "Aimed at:", *aims] if aims else []), "", *wrap(HONEST, 110)])


def _crps_table(crps: Mapping[str, Mapping[str, float]]) -> str:
    horizons = list(next(iter(crps.values())))
    return lines(["", *horizons], [[name, *(f"{one[h]:.3f}" for h in horizons)] for name, one in crps.items()])


def _held_table(held: Mapping[str, Mapping[str, float]]) -> str:
    horizons = list(next(iter(held.values())))
    return lines(["", *horizons], [[who, *(f"{100 * one[h]:.0f}%" for h in horizons)] for who, one in held.items()])


def _year_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    head = ["", "cases", "CRPS", "best baselines", "persistence", "90% held"]
    return lines(head, [
        [year, f"{row['cases']:.0f}", *(f"{row[key]:.3f}" for key in ("crps", "crps_best", "crps_persistence")),
         f"{100 * row['coverage90']:.0f}%"]
        for year, row in rows.items()
    ])  # fmt: skip


def _band(row: Mapping[str, Any]) -> str:
    if row["skill_low"] is None:
        return "–"
    return f"{100 * row['skill_low']:+.0f}% to {100 * row['skill_high']:+.0f}%"


def _skill_table(rows: Sequence[Mapping[str, Any]]) -> str:
    table = [
        [
            row["series"], str(row["horizon"]), str(row["cases"]), f"{100 * row['skill']:+.1f}%",
            _band(row), row["best"], f"{row['mae']:.3f}",
            f"{100 * row['coverage50']:.0f}%", f"{100 * row['coverage90']:.0f}%",
        ]
        for row in rows
        if "skill_low" in row
    ]  # fmt: skip
    head = ["", "years", "cases", "skill", "90% interval", "best baseline", "median off by", "50% held", "90% held"]
    return lines(head, table)


def data(found: Hindcast) -> dict[str, Any]:
    """All of it for a program: rows of scores, PIT by horizon, aims."""
    pits = {
        str(h): np.histogram(_finite(_there(found.score(MODEL, h)).pit), bins=10, range=(0.0, 1.0))[0].tolist()
        for h in found.horizons
    }

    def crps(aggregate: bool) -> dict[str, dict[str, float]]:
        there = [h for h in found.horizons if found.score(MODEL, h, aggregate) is not None]
        every = {
            who: {str(h): mean_crps(_there(found.score(who, h, aggregate))) for h in there} for who in found.forecasts
        }
        return every if there else {}

    def held(who: str) -> dict[str, float]:
        return {str(h): float(np.nanmean(_there(found.score(who, h)).inside[0.9])) for h in found.horizons}

    return {
        "worlds": found.worlds,
        "seed": found.seed,
        "notes": list(found.notes),
        "fits": {str(origin): digest for origin, digest in found.fits.items()},
        "rows": found.rows(),
        "crps": crps(False),
        "crps_aggregate": crps(True),
        "coverage90": {who: held(who) for who in found.forecasts},
        "by_year": {str(year): row for year, row in found.by_year().items()},
        "pit": pits,
        "aims": [{"aim": words, "reached": held} for words, held in found.aims()],
        "says_nothing_about": HONEST,
    }


def _finite(values: Array) -> Array:
    return values[np.isfinite(values)]
