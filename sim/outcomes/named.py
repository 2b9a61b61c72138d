"""How outcomes are named: every place that asks for one takes every spelling, and means the same by it."""

from dataclasses import dataclass

from sim.errors import InputError
from sim.outcomes.declare import FRONTS, OUTCOMES
from sim.reading import hint
from sim.reference import ALLIES

LABELS = {"front": FRONTS, "host": (*ALLIES, "OTHER")}
"""What stands along the further dimension of an outcome."""

RELATIVE = "relative_"
"""What stands before a risk's name where it is a multiple of a baseline's."""


COSTS = ("us_cost_abroad", "us_cost_structure", "us_cost_moving")
"""Rival definitions of what US troops cost (12a to 12c): shown together or not at all."""

ONLY_TOGETHER = "What US troops cost has three definitions, which are only shown together: see the page Posture."


@dataclass(frozen=True)
class Named:
    """What a name means: an outcome, at a front or host or at none, and whether it is said to be a ratio."""

    outcome: str
    label: str = ""
    relative: bool = False

    @property
    def column(self) -> str:
        """The one name of it in tables: `risk_by_front_black_sea`."""
        return column(self.outcome, self.label)

    @property
    def parts(self) -> tuple[str, ...]:
        """The fronts or hosts that the outcome has a number for."""
        return LABELS.get(OUTCOMES[self.outcome].by, ())

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of these."""
        return tuple(column(self.outcome, part) for part in self.parts)


def column(outcome: str, label: str = "") -> str:
    """An outcome and its front or host as one name."""
    return f"{outcome}_{label}".replace(" ", "_") if label else outcome


def split(name: str) -> Named | None:
    """What a name means, with or without `relative_` and a front or host, blanks or underscores; None if nothing."""
    plain = name.removeprefix(RELATIVE)
    for outcome, declared in OUTCOMES.items():
        for label in ("", *LABELS.get(declared.by, ())):
            if plain.replace(" ", "_") == column(outcome, label):
                return Named(outcome, label, plain != name)
    return None


def named(name: str, of: str | None = None) -> Named:
    """What a name means, with its front or host given by `of` or within the name.

    Raises InputError for a name that means nothing, a ratio of what is no risk, and a front or host that there is not,
    is missing, or is given twice.
    """
    found = split(name)
    if found is None:
        raise InputError(f"outcome: unknown name {name!r}. {hint(name, [*OUTCOMES, *single()], most=60)}")
    if found.relative and not is_risk(found.outcome):
        raise InputError(f"outcome: {name}: only risks are ratios to a baseline. Write {found.column}.")
    if not of:
        if found.parts and not found.label:
            by = OUTCOMES[found.outcome].by
            raise InputError(f"of: {name} is a number for each {by}. Say which: {', '.join(found.parts)}.")
        return found
    if not found.parts:
        raise InputError(f"of: {found.outcome} has no parts, got {of!r}. Leave it out.")
    label = next((part for part in found.parts if part.replace(" ", "_") == of.replace(" ", "_")), "")
    if not label:
        raise InputError(
            f"of: {found.outcome} has no {OUTCOMES[found.outcome].by} {of!r}. {hint(of, found.parts, most=40)}"
        )
    if found.label not in ("", label):
        raise InputError(f"of: {of!r}, but {name} names {found.label} itself. Leave one out.")
    return Named(found.outcome, label, found.relative)


def single() -> list[str]:
    """Names that ask for one number a world: outcomes, and those by front with each front."""
    fronts = [column for name in OUTCOMES if OUTCOMES[name].by == "front" for column in Named(name).columns]
    return [*(name for name, declared in OUTCOMES.items() if not declared.by), *fronts]


def is_risk(name: str) -> bool:
    """Whether an outcome, however it is spelled, is a probability of an attack."""
    found = split(name)
    return found is not None and found.outcome.split("_by_")[0] == "risk"
