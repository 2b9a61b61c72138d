"""How long and how large a batch would be, from a trial."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from sim.batch import gather
from sim.batch.blocks import Block, Played, blocks, play, task
from sim.batch.runner import indices
from sim.batch.store import Store
from sim.batch.tables import FAILURES_TABLE, SUMMARIES_TABLE
from sim.experiment import Experiment


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
        gather.write(gather.Gathered(tried, indices([store], [block]), [block]), Path(folder))
        sizes = {path.stem: path.stat().st_size for path in Path(folder).glob("*.parquet")}
    return round(sum(size * growth.get(name, more_policies * more_worlds) for name, size in sizes.items()))
