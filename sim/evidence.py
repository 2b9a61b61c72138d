"""How well each series is known: the stored scores of the spending forecasts, in words beside what they are about.

What was scored are levels of spending without a new policy (docs/hindcast-plan.md). The effect of a policy is the
difference between two runs of which one never came about: no figure can be held against it, so it stays judgement
however good the levels are. `article5 hindcast --out` makes the scores, `article5 calibrate` the draws of the fit.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from sim import posterior
from sim.errors import InputError
from sim.outcomes import OUTCOMES
from sim.outcomes.declare import DOCUMENTED, JUDGEMENT, TESTED
from sim.plan import Plan
from sim.reference import roster
from sim.scenario import load_scenario
from sim.variables import VARIABLES

FILE = "hindcast.json"

SAVED = 0.02
"""Least part of a rival's error that counts as saved; below it a forecast is no better (assumption)."""

LOST = 0.005
"""Part of a rival's error from which on a forecast that lies behind counts as worse: what rounds to 1% (assumption)."""

FEW = 30
"""Cases below which what bands held is counted out instead of given in percent (assumption)."""

ALLIES, AGGREGATE = "allies", "aggregate"
"""Series over all allies: each ally's own forecast, scores averaged; and the allies taken together."""

SERIES: Mapping[str, str] = {"spending_europe_canada_share": AGGREGATE}
"""Outcomes that were scored, with the series that scored them. Nothing else was."""

BY_ALLY = ("share",)
"""Variables that were scored ally by ally: each has the series of its own code."""

BADGES: Mapping[str, str] = {
    TESTED: "its forecasts were scored against what came; the words beside it say how they did",
    DOCUMENTED: "is law or accounting",
    JUDGEMENT: "rests on assumptions that were not, or cannot be, scored",
}
"""What the badges mean."""

NO_SCORES = "no scores are stored: article5 hindcast --out FILE makes them"
NO_DRAWS = (
    "No draws of a fit are stored (article5 calibrate makes them), so what the spending panel could estimate is drawn "
    "from its priors, and what the panel does not identify is not on record here."
)
NOTHING_ELSE = (
    "Only spending as a share of GDP was scored, without a new policy. A good hindcast of spending says nothing about "
    "the effect of a policy, about commitment and belief, about posture, or about deterrence."
)
DETERRENCE = "A good hindcast of spending says nothing about deterrence."


# --- the scores -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Score:
    """How one series was forecast so many years ahead. CRPS in points of GDP; skill is the part of an error saved."""

    series: str
    horizon: int
    cases: int
    crps: float
    mae: float
    coverage50: float
    coverage90: float
    best: str
    crps_best: float
    crps_persistence: float
    skill: float
    skill_persistence: float
    skill_low: float | None = None
    skill_high: float | None = None


NEEDED = tuple(field.name for field in fields(Score))
"""Columns that are read; a file may hold more."""


@dataclass(frozen=True)
class Scores:
    """All that is stored of a hindcast."""

    worlds: int
    seed: int
    rows: Mapping[tuple[str, int], Score]
    crps: Mapping[str, Mapping[int, float]]  # by forecaster and horizon, over all allies
    pit: Mapping[int, tuple[int, ...]]  # forecasts by tenth of the ensemble in which the figure came
    aims: tuple[tuple[str, bool], ...]
    honest: str

    def of(self, series: str) -> list[Score]:
        """The scores of a series, by years ahead."""
        return sorted((row for row in self.rows.values() if row.series == series), key=lambda row: row.horizon)

    @property
    def allies(self) -> list[str]:
        """Codes of the allies that were scored."""
        return list(dict.fromkeys(s for s, _ in self.rows if s not in (ALLIES, AGGREGATE)))

    @property
    def horizons(self) -> list[int]:
        """All years ahead that some series was scored at."""
        return sorted({horizon for _, horizon in self.rows})

    @property
    def missed(self) -> list[str]:
        """Aims that were not reached, in words."""
        return [words for words, reached in self.aims if not reached]


def read(path: Path) -> Scores:
    """The scores in a file that `article5 hindcast --out` wrote. Raises InputError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        rows = [Score(**{key: row[key] for key in NEEDED if key in row}) for row in found["rows"]]
        return Scores(
            worlds=int(found["worlds"]),
            seed=int(found["seed"]),
            rows={(row.series, row.horizon): row for row in rows},
            crps={name: {int(h): float(v) for h, v in by.items()} for name, by in found["crps"].items()},
            pit={int(h): tuple(map(int, counts)) for h, counts in found["pit"].items()},
            aims=tuple((str(aim["aim"]), bool(aim["reached"])) for aim in found["aims"]),
            honest=str(found["says_nothing_about"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path}: no scores of a hindcast ({error}). Make them: article5 hindcast --out FILE."
        ) from None


@cache
def scores(folder: Path | None = None) -> Scores | None:
    """The scores that come with the project, or None where there are none. Raises InputError for a broken file."""
    path = (folder or posterior.evidence_dir()) / FILE
    return read(path) if path.is_file() else None


# --- in words -------------------------------------------------------------------------------------------------------


def skill_words(series: str, horizon: int, found: Scores | None = None) -> str:
    """How one series did so many years ahead, against persistence first, in one sentence without a full stop."""
    found = found or scores()
    if found is None:
        return NO_SCORES
    own = found.of(series)
    if not own:
        return "never scored"
    last = own[-1].horizon
    if horizon > last:
        return f"not tested beyond {years(last)} ahead"
    row = found.rows.get((series, horizon))
    if row is None:
        return f"not tested {years(horizon)} ahead"
    return f"{persistence_words(row)}; {rival_words(row)}90% bands held in {held(row)}"


def persistence_words(row: Score) -> str:
    """A score against persistence, the rule that next year is like this one."""
    skill = row.skill_persistence
    if not isfinite(skill):
        return f"cannot be compared with persistence {years(row.horizon)} ahead"
    if skill > SAVED:
        return f"saves {skill:.0%} of persistence's error {years(row.horizon)} ahead"
    if skill <= -LOST:
        return f"worse than persistence at {years(row.horizon)}: {max(-skill, 0.01):.0%} more error"
    return f"no better than persistence at {years(row.horizon)}"


def rival_words(row: Score) -> str:
    """A score against the best of seven simple rules, with the 90% interval where there is one, and a semicolon."""
    if row.best == "persistence" or not isfinite(row.skill):
        return ""
    band = ""
    if row.skill_low is not None and row.skill_high is not None:
        clear = row.skill_low > 0.0 or row.skill_high < 0.0
        doubt = "" if clear or against(row).startswith("no") else ", so not clearly"
        band = f" (90% interval of the skill {signed(row.skill_low)} to {signed(row.skill_high)}{doubt})"
    over = "" if row.series in (ALLIES, AGGREGATE) else " over all allies"
    return f"{against(row)} {row.best}, the best simple rule{over}{band}; "


def against(row: Score) -> str:
    """Which side of the best simple rule a score lies on."""
    return "better than" if row.skill > SAVED else "worse than" if row.skill <= -LOST else "no better than"


def held(*rows: Score) -> str:
    """How often the 90% bands held the figure that came."""
    cases = sum(row.cases for row in rows)
    inside = round(sum(row.coverage90 * row.cases for row in rows))
    return f"{inside} of {cases}" if cases < FEW else f"{inside / cases:.0%}"


def series_words(series: str, found: Scores | None = None) -> str:
    """How one series did over all years ahead, in a few clauses."""
    found = found or scores()
    if found is None:
        return NO_SCORES
    own = [row for row in found.of(series) if isfinite(row.skill_persistence)]
    if not own:
        return "never scored"
    saved = [row for row in own if row.skill_persistence > SAVED]
    lost = [row for row in own if row.skill_persistence <= -LOST]
    even = [row for row in own if row not in saved and row not in lost]
    parts = []
    if saved:
        parts.append(f"saves {span(row.skill_persistence for row in saved)} of persistence's error {at(saved)} ahead")
    parts += [f"no better than persistence at {at(even)}"] if even else []
    parts += [f"worse than persistence at {at(lost)}"] if lost else []
    worse: dict[str, list[Score]] = {}
    for row in own:
        if row.best != "persistence" and row.skill <= -LOST:
            worse.setdefault(row.best, []).append(row)
    parts += [f"worse than {rule} at {at(rows)}" for rule, rows in worse.items()]
    parts.append(f"90% bands held in {held(*own)}")
    return "; ".join(parts)


def brief_words(*series: str, found: Scores | None = None) -> str:
    """How one series did over all years ahead, or how several did, cases counted, as the end of a sentence."""
    found = found or scores()
    rows = [row for name in series for row in (found.of(name) if found else []) if isfinite(row.skill_persistence)]
    if not rows:
        return "were never scored"
    saved = [row for row in rows if row.skill_persistence > SAVED]
    worse = [row for row in rows if min(row.skill, row.skill_persistence) <= -LOST]
    if len(series) > 1:
        parts = [f"beat persistence in {len(saved)} of {len(rows)} cases"]
        parts += [f"lost to a simple rule in {len(worse)}"] if worse else []
    else:
        parts = []
        if saved:
            part = span(row.skill_persistence for row in saved)
            parts = [f"saved {part} of persistence's error {at(saved)} ahead"]
        parts += [f"lost to a simple rule at {at(worse)}"] if worse else []
    return f"{' and '.join(parts) or 'did no better than persistence'}; 90% bands held in {held(*rows)}"


def years(count: int) -> str:
    """A number of years in words."""
    return "1 year" if count == 1 else f"{count} years"


def at(rows: Sequence[Score]) -> str:
    """Years ahead as a list: "1 year", "4 and 5 years", "1 to 5 years"."""
    counts = [row.horizon for row in rows]
    if len(counts) > 2 and counts == list(range(counts[0], counts[-1] + 1)):
        return f"{counts[0]} to {counts[-1]} years"
    *first, last = map(str, counts)
    return f"{', '.join(first)} and {last} years" if first else years(counts[0])


def span(parts: Iterable[float]) -> str:
    """The ends of some parts in percent."""
    values = [f"{part:.0%}" for part in sorted(parts)]
    return values[0] if values[0] == values[-1] else f"{values[0]} to {values[-1]}"


def signed(part: float) -> str:
    """A part in percent with its sign."""
    return f"{part:+.0%}".replace("-", "−")


# --- how one number is known ----------------------------------------------------------------------------------------


class Known(NamedTuple):
    """How a number is known: its badge, and the words that go with it (none where the badge says all)."""

    badge: str
    words: str


def series_of(name: str, ally: str = "") -> str | None:
    """The series that scored an outcome, or a variable of one ally; None where nothing did."""
    return (ally or ALLIES) if name in BY_ALLY else SERIES.get(name)


def scored_words(name: str, ally: str = "") -> str:
    """How the level of an outcome or a variable did, without a new policy; nothing where it was not scored."""
    series = series_of(name, ally)
    return f"without a new policy: {series_words(series)}" if series else ""


def ahead(year: int, start: str) -> int:
    """How many years ahead of the last known one a year lies."""
    return year - int(start[:4]) + 1


def as_scored(plan: Plan) -> bool:
    """Whether a plan is what was scored: the baseline from today on, as it stands.

    A run that starts earlier draws on fits that know what came, and is no forecast.
    """
    if plan.quarters[0] != load_scenario("baseline").start:
        return False
    same = load_scenario("baseline").with_horizon(plan.quarters[0], plan.quarters[-1]).plan()
    return plan.fingerprint == same.fingerprint


def level(name: str, horizon: int, plain: bool, ally: str = "", found: Scores | None = None) -> Known:
    """How the level of an outcome or a variable is known so many years ahead; `plain` says that no policy is new."""
    declared = (OUTCOMES.get(name) or VARIABLES[name]).badge
    series = series_of(name, ally)
    if series is None:
        return Known(declared, "")
    found = found or scores()
    own = found.of(series) if found else []
    if not own:
        return Known(JUDGEMENT, skill_words(series, horizon, found))
    if horizon > own[-1].horizon:
        return Known(JUDGEMENT, skill_words(series, horizon, found))
    if not plain:
        return Known(JUDGEMENT, "its level was tested without a new policy only")
    return Known(TESTED, skill_words(series, horizon, found))


def effect(name: str) -> Known:
    """How the difference that a policy makes to an outcome is known: never by a test."""
    tested = OUTCOMES[name].badge == TESTED
    return Known(JUDGEMENT, "its level was tested, the effect of a policy on it was not" if tested else "")


# --- what the fit knows ---------------------------------------------------------------------------------------------


def manifest() -> dict[str, Any]:
    """How the stored draws were made, and what the data say about each uncertainty; empty where there are none."""
    return posterior.manifest()


def fit_words(about: Mapping[str, Any] | None = None) -> str:
    """Whether there is a fit, and what the panel does not identify."""
    about = manifest() if about is None else about
    if not about:
        return NO_DRAWS
    rows = about.get("identified", [])
    told = {
        words: [row["name"].replace("_", " ") for row in rows if row["verdict"] == verdict]
        for verdict, words in (
            ("not identified", "says next to nothing about"),
            ("weakly", "says little about"),
            ("identified on one side", "bounds from one side only"),
        )
    }
    parts = [f"{words} {', '.join(names)}" for words, names in told.items() if names]
    open_ = f"The panel {'; '.join(parts)}. " if parts else "Every uncertainty that was asked about is identified. "
    stale = "" if about.get("data") == roster().digest else " The tables have changed since: fit again."
    return f"{open_}Made with {about.get('command', 'article5 calibrate')}.{stale}"


def made_with(about: Mapping[str, Any] | None = None) -> str:
    """What the stored scores were made with, as far as it is on record."""
    about = manifest() if about is None else about
    if about:
        return "Forecasts of each origin take what the panel can estimate from a fit of the years up to it."
    return "Whether the stored scores come from a fit or from priors alone is not on record: no draws are stored."
