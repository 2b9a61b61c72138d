"""What was tested and what was not: scores of the spending forecasts, and what the data do not identify."""

import streamlit as st

from sim import card, charts, evidence, scored
from sim.errors import InputError
from sim.evidence import AGGREGATE, ALLIES, Scores, series_words, years
from sim.outcomes import OUTCOMES
from sim.pages import levers, screen
from sim.pages.words import badge, badges, plain

SCORED, FIRST = "scored", "DEU"  # the key of the choice of an ally, also in the address, and who is shown first


def draw() -> None:
    """All of it. Nothing is simulated here: it shows what is stored."""
    try:
        found, about = evidence.scores(), evidence.manifest()
    except InputError as error:
        st.error("The stored scores cannot be read.")
        for problem in error.problems:
            st.text(problem)
        return
    summary(found)
    if found is not None:
        by_years(found)
        calibration(found)
        by_ally(found)
    deterrence()
    fit(about)
    if found is not None:
        aims(found)


def summary(found: Scores | None) -> None:
    """The first screen: what was scored and how it did, and what nobody has scored."""
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, key="tested", height="stretch"):
        screen.words(f"{badge('tested')} **How much allies spend, without a new policy{reach(found)}**")
        if found is None:
            screen.words(f"Nothing is shown as tested: {plain(evidence.NO_SCORES)}.")
        else:
            screen.words("\n".join(f"- {plain(words)}" for words in card.score_words(found)))
    with right, st.container(border=True, key="untested", height="stretch"):
        screen.words(f"{badge('judgement')} **Everything else: never scored**")
        screen.words(
            "- **What a policy changes.** A difference between two policies has no figure to be held against: one of "
            "them never was. It stays judgement although levels were tested.\n"
            "- **Deterrence and risk.** There is no series of limited attacks. "
            f"{evidence.DETERRENCE}\n"
            "- **Commitment, belief, cohesion, readiness, posture** under a policy that never was.\n"
            f"- **{'Any level' if found is None else f'More than {years(last(found))} ahead'}.** "
            "The default run goes eleven years ahead."
        )
    screen.note(
        "Persistence is the rule that next year is like this one; the drifts are rules that every share grows as all "
        f"did on average. {badges()} {counted()}"
    )


def reach(found: Scores | None) -> str:
    """How far ahead was scored, in words."""
    return f", 1 to {years(last(found))} ahead" if last(found) else ""


def last(found: Scores | None) -> int:
    """The furthest horizon that was scored."""
    return found.horizons[-1] if found and found.horizons else 0


def counted() -> str:
    """How many outcomes carry which badge."""
    counts = card.badges()["outcomes"]
    return f"Of {len(OUTCOMES)} outcomes, {counts['tested']} is tested, {counts['documented']} is documented, and " \
           f"{counts['judgement']} are judgement."  # fmt: skip


# --- scores -------------------------------------------------------------------------------------------------------


def by_years(found: Scores) -> None:
    """CRPS by years ahead, for each ally and for all together."""
    screen.heading("How far off are forecasts, by years ahead?", "tested")
    with st.grid(2, min_column_width=290, gap="medium", key="crps"):
        for series in (ALLIES, AGGREGATE):
            curve(found, series)
    cases = {series: [score.cases for score in found.of(series)] for series in (ALLIES, AGGREGATE)}
    screen.note(
        "CRPS: how far a whole ensemble lies from the figure that came, in points of GDP; smaller is better. "
        "The best simple rule is the best of seven at each horizon, "
        f"chosen after the fact, which favours it. {plain(found.honest)} Forecasts for an ally: "
        f"{listed(cases[ALLIES])}; for all together: {listed(cases[AGGREGATE])}. {found.worlds:,} worlds from each "
        f"origin, seed {found.seed}. {plain(evidence.made_with())}"
    )


def listed(counts: list[int]) -> str:
    """Numbers of cases by years ahead."""
    return ", ".join(map(str, counts)) + " cases by years ahead"


def curve(found: Scores, series: str) -> None:
    """One series' CRPS by years ahead, with a sentence for those who do not see it."""
    name = scored.name_of(series)
    screen.chart(
        f"crps-{series}", scored.by_horizon(found, series), charts.titled_both(charts.SCORES, name),
        scored.horizon_words(found, series), title=f"Error of forecasts by years ahead: {name}", height=260,
    )  # fmt: skip


def calibration(found: Scores) -> None:
    """Coverage of the bands, and where in the ensemble the figures came."""
    screen.heading("Are the bands as wide as they ought to be?", "tested")
    with st.grid(2, min_column_width=290, gap="medium", key="coverage"):
        for series in (ALLIES, AGGREGATE):
            name = scored.name_of(series)
            screen.chart(
                f"coverage-{series}", scored.coverage(found, series), charts.titled_both(charts.COVERAGE, name),
                scored.coverage_words(found, series), title=f"How often bands held: {name}", height=240,
            )  # fmt: skip
    screen.note(
        "Part of the figures that came inside the band that ought to hold 50% (diamonds) or 90% (circles) of them. "
        "Dashed: what ought to be. Shaded: what was aimed at for the 90% band."
    )
    screen.heading("Where in the ensemble did the figures come?")
    with st.grid(5, min_column_width=150, gap="xsmall", key="pit"):
        for horizon in sorted(found.pit):
            ahead = f"{years(horizon)} ahead"
            screen.chart(
                f"pit-{horizon}", scored.pit(found, horizon), charts.titled_both(charts.PIT, ahead),
                scored.pit_words(found, horizon), title=f"Where in the ensemble the figures came: {ahead}", height=170,
            )  # fmt: skip
    if found.pit:
        screen.note(
            "Tenths of the ensemble, from its lowest to its highest; each ought to hold 10% of the figures (dashed). "
            + scored.lean_words(found, sorted(found.pit))
        )


def by_ally(found: Scores) -> None:
    """One ally's curve and words, and a table of all."""
    if not found.allies:
        return
    screen.heading("How did forecasts of each ally do?", "tested")
    names = {scored.name_of(code): code for code in found.allies}
    first = scored.name_of(FIRST)
    chosen = st.selectbox(
        "Which ally?", list(names), index=list(names).index(first) if first in names else 0, key=SCORED,
        bind="query-params",
    )  # fmt: skip
    levers.check_address({SCORED: chosen})
    code = names[chosen]
    with st.grid(2, min_column_width=290, gap="medium", key="one-ally"):
        with st.container(key="ally-curve"):
            curve(found, code)
        with st.container(key="ally-words"):
            screen.words(f"**{plain(chosen)}**: {plain(series_words(code, found))}.")
            said = [evidence.skill_words(code, score.horizon, found) for score in found.of(code)]
            screen.words("\n".join(f"- {plain(words)}" for words in said))
    screen.table(
        "scores-by-ally", scored.allies(found),
        "Part of persistence's error saved by ally and years ahead, worst at the last horizon first",
        title="Scores by ally", height=320,
    )  # fmt: skip
    screen.note(
        "Columns of years: part of persistence's error that was saved, worst at the last horizon first; no better: at "
        f"most {evidence.SAVED:.0%}. The best rule is the one that is best over all allies. Few cases stand behind an "
        "ally, so that luck plays a large part."
    )


# --- what has no scores -------------------------------------------------------------------------------------------


def deterrence() -> None:
    """Posture was replayed and did badly; deterrence has no scores, only constraints."""
    screen.heading("And US troops?", "judgement")
    screen.words(plain(card.posture_words()))
    screen.heading("And deterrence?", "judgement")
    screen.words(plain(card.deterrence_words()))


def fit(about: dict) -> None:
    """What the data do not identify."""
    screen.heading("What do the data not tell?")
    screen.words(plain(evidence.fit_words(about)))
    if rows := about.get("identified"):
        screen.table(
            "identified", scored.identified(rows),
            "What the spending panel says about each uncertainty: prior, posterior, verdict",
            title="What the panel identifies",
        )  # fmt: skip
    counts = card.parameters(about)
    deep = counts["classes"]["X"]
    screen.note(
        f"{len(deep['uncertainties'])} uncertainties and {len(deep['levers'])} levers are deep uncertainty: explored, "
        f"never estimated. {len(counts['rest_on_an_assumption'])} levers and uncertainties rest on an assumption of "
        "ours, at least in part."
    )


def aims(found: Scores) -> None:
    """What was aimed at before anything was fitted, and what came of it."""
    screen.heading("What was aimed at beforehand, and was it reached?")
    marks = {True: ":blue-badge[reached]", False: ":orange-badge[missed]"}
    screen.words("\n".join(f"- {marks[reached]} {plain(words)}" for words, reached in found.aims))
