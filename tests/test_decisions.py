"""What allies decide themselves: in a file, in a plan, in the order of play, and in words."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import ensemble
from sim.agents import Alliance
from sim.analysis.decision import PLAYED
from sim.cli import main
from sim.laws.runs import resized
from sim.provenance import changes
from sim.reference import ALLIES, roster
from sim.report import explanation_text
from sim.scenario import load_scenario, scenario_from, scenario_names, schema
from sim.variables import VARIABLES
from tests.strategies import START, decisions, numbers, plan, plans, seeds

ABLE = [iso3 for iso3, forces in zip(ALLIES, roster(START).forces, strict=True) if forces]
SHARES = st.dictionaries(st.sampled_from(ABLE), numbers(0, 10), min_size=1)
POL, DEU = ALLIES.index("POL"), ALLIES.index("DEU")


def with_events(*events, base="baseline", end="2028Q4"):
    """A scenario of the project with these events after its own."""
    written = load_scenario(base).with_horizon(end=end).written()
    return scenario_from(written | {"events": [*written.get("events", []), *events]}, "played")


def poland(share=4.5, first="2027Q1", last="2027Q4"):
    """One decision, as a file writes it."""
    return {"from": first, "until": last, "spending": {"POL": share}, "why": "Played by the Polish team"}


def decided(count, **shares):
    """An array of decisions [T, A]: {ally: {quarter index: share}}."""
    found = np.full((count, len(ALLIES)), np.nan)
    for ally, by_row in shares.items():
        for row, share in by_row.items():
            found[row, ALLIES.index(ally)] = share
    return found


def problems(*events):
    with pytest.raises(sim.ScenarioError) as caught:
        with_events(*events)
    return caught.value.problems


# --- what it does -------------------------------------------------------------------------------------------------


@given(st.data(), seeds())
def test_an_ally_spends_what_was_decided_and_nobody_anything_else_before(data, seed):
    """Equation 2h: the share is the one decided, in every world; up to that quarter all else is the very same."""
    here = replace(data.draw(plans()), decided=None)
    chosen = data.draw(decisions(len(here.quarters)).filter(lambda found: found is not None))
    free, tied = ensemble.run(here, 3, seed), ensemble.run(replace(here, decided=chosen), 3, seed)
    rows, columns = np.nonzero(np.isfinite(chosen))
    for row, column in zip(rows, columns, strict=True):
        np.testing.assert_array_equal(tied.share.values[:, row : row + 4, column], chosen[row, column])
    for name in VARIABLES:
        np.testing.assert_array_equal(tied[name].values[:, : rows.min()], free[name].values[:, : rows.min()])


@settings(max_examples=10)
@given(plans(), seeds())
def test_a_mesa_world_is_a_world_of_the_ensemble_where_allies_decide(here, seed):
    """Law 30, with decisions: bit for bit."""
    chosen = decided(len(here.quarters), POL={0: 4.5}, DEU={0: 0.0})
    here = replace(here, decided=chosen)
    data, model = ensemble.run(here, 3, seed), Alliance(here, seed=seed, world=2)
    for _ in here.quarters:
        model.step()
    for name, variable in VARIABLES.items():
        found = np.asarray(variable.read(model.state, model.now))
        np.testing.assert_array_equal(found if variable.by_ally else found[0], data[name].values[2, -1], err_msg=name)


@given(plans(), seeds())
def test_deciding_nothing_is_the_very_same_plan(here, seed):
    empty = replace(here, decided=np.full((len(here.quarters), len(ALLIES)), np.nan))
    bare = replace(here, decided=None)
    assert empty.fingerprint == bare.fingerprint
    one, other = ensemble.run(empty, 2, seed), ensemble.run(bare, 2, seed)
    for name in VARIABLES:
        np.testing.assert_array_equal(one[name].values, other[name].values, err_msg=name)


@settings(max_examples=10)
@given(plans(st.integers(5, 10)), seeds(), st.sampled_from(ABLE))
def test_deciding_what_the_strategy_would_have_done_changes_nothing_in_that_world(here, seed, ally):
    """The share is all that a decision sets: giving back what the model did leaves one world as it was."""
    here = replace(here, decided=None)
    free = ensemble.run(here, 1, seed)
    seat = ALLIES.index(ally)
    tied = replace(here, decided=decided(len(here.quarters), **{ally: {4: float(free.share.values[0, 4, seat])}}))
    for name, values in ensemble.run(tied, 1, seed).data_vars.items():
        np.testing.assert_array_equal(values.values, free[name].values, err_msg=str(name))


def test_what_is_decided_outside_of_a_budget_plays_no_part():
    here = plan(8)
    other = replace(here, decided=decided(8, POL={1: 4.5, 5: 9.0}))
    assert other.decisions == {}
    assert other.fingerprint == here.fingerprint
    np.testing.assert_array_equal(ensemble.run(here, 2).share.values, ensemble.run(other, 2).share.values)


def test_others_answer_what_one_decides():
    """By hand: a free rider that sees Germany at 9% spends less than one that sees it at 1%."""
    rich, poor = (
        ensemble.run(plan(12, default="FreeRider", decided=decided(12, DEU={0: share})), 8).share.values[:, 8, POL]
        for share in (9.0, 1.0)
    )
    assert np.all(rich < poor)


def test_a_decision_changes_no_assumption_about_the_world():
    here = plan(8)
    other = replace(here, decided=decided(8, POL={4: 4.5}))
    assert other.nature == here.nature
    assert other.fingerprint != here.fingerprint
    assert other.without_policy(here.quarters, "PledgeKeeper").decided is None


def test_a_longer_run_decides_nothing_more():
    here = replace(plan(4), decided=decided(4, POL={0: 4.5}))
    assert resized(here, 12).decisions == here.decisions
    assert resized(here, 1).decisions == here.decisions


# --- in a file ----------------------------------------------------------------------------------------------------


def test_an_event_says_what_an_ally_decides():
    found = with_events(poland(), {"from": "2026Q2", "until": "2028Q1", "spending": {"DEU": 3, "POL": 4}})
    assert found.plan().decisions == {
        "DEU": {"2027Q1": 3.0, "2028Q1": 3.0}, "POL": {"2027Q1": 4.0, "2028Q1": 4.0},
    }  # fmt: skip
    assert with_events(poland(last=None)).plan().decisions == {"POL": {"2027Q1": 4.5, "2028Q1": 4.5}}


@given(
    st.sampled_from(scenario_names()),
    st.lists(
        st.tuples(st.integers(0, 10), st.integers(0, 3), SHARES), min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_decisions_are_written_and_read_as_the_same(name, events):
    """Law 35, with decisions."""
    base = load_scenario(name)
    years = int(base.end[:4]) - int(base.start[:4])
    written = [
        {
            "from": f"{int(base.start[:4]) + min(first, years)}Q1",
            "until": f"{int(base.start[:4]) + min(first + more, years)}Q4",
            "spending": shares,
        }
        for first, more, shares in events
    ]
    scenario = scenario_from(base.written() | {"events": [*base.written().get("events", []), *written]}, name)
    again = scenario_from(_read(scenario.to_yaml()), name)
    assert again == scenario
    assert again.plan().fingerprint == scenario.plan().fingerprint
    assert again.plan().decisions == scenario.plan().decisions != {}


def _read(text):
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(text)


def test_plans_without_decisions_keep_their_digest():
    """A digest is on record in the ledger and in batches: nothing may be added to what it is made of."""
    assert "decisions" not in plan(8).written()
    assert load_scenario("baseline").plan().written().keys() == plan(8).written().keys()


def test_a_lever_set_for_the_whole_run_leaves_what_allies_decide():
    both = with_events({"from": "2027Q1", "levers": {"pressure": 0.5}, "spending": {"POL": 4.5}})
    left = both.with_levers(pressure=0.2)
    assert left.plan().decisions == both.plan().decisions
    assert set(left.plan().levers["pressure"]) == {0.2}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (poland() | {"spending": {"POLAND": 3}}, "events.0.spending.POLAND: unknown ally. "),
        (poland() | {"spending": {"USA": 3}}, "events.0.spending.USA: unknown ally. "),
        (poland() | {"spending": {"ISL": 3}}, "events.0.spending.ISL: Iceland has no armed forces and no defence"),
        (poland(11), "events.0.spending.POL: 11 is out of range. It takes 0 to 10 % of GDP."),
        (poland(-0.1), "events.0.spending.POL: -0.1 is out of range."),
        (poland("much"), "events.0.spending.POL: 'much' is no number. Write one in % of GDP, from 0 to 10."),
        (poland(float("nan")), "events.0.spending.POL: nan is not finite."),
        (poland(True), "events.0.spending.POL: 'True' is no number."),
        (poland(first="2027Q2"), "events.0.spending: no budget is decided in 2027Q2 to 2027Q4. Budgets"),
        (poland(first="2040Q1", last=None), "events.0.from: 2040Q1 is outside the run."),
        ({"from": "2027Q1"}, "events.0.levers: sets no lever. Name at least one with its value, or an ally's"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_told_in_a_line(event, said):
    found = problems(event)
    assert len(found) == 1
    assert said in found[0]


def test_the_schema_knows_the_allies_and_their_range():
    spending = schema()["$defs"]["Event"]["properties"]["spending"]
    assert spending["properties"]["POL"] == {"type": "number", "minimum": 0.0, "maximum": 10.0}
    assert spending["additionalProperties"] is False
    assert "levers" not in schema()["$defs"]["Event"]["required"]


def test_a_played_scenario_brings_no_remark_of_its_own():
    assert sim.scenario.remarks(with_events(poland())) == []


# --- in words -----------------------------------------------------------------------------------------------------


def test_the_list_of_changes_says_who_decides_what():
    base = with_events().plan()
    three = [poland(4.5, "2026Q1", "2027Q4"), poland(5, "2028Q1", "2028Q4")]
    assert changes(with_events(*three).plan(), base) == (
        "Poland decides 4.5% of GDP in 2026 to 2027, 5% of GDP in 2028",
    )  # fmt: skip
    assert changes(base, with_events(*three).plan()) == ("Poland decides nothing itself",)
    assert changes(with_events(*three).plan(), with_events(*three).plan()) == ()


def test_a_played_year_is_not_taken_apart():
    here = with_events(poland(), base="conditional-article5")
    found = sim.explain(here, "POL", 2027, seed=1, world=3)
    assert found.share == 4.5
    assert found.decision.strategy == PLAYED
    assert found.played == (2027,)
    assert [term.name for term in found.decision.terms] == [PLAYED]
    assert found.decision.terms[0].pp == 4.5 - found.decision.share_before
    assert (found.decision.planned, found.decision.lift) == (None, None)
    assert [part.part for part in found.parts] == [0.0] * len(found.parts)
    text = explanation_text(found)
    assert f"Poland spends 4.50% of GDP in 2027 in world 3, {found.change:.2f} pp more than in 2024: {PLAYED}." in text
    assert "and what players decided" in text
    assert "PledgeKeeper" not in text


def test_the_year_after_is_taken_apart_again():
    found = sim.explain(with_events(poland(), base="conditional-article5"), "POL", 2028, seed=1, world=3)
    assert found.decision.strategy == "PledgeKeeper"
    assert found.decision.share_before == 4.5
    assert found.played == (2027,)
    assert sum(part.part for part in found.parts) + found.start_and_drift == pytest.approx(found.change, abs=1e-9)
    assert "and what players decided" in explanation_text(found)
    assert "players" not in explanation_text(sim.explain("conditional-article5", "POL", 2028, seed=1, world=3))


def test_the_command_line_shows_and_checks_a_played_scenario(tmp_path):
    from click.testing import CliRunner

    path = tmp_path / "played.yaml"
    path.write_text(with_events(poland()).to_yaml(), encoding="utf-8")
    checked = CliRunner().invoke(main, ["check", str(path)])
    assert checked.exit_code == 0
    assert "fine, plan" in checked.output
    told = CliRunner().invoke(main, ["explain", str(path), "--ally", "POL", "--year", "2027"])
    assert "Poland spends 4.50% of GDP in 2027 in world 0, " in told.output
    assert PLAYED in told.output
