"""What each row of MODEL.md section 7 does when it is switched on alone: `python benchmarks/rows.py [--worlds N]`.

Every line is a paired comparison at the end of 2035 with the scenario named under "against", under the same luck:
medians over worlds, and relative risks by school (commitment / mixed / denial / spiral). Signs, sizes and zeros are to
be looked at.
"""

import argparse
from functools import lru_cache

import numpy as np

import sim
from sim.priors import SCHOOLS
from sim.tables import lines, number

ROWS = (
    (1, "condition at 5%, 0.6", {"threshold": 5.0, "conditionality": 0.6}, {}),
    (1, "the same as a cliff", {"threshold": 5.0, "conditionality": 0.6, "grace": 0.0}, {}),
    (2, "pledge 3.5%", {"pledge": 3.5}, {}),
    (2, "pledge 3.5% and pressure", {"pledge": 3.5, "pressure": 1.0}, {"pledge": 3.5}),
    (2, "US spends 5%", {"us_share": 5.0}, {}),
    (3, "exercises from 3.5%", {"threshold": 3.5, "exercise_exclusion": 1.0}, {}),
    (4, "troops to spenders (3.5%)", {"threshold": 3.5, "tilt_to_spenders": 1.5}, {}),
    (6, "trade linkage", {"pledge": 3.5, "trade_linkage": 1.0}, {"pledge": 3.5}),
    (6, "trade linkage, shielded", {"pledge": 3.5, "trade_linkage": 1.0, "eu_shield": 1.0}, {"pledge": 3.5}),
    (7, "advice, against a pivot", {"pivot": 30e3, "military_advice": 1.0}, {"pivot": 30e3}),
    (9, "pivot of 30,000", {"pivot": 30e3}, {}),
    (10, "border, 3,600", {"border": 3600.0}, {}),
    (11, "doubting rhetoric", {"rhetoric": -1.0}, {}),
    (11, "rhetoric and reassurance", {"rhetoric": -1.0, "reassurance": 1.0}, {}),
    (12, "European lead", {"european_effort": 1.0}, {}),
    (12, "joint procurement", {"joint_procurement": 1.0}, {}),
    (13, "30,000 peacekeepers", {"ceasefire": 1.0, "peacekeepers": 30e3}, {"ceasefire": 1.0}),
    (13, "the same, covered", {"ceasefire": 1.0, "peacekeepers": 30e3, "peacekeepers_covered": 1.0},
     {"ceasefire": 1.0, "peacekeepers": 30e3}),
    (14, "accession of Ukraine", {"ceasefire": 1.0, "ukraine_accession": 1.0}, {"ceasefire": 1.0}),
    (15, "no US aid", {"us_aid": 0.0}, {}),
    (15, "twice the European aid", {"european_aid": 2.0}, {}),
    (16, "reassurance", {"reassurance": 1.0}, {}),
    (16, "commitment in law", {"law": 1.0}, {}),
    (16, "Congress, against the condition", {"threshold": 5.0, "conditionality": 0.6, "congress": 1.0},
     {"threshold": 5.0, "conditionality": 0.6}),
    (16, "floor 76,000 under a pivot", {"pivot": 60e3, "troop_floor": 76e3}, {"pivot": 60e3}),
    (17, "treaty left", {"treaty_exit": 1.0}, {}),
    (19, "ceasefire", {"ceasefire": 1.0}, {}),
    (20, "European umbrella", {"european_umbrella": 1.0}, {}),
)  # fmt: skip
"""Row, what is switched on, its levers, and those of what it is compared with. Rows 5, 8 and 18 are no levers."""

SHOWN = ("spending_europe_canada_share", "brigades_europe_canada", "troops_europe", "credibility_allies", "cohesion",
         "grey_zone_incidents")  # fmt: skip


@lru_cache(maxsize=8)
def played(policy: tuple, worlds: int):
    """A run of the baseline with some levers set."""
    return sim.run(sim.load_scenario("baseline").with_levers(**dict(policy)), worlds)


def row(policy: dict, other: dict, worlds: int) -> list[str]:
    """Paired differences, and relative risks by school: of the Baltic states, and of any ally."""
    both = sim.compare(played(tuple(other.items()), worlds), played(tuple(policy.items()), worlds)).isel(year=-1)
    cells = [number(float(np.median(both[name])), sign=True) for name in SHOWN]
    for risk in (both.relative_risk_by_front.sel(front="baltic"), both.relative_risk):
        by_school = (float(np.median(risk.values[both.school.values == school])) for school in SCHOOLS)
        cells.append(" / ".join(f"{ratio:.2f}" for ratio in by_school))
    return cells


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--worlds", type=int, default=1000)
    worlds = options.parse_args().worlds
    head = [
        "row",
        "",
        "against",
        "% of GDP",
        "brigades",
        "US troops",
        "belief",
        "cohesion",
        "incidents",
        "Baltic risk",
        "any ally",
    ]
    against = [" ".join(f"{name} {value:g}" for name, value in other.items()) or "baseline" for *_, other in ROWS]
    table = [
        [str(n), name, a, *row(policy, other, worlds)]
        for (n, name, policy, other), a in zip(ROWS, against, strict=True)
    ]
    print(lines(head, table))


if __name__ == "__main__":
    main()
