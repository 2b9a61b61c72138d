"""The cast in Mesa: allies and their strategies, the United States, Russia, and the alliance they make.

The class is the behaviour. A Mesa world asks its agents one by one, an ensemble asks the same `decide` with whole
columns (`Columns`), and a law in the tests proves that both are the same. To give a country a behaviour of its own,
subclass `Ally` and write `decide`; scenario files, command line and tests find the class by its name.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import mesa
import numpy as np
from mesa.datacollection import DataCollector

from sim import draws
from sim.errors import InputError
from sim.now import Given, Now, at_quarter
from sim.params import Params
from sim.plan import Plan
from sim.rules import burden, deterrence, posture
from sim.start import ANCHOR_QUARTERS, anchored, one_world, start
from sim.state import Action, Balance, Observation, Orders, Shock, State, Temptation, Theatre
from sim.step import play_quarter
from sim.variables import VARIABLES


class _Counters:
    """Mesa's counters of agents by model, without keeping every model alive as Mesa 3.3 would."""

    def __init__(self) -> None:
        self.by_model: WeakKeyDictionary[mesa.Model, Iterator[int]] = WeakKeyDictionary()

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self.by_model.setdefault(model, count(1))


class Decider(mesa.Agent):
    """An agent whose class decides. Write `decide`; the ensemble asks it too."""

    _ids: Any = _Counters()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "step" in vars(cls) and cls.__module__ != __name__:
            raise TypeError(
                f"{cls.__name__} overrides step(): write decide() instead, so that the ensemble can ask it too."
            )


class Ally(Decider):
    """A member state. Subclass it and write `decide` to give a country a strategy of its own."""

    def __init__(self, model: "Alliance", index: int) -> None:
        super().__init__(model)
        self.index = index
        self.action = Action(share=model.state.share[index])

    @staticmethod
    def decide(observation: Observation, params: Params, shock: Shock) -> Action:
        """This year's action. Sees one ally as numbers or many as columns: numpy only, no `if` on values."""
        raise NotImplementedError

    @property
    def iso3(self) -> str:
        """The ally's ISO 3166 code."""
        return self.model.plan.roster.iso3[self.index]

    @property
    def share(self) -> float:
        """True defence spending, % of GDP."""
        return float(self.model.state.share[self.index])

    @property
    def troops(self) -> float:
        """US troops in the country, persons."""
        return float(self.model.state.stationed[self.index])

    def step(self) -> None:
        """Look, then decide; the action lands when everyone has decided."""
        here = self.model
        action = self.decide(here.observation.at(self.index), here.params, here.shock.at(self.index))
        self.action = sound(type(self), action)


class PledgeKeeper(Ally):
    """Plans by threat, help and room, and is lifted to the pledge but never past it: the kink (2a, 2b)."""

    @staticmethod
    def decide(observation, params, shock):
        """See the class. Equations 2a to 2c."""
        planned = burden.plan(observation, params.burden, shock)
        lift = burden.lift(observation, params.burden)
        return Action(share=burden.kinked_budget(planned, observation.pledge, lift))


class Drifter(Ally):
    """Plans by threat, help and room; no pledge moves it (2a alone)."""

    @staticmethod
    def decide(observation, params, shock):
        """See the class."""
        return Action(share=burden.plan(observation, params.burden, shock))


class Attractor(Ally):
    """Closes part of its gap to the pledge each year, from above as from below (2b')."""

    @staticmethod
    def decide(observation, params, shock):
        """See the class."""
        planned = burden.plan(observation, params.burden, shock)
        speed = params.burden.attraction * observation.forces
        return Action(share=burden.attracted_budget(planned, observation.pledge, speed))


class FreeRider(Ally):
    """Spends less when the others spend more; no pledge moves it (2a'). Sources: olson-zeckhauser-1966."""

    @staticmethod
    def decide(observation, params, shock):
        """See the class."""
        planned = burden.plan(observation, params.burden, shock)
        elasticity = -params.burden.peer_reaction
        return Action(share=burden.reaction_to_peers(planned, observation.peers_change, elasticity))


class Follower(Ally):
    """Spends more when the others spend more; no pledge moves it (2a')."""

    @staticmethod
    def decide(observation, params, shock):
        """See the class."""
        planned = burden.plan(observation, params.burden, shock)
        elasticity = params.burden.peer_reaction
        return Action(share=burden.reaction_to_peers(planned, observation.peers_change, elasticity))


def sound(strategy: type[Ally], action: Any) -> Action:
    """An action that can be carried out. Raises InputError naming the strategy that returned something else."""
    if not isinstance(action, Action):
        raise InputError(f"{strategy.__name__}.decide returned {type(action).__name__}. Return Action(share=...).")
    if not np.all(np.isfinite(action.share)):
        raise InputError(f"{strategy.__name__}.decide returned a share that is not finite. Return % of GDP, 0 to 10.")
    return action


DEFAULT_STRATEGY = "PledgeKeeper"


class UnitedStates(Decider):
    """Decides where its troops shall stand (4a, 4b)."""

    @staticmethod
    def decide(observation: Theatre, params: Params) -> Orders:
        """The troops wanted on every place [..., H]."""
        wanted = posture.desired_total(
            observation.total, observation.pivot, observation.border, observation.surge, observation.troop_floor
        )
        weight = posture.weights(
            observation.reference, observation.compliance, observation.exposure,
            observation.tilt_to_spenders, observation.tilt_to_exposed,
        )  # fmt: skip
        return Orders(target=posture.fill(weight, observation.capacity, wanted))

    @property
    def share(self) -> float:
        """Defence spending, % of GDP."""
        return float(self.model.now.policy.us_share)

    def step(self) -> None:
        """Look, then order."""
        self.action = self.decide(self.model.theatre, self.model.params)


class Russia(Decider):
    """Weighs a limited attack on each ally (9c)."""

    @staticmethod
    def decide(observation: Balance, params: Params) -> Temptation:
        """How strongly it is drawn to each ally [..., A]."""
        return Temptation(hazard=deterrence.temptation(observation, params.deterrence))

    def step(self) -> None:
        """Look, then weigh."""
        self.action = self.decide(self.model.balance, self.model.params)


def strategies() -> dict[str, type[Ally]]:
    """Every strategy an analyst can give to an ally, by class name; a newcomer's too."""
    found: dict[str, type[Ally]] = {}
    open_: list[type[Ally]] = [Ally]
    while open_:
        for cls in open_.pop(0).__subclasses__():
            found[cls.__name__] = cls
            open_.append(cls)
    return found


class Columns:
    """The cast of an ensemble: each class is asked once, for all its allies in all worlds."""

    def __init__(self, names: Sequence[str]) -> None:
        known = strategies()
        seats: dict[type[Ally], list[int]] = {}
        for index, name in enumerate(names):
            seats.setdefault(known[name], []).append(index)
        self.seats = seats

    def budgets(self, observation: Observation, params: Params, shock: Shock) -> Action:
        """What all allies decide [..., A]."""
        share = np.empty_like(observation.share)
        for strategy, index in self.seats.items():
            seen, luck = (observation, shock) if len(self.seats) == 1 else (observation.at(index), shock.at(index))
            try:
                share[..., index] = sound(strategy, strategy.decide(seen, params, luck)).share
            except InputError:
                raise
            except ValueError as error:
                error.add_note(
                    f"{strategy.__name__}.decide was asked for {len(index)} allies at once: "
                    "use np.where instead of `if`."
                )
                raise
        return Action(share=share)

    def posture(self, observation: Theatre, params: Params) -> Orders:
        """What the United States decides."""
        return UnitedStates.decide(observation, params)

    def pressure(self, observation: Balance, params: Params) -> Temptation:
        """What Russia is drawn to."""
        return Russia.decide(observation, params)


def opening(plan: Plan, seed: int, worlds: Sequence[int]) -> tuple[State, Given]:
    """The worlds before the first quarter, with the hazard scaled to the anchor (9d): [R, A]."""
    state, given = start(plan, seed, worlds)
    return state, given._replace(scale=reference_scale(plan, seed, worlds))


def reference_scale(plan: Plan, seed: int, worlds: Sequence[int]) -> np.ndarray:
    """The scale of the hazard [R, 1], from the path without policy on which every ally keeps its pledge.

    It depends on the parameters and not on the policy, so that scenarios which are compared share it.
    """
    reference = plan.without_policy(plan.quarters_from_start(ANCHOR_QUARTERS), DEFAULT_STRATEGY)
    return _reference_scale(reference, seed, draws.lasting(worlds))


@lru_cache(maxsize=128)
def _reference_scale(plan: Plan, seed: int, worlds: Sequence[int]) -> np.ndarray:
    quiet = draws.quiet(seed, worlds, plan.quarters, plan.roster.iso3)
    scale = anchored(plan, seed, worlds, quiet, Columns(plan.strategies))
    scale.setflags(write=False)
    return scale


class Alliance(mesa.Model):
    """One world, agent by agent: world `world` of the ensemble with the same scenario and seed.

    Every `step()` is one quarter. `state` holds all columns [A], `observation` what the allies last saw.
    The agents are 31 allies, `UnitedStates` and `Russia`; use `model.agents.select / groupby / agg` on them.

    Raises sim.InputError when seed or world is no whole number from 0, or when the plan is over.
    """

    def __init__(self, scenario: Any, seed: int = 0, world: int = 0) -> None:
        plan = planned(scenario)
        whole("seed", seed, 0)
        whole("world", world, 0)
        super().__init__(rng=draws.mesa_generator(seed, world))
        self.plan, self.seed, self.world, self.scenario_name = plan, seed, world, plan.name
        state, given = opening(plan, seed, [world])
        self.state, self.given = one_world(state), one_world(given)
        self.luck = draws.block(seed, [world], plan.quarters, plan.roster.iso3).of_world(0)
        self.played = 0
        self.now: Now = at_quarter(plan, self.given, self.luck, 0, self)
        self.allies = [strategies()[name](self, index) for index, name in enumerate(plan.strategies)]
        self.united_states, self.russia = UnitedStates(self), Russia(self)
        self.datacollector = DataCollector(
            model_reporters={name: _reporter(name) for name, variable in VARIABLES.items() if not variable.by_ally},
            agent_reporters={
                "iso3": lambda a: getattr(a, "iso3", type(a).__name__),
                "share": lambda a: getattr(a, "share", None),
                "troops": lambda a: getattr(a, "troops", None),
            },
        )

    @property
    def params(self) -> Params:
        """The uncertainties of this world, plain numbers."""
        return self.given.params

    @property
    def quarter(self) -> str:
        """The quarter that was played last, or the one before the first."""
        return self.plan.quarter_before(self.played)

    def step(self) -> None:
        """Play one quarter."""
        if self.played == len(self.plan.quarters):
            raise InputError(f"the plan ends with {self.plan.quarters[-1]}: there is no further quarter to play")
        self.now = at_quarter(self.plan, self.given, self.luck, self.played, self)
        self.state = play_quarter(self.state, self.now)
        self.played += 1
        self.datacollector.collect(self)

    def budgets(self, observation: Observation, params: Params, shock: Shock) -> Action:
        """All allies look, then all decide."""
        self.observation, self.shock = observation, shock
        self.agents.select(agent_type=Ally).do("step")
        return Action(share=np.array([ally.action.share for ally in self.allies], dtype=np.float64))

    def posture(self, observation: Theatre, params: Params) -> Orders:
        """The United States looks and orders."""
        self.theatre = observation
        self.united_states.step()
        return self.united_states.action

    def pressure(self, observation: Balance, params: Params) -> Temptation:
        """Russia looks and weighs."""
        self.balance = observation
        self.russia.step()
        return self.russia.action


def _reporter(name: str):
    return lambda model: float(np.squeeze(VARIABLES[name].read(model.state, model.now)))


def planned(scenario: Any) -> Plan:
    """The plan of a scenario, or a plan itself. Raises InputError for anything else."""
    plan = scenario.plan() if hasattr(scenario, "plan") else scenario
    if not isinstance(plan, Plan):
        raise InputError(f"scenario: {str(scenario)[:60]!r} is no scenario. Load one with sim.load_scenario(name).")
    return plan


def whole(name: str, value: Any, least: int, most: int = 2**63 - 1) -> int:
    """A whole number within its ends. Raises InputError saying what would be right."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
        raise InputError(f"{name}: {value!r} is out of range. It takes a whole number from {least:,} to {most:,}.")
    return int(value)
