"""Running a batch: blocks go out to workers, come back, and are written; whatever happens, finished blocks stay."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim import saving
from sim.batch import gather
from sim.batch.blocks import Block, Player, blocks, play, usual_cut, versions
from sim.batch.shift import Report, Shift
from sim.batch.store import COMPLETE, SHARD, Store
from sim.batch.workers import crew
from sim.errors import InputError, RunError
from sim.experiment import Experiment

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
    again: bool = False  # it was complete before


def run_batch(
    experiment: Experiment,
    out: str | Path,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    resume: bool = False,
    shard: tuple[int, int] = WHOLE,
    cut: tuple[int, int] | None = None,
    report: Report | None = None,
    command: str = "",
    player: Player = play,
) -> Ran:
    """Play an experiment and write its tables to a new directory; with `resume`, go on where one stopped.

    `workers` processes play the blocks, or the workers of an `executor` (any of concurrent.futures; Dask's is
    `Client.get_executor()`), as many as `workers` says. `shard` (k, n) plays every n-th block only, to be merged with
    the others. The tables do not depend on any of these, nor on interruptions; on the `cut` into
    blocks (worlds, policies) the last digits of sketched summaries do. A script that asks for more than one worker
    needs the usual `if __name__ == "__main__":`.

    Raises InputError for a directory that is taken, of another experiment, of other versions or in use, and RunError
    when it is stopped, the disk is full or the workers are gone; what was finished stays there.
    """
    shard, store = _shard(shard), Store(Path(out))
    if resume:
        cut = _same(store, experiment, shard)
    else:
        cut = cut or usual_cut(experiment)
        store.begin(experiment, shard, cut, command)
    every = blocks(experiment, *cut)
    mine = every[shard[0] - 1 :: shard[1]]
    with store.alone(), _kept(store, len(mine)) as done:
        told = store.manifest()
        if told["status"] == COMPLETE:
            store.check_tables(told)
            store.clear()
            return Ran(store.target, COMPLETE, 0, 0, 0, told["failures"], again=True)
        found, damaged = store.sweep(mine)
        done |= found
        if report is not None:
            report(len(done), len(mine))
        left = [block for block in mine if block.number not in done]
        with crew(workers, executor) as gang:
            Shift(store, experiment, gang, player, done).work(left, report)
        if shard != WHOLE:
            store.note(status=SHARD)
            return Ran(store.target, SHARD, len(left), len(found), damaged, 0)
        failures = _finish(store, [store], experiment, every)
    store.clear()
    return Ran(store.target, COMPLETE, len(left), len(found), damaged, failures)


@contextmanager
def _kept(store: Store, count: int) -> Iterator[set[int]]:
    """Numbers of the blocks that are finished; what stops the work says how many are kept. Raises RunError."""
    done: set[int] = set()
    try:
        yield done
    except KeyboardInterrupt:
        raise RunError(f"Stopped. {_how_many(done, count, store)} Go on with --resume.") from None
    except saving.NotWritten as error:
        kept = _how_many(done, count, store)
        said = f"{error.where}: cannot be written: {error.reason}."
        raise RunError(f"{said} {kept} Make room, then go on with --resume.") from None


def _how_many(done: set[int], count: int, store: Store) -> str:
    return f"{len(done)} of {count} blocks are finished and kept in {store.target}."


def _shard(shard: tuple[int, int]) -> tuple[int, int]:
    k, n = shard
    if not 1 <= k <= n:
        raise InputError(f"shard: {k}/{n} is none. Write k/n with k from 1 to n, like 3/40.")
    return k, n


def _same(store: Store, experiment: Experiment, shard: tuple[int, int]) -> tuple[int, int]:
    """How a batch was cut that may go on. Raises InputError when it is another one, or of other versions."""
    told = store.manifest()
    problems = _strange(store, told, experiment)
    if tuple(told["shard"]) != shard:
        was = "/".join(map(str, told["shard"]))
        problems.append(f"{store.target}: was begun as shard {was}. Resume it with --shard {was}.")
    if problems:
        raise InputError(problems)
    return tuple(told["block"])  # type: ignore[return-value]


def _strange(store: Store, told: dict[str, Any], experiment: Experiment) -> list[str]:
    """In what a directory is not of this experiment and of these versions."""
    if told["digest"] != experiment.digest:
        return [
            f"{store.target}: holds another experiment: {_differing(told['experiment'], experiment.written())}. Name "
            "the file it was begun with, or choose another directory."
        ]
    if told["status"] == COMPLETE:
        return []
    return [
        f"{store.target}: was begun with {name} {told['versions'].get(name)}, and this is {number}: the bytes would "
        "not be the same. Use that version, or begin anew."
        for name, number in versions().items()
        if told["versions"].get(name) != number
    ]


def _differing(was: dict[str, Any], is_: dict[str, Any]) -> str:
    """What differs between two experiments, in a few words."""
    found = []
    for key in (key for key in is_ if key not in ("name", "about", "policies") and was.get(key) != is_[key]):
        found.append(f"{key} {_shown(was.get(key))}, now {_shown(is_[key])}")
    before, now = ([p["plan"] for p in told.get("policies", [])] for told in (was, is_))
    if before != now:
        count = f"{len(before)} policies, now {len(now)}" if len(before) != len(now) else "other policies"
        found.append(count)
    return "; ".join(found) or "other settings of the same policies"


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _finish(store: Store, sources: Sequence[Store], experiment: Experiment, every: Sequence[Block]) -> int:
    """Write the tables from all blocks, wherever they lie, and note that it is complete; how many runs failed."""
    gathered = gather.Gathered(experiment, indices(sources, every), every)
    with saving.told(store.target):
        for stray in store.target.glob("*.parquet"):
            stray.unlink()
        tables = store.settle(gather.write(gathered, store.target))
    failures = sum(failure.worlds for failure in gathered.failures())
    store.note(status=COMPLETE, tables=tables, failures=failures, shard=list(WHOLE))
    return failures


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
    problems = [p for source, told in zip(sources, manifests, strict=True) for p in _strange(source, told, experiment)]
    cuts = {tuple(told["block"]) for told in manifests}
    if len(cuts) > 1:
        problems.append("merge: the shards were cut into other blocks. Play them with one version of article5.")
    if problems:
        raise InputError(problems)
    (cut,) = cuts
    every = blocks(experiment, *cut)
    with saving.new_directory(Path(out)) as beside:
        store = Store(beside / "merged")
        store.begin(experiment, WHOLE, cut, command)
        failures = _finish(store, sources, experiment, every)
        store.clear()
        for path in store.target.iterdir():
            path.rename(beside / path.name)
        store.target.rmdir()
    return Ran(Path(out), COMPLETE, 0, len(every), 0, failures)
