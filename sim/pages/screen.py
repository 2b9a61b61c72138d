"""What every page draws with: titles, charts and tables that can be taken away, answers that take their time, a footer.

What is drawn through this module is noted in the handout of the run, from which pictures, tables and the report of the
screen are made. A page that draws past it leaves its readers with nothing to take away.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from sim import shapes
from sim.charts import maps
from sim.errors import InputError, RunError
from sim.handout import Figure, Handout, Heading, Table, Words
from sim.pages import levers, waiting
from sim.pages.words import badge, badges, plain, theme
from sim.question import Question
from sim.shapes import Shapes

Specs = Mapping[str, Mapping[str, Any]]
"""A constant chart specification by theme: light and dark."""

Found = TypeVar("Found")

HANDOUT, TOP = "handout", "top"


def begin(top: Any = None) -> Handout:
    """A new handout for this run of the script; `top` is where the title stands."""
    st.session_state[HANDOUT], st.session_state[TOP] = Handout(), top
    return st.session_state[HANDOUT]


def handout() -> Handout:
    """The handout of this run."""
    return st.session_state[HANDOUT] if HANDOUT in st.session_state else begin()


def asked() -> Question:
    """The question that the levers pose."""
    return st.session_state.question


# --- answers ------------------------------------------------------------------------------------------------------


def found(function: Callable[..., Found], *args: Any, long: bool | None = None) -> Found:
    """What a function of the simulator answers; what it refuses is shown, and the page ends there.

    The function stands at the top of a module without Streamlit, and its arguments are hashable: a worker process
    answers it once for all who ask. Where it takes a while, its progress and a button to cancel it are shown; `long`
    is that of `jobs.ask`.
    """
    return _or_refused(waiting.answered, function, *args, long=long)


def read(function: Callable[..., Found], *args: Any) -> Found:
    """As `found`, for what is asked at once, here and each time: what stands on the disk may have changed."""
    return _or_refused(function, *args)


def _or_refused(function: Callable[..., Found], *args: Any, **more: Any) -> Found:
    try:
        return function(*args, **more)
    except (InputError, RunError) as error:
        st.error("This cannot be simulated.")
        for problem in getattr(error, "problems", None) or [str(error)]:
            st.text(problem)
        levers.stop()


# --- words --------------------------------------------------------------------------------------------------------


def question(words: str) -> None:
    """The question that the page answers: its title. Plain text."""
    handout().title = words
    with _top():
        st.markdown(f"##### {plain(words)}")


def _top() -> Any:
    """The place of the title, beside the menus; the page itself where the entry point has made none."""
    return st.session_state.get(TOP) or st.container()


def heading(words: str, known: str = "", more: str = "") -> None:
    """A heading in plain text, with the badge of how its numbers are known, and more of it in Markdown."""
    text = " ".join(filter(None, [plain(words), known and badge(known), more]))
    handout().add(Heading(text))
    st.markdown(f"###### {text}")


def words(markdown: str) -> None:
    """A paragraph in Markdown; what comes from files, addresses or people goes through `plain` first."""
    handout().add(Words(markdown))
    st.markdown(markdown)


def note(markdown: str) -> None:
    """A paragraph in small print, in Markdown."""
    handout().add(Words(markdown))
    st.caption(markdown)


def folded(title: str, key: str, markdown: str, **more: Any) -> None:
    """Small print that is drawn when it is opened, and is part of what can be taken away all the same."""
    handout().add(Words(markdown))
    part = st.expander(title, key=key, on_change="rerun", **more)
    if part.open:
        with part:
            st.caption(markdown)


# --- charts and tables --------------------------------------------------------------------------------------------


def chart(
    key: str, frame: pd.DataFrame, specs: Specs, alt: str, *, title: str = "", height: int | None = None, **more: Any
) -> Any:
    """Draw a chart and note it. `alt` is a sentence with the numbers; `more` goes to Streamlit, such as `on_select`.

    A chart has a CSS class `st-key-KEY`.
    """
    handout().add(Figure(key, title or alt.split(":")[0], frame, specs["light"], alt, height))
    if height is not None:
        more["height"] = height
    if "on_select" in more:
        return st.vega_lite_chart(frame, dict(maps.here(specs[theme()])), alt=alt, key=key, **more)
    with st.container(key=key):
        return st.vega_lite_chart(frame, dict(maps.here(specs[theme()])), alt=alt, **more)


def table(key: str, frame: pd.DataFrame, alt: str, *, title: str = "", **more: Any) -> Any:
    """Draw a table and note it; `more` goes to Streamlit, such as `column_config` or `height`."""
    handout().add(Table(key, title or alt, frame, alt))
    return st.dataframe(frame, **{"hide_index": True, "height": "content", "alt": alt, **more})


# --- footer -------------------------------------------------------------------------------------------------------


def footer(
    asked: Question,
    plans: str | Mapping[str, str],
    start: str | Mapping[str, str],
    *more: str,
    of: Callable[[], Shapes] | None = None,
) -> None:
    """What was run: ensemble, seed, vintage of the data, plans; then more in Markdown, and what the badges mean.

    `plans` is a digest, or several by the column of a file that they stand in; `start` the first quarter, or those of
    several scenarios by letter. `of` makes what the page is as file, command and cell; without it the page is about
    the question.
    """
    told = {"plan": plans} if isinstance(plans, str) else plans
    shown = list(dict.fromkeys(told.values()))
    stamp = f"{asked.worlds:,} simulated worlds, seed {asked.seed} · {vintage(start)} · plan {', '.join(shown)}"
    kept = handout()
    kept.plans, kept.stamp, kept.worlds = told, f"article5 · {stamp} · simulated, not a forecast", asked.worlds
    kept.shapes = of or partial(shapes.one, asked)
    marked = stamp.replace(", ".join(shown), ", ".join(f"`{plan}`" for plan in shown))
    st.caption(
        f"{marked}{''.join(f' · {words}' for words in more)}. {badges()} The difference that a policy makes is "
        f"{badge('judgement')} always. Simulated outcomes of stated assumptions, not a forecast."
    )


def vintage(start: str | Mapping[str, str]) -> str:
    """What is observed at the start of a run; of several, with their letters where they differ."""
    starts = {"": start} if isinstance(start, str) else start
    by_start: dict[str, list[str]] = {}
    for letter, quarter in starts.items():
        by_start.setdefault(quarter, []).append(letter)
    told = {quarter: f"spending up to {int(quarter[:4]) - 1}, US posture of {quarter}" for quarter in by_start}
    if len(told) == 1:
        return next(iter(told.values()))
    return "; ".join(f"{', '.join(by_start[quarter])}: {words}" for quarter, words in told.items())
