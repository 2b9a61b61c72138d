"""A world as small tables: what stands at the end of each quarter, next to the same world in the baseline."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.chronicle import money, trust
from sim.chronicle.event import places
from sim.chronicle.played import Played
from sim.outcomes import FRONT_NAMES, FRONTS, OUTCOMES, by_school, outcomes, variables_of

BY_ALLY = (
    "share", "share_reported", "threat", "credibility_ally", "credibility_russia", "commitment", "troops",
    "capability", "readiness", "hedge", "aid",
)  # fmt: skip
"""Variables of each ally that are kept, as `sim.run` records them."""

COMMON = (
    "troops_home", "troops_in_transit", "troops_indopacific", "troops_border", "troops_other", "threat_common",
    "cohesion", "russia_free", "war", "attacks", "abandoned", "peacekeepers", "us_aid",
)  # fmt: skip
"""Variables of the whole world that are kept, likewise."""

BESIDE = ("share", "credibility_ally", "troops")
"""Variables of each ally that are kept of the baseline, too, as `base_NAME`."""

TOLD = tuple(name for name in OUTCOMES if not OUTCOMES[name].by and not by_school(name))
"""Outcomes that are told of one world: all but risks, whose level is never shown."""


def allies(played: Played, base: Played) -> pd.DataFrame:
    """What stands with each ally at the end of each quarter, a row each.

    Columns: quarter, ally, the variables of BY_ALLY, `compliance` (0 to 1), `asked` (the line it is asked to reach, %
    of GDP), `wanted` (US troops wanted there, persons), those of BESIDE with `base_`. Single precision.
    """
    columns: dict[str, Any] = {name: played.by_ally(name) for name in BY_ALLY}
    columns["compliance"] = np.stack([turn.after.compliance for turn in played.turns])
    columns["wanted"] = np.stack([turn.orders.target[:-1] for turn in played.turns])
    columns["asked"] = _asked(played)
    columns |= {f"base_{name}": base.by_ally(name) for name in BESIDE}
    quarters, names = played.plan.quarters, played.plan.roster.name
    index, seat = np.meshgrid(range(len(quarters)), range(len(names)), indexing="ij")
    frame = pd.DataFrame({name: np.float32(values).ravel() for name, values in columns.items()})
    frame.insert(0, "ally", pd.Categorical.from_codes(seat.ravel(), list(names)))
    frame.insert(0, "quarter", pd.Categorical.from_codes(index.ravel(), list(quarters), ordered=True))
    return frame


def _asked(played: Played) -> np.ndarray:
    """The line each ally was asked to reach when budgets were decided last [T, A], % of GDP."""
    rows: list[np.ndarray] = []
    for turn in played.turns:
        unknown = np.full_like(turn.after.share, np.nan)
        rows.append(turn.observation.pledge if turn.observation else rows[-1] if rows else unknown)
    return np.stack(rows)


def common(played: Played, base: Played) -> pd.DataFrame:
    """What stands in the whole world at the end of each quarter.

    Columns: quarter, the variables of COMMON, `troops_europe`, `wanted` (US troops wanted in Europe), `belief` (the
    average ally's) and `together` (what Europe and Canada spend, % of their GDP), each of these with `base_`.
    """
    frame = pd.DataFrame({"quarter": _quarters(played), **{name: played.common(name) for name in COMMON}})
    for prefix, own in (("", played), ("base_", base)):
        here = own.by_ally("troops").sum(axis=1) + own.common("troops_other")
        frame[f"{prefix}troops_europe"] = here + own.common("troops_in_transit")
        frame[f"{prefix}wanted"] = [float(np.sum(turn.orders.target)) for turn in own.turns]
        frame[f"{prefix}belief"] = own.by_ally("credibility_ally").mean(axis=1)
        money, gdp = (own.by_ally(name).sum(axis=1) for name in ("spending", "gdp"))
        frame[f"{prefix}together"] = 100.0 * money / gdp
    frame["base_cohesion"] = base.common("cohesion")
    return frame


def _quarters(played: Played) -> pd.Categorical:
    labels = list(played.plan.quarters)
    return pd.Categorical.from_codes(range(len(labels)), labels, ordered=True)


def budgets(played: Played) -> pd.DataFrame:
    """Every budget: what the government saw, planned and did, a row for each year and ally with forces.

    Columns: quarter, ally, before, planned, share and reported (% of GDP), lift (pp), reason and weight (pp), and what
    it saw, in the units of `sim.state.Observation`.
    """
    rows = []
    for budget in money.decided(played):
        made = budget.made
        lift = made.lift.used if made.lift else 0.0
        rows.append({
            "quarter": played.plan.quarters[budget.at], "ally": played.plan.roster.name[budget.seat],
            "before": made.share_before, "planned": made.planned, "share": made.share, "reported": made.reported,
            "lift": lift, "reason": budget.reason, "weight": budget.weight, "asked": made.line,
            **{name: made.observation[name] for name in SEEN},
        })  # fmt: skip
    frame = pd.DataFrame(rows, columns=[*BUDGET, *SEEN])
    numbers = [name for name in frame if name not in ("quarter", "ally", "reason")]
    frame[numbers] = frame[numbers].astype(np.float32)
    return frame.astype({"ally": "category", "reason": "category", "quarter": "category"})


BUDGET = ("quarter", "ally", "before", "planned", "share", "reported", "lift", "reason", "weight", "asked")
SEEN = ("threat", "room", "help_change", "host_change", "peers_change", "pressure", "conditionality", "new_government")
"""What a government looks at, of `sim.state.Observation`."""


def moves(played: Played) -> pd.DataFrame:
    """Where US soldiers left, set out for and arrived, persons. Columns: quarter, place, left, set_out, arrived."""
    names, rows = places(played.plan), []
    for turn in played.turns:
        left, out, came = (np.rint(column) for column in (turn.left, turn.set_out, turn.arrived))
        rows += [(turn.label, names[h], left[h], out[h], came[h]) for h in np.flatnonzero(left + out + came)]
    frame = pd.DataFrame(rows, columns=["quarter", "place", "left", "set_out", "arrived"])
    frame[["left", "set_out", "arrived"]] = frame[["left", "set_out", "arrived"]].astype(np.int32)
    return frame.astype({"quarter": "category", "place": "category"})


def fronts(played: Played, base: Played) -> pd.DataFrame:
    """What Russia sees at each front and how it is drawn, a row for each quarter and front.

    Columns: quarter, front, `belief` that the United States would fight (0 to 1), `defence` and `forward` (the forces
    it would meet, and those near it, relative to the start), `pull` (times the same world in the baseline).
    """
    pull, frames = trust.pull(played, base), []
    for front in FRONTS:
        there = np.array(played.plan.roster.front) == front
        frames.append(pd.DataFrame({
            "quarter": _quarters(played), "front": FRONT_NAMES[front],
            "belief": played.by_ally("credibility_russia")[:, there].mean(axis=1),
            "defence": [float(np.mean(turn.balance.defence[there])) for turn in played.turns],
            "forward": [float(np.mean(np.exp(turn.balance.forward[there]))) for turn in played.turns],
            "pull": pull[front],
        }))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def results(played: Played, base: Played) -> pd.DataFrame:
    """The outcomes of one world at the end of each year. Columns: outcome, label, unit, year, value, base, change.

    The baseline is measured against the threshold of the scenario, as everywhere. Empty where no year ends.
    """
    columns = ["outcome", "label", "unit", "year", "value", "base", "change"]
    if not any(quarter.endswith("Q4") for quarter in played.plan.quarters):
        return pd.DataFrame(columns=columns)
    own = played.data(variables_of(TOLD))
    other = base.data(variables_of(TOLD)).assign_coords(lever_threshold=own.lever_threshold)
    first, second = outcomes(own, TOLD), outcomes(other, TOLD)
    rows = [
        (name, OUTCOMES[name].label, OUTCOMES[name].unit, int(year), value, was, value - was)
        for name in TOLD
        for year, value, was in zip(first.year.values, first[name].values[0], second[name].values[0], strict=True)
    ]
    return pd.DataFrame(rows, columns=columns).astype({"outcome": "category", "label": "category", "unit": "category"})


def parameters(played: Played) -> Mapping[str, float]:
    """What this world happens to be: the draws of the uncertainties that say most about its course."""
    p = played.given.params
    return {
        "US commitment at the start, in 100": 100.0 * float(np.squeeze(p.commitment.commitment_start)),
        "quarters that a US unit takes to arrive": float(np.squeeze(p.posture.lag)),
        "years that Russia takes to recover, in peace": float(np.squeeze(p.deterrence.regeneration_time)),
        "lift by the condition on US defence, pp of GDP a year": float(np.squeeze(p.burden.conditional_lift)),
    }
