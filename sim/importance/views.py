"""What matters most for an outcome, and what settling a passage would tell: a question in, small tables out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis import sensitivity
from sim.analysis.sensitivity.factors import LUCK
from sim.analysis.sensitivity.question import Question as Asked
from sim.ensemble import Progress, blocks
from sim.errors import InputError
from sim.importance.design import Design
from sim.importance.pieces import ASSUMED, GROUPS, PASSAGE, Group, grouped, pieces
from sim.importance.settled import CHANCES, Settled, Spread, spread
from sim.importance.varied import under
from sim.outcomes import FRONT_NAMES, OUTCOMES
from sim.passport import subjects
from sim.question import BASELINE, Question, loaded
from sim.reading import hint
from sim.results import RISKS
from sim.scenario import Scenario

SIZES = (32, 64, 128)
"""Settings of each group, for a first answer, a better one and a good one: 1,024, 4,096 and 16,384 worlds a school."""

CLOSE = 0.2
"""Part of the largest index that no 95% half-width may pass for the shares to be read as they stand (assumption)."""


@dataclass(frozen=True, eq=False)
class Importance:
    """What settling each thing that is open would leave of the spread of an outcome, school by school.

    `rows` has a row for each school and group, ranked by the largest part of the variance (of passages: of the width of
    the band) that goes under any school: school, rank, key, label, kind, members, range (of levers: ours), document,
    title, date, place, speaker, status, hedge, passport; first, first_low, first_high (parts of the variance), low,
    median, high (expected band once it is settled, as shown), narrower, narrower_low, narrower_high (parts of width),
    beyond (what chance reaches). `bands` has a row for each school: school, low, median, high (as drawn), still,
    leader, together, close, luck, chance_first, chance_narrower.
    """

    words: str
    scenario: str
    plan: str
    baseline: str
    outcome: str
    year: int
    unit: str
    ratio: bool
    badge: str
    by: str
    size: int
    worlds: int
    seed: int
    rows: pd.DataFrame
    bands: pd.DataFrame

    @property
    def schools(self) -> tuple[str, ...]:
        """The schools that were asked, side by side."""
        return tuple(self.bands.school)

    @property
    def still(self) -> bool:
        """Whether nothing varies in any school."""
        return bool(self.bands.still.all())


def ranking(
    question: Question, outcome: str, year: int | None = None, size: int = SIZES[0], difference: bool = True, *,
    progress: Progress | None = None,
) -> Importance:  # fmt: skip
    """Which uncertainty, by itself, an outcome hangs on most; the policy is as it is set, luck is one of them.

    `difference` asks for the paired difference to the baseline under the same luck, else for the level. Raises
    InputError.
    """
    return importance(
        question.resolved(), outcome, year, size, by=ASSUMED, difference=difference, seed=question.seed,
        progress=progress,
    )  # fmt: skip


def budget(
    question: Question, outcome: str, year: int | None = None, size: int = SIZES[0], by: str = PASSAGE,
    difference: bool = True, *, progress: Progress | None = None,
) -> Importance:  # fmt: skip
    """How much settling each passage, document or hedge, or each class of what they are silent about, would tell.

    How far the policy goes is open here, too, where no document says it. Raises InputError.
    """
    return importance(
        question.resolved(), outcome, year, size, by=by, difference=difference, seed=question.seed, progress=progress
    )


def importance(
    scenario: Scenario, outcome: str, year: int | None = None, size: int = SIZES[0], *, by: str = PASSAGE,
    difference: bool = True, baseline: Scenario | None = None, seed: int = 0, progress: Progress | None = None,
) -> Importance:  # fmt: skip
    """The same for a scenario, held against a baseline: without one against today's commitment.

    Raises InputError for an outcome, year, grouping or size that there is not, and for a level of risk.
    """
    _check(by, size)
    against = (baseline or loaded(BASELINE)) if difference else None
    asked = sensitivity.ask(scenario, outcome, year=year, against=against, seed=seed)
    if asked.ratio and not difference:
        raise InputError(
            f"outcome: the level of {outcome} rests on an assumed anchor, so that what it hangs on is our own doing. "
            "Ask for the difference to the baseline."
        )
    found = pieces(asked.scenario, asked.baseline, policy=by != ASSUMED)
    groups = grouped(found, by)
    design = Design({g.key: tuple(p.stream for p in g.members if p.stream) for g in groups}, size, seed)
    values = _played(asked, design, {s: under(asked, s, found) for s in asked.schools()}, progress)
    places, chances = {g.key: design.places(g.key) for g in groups}, design.chances(CHANCES)
    spreads = {school: spread(each, places, chances, seed) for school, each in values.items()}
    return Importance(
        words=called(asked.outcome, asked.of), scenario=asked.scenario.name,
        plan=asked.scenario.plan().fingerprint, baseline=asked.baseline.name if asked.baseline else "",
        outcome=outcome, year=asked.year, unit=unit(asked), ratio=asked.ratio, badge=OUTCOMES[asked.outcome].badge,
        by=by, size=size, worlds=design.worlds, seed=seed, rows=_rows(asked, groups, spreads, by),
        bands=_bands(asked, groups, spreads),
    )  # fmt: skip


def _check(by: str, size: int) -> None:
    if by not in GROUPS:
        raise InputError(f"by: unknown grouping {by!r}. {hint(by, GROUPS)}")
    if isinstance(size, bool) or not isinstance(size, int) or not SIZES[0] // 2 <= size <= SIZES[-1]:
        raise InputError(f"size: {size!r} is no number of settings from {SIZES[0] // 2} to {SIZES[-1]}.")


def _played(asked: Asked, design: Design, ways: dict, progress: Progress | None) -> dict[str, np.ndarray]:
    """Outcomes by school [round, world], block by block: all schools in the same worlds. Raises InputError."""
    found: dict[str, list[np.ndarray]] = {school: [] for school in ways}
    total, done = design.worlds * len(ways), 0
    for part in blocks(design.worlds):
        points = design.points[part.start : part.stop]
        for school, evaluate in ways.items():
            values = evaluate(points)
            if bad := int(np.sum(~np.isfinite(values))):
                raise InputError(
                    f"{asked.outcome} under {school}: no finite number in {bad:,} of {len(values):,} worlds. Ask for "
                    "another outcome or year: to leave such worlds out would be to analyse others."
                )
            found[school].append(values)
            done += len(values)
            if progress is not None:
                progress(done, total)
    return {school: np.concatenate(parts).reshape(design.size, -1) for school, parts in found.items()}


# --- as it is shown -------------------------------------------------------------------------------------------------


def called(outcome: str, of: str = "") -> str:
    """What an outcome is called, with its front or host: "risk of a limited attack: Baltic states"."""
    label = "risk of a limited attack" if outcome in RISKS else OUTCOMES[outcome].label
    return f"{label}: {FRONT_NAMES.get(of, of)}" if of else label


def unit(asked: Asked) -> str:
    """The unit in which an outcome is shown."""
    if asked.ratio:
        return "times the baseline"
    written = "%" if asked.unit == "probability" else asked.unit
    if asked.baseline is None or not written.startswith("%"):
        return written
    return "pp of GDP" if written == "% of GDP" else "pp"


def shown(asked: Asked, value: float) -> float:
    """A number as it is shown: a risk as a multiple of the baseline's, a probability in percent."""
    return float(2.0**value if asked.ratio else 100.0 * value if asked.unit == "probability" else value)


def _rows(asked: Asked, groups: Sequence[Group], spreads: dict[str, Spread], by: str) -> pd.DataFrame:
    """A row for each school and group, largest first under any school."""
    size = (lambda s: s.first) if by == ASSUMED else (lambda s: s.narrower)
    moving = [each for each in spreads.values() if not each.still]
    ranked = sorted(groups, key=lambda g: -max((size(each.settled[g.key]) for each in moving), default=0.0))
    return pd.DataFrame(
        {"school": school, "rank": rank, **_told(group), **_left(asked, each, group.key)}
        for school, each in spreads.items()
        for rank, group in enumerate(ranked, start=1)
    )


def _told(group: Group) -> dict[str, object]:
    """What a group is, and where a document speaks of it."""
    ranges = "; ".join(f"{p.lever.replace('_', ' ') or p.name}: {p.why}" for p in group.members if p.why)
    names = [piece.lever or piece.name for piece in group.members]
    known = [name for name in names if name in subjects()]
    return {
        "key": group.key, "label": group.label, "kind": group.kind, "members": ", ".join(names), "range": ranges,
        **_cited(group), "passport": known[0] if len(group.members) == 1 and known else "",
    }  # fmt: skip


def _cited(group: Group) -> dict[str, str]:
    """Where a document speaks of a group; a whole document has no place in itself."""
    whole = ("document", "title", "date")
    names = (*whole, "place", "speaker", "status", "hedge")
    kept = whole if group.whole else names
    return {name: str(getattr(group.fact, name)) if group.fact and name in kept else "" for name in names}


def _left(asked: Asked, each: Spread, key: str) -> dict[str, object]:
    """What settling a group leaves under one school; where nothing varies, nothing goes."""
    if each.still:
        band, nought = each.band, dict.fromkeys(("first", "narrower"), 0.0)
        ends = dict.fromkeys(("first_low", "first_high", "narrower_low", "narrower_high"), 0.0)
        return {**nought, **ends, **_band(asked, band), "beyond": False}
    own: Settled = each.settled[key]
    return {
        "first": own.first, "first_low": own.first_low, "first_high": own.first_high, **_band(asked, own.band),
        "narrower": own.narrower, "narrower_low": own.narrower_low, "narrower_high": own.narrower_high,
        "beyond": own.beyond,
    }  # fmt: skip


def _band(asked: Asked, band) -> dict[str, float]:
    return {name: shown(asked, getattr(band, name)) for name in ("low", "median", "high")}


def _bands(asked: Asked, groups: Sequence[Group], spreads: dict[str, Spread]) -> pd.DataFrame:
    """A row for each school: the band as drawn, what all explain one by one, and whether that may be read as it is."""
    rows = []
    for school, each in spreads.items():
        known = {g.key: each.settled[g.key] for g in groups if not each.still}
        leader = max(known, key=lambda k: known[k].first, default="")
        rows.append({
            "school": school, **_band(asked, each.band), "still": each.still, "leader": leader,
            "together": 1.0 - sum(s.first for s in known.values()) if known else 0.0,
            "close": _close(each, leader), "luck": known[LUCK].first if LUCK in known else 0.0,
            "chance_first": each.chance_first, "chance_narrower": each.chance_narrower,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _close(each: Spread, leader: str) -> bool:
    """Whether shares may be read as they stand: narrow intervals, and the same leader in both halves of the rounds."""
    if each.still:
        return True
    widest = max((s.first_high - s.first_low) / 2.0 for s in each.settled.values())
    first = each.settled[leader].first
    same = all(max(each.halves, key=lambda k: each.halves[k][half]) == leader for half in (0, 1))
    return bool(widest <= CLOSE * first and same)
