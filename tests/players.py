"""Ways to play a block badly, importable by worker processes."""

import os
import time
from dataclasses import replace
from pathlib import Path

from sim.batch.blocks import Played, Task, play


def slow(task: Task) -> Played:
    """A block that takes a while, so that a test can interrupt."""
    time.sleep(0.15)
    return play(task)


def deadly(task: Task) -> Played:
    """Block 2 kills its worker, always; block 3 kills it the first time."""
    mark = Path(os.environ["ARTICLE5_TEST_MARK"])
    if task.block.number == 2:
        os._exit(1)
    if task.block.number == 3 and not mark.exists():
        mark.touch()
        os._exit(1)
    return play(task)


def careless(task: Task) -> Played:
    """Block 1 raises outside of any run."""
    if task.block.number == 1:
        raise OSError("the worker lost its\nfolder")
    return play(task)


def lacking(task: Task) -> Played:
    """A worker that lacks the model."""
    raise ModuleNotFoundError("no model")


def old(task: Task) -> Played:
    """A worker of another version."""
    found = play(task)
    return replace(found, versions=found.versions | {"article5": "0.0.9"})
