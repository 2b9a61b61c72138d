"""Which game and which seat a screen shows: in the address, so that a reload comes back; and moves in the store."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from sim.errors import InputError
from sim.game.play import Game
from sim.game.store import Kept, Store
from sim.pages.words import plain

GAME, ROLE, LEAD = "game", "role", "lead"
"""Names in the address: the code of the game, the seat, and the facilitator's key."""

FACILITATOR, WALL = "facilitator", "wall"
"""What may stand for a role in the address."""

MINE = "my-seat"
"""Where a session keeps the same, for when one comes back from another page."""

OWN = "own-game"
"""Where a session keeps code and key of the game that it plays alone: one at a time."""

EVERY = 2.0
"""Seconds between two looks at what others did."""


class Place(NamedTuple):
    """Where a screen is: code, role and key, each perhaps empty."""

    code: str = ""
    role: str = ""
    key: str = ""


def here() -> Place:
    """The place that the address names, or else the one that this session was at."""
    told = Place(*(st.query_params.get(name, "") for name in (GAME, ROLE, LEAD)))
    if not told.code:
        told = st.session_state.get(MINE, Place())
    elif not told.key and st.session_state.get(MINE, Place()).code == told.code:
        told = told._replace(key=st.session_state[MINE].key)
    go(told)
    return told


def go(place: Place) -> None:
    """Put a place into the address and into the session."""
    st.session_state[MINE] = place
    for name, value in zip((GAME, ROLE, LEAD), place, strict=True):
        if not value:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def away(place: Place) -> None:
    """Go somewhere else, and draw it."""
    go(place)
    st.rerun()


def end_own() -> None:
    """Throw the game away that this session plays alone: another one takes its place."""
    Store().end(*st.session_state.pop(OWN, ("", "")))


def moved(place: Place, change: Callable[[Game], Game], lead: bool = False) -> None:
    """Carry out a move and draw what came of it; what the rules refuse is said."""
    try:
        Store().move(place.code, change, key=place.key if lead else None)
    except InputError as error:
        complain(error)
        return
    st.rerun()


def complain(error: InputError) -> None:
    """What was refused, in its own words."""
    st.error("  \n".join(map(plain, error.problems)))


def stage(game: Game) -> tuple[Any, ...]:
    """What makes a screen draw itself anew when somebody else changes it."""
    return game.year, game.closed, game.asked


@st.fragment(run_every=EVERY)
def watch(code: str, shown: tuple[Any, ...], draw: Callable[[Kept], None]) -> None:
    """Look every few seconds whether the game went on; then the whole page is drawn anew, else only `draw`."""
    try:
        kept = Store().get(code)
    except InputError:
        st.rerun()
    if stage(kept.game) != shown:
        st.rerun()
    draw(kept)


def decided(kept: Kept) -> None:
    """Who has decided this year and who is waited for."""
    game = kept.game
    if game.over or game.closed:
        return
    done = [game.name(role) for role in game.roles if role not in game.waiting]
    left = [game.name(role) for role in game.waiting]
    st.markdown(
        f"**{game.year}** · decided: {plain(', '.join(done)) or 'nobody yet'} · waiting for: "
        f"{plain(', '.join(left)) or 'nobody'}"
    )
