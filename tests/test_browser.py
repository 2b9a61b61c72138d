"""What only a browser can tell: every page is drawn, fits its screen, can be used by all, and asks nobody outside."""

import pytest
from batches import played
from browser import ARTIFACTS, PATIENCE, SIZES, WIDE, choose, in_address, keep, path_of, ready, slider

from sim import sharing
from sim.controls import CONTROLS

pytestmark = pytest.mark.browser

PAGES = {
    "explore": "", "compare": "compare", "allies": "allies", "posture": "posture", "uncertainty": "uncertainty",
    "evidence": "evidence", "world": "world", "batch": "batch", "seat": "seat",
}  # fmt: skip
"""Each page and its address."""

LEAST_CHARTS = {
    "explore": 9, "compare": 16, "allies": 8, "posture": 8, "uncertainty": 2, "evidence": 10, "world": 5, "batch": 2,
    "seat": 0,
}  # fmt: skip

TOLD = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].filter(chart => chart.offsetParent)
  .map(chart => (chart.getAttribute('aria-label') || '').length)"""
"""Lengths of the alternative texts of charts that can be seen."""

DIALOG = '[role="dialog"]'
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="session")
def shelved(results_folder):
    """Results of a small batch that was really played, where the app finds them."""
    if not (results_folder / "results").exists():
        played(results_folder, {"threshold": [3.0, 4.0, 5.0], "conditionality": [0.0, 0.6]}, worlds=40)
    return results_folder / "results"


def hurt(page):
    """What axe holds to be a serious or critical violation, in words."""
    from axe_playwright_python import sync_playwright as axe

    found = axe.Axe().run(page, options={"resultTypes": ["violations"], "elementRef": False}).response["violations"]
    return [f"{v['id']}: {node['html'][:200]}" for v in found if v["impact"] in SERIOUS for node in v["nodes"]]


# --- every page ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shelved")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_screens(opened, name, size, scheme):
    """Drawn without a failure, no wider than the screen, open to all, and kept for people to look at."""
    page = opened(f"/{PAGES[name]}?worlds=200", SIZES[size], scheme)
    assert page.locator('[data-testid="stVegaLiteChart"]').count() >= LEAST_CHARTS[name]
    assert min(page.evaluate(TOLD), default=99) > 30, "each chart has a sentence for those who do not see it"
    keep(page, f"{name}-{size}-{scheme}")
    for where in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
        page.wait_for_function(f"width => {where}.scrollWidth <= width", arg=SIZES[size]["width"])
    assert hurt(page) == []
    assert page.failures == []
    assert page.outside == []


# --- the first screen ---------------------------------------------------------------------------------------------


def test_the_first_screen_shows_question_result_and_charts(opened):
    """At 1366 by 768, without scrolling."""
    page = opened()
    assert page.locator('[data-testid="stMetricValue"]').count() == 4
    for selector in ("h5", ".st-key-card-troops_europe", ".st-key-fan svg", ".st-key-map svg"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] < 0.75 * WIDE["height"], f"{selector} starts too low"
        assert box["x"] + box["width"] <= WIDE["width"], f"{selector} is cut off"
    assert page.locator('[data-testid="stVegaLiteChart"] svg path').count() > 50
    assert "What happens, in this model?" in page.locator('[data-testid="stMain"]').inner_text()
    assert page.failures == []
    assert page.outside == []


def test_the_map_shows_what_is_asked_for(opened):
    page = opened("/?worlds=200")
    alt = page.locator(".st-key-map [data-testid=stVegaLiteChart]")
    assert "Map of Europe. Spending" in alt.get_attribute("aria-label")
    page.locator(".st-key-chart").get_by_role("radio", name="Belief").click()
    in_address(page, "chart=Belief")
    assert "belief" in alt.get_attribute("aria-label").lower()
    assert page.locator(".st-key-map svg path").count() > 60


# --- the lever panel ----------------------------------------------------------------------------------------------


def open_all_kinds(page):
    """Open each group of levers that is closed, one by one as a reader does."""
    if page.viewport_size["width"] < 800:
        page.get_by_test_id("stExpandSidebarButton").click()
    for head in page.locator('[data-testid="stSidebar"] summary').all():
        head.click()
    page.locator(".st-key-ceasefire").scroll_into_view_if_needed()


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("narrow", "dark")])
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
    page.wait_for_timeout(300)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"panel-{size}-{scheme}.png")
    assert hurt(page) == []
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


@pytest.mark.parametrize(("size", "scheme"), [("wide", "dark"), ("narrow", "light")])
def test_the_passport_of_an_uncertainty_draws_its_density(opened, size, scheme):
    page = opened("/?worlds=200", SIZES[size], scheme)
    page.locator("summary", has_text="What else goes into").click()
    choose(page, "uncertain", "denial elasticity")
    page.locator(DIALOG, has_text="What it moves").wait_for(timeout=PATIENCE)
    page.wait_for_function(f"() => document.querySelectorAll('{DIALOG} .st-key-densities svg.marks').length === 4")
    box = page.locator(DIALOG).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= SIZES[size]["width"]
    page.set_viewport_size({**SIZES[size], "height": 1700})
    page.wait_for_timeout(300)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"passport-{size}-{scheme}.png")
    assert hurt(page) == []
    assert page.failures == []
    assert page.outside == []


# --- menus --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("menu", ["share", "take", "open"])
def test_open_menus_are_open_to_all(opened, menu, scheme):
    """What stands in the menus Share, Take away and File."""
    page = opened("/?worlds=200", WIDE, scheme)
    page.locator(f".st-key-{menu} button").first.click()
    page.locator(".st-key-share-file, .st-key-take-report, [data-testid=stFileUploader]").first.wait_for()
    ready(page)
    assert hurt(page) == []
    keep(page, f"menu-{menu}-{scheme}")
    assert page.failures == []


# --- the address --------------------------------------------------------------------------------------------------


def test_a_switch_stands_in_the_address(opened):
    page = opened("/?scenario=baseline&worlds=200")
    page.locator('[data-testid="stSidebar"] summary', has_text="Ukraine").click()
    page.locator(".st-key-ukraine_accession label").click()
    in_address(page, "ukraine_accession=true")
    page.locator("p", has_text="ukraine accession 0 → 1").wait_for(timeout=PATIENCE)


def test_a_loaded_scenario_stands_in_the_address(opened):
    page = opened("/?threshold=3.5&worlds=200")
    choose(page, "loader", "Placebo, a threshold without a condition")
    in_address(page, "scenario=placebo")
    page.wait_for_function("() => document.querySelector('.st-key-threshold input[type=range]').value === '5'")
    assert "threshold" not in path_of(page), "what equals the scenario is left out"
    assert slider(page, "threshold").get_attribute("value") == "5"


def test_an_address_in_a_scenario_file_becomes_no_link(opened):
    told = "See https://evil.example/a, HTTP://evil.example, www.evil.example, me@evil.example"
    code = sharing.packed(f"name: '{told}'\nquestion: '{told}'\nextends: placebo\n")
    for path in ("/", "/compare"):
        page = opened(f"{path}?worlds=200&with=now&file={code}")
        shown = page.locator("[data-testid=stMain]")
        assert "evil.example" in shown.inner_text()
        away = "links => links.filter(a => a.origin !== location.origin).map(a => a.href)"
        assert [link for link in shown.locator("a[href]").evaluate_all(away) if "evil" in link] == []
