"""What a change must not change: laws 22 to 31."""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from sim import draws
from sim.agents import Alliance, Columns, opening
from sim.ensemble import play, run
from sim.laws.law import Choices, close, equal, law
from sim.laws.runs import WORLDS, directed, played, recorded, resized, same
from sim.now import at_quarter
from sim.params import levers
from sim.plan import Plan, Withdrawal
from sim.reference import ALLIES
from sim.state import State
from sim.step import play_quarter
from sim.variables import VARIABLES

MONEY = "bn 2021 USD"
"""How the unit of money begins; what a soldier costs is given in USD of its own."""

OVER_GDP = "% of the GDP of Europe and Canada"


def reordered(plan: Plan, order: list[int]) -> Plan:
    """The same plan with its allies in another order."""
    old, count = plan.roster, len(order)
    moved: dict[str, Any] = {}
    rows, places = np.array(order), np.append(order, len(order))
    for field in fields(old):
        value = getattr(old, field.name)
        if np.shape(value) == (count, count):
            moved[field.name] = np.ascontiguousarray(value[np.ix_(rows, rows)])
        elif np.shape(value) in ((count,), (count + 1,)):
            index = rows if len(value) == count else places
            moved[field.name] = value[index] if isinstance(value, np.ndarray) else tuple(value[i] for i in index)
    return replace(
        plan,
        roster=replace(old, **moved),
        strategies=tuple(plan.strategies[index] for index in order),
        decided=None if plan.decided is None else np.ascontiguousarray(plan.decided[:, rows]),
    )


@law(22, "Allies in another order give the same in that order")
def another_order_of_allies(plan: Plan, seed: int, choose: Choices) -> None:
    turned = reordered(plan, choose.order("order of the allies", len(ALLIES)))
    one, other = run(plan, WORLDS, seed), run(turned, WORLDS, seed)
    if tuple(other.ally.values) != turned.roster.iso3:
        raise AssertionError("the allies are labelled in another order than they stand")
    other = other.sel(ally=one.ally)
    for name in VARIABLES:
        close(other[name].values, one[name].values, name, 1e-10, 1e-9)


@law(22, "An attack finds the same ally in any order")
def an_attack_finds_the_same_ally_in_any_order(plan: Plan, seed: int, choose: Choices) -> None:
    order = choose.order("order of the allies", len(ALLIES))
    target, answer = (choose.number(what, 0.0, 0.999) for what in ("mark of the target", "mark of the answer"))
    one, other = (attacked(resized(turned, 1), seed, target, answer) for turned in (plan, reordered(plan, order)))
    equal(one.attacks, 1.0, "attacks")
    equal(other.abandoned, one.abandoned, "attacks left unanswered")
    close(other.belief_ally, one.belief_ally[:, order], "belief", 1e-10)


def attacked(plan: Plan, seed: int, target: float, answer: float) -> State:
    """The end of a first quarter in which an attack comes."""
    state, given = opening(plan, seed, range(WORLDS))
    luck = draws.block(seed, range(WORLDS), plan.quarters, plan.roster.iso3)
    event, names = luck.event.copy(), draws.CHANNELS["event"].columns
    event[..., [names.index(name) for name in ("attack", "target", "answer")]] = (0.0, target, answer)
    return play_quarter(state, at_quarter(plan, given, luck._replace(event=event), 0, Columns(plan.strategies)))


@law(23, "A saved run goes on exactly")
def a_run_goes_on_from_a_saved_state_exactly(plan: Plan, seed: int, choose: Choices) -> None:
    cut = choose.whole("quarters before the cut", 1, len(plan.quarters))
    whole = recorded(played(plan, seed))
    first = played(resized(plan, cut), seed)
    rest = [(state, now) for _, state, now in play(plan, seed, range(WORLDS), first=cut, saved=first[-1][0])]
    joined = recorded([*first, *rest])
    for name in VARIABLES:
        equal(joined[name], whole[name], name)


@law(24, "A world alone is its row of the batch")
def a_world_alone_is_its_row_of_the_batch(plan: Plan, seed: int, choose: Choices) -> None:
    world = choose.whole("world", 0, 5)
    alone = recorded([(state, now) for _, state, now in play(plan, seed, [world])])
    batch = run(plan, 6, seed)
    for name, variable in VARIABLES.items():
        row = np.squeeze(alone[name], axis=1)
        equal(row if variable.by_ally else row[:, 0], batch[name].values[world], name)


@law(24, "Ten worlds are the first ten of forty")
def ten_worlds_are_the_first_ten_of_forty(plan: Plan, seed: int, choose: Choices) -> None:
    same(run(plan, 10, seed), run(plan, 40, seed).isel(world=slice(10)))


@law(25, "The size of blocks does not matter")
def the_size_of_blocks_does_not_matter(plan: Plan, seed: int, choose: Choices) -> None:
    same(run(plan, 9, seed, block=choose.whole("worlds in a block", 1, 8)), run(plan, 9, seed, block=1024))


@law(26, "An ally without forces changes nobody else")
def an_ally_without_weight_changes_nobody_else(plan: Plan, seed: int, choose: Choices) -> None:
    """Its money, debt and growth weigh nothing.

    Its GDP still counts in averages over GDP: the aid to Ukraine that slows Russia down, and the share that the others
    spend, which only free riders and followers look at. Both are taken out here, and then nobody else changes.
    """
    plan = replace(plan, priors={**(plan.priors or {}), "aid_slowdown": 0.0, "peer_reaction": 0.0})
    light = int(np.flatnonzero(plan.roster.forces == 0.0)[0])
    changed = {
        "gdp": choose.number("factor on its GDP", 0.1, 100.0) * plan.roster.gdp[light],
        "debt": choose.number("its debt", 0.0, 3.0),
        "growth": choose.number("its growth", -0.1, 0.1),
    }
    columns = {name: getattr(plan.roster, name).copy() for name in changed}
    for name, value in changed.items():
        columns[name][light] = value
    one, other = run(plan, WORLDS, seed), run(replace(plan, roster=replace(plan.roster, **columns)), WORLDS, seed)
    others = [index for index in range(len(ALLIES)) if index != light]
    by_ally = [name for name, variable in VARIABLES.items() if variable.by_ally]
    common = [name for name, variable in VARIABLES.items() if name not in by_ally and variable.unit != OVER_GDP]
    same(one, other, common)
    same(one, other, by_ally, ally=others)
    same(one, other, [name for name in by_ally if name != "gdp"], ally=[light])


@law(27, "In other units of money all else is the same, bit for bit")
def money_units_scale_out(plan: Plan, seed: int, choose: Choices) -> None:
    unit = choose.one("unit of money", (2.0**-10, 2.0**10))
    old = plan.roster
    changed = replace(old, gdp=old.gdp * unit, us_gdp=old.us_gdp * unit)
    one, other = run(plan, WORLDS, seed), run(replace(plan, roster=changed), WORLDS, seed)
    for name, variable in VARIABLES.items():
        factor = unit if variable.unit.startswith(MONEY) else 1.0
        equal(other[name].values, one[name].values * factor, name)


@law(28, "A policy changes nothing before it starts, bit for bit")
def a_policy_changes_nothing_before_it_starts(plan: Plan, seed: int, choose: Choices) -> None:
    """Other levers from a quarter on, and one more withdrawal that begins then."""
    count = len(plan.quarters)
    since = choose.whole("quarters before the change", min(1, count - 1), count - 1)
    paths = dict(plan.levers)
    for name in choose.some("levers that change", tuple(levers())):
        later = choose.number(name, levers()[name].low, levers()[name].high)
        paths[name] = np.where(np.arange(count) < since, plan.levers[name], later)
    left = plan.roster.troops - sum(w.by_place(plan.roster) for w in plan.withdrawals)
    most = int(np.argmax(left[:-1]))
    more = Withdrawal((plan.roster.places[most],), left[most] / 4.0, plan.quarters[since], 2, "executed")
    changed = replace(plan, levers=paths, withdrawals=(*plan.withdrawals, more))
    same(run(plan, WORLDS, seed), run(changed, WORLDS, seed), quarter=slice(since))


@law(29, "Recording less changes nothing")
def recording_less_changes_nothing(plan: Plan, seed: int, choose: Choices) -> None:
    names = choose.some("variables recorded", tuple(VARIABLES))
    kept = run(plan, WORLDS, seed, keep=names)
    if set(kept.data_vars) != set(names):
        raise AssertionError(f"asked for {sorted(names)}, recorded {sorted(map(str, kept.data_vars))}")
    same(kept, run(plan, WORLDS, seed), names)


@law(30, "A Mesa world is a world of the ensemble, bit for bit")
def a_mesa_world_is_a_world_of_the_ensemble(plan: Plan, seed: int, choose: Choices) -> None:
    world = choose.whole("world", 0, 4)
    data = run(plan, 5, seed)
    model = Alliance(plan, seed=seed, world=world)
    for quarter, label in enumerate(plan.quarters):
        model.step()
        if model.quarter != label:
            raise AssertionError(f"Mesa stands at {model.quarter}, the ensemble at {label}")
        for name, variable in VARIABLES.items():
            found = np.asarray(variable.read(model.state, model.now))
            expected = data[name].values[world, quarter]
            equal(found if variable.by_ally else found[0], expected, f"{name}, {label}")


@law(31, "Equal allies with equal shocks stay equal")
def equal_allies_stay_equal(plan: Plan, seed: int, choose: Choices) -> None:
    """One ally's columns, neighbours, strategy and luck are copied onto another."""
    i, j = choose.order("the ally copied, and the one it is copied onto, come first", len(ALLIES))[:2]
    here = twins(plan, i, j)
    state, given = opening(here, seed, range(WORLDS))
    luck = draws.block(seed, range(WORLDS), here.quarters, here.roster.iso3)
    luck = draws.Luck(**{
        name: column if draws.CHANNELS[name].columns else copied(column, i, j)
        for name, column in luck._asdict().items()
    })  # fmt: skip
    for _, after, now in directed(here, state, given, luck):
        for name, variable in VARIABLES.items():
            value = np.asarray(variable.read(after, now))
            if variable.by_ally:
                close(value[..., j], value[..., i], name, 1e-10, 1e-12)


def copied(column: Any, i: int, j: int) -> Any:
    """The last axis with entry i in the place of entry j as well."""
    column = column.copy()
    column[..., j] = column[..., i]
    return column


def twins(plan: Plan, i: int, j: int) -> Plan:
    """The plan with ally i's columns, neighbours and strategy given to ally j too, and no withdrawals by host."""
    old = plan.roster
    columns: dict[str, Any] = {
        field.name: copied(value, i, j)
        for field in fields(old)
        if isinstance(value := getattr(old, field.name), np.ndarray) and value.ndim == 1
    }
    near = copied(copied(old.near, i, j).T, i, j).T
    near[j, j], near[i, i], near[i, j], near[j, i] = 0.0, 0.0, 1.0, 1.0
    names = tuple(plan.strategies[i] if index == j else name for index, name in enumerate(plan.strategies))
    roster = replace(old, near=np.ascontiguousarray(near), **columns)
    vars(roster)["european"] = copied(old.european, i, j)  # follows from the code, which twins do not share
    decided = None if plan.decided is None else copied(plan.decided, i, j)
    return replace(plan, roster=roster, strategies=names, withdrawals=(), decided=decided)
