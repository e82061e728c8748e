"""With JavaScript off every form posts and comes back to a page with its answer and an Undo."""

import re

import pytest
from playwright.sync_api import expect

from conftest import ZONE, card, log_in, rating, register, status, tick, watched


@pytest.fixture
def page(open_page, actor):
    return open_page(actor, js=False)


def undo(page):
    return status(page).get_by_role("button", name="Undo")


def answered(page, words):
    """The page says what was done and offers to take it back."""
    expect(status(page)).to_contain_text(words)
    expect(undo(page)).to_be_visible()


def test_tick_on_home_and_its_undo(page, actor):
    show = actor.find("Severance", 2022)
    actor.tick(show, 1)
    page.goto("/")
    card(page, "Severance").locator(".tick").click()
    answered(page, "Marked S1 E2")
    expect(card(page, "Severance").locator(".ep")).to_have_text(re.compile("^S1 E3"))
    undo(page).click()
    expect(status(page)).to_contain_text("Undone: Marked S1 E2")
    expect(card(page, "Severance").locator(".ep")).to_have_text(re.compile("^S1 E2"))
    assert actor.plays(show) == 1


def test_film_is_planned_watched_rated_made_a_favourite_and_noted(page, actor):
    film = actor.find("Parasite", 2019)
    page.goto(f"/titles/{film}")
    page.get_by_role("button", name="Planned", exact=True).click()
    answered(page, "Planned")
    page.get_by_role("button", name="Mark watched").click()
    answered(page, "Marked watched")
    rating(page, 9).click()
    answered(page, "Rated 9 of 10")
    page.get_by_role("button", name="Clear").click()
    answered(page, "Took the rating away")
    page.get_by_role("button", name="Favourite").click()
    answered(page, "Made a favourite")
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Private note").fill("On the roof.")
    page.get_by_role("button", name="Save note").click()
    answered(page, "Changed the note")
    undo(page).click()
    expect(page.get_by_label("Private note")).to_have_value("")


def test_date_of_a_play_is_changed_and_the_play_removed(page, actor):
    film = actor.find("Arrival", 2016)
    actor.post(f"/titles/{film}/plays", when="now")
    page.goto(f"/titles/{film}")
    page.locator(".plays summary").click()
    page.locator(".plays").get_by_role("button", name="The day it came out").click()
    answered(page, "Changed the date")
    expect(page.locator(".plays time")).to_contain_text("2016")
    page.locator(".plays summary").click()
    page.locator(".plays").get_by_role("button", name=re.compile("^Remove")).click()
    answered(page, "Took back a viewing")
    undo(page).click()
    expect(page.locator(".plays li")).to_have_count(1)


def test_date_is_changed_in_the_answer(page, actor):
    page.goto(f"/titles/{actor.find('Past Lives', 2023)}")
    page.get_by_role("button", name="Mark watched").click()
    status(page).get_by_text("Change date").click()
    status(page).get_by_role("button", name="Date unknown").click()
    answered(page, "Changed the date")
    expect(page.locator(".plays time")).to_have_text("date unknown")


def test_season_gap_and_up_to_here_are_marked_with_one_undo(page, actor):
    show = actor.find("Chernobyl", 2019)
    page.goto(f"/titles/{show}")
    page.get_by_role("button", name="Mark everything up to S1 E3 watched").click()
    answered(page, "Marked 3 episodes")
    undo(page).click()
    expect(tick(page, "S1 E3")).to_be_visible()
    tick(page, "S1 E3").click()
    expect(page.get_by_text("You missed S1 E1 to S1 E2.")).to_be_visible()
    page.get_by_role("button", name="Mark these 2").click()
    answered(page, "Marked 2 episodes")
    page.get_by_role("button", name=re.compile("^Mark 2 aired episodes of Season 1")).click()
    answered(page, "Marked 2 episodes")
    watched(page, "S1 E5").click()
    answered(page, "Took back S1 E5")
    assert actor.plays(show) == 4


def test_double_click_on_a_tick_makes_one_play(page, actor):
    show = actor.find("Dark", 2017)
    page.goto(f"/titles/{show}")
    tick(page, "S1 E1").dblclick()
    expect(watched(page, "S1 E1")).to_be_visible()
    assert actor.plays(show) == 1


def test_status_of_a_show_is_changed_and_undone(page, actor):
    show = actor.find("The Wire", 2002)
    actor.tick(show, 1)
    page.goto(f"/titles/{show}")
    page.get_by_role("button", name="Paused").click()
    answered(page, "Paused")
    page.get_by_role("button", name="Dropped").click()
    answered(page, "Dropped")
    undo(page).click()
    expect(page.get_by_role("button", name="Paused")).to_have_attribute("aria-pressed", "true")


def test_play_is_removed_from_history_and_undone_in_activity(page, actor):
    actor.post(f"/titles/{actor.find('Amélie', 2001)}/plays")
    page.goto("/history")
    row = page.locator("li.rowline").filter(has_text="Amélie")
    row.locator("summary").click()
    row.get_by_role("button", name=re.compile("^Remove")).click()
    answered(page, "Took back a viewing")
    expect(row).to_have_count(0)
    page.goto("/activity")
    page.get_by_role("button", name="Undo: Amélie: Took back a viewing").click()
    expect(status(page)).to_contain_text("Undone: Took back a viewing")
    page.goto("/history")
    expect(row).to_have_count(1)


def test_title_is_added_by_oneself(page):
    page.goto("/search?q=zzqxjk%20vvv")
    page.get_by_role("link", name="Add it yourself").click()
    page.get_by_label("Name").fill("Our summer in Gijón")
    page.get_by_role("radio", name="Show").check()
    page.get_by_label(re.compile("^Episodes of each season")).fill("3, 2")
    page.get_by_role("button", name="Add to my library").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our summer in Gijón")
    tick(page, "S1 E1").click()
    answered(page, "Marked S1 E1")


def test_library_is_filtered_by_its_form(page, actor):
    actor.post(f"/titles/{actor.find('Metropolis', 1927)}/entry", status="planned")
    page.goto("/library")
    page.get_by_label("Name", exact=True).fill("metrop")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("li.card h3")).to_have_text(["Metropolis"])


def test_settings_are_saved(page, actor):
    page.goto("/settings")
    page.get_by_label("Display name").fill("Kim")
    page.get_by_label("Rating scale").select_option("stars")
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Saved.")
    expect(page.get_by_label("Display name")).to_have_value("Kim")
    page.get_by_label("Rating scale").select_option("points")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Rating scale")).to_have_value("points")


def test_zone_is_asked_for_when_the_browser_did_not_say(open_page, names):
    """Without JavaScript the form cannot send the zone; the banner leads to the choice."""
    page = open_page(js=False)
    register(page, names())
    banner = page.locator("[data-zone-banner]")
    expect(banner).to_be_visible()
    expect(banner.get_by_role("button")).to_have_count(0)
    banner.get_by_role("link", name="Choose another").click()
    page.get_by_label("Time zone").select_option("America/Lima")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_value("America/Lima")
    expect(banner).to_have_count(0)


def test_zone_of_the_browser_is_taken_where_it_can_say(open_page, names):
    name = names()
    register(open_page(js=False), name)
    page = open_page(width=390)
    log_in(page, name)
    banner = page.locator("[data-zone-banner]")
    banner.get_by_role("button", name="Use my browser's time zone").click()
    expect(banner).to_have_count(0)
    page.goto("/settings")
    expect(page.get_by_label("Time zone")).to_have_value(ZONE)
