"""What a sensitivity analysis leaves behind: indices by school and factor, how they settled, plain data and a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.sensitivity.factors import Factor, about_group
from sim.analysis.sensitivity.method import NOISE, Method
from sim.analysis.sensitivity.question import Array, Evaluate, Question, evaluated

LEADERS = 5
"""How many of the largest indices must keep their places."""

SETTLED = 0.2
"""Part of the largest index that no 95% half-width may pass (of pawn: that chance may not pass), and no index may move
by, to be called settled (assumption)."""


@dataclass(frozen=True, eq=False)
class Found:
    """The outcomes of one design under one school, and what they say."""

    school: str
    values: Array
    tables: Mapping[int, pd.DataFrame]
    drawn: Array
    pairs: pd.DataFrame | None = None

    @property
    def table(self) -> pd.DataFrame:
        """The indices from all worlds."""
        return self.tables[max(self.tables)]


@dataclass(frozen=True, kw_only=True)
class Settling:
    """How the indices of one school settled: the largest half-width, what moved since half the points, who leads.

    Of pawn, which has no half-widths, `width` is what chance reaches.
    `width`, `shift` and `largest` are in the unit of the index; `leader` says whether the largest is the same as with
    half the points, `leaders` how many of the five largest are. `shift` is nan where there was no smaller design.
    """

    school: str
    width: float
    widest: str
    largest: float
    shift: float
    leader: bool
    leaders: int

    @property
    def settled(self) -> bool:
        """Whether the indices may be read as they stand; of pawn the largest only."""
        bound = SETTLED * self.largest
        return bool(self.width <= bound and self.shift <= bound and self.leader)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensitivity:
    """Which uncertain factors an outcome hangs on, by school of deterrence: side by side, never pooled."""

    question: Question
    method: Method
    by: str | None
    found: tuple[Found, ...]

    @property
    def schools(self) -> tuple[str, ...]:
        """The schools that were asked."""
        return tuple(each.school for each in self.found)

    @property
    def worlds(self) -> int:
        """Worlds played under each school; with a baseline each of them twice."""
        return len(self.method.worlds)

    @cached_property
    def about(self) -> dict[str, dict[str, Any]]:
        """What is known of each factor or group that has an index, by name."""
        if self.method.groups is None:
            known = {f.name: f for f in (*getattr(self.method, "taught", ()), *self.method.factors)}
            return {name: _told(known[name]) for name in self.method.names}
        assert self.by is not None
        members: dict[str, list[Factor]] = {}
        for factor, group in zip(self.method.factors, self.method.groups, strict=True):
            members.setdefault(group, []).append(factor)
        return {
            group: {"about": about_group(self.by, group, inside), "factors": [factor.name for factor in inside]}
            for group, inside in members.items()
        }

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """Names by their largest index under any school, largest first; equals in the order of the model."""
        largest = pd.concat([each.table[self.method.index] for each in self.found], axis=1).max(axis=1)
        return tuple(sorted(self.method.names, key=lambda name: -float(largest[name])))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row for each school and factor, or group: what it is, its indices, ranked."""
        return pd.DataFrame(
            {"school": each.school, "rank": rank, "name": name, **_joined(self.about[name]), **self._cells(each, name)}
            for each in self.found
            for rank, name in enumerate(self.ranked, start=1)
        )

    def _ends(self, school: str, name: str) -> dict[str, float]:
        """Where a factor stands at its 5% and at its 95% quantile; nothing for what has no ends."""
        factor = next((f for f in self.method.factors if f.name == name and f.ordered), None)
        return {} if factor is None else dict(zip(("at_5", "at_95"), factor.ends(school), strict=True))

    @cached_property
    def convergence(self) -> pd.DataFrame:
        """The index of each factor by number of base points: columns school, points, name, index, half_width.

        Of pawn, `half_width` is what chance reaches.
        """
        rows = [
            (each.school, size, name, float(row[self.method.index]), float(row[self.method.half_width]))
            for each in self.found
            for size, table in each.tables.items()
            for name, row in table.iterrows()
        ]
        return pd.DataFrame(rows, columns=["school", "points", "name", "index", "half_width"])

    def settling(self) -> tuple[Settling, ...]:
        """How the indices settled under each school."""
        return tuple(self._settling(each) for each in self.found)

    def _settling(self, each: Found) -> Settling:
        index, widths = each.table[self.method.index], each.table[self.method.half_width]
        first = self._leading(index)
        sizes = sorted(each.tables)
        before = each.tables[sizes[-2]][self.method.index] if len(sizes) > 1 else None
        then = [] if before is None else self._leading(before)
        return Settling(
            school=each.school, width=float(widths.max()), widest=str(widths.idxmax()), largest=float(index.max()),
            shift=np.nan if before is None else float((index - before).abs().max()),
            leader=before is not None and then[0] == first[0],
            leaders=len(set(first) & set(then)),
        )  # fmt: skip

    def _leading(self, index: pd.Series) -> list[str]:
        return [str(name) for name in index.sort_values(ascending=False, kind="stable").index[:LEADERS]]

    def spread(self, each: Found) -> dict[str, float]:
        """Median and 90% band of the outcome as drawn, in the unit of the question."""
        low, middle, high = (float(q) for q in np.quantile(each.drawn, [0.05, 0.5, 0.95]))
        return {"low": low, "median": middle, "high": high}

    def data(self) -> dict[str, Any]:
        """The analysis as plain data. A risk without a baseline has no level, only its spread around the median."""
        q, spreads = self.question, {each.school: self.spread(each) for each in self.found}
        if q.ratio and q.baseline is None:
            spreads = {school: {k: v - s["median"] for k, v in s.items()} for school, s in spreads.items()}
        renamed = {"half_width": "noise"} if self.method.margin == NOISE else {}
        return _plain({
            "scenario": q.scenario.name, "plan": q.scenario.plan().fingerprint,
            "baseline": q.baseline and q.baseline.name, "outcome": q.outcome, "of": q.of, "year": q.year,
            "question": q.words, "unit": q.unit, "seed": q.seed,
            "method": self.method.name, "index": self.method.index, "indices": self.method.about, "groups": self.by,
            "points": self.method.points, "worlds_by_school": self.worlds,
            "left_out": [factor.name for factor in self.method.left_out],
            "spread": spreads,
            "factors": [{"name": name, **self.about[name], "by_school": {
                each.school: self._cells(each, name) for each in self.found}} for name in self.ranked],
            "convergence": [
                {"school": s.school, **self._margin(s), "largest_index": s.largest,
                 "moved_since_half": s.shift, "same_leader": s.leader, "same_leaders": s.leaders,
                 "settled": s.settled} for s in self.settling()],
            "path": self.convergence.rename(columns=renamed).to_dict(orient="records"),
            "pairs": [{"school": each.school, **pair} for each in self.found if each.pairs is not None
                      for pair in each.pairs.to_dict(orient="records")],
        })  # fmt: skip

    def _margin(self, settled: Settling) -> dict[str, Any]:
        """The largest half-width and whose it is; without intervals what chance reaches, for all alike."""
        if self.method.margin == NOISE:
            return {"noise": settled.width}
        return {"largest_half_width": settled.width, "of": settled.widest}

    def _cells(self, each: Found, name: str) -> dict[str, Any]:
        cells = {column: float(value) for column, value in each.table.loc[name].items()}
        return self._ends(each.school, name) | cells


def _told(factor: Factor) -> dict[str, Any]:
    """What is known of one factor."""
    return {
        "about": factor.about, "unit": factor.unit, "evidence": factor.evidence, "document": factor.document,
        "sources": list(factor.sources), "equation": factor.equation, "mechanism": factor.mechanism,
        "prior": factor.prior.words() if factor.prior is not None else "",
    }  # fmt: skip


def _joined(about: Mapping[str, Any]) -> dict[str, str]:
    """What is known as cells: lists with blanks between."""
    return {key: value if isinstance(value, str) else " ".join(value) for key, value in about.items()}


def _plain(value: Any) -> Any:
    """Plain data for JSON: what is no number is None."""
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case float() if not isfinite(value):
            return None
        case np.generic():
            return _plain(value.item())
    return value


def studied(
    method: Method, evaluate: Evaluate, school: str, what: str, report: Callable[[int], None] | None = None
) -> Found:
    """Play a method's design, and read it at each of its sizes; `what` names the outcome in a complaint.

    Raises InputError for outcomes that are not finite, or all the same.
    """
    values = evaluated(evaluate, method.worlds, what, report)
    tables = {}
    for size in method.sizes:
        part = values[method.rows(size)]
        if size == method.points or np.ptp(part) > 0.0:
            tables[size] = method.table(part, size)
    pairs = method.pairs(values) if getattr(method, "second_order", False) else None  # type: ignore[attr-defined]
    return Found(school, values, tables, method.drawn(values), pairs)
