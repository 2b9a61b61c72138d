"""The log of a world: all lines in order, as a frame and as text."""

from collections.abc import Iterable, Sequence

import pandas as pd

from sim.chronicle import money, policy, soldiers, trust
from sim.chronicle.event import DETAIL, KINDS, RUSSIA, UKRAINE, UNITED_STATES, Event
from sim.chronicle.played import Played
from sim.errors import InputError
from sim.reading import hint

COMMON = ("All allies", UNITED_STATES, RUSSIA, UKRAINE)
"""Who is told before the allies by name."""


def events(played: Played, base: Played) -> pd.DataFrame:
    """Every line of the log in order. Columns: quarter, who, kind, sentence."""
    told: Iterable[Event] = [
        *policy.policies(played), *policy.withdrawals(played), *policy.war(played), *money.budgets(played),
        *money.lines(played), *soldiers.posture(played), *trust.beliefs(played), *trust.cohesion(played),
        *trust.hedging(played), *trust.risk(played, base), *trust.attacks(played),
    ]  # fmt: skip
    order = {kind: place for place, kind in enumerate(KINDS)}
    rows = sorted(told, key=lambda event: (event.at, order[event.kind]))
    quarters = pd.Categorical.from_codes([event.at for event in rows], list(played.plan.quarters), ordered=True)
    frame = pd.DataFrame({"quarter": quarters, "who": [event.who for event in rows]})
    frame["who"] = pd.Categorical(frame.who, [*COMMON, *played.plan.roster.name])
    frame["kind"] = pd.Categorical([event.kind for event in rows], list(KINDS))
    return frame.assign(sentence=[event.sentence for event in rows])


def chosen(
    frame: pd.DataFrame, until: str | None = None, who: Sequence[str] = (), kinds: Sequence[str] = ()
) -> pd.DataFrame:
    """The lines up to a quarter, of some agents and of some kinds; without either, all but what is told ally by ally.

    Raises InputError for a quarter, an agent or a kind that the log cannot have.
    """
    for what, asked, known in (
        ("until", [until] if until else [], list(frame.quarter.cat.categories)),
        ("who", who, list(frame.who.cat.categories)),
        ("kind", kinds, list(KINDS)),
    ):
        for word in asked:
            if word not in known:
                raise InputError(f"{what}: unknown {str(word)[:60]!r}. {hint(str(word), known, most=50)}")
    kept = frame.quarter <= until if until else pd.Series(True, frame.index)
    if who:
        kept &= frame.who.isin(who)
    if kinds:
        kept &= frame.kind.isin(kinds)
    elif not who:
        kept &= ~frame.kind.isin(DETAIL)
    return frame[kept].reset_index(drop=True)


def text(frame: pd.DataFrame) -> str:
    """Lines of the log, a heading for each quarter."""
    parts: list[str] = []
    for quarter, rows in frame.groupby("quarter", observed=True, sort=True):
        parts += [str(quarter), *(f"  {row.kind:<10} {row.sentence}" for row in rows.itertuples())]
    return "\n".join(parts)
