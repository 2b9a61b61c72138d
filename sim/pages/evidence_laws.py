"""The laws of the model, held to examples near the scenario; the model card."""

import re

import pandas as pd
import streamlit as st

from sim import card, certified, shapes
from sim.pages import screen
from sim.pages.words import plain

EXAMPLES = (5, 20)


def draw() -> None:
    """Ask first, since it takes its time: then each law with the number of examples, and what breaks it."""
    asked = screen.asked()
    screen.note(
        "A certificate holds every law of the model to examples near the scenario as it stands: levers moved a little, "
        "uncertainties fixed, other schools, shorter horizons, other seeds. An example that breaks a law refutes it; "
        "examples that do not are no proof."
    )
    examples = st.segmented_control("How many examples for each law?", EXAMPLES, default=EXAMPLES[0], required=True,
                                    key="examples", format_func=lambda n: f"{n} examples")  # fmt: skip
    st.button("Check the laws", key="certify", type="primary", on_click=_wanted, args=(asked, examples))
    if st.session_state.get("certified") != (asked, examples):
        return
    found = screen.found(certified.certified, asked, examples)
    screen.heading(found.verdict)
    screen.table("laws", found.laws, "The laws, how many examples each was held to, and whether it held")
    for failure in found.failures:
        screen.words(plain(failure))
    st.download_button(
        "Download the certificate (Markdown)", found.text, "article5-certificate.md", "text/markdown",
        on_click="ignore", key="certificate-md",
    )  # fmt: skip
    st.caption("The same again on the command line:")
    st.code(found.command, language=None, wrap_lines=True)
    screen.footer(asked, found.plan, found.start, of=lambda: shapes.certified(asked, found.command))


def _wanted(asked, examples: int) -> None:
    st.session_state["certified"] = (asked, examples)


def model_card() -> None:
    """The card to read and to take away."""
    text = card.text()
    st.download_button(
        "Download the model card (Markdown)", text, "article5-card.md", "text/markdown", on_click="ignore",
        key="card-md",
    )  # fmt: skip
    for number, block in enumerate(text.split("\n\n")):
        _block(block, number)


def _block(block: str, number: int) -> None:
    """A paragraph, a list or a heading of the card; a table in a frame of its own, which a narrow screen can scroll."""
    if block.startswith("| "):
        head, _, *rows = ([cell.strip() for cell in line.strip("| ").split(" | ")] for line in block.splitlines())
        screen.table(f"card-{number}", pd.DataFrame(rows, columns=head), "Scores by series")
    elif block.startswith("#"):
        screen.heading(re.sub("^#+ ", "", block))
    else:
        screen.words(block)
