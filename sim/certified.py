"""A certificate for the question that the levers pose: the laws of the model near it, as a table."""

from dataclasses import dataclass

import pandas as pd

from sim import question, sharing
from sim.ensemble import Progress
from sim.laws import certificate
from sim.question import Question


@dataclass(frozen=True)
class Certified:
    """What was found. `laws`: law, of MODEL.md section 8, examples, result; `failures` tell each in words."""

    verdict: str
    laws: pd.DataFrame
    failures: tuple[str, ...]
    text: str
    command: str
    plan: str
    start: str


def certified(asked: Question, examples: int, progress: Progress | None = None) -> Certified:
    """Hold the laws to so many examples near the question's scenario. Raises InputError."""
    scenario = question.named(asked)
    found = certificate.certify(sharing.name(asked), examples, asked.seed, progress, scenario)
    rows = [
        {"law": f.number, "of MODEL.md section 8": f.sentence, "examples": f.examples or "–", "result": f.result}
        for f in found.findings
    ]
    local = [f for f in found.findings if f.result != certificate.NOT_LOCAL]
    failures = tuple(f"Law {f.number} fails: {f.sentence}. The certificate holds the example." for f in found.failures)
    verdict = (
        f"All {len(local)} laws hold, in {examples} examples each"
        if found.holds
        else f"{len(failures)} of {len(local)} laws fail"
    )
    return Certified(
        verdict, pd.DataFrame(rows).astype(str), failures, certificate.certificate_text(found), found.command,
        scenario.plan().fingerprint, scenario.start,
    )  # fmt: skip
