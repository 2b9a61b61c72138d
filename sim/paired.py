"""A scenario beside another one in the same worlds, as tidy frames: levels, differences, differences by ally.

Numbers stand in the units in which they are shown: allies are counted, beliefs are in %.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.outcomes import HEADLINES, OUTCOMES
from sim.results import QUANTILES
from sim.tables import number
from sim.ways import NOUGHT, UNCLEAR, Ways, ways

BANDS = tuple(f"p{100 * q:g}" for q in QUANTILES)


@dataclass(frozen=True)
class Shown:
    """How something is shown: title, unit of a value and of a difference, words for more and less, smallest step."""

    title: str
    unit: str
    change: str
    more: str = "more"
    less: str = "less"
    step: float = 0.0

    def words(self, value: float, sign: bool = False) -> str:
        """A value as text, without its unit."""
        if not self.step:
            return number(value, sign)
        rounded = round(value / self.step) * self.step + 0.0
        return f"{rounded:{'+' if sign and rounded else ''},.0f}"

    def band(self, low: float, high: float, sign: bool = True) -> str:
        """Two ends as text."""
        return " to ".join(dict.fromkeys(self.words(value, sign) for value in (low, high)))


SHOWN: Mapping[str, Shown] = {
    "spending_europe_canada_share": Shown("Europe and Canada spend", "% of GDP", "pp of GDP"),
    "allies_at_threshold": Shown("Allies at the threshold", "allies", "allies", step=1.0),
    "troops_europe": Shown("US troops in Europe", "persons", "persons", step=100.0),
    "credibility_allies": Shown("Allies' belief in US defence", "%", "pp"),
}
"""The headline outcomes; all others stand in their own units."""

BY_ALLY: Mapping[str, Shown] = {
    "share": Shown("Spending", "% of GDP", "pp of GDP", "spend more", "spend less"),
    "credibility_ally": Shown("Belief in US defence", "%", "pp", "believe more", "believe less"),
    "troops": Shown("US troops hosted", "persons", "persons", "host more", "host fewer", step=100.0),
}
"""What is compared by ally: variables of a run. Risks are never shown by ally."""

PERCENT = ("credibility_allies", "credibility_ally")
PARTS_OF_ALLIES = ("allies_at_threshold",)


def shown(name: str) -> Shown:
    """How an outcome, or a variable by ally, is shown."""
    known = SHOWN.get(name) or BY_ALLY.get(name)
    return known or Shown(OUTCOMES[name].label, OUTCOMES[name].unit, OUTCOMES[name].unit)


def scaled(name: str, values: NDArray[np.float64], allies: int) -> NDArray[np.float64]:
    """Values of an outcome or variable in the unit in which they are shown."""
    factor = 100.0 if name in PERCENT else allies / 100.0 if name in PARTS_OF_ALLIES else 1.0
    return values * factor


def levels(table: xr.Dataset, base: xr.Dataset, allies: int, names: Sequence[str]) -> pd.DataFrame:
    """Outcomes by year: outcome, year, the bands p5 to p95, and `base`, the median of the reference."""
    frames = []
    for name in names:
        own, other = (scaled(name, t[name].transpose("year", "world").values, allies) for t in (table, base))
        bands = dict(zip(BANDS, np.quantile(own, QUANTILES, axis=1), strict=True))
        told = {"outcome": name, "year": table.year.values, **bands, "base": np.median(other, axis=1)}
        frames.append(pd.DataFrame(told))
    return pd.concat(frames, ignore_index=True)


def effects(both: xr.Dataset, allies: int, names: Sequence[str] = HEADLINES) -> pd.DataFrame:
    """Paired differences by year: outcome, year, low, median, high, up, down, way, part, words, short.

    `part` of the worlds differ, `up` and `down` say where to; `way` is as `sim.ways` has it; `short` counts worlds in
    place of a band that holds 0.
    """
    frames = []
    for name in names:
        values = scaled(name, both[name].transpose("year", "world").values, allies)
        frames.append(_told(values, shown(name)).assign(outcome=name, year=both.year.values))
    return pd.concat(frames, ignore_index=True)


def by_ally(run: xr.Dataset, base: xr.Dataset, names: Sequence[str]) -> pd.DataFrame:
    """Paired differences of each ally by year: of, ally (by its name), year, and the columns of `effects`.

    Both are year ends of runs in the same worlds. For troops only the allies that host some in either run.
    """
    frames, years = [], run.year.values
    for name, declared in BY_ALLY.items():
        first, second = (scaled(name, r[name].transpose("ally", "year", "world").values, 0) for r in (base, run))
        kept = np.flatnonzero((first != 0).any((1, 2)) | (second != 0).any((1, 2)))
        rows = (second[kept] - first[kept]).reshape(len(kept) * len(years), second.shape[-1])
        who = np.repeat(np.asarray(names)[kept], len(years))
        at = pd.DataFrame({"of": name, "ally": who, "year": np.tile(years, len(kept))})
        frames.append(pd.concat([at, _told(rows, declared)], axis=1))
    return pd.concat(frames, ignore_index=True)


def _told(values: NDArray[np.float64], declared: Shown) -> pd.DataFrame:
    """Rows of paired differences [row, world] as the fields of `Ways`, part, words and short."""
    told = ways(values)
    rows = list(told.rows())
    return pd.DataFrame(told._asdict()).assign(
        part=told.up + told.down,
        words=[in_words(row, declared) for row in rows],
        short=[_short(row, declared) for row in rows],
    )


def in_words(row: Ways, declared: Shown) -> str:
    """A paired difference: "+0.31 (+0.1 to +0.5)"; worlds are counted where its band does not tell all."""
    if row.way == NOUGHT:
        return NOUGHT
    text = _with_band(row, declared)
    if row.way == UNCLEAR and not row.rare:
        return f"{UNCLEAR}: {text}, {row.counted()}"
    return text if row.everywhere else f"{text}, {row.counted()}"


def _short(row: Ways, declared: Shown) -> str:
    """The same where there is little room."""
    return _with_band(row, declared) if row.clear and row.everywhere else row.brief()


def _with_band(row: Ways, declared: Shown) -> str:
    return f"{declared.words(row.median, True)} ({declared.band(row.low, row.high)})"
