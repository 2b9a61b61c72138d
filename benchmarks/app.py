"""The app in a real browser against the targets of its design: `python benchmarks/app.py`.

From the key to the painted chart, with the model's own time and a trivial app in turns in the same run, so that a noisy
machine slows all three; a first visit to a fresh server; bytes on the wire for a move of a lever; many sessions at
once over bare websockets; memory over many reruns. Judgements are ratios and bounds; where the machine had too little
time to spare meanwhile, nothing is judged. `--only moves,visit,bytes,users,memory` runs some parts.
"""

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in a worker

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import ARGUMENTS, WIDE  # noqa: E402
from clients import Client  # noqa: E402

from sim import draws, question  # noqa: E402
from sim.question import Question  # noqa: E402

CONTROL = """
import streamlit as st
value = st.slider("x", 0, 100, 50, key="threshold")
st.metric("m", value)
st.text(f"value {value}")
"""

CHART = ".st-key-fan svg.marks"
METRIC = "[data-testid=stMetricValue]"
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'

ARM = """selector => { window.moved = new Promise(done => {
  let pressed = null; const look = () => document.querySelector(selector)?.innerHTML; const before = look();
  document.addEventListener('keydown', () => { pressed = performance.now() }, {capture: true, once: true});
  const watch = new MutationObserver(() => { const now = look();
    if (pressed !== null && now && now !== before) { watch.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - pressed))) } });
  watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true}) }) }"""
"""Arms a watch: `window.moved` becomes the milliseconds from the key to two frames after the change was drawn."""

SPARE = 0.45
"""Part of the processors that must be idle before and after a part is judged: else others were measured, too."""

COUNTED = ("bytes", "memory")
"""Parts whose numbers do not hang on what else the machine does."""

Row = tuple[str, str, str, bool | None]
"""What was measured, its target, what came, and whether it meets the target; None where it has none."""


# --- the machine and the servers ----------------------------------------------------------------------------------


def spare(seconds: float = 2.0) -> float:
    """Which part of the processors is idle just now."""

    def read() -> tuple[int, int]:
        times = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return times[3] + times[4], sum(times)

    first = read()
    time.sleep(seconds)
    second = read()
    return (second[0] - first[0]) / max(second[1] - first[1], 1)


@contextlib.contextmanager
def server(*words: str, cwd: Path = ROOT, health: str = "/health") -> Iterator[tuple[str, int]]:
    """A server's address and process; `{port}` in its words is a free one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k != "ARTICLE5_WORKERS"} | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, *(word.format(port=port) for word in words)], cwd=cwd, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            if process.poll() is not None:
                raise RuntimeError(f"the server stopped: {' '.join(words)}")
            with contextlib.suppress(OSError), urllib.request.urlopen(address + health, timeout=60):
                break
            time.sleep(0.05)
        yield address, process.pid
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def ours() -> contextlib.AbstractContextManager[tuple[str, int]]:
    """The app, as its users start it."""
    return server("-m", "sim", "app", "--host", "127.0.0.1", "--port", "{port}")


@contextlib.contextmanager
def control() -> Iterator[str]:
    """The address of a trivial app: a slider, a number, a line of text."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "control.py").write_text(CONTROL)
        words = ("-m", "streamlit", "run", "control.py", "--server.headless=true", "--browser.gatherUsageStats=false")
        with server(*words, "--server.port={port}", cwd=Path(folder), health="/_stcore/health") as (address, _):
            yield address


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Debian's Chromium, or the one that CHROMIUM names."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        raise SystemExit("no Chromium: set CHROMIUM to one, or install Debian's package chromium")
    with sync_playwright() as player:
        running = player.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
        yield running
        running.close()


def opened(chromium: Any, address: str, wanted: str) -> Any:
    page = chromium.new_context(viewport=WIDE, reduced_motion="reduce").new_page()
    page.goto(address)
    page.wait_for_selector(wanted, timeout=120_000)
    page.wait_for_selector(IDLE, timeout=120_000)
    page.wait_for_timeout(1000)
    return page


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95% quantile."""
    return statistics.median(values), statistics.quantiles(values, n=20, method="inclusive")[-1]


# --- parts --------------------------------------------------------------------------------------------------------


def moves(chromium: Any, count: int) -> list[Row]:
    """From the key to the painted chart, the model's own time and the trivial app, in turns; the first is dropped."""
    seen: dict[str, list[float]] = {"app": [], "model": [], "control": [], "again": []}
    with ours() as (address, _), control() as other:
        page, plain = opened(chromium, address, CHART), opened(chromium, other, METRIC)
        draws.forget()
        question.answer(Question())
        for n in range(count + 1):
            seen["app"].append(press(page, "ArrowLeft" if n < count // 2 else "ArrowRight", n == count // 2, CHART))
            begun = time.perf_counter()
            question.answer(Question(levers=(("threshold", round(2.0 + n / 10, 1)), ("grace", 0.25))))
            seen["model"].append(1000 * (time.perf_counter() - begun))
            seen["control"].append(press(plain, "ArrowRight", False, METRIC))
        for key in ("ArrowLeft", "ArrowRight") * (count // 2):
            seen["again"].append(press(page, key, False, CHART))
    app, model, trivial, again = (values[1:] for values in seen.values())
    over = [a - m for a, m in zip(app, [statistics.median(model)] * len(app), strict=True)]
    (middle, high), base = ends(over), statistics.median(model)
    return [
        ("model, 1,000 worlds, median", "", f"{base:.0f} ms", None),
        ("key to painted chart, median / p95", "", "{:.0f} / {:.0f} ms".format(*ends(app)), None),
        ("... less the model, median / p95", "≤ 100 / 150 ms", f"{middle:.0f} / {high:.0f} ms",
         middle <= 100 and high <= 150),
        ("... p95 as a multiple of the model", "≤ 1.6", f"{ends(app)[1] / base:.2f}", ends(app)[1] / base <= 1.6),
        ("trivial app, median", "", f"{statistics.median(trivial):.0f} ms", None),
        ("... less the model, multiple of the trivial app", "≤ 2.5", f"{middle / statistics.median(trivial):.2f}",
         middle / statistics.median(trivial) <= 2.5),
        ("what was asked before, median / p95", "", "{:.0f} / {:.0f} ms".format(*ends(again)), None),
    ]  # fmt: skip


def press(page: Any, key: str, jump: bool, drawn: str) -> float:
    """Press a key on the threshold's slider; milliseconds until the change is painted."""
    slider = page.locator(".st-key-threshold input[type=range]")
    if jump:  # to values that nobody asked for
        grace = page.locator(".st-key-grace input[type=range]")
        grace.press("ArrowRight")
        page.wait_for_selector(IDLE)
        page.wait_for_timeout(2500)
    slider.focus()
    page.evaluate(ARM, drawn)
    slider.press(key)
    took = page.evaluate("() => Promise.race([window.moved, new Promise((_, fail) => setTimeout(fail, 60000))])")
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(400)
    return took


def visit(chromium: Any, count: int = 3) -> list[Row]:
    """A first visit to a fresh server by a fresh browser, until the metrics can be seen; the trivial app beside it."""
    first, trivial, starts = [], [], []
    for _ in range(count):
        begun = time.perf_counter()
        with ours() as (address, _):
            starts.append(time.perf_counter() - begun)
            first.append(seconds_to(chromium, address, METRIC))
        with control() as other:
            trivial.append(seconds_to(chromium, other, METRIC))
    middle = statistics.median(first)
    return [
        ("start of the server, warm start included", "", f"{statistics.median(starts):.1f} s", None),
        ("first visit: metrics can be seen", "≤ 2 s", f"{middle:.1f} s", middle <= 2.0),
        ("first visit to the trivial app", "", f"{statistics.median(trivial):.1f} s", None),
    ]


def seconds_to(chromium: Any, address: str, wanted: str) -> float:
    context = chromium.new_context(viewport=WIDE)
    page, begun = context.new_page(), time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(wanted, timeout=120_000)
    took = time.perf_counter() - begun
    context.close()
    return took


def weight(chromium: Any, count: int = 6) -> list[Row]:
    """Bytes that come back over the wire for a move of a lever, as the messages are packed, and unpacked."""
    with ours() as (address, _), Wire(address) as wire:
        context = chromium.new_context(viewport=WIDE)
        page, unpacked = context.new_page(), [0]
        page.on("websocket", lambda s: s.on("framereceived", lambda raw: unpacked.append(len(raw))))
        page.goto(wire.address)
        page.wait_for_selector(CHART, timeout=120_000)
        page.wait_for_timeout(3000)
        first, packed, whole = wire.count, [], []
        for _ in range(count):
            wire.count, unpacked[:] = 0, [0]
            press(page, "ArrowLeft", False, CHART)
            page.wait_for_timeout(1500)
            packed.append(wire.count)
            whole.append(sum(unpacked))
        context.close()
    move = statistics.median(packed) / 1000
    return [
        ("bytes of a first visit, scripts included", "", f"{first / 1e6:.1f} MB", None),
        ("bytes of a move on the wire", "≤ 50 kB", f"{move:.0f} kB", move <= 50),
        ("bytes of a move, unpacked", "", f"{statistics.median(whole) / 1000:.0f} kB", None),
    ]


class Wire:
    """A pipe in front of a server that counts the bytes that come back."""

    def __init__(self, address: str) -> None:
        self.port, self.count = int(address.rsplit(":", 1)[1]), 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.door.getsockname()[1]}"

    def __enter__(self) -> "Wire":
        threading.Thread(target=self._open, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.door.close()

    def _open(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, far = self.door.accept()[0], socket.create_connection(("127.0.0.1", self.port))
                for pair in ((near, far, False), (far, near, True)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, back: bool) -> None:
        with contextlib.suppress(OSError), source, target:
            while some := source.recv(65536):
                self.count += len(some) * back
                target.sendall(some)


def users(count: int, seconds: float, think: float = 4.0) -> list[Row]:
    """Many sessions that move a lever, think and move again; from the message to the end of the page."""
    took: list[float] = []
    with ours() as (address, _):
        clients = [Client(address) for _ in range(count)]
        for client in clients:
            client.rerun()
        until = time.perf_counter() + seconds

        def play(number: int, client: Client) -> None:
            luck = draws.stream(number, "benchmark", "users")
            time.sleep(think * luck.random())
            while time.perf_counter() < until:
                value = 2.0 + 0.1 * int(luck.integers(0, 40))
                begun = time.perf_counter()
                client.move(threshold={"double_array_value": [value]})
                took.append(time.perf_counter() - begun)
                time.sleep(think)

        threads = [threading.Thread(target=play, args=pair) for pair in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for client in clients:
            client.close()
    middle, high = ends(took)
    said = f"{middle:.2f} / {high:.2f} s"
    name = f"{count} sessions, {think:g} s of thought, {len(took)} moves, median / p95"
    return [(name, "≤ 0.3 / 1 s", said, middle <= 0.3 and high <= 1.0)]


def memory(reruns: int, sessions: int = 10) -> list[Row]:
    """Memory of the server and its workers over many reruns: how much more at the end than after a fifth."""
    marks: list[tuple[float, float]] = []
    with ours() as (address, process):
        clients = [Client(address, worlds="200") for _ in range(sessions)]
        luck = draws.stream(0, "benchmark", "memory")
        for n in range(reruns):
            client, value = clients[n % sessions], 0.1 * int(luck.integers(20, 60))
            client.move(threshold={"double_array_value": [value]}) if client.widgets else client.rerun()
            if n % max(reruns // 20, 1) == 0:
                marks.append(megabytes(process))
        marks.append(megabytes(process))
        for client in clients:
            client.close()
    early, late = marks[len(marks) // 5], marks[-1]
    grown = sum(late) - sum(early)
    return [
        ("memory of the server / of its workers", "", f"{late[0]:.0f} / {late[1]:.0f} MB", None),
        (
            f"... more after {reruns:,} reruns than after a fifth",
            "≤ 10%",
            f"{grown:+.0f} MB",
            grown <= 0.1 * sum(early),
        ),
    ]


def megabytes(process: int) -> tuple[float, float]:
    """Memory of a process, and of its children, in MB of their own."""

    def own(number: int) -> float:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
            return sum(float(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
        return 0.0

    children: list[str] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(OSError):  # threads come and go
            children += (task / "children").read_text().split()
    return own(process), sum(own(int(child)) for child in children)


# --- the table ----------------------------------------------------------------------------------------------------


def told(part: str, work: Callable[[], list[Row]]) -> None:
    """Run a part and print its rows; what others did to the machine is told with them."""
    before, rows = spare(), work()
    idle = min(before, spare())
    for name, target, came, meets in rows:
        judged = idle >= SPARE or part in COUNTED
        verdict = "" if meets is None else ("met" if meets else "MISSED") if judged else "not judged"
        print(f"{part:7s} {name:58s} {target:15s} {came:17s} {verdict}", flush=True)
    print(f"{part:7s} idle before and after: at least {idle:.0%} of {os.cpu_count()} processors\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="moves,visit,bytes,users,memory")
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--reruns", type=int, default=2000)
    chosen = parser.parse_args()
    wanted = chosen.only.split(",")
    with browser() as chromium:
        parts: dict[str, Callable[[], list[Row]]] = {
            "moves": lambda: moves(chromium, chosen.moves),
            "visit": lambda: visit(chromium),
            "bytes": lambda: weight(chromium),
            "users": lambda: users(chosen.users, chosen.seconds),
            "memory": lambda: memory(chosen.reruns),
        }
        print(f"{'part':7s} {'quantity':58s} {'target':15s} {'measured':17s} verdict")
        for part, work in parts.items():
            if part in wanted:
                told(part, work)


if __name__ == "__main__":
    main()
