"""A seat at the table: the rules of a game, what a seat sees, the debrief, and the store on disk."""

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import ensemble, game, load_scenario
from sim.agents import Alliance
from sim.errors import InputError
from sim.game import UNITED_STATES, store
from sim.game.debriefing import EFFECTS, effect_words
from sim.game.follow import followed
from sim.game.play import ASKED, WAYS, in_force
from sim.game.seeing import history_words
from sim.game.shown import TOGETHER, panel_words
from sim.game.store import ALPHABET, CODE, LARGEST_GAME, Store
from sim.params import levers
from sim.reference import ALLIES
from sim.scenario import scenario_from

WORLDS = 24
ROLES = ("POL", "DEU", UNITED_STATES)


def begun(roles=ROLES, base="conditional-article5", **more):
    return game.start(base, roles, worlds=WORLDS, **more)


def a_year(here, **spending):
    """One year: what allies spend, then closed and revealed."""
    for role, share in spending.items():
        here = game.decide(here, role, share)
    return game.reveal(game.close(here))


def refused(move, *args, **more):
    with pytest.raises(InputError) as caught:
        move(*args, **more)
    assert len(caught.value.problems) == 1
    return str(caught.value)


@st.composite
def games(draw):
    """Games somewhere on their way: any moves that the rules allow."""
    roles = draw(st.lists(st.sampled_from(("POL", "DEU", "EST", UNITED_STATES)), min_size=1, max_size=3, unique=True))
    base = draw(st.sampled_from(("baseline", "conditional-article5")))
    here = begun(tuple(roles), base, seed=draw(st.integers(0, 9999)))
    for _ in range(draw(st.integers(0, 10))):
        role = draw(st.sampled_from(roles))
        match draw(st.sampled_from(("decide", "guess", "on", "back"))):
            case "decide" if not here.closed and not here.over and role == UNITED_STATES:
                value = draw(st.floats(0.0, 1.0))
                here = game.decide(here, role, levers={"conditionality": value}, why=draw(st.sampled_from(("", "So"))))
            case "decide" if not here.closed and not here.over:
                here = game.decide(here, role, draw(st.floats(0.0, 10.0)), who="A team")
            case "guess" if not here.closed and not here.over:
                here = game.guess(here, role, draw(st.sampled_from(WAYS)))
            case "on" if not here.over:
                here = game.reveal(here) if here.closed else game.close(here)
            case "back" if here.closed or here.year > here.first:
                here = game.back(here)
    return here


# --- the rules ----------------------------------------------------------------------------------------------------


def test_a_game_begins_in_the_second_year_and_takes_five():
    here = begun()
    assert (here.first, here.last, here.year, here.revealed) == (2026, 2030, 2026, 2025)
    assert here.waiting == ROLES
    assert not here.over


def test_a_year_is_decided_closed_and_revealed():
    here = game.decide(begun(), "POL", 4.5, who="Blue", why="We feel it")
    assert here.waiting == ("DEU", UNITED_STATES)
    here = game.decide(here, "POL", 5.0)
    assert here.choice("POL").spending == 5.0
    closed = game.close(here)
    assert closed.waiting == ()
    for move in (lambda g: game.decide(g, "POL", 3.0), lambda g: game.guess(g, "POL", "up"), game.close,
                 lambda g: game.leave(g, "POL"), lambda g: game.ask(g, "troops_europe")):  # fmt: skip
        assert "2026 is closed" in refused(move, closed)
    after = game.reveal(closed)
    assert (after.year, after.revealed, after.closed) == (2027, 2026, False)
    assert "not closed" in refused(game.reveal, after)


def test_the_last_year_can_be_taken_back_and_its_decisions_stand_to_be_changed():
    here = a_year(begun(), POL=4.5)
    here = game.decide(here, "DEU", 3.0)
    again = game.back(here)
    assert (again.year, again.closed) == (2026, False)
    assert again.choice("POL").spending == 4.5
    assert again.choice("DEU", 2027) is None
    assert game.back(game.close(again)) == again
    assert "There is none to take back" in refused(game.back, again)


def test_a_game_ends_and_can_go_back_from_there():
    here = begun(("POL",), last=2027)
    here = a_year(a_year(here, POL=4.0), POL=4.0)
    assert here.over
    assert "the game ended with 2027" in refused(game.decide, here, "POL", 4.0)
    assert "See its debrief" in refused(game.seat, here, "POL")
    assert game.back(here).year == 2027


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (dict(roles=()), "nobody is seated"),
        (dict(roles=("POL", "POL")), "name each once"),
        (dict(roles=("ISL",)), "Iceland has no armed forces"),
        (dict(roles=("PLO",)), "Did you mean 'POL'?"),
        (dict(roles=ALLIES[:13]), "at most 12"),
        (dict(base="nowhere"), "scenario: unknown 'nowhere'"),
        (dict(base="../baseline"), "scenario: unknown"),
        (dict(first=2025), "first: 2025 cannot be. It takes 2026 to 2035."),
        (dict(first=2030, last=2029), "last: 2029 cannot be."),
        (dict(first="2026"), "first: '2026' cannot be."),
        (dict(worlds=0), "worlds: 0 cannot be"),
        (dict(worlds=10_000), "worlds: 10000 cannot be"),
        (dict(seed=-1), "seed: -1 cannot be"),
        (dict(open_levers=("treshold",)), "unknown lever 'treshold'"),
        (dict(open_levers=tuple(levers())), "at most 10"),
        (dict(asked="risk"), "asked: unknown outcome 'risk'"),
    ],
)  # fmt: skip
def test_a_game_that_cannot_be_is_refused(made, said):
    base, roles = made.pop("base", "baseline"), made.pop("roles", ("POL",))
    assert said in refused(game.start, base, roles, **made)


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (("POL", 10.5), "spending: 10.5 is no share"),
        (("POL", float("nan")), "spending: nan is no share"),
        (("POL", None), "spending: None is no share"),
        (("POL", True), "spending: True is no share"),
        (("EST", 3.0), "nobody plays 'EST' here"),
        (("POL", 3.0, {"threshold": 3.0}), "levers: Poland has none to set"),
        ((UNITED_STATES, 3.0), "the United States decide by levers"),
        ((UNITED_STATES, None, {"law": 1.0}), "levers: 'law' is locked"),
        ((UNITED_STATES, None, {"conditionality": 1.5}), "levers.conditionality: 1.5"),
        (("POL", 3.0, None, "x" * 41), "name: 41 characters"),
        (("POL", 3.0, None, "![x](http://e)"), "name: '[' is not allowed"),
        (("POL", 3.0, None, "<b>"), "name: '<' is not allowed"),
        (("POL", 3.0, None, "", "a\u202eb"), "is not allowed"),
    ],
)
def test_what_cannot_be_decided_is_refused(decided, said):
    assert said in refused(game.decide, begun(), *decided)


def test_names_are_kept_in_one_line_and_normal_form():
    here = game.decide(begun(), "POL", 3.0, who="  Zespół\n１ ", why="Because: it's 100% right?")
    assert here.choice("POL").who == "Zespół 1"
    assert "Because: it's 100% right?" in game.scenario(game.close(here)).to_yaml()


# --- the scenario -------------------------------------------------------------------------------------------------


def test_decisions_become_events_when_a_year_is_closed():
    here = game.decide(begun(), "POL", 4.5, who="Blue", why="We feel it")
    here = game.decide(here, UNITED_STATES, levers={"conditionality": 0.2})
    assert game.scenario(here).plan() == here.unplayed.plan()
    plan = game.scenario(game.close(here)).plan()
    assert plan.decisions == {"POL": {"2026Q1": 4.5}}
    path = dict(zip(plan.quarters, plan.levers["conditionality"], strict=True))
    assert (path["2025Q4"], path["2026Q1"], path["2026Q2"], path["2035Q4"]) == (0.6, 0.6, 0.2, 0.2)
    last = game.scenario(game.close(here)).events[-2:]
    assert [event.why for event in last] == ["Decided by Poland (Blue): We feel it", "Decided by United States"]


def test_who_decides_nothing_leaves_it_to_the_model():
    here = game.decide(begun(), UNITED_STATES, levers={})
    assert game.scenario(game.close(here)).plan() == here.unplayed.plan()
    here = game.leave(game.decide(begun(), "POL", 9.0), "POL")
    assert game.scenario(game.close(here)).plan() == here.unplayed.plan()


@given(games())
def test_a_game_is_a_scenario_file(here):
    """Law 35: written, read and played again, it is the same plan; and all of it has happened by then."""
    from ruamel.yaml import YAML

    made = game.scenario(here)
    again = scenario_from(YAML(typ="safe", pure=True).load(made.to_yaml()), "played")
    assert again.plan().fingerprint == made.plan().fingerprint
    told = {(ally, int(q[:4])): share for ally, by in made.plan().decisions.items() for q, share in by.items()}
    settled = {
        (c.role, c.year): c.spending
        for c in here.choices
        if c.spending is not None and (c.year < here.year or here.closed)
    }
    assert told == settled


def test_nothing_is_shown_of_a_year_before_it_is_revealed():
    here = game.close(game.decide(begun(), "POL", 9.0))
    assert game.record(here).decisions.empty
    assert int(game.wall(here).spending.year.max()) == 2025
    assert "nothing was revealed yet" in refused(game.debrief, here)


# --- what a seat sees ---------------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(games())
def test_a_seat_sees_what_its_agent_sees_in_mesa(here):
    """The view is the observation of the very world: played agent by agent, it is the same bit for bit."""
    year = min(here.year, here.last)
    plan = game.scenario(here, before=year).plan()
    model = Alliance(plan, here.seed, here.world)
    for _ in range(plan.quarters.index(f"{year}Q1") + 1):
        before = model.state
        model.step()
    found = followed(plan, here.seed, here.world, year)[year]
    for name, column in model.observation._asdict().items():
        np.testing.assert_array_equal(getattr(found.seen, name)[0], column, err_msg=name)
    np.testing.assert_array_equal(found.before.reported[0], before.reported)
    np.testing.assert_array_equal(found.before.share[0], before.share)
    at = ALLIES.index("FRA")  # nobody plays it: what was suggested is what it does
    assert found.suggested[0, at] == model.allies[at].share


def test_a_seat_sees_its_own_share_and_only_reports_of_the_others():
    here = a_year(begun(), POL=4.5)
    found = game.seat(here, "POL")
    plan = game.scenario(here).plan()
    data = ensemble.run(plan, WORLDS, here.seed, keep=("share", "share_reported")).sel(quarter="2026Q4")
    world = data.isel(world=here.world)
    assert found.last_share == 4.5 == float(world.share.sel(ally="POL"))
    shown = found.reported.set_index("ally")["last"]
    assert shown["Germany"] == float(world.share_reported.sel(ally="DEU"))
    assert shown["Germany"] != float(world.share.sel(ally="DEU"))
    assert "Iceland" not in shown.index
    assert list(found.reported.ally[found.reported.you]) == ["Poland"]
    assert found.history.share.dropna().iloc[-1] == 4.5
    assert dict(zip(found.facts.what, found.facts.value, strict=True))["You spent last year"] == "4.50% of GDP"


def test_a_seat_does_not_see_this_years_choices_of_others():
    here = begun()
    before = game.seat(here, "DEU")
    here = game.decide(game.decide(here, "POL", 9.0), UNITED_STATES, levers={"conditionality": 0.0})
    after = game.seat(game.close(here), "DEU")
    for part in ("facts", "reported", "history"):
        assert getattr(before, part).equals(getattr(after, part))
    assert before.news == after.news


def test_the_news_tell_what_the_united_states_changed_a_year_later():
    here = game.decide(begun(), UNITED_STATES, levers={"conditionality": 0.2}, why="Enough is enough")
    found = game.seat(game.reveal(game.close(here)), "POL")
    assert "The United States give a reason: Enough is enough." in found.news
    assert any(line.endswith(": 0.6 → 0.2 (0 to 1).") for line in found.news)
    assert "0.20 of 1" in set(found.facts.value)


def test_the_united_states_see_reports_and_their_open_levers():
    found = game.seat(begun(open_levers=("threshold", "pressure")), UNITED_STATES)
    assert list(found.in_force.lever) == ["threshold", "pressure"]
    assert list(found.in_force.value) == [5.0, 0.0]
    assert found.history.empty
    assert found.last_share is None
    assert in_force(begun())["conditionality"] == 0.6


@pytest.mark.parametrize("role", ROLES)
def test_no_seat_is_told_what_is_hidden(role):
    """Risks by ally, what Russia believes and what the model would do are told to nobody before the reveal."""
    found = game.seat(begun(), role)
    told = " ".join([*found.card, *found.news, *found.facts.what, *found.facts.means]).lower()
    assert not [word for word in ("risk", "hazard", "suggest", "russia believes", "school") if word in told]


def test_the_chart_of_a_seat_in_words():
    found = game.seat(begun(), "POL")
    assert history_words(found) == (
        f"Poland: defence spending as % of GDP, 1.86 in 2014, {found.last_share:.2f} in 2025; asked for 3.80 in 2026."
    )


# --- what is revealed ---------------------------------------------------------------------------------------------


def test_the_record_says_what_the_model_would_have_done_in_this_world():
    here = a_year(a_year(begun(), POL=4.5), POL=5.0)
    rows = game.record(here).decisions
    assert list(rows.year) == [2026, 2027]
    assert rows.before.iloc[1] == 4.5
    one = game.scenario(here, without=here.choice("POL", 2027)).plan()
    free = ensemble.run(one, WORLDS, here.seed, keep=("share",)).share
    assert rows.suggested.iloc[1] == float(free.isel(world=here.world).sel(ally="POL", quarter="2027Q4"))


def test_a_guess_is_right_where_the_world_of_the_game_went_that_way():
    here = begun(asked="spending_europe_canada_share")
    for way in WAYS:
        one = game.guess(here, "POL", way)
        row = game.record(a_year(one, POL=4.5)).guesses.iloc[0]
        change = row.after - row.before
        same = ASKED["spending_europe_canada_share"]
        assert row.came == ("same" if abs(change) <= same else "up" if change > 0 else "down")
        assert row.right == (way == row.came)
        assert 0 < row.others <= 100
    assert game.ask(one, "troops_europe").guesses == ()
    assert list(game.record(a_year(one, POL=4.5)).score.of) == [1]


def test_troops_that_do_not_move_stay_the_same():
    here = game.guess(begun(base="baseline", asked="troops_europe"), "POL", "same")
    row = game.record(a_year(here)).guesses.iloc[0]
    assert (row.before, row.after, row.came, bool(row.right), row.others) == (100_000, 100_000, "same", True, 100)


def test_the_wall_shows_the_world_of_the_game_and_all_played_and_unplayed_ones():
    here = a_year(begun(), POL=4.5)
    found = game.wall(here)
    assert found.panels == ("Poland", "Germany", TOGETHER)
    last = found.spending.query("panel == 'Poland' and year == 2026").dropna(subset=["ours"]).iloc[0]
    assert (last.ours, last.p5, last.p95) == (4.5, 4.5, 4.5)
    bare = ensemble.run(here.unplayed, WORLDS, here.seed, keep=("share",)).share.sel(ally="POL", quarter="2026Q4")
    assert last.base == float(bare.median())
    together = found.spending[found.spending.panel == TOGETHER].dropna(subset=["ours"]).set_index("year").ours
    assert together[2024] == pytest.approx(1.97, abs=0.02)
    assert "4.5 in our world" in panel_words(found, "Poland")


# --- the debrief --------------------------------------------------------------------------------------------------


def test_each_decision_is_weighed_by_taking_it_back_alone():
    """By hand: the two games that differ in one decision are played side by side under the same luck."""
    here = a_year(a_year(begun(), POL=4.5, DEU=3.0), POL=6.0)
    found = game.debrief(here)
    assert list(found.effects.year) == [2026, 2026, 2027]
    without = scenario_from(game.scenario(here).written() | {"events": [
        event.model_dump(by_alias=True, exclude_defaults=True)
        for event in game.scenario(here).events if event.spending != {"DEU": 3.0}
    ]}, "other")  # fmt: skip
    runs = [ensemble.run_outcomes(s, WORLDS, here.seed) for s in (without, game.scenario(here))]
    change = (runs[1] - runs[0]).spending_europe_canada_share.sel(year=2027).values
    row = found.effects.iloc[1]
    assert row.spending_europe_canada_share == float(np.median(change))
    assert row.spending_europe_canada_share_low == float(np.quantile(change, 0.05))
    assert found.effects.own.iloc[2] == found.effects.own_end.iloc[2] > 0.5


def test_a_debrief_without_decisions_finds_exactly_nothing():
    found = game.debrief(a_year(begun()))
    assert found.effects.empty
    assert set(found.wall.outcomes[["change", "low", "high"]].to_numpy().ravel()) == {0.0}
    assert "exactly as much as in the same worlds with nobody playing" in found.summary[0]
    assert set(found.risks.words) == {"×1.0"}


def test_levers_left_as_they_are_do_exactly_nothing():
    here = game.decide(begun(), UNITED_STATES, levers={"conditionality": 0.6})
    here = game.decide(here, "POL", 4.5)
    rows = game.debrief(game.reveal(game.close(here))).effects.set_index("seat")
    for name in EFFECTS:
        assert effect_words(rows.loc["United States"], name) == "0"


def test_a_debrief_counts_and_names_world_and_school():
    here = game.guess(begun(), "POL", "up")
    here = a_year(here, POL=8.0, DEU=0.5)
    steps = []
    found = game.debrief(here, progress=lambda done, every: steps.append((done, every)))
    assert steps == [(0, 2), (1, 2)]
    seats = found.seats.set_index("seat")
    assert seats.above["Poland"] > 0 > seats.above["Germany"]
    assert seats.decisions["United States"] == 0
    assert (found.world, found.year) == (here.world, 2026)
    assert str(ensemble.run(here.unplayed, WORLDS, keep=("war",)).school.values[here.world]) == found.school
    assert any(line.startswith("Poland guessed right ") for line in found.summary)
    assert set(found.risks.front) == {"Baltic states", "Poland", "Nordic", "Black Sea", "any ally"}


# --- the store ----------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self):
        self.time = 1_000_000.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def games_here(tmp_path, clock):
    return Store(tmp_path / "games", clock)


@given(games())
def test_a_game_comes_back_from_the_store_as_it_was(tmp_path_factory, here):
    games_here = Store(tmp_path_factory.mktemp("games"))
    code, _ = games_here.new(here)
    assert CODE.fullmatch(code)
    assert games_here.get(code).game == here
    assert games_here.get(f" {code[:3].lower()}-{code[3:]} ").game == here


def test_a_move_is_written_and_counted(games_here):
    code, _ = games_here.new(begun())
    moved = games_here.move(code, lambda g: game.decide(g, "POL", 4.5))
    assert (moved.version, games_here.version(code)) == (1, 1)
    assert games_here.get(code).game.choice("POL").spending == 4.5


def test_a_refused_move_leaves_the_game_as_it_was(games_here):
    code, _ = games_here.new(begun())
    refused(games_here.move, code, lambda g: game.decide(g, "POL", 11.0))
    assert games_here.get(code) == store.Kept(code, begun(), 0)


def test_the_facilitators_key_opens_what_others_cannot(games_here):
    code, key = games_here.new(begun())
    assert games_here.leads(code, key)
    assert not games_here.leads(code, key[:-1])
    assert not games_here.leads(code, "")
    assert "not the facilitator's key" in refused(games_here.move, code, game.close, key="guessed")
    assert games_here.move(code, game.close, key=key).game.closed
    assert key not in (games_here.folder / f"{code}.json").read_text()


def test_everybody_moves_at_once_and_nothing_is_lost(games_here):
    roles = ALLIES[:5]
    code, _ = games_here.new(begun(roles))
    gate = threading.Barrier(len(roles))

    def decided(role):
        gate.wait()
        games_here.move(code, lambda g: game.decide(g, role, 3.0))

    with ThreadPoolExecutor(len(roles)) as pool:
        list(pool.map(decided, roles))
    assert games_here.get(code).game.waiting == ()
    assert games_here.version(code) == len(roles)


@pytest.mark.parametrize(
    "code", ["", "ABC", "../../x", "BCDFGH/..", "bcdfg\x00", "BCDFGHJ", "AEIOUY", "%2e%2e%2f", "BCDFG.", "x" * 10_000]
)
def test_what_is_no_code_reaches_no_file(games_here, code):
    for ask in (games_here.get, lambda c: games_here.move(c, game.close), lambda c: games_here.leads(c, "k")):
        assert "is no code. It has 6 letters" in refused(ask, code)
    assert not games_here.folder.exists()


def test_an_unknown_code_leaves_no_trace(games_here):
    games_here.new(begun())
    before = sorted(os.listdir(games_here.folder))
    assert "there is none with this code" in refused(games_here.move, "BBBBBB", game.close)
    assert sorted(os.listdir(games_here.folder)) == before


def test_a_game_is_gone_a_day_after_it_was_touched_last(games_here, clock):
    code, _ = games_here.new(begun())
    clock.time += store.DAY - 1
    games_here.move(code, lambda g: game.decide(g, "POL", 4.5))
    clock.time += store.DAY - 1
    assert games_here.get(code).version == 1
    clock.time += 2
    assert "there is none with this code" in refused(games_here.get, code)
    games_here.new(begun())
    assert not (games_here.folder / f"{code}.json").exists()


def test_a_game_of_one_seat_is_gone_after_an_hour(games_here, clock):
    code, key = games_here.new(begun(("POL",)))
    table, _ = games_here.new(begun())
    clock.time += store.HOUR - 1
    games_here.move(code, lambda g: game.decide(g, "POL", 4.5), key)
    clock.time += store.HOUR - 1
    assert games_here.get(code).version == 1
    clock.time += 2
    assert "there is none with this code" in refused(games_here.get, code)
    games_here.new(begun())
    assert not (games_here.folder / f"{code}.json").exists()
    assert games_here.get(table).version == 0


def test_a_game_of_one_seat_is_moved_and_ended_by_its_owner_only(games_here):
    code, key = games_here.new(begun(("POL",)))
    assert "only whoever began it decides" in refused(games_here.move, code, lambda g: game.decide(g, "POL", 4.5))
    games_here.end(code, "guessed")
    assert games_here.get(code).version == 0
    games_here.end(code, key)
    assert "there is none with this code" in refused(games_here.get, code)
    games_here.end(code, key)


def test_the_store_holds_so_many_games_and_no_more(games_here, clock, monkeypatch):
    monkeypatch.setattr(store, "MOST_GAMES", 3)
    for _ in range(3):
        games_here.new(begun())
    assert "3 are being played, and no more fit" in refused(games_here.new, begun())
    clock.time += store.DAY + 1
    games_here.new(begun())


def _changed(**values):
    return lambda told: told | {"game": told["game"] | values}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: "null",
        lambda text: "[" * 100_000,
        lambda text: "\x00" * 10,
        lambda text: json.dumps(json.loads(text) | {"schema": 99}),
        lambda text: json.dumps(json.loads(text) | {"game": {}}),
        lambda text: json.dumps(_changed(roles=["XXX"])(json.loads(text))),
        lambda text: json.dumps(_changed(year=1)(json.loads(text))),
        lambda text: json.dumps(_changed(worlds=10**9)(json.loads(text))),
        lambda text: json.dumps(_changed(base="../../secret.yaml")(json.loads(text))),
        lambda text: json.dumps(_changed(choices=[{"role": "POL", "year": 2026, "spending": 99}])(json.loads(text))),
        lambda text: json.dumps(_changed(choices=[{"role": "POL", "year": 2030, "spending": 2}])(json.loads(text))),
        lambda text: json.dumps(_changed(guesses=[{"role": "POL", "year": 2026, "outcome": "risk", "way": "up"}])(
            json.loads(text))),
        lambda text: text + " " * LARGEST_GAME,
    ],
)  # fmt: skip
def test_a_damaged_file_is_told_in_a_line(games_here, clock, damage):
    code, _ = games_here.new(begun())
    file = games_here.folder / f"{code}.json"
    file.write_text(damage(file.read_text()))
    os.utime(file, (clock(), clock()))
    assert refused(games_here.get, code) == f"game {code}: its file is damaged and cannot be read. Start a new game."


def test_a_folder_that_cannot_be_is_told_in_a_line(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(Store(tmp_path / "file").new, begun())
    assert "there is none" in refused(Store(tmp_path / "file").get, "BCDFGH")


def test_the_place_of_games_can_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv(store.PLACE, str(tmp_path / "here"))
    assert Store().folder == tmp_path / "here"
    monkeypatch.delenv(store.PLACE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Store().folder == tmp_path / "article5" / "games"


def test_codes_hold_no_letters_that_are_taken_for_others():
    assert not set(ALPHABET) & set("AEIOULY")
    assert len(ALPHABET) ** store.LENGTH > 40_000_000


def test_a_game_of_a_scenario_that_was_taken_out_is_refused():
    assert "unknown" in refused(game.play.checked, replace(begun(), base="gone"))
    assert load_scenario("baseline").key == "baseline"
