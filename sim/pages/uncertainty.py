"""Which assumption matters most for an outcome, and what settling a passage of a document would tell."""

from dataclasses import replace

import streamlit as st

from sim import charts, importance, shapes
from sim.importance import DOCUMENT, HEDGE, PASSAGE, Importance, told, words
from sim.outcomes.named import ONLY_TOGETHER
from sim.pages import levers, passports, screen
from sim.pages.words import badge, plain
from sim.question import Question, loaded

FIRST = "spending_europe_canada_share"  # the outcome that is asked about at first

DIFFERENCE, LEVEL = "difference to the baseline", "level"
EFFORTS = dict(zip(("quick", "better", "thorough"), importance.SIZES, strict=True))
FILED = {"passages": PASSAGE, "documents": DOCUMENT, "words that leave it open": HEDGE}

SCHOOL_WORDS = (
    "Schools of deterrence are rival theories: side by side, never pooled. Those that say the same share a panel."
)


def page() -> None:
    """The whole page, for the question that the levers pose."""
    asked = screen.asked()
    screen.question("Which assumption matters most, and what would settling a passage tell?")
    outcome, year, difference, size = choices(asked)
    first = screen.found(importance.ranking, asked, outcome, year, size, difference)
    assumptions(first)
    by = filed()
    second = screen.found(importance.budget, asked, outcome, year, size, by, difference)
    passages(second)
    limits(asked, first, second)
    played = (first.worlds + second.worlds) * len(first.schools)
    start = asked.resolved().start
    screen.footer(
        replace(asked, worlds=played), first.plan, start,
        of=lambda: shapes.importance(asked, [settled(first), settled(second)]),
    )  # fmt: skip


# --- choices ------------------------------------------------------------------------------------------------------


def choices(asked: Question) -> tuple[str, int, bool, int]:
    """The outcome, the year, whether its difference is asked for, and how many settings."""
    titles = words.titles()
    usual = list(titles.values()).index(FIRST)
    left, middle, right, last = st.columns([4, 2, 4, 4], vertical_alignment="bottom")
    with left:
        title = st.selectbox("Which outcome?", list(titles), index=usual, key="outcome", bind="query-params",
                             help=ONLY_TOGETHER)  # fmt: skip
    with middle:
        years = _years(asked)
        year = st.selectbox("By when?", years, index=len(years) - 1, key="at", bind="query-params")
    with right:
        kind = st.segmented_control(
            "Of what?", (DIFFERENCE, LEVEL), default=DIFFERENCE, required=True, key="told", bind="query-params",
        )  # fmt: skip
    with last:
        effort = st.segmented_control(
            "How thorough?", list(EFFORTS), default="quick", required=True, key="effort", bind="query-params",
            help="Four times as many worlds each: narrower intervals, and a longer wait.",
        )  # fmt: skip
    levers.check_address({"outcome": title, "at": year, "told": kind, "effort": effort})
    name = titles[title]
    risk = words.is_risk(name)
    screen.note(
        f"**{plain(title)}:** {plain(words.explained(name))} {badge('judgement')} "
        + ("Levels of risk rest on an assumed anchor: only the ratio to the baseline is asked about." if risk else "")
    )
    return name, year, risk or kind == DIFFERENCE, EFFORTS[effort]


def _years(asked: Question) -> list[int]:
    """Years that are played to their end, without the first two."""
    quarters = loaded(asked.scenario).plan().quarters
    years = [int(quarter[:4]) for quarter in quarters if quarter.endswith("Q4")]
    return years[2:] or years


def filed() -> str:
    """What is settled together."""
    screen.heading("What would settling a passage tell?", "judgement")
    choice = st.segmented_control(
        "Settle what together?", list(FILED), default="passages", required=True, key="filed", bind="query-params",
    )  # fmt: skip
    levers.check_address({"filed": choice})
    return FILED[choice]


# --- results ------------------------------------------------------------------------------------------------------


def assumptions(found: Importance) -> None:
    """Each uncertainty by itself, with the policy as it is set."""
    screen.heading(words.question(found), "judgement")
    said(found)
    if found.still:
        return
    screen.note(
        "Blue: the part of the variance that it explains by itself; line: 95% interval; pale: no more than what does "
        f"nothing reaches in 99 of 100 cases. {plain(words.rest(found))} {SCHOOL_WORDS}"
    )
    panels("importance", found)
    open_passports(found)


def passages(found: Importance) -> None:
    """Passages, documents or hedges, and classes of what they are silent about."""
    said(found)
    if found.still:
        return
    screen.note(
        f"Grey: the band that holds 90 of 100 worlds as drawn, {plain(told.axis(found))}. Blue: what is left of it in "
        f"expectation once the thing is settled, with its median; pale: no narrower than by chance. "
        f"{plain(words.rest(found))} {SCHOOL_WORDS}"
    )
    panels("budget", found)
    open_passports(found)
    if ranges := words.assumed(found):
        screen.words(f"{badge('judgement')} {plain(ranges)}")


def said(found: Importance) -> None:
    """The sentences, and whether the numbers behind them may be read as they stand."""
    screen.words("\n".join(f"- {plain(sentence)}" for sentence in words.sentences(found)))
    if not found.still:
        screen.note(plain(f"{words.verdict(found)} {words.together(found)} {words.scale(found)}".rstrip()))


def panels(key: str, found: Importance) -> None:
    """A panel for each school, or for those that say the same; and all numbers in a table."""
    groups = words.alike(found)
    if words.moving(found):
        with st.grid(min(len(groups), 2), min_column_width=300, gap="medium", key=f"{key}-panels"):
            for schools in groups:
                title = words.named(found, schools)
                specs = {
                    theme: charts.titled(spec, title, told.axis(found)) for theme, spec in told.specs(found).items()
                }
                screen.chart(
                    f"{key}-{schools[0]}", told.panel(found, schools), specs, words.alternative(found, schools),
                    title=f"{words.question(found)} {title}",
                )  # fmt: skip
    table = told.table(found)
    if not table.empty:
        with st.expander("All numbers, with 95% intervals"):
            screen.table(f"{key}-table", table, words.question(found))


def open_passports(found: Importance) -> None:
    """A button for the passport of each thing that was drawn and has one."""
    names = told.subjects_of(found)
    if not names:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"passports-{found.by}"):
        st.markdown(":small[Passports:]", width="content")
        for name in names:
            st.button(
                plain(name.replace("_", " ")), key=f"open-{found.by}-{name}", type="tertiary", on_click=passports.ask,
                args=(name,), help=f"What {plain(name.replace('_', ' '))} is, where it comes from, what it moves",
            )  # fmt: skip


# --- limits -------------------------------------------------------------------------------------------------------


def limits(asked: Question, first: Importance, second: Importance) -> None:
    """What the method can tell and what it cannot, and the same on the command line."""
    screen.heading("What can this tell, and what not?")
    screen.words(f"{plain(words.CAN)} {plain(words.CANNOT)}")
    screen.words(plain(words.overlap(second)))
    screen.note(
        plain(f"Each analysis plays {first.worlds:,} worlds under each school, and the baseline in the same ones. ")
        + "`article5 sensitivity` has total indices by Sobol, Morris, PAWN and a tornado. The same on the command line:"
    )
    for found in (first, second):
        st.code(shapes.importance_command(asked, settled(found)), language=None, wrap_lines=True)


def settled(found: Importance) -> shapes.Settled:
    """What an analysis was asked, to ask it again elsewhere."""
    return shapes.Settled(found.outcome, found.year, found.size, found.by, bool(found.baseline))


if __name__ == "__main__":
    page()
