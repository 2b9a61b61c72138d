"""What the page of evidence draws: scores as tidy frames, and a sentence for those who do not see them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis.hindcast import COVERAGE_AIM, LEVELS
from sim.evidence import AGGREGATE, ALLIES, LOST, SAVED, Scores, at, held, span, years
from sim.reference import roster
from sim.tables import number

MODEL, PERSISTENCE, BEST = "article5", "persistence", "best simple rule"
ROLES = (MODEL, PERSISTENCE, BEST)
"""Who is compared in a chart of scores, in the order of its legend."""

TITLES: Mapping[str, str] = {ALLIES: "Each ally", AGGREGATE: "All allies together"}

BINS = 10

MUCH = 0.55
"""Part of the figures on one side of the middle above which forecasts are said to lean (assumption)."""


def name_of(series: str) -> str:
    """What a series is called: an ally by its name."""
    names = dict(zip(roster().iso3, roster().name, strict=True))
    return TITLES.get(series) or names.get(series, series)


def by_horizon(found: Scores, series: str) -> pd.DataFrame:
    """CRPS of the simulator, of persistence and of the best rule. Columns: horizon, role, who, crps."""
    rows: list[dict[str, Any]] = []
    for score in found.of(series):
        for role, who, crps in zip(
            ROLES, (MODEL, PERSISTENCE, score.best), (score.crps, score.crps_persistence, score.crps_best), strict=True
        ):
            rows.append({"horizon": score.horizon, "role": role, "who": who, "crps": crps})
    return pd.DataFrame(rows, columns=["horizon", "role", "who", "crps"])


def horizon_words(found: Scores, series: str) -> str:
    """The chart of a series' CRPS in a sentence."""
    told = [
        f"{years(s.horizon)} {number(s.crps)} against {number(s.crps_persistence)} and {number(s.crps_best)} ({s.best})"
        for s in found.of(series)
    ]
    return (
        f"{name_of(series)}: CRPS in points of GDP by years ahead, article5 against persistence and against the best "
        f"simple rule, smaller is better: {'; '.join(told)}"
    )


def coverage(found: Scores, series: str) -> pd.DataFrame:
    """How often bands held. Columns: horizon, band ("50%" or "90%"), held (part), meant (part), words, cases."""
    rows = [
        {
            "horizon": score.horizon, "band": f"{meant:.0%}", "held": part, "meant": meant, "cases": score.cases,
            "words": f"{part:.0%}",
        }
        for score in found.of(series)
        for meant, part in zip(LEVELS, (score.coverage50, score.coverage90), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["horizon", "band", "held", "meant", "cases", "words"])


def coverage_words(found: Scores, series: str) -> str:
    """The chart of coverage in a sentence."""
    told = [
        f"{years(s.horizon)} {s.coverage50:.0%} and {s.coverage90:.0%} of {s.cases}" for s in found.of(series)
    ]  # fmt: skip
    low, high = COVERAGE_AIM
    return (
        f"{name_of(series)}: part of the figures that came inside the 50% and the 90% band, by years ahead; aimed at "
        f"were {low:.0%} to {high:.0%} for the 90% band: {'; '.join(told)}"
    )


def pit(found: Scores, horizon: int) -> pd.DataFrame:
    """Where in the ensemble the figures came. Columns: low, high (of a tenth), part, flat."""
    counts = found.pit.get(horizon, ())
    total = max(sum(counts), 1)
    rows = [
        {"low": k / BINS, "high": (k + 1) / BINS, "part": count / total, "flat": 1 / BINS}
        for k, count in enumerate(counts)
    ]
    return pd.DataFrame(rows, columns=["low", "high", "part", "flat"])


def pit_words(found: Scores, horizon: int) -> str:
    """The histogram of one horizon in a sentence."""
    counts = found.pit.get(horizon, ())
    total = max(sum(counts), 1)
    lowest, highest = (counts[0] / total, counts[-1] / total) if counts else (0.0, 0.0)
    return (
        f"{years(horizon)} ahead: {highest:.0%} of {sum(counts)} figures came in the highest tenth of the ensemble and "
        f"{lowest:.0%} in the lowest, where 10% each were meant; {lean_words(found, [horizon]).rstrip('.')}"
    )


def above(found: Scores, horizon: int) -> float:
    """Part of the figures that came above the middle of the ensemble."""
    counts = found.pit.get(horizon, ())
    return sum(counts[len(counts) // 2 :]) / max(sum(counts), 1)


def lean_words(found: Scores, horizons: Sequence[int]) -> str:
    """On which side of the middle the figures came, at some horizons together, as a sentence."""
    parts = [above(found, horizon) for horizon in horizons]
    low, high = (min(parts) > MUCH, max(parts) < 1.0 - MUCH) if parts else (False, False)
    side = ": forecasts were too low" if low else ": forecasts were too high" if high else ""
    return f"{span(parts)} of the figures came above the middle{side}." if parts else ""


def allies(found: Scores) -> pd.DataFrame:
    """A row an ally, worst first at the last horizon: part of persistence's error saved by years ahead, and bands."""
    rows = []
    for code in found.allies:
        own = found.of(code)
        saved = {
            f"{years(score.horizon)}": "no better"
            if score.skill_persistence <= SAVED
            else f"{score.skill_persistence:.0%}"
            for score in own
        }
        worse = [score for score in own if score.skill <= -LOST]
        rows.append({
            "ally": name_of(code), **saved, "worse than the best rule at": at(worse) if worse else "–",
            "90% bands held": held(*own), "order": own[-1].skill_persistence,
        })  # fmt: skip
    table = pd.DataFrame(rows)
    return table if table.empty else table.sort_values("order", kind="stable").drop(columns="order")


def identified(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """What the panel says about each uncertainty: prior and posterior at 5, 50 and 95%, and a verdict."""

    def three(numbers: Sequence[float] | None) -> str:
        return "–" if numbers is None else " / ".join(f"{n:.3g}" for n in numbers)

    return pd.DataFrame(
        [
            {
                "uncertainty": row["name"].replace("_", " "), "the panel says": row["verdict"],
                "prior 5 / 50 / 95%": three(row["prior"]), "posterior": three(row["posterior"]),
                "spread taken away": "–" if row["narrowed"] is None else f"{row['narrowed']:.0%}",
            }
            for row in rows
        ]
    )  # fmt: skip


def saved_words(found: Scores, series: str) -> str:
    """The part of persistence's error that was saved, over all years ahead, as a short figure: "12% to 28%"."""
    saved = [score.skill_persistence for score in found.of(series)]
    return span(saved).replace("-", "−") if saved else "–"
