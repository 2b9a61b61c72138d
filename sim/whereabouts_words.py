"""Where US soldiers are: what each chart draws, and the sentence that says what it shows."""

import pandas as pd

from sim.tables import number
from sim.whereabouts import COSTS, PERSONS, Whereabouts

SHOWN_HOSTS = 8
"""Hosts that have a panel."""


# --- what the charts draw -----------------------------------------------------------------------------------------


def largest(found: Whereabouts, year: int) -> list[str]:
    """The hosts that change most until a year, then the largest, SHOWN_HOSTS in all, by name."""
    rows = found.hosts[found.hosts.year == year]
    moved = (rows.p50 - rows.base).abs() + (rows.p50 - rows.start).abs()
    order = rows.assign(moved=moved.round()).sort_values(["moved", "start"], ascending=False, kind="stable")
    return [str(place) for place in order.place[:SHOWN_HOSTS]]


def host(found: Whereabouts, place: str) -> pd.DataFrame:
    """What the panel of a host draws."""
    return found.hosts[found.hosts.place == place].assign(kind="path").drop(columns=["words", "way", "part"])


def short(persons: float) -> str:
    """Soldiers in few characters: "34,500", "60"."""
    return f"{round(persons, -2) + 0.0:,.0f}" if persons >= 950 else f"{round(persons, -1) + 0.0:,.0f}"


LEAST_MOVED = 100.0
"""Soldiers from which on a move is told and drawn."""

SHOWN_MOVES = 10
"""Places shown among those that send and receive; the others stand together."""


def senders(found: Whereabouts, year: int) -> pd.DataFrame:
    """Who sent and who received since the start, means; those who lose most first, small ones put together.

    Columns: place, sent (below 0), received, net.
    """
    rows = found.flows[found.flows.year == year]
    rows = rows.assign(sent=-rows.left_sum, received=rows.arrived_sum, net=rows.net_sum)
    size = rows[["left_sum", "arrived_sum"]].max(axis=1)
    shown = rows.loc[size[size >= LEAST_MOVED].sort_values(ascending=False, kind="stable").index[:SHOWN_MOVES]]
    rest = rows.drop(shown.index)[["sent", "received", "net"]].sum()
    table = shown.sort_values("net", kind="stable")[["place", "sent", "received", "net"]]
    if rest.sent or rest.received:
        table = pd.concat([table, pd.DataFrame([rest]).assign(place="All others")], ignore_index=True)
    return table.reset_index(drop=True)


def lines_between(found: Whereabouts, year: int) -> pd.DataFrame:
    """Net moves since the start as lines from places that lost to places that won: origin, goal, persons.

    The model keeps one pool of those who move: who goes where is shared out in proportion. Lines below LEAST_MOVED
    are left out.
    """
    rows = found.flows[found.flows.year == year]
    lost, won = rows[rows.net_sum < 0.0], rows[rows.net_sum > 0.0]
    whole = won.net_sum.sum()
    told = [
        {"origin": a.iso3, "goal": b.iso3, "persons": -a.net_sum * b.net_sum / whole}
        for a in lost.itertuples()
        for b in won.itertuples()
    ]
    table = pd.DataFrame(told, columns=["origin", "goal", "persons"])
    return table[table.persons >= LEAST_MOVED].reset_index(drop=True)


def europe(found: Whereabouts) -> pd.DataFrame:
    """US troops in Europe against the floor, as a path chart draws it."""
    rows = found.floor.assign(kind="path")
    law = found.floor[found.floor.law > 0.0]
    if law.empty:
        return rows
    lines = pd.DataFrame({"kind": "line", "line": "floor", "year": law.year, "value": law.law})
    word = pd.DataFrame([{"kind": "word", "year": law.year.min(), "value": law.law.iloc[0],
                          "word": f"floor {law.law.iloc[0]:,.0f}"}])  # fmt: skip
    return pd.concat([rows, lines, word], ignore_index=True)


# --- in words -----------------------------------------------------------------------------------------------------


def headline(found: Whereabouts, year: int) -> str:
    """Troops in Europe and where the others are, in a sentence."""
    at = found.floor[found.floor.year == year].iloc[0]
    text = f"In this model, by {year}, {PERSONS.words(at.p50)} US soldiers are in Europe or on their way there"
    text += f" (90 of 100 worlds: {PERSONS.band(at.p5, at.p95, False)}); against the baseline: {at.words}."
    return f"{text} Medians of simulated worlds, not a forecast."


def accounted(found: Whereabouts) -> str:
    """That nobody is lost, and how exactly."""
    gap = "to the last soldier" if found.apart < 0.5 else f"but for {found.apart:,.1f} persons"
    return (
        f"All soldiers accounted for: {found.total:,.0f}, in every quarter of every world, {gap}. The bars are means "
        "over worlds, which add up; medians do not."
    )


def pools_words(found: Whereabouts, year: int) -> str:
    """The chart of all pools in a sentence."""
    rows = found.pools[found.pools.year == year]
    told = "; ".join(f"{pool} {PERSONS.words(mean)}" for pool, mean in zip(rows.pool, rows["mean"], strict=True))
    return f"All US soldiers by place in {year}, means over worlds: {told}; in all {found.total:,.0f}."


def host_words(found: Whereabouts, place: str, year: int) -> str:
    """The panel of a host in a sentence."""
    rows = found.hosts
    at = rows[(rows.place == place) & (rows.year == year)].iloc[0]
    return (
        f"{place}, US troops: {short(at.start)} at the start; in {year} the scenario's median is {short(at.p50)} (90% "
        f"of worlds: {PERSONS.band(at.p5, at.p95, False)}), the baseline's {short(at.base)}. Difference: {at.words}."
    )


def senders_words(table: pd.DataFrame, year: int) -> str:
    """The chart of senders and receivers in a sentence."""
    sent = ", ".join(f"{r.place} {short(-r.sent)}" for r in table.itertuples() if round(r.sent) < 0)
    got = ", ".join(f"{r.place} {short(r.received)}" for r in table.itertuples() if round(r.received) > 0)
    if not sent and not got:
        return f"Who sent and received US soldiers until {year}: nobody moved."
    return f"US soldiers moved until {year}, means over worlds: left {sent or 'nowhere'}; came to {got or 'nowhere'}."


def floor_words(found: Whereabouts, year: int) -> str:
    """The floor of the statute in a sentence: what it is, how often it holds troops back, how often it is missed."""
    at = found.floor[found.floor.year == year].iloc[0]
    if at.law <= 0.0:
        return (
            "No statute sets a floor under US troops in Europe in this policy; the lever is called Set a troop floor."
        )
    held, below = round(at.held), round(at.below)
    certified = f", of which certification leaves {at.floor:,.0f}" if at.floor < at.law else ""
    return (
        f"The floor in force at the end of {year} is {at.law:,.0f}{certified}. In {held} of 100 worlds it keeps more "
        f"soldiers in Europe than would be wanted without it; in {below} of 100 worlds fewer stand there than it says."
    )


def europe_words(found: Whereabouts, year: int) -> str:
    """The chart of troops in Europe in a sentence."""
    at = found.floor[found.floor.year == year].iloc[0]
    law = f" The floor is {at.law:,.0f}." if at.law > 0.0 else ""
    return (
        f"US troops in Europe, persons: in {year} the scenario's median is {PERSONS.words(at.p50)} (90% of worlds: "
        f"{PERSONS.band(at.p5, at.p95, False)}), the baseline's {PERSONS.words(at.base)}.{law}"
    )


def cost_words(found: Whereabouts, name: str, year: int) -> str:
    """The chart of one cost in a sentence."""
    at, declared = found.costs[(found.costs.cost == name) & (found.costs.year == year)].iloc[0], COSTS[name]
    return (
        f"{declared.title}, {declared.unit}: in {year} {number(at.p50)} (90% of worlds: "
        f"{declared.band(at.p5, at.p95, False)}), baseline {number(at.base)}. Difference: {at.words}."
    )


def cost_table(found: Whereabouts, year: int) -> pd.DataFrame:
    """All definitions of cost side by side, in words."""
    rows = found.costs[found.costs.year == year]
    return pd.DataFrame({
        "definition": [COSTS[name].title for name in rows.cost],
        "scenario": [number(value) for value in rows.p50],
        "90% of worlds": [COSTS[r.cost].band(r.p5, r.p95, False) for r in rows.itertuples()],
        "baseline": [number(value) for value in rows.base],
        "difference": list(rows.words),
        "unit": [COSTS[name].unit for name in rows.cost],
    })  # fmt: skip
