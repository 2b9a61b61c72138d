"""Every ally beside the baseline: what each chart draws, and the sentence that says what it shows."""

from typing import Any

import numpy as np
import pandas as pd

from sim import evidence, frames, ways
from sim.ally import LOOKED_AT, Allies
from sim.paired import BANDS
from sim.tables import number


def path(found: Allies, ally: str, of: str = "share") -> pd.DataFrame:
    """What the chart of one ally draws: the years of `levels`; for spending also what was observed, and the lines.

    Columns: kind (path, line, word), year, observed, p5 to p95, base_p5, base, base_p95, line, value, word.
    """
    own = found.levels[(found.levels.of == of) & (found.levels.ally == ally)]
    own = own.drop(columns=["of", "iso3", "ally", "words", "way", "part"]).assign(kind="path")
    if of != "share":
        return own
    seen = found.seen[found.seen.ally == ally][["year", "observed"]].assign(kind="path")
    for column in [*BANDS, "base_p5", "base", "base_p95"]:  # bands begin at the last year that is known
        seen[column] = np.where(seen.year == seen.year.max(), seen.observed, np.nan)
    drawn = [seen, own, found.lines.assign(kind="line"), pd.DataFrame(frames.line_words(found.lines))]
    return pd.concat(drawn, ignore_index=True)


def small(found: Allies) -> pd.DataFrame:
    """What the small panels of spending draw, all allies with forces: ally, year, p5, p50, p95, base, line, above."""
    rows = found.levels[(found.levels.of == "share") & (found.levels.p95 > 0.0)]
    line = found.lines[found.lines.line.str.endswith("threshold")].set_index("year").value
    start = found.at_start[found.at_start.share > 0.0]
    first = pd.DataFrame({"ally": start.ally, "year": min(found.years) - 1, "base": start.share})
    for column in ("p5", "p50", "p95"):
        first[column] = first.base
    table = pd.concat([first, rows[["ally", "year", "p5", "p50", "p95", "base"]]], ignore_index=True)
    return table.assign(line=table.year.map(line)).sort_values(["ally", "year"], ignore_index=True)


def overview(found: Allies, year: int, horizon: int) -> pd.DataFrame:
    """All allies in a year, one row each, in words and numbers to sort by. `horizon`: years ahead of what is known."""
    rows = found.levels[found.levels.year == year]
    by = {of: rows[rows.of == of].set_index("iso3") for of in LOOKED_AT}
    reach = found.reaching[found.reaching.year == year].set_index("iso3")
    plain = not found.changes
    told = []
    for code, row in by["share"].iterrows():
        forces = row.p95 > 0.0
        troops, belief = by["troops"].loc[code], by["credibility_ally"].loc[code]
        told.append({
            "ally": row.ally,
            "spending, % of GDP": round(row.p50, 2) if forces else np.nan,
            "difference, pp (90% of worlds)": row.words if forces else "no armed forces",
            "worlds in 100 at the threshold": round(reach.now[code]) if forces else np.nan,
            "in the baseline": round(reach.base[code]) if forces else np.nan,
            "its belief, %": round(belief.p50),
            "US troops": round(troops.p50, -2) + 0.0,
            "troops, difference": troops.words,
            "spending is known as": evidence.level("share", horizon, plain, code).badge if forces else "",
        })  # fmt: skip
    return pd.DataFrame(told)


# --- in words -----------------------------------------------------------------------------------------------------


def row(found: Allies, ally: str, of: str, year: int) -> Any:
    """The row of `levels` of one thing, ally and year."""
    rows = found.levels
    return rows[(rows.of == of) & (rows.ally == ally) & (rows.year == year)].iloc[0]


def headline(found: Allies, ally: str, year: int) -> str:
    """One ally in a year, in a sentence or two: spending against the baseline, belief, troops."""
    share, belief, russia, troops = (
        row(found, ally, of, year) for of in ("share", "credibility_ally", "credibility_russia", "troops")
    )
    text = f"In this model, by {year}, {ally} "
    if share.p95 > 0.0:
        text += f"spends {level(share, 'share')} of GDP; against the baseline: {_change(share)}. It "
    text += f"believes in US defence to {number(belief.p50)}%, and Russia does to {number(russia.p50)}%"
    hosts = (
        f"{_persons(troops.p50)} US soldiers stand there" if troops.p95 or troops.base_p95 else "it hosts no US unit"
    )
    return f"{text}; {hosts} (medians of simulated worlds, not a forecast)."


def level(at: Any, of: str) -> str:
    """A median with its 90% band: "4.4% (90 of 100 worlds: 3.1 to 5.9)"."""
    declared = LOOKED_AT[of]
    unit = "%" if declared.unit.startswith("%") else f" {declared.unit}"
    return f"{declared.words(at.p50)}{unit} (90 of 100 worlds: {declared.band(at.p5, at.p95, False)})"


def below(found: Allies, ally: str, of: str, year: int) -> str:
    """What stands below a small chart: the year's median and the difference to the baseline."""
    at, declared = row(found, ally, of, year), LOOKED_AT[of]
    unit = "%" if declared.unit == "%" else f" {declared.unit}"
    return f"{year}: {declared.words(at.p50)}{unit}; {at.words if at.way == ways.UNCLEAR else f'difference {at.words}'}"


def _change(at: Any) -> str:
    return f"{at.words} pp" if at.way in ways.CLEAR else at.words


def _persons(value: float) -> str:
    return f"{round(value, -2) + 0.0:,.0f}" if value >= 50 else "fewer than 50"


def path_words(found: Allies, ally: str, of: str, year: int) -> str:
    """The chart of one thing and one ally in a sentence."""
    at, declared = row(found, ally, of, year), LOOKED_AT[of]
    unit = "% of GDP" if of == "share" else declared.unit
    return (
        f"{ally}, {declared.title}, {unit}: in {year} the scenario's median is {declared.words(at.p50)} (90% of "
        f"worlds: {declared.band(at.p5, at.p95, False)}); the baseline's is {declared.words(at.base)} "
        f"({declared.band(at.base_p5, at.base_p95, False)}). Difference: {at.words}."
    )


def small_words(found: Allies, year: int) -> str:
    """The small panels in a sentence: whose spending differs from the baseline, and by how much at most."""
    rows = found.levels[(found.levels.of == "share") & (found.levels.year == year) & (found.levels.p95 > 0.0)]
    clear = rows[rows.way.isin(ways.CLEAR)].sort_values("median", ascending=False)
    told = ", ".join(f"{r.ally} {number(r.median, True)}" for r in clear.itertuples())
    still = int((rows.way == ways.NOUGHT).sum())
    unclear = len(rows) - len(clear) - still
    rest = ", ".join(f"{n} of {len(rows)} {way}" for n, way in ((unclear, ways.UNCLEAR), (still, ways.NOUGHT)) if n)
    parts = "; ".join(filter(None, [f"{told} pp" if told else "", rest]))
    return f"Spending of every ally to {year}, % of GDP, against the baseline: {parts}."
