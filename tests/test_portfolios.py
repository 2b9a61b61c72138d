"""Portfolios: a known front is found, seeds repeat it, luck is checked in other worlds, one's own policy is marked."""

import json
import random
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import draws, ensemble, load_scenario
from sim.analysis import frontier, frontier_words, judge, portfolios
from sim.analysis.judge import Judge, Objective
from sim.charts import policies
from sim.cli import main
from sim.priors import SCHOOLS

NAME = "spending_europe_canada_share"
RANGES = {"conditionality": (0.0, 1.0), "reassurance": (0.0, 1.0)}
BOTH = (Objective("cohesion", "lowest"), Objective("readiness", "lowest"))


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def known(levers):
    """Two objectives whose front is y = (1 − x)², reached where reassurance is 0."""
    x = levers["conditionality"]
    return x, (1.0 - x) ** 2 + levers["reassurance"]


def values_of(archive):
    return np.array([values for _, values in archive.portfolios])


# --- the search -----------------------------------------------------------------------------------------------------


def test_a_known_front_is_found():
    archive = portfolios.search(known, RANGES, BOTH, evaluations=600, seed=1)
    found = values_of(archive)
    assert len(found) > 10
    assert np.max(found[:, 1] - (1.0 - found[:, 0]) ** 2) < 0.1
    assert np.mean(found[:, 1] - (1.0 - found[:, 0]) ** 2) < 0.03
    assert found[:, 0].min() < 0.05
    assert found[:, 0].max() > 0.85
    assert archive.convergence["hypervolume"].iloc[-1] > archive.convergence["hypervolume"].iloc[0]
    assert not archive.stopped
    for settings, values in archive.portfolios:
        assert known(settings) == values


def test_which_end_is_good_is_heeded():
    """The same front upside down: the first objective negated and sought as high as possible."""
    ends = (Objective("cohesion", "highest"), Objective("readiness", "lowest"))
    upside = portfolios.search(lambda s: (-known(s)[0], known(s)[1]), RANGES, ends, evaluations=100, seed=1)
    plain = portfolios.search(known, RANGES, BOTH, evaluations=100, seed=1)
    np.testing.assert_array_equal(values_of(upside) * [-1, 1], values_of(plain))


def test_no_portfolio_beats_another_and_each_is_apart():
    archive = portfolios.search(known, RANGES, BOTH, evaluations=200, seed=2)
    found = [values for _, values in archive.portfolios]
    for n, one in enumerate(found):
        assert not any(portfolios.dominates(other, one, BOTH) for m, other in enumerate(found) if m != n)
    cells = {tuple(np.floor(np.array(values) / archive.tolerance).astype(int)) for values in found}
    assert len(cells) == len(found)


def test_the_same_seed_finds_the_same_whatever_ran_before():
    """And Python's own random numbers go on as if nothing had been."""
    random.seed(7)
    expected = random.Random(7).random()
    first = portfolios.search(known, RANGES, BOTH, evaluations=60, seed=3)
    assert random.random() == expected
    second = portfolios.search(known, RANGES, BOTH, evaluations=60, seed=3)
    other = portfolios.search(known, RANGES, BOTH, evaluations=60, seed=4)
    assert first.portfolios == second.portfolios
    pd.testing.assert_frame_equal(first.convergence, second.convergence)
    assert first.portfolios != other.portfolios


def test_settings_stand_on_the_steps_of_their_levers_and_are_judged_once():
    asked = []

    def counting(levers):
        asked.append(tuple(levers.values()))
        return known(levers)

    archive = portfolios.search(
        counting,
        {"conditionality": (0.05, 0.97), "reassurance": (0.0, 1.0)},
        BOTH,
        evaluations=100,
        steps={"conditionality": 0.05, "reassurance": 0.1},
    )
    assert len(set(asked)) == len(asked) == archive.evaluations
    first, second = np.array(asked).T
    assert set(np.round(first, 6)) <= {*np.round(np.arange(0.05, 0.96, 0.05), 6), 0.97}
    np.testing.assert_allclose(second * 10, np.round(second * 10), atol=1e-9)


def test_stopping_keeps_what_was_found():
    """Ctrl-C at the fortieth candidate."""
    asked = []

    def impatient(levers):
        if len(asked) == 40:
            raise KeyboardInterrupt
        asked.append(known(levers))
        return asked[-1]

    before = random.getstate()
    archive = portfolios.search(impatient, RANGES, BOTH, evaluations=400, seed=1)
    assert archive.stopped
    assert archive.evaluations == 40
    assert {values for _, values in archive.portfolios} <= set(asked)
    assert random.getstate() == before
    asked[:] = [0.0] * 40
    with pytest.raises(KeyboardInterrupt):  # before anything was found
        portfolios.search(impatient, RANGES, BOTH, evaluations=400, seed=1)


def test_what_a_candidate_is_refused_for_is_said():
    def refusing(levers):
        raise sim.InputError("risk: no finite number")

    with pytest.raises(sim.InputError, match="risk: no finite number"):
        portfolios.search(refusing, RANGES, BOTH, evaluations=60)

    calls = []

    def later(levers):
        calls.append(1)
        return refusing(levers) if len(calls) > 20 else known(levers)

    with pytest.raises(sim.InputError, match="risk: no finite number"):
        portfolios.search(later, RANGES, BOTH, evaluations=60)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ranges": {}}, "--lever: nothing to choose"),
        ({"ranges": {"conditionality": (1.0, 0.5)}}, r"--lever conditionality: 1 to 0\.5 is no range"),
        ({"ranges": {"conditionality": (0.0, float("nan"))}}, "is no range"),
        ({"objectives": BOTH[:1]}, "--objective: give two or more"),
        ({"objectives": (BOTH[0], BOTH[0])}, "an outcome is named twice"),
        ({"evaluations": 5}, r"--evaluations: 5 are too few\. Write at least 24"),
    ],
)
def test_searches_that_cannot_be_meant(change, words):
    given_ = {"ranges": RANGES, "objectives": BOTH, "evaluations": 60} | change
    with pytest.raises(sim.InputError, match=words):
        portfolios.search(known, given_["ranges"], given_["objectives"], evaluations=given_["evaluations"])


def test_an_objective_that_does_not_answer_is_refused():
    with pytest.raises(sim.InputError, match="--objective: readiness does not answer to conditionality, reassurance"):
        portfolios.search(lambda levers: (levers["conditionality"], 1.0), RANGES, BOTH, evaluations=60)


pairs = st.tuples(st.integers(-3, 3), st.integers(-3, 3))


@given(pairs, pairs, pairs)
def test_dominance_is_a_strict_order(a, b, c):
    ends = (Objective("cohesion", "highest"), Objective("readiness", "lowest"))
    assert not portfolios.dominates(a, a, ends)
    assert not (portfolios.dominates(a, b, ends) and portfolios.dominates(b, a, ends))
    if portfolios.dominates(a, b, ends) and portfolios.dominates(b, c, ends):
        assert portfolios.dominates(a, c, ends)
    assert portfolios.dominates((a[0] + 1, a[1]), a, ends)
    assert portfolios.dominates((a[0], a[1] - 1), a, ends)


# --- judging --------------------------------------------------------------------------------------------------------


def test_the_judge_takes_the_worst_school_of_the_same_worlds():
    """By hand from runs under each school: medians, the worst of them; the risk as a ratio in each world."""
    own, base = load_scenario("conditional-article5"), load_scenario("baseline")
    aims = (Objective(NAME, "highest"), Objective("risk", "lowest"), Objective("risk_by_front_baltic", "lowest", 0.9))
    names = [NAME, "risk", "risk_by_front"]
    judged = Judge(own, base, aims, range(10), 5)
    runs = {
        s: [ensemble.run_outcomes(one.with_school(s), 10, 5, names).isel(year=-1) for one in (own, base)]
        for s in SCHOOLS
    }
    ratio = {s: (mine.risk / theirs.risk).values for s, (mine, theirs) in runs.items()}
    front = {s: (m.risk_by_front / t.risk_by_front).sel(front="baltic").values for s, (m, t) in runs.items()}
    expected = (
        min(np.median(runs[s][0][NAME].values) for s in SCHOOLS),
        max(np.median(ratio[s]) for s in SCHOOLS),
        max(np.quantile(front[s], 0.9) for s in SCHOOLS),
    )
    np.testing.assert_allclose(judged.of(judged.own()), expected)
    assert judged.of(judged.base())[1:] == (1.0, 1.0)
    assert judged({}) == judged.of(judged.own())
    assert judged({"threshold": 3.0}) == Judge(own.with_levers(threshold=3.0), base, aims, range(10), 5)({})


def test_schools_differ_by_what_they_hold_and_not_by_the_worlds_they_are_dealt():
    """Every school plays worlds 0 to 11, and its row is that of a run in which only the school is another."""
    base = load_scenario("baseline")
    samples = Judge(base, base, (Objective("risk", "lowest"), Objective("cohesion", "lowest")), range(12), 3).own()
    assert samples.shape == (2, 4, 12)
    assert (samples[0] == 1.0).all()
    alone = [ensemble.run_outcomes(base.with_school(s), 12, 3, ["cohesion"]).cohesion.isel(year=-1) for s in SCHOOLS]
    np.testing.assert_array_equal(samples[1], np.stack(alone))


def test_a_scenario_that_names_its_school_is_judged_in_it():
    own, base = load_scenario("conditional-article5").with_school("denial"), load_scenario("baseline")
    one = Judge(own, base, (Objective(NAME, "highest"),), range(16), 0)
    later = ensemble.outcomes_of(own.plan(), range(16), 0, [NAME])[NAME].isel(year=-1)
    assert one.of(one.own()) == (pytest.approx(float(later.median())),)


def test_other_worlds_judge_otherwise():
    own, base = load_scenario("conditional-article5"), load_scenario("baseline")
    first, second = (
        Judge(own, base, (Objective(NAME, "highest"),), worlds, 0) for worlds in (range(10), range(10, 20))
    )
    assert first({}) != second({})
    later = [ensemble.outcomes_of(own.with_school(s).plan(), range(10, 20), 0, [NAME])[NAME] for s in SCHOOLS]
    assert second({}) == (pytest.approx(min(float(one.isel(year=-1).median()) for one in later)),)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("risk:lowest", Objective("risk", "lowest")), ("risk:lowest:p90", Objective("risk", "lowest", 0.9)),
     (f"{NAME}:highest:median", Objective(NAME, "highest")),
     ("risk_by_front_black_sea:lowest", Objective("risk_by_front_black_sea", "lowest")),
     ("risk_by_front_black sea:lowest", Objective("risk_by_front_black_sea", "lowest")),
     ("relative_risk_by_front_black_sea:lowest", Objective("risk_by_front_black_sea", "lowest")),
     ("relative_risk:lowest", Objective("risk", "lowest")),
     ("troops_by_host_DEU:highest", Objective("troops_by_host_DEU", "highest"))],
)  # fmt: skip
def test_objectives_are_read(text, meant):
    assert judge.objective(text) == meant


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rsk:lowest", r"unknown outcome 'rsk'\. Did you mean 'risk'\?"),
        ("risk", "which end is good"),
        ("risk:low", "which end is good"),
        ("risk:lowest:p0", "unknown statistic 'p0'"),
        ("risk:lowest:p100", "unknown statistic 'p100'"),
        ("risk_by_front_atlantis:lowest", "unknown outcome"),
        ("risk_by_front:lowest", "is a number for each front. Write one of risk_by_front_baltic, risk_by_front_poland"),
        ("relative_cohesion:lowest", "only risks are ratios to a baseline. Write cohesion."),
    ],
)
def test_objectives_that_cannot_be_meant(text, words):
    with pytest.raises(sim.InputError, match=words):
        judge.objective(text)


# --- the front ------------------------------------------------------------------------------------------------------

AIMS = ("--objective", f"{NAME}:highest", "--objective", "risk:lowest")
LEVERS = ("--lever", "threshold=2:6", "--lever", "conditionality=0:1")


@pytest.fixture(scope="module")
def told():
    own, base = load_scenario("conditional-article5"), load_scenario("baseline")
    ranges = {"threshold": (2.0, 6.0), "conditionality": (0.0, 1.0)}
    aims = (Objective(NAME, "highest"), Objective("risk", "lowest"))
    return frontier.frontier(own, base, ranges, aims, worlds=32, evaluations=60)


def test_a_real_front(told):
    """More spending is bought with more risk; ends of the front lie at little and at much of a condition."""
    front = sorted(one.values for one in told.portfolios)
    assert len(front) > 5
    assert all(a[1] < b[1] for a, b in pairwise(front))
    most = max(told.portfolios, key=lambda one: one.values[0])
    least = min(told.portfolios, key=lambda one: one.values[1])
    assert most.levers["conditionality"] > least.levers["conditionality"]


def test_ones_own_policy_and_the_baseline_are_judged_alike(told):
    own, base = load_scenario("conditional-article5"), load_scenario("baseline")
    assert (told.worlds, told.checked_worlds, told.schools) == (8, 32, SCHOOLS)
    other = Judge(own, base, told.objectives, range(8, 40), 0)
    assert told.own.checked == other.of(other.own())
    assert (told.standings[-1].kind, told.standings[-1].checked) == (frontier.BASELINE, other.of(other.base()))
    for one in told.portfolios[:3]:
        assert one.checked == other(one.levers)
        beaten = {
            n for n, p in enumerate(told.portfolios) if portfolios.dominates(p.checked, one.checked, told.objectives)
        }
        assert set(one.beaten_by) == beaten


def test_ones_own_policy_and_the_baseline_show_their_levers_as_in_force(told):
    """Blank cells would leave open what is beaten."""
    own, base = told.own, told.standings[-1]
    plans = [load_scenario(name).plan() for name in ("conditional-article5", "baseline")]
    names = ("threshold", "conditionality")
    assert [dict(one.levers) for one in (own, base)] == [{n: plan.levers[n][-1] for n in names} for plan in plans]
    assert own.levers["conditionality"] > base.levers["conditionality"]
    rows = frontier_words.table(told).set_index("kind").loc[["your policy", "baseline"], list(names)]
    assert rows.notna().all(axis=None)
    printed = next(line for line in frontier_words.text(told).splitlines() if line.startswith("your policy"))
    assert printed.split()[2:4] == [f"{own.levers[n]:g}" for n in names]


def test_levers_are_in_force_in_the_judged_year():
    later = load_scenario("baseline").with_levers(threshold={"2029Q4": 2.0, "2030Q4": 3.0, "2035Q4": 4.0})
    ends = {year: Judge(later, later, (), range(1), 0, year) for year in (2029, 2030, None)}
    assert [one.in_force(["threshold"]) for one in ends.values()] == [{"threshold": v} for v in (2.0, 3.0, 4.0)]
    assert ends[2030].in_force(["threshold"], of_baseline=True) == {"threshold": 3.0}


def beaten_by_hand(*samples):
    """Who beats whom among policies whose two objectives are given by world: portfolios, then one's own, a baseline."""
    aims = (Objective(NAME, "highest"), Objective("risk", "lowest"))
    return frontier._beaten([np.asarray(one, dtype=float)[:, None, :] for one in samples], aims, 0)


def test_who_is_better_in_every_world_beats_surely():
    luck = draws.stream(0, "beaten").random((2, 40))
    own = luck + 1.0
    better, mixed = own + np.array([[0.004], [-0.004]]), own + 0.004
    found = beaten_by_hand(better, mixed, own, own)
    assert found == [{}, {0: 1.0}, {0: 1.0}, {0: 1.0}]


def test_who_is_better_by_luck_beats_nobody_surely():
    """Two policies that differ by noise alone: whichever has the better medians, few resamples agree in both."""
    for seed in range(20):
        luck = draws.stream(seed, "beaten by luck").random((2, 2, 40))
        for by in beaten_by_hand(luck[0], luck[1], luck[1]):
            assert all(part < frontier.SURE for part in by.values())


def test_a_tie_is_no_defeat():
    own = draws.stream(1, "beaten").random((2, 40))
    assert beaten_by_hand(own, own, own) == [{}, {}, {}]


def by_hand(own, *checked, parts=(1.0,)):
    """A front whose values are given; portfolios that dominate one's own do so in these parts of resamples."""
    aims = (Objective(NAME, "highest"), Objective("risk", "lowest"))
    rows = [frontier.Standing(frontier.PORTFOLIO, {"threshold": 3.0 + n}, v, v, {}) for n, v in enumerate(checked)]
    beaten = [n for n, v in enumerate(checked) if portfolios.dominates(v, own, aims)]
    by = {n: parts[k % len(parts)] for k, n in enumerate(beaten)}
    rows.append(frontier.Standing(frontier.OWN, {}, own, own, by))
    way = pd.DataFrame({"evaluations": [10, 20], "portfolios": [1, 2], "hypervolume": [0.5, 0.6]})
    archive = portfolios.Archive(tuple((one.levers, one.values) for one in rows[:-1]), (0.1, 0.1), way, 20, False)
    return frontier.Frontier("Mine", "Base", aims, tuple(rows), archive, 32, 128, 0, SCHOOLS)


def test_a_policy_that_is_beaten_in_words():
    """The second gains 0.3 and 0.2, the first 0.1 and 0.9: by its smaller gain the second beats more clearly."""
    told = by_hand((3.0, 2.0), (3.1, 1.1), (3.3, 1.8), (4.0, 2.5))
    assert frontier_words.own_words(told) == (
        "Your policy (Mine) is beaten: 2 of 3 portfolios are as good or better in every objective in at least 95% of "
        "resamples of these worlds, most clearly threshold 4: Europe and Canada spend 3.3 instead of 3% of GDP, risk "
        "1.8 instead of 2 times the baseline."
    )
    assert "what is beaten grew by 16.7%: more evaluations may find more." in frontier_words.search_words(told)


def test_a_policy_that_is_not_surely_beaten_in_words():
    """Worse in some objective, the very same, and better but not surely: each is counted as what it is."""
    assert frontier_words.own_words(by_hand((3.0, 2.0), (2.9, 1.0), (3.1, 2.1))) == (
        "Your policy (Mine) is surely beaten by none of these portfolios: 2 of 2 are worse in some objective."
    )
    assert frontier_words.own_words(by_hand((3.0, 2.0), (3.0, 2.0), (3.1, 1.9), (2.0, 1.0), parts=(0.9,))) == (
        "Your policy (Mine) is surely beaten by none of these portfolios: 1 of 3 is as good or better in every "
        "objective here, but in less than 95% of resamples of these worlds; 1 of 3 is the very same in every "
        "objective; 1 of 3 is worse in some objective."
    )


def test_numbers_that_differ_are_written_so():
    told = by_hand((3.0, 1.0), (3.0, 0.99996))
    assert "risk 0.99996 instead of 1 times the baseline" in frontier_words.own_words(told)
    table = frontier_words.text(told)
    assert "0.99996" in table
    assert "1.00000" in table
    assert frontier_words.apart(2.0, 2.0) == ("2", "2")


@pytest.mark.parametrize(
    ("scenario", "ranges", "words"),
    [
        ("baseline", {"threshold": (2.0, 5.0), "pressure": (0.0, 1.0)}, "--lever threshold: does nothing in Today's"),
        ("baseline", {"threshold": (2.0, 5.0), "conditionality": (0.0, 1.0)}, ""),
        ("conditional-article5", {"threshold": (2.0, 5.0), "pressure": (0.0, 1.0)}, ""),
    ],
)
def test_a_lever_that_can_do_nothing_is_refused(scenario, ranges, words):
    """Unless another one that is searched, or that the scenario sets, gives it something to do."""
    if not words:
        frontier._refuse_idle(load_scenario(scenario), ranges)
        return
    with pytest.raises(sim.InputError, match=words) as error:
        frontier._refuse_idle(load_scenario(scenario), ranges)
    assert "it acts only with one of conditionality, " in str(error.value)


def test_the_chart_marks_ones_own_policy(told):
    frame = policies.pareto_frame(told)
    assert list(frame["kind"]).count(frontier.OWN) == list(frame["kind"]).count(frontier.BASELINE) == 1
    own = frame[frame["kind"] == frontier.OWN].iloc[0]
    assert (own["x"], own["y"]) == told.own.checked
    assert set(frame["kind"]) <= set(policies.KINDS)
    beaten = sum(not one.best for one in told.portfolios)
    assert (frame["kind"] == policies.UNCONFIRMED).sum() == beaten
    assert "risk, median in the worst school" in policies.pareto(told)["title"]["subtitle"]


def test_the_command(tmp_path):
    out, chart = tmp_path / "front.csv", tmp_path / "front.json"
    words = ("portfolios", "conditional-article5", *LEVERS, *AIMS, "--worlds", 32, "--evaluations", 24)
    result = call(*words, "--out", out, "--chart", chart)
    assert result.exit_code == 0, result.output
    assert "Your policy (Conditional Article 5 at 5%)" in result.stdout
    assert "different settings in 8 worlds under each school, seed 0." in result.stdout
    table = pd.read_csv(out)
    assert list(table["kind"][-2:]) == ["your policy", "baseline"]
    assert len(json.loads(chart.read_text())["data"]["values"]) == len(table)
    again = json.loads(call(*words, "--json").stdout)
    rows = pd.DataFrame([one["checked"] for one in again["policies"]])
    np.testing.assert_allclose(rows, table[[f"checked_{NAME}", "checked_risk"]], rtol=1e-9)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("baseline", *AIMS), "--lever: nothing to choose"),
        (("baseline", "--lever", "threshold", *AIMS), "no range. Write threshold=LOW:HIGH"),
        (("baseline", "--lever", "treshold=1:2", *AIMS), "unknown lever. Did you mean 'threshold'?"),
        (("baseline", "--lever", "threshold=1:9", *AIMS), "--lever threshold=1:9: out of range. It takes 0 to 6."),
        (("baseline", *LEVERS, "--lever", "threshold=1:2", *AIMS), "threshold is named twice"),
        (("baseline", *LEVERS[:2], "--lever", "pressure=0:1", *AIMS), "--lever threshold: does nothing in"),
        (("baseline", *LEVERS, *AIMS[:2]), "--objective: give two or more"),
        (("baseline", *LEVERS, *AIMS, "--worlds", 3), "--worlds"),
        (("baseline", *LEVERS, *AIMS, "--year", 1999, "--worlds", 32), "--year: 1999 is not in the run"),
        (("basline", *LEVERS, *AIMS), "Did you mean 'baseline'?"),
    ],
)
def test_the_command_says_what_cannot_be_meant(words, said):
    result = call("portfolios", *words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.output
