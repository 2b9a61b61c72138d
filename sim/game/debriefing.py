"""What playing changed: played against unplayed worlds under the same luck, and every decision taken back alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim import frames
from sim.errors import InputError
from sim.game.play import Choice, Game, acts, scenario, settled
from sim.game.roles import UNITED_STATES
from sim.game.shown import Record, Wall, ends, record, told, wall
from sim.priors import SCHOOLS
from sim.results import differences
from sim.tables import number
from sim.ways import CLEAR, NOUGHT, UNCLEAR, ways

Progress = Callable[[int, int], None]

EFFECTS = {
    "spending_europe_canada_share": "Europe and Canada, pp of GDP",
    "allies_at_threshold": "at the threshold, % of allies",
    "credibility_allies": "belief in the US, in 100",
}
"""Outcomes in which a decision is weighed, and what the columns are called."""


@dataclass(frozen=True)
class Debrief:
    """What a game comes to, at the end of its last revealed year. Tables:

    `effects`, a row for each decision: year, seat, decided, model; `own` (pp of GDP more of its own spending that come
    from it at the end of its year) and `own_end` (at the end of the last year); and for each of EFFECTS, at the end of
    the last year, the median difference, its 90% band (`_low`, `_high`), its way as `sim.ways` has it (`_way`) and
    worlds by direction in words (`_counted`). All is taken world by world: the game as played less the game with this
    one decision left to the model.
    `risks`: as `frames.risks` makes it, of that year: by school and front, as a multiple of the unplayed worlds'.
    `seats`: seat, decisions, above (pp of GDP a year beyond what the model suggested, on average).
    """

    year: int
    world: int
    school: str
    wall: Wall
    record: Record
    effects: pd.DataFrame
    risks: pd.DataFrame
    seats: pd.DataFrame
    summary: tuple[str, ...]


def debrief(game: Game, progress: Progress | None = None) -> Debrief:
    """The debrief of the years that were revealed. Raises InputError before the first one was.

    Each decision is taken back alone, with all others as they were: an exact counterfactual under the same luck.
    Decisions work together, so what they did one by one need not add up to what they did in all.
    """
    if game.revealed < game.first:
        raise InputError(f"debrief: nothing was revealed yet. Play {game.first} first.")
    shown = [c for c in settled(game) if c.year <= game.revealed]
    rows = []
    for done, choice in enumerate(shown):
        if progress is not None:
            progress(done, len(shown))
        rows.append(_effect(game, choice))
    kept, seen = record(game), wall(game)
    plan, bare = scenario(game, before=game.year).plan(), game.unplayed.plan()
    both = differences(told(bare, game.worlds, game.seed, plan), told(plan, game.worlds, game.seed))
    return Debrief(
        year=game.revealed,
        world=game.world,
        school=SCHOOLS[int(plan.schools([game.world])[0, 0])],
        wall=seen,
        record=kept,
        effects=pd.DataFrame(rows, columns=_columns()).assign(
            decided=list(kept.decisions.decided), model=list(kept.decisions.model)
        ),
        risks=frames.of_year(frames.risks(both), game.revealed),
        seats=_seats(game, kept),
        summary=tuple(_summary(game, seen, kept)),
    )


def _columns() -> list[str]:
    each = [f"{name}{part}" for name in EFFECTS for part in ("", "_low", "_high", "_way", "_counted")]
    return ["year", "seat", "decided", "model", "own", "own_end", *each]


def _effect(game: Game, choice: Choice) -> dict[str, Any]:
    """What one decision did by the end of the last revealed year: as played, less without it, world by world."""
    plan = scenario(game, before=game.year).plan()
    other = scenario(game, before=game.year, without=choice).plan() if acts(choice) else plan
    row: dict[str, Any] = {"year": choice.year, "seat": game.name(choice.role), "own": np.nan, "own_end": np.nan}
    if choice.role != UNITED_STATES:
        first, second = (ends(p, game.worlds, game.seed).share.sel(ally=choice.role) for p in (other, plan))
        change = (second - first).median("world")
        row |= {"own": float(change.sel(year=choice.year)), "own_end": float(change.sel(year=game.revealed))}
    without, played = told(other, game.worlds, game.seed, plan), told(plan, game.worlds, game.seed)
    for name in EFFECTS:
        change = (played[name] - without[name]).sel(year=game.revealed).values
        (gone,) = ways((100.0 * change if name == "credibility_allies" else change)[None]).rows()
        row |= {name: gone.median, f"{name}_low": gone.low, f"{name}_high": gone.high}
        row |= {f"{name}_way": gone.way, f"{name}_counted": gone.counted()}
    return row


def _seats(game: Game, kept: Record) -> pd.DataFrame:
    """How each seat played: how often it decided, and how far it went beyond what the model suggested."""
    rows = []
    for role in game.roles:
        own = kept.decisions[kept.decisions.role == role]
        above = float((own.spending - own.suggested).mean()) if role != UNITED_STATES and len(own) else np.nan
        rows.append({"seat": game.name(role), "decisions": len(own), "above": above})
    return pd.DataFrame(rows)


def effect_words(row: Any, name: str) -> str:
    """One effect in words: "+0.21 (+0.2 to +0.22)", 0, or no clear difference and how many worlds go which way."""
    low, middle, high = (float(row[f"{name}{part}"]) for part in ("_low", "", "_high"))
    way, counted = str(row[f"{name}_way"]), str(row[f"{name}_counted"])
    if way == NOUGHT:
        return "0"
    if way == UNCLEAR:
        return f"{UNCLEAR}: {counted}"
    if low == middle == high == 0.0:
        return counted
    return f"{number(middle, sign=True)} ({number(low, sign=True)} to {number(high, sign=True)})"


def _summary(game: Game, seen: Wall, kept: Record) -> list[str]:
    """The game in sentences."""
    joint = next(row for row in seen.outcomes.to_dict("records") if row["outcome"] == "spending_europe_canada_share")
    told_ = f"with {UNCLEAR} ({joint['counted']}) from"
    if joint["way"] == NOUGHT:
        told_ = "exactly as much as"
    elif joint["way"] in CLEAR:
        told_ = f"{number(abs(joint['change']))} pp of GDP {'more' if joint['change'] > 0 else 'less'} than"
    words = [
        f"By the end of {game.revealed} Europe and Canada spend {joint['played']:.2f}% of their GDP in the median of "
        f"{game.worlds:,} played worlds, {told_} in the same worlds with nobody playing.",
    ]
    for row in _seats(game, kept).to_dict("records"):
        if np.isfinite(row["above"]):
            way = "above" if row["above"] > 0 else "below"
            words.append(
                f"{row['seat']} decided {abs(row['above']):.2f} pp of GDP a year {way} what the model suggested."
            )
    score = kept.score.to_dict("records")
    words += [f"{row['seat']} guessed right {row['right']} of {row['of']} times." for row in score]
    return words
