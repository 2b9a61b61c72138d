"""One ally: what it spends and why, what it can count on, whom it hosts; and all allies at a glance."""

import streamlit as st

from sim import ally, ally_words, drivers, evidence, report, why
from sim.ally import Allies
from sim.charts import ally as drawn
from sim.charts import maps
from sim.pages import levers, screen, years
from sim.pages.words import badge, plain
from sim.question import WORLDS, Question

FIRST_ALLY = "Poland"

WORLD = "ally_world"
"""In the address: the world that is explained; without it the one that is typical of the ally."""

BESIDE = {
    "credibility_ally": ("What does it believe?", "Its own belief that the US would fight for it."),
    "credibility_russia": ("What does Russia believe?", "What would deter, and what invites a test."),
    "commitment": ("What would the US do?", "What is so, in the model; nobody in it sees it."),
    "troops": ("Whom does it host?", "US soldiers stationed there."),
}
"""What stands beside spending: a question, and a line below it."""

MAPS = {
    "Spending": ("share", maps.SPENDING_CHANGE, " pp"),
    "Belief": ("credibility_ally", maps.BELIEF_CHANGE, " points"),
    "Troops": ("troops", maps.TROOPS_CHANGE, " persons"),
}


def page() -> None:
    """The whole page, for the question that the levers pose."""
    asked = screen.asked()
    found = screen.found(ally.answer, asked)
    name, year = choose(found)
    screen.question(f"How does {name} fare, and why?")
    screen.words(plain(ally_words.headline(found, name, year)))
    changed = " · ".join(map(plain, found.changes))
    screen.words(f":small[**Changed:** {changed}. {plain(found.nought)}]" if changed else f"**{plain(found.nought)}**")
    paths(found, name, year)
    if spends(found, name):
        moved(asked, name, year)
        explained(asked, found, name, year)
    else:
        screen.words(f"{plain(name)} has no armed forces: there is no budget to explain.")
    everybody(found, year)
    screen.footer(asked, found.plan, found.start)


def choose(found: Allies) -> tuple[str, int]:
    """Which ally, and the year that all numbers are for."""
    names = list(found.at_start.ally)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="choose-ally"):
        name = st.selectbox(
            "Which ally?", names, index=names.index(FIRST_ALLY), key="ally", bind="query-params", width=220
        )
        year = years.choose("By which year?", found.levels.year, width=120)
    levers.check_address({"ally": name})
    return name, year


def spends(found: Allies, name: str) -> bool:
    """Whether an ally has armed forces."""
    return bool(found.at_start.set_index("ally").share[name] > 0.0)


def code_of(found: Allies, name: str) -> str:
    """The ISO 3166 code of an ally."""
    return str(found.at_start.set_index("ally").iso3[name])


# --- paths --------------------------------------------------------------------------------------------------------


def paths(found: Allies, name: str, year: int) -> None:
    """Spending on the left; beliefs, commitment and troops on the right."""
    left, right = st.columns([5, 6], gap="medium")
    known = evidence.level("share", evidence.ahead(year, found.start), not found.changes, code_of(found, name))
    with left:
        screen.heading("What does it spend? (% of GDP)", known.badge)
        table, told = ally_words.path(found, name), ally_words.path_words(found, name, "share", year)
        screen.chart("ally-share", table, drawn.SHARE, told, title=f"{name}: defence spending, % of GDP", height=250)
        screen.note(
            "Blue: the scenario, with the bands that hold 50% and 90% of worlds. Dashed grey: the baseline's median; "
            "dotted grey: the ends of its 90% band. Black or white: observed. Dotted lines: pledge and threshold. "
            f"{scored(found, name)}"
        )
    with right:
        with st.grid(2, min_column_width=150, gap="xsmall", key="ally-beside"):
            for of, (words, below) in BESIDE.items():
                with st.container(gap="xxsmall"):
                    beside(found, name, of, year, words, below)
        screen.note(
            f"{badge('judgement')} Beliefs, commitment and posture were never scored. {on_their_way(found, name, year)}"
        )


def beside(found: Allies, name: str, of: str, year: int, words: str, below: str) -> None:
    """One small chart, its question above and its number below."""
    declared = ally.LOOKED_AT[of]
    screen.words(f"**{plain(words)}**  \n:small[{plain(below)}]")
    specs = drawn.PERSONS if of in ("troops", "coming") else drawn.PERCENT
    told = ally_words.path_words(found, name, of, year)
    screen.chart(f"ally-{of}", ally_words.path(found, name, of), specs, told,
                 title=f"{name}: {declared.title}, {declared.unit}", height=110)  # fmt: skip
    screen.words(f":small[{plain(ally_words.below(found, name, of, year))}]")


def scored(found: Allies, name: str) -> str:
    """How forecasts of this ally without a policy did."""
    if not spends(found, name):
        return ""
    return f"{plain(evidence.scored_words('share', code_of(found, name)).capitalize())}."


def on_their_way(found: Allies, name: str, year: int) -> str:
    """Soldiers on their way to this ally at the end of a year."""
    at = ally_words.row(found, name, "coming", year)
    if not at.p95 and not at.base_p95:
        return f"Nobody is on the way to it at the end of {year}."
    return f"On their way to it at the end of {year}: {plain(ally_words.level(at, 'coming'))}."


# --- drivers ------------------------------------------------------------------------------------------------------


def moved(asked: Question, name: str, year: int) -> None:
    """What moves the budgets, over all worlds: year by year, and since the start beside the baseline."""
    screen.heading(f"What moves its budgets, up to {year}?", "judgement")
    found = screen.found(drivers.drivers, asked, name)
    screen.words(plain(drivers.words(found, year)))
    rows = found.summed[found.summed.year == year]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(":small[**Each year**, pp of GDP, means over worlds]")
        screen.chart("drivers", found.yearly, drawn.DRIVERS, drivers.yearly_words(found, year),
                     title=f"{name}: what moved each budget, pp of GDP, means over worlds")  # fmt: skip
    with right:
        st.markdown(f":small[**Since {found.year_start}, to {year}**; diamond: the baseline]")
        screen.chart("drivers-summed", rows, drawn.SUMMED, drivers.summed_words(found, year),
                     title=f"{name}: what moved its spending from {found.year_start} to {year}, pp of GDP")  # fmt: skip
    screen.note(
        "In each world the terms add up to the change of spending exactly, and so do these means; medians, in the "
        "tooltips, do not. A lift is shared out among what asks for it, in proportion; what the highest share cuts off "
        f"is shared out as well. {plain(found.ally)} is played as {plain(found.strategy)}"
        f"{plain(': it ' + report.STRATEGIES[found.strategy]) if found.strategy in report.STRATEGIES else ''}."
    )


# --- one world ----------------------------------------------------------------------------------------------------


def explained(asked: Question, found: Allies, name: str, year: int) -> None:
    """Why in one world, with exact counterfactuals."""
    usual = found.typical[code_of(found, name)]
    screen.heading(f"Why, in one world, in {year}?", "judgement")
    number = st.number_input(
        "Which world?", 0, max(WORLDS) - 1, None, 1, key=WORLD, bind="query-params", width=160,
        placeholder=f"{usual}, typical",
        help="Without a number: the world whose path of spending stays nearest to the median. The same number and "
        "seed always give the same world.",
    )  # fmt: skip
    levers.check_address({WORLD: number})
    told = screen.found(why.explained, asked, name, year, usual if number is None else int(number))
    one = told.explanation
    screen.words(f"**{plain(report.headline(one))}**")
    left, right = st.columns([4, 5], gap="medium")
    with left:
        screen.words(":small[**What each cause did since the start**, pp of GDP]")
        screen.chart("causes", why.parts(one), drawn.CAUSES, why.parts_words(one),
                     title=f"{name}: causes of its spending in {year} in world {one.world}, pp of GDP")  # fmt: skip
        screen.words("  \n".join(f":small[{plain(line)}]" for line in why.why(told)))
    with right:
        screen.words(f":small[**The budget of {year}**, step by step]")
        screen.table("budget", why.steps(one), f"The budget of {name} in {year} in world {one.world}, step by step",
                     row_height=30)  # fmt: skip
    screen.note(
        "Each bar is what a cause adds, on average over all orders of switching causes on (Shapley values). Without a "
        "cause: this very world played again under the same luck, it switched off for all allies from the start. "
        f"World {one.world} belongs to the school {plain(one.school)}. One simulated world, not a forecast."
    )


# --- all allies ---------------------------------------------------------------------------------------------------


def everybody(found: Allies, year: int) -> None:
    """All allies: small panels, a table to sort, a map."""
    screen.heading("And the others?", "judgement")
    panels, table, map_ = st.tabs(["Panels", "Table", "Map"])
    with panels, st.container(horizontal=True, key="panels"):
        screen.chart("panels-chart", ally_words.small(found), drawn.SMALL, ally_words.small_words(found, year),
                     title="Defence spending of every ally, % of GDP")  # fmt: skip
    with panels:
        screen.note(
            "Blue: median and 90% band of the scenario. Dashed grey: median of the baseline. Dotted: the threshold. "
            "Iceland has no armed forces."
        )
    with table:
        rows = ally_words.overview(found, year, evidence.ahead(year, found.start))
        screen.table("overview", rows, f"Every ally in {year}: spending, difference to the baseline, belief, US troops",
                     height=420)  # fmt: skip
        screen.note("Medians. At the threshold: reports at least the scenario's threshold. Click a head to sort.")
    with map_:
        europe(found, year)


def europe(found: Allies, year: int) -> None:
    """The map of a difference."""
    what = st.segmented_control(
        "What does the map show?", list(MAPS), default="Spending", required=True, key="chart", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    levers.check_address({"chart": what})
    of, specs, unit = MAPS[what or "Spending"]
    rows = found.levels[(found.levels.of == of) & (found.levels.year == year)]
    if of == "share":
        rows = rows[rows.p95 > 0.0]
    table = maps.frame(dict(zip(rows.iso3, rows["median"], strict=True)), dict(zip(rows.iso3, rows.words, strict=True)))
    title = f"{ally.LOOKED_AT[of].title}, change by {year}, median"
    screen.chart("map", table, specs, maps.alt(table, title, unit), title=title, height=360)
    screen.note(maps.CREDIT)


if __name__ == "__main__":
    page()
