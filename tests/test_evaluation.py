"""sim.evaluate: one call from levers and uncertainties to numbers, for the field's own tools."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import draws, ensemble, evaluation
from sim.outcomes import OUTCOMES
from sim.params import levers, uncertainties
from sim.priors import SCHOOLS

SPENDING = "spending_europe_canada_share"
WORLDS = 12


def table(scenario, worlds=WORLDS, seed=0, names=None):
    return ensemble.run_outcomes(scenario, worlds, seed, names)


def test_it_is_the_median_over_the_worlds_of_a_run():
    found = sim.evaluate("baseline", worlds=WORLDS, threshold=3.0, conditionality=0.4)
    worlds = table(sim.load_scenario("baseline").with_levers(threshold=3.0, conditionality=0.4)).sel(year=2035)
    for name in (SPENDING, "troops_europe", "cohesion", "grey_zone_incidents"):
        assert found[name] == float(np.quantile(worlds[name], 0.5)), name
    assert all(type(value) is float for value in found.values())


def test_risks_are_told_by_school_and_never_pooled():
    policy = sim.load_scenario("conditional-article5")
    found = sim.evaluate(policy, worlds=WORLDS, against="baseline")
    both = sim.compare(*(sim.run(each, WORLDS, 0) for each in ("baseline", policy))).sel(year=2035)
    for number, school in enumerate(SCHOOLS):
        own = both.relative_risk_by_front.sel(front="black sea").isel(world=slice(number, None, len(SCHOOLS)))
        assert found[f"relative_risk_by_front_black_sea_{school}"] == float(np.median(own))
    assert not {"relative_risk", "relative_risk_by_front_baltic"} & set(found)


def test_levels_of_risk_are_told_to_nobody():
    """Without a baseline there are none; against one relative risks come by themselves, and differences not either."""
    assert not any("risk" in name for name in sim.evaluate("baseline", worlds=4))
    paired = sim.evaluate("baseline", worlds=4, against="baseline")
    assert {name for name in paired if "risk" in name} == {
        f"{name}_{school}"
        for name in (
            "relative_risk",
            *(f"relative_risk_by_front_{f}" for f in ("baltic", "poland", "nordic", "black_sea")),
        )
        for school in SCHOOLS
    }
    for name in ("risk", "risk_mixed", "risk_by_front", "risk_by_front_black_sea", "risk_by_front_baltic_spiral"):
        with pytest.raises(sim.InputError, match=f"the level of {name} rests .*, too. Ask for relative_{name}\\.$"):
            sim.evaluate("baseline", worlds=4, against="baseline", outcomes=name)


def test_what_is_no_risk_is_told_over_all_schools_in_equal_parts():
    found = sim.evaluate("baseline", worlds=400, outcomes=["credibility_allies", "cohesion"], statistic="mean")
    alone = [
        sim.evaluate("baseline", worlds=400, outcomes=list(found), statistic="mean", school=school)
        for school in SCHOOLS
    ]
    worlds = table("baseline", 400, 0, list(found)).sel(year=2035)
    for name in found:
        parts = [float(worlds[name][number :: len(SCHOOLS)].mean()) for number in range(len(SCHOOLS))]
        assert found[name] == pytest.approx(np.mean(parts))
    assert len({each["credibility_allies"] for each in alone}) > 1  # through attacks that test the alliance


def test_a_school_of_ones_own_needs_no_name():
    asked = dict(worlds=WORLDS, school="denial", outcomes=["relative_risk", SPENDING])
    found = sim.evaluate("conditional-article5", against="baseline", **asked)
    policy, base = (sim.load_scenario(name).with_school("denial") for name in ("conditional-article5", "baseline"))
    both = sim.compare(sim.run(base, WORLDS, 0), sim.run(policy, WORLDS, 0)).sel(year=2035)
    assert found == {name: float(np.median(both[name])) for name in asked["outcomes"]}


def test_every_outcome_is_there_but_those_by_host():
    found = list(sim.evaluate("baseline", worlds=4))
    scalar = [name for name, declared in OUTCOMES.items() if not declared.by and "hazard" not in declared.needs]
    assert [name for name in found if name in OUTCOMES] == scalar
    assert not any(name.startswith("troops_by_host") for name in found)
    assert found == list(sim.evaluate("baseline", worlds=4, threshold=5.0))


def test_outcomes_are_named_with_or_without_front_host_and_school():
    def names(asked):
        return list(sim.evaluate("baseline", worlds=4, outcomes=asked, against="baseline"))

    assert names("troops_by_host_DEU") == ["troops_by_host_DEU"]
    assert names([SPENDING, "relative_risk_mixed"]) == [SPENDING, "relative_risk_mixed"]
    assert names("relative_risk_by_front_baltic") == [f"relative_risk_by_front_baltic_{school}" for school in SCHOOLS]
    sea = [f"relative_risk_by_front_black_sea_{school}" for school in SCHOOLS]
    assert names("relative_risk_by_front_black_sea") == names("relative_risk_by_front_black sea") == sea
    assert names("relative_risk_by_front_black sea_mixed") == ["relative_risk_by_front_black_sea_mixed"]
    assert names("relative_risk_by_front_spiral") == [
        f"relative_risk_by_front_{front}_spiral" for front in ("baltic", "poland", "nordic", "black_sea")
    ]
    assert len(names("troops_by_host")) == len(sim.load_scenario("baseline").plan().roster.iso3) + 1


def test_against_a_baseline_numbers_are_paired_differences_and_ratios():
    policy = {"threshold": 4.0, "conditionality": 0.5}
    found = sim.evaluate("baseline", policy, worlds=WORLDS, against="baseline", year=2030, statistic="p75")
    first = sim.load_scenario("baseline")
    runs = [sim.run(scenario, WORLDS, 0) for scenario in (first, first.with_levers(**policy))]
    both = sim.compare(*runs).sel(year=2030)
    for name in (SPENDING, "allies_at_threshold"):
        assert found[name] == float(np.quantile(both[name], 0.75)), name
    nordic = both.relative_risk_by_front.sel(front="nordic")[both.school == "spiral"]
    assert found["relative_risk_by_front_nordic_spiral"] == float(np.quantile(nordic, 0.75))


def test_the_baseline_is_played_in_the_world_that_is_set():
    found = sim.evaluate("baseline", uncertainties={"anchor": 0.3}, worlds=4, against="baseline")
    assert all(value == (1.0 if name.startswith("relative_") else 0.0) for name, value in found.items())


def test_a_placebo_changes_nothing():
    found = sim.evaluate("placebo", worlds=8, against="baseline", outcomes=["relative_risk", "cohesion"])
    assert {name: value for name, value in found.items() if value != 0.0} == {
        f"relative_risk_{school}": 1.0 for school in SCHOOLS
    }


@given(
    strategies.lever_values("peacekeepers", "ukraine_accession"),
    st.dictionaries(st.sampled_from(["anchor", "drift", "volatility"]), st.just(None), max_size=2),
    st.data(),
)
@settings(max_examples=10)
def test_names_may_stand_anywhere(policy, named, data):
    nature = {name: data.draw(strategies.uncertainty(name)) for name in named}
    asked = {"worlds": 4, "outcomes": [SPENDING, "relative_risk", "troops_europe"], "against": "placebo"}
    found = sim.evaluate("baseline", policy, nature, **asked)
    assert found == sim.evaluate("baseline", **policy, **nature, **asked)
    assert found == sim.evaluate("baseline", {n: np.float64(v) for n, v in policy.items()}, nature, **asked)
    written = sim.load_scenario("baseline").with_levers(**policy).with_uncertainties(**nature)
    assert found == sim.evaluate(written, **asked)


@given(strategies.lever_values("peacekeepers", "ukraine_accession"), st.integers(0, 5))
@settings(max_examples=10)
def test_the_mean_difference_is_the_difference_of_means(policy, seed):
    """Common random numbers: both calls meet the same worlds."""
    asked = {"worlds": 8, "seed": seed, "statistic": "mean", "outcomes": [SPENDING, "troops_europe", "cohesion"]}
    own, base = sim.evaluate("baseline", policy, **asked), sim.evaluate("baseline", **asked)
    paired = sim.evaluate("baseline", policy, against="baseline", **asked)
    assert paired == pytest.approx({name: own[name] - base[name] for name in own}, rel=1e-9, abs=1e-9)


def test_another_seed_is_another_world_and_the_same_seed_the_same():
    first = sim.evaluate("baseline", worlds=4, outcomes=SPENDING)
    assert first != sim.evaluate("baseline", worlds=4, outcomes=SPENDING, seed=1)
    draws.forget()
    assert first == sim.evaluate("baseline", worlds=np.int64(4), outcomes=SPENDING, seed=np.int64(0))


def test_more_worlds_than_a_block():
    worlds = ensemble.BLOCK + 3
    found = sim.evaluate("baseline", worlds=worlds, outcomes=[SPENDING], statistic="p12.5")
    assert found == {SPENDING: float(np.quantile(table("baseline", worlds, 0, [SPENDING])[SPENDING][:, -1], 0.125))}


def test_a_path_of_a_lever_and_a_prior_of_an_uncertainty():
    path, prior = {"2025Q1": 2.0, "2035Q4": 5.0}, {"uniform": [0.1, 0.2]}
    asked = dict(worlds=4, outcomes="relative_risk", against="baseline")
    found = sim.evaluate("baseline", {"pledge": path}, {"anchor": prior}, pressure=1, **asked)
    written = sim.load_scenario("baseline").with_levers(pledge=path, pressure=1).with_uncertainties(anchor=prior)
    assert found == sim.evaluate(written, **asked)


def test_a_file_that_was_changed_is_read_again(tmp_path):
    file = tmp_path / "mine.yaml"
    text = "name: Mine\nextends: baseline\nlevers: {pivot: %d}\n"
    found = []
    for pivot in (0, 10_000):
        file.write_text(text % pivot, encoding="utf-8")
        found.append(sim.evaluate(file, worlds=4, outcomes="troops_europe")["troops_europe"])
    assert found[0] - found[1] == pytest.approx(10_000)


def test_names_are_unique_and_none_is_a_keyword_of_the_call():
    own = set(inspect.signature(sim.evaluate).parameters)
    names = [*levers(), *uncertainties()]
    assert len(set(names)) == len(names)
    assert not own & set(names)


def test_every_name_of_a_result_is_told_apart():
    keys = [key.text for key in evaluation._keys(SCHOOLS, paired=True)]
    assert len(set(keys)) == len(keys)


def test_a_result_that_is_no_number_is_refused(monkeypatch):
    cohesion = OUTCOMES["cohesion"]
    broken = replace(cohesion, compute=lambda data: cohesion.compute(data).where(data.world != 2))
    monkeypatch.setitem(OUTCOMES, "cohesion", broken)
    with pytest.raises(sim.InputError, match=r"^cohesion: is not finite in 1 of 8 worlds, Today's commitment\."):
        sim.evaluate("baseline", worlds=8)
    assert sim.evaluate("baseline", worlds=8, outcomes="readiness")


BAD = {
    "lever": (dict(treshold=3), "treshold: is no lever and no uncertainty. Did you mean 'threshold'?"),
    "twice": (dict(levers={"grace": 1}, grace=1), "grace: is given twice, by itself and in a dict. Give it once."),
    "nature twice": (dict(uncertainties={"lag": 2}, lag=2), "lag: is given twice, by itself and in a dict."),
    "range": (dict(threshold=7), "levers.threshold: 7 is out of range. It takes 0 to 6 % of GDP."),
    "nan": (dict(threshold=np.nan), "levers.threshold: nan is not finite."),
    "in the wrong dict": (dict(levers={"anchor": 0.1}), "levers.anchor: unknown lever."),
    "uncertainty": (dict(anchor=2), "uncertainties.anchor: 2 is out of range."),
    "worlds": (dict(worlds=0), "worlds: 0 is out of range."),
    "seed": (dict(seed=-1), "seed: -1 is out of range."),
    "year": (dict(year=2024), "year: 2024 is not played to its end. It takes 2025 to 2035."),
    "statistic": (dict(statistic="p100"), "statistic: unknown 'p100'. Known: median, mean, p05, p95"),
    "no statistic": (dict(statistic=3), "statistic: unknown 3."),
    "school": (dict(school="mixd"), "unknown school 'mixd'. Did you mean 'mixed'?"),
    "outcome": (dict(outcomes="cohesio"), "outcomes: unknown name 'cohesio'. Did you mean 'cohesion'?"),
    "no outcome": (dict(outcomes=[]), "outcomes: names none."),
    "ratio of no risk": (
        dict(outcomes="relative_cohesion", against="baseline"),
        "only risks are ratios to a baseline. Ask for cohesion.",
    ),
    "ratio": (dict(outcomes=["relative_risk"]), "relative_risk compares two policies. Name a baseline"),
    "level of a risk": (
        dict(outcomes="risk"),
        "outcomes: the level of risk rests on an assumed anchor. Ask for relative_risk against a baseline.",
    ),
    "level by front": (
        dict(outcomes=["cohesion", "risk_by_front_baltic_mixed"]),
        "Ask for relative_risk_by_front_baltic_mixed against a baseline.",
    ),
    "against": (dict(against="baselin"), "baselin: no such scenario. Did you mean 'baseline'?"),
    "no scenario": (dict(against=7), "against: 7 is no scenario."),
}


@pytest.mark.parametrize(("given", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_meant_is_said(given, message):
    with pytest.raises(sim.InputError) as error:
        sim.evaluate("baseline", **{"worlds": 4, **given})
    (problem,) = error.value.problems
    assert message in problem


def test_all_problems_are_said_at_once():
    wrong = {"levers": {"threshold": 9, "foo": 1}, "lag": 2.5, "worlds": 0, "seed": -1, "year": 1999, "nil": 0}
    wrong |= {"statistic": "p101", "school": "mixd", "outcomes": ["cohesio", "readiness"], "against": "baselin"}
    with pytest.raises(sim.InputError) as error:
        sim.evaluate("baseline", **wrong)
    for word in ("threshold", "foo", "lag", "worlds", "seed", "year", "nil", "p101", "mixd", "cohesio", "baselin"):
        assert sum(word in problem.split(". ")[0] for problem in error.value.problems) == 1, word
    assert len(error.value.problems) == 11
    with pytest.raises(sim.InputError, match="no such scenario"):
        sim.evaluate("baselin", threshold=3)


def test_a_scenario_without_the_end_of_a_year():
    short = sim.load_scenario("baseline").with_horizon(end="2025Q3")
    with pytest.raises(sim.InputError, match="has no end of a year"):
        sim.evaluate(short, worlds=4)
