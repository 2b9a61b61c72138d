"""Results as text for people and as plain data for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from textwrap import fill
from typing import Any

import numpy as np
import xarray as xr

from sim import evidence, facts, results, ways
from sim.analysis.decision import PLAN, PLAYED, Decision, Lift, Term
from sim.analysis.explanation import Explanation
from sim.outcomes import ANY, FRONT_NAMES, HEADLINES, OUTCOMES
from sim.scenario import Scenario
from sim.tables import lines, number

REPORTED = (*HEADLINES, "us_share_of_spending", "allies_at_2", "allies_at_3_5", "gap_burilkov_wolff", "cohesion")
"""Outcomes that are always reported, the headlines first."""

WHERE_MOVED = (
    "credibility_at_the_fronts", "brigades_europe_canada", "baltic_brigades", "readiness", "burden_gini",
    "troops_below_floor", "us_cost_abroad", "us_cost_structure", "us_cost_moving", "aid_to_ukraine",
    "attacks_in_ukraine", "grey_zone_incidents", "nuclear_hedging",
)  # fmt: skip
"""Outcomes that a comparison reports where they differ; the three costs come together or not at all."""

WIDTH = 110

EFFECTS = fill(
    "No difference between policies was ever scored, not even where levels were (article5 card): all of them are "
    f"judgement. {evidence.DETERRENCE}",
    WIDTH,
)
"""What stands below every comparison."""

COSTS = {name for name in WHERE_MOVED if name.startswith("us_cost")}

SCALAR = tuple(name for name, declared in OUTCOMES.items() if not declared.by and name != "risk")
"""All outcomes with one value a world and year; risks are told apart, by front and compared."""

ONLY_COMPARED = "Risks are shown as multiples of another scenario's only: article5 compare."

GAPS = tuple(name for name in SCALAR if name.startswith("gap_"))
"""Outcomes that ask when they come down to 0."""


def heading(table: xr.Dataset) -> dict[str, Any]:
    """What was run."""
    return {key: table.attrs[key] for key in ("scenario", "plan", "seed", "worlds", "start", "end")}


def run_text(scenario: Scenario, table: xr.Dataset, year: int, every: bool = False) -> str:
    """A run for people; `every` shows all outcomes."""
    title = f"{scenario.name}: {table.attrs['worlds']:,} simulated worlds, seed {table.attrs['seed']}, end of {year}"
    names = SCALAR if every else REPORTED
    rows = [outcome_row(table, name, year) for name in names]
    known = levels_known(table, year, evidence.as_scored(scenario.plan()), names)
    gaps = [[label(name, table), reached(table[name])] for name in GAPS]
    gaps_told = lines(["", "comes down to 0 (below: more than asked)"], gaps)
    rows = [[*row, known[name].badge] for name, row in zip(known, rows, strict=True)]
    table_told = lines(["", "median", "90% of worlds", "unit", "known"], rows)
    return "\n\n".join([title, table_told, known_text(known), gaps_told, ONLY_COMPARED, closing(scenario)])


def levels_known(table: xr.Dataset, year: int, plain: bool, names: Sequence[str]) -> dict[str, evidence.Known]:
    """How the level of each outcome of a run is known; `plain` says that the run has no policy of its own."""
    ahead = evidence.ahead(year, table.attrs["start"])
    return {name: evidence.level(name, ahead, plain) for name in names}


def known_text(known: Mapping[str, evidence.Known]) -> str:
    """What the badges do not say by themselves, and what was never scored."""
    told = []
    for name, (badge, words) in known.items():
        if words:
            scored = "" if badge == evidence.TESTED else f" ({evidence.scored_words(name)})"
            told.append(fill(f"{OUTCOMES[name].label}, {badge}: {words}{scored}.", WIDTH))
    return "\n".join([*told, fill(evidence.NOTHING_ELSE, WIDTH)])


def run_data(table: xr.Dataset, year: int, plain: bool) -> dict[str, Any]:
    """A run as plain data: what was run, median and 90% band of each outcome and how it is known, when gaps close.

    `plain` says that the run has no policy of its own: only then was anything scored.
    """
    found = {name: closes(table[name]) for name in GAPS}
    cells = _with_badges(results.summary(table, year, SCALAR), levels_known(table, year, plain, SCALAR))
    return heading(table) | {"year": year, "outcomes": cells, "closes": found}


def _with_badges(cells: dict[str, Any], known: Mapping[str, evidence.Known]) -> dict[str, Any]:
    """Numbers with the badge of each, and its words."""
    return {name: cell | {"badge": known[name].badge, "known": known[name].words} for name, cell in cells.items()}


def closes(gap: xr.DataArray) -> dict[str, Any]:
    """The year by which a gap has closed in half of the worlds (None: not reached), and the part where it never has."""
    years = results.year_reached(gap).values
    never = float(np.mean(np.isnan(years)))
    half = float(np.quantile(np.where(np.isnan(years), np.inf, years), 0.5, method="inverted_cdf"))
    return {"year": int(half) if np.isfinite(half) else None, "not_reached": never}


def reached(gap: xr.DataArray) -> str:
    """When a gap closes, in words; "not reached" is an answer."""
    found, end = closes(gap), int(gap.year[-1])
    if found["not_reached"] == 1.0:
        return f"not reached by {end} in any world"
    part = found["not_reached"]
    never = f"not reached by {end} in {'more than 99' if part > 0.995 else f'{100 * part:.0f}'}% of worlds"
    half = f"by {found['year']} in half of the worlds" if found["year"] else ""
    return "; ".join(part for part in (half, never if found["not_reached"] else "") if part)


def outcome_row(table: xr.Dataset, name: str, year: int) -> list[str]:
    """One outcome as cells: name, median, 90% band, unit."""
    low, middle, high = np.nanquantile(table[name].sel(year=year), [0.05, 0.5, 0.95])
    return [label(name, table), number(middle), f"{number(low)} to {number(high)}", OUTCOMES[name].unit]


def closing(*scenarios: Scenario) -> str:
    """Where the numbers come from, and what they are not."""
    keys = dict.fromkeys(key for scenario in scenarios for key in scenario.facts)
    sources = "".join(f"  {key}: {facts.cite(key)}\n" for key in keys)
    plans = ", ".join(dict.fromkeys(scenario.plan().fingerprint for scenario in scenarios))
    starts = ", ".join(dict.fromkeys(scenario.start for scenario in scenarios))
    return (f"Facts behind it:\n{sources}" if sources else "") + (
        "Simulated outcomes of stated assumptions (`article5 show levers`), not a forecast.\n"
        f"Plan {plans}, data up to 2024, US posture of {starts}."
    )


def comparison(both: xr.Dataset, year: int) -> dict[str, Any]:
    """A comparison as plain data."""
    rows = _with_badges(results.summary(both, year, SCALAR), {name: evidence.effect(name) for name in SCALAR})
    risks = [
        {"front": str(front), "school": str(school), "median": middle, "low": low, "high": high}
        for front, school, (low, middle, high) in risk_cells(both, year)
    ]
    keys = ("scenario", "baseline", "plan", "baseline_plan", "seed", "worlds")
    return {key: both.attrs[key] for key in keys} | {"year": year, "difference": rows, "relative_risk": risks}


def risk_cells(both: xr.Dataset, year: int) -> Iterator[tuple[str, str, np.ndarray]]:
    """Relative risk by front and school, that of any ally last: (front, school, 5%, 50%, 95% quantiles)."""
    fronts = both.relative_risk_by_front.sel(year=year)
    columns = {str(front): fronts.sel(front=front).values for front in fronts.front.values}
    for front, values in (columns | {ANY: both.relative_risk.sel(year=year).values}).items():
        for school in dict.fromkeys(both.school.values):
            yield front, school, np.nanquantile(values[both.school.values == school], [0.05, 0.5, 0.95])


def told(both: xr.Dataset, year: int, every: bool = False) -> tuple[str, ...]:
    """The outcomes that a comparison reports: those that always are, and those whose 90% band is not just 0."""
    if every:
        return SCALAR
    moved = {name for name in WHERE_MOVED if np.nanquantile(both[name].sel(year=year), [0.05, 0.95]).any()}
    return (*REPORTED, *(name for name in WHERE_MOVED if name in moved or (name in COSTS and COSTS & moved)))


def comparison_text(scenario: Scenario, baseline: Scenario, both: xr.Dataset, year: int, every: bool = False) -> str:
    """A comparison for people; `every` shows all outcomes."""
    rows = []
    for name in told(both, year, every):
        difference = both[name].sel(year=year)
        low, middle, high = np.nanquantile(difference, [0.05, 0.5, 0.95])
        band = f"{number(low, sign=True)} to {number(high, sign=True)}"
        rows.append([label(name, both), number(middle, sign=True), band, OUTCOMES[name].unit, _doubt(difference)])
    schools = list(dict.fromkeys(both.school.values))
    cells = {(f, s): f"{m:.1f} ({low:.1f}–{high:.1f})" for f, s, (low, m, high) in risk_cells(both, year)}
    fronts = list(dict.fromkeys(front for front, _ in cells))
    risks = [[FRONT_NAMES[front], *(cells[front, school] for school in schools)] for front in fronts]
    return "\n".join([
        f"{scenario.name} against {baseline.name}: {both.attrs['worlds']:,} simulated worlds, end of {year}\n",
        lines(["difference, world by world", "median", "90% of worlds", "unit", ""], rows),
        "\nRisk of a limited attack since the start, as a multiple of the baseline: median (90% of worlds), by school",
        lines(["front", *schools], risks),
        "\nBoth runs are measured against the scenario's threshold. The risks rest on judgement and cannot be scored;\n"
        f"schools are not weighed against each other.\n{EFFECTS}\n"
        + closing(scenario) + "\n",
    ])  # fmt: skip


def label(name: str, table: xr.Dataset) -> str:
    """What an outcome is called, with the threshold in force at the end where it counts."""
    label = OUTCOMES[name].label
    return f"{label}, {table.attrs['threshold']:g}%" if name.endswith("at_threshold") else label


def _doubt(difference: xr.DataArray) -> str:
    """What must be said of a difference beside its band."""
    (one,) = ways.ways(difference.values[None, :]).rows()
    return one.beside()


# --- one budget in one world --------------------------------------------------------------------------------------

NOTICED = 0.005
"""Smallest change that shows with two digits, pp of GDP."""

NOTABLE = 0.05
"""Smallest part that a headline names as a counterweight, pp of GDP."""

HABITS = "drift, habit, growth and events"
"""What is left of a change when every cause is switched off."""

HABITS_AND_PLAYERS = f"{HABITS}, and what players decided"
"""The same, where players decided one of the budgets."""

SEEN = {
    "drift": "without any threat",
    "threat": "threat {threat:.2f} of 1",
    "fiscal room": "room {room:.2f} of 1; slows a rise, not a fall",
    "help": "log change of the help expected {help_change:+.3f}",
    "hosted troops": "log change of US troops hosted {host_change:+.3f}",
    "lift": "toward the line of {pledge:.2f}, never past it",
    "line": "part of the gap to the line of {pledge:.2f}",
    "peers": "log change of the others' reported spending {peers_change:+.3f}",
    "limit": "a share lies between 0 and 10",
}
"""What a term of a decision looked at, in the words of the observation."""

STRATEGIES = {
    "PledgeKeeper": "is lifted toward its line from below; nothing lifts it past the line, or pulls it down to it",
    "Drifter": "no pledge moves it: line and lift play no part",
    "Attractor": "closes a part of its gap to the line from both sides: what lifts others plays no part",
    "FreeRider": "spends less when the others spend more: line and lift play no part",
    "Follower": "spends more when the others spend more: line and lift play no part",
    PLAYED: "an event of the scenario says so, whatever the ally's strategy; no term of the model plays a part",
}


def headline(found: Explanation) -> str:
    """An explanation in one sentence: how much, how much more, mostly why, and what weighs most against it."""
    way = 1.0 if found.change >= 0 else -1.0
    for_, against = _strongest(found, way, NOTICED), _strongest(found, -way, NOTABLE)
    moved = f"{abs(found.change):.2f} pp {'more' if way > 0 else 'less'} than in {found.year_start}"
    if found.year in found.played:
        for_, against = PLAYED, ""
    why = f": {for_ if for_ == PLAYED else f'mostly {for_}'}" if for_ else ""
    but = f"; most of what weighs against it: {against}" if against else ""
    if abs(found.change) < NOTICED:
        moved, but = f"as much as in {found.year_start}", ""
        why = f": {for_} against {against}" if for_ and against else f": {PLAYED}" if for_ == PLAYED else ""
    return f"{found.name} spends {found.share:.2f}% of GDP in {found.year} in world {found.world}, {moved}{why}{but}."


def _strongest(found: Explanation, way: float, least: float) -> str:
    """The largest part that goes this way, up or down, in words; nothing where it is smaller than the least."""
    parts = {part.about: part.part for part in found.parts} | {_habits(found): found.start_and_drift}
    about = max(parts, key=lambda name: way * parts[name])
    return f"{about} ({_signed(parts[about])} pp)" if way * parts[about] >= least else ""


def _habits(found: Explanation) -> str:
    return HABITS_AND_PLAYERS if found.played else HABITS


def explanation_text(found: Explanation) -> str:
    """An explanation for people."""
    parts = [[p.about, _signed(p.part), f"{p.without:.2f}"] for p in found.parts]
    parts += [[_habits(found), _signed(found.start_and_drift), ""], ["in all", _signed(found.change), ""]]
    alone = found.coalitions[-1].share
    return "\n".join([
        headline(found) + "\n",
        lines([f"since {found.year_start} ({found.share_start:.2f}%)", "pp of GDP", "share without it, %"], parts),
        "\nEach line is what the cause adds, on average over all orders of switching causes on. Without it: this very\n"
        "world played again, the cause switched off for all allies from the start. Where a part is large and its\n"
        f"absence changes little, other causes would have done the same. Without any of them: {alone:.2f}%.\n",
        _decision_text(found.decision, found.year),
        f"\n{found.scenario}, plan {found.plan}, seed {found.seed}, world {found.world} (school {found.school}).\n"
        "One simulated world of stated assumptions, not a forecast.",
    ])  # fmt: skip


def explanation_data(found: Explanation) -> dict[str, Any]:
    """An explanation as plain data. Shares are % of GDP; parts, terms and lifts are pp of GDP."""
    return {"headline": headline(found), "change": found.change} | asdict(found)


def _decision_text(made: Decision, year: int) -> str:
    """The budget of one year, term by term."""
    plan = [_term_row(term, made) for term in made.terms if term.name in PLAN]
    rest = [_term_row(term, made) for term in made.terms if term.name not in PLAN]
    planned = [] if made.planned is None else [["= planned share", f"{made.planned:.2f}", ""]]
    reports = [name for name, on in (("in its own favour", made.flattery), ("an error", made.report_error)) if on]
    rows = [
        ["share before", f"{made.share_before:.2f}", ""], *plan, *planned, *rest,
        ["= share", f"{made.share:.2f}", ""],
        ["reported share", f"{made.reported:.2f}", " and ".join(reports)],
    ]  # fmt: skip
    table = lines([f"budget of {year}", "% of GDP", ""], rows)
    words = STRATEGIES.get(made.strategy)
    if words is None:
        seen = ", ".join(f"{name} {value:.3g}" for name, value in made.observation.items())
        words = f"a strategy of its own, shown as a whole\nIt saw: {seen}"
    return f"{table}\n{made.strategy}: {words}." + (f"\n{_lift_text(made.lift)}" if made.lift else "")


def _term_row(term: Term, made: Decision) -> list[str]:
    above = term.name == "lift" and made.planned is not None and made.planned >= made.line
    words = "planned above the line of {pledge:.2f}" if above else SEEN.get(term.name, "")
    return [term.name, _signed(term.pp), words.format(**made.observation)]


def _lift_text(lift: Lift) -> str:
    """The lift and its parts, as a product."""
    asked = " ".join(f"{_signed(value)} {name}" for name, value in lift.asked.items() if value)
    factors = "".join(f" × {value:.2f} {name}" for name, value in lift.factors.items() if name != "forces")
    return f"Lift: ({asked}){factors} = {lift.available:.2f} pp available, {lift.used:.2f} used."


def _signed(pp: float) -> str:
    """A change in pp of GDP; a plain 0 is exact."""
    return f"{pp:+.2f}" if pp else "0"
