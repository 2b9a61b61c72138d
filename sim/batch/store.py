"""The directory of a batch: a manifest, finished blocks with their checksums, and in the end the tables.

A block appears at once and whole, under its number, or not at all. While a batch runs nobody else may write to its
directory. What a block left is trusted only as long as its checksums hold.
"""

import json
import os
import platform
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sim import saving
from sim.batch.blocks import Block, Played, versions
from sim.batch.sketch import ACCURACY
from sim.errors import InputError
from sim.experiment import PATHS, Experiment

MANIFEST, BLOCKS, INDEX, LOCK = "manifest.json", "blocks", "index.json", ".lock"

RUNNING, SHARD, COMPLETE = "running", "shard", "complete"
"""How far a directory has come: blocks lack, those of a shard are there, or the tables are."""


def digest_of(file: Path) -> str:
    """SHA-256 of a file."""
    found = sha256()
    with file.open("rb") as opened:
        while part := opened.read(1 << 20):
            found.update(part)
    return found.hexdigest()


class Store:
    """The directory of one batch."""

    def __init__(self, target: Path) -> None:
        self.target = target

    # --- manifest ---------------------------------------------------------------------------------------------

    def begin(self, experiment: Experiment, shard: tuple[int, int], cut: tuple[int, int], command: str) -> None:
        """Make the directory with its manifest. Raises InputError when it is there or cannot be written."""
        data = sorted({plan.roster.digest for plan in experiment.plans})
        told = {
            "versions": versions(), "python": platform.python_version(), "digest": experiment.digest,
            "experiment": experiment.written(), "data": data, "command": command,
            "shard": list(shard), "block": list(cut), "status": RUNNING,
            "quantiles": "exact" if experiment.keep == PATHS else f"within {ACCURACY:.1%} of the values at that rank",
        }  # fmt: skip
        with saving.told(self.target):
            taken = (self.target / MANIFEST).is_file()
        if taken:
            done = self.manifest()["status"] == COMPLETE
            raise InputError(
                f"{self.target}: holds a finished batch. Choose another directory."
                if done
                else f"{self.target}: holds a batch already. Go on with it (--resume), or choose another one."
            )
        with saving.new_directory(self.target) as beside:
            (beside / BLOCKS).mkdir()
            (beside / MANIFEST).write_text(_json(told), encoding="utf-8")

    def manifest(self) -> dict[str, Any]:
        """The manifest. Raises InputError where there is none."""
        path = self.target / MANIFEST
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise InputError(
                f"{self.target}: no results of a batch. Make some: article5 batch FILE --out DIR."
            ) from None
        needed = {"digest", "experiment", "status", "shard", "block", "versions"}
        needed |= {"tables", "failures"} if isinstance(found, dict) and found.get("status") == COMPLETE else set()
        if not isinstance(found, dict) or not needed <= set(found):
            raise InputError(f"{path}: not the manifest of a batch. Name the directory that article5 batch made.")
        return found

    def note(self, **changes: Any) -> None:
        """Change the manifest."""
        with saving.told(self.target):
            saving.replace_file(self.target / MANIFEST, _json(self.manifest() | changes))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from writing here. Raises InputError while somebody does."""
        with saving.told(self.target):
            lock = FileLock(self.target / LOCK, timeout=0)
            try:
                lock.acquire()
            except Timeout:
                raise InputError(f"{self.target}: another batch is writing here. Wait for it, or stop it.") from None
        try:
            yield
        finally:
            with suppress(OSError):  # not every system lets go of a file that is open
                (self.target / LOCK).unlink()
            lock.release()

    # --- blocks -----------------------------------------------------------------------------------------------

    def path(self, block: Block) -> Path:
        """Where a block stands, or will."""
        return self.target / BLOCKS / block.name

    def put(self, block: Block, played: Played) -> None:
        """Write what a block left, all of it or nothing. Raises saving.NotWritten."""
        told = {
            "files": {name: sha256(content).hexdigest() for name, content in sorted(played.files.items())},
            "groups": {name: [list(key) for key in keys] for name, keys in sorted(played.groups.items())},
            "failures": [vars(failure) for failure in played.failures],
        }
        with saving.new_directory(self.path(block)) as beside:
            for name, content in played.files.items():
                (beside / f"{name}.parquet").write_bytes(content)
            (beside / INDEX).write_text(_json(told | {"sha256": _seal(told)}), encoding="utf-8")

    def index(self, block: Block) -> dict[str, Any] | None:
        """What a block says of itself, or None where it is not there or not as it was written."""
        try:
            told = json.loads((self.path(block) / INDEX).read_text(encoding="utf-8"))
            seal = told.pop("sha256")
            sound = seal == _seal(told) and all(
                digest_of(self.path(block) / f"{name}.parquet") == digest for name, digest in told["files"].items()
            )
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            return None
        return told if sound else None

    def sweep(self, blocks: Iterable[Block]) -> tuple[set[int], int]:
        """Numbers of the blocks that are there and sound, and how many were damaged; what is half-written goes."""
        for stray in (self.target / BLOCKS).glob(".article5-*"):
            shutil.rmtree(stray, ignore_errors=True)
        found, damaged = set(), 0
        for block in blocks:
            if self.index(block) is not None:
                found.add(block.number)
            elif self.path(block).exists():
                with saving.told(self.path(block)):
                    shutil.rmtree(self.path(block)) if self.path(block).is_dir() else self.path(block).unlink()
                damaged += 1
        return found, damaged

    def clear(self) -> None:
        """Take the blocks away, once the tables are there."""
        shutil.rmtree(self.target / BLOCKS, ignore_errors=True)

    def settle(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """Have the system write these tables to the disk, and return their checksums."""
        for name in names:
            with (self.target / name).open("rb+") as file:
                os.fsync(file.fileno())
        return {name: {"sha256": digest_of(self.target / name)} for name in names}

    def check_tables(self, manifest: dict[str, Any]) -> None:
        """Hold the tables to their checksums. Raises InputError naming those that were changed or lost."""
        wrong = [
            name
            for name, told in manifest["tables"].items()
            if not (self.target / name).is_file() or digest_of(self.target / name) != told["sha256"]
        ]
        if wrong:
            raise InputError(f"{self.target}: {', '.join(wrong)} changed or lost since the batch ended. Run it again.")


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _seal(told: dict[str, Any]) -> str:
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
