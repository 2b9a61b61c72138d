"""The command line: one function a command. It parses words and prints results; the work is done elsewhere.

Results go to stdout or to --out, progress to stderr. Exit status 0, 1 for a run that failed, 2 for bad input.
"""

from sim.cli import batch, evidence, importance, policies, sensitivity, simulate, tipping, world
from sim.cli.base import main

__all__ = ["batch", "evidence", "importance", "main", "policies", "sensitivity", "simulate", "tipping", "world"]
