"""A certificate: the laws held to examples near one scenario, as a table for people and as data for programs."""

import json
import platform
import shlex
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import saving
from sim.agents import whole
from sim.ensemble import Progress
from sim.errors import InputError
from sim.laws import ELSEWHERE, LAWS, Law, Recalled
from sim.laws.law import broken
from sim.scenario import Scenario, load_scenario
from sim.tables import lines

if TYPE_CHECKING:  # Hypothesis is loaded when a certificate is asked for, and not before
    from sim.laws.search import Example

MOST_EXAMPLES = 100_000
FILES = ("certificate.json", "certificate.md")
HOLDS, FAILS, NOT_LOCAL = "holds", "fails", "not local"


@dataclass(frozen=True)
class Finding:
    """One line of a certificate. `number` is that of MODEL.md section 8."""

    number: int
    name: str
    sentence: str
    examples: int
    result: str
    example: "Example | None" = None


@dataclass(frozen=True)
class Certificate:
    """What was found about each law. `command` gives the same certificate again."""

    scenario: Scenario
    examples: int
    seed: int
    command: str
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether every law held in every example."""
        return not self.failures

    @property
    def failures(self) -> list[Finding]:
        """Laws that fail."""
        return [finding for finding in self.findings if finding.result == FAILS]


def in_order() -> list[Law]:
    """All laws by their number."""
    return sorted(LAWS.values(), key=lambda law: law.number)


def certify(
    name: str, examples: int = 100, seed: int = 0, progress: Progress | None = None, scenario: Scenario | None = None
) -> Certificate:
    """Hold every law to so many examples near a scenario, given by name or path; one at hand goes by that name.

    The same scenario, examples and seed give the same certificate. Raises InputError for what cannot be meant.
    """
    from sim.laws.search import search

    scenario = scenario or load_scenario(name)
    scenario.plan()
    examples, seed = whole("examples", examples, 1, MOST_EXAMPLES), whole("seed", seed, 0)
    findings, laws = [], in_order()
    for place, law in enumerate(laws):
        done = place * examples

        def tried() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, len(laws) * examples)

        found = search(law, scenario, examples, seed, tried)
        result = HOLDS if found.example is None else FAILS
        findings.append(Finding(law.number, law.name, law.sentence, found.tried, result, found.example))
    findings += [Finding(number, "", sentence, 0, NOT_LOCAL) for number, sentence in ELSEWHERE.items()]
    command = shlex.join(["article5", "certificate", name, "--examples", str(examples), "--seed", str(seed)])
    return Certificate(scenario, examples, seed, command, tuple(sorted(findings, key=lambda f: f.number)))


def repeat(law: str, scenario: str | Path | Scenario, seed: int, choices: Sequence[Sequence[Any]]) -> None:
    """Check a law once more on an example of a certificate. Raises AssertionError where it fails.

    Raises InputError for an unknown law.
    """
    if law not in LAWS:
        raise InputError(f"law: unknown {law!r}. Known: {', '.join(LAWS)}.")
    recalled = Recalled(choices)
    wrong = broken(LAWS[law], scenario if isinstance(scenario, Scenario) else load_scenario(scenario), seed, recalled)
    if wrong is not None:
        raise AssertionError(wrong)
    recalled.used()


# --- data -------------------------------------------------------------------------------------------------------


def certificate_data(certificate: Certificate) -> dict[str, Any]:
    """A certificate as plain data: no times in it, so that the same command gives the same bytes."""
    from sim.laws.neighbourhood import WORDS

    plan = certificate.scenario.plan()
    return {
        "article5": version("article5"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "hypothesis": version("hypothesis"),
        "scenario": certificate.scenario.name,
        "plan": plan.fingerprint,
        "data": plan.roster.digest,
        "seed": certificate.seed,
        "examples": certificate.examples,
        "neighbourhood": list(WORDS),
        "command": certificate.command,
        "holds": certificate.holds,
        "laws": [_finding_data(certificate.scenario, finding) for finding in certificate.findings],
    }


def _finding_data(scenario: Scenario, finding: Finding) -> dict[str, Any]:
    """One line; a failing example with everything that `repeat` takes."""
    found: dict[str, Any] = {key: getattr(finding, key) for key in ("number", "name", "sentence", "examples", "result")}
    if finding.example is not None:
        found["example"] = {
            "problem": finding.example.problem,
            "words": _words(scenario, finding.example),
            "scenario": finding.example.scenario.written(),
            "seed": finding.example.seed,
            "choices": [list(choice) for choice in finding.example.choices],
        }
    return found


# --- text -------------------------------------------------------------------------------------------------------


def certificate_text(certificate: Certificate) -> str:
    """A certificate for people, as Markdown that reads well as it is."""
    found = certificate_data(certificate)
    local = [finding for finding in certificate.findings if finding.result != NOT_LOCAL]
    rows = [
        [str(f.number), f.sentence, f"{f.examples:,}" if f.examples else "–", f.result] for f in certificate.findings
    ]
    verdict = (
        f"All {len(local)} laws hold."
        if certificate.holds
        else f"{len(certificate.failures)} of {len(local)} laws fail; each with an example below."
    )
    parts = [
        f"# Certificate: {certificate.scenario.name}",
        _prose(
            f"{verdict} Each was held to {certificate.examples:,} examples near the scenario, itself the first of "
            "them, or to fewer where one failed. An example that breaks a law refutes it; examples that do not are "
            "no proof."
        ),
        _prose("Near the scenario: " + "; ".join(found["neighbourhood"]) + "; any seed."),
        _block(lines(["law", "of MODEL.md section 8", "examples", "result"], rows)),
        _prose(
            f"Not local: laws of many worlds or of the whole model ({', '.join(map(str, ELSEWHERE))}) are held by the "
            "test suite and were not checked here."
        ),
        *(_failure(certificate.scenario, f, f.example) for f in certificate.findings if f.example is not None),
        _prose(
            f"article5 {found['article5']}, plan {found['plan']}, data {found['data']}, seed {certificate.seed}; "
            f"Python {found['python']}, NumPy {found['numpy']}, Hypothesis {found['hypothesis']}."
        ),
        "The same again:",
        _block(certificate.command),
    ]
    return "\n\n".join(parts)


def _failure(scenario: Scenario, finding: Finding, example: "Example") -> str:
    """A failing law with its example, in words and as a scenario file."""
    choices = [list(choice) for choice in example.choices]
    return "\n\n".join([
        f"## Law {finding.number} fails: {finding.sentence}",
        example.problem,
        _prose(f"Where: {_words(scenario, example)}."),
        "Saved as example.yaml,",
        _block(example.scenario.to_yaml().rstrip(), "yaml"),
        "it can be repeated in Python:",
        _block(
            "from sim.laws.certificate import repeat\n"
            f"repeat({finding.name!r}, 'example.yaml', {example.seed}, {choices!r})", "python"
        ),
    ])  # fmt: skip


def _words(scenario: Scenario, example: "Example") -> str:
    """An example in one sentence: what differs from the scenario, the seed, the choices."""
    from sim.laws.neighbourhood import differences

    changed = differences(scenario, example.scenario) or ["the scenario itself"]
    return "; ".join([*changed, f"seed {example.seed}", *(f"{what}: {value}" for what, value in example.choices)])


def _prose(text: str) -> str:
    return textwrap.fill(text, 110, break_long_words=False, break_on_hyphens=False)


def _block(text: str, kind: str = "") -> str:
    return f"```{kind}\n{text}\n```"


# --- files ------------------------------------------------------------------------------------------------------


def check_writable(out: Path) -> None:
    """Refuse a directory that is not empty or cannot be made, before anything is computed. Raises InputError."""
    saving.check_new_directory(out)


def save(certificate: Certificate, out: Path) -> Path:
    """Write a certificate to a new directory, wholly or not at all.

    Raises InputError when the directory cannot be made or is not empty.
    """
    data = json.dumps(certificate_data(certificate), indent=2, ensure_ascii=False)
    with saving.new_directory(out) as beside:
        for name, text in zip(FILES, (data, certificate_text(certificate)), strict=True):
            (beside / name).write_text(text + "\n", encoding="utf-8")
    return out
