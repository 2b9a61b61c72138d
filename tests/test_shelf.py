"""Results of batches on a shelf: which may be opened, what is told of them, and what damaged ones say."""

import io
import json
import os
import shutil

import numpy as np
import pandas as pd
import pytest
from batches import played
from hypothesis import given
from hypothesis import strategies as st

from sim import charts, shelf
from sim.batch import run_batch
from sim.batch.opened import opened
from sim.charts import shelf as specs
from sim.errors import InputError
from sim.experiment import load_experiment
from sim.priors import SCHOOLS
from sim.question import is_file
from sim.shelf import drawn, views

SPENDING = "spending_europe_canada_share"
GRID = {"threshold": [2.0, 3.0, 5.0], "conditionality": [0.0, 0.6]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the results of a small batch that was really played."""
    folder = tmp_path_factory.mktemp("shelf")
    played(folder, GRID, worlds=80)
    return folder


@pytest.fixture
def folder(made, monkeypatch):
    """The same folder, as the one that is allowed."""
    monkeypatch.setenv(shelf.RESULTS, str(made / "results"))
    return made / "results"


@pytest.fixture
def copied(made, tmp_path, monkeypatch):
    """A copy of the results that may be damaged, below a folder that is allowed."""
    shutil.copytree(made / "results", tmp_path / "shelf" / "mine")
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "shelf"))
    return tmp_path / "shelf" / "mine"


def told(name):
    return views.book(name, shelf.stamp(name))


# --- which directories --------------------------------------------------------------------------------------------


def test_only_folders_of_the_owner_are_listed(made, tmp_path, monkeypatch):
    (tmp_path / "shelf" / "deep" / "deeper").mkdir(parents=True)
    shutil.copytree(made / "results", tmp_path / "shelf" / "deep" / "first")
    shutil.copytree(made / "results", tmp_path / "shelf" / "deep" / "deeper" / "too-deep")
    shutil.copytree(made / "results", tmp_path / "outside")
    (tmp_path / "shelf" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "shelf" / "empty").mkdir()
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "shelf"))
    assert list(shelf.directories()) == ["shelf/deep/first"]
    for name in ("outside", "../outside", str(tmp_path / "outside"), "shelf/link", "shelf/deep/../../outside", ""):
        with pytest.raises(InputError, match="results: no directory"):
            shelf.results(name)


def test_two_folders_of_one_name_are_told_apart(made, tmp_path, monkeypatch):
    for side in "ab":
        shutil.copytree(made / "results", tmp_path / side / "results")
    monkeypatch.setenv(shelf.RESULTS, os.pathsep.join(str(tmp_path / side / "results") for side in "ab"))
    found = shelf.directories()
    assert list(found) == ["results", "results (no. 2)"]
    assert found["results"] != found["results (no. 2)"]


def test_the_working_directory_has_a_folder_of_results(made, monkeypatch):
    monkeypatch.delenv(shelf.RESULTS, raising=False)
    monkeypatch.chdir(made)
    assert list(shelf.directories()) == ["results"]


def test_no_folder_no_results(tmp_path, monkeypatch):
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "nowhere"))
    assert shelf.directories() == {}
    with pytest.raises(InputError, match=r"results: no directory 'x' here\."):
        shelf.stamp("x")


@given(st.text(max_size=80))
def test_no_text_opens_what_is_not_in_the_list(text):
    """Whatever a client sends is a name in the list, or refused."""
    if text in shelf.directories():
        shelf.stamp(text)
        return
    with pytest.raises(InputError, match="results: no directory"):
        shelf.stamp(text)


# --- damaged ones -------------------------------------------------------------------------------------------------


def damage_cut(place):
    file = place / "summaries.parquet"
    file.write_bytes(file.read_bytes()[:200])


def damage_lost(place):
    (place / "policies.parquet").unlink()


def damage_running(place):
    file = place / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"status": "running"}))


def damage_manifest(place):
    (place / "manifest.json").write_text("{")


def damage_foreign(place):
    (place / "manifest.json").write_text('{"status": "complete"}')


def damage_worlds(place):
    """The table of all worlds, which is not looked through before it is read."""
    (place / "outcomes.parquet").unlink()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (damage_cut, "shelf/mine: summaries.parquet changed or lost since the batch ended. Play it again."),
        (damage_lost, "shelf/mine: policies.parquet changed or lost since the batch ended. Play it again."),
        (
            damage_running,
            "shelf/mine: this batch is not finished. Go on with it: article5 batch FILE --out DIR --resume.",
        ),
        (damage_manifest, "shelf/mine: no results of a batch. Make some: article5 batch FILE --out DIR."),
        (
            damage_foreign,
            "shelf/mine/manifest.json: not the manifest of a batch. Name the directory that article5 batch",
        ),
        (damage_worlds, "shelf/mine: outcomes.parquet changed or lost since the batch ended. Play it again."),
    ],
)
def test_damaged_results_say_what_is_wrong_and_not_where_they_are(copied, how, said):
    how(copied)
    with pytest.raises(InputError) as error:
        told("shelf/mine")
    assert str(error.value).startswith(said)
    assert str(copied) not in str(error.value)


def test_a_large_table_that_is_damaged_says_so_when_it_is_read(copied, monkeypatch):
    monkeypatch.setattr(shelf, "LARGEST_CHECKED", 0)
    (copied / "outcomes.parquet").write_bytes(b"PAR1 nothing of the sort")
    stamp = shelf.stamp("shelf/mine")
    with pytest.raises(InputError, match="shelf/mine: the tables cannot be read"):
        views.spread("shelf/mine", stamp, "risk", 2035, (), (), 0)


def test_other_results_have_another_stamp(copied):
    before = shelf.stamp("shelf/mine")
    file = copied / "manifest.json"
    file.write_text(file.read_text() + " ")
    assert shelf.stamp("shelf/mine") != before


# --- what is told -------------------------------------------------------------------------------------------------


def test_a_book_tells_what_was_played(folder):
    found = told("results")
    assert (found.title, found.worlds, found.seed, found.failed) == ("A grid", 80, 0, 0)
    assert found.levers == ("lever_threshold", "lever_conditionality")
    assert found.outcomes == (SPENDING, "risk")
    assert len(found.policies) == 6
    assert found.worlds_kept
    assert found.start == "2025Q1"


def test_levels_are_those_of_the_summaries(folder):
    found = views.spread("results", shelf.stamp("results"), SPENDING, 2035)
    values = opened(folder).table([SPENDING], 2035)[SPENDING]
    assert list(found.table.school.unique()) == ["all"]
    for row in found.table.itertuples():
        np.testing.assert_allclose(row.p50, np.median(values.sel(policy=row.policy)), rtol=1e-6)
        assert row.count == 80
    assert found.nought is None


def test_differences_are_paired(folder):
    """World by world, by hand: the policy that it is compared with differs from itself by nothing."""
    found = views.spread("results", shelf.stamp("results"), SPENDING, 2035, (), (), 0)
    values = opened(folder).table([SPENDING], 2035)[SPENDING]
    apart = (values.sel(policy=5) - values.sel(policy=0)).values
    rows = found.table.set_index("policy")
    np.testing.assert_allclose(
        rows.loc[5, ["p05", "p50", "p95"]].astype(float), np.quantile(apart, [0.05, 0.5, 0.95]), atol=1e-6
    )
    assert rows.loc[0, "p05"] == rows.loc[0, "p95"] == 0.0
    assert found.nought == 0.0


def test_a_risk_is_a_ratio_by_school_or_nothing(folder):
    stamp = shelf.stamp("results")
    with pytest.raises(InputError, match=r"risk: the level of a risk means nothing alone\."):
        views.spread("results", stamp, "risk", 2035)
    found = views.spread("results", stamp, "risk", 2035, (), (), 0)
    assert list(found.table[found.table.policy == 5].school) == list(SCHOOLS)
    assert found.nought == 1.0
    assert set(found.table[found.table.policy == 0].p50) == {1.0}
    values = opened(folder).table(["risk"], 2035).risk
    ratio = (values.sel(policy=5) / values.sel(policy=0)).values[values.school.values == "denial"]
    row = found.table[(found.table.policy == 5) & (found.table.school == "denial")].iloc[0]
    np.testing.assert_allclose(row.p50, np.median(ratio), rtol=1e-6)


only = st.tuples(st.floats(0, 8), st.floats(0, 8)).map(sorted)


@given(only, only)
def test_a_filter_keeps_what_lies_within_it(threshold, conditionality):
    table = pd.DataFrame({
        "policy": range(4), "scenario": ["a", "a", "b", "b"], "lever_threshold": [2.0, 3.0, 5.0, np.nan],
        "lever_conditionality": [0.0, 0.6, 1.0, 0.0],
    })  # fmt: skip
    wanted = ("lever_threshold", *threshold), ("lever_conditionality", *conditionality)
    kept = views.chosen(table, wanted)
    for row in table.itertuples():
        inside = all(low <= getattr(row, column) <= high for column, low, high in wanted)
        assert (row.policy in set(kept.policy)) == inside
    assert set(views.chosen(table, (), ("b",)).policy) == {2, 3}


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ((SPENDING, 2031), "year: 2031 was not kept. Kept: 2035."),
        (("riskk", 2035), "outcome: 'riskk' was not kept. Did you mean 'risk'?"),
        ((SPENDING, 2035, (("lever_threshold", 6.0, 7.0),)), "filter: no policy is left. Widen it."),
        ((SPENDING, 2035, (("plan", 0.0, 1.0),)), "filter: no lever 'plan' is set in these results."),
        ((SPENDING, 2035, (), (), 17), "against: no policy 17. They are numbered 0 to 5."),
    ],
)
def test_what_cannot_be_asked_is_said(folder, ask, said):
    with pytest.raises(InputError) as error:
        views.spread("results", shelf.stamp("results"), *ask)
    assert str(error.value) == said


def test_too_many_worlds_are_not_read(folder, monkeypatch):
    monkeypatch.setattr(views, "MOST_READ", 300)
    stamp = shelf.stamp("results")
    with pytest.raises(InputError, match=r"filter: 6 policies in 80 worlds are too many\. Leave 3 or fewer\."):
        views.spread("results", stamp, SPENDING, 2035, (), (), 0)
    few = (("lever_threshold", 2.0, 2.0),)
    assert len(views.spread("results", stamp, SPENDING, 2035, few, (), 0).table) == 2
    assert len(views.spread("results", stamp, SPENDING, 2035).table) == 6, "levels need no worlds"


def test_summaries_alone_have_levels_and_no_differences(tmp_path, monkeypatch):
    file = tmp_path / "summaries.yaml"
    file.write_text(
        "name: Summaries\nlevers: {grid: {threshold: [2, 5]}}\nworlds: 40\nkeep: summaries\n"
        f"outcomes: [{SPENDING}, risk]\n"
    )
    run_batch(load_experiment(file), tmp_path / "results")
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "results"))
    stamp = shelf.stamp("results")
    assert not views.book("results", stamp).worlds_kept
    assert len(views.spread("results", stamp, SPENDING, 2035).table) == 2
    with pytest.raises(InputError, match="results: only summaries were kept"):
        views.spread("results", stamp, "risk", 2035, (), (), 0)


def test_policies_of_other_worlds_are_left_out_aloud(tmp_path, monkeypatch):
    played(tmp_path, {"threshold": [2.0, 5.0]}, worlds=40, scenario="baseline, hesitant-europe")
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "results"))
    found = views.spread("results", shelf.stamp("results"), SPENDING, 2035, (), (), 0)
    assert found.notes[0] == "2 policies assume other worlds than policy 0 and are left out."
    assert set(found.table.policy) == {0, 1}
    alone = views.spread("results", shelf.stamp("results"), SPENDING, 2035, (), ("hesitant-europe",))
    assert set(alone.table.policy) == {2, 3}


def test_regret_is_that_of_the_library(folder):
    from sim.analysis.robustness import robustness

    rows, _ = views.regrets("results", shelf.stamp("results"), "risk", "lowest", 2035)
    judged = robustness(opened(folder), "risk", "lowest", year=2035)
    assert rows.policy[0] == judged.least_regretted
    for row in rows.itertuples(index=False):
        np.testing.assert_allclose(row[2], judged.guarantee.sel(policy=row.policy))
    with pytest.raises(InputError, match="which end is good"):
        views.regrets("results", shelf.stamp("results"), "risk", "both", 2035)


def test_a_policy_becomes_a_question_of_the_same_plan(folder):
    stamp, found = shelf.stamp("results"), opened(folder)
    for policy in range(6):
        asked = views.as_question("results", stamp, policy)
        assert not is_file(asked.scenario), "the grid lies on the steps of the levers"
        assert asked.resolved().plan().fingerprint == found.plan(policy).fingerprint


def test_a_policy_between_the_steps_becomes_a_file(tmp_path, monkeypatch):
    played(tmp_path, {"threshold": [2.345, 5.0]}, worlds=20)
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "results"))
    asked = views.as_question("results", shelf.stamp("results"), 0)
    assert is_file(asked.scenario)
    assert asked.resolved().name == "Policy 0 of A grid"
    assert asked.resolved().plan().levers["threshold"][-1] == 2.345
    assert asked.resolved().plan().fingerprint == opened(tmp_path / "results").plan(0).fingerprint


# --- files and charts ---------------------------------------------------------------------------------------------


def test_downloads_carry_the_digests(folder):
    stamp = shelf.stamp("results")
    book, found = views.book("results", stamp), views.spread("results", stamp, "risk", 2035, (), (), 0)
    sheet = pd.read_csv(io.StringIO(views.csv(book, found)))
    packed = pd.read_parquet(io.BytesIO(views.parquet(book, found)))
    for table in (sheet, packed):
        assert len(table) == len(found.table)
        assert set(table[views.PLAN]) == set(book.policies.plan)
        assert set(table.experiment) == {book.digest}
        assert set(table.against) == {found.against}
    np.testing.assert_allclose(sheet.p50, packed.p50, rtol=1e-5)


def test_a_chart_holds_only_so_many_policies_and_says_so(folder, monkeypatch):
    found = views.spread("results", shelf.stamp("results"), "risk", 2035, (), (), 0)
    rows, said = drawn.against_lever(found, "lever_threshold")
    assert said == "6 policies are drawn."
    assert len(rows) == 6 * 4
    monkeypatch.setattr(drawn, "MOST_POINTS", 2)
    monkeypatch.setattr(drawn, "MOST_ROWS", 4)
    rows, said = drawn.against_lever(found, "lever_threshold")
    assert rows.policy.nunique() == 2
    assert said == "2 of 6 policies are drawn, picked by lot; the table and the downloads hold all."
    again, _ = drawn.against_lever(found, "lever_threshold")
    assert again.equals(rows), "the lot is the same each time"
    rows, said = drawn.by_policy(found)
    assert rows.policy.nunique() == 4
    highest = found.table.groupby("policy").p50.max()
    assert rows.sort_values("rank").policy.iloc[0] == highest.idxmax()
    assert highest[rows.policy].min() == highest.min()
    assert "4 of 6 policies are drawn" in said


def test_points_that_share_a_value_are_nudged_but_never_past_the_next(folder):
    found = views.spread("results", shelf.stamp("results"), SPENDING, 2035)
    rows, _ = drawn.against_lever(found, "lever_threshold")
    assert rows.x.nunique() == 6
    assert np.all(np.abs(rows.x - rows.value) < 0.5), "half of the smallest step"


@pytest.mark.parametrize("theme", charts.PALETTES)
def test_the_charts_are_valid_specifications_of_their_frames(folder, theme):
    altair = pytest.importorskip("altair")
    found = views.spread("results", shelf.stamp("results"), "risk", 2035, (), (), 0)
    for spec, table in (
        (specs.POINTS[theme], drawn.against_lever(found, "lever_threshold")[0]),
        (specs.ROWS[theme], drawn.by_policy(found)[0]),
    ):
        altair.Chart.from_dict({**spec, "data": {"values": [{"x": 1}]}}, validate=True)
        assert _fields(spec) <= set(table.columns)


def _fields(part):
    """All fields that a specification names."""
    if isinstance(part, dict):
        own = {part["field"]} if isinstance(part.get("field"), str) else set()
        return own.union(*(_fields(inner) for inner in part.values())) if part else own
    return set().union(*map(_fields, part)) if isinstance(part, list) else set()
