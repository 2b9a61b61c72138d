"""Questions for worker processes that tests ask. Files tell what happens where: no test looks at a clock."""

import os
import sys
import time
from pathlib import Path

from sim.errors import InputError


def double(number):
    return 2 * number


def listed(*words):
    """Something that its owner could change."""
    return list(words)


def noted(where, word):
    """Leaves a line in a file each time it is really worked out."""
    with Path(where).open("a") as log:
        log.write(f"{word}\n")
    return word


def held(where, word, progress):
    """Begins, tells that half is done, and goes on once the file `word`.go is there."""
    folder = Path(where)
    with (folder / "begun").open("a") as log:
        log.write(f"{word}\n")
    try:
        while not (folder / f"{word}.go").exists():
            progress(1, 2)
            time.sleep(0.005)
    except BaseException as error:
        (folder / f"{word}.{type(error).__name__}").touch()
        raise
    return word


def deaf(where, word):
    """As `held`, and hears of no cancel."""
    return held(where, word, lambda done, whole: None)


def refused(name):
    raise InputError([f"{name}: first problem.", f"{name}: second problem."])


def strange():
    """Raises what cannot be read in another process."""

    class Odd(ValueError):
        pass

    raise Odd("odd")


def broken(number):
    return 1 // number


def deadly(mark):
    """Ends its process the first time."""
    if not Path(mark).exists():
        Path(mark).touch()
        os._exit(1)
    return "alive"


def who():
    """The process, its parent, and whether it knows Streamlit."""
    return os.getpid(), os.getppid(), "streamlit" in sys.modules, os.environ.get("OPENBLAS_NUM_THREADS")


def large(size, number):
    return bytes(size - 1) + bytes([number])
