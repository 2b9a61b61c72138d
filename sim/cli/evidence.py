"""Commands about evidence: fits, hindcasts, matching, the ledger, the model card: one function a command."""

import json
from pathlib import Path

import click

from sim import card, posterior, saving
from sim import ledger as ledgers
from sim.analysis import calibration, matching
from sim.analysis import hindcast as hindcasts
from sim.analysis import posture_hindcast as posture_hindcasts
from sim.cli.base import main, named, progress
from sim.errors import InputError


@main.command()
@click.argument("scenario", default=matching.BASELINE)
@click.option("--worlds", type=int, default=4000, show_default=True, help="How many worlds to hold to the record.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds.")
@click.option("--constraints", "table", metavar="FILE.csv", help="Another table than sim/data/constraints.csv.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def match(scenario, worlds, seed, table, as_json):
    """Rule out worlds that contradict base rates and windows on record, by school, and say what is left.

    Worlds are held to the record under the baseline's policy, in the world that SCENARIO assumes. Its own risks are
    then compared with the baseline's in all worlds and in those kept. No world is weighed, no school is ranked.

    \b
    Example: article5 match conditional-article5 --worlds 1000
    """
    chosen = named(scenario)
    with progress(f"matching {chosen.name}") as report:
        found = matching.matched(chosen, worlds, seed, table, report)
    against = None
    if chosen.plan().fingerprint != found.plan:
        with progress(chosen.name) as report:
            against = matching.contrast(chosen, found, report)
    if as_json:
        told = found.data() | {"contrast": against and against.data()}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join([found.text(), *([against.text()] if against else [])]))


@main.command()
@click.option(
    "--data",
    "table",
    type=click.Path(path_type=Path),
    metavar="TABLE.csv",
    help="Figures to put over the panel, such as later years: iso3, year, share_of_gdp_pct[, gdp_usd2021_bn].",
)
@click.option(
    "--worlds",
    type=click.IntRange(20),
    default=hindcasts.WORLDS,
    show_default=True,
    help="How many worlds from each origin.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds.")
@click.option(
    "--refit",
    is_flag=True,
    help="Fit the panel anew at every origin: some minutes. Without it, the draws that come with the project are used.",
)
@click.option("--given-war", is_flag=True, help="Also forecasts that are told when the war begins; they are labelled.")
@click.option("--out", type=click.Path(path_type=Path), help="Write all scores to a new file, as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def hindcast(table, worlds, seed, refit, given_war, out, as_json):
    """Score the spending forecasts against what came, at every origin since 2017, beside seven simple rules.

    \b
    Example: article5 hindcast --worlds 500
    """
    if out is not None:
        saving.check_new_file(out)
    fits = posterior.fits()
    if refit:
        kept = Path("calibration")
        click.echo(f"Draws go to {kept}/; a run that was stopped goes on there.", err=True)
        with progress("fits", " steps") as report:
            fits = calibration.calibrated(calibration.YEARS, kept, seed=seed, table=table, progress=report)
    with progress("origins", " origins") as report:
        found = hindcasts.hindcast(
            hindcasts.from_fits(fits), table, worlds, seed, conditional=given_war, progress=report
        )
    told = json.dumps(hindcasts.data(found), indent=1, ensure_ascii=False)
    if out is not None:
        saving.new_file(out, told + "\n")
        click.echo(f"Written to {out}", err=True)
    click.echo(told if as_json else hindcasts.text(hindcasts.data(found)))


@main.command()
@click.option(
    "--until",
    "years",
    multiple=True,
    type=click.IntRange(2016, calibration.YEARS[-1]),
    metavar="YEAR",
    help="Last year that is known; may be repeated. Without it, every origin of the hindcast.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("calibration"),
    show_default=True,
    help="Folder for the draws and how they were made; what is done already is kept.",
)
@click.option("--draws", type=click.IntRange(10), default=calibration.DRAWS, show_default=True, help="Draws of each.")
@click.option(
    "--steps", type=click.IntRange(30), default=calibration.STEPS, show_default=True, help="Steps of the sampler."
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same draws.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def calibrate(years, out, draws, steps, seed, as_json):
    """Fit the budget rule to the panel, and say what the panel does not identify.

    \b
    Example: article5 calibrate --until 2024 --steps 100 --out mine
    """
    until = tuple(years) or calibration.YEARS
    with progress("fits", " steps") as report:
        calibration.calibrated(until, out, draws=draws, steps=steps, seed=seed, progress=report)
    about = json.loads((out / posterior.MANIFEST).read_text(encoding="utf-8"))
    click.echo(f"Written to {out}", err=True)
    click.echo(json.dumps(about, indent=1) if as_json else calibration.identification_text(about["identified"]))


@main.command()
@click.option("--worlds", type=int, default=500, show_default=True, help="How many worlds to simulate.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def posture_hindcast(worlds, seed, as_json):
    """Play the troop totals of 2012, 2020 and 2022 through the rules, and hold them against the counts that came.

    \b
    Example: article5 posture-hindcast --worlds 200
    """
    found = posture_hindcasts.data(worlds, seed)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else posture_hindcasts.text(found))


@main.group()
def ledger():
    """Keep forecasts that are dated and sealed, and score them when the figures are out.

    An entry is a file that holds the whole forecast and a hash over all of it; an entry that was changed is refused.

    \b
    Example: article5 ledger list
    """


_ledger_folder = click.option(
    "--ledger", "where", type=click.Path(path_type=Path), metavar="DIR", help="Another ledger than the project's."
)


@ledger.command(name="add")
@click.argument("scenario")
@click.option("--years", default="2025:2027", show_default=True, metavar="FIRST:LAST", help="The years to forecast.")
@click.option("--worlds", type=int, default=ledgers.DEFAULT_WORLDS, show_default=True, help="How many worlds.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds.")
@click.option("--date", metavar="YYYY-MM-DD", help="The day on which it is made; today without it.")
@click.option("--note", default="", metavar="TEXT", help="A line to keep with it.")
@_ledger_folder
def ledger_add(scenario, years, worlds, seed, date, note, where):
    """Forecast the spending of a SCENARIO and seal it as a new entry. Nothing is ever overwritten.

    \b
    Example: article5 ledger add baseline --years 2025:2027 --date 2026-11-21
    """
    chosen, wanted = named(scenario), _span("--years", years)
    ledgers.check_free(chosen, date, where)
    with progress(chosen.name) as report:
        made = ledgers.forecast(chosen, worlds, seed, wanted, date, note, report)
    path = ledgers.add(made, where)
    click.echo(f"Written to {path}", err=True)
    click.echo(ledgers.list_text([made]))
    click.echo(f"sha256 {made.hash}")


@ledger.command(name="list")
@_ledger_folder
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def ledger_list(where, as_json):
    """List the entries, each verified against its hash.

    \b
    Example: article5 ledger list --json
    """
    found = ledgers.entries(where)
    if as_json:
        click.echo(json.dumps([one.head() for one in found], indent=2, ensure_ascii=False))
    elif found:
        click.echo(ledgers.list_text(found))
    else:
        click.echo(f"No entries in {where or ledgers.folder()}. Make one: article5 ledger add baseline")


@ledger.command(name="score")
@click.argument("names", nargs=-1, metavar="[ENTRY]...")
@click.option(
    "--data",
    "table",
    required=True,
    type=click.Path(path_type=Path),
    metavar="TABLE.csv",
    help="What came: columns iso3, year, share_of_gdp_pct, and gdp_usd2021_bn to score the aggregate, too.",
)
@click.option(
    "--as",
    "scored_as",
    default="revised",
    show_default=True,
    metavar="FIGURES",
    help="`revised` figures are held against true shares, `first-release` ones against reported shares.",
)
@_ledger_folder
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def ledger_score(names, table, scored_as, where, as_json):
    """Score each ENTRY, by id or file, or all there are, against a table of what came, beside persistence.

    \b
    Example: article5 ledger score 2026-11-21-baseline --data spending-2025.csv
    """
    sealed, came = ledgers.chosen(names, where), ledgers.figures(table)
    found: list[ledgers.Scored] = []
    problems: list[str] = []
    for one in sealed:
        try:
            found.append(ledgers.score(one, came, scored_as))
        except InputError as error:
            problems += error.problems
    if problems and (names or not found):
        raise InputError(dict.fromkeys(problems))
    for problem in problems:
        click.echo(problem, err=True)
    if as_json:
        click.echo(json.dumps([scored.data() for scored in found], indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(map(ledgers.score_text, found)))


def _span(where: str, text: str) -> tuple[int, ...]:
    """Years such as 2025:2027, both included, or one of them. Raises InputError."""
    first, _, last = text.partition(":")
    try:
        years = tuple(range(int(first), int(last or first) + 1)) if text.isascii() and len(text) < 10 else ()
    except ValueError:
        years = ()
    if not years:
        raise InputError(f"{where}: {text!r} is no span of years. Write FIRST:LAST, such as 2025:2027.")
    return years


@main.command(name="card")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def card_(as_json):
    """Print the model card: purpose, data, parameters, scores, failed checks and limits.

    \b
    Example: article5 card > card.md
    """
    click.echo(json.dumps(card.data(), indent=2, ensure_ascii=False) if as_json else card.text().rstrip())
