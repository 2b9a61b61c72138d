"""Scenarios side by side: documents that disagree, each compared with the same baseline under the same luck."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim import facts, frames, results
from sim.outcomes import FRONT_NAMES, OUTCOMES, outcomes
from sim.report import EFFECTS, REPORTED, SCALAR, WHERE_MOVED, closing, comparison, label, risk_cells, told
from sim.scenario import Scenario
from sim.tables import lines, number

SHOWN = ("risk", "troops_europe", "troops_by_host")
"""Outcomes of each run that regret and the chart look at."""

REGRETTED = "risk"
WIDEST = 30
"""Widest line of a heading, characters."""


@dataclass(frozen=True)
class Member:
    """A scenario beside others: `both` its differences from the baseline, `own` and `base` what each run showed."""

    scenario: Scenario
    baseline: Scenario
    both: xr.Dataset
    own: xr.Dataset
    base: xr.Dataset


def beside(
    baseline: Scenario, scenarios: Sequence[Scenario], simulate: Callable[[Scenario], xr.Dataset]
) -> list[Member]:
    """Each scenario next to the baseline's policy in its world; `simulate` makes a run with what outcomes need."""
    members, last = [], None
    for scenario in scenarios:
        first = baseline.under(scenario)
        if last is None or last[0] != first.plan():
            last = first.plan(), simulate(first)
        runs = last[1], simulate(scenario)
        own, base = (outcomes(run, SHOWN) for run in reversed(runs))
        members.append(Member(scenario, first, results.compare(*runs), own=own, base=base))
    return members


def documents(scenario: Scenario, baseline: Scenario) -> tuple[str, ...]:
    """Numbers of the documents whose facts a scenario rests on beyond those of the baseline, its own list first."""
    known = facts.load_facts()
    return tuple(dict.fromkeys(known[key].document for key in scenario.facts if key not in baseline.facts))


def family(scenario: Scenario, baseline: Scenario) -> str:
    """The documents of a scenario in words."""
    numbers = documents(scenario, baseline)
    return f"document{'s' * (len(numbers) > 1)} {' and '.join(numbers)}" if numbers else "no document"


def last_year(members: Sequence[Member]) -> int:
    """The last year that all have reached."""
    return min(int(member.both.year[-1]) for member in members)


def names(members: Sequence[Member]) -> list[str]:
    """What the policies are called, the baseline first; the second of a name gets a number."""
    taken: list[str] = []
    for name in (members[0].baseline.name, *(member.scenario.name for member in members)):
        numbered = (f"{name} (no. {number})" for number in count(2))
        taken.append(next(free for free in chain([name], numbered) if free not in taken))
    return taken


def regrets(members: Sequence[Member]) -> xr.DataArray | None:
    """Regret by policy and school, the baseline being a policy; None where scenarios assume different worlds."""
    if len({tuple(str(m.own.attrs[key]) for key in results.PAIRED) for m in members}) > 1:
        return None
    tables = (members[0].base, *(member.own for member in members))
    return results.regret(dict(zip(names(members), tables, strict=True)), REGRETTED).sel(year=last_year(members))


# --- for programs ---------------------------------------------------------------------------------------------------


def data(members: Sequence[Member]) -> list[dict[str, Any]]:
    """The comparisons as plain data, a list: each with its documents, its regret and that of the baseline."""
    year, found = last_year(members), regrets(members)
    tables = []
    for n, member in enumerate(members, start=1):
        more: dict[str, Any] = {"documents": list(documents(member.scenario, member.baseline)), "regret": None}
        if found is not None:
            own, base = found[n], found[0]
            more["regret"] = {
                "outcome": REGRETTED, "unit": found.attrs["units"], "badge": found.attrs["badge"],
                "policies": [str(policy) for policy in found.policy.values],
                "by_school": {
                    str(school): {"scenario": own.sel(school=school).item(), "baseline": base.sel(school=school).item()}
                    for school in found.school.values
                },
            }  # fmt: skip
        tables.append(comparison(member.both, year) | more)
    return tables


def hosts(members: Sequence[Member]) -> list[str]:
    """The hosts that the scenarios' withdrawals name."""
    return sorted({host for m in members for w in m.scenario.plan().withdrawals for host in w.hosts})


def title(members: Sequence[Member]) -> str:
    """What the chart shows."""
    roster = members[0].baseline.plan().roster
    called = [dict(zip(roster.iso3, roster.name, strict=True))[host] for host in hosts(members)]
    return f"US troops in {', '.join(called) or 'Europe'}, persons: median, and what holds 50% and 90% of worlds"


def frame(members: Sequence[Member]) -> pd.DataFrame:
    """What the chart draws: US troops in the hosts of the scenarios, or in all of Europe where they name none."""
    first, *called = names(members)
    runs = [(first, frames.BASE, members[0].base, members[0].baseline.plan().roster)]
    for name, m in zip(called, members, strict=True):
        runs.append((name, family(m.scenario, m.baseline), m.own, m.scenario.plan().roster))
    return frames.families(runs, hosts(members))


# --- for people -----------------------------------------------------------------------------------------------------


def text(members: Sequence[Member], every: bool = False) -> str:
    """The comparisons for people: a row an outcome, a column a scenario; `every` shows all outcomes."""
    year, worlds = last_year(members), members[0].both.attrs["worlds"]
    rows, units = differences(members, every)
    risks = risk_rows(members)
    return "\n".join([
        f"{len(members)} scenarios against {members[0].baseline.name}: {worlds:,} simulated worlds, end of {year}\n",
        _table("difference, world by world: median (90% of worlds)", members, rows, units),
        "\nRisk of a limited attack since the start, as a multiple of the baseline: median (90% of worlds)",
        _table("front, school", members, risks),
        "\n" + _regret_text(members),
        "\nEach scenario is compared with the baseline's policy in the same worlds, and both are measured against the\n"
        "scenario's threshold. The risks rest on judgement and cannot be scored; schools are not weighed against each\n"
        f"other.\n{EFFECTS}\n" + closing(*(member.scenario for member in members)) + "\n",
    ])  # fmt: skip


def differences(members: Sequence[Member], every: bool = False) -> tuple[list[list[str]], list[str]]:
    """A row an outcome, a cell a scenario: median and 90% band of the paired difference; and the units."""
    year = last_year(members)
    moved = {name for member in members for name in told(member.both, year, every)}
    shown = [name for name in (SCALAR if every else (*REPORTED, *WHERE_MOVED)) if name in moved]
    rows = [[_row(name, members), *(_cell(m.both[name].sel(year=year)) for m in members)] for name in shown]
    return rows, [OUTCOMES[name].unit for name in shown]


def risk_rows(members: Sequence[Member]) -> list[list[str]]:
    """A row a front and school, a cell a scenario: the risk as a multiple of the baseline's."""
    cells = [{(f, s): c for f, s, c in risk_cells(m.both, last_year(members))} for m in members]
    fronts = list(dict.fromkeys(key for column in cells for key in column))
    return [[f"{FRONT_NAMES[key[0]]}, {key[1]}", *(_times(column.get(key)) for column in cells)] for key in fronts]


def _row(name: str, members: Sequence[Member]) -> str:
    """What a row is called: with the threshold where all have the same."""
    labels = {label(name, member.both) for member in members}
    return labels.pop() if len(labels) == 1 else f"{OUTCOMES[name].label}, each its own"


def _cell(difference: xr.DataArray) -> str:
    if not difference.values.any():
        return "exactly 0"
    low, middle, high = np.nanquantile(difference, [0.05, 0.5, 0.95])
    return f"{number(middle, sign=True)} ({number(low, sign=True)} to {number(high, sign=True)})"


def _times(cell: np.ndarray | None) -> str:
    """A relative risk; nothing where a scenario does not play the school."""
    return "" if cell is None else f"{cell[1]:.1f} ({cell[0]:.1f}–{cell[2]:.1f})"


def _table(corner: str, members: Sequence[Member], rows: list[list[str]], units: Sequence[str] = ()) -> str:
    """A table whose columns are headed by name and documents, with units at the end."""
    heads = [[*wrap(name, WIDEST), family(m.scenario, m.baseline)] for name, m in columns(members)]
    depth = max(map(len, heads))
    heads = [[corner] + [""] * (depth - 1), *([""] * (depth - len(head)) + head for head in heads)]
    if units:
        heads.append([""] * (depth - 1) + ["unit"])
        rows = [[*row, unit] for row, unit in zip(rows, units, strict=True)]
    first, *more = zip(*heads, strict=True)
    return lines(first, [*map(list, more), *rows])


def columns(members: Sequence[Member]) -> list[tuple[str, Member]]:
    """The scenarios with what they are called."""
    return list(zip(names(members)[1:], members, strict=True))


def _regret_text(members: Sequence[Member]) -> str:
    found = regrets(members)
    if found is None:
        return "No regret: these scenarios assume different worlds, and only policies in the same world compare."
    rows = [
        [str(policy.item()), *(number(cell) for cell in found.sel(policy=policy).values)] for policy in found.policy
    ]
    return (
        "Regret in that risk, on any ally (judgement; its level rests on the assumed anchor): probability by which\n"
        "the policy exceeds the best of these policies in the same world, median of the school's worlds\n"
        + lines(["policy", *map(str, found.school.values)], rows)
    )
