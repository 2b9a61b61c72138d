"""An importance analysis as tables, as plain text, as plain data, and as what charts draw."""

from typing import Any

import pandas as pd

from sim.charts import importance as charted
from sim.importance import words
from sim.importance.pieces import ASSUMED
from sim.importance.views import Importance
from sim.passport import subjects
from sim.tables import lines

FEW = 4
"""Members up to which a group names them."""

# --- tables ---------------------------------------------------------------------------------------------------------


def table(found: Importance, every: bool = False) -> pd.DataFrame:
    """What people read: a row for each thing that could be settled, a column for each school or those that agree."""
    keys = list(found.rows.drop_duplicates("key").key) if every else words.moving(found)
    rows = []
    for key in keys:
        own = found.rows[found.rows.key == key].set_index("school")
        first = own.iloc[0]
        cells = {words.named(found, schools): _cell(found, own.loc[schools[0]]) for schools in words.alike(found)}
        said = {"where": words.place(first), "status": first.status, "open": _open(first)}
        rows.append({"what": first.label, **cells, **({"name": key} if found.by == ASSUMED else said)})
    made = pd.DataFrame(rows, columns=None if rows else ["what"])
    return made[[column for column in made if not (made[column] == "").all()]]


def _open(row: Any) -> str:
    """What of a row is open, few by name."""
    names = row.members.split(", ")
    return row.members if len(names) <= FEW else f"{len(names)} uncertainties"


def _cell(found: Importance, row: Any) -> str:
    if not row.beyond:
        return "within chance"
    low, high = words.percent(max(row.first_low, 0.0)), words.percent(row.first_high)
    share = f"{words.percent(row['first'])} of variance ({low} to {high})"
    return f"{share}; band {words.band(found, row)}, {words.percent(row.narrower)} narrower"


def text(found: Importance, every: bool = False) -> str:
    """The whole analysis for people, as plain text."""
    head = f"{found.scenario}: {words.question(found)}"
    against = f"difference to {found.baseline}, " if found.baseline else ""
    drawn = "; ".join(
        f"{words.named(found, s)}: {words.band(found, words.at(found, s[0]))}" for s in words.alike(found)
    )
    parts = [head, f"{against}seed {found.seed}. As drawn, 90 of 100 worlds: {drawn}", *words.sentences(found)]
    shown = table(found, every)
    if not shown.empty:
        parts.append(lines(list(shown.columns), shown.astype(str).to_numpy().tolist()))
    parts += ["" if every else words.rest(found), words.together(found), words.verdict(found), words.scale(found)]
    parts += [words.assumed(found)]
    parts += [words.CAN, words.CANNOT, words.overlap(found)]
    return "\n\n".join(part for part in parts if part)


# --- for charts and programs ----------------------------------------------------------------------------------------


def panel(found: Importance, schools: tuple[str, ...]) -> pd.DataFrame:
    """What the chart of schools that agree draws."""
    keys = words.moving(found)[: words.SHOWN]
    rows = words.of_school(found, schools[0])
    if found.by == ASSUMED:
        return charted.shares(rows, keys)
    drawn = found.rows[found.rows.key.isin(keys)]
    ends = min(drawn.low.min(), found.bands.low.min()), max(drawn.high.max(), found.bands.high.max())
    return charted.bands(rows, words.at(found, schools[0]), keys, ends)


def panels(found: Importance) -> tuple[list[tuple[str, pd.DataFrame]], dict[str, Any]]:
    """Every panel with its title, and the specifications that draw them."""
    told = [(f"{words.named(found, schools)}, {axis(found)}", panel(found, schools)) for schools in words.alike(found)]
    return told, specs(found)


def specs(found: Importance) -> dict[str, Any]:
    """The specifications that draw an analysis, by theme."""
    return charted.SHARES if found.by == ASSUMED else charted.BANDS


def axis(found: Importance) -> str:
    """What the bars measure."""
    return "part of the variance" if found.by == ASSUMED else found.unit


def subjects_of(found: Importance) -> list[str]:
    """Levers and uncertainties with a passport behind what is drawn, the largest first; a class of many has none."""
    rows = found.rows[found.rows.key.isin(words.moving(found)[: words.SHOWN])].drop_duplicates("key")
    names = [name for row in rows.sort_values("rank").itertuples() for name in row.members.split(", ")[:FEW]
             if row.members.count(", ") < FEW]  # fmt: skip
    return [name for name in dict.fromkeys(names) if name in subjects()]


def data(found: Importance) -> dict[str, Any]:
    """The analysis as plain data."""
    told = ("words", "scenario", "plan", "baseline", "outcome", "year", "unit", "by", "size", "worlds", "seed")
    return {name: getattr(found, name) for name in told} | {
        "sentences": list(words.sentences(found)), "verdict": words.verdict(found),
        "bands": found.bands.to_dict(orient="records"), "rows": found.rows.to_dict(orient="records"),
    }  # fmt: skip
