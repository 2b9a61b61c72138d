"""Journeys of people who ask: levers, scenarios side by side, links, files, reports, and all of it by keyboard."""

import json
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as xml
from html.parser import HTMLParser

import pytest
from browser import (
    NARROW,
    ROOT,
    WIDE,
    choose,
    downloaded,
    go_to,
    in_address,
    on_page,
    path_of,
    plan,
    press,
    ready,
    slider,
    text,
    title,
    until,
)
from click.testing import CliRunner

from sim.cli import main

pytestmark = pytest.mark.browser

GOOD = """name: A harder bargain
about: Written by hand, uploaded in a browser.
question: What if a reader writes a scenario?
extends: baseline
levers: {threshold: 3.5, conditionality: 0.4, grace: 0.5}
"""
BAD = GOOD.replace("threshold:", "treshold:")


def cards(page):
    """The headline outcomes, each as its lines: title, value, change."""
    return [card.split("\n\n") for card in page.locator('[data-testid="stMetric"]').all_inner_texts()]


def sentence(page):
    """What happens, in words."""
    return page.locator("p", has_text="What happens, in this model?").inner_text()


def alternatives(page):
    """What is said of each chart to those who do not see it."""
    return page.locator('[data-testid="stVegaLiteChart"]').evaluate_all(
        "charts => charts.map(chart => chart.getAttribute('aria-label'))"
    )


def take_levers(page, key, times, which="ArrowRight"):
    """Move a lever by keys."""
    slider(page, key).focus()
    for _ in range(times):
        page.keyboard.press(which)


def loaded(page):
    """The name of what is loaded."""
    return page.locator('[data-testid="stSidebar"] [data-testid="stCaptionContainer"]').first.inner_text()


# --- 1: move levers -----------------------------------------------------------------------------------------------


def test_a_lever_moves_numbers_sentence_charts_and_address(opened):
    page = opened("/?worlds=200&threshold=3.5")
    before = cards(page), sentence(page), alternatives(page), plan(page)
    take_levers(page, "conditionality", 4)
    in_address(page, "conditionality=0.8")
    on_page(page, "0.8 from 2025Q2")
    after = cards(page), sentence(page), alternatives(page), plan(page)
    for old, new in zip(before, after, strict=True):
        assert old != new
    share = re.search(r"([\d.]+)% of GDP", after[0][1][1])[1]
    assert f"spend {share}%" in after[1], "the sentence says what the card says"
    page.locator(".st-key-focus").get_by_role("radio", name="Baltic states").click()
    in_address(page, "focus=Baltic states")
    assert "Estonia" in " ".join(alternatives(page))
    assert page.failures == []


def test_keys_in_quick_succession_are_all_heard(opened):
    """However many runs of the script they interrupt: no key is lost, and the page stands still in the end."""
    page = opened("/?worlds=200&conditionality=0.5")
    for way, there in (("ArrowRight", "0.8"), ("ArrowLeft", "0.5"), ("ArrowRight", "0.8"), ("ArrowLeft", "0.5")):
        slider(page, "conditionality").focus()
        for _ in range(6):
            page.keyboard.press(way)
            page.wait_for_timeout(70)
        until(page, "is => document.querySelector('.st-key-conditionality input[type=range]').value === is", there)
        on_page(page, f"conditionality 0 → {there}")
        in_address(page, f"conditionality={there}")
    assert page.failures == []


def test_a_number_on_the_first_screen_is_that_of_the_command_line(opened):
    """The command of the menu Share, run: the same change of what Europe and Canada spend."""
    page = opened("/?worlds=200&threshold=3.5&seed=3")
    change = re.search(r"[+-][\d.]+(?= pp)", cards(page)[1][2])[0]
    press(page, "share")
    command = page.get_by_test_id("stPopoverBody").locator("code", has_text="article5 compare").inner_text()
    words = shlex.split(command)
    assert words[0] == "article5"
    told = subprocess.run([sys.executable, "-m", "sim", *words[1:]], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "200 simulated worlds" in told.stdout
    row = next(line for line in told.stdout.splitlines() if line.startswith("Europe and Canada spend"))
    assert row.split()[4] == change


# --- 2: compare ---------------------------------------------------------------------------------------------------


def test_scenarios_and_pinned_levers_stand_side_by_side(opened):
    """Pin on Explore, move a lever, compare; choose another scenario; ask who wins and loses in belief."""
    page = opened("/?worlds=200&threshold=3.5")
    press(page, "pin-levers")
    in_address(page, "pin=")
    take_levers(page, "threshold", 1)
    in_address(page, "threshold=3.6")
    go_to(page, "Compare", "threshold 2 → 3.6%")
    heads = page.locator(".st-key-heads")
    assert "threshold 2 → 3.5%" in heads.inner_text()
    for gone in ("eastern-withdrawal-considered", "no-active-plans"):
        page.get_by_role("button", name=f"Remove {gone}").click()
        ready(page)
    choose(page, "with", "treaty-exit-2027")
    on_page(page, "2027")
    assert heads.locator("p").count() == 3
    page.locator(".st-key-of").get_by_role("radio", name="belief").click()
    in_address(page, "of=belief")
    assert "believe" in page.locator(".st-key-gains").inner_text()
    page.get_by_role("radiogroup", name="Compared with").get_by_role("radio", name="A", exact=True).click()
    in_address(page, "against=")
    on_page(page, "(the reference)")
    again = opened(path_of(page))
    assert text(again) == text(page)
    assert page.failures == []


# --- 3: share -----------------------------------------------------------------------------------------------------


def test_a_link_shows_the_same_numbers_elsewhere(opened):
    """Levers, page, ally and year: the link of the menu Share, opened by somebody else."""
    page = opened("/?scenario=placebo&worlds=200&seed=7&threshold=4")
    take_levers(page, "conditionality", 3)
    in_address(page, "conditionality=0.15")
    go_to(page, "Allies", "How does Poland fare")
    choose(page, "ally", "Estonia")
    choose(page, "year", "2030")
    on_page(page, "In this model, by 2030, Estonia")
    press(page, "share")
    link = page.get_by_test_id("stPopoverBody").locator("code").first.inner_text()
    page.keyboard.press("Escape")
    again = opened(link.split("/", 3)[3].join(["/", ""]))
    assert title(again) == title(page) == "How does Estonia fare, and why?"
    assert plan(again) == plan(page)
    assert text(again) == text(page)
    assert alternatives(again) == alternatives(page)
    assert page.failures + again.failures == []


def test_an_address_that_cannot_be_meant_is_refused_aloud(opened):
    """A hostile or broken address: every value is refused in words, no script runs and nothing is asked outside."""
    page = opened(
        "/?worlds=200&threshold=1e9&conditionality=NaN&scenario=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
        "&year=![x](http://192.0.2.1/x.png)&pledge=2.05"
    )
    told = text(page)
    for words in ("threshold=1e9: refused", "conditionality=NaN: refused", "no such scenario", "year=!"):
        assert words in told
    assert page.locator('[data-testid="stMain"] img').count() == 0
    assert page.outside == []
    assert page.failures == []


# --- 4 and 5: files -----------------------------------------------------------------------------------------------


def upload(page, name, content):
    """Open a scenario file in the menu."""
    if not page.get_by_test_id("stPopoverBody").count():
        press(page, "open")
    page.locator(".st-key-upload input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/yaml", "buffer": content.encode()}
    )


def test_a_good_file_is_loaded_and_a_bad_one_refused_as_on_the_command_line(opened, tmp_path):
    page = opened("/?worlds=200")
    upload(page, "mine.yaml", GOOD)
    until(page, "() => document.querySelector('[data-testid=stSidebar]').innerText.includes('A harder bargain')")
    in_address(page, "file=")
    assert title(page) == "What if a reader writes a scenario?"
    assert slider(page, "threshold").get_attribute("value") == "3.5"
    known = plan(page)
    file = tmp_path / "bad.yaml"
    file.write_text(BAD, encoding="utf-8")
    refused = CliRunner().invoke(main, ["check", str(file)]).output
    upload(page, "bad.yaml", BAD)
    page.locator('[data-testid="stPopoverBody"]', has_text="treshold").wait_for()
    problem = re.search(r"bad\.yaml:\d+: .*", refused)[0]
    assert "threshold" in problem.split("Did you mean")[1]
    assert problem in page.get_by_test_id("stPopoverBody").inner_text()
    on_page(page, "bad.yaml: not loaded.")
    assert plan(page) == known, "a file that is refused changes nothing"
    again = opened(path_of(page))
    assert plan(again) == known
    assert page.failures == []


def test_a_scenario_goes_out_as_a_file_and_comes_back(opened):
    """Levers moved, the file of the menu Share, opened by somebody else: the same plan and the same numbers."""
    page = opened("/?worlds=200&threshold=4.5&withdrawal=10000")
    press(page, "share")
    file = downloaded(page, ".st-key-share-file button").decode()
    page.keyboard.press("Escape")
    other = opened("/?worlds=200&scenario=baseline")
    upload(other, "scenario.yaml", file)
    in_address(other, "file=")
    on_page(other, cards(page)[1][1])
    assert plan(other) == plan(page)
    assert cards(other) == cards(page)


class Asks(HTMLParser):
    """What a page would fetch, and whether a script stands in it."""

    def __init__(self, page):
        super().__init__()
        self.fetched, self.scripts = [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        self.fetched += [v for k, v in attrs if k in ("src", "data") or (k == "href" and tag == "link")]


def test_report_pictures_and_tables_are_taken_away(opened):
    page = opened("/?worlds=200&threshold=3.5")
    digest, share = plan(page), cards(page)[1][1]
    press(page, "take")
    page.get_by_test_id("stPopoverBody").wait_for()
    ready(page)
    report = downloaded(page, ".st-key-take-report button").decode()
    assert digest in report
    assert share in report
    assert "threshold 2 → 3.5" in report
    asks = Asks(report)
    assert asks.scripts == 0
    assert [where for where in asks.fetched if not where.startswith(("data:", "#"))] == []
    png = downloaded(page, '[class*="st-key-take-0-png"] button')
    assert png.startswith(b"\x89PNG")
    assert digest.encode() in png
    svg = xml.fromstring(downloaded(page, '[class*="st-key-take-0-svg"] button'))
    assert svg.tag.endswith("svg")
    assert "Poland" in "".join(svg.itertext())
    head, first, *_ = downloaded(page, '[class*="st-key-take-0-csv"] button').decode().splitlines()
    assert head.startswith("plan,")
    assert first.split(",")[0] == digest
    read = opened("/")
    read.route("**/report.html", lambda route: route.fulfill(body=report, content_type="text/html"))
    read.outside.clear()
    read.goto("/report.html")
    assert digest in read.locator("body").inner_text()
    for size in (WIDE, NARROW):
        read.set_viewport_size(size)
        assert read.evaluate("() => document.documentElement.scrollWidth") <= size["width"]
    assert read.outside == []
    assert page.failures == []


def test_the_notebook_cell_runs(opened):
    """The cell of the menu Share, run as it stands: the change of the card."""
    page = opened("/?worlds=200&threshold=3.5")
    change = float(re.search(r"([+-][\d.]+) pp", cards(page)[1][2])[1])
    press(page, "share")
    cell = page.get_by_test_id("stPopoverBody").locator("code", has_text="import sim").inner_text()
    lines = cell.strip().splitlines()
    last = next(n for n, line in enumerate(lines) if line.startswith("both["))
    said = "\n".join(
        [
            *lines[:last],
            "found = " + "\n".join(lines[last:]),
            "import json",
            "print(json.dumps(float((both['spending_europe_canada_share'].sel(year=2035)).quantile(0.5))))",
        ]
    )
    told = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert float(f"{json.loads(told.stdout):.2g}") == change


# --- 10: by keyboard ----------------------------------------------------------------------------------------------


def tab_to(page, selector, back=False):
    """Press Tab until the focus is there."""
    for _ in range(80):
        if page.evaluate("where => !!document.activeElement.closest(where)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")


def look(page, selector):
    """How a part of the screen looks."""
    box = page.locator(f"{selector}:visible").first.bounding_box()
    return page.screenshot(clip={k: v + d for (k, v), d in zip(box.items(), (-6, -6, 12, 12), strict=True)})


def test_levers_undo_redo_and_reset_by_keyboard_alone(opened):
    page = opened("/?worlds=200")
    start = plan(page)
    calm = look(page, ".st-key-threshold")
    assert look(page, ".st-key-threshold") == calm
    tab_to(page, ".st-key-threshold input")
    assert look(page, ".st-key-threshold") != calm, "one sees where the focus is"
    page.keyboard.press("ArrowLeft")
    in_address(page, "threshold=4.9")
    on_page(page, "4.9%")
    moved = plan(page)
    assert moved != start
    for key, there, digest in (("undo", "5", start), ("redo", "4.9", moved), ("reset", "5", start)):
        before = look(page, f".st-key-{key} button")
        tab_to(page, f".st-key-{key}", back=True)
        assert look(page, f".st-key-{key} button") != before, "one sees where the focus is"
        page.keyboard.press("Enter")
        until(page, "is => document.querySelector('.st-key-threshold input[type=range]').value === is", there)
        until(page, "is => document.querySelector('[data-testid=stMain]').innerText.includes(is)", digest)
        assert ("threshold=" in path_of(page)) == (there != "5")
        tab_to(page, ".st-key-threshold input")
    assert page.failures == []


def test_menus_and_pages_by_keyboard_alone(opened):
    page = opened("/?worlds=200")
    tab_to(page, '[data-testid="stTopNavLink"]')
    tab_to(page, ".st-key-share")
    page.keyboard.press("Enter")
    page.get_by_test_id("stPopoverBody").wait_for()
    ready(page)
    page.keyboard.press("Escape")
    page.get_by_test_id("stPopoverBody").wait_for(state="hidden")
    page.locator('[data-testid="stTopNavLink"]', has_text="Posture").focus()
    page.keyboard.press("Enter")
    on_page(page, "Where do US soldiers go")
    assert page.failures == []
