"""How long and how large a batch would be, from a trial."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from sim.batch import gather
from sim.batch.blocks import Block, Played, Task, blocks, play, task, usual_cut
from sim.batch.runner import WHOLE, indices
from sim.batch.store import Store
from sim.batch.tables import FAILURES_TABLE, SUMMARIES_TABLE
from sim.ensemble import BLOCK
from sim.experiment import Experiment


@dataclass(frozen=True)
class Forecast:
    """What a batch would take: blocks, seconds on so many workers, bytes of its tables, and of its blocks meanwhile."""

    policies: int
    worlds: int
    blocks: int
    seconds: float
    size: int
    meanwhile: int

    @property
    def runs(self) -> int:
        """Policies by worlds."""
        return self.policies * self.worlds


def forecast(experiment: Experiment, workers: int = 1, shard: tuple[int, int] = WHOLE) -> Forecast:
    """How long and how large a batch would be, from two policies tried in a block of worlds, here and now.

    The first policy in some worlds draws their luck and parameters, and the others share them: both are timed. Nothing
    can be said of other machines.
    """
    worlds, policies = min(experiment.worlds, BLOCK), experiment.policies[:2]
    tried = replace(experiment, policies=policies, worlds=worlds)
    each = blocks(tried, worlds, 1)
    play(task(tried, replace(each[-1], worlds=range(min(worlds, 8)))))
    timed = [_timed(task(tried, block)) for block in each]
    first, next_ = timed[0][0], min(timed[-1][0], timed[0][0])
    (block,) = blocks(tried)
    size, gathering = _size(experiment, tried, block, play(task(tried, block)))
    every = blocks(experiment, *usual_cut(experiment))
    mine = every[shard[0] - 1 :: shard[1]]
    begun = len({(b.worlds.start, n % workers) for n, b in enumerate(mine)})
    seconds = sum(len(b.policies) * len(b.worlds) for b in mine) / worlds * next_ + begun * (first - next_)
    part = len(mine) / len(every)
    held = sum(len(content) for _, played in timed for content in played.files.values()) / len(timed)
    meanwhile = held * experiment.worlds / worlds * len(experiment.policies) * part
    if shard != WHOLE:
        return Forecast(len(experiment.policies), experiment.worlds, len(mine), seconds / workers, 0, round(meanwhile))
    return Forecast(
        len(experiment.policies), experiment.worlds, len(mine), seconds / workers + gathering, size, round(meanwhile)
    )


def _timed(work: Task) -> tuple[float, Played]:
    """Seconds that some work takes, and what it leaves."""
    begun = time.perf_counter()
    found = play(work)
    return time.perf_counter() - begun, found


def _size(experiment: Experiment, tried: Experiment, block: Block, played: Played) -> tuple[int, float]:
    """Bytes of all tables and seconds to write them, from a trial: each grows with policies, worlds, or both."""
    more_policies = len(experiment.policies) / len(tried.policies)
    more_worlds = experiment.worlds / tried.worlds
    growth = {
        gather.POLICIES_TABLE: more_policies, SUMMARIES_TABLE: more_policies, FAILURES_TABLE: 1.0,
        gather.WORLDS_TABLE: more_worlds * len(experiment.natures) / len(tried.natures),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put(block, played)
        begun = time.perf_counter()
        gather.write(gather.Gathered(tried, indices([store], [block]), [block]), Path(folder))
        seconds = (time.perf_counter() - begun) * more_policies * max(more_worlds, 1.0)
        sizes = {path.stem: path.stat().st_size for path in Path(folder).glob("*.parquet")}
    return round(sum(size * growth.get(name, more_policies * more_worlds) for name, size in sizes.items())), seconds
