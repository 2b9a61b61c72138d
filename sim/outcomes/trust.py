"""What is believed of the commitment, and what holds the alliance together."""

import xarray as xr

from sim.outcomes.declare import FRONTS, average, of, outcome


@outcome(
    label="allies' belief in the US",
    unit="probability",
    reading="What allies believe, on average; nobody can observe it.",
    badge="judgement",
    needs="credibility_ally",
)
def credibility_allies(data: xr.Dataset) -> xr.DataArray:
    """Belief of the average ally that the United States would fight for it."""
    return average(data.credibility_ally)


@outcome(
    label="Russia's belief in the US",
    unit="probability",
    reading="What Russia believes about the exposed allies.",
    badge="judgement",
    needs="credibility_russia",
)
def credibility_at_the_fronts(data: xr.Dataset) -> xr.DataArray:
    """Belief of Russia that the United States would fight for the allies of the four fronts, on average."""
    return average(of(data.credibility_russia, data.front.isin(FRONTS)))


@outcome(
    label="commitment less belief",
    unit="probability",
    reading="Above 0: the commitment is stronger than allies believe.",
    badge="judgement",
    needs="commitment credibility_ally",
)
def commitment_less_belief(data: xr.Dataset) -> xr.DataArray:
    """True commitment less what allies believe of it, for the average ally."""
    return average(data.commitment - data.credibility_ally)


@outcome(
    label="commitment less Russia's belief",
    unit="probability",
    reading="Above 0: the commitment is stronger than Russia believes.",
    badge="judgement",
    needs="commitment credibility_russia",
)
def commitment_less_russian_belief(data: xr.Dataset) -> xr.DataArray:
    """True commitment less what Russia believes of it, for the average ally."""
    return average(data.commitment - data.credibility_russia)


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
    label="nuclear hedging",
    unit="0 to 1",
    reading="A judgement about motives, not about plans or abilities. 1 would be a bomb.",
    badge="judgement",
    needs="hedge",
)
def nuclear_hedging(data: xr.Dataset) -> xr.DataArray:
    """How far the average ally has moved toward a bomb of its own."""
    return average(data.hedge)
