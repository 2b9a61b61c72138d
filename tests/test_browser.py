"""What only a browser can tell: that the app is drawn, asks nobody outside, and keeps its state in the address."""

# ruff: noqa: F811  # fixtures are named where they are imported and where they are used

import json
import re
import statistics

import pytest
from browser import ARTIFACTS, NARROW, PATIENCE, WIDE, chromium, keep, opened, ready, served  # noqa: F401

from sim.controls import CONTROLS

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
    keep(page, f"explore-{size}-{scheme}")
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
    page.keyboard.type("Placebo")
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


def choose(page, key, words):
    """Take the one option that has these words; a list that a rerun closes is opened again."""
    box = page.locator(f".st-key-{key} input")
    for _ in range(8):
        box.fill("")
        box.click()
        box.fill(words)
        page.wait_for_timeout(1000)
        if page.get_by_role("option").count() == 1:
            return box.press("Enter")
    raise AssertionError(f"{key}: no single option has {words!r}")


DIALOG = '[role="dialog"]'


def open_all_kinds(page):
    """Open each group of levers that is closed, one by one as a reader does."""
    if page.viewport_size["width"] < 800:
        page.get_by_test_id("stExpandSidebarButton").click()
    for head in page.locator('[data-testid="stSidebar"] summary').all():
        head.click()
    page.locator(".st-key-ceasefire").scroll_into_view_if_needed()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_lever_is_in_the_panel(opened, size, scheme):
    """Each has its control and, beside it, the button of its passport with a name of its own; no label is cut."""
    page = opened("/?worlds=200", SIZES[size], scheme)
    open_all_kinds(page)
    names = []
    for name in CONTROLS:
        control, button = page.locator(f".st-key-{name}"), page.locator(f".st-key-passport-{name} button")
        right, left = control.bounding_box(), button.bounding_box()
        assert left["x"] >= right["x"] + right["width"] - 1, f"{name}: the button lies on the control"
        label = control.locator("label").first
        assert label.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), name
        names.append(button.locator("img").get_attribute("alt"))
    assert len(set(names)) == len(CONTROLS)
    page.set_viewport_size({**SIZES[size], "height": 3200})
    page.wait_for_timeout(600)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"panel-{size}-{scheme}.png")
    assert page.failures == []


def test_a_passport_opens_and_closes_by_keyboard(opened):
    page = opened("/?scenario=placebo&worlds=200")
    page.locator(".st-key-passport-threshold button").focus()
    page.keyboard.press("Enter")
    page.locator(DIALOG, has_text="What it moves").wait_for(timeout=PATIENCE)
    told = page.locator(DIALOG).inner_text()
    for words in ("Passport: threshold", "idle here", "document 002", "with conditionality 1", "48 paired worlds"):
        assert words in told
    page.keyboard.press("Escape")
    page.locator(DIALOG).wait_for(state="hidden")
    assert page.outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_passport_of_an_uncertainty_draws_its_density(opened, size, scheme):
    page = opened("/?worlds=200", SIZES[size], scheme)
    page.locator("summary", has_text="What else goes into").click()
    choose(page, "uncertain", "denial elast")
    page.locator(DIALOG, has_text="What it moves").wait_for(timeout=PATIENCE)
    page.wait_for_function(f"() => document.querySelectorAll('{DIALOG} .st-key-densities svg.marks').length === 4")
    box = page.locator(DIALOG).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= SIZES[size]["width"]
    page.set_viewport_size({**SIZES[size], "height": 1700})
    page.wait_for_timeout(600)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"passport-{size}-{scheme}.png")
    assert page.failures == []
    assert page.outside == []


def test_a_switch_stands_in_the_address(opened):
    page = opened("/?scenario=baseline&worlds=200")
    page.locator('[data-testid="stSidebar"] summary', has_text="Ukraine").click()
    page.locator(".st-key-ukraine_accession label").click()
    page.wait_for_function("() => location.search.includes('ukraine_accession=true')")
    page.locator("p", has_text="Ukraine accession 0 → 1").wait_for(timeout=PATIENCE)


def test_a_download_carries_the_plan(opened):
    page = opened("/?worlds=200")
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.locator(".st-key-results-csv button").click()
    head, first, *_ = waiting.value.path().read_text(encoding="utf-8").splitlines()
    assert head.startswith("plan,")
    assert first.split(",")[0] in page.locator("code").last.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_scenarios_stand_side_by_side(opened, size, scheme):
    """The page Compare: drawn, and no wider than the screen."""
    page = opened("/compare?worlds=200", SIZES[size], scheme)
    page.get_by_text("What would each policy be regretted for").wait_for(timeout=PATIENCE)
    keep(page, f"compare-{size}-{scheme}")
    assert page.locator(".st-key-effects svg path").count() > 8
    assert page.locator(".st-key-gains svg path").count() > 60
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=SIZES[size]["width"])
    assert page.failures == []
    assert page.outside == []


def test_pinned_levers_stand_beside_the_levers(opened):
    """Pin on Explore, move a lever, compare: both settings are columns, and the address holds the pin."""
    page = opened("/?worlds=200&threshold=3.5")
    page.get_by_role("button", name="Pin these levers to compare").click()
    page.wait_for_function("() => location.search.includes('pin=threshold')")
    slider(page, "threshold").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('threshold=3.6')")
    page.get_by_role("link", name="Compare").click()
    page.locator(".st-key-heads", has_text="threshold 2 → 3.6%").wait_for(timeout=PATIENCE)
    assert "threshold 2 → 3.5%" in page.locator(".st-key-heads").inner_text()
    page.wait_for_function("() => location.search.includes('pin=threshold')")
    again = opened("/compare" + page.evaluate("() => location.search"))
    again.locator(".st-key-heads", has_text="threshold 2 → 3.6%").wait_for(timeout=PATIENCE)
    assert again.locator(".st-key-heads").inner_text() == page.locator(".st-key-heads").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_evidence_is_drawn(opened, size, scheme):
    """The page of evidence: its charts are drawn, nothing is wider than the screen, and the card can be taken away."""
    page = opened("/evidence?worlds=200", SIZES[size], scheme)
    page.get_by_text("What has been tested, and what has not?").wait_for(timeout=PATIENCE)
    page.locator(".st-key-ally-curve svg path").first.wait_for(state="attached", timeout=PATIENCE)
    keep(page, f"evidence-{size}-{scheme}")
    assert page.locator(".st-key-crps svg path").count() > 8
    assert page.locator(".st-key-pit svg path").count() > 40
    page.locator("summary", has_text="Read it here").click()
    page.get_by_role("heading", name="Parameters by evidence class").wait_for(timeout=PATIENCE)
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=SIZES[size]["width"])
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.locator(".st-key-card-md button").click()
    assert waiting.value.path().read_text(encoding="utf-8").startswith("# Model card: article5")
    assert page.failures == []
    assert page.outside == []
