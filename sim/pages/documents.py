"""Documents that disagree: scenarios side by side, coloured by the documents that they come from."""

import streamlit as st

from sim import charts, evidence, side
from sim.errors import InputError
from sim.pages import levers
from sim.pages.words import badge, badges, plain, theme
from sim.question import BASELINE, Question
from sim.scenario import scenario_names
from sim.side import MOST, PAIR, Side

BESIDE = "beside"


@st.cache_data(max_entries=50, max_size="64MB", show_spinner="Simulating…")
def beside(keys: tuple[str, ...], worlds: int, seed: int) -> Side:
    """Scenarios side by side, kept for whoever asks again."""
    return side.side(keys, worlds, seed)


def page() -> None:
    """The whole page."""
    asked: Question = st.session_state.question
    st.markdown("#### What if documents disagree?")
    st.caption(
        "Each scenario as it stands in its file, next to the baseline under the same luck; the levers play no part "
        "here. Nothing is averaged over documents: each is a family of worlds of its own."
    )
    names = [key for key in scenario_names() if key != BASELINE]
    keys = st.multiselect(
        "Which scenarios?", names, default=list(PAIR), max_selections=MOST, key=BESIDE, bind="query-params",
    )  # fmt: skip
    levers.check_address({BESIDE: "&".join(keys)})
    if problems := levers.complaints():
        st.warning("  \n".join(map(plain, problems)))
    if not keys:
        st.info("Choose at least one scenario.")
        return
    try:
        found = beside(tuple(keys), asked.worlds, asked.seed)
    except InputError as error:
        st.error("This cannot be simulated.")
        for problem in error.problems:
            st.text(problem)
        return
    shown(found, asked)


def shown(found: Side, asked: Question) -> None:
    """The chart, then the tables."""
    judged = badge("judgement")
    st.markdown(f"##### {plain(found.title)} {judged}")
    with st.container(key="families"):
        st.vega_lite_chart(found.troops, charts.FAMILIES[theme()], height=360, alt=found.words)
    st.markdown(f"##### Differences to the baseline, world by world, by {found.year}: median (90% of worlds) {judged}")
    st.dataframe(found.differences, hide_index=True, height="content", alt="Differences by outcome and scenario")
    st.caption(
        "No difference between policies was ever scored. The level of spending was, without a new policy. "
        f"Europe and Canada together: {plain(evidence.series_words(evidence.AGGREGATE))}. The page Evidence has more."
    )
    st.markdown(f"##### Risk of a limited attack since the start, as a multiple of the baseline {judged}")
    st.dataframe(found.risks, hide_index=True, height="content", alt="Relative risk by front, school and scenario")
    st.caption(f"Deterrence was not scored and cannot be. {evidence.DETERRENCE}")
    if found.regret is not None:
        st.markdown(f"##### What each policy would be regretted for {judged}")
        st.dataframe(found.regret, hide_index=True, height="content", alt="Regret by policy and school")
        st.caption(
            "Probability by which a policy exceeds the least risky one shown here in the same world: median of the "
            "school's worlds. A judgement, whose level rests on the assumed anchor."
        )
    st.caption(
        f"{asked.worlds:,} simulated worlds, seed {asked.seed} · plans {', '.join(found.plans)}. Risks rest on "
        "judgement and cannot be scored; schools are not weighed. "
        f"{badges()} Outcomes of stated assumptions, not a forecast."
    )


if __name__ == "__main__":
    page()
