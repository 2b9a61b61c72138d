"""Looking for an example that breaks a law, near a scenario."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, configuration, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, HypothesisException

from sim.laws.law import Law, broken
from sim.laws.neighbourhood import Drawn, neighbours, seeds
from sim.scenario import Scenario

SIMPLER = 200
"""How often a failing example is tried in simpler form: a number and no time, so that the same comes out each time."""


@dataclass(frozen=True)
class Example:
    """Where a law fails: scenario, seed, choices as (what, value), and what is wrong."""

    scenario: Scenario
    seed: int
    choices: tuple[tuple[str, Any], ...]
    problem: str


class Broken(AssertionError):
    """A law fails; the only error that Hypothesis gets to see, so that it keeps to one failure."""


class Search:
    """Attempts at one law: how many were made, and the last one that failed."""

    def __init__(self, law: Law, tried: Callable[[], None]) -> None:
        self.law, self.report = law, tried
        self.tried, self.simpler = 0, 0
        self.example: Example | None = None
        self.last: tuple[Scenario, int, list[tuple[str, Any]]]
        self.known: set[tuple[str, int]] = set()

    def attempt(self, scenario: Scenario, seed: int, data: Any) -> None:
        """Check the law once. Raises Broken where it fails."""
        address = (scenario.plan().fingerprint, seed)
        if self.example is not None:
            self.simpler += 1
            if self.simpler > SIMPLER and address not in self.known:
                return  # what was checked before is checked again, so that Hypothesis sees the same each time
        self.known.add(address)
        choose = Drawn(data)
        self.last = (scenario, seed, choose.made)
        problem = broken(self.law, scenario, seed, choose, (HypothesisException,))
        if self.example is None:
            self.tried += 1
            self.report()
        if problem is not None:
            self.example = Example(scenario, seed, tuple(choose.made), problem)
            raise Broken(problem)

    def unsteady(self) -> None:
        """The same example came out in two ways: that breaks a law too."""
        scenario, seed, made = self.last
        self.example = self.example or Example(scenario, seed, tuple(made), "it holds")
        words = f"The same example does not give the same each time. Once: {self.example.problem}"
        self.example = replace(self.example, problem=words)


def search(law: Law, scenario: Scenario, examples: int, seed: int, tried: Callable[[], None]) -> Search:
    """Check a law on so many examples near a scenario, fewer when one fails. The same arguments try the same."""
    found = Search(law, tried)
    own = int.from_bytes(blake2b(f"{seed} {law.name}".encode(), digest_size=8).digest(), "big")

    @hypothesis.seed(own)
    @settings(
        max_examples=examples, database=None, deadline=None, derandomize=False, print_blob=False,
        report_multiple_bugs=False, phases=(Phase.generate, Phase.shrink), verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(neighbours(scenario), seeds(), st.data())
    def attempt(near: Scenario, run_seed: int, data: Any) -> None:
        found.attempt(near, run_seed, data)

    with nothing_stored():
        try:
            attempt()
        except Broken:
            pass
        except Flaky:
            found.unsteady()
    return found


@contextmanager
def nothing_stored() -> Iterator[None]:
    """Keep Hypothesis from leaving a folder where the command was typed."""
    with TemporaryDirectory() as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(None)
