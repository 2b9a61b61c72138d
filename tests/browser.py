"""Fixtures for tests in a real browser: Debian's Chromium, the app as its users start it, and nothing from outside.

CHROMIUM names another browser. Without one the tests are skipped, except where CI is set: there they fail.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARTIFACTS = Path(os.environ.get("ARTIFACTS", ROOT / "artifacts"))
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
DRAWN = '[data-testid="stVegaLiteChart"] svg, [data-testid="stVegaLiteChart"] canvas'
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 90_000


def ensure_chromium():
    """Path of a Chromium, installed if need be and allowed; skips the test, or fails it where CI is set."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run("apt-get update -qq && apt-get install -y -qq chromium", shell=True, capture_output=True)
        found = shutil.which("chromium")
    if found:
        return found
    reason = "no Chromium: set CHROMIUM to one, or install Debian's package chromium"
    return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    """A running browser."""
    path = ensure_chromium()
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as player:
        running = player.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Address of the app, started as `article5 app` does."""
    pytest.importorskip("streamlit")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = (sys.executable, "-m", "sim", "app", "--host", "127.0.0.1", "--port", str(port))
    environment = {name: value for name, value in os.environ.items() if name != "ARTICLE5_WORKERS"}
    with (tmp_path_factory.mktemp("app") / "server.log").open("w") as log:
        server = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait(address, server):
    for _ in range(600):
        assert server.poll() is None, "the app stopped while it started"
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} does not answer")


@pytest.fixture
def opened(chromium, served):
    """Open the app: `opened("/?seed=1", WIDE, "dark")` gives a page that records what it asks for and what fails."""
    contexts = []

    def open_(path="/", size=WIDE, scheme="light"):
        context = chromium.new_context(
            viewport=size, color_scheme=scheme, base_url=served, reduced_motion="reduce", locale="en-GB",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.outside, page.failures = [], []
        context.route("**/*", lambda route: _local(route, served, page))
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.goto(path)
        ready(page)
        return page

    yield open_
    for context in contexts:
        context.close()


def _local(route, served, page):
    """Let requests to the app through; note and stop all others."""
    if route.request.url.startswith((served, "data:", "blob:")):
        route.continue_()
    else:
        page.outside.append(route.request.url)
        route.abort()


def ready(page):
    """Wait until the charts are drawn and nothing runs."""
    page.wait_for_selector(DRAWN, timeout=PATIENCE)
    page.wait_for_selector(IDLE, timeout=PATIENCE)


def keep(page, name):
    """A screenshot under artifacts/, of what can be seen without scrolling and of the whole page."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.wait_for_timeout(600)
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    size = page.viewport_size
    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height + 20})
    page.wait_for_timeout(600)
    page.screenshot(path=ARTIFACTS / f"{name}-whole.png")
    page.set_viewport_size(size)
