"""Lines about budgets: what each ally decides and why, and who reaches which line."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.analysis.decision import Decision, taken_apart
from sim.chronicle.event import ALL_ALLIES, Event
from sim.chronicle.played import Played, Turn

NOTICED = 0.005
"""Smallest change of a budget that is one, pp of GDP: what shows with two digits."""

FAR = 0.3
"""Smallest move of a line that is told with how many allies reach it, pp of GDP (a choice of ours)."""

LIFTS = {
    "habit": "the habit of moving toward a pledge",
    "pressure": "US pressure for the pledge",
    "conditionality": "the condition on US defence",
    "trade": "trade that is tied to spending",
    "shaming": "being shamed aloud",
}
"""What lifts a budget, in words."""

WHY = {
    "drift": ("the trend of budgets", "the trend of budgets"),
    "threat": ("the threat that it feels", "the threat that it feels"),
    "fiscal room": ("fiscal room", "a lack of fiscal room"),
    "help": ("less help that it can expect", "more help that it can expect"),
    "hosted troops": ("a change of US troops in the country", "a change of US troops in the country"),
    "own surprise": ("events of its own, drawn by chance", "events of its own, drawn by chance"),
    "common surprise": ("events common to all allies, drawn by chance", "events common to all allies, drawn by chance"),
    "line": ("the pull of the line", "the pull of the line"),
    "peers": ("what the others spend", "what the others spend"),
    "limit": ("the limits of what can be spent", "the limits of what can be spent"),
    "lift": ("what lifts budgets", "what lifts budgets"),
    "decision": ("its own strategy", "its own strategy"),
}
"""What weighs in a budget, in words: where it raises it, and where it lowers it."""


class Budget(NamedTuple):
    """One budget of one ally, and what weighs most in its change."""

    made: Decision
    at: int  # index of the quarter
    seat: int
    reason: str
    weight: float  # pp of GDP
    new_government: bool

    @property
    def change(self) -> float:
        """Change of the share, pp of GDP."""
        return self.made.share - self.made.share_before


def decided(played: Played) -> list[Budget]:
    """Every budget of every ally with forces, year by year."""
    return [
        _budget(played, index, turn, int(seat))
        for index, turn in enumerate(played.turns)
        if turn.observation is not None
        for seat in np.flatnonzero(played.plan.roster.forces)
    ]


def _budget(played: Played, index: int, turn: Turn, seat: int) -> Budget:
    assert turn.observation is not None
    assert turn.shock is not None
    after = turn.after
    seen = turn.observation.at(seat)
    made = taken_apart(
        played.plan.strategies[seat], seen, played.given.params, turn.shock.at(seat),
        *(float(column[seat]) for column in (after.share, after.reported, after.report_error)),
    )  # fmt: skip
    reason, weight = main_reason(made)
    return Budget(made, index, seat, reason, weight, bool(seen.new_government))


def main_reason(made: Decision) -> tuple[str, float]:
    """What weighs most in the direction of a change, in words, and its weight in pp of GDP."""
    way = 1.0 if made.share >= made.share_before else -1.0
    return max(weights(made, way), key=lambda reason: way * reason[1])


def weights(made: Decision, way: float) -> list[tuple[str, float]]:
    """What weighs in a change that goes up (1) or down (-1), in words, with its weight in pp of GDP.

    The lift that was used is shared out among what asked for it, in proportion: they weigh one by one.
    """
    found = []
    for term in made.terms:
        asked = made.lift.asked if term.name == "lift" and made.lift is not None else {}
        whole = sum(asked.values())
        if whole > 0.0:
            found += [(LIFTS[name], term.pp * part / whole) for name, part in asked.items()]
        else:
            found.append((WHY.get(term.name, (term.name, term.name))[0 if way > 0 else 1], term.pp))
    return found


def budgets(played: Played) -> Iterator[Event]:
    """A line for each year, and one for each ally in it."""
    found = decided(played)
    for index in dict.fromkeys(budget.at for budget in found):
        own = [budget for budget in found if budget.at == index]
        yield Event(index, ALL_ALLIES, "budgets", year_words(played, index, own))
        for budget in own:
            name = played.plan.roster.name[budget.seat]
            yield Event(index, name, "budget", budget_words(name, budget))


def year_words(played: Played, index: int, own: list[Budget]) -> str:
    """A year of budgets in a sentence."""
    more = sum(budget.change >= NOTICED for budget in own)
    less = sum(budget.change <= -NOTICED for budget in own)
    first, last = max(own, key=lambda b: b.change), min(own, key=lambda b: b.change)
    names, after = played.plan.roster.name, played.turns[index].after
    together = float(np.sum(after.share * after.gdp) / np.sum(after.gdp))
    return (
        f"{len(own)} allies set their budgets: {more} spend a larger share of GDP than before, {less} a smaller one. "
        f"The most: {_of(names, first)}; the least: {_of(names, last)}. Europe and Canada together spend "
        f"{together:.2f}% of GDP."
    )


def _of(names: tuple[str, ...], budget: Budget) -> str:
    return f"{names[budget.seat]} by {signed(budget.change)} points to {budget.made.share:.2f}%"


def budget_words(name: str, budget: Budget) -> str:
    """A budget of one ally in a sentence."""
    made, new = budget.made, " A new government takes office." if budget.new_government else ""
    if abs(budget.change) < NOTICED:
        return f"{name} keeps its defence spending at {made.share:.2f}% of GDP.{new}"
    way = "raises" if budget.change > 0 else "lowers"
    why = f" What weighs most: {budget.reason} ({signed(budget.weight)} points)." if budget.weight else ""
    return f"{name} {way} its defence spending from {made.share_before:.2f} to {made.share:.2f}% of GDP.{why}{new}"


def signed(points: float) -> str:
    """A change in points of GDP."""
    return f"{points:+.2f}".replace("-", "−")


def lines(played: Played) -> Iterator[Event]:
    """Allies whose report reaches a line in force, or falls below it; a line that moves is told with its policy."""
    names = played.plan.roster.name
    for index, turn in enumerate(played.turns):
        yield from _moved_lines(played, index)
        if turn.observation is None:
            continue
        for words, line in in_force(turn).items():
            was, now = turn.before.reported >= line, turn.after.reported >= line
            for seat in np.flatnonzero((was != now) & (played.plan.roster.forces > 0.0)):
                way = "reaches" if now[seat] else "falls below"
                told = (
                    f"{names[seat]} reports {turn.after.reported[seat]:.2f}% of GDP and {way} the {words} of {line:g}%."
                )
                yield Event(index, names[seat], "line", told)


def _moved_lines(played: Played, index: int) -> Iterator[Event]:
    """How many allies reach a line that has just moved far."""
    if index == 0:
        return
    turn, forces = played.turns[index], played.plan.roster.forces > 0.0
    old = in_force(played.turns[index - 1])
    for words, line in in_force(turn).items():
        was = next((old[key] for key in old if words in key), line)
        if abs(line - was) >= FAR:
            there, before = (int(np.sum(turn.before.reported[forces] >= mark)) for mark in (line, was))
            told = f"The {words} is now {line:g}% of GDP: {there} of {int(forces.sum())} allies report as much"
            yield Event(index, ALL_ALLIES, "line", f"{told}, {before} reached the {was:g}% before.")


def in_force(turn: Turn) -> dict[str, float]:
    """The lines that allies are measured by in a quarter, % of GDP, by their words; one where both are the same."""
    policy = turn.now.policy
    if "threshold" in turn.now.plan.idle:
        return {"pledge": float(policy.pledge)}
    if policy.pledge == policy.threshold:
        return {"pledge and threshold": float(policy.pledge)}
    return {"pledge": float(policy.pledge), "threshold": float(policy.threshold)}
