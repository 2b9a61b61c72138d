"""Handing out blocks to workers and writing what comes back, whatever becomes of the workers."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait

from sim.batch.blocks import Block, Played, Player, task
from sim.batch.store import Store
from sim.batch.tables import Failure
from sim.batch.workers import Crew
from sim.errors import RunError
from sim.experiment import Experiment

Report = Callable[[int, int], None]
"""Called with blocks done and blocks in all."""

DEATHS = 2
"""A block that has been alone with so many workers when they died is taken to be the cause."""


class Shift:
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
