"""Writing files and directories so that nothing is ever half-written: beside the target first, moved there at the end.

What is called new takes the place of nothing: a target that is there already is refused.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import InputError

DIRECTORY, FILE = "directory", "place"


class NotWritten(InputError):
    """The system would not write: `where`, and `reason` in its words."""

    def __init__(self, where: Path, reason: str, what: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(f"{where}: cannot be written: {reason}. Choose another {what}.")


def replace_file(path: Path, text: str) -> None:
    """Put a text in the place of a file, or make it: written beside it first, then moved."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


def check_new_directory(target: Path) -> None:
    """Refuse a directory that is not empty or cannot be made, before anything is computed. Raises InputError."""
    with told(target, DIRECTORY):
        if _is_there(target) and (target.is_symlink() or not target.is_dir() or any(target.iterdir())):
            raise InputError(f"{target}: is there already and not an empty directory. Choose another one.")
        if target.resolve() == Path.cwd():
            raise InputError(f"{target}: is the current directory. Name one inside it.")
        os.rmdir(_beside(target, DIRECTORY))


def check_new_file(target: Path) -> None:
    """Refuse a file that is there or cannot be made, before anything is computed. Raises InputError."""
    with told(target, FILE):
        if _is_there(target):
            raise _there(target)
        os.rmdir(_beside(target, FILE))


@contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """An empty directory to fill; it becomes the target when the block ends, and vanishes when the block fails.

    The directories above the target are made where they lack. Raises InputError when the target is there and not an
    empty directory, or cannot be written.
    """
    check_new_directory(target)
    with told(target, DIRECTORY):
        beside = _beside(target, DIRECTORY)
        try:
            yield beside
            target.parent.mkdir(parents=True, exist_ok=True)
            if _is_there(target):
                target.rmdir()
            beside.chmod(0o755)
            beside.rename(target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def new_file(target: Path, text: str) -> None:
    """Write a text to a file that is not there yet, and make the directories above it.

    Raises InputError when it is there, even if it came while this was written, or when it cannot be written.
    """
    check_new_file(target)
    with told(target, FILE):
        beside = _beside(target, FILE)
        try:
            (beside / "text").write_text(text, encoding="utf-8", newline="\n")
            target.parent.mkdir(parents=True, exist_ok=True)
            _moved(beside / "text", target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _is_there(target: Path) -> bool:
    """Whether a name is taken, be it by a link to nowhere. Raises OSError for a name that cannot be."""
    try:
        target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _moved(written: Path, target: Path) -> None:
    """Give a file its name, which nobody may have taken: a link fails where a rename would overwrite."""
    try:
        target.hardlink_to(written)
    except FileExistsError:
        raise _there(target) from None
    except OSError:  # a file system without links
        if _is_there(target):
            raise _there(target) from None
        written.rename(target)


def _beside(target: Path, what: str) -> Path:
    """A new directory in the nearest one above the target that exists."""
    above = target.absolute().parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        raise InputError(f"{target}: {above} is a file, not a directory. Choose another {what}.")
    return Path(tempfile.mkdtemp(prefix=".article5-", dir=above))


def _there(target: Path) -> InputError:
    return InputError(f"{target}: is there already, and nothing is overwritten. Choose another name.")


@contextmanager
def told(target: Path, what: str = DIRECTORY) -> Iterator[None]:
    """What the system says against writing, as one line. Raises NotWritten."""
    try:
        yield
    except OSError as error:
        raise NotWritten(target, str(error.strerror or error), what) from None
