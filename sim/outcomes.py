"""What an analyst looks at: one function an outcome, with unit, definition, how to read it and how it is known.

An outcome takes the data set of a run and returns one value per world and year (and ally, front or host). To add
one, write a function here: tables, charts and the command line list it.

Badges: *tested* can be scored against history, *documented* is law or accounting, *judgement* rests on assumptions
that nobody can score.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.errors import InputError
from sim.reading import hint
from sim.rules.accounting import gini

FRONTS = ("baltic", "poland", "nordic", "black sea")
"""Where risks are shown. Never by ally (MODEL.md section 4)."""

FRONT_NAMES = {"baltic": "Baltic states", "poland": "Poland", "nordic": "Nordic", "black sea": "Black Sea"}

GUIDELINE, CORE_PLEDGE = 2.0, 3.5
"""Spending guideline of 2014 and core pledge of The Hague 2025, % of GDP."""

BURILKOV_WOLFF_BN = 237.0
"""Extra spending a year that Europe would need without the United States, bn 2021 USD (burilkov-wolff-2025)."""

BURILKOV_WOLFF_BRIGADES = 50.0
"""Extra brigades that Europe would need without the United States (burilkov-wolff-2025)."""

BURILKOV_WOLFF_TROOPS = 300_000.0
"""Extra soldiers that Europe would need without the United States (burilkov-wolff-2025)."""

IISS_LOW_BN, IISS_HIGH_BN = 226.0, 344.0
"""Ends of what equipment in place of the United States' would cost Europe, bn USD (iiss-2025)."""

BALTIC_BRIGADES = 7.0
"""Brigades that keep the Baltic states from being overrun (rand-rr1253)."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One thing to look at."""

    name: str
    label: str
    unit: str
    about: str
    reading: str
    badge: str
    needs: tuple[str, ...]
    by: str
    compute: Callable[[xr.Dataset], xr.DataArray]


OUTCOMES: dict[str, Outcome] = {}


def outcome(*, label: str, unit: str, reading: str, badge: str, needs: str, by: str = "") -> Callable:
    """Declare a function as an outcome; its docstring is the definition. `by` is a further dimension."""

    def declare(function: Callable[[xr.Dataset], xr.DataArray]) -> Callable:
        OUTCOMES[function.__name__] = Outcome(
            name=function.__name__, label=label, unit=unit, reading=reading,
            about=" ".join((function.__doc__ or "").split()),
            badge=badge, needs=tuple(needs.split()), by=by, compute=function,
        )  # fmt: skip
        return function

    return declare


def outcomes(data: xr.Dataset, names: Sequence[str] | None = None) -> xr.Dataset:
    """Outcomes of a run, or of its `year_ends`: dims (world, year[, ally | front | host]), values at the end of a year.

    Without names, all those whose variables the run has kept. Raises InputError for an unknown name, or for one
    whose variables were not kept.
    """
    chosen = [name for name in OUTCOMES if set(OUTCOMES[name].needs) <= set(data.variables)] if names is None else names
    problems = [f"outcomes: unknown name {n!r}. {hint(n, OUTCOMES, most=40)}" for n in chosen if n not in OUTCOMES]
    for name in [n for n in chosen if n in OUTCOMES]:
        missing = [v for v in OUTCOMES[name].needs if v not in data.variables]
        if missing:
            problems.append(
                f"outcomes: {name} needs {', '.join(missing)}. Run with keep=({', '.join(map(repr, missing))}, …)."
            )
    if problems:
        raise InputError(problems)
    ends = data if "year" in data.dims else year_ends(data)
    table = xr.Dataset({name: _labelled(OUTCOMES[name], OUTCOMES[name].compute(ends)) for name in chosen})
    return table.assign_coords(school=data.school).assign_attrs(data.attrs)


def year_ends(data: xr.Dataset) -> xr.Dataset:
    """The run at the end of each year that is complete, with `year` for `quarter`; flows are summed before.

    Hazards and incidents, which are per quarter, become their running sums since the start.
    """
    data = data.drop_vars("name", errors="ignore")
    for flow in ("hazard", "incidents"):
        if flow in data:
            data = data.assign({flow: data[flow].cumsum("quarter")})
    last = [quarter.endswith("Q4") for quarter in data.quarter.values]
    if not any(last):
        run = f"{data.quarter.values[0]} to {data.quarter.values[-1]}"
        raise InputError(f"outcomes: the run from {run} has no end of a year. Let it last to a fourth quarter.")
    data = data.isel(quarter=np.flatnonzero(last))
    years = [int(quarter[:4]) for quarter in data.quarter.values]
    return data.rename(quarter="year").assign_coords(year=years)


def _labelled(declared: Outcome, values: xr.DataArray) -> xr.DataArray:
    values = values.drop_vars([c for c in values.coords if c not in (*values.dims, "school")])
    order = [d for d in ("world", "year", declared.by) if d in values.dims]
    return values.transpose(*order).assign_attrs(
        units=declared.unit, long_name=declared.about, reading=declared.reading, badge=declared.badge
    )


def _with_forces(data: xr.Dataset) -> xr.DataArray:
    """Which allies have armed forces: Iceland has none and counts in no share of allies."""
    return data.ally != "ISL"


def _part_at(data: xr.Dataset, shares: xr.DataArray, line: xr.DataArray | float) -> xr.DataArray:
    counted = _with_forces(data)
    return 100.0 * ((shares >= line) & counted).sum("ally") / counted.sum()


@outcome(
    label="allies at 2%",
    unit="% of allies",
    reading="Higher means more allies keep the guideline of 2014.",
    badge="judgement",
    needs="share_reported",
)
def allies_at_2(data: xr.Dataset) -> xr.DataArray:
    """Share of the 30 allies with forces that report at least 2% of GDP."""
    return _part_at(data, data.share_reported, GUIDELINE)


@outcome(
    label="allies at 3.5%",
    unit="% of allies",
    reading="Higher means more allies keep the core pledge.",
    badge="judgement",
    needs="share_reported",
)
def allies_at_3_5(data: xr.Dataset) -> xr.DataArray:
    """Share of the 30 allies with forces that report at least 3.5% of GDP."""
    return _part_at(data, data.share_reported, CORE_PLEDGE)


@outcome(
    label="allies truly at 2%",
    unit="% of allies",
    reading="Differs from the reported figure by errors of reporting.",
    badge="judgement",
    needs="share",
)
def allies_truly_at_2(data: xr.Dataset) -> xr.DataArray:
    """Share of the 30 allies with forces that truly spend at least 2% of GDP."""
    return _part_at(data, data.share, GUIDELINE)


@outcome(
    label="allies truly at 3.5%",
    unit="% of allies",
    reading="Differs from the reported figure by errors of reporting.",
    badge="judgement",
    needs="share",
)
def allies_truly_at_3_5(data: xr.Dataset) -> xr.DataArray:
    """Share of the 30 allies with forces that truly spend at least 3.5% of GDP."""
    return _part_at(data, data.share, CORE_PLEDGE)


@outcome(
    label="allies at the threshold",
    unit="% of allies",
    reading="Higher means more allies are defended without conditions.",
    badge="judgement",
    needs="share_reported lever_threshold",
)
def allies_at_threshold(data: xr.Dataset) -> xr.DataArray:
    """Share of the 30 allies with forces that report at least the threshold in force."""
    return _part_at(data, data.share_reported, data.lever_threshold)


@outcome(
    label="allies truly at the threshold",
    unit="% of allies",
    reading="Differs from the reported figure by errors of reporting.",
    badge="judgement",
    needs="share lever_threshold",
)
def allies_truly_at_threshold(data: xr.Dataset) -> xr.DataArray:
    """Share of the 30 allies with forces that truly spend at least the threshold in force."""
    return _part_at(data, data.share, data.lever_threshold)


@outcome(
    label="allies misjudged at the threshold",
    unit="% of allies",
    reading="Allies that a rule on reported figures would treat wrongly.",
    badge="judgement",
    needs="share share_reported lever_threshold",
)
def misjudged_at_threshold(data: xr.Dataset) -> xr.DataArray:
    """Share of the 30 allies with forces whose report and true spending lie on different sides of the threshold."""
    wrong = (data.share >= data.lever_threshold) != (data.share_reported >= data.lever_threshold)
    counted = _with_forces(data)
    return 100.0 * (wrong & counted).sum("ally") / counted.sum()


@outcome(
    label="Europe and Canada spend",
    unit="% of GDP",
    reading="2024: 1.97 in the model's table.",
    badge="judgement",
    needs="spending gdp",
)
def spending_europe_canada_share(data: xr.Dataset) -> xr.DataArray:
    """Defence spending of Europe and Canada together, relative to their GDP."""
    return 100.0 * data.spending.sum("ally") / data.gdp.sum("ally")


@outcome(
    label="Europe and Canada spend, in money",
    unit="bn 2021 USD per year",
    reading="2024: 480 in the model's table.",
    badge="judgement",
    needs="spending",
)
def spending_europe_canada(data: xr.Dataset) -> xr.DataArray:
    """Defence spending of Europe and Canada together."""
    return data.spending.sum("ally")


@outcome(
    label="US part of the spending",
    unit="% of the alliance's spending",
    reading="Lower means that Europe and Canada carry more.",
    badge="judgement",
    needs="spending us_spending",
)
def us_share_of_spending(data: xr.Dataset) -> xr.DataArray:
    """Part of the alliance's defence spending that the United States pays."""
    return 100.0 * data.us_spending / (data.us_spending + data.spending.sum("ally"))


@outcome(
    label="lacking of 237 bn more (Burilkov & Wolff)",
    unit="bn 2021 USD per year",
    reading="0 or less: the sum that Burilkov and Wolff ask for is spent.",
    badge="judgement",
    needs="spending",
)
def gap_burilkov_wolff(data: xr.Dataset) -> xr.DataArray:
    """What European allies still lack of 237 bn a year on top of 2024, the price of a defence without the US."""
    europe = data.spending.sel(ally=data.ally != "CAN").sum("ally")
    return BURILKOV_WOLFF_BN - (europe - data.attrs["spending_europe_start"])


@outcome(
    label="lacking of 50 brigades more",
    unit="brigade equivalents",
    reading="0 or less: the 50 brigades stand.",
    badge="judgement",
    needs="brigades",
)
def gap_brigades(data: xr.Dataset) -> xr.DataArray:
    """What European allies still lack of 50 brigades on top of those of the start."""
    europe = data.brigades.sel(ally=data.ally != "CAN").sum("ally")
    return BURILKOV_WOLFF_BRIGADES - (europe - data.attrs["brigades_europe_start"])


@outcome(
    label="lacking of 300,000 soldiers more",
    unit="persons",
    reading="0 or less: the soldiers stand. Follows the brigades, at 6,000 soldiers to a brigade, support included.",
    badge="judgement",
    needs="brigades",
)
def gap_troops(data: xr.Dataset) -> xr.DataArray:
    """What European allies still lack of 300,000 soldiers on top of the start, as Burilkov and Wolff count them."""
    return gap_brigades(data) * (BURILKOV_WOLFF_TROOPS / BURILKOV_WOLFF_BRIGADES)


@outcome(
    label="lacking of 226 bn of equipment (IISS)",
    unit="bn USD",
    reading="0 or less: the lower estimate is bought. Prices of different years are not converted.",
    badge="judgement",
    needs="procured",
)
def gap_iiss_low(data: xr.Dataset) -> xr.DataArray:
    """What Europe still lacks of the lower estimate of equipment in place of the United States', summed up so far."""
    return IISS_LOW_BN - data.procured


@outcome(
    label="lacking of 344 bn of equipment (IISS)",
    unit="bn USD",
    reading="0 or less: the upper estimate is bought. Prices of different years are not converted.",
    badge="judgement",
    needs="procured",
)
def gap_iiss_high(data: xr.Dataset) -> xr.DataArray:
    """What Europe still lacks of the upper estimate of equipment in place of the United States', summed up so far."""
    return IISS_HIGH_BN - data.procured


@outcome(
    label="brigades of Europe and Canada",
    unit="brigade equivalents",
    reading="NATO counts 82 today and asks for 131.",
    badge="judgement",
    needs="brigades",
)
def brigades_europe_canada(data: xr.Dataset) -> xr.DataArray:
    """Brigade equivalents of Europe and Canada at home: as strong as money, readiness and peacekeeping leave them."""
    return data.brigades.sum("ally")


@outcome(
    label="brigades for the Baltic states",
    unit="brigade equivalents",
    reading="Seven are held to keep them from being overrun at once.",
    badge="judgement",
    needs="forces_there defence",
)
def baltic_brigades(data: xr.Dataset) -> xr.DataArray:
    """Brigade equivalents in the three Baltic states, and those that one of them could count on from outside."""
    baltic = data.front == "baltic"
    there, met = data.forces_there.sel(ally=baltic), data.defence.sel(ally=baltic)
    return there.sum("ally") + (met - there).mean("ally")


@outcome(
    label="lacking for self-sufficiency",
    unit="part of what is asked",
    reading="1 at the start; 0 or less: money and brigades are both there. Not reached is an answer too.",
    badge="judgement",
    needs="spending brigades",
)
def gap_self_sufficiency(data: xr.Dataset) -> xr.DataArray:
    """What European allies lack most, of the money or of the brigades that Burilkov and Wolff ask for."""
    return np.maximum(gap_burilkov_wolff(data) / BURILKOV_WOLFF_BN, gap_brigades(data) / BURILKOV_WOLFF_BRIGADES)


@outcome(
    label="readiness",
    unit="index",
    reading="Exercises and US troops raise it. An index, not a measurement.",
    badge="judgement",
    needs="readiness",
)
def readiness(data: xr.Dataset) -> xr.DataArray:
    """Readiness of the forces of the average ally that has forces."""
    return data.readiness.sel(ally=_with_forces(data)).mean("ally")


@outcome(
    label="inequality of burdens",
    unit="Gini, 0 to 1",
    reading="0: all spend the same part of their GDP.",
    badge="judgement",
    needs="share lever_us_share",
)
def burden_gini(data: xr.Dataset) -> xr.DataArray:
    """Inequality of true shares of GDP among the 30 allies with forces and the United States."""
    shares = data.share.sel(ally=_with_forces(data)).transpose("world", "year", "ally")
    us = np.broadcast_to(data.lever_us_share.values[:, None], (*shares.shape[:-1], 1))
    return shares.isel(ally=0, drop=True).copy(data=gini(np.concatenate([shares.values, us], axis=-1)))


@outcome(
    label="US troops in Europe",
    unit="persons",
    reading="Includes those between two hosts, and those that no host can be named for.",
    badge="judgement",
    needs="troops troops_other troops_in_transit",
)
def troops_europe(data: xr.Dataset) -> xr.DataArray:
    """US troops in Europe: on every host, elsewhere in the theatre, and on their way to a host."""
    return data.troops.sum("ally") + data.troops_other + data.troops_in_transit


@outcome(
    label="US troops under way",
    unit="persons",
    reading="Between two hosts or on their way in: counted in Europe, of use to no host.",
    badge="judgement",
    needs="troops_in_transit",
)
def troops_under_way(data: xr.Dataset) -> xr.DataArray:
    """US troops on their way to a host in Europe."""
    return data.troops_in_transit


@outcome(
    label="US troops below the floor",
    unit="persons",
    reading="Above 0: fewer than the statute allows, by certification or because units are under way.",
    badge="judgement",
    needs="troops troops_other troops_in_transit lever_troop_floor",
)
def troops_below_floor(data: xr.Dataset) -> xr.DataArray:
    """By how much US troops in Europe are fewer than the statutory floor in force, certified or not."""
    return np.maximum(data.lever_troop_floor - troops_europe(data), 0.0)


@outcome(
    label="US cost, abroad rather than at home",
    unit="bn USD per year",
    reading="One of three definitions; never look at one alone. USD of 2004, not converted.",
    badge="documented",
    needs="us_cost_abroad",
)
def us_cost_abroad(data: xr.Dataset) -> xr.DataArray:
    """What US troops in Europe cost more than the same troops at home."""
    return data.us_cost_abroad


@outcome(
    label="US cost, of a force of this size",
    unit="bn USD per year",
    reading="One of three definitions: saved only if soldiers who leave Europe are cut from the force.",
    badge="judgement",
    needs="us_cost_structure",
)
def us_cost_structure(data: xr.Dataset) -> xr.DataArray:
    """What a force of the size of US troops in Europe costs altogether."""
    return data.us_cost_structure


@outcome(
    label="US cost, of moving so far",
    unit="bn USD",
    reading="One of three definitions: paid once for every move, also between hosts.",
    badge="judgement",
    needs="us_cost_moving",
)
def us_cost_moving(data: xr.Dataset) -> xr.DataArray:
    """What moving US troops out of their places has cost since the start."""
    return data.us_cost_moving


@outcome(
    label="US troops by host",
    unit="persons",
    reading="Where US troops stand; OTHER is what no host can be named for.",
    badge="judgement",
    needs="troops troops_other",
    by="host",
)
def troops_by_host(data: xr.Dataset) -> xr.DataArray:
    """US troops by host."""
    other = data.troops_other.expand_dims(host=["OTHER"], axis=-1)
    hosts = data.troops.rename(ally="host")
    return xr.concat([hosts.drop_vars(["front"], errors="ignore"), other], dim="host")


@outcome(
    label="allies' belief in the US",
    unit="probability",
    reading="What allies believe, on average; nobody can observe it.",
    badge="judgement",
    needs="credibility_ally",
)
def credibility_allies(data: xr.Dataset) -> xr.DataArray:
    """Belief of the average ally that the United States would fight for it."""
    return data.credibility_ally.mean("ally")


@outcome(
    label="Russia's belief in the US",
    unit="probability",
    reading="What Russia believes about the exposed allies.",
    badge="judgement",
    needs="credibility_russia",
)
def credibility_at_the_fronts(data: xr.Dataset) -> xr.DataArray:
    """Belief of Russia that the United States would fight for the allies of the four fronts, on average."""
    return data.credibility_russia.sel(ally=data.front.isin(FRONTS)).mean("ally")


@outcome(
    label="commitment less belief",
    unit="probability",
    reading="Above 0: the commitment is stronger than allies believe.",
    badge="judgement",
    needs="commitment credibility_ally",
)
def commitment_less_belief(data: xr.Dataset) -> xr.DataArray:
    """True commitment less what allies believe of it, for the average ally."""
    return (data.commitment - data.credibility_ally).mean("ally")


@outcome(
    label="commitment less Russia's belief",
    unit="probability",
    reading="Above 0: the commitment is stronger than Russia believes.",
    badge="judgement",
    needs="commitment credibility_russia",
)
def commitment_less_russian_belief(data: xr.Dataset) -> xr.DataArray:
    """True commitment less what Russia believes of it, for the average ally."""
    return (data.commitment - data.credibility_russia).mean("ally")


@outcome(
    label="aid to Ukraine",
    unit="% of GDP",
    reading="From all allies and the United States, relative to the GDP of Europe and Canada.",
    badge="judgement",
    needs="aid gdp us_aid",
)
def aid_to_ukraine(data: xr.Dataset) -> xr.DataArray:
    """Aid to Ukraine a year, relative to the GDP of Europe and Canada."""
    return (data.aid * data.gdp).sum("ally") / data.gdp.sum("ally") + data.us_aid


@outcome(
    label="attacks in Ukraine",
    unit="attacks",
    reading="On peacekeepers, or on Ukraine as a member. They test the alliance only under cover.",
    badge="judgement",
    needs="ukraine_attacks",
)
def attacks_in_ukraine(data: xr.Dataset) -> xr.DataArray:
    """Attacks on European peacekeepers, or on Ukraine as a member, since the start."""
    return data.ukraine_attacks


@outcome(
    label="nuclear hedging",
    unit="0 to 1",
    reading="A judgement about motives, not about anybody's plans. 1 would be a bomb.",
    badge="judgement",
    needs="hedge",
)
def nuclear_hedging(data: xr.Dataset) -> xr.DataArray:
    """How far the ally that has gone furthest has moved toward a bomb of its own."""
    return data.hedge.max("ally")


@outcome(
    label="cohesion",
    unit="0 to 1",
    reading="1 is a united alliance. An index, not a measurement.",
    badge="judgement",
    needs="cohesion",
)
def cohesion(data: xr.Dataset) -> xr.DataArray:
    """Cohesion of the alliance."""
    return data.cohesion


@outcome(
    label="risk by front",
    unit="probability",
    reading="Only with its anchor, and only compared with another scenario.",
    badge="judgement",
    needs="hazard",
    by="front",
)
def risk_by_front(data: xr.Dataset) -> xr.DataArray:
    """Probability of a limited attack since the start, by front."""
    hazard = data.hazard.transpose("world", "year", "ally")
    by_front = [hazard.values[..., data.front.values == front].sum(axis=-1) for front in FRONTS]
    coords = {"world": data.world, "year": data.year, "front": list(FRONTS)}
    return xr.DataArray(-np.expm1(-np.stack(by_front, axis=-1)), coords, ("world", "year", "front"))


@outcome(
    label="risk",
    unit="probability",
    reading="Only with its anchor, and only compared with another scenario.",
    badge="judgement",
    needs="hazard",
)
def risk(data: xr.Dataset) -> xr.DataArray:
    """Probability of a limited attack on any ally since the start."""
    return -np.expm1(-data.hazard.sum("ally"))


@outcome(
    label="grey-zone incidents",
    unit="incidents",
    reading="Expected number; the count in one world varies around it.",
    badge="judgement",
    needs="incidents",
)
def grey_zone_incidents(data: xr.Dataset) -> xr.DataArray:
    """Expected grey-zone incidents since the start, all allies together."""
    return data.incidents.sum("ally")


HEADLINES = ("allies_at_threshold", "spending_europe_canada_share", "troops_europe", "credibility_allies")
"""What the command line and the app show first."""
