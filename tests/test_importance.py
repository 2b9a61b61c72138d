"""What matters most, and what settling a passage would tell: known answers, laws, and what is refused."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

import sim
import sim.facts
from sim import ensemble, importance
from sim.analysis import sensitivity
from sim.charts import importance as charted
from sim.cli import main
from sim.draws import Points
from sim.errors import InputError
from sim.importance import told, words
from sim.importance.design import Design, apart
from sim.importance.pieces import LABELS, PASSAGE, factor_of, grouped, named_withdrawals, pieces, reach
from sim.importance.settled import CHANCES, Band, explained, quantiles, spread
from sim.importance.varied import Varied, courses, moved, under
from sim.outcomes.named import COSTS
from sim.params import levers
from sim.plan import Plan
from sim.question import Question, ask, furthest, loaded

SMALL = 16
EAST = "eastern-withdrawal-considered"


def toy(weights, size, seed, way=lambda parts: sum(parts.values())):
    """What settling each of some standard normal numbers leaves of their weighted sum, or of another function."""
    design = Design({name: (name,) for name in weights}, size, seed)
    numbers = {name: weight * ndtri(design.points.uniforms[name]) for name, weight in weights.items()}
    values = np.asarray(way(numbers)).reshape(size, -1)
    places = {name: design.places(name) for name in weights}
    return values, spread(values, places, design.chances(CHANCES), seed)


# --- the design ---------------------------------------------------------------------------------------------------


@given(st.integers(0, 99), st.sampled_from([8, 16, 32]))
@settings(max_examples=10, deadline=None)
def test_every_round_holds_each_setting_once(seed, size):
    design = Design({"a": ("x", "y"), "luck": ()}, size, seed)
    for group in ("a", "luck", "nothing 3"):
        assert (np.sort(design.places(group), axis=1) == np.arange(size)).all()
    assert len(design.points) == design.worlds == size * size
    places = design.places("a").reshape(-1)
    for name in ("x", "y"):
        drawn = design.points.uniforms[name]
        assert (np.floor(np.sort(design.settings("a")[name]) * size) == np.arange(size)).all(), "spread evenly"
        assert all(len(set(drawn[places == k])) == 1 for k in range(size)), "one setting, one number"
    assert len(set(design.points.luck)) == size


def test_worlds_of_a_setting_stand_in_its_row():
    places = np.array([[1, 0, 2], [2, 1, 0]])
    values = np.array([[10.0, 20.0, 30.0], [40.0, 50.0, 60.0]])
    assert apart(values, places).tolist() == [[20.0, 60.0], [10.0, 50.0], [30.0, 40.0]]


def test_a_group_does_not_move_the_numbers_of_another():
    alone, both = Design({"a": ("x",)}, 16, 3), Design({"b": ("z",), "a": ("x",)}, 16, 3)
    assert (alone.points.uniforms["x"] == both.points.uniforms["x"]).all()


# --- what settling leaves -----------------------------------------------------------------------------------------


def test_a_sum_has_the_shares_and_bands_that_follow_by_hand():
    """Of y = 3a + 2b + c, with 14 for its variance: 9, 4 and 1 of 14; without a, √5 of √14 of the band is left."""
    _, found = toy({"a": 3.0, "b": 2.0, "c": 1.0}, 64, 0)
    for name, part in (("a", 9 / 14), ("b", 4 / 14), ("c", 1 / 14)):
        own = found.settled[name]
        assert own.first_low - 0.01 <= part <= own.first_high + 0.01
        assert own.first == pytest.approx(part, abs=0.05)
        assert own.narrower == pytest.approx(1 - np.sqrt(1 - part), abs=0.04)
        assert own.narrower_low < 1 - np.sqrt(1 - part) < own.narrower_high
        assert own.beyond
        left = 1.6449 * np.sqrt(14 * (1 - part))
        assert own.band == pytest.approx(Band(-left, 0.0, left), abs=0.6)


def test_intervals_hold_what_they_say_on_average_over_seeds():
    held = np.zeros(2)
    for seed in range(40):
        own = toy({"a": 3.0, "b": 2.0, "c": 1.0}, 32, seed)[1].settled["b"]
        held += own.first_low <= 4 / 14 <= own.first_high, own.narrower_low <= 0.1548 <= own.narrower_high
    assert (held >= 34).all(), "95% intervals: fewer than 34 of 40 would come in about 1 of 300 cases"


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_what_does_nothing_explains_nothing(seed):
    _, found = toy({"a": 1.0, "idle": 0.0}, 32, seed)
    assert abs(found.settled["idle"].first) < 0.06
    assert abs(found.settled["idle"].narrower) < 0.12
    assert found.settled["a"].first > 0.9


def test_what_does_nothing_seldom_goes_beyond_chance():
    beyond = sum(toy({"a": 1.0, "b": 1.0, "idle": 0.0}, 16, seed)[1].settled["idle"].beyond for seed in range(60))
    assert beyond <= 4, "both must be passed, each by 1 in 100"


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_what_settles_all_leaves_no_band(seed):
    values, found = toy({"a": 1.0}, 32, seed)
    assert found.settled["a"].first == pytest.approx(1.0)
    assert found.settled["a"].narrower == pytest.approx(1.0)
    assert found.settled["a"].band.width == pytest.approx(0.0, abs=1e-9)
    assert found.band.low == pytest.approx(float(quantiles(values.reshape(1, -1))[0, 0]))


def test_what_two_do_only_together_belongs_to_none():
    """Of y = a·b neither explains anything by itself, although knowing one narrows the band."""
    _, found = toy({"a": 1.0, "b": 1.0}, 64, 1, lambda n: n["a"] * n["b"])
    assert all(abs(own.first) < 0.05 for own in found.settled.values())


@given(st.integers(0, 1000), st.floats(0.01, 100.0), st.floats(-1e3, 1e3))
@settings(max_examples=15, deadline=None)
def test_units_and_origin_do_not_matter(seed, scale, shift):
    values, found = toy({"a": 2.0, "b": 1.0}, 16, seed)
    design = Design({"a": ("a",), "b": ("b",)}, 16, seed)
    places = {name: design.places(name) for name in "ab"}
    other = spread(scale * values + shift, places, design.chances(CHANCES), seed)
    for name, own in found.settled.items():
        assert other.settled[name].first == pytest.approx(own.first, abs=1e-6)
        assert other.settled[name].narrower == pytest.approx(own.narrower, abs=1e-6)
        assert other.settled[name].band.low == pytest.approx(scale * own.band.low + shift, rel=1e-6, abs=1e-6 * scale)


def test_a_lottery_is_told_as_it_is():
    """y = −s·[u < 0.45]: with s known the band still reaches from −s to 0, with u known it is 0 or all of s."""
    design = Design({"size": ("s",), "comes": ("u",)}, 64, 0)
    uniforms = design.points.uniforms
    values = np.where(uniforms["u"] < 0.45, -uniforms["s"], 0.0).reshape(64, -1)
    places = {name: design.places(name) for name in ("size", "comes")}
    found = spread(values, places, design.chances(CHANCES), 0)
    assert found.band.high == 0.0
    assert found.settled["size"].band.high == pytest.approx(0.0, abs=0.01)
    assert found.settled["size"].band.low == pytest.approx(-0.5, abs=0.05)
    assert found.settled["comes"].band.high == pytest.approx(-0.45 * 0.05, abs=0.02)


def test_nothing_varies():
    design = Design({"a": ("a",)}, 16, 0)
    found = spread(np.full((16, 16), 3.0), {"a": design.places("a")}, design.chances(2), 0)
    assert found.still
    assert found.band == Band(3.0, 3.0, 3.0)
    assert explained(np.full((4, 4), 3.0)) == 0.0


# --- what is open -------------------------------------------------------------------------------------------------


def groups(key, by=PASSAGE, policy=True):
    scenario = sim.load_scenario(key)
    return {g.key: g for g in grouped(pieces(scenario, loaded("baseline").under(scenario), policy=policy), by)}


def test_a_passage_holds_what_it_leaves_open():
    found = groups("conditional-article5")
    assert [p.lever for p in found["conditional-defence"].members] == ["conditionality"]
    assert found["conditional-defence"].ours
    assert found["conditional-defence"].fact.place == "paragraph 2"
    threshold = found["spending-beyond-guideline"].members[0]
    assert (threshold.lever, threshold.prior.low, threshold.prior.high) == ("threshold", 3.0, 5.0)
    assert found["grace"].fact is None, "no passage speaks of it"
    assert {"luck", *list(LABELS)} <= set(found)
    assert {p.name for p in groups(EAST)["eastern-withdrawal"].members} == {
        "withdrawal 1 from POL+ROU", "chance of withdrawal 1 from POL+ROU", "size of withdrawal 1 from POL+ROU",
    }  # fmt: skip


@pytest.mark.parametrize("by", importance.GROUPS)
@pytest.mark.parametrize("key", ["conditional-article5", EAST, "congress-active", "withdraw-10000-east"])
def test_groups_partition_what_is_open(key, by):
    scenario = sim.load_scenario(key)
    every = pieces(scenario, None, policy=True)
    streams = [p.stream for g in grouped(every, by) for p in g.members]
    assert sorted(streams) == sorted(p.stream for p in every)
    assert len(set(streams)) == len(streams)
    assert len({g.key for g in grouped(every, by)}) == len(grouped(every, by))


def test_the_words_that_leave_a_withdrawal_open_stand_by_themselves():
    found = groups(EAST, "hedge")
    assert [p.name for p in found["up to"].members] == ["size of withdrawal 1 from POL+ROU"]
    assert len(found["considered"].members) == 2
    assert "up to" not in groups("baseline", "hedge")


def test_assumptions_leave_the_policy_as_it_is():
    assert not any(g.members[0].why for g in groups("conditional-article5", "assumption", policy=False).values())


@given(st.data(), st.sampled_from([n for n, v in levers().items() if v.step < v.high - v.low]))
def test_the_range_of_a_lever_holds_its_value_and_stays_within_its_ends(data, name):
    lever = levers()[name]
    value = data.draw(st.floats(lever.low, lever.high))
    prior = reach(name, value)
    if prior is None:
        assert value == pytest.approx(lever.neutral)
    else:
        assert lever.low <= prior.low <= value <= prior.high <= lever.high


def test_a_switch_has_no_strength_that_could_be_open():
    assert reach("ukraine_accession", 1.0) is None


def test_idle_levers_are_not_open():
    assert not any(p.lever for p in pieces(loaded("placebo"), None, policy=True))


def test_a_plain_withdrawal_is_as_open_as_its_document_or_half_and_half_again():
    plan = ask("baseline", {"withdrawal": 5000.0}).resolved().plan()
    ((stream, east),) = named_withdrawals(plan)
    assert stream == "size of withdrawal 1 from POL+ROU"
    assert (factor_of(east).low, factor_of(east).high) == (0.0, 2.0), "up to 10,000 are twice 5,000"
    assert (factor_of(replace(east, hosts=("DEU",))).low, factor_of(replace(east, hosts=("DEU",))).high) == (0.5, 1.5)


# --- levers that differ from world to world -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["conditional-article5", "hague-pledge", "congress-active", "ceasefire-peacekeepers"])
def test_levers_as_they_are_change_nothing(key):
    plan = loaded(key).plan()
    written = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
    paths = {
        name: moved(name, path, np.full((12, 1), furthest(name, path)))
        for name, path in plan.levers.items()
        if furthest(name, path) != levers()[name].neutral
    }
    varied = Varied(**written, by_world=paths)
    points = Points(np.arange(12))
    names = ("share", "troops", "hazard", "cohesion", "peacekeepers", "credibility_russia")
    for name, values in ensemble.trajectories(varied, points, 0, names).items():
        np.testing.assert_allclose(values, ensemble.trajectories(plan, points, 0, names)[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("conditional-article5", "conditionality", 0.25),
        ("conditional-article5", "threshold", 3.5),
        ("hague-pledge", "pledge", 5.0),
        ("congress-active", "congress", 0.3),
        ("indo-pacific-first", "pivot", 40_000.0),
        ("ceasefire-peacekeepers", "peacekeepers", 0.0),
    ],
)
def test_a_lever_in_every_world_is_the_lever_of_the_policy(key, name, value):
    plan, points = loaded(key).plan(), Points(np.arange(12))
    other = ask(key, {name: value}).resolved().plan()
    written = {field: getattr(plan, field) for field in Plan.__dataclass_fields__}
    varied = Varied(**written, by_world={name: moved(name, plan.levers[name], np.full((12, 1), value))})
    names = ("share", "troops", "hazard", "cohesion", "peacekeepers")
    for each, values in ensemble.trajectories(varied, points, 0, names).items():
        np.testing.assert_allclose(values, ensemble.trajectories(other, points, 0, names)[each], rtol=1e-6, atol=1e-9)


def test_worlds_differ_by_their_own_lever():
    asked = sensitivity.ask("conditional-article5", "spending_europe_canada_share", against="baseline")
    piece = next(p for p in pieces(asked.scenario, asked.baseline, policy=True) if p.lever == "conditionality")
    points = Points(np.zeros(3, dtype=np.intp), {piece.stream: np.array([0.0, 0.6, 1.0])})
    values = under(asked, "mixed", [piece])(points)
    assert values[0] < values[1] < values[2]
    assert courses(asked.scenario.plan(), [piece], points)["conditionality"][-1, :, 0].tolist() == [0.0, 0.6, 1.0]
    np.testing.assert_allclose(values[1], asked.under("mixed")(Points(points.luck[:1]))[0], rtol=1e-9)


# --- questions ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def passages():
    return importance.budget(Question(), "spending_europe_canada_share", 2030, SMALL)


def test_the_documents_vagueness_is_the_largest_part(passages):
    first = passages.rows[passages.rows["rank"] == 1]
    assert set(first.key) == {"conditional-defence"}
    assert list(first.school) == list(passages.schools)
    row = first.iloc[0]
    assert (row.document, row.date, row.place, row.speaker) == ("002", "2025-03", "paragraph 2", "unnamed US officials")
    assert "our range 0 to 1" in row.range
    assert row.narrower > 0.15
    assert "settling “An attacked ally" in words.sentences(passages)[0]
    assert "in expectation" in words.sentences(passages)[0]
    assert "These ranges are our assumption" in words.assumed(passages)


def test_the_answer_is_the_same_again_and_small(passages):
    again = importance.budget(Question(), "spending_europe_canada_share", 2030, SMALL)
    assert again.rows.equals(passages.rows)
    assert again.bands.equals(passages.bands)
    assert len(pickle.dumps(passages)) < 100_000
    other = importance.budget(Question(seed=1), "spending_europe_canada_share", 2030, SMALL)
    assert not other.rows.equals(passages.rows)


def test_progress_is_told_between_pieces_of_work_and_can_stop_it():
    told_, worlds = [], SMALL * SMALL
    importance.ranking(Question(), "cohesion", 2030, SMALL, progress=lambda done, all_: told_.append((done, all_)))
    assert told_ == [(worlds * k, 4 * worlds) for k in range(1, 5)]

    def stop(done, all_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importance.ranking(Question(), "cohesion", 2030, SMALL, progress=stop)


def test_each_assumption_and_luck_stand_beside_each_other():
    found = importance.ranking(Question(), "risk_by_front_baltic", 2035, SMALL)
    assert found.ratio
    assert found.unit == "times the baseline"
    rows = found.rows[found.rows.school == "mixed"].set_index("key")
    assert rows["first"].idxmax() == "belief_elasticity"
    assert rows.loc["belief_elasticity"].passport == "belief_elasticity"
    assert "luck" in rows.index
    assert (rows["range"] == "").all()
    assert (found.rows.groupby("key")["rank"].nunique() == 1).all(), "one order for all schools"
    assert sorted(s for group in words.alike(found) for s in group) == sorted(found.schools)


def test_a_withdrawal_hangs_on_one_passage_and_on_no_luck():
    found = importance.budget(Question(EAST), "troops_by_host_POL", 2032, SMALL)
    rows = found.rows[found.rows.school == "denial"].set_index("key")
    assert rows.loc["eastern-withdrawal"]["first"] > 0.9
    assert abs(rows.loc["luck"]["first"]) < 0.15
    assert "no knowledge takes that away" not in " ".join(words.sentences(found))


def test_where_nothing_varies_that_is_said():
    found = importance.ranking(Question("baseline"), "cohesion", 2030, SMALL)
    assert found.still
    assert words.moving(found) == []
    assert "nothing is uncertain" in words.sentences(found)[0]
    assert "Nothing varied" in words.verdict(found)
    assert told.table(found).empty
    assert told.text(found)


def test_the_level_is_another_question():
    found = importance.ranking(Question("baseline"), "cohesion", 2030, SMALL, False)
    assert not found.still
    assert found.baseline == ""
    assert "difference" not in words.question(found)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (dict(outcome="cohesoin"), "cohesion"),
        (dict(outcome="cohesion", year=1999), "1999 is not played"),
        (dict(outcome="cohesion", by="paragraph"), "unknown grouping"),
        (dict(outcome="cohesion", size=4), "size: 4"),
        (dict(outcome="cohesion", size=10_000), "size: 10000"),
        (dict(outcome="cohesion", size=True), "size: True"),
        (dict(outcome="risk", difference=False), "Ask for the difference"),
        (dict(outcome="troops_by_host"), "Say which"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked, said):
    with pytest.raises(InputError, match=said):
        importance.importance(sim.load_scenario("conditional-article5"), **asked)


# --- words, charts, the command line ------------------------------------------------------------------------------


def test_labels_are_never_cut_below_three_lines():
    for fact in sim.facts.load_facts().values():
        assert " ".join(charted.label(f"100% narrower: {fact.about}").split()) == f"100% narrower: {fact.about}"


def test_charts_draw_what_was_found(passages):
    panels, specs = told.panels(passages)
    for title, frame in panels:
        assert title.endswith("pp of GDP")
        assert (frame["from"] < frame["to"]).all()
        assert (frame.least <= frame[["low", "from"]].min(axis=1)).all()
        assert list(frame.key) == words.moving(passages)[: words.SHOWN]
    made = charted.stacked(panels, specs)
    json.dumps(made)
    assert len(made["vconcat"]) == len(words.alike(passages))


def test_every_outcome_has_a_name_of_its_own():
    titles = words.titles()
    assert len(set(titles.values())) == len(titles) > 35
    assert titles["Risk of a limited attack: Baltic states"] == "risk_by_front_baltic"
    assert all(words.explained(name) for name in titles.values())
    assert not set(COSTS) & set(titles.values()), "a definition of the cost never stands alone"


def test_the_scale_of_multiples_is_said_and_only_there(passages):
    risk = importance.ranking(Question(worlds=200), "risk_by_front_baltic", 2027, SMALL)
    assert "doublings (log2)" in words.scale(risk)
    assert words.scale(risk) in told.text(risk)
    assert words.scale(passages) == ""
    assert "log2" not in told.text(passages)


def test_the_command_says_ranks_and_writes(tmp_path):
    chart, out = tmp_path / "chart.json", tmp_path / "rows.csv"
    asked = ["importance", EAST, "--outcome", "troops_europe", "--size", str(SMALL), "--year", "2030"]
    done = CliRunner().invoke(main, [*asked, "--chart", str(chart), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "US soldiers that may leave the eastern flank" in done.output
    assert "cannot tell" in done.output
    assert "vconcat" in json.loads(chart.read_text())
    assert out.read_text().startswith("school,rank,key")
    again = CliRunner().invoke(main, [*asked, "--out", str(out)])
    assert again.exit_code == 2
    found = json.loads(CliRunner().invoke(main, [*asked, "--by", "hedge", "--json"]).stdout)
    assert {"up to", "considered"} <= {row["key"] for row in found["rows"]}
    wrong = CliRunner().invoke(main, ["importance", EAST, "--outcome", "cohesion", "--level", "--against", "placebo"])
    assert wrong.exit_code == 2
