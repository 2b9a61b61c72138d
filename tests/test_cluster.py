"""A batch on a real Dask scheduler with real workers, one of which dies on the way."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import batch
from sim.experiment import load_experiment
from tests.test_batch import TEXT, same_tables

Client = pytest.importorskip("distributed").Client
ROOT = Path(__file__).parents[1]


def started(*words):
    """A Dask process of its own, on loopback."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def scheduler(tmp_path):
    """The address of a scheduler, and its two workers."""
    boss = started("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    address = next(
        found.group(0) for line in boss.stderr if (found := re.search(r"tcp://127\.0\.0\.1:\d+", line)) is not None
    )
    words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / "dask"))
    workers = [started("worker", address, *words) for _ in range(2)]
    yield address, workers
    for process in (*workers, boss):
        process.kill()
        process.wait()


def test_a_cluster_that_loses_a_worker_leaves_the_same_bytes(tmp_path, scheduler):
    address, _ = scheduler
    (tmp_path / "small.yaml").write_text(TEXT.replace("worlds: 48", "worlds: 8192"), encoding="utf-8")
    command = [
        "-m",
        "sim",
        "batch",
        str(tmp_path / "small.yaml"),
        "--out",
        str(tmp_path / "out"),
        "--scheduler",
        address,
    ]
    asked = subprocess.Popen([sys.executable, *command], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out" / "blocks").glob("0*/index.json")):
        assert time.monotonic() < deadline
        assert asked.poll() is None, asked.stderr.read()
        time.sleep(0.02)
    with Client(address, set_as_default=False) as client:
        held = {worker: keys for worker, keys in client.processing().items() if keys}
        assert len(held) == 2, "both workers hold blocks"
        (victim,) = client.run(os.getpid, workers=[next(iter(held))]).values()
    os.kill(victim, signal.SIGKILL)
    finished = len(list((tmp_path / "out" / "blocks").glob("0*/index.json")))
    _, said = asked.communicate(timeout=300)
    assert asked.returncode == 0, said
    assert finished < 8, "the worker died on the way"
    batch.run_batch(load_experiment(tmp_path / "small.yaml"), tmp_path / "alone")
    same_tables(tmp_path / "out", tmp_path / "alone")
    assert len(batch.opened(tmp_path / "out").failures) == 0
