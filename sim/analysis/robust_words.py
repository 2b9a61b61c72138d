"""How robust policies are, as tables with short rows and as plain data."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr

from sim.analysis import explaining
from sim.analysis.robustness import PERCENTILES, Robustness, schools
from sim.tables import lines, number

SHOWN = 12
"""Policies in a table, the least regretted first, unless all are asked for."""

FOOT = (
    "Regret: how far a policy falls short of the best of these policies in the same world; a rank is by school, 1 is\n"
    "the least regretted. Schools are rival theories and never pooled: the worst of them is what a policy can promise."
)
DEALT = (
    "Schools were dealt other worlds, so that part of what sets them apart is luck. Brackets in the last column of\n"
    "regrets: where the figure of endless worlds lies with 95% confidence. No worst school is named where the\n"
    "intervals of schools overlap."
)


def text(found: Any, robust: Robustness, every: bool = False) -> str:
    """Regret and percentiles by policy and school as tables, first who has the least regret in the worst school.

    Rows name a policy by its number, and by its scenario where these differ; `key` says what it is.
    """
    unit, year = robust.values.attrs.get("units", ""), robust.values.attrs["year"]
    label, table, names = robust.values.attrs["label"], robust.table, schools(robust.values)
    order, (low, high), worst = shown(robust, every), robust.interval, robust.worst_school
    who = _names(found, order)
    regrets = [
        [who[p], *(f"{number(_at(table.p90, p, s))} ({_at(table['rank'], p, s):.3g})" for s in names),
         f"{_between(*(float(a.sel(policy=p)) for a in (robust.guarantee, low, high)))} {worst.sel(policy=p).item()}"]
        for p in order
    ]  # fmt: skip
    ranges = [[who[p], *(_between(*(_at(table[n], p, s) for n in PERCENTILES)) for s in names)] for p in order]
    parts = [
        f"{label}, {unit}, end of {year}; the {robust.best} is best\n",
        "regret, at most in 90% of worlds (rank)",
        lines(["policy", *names, "worst school"], regrets),
        "\noutcome, median (90% of worlds)",
        lines(["policy", *names], ranges),
    ]
    return "\n".join(parts) + _left_out(robust, order)


def satisficing_text(found: Any, share: xr.DataArray, every: bool = False) -> str:
    """The share of worlds that meet the demands, by policy and school; the best in its worst school first."""
    names, worst = [str(s) for s in share.school.values], share.min("school")
    order = shown_satisfied(share, every)
    who = _names(found, order)
    rows = [[who[p], *(f"{_at(share, p, s):.0%}" for s in names), f"{float(worst.sel(policy=p)):.0%}"] for p in order]
    asked = " and ".join(one["words"] for one in share.attrs["demands"])
    return f"worlds with {asked}\n" + lines(["policy", *names, "worst school"], rows)


def key(found: Any, policies: Sequence[int]) -> str:
    """What policies are, a line each: number and settings; nothing where rows say it already."""
    told = {p: _settings(found, p) for p in sorted(set(policies))}
    if all(words == found.policies.loc[p, "scenario"] for p, words in told.items()) and not _one_scenario(found, told):
        return ""
    return "policies\n" + "\n".join(f"#{p}  {words}" for p, words in told.items())


def _settings(found: Any, policy: int) -> str:
    """What an experiment has set for a policy, or its label."""
    row = found.policies.loc[policy]
    own = {str(c): float(row[c]) for c in found.policies if str(c).startswith(explaining.LEVER)}
    told = [f"{explaining.called(name)} {value:.4g}" for name, value in own.items() if value == value]
    return ", ".join(told) or str(row["label"])


def foot(judged: Sequence[Robustness], share: xr.DataArray | None = None) -> str:
    """How to read the tables, and what to know about policies and worlds."""
    several = any(one.table.sizes["school"] > 1 for one in judged)
    return "\n".join([FOOT, *([DEALT] if several else []), *(f"Note: {note}" for note in notes(judged, share))])


def notes(judged: Sequence[Robustness], share: xr.DataArray | None = None) -> list[str]:
    """What to know about policies and worlds, each once."""
    every = [note for one in judged for note in one.notes] + list(share.attrs["notes"] if share is not None else ())
    return list(dict.fromkeys(every))


def data(found: Any, robust: Robustness) -> dict[str, Any]:
    """Regret, percentiles, ends and ranks by policy and school as plain data; over schools the worst."""
    table, attrs, (low, high), worst = robust.table, robust.values.attrs, robust.interval, robust.worst_school
    rows = [
        {"policy": p, "label": str(found.policies.loc[p, "label"]), "school": s}
        | {str(name): _at(table[name], p, s) for name in table.data_vars}
        for p in map(int, table.policy.values)
        for s in schools(robust.values)
    ]
    guarantees = [
        {"policy": p, "worst_school": worst.sel(policy=p).item() or None}
        | {n: float(a.sel(policy=p)) for n, a in (("p90", robust.guarantee), ("low", low), ("high", high))}
        for p in map(int, table.policy.values)
    ]
    return {
        "outcome": robust.outcome, "best_end": robust.best, "unit": attrs.get("units", ""), "year": attrs["year"],
        "badge": attrs.get("badge", ""), "label": attrs["label"], "policies": rows, "over_schools": guarantees,
    }  # fmt: skip


def satisficing_data(found: Any, share: xr.DataArray) -> dict[str, Any]:
    """The share of worlds that meet the demands as plain data."""
    rows = [
        {"policy": p, "label": str(found.policies.loc[p, "label"]), "school": str(s), "share": _at(share, p, str(s))}
        for p in map(int, share.policy.values)
        for s in share.school.values
    ]
    return {"demands": share.attrs["demands"], "policies": rows}


def shown(robust: Robustness, every: bool = False) -> list[int]:
    """The policies of a table, the least regretted first: SHOWN of them, or all."""
    ordered = robust.guarantee.policy.values[np.argsort(robust.guarantee.values, kind="stable")]
    return [int(p) for p in (ordered if every else ordered[:SHOWN])]


def shown_satisfied(share: xr.DataArray, every: bool = False) -> list[int]:
    """The policies of a table, first who meets the demands most often in the worst school: SHOWN of them, or all."""
    ordered = share.policy.values[np.argsort(-share.min("school").values, kind="stable")]
    return [int(p) for p in (ordered if every else ordered[:SHOWN])]


def _left_out(robust: Robustness, shown: Sequence[int]) -> str:
    more = robust.guarantee.sizes["policy"] - len(shown)
    return f"\n{more} more policies are regretted more; --all shows them." if more else ""


WIDEST = 20
"""Letters of a scenario's name in a row."""


def _names(found: Any, policies: Sequence[int]) -> dict[int, str]:
    """What rows call policies: by number alone where all are of one scenario."""
    if _one_scenario(found, policies):
        return {p: f"#{p}" for p in policies}
    scenarios = {p: str(found.policies.loc[p, "scenario"]) for p in policies}
    return {p: f"#{p} {s if len(s) <= WIDEST else f'{s[: WIDEST - 1]}…'}" for p, s in scenarios.items()}


def _one_scenario(found: Any, policies: Iterable[int]) -> bool:
    """Whether these policies are settings of one and the same scenario."""
    return bool(found.policies.loc[list(policies), "scenario"].nunique() == 1)


def _between(middle: float, low: float, high: float) -> str:
    return f"{number(middle)} ({number(low)}–{number(high)})"


def _at(values: xr.DataArray, policy: int, school: str) -> float:
    return float(values.sel(policy=policy, school=school))
