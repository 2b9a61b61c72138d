"""Scenarios side by side: documents that disagree, under the same luck, and what each policy could be regretted for."""

import json

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import sim
from sim import charts, families, frames, results
from sim.cli import main
from sim.outcomes import OUTCOMES, outcomes
from sim.priors import SCHOOLS
from sim.reference import roster

PAIR = ("eastern-withdrawal-considered", "no-active-plans")


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


# --- regret -----------------------------------------------------------------------------------------------------


def table(values, schools, name="risk", **attrs):
    """Outcomes [world, year] of one policy, as a run leaves them."""
    values = np.asarray(values, dtype=np.float64)
    coords = {
        "world": np.arange(len(values)),
        "year": 2025 + np.arange(values.shape[1]),
        "school": ("world", list(schools)),
    }
    found = xr.DataArray(values, coords, ("world", "year"), attrs={"units": "probability", "long_name": "Risk."})
    same = {"seed": 0, "worlds": len(values), "start": "2025Q1", "end": "2025Q4", "nature": "n"}
    return xr.Dataset({name: found}).assign_attrs(same | attrs)


def test_regret_by_hand():
    """Five worlds of two schools: in each world what a policy lies above the best one there, then the median."""
    schools = ["commitment", "denial", "commitment", "denial", "commitment"]
    tables = {
        "stay": table([[1.0], [5.0], [2.0], [5.0], [9.0]], schools),
        "leave": table([[2.0], [3.0], [6.0], [1.0], [4.0]], schools),
        "wait": table([[4.0], [4.0], [2.0], [2.0], [5.0]], schools),
    }
    # best 1, 3, 2, 1, 4: stay regrets 0 2 0 4 5, leave 1 0 4 0 0, wait 3 1 0 1 1
    found = results.regret(tables)
    assert found.dims == ("policy", "school", "year")
    assert list(found.school.values) == ["commitment", "denial"]
    np.testing.assert_array_equal(found.sel(year=2025), [[0, 3], [1, 0], [1, 1]])
    # the highest is best: best 4, 5, 6, 5, 9
    best = results.regret(tables, best="highest").sel(year=2025)
    np.testing.assert_array_equal(best, [[3, 0], [2, 3], [4, 2]])
    assert found.attrs["badge"] == "judgement"
    assert found.attrs["units"] == "probability"


shapes = st.tuples(st.integers(2, 4), st.integers(1, 9))


@given(
    shapes.flatmap(lambda s: hnp.arrays(np.float64, (*s, 2), elements=st.floats(0, 1))), st.sampled_from(results.BEST)
)
def test_nobody_regrets_the_best_policy_of_every_world(values, best):
    """Regret is never negative; of two policies that are the same, neither is regretted more; shifts change nothing."""
    schools = [SCHOOLS[world % 4] for world in range(values.shape[1])]
    tables = {f"policy {n}": table(one, schools) for n, one in enumerate(values)}
    found = results.regret(tables, best=best)
    assert (found >= 0).all()
    twin = results.regret(tables | {"twin": tables["policy 0"]}, best=best)
    np.testing.assert_array_equal(twin.sel(policy="twin"), twin.sel(policy="policy 0"))
    np.testing.assert_array_equal(twin.drop_sel(policy="twin"), found)
    ideal = values.min(axis=0) if best == "lowest" else values.max(axis=0)
    better = results.regret(tables | {"ideal": table(ideal, schools)}, best=best)
    assert not better.sel(policy="ideal").any()
    doubled = results.regret(
        {name: t.map(lambda v: 2 * v + 1, keep_attrs=True) for name, t in tables.items()}, best=best
    )
    np.testing.assert_allclose(doubled, 2 * found, atol=1e-12)


def test_regret_of_outcomes_by_front_keeps_the_front():
    tables = {name: sim.ensemble.run_outcomes(name, 8, 0, ["risk_by_front"]) for name in ("baseline", "placebo")}
    found = results.regret(tables, "risk_by_front")
    assert set(found.dims) == {"policy", "school", "year", "front"}
    assert not found.values.any()


def test_what_cannot_be_regretted_is_said():
    one = table([[1.0], [2.0]], ["denial", "mixed"])
    with pytest.raises(sim.InputError, match=r"regret: takes two policies or more, got 1\. Add the baseline\."):
        results.regret({"a": one})
    with pytest.raises(sim.InputError, match=r"regret: seed differs: 0 and 1\. Run both with the same\."):
        results.regret({"a": one, "b": one.assign_attrs(seed=1)})
    with pytest.raises(sim.InputError, match="regret: what is assumed about the world"):
        results.regret({"a": one, "b": one.assign_attrs(nature="m")})
    with pytest.raises(sim.InputError, match=r"regret: no outcome 'rsk' in a, b\. Did you mean 'risk'\?"):
        results.regret({"a": one, "b": one}, "rsk")
    with pytest.raises(sim.InputError, match=r"regret: unknown end 'low'\. Did you mean 'lowest'\?"):
        results.regret({"a": one, "b": one}, best="low")


# --- two documents ------------------------------------------------------------------------------------------------


def test_two_documents_that_disagree_share_their_luck():
    """The same hosts: where it comes although denied, the considered one comes too, in the same size."""
    considered, denied = (sim.load_scenario(name).plan().executed(7, range(4000), 1.0)[:, 0] for name in PAIR)
    assert np.all((denied == 0) | (denied == considered))
    assert 0.4 < np.mean(considered > 0) < 0.5
    assert 0.15 < np.mean(denied > 0) < 0.25


def test_each_scenario_names_the_documents_of_its_facts():
    base = sim.load_scenario("baseline")
    for name, numbers in zip((*PAIR, "placebo"), (("000",), ("001", "000"), ()), strict=True):
        assert families.documents(sim.load_scenario(name), base) == numbers
    considered, denied = (sim.load_scenario(name) for name in PAIR)
    assert [w.happens for w in considered.plan().withdrawals] != [w.happens for w in denied.plan().withdrawals]
    assert "eastern-withdrawal" not in denied.documents
    assert denied.facts == (*denied.documents, "eastern-withdrawal")


def test_several_scenarios_stand_side_by_side():
    result = call("compare", "baseline", *PAIR, "--worlds", 40)
    assert result.exit_code == 0, result.stderr
    shown = result.stdout
    assert shown.startswith("2 scenarios against Today's commitment: 40 simulated worlds, end of 2035\n")
    heads = next(line for line in shown.splitlines() if line.endswith("unit"))
    assert heads.split() == ["document", "000", "documents", "001", "and", "000", "unit"]
    for name in families.REPORTED[1:]:
        assert sum(line.startswith(OUTCOMES[name].label) for line in shown.splitlines()) == 1
    assert shown.count("exactly 0") >= 2
    assert "Regret in that risk, on any ally (judgement" in shown
    assert "eastern-withdrawal: document 000" in shown
    (row,) = [line for line in shown.splitlines() if line.startswith("Today's commitment  ")]
    assert len(row.split()) == 2 + 4


def test_side_by_side_holds_what_each_comparison_holds():
    """The same baseline, the same luck: each column is the comparison of its own."""
    together = json.loads(call("compare", "baseline", *PAIR, "--worlds", 16, "--json").stdout)
    for name, found in zip(PAIR, together, strict=True):
        (alone,) = json.loads(call("compare", "baseline", name, "--worlds", 16, "--json").stdout)
        assert {key: found[key] for key in alone} == alone
        assert found["documents"] == list(families.documents(sim.load_scenario(name), sim.load_scenario("baseline")))
    regret = together[0]["regret"]
    assert regret["policies"] == ["Today's commitment", *(sim.load_scenario(name).name for name in PAIR)]
    assert regret["badge"] == "judgement"
    assert list(regret["by_school"]) == list(SCHOOLS)
    assert all(cell["scenario"] >= 0 and cell["baseline"] >= 0 for cell in regret["by_school"].values())


def test_regret_of_the_command_line_is_that_of_the_runs():
    found = json.loads(call("compare", "baseline", "conditional-article5", "placebo", "--worlds", 16, "--json").stdout)
    keep = ("hazard",)
    runs = {name: sim.run(name, 16, 0, keep) for name in ("baseline", "conditional-article5", "placebo")}
    expected = results.regret({name: outcomes(run, ["risk"]) for name, run in runs.items()}).sel(year=2035)
    for school, cell in found[0]["regret"]["by_school"].items():
        assert cell["scenario"] == expected.sel(policy="conditional-article5", school=school).item()
        assert cell["baseline"] == expected.sel(policy="baseline", school=school).item()


def test_scenarios_in_different_worlds_have_no_regret():
    words = ("compare", "baseline", "conditional-article5", "hesitant-europe", "--worlds", 8)
    assert "No regret: these scenarios assume different worlds" in call(*words).stdout
    assert [found["regret"] for found in json.loads(call(*words, "--json").stdout)] == [None, None]


def test_the_same_scenario_twice_keeps_two_columns():
    result = call("compare", "baseline", "placebo", "placebo", "--worlds", 8, "--json")
    policies = json.loads(result.stdout)[0]["regret"]["policies"]
    assert policies[1:] == [policies[1], f"{policies[1]} (no. 2)"]


# --- the chart ----------------------------------------------------------------------------------------------------


def test_a_family_is_drawn_from_where_it_starts(tmp_path):
    """By hand: the frame holds the stock at the start and the quantiles of the runs."""
    result = call("compare", "baseline", *PAIR, "--worlds", 30, "--chart", tmp_path / "f.json")
    assert result.exit_code == 0, result.stderr
    drawn = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert drawn["title"].startswith("US troops in Poland, Romania, persons")
    rows = drawn["data"]["values"]
    assert {(row["family"], row["scenario"]) for row in rows} == {
        ("baseline", "Today's commitment"),
        ("document 000", sim.load_scenario(PAIR[0]).name),
        ("documents 001 and 000", sim.load_scenario(PAIR[1]).name),
    }
    assert {row["p50"] for row in rows if row["year"] == 2024} == {10_029 + 1_697}
    own = sim.ensemble.run_outcomes(PAIR[0], 30, 0, ["troops_by_host"]).troops_by_host
    expected = np.quantile(own.sel(host=["POL", "ROU"], year=2030).sum("host"), results.QUANTILES)
    (row,) = [r for r in rows if r["family"] == "document 000" and r["year"] == 2030]
    np.testing.assert_allclose([row[c] for c in ("p5", "p25", "p50", "p75", "p95")], expected)


def test_without_hosts_all_of_europe_is_drawn():
    own = sim.ensemble.run_outcomes("placebo", 6, 0, families.SHOWN)
    frame = frames.families([("Placebo", "no document", own, roster())])
    assert set(frame.year) == set(range(2024, 2036))
    np.testing.assert_allclose(frame.p50, 100_000)
    said = frames.families_words(frame, 2030)
    assert said == (
        "US troops at the end of 2030, persons, median and 90% of worlds: "
        "Placebo (no document) 100,000 (100,000 to 100,000)"
    )


@pytest.mark.parametrize("theme", charts.PALETTES)
def test_the_chart_of_families_is_a_valid_specification(theme):
    altair = pytest.importorskip("altair")
    spec = charts.FAMILIES[theme]
    altair.Chart.from_dict({**spec, "data": {"values": [{"year": 2025}]}}, validate=True)
    fields = set(json.dumps(spec).split('"')) & {"p5", "p25", "p50", "p75", "p95", "family", "scenario", "year"}
    assert fields == {"p5", "p25", "p50", "p75", "p95", "family", "scenario", "year"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("chart.html", "is no .json file. Name one, such as chart.json."),
        ("there.json", "is there already. Choose another name."),
        ("none/chart.json", "is no folder. Make it, or choose another one."),
    ],
)
def test_a_chart_that_cannot_be_written_is_refused_before_anything_runs(tmp_path, name, message):
    (tmp_path / "there.json").write_text("mine")
    result = call("compare", "baseline", *PAIR, "--chart", tmp_path / name)
    assert result.exit_code == 2
    assert result.stderr.startswith("--chart: ")
    assert message in result.stderr
    assert (tmp_path / "there.json").read_text() == "mine"
