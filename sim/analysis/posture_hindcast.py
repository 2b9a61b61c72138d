"""The posture hindcast: past totals and cuts played through `deploy`, against the counts that came (4a to 4c).

No rule of the simulator decides how many troops Europe gets, so each episode is *given* a total or a cut; what is
held against the counts is how (4b) and (4c) carry it from host to host and quarter to quarter. Plan and limits:
docs/posture-hindcast-plan.md. Counts are permanent active duty: rotations are not in them. Sources: dmdc, troopdata,
us-plan-2020, nsc-2022, eucom-2022, and what the tables name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim import draws, quarters, reference, scores
from sim.agents import DEFAULT_STRATEGY, Columns, whole
from sim.now import at_quarter
from sim.params import levers, uncertainties
from sim.plan import ANNOUNCED, Plan, Withdrawal
from sim.priors import Prior
from sim.reference import ALLIES, Array, DataError
from sim.start import start
from sim.state import State
from sim.step import deploy, play_quarter
from sim.tables import lines

QUARTERS = 12
"""Quarters that an episode is played, and over which it is scored."""

OVER = 8
"""Quarters over which the plan of 2020 is spread (assumption)."""

SPARE, ROOM = 1.6, {"DEU": 60_000.0, "POL": 25_000.0}
"""Capacity: times what is present, and at least so many persons. As in us_posture.csv (assumption)."""

BANDS = {"1–4": (1, 4), "5–8": (5, 8), "9–12": (9, 12), "all": (1, QUARTERS)}
"""Horizons over which scores are averaged, quarters, both ends included."""

BASELINES = ("persistence", "at once", "in a line")
"""What the mechanics are compared with: nothing moves; all hosts in proportion to the given total, at once or in
twelve equal steps."""

LARGEST = ("DEU", "ITA", "GBR", "ESP", "TUR", "POL")
"""Hosts whose paths are printed."""


# --- what the tables say --------------------------------------------------------------------------------------------


def _number(table: str, row: Mapping[str, str], column: str) -> float:
    """A number of a row. Raises DataError with the row."""
    try:
        return float(row[column])
    except (KeyError, TypeError, ValueError):
        raise DataError(f"{table}.csv: {dict(row)}: {column} is no number. Write one.") from None


def counts(labels: Sequence[str], folder: Path | None = None) -> Array:
    """Permanent US troops by quarter and ally [T, A], persons; nan where there is no count."""
    rows = {
        (row["quarter"], row["place"]): _number("us_troops", row, "permanent")
        for row in reference.table("us_troops", folder)
    }
    return np.array([[rows.get((label, iso3), np.nan) for iso3 in ALLIES] for label in labels])


def _at_start(label: str, folder: Path | None) -> Array:
    """The count from which an episode starts [A]. Raises DataError where there is none."""
    found: Array = counts([label], folder)[0]
    if np.isnan(found).all():
        raise DataError(f"us_troops.csv: no rows for quarter {label}. Add them.")
    return found


def announced(plan: str, place: str, folder: Path | None = None) -> float:
    """What a plan last announced for a place, persons: below zero they leave. Raises DataError."""
    rows = [
        row
        for row in reference.table("us_moves", folder)
        if (row["plan"], row["place"]) == (plan, place) and row["status"] != "cancelled"
    ]
    if not rows:
        raise DataError(f"us_moves.csv: no row for {plan}, {place}. Add one.")
    return _number("us_moves", max(rows, key=lambda row: row["date"]), "troops")


def published(place: str, folder: Path | None = None) -> dict[str, float]:
    """Published figures with rotations {day: persons}, in order of time."""
    rows = [row for row in reference.table("us_totals", folder) if row["place"] == place]
    return {row["date"]: _number("us_totals", row, "troops") for row in sorted(rows, key=lambda row: row["date"])}


def _quarter(day: str) -> str:
    """The quarter of a day such as 2022-03-22."""
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"


# --- episodes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A past change of posture, and what of it is given. `hosts` [A] is nan where there was no count at the start."""

    name: str
    given: str
    count: str  # quarter of the count from which it starts
    first: str  # first quarter that is played
    hosts: Array  # [A] persons at the start
    elsewhere: float = 0.0  # in OTHER, persons
    since: str = ""  # day of the published total with rotations from which it starts, if it does
    policy: Mapping[str, float] = field(default_factory=dict)  # levers, over all quarters
    cut: tuple[str, float] | None = None  # announced: host and persons
    with_cut: Mapping[str, float] = field(default_factory=dict)  # levers only where the cut is executed
    change: float = 0.0  # given change of the whole, persons
    priors: Mapping[str, Prior | float] = field(default_factory=dict)

    @property
    def quarters(self) -> tuple[str, ...]:
        """The quarters that are played."""
        begun = quarters.number(self.first)
        return tuple(quarters.label(begun + k) for k in range(QUARTERS))

    def plan(self, policy: Mapping[str, float]) -> Plan:
        """The episode as a plan of the simulator with these levers over all quarters."""
        present = np.append(np.nan_to_num(self.hosts), self.elsewhere)
        least = np.array([ROOM.get(place, 0.0) for place in (*ALLIES, "OTHER")])
        capacity = np.maximum(SPARE * present, least)
        capacity[-1] = self.elsewhere
        cut = self.cut
        return Plan(
            name=self.name,
            quarters=self.quarters,
            roster=replace(reference.roster(), start=self.first, troops=present, capacity=capacity),
            levers={n: np.full(QUARTERS, policy.get(n, lever.neutral)) for n, lever in levers().items()},
            strategies=(DEFAULT_STRATEGY,) * len(ALLIES),
            withdrawals=(Withdrawal((cut[0],), cut[1], self.first, OVER, ANNOUNCED),) if cut else (),
            priors=self.priors,
        )


def realised(name: str, count: str, first: str, folder: Path | None = None) -> Episode:
    """An episode that is given the total as it came out in its last quarter, by the lever `pivot`."""
    hosts = _at_start(count, folder)
    last = quarters.label(quarters.number(first) + QUARTERS - 1)
    change = float(np.nansum(counts([last], folder)[0] - hosts))
    policy = {"pivot": -change} if change < 0 else {"surge": change}
    given = f"total as it came out in {last}: {change:+,.0f}"
    return Episode(name=name, given=given, count=count, first=first, hosts=hosts, policy=policy, change=change)


def episodes(folder: Path | None = None) -> dict[str, Episode]:
    """The three episodes as planned, by name. Raises DataError when a table lacks what they need."""
    cut, kept = -announced("Germany 2020", "DEU", folder), announced("Germany 2020", "EUROPE", folder)
    surge = announced("Surge 2022", "EUROPE", folder)
    before = _at_start("2021Q4", folder)
    totals = published("EUROPE", folder)
    if not totals:
        raise DataError("us_totals.csv: no rows for EUROPE. Add them.")
    day, present = next(iter(totals.items()))
    return {
        "2012": realised("2012", "2011Q3", "2012Q1", folder),
        "2020": Episode(
            name="2020", count="2020Q2", first="2020Q3", hosts=_at_start("2020Q2", folder),
            given=f"plan of July 2020: {cut:,.0f} out of Germany, {kept:,.0f} of them elsewhere in Europe",
            cut=("DEU", cut), with_cut={"surge": kept}, change=kept - cut,
        ),
        "2022": Episode(
            name="2022", count="2021Q4", first="2022Q1", hosts=before, since=day,
            given=f"{surge:+,.0f} on {present:,.0f}, rotations included",
            elsewhere=present - float(np.nansum(before)), policy={"surge": surge}, change=surge,
        ),
    }  # fmt: skip


def attempts(folder: Path | None = None) -> dict[str, Episode]:
    """Every attempt of the plan by its name: A0 as things stand, and what was changed for the others."""
    base = episodes(folder)
    everywhere = {"movement_limit": uncertainties()["movement_limit"].prior.high}
    east = {**base["2022"].policy, "tilt_to_exposed": levers()["tilt_to_exposed"].high}
    return {
        **{f"A0 {name}": episode for name, episode in base.items()},
        "A1 2020, given that it was not executed": replace(base["2020"], priors={"execution": 0.0}),
        "A2 2012, nothing limits leaving": replace(base["2012"], priors={"release_rate": 1.0}),
        "A3 2022, 30,000 can set out in a quarter": replace(base["2022"], priors=everywhere),
        "A4 2022, tilt to the exposed 3": replace(base["2022"], policy=east),
        "A5 2012, from the count of 2012Q3": realised("2012", "2012Q3", "2012Q4", folder),
    }


# --- playing --------------------------------------------------------------------------------------------------------


class Replay(NamedTuple):
    """What the mechanics make of an episode, persons."""

    stationed: Array  # [T, H, R]
    present: Array  # [T, H, R] stationed, or under way to the place


def states(plan: Plan, seed: int, worlds: Sequence[int]) -> Iterator[State]:
    """The worlds after each quarter when nothing but `deploy` moves them."""
    state, given = start(plan, seed, worlds)
    luck, cast = draws.quiet(seed, worlds, plan.quarters), Columns(plan.strategies)
    for row in range(len(plan.quarters)):
        state = play_quarter(state, at_quarter(plan, given, luck, row, cast), (deploy,))
        yield state


def _played(plan: Plan, seed: int, worlds: Sequence[int]) -> Replay:
    seen = list(states(plan, seed, worlds))
    stationed = np.stack([state.stationed.T for state in seen])
    return Replay(stationed, np.stack([(state.stationed + sum(state.in_transit)).T for state in seen]))


def replay(episode: Episode, worlds: int = 500, seed: int = 0) -> Replay:
    """An episode in many worlds. Levers tied to its cut hold where the cut is executed. Raises InputError."""
    chosen = range(whole("worlds", worlds, 1, 10**5))
    whole("seed", seed, 0)
    plan = episode.plan(episode.policy)
    found = _played(plan, seed, chosen)
    if not episode.with_cut:
        return found
    done = plan.executed(seed, chosen, plan.params(seed, chosen).posture.execution)[:, 0] > 0.0
    other = _played(episode.plan({**episode.policy, **episode.with_cut}), seed, chosen)
    return Replay(*(np.where(done, yes, no) for yes, no in zip(other, found, strict=True)))


def baselines(episode: Episode) -> dict[str, Array]:
    """The rules that the mechanics are compared with, by host [T, A], persons."""
    before = episode.hosts
    growth = episode.change / np.nansum(before)
    part = np.arange(1, QUARTERS + 1)[:, None] / QUARTERS
    still = np.broadcast_to(before, (QUARTERS, len(before)))
    return {"persistence": still, "at once": still * (1.0 + growth), "in a line": still * (1.0 + growth * part)}


# --- scoring --------------------------------------------------------------------------------------------------------


def scored(forecast: Any, came: Any, rivals: Mapping[str, Any]) -> dict[str, Any]:
    """Scores of an ensemble [..., R] and of single forecasts [...], averaged over what was counted; nan is no count.

    CRPS and absolute error of the median in the unit of the forecast; skill of both against each rival. What has no
    value (nothing was counted, or the rival made no error) is None.
    """
    there = ~np.isnan(came)
    if not there.any():
        none = dict.fromkeys(rivals)
        return {"cells": 0, "crps": None, "error": None, "rivals": none, "skill": none, "skill_of_median": none}
    crps = float(np.mean(scores.crps(forecast[there], came[there])))
    error = float(np.mean(scores.absolute_error(forecast[there], came[there])))
    off = {name: float(np.mean(np.abs(rival[there] - came[there]))) for name, rival in rivals.items()}
    return {
        "cells": int(there.sum()),
        "crps": crps,
        "error": error,
        "rivals": off,
        "skill": {name: _saved(crps, reference) for name, reference in off.items()},
        "skill_of_median": {name: _saved(error, reference) for name, reference in off.items()},
    }


def _saved(score: float, reference: float) -> float | None:
    return float(scores.skill(score, reference)) if reference > 0.0 else None


def score_rows(name: str, episode: Episode, found: Replay, folder: Path | None = None) -> list[dict[str, Any]]:
    """Scores of one attempt: for all hosts, Germany, the others and the sum of hosts, by horizon."""
    came = counts(episode.quarters, folder) + 0.0 * episode.hosts
    rivals = baselines(episode)
    germany = ALLIES.index("DEU")
    hosts, others = found.stationed[:, :-1], np.arange(len(ALLIES)) != germany
    counted = ~np.isnan(came)
    some = np.where(counted.any(axis=1), 1.0, np.nan)
    targets: dict[str, tuple[Any, Any, dict[str, Any]]] = {
        "hosts": (hosts, came, rivals),
        "DEU": (hosts[:, germany], came[:, germany], {n: r[:, germany] for n, r in rivals.items()}),
        "others": (hosts[:, others], came[:, others], {n: r[:, others] for n, r in rivals.items()}),
        "sum": (
            np.sum(found.present[:, :-1] * counted[..., None], axis=1),
            np.nansum(came, axis=1) * some,
            {n: np.nansum(r * counted, axis=1) for n, r in rivals.items()},
        ),
    }
    return [
        {"attempt": name, "episode": episode.name, "of": of, "horizon": band}
        | scored(forecast[a - 1 : b], seen[a - 1 : b], {n: r[a - 1 : b] for n, r in against.items()})
        for of, (forecast, seen, against) in targets.items()
        for band, (a, b) in BANDS.items()
    ]


def total_rows(name: str, episode: Episode, found: Replay, folder: Path | None = None) -> list[dict[str, Any]]:
    """The total with rotations, stationed or under way, against what was published within the episode, if it can be."""
    before, rows = float(np.nansum(episode.hosts)) + episode.elsewhere, []
    for day, came in published("EUROPE", folder).items():
        if episode.since and day > episode.since and _quarter(day) in episode.quarters:
            total = found.present[episode.quarters.index(_quarter(day))].sum(axis=0)
            off = {"crps": float(scores.crps(total, came)), "persistence": abs(before - came)}
            rows.append({"attempt": name, "day": day, "published": came} | _band(total) | off)
    return rows


def _band(values: Any) -> dict[str, float]:
    """Median and central 90% of an ensemble [R]."""
    low, high = scores.ends(values, 0.9)
    return {"median": float(np.median(values)), "low": float(low), "high": float(high)}


def path_rows(episode: Episode, found: Replay, folder: Path | None = None) -> list[dict[str, Any]]:
    """Median and 90% band by quarter and host, beside the count (None where there is none), persons."""
    came = counts(episode.quarters, folder)
    return [
        {"episode": episode.name, "quarter": label, "host": iso3}
        | _band(found.stationed[t, i])
        | {"start": _plain(episode.hosts[i]), "count": _plain(came[t, i])}
        for t, label in enumerate(episode.quarters)
        for i, iso3 in enumerate(ALLIES)
    ]


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def host_rows(found: Replay, episode: Episode, folder: Path | None = None) -> list[dict[str, Any]]:
    """Published figures with rotations for single hosts beside what is stationed there in the replay: not scored."""
    groups = {"POL": ("POL",), "ROU": ("ROU",), "BALTICS": ("EST", "LTU", "LVA")}
    rows = []
    for place, members in groups.items():
        index = [ALLIES.index(iso3) for iso3 in members]
        for day, came in published(place, folder).items():
            if _quarter(day) in episode.quarters:
                there = found.stationed[episode.quarters.index(_quarter(day)), index].sum(axis=0)
                rows.append({"place": place, "day": day, "published": came} | _band(there))
    return rows


# --- announced against executed -------------------------------------------------------------------------------------


def moves(folder: Path | None = None) -> list[dict[str, Any]]:
    """Announced moves by plan: what was said, how it ended by the record, what counts or published totals show.

    `before` is the last figure before the first day of the plan, `after` the last one within two years.
    """
    rows, found = reference.table("us_moves", folder), []
    for plan in dict.fromkeys(row["plan"] for row in rows):
        own = sorted((row for row in rows if row["plan"] == plan), key=lambda row: row["date"])
        place, day = own[0]["place"], own[0]["date"]
        before, after = _figures(place, day, folder)
        found.append(
            {
                "plan": plan, "place": place, "day": day, "announced": announced(plan, place, folder),
                "ended": own[-1]["status"], "figures": "with rotations" if place == "EUROPE" else "permanent",
                "before": before, "after": after, "change": None if None in (before, after) else after - before,
            }
        )  # fmt: skip
    return found


def _figures(place: str, day: str, folder: Path | None) -> tuple[Any, Any]:
    """The last figure before a day and the last within two years after it, persons; None where there is none."""
    if place == "EUROPE":
        dated = published(place, folder)
        begun, until = day, f"{int(day[:4]) + 2}{day[4:]}"
    else:
        begun = _quarter(day)
        until = quarters.label(quarters.number(begun) + 8)
        labels = quarters.span(quarters.label(quarters.number(begun) - 8), until)
        column = counts(labels, folder)[:, ALLIES.index(place)]
        dated = {label: float(value) for label, value in zip(labels, column, strict=True) if not np.isnan(value)}
    before = [value for date, value in dated.items() if date < begun]
    after = [value for date, value in dated.items() if begun <= date <= until]
    return (before[-1] if before else None), (after[-1] if after else None)


def execution(folder: Path | None = None) -> dict[str, Any]:
    """Announced withdrawals, how many were executed, and what the prior of `execution` had expected."""
    cuts = [row for row in moves(folder) if row["announced"] < 0]
    prior = uncertainties()["execution"].prior
    mean = float(np.mean(prior.quantile((np.arange(10_000) + 0.5) / 10_000)))
    return {
        "cases": len(cuts),
        "executed": sum(row["ended"] == "executed" for row in cuts),
        "prior": prior.words(),
        "prior_mean": mean,
    }


# --- the whole ------------------------------------------------------------------------------------------------------


def data(worlds: int = 500, seed: int = 0, folder: Path | None = None) -> dict[str, Any]:
    """The hindcast as plain data: scores, totals, single hosts, paths, moves. Raises InputError."""
    found: dict[str, Any] = {
        "worlds": worlds, "seed": seed, "given": {}, "scores": [], "totals": [], "hosts": [], "paths": [],
        "moves": moves(folder), "execution": execution(folder),
    }  # fmt: skip
    for name, episode in attempts(folder).items():
        played = replay(episode, worlds, seed)
        found["scores"] += score_rows(name, episode, played, folder)
        found["totals"] += total_rows(name, episode, played, folder)
        if name == f"A0 {episode.name}":
            found["given"][episode.name] = episode.given
            found["paths"] += path_rows(episode, played, folder)
        if episode.since:
            found["hosts"] += [{"attempt": name} | row for row in host_rows(played, episode, folder)]
    return found


def better(found: Mapping[str, Any]) -> dict[str, bool]:
    """Whether the mechanics beat persistence in each episode: CRPS over hosts and all scored quarters (A0)."""
    return {
        row["episode"]: row["crps"] < row["rivals"]["persistence"]
        for row in found["scores"]
        if row["attempt"] == f"A0 {row['episode']}" and (row["of"], row["horizon"]) == ("hosts", "all")
    }


def report(worlds: int = 500, seed: int = 0) -> str:
    """The hindcast as text. Raises InputError."""
    return text(data(worlds, seed))


def text(found: Mapping[str, Any]) -> str:
    """What `data` returned, for a terminal."""
    parts = [
        f"Posture hindcast: {found['worlds']:,} worlds, seed {found['seed']}. Each episode is given a total or a cut; "
        "no rule decides it.",
        "\n".join(f"{name}: {given}" for name, given in found["given"].items()),
        "Against counts of permanent troops: persons a cell, and CRPS skill against each rule, better above 0\n"
        + _score_table(found["scores"]),
        "\n".join(
            f"{name}: {'better' if well else 'NOT better'} than persistence" for name, well in better(found).items()
        ),
        "Hosts in the last quarter with a count: median (90% of worlds)\n" + _path_table(found["paths"]),
        "US troops in Europe with rotations, stationed or under way\n" + _total_table(found["totals"]),
        "Single hosts with rotations, not scored: what stood there in rotation before is not known\n"
        + _host_table(found["hosts"]),
        "Announced against executed\n" + _move_table(found["moves"]),
        _execution_words(found["execution"]),
        "With neutral tilts the rules aim at proportion: against the proportional rules they can win by timing alone.",
    ]
    return "\n\n".join(parts)


def _score_table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ("attempt", "of", "quarters", "cells", "CRPS", "median off", *BASELINES)
    return lines(head, [
        (row["attempt"], row["of"], row["horizon"], row["cells"], _persons(row["crps"]), _persons(row["error"]),
         *(f"{_persons(row['rivals'][b])} {_skill(row['skill'][b])}" for b in BASELINES))
        for row in rows
        if row["cells"] and (row["attempt"].startswith("A0") or row["horizon"] == "all")
    ])  # fmt: skip


def _path_table(rows: Sequence[Mapping[str, Any]]) -> str:
    last = {row["episode"]: row["quarter"] for row in rows if row["count"] is not None}
    head = ("episode", "quarter", "host", "at the start", "replay", "count")
    return lines(head, [
        (row["episode"], row["quarter"], row["host"], _persons(row["start"]), _banded(row), _persons(row["count"]))
        for row in rows
        if row["quarter"] == last[row["episode"]] and row["host"] in LARGEST
    ])  # fmt: skip


def _total_table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ("attempt", "day", "published", "replay", "CRPS", "persistence")
    return lines(head, [
        (row["attempt"], row["day"], _persons(row["published"]), _banded(row), _persons(row["crps"]),
         _persons(row["persistence"]))
        for row in rows
    ])  # fmt: skip


def _host_table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ("attempt", "place", "day", "published", "replay")
    return lines(head, [
        (row["attempt"], row["place"], row["day"], _persons(row["published"]), _banded(row)) for row in rows
    ])  # fmt: skip


def _move_table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ("plan", "place", "announced", "ended", "figures", "before", "after", "change")
    return lines(head, [
        (row["plan"], row["place"], f"{row['announced']:+,.0f}", row["ended"], row["figures"], _persons(row["before"]),
         _persons(row["after"]), "–" if row["change"] is None else f"{row['change']:+,.0f}")
        for row in rows
    ])  # fmt: skip


def _execution_words(row: Mapping[str, Any]) -> str:
    return (
        f"Of {row['cases']} announced withdrawal{'s' * (row['cases'] != 1)} on record {row['executed']} executed; "
        f"the prior of `execution` ({row['prior']}) has a mean of {row['prior_mean']:.2f}. So few cases decide nothing."
    )


def _persons(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _skill(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2) + 0.0:+.2f}"


def _banded(row: Mapping[str, Any]) -> str:
    return f"{row['median']:,.0f} ({row['low']:,.0f}–{row['high']:,.0f})"
