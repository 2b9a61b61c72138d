"""The command that says what matters most, and what settling a passage would tell."""

import json
from pathlib import Path

import click

from sim import charts, importance, saving
from sim.charts import importance as drawn
from sim.cli.base import changed, main, named, progress
from sim.errors import InputError
from sim.importance import told


@main.command(name="importance")
@click.argument("scenario")
@click.option("--outcome", required=True, metavar="NAME", help="article5 show outcomes, or risk_by_front_baltic.")
@click.option("--year", type=int, metavar="YEAR", help="At the end of which year; without it the last.")
@click.option("--by", default=importance.PASSAGE, show_default=True, help=f"One of {', '.join(importance.GROUPS)}.")
@click.option("--level", is_flag=True, help="Explain the level; without it the difference to the baseline.")
@click.option("--against", metavar="BASELINE", help="Another baseline than today's commitment.")
@click.option("--size", type=int, default=importance.SIZES[0], show_default=True,
              help="Settings of each group; as many times as many worlds for each school.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same result.")
@click.option("--set", "settings", multiple=True, metavar="LEVER=VALUE", help="Set a lever; may be repeated.")
@click.option("--all", "every", is_flag=True, help="Print all rows, not only those beyond chance.")
@click.option("--chart", type=click.Path(path_type=Path), metavar="FILE.json", help="Write a chart (Vega-Lite).")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.csv", help="Write all rows to a new file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def command(scenario, outcome, year, by, level, against, size, seed, settings, every, chart, out, as_json):
    """Say how much narrower the band of an outcome of a SCENARIO would be if something were settled.

    By passage, document or hedge: what the documents leave open, and what nobody else knows. By assumption: each
    uncertainty alone, the policy as it is set. Every school of deterrence by itself, luck beside them.

    \b
    Example: article5 importance conditional-article5 --outcome spending_europe_canada_share --by passage
    """
    chosen = changed(named(scenario), settings, None, None)
    if level and against:
        raise InputError("--level: a level is held against nothing. Leave --against out.")
    if chart is not None:
        charts.check_file(chart)
    if out is not None:
        _check_csv(out)
    with progress(chosen.name) as report:
        found = importance.importance(
            chosen, outcome, year, size, by=by, difference=not level, seed=seed, progress=report,
            baseline=named(against) if against else None,
        )  # fmt: skip
    if out is not None:
        saving.new_file(out, found.rows.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
        click.echo(f"Written to {out}", err=True)
    if chart is not None:
        saving.new_file(chart, json.dumps(drawn.stacked(*told.panels(found)), ensure_ascii=False) + "\n")
        click.echo(f"Written to {chart}", err=True)
    click.echo(json.dumps(told.data(found), indent=2, ensure_ascii=False) if as_json else told.text(found, every))


def _check_csv(out: Path) -> None:
    """Refuse a file that is no .csv or is there, before anything is computed. Raises InputError."""
    if out.suffix != ".csv":
        raise InputError(f"--out: {out} is no .csv file. Name one, such as importance.csv.")
    saving.check_new_file(out)
