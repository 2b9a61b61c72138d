"""A sensitivity analysis for people: a sentence that says what it means, and tables with the schools side by side."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from sim.analysis.sensitivity.findings import LEADERS, SETTLED, Sensitivity, Settling
from sim.analysis.sensitivity.method import NOISE
from sim.analysis.sensitivity.question import Question
from sim.analysis.sensitivity.sentences import TOLD, percent, sentences
from sim.tables import lines, number

SHOWN = 12
"""Factors in the table; the others are summed up in a line."""

SAID = (
    "It holds for the ranges as they are assumed: what matters little here may matter much beyond them. Schools are\n"
    "rival theories, none is weighed. What drives a result in the model need not drive it in the world."
)

BY = {
    "document": (
        "A factor is filed under the document of its first fact, else under its first publication, and under\n"
        "`assumption` only if it names nothing else."
    ),
    "evidence": "Classes as in MODEL.md: E estimable from spending, D documented, X explored and never estimated.",
    "mechanism": "Groups as in sim/params: by the part of the model.",
}

Cell = Callable[[Question, pd.Series], str]


def _sobol(question: Question, row: pd.Series) -> str:
    return f"{percent(row.total)} ±{percent(row.total_95)} ({percent(row['first'])})"


def _morris(question: Question, row: pd.Series) -> str:
    spread = "" if np.isnan(row.sigma) else f" (sd {number(row.sigma)})"
    return f"{number(row.mu_star)} ±{number(row.mu_star_95)}{spread}"


def _pawn(question: Question, row: pd.Series) -> str:
    return "chance" if row["median"] <= row.noise else f"{row['median']:.2f} ({row.maximum:.2f})"


def _tornado(question: Question, row: pd.Series) -> str:
    if row.differs == 0.0:
        return "0"
    return f"{question.moved(row.low)} to {question.moved(row.high)}"


CELLS: dict[str, tuple[str, Cell]] = {
    "sobol": ("% of variance: total (by itself)", _sobol),
    "morris": ("mean absolute effect (and sd of effects)", _morris),
    "pawn": ("median distance (largest)", _pawn),
    "tornado": ("median, factor low to high", _tornado),
}
"""Head of the table and how an index is written, by method."""


def text(found: Sensitivity, every: bool = False) -> str:
    """The whole analysis; `every` shows all factors."""
    question, method = found.question, found.method
    what = "groups of factors" if found.by else "factors"
    head = (
        f"{question.scenario.name}: on what hangs {question.words}\n"
        f"{method.name}, {method.about}; {len(method.names)} {what}, {method.points:,} {method.counted}, "
        f"{found.worlds:,} played under each school, seed {question.seed}"
    )
    parts = [
        head, _spreads(found), sentences(found), _table(found, every), _pairs(found), _left_out(found),
        convergence(found), BY.get(found.by or "", ""), SAID,
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _spreads(found: Sensitivity) -> str:
    """The outcome as drawn, by school."""
    q, cells = found.question, []
    for each in found.found:
        s = found.spread(each)
        if q.ratio and q.baseline is None:
            low, high = (q.moved(s[end] - s["median"]) for end in ("low", "high"))
            cells.append(f"{low} to {high} of the median")
        else:
            cells.append(f"{q.level(s['median'])} ({q.level(s['low'])} to {q.level(s['high'])})")
    unit = "times the baseline" if q.ratio and q.baseline else "times" if q.ratio else q.unit
    return lines([f"as drawn, {unit}: median (90% of worlds)", *found.schools], [["", *cells]])


def _table(found: Sensitivity, every: bool) -> str:
    head, cell = CELLS[found.method.name]
    names = found.ranked if every else [name for name in found.ranked if not _idle(found, name)][:SHOWN]
    rows = []
    for name in names:
        about = found.about[name]
        told = [] if found.by else [about["evidence"], about["document"]]
        rows.append(
            [name, *(cell(found.question, each.table.loc[name]) for each in found.found), *told, about["about"]]
        )
    titles = [] if found.by else ["class", "source"]
    return "\n".join(
        [
            lines([head, *found.schools, *titles, "what it is"], rows),
            *_rest(found, [name for name in found.ranked if name not in names]),
        ]
    )


def _rest(found: Sensitivity, hidden: list[str]) -> Iterator[str]:
    """What is not shown, in a line."""
    idle = [name for name in hidden if _idle(found, name)]
    moving = [name for name in hidden if name not in idle]
    told = []
    if moving:
        largest = max(float(each.table.loc[moving, found.method.index].max()) for each in found.found)
        told.append(f"{len(moving)} more, none above {_size(found, largest)}")
    if idle:
        told.append(f"{len(idle)} {'that ' if told else 'more '}change nothing at all in any world played")
    if told:
        yield f"{'; '.join(told)}. --all shows them."


def _size(found: Sensitivity, index: float) -> str:
    """An index as the table writes it."""
    if found.method.name == "tornado":
        return f"×{2.0**index:.2f} from low to high" if found.question.ratio else f"{number(index)} from low to high"
    return f"{percent(index)}%" if found.method.name == "sobol" else number(index)


def _idle(found: Sensitivity, name: str) -> bool:
    """Whether a factor changed no outcome at all, under any school."""
    column = found.method.at_rest
    return bool(column) and all(float(each.table.loc[name, column]) == 0.0 for each in found.found)


def _pairs(found: Sensitivity) -> str:
    rows = [
        [each.school, f"{pair.one} with {pair.other}", f"{100 * pair.second:.0f} ±{100 * pair.second_95:.0f}"]
        for each in found.found
        if each.pairs is not None
        for pair in each.pairs[each.pairs.second > each.pairs.second_95].nlargest(TOLD, "second").itertuples()
    ]
    return lines(["what two do only together", "", "% of variance"], rows) if rows else ""


def _left_out(found: Sensitivity) -> str:
    names = [factor.name for factor in found.method.left_out]
    return f"Left out, for it has no low and no high end: {', '.join(names)}." if names else ""


def convergence(found: Sensitivity) -> str:
    """How the indices settled, and a verdict."""
    told = found.settling()
    show = (lambda v: f"{100 * v:.0f}%") if found.method.name == "sobol" else number
    unit = f", {found.question.unit}" if found.method.name in ("morris", "tornado") else ""
    sizes = sorted({size for each in found.found for size in each.tables})
    rows = [
        [f"{found.method.margin}, {size:,} {found.method.counted}", *(
            show(float(each.tables[size][found.method.half_width].max())) if size in each.tables else "nothing varied"
            for each in found.found)]
        for size in sizes
    ]  # fmt: skip
    rows.append(["largest index", *(show(s.largest) for s in told)])
    if len(sizes) > 1:
        rows.append([f"most that an index moved since {sizes[-2]:,}", *(_moved(s, show) for s in told)])
        most = min(LEADERS, len(found.method.names))
        rows.append([f"of the first {most} at {sizes[-2]:,}, still there", *(str(s.leaders) for s in told)])
    return f"{lines([f'convergence{unit}', *found.schools], rows)}\n{verdict(found)}"


def _moved(settling: Settling, show: Callable[[float], str]) -> str:
    return show(settling.shift) if np.isfinite(settling.shift) else "nothing varied"


def verdict(found: Sensitivity) -> str:
    """Whether the indices may be read as they stand, in words."""
    told = found.settling()
    settled, rough = [s.school for s in told if s.settled], [s for s in told if not s.settled]
    if not rough:
        return _settled(found, told)
    begin = (
        f"Settled under {', '.join(settled)}; rough under {', '.join(s.school for s in rough)}" if settled else "Rough"
    )
    more = f"Take --points {2 * found.method.points} or more."
    if found.method.margin == NOISE:
        return f"{begin}: read no more than which lie beyond chance. {_kept(found, told)} {more}"
    worst = max(rough, key=lambda s: s.width / s.largest if s.largest else 0.0)
    return f"{begin}: read no more than which factors come first (widest: {worst.widest} under {worst.school}). {more}"


def _settled(found: Sensitivity, told: Sequence[Settling]) -> str:
    """The verdict where all schools have settled; without intervals it holds for the largest index only."""
    if found.method.margin != NOISE:
        return (
            f"Settled: no half-width, and no move since half the points, is above {SETTLED:.0%} of the largest index."
        )
    return (
        f"Settled for the largest: it came first with half the points too, and neither what chance reaches nor any "
        f"move since\nis above {SETTLED:.0%} of it. There are no 95% intervals. {_kept(found, told)}"
    )


def _kept(found: Sensitivity, told: Sequence[Settling]) -> str:
    """How many of the first were among them with half the points, at worst."""
    least, most = min(told, key=lambda s: s.leaders), min(LEADERS, len(found.method.names))
    where = f" under {least.school}" if len(told) > 1 and least.leaders < most else ""
    return f"Of the first {most}, {least.leaders} were among them with half the points{where}."
