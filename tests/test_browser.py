"""What only a browser can tell: that the app is drawn, asks nobody outside, and keeps its state in the address."""

# ruff: noqa: F811  # fixtures are named where they are imported and where they are used

import json
import re
import statistics

import pytest
from browser import ARTIFACTS, NARROW, PATIENCE, WIDE, chromium, keep, opened, ready, served  # noqa: F401

pytestmark = pytest.mark.browser

SIZES = {"wide": WIDE, "narrow": NARROW}

MOVE = """selector => { window.moved = new Promise(done => {
  let pressed = null; const before = document.querySelector(selector).textContent;
  document.addEventListener('keydown', () => { pressed = performance.now() }, {capture: true, once: true});
  const watch = new MutationObserver(() => { const now = document.querySelector(selector);
    if (pressed !== null && now && now.textContent !== before) { watch.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - pressed))) } });
  watch.observe(document.body, {subtree: true, childList: true, characterData: true}) }) }"""
"""Arms a watch on an element; `window.moved` becomes the milliseconds from the key to the painted change."""

BELIEF = ".st-key-card-credibility_allies [data-testid=stMetricValue]"


def slider(page, name):
    return page.locator(f".st-key-{name} input[type=range]")


def test_everything_is_drawn_and_nothing_leaves_the_machine(opened):
    page = opened()
    page.wait_for_timeout(1000)
    assert page.outside == []
    assert page.failures == []
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.locator('[data-testid="stMetricValue"]').count() == 4
    assert page.locator('[data-testid="stVegaLiteChart"]').count() == 9
    assert page.locator('[data-testid="stVegaLiteChart"] svg path').count() > 50


def test_the_first_screen_shows_result_and_charts(opened):
    page = opened()
    for selector in ("h4", ".st-key-card-troops_europe", ".st-key-fan svg", ".st-key-troops svg"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] < 0.75 * WIDE["height"], f"{selector} starts too low"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_screens(opened, size, scheme):
    """Looked at by people; nothing may be wider than the screen."""
    page = opened("/?threshold=3.5&tilt_to_spenders=1.5&withdrawal=10000", SIZES[size], scheme)
    keep(page, f"compare-{size}-{scheme}")
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=SIZES[size]["width"])
    assert page.failures == []


def test_the_address_goes_there_and_back(opened):
    page = opened("/?scenario=placebo&threshold=3.5&seed=7")
    assert slider(page, "threshold").get_attribute("value") == "3.5"
    slider(page, "threshold").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('threshold=3.6')")
    page.locator("h4", has_text="3.6%").wait_for(timeout=PATIENCE)  # the address is ahead of the answer
    ready(page)
    headline = page.locator("h4").first.inner_text()
    again = opened(page.url.split("127.0.0.1")[1].split("/", 1)[1].join(["/", ""]))
    assert "3.6%" in headline
    assert again.locator("h4").first.inner_text() == headline


def test_a_loaded_scenario_stands_in_the_address(opened):
    page = opened("/?threshold=3.5")
    page.locator(".st-key-loader input").click()
    page.get_by_role("option", name=re.compile("Placebo")).click()
    page.wait_for_function("() => location.search.includes('scenario=placebo')")
    page.wait_for_function("() => document.querySelector('.st-key-threshold input[type=range]').value === '5'")
    ready(page)
    assert "threshold" not in page.url, "what equals the scenario is left out"
    assert slider(page, "threshold").get_attribute("value") == "5"
    page.locator(".st-key-reset button").wait_for(timeout=PATIENCE)


def test_a_key_on_a_slider_moves_a_result(opened):
    page = opened()
    took = []
    for _ in range(6):
        page.evaluate(MOVE, BELIEF)
        slider(page, "conditionality").focus()
        page.keyboard.press("ArrowLeft")
        took.append(page.evaluate("() => window.moved"))
        ready(page)
        page.wait_for_timeout(200)
    ARTIFACTS.mkdir(exist_ok=True)
    report = {"milliseconds": took, "median": statistics.median(took[1:])}
    (ARTIFACTS / "lever.json").write_text(json.dumps(report, indent=1))
    assert page.failures == []


def test_a_download_carries_the_plan(opened):
    page = opened("/?worlds=200")
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.locator(".st-key-results-csv button").click()
    head, first, *_ = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert head.startswith("plan,")
    assert first.split(",")[0] in page.locator("code").last.inner_text()
