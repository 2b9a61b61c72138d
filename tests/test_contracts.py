"""What every strategy owes: a column is its cells, an observation stays as it is, a share is a finite number."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import agents
from sim.agents import Alliance, Ally, strategies
from sim.ensemble import run
from sim.errors import InputError
from sim.params import Params, gather, uncertainties
from sim.reference import ALLIES
from sim.scenario import load_scenario
from sim.state import Action
from tests.strategies import COLUMNS, observations, params, plan, shocks

KNOWN = tuple(strategies())
RICH = (2, 3, *COLUMNS)


@pytest.fixture(autouse=True)
def nobody_stays():
    """A newcomer defined in a test is gone after it: a class stays registered as long as somebody holds it."""
    yield
    gc.collect()
    assert tuple(strategies()) == KNOWN


def newcomer():
    """A strategy as a user may write it: half of the way to the pledge, all of it under threat."""

    class Newcomer(Ally):
        """Closes half of its gap, and all of it when the threat is high."""

        @staticmethod
        def decide(observation, params, shock):
            speed = np.where(observation.threat > 0.5, 1.0, 0.5) * observation.forces
            missing = np.maximum(observation.pledge - observation.share, 0.0)
            return Action(share=observation.share + speed * missing * np.exp(-params.burden.volatility))

    return Newcomer


def hasty():
    """A strategy that asks one ally where it is given many."""

    class Hasty(Ally):
        """Decides with an `if`."""

        @staticmethod
        def decide(observation, params, shock):
            if observation.share < observation.pledge:
                return Action(share=observation.pledge)
            return Action(share=observation.share)

    return Hasty


def hired(name):
    """The class with this name: one of the simulator's, or the newcomer."""
    return strategies()[name] if name in KNOWN else newcomer()


def stacked(rows):
    """Parameters of several worlds as columns [R, 1]."""
    values = {
        name: np.array([[getattr(getattr(row, declared.group), name)] for row in rows])
        for name, declared in uncertainties().items()
    }
    return gather(values)


every_strategy = pytest.mark.parametrize("name", [*KNOWN, "Newcomer"])


@every_strategy
@given(seen=observations(), p=params("burden"), shock=shocks())
def test_a_column_equals_its_cells(name, seen, p, shock):
    """Law 30, for one decision, bit for bit."""
    strategy = hired(name)
    column = strategy.decide(seen, p, shock).share
    cells = [strategy.decide(seen.at(index), p, shock.at(index)).share for index in range(COLUMNS[0])]
    np.testing.assert_array_equal(column, np.array(cells))


@every_strategy
@given(seen=observations(), p=params("burden"), shock=shocks())
def test_a_share_is_finite_and_not_negative(name, seen, p, shock):
    """Law 7, for one decision."""
    share = hired(name).decide(seen, p, shock).share
    assert share.shape == COLUMNS
    assert np.all(np.isfinite(share))
    assert np.all(share >= 0.0)


@every_strategy
@given(seen=observations(), p=params("burden"), shock=shocks())
def test_nothing_seen_is_changed(name, seen, p, shock):
    """Order of play: all look, then all decide. What is seen can be locked, and is the same afterwards."""
    before = [column.copy() for column in (*seen, *shock)]
    for column in (*seen, *shock):
        column.setflags(write=False)
    hired(name).decide(seen, p, shock)
    for column, copy in zip((*seen, *shock), before, strict=True):
        np.testing.assert_array_equal(column, copy)


@every_strategy
@given(seen=observations(RICH), p=params("burden"), shock=shocks(RICH))
def test_the_number_of_leading_axes_does_not_matter(name, seen, p, shock):
    """Law 24, for one decision: [2, 3, A] is six times [A], and [3, A] twice."""
    strategy = hired(name)
    whole = strategy.decide(seen, p, shock).share
    assert whole.shape == RICH
    for i in range(2):
        part = strategy.decide(type(seen)(*(c[i] for c in seen)), p, type(shock)(*(c[i] for c in shock))).share
        np.testing.assert_array_equal(whole[i], part)
        for j in range(3):
            row = strategy.decide(type(seen)(*(c[i, j] for c in seen)), p, type(shock)(*(c[i, j] for c in shock)))
            np.testing.assert_array_equal(whole[i, j], row.share)


@every_strategy
@given(
    seen=observations((2, *COLUMNS)),
    rows=st.lists(params("burden"), min_size=2, max_size=2),
    shock=shocks((2, *COLUMNS)),
)
def test_parameters_of_many_worlds_are_those_of_each(name, seen, rows, shock):
    """Law 24, for one decision: parameters [R, 1] give every world its own."""
    strategy = hired(name)
    whole = strategy.decide(seen, stacked(rows), shock).share
    for world, own in enumerate(rows):
        alone = strategy.decide(
            type(seen)(*(c[world] for c in seen)), own, type(shock)(*(c[world] for c in shock))
        ).share
        np.testing.assert_array_equal(whole[world], alone)


@every_strategy
def test_every_strategy_plays(name):
    """Law 30: found by its name alone, by an ensemble and by a Mesa model."""
    cls = hired(name)
    assert strategies()[name] is cls
    played = plan(5, default=name)
    data, model = run(played, worlds=2), Alliance(played, world=1)
    for _ in range(5):
        model.step()
    assert all(type(ally) is cls for ally in model.allies)
    np.testing.assert_array_equal(model.state.share, data.share.values[1, -1])


def test_a_class_below_a_strategy_is_found_too():
    """Subclasses of subclasses are strategies."""
    base = newcomer()

    class Grandchild(base):
        """Nothing of its own."""

    assert strategies()["Grandchild"] is Grandchild


@pytest.mark.parametrize("base", [Ally, agents.PledgeKeeper, agents.UnitedStates, agents.Russia])
def test_a_class_that_overrides_step_is_told_to_write_decide(base):
    """A step of its own would run in Mesa and not in an ensemble."""
    with pytest.raises(TypeError, match=r"Wrong overrides step\(\): write decide\(\)"):
        type("Wrong", (base,), {"step": lambda self: None})


def test_an_if_on_a_column_is_explained():
    """The error is numpy's own, with a note on who asked and what to write."""
    cls = hasty()
    with pytest.raises(ValueError) as caught:
        run(plan(1, default=cls.__name__), worlds=2)
    notes = " ".join(caught.value.__notes__)
    assert "Hasty" in notes
    assert "np.where" in notes


def test_an_unwritten_decision_is_an_error():
    """`Ally` itself decides nothing."""
    with pytest.raises(NotImplementedError):
        Ally.decide(None, Params(), None)


def test_allies_with_strategies_of_their_own_do_not_disturb_each_other():
    """Every ally gets its own strategy's share, whoever sits beside it."""
    names = tuple(KNOWN[index % len(KNOWN)] for index in range(len(ALLIES)))
    mixed = run(plan(1, default="PledgeKeeper", strategies=names), worlds=2).share.values
    for name in KNOWN:
        alone = run(replace(plan(1), strategies=(name,) * len(ALLIES)), worlds=2).share.values
        seats = [index for index, other in enumerate(names) if other == name]
        np.testing.assert_array_equal(mixed[..., seats], alone[..., seats])


def test_a_model_that_nobody_holds_is_gone():
    """A class of pupils or a long-lived server makes many worlds: Mesa 3.3 alone would keep every one of them."""
    model = Alliance(plan(1), seed=0, world=0)
    model.step()
    assert [agent.unique_id for agent in model.agents] == list(range(1, len(model.agents) + 1))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(("returned", "message"), [(Action(share=np.nan), "not finite"), (-1, "returned int")])
def test_a_strategy_that_returns_nonsense_is_named(returned, message):
    """A number that is none must not end up in a total."""

    class Careless(Ally):
        """Returns what it should not."""

        @staticmethod
        def decide(observation, params, shock):
            return returned

    careless = load_scenario("baseline").with_strategies(DEU=Careless)
    with pytest.raises(InputError, match=f"Careless.decide .*{message}"):
        run(careless, 2)
    with pytest.raises(InputError, match=f"Careless.decide .*{message}"):
        Alliance(careless).step()
