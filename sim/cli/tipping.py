"""The command that looks for tipping points."""

import json
from pathlib import Path

import click

from sim import charts
from sim.analysis import tipping as tippings
from sim.analysis import tipping_words
from sim.charts import tipping as drawn
from sim.cli.base import changed, main, named, progress
from sim.report import EFFECTS


@main.command()
@click.argument("scenario")
@click.option("--lever", required=True, metavar="LEVER", help="The lever that is moved; article5 show levers.")
@click.option("--outcome", required=True, metavar="NAME", help="article5 show outcomes, or risk_by_front_baltic.")
@click.option("--of", metavar="LABEL", help="Which front or host, where the name does not say it: baltic, DEU.")
@click.option("--above", type=float, metavar="X", help="A world flips where the outcome lies above X.")
@click.option("--below", type=float, metavar="X", help="A world flips where the outcome lies below X.")
@click.option("--share", type=float, default=0.5, show_default=True, help="Part of the worlds that must flip.")
@click.option("--against", metavar="BASELINE", help="Ask for the difference from a baseline, of a risk the ratio.")
@click.option("--year", type=int, help="At the end of which year; the last without it.")
@click.option("--low", type=float, metavar="X", help="Lowest value of the lever; the end of its range without it.")
@click.option("--high", type=float, metavar="X", help="Highest value of the lever, likewise.")
@click.option("--tolerance", type=float, metavar="X", help="How finely values are told apart; a fifth of a step.")
@click.option("--school", metavar="NAME", help="One school of deterrence only.")
@click.option("--set", "settings", multiple=True, metavar="LEVER=VALUE", help="Set another lever; may be repeated.")
@click.option("--worlds", type=int, default=1000, show_default=True, help="How many worlds, shared by the schools.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same worlds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
@click.option(
    "--chart", type=click.Path(path_type=Path), metavar="FILE.json", help="Write the shares and tipping points."
)
def tipping(scenario, settings, as_json, chart, **asked):
    """Find the smallest value of a lever at which an outcome flips in a share of the worlds of a SCENARIO, by school.

    Smallest, and every further crossing, as far as a grid of 9 values over the range shows.

    \b
    Example: article5 tipping conditional-article5 --lever threshold --outcome spending_europe_canada_share --above 3.5
    """
    if chart is not None:
        charts.check_file(chart)
    chosen = changed(named(scenario), settings, None, None)
    with progress(f"tipping of {asked['lever']}", " runs") as report:
        found = tippings.tipping_point(chosen, asked.pop("lever"), asked.pop("outcome"), **asked, progress=report)
    if chart is not None:
        charts.save(drawn.chart(found), drawn.frame(found), chart)
        click.echo(f"Written to {chart}", err=True)
    if as_json:
        click.echo(json.dumps(found.data(), indent=2, ensure_ascii=False))
    else:
        click.echo(f"{tipping_words.text(found)}\n{EFFECTS}")
