"""Documents, facts, hedges and publications: read once from `seeds/`, checked, and cited.

A fact is what a document says, in the project's own words. Its hedge says how far the number may be off, its
status how firmly the thing is said. Every other number names its source with a key that `source` resolves.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim import reading
from sim.errors import InputError
from sim.priors import WRITABLE, Prior, fixed

ROWS = range(1, 21)
"""Rows of MODEL.md, section 7: what the documents say. Each needs at least one fact."""

Reading = Literal["default", "strict", "loose"]
READINGS: tuple[Reading, ...] = get_args(Reading)
"""How a hedge may be read."""


class FactError(InputError):
    """A seed file that cannot be used."""


def seeds_dir() -> Path:
    """Folder of the seed files: in a checkout beside the package, in an installed wheel inside it."""
    return reading.folder("seeds", "hedges.yaml")


_M = TypeVar("_M", bound=BaseModel)


# --- what the files hold ------------------------------------------------------------------------------------

_KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_YEAR_MONTH_DAY = r"^\d{4}-\d{2}(-\d{2})?$"
_Text = Annotated[str, Field(min_length=1)]
_Date = Annotated[str, Field(pattern=_YEAR_MONTH_DAY)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Distribution(_Entry):
    """Factor on a stated value. Kinds: fixed, uniform, triangular, none (there is no number)."""

    kind: Literal["fixed", "uniform", "triangular", "none"]
    factor: float | None = None
    low: float | None = None
    mode: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _complete(self):
        needed = {
            "fixed": ("factor",),
            "uniform": ("low", "high"),
            "triangular": ("low", "mode", "high"),
            "none": (),
        }
        values = {n: getattr(self, n) for n in ("factor", "low", "mode", "high")}
        given = tuple(n for n, v in values.items() if v is not None)
        if given != needed[self.kind]:
            right = ", ".join(needed[self.kind]) or "no numbers"
            raise ValueError(f"{self.kind} takes {right}, not {', '.join(given) or 'none'}")
        ordered = [values[n] for n in given]
        if ordered != sorted(ordered):
            raise ValueError(f"{', '.join(given)} must not fall, got {ordered}")
        return self

    def prior(self) -> Prior:
        """The same as a prior, in the vocabulary of scenario files. Raises ValueError without a number."""
        values = [v for v in (self.factor, self.low, self.mode, self.high) if v is not None]
        if self.kind == "none":
            raise ValueError("there is no number to draw: the fact is not quantified")
        return fixed(*values) if self.kind == "fixed" else WRITABLE[self.kind](*values)

    def quantile(self, u: Any) -> Any:
        """Factors [...] below which parts `u` [...] of the probability lie, 0 to 1."""
        return self.prior().quantile(u)


class Hedge(Distribution):
    """A word such as "up to" as a distribution: the default reading, and a strict and a loose one."""

    about: _Text
    strict: Distribution
    loose: Distribution
    evidence: Literal["X"] = Field(alias="class")
    source: Literal["assumption"]

    def reading(self, name: Reading = "default") -> Distribution:
        """The distribution under one reading: default, strict or loose."""
        return {"default": self, "strict": self.strict, "loose": self.loose}[name]


class StatusMeaning(_Entry):
    """What a status says about the chance (`happens`, 0 to 1) that the fact holds or comes about."""

    about: _Text
    happens: Distribution
    evidence: Literal["X"] = Field(alias="class")
    source: Literal["assumption"]


class Publication(_Entry):
    """A paper, report or data source: how it is cited, and what the project takes from it."""

    key: str = Field(pattern=_KEY)
    cite: _Text
    used_for: _Text


class Assumption(_Entry):
    """A number without a source: the project's own judgement, and said to be so."""

    cite: str = "assumption: our own judgement, no source"


class Document(_Entry):
    """The head of a seed file: one text that facts are drawn from."""

    document: str = Field(pattern=r"^\d{3}$")
    title: _Text
    date: _Date
    date_note: str = ""
    kind: _Text


class Fact(Document):
    """One thing a document says, in our words, with its place and its rows of MODEL.md section 7."""

    id: str = Field(pattern=_KEY)
    about: _Text
    value: float | int | str | None = None
    unit: str | None = None
    hedge: _Text
    status: _Text
    speaker: _Text
    place: _Text
    rows: tuple[Annotated[int, Field(ge=ROWS[0], le=ROWS[-1])], ...] = Field(min_length=1, strict=False)
    meaning: Hedge = Field(exclude=True, repr=False)

    @model_validator(mode="after")
    def _value_fits_hedge(self):
        if self.value is not None and not self.unit:
            raise ValueError("a value needs a unit")
        if self.value is None and self.meaning.kind != "none":
            raise ValueError(f"hedge {self.hedge!r} needs a value; without a number write 'not quantified'")
        if self.value is not None and self.meaning.kind == "none":
            raise ValueError(f"hedge {self.hedge!r} takes no value, got {self.value}")
        if isinstance(self.value, str) and self.hedge != "exact":
            raise ValueError(f"a value in words takes the hedge 'exact', not {self.hedge!r}")
        return self

    @property
    def cite(self) -> str:
        """The fact in one line: document, date, place, what it says, how firmly."""
        value = f"{self.value:,g}" if isinstance(self.value, float) else self.value
        value = f"{value:,}" if isinstance(value, int) else value
        unit = "" if isinstance(self.value, str) else f" {self.unit}"
        number = "" if self.value is None else f": {value}{unit}"
        hedge = "" if self.hedge in {"exact", "not quantified"} else f", {self.hedge}"
        where = f"document {self.document} ({self.title}, {self.date}), {self.place}"
        return f"{where}: {self.about}{number}{hedge} [{self.status}, {self.speaker}]"

    def draw(self, u: float, reading: Reading = "default") -> float:
        """The number under its hedge, in `unit`: quantile u in [0, 1]. Raises ValueError without a number."""
        if not isinstance(self.value, (int, float)):
            raise ValueError(f"fact {self.id!r} has no number to draw: {self.value!r}")
        return self.value * self.meaning.reading(reading).quantile(u)


# --- reading ------------------------------------------------------------------------------------------------


def load_hedges(folder: Path | None = None) -> Mapping[str, Hedge]:
    """Every hedge by its words. Raises FactError."""
    return _hedges(folder or seeds_dir())


def load_statuses(folder: Path | None = None) -> Mapping[str, StatusMeaning]:
    """What each status means, by its word. Raises FactError."""
    return _statuses(folder or seeds_dir())


def load_publications(folder: Path | None = None) -> Mapping[str, Publication]:
    """Every publication and data source by its key. Raises FactError."""
    return _publications(folder or seeds_dir())


def load_facts(folder: Path | None = None) -> Mapping[str, Fact]:
    """Every fact by its id, in the order of the files. Raises FactError with every problem at once."""
    return _facts(folder or seeds_dir())


@lru_cache(maxsize=8)
def _hedges(folder: Path) -> Mapping[str, Hedge]:
    return _entries(Hedge, folder / "hedges.yaml", "hedges")


@lru_cache(maxsize=8)
def _statuses(folder: Path) -> Mapping[str, StatusMeaning]:
    return _entries(StatusMeaning, folder / "hedges.yaml", "statuses")


@lru_cache(maxsize=8)
def _publications(folder: Path) -> Mapping[str, Publication]:
    return _entries(Publication, folder / "publications.yaml", key="key")


@lru_cache(maxsize=8)
def _facts(folder: Path) -> Mapping[str, Fact]:
    problems: list[str] = []
    facts: dict[str, Fact] = {}
    files: dict[str, Path] = {}
    taken = dict.fromkeys(_publications(folder), folder / "publications.yaml") | {"assumption": "the literal word"}
    for path in sorted(set(folder.glob("*.yaml")) - {folder / "hedges.yaml", folder / "publications.yaml"}):
        found = _facts_of(path, folder, problems)
        for fact in found:
            if fact.id in taken:
                problems.append(f"{path}: {fact.id}: id already used by {taken[fact.id]}. Choose another id.")
            taken[fact.id], facts[fact.id] = path, fact
        if found and files.setdefault(found[0].document, path) != path:
            other = files[found[0].document]
            problems.append(f"{path}: document: {found[0].document!r} is already {other}. Use the next free number.")
    problems += _missing_rows(folder, facts.values())
    if problems:
        raise FactError(problems)
    return MappingProxyType(facts)


def _facts_of(path: Path, folder: Path, problems: list[str]) -> list[Fact]:
    """The facts of one document; what is wrong with them is added to `problems`."""
    head = _read(path)
    entries = head.pop("facts", None)
    if not isinstance(entries, list) or _check(Document, f"{path}: head", head, problems) is None:
        problems.extend([] if isinstance(entries, list) else [f"{path}: facts: missing. Write a list of facts."])
        return []
    found = []
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id") if isinstance(entry, dict) else None
        where = f"{path}: {name or f'fact {number}'}"
        words = _unknown_words(entry, folder, where) if isinstance(entry, dict) else []
        problems += words
        if not words and (fact := _check(Fact, where, _with_head(entry, head, folder), problems)):
            found.append(fact)
    return found


def _with_head(entry: Any, head: dict[str, Any], folder: Path) -> Any:
    """An entry completed by its document's head and the meaning of its hedge."""
    if not isinstance(entry, dict):
        return entry
    return {**head, **entry, "meaning": _hedges(folder).get(str(entry.get("hedge")))}


def _unknown_words(entry: dict[str, Any], folder: Path, where: str) -> list[str]:
    """A line for a hedge or status that hedges.yaml does not explain, or a key that belongs elsewhere."""
    known = {"hedge": _hedges(folder), "status": _statuses(folder)}
    return [
        f"{where}: {word}: unknown {word} {entry.get(word)!r}. {reading.hint(str(entry.get(word)), meanings)}"
        for word, meanings in known.items()
        if str(entry.get(word)) not in meanings
    ] + [
        f"{where}: {key}: unknown key. It belongs to the head of the file."
        for key in entry.keys() & {*Document.model_fields, "meaning"}
    ]


def _missing_rows(folder: Path, facts: Iterable[Fact]) -> list[str]:
    """A line for every row of MODEL.md section 7 without a fact."""
    covered = {row for fact in facts for row in fact.rows}
    return [
        f"{folder}: row {r} of MODEL.md section 7 has no fact. Add {r} to the rows of one."
        for r in ROWS
        if r not in covered
    ]


def _read(path: Path) -> dict[str, Any]:
    """A YAML 1.2 mapping. Raises FactError for a missing file, bad YAML, a repeated key or something else."""
    try:
        return reading.page(path).values
    except InputError as error:
        raise FactError(error.problems) from None


def _entries(model: type[_M], path: Path, section: str | None = None, key: str | None = None) -> Mapping[str, _M]:
    """Checked entries by name, of a file or a section of it; `key` is the field that takes the name."""
    content = _read(path)
    entries = content.get(section) if section else content
    if not isinstance(entries, dict):
        raise FactError([f"{path}: {section}: missing. Write '{section}:' with its entries."])
    problems: list[str] = []
    named = {n: {key: n, **e} if key and isinstance(e, dict) else e for n, e in entries.items()}
    checked = {name: _check(model, f"{path}: {name}", entry, problems) for name, entry in named.items()}
    if problems:
        raise FactError(problems)
    return MappingProxyType({name: entry for name, entry in checked.items() if entry is not None})


def _check(model: type[_M], where: str, given: Any, problems: list[str]) -> _M | None:
    """An entry as a checked model, or None with its problems added."""
    if not isinstance(given, dict):
        problems.append(f"{where}: holds {given!r}. Write keys with values.")
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems.extend(f"{where}: {_complaint(model, e)}" for e in error.errors())
        return None


def _complaint(model: type[BaseModel], error: Mapping[str, Any]) -> str:
    """One problem that pydantic found, as what is wrong and what would be right."""
    path = ".".join(str(part) for part in error["loc"])
    return f"{path + ': ' if path else ''}{reading.complaint(model, error)}"


# --- citing -------------------------------------------------------------------------------------------------


def source(key: str) -> Fact | Publication | Assumption:
    """What a `source` names: a fact, a publication, or the word assumption. Raises FactError."""
    if key == "assumption":
        return Assumption()
    facts, publications = load_facts(), load_publications()
    if key in facts or key in publications:
        return facts.get(key) or publications[key]
    raise FactError([f"source: unknown source {key!r}. {reading.hint(key, ['assumption', *facts, *publications])}"])


def cite(keys: str) -> str:
    """One line for people about a source, or about several with blanks between."""
    return "; ".join(source(key).cite for key in keys.split())
