"""Running a batch: blocks go out to workers, come back, and are written; whatever happens, finished blocks stay."""

import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim import ensemble, saving
from sim.batch import gather
from sim.batch.blocks import POLICIES, Block, Played, Player, blocks, play, task
from sim.batch.store import COMPLETE, SHARD, Store, digest_of
from sim.batch.tables import FAILURES_TABLE, SUMMARIES_TABLE, Failure
from sim.batch.workers import Crew, crew
from sim.errors import InputError, RunError
from sim.experiment import Experiment

Report = Callable[[int, int], None]
"""Called with blocks done and blocks in all."""

CUT = (ensemble.BLOCK, POLICIES)
"""Worlds and policies of a block."""

DEATHS = 2
"""A block that has been alone with so many workers when they died is taken to be the cause."""

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
                _Shift(store, experiment, gang, player).work(left, len(mine), report)
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


class _Shift:
    """Hands out blocks, never more than some ahead, and writes each as it comes back.

    When workers die, nobody can say which block it was: those that were out are played again, one at a time, and one
    that kills its worker twice while it is alone becomes a failure.
    """

    def __init__(self, store: Store, experiment: Experiment, gang: Crew, player: Player) -> None:
        self.store, self.experiment, self.gang, self.player = store, experiment, gang, player
        self.suspects, self.deaths = deque[Block](), Counter[int]()
        self.out: dict[Future, Block] = {}

    def work(self, left: Sequence[Block], count: int, report: Report | None) -> None:
        """Play these blocks, the last of so many."""
        waiting, done = deque(left), count - len(left)
        try:
            while waiting or self.suspects or self.out:
                alone = bool(self.suspects)
                for block, played in self._some(self.suspects if alone else waiting, 1 if alone else self.gang.ahead):
                    self.store.put(block, played)
                    done += 1
                    if report is not None:
                        report(done, count)
        finally:
            for future in self.out:
                future.cancel()

    def _some(self, source: deque[Block], most: int) -> list[tuple[Block, Played]]:
        """Hand out blocks until so many are out, wait, and return those that came back."""
        alone, found = source is self.suspects, []
        try:
            while source and len(self.out) < most:
                future = self.gang.executor.submit(self.player, task(self.experiment, source[0]))
                self.out[future] = source.popleft()
            ready, _ = wait(self.out, return_when=FIRST_COMPLETED)
            for future in ready:
                found.append((self.out[future], self._back(future)))
                del self.out[future]
        except BrokenExecutor as error:
            found += self._mourned(alone, str(error))
        return found

    def _back(self, future: Future) -> Played:
        """What a block has left. Raises BrokenExecutor when the workers died, RunError when they were taken away."""
        try:
            played: Played = future.result()
        except BrokenExecutor:
            raise
        except CancelledError:
            raise self._gone() from None
        except Exception as error:
            return _failed(self.out[future], f"{type(error).__name__}: {error}")
        return played

    def _mourned(self, alone: bool, error: str) -> list[tuple[Block, Played]]:
        """Take other workers, and play again what was out; what killed them alone, and twice, has failed."""
        if not self.gang.ours:
            raise self._gone() from None
        lost, self.out = sorted(self.out.values(), key=lambda block: block.number), {}
        self.gang.renew()
        if alone:
            self.deaths.update(block.number for block in lost)
        self.suspects.extend(block for block in lost if self.deaths[block.number] < DEATHS)
        over = [block for block in lost if self.deaths[block.number] >= DEATHS]
        return [(block, _failed(block, f"the worker process ended: {error}")) for block in over]

    def _gone(self) -> RunError:
        return RunError(f"{self.store.target}: the workers are gone. Go on with --resume once there are some.")


def _failed(block: Block, error: str) -> Played:
    """A block of which nothing came back."""
    said = " ".join(error.split())[:500]
    rows = [Failure(policy, block.worlds.start, len(block.worlds), said) for policy in block.policies]
    return Played(block.number, failures=rows)


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
    found = _indices(sources, every)
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


def _indices(sources: Sequence[Store], every: Sequence[Block]) -> dict[int, tuple[Path, dict[str, Any]]]:
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
    _indices(sources, every)
    store.begin(experiment, WHOLE, cut, command)
    with store.alone():
        status = _finish(store, sources, experiment, every, WHOLE)
    return Ran(store.target, status, 0, len(every), 0, int(store.manifest()["failures"]))


@dataclass(frozen=True)
class Forecast:
    """What a batch would take: runs, blocks, seconds on so many workers, bytes of its tables."""

    policies: int
    worlds: int
    blocks: int
    seconds: float
    size: int

    @property
    def runs(self) -> int:
        """Policies by worlds."""
        return self.policies * self.worlds


TRIAL = 256
"""Worlds of the trial that a forecast is made from."""


def forecast(experiment: Experiment, workers: int = 1) -> Forecast:
    """How long and how large a batch would be, from a few policies tried in a few worlds, here and now."""
    worlds, policies = min(experiment.worlds, TRIAL), experiment.policies[:3]
    tried = replace(experiment, policies=policies, worlds=worlds)
    (block,) = blocks(tried)
    play(task(tried, replace(block, worlds=range(min(worlds, 8)))))
    begun = time.perf_counter()
    played = play(task(tried, block))
    each = (time.perf_counter() - begun) / (worlds * len(policies))
    runs = experiment.worlds * len(experiment.policies)
    return Forecast(
        len(experiment.policies), experiment.worlds, len(blocks(experiment)), each * runs / workers,
        _size(experiment, tried, block, played),
    )  # fmt: skip


def _size(experiment: Experiment, tried: Experiment, block: Block, played: Played) -> int:
    """Bytes of all tables, from those of a trial: each grows with policies, with worlds, or with both."""
    more_policies = len(experiment.policies) / len(tried.policies)
    more_worlds = experiment.worlds / tried.worlds
    growth = {
        gather.POLICIES_TABLE: more_policies, SUMMARIES_TABLE: more_policies, FAILURES_TABLE: 1.0,
        gather.WORLDS_TABLE: more_worlds * len(experiment.natures) / len(tried.natures),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put(block, played)
        gather.write(gather.Gathered(tried, _indices([store], [block]), [block]), Path(folder))
        sizes = {path.stem: path.stat().st_size for path in Path(folder).glob("*.parquet")}
    return round(sum(size * growth.get(name, more_policies * more_worlds) for name, size in sizes.items()))
