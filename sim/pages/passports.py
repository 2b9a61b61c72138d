"""Passports on the screen: all that is known about one lever or uncertainty, computed only when it is opened."""

from base64 import b64encode
from dataclasses import replace

import pandas as pd
import streamlit as st

from sim import charts
from sim.controls import CONTROLS
from sim.errors import InputError
from sim.pages.words import plain, theme
from sim.params import uncertainties
from sim.passport import (
    MOVE_HEAD,
    Density,
    Effects,
    Passport,
    curve,
    end,
    move_cells,
    moved_words,
    passport,
    rows,
    said,
)
from sim.passport import split as by_size
from sim.question import Question

ASKED = "passport_of"

_CARD = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" viewBox="0 0 20 20" '
    'fill="none" stroke="{colour}" stroke-width="1.6">'
    '<rect x="1" y="3" width="18" height="14" rx="2"/><circle cx="7" cy="8.4" r="2"/>'
    '<path d="M3.6 13.8c.6-1.9 1.8-2.6 3.4-2.6s2.8.7 3.4 2.6M12.6 7.8h4M12.6 11.6h4"/></svg>'
)
_MARKS = {
    theme: "data:image/svg+xml;base64," + b64encode(_CARD.format(colour=colours["quiet"]).encode()).decode()
    for theme, colours in charts.PALETTES.items()
}


def mark(words: str) -> str:
    """A card as the label of a button; the words are its name for those who do not see it, and its tooltip."""
    return f'![{words}]({_MARKS[theme()]} "{words}")'


def ask(name: str) -> None:
    """Open a passport at the end of this run."""
    st.session_state[ASKED] = name


def choose(every: bool = False) -> None:
    """A choice among the uncertainties, which have no slider; with `every` among the levers, too."""
    st.selectbox(
        "Open a passport", [*(CONTROLS if every else ()), *uncertainties()], index=None,
        placeholder="Open the passport of…",
        format_func=lambda name: name.replace("_", " "), key="uncertain", on_change=_chosen,
        label_visibility="collapsed",
    )  # fmt: skip


def _chosen() -> None:
    if st.session_state.uncertain is not None:
        ask(st.session_state.uncertain)
        st.session_state.uncertain = None


def opened(asked: Question) -> None:
    """The passport that was asked for, if any, in the scenario as it stands."""
    name = st.session_state.pop(ASKED, None)
    if name is not None:
        st.dialog(plain(f"Passport: {name.replace('_', ' ')}"), width="large")(_dialog)(name, asked)


def _dialog(name: str, asked: Question) -> None:
    try:
        with st.spinner("Playing both ends…"):
            plan = asked.resolved().plan()
            moved = asked.levers or asked.withdrawal is not None
            own = passport(name, replace(plan, name=f"{plan.name}, changed") if moved else plan)
    except InputError as error:
        st.error("This has no passport here.")
        for problem in error.problems:
            st.text(problem)
        return
    show(own)


def show(own: Passport) -> None:
    """What the command line prints, with the density as a chart."""
    st.markdown(f"**{plain(own.about)}.**")
    st.markdown("  \n".join(f"**{word.capitalize()}:** {plain(told)}" for word, told in rows(own)))
    densities(own)
    st.markdown("##### Where it comes from")
    st.markdown("\n".join(f"- **{row['kind']}**: {plain(said(row))}" for row in own.sources))
    st.markdown("##### What it moves")
    for effects in own.effects:
        moves(own, effects)
    st.caption(
        "The same worlds are played with it at both ends of its range, and all else as it stands here. Means over "
        "worlds. Worlds: how many differ. Size: root mean square of the differences over the spread of all values; "
        "0 is no effect, 2 means that nothing else matters. No effect was ever scored, and a good "
        "hindcast of spending says nothing about deterrence."
    )


def densities(own: Passport) -> None:
    """How likely each value is, a panel for each school where they differ."""
    if not own.densities:
        return
    st.markdown("##### How likely is each value?")
    with st.grid(min(len(own.densities), 2), min_column_width=220, gap="xsmall", key="densities"):
        for density in own.densities:
            spec = charts.DENSITY[theme()]
            spec = charts.titled(spec, density.school.capitalize()) if density.school else spec
            st.vega_lite_chart(curve(own, density), spec, height=110, alt=_words(own, density))
    unit = "" if own.unit == "0 to 1" else f", {plain(own.unit)}"
    st.caption(
        f"Height: how likely, relative to the likeliest value. Dashed: the median. Axis: {plain(own.name)}{unit}."
    )


def _words(own: Passport, density: Density) -> str:
    school = f" in the {density.school} school" if density.school else ""
    return f"Prior of {own.name}{school}: {end(own.low)} to {end(own.high)}, median {end(density.median)}; {own.prior}"


def moves(own: Passport, effects: Effects) -> None:
    """The outcomes that move between both ends of the range."""
    st.markdown(plain(moved_words(own, effects)))
    clear, hardly = by_size(effects.moves)
    if clear:
        table = pd.DataFrame([move_cells(move) for move in clear], columns=MOVE_HEAD)
        st.dataframe(
            table, hide_index=True, height="content", alt=f"Outcomes that {own.name} moves, the largest effect first"
        )
    if hardly:
        st.markdown(f"Hardly: {plain(', '.join(move.label for move in hardly))}.")
