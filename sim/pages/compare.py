"""Two to four scenarios side by side: shipped ones, what the levers show, and settings that were pinned."""

from collections.abc import Mapping

import streamlit as st

from sim import evidence, frames, paired, shapes, side, side_words
from sim.charts import beside as drawn
from sim.outcomes import OUTCOMES
from sim.pages import levers, pins, screen, years
from sim.pages.words import badge, plain
from sim.question import BASELINE, Question
from sim.scenario import scenario_names
from sim.side import Column, Side

AGAINST, OF = "against", "of"
"""In the address: the scenario that all are compared with, by its key or as a pin; and what is told by ally."""

REFERENCE, PRESSED = "_against", "_against_pressed"
"""Where a session keeps the same reference, and the key of the buttons, which show its letter."""


ALLIES = {"spending": "share", "belief": "credibility_ally", "troops": "troops"}  # by the word in the address
ASKS = {
    "spending_europe_canada_share": "How much do Europe and Canada spend? (% of GDP)",
    "allies_at_threshold": "How many of {allies} allies reach the threshold?",
    "troops_europe": "How many US soldiers stand in Europe?",
}


def page() -> None:
    """The whole page."""
    asked = screen.asked()
    screen.question("Which policy does what?")
    left, middle, right = st.columns([5, 3, 1], vertical_alignment="top")
    with left:
        columns = choose(asked)
    with middle:
        reference = choose_reference(columns)
    found = screen.found(side.side, tuple(columns.values()), reference, asked.worlds, asked.seed)
    with right:
        year = years.choose("Which year?", found.years)
    screen.words(f"**{plain(side_words.summary(found, year, asked.worlds))}**")
    heads(found)
    effects(found, year)
    levels(found, year)
    allies(found, year)
    settings(found)
    outcomes(found, year)
    risks(found, year)
    regret(found, year)
    screen.footer(
        asked, {f"plan_{column.letter}": column.plan for column in found.columns}, found.starts,
        of=lambda: shapes.beside(list(columns.values()), reference, asked.worlds, asked.seed),
    )  # fmt: skip


# --- choices ------------------------------------------------------------------------------------------------------


def choose(asked: Question) -> dict[str, Question]:
    """The scenarios to compare by key or pin, in the order of their letters: chosen ones, then what is pinned."""
    if pins.WITH not in st.session_state and pins.WITH not in st.query_params:
        st.session_state[pins.WITH] = pins.chosen()
    keys = st.multiselect(
        "Which scenarios? (now: what the levers show)", [pins.NOW, *scenario_names()], default=list(pins.OPENS_ON),
        max_selections=side.MOST, key=pins.WITH, bind="query-params", wrap=True,
    )  # fmt: skip
    st.session_state[pins.KEPT] = list(keys)
    levers.check_address({pins.WITH: "&".join(keys)})
    questions = {key: asked if key == pins.NOW else Question(key) for key in keys}
    questions |= dict(zip(pins.pinned(), pins.questions(), strict=True))
    if not 1 <= len(questions) <= side.MOST:
        st.info(
            "Choose at least one scenario." if not questions else
            f"{len(questions)} scenarios, {len(pins.pinned())} of them pinned. Take some away: {side.MOST} stand side "
            "by side at most."
        )  # fmt: skip
        unpin(len(keys))
        levers.stop()
    unpin(len(keys))
    return questions


def unpin(first: int) -> None:
    """A button for each pin that takes it away."""
    if not pins.pinned():
        return
    with st.container(horizontal=True, gap="xsmall"):
        for place, text in enumerate(pins.pinned(), start=first):
            letter = side.LETTERS[place] if place < side.MOST else "a pin"
            st.button(f"Unpin {letter}", key=f"unpin-{text}", on_click=pins.take_away, args=(text,), help=plain(text))


def choose_reference(columns: Mapping[str, Question]) -> Question | None:
    """What all are compared with: the baseline, or one of them, which is named in the address and not by its letter."""
    letters = dict(zip(columns, side.LETTERS, strict=False))
    st.session_state[PRESSED] = st.session_state[REFERENCE] = reference = _reference(letters)
    st.segmented_control(
        "Compared with", list(dict.fromkeys([BASELINE, *columns])), required=True, key=PRESSED, on_change=_press,
        format_func=lambda text: letters[text] if text in letters and text != BASELINE else text,
        help="Differences are taken world by world, in the same luck.",
    )  # fmt: skip
    if reference == BASELINE:
        st.query_params.pop(AGAINST, None)
        return None
    if st.query_params.get(AGAINST) != reference:
        st.query_params[AGAINST] = reference
    if len(columns) == 1:
        st.caption("A alone has nothing to be compared with but the baseline.")
        return None
    return columns[reference]


def _press() -> None:
    st.session_state[REFERENCE] = st.session_state[PRESSED]


def _reference(letters: Mapping[str, str]) -> str:
    """What is compared with, by its key or pin: what was pressed, or what the address named at first.

    What is not there gives way to the baseline, aloud. A letter in an address is that of this moment.
    """
    told = st.session_state.get(REFERENCE) or st.query_params.get(AGAINST, BASELINE)
    st.session_state.address.pop(AGAINST, None)
    text = {letter: text for text, letter in letters.items()}.get(told, told)
    if text == BASELINE or text in letters:
        return text
    levers.refuse(f"{AGAINST}={told[:60]}: not among the scenarios. All are compared with the baseline.")
    return BASELINE


# --- what is compared ---------------------------------------------------------------------------------------------


def heads(found: Side) -> None:
    """Each scenario by letter, documents and what was changed."""
    with st.grid(len(found.columns), min_column_width=200, gap="xsmall", key="heads"):
        for column in found.columns:
            with st.container(border=True, gap="xxsmall", height="stretch"):
                screen.words(head(found, column))
    for sentence in side_words.twins(found):
        screen.note(plain(sentence))


def head(found: Side, column: Column) -> str:
    """One scenario in Markdown."""
    told = " · ".join(map(plain, column.changes)) or "nothing is changed"
    role = "" if column.apart else " (the reference)"
    return f"**{plain(column.title)}**{role}  \n:small[{plain(column.family)}  \n{told}]"


def settings(found: Side) -> None:
    """Only what differs."""
    screen.heading("What is set differently?")
    if found.levers.empty:
        screen.words("Nothing: these policies are the very same.")
        return
    screen.table("levers-beside", found.levers, f"Levers that differ between {found.reference} and the scenarios")


# --- charts -------------------------------------------------------------------------------------------------------


def effects(found: Side, year: int) -> None:
    """A panel for each headline outcome: paired differences with their bands."""
    screen.heading(f"How does each differ from {called(found)}, by {year}?", "judgement")
    rows = frames.of_year(found.effects, year)
    rows = rows[rows.letter.isin([column.letter for column in found.compared])]
    with st.grid(4, min_column_width=190, gap="xsmall", key="effects"):
        for name, specs in drawn.EFFECT.items():
            declared, own = paired.shown(name), rows[rows.outcome == name]
            with st.container(gap="xxsmall"):
                st.markdown(f"**{plain(declared.title)}**  \n:small[{plain(declared.change)}]")
                title = f"{declared.title}: difference to {called(found)} by {year}, {declared.change}"
                screen.chart(f"effect-{name}", own, specs, side_words.effects_words(own, name), title=title)
    screen.note(
        "World by world, in the same luck: the point is the median of the differences and the bar holds 90 of 100 "
        "worlds. Hollow and grey: worlds go both ways, so that no direction is clear. Axes are fixed; what "
        "lies beyond them is cut off. Allies are counted at the threshold of the row, under what it is compared with, "
        "too: that is not the difference of the numbers above. No difference between policies was ever scored."
    )


def called(found: Side) -> str:
    """The reference within a sentence."""
    return "the baseline" if all(column.apart for column in found.columns) else found.reference


def levels(found: Side, year: int) -> None:
    """Small multiples: a row an outcome, a panel a scenario, the same axes."""
    for name in side.LEVELS:
        declared = paired.shown(name)
        screen.heading(ASKS[name].format(allies=found.allies_in_all), "judgement")
        with st.grid(len(found.columns), min_column_width=200, gap="xsmall", key=f"levels-{name}"):
            for column in found.columns:
                rows = found.levels[(found.levels.outcome == name) & (found.levels.letter == column.letter)]
                with st.container(gap="xxsmall"):
                    st.markdown(f":small[**{column.letter}** {plain(column.family)}]")
                    screen.chart(
                        f"level-{name}-{column.letter}", rows, drawn.LEVEL[name],
                        side_words.levels_words(found, name, column, year), title=f"{declared.title}, {column.title}",
                        height=150,
                    )  # fmt: skip
    screen.note(
        f"Bands hold 50% and 90% of worlds, the line is their median. Dashed grey: median of {plain(called(found))}, "
        "whose allies are counted at the threshold of the scenario beside it. A colour is a family of documents: "
        "nothing is averaged over documents. The level of spending was scored, without a new policy: "
        f"{plain(evidence.series_words(evidence.AGGREGATE))}."
    )


def allies(found: Side, year: int) -> None:
    """Who gains and who loses, a panel a scenario."""
    screen.heading(f"Which allies win and lose, by {year}?", "judgement")
    word = st.segmented_control(
        "By what?", list(ALLIES), default=next(iter(ALLIES)), required=True, key=OF, bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    levers.check_address({OF: word})
    of = ALLIES[word or "spending"]
    declared, rows = paired.BY_ALLY[of], side_words.gains(found, of, year)
    with st.grid(len(found.compared), min_column_width=200, gap="xsmall", key="gains"):
        for column in found.compared:
            told = side_words.gains_words(found, of, year, column)
            with st.container(gap="xxsmall"):
                screen.words(f":small[{plain(told)}]")
                if len(rows):
                    title = f"{declared.title}, {declared.change}, {column.title}, by {year}"
                    own = rows[rows.letter == column.letter]
                    screen.chart(f"gain-{of}-{column.letter}", own, drawn.ALLY[of], f"{title}: {told}", title=title)
    screen.note(
        f"{plain(declared.title)}: difference to {plain(called(found))} in {declared.change}, world by world, median "
        "and 90% of worlds; hollow and grey where no direction is clear. More is not better by itself: an ally that "
        "spends more pays for it. Risks are told by front, never by ally."
        + (
            " Allies that never differ are left out; the axis of troops is stretched around 0."
            if of == "troops"
            else ""
        )
    )


# --- tables -------------------------------------------------------------------------------------------------------


def outcomes(found: Side, year: int) -> None:
    """The table of outcomes."""
    screen.heading(f"Differences to {called(found)}, world by world, by {year}: median (90% of worlds)", "judgement")
    screen.table("outcomes-beside", side_words.outcomes_told(found, year), "Differences by outcome and scenario")


def risks(found: Side, year: int) -> None:
    """The table of relative risks."""
    screen.heading(f"Risk of a limited attack since the start, as a multiple of that of {called(found)}", "judgement")
    screen.table("risks-beside", side_words.risks_told(found, year), "Relative risk by front, school and scenario")
    screen.note(
        f"By {year}: median (90% of the school's worlds). {frames.schools_words(found.risks)} "
        f"Deterrence was not scored and cannot be. {plain(evidence.DETERRENCE)}"
    )


def regret(found: Side, year: int) -> None:
    """What each policy would be regretted for."""
    screen.heading("What would each policy be regretted for?", "judgement")
    table = side_words.regret_told(found, year)
    if table is None:
        screen.words("No regret: these scenarios assume different worlds, and only policies in the same world compare.")
        return
    screen.table("regret", table, "Regret by policy and school")
    screen.note(
        f"{plain(OUTCOMES[side.REGRETTED].label.capitalize())}, on any ally, by {year}: part of 1 by which a policy "
        "exceeds the least risky one shown here in the same world; median of the school's worlds. "
        f"{badge('judgement')}: its level rests on the assumed anchor."
    )


if __name__ == "__main__":
    page()
