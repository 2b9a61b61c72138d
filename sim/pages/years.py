"""The year that a page is about: chosen on one page, it is kept on all."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from sim import frames
from sim.pages import levers

YEAR = "year"
"""In the address."""

WISH, WRITTEN, DRAWN = "_year", "_year_written", "_year_drawn"
"""Where a session keeps the year that was chosen, None for the last of each page; what it wrote into the address; and
the page that offered years last, with them.
"""


def choose(label: str, of: Iterable[int], **more: Any) -> int:
    """A drop-down of the years that a page offers among `of`; `more` goes to Streamlit.

    A year that was chosen stands wherever it is offered; elsewhere the nearest one stands, and that is said. The
    control is not bound to the address: Streamlit leaves a bound value out of the address of the next page.
    """
    years = frames.years(of)
    _read(years)
    wish, place = st.session_state[WISH], (st.session_state.get(levers.PAGE), *years)
    year = years[-1] if wish is None else min(years, key=lambda offered: abs(offered - wish))
    if st.session_state.get(DRAWN) != place and wish not in (None, year):
        levers.refuse(f"{YEAR}={wish}: not offered here, {year} is shown.")
    st.session_state[DRAWN], st.session_state[YEAR] = place, year
    st.selectbox(label, years, key=YEAR, on_change=_take, **more)
    levers.check_address({YEAR: year})
    _write("" if year == years[-1] else str(year))
    return year


def _take() -> None:
    st.session_state[WISH] = st.session_state[YEAR]


def _read(years: list[int]) -> None:
    """Take a year from an address that is not of our writing: the first one, or one that a browser goes back to."""
    told = st.query_params.get(YEAR, "")
    st.session_state.setdefault(WISH, None)
    if told != st.session_state.get(WRITTEN, "") and told in map(str, years):
        st.session_state[WISH] = int(told)


def _write(text: str) -> None:
    """Put a year into the address, or take it away."""
    st.session_state[WRITTEN] = text
    if not text:
        st.query_params.pop(YEAR, None)
    elif st.query_params.get(YEAR) != text:
        st.query_params[YEAR] = text
