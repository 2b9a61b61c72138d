"""Distributions that add up: exact counts, moments and ends, and quantiles to a tenth of a percent.

Values are counted in bins whose ends grow by a constant factor, on both sides of nought (the logarithmic histogram of
the DDSketch family). Counts are whole numbers and parts are added in the order of the worlds: a sketch depends on the
worlds and not on who counted them, when, or after how many interruptions. No library for columns of numbers does that
at the speed of the simulation; those that exist take one number at a time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ACCURACY = 0.001
"""A quantile lies within this part of the value that has its rank, above and below."""

SMALLEST = 1e-9
"""Nearer to nought than this counts as nought."""

_STEP = np.log1p(ACCURACY) - np.log1p(-ACCURACY)
_OFFSET = int(np.floor(np.log(SMALLEST) / _STEP)) - 1


def bins(values: Array) -> NDArray[np.int32]:
    """The bin of each value [...]: 0 for nought, positive and negative numbers on either side, in the values' order."""
    size = np.abs(values)
    number = np.ceil(np.log(np.maximum(size, SMALLEST)) / _STEP) - _OFFSET
    return np.where(size < SMALLEST, 0.0, np.sign(values) * number).astype(np.int32)


def middles(numbers: NDArray[np.int32]) -> Array:
    """The value that stands for each bin [...]: within `ACCURACY` of all that lie in it."""
    top = np.exp((np.abs(numbers) + _OFFSET) * _STEP)
    return np.where(numbers == 0, 0.0, np.sign(numbers) * top * (1.0 - ACCURACY))


@dataclass(frozen=True)
class Sketch:
    """The distribution of some numbers: `bins` [K] in rising order and how many lie in each."""

    count: int
    mean: float
    squares: float  # sum of squared distances from the mean
    low: float
    high: float
    bins: NDArray[np.int32]
    counts: NDArray[np.int64]

    def __add__(self, other: "Sketch") -> "Sketch":
        """Both together."""
        if not other.count:
            return self
        if not self.count:
            return other
        count, apart = self.count + other.count, other.mean - self.mean
        numbers, place = np.unique(np.concatenate([self.bins, other.bins]), return_inverse=True)
        counts = np.zeros(len(numbers), dtype=np.int64)
        np.add.at(counts, place, np.concatenate([self.counts, other.counts]))
        return Sketch(
            count=count,
            mean=self.mean + apart * other.count / count,
            squares=self.squares + other.squares + apart * apart * self.count * other.count / count,
            low=min(self.low, other.low),
            high=max(self.high, other.high),
            bins=numbers,
            counts=counts,
        )

    @property
    def sd(self) -> float:
        """Standard deviation of the numbers as a sample; nought for a single one."""
        return float(np.sqrt(self.squares / max(self.count - 1, 1)))

    def quantile(self, level: float) -> float:
        """The number with this rank, to `ACCURACY` of itself; the two ends are exact. NaN where there is none."""
        if not self.count:
            return float("nan")
        rank = level * (self.count - 1)
        below, above = (self._ranked(r) for r in (np.floor(rank), np.ceil(rank)))
        return below + (rank - np.floor(rank)) * (above - below)

    def _ranked(self, rank: float) -> float:
        if rank in (0, self.count - 1):
            return self.high if rank else self.low
        place = int(np.searchsorted(np.cumsum(self.counts), rank, side="right"))
        return float(np.clip(middles(self.bins[place]), self.low, self.high))


EMPTY = Sketch(0, 0.0, 0.0, np.inf, -np.inf, np.zeros(0, np.int32), np.zeros(0, np.int64))


def sketched(values: Array) -> list[Sketch]:
    """The sketch of each column of finite numbers [R, C]."""
    if not len(values):
        return [EMPTY] * values.shape[1]
    numbers = np.sort(bins(values), axis=0)
    mean = values.mean(axis=0)
    squares, low, high = np.square(values - mean).sum(axis=0), values.min(axis=0), values.max(axis=0)
    found = []
    for column in range(values.shape[1]):
        first = np.flatnonzero(np.diff(numbers[:, column], prepend=numbers[0, column] - 1))
        counts = np.diff(first, append=len(values))
        found.append(
            Sketch(len(values), float(mean[column]), float(squares[column]), float(low[column]), float(high[column]),
                   numbers[first, column], counts.astype(np.int64))
        )  # fmt: skip
    return found
