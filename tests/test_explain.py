"""Why an ally spends what it spends: terms that add up, worlds played again, shares that are fair."""

import gc
import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

import sim
from sim import draws
from sim.agents import Alliance, Ally
from sim.analysis.causes import causes, replay, shapley
from sim.analysis.decision import ANSWERS, lift, taken_apart
from sim.analysis.explanation import budget_quarter, seat_of
from sim.cli import main
from sim.ensemble import trajectories
from sim.params import levers
from sim.plan import Plan
from sim.reference import ALLIES
from sim.report import explanation_data, explanation_text, headline
from sim.rules import burden
from sim.scenario import load_scenario
from sim.state import Action, Observation
from tests.strategies import extreme_plans, numbers, observations, params, plan, plans, seeds, shocks, span

ARMED = tuple(ally for ally in ALLIES if ally != "ISL")
LEVERS = {cause: found.levers for cause, found in causes().items() if found.levers}
COERCION = {"pledge": 3.0, "threshold": 4.5} | {lever: 0.7 for names in LEVERS.values() for lever in names}
some_seed, some_world, some_ally = seeds(), st.integers(0, 99), st.sampled_from(ARMED)


def last_year(here):
    """The last year of a plan from the first quarter of the data."""
    return 2025 + (len(here.quarters) - 1) // 4


def neutral(here, *chosen):
    """A plan with these levers at their neutral values throughout."""
    held = {name: np.full(len(here.quarters), levers()[name].neutral) for name in chosen}
    return replace(here, levers={**here.levers, **held})


def simulated(here, seed, world, year, ally, name="share"):
    """A variable of an ally at the end of a year, or of the plan, of one world of a run."""
    quarter = max(q for q in here.quarters if q.startswith(str(year)))
    return trajectories(here, [world], seed, [name])[name].sel(quarter=quarter, ally=ally).item()


def added(made):
    """The share before and all terms of a decision, one after the other."""
    return made.share_before + sum(term.pp for term in made.terms)


def rounding(made):
    """What the sums of a decision may err by: 1e-12 of what was planned."""
    return 1e-12 * max(1.0, made.planned or 0.0)


# --- the decision -------------------------------------------------------------------------------------------------


@given(st.one_of(plans(known=ANSWERS), extreme_plans()), some_seed, some_world, some_ally)
@example(plan(8, COERCION), 0, 0, "DEU")
def test_the_terms_of_a_decision_add_up_to_the_share_of_the_run(here, seed, world, ally):
    """Whatever the policy and the strategy: nothing that moved a budget is left out."""
    year = last_year(here)
    found = sim.explain(here, ally, year, seed, world)
    made = found.decision
    assert made.strategy == here.strategies[ALLIES.index(ally)]
    assert made.share == found.share == simulated(here, seed, world, year, ally)
    assert added(made) == pytest.approx(made.share, abs=rounding(made))
    assert made.reported == simulated(here, seed, world, year, ally, "share_reported")
    assert max(0.0, made.share + made.flattery + made.report_error) == pytest.approx(made.reported, abs=1e-12)


@given(observations(), params("burden"), shocks(), st.integers(0, len(ALLIES) - 1))
def test_every_term_of_a_plan_is_named(seen, given_, luck, seat):
    """A term that the rule gains and the explanation does not have fails here."""
    o, shock = seen.at(seat), luck.at(seat)
    made = taken_apart("Drifter", o, given_, shock, 0.0, 0.0, 0.0)
    log = sum(term.log for term in made.terms if term.log is not None)
    assert np.exp(log) * o.share == pytest.approx(burden.plan(o, given_.burden, shock), rel=1e-12, abs=1e-12)
    assert made.planned == pytest.approx(burden.plan(o, given_.burden, shock), rel=1e-12, abs=1e-12)
    assert added(made) == pytest.approx(burden.within_reach(made.planned), abs=rounding(made))


@given(observations(), params("burden"), st.integers(0, len(ALLIES) - 1), numbers(0.0, 10.0))
def test_every_part_of_a_lift_is_named(seen, given_, seat, planned):
    """As above, for what lifts a budget: each part that the rule has needs its entry."""
    o, p = seen.at(seat), given_.burden
    found = lift(o, p, planned)
    assert found.available == pytest.approx(burden.lift(o, p), rel=1e-12, abs=1e-12)
    assert planned + found.used == pytest.approx(burden.kinked_budget(planned, o.pledge, burden.lift(o, p)), abs=1e-12)
    wanted = max(0.0, sum(found.asked.values()))
    assert wanted * np.prod(list(found.factors.values())) == pytest.approx(found.available, rel=1e-12)


@pytest.mark.parametrize(
    ("strategy", "own"),
    [("PledgeKeeper", {"lift"}), ("Drifter", set()), ("Attractor", {"line"}),
     ("FreeRider", {"peers"}), ("Follower", {"peers"})],
)  # fmt: skip
def test_a_strategy_is_shown_with_what_it_uses(strategy, own):
    """And not with what plays no part in it."""
    found = sim.explain(plan(5, COERCION, default=strategy), "DEU", 2026)
    made, drifts = found.decision, sim.explain(plan(5, COERCION, default="Drifter"), "DEU", 2026).decision
    assert {term.name for term in made.terms} - {term.name for term in drifts.terms} == own
    assert all(term.pp != 0.0 for term in made.terms if term.name in own)
    assert (made.lift is not None) == (strategy == "PledgeKeeper")
    text = explanation_text(found)
    assert f"{strategy}: " in text
    assert ("Lift: (" in text) == (strategy == "PledgeKeeper")


def test_a_lift_says_whether_the_line_is_ahead():
    """Poland plans more than 3%, Germany less."""
    texts = {ally: explanation_text(sim.explain(plan(5, {"pledge": 3.0}), ally, 2026)) for ally in ("POL", "DEU")}
    assert "toward the line of 3.00, never past it" in texts["DEU"]
    assert "planned above the line of 3.00" in texts["POL"]


def test_a_newcomer_is_shown_as_a_whole_with_what_it_saw():
    """A strategy that the simulator does not know is not guessed at."""

    class Stubborn(Ally):
        """Spends what it spent, and a little."""

        @staticmethod
        def decide(observation, params, shock):
            return Action(share=observation.share + 0.25)

    found = sim.explain(plan(5, default="Stubborn"), "POL", 2026)
    (term,) = found.decision.terms
    assert (term.name, term.pp) == ("decision", pytest.approx(0.25))
    assert found.decision.planned is None
    assert found.decision.lift is None
    assert "It saw: share 4, " in explanation_text(found)
    assert found.start_and_drift == pytest.approx(found.change)
    del Stubborn, found
    gc.collect()


# --- the same world again -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(1, len(LEVERS) + 1))
@given(here=plans(), seed=some_seed, world=some_world, ally=some_ally)
@example(here=plan(9, COERCION), seed=3, world=5, ally="DEU")
def test_a_world_without_a_lever_is_that_world_of_a_run_without_it(size, here, seed, world, ally):
    """Bit for bit, for every set of so many levers."""
    year = last_year(here)
    shares = {frozenset(c.causes): c.share for c in sim.explain(here, ally, year, seed, world).coalitions}
    for off in combinations(LEVERS, size):
        twin = neutral(here, *(lever for cause in off for lever in LEVERS[cause]))
        assert shares[frozenset(causes()) - frozenset(off)] == simulated(twin, seed, world, year, ally), off


class Blind(Alliance):
    """A Mesa world whose governments see nothing in some columns."""

    unseen = ()

    def budgets(self, observation, params, shock):
        nothing = {name: np.zeros_like(observation.share) for name in self.unseen}
        return super().budgets(observation._replace(**nothing), params, shock)


@pytest.mark.parametrize("cause", [name for name in causes() if name not in LEVERS])
@pytest.mark.parametrize("seed", range(3))
def test_a_world_without_threat_help_or_noise_is_played_by_hand(cause, seed):
    """The twin is a Mesa world: its governments are blind, or its luck is still; all allies, bit for bit."""
    here = plan(17, COERCION | {"surge": 8_000.0, "tilt_to_spenders": 1.0})
    model = Blind(here, seed=seed, world=7)
    model.unseen = {"threat": ("threat",), "help": ("help_change", "host_change"), "noise": ()}[cause]
    if cause == "noise":
        year, names = model.luck.year.copy(), draws.CHANNELS["year"].columns
        year[:, [names.index("budget"), names.index("regime")]] = 0.0
        still = {name: np.zeros_like(getattr(model.luck, name)) for name in ("budget", "report")}
        model.luck = model.luck._replace(year=year, government=np.ones_like(model.luck.government), **still)
    for _ in here.quarters:
        model.step()
    names = tuple(causes())
    rows = replay(here, seed, 7, 16, names).state
    row = 1 << names.index(cause)
    np.testing.assert_array_equal(rows.share[row], model.state.share)
    np.testing.assert_array_equal(rows.reported[row], model.state.reported)
    assert np.any(rows.share[0] != rows.share[row])


def test_every_set_of_causes_is_played_once():
    """All of them first, none of them last."""
    found = sim.explain("baseline", "POL", 2025)
    sets = [frozenset(coalition.causes) for coalition in found.coalitions]
    assert len(set(sets)) == len(sets) == 2 ** len(causes())
    assert (sets[0], sets[-1]) == (frozenset(causes()), frozenset())
    alone = {frozenset(causes()) - {part.cause}: part.without for part in found.parts}
    assert alone == {c: share.share for c, share in zip(sets, found.coalitions, strict=True) if c in alone}


# --- fair shares --------------------------------------------------------------------------------------------------


def games(most=5):
    """Values [2^n] of all coalitions of up to so many players."""
    size = st.integers(1, most).map(lambda n: 2**n)
    return size.flatmap(lambda n: st.lists(numbers(-10.0, 10.0), min_size=n, max_size=n)).map(np.array)


@given(games())
def test_what_players_add_sums_to_the_whole(values):
    """Efficiency."""
    assert np.sum(shapley(values)) == pytest.approx(values[-1] - values[0], abs=1e-12)


@given(games(4), st.integers(0, 4))
def test_who_changes_nothing_adds_exactly_nothing(values, seat):
    """A dummy joins at any seat: it gets 0, the others what they had."""
    players = len(values).bit_length() - 1
    seat = min(seat, players)
    joined = np.array([values[(c & (1 << seat) - 1) | (c >> seat + 1 << seat)] for c in range(2 * len(values))])
    found = shapley(joined)
    assert found[seat] == 0.0
    np.testing.assert_allclose(np.delete(found, seat), shapley(values), atol=1e-12)


@given(games(), st.randoms(use_true_random=False))
def test_the_order_of_players_plays_no_part(values, shuffle):
    """Symmetry, bit for bit."""
    players = len(values).bit_length() - 1
    order = list(range(players))
    shuffle.shuffle(order)
    moved = np.array([values[sum((c >> k & 1) << order[k] for k in range(players))] for c in range(len(values))])
    np.testing.assert_array_equal(shapley(moved), shapley(values)[order])


def test_two_that_only_act_together_share():
    """By hand: a glove game of three, in which player 0 has the left one."""
    glove = np.array([1.0 if c & 1 and c > 1 else 0.0 for c in range(8)])
    np.testing.assert_allclose(shapley(glove), [2 / 3, 1 / 6, 1 / 6])


@given(st.one_of(plans(), extreme_plans()), some_seed, some_world, some_ally)
def test_parts_and_drift_add_up_to_the_change_since_the_start(here, seed, world, ally):
    """Efficiency in every world: no part of the change is left over."""
    found = sim.explain(here, ally, last_year(here), seed, world)
    parts = sum(part.part for part in found.parts) + found.start_and_drift
    start = here.roster.share[ALLIES.index(ally)]
    assert parts == pytest.approx(simulated(here, seed, world, found.year, ally) - start, abs=1e-9)
    assert found.change == pytest.approx(parts, abs=1e-9)


@given(plans(), some_seed, some_world, some_ally)
def test_a_lever_that_no_policy_moves_has_no_part(here, seed, world, ally):
    """Exactly 0, and without it the share is the same."""
    idle = neutral(here, *(lever for names in LEVERS.values() for lever in names))
    found = sim.explain(idle, ally, last_year(here), seed, world)
    for part in found.parts:
        assert part.cause not in LEVERS or (part.part, part.without) == (0.0, found.share)


@pytest.mark.parametrize("order", [1, -1])
def test_causes_in_another_order_have_the_same_parts(order):
    """Rows are counted otherwise, and nothing else."""
    names = tuple(sorted(causes()))[::order]
    here = plan(9, COERCION)
    found = {part.cause: part.part for part in sim.explain(here, "DEU", 2027, 1, 2).parts}
    share = replay(here, 1, 2, 8, names).state.share[:, ALLIES.index("DEU")]
    assert dict(zip(names, shapley(share[::-1]), strict=True)) == found
    assert all(found[cause] > 0.0 for cause in ("pressure", "conditionality"))


# --- words in, words out ------------------------------------------------------------------------------------------


def call(*words):
    return CliRunner().invoke(main, ["explain", *(str(word) for word in words)])


@pytest.mark.parametrize("name", ["POL", "pol", "Poland", " poland "])
def test_an_ally_is_known_by_its_code_and_by_its_name(name):
    assert seat_of(plan(1).roster, name) == ALLIES.index("POL")


@pytest.mark.parametrize(
    ("ally", "message"),
    [("POl1", "ally: unknown 'POl1'. Did you mean 'POL'?"), ("Germny", "Did you mean 'Germany'?"),
     ("USA", "ally: unknown 'USA'. Known: ALB, "), ("ISL", "Iceland has no armed forces"),
     ("Iceland", "Iceland has no armed forces")],
)  # fmt: skip
def test_an_ally_that_cannot_be_meant_is_refused(ally, message):
    with pytest.raises(sim.InputError) as error:
        sim.explain("baseline", ally, 2027)
    assert message in str(error.value)


@pytest.mark.parametrize("year", [2024, 2036, True, "2027", None, [2027]])
def test_a_year_outside_the_run_is_refused(year):
    with pytest.raises(sim.InputError, match=r"lies outside the run\. Budgets are decided from 2025 to 2035"):
        sim.explain("baseline", "POL", year)


def test_the_first_and_the_last_budget_of_a_run():
    """The year before the first one is where the change is counted from."""
    assert [budget_quarter(plan(6), year) for year in (2025, 2026)] == [0, 4]
    found = sim.explain(plan(6), "EST", 2025, 4, 2)
    assert found.decision.share_before == found.share_start == plan(1).roster.share[ALLIES.index("EST")]
    assert found.year_start == 2024


def test_a_run_without_a_budget_is_refused():
    late: Plan = replace(plan(2), quarters=span(4)[1:3])
    with pytest.raises(sim.InputError, match="no budget is decided between 2025Q2 and 2025Q3"):
        sim.explain(late, "POL", 2025)


@pytest.mark.parametrize("option", ["seed", "world"])
@pytest.mark.parametrize("value", [-1, 1.5, True, "0", 2**63])
def test_a_seed_or_world_that_is_no_whole_number_is_refused(option, value):
    with pytest.raises(sim.InputError, match=f"{option}: .* is out of range. It takes a whole number"):
        sim.explain("baseline", "POL", 2027, **{option: value})


BAD = {
    "ally": (["--ally", "PLO", "--year", 2027], "ally: unknown 'PLO'. Did you mean 'POL'?"),
    "forces": (["--ally", "ISL", "--year", 2027], "Iceland has no armed forces"),
    "year": (["--ally", "POL", "--year", 2050], "year: 2050 lies outside the run."),
    "world": (["--ally", "POL", "--year", 2027, "--world", -1], "world: -1 is out of range."),
    "half a world": (["--ally", "POL", "--year", 2027, "--world", 0.5], "'0.5' is not a valid integer"),
    "seed": (["--ally", "POL", "--year", 2027, "--seed", -1], "seed: -1 is out of range."),
    "lever": (["--ally", "POL", "--year", 2027, "--set", "presure=1"], "Did you mean 'pressure'?"),
    "nobody": (["--year", 2027], "Missing option '--ally'"),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_input_exits_with_2(words, message):
    result = call("baseline", *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_who_stops_it_is_told_so(monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sim, "explain", stopped)
    result = call("baseline", "--ally", "POL", "--year", 2027)
    assert (result.exit_code, result.stderr) == (1, "Stopped. Nothing was written.\n")


def test_explain_as_json_holds_all_that_the_text_says():
    words = ("conditional-article5", "--ally", "Germany", "--year", 2030, "--world", 7, "--seed", 3)
    data = json.loads(call(*words, "--set", "pressure=0.5", "--json").stdout)
    found = sim.explain(load_scenario("conditional-article5").with_levers(pressure=0.5), "DEU", 2030, 3, 7)
    plain = json.loads(json.dumps(explanation_data(found)))
    assert {k: v for k, v in data.items() if k != "scenario"} == {k: v for k, v in plain.items() if k != "scenario"}
    assert data["scenario"] == f"{found.scenario}, with pressure 0.5"
    assert sum(part["part"] for part in data["parts"]) + data["start_and_drift"] == pytest.approx(data["change"])
    text = call(*words, "--set", "pressure=0.5").stdout
    assert text.startswith(headline(found))
    for part in data["parts"]:
        assert part["about"] in text
        assert f"{part['without']:.2f}" in text
    for term in data["decision"]["terms"]:
        assert f"\n{term['name']} " in text


def test_the_headline_names_the_largest_part_and_what_weighs_against_it():
    found = sim.explain(plan(9, COERCION), "DEU", 2027, 0, 7)
    more = replace(found, share=found.share_start + 0.5, start_and_drift=0.1, parts=tuple(
        replace(part, part={"threat": 0.3, "pressure": 0.25, "noise": -0.15}.get(part.cause, 0.0))
        for part in found.parts
    ))  # fmt: skip
    assert ", 0.50 pp more than in 2024: mostly the threat that governments perceive (+0.30 pp); " in headline(more)
    assert headline(more).endswith("weighs against it: surprises, in budgets and in politics (-0.15 pp).")
    less = replace(more, share=found.share_start - 0.2)
    assert "0.20 pp less than in 2024: mostly surprises" in headline(less)
    assert headline(less).endswith("weighs against it: the threat that governments perceive (+0.30 pp).")
    still = replace(more, share=found.share_start, start_and_drift=0.0, parts=tuple(
        replace(part, part=0.0) for part in found.parts
    ))  # fmt: skip
    assert headline(still) == f"Germany spends {found.share_start:.2f}% of GDP in 2027 in world 7, as much as in 2024."
    even = replace(more, share=found.share_start + 0.001)
    assert headline(even).endswith("(+0.30 pp) against surprises, in budgets and in politics (-0.15 pp).")
    small = replace(more, parts=tuple(replace(part, part=max(part.part, -0.04)) for part in more.parts))
    assert headline(small).endswith("mostly the threat that governments perceive (+0.30 pp).")


def test_a_cause_names_what_exists(monkeypatch):
    """A cause whose lever is not declared is left out, and a world is explained without it."""
    assert {column for cause in causes().values() for column in cause.unseen} <= set(Observation._fields)
    known = {name: lever for name, lever in levers().items() if name != "pressure"}
    everything = set(causes())
    monkeypatch.setattr("sim.analysis.causes.levers", lambda: known)
    assert set(causes()) == everything - {"pressure"}
    found = sim.explain(plan(5, COERCION), "DEU", 2026)
    assert len(found.coalitions) == 2 ** (len(everything) - 1)
