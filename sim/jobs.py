"""Questions that take time: answered once for all who ask, in worker processes, and kept for whoever asks again.

Ask, watch it go on, take the answer::

    with jobs.ask(question.answer, Question("placebo")) as job:
        while not job.wait(0.1):
            print(f"{job.part:.0%}")
        answer = job.result()

A question is a function at the top of a module of `sim` and arguments that can be hashed. Who asks what is being
worked on already waits for the same job; when nobody waits any more it is stopped. A function that takes the keyword
`progress` is given one, to be called as progress(done, all) between pieces of work: there a job that nobody waits for
ends. Such a job is long unless said otherwise, and long jobs never hold the last worker: short ones go on beside them.
"""

import contextlib
import copy
import inspect
import os
import pickle
import sys
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import count
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

from cachetools import LRUCache

from sim.batch import workers
from sim.errors import InputError, RunError
from sim.tables import short_texts

WORKERS = "ARTICLE5_WORKERS"
"""Names how many worker processes there are; with 0, functions run where they are asked."""

USUAL_WORKERS = 2
MOST_BYTES = 64 * 1024**2
LEAST_BYTES = 16 * 1024
"""What the answers that are kept may take together, and what each counts as at least: so many can be kept at most."""

MOST_SHORT, MOST_LONG = 100, 8
"""How many jobs may wait for a worker."""

BUSY = "The machine is busy: {count} other {kind} wait. Ask again in a minute."
YOURS = "A long calculation of yours is under way. Wait for it, or cancel it, before the next one."
CANCELLED = "The calculation was cancelled."
DIED = "The calculation stopped: its worker process ended, perhaps for lack of memory. Ask again, or for fewer worlds."


class Cancelled(BaseException):
    """Nobody waits for this job any more. Raised in the worker, where progress is told."""


# --- in a worker --------------------------------------------------------------------------------------------------

_shared: list[Any] = []
"""In a worker process: the part that is done, the job that it is at, and the job that nobody waits for."""


def _begin(*shared: Any) -> None:
    workers.begin()
    short_texts()
    _shared[:] = shared


def _tell(number: int, done: int, whole: int) -> None:
    """Progress of a job, told from its worker. Raises Cancelled."""
    part, _, cancelled = _shared
    if cancelled.value == number:
        raise Cancelled
    part.value = min(done / whole, 1.0) if whole else 0.0


def _play(number: int, function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    """The answer as bytes: whoever asks gets a copy of its own."""
    _shared[1].value = number
    keywords = {"progress": partial(_tell, number)} if tells(function) else {}
    try:
        return pickle.dumps(function(*args, **keywords), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise _movable(error) from error


def _movable(error: Exception) -> Exception:
    """An error as it can be read in another process: one that cannot would end the worker."""
    try:
        return pickle.loads(pickle.dumps(error))
    except Exception:
        return RunError(f"{type(error).__name__}: {error}")


@lru_cache(maxsize=256)
def tells(function: Callable[..., Any]) -> bool:
    """Whether a function tells its progress."""
    return "progress" in inspect.signature(function).parameters


# --- how workers start --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    """Without a main module: a worker would load it again, and that of the app brings all of Streamlit along."""
    main, none = sys.modules["__main__"], ModuleType("__main__")
    sys.modules["__main__"] = none
    try:
        yield
    finally:
        if sys.modules["__main__"] is none:  # else another thread has set one meanwhile
            sys.modules["__main__"] = main


class _Process(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _no_main():
            return SpawnProcess._Popen(process_obj)


class _Context(SpawnContext):
    Process = _Process


@dataclass(eq=False)
class _Task:
    """A question that is worked on, and who waits for it."""

    number: int
    key: Hashable
    function: Callable[..., Any]
    args: tuple[Any, ...]
    long: bool
    askers: list[Hashable] = field(default_factory=list)
    slot: "_Slot | None" = None
    ended: threading.Event = field(default_factory=threading.Event)
    answer: bytes | None = None
    error: BaseException | None = None
    again: bool = False


class _Slot:
    """One worker process, what it is at, and the numbers that it shares with us."""

    def __init__(self) -> None:
        self.task: _Task | None = None
        self.open()

    def open(self) -> None:
        """A new process, which starts when it is first needed."""
        context = _Context()
        self.part = context.RawValue("d", 0.0)
        self.begun, self.cancelled = context.RawValue("q", 0), context.RawValue("q", 0)
        self.pool = workers.processes(1, context, _begin, self.part, self.begun, self.cancelled)

    def renew(self) -> None:
        """Another process in the place of this one."""
        workers.stop(self.pool)
        self.open()

    def submit(self, task: _Task) -> Future:
        """Have the worker begin; one that is known to be dead is replaced."""
        self.part.value = 0.0
        try:
            return self.pool.submit(_play, task.number, task.function, task.args)
        except BrokenProcessPool:
            self.renew()
            return self.pool.submit(_play, task.number, task.function, task.args)


# --- who asks -----------------------------------------------------------------------------------------------------


class Job:
    """One asker's hold on a question. Leaving the `with` block lets go of it."""

    def __init__(self, jobs: "Jobs", task: _Task, asker: Hashable) -> None:
        self._jobs, self._task, self._asker, self._left = jobs, task, asker, False

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_: Any) -> None:
        self.leave()

    def done(self) -> bool:
        """Whether there is an answer, or an error."""
        return self._task.ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is done, at most so many seconds; whether it is."""
        return self._task.ended.wait(seconds)

    @property
    def part(self) -> float:
        """What part is done, 0 to 1, as far as the function tells."""
        slot = self._task.slot
        return 1.0 if self.done() else slot.part.value if slot is not None else 0.0

    @property
    def begun(self) -> bool:
        """Whether a worker has taken it."""
        return self.done() or self._task.slot is not None

    def result(self) -> Any:
        """The answer, a copy of one's own; waits for it.

        Raises what the function raised, an InputError with its problems, and RunError when the worker died.
        """
        self.wait()
        if self._task.answer is None:
            raise copy.copy(self._task.error)  # type: ignore[misc]  # one of both is there
        return pickle.loads(self._task.answer)

    def leave(self) -> None:
        """Let go: a job that nobody waits for is stopped. Whoever has its answer, or left before, changes nothing."""
        if not self._left:
            self._left = True
            self._jobs._leave(self._task, self._asker)


class Jobs:
    """Workers, `size` of them or as many as the environment asks for, and the answers that are kept."""

    def __init__(
        self,
        size: int | None = None,
        most_bytes: int = MOST_BYTES,
        most_short: int = MOST_SHORT,
        most_long: int = MOST_LONG,
    ) -> None:
        self._lock = threading.RLock()
        self._kept: LRUCache[Hashable, bytes] = LRUCache(most_bytes, getsizeof=lambda b: max(len(b), LEAST_BYTES))
        self._most = {False: most_short, True: most_long}
        self._open: dict[Hashable, _Task] = {}
        self._waiting: dict[bool, deque[_Task]] = {False: deque(), True: deque()}
        self._slots = [_Slot() for _ in range(workers_wanted() if size is None else size)]
        self._numbers = count(1)

    def ask(
        self, function: Callable[..., Any], *args: Hashable, long: bool | None = None, asker: Hashable = None
    ) -> Job:
        """Ask `function(*args)`. `asker` names a session, which may have one long job at a time.

        Raises InputError when too many wait, or this asker's long job is under way.
        """
        key = _key(function, args)
        with self._lock:
            task = self._known(key) or self._new(key, function, args, tells(function) if long is None else long, asker)
            task.askers.append(asker)
            self._fill()
        if not self._slots and not task.ended.is_set():
            self._here(task)
        return Job(self, task, asker)

    def warm(self, function: Callable[..., Any], *args: Hashable) -> None:
        """Start the workers and have each answer a question: what it loads for it is there from then on. Waits.

        Raises what the function raises.
        """
        with self._lock:
            idle = [slot for slot in self._slots if slot.task is None]
            tasks = [_Task(next(self._numbers), _key(function, args), function, args, False) for _ in idle]
            for task, slot in zip(tasks, idle, strict=True):
                self._start(task, slot)
        for task in tasks:
            task.ended.wait()
        self.ask(function, *args, long=False).result()

    def close(self) -> None:
        """End all workers at once, and whatever they are at."""
        with self._lock:
            slots, self._slots = self._slots, []
            for slot in slots:
                workers.stop(slot.pool)
            for queue in self._waiting.values():
                while queue:
                    self._settle(queue.popleft(), None, Cancelled())
        for slot in slots:  # not under the lock: what was under way is settled in a thread of its own
            slot.pool.shutdown()

    # --- under the lock

    def _known(self, key: Hashable) -> _Task | None:
        """The task of this question, under way or with its answer."""
        if key in self._open:
            return self._open[key]
        answer = self._kept.get(key)
        if answer is None:
            return None
        task = _Task(0, key, _tell, (), False, answer=answer)
        task.ended.set()
        return task

    def _new(self, key: Hashable, function: Callable, args: tuple[Any, ...], long: bool, asker: Hashable) -> _Task:
        if long and asker is not None and any(t.long and asker in t.askers for t in self._open.values()):
            raise InputError(YOURS)
        if len(self._waiting[long]) >= self._most[long]:
            kind = "long calculations" if long else "questions"
            raise InputError(BUSY.format(count=len(self._waiting[long]), kind=kind))
        task = _Task(next(self._numbers), key, function, args, long)
        if self._slots:
            self._open[key] = task
            self._waiting[long].append(task)
        return task

    def _fill(self) -> None:
        """Give idle workers what waits. The second half of them takes long jobs, the longest waiting first."""
        for n, slot in enumerate(self._slots):
            if slot.task is None:
                kinds = (True, False) if n >= len(self._slots) // 2 else (False,)
                queue = next((self._waiting[kind] for kind in kinds if self._waiting[kind]), None)
                if queue:
                    self._start(queue.popleft(), slot)

    def _start(self, task: _Task, slot: _Slot) -> None:
        task.slot, slot.task = slot, task
        try:
            future = slot.submit(task)
        except (OSError, RuntimeError) as error:  # no room for a process, or all is coming to its end
            slot.task = None
            self._settle(task, None, RunError(f"The calculation cannot start: {error}."))
        else:
            future.add_done_callback(partial(self._soon, task, slot))

    def _soon(self, task: _Task, slot: _Slot, future: Future) -> None:
        """Called by the pool, which may hold a lock of its own meanwhile: what follows asks the pool for it again."""
        with contextlib.suppress(RuntimeError):  # the interpreter ends
            threading.Thread(target=self._done, args=(task, slot, future), daemon=True).start()

    def _done(self, task: _Task, slot: _Slot, future: Future) -> None:
        """Note what came and go on with what waits."""
        with self._lock:
            error = Cancelled() if future.cancelled() else future.exception()
            if slot.task is task:
                slot.task = None
                if isinstance(error, BrokenProcessPool) and slot in self._slots:
                    begun = slot.begun.value == task.number
                    slot.renew()
                    if not begun and not task.again:  # the worker was dead before
                        task.again = True
                        self._start(task, slot)
                        return
            self._settle(task, None if error else future.result(), error)
            self._fill()

    def _settle(self, task: _Task, answer: bytes | None, error: BaseException | None) -> None:
        if task.ended.is_set():
            return
        if isinstance(error, (BrokenProcessPool, MemoryError, Cancelled)):
            error = RunError(CANCELLED if isinstance(error, Cancelled) else DIED)
        task.answer, task.error = answer, error
        if self._open.get(task.key) is task:
            del self._open[task.key]
        if answer is not None:
            with contextlib.suppress(ValueError):  # larger than all that may be kept
                self._kept[task.key] = answer
        task.ended.set()

    def _leave(self, task: _Task, asker: Hashable) -> None:
        with self._lock:
            task.askers.remove(asker)
            if task.askers or task.ended.is_set():
                return
            slot, deaf = task.slot, not tells(task.function)
            if slot is not None and deaf and not task.long:
                return  # it soon ends, and its answer is kept
            del self._open[task.key]
            if slot is not None and not deaf:
                slot.cancelled.value = task.number
                return
            self._settle(task, None, Cancelled())
            if slot is None:
                self._waiting[task.long].remove(task)
            else:
                slot.task = None
                slot.renew()
                self._fill()

    def _here(self, task: _Task) -> None:
        """Answer in this thread."""
        keywords = {"progress": lambda done, all: None} if tells(task.function) else {}
        answer, error = None, None
        try:
            answer = pickle.dumps(task.function(*task.args, **keywords), pickle.HIGHEST_PROTOCOL)
        except Exception as raised:
            error = raised
        with self._lock:
            self._settle(task, answer, error)


def _key(function: Callable[..., Any], args: tuple[Hashable, ...]) -> Hashable:
    """What a question is known by. Raises TypeError for a function that a worker cannot find."""
    module, name = function.__module__, function.__qualname__
    if module == "__main__" or getattr(sys.modules.get(module), name, None) is not function:
        raise TypeError(f"{module}.{name}: give a function at the top of a module that a worker can import.")
    return (module, name, *args)


def workers_wanted() -> int:
    """How many worker processes the environment asks for. Raises InputError."""
    said = os.environ.get(WORKERS, str(USUAL_WORKERS))
    if not said.isdecimal() or int(said) > 64:
        raise InputError(f"{WORKERS}={said}: no number of workers. Set 0 to 64; 0 works without processes.")
    return int(said)


# --- those of this process ----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def ours() -> Jobs:
    """The workers and answers that all sessions of this process share."""
    return Jobs()


def ask(function: Callable[..., Any], *args: Hashable, long: bool | None = None, asker: Hashable = None) -> Job:
    """Ask `function(*args)` of the shared workers: as `Jobs.ask`."""
    return ours().ask(function, *args, long=long, asker=asker)


def warm(function: Callable[..., Any], *args: Hashable) -> None:
    """Start the shared workers: as `Jobs.warm`."""
    ours().warm(function, *args)


def close() -> None:
    """End the shared workers."""
    if ours.cache_info().currsize:
        ours().close()
        ours.cache_clear()
