"""What European allies can do by themselves, and what they still lack."""

import numpy as np
import xarray as xr

from sim.outcomes.declare import average, of, outcome, total, with_forces

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

NATO_BRIGADES_ASKED = 131.0
"""Brigades that NATO asks for in all (assumption: the specification's figure, without a source of ours)."""


@outcome(
    label="brigades of Europe and Canada",
    unit="brigade equivalents",
    reading="NATO counts 82 today and asks for 131.",
    badge="judgement",
    needs="brigades",
)
def brigades_europe_canada(data: xr.Dataset) -> xr.DataArray:
    """Brigade equivalents of Europe and Canada at home: as strong as money, readiness and peacekeeping leave them."""
    return total(data.brigades)


@outcome(
    label="lacking of 131 brigades (NATO)",
    unit="brigade equivalents",
    reading="49 at the start, 82 of 131 standing; 0 or less: NATO's requirement is met.",
    badge="judgement",
    needs="brigades",
)
def gap_nato(data: xr.Dataset) -> xr.DataArray:
    """What Europe and Canada still lack of the 131 brigades that NATO asks for."""
    return NATO_BRIGADES_ASKED - brigades_europe_canada(data)


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
    there, met = of(data.forces_there, baltic), of(data.defence, baltic)
    return total(there) + average(met - there)


@outcome(
    label="lacking of 7 brigades for the Baltic",
    unit="brigade equivalents",
    reading="0 or less: enough to keep the Baltic states from being overrun at once.",
    badge="judgement",
    needs="forces_there defence",
)
def gap_baltic(data: xr.Dataset) -> xr.DataArray:
    """What the Baltic states, with help from outside, still lack of seven brigades."""
    return BALTIC_BRIGADES - baltic_brigades(data)


@outcome(
    label="lacking of 237 bn more (Burilkov & Wolff)",
    unit="bn 2021 USD per year",
    reading="0 or less: the sum that Burilkov and Wolff ask for is spent.",
    badge="judgement",
    needs="spending",
)
def gap_burilkov_wolff(data: xr.Dataset) -> xr.DataArray:
    """What European allies still lack of 237 bn a year on top of 2024, the price of a defence without the US."""
    europe = total(of(data.spending, data.ally != "CAN"))
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
    europe = total(of(data.brigades, data.ally != "CAN"))
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
    return average(of(data.readiness, with_forces(data)))
