"""What can be recorded of a run: one entry a variable, with unit, meaning, equation and how it is known.

The ensemble's data sets and Mesa's data collector read the same table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.now import Now
from sim.rules import accounting, expit, total
from sim.seen import brigades, guests
from sim.state import State

Reader = Callable[[State, Now], Any]


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One thing to record at the end of a quarter. `badge`: tested, documented or judgement."""

    name: str
    by_ally: bool
    unit: str
    about: str
    equation: str
    badge: str
    read: Reader


VARIABLES: dict[str, Variable] = {}


def _variable(name: str, unit: str, about: str, equation: str, badge: str, read: Reader, by_ally: bool) -> None:
    VARIABLES[name] = Variable(
        name=name, by_ally=by_ally, unit=unit, about=about, equation=equation, badge=badge, read=read
    )


def _by_ally(name: str, unit: str, about: str, equation: str, badge: str, read: Reader) -> None:
    _variable(name, unit, about, equation, badge, read, True)


def _common(name: str, unit: str, about: str, equation: str, badge: str, read: Reader) -> None:
    _variable(name, unit, about, equation, badge, read, False)


_by_ally("share", "% of GDP", "True defence spending", "2b", "tested", lambda s, n: s.share)
_by_ally("share_reported", "% of GDP", "Reported defence spending", "2g", "judgement", lambda s, n: s.reported)
_by_ally("gdp", "bn 2021 USD per year", "Gross domestic product", "0", "judgement", lambda s, n: s.gdp)
_by_ally("spending", "bn 2021 USD per year", "Defence spending", "12", "judgement",
         lambda s, n: accounting.spending(s.share, s.gdp))  # fmt: skip
_by_ally("troops", "persons", "US troops in the country", "4c", "judgement", lambda s, n: s.stationed[..., :-1])
_by_ally("commitment", "probability", "Chance that the US fights for the ally", "3c", "judgement",
         lambda s, n: s.commitment)  # fmt: skip
_by_ally("credibility_ally", "probability", "What the ally believes of the commitment", "3d", "judgement",
         lambda s, n: expit(s.belief_ally))  # fmt: skip
_by_ally("credibility_russia", "probability", "What Russia believes of the commitment", "3d", "judgement",
         lambda s, n: expit(s.belief_russia))  # fmt: skip
_by_ally("threat", "0 to 1", "Threat that the ally perceives", "6", "judgement",
         lambda s, n: n.given.exposure * s.threat)  # fmt: skip
_by_ally("capability", "start = 1", "Forces relative to the start", "5a", "judgement", lambda s, n: s.capability)
_by_ally("brigades", "brigade equivalents", "The ally's own forces", "9b", "judgement",
         lambda s, n: brigades(s, n.plan, n.given))  # fmt: skip
_by_ally("forces_there", "brigade equivalents", "Forces in the country, the ally's own and its guests'", "9b",
         "judgement", lambda s, n: brigades(s, n.plan, n.given) + guests(s.stationed, n.plan.roster))  # fmt: skip
_by_ally("readiness", "index", "How ready the ally's forces are", "6", "judgement", lambda s, n: s.readiness)
_by_ally("hedge", "0 to 1", "Nuclear hedging", "5c", "judgement", lambda s, n: s.hedge)
_by_ally("aid", "% of GDP", "Aid to Ukraine", "8", "judgement", lambda s, n: s.aid)
_by_ally("defence", "brigade equivalents", "Forces an attacker would meet", "9b", "judgement", lambda s, n: s.defence)
_by_ally("hazard", "per quarter", "Hazard of a limited attack: for sums by front, never shown by ally", "9c",
         "judgement", lambda s, n: s.hazard)  # fmt: skip
_by_ally("incidents", "per quarter", "Expected grey-zone incidents", "9e", "judgement", lambda s, n: s.incidents)
_common("us_spending", "bn 2021 USD per year", "Defence spending of the United States", "12", "judgement",
        lambda s, n: accounting.spending(n.policy.us_share, s.us_gdp))  # fmt: skip
_common("troops_other", "persons", "US troops elsewhere in Europe (afloat, Kosovo, not attributed)", "4c",
        "documented", lambda s, n: s.stationed[..., -1:])  # fmt: skip
_common("troops_in_transit", "persons", "US troops on their way to a host", "4c", "judgement",
        lambda s, n: np.sum(sum(s.in_transit), axis=-1, keepdims=True))  # fmt: skip
_common("troops_home", "persons", "US troops at home and everywhere else", "4c", "judgement", lambda s, n: s.home)
_common("troops_indopacific", "persons", "US troops assigned to the Indo-Pacific", "4a", "judgement",
        lambda s, n: s.indopacific)  # fmt: skip
_common("troops_border", "persons", "US troops on the southern border", "4a", "judgement", lambda s, n: s.border)
_common("threat_common", "0 to 1", "Threat common to all allies", "6", "judgement", lambda s, n: s.threat)
_common("cohesion", "0 to 1", "Cohesion of the alliance", "5b", "judgement", lambda s, n: s.cohesion)
_common("russia_free", "0 to 1", "Russian forces free for another front", "9a", "judgement", lambda s, n: s.strength)
_common("war", "0 or 1", "Whether the war in Ukraine goes on", "9a", "judgement", lambda s, n: s.war)
_common("attacks", "count", "Limited attacks so far", "10", "judgement", lambda s, n: s.attacks)
_common("abandoned", "count", "Attacks in which the US did not fight, so far", "10", "judgement",
        lambda s, n: s.abandoned)  # fmt: skip
_common("us_aid", "% of the GDP of Europe and Canada", "US aid to Ukraine", "8", "judgement", lambda s, n: s.us_aid)
_common("peacekeepers", "persons", "European peacekeepers in Ukraine", "7", "judgement",
        lambda s, n: np.sum(s.peacekeepers, axis=-1, keepdims=True))  # fmt: skip
_common("ukraine_attacks", "count", "Attacks on peacekeepers, or on Ukraine as a member, so far", "7", "judgement",
        lambda s, n: s.ukraine_attacks)  # fmt: skip
_common("hazard_ukraine", "per quarter", "Hazard of an attack on Ukraine as a member", "7", "judgement",
        lambda s, n: s.hazard_ukraine)  # fmt: skip
_common("procured", "bn 2021 USD", "European equipment beyond the level of the start, so far", "12d", "judgement",
        lambda s, n: s.procured)  # fmt: skip
_common("us_cost_abroad", "bn USD per year", "What US troops in Europe cost more than at home", "12a", "judgement",
        lambda s, n: accounting.cost_abroad(_in_europe(s), n.params.costs))  # fmt: skip
_common("us_cost_structure", "bn USD per year", "What a force of the size of US troops in Europe costs", "12b",
        "judgement", lambda s, n: accounting.cost_structure(_in_europe(s), n.params.costs))  # fmt: skip
_common("us_cost_moving", "bn USD", "What moving US troops has cost so far", "12c", "judgement",
        lambda s, n: accounting.cost_moving(s.moved, n.params.costs))  # fmt: skip


def _in_europe(state: State) -> Any:
    """US troops in Europe [..., 1], those under way included, persons."""
    return total(state.stationed + sum(state.in_transit))
