"""Jobs: shared, kept within bounds, cancelled, and none stops another. Order is told by files, never by a clock."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
import tasks

from sim.errors import InputError, RunError
from sim.jobs import LEAST_BYTES, WORKERS, Jobs, workers_wanted

ROOT = Path(__file__).parents[1]
PATIENCE = 120
"""Seconds after which a test that waits for what never comes gives up."""


@pytest.fixture(scope="module")
def shared():
    """Two workers, for tests that leave them as they find them."""
    jobs = Jobs(2)
    yield jobs
    jobs.close()


@pytest.fixture(params=[0, 1, 2])
def either(request, shared):
    """Without processes, with one, and with two."""
    if request.param == 2:
        yield shared
    else:
        jobs = Jobs(request.param)
        yield jobs
        jobs.close()


@pytest.fixture
def pair():
    """Two workers of a test's own, and at most two jobs of a kind waiting."""
    jobs = Jobs(2, most_short=2, most_long=2)
    yield jobs
    jobs.close()


def begun(folder):
    path = folder / "begun"
    return path.read_text().split() if path.exists() else []


def until(there):
    """Wait for something that another process does."""
    waits = threading.Event()
    for _ in range(PATIENCE * 100):
        if there():
            return
        waits.wait(0.01)
    raise TimeoutError("it never came")


def answer(job):
    assert job.wait(PATIENCE)
    return job.result()


# --- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_comes_back(either):
    with either.ask(tasks.double, 21) as job:
        assert answer(job) == 42
        assert job.done()
        assert job.part == 1.0


def test_an_answer_is_worked_out_once(either, tmp_path):
    log = tmp_path / "log"
    assert [answer(either.ask(tasks.noted, str(log), w)) for w in "abab"] == list("abab")
    assert log.read_text().split() == ["a", "b"]


def test_nobody_can_change_what_another_one_sees(either):
    first = answer(either.ask(tasks.listed, "a", "b"))
    first.append("mine")
    assert answer(either.ask(tasks.listed, "a", "b")) == ["a", "b"]


def test_what_is_refused_keeps_its_problems_and_is_asked_again(either, tmp_path):
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            answer(either.ask(tasks.refused, "lever"))
        assert caught.value.problems == ("lever: first problem.", "lever: second problem.")
    assert answer(either.ask(tasks.double, 1)) == 2


def test_a_mistake_in_the_code_is_not_hidden(either):
    with pytest.raises(ZeroDivisionError):
        answer(either.ask(tasks.broken, 0))
    assert answer(either.ask(tasks.broken, 1)) == 1


def test_an_error_that_cannot_travel_is_told_in_words(pair):
    with pytest.raises(RunError, match="Odd: odd"):
        answer(pair.ask(tasks.strange))
    assert answer(pair.ask(tasks.double, 1)) == 2


def test_only_what_a_worker_can_find_is_asked(either):
    with pytest.raises(TypeError, match="top of a module"):
        either.ask(lambda: 1)


def test_progress_is_told_and_long_work_can_run_here(tmp_path):
    (tmp_path / "a.go").touch()
    assert answer(Jobs(0).ask(tasks.held, str(tmp_path), "a")) == "a"


# --- shared -------------------------------------------------------------------------------------------------------


def test_two_who_ask_the_same_share_one_job(pair, tmp_path):
    jobs = [pair.ask(tasks.held, str(tmp_path), "a", asker=who) for who in ("ann", "bob")]
    until(lambda: jobs[0].part == 0.5)
    assert not jobs[1].done()
    (tmp_path / "a.go").touch()
    assert [answer(job) for job in jobs] == ["a", "a"]
    assert begun(tmp_path) == ["a"]


def test_a_job_goes_on_while_someone_waits(pair, tmp_path):
    first, second = (pair.ask(tasks.held, str(tmp_path), "a") for _ in range(2))
    until(lambda: begun(tmp_path))
    first.leave()
    first.leave()
    (tmp_path / "a.go").touch()
    assert answer(second) == "a"


# --- cancelled ----------------------------------------------------------------------------------------------------


def test_a_job_that_nobody_waits_for_is_cancelled_where_it_tells_progress(pair, tmp_path):
    with pair.ask(tasks.held, str(tmp_path), "a") as job:
        until(lambda: begun(tmp_path))
    until((tmp_path / "a.Cancelled").exists)
    with pytest.raises(RunError, match="cancelled"):
        answer(job)
    again = pair.ask(tasks.held, str(tmp_path), "a")
    (tmp_path / "a.go").touch()
    assert answer(again) == "a"
    assert begun(tmp_path) == ["a", "a"]


def test_a_job_that_waits_for_a_worker_never_begins_when_nobody_waits_for_it(pair, tmp_path):
    first, second, third = (pair.ask(tasks.held, str(tmp_path), w) for w in "abc")
    until(lambda: begun(tmp_path))
    second.leave()
    with pytest.raises(RunError, match="cancelled"):
        answer(second)
    for word in "abc":
        (tmp_path / f"{word}.go").touch()
    assert [answer(first), answer(third)] == ["a", "c"]
    assert begun(tmp_path) == ["a", "c"]


def test_long_work_that_tells_nothing_ends_with_its_worker(pair, tmp_path):
    job = pair.ask(tasks.deaf, str(tmp_path), "a", long=True)
    until(lambda: begun(tmp_path))
    job.leave()
    with pytest.raises(RunError, match="cancelled"):
        answer(job)
    (tmp_path / "b.go").touch()
    assert answer(pair.ask(tasks.deaf, str(tmp_path), "b", long=True)) == "b"


def test_short_work_that_nobody_waits_for_is_kept_for_whoever_comes_back(pair, tmp_path):
    pair.ask(tasks.deaf, str(tmp_path), "a").leave()
    until(lambda: begun(tmp_path))
    job = pair.ask(tasks.deaf, str(tmp_path), "a")
    (tmp_path / "a.go").touch()
    assert answer(job) == "a"
    assert begun(tmp_path) == ["a"]


# --- one beside another -------------------------------------------------------------------------------------------


def test_short_questions_do_not_wait_for_long_ones(pair, tmp_path):
    long = [pair.ask(tasks.held, str(tmp_path), w) for w in "ab"]
    until(lambda: begun(tmp_path))
    assert [answer(pair.ask(tasks.double, n)) for n in range(5)] == [0, 2, 4, 6, 8]
    assert begun(tmp_path) == ["a"]
    assert not any(job.done() for job in long)
    for word in "ab":
        (tmp_path / f"{word}.go").touch()
    assert [answer(job) for job in long] == ["a", "b"]
    assert begun(tmp_path) == ["a", "b"]


def test_long_questions_do_not_wait_for_ever_behind_short_ones(pair, tmp_path):
    """A worker that takes long jobs takes one as soon as it can, before the short ones that came earlier."""
    held = [pair.ask(tasks.deaf, str(tmp_path), w) for w in "abcd"]
    long = pair.ask(tasks.held, str(tmp_path), "z")
    until(lambda: len(begun(tmp_path)) == 2)
    (tmp_path / "b.go").touch()
    until(lambda: len(begun(tmp_path)) == 3)
    assert begun(tmp_path)[2] == "z"
    for word in "acdz":
        (tmp_path / f"{word}.go").touch()
    assert answer(long) == "z"
    assert [answer(job) for job in held] == list("abcd")


def test_one_session_has_one_long_job_at_a_time(pair, tmp_path):
    with pair.ask(tasks.held, str(tmp_path), "a", asker="ann"):
        with pytest.raises(InputError, match="of yours is under way"):
            pair.ask(tasks.held, str(tmp_path), "b", asker="ann")
        pair.ask(tasks.held, str(tmp_path), "a", asker="ann").leave()
        assert answer(pair.ask(tasks.double, 3, asker="ann")) == 6
        pair.ask(tasks.held, str(tmp_path), "c", asker="bob").leave()
    pair.ask(tasks.held, str(tmp_path), "b", asker="ann").leave()


def test_more_than_so_many_do_not_wait(pair, tmp_path):
    jobs = [pair.ask(tasks.held, str(tmp_path), w) for w in "abc"]
    with pytest.raises(InputError, match="busy: 2 other long calculations wait"):
        pair.ask(tasks.held, str(tmp_path), "d")
    for job in jobs:
        job.leave()
    (tmp_path / "d.go").touch()
    assert answer(pair.ask(tasks.held, str(tmp_path), "d")) == "d"


def test_a_worker_that_dies_fails_its_own_job_only(pair, tmp_path):
    other = pair.ask(tasks.held, str(tmp_path), "a")
    until(lambda: begun(tmp_path))
    with pytest.raises(RunError, match="worker process ended"):
        answer(pair.ask(tasks.deadly, str(tmp_path / "mark")))
    assert not other.done()
    assert answer(pair.ask(tasks.deadly, str(tmp_path / "mark"))) == "alive"
    (tmp_path / "a.go").touch()
    assert answer(other) == "a"


def test_a_worker_killed_while_it_has_nothing_to_do_is_replaced():
    jobs = Jobs(1)
    first = answer(jobs.ask(tasks.who))[0]
    os.kill(first, signal.SIGKILL)
    assert answer(jobs.ask(tasks.double, 2)) == 4
    assert answer(jobs.ask(tasks.double, 3)) == 6
    jobs.close()


# --- bounds -------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_bounded():
    size = 4 * LEAST_BYTES
    jobs = Jobs(0, most_bytes=10 * LEAST_BYTES)
    for n in range(20):
        answer(jobs.ask(tasks.large, size, n))
        assert jobs._kept.currsize <= 10 * LEAST_BYTES
        assert len(jobs._kept) <= 2
    for n in range(50):
        answer(jobs.ask(tasks.double, n))
    assert len(jobs._kept) == 10
    assert len(answer(jobs.ask(tasks.large, 11 * LEAST_BYTES, 0))) == 11 * LEAST_BYTES
    assert not jobs._open


def test_what_was_asked_last_is_kept(tmp_path):
    log = tmp_path / "log"
    jobs = Jobs(0, most_bytes=2 * LEAST_BYTES)
    for word in "abacab":
        answer(jobs.ask(tasks.noted, str(log), word))
    assert log.read_text().split() == ["a", "b", "c", "b"]


@pytest.mark.parametrize("said", ["-1", "two", "1.5", "", "1000"])
def test_the_number_of_workers_is_checked(monkeypatch, said):
    monkeypatch.setenv(WORKERS, said)
    with pytest.raises(InputError, match=WORKERS):
        workers_wanted()


# --- processes ----------------------------------------------------------------------------------------------------

SCRIPT = """
    import sys
    import streamlit                 # the main module brings it along
    sys.path.insert(0, {tests!r})
    import tasks
    from sim.jobs import Jobs

    if __name__ == "__main__":
        jobs = Jobs(2)
        jobs.warm(tasks.who)
        print(*jobs.ask(tasks.who).result(), flush=True)
        sys.stdin.read()
"""


def started(tmp_path):
    pytest.importorskip("streamlit")
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT.format(tests=str(ROOT / "tests"))))
    return subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_workers_do_not_load_the_main_module_and_end_with_their_parent(tmp_path):
    script = started(tmp_path)
    worker, parent, streamlit, threads = script.stdout.readline().split()
    assert (int(parent), streamlit, threads) == (script.pid, "False", "1")
    children = Path(f"/proc/{script.pid}/task/{script.pid}/children").read_text().split()
    assert worker in children
    script.kill()
    script.wait(PATIENCE)
    until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def test_a_script_with_workers_ends_by_itself(tmp_path):
    script = started(tmp_path)
    script.stdout.readline()
    script.stdin.close()
    assert script.wait(PATIENCE) == 0


def test_warm_workers_have_each_answered():
    jobs = Jobs(2)
    jobs.warm(tasks.double, 4)
    assert all(slot.pool._processes for slot in jobs._slots)
    assert jobs._kept
    jobs.close()


def test_closing_ends_what_is_under_way(pair, tmp_path):
    running, waiting = (pair.ask(tasks.held, str(tmp_path), w) for w in "ab")
    until(lambda: begun(tmp_path))
    pair.close()
    for job in (running, waiting):
        with pytest.raises(RunError):
            answer(job)
