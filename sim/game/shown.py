"""What all may see of the years that were revealed: the record of decisions and guesses, and the wall."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim import ensemble, frames
from sim.game.follow import followed
from sim.game.play import ASKED, Choice, Game, Way, scenario, settled
from sim.game.roles import UNITED_STATES
from sim.outcomes import HEADLINES, OUTCOMES, outcomes, variables_of
from sim.plan import Plan
from sim.reference import panel
from sim.results import QUANTILES, bands
from sim.tables import number
from sim.ways import ways

RISKS = ("risk", "risk_by_front")
TOLD = (*HEADLINES, *RISKS)
"""Outcomes that are told of a game. The four headlines are those that can be guessed."""

TOGETHER = "Europe and Canada"
"""The panel of the wall that shows all allies together."""


@lru_cache(maxsize=12)
def ends(plan: Plan, worlds: int, seed: int) -> xr.Dataset:
    """The year ends of all worlds, with all that a game tells of."""
    return ensemble.ends(plan, range(worlds), seed, ("share", *variables_of(TOLD)))


@lru_cache(maxsize=12)
def told(plan: Plan, worlds: int, seed: int, judged_by: Plan | None = None) -> xr.Dataset:
    """The outcomes of all worlds; against the threshold of another plan where one is named, as `sim.compare` does."""
    found = ends(plan, worlds, seed)
    if judged_by is not None:
        found = found.assign_coords(lever_threshold=ends(judged_by, worlds, seed).lever_threshold)
    return outcomes(found, TOLD)


# --- decisions and guesses ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Record:
    """What was decided and guessed in revealed years. Tables:

    `decisions`: year, role, seat, decided (text), model (what the model would have done in this world, text), before
    (share of the year before, % of GDP), spending and suggested (% of GDP, NaN for the United States), who, why.
    `guesses`: year, seat, outcome, guess, came (up, same or down), before, after, unit, right, others (in how
    many of 100 worlds it went the same way).
    """

    decisions: pd.DataFrame
    guesses: pd.DataFrame

    @property
    def score(self) -> pd.DataFrame:
        """How many guesses of each seat came true: seat, right, of."""
        by_seat = self.guesses.groupby("seat", sort=False).right
        return pd.DataFrame({"right": by_seat.sum(), "of": by_seat.size()}).reset_index()


def record(game: Game) -> Record:
    """What was decided and guessed in the years that were revealed, beside what the model would have done."""
    shown = [c for c in settled(game) if c.year <= game.revealed]
    columns = ["year", "role", "seat", "decided", "model", "before", "spending", "suggested", "who", "why"]
    decisions = pd.DataFrame([_decision(game, choice) for choice in shown], columns=columns)
    guesses = [g for g in game.guesses if g.year <= game.revealed]
    columns = ["year", "seat", "outcome", "guess", "came", "before", "after", "unit", "right", "others"]
    return Record(decisions, pd.DataFrame([_guessed(game, g) for g in guesses], columns=columns))


def _decision(game: Game, choice: Choice) -> dict[str, Any]:
    plan = _plan(game)
    common = {
        "year": choice.year, "role": choice.role, "seat": game.name(choice.role), "who": choice.who, "why": choice.why,
    }  # fmt: skip
    if choice.role == UNITED_STATES:
        left = scenario(game, without=choice).plan()
        row = left.quarters.index(f"{choice.year}Q2")
        changed = [f"{n.replace('_', ' ')} {value:,g}" for n, value in choice.levers]
        was = [f"{n.replace('_', ' ')} {float(left.levers[n][row]):,g}" for n, _ in choice.levers]
        nan = {"before": np.nan, "spending": np.nan, "suggested": np.nan}
        words = {"decided": ", ".join(changed) or "left all as it was", "model": ", ".join(was)}
        return common | nan | words
    year = followed(plan, game.seed, game.world, choice.year)[choice.year]
    at = plan.roster.iso3.index(choice.role)
    before, suggested = float(year.before.share[0, at]), float(year.suggested[0, at])
    return common | {
        "before": before, "spending": choice.spending, "suggested": suggested,
        "decided": f"{choice.spending:.2f}% of GDP", "model": f"{suggested:.2f}% of GDP",
    }  # fmt: skip


def _guessed(game: Game, guessed: Any) -> dict[str, Any]:
    values = told(_plan(game), game.worlds, game.seed)[guessed.outcome]
    before, after = (values.sel(year=year).values for year in (guessed.year - 1, guessed.year))
    ways = [_way(change, ASKED[guessed.outcome]) for change in after - before]
    declared = OUTCOMES[guessed.outcome]
    came = ways[game.world]
    return {
        "year": guessed.year, "seat": game.name(guessed.role), "outcome": guessed.outcome, "guess": guessed.way,
        "came": came, "before": float(before[game.world]), "after": float(after[game.world]), "unit": declared.unit,
        "right": came == guessed.way, "others": round(100 * np.mean([way == came for way in ways])),
    }  # fmt: skip


def _way(change: float, same: float) -> Way:
    """Whether a change is one, and where to; what is no more than `same` is none."""
    if abs(change) <= same:
        return "same"
    return "up" if change > 0 else "down"


def _plan(game: Game) -> Plan:
    return scenario(game, before=game.year).plan()


# --- the wall -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wall:
    """Played against unplayed, up to the last revealed year. Tables:

    `spending`, a panel for each ally that is played and one for Europe and Canada: panel, year, ours (this world's
    spending, % of GDP; what was observed before the start), p5 to p95 of all played worlds, base (median of the worlds
    in which nobody plays), and words on the lines: word, height. `outcomes` at the end of the last revealed year:
    outcome, unit, played, unplayed, change, low, high (medians, and the 90% band of the difference, world by world),
    ours, way (as `sim.ways` has it) and counted (worlds by direction).
    """

    year: int
    panels: tuple[str, ...]
    spending: pd.DataFrame
    outcomes: pd.DataFrame


def wall(game: Game) -> Wall:
    """Played against unplayed worlds under the same luck, up to the last year that was revealed."""
    plan, bare = _plan(game), game.unplayed.plan()
    runs = ends(bare, game.worlds, game.seed), ends(plan, game.worlds, game.seed)
    seats = [role for role in game.roles if role != UNITED_STATES]
    first, second = told(bare, game.worlds, game.seed, plan), told(plan, game.worlds, game.seed)
    joint = "spending_europe_canada_share"
    parts = [_panel(game, game.name(r), r, *(run.share.sel(ally=r) for run in runs)) for r in seats]
    parts.append(_panel(game, TOGETHER, "", first[joint], second[joint]))
    return Wall(
        year=game.revealed,
        panels=(*(game.name(r) for r in seats), TOGETHER),
        spending=pd.concat(parts, ignore_index=True),
        outcomes=compared(first, second, game.revealed, game.world),
    )


def _panel(game: Game, name: str, role: str, bare: xr.DataArray, played: xr.DataArray) -> pd.DataFrame:
    """One panel: what was observed, then this world, the band of all played worlds and the median of the unplayed."""
    years = [int(year) for year in played.year.values if year <= game.revealed]
    bare, played = bare.sel(year=years).transpose("world", "year"), played.sel(year=years).transpose("world", "year")
    columns = [f"p{100 * q:g}" for q in QUANTILES]
    lived = pd.DataFrame(bands(played).transpose("year", "quantile").values, columns=columns)
    lived = lived.assign(year=years, ours=played.values[game.world], base=np.median(bare.values, axis=0))
    seen = panel()
    own = seen.year < years[0]
    past = pd.DataFrame({"iso3": seen.iso3[own], "year": seen.year[own], "ours": seen.share[own], "gdp": seen.gdp[own]})
    past = past[past.iso3 == role][["year", "ours"]] if role else _together(past, game)
    return pd.concat([past, lived, _words(lived)], ignore_index=True).assign(panel=name)


def _words(lived: pd.DataFrame) -> pd.DataFrame:
    """Names of the lines, to be written behind their ends and apart; the highest first."""
    last = lived.iloc[-1]
    ends = {"our world": last.ours, "all played": last.p50, "nobody plays": last.base}
    heights: list[float] = []
    order = sorted(ends, key=lambda name: -ends[name])
    for name in order:
        heights.append(min(ends[name], heights[-1] - frames.WORD_HEIGHT / 2 if heights else frames.HIGHEST_SHARE))
    return pd.DataFrame({"year": last.year, "height": heights, "word": order})


def _together(past: pd.DataFrame, game: Game) -> pd.DataFrame:
    """What all allies of the roster spent together, % of their GDP, by year."""
    rows = past[past.iso3.isin(game.roster.iso3)].dropna()
    money = (rows.ours * rows.gdp).groupby(rows.year).sum() / rows.gdp.groupby(rows.year).sum()
    return money.rename("ours").reset_index()


def compared(first: xr.Dataset, second: xr.Dataset, year: int, world: int) -> pd.DataFrame:
    """The headline outcomes of two runs at the end of a year, and their difference world by world: see `Wall`."""
    rows = []
    for name in HEADLINES:
        bare, played = (table[name].sel(year=year).values for table in (first, second))
        (gone,) = ways((played - bare)[None]).rows()
        rows.append({
            "outcome": name, "unit": OUTCOMES[name].unit, "played": float(np.median(played)),
            "unplayed": float(np.median(bare)), "change": float(gone.median), "low": float(gone.low),
            "high": float(gone.high),
            "ours": float(played[world]), "way": gone.way, "counted": gone.counted(),
        })  # fmt: skip
    return pd.DataFrame(rows)


def panel_words(found: Wall, name: str) -> str:
    """One panel of the wall in a sentence."""
    own = found.spending[found.spending.panel == name].dropna(subset=["ours"])
    last = own.iloc[-1]
    return (
        f"{name}: defence spending as % of GDP. In {last.year:.0f} {number(last.ours)} in our world; median of all "
        f"played worlds {number(last.p50)}, 90% of them {number(last.p5)} to {number(last.p95)}; with nobody playing "
        f"{number(last.base)}."
    )
