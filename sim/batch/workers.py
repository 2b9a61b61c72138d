"""Who plays the blocks: this process, processes of its own, or any executor of concurrent.futures such as Dask's."""

import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from typing import Any

from sim.errors import InputError

AHEAD = 2
"""Blocks handed out ahead for each worker, so that none waits for the next."""

ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # threads of small products fight over the processors
    "MALLOC_MMAP_THRESHOLD_": str(16 * 1024**2),  # glibc: else each column is asked of the system anew, a sixth
    "MALLOC_TRIM_THRESHOLD_": str(128 * 1024**2),  # of the time that a thousand worlds take
}
"""What worker processes find in their environment, unless it is set."""

FOREIGN = 64
"""Blocks handed out ahead to an executor that does not say how many workers it has."""


class Here(Executor):
    """Plays at once, in this process."""

    def submit(self, fn: Callable, /, *args: Any, **keywords: Any) -> Future:
        """The answer, already there."""
        future: Future = Future()
        try:
            future.set_result(fn(*args, **keywords))
        except Exception as error:
            future.set_exception(error)
        return future


def begin() -> None:
    """What a worker process does first: leave Ctrl-C to its parent, and end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: Any) -> None:
    wait([sentinel])
    os._exit(1)


def available() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


class Crew:
    """An executor, and how to get another one when its workers have died."""

    def __init__(self, make: Callable[[], Executor], ahead: int, ours: bool) -> None:
        self.make, self.ahead, self.ours = make, ahead, ours
        self.executor = make()

    def renew(self) -> None:
        """Another executor in the place of one whose workers died; one that was handed in stays."""
        if self.ours:
            self.executor.shutdown(wait=False, cancel_futures=True)
            self.executor = self.make()

    def dismiss(self, at_once: bool) -> None:
        """Let the workers go; `at_once` without waiting for what they are at."""
        if self.ours and at_once:
            stop(self.executor)
        elif self.ours:
            self.executor.shutdown(cancel_futures=True)


def stop(executor: Executor) -> None:
    """End an executor, and its processes at once, whatever they are at."""
    processes = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


@contextmanager
def crew(workers: int, executor: Executor | None = None) -> Iterator[Crew]:
    """Workers for some blocks: those of an executor, else so many processes, else this process."""
    if executor is not None:
        known = getattr(executor, "_max_workers", workers if workers > 1 else None)
        found = Crew(lambda: executor, AHEAD * known if isinstance(known, int) else FOREIGN, ours=False)
    elif workers > 1:
        found = Crew(lambda: processes(workers), AHEAD * workers, ours=True)
    else:
        found = Crew(Here, 1, ours=True)
    try:
        yield found
    except BaseException:
        found.dismiss(at_once=True)
        raise
    found.dismiss(at_once=False)


def processes(
    workers: int, context: BaseContext | None = None, first: Callable[..., None] = begin, *args: Any
) -> ProcessPoolExecutor:
    """New processes, spawned, which call `first(*args)` before anything else; `first` calls `begin`."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    context = context or multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=first, initargs=args)


ADDRESS = re.compile(r"[a-z]+://[^\s/:]+(:\d+)?(/\S*)?")


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The workers behind a Dask scheduler, and how many blocks they can play at once.

    Raises InputError where there is no scheduler, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "--scheduler: dask is not installed. Install the extra: pip install 'article5[cluster]'."
        ) from None
    if not ADDRESS.fullmatch(address):
        raise InputError(f"--scheduler: {address!r} is no address. Write one like tcp://host:8786.")
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"--scheduler: no scheduler at {address}: {reason}. Start one: dask scheduler.") from None
    with client:
        yield client.get_executor(pure=False, retries=2), max(sum(client.nthreads().values()), 1)
