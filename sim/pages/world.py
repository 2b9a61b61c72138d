"""One world, quarter by quarter: play it, pause it, step through it, and open another one from the fan of worlds."""

import time

import streamlit as st

from sim import charts, chronicle, shapes
from sim.charts import world as drawn
from sim.chronicle import Chronicle, event, seats, views, worlds
from sim.chronicle.event import UNITED_STATES
from sim.handout import Heading, Table
from sim.outcomes.named import ONLY_TOGETHER
from sim.pages import levers, screen
from sim.pages.words import badge, plain
from sim.question import WORLDS, Question

FIRST_WORLD, FIRST_QUARTER, FIRST_AGENT, FIRST_PATH = 7, "2027Q1", "Poland", "Poland: defence spending"

PACE = 0.7  # seconds that a quarter stays on the screen while a world is played

# Keys of the session: what is open and shown, whether it is being played, by then at which quarter, and since when.
WORLD, QUARTER, AGENT, PATH, PLAYING, CLOCK, SINCE = "world", "quarter", "agent", "path", "playing", "clock", "_since"

EVERYBODY = "Everybody"


def page() -> None:
    """The whole page, for the question that the levers pose."""
    asked = screen.asked()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="chosen"):
        number = choose_world()
        agent_place = st.empty()
    told = screen.found(chronicle.chronicle, asked, number)
    with agent_place:
        agent = choose_agent(told)
    screen.question(f"What happens in world {number}, quarter by quarter?")
    changed = " · ".join(plain(change) for change in told.changes) or "nothing: this is the baseline itself"
    screen.note(f"**Changed:** {changed}.")
    playing = bool(st.session_state.get(PLAYING))
    st.fragment(run_every=PACE if playing else None)(stage)(asked, number, agent, playing)
    fan(asked, told)
    about(told)
    screen.footer(
        asked, {"plan": told.plan, "baseline": told.baseline}, told.start,
        f"world {told.world} of them is on the screen, school {told.school}", of=lambda: shapes.world(asked, number),
    )  # fmt: skip


def choose_world() -> int:
    """The world that is open, by its number."""
    number = st.number_input(
        "Which world?", 0, max(WORLDS) - 1, FIRST_WORLD, 1, key=WORLD, bind="query-params", width=160,
        help="Each world has its own luck and its own values of what is uncertain; the same number and seed always "
        "give the same world. Or click a path in the chart at the bottom.",
    )  # fmt: skip
    levers.check_address({WORLD: number})
    return int(number)


def choose_agent(told: Chronicle) -> str:
    """Whose eyes the table and the paths are seen through."""
    agents = seats.agents(told)
    agent = st.selectbox(
        "Seen by whom?", agents, index=agents.index(FIRST_AGENT), key=AGENT, bind="query-params", width=260,
        help="An ally, the United States or Russia: what this agent saw and did, and its paths below.",
    )  # fmt: skip
    levers.check_address({AGENT: agent})
    return agent


def about(told: Chronicle) -> None:
    """What this world happens to be."""
    draws = "; ".join(f"{what}: {value:.2g}" for what, value in told.drawn)
    screen.note(
        f"World {told.world} is one of many, no better and no likelier than another. It differs from them by luck and "
        f"by what was drawn for it {badge('judgement')}: school {plain(told.school)}; {plain(draws)}."
    )


# --- the stage: what changes while the world is played ------------------------------------------------------------


def stage(asked: Question, number: int, agent: str, ticking: bool) -> None:
    """The controls and all that depends on the quarter; runs again by itself while the world is played."""
    told = screen.found(chronicle.chronicle, asked, number)
    if bool(st.session_state.get(PLAYING)) != ticking:
        st.rerun()  # the clock of a fragment is set where it is called
    settle(told)
    if ticking:
        tick(told)
    quarter = controls(told)
    st.markdown(plain(views.sentence(told, quarter)))
    left, right = st.columns(2, gap="medium")
    with left:
        log(told, quarter)
    with right:
        seat(told, agent, quarter)
    paths(told, agent, quarter)
    strip(told, quarter)
    difference(told, quarter)
    if bool(st.session_state.get(PLAYING)) != ticking:
        st.rerun()


def settle(told: Chronicle) -> None:
    """A quarter that is in the run: another scenario may have other ones."""
    if QUARTER in st.session_state and st.session_state[QUARTER] not in told.quarters:
        st.session_state[QUARTER] = first_quarter(told)


def first_quarter(told: Chronicle) -> str:
    """The quarter that a world opens with."""
    return FIRST_QUARTER if FIRST_QUARTER in told.quarters else told.quarters[0]


def tick(told: Chronicle) -> None:
    """A quarter further, when its time has come; the end stops the clock.

    While it runs, the clock says which quarter is shown and not the slider: browsers send a slider's value back to whom
    they have it from, and late.
    """
    last = len(told.quarters) - 1
    at = min(st.session_state.get(CLOCK, 0), last)
    if at < last and time.monotonic() - st.session_state.get(SINCE, 0.0) >= 0.6 * PACE:
        at += 1
        st.session_state[SINCE] = time.monotonic()
    st.session_state[CLOCK], st.session_state[QUARTER] = at, told.quarters[at]
    st.session_state[PLAYING] = at < last


def step(quarters: tuple[str, ...], to: int) -> None:
    """A step by hand: it also stops the clock."""
    st.session_state[PLAYING], st.session_state[QUARTER] = False, quarters[to]


def play(quarters: tuple[str, ...], at: int) -> None:
    """Start the clock, from the beginning where the end is on the screen; or stop it."""
    playing = not st.session_state.get(PLAYING)
    if playing and at == len(quarters) - 1:
        at = 0
        st.session_state[QUARTER] = quarters[at]
    st.session_state[PLAYING], st.session_state[CLOCK], st.session_state[SINCE] = playing, at, time.monotonic()


def controls(told: Chronicle) -> str:
    """Play, step and the slider; returns the quarter that is shown."""
    last, quarters, playing = len(told.quarters) - 1, told.quarters, bool(st.session_state.get(PLAYING))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls"):
        buttons = st.container(horizontal=True, gap="small", width="content")
        quarter = st.select_slider(
            "Quarter", quarters, first_quarter(told), key=QUARTER, bind="query-params", disabled=playing,
        )  # fmt: skip
    at = quarters.index(quarter)
    with buttons:
        st.button("Start", on_click=step, args=(quarters, 0), disabled=at == 0, key="to-start",
                  help="Back to the first quarter")  # fmt: skip
        st.button("Back", on_click=step, args=(quarters, max(at - 1, 0)), disabled=at == 0, key="back",
                  help="One quarter back")  # fmt: skip
        st.button("Pause" if playing else "Play", on_click=play, args=(quarters, at), key="play",
                  help="A quarter every 0.7 seconds, until the end")  # fmt: skip
        st.button("Step", on_click=step, args=(quarters, min(at + 1, last)), disabled=at == last, key="step",
                  help="One quarter further")  # fmt: skip
    levers.check_address({QUARTER: quarter})
    return quarter


# --- what happened, and who did what ------------------------------------------------------------------------------


def log(told: Chronicle, quarter: str) -> None:
    """The log up to the quarter, the newest first."""
    heading("has-happened", "What has happened so far?")
    one, two = st.columns(2)
    everybody = (EVERYBODY, *told.events.who.cat.categories)
    who = one.selectbox("Who?", everybody, key="log-who", help="Everybody leaves out what is told ally by ally.")
    about_kinds = "  \n".join(f"**{kind}**: {plain(words)}" for kind, words in event.KINDS.items())
    kinds = two.multiselect("What?", list(event.KINDS), key="log-kinds", placeholder="All kinds", help=about_kinds)
    lines = told.log(quarter, () if who == EVERYBODY else (who,), tuple(kinds))
    title = f"World {told.world} to {quarter}, {who.lower()}: {len(lines)} lines of the log"
    screen.handout().add(Table("log", title, lines.astype(str), title))
    newest_first = lines.sort_values("quarter", ascending=False, kind="stable")
    shown = newest_first[["quarter", "kind", "sentence"]].astype(str)
    with st.container(key="log"):
        st.table(shown.map(plain), border="horizontal", hide_index=True, height=330, alt=title)


def seat(told: Chronicle, agent: str, quarter: str) -> None:
    """What the agent saw and did in the quarter."""
    heading("saw-and-did", f"What did {agent_words(agent)} see and do in {quarter}?")
    table = seats.seat(told, agent, quarter)
    saw, did = (int((table[""] == part).sum()) for part in (seats.SAW, seats.DID))
    alt = (
        f"{agent} in {quarter}, world {told.world}: {saw} things that it saw and {did} that it did, with the baseline."
    )
    screen.handout().add(Table("seat", f"What {agent_words(agent)} saw and did in {quarter}", table, alt))
    with st.container(key="seat"):
        st.table(table.map(plain), border="horizontal", hide_index=True, height=405, alt=alt)


def agent_words(agent: str) -> str:
    """An agent within a sentence."""
    return f"the {agent}" if agent == UNITED_STATES else agent


def paths(told: Chronicle, agent: str, quarter: str) -> None:
    """Three paths of the agent, with the quarter marked."""
    heading("goes-on", f"How does it go on for {agent_words(agent)}?", "judgement")
    with st.grid(3, min_column_width=230, gap="small", key="paths"):
        for panel in views.panels(told, agent, quarter):
            specs = {
                theme: charts.titled(spec, panel.title, panel.unit) for theme, spec in drawn.PATHS[panel.axis].items()
            }
            screen.chart(f"path-{panel.key}", panel.frame, specs, panel.alt, title=panel.title, height=190)
    st.caption(
        "Blue: this world. Dashed grey: the same world, with the same luck, in the baseline. Orange: the quarter."
    )


def strip(told: Chronicle, quarter: str) -> None:
    """All allies at once, a colour for each quarter."""
    heading("all-allies", "And all allies at once?", "judgement")
    what = st.segmented_control("Show", list(views.STRIPS), default="Defence spending", required=True, key="strip-of")
    screen.chart("strip", views.strip(told, what, quarter), drawn.STRIPS[what], views.strip_words(told, what, quarter),
                 title=f"{what} by ally and quarter")  # fmt: skip


def difference(told: Chronicle, quarter: str) -> None:
    """The outcomes of the last year that has ended, next to the same world in the baseline."""
    year = views.last_year(told, quarter)
    if year is None:
        return
    heading("differs", f"What is different from the same world in the baseline, at the end of {year}?", "judgement")
    table = views.difference(told, year)
    moved = int((table.change != "0").sum())
    alt = f"{len(table)} outcomes of world {told.world} at the end of {year}, of which {moved} differ from the baseline"
    screen.table("difference", table, alt, height=300)
    st.caption("The same luck in both: what differs comes from the policy alone. Risks are told by front, above.")


def heading(key: str, words: str, known: str = "") -> None:
    """A heading on the stage, noted under its key: the stage runs more often than the page."""
    text = f"{plain(words)} {badge(known) if known else ''}".strip()
    screen.handout().add(Heading(text, key))
    st.markdown(f"###### {text}")


# --- other worlds -------------------------------------------------------------------------------------------------


def fan(asked: Question, told: Chronicle) -> None:
    """A dozen worlds on the bands of all; a click opens one, and so do three buttons."""
    screen.heading("Which other worlds are there?", "judgement", ":small[click a path to open its world]")
    labels = {found.label: found.key for found in worlds.subjects()}
    label = st.selectbox(
        "Paths of what?", list(labels), index=list(labels).index(FIRST_PATH), key=PATH, bind="query-params", width=420,
        help=ONLY_TOGETHER,
    )  # fmt: skip
    levers.check_address({PATH: label})
    found = screen.found(worlds.paths, asked, labels[label])
    specs = drawn.WORLDS if found.subject.outcome else drawn.SPENDING
    title = f"{found.subject.label}, {found.subject.unit}"
    alt = views.fan_words(told, found, asked.worlds)
    screen.chart(
        "fan-of-worlds", views.fan(told, found), specs, alt, title=title, height=300, on_select=clicked,
        selection_mode=drawn.OPENED,
    )  # fmt: skip
    screen.note(
        f"{plain(title)}. Thin lines: single worlds. Orange: world {told.world}, which is open. Blue: the median of "
        f"all {asked.worlds:,} worlds with the bands that hold 50% and 90% of them. Dashed grey: the baseline's median."
    )
    with st.container(horizontal=True, gap="small", key="notable"):
        for row in found.notable.itertuples():
            st.button(
                f"Open world {row.world}, {row.words.split(':')[0]}", on_click=open_world, args=(row.world,),
                key=f"open-{row.Index}", disabled=row.world == told.world, help=plain(row.words),
            )  # fmt: skip


def clicked() -> None:
    """Open the world whose path was clicked."""
    points = st.session_state["fan-of-worlds"].selection.get(drawn.OPENED) or []
    chosen = [point["world"] for point in points if point.get("world") is not None]
    if chosen:
        open_world(int(chosen[0]))


def open_world(number: int) -> None:
    """Show another world, in the same quarter."""
    st.session_state[PLAYING] = False
    st.session_state[WORLD] = number


if __name__ == "__main__":
    page()
