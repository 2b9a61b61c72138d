"""One budget taken apart: the terms of equations 2a to 2g for one ally, and what they add up to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.params import Params
from sim.rules import burden
from sim.state import Observation, Shock


@dataclass(frozen=True)
class Term:
    """One step from the share before to the share after. `log` is None for a step that adds and does not multiply."""

    name: str
    pp: float  # pp of GDP
    log: float | None = None  # log change of the share


@dataclass(frozen=True)
class Lift:
    """What pressure could lift this budget by: the sum of `asked`, at least 0, times the product of `factors` (2c)."""

    asked: Mapping[str, float]  # pp of GDP, from a willing government
    factors: Mapping[str, float]  # 1 is no effect
    available: float  # pp of GDP
    used: float  # pp of GDP: never past the line


PLAYED = "decided by a player"
"""In place of a strategy and of its terms, where an event of the scenario says what an ally spends (2h)."""


@dataclass(frozen=True)
class Decision:
    """One budget of one ally. The terms add up to what the share changed by."""

    strategy: str  # or PLAYED
    share_before: float  # % of GDP
    planned: float | None  # % of GDP, before any pledge or peers; None for a strategy that is not taken apart
    line: float  # % of GDP, what the ally is asked to reach
    share: float  # % of GDP
    reported: float  # % of GDP
    terms: tuple[Term, ...]
    lift: Lift | None  # None for a strategy that no pressure lifts
    flattery: float  # pp of GDP, in the report
    report_error: float  # pp of GDP, in the report
    observation: Mapping[str, float]  # what the government saw, in the units of sim.state.Observation


# --- terms: one entry each ----------------------------------------------------------------------------------------


def _unsaturated(o: Observation, p: Any) -> Any:
    return 1.0 - o.share / p.saturation


def _without_room(o: Observation, p: Any) -> Any:
    return (p.drift + p.threat_drift * o.threat) * _unsaturated(o, p)


PLAN: dict[str, Callable[[Observation, Any, Shock], Any]] = {
    "drift": lambda o, p, s: p.drift * _unsaturated(o, p),
    "threat": lambda o, p, s: p.threat_drift * o.threat * _unsaturated(o, p),
    "fiscal room": lambda o, p, s: burden.drift(o, p) - _without_room(o, p),
    "help": lambda o, p, s: p.help_elasticity * o.threat * o.help_change,
    "hosted troops": lambda o, p, s: p.host_elasticity * o.host_change,
    "own surprise": lambda o, p, s: burden.surprise(s._replace(common=np.zeros_like(s.common)), p),
    "common surprise": lambda o, p, s: burden.surprise(s._replace(own=np.zeros_like(s.own)), p),
}
"""What a plan answers to: log changes of the share that add up (2a)."""

ASKED: dict[str, Callable[[Observation, Any], Any]] = {
    "habit": lambda o, p: p.pledge_lift,
    "pressure": lambda o, p: p.pressure_lift * o.pressure,
    "conditionality": lambda o, p: p.conditional_lift * o.conditionality * burden.nearness(o.exposure, p),
    "trade": lambda o, p: p.trade_lift * o.trade,
    "shaming": lambda o, p: p.shaming_effect * o.shaming,
}
"""What lifts a budget: pp of GDP that add up (2c)."""

FACTORS: dict[str, Callable[[Observation, Any], Any]] = {
    "forces": lambda o, p: o.forces,
    "fiscal room": lambda o, p: (1.0 + o.room) / 2.0,
    "new government": lambda o, p: 1.0 - p.new_government_cut * o.new_government,
    "regime": lambda o, p: np.exp(o.regime),
}
"""How willingly it is lifted: factors that multiply (2c)."""


def lift(o: Observation, p: Any, planned: float) -> Lift:
    """The lift of one ally and its parts. Equations 2b and 2c."""
    asked = {name: float(part(o, p)) for name, part in ASKED.items()}
    factors = {name: float(factor(o, p)) for name, factor in FACTORS.items()}
    available = max(sum(asked.values()), 0.0) * float(np.prod(list(factors.values())))
    return Lift(asked, factors, available, min(available, max(float(o.pledge) - planned, 0.0)))


# --- what a strategy makes of its plan ----------------------------------------------------------------------------


def _reaction(elasticity: float, o: Observation, planned: float) -> Term:
    change = elasticity * float(o.peers_change)
    return Term("peers", planned * float(np.expm1(change)), change)


ANSWERS: dict[str, Callable[[Observation, Any, float], tuple[Term, ...]]] = {
    "PledgeKeeper": lambda o, p, planned: (Term("lift", lift(o, p, planned).used),),
    "Drifter": lambda o, p, planned: (),
    "Attractor": lambda o, p, planned: (Term("line", float(p.attraction * o.forces * (o.pledge - planned))),),
    "FreeRider": lambda o, p, planned: (_reaction(-p.peer_reaction, o, planned),),
    "Follower": lambda o, p, planned: (_reaction(p.peer_reaction, o, planned),),
}
"""The steps from a plan to the action, by strategy (2b, 2b', 2a'). Another strategy is shown as a whole."""


def taken_apart(
    strategy: str, o: Observation, params: Params, shock: Shock, share: float, reported: float, report_error: float
) -> Decision:
    """The decision of one ally, from what it saw, its world's parameters and its luck, all plain numbers.

    `share`, `reported` and `report_error` are those of the model after this budget. Of a strategy that is not known
    here, and of a budget that was PLAYED, nothing is taken apart.
    """
    p, before = params.burden, float(o.share)
    planned: float | None = None
    terms: tuple[Term, ...] = (Term(PLAYED if strategy == PLAYED else "decision", share - before),)
    if strategy in ANSWERS:
        terms = _planned(o, p, shock)
        planned = before * float(np.exp(sum(t.log for t in terms if t.log is not None)))
        terms += ANSWERS[strategy](o, p, planned)
        decided = planned + sum(t.pp for t in terms[len(PLAN) :])
        limit = float(burden.within_reach(decided)) - decided
        terms += (Term("limit", limit),) if limit else ()
    near = abs(share - float(o.pledge)) < burden.NEAR_THE_LINE
    return Decision(
        strategy=strategy,
        share_before=before,
        planned=planned,
        line=float(o.pledge),
        share=share,
        reported=reported,
        terms=terms,
        lift=lift(o, p, planned) if strategy == "PledgeKeeper" and planned is not None else None,
        flattery=float(p.reporting_bias) if near else 0.0,
        report_error=report_error,
        observation={name: float(value) for name, value in o._asdict().items()},
    )


def _planned(o: Observation, p: Any, shock: Shock) -> tuple[Term, ...]:
    """The terms of a plan; each takes of the whole change the part that it has in the log change."""
    logs = {name: float(term(o, p, shock)) for name, term in PLAN.items()}
    whole = sum(logs.values())
    pp_per_log = float(o.share) * (float(np.expm1(whole)) / whole if whole else 1.0)
    return tuple(Term(name, log * pp_per_log, log) for name, log in logs.items())
