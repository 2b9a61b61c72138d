"""The entry point of the app: pages, and the lever panel that they share. `streamlit run app.py`."""

import gc
from pathlib import Path

import streamlit as st

import sim.pages
from sim import charts
from sim.pages import bar, levers, passports, pins, screen, words

STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding-left: 1.5rem; padding-right: 1.5rem }
[data-testid="stMarkdownContainer"] h5 { font-size: 1.22rem; padding-bottom: 0 }
[data-testid="stMarkdownContainer"] h6 { font-size: 1.05rem }
[data-testid="stMarkdownContainer"] p { line-height: 1.42 }
[data-testid="stCaptionContainer"] { opacity: 1; color: %(quiet)s }
.st-key-panels { overflow-x: auto }
@media (max-width: 640px) { [data-testid="stMarkdownContainer"] h5 { padding-bottom: 0.5rem } }
</style>"""
"""Room for two columns on a laptop, and titles that leave it to the charts. Small print is grey and not pale, so that
marks within it can be read."""

ON_BRIGHT = """<style>
[data-testid="stBaseButton-primary"] p, [data-testid="stMultiSelect"] [data-tag] { color: #111111 }
[data-testid="stMultiSelect"] [data-tag] button { color: #111111 }
</style>"""
"""On the dark theme's bright blue Streamlit writes in white, which few can read."""

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
            st.Page(PAGES / "compare.py", title="Compare"),
            st.Page(PAGES / "allies.py", title="Allies"),
            st.Page(PAGES / "posture.py", title="Posture"),
            st.Page(PAGES / "uncertainty.py", title="Uncertainty"),
            st.Page(PAGES / "evidence.py", title="Evidence"),
            st.Page(PAGES / "world.py", title="One world"),
            st.Page(PAGES / "batch.py", title="Batch results"),
            st.Page(PAGES / "seat.py", title="Take a seat"),
        ],
        position="top",
    )
    st.html(STYLE % charts.PALETTES[words.theme()] + (ON_BRIGHT if words.theme() == "dark" else ""))
    top, menus = st.columns([4, 1.15], vertical_alignment="top", gap="small")
    screen.begin(top)
    st.session_state.question = levers.panel(page.url_path, more=pins.panel)
    levers.place(st.container())
    page.run()
    levers.tell()
    with menus:
        bar.draw()
    passports.opened(st.session_state.question)
    freeze()


if __name__ == "__main__":
    main()
