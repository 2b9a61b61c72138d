"""Lines about what is set from outside: levers, withdrawals, the war."""

from collections.abc import Iterator

import numpy as np

from sim.chronicle.event import ALL_ALLIES, RUSSIA, UKRAINE, UNITED_STATES, Event, crossings
from sim.chronicle.played import Played
from sim.controls import unit_after
from sim.params import Lever, levers
from sim.provenance import firmness
from sim.rules import deterrence

OTHERS = {
    "pledge": ALL_ALLIES, "european_aid": ALL_ALLIES, "peacekeepers": ALL_ALLIES, "ukraine_accession": ALL_ALLIES,
    "peacekeepers_covered": ALL_ALLIES, "european_effort": ALL_ALLIES, "joint_procurement": ALL_ALLIES,
    "european_umbrella": ALL_ALLIES, "eu_shield": ALL_ALLIES, "ceasefire": UKRAINE,
}  # fmt: skip
"""Who sets a lever, where it is not the United States."""

FREE = (0.25, 0.5, 0.75, 0.9)
"""Marks of Russia's free forces that are told, parts of all of them."""

SOME_PEACEKEEPERS = 500.0
"""Smallest change of the peacekeepers that is told, persons."""


def policies(played: Played) -> Iterator[Event]:
    """Levers that are set at the start, and those that move."""
    for name, lever in levers().items():
        who, path = OTHERS.get(name, UNITED_STATES), played.plan.levers[name]
        if path[0] != lever.default:
            words = f"{title(lever)} is {amount(lever, path[0])} from the start. {lever.about}."
            yield Event(0, who, "policy", words)
        for index, words in _moves(lever, path):
            yield Event(index, who, "policy", words)


def _moves(lever: Lever, path: np.ndarray) -> Iterator[tuple[int, str]]:
    """The moves of a path [T]; of a slope only where it begins and where it ends."""
    ways = np.sign(np.diff(path, prepend=path[0]))
    for index in np.flatnonzero(ways):
        was, now = float(path[index - 1]), float(path[index])
        slope = index > 1 and ways[index - 1] == ways[index]
        goes_on = index + 1 < len(path) and ways[index + 1] == ways[index]
        if slope and goes_on:
            continue
        if slope:
            yield int(index), f"{title(lever)} reaches {amount(lever, now)}."
        elif goes_on:
            way = "rise" if now > was else "fall"
            yield int(index), f"{title(lever)} begins to {way} from {amount(lever, was)}. {lever.about}."
        else:
            ends = " That ends it." if now == lever.neutral else ""
            yield int(index), f"{title(lever)} {was:,g} → {amount(lever, now)}. {lever.about}.{ends}"


def title(lever: Lever) -> str:
    """A lever by its name."""
    return lever.name.replace("_", " ").capitalize().replace("Us ", "US ").replace("Eu ", "EU ")


def amount(lever: Lever, value: float) -> str:
    """A value of a lever with its unit."""
    return f"{value:,g}{unit_after(lever)}"


def withdrawals(played: Played) -> Iterator[Event]:
    """Whether each withdrawal comes about in this world, when it should begin."""
    plan = played.plan
    names = dict(zip(plan.roster.iso3, plan.roster.name, strict=True)) | {"OTHER": "elsewhere in Europe"}
    for number, w in enumerate(plan.withdrawals):
        part = float(played.given.executed[number])
        hosts = " and ".join(names.get(host, host) for host in w.hosts)
        what = f"A withdrawal of {w.troops:,.0f} US soldiers from {hosts} ({firmness(w)})"
        comes = f" comes about: {part * w.troops:,.0f} are to leave over {w.over} quarters."
        stays = " does not come about in this world."
        yield Event(plan.quarters.index(w.start), UNITED_STATES, "withdrawal", what + (comes if part else stays))


def war(played: Played) -> Iterator[Event]:
    """The war begins or ends, peacekeepers deploy or leave, and Russia gets forces free."""
    yield from _fighting(played)
    yield from _peacekeepers(played)
    free = played.common("russia_free")
    for index, mark, up in crossings(float(played.turns[0].before.strength[0]), free, FREE, 0.01):
        way = "more" if up else "fewer"
        yield Event(index, RUSSIA, "war", f"Now {way} than {100 * mark:.0f}% of Russia's forces are free for a front "
                    f"other than Ukraine ({100 * free[index]:.0f}%).")  # fmt: skip


def _fighting(played: Played) -> Iterator[Event]:
    for index, turn in enumerate(played.turns):
        was, now = float(turn.before.war[0]), float(turn.after.war[0])
        if now > was:
            yield Event(index, UKRAINE, "war", "War begins in Ukraine.")
        elif now < was:
            luck = turn.now.luck.common("event", "war_end", turn.now.row)
            alone = bool(deterrence.war_ends(luck, played.given.params.deterrence, 0.0)[0])
            how = "by itself" if alone else "by talks"
            yield Event(index, UKRAINE, "war", f"The fighting in Ukraine ends, {how}: Russian forces recover faster "
                        "from now on, and allies feel less threatened.")  # fmt: skip


def _peacekeepers(played: Played) -> Iterator[Event]:
    told = 0.0
    for index, there in enumerate(played.common("peacekeepers")):
        if abs(there - told) < SOME_PEACEKEEPERS:
            continue
        way = "deploy to" if there > told else "leave"
        words = f"{abs(there - told):,.0f} European peacekeepers {way} Ukraine; {there:,.0f} are there now."
        yield Event(index, ALL_ALLIES, "war", words)
        told = there
