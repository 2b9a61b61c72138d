"""Why an ally spends what it spends in one year of one world: the decision, and the world without each cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim import quarters as calendar
from sim.agents import planned, whole
from sim.analysis.causes import Replay, causes, replay, shapley
from sim.analysis.decision import PLAYED, Decision, taken_apart
from sim.errors import InputError
from sim.plan import Plan
from sim.priors import SCHOOLS
from sim.reading import hint
from sim.reference import Roster
from sim.scenario import load_scenario
from sim.start import one_world


@dataclass(frozen=True)
class Part:
    """What one cause did to a share since the start of the run."""

    cause: str
    about: str
    part: float  # pp of GDP: its Shapley share of the change
    without: float  # % of GDP: the share in this world with this cause alone switched off


@dataclass(frozen=True)
class Coalition:
    """The same world with some causes at work and the others switched off."""

    causes: tuple[str, ...]
    share: float  # % of GDP


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why an ally spends this share in this year of this world.

    `parts` and `start_and_drift` add up to `share` − `share_start`. What players decided is no cause that is switched
    off: it stands in `start_and_drift`.
    """

    scenario: str
    plan: str  # digest
    seed: int
    world: int
    school: str
    ally: str  # ISO 3166 code
    name: str
    year: int
    year_start: int  # the year before the start of the run
    share_start: float  # % of GDP in that year
    share: float  # % of GDP
    decision: Decision  # the budget of the year
    played: tuple[int, ...]  # years up to this one whose budget a player decided
    parts: tuple[Part, ...]
    start_and_drift: float  # pp of GDP: what changes with every cause switched off
    coalitions: tuple[Coalition, ...]  # every subset of the causes, all of them first

    @property
    def change(self) -> float:
        """Change of the share since the year before the start, pp of GDP."""
        return self.share - self.share_start


def explain(scenario: Any, ally: str, year: int, seed: int = 0, world: int = 0) -> Explanation:
    """Why an ally spends its share in one year of one world of a scenario (its name, a Scenario or a plan).

    `ally` is a code or a name. The world is world `world` of `sim.run` with this seed, bit for bit; it is played
    again without each subset of the causes, all under the same random numbers.

    Raises sim.InputError for an ally, year, seed or world that cannot be meant.
    """
    plan = planned(load_scenario(scenario) if isinstance(scenario, str) else scenario)
    seat, quarter = seat_of(plan.roster, ally), budget_quarter(plan, year)
    whole("seed", seed, 0)
    whole("world", world, 0)
    names = tuple(causes())
    rows = replay(plan, seed, world, quarter, names)
    return _explanation(plan, seat, int(year), int(seed), int(world), names, rows)


def _explanation(
    plan: Plan, seat: int, year: int, seed: int, world: int, names: Sequence[str], rows: Replay
) -> Explanation:
    shares = rows.state.share[:, seat]
    start, parts = float(plan.roster.share[seat]), shapley(shares[::-1])
    here, by_player = one_world(rows.state), plan.decisions.get(plan.roster.iso3[seat], {})
    played = tuple(sorted(y for y in map(calendar.year, by_player) if y <= year))
    strategy = PLAYED if year in played else plan.strategies[seat]
    return Explanation(
        scenario=plan.name,
        plan=plan.fingerprint,
        seed=seed,
        world=world,
        school=SCHOOLS[int(plan.schools([world])[0, 0])],
        ally=plan.roster.iso3[seat],
        name=plan.roster.name[seat],
        year=year,
        year_start=calendar.year(plan.quarters[0]) - 1,
        share_start=start,
        share=float(shares[0]),
        decision=taken_apart(
            strategy, one_world(rows.observation).at(seat), one_world(rows.given).params,
            one_world(rows.shock).at(seat), *(float(c[seat]) for c in (here.share, here.reported, here.report_error)),
        ),
        played=played,
        parts=tuple(
            Part(name, causes()[name].about, float(parts[k]), float(shares[1 << k])) for k, name in enumerate(names)
        ),
        start_and_drift=float(shares[-1]) - start,
        coalitions=tuple(
            Coalition(tuple(name for k, name in enumerate(names) if not row >> k & 1), float(share))
            for row, share in enumerate(shares)
        ),
    )  # fmt: skip


def seat_of(roster: Roster, ally: str) -> int:
    """Where an ally stands, by its code or name in any case.

    Raises InputError for an unknown one, and for one without forces: it has no budget to decide.
    """
    word = str(ally).strip()
    seats = {known.casefold(): seat for names in (roster.iso3, roster.name) for seat, known in enumerate(names)}
    seat = seats.get(word.casefold())
    if seat is None:
        near = hint(word.upper(), roster.iso3) if len(word) <= 4 else hint(word.title(), roster.name)
        raise InputError(f"ally: unknown {word[:60]!r}. {near}")
    if roster.forces[seat] == 0.0:
        raise InputError(f"ally: {roster.name[seat]} has no armed forces and no defence budget to explain.")
    return seat


def budget_quarter(plan: Plan, year: int) -> int:
    """The index of the quarter in which the budget of a year is decided. Raises InputError outside the run."""
    decided = {calendar.year(label): index for index, label in enumerate(plan.quarters) if calendar.is_first(label)}
    if not decided:
        raise InputError(f"year: no budget is decided between {plan.quarters[0]} and {plan.quarters[-1]}.")
    if isinstance(year, bool) or not isinstance(year, (int, np.integer)) or year not in decided:
        raise InputError(
            f"year: {year!r} lies outside the run. Budgets are decided from {min(decided)} to {max(decided)}."
        )
    return decided[year]
