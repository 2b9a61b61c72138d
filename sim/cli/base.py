"""What all commands share: the group, its answers to bad input, options, progress."""

import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
import xarray as xr
from tqdm import tqdm

import sim
from sim import ensemble, question
from sim.errors import InputError, RunError
from sim.outcomes import variables_of
from sim.params import levers
from sim.scenario import Scenario, load_scenario
from sim.sharing import from_link, is_link


class _Commands(click.Group):
    """A group whose commands answer bad input with one line a problem and exit status 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except InputError as error:
            for problem in error.problems:
                click.echo(problem, err=True)
            context.exit(2)
        except RunError as error:
            click.echo(str(error), err=True)
            context.exit(1)
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


def run_options(command: Callable) -> Callable:
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


def named(text: str) -> Scenario:
    """The scenario that an argument names: one that comes with the project, a file, or a link of the app ("?…")."""
    return question.named(from_link(text)) if is_link(text) else load_scenario(text)


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


def command() -> str:
    return f"article5 {shlex.join(sys.argv[1:])}"


class progress:
    """A progress bar on stderr, over worlds or something else; plain lines now and then where nobody watches."""

    EVERY = 10.0
    """Seconds between two lines of a log."""

    def __init__(self, title: str, unit: str = " worlds") -> None:
        self.title, self.unit, self.begun = title, unit, time.monotonic()
        self.told = self.begun
        self.first: int | None = None
        self.bar = tqdm(desc=title, unit=unit, file=sys.stderr, leave=False, disable=None)

    def __enter__(self) -> Callable[[int, int], None]:
        return self.report

    def report(self, done: int, all_: int) -> None:
        if self.bar.disable:
            self._line(done, all_)
            return
        if self.bar.total is None:  # what is there at first tells nothing about the speed
            self.bar.initial = self.bar.n = done
        self.bar.total = all_
        self.bar.update(done - self.bar.n)

    def _line(self, done: int, all_: int) -> None:
        """A line for a log, with the time left."""
        now = time.monotonic()
        if self.first is None:
            self.first, self.begun = done, now
        if now - self.told < self.EVERY:
            return
        self.told, each = now, (now - self.begun) / max(done - self.first, 1)
        left = f", about {duration(each * (all_ - done))} left" if done < all_ else ""
        click.echo(f"{time.strftime('%H:%M:%S')} {self.title}: {done:,} of {all_:,}{self.unit}{left}", err=True)

    def __exit__(self, *error: object) -> None:
        self.bar.close()


def duration(seconds: float) -> str:
    """Seconds in words."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
