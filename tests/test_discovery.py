"""Scenario discovery: planted boxes are found, luck is not, schools stay apart, and sentences say what was counted."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from batches import made_up, played
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import sim
from sim import draws
from sim.analysis import boxes, discovery, explaining, measures, seeking
from sim.analysis.boxes import Box, Fit, Points
from sim.batch import opened, run_batch
from sim.charts import policies
from sim.cli import main
from sim.experiment import load_experiment
from sim.priors import SCHOOLS


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def points(inputs, cases, worlds=None):
    frame = pd.DataFrame(inputs, dtype=np.float64)
    return Points(frame, np.asarray(cases, dtype=bool), np.arange(len(frame)) if worlds is None else np.asarray(worlds))


def drawn(count, names, seed=0):
    """Uniform numbers by name."""
    return dict(zip(names, draws.stream(seed, "test of discovery").random((len(names), count)), strict=True))


NAMES = ("anchor", "drift", "cohesion_start", "belief_elasticity", "theatre", "tripwire", "execution", "saturation")


def planted(count=1600, seed=0, noise=0.05):
    """A batch in which the outcome is above 1 where anchor > 0.6 and drift < 0.5, but for some noise."""
    inputs = drawn(count, NAMES, seed)
    flips = draws.stream(seed, "noise of discovery").random(count) < noise
    cases = ((inputs["anchor"] > 0.6) & (inputs["drift"] < 0.5)) ^ flips
    return made_up(np.where(cases, 2.0, 0.0)[None, :], inputs)


# --- counting -------------------------------------------------------------------------------------------------------


def test_coverage_density_mass_and_correlation_by_hand():
    """Ten points, four cases; the box x ≥ 6 holds four points, three of them cases."""
    told = points({"x": range(10)}, [0, 1, 0, 0, 0, 0, 1, 0, 1, 1]).fit({"x": (6.0, None)})
    assert told == Fit(points=10, cases=4, inside=4, hits=3, worlds=4)
    assert (told.coverage, told.density, told.mass, told.overall) == (0.75, 0.75, 0.4, 0.4)
    # 3 hits, 1 false alarm, 1 missed, 5 rightly outside: (3·5 − 1·1) / √(4·4·6·6)
    assert told.correlation == pytest.approx(14 / 24)


def test_both_ends_belong_to_a_box():
    told = points({"x": range(5)}, [1] * 5)
    assert told.inside({"x": (1.0, 3.0)}).tolist() == [False, True, True, True, False]
    assert told.inside({}).all()


def test_quasi_p_by_hand():
    """The box holds 4 of 4 cases; without the limit on y 6 of 8: by luck 0.75⁴; without that on x 4 of 6: (2/3)⁴."""
    inputs = {"x": [1, 1, 1, 1, 1, 1, 1, 1, 0, 0], "y": [1, 1, 1, 1, 0, 0, 0, 0, 1, 1]}
    told = points(inputs, [1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    box = {"x": (0.5, None), "y": (0.5, None)}
    assert told.quasi_p(box, "y", 0) == pytest.approx(0.75**4)
    assert told.quasi_p(box, "x", 0) == pytest.approx((4 / 6) ** 4)
    assert told.quasi_ps(box) == {("x", 0): pytest.approx((4 / 6) ** 4), ("y", 0): pytest.approx(0.75**4)}


def test_a_world_under_many_policies_counts_once():
    """Twice the points of the same worlds: quasi-p is that of the worlds, not that of the points."""
    inputs, cases = {"x": [1, 1, 1, 1, 0, 0, 0, 0]}, [1, 1, 1, 0, 0, 0, 1, 0]
    once = points(inputs, cases)
    twice = points({"x": inputs["x"] * 2}, cases * 2, list(range(8)) * 2)
    assert twice.fit({"x": (0.5, None)}).worlds == 4
    assert twice.quasi_p({"x": (0.5, None)}, "x", 0) == once.quasi_p({"x": (0.5, None)}, "x", 0)
    assert once.quasi_p({"x": (0.5, None)}, "x", 0) == pytest.approx(stats.binom.sf(2, 4, 0.5))


def test_the_half_that_was_held_out_is_judged_by_an_exact_test():
    """Ten points, four cases, four inside of which three are cases: (4·6 + 1) / 210, as Fisher has it."""
    own = Fit(points=10, cases=4, inside=4, hits=3, worlds=4)
    assert own.by_lot == pytest.approx(25 / 210)
    assert own.by_lot == pytest.approx(stats.fisher_exact([[3, 1], [1, 5]], alternative="greater").pvalue)
    assert Fit(30, 12, 12, 9, 4).by_lot == own.by_lot  # each world under three policies
    assert Fit(10, 4, 0, 0, 0).by_lot == 1.0
    assert Fit(10, 4, 10, 4, 10).by_lot == 1.0


def test_quasi_p_values_are_those_of_the_library():
    """Along the whole way of PRIM, for limits that both count alike."""
    warnings.simplefilter("ignore")  # what it does not find
    from ema_workbench.analysis.prim import Prim

    inputs = drawn(400, ("a", "b", "c"))
    cases = (inputs["a"] > 0.6) & (inputs["b"] < 0.5)
    own = points(inputs, cases)
    found = Prim(own.inputs, own.cases.astype(float), threshold=1e-9, mass_min=0.05).find_box()
    ways, compared = seeking.prim(own), 0
    assert len(ways) == len(found.box_lims) > 10
    for limits, theirs in zip(ways, found.qp, strict=True):
        for (name, side), p in own.quasi_ps(limits).items():
            assert p == pytest.approx(theirs[name][side])
            compared += 1
    assert compared > 10
    way = found.peeling_trajectory
    np.testing.assert_allclose([own.fit(limits).coverage for limits in ways], way["coverage"])
    np.testing.assert_allclose([own.fit(limits).density for limits in ways], way["density"])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=2, max_size=30),
    st.integers(0, 3),
)
def test_no_limit_covers_less_than_a_tighter_one(rows, low):
    """A wider box covers no less; density and coverage are parts; a quasi-p value is a probability."""
    told = points({"x": [x for x, _ in rows]}, [case for _, case in rows])
    tight, wide, every = told.fit({"x": (float(low), 2.0)}), told.fit({"x": (float(low), None)}), told.fit({})
    assert tight.inside <= wide.inside <= every.inside == every.points
    assert tight.hits <= wide.hits <= every.hits == every.cases
    assert -1.0 <= wide.correlation <= 1.0
    assert every.correlation == 0.0
    if wide.inside:
        assert 0.0 <= told.quasi_p({"x": (float(low), None)}, "x", 0) <= 1.0


# --- finding --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", discovery.METHODS)
def test_a_planted_box_is_found_in_every_school(method):
    batch = planted(1600 if method == "prim" else 6400)  # a tree's first split needs more points
    told = discovery.discover(batch, "spending_europe_canada_share", above=1.0, method=method)
    assert [one.school for one in told.schools] == list(SCHOOLS)
    for one in told.schools:
        (box,) = one.boxes
        assert set(box.limits) == {"anchor", "drift"}, one.school
        assert box.limits["anchor"][0] == pytest.approx(0.6, abs=0.06)
        assert box.limits["anchor"][1] is None
        assert box.limits["drift"][1] == pytest.approx(0.5, abs=0.08)
        assert box.limits["drift"][0] is None
        assert box.found.density > 0.8
        assert box.held_out.density > 0.7
        assert box.held_out.coverage > 0.5
        assert max(box.quasi_p.values()) <= boxes.SIGNIFICANT
        assert box.luck < 1e-6


def test_what_is_told_is_what_a_count_of_the_points_gives():
    """Coverage and density of the two halves together are those of all worlds of the school."""
    told = discovery.discover(planted(), "spending_europe_canada_share", above=1.0, school="denial")
    (one,) = told.schools
    (box,) = one.boxes
    low, high = box.limits["anchor"][0], box.limits["drift"][1]
    inside = (one.points["anchor"] >= low) & (one.points["drift"] <= high)
    assert box.found.inside + box.held_out.inside == inside.sum()
    assert box.found.hits + box.held_out.hits == (inside & one.points["case"]).sum()
    assert box.found.points == box.held_out.points == 200
    assert box.middle == (one.points["value"][inside].median(), one.points["value"][~inside].median())


def test_nothing_is_found_where_there_is_nothing():
    """Cases by lot: most schools find no box, and what is found does not hold in the other half."""
    inputs = drawn(1600, NAMES, 3)
    values = draws.stream(3, "nothing").random(1600)
    told = discovery.discover(made_up(values[None, :], inputs), "spending_europe_canada_share", above=0.6)
    for one in told.schools:
        for box in one.boxes:
            assert abs(box.held_out.density - box.held_out.overall) < 0.12
        if not one.boxes:
            assert one.note == "no limit says more than luck would (quasi-p above 0.05 each)."
            assert one.note in discovery.text(told)


def test_schools_are_apart():
    """Cases follow anchor in one school and drift in another: each box names its own, and none the other's."""
    inputs = drawn(1600, NAMES, 1)
    schools = np.arange(1600) % 4
    cases = np.where(schools == 2, inputs["anchor"] > 0.7, inputs["drift"] < 0.3)
    told = discovery.discover(made_up(cases[None, :] * 1.0, inputs), "spending_europe_canada_share", above=0.5)
    found = {one.school: set(one.boxes[0].limits) for one in told.schools}
    assert found == {"commitment": {"drift"}, "mixed": {"drift"}, "denial": {"anchor"}, "spiral": {"drift"}}


def test_below_is_the_other_side():
    inputs = drawn(400, NAMES, 2)
    batch = made_up(inputs["theatre"][None, :], inputs)
    told = discovery.discover(batch, "spending_europe_canada_share", below=0.25, school="spiral")
    ((_, high),) = told.schools[0].boxes[0].limits.values()
    assert high == pytest.approx(0.25, abs=0.05)
    assert told.case == "Europe and Canada spend below 0.25% of GDP"


def test_a_second_box_is_looked_for_among_what_the_first_has_left():
    inputs = drawn(3200, NAMES, 4)
    cases = (inputs["anchor"] > 0.7) | (inputs["drift"] < 0.15)
    batch = made_up(cases[None, :] * 1.0, inputs)
    told = discovery.discover(batch, "spending_europe_canada_share", above=0.5, school="mixed", most=2)
    first, second = told.schools[0].boxes
    assert (set(first.limits), set(second.limits)) == ({"anchor"}, {"drift"})
    assert second.before == 1
    assert second.found.points == first.found.points - first.found.inside
    assert "of the other worlds of the mixed school with drift" in discovery.text(told)


def test_levers_are_inputs_where_several_policies_are_judged():
    inputs = drawn(800, NAMES, 5)
    thresholds = np.array([2.0, 3.0, 4.0, 5.0])
    values = (thresholds[:, None] > 3.5) & (inputs["anchor"][None, :] > 0.5)
    batch = made_up(values * 1.0, inputs, levers={"threshold": thresholds})
    told = discovery.discover(batch, "spending_europe_canada_share", above=0.5, school="commitment")
    limits = told.schools[0].boxes[0].limits
    assert limits["lever_threshold"] == (3.5, None)
    assert limits["anchor"][0] == pytest.approx(0.5, abs=0.05)
    assert "threshold (spending share from which an ally is defended without conditions) above 3.5% of GDP" in (
        discovery.text(told)
    )


def test_a_lever_that_events_move_stays_an_input_of_all_policies(tmp_path):
    """One policy's threshold comes by events: it stands as it does in the judged year, and the others keep theirs."""
    file = tmp_path / "experiment.yaml"
    file.write_text(
        "name: Moved\nworlds: 240\noutcomes: [spending_europe_canada_share]\nscenarios: [conditional-article5]\n"
        "levers: {listed: [{}, {threshold: 2}, {threshold: 3.5}]}\n",
        encoding="utf-8",
    )
    run_batch(load_experiment(file), tmp_path / "results")
    found = opened(tmp_path / "results")
    path = found.plan(0).levers["threshold"]
    assert np.ptp(path) > 0
    table, notes = explaining.varying(found, [0, 1, 2], range(8))
    for policy, value in enumerate((path[-1], 2.0, 3.5)):
        assert set(table.loc[policy, "lever_threshold"]) == {value}
    assert any(note.startswith("threshold moves on the way under policy 0") for note in notes)
    first = found.plan(0).quarters[0]
    early = explaining.lever_values(found, [0, 1, 2], int(first[:4]))[0]["lever_threshold"]
    assert early[0] == path[3]
    level = float(found.table(["spending_europe_canada_share"])["spending_europe_canada_share"].median())
    told = discovery.discover(found, "spending_europe_canada_share", above=level, inputs=["threshold"])
    assert any("lever_threshold" in box.limits for one in told.schools for box in one.boxes)
    assert notes[0] in discovery.text(told)


def test_levers_of_plans_that_can_no_longer_be_read():
    """What the experiment set for all stands; a lever that it set for some is left out, and a note says so."""
    batch = made_up(np.zeros((2, 4)), {}, levers={"threshold": [2.0, 3.0], "pledge": [3.0, np.nan]})

    def changed(policy):
        raise sim.InputError("played by another version")

    batch.plan = changed
    table, notes = explaining.lever_values(batch, [0, 1])
    assert list(table) == ["lever_threshold"]
    assert notes == ("pledge is left out: not every policy sets it, and the plans were played by another version.",)


def test_policies_that_are_the_very_same_count_once():
    inputs = drawn(400, NAMES, 6)
    values = np.stack([np.full(400, 2.0), inputs["execution"] + 2, inputs["execution"] + 2])
    batch = made_up(values, inputs)
    batch.policies["plan"] = ["a", "b", "b"]
    told = discovery.discover(batch, "spending_europe_canada_share", above=0.5, against=0)
    assert (told.policies, len(told.schools[0].points)) == (1, 100)
    assert told.notes == ("Policies that are the very same count once: 2 is 1.",)


def test_against_a_policy_the_paired_difference_is_judged():
    """The first policy's own level hides what the second adds, except in the difference."""
    inputs = drawn(800, NAMES, 6)
    level = 10 * draws.stream(6, "levels").random(800)
    values = np.stack([level, level + (inputs["execution"] > 0.6)])
    batch = made_up(values, inputs)
    told = discovery.discover(batch, "spending_europe_canada_share", above=0.5, against=0)
    assert told.case == "Europe and Canada spend, difference to policy 0 above 0.5% of GDP"
    assert all(set(one.boxes[0].limits) == {"execution"} for one in told.schools)
    assert told.badge == "judgement"


def test_a_risk_is_judged_as_a_ratio_and_never_alone():
    inputs = drawn(400, NAMES, 7)
    values = np.stack([np.full(400, 0.1), 0.1 * (1 + 2 * inputs["anchor"])])
    batch = made_up(values, inputs, name="risk", units="probability")
    told = discovery.discover(batch, "risk", above=2.0, against="policy 0")
    assert told.case == "risk above 2 times that of policy 0"
    assert told.schools[0].boxes[0].limits["anchor"][0] == pytest.approx(0.5, abs=0.05)
    with pytest.raises(sim.InputError, match=r"risk: the level of a risk rests on an assumed anchor"):
        discovery.discover(batch, "risk", above=0.2)


@pytest.mark.parametrize(
    ("name", "of"),
    [("risk_by_front_black_sea", None), ("relative_risk_by_front_black sea", None), ("risk_by_front", "black_sea"),
     ("relative_risk_by_front", "black sea")],
)  # fmt: skip
def test_a_risk_by_front_is_one_quantity_however_it_is_spelled(name, of):
    inputs, kept = drawn(400, NAMES, 7), "risk_by_front_black_sea"
    values = np.stack([np.full(400, 0.1), 0.1 * (1 + 2 * inputs["anchor"])])
    told = discovery.discover(made_up(values, inputs, name=kept, units="probability"), name, of=of, above=2, against=0)
    assert (told.outcome, told.case) == (kept, f"{measures.label_of(kept)} above 2 times that of policy 0")
    assert told.schools[0].boxes[0].limits["anchor"][0] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("name", ["risk", "risk_by_front_baltic", "risk_by_front_black_sea"])
def test_no_level_of_a_risk_is_looked_at_without_a_baseline(name):
    """Not even by front: the levels rest on an assumed anchor."""
    inputs = drawn(400, NAMES, 7)
    batch = made_up(np.stack([np.full(400, 0.1), 0.1 + 0.2 * inputs["anchor"]]), inputs, name=name, units="probability")
    with pytest.raises(sim.InputError, match=rf"{name}: the level of a risk .* Add --against 0\."):
        discovery.discover(batch, name, above=0.2)
    assert discovery.discover(batch, name, above=2.0, against=0).schools[0].boxes


def test_the_trajectory_offers_other_boxes():
    batch = planted()
    told = discovery.discover(batch, "spending_europe_canada_share", above=1.0, school="denial")
    way = told.schools[0].trajectory
    assert way["taken"].sum() == 1
    assert way["coverage"].iloc[0] == 1.0
    assert way["correlation"][way["taken"]].item() == way["correlation"].max()
    other = int(way["box"].iloc[-1])
    chosen = discovery.discover(batch, "spending_europe_canada_share", above=1.0, school="denial", step=other)
    box = chosen.schools[0].boxes[0]
    assert (box.found.coverage, box.found.density) == (way["coverage"].iloc[-1], way["density"].iloc[-1])
    for wrong, words in ((0, "no box with limits"), (999, "no box with limits")):
        with pytest.raises(sim.InputError, match=f"--box {wrong}: {words}"):
            discovery.discover(batch, "spending_europe_canada_share", above=1.0, school="denial", step=wrong)
    with pytest.raises(sim.InputError, match="each school has a trajectory of its own"):
        discovery.discover(batch, "spending_europe_canada_share", above=1.0, step=3)


def test_the_same_batch_gives_the_same_boxes():
    first, second = (
        [
            discovery.data(discovery.discover(planted(400), "spending_europe_canada_share", above=1.0, method=m))
            for m in ("prim", "cart")
        ]
        for _ in range(2)
    )
    assert json.dumps(first) == json.dumps(second)


# --- words ----------------------------------------------------------------------------------------------------------


def test_a_sentence_by_hand():
    box = Box(
        {"drift": (None, 0.02), "lever_threshold": (4.2, None)},
        {("drift", 1): 0.03, ("lever_threshold", 0): 0.001},
        Fit(100, 25, 20, 16, 20),
        Fit(100, 20, 20, 14, 20),
        (3.0, 2.0),
    )
    assert box.important == ("lever_threshold", "drift")
    assert boxes.sentence(box, "denial", "spending above 3% of GDP") == (
        "In the half of the worlds that was held out, 70% of the worlds of the denial school with threshold (spending "
        "share from which an ally is defended without conditions) above 4.2% of GDP and drift (yearly drift of a "
        "spending share without threat) below 0.02 log/yr have spending above 3% of GDP (density), against 20% of all "
        "worlds of the school; these are 70% of all such worlds (coverage). In the half that found it: 80%, against "
        "25%, and 64%."
    )
    several = boxes.sentence(replace(box, policies=3), "denial", "spending above 3% of GDP")
    assert "70% of the runs of the denial school" in several
    assert "against 20% of all runs of the school" in several
    empty = boxes.sentence(replace(box, held_out=Fit(100, 20, 0, 0, 0)), "denial", "x")
    assert empty.startswith("In the half of the worlds that was held out are none of the worlds of the denial school")
    assert "; in the half that found it: 80%, against 25%, and 64%." in empty
    doubtful = Box(box.limits, box.quasi_p, box.found, Fit(100, 20, 20, 4, 20), box.middle)
    assert boxes.sentence(doubtful, "denial", "x").endswith("no more than luck would: do not build on it.")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(4.2, "% of GDP", "4.2% of GDP"), (0.4567, "0 to 1", "0.457"), (12000, "persons", "12,000 persons"),
     (0.5, "-1 to 1", "0.5"), (2, "elasticity", "2"), (0.1, "1/quarter", "0.1 1/quarter")],
)  # fmt: skip
def test_quantities_in_words(value, unit, words):
    assert measures.quantity(value, unit) == words


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"above": 5.0}, r"--above 5: spending_europe_canada_share lies between 0 and 2% of GDP in all worlds"),
        ({"above": 2.0}, r"commitment: no world is a case\. Choose another level\."),
        ({"below": -1.0, "above": None}, "--below -1: spending_europe_canada_share lies between"),
        ({"below": 1.0}, "--above, --below: give one of them"),
        ({"above": None}, "--above, --below: give one of them"),
        ({"above": float("nan")}, "--above: nan is no finite number"),
        ({"method": "prism"}, r"--method: unknown 'prism'\. Did you mean 'prim'\?"),
        ({"school": "denail"}, r"--school: no world of 'denail' in this batch\. Did you mean 'denial'\?"),
        ({"policies": ["7"]}, r"--policy '7': no such policy\. Numbers: 0\."),
        ({"inputs": ["ancor"]}, r"--input: 'ancor' does not vary in what is judged\. Did you mean 'anchor'\?"),
        ({"against": "nobody"}, r"--against 'nobody': no such policy"),
    ],
)
def test_refusals(change, words):
    with pytest.raises(sim.InputError, match=words):
        discovery.discover(planted(400), "spending_europe_canada_share", **({"above": 1.0} | change))


def test_every_world_a_case_and_few_of_them():
    inputs = drawn(400, NAMES)
    all_but_one = np.r_[0.0, np.ones(399)][None, :]
    with pytest.raises(sim.InputError, match=r"mixed: every world is a case\. Choose another level\.") as error:
        discovery.discover(made_up(all_but_one, inputs), "spending_europe_canada_share", above=0.0)
    assert "commitment: only 0 worlds that are none in one half" in str(error.value)
    with pytest.raises(sim.InputError, match=r"denial: 25 worlds are too few\. Simulate at least 40 of each school"):
        discovery.discover(planted(100), "spending_europe_canada_share", above=1.0)


def test_a_world_without_a_number_is_left_out_for_all_policies():
    """One failed run of 800: its world goes under both policies, and a note says so."""
    inputs, values = drawn(400, NAMES), draws.stream(0, "values").random((2, 400))
    values[1, 17] = np.nan
    told = discovery.discover(made_up(values, inputs), "spending_europe_canada_share", above=0.5, against=None)
    assert [len(one.points) for one in told.schools] == [200, 198, 200, 200]
    assert told.notes == (
        "Worlds left out under every policy, since one of them has no finite spending_europe_canada_share there: 1 of "
        "100 of mixed; failures.parquet says why a run failed.",
    )
    assert f"Note: {told.notes[0]}" in discovery.text(told)
    assert discovery.data(told)["notes"] == list(told.notes)


def test_too_many_worlds_without_a_number_are_refused():
    inputs, values = drawn(400, NAMES), draws.stream(0, "values").random((2, 400))
    values[1, 1:21:4] = np.nan  # five of a hundred
    assert discovery.discover(made_up(values, inputs), "spending_europe_canada_share", above=0.5).notes
    values[0, 21] = np.inf
    with pytest.raises(
        sim.InputError,
        match="no finite number in 6 of 100 worlds of the mixed school, most of all under policy 1; 5% may",
    ):
        discovery.discover(made_up(values, inputs), "spending_europe_canada_share", above=0.5)
    inputs["drift"][3] = np.inf
    with pytest.raises(sim.InputError, match="drift: not a finite number in every world"):
        discovery.discover(made_up(np.nan_to_num(values[1:]), inputs), "spending_europe_canada_share", above=0.5)


def test_policies_that_assume_other_worlds_are_refused():
    batch = made_up(draws.stream(0, "values").random((2, 400)), drawn(400, NAMES))
    batch.policies["nature"] = ["n", "m"]
    with pytest.raises(sim.InputError, match=r"policies 0 and 1 assume different worlds .* nature: --policy 0\.$"):
        discovery.discover(batch, "spending_europe_canada_share", above=0.5)
    assert discovery.discover(batch, "spending_europe_canada_share", above=0.5, policies=[0]).schools


def test_nothing_uncertain_is_refused():
    batch = made_up(draws.stream(0, "values").random((1, 400)), {"drift": np.zeros(400)})
    with pytest.raises(sim.InputError, match="nothing that is uncertain varies"):
        discovery.discover(batch, "spending_europe_canada_share", above=0.5)


# --- charts and commands --------------------------------------------------------------------------------------------


def test_the_chart_draws_the_box_on_the_points():
    told = discovery.discover(planted(), "spending_europe_canada_share", above=1.0)
    frame = policies.box_frame(told)
    drawn_boxes = frame[frame["kind"] == "box"]
    assert len(drawn_boxes) == 4
    for one, row in zip(told.schools, drawn_boxes.itertuples(), strict=True):
        x, y = one.boxes[0].important
        low, high = one.boxes[0].limits[x]
        assert row.x == (one.points[x].min() if low is None else low)
        assert row.x2 == (one.points[x].max() if high is None else high)
        low, high = one.boxes[0].limits[y]
        assert (row.y, row.y2) == (
            one.points[y].min() if low is None else low,
            one.points[y].max() if high is None else high,
        )
        own = frame[(frame["kind"] == "point") & (frame["panel"] == row.panel)]
        assert len(own) == len(one.points)
        assert (own["case"] == policies.CASE).sum() == one.points["case"].sum()


def test_the_chart_of_a_tree_shows_the_nodes_that_no_other_beats():
    batch = planted(1600)
    told = discovery.discover(batch, "spending_europe_canada_share", above=1.0, method="cart", school="denial")
    frame = policies.box_frame(told)
    way = frame[(frame["kind"] == "way") & (frame["half"] == "found")].sort_values("step")
    assert way["taken"].sum() == 1
    assert (np.diff(way["x"]) <= 0).all()
    plain = way[~way["taken"].astype(bool)]
    assert (np.diff(plain["y"]) > 0).all()
    nodes = told.schools[0].trajectory
    for row in plain.itertuples():
        assert not ((nodes["coverage"] >= row.x) & (nodes["density"] > row.y)).any()


def test_the_command_reads_a_batch(tmp_path):
    folder = played(tmp_path, {"threshold": [2.0, 5.0], "conditionality": [0.0, 1.0]}, worlds=240)
    chart = tmp_path / "boxes.json"
    result = call("discover", folder, "--outcome", "risk", "--above", 1.5, "--against", 0, "--chart", chart, "--all")
    assert result.exit_code == 0, result.output
    assert "Runs with risk above 1.5 times that of baseline threshold=2 conditionality=0" in result.stdout
    assert "held out: coverage" in result.stdout
    written = json.loads(chart.read_text())
    assert {row["kind"] for row in written["data"]["values"]} == {"point", "box", "way"}
    told = json.loads(call("discover", folder, "--outcome", "risk", "--above", 1.5, "--against", 0, "--json").stdout)
    threshold = [limit for limit in told["schools"][0]["boxes"][0]["limits"] if limit["name"] == "lever_threshold"]
    assert threshold[0]["value"] == 3.5
    assert opened(folder).seed == 0
    again = call("discover", folder, "--outcome", "risk", "--above", 1.5, "--against", 0, "--chart", chart)
    assert again.exit_code == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--outcome", "risk", "--above", 2), "the level of a risk rests on an assumed anchor"),
        (("--outcome", "spnding", "--above", 2), "outcome: 'spnding' was not kept"),
        (("--outcome", "risk", "--above", 2, "--against", 0, "--year", 1999), "year: 1999 was not kept"),
        (("--outcome", "risk_by_front", "--of", "baltik", "--above", 2, "--against", 0), "Did you mean 'baltic'?"),
        (("--outcome", "relative_cohesion", "--above", 2), "only risks are ratios to a baseline. Write cohesion with"),
        (("--outcome", "relative_cohesion", "--above", 2, "--against", 0), "only risks are ratios to a baseline"),
    ],
)
def test_the_command_says_what_cannot_be_meant(tmp_path_factory, words, said):
    folder = tmp_path_factory.getbasetemp() / "refused"
    if not folder.exists():
        folder.mkdir()
        played(folder, {"threshold": [2.0, 5.0]}, worlds=8)
    result = call("discover", folder / "results", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_no_batch_is_no_traceback(tmp_path):
    result = call("discover", tmp_path / "nothing", "--outcome", "risk", "--above", 2)
    assert result.exit_code == 2
