"""Take a seat: play an ally or the United States, alone or in a room, while everybody else is simulated."""

import streamlit as st

from sim import game
from sim.errors import InputError
from sim.game.play import ASKED, MOST_LEVERS, MOST_ROLES, OPEN_LEVERS, Game
from sim.game.roles import UNITED_STATES, playable
from sim.game.store import AGES, LENGTH, Store, spelled
from sim.pages import levers, screen, seat_lead, seat_shown, seat_store, seat_team
from sim.pages.seat_store import FACILITATOR, WALL, Place
from sim.pages.words import plain
from sim.params import levers as declared
from sim.question import HIGHEST_SEED, STORY, loaded
from sim.reference import roster
from sim.scenario import scenario_names

ASIDE = "The levers in the side bar play no part on this page: what is decided in the game does."
OPENS_ON = "POL"
SEATED = ("POL", "DEU", UNITED_STATES)


def page() -> None:
    """The game and seat that the address names, or the door."""
    place = seat_store.here()
    if not place.code:
        door()
        return
    try:
        kept, leads = Store().get(place.code), bool(place.key) and Store().leads(place.code, place.key)
    except InputError as error:
        seat_store.complain(error)
        seat_store.go(Place())
        door()
        return
    here = kept.game
    st.caption(ASIDE)
    if place.role in here.roles:
        seat_team.draw(place, here, alone=leads and kept.alone, reads=kept.alone and not leads)
    elif place.role == WALL:
        seat_lead.wall(place, here)
    elif place.role == FACILITATOR and leads:
        seat_lead.draw(place, here)
    else:
        choose(place, here)
        return
    seat_shown.footer(here)
    if kept.alone and leads:
        if st.button("Leave and end the game", key="leave", type="tertiary"):
            st.session_state.pop(seat_store.OWN, None)
            Store().end(place.code, place.key)
            seat_store.away(Place())
    elif st.button("Leave the game", key="leave", type="tertiary"):
        seat_store.away(Place())


# --- at the door --------------------------------------------------------------------------------------------------


def door() -> None:
    """Play alone, join a game, or open a table."""
    screen.question("What would you decide?")
    screen.words(
        "Take the seat of a government: see what it sees, guess, decide, and find out what the model would have done "
        "in your place. Everybody who is not played is simulated."
    )
    first, second, third = st.columns(3, gap="medium")
    with first, st.container(border=True, height="stretch"):
        alone()
    with second, st.container(border=True, height="stretch"):
        join()
    with third, st.container(border=True, height="stretch"):
        open_table()
    st.caption(f"{ASIDE} {AGES}, on the machine that runs this app.")


def alone() -> None:
    """One person, one seat: a click."""
    st.markdown("###### Play alone")
    role = _role("Whose seat?", "alone-role")
    base = _base("alone-base")
    if st.button("Take the seat", type="primary", key="alone", width="stretch"):
        seat_store.end_own()
        begin(lambda: game.start(base, (role,)), role)


def join() -> None:
    """Somebody else's game, by its code."""
    st.markdown("###### Join a game")
    code = st.text_input("Code", max_chars=LENGTH + 3, key="join-code", placeholder=f"{LENGTH} letters")
    if st.button("Join", key="join", width="stretch"):
        try:
            seat_store.go(Place(Store().get(spelled(code)).code))
        except InputError as error:
            seat_store.complain(error)
            return
        st.rerun()


def open_table() -> None:
    """A workshop: a table with several seats, led by a facilitator."""
    st.markdown("###### Lead a workshop")
    base = _base("lead-base")
    names = playable(roster())
    seats = st.multiselect(
        "Seats", list(names), SEATED, format_func=names.__getitem__, max_selections=MOST_ROLES, key="seats"
    )
    with st.expander("Rounds, levers, seed"):
        begins = int(loaded(base).start[:4])
        ends = int(loaded(base).end[:4])
        first, last = st.slider("Years to play", begins + 1, ends, (begins + 1, min(begins + 5, ends)), key="years")
        asked = st.selectbox("What is guessed?", list(ASKED), format_func=seat_shown.asked_title, key="lead-asked")
        free = st.multiselect(
            "Levers of the United States", list(declared()), OPEN_LEVERS, format_func=levers.short,
            max_selections=MOST_LEVERS, key="free", help="All others are locked.",
        )  # fmt: skip
        seed = st.number_input("Seed", 0, HIGHEST_SEED, 0, 1, key="game-seed", help="The same seed, the same worlds.")
    if len(seats) == 1:
        st.caption("A table has two seats or more. For one, play alone: the room can look on by the shared link.")
    if st.button("Open the table", key="open-table", width="stretch", disabled=len(seats) == 1):
        begin(
            lambda: game.start(
                base, tuple(seats), first=first, last=last, seed=int(seed), open_levers=tuple(free), asked=asked
            ),
            FACILITATOR,
        )


def begin(made, role: str) -> None:
    """Keep a new game and go to it."""
    try:
        code, key = Store().new(made())
    except InputError as error:
        seat_store.complain(error)
        return
    if role != FACILITATOR:
        st.session_state[seat_store.OWN] = code, key
    seat_store.away(Place(code, role, key))


def _role(words: str, key: str) -> str:
    names = playable(roster())
    return st.selectbox(words, list(names), list(names).index(OPENS_ON), format_func=names.__getitem__, key=key)


def _base(key: str) -> str:
    """The scenario that is played on."""
    names = scenario_names()
    return st.selectbox("In which scenario?", names, names.index(STORY), format_func=levers.title, key=key)


def choose(place: Place, here: Game) -> None:
    """Whoever has the code chooses a seat."""
    screen.question("Which seat do you take?")
    st.markdown(f"Game **{place.code}** · {plain(here.unplayed.name)} · {here.first} to {here.last}")
    if place.role == FACILITATOR:
        st.warning("The facilitator's view opens with the facilitator's address only.")
    elif place.role:
        st.warning(plain(f"Nobody plays {place.role[:20]} in this game."))
    with st.container(horizontal=True, gap="small"):
        for role in here.roles:
            if st.button(plain(here.name(role)), key=f"take-{role}"):
                seat_store.away(Place(place.code, role))
        if st.button("Look at the wall", key="take-wall", type="tertiary"):
            seat_store.away(Place(place.code, WALL))
    if st.button("Leave the game", key="leave", type="tertiary"):
        seat_store.away(Place())


if __name__ == "__main__":
    page()
