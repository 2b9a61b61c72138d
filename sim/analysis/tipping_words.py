"""Tipping points in words: the question, a row for each school, and what a reader must know besides."""

from collections.abc import Iterator

from sim.analysis import crossing
from sim.analysis.crossing import Tip
from sim.analysis.tipping import Question, Tipping
from sim.controls import unit_after
from sim.evaluation import RELATIVE
from sim.outcomes import FRONT_NAMES, OUTCOMES
from sim.params import levers
from sim.tables import lines, number


def text(found: Tipping) -> str:
    """Everything for people."""
    return "\n".join(_text(found))


def question(q: Question) -> str:
    """The question in one sentence."""
    side = "above" if q.above else "below"
    declared = OUTCOMES["risk" if q.outcome in RELATIVE else q.outcome]
    name = f'"{declared.label}"' + (f" ({FRONT_NAMES.get(q.of, q.of)})" if q.of else "")
    base = q.against and q.against.name
    if q.outcome in RELATIVE:
        said = f"{name} lie {side} {q.level:g} times that of {base}"
    elif base:
        said = f"the difference of {name} from {base} lie {side} {q.level:+g}{unit_after(declared)}"
    else:
        said = f"{name} lie {side} {q.level:g}{unit_after(declared)}"
    lever = q.lever.replace("_", " ")
    return f"{q.scenario.name}: from which {lever} does {said}, in {q.share:.0%} of the worlds?"


def _text(told: Tipping) -> Iterator[str]:
    q, tips = told.question, told.tips
    lever = levers()[q.lever]
    yield question(q)
    each = " in each school, the same ones" if len(tips) > 1 else ""
    yield f"End of {q.year}, {q.worlds:,} worlds{each}, seed {q.seed}"
    yield ""
    unit = unit_after(lever).strip()
    head = [
        "school",
        f"tips at, {unit}" if unit else "tips at",
        "95% by sampling",
        *(f"{part:.0%} flip by" for part in crossing.PARTS),
    ]
    yield lines(
        [*head, f"flipped at {q.values[0]:g}", f"at {q.values[-1]:g}"],
        [_row(*one, q.values[0]) for one in tips.items()],
    )
    yield ""
    if told.same:
        yield "The same in every school: the very same worlds flip at every value that was asked."
    for school, tip in tips.items():
        yield from (f"{school}: {remark}" for remark in _remarks(tip, q, told.seen[school]))
    yield (
        "95% by sampling: how far the value hangs on which worlds were drawn. N% flip by: how far worlds lie apart, "
        "each\nat a tipping value of its own. Values are told as far as a grid of "
        f"{crossing.GRID} values shows. The lever is set for the\nwhole run. All of it is judgement."
    )


def _row(school: str, tip: Tip, lowest: float) -> list[str]:
    value = "not reached" if tip.value is None else _told(tip.value, lowest)
    band = "" if tip.low is None else f"{tip.low:g} to {'beyond' if tip.high is None else f'{tip.high:g}'}"
    parts = ["never" if value is None else _told(value, lowest) for _, value in tip.parts]
    return [school, value, band, *parts, f"{tip.curve[0][1]:.0%}", f"{tip.curve[-1][1]:.0%}"]


def _told(value: float, lowest: float) -> str:
    return f"at {value:g} already" if value == lowest else f"{value:g}"


def _remarks(tip: Tip, q: Question, seen: tuple[float, float]) -> Iterator[str]:
    """What a reader of one school's tipping point must know besides; `seen` are the ends of the outcome's range."""
    if not seen[0] <= q.level <= seen[1]:
        low, high = (f"{end:,.3g}" if abs(end) < 1000 else f"{end:,.0f}" for end in seen)
        yield f"seen: {low} to {high}{_unit(q)}. {q.level:g} lies outside in all worlds, at every value asked."
    if tip.value is None:
        yield f"not reached: at most {tip.largest:.0%} of the worlds flip, at {tip.largest_at:g}."
    elif tip.already and tip.direction == crossing.FALLS:
        yield "it is so at the lowest value, and the higher the lever, the fewer worlds: ask for the other side."
    elif tip.already:
        yield "it is so at the lowest value already."
    if len({share for _, share in tip.curve}) == 1:
        yield "the lever moves no world across the level."
    if not tip.steady:
        yield f"the share does not move in one direction: it turns back by up to {number(100 * tip.back)} points."
    if len(tip.crossings) > 1:
        listed = ", ".join(f"{way} at {value:g}" for value, way in tip.crossings)
        yield f"it crosses {q.share:.0%} more than once: {listed}. The first is given."
    if tip.reverting:
        yield f"{tip.reverting:.1%} of the worlds flip and flip back at a higher value."


def _unit(q: Question) -> str:
    """The unit of the numbers that are compared with the level, as it stands behind one."""
    return " times the baseline" if q.outcome in RELATIVE else unit_after(OUTCOMES[q.outcome])
