"""The app behind its web server: rules for the browser, shapes, health, a warm start, and other ways to start."""

import base64
import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("streamlit")


ROOT = Path(__file__).parents[1]
PATIENCE = 120


def got(address):
    """Status, headers and body of an answer."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def rules(headers):
    """The content security policy as a mapping."""
    assert len(headers.get_all("content-security-policy")) == 1
    return dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))


@pytest.fixture
def start(tmp_path):
    """Start a server, wait until it answers at a path, and end it."""
    running = []

    def begin(*words, path="/health", cwd=tmp_path, **environment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (tmp_path / "server.log").open("w+")
        server = subprocess.Popen(
            [word.format(port=port) for word in words], cwd=cwd, stdout=log, stderr=subprocess.STDOUT,
            env={**os.environ, "ARTICLE5_WORKERS": "0", **environment},
        )  # fmt: skip
        running.append((server, log))
        for _ in range(PATIENCE * 5):
            assert server.poll() is None, Path(log.name).read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE):
                    return server, f"http://127.0.0.1:{port}"
            except OSError:
                time.sleep(0.2)
        raise TimeoutError("the server does not answer")

    yield begin
    for server, log in running:
        server.kill()
        server.wait(PATIENCE)
        log.close()


# --- rules --------------------------------------------------------------------------------------------------------


def test_the_first_page_has_its_scripts_loaded_ahead(served):
    """Each by a name that this Streamlit has, and nothing else has a browser load them."""
    from sim.pages.served import AHEAD

    links = re.findall(r"<(/static/js/(\w+)\.[^>]+)>; rel=modulepreload", got(f"{served}/")[1]["link"])
    assert [name for _, name in links] == list(AHEAD)
    assert {got(served + path)[0] for path, _ in links} == {200}
    assert got(f"{served}/evidence")[1]["link"] is None


@pytest.mark.parametrize(
    "path", ["/", "/evidence", "/health", "/shapes/europe.topo.json", "/_stcore/health", "/none/at"]
)
def test_every_answer_carries_the_rules(served, path):
    _, headers, _ = got(served + path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "geolocation=()" in headers["permissions-policy"]
    assert rules(headers)["default-src"] == "'self'"


def test_no_script_runs_that_is_written_into_a_page(served):
    _, headers, page = got(served + "/")
    found = rules(headers)
    allowed = found["script-src"].split()
    assert allowed[0] == "'self'"
    inside = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    digests = [f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'" for text in inside]
    assert allowed[1:] == digests
    assert found["frame-ancestors"] == "'self'"
    assert found["object-src"] == found["base-uri"] == "'none'"
    loose = [n for n, rule in found.items() if re.search(r"unsafe-(inline|eval)|\*|https?:", rule)]
    assert loose == ["style-src"]


def test_health_and_shapes(served):
    status, _, body = got(served + "/health")
    assert (status, b'"ok":true' in body) == (200, True)
    status, headers, body = got(served + "/shapes/europe.topo.json")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert "max-age=86400" in headers["cache-control"]
    assert body == (ROOT / "sim" / "data" / "europe.topo.json").read_bytes()
    for path in ("/shapes/../facts.py", "/shapes/%2e%2e/facts.py", "/shapes/allies.csv"):
        assert b"<title>" in got(served + path)[2] or got(served + path)[0] >= 400


def test_missing_shapes_are_said_to_be_missing(tmp_path, monkeypatch):
    from sim.pages import served as module

    monkeypatch.setattr(module, "data_dir", lambda: tmp_path)
    with pytest.raises(StopIteration) as ended:  # driven by hand: it waits for nothing
        module.shapes(None).send(None)
    assert ended.value.value.status_code == 404


@pytest.mark.browser
def test_a_script_in_the_page_is_refused_by_the_browser(opened):
    """The rules are there and hold: what they forbid does not run, and the app does."""
    page = opened()
    page.evaluate("""() => { const s = document.createElement('script'); s.textContent = 'window.hit = 1';
        document.body.append(s); const i = new Image(); i.src = 'http://127.0.0.2/x.png'; document.body.append(i);
        setTimeout('window.hit = 2', 0); document.body.insertAdjacentHTML('beforeend', '<b onclick="hit = 3">b</b>');
        document.body.lastChild.click(); setTimeout(() => { window.ours = 1 }, 50) }""")
    page.wait_for_function("() => window.ours === 1")
    assert page.evaluate("() => window.hit === undefined")
    assert page.outside == []


# --- ways to start ------------------------------------------------------------------------------------------------


def test_the_command_serves_from_any_folder_and_ends_when_told(start):
    server, address = start(sys.executable, "-m", "sim", "app", "--port", "{port}", PYTHONPATH=str(ROOT))
    assert got(address + "/_stcore/health")[0] == 200
    assert "content-security-policy" in got(address + "/")[1]
    server.send_signal(signal.SIGINT)
    server.wait(PATIENCE)


def test_the_settings_of_the_app_hold_wherever_it_is_started(start, tmp_path):
    said = """
from streamlit import config
from sim.pages.served import app
for name in ("server.maxUploadSize", "browser.gatherUsageStats", "client.showErrorDetails"):
    print(config.get_option(name))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run([sys.executable, "-c", said], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert told.stdout.split() == ["1", "False", "type"], told.stderr


def test_streamlit_run_still_works(start):
    words = (sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "{port}", "--server.headless", "true")
    _, address = start(*words, path="/_stcore/health", cwd=ROOT)
    assert b"<title>" in got(address + "/")[2]


def test_a_stranger_is_not_let_in_by_another_name(start):
    """DNS rebinding: a page elsewhere whose name was pointed at this machine gets no session."""
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    _, address = start(sys.executable, "-m", "sim", "app", "--port", "{port}", PYTHONPATH=str(ROOT))
    place = address.replace("http", "ws") + "/_stcore/stream"
    with connect(place, subprotocols=["streamlit"]):
        pass
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        with pytest.raises((InvalidStatus, OSError, EOFError)), connect(
            place, subprotocols=["streamlit"], additional_headers=headers
        ):  # fmt: skip
            pass


def test_a_warm_start_has_drawn_the_first_page(tmp_path):
    """The visit is a real one: the headline and four metrics are sent, and nothing fails."""
    said = """
import anyio
from sim.pages.served import app
from sim.pages import warming

async def main():
    async with app._build_starlette_app().router.lifespan_context(app):
        told = await warming.visit(app)
    drawn = [m.delta.new_element.WhichOneof("type") for m in told if m.WhichOneof("type") == "delta"]
    print(drawn.count("metric"), drawn.count("exception"), told[-1].script_finished)

anyio.run(main)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ARTICLE5_WORKERS": "0"}
    told = subprocess.run([sys.executable, "-c", said], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert told.stdout.split() == ["4", "0", "0"], told.stdout + told.stderr


HEAVY = ("hypothesis", "SALib", "ema_workbench", "sklearn", "emcee", "scipy.stats", "scipy.optimize", "vl_convert")
"""Loaded only where they are used."""


@pytest.mark.parametrize("module", ["sim.cli", "sim.pages.served"])
def test_heavy_libraries_wait_until_they_are_needed(module):
    said = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout.split() == [], told.stderr
