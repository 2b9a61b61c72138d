"""One world told: it is the world of the ensemble, its log says what happened, and nothing that must not be told."""

import json
import pickle
import re
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import sim
from sim import chronicle, ensemble, question
from sim.analysis.decision import Decision, Lift, Term
from sim.chronicle import event, log, money, seats, tables, trust, worlds
from sim.chronicle.played import play_world
from sim.cli import main
from sim.errors import InputError
from sim.outcomes import FRONT_NAMES, FRONTS, OUTCOMES, outcomes
from sim.outcomes.named import COSTS
from sim.reference import roster
from tests import strategies

NAMES = roster().name


def short(name="conditional-article5", end="2027Q4", **levers):
    """A scenario over a few years."""
    return sim.load_scenario(name).with_horizon("2025Q1", end).with_levers(**levers)


def sentences(told, kind):
    return told.events[told.events.kind == kind].sentence.tolist()


@pytest.fixture(scope="module")
def told():
    """World 7 of the story."""
    return chronicle.chronicle(question.ask("conditional-article5", {}), 7)


# --- the same world as in the ensemble ----------------------------------------------------------------------------


@settings(max_examples=10)
@given(strategies.plans(), strategies.seeds(), strategies.worlds())
def test_a_chronicle_is_a_world_of_the_ensemble(plan, seed, world):
    base = strategies.plan(len(plan.quarters), priors=plan.priors, school=plan.school)
    told = chronicle.tell(plan, base, seed, world)
    same, before = (
        ensemble.trajectories(p, [world], seed, tuple(sim.variables.VARIABLES)).isel(world=0) for p in (plan, base)
    )
    for name in tables.BY_ALLY:
        np.testing.assert_array_equal(told.allies[name], np.float32(same[name].values).ravel())
    for name in tables.BESIDE:
        np.testing.assert_array_equal(told.allies[f"base_{name}"], np.float32(before[name].values).ravel())
    for name in tables.COMMON:
        np.testing.assert_array_equal(told.common[name], same[name].values)
    assert (told.events.sentence.str.len() > 10).all()


def test_its_outcomes_are_those_of_a_run():
    scenario, world = short(), 5
    told = chronicle.tell(scenario, seed=3, world=world)
    run = outcomes(sim.run(scenario, worlds=8, seed=3), tables.TOLD).sel(world=world)
    base = sim.run(sim.load_scenario("baseline").under(scenario), worlds=8, seed=3)
    base = outcomes(base.assign_coords(lever_threshold=("quarter", scenario.plan().levers["threshold"])), tables.TOLD)
    for row in told.results.itertuples():
        assert row.value == run[row.outcome].sel(year=row.year)
        assert row.base == base[row.outcome].sel(world=world, year=row.year)
        assert row.change == row.value - row.base
    assert set(told.results.outcome) == set(tables.TOLD)


def test_risks_are_told_by_front_and_as_ratios_only(told):
    assert not any(name.startswith("risk") or "hazard" in OUTCOMES[name].needs for name in tables.TOLD)
    assert not any("hazard" in column for frame in vars(told).values() if hasattr(frame, "columns") for column in frame)
    assert sentences(told, "risk")
    for words in sentences(told, "risk") + sentences(told, "attack"):
        assert not [name for name in NAMES if name in words.replace(FRONT_NAMES["poland"], "")]
    assert set(told.fronts.front) == {FRONT_NAMES[front] for front in FRONTS}


def test_the_baseline_against_itself_has_no_difference():
    told = chronicle.chronicle(question.ask("baseline", {}), 2)
    assert told.plan == told.baseline
    assert (told.fronts["pull"] == 1.0).all()
    assert not sentences(told, "risk")
    assert not sentences(told, "policy")
    assert (told.results.change == 0.0).all()
    assert told.changes == ()


def test_it_is_small_and_can_be_handed_over(told):
    for name in ("reallocation-to-spenders", "conditional-article5"):
        packed = pickle.dumps(chronicle.chronicle(question.ask(name, {}), 7))
        assert len(packed) < 300_000
    again = pickle.loads(pickle.dumps(told))
    assert again.events.equals(told.events)
    assert again.allies.equals(told.allies)


# --- what the log says --------------------------------------------------------------------------------------------


def test_soldiers_are_conserved_place_by_place():
    played = play_world(short("reallocation-to-spenders").plan(), 0, 7)
    for turn in played.turns:
        np.testing.assert_allclose(turn.before.stationed + turn.arrived - turn.left, turn.after.stationed, atol=1e-6)
        way = [np.sum(state.in_transit) for state in (turn.before, turn.after)]
        np.testing.assert_allclose(way[0] + turn.set_out.sum() - turn.arrived.sum(), way[1], atol=1e-6)
    assert sum(turn.set_out.sum() for turn in played.turns) > 10_000


def test_every_ally_with_forces_has_a_budget_each_year(told):
    with_forces = [name for name, forces in zip(NAMES, roster().forces, strict=True) if forces]
    for year in range(2025, 2036):
        own = told.budgets[told.budgets.quarter == f"{year}Q1"]
        assert own.ally.tolist() == with_forces
        here = told.allies[told.allies.quarter == f"{year}Q1"].set_index("ally")
        np.testing.assert_array_equal(own.share, here.share[own.ally])
        lines = told.log(who=tuple(with_forces), kinds=("budget",))
        assert len(lines[lines.quarter == f"{year}Q1"]) == 30


def decision(*terms, before=2.0):
    after = before + sum(term.pp for term in terms)
    return Decision("Other", before, None, 2.0, after, after, terms, None, 0.0, 0.0, {})


def test_the_main_reason_is_the_term_that_goes_furthest_the_same_way():
    up = decision(Term("threat", 0.3), Term("own surprise", -0.2), Term("drift", 0.1))
    assert money.main_reason(up) == ("the threat that it feels", 0.3)
    down = decision(Term("threat", 0.1), Term("fiscal room", -0.2), Term("help", -0.3))
    assert money.main_reason(down) == ("more help that it can expect", -0.3)


def test_a_lift_weighs_by_what_asks_for_it_and_not_as_a_whole():
    """By hand: 0.3 points of lift, two thirds of it habit, are 0.2 and 0.1; the threat weighs more than either."""
    lift = Lift({"habit": 0.4, "pressure": 0.2, "trade": 0.0}, {}, 0.3, 0.3)

    def lifted(threat):
        return replace(decision(Term("threat", threat), Term("lift", 0.3)), lift=lift)

    assert money.main_reason(lifted(0.25)) == ("the threat that it feels", 0.25)
    assert money.main_reason(lifted(0.15)) == ("the habit of moving toward a pledge", pytest.approx(0.2))


@pytest.mark.parametrize(
    ("mark", "up", "down"),
    [(0.1, "no longer very unlikely", "very unlikely"), (0.33, "no longer unlikely", "unlikely"),
     (0.66, "likely", "no longer likely"), (0.9, "very likely", "no longer very likely")],
)  # fmt: skip
def test_words_of_likelihood_are_those_of_the_ipcc(mark, up, down):
    """An ally that goes from just below a mark to just above it and back; by hand, from their scale."""
    allies = len(NAMES)

    def lived(path):
        turn = told_turn(mark - 0.03)
        return SimpleNamespace(
            turns=[turn], plan=SimpleNamespace(roster=roster()),
            by_ally=lambda name: np.column_stack([path] + [np.full(len(path), mark - 0.03)] * (allies - 1)),
        )  # fmt: skip

    def told_turn(start):
        return SimpleNamespace(before=SimpleNamespace(belief_ally=np.full(allies, np.log(start / (1 - start)))))

    first, second = trust._doubts(lived(np.array([mark + 0.03, mark - 0.03])))
    assert f"now thinks it {up} that" in first.sentence
    assert f"now thinks it {down} that" in second.sentence


def test_a_budget_in_words():
    made = money.Budget(decision(Term("threat", 0.25)), 0, 0, "the threat that it feels", 0.25, True)
    assert money.budget_words("Spain", made) == (
        "Spain raises its defence spending from 2.00 to 2.25% of GDP. What weighs most: the threat that it feels "
        "(+0.25 points). A new government takes office."
    )
    still = money.Budget(decision(Term("threat", 0.001)), 0, 0, "x", 0.001, False)
    assert money.budget_words("Spain", still) == "Spain keeps its defence spending at 2.00% of GDP."
    less = money.Budget(decision(Term("own surprise", -0.5)), 0, 0, "chance", -0.5, False)
    assert (
        "lowers its defence spending from 2.00 to 1.50% of GDP. What weighs most: chance (−0.50"
        in money.budget_words("Spain", less)
    )


@pytest.mark.parametrize(
    ("start", "path", "marks", "slack", "found"),
    [
        (0.6, [0.55, 0.49, 0.48, 0.52], [0.5], 0.0, [(1, 0.5, False), (3, 0.5, True)]),
        (0.6, [0.49, 0.51, 0.49, 0.47, 0.51, 0.53], [0.5], 0.02, [(3, 0.5, False), (5, 0.5, True)]),
        (0.9, [0.1], [0.25, 0.5, 0.75], 0.0, [(0, 0.25, False)]),
        (0.1, [0.9, 0.9], [0.25, 0.5, 0.75], 0.0, [(0, 0.75, True)]),
        (0.5, [0.5, 0.5], [0.5], 0.0, []),
    ],
)
def test_crossings_by_hand(start, path, marks, slack, found):
    assert list(event.crossings(start, np.array(path), marks, slack)) == found


@given(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0, 0.2))
def test_a_mark_is_passed_up_and_down_in_turn_and_truly(start, path, slack):
    found = list(event.crossings(start, np.array(path), [0.5], slack))
    ways = [start >= 0.5, *(crossing.up for crossing in found)]
    assert all(a != b for a, b in pairwise(ways))
    for crossing in found:
        assert (path[crossing.at] >= 0.5) == crossing.up
        assert abs(path[crossing.at] - 0.5) >= slack


def policies(path, lever="pledge"):
    plan = strategies.plan(len(path), {lever: path})
    return [(e.at, e.sentence) for e in log.policy.policies(play_world(plan, 0, 0))]


def test_policies_begin_move_slope_and_end():
    about = "Spending share that allies have promised each other."
    assert policies([2, 2, 3.5, 3.5, 2]) == [
        (2, f"Pledge 2 → 3.5% of GDP. {about}"), (4, f"Pledge 3.5 → 2% of GDP. {about} That ends it."),
    ]  # fmt: skip
    slope = policies([2, 2, 2.5, 3, 3.5, 3.5])
    assert slope == [(2, f"Pledge begins to rise from 2% of GDP. {about}"), (4, "Pledge reaches 3.5% of GDP.")]
    assert policies([3, 3])[0][1].startswith("Pledge is 3% of GDP from the start.")
    assert policies([2, 2, 2]) == []


def test_withdrawals_come_about_in_some_worlds_and_not_in_others():
    scenario = sim.load_scenario("baseline").with_horizon("2025Q1", "2026Q4").with_withdrawal(["DEU"], 5000, "2025Q3")
    seen = set()
    for world in range(12):
        played = play_world(scenario.plan(), 0, world)
        (line,) = log.policy.withdrawals(played)
        comes = float(played.given.executed[0]) > 0.0
        assert ("comes about: 5,000 are to leave over 4 quarters" in line.sentence) == comes
        assert ("does not come about in this world" in line.sentence) == (not comes)
        assert line.sentence.startswith("A withdrawal of 5,000 US soldiers from Germany (announced)")
        left = float(played.turns[-1].after.stationed[NAMES.index("Germany")]) < roster().troops[NAMES.index("Germany")]
        assert left == comes
        seen.add(comes)
    assert seen == {True, False}


def test_the_war_ends_when_it_does_and_by_what():
    by = set()
    for ceasefire in (0.0, 0.5):
        plan = short("baseline", ceasefire=ceasefire).plan()
        for world in range(8):
            played = play_world(plan, 0, world)
            lines = [e for e in log.policy.war(played) if e.sentence.startswith("The fighting in Ukraine ends")]
            war = np.array([1.0, *played.common("war")])
            assert [line.at for line in lines] == np.flatnonzero(np.diff(war) < 0).tolist()
            by |= {(ceasefire, "by talks" in line.sentence) for line in lines}
    assert (0.0, True) not in by
    assert {(0.0, False), (0.5, True)} <= by


def test_attacks_are_told_as_often_as_they_come_by_front_and_with_their_answer():
    plan = short(end="2029Q4").with_uncertainties(anchor=0.6).plan()
    fronts, found = {FRONT_NAMES[front] for front in FRONTS}, 0
    for world in range(16):
        played = play_world(plan, 0, world)
        lines = [e.sentence for e in trust.attacks(played) if e.sentence.startswith("A limited attack")]
        assert len(lines) == played.common("attacks")[-1]
        assert sum("does not fight" in words for words in lines) == played.common("abandoned")[-1]
        assert all("away from the four fronts" in words or any(f in words for f in fronts) for words in lines)
        assert not [name for words in lines for name in NAMES if name != "Poland" and name in words]
        found += len(lines)
    assert found > 3


def test_whoever_is_struck_lies_at_the_front_that_is_told():
    """The same draw as in the order of play: where only one ally can be struck, its front is told."""
    plan, struck = short(end="2029Q4").with_uncertainties(anchor=0.6).plan(), 0
    for turn in (turn for world in range(8) for turn in play_world(plan, 0, world).turns):
        if turn.after.attacks[0] > turn.before.attacks[0]:
            struck += 1
            for name, front in (("Poland", "poland"), ("Estonia", "baltic"), ("Romania", "black sea")):
                only = np.zeros_like(turn.after.hazard)
                only[NAMES.index(name)] = turn.after.hazard.sum()
                assert trust.struck_front(replace(turn, after=turn.after._replace(hazard=only))) == front
    assert struck


def test_the_log_is_chosen_by_quarter_agent_and_kind(told):
    assert not set(told.log().kind) & set(event.DETAIL)
    some = told.log("2027Q4", ("Poland", "Russia"))
    assert set(some.who) == {"Poland", "Russia"}
    assert max(some.quarter.astype(str)) <= "2027Q4"
    assert set(told.log(kinds=("budget",)).kind) == {"budget"}
    for words, problem in (
        (("2040Q1",), "until: unknown '2040Q1'"), ((None, ("Polnd",)), "Did you mean 'Poland'"),
        ((None, (), ("budgt",)), "kind: unknown 'budgt'"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=re.escape(problem)):
            told.log(*words)


def test_numbers_in_the_log_are_numbers(told):
    for words in told.events.sentence:
        assert not re.search(r"\b(nan|inf)\b", words), words


# --- seats --------------------------------------------------------------------------------------------------------


def test_every_agent_has_seen_and_done_something_in_every_quarter(told):
    for agent in seats.agents(told):
        for quarter in ("2025Q1", "2025Q2", "2030Q1", "2035Q4"):
            table = seats.seat(told, agent, quarter)
            assert {"saw", "did"} <= set(table[""])
            assert not table.astype(str).apply(lambda column: column.str.contains(r"\bnan\b")).any().any()


def test_a_budget_goes_on_until_the_next_one(told):
    first, later = (seats.seat(told, "Poland", quarter).set_index("what") for quarter in ("2027Q1", "2027Q3"))
    value = first.loc[[name for name in first.index if name.startswith("Budget of 2027")], "here"].iloc[0]
    assert later.loc["Goes on with its budget of 2027", "here"] == value
    share = told.allies[(told.allies.ally == "Poland") & (told.allies.quarter == "2027Q1")].share.iloc[0]
    assert value == f"{share:.2f}% of GDP"


def test_who_is_no_agent_has_no_seat(told):
    with pytest.raises(InputError, match="agent: unknown 'Atlantis'"):
        seats.seat(told, "Atlantis", "2027Q1")
    with pytest.raises(InputError, match="quarter: '1999Q1' is not in the run, 2025Q1 to 2035Q4"):
        seats.seat(told, "Poland", "1999Q1")


# --- what cannot be meant -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [-1, True, 1.5, "7"])
def test_a_world_is_a_whole_number(world):
    with pytest.raises(InputError, match="world:"):
        chronicle.tell("baseline", world=world)


def test_a_baseline_is_played_over_the_same_quarters():
    with pytest.raises(InputError, match="is not played over 2025Q1 to 2027Q4"):
        chronicle.tell(short(), sim.load_scenario("baseline"))
    with pytest.raises(InputError, match="baseline: a plan says nothing of one"):
        chronicle.tell(short().plan())
    with pytest.raises(InputError, match="is no scenario"):
        chronicle.tell(3)


def test_a_run_without_the_end_of_a_year_is_told_without_outcomes():
    told = chronicle.tell(strategies.plan(2), strategies.plan(2))
    assert told.results.empty
    assert told.years == ()
    assert len(told.events)


# --- typical and unusual worlds -----------------------------------------------------------------------------------


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 40), st.integers(1, 6)), elements=st.floats(-5, 5)))
def test_a_notable_world_ends_nearest_to_its_quantile(values):
    for level in (0.05, 0.5, 0.95):
        row = worlds.at_quantile(values, level)
        away = np.abs(values[:, -1] - np.quantile(values[:, -1], level))
        assert away[row] == away.min()
    low, middle, high = (values[worlds.at_quantile(values, level), -1] for level in (0.05, 0.5, 0.95))
    assert low <= middle <= high


def test_of_worlds_that_end_alike_the_one_nearest_before_is_typical():
    values = np.array([[0.0, 1.0], [5.0, 1.0], [4.0, 1.0], [9.0, 1.0], [4.2, 1.0]])
    assert worlds.at_quantile(values, 0.5) == 4  # all end alike; the median of the first year is 4.2
    assert worlds.at_quantile(values[:, 1:], 0.5) == 0


def test_paths_are_paths_of_the_run():
    asked = question.ask("conditional-article5", {}, worlds=200, seed=4)
    for key, of in (("POL", "share"), ("Poland", "share"), ("troops_europe", None)):
        found = worlds.paths(asked, key, 8)
        run = ensemble.run_years(asked.resolved().plan(), 200, 4, tuple(sim.variables.VARIABLES))
        values = run.share.sel(ally="POL") if of else outcomes(run, (key,))[key]
        own = found.frame[found.frame.kind == "path"]
        assert len(found.worlds) == 8
        assert set(found.notable.world) <= set(found.worlds)
        for row in own.itertuples():
            assert row.value == values.sel(world=row.world, year=row.year).round(6)
        band = found.frame[found.frame.kind == "band"]
        np.testing.assert_allclose(band.p50, values.median("world"), atol=1e-6)
        np.testing.assert_allclose(band.p5, values.quantile(0.05, "world"), atol=1e-6)
        assert len(pickle.dumps(found)) < 50_000


def test_where_all_worlds_end_alike_none_is_unusual():
    found = worlds.paths(question.ask("reallocation-to-spenders", {}, 200), "troops_europe", 5)
    assert found.notable.words.tolist() == [worlds.ALIKE]
    paths = found.frame[found.frame.kind == "path"]
    assert set(paths.value) == {100_000.0}
    assert len(found.worlds) == 5


def test_paths_are_refused_of_risks_and_nonsense():
    asked = question.ask("baseline", {}, worlds=200)
    for key in ("risk", "risk_by_front", "troops_by_host", "Atlantis"):
        with pytest.raises(InputError, match="outcome: unknown"):
            worlds.paths(asked, key)
    for key in COSTS:
        with pytest.raises(InputError, match="only shown together"):
            worlds.paths(asked, key)
    assert not set(COSTS) & {found.key for found in worlds.subjects()}
    with pytest.raises(InputError, match="count"):
        worlds.paths(asked, "POL", 1000)


# --- the command --------------------------------------------------------------------------------------------------


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_prints_the_log(told):
    result = call("world", "conditional-article5", "--world", 7)
    assert result.exit_code == 0
    assert all(words in result.stdout for words in told.log().sentence)
    assert f"Plan {told.plan}" in result.stdout
    few = call(
        "world", "conditional-article5", "--world", 7, "--who", "Poland", "--kind", "budget", "--until", "2026Q4"
    )
    assert few.stdout.count("Poland ") == 2
    assert few.stdout.count("  budget ") == 2


def test_the_command_prints_json(told):
    words = ("world", "conditional-article5", "--world", 7, "--json")
    found = json.loads(call(*words).stdout)
    assert found["plan"] == told.plan
    assert [row["sentence"] for row in found["events"]] == told.log().sentence.tolist()
    assert {row["outcome"] for row in found["outcomes"]} == set(tables.TOLD)
    other = json.loads(call(*words, "--set", "threshold=3").stdout)
    assert other["plan"] == short(end="2035Q4", threshold=3.0).plan().fingerprint


def test_the_command_finds_typical_worlds():
    words = ("world", "conditional-article5", "--typical", "Poland", "--worlds", 50)
    found = json.loads(call(*words, "--json").stdout)
    assert [row["world"] for row in found["notable"]] == worlds.paths(
        question.ask("conditional-article5", {}, 50), "POL"
    ).notable.world.tolist()
    assert (
        f"Open one: article5 world conditional-article5 --world {found['notable'][1]['world']}" in call(*words).stdout
    )


@pytest.mark.parametrize(
    "words", [("--world", -1), ("--who", "Nobody"), ("--kind", "x"), ("--until", "2040Q1"), ("--typical", "risk")]
)
def test_the_command_refuses_in_a_line(words):
    result = call("world", "baseline", *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
