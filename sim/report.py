"""Results as text for people and as plain data for programs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from sim import facts, results
from sim.outcomes import FRONT_NAMES, HEADLINES, OUTCOMES
from sim.scenario import Scenario
from sim.tables import lines, number

REPORTED = (*HEADLINES, "us_share_of_spending", "allies_at_2", "allies_at_3_5", "gap_burilkov_wolff", "cohesion")
"""Outcomes that are reported, the headlines first."""


def heading(table: xr.Dataset) -> dict[str, Any]:
    """What was run."""
    return {key: table.attrs[key] for key in ("scenario", "plan", "seed", "worlds", "start", "end")}


def run_text(scenario: Scenario, table: xr.Dataset, year: int) -> str:
    """A run for people."""
    title = f"{scenario.name}: {table.attrs['worlds']:,} simulated worlds, seed {table.attrs['seed']}, end of {year}"
    rows = [outcome_row(table, name, year) for name in REPORTED]
    return f"{title}\n\n{lines(['', 'median', '90% of worlds', 'unit'], rows)}\n\n{closing(scenario)}"


def run_data(table: xr.Dataset, year: int) -> dict[str, Any]:
    """A run as plain data: what was run, and median and 90% band of each outcome."""
    return heading(table) | {"year": year, "outcomes": results.summary(table, year, REPORTED)}


def outcome_row(table: xr.Dataset, name: str, year: int) -> list[str]:
    """One outcome as cells: name, median, 90% band, unit."""
    low, middle, high = np.nanquantile(table[name].sel(year=year), [0.05, 0.5, 0.95])
    return [label(name, table), number(middle), f"{number(low)} to {number(high)}", OUTCOMES[name].unit]


def closing(*scenarios: Scenario) -> str:
    """Where the numbers come from, and what they are not."""
    keys = dict.fromkeys(key for scenario in scenarios for key in scenario.facts)
    sources = "".join(f"  {key}: {facts.cite(key)}\n" for key in keys)
    plans = ", ".join(dict.fromkeys(scenario.plan().fingerprint for scenario in scenarios))
    starts = ", ".join(dict.fromkeys(scenario.start for scenario in scenarios))
    return (f"Facts behind it:\n{sources}" if sources else "") + (
        "Simulated outcomes of stated assumptions (`article5 show levers`), not a forecast.\n"
        f"Plan {plans}, data up to 2024, US posture of {starts}."
    )


def comparison(both: xr.Dataset, year: int) -> dict[str, Any]:
    """A comparison as plain data."""
    rows = results.summary(both, year, REPORTED)
    risks = [
        {"front": str(front), "school": str(school), "median": middle, "low": low, "high": high}
        for front, school, (low, middle, high) in risk_cells(both, year)
    ]
    keys = ("scenario", "baseline", "plan", "baseline_plan", "seed", "worlds")
    return {key: both.attrs[key] for key in keys} | {"year": year, "difference": rows, "relative_risk": risks}


def risk_cells(both: xr.Dataset, year: int) -> Iterator[tuple[str, str, np.ndarray]]:
    """Relative risk by front and school: (front, school, 5%, 50%, 95% quantiles)."""
    table = both.relative_risk_by_front.sel(year=year)
    for front in table.front.values:
        for school in dict.fromkeys(both.school.values):
            values = table.sel(front=front).values[both.school.values == school]
            yield front, school, np.nanquantile(values, [0.05, 0.5, 0.95])


def comparison_text(scenario: Scenario, baseline: Scenario, both: xr.Dataset, year: int) -> str:
    """A comparison for people."""
    rows = []
    for name in REPORTED:
        difference = both[name].sel(year=year)
        low, middle, high = np.nanquantile(difference, [0.05, 0.5, 0.95])
        band = f"{number(low, sign=True)} to {number(high, sign=True)}"
        rows.append([label(name, both), number(middle, sign=True), band, OUTCOMES[name].unit, _doubt(difference)])
    schools = list(dict.fromkeys(both.school.values))
    cells = {(f, s): f"{m:.1f} ({low:.1f}–{high:.1f})" for f, s, (low, m, high) in risk_cells(both, year)}
    fronts = list(dict.fromkeys(front for front, _ in cells))
    risks = [[FRONT_NAMES[front], *(cells[front, school] for school in schools)] for front in fronts]
    return "\n".join([
        f"{scenario.name} against {baseline.name}: {both.attrs['worlds']:,} simulated worlds, end of {year}\n",
        lines(["difference, world by world", "median", "90% of worlds", "unit", ""], rows),
        "\nRisk of a limited attack since the start, as a multiple of the baseline: median (90% of worlds), by school",
        lines(["front", *schools], risks),
        "\nBoth runs are measured against the scenario's threshold. The risks rest on judgement and cannot be scored;\n"
        "schools are not weighed against each other.\n"
        + closing(scenario) + "\n",
    ])  # fmt: skip


def label(name: str, table: xr.Dataset) -> str:
    """What an outcome is called, with the threshold in force at the end where it counts."""
    label = OUTCOMES[name].label
    return f"{label}, {table.attrs['threshold']:g}%" if name.endswith("at_threshold") else label


def _doubt(difference: xr.DataArray) -> str:
    """What must be said of a difference that is nought, or whose band holds 0."""
    if not difference.values.any():
        return "exactly 0"
    return "" if results.clear_of_zero(difference) else "band reaches 0"
