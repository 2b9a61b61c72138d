"""A plan whose levers differ from world to world, for what could be settled of a policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from sim.analysis.sensitivity.question import Evaluate, Question
from sim.draws import Points
from sim.importance.pieces import LEVER, Piece, widened
from sim.params import Levers, levers, off_neutral
from sim.plan import Array, Plan
from sim.question import furthest
from sim.rules import posture


@dataclass(frozen=True, eq=False)
class Varied(Plan):
    """A plan in which some levers have a path in each world [T, R, 1]; the others, and all labels, are as written.

    What is told against the policy's own line, such as the allies at the threshold, keeps the line as written.
    """

    by_world: Mapping[str, Array] | None = None

    @cached_property
    def policies(self) -> tuple[Levers, ...]:
        """The policy in force in each quarter: the very same object as long as nothing changes in any world."""
        paths = {**self.levers, **(self.by_world or {})}
        found: list[Levers] = []
        for quarter in range(len(self.quarters)):
            before = quarter - 1
            if found and all(np.array_equal(path[quarter], path[before]) for path in paths.values()):
                found.append(found[-1])
            else:
                found.append(Levers(**{name: path[quarter] for name, path in paths.items()}))
        return tuple(found)

    @cached_property
    def in_ukraine(self) -> bool:
        paths = {**self.levers, **(self.by_world or {})}
        return bool(off_neutral({name: paths[name] for name in ("peacekeepers", "ukraine_accession")}))

    def without_policy(self, quarters: tuple[str, ...], strategy: str) -> Plan:
        return plain(self).without_policy(quarters, strategy)

    def executed(self, seed: int, worlds: Sequence[int], chance: Any, left: Any = 1.0) -> Array:
        resisted = (self.by_world or {}).get("congress")
        if resisted is not None and self.withdrawals:
            brake = self.params(seed, worlds).posture.execution_brake
            begun = [self.quarters.index(w.start) for w in self.withdrawals]
            left = np.concatenate([posture.unresisted(resisted[quarter], brake) for quarter in begun], axis=-1)
        return super().executed(seed, worlds, chance, left)


def plain(plan: Varied) -> Plan:
    """The plan as written."""
    return Plan(
        plan.name, plan.quarters, plan.roster, plan.levers, plan.strategies, plan.withdrawals, plan.priors, plan.school,
        plan.posterior, plan.war_begins,
    )  # fmt: skip


def courses(plan: Plan, found: Sequence[Piece], points: Points) -> dict[str, Array]:
    """Paths [T, R, 1] of the levers among these pieces: the furthest value is moved, the course in time is kept."""
    paths = {}
    for piece in found:
        if piece.kind == LEVER and piece.prior is not None:
            values = piece.prior.quantile(points.uniforms[piece.stream])[:, None]
            paths[piece.lever] = moved(piece.lever, plan.levers[piece.lever], values)
    return paths


def moved(name: str, path: Array, values: Array) -> Array:
    """A lever's path [T] with its furthest value at others [R, 1]: [T, R, 1]. At its default it moves throughout."""
    base, peak = levers()[name].default, furthest(name, path)
    course = np.ones(len(path)) if peak == base else np.maximum((path - base) / (peak - base), 0.0)
    out: Array = np.where(
        course[:, None, None] > 0.0, base + course[:, None, None] * (values - base), path[:, None, None]
    )
    return out


def under(question: Question, school: str, found: Sequence[Piece]) -> Evaluate:
    """What gives the numbers [R] of points under one school, with what is open in the policy drawn as well."""
    plan = question.scenario.with_school(school).plan()
    base = None if question.baseline is None else question.baseline.with_school(school).plan()
    if not any(piece.why for piece in found):
        return lambda points: question._asked(plan, base, points)
    plan = replace(plan, withdrawals=widened(plan))
    written = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
    return lambda points: question._asked(Varied(**written, by_world=courses(plan, found, points)), base, points)
