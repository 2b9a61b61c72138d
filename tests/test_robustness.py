"""Robustness: regret, satisficing and percentiles by hand, the laws they keep, worst cases in words, the commands."""

import json

import numpy as np
import pytest
from batches import made_up, played
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import sim
from sim import draws, policy_charts, results
from sim.analysis import measures, robustness, worst
from sim.batch import opened
from sim.cli import main
from sim.priors import SCHOOLS

NAME = "spending_europe_canada_share"

# Three policies in four worlds, two of each school.
VALUES = [[1.0, 5.0, 3.0, 2.0], [2.0, 4.0, 3.0, 6.0], [4.0, 4.0, 2.0, 2.5]]
TWO = ["denial", "spiral", "denial", "spiral"]


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def small(values=VALUES, schools=TWO, **more):
    return made_up(values, {"drift": np.arange(len(values[0])) * 1.0}, schools, **more)


# --- regret ---------------------------------------------------------------------------------------------------------


def test_regret_by_hand():
    """The highest is best: 4, 5, 3, 6 by world, so policies fall short by 3 0 0 4, 2 1 0 0 and 0 1 1 3.5."""
    told = robustness.robustness(small(), NAME, "highest")
    np.testing.assert_array_equal(told.regret, [[3, 0, 0, 4], [2, 1, 0, 0], [0, 1, 1, 3.5]])
    # denial holds worlds 0 and 2, spiral 1 and 3
    np.testing.assert_array_equal(told.table.maximum, [[3, 4], [2, 1], [1, 3.5]])
    np.testing.assert_array_equal(told.table["median"], [[1.5, 2], [1, 0.5], [0.5, 2.25]])
    np.testing.assert_allclose(told.table.p90, [[2.7, 3.6], [1.8, 0.9], [0.9, 3.25]])
    np.testing.assert_array_equal(told.table["rank"], [[3, 3], [2, 1], [1, 2]])
    np.testing.assert_array_equal(told.table.worst, [[1, 2], [2, 4], [2, 2.5]])
    np.testing.assert_array_equal(told.table.best, [[3, 5], [3, 6], [4, 4]])
    np.testing.assert_array_equal(told.table.p50, [[2, 3.5], [2.5, 5], [3, 3.25]])
    np.testing.assert_allclose(told.guarantee, [3.6, 1.8, 3.25])
    assert list(told.worst_school.values) == ["spiral", "denial", "spiral"]
    assert told.least_regretted == 1


def test_regret_where_the_lowest_is_best():
    told = robustness.robustness(small(), NAME, "lowest")
    np.testing.assert_array_equal(told.regret, [[0, 1, 1, 0], [1, 0, 1, 4], [3, 0, 0, 0.5]])
    np.testing.assert_array_equal(told.table.worst, [[3, 5], [3, 6], [4, 4]])


def test_only_the_policies_that_are_compared_count():
    told = robustness.robustness(small(), NAME, "highest", policies=[0, "policy 2"])
    np.testing.assert_array_equal(told.regret, [[3, 0, 0, 0.5], [0, 1, 1, 0]])
    assert list(told.table.policy.values) == [0, 2]


def test_a_risk_counts_as_a_multiple_of_the_baselines():
    """Policy 0 is the baseline: 1 everywhere; the others double or halve it."""
    batch = small([[0.1, 0.2, 0.1, 0.4], [0.2, 0.1, 0.1, 0.4]], name="risk", units="probability")
    told = robustness.robustness(batch, "risk", "lowest")
    np.testing.assert_allclose(told.values, [[1, 1, 1, 1], [2, 0.5, 1, 1]])
    np.testing.assert_allclose(told.regret, [[0, 0.5, 0, 0], [1, 0, 0, 0]])
    assert told.values.attrs["units"] == "times that of policy 0"
    other = robustness.robustness(batch, "risk", "lowest", against=1)
    np.testing.assert_allclose(other.values, [[0.5, 2, 1, 1], [1, 1, 1, 1]])


tables = st.tuples(st.integers(2, 5), st.integers(4, 12)).flatmap(
    lambda shape: hnp.arrays(np.float64, shape, elements=st.floats(-100, 100).map(lambda v: round(v, 3)))
)


@given(tables, st.sampled_from(results.BEST))
def test_in_every_world_some_policy_has_no_regret(values, best):
    """And none has less than none; the tables by school keep the order of median, p90 and maximum."""
    told = robustness.robustness(small(values, [SCHOOLS[w % 4] for w in range(values.shape[1])]), NAME, best)
    assert (told.regret >= 0).all()
    assert (told.regret.min("policy") == 0).all()
    assert (told.table["median"] <= told.table.p90).all()
    assert (told.table.p90 <= told.table.maximum).all()
    assert (told.table.maximum.max("school") == told.regret.max("world")).all()
    for name in ("worst", "best"):
        assert ((told.table[name].max("school") <= values.max(axis=1)) & (told.table[name] >= values.min())).all()
    assert float(told.guarantee.min()) == float(told.guarantee.sel(policy=told.least_regretted))


@given(tables, st.sampled_from(results.BEST), st.floats(0.001, 50))
def test_a_policy_that_is_beaten_everywhere_changes_nobodys_regret(values, best, short):
    """Regret looks at the best only, so that one more bad policy changes nothing but the ranks below it."""
    schools = [SCHOOLS[w % 4] for w in range(values.shape[1])]
    bad = values[0] + short if best == "lowest" else values[0] - short
    before = robustness.robustness(small(values, schools), NAME, best)
    after = robustness.robustness(small(np.vstack([values, bad]), schools), NAME, best)
    kept = after.table.isel(policy=slice(len(values)))
    for name in (*robustness.REGRETS, *robustness.PERCENTILES, "worst", "best"):
        np.testing.assert_array_equal(kept[name], before.table[name])
    assert (after.table.p90[-1] >= after.table.p90[0]).all()


@given(tables, st.sampled_from(results.BEST))
def test_schools_are_never_pooled(values, best):
    """What happens in the worlds of one school leaves the table of another as it is."""
    schools = [SCHOOLS[w % 4] for w in range(values.shape[1])]
    changed = values.copy()
    changed[:, np.array(schools) == "mixed"] += draws.stream(0, "other worlds").random((len(values), 1)) * 10
    before, after = (robustness.robustness(small(v, schools), NAME, best).table for v in (values, changed))
    for school in ("commitment", "denial", "spiral"):
        np.testing.assert_array_equal(before.p90.sel(school=school), after.p90.sel(school=school))
        np.testing.assert_array_equal(before["rank"].sel(school=school), after["rank"].sel(school=school))


@given(tables, st.sampled_from(results.BEST))
def test_it_is_the_regret_of_scenarios_side_by_side(values, best):
    """One definition: the medians here are those of `sim.results.regret`, but for how the halves are rounded."""
    batch = small(values, [SCHOOLS[w % 4] for w in range(values.shape[1])])
    runs = {str(p): batch.tables.sel(policy=p).drop_vars(["policy", "label"]) for p in batch.policies.index}
    theirs = results.regret(runs, NAME, best).sel(year=2035)
    np.testing.assert_allclose(robustness.robustness(batch, NAME, best).table["median"], theirs, rtol=0, atol=1e-12)


# --- satisficing ----------------------------------------------------------------------------------------------------


def test_satisficing_by_hand():
    """At least 3: 0 1 1 0, 0 1 1 1, 1 1 0 0. The schools hold worlds 0 and 2, and 1 and 3."""
    share = robustness.satisficing(small(), [robustness.demand(f"{NAME}>=3")])
    np.testing.assert_array_equal(share, [[0.5, 0.5], [0.5, 1], [0.5, 0.5]])
    both = robustness.satisficing(small(), [robustness.demand(f"{NAME}>=3"), robustness.demand(f"{NAME} <= 4.5")])
    np.testing.assert_array_equal(both, [[0.5, 0], [0.5, 0.5], [0.5, 0.5]])
    assert list(share.school.values) == ["denial", "spiral"]


@given(tables, st.floats(-100, 100), st.floats(0, 50))
def test_who_asks_for_more_is_content_less_often(values, level, more):
    batch = small(values, [SCHOOLS[w % 4] for w in range(values.shape[1])])
    less = robustness.satisficing(batch, [robustness.Demand(NAME, ">=", level)])
    hard = robustness.satisficing(batch, [robustness.Demand(NAME, ">=", level + more)])
    between = [robustness.Demand(NAME, ">=", level), robustness.Demand(NAME, "<=", level + more)]
    both = robustness.satisficing(batch, between)
    assert (hard <= less).all()
    assert (both <= less).all()
    assert ((less >= 0) & (less <= 1)).all()


@pytest.mark.parametrize("text", ["risk", "risk<2", "risk<=", "risk<=x", "risk<=nan", "<=2", "risk==1"])
def test_demands_that_are_none(text):
    with pytest.raises(sim.InputError, match=r"--satisfy .*: no demand\. Write NAME<=NUMBER or NAME>=NUMBER"):
        robustness.demand(text)


def test_a_demand_reads_back():
    assert str(robustness.demand(" risk <= 1.50 ")) == "risk <= 1.5"


# --- the worst case -------------------------------------------------------------------------------------------------


def test_the_worst_case_in_words():
    """One hundred worlds; policy 1 costs what theatre is, so that its worst world is the one with the largest."""
    theatre = draws.stream(0, "theatre").random(100)
    theatre[42] = 1.45
    other = draws.stream(0, "drift").random(100) / 100
    batch = made_up(np.stack([np.full(100, 3.0), 3.0 - theatre]), {"theatre": theatre, "drift": other})
    told = robustness.robustness(batch, NAME, "highest")
    case = worst.worst_case(batch, told, 1)
    assert (case.world, case.school, case.better) == (42, SCHOOLS[42 % 4], "policy 0")
    assert case.regret == pytest.approx(1.45)
    ((name, value, place, rho), *rest) = case.special
    assert (name, value) == ("theatre", 1.45)
    assert (place, rho) == (pytest.approx(25 / 26), pytest.approx(1.0))
    assert all(name != "theatre" for name, *_ in rest)
    words = worst.words(case, told, "results")
    assert words.startswith(
        "Policy 1 (policy 1) costs most, in Europe and Canada spend, in world 42, of the denial school: 1.55 against "
        "3% of GDP under policy 0, a regret of 1.45. Of what goes with its regret in this school, it has there theatre "
        "(how much US troops in all of Europe strengthen the commitment) at 1.45, its 96th percentile"
    )
    assert words.endswith("Play that world: article5 repeat results --policy 1 --world 42")
    elsewhere = worst.worst_case(batch, told, 1, "spiral")
    spiral = np.arange(100) % 4 == 3
    assert elsewhere.world == int(np.flatnonzero(spiral)[theatre[spiral].argmax()])


def test_who_is_always_best_is_never_regretted():
    batch = small([[1.0] * 4, [2.0] * 4])
    told = robustness.robustness(batch, NAME, "highest")
    words = worst.words(worst.worst_case(batch, told, "policy 1"), told, "results")
    assert words == (
        "Policy 1 (policy 1) is never regretted in Europe and Canada spend: in every world it is the best of these "
        "policies."
    )


@pytest.mark.parametrize(
    ("place", "words"), [(0.0, "1st"), (0.02, "2nd"), (0.03, "3rd"), (0.11, "11th"), (0.12, "12th"), (0.5, "50th"),
                         (0.91, "91st"), (1.0, "99th")]
)  # fmt: skip
def test_percentiles_in_words(place, words):
    assert measures.ordinal(place) == words


# --- what is refused ------------------------------------------------------------------------------------------------


def test_refusals():
    with pytest.raises(sim.InputError, match=r"regret: takes two policies or more, got 1"):
        robustness.robustness(small(), NAME, "highest", policies=[1])
    with pytest.raises(sim.InputError, match=r"unknown end 'high'\. Did you mean 'highest'\?"):
        robustness.robustness(small(), NAME, "high")
    with pytest.raises(
        sim.InputError, match=r"--outcome 'risk': which end is good\? Write risk:lowest or risk:highest"
    ):
        robustness.objective("risk")
    with pytest.raises(sim.InputError, match="nothing is asked"):
        robustness.satisficing(small(), [])
    told = robustness.robustness(small(), NAME, "highest", policies=[0, 1])
    with pytest.raises(sim.InputError, match="not among the policies that are compared"):
        worst.worst_case(small(), told, 2)
    with pytest.raises(sim.InputError, match="no world of 'mixed'"):
        worst.worst_case(small(), told, 1, "mixed")
    labelled = small()
    labelled.policies["label"] = ["twin", "twin", "other"]
    with pytest.raises(sim.InputError, match=r"--policy 'twin': 2 policies have this label\. Give a number: 0, 1\."):
        robustness.robustness(labelled, NAME, "highest", policies=["twin"])


# --- the real model, charts and the command -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("robust")
    return played(folder, {"threshold": [2.0, 5.0], "conditionality": [0.0, 1.0]}, worlds=240)


def test_the_model_makes_sense(batch):
    """A condition at 5% brings the most spending and the most risk; without a condition the threshold says nothing."""
    found = opened(batch)
    spending = robustness.robustness(found, NAME, "highest")
    risk = robustness.robustness(found, "risk", "lowest")
    conditional = int(found.policies.index[found.policies["label"] == "baseline threshold=5 conditionality=1"][0])
    assert spending.least_regretted == conditional
    assert int(risk.guarantee.idxmax()) == conditional
    plain = [p for p in found.policies.index if found.policies["lever_conditionality"][p] == 0.0]
    np.testing.assert_array_equal(*(risk.values.sel(policy=p) for p in plain))


def test_the_worst_world_can_be_played_again(batch):
    """The command that the worst case names gives the value that it told."""
    found = opened(batch)
    told = robustness.robustness(found, NAME, "highest")
    case = worst.worst_case(found, told, 0)
    command = worst.words(case, told, str(batch)).splitlines()[-1].split("article5 ")[1]
    again = json.loads(call(*command.split(), "--json").stdout)
    assert again["outcomes"][NAME][-1] == pytest.approx(case.value, rel=1e-6)


def test_the_command(batch, tmp_path):
    chart = tmp_path / "regret.json"
    demands = ("--satisfy", "risk<=1.5", "--satisfy", f"{NAME}>=3")
    result = call("robust", batch, "--outcome", "risk:lowest", *demands, "--chart", chart)
    assert result.exit_code == 0, result.output
    assert "risk, times that of baseline threshold=2 conditionality=0, end of 2035; the lowest is best" in result.stdout
    assert "worlds with risk <= 1.5 and spending_europe_canada_share >= 3" in result.stdout
    assert "Play that world: article5 repeat" in result.stdout
    rows = json.loads(chart.read_text())["data"]["values"]
    assert len(rows) == 16
    told = json.loads(call("robust", batch, "--outcome", "risk:lowest", "--policy", 3, "--json").stdout)
    cell = next(r for r in told["outcomes"][0]["policies"] if (r["policy"], r["school"]) == (3, "denial"))
    drawn = next(r for r in rows if r["label"].startswith("3 ") and r["school"] == "denial")
    assert drawn["p90"] == pytest.approx(cell["p90"])
    assert told["worst_cases"][0]["policy"] == 3


def test_the_chart_lists_the_least_regretted_first(batch):
    told = robustness.robustness(opened(batch), NAME, "highest")
    frame = policy_charts.regret_frame(opened(batch), told)
    first = frame[frame["order"] == 0]
    assert set(first["label"].str.split().str[0]) == {str(told.least_regretted)}
    assert not first["deep"].any()
    assert frame["deep"].any()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--outcome: what is looked at?"),
        (("--outcome", "risk"), "which end is good?"),
        (
            ("--outcome", "risk:lowest", "--outcome", f"{NAME}:highest", "--chart", "x.json"),
            "--chart: draws one outcome",
        ),
        (("--outcome", "risk:lowest", "--only", 9), "--policy '9': no such policy. Numbers: 0, 1, 2, 3."),
        (("--outcome", "risk:lowest", "--against", "none"), "--against 'none': no such policy"),
        (("--outcome", "risk:lowest", "--satisfy", "risk=1"), "no demand"),
        (("--outcome", "rsk:lowest"), "outcome: 'rsk' was not kept. Did you mean 'risk'?"),
    ],
)
def test_the_command_says_what_cannot_be_meant(batch, words, said):
    result = call("robust", batch, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
