"""Where US soldiers are: nobody is lost, what moves adds up, and what is said of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import course, ensemble, frames, paired, whereabouts
from sim import whereabouts_words as said
from sim.agents import opening
from sim.charts import PALETTES
from sim.charts import posture as drawn
from sim.plan import Withdrawal
from sim.question import BASELINE, Question, ask
from sim.question import settings as lever_settings
from sim.reference import roster
from tests.strategies import plan, plans, seeds

PERSON = 1e-6
FEW = 40


@pytest.fixture(scope="module")
def spenders():
    return whereabouts.answer(Question("reallocation-to-spenders", worlds=FEW))


@pytest.fixture(scope="module")
def pacific():
    return whereabouts.answer(Question("indo-pacific-first", worlds=FEW))


# --- conservation -------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(plans(st.integers(2, 9), statuses=("announced", "executed")), seeds())
def test_nobody_is_lost_and_every_change_of_a_stock_is_a_flow(plan, seed):
    """Quarter by quarter and world by world, under any policy."""
    before, _ = opening(plan, seed, range(4))
    whole = np.sum(course.all_stocks(before), axis=-1)
    way = sum(before.in_transit)
    for _, after, _ in ensemble.play(plan, seed, range(4)):
        np.testing.assert_allclose(np.sum(course.all_stocks(after), axis=-1), whole, atol=PERSON)
        left, arrived, set_out = course.flows(before, after)
        np.testing.assert_allclose(after.stationed - before.stationed, arrived - left, atol=PERSON)
        np.testing.assert_allclose(sum(after.in_transit) - way, set_out - arrived, atol=PERSON)
        for flow in (left, arrived, set_out):
            assert np.min(flow) > -PERSON
        pools = [after.home - before.home, after.indopacific - before.indopacific, after.border - before.border]
        np.testing.assert_allclose(sum(pools)[:, 0], np.sum(left - set_out, axis=-1), atol=PERSON)
        before, way = after, sum(after.in_transit)


@settings(max_examples=8)
@given(plans(st.just(8)), seeds())
def test_flows_of_years_add_up_to_the_changes_of_stocks(plan, seed):
    found = course.course(plan, 3, seed)
    net = np.cumsum(found.arrived - found.left, axis=1)
    np.testing.assert_allclose(found.stationed - plan.roster.troops, net, atol=PERSON)
    gone = np.cumsum((found.left - found.set_out).sum(axis=-1), axis=1)
    start = [plan.roster.indopacific, plan.roster.border, plan.roster.home]
    np.testing.assert_allclose((found.pools - start).sum(axis=-1), gone, atol=PERSON)
    assert found.apart < PERSON
    assert found.total == pytest.approx(plan.roster.troops.sum() + sum(start))


def test_the_course_is_that_of_the_ensemble():
    moving = Question("reallocation-to-spenders").resolved().plan()
    found = course.course(moving, 20, 3)
    kept = ("troops", "troops_other", "troops_home", "troops_indopacific", "troops_border", *course.COSTS)
    run = ensemble.run_years(moving, 20, 3, kept)
    np.testing.assert_array_equal(found.stationed[..., :-1], run.troops.values)
    np.testing.assert_array_equal(found.stationed[..., -1], run.troops_other.values)
    for place, name in enumerate(("troops_indopacific", "troops_border", "troops_home")):
        np.testing.assert_array_equal(found.pools[..., place], run[name].values)
    for name in course.COSTS:
        np.testing.assert_array_equal(found.costs[name], run[name].values)


def test_blocks_of_worlds_do_not_matter(monkeypatch):
    whole = course.course(plan(4, {"pivot": 20_000.0}), 5, 2)
    monkeypatch.setattr(ensemble, "BLOCK", 2)
    monkeypatch.setattr(ensemble.blocks, "__defaults__", (2,))
    parts = course.course(plan(4, {"pivot": 20_000.0}), 5, 2)
    for name in ("stationed", "left", "set_out", "pools", "wanted", "executed"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


# --- tables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["reallocation-to-spenders", "indo-pacific-first"])
def test_means_of_all_places_add_up_in_every_year(key, request):
    found = request.getfixturevalue({"reallocation-to-spenders": "spenders", "indo-pacific-first": "pacific"}[key])
    sums = found.pools.groupby("year")[["mean", "base"]].sum()
    np.testing.assert_allclose(sums.values, found.total, atol=PERSON)
    assert set(found.pools.pool) == set(frames.POOLS)
    assert list(sums.index) == [2024, *found.years]


def test_sums_of_flows_are_changes_of_means(spenders):
    held = spenders.flows[(spenders.flows.year == 2035) & (spenders.flows.iso3 != "USA")].set_index("iso3")
    troops = dict(zip(roster().places, roster().troops, strict=True))
    run = ensemble.run_years(Question("reallocation-to-spenders").resolved().plan(), FEW, 0, ("troops",))
    ends = run.troops.sel(year=2035).mean("world")
    for code, row in held.iterrows():
        if code != "OTHER":
            assert row.net_sum == pytest.approx(float(ends.sel(ally=code)) - troops[code], abs=PERSON)
    way = spenders.pools[(spenders.pools.year == 2035) & (spenders.pools.pool == frames.POOLS[2])]["mean"].iloc[0]
    home = spenders.flows[(spenders.flows.year == 2035) & (spenders.flows.iso3 == "USA")].net_sum.iloc[0]
    assert held.net_sum.sum() + way + home == pytest.approx(0.0, abs=1e-5)


def test_a_pivot_of_30000_arrives(pacific):
    """By hand: 30,000 leave Europe for the Indo-Pacific, and nothing else changes."""
    last = pacific.pools[pacific.pools.year == 2035].set_index("pool")
    moved = last["mean"] - last["base"]
    assert moved["Indo-Pacific"] == pytest.approx(30_000, abs=1)
    assert moved["On hosts in Europe"] + moved["Elsewhere in Europe"] == pytest.approx(-30_000, abs=1)
    assert moved["Home and all else"] == pytest.approx(0, abs=1)
    at = pacific.floor[pacific.floor.year == 2035].iloc[0]
    assert (at.p50, at.base, at["median"]) == (pytest.approx(70_000), pytest.approx(100_000), pytest.approx(-30_000))


def test_a_floor_holds_unless_it_is_certified():
    """By hand: a pivot would leave 70,000. A floor of 76,000 holds in every world; certified by half, 38,000 do not."""
    settings_ = {**lever_settings("indo-pacific-first"), "troop_floor": 76_000.0}
    held = whereabouts.answer(ask("indo-pacific-first", settings_, 20))
    at = held.floor[held.floor.year == 2035].iloc[0]
    assert (at.law, at.floor, at.held, at.below) == (76_000, 76_000, 100, 0)
    assert at.p50 == pytest.approx(76_000, abs=1)
    assert "In 100 of 100 worlds it keeps more soldiers" in said.floor_words(held, 2035)
    freed = whereabouts.answer(ask("indo-pacific-first", {**settings_, "certification": 0.5}, 20))
    at = freed.floor[freed.floor.year == 2035].iloc[0]
    assert (at.law, at.floor, at.held, at.below) == (76_000, 38_000, 0, 100)
    assert "certification leaves 38,000" in said.floor_words(freed, 2035)
    assert "floor 76,000" in set(said.europe(freed).word.dropna())


def test_without_a_floor_it_is_said(pacific):
    assert "No statute sets a floor" in said.floor_words(pacific, 2035)
    assert set(said.europe(pacific).kind) == {"path"}


def test_withdrawals_come_about_in_as_many_worlds_as_were_played():
    cut = Withdrawal(hosts=("POL",), troops=4000.0, start="2025Q1", over=2, status="executed")
    maybe = Withdrawal(hosts=("DEU", "ITA"), troops=8000.0, start="2025Q2", over=9, status="announced")
    two = plan(8, withdrawals=(cut, maybe))
    found = course.course(two, 200, 0)
    table = whereabouts.withdrawals(found, two)
    assert list(table.hosts) == ["Poland", "Germany and Italy"]
    assert table["comes about, in 100 worlds"].iloc[0] == 100
    assert table["persons then, mean"].iloc[0] == 4000
    share = 100 * np.mean(found.executed[:, 1] > 0)
    assert 0 < share < 100
    assert table["comes about, in 100 worlds"].iloc[1] == round(share)
    assert list(table.until) == ["2025Q2", "after 2026Q4"]
    assert whereabouts.withdrawals(course.course(plan(4), 2, 0), plan(4)).empty


def test_costs_stand_together_in_every_definition(pacific):
    table = said.cost_table(pacific, 2035)
    assert len(table) == 4
    assert [name[-4:-1] for name in table.definition] == ["12a", "12b", "12c", "12d"]
    abroad = pacific.costs[(pacific.costs.cost == "us_cost_abroad") & (pacific.costs.year == 2035)].iloc[0]
    assert abroad["median"] / abroad.base == pytest.approx(-0.3)  # 30,000 of 100,000, by the head
    assert "12c" in said.cost_words(pacific, "us_cost_moving", 2035)


def test_nothing_moves_in_the_baseline():
    still = whereabouts.answer(Question(BASELINE, worlds=10))
    assert set(still.hosts.way) | set(still.floor.way) | set(still.costs.way) == {paired.NOUGHT}
    assert said.senders(still, 2035).empty
    assert said.lines_between(still, 2035).empty
    assert "nobody moved" in said.senders_words(said.senders(still, 2035), 2035)
    assert "every difference is exactly 0" in still.nought


# --- what is drawn ------------------------------------------------------------------------------------------------


def test_lines_share_out_what_was_lost(pacific):
    """All goes to one place: every line has the loss of its host, and small ones are left out."""
    lines = said.lines_between(pacific, 2035)
    rows = pacific.flows[pacific.flows.year == 2035].set_index("iso3")
    assert set(lines.goal) == {"USA"}
    for line in lines.itertuples():
        assert line.persons == pytest.approx(-rows.net_sum[line.origin])
    assert set(lines.origin) == set(rows.index[rows.net_sum <= -said.LEAST_MOVED])


def test_senders_are_few_and_complete(pacific, spenders):
    for found in (pacific, spenders):
        table, rows = said.senders(found, 2035), found.flows[found.flows.year == 2035]
        assert len(table) <= said.SHOWN_MOVES + 1
        assert table.sent.sum() == pytest.approx(-rows.left_sum.sum())
        assert table.received.sum() == pytest.approx(rows.arrived_sum.sum())
        assert table.place.iloc[-1] == "All others"
    assert "Germany 10,400" in said.senders_words(said.senders(pacific, 2035), 2035)


def test_hosts_that_move_come_first(spenders):
    shown = said.largest(spenders, 2035)
    assert len(shown) == said.SHOWN_HOSTS
    assert {"Poland", "Italy", "Germany"} <= set(shown[:4])
    table = said.host(spenders, "Poland")
    assert list(table.year) == list(spenders.years)
    assert said.short(table.p50.iloc[-1]) in said.host_words(spenders, "Poland", 2035)


def test_everybody_is_accounted_for_in_words(spenders):
    assert f"All soldiers accounted for: {spenders.total:,.0f}" in said.accounted(spenders)
    assert "to the last soldier" in said.accounted(spenders)
    assert f"in all {spenders.total:,.0f}" in said.pools_words(spenders, 2030)
    assert "not a forecast" in said.headline(spenders, 2030)
    assert "US troops in Europe" in said.europe_words(spenders, 2030)


@pytest.mark.parametrize(("persons", "words"), [(34_467.0, "34,500"), (951.0, "1,000"), (944.0, "940"), (4.0, "0")])
def test_soldiers_in_few_characters(persons, words):
    assert said.short(persons) == words


@pytest.mark.parametrize("name", ["ALL", "HOST", "SENDERS", "EUROPE", "MONEY"])
def test_specifications_are_constant_and_in_both_themes(name):
    specs = getattr(drawn, name)
    assert set(specs) == set(PALETTES)
    assert all("datasets" not in spec and "data" not in spec for spec in specs.values())
