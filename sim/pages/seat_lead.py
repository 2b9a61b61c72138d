"""The facilitator's view, which leads through the rounds; and the wall, which everybody looks at."""

import streamlit as st

from sim import game
from sim.game.play import ASKED, Game
from sim.game.store import Kept
from sim.pages import screen, seat_shown, seat_store
from sim.pages.seat_store import GAME, ROLE, WALL, Place
from sim.pages.words import plain

LARGE = """<style>
[data-testid="stMainBlockContainer"] [data-testid="stMarkdownContainer"] { font-size: 1.3rem }
[data-testid="stMainBlockContainer"] h5 { font-size: 1.7rem }
[data-testid="stMainBlockContainer"] h6 { font-size: 1.4rem }
[data-testid="stMainBlockContainer"] button [data-testid="stMarkdownContainer"] { font-size: 1rem }
</style>"""
"""Type that can be read from the back of a room."""


def draw(place: Place, here: Game) -> None:
    """The facilitator's view."""
    seat_shown.hand_over(here)
    screen.question("How does the game go?" if not here.over else "What did playing change?")
    table(place, here)
    seat_store.watch(place.code, seat_store.stage(here), seat_store.decided)
    lead(place, here)
    if here.revealed >= here.first:
        seat_shown.all_came(here)
        if here.over or st.toggle("Show the debrief so far", key="debrief"):
            seat_shown.debrief(here)
        else:
            seat_shown.wall(here, screen.found(game.wall, game.past(here)))
    seat_shown.take(here, place.code)


def table(place: Place, here: Game) -> None:
    """The code of the game, and addresses to hand out."""
    seats = ", ".join(here.name(role) for role in here.roles)
    st.markdown(
        f"Code **{place.code}** · {plain(here.unplayed.name)} · {here.first} to {here.last} · seats: {plain(seats)}"
    )
    with st.expander("Addresses to hand out"):
        st.markdown("**For the teams**, who choose their seat:")
        st.code(_address(place.code), language=None, wrap_lines=True)
        st.markdown("**For the wall**, which everybody looks at:")
        st.code(_address(place.code, WALL), language=None, wrap_lines=True)
        st.caption("Your own address opens this view: keep it to yourself. A game is kept for a day.")


def _address(code: str, role: str = "") -> str:
    base = (st.context.url or "").split("?")[0]
    return f"{base}?{GAME}={code}" + (f"&{ROLE}={role}" if role else "")


def lead(place: Place, here: Game) -> None:
    """The moves of the facilitator."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if here.closed:
            if st.button(f"Reveal {here.year}", type="primary", key="reveal"):
                seat_store.moved(place, game.reveal, lead=True)
            if st.button(f"Open {here.year} again", key="back"):
                seat_store.moved(place, game.back, lead=True)
            return
        if not here.over and st.button(f"Close {here.year}", type="primary", key="close"):
            seat_store.moved(place, game.close, lead=True)
        if here.year > here.first and st.button("Take the last year back", key="back"):
            seat_store.moved(place, game.back, lead=True)
        if not here.over:
            outcome = st.selectbox(
                "What is guessed?", list(ASKED), list(ASKED).index(here.asked), key=f"asked-{here.asked}",
                format_func=seat_shown.asked_title, width=380,
            )  # fmt: skip
            if outcome != here.asked:
                seat_store.moved(place, lambda now: game.ask(now, outcome), lead=True)


def wall(place: Place, here: Game) -> None:
    """What everybody looks at, in large type."""
    st.html(LARGE)
    seat_shown.hand_over(here)
    if here.over:
        screen.question("What did playing change?")
        seat_store.watch(place.code, seat_store.stage(here), _code)
        seat_shown.debrief(here)
        return
    screen.question(f"{here.year}: what will come of it?")
    seat_store.watch(place.code, seat_store.stage(here), _waiting)
    if here.closed:
        st.markdown(f"**{here.year} is closed.** What came of it will be revealed in a moment.")
    if here.revealed >= here.first:
        seat_shown.all_came(here)
    seat_shown.wall(here, screen.found(game.wall, game.past(here)))


def _code(kept: Kept) -> None:
    st.markdown(f"Game **{kept.code}**")


def _waiting(kept: Kept) -> None:
    _code(kept)
    seat_store.decided(kept)
