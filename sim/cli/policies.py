"""Commands that judge policies: boxes of worlds, robustness, portfolios."""

import json
from pathlib import Path

import click

from sim import charts, saving
from sim.analysis import discovery, frontier, frontier_words, judge, robust_words, robustness, worst
from sim.batch import opened
from sim.charts import policies as drawn
from sim.cli.base import main, named, progress
from sim.errors import InputError

DIRECTORY = click.argument("directory", type=click.Path(path_type=Path))
CHART = click.option("--chart", type=click.Path(path_type=Path), metavar="FILE.json", help="Draw it (Vega-Lite).")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
YEAR = click.option("--year", type=int, help="The year whose end is looked at; the last that was kept without it.")
POLICIES = click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="POLICY",
    help="Only this policy, by number or label; may be repeated.",
)


@main.command()
@DIRECTORY
@click.option("--outcome", required=True, help="What is looked at, such as risk or spending_europe_canada_share.")
@click.option("--of", metavar="LABEL", help="Which front or host, where the name does not say it: baltic, DEU.")
@click.option("--above", type=float, help="Worlds with more than this are the cases.")
@click.option("--below", type=float, help="Worlds with less than this are the cases.")
@YEAR
@click.option("--against", metavar="POLICY", help="Look at the difference to this policy, of a risk at the ratio.")
@POLICIES
@click.option("--method", default="prim", show_default=True, help="prim or cart.")
@click.option("--school", help="Only this school; each by itself without it.")
@click.option(
    "--input", "inputs", multiple=True, metavar="NAME", help="Only this uncertainty or lever; repeat for more."
)
@click.option("--boxes", type=click.IntRange(1, 9), default=1, show_default=True, help="How many boxes to look for.")
@click.option("--box", type=int, help="Take this box of the trajectory; needs --school.")
@click.option("--all", "every", is_flag=True, help="Print the trajectories, too.")
@CHART
@JSON
def discover(
    directory, outcome, of, above, below, year, against, policies, method, school, inputs, boxes, box, every, chart,
    as_json,
):  # fmt: skip
    """Say in which worlds of a batch in DIRECTORY an outcome lies above or below a level.

    PRIM or CART looks for boxes of what is uncertain, and of the levers where several policies are judged, in half of
    the worlds; the other half checks them. Each school has boxes of its own.

    \b
    Example: article5 discover results --outcome risk --above 2 --against 0
    """
    if chart is not None:
        charts.check_file(chart)
    with progress("boxes", " schools") as report:
        told = discovery.discover(
            opened(directory), outcome, of=of, above=above, below=below, year=year, against=against, policies=policies,
            method=method, school=school, inputs=inputs, most=boxes, step=box, progress=report,
        )  # fmt: skip
    if chart is not None:
        spec = charts.titled(
            drawn.BOXES["light"], f"{told.points.capitalize()} with {told.case}", f"end of {told.year}"
        )
        charts.save(spec, drawn.box_frame(told), chart)
        click.echo(f"Written to {chart}", err=True)
    click.echo(json.dumps(discovery.data(told), indent=2) if as_json else discovery.text(told, every))


@main.command()
@DIRECTORY
@click.option("--outcome", "outcomes", multiple=True, metavar="NAME:END", help="Such as risk:lowest; may be repeated.")
@click.option("--satisfy", "demands", multiple=True, metavar="DEMAND", help='Such as "risk<=1.5"; all must be met.')
@YEAR
@click.option("--against", metavar="POLICY", default="0", show_default=True, help="Risks are multiples of this one's.")
@click.option("--only", multiple=True, metavar="POLICY", help="Compare these policies only; may be repeated.")
@click.option("--policy", "policies", multiple=True, metavar="POLICY", help="Say what this one costs at worst.")
@click.option("--all", "every", is_flag=True, help="Print all policies.")
@CHART
@JSON
def robust(directory, outcomes, demands, year, against, only, policies, every, chart, as_json):
    """Say how the policies of a batch in DIRECTORY do if nobody knows which world and which school is right.

    Regret, percentiles, the share of worlds that meet what is asked, and what a policy costs in its worst case: those
    of --policy, or else the one with the least regret in its worst school.

    \b
    Example: article5 robust results --outcome risk:lowest --satisfy "risk<=1.5" --policy 3
    """
    ends = [robustness.objective(text) for text in outcomes]
    asked = [robustness.demand(text) for text in demands]
    if not ends:
        raise InputError("--outcome: what is looked at? Write NAME:lowest or NAME:highest, such as risk:lowest.")
    if chart is not None:
        charts.check_file(chart)
        if len(ends) > 1:
            raise InputError("--chart: draws one outcome. Give one --outcome.")
    found = opened(directory)
    share = dict(year=year, policies=only, against=against)
    judged = [robustness.robustness(found, name, best, **share) for name, best in ends]
    met = robustness.satisficing(found, asked, **share) if asked else None
    cases = [(one, worst.worst_case(found, one, p)) for one in judged for p in policies or [one.least_regretted]]
    if chart is not None:
        label, unit = judged[0].values.attrs["label"], judged[0].values.attrs.get("units", "")
        spec = charts.titled(drawn.REGRET["light"], f"Regret in {label}", f"{unit}, at most in 90% of worlds")
        charts.save(spec, drawn.regret_frame(found, judged[0]), chart)
        click.echo(f"Written to {chart}", err=True)
    if as_json:
        told = {
            "outcomes": [robust_words.data(found, one) for one in judged],
            "satisficing": None if met is None else robust_words.satisficing_data(found, met),
            "worst_cases": [worst.data(case, one, str(directory)) for one, case in cases],
            "notes": robust_words.notes(judged, met),
        }
        click.echo(json.dumps(told, indent=2))
        return
    listed = [p for one in judged for p in robust_words.shown(one, every)]
    listed += [] if met is None else robust_words.shown_satisfied(met, every)
    parts = [words for words in [robust_words.key(found, listed)] if words]
    parts += [robust_words.text(found, one, every) for one in judged]
    parts += [] if met is None else [robust_words.satisficing_text(found, met, every)]
    parts += [worst.words(case, one, str(directory)) for one, case in cases]
    click.echo("\n\n".join([*parts, robust_words.foot(judged, met)]))


@main.command()
@click.argument("scenario")
@click.option(
    "--lever", "settings", multiple=True, metavar="LEVER=LOW:HIGH", help="A lever to choose; repeat for more."
)
@click.option(
    "--objective",
    "aims",
    multiple=True,
    metavar="NAME:END[:STATISTIC]",
    help="Such as risk:lowest or risk:lowest:p90; two or more.",
)
@click.option("--baseline", default="baseline", show_default=True, help="Risks are multiples of this scenario's.")
@click.option("--year", type=int, help="The year whose end is looked at; the last one without it.")
@click.option(
    "--worlds",
    type=int,
    default=256,
    show_default=True,
    help="Worlds in which candidates are judged, shared evenly by the schools.",
)
@click.option("--evaluations", type=int, default=300, show_default=True, help="How many candidates to judge.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed finds the same portfolios.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.csv", help="Write the table to a new file.")
@CHART
@JSON
def portfolios(scenario, settings, aims, baseline, year, worlds, evaluations, seed, out, chart, as_json):
    """Search for settings of the levers of a SCENARIO of which no other is better in every objective.

    An objective counts in the school that is worst for it, as the median over worlds unless it says otherwise. What is
    found is judged again in other worlds, beside the scenario as it is. Ctrl-C ends the search and keeps what it found.

    \b
    Example: article5 portfolios conditional-article5 --lever threshold=2:6 --lever conditionality=0:1
               --objective spending_europe_canada_share:highest --objective risk:lowest
    """
    ranges, objectives = _ranges(settings), [judge.objective(text) for text in aims]
    if out is not None:
        saving.check_new_file(out)
    if chart is not None:
        charts.check_file(chart)
    own, base = named(scenario), named(baseline)
    with progress("search", " candidates") as report, progress("check", " portfolios") as checking:
        told = frontier.frontier(
            own, base, ranges, objectives, worlds=worlds, evaluations=evaluations, seed=seed, year=year,
            progress=report, checking=checking,
        )  # fmt: skip
    if out is not None:
        saving.new_file(out, frontier_words.table(told).to_csv(index=False, float_format="%.10g", lineterminator="\n"))
        click.echo(f"Written to {out}", err=True)
    if chart is not None:
        charts.save(drawn.pareto(told), drawn.pareto_frame(told), chart)
        click.echo(f"Written to {chart}", err=True)
    click.echo(json.dumps(frontier_words.data(told), indent=2) if as_json else frontier_words.text(told))


def _ranges(settings: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """`threshold=2:6` as a range by lever. Raises InputError."""
    found: dict[str, tuple[float, float]] = {}
    problems = []
    for setting in settings:
        name, _, text = setting.partition("=")
        low, _, high = text.partition(":")
        try:
            ends = float(low), float(high)
        except ValueError:
            problems.append(f"--lever {setting}: no range. Write {name or 'LEVER'}=LOW:HIGH, such as threshold=2:6.")
            continue
        if name in found:
            problems.append(f"--lever {setting}: {name} is named twice. Name it once.")
        found[name] = ends
    if problems:
        raise InputError(problems)
    return found
