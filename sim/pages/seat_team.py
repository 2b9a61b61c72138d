"""A team's seat: its role card, what it sees, what it decides, and what came of it."""

import streamlit as st

from sim import game
from sim.charts.seat import OWN
from sim.controls import CONTROLS
from sim.game.play import ASKED, ASKED_WORDS, LONGEST_NAME, LONGEST_WHY, WAYS, Game
from sim.game.roles import UNITED_STATES
from sim.game.seeing import Seat, history_words
from sim.pages import levers, screen, seat_shown, seat_store
from sim.pages.seat_store import Place
from sim.pages.words import plain
from sim.rules.burden import HIGHEST_SHARE, LOWEST_SHARE

STEP = 0.05
"""Step of the slider of a budget, pp of GDP."""


def draw(place: Place, here: Game, alone: bool, reads: bool = False) -> None:
    """The whole view of a seat: of whoever plays `alone`, of a team at a table, or of one who only `reads` along."""
    name = here.name(place.role)
    seat_shown.hand_over(here)
    if here.over:
        screen.question(f"How did {name} play?")
        back(place, alone)
        seat_shown.came(here, place.role)
        seat_shown.debrief(here)
        return
    screen.question(f"What does {name} decide for {here.year}?")
    if reads:
        screen.note("You look on: only whoever began this game decides.")
    elif not alone:
        seat_store.watch(place.code, seat_store.stage(here), seat_store.decided)
    if here.revealed >= here.first:
        with st.container(border=True):
            seat_shown.came(here, place.role)
    found: Seat = screen.found(game.seat, game.past(here), place.role)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        sees(found, here.year == here.first)
    with right, st.container(border=True, key="decision"):
        if reads:
            st.markdown(f"**{plain(name)} has not decided yet.** Load this page again to see what came of it.")
        elif here.closed:
            st.markdown(f"**{here.year} is closed.** What came of it will be revealed to all at once.")
        else:
            decision(place, here, found, alone)
    if here.revealed >= here.first:
        if alone and st.toggle("Show the debrief so far", key="debrief"):
            seat_shown.debrief(here)
        else:
            seat_shown.wall(here, screen.found(game.wall, game.past(here)))
    if alone:
        if here.year > here.first:
            back(place, alone)
        seat_shown.take(here, place.code)


def sees(found: Seat, first: bool) -> None:
    """Role card, news, the facts, its own spending, and what all report."""
    with st.expander("Your role", expanded=first):
        for line in found.card:
            screen.words(plain(line))
    screen.heading("What has happened")
    screen.words("  \n".join(f"- {plain(line)}" for line in found.news) if found.news else "Nothing that all noticed.")
    screen.heading("What you see")
    screen.table("facts", found.facts, f"What {found.name} sees at the start of {found.year}", title="What you see")
    if not found.history.empty:
        screen.heading("What you spent, and what you are asked for")
        screen.chart(
            "own-spending", found.history, OWN, history_words(found), height=190,
            title=f"{found.name}: spent (line) and asked for (dashed), % of GDP",
        )  # fmt: skip
        screen.note("Line with points: your spending, % of GDP. Dashed: what you are asked for.")
    with st.expander("What all allies report"):
        shown = found.reported.assign(you=found.reported.you.map({True: "you", False: ""}))
        screen.table(
            "reported", shown, f"What allies report for {found.year - 1}, % of GDP", title="Reports of all allies",
            column_config={
                "last": st.column_config.NumberColumn(f"reported {found.year - 1}, % of GDP", format="%.2f"),
                "change": st.column_config.NumberColumn("change, pp", format="%+.2f"),
                "line": st.column_config.NumberColumn("asked for, % of GDP", format="%.2f"),
            },
        )  # fmt: skip


def decision(place: Place, here: Game, found: Seat, alone: bool) -> None:
    """Sliders, a guess, and the button that decides."""
    made = here.choice(place.role)
    screen_year = f"{place.role}-{here.year}"
    spending, moved = None, {}
    if place.role == UNITED_STATES:
        moved = set_levers(found, dict(made.levers) if made else {}, screen_year)
    else:
        start = made.spending if made and made.spending is not None else round((found.last_share or 0) / STEP) * STEP
        spending = st.slider(
            f"Spend in {here.year}", LOWEST_SHARE, HIGHEST_SHARE, float(round(start, 2)), STEP, format="%.2f%% of GDP",
            key=f"spend-{screen_year}", help=f"Last year: {found.last_share:.2f}% of GDP",
        )  # fmt: skip
    guess = guessed(place, here, screen_year)
    who = "" if alone else st.text_input("Your team", made.who if made else st.session_state.get("team", ""),
                                         LONGEST_NAME, key=f"who-{screen_year}")  # fmt: skip
    why = st.text_input("Why? (for the debrief)", made.why if made else "", LONGEST_WHY, key=f"why-{screen_year}")

    def change(now: Game) -> Game:
        now = game.decide(now, place.role, spending, moved, who, why)
        now = game.guess(now, place.role, guess) if guess else now
        return game.reveal(game.close(now)) if alone else now

    words = f"Decide, and see what comes of {here.year}" if alone else "Decide" if made is None else "Change it"
    if st.button(words, type="primary", key="decide", width="stretch"):
        st.session_state.team = who
        seat_store.moved(place, change, lead=alone)
    if made and not alone:
        st.markdown("**Decided.** You can change it until the year is closed.")
    elif not alone:
        st.caption("Who does not decide leaves the year to the model.")
    if place.role == UNITED_STATES:
        st.caption("It takes effect after the budgets of the year; allies answer it in the next one.")


def set_levers(found: Seat, made: dict[str, float], where: str) -> dict[str, float]:
    """The open levers of the United States; those that were moved."""
    moved = {}
    for row in found.in_force.itertuples():
        control = CONTROLS[row.lever]
        kind = int if control.unit == "persons" else float
        value = st.slider(
            f"{levers.short(row.lever)} (now {row.value:,g})", kind(row.low), kind(row.high),
            kind(made.get(row.lever, row.value)), kind(row.step), format=levers.FORMATS.get(row.unit),
            key=f"lever-{row.lever}-{where}", help=plain(f"{row.about} ({row.unit})."),
        )  # fmt: skip
        if value != row.value:
            moved[row.lever] = float(value)
    return moved


def guessed(place: Place, here: Game, where: str) -> str | None:
    """What the seat expects before it sees what comes."""
    made = here.guess(place.role)
    return st.segmented_control(
        f"Your guess: {ASKED_WORDS[here.asked]}, by the end of {here.year}", WAYS,
        default=made.way if made else None, format_func=seat_shown.WAY_WORDS.__getitem__, key=f"guess-{where}",
        help=f"Against the end of {here.year - 1}, in our world. Up to {ASKED[here.asked]:g} counts as the same.",
    )  # fmt: skip


def back(place: Place, alone: bool) -> None:
    """Whoever plays alone can take the last year back."""
    if alone and st.button("Take the last year back", key="back", help="Change one decision and see what it does"):
        seat_store.moved(place, game.back, lead=True)
