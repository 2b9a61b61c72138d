"""Batches: experiments played block by block on any executor, resumable, mergeable, with tables that open anywhere."""

from sim.batch.forecast import Forecast, forecast
from sim.batch.opened import Opened, opened
from sim.batch.runner import Ran, merge, run_batch

__all__ = ["Forecast", "Opened", "Ran", "forecast", "merge", "opened", "run_batch"]
