"""Lines about US soldiers: how many are wanted, who leaves, sets out and arrives, by host."""

from collections.abc import Iterator

import numpy as np

from sim.chronicle.event import UNITED_STATES, Event, places, several
from sim.chronicle.played import Played, Turn

SOME = 100.0
"""Fewest soldiers that are told of one host or order in a quarter, persons (a choice of ours)."""

ANY = 0.5
"""Fewest soldiers that count as one, persons."""


def posture(played: Played) -> Iterator[Event]:
    """What the United States orders, quarter by quarter, and what its hosts see of it."""
    wanted = float(np.sum(played.turns[0].before.stationed))
    for index, turn in enumerate(played.turns):
        target = float(np.sum(turn.orders.target))
        if abs(target - wanted) >= SOME:
            yield Event(index, UNITED_STATES, "posture", wanted_words(target, target - wanted))
            wanted = target
        for words in (moving_words(turn), arriving_words(turn)):
            if words:
                yield Event(index, UNITED_STATES, "posture", words)
        yield from _hosts(played, index, turn)


def wanted_words(target: float, change: float) -> str:
    """An order about all of Europe in a sentence."""
    way = "more" if change > 0 else "fewer"
    return f"The United States wants {target:,.0f} soldiers in Europe, {abs(change):,.0f} {way} than before."


def moving_words(turn: Turn) -> str:
    """Who leaves and who sets out in a quarter; nothing where it is next to nobody."""
    left, out = _by_place(turn, turn.left), _by_place(turn, turn.set_out)
    gone, coming = sum(n for _, n in left), sum(n for _, n in out)
    if max(gone, coming) < SOME:
        return ""
    parts = [f"{gone:,.0f} US soldiers leave ({several(left)})"] if left else []
    lag = float(np.squeeze(turn.now.params.posture.lag))
    parts += [f"{coming:,.0f} set out, to arrive in {lag:.0f} quarters ({several(out)})"] if out else []
    home = gone - coming
    parts += [f"{abs(home):,.0f} {'go to' if home > 0 else 'come from'} the United States"] if abs(home) >= SOME else []
    return f"{'; '.join(parts)}."


def arriving_words(turn: Turn) -> str:
    """Who arrives in a quarter; nothing where it is next to nobody."""
    arrived = _by_place(turn, turn.arrived)
    total = sum(n for _, n in arrived)
    return f"{total:,.0f} US soldiers arrive ({several(arrived)})." if total >= SOME else ""


def _by_place(turn: Turn, moved: np.ndarray) -> list[tuple[str, float]]:
    """Who moves, place by place, where it is anybody."""
    named = zip(places(turn.now.plan), moved, strict=True)
    return [(name, float(number)) for name, number in named if number >= ANY]


def _hosts(played: Played, index: int, turn: Turn) -> Iterator[Event]:
    """What each host sees."""
    there = turn.after.stationed
    for seat, name in enumerate(played.plan.roster.name):
        for moved, verb, where in ((turn.left[seat], "leave", name), (turn.arrived[seat], "arrive in", name)):
            if moved >= SOME:
                words = f"{moved:,.0f} US soldiers {verb} {where}; {there[seat]:,.0f} are there now."
                yield Event(index, name, "host", words)
