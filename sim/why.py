"""Why an ally spends what it does in one year of one world: causes with exact counterfactuals, and the budget."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim import ensemble
from sim.analysis.explanation import Explanation, explain
from sim.question import BASELINE, Question, loaded
from sim.report import STRATEGIES, _habits, _lift_text, _term_row


@dataclass(frozen=True)
class Explained:
    """One budget of one world: the explanation, and what the same world spends under the baseline, % of GDP."""

    explanation: Explanation
    base: float


def explained(asked: Question, ally: str, year: int, world: int) -> Explained:
    """Why an ally spends what it does in one year of one world, with exact counterfactuals.

    Raises InputError for an ally, year or world that cannot be meant, ScenarioError for a question that cannot.
    """
    scenario = asked.resolved()
    found = explain(scenario.plan(), ally, year, asked.seed, world)
    base = loaded(BASELINE).under(scenario).plan()
    label = f"{year}Q1"
    shares = ensemble.trajectories(base, [world], asked.seed, ("share",)).share
    return Explained(found, float(shares.sel(quarter=label, ally=found.ally).values[0]))


def parts(found: Explanation) -> pd.DataFrame:
    """What each cause did since the start: cause, part (pp of GDP), without (% of GDP), words; what is left is last."""
    rows = [dict(cause=p.about, part=p.part, without=p.without) for p in found.parts]
    rows.append(dict(cause=_habits(found), part=found.start_and_drift, without=np.nan))
    table = pd.DataFrame(rows)
    table["words"] = [f"{part:+.2f}" if part else "0" for part in table.part]
    return table


def steps(found: Explanation) -> pd.DataFrame:
    """The budget of the year, step by step: step, pp of GDP, then, % of GDP, and what the government looked at."""
    made, now, rows = found.decision, found.decision.share_before, []
    rows.append({"step": "the year before", "pp of GDP": "", "% of GDP": f"{now:.2f}", "looked at": ""})
    for term in made.terms:
        now += term.pp
        name, pp, looked = _term_row(term, made)
        rows.append({"step": name, "pp of GDP": pp, "% of GDP": f"{now:.2f}", "looked at": looked})
    rows.append({"step": "reported", "pp of GDP": "", "% of GDP": f"{made.reported:.2f}", "looked at": ""})
    return pd.DataFrame(rows)


def why(found: Explained) -> list[str]:
    """The explanation in sentences: the same world without the policy, without each cause, and how it decides."""
    told, made = found.explanation, found.explanation.decision
    apart = told.share - found.base
    same = "exactly as much" if apart == 0.0 else "the same to two digits"
    if abs(apart) >= 0.005:
        same = f"{found.base:.2f}%, {abs(apart):.2f} pp {'less' if apart > 0 else 'more'}"
    lines = [f"The very same world without the policy: {same}."]
    strong = sorted((p for p in told.parts if abs(told.share - p.without) >= 0.005),
                    key=lambda p: -abs(told.share - p.without))  # fmt: skip
    lines += [f"Without {p.about} it would be {p.without:.2f}% ({p.without - told.share:+.2f} pp)." for p in strong]
    still = [p.about for p in told.parts if p not in strong]
    if still:
        lines.append(f"Without {' or '.join(still)} it would be the same to two digits.")
    words = STRATEGIES.get(made.strategy)
    lines.append(f"{told.name} {words}." if words else f"{told.name} follows a strategy of its own ({made.strategy}).")
    return [*lines, _lift_text(made.lift)] if made.lift else lines


def parts_words(found: Explanation) -> str:
    """The chart of causes in a sentence."""
    told = ", ".join(
        f"{cause} {words}" for cause, words in zip(*(parts(found)[c] for c in ("cause", "words")), strict=True)
    )
    return f"Causes of the spending of {found.name} in {found.year} in world {found.world}, pp of GDP: {told}."
