"""The posture hindcast: the rules as they are, scores as by hand, and what was found, failures included."""

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from sim import draws, reference
from sim.agents import Columns, opening
from sim.analysis import posture_hindcast as hindcast
from sim.cli import main
from sim.errors import InputError
from sim.now import at_quarter
from sim.reference import ALLIES, DataError
from sim.rules import total
from sim.step import play_quarter

AT = ALLIES.index


def tiny(**changes):
    """An episode with soldiers in Germany and Italy only."""
    hosts = np.zeros(len(ALLIES))
    hosts[AT("DEU")], hosts[AT("ITA")] = 1000.0, 500.0
    return hindcast.Episode(name="tiny", given="", count="2011Q3", first="2012Q1", hosts=hosts, **changes)


@pytest.fixture(scope="module")
def found():
    """The hindcast as the command prints it."""
    return hindcast.data()


def score(found, attempt, of="hosts", horizon="all"):
    (row,) = [r for r in found["scores"] if (r["attempt"], r["of"], r["horizon"]) == (attempt, of, horizon)]
    return row


def test_a_drawdown_as_by_hand():
    """1,200 are wanted in proportion, 800 and 400; no more than a tenth of what is there leaves in a quarter."""
    played = hindcast.replay(tiny(policy={"pivot": 300.0}, priors={"release_rate": 0.1}), 1).stationed[..., 0]
    assert played[:4, AT("DEU")] == pytest.approx([900, 810, 800, 800])
    assert played[:4, AT("ITA")] == pytest.approx([450, 405, 400, 400])
    assert played.sum(axis=1)[3:] == pytest.approx(1200)


def test_a_surge_as_by_hand():
    """200 set out, then 100; they arrive two quarters later, two in three of them in Germany."""
    episode = tiny(policy={"surge": 300.0}, priors={"movement_limit": 200.0, "lag": 2.0})
    played = hindcast.replay(episode, 1)
    assert played.present[:4].sum(axis=1).ravel() == pytest.approx([1700, 1800, 1800, 1800])
    assert played.stationed[:5, AT("DEU"), 0] == pytest.approx([1000, 1000, 1000 + 400 / 3, 1200, 1200])
    assert played.stationed[:5, AT("ITA"), 0] == pytest.approx([500, 500, 500 + 200 / 3, 600, 600])


@pytest.mark.parametrize("name", hindcast.attempts())
def test_no_soldier_is_lost_or_made(name):
    episode = hindcast.attempts()[name]
    plan = episode.plan({**episode.policy, **episode.with_cut})
    roster = plan.roster
    everyone = roster.troops.sum() + roster.home + roster.indopacific + roster.border
    for state in hindcast.states(plan, 0, range(20)):
        here = total(state.stationed + sum(state.in_transit))
        assert here + state.home + state.indopacific + state.border == pytest.approx(everyone, rel=1e-12)
        assert (state.stationed >= 0.0).all()


def test_what_is_announced_and_not_executed_is_persistence_exactly():
    episode = hindcast.episodes()["2020"]
    still = hindcast.replay(hindcast.attempts()["A1 2020, given that it was not executed"], 50)
    assert (still.stationed[:, :-1] == episode.hosts[:, None]).all()
    plan = episode.plan({})
    done = plan.executed(0, range(50), plan.params(0, range(50)).posture.execution)[:, 0] > 0
    assert 0 < done.sum() < 50
    played = hindcast.replay(episode, 50).stationed
    assert (played[..., ~done] == still.stationed[..., ~done]).all()
    assert (played[-1, AT("DEU")][done] < episode.hosts[AT("DEU")] - 9000).all()


@pytest.mark.parametrize("name", ["2012", "2020", "2022"])
def test_the_whole_order_of_play_moves_the_same_troops(name):
    """The replay plays nothing but `deploy`; under neutral levers nothing else of a quarter reaches the troops."""
    episode, worlds = hindcast.episodes()[name], range(4)
    plan = episode.plan(episode.policy)
    state, given = opening(plan, 0, worlds)
    luck, cast = draws.block(0, worlds, plan.quarters), Columns(plan.strategies)
    alone = list(hindcast.states(plan, 0, worlds))
    for row in range(len(plan.quarters)):
        state = play_quarter(state, at_quarter(plan, given, luck, row, cast))
        assert np.array_equal(state.stationed, alone[row].stationed)


def test_scores_as_by_hand():
    forecast = np.array([[[0.0, 4.0]], [[10.0, 10.0]], [[7.0, 8.0]]])
    came = np.array([[1.0], [12.0], [np.nan]])
    row = hindcast.scored(forecast, came, {"still": np.array([[3.0], [8.0], [0.0]]), "right": came})
    # E|X − y| = 2 and 2; E|X − X'| over different members = 4 and 0
    assert row["cells"] == 2
    assert row["crps"] == pytest.approx(((2 - 4 / 2) + 2) / 2)
    assert row["error"] == pytest.approx((1 + 2) / 2)
    assert row["rivals"] == {"still": pytest.approx(3.0), "right": 0.0}
    assert row["skill"] == {"still": pytest.approx(2 / 3), "right": None}
    assert row["skill_of_median"]["still"] == pytest.approx(1 / 2)
    nothing = hindcast.scored(forecast[2:], came[2:], {"still": came[2:]})
    assert (nothing["cells"], nothing["crps"], nothing["skill"]) == (0, None, {"still": None})


def test_baselines_are_what_they_are_called():
    rules = hindcast.baselines(tiny(change=-150.0))
    assert set(rules) == set(hindcast.BASELINES)
    germany = {name: rule[:, AT("DEU")] for name, rule in rules.items()}
    assert (germany["persistence"] == 1000.0).all()
    assert germany["at once"] == pytest.approx(900.0)
    assert germany["in a line"] == pytest.approx(1000.0 - 100.0 * np.arange(1, 13) / 12)


def test_persistence_is_scored_as_the_table_says(found):
    """The reference of one episode again, straight from the rows."""
    rows = {(r["place"], r["quarter"]): float(r["permanent"]) for r in reference.table("us_troops")}
    labels = [q for q in hindcast.episodes()["2022"].quarters if ("DEU", q) in rows]
    assert len(labels) == 9
    off = np.mean([abs(rows["DEU", q] - rows["DEU", "2021Q4"]) for q in labels])
    assert score(found, "A0 2022", "DEU")["rivals"]["persistence"] == pytest.approx(off)


def test_the_same_seed_gives_the_same_hindcast():
    assert hindcast.data(20, 3) == hindcast.data(20, 3)
    assert hindcast.data(20, 3)["scores"] != hindcast.data(20, 4)["scores"]


def test_worlds_do_not_depend_on_how_many_there_are():
    episode = hindcast.episodes()["2020"]
    few, many = hindcast.replay(episode, 5), hindcast.replay(episode, 30)
    assert np.array_equal(few.stationed, many.stationed[..., :5])


def test_what_was_found(found):
    """One of three episodes beats persistence, and that one in Germany alone and by the given total alone."""
    assert hindcast.better(found) == {"2012": True, "2020": False, "2022": False}
    in_2012 = score(found, "A0 2012")["skill"]
    assert 0.05 < in_2012["persistence"] < 0.15
    assert score(found, "A0 2012", "DEU")["skill"]["persistence"] > 0.2
    assert score(found, "A0 2012", "others")["skill"]["persistence"] < -0.2
    assert in_2012["at once"] == pytest.approx(0.0, abs=1e-9)
    assert abs(in_2012["in a line"]) < 0.02
    assert score(found, "A0 2020")["skill"]["persistence"] < -0.5
    assert score(found, "A0 2022")["skill"]["persistence"] < -4
    assert score(found, "A0 2022")["skill"]["in a line"] < 0


def test_what_the_attempts_found(found):
    assert score(found, "A1 2020, given that it was not executed")["skill"]["persistence"] == pytest.approx(
        0, abs=1e-12
    )
    free = score(found, "A2 2012, nothing limits leaving")
    assert free["crps"] == pytest.approx(score(found, "A0 2012")["crps"], rel=1e-9)
    east = score(found, "A4 2022, tilt to the exposed 3")["skill"]["persistence"]
    assert score(found, "A0 2022")["skill"]["persistence"] < east < -4
    assert score(found, "A5 2012, from the count of 2012Q3")["skill"]["persistence"] > 0.05


def test_the_surge_of_2022_came_faster_than_the_rules_allow(found):
    rows = {(r["attempt"], r["day"]): r for r in found["totals"]}
    assert rows["A0 2022", "2022-03-22"]["median"] == pytest.approx(86_000)
    assert rows["A0 2022", "2022-06-29"]["median"] == pytest.approx(92_000)
    for row in rows.values():
        assert row["published"] == 100_000
        assert row["crps"] < row["persistence"] == 20_000
    poland = [r for r in found["hosts"] if (r["place"], r["day"]) == ("POL", "2023-09-30")]
    assert all(r["high"] < 0.05 * r["published"] for r in poland)


def test_announced_against_executed(found):
    by_plan = {row["plan"]: row for row in found["moves"]}
    assert (by_plan["Germany 2020"]["announced"], by_plan["Germany 2020"]["ended"]) == (-11_900, "cancelled")
    assert by_plan["Germany 2020"]["change"] > 0
    assert by_plan["Surge 2022"]["change"] == 20_000
    assert {row["figures"] for row in found["moves"]} == {"permanent", "with rotations"}
    assert (found["execution"]["cases"], found["execution"]["executed"]) == (1, 0)
    assert found["execution"]["prior_mean"] == pytest.approx(4 / 6, abs=0.001)


def test_quarters_without_counts_are_not_scored(found):
    missing = {row["quarter"] for row in found["paths"] if row["host"] == "DEU" and row["count"] is None}
    assert {"2022Q4", "2023Q1", "2023Q2", "2012Q1"} <= missing
    assert score(found, "A0 2022", "DEU", "5–8")["cells"] == 2


def test_paths_lie_in_their_bands_and_name_every_host(found):
    assert len(found["paths"]) == 3 * hindcast.QUARTERS * len(ALLIES)
    assert all(row["low"] <= row["median"] <= row["high"] for row in found["paths"])


def test_the_command_prints_what_was_found():
    result = CliRunner().invoke(main, ["posture-hindcast", "--worlds", "50"])
    assert result.exit_code == 0
    for words in ("2012: better than persistence", "2020: NOT better", "2022: NOT better", "1 announced withdrawal "):
        assert words in result.stdout
    as_json = CliRunner().invoke(main, ["posture-hindcast", "--worlds", "50", "--json"])
    assert json.loads(as_json.stdout)["worlds"] == 50


@pytest.mark.parametrize(("worlds", "seed", "message"), [(0, 0, "worlds: 0"), (5, -1, "seed: -1")])
def test_bad_numbers_are_refused(worlds, seed, message):
    with pytest.raises(InputError, match=message):
        hindcast.data(worlds, seed)


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("us_troops", "DEU,2021Q4,", "DEU,2021Q4,many", "us_troops.csv: .*permanent is no number"),
        ("us_troops", ",2011Q3,", ",2010Q3,", "us_troops.csv: no rows for quarter 2011Q3"),
        ("us_totals", "EUROPE,", "ASIA,", "us_totals.csv: no rows for EUROPE"),
        ("us_moves", "Surge 2022", "Surge", "us_moves.csv: no row for Surge 2022, EUROPE"),
    ],
)
def test_broken_tables_say_where_and_what(tmp_path, table, old, new, message):
    folder = shutil.copytree(reference.data_dir(), tmp_path / "data")
    path = folder / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        hindcast.episodes(folder)
