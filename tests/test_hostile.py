"""What a hostile client or file may try: refused in a line, never a traceback, never a picture from elsewhere."""

import base64
import contextlib
import re
import urllib.error
import urllib.request
import zlib

import pytest

pytest.importorskip("streamlit")

from browser import PATIENCE
from clients import Client
from test_app import app, text
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from sim import reading, sharing
from sim.controls import CONTROLS, on_grid
from sim.errors import MOST_PROBLEMS, InputError
from sim.question import HIGHEST_SEED, STORY, WORLDS
from sim.reading import LARGEST_FILE
from sim.scenario import scenario_text

ROOM = LARGEST_FILE - 100

BOMBS = {
    "aliases": "name: x\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "merged keys": "name: x\n<<: {levers: {threshold: 3}}\n",
    "a tag": "name: !!python/object/apply:os.system ['true']\n",
    "open brackets": "name: " + "[" * ROOM,
    "closed brackets": "name: " + "[" * (ROOM // 2) + "]" * (ROOM // 2),
    "open braces": "{a: " * (ROOM // 4),
    "deep blocks": "".join(" " * n + "a:\n" for n in range(300)),
    "question marks": "? " * (ROOM // 2),
    "dashes": "- " * (ROOM // 2),
    "many keys": "".join(f"k{n}: 1\n" for n in range(6000)),
    "a long list": "name: [" + "1," * (ROOM // 2) + "]",
    "a long word": "name: " + "x" * ROOM,
    "unknown levers": "name: x\nlevers: {" + ", ".join(f"thresold{n}: 1" for n in range(3000)) + "}\n",
    "two documents": "name: x\n---\nname: y\n",
    "the same key": "name: x\nname: y\n",
    "an endless number": "name: x\nlevers: {threshold: " + "9" * 60_000 + "}\n",
    "a number of sixties": "name: x\nlevers: {threshold: " + ":".join(["59"] * 20_000) + "}\n",
    "no number": "name: x\nlevers: {threshold: .nan}\n",
    "too large": "name: x\n" + "#" * (1024 * 1024),
    "zeros": "name: x\0\n",
    "half a character": "name: \ud800\n",
    "nothing": "\n" * 100,
    "a path": "name: x\nextends: ../../../../etc/passwd\n",
    "an absolute path": "name: x\nextends: /etc/passwd\n",
    "a path to a neighbour": "name: x\nextends: ../scenarios/baseline.yaml\n",
    "a file beside": "name: x\nextends: baseline.yaml\n",
    "itself": "name: x\nextends: your-file.yaml\n",
}

NAME = "![x](http://evil.example/a.png) [l](javascript:hit=1) <b onclick=hit=1> www.evil.example"
WORDS = f"{NAME} a@evil.example <img src=http://evil.example/b.png> <script>hit=1</script> <iframe src=http://evil.example/c>"
EVIL = f"""name: {NAME!r}
about: {WORDS!r}
question: {WORDS!r}
extends: conditional-article5
"""


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_means_harm_is_refused_in_lines(bomb):
    with pytest.raises(InputError) as caught:
        scenario_text(BOMBS[bomb], "mine.yaml")
    assert 1 <= len(caught.value.problems) <= MOST_PROBLEMS + 1
    for problem in caught.value.problems:
        assert problem.startswith(("mine.yaml:", "And "))
        assert "\n" not in problem
        assert len(problem) < 1000
    assert "root:" not in str(caught.value)


@pytest.mark.parametrize("bomb", ["open brackets", "closed brackets", "open braces", "question marks", "deep blocks"])
def test_a_reader_stops_where_it_becomes_too_deep(bomb, monkeypatch):
    """Counted, not timed: brackets inside brackets take a reader longer and longer."""
    read, whole = [], reading.YAML.scan
    monkeypatch.setattr(reading.YAML, "scan", lambda self, text: (read.append(t) or t for t in whole(self, text)))
    with pytest.raises(InputError, match="nested too deeply"):
        scenario_text(BOMBS[bomb], "mine.yaml")
    assert len(read) < 200


@pytest.mark.parametrize(
    "code",
    [
        "", "x", "é", "=" * 50, "A" * 100_000,
        base64.urlsafe_b64encode(zlib.compress(b"\xff\xfe" * 100)).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"name: x\n" + b"#" * 10**7)).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"a" * 10**9, 9)[:9000]).decode(),
    ],
)  # fmt: skip
def test_a_packed_file_that_means_harm_is_refused(code):
    with pytest.raises(InputError) as caught:
        sharing.unpacked(code)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("bomb", ["aliases", "open brackets", "unknown levers", "an absolute path", "half a character"])
def test_an_address_with_such_a_file_opens_the_story_and_says_why(bomb):
    packed = base64.urlsafe_b64encode(zlib.compress(BOMBS[bomb].encode(errors="surrogatepass"), 9)).decode().rstrip("=")
    shown = app(file=packed, worlds="200")
    assert not shown.exception
    assert shown.session_state.question.scenario == STORY
    assert "instead" in text(shown)
    assert len(text(shown)) < 100_000


# --- addresses ----------------------------------------------------------------------------------------------------

WRONG = (
    "nan", "-nan", "inf", "-Infinity", "1e309", "-1e308", "99999999999999999999999", "0x10", "٣", "1_000", "3,5", "",
    " ", "true", "null", "[]", "../../etc/passwd", "<script>hit=1</script>", "![x](http://evil.example/x.png)",
    "\u202e", "%00", "x" * 20_000,
)  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_stands_in_an_address_the_question_keeps_its_bounds(wrong):
    named = [*CONTROLS, "worlds", "seed", "scenario", "year", "allies", "no-such-name"]
    shown = app(**dict.fromkeys(named, wrong))
    assert not shown.exception
    asked = shown.session_state.question
    assert asked.scenario == STORY
    assert asked.worlds in WORLDS
    assert 0 <= asked.seed <= HIGHEST_SEED
    for name, value in (*asked.levers, ("withdrawal", asked.withdrawal or 0.0)):
        assert CONTROLS[name].low <= value <= CONTROLS[name].high
        assert value == on_grid(name, value)
    assert shown.metric


@pytest.mark.parametrize("wrong", ["inf", "1e309", "-1", "10000", "0.5", "nan", "seven"])
def test_wrong_worlds_and_seeds_are_refused_aloud(wrong):
    """Streamlit's own reading of an address fails on some of them."""
    shown = app(worlds=wrong, seed=wrong, threshold="3.5")
    assert not shown.exception
    assert (shown.session_state.question.worlds, shown.session_state.question.seed) == (1000, 0)
    assert f"seed={wrong}: refused, 0 is used" in text(shown)
    assert f"worlds={wrong}: refused, 1000 is used" in text(shown)
    assert dict(shown.session_state.question.levers) == {"threshold": 3.5}
    assert not {"seed", "worlds"} & set(shown.query_params)


@pytest.mark.parametrize("name", ["threshold", "withdrawal", "conditionality"])
def test_a_value_between_steps_is_put_on_one(name):
    lever = CONTROLS[name]
    between = lever.low + 1.37 * lever.step
    shown = app(**{name: repr(between)}, worlds="200")
    assert shown.slider(key=name).value == pytest.approx(on_grid(name, between))


def test_names_in_a_file_stay_words():
    """Nothing that could load a picture, follow a link or be HTML reaches Markdown unescaped."""
    shown = app(file=sharing.packed(EVIL), worlds="200")
    assert not shown.exception
    assert shown.session_state.question.scenario == EVIL
    assert "evil" in text(shown)
    sinks = [*shown.markdown, *shown.caption, *shown.warning, *shown.info, *shown.error, *shown.title, *shown.header]
    helps = [element.proto.help for kind in ("slider", "markdown", "metric", "button") for element in shown.get(kind)]
    labels = [element.label for element in [*shown.metric, *shown.button, *shown.selectbox, *shown.multiselect]]
    for words in [*(element.value for element in sinks), *helps, *labels]:
        assert not re.search(r"(?<!\\)\]\(\s*(http|javascript)|(?<!\\)<(img|script|iframe|b )", words), words
    assert not any(element.proto.allow_html for element in shown.markdown if "evil" in element.value)


@pytest.mark.browser
def test_names_in_a_file_load_nothing_on_any_page(opened):
    page = opened(f"/?worlds=200&file={sharing.packed(EVIL)}")
    assert "evil" in page.content()
    for name in page.locator("[data-testid=stTopNavLink]").all_inner_texts():
        page.locator("[data-testid=stTopNavLink]", has_text=name).first.click()
        page.wait_for_timeout(300)
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=PATIENCE)
        page.wait_for_timeout(300)
    assert page.outside == []
    assert page.evaluate("() => window.hit === undefined")
    assert page.evaluate("() => [...document.images].filter(i => i.src.includes('evil')).length") == 0
    assert page.evaluate("() => [...document.links].filter(a => /evil.example|javascript:/.test(a.href)).length") == 0


# --- sessions -----------------------------------------------------------------------------------------------------

STATES = {
    "far too high": {"double_array_value": [1e9]},
    "below": {"double_array_value": [-5.0]},
    "no number": {"double_array_value": [float("nan")]},
    "infinite": {"double_array_value": [float("inf")]},
    "none": {"double_array_value": []},
    "three": {"double_array_value": [2.0, 3.0, 4.0]},
}


@pytest.fixture
def neighbour(served):
    """Another reader, whose page stays whole whatever the test does; looked at before and after."""
    with Client(served, worlds="200", threshold="3.5") as client:
        client.rerun()
        before = client.text()
        assert "threshold 2 → 3" in before
        yield client
        client.rerun()
        assert client.text() == before
        assert "exception" not in client.kinds()


@pytest.mark.browser
@pytest.mark.parametrize("state", STATES)
def test_a_state_that_no_slider_has_changes_nothing(served, neighbour, state):
    with Client(served, worlds="200") as client:
        client.rerun()
        before = client.text()
        client.move(threshold=STATES[state])
        assert "exception" not in client.kinds()
        assert client.text() == before


@pytest.mark.browser
def test_a_state_between_steps_is_put_on_one(served, neighbour):
    with Client(served, worlds="200") as client:
        client.rerun()
        client.move(threshold={"double_array_value": [3.14159]})
        assert re.search(r"threshold 2 → 3\\?\.1%", client.text())


@pytest.mark.browser
@pytest.mark.parametrize("state", [{"string_value": "3"}, {"bool_value": True}, {"json_value": "{}"}, {"int_value": 3}])
def test_a_state_of_another_kind_stops_that_session_only(served, neighbour, state):
    """Streamlit itself fails on it, in the run of whoever sent it; what he sees says no more than that."""
    with Client(served, worlds="200") as client:
        client.rerun()
        client.move(threshold=state)
        shown = [element.exception for element in client.told if element.WhichOneof("type") == "exception"]
        assert not any(list(error.stack_trace) for error in shown)
    with Client(served, worlds="200") as client:
        client.rerun()
        assert "metric" in client.kinds()


@pytest.mark.browser
@pytest.mark.parametrize(
    "raw", [b"", b"\xff" * 50, b"\x0a\xff\xff\xff\xff\x0f", "text"], ids=["no", "junk", "cut", "text"]
)
def test_words_that_are_no_message_end_that_session_only(served, neighbour, raw):
    place = served.replace("http", "ws") + "/_stcore/stream"
    with contextlib.suppress(ConnectionClosed, TimeoutError), connect(place, subprotocols=["streamlit"]) as socket:
        socket.send(raw)
        socket.recv(1)
    with Client(served, worlds="200") as client:
        client.rerun()
        assert "metric" in client.kinds()


@pytest.mark.browser
def test_nobody_uploads_without_a_session_and_its_token(served):
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.yaml"\r\n\r\nname: x\r\n--b--\r\n'
    for place in ("a/b", "../../etc/passwd", "%2e%2e/x"):
        request = urllib.request.Request(
            f"{served}/_stcore/upload_file/{place}", body, {"Content-Type": "multipart/form-data; boundary=b"},
            method="PUT",
        )  # fmt: skip
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=30)
        assert 400 <= caught.value.code < 500
