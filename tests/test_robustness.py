"""Robustness: regret, satisficing and percentiles by hand, the laws they keep, worst cases in words, the commands."""

import json

import numpy as np
import pytest
from batches import made_up, played
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

import sim
from sim import draws, results
from sim.analysis import measures, robust_words, robustness, worst
from sim.batch import opened
from sim.charts import policies
from sim.cli import main
from sim.params import uncertainties
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
    assert list(told.worst_school.values) == ["", "", ""]  # two worlds of each say nothing about schools
    assert told.least_regretted == 1


def test_the_interval_of_a_quantile_is_that_of_order_statistics():
    """Of 100 numbers the 90th percentile lies between the 84th and the 96th but for 5%: so many are below it."""
    values = np.stack([np.arange(1.0, 101.0), np.arange(100.0, 0.0, -1.0) * 2])
    low, high = robustness.interval(values, 0.9)
    below = stats.binom(100, 0.9)
    assert below.cdf(83) <= 0.025
    assert below.sf(95) <= 0.025
    np.testing.assert_array_equal(low * [1, 0.5], [84, 84])
    np.testing.assert_array_equal(high * [1, 0.5], [96, 96])
    wider = robustness.interval(values, 0.9, 4)
    assert (wider[0] < low).all()
    assert (wider[1] > high).all()


def test_the_interval_holds_as_often_as_it_says():
    """Two thousand samples of 200 uniform numbers: their 90th percentile is 0.9."""
    low, high = robustness.interval(draws.stream(0, "intervals").random((2000, 200)), 0.9)
    assert 0.94 <= np.mean((low <= 0.9) & (high >= 0.9)) <= 0.98


def test_a_worst_school_is_named_only_where_it_is_no_luck():
    """Four schools with the same law: none is worst, though one has the largest number; then one is twice as bad."""
    drawn, schools = draws.stream(1, "regrets").random(800), [SCHOOLS[w % 4] for w in range(800)]
    told = robustness.robustness(small(np.stack([drawn, np.zeros(800)]), schools), NAME, "lowest")
    assert list(told.worst_school.values) == ["", ""]
    low, high = told.interval
    assert float(low[0]) < float(told.guarantee[0]) < float(high[0])
    far = np.where(np.array(schools) == "denial", 2.0, 1.0) * drawn
    apart = robustness.robustness(small(np.stack([far, np.zeros(800)]), schools), NAME, "lowest")
    assert list(apart.worst_school.values) == ["denial", ""]
    words = robust_words.text(small(np.stack([far, np.zeros(800)]), schools), apart)
    assert words.count(") denial") == 1
    both = robust_words.data(small(np.stack([far, np.zeros(800)]), schools), apart)["over_schools"]
    assert [one["worst_school"] for one in both] == ["denial", None]
    assert both[0]["low"] < both[0]["p90"] < both[0]["high"]


def test_one_school_alone_is_the_worst():
    told = robustness.robustness(small(schools=["denial"] * 4), NAME, "highest")
    assert set(told.worst_school.values) == {"denial"}


def test_policies_that_are_the_very_same_are_listed_once():
    batch = small()
    batch.policies["plan"] = ["a", "b", "a"]
    told = robustness.robustness(batch, NAME, "highest")
    assert list(told.table.policy.values) == [0, 1]
    assert robust_words.notes([told]) == ["Policies that are the very same count once: 2 is 0."]
    assert worst.worst_case(batch, told, 2).policy == 0
    batch.policies["plan"] = "a"
    with pytest.raises(sim.InputError, match="two policies or more that differ"):
        robustness.robustness(batch, NAME, "highest")


def test_a_world_without_a_number_is_left_out_for_all():
    values = draws.stream(0, "values").random((2, 400))
    values[1, 17] = np.nan
    schools = [SCHOOLS[w % 4] for w in range(400)]
    told = robustness.robustness(small(values, schools), NAME, "highest")
    assert 17 not in told.regret.world
    assert told.regret.sizes["world"] == 399
    assert "1 of 100 of mixed" in robust_words.foot([told])
    share = robustness.satisficing(small(values, schools), [robustness.demand(f"{NAME}>=0.5")])
    kept = [w for w in range(1, 400, 4) if w != 17]
    assert float(share.sel(policy=0, school="mixed")) == np.mean(values[0, kept] >= 0.5)
    assert robust_words.notes([told], share) == list(told.notes)  # once


@pytest.mark.parametrize(
    ("natures", "against", "only", "words"),
    [
        ("nmm", 1, [], r"Choose policies of one nature: --only 1 --only 2\.$"),
        ("nmm", 0, [], r"policies of one nature and a baseline of theirs: --only 1 --only 2 --against 1\.$"),
        ("nmm", 0, [1, 2], r"a baseline of theirs: --only 1 --only 2 --against 1\.$"),
        ("nmk", 0, [], r"Too few share their assumptions: play them again"),
    ],
)
def test_other_natures_are_refused_with_what_would_do(natures, against, only, words):
    """What the message tells to write is taken."""
    batch = small([[0.1, 0.2, 0.1, 0.4], [0.2, 0.1, 0.1, 0.4], [0.2, 0.2, 0.2, 0.2]], name="risk")
    batch.policies["nature"] = list(natures)
    with pytest.raises(sim.InputError, match=words):
        robustness.robustness(batch, "risk", "lowest", policies=only, against=against)
    if natures == "nmm":
        assert robustness.robustness(batch, "risk", "lowest", policies=[1, 2], against=1).table is not None


@pytest.mark.parametrize("name", ["risk", "risk_by_front_baltic"])
def test_what_a_demand_on_a_risk_means_is_said(name):
    """It is a multiple of the baseline's, and a demand that nobody meets is told of."""
    batch = small([[0.1, 0.2, 0.1, 0.4], [0.2, 0.1, 0.1, 0.4]], name=name, units="probability")
    share = robustness.satisficing(batch, [robustness.demand(f"{name}<=0.1")])
    ((told),) = share.attrs["demands"]
    assert told["words"] == f"{name} <= 0.1 times that of policy 0"
    assert (told["baseline"], told["unit"]) == ("policy 0", "times that of policy 0")
    (note,) = share.attrs["notes"]
    assert note.startswith(f"{name} <= 0.1 times that of policy 0 is met in no world by any policy")
    assert robust_words.satisficing_text(batch, share).startswith(f"worlds with {name} <= 0.1 times that of policy 0\n")
    assert robust_words.satisficing_data(batch, share)["demands"] == [told]
    every = robustness.satisficing(batch, [robustness.demand(f"{name}<=9")])
    assert "is met in every world by every policy" in every.attrs["notes"][0]
    assert robustness.satisficing(batch, [robustness.demand(f"{name}<=1")]).attrs["notes"] == ()


def test_rows_are_short_and_a_key_says_what_policies_are():
    levers = {
        name: [0.1, 0.2, 0.3] for name in ("threshold", "conditionality", "pressure", "pivot", "border", "pledge")
    }
    batch = small(levers=levers)
    batch.policies["label"] = [" ".join(f"{n}={v[p]}" for n, v in levers.items()) for p in range(3)]
    batch.policies["scenario"] = "a-scenario-with-a-very-long-name"
    told = robustness.robustness(batch, NAME, "highest")
    words = robust_words.text(batch, told)
    assert max(map(len, words.splitlines())) <= 120
    assert "a-scenario" not in words  # all are of one: the key tells them apart
    assert [line.split()[0] for line in words.splitlines() if line.startswith("#")] == 2 * ["#1", "#2", "#0"]
    share = robustness.satisficing(batch, [robustness.demand(f"{NAME}>=3")])
    assert "a-scenario" not in robust_words.satisficing_text(batch, share)
    key = robust_words.key(batch, [1, 0, 1]).splitlines()
    assert key[0] == "policies"
    assert key[1].startswith("#0  threshold 0.1, conditionality 0.1, pressure 0.1")
    assert [line[:2] for line in key[1:]] == ["#0", "#1"]
    batch.policies.loc[0, "scenario"] = "baseline"
    mixed = robust_words.text(batch, told)
    assert "#1 a-scenario-with-a-v…" in mixed
    assert "#0 baseline" in mixed
    assert max(map(len, mixed.splitlines())) <= 120
    plain = small()
    plain.policies["label"] = plain.policies["scenario"] = ["a", "b", "c"]
    assert robust_words.key(plain, [0, 1]) == ""


@pytest.mark.parametrize(
    "name", ["risk_by_front_black_sea", "risk_by_front_black sea", "relative_risk_by_front_black_sea"]
)
def test_a_risk_by_front_is_one_quantity_however_it_is_spelled(name):
    kept = "risk_by_front_black_sea"
    batch = small([[0.1, 0.2, 0.1, 0.4], [0.2, 0.1, 0.1, 0.4]], name=kept, units="probability")
    told = robustness.robustness(batch, name, "lowest")
    np.testing.assert_allclose(told.values, [[1.0, 1.0, 1.0, 1.0], [2.0, 0.5, 1.0, 1.0]])
    assert told.outcome == kept
    assert robustness.demand(f" {name} <= 1.5") == robustness.Demand(kept, "<=", 1.5)


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


def test_what_luck_explains_is_not_called_special():
    """Seventy-six uncertainties that nothing hangs on, fifty times: at most 5% of the cases should name any."""
    named = 0
    for seed in range(50):
        luck = draws.stream(seed, "nothing special")
        names = list(uncertainties())[:76]
        regret = luck.random(100)
        batch = made_up(
            np.stack([np.zeros(100), regret]), dict(zip(names, luck.random((76, 100)), strict=True)), ["denial"] * 100
        )
        case = worst.worst_case(batch, robustness.robustness(batch, NAME, "lowest"), 1)
        named += bool(case.special)
        assert case.tested == 76
    assert named <= 6


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
    with pytest.raises(sim.InputError, match=r"regret: takes two policies or more that differ, got 1"):
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
    with pytest.raises(sim.InputError, match=r"--only 'twin': 2 policies have this label\. Give a number: 0, 1\."):
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
    assert result.stdout.startswith("policies\n#0  threshold")  # first of all, and rows are numbers alone
    assert "baseline (" not in result.stdout
    assert "risk, times that of baseline threshold=2 conditionality=0, end of 2035; the lowest is best" in result.stdout
    assert "worlds with risk <= 1.5 times that of baseline threshold=2 conditionality=0 and spending" in result.stdout
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
    frame = policies.regret_frame(opened(batch), told)
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
        (("--outcome", "risk:lowest", "--only", 9), "--only '9': no such policy. Numbers: 0, 1, 2, 3."),
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
