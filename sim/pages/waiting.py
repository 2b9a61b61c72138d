"""What a page shows while an answer is worked out: how far it is, and a button that cancels it."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim import jobs
from sim.pages import levers

Found = TypeVar("Found")

PATIENCE = 0.5
"""Seconds after which progress is shown: below, it would only flicker."""

LOOK = 0.05
"""Seconds between two looks at whether the reader has moved on."""

BREATH = 0.12
"""Seconds in which a browser paints the top of a page before the rest comes."""

PAINTED = "painted"
"""Where a session notes what the top of its page is about."""

GIVEN_UP = "given-up"
"""Where a session notes the question that its reader cancelled."""


def answered(function: Callable[..., Found], *args: Any, long: bool | None = None) -> Found:
    """What a function answers, from the shared workers; the run ends here where the reader cancelled it.

    Raises what the function raises, and RunError when the worker died.
    """
    asked, place = (function.__module__, function.__qualname__, *args), st.empty()
    if st.session_state.get(GIVEN_UP) == asked:
        with place.container():
            st.info("Cancelled. Change a lever, or ask again.")
            st.button("Ask again", key="ask-again", on_click=_note, args=(None,))
        levers.stop()
    with jobs.ask(function, *args, long=long, asker=_session()) as job:
        _wait(job, asked, place)
        return job.result()


def _wait(job: jobs.Job, asked: Any, place: Any) -> None:
    """Wait for a job. A newer run of the script ends this one at any look, and with it this asker's interest."""
    since = time.monotonic()
    while not job.wait(LOOK):
        GIVEN_UP in st.session_state  # noqa: B015 - here Streamlit can end this run for a newer one
        if time.monotonic() - since > PATIENCE:
            break
    else:
        return
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, _words(job))
        st.button("Cancel", key=f"cancel-{hash(asked)}", on_click=_note, args=(asked,))
    shown = ""
    while not job.wait(4 * LOOK):
        if (words := _words(job)) != shown:
            shown = words
            bar.progress(job.part, words)
        GIVEN_UP in st.session_state  # noqa: B015
    place.empty()


def breath(of: Any) -> None:
    """Have what was drawn so far seen before the rest of the page comes; a newer run ends this one here.

    `of` is what it is about: a run that changes nothing there, such as one that opens a menu, goes straight on.

    A browser paints nothing before it has taken in all that lies ready: one third of the time from a lever to the
    first chart is what stands below it.
    """
    if st.session_state.get(PAINTED) == of or not jobs.workers_wanted():  # answered in place: no browser waits
        return
    until = time.monotonic() + BREATH
    while time.monotonic() < until:
        time.sleep(max(min(LOOK, until - time.monotonic()), 0.0))
        GIVEN_UP in st.session_state  # noqa: B015
    st.session_state[PAINTED] = of


def _words(job: jobs.Job) -> str:
    if not job.begun:
        return "Waiting for others to finish…"
    return f"Simulating… {job.part:.0%}" if job.part else "Simulating…"


def _note(asked: Any) -> None:
    st.session_state[GIVEN_UP] = asked


def _session() -> str | None:
    """The session that asks, if any: a download asks from no session."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else None
