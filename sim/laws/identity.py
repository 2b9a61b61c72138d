"""What must be the same, and what is left at a limit: laws 16, 19, 20 and 35."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim import draws
from sim.agents import DEFAULT_STRATEGY, Columns, opening, reference_scale
from sim.ensemble import run
from sim.laws.law import Choices, close, equal, law
from sim.laws.runs import WORLDS, directed, resized, same
from sim.params import UNORDERED, WITHDRAWALS, idle, levers, uncertainties
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.rules import total
from sim.scenario import Scenario, load_scenario
from sim.start import ANCHOR_QUARTERS, anchored
from sim.step import MOVING, ORDER
from sim.variables import VARIABLES

DEPENDENT = tuple(name for name, declared in levers().items() if declared.needs)
"""Levers that act only while another one does."""

UNANCHORED = ("umbrella_effect", "peacekeeper_escalation")
"""Ways by which a policy moves the danger beside the elasticities."""

ELASTICITIES = tuple(
    name for name, declared in uncertainties().items() if declared.equation == "9c" and name.endswith("_elasticity")
)
"""What moves the danger (9c)."""


def set_to(plan: Plan, **values: float) -> Plan:
    """The plan with these levers held at one value throughout."""
    paths = {name: np.full(len(plan.quarters), value) for name, value in values.items()}
    return replace(plan, levers={**plan.levers, **paths})


@law(16, "A lever without what it needs to act, such as a threshold that nothing reads, changes nothing, bit for bit")
def an_idle_lever_changes_nothing(plan: Plan, seed: int, choose: Choices) -> None:
    name = choose.one("lever", DEPENDENT)
    declared = levers()[name]
    bare = set_to(plan, **{other: levers()[other].neutral for other in declared.needs if other in levers()})
    bare = replace(bare, withdrawals=() if {WITHDRAWALS, UNORDERED} & set(declared.needs) else plan.withdrawals)
    if name not in idle(bare.levers):
        raise AssertionError(f"{name} is not called idle although nothing that it needs is there")
    since = choose.whole("quarters before the change", 0, len(plan.quarters))
    later = choose.number(name, declared.low, declared.high)
    path = np.where(np.arange(len(plan.quarters)) < since, plan.levers[name], later)
    same(run(replace(bare, levers={**bare.levers, name: path}), WORLDS, seed), run(bare, WORLDS, seed))


@law(16, "No policy is every lever at its neutral value, bit for bit")
def the_baseline_is_no_policy(plan: Plan, seed: int, choose: Choices) -> None:
    bare = set_to(plan, **{name: declared.default for name, declared in levers().items()})
    neutral = set_to(plan, **{name: declared.neutral for name, declared in levers().items()})
    same(run(neutral, WORLDS, seed), run(bare, WORLDS, seed))


@law(16, "Any lever alone at its neutral value is no policy, bit for bit")
def a_lever_at_its_neutral_value_is_no_policy(plan: Plan, seed: int, choose: Choices) -> None:
    bare = set_to(plan, **{name: declared.default for name, declared in levers().items()})
    name = choose.one("lever", tuple(levers()))
    same(run(set_to(bare, **{name: levers()[name].neutral}), WORLDS, seed), run(bare, WORLDS, seed))


@law(19, "Without elasticities the danger is the anchor, whatever the policy")
def without_elasticities_the_danger_is_the_anchor(plan: Plan, seed: int, choose: Choices) -> None:
    ends = uncertainties()["anchor"].prior
    anchor = choose.number("anchor", ends.low, ends.high)
    flat = {**(plan.priors or {}), **dict.fromkeys((*ELASTICITIES, *UNANCHORED), 0.0), "anchor": anchor}
    data = run(replace(resized(plan, ANCHOR_QUARTERS), priors=flat), WORLDS, seed, keep=("hazard",))
    chance = 1.0 - np.exp(-data.hazard.sum(["quarter", "ally"]).values)
    close(chance, anchor, "chance of an attack in eleven years", 1e-9)


@law(19, "The quiet path without policy has the anchor's probability")
def the_quiet_path_has_the_anchors_probability(plan: Plan, seed: int, choose: Choices) -> None:
    quiet_plan = plan.without_policy(plan.quarters_from_start(ANCHOR_QUARTERS), "PledgeKeeper")
    state, given = opening(quiet_plan, seed, range(WORLDS))
    luck = draws.quiet(seed, range(WORLDS), quiet_plan.quarters, plan.roster.iso3)
    danger = sum(total(after.hazard) for _, after, _ in directed(quiet_plan, state, given, luck))
    close(1.0 - np.exp(-danger), given.params.deterrence.anchor, "chance of an attack in eleven years", 1e-9)


@law(19, "On the reference path only what moves need be played")
def only_what_moves_need_be_played(plan: Plan, seed: int, choose: Choices) -> None:
    worlds, span = range(WORLDS), plan.quarters_from_start(ANCHOR_QUARTERS)
    reference = plan.without_policy(span, "PledgeKeeper")
    quiet = draws.quiet(seed, worlds, span, plan.roster.iso3)
    cast = Columns(reference.strategies)
    short, whole = (anchored(reference, seed, worlds, quiet, cast, moves) for moves in (MOVING, ORDER))
    close(short, whole, "scale of the danger by part of the order of play", 1e-9)
    equal(short, reference_scale(plan, seed, worlds), "scale of the danger in use")


@law(19, "The scale of the danger does not depend on the policy, bit for bit")
def the_scale_of_the_danger_does_not_depend_on_the_policy(plan: Plan, seed: int, choose: Choices) -> None:
    span, worlds = plan.quarters_from_start(ANCHOR_QUARTERS), range(WORLDS)
    bare = set_to(resized(plan, ANCHOR_QUARTERS), **{name: declared.neutral for name, declared in levers().items()})
    bare = replace(bare, strategies=(DEFAULT_STRATEGY,) * len(plan.strategies), withdrawals=(), decided=None)
    quiet = draws.quiet(seed, worlds, span, plan.roster.iso3)
    solved = anchored(bare, seed, worlds, quiet, Columns(bare.strategies))
    equal(reference_scale(plan, seed, worlds), solved, "scale")


@law(20, "Without luck all worlds are equal")
def without_luck_all_worlds_are_equal(plan: Plan, seed: int, choose: Choices) -> None:
    first: Any = plan.params(seed, [0])
    known = {n: float(np.squeeze(getattr(getattr(first, d.group), n))) for n, d in uncertainties().items()}
    sure = tuple(replace(w, status="executed", hedge="exact") for w in plan.withdrawals)
    here = replace(plan, priors=known, school=SCHOOLS[int(plan.schools([0])[0, 0])], withdrawals=sure)
    state, given = opening(here, seed, range(WORLDS))
    given = given._replace(scale=given.scale[:1])  # solved with each world's own end of the war
    luck = draws.quiet(seed, range(WORLDS), here.quarters, here.roster.iso3)
    luck = luck._replace(event=np.ones_like(luck.event))
    for _, after, now in directed(here, state, given, luck):
        for name, variable in VARIABLES.items():
            value = np.asarray(variable.read(after, now))
            equal(value, np.broadcast_to(value[:1], value.shape), name)


@law(35, "A scenario is written and read as the same", reads="scenario")
def a_scenario_is_written_and_read_as_the_same(scenario: Scenario, seed: int, choose: Choices) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{scenario.key}.yaml"
        file.write_text(scenario.to_yaml(), encoding="utf-8")
        again = load_scenario(file)
    for found, expected in ((again, scenario), (again.plan(), scenario.plan()), (again.to_yaml(), scenario.to_yaml())):
        if found != expected:
            raise AssertionError(f"written and read again, it is another scenario:\n{again.to_yaml()}")
