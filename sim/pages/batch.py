"""The results of a batch: choose a directory, filter its policies, plot an outcome, take the table away."""

from pathlib import Path
from typing import Any

import streamlit as st

from sim import shelf
from sim.analysis import measures
from sim.batch.tables import EVERY_SCHOOL
from sim.charts import shelf as drawn_charts
from sim.errors import InputError
from sim.outcomes.named import COSTS, ONLY_TOGETHER, is_risk
from sim.pages import levers, screen
from sim.pages.words import badge, plain
from sim.question import Question
from sim.results import BEST
from sim.shapes import Shapes
from sim.shelf import drawn, views
from sim.shelf.views import LEVER, Book, Only, Spread

RESULTS, MEASURE, END, OVER, DIFFER, BASE, ONLY, UNDER, GOOD, POLICY = (
    "results", "measure", "end", "lever", "differ", "base", "only", "under", "best", "policy",
)  # fmt: skip

FIRST = "spending_europe_canada_share"
MOST_LISTED = 1000

EXPLORE = str(Path(__file__).with_name("explore.py"))
WRONG = "wrong-policy"


def page() -> None:
    """The whole page."""
    screen.question("What did a batch of policies find?")
    name = choose_directory()
    stamp = screen.read(shelf.stamp, name)
    told = screen.found(views.book, name, stamp)
    outcome, year, against = choose_outcome(told)
    only, scenarios = choose_policies(told)
    found = screen.found(views.spread, name, stamp, outcome, year, only, scenarios, against)
    heading(told, found)
    over_lever(told, found)
    policies(found)
    table(told, found)
    robustness(told, stamp, found, only, scenarios, against)
    failures(told)
    opened(told, stamp)
    footer(told)


# --- choices ------------------------------------------------------------------------------------------------------


def choose_directory() -> str:
    """One of the directories that may be opened; without any, what to do about it."""
    names = list(shelf.directories())
    if not names:
        st.info(
            "There are no results here yet. Play a batch into a directory below the folder of results, such as "
            "`article5 batch experiments/hundred-policies.yaml --out results/hundred`; whoever runs this app names "
            f"other folders in {shelf.RESULTS}."
        )
        levers.check_address({RESULTS: "none"})
        levers.stop()
    name = st.selectbox("Which results?", names, key=RESULTS, bind="query-params")
    levers.check_address({RESULTS: name})
    return name


def choose_outcome(told: Book) -> tuple[str, int, int | None]:
    """The outcome, the year, and the number of the policy to compare with, None for levels."""
    titles = {measures.label_of(outcome): outcome for outcome in told.outcomes if outcome not in COSTS}
    if not titles:
        st.info(ONLY_TOGETHER)
        levers.stop()
    usual = list(titles.values()).index(FIRST) if FIRST in titles.values() else 0
    left, middle, right, last = st.columns([4, 2, 3, 2], vertical_alignment="bottom")
    with left:
        title = st.selectbox("Which outcome?", list(titles), index=usual, key=MEASURE, bind="query-params",
                             help=ONLY_TOGETHER if set(COSTS) & set(told.outcomes) else None)  # fmt: skip
    with middle:
        year = st.selectbox("By when?", told.years, index=len(told.years) - 1, key=END, bind="query-params")
    risk = is_risk(titles[title])
    with right:
        differ = st.toggle(
            "As a difference to a policy", key=DIFFER, bind="query-params",
            help="World by world, in the same luck. A risk is always told as a multiple of another policy's.",
        )  # fmt: skip
    with last:
        base = st.number_input(
            "Which policy?", 0, max(len(told.policies) - 1, 1), 0, 1, key=BASE, bind="query-params",
            disabled=not (differ or risk),
        )  # fmt: skip
    levers.check_address({MEASURE: title, END: year, DIFFER: differ, BASE: base})
    if risk and not differ:
        screen.note(
            f"The level of a risk rests on an assumed anchor: it is shown as a multiple of that of policy {base}."
        )
    return titles[title], int(year), int(base) if differ or risk else None


def choose_policies(told: Book) -> tuple[Only, tuple[str, ...]]:
    """A filter on the levers that differ, which stands in the address as `only=threshold:3:5`, and on scenarios."""
    asked = _asked(told)
    picked: list[tuple[str, float, float]] = []
    with st.expander(f"Filter {len(told.policies):,} policies by what differs", key="filter"):
        scenarios = _scenarios(told)
        with st.grid(3, min_column_width=220):
            for column in told.levers:
                values = told.policies[column].dropna()
                low, high = float(values.min()), float(values.max())
                key = f"{ONLY}-{told.digest}-{column}"
                if key not in st.session_state and column in asked:
                    st.session_state[key] = asked[column]
                ends = st.slider(levers.short(column.removeprefix(LEVER)), low, high, (low, high), key=key)
                if tuple(ends) != (low, high):
                    picked.append((column, *ends))
        st.caption("A policy that does not set a lever is left out where that lever is narrowed.")
    st.query_params[ONLY] = [f"{column.removeprefix(LEVER)}:{low!r}:{high!r}" for column, low, high in picked]
    if not picked:
        st.query_params.pop(ONLY, None)
    return tuple(picked), scenarios


def _scenarios(told: Book) -> tuple[str, ...]:
    """Only policies of these scenarios; none is all."""
    names = list(dict.fromkeys(told.policies["scenario"]))
    if len(names) < 2:
        return ()
    chosen = st.multiselect("Only under these scenarios", names, key=UNDER, bind="query-params", placeholder="All")
    levers.check_address({UNDER: "&".join(chosen)})
    return tuple(chosen)


def _asked(told: Book) -> dict[str, tuple[float, float]]:
    """The filter of the address, once; what cannot be meant is refused aloud."""
    if st.session_state.get(f"{ONLY}-read") == told.digest:
        return {}
    st.session_state[f"{ONLY}-read"] = told.digest
    found = {}
    for text in st.query_params.get_all(ONLY):
        column, ends = f"{LEVER}{text.split(':')[0]}", _ends(text)
        if column not in told.levers or ends is None:
            levers.refuse(f"{ONLY}={text[:60]}: no filter of these results. Write only=threshold:3:5.")
            continue
        values = told.policies[column].dropna()
        low, high = (min(max(end, float(values.min())), float(values.max())) for end in ends)
        if (low, high) != ends:
            levers.refuse(f"{ONLY}={text[:60]}: reaches beyond these policies, {low:g} to {high:g} is used.")
        found[column] = (low, high)
    return found


def _ends(text: str) -> tuple[float, float] | None:
    """The two ends of a filter, if that is what it is."""
    try:
        _, low, high = text.split(":")
        ends = float(low), float(high)
    except ValueError:
        return None
    return ends if ends[0] <= ends[1] and all(abs(end) < 1e12 for end in ends) else None


# --- what is shown ------------------------------------------------------------------------------------------------


def heading(told: Book, found: Spread) -> None:
    """What was played, and which policy stands highest."""
    screen.words(f"**{plain(told.title)}**" + (f": {plain(told.about)}" if told.about else ""))
    count = found.table["policy"].nunique()
    screen.note(
        f"{count:,} of {len(told.policies):,} policies in {told.worlds:,} worlds each, seed {told.seed}; "
        + ("outcomes of every world are kept" if told.worlds_kept else "only summaries are kept")
        + (f"; {told.failed:,} runs failed (below)." if told.failed else ".")
    )
    for sentence in found.notes:
        screen.note(plain(sentence))


def titled(found: Spread) -> str:
    """What a chart shows, with its unit."""
    words = f"{found.label}, {found.unit}" if found.unit else found.label
    if found.against and found.nought == 0.0:
        words += f", difference to policy {found.against}"
    return f"{words}, end of {found.year}"


def over_lever(told: Book, found: Spread) -> None:
    """The outcome against a lever, a panel for each school where schools are told apart."""
    screen.heading("Which way does it go with a lever?", "judgement")
    names = {levers.short(column.removeprefix(LEVER)): column for column in told.levers}
    if not names:
        screen.words("These policies set no lever differently.")
        return
    word = st.selectbox("Against which lever?", list(names), key=OVER, bind="query-params")
    levers.check_address({OVER: word})
    rows, said = drawn.against_lever(found, names[word])
    panels(f"lever-{found.outcome}", rows, drawn_charts.POINTS, found, f"{titled(found)}, against {word}", 260)
    screen.note(
        f"Up: {plain(titled(found))}. Across: {plain(word)}. Points are medians, bars hold 90% of worlds"
        f"{dashed(found)}. {said} What else differs between the policies differs here, too."
    )


def policies(found: Spread) -> None:
    """One policy below the other."""
    screen.heading("How does each policy do?", "judgement")
    rows, said = drawn.by_policy(found)
    panels("policies", rows, drawn_charts.ROWS, found, titled(found), None)
    screen.note(
        f"{plain(titled(found))}: point the median, dark and pale bars 50% and 90% of worlds{dashed(found)}. {said}"
    )


def dashed(found: Spread) -> str:
    """What the dashed line is, if there is one."""
    return ", the dashed line is no difference" if found.nought is not None else ""


def panels(key: str, rows: Any, specs: screen.Specs, found: Spread, title: str, height: int | None) -> None:
    """A panel, or one for each school: they are never pooled where that would weigh them."""
    schools = list(dict.fromkeys(rows["school"]))
    with st.grid(min(len(schools), 2) or 1, min_column_width=280, gap="xsmall", key=key):
        for school in schools:
            own = rows[rows["school"] == school]
            with st.container(gap="xxsmall"):
                if school != EVERY_SCHOOL:
                    st.markdown(f"**{school.capitalize()}**")
                words = f"{title}" + (f", {school} school" if school != EVERY_SCHOOL else "")
                screen.chart(f"{key}-{school}", own, specs, f"{words}: {drawn.words(own)}", title=words, height=height)


def table(told: Book, found: Spread) -> None:
    """The table of what is plotted, and all of it as a file."""
    screen.heading("The numbers", "judgement", f":small[{plain(titled(found))}]")
    rows = found.table
    shown = rows.head(MOST_LISTED)
    screen.table(
        "spread", shown, f"{titled(found)}: count, mean and quantiles over worlds by policy",
        column_config={c: st.column_config.NumberColumn(format="%.3g") for c in ("mean", *views.BANDS)}
        | {"label": st.column_config.TextColumn(width="medium")},
        height=320,
    )  # fmt: skip
    if len(rows) > len(shown):
        screen.note(f"The first {len(shown):,} of {len(rows):,} rows are listed; the files hold all.")
    left, right = st.columns(2)
    left.download_button(
        "Download these numbers (CSV)", lambda: views.csv(told, found), "article5-batch.csv", "text/csv",
        on_click="ignore", key="batch-csv", width="stretch",
    )  # fmt: skip
    right.download_button(
        "Download these numbers (Parquet)", lambda: views.parquet(told, found), "article5-batch.parquet",
        "application/vnd.apache.parquet", on_click="ignore", key="batch-parquet", width="stretch",
    )  # fmt: skip


def robustness(
    told: Book, stamp: str, found: Spread, only: Only, scenarios: tuple[str, ...], against: int | None
) -> None:
    """Regret by policy and school, worked out when it is asked for."""
    if not told.worlds_kept:
        return
    asked = st.expander(
        "Which policies would be regretted least?", expanded=levers.in_address(GOOD), on_change="rerun", key="robust"
    )
    if not asked.open:
        return
    with asked:
        best = st.segmented_control("Which end is good?", BEST, default=BEST[0], required=True, key=GOOD,
                                    bind="query-params")  # fmt: skip
        levers.check_address({GOOD: best})
        rows, notes = screen.found(
            views.regrets, told.name, stamp, found.outcome, best, found.year, only, scenarios, against or 0
        )
        screen.table(
            "regret", rows.head(MOST_LISTED), "Regret by policy and school, least regretted first", height=320,
            column_config={c: st.column_config.NumberColumn(format="%.3g") for c in rows.select_dtypes("float")}
            | {"label": st.column_config.TextColumn(width="medium")},
        )  # fmt: skip
        screen.note(
            "Regret: how far a policy falls short of the best of these policies in the same world; shown is the most "
            "in 90 of 100 worlds of a school. Schools are rival theories and never pooled: the worst of them is what a "
            f"policy can promise. {badge('judgement')}"
        )
        for sentence in notes:
            screen.note(plain(sentence))


def failures(told: Book) -> None:
    """Runs that came to nothing, with the command that repeats each."""
    if not told.failed:
        return
    screen.heading("What failed?")
    screen.table("failures", told.failures, "Runs that failed, with the error and the command that repeats the first")
    more = "" if len(told.failures) < views.MOST_FAILURES else f" The first {views.MOST_FAILURES} are listed."
    screen.note(f"{told.failed:,} runs failed. The commands are to be given in the directory of the results.{more}")


def opened(told: Book, stamp: str) -> None:
    """One policy, put into the levers so that every page can show it."""
    screen.heading("Look at one policy")
    last = len(told.policies) - 1
    number = int(st.number_input("Policy", 0, max(last, 1), 0, 1, key=POLICY, bind="query-params"))
    levers.check_address({POLICY: number})
    if number <= last:
        st.text(str(told.policies.set_index("policy").loc[number, "label"]))
    if st.button("Set the levers as it has them", on_click=_put, args=(told.name, stamp, number), key="open-policy"):
        wrong = st.session_state.pop(WRONG, [])
        for problem in wrong:
            st.text(problem)
        if not wrong:
            st.page_link(EXPLORE, label=f"The levers show policy {number} now: look at it in Explore")


def _put(name: str, stamp: str, number: int) -> None:
    """Set the levers as a policy has them, or note why not."""
    try:
        levers.put(views.as_question(name, stamp, number))
        st.session_state.pop(WRONG, None)
    except InputError as error:
        st.session_state[WRONG] = list(error.problems)


def footer(told: Book) -> None:
    """What was played; the levers in the side bar play no part here."""
    played = Question(worlds=told.worlds, seed=told.seed)
    screen.footer(
        played, {"experiment": told.digest}, told.start,
        "the digest is that of the experiment; the levers play no part here", of=Shapes,
    )  # fmt: skip


if __name__ == "__main__":
    page()
