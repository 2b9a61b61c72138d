"""What a law is: a number and a sentence of MODEL.md section 8, and a function that every world must pass.

A law takes a plan (or a scenario), a seed, and someone who chooses what the law leaves open, such as where a run is
cut. It raises AssertionError where it fails; `assert` is not used, so that no switch of Python turns a law off.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

Option = TypeVar("Option")


class Choices(Protocol):
    """Whoever chooses. `what` says in a few words what is chosen; a failing example is told in these words."""

    def whole(self, what: str, least: int, most: int) -> int:
        """A whole number between two ends, both included."""

    def number(self, what: str, low: float, high: float) -> float:
        """A number between two ends."""

    def one(self, what: str, options: Sequence[Option]) -> Option:
        """One of some."""

    def some(self, what: str, options: Sequence[Option]) -> list[Option]:
        """At least one of some, none twice."""

    def order(self, what: str, count: int) -> list[int]:
        """The numbers from 0 to count − 1 in any order."""


class Recalled:
    """Choices made before, as (what, value) in their order: an example is repeated."""

    def __init__(self, made: Sequence[Sequence[Any]]) -> None:
        self.left = list(made)

    def _next(self, what: str, *_: Any) -> Any:
        name, value = self.left.pop(0) if self.left else ("nothing", None)
        if name != what:
            raise ValueError(f"the law chooses {what!r}, the example has {name!r}: it belongs to another law or model")
        return value

    def used(self) -> None:
        """Refuse an example with choices that nobody asked for."""
        if self.left:
            raise ValueError(f"the law asks for nothing like {self.left[0][0]!r}: it belongs to another law or model")

    whole = number = one = some = order = _next


@dataclass(frozen=True)
class Law:
    """One law. `reads` says what it is checked on: a plan, or the scenario that a plan is made of."""

    number: int
    sentence: str
    check: Callable[[Any, int, Choices], None]
    reads: str = "plan"

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.check.__name__

    def __call__(self, scenario: Any, seed: int, choose: Choices) -> None:
        """Check the law on a scenario. Raises AssertionError saying what is wrong."""
        self.check(scenario if self.reads == "scenario" else scenario.plan(), seed, choose)


LAWS: dict[str, Law] = {}
"""Every law by name, filled by the modules of this package."""


def law(number: int, sentence: str, reads: str = "plan") -> Callable[[Callable], Callable]:
    """Enter a function as a law, under its number in MODEL.md section 8."""

    def enter(check: Callable[[Any, int, Choices], None]) -> Callable:
        if check.__name__ in LAWS:
            raise ValueError(f"two laws are called {check.__name__}")
        LAWS[check.__name__] = Law(number, sentence, check, reads)
        return check

    return enter


# --- what a law demands -------------------------------------------------------------------------------------


def at_most(found: Any, limit: Any, what: str) -> None:
    """Every entry at or below its limit. NaN is not."""
    _demand(np.less_equal(found, limit), found, limit, what, "is above")


def at_least(found: Any, limit: Any, what: str) -> None:
    """Every entry at or above its limit. NaN is not."""
    _demand(np.greater_equal(found, limit), found, limit, what, "is below")


def equal(found: Any, expected: Any, what: str) -> None:
    """Every entry the same, bit for bit but for the sign of nought."""
    _demand(np.equal(found, expected), found, expected, what, "is not")


def close(found: Any, expected: Any, what: str, rtol: float, atol: float = 0.0) -> None:
    """Every entry the same but for rounding."""
    _demand(np.isclose(found, expected, rtol=rtol, atol=atol), found, expected, what, "is not")


def finite(found: Any, what: str) -> None:
    """Every entry a finite number."""
    _demand(np.isfinite(found), found, 0.0, what, "is not finite, let alone")


def _demand(good: Any, found: Any, expected: Any, what: str, words: str) -> None:
    """Raise AssertionError with the first entry that is not good."""
    if np.all(good):
        return
    place = tuple(map(int, np.argwhere(~np.atleast_1d(good))[0]))
    one, other = (float(np.broadcast_to(value, np.atleast_1d(good).shape)[place]) for value in (found, expected))
    where = "" if np.ndim(good) == 0 else f" at {list(place)}"
    raise AssertionError(f"{what}{where}: {one!r} {words} {other!r}")


def broken(
    law: Law, scenario: Any, seed: int, choose: Choices, passed_on: tuple[type[BaseException], ...] = ()
) -> str | None:
    """What is wrong, or None where the law holds. An error or a numerical warning breaks a law too.

    What a searcher raises for its own ends is `passed_on`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            law(scenario, seed, choose)
    except passed_on:
        raise
    except AssertionError as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None
