"""The command that tells one world."""

import json
import shlex
from dataclasses import asdict
from typing import Any

import click

from sim import chronicle
from sim.chronicle import log, worlds
from sim.cli.base import changed, main, named, progress


@main.command()
@click.argument("scenario")
@click.option("--world", type=int, default=0, show_default=True, help="Which of the worlds, counted from 0.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds.")
@click.option("--until", metavar="QUARTER", help="Tell no more than this quarter, such as 2027Q4.")
@click.option("--who", multiple=True, metavar="AGENT", help="Only Poland, Russia, 'United States'…; may be repeated.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only budget, posture, war…; may be repeated.")
@click.option("--set", "settings", multiple=True, metavar="LEVER=VALUE", help="Set a lever; may be repeated.")
@click.option("--typical", metavar="OUTCOME", help="Print typical and unusual worlds of an outcome or ally instead.")
@click.option("--worlds", "count", type=int, default=1000, show_default=True, help="Worlds to look for these in.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def world(scenario, world, seed, until, who, kinds, settings, typical, count, as_json):
    """Tell one world of a SCENARIO quarter by quarter: what is set, decided, believed, moved, and what happens.

    What is told ally by ally is left out unless --who or --kind asks for it.

    \b
    Example: article5 world conditional-article5 --world 7 --until 2026Q4
    """
    chosen = changed(named(scenario), settings, None, None)
    if typical is not None:
        found = _notable(chosen, typical, seed, count)
        click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else _notable_text(found, scenario, seed))
        return
    told = chronicle.tell(chosen, seed=seed, world=world)
    lines = told.log(until, who, kinds)
    click.echo(json.dumps(_data(told, lines), indent=2, ensure_ascii=False) if as_json else _text(told, lines))


def _text(told: chronicle.Chronicle, lines: Any) -> str:
    """The log for people."""
    return "\n".join([
        f"{told.name}: world {told.world} of seed {told.seed}, {told.quarters[0]} to {told.quarters[-1]}, school "
        f"{told.school}\n",
        log.text(lines) or "Nothing of this is told.",
        f"\nPlan {told.plan}, baseline {told.baseline}. One simulated world of stated assumptions, not a forecast.",
    ])  # fmt: skip


def _data(told: chronicle.Chronicle, lines: Any) -> dict[str, Any]:
    """The log as plain data, with the outcomes of this world at the end of each year."""
    keys = ("name", "plan", "baseline", "seed", "world", "school", "start")
    return {
        **{key: getattr(told, key) for key in keys},
        "drawn": dict(told.drawn),
        "events": lines.astype(str).to_dict("records"),
        "outcomes": told.results.astype({"outcome": str, "label": str, "unit": str}).to_dict("records"),
    }


def _notable(scenario: Any, key: str, seed: int, count: int) -> dict[str, Any]:
    """Typical and unusual worlds of an outcome, or of an ally's spending."""
    of = worlds.subject(key)
    with progress(scenario.name):
        values = worlds.yearly(scenario.plan(), count, seed, of)
    return {
        "of": asdict(of), "plan": scenario.plan().fingerprint, "seed": seed, "worlds": count,
        "year": int(values.year.values[-1]), "notable": worlds.notable(values).to_dict("records"),
    }  # fmt: skip


def _notable_text(found: dict[str, Any], scenario: str, seed: int) -> str:
    rows = [f"  world {row['world']:<6} {row['value']:.2f}  {row['words']}" for row in found["notable"]]
    first = next(row["world"] for row in found["notable"] if row["words"].startswith("typical"))
    return "\n".join([
        f"{found['of']['label']}, {found['of']['unit']}, end of {found['year']}, {found['worlds']:,} worlds:",
        *rows, f"Open one: article5 world {shlex.quote(scenario)} --world {first} --seed {seed}",
    ])  # fmt: skip
