"""Outcomes, summaries and comparisons against cases computed by hand, and the directories that runs leave."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sim
from sim import ensemble, results
from sim.outcomes import OUTCOMES
from sim.rules.accounting import whole_persons


@pytest.fixture(scope="module")
def pair():
    base = sim.run(sim.load_scenario("baseline"), 24, seed=5)
    conditional = sim.run(sim.load_scenario("conditional-article5"), 24, seed=5)
    return base, conditional


def test_every_outcome_has_unit_meaning_reading_and_badge(pair):
    table = sim.outcomes(pair[0])
    assert set(table.data_vars) == set(OUTCOMES)
    for name, values in table.data_vars.items():
        declared = OUTCOMES[name]
        assert values.dims == tuple(d for d in ("world", "year", declared.by) if d), name
        assert values.attrs["units"] == declared.unit != ""
        assert values.attrs["long_name"]
        assert values.attrs["reading"]
        assert values.attrs["badge"] in ("tested", "documented", "judgement")
        assert np.isfinite(values).all(), name
    assert list(table.year.values) == list(range(2025, 2036))


def test_shares_of_allies_are_counted_over_the_thirty_with_forces(pair):
    data = pair[1]
    table = sim.outcomes(data)
    last = data.share_reported.sel(quarter="2030Q4").drop_sel(ally="ISL").values
    assert last.shape == (24, 30)
    np.testing.assert_allclose(table.allies_at_2.sel(year=2030), 100 * (last >= 2).sum(axis=1) / 30)
    np.testing.assert_allclose(table.allies_at_3_5.sel(year=2030), 100 * (last >= 3.5).sum(axis=1) / 30)
    np.testing.assert_allclose(table.allies_at_threshold.sel(year=2030), 100 * (last >= 5).sum(axis=1) / 30)
    true = data.share.sel(quarter="2030Q4").drop_sel(ally="ISL").values
    wrong = 100 * ((true >= 5) != (last >= 5)).sum(axis=1) / 30
    np.testing.assert_allclose(table.misjudged_at_threshold.sel(year=2030), wrong)


def test_spending_adds_up(pair):
    data, table = pair[0], sim.outcomes(pair[0])
    money = (data.share * data.gdp / 100).sel(quarter="2035Q4").sum("ally")
    np.testing.assert_allclose(table.spending_europe_canada.sel(year=2035), money)
    share = 100 * money / data.gdp.sel(quarter="2035Q4").sum("ally")
    np.testing.assert_allclose(table.spending_europe_canada_share.sel(year=2035), share)
    us = data.us_spending.sel(quarter="2035Q4")
    np.testing.assert_allclose(table.us_share_of_spending.sel(year=2035), 100 * us / (us + money))


def test_the_gap_to_burilkov_and_wolff_starts_at_what_they_ask_for():
    scenario = sim.load_scenario("baseline")
    roster = scenario.plan().roster
    data = sim.run(scenario, 3, seed=0)
    europe = [i for i, ally in enumerate(roster.iso3) if ally != "CAN"]
    start = (roster.share * roster.gdp / 100)[europe].sum()
    now = data.spending.isel(ally=europe).sel(quarter="2025Q4").sum("ally")
    np.testing.assert_allclose(sim.outcomes(data).gap_burilkov_wolff.sel(year=2025), 237 - (now - start))


def at(data, variable, quarter="2030Q4", **where):
    """A variable at the end of a quarter, as numbers."""
    return data[variable].sel(quarter=quarter, **where).values


def test_true_shares_of_allies_are_counted_like_reported_ones(pair):
    table = sim.outcomes(pair[1]).sel(year=2030)
    true = pair[1].share.sel(quarter="2030Q4").drop_sel(ally="ISL").values
    np.testing.assert_allclose(table.allies_truly_at_2, 100 * (true >= 2).sum(axis=1) / 30)
    np.testing.assert_allclose(table.allies_truly_at_3_5, 100 * (true >= 3.5).sum(axis=1) / 30)


def test_gaps_to_what_is_asked_of_europe(pair):
    data, table = pair[1], sim.outcomes(pair[1]).sel(year=2030)
    europe = [ally for ally in data.ally.values if ally != "CAN"]
    roster = sim.load_scenario("baseline").plan().roster
    more = at(data, "brigades", ally=europe).sum(axis=1) - roster.brigades[roster.european].sum()
    np.testing.assert_allclose(table.gap_brigades, 50 - more)
    np.testing.assert_allclose(table.gap_troops, 300_000 - 6_000 * more)
    np.testing.assert_allclose(table.brigades_europe_canada, at(data, "brigades").sum(axis=1))
    lacking = np.maximum(table.gap_burilkov_wolff / 237, (50 - more) / 50)
    np.testing.assert_allclose(table.gap_self_sufficiency, lacking)
    start = (roster.share * roster.gdp / 100)[roster.european].sum()
    extra = np.maximum(data.spending.sel(ally=europe, quarter=slice("2025Q1", "2030Q4")).sum("ally") - start, 0)
    part = sim.load_scenario("conditional-article5").plan().params(5, range(24)).costs.procurement_part[:, 0]
    bought = part * extra.sum("quarter").values / 4
    np.testing.assert_allclose(table.gap_iiss_low, 226 - bought, rtol=1e-9)
    np.testing.assert_allclose(table.gap_iiss_high, 344 - bought, rtol=1e-9)


def test_brigades_for_the_baltic_states_count_help_from_outside_once(pair):
    data, baltic = pair[1], ["EST", "LTU", "LVA"]
    there, met = at(data, "forces_there", ally=baltic), at(data, "defence", ally=baltic)
    expected = there.sum(axis=1) + (met - there).sum(axis=1) / 3
    table = sim.outcomes(data).sel(year=2030)
    np.testing.assert_allclose(table.baltic_brigades, expected)
    np.testing.assert_allclose(table.gap_baltic, 7 - expected)
    np.testing.assert_allclose(table.gap_nato, 131 - at(data, "brigades").sum(axis=1))


def test_the_three_definitions_of_us_cost():
    scenario = sim.load_scenario("drawdown-by-2027").with_uncertainties(cost_structure=160_000, cost_moving=100_000)
    table, base = (ensemble.run_outcomes(s, 12).sel(year=2035) for s in (scenario, sim.load_scenario("baseline")))
    np.testing.assert_allclose(base.us_cost_abroad, 1.8)
    np.testing.assert_allclose(base.us_cost_moving, 0.0)
    np.testing.assert_allclose(table.us_cost_abroad, 18_000 * table.troops_europe / 1e9)
    np.testing.assert_allclose(table.us_cost_structure, 160_000 * table.troops_europe / 1e9)
    np.testing.assert_allclose(table.us_cost_moving, 100_000 * (100_000 - table.troops_europe) / 1e9)


def test_soldiers_below_the_floor_show_what_certification_lets_go():
    policy = {"pivot": 50_000.0, "troop_floor": 76_000.0}
    held, let = (
        ensemble.run_outcomes(sim.load_scenario("baseline").with_levers(**policy, certification=c), 8).sel(year=2035)
        for c in (0.0, 1.0)
    )
    np.testing.assert_allclose(held.troops_below_floor, 0.0, atol=1e-6)
    np.testing.assert_allclose(let.troops_below_floor, 26_000.0)


def test_inequality_counts_the_united_states_as_well(pair):
    data = pair[0]
    shares = np.concatenate(
        [at(data, "share", ally=[a for a in data.ally.values if a != "ISL"]), np.full((24, 1), 3.3)], 1
    )
    apart = np.abs(shares[:, :, None] - shares[:, None, :]).mean(axis=(1, 2)) / (2 * shares.mean(axis=1))
    np.testing.assert_allclose(sim.outcomes(data).burden_gini.sel(year=2030), apart)


def test_beliefs_readiness_hedging_aid_and_what_is_under_way(pair):
    data, table = pair[1], sim.outcomes(pair[1]).sel(year=2030)
    doubt = (at(data, "commitment") - at(data, "credibility_russia")).mean(axis=1)
    np.testing.assert_allclose(table.commitment_less_russian_belief, doubt)
    with_forces = [ally for ally in data.ally.values if ally != "ISL"]
    np.testing.assert_allclose(table.readiness, at(data, "readiness", ally=with_forces).mean(axis=1))
    np.testing.assert_allclose(table.nuclear_hedging, at(data, "hedge").mean(axis=1))
    money = (at(data, "aid") * at(data, "gdp")).sum(axis=1) / at(data, "gdp").sum(axis=1)
    np.testing.assert_allclose(table.aid_to_ukraine, money + at(data, "us_aid"))
    np.testing.assert_allclose(table.troops_under_way, at(data, "troops_in_transit"))
    np.testing.assert_allclose(table.attacks_in_ukraine, at(data, "ukraine_attacks"))


def test_attacks_on_ukraine_as_a_member_hang_on_the_school_and_that_is_said():
    """Under an accession attacks in Ukraine follow from a hazard that each school sees in its own way."""
    run = sim.run(sim.load_scenario("baseline").with_levers(ukraine_accession=1.0), worlds=400)
    found = sim.outcomes(run, ("attacks_in_ukraine",)).attacks_in_ukraine.sel(year=2035)
    often = found.groupby("school").mean()
    assert float(often.max()) > 1.2 * float(often.min())
    assert "school by school" in OUTCOMES["attacks_in_ukraine"].reading


def test_the_year_a_gap_closes_is_the_first_one_and_may_not_be_reached():
    gap = xr.DataArray([[3.0, 0.0, -1.0], [3.0, 2.0, 1.0]], dims=("world", "year"), coords={"year": [2025, 2026, 2027]})
    first, second = results.year_reached(gap).values
    assert first == 2026
    assert np.isnan(second)


def test_risks_by_front_and_together_belong_to_the_same_hazard(pair):
    data = pair[1]
    table = sim.outcomes(data)
    sums = data.hazard.sum("quarter")
    np.testing.assert_allclose(table.risk.sel(year=2035), 1 - np.exp(-sums.sum("ally")))
    baltic = sums.sel(ally=["EST", "LTU", "LVA"]).sum("ally")
    np.testing.assert_allclose(table.risk_by_front.sel(year=2035, front="baltic"), 1 - np.exp(-baltic))


def test_no_outcome_gives_a_risk_by_ally(pair):
    for name, values in sim.outcomes(pair[0]).data_vars.items():
        assert not ("risk" in name and {"ally", "host"} & set(values.dims)), name


def test_troops_by_host_add_up_to_those_in_europe(pair):
    table = sim.outcomes(pair[0])
    assert table.troops_by_host.host.values[-1] == "OTHER"
    under_way = pair[0].troops_in_transit.sel(quarter=[f"{year}Q4" for year in table.year.values]).values
    np.testing.assert_allclose(table.troops_by_host.sum("host") + under_way, table.troops_europe)
    persons = whole_persons(table.troops_by_host.sel(year=2035).values)
    np.testing.assert_array_equal(persons.sum(axis=-1), np.round(table.troops_by_host.sel(year=2035).sum("host")))


def test_a_comparison_is_the_difference_world_by_world(pair):
    base, conditional = pair
    both = sim.compare(base, conditional)
    first, second = sim.outcomes(base), sim.outcomes(conditional)
    np.testing.assert_array_equal(both.credibility_allies, second.credibility_allies - first.credibility_allies)
    ratio = second.risk_by_front / first.risk_by_front
    np.testing.assert_allclose(both.relative_risk_by_front, ratio)
    assert both.attrs["baseline"] == "Today's commitment"


def test_both_runs_are_measured_against_the_scenarios_threshold(pair):
    both = sim.compare(*pair)
    reported = [run.share_reported.sel(quarter="2035Q4").drop_sel(ally="ISL").values >= 5 for run in pair]
    expected = 100 * (reported[1].sum(axis=1) - reported[0].sum(axis=1)) / 30
    np.testing.assert_allclose(both.allies_at_threshold.sel(year=2035), expected)


def test_runs_that_are_no_pairs_are_refused(pair):
    other = sim.run(sim.load_scenario("baseline"), 24, seed=6, keep=("share",))
    with pytest.raises(sim.InputError, match=r"compare: seed differs: 5 and 6\. Run both with the same\."):
        sim.compare(pair[0], other)


@pytest.mark.parametrize(
    "change", [lambda s: s.with_school("denial"), lambda s: s.with_uncertainties(anchor=0.5)], ids=["school", "anchor"]
)
def test_other_worlds_are_no_pairs(pair, change):
    other = sim.run(change(sim.load_scenario("baseline")), 24, seed=5, keep=("share",))
    with pytest.raises(sim.InputError, match="what is assumed about the world"):
        sim.compare(pair[0], other)
    with pytest.raises(sim.InputError, match="other worlds"):
        sim.compare(pair[0], pair[1].isel(world=slice(0, 3)))
    with pytest.raises(sim.InputError, match="takes two runs"):
        sim.compare(sim.load_scenario("baseline"), sim.load_scenario("placebo"))


def test_a_run_without_the_end_of_a_year_has_no_outcomes():
    data = sim.run(sim.load_scenario("baseline").with_horizon(end="2025Q3"), 2)
    with pytest.raises(sim.InputError, match="the run from 2025Q1 to 2025Q3 has no end of a year"):
        sim.outcomes(data)


def test_no_risk_by_ally_leaves_in_a_file(tmp_path):
    scenario = sim.load_scenario("baseline")
    data = sim.run(scenario, 3, keep=("share", "hazard"))
    out = results.save(ensemble.run_outcomes(scenario, 3), data, scenario.plan(), tmp_path / "x", "csv")
    assert "share" in (out / "variables_world_quarter_ally.csv").read_text()
    assert all("hazard" not in file.read_text() for file in out.glob("*.csv"))


def test_a_reshuffle_keeps_the_total_in_europe():
    tilted = sim.load_scenario("baseline").with_levers(tilt_to_spenders=3.0, threshold=3.5)
    table = ensemble.run_outcomes(tilted, 20)
    np.testing.assert_allclose(table.troops_europe, 100_000)
    assert (table.troops_by_host.sum("host") < 99_999).any()


def test_a_band_is_clear_of_zero_when_it_leaves_nought():
    worlds = xr.DataArray(np.linspace(-1, 1, 101), dims="world")
    assert not results.clear_of_zero(worlds)
    assert results.clear_of_zero(worlds + 2)
    assert results.clear_of_zero(worlds - 2)
    assert not results.clear_of_zero(worlds * 0)


def test_outcomes_block_by_block_equal_those_of_the_whole_run():
    scenario = sim.load_scenario("withdraw-10000-east")
    whole = sim.outcomes(sim.run(scenario, 30, seed=1))
    parts = ensemble.run_outcomes(scenario, 30, seed=1, block=7)
    xr.testing.assert_equal(whole, parts)
    assert parts.attrs == whole.attrs


def test_a_withdrawal_takes_its_troops_from_its_hosts_and_nobody_else():
    base = sim.run(sim.load_scenario("baseline"), 4, seed=0, keep=("troops", "troops_other"))
    east = sim.run(sim.load_scenario("withdraw-10000-east"), 4, seed=0, keep=("troops", "troops_other"))
    change = (east.troops - base.troops).isel(quarter=-1)
    hosts = change.sel(ally=["POL", "ROU"])
    np.testing.assert_allclose(hosts.sum("ally"), -10_000)
    np.testing.assert_allclose(hosts.isel(world=0), -10_000 * np.array([10_029, 1_697]) / 11_726)
    np.testing.assert_allclose(change.drop_sel(ally=["POL", "ROU"]), 0, atol=1e-6)


@pytest.mark.parametrize("form", results.FORMATS)
def test_a_result_directory_can_be_read_back_and_repeated(tmp_path, form, pair):
    scenario = sim.load_scenario("conditional-article5")
    table = ensemble.run_outcomes(scenario, 8, seed=2)
    data = sim.run(scenario, 8, seed=2, keep=("share", "cohesion"))
    out = results.save(table, data, scenario.plan(), tmp_path / "a" / "b", form, "article5 run …")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["digest"] == scenario.plan().fingerprint
    assert (manifest["seed"], manifest["worlds"]) == (2, 8)
    assert manifest["data"] == scenario.plan().roster.digest
    shares = data.share.values.ravel()
    if form == "netcdf":
        again = xr.open_dataset(out / "variables.nc")
        xr.testing.assert_allclose(xr.open_dataset(out / "outcomes.nc").risk, table.risk)
        np.testing.assert_array_equal(again.share.transpose(*data.share.dims).values.ravel(), shares)
        return
    stem = out / f"variables_world_quarter_ally.{form}"
    frame = pd.read_csv(stem) if form == "csv" else pd.read_parquet(stem)
    assert set(frame["plan"]) == {scenario.plan().fingerprint}
    np.testing.assert_allclose(frame["share"], shares, rtol=1e-9)


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path):
    scenario = sim.load_scenario("baseline")
    table = ensemble.run_outcomes(scenario, 2)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(sim.InputError, match="not an empty directory"):
        results.save(table, None, scenario.plan(), tmp_path / "full")
    with pytest.raises(sim.InputError, match="unknown 'xlsx'"):
        results.save(table, None, scenario.plan(), tmp_path / "new", "xlsx")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(sim.InputError, match="is a file, not a directory"):
        results.save(table, None, scenario.plan(), tmp_path / "file" / "below")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "full"]
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]
