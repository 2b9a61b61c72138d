"""Results of batches that may be opened from a screen: only below folders that whoever runs the server allows.

A directory goes by a name from a list, never by a path that a client sends. Nothing outside the folders is looked at,
also not through a link.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from sim.batch.gather import POLICIES_TABLE, SUFFIX
from sim.batch.opened import Opened, opened
from sim.batch.store import COMPLETE, MANIFEST, Store, digest_of
from sim.batch.tables import FAILURES_TABLE, SUMMARIES_TABLE
from sim.errors import InputError
from sim.reading import hint

RESULTS = "ARTICLE5_RESULTS"
"""Names the folders whose results may be opened; several stand with the system's separator of paths."""

USUAL = "results"
"""The folder that is opened where none is named, in the working directory."""

DEPTH, MOST_ENTRIES = 2, 2000
"""How deep below a folder results are looked for, and how many entries are looked at."""

LARGEST_CHECKED = 64 * 1024**2
"""Bytes of a table up to which its checksum is looked at before it is read."""

READ = tuple(f"{name}{SUFFIX}" for name in (POLICIES_TABLE, SUMMARIES_TABLE, FAILURES_TABLE))
"""Tables that are read as a whole; of the others only columns and rows that are asked for."""


def folders() -> list[Path]:
    """The folders that are allowed, as the environment names them; those that are not there are left out."""
    said = os.environ.get(RESULTS, "")
    named = [Path(part) for part in said.split(os.pathsep) if part] or [Path(USUAL)]
    return [folder.resolve() for folder in named if folder.is_dir()]


def directories() -> dict[str, Path]:
    """Every directory with the manifest of a batch by its name: the folder's and what stands below, `results/first`.

    A second folder of the same name gets a number.
    """
    found: dict[str, Path] = {}
    for folder in folders():
        for place in _batches(folder):
            below = place.relative_to(folder).as_posix()
            name = folder.name if below == "." else f"{folder.name}/{below}"
            number = 2
            while name in found:
                name, number = f"{name.rsplit(' (no. ', 1)[0]} (no. {number})", number + 1
            found[name] = place
    return found


def _batches(folder: Path) -> Iterator[Path]:
    """Directories below a folder that hold a manifest, in the order of their names; links are not followed."""
    waiting, looked = [(folder, 0)], 0
    while waiting and looked < MOST_ENTRIES:
        place, depth = waiting.pop(0)
        looked += 1
        if (place / MANIFEST).is_file():
            yield place
            continue
        if depth < DEPTH:
            inner = (p for p in sorted(place.iterdir()) if p.is_dir() and not p.is_symlink() and p.name[:1] != ".")
            waiting += [(p, depth + 1) for p in inner]


def stamp(name: str) -> str:
    """A digest of a directory's manifest, which changes with its results. Raises InputError for an unknown name."""
    try:
        return sha256((_place(name) / MANIFEST).read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}.") from None


def results(name: str) -> Opened:
    """The results of a finished batch by the name of its directory; tables that are read whole are sound.

    Raises InputError for a name that is not in the list, results that are not finished, changed or damaged.
    """
    place = _place(name)
    with told(name, place):
        if Store(place).manifest()["status"] != COMPLETE:
            raise InputError(
                f"{name}: this batch is not finished. Go on with it: article5 batch FILE --out DIR --resume."
            )
        found = opened(place)
        tables: Mapping[str, Mapping[str, str]] = found.manifest["tables"]
        wrong = [file for file in READ if file in tables and not _sound(place / file, tables[file]["sha256"])]
        if lost := sorted({*wrong, *(file for file in (*READ, *tables) if not (place / file).is_file())}):
            raise InputError(f"{name}: {', '.join(lost)} changed or lost since the batch ended. Play it again.")
    return found


@contextmanager
def told(name: str, place: Path | None = None) -> Iterator[None]:
    """What goes wrong with a directory as a line under its name; where it stands on the machine is not told.

    Raises InputError.
    """
    where = str(place or _place(name))
    try:
        yield
    except InputError as error:
        raise InputError([problem.replace(where, name) for problem in error.problems]) from None
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        kind = type(error).__name__
        raise InputError(
            f"{name}: the tables cannot be read ({kind}): changed or damaged. Play the batch again."
        ) from None


def _place(name: str) -> Path:
    there = directories()
    if name not in there:
        raise InputError(f"results: no directory {name[:60]!r} here. {hint(name, there) if there else ''}".strip())
    return there[name]


def _sound(file: Path, digest: str) -> bool:
    """Whether a table is as it was written; a very large one is not looked through."""
    return file.is_file() and (file.stat().st_size > LARGEST_CHECKED or digest_of(file) == digest)
