"""What follows from a policy, next to the baseline under the same luck."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from sim import charts, evidence, frames, question
from sim.outcomes import HEADLINES, OUTCOMES
from sim.pages import levers, passports, screen
from sim.pages.words import badge, badges, band, persons, plain, said, theme
from sim.priors import SCHOOLS
from sim.provenance import anchor, rest, tables
from sim.question import Answer, Question
from sim.reference import roster

ALLIES = ("Poland", "Germany", "Estonia", "Spain")
FIRST_YEAR, MOST_ALLIES = 2027, 8

SCHOOL_WORDS = {
    "commitment": "belief in US defence deters",
    "mixed": "belief and forces deter",
    "denial": "forces on the spot deter",
    "spiral": "as mixed, and forces provoke",
}


def page() -> None:
    """The whole page, for the question that the levers pose."""
    asked = screen.asked()
    found = screen.found(question.answer, asked)
    top, right = st.columns([6, 1], vertical_alignment="top")
    with right:
        year = choose_year(found)
    with top:
        headline(found, asked, year)
    if problems := levers.complaints():
        st.warning("  \n".join(map(plain, problems)))
    cards(found, year)
    first, second = st.columns([3, 2], gap="medium")
    with first:
        spending(found, year)
    with second:
        troops(found, year)
    risk(found, year)
    others(found, year)
    provenance(found, asked)
    footer(found, asked)


# --- in words -----------------------------------------------------------------------------------------------------


def choose_year(found: Answer) -> int:
    """The year that all numbers are for."""
    years = frames.years(found.headlines, FIRST_YEAR)
    year = st.selectbox("Which year?", years, index=len(years) - 1, key="year", bind="query-params")
    levers.check_address({"year": year})
    return year


def headline(found: Answer, asked: Question, year: int) -> None:
    """The result in a sentence, and everything that was changed."""
    st.markdown(f"#### {sentence(found, asked, year)}")
    if not found.changes:
        st.markdown(f"**{plain(found.nought)}**")
        return
    changed = " · ".join(plain(change) for change in found.changes)
    st.markdown(f"**Changed:** {changed}. {plain(found.nought)}".strip())
    if found.idle:
        st.markdown("  \n".join(map(plain, found.idle)))


def sentence(found: Answer, asked: Question, year: int) -> str:
    """The headline: how many allies reach the threshold, and the troops if they differ."""
    rows = {row.outcome: row for row in frames.of_year(found.headlines, year).itertuples()}
    allies, forces = rows["allies_at_threshold"], rows["troops_europe"]
    line = frames.threshold(found.lines, year)
    write = said("allies_at_threshold").number
    now, before = (write(value, found.allies, False) for value in (allies.median, allies.base_median))
    text = f"In this model, by {year}, {now} of {found.allies} allies reach the {line:g}% threshold"
    other = f"{before} of {found.allies}"
    if not forces.identical:
        text += f" and {persons(forces.median)} US soldiers stand in Europe"
        other += f" and {persons(forces.base_median)}"
    return plain(f"{text} (median of {asked.worlds:,} simulated worlds, not a forecast); in the baseline {other}.")


def cards(found: Answer, year: int) -> None:
    """The headline outcomes with their difference to the baseline."""
    rows = {row.outcome: row for row in frames.of_year(found.headlines, year).itertuples()}
    with st.grid(4, min_column_width=190):
        for name in HEADLINES:
            with st.container(border=True, gap="xxsmall", height="stretch", key=f"card-{name}"):
                known = evidence.level(name, evidence.ahead(year, found.start), not found.changes)
                card(rows[name], found.allies, known)


def card(row, allies: int, known: evidence.Known) -> None:
    """One outcome: median, difference, 90% bands, and how its level is known; the change is judgement always."""
    words, declared = said(row.outcome), OUTCOMES[row.outcome]
    unit = words.unit.format(allies=allies)
    change = f"{words.number(row.change_median, allies, True)}{words.change}"
    colour: Literal["orange", "gray"] = "orange" if row.clear_of_zero else "gray"
    st.metric(
        words.title,
        f"{words.number(row.median, allies, False)}{unit}",
        delta="0" if row.identical else change, delta_color=colour, delta_description="vs baseline",
        delta_arrow="auto" if change[:1] in "+-" else "off",
        help=plain(f"{declared.about} {declared.reading} Median of all worlds at the end of the year; "
            "the 90% band holds 90 of 100 worlds; the change is taken world by world. "
                   f"{known.badge}: {evidence.BADGES[known.badge]}. {told(row.outcome, known)}"),
    )  # fmt: skip
    ends = band(row.outcome, row.low, row.high, allies)
    st.markdown(
        f":small[90% band: {ends}  \n{difference(row, allies)}  \n{doubt(row)}{badge(known.badge)} {brief(known)}]"
    )


def told(outcome: str, known: evidence.Known) -> str:
    """What the badge of a level does not say; nothing for what was never scored."""
    if not known.words:
        return ""
    return f"Level: {known.words}. {evidence.effect(outcome).words.capitalize()}. {scored(outcome)}"


def scored(outcome: str, ally: str = "") -> str:
    """How a level did in the hindcast, as a sentence."""
    return f"{evidence.scored_words(outcome, ally).capitalize()}."


def brief(known: evidence.Known) -> str:
    """The words of a badge for a card: against persistence, and where it lost against the best simple rule, so."""
    first, *more = known.words.split("; ")
    return plain("; ".join([first, *(clause.split(",")[0] for clause in more if clause.startswith("worse"))]))


def difference(row, allies: int) -> str:
    """The paired difference and its band."""
    if row.identical:
        return "Change: exactly 0"
    return f"Change: {band(row.outcome, row.change_low, row.change_high, allies, True)}"


def doubt(row) -> str:
    """What must be said of a difference whose band holds 0."""
    return "" if row.identical or row.clear_of_zero else "the change band reaches 0  \n"


# --- in charts ----------------------------------------------------------------------------------------------------


def spending(found: Answer, year: int) -> None:
    """The fan chart of some allies."""
    st.markdown(f"##### How much do allies spend? (% of GDP) {fan_badge(found)}")
    allies = st.session_state.get("allies") or ALLIES
    panels(found, allies, year)
    st.caption(
        "Blue: the scenario, with the median and the bands that hold 50% and 90% of worlds. Dashed grey: median of the "
        "baseline. Black or white: observed to 2024. Dotted: pledge and threshold. The axis ends at 7%."
    )
    st.caption(fan_known(found, allies))
    options = list(dict.fromkeys(found.spending.ally))
    st.multiselect(
        "Which allies?", options, default=list(ALLIES), max_selections=MOST_ALLIES, key="allies", bind="query-params"
    )
    levers.check_address({"allies": "&".join(allies)})


def fan_badge(found: Answer) -> str:
    """How paths of spending are known: tested where no policy is new, as far as they were scored, else judgement."""
    last = scored_until(found)
    if found.changes or last is None:
        return badge("judgement")
    return f"{badge('tested')} :small[to {last}]"


def scored_until(found: Answer) -> int | None:
    """The last year of this run that lies as far ahead as was scored; None where nothing was."""
    stored = evidence.scores()
    own = stored.of(evidence.ALLIES) if stored else []
    return int(found.start[:4]) - 1 + own[-1].horizon if own else None


def fan_known(found: Answer, allies: Sequence[str]) -> str:
    """How forecasts of each ally shown did; what a policy does to them was never scored."""
    last = scored_until(found)
    if last is None:
        return plain(f"No path is tested: {evidence.NO_SCORES}.")
    codes = dict(zip(roster().name, roster().iso3, strict=True))
    words = [f"**{plain(ally)}**: {plain(evidence.series_words(codes[ally]))}." for ally in allies if ally in codes]
    head = (
        f"How forecasts without a new policy did. Years after {last}, and what a policy changes, were never scored "
        "(more on the page Evidence)."
    )
    return "  \n".join([head, *words])


def panels(found: Answer, allies: Sequence[str], year: int) -> None:
    """A panel for each ally; only the first one carries words on its bands and lines."""
    with st.grid(2, min_column_width=230, gap="xsmall", key="fan"):
        for n, ally in enumerate(allies):
            st.vega_lite_chart(
                frames.fan(found.spending, found.lines, ally, labelled=n == 0),
                charts.titled(charts.FAN[theme()], ally), height=165, alt=frames.fan_words(found.spending, ally, year),
            )  # fmt: skip


def troops(found: Answer, year: int) -> None:
    """Troops by host, before and after."""
    st.markdown(f"##### Where do US soldiers stand? {badge('judgement')}")
    table = frames.dumbbell(found.troops, year)
    with st.container(key="troops"):
        st.vega_lite_chart(table, charts.DUMBBELL[theme()], alt=frames.dumbbell_words(table))
    st.caption(
        f"Orange ring: start of {found.start[:4]}. Blue: the scenario at the end of {year}. Grey diamond: the baseline "
        "then. Medians of worlds, so that hosts may not add up to the total. Elsewhere: afloat, in Kosovo, or no host "
        f"is known. {badge('documented')} the start; {badge('judgement')} all later years: posture under a policy that "
        "never was cannot be scored."
    )


def risk(found: Answer, year: int) -> None:
    """Relative risk by school and front, with what must be said beside it."""
    st.markdown(
        f"##### How does the risk of a limited attack compare with the baseline, by {year}? {badge('judgement')}"
    )
    st.caption(
        "×2 is twice the baseline's risk since the start, ×1 is no difference. Points are medians, bars hold 90% of a "
        "school's worlds. Four schools of deterrence stand side by side and are not weighed. The level behind the "
        f"ratios is an anchor that we assume: {anchor()}. "
        "Even spending forecasts that come true would say nothing about deterrence."
    )
    with st.grid(4, min_column_width=190, gap="xsmall", key="risk"):
        for school in [s for s in SCHOOLS if s in set(found.risks.school)]:
            rows = frames.of_year(found.risks, year, school=school)
            spec = charts.titled(charts.RISK[theme()], school.capitalize(), SCHOOL_WORDS[school])
            st.vega_lite_chart(rows, spec, alt=frames.risk_words(rows, school))


def others(found: Answer, year: int) -> None:
    """Outcomes beside the headlines that differ from the baseline."""
    table = frames.moved(found.others, year)
    st.markdown(f"##### What else moves, by {year}? {badge('judgement')}")
    if table.empty:
        st.markdown("Nothing of what is looked at here: beliefs of Russia, forces, readiness, costs, Ukraine, hedging.")
        return
    st.dataframe(table, hide_index=True, height="content", alt="Outcomes that differ from the baseline")
    st.caption(
        "Median of the scenario, then the change to the baseline, world by world: its median and the band that holds "
        "90% of worlds. US cost has three definitions, in prices of their sources; none is to be read alone."
    )


# --- where it comes from ------------------------------------------------------------------------------------------


def provenance(found: Answer, asked: Question) -> None:
    """Value, range and source of each control that is shown or moved."""
    st.markdown("##### Where does each number come from?")
    rows = found.sources[found.sources.moved | found.sources.control.isin(levers.SHOWN)]
    with st.grid(3, min_column_width=250, border=True, key="sources"):
        for name in dict.fromkeys(rows.control):
            st.markdown(described(rows[rows.control == name]))
    with st.expander("What else goes into every number: uncertainties and reference tables"):
        st.markdown("In every world each of these is drawn anew from its prior.")
        st.dataframe(rest(), hide_index=True, alt="Uncertainties with prior, unit, evidence, equation and source")
        passports.choose()
        st.markdown("The start of every world comes from these tables.")
        st.dataframe(tables(), hide_index=True, alt="Reference tables with their sources")
    documents = ", ".join(f"{plain(name[:3])}: {plain(name[4:])}" for name in sorted(set(rows.document)) if name)
    st.caption(f"Documents: {documents}. What they say stands here in our own words.")
    left, right = st.columns(2)
    left.download_button(
        "Download these sources (CSV)", lambda: question.sources_csv(found), "article5-sources.csv", "text/csv",
        on_click="ignore", key="sources-csv", width="stretch",
    )  # fmt: skip
    right.download_button(
        "Download the results (CSV)", lambda: question.results_csv(found, asked), "article5-results.csv", "text/csv",
        on_click="ignore", key="results-csv", width="stretch",
    )  # fmt: skip


def described(cells) -> str:
    """One control: its value against the baseline, unit, range, how it is known, and each source."""
    first = cells.iloc[0]
    value = f"**{plain(first.value)}**" + (f", in the baseline {plain(first.baseline)}" if first.moved else "")
    unit = "" if first.unit == "0 to 1" else f"{first.unit}, "
    head = f"**{plain(levers.short(first.control))}** ({plain(first.control)}): {value}"
    sources = "; ".join(cited(row) for row in cells.itertuples())
    return f":small[{head}  \n{plain(f'{unit}{first.range}')} · {plain(first.evidence)}  \n{sources}]"


def cited(row) -> str:
    """A source in a line: what it says, document, date, place, office; or the publication; or the word assumption."""
    if row.kind == "assumption":
        return "**assumption**"
    if row.kind == "publication":
        return plain(row.says)
    return plain(f"{row.says} [{row.document[:3]}, {row.date}, {row.place}; {row.status}, {row.speaker}]")


def footer(found: Answer, asked: Question) -> None:
    """What was run, and what the badges mean."""
    assumptions, moved = question.assumed(found)
    st.caption(
        f"{asked.worlds:,} simulated worlds, seed {asked.seed} · spending up to {int(found.start[:4]) - 1}, US posture "
        f"of {found.start} · plan `{found.plan}` · {assumptions} of {moved} moved levers rest on an assumption. "
        f"{badges()} The difference that a policy makes is {badge('judgement')} always. "
        + "Simulated outcomes of stated assumptions, not a forecast."
    )


if __name__ == "__main__":
    page()
