"""Fixtures and steps for tests in a real browser: Debian's Chromium, the app as its users start it, and nothing from
outside.

The app is served as `article5 app` does, with its content security policy: what the policy forbids is an error in the
console, and every error of a page stands in `page.failures`. CHROMIUM names another browser. Without one the tests are
skipped, except where CI is set: there they fail.
"""

import os
import re
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
SIZES = {"wide": WIDE, "narrow": NARROW}
PATIENCE = 60_000
"""Milliseconds after which a test gives up; no test passes or fails by how long something takes."""

PROBES = re.compile(r"/\w+/_stcore/(health|host-config)$")
"""Below the address of a page Streamlit's script looks for its server before it looks at the top, and is told 404."""

READY = """() => { if (document.querySelector('[data-testid=stException]')) return true;
  const app = document.querySelector('[data-testid=stApp]');
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  return app && app.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale=true]')
    && !document.querySelector('[data-testid=stSkeleton]')
    && document.querySelector('[data-testid=stMain] h5')
    && charts.every(chart => !chart.offsetParent || chart.querySelector('svg.marks, canvas.marks')) }"""
"""The script has run to its end, nothing of the run before is left, and every chart that can be seen is drawn; or it
has failed."""


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


# --- fixtures -----------------------------------------------------------------------------------------------------


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
def results_folder(tmp_path_factory):
    """The folder of results of batches that the served app may open: empty at first."""
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="session")
def served(tmp_path_factory, results_folder):
    """Address of the app, started as `article5 app` does; its games are kept in a folder that nobody else uses."""
    pytest.importorskip("streamlit")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = (sys.executable, "-m", "sim", "app", "--host", "127.0.0.1", "--port", str(port))
    environment = {name: value for name, value in os.environ.items() if name != "ARTICLE5_WORKERS"}
    environment |= {"ARTICLE5_RESULTS": str(results_folder), "ARTICLE5_GAMES": str(tmp_path_factory.mktemp("games"))}
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
    """Open the app: `opened("/?seed=1", WIDE, "dark")` gives a page that records what it asks for and what fails.

    Each call is a browser of its own to the app: no cookie and no session is shared.
    """
    contexts = []

    def open_(path="/", size=WIDE, scheme="light"):
        context = chromium.new_context(
            viewport=size, color_scheme=scheme, base_url=served, reduced_motion="reduce", locale="en-GB",
            accept_downloads=True,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.outside, page.failures = [], []
        context.route("**/*", lambda route: _local(route, served, page))
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.on("console", lambda said: _note(said, page))
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


def _note(said, page):
    """Note what the console calls an error, what the content security policy refuses among it."""
    if said.type == "error" and not PROBES.search(said.location.get("url", "")):
        page.failures.append(said.text)


# --- steps --------------------------------------------------------------------------------------------------------


def ready(page):
    """Wait until the page stands still: all is worked out and drawn, and nothing has failed."""
    page.wait_for_function(READY, timeout=PATIENCE)
    assert page.locator('[data-testid="stException"]').all_inner_texts() == []


def until(page, what, given=None):
    """Wait until a function of JavaScript is true, then until the page stands still."""
    from playwright.sync_api import TimeoutError as Late

    try:
        page.wait_for_function(
            f"given => !!document.querySelector('[data-testid=stException]') || ({what})(given)", arg=given,
            timeout=PATIENCE,
        )  # fmt: skip
    except Late:
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / "waited.png", full_page=True)
        raise AssertionError(f"waited for {given or what!r} at {path_of(page)}: {text(page)[:1500]}") from None
    ready(page)


def in_address(page, words):
    """Wait until the address has these words."""
    until(page, "words => decodeURIComponent(location.search).replaceAll('+', ' ').includes(words)", words)


def on_page(page, words):
    """Wait until the main part of the page says this."""
    until(page, "words => document.querySelector('[data-testid=stMain]').innerText.includes(words)", words)


def path_of(page):
    """The address without the machine."""
    return page.evaluate("() => location.pathname + location.search")


def text(page):
    """All that the main part of the page says."""
    return page.locator('[data-testid="stMain"]').inner_text()


def title(page):
    """The question that the page answers."""
    return page.locator('[data-testid="stMain"] h5').first.inner_text()


def plan(page):
    """The digest of the plan in the footer."""
    return page.locator('[data-testid="stCaptionContainer"] code').first.inner_text()


def slider(page, key):
    """The handle of a slider."""
    return page.locator(f".st-key-{key} input[type=range]")


def press(page, key):
    """Press the button of a key."""
    page.locator(f".st-key-{key} button:visible").first.click()


def go_to(page, name, question=""):
    """Take the link of the navigation to another page, and wait for its question."""
    page.get_by_role("link", name=name, exact=True).click()
    on_page(page, question)


def choose(page, key, words):
    """Take the option with these words from a list; one that a rerun closes is opened again."""
    from playwright.sync_api import TimeoutError as Late

    box = page.locator(f".st-key-{key} input")
    for _ in range(6):
        try:
            box.fill("", timeout=5000)
            box.click(timeout=5000)
            box.fill(words, timeout=5000)
            page.get_by_role("option", name=words, exact=True).click(timeout=5000)
            if page.get_by_role("listbox").count():  # the list of several stays open, over all else
                page.keyboard.press("Escape")
            return ready(page)
        except Late:
            ready(page)
    raise AssertionError(f"{key}: no option has {words!r}")


def downloaded(page, selector):
    """The bytes of the file that a button gives."""
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.locator(selector).first.click()
    return waiting.value.path().read_bytes()


def keep(page, name):
    """A screenshot under artifacts/, of what can be seen without scrolling and of the whole page."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    size = page.viewport_size
    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height + 20})
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}-whole.png")
    page.set_viewport_size(size)
