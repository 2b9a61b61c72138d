"""The lever panel in the side bar. It is drawn by the entry point, so that the levers live in the address of each page.

The address holds the scenario and what differs from it: `?scenario=placebo&threshold=3.5`. Names of levers and
scenarios are therefore part of the interface.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePath
from typing import Any, NoReturn
from urllib.parse import quote

import streamlit as st

from sim import facts, question, reading, sharing
from sim.controls import CONTROLS, EVIDENCE, WITHDRAWAL, on_grid
from sim.errors import InputError
from sim.pages import history, passports
from sim.pages.words import plain
from sim.params import Lever
from sim.question import HIGHEST_SEED, STORY, WORLDS, Question
from sim.reading import LARGEST_FILE
from sim.scenario import scenario_names, scenario_text
from sim.sharing import DEFAULTS, FILE, SCENARIO, SWITCH, VIEWS, span, takes

GROUPS: Mapping[str, Sequence[str]] = {
    "The guarantee": ("threshold", "conditionality", "grace"),
    "Burden sharing": ("pledge", "pressure"),
    "US posture": ("tilt_to_spenders", "pivot", "withdrawal"),
}
"""What is shown at once. Every other lever stands under its kind."""

SHOWN = tuple(name for names in GROUPS.values() for name in names)

HEADINGS: Mapping[str, str] = {
    "commitment": "More on the guarantee",
    "burden": "More on burden sharing",
    "posture": "More on US posture",
    "exercises": "Exercises",
    "trade": "Trade",
    "signals": "Words and law",
    "congress": "US Congress",
    "ukraine": "Ukraine",
    "europe": "European defence",
    "russia": "The war and Russia",
}
"""What the kinds of levers are called; a kind without a heading shows its own word."""

VERBS: Mapping[str, str] = {
    "threshold": "Set the threshold",
    "conditionality": "Make it conditional",
    "grace": "Grant some grace",
    "pledge": "Agree on a pledge",
    "pressure": "Press for the pledge",
    "tilt_to_spenders": "Move to spenders",
    "pivot": "Move to Indo-Pacific",
    "withdrawal": "Leave the east",
    "treaty_exit": "Leave the treaty",
    "us_share": "Set US spending",
    "tilt_to_exposed": "Move to the exposed",
    "border": "Send to US border",
    "surge": "Add in Europe",
    "military_advice": "Heed commanders",
    "exercise_exclusion": "Bar from exercises",
    "trade_linkage": "Tie trade to spending",
    "eu_shield": "Let the EU shield",
    "rhetoric": "Doubt or affirm aloud",
    "reassurance": "Reassure allies",
    "law": "Write it into law",
    "congress": "Let Congress resist",
    "troop_floor": "Set a troop floor",
    "certification": "Certify below it",
    "us_aid": "Send US aid",
    "european_aid": "Send European aid",
    "peacekeepers": "Send peacekeepers",
    "peacekeepers_covered": "Cover peacekeepers",
    "ukraine_accession": "Admit Ukraine",
    "european_effort": "Lead in Europe",
    "joint_procurement": "Buy together",
    "european_umbrella": "Spread an umbrella",
    "ceasefire": "Seek a ceasefire",
}
"""Short names with a verb."""

FORMATS: Mapping[str, str] = {
    "% of GDP": "%.1f%% of GDP",
    "pp of GDP": "%.1f pp of GDP",
    "0 to 1": "%.2f of 1",
    "persons": "%d persons",
    "log weight": "%.1f log weight",
    "times 2024": "%.1f times 2024",
    "-1 to 1": "%.1f of ±1",
    "per quarter": "%.2f a quarter",
}
"""How a slider writes its value; other units stand in its label."""

ELSEWHERE = (SCENARIO, FILE, *VIEWS)
"""Names in the address that are looked at elsewhere than in the panel, or on another page."""

SOURCE, PAGE, UNSEEN = "source", "page", "unseen"
"""Where a session keeps what is loaded, the page that was shown last, and the levers that were not drawn."""


def panel(page: str = "", more: Callable[[Question], None] | None = None) -> Question:
    """Draw the panel; returns the question that it poses. `page` is the page that is shown.

    `more` draws what else can be done with the question, below Undo, Redo and Reset, beside the place for files.
    """
    _address()
    _mend()
    key = _scenario(page)
    with st.sidebar:
        _loader(key)
        actions = st.container(gap="xxsmall", key="actions")
        with st.container(gap="xxsmall"):
            values = {name: value for group, names in GROUPS.items() for name, value in _group(key, group, names)}
        with st.container(gap="xsmall"):
            for kind, names in others().items():
                values |= _kind(key, kind, names)
        with st.expander("Worlds and seed", key="kind-worlds", type="compact"):
            worlds = st.segmented_control(
                "Worlds to simulate", WORLDS, default=DEFAULTS["worlds"], required=True, key="worlds",
                bind="query-params", help="More worlds: less chance in medians and bands, and a longer wait.",
            )  # fmt: skip
            seed = st.number_input(
                "Seed", 0, HIGHEST_SEED, DEFAULTS["seed"], 1, key="seed", bind="query-params",
                help="The same seed gives the same worlds. Scenario and baseline always share it.",
            )  # fmt: skip
        st.caption("The ends of the sliders are not equally hard to reach.")
    check_address({**values, "worlds": worlds, "seed": seed})
    if any(value != on_grid(name, value) for name, value in values.items()):
        st.rerun()
    asked = question.ask(key, values, worlds, seed)
    history.note(asked)
    with actions:
        with st.container(horizontal=True, gap="xxsmall"):
            _actions(asked)
        with st.container(horizontal=True, gap="xxsmall"):
            if more is not None:
                more(asked)
            _file()
    return asked


def _actions(asked: Question) -> None:
    """Back, forward, and back to what was loaded."""
    start = Question(asked.scenario)
    st.button("Undo", on_click=_step, args=(history.back,), disabled=not history.past(), key="undo",
              help="Take the last change back", width="stretch")  # fmt: skip
    st.button("Redo", on_click=_step, args=(history.forward,), disabled=not history.future(), key="redo",
              help="Make it again", width="stretch")  # fmt: skip
    st.button("Reset", on_click=put, args=(start,), disabled=asked == start, key="reset",
              help="Reset to the loaded scenario", width="stretch")  # fmt: skip


def _step(move: Any) -> None:
    if (asked := move()) is not None:
        put(asked)


# --- scenario ---------------------------------------------------------------------------------------------------


def _scenario(page: str) -> str:
    """What is loaded, a key or the text of a file: what the address names, or the story.

    Another page begins with an address of its own, into which what is loaded is written again.
    """
    told = {name: st.query_params[name] for name in (FILE, SCENARIO) if name in st.query_params}
    moved = st.session_state.get(PAGE) not in (None, page)
    st.session_state[PAGE] = page
    if moved:
        st.session_state.address = {}
    if not (moved and not told) or SOURCE not in st.session_state:
        st.session_state[SOURCE] = _told(told)
    _write(st.session_state[SOURCE])
    return st.session_state[SOURCE]


def _told(told: Mapping[str, str]) -> str:
    """The scenario that an address names; what cannot be read is refused, and the story stands instead."""
    if not told:
        return STORY
    try:
        return sharing.from_link("?" + "&".join(f"{name}={quote(value)}" for name, value in told.items())).scenario
    except InputError as error:
        refuse(*(f"{problem} Loaded {title(STORY)} instead." for problem in error.problems))
        return STORY


def _write(source: str) -> None:
    """Put what is loaded into the address."""
    right = sharing.parameters(Question(source))
    for name in (FILE, SCENARIO):
        if name not in right:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != right[name]:
            st.query_params[name] = right[name]


def _loader(key: str) -> None:
    """A drop-down that loads a scenario and then forgets it."""
    st.selectbox(
        "Load a scenario", scenario_names(), index=None, placeholder="Load a scenario…", format_func=title,
        key="loader", on_change=_load, label_visibility="collapsed",
    )  # fmt: skip
    st.caption(
        f"Loaded: **{plain(title(key))}**", help=plain(f"{question.loaded(key).question} {question.loaded(key).about}")
    )


def _file() -> None:
    """A place to open a file of one's own."""
    with st.popover("File…", key="open", help="Open a scenario file of your own"):
        st.file_uploader(
            "Open a scenario file (YAML)", type=["yaml", "yml"], max_upload_size=1, key="upload",
            on_change=_upload, help="The same file that `article5 run FILE` takes; at most 64 kB.",
        )  # fmt: skip
        for problem in st.session_state.get(WRONG, []):
            st.text(problem)


WRONG = "wrong"
"""Where a session keeps what was wrong with the last file."""


def _upload() -> None:
    """Load the file that was opened, or say what is wrong with it, as the command line does."""
    stored, st.session_state[WRONG] = st.session_state.upload, []
    if stored is None:
        return
    name = PurePath(stored.name).name
    try:
        if stored.size > LARGEST_FILE:
            raise InputError(f"{name}: has {stored.size:,} bytes. Write at most {LARGEST_FILE:,}.")
        text = reading.text_of(stored.getvalue(), Path(name)).rstrip() + "\n"
        scenario_text(text, name)
        sharing.packed(text)
        put(_loaded(text))
    except InputError as error:
        st.session_state[WRONG] = list(error.problems)
        refuse(f"{name}: not loaded.", *error.problems)


def _load() -> None:
    key, st.session_state.loader = st.session_state.loader, None
    if key is None:
        return
    try:
        put(_loaded(key))
    except InputError as error:
        refuse(*error.problems)


def _loaded(source: str) -> Question:
    """A scenario as it stands, in the worlds that are shown."""
    now = history.now()
    return Question(source, worlds=now.worlds, seed=now.seed) if now else Question(source)


def put(asked: Question) -> None:
    """Put every control where a question has it, worlds and seed too."""
    values = {**question.settings(asked.scenario), **dict(asked.levers)}
    if asked.withdrawal is not None:
        values["withdrawal"] = asked.withdrawal
    for name, value in values.items():
        st.session_state[name] = _typed(CONTROLS[name], value)
    st.session_state[UNSEEN] = set()
    st.session_state.update(worlds=asked.worlds, seed=asked.seed)
    st.session_state[SOURCE] = asked.scenario
    _write(asked.scenario)


def title(key: str) -> str:
    """A scenario's name; its key when the file cannot be read."""
    try:
        return question.loaded(key).name
    except InputError:
        return key


# --- levers -----------------------------------------------------------------------------------------------------


def _group(key: str, group: str, names: Sequence[str]) -> list[tuple[str, float]]:
    st.markdown(f"**{group}**")
    return [(name, _lever(key, name)) for name in names]


def _kind(key: str, kind: str, names: Sequence[str]) -> dict[str, float]:
    """The levers of a kind; they are drawn while they can be seen, or where one of them was moved.

    What is not drawn has the scenario's value, and costs nothing when another lever is moved.
    """
    unseen = st.session_state.setdefault(UNSEEN, set())
    for name in unseen.intersection(names):
        if name in st.query_params:  # by the way back to an address: the control takes its value from there
            st.session_state.pop(name, None)
        else:  # nobody can have moved it, and the scenario may be another one
            st.session_state[name] = _start(key, name)
    moved = any(_moved(key, name) for name in names)
    folded = st.expander(
        HEADINGS.get(kind, kind.capitalize()), key=f"kind-{kind}", type="compact", on_change="rerun",
    )  # fmt: skip
    if folded.open or moved:
        unseen.difference_update(names)
        with folded:
            values = {name: _lever(key, name) for name in names}
    else:
        unseen.update(names)
        values = {name: float(_start(key, name)) for name in names}
        st.session_state.update({name: _start(key, name) for name in names})  # else the address would miss what is put
    if not folded.open and (acting := [short(name) for name in names if values[name] != CONTROLS[name].neutral]):
        st.caption(f"Set: {plain(', '.join(acting))}")
    return values


def _moved(key: str, name: str) -> bool:
    """Whether a lever stands elsewhere than in the scenario, or the address names it."""
    return name in st.query_params or st.session_state.get(name, _start(key, name)) != _start(key, name)


def others() -> dict[str, list[str]]:
    """The levers that are not shown at once, by kind: kinds of the groups above first."""
    kinds = dict.fromkeys([*HEADINGS, *(control.kind for control in CONTROLS.values())])
    found = {k: [n for n, control in CONTROLS.items() if control.kind == k and n not in SHOWN] for k in kinds}
    return {kind: names for kind, names in found.items() if names}


def _lever(key: str, name: str) -> float:
    """A lever, and beside it the button that opens its passport."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xxsmall"):
        value = _toggle(key, name) if CONTROLS[name].unit == SWITCH else _slider(key, name)
        st.button(
            passports.mark(f"Passport of {name.replace('_', ' ')}"), key=f"passport-{name}", type="tertiary",
            on_click=passports.ask, args=(name,),
        )  # fmt: skip
    if name == WITHDRAWAL.name and value and (status := question.unsettled(key)):
        st.caption(f"Here it is {plain(status)}: in some worlds it does not come.")
    return value


def _toggle(key: str, name: str) -> float:
    start = _start(key, name)
    return float(
        st.toggle(label(name), bool(start), key=name, bind="query-params", help=explain(name), width="stretch")
    )


def _slider(key: str, name: str) -> float:
    control = CONTROLS[name]
    low, high, step = (_typed(control, value) for value in (control.low, control.high, control.step))
    start = _start(key, name)
    if name in st.session_state:
        fits = _typed(control, on_grid(name, st.session_state[name]))
        if fits != st.session_state[name]:  # else nothing is written: it would take back a key pressed meanwhile
            st.session_state[name] = fits
    return st.slider(
        label(name), low, high, start, step, format=FORMATS.get(control.unit),
        key=name, bind="query-params", help=explain(name),
    )  # fmt: skip


def _start(key: str, name: str) -> float:
    """Where the loaded scenario has a lever."""
    return _typed(CONTROLS[name], question.settings(key)[name])


def _typed(control: Lever, value: float) -> float:
    """Persons are whole, and a switch is on or off."""
    if control.unit == SWITCH:
        return bool(value)
    return int(value) if control.unit == "persons" else float(value)


@cache
def label(name: str) -> str:
    """What a lever does, its unit if the slider does not show it, and the word assumption if its source has it."""
    control = CONTROLS[name]
    unit = "" if control.unit in (*FORMATS, SWITCH) else f" ({control.unit})"
    mark = " · *assumption*" if "assumption" in control.source else ""
    return f"{plain(short(name) + unit)}{mark}"


def short(name: str) -> str:
    """A lever by its verb."""
    return VERBS.get(name, name.replace("_", " ").capitalize())


@cache
def explain(name: str) -> str:
    """What a lever means, its range, how well it is known and from where."""
    control = CONTROLS[name]
    known = [
        f"**{plain(control.about)}.**",
        plain(f"{span(control)}; no effect at {control.neutral:,g}. Named {name} in scenario files."),
        f"*How it is known:* {plain(EVIDENCE[control.evidence])}.",
        *(f"*Source:* {plain(facts.cite(source))}." for source in control.source),
        f"*Note:* {plain(control.note)}",
    ]  # fmt: skip
    return "\n\n".join(known)


# --- the address ------------------------------------------------------------------------------------------------


def _address() -> Mapping[str, str]:
    """The address as the session began with it."""
    if "address" not in st.session_state:
        st.session_state.address = {name: "&".join(st.query_params.get_all(name)) for name in st.query_params}
        st.session_state.refused = []
    return st.session_state.address


def _mend() -> None:
    """Take numbers of worlds and seeds that are none out of the address: Streamlit itself stumbles over some."""
    right = {"worlds": "|".join(map(str, WORLDS)), "seed": rf"[0-9]{{1,{len(str(HIGHEST_SEED))}}}"}
    told = {name: st.query_params[name] for name in right if name in st.query_params}
    wrong = [name for name, value in told.items() if not re.fullmatch(right[name], value)]
    for name in wrong:
        del st.query_params[name]
    if wrong:
        st.rerun()


def check_address(values: Mapping[str, Any]) -> None:
    """Compare what the address asked for with what came of it, once, and note what was refused."""
    grid = {name: on_grid(name, float(value)) for name, value in values.items() if name in CONTROLS}
    switches = {name: bool(value) for name, value in grid.items() if CONTROLS[name].unit == SWITCH}
    for name, value in {**values, **grid, **switches}.items():
        asked = st.session_state.address.pop(name, None)
        if asked is None or asked == _in_address(value) or (name not in switches and _same(asked, value)):
            continue
        refuse(f"{name}={asked}: refused, {_in_address(value)} is used. {_right(name)}".strip())


def in_address(name: str) -> bool:
    """Whether the address that the session began with names something that was not looked at yet."""
    return name in st.session_state.address


def _in_address(value: Any) -> str:
    """A value as the address writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _right(name: str) -> str:
    """What a name in the address takes."""
    return takes(CONTROLS[name]) if name in CONTROLS else ""


def _same(asked: str, value: Any) -> bool:
    try:
        return float(asked) == float(value)
    except (TypeError, ValueError):
        return False


def refuse(*problems: str) -> None:
    """Note something that was not taken over, to be shown once."""
    st.session_state.refused = [*st.session_state.get("refused", []), *problems]


PLACE = "refused-place"
"""Where a session keeps the place above the page for what was refused."""


def place(above: Any) -> None:
    """Set the place above the page for what is refused while it is drawn."""
    st.session_state[PLACE] = above


def tell() -> None:
    """Say above the page what was refused. A run that gives way to a newer one never comes here: that one tells it."""
    if problems := complaints():
        st.session_state[PLACE].warning("  \n".join(map(plain, problems)))


def stop() -> NoReturn:
    """End the page here, and say what was refused so far: nothing can be drawn after Streamlit's own stop."""
    tell()
    st.stop()


def complaints() -> list[str]:
    """What was refused, with names in the address that mean nothing; then it is forgotten.

    A name that is looked at elsewhere stays until its page has looked at it, or another page is shown.
    """
    left = [f"{name}: unknown name in the address." for name in st.session_state.address if name not in ELSEWHERE]
    st.session_state.address = {n: text for n, text in st.session_state.address.items() if n in ELSEWHERE}
    told, st.session_state.refused = [*st.session_state.refused, *left], []
    return told
