"""Running a batch: blocks go out to workers, come back, and are written; whatever happens, finished blocks stay."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim import ensemble, saving
from sim.batch import gather
from sim.batch.blocks import POLICIES, Block, Player, blocks, play
from sim.batch.shift import Report, Shift
from sim.batch.store import COMPLETE, SHARD, Store, digest_of
from sim.batch.workers import crew
from sim.errors import InputError, RunError
from sim.experiment import Experiment

CUT = (ensemble.BLOCK, POLICIES)
"""Worlds and policies of a block."""

WHOLE = (1, 1)
"""The only shard of a batch that is not shared out."""


@dataclass(frozen=True)
class Ran:
    """What a batch has come to: its directory, how many blocks this call played, found, found damaged, and failures."""

    target: Path
    status: str
    played: int
    found: int
    damaged: int
    failures: int


def run_batch(
    experiment: Experiment,
    out: str | Path,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    resume: bool = False,
    shard: tuple[int, int] = WHOLE,
    cut: tuple[int, int] = CUT,
    report: Report | None = None,
    command: str = "",
    player: Player = play,
) -> Ran:
    """Play an experiment and write its tables to a new directory; with `resume`, go on where one stopped.

    `workers` processes play the blocks, or the workers of an `executor` (any of concurrent.futures; Dask's is
    `Client.get_executor()`). `shard` (k, n) plays every n-th block only, to be merged with the others. The tables do
    not depend on any of these, nor on interruptions. A script that asks for more than one worker needs the usual
    `if __name__ == "__main__":`.

    Raises InputError for a directory that is taken, of another experiment, or in use, and RunError when the disk is
    full or the workers are gone; what was finished stays there.
    """
    shard, store = _shard(shard), Store(Path(out))
    if resume:
        told, cut = _same(store, experiment, shard)
        if told["status"] == COMPLETE:
            store.check_tables(told)
            return Ran(store.target, COMPLETE, 0, 0, 0, told["failures"])
    else:
        store.begin(experiment, shard, cut, command)
    every = blocks(experiment, *cut)
    mine = every[shard[0] - 1 :: shard[1]]
    with store.alone():
        done, damaged = store.sweep(mine)
        left = [block for block in mine if block.number not in done]
        try:
            with crew(workers, executor) as gang:
                Shift(store, experiment, gang, player).work(left, len(mine), report)
        except KeyboardInterrupt:
            raise RunError(_stopped(store, mine)) from None
        except saving.NotWritten as error:
            raise RunError(_full(store, error, mine)) from None
        status, failures = (_finish(store, [store], experiment, every, shard), 0)
        if shard == WHOLE:
            failures = int(store.manifest()["failures"])
    return Ran(store.target, status, len(left), len(done), damaged, failures)


def _shard(shard: tuple[int, int]) -> tuple[int, int]:
    k, n = shard
    if not 1 <= k <= n:
        raise InputError(f"shard: {k}/{n} is none. Write k/n with k from 1 to n, like 3/40.")
    return k, n


def _same(store: Store, experiment: Experiment, shard: tuple[int, int]) -> tuple[dict[str, Any], tuple[int, int]]:
    """The manifest of a batch that may go on. Raises InputError when it is another one."""
    told = store.manifest()
    if told["digest"] != experiment.digest:
        raise InputError(
            f"{store.target}: holds another experiment ({told['experiment'].get('name')!r}, digest {told['digest']}, "
            f"not {experiment.digest}). Resume it with the file it was begun with, or choose another directory."
        )
    if tuple(told["shard"]) != shard:
        was = "/".join(map(str, told["shard"]))
        raise InputError(f"{store.target}: was begun as shard {was}. Resume it with --shard {was}.")
    return told, tuple(told["block"])  # type: ignore[return-value]


def _stopped(store: Store, mine: Sequence[Block]) -> str:
    done, _ = store.sweep(mine)
    return f"Stopped. {len(done)} of {len(mine)} blocks are finished and kept in {store.target}. Go on with --resume."


def _full(store: Store, error: saving.NotWritten, mine: Sequence[Block]) -> str:
    done, _ = store.sweep(mine)
    return (
        f"{error.where}: cannot be written: {error.reason}. {len(done)} of {len(mine)} blocks are finished and kept in "
        f"{store.target}. Make room, then go on with --resume."
    )


def _finish(
    store: Store, sources: Sequence[Store], experiment: Experiment, every: Sequence[Block], shard: tuple[int, int]
) -> str:
    """Write the tables, if the blocks are those of the whole batch; then the blocks may go."""
    if shard != WHOLE:
        store.note(status=SHARD)
        return SHARD
    found = indices(sources, every)
    gathered = gather.Gathered(experiment, found, every)
    try:
        with saving.told(store.target):
            for stray in store.target.glob("*.parquet"):
                stray.unlink()
            names = gather.write(gathered, store.target)
    except saving.NotWritten as error:
        raise RunError(_full(store, error, every)) from None
    told = {name: {"sha256": digest_of(store.target / name)} for name in names}
    failures = sum(failure.worlds for failure in gathered.failures())
    store.note(status=COMPLETE, tables=told, failures=failures, shard=list(WHOLE))
    store.clear()
    return COMPLETE


def indices(sources: Sequence[Store], every: Sequence[Block]) -> dict[int, tuple[Path, dict[str, Any]]]:
    """Where each block lies and what it says, read once. Raises InputError for blocks that are nowhere."""
    found: dict[int, tuple[Path, dict[str, Any]]] = {}
    for block in every:
        for store in sources:
            told = store.index(block)
            if told is not None:
                found[block.number] = (store.path(block), told)
                break
    lacking = gather.missing(every, found)
    if lacking:
        first = ", ".join(str(number) for number in lacking[:8])
        raise InputError(
            f"{len(lacking)} of {len(every)} blocks lack ({first}{', …' if len(lacking) > 8 else ''}). "
            "Play or resume the shards that they belong to."
        )
    return found


def merge(parts: Sequence[str | Path], out: str | Path, experiment: Experiment, command: str = "") -> Ran:
    """Join the shards of a batch into one directory with its tables; the shards stay as they are.

    Raises InputError when they are not of this experiment, or blocks lack.
    """
    sources = [Store(Path(part)) for part in parts]
    manifests = [source.manifest() for source in sources]
    problems = [
        f"{source.target}: holds another experiment (digest {told['digest']}, not {experiment.digest})."
        for source, told in zip(sources, manifests, strict=True)
        if told["digest"] != experiment.digest
    ]
    cuts = {tuple(told["block"]) for told in manifests}
    if len(cuts) > 1:
        problems.append("merge: the shards were cut into other blocks. Play them with one version of article5.")
    if problems:
        raise InputError(problems)
    store, (cut,) = Store(Path(out)), cuts
    every = blocks(experiment, *cut)
    indices(sources, every)
    store.begin(experiment, WHOLE, cut, command)
    with store.alone():
        status = _finish(store, sources, experiment, every, WHOLE)
    return Ran(store.target, status, 0, len(every), 0, int(store.manifest()["failures"]))
