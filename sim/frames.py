"""Results as tidy frames: what the charts draw and the tables show, and a sentence for those who do not see them."""

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.outcomes import ANY, FRONT_NAMES, FRONTS, HEADLINES, OUTCOMES
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reference import Roster, panel
from sim.results import QUANTILES, bands, quantiles
from sim.tables import number
from sim.ways import ENDS, NOUGHT, ways

HIGHEST_SHARE = 7.0
"""Upper end of the axis of spending, % of GDP: fixed across scenarios."""

WORD_HEIGHT = 0.8
"""Height of a line of small print in the fan chart, % of GDP."""

FIRST_YEAR = 2027
"""The first year that pages offer: by then a policy can have done something."""

BASE = "baseline"
"""The family of the baseline, where scenarios are shown by families."""

PLACES_SHOWN = 10
ELSEWHERE, REST = "Elsewhere in Europe", "Other allies"
POOLS = (
    "On hosts in Europe", ELSEWHERE, "On their way to a host", "Indo-Pacific", "Southern border",
    "Home and all else",
)  # fmt: skip
"""All places where a US soldier can be."""


def headlines(
    baseline: xr.Dataset, scenario: xr.Dataset, both: xr.Dataset, names: Sequence[str] = HEADLINES
) -> pd.DataFrame:
    """The headline outcomes, or those named, by year. Columns: outcome, year, then low, median and high of the
    scenario, of the baseline (`base_`), of the paired difference (`change_`) and, for troops, of those that are not
    0 (`moved_`); `up` and `down`, the parts of worlds that it goes to; `way`, as `sim.ways` has it; and `identical`.
    """
    years = both.year.values
    columns: dict[str, Any] = {"outcome": np.repeat(list(names), len(years)), "year": np.tile(years, len(names))}
    for prefix, table in (("", scenario), ("base_", baseline), ("change_", both)):
        values = np.concatenate([table[name].values for name in names], axis=1)
        low, median, high = quantiles(values, ENDS)
        columns |= {f"{prefix}low": low, f"{prefix}median": median, f"{prefix}high": high}
    told = ways(values.T)
    partly = np.isin(columns["outcome"], "troops_europe") & (values == 0.0).any(axis=0) & values.any(axis=0)
    found = np.array([columns[f"change_{end}"] for end in ("low", "median", "high")])
    for column in np.flatnonzero(partly):
        found[:, column] = quantiles(values[values[:, column] != 0.0, column], ENDS)
    columns |= {f"moved_{end}": row for end, row in zip(("low", "median", "high"), found, strict=True)}
    columns |= {"up": told.up, "down": told.down, "way": told.way, "identical": told.way == NOUGHT}
    return pd.DataFrame(columns)


def spending(baseline: xr.DataArray, scenario: xr.DataArray, roster: Roster) -> pd.DataFrame:
    """Spending by ally and year, % of GDP, the observed years first. Columns: ally, year, observed, p5 to p95, base.

    Lines and bands begin at the last observed year.
    """
    seen = panel()
    names = dict(zip(roster.iso3, roster.name, strict=True))
    history = pd.DataFrame({"iso3": seen.iso3, "year": seen.year, "observed": seen.share})
    history = history[history.iso3.isin(names)]
    columns = [f"p{100 * q:g}" for q in QUANTILES]
    simulated = bands(scenario).transpose("ally", "year", "quantile")
    ally, year = np.meshgrid(scenario.ally.values, scenario.year.values, indexing="ij")
    future = pd.DataFrame(simulated.values.reshape(-1, len(columns)), columns=columns)
    future.insert(0, "iso3", ally.ravel())
    future.insert(1, "year", year.ravel())
    future["base"] = medians(baseline, "ally")
    last = (history.year == int(roster.start[:4]) - 1).to_numpy()
    for column in [*columns, "base"]:
        history[column] = np.where(last, history.observed, np.nan)
    table = pd.concat([history, future], ignore_index=True)
    table.insert(0, "ally", table.pop("iso3").map(names))
    return table


def medians(values: xr.DataArray, by: str) -> NDArray[np.float64]:
    """Medians over worlds, for each label of a dimension all years: [label × year]."""
    ordered = np.sort(values.transpose("world", by, "year").values, axis=0)
    return (np.nanmedian if np.isnan(ordered[-1]).any() else np.median)(ordered, axis=0).ravel()


def lines(plan: Plan) -> pd.DataFrame:
    """Pledge and threshold at year ends, % of GDP. Columns: line, year, value; one line where both are the same."""
    ends = [t for t, quarter in enumerate(plan.quarters) if quarter.endswith("Q4")]
    years = [int(plan.quarters[t][:4]) for t in ends]
    paths = {name: plan.levers[name][ends] for name in ("pledge", "threshold")}
    if np.array_equal(paths["pledge"], paths["threshold"]):
        paths = {"pledge and threshold": paths["pledge"]}
    return pd.concat(
        [pd.DataFrame({"line": name, "year": years, "value": path}) for name, path in paths.items()], ignore_index=True
    )


def fan(spending: pd.DataFrame, lines: pd.DataFrame, ally: str, labelled: bool) -> pd.DataFrame:
    """What one panel of the fan chart draws. `labelled` adds the words on bands and lines."""
    at = np.flatnonzero(spending["ally"].to_numpy() == ally)
    own = {name: spending[name].to_numpy()[at] for name in spending.columns if name != "ally"}
    drawn = [own | {"kind": ["path"] * len(at)}, _columns(lines) | {"kind": ["line"] * len(lines)}]
    if labelled:
        drawn += [line_words(lines), _band_words(own)]
    return _stacked(*drawn)


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    return {name: frame[name].to_numpy() for name in frame.columns}


def _stacked(*parts: Mapping[str, Any]) -> pd.DataFrame:
    """Tables below one another, given as columns; what a part lacks is missing. For small tables: pandas is slower."""
    names = dict.fromkeys(name for part in parts for name in part)
    rows = [len(next(iter(part.values()))) for part in parts]
    return pd.DataFrame({
        name: np.concatenate([
            _cells(part[name]) if name in part else np.full(n, np.nan) for part, n in zip(parts, rows, strict=True)
        ])
        for name in names
    })  # fmt: skip


def _cells(values: Any) -> NDArray[Any]:
    cells = np.asarray(values)
    return cells.astype(object) if cells.dtype.kind == "U" else cells


def line_words(lines: pd.DataFrame) -> dict[str, Any]:
    """The name and height of each dotted line, to be written at the left, where the past is, and apart."""
    first: dict[str, float] = {}
    for row in records(lines):
        first.setdefault(row.line, row.value)
    ordered = sorted(first.items(), key=lambda line: -line[1])
    above = [np.inf, *(value - WORD_HEIGHT for _, value in ordered)]
    heights = [min(value, limit) for (_, value), limit in zip(ordered, above, strict=False)]
    words = [f"{line} {value:g}%" for line, value in ordered]
    return {"kind": ["word"] * len(words), "year": [2014] * len(words), "value": heights, "word": words}


def _band_words(own: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    """What share of worlds each band holds, to be written on the band in the last year."""
    year, p95, p75, p50 = (own[name][-1] for name in ("year", "p95", "p75", "p50"))
    heights = [(min(p95, HIGHEST_SHARE) + p75) / 2, (p75 + p50) / 2]
    return {"kind": ["band"] * 2, "year": [year] * 2, "value": heights, "word": ["90%", "50%"]}


def troops(baseline: xr.Dataset, scenario: xr.Dataset, roster: Roster) -> pd.DataFrame:
    """US troops by place and year, persons, medians. Columns: place, year, start, base, now."""
    names = dict(zip(roster.iso3, roster.name, strict=True)) | {"OTHER": ELSEWHERE}
    place, year = np.meshgrid(scenario.host.values, scenario.year.values, indexing="ij")
    start = pd.Series(dict(zip(roster.places, roster.troops, strict=True)))
    return pd.DataFrame({
        "place": pd.Series(place.ravel()).map(names), "year": year.ravel(), "start": start[place.ravel()].values,
        "base": medians(baseline.troops_by_host, "host"), "now": medians(scenario.troops_by_host, "host"),
    })  # fmt: skip


def dumbbell(troops: pd.DataFrame, year: int) -> pd.DataFrame:
    """The largest hosts of a year, the other allies together, and what has no host: columns of `troops`, and words."""
    rows = [(row.place, row.start, row.base, row.now) for row in records(troops, year=year)]
    hosts = sorted((row for row in rows if row[0] != ELSEWHERE), key=lambda row: -max(row[1:]))
    large = sorted(hosts[:PLACES_SHOWN], key=lambda row: -row[1])
    rest = (REST, *(sum(row[n] for row in hosts[PLACES_SHOWN:]) for n in (1, 2, 3)))
    drawn = [*large, rest, *(row for row in rows if row[0] == ELSEWHERE)]
    place, start, base, now = zip(*drawn, strict=True)
    ends = [(f"{row[1]:,.0f}", f"{row[3]:,.0f}") for row in drawn]
    return pd.DataFrame({
        "place": place, "year": year, "start": start, "base": base, "now": now,
        "words": [a if a == b else f"{a} → {b}" for a, b in ends],
        "rank": range(len(drawn)), "right": [max(row[1:]) for row in drawn],
    })  # fmt: skip


def families(runs: Sequence[tuple[str, str, xr.Dataset, Roster]], hosts: Sequence[str] = ()) -> pd.DataFrame:
    """US troops in some hosts (all of Europe if none is named) by scenario and year, persons, the start first.

    `runs` holds name, family, outcomes and roster of each scenario. Columns: scenario, family, year, p5 to p95. A
    family is what colours a scenario, such as the documents that it comes from; that of the baseline is BASE.
    """
    columns, frames = [f"p{100 * q:g}" for q in QUANTILES], []
    for name, family, table, roster in runs:
        stand = roster.troops[np.isin(roster.places, hosts)] if hosts else roster.troops
        troops = table.troops_by_host.sel(host=list(hosts)).sum("host") if hosts else table.troops_europe
        years = [int(roster.start[:4]) - 1, *map(int, troops.year.values)]
        values = np.vstack([np.full(len(columns), stand.sum()), bands(troops).transpose("year", "quantile").values])
        frame = pd.DataFrame(values, columns=columns)
        frames.append(frame.assign(scenario=name, family=family, year=years))
    return pd.concat(frames, ignore_index=True)[["scenario", "family", "year", *columns]]


def risks(both: xr.Dataset) -> pd.DataFrame:
    """Risk of a limited attack since the start as a multiple of the baseline's, by school, front (any last) and year.

    Columns: school, front, year, low, median, high, words. The schools stand side by side and are never weighed.
    """
    fronts = both.relative_risk_by_front.transpose("world", "front", "year").values
    every = both.relative_risk.transpose("world", "year").values
    ratio = np.concatenate([fronts, every[:, None]], axis=1)
    frames = []
    for school in [s for s in SCHOOLS if (both.school == s).any()]:
        low, median, high = quantiles(ratio[both.school.values == school], ENDS)
        for n, front in enumerate((*FRONTS, ANY)):
            columns = {"low": low[n], "median": median[n], "high": high[n]}
            frames.append(
                pd.DataFrame({"school": school, "front": FRONT_NAMES[front], "year": both.year.values, **columns})
            )
    table = pd.concat(frames, ignore_index=True)
    return table.assign(words=[times(value) for value in table["median"]])


def schools_words(risks: pd.DataFrame) -> str:
    """How the schools of deterrence of a table stand beside each other, in a sentence."""
    present = list(dict.fromkeys(risks.school.to_numpy()))
    if len(present) == 1:
        return f"Only the {present[0]} school is played, one of {counted(len(SCHOOLS))} rival theories of deterrence."
    return f"{counted(len(present)).capitalize()} schools of deterrence stand side by side and are not weighed."


def counted(some: int) -> str:
    """A small number in letters."""
    letters = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return letters[some] if some < len(letters) else str(some)


def times(ratio: float) -> str:
    """A relative risk in two significant digits, as the command line has it, and whole numbers from 10 on."""
    return f"×{ratio:.1f}" if ratio < 9.95 else f"×{float(f'{ratio:.2g}'):.0f}"


# --- words for those who do not see the chart ---------------------------------------------------------------------


def fan_words(spending: pd.DataFrame, ally: str, year: int) -> str:
    """The chart of one ally in a sentence."""
    last = records(spending, ally=ally, year=year)[-1]  # what was observed in such a year comes first
    return (
        f"{ally}: defence spending as % of GDP, observed 2014 to 2024, then simulated. In {year} the scenario's median "
        f"is {number(last.p50)}, 90% of worlds lie between {number(last.p5)} and {number(last.p95)}; "
        f"the baseline's median is {number(last.base)}."
    )


def dumbbell_words(table: pd.DataFrame) -> str:
    """The chart of troops in a sentence."""
    return "US troops by host, start to end, and the baseline's median at the end, persons: " + "; ".join(
        f"{row.place} {row.words} (baseline {round(row.base):,})" for row in records(table)
    )


def moved(others: pd.DataFrame, year: int) -> pd.DataFrame:
    """Outcomes that differ in a year, in words: outcome, scenario, change, 90% of worlds, unit.

    `others` is a table as `headlines` makes it; the three definitions of US cost come together or not at all.
    """
    rows = records(others, year=year)
    differ = {row.outcome for row in rows if row.change_low != 0.0 or row.change_high != 0.0}
    cost = {row.outcome for row in rows if row.outcome.startswith("us_cost")}
    told = [
        {
            "outcome": OUTCOMES[row.outcome].label,
            "scenario": number(row.median),
            "change": number(row.change_median, sign=True),
            "90% of worlds": f"{number(row.change_low, sign=True)} to {number(row.change_high, sign=True)}",
            "unit": OUTCOMES[row.outcome].unit,
        }
        for row in rows
        if row.outcome in differ or (row.outcome in cost and differ & cost)
    ]
    return pd.DataFrame(told)


def families_words(table: pd.DataFrame, year: int) -> str:
    """The chart of families in a sentence."""
    told = [
        f"{row.scenario} ({row.family}) {number(row.p50)} ({number(row.p5)} to {number(row.p95)})"
        for row in of_year(table, year).itertuples()
    ]
    return f"US troops at the end of {year}, persons, median and 90% of worlds: {'; '.join(told)}"


def risk_words(table: pd.DataFrame, school: str) -> str:
    """The chart of one school in a sentence."""
    told = [f"{row.front} {row.words} ({times(row.low)} to {times(row.high)})" for row in records(table)]
    return f"{school} school: risk of a limited attack, times the baseline, median and 90% of worlds: {'; '.join(told)}"


def of_year(frame: pd.DataFrame, year: int, **equal: Any) -> pd.DataFrame:
    """The rows of a year, and of a school or whatever else is named."""
    chosen = frame.year == year
    for column, value in equal.items():
        chosen &= frame[column] == value
    return frame[chosen]


def records(frame: pd.DataFrame, **equal: Any) -> list[Any]:
    """Rows as named tuples, those in which columns have the values that are named: of small tables, at once."""
    columns = _columns(frame)
    kept = np.ones(len(frame), dtype=np.bool_)
    for name, value in equal.items():
        kept &= columns[name] == value
    at, row = np.flatnonzero(kept), _row(tuple(columns))
    return [row._make(cells) for cells in zip(*(column[at].tolist() for column in columns.values()), strict=True)]


@lru_cache(maxsize=64)
def _row(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)


def thresholds(lines: pd.DataFrame) -> dict[int, float]:
    """The threshold in force at the end of each year, % of GDP."""
    return {row.year: row.value for row in records(lines) if row.line.endswith("threshold")}


def years(of: Iterable[int]) -> list[int]:
    """The years of a run that are offered: from FIRST_YEAR on, and all of a run that ends before."""
    every = sorted({int(year) for year in of})
    return [year for year in every if year >= FIRST_YEAR] or every
