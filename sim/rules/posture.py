"""US troops in Europe: equations 4a to 4c.

Stocks stand on places [..., H]: the allies, then the rest of the theatre.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.rules import total


def desired_total(present, pivot, border, surge, floor):
    """Troops wanted in Europe [..., 1], persons. `present` is the start less executed withdrawals. Equation 4a."""
    return np.maximum(np.maximum(present - pivot - border + surge, floor), 0.0)


def weights(reference, compliance, exposure, tilt_to_spenders, tilt_to_exposed):
    """How troops are shared out [..., H]: a fixed reference, tilted by content, never by rank. Equation 4b."""
    return reference * np.exp(tilt_to_spenders * (compliance - 1.0) + tilt_to_exposed * (exposure - 0.5))


def fill(weight: Any, capacity: Any, wanted: Any) -> Any:
    """Proportional shares with a cap [..., H]: min(capacity, level·weight), adding up to what is wanted. Equation 4b.

    What cannot be placed because every place with a weight is full stays away. The level is found from the set of
    full places, which only grows; once a set is final its level repeats bit for bit, so that worlds do not
    depend on their neighbours and the early end saves time and nothing else.
    """
    wanted = np.minimum(wanted, total(np.where(weight > 0.0, capacity, 0.0)))
    full: Any = np.zeros(np.broadcast_shapes(weight.shape, capacity.shape, wanted.shape), dtype=bool)
    level = np.zeros_like(wanted)
    for _ in range(full.shape[-1] + 1):
        free = np.where(full, 0.0, weight)
        placed = total(np.where(full, capacity, 0.0))
        room = total(free)
        level = np.where(room > 0.0, np.maximum(wanted - placed, 0.0) / np.where(room > 0.0, room, 1.0), level)
        more = full | ((level * weight > capacity) & (weight > 0.0))
        if not np.any(more & ~full):
            break
        full = more
    return np.where(full, capacity, level * weight)


class Flows(NamedTuple):
    """Movements of one quarter, persons."""

    out: np.ndarray  # [..., H] leaving each place
    inward: np.ndarray  # [..., H] setting out for each place
    home: np.ndarray  # [..., 1] net arrivals at home


def unresisted(congress, brake):
    """What an active Congress leaves of the chance of a withdrawal that is not yet ordered [...]. Equation 4."""
    return 1.0 - brake * congress


def statutory_floor(floor, certification):
    """The fewest troops that a statute leaves [...], persons; certified, it binds less or not at all. Equation 4a."""
    return floor * (1.0 - certification)


def flows(stationed, coming, target, home, release_rate, movement_limit, brake):
    """Troops that leave and set out this quarter. Equation 4c.

    Conserves the total, keeps every stock non-negative, and moves the total toward its target without overshoot:
    a place gives up at most `release_rate` of its troops, and at most `movement_limit` set out. `brake` is the part
    of the net flow home that is held back.
    """
    here = stationed + coming
    net = np.minimum(total(target) - total(here), home)
    surplus = np.minimum(np.maximum(here - target, 0.0), release_rate * stationed)
    deficit = np.maximum(target - here, 0.0)
    spare, missing = total(surplus), total(deficit)
    arriving = np.minimum(np.minimum(missing, movement_limit), np.maximum(spare + net, 0.0))
    leaving = np.minimum(np.maximum(arriving - net, 0.0), spare)
    leaving = leaving - brake * np.maximum(leaving - arriving, 0.0)
    return Flows(
        out=surplus * (leaving / np.where(spare > 0.0, spare, 1.0)),
        inward=deficit * (arriving / np.where(missing > 0.0, missing, 1.0)),
        home=leaving - arriving,
    )


def dispatched(in_transit, inward, lag):
    """The units under way after new ones set out [..., H] each: they arrive in exactly `lag` quarters."""
    if not np.any(inward):  # saves time and nothing else
        return in_transit
    return tuple(
        under_way + np.where(lag == quarters, inward, 0.0) for quarters, under_way in enumerate(in_transit, start=1)
    )


def travelled(in_transit):
    """Who arrives now, and the units under way a quarter later."""
    first, *rest = in_transit
    return first, (*rest, np.zeros_like(first) if np.any(first) else first)


def released(present_total, start_total):
    """Troops that have left Europe since the start [..., 1], persons."""
    return np.maximum(start_total - present_total, 0.0)


def diverted(gone, part, whole):
    """What one purpose has got of the troops that left [..., 1], persons: in proportion to what it asked for."""
    return np.where(whole > 0.0, gone * (part / np.where(whole > 0.0, whole, 1.0)), 0.0)


def pool_move(pool, wanted, home):
    """Troops that go from home to another pool [..., 1], persons; below zero they come back."""
    return np.minimum(wanted - pool, home)
