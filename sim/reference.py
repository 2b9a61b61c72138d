"""Reference tables in `sim/data`, and the roster they give for a start: columns by ally, alphabetical.

The next year of a series is an edit of one table. Nothing is assumed silently: every row has a `source`.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import quarters
from sim.errors import InputError

Array = NDArray[np.float64]

NATO_BRIGADES = 82.0
"""Brigades of NATO's allies today, as the specification has it (MODEL.md section 4, 7)."""

WILLING_AID = 0.03
"""Aid to Ukraine from which on an ally counts as willing to send peacekeepers, % of GDP (assumption)."""

NEAR_KM = 1000.0
"""Capitals within this distance make neighbours for help (assumption)."""

EARTH_RADIUS_KM = 6371.0
GROWTH_YEARS = 10
FEWEST_GROWTH_YEARS = 5


class DataError(InputError):
    """A reference table that lacks what is asked for: which table, what is missing, what would be right."""


class Target(NamedTuple):
    """A spending goal of the alliance and the day it was agreed."""

    date: str
    item: str
    value: float
    about: str
    source: str


class Panel(NamedTuple):
    """Observed spending, tidy: one place per ally (and the US) and year."""

    iso3: NDArray[np.str_]
    year: NDArray[np.int64]
    share: Array  # % of GDP
    gdp: Array  # bn USD of 2021; NaN where the table has none


@dataclass(frozen=True, kw_only=True, eq=False)
class Roster:
    """The alliance at the start of a run. Arrays [A] over 31 allies or [P] over the places of US troops."""

    start: str
    iso3: tuple[str, ...]
    name: tuple[str, ...]
    front: tuple[str, ...]  # baltic, poland, nordic, black sea or none
    share: Array  # [A] defence spending in the year before the start, % of GDP
    gdp: Array  # [A] GDP in the year before the start, bn USD of 2021
    growth: Array  # [A] mean real growth of the ten years before the start, 1/yr
    debt: Array  # [A] public debt in the year before the start, ratio to GDP
    distance: Array  # [A] capital to Moscow, km
    latitude: Array  # [A] of the capital, degrees north
    longitude: Array  # [A] of the capital, degrees east
    eu: Array  # [A] 1 for members of the European Union
    forces: Array  # [A] 0 for Iceland, which has none
    nuclear: Array  # [A] 1 for nuclear powers
    attack_exposure: Array  # [A] e_i of equation 9c
    battlegroup: Array  # [A] multinational battlegroup, brigade equivalents
    heavy_share: Array  # [A] part of the hosted US troops that is heavy
    brigades: Array  # [A] NATO's 82 brigades shared out by personnel
    trade_exposure: Array  # [A] US goods imports from the ally / its nominal GDP, year before the start
    aid: Array  # [A] aid to Ukraine in the year before the start, % of the GDP of 2021
    near: Array  # [A, A] 1 for capitals at most 1,000 km apart, zero diagonal
    places: tuple[str, ...]  # allies, then OTHER
    troops: Array  # [P] US troops present, persons
    capacity: Array  # [P] US troops a place can take, persons
    us_aid: float  # aid to Ukraine in the year before the start, % of the US GDP of 2021
    us_share: float  # % of GDP, year before the start
    us_gdp: float  # bn USD of 2021, year before the start
    us_growth: float  # 1/yr
    home: float  # US soldiers at home, persons
    indopacific: float  # persons
    border: float  # at the southern border, persons
    war: float  # 1 where the war in Ukraine was being fought at the end of the quarter before the start
    war_quarters: float  # for how long, quarters

    @cached_property
    def by_code(self) -> NDArray[np.intp]:
        """Where the allies stand in the order of their codes: a draw along the allies must not depend on theirs."""
        return np.argsort(np.array(self.iso3))

    @cached_property
    def european(self) -> NDArray[np.bool_]:
        """Which allies are in Europe [A]."""
        return np.array(self.iso3) != "CAN"

    @cached_property
    def willing(self) -> Array:
        """Part of each ally in a force of peacekeepers [A], adds up to 1 (assumption); nought before there was aid.

        European allies that aid Ukraine send by their brigades, and the less, the more exposed they are themselves.
        """
        weight = self.brigades * (self.aid >= WILLING_AID) * self.european * (1.0 - self.attack_exposure)
        return weight / max(float(np.sum(weight)), 1e-12)

    @cached_property
    def digest(self) -> str:
        """A digest of every number and name of the roster."""
        content = sha256()
        for column in fields(self):
            value = getattr(self, column.name)
            content.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
        return content.hexdigest()[:16]


# --- tables -------------------------------------------------------------------------------------------------


def data_dir() -> Path:
    """Folder of the reference tables."""
    return Path(__file__).parent / "data"


def table(name: str, folder: Path | None = None) -> tuple[MappingProxyType[str, str], ...]:
    """All rows of a table as text by column, such as table("russia"). Raises DataError."""
    return _table(folder or data_dir(), name)


@lru_cache(maxsize=64)
def _table(folder: Path, name: str) -> tuple[MappingProxyType[str, str], ...]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.csv")))
        raise DataError(f"{path}: no such table. Tables: {known}.")
    return _rows(path)


def _rows(path: Path) -> tuple[MappingProxyType[str, str], ...]:
    """All rows of a file as it is now. Raises DataError for what is no table of text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = tuple(MappingProxyType(row) for row in reader)
            header = list(reader.fieldnames or ())
    except FileNotFoundError:
        raise DataError(f"{path}: no such file. Check the name.") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}. Name a file.") from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{path}: is no table of text. Write it as CSV in UTF-8.") from None
    if twice := [name for name in header if header.count(name) > 1]:
        raise DataError(f"{path}: column {twice[0]!r} stands there twice. Keep one.")
    return rows


class _Reader:
    """Columns of the tables in one folder; every complaint about a table is made here."""

    def __init__(self, folder: Path):
        self.folder = folder

    def rows(self, name: str, key: str, when: str = "", at: str = "") -> dict[str, MappingProxyType[str, str]]:
        """Rows of a table by `key`, those where column `when` says `at` if it is given."""
        rows = _table(self.folder, name)
        found = {row[key]: row for row in rows if not when or row[when] == at}
        if not found:
            there = sorted({row[when] for row in rows}) if when else []
            held = " to ".join(dict.fromkeys([there[0], there[-1]])) if there else "nothing"
            raise DataError(f"{self._path(name)}: no rows for {when} {at}. It holds {held}; add rows for {at}.")
        return found

    def rows_of(self, name: str) -> tuple[MappingProxyType[str, str], ...]:
        """All rows of a table."""
        return _table(self.folder, name)

    def column(self, name: str, key: str, keys: tuple[str, ...], column: str, when: str = "", at: str = "") -> Array:
        """A column [len(keys)] as numbers, in the order of `keys`."""
        rows = self.rows(name, key, when, at)
        return np.array([self._number(name, rows, k, column, f" {at}".rstrip()) for k in keys])

    def _number(self, name: str, rows: dict[str, MappingProxyType[str, str]], key: str, column: str, at: str) -> float:
        where = f"{self._path(name)}: {key}{at}"
        if key not in rows:
            raise DataError(f"{where}: no row. Add one.")
        text = rows[key].get(column)
        try:
            return float(text or "")
        except ValueError:
            raise DataError(f"{where}: {column} is {text!r}. Write a number.") from None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.csv"


def _allies(folder: Path) -> tuple[str, ...]:
    """ISO3 codes of the allies without the US, alphabetical."""
    return tuple(sorted(row["iso3"] for row in _table(folder, "allies")))


ALLIES: tuple[str, ...] = _allies(data_dir())
"""The allies without the United States, in the canonical order of every array: alphabetical by ISO3."""


# --- the roster ---------------------------------------------------------------------------------------------


def roster(start: str = "2025Q1", folder: Path | None = None) -> Roster:
    """The alliance for a run that begins in quarter `start`. Raises DataError for one not covered."""
    return _roster(start, folder or data_dir())


@lru_cache(maxsize=8)
def _roster(start: str, folder: Path) -> Roster:
    reader, iso3 = _Reader(folder), _allies(folder)
    places = (*iso3, "OTHER")
    before = str(_year(start) - 1)
    posture = {name: reader.column("us_posture", "place", places, name, "quarter", start) for name in _POSTURE}
    found = Roster(
        start=start,
        iso3=iso3,
        places=places,
        near=_near(*(reader.column("allies", "iso3", iso3, c) for c in ("latitude", "longitude"))),
        troops=posture["permanent"] + posture["rotational"],
        capacity=posture["capacity"],
        **_identity(reader, iso3),  # type: ignore[arg-type]
        **_economy(reader, iso3, before),  # type: ignore[arg-type]
        **_military(reader, iso3, before),  # type: ignore[arg-type]
        **_united_states(reader, start, before),  # type: ignore[arg-type]
        **_war(reader, start),  # type: ignore[arg-type]
    )
    return _sealed(found)


_POSTURE = ("permanent", "rotational", "capacity")


def starts() -> tuple[str, ...]:
    """The quarters in which a run can start: the first of a year, as far as the tables reach."""
    return tuple(sorted({row["quarter"] for row in table("us_posture")}))


def _year(start: str) -> int:
    """Calendar year of the start. Raises DataError."""
    try:
        return quarters.year(start)
    except ValueError as error:
        raise DataError(f"start: {error}") from None


def _identity(reader: _Reader, iso3: tuple[str, ...]) -> dict[str, object]:
    """Who the allies are: columns of allies.csv that do not change with the start."""
    rows = reader.rows("allies", "iso3")
    words = {column: tuple(rows[i][column] for i in iso3) for column in ("name", "front")}
    columns = {"distance": "distance_km"} | {c: c for c in ("latitude", "longitude", "eu", "forces", "nuclear")}
    return words | {field: reader.column("allies", "iso3", iso3, column) for field, column in columns.items()}


def _economy(reader: _Reader, iso3: tuple[str, ...], before: str) -> dict[str, Array]:
    """Columns [A] on money, for the year before the start."""

    def last(name: str, column: str) -> Array:
        return reader.column(name, "iso3", iso3, column, "year", before)

    return {
        "share": last("spending", "share_of_gdp_pct"),
        "gdp": last("spending", "gdp_usd2021_bn"),
        "growth": _mean_growth(reader, iso3, before),
        "debt": last("debt", "debt_pct_gdp") / 100.0,
        "trade_exposure": last("trade", "us_imports_usd_bn") / last("trade", "gdp_usd_bn"),
        "aid": _aid(reader, iso3, before),
    }


def _military(reader: _Reader, iso3: tuple[str, ...], before: str) -> dict[str, Array]:
    """Columns [A] on forces and exposure."""
    personnel = reader.column("personnel", "iso3", iso3, "active_personnel_k", "year", before)
    names = ("attack_exposure", "battlegroup", "heavy_share")
    exposure = {name: reader.column("exposure", "iso3", iso3, name) for name in names}
    return exposure | {"brigades": NATO_BRIGADES * personnel / personnel.sum()}


def _united_states(reader: _Reader, start: str, before: str) -> dict[str, float]:
    """Spending, growth and the pools of soldiers outside Europe."""
    columns = {"us_share": "share_of_gdp_pct", "us_gdp": "gdp_usd2021_bn"}
    last = {f: reader.column("spending", "iso3", ("USA",), c, "year", before) for f, c in columns.items()}
    last["us_aid"] = _aid(reader, ("USA",), before)
    pools = ("home", "indopacific", "border")
    persons = reader.column("us_pools", "pool", pools, "persons", "quarter", start)
    growth = _mean_growth(reader, ("USA",), before)
    scalars = {field: float(value[0]) for field, value in (last | {"us_growth": growth}).items()}
    return scalars | dict(zip(pools, persons.tolist(), strict=True))


def _mean_growth(reader: _Reader, iso3: tuple[str, ...], before: str) -> Array:
    """Mean real growth [A] of the ten years that end with `before`, or of as many as the table holds, 1/yr."""
    first = min(int(row["year"]) for row in reader.rows_of("growth"))
    oldest = max(int(before) - GROWTH_YEARS, min(first - 1, int(before) - FEWEST_GROWTH_YEARS))
    years = range(oldest + 1, int(before) + 1)
    yearly = [reader.column("growth", "iso3", iso3, "real_growth_pct", "year", str(year)) for year in years]
    return np.mean(yearly, axis=0) / 100.0


def _aid(reader: _Reader, iso3: tuple[str, ...], before: str) -> Array:
    """Aid to Ukraine [A], % of GDP; 0 for allies without a row in that year, and before the first year on record."""
    if int(before) < min(int(row["year"]) for row in reader.rows_of("aid")):
        return np.zeros(len(iso3))
    rows = reader.rows("aid", "iso3", "year", before)
    given = tuple(i for i in iso3 if i in rows)
    amounts = dict(zip(given, reader.column("aid", "iso3", given, "share_of_gdp_pct", "year", before), strict=True))
    return np.array([amounts.get(i, 0.0) for i in iso3])


def _war(reader: _Reader, start: str) -> dict[str, float]:
    """Whether the war in Ukraine was being fought at the end of the quarter before the start, and for how long."""
    before, lasted = quarters.number(start) - 1, 0
    for row in reader.rows_of("war"):
        until = quarters.number(row["until"]) if row["until"] else before
        if quarters.number(row["from"]) <= before <= until:
            lasted = before - quarters.number(row["from"]) + 1
    return {"war": float(lasted > 0), "war_quarters": float(lasted)}


def _near(latitude: Array, longitude: Array) -> Array:
    """Neighbours [A, A]: 1 where two capitals lie at most NEAR_KM apart, 0 elsewhere and on the diagonal."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return (_great_circle(phi, lam) <= NEAR_KM).astype(float) * (1.0 - np.eye(len(phi)))


def _great_circle(phi: Array, lam: Array) -> Array:
    """Distances [A, A] in km between points given in radians. Haversine formula."""
    half = np.sin((phi - phi[:, None]) / 2.0), np.sin((lam - lam[:, None]) / 2.0)
    chord = half[0] * half[0] + np.cos(phi) * np.cos(phi[:, None]) * half[1] * half[1]
    return 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))


def _sealed(found: Roster) -> Roster:
    """The roster with arrays that nobody can write to."""
    for field in fields(found):
        value = getattr(found, field.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return found


# --- series -------------------------------------------------------------------------------------------------


def panel(path: Path | None = None) -> Panel:
    """Observed spending of all years. `path` is another table with columns iso3, year, share_of_gdp_pct.

    A column gdp_usd2021_bn may be lacking or have gaps. Raises DataError with file and line, or column.
    """
    file = path or data_dir() / "spending.csv"
    rows = _rows(file) if path else _table(file.parent, file.stem)
    for column in ("iso3", "year", "share_of_gdp_pct"):
        if rows and column not in rows[0]:
            raise DataError(f"{file}: column {column!r} missing. It needs iso3, year, share_of_gdp_pct.")
    for line, row in enumerate(rows, start=2):
        if None in row:
            raise DataError(
                f"{file}:{line}: more cells than columns. Write decimals with a point, and a cell a column."
            )
    return Panel(
        iso3=np.array([(row["iso3"] or "").strip() for row in rows], dtype=np.str_),
        year=np.array(
            [_cell(file, n, row, "year", _four_digits) for n, row in enumerate(rows, start=2)], dtype=np.int64
        ),
        share=np.array([_cell(file, n, row, "share_of_gdp_pct", float) for n, row in enumerate(rows, start=2)]),
        gdp=np.array([_cell(file, n, row, "gdp_usd2021_bn", float, "nan") for n, row in enumerate(rows, start=2)]),
    )


class Figures(NamedTuple):
    """What came: shares in % of GDP, and GDP as weights (bn USD of 2021) where it is given, by (ally, year)."""

    source: str
    share: Mapping[tuple[str, int], float]
    gdp: Mapping[tuple[str, int], float]


def figures(path: str | Path | None = None) -> Figures:
    """The project's panel, or a table of what came: iso3, year, share_of_gdp_pct, gdp_usd2021_bn if there is one.

    Raises InputError with file and line for what cannot be read, is no share or no ally, or stands twice.
    """
    file = Path(path) if path is not None else None
    found, problems = panel(file), []
    known = {*ALLIES, "USA"}
    share: dict[tuple[str, int], float] = {}
    gdp: dict[tuple[str, int], float] = {}
    for line, (iso3, year, spent, size) in enumerate(zip(*found, strict=True), start=2):
        key = (str(iso3), int(year))
        if key in share:
            problems.append(f"{file}:{line}: {iso3} {year} stands there twice. Keep one row.")
        if key[0] not in known:
            problems.append(f"{file}:{line}: {key[0]!r} is no member. Write its code in three letters, such as POL.")
        if not 0.0 <= spent <= LARGEST_SHARE:
            problems.append(f"{file}:{line}: {spent:g} is no share of GDP in %. Write one from 0 to {LARGEST_SHARE:g}.")
        if not (np.isnan(size) or 0.0 < size < np.inf):
            problems.append(f"{file}:{line}: {size:g} is no GDP in bn USD. Write one above 0, or leave it out.")
        share[key] = float(spent)
        if np.isfinite(size):
            gdp[key] = float(size)
    if problems:
        raise InputError(problems[:20])
    return Figures(str(file), share, gdp)


LARGEST_SHARE = 20.0
"""Largest share that a table may hold, % of GDP (assumption): beyond it something else was meant."""


def _four_digits(text: str) -> int:
    """A calendar year. Raises ValueError."""
    if not 1000 <= int(text) <= 9999:
        raise ValueError(text)
    return int(text)


def _cell(
    file: Path, line: int, row: MappingProxyType[str, str], column: str, kind: Callable[[str], float], empty: str = ""
) -> float:
    """A number of one row; `empty` is read where there is none. Raises DataError with the line."""
    text = row.get(column) or empty
    try:
        return kind(text)
    except ValueError:
        raise DataError(f"{file}:{line}: {column} is {text!r}. Write a number.") from None


@lru_cache(maxsize=8)
def targets(folder: Path | None = None) -> tuple[Target, ...]:
    """Guidelines and pledges in the order they were agreed. `value` in %, of GDP or as `item` says."""
    rows = table("targets", folder)
    return tuple(
        Target(row["date"], row["item"], float(row["value"]), row["about"], row["source"])
        for row in sorted(rows, key=lambda r: r["date"])
    )
