"""Commands that simulate, compare, explain and look things up: one function a command."""

import json
import socket
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

import sim
from sim import charts, ensemble, evidence, experiment, facts, families, passport, results
from sim.catalogue import CATALOGUE, SINGULAR, entry
from sim.cli.base import changed, command, flat, main, named, progress, run_options, simulated, simulated_run
from sim.controls import CONTROLS
from sim.errors import InputError
from sim.laws import certificate as certificates
from sim.provenance import changes, exactly_nought, idle_notes
from sim.reading import hint
from sim.report import comparison, comparison_text, explanation_data, explanation_text, run_data, run_text
from sim.scenario import remarks, scenario_names, schema
from sim.tables import lines
from sim.variables import VARIABLES


@main.command()
@click.argument("scenario", default="baseline")
@run_options
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
    chosen = changed(named(scenario), settings, start, end)
    ensemble.known("--keep", [name for name in VARIABLES if name not in results.UNPUBLISHED], kept)
    if out is not None:
        results.check_writable(out, form)
    table = simulated(chosen, worlds, seed)
    if out is not None:
        data = sim.run(chosen, worlds, seed, keep=kept) if kept else None
        click.echo(f"Written to {results.save(table, data, chosen.plan(), out, form, command())}", err=True)
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
@run_options
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
    base = named(baseline)
    others = [changed(named(name), settings, start, end) for name in scenarios]
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
        found = certificates.certify(scenario, examples, seed, report, named(scenario))
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
    found = sim.explain(changed(named(scenario), settings, None, None), ally, year, seed, world)
    text = json.dumps(explanation_data(found), indent=2, ensure_ascii=False) if as_json else explanation_text(found)
    click.echo(text)


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
            scenario = named(name)
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
        own = passport.passport(name, named(scenario))
        click.echo(json.dumps(asdict(own), indent=2, ensure_ascii=False) if as_json else passport.text(own))
    elif found := entry(name, listed):
        if name in scenario_names() and listed in (None, "scenarios"):
            shown = named(name)
            found = found | {"differs": list(changes(shown.plan(), named("baseline").under(shown).plan()))}
        told = [f"{key:12s} {flat(value)}" for key, value in found.items() if value not in ("", None)]
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


@main.command(name="schema")
@click.argument("kind", type=click.Choice(["scenario", "experiment"]), default="scenario")
def schema_(kind):
    """Print the JSON Schema of scenario files, or of experiment files, for editors.

    \b
    Example: article5 schema experiment > experiment.schema.json
    """
    made = schema() if kind == "scenario" else experiment.schema()
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine.")
@click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 lets others in.")
def app(port, host):
    """Serve the app; the address to open in a browser is printed.

    \b
    Example: article5 app --port 8600
    """
    if find_spec("streamlit") is None:
        raise InputError("app: streamlit is not installed. Install the extra: pip install 'article5[app]'.")
    with socket.socket() as probe:
        if probe.connect_ex((host, port)) == 0:
            raise InputError(f"--port: {port} is taken. Choose another one: article5 app --port {port + 1}.")
    from sim.pages.served import serve

    serve(host, port)
