"""What is valid, for Hypothesis: every range is read from the declared levers and uncertainties.

Everything is valid by construction: a law that uses these needs no `assume` and no `if`.
"""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim import agents, quarters
from sim.facts import READINGS, load_hedges
from sim.params import gather, levers, uncertainties
from sim.plan import Plan, Withdrawal, withdrawal_statuses
from sim.priors import SCHOOLS, Integers, Uniform, fixed
from sim.reference import ALLIES, roster
from sim.state import Observation, Shock

START = "2025Q1"
HOSTS = tuple(place for place, troops in zip(roster(START).places, roster(START).troops, strict=True) if troops > 0)


# --- plans by hand --------------------------------------------------------------------------------------------


def span(count):
    """So many quarters from the start of the data."""
    first = quarters.number(START)
    return quarters.span(START, quarters.label(first + count - 1))


def plan(count=8, policy=None, *, default="PledgeKeeper", **others):
    """A plan of so many quarters: levers at their defaults but for `policy`, {name: value, or path [T]}."""
    given = {name: lever.default for name, lever in levers().items()} | dict(policy or {})
    paths = {name: np.broadcast_to(np.asarray(value, dtype=np.float64), (count,)) for name, value in given.items()}
    others = {"strategies": (default,) * len(ALLIES), "roster": roster(START)} | others
    return Plan(name="test", quarters=span(count), levers=paths, **others)


# --- levers and uncertainties ---------------------------------------------------------------------------------


def numbers(low, high):
    """Plain numbers between two ends."""
    return st.floats(low, high, allow_subnormal=False)


def lever(name):
    """Values of one lever."""
    return numbers(levers()[name].low, levers()[name].high)


def uncertainty(name):
    """Values of one uncertainty, between the ends of its prior."""
    prior = uncertainties()[name].prior
    if isinstance(prior, Integers):
        return st.integers(int(prior.low), int(prior.high)).map(float)
    return numbers(prior.low, prior.high)


def lever_values(*left_out):
    """Some levers with values in their ranges."""
    return st.fixed_dictionaries({}, optional={name: lever(name) for name in levers() if name not in left_out})


def uncertainty_values(*left_out):
    """Some uncertainties with one value each."""
    return st.fixed_dictionaries(
        {}, optional={name: uncertainty(name) for name in uncertainties() if name not in left_out}
    )


def all_uncertainties():
    """Every uncertainty with one value: nothing is left to be drawn."""
    return st.fixed_dictionaries({name: uncertainty(name) for name in uncertainties()})


def lever_corners():
    """Every lever at one of its ends."""
    return st.fixed_dictionaries({n: st.sampled_from([d.low, d.high]) for n, d in levers().items()})


def uncertainty_corners():
    """Every uncertainty at one end of its prior."""
    return st.fixed_dictionaries(
        {n: st.sampled_from([float(d.prior.low), float(d.prior.high)]) for n, d in uncertainties().items()}
    )


def priors():
    """What a scenario may put in place of priors: numbers, and distributions within the declared ends."""
    return st.fixed_dictionaries(
        {}, optional={name: st.one_of(uncertainty(name), _narrower(name)) for name in uncertainties()}
    )


def _narrower(name):
    """A distribution between two ends that the prior allows."""
    ends = st.lists(uncertainty(name), min_size=2, max_size=2).map(sorted)
    if isinstance(uncertainties()[name].prior, Integers):
        return ends.map(lambda pair: Integers(*map(int, pair)))
    return ends.map(lambda pair: Uniform(*pair))


def params(*groups):
    """All parameters as plain numbers: those of the named groups (all if none is named) drawn, others medians."""
    names = [n for n, declared in uncertainties().items() if not groups or declared.group in groups]
    return st.fixed_dictionaries({name: uncertainty(name) for name in names}).map(gather)


# --- plans ----------------------------------------------------------------------------------------------------


@st.composite
def lever_paths(draw, count, *left_out):
    """Paths [T] of some levers; some change once, at a quarter of their own."""
    paths = {}
    for name, value in draw(lever_values(*left_out)).items():
        since = draw(st.integers(0, count))
        later = draw(lever(name))
        paths[name] = np.where(np.arange(count) < since, value, later)
    return paths


def factors():
    """Factors on a printed number that a scenario may write: a number, or a distribution."""
    ends = st.lists(numbers(0.0, 3.0), min_size=3, max_size=3).map(sorted)
    return st.one_of(
        numbers(0.0, 3.0), ends.map(lambda e: {"uniform": [e[0], e[2]]}), ends.map(lambda e: {"triangular": e})
    )


def sizes():
    """Sizes of a withdrawal as a scenario file writes them: a number, or the fact of the documents."""
    fact = {"fact": "eastern-withdrawal"}
    return st.one_of(
        numbers(0.0, 10_000.0),
        st.sampled_from(READINGS).map(lambda reading: {**fact, "reading": reading}),
        factors().map(lambda factor: {**fact, "factor": factor}),
        st.just(fact),
    )


def wide_plans(count=8):
    """Plans whose withdrawals take any size, status, reading or factor; the same host may be named more than once."""
    some = st.lists(st.sampled_from(HOSTS), min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
    one = st.builds(
        Withdrawal,
        hosts=some,
        troops=numbers(0.0, 40_000.0),
        start=st.sampled_from(span(count)),
        over=st.integers(1, 6),
        status=st.sampled_from(withdrawal_statuses()),
        hedge=st.sampled_from([name for name, hedge in load_hedges().items() if hedge.kind != "none"]),
        reading=st.sampled_from(READINGS),
        factor=st.none() | numbers(0.0, 3.0).map(fixed),
    )
    return st.lists(one, max_size=4).map(lambda found: plan(count, withdrawals=tuple(found)))


@st.composite
def withdrawals(draw, span, statuses=("announced", "executed")):
    """Up to three withdrawals that begin within the span and together take no host's last soldier twice."""
    count = draw(st.integers(0, 3))
    stock = dict(zip(roster(START).places, roster(START).troops, strict=True))
    found = []
    for _ in range(count):
        hosts = tuple(draw(st.lists(st.sampled_from(HOSTS), min_size=1, max_size=4, unique=True)))
        found.append(
            Withdrawal(
                hosts=hosts,
                troops=draw(numbers(0.0, 1.0)) * sum(stock[host] for host in hosts) / count,
                start=draw(st.sampled_from(span)),
                over=draw(st.integers(1, 8)),
                status=draw(st.sampled_from(statuses)),
            )
        )
    return tuple(found)


@st.composite
def decisions(draw, count):
    """What some allies with forces decide to spend themselves [T, A], or nothing."""
    shares, able = np.full((count, len(ALLIES)), np.nan), np.flatnonzero(roster(START).forces)
    budgets = st.tuples(st.integers(0, (count - 1) // 4).map(lambda year: 4 * year), st.sampled_from(list(able)))
    for place, share in draw(st.dictionaries(budgets, numbers(0.0, 10.0), max_size=4)).items():
        shares[place] = share
    return shares if np.any(np.isfinite(shares)) else None


def strategy_names(known=None):
    """A strategy for each of the 31 allies: one for most, others for some."""
    name = st.sampled_from(sorted(known or agents.strategies()))
    seats = st.dictionaries(st.integers(0, len(ALLIES) - 1), name, max_size=6)
    return st.builds(lambda most, some: tuple(some.get(index, most) for index in range(len(ALLIES))), name, seats)


def schools():
    """A school of deterrence, or all in turn."""
    return st.sampled_from([None, *SCHOOLS])


@st.composite
def plans(draw, quarters=st.integers(1, 10), known=None, statuses=("announced", "executed")):  # noqa: B008
    """Any plan that a scenario could resolve to, from the first quarter of the data."""
    count = draw(quarters)
    return plan(
        count,
        draw(lever_paths(count)),
        strategies=draw(strategy_names(known)),
        withdrawals=draw(withdrawals(span(count), statuses)),
        priors=draw(priors()),
        school=draw(schools()),
        decided=draw(decisions(count)),
    )


@st.composite
def extreme_plans(draw, quarters=st.integers(1, 10)):  # noqa: B008
    """Plans in the corners: every lever and every uncertainty at one of its ends."""
    count = draw(quarters)
    return plan(
        count,
        draw(lever_corners()),
        strategies=draw(strategy_names()),
        withdrawals=draw(withdrawals(span(count))),
        priors=draw(uncertainty_corners()),
        school=draw(schools()),
    )


def seeds():
    """Seeds of a run."""
    return st.integers(0, 2**63 - 1)


def worlds():
    """Numbers of a world."""
    return st.integers(0, 9_999_999)


# --- columns --------------------------------------------------------------------------------------------------

COLUMNS = (len(ALLIES),)


def columns(low, high, shape=COLUMNS):
    """Arrays with numbers between two ends."""
    return hnp.arrays(np.float64, shape, elements=numbers(low, high))


def switches(shape=COLUMNS):
    """Arrays of zeros and ones."""
    return hnp.arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0]))


def shares(shape=COLUMNS, high=10.0):
    """Defence shares, % of GDP."""
    return columns(0.0, high, shape)


def probabilities(shape=COLUMNS):
    """Numbers from 0 to 1."""
    return columns(0.0, 1.0, shape)


def troops(shape, high=60_000.0):
    """Stocks of soldiers: none, or at least one."""
    some = st.one_of(st.just(0.0), numbers(1.0, high))
    return hnp.arrays(np.float64, shape, elements=some)


def observations(shape=COLUMNS, share=10.0):
    """What governments can see when they decide."""
    asked = levers()["threshold"].high
    return st.builds(
        Observation,
        share=shares(shape, share),
        pledge=columns(0.0, asked, shape),
        threat=probabilities(shape),
        room=columns(0.3, 1.0, shape),
        help_change=columns(-2.0, 2.0, shape),
        host_change=columns(-4.0, 4.0, shape),
        peers_change=columns(-1.0, 1.0, shape),
        new_government=switches(shape),
        pressure=probabilities(shape),
        conditionality=probabilities(shape),
        exposure=probabilities(shape),
        trade=probabilities(shape),
        shaming=probabilities(shape),
        regime=columns(-3.0, 3.0, shape),
        forces=switches(shape),
    )


def shocks(shape=COLUMNS):
    """Luck of a budget, its fat tails included."""
    return st.builds(Shock, own=columns(-30.0, 30.0, shape), common=columns(-5.0, 5.0, shape))
