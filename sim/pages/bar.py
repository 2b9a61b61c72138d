"""What every page offers beside its title: share what is on screen, and take it away."""

from urllib.parse import urlencode

import streamlit as st

from sim import handout, printed, tables
from sim.errors import InputError
from sim.handout import Figure, Handout, Table
from sim.pages import screen
from sim.pages.words import plain
from sim.question import STORY
from sim.sharing import FILE, SCENARIO

LEAD = "lead"
"""The key of a game's facilitator in the address: never in what is shared."""

FORMATS: dict[handout.Format, str] = {"png": "image/png", "svg": "image/svg+xml"}


def draw() -> None:
    """Both menus; what is in them is made when they are opened, and files when they are asked for."""
    with st.container(horizontal=True, width=210, gap="xsmall", key="bar"):
        share = st.popover("Share", key="share", on_change="rerun", help="Link, file, command and notebook cell")
        take = st.popover("Take away", key="take", on_change="rerun", help="Report, pictures and tables")
    if share.open:
        with share:
            _share(screen.handout())
    if take.open:
        with take:
            _take(screen.handout())


def _share(shown: Handout) -> None:
    """What is on the screen in up to four shapes; each has a button that copies or downloads it."""
    st.markdown("**Link** to this screen, with all that was changed")
    st.code(_address(LEAD), language=None, wrap_lines=True)
    st.caption("Whoever opens it has to reach this app; the shapes below work everywhere.")
    if st.query_params.get(LEAD):
        st.markdown("**Your own link**, private: whoever has it decides in your place")
        st.code(_address(), language=None, wrap_lines=True)
    try:
        shapes = shown.shapes()
    except InputError as error:
        for problem in error.problems:
            st.text(problem)
        return
    if shapes.files:
        several = len(shapes.files) > 1
        st.markdown(f"**Scenario file{'s' if several else ''}**, to edit and to open again")
    for number, (name, text) in enumerate(shapes.files):
        st.download_button(
            f"Download {name}" if several else "Download the file", text, name, "application/yaml",
            on_click="ignore", key=f"share-file-{number}" if several else "share-file", width="stretch",
        )  # fmt: skip
    if shapes.commands:
        st.markdown("**Command line**, for the same numbers")
    for command in shapes.commands:
        st.code(command, language=None, wrap_lines=True)
    if shapes.cell:
        st.markdown("**Notebook cell**")
        st.code(shapes.cell, language=None, wrap_lines=True)


def _address(*without: str) -> str:
    """The address of the screen, without these names."""
    place = (st.context.url or "").split("?")[0]
    told = {n: st.query_params.get_all(n) for n in st.query_params if n not in without}
    if not {FILE, SCENARIO} & set(told):  # said aloud: another release may open on another story
        told = {SCENARIO: [STORY]} | told
    query = urlencode(told, doseq=True)
    return f"{place}?{query}"


def _take(shown: Handout) -> None:
    """The report, then each chart and table."""
    st.markdown("**Report of this screen**, one file to send on or to print")
    st.download_button(
        "Download the report (HTML)", lambda: printed.report(shown), "article5-report.html", "text/html",
        on_click="ignore", key="take-report", width="stretch",
    )  # fmt: skip
    st.markdown("**Charts and tables**, with the digest of the plan")
    for number, part in enumerate(part for part in shown.parts if isinstance(part, (Figure, Table))):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(plain(part.title[:60]), width="stretch")
            if isinstance(part, Figure):
                for kind, mime in FORMATS.items():
                    st.download_button(
                        kind.upper(), _picture(part, shown, kind), f"article5-{part.key}.{kind}", mime,
                        on_click="ignore", key=f"take-{number}-{kind}",
                    )  # fmt: skip
            st.download_button(
                "CSV", _csv(part, shown), f"article5-{part.key}.csv", "text/csv", on_click="ignore",
                key=f"take-{number}-csv",
            )  # fmt: skip


def _picture(part: Figure, shown: Handout, kind: handout.Format):
    return lambda: handout.picture(part, shown.stamp, kind)


def _csv(part: Figure | Table, shown: Handout):
    return lambda: tables.csv(part.frame, shown.plans)
