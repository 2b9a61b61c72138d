"""The year that a page is about: chosen on one page, it is kept on all."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from sim import frames
from sim.pages import levers

YEAR = "year"
"""In the address."""

WISH, DRAWN = "_year", "_years"
"""Where a session keeps the year that was chosen, None for the last of each page, and where it was last offered."""


def choose(label: str, of: Iterable[int], **more: Any) -> int:
    """A drop-down of the years that a page offers among `of`; `more` goes to Streamlit.

    A year that was chosen stands wherever it is offered; elsewhere the nearest one stands, and that is said.
    """
    years = frames.years(of)
    place = st.session_state.get(levers.PAGE), tuple(years)
    due = _due(years) if DRAWN in st.session_state else None
    if due is not None and st.session_state[DRAWN] != place:
        st.session_state[YEAR] = due
        if st.session_state[WISH] not in (None, due):
            levers.refuse(f"{YEAR}={st.session_state[WISH]}: not offered here, {due} is shown.")
    year = st.selectbox(label, years, index=len(years) - 1, key=YEAR, bind="query-params", **more)
    levers.check_address({YEAR: year})
    if year != (years[-1] if due is None else due):
        st.session_state[WISH] = year
    st.session_state.setdefault(WISH, None)
    st.session_state[DRAWN] = place
    return year


def _due(years: list[int]) -> int:
    """The year that stands where the reader changes nothing."""
    wish = st.session_state[WISH]
    return years[-1] if wish is None else min(years, key=lambda year: abs(year - wish))
