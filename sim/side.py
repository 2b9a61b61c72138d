"""What the page of documents shows: scenarios as they stand in their files, side by side, as small tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sim import ensemble, families
from sim.frames import families_words
from sim.outcomes import variables_of
from sim.question import BASELINE, loaded
from sim.tables import number

PAIR = ("eastern-withdrawal-considered", "no-active-plans")
"""Two documents that disagree: what the page opens on."""

MOST = 4


@dataclass(frozen=True)
class Side:
    """Scenarios side by side. `troops` is what the chart draws; the other tables hold words."""

    title: str
    words: str
    year: int
    troops: pd.DataFrame
    differences: pd.DataFrame
    risks: pd.DataFrame
    regret: pd.DataFrame | None
    plans: tuple[str, ...]


def side(keys: Sequence[str], worlds: int, seed: int) -> Side:
    """Some scenarios next to the baseline under the same luck. Raises ScenarioError."""
    scenarios = [loaded(key) for key in keys]
    members = families.beside(
        loaded(BASELINE), scenarios, lambda s: ensemble.run_years(s.plan(), worlds, seed, variables_of())
    )
    heads = [f"{name} ({families.family(m.scenario, m.baseline)})" for name, m in families.columns(members)]
    rows, units = families.differences(members)
    troops, year = families.frame(members), families.last_year(members)
    regret = families.regrets(members)
    return Side(
        title=families.title(members),
        words=families_words(troops, year),
        year=year,
        troops=troops,
        differences=pd.DataFrame(rows, columns=["outcome", *heads]).assign(unit=units),
        risks=pd.DataFrame(families.risk_rows(members), columns=["front, school", *heads]),
        regret=None if regret is None else _table(regret),
        plans=tuple(m.scenario.plan().fingerprint for m in members),
    )


def _table(regret) -> pd.DataFrame:
    """Regret by policy and school, two significant digits."""
    frame = regret.transpose("policy", "school").to_pandas()
    return frame.map(number).rename_axis(columns=None).reset_index()
