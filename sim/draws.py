"""Common random numbers, addressed by key: (seed, world, channel, quarter, ally).

Two policies under one seed differ by policy and not by luck. Any draw can be repeated by hand:
`Generator(Philox(key=[seed, world], counter=[0, 0, 0, channel]))` yields the whole channel of one world, a row
per quarter (or per year), a column per ally in ISO order. A longer horizon only appends rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

from sim import quarters as calendar
from sim.reference import ALLIES
from sim.rules import burden

Array = NDArray[np.float64]

SPARE_COLUMNS = 8
"""Width of a channel that is common to the allies: room for more names without moving a draw."""


@dataclass(frozen=True)
class Channel:
    """A stream of its own in every world. `columns` are names; without them a column per ally."""

    number: int
    kind: str
    yearly: bool
    columns: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Columns drawn for one row."""
        return SPARE_COLUMNS if self.columns else len(ALLIES)


CHANNELS = {
    "budget": Channel(1, "t", yearly=True),
    "year": Channel(2, "normal", yearly=True, columns=("budget", "regime", "growth")),
    "government": Channel(3, "uniform", yearly=True),
    "report": Channel(4, "normal", yearly=True),
    "growth": Channel(5, "normal", yearly=True),
    "belief_ally": Channel(6, "normal", yearly=False),
    "belief_russia": Channel(7, "normal", yearly=False),
    "event": Channel(
        8,
        "uniform",
        yearly=False,
        columns=("war_end", "attack", "target", "answer", "ukraine", "ukraine_tested", "ukraine_answer"),
    ),
}
"""A number is given once and never again: it is part of the address."""

SPARSE = 16
"""Worlds further apart than this on average are drawn one by one."""

MESA_CHANNEL = 100
"""The channel that seeds a Mesa model's own generator, which no rule reads."""


class Luck(NamedTuple):
    """Draws of many worlds: [rows, R, columns] by channel; rows are quarters, or years in yearly channels."""

    budget: Array
    year: Array
    government: Array
    report: Array
    growth: Array
    belief_ally: Array
    belief_russia: Array
    event: Array

    def common(self, channel: str, name: str, row: int) -> Array:
        """The named column of a common channel in one row, [R, 1]."""
        column = CHANNELS[channel].columns.index(name)
        return getattr(self, channel)[row, ..., column : column + 1]

    def of_world(self, row: int) -> "Luck":
        """One world's draws: [rows, columns]."""
        return Luck(*(channel[:, row] for channel in self))


def block(seed: int, worlds: Sequence[int], span: Sequence[str], allies: Sequence[str] = ALLIES) -> Luck:
    """All draws of some worlds over a span of quarters, for these allies in this order. Read only.

    The draws of the last two blocks are kept: scenario and baseline, a slider that moves, and many policies in one
    block of worlds ask for the same worlds again.
    """
    return Luck(
        **{name: _seated(_drawn(seed, _luck(worlds), _rows(name, span), name), name, allies) for name in CHANNELS}
    )


def forget() -> None:
    """Drop the draws that are kept."""
    _drawn.cache_clear()


def quiet(seed: int, worlds: Sequence[int], span: Sequence[str], allies: Sequence[str] = ALLIES) -> Luck:
    """The same worlds without any surprise, except that the war ends when it does."""
    event = _drawn(seed, _luck(worlds), len(span), "event").copy()
    event[..., [column for column, name in enumerate(CHANNELS["event"].columns) if name != "war_end"]] = 1.0
    still = {
        name: np.broadcast_to(
            1.0 if channel.kind == "uniform" else 0.0,
            (len(span), len(worlds), SPARE_COLUMNS if channel.columns else len(allies)),
        )
        for name, channel in CHANNELS.items()
    }
    return Luck(**{**still, "event": event})


def _rows(name: str, span: Sequence[str]) -> int:
    """Rows of a channel over a span of quarters."""
    return sum(map(calendar.is_first, span)) if CHANNELS[name].yearly else len(span)


def _seated(drawn: Array, name: str, allies: Sequence[str]) -> Array:
    """The draws of a channel [rows, R, columns] for these allies in this order. Read only."""
    if CHANNELS[name].columns or tuple(allies) == ALLIES:
        return drawn
    chosen = np.ascontiguousarray(drawn[..., [ALLIES.index(ally) for ally in allies]])
    chosen.setflags(write=False)
    return chosen


def _luck(worlds: Sequence[int]) -> range | tuple[int, ...]:
    """Whose luck these worlds have, as something that a cache can compare."""
    return worlds if isinstance(worlds, range) else tuple(map(int, worlds))


@lru_cache(maxsize=2 * len(CHANNELS))
def _drawn(seed: int, worlds: Sequence[int], rows: int, name: str) -> Array:
    """One channel of some worlds, [rows, R, width]: whoever has the same luck shares one draw. Read only."""
    distinct, place = np.unique(np.asarray(worlds, dtype=np.int64), return_inverse=True)
    if len(distinct) < len(worlds):
        out = np.ascontiguousarray(_source(seed, distinct.tolist(), rows, CHANNELS[name])[:, place])
    else:
        out = _source(seed, worlds, rows, CHANNELS[name])
    out.setflags(write=False)
    return out


def _source(seed: int, worlds: Sequence[int], rows: int, channel: Channel) -> Array:
    """One channel of some worlds, [rows, R, width].

    One bit generator is set to a new address for every world: the same bits as a fresh one, and cheaper. Plain lists
    are set faster than arrays.
    """
    bits = Philox(key=[seed, 0], counter=[0, 0, 0, channel.number])
    generator, address = Generator(bits), _plain(bits.state)
    shape = (rows, channel.width)
    draw: Callable[[], Array] = {
        "uniform": lambda: generator.random(shape),
        "normal": lambda: generator.standard_normal(shape),
        "t": lambda: generator.standard_t(burden.FREEDOM, shape),
    }[channel.kind]
    out = np.empty((rows, len(worlds), channel.width))
    for place, world in enumerate(worlds):
        address["state"]["key"][1] = world
        bits.state = address
        out[:, place] = draw()
    return out / burden.unit_spread() if channel.kind == "t" else out


def _plain(state: Any) -> Any:
    """The state of a bit generator with lists in the place of arrays."""
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state


def mesa_generator(seed: int, world: int) -> Generator:
    """A generator for Mesa's own use in one world; no rule reads it."""
    return Generator(Philox(key=[seed, world], counter=[0, 0, 0, MESA_CHANNEL]))


def stream(seed: int, *words: object) -> Generator:
    """A generator of its own for a purpose named by words, for work outside the worlds such as a fit."""
    digest = blake2b(repr(words).encode(), digest_size=8).digest()
    return Generator(Philox(key=[seed, int.from_bytes(digest, "little")], counter=[0, 0, 0, 1 << 33]))


@dataclass(frozen=True, eq=False)
class Points(Sequence[int]):
    """Worlds put at chosen points of what is uncertain: a sequence of worlds whose uniform numbers are given.

    `luck` [R] says whose surprises each of them has, and `uniforms` which number stands in the place of the one that
    `uniform` would draw for a name, [R] each. What is not named is drawn as in the world that lends its luck.
    Wherever worlds are asked for, such points can stand: that is how a design of experiments is played.
    """

    luck: NDArray[np.intp]
    uniforms: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.luck)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return Points(self.luck[key], {name: column[key] for name, column in self.uniforms.items()})
        return int(self.luck[key])


def lasting(worlds: Sequence[int]) -> Any:
    """These worlds as something that a cache can hold on to."""
    return worlds if isinstance(worlds, (Points, range)) else tuple(worlds)


def uniform(seed: int, name: str, worlds: Sequence[int]) -> Array:
    """One uniform number [R, 1] per world for a name, such as a parameter's: no other name changes it.

    World w reads the counter block w of the stream keyed by (seed, digest of the name).
    """
    if isinstance(worlds, Points) and name in worlds.uniforms:
        return np.asarray(worlds.uniforms[name], dtype=np.float64)[:, None]
    key = [seed, int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")]
    first, last = (min(worlds), max(worlds)) if len(worlds) else (0, -1)
    if last - first >= SPARSE * max(len(worlds), 1):
        return np.concatenate([uniform(seed, name, [world]) for world in worlds])
    stream = Philox(key=key, counter=[first, 0, 0, 1 << 32])
    words = stream.random_raw(4 * (last - first + 1))[::4]
    picked = words[np.asarray(worlds, dtype=np.intp) - first]
    values: Array = (picked >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return values[:, None]
