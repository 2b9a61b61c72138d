"""What allies spend, and who reaches which line."""

import numpy as np
import xarray as xr

from sim.outcomes.declare import of, outcome, total, with_forces
from sim.rules.accounting import gini

GUIDELINE, CORE_PLEDGE = 2.0, 3.5
"""Spending guideline of 2014 and core pledge of The Hague 2025, % of GDP."""


def _part_at(data: xr.Dataset, shares: xr.DataArray, line: xr.DataArray | float) -> xr.DataArray:
    counted = of(shares, with_forces(data))
    return 100.0 * (counted >= line).sum("ally") / counted.sizes["ally"]


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
    true, told = of(data.share, with_forces(data)), of(data.share_reported, with_forces(data))
    wrong = (true >= data.lever_threshold) != (told >= data.lever_threshold)
    return 100.0 * wrong.sum("ally") / wrong.sizes["ally"]


@outcome(
    label="Europe and Canada spend",
    unit="% of GDP",
    reading="2024: 1.97 in the model's table.",
    badge="tested",
    needs="spending gdp",
)
def spending_europe_canada_share(data: xr.Dataset) -> xr.DataArray:
    """Defence spending of Europe and Canada together, relative to their GDP."""
    return 100.0 * total(data.spending) / total(data.gdp)


@outcome(
    label="Europe and Canada spend, in money",
    unit="bn 2021 USD per year",
    reading="2024: 480 in the model's table.",
    badge="judgement",
    needs="spending",
)
def spending_europe_canada(data: xr.Dataset) -> xr.DataArray:
    """Defence spending of Europe and Canada together."""
    return total(data.spending)


@outcome(
    label="US part of the spending",
    unit="% of the alliance's spending",
    reading="Lower means that Europe and Canada carry more.",
    badge="judgement",
    needs="spending us_spending",
)
def us_share_of_spending(data: xr.Dataset) -> xr.DataArray:
    """Part of the alliance's defence spending that the United States pays."""
    return 100.0 * data.us_spending / (data.us_spending + total(data.spending))


@outcome(
    label="inequality of burdens",
    unit="Gini, 0 to 1",
    reading="0: all spend the same part of their GDP.",
    badge="judgement",
    needs="share lever_us_share",
)
def burden_gini(data: xr.Dataset) -> xr.DataArray:
    """Inequality of true shares of GDP among the 30 allies with forces and the United States."""
    shares = of(data.share, with_forces(data)).transpose("world", "year", "ally")
    us = np.broadcast_to(data.lever_us_share.values[:, None], (*shares.shape[:-1], 1))
    return shares.isel(ally=0, drop=True).copy(data=gini(np.concatenate([shares.values, us], axis=-1)))
