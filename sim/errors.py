"""What is said when the input cannot be meant."""

from collections.abc import Iterable

MOST_PROBLEMS = 100
"""Problems that are told at once; a file can have thousands."""


class InputError(ValueError):
    """Something a user gave cannot be used. `problems` has one line each: where, what, what would be right."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        told = (problems,) if isinstance(problems, str) else tuple(problems)
        more = len(told) - MOST_PROBLEMS
        self.problems = told if more <= 0 else (*told[:MOST_PROBLEMS], f"And {more:,} more. Mend these first.")
        super().__init__("\n".join(self.problems))


class ScenarioError(InputError):
    """A scenario says something the model cannot mean."""


class RunError(RuntimeError):
    """Something stopped a run that was meant well: one line that says what, and how to go on."""
