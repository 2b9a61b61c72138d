"""The entry point of the app: pages, and the lever panel that they share. `streamlit run app.py`."""

import gc
from pathlib import Path

import streamlit as st

import sim.pages
from sim.pages import bar, levers, passports, screen

PAGES = Path(sim.pages.__file__).parent


@st.cache_resource(show_spinner=False)
def freeze() -> None:
    """Keep what is loaded out of the garbage collection that follows every rerun: it takes 75 to 105 ms otherwise."""
    gc.collect()
    gc.freeze()


def main() -> None:
    """Draw the levers, then the page, then the passport that was asked for."""
    st.set_page_config(page_title="article5: a policy simulator", layout="wide", initial_sidebar_state="auto")
    page = st.navigation(
        [
            st.Page(PAGES / "explore.py", title="Explore", default=True),
            st.Page(PAGES / "documents.py", title="Documents"),
            st.Page(PAGES / "uncertainty.py", title="Uncertainty"),
            st.Page(PAGES / "evidence.py", title="Evidence"),
        ],
        position="top",
    )
    top, menus = st.columns([4, 1], vertical_alignment="top")
    screen.begin(top)
    st.session_state.question = levers.panel(page.url_path)
    page.run()
    with menus:
        bar.draw(st.session_state.question)
    passports.opened(st.session_state.question)
    freeze()


if __name__ == "__main__":
    main()
