"""Distributions of uncertain numbers, drawn by inverting their distribution function.

One uniform number gives one value, so a prior can be changed without changing anybody's luck.
Unbounded priors are cut at their 0.05% and 99.95% quantiles: every prior has finite ends, which are
also the range a scenario may set.
"""

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr, ndtri

Array = NDArray[np.float64]

TAIL = 0.0005
"""Probability cut off at each open end of a prior."""

SCHOOLS = ("commitment", "mixed", "denial", "spiral")
"""Rival theories of deterrence. They are shown side by side and never weighted (MODEL.md section 2)."""


@dataclass(frozen=True)
class Prior:
    """A distribution with finite ends `low` and `high`."""

    def quantile(self, u: Any, school: Any = 0) -> Any:
        """Values [...] for uniform numbers [...]; `school` is an index into SCHOOLS, or many."""
        raise NotImplementedError

    @property
    def low(self) -> float:
        """Smallest value."""
        return float(np.min([self.quantile(np.float64(0.0), s) for s in range(len(SCHOOLS))]))

    @property
    def high(self) -> float:
        """Largest value."""
        return float(np.max([self.quantile(np.float64(1.0), s) for s in range(len(SCHOOLS))]))

    @property
    def median(self) -> float:
        """The middle value (of the mixed school where schools differ)."""
        return float(self.quantile(np.float64(0.5), SCHOOLS.index("mixed")))

    def words(self) -> str:
        """The prior in one short text, such as `uniform 0.1 to 0.3`."""
        raise NotImplementedError

    def written(self) -> dict[str, Any]:
        """The prior as a scenario file writes it, such as `{"uniform": [0.1, 0.3]}`."""
        return {type(self).__name__.lower(): [getattr(self, f.name) for f in fields(self)]}


@dataclass(frozen=True)
class Fixed(Prior):
    """One value, with a range in which a scenario may move it."""

    value: float
    smallest: float
    largest: float

    def quantile(self, u, school=0):
        return np.full(np.shape(u), self.value)[()]

    @property
    def low(self) -> float:
        return self.smallest

    @property
    def high(self) -> float:
        return self.largest

    def words(self) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True)
class Uniform(Prior):
    """Every value between two ends is equally likely."""

    lowest: float
    highest: float

    def quantile(self, u, school=0):
        return self.lowest + (self.highest - self.lowest) * u

    def words(self) -> str:
        return f"uniform {self.lowest:g} to {self.highest:g}"


@dataclass(frozen=True)
class Triangular(Prior):
    """A peak between two ends, falling in a straight line to both."""

    lowest: float
    mode: float
    highest: float

    def quantile(self, u, school=0):
        width, below = self.highest - self.lowest, self.mode - self.lowest
        rising = self.lowest + np.sqrt(u * width * below)
        falling = self.highest - np.sqrt((1.0 - u) * width * (self.highest - self.mode))
        return np.where(u * width <= below, rising, falling)[()]

    def words(self) -> str:
        return f"triangular {self.lowest:g} to {self.highest:g}, peak {self.mode:g}"


@dataclass(frozen=True)
class Integers(Prior):
    """Whole numbers between two ends, all equally likely."""

    lowest: int
    highest: int

    def quantile(self, u, school=0):
        count = self.highest - self.lowest + 1
        return self.lowest + np.minimum(np.floor(count * np.asarray(u)), count - 1.0)

    def words(self) -> str:
        return f"whole numbers {self.lowest} to {self.highest}"


@dataclass(frozen=True)
class Normal(Prior):
    """A bell curve, cut at two ends (at its tails when none are given)."""

    mean: float
    sd: float
    lowest: float | None = None
    highest: float | None = None

    def quantile(self, u, school=0):
        below = TAIL if self.lowest is None else ndtr((self.lowest - self.mean) / self.sd)
        above = 1 - TAIL if self.highest is None else ndtr((self.highest - self.mean) / self.sd)
        value = self.mean + self.sd * ndtri(below + (above - below) * u)
        return np.clip(value, self.lowest, self.highest)  # rounding must not step over an end

    def words(self) -> str:
        cut = "" if self.lowest is None else f", cut to {self.lowest:g}…{self.highest:g}"
        return f"normal {self.mean:g} ± {self.sd:g}{cut}"

    def written(self):
        ends = [] if self.lowest is None else [self.lowest, self.highest]
        return {"normal": [self.mean, self.sd, *ends]}


@dataclass(frozen=True)
class Lognormal(Prior):
    """Positive and skewed: `middle` is the median, `spread` the standard deviation of the logarithm."""

    middle: float
    spread: float

    def quantile(self, u, school=0):
        return self.middle * np.exp(self.spread * ndtri(TAIL + (1 - 2 * TAIL) * u))

    def words(self) -> str:
        return f"log-normal, median {self.middle:g}, spread {self.spread:g}"


@dataclass(frozen=True)
class Beta(Prior):
    """A probability: a successes and b failures seen, roughly."""

    a: float
    b: float

    def quantile(self, u, school=0):
        return betaincinv(self.a, self.b, TAIL + (1 - 2 * TAIL) * u)

    def words(self) -> str:
        return f"beta {self.a:g}, {self.b:g}"


@dataclass(frozen=True)
class BySchool(Prior):
    """A prior of its own for every school of deterrence."""

    commitment: Prior
    mixed: Prior
    denial: Prior
    spiral: Prior

    def quantile(self, u, school=0):
        each = [getattr(self, name).quantile(u) for name in SCHOOLS]
        return np.choose(np.asarray(school, dtype=np.intp), each)[()]

    def words(self) -> str:
        return "; ".join(f"{name}: {getattr(self, name).words()}" for name in SCHOOLS)

    def written(self):
        return {"by_school": {name: getattr(self, name).written() for name in SCHOOLS}}


WRITABLE: dict[str, type[Prior]] = {
    "uniform": Uniform, "triangular": Triangular, "normal": Normal, "lognormal": Lognormal, "beta": Beta,
}  # fmt: skip
"""The priors a scenario file may write, with their numbers in the order of the class."""

COUNTS = {"triangular": (3, "three numbers"), "normal": (4, "two numbers, or four with its ends")}
"""How many numbers a prior takes at most, and in words; two where nothing is said."""


def fixed(value: float) -> Fixed:
    """One value that nothing may move."""
    return Fixed(value, value, value)


def read(written: dict[str, Any]) -> Prior:
    """The prior that a scenario file wrote as one key with its numbers: `{uniform: [0.1, 0.3]}`.

    Raises ValueError saying what would be right.
    """
    if len(written) != 1 or next(iter(written)) not in WRITABLE:
        raise ValueError(
            f"no distribution. Write one of {', '.join(WRITABLE)} with its numbers, like {{uniform: [0, 1]}}"
        )
    (kind, numbers), *_ = written.items()
    if not isinstance(numbers, list) or not all(
        isinstance(n, (int, float)) and not isinstance(n, bool) and math.isfinite(n) for n in numbers
    ):
        raise ValueError(f"{kind} has no list of finite numbers. Write one, like [0.1, 0.3]")
    most, words = COUNTS.get(kind, (2, "two numbers"))
    if len(numbers) != most and (kind, len(numbers)) != ("normal", 2):
        raise ValueError(f"{kind} has {len(numbers)} numbers. Write {words}")
    prior = WRITABLE[kind](*map(float, numbers))
    _check(prior)
    return prior


def _check(prior: Prior) -> None:
    """Refuse parameters that describe no distribution."""
    match prior:
        case Uniform(low, high) if low > high:
            raise ValueError("uniform falls. Write its lower end first")
        case Triangular(low, mode, high) if not low <= mode <= high:
            raise ValueError("triangular falls. Write its lower end, its peak and its upper end in rising order")
        case Normal(_, sd, low, high) if sd <= 0 or (low is not None and high is not None and low >= high):
            raise ValueError(
                "normal is no distribution. Write a mean, a positive standard deviation, and ends in rising order"
            )
        case Lognormal(middle, spread) if middle <= 0 or spread <= 0:
            raise ValueError("lognormal is no distribution. Write a positive median and a positive spread")
        case Beta(a, b) if a <= 0 or b <= 0:
            raise ValueError("beta is no distribution. Write two positive numbers")
        case _:
            return
