"""US troops: where they are, who sent and who received them, the floor, and what that costs in three definitions."""

import streamlit as st

from sim import frames, whereabouts
from sim import whereabouts_words as said
from sim.charts import maps
from sim.charts import posture as drawn
from sim.pages import screen, years
from sim.pages.words import badge, plain
from sim.reference import ALLIES
from sim.whereabouts import COSTS, Whereabouts


def page() -> None:
    """The whole page, for the question that the levers pose."""
    asked = screen.asked()
    found = screen.found(whereabouts.answer, asked)
    screen.question("Where do US soldiers go, and where do they come from?")
    year = years.choose("By which year?", found.floor.year, width=120)
    screen.words(plain(said.headline(found, year)))
    changed = " · ".join(map(plain, found.changes))
    screen.words(f":small[**Changed:** {changed}. {plain(found.nought)}]" if changed else f"**{plain(found.nought)}**")
    left, right = st.columns([6, 5], gap="medium")
    with left:
        everybody(found, year)
    with right:
        senders(found, year)
    hosts(found, year)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        law(found, year)
    with right:
        europe(found, year)
    orders(found)
    costs(found, year)
    screen.footer(asked, found.plan, found.start)


def everybody(found: Whereabouts, year: int) -> None:
    """All soldiers in every year: nobody is lost."""
    screen.heading("Where are all US soldiers?", "judgement")
    screen.chart("pools", found.pools, drawn.ALL, said.pools_words(found, year),
                 title="All US soldiers by place, means over worlds")  # fmt: skip
    screen.note(f"{plain(said.accounted(found))} {badge('documented')} the start.")


def senders(found: Whereabouts, year: int) -> None:
    """Who sent and who received."""
    screen.heading(f"Who sent and who received, until {year}?", "judgement")
    rows = said.senders(found, year)
    told = said.senders_words(rows, year)
    if rows.empty:
        screen.words("Nobody moved.")
        return
    screen.chart("senders", rows, drawn.SENDERS, told, title=f"US soldiers who left and came until {year}")
    way = found.pools[(found.pools.year == year) & (found.pools.pool == frames.POOLS[2])]["mean"].iloc[0]
    screen.note(
        "Orange: who left since the start; blue: who came; beside it the net. Means over worlds. Who left and has not "
        f"arrived is on the way: {said.short(float(way))} at the end of {year}. What leaves and comes adds up: every "
        "change of a stock is its inflow less its outflow."
    )


def hosts(found: Whereabouts, year: int) -> None:
    """A panel for each large host."""
    screen.heading("Which hosts gain and lose?", "judgement")
    with st.grid(4, min_column_width=150, gap="xsmall", key="hosts"):
        for n, place in enumerate(said.largest(found, year)):
            with st.container(gap="xxsmall"):
                at = found.hosts[(found.hosts.place == place) & (found.hosts.year == year)].iloc[0]
                screen.words(f"**{plain(place)}** :small[{said.short(at.start)} → {said.short(at.p50)}]")
                screen.chart(f"host-{n}", said.host(found, place), drawn.HOST, said.host_words(found, place, year),
                             title=f"US troops: {place}, persons", height=105)  # fmt: skip
    screen.note(
        f"Number at the start → median at the end of {year}. Blue: median and bands of 50% and 90% of worlds; dashed "
        "grey: the baseline. Each host has an axis of its own: hosts differ a thousandfold."
    )


def europe(found: Whereabouts, year: int) -> None:
    """The map of net moves."""
    screen.heading(f"Net moves until {year}", "judgement")
    rows = found.flows[(found.flows.year == year) & (found.flows.iso3 != "USA")]
    values = dict.fromkeys(ALLIES, 0.0) | dict(zip(rows.iso3, rows.net_sum, strict=True))
    table = maps.with_flows(maps.frame(values), said.lines_between(found, year))
    title = f"Change of US troops by host until {year}, mean"
    screen.chart("map", table, maps.TROOPS_MOVED, maps.alt(table, title, " persons"), title=title, height=360)
    screen.note(
        "Lines lead from who lost to who won, net. Soldiers move through one pool in the model, so that who goes where "
        f"is shared out in proportion; lines below {said.LEAST_MOVED:g} persons are left out. {maps.CREDIT}"
    )


def law(found: Whereabouts, year: int) -> None:
    """Troops in Europe against the floor."""
    screen.heading("Does a floor hold?", "judgement")
    screen.chart("in-europe", said.europe(found), drawn.EUROPE, said.europe_words(found, year),
                 title="US troops in Europe, on their way included, persons", height=190)  # fmt: skip
    screen.words(plain(said.floor_words(found, year)))


def orders(found: Whereabouts) -> None:
    """Withdrawals, and whether they come about."""
    screen.heading("Which withdrawals come about?", "judgement")
    if found.withdrawals.empty:
        screen.words("This policy names none.")
        return
    screen.table("withdrawals", found.withdrawals, "Withdrawals of the policy and how often they come about")
    screen.note(
        "An announcement is not an order, and what is considered may never come: the chance of each status and the "
        "reading of hedges such as “up to” are assumptions."
    )


def costs(found: Whereabouts, year: int) -> None:
    """Three definitions of cost and what Europe buys; never one alone."""
    screen.heading(f"What does it cost, by {year}? Three definitions, none to be read alone", "judgement")
    with st.grid(4, min_column_width=190, gap="xsmall", key="costs"):
        for name, declared in COSTS.items():
            rows = found.costs[found.costs.cost == name].assign(kind="path")
            with st.container(gap="xxsmall"):
                screen.words(f"**{plain(declared.title)}**  \n:small[{plain(declared.unit)}]")
                screen.chart(f"cost-{name}", rows, drawn.MONEY, said.cost_words(found, name, year),
                             title=f"{declared.title}, {declared.unit}", height=120)  # fmt: skip
    screen.table("cost-table", said.cost_table(found, year), f"Definitions of cost side by side in {year}")
    screen.note(
        "12a: what troops abroad cost more than the same troops at home; it falls, too, when they go to the Pacific. "
        "12b: what a force of this size costs altogether; saved only if those who leave are cut from the force. 12c: "
        "paid once for every move. 12d is Europe's bill and no US cost. Definitions must not be added up."
    )


if __name__ == "__main__":
    page()
