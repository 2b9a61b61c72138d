"""What of a batch is judged: one number by policy and world, of an outcome or of what it differs from a baseline's.

A risk is only looked at by front or as a multiple of a baseline's in the same world. Policies compare only within one
nature: under the same assumptions about the world.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.errors import InputError
from sim.outcomes import OUTCOMES
from sim.outcomes.declare import JUDGEMENT
from sim.params import levers, uncertainties
from sim.reading import hint
from sim.results import RISKS, relative_risk

LEVER = "lever_"
"""What stands before a lever's name in the columns of a batch."""

RELATIVE = "relative_"
"""What stands before a risk's name where it is a multiple of a baseline's."""

PLACES = ("nature", "world", "school")
"""Columns of a batch's worlds that are no uncertainty."""


def policy_number(found: Any, word: int | str, what: str = "--policy") -> int:
    """The number of a policy given by its number or its label. Raises InputError."""
    numbers, labels = [int(n) for n in found.policies.index], [str(label) for label in found.policies["label"]]
    text = str(word).strip()
    if text.isdecimal() and int(text) in numbers:
        return int(text)
    named = [number for number, label in zip(numbers, labels, strict=True) if label == text]
    if len(named) > 1:
        raise InputError(f"{what} {text!r}: {len(named)} policies have this label. Give a number: {_few(named)}.")
    if not named:
        known = f"Numbers: {_few(numbers)}. " if text.isdecimal() else ""
        raise InputError(f"{what} {text!r}: no such policy. {known}{hint(text, labels)}")
    return named[0]


def _few(numbers: Sequence[int]) -> str:
    """Numbers in words, the first and the last where there are many."""
    if len(numbers) > 6:
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers))


def policy_numbers(found: Any, words: Sequence[int | str] = ()) -> list[int]:
    """The numbers of these policies, each once, or of all. Raises InputError, also where their natures differ."""
    chosen = list(dict.fromkeys(policy_number(found, word) for word in words)) or [int(n) for n in found.policies.index]
    one_nature(found, chosen)
    return chosen


def one_nature(found: Any, policies: Sequence[int]) -> str:
    """The nature that these policies share. Raises InputError where they are played under different assumptions."""
    natures = found.policies.loc[list(policies), "nature"]
    if natures.nunique() > 1:
        same = [int(n) for n in natures.index[natures == natures.iloc[0]]]
        other = int(natures.index[natures != natures.iloc[0]][0])
        raise InputError(
            f"policies {same[0]} and {other} assume different worlds (uncertainties, school or tables) and do not "
            f"compare. Choose policies of one nature: --policy {' --policy '.join(map(str, same[:3]))} …"
        )
    return str(natures.iloc[0])


def measured(
    found: Any, name: str, year: int | None = None, against: int | str | None = None, policies: Sequence[int | str] = ()
) -> xr.DataArray:
    """An outcome of a batch by policy and world: dims (policy, world), coords label and school, attrs as an outcome.

    With `against`, a policy's number or label, it is the difference to that policy in the same world; of a risk it is
    the ratio. `year` is the last one unless given. attrs["label"] says in words what is measured.

    Raises InputError for an unknown outcome, year or policy, a risk of any ally without a baseline, policies under
    different assumptions, or values that are no finite numbers.
    """
    plain = name.removeprefix(RELATIVE)
    base = None if against is None else policy_number(found, against, "--against")
    if base is None and (plain == "risk" or name != plain):
        raise InputError(f"{name}: a risk is shown by front or relative to a baseline. Add --against 0, or a front.")
    if name != plain and not is_risk(plain):
        raise InputError(f"{name}: only risks are ratios to a baseline. Write {plain} with --against.")
    chosen = policy_numbers(found, policies)
    if base is not None:
        one_nature(found, [*chosen, base])
    table = found.table([plain], year)
    if plain not in table:
        raise InputError(f"{plain}: no outcome of this batch. {hint(plain, map(str, table.data_vars), most=40)}")
    values = table[plain].sel(policy=chosen)
    attrs = dict(table[plain].attrs) | {"label": label_of(plain)}
    if base is not None:
        values, attrs = _beside(values, table[plain].sel(policy=base, drop=True), attrs, plain, found, base)
    _finite(values, name)
    attrs |= {"outcome": name, "year": int(year if year is not None else found.years[-1])}
    return values.transpose("policy", "world").assign_attrs(attrs)


def is_risk(name: str) -> bool:
    """Whether an outcome, also one of a front, is a probability of an attack."""
    return any(name == risk or name.startswith(f"{risk}_by_front") for risk in RISKS)


def _beside(
    values: xr.DataArray, base: xr.DataArray, attrs: dict[str, Any], name: str, found: Any, against: int
) -> tuple[xr.DataArray, dict[str, Any]]:
    """Values as they differ from a baseline's in the same world, and what is said of that."""
    whose = str(found.policies.loc[against, "label"])
    if is_risk(name):
        base = base.drop_vars("label", errors="ignore")
        ratio = relative_risk(base, values)
        return ratio, attrs | dict(ratio.attrs) | {"units": f"times that of {whose}"}
    more = {"badge": JUDGEMENT, "label": f"{attrs['label']}, difference to {whose}"}
    return values - base.drop_vars("label", errors="ignore"), attrs | more


def _finite(values: xr.DataArray, name: str) -> None:
    """Refuse what no analysis can use. Raises InputError."""
    if not np.all(np.isfinite(values)):
        bad = ~np.isfinite(values.transpose("policy", "world").to_numpy())
        row, column = np.argwhere(bad)[0]
        policy, world = int(values.policy[row]), int(values.world[column])
        raise InputError(
            f"{name}: {int(bad.sum()):,} of {bad.size:,} values are no finite numbers, first that of policy {policy} "
            f"in world {world}. Choose another outcome, year or policy."
        )


def label_of(name: str) -> str:
    """What an outcome is called, also one of a front or host."""
    if name in OUTCOMES:
        return OUTCOMES[name].label
    for declared in OUTCOMES.values():
        if declared.by and name.startswith(f"{declared.name}_"):
            return f"{declared.label}: {name.removeprefix(f'{declared.name}_').replace('_', ' ')}"
    return name


# --- what they are explained by -------------------------------------------------------------------------------------


def explaining(found: Any, policies: Sequence[int], worlds: Sequence[int]) -> pd.DataFrame:
    """What varies among worlds, and levers among several policies: rows (policy, world), a column each, floats.

    Where a policy leaves a lever as its scenario has it, the scenario's value stands, if it is one over the whole run;
    a lever that moves there is left out, and so is what does not vary.
    Raises InputError where an uncertainty is no finite number.
    """
    nature = one_nature(found, policies)
    rows = found.worlds[found.worlds["nature"].astype(str) == nature].set_index("world")
    uncertain = rows.reindex(list(worlds)).drop(columns=[c for c in PLACES if c in rows]).astype(np.float64)
    set_by = lever_values(found, policies)
    frames = []
    for policy in policies:
        frame = uncertain.copy()
        for column in set_by.columns[set_by.notna().all()]:
            frame[column] = float(set_by.loc[policy, column])
        frames.append(frame)
    table = pd.concat(frames, keys=list(policies), names=["policy", "world"])
    lacking = [str(c) for c in table if not np.all(np.isfinite(table[c]))]
    if lacking:
        raise InputError(f"{', '.join(lacking)}: not a finite number in every world. Analyse worlds that are complete.")
    return table.loc[:, table.nunique() > 1]


def lever_values(found: Any, policies: Sequence[int]) -> pd.DataFrame:
    """The levers that vary in a batch by policy, as their scenarios have them where nothing else is said, or NaN."""
    columns = [str(c) for c in found.policies if str(c).startswith(LEVER)]
    table = found.policies.loc[list(policies), columns].astype(np.float64)
    for policy, column in np.argwhere(table.isna().to_numpy()):
        try:
            path = found.plan(int(table.index[policy])).levers
        except InputError:
            continue
        own = path[columns[column].removeprefix(LEVER)]
        table.iloc[policy, column] = own[-1] if np.all(own == own[-1]) else np.nan
    return table


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


BARE = ("share", "index", "probability", "elasticity", "factor", "logit", "log")
"""Units that are not said beside a number, as little as a scale such as `0 to 1`."""


def quantity(value: float, unit: str) -> str:
    """A number with three digits and its unit: `4.2% of GDP`, `0.031 log/yr`, `12,000 persons`."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if unit in BARE or (unit[:1].isdigit() and " " in unit) or unit.startswith("-"):
        return text
    return f"{text}{unit}" if unit.startswith("%") else f"{text} {unit}".rstrip()


def ordinal(place: float) -> str:
    """A place between 0 and 1 as a percentile: 1st, 22nd, 99th."""
    number = min(99, max(1, round(100 * place)))
    ending = "th" if number // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
