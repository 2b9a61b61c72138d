"""Commands for batches: play an experiment, merge its shards, repeat a run of it."""

import json
from contextlib import nullcontext
from pathlib import Path

import click

from sim import batch as batches
from sim import ensemble, experiment
from sim.analysis import measures
from sim.batch import workers as crews
from sim.batch.tables import columns, outcome_of
from sim.cli.base import command, duration, main, progress
from sim.errors import InputError, RunError
from sim.experiment import load_experiment
from sim.provenance import remarks
from sim.results import RISKS
from sim.tables import lines, number


def _size(count: float) -> str:
    """Bytes in words."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{number(count / scale)} {unit}"
    return f"{count:.0f} bytes"


def _shard(context: click.Context, option: click.Parameter, text: str | None) -> tuple[int, int]:
    """`3/40` as two numbers."""
    if text is None:
        return (1, 1)
    k, _, n = text.partition("/")
    if not (k.isdecimal() and n.isdecimal() and 1 <= int(k) <= int(n)):
        raise InputError(f"--shard: {text!r} is none. Write k/n with k from 1 to n, like 3/40.")
    return int(k), int(n)


@main.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="EXPERIMENT")
@click.option("--out", type=click.Path(path_type=Path), help="Write tables and manifest to this directory.")
@click.option("--resume", is_flag=True, help="Go on with a batch that stopped, in the directory of --out.")
@click.option("--dry-run", is_flag=True, help="Say how many runs, how long and how large, and play nothing.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; as many as there are processors without it.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Play on the workers of this Dask scheduler, like tcp://host:8786."
)
@click.option("--shard", callback=_shard, metavar="K/N", help="Play every N-th block only, from the K-th; then merge.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
@click.pass_context
def batch(context, file, out, resume, dry_run, workers, scheduler, shard, as_json):
    """Play an EXPERIMENT: many policies in many worlds, block by block.

    Finished blocks are kept whatever happens: stop it with Ctrl-C and go on with --resume.

    \b
    Example: article5 batch experiments/hundred-policies.yaml --out results --workers 2
    """
    chosen = load_experiment(file)
    count = workers or crews.available()
    for remark in remarks(chosen):
        click.echo(remark, err=True)
    if dry_run:
        _forecast(chosen, count, shard, as_json)
        return
    if out is None:
        raise InputError("--out: where to? Name a directory, or ask for a forecast with --dry-run.")
    if scheduler and workers:
        raise InputError("--workers: the scheduler has workers of its own. Leave one of the two out.")
    cluster = crews.cluster(scheduler) if scheduler is not None else nullcontext((None, count))
    watched = progress(chosen.name, " blocks")
    with cluster as (executor, count), watched as report:
        ran = batches.run_batch(
            chosen, out, workers=count, executor=executor, resume=resume, shard=shard, report=report, command=command(),
        )  # fmt: skip
    _tell(ran, as_json)
    context.exit(1 if ran.failures else 0)


def _forecast(chosen: experiment.Experiment, workers: int, shard: tuple[int, int], as_json: bool) -> None:
    found = batches.forecast(chosen, workers, shard)
    if as_json:
        told = {"policies": found.policies, "worlds": found.worlds, "runs": found.runs, "blocks": found.blocks,
                "seconds": found.seconds, "bytes": found.size, "bytes_meanwhile": found.meanwhile, "workers": workers,
                "digest": chosen.digest}  # fmt: skip
        click.echo(json.dumps(told, indent=2))
        return
    part = "Blocks of this shard" if shard != (1, 1) else "Blocks"
    said = f"Policies: {found.policies:,}. Worlds: {found.worlds:,}. Runs: {found.runs:,}. {part}: {found.blocks:,}."
    click.echo(f"{chosen.name}\n{said}")
    with_ = f"{workers} worker{'s' if workers > 1 else ''}"
    tables = f"{_size(found.size)} of tables, and " if found.size else ""
    click.echo(
        f"About {duration(found.seconds)} with {with_} like this one; {tables}{_size(found.meanwhile)} of blocks "
        "until they are merged. Tried just now, on this machine."
    )


def _tell(ran: batches.Ran, as_json: bool) -> None:
    """What a batch has come to."""
    if as_json:
        told = {"directory": str(ran.target), "status": ran.status, "blocks_played": ran.played,
                "blocks_found": ran.found, "blocks_damaged": ran.damaged, "runs_failed": ran.failures}  # fmt: skip
        click.echo(json.dumps(told, indent=2))
        return
    if ran.damaged:
        click.echo(f"{ran.damaged} blocks were damaged and played again.", err=True)
    if ran.failures:
        click.echo(f"{ran.failures:,} runs failed: {ran.target}/failures.parquet says why, and how to repeat them.")
    if ran.again:
        click.echo(f"Finished already, and nothing has changed: {ran.target}")
        return
    ends = {"shard": "This shard is finished: join all of them with article5 merge.", "complete": "Written to "}
    click.echo(ends[ran.status] + (str(ran.target) if ran.status == "complete" else ""))


@main.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="EXPERIMENT")
@click.argument("shards", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Write the tables to this new directory.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
@click.pass_context
def merge(context, file, shards, out, as_json):
    """Join the SHARDS of an EXPERIMENT, played with `batch --shard`, into one directory.

    \b
    Example: article5 merge experiments/hundred-policies.yaml part-1 part-2 --out results
    """
    ran = batches.merge(shards, out, load_experiment(file), command())
    _tell(ran, as_json)
    context.exit(1 if ran.failures else 0)


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--policy", required=True, help="Its number, or its label.")
@click.option("--world", type=int, required=True, help="The world, counted from 0.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
def repeat(directory, policy, world, as_json):
    """Play one run of a batch again: one POLICY in one WORLD of the results in DIRECTORY.

    \b
    Example: article5 repeat results --policy 7 --world 4711
    """
    found = batches.opened(directory)
    chosen = measures.policy_number(found, policy)
    ensemble.whole("--world", world, 0, int(found.manifest["experiment"]["worlds"]) - 1)
    names = found.manifest["experiment"]["outcomes"]
    plan = found.plan(chosen)
    try:
        table = ensemble.outcomes_of(plan, range(world, world + 1), found.seed, names)
    except InputError:
        raise
    except Exception as error:  # what the run failed of is what was asked for
        raise RunError(f"policy {chosen}, world {world}: {type(error).__name__}: {error}") from error
    rows = {name: values[0].tolist() for name, values in columns(table, found.years).items()}
    if as_json:
        told = {"policy": chosen, "world": world, "seed": found.seed, "years": found.years, "outcomes": rows}
        click.echo(json.dumps(told, indent=2))
        return
    click.echo(f"{found.policies.loc[chosen, 'label']}: world {world} ({table.school.values[0]}) of seed {found.seed}")
    cells = [[name, *(number(value) for value in values)] for name, values in rows.items()]
    click.echo(lines(["end of", *map(str, found.years)], cells))
    if any(outcome_of(name) in RISKS for name in rows):
        click.echo(
            "Levels of risk rest on an anchor that is assumed: they mean something beside another policy's only."
        )
