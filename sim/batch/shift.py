"""Handing out blocks to workers and writing what comes back, whatever becomes of the workers."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait

from sim.batch.blocks import Block, Played, Player, task, versions
from sim.batch.store import Store
from sim.batch.tables import Failure
from sim.batch.workers import Crew
from sim.errors import RunError
from sim.experiment import Experiment

Report = Callable[[int, int], None]
"""Called with blocks done and blocks in all."""

DEATHS = 2
"""A block that has been alone with so many workers when they died is taken to be the cause."""


MOST_LOST = 3
"""Blocks that nobody could play, and no other, after which there is no use in going on."""


class Shift:
    """Hands out blocks, never more than some ahead, and writes each as it comes back.

    When workers die, nobody can say which block it was: those that were out are played again, one at a time, and one
    that kills its worker twice while it is alone becomes a failure.
    """

    def __init__(self, store: Store, experiment: Experiment, gang: Crew, player: Player, done: set[int]) -> None:
        self.store, self.experiment, self.gang, self.player, self.done = store, experiment, gang, player, done
        self.suspects, self.deaths = deque[Block](), Counter[int]()
        self.out: dict[Future, Block] = {}
        self.fruitful = False
        self.lost: list[tuple[Block, Played]] = []

    def work(self, left: Sequence[Block], report: Report | None) -> None:
        """Play these blocks; `done` holds the numbers of those that are finished, and gets theirs.

        A block that nobody could play is a row like any other failure, but only where others could be played.
        """
        waiting, count = deque(left), len(self.done) + len(left)
        try:
            while waiting or self.suspects or self.out:
                alone = bool(self.suspects)
                for block, played in self._some(self.suspects if alone else waiting, 1 if alone else self.gang.ahead):
                    self._keep(block, played)
                    if report is not None:
                        report(len(self.done), count)
            if self.lost:
                raise self._fruitless()
        finally:
            for future in self.out:
                future.cancel()

    def _keep(self, block: Block, played: Played) -> None:
        """Write a block; one that was lost waits until another was played."""
        if played.versions and played.versions != versions():
            theirs = ", ".join(f"{name} {number}" for name, number in played.versions.items())
            raise RunError(
                f"{self.store.target}: a worker has {theirs}. Give all of them the versions of this process."
            )
        self.fruitful = self.fruitful or bool(played.versions)
        if not self.fruitful:
            self.lost.append((block, played))
            if len(self.lost) >= MOST_LOST:
                raise self._fruitless()
            return
        for one, left in [*self.lost, (block, played)]:
            self.store.put(one, left)
            self.done.add(one.number)
        self.lost = []

    def _fruitless(self) -> RunError:
        error = self.lost[0][1].failures[0].error
        return RunError(
            f"{self.store.target}: no block could be played: {error}. A script that asks for workers needs "
            "`if __name__ == '__main__':`. Mend it, then go on with --resume."
        )

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
