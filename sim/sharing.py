"""A question as a link, a file, a command and a notebook cell: the same object, and each turns into the others.

A link is what stands behind the question mark of an address: `scenario=placebo&threshold=3.5&seed=7`. It holds the
scenario and what differs from it; a scenario of one's own travels inside it, packed.
"""

import base64
import binascii
import math
import shlex
import zlib
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from sim import question
from sim.controls import CONTROLS, on_grid, unit_after
from sim.errors import InputError
from sim.outcomes import HEADLINES
from sim.params import Lever
from sim.question import BASELINE, HIGHEST_SEED, STORY, WORLDS, Question
from sim.reading import LARGEST_FILE, hint
from sim.scenario import scenario_names

SCENARIO, FILE = "scenario", "file"
SWITCH = "0 or 1"
"""The unit of a lever that is on or off, which a link writes true or false."""

LONGEST_LINK = 16_000
"""Characters of a link; browsers and servers cut longer ones."""

DEFAULTS: dict[str, int] = {"worlds": Question().worlds, "seed": Question().seed}
"""What a link leaves out."""

VIEWS = (
    "year", "ally", "allies", "scored", "focus", "chart", "with", "pin", "against", "of", "world", "quarter", "agent",
    "path", "ally_world", "outcome", "at", "told", "filed", "effort", "game", "role", "lead", "results", "measure",
    "end", "lever", "differ", "base", "only", "best", "policy", "part", "under",
)  # fmt: skip
"""Names in an address that choose what a page shows and not what is simulated."""


# --- files in links -----------------------------------------------------------------------------------------------


def packed(text: str) -> str:
    """The text of a scenario file as it stands in a link. Raises InputError for one that is too long for a link."""
    code = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(code) > LONGEST_LINK:
        raise InputError(f"scenario file: {len(code):,} characters when packed. A link holds {LONGEST_LINK:,}.")
    return code


def unpacked(code: str) -> str:
    """The text of a scenario file in a link. Raises InputError for what was not packed by `packed`."""
    wrong = InputError(f"{FILE}={code[:20]}…: no scenario file is packed in this link. Copy the whole link.")
    if len(code) > LONGEST_LINK:
        raise wrong
    try:
        stored = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        text = reader.decompress(stored, LARGEST_FILE + 1).decode()
    except (binascii.Error, zlib.error, ValueError):
        raise wrong from None
    if not reader.eof or len(text.encode()) > LARGEST_FILE:
        raise wrong
    return text


# --- links --------------------------------------------------------------------------------------------------------


def parameters(asked: Question) -> dict[str, str]:
    """What a link holds, by name; what is as the scenario has it is left out. Raises InputError."""
    found: dict[str, str] = {}
    if question.is_file(asked.scenario):
        found[FILE] = packed(asked.scenario)
    elif asked.scenario != STORY:
        found[SCENARIO] = asked.scenario
    moved = dict(asked.levers)
    if asked.withdrawal is not None:
        moved["withdrawal"] = asked.withdrawal
    found |= {name: in_link(name, value) for name, value in moved.items()}
    return found | {n: str(getattr(asked, n)) for n, usual in DEFAULTS.items() if getattr(asked, n) != usual}


def in_link(name: str, value: float) -> str:
    """A lever's value as a link writes it."""
    if CONTROLS[name].unit == SWITCH:
        return str(bool(value)).lower()
    return f"{value:.0f}" if CONTROLS[name].unit == "persons" else repr(float(value))


def link(asked: Question) -> str:
    """A question as text: `scenario=placebo&threshold=3.5`. Raises InputError."""
    named_ = {} if question.is_file(asked.scenario) else {SCENARIO: asked.scenario}
    return urlencode(named_ | parameters(asked), quote_via=quote)


def short_link(asked: Question) -> str:
    """A link without what the app opens on: empty for the story as it stands. Raises InputError."""
    return urlencode(parameters(asked), quote_via=quote)


def is_link(text: str) -> bool:
    """Whether a text that ought to name a scenario is a link or an address."""
    return text.startswith("?") or "://" in text


def from_link(text: str) -> Question:
    """The question of a link, of `?…`, or of a whole address of the app; what only chooses a view is passed over.

    Raises InputError with one line for each name or value that cannot be meant.
    """
    query = urlsplit(text).query if "://" in text else text.lstrip("?")
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    values = {name: value for name, value in pairs if name not in VIEWS}
    problems = [
        f"{name}: stands twice in the link. Keep one." for name in values if [n for n, _ in pairs].count(name) > 1
    ]
    source, found = _source(values)
    problems += found
    moved = {}
    for name in [n for n in values if n in CONTROLS]:
        try:
            moved[name] = value_of(name, values.pop(name))
        except InputError as error:
            problems += error.problems
    worlds, seed = _whole("worlds", values, problems), _whole("seed", values, problems)
    known = (SCENARIO, FILE, *DEFAULTS, *CONTROLS)
    problems += [f"{name}: unknown name in the link. {hint(name, known)}" for name in values]
    if problems:
        raise InputError(problems)
    return question.ask(source, {**question.settings(source), **moved}, worlds, seed)


def _source(values: dict[str, str]) -> tuple[str, list[str]]:
    """The scenario of a link, the story unless it says otherwise, and what is wrong with it."""
    key, code = values.pop(SCENARIO, None), values.pop(FILE, None)
    try:
        if code is not None:
            text = unpacked(code)
            question.loaded(text)
            return text, [] if key is None else [f"{SCENARIO}: stands beside a file. Keep one of them."]
    except InputError as error:
        return STORY, list(error.problems)
    if key is None or key in scenario_names():
        return key or STORY, []
    return STORY, [f"{SCENARIO}={key[:60]}: no such scenario. {hint(key, scenario_names(), most=40)}"]


def value_of(name: str, text: str) -> float:
    """A lever's value from a link. Raises InputError for what is no number, out of range or off its steps."""
    control = CONTROLS[name]
    if control.unit == SWITCH:
        if text not in ("true", "false"):
            raise InputError(f"{name}={text[:40]}: is no switch. {takes(control)}")
        return float(text == "true")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not control.low <= value <= control.high or not math.isclose(value, on_grid(name, value), abs_tol=1e-9):
        raise InputError(f"{name}={text[:40]}: does not fit. {takes(control)}")
    return on_grid(name, value)


def takes(control: Lever) -> str:
    """What a lever takes, as a sentence."""
    return "It takes true or false." if control.unit == SWITCH else f"It takes {span(control)}."


def span(control: Lever) -> str:
    """A lever's range in words."""
    if control.unit == SWITCH:
        return SWITCH
    return f"{control.low:,g} to {control.high:,g}{unit_after(control)}, in steps of {control.step:,g}"


def _whole(name: str, values: dict[str, str], problems: list[str]) -> int:
    """Worlds or seed of a link."""
    usual, text = DEFAULTS[name], values.pop(name, None)
    if text is None:
        return usual
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    right = value in WORLDS if name == "worlds" else 0 <= value <= HIGHEST_SEED
    if not right:
        what = ", ".join(map(str, WORLDS)) if name == "worlds" else f"a whole number up to {HIGHEST_SEED}"
        problems.append(f"{name}={text[:40]}: does not fit. It takes {what}.")
    return value if right else usual


# --- file, command, cell ------------------------------------------------------------------------------------------


def scenario_file(asked: Question) -> str:
    """The question as a scenario file; worlds and seed stand in a comment. Raises InputError."""
    return f"# {asked.worlds} worlds, seed {asked.seed}\n{question.named(asked).to_yaml()}"


def command(asked: Question) -> str:
    """The command that prints the same numbers. Raises InputError."""
    return shlex.join(
        ["article5", "compare", BASELINE, name(asked), "--worlds", str(asked.worlds), "--seed", str(asked.seed)]
    )


def name(asked: Question) -> str:
    """How the command line and Python name a question: its scenario, or its link where levers were moved."""
    plain = Question(asked.scenario, worlds=asked.worlds, seed=asked.seed)
    if asked == plain and not question.is_file(asked.scenario):
        return asked.scenario
    return "?" + link(Question(asked.scenario, asked.levers, asked.withdrawal))


def cell(asked: Question) -> str:
    """The same numbers in Python, as a cell of a notebook. Raises InputError."""
    return CELL.format(
        link="?" + link(asked), baseline=BASELINE, worlds=asked.worlds, seed=asked.seed, outcomes=list(HEADLINES)
    )


CELL = """import sim
from sim.sharing import from_link

scenario = from_link({link!r}).resolved()
baseline = sim.load_scenario({baseline!r}).under(scenario)
both = sim.compare(
    sim.run(baseline, worlds={worlds}, seed={seed}), sim.run(scenario, worlds={worlds}, seed={seed})
)
both[{outcomes}].quantile([0.05, 0.5, 0.95], "world").to_dataframe()
"""
