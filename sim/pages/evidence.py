"""What stands behind the numbers: tests, documents, parameters, laws, the model card."""

from collections.abc import Callable, Mapping

import streamlit as st

from sim.pages import evidence_laws, evidence_sources, evidence_tests, levers, screen

PART = "part"

PARTS: Mapping[str, tuple[str, Callable[[], None]]] = {
    "Tests": ("What has been tested, and what has not?", evidence_tests.draw),
    "Documents": ("What do the documents say, who says it, and how firmly?", evidence_sources.documents),
    "Parameters": ("Where does each parameter come from?", evidence_sources.parameters),
    "Laws": ("Does the model keep its own laws near this scenario?", evidence_laws.draw),
    "Model card": ("What is this model, in one page?", evidence_laws.model_card),
}
"""Parts of the page: the question that each answers, and what draws it."""


def page() -> None:
    """One part at a time."""
    part = st.segmented_control(
        "What do you want to see?", list(PARTS), default="Tests", required=True, key=PART, bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    words, draw = PARTS[part]
    screen.question(words)
    levers.check_address({PART: part})
    draw()


if __name__ == "__main__":
    page()
