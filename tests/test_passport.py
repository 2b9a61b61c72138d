"""Passports: what is shown is what is declared, and what moves is what two runs differ in."""

import numpy as np
import pytest

import sim
from sim import facts, passport, results
from sim.controls import CONTROLS, EVIDENCE
from sim.ensemble import run_outcomes
from sim.outcomes import OUTCOMES
from sim.params import levers, uncertainties
from sim.passport import BINS, SEED, WORLDS, curve, densities, spark, text
from sim.priors import SCHOOLS, Beta, BySchool, Fixed, Integers, Lognormal, Normal, Uniform
from sim.provenance import exactly_nought, idle_notes

PRIORS = {
    "uniform": Uniform(1.0, 3.0),
    "normal": Normal(0.0, 1.0),
    "cut normal": Normal(0.0, 1.0, -0.5, 2.0),
    "log-normal": Lognormal(2.0, 0.5),
    "beta": Beta(4.0, 2.0),
}

CONTEXTS = ("baseline", "conditional-article5", "indo-pacific-first")


@pytest.mark.parametrize("name", passport.subjects())
def test_every_lever_and_uncertainty_has_a_passport(name):
    own = passport.passport(name)
    declared = CONTROLS.get(name) or uncertainties()[name]
    shown = text(own)
    words = " ".join(shown.split())
    assert own.known == EVIDENCE[declared.evidence]
    assert f"{declared.equation} of MODEL.md" in words
    assert declared.about in words
    assert max(map(len, shown.splitlines())) < 135
    for key in declared.source:
        found = facts.source(key)
        if isinstance(found, facts.Fact):
            for part in (found.about, f"document {found.document}", found.date, found.place, found.speaker):
                assert " ".join(part.split()) in words
        else:
            assert " ".join(found.cite.removeprefix("assumption: ").split()) in words
    assert ("assumption:" in words) == ("assumption" in declared.source)
    assert all(effects.worlds == WORLDS for effects in own.effects)


@pytest.mark.parametrize("context", CONTEXTS[:2])
@pytest.mark.parametrize("name", levers())
def test_an_idle_lever_moves_nothing(name, context):
    """What is declared to need another lever is measured to do nothing without it."""
    plan = sim.load_scenario(context).plan()
    own = passport.passport(name, plan)
    assert own.idle == (name in plan.idle)
    assert len(own.effects) == 1 + own.idle
    if own.idle:
        assert own.effects[0].moves == ()
        assert own.effects[1].on.replace(" ", "_").startswith(tuple(n.rstrip("s") for n in own.needs))


def test_every_lever_moves_something_somewhere():
    """Alone, with what it needs, or in one of a few scenarios."""
    silent = [
        name
        for name in CONTROLS
        if not any(effects.moves for context in CONTEXTS for effects in passport.passport(name, context).effects)
    ]
    assert silent == []


def test_what_moves_is_what_two_runs_differ_in():
    """Against the long way: two scenarios with other settings, all outcomes, compared world by world."""
    scenario = sim.load_scenario("conditional-article5")
    first, second = (run_outcomes(scenario.with_levers(pledge=v), WORLDS, SEED) for v in (0.0, 6.0))
    both = results.differences(first, second).sel(year=2035)
    (effects,) = passport.passport("pledge", scenario).effects
    moves = {move.outcome: move for move in effects.moves}
    differ = {name for name in OUTCOMES if np.abs(both[name].values).max() > 1e-6}
    assert differ == moves.keys()
    change = both.spending_europe_canada
    move = moves["spending_europe_canada"]
    assert move.difference == pytest.approx(change.mean().item())
    assert move.worlds == int((change != 0).sum())
    values = np.concatenate([t.spending_europe_canada.sel(year=2035).values for t in (first, second)])
    assert move.size == pytest.approx(np.sqrt((change.values**2).mean()) / values.std())
    sizes = [m.size for m in effects.moves]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 < sizes[-1] <= sizes[0] <= 2.0 + 1e-9


def test_risks_are_multiples_and_never_levels():
    (effects,) = passport.passport("treaty_exit").effects
    risks = [move for move in effects.moves if move.outcome in results.RISKS]
    assert len(risks) == 2
    for move in risks:
        assert move.low == 1.0
        assert move.high > 1.0
        assert move.unit == "times the low end"


def test_an_effect_of_rounding_is_none():
    """Cost parameters reach cost outcomes alone; where no soldier moves, the price of moving reaches none."""
    assert [m.outcome for m in passport.passport("cost_abroad").effects[0].moves] == ["us_cost_abroad"]
    assert passport.passport("cost_moving").effects[0].moves == ()
    assert "none." in text(passport.passport("cost_moving"))


def test_the_eastern_withdrawal_has_one_too():
    own = passport.passport("withdrawal", "withdraw-10000-east")
    assert own.value.startswith("10,000")
    (forces,) = [m for m in own.effects[0].moves if m.outcome == "troops_europe"]
    assert forces.difference == pytest.approx(-own.high, rel=0.01)


def test_a_scenario_changes_value_prior_and_density():
    scenario = sim.load_scenario("baseline").with_uncertainties(war_slowdown=7.0, anchor={"uniform": [0.02, 0.04]})
    assert passport.passport("war_slowdown", scenario).value == "7 factor, set here"
    assert passport.passport("war_slowdown").value == "4 factor, not drawn"
    own = passport.passport("anchor", scenario)
    assert own.prior == "uniform 0.02 to 0.04"
    assert own.densities[0].ends == (0.02, 0.04)
    assert own.high == uncertainties()["anchor"].prior.high


def test_unknown_names_are_refused_with_a_hint():
    with pytest.raises(sim.InputError, match="Did you mean 'threshold'"):
        passport.passport("treshold")


# --- densities ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prior", PRIORS.values(), ids=PRIORS)
def test_a_density_is_that_of_the_prior(prior):
    """Its integral up to each quantile is that quantile's probability."""
    (density,) = densities(prior)
    edges = np.linspace(*density.ends, BINS + 1)
    below = np.concatenate([[0.0], np.cumsum(density.heights)]) / np.sum(density.heights)
    for u in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert np.interp(prior.quantile(np.float64(u)), edges, below) == pytest.approx(u, abs=0.01)
    assert max(density.heights) == 1.0
    assert len(spark(density, *density.ends)) == BINS


def test_single_values_are_points():
    (fixed,) = densities(Fixed(4.0, 1.0, 20.0))
    assert (fixed.values, fixed.heights, fixed.discrete) == ((4.0,), (1.0,), True)
    assert spark(fixed, 1.0, 20.0).strip() == "█"
    (whole,) = densities(Integers(2, 4))
    assert whole.values == (2.0, 3.0, 4.0)
    assert whole.heights == (1.0, 1.0, 1.0)
    assert spark(whole, 2.0, 4.0).split() == ["█", "█", "█"]


def test_schools_have_a_density_each():
    prior = BySchool(Uniform(0.0, 1.0), Uniform(1.0, 2.0), Uniform(2.0, 4.0), Fixed(0.0, 0.0, 1.0))
    found = list(densities(prior))
    assert [density.school for density in found] == list(SCHOOLS)
    assert [spark(density, 0.0, 4.0).count("█") for density in found] == [12, 12, 24, 1]


def test_a_curve_spans_the_range_and_closes_at_nought():
    own = passport.passport("execution")
    drawn = curve(own, own.densities[0])
    line = drawn[drawn.kind == "curve"]
    assert line.value.is_monotonic_increasing
    assert (line.height.iloc[0], line.height.iloc[-1]) == (0.0, 0.0)
    assert list(drawn[drawn.kind == "end"].value) == [own.low, own.high]


# --- idle levers --------------------------------------------------------------------------------------------------


def test_an_idle_lever_is_named_only_when_it_is_set():
    base = sim.load_scenario("baseline")
    assert idle_notes(base.plan()) == ()
    assert idle_notes(base.with_levers(threshold=5.0).plan()) == (
        "Idle here: threshold 5% of GDP (acts only while conditionality, tilt to spenders or exercise exclusion is "
        "set).",
    )
    assert idle_notes(base.with_levers(threshold=5.0, conditionality=0.1).plan()) == ()
    (note,) = idle_notes(base.with_levers(congress=1.0).plan())
    assert note.endswith(
        "(acts only while conditionality, treaty exit or a withdrawal that is not yet ordered is set)."
    )


def test_what_is_said_when_nothing_differs():
    base = sim.load_scenario("baseline")
    placebo, spends = base.with_levers(threshold=5.0).plan(), base.with_levers(us_share=5.0).plan()
    assert exactly_nought(base.plan(), base.plan(), every=True) == "Nothing is changed: every difference is exactly 0."
    nothing = "Every difference is exactly 0: nothing depends on what was changed."
    assert exactly_nought(placebo, base.plan(), every=False) == nothing
    assert exactly_nought(spends, base.plan(), every=True) == nothing
    assert exactly_nought(spends, base.plan(), every=False) == "Every difference shown here is exactly 0."
