"""The command that asks on which uncertain factors an outcome hangs."""

import json
from pathlib import Path

import click

from sim import charts, saving
from sim.analysis import sensitivity as analysis
from sim.analysis.sensitivity.text import text
from sim.charts import sensitivity as drawn
from sim.cli.base import changed, main, named, progress
from sim.errors import InputError


@main.command()
@click.argument("scenario")
@click.option("--outcome", required=True, metavar="NAME", help="What is to be explained: article5 show outcomes.")
@click.option(
    "--of", default="", metavar="LABEL", help="Which front or host, where the name does not say it: baltic, DEU."
)
@click.option("--year", type=int, metavar="YEAR", help="At the end of which year; without it the last.")
@click.option("--against", metavar="BASELINE", help="Explain the difference to this scenario, under the same luck.")
@click.option("--method", default="sobol", show_default=True, help=f"One of {', '.join(analysis.METHODS)}.")
@click.option("--groups", metavar="BY", help=f"Groups of factors: one of {', '.join(analysis.GROUPINGS)}.")
@click.option("--second-order", is_flag=True, help="Sobol only: also what pairs of factors do together.")
@click.option("--points", type=int, metavar="N", help="Base points of the design; for sobol a power of two.")
@click.option("--school", metavar="SCHOOL", help="Only one school of deterrence; without it all, side by side.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same result.")
@click.option("--set", "settings", multiple=True, metavar="LEVER=VALUE", help="Set a lever; may be repeated.")
@click.option("--all", "every", is_flag=True, help="Print all factors, not only the first.")
@click.option("--chart", type=click.Path(path_type=Path), metavar="FILE.json", help="Write a chart (Vega-Lite).")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.csv", help="Write all indices to a new file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def sensitivity(
    scenario, outcome, of, year, against, method, groups, second_order, points, school, seed, settings, every, chart,
    out, as_json,
):  # fmt: skip
    """Say on which uncertain factors an outcome of a SCENARIO hangs, and how much of it is luck.

    Sobol (parts of the variance), morris (elementary effects), pawn (changes of the distribution) or tornado (low and
    high end of each factor). Each school of deterrence is asked by itself, at the same points. --groups puts factors
    together by their source document, class of evidence or mechanism.

    \b
    Example: article5 sensitivity conditional-article5 --outcome cohesion --against baseline --groups document
    """
    chosen = changed(named(scenario), settings, None, None)
    if chart is not None:
        charts.check_file(chart)
    if out is not None:
        _check_csv(out)
    with progress(chosen.name) as report:
        found = analysis.sensitivity(
            chosen, outcome, of=of, year=year, against=against, method=method, groups=groups, points=points,
            school=school, seed=seed, second_order=second_order, progress=report,
        )  # fmt: skip
    if out is not None:
        saving.new_file(out, found.frame.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
        click.echo(f"Written to {out}", err=True)
    if chart is not None:
        drawn.save(found, chart)
        click.echo(f"Written to {chart}", err=True)
    click.echo(json.dumps(found.data(), indent=2, ensure_ascii=False) if as_json else text(found, every))


def _check_csv(out: Path) -> None:
    """Refuse a file that is no .csv or is there, before anything is computed. Raises InputError."""
    if out.suffix != ".csv":
        raise InputError(f"--out: {out} is no .csv file. Name one, such as sensitivity.csv.")
    saving.check_new_file(out)
