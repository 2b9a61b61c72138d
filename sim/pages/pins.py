"""Pinned settings of the levers: kept in the address of every page, and set beside others on the page Compare."""

import streamlit as st

from sim import sharing, side
from sim.errors import InputError
from sim.pages import levers
from sim.question import STORY, Question

PIN, WITH, NOW = "pin", "with", "now"
"""In the address: settings, each as a link; shipped scenarios to compare; and among these what the levers show."""

OPENS_ON = (NOW, "eastern-withdrawal-considered", "no-active-plans")
"""What the page Compare opens on: the story, and two documents that disagree."""

KEPT = "kept_with"


def pinned() -> tuple[str, ...]:
    """The settings that are pinned, as links; at the start of a session those of the address that can be meant."""
    if PIN not in st.session_state:
        found: list[str] = []
        for text in st.query_params.get_all(PIN):
            if sharing.is_link(text):  # a whole address: what stands before its question mark would be passed over
                levers.refuse(f"{PIN}={text[:60]}: no settings of levers. Write one as scenario=placebo&threshold=3.5.")
                continue
            try:
                text = _text(sharing.from_link(text))
            except InputError as error:
                levers.refuse(*(f"{PIN}: {problem}" for problem in error.problems))
                continue
            if len(found) == side.MOST and text not in found:
                levers.refuse(f"{PIN}={text[:60]}: left out, {side.MOST} stand side by side at most.")
            elif text not in found:
                found.append(text)
        st.session_state[PIN] = tuple(found)
    return st.session_state[PIN]


def questions() -> list[Question]:
    """What is pinned, as questions."""
    return [sharing.from_link(text) for text in pinned()]


def chosen() -> list[str]:
    """The shipped scenarios that were last chosen to compare, NOW among them."""
    return list(st.session_state.get(KEPT, OPENS_ON))


def panel(asked: Question) -> None:
    """The button that pins what the levers show, for the lever panel of every page."""
    texts = pinned()
    full, there = len(texts) >= side.MOST, _text(asked) in texts
    st.button(
        "Pin to compare", on_click=_add, args=(asked,), width="stretch", key="pin-levers",
        disabled=full or there,
        help=f"{side.MOST} are pinned: take one away on the page Compare." if full
        else "These are pinned already." if there
        else "Keeps these settings in the address, to set them beside others on the page Compare.",
    )  # fmt: skip
    in_address()


def in_address() -> None:
    """Write what is pinned into the address."""
    texts = list(pinned())
    if texts and st.query_params.get_all(PIN) != texts:
        st.query_params[PIN] = texts
    elif not texts:
        st.query_params.pop(PIN, None)


def _text(asked: Question) -> str:
    """The levers of a question as a link that is never empty; worlds and seed are common to all that is compared."""
    return sharing.short_link(Question(asked.scenario, asked.levers, asked.withdrawal)) or f"{sharing.SCENARIO}={STORY}"


def _add(asked: Question) -> None:
    """Pin the levers; the last shipped scenarios of the page Compare make room, and that is said."""
    try:
        st.session_state[PIN] = (*pinned(), _text(asked))
    except InputError as error:
        levers.refuse(*error.problems)
        return
    kept = chosen()
    while len(kept) + len(pinned()) > side.MOST and kept:
        gone = kept.pop() if kept[-1] != NOW or len(kept) == 1 else kept.pop(-2)
        name = "what the levers show now" if gone == NOW else levers.title(gone)
        levers.refuse(f"Compare: {name} makes room for what you pinned. {side.MOST} stand side by side at most.")
    st.session_state[KEPT] = kept
    if WITH in st.session_state:
        st.session_state[WITH] = kept


def take_away(text: str) -> None:
    """Unpin a setting."""
    st.session_state[PIN] = tuple(other for other in pinned() if other != text)
