"""What could be settled: everything a question leaves open, down to single numbers, and what it is filed under.

Uncertainties have priors. A lever has one value, since it is the policy that is asked about; but where no document says
how far it goes, that value is ours, and another would answer the same words. Such a lever has a range here, which is
always our assumption.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sim import facts
from sim.analysis.sensitivity.factors import ASSUMPTION, LUCK, PANEL, Factor, factors
from sim.controls import WITHDRAWAL, eastern, unit_after
from sim.facts import Fact
from sim.params import levers
from sim.plan import Plan, Withdrawal
from sim.priors import Prior, Uniform
from sim.question import furthest
from sim.scenario import Scenario

STATED = {
    "threshold": "spending-beyond-guideline",
    "pledge": "spending-beyond-guideline",
    "us_share": "us-below-demand",
    WITHDRAWAL.name: "eastern-withdrawal",
}
"""Levers for whose size a document gives a number with a hedge: the range is that of the hedge."""

HALF, MORE = 0.5, 1.5
"""A withdrawal without a number in any document may be half as large, or half as large again (assumption)."""

PUBLISHED, OURS, TAUGHT = "published studies", "our own assumptions", "the spending panel"
"""Classes of what no passage speaks about; luck is one more."""

LABELS = {
    PUBLISHED: "What published studies leave open",
    OURS: "What we assume without any source",
    TAUGHT: "What the spending panel 2014 to 2024 leaves open",
    LUCK: "Luck: shocks, changes of government, the end of the war, whether attacks come",
}
"""Classes in words."""

PANEL_KEY = "panel-2014-2024"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One open thing. `stream` is the name of its uniform number (none for luck), `prior` what that number stands for.

    `fact` is the passage it is filed under, if any; `word` the hedge or status that leaves it open; `lever` the lever
    whose value it is; `why` says in words how far it may go, where the range is ours.
    """

    name: str
    stream: str
    about: str
    prior: Prior | None
    kind: str
    fact: str = ""
    word: str = ""
    lever: str = ""
    why: str = ""


LEVER, DOUBT, UNCERTAINTY = "lever", "doubt", "uncertainty"
"""Kinds of pieces: a lever's value, whether or how much of a withdrawal comes, and what is drawn in every world."""


def pieces(scenario: Scenario, baseline: Scenario | None, *, policy: bool) -> tuple[Piece, ...]:
    """All that a scenario, and the one it is compared with, leave open; with `policy` also how far its levers go."""
    found = [_piece(factor) for factor in factors(scenario, baseline)]
    return (*(_levers(scenario.plan()) if policy else ()), *found)


def _piece(factor: Factor) -> Piece:
    """A factor of a sensitivity analysis, and what it is filed under."""
    told = [key for key in factor.sources if key in facts.load_facts()]
    fact = told[0] if told else ""
    doubt = "withdrawal " in factor.name
    kind = LUCK if factor.name == LUCK else DOUBT if doubt else UNCERTAINTY
    return Piece(
        name=factor.name, stream=factor.stream, about=factor.about, prior=factor.prior, kind=kind, fact=fact,
        word=_word(factor, fact) if fact else _class(factor),
    )  # fmt: skip


def _word(factor: Factor, fact: str) -> str:
    """The word of a fact that leaves a factor open: its hedge for a size, its status for all else."""
    found = facts.load_facts()[fact]
    return found.hedge if factor.name.startswith("size of ") else found.status


def _class(factor: Factor) -> str:
    """What a factor without a passage is filed under."""
    if factor.name == LUCK:
        return LUCK
    named = [key for key in factor.sources if key != ASSUMPTION]
    if factor.name == PANEL or named[:1] == [PANEL_KEY]:
        return TAUGHT
    return PUBLISHED if named else OURS


# --- how far a lever goes -------------------------------------------------------------------------------------------


def _levers(plan: Plan) -> Iterator[Piece]:
    """Levers of a policy that are at work and whose size no document settles, and withdrawals of a plain size."""
    for name, path in plan.levers.items():
        lever = levers()[name]
        value = furthest(name, path)
        if name in plan.idle or value == lever.neutral or not (prior := reach(name, value)):
            continue
        told = [key for key in lever.source if key in facts.load_facts()]
        fact = STATED.get(name, told[0] if told else "")
        yield Piece(
            name=name, stream=f"lever {name}", about=lever.about, prior=prior, kind=LEVER, lever=name, fact=fact,
            word=facts.load_facts()[fact].hedge if fact else OURS, why=_why(name, value, prior),
        )  # fmt: skip
    yield from _sizes(plan)


def reach(name: str, value: float) -> Uniform | None:
    """How far a lever may go that a policy sets to a value: all alike in its range; None where that is one value.

    With a number in a document the range is that of its hedge; else it goes from no effect to twice as far as the
    policy sets it, within the lever's ends. It always holds the value that is set.
    """
    lever = levers()[name]
    if lever.step >= lever.high - lever.low:
        return None  # a switch: it has no strength that could be open
    low, high = sorted((lever.neutral, 2.0 * value - lever.neutral))
    if name in STATED:
        low, high = _hedged(facts.load_facts()[STATED[name]])
    low, high = max(min(low, value), lever.low), min(max(high, value), lever.high)
    return Uniform(low, high) if low < high else None


def _hedged(fact: Fact) -> tuple[float, float]:
    """What the number of a fact may be under its hedge, from end to end."""
    return fact.draw(0.0), fact.draw(1.0)


def _why(name: str, value: float, prior: Uniform) -> str:
    lever = levers()[name]
    ends = f"{prior.lowest:,g} to {prior.highest:,g}{unit_after(lever)}"
    set_to = f"set to {value:,g}"
    if name in STATED:
        fact = facts.load_facts()[STATED[name]]
        return f"{set_to}; our range {ends}, from {fact.hedge!r} {fact.value:g} {fact.unit}"
    return f"{set_to}; our range {ends}: from no effect to twice as far, within the lever's ends"


def _sizes(plan: Plan) -> Iterator[Piece]:
    """Withdrawals of a plain size: it may be what the document on the east leaves open, or half, or half again."""
    for stream, withdrawal in named_withdrawals(plan):
        if withdrawal.hedge == "exact" and withdrawal.factor is None and withdrawal.troops:
            prior = factor_of(withdrawal)
            fact = STATED[WITHDRAWAL.name] if eastern(withdrawal.hosts) else ""
            low, high = (withdrawal.troops * end for end in (prior.lowest, prior.highest))
            hosts = ", ".join(withdrawal.hosts)
            yield Piece(
                name=stream, stream=stream, about=f"How many US soldiers leave {hosts}", prior=prior, kind=DOUBT,
                fact=fact, word=facts.load_facts()[fact].hedge if fact else OURS,
                why=f"set to {withdrawal.troops:,g}; our range {low:,g} to {high:,g} persons",
            )  # fmt: skip


def factor_of(withdrawal: Withdrawal) -> Uniform:
    """The factor on a withdrawal of a plain size that could be settled."""
    if not eastern(withdrawal.hosts):
        return Uniform(HALF, MORE)
    low, high = _hedged(facts.load_facts()[STATED[WITHDRAWAL.name]])
    return Uniform(min(low / withdrawal.troops, 1.0), max(high / withdrawal.troops, 1.0))


def named_withdrawals(plan: Plan) -> list[tuple[str, Withdrawal]]:
    """The withdrawals of a plan with the stream of their size, as `Plan.executed` counts them."""
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for withdrawal in plan.withdrawals:
        seen[withdrawal.hosts] = seen.get(withdrawal.hosts, 0) + 1
        found.append((f"size of withdrawal {seen[withdrawal.hosts]} from {'+'.join(withdrawal.hosts)}", withdrawal))
    return found


def widened(plan: Plan) -> tuple[Withdrawal, ...]:
    """The withdrawals of a plan, those of a plain size with the factor that `pieces` gives them."""
    return tuple(
        replace(w, factor=factor_of(w)) if w.hedge == "exact" and w.factor is None and w.troops else w
        for w in plan.withdrawals
    )


# --- in groups ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Group:
    """What would be settled together: `label` in words, its members, and where a document speaks of it.

    `whole` says that it is all of that document.
    """

    key: str
    label: str
    kind: str
    members: tuple[Piece, ...]
    fact: Fact | None = None
    whole: bool = False

    @property
    def ours(self) -> bool:
        """Whether a range in it is our assumption about a lever."""
        return any(piece.why for piece in self.members)


ASSUMED, PASSAGE, DOCUMENT, HEDGE = "assumption", "passage", "document", "hedge"
GROUPS = {
    ASSUMED: "each assumption by itself",
    PASSAGE: "passages of the documents, and classes of what they do not speak about",
    DOCUMENT: "whole documents, and classes of what they do not speak about",
    HEDGE: "the words that leave a passage open, such as 'up to' or 'considered'",
}
"""What can be settled together, by name."""


def grouped(found: Sequence[Piece], by: str) -> tuple[Group, ...]:
    """Pieces in groups, in the order in which the first of each comes."""
    members: dict[str, list[Piece]] = {}
    for piece in found:
        members.setdefault(_key(piece, by), []).append(piece)
    return tuple(_group(key, tuple(own), by) for key, own in members.items())


def _key(piece: Piece, by: str) -> str:
    if by == ASSUMED or piece.kind == LUCK:
        return piece.name
    if by == HEDGE:
        return piece.word
    if not piece.fact:
        return piece.name if piece.kind != UNCERTAINTY and by == PASSAGE else piece.word
    return piece.fact if by == PASSAGE else facts.load_facts()[piece.fact].document


def _group(key: str, own: tuple[Piece, ...], by: str) -> Group:
    fact = facts.load_facts()[own[0].fact] if own[0].fact and by in (PASSAGE, DOCUMENT) else None
    return Group(
        key=key, label=_label(key, own, by, fact), kind=_kind(own, by), members=own, fact=fact, whole=by == DOCUMENT
    )


def _label(key: str, own: tuple[Piece, ...], by: str, fact: Fact | None) -> str:
    """What a group is, in our words."""
    if by == DOCUMENT and fact:
        return fact.title
    if fact:
        return fact.about
    if by == HEDGE and any(piece.fact for piece in own):
        return f"The word “{key}”" if key != "not quantified" else "What a document names without a number"
    return LABELS.get(key, own[0].about)


def _kind(own: tuple[Piece, ...], by: str) -> str:
    """What stands behind a group: document, published studies, our own assumptions, the spending panel, or luck."""
    if any(piece.fact for piece in own):
        return DOCUMENT
    if own[0].kind == LUCK:
        return LUCK
    return own[0].word
