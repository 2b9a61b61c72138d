"""Laws of whole worlds: they hold for every plan (MODEL.md section 8).

Those that are stated for any plan and any seed stand in `sim.laws` and are held here to all plans that can be; here is
also what belongs to particular plans, to many worlds, or to the model as a whole.
"""

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents import Alliance, strategies
from sim.ensemble import play, run
from sim.errors import ScenarioError
from sim.laws import ELSEWHERE, LAWS
from sim.laws.bounds import RANGES
from sim.laws.identity import ELASTICITIES
from sim.laws.neighbourhood import Drawn, neighbours
from sim.laws.runs import WORLDS, everywhere, played, recorded, resized, same
from sim.params import UNORDERED, WITHDRAWALS, levers, uncertainties
from sim.plan import Withdrawal
from sim.reference import ALLIES
from sim.scenario import load_scenario, scenario_names
from sim.variables import VARIABLES
from tests.strategies import extreme_plans, plan, plans, seeds


def of(kind):
    """The laws that read a plan or a scenario, as cases named by number and sentence."""
    return [pytest.param(law, id=f"{law.number} {law.sentence}") for law in LAWS.values() if law.reads == kind]


@pytest.mark.parametrize("law", of("plan"))
@given(st.one_of(plans(), extreme_plans()), seeds(), st.data())
def test_a_law_holds_for_every_plan(law, here, seed, data):
    """Laws 1 to 31, as each says."""
    law.check(here, seed, Drawn(data))


@pytest.mark.parametrize("law", of("scenario"))
@given(st.sampled_from(scenario_names()).map(load_scenario).flatmap(neighbours), seeds(), st.data())
def test_a_law_holds_for_scenarios(law, here, seed, data):
    """Law 35."""
    law.check(here, seed, Drawn(data))


def test_every_law_of_model_md_stands_in_the_laws_or_is_named_as_one_of_the_tests():
    text = (Path(__file__).parents[1] / "MODEL.md").read_text(encoding="utf-8").partition("## 8 Laws")[2]
    listed = {int(number) for number in re.findall(r"(?:^|[·*] )(\d+) (?=[a-z])", text.replace("\n", " "))}
    assert len(listed) >= 35
    assert {law.number for law in LAWS.values()} | set(ELSEWHERE) == listed
    assert not {law.number for law in LAWS.values()} & set(ELSEWHERE)


@pytest.mark.parametrize("name", levers())
def test_what_a_lever_needs_is_another_lever_or_withdrawals(name):
    assert set(levers()[name].needs) <= {*levers(), WITHDRAWALS, UNORDERED} - {name}


def test_the_laws_know_every_unit_and_every_elasticity():
    """Laws 7 and 19: what they take from the declarations is what they mean."""
    assert {variable.unit for variable in VARIABLES.values()} <= set(RANGES)
    assert set(ELASTICITIES) == {f"{name}_elasticity" for name in ("belief", "denial", "spiral", "strength")}


# --- conservation and bounds --------------------------------------------------------------------------------


@pytest.mark.parametrize("lag", [2.5, {"uniform": [2, 4]}])
def test_a_lag_between_two_quarters_is_refused_or_loses_nobody(lag):
    """Law 1, for what a scenario may write in place of a prior of whole numbers."""
    with suppress(ScenarioError):
        scenario = load_scenario("baseline").with_levers(surge=20_000.0).with_uncertainties(lag=lag)
        state, _ = played(scenario.plan())[-1]
        everybody = np.sum(everywhere(state), axis=-1, keepdims=True) + state.home + state.indopacific + state.border
        start = scenario.plan().roster
        np.testing.assert_allclose(everybody, np.sum(start.troops) + start.home + start.indopacific + start.border)


@pytest.mark.parametrize(
    ("policy", "goal"),
    [({"pivot": 30e3}, 70e3), ({"surge": 20e3}, 120e3), ({"pivot": 60e3, "troop_floor": 76e3}, 76e3)],
)
def test_the_theatre_reaches_its_target(policy, goal):
    """Law 4: eleven years are enough."""
    (state, _) = played(plan(44, policy))[-1]
    np.testing.assert_allclose(np.sum(everywhere(state), axis=-1), goal, rtol=1e-6)


@pytest.mark.parametrize("end", ["low", "high", "neutral"])
@pytest.mark.parametrize("name", levers())
def test_every_lever_works_at_its_ends_for_eleven_years(name, end):
    """Law 7, with uncertainties as the priors draw them."""
    data = run(plan(44, {name: getattr(levers()[name], end)}), worlds=4, seed=5)
    for variable in VARIABLES:
        assert np.all(np.isfinite(data[variable].values)), variable


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("name", uncertainties())
def test_every_uncertainty_works_at_its_ends_for_eleven_years(name, end):
    """Law 7, under a policy that uses every mechanism."""
    value = float(getattr(uncertainties()[name].prior, end))
    data = run(replace(rich(), priors={name: value}), worlds=4, seed=5)
    for variable in VARIABLES:
        assert np.all(np.isfinite(data[variable].values)), variable


# --- identity and limits ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", levers())
def test_a_lever_at_its_neutral_value_is_the_baseline(name):
    """Law 16, lever by lever over eleven years."""
    neutral = run(plan(44, {name: levers()[name].neutral}), worlds=4, seed=2)
    same(neutral, run(plan(44), worlds=4, seed=2))


# --- metamorphic --------------------------------------------------------------------------------------------


def test_eleven_years_are_five_years_and_six_more():
    """Law 23: run(44) = run(20), then 24 more."""
    here = rich()
    first = played(resized(here, 20))
    rest = [(state, now) for _, state, now in play(here, 0, range(WORLDS), first=20, saved=first[-1][0])]
    joined, whole = recorded([*first, *rest]), recorded(played(here))
    for name in VARIABLES:
        np.testing.assert_array_equal(joined[name], whole[name], err_msg=name)


@pytest.mark.parametrize("seed", [0, 1])
def test_eleven_years_in_mesa_are_eleven_years_of_the_ensemble(seed):
    """Law 30, with every mechanism at work, and what Mesa's data collector wrote."""
    here = rich()
    data = run(here, 3, seed)
    model = Alliance(here, seed=seed, world=2)
    for _ in here.quarters:
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    for name, variable in VARIABLES.items():
        expected = data[name].values[2]
        found = np.asarray(variable.read(model.state, model.now))
        np.testing.assert_array_equal(found if variable.by_ally else found[0], expected[-1], err_msg=name)
        assert variable.by_ally or np.array_equal(table[name].to_numpy(), expected), name
    assert [ally.iso3 for ally in model.allies] == list(ALLIES)
    assert [ally.share for ally in model.allies] == list(data.share.values[2, -1])
    assert [ally.troops for ally in model.allies] == list(data.troops.values[2, -1])


# --- Monte Carlo --------------------------------------------------------------------------------------------


def mean_share(here, worlds, seed):
    """What the allies spend at the end of a run, mean over allies [R]: bounded, and different in every world."""
    return run(here, worlds, seed, keep=("share",)).share.isel(quarter=-1).mean("ally").values


def test_more_worlds_make_a_mean_surer_by_their_square_root():
    """Law 32: means of 64 worlds spread half as much as means of 16.

    With 128 means of 16 and 32 means of 64 the ratio of two standard deviations is known to 14%; three times that is
    allowed.
    """
    sample = mean_share(plan(12), 2048, seed=11)
    spread = [np.std(sample.reshape(-1, size).mean(axis=-1), ddof=1) for size in (16, 64)]
    assert 2.0 / 1.42 < spread[0] / spread[1] < 2.0 * 1.42


def test_common_luck_makes_a_difference_surer():
    """Law 32: the same worlds under two policies differ by the policy alone, other worlds also by their luck."""
    policy = plan(12, {"threshold": 3.5, "conditionality": 0.5, "pressure": 0.5})
    baseline = mean_share(plan(12), 400, seed=3)
    paired = mean_share(policy, 400, seed=3) - baseline
    unpaired = mean_share(policy, 400, seed=4) - baseline
    assert np.var(paired) < 0.7 * np.var(unpaired)
    assert np.corrcoef(mean_share(policy, 400, seed=3), baseline)[0, 1] > 0.3


# --- honesty ------------------------------------------------------------------------------------------------

STRICT = {"threshold": 5.0, "conditionality": 0.6, "grace": 0.5}
FAVOURABLE = {
    "conditional_cost": 0.0,
    "cohesion_effect": 0.0,
    "european_reserve": 0.12,
    "us_reinforcement": 0.0,
    "conditional_lift": 1.5,
}
"""Values within the declared ends: a strict rule costs no cohesion, moves budgets, and Europe's brigades come."""


def risk(here, worlds, seed=0):
    """Chance of a limited attack over the run, world by world [R]."""
    return 1.0 - np.exp(-run(here, worlds, seed, keep=("hazard",)).hazard.sum(["quarter", "ally"]).values)


def relative_risk(school, given_priors, worlds=40):
    """Of a strict rule against no policy, world by world [R]."""
    here = plan(44, STRICT, school=school, priors=given_priors)
    return risk(here, worlds) / risk(plan(44, school=school, priors=given_priors), worlds)


def test_a_strict_rule_can_raise_the_danger_and_can_lower_it():
    """Law 33: under the same favourable assumptions the commitment school and the denial school disagree in sign."""
    declared = uncertainties()
    assert all(declared[n].prior.low <= value <= declared[n].prior.high for n, value in FAVOURABLE.items())
    assert np.median(relative_risk("commitment", FAVOURABLE)) > 1.2
    assert np.median(relative_risk("denial", FAVOURABLE)) < 0.9


def test_a_strict_rule_raises_the_danger_where_belief_deters_and_nothing_else_changes():
    """Law 33: with the priors as they are, the commitment school sees a higher risk in most worlds."""
    assert np.mean(relative_risk("commitment", None) > 1.0) > 0.9


MEANT = {
    "threshold": "commitment", "conditionality": "commitment", "grace": "commitment", "congress": "commitment",
    "troop_floor": "troops_home", "certification": "troops_home", "treaty_exit": "commitment",
    "exercise_exclusion": "readiness", "trade_linkage": "share", "eu_shield": "share",
    "rhetoric": "credibility_ally", "reassurance": "credibility_russia", "law": "credibility_ally", "pledge": "share",
    "pressure": "share", "us_share": "us_spending", "tilt_to_spenders": "troops", "tilt_to_exposed": "troops",
    "pivot": "troops_indopacific", "border": "troops_border", "surge": "troops", "military_advice": "troops_home",
    "us_aid": "us_aid", "european_aid": "aid", "peacekeepers": "peacekeepers",
    "peacekeepers_covered": "hazard", "ukraine_accession": "ukraine_attacks", "european_effort": "cohesion",
    "joint_procurement": "capability", "european_umbrella": "hazard", "ceasefire": "war",
}  # fmt: skip
"""What each lever is meant to move."""


REPLACED_BY = {"peacekeepers_covered": ("ukraine_accession",)}
"""What must be off for a lever to act: membership covers peacekeepers anyway."""


def halfway(name):
    """A value of a lever on its grid, halfway from neutral to its farther end."""
    declared = levers()[name]
    far = max((declared.low, declared.high), key=lambda end: abs(end - declared.neutral))
    steps = np.ceil(abs(far - declared.neutral) / declared.step / 2.0)
    return declared.neutral + np.sign(far - declared.neutral) * steps * declared.step


def at_work(count=44):
    """Every lever halfway at work, and announced withdrawals."""
    return plan(
        count,
        {name: halfway(name) for name in levers()},
        withdrawals=(
            Withdrawal(hosts=("POL", "ROU"), troops=6_000.0, start="2026Q1", over=4, status="announced"),
            Withdrawal(hosts=("DEU",), troops=9_000.0, start="2027Q2", over=1, status="announced"),
        ),
    )


@pytest.mark.parametrize("name", levers())
def test_every_lever_acts(name):
    """Law 34: where all others are at work, an end of each lever and its neutral value differ in what it shall move."""
    assert name in MEANT, f"lever {name}: say in MEANT which variable it is meant to move"
    declared, here = levers()[name], at_work()
    here = replace(here, levers={**here.levers, **{other: np.zeros(44) for other in REPLACED_BY.get(name, ())}})
    found = [
        run(replace(here, levers={**here.levers, name: np.full(44, value)}), worlds=8, seed=1, keep=(MEANT[name],))
        for value in (declared.low, declared.neutral, declared.high)
    ]
    moved = [not np.allclose(found[1][MEANT[name]], end[MEANT[name]], rtol=1e-3) for end in (found[0], found[2])]
    assert any(moved)


def rich():
    """Eleven years in which every mechanism is at work: all levers, all strategies, attacks."""
    here, names = at_work(), sorted(strategies())
    late = np.arange(44) >= 16
    return replace(
        here,
        levers={**here.levers, "pivot": 40e3 * late, "ceasefire": 0.0 * late, "peacekeepers": 30e3 * late},
        strategies=tuple(names[index % len(names)] for index in range(len(ALLIES))),
    )


@pytest.mark.parametrize("name", uncertainties())
def test_every_uncertainty_acts(name):
    """Law 34, for uncertainties: none is declared in vain. Its ends differ where every mechanism is at work."""
    prior = uncertainties()[name].prior
    often = {"anchor": 0.8} if name != "anchor" else {}
    ends = [
        run(replace(rich(), school="spiral", priors={**often, name: float(end)}), worlds=8, seed=1)
        for end in (prior.low, prior.high)
    ]
    assert any(not np.array_equal(ends[0][variable], ends[1][variable]) for variable in VARIABLES)
