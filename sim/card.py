"""The model card: purpose, data, parameters, scores, failed checks and limits, as plain data and as Markdown."""

import csv
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import sim
from sim import evidence, facts
from sim.analysis.calibration import ESTIMATED
from sim.controls import EVIDENCE
from sim.evidence import AGGREGATE, ALLIES, LOST, SAVED, Scores
from sim.laws import ELSEWHERE, LAWS
from sim.outcomes import OUTCOMES
from sim.outcomes.declare import TESTED
from sim.params import declarations, levers, uncertainties
from sim.reference import data_dir, roster
from sim.scenario import load_scenario
from sim.variables import VARIABLES

PURPOSE = (
    "Shows what follows for allied defence spending, US posture in Europe, credibility and the relative risk of a "
    "limited attack if the commitment of the United States to NATO becomes conditional, if troops move, or both. "
    "It shows what follows from stated assumptions, next to a baseline under the same luck."
)
USERS = (
    "Analysts and students of alliance policy who want to see which assumption decides a result",
    "Teachers and workshops that play a policy and its rivals side by side",
    "Researchers who want to change a rule, a prior or a table and run everything again",
)
NOT_FOR = (
    "Forecasts of decisions, of crises or of war: no output is the probability of a war",
    "The effect of a policy as if it had been measured: no effect was ever scored",
    "Ranking allies by worth, or the risk of a single ally",
    "Choosing between schools of deterrence: they stand side by side and are never weighed",
    "Operations: it holds no operational detail",
)
NOT_MODELLED = (
    "Growth under tariffs", "Ukraine's own forces", "units of one kind told apart",
    "a second kind of troops that rotates", "an order that is taken back", "a deadline of a pledge",
    "growth that moves shares",
)  # fmt: skip
"""What MODEL.md section 5 names as not in yet."""

LIMITS = (
    "Scores are of one vintage of one panel, 30 allies and 2014 to 2024, with overlapping years: few independent "
    "cases, and few for any single ally",
    "The form of the equations was chosen with these years in view, so even forecasts from past origins flatter it",
    "Scored are 1 to 5 years ahead; the default run goes eleven years ahead",
    "US costs and equipment are compared in the prices of their sources: those of different years are not converted",
    "Beliefs, cohesion, readiness and hedging are indices that nobody measures",
    "The level of all risks is an anchor that is assumed; only ratios by front and school are shown",
)

KEPT: Mapping[str, int] = {"commitment": 42, "mixed": 45, "denial": 41, "spiral": 40}
"""Worlds in 100 that history matching keeps: `article5 match --worlds 4000 --seed 0` (docs/matching.md)."""


def deterrence_words() -> str:
    """What can be said of deterrence, which has no scores."""
    kept = ", ".join(f"{part}% under {school}" for school, part in KEPT.items())
    return (
        f"Not scored: there is no series of limited attacks to hold a forecast to. {evidence.DETERRENCE} History "
        "matching rules out worlds that contradict base rates and windows on record, weighs none of the rest and ranks "
        f"no school: it keeps {kept} (article5 match --worlds 4000 --seed 0; docs/matching.md)."
    )


EPISODES: Mapping[str, float] = {"2012": 0.11, "2020": -0.85, "2022": -5.7}
"""Skill of the replayed posture against persistence: `article5 posture-hindcast` (docs/posture-hindcast.md)."""


def posture_words() -> str:
    """How the rules for US troops did when past changes were played through them."""
    better = [year for year, skill in EPISODES.items() if skill > 0.0]
    worse = [year for year, skill in EPISODES.items() if skill <= 0.0]
    return (
        "Three past changes of US posture were played through the same rules, each given its total or cut. Against "
        f"hosts where nothing moves, that is better in {' and '.join(better)} and worse in {' and '.join(worse)}: "
        "a plan that was never executed, and a surge that came in rotation, which the counts lack. Where troops go and "
        "how fast is judgement (article5 posture-hindcast; docs/posture-hindcast.md)."
    )


# --- as data --------------------------------------------------------------------------------------------------------


def data() -> dict[str, Any]:
    """The whole card as plain data. Raises InputError where stored scores cannot be read."""
    found, about = evidence.scores(), evidence.manifest()
    return {
        "name": "article5",
        "version": sim.__version__,
        "plan": load_scenario("baseline").plan().fingerprint,
        "roster": roster().digest,
        "purpose": PURPOSE,
        "users": list(USERS),
        "not_for": list(NOT_FOR),
        "data": tables(),
        "parameters": parameters(about),
        "badges": badges(),
        "scores": score_data(found),
        "failed": failed(found),
        "posture": {"words": posture_words(), "skill": dict(EPISODES), "command": "article5 posture-hindcast"},
        "deterrence": {"words": deterrence_words(), "kept_percent": dict(KEPT), "command": "article5 match"},
        "limits": list(LIMITS),
    }


def tables(folder: Path | None = None) -> list[dict[str, Any]]:
    """Every reference table: rows, years, digest of the file, and the sources with the vintage they are cited in."""
    found = []
    for path in sorted((folder or data_dir()).glob("*.csv")):
        content = path.read_bytes()
        rows = list(csv.DictReader(content.decode("utf-8").splitlines()))
        column = next((c for c in ("year", "quarter", "date", "until", "from") if rows and c in rows[0]), None)
        years = sorted({row[column][:4] for row in rows if row[column]}) if column else []
        found.append({
            "table": path.stem, "rows": len(rows), "years": _ends(years),
            "digest": sha256(content).hexdigest()[:16], "vintage": _vintages(rows),
        })  # fmt: skip
    return found


def _ends(years: Sequence[str]) -> str:
    return "" if not years else years[0] if years[0] == years[-1] else f"{years[0]} to {years[-1]}"


def _vintages(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The sources of a table, cited once each, with a vintage that only its rows name."""
    vintages: dict[str, set[str]] = {}
    for row in rows:
        for part in filter(None, (part.strip() for part in (row.get("source") or "").split(";"))):
            key, _, detail = part.partition(":")
            vintages.setdefault(key.strip(), set()).update(re.findall(r"\((\d{4} vintage)\)", detail))
    return list(dict.fromkeys(_cited(key, sorted(said)) for key, said in vintages.items()))


def _cited(key: str, vintages: Sequence[str]) -> str:
    """A source in a few words; what was written from memory says so."""
    if key.startswith("recalled"):
        return "recalled, unverified"
    found = facts.source(key)
    if isinstance(found, facts.Assumption):
        return "assumption"
    if isinstance(found, facts.Fact):
        return f"document {found.document}, {found.place} ({found.date})"
    return ", ".join([found.cite, *vintages])


def parameters(about: Mapping[str, Any]) -> dict[str, Any]:
    """Levers and uncertainties by evidence class, and what the data say about those that they were asked about."""
    classes = {
        letter: {
            "meaning": meaning,
            "levers": [n for n, lever in levers().items() if lever.evidence == letter],
            "uncertainties": [n for n, u in uncertainties().items() if u.evidence == letter],
        }
        for letter, meaning in EVIDENCE.items()
    }
    assumed = [declared.name for declared in declarations() if "assumption" in declared.source]
    asked = {row["name"]: row for row in about.get("identified", [])}
    return {
        "classes": classes,
        "rest_on_an_assumption": assumed,
        "estimable": [_estimable(name, asked.get(name)) for name in dict.fromkeys([*classes["E"]["uncertainties"],
                                                                                  *asked])],
        "fit": evidence.fit_words(about),
        "command": about.get("command"),
    }  # fmt: skip


def _estimable(name: str, row: Mapping[str, Any] | None) -> dict[str, Any]:
    """One uncertainty that data could tell about: prior and posterior as 5%, median, 95%."""
    prior = uncertainties()[name].prior
    return {
        "name": name,
        "unit": uncertainties()[name].unit,
        "fitted_to_the_panel": name in ESTIMATED,
        "prior": row["prior"] if row else [float(prior.quantile(0.05)), prior.median, float(prior.quantile(0.95))],
        "posterior": row["posterior"] if row else None,
        "verdict": row["verdict"] if row else None,
    }


def badges() -> dict[str, Any]:
    """How many outcomes carry each badge, and all that is tested."""
    return {
        "meaning": dict(evidence.BADGES),
        "outcomes": {badge: sum(o.badge == badge for o in OUTCOMES.values()) for badge in evidence.BADGES},
        "tested": [o.name for o in OUTCOMES.values() if o.badge == TESTED],
        "tested_by_ally": [v.name for v in VARIABLES.values() if v.badge == TESTED],
    }


def score_data(found: Scores | None) -> dict[str, Any]:
    """What was scored, in three lines and in a table; only words where nothing is stored."""
    if found is None:
        return {"words": [f"Nothing is scored here: {evidence.NO_SCORES}."], "rows": [], "crps": {}, "aims": []}
    return {
        "words": score_words(found),
        "worlds": found.worlds,
        "seed": found.seed,
        "made_with": evidence.made_with(),
        "rows": [vars(row) for series in (ALLIES, AGGREGATE) for row in found.of(series)],
        "crps": {name: dict(by) for name, by in found.crps.items()},
        "aims": [{"aim": words, "reached": reached} for words, reached in found.aims],
    }


def score_words(found: Scores) -> list[str]:
    """Three lines: each ally, all together, and where it is no use."""
    return [
        f"Each ally's spending, without a new policy: {evidence.series_words(ALLIES, found)}.",
        f"Europe and Canada together: {evidence.series_words(AGGREGATE, found)}.",
        behind_words(found),
    ]


def behind_words(found: Scores) -> str:
    """In how many cells of ally and horizon a rival was not beaten."""
    cells = [row for code in found.allies for row in found.of(code)]
    still = sum(not row.skill_persistence > SAVED for row in cells)
    worse = sum(row.skill <= -LOST for row in cells)
    return (
        f"Of {len(cells)} cells of ally and years ahead, {still} are no better than persistence, and {worse} are worse "
        "than the simple rule that is best over all allies at that horizon."
    )


def failed(found: Scores | None) -> dict[str, Any]:
    """Checks that failed or cannot be made: aims missed, laws that no certificate holds, what is not modelled."""
    lost = [code for code in (found.allies if found else []) if _no_use(found, code)]
    return {
        "aims_missed": found.missed if found else [],
        "no_better_than_persistence_somewhere": lost,
        "laws": len({law.number for law in LAWS.values()} | set(ELSEWHERE)),
        "laws_not_local": {str(number): sentence for number, sentence in ELSEWHERE.items()},
        "not_modelled": list(NOT_MODELLED),
    }


def _no_use(found: Scores | None, code: str) -> bool:
    """Whether an ally's forecast is at some horizon no better than persistence."""
    return found is not None and any(not row.skill_persistence > SAVED for row in found.of(code))


# --- as Markdown ----------------------------------------------------------------------------------------------------


def text() -> str:
    """The card as Markdown. Raises InputError where stored scores cannot be read."""
    card = data()
    parts = [
        f"# Model card: article5 {card['version']}",
        f"Baseline plan {card['plan']}, roster {card['roster']}. Numbers of ours are called *assumption*.",
        "## Purpose and users", card["purpose"], _listed(card["users"]),
        "## What it must not be used for", _listed(card["not_for"]),
        "## Data", _data_list(card["data"]),
        "## Parameters by evidence class", *_parameter_text(card["parameters"]),
        "## Scores", evidence.NOTHING_ELSE, _listed(card["scores"]["words"]), *_score_text(card["scores"]),
        "## Failed checks", _listed(_failed_text(card["failed"])),
        "## Posture", card["posture"]["words"],
        "## Deterrence", card["deterrence"]["words"],
        "## Limits", _listed(card["limits"]),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _listed(items: Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


def _data_list(rows: Sequence[Mapping[str, Any]]) -> str:
    """The tables as a list: their sources are too long for columns."""
    told = []
    for row in rows:
        size = [f"{row['rows']:,} {'row' if row['rows'] == 1 else 'rows'}", row["years"], f"digest {row['digest']}"]
        told.append(f"**{row['table']}**: {', '.join(filter(None, size))}. From {'; '.join(row['vintage'])}")
    return _listed(told)


def _parameter_text(found: Mapping[str, Any]) -> list[str]:
    named = [
        f"**{letter}** ({group['meaning']}): {_counted(group['levers'], 'lever')}; "
        f"{_counted(group['uncertainties'], 'uncertainty')}"
        for letter, group in found["classes"].items()
    ]
    estimable = [
        f"**{row['name']}** ({row['unit']}): {_verdict(row)}; prior {_three(row['prior'])}, "
        f"posterior {_three(row['posterior'])}"
        for row in found["estimable"]
    ]
    assumed = f"{len(found['rest_on_an_assumption'])} of them rest on an assumption of ours, at least in part."
    return [
        _listed(named), assumed, "What data could tell about, at 5 / 50 / 95%:", _listed(estimable), found["fit"],
    ]  # fmt: skip


def _counted(names: Sequence[str], what: str) -> str:
    """How many there are, and their names."""
    several = what.replace("uncertainty", "uncertaintie") + "s"
    return f"no {what}" if not names else f"{len(names)} {what if len(names) == 1 else several}: {', '.join(names)}"


def _verdict(row: Mapping[str, Any]) -> str:
    return row["verdict"] or ("no fit stored" if row["fitted_to_the_panel"] else "not fitted: keeps its prior")


def _three(numbers: Sequence[float] | None) -> str:
    return "–" if numbers is None else " / ".join(f"{n:.3g}" for n in numbers)


def _score_text(found: Mapping[str, Any]) -> list[str]:
    if not found["rows"]:
        return []
    head = ["series", "years ahead", "cases", "CRPS", "persistence", "best rule", "its CRPS", "median off by",
            "50% held", "90% held"]  # fmt: skip
    rows = [
        [
            r["series"], str(r["horizon"]), str(r["cases"]), f"{r['crps']:.3f}", f"{r['crps_persistence']:.3f}",
            r["best"], f"{r['crps_best']:.3f}", f"{r['mae']:.3f}", f"{r['coverage50']:.0%}", f"{r['coverage90']:.0%}",
        ]
        for r in found["rows"]
    ]  # fmt: skip
    aims = [f"{'reached' if aim['reached'] else 'MISSED'}: {aim['aim']}" for aim in found["aims"]]
    how = (
        f"CRPS in points of GDP, smaller is better; {found['worlds']:,} worlds from each origin, seed {found['seed']}."
    )
    return [how, found["made_with"], _grid(head, rows), "Aimed at beforehand (docs/hindcast-plan.md):", _listed(aims)]


def _failed_text(found: Mapping[str, Any]) -> list[str]:
    missed, lost = found["aims_missed"], found["no_better_than_persistence_somewhere"]
    return [
        *(f"Aim missed: {words}" for words in missed),
        *([f"No better than persistence at some horizon: {', '.join(lost)}"] if lost else []),
        *(f"Law {n} is held by the test suite and by no certificate: {said}"
          for n, said in found["laws_not_local"].items()),
        f"Not modelled: {', '.join(found['not_modelled'])}",
    ]  # fmt: skip
