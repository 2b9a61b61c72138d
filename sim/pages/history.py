"""What the levers asked before: undo and redo. A session keeps questions and never results."""

import streamlit as st

from sim.question import Question

MOST = 50
"""Changes that can be taken back."""

PAST, NOW, FUTURE = "past", "now", "future"


def note(asked: Question) -> None:
    """Remember a question that differs from the last one."""
    last = now()
    if asked == last:
        return
    if last is not None:
        st.session_state[PAST] = [*past(), last][-MOST:]
        st.session_state[FUTURE] = []
    st.session_state[NOW] = asked


def now() -> Question | None:
    """What was asked last."""
    return st.session_state.get(NOW)


def past() -> list[Question]:
    """What was asked before, the last one at the end."""
    return st.session_state.get(PAST, [])


def future() -> list[Question]:
    """What was taken back, the next one at the end."""
    return st.session_state.get(FUTURE, [])


def back() -> Question | None:
    """The question before this one, which is now the one asked."""
    return _move(PAST, FUTURE)


def forward() -> Question | None:
    """The question that was taken back last, which is now the one asked."""
    return _move(FUTURE, PAST)


def _move(source: str, target: str) -> Question | None:
    left = list(st.session_state.get(source, []))
    if not left:
        return None
    found = left.pop()
    kept = [*st.session_state.get(target, []), st.session_state[NOW]][-MOST:]
    st.session_state.update({source: left, target: kept, NOW: found})
    return found
