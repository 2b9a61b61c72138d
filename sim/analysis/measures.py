"""What of a batch is judged: one number by policy and world, of an outcome or of what it differs from a baseline's.

A risk, also one by front, is only looked at as a multiple of a baseline's in the same world. Policies compare only
within one nature: under the same assumptions about the world.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from sim.errors import InputError
from sim.outcomes import OUTCOMES
from sim.outcomes.declare import JUDGEMENT
from sim.outcomes.named import RELATIVE, is_risk, named, split
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.results import relative_risk

MOST_LEFT_OUT = 0.05
"""Largest part of a school's worlds that may be left out for want of a number."""


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


def policy_numbers(found: Any, words: Sequence[int | str] = (), option: str = "--policy") -> list[int]:
    """The numbers of these policies, each once, or of all; `option` is what names them. Raises InputError."""
    named = [policy_number(found, word, option) for word in words]
    return list(dict.fromkeys(named)) or [int(n) for n in found.policies.index]


def one_nature(
    found: Any, policies: Sequence[int], option: str = "--policy", fewest: int = 1, base: int | None = None
) -> str:
    """The nature that these policies, and a baseline, share.

    Raises InputError where they are played under different assumptions. It says what to choose instead: `fewest`
    policies or more of one nature, named with `option`, and a baseline of theirs.
    """
    natures = found.policies.loc[list(policies), "nature"]
    own = natures.iloc[0] if base is None else found.policies.loc[base, "nature"]
    if (natures == own).all():
        return str(own)
    pair = int(natures.index[0]) if base is None else base, int(natures.index[natures != own][0])
    told = f"policies {pair[0]} and {pair[1]} assume different worlds (uncertainties, school or tables)"
    raise InputError(f"{told} and do not compare. {_instead(found, natures, option, fewest, base)}")


def _instead(found: Any, natures: Any, option: str, fewest: int, base: int | None) -> str:
    """What to choose where natures differ: policies held against this baseline, or else another baseline."""
    groups = {str(one): [int(n) for n in natures.index[natures == one]] for one in natures.unique()}
    if base is not None:
        own = [n for n in groups.get(str(found.policies.loc[base, "nature"]), []) if n != base or fewest > 1]
        if len(own) >= fewest:
            return f"Choose policies of one nature: {_options(option, own)}."
    for nature, same in sorted(groups.items(), key=lambda group: -len(group[1])):
        every = [int(n) for n in found.policies.index[found.policies["nature"].astype(str) == nature]]
        bases = [n for n in every if n not in same] or (same if fewest > 1 else same[:1])
        rest = [n for n in same if fewest > 1 or n != bases[0]]
        if base is None and len(same) >= fewest:
            return f"Choose policies of one nature: {_options(option, same)}."
        if base is not None and len(rest) >= fewest:
            chosen = f"{_options(option, rest)} --against {bases[0]}"
            return f"Choose policies of one nature and a baseline of theirs: {chosen}."
    return "Too few share their assumptions: play them again with the same uncertainties, school and tables."


def _options(option: str, policies: Sequence[int]) -> str:
    """Policies as the command takes them."""
    return " ".join(f"{option} {policy}" for policy in policies)


def distinct(found: Any, policies: Sequence[int]) -> tuple[list[int], tuple[str, ...]]:
    """These policies without those whose plan is the very same as that of an earlier one, and a note on them."""
    plans, first = found.policies["plan"], dict[str, int]()
    twins = [(p, first[plans[p]]) for p in policies if first.setdefault(plans[p], p) != p]
    kept = [p for p in policies if p not in {later for later, _ in twins}]
    told = ", ".join(f"{later} is {earlier}" for later, earlier in twins[:6]) + (", …" if len(twins) > 6 else "")
    return kept, (f"Policies that are the very same count once: {told}.",) if twins else ()


def measured(
    found: Any,
    name: str,
    year: int | None = None,
    against: int | str | None = None,
    policies: Sequence[int | str] = (),
    option: str = "--policy",
    fewest: int = 1,
) -> xr.DataArray:
    """An outcome of a batch by policy and world: dims (policy, world), coords label and school, attrs as an outcome.

    With `against`, a policy's number or label, it is the difference to that policy in the same world; of a risk it is
    the ratio, with or without `relative_` in its name. `year` is the last one unless given. `option` is what the user
    names `policies` with, `fewest` how many are needed. attrs["label"] says in words what is measured,
    attrs["baseline"] the label of that policy.

    Policies that are the very same count once, and a world in which one of them has no finite number is left out for
    all: attrs["notes"] says so.

    Raises InputError for an unknown outcome, year or policy, a risk without a baseline, policies under different
    assumptions, or more than MOST_LEFT_OUT of a school's worlds without a number.
    """
    plain = kept_as(name)
    base = None if against is None else policy_number(found, against, "--against")
    ratio = name.startswith(RELATIVE)
    if ratio and not is_risk(plain):
        raise InputError(f"{name}: only risks are ratios to a baseline. Write {plain} with --against.")
    if base is None and is_risk(plain):
        raise InputError(
            f"{name}: the level of a risk rests on an assumed anchor, so that it is only shown relative to a baseline. "
            f"Add --against 0."
        )
    chosen, notes = distinct(found, policy_numbers(found, policies, option))
    one_nature(found, chosen, option, fewest, base)
    table = found.table([plain], year, [*chosen, *([] if base is None else [base])])
    if plain not in table:
        raise InputError(f"{plain}: no outcome of this batch. {hint(plain, map(str, table.data_vars), most=40)}")
    values = table[plain].sel(policy=chosen)
    attrs = dict(table[plain].attrs) | {"label": label_of(plain), "baseline": ""}
    if base is not None:
        values, attrs = _beside(values, table[plain].sel(policy=base, drop=True), attrs, plain, found, base)
    values, left = _complete(values.transpose("policy", "world"), name, option)
    attrs |= {"outcome": plain, "year": int(year if year is not None else found.years[-1]), "notes": (*notes, *left)}
    return values.assign_attrs(attrs)


def spelled(name: str, of: str | None = None) -> str:
    """A name with the front or host that was given beside it. Raises InputError where these do not go together."""
    if not of:
        return name
    return f"{RELATIVE if name.startswith(RELATIVE) else ''}{named(name, of).column}"


def kept_as(name: str) -> str:
    """The column in which a batch keeps an outcome, however it is spelled."""
    found = split(name)
    return name.removeprefix(RELATIVE) if found is None else found.column


def _beside(
    values: xr.DataArray, base: xr.DataArray, attrs: dict[str, Any], name: str, found: Any, against: int
) -> tuple[xr.DataArray, dict[str, Any]]:
    """Values as they differ from a baseline's in the same world, and what is said of that."""
    whose = str(found.policies.loc[against, "label"])
    if is_risk(name):
        base = base.drop_vars("label", errors="ignore")
        ratio = relative_risk(base, values)
        return ratio, attrs | dict(ratio.attrs) | {"units": f"times that of {whose}", "baseline": whose}
    more = {"badge": JUDGEMENT, "label": f"{attrs['label']}, difference to {whose}", "baseline": whose}
    return values - base.drop_vars("label", errors="ignore"), attrs | more


def _complete(values: xr.DataArray, name: str, option: str) -> tuple[xr.DataArray, tuple[str, ...]]:
    """The worlds in which every policy has a finite number, and a note on the others. Raises InputError."""
    sound = np.isfinite(values.values)
    whole = sound.all(axis=0)
    if whole.all():
        return values, ()
    told = []
    for school in (s for s in SCHOOLS if bool((values.school == s).any())):
        own = values.school.values == school
        lost, count = int(np.sum(own & ~whole)), int(own.sum())
        if lost > MOST_LEFT_OUT * count:
            worst = int(values.policy.values[int((~sound[:, own]).sum(axis=1).argmax())])
            raise InputError(
                f"{name}: no finite number in {lost:,} of {count:,} worlds of the {school} school, most of all under "
                f"policy {worst}; {MOST_LEFT_OUT:.0%} may be left out. See failures.parquet, and choose another "
                f"outcome or year, or other policies with {option}."
            )
        told += [f"{lost:,} of {count:,} of {school}"] if lost else []
    note = (
        f"Worlds left out under every policy, since one of them has no finite {name} there: {', '.join(told)}; "
        f"failures.parquet says why a run failed."
    )
    return values.isel(world=np.flatnonzero(whole)), (note,)


def label_of(name: str) -> str:
    """What an outcome is called, also one of a front or host."""
    if name in OUTCOMES:
        return OUTCOMES[name].label
    for declared in OUTCOMES.values():
        if declared.by and name.startswith(f"{declared.name}_"):
            return f"{declared.label}: {name.removeprefix(f'{declared.name}_').replace('_', ' ')}"
    return name


BARE = ("share", "index", "probability", "elasticity", "factor", "logit", "log")
"""Units that are not said beside a number, as little as a scale such as `0 to 1`."""


def quantity(value: float, unit: str) -> str:
    """A number with three digits and its unit: `4.2% of GDP`, `0.031 log/yr`, `12,000 persons`."""
    return with_unit(f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}", unit)


def with_unit(text: str, unit: str) -> str:
    """A number that is written already, and its unit."""
    if unit in BARE or (unit[:1].isdigit() and " " in unit) or unit.startswith("-"):
        return text
    return f"{text}{unit}" if unit.startswith("%") else f"{text} {unit}".rstrip()


def ordinal(place: float) -> str:
    """A place between 0 and 1 as a percentile: 1st, 22nd, 99th."""
    number = min(99, max(1, round(100 * place)))
    ending = "th" if number // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
