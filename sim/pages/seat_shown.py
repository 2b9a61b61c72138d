"""What several views of a game draw alike: the wall, what came of a year, the debrief, files to take away."""

import pandas as pd
import streamlit as st

from sim import game, shapes
from sim.charts.seat import WALL
from sim.game.debriefing import EFFECTS, effect_words
from sim.game.play import ASKED_WORDS, Game
from sim.game.roles import UNITED_STATES
from sim.game.sheet import sheet
from sim.game.shown import Wall, panel_words
from sim.pages import screen
from sim.pages.words import plain, said
from sim.question import Question
from sim.ways import NOUGHT, UNCLEAR

PANEL = 210
"""Height of a panel of the wall, pixels."""

LEGEND = (
    "Line with points: our world, the one that is played in. Blue: all played worlds, their median and the bands that "
    "hold 50 and 90 of 100 of them. Dashed: the median with nobody playing."
)

WAY_WORDS = {"up": "up", "same": "about the same", "down": "down"}


def asked_title(outcome: str) -> str:
    """What is guessed, as a choice in a list."""
    words = ASKED_WORDS[outcome]
    return f"{words[0].upper()}{words[1:]}"


def hand_over(here: Game) -> None:
    """What was played so far takes the place of the levers' question: in the menus to share and to take away."""
    text = game.scenario(game.past(here)).to_yaml()
    st.session_state.question = Question(text, worlds=here.worlds, seed=here.seed)


def wall(here: Game, found: Wall, columns: int = 3) -> None:
    """All panels of the wall with common axes, and the outcomes."""
    screen.heading(f"Played and unplayed worlds up to {found.year}", "judgement")
    screen.note(LEGEND)
    for first in range(0, len(found.panels), columns):
        names = found.panels[first : first + columns]
        for place, name in zip(st.columns(columns, gap="small"), names, strict=False):
            with place:
                st.markdown(f"**{plain(name)}**, % of GDP")
                own = found.spending[found.spending.panel == name].drop(columns="panel")
                screen.chart(
                    f"wall-{name.replace(' ', '-')}", own, WALL, panel_words(found, name),
                    title=f"{name}: defence spending, % of GDP", height=PANEL,
                )  # fmt: skip
    outcomes(here, found)


def outcomes(here: Game, found: Wall) -> None:
    """The headline outcomes of the last revealed year, played against unplayed."""
    rows = [
        {
            "at the end of the year": said(row.outcome).title,
            "our world": _level(row.outcome, row.ours, here),
            "all played, median": _level(row.outcome, row.played, here),
            "nobody plays, median": _level(row.outcome, row.unplayed, here),
            "what playing changed": _change(row, here),
        }
        for row in found.outcomes.itertuples()
    ]
    told = "; ".join(f"{r['at the end of the year']} {r['our world']} in our world" for r in rows)
    screen.table("wall-outcomes", pd.DataFrame(rows), f"End of {found.year}: {told}", title=f"End of {found.year}")


def _allies(here: Game) -> int:
    return int(here.roster.forces.sum())


def _level(outcome: str, value: float, here: Game) -> str:
    words = said(outcome)
    return f"{words.number(value, _allies(here), False)}{words.unit.format(allies=_allies(here))}"


def _change(row, here: Game) -> str:
    """A paired difference with its band in words."""
    if row.way == NOUGHT:
        return NOUGHT
    if row.way == UNCLEAR:
        return f"{UNCLEAR}: {row.counted}"
    words = said(row.outcome)
    low, middle, high = (words.number(value, _allies(here), True) for value in (row.low, row.change, row.high))
    return f"{middle}{words.change} (90% of worlds: {low} to {high})"


def came(here: Game, role: str) -> None:
    """What came of the last revealed year for one seat: its decision beside the model's own, and its guess."""
    found, year = screen.found(game.record, game.past(here)), here.revealed
    rows = found.decisions[(found.decisions.year == year) & (found.decisions.role == role)]
    guesses = found.guesses[(found.guesses.year == year) & (found.guesses.seat == here.name(role))]
    screen.heading(f"What came of {year}")
    if rows.empty:
        screen.words("You decided nothing: the model decided for you.")
    for row in rows.itertuples():
        why = f" *{plain(row.why)}*" if row.why else ""
        otherwise = f"{_otherwise(role)}: **{plain(row.model)}**." if row.model else ""
        screen.words(f"You decided **{plain(row.decided)}**. {otherwise}{why}")
    for row in guesses.itertuples():
        right = "you were right" if row.right else "you were not"
        screen.words(
            f"You guessed **{WAY_WORDS[row.guess]}** for {plain(ASKED_WORDS[row.outcome])}: it went "
            f"**{WAY_WORDS[row.came]}** in our world, {_level(row.outcome, row.before, here)} → "
            f"{_level(row.outcome, row.after, here)}, so {right}. It went this way in {row.others:.0f} of 100 worlds."
        )


def _otherwise(role: str) -> str:
    return "Otherwise it would have been" if role == UNITED_STATES else "The model would have spent"


def all_came(here: Game) -> None:
    """What came of the last revealed year for all seats: what each decided beside the model's own, and guessed."""
    found, year = screen.found(game.record, game.past(here)), here.revealed
    rows = found.decisions[found.decisions.year == year]
    guesses = found.guesses[found.guesses.year == year]
    screen.heading(f"What came of {year}")
    if rows.empty:
        screen.words(f"Nobody decided anything in {year}: all of it was the model.")
        return
    right = dict(zip(guesses.seat, guesses.right, strict=True))
    said_ = dict(zip(guesses.seat, guesses.guess, strict=True))
    table = pd.DataFrame({
        "seat": rows.seat, "team": rows.who, "decided": rows.decided, "the model alone": rows.model, "why": rows.why,
        "guess": [
            f"{WAY_WORDS[said_[seat]]}: {'right' if right[seat] else 'not right'}" if seat in said_ else "none"
            for seat in rows.seat
        ],
    })  # fmt: skip
    screen.table("came", table, f"What {len(rows)} seats decided in {year}, and the model's own", title=f"{year}")
    for row in guesses.drop_duplicates("outcome").itertuples():
        screen.words(
            f"Guessed was {plain(ASKED_WORDS[row.outcome])}: it went **{WAY_WORDS[row.came]}** in our world, "
            f"{_level(row.outcome, row.before, here)} → {_level(row.outcome, row.after, here)}, and so it did in "
            f"{row.others:.0f} of 100 worlds."
        )


def debrief(here: Game) -> None:
    """What playing changed, decision by decision."""
    found = screen.found(game.debrief, game.past(here))
    screen.heading(f"What did playing change, by the end of {found.year}?", "judgement")
    screen.words("\n".join(f"- {plain(line)}" for line in found.summary))
    screen.note(
        f"Our world was number {found.world} of {here.worlds}, one of the {found.school} school of deterrence. Played "
        "and unplayed worlds share their luck, so they differ by what was decided and by nothing else."
    )
    wall(here, found.wall)
    screen.heading("What did each decision do?", "judgement")
    screen.note(
        "Each decision taken back alone, all others as they were, in all worlds under the same luck: median and 90% of "
        f"worlds, at the end of {found.year}. Decisions work together, so the rows need not add up."
    )
    rows = [
        {
            "year": row["year"], "seat": row["seat"], "decided": row["decided"], "the model alone": row["model"],
            "its own that year": "" if pd.isna(row["own"]) else f"{row['own']:+.2f} pp",
            **{words: effect_words(row, name) for name, words in EFFECTS.items()},
        }
        for row in found.effects.to_dict("records")
    ]  # fmt: skip
    screen.table("effects", pd.DataFrame(rows), f"What each of {len(rows)} decisions did", title="Each decision")
    screen.heading("And the danger, next to the worlds in which nobody plays?", "judgement")
    screen.note(
        "How much likelier or less likely a limited attack since the start is in this model, as a multiple: median of "
        "the worlds of each school of deterrence, by front. The schools are rivals and never pooled."
    )
    risks = found.risks.pivot(index="front", columns="school", values="words")
    risks = risks.loc[list(dict.fromkeys(found.risks.front)), list(dict.fromkeys(found.risks.school))].reset_index()
    screen.table("risks", risks, "Times the unplayed worlds, by front and school", title="Relative danger")
    if len(found.record.guesses):
        screen.heading("Who guessed right?")
        screen.table("score", found.record.score, "Right guesses by seat", title="Guesses")


def take(here: Game, code: str) -> None:
    """The scenario file of all closed years, and the sheet to print."""
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download the scenario file", game.scenario(game.past(here)).to_yaml(), f"article5-game-{code}.yaml",
            "application/yaml", on_click="ignore", key="take-scenario",
            help="All that was decided so far as events: article5 run FILE plays it again",
        )  # fmt: skip
        st.download_button(
            "Download the sheet to print", lambda: sheet(here, code), f"article5-game-{code}.html", "text/html",
            on_click="ignore", key="take-sheet", help="Rules, a role card a page, and room to write decisions down",
        )  # fmt: skip


def footer(here: Game) -> None:
    """What is played: plan, worlds, seed."""
    played = game.scenario(game.past(here))
    plans = {"plan": played.plan().fingerprint, "unplayed": here.unplayed.plan().fingerprint}
    asked = screen.asked()
    screen.footer(
        Question(here.base, worlds=here.worlds, seed=here.seed), plans, here.unplayed.start,
        f"played on {plain(here.unplayed.name)} from {here.first}", of=lambda: shapes.one(asked),
    )  # fmt: skip
