"""What the charts of a batch draw: as many policies as a chart can hold, and in words which they are."""

import numpy as np
import pandas as pd

from sim import draws
from sim.shelf.views import BANDS, Spread
from sim.tables import number

MOST_POINTS, MOST_ROWS = 600, 30
"""Policies that are drawn as points, and one below the other."""


def against_lever(found: Spread, lever: str) -> tuple[pd.DataFrame, str]:
    """What the chart of an outcome against a lever draws, and in words which policies it shows.

    Columns: x, policy, label, school, bands, value, nought, and least and most of all panels. Values that many policies
    share are nudged apart.
    """
    rows = found.table.dropna(subset=[lever])
    numbers = rows["policy"].unique()
    luck = draws.stream(0, "policies of a chart")
    kept = np.sort(luck.permutation(numbers)[:MOST_POINTS])
    rows = rows[rows["policy"].isin(kept)]
    x = rows[lever].to_numpy(dtype=np.float64)
    distinct = np.unique(x)
    if 1 < len(distinct) < len(kept):
        room = 0.08 * float(np.diff(distinct).min())
        shift = dict(zip(kept, luck.uniform(-room, room, len(kept)), strict=True))
        x = x + rows["policy"].map(shift).to_numpy()
    drawn = _ends(rows, found).assign(x=x, value=rows[lever])
    said, unset = _drawn(len(kept), len(numbers), "picked by lot"), found.table["policy"].nunique() - len(numbers)
    return drawn.reset_index(drop=True), f"{said} {unset:,} more do not set this lever." if unset else said


def by_policy(found: Spread) -> tuple[pd.DataFrame, str]:
    """What the chart of one policy below the other draws, highest first, and which it shows.

    Columns: row, policy, label, school, bands, rank, nought, least, most. Where schools are told apart a policy stands
    by its highest median under any of them.
    """
    rows = found.table
    middle = rows.groupby("policy")["p50"].max().sort_values(ascending=False, kind="stable")
    half = MOST_ROWS // 2
    kept = list(middle.index) if len(middle) <= MOST_ROWS else [*middle.index[:half], *middle.index[-half:]]
    place = {policy: rank for rank, policy in enumerate(kept)}
    rows = rows[rows["policy"].isin(place)]
    drawn = _ends(rows, found).assign(
        row=[f"#{r.policy} {_short(r.label, r.scenario)}" for r in rows.itertuples()], rank=rows["policy"].map(place)
    )
    return drawn.reset_index(drop=True), _drawn(len(kept), len(middle), "those that stand highest and lowest")


def _ends(rows: pd.DataFrame, found: Spread) -> pd.DataFrame:
    """Rows with no difference, if any, and with the ends of the axis that all panels share."""
    least, most = rows[BANDS[0]].min(), rows[BANDS[-1]].max()
    told = rows[["policy", "label", "school", *BANDS]]
    return told.assign(nought=found.nought, least=least, most=most)


def _short(label: str, scenario: str) -> str:
    """What is set for a policy, without the scenario where that goes without saying."""
    return label.removeprefix(scenario).strip() or label


def _drawn(kept: int, there: int, how: str) -> str:
    if kept == there:
        return f"{there:,} policies are drawn." if there > 1 else "One policy is drawn."
    return f"{kept:,} of {there:,} policies are drawn, {how}; the table and the downloads hold all."


def words(rows: pd.DataFrame) -> str:
    """What a panel shows in a sentence: the highest and the lowest median with their bands."""
    if rows.empty:
        return "no policy"
    ordered = rows.sort_values("p50", kind="stable")
    ends = [ordered.iloc[-1], ordered.iloc[0]]
    told = [
        f"{kind} {number(row.p50)} (90% of worlds {number(row.p05)} to {number(row.p95)}) under policy {row.policy}"
        for kind, row in zip(("highest median", "lowest"), ends, strict=True)
    ]
    return f"{rows['policy'].nunique()} policies; {'; '.join(told)}"
