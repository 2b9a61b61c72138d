"""The first screen: what follows from a policy, next to the baseline under the same luck."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

import streamlit as st

from sim import charts, evidence, frames, question, telling
from sim.charts import maps
from sim.handout import Numbers
from sim.outcomes import HEADLINES, OUTCOMES
from sim.pages import levers, passports, screen, waiting, years
from sim.pages.words import badge, band, plain, said
from sim.paired import BY_ALLY
from sim.priors import SCHOOLS
from sim.provenance import anchor, rest, tables
from sim.question import Answer
from sim.reference import roster
from sim.ways import CLEAR, NOUGHT

ALLIES = ("Poland", "Germany", "Estonia", "Spain")
MOST_ALLIES = 8

SCHOOL_WORDS = {
    "commitment": "belief in US defence deters",
    "mixed": "belief and forces deter",
    "denial": "forces on the spot deter",
    "spiral": "as mixed, and forces provoke",
}

COSTS_WORDS = " US cost has three definitions, in prices of their sources; none is to be read alone."

MAPS = {
    "Spending": ("share", maps.SPENDING_CHANGE, "pp of GDP"),
    "Belief": ("credibility_ally", maps.BELIEF_CHANGE, "points"),
    "Troops": ("troops", maps.TROOPS_CHANGE, "soldiers"),
}
"""What the map can show: the variable, its specification, its unit."""


def page() -> None:
    """The whole page, for the question that the levers pose."""
    asked = screen.asked()
    screen.question(question.title(asked))
    found = screen.found(question.answer, asked, long=question.takes_long(asked))
    focus, year = choose(found)
    if focus != telling.ALLIANCE:
        screen.note(f"These four are about the whole alliance; what follows below is about: **{plain(focus)}**.")
    cards(found, year)
    first, second, third = st.columns([1.12, 1.3, 1.12], gap="medium")
    with first:
        told(found, focus, year)
    with second:
        spending(found, focus, year)
    with third:
        europe(found, year)
    waiting.breath((asked, focus, year))
    risk(found, year)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        troops(found, year)
    with right:
        others(found, year)
    provenance(found)
    assumptions, moved = question.assumed(found)
    rest_on = f"{assumptions} of {moved} changes rest on an assumption of ours"
    screen.footer(asked, found.plan, found.start, rest_on)


# --- in words -----------------------------------------------------------------------------------------------------


def choose(found: Answer) -> tuple[str, int]:
    """Whom it is about, and the year that all numbers are for."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="choose"):
        focus = st.segmented_control(
            "Whom is it about?", list(telling.FOCUS), default=telling.ALLIANCE, required=True, key="focus",
            bind="query-params", label_visibility="collapsed", wrap=True,
        )  # fmt: skip
        st.markdown("by the end of", width="content")
        year = years.choose("By the end of which year?", found.headlines.year, width=100, label_visibility="collapsed")
    levers.check_address({"focus": focus})
    return focus, year


def told(found: Answer, focus: str, year: int) -> None:
    """What happens, how sure, says who; then everything that was changed."""
    says = " ".join(f"{plain(source)}." for source in telling.who(found))
    screen.words(f"**What happens, in this model?** {plain(telling.happens(found, focus, year))}")
    screen.words(f":small[{changed(found)}]")
    screen.words(f":small[**How sure?** {plain(telling.sure(found, focus, year))}]")
    screen.words(f":small[**Says who?** {says}]")


def changed(found: Answer) -> str:
    """Everything that was changed, and what is idle."""
    if not found.changes:
        return f"**{plain(found.nought)}**"
    parts = [f"**Changed:** {' · '.join(map(plain, found.changes))}.", plain(found.nought), *map(plain, found.idle)]
    return " ".join(filter(None, parts))


def cards(found: Answer, year: int) -> None:
    """The headline outcomes with their difference to the baseline."""
    rows = {row.outcome: row for row in frames.records(found.headlines, year=year)}
    noted = []
    with st.grid(4, min_column_width=190):
        for name in HEADLINES:
            with st.container(border=True, gap="xxsmall", height="stretch", key=f"card-{name}"):
                known = evidence.level(name, evidence.ahead(year, found.start), not found.changes)
                noted.append(card(rows[name], found.allies, known))
    screen.handout().add(Numbers(tuple(noted)))


def card(row, allies: int, known: evidence.Known) -> tuple[str, str, str, str]:
    """One outcome: median, difference, 90% bands, and how its level is known; the change is judgement always."""
    words, declared = said(row.outcome), OUTCOMES[row.outcome]
    value = f"{words.number(row.median, allies, False)}{words.unit.format(allies=allies)}"
    change = "0" if row.identical else f"{words.number(row.change_median, allies, True)}{words.change}"
    colour: Literal["orange", "gray"] = "orange" if row.way in CLEAR and change[:1] in "+-" else "gray"
    st.metric(
        words.title, value,
        delta=change, delta_color=colour, delta_description="vs baseline",
        delta_arrow="auto" if change[:1] in "+-" else "off",
        help=plain(f"{declared.about} {declared.reading} Median of all worlds at the end of the year; "
            "the 90% band holds 90 of 100 worlds; the change is taken world by world. "
                   f"{known.badge}: {evidence.BADGES[known.badge]}. {told_of(row.outcome, known)}"),
    )  # fmt: skip
    ends = band(row.outcome, row.low, row.high, allies)
    below = f"90%: {ends} {badge(known.badge)}  \n{difference(row, allies)}"
    st.markdown(f":small[{below}]")
    return words.title, value, f"{change} vs baseline", below


def told_of(outcome: str, known: evidence.Known) -> str:
    """What the badge of a level does not say; nothing for what was never scored."""
    if not known.words:
        return ""
    scored = evidence.scored_words(outcome).capitalize()
    return f"Level: {known.words}. {evidence.effect(outcome).words.capitalize()}. {scored}."


def difference(row, allies: int) -> str:
    """The paired difference and its band, and in how many worlds it goes which way where the band does not tell."""
    beside = telling.ways_of(row).beside()
    if beside == NOUGHT:
        return f"Change: {NOUGHT}"
    ends = band(row.outcome, row.change_low, row.change_high, allies, True)
    return f"Change: {ends}" + (f"; {beside}" if beside else "")


# --- in charts ----------------------------------------------------------------------------------------------------


def spending(found: Answer, focus: str, year: int) -> None:
    """The fan chart of the allies of a front, or of some."""
    screen.heading("How much do they spend?", more=fan_badge(found))
    drawn, allies = st.container(), telling.FOCUS[focus] or choose_allies(found)
    with drawn:
        panels(found, allies, year)
        screen.note(
            "Blue: the scenario, with the median and the bands that hold 50% and 90% of worlds. Dashed grey: median "
            "of the baseline. Black or white: observed to 2024. Dotted: pledge and threshold. The axis ends at 7%."
        )
    screen.folded("How did such forecasts do?", "fan-known", fan_known(found, allies), type="compact")


def choose_allies(found: Answer) -> Sequence[str]:
    """The allies whose paths are drawn, some where none is chosen."""
    chosen = st.multiselect(
        "Which allies?", list(dict.fromkeys(found.spending.ally.to_numpy())), default=list(ALLIES), key="allies",
        max_selections=MOST_ALLIES, bind="query-params", wrap=True,
    )  # fmt: skip
    levers.check_address({"allies": "&".join(chosen)})
    return chosen or ALLIES


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
    with st.grid(2, min_column_width=150, gap="xsmall", key="fan"):
        for n, ally in enumerate(allies):
            screen.chart(
                f"fan-{n}", frames.fan(found.spending, found.lines, ally, labelled=n == 0), charts.titled_both(
                    charts.FAN, ally), frames.fan_words(found.spending, ally, year),
                title=f"Defence spending: {ally}, % of GDP", height=150,
            )  # fmt: skip


def europe(found: Answer, year: int) -> None:
    """The map of the difference that the policy makes to each ally."""
    screen.heading("Who is moved?", "judgement")
    what = st.segmented_control(
        "What does the map show?", list(MAPS), default="Spending", required=True, key="chart", bind="query-params",
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    levers.check_address({"chart": what})
    name, specs, unit = MAPS[what]
    rows = frames.records(found.by_ally, year=year, of=name)
    codes = dict(zip(roster().name, roster().iso3, strict=True))
    table = maps.frame({codes[row.ally]: row.median for row in rows}, {codes[row.ally]: row.words for row in rows})
    label = f"{BY_ALLY[name].title}, change by {year}, median"
    screen.chart("map", table, specs, maps.alt(table, label, f" {unit}"), title=f"{label} ({unit})", height=330)
    st.caption(maps.CREDIT)


def troops(found: Answer, year: int) -> None:
    """Troops by host, before and after."""
    screen.heading("Where do US soldiers stand?", "judgement")
    table = frames.dumbbell(found.troops, year)
    screen.chart(
        "troops", table, charts.DUMBBELL, frames.dumbbell_words(table), title=f"US soldiers by host, by {year}"
    )
    screen.note(
        f"Orange ring: start of {found.start[:4]}. Blue: the scenario at the end of {year}. Grey diamond: the baseline "
        "then. Medians of worlds, so that hosts may not add up to the total. Elsewhere: afloat, in Kosovo, or no host "
        f"is known. {badge('documented')} the start; {badge('judgement')} all later years: posture under a policy that "
        "never was cannot be scored."
    )


def risk(found: Answer, year: int) -> None:
    """Relative risk by school and front, with what must be said beside it."""
    screen.heading(f"How does the risk of a limited attack compare with the baseline, by {year}?", "judgement")
    screen.note(
        "×2 is twice the baseline's risk since the start, ×1 is no difference. Points are medians, bars hold 90% of a "
        f"school's worlds. {frames.schools_words(found.risks)} The level behind the "
        f"ratios is an anchor that we assume: {anchor()}. "
        "Even spending forecasts that come true would say nothing about deterrence."
    )
    with st.grid(4, min_column_width=190, gap="xsmall", key="risk"):
        for school in [s for s in SCHOOLS if s in set(found.risks.school)]:
            rows = frames.of_year(found.risks, year, school=school)
            specs = charts.titled_both(charts.RISK, school.capitalize(), SCHOOL_WORDS[school])
            screen.chart(
                f"risk-{school}", rows, specs, frames.risk_words(rows, school), title=f"Relative risk: {school} school"
            )


def others(found: Answer, year: int) -> None:
    """Outcomes beside the headlines that differ from the baseline."""
    table = frames.moved(found.others, year)
    screen.heading(f"What else moves, by {year}?", "judgement")
    if table.empty:
        screen.words(
            "Nothing of what is looked at here: beliefs of Russia, forces, readiness, costs, Ukraine, hedging."
        )
        return
    screen.table("others", table, "Outcomes that differ from the baseline")
    screen.note(
        "Median of the scenario, then the change to the baseline, world by world: its median and the band that holds "
        f"90% of worlds.{COSTS_WORDS if table.unit.str.contains('USD').any() else ''}"
    )


# --- where it comes from ------------------------------------------------------------------------------------------


def provenance(found: Answer) -> None:
    """Value, range and source of each control that is shown or moved."""
    st.markdown("##### Where does each number come from?")
    rows = [row for row in frames.records(found.sources) if row.moved or row.control in levers.SHOWN]
    with st.grid(3, min_column_width=250, border=True, key="sources"):
        for _, own in groupby(rows, key=lambda row: row.control):
            st.markdown(described(*own))
    folded = st.expander(
        "What else goes into every number: uncertainties and reference tables", key="rest", on_change="rerun"
    )
    if folded.open:
        with folded:
            everything()
    documents = ", ".join(
        f"{plain(name[:3])}: {plain(name[4:])}" for name in sorted({row.document for row in rows}) if name
    )
    st.caption(f"Documents: {documents}. What they say stands here in our own words.")


def everything() -> None:
    """What no lever sets: uncertainties with their passports, and the tables of the start."""
    st.markdown("In every world each of these is drawn anew from its prior.")
    st.dataframe(rest(), hide_index=True, alt="Uncertainties with prior, unit, evidence, equation and source")
    passports.choose()
    st.markdown("The start of every world comes from these tables.")
    st.dataframe(tables(), hide_index=True, alt="Reference tables with their sources")


def described(first, *more) -> str:
    """One control, from a row for each of its sources: value against the baseline, unit, range, how it is known."""
    value = f"**{plain(first.value)}**" + (f", in the baseline {plain(first.baseline)}" if first.moved else "")
    unit = "" if first.unit == "0 to 1" else f"{first.unit}, "
    head = f"**{plain(levers.short(first.control))}** ({plain(first.control)}): {value}"
    sources = "; ".join(map(cited, (first, *more)))
    return f":small[{head}  \n{plain(f'{unit}{first.range}')} · {plain(first.evidence)}  \n{sources}]"


def cited(row) -> str:
    """A source in a line: what it says, document, date, place, office; or the publication; or the word assumption."""
    if row.kind == "assumption":
        return "**assumption**"
    if row.kind == "publication":
        return plain(row.says)
    return plain(f"{row.says} [{row.document[:3]}, {row.date}, {row.place}; {row.status}, {row.speaker}]")


if __name__ == "__main__":
    page()
