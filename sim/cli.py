"""The command line: one function a command. It parses words and prints results; the work is done elsewhere.

Results go to stdout or to --out, progress to stderr. Exit status 0, 1 for a run that failed, 2 for bad input.
"""

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import xarray as xr
from tqdm import tqdm

import sim
from sim import card, charts, ensemble, evidence, facts, families, passport, posterior, results, saving
from sim import ledger as ledgers
from sim.analysis import calibration, matching
from sim.analysis import hindcast as hindcasts
from sim.analysis import posture_hindcast as posture_hindcasts
from sim.catalogue import CATALOGUE, SINGULAR, entry
from sim.controls import CONTROLS
from sim.errors import InputError
from sim.laws import certificate as certificates
from sim.outcomes import variables_of
from sim.params import levers
from sim.provenance import changes, exactly_nought, idle_notes
from sim.reading import hint
from sim.report import comparison, comparison_text, explanation_data, explanation_text, run_data, run_text
from sim.scenario import Scenario, load_scenario, remarks, scenario_names, schema
from sim.tables import lines
from sim.variables import VARIABLES


class _Commands(click.Group):
    """A group whose commands answer bad input with one line a problem and exit status 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except InputError as error:
            for problem in error.problems:
                click.echo(problem, err=True)
            context.exit(2)
        except KeyboardInterrupt:
            click.echo("Stopped. Nothing was written.", err=True)
            context.exit(1)
        except MemoryError:
            click.echo("Not enough memory for so many worlds. Run fewer, or keep less.", err=True)
            context.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(sim.__version__, prog_name="article5")
def main() -> None:
    """article5: what follows for NATO if the commitment of the United States changes. A simulator, not a forecast."""


def _run_options(command: Callable) -> Callable:
    """The options of every command that simulates."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read."),
        click.option("--all", "every", is_flag=True, help="Print all outcomes, not only those that say most."),
        click.option("--to", "end", metavar="QUARTER", help="Last quarter, such as 2035Q4."),
        click.option("--from", "start", metavar="QUARTER", help="First quarter of a year, 2015Q1 to 2025Q1."),
        click.option("--set", "settings", multiple=True, metavar="LEVER=VALUE", help="Set a lever; may be repeated."),
        click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds."),
        click.option("--worlds", type=int, default=1000, show_default=True, help="How many worlds to simulate."),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("scenario", default="baseline")
@_run_options
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write outcomes, variables and manifest to a new directory."
)
@click.option("--format", "form", default="parquet", show_default=True, help=f"One of {', '.join(results.FORMATS)}.")
@click.option("--keep", "kept", multiple=True, metavar="VARIABLE", help="Variables to write beside the outcomes.")
def run(scenario, worlds, seed, settings, start, end, every, as_json, out, form, kept):
    """Simulate a SCENARIO and print what follows.

    \b
    Example: article5 run conditional-article5 --worlds 200 --set threshold=3.5
    """
    chosen = changed(load_scenario(scenario), settings, start, end)
    ensemble.known("--keep", [name for name in VARIABLES if name not in results.UNPUBLISHED], kept)
    if out is not None:
        results.check_writable(out, form)
    table = simulated(chosen, worlds, seed)
    if out is not None:
        data = sim.run(chosen, worlds, seed, keep=kept) if kept else None
        click.echo(f"Written to {results.save(table, data, chosen.plan(), out, form, _command())}", err=True)
    year = int(table.year[-1])
    idle = idle_notes(chosen.plan())
    found = (
        json.dumps(run_data(table, year, evidence.as_scored(chosen.plan())) | {"idle": idle}, indent=2)
        if as_json
        else run_text(chosen, table, year, every)
    )
    click.echo(found if as_json else "\n".join([found, *idle]))


@main.command()
@click.argument("baseline")
@click.argument("scenarios", nargs=-1, required=True)
@_run_options
@click.option(
    "--chart", type=click.Path(path_type=Path), metavar="FILE.json", help="Write US troops over the years (Vega-Lite)."
)
def compare(baseline, scenarios, worlds, seed, settings, start, end, every, as_json, chart):
    """Compare each of SCENARIOS with a BASELINE, world by world under the same luck.

    The policy of the baseline is played in the world that the scenario assumes: with its uncertainties, school and
    horizon. --set changes the scenarios and not the baseline. Several scenarios stand side by side, with the
    documents they come from and their regret.

    \b
    Example: article5 compare baseline conditional-article5 --worlds 200
    """
    base = load_scenario(baseline)
    others = [changed(load_scenario(name), settings, start, end) for name in scenarios]
    if chart is not None:
        charts.check_file(chart)
        if len(scenarios) > charts.MOST_FAMILIES:
            raise InputError(f"--chart: {len(scenarios)} scenarios. Draw at most {charts.MOST_FAMILIES} of them.")
    members = families.beside(base, others, lambda scenario: simulated_run(scenario, worlds, seed))
    if chart is not None:
        spec = charts.titled(charts.FAMILIES["light"], families.title(members))
        charts.save(spec, families.frame(members), chart)
        click.echo(f"Written to {chart}", err=True)
    idle = [idle_notes(member.scenario.plan()) for member in members]
    year = families.last_year(members)
    if as_json:
        told = families.data(members) if len(members) > 1 else [comparison(members[0].both, year)]
        click.echo(json.dumps([one | {"idle": notes} for one, notes in zip(told, idle, strict=True)], indent=2))
        return
    if len(members) > 1:
        found = families.text(members, every)
    else:
        (only,) = members
        found = comparison_text(only.scenario, only.baseline, only.both, year, every)
    nought = [
        exactly_nought(member.scenario.plan(), member.baseline.plan(), every=True)
        for member in members
        if results.identical(member.both)
    ]
    click.echo("\n".join([found.rstrip(), *nought, *(note for notes in idle for note in notes), ""]))


@main.command()
@click.argument("scenario")
@click.option("--examples", type=int, default=100, show_default=True, help="Examples to hold each law to.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed tries the same examples.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the certificate to a new directory, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
@click.pass_context
def certificate(context, scenario, examples, seed, out, as_json):
    """Hold the model's laws to examples near a SCENARIO. Exit status 1 when a law fails.

    \b
    Example: article5 certificate conditional-article5 --examples 20
    """
    if out is not None:
        certificates.check_writable(out)
    with progress(f"laws near {scenario}", " examples") as report:
        found = certificates.certify(scenario, examples, seed, report)
    if out is not None:
        click.echo(f"Written to {certificates.save(found, out)}", err=True)
    data = certificates.certificate_data(found)
    click.echo(json.dumps(data, indent=2, ensure_ascii=False) if as_json else certificates.certificate_text(found))
    context.exit(0 if found.holds else 1)


@main.command()
@click.argument("scenario")
@click.option("--ally", required=True, metavar="ALLY", help="Code or name, such as POL or Poland.")
@click.option("--year", type=int, required=True, help="The year of the budget.")
@click.option("--world", type=int, default=0, show_default=True, help="Which of the worlds, counted from 0.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds.")
@click.option("--set", "settings", multiple=True, metavar="LEVER=VALUE", help="Set a lever; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def explain(scenario, ally, year, world, seed, settings, as_json):
    """Say why an ally spends what it spends in one year of one world of a SCENARIO.

    The terms of that budget, and the same world played again without each cause, under the same luck.

    \b
    Example: article5 explain conditional-article5 --ally POL --year 2027 --world 7
    """
    found = sim.explain(changed(load_scenario(scenario), settings, None, None), ally, year, seed, world)
    text = json.dumps(explanation_data(found), indent=2, ensure_ascii=False) if as_json else explanation_text(found)
    click.echo(text)


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
    chosen = load_scenario(scenario)
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
@click.argument("files", nargs=-1)
def check(files):
    """Check scenario FILES, or all that come with the project, and play a few worlds of each to the end.

    \b
    Example: article5 check scenarios/placebo.yaml
    """
    problems: list[str] = []
    facts.load_facts()
    for name in files or scenario_names():
        try:
            scenario = load_scenario(name)
            ensemble.trial(scenario.plan())
            click.echo(f"{name}: {scenario.name}: fine, plan {scenario.plan().fingerprint}")
            for remark in (*remarks(scenario), *idle_notes(scenario.plan())):
                click.echo(f"{name}: {remark}")
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


@main.command()
@click.argument("kind")
@click.argument("name", required=False)
@click.option("--scenario", default="baseline", show_default=True, help="Where a passport's value and effects hold.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def show(kind, name, scenario, as_json):
    """List levers, uncertainties, outcomes, scenarios or facts, or all about one of them, by its NAME.

    A lever or uncertainty shows its passport: value, range, sources, and which outcomes it moves.

    \b
    Example: article5 show lever conditionality --scenario conditional-article5
    """
    if kind not in SINGULAR and name is not None:
        raise InputError(f"show: unknown {kind!r}. {hint(kind, SINGULAR)}")
    listed = SINGULAR.get(kind)
    if listed and name is None:
        entries = CATALOGUE[listed]()
        click.echo(json.dumps(entries, indent=2, ensure_ascii=False) if as_json else _listing(entries))
        return
    name = name or kind
    if name in passport.subjects() and listed in (None, "levers" if name in CONTROLS else "uncertainties"):
        own = passport.passport(name, load_scenario(scenario))
        click.echo(json.dumps(asdict(own), indent=2, ensure_ascii=False) if as_json else passport.text(own))
    elif found := entry(name, listed):
        if name in scenario_names() and listed in (None, "scenarios"):
            shown = load_scenario(name)
            found = found | {"differs": list(changes(shown.plan(), load_scenario("baseline").under(shown).plan()))}
        told = [f"{key:12s} {_flat(value)}" for key, value in found.items() if value not in ("", None)]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else "\n".join(told))
    else:
        raise InputError(f"show{f' {kind}' if listed else ''}: unknown {name!r}. {_meant(name, listed)}")


def _meant(name: str, listed: str | None) -> str:
    """What was probably meant by a name that a list, or none, has."""
    other = next((kind for kind, every in CATALOGUE.items() if name in [e["name"] for e in every()]), None)
    if other:
        return f"It is one of the {other}: article5 show {name}"
    names = [e["name"] for kind in ([listed] if listed else CATALOGUE) for e in CATALOGUE[kind]()]
    return hint(name, names if listed else [*SINGULAR, *names])


def _listing(entries: list[dict[str, Any]]) -> str:
    """A table of what there is, by kind or group where there are any."""
    groups: dict[str, list[list[str]]] = {}
    for e in entries:
        groups.setdefault(e.get("kind") or e.get("group") or "", []).append([e["name"], e.get("unit", ""), e["about"]])
    table = lines(["name", "unit", "about"], [row for rows in groups.values() for row in rows]).splitlines()
    parts, first = [], 1
    for group, rows in groups.items():
        parts += ([f"\n{group}"] if group else []) + table[first : first + len(rows)]
        first += len(rows)
    return "\n".join([table[0], *parts])


@main.command()
@click.option(
    "--data",
    "table",
    type=click.Path(path_type=Path),
    metavar="TABLE.csv",
    help="Other or later years: columns iso3, year, share_of_gdp_pct.",
)
@click.option(
    "--worlds",
    type=click.IntRange(2),
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
        with progress("fits", " steps") as report:
            fits = calibration.calibrated(calibration.YEARS, Path("calibration"), progress=report)
    with progress("origins", " origins") as report:
        found = hindcasts.hindcast(fits.get, table, worlds, seed, conditional=given_war, progress=report)
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
    chosen, wanted = load_scenario(scenario), _span("--years", years)
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


@main.command(name="schema")
def schema_():
    """Print the JSON Schema of scenario files, for editors.

    \b
    Example: article5 schema > scenario.schema.json
    """
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine.")
@click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 lets others in.")
def app(port, host):
    """Serve the app; the address to open in a browser is printed.

    \b
    Example: article5 app --port 8600
    """
    root = Path(__file__).parents[1]
    home = root if (root / "app.py").exists() else Path(__file__).parent / "_app"
    if find_spec("streamlit") is None:
        raise InputError("app: streamlit is not installed. Install the extra: pip install 'article5[app]'.")
    with socket.socket() as probe:
        if probe.connect_ex((host, port)) == 0:
            raise InputError(f"--port: {port} is taken. Choose another one: article5 app --port {port + 1}.")
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.address", host]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    sys.exit(subprocess.call(command, cwd=home, env={**os.environ, "PYTHONPATH": path}))


# --- what the commands share --------------------------------------------------------------------------------------


def changed(scenario: Scenario, settings: tuple[str, ...], start: str | None, end: str | None) -> Scenario:
    """The scenario with the levers and the horizon given on the command line. Raises InputError."""
    values, problems = {}, []
    for setting in settings:
        name, _, text = setting.partition("=")
        if name in values:
            problems.append(f"--set {setting}: {name} is set twice. Set it once.")
        try:
            values[name] = float(text)
        except ValueError:
            unit = levers()[name].unit if name in levers() else "its unit"
            problems.append(f"--set {setting}: {text!r} is no number. Write {name}=NUMBER, in {unit}.")
    if problems:
        raise InputError(problems)
    scenario = scenario.with_horizon(start, end) if start or end else scenario
    if not values:
        return scenario
    said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in values.items())
    return replace(scenario.with_levers(**values), name=f"{scenario.name}, with {said}")


def simulated_run(scenario: Scenario, worlds: int, seed: int) -> xr.Dataset:
    """A run with what the outcomes need, and a progress bar."""
    with progress(scenario.name) as report:
        return sim.run(scenario, worlds, seed, keep=variables_of(), progress=report)


def simulated(scenario: Scenario, worlds: int, seed: int) -> xr.Dataset:
    """All outcomes of a scenario, computed block by block, and a progress bar."""
    with progress(scenario.name) as report:
        return ensemble.run_outcomes(scenario, worlds, seed, progress=report)


def _command() -> str:
    return f"article5 {shlex.join(sys.argv[1:])}"


class progress:
    """A progress bar on stderr, over worlds or something else; silent when nobody watches."""

    def __init__(self, title: str, unit: str = " worlds") -> None:
        self.bar = tqdm(desc=title, unit=unit, file=sys.stderr, leave=False, disable=None)

    def __enter__(self) -> Callable[[int, int], None]:
        return self.report

    def report(self, done: int, all_: int) -> None:
        self.bar.total = all_
        self.bar.update(done - self.bar.n)

    def __exit__(self, *error: object) -> None:
        self.bar.close()


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
