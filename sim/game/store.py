"""Games on disk, so that several people at several screens play one: a file each, found by a code of six letters.

The store is bounded in games, in their size and in time: a game that nobody touched for a day is gone, one of a single
seat after an hour. Whoever has the code may take a seat; the facilitator's key, of which only a digest is kept, opens
the rest. A game of a single seat is for whoever has its key: all others look on.
"""

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from sim import saving
from sim.errors import InputError
from sim.game.play import Game, checked

ALPHABET = "BCDFGHJKMNPQRSTVWXZ"
"""Letters of a code: none that is taken for another, and no vowels, so that no words come about."""

LENGTH = 6
CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")

MOST_GAMES = 200
LARGEST_GAME = 64 * 1024
"""Bytes of a file."""

AGES = "A game is kept for a day, one of a single seat for an hour"

DAY = 24 * 3600.0
HOUR = 3600.0
"""Seconds that a game is kept after it was touched last, and one of a single seat."""

PATIENCE = 10.0
"""Seconds to wait for somebody else's move to be written."""

SCHEMA = 1
PLACE = "ARTICLE5_GAMES"
"""Environment variable that names the folder of games."""


@dataclass(frozen=True)
class Kept:
    """A game in the store. `version` counts its moves, so that a screen can see that something has happened."""

    code: str
    game: Game
    version: int

    @property
    def alone(self) -> bool:
        """Whether one person plays by themselves."""
        return len(self.game.roles) == 1


_GAME = TypeAdapter(Game)


def place() -> Path:
    """The folder of games: that of ARTICLE5_GAMES, or one in the user's cache."""
    named = os.environ.get(PLACE)
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "article5" / "games"


class Store:
    """Games in one folder. `now` gives the time in seconds; every method raises InputError for what cannot be."""

    def __init__(self, folder: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self.folder = place() if folder is None else folder
        self.now = now

    # --- reading --------------------------------------------------------------------------------------------------

    def get(self, code: str) -> Kept:
        """The game with this code, however its letters are written."""
        return self._read(spelled(code))[0]

    def version(self, code: str) -> int:
        """How many moves a game has seen: cheap, for screens that look every few seconds."""
        return self.get(code).version

    def leads(self, code: str, key: str) -> bool:
        """Whether this is the key of the facilitator of a game."""
        return compare_digest(self._read(spelled(code))[1], _digest(key))

    # --- writing --------------------------------------------------------------------------------------------------

    def new(self, game: Game) -> tuple[str, str]:
        """Keep a new game; returns its code and the facilitator's key, which is told only now."""
        checked(game)
        with self._alone("store"):
            there = self._swept()
            if len(there) >= MOST_GAMES:
                raise InputError(f"games: {MOST_GAMES} are being played, and no more fit. Try again later.")
            code = _code()
            while code in there:
                code = _code()
            key = secrets.token_urlsafe(12)
            self._write(Kept(code, game, 0), _digest(key))
        return code, key

    def move(self, code: str, change: Callable[[Game], Game], key: str | None = None) -> Kept:
        """Carry out a move on a game as it stands, one after another whoever else moves.

        With `key`, only for the facilitator; a game of a single seat needs it. What the move refuses leaves the game
        as it was.
        """
        code = self.get(code).code  # before anything is locked: a guessed code leaves no trace
        with self._alone(code):
            kept, digest = self._read(code)
            if key is not None and not compare_digest(digest, _digest(key)):
                raise InputError("key: this is not the facilitator's key of this game. Use the facilitator's address.")
            if key is None and kept.alone:
                raise InputError(f"game {code}: only whoever began it decides. Take a seat of your own.")
            moved = Kept(code, checked(change(kept.game)), kept.version + 1)
            self._write(moved, digest)
        return moved

    def end(self, code: str, key: str) -> None:
        """Throw a game away, for the facilitator; one that is gone already is no mistake."""
        with suppress(InputError):
            code = self.get(code).code
            with self._alone(code):
                if self.leads(code, key):
                    self._gone(self._file(code))

    # --- files ----------------------------------------------------------------------------------------------------

    def _file(self, code: str) -> Path:
        return self.folder / f"{spelled(code)}.json"

    def _read(self, code: str) -> tuple[Kept, str]:
        """A game and the digest of its facilitator's key."""
        file = self._file(code)
        try:
            there = file.stat()
            age = self.now() - there.st_mtime
            gone = age > DAY
        except (FileNotFoundError, NotADirectoryError):
            gone = True
        except OSError as error:
            raise InputError(f"game {code}: cannot be read: {error.strerror}. Ask whoever runs the app.") from None
        lost = InputError(f"game {code}: there is none with this code. {AGES}; check the letters.")
        if gone:
            raise lost
        broken = InputError(f"game {code}: its file is damaged and cannot be read. Start a new game.")
        if there.st_size > LARGEST_GAME:
            raise broken
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            if found["schema"] != SCHEMA or not isinstance(found["version"], int):
                raise broken
            game = checked(_GAME.validate_python(found["game"]))
            kept = Kept(code, game, found["version"]), str(found["facilitator"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
            raise broken from None
        if kept[0].alone and age > HOUR:
            raise lost
        return kept

    def _write(self, kept: Kept, digest: str) -> None:
        told: dict[str, Any] = {
            "schema": SCHEMA, "version": kept.version, "facilitator": digest, "game": asdict(kept.game),
        }  # fmt: skip
        text = json.dumps(told, ensure_ascii=False, indent=1)
        if len(text.encode()) > LARGEST_GAME:
            raise InputError(f"game {kept.code}: it has grown too large to be kept. Start a new one.")
        file = self._file(kept.code)
        with saving.told(file):
            saving.replace_file(file, text)
            os.utime(file, (self.now(), self.now()))

    def _swept(self) -> set[str]:
        """The codes of all games that are kept; those that nobody touched for too long are thrown away."""
        codes = set()
        for file in self.folder.glob("*.json"):
            if not CODE.fullmatch(file.stem):
                continue
            with suppress(OSError):
                age = self.now() - file.stat().st_mtime
                if age > DAY or (age > HOUR and self._single(file.stem)):
                    self._gone(file)
                else:
                    codes.add(file.stem)
        return codes

    def _single(self, code: str) -> bool:
        """Whether a file is not that of a game of several seats any more."""
        try:
            return self._read(code)[0].alone
        except InputError:
            return True

    def _gone(self, file: Path) -> None:
        file.unlink()
        self._lock(file.stem).unlink(missing_ok=True)

    def _lock(self, name: str) -> Path:
        return self.folder / f".{name}.lock"

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Nobody else writes to a game, or makes one, meanwhile."""
        with saving.told(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self._lock(name), timeout=PATIENCE)
            try:
                lock.acquire()
            except Timeout:
                raise InputError("game: somebody else is moving. Try again in a moment.") from None
        try:
            yield
        finally:
            lock.release()


def spelled(code: str) -> str:
    """A code as it is written in the store. Raises InputError for anything that is none."""
    letters = re.sub(r"[\s-]", "", str(code)[:40]).upper()
    if not CODE.fullmatch(letters):
        raise InputError(f"game: {str(code)[:12]!r} is no code. It has {LENGTH} letters, such as {ALPHABET[:LENGTH]}.")
    return letters


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def _digest(key: str) -> str:
    return sha256(str(key).encode()).hexdigest()
