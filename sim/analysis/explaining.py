"""What results are explained by: uncertainties, and levers where policies vary; their values and their words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim import quarters as calendar
from sim.analysis.measures import one_nature
from sim.errors import InputError
from sim.params import levers, uncertainties

LEVER = "lever_"
"""What stands before a lever's name in the columns of a batch."""

PLACES = ("nature", "world", "school")
"""Columns of a batch's worlds that are no uncertainty."""


def varying(
    found: Any, policies: Sequence[int], worlds: Sequence[int], year: int | None = None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """What varies among worlds, and levers among several policies, with notes on levers.

    Rows are (policy, world), floats, a column each; what does not vary is left out. A lever stands as it does at the
    end of the year (the last), whatever moved it there: see `lever_values`.
    Raises InputError where an uncertainty is no finite number.
    """
    nature = one_nature(found, policies)
    rows = found.worlds[found.worlds["nature"].astype(str) == nature].set_index("world")
    uncertain = rows.reindex(list(worlds)).drop(columns=[c for c in PLACES if c in rows]).astype(np.float64)
    set_by, notes = lever_values(found, policies, year) if len(policies) > 1 else (pd.DataFrame(), ())
    frames = []
    for policy in policies:
        own = {str(column): float(set_by.loc[policy, column]) for column in set_by}
        frames.append(uncertain.assign(**own))
    table = pd.concat(frames, keys=list(policies), names=["policy", "world"])
    lacking = [str(c) for c in table if not np.all(np.isfinite(table[c]))]
    if lacking:
        raise InputError(f"{', '.join(lacking)}: not a finite number in every world. Analyse worlds that are complete.")
    return table.loc[:, table.nunique() > 1], notes


def lever_values(found: Any, policies: Sequence[int], year: int | None = None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The levers that differ among policies, by policy, at the end of a year (the last), and notes on them.

    The notes name levers that move before that. Where a plan can no longer be read, what the experiment set stands for
    all of them, and a note says which levers are left out for want of a value.
    """
    year = int(found.years[-1] if year is None else year)
    try:
        paths = {policy: _paths(found.plan(policy), year) for policy in policies}
    except InputError:
        return _as_set(found, policies)
    table = pd.DataFrame({f"{LEVER}{name}": {p: paths[p][name][-1] for p in policies} for name in levers()})
    table = table.loc[:, table.nunique() > 1]
    moved = {c: [p for p in policies if np.ptp(paths[p][c.removeprefix(LEVER)]) > 0] for c in map(str, table)}
    notes = [
        f"{called(column)} moves on the way under {_counted(moving)}: it stands as it does at the end of {year}."
        for column, moving in moved.items()
        if moving
    ]
    return table, tuple(notes)


def _paths(plan: Any, year: int) -> dict[str, Any]:
    """The levers of a plan up to the end of a year."""
    last = calendar.number(f"{year}Q4") - calendar.number(plan.quarters[0]) + 1
    return {name: path[:last] for name, path in plan.levers.items()}


def _as_set(found: Any, policies: Sequence[int]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The levers that an experiment sets for every policy, and a note on those that it sets for some only."""
    columns = [str(c) for c in found.policies if str(c).startswith(LEVER)]
    table = found.policies.loc[list(policies), columns].astype(np.float64)
    lacking = [column for column in columns if table[column].isna().any() and table[column].notna().any()]
    notes = [
        f"{called(column)} is left out: not every policy sets it, and the plans were played by another version."
        for column in lacking
    ]
    return table[[column for column in columns if table[column].notna().all()]], tuple(notes)


def _counted(policies: Sequence[int]) -> str:
    return f"policy {policies[0]}" if len(policies) == 1 else f"{len(policies)} policies, such as {policies[0]}"


def unit_of(name: str) -> str:
    """The unit of an uncertainty, or of a lever's column; nothing where it is undeclared."""
    declared = _declared(name)
    return declared.unit if declared else ""


def about(name: str) -> str:
    """One clause on an uncertainty or on a lever's column; nothing where it is undeclared."""
    declared = _declared(name)
    return declared.about.split(";")[0] if declared else ""


def called(name: str) -> str:
    """The name of an uncertainty or lever as people say it."""
    return name.removeprefix(LEVER).replace("_", " ")


def _declared(name: str) -> Any:
    return levers().get(name.removeprefix(LEVER)) if name.startswith(LEVER) else uncertainties().get(name)
