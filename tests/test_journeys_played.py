"""Journeys of people who look closer: one ally, posture, one world, what matters, batches, and games."""

import re

import pytest
from batches import played
from browser import (
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

from sim import question
from sim.chronicle import worlds
from sim.scenario import scenario_text

pytestmark = pytest.mark.browser


def labels(page, key):
    """What is said of the chart of a key to those who do not see it."""
    return page.locator(f".st-key-{key} [data-testid=stVegaLiteChart]").first.get_attribute("aria-label")


# --- 12: an ally and a year, on two pages -------------------------------------------------------------------------


def test_an_ally_and_a_year_are_chosen_on_both_pages(opened):
    page = opened("/allies?worlds=200&withdrawal=10000")
    before = labels(page, "ally-share")
    choose(page, "ally", "Romania")
    in_address(page, "ally=Romania")
    on_page(page, "How does Romania fare, and why?")
    choose(page, "year", "2028")
    on_page(page, "In this model, by 2028, Romania")
    assert labels(page, "ally-share") != before
    assert "Romania" in labels(page, "ally-share")
    on_page(page, "What moves its budgets, up to 2028?")
    go_to(page, "Posture", "Where do US soldiers go")
    assert slider(page, "withdrawal").get_attribute("value") == "10000", "the levers come along"
    choose(page, "year", "2028")
    on_page(page, "Who sent and who received, until 2028?")
    sent = labels(page, "senders")
    assert "Romania" in sent or "Poland" in sent
    assert page.failures == []


# --- 6: one world -------------------------------------------------------------------------------------------------

FAN = ".st-key-fan-of-worlds svg.marks, .st-key-fan-of-worlds canvas.marks"


def quarter(page):
    """The quarter that is shown."""
    return re.search(r"\d{4}Q\d", page.locator(".st-key-quarter").inner_text())[0]


def playing(page, words):
    """Wait until the button says so."""
    page.wait_for_function("words => document.querySelector('.st-key-play').innerText.includes(words)", arg=words)


def test_a_world_is_played_paused_stepped_and_another_opened_by_a_click(opened):
    page = opened("/world?worlds=200&quarter=2034Q1")
    assert quarter(page) == "2034Q1"
    press(page, "play")
    playing(page, "Pause")
    page.wait_for_function("() => /quarter=2034Q[234]|quarter=2035/.test(location.search)")
    press(page, "play")
    playing(page, "Play")
    ready(page)
    held = quarter(page)
    assert held > "2034Q1"
    press(page, "back")
    page.wait_for_function("was => !document.querySelector('.st-key-quarter').innerText.includes(was)", arg=held)
    ready(page)
    assert quarter(page) < held
    press(page, "step")
    in_address(page, f"quarter={held}")
    assert f"At the end of {held}, in world 7" in text(page)
    fan = page.locator(FAN).first
    fan.scroll_into_view_if_needed()
    box = fan.bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"])
    page.wait_for_function("() => /world=\\d+/.test(location.search)")
    number = int(re.search(r"world=(\d+)", path_of(page))[1])
    assert number in worlds.paths(question.ask("conditional-article5", {}, 200), "POL").worlds
    on_page(page, f"What happens in world {number}, quarter by quarter?")
    assert quarter(page) == held, "the quarter stays"
    again = opened(path_of(page))
    assert f"At the end of {held}, in world {number}" in text(again)
    assert page.failures == []
    assert page.outside == []


# --- 9: uncertainty -----------------------------------------------------------------------------------------------


def test_a_long_answer_is_cancelled_and_a_short_one_awaited(opened):
    page = opened("/uncertainty?seed=17")
    first = text(page)
    assert "Which assumption matters most" in title(page)
    page.locator(".st-key-effort").get_by_role("radio", name="thorough").click()
    page.locator("[class*=st-key-cancel] button").first.click()
    page.get_by_text("Cancelled.").wait_for()
    ready(page)
    assert "effort=thorough" in path_of(page)
    page.locator(".st-key-effort").get_by_role("radio", name="quick").click()
    on_page(page, "All numbers, with 95% intervals")
    assert page.get_by_text("Cancelled.").count() == 0
    assert text(page) == first
    choose(page, "outcome", "Allies' belief in the US")
    in_address(page, "outcome=Allies' belief in the US")
    on_page(page, "“allies' belief in the US”")
    assert page.locator(".st-key-importance-panels svg path").count() > 0
    assert page.failures == []


# --- 11: a batch --------------------------------------------------------------------------------------------------


def test_a_batch_is_opened_filtered_downloaded_and_one_policy_looked_at(opened, results_folder):
    (results_folder / "mine").mkdir()
    played(results_folder / "mine", {"threshold": [3.0, 5.0], "conditionality": [0.0, 0.6]}, worlds=40)
    page = opened(f"/batch?results={results_folder.name}/mine/results")
    on_page(page, "4 of 4 policies in 40 worlds each")
    page.locator("summary", has_text="Filter 4 policies").click()
    handle = page.locator("[class*=st-key-only-] input[type=range]").first
    handle.focus()
    page.keyboard.press("End")
    in_address(page, "only=")
    on_page(page, "2 of 4 policies in 40 worlds each")
    table = downloaded(page, ".st-key-batch-csv button").decode()
    rows = [line for line in table.splitlines() if line and not line.startswith("#")]
    assert "p50" in rows[0]
    assert len(rows) == 3
    page.locator(".st-key-policy input").fill("3")
    page.keyboard.press("Enter")
    on_page(page, "threshold=5 conditionality=0.6")
    press(page, "open-policy")
    page.get_by_text("The levers show policy 3 now").click()
    on_page(page, "What happens, in this model?")
    assert slider(page, "threshold").get_attribute("value") == "5"
    assert slider(page, "conditionality").get_attribute("value") == "0.6"
    assert page.failures == []


# --- 7: a seat, alone ---------------------------------------------------------------------------------------------


def test_one_person_takes_a_seat_decides_and_takes_the_scenario_away(opened):
    page = opened("/seat")
    press(page, "alone")
    on_page(page, "What does Poland decide for")
    year = int(re.search(r"decide for (\d{4})", title(page))[1])
    spend = page.locator("[class*=st-key-spend-] input[type=range]")
    spend.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    ready(page)
    page.locator("[class*=st-key-guess-]").get_by_role("radio", name="up", exact=True).click()
    ready(page)
    chosen = re.search(r"[\d.]+(?=% of GDP)", page.locator("[class*=st-key-spend-]").first.inner_text())[0]
    press(page, "decide")
    on_page(page, f"What came of {year}")
    assert f"You decided {chosen}% of GDP" in text(page)
    assert "The model would have spent" in text(page)
    assert "You guessed up" in text(page)
    page.locator(".st-key-debrief label").click()
    on_page(page, "What did each decision do?")
    file = downloaded(page, ".st-key-take-scenario button").decode()
    scenario = scenario_text(file, "game.yaml")
    assert scenario.plan().fingerprint in text(page)
    sheet = downloaded(page, ".st-key-take-sheet button").decode()
    assert "Poland" in sheet
    page.reload()
    on_page(page, f"What does Poland decide for {year + 1}?")
    press(page, "back")
    on_page(page, f"What does Poland decide for {year}?")
    assert page.failures == []
    assert page.outside == []


# --- 8: a workshop ------------------------------------------------------------------------------------------------


def test_a_facilitator_and_a_team_play_a_year(opened):
    """Two browsers: what one does the other sees without a reload, and the facilitator's key stays with its owner."""
    lead = opened("/seat")
    press(lead, "open-table")
    on_page(lead, "How does the game go?")
    code = re.search(r"Code ([A-Z]{6})", text(lead))[1]
    team = opened(f"/seat?game={code}")
    assert title(team) == "Which seat do you take?"
    press(team, "take-POL")
    on_page(team, "What does Poland decide for")
    year = int(re.search(r"decide for (\d{4})", title(team))[1])
    assert "lead=" in path_of(lead)
    assert "lead=" not in path_of(team)
    named = team.locator("[class*=st-key-who-] input")
    for name, said in (("<b>Hussars</b>", "name: '<' is not allowed."), ("Hussars", "Decided.")):
        named.fill(name)
        named.press("Enter")
        ready(team)
        press(team, "decide")
        on_page(team, said)
    on_page(lead, "decided: Poland")
    press(lead, "close")
    on_page(team, f"{year} is closed.")
    press(lead, "reveal")
    on_page(team, f"What came of {year}")
    on_page(team, f"What does Poland decide for {year + 1}?")
    on_page(lead, f"Played and unplayed worlds up to {year}")
    wall = opened(f"/seat?game={code}&role=wall")
    assert f"What came of {year}" in text(wall)
    thief = opened(f"/seat?game={code}&role=facilitator")
    assert "opens with the facilitator's address only" in text(thief)
    press(lead, "share")
    assert "lead=" not in lead.get_by_test_id("stPopoverBody").inner_text()
    for page in (lead, team, wall, thief):
        assert page.failures == []
        assert page.outside == []


# --- evidence -----------------------------------------------------------------------------------------------------


def test_evidence_is_read_part_by_part_and_the_card_taken_away(opened):
    page = opened("/evidence?worlds=200")
    assert page.locator(".st-key-crps svg path").count() > 8
    assert page.locator(".st-key-pit svg path").count() > 40
    choose(page, "scored", "Poland")
    in_address(page, "scored=Poland")
    for part, words in (("Documents", "What do the documents say"), ("Parameters", "Where does each parameter"),
                        ("Model card", "What is this model")):  # fmt: skip
        page.locator(".st-key-part").get_by_role("radio", name=part).click()
        in_address(page, f"part={part}")
        on_page(page, words)
    assert downloaded(page, ".st-key-card-md button").decode().startswith("# Model card: article5")
    page.locator(".st-key-part").get_by_role("radio", name="Laws").click()
    press(page, "certify")
    until(page, "() => !!document.querySelector('.st-key-certificate-md')")
    assert plan(page) in downloaded(page, ".st-key-certificate-md button").decode()
    assert page.failures == []
