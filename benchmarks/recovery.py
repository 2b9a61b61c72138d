"""Are parameters that made a panel found again, and are intervals as wide as they say?

Draws parameters from their priors, makes budgets of the same allies and years with the rules, fits them, and counts how
often 50% and 90% intervals held the truth: `python benchmarks/recovery.py 24 150` (panels, steps of the sampler).
"""

import sys

import numpy as np
from tqdm import tqdm

from sim.analysis import calibration as C
from sim.draws import stream
from sim.tables import lines


def main(panels: int = 24, steps: int = 150) -> None:
    """Print a row per uncertainty."""
    like, ranks = C.changes(2024), []
    for seed in tqdm(range(panels)):
        truth = C.natural(C.ESTIMATED, stream(seed, "truth").standard_normal(len(C.ESTIMATED)))
        drawn = C.sample(C.fit(C.Likelihood(C.made_up(like, truth, seed))), 1000, steps=steps, seed=seed)
        ranks.append([np.mean(drawn.column(name) < truth[name]) for name in C.ESTIMATED])
    below = np.array(ranks)
    rows = [
        [
            name,
            *(f"{100 * np.mean(np.abs(column - 0.5) < level / 2):.0f}%" for level in (0.5, 0.9)),
            f"{column.mean():.2f}",
        ]
        for name, column in zip((*C.ESTIMATED, "all"), (*below.T, below.ravel()), strict=True)
    ]
    print(lines(["uncertainty", "50% held", "90% held", "mean rank of the truth"], rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
