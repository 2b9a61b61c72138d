"""Documents with their facts, and all parameters with their passports."""

import streamlit as st

from sim import sourced
from sim.pages import passports, screen
from sim.pages.words import plain


def documents() -> None:
    """Each document with what it says, in our words; what each fact moves; then publications."""
    screen.note(
        "Facts stand here in our own words, numbers as printed. A fact that is considered, reported or denied is no "
        "decision: how often it comes about is drawn anew in every world."
    )
    for document in sourced.documents():
        screen.heading(f"{document.number}: {document.title}", more=f":small[{plain(document.kind)}, {document.date}]")
        if document.note:
            screen.note(plain(document.note))
        screen.table(
            f"facts-{document.number}", document.facts, f"Facts of document {document.number}",
            column_config={"what it says, in our words": st.column_config.TextColumn(width="large")},
        )  # fmt: skip
    screen.heading("Publications that parameters are taken from")
    screen.table("publications", sourced.publications(), "Publications, and what is taken from each")


def parameters() -> None:
    """Every lever and uncertainty with range, evidence class and sources; a passport is opened from the list."""
    screen.words(sourced.counted())
    left, right = st.columns([1, 2], gap="medium")
    with left:
        passports.choose(every=True)
    right.caption("A passport holds all that is known of a parameter, and what moves between both ends of its range.")
    screen.table(
        "parameters", sourced.parameters(), "All levers and uncertainties with their sources", height=560,
        column_config={"meaning": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
