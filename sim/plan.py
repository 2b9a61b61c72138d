"""A plan: a scenario with every word resolved, frozen, ready to play."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim import quarters as calendar
from sim.facts import Reading, load_hedges, load_statuses
from sim.params import UNORDERED, WITHDRAWALS, Levers, Params, gather, idle, levers, off_neutral, uncertainties
from sim.posterior import Posterior
from sim.priors import SCHOOLS, Fixed, Prior
from sim.reference import Roster

Array = NDArray[np.float64]

ANNOUNCED, EXECUTED = "announced", "executed"


def withdrawal_statuses() -> tuple[str, ...]:
    """How firmly a withdrawal may be said to come: by an order, or by what `seeds/hedges.yaml` explains."""
    return (ANNOUNCED, EXECUTED, *load_statuses())


@dataclass(frozen=True)
class Withdrawal:
    """US troops leaving some hosts, in equal parts over some quarters, taken from each in proportion to its stock.

    `troops` is the number as printed. `hedge` and `reading` say what distribution of a factor stands behind it;
    `factor`, if a scenario gives one, takes its place.
    """

    hosts: tuple[str, ...]
    troops: float
    start: str
    over: int
    status: str
    hedge: str = "exact"
    reading: Reading = "default"
    factor: Prior | None = None

    @property
    def size(self) -> Prior:
        """Factor on the number as printed."""
        return self.factor or load_hedges()[self.hedge].reading(self.reading).prior()

    @property
    def happens(self) -> Prior | None:
        """Chance that it comes about, from its status; None for orders, announced or executed."""
        return None if self.status in (ANNOUNCED, EXECUTED) else load_statuses()[self.status].happens.prior()

    def written(self) -> dict[str, Any]:
        """The withdrawal as plain data: its words, and the distributions that they stood for."""
        words = {n: getattr(self, n) for n in ("hosts", "troops", "start", "over", "status", "hedge", "reading")}
        meant = {"factor": _number_or_prior(self.size), "happens": _number_or_prior(self.happens)}
        return words | {"hosts": list(self.hosts)} | meant

    def by_place(self, roster: Roster) -> Array:
        """Troops taken from each place in the end [H], persons."""
        stock = np.where(np.isin(roster.places, self.hosts), roster.troops, 0.0)
        return self.troops * stock / np.sum(stock)

    def progress(self, quarters: Sequence[str]) -> Array:
        """Part carried out by each quarter [T], 0 to 1."""
        begun = quarters.index(self.start)
        return np.clip((np.arange(len(quarters)) - begun + 1.0) / self.over, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be simulated. Lever paths are [T], one value per quarter. Plans with one digest are equal.

    What is `decided` counts in the first quarter of a year, when budgets are made.
    """

    name: str
    quarters: tuple[str, ...]
    roster: Roster
    levers: Mapping[str, Array]
    strategies: tuple[str, ...]
    withdrawals: tuple[Withdrawal, ...] = ()
    priors: Mapping[str, Prior | float] | None = None
    school: str | None = None
    posterior: Posterior | None = None
    war_begins: str | None = None  # a quarter in which a war is given to begin: conditional hindcasts only
    decided: Array | None = None  # [T, A] spending that allies decide themselves, % of GDP; NaN: the model decides

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def quarters_from_start(self, count: int) -> tuple[str, ...]:
        """So many quarters from the start of the plan, whatever its end."""
        first = calendar.number(self.quarters[0])
        return tuple(calendar.label(first + k) for k in range(count))

    def quarter_before(self, played: int) -> str:
        """The quarter whose end the worlds have reached when so many were played."""
        return calendar.label(calendar.number(self.quarters[0]) + played - 1)

    @cached_property
    def policies(self) -> tuple[Levers, ...]:
        """The policy in force in each quarter: the very same object as long as nothing changes."""
        found: list[Levers] = []
        for quarter in range(len(self.quarters)):
            now = Levers(**{name: path[quarter] for name, path in self.levers.items()})
            found.append(found[-1] if found and found[-1] == now else now)
        return tuple(found)

    @cached_property
    def idle(self) -> dict[str, tuple[str, ...]]:
        """The levers that can do nothing in the plan, with what they would need, as `params.idle` has it."""
        some = [w for w in self.withdrawals if w.troops]
        unordered = [UNORDERED] if any(w.status != EXECUTED for w in some) else []
        return idle(self.levers, *([WITHDRAWALS] if some else []), *unordered)

    @cached_property
    def decisions(self) -> dict[str, dict[str, float]]:
        """What allies decide to spend themselves, % of GDP, by code and quarter: {POL: {2027Q1: 4.5}}."""
        if self.decided is None:
            return {}
        budgets = [row for row, quarter in enumerate(self.quarters) if calendar.is_first(quarter)]
        return {
            ally: {self.quarters[row]: float(path[row]) for row in budgets if np.isfinite(path[row])}
            for ally, path in sorted(zip(self.roster.iso3, self.decided.T, strict=True))
            if np.any(np.isfinite(path[budgets]))
        }

    @cached_property
    def in_ukraine(self) -> bool:
        """Whether anybody is to go to Ukraine, or Ukraine to join, at any time: else those rules have nothing to do."""
        return bool(off_neutral({name: self.levers[name] for name in ("peacekeepers", "ukraine_accession")}))

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything that decides the result but seed and worlds."""
        return sha256(json.dumps(self.written(), sort_keys=True).encode()).hexdigest()[:16]

    @cached_property
    def nature(self) -> str:
        """A digest of what is assumed about the world: uncertainties, school and tables, but no policy."""
        written = self.written()
        parts = {key: written[key] for key in ("uncertainties", "posterior", "school", "data")}
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]

    def written(self) -> dict[str, Any]:
        """The plan as plain data, for manifests and the digest. Names and words play no part in it."""
        return ({"decisions": self.decisions} if self.decisions else {}) | {
            "quarters": [self.quarters[0], self.quarters[-1]],
            "levers": {name: _steps(self.quarters, path) for name, path in sorted(self.levers.items())},
            "withdrawals": [w.written() for w in self.withdrawals],
            "uncertainties": {
                name: value.written() if isinstance(value, Prior) else value
                for name, declared in sorted(uncertainties().items())
                for value in [(self.priors or {}).get(name, declared.prior)]
            },
            "posterior": self.posterior and self.posterior.digest,
            "strategies": dict(zip(self.roster.iso3, self.strategies, strict=True)),
            "school": self.school,
            "war_begins": self.war_begins,
            "data": self.roster.digest,
        }

    def without_policy(self, quarters: tuple[str, ...], strategy: str) -> "Plan":
        """The reference: every lever at its neutral value, no withdrawals, every ally with one strategy."""
        return replace(
            self,
            name="no policy",
            quarters=quarters,
            levers={name: np.full(len(quarters), lever.neutral) for name, lever in levers().items()},
            strategies=(strategy,) * len(self.strategies),
            withdrawals=(),
            decided=None,
        )

    def schools(self, worlds: Sequence[int]) -> NDArray[np.intp]:
        """The school of each world [R, 1] as an index into SCHOOLS.

        Worlds take turns unless the scenario names one: every school gets as many, none is weighed.
        """
        if self.school is not None:
            return np.full((len(worlds), 1), SCHOOLS.index(self.school))
        return np.asarray(worlds, dtype=np.intp)[:, None] % len(SCHOOLS)

    def params(self, seed: int, worlds: Sequence[int]) -> Params:
        """Every uncertainty drawn: a column [R, 1], or one number where nothing is uncertain.

        What the panel could estimate comes from the posterior, whole rows at a time, unless the scenario sets it.
        Many policies in the same worlds share the same draws: the last ones are kept, read only.
        """
        return _params(_Nature(self), seed, draws.lasting(worlds))

    def _params(self, seed: int, worlds: Sequence[int]) -> Params:
        school = self.schools(worlds)
        overrides = self.priors or {}
        known = self.posterior.drawn(seed, worlds) if self.posterior else {}
        values: dict[str, Any] = {}
        for name, declared in uncertainties().items():
            prior = overrides.get(name, declared.prior)
            if name in known and name not in overrides:
                values[name] = known[name]
                continue
            match prior:
                case Fixed(value=value) | float(value):
                    values[name] = np.float64(value)
                case _:
                    values[name] = prior.quantile(draws.uniform(seed, name, worlds), school)
        for value in values.values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        return gather(values)

    def executed(self, seed: int, worlds: Sequence[int], chance: Any, left: Any = 1.0) -> Array:
        """What part of each withdrawal is carried out [R, K]: 0, or a factor on its stated size.

        `chance` is the probability that an announced one comes true (MODEL.md section 3.3): a number, [R, 1], or
        [R, K] with a column for each withdrawal. `left` is what resistance leaves of any chance but that of
        `executed`, in the same shapes. Under any other status but `executed` the chance is drawn from the
        range of the status, the size always from its hedge (`seeds/hedges.yaml`). No place ever gives more than
        stands there: see `_within_stock`. The luck belongs to the hosts and the number of the announcement, so that
        another date, size, reading or status keeps it.
        """
        sizes, announced = np.zeros((len(worlds), len(self.withdrawals))), Counter[tuple[str, ...]]()
        chances, kept = np.broadcast_to(chance, sizes.shape), np.broadcast_to(left, sizes.shape)
        for k, w in enumerate(self.withdrawals):
            announced[w.hosts] += 1
            name = f"withdrawal {announced[w.hosts]} from {'+'.join(w.hosts)}"
            likely = self._likely(w, name, seed, worlds, chances[:, k : k + 1]) * kept[:, k : k + 1]
            comes = (draws.uniform(seed, name, worlds) < likely) | (w.status == EXECUTED)
            size = w.size.quantile(draws.uniform(seed, f"size of {name}", worlds))
            sizes[:, k : k + 1] = np.where(comes, size, 0.0)
        return self._within_stock(sizes)

    @staticmethod
    def _likely(w: Withdrawal, name: str, seed: int, worlds: Sequence[int], chance: Array) -> Any:
        """The probability [R, 1] that a withdrawal comes about."""
        if w.happens is not None:
            return w.happens.quantile(draws.uniform(seed, f"chance of {name}", worlds))
        return chance if w.status == ANNOUNCED else 1.0

    def _within_stock(self, sizes: Array) -> Array:
        """The factors [R, K] cut so that no place gives more than it has: who starts first takes first."""
        left = np.broadcast_to(self.roster.troops, (len(sizes), len(self.roster.places)))
        kept = sizes.copy()
        for k in sorted(range(len(self.withdrawals)), key=lambda k: self.withdrawals[k].start):
            taken = self.withdrawals[k].by_place(self.roster)
            hosts = taken > 0.0
            with np.errstate(over="ignore"):  # a part of a soldier fits any number of times
                room = np.min(left[:, hosts] / taken[hosts], axis=-1, initial=np.inf)
            kept[:, k] = np.minimum(sizes[:, k], np.maximum(room, 0.0))
            left = left - kept[:, k : k + 1] * taken
        return kept

    @cached_property
    def withdrawal_paths(self) -> tuple[Array, ...]:
        """What each withdrawal takes from each place by each quarter [K, H], persons: one object while it stands."""
        paths = [w.progress(self.quarters)[:, None] * w.by_place(self.roster)[None, :] for w in self.withdrawals]
        rows = np.stack(paths, axis=1) if paths else np.zeros((len(self.quarters), 0, len(self.roster.places)))
        found: list[Array] = []
        for row in rows:
            found.append(found[-1] if found and np.array_equal(found[-1], row) else row)
        return tuple(found)


class _Nature:
    """A plan of which only what is assumed about the world counts."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Nature) and self.plan.nature == other.plan.nature

    def __hash__(self) -> int:
        return hash(self.plan.nature)


@lru_cache(maxsize=4)
def _params(nature: _Nature, seed: int, worlds: Sequence[int]) -> Params:
    return nature.plan._params(seed, worlds)


def _number_or_prior(prior: Prior | None) -> Any:
    """A prior as a scenario file writes it: a number where nothing is uncertain."""
    return prior.value if isinstance(prior, Fixed) else prior and prior.written()


def _steps(quarters: Sequence[str], path: Array) -> dict[str, float]:
    """A path as its changes: {quarter: value}."""
    changed = [0, *(np.flatnonzero(np.diff(path)) + 1)]
    return {quarters[i]: float(path[i]) for i in changed}
