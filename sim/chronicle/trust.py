"""Lines about belief, cohesion, hedging, the pull of an attack by front, and attacks."""

from collections.abc import Iterator

import numpy as np

from sim.chronicle.event import ALL_ALLIES, RUSSIA, Event, crossings, hundred
from sim.chronicle.played import Played, Turn
from sim.frames import times
from sim.outcomes import FRONT_NAMES, FRONTS
from sim.rules import deterrence, expit

TENTHS = tuple(k / 10 for k in range(1, 10))
HEDGES = (0.02, 0.05, 0.1, 0.2, 0.5)
RATIOS = (0.2, 0.5, 0.8, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Marks that are told when a series passes them (a choice of ours)."""

LIKELY = {
    0.1: ("no longer very unlikely", "very unlikely"), 0.33: ("no longer unlikely", "unlikely"),
    0.5: ("likelier than not", "less likely than not"), 0.66: ("likely", "no longer likely"),
    0.9: ("very likely", "no longer very likely"),
}  # fmt: skip
"""What passing a chance means, upward and downward: the calibrated words of the IPCC."""


def beliefs(played: Played) -> Iterator[Event]:
    """What each ally, all allies on average, and Russia believe, where it passes a mark."""
    yield from _doubts(played)
    average = played.by_ally("credibility_ally").mean(axis=1)
    start = float(expit(played.turns[0].before.belief_ally).mean())
    for index, _, up in crossings(start, average, TENTHS, 0.01):
        words = f"allies' belief that the United States would fight for them {_way(up)} to {hundred(average[index])}."
        yield Event(index, ALL_ALLIES, "belief", f"On average, {words}")
    fronts = on_fronts(played)
    russia = played.by_ally("credibility_russia")[:, fronts].mean(axis=1)
    start = float(expit(played.turns[0].before.belief_russia)[fronts].mean())
    for index, _, up in crossings(start, russia, TENTHS, 0.01):
        words = f"would fight for the allies of the four fronts {_way(up)} to {hundred(russia[index])}."
        yield Event(index, RUSSIA, "belief", f"Russia's belief that the United States {words}")


def _doubts(played: Played) -> Iterator[Event]:
    own, start = played.by_ally("credibility_ally"), expit(played.turns[0].before.belief_ally)
    for seat, name in enumerate(played.plan.roster.name):
        for index, mark, up in crossings(float(start[seat]), own[:, seat], tuple(LIKELY), 0.02):
            words = f"{name} now thinks it {LIKELY[mark][0 if up else 1]} that the United States would fight for it"
            yield Event(index, name, "doubt", f"{words} ({hundred(own[index, seat])}).")


def _way(up: bool) -> str:
    return "rises" if up else "falls"


def on_fronts(played: Played) -> np.ndarray:
    """Which allies lie at one of the four fronts [A]."""
    return np.isin(played.plan.roster.front, FRONTS)


def cohesion(played: Played) -> Iterator[Event]:
    """Where cohesion passes a tenth."""
    path = played.common("cohesion")
    for index, mark, up in crossings(float(played.turns[0].before.cohesion[0]), path, TENTHS, 0.001):
        way = "rises above" if up else "falls below"
        words = (
            f"Cohesion of the alliance {way} {mark:.1f} of 1: allies count {'more' if up else 'less'} on each other."
        )
        yield Event(index, ALL_ALLIES, "cohesion", words)


def hedging(played: Played) -> Iterator[Event]:
    """Where an ally's nuclear hedging passes a mark."""
    paths = played.by_ally("hedge")
    for seat, name in enumerate(played.plan.roster.name):
        for index, mark, _ in crossings(0.0, paths[:, seat], HEDGES, 0.0):
            words = f"Nuclear hedging of {name} passes {mark:g} of 1: a judgement about motives, not about plans."
            yield Event(index, name, "hedging", words)


# --- the pull of an attack, by front and only against the baseline ------------------------------------------------


def pull(played: Played, base: Played) -> dict[str, np.ndarray]:
    """How strongly Russia is drawn to a limited attack at each front [T], times the same world of the baseline."""
    pairs = list(zip(played.turns, base.turns, strict=True))
    return {front: np.array([_at(turn, front) / _at(other, front) for turn, other in pairs]) for front in FRONTS}


def _at(turn: Turn, front: str) -> float:
    return float(np.sum(turn.after.hazard[np.array(turn.now.plan.roster.front) == front]))


def risk(played: Played, base: Played) -> Iterator[Event]:
    """Where that passes a mark at any front."""
    pulls = pull(played, base)
    passed = {
        crossing.at
        for ratios in pulls.values()
        for crossing in crossings(0.0, np.log(ratios), np.log(RATIOS).tolist(), 0.02)
    }
    for index in sorted(passed):
        told = ", ".join(f"{FRONT_NAMES[front]} {times(ratios[index])}" for front, ratios in pulls.items())
        words = f"How strongly Russia is drawn to a limited attack, times the same world of the baseline: {told}."
        yield Event(index, RUSSIA, "risk", words)


# --- attacks ------------------------------------------------------------------------------------------------------


def attacks(played: Played) -> Iterator[Event]:
    """Limited attacks by front, never by ally, the answer, and what it does to beliefs and cohesion."""
    for index, turn in enumerate(played.turns):
        if turn.after.attacks[0] > turn.before.attacks[0]:
            yield Event(index, RUSSIA, "attack", attack_words(turn))
        if turn.after.ukraine_attacks[0] > turn.before.ukraine_attacks[0]:
            on = "peacekeepers in Ukraine" if np.sum(turn.before.peacekeepers) > 0.0 else "Ukraine as a member"
            yield Event(index, RUSSIA, "attack", f"An attack on {on}.{after_words(turn)}")


def attack_words(turn: Turn) -> str:
    """An attack in a few sentences."""
    front = struck_front(turn)
    where = f"at the front {FRONT_NAMES[front]}" if front in FRONTS else "away from the four fronts"
    left_alone = turn.after.abandoned[0] > turn.before.abandoned[0]
    answer = "The United States does not fight." if left_alone else "The United States fights."
    return f"A limited attack on an ally {where}. {answer}{after_words(turn)}"


def after_words(turn: Turn) -> str:
    """What happens to beliefs and cohesion over a quarter."""
    was, now = (float(expit(state.belief_ally).mean()) for state in (turn.before, turn.after))
    before, after = float(turn.before.cohesion[0]), float(turn.after.cohesion[0])
    return (
        f" Over the quarter the allies' belief in the US commitment goes from {hundred(was)} to {hundred(now)} on "
        f"average, cohesion from {before:.2f} to {after:.2f} of 1."
    )


def struck_front(turn: Turn) -> str:
    """The front of the ally that was attacked, told from the same luck that decided it."""
    by_code = turn.now.plan.roster.by_code
    luck, row = turn.now.luck, turn.now.row
    hazard = np.take(turn.after.hazard, by_code, axis=-1)
    struck = deterrence.struck(hazard, luck.common("event", "attack", row), luck.common("event", "target", row))
    return turn.now.plan.roster.front[int(by_code[int(np.argmax(struck))])]
