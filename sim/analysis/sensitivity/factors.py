"""What a sensitivity analysis can turn: everything that a plan leaves uncertain, with its source, and in groups."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim import facts, posterior
from sim.errors import InputError
from sim.params import uncertainties
from sim.plan import EXECUTED, Plan, Withdrawal
from sim.priors import SCHOOLS, Fixed, Prior, Uniform
from sim.reading import hint
from sim.scenario import Scenario
from sim.scenario.stated import is_stated

LUCK, PANEL, ASSUMPTION = "luck", "estimates from the panel", "assumption"

GROUPINGS = ("document", "evidence", "mechanism")
"""By where a number comes from, by how well it is known, by the part of the model it belongs to."""

CLASSES = {
    "E": "estimable from observed spending",
    "D": "documented fact, law or accounting",
    "X": "deep uncertainty: explored, never estimated",
    LUCK: "surprises: shocks, changes of government, the end of the war, whether attacks come",
}

LOW, HIGH = 0.05, 0.95
"""The quantiles between which a factor is said to lie."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One thing that is uncertain. `stream` is the name under which its uniform number is drawn; luck has none.

    `prior` is None for what has no lower and upper end: luck, and the joint draws that the panel taught.
    """

    name: str
    stream: str
    about: str
    unit: str
    prior: Prior | None
    evidence: str
    sources: tuple[str, ...]
    equation: str
    mechanism: str

    @property
    def ordered(self) -> bool:
        """Whether it can stand low or high."""
        return self.prior is not None

    def ends(self, school: str) -> tuple[float, float]:
        """Its values at the 5% and at the 95% quantile, in `unit`. Only for what is ordered."""
        assert self.prior is not None
        index = SCHOOLS.index(school)
        return float(self.prior.quantile(np.float64(LOW), index)), float(self.prior.quantile(np.float64(HIGH), index))

    @property
    def document(self) -> str:
        """The source that it is filed under: the document of its first fact, else its first publication.

        A factor has one place, so that groups partition the factors; `assumption` holds what names nothing else.
        """
        if self.name == LUCK:
            return LUCK
        named = [key for key in self.sources if key != ASSUMPTION]
        told = [key for key in named if key in facts.load_facts()]
        return f"document {facts.load_facts()[told[0]].document}" if told else named[0] if named else ASSUMPTION

    def group(self, by: str) -> str:
        """The group it belongs to under one of GROUPINGS."""
        return {"document": self.document, "evidence": self.evidence, "mechanism": self.mechanism}[by]


def check_grouping(by: str | None) -> None:
    """Refuse a grouping that there is not. Raises InputError."""
    if by is not None and by not in GROUPINGS:
        raise InputError(f"groups: unknown grouping {by!r}. {hint(by, GROUPINGS)}")


def about_group(by: str, group: str, members: Sequence[Factor]) -> str:
    """A group in words, and how many factors it has; of a document also how many of them lean on assumption too."""
    size = f"{len(members)} factor{'s' if len(members) > 1 else ''}"
    if group == LUCK:
        return CLASSES[LUCK]
    if by == "evidence":
        return f"{CLASSES[group]}; {size}"
    if by == "mechanism":
        return f"{size}: {', '.join(factor.name for factor in members)}"
    if group == ASSUMPTION:
        return f"our own judgement, no source; {size}"
    partly = sum(ASSUMPTION in factor.sources for factor in members)
    lean = "" if not partly else ", partly assumption" if partly == len(members) else f", {partly} partly assumption"
    return f"{_cited(group)}; {size}{lean}"


def _cited(group: str) -> str:
    found = next((f for f in facts.load_facts().values() if f"document {f.document}" == group), None)
    return f"{found.title}, {found.date}" if found else facts.load_publications()[group].cite


def factors(scenario: Scenario, other: Scenario | None = None) -> tuple[Factor, ...]:
    """Everything that a scenario, or the one it is compared with, leaves uncertain; luck comes last.

    What a scenario fixes is no factor, and a range that it sets itself is an assumption. What the panel could estimate
    is drawn whole rows at a time and is one factor.
    """
    both = [scenario] if other is None else [scenario, other]
    found = [*_drawn(scenario.plan()), *(factor for each in both for factor in _withdrawn(each)), _LUCK]
    return tuple({factor.name: factor for factor in reversed(found)}.values())[::-1]


_LUCK = Factor(
    name=LUCK, stream="", about=CLASSES[LUCK], unit="", prior=None, evidence=LUCK, sources=(), equation="",
    mechanism=LUCK,
)  # fmt: skip


def _drawn(plan: Plan) -> Iterator[Factor]:
    """The uncertainties of a plan that it does not fix; what the panel taught in the place of the first of them."""
    schools = SCHOOLS if plan.school is None else (plan.school,)
    taught = [name for name in (plan.posterior.names if plan.posterior else ()) if name not in (plan.priors or {})]
    for name, declared in uncertainties().items():
        prior = (plan.priors or {}).get(name, declared.prior)
        if name in taught:
            if name == taught[0]:
                yield _panel(taught)
        elif isinstance(prior, Prior) and _varies(prior, schools):
            yield Factor(
                name=name, stream=name, about=declared.about, unit=declared.unit, prior=prior,
                evidence=declared.evidence, equation=declared.equation, mechanism=declared.group,
                sources=declared.source if prior is declared.prior else (ASSUMPTION,),
            )  # fmt: skip


def _varies(prior: Prior | None, schools: Iterable[str] = SCHOOLS[:1]) -> bool:
    """Whether a prior has more than one value, in any of these schools."""
    if prior is None or isinstance(prior, Fixed):
        return False
    low, high = np.float64(0.0), np.float64(1.0)
    return any(prior.quantile(low, s) != prior.quantile(high, s) for s in map(SCHOOLS.index, schools))


def _panel(taught: Sequence[str]) -> Factor:
    """All that the panel taught, as the one factor that it is drawn as."""
    declared = [uncertainties()[name] for name in taught]
    return Factor(
        name=PANEL, stream=posterior.STREAM, unit="", prior=None, evidence=declared[0].evidence,
        about=f"Joint draws of the fit to the spending panel: {', '.join(taught)}",
        sources=tuple(dict.fromkeys(key for each in declared for key in each.source)),
        equation=", ".join(dict.fromkeys(each.equation for each in declared)), mechanism=declared[0].group,
    )  # fmt: skip


def panel_members(plan: Plan) -> tuple[Factor, ...]:
    """What the panel taught, one by one: only for methods that take the values as they were drawn."""
    if plan.posterior is None:
        return ()
    return tuple(
        Factor(
            name=name, stream=posterior.STREAM, about=declared.about, unit=declared.unit, prior=None,
            evidence=declared.evidence, sources=declared.source, equation=declared.equation, mechanism=declared.group,
        )
        for name in plan.posterior.names
        if name not in (plan.priors or {})
        for declared in [uncertainties()[name]]
    )  # fmt: skip


def _withdrawn(scenario: Scenario) -> Iterator[Factor]:
    """Whether each withdrawal comes about, with which chance and in what size: the words of a document, or ours.

    The streams are those of `Plan.executed`.
    """
    announced = Counter[tuple[str, ...]]()
    for block, withdrawal in zip(scenario.withdrawals, scenario.plan().withdrawals, strict=True):
        announced[withdrawal.hosts] += 1
        name = f"withdrawal {announced[withdrawal.hosts]} from {'+'.join(withdrawal.hosts)}"
        source = (block.troops["fact"], ASSUMPTION) if is_stated(block.troops) else (ASSUMPTION,)
        for stream, about, prior in _doubts(withdrawal, name):
            if _varies(prior):
                yield Factor(
                    name=stream, stream=stream, about=about, unit="", prior=prior, evidence="X", sources=source,
                    equation="4", mechanism="posture",
                )  # fmt: skip


def _doubts(withdrawal: Withdrawal, name: str) -> Iterator[tuple[str, str, Prior | None]]:
    """What is not known of a withdrawal: (stream, meaning, prior)."""
    who = f"{withdrawal.troops:,g} US soldiers from {', '.join(withdrawal.hosts)}"
    comes = None if withdrawal.status == EXECUTED else Uniform(0.0, 1.0)
    yield name, f"Whether {who} leave ({withdrawal.status}); below its chance they do", comes
    yield f"chance of {name}", f"Chance that {who} leave, from the word {withdrawal.status}", withdrawal.happens
    yield f"size of {name}", f"Factor on {who}, from the hedge {withdrawal.hedge!r}", withdrawal.size
