"""Hedges and statuses as distributions: what a document left open is drawn anew in every world."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import draws, priors, provenance
from sim.agents import Alliance
from sim.ensemble import run
from sim.facts import READINGS, load_facts, load_hedges, load_statuses
from sim.plan import Plan, Withdrawal, withdrawal_statuses
from sim.reference import roster
from sim.scenario import remarks, schema
from tests.strategies import HOSTS, factors, plan, plans, seeds, sizes, span, wide_plans

FACT = {"fact": "eastern-withdrawal"}
MANY = range(20_000)
EAST = ["POL", "ROU"]
IN_EAST = 10_029 + 1_697


def withdrawn(troops, status="executed", reading="default", hosts=EAST, start="2025Q3") -> Plan:
    """The plan of a scenario with one withdrawal."""
    return sim.load_scenario("baseline").with_reading(reading).with_withdrawal(hosts, troops, start, 4, status).plan()


def drawn(here, worlds=2000, seed=0, chance=1.0):
    """What part of the only withdrawal is carried out, [R]."""
    return here.executed(seed, range(worlds), chance)[:, 0]


# --- how much ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", READINGS)
def test_a_world_takes_what_the_reading_of_the_hedge_gives_for_its_luck(reading):
    """By hand: the quantile of the hedge at the world's own uniform number, never more than stands there."""
    luck = draws.uniform(0, "size of withdrawal 1 from POL+ROU", range(2000))[:, 0]
    expected = {
        "default": luck,
        "strict": 0.5 + 0.5 * np.sqrt(luck),  # triangular from 0.5 with its peak at its upper end, 1
        "loose": np.minimum(1.2 * luck, IN_EAST / 10_000),
    }[reading]
    np.testing.assert_allclose(drawn(withdrawn({**FACT, "reading": reading})), expected, rtol=1e-12)


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_for_the_scenario_is_one_for_each_of_its_facts(reading):
    one, other = withdrawn(FACT, reading=reading), withdrawn({**FACT, "reading": reading})
    assert one.fingerprint == other.fingerprint
    assert one.withdrawals[0].reading == reading


def test_a_reading_beside_the_fact_comes_before_that_of_the_scenario():
    assert withdrawn({**FACT, "reading": "default"}, reading="strict") == withdrawn(FACT)
    assert withdrawn({**FACT, "factor": 0.5}, reading="strict") == withdrawn({**FACT, "factor": 0.5})
    assert withdrawn(6000, reading="strict") == withdrawn(6000)


def test_a_factor_takes_the_place_of_the_hedge():
    half = drawn(withdrawn({**FACT, "factor": {"uniform": [0.5, 1.0]}}))
    luck = draws.uniform(0, "size of withdrawal 1 from POL+ROU", range(2000))[:, 0]
    np.testing.assert_allclose(half, 0.5 + 0.5 * luck)
    assert set(drawn(withdrawn({**FACT, "factor": 0.25}))) == {0.25}
    up_to = drawn(withdrawn({**FACT, "factor": {"uniform": [0.0, 1.0]}}))
    np.testing.assert_array_equal(up_to, drawn(withdrawn(FACT)))


@pytest.mark.parametrize("name", [n for n, h in load_hedges().items() if h.kind != "none" and n != "far beyond"])
def test_readings_nest(name):
    """What a strict reading allows, the default one allows, and what that allows, a loose one. "Far beyond" names no
    end of its own: its strict reading lies nearer to the number."""
    hedge = load_hedges()[name]
    strict, default, loose = (hedge.reading(reading).prior() for reading in ("strict", "default", "loose"))
    assert loose.low <= default.low <= strict.low <= strict.high <= default.high <= loose.high


@given(seeds(), st.sampled_from(READINGS))
def test_what_is_drawn_lies_within_the_hedge(seed, reading):
    here = withdrawn({**FACT, "reading": reading})
    part, size = drawn(here, 50, seed), here.withdrawals[0].size
    assert np.all((size.low <= part) & (part <= size.high))


@given(seeds(), factors())
def test_what_is_drawn_lies_within_the_factor(seed, factor):
    here = withdrawn({**FACT, "factor": factor}, hosts=["DEU"])
    part, size = drawn(here, 50, seed), here.withdrawals[0].size
    assert size.written() == {"fixed": [factor] * 3} or size.written() == factor
    assert np.all((size.low - 1e-12 <= part) & (part <= size.high + 1e-12))


@given(wide_plans(), seeds())
def test_no_place_ever_gives_more_than_it_has(here, seed):
    """Also where several withdrawals name one host, and a hedge draws far more than the printed number."""
    part = here.executed(seed, range(20), 0.7)
    taken = sum((part[:, k : k + 1] * w.by_place(here.roster) for k, w in enumerate(here.withdrawals)), np.zeros(1))
    assert np.all(part >= 0.0)
    assert np.all(taken <= here.roster.troops + 1e-6)


@given(wide_plans(6), seeds())
def test_a_mesa_world_carries_out_what_the_ensemble_does(here, seed):
    """Law 30, for every status, hedge and reading; and troops are nowhere below nought."""
    data = run(here, 3, seed, keep=("troops", "troops_other"))
    assert (data.troops >= -1e-6).all()
    assert (data.troops_other >= -1e-6).all()
    model = Alliance(here, seed=seed, world=2)
    for quarter in range(len(here.quarters)):
        model.step()
        np.testing.assert_array_equal(model.state.stationed[:-1], data.troops.values[2, quarter])


def test_who_starts_first_takes_first():
    """By hand: 34,547 stand in Germany; 30,000 leave from 2026, so 4,547 of the 20,000 ordered earlier in the file."""
    stock = dict(zip(roster().places, roster().troops, strict=True))["DEU"]
    late = Withdrawal(("DEU",), 20_000.0, "2026Q3", 4, "executed")
    early = Withdrawal(("DEU",), 30_000.0, "2026Q1", 4, "executed")
    part = plan(withdrawals=(late, early)).executed(0, range(3), 1.0)
    np.testing.assert_allclose(part, np.broadcast_to([(stock - 30_000.0) / 20_000.0, 1.0], (3, 2)))


@given(wide_plans(), seeds())
def test_a_later_withdrawal_takes_nothing_from_an_earlier_one(here, seed):
    more = Withdrawal(("DEU", "ITA", "GBR"), 50_000.0, span(9)[-1], 2, "executed")
    longer = replace(here, quarters=span(9), withdrawals=(*here.withdrawals, more))
    before, after = (p.executed(seed, range(5), 0.5) for p in (here, longer))
    np.testing.assert_array_equal(before, after[:, :-1])


def test_a_loose_reading_beyond_the_stock_is_remarked_and_plays():
    loose = sim.load_scenario("baseline").with_withdrawal(EAST, {**FACT, "reading": "loose"}, "2025Q1", 1, "executed")
    (remark,) = remarks(loose)
    assert remark == (
        "withdrawals.0.troops: up to 12,000 may be drawn; no world takes more from POL, ROU than the 11,726 there."
    )
    assert remarks(loose.with_reading("strict")) == [remark]
    assert remarks(sim.load_scenario("baseline").with_withdrawal(EAST, FACT, "2025Q1")) == []
    data = run(loose, 200, 0, keep=("troops",))
    assert (data.troops >= 0).all()


def test_check_tells_of_a_withdrawal_that_the_stock_may_stop(tmp_path):
    from click.testing import CliRunner

    from sim.cli import main

    file = tmp_path / "loose.yaml"
    file.write_text("name: L\nreading: loose\nwithdrawals: [{hosts: [POL, ROU], troops: {fact: eastern-withdrawal}, "
                    "from: 2025Q3}]\n")  # fmt: skip
    result = CliRunner().invoke(main, ["check", str(file)])
    assert result.exit_code == 0
    assert "loose.yaml: L: fine, plan" in result.stdout
    assert "loose.yaml: withdrawals.0.troops: up to 12,000 may be drawn" in result.stdout


# --- whether at all ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", load_statuses())
def test_how_often_it_happens_lies_in_the_range_of_the_status(status):
    """Also the mean: that of the range, within five standard errors."""
    chances = load_statuses()[status].happens
    comes = drawn(withdrawn(1000, status), len(MANY)) > 0
    assert chances.quantile(0.0) < comes.mean() < chances.quantile(1.0)
    middle = chances.quantile(0.5)
    assert abs(comes.mean() - middle) < 5 * np.sqrt(middle * (1 - middle) / len(MANY))


def test_the_chance_and_the_event_are_two_numbers_of_the_world():
    """By hand, for the considered withdrawal: it comes where the event lies below a chance of 0.2 to 0.7."""
    name = "withdrawal 1 from POL+ROU"
    event, chance = (draws.uniform(3, n, range(500)) for n in (name, f"chance of {name}"))
    comes = withdrawn(1000, "considered").executed(3, range(500), 1.0)
    np.testing.assert_array_equal(comes, 1.0 * (event < 0.2 + 0.5 * chance))


@given(seeds())
def test_what_happens_although_denied_happens_when_considered(seed):
    """Statuses share their luck: a firmer word only adds worlds."""
    ranked = ["denied", "considered", "reported", "executed"]
    parts = [drawn(withdrawn(FACT, status), 100, seed) for status in ranked]
    for weaker, firmer in pairwise(parts):
        assert np.all((weaker == 0) | (weaker == firmer))


def test_without_a_status_that_of_the_fact_holds():
    assert withdrawn(FACT, None) == withdrawn(FACT, "considered")
    assert withdrawn(5000, None) == withdrawn(5000, "announced")


def test_only_announcements_heed_the_chance():
    worlds = range(200)
    for status in withdrawal_statuses():
        never, ever = (withdrawn(1000, status).executed(0, worlds, chance) for chance in (0.0, 1.0))
        assert np.array_equal(never, ever) == (status != "announced"), status
    assert not withdrawn(1000, "announced").executed(0, worlds, 0.0).any()


def test_the_chance_may_be_a_column_for_each_withdrawal():
    """By hand: a world's own chance, shared or for each."""
    two = plan(withdrawals=tuple(Withdrawal((host,), 100.0, "2025Q1", 1, "announced") for host in ("DEU", "ITA")))
    worlds = range(300)
    each = np.column_stack([np.linspace(0, 1, 300), np.linspace(1, 0, 300)])
    luck = np.hstack([draws.uniform(0, f"withdrawal 1 from {host}", worlds) for host in ("DEU", "ITA")])
    np.testing.assert_array_equal(two.executed(0, worlds, each), 1.0 * (luck < each))
    np.testing.assert_array_equal(two.executed(0, worlds, each[:, :1]), 1.0 * (luck < each[:, :1]))
    np.testing.assert_array_equal(two.executed(0, worlds, 0.3), 1.0 * (luck < 0.3))
    with pytest.raises(ValueError, match="broadcast"):
        two.executed(0, worlds, np.ones((300, 3)))


@given(wide_plans(), seeds(), st.lists(st.integers(0, 1000), min_size=1, max_size=4, unique=True))
def test_what_a_world_draws_does_not_depend_on_its_company(here, seed, some):
    """Law 24, for withdrawals."""
    alone = [here.executed(seed, [world], 0.5) for world in some]
    np.testing.assert_array_equal(here.executed(seed, some, 0.5), np.concatenate(alone))


@given(seeds(), st.sampled_from(HOSTS), st.sampled_from(withdrawal_statuses()))
def test_the_same_hosts_have_the_same_luck_in_every_scenario(seed, host, status):
    """Another date, duration or size keeps what happens, and in what part."""
    early = plan(withdrawals=(Withdrawal((host,), 0.5, "2025Q1", 1, status, "up to"),))
    late = plan(withdrawals=(Withdrawal((host,), 1.0, "2026Q1", 5, status, "up to"),))
    np.testing.assert_array_equal(early.executed(seed, range(30), 0.6), late.executed(seed, range(30), 0.6))


@given(plans(), seeds())
def test_a_plan_without_withdrawals_has_nothing_to_draw(here, seed):
    bare = replace(here, withdrawals=())
    assert bare.executed(seed, range(4), 0.5).shape == (4, 0)
    assert bare.executed(seed, range(4), np.full((4, 1), 0.5)).shape == (4, 0)
    assert bare.written()["withdrawals"] == []


def test_changes_say_how_sure_a_withdrawal_is_and_how_large():
    base = sim.load_scenario("baseline").plan()
    said = {
        (None, "default"): "10,000 persons (up to) from 2025Q3, considered",
        ("denied", "strict"): "10,000 persons (up to, strict reading) from 2025Q3, denied",
        ("executed", "default"): "10,000 persons (up to) from 2025Q3, ordered",
    }
    for (status, reading), words in said.items():
        (change,) = provenance.changes(withdrawn(FACT, status, reading), base)
        assert change == f"soldiers leaving Poland and Romania 0 → {words}"
    (change,) = provenance.changes(withdrawn({**FACT, "factor": {"uniform": [0.5, 1]}}), base)
    assert "10,000 persons (times uniform 0.5 to 1) from" in change
    (change,) = provenance.changes(withdrawn(5000), base)
    assert "0 → 5,000 persons from" in change
    values = [provenance.sources(here, base).set_index("control").value["withdrawal"].iloc[0]
              for here in (withdrawn(FACT, None), withdrawn(5000), base)]  # fmt: skip
    assert values == ["10,000 (up to, considered)", "5,000 (ordered)", "0"]


# --- levers by facts --------------------------------------------------------------------------------------------


def test_a_lever_takes_the_number_of_a_fact(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(
        "name: x\n"
        "levers: {threshold: {fact: spending-demand}, border: {fact: border-increase, reading: strict}}\n"
        "events:\n"
        "  - {from: 2027Q1, levers: {threshold: {fact: spending-demand, factor: 0.7}}}\n"
        "  - {from: 2026Q1, levers: {pledge: {2026Q1: {fact: spending-guideline}, 2028Q1: 3}}}\n"
    )
    scenario = sim.load_scenario(path)
    levers = scenario.plan().levers
    assert list(levers["threshold"][[0, 7, 8, 43]]) == [5, 5, 3.5, 3.5]
    assert set(levers["border"]) == {1500}
    assert list(levers["pledge"][[4, 8, 12]]) == [2, 2.5, 3]
    assert scenario.facts == ("spending-demand", "border-increase", "spending-guideline")
    same = sim.load_scenario("baseline").with_levers(threshold={"fact": "spending-demand"}, conditionality=0.6)
    assert same.plan() == sim.load_scenario("baseline").with_levers(threshold=5.0, conditionality=0.6).plan()


# --- as a file --------------------------------------------------------------------------------------------------


@given(sizes(), st.none() | st.sampled_from(withdrawal_statuses()), st.sampled_from(READINGS), st.booleans())
def test_hedges_are_written_and_read_as_the_same(tmp_path_factory, size, status, reading, by_fact):
    """Law 35, for readings, factors and statuses."""
    demand = {"threshold": {"fact": "spending-demand", "factor": 0.8}} if by_fact else {}
    scenario = sim.load_scenario("baseline").with_reading(reading).with_levers(**demand)
    scenario = scenario.with_withdrawal(["DEU"], size, "2026Q1", 3, status)
    path = tmp_path_factory.mktemp("law") / "baseline.yaml"
    path.write_text(scenario.to_yaml(), encoding="utf-8")
    again = sim.load_scenario(path)
    assert again == scenario
    assert again.plan().fingerprint == scenario.plan().fingerprint
    assert again.to_yaml() == scenario.to_yaml()


def test_the_digest_tells_readings_factors_and_statuses_apart():
    plans_ = [withdrawn(FACT, status, reading) for status in withdrawal_statuses() for reading in READINGS]
    factors_ = (0.5, {"uniform": [0.5, 1.0]}, {"uniform": [0.4, 1.0]})
    plans_ += [withdrawn({**FACT, "factor": factor}) for factor in factors_]
    assert len({p.fingerprint for p in plans_}) == len(plans_) == 7 * 3 + 3


def test_a_plan_holds_what_its_words_stood_for():
    (found,) = withdrawn(FACT, None, "strict").written()["withdrawals"]
    assert found == {
        "hosts": EAST, "troops": 10_000, "start": "2025Q3", "over": 4, "status": "considered", "hedge": "up to",
        "reading": "strict", "factor": {"triangular": [0.5, 1.0, 1.0]}, "happens": {"uniform": [0.2, 0.7]},
    }  # fmt: skip
    (plain,) = withdrawn(500).written()["withdrawals"]
    assert (plain["factor"], plain["happens"], plain["hedge"]) == (1.0, None, "exact")


def test_a_scenario_inherits_its_reading_and_may_go_back(tmp_path):
    text = "name: S\nreading: strict\nwithdrawals: [{host: POL, troops: {fact: border-increase}, from: 2026Q1}]\n"
    (tmp_path / "s.yaml").write_text(text)
    for line, reading in (("", "strict"), ("reading: default\n", "default")):
        (tmp_path / "t.yaml").write_text(f"name: T\nextends: s.yaml\n{line}")
        assert sim.load_scenario(tmp_path / "t.yaml").plan().withdrawals[0].reading == reading


def test_a_withdrawal_does_not_change_with_what_it_was_made_from():
    size = {**FACT, "factor": 0.5}
    scenario = sim.load_scenario("baseline").with_withdrawal(EAST, size, "2026Q1")
    size["factor"] = 0.1
    assert scenario.plan().withdrawals[0].size.median == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"troops": {"fact": "eastern"}}, "withdrawals.0.troops: unknown fact 'eastern'. Did you mean 'eastern-"),
        ({"troops": {**FACT, "reading": "exact"}}, "withdrawals.0.troops.reading: unknown reading 'exact'"),
        ({"troops": {}}, "withdrawals.0.troops: names no fact"),
        ({"troops": FACT, "status": "denid"}, "withdrawals.0.status: unknown status 'denid'. Did you mean 'denied'?"),
    ],
)
def test_a_fact_set_from_python_is_checked(change, message):
    with pytest.raises(sim.ScenarioError) as caught:
        sim.load_scenario("baseline").with_withdrawal(EAST, start="2026Q1", **change)
    assert f"with_withdrawal: {message}" in caught.value.problems[0]
    with pytest.raises(sim.ScenarioError, match="with_reading: reading: unknown reading 'tight'"):
        sim.load_scenario("baseline").with_reading("tight")


def test_the_schema_explains_facts_readings_and_statuses():
    made = schema()
    block = made["$defs"]["WithdrawalBlock"]["properties"]
    fact = block["troops"]["anyOf"][1]["properties"]
    assert block["status"]["enum"] == list(withdrawal_statuses())
    assert fact["reading"]["enum"] == made["properties"]["reading"]["enum"] == list(READINGS)
    assert "eastern-withdrawal" in fact["fact"]["enum"]
    assert set(fact["factor"]["anyOf"][1]["properties"]) == set(priors.WRITABLE)
    threshold = made["properties"]["levers"]["properties"]["threshold"]["anyOf"]
    persons = {name for name, f in load_facts().items() if f.unit == "persons"}
    assert set(fact["fact"]["enum"]) == persons
    assert "spending-demand" in threshold[1]["properties"]["fact"]["enum"]


def test_the_schema_accepts_what_is_read_and_refuses_what_is_not():
    check = pytest.importorskip("jsonschema").Draft202012Validator(schema())
    for name in sim.scenario_names():
        check.validate(sim.load_scenario(name).written())
    block = {"hosts": EAST, "from": "2025Q3"}
    sound = [100, FACT, {**FACT, "reading": "loose"}, {**FACT, "factor": 0.5}, {**FACT, "factor": {"uniform": [0, 1]}}]
    wrong = [
        "all",
        {"fact": "spending-demand"},
        {**FACT, "reading": "tight"},
        {**FACT, "factor": {"gamma": [0, 1]}},
        {},
    ]
    for size in sound:
        assert check.is_valid({"name": "x", "withdrawals": [{**block, "troops": size}]}), size
    for size in wrong:
        assert not check.is_valid({"name": "x", "withdrawals": [{**block, "troops": size}]}), size
    for status, fine in (("denied", True), ("perhaps", False)):
        assert check.is_valid({"name": "x", "withdrawals": [{**block, "troops": 1, "status": status}]}) == fine
    for reading, fine in (("strict", True), ("tight", False)):
        assert check.is_valid({"name": "x", "reading": reading}) == fine
    for value, fine in ((FACT, False), ({"fact": "spending-demand"}, True), ({"2026Q1": 3}, True), (3, True)):
        assert check.is_valid({"name": "x", "levers": {"threshold": value}}) == fine, value


@pytest.mark.parametrize("factor", [{"normal": [1.0, 0.5, 0.0, 2.0]}, {"beta": [2, 5]}, {"lognormal": [0.5, 0.1]}])
def test_every_writable_distribution_may_be_a_factor(factor):
    part = drawn(withdrawn({**FACT, "factor": factor}), 4000)
    prior = priors.read(factor)
    assert np.all((part >= prior.low) & (part <= min(prior.high, IN_EAST / 10_000)))
    assert len(np.unique(part)) > 1000


# --- triangular priors --------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 5), min_size=3, max_size=3).map(sorted), st.floats(0, 1), st.floats(0, 1))
def test_a_triangular_prior_rises_from_its_lower_to_its_upper_end(ends, one, other):
    prior = priors.read({"triangular": ends})
    low, high = (prior.quantile(u) for u in sorted((one, other)))
    assert ends[0] - 1e-9 <= low <= high + 1e-9 <= ends[2] + 2e-9


def test_a_triangular_prior_by_hand():
    """Half of the area of a triangle over 0, 1, 4 lies below 4 − √6; a quarter of the probability below its peak."""
    prior = priors.Triangular(0.0, 1.0, 4.0)
    np.testing.assert_allclose([prior.quantile(u) for u in (0.0, 0.25, 0.5, 1.0)], [0, 1, 4 - np.sqrt(6), 4])
    assert prior.written() == {"triangular": [0.0, 1.0, 4.0]}
    narrow = sim.load_scenario("baseline").with_uncertainties(anchor={"triangular": [0.1, 0.12, 0.2]}).plan()
    drawn = narrow.params(0, range(500)).deterrence.anchor
    assert 0.1 <= drawn.min() < 0.115 < 0.18 < drawn.max() <= 0.2
