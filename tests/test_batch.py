"""Batches: nothing is lost, nothing half-written, and the tables do not depend on who played them, or how often."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner
from filelock import FileLock

from sim import agents, batch, ensemble, saving
from sim.analysis import measures
from sim.batch import blocks as blocks_of
from sim.batch.tables import columns
from sim.cli import base, main
from sim.errors import InputError, RunError
from sim.experiment import load_experiment
from tests import players

ROOT = Path(__file__).parents[1]
SMALL = (8, 2)
"""Worlds and policies of a block here: twelve blocks."""

TEXT = """
name: Small
scenarios: [baseline, conditional-article5]
levers: {grid: {pledge: [2, 3]}}
worlds: 48
end: 2027Q4
years: [2026, 2027]
outcomes: [risk, risk_by_front, troops_europe, spending_europe_canada_share]
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return load_experiment(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The undisturbed batch that others are compared with."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "small.yaml").write_text(TEXT, encoding="utf-8")
    batch.run_batch(load_experiment(folder / "small.yaml"), folder / "out", cut=SMALL)
    return folder / "out"


def contents(folder):
    """Every table by name, as the digest of its bytes."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.parquet"))}


def same_tables(one, other):
    assert contents(one) == contents(other)
    assert len(contents(one)) >= 5


# --- what the tables hold -----------------------------------------------------------------------------------------


def test_outcomes_are_those_of_the_ensemble(tmp_path, small):
    text = TEXT + "precision: double\n"
    (tmp_path / "double.yaml").write_text(text, encoding="utf-8")
    batch.run_batch(load_experiment(tmp_path / "double.yaml"), tmp_path / "out", cut=SMALL)
    found = batch.opened(tmp_path / "out")
    for policy in small.policies:
        direct = columns(ensemble.run_outcomes(policy.scenario, 48, 0, small.outcomes), small.years)
        for k, year in enumerate(small.years):
            table = found.table(list(direct), year).sel(policy=policy.number)
            for name, values in direct.items():
                np.testing.assert_array_equal(table[name].values, values[:, k], err_msg=name)


def test_single_numbers_are_the_same_to_seven_digits(whole, small):
    direct = ensemble.run_outcomes(small.policies[2].scenario, 48, 0, ["risk"]).risk.sel(year=2026).values
    kept = batch.opened(whole).table(["risk"], 2026).risk.sel(policy=2).values
    np.testing.assert_array_equal(kept, direct.astype(np.float32))


def test_rows_are_in_order_and_summaries_are_theirs(whole):
    rows = pd.read_parquet(whole / "outcomes.parquet")
    assert rows[["policy", "year", "world"]].equals(
        rows[["policy", "year", "world"]].sort_values(["policy", "year", "world"], ignore_index=True)
    )
    told = pd.read_parquet(whole / "summaries.parquet").set_index(["policy", "year", "outcome", "school"])
    for (policy, year, school), part in rows.groupby(["policy", "year", "school"]):
        values = part["risk"].astype(float)
        row = told.loc[policy, year, "risk", school]
        assert row["count"] == len(values) == 12
        assert row["mean"] == pytest.approx(values.mean(), rel=1e-12)
        assert row["sd"] == pytest.approx(values.std(), rel=1e-12)
        assert row[["p05", "p50", "p95"]].tolist() == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]), rel=1e-12)


def test_risks_are_never_pooled_over_schools(whole):
    told = pd.read_parquet(whole / "summaries.parquet")
    pooled = set(told[told["school"] == "all"]["outcome"])
    assert pooled == {"troops_europe", "spending_europe_canada_share"}


@pytest.mark.parametrize("keep", ["paths", "summaries"])
def test_tables_do_not_depend_on_the_cut(tmp_path, keep):
    (tmp_path / "e.yaml").write_text(TEXT + f"keep: {keep}\n", encoding="utf-8")
    chosen = load_experiment(tmp_path / "e.yaml")
    batch.run_batch(chosen, tmp_path / "a", cut=(8, 2))
    batch.run_batch(chosen, tmp_path / "b", cut=(20, 3))
    for name in ("policies", "worlds", "failures"):
        assert contents(tmp_path / "a")[f"{name}.parquet"] == contents(tmp_path / "b")[f"{name}.parquet"]
    one, other = (pd.read_parquet(tmp_path / x / "summaries.parquet") for x in "ab")
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    assert (tmp_path / "a" / "outcomes.parquet").exists() == (keep == "paths")


def test_sketched_summaries_are_as_near_as_they_say(tmp_path, whole):
    (tmp_path / "e.yaml").write_text(TEXT + "keep: summaries\n", encoding="utf-8")
    batch.run_batch(load_experiment(tmp_path / "e.yaml"), tmp_path / "out", cut=SMALL)
    near, exact = (pd.read_parquet(x / "summaries.parquet") for x in (tmp_path / "out", whole))
    both = near.merge(exact, on=["policy", "year", "outcome", "school"], suffixes=("", "_exact"))
    assert len(both) == len(near) == len(exact)
    for name in ("p05", "p25", "p50", "p75", "p95"):
        assert np.all(np.abs(both[name] - both[f"{name}_exact"]) <= 0.00101 * np.abs(both[f"{name}_exact"]))
    for name in ("count", "min", "max"):
        np.testing.assert_allclose(both[name], both[f"{name}_exact"], rtol=1e-6)
    assert "within 0.1%" in json.loads((tmp_path / "out" / "manifest.json").read_text())["quantiles"]


def test_trajectories_are_kept_when_asked_for(tmp_path, small):
    (tmp_path / "e.yaml").write_text(TEXT + "variables: [share, cohesion]\n", encoding="utf-8")
    batch.run_batch(load_experiment(tmp_path / "e.yaml"), tmp_path / "out", cut=SMALL)
    data = ensemble.run(small.policies[3].scenario, 48, 0, keep=("share", "cohesion"))
    rows = pd.read_parquet(tmp_path / "out" / "variables_quarter_ally.parquet").query("policy == 3")
    back = xr.Dataset.from_dataframe(rows.set_index(["world", "quarter", "ally"])[["share"]])
    np.testing.assert_array_equal(back.share.values, data.share.values.astype(np.float32))
    assert len(pd.read_parquet(tmp_path / "out" / "variables_quarter.parquet")) == 4 * 48 * 12


def test_worlds_are_what_the_plans_draw(whole, small):
    rows = pd.read_parquet(whole / "worlds.parquet")
    assert rows["drift"].tolist() == small.plans[0].params(0, range(48)).burden.drift[:, 0].tolist()
    assert list(rows["school"].unique()) == ["commitment", "mixed", "denial", "spiral"]
    assert rows["nature"].nunique() == 1


def test_results_open_in_pandas_duckdb_and_xarray(whole):
    frame = pd.read_parquet(whole / "outcomes.parquet")
    (asked,) = duckdb.sql(
        f"select avg(o.risk) from '{whole}/outcomes.parquet' o join '{whole}/policies.parquet' p using (policy) "
        "where p.label = 'baseline pledge=3' and o.year = 2027"
    ).fetchall()
    by_hand = frame.query("policy == 1 and year == 2027")["risk"].astype(float).mean()
    assert asked[0] == pytest.approx(by_hand, rel=1e-6)
    cube = xr.Dataset.from_dataframe(frame.set_index(["policy", "year", "world"]))
    assert dict(cube.sizes) == {"policy": 4, "year": 2, "world": 48}


def test_a_policy_can_be_taken_out_and_played_again(whole, small):
    found = batch.opened(whole)
    assert found.plan(2).fingerprint == small.plans[2].fingerprint
    assert measures.policy_number(found, "baseline pledge=3") == 1
    told = CliRunner().invoke(main, ["repeat", str(whole), "--policy", "2", "--world", "17", "--json"])
    again = json.loads(told.stdout)["outcomes"]["risk"]
    kept = [float(found.table(["risk"], year).risk.sel(policy=2, world=17)) for year in (2026, 2027)]
    assert again == pytest.approx(kept, rel=1e-7)


def test_worlds_belong_to_the_school_that_their_policy_was_played_under(tmp_path):
    (tmp_path / "denial.yaml").write_text("name: D\nextends: baseline\nschool: denial\n", encoding="utf-8")
    text = "name: A\nscenarios: [baseline, denial.yaml]\nworlds: 12\nend: 2025Q4\noutcomes: [risk]\n"
    (tmp_path / "e.yaml").write_text(text, encoding="utf-8")
    batch.run_batch(load_experiment(tmp_path / "e.yaml"), tmp_path / "out")
    found = batch.opened(tmp_path / "out")
    assert set(found.table(["risk"], policies=[1]).school.values) == {"denial"}
    assert len(set(found.table(["risk"], policies=[0]).school.values)) == 4
    with pytest.raises(InputError, match="policies 0, 1 assume other schools"):
        found.table(["risk"])


# --- whoever plays --------------------------------------------------------------------------------------------------


def test_processes_leave_the_same_bytes(tmp_path, small, whole):
    batch.run_batch(small, tmp_path / "out", cut=SMALL, workers=2)
    same_tables(tmp_path / "out", whole)


def test_any_executor_leaves_the_same_bytes(tmp_path, small, whole):
    with ThreadPoolExecutor(3) as executor:
        batch.run_batch(small, tmp_path / "out", cut=SMALL, executor=executor)
        assert executor.submit(int, "7").result() == 7, "an executor that was handed in goes on"
    same_tables(tmp_path / "out", whole)


def test_a_block_that_kills_its_worker_is_a_row_and_the_others_are_saved(tmp_path, small, whole, monkeypatch):
    monkeypatch.setenv("ARTICLE5_TEST_MARK", str(tmp_path / "mark"))
    ran = batch.run_batch(small, tmp_path / "out", cut=SMALL, workers=2, player=players.deadly)
    block = blocks_of.blocks(small, *SMALL)[2]
    rows = pd.read_parquet(tmp_path / "out" / "failures.parquet")
    assert (tmp_path / "mark").exists(), "block 3 had its accident"
    assert rows["policy"].tolist() == list(block.policies)
    assert set(rows["world"]) == {block.worlds.start}
    assert ran.failures == len(block.worlds) * len(block.policies)
    kept, every = (pd.read_parquet(x / "outcomes.parquet") for x in (tmp_path / "out", whole))
    lost = every["policy"].isin(block.policies) & every["world"].isin(block.worlds)
    pd.testing.assert_frame_equal(kept, every[~lost].reset_index(drop=True))


def test_an_executor_that_goes_away_ends_it_cleanly_and_it_goes_on(tmp_path, small, whole):
    class Leaving(ThreadPoolExecutor):
        handed = 0

        def submit(self, *words, **keywords):
            Leaving.handed += 1
            if Leaving.handed > 5:
                raise BrokenExecutor("gone")
            return super().submit(*words, **keywords)

    with Leaving(1) as executor, pytest.raises(RunError, match=r"the workers are gone\. Go on with --resume"):
        batch.run_batch(small, tmp_path / "out", cut=SMALL, executor=executor)
    ran = batch.run_batch(small, tmp_path / "out", resume=True)
    assert ran.found > 0
    same_tables(tmp_path / "out", whole)


def test_a_block_that_fails_as_a_whole_is_told(tmp_path, small):
    ran = batch.run_batch(small, tmp_path / "out", cut=SMALL, player=players.careless)
    assert ran.failures == 16
    errors = set(pd.read_parquet(tmp_path / "out" / "failures.parquet")["error"])
    assert errors == {"OSError: the worker lost its folder"}


def test_a_broken_run_is_a_row_with_the_command_that_repeats_it(tmp_path, small, whole, monkeypatch):
    def unlucky(plan, worlds, seed, names):
        if plan.fingerprint == small.plans[1].fingerprint and 13 in list(worlds):
            raise ZeroDivisionError("no luck")
        table = genuine(plan, worlds, seed, names)
        if plan.fingerprint == small.plans[3].fingerprint and 40 in list(worlds):
            table["risk"][{"world": list(worlds).index(40)}] = np.nan
        return table

    genuine = ensemble.outcomes_of
    monkeypatch.setattr(ensemble, "outcomes_of", unlucky)
    ran = batch.run_batch(small, tmp_path / "out", cut=SMALL)
    rows = pd.read_parquet(tmp_path / "out" / "failures.parquet")
    assert rows[["policy", "world", "worlds"]].to_numpy().tolist() == [[1, 13, 1], [3, 40, 1]]
    assert rows["error"].tolist() == ["ZeroDivisionError: no luck", "no finite number: risk"]
    assert rows["command"][0] == "article5 repeat . --policy 1 --world 13"
    assert ran.failures == 2
    kept, every = (pd.read_parquet(x / "outcomes.parquet") for x in (tmp_path / "out", whole))
    lost = ((every["policy"] == 1) & (every["world"] == 13)) | ((every["policy"] == 3) & (every["world"] == 40))
    pd.testing.assert_frame_equal(kept, every[~lost].reset_index(drop=True))
    table = batch.opened(tmp_path / "out").table(["risk"])
    assert int(table.risk.isnull().sum()) == 2


def test_a_strategy_that_breaks_everywhere_does_not_end_the_batch(tmp_path, monkeypatch):
    class Broken(agents.Ally):
        @staticmethod
        def decide(observation, params, shock):
            raise KeyError("plan")

    (tmp_path / "mine.yaml").write_text("name: Mine\nstrategies: {POL: Broken}\n", encoding="utf-8")
    text = "name: B\nscenarios: [mine.yaml, baseline]\nworlds: 200\nend: 2025Q4\noutcomes: [cohesion]\n"
    (tmp_path / "e.yaml").write_text(text, encoding="utf-8")
    ran = batch.run_batch(load_experiment(tmp_path / "e.yaml"), tmp_path / "out", cut=(200, 2))
    assert ran.failures == 200
    rows = pd.read_parquet(tmp_path / "out" / "failures.parquet")
    assert rows["worlds"].sum() == 200
    assert set(rows["policy"]) == {0}
    assert len(rows) <= 2 * blocks_of.MOST_FRUITLESS, "the search for the culprit has an end"
    assert batch.opened(tmp_path / "out").table(["cohesion"]).cohesion.notnull().sum() == 200
    del Broken
    import gc

    gc.collect()


def test_many_worlds_that_fail_are_found_and_no_other_is_lost(tmp_path, small, monkeypatch):
    """Half a hundred of them, strewn about: each is a row, and the sound ones are all there."""
    bad = set(range(1, 48, 2)) - {1}

    def unlucky(plan, worlds, seed, names):
        if bad & set(worlds):
            raise ValueError("no luck")
        return genuine(plan, worlds, seed, names)

    genuine = ensemble.outcomes_of
    monkeypatch.setattr(ensemble, "outcomes_of", unlucky)
    batch.run_batch(small, tmp_path / "out", cut=(48, 2))
    rows = pd.read_parquet(tmp_path / "out" / "failures.parquet")
    assert sorted(rows.query("policy == 2")["world"]) == sorted(bad)
    assert set(rows["worlds"]) == {1}
    kept = pd.read_parquet(tmp_path / "out" / "outcomes.parquet").query("policy == 2 and year == 2026")
    assert set(kept["world"]) == set(range(48)) - bad


def test_workers_that_cannot_play_at_all_end_it_and_nothing_is_called_failed(tmp_path, small, whole):
    with pytest.raises(RunError, match=r"no block could be played: ModuleNotFoundError: no model"):
        batch.run_batch(small, tmp_path / "out", cut=SMALL, player=players.lacking)
    batch.run_batch(small, tmp_path / "out", resume=True)
    same_tables(tmp_path / "out", whole)


def test_workers_of_another_version_are_refused(tmp_path, small):
    with pytest.raises(RunError, match=r"a worker has article5 0\.0\.9"):
        batch.run_batch(small, tmp_path / "out", cut=SMALL, player=players.old)


def test_a_script_without_a_guard_is_told_so(tmp_path, small):
    (tmp_path / "small.yaml").write_text(TEXT, encoding="utf-8")
    text = (
        "import sys\nfrom sim import batch\nfrom sim.experiment import load_experiment\n"
        "batch.run_batch(load_experiment(sys.argv[1]), sys.argv[2], workers=2)\n"
    )
    (tmp_path / "script.py").write_text(text, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, tmp_path / "script.py", tmp_path / "small.yaml", tmp_path / "out"], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert told.returncode != 0
    assert "__name__ == '__main__'" in told.stderr


# --- whatever happens ---------------------------------------------------------------------------------------------

SCRIPT = """
import signal
import sys
from sim import batch
from sim.experiment import load_experiment
from tests import players
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # some shells make what runs in the background deaf
    batch.run_batch(load_experiment(sys.argv[1]), sys.argv[2], cut=(8, 2), workers=int(sys.argv[3]),
                    resume="--resume" in sys.argv, player=players.slow)
"""


def begun(tmp_path, workers, *more):
    """A batch in a process of its own."""
    (tmp_path / "small.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, tmp_path / "script.py", tmp_path / "small.yaml", tmp_path / "out", str(workers), *more],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(tmp_path, blocks):
    """Until so many blocks are finished."""
    deadline = time.monotonic() + 120
    while len(finished(tmp_path)) < blocks:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def finished(tmp_path):
    return list((tmp_path / "out" / "blocks").glob("0*/index.json"))


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_twice_and_resumed_it_leaves_the_same_bytes(tmp_path, small, whole, workers):
    for blocks, more in ((2, []), (6, ["--resume"])):
        process = begun(tmp_path, workers, *more)
        wait_for(tmp_path, blocks)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        assert len(finished(tmp_path)) < 12, "it was killed on the way"
        assert not (tmp_path / "out" / "outcomes.parquet").exists()
    kept = len(finished(tmp_path))
    ran = batch.run_batch(small, tmp_path / "out", resume=True)
    assert (ran.found, ran.played, ran.damaged) == (kept, 12 - kept, 0)
    same_tables(tmp_path / "out", whole)


def test_stopped_with_ctrl_c_it_keeps_what_is_finished(tmp_path, small, whole):
    process = begun(tmp_path, 2)
    wait_for(tmp_path, 3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "blocks are finished and kept" in said
    assert "--resume" in said
    batch.run_batch(small, tmp_path / "out", resume=True)
    same_tables(tmp_path / "out", whole)


def interrupted(tmp_path, small, after):
    """A batch that was stopped by hand after some blocks."""

    def report(done, every):
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(RunError) as error:
        batch.run_batch(small, tmp_path / "out", cut=SMALL, report=report)
    return str(error.value)


def test_a_damaged_block_is_played_again(tmp_path, small, whole):
    assert "5 of 12 blocks are finished and kept" in interrupted(tmp_path, small, 5)
    one, two, three = sorted((tmp_path / "out" / "blocks").iterdir())[:3]
    (one / "outcomes.parquet").write_bytes(b"PAR1")
    told = json.loads((two / "index.json").read_text())
    (two / "index.json").write_text(json.dumps(told | {"failures": [{"policy": 0}]}))
    (three / "index.json").unlink()
    ran = batch.run_batch(small, tmp_path / "out", resume=True)
    assert (ran.damaged, ran.found, ran.played) == (3, 2, 10)
    same_tables(tmp_path / "out", whole)


def test_a_full_disk_ends_it_cleanly_and_it_goes_on(tmp_path, small, whole):
    (tmp_path / "small.yaml").write_text(TEXT + "precision: double\n", encoding="utf-8")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); "
        "from sim.cli import main; sys.argv = ['article5', *sys.argv[1:]]; main()"
    )
    command = ["batch", str(tmp_path / "small.yaml"), "--out", str(tmp_path / "out"), "--workers", "1"]
    process = subprocess.run([sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 1
    assert "cannot be written" in process.stderr
    assert "--resume" in process.stderr
    assert "Traceback" not in process.stderr
    told = CliRunner().invoke(main, [*command, "--resume"])
    assert told.exit_code == 0, told.output
    assert batch.opened(tmp_path / "out").table(["risk"]).risk.notnull().all()


def test_a_full_disk_at_the_end_keeps_the_blocks(tmp_path, small, whole, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(batch.gather, "policies_rows", full)
        with pytest.raises(RunError, match=r"No space left on device\. 12 of 12 blocks are finished and kept"):
            batch.run_batch(small, tmp_path / "out", cut=SMALL)
    batch.run_batch(small, tmp_path / "out", resume=True)
    same_tables(tmp_path / "out", whole)


@pytest.mark.parametrize("where", ["tables", "manifest"])
def test_a_disk_that_is_full_or_a_hand_that_stops_it_at_the_end_loses_nothing(
    tmp_path, small, whole, where, monkeypatch
):
    def full(*args, **keywords):
        raise OSError(28, "No space left on device")

    def stopped(*args, **keywords):
        raise KeyboardInterrupt

    name = {"tables": (batch.gather, "worlds_rows"), "manifest": (saving, "replace_file")}[where]
    for n, (what, said) in enumerate(((full, "No space left on device"), (stopped, "Stopped"))):
        with monkeypatch.context() as patch:
            patch.setattr(*name, what)
            with pytest.raises(RunError, match=rf"{said}.*12 of 12 blocks are finished and kept .*--resume"):
                batch.run_batch(small, tmp_path / "out", cut=SMALL, resume=n > 0)
    assert batch.run_batch(small, tmp_path / "out", resume=True).found == 12
    same_tables(tmp_path / "out", whole)


def test_parts_of_other_versions_are_not_mixed(tmp_path, small):
    interrupted(tmp_path, small, 3)
    manifest = tmp_path / "out" / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"versions": told["versions"] | {"numpy": "1.0"}}))
    with pytest.raises(InputError, match=r"was begun with numpy 1\.0, and this is"):
        batch.run_batch(small, tmp_path / "out", resume=True)
    with pytest.raises(InputError, match=r"was begun with numpy 1\.0, and this is"):
        batch.merge([tmp_path / "out"], tmp_path / "merged", small)


def test_a_merge_is_there_as_a_whole_or_not_at_all(tmp_path, small, whole, monkeypatch):
    for k in (1, 2):
        batch.run_batch(small, tmp_path / f"part-{k}", cut=SMALL, shard=(k, 2))

    def full(*args):
        raise OSError(28, "No space left on device")

    parts = [tmp_path / "part-1", tmp_path / "part-2"]
    with monkeypatch.context() as patch:
        patch.setattr(batch.gather, "worlds_rows", full)
        with pytest.raises(InputError, match="No space left on device"):
            batch.merge(parts, tmp_path / "out", small)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part-1", "part-2", "small.yaml"]
    batch.merge(parts, tmp_path / "out", small)
    same_tables(tmp_path / "out", whole)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"manifest.json", *contents(whole)}


def test_a_directory_that_was_tampered_with_is_no_traceback(tmp_path, small, whole):
    interrupted(tmp_path, small, 4)
    one, two = sorted((tmp_path / "out" / "blocks").iterdir())[:2]
    (one / "index.json").write_text('["a"]')
    shutil.rmtree(two)
    two.write_text("a file")
    assert batch.run_batch(small, tmp_path / "out", resume=True).damaged == 2
    same_tables(tmp_path / "out", whole)
    manifest = tmp_path / "out" / "manifest.json"
    told = json.loads(manifest.read_text())
    del told["tables"]
    manifest.write_text(json.dumps(told))
    with pytest.raises(InputError, match="not the manifest of a batch"):
        batch.opened(tmp_path / "out")


def test_nobody_else_writes_meanwhile(tmp_path, small):
    interrupted(tmp_path, small, 3)
    with FileLock(tmp_path / "out" / ".lock"), pytest.raises(InputError, match="another batch is writing here"):
        batch.run_batch(small, tmp_path / "out", resume=True)


def test_shards_merge_to_the_same_bytes(tmp_path, small, whole):
    for k in (1, 2, 3):
        ran = batch.run_batch(small, tmp_path / f"part-{k}", cut=SMALL, shard=(k, 3))
        assert (ran.status, ran.played) == ("shard", 4)
    with pytest.raises(InputError, match=r"4 of 12 blocks lack \(1, 4, 7, 10\)"):
        batch.merge([tmp_path / "part-1", tmp_path / "part-3"], tmp_path / "out", small)
    assert not (tmp_path / "out").exists()
    batch.merge([tmp_path / f"part-{k}" for k in (3, 1, 2)], tmp_path / "out", small)
    same_tables(tmp_path / "out", whole)


def test_a_finished_batch_resumes_to_nothing_and_notices_changes(tmp_path, small):
    batch.run_batch(small, tmp_path / "out")
    before = contents(tmp_path / "out")
    assert batch.run_batch(small, tmp_path / "out", resume=True).played == 0
    assert contents(tmp_path / "out") == before
    with (tmp_path / "out" / "outcomes.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(InputError, match=r"outcomes.parquet changed or lost"):
        batch.run_batch(small, tmp_path / "out", resume=True)


def test_only_tables_and_the_manifest_are_left(whole):
    names = {path.name for path in whole.iterdir()}
    assert names == {"manifest.json", *contents(whole)}


# --- what is refused ----------------------------------------------------------------------------------------------


def refused(tmp_path, *words):
    (tmp_path / "small.yaml").write_text(TEXT, encoding="utf-8")
    told = CliRunner().invoke(main, ["batch", str(tmp_path / "small.yaml"), *words])
    assert told.exit_code == 2, told.output
    assert "Traceback" not in told.output
    return told.output


def test_what_the_command_refuses(tmp_path, small, monkeypatch):
    out = str(tmp_path / "out")
    assert "--out: where to?" in refused(tmp_path)
    assert "--shard: '3' is none" in refused(tmp_path, "--out", out, "--shard", "3")
    assert "--shard: '4/3' is none" in refused(tmp_path, "--out", out, "--shard", "4/3")
    assert "no results of a batch" in refused(tmp_path, "--out", out, "--resume")
    assert "no scheduler at" in refused(tmp_path, "--out", out, "--scheduler", "tcp://127.0.0.1:1")
    assert "cannot be written" in refused(tmp_path, "--out", "/proc/article5")
    assert "cannot be written" in refused(tmp_path, "--out", "x" * 300)
    assert "--shard: '²/3' is none" in refused(tmp_path, "--out", out, "--shard", "²/3")
    assert "'' is no address" in refused(tmp_path, "--out", out, "--scheduler", "")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    assert "is there already" in refused(tmp_path, "--out", str(tmp_path / "link"))
    monkeypatch.chdir(tmp_path / "empty")
    assert "is the current directory" in refused(tmp_path, "--out", ".")
    (tmp_path / "file").write_text("x")
    assert "is a file, not a directory" in refused(tmp_path, "--out", str(tmp_path / "file" / "x"))
    batch.run_batch(small, out)
    assert "holds a finished batch" in refused(tmp_path, "--out", out)
    assert "was begun as shard 1/1" in refused(tmp_path, "--out", out, "--resume", "--shard", "1/2")
    (tmp_path / "small.yaml").write_text(TEXT.replace("48", "47"), encoding="utf-8")
    told = CliRunner().invoke(main, ["batch", str(tmp_path / "small.yaml"), "--out", out, "--resume"])
    assert told.exit_code == 2
    assert "holds another experiment: worlds 48, now 47. Name the file" in told.output


def test_what_repeat_and_reading_refuse(whole, tmp_path):
    found = batch.opened(whole)
    for call, said in (
        (lambda: found.table(["rsk"]), "was not kept. Did you mean 'risk'"),
        (lambda: found.table(["risk_by_front"]), "It is kept as risk_by_front_baltic"),
        (lambda: found.table(["risk"], 2030), "2030 was not kept. Kept: 2026, 2027"),
        (lambda: found.table(["risk"], policies=[9]), "no policy 9. They are numbered 0 to 3"),
        (lambda: measures.policy_number(found, "nobody"), "no such policy"),
        (lambda: batch.opened(tmp_path), "no results of a batch"),
    ):
        with pytest.raises(InputError, match=said):
            call()
    told = CliRunner().invoke(main, ["repeat", str(whole), "--policy", "0", "--world", "48"])
    assert told.exit_code == 2
    assert "--world: 48 is out of range. It takes a whole number from 0 to 47" in told.output


def test_an_unfinished_batch_is_not_opened(tmp_path, small):
    interrupted(tmp_path, small, 4)
    with pytest.raises(InputError, match=r"not finished\. Go on with it: article5 batch FILE --out .*out --resume"):
        batch.opened(tmp_path / "out")
    with pytest.raises(InputError, match="holds a batch already"):
        batch.run_batch(small, tmp_path / "out")


# --- what is told -------------------------------------------------------------------------------------------------


def test_a_dry_run_says_how_many_how_long_how_large(tmp_path):
    (tmp_path / "small.yaml").write_text(TEXT, encoding="utf-8")
    command = ["batch", str(tmp_path / "small.yaml"), "--dry-run"]
    told = CliRunner().invoke(main, command).stdout
    assert "Policies: 4. Worlds: 48. Runs: 192. Blocks: 4." in told
    assert "Blocks of this shard: 2." in CliRunner().invoke(main, [*command, "--shard", "2/2"]).stdout
    found = json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout)
    assert (found["runs"], found["blocks"]) == (192, 4)
    assert 0 < found["seconds"] < 600
    assert sorted(tmp_path.iterdir()) == [tmp_path / "small.yaml"]


def test_levers_that_can_do_nothing_are_named_before_anything_is_played(tmp_path):
    (tmp_path / "e.yaml").write_text("name: A\nlevers: {grid: {threshold: [2, 5]}}\nworlds: 8\n", encoding="utf-8")
    told = CliRunner().invoke(main, ["batch", str(tmp_path / "e.yaml"), "--dry-run"])
    assert "threshold does nothing in 1 of 2 policies: it acts only while conditionality" in told.stderr


def test_the_forecast_of_the_size_is_right_by_a_factor_of_one_and_a_half(tmp_path, whole, small):
    size = sum(path.stat().st_size for path in whole.glob("*.parquet"))
    assert size / 1.5 < batch.forecast(small).size < size * 1.5


def test_a_log_gets_plain_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(base.progress, "EVERY", 0.0)
    (tmp_path / "small.yaml").write_text(TEXT, encoding="utf-8")
    told = CliRunner().invoke(main, ["batch", str(tmp_path / "small.yaml"), "--out", str(tmp_path / "out")])
    assert told.exit_code == 0
    assert "Small: 4 of 4 blocks" in told.stderr
    assert "\r" not in told.stderr
    assert told.stdout == f"Written to {tmp_path / 'out'}\n"


def test_every_world_of_every_policy_is_in_one_block():
    class Sized:
        policies = range(21)
        worlds = 5000

    every = [
        (w, p)
        for block in blocks_of.blocks(Sized, *blocks_of.usual_cut(Sized))
        for w in block.worlds
        for p in block.policies
    ]
    assert len(every) == len(set(every)) == 21 * 5000
