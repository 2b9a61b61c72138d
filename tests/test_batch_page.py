"""The page Batch results in process: results that were really played, chosen, filtered, compared and opened."""

import json
import re
import shutil
from pathlib import Path

import pytest
from batches import played

from sim import shelf
from sim.analysis import measures
from sim.outcomes.named import COSTS, ONLY_TOGETHER
from sim.priors import SCHOOLS

testing = pytest.importorskip("streamlit.testing.v1")

APP = Path(__file__).parents[1] / "app.py"
PAGE = "sim/pages/batch.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    played(folder, {"threshold": [2.0, 3.0, 5.0], "conditionality": [0.0, 0.6]}, worlds=80)
    return folder / "results"


@pytest.fixture
def shelved(made, tmp_path, monkeypatch):
    """Two copies of the results: a sound one, and one that stopped half-way."""
    for name in ("whole", "half"):
        shutil.copytree(made, tmp_path / "shelf" / name)
    manifest = tmp_path / "shelf" / "half" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"status": "running"}))
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "shelf"))
    return tmp_path / "shelf"


def page(**address):
    opened = testing.AppTest.from_file(str(APP), default_timeout=120)
    for name, value in {"results": "shelf/whole", **address}.items():
        opened.query_params[name] = value
    return opened.switch_page(PAGE).run()


def text(opened):
    parts = [*opened.markdown, *opened.caption, *opened.warning, *opened.info, *opened.error, *opened.text]
    return re.sub(r"\\(.)", r"\1", "\n".join(element.value for element in parts))


def numbers(opened):
    (table,) = [frame.value for frame in opened.dataframe if "p50" in frame.value.columns]
    return table


@pytest.mark.usefixtures("shelved")
class TestResults:
    def test_what_the_address_asks_in_vain_is_said_wherever_it_is_looked_at(self):
        opened = page(lever="foo", best="foo", policy="999")
        assert not opened.exception
        assert len(opened.warning) == 1
        for name, value in {"lever": "foo", "best": "foo", "policy": "999"}.items():
            assert f"{name}={value}: refused" in text(opened)

    def test_opens_on_levels_of_all_policies(self):
        opened = page()
        assert not opened.exception
        assert opened.selectbox(key="results").options == ["shelf/half", "shelf/whole"]
        assert "6 of 6 policies in 80 worlds each, seed 0; outcomes of every world are kept." in text(opened)
        assert len(numbers(opened)) == 6
        for chart in opened.get("vega_lite_chart"):
            assert re.search(r"\d", chart.proto.alt)
            assert "datasets" not in json.loads(chart.proto.spec)

    def test_results_that_are_not_finished_say_so(self):
        opened = page(results="shelf/half")
        assert not opened.exception
        assert "shelf/half: this batch is not finished." in text(opened)
        opened.selectbox(key="results").set_value("shelf/whole").run()
        assert len(numbers(opened)) == 6

    @pytest.mark.parametrize("name", ["../../etc", "/etc", "shelf/whole/../half", "shelf/nowhere"])
    def test_no_address_opens_another_directory(self, name):
        opened = page(results=name)
        assert not opened.exception
        assert f"results={name}: refused" in text(opened) or "this batch is not finished" in text(opened)
        assert opened.selectbox(key="results").value == "shelf/half"

    def test_a_filter_stands_in_the_address(self):
        opened = page(only=["threshold:3.0:5.0", "conditionality:0.6:0.6"])
        assert not opened.exception
        assert set(numbers(opened).lever_threshold) == {3.0, 5.0}
        assert set(numbers(opened).lever_conditionality) == {0.6}
        assert "2 of 6 policies" in text(opened)
        assert "refused" not in text(opened)
        kept = opened.query_params["only"]
        assert set(kept) == {"threshold:3.0:5.0", "conditionality:0.6:0.6"}

    @pytest.mark.parametrize("only", ["nothing:1:2", "threshold:5:3", "threshold", "threshold:nan:5", "threshold:a:b"])
    def test_a_filter_that_means_nothing_is_refused_aloud(self, only):
        opened = page(only=[only])
        assert not opened.exception
        assert f"only={only}: no filter of these results." in text(opened)
        assert len(numbers(opened)) == 6

    def test_a_filter_that_leaves_nothing(self):
        opened = page(only=["threshold:3.5:4.5"])
        assert not opened.exception
        assert "filter: no policy is left. Widen it." in text(opened)

    def test_a_risk_is_a_multiple_by_school(self):
        opened = page(measure="risk")
        assert not opened.exception
        assert "it is shown as a multiple of that of policy 0" in text(opened)
        assert list(numbers(opened).school[:4]) == list(SCHOOLS)
        assert len(opened.get("vega_lite_chart")) == 2 * len(SCHOOLS)

    def test_a_difference_to_another_policy(self):
        opened = page(differ="true", base="1")
        assert not opened.exception
        rows = numbers(opened).set_index("policy")
        assert rows.loc[1, "p05"] == rows.loc[1, "p95"] == 0.0
        assert "difference to" in text(opened)

    def test_one_policy_is_put_into_the_levers(self):
        opened = page(policy="5")
        assert "baseline threshold=5 conditionality=0.6" in text(opened)
        opened.button(key="open-policy").click().run()
        assert not opened.exception
        asked = opened.session_state.question
        assert asked.scenario == "baseline"
        assert dict(asked.levers) == {"threshold": 5.0, "conditionality": 0.6}
        (link,) = opened.get("page_link")
        assert link.proto.label == "The levers show policy 5 now: look at it in Explore"

    def test_files_are_offered(self):
        keys = {button.key for button in page().get("download_button")}
        assert {"batch-csv", "batch-parquet"} <= keys


def test_policies_of_some_scenarios(tmp_path, monkeypatch):
    played(tmp_path, {"threshold": [2.0, 5.0]}, worlds=40, scenario="baseline, placebo")
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "results"))
    opened = page(results="results", under="placebo")
    assert not opened.exception
    assert set(numbers(opened).scenario) == {"placebo"}
    assert "refused" not in text(opened)
    opened.multiselect(key="under").set_value([]).run()
    assert set(numbers(opened).scenario) == {"baseline", "placebo"}


def test_no_definition_of_the_cost_stands_alone(tmp_path, monkeypatch):
    """Neither as a level nor in regret; results that hold nothing else say where the three stand together."""
    for name, kept in (("beside", ("troops_europe", *COSTS)), ("alone", COSTS)):
        (tmp_path / name).mkdir()
        played(tmp_path / name, {"pivot": [0.0, 20_000.0]}, worlds=20, outcomes=kept)
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "beside"))
    opened = page(results="beside/results", measure=measures.label_of(COSTS[0]))
    assert not opened.exception
    assert opened.selectbox(key="measure").options == [measures.label_of("troops_europe")]
    assert opened.selectbox(key="measure").help == ONLY_TOGETHER
    assert f"measure={measures.label_of(COSTS[0])}: refused" in text(opened)
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "alone"))
    opened = page(results="alone/results")
    assert not opened.exception
    assert ONLY_TOGETHER in text(opened)


def test_regret_is_worked_out_when_it_is_asked_for(shelved):
    opened = page(measure="risk")
    assert not [frame for frame in opened.dataframe if "worst school" in frame.value.columns]
    assert "Which policies would be regretted least?" in [expander.label for expander in opened.expander]


def test_without_results_the_page_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path))
    opened = page()
    assert not opened.exception
    assert "There are no results here yet." in text(opened)
    assert "results=shelf/whole: refused" in text(opened) or not opened.dataframe


def test_failures_are_listed_with_what_repeats_them(made, tmp_path, monkeypatch):
    """A table of failures as a batch writes it, in the place of the empty one."""
    from sim.batch.store import digest_of
    from sim.batch.tables import Failure, failure_rows, parquet

    place = tmp_path / "shelf"
    shutil.copytree(made, place)
    (place / "failures.parquet").write_bytes(parquet([failure_rows([Failure(3, 17, 4, "ValueError: <b>no</b>")])]))
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["tables"]["failures.parquet"]["sha256"] = digest_of(place / "failures.parquet")
    (place / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setenv(shelf.RESULTS, str(place))
    opened = page(results="shelf")
    assert not opened.exception
    (table,) = [frame.value for frame in opened.dataframe if "command" in frame.value.columns]
    assert table.command[0] == "article5 repeat . --policy 3 --world 17"
    assert "4 runs failed." in text(opened)


def test_results_replaced_under_their_name_are_read_anew(made, tmp_path, monkeypatch):
    """The page is open while a batch of the same name is played again, with fewer policies."""
    kept = tmp_path / "shelf" / "whole"
    shutil.copytree(made, kept)
    monkeypatch.setenv(shelf.RESULTS, str(tmp_path / "shelf"))
    opened = page()
    before = numbers(opened)
    shutil.rmtree(kept)
    (tmp_path / "again").mkdir()
    played(tmp_path / "again", {"threshold": [2.0, 5.0]}, worlds=40)
    shutil.copytree(tmp_path / "again" / "results", kept)
    opened.run()
    assert not opened.exception
    assert "40 simulated worlds" in text(opened)
    assert len(numbers(opened)) == 2 < len(before)
