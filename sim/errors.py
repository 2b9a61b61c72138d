"""What is said when the input cannot be meant."""

from collections.abc import Iterable


class InputError(ValueError):
    """Something a user gave cannot be used. `problems` has one line each: where, what, what would be right."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class ScenarioError(InputError):
    """A scenario says something the model cannot mean."""


class RunError(RuntimeError):
    """Something stopped a run that was meant well: one line that says what, and how to go on."""
