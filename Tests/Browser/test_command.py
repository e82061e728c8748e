"""What one did, typed into the search box: offered first, done when chosen, undone."""

import re

import pytest
from playwright.sync_api import expect

from conftest import overflow, status, widest
from test_episodes import SCRIPT, answered, plays, said, undo
from test_history import LOOK
from test_key_loop import tab_to

ARRIVAL = "Rate Arrival (2016) 9 of 10 and mark it watched yesterday"
SEVERANCE = "Mark Severance (2022) S2 E3 watched today"
OFFERED = "You can do this now"


def offers(page):
    """What the page of results offers to do, each with its button."""
    return page.locator("li.offer")


def suggest(page, text):
    """Types into the search box; the suggestions."""
    page.keyboard.press("/")
    page.locator("#q").press_sequentially(text)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    return options


# The first suggestion


def test_first_suggestion_rates_a_film_and_marks_it_watched(same_page, actor):
    film = actor.find("Arrival", 2016)
    page = same_page(actor, **LOOK[True])
    page.goto("/library")
    options = suggest(page, "arrival 9/10 yesterday")
    expect(options.first.locator(".name")).to_have_text(ARRIVAL)
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    answered(page, "Marked watched and rated 9 of 10")
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")
    expect(page.locator("li.card").filter(has_text="Arrival")).to_contain_text("rated 9")
    assert "Yesterday · " in actor.get(f"/history?title={film}")
    undo(page).click()
    said(page, "Undone: Marked watched and rated 9 of 10")
    assert plays(actor, film) == 0


def test_first_suggestion_marks_an_episode_by_a_click(same_page, actor):
    show = actor.find("Severance", 2022)
    page = same_page(actor, **LOOK[True])
    page.goto("/")
    page.locator("#q").press_sequentially("severance s2e3")
    option = page.get_by_role("option").first
    expect(option.locator(".name")).to_have_text(SEVERANCE)
    assert overflow(page) == 0, widest(page)
    option.click()
    answered(page, "Marked S2 E3")
    assert plays(actor, show) == 1
    undo(page).click()
    said(page, "Undone: Marked S2 E3")
    assert plays(actor, show) == 0


@pytest.mark.parametrize("path", ["/calendar", "/settings", "/stats", "/people/1"])
def test_answer_and_its_undo_are_on_the_page_where_it_was_typed(same_page, actor, path):
    page = same_page(actor, **LOOK[True])
    page.goto(path)
    suggest(page, "moonlight 7/10 2019-05-04")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=*")
    assert "Marked watched and rated 7 of 10" in status(page).inner_text()
    undo(page).click()
    said(page, "Undone: Marked watched and rated 7 of 10")


# The page of results


@SCRIPT
def test_results_offer_it_first_and_do_it_with_a_button(same_page, actor, js):
    film, show = actor.find("Arrival", 2016), actor.find("Severance", 2022)
    page = same_page(actor, **LOOK[js])
    page.goto("/about")
    page.locator("#q").fill("arrival 9/10 yesterday")
    # Nothing is chosen, so nothing is done: this is a search.
    page.locator("#q").press("Enter")
    expect(page.get_by_role("heading", name=OFFERED)).to_be_visible()
    expect(offers(page).first.locator("p").first).to_have_text(ARRIVAL)
    expect(page.locator("main li.result").first).to_have_class(re.compile(r"\boffer\b"))
    expect(page.locator("ol.results h2").first).to_have_text("Arrival 2016")
    assert plays(actor, film) == 0
    assert overflow(page) == 0, widest(page)
    button = offers(page).first.get_by_role("button", name="Do it")
    expect(button).to_have_accessible_description(ARRIVAL)
    button.click()
    answered(page, "Marked watched and rated 9 of 10")
    assert plays(actor, film) == 1
    undo(page).click()
    said(page, "Undone: Marked watched and rated 9 of 10")
    assert plays(actor, film) == 0
    if js:
        return
    page.goto("/search?q=severance+s2e3")
    expect(offers(page).first.locator("p")).to_have_text([SEVERANCE, "S2 E3 · Who Is Alive?"])
    offers(page).first.get_by_role("button", name="Do it").click()
    answered(page, "Marked S2 E3")
    undo(page).click()
    said(page, "Undone: ")
    assert plays(actor, show) == 0


def test_offer_is_taken_by_keyboard_alone(same_page, actor):
    film = actor.find("Whiplash", 2014)
    page = same_page(actor, **LOOK[True])
    keys = page.keyboard
    page.goto("/")
    keys.press("/")
    keys.type("whiplash in 2015")
    keys.press("Enter")
    expect(page.get_by_role("heading", name=OFFERED)).to_be_visible()
    button = offers(page).first.get_by_role("button", name="Do it")
    tab_to(page, button, limit=30)
    keys.press("Enter")
    answered(page, "Marked watched")
    assert plays(actor, film) == 1
    page.evaluate("document.activeElement.blur()")
    keys.press("u")
    said(page, "Undone: Marked watched")
    assert plays(actor, film) == 0


def test_examples_on_the_search_page_offer_what_they_promise(actor):
    help_page = actor.get("/search")
    promises = {
        "arrival 9/10 yesterday": re.escape(ARRIVAL),
        "severance s2e3": re.escape(SEVERANCE),
        "severance s2e3-5 friday": r"Mark Severance \(2022\) S2 E3 to S2 E5 watched (yesterday|on \d+ \w+( \d{4})?)",
        "the bear season 1 in 2023": r"Mark Season 1 of The Bear \(2022\) watched in 2023",
        "past lives watchlist": r"Add Past Lives \(2023\) to your plan",
        "the office drop": r"Drop The Office \(2005\)",
    }
    links = dict((text, path) for path, text in re.findall(r'<tr><td><a href="([^"]+)">([^<]+)</a>', help_page))
    assert list(links) == list(promises)
    for example, sentence in promises.items():
        [first, *_] = re.findall('<p id="offer-0">(.*?)</p>', actor.get(links[example]))
        assert re.fullmatch(sentence, first), (example, first)


def test_two_titles_of_one_name_are_both_offered(same_page, actor):
    page = same_page(actor, **LOOK[False])
    page.goto("/search?q=nosferatu+8%2F10+yesterday")
    expect(offers(page).locator("p:first-child")).to_have_text([
        re.compile(r"^Rate Nosferatu \((1922|2024)\) 8 of 10 and mark it watched yesterday$"),
        re.compile(r"^Rate Nosferatu \((1922|2024)\) 8 of 10 and mark it watched yesterday$")])


NOTHING = [
    "arrival", "zzqxjk vvv 9/10 yesterday", "dark s9e9", "arrival s1e1", "arrival 11/10", "9/10", "yesterday",
    "the office maybe", "past lives",
]


def test_text_that_says_nothing_or_means_nothing_offers_nothing(same_page, actor):
    page = same_page(actor, **LOOK[True])
    for text in NOTHING:
        found = actor.get("/search?" + "q=" + text.replace(" ", "+").replace("/", "%2F"))
        assert OFFERED not in found and "Do it" not in found, text
    page.goto("/about")
    options = suggest(page, "past lives")
    expect(options.first).to_have_attribute("data-href", re.compile("past-lives"))
    expect(page.locator("[role=option][data-post]")).to_have_count(0)


def test_day_that_has_not_come_is_said_instead_of_an_offer(same_page, actor):
    page = same_page(actor, **LOOK[False])
    page.goto("/search?q=arrival+2999-01-01")
    expect(offers(page)).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text(
        "That day lies in the future: a film or an episode can be marked once you have watched it.")
