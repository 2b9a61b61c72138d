"""The forecast ledger: dated forecasts, sealed before anyone can know, and scored when the figures are out.

A ledger is a folder with one JSON file an entry, such as `ledger/2026-11-21-baseline.json`. An entry is never changed:
its last line is the SHA-256 of all the rest, written as JSON with sorted keys, no spaces and ASCII only. Whoever can
rewrite the file can seal it anew, so a seal proves a date only together with a witness, such as a public history of the
folder or the hash printed elsewhere.

An entry holds two forecasts. `share` is the model's true spending, which is what NATO's figure for a year is taken to
be after its revisions; `share_reported` is what the allies first say, with the error of about 0.19 pp that (2g) gives
such figures. A score says which of the two it took: `revised` (the default) or `first-release`.
"""

import json
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_date
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import quarters, saving, scores
from sim.agents import planned, whole
from sim.ensemble import MOST_WORLDS, Progress, affordable, blocks, trajectories
from sim.errors import InputError
from sim.outcomes import year_ends
from sim.plan import Plan
from sim.reading import hint
from sim.reference import Figures, figures
from sim.scenario import load_scenario
from sim.tables import lines

Array = NDArray[np.float64]

FORMAT = 1
"""How entries are written. A later simulator says so when it meets one that it cannot read."""

AGGREGATE = "Europe and Canada"
"""The allies with forces together: their spending over their GDP."""

SERIES = {"revised": "share", "first-release": "share_reported"}
"""Which forecast is held against which figures."""

LEVELS = tuple(k / 100 for k in range(1, 100))
BANDS = {"50": (0.25, 0.75), "90": (0.05, 0.95)}
DIGITS = 4
"""Decimals of a forecast, in % of GDP: finer than any figure that it will meet."""

DEFAULT_YEARS = (2025, 2026, 2027)
DEFAULT_WORLDS = 2000
WIDTH = 110
_HASH = "sha256"


def folder() -> Path:
    """The project's ledger in a checkout; elsewhere one in the working directory."""
    root = Path(__file__).parents[1]
    return root / "ledger" if (root / "scenarios").is_dir() else Path("ledger")


# --- entries ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A sealed forecast. `content` is what its file says, but for the hash."""

    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The date it was made and its scenario: the name of its file."""
        return str(self.content["id"])

    @property
    def made(self) -> str:
        """The date it was made, such as 2026-11-21."""
        return str(self.content["made"])

    @property
    def known(self) -> int:
        """The last year of spending that it was made with."""
        return int(self.content["data"]["up_to"])

    @property
    def years(self) -> tuple[int, ...]:
        """The years that it forecasts."""
        return tuple(int(year) for year in self.content["forecast"]["share"][AGGREGATE])

    @property
    def allies(self) -> tuple[str, ...]:
        """Codes of the allies that it forecasts."""
        return tuple(who for who in self.content["forecast"]["share"] if who != AGGREGATE)

    @property
    def levels(self) -> Array:
        """At which probabilities the quantiles are [Q]."""
        return np.array(self.content["levels"])

    @cached_property
    def hash(self) -> str:
        """The seal: SHA-256 of the content, 64 hexadecimal digits."""
        return seal(self.content)

    def quantiles(self, series: str, who: str, year: int) -> Array:
        """A forecast [Q], % of GDP."""
        return np.array(self.content["forecast"][series][who][str(year)]["quantiles"])

    def mean(self, series: str, who: str, year: int) -> float:
        """The mean of a forecast, % of GDP."""
        return float(self.content["forecast"][series][who][str(year)]["mean"])

    def held(self, who: str) -> float:
        """The last figure known when it was made, which persistence holds for every later year, % of GDP."""
        return float(self.content["held"][who])

    def written(self) -> str:
        """The text of its file: a line an ally and year, so that a comparison of two files reads well."""
        return _pretty({**self.content, _HASH: self.hash}) + "\n"

    def head(self) -> dict[str, Any]:
        """What it is, without the forecast."""
        said = {key: self.content[key] for key in ("id", "made", "scenario", "name", "note", "seed", "worlds")}
        return said | {
            "years": [self.years[0], self.years[-1]],
            "data": self.content["data"],
            "plan": self.content["plan"]["fingerprint"],
            "versions": self.content["versions"],
            _HASH: self.hash,
        }


def seal(content: Mapping[str, Any]) -> str:
    """SHA-256 of plain data as canonical JSON. Raises ValueError for what is no number."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(plain.encode("ascii")).hexdigest()


def forecast(
    scenario: Any,
    worlds: int = DEFAULT_WORLDS,
    seed: int = 0,
    years: Sequence[int] = DEFAULT_YEARS,
    date: str | None = None,
    note: str = "",
    progress: Progress | None = None,
) -> Entry:
    """Forecast the spending of a scenario (its name, a Scenario or a plan) in consecutive years.

    `date` is the day on which it is made, today unless given. The same scenario, worlds, seed, years, date and
    versions give the same entry. Raises InputError for what cannot be meant.
    """
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    plan = planned(scenario)
    worlds, seed = whole("worlds", worlds, 1, MOST_WORLDS), whole("seed", seed, 0)
    wanted, made = _consecutive(years, plan), _day(date, _known(plan))
    key = _key(scenario, plan)
    columns = np.flatnonzero(plan.roster.forces > 0.0)
    allies = [plan.roster.iso3[column] for column in columns]
    found = _simulated(plan, worlds, seed, wanted, columns, progress)
    content = {
        "format": FORMAT,
        "id": f"{made}-{key}",
        "made": made,
        "scenario": key,
        "name": plan.name,
        "note": _text(note),
        "seed": seed,
        "worlds": worlds,
        "data": {"digest": plan.roster.digest, "up_to": _known(plan)},
        "versions": {
            "article5": version("article5"), "python": platform.python_version(), "numpy": np.__version__,
        },
        "plan": {"fingerprint": plan.fingerprint, "written": plan.written()},
        "unit": "% of GDP",
        "held": _by_name(allies, _rounded(_with_aggregate(plan.roster.share[columns], plan.roster.gdp[columns]))),
        "levels": list(LEVELS),
        "forecast": {
            series: _cells(allies, wanted, _with_aggregate(found[series], found["gdp"])) for series in SERIES.values()
        },
    }  # fmt: skip
    return Entry(json.loads(json.dumps(content)))


def _simulated(
    plan: Plan, worlds: int, seed: int, years: Sequence[int], columns: NDArray[np.intp], progress: Progress | None
) -> dict[str, Array]:
    """Shares and GDP [R, Y, A] of some allies at the ends of these years, played block by block."""
    kept = (*SERIES.values(), "gdp")
    affordable(worlds, 8 * len(kept) * len(years) * len(columns))
    parts: list[dict[str, Array]] = []
    for part in blocks(worlds):
        ends = year_ends(trajectories(plan, part, seed, kept)).sel(year=list(years)).isel(ally=columns)
        parts.append({name: ends[name].values for name in kept})
        if progress is not None:
            progress(part.stop, worlds)
    return {name: np.concatenate([part[name] for part in parts]) for name in kept}


def _with_aggregate(share: Array, gdp: Array) -> Array:
    """Shares [..., A] with that of all of them together as one more column [..., A + 1]."""
    together = np.sum(share * gdp, axis=-1, keepdims=True) / np.sum(gdp, axis=-1, keepdims=True)
    return np.concatenate([share, together], axis=-1)


def _cells(allies: Sequence[str], years: Sequence[int], values: Array) -> dict[str, Any]:
    """Mean and quantiles of [R, Y, A + 1], by ally and year."""
    means, quantiles = _rounded(values.mean(axis=0)), _rounded(np.quantile(values, LEVELS, axis=0))
    return {
        who: {
            str(year): {"mean": float(means[y, a]), "quantiles": quantiles[:, y, a].tolist()}
            for y, year in enumerate(years)
        }
        for a, who in enumerate((*allies, AGGREGATE))
    }


def _by_name(allies: Sequence[str], values: Array) -> dict[str, float]:
    return dict(zip((*allies, AGGREGATE), values.tolist(), strict=True))


def _rounded(values: Array) -> Array:
    found: Array = np.round(values, DIGITS) + 0.0
    return found


def _consecutive(years: Sequence[int], plan: Plan) -> tuple[int, ...]:
    """The years asked for, if the plan plays them whole. Raises InputError."""
    wanted = tuple(whole("years", year, 1, 9999) for year in years)
    first = quarters.year(plan.quarters[0])
    last = quarters.year(plan.quarters[-1]) - (not plan.quarters[-1].endswith("Q4"))
    if not wanted or wanted != tuple(range(wanted[0], wanted[-1] + 1)):
        raise InputError("years: these are no consecutive years. Give some, such as 2025, 2026, 2027.")
    if wanted[0] < first or wanted[-1] > last:
        asked = f"{wanted[0]} to {wanted[-1]}"
        raise InputError(f"years: {asked} is not within what is played. Choose from {first} to {last}.")
    return wanted


def _day(text: str | None, known: int) -> str:
    """The date of an entry, after all that it knows. Raises InputError."""
    if text is None:
        return calendar_date.today().isoformat()
    try:
        day = calendar_date.fromisoformat(text if re.fullmatch(r"\d{4}-\d\d-\d\d", str(text), re.ASCII) else "")
    except ValueError:
        raise InputError(f"date: {text!r} is no day. Write it like 2026-11-21.") from None
    if day.year <= known:
        raise InputError(f"date: {text} lies before the end of the data, {known}. Give the day on which it is made.")
    return day.isoformat()


def _text(note: str) -> str:
    """A note that a file can hold. Raises InputError."""
    if not note.isprintable():
        raise InputError("note: holds signs that cannot be printed. Write one line of text.")
    return note


def _known(plan: Plan) -> int:
    """The last year of spending that a plan starts from."""
    return quarters.year(plan.quarters[0]) - 1


def _key(scenario: Any, plan: Plan) -> str:
    """What a scenario is called in file names: letters, digits and hyphens."""
    name = str(getattr(scenario, "key", "") or plan.name)
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "scenario"


def _pretty(value: Any, depth: int = 0) -> str:
    """JSON with one line for whatever is short, a list of numbers or a forecast."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or "quantiles" in value or (depth and len(flat) + 2 * depth < WIDTH):
        return flat
    pad = "  " * (depth + 1)
    rows = [f"{pad}{json.dumps(key, ensure_ascii=False)}: {_pretty(part, depth + 1)}" for key, part in value.items()]
    return "{\n" + ",\n".join(rows) + f"\n{'  ' * depth}}}"


# --- the folder ---------------------------------------------------------------------------------------------------


def check_free(scenario: Any, date: str | None = None, where: Path | None = None) -> None:
    """Refuse an entry that is there already or cannot be written, before anything is computed. Raises InputError."""
    plan = planned(scenario)
    saving.check_new_file((where or folder()) / f"{_day(date, _known(plan))}-{_key(scenario, plan)}.json")


def add(entry: Entry, where: Path | None = None) -> Path:
    """Write an entry to a ledger, wholly or not at all, and make the folder. Raises InputError where it exists."""
    path = (where or folder()) / f"{entry.id}.json"
    saving.new_file(path, entry.written())
    return path


def paths(where: Path | None = None) -> list[Path]:
    """The files of a ledger by name, which begins with the date; none where there is no folder."""
    return sorted((where or folder()).glob("*.json"))


def entries(where: Path | None = None) -> list[Entry]:
    """All entries of a ledger. Raises InputError with one line for each that is damaged or renamed."""
    return _whole(paths(where), _read_as_named)


def chosen(names: Sequence[str], where: Path | None = None) -> list[Entry]:
    """Entries by their id or the path of their file, or all of a ledger. Raises InputError."""
    if not names:
        found = entries(where)
        if not found:
            raise InputError(f"{where or folder()}: no entries. Make one: article5 ledger add baseline")
        return found
    return _whole(names, lambda name: _named(name, where))


def _named(name: str, where: Path | None) -> Entry:
    ids = {path.stem: path for path in paths(where)}
    if name in ids:
        return _read_as_named(ids[name])
    if name.endswith(".json"):
        return read(Path(name))
    raise InputError(f"{name}: no such entry in {where or folder()}. {hint(name, ids) if ids else 'It has none.'}")


def _whole(asked: Sequence[Any], get: Callable[[Any], Entry]) -> list[Entry]:
    """All of these entries, or all that is wrong with them."""
    found: list[Entry] = []
    problems: list[str] = []
    for one in asked:
        try:
            found.append(get(one))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _read_as_named(path: Path) -> Entry:
    entry = read(path)
    if entry.id != path.stem:
        raise InputError(f"{path}: holds the entry {entry.id}. Give it back its name, {entry.id}.json.")
    return entry


def read(path: str | Path) -> Entry:
    """An entry from its file. Raises InputError when it is no entry, or not what was sealed."""
    file = Path(path)
    try:
        content = json.loads(file.read_bytes().decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file. Check the name.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}. Name a file.") from None
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0] if str(error) else "cannot be read"
        raise InputError(f"{path}: is no entry of a ledger: {why}. Take it from where it was published.") from None
    if not isinstance(content, dict) or _HASH not in content or "forecast" not in content:
        raise InputError(f"{path}: is no entry of a ledger: it lacks forecast or {_HASH}. Name another file.")
    said = content.pop(_HASH)
    if said != _sealed(content):
        raise InputError(
            f"{path}: was changed after it was sealed: its content does not give its {_HASH}. "
            "Take it from where it was published."
        )
    if content.get("format") != FORMAT:
        raise InputError(
            f"{path}: has format {content.get('format')!r}, and this simulator reads {FORMAT}. Install a later one."
        )
    if wrong := _malformed(content):
        raise InputError(f"{path}: is no entry of a ledger: {wrong}. Make one: article5 ledger add baseline")
    return Entry(content)


def _sealed(content: Mapping[str, Any]) -> str | None:
    try:
        return seal(content)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which no key stands twice: a reader must not see what the seal does not."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _malformed(content: Mapping[str, Any]) -> str:
    """What is wrong with the form of a sealed content; nothing for an entry."""
    try:
        entry = Entry(content)
        head, levels, years = entry.head(), entry.levels, entry.years
        if _day(head["made"], entry.known) != head["id"][:10] or not re.fullmatch(r"[a-z0-9-]+", head["id"]):
            return "its id and its date differ"
        if len(levels) < 2 or not (np.diff([0.0, *levels, 1.0]) > 0.0).all():
            return "its levels do not rise between 0 and 1"
        if not entry.allies or not years or min(years) <= entry.known:
            return "it forecasts years that it knows"
        for series in SERIES.values():
            for who in (*entry.allies, AGGREGATE):
                cells = [[entry.mean(series, who, y), entry.held(who), *entry.quantiles(series, who, y)] for y in years]
                values = np.array(cells, dtype=np.float64)
                if values.shape[1] != 2 + len(levels) or not np.isfinite(values).all():
                    return f"{series} of {who} has other quantiles than levels"
                if (np.diff(values[:, 2:], axis=1) < 0.0).any():
                    return f"the quantiles of {series} of {who} fall"
    except InputError as error:
        return error.problems[0].rstrip(".")
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        return f"{type(error).__name__} at {error}"
    return ""


# --- scores -------------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One forecast and what came of it, in % of GDP. Scores are in pp: the smaller, the better."""

    who: str
    year: int
    came: float
    median: float
    mean: float
    low90: float
    high90: float
    crps: float
    interval50: float
    interval90: float
    covered50: bool
    covered90: bool
    held: float
    held_error: float  # of persistence, whose CRPS this is


class Year(NamedTuple):
    """Means over the allies found in a year. `skill` is the part of persistence's error that the forecast saves."""

    year: int
    allies: int
    crps: float
    interval50: float
    interval90: float
    covered50: float
    covered90: float
    held_error: float
    skill: float | None


@dataclass(frozen=True)
class Scored:
    """An entry held against a table: a row an ally and year found, the means of each year, and what was not found."""

    entry: Entry
    scored_as: str
    source: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def years(self) -> tuple[Year, ...]:
        """Means by year; the aggregate plays no part in them."""
        found = dict.fromkeys(row.year for row in self.rows)
        return tuple(_mean_of(year, [r for r in self.rows if r.year == year and r.who != AGGREGATE]) for year in found)

    @property
    def missing_years(self) -> tuple[int, ...]:
        """Years that the entry forecasts and the table lacks."""
        return tuple(year for year in self.entry.years if year not in {row.year for row in self.rows})

    @property
    def found(self) -> int:
        """How many figures of allies were scored."""
        return sum(row.who != AGGREGATE for row in self.rows)

    @property
    def asked(self) -> int:
        """How many figures of allies the entry forecasts."""
        return len(self.entry.allies) * len(self.entry.years)

    def data(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "entry": self.entry.head(), "as": self.scored_as, "series": SERIES[self.scored_as], "data": self.source,
            "found": self.found, "asked": self.asked, "missing_years": list(self.missing_years),
            "notes": list(self.notes), "by_year": [year._asdict() for year in self.years],
            "rows": [row._asdict() for row in self.rows],
        }  # fmt: skip


def score(entry: Entry, table: str | Path | Figures, scored_as: str = "revised") -> Scored:
    """Hold an entry against what came, in a table or read with `figures`.

    Only years that the entry forecasts count: what it knew is no forecast. The aggregate is scored in years for which
    the table has spending and GDP of all its allies. Raises InputError for a table with none of the forecast figures.
    """
    if scored_as not in SERIES:
        raise InputError(f"--as: unknown {scored_as!r}. {hint(scored_as, SERIES)}")
    came = table if isinstance(table, Figures) else figures(table)
    if not any((who, year) in came.share for year in entry.years for who in entry.allies):
        held = sorted({year for _, year in came.share})
        raise InputError(
            f"{came.source}: none of the figures that {entry.id} forecasts: {_from_to(entry.years)}, "
            f"codes such as {entry.allies[-1]}. It holds {_from_to(held) if held else 'no rows'}; "
            "add rows for a forecast year."
        )
    rows, notes = [], []
    if any(year <= entry.known for _, year in came.share):
        notes.append(f"Rows up to {entry.known} are left out: the entry was made with them.")
    for year in entry.years:
        scored, remarks = _year(entry, scored_as, year, came)
        rows += scored
        notes += remarks
    found = Scored(entry, scored_as, came.source, tuple(rows), tuple(notes))
    if found.missing_years:
        return replace(found, notes=(*notes, f"No figures for {', '.join(map(str, found.missing_years))}."))
    return found


def _year(entry: Entry, scored_as: str, year: int, came: Figures) -> tuple[list[Row], list[str]]:
    """The rows of one year, that of the aggregate last, and what is lacking; nothing for a year without figures."""
    share = {who: came.share[who, year] for who in entry.allies if (who, year) in came.share}
    if not share:
        return [], []
    gdp = {who: came.gdp[who, year] for who in share if (who, year) in came.gdp}
    rows, notes = [_row(entry, scored_as, who, year, value) for who, value in share.items()], []
    lacking = [who for who in entry.allies if who not in share]
    if lacking:
        which = ", ".join(share) if len(share) < len(lacking) else f"all but {', '.join(lacking)}"
        notes.append(f"{year}: {len(share)} of {len(entry.allies)} allies: {which}.")
    if lacking or len(gdp) < len(share):
        what = "spending" if lacking else "GDP (gdp_usd2021_bn)"
        notes.append(f"{year}: {AGGREGATE} left out: not all allies have {what} in the table.")
    else:
        together = sum(share[who] * gdp[who] for who in share) / sum(gdp.values())
        rows.append(_row(entry, scored_as, AGGREGATE, year, together))
    return rows, notes


def _row(entry: Entry, scored_as: str, who: str, year: int, came: float) -> Row:
    """One forecast held against one figure."""
    series = SERIES[scored_as]
    values, levels = entry.quantiles(series, who, year), entry.levels
    median, *ends = np.interp([0.5, *BANDS["50"], *BANDS["90"]], levels, values).tolist()
    narrow, wide = ends[:2], ends[2:]
    return Row(
        who=who,
        year=year,
        came=round(came, 6),
        median=median,
        mean=entry.mean(series, who, year),
        low90=wide[0],
        high90=wide[1],
        crps=float(scores.quantile_crps(values, levels, came)),
        interval50=float(scores.band_score(narrow[0], narrow[1], came, 0.5)),
        interval90=float(scores.band_score(wide[0], wide[1], came, 0.9)),
        covered50=narrow[0] <= came <= narrow[1],
        covered90=wide[0] <= came <= wide[1],
        held=entry.held(who),
        held_error=abs(entry.held(who) - came),
    )


def _mean_of(year: int, rows: Sequence[Row]) -> Year:
    """Means over the rows of a year."""
    names = ("crps", "interval50", "interval90", "covered50", "covered90", "held_error")
    means = {name: float(np.mean([getattr(row, name) for row in rows])) for name in names}
    skill = float(scores.skill(means["crps"], means["held_error"])) if means["held_error"] > 0.0 else None
    return Year(year=year, allies=len(rows), skill=skill, **means)


def _from_to(years: Sequence[int]) -> str:
    """Ascending years by their ends: "2025 to 2027", or "2025"."""
    return " to ".join(map(str, dict.fromkeys((years[0], years[-1]))))


# --- text ---------------------------------------------------------------------------------------------------------


def list_text(found: Sequence[Entry]) -> str:
    """A ledger for people: a line an entry."""
    head = ["entry", "years", "worlds", "seed", "data up to", "plan", _HASH, "note"]
    rows = [
        [
            entry.id, _from_to(entry.years), f"{entry.content['worlds']:,}",
            str(entry.content["seed"]), str(entry.known), entry.content["plan"]["fingerprint"], entry.hash[:16],
            entry.content["note"],
        ]
        for entry in found
    ]  # fmt: skip
    return lines(head, rows)


def score_text(scored: Scored) -> str:
    """A score for people: means by year, then each forecast."""
    entry, taken = scored.entry, SERIES[scored.scored_as]
    years = [
        [
            str(year.year), str(year.allies), f"{year.crps:.3f}", f"{year.held_error:.3f}",
            "–" if year.skill is None else f"{year.skill:+.2f}", f"{year.interval50:.2f}", f"{year.interval90:.2f}",
            f"{100 * year.covered50:.0f}%", f"{100 * year.covered90:.0f}%",
        ]
        for year in scored.years
    ]  # fmt: skip
    cells = [
        [
            row.who, str(row.year), f"{row.came:.2f}", f"{row.median:.2f}", f"{row.low90:.2f} to {row.high90:.2f}",
            f"{row.crps:.3f}", f"{row.held_error:.3f}", "yes" if row.covered50 else "no",
            "yes" if row.covered90 else "no",
        ]
        for row in sorted(scored.rows, key=lambda row: (row.year, row.who != AGGREGATE, row.who))
    ]  # fmt: skip
    means = ["year", "allies", "CRPS", "persistence", "skill", "50% score", "90% score", "in 50%", "in 90%"]
    each = ["who", "year", "came", "median", "90% band", "CRPS", "persistence", "in 50%", "in 90%"]
    return "\n".join([
        f"{entry.id}: {entry.content['name']}, made {entry.made} with data up to {entry.known}",
        f"{scored.found} of {scored.asked} figures in {scored.source}, scored as {scored.scored_as} ({taken}), in pp.",
        *scored.notes,
        "",
        "Means over the allies; skill is the part of persistence's error that the forecast saves",
        lines(means, years),
        "",
        lines(each, cells),
    ])  # fmt: skip
