"""What app.js adds: answers in place, search while typing, keys."""

import re

import pytest
from playwright.sync_api import expect

from conftest import card, overflow, rating, status, tick, watched


def stay(page):
    """Marks the window: a navigation would lose the mark."""
    page.evaluate("window.marked = true")


def stayed(page):
    return page.evaluate("window.marked === true")


def home_with(open_page, account, name, year, **look):
    """The home page with a show whose first episode is watched; the page, its card and its id."""
    show = account.find(name, year)
    account.tick(show, 1)
    page = open_page(account, **look)
    page.goto("/")
    expect(card(page, name).locator(".ep")).to_have_text(re.compile("^S1 E2"))
    stay(page)
    return page, card(page, name), show


@pytest.mark.parametrize("width", [390, 1280])
def test_tick_on_home_swaps_the_card_and_undo_brings_it_back(open_page, actor, width):
    name, year = {390: ("Severance", 2022), 1280: ("The Wire", 2002)}[width]
    page, show, _ = home_with(open_page, actor, name, year, width=width)
    show.locator(".tick").click()
    expect(show).to_contain_text("Marked S1 E2")
    expect(show.locator(".ep")).to_have_text(re.compile("^S1 E3"))
    # Said by the live region, shown by the card itself.
    expect(status(page)).to_contain_text("Marked S1 E2")
    expect(show.locator(".answer")).to_be_in_viewport()
    show.get_by_role("button", name="Undo").click()
    expect(show.locator(".ep")).to_have_text(re.compile("^S1 E2"))
    expect(status(page)).to_contain_text("Undone: Marked S1 E2")
    assert stayed(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_answer_to_a_tick_moves_no_other_card(open_page, actor, width):
    """Else a second tap, meant for another show, ticks a wrong one."""
    name, other = {390: (("Andor", 2022), ("Ted Lasso", 2020)), 1280: (("Sherlock", 2010), ("Veep", 2012))}[width]
    actor.tick(actor.find(*other), 1)
    page, show, _ = home_with(open_page, actor, *name, width=width)
    neighbour = card(page, other[0])
    before = neighbour.evaluate("(each) => each.offsetTop")
    show.locator(".tick").click()
    expect(show).to_contain_text("Marked S1 E2")
    expect(status(page)).to_contain_text("Marked S1 E2")
    assert neighbour.evaluate("(each) => each.offsetTop") == before


def test_tick_of_the_next_episode_does_not_look_pressed(open_page, actor):
    """After an answer the card's tick is for the following episode, which is not watched."""
    page, show, _ = home_with(open_page, actor, "Broadchurch", 2013)
    show.locator(".tick").click()
    expect(show).to_contain_text("Marked S1 E2")
    page.mouse.move(0, 0)
    page.keyboard.press("/")
    ground = "(each) => getComputedStyle(each).backgroundColor"
    others = page.locator("li.up:not(.done) .tick")
    expect(others.first).to_be_visible()
    assert show.locator(".tick").evaluate(ground) == others.first.evaluate(ground)


def test_change_date_in_the_answer_moves_the_play(open_page, actor):
    page, show, _ = home_with(open_page, actor, "Twin Peaks", 1990)
    show.locator(".tick").click()
    show.get_by_text("Change date").click()
    show.get_by_label("Date", exact=True).fill("2026-01-05")
    show.get_by_role("button", name="Save").click()
    expect(status(page)).to_contain_text("Changed the date of S1 E2")
    assert stayed(page)
    page.goto("/history")
    expect(page.locator("section.day").filter(has=page.get_by_role("heading", name=re.compile("5 Jan")))).to_contain_text("Twin Peaks")


def test_double_click_on_a_tick_makes_one_play(open_page, actor):
    page, show, title = home_with(open_page, actor, "Dark", 2017)
    show.locator(".tick").dblclick()
    expect(show).to_contain_text("Marked S1 E2")
    assert actor.plays(title) == 2


def test_second_half_of_a_slow_double_click_does_not_tick_the_next_episode(open_page, actor):
    """The answer may be there before the second press, with the next episode's tick under the pointer."""
    actor.tick(actor.find("Mindhunter", 2017), 1)
    page, show, title = home_with(open_page, actor, "Fleabag", 2016)
    show.locator(".tick").click()
    expect(show.locator(".ep")).to_have_text(re.compile("^S1 E3"))
    expect(status(page)).to_contain_text("Marked S1 E2")
    box = show.locator(".tick").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    # What is sent goes one after the other: this answer comes after that of a second tick.
    other = card(page, "Mindhunter")
    other.locator(".tick").press("Enter")
    expect(other).to_contain_text("Marked S1 E2")
    assert actor.plays(title) == 2


def test_focus_stays_in_the_card_after_a_tick(open_page, actor):
    page, show, _ = home_with(open_page, actor, "Breaking Bad", 2008)
    show.locator(".tick").focus()
    page.keyboard.press("Space")
    expect(show).to_contain_text("Marked S1 E2")
    expect(show.locator(".tick")).to_be_focused()


def test_focus_stays_in_the_card_after_its_undo(open_page, actor):
    page, show, _ = home_with(open_page, actor, "Black Mirror", 2011)
    show.locator(".tick").click()
    show.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(show.locator(".ep")).to_have_text(re.compile("^S1 E2"))
    assert show.evaluate("(each) => each.contains(document.activeElement)")


@pytest.mark.parametrize("width", [390, 1280])
def test_answer_to_a_tick_far_down_a_page_is_in_sight(open_page, actor, width):
    name, year = {390: ("The Sopranos", 1999), 1280: ("Mad Men", 2007)}[width]
    page = open_page(actor, width=width, height=700)
    page.goto(f"/titles/{actor.find(name, year)}")
    tick(page, "S1 E12").click()
    expect(watched(page, "S1 E12")).to_be_in_viewport()
    expect(status(page)).to_contain_text("Marked S1 E12")
    expect(status(page)).to_be_in_viewport(timeout=3_000)
    assert overflow(page) == 0


def test_answer_is_put_into_a_live_region_that_was_there_before(open_page, actor):
    """A screen reader says what changes in a region, not a region that comes with its words (WCAG 4.1.3)."""
    page = open_page(actor)
    page.goto(f"/titles/{actor.find('Chernobyl', 2019)}")
    page.evaluate("""
        new MutationObserver((changes) => {
          for (const { target, addedNodes } of changes)
            if (addedNodes.length && target.closest?.('[role="status"]'))
              document.documentElement.dataset.said = target.textContent;
        }).observe(document.body, { childList: true, subtree: true });
    """)
    tick(page, "S1 E1").click()
    expect(status(page)).to_contain_text("Marked S1 E1")
    expect(page.locator("html")).to_have_attribute("data-said", re.compile("Marked S1 E1"), timeout=3_000)


def test_answer_stays_the_only_one_after_a_failure(open_page, actor):
    page = open_page(actor)
    page.goto(f"/titles/{actor.find('The Crown', 2016)}")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.context.set_offline(True)
    rating(page, 9).click()
    expect(page.get_by_text("No connection: nothing was changed.")).to_be_visible()
    page.context.set_offline(False)
    rating(page, 9).click()
    expect(rating(page, 9)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[id=status]")).to_have_count(1, timeout=3_000)
    expect(page.get_by_text("No connection: nothing was changed.")).to_have_count(0)


def test_note_in_the_making_survives_a_tick(open_page, actor):
    page = open_page(actor)
    page.goto(f"/titles/{actor.find('True Detective', 2014)}")
    page.get_by_label("Private note").fill("Time is a flat")
    tick(page, "S1 E1").click()
    expect(watched(page, "S1 E1")).to_be_visible()
    expect(page.get_by_label("Private note")).to_have_value("Time is a flat")


def test_two_quick_ticks_are_both_kept(open_page, actor):
    page = open_page(actor)
    show = actor.find("The Bear", 2022)
    page.goto(f"/titles/{show}")
    tick(page, "S1 E1").click(no_wait_after=True)
    tick(page, "S1 E2").click(no_wait_after=True)
    expect(watched(page, "S1 E1")).to_be_visible()
    expect(watched(page, "S1 E2")).to_be_visible()
    assert actor.plays(show) == 2


# Search while typing


@pytest.fixture
def search(open_page, typical):
    page = open_page(typical)
    page.goto("/about")
    return page


def test_search_completes_by_keyboard(search):
    box = search.get_by_role("combobox")
    box.press_sequentially("sever")
    option = search.get_by_role("option").filter(has_text="Severance")
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    first = search.get_by_role("option").nth(0)
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    expect(first).to_contain_text("Severance")
    box.press("Enter")
    expect(search).to_have_url(re.compile(r"/titles/\d+-severance$"))


def test_escape_closes_the_suggestions_and_keeps_the_words(search):
    box = search.get_by_role("combobox")
    box.press_sequentially("office")
    expect(search.get_by_role("listbox")).to_be_visible()
    box.press("Escape")
    expect(search.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("office")
    box.press("Enter")
    expect(search).to_have_url(re.compile(r"/search\?q=office$"))


def test_suggestions_are_counted(search):
    search.get_by_role("combobox").press_sequentially("office")
    options = search.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(search.locator("form.search [role=status]")).to_have_text(f"Suggestions: {options.count()}")


def test_suggestion_can_be_clicked(search):
    search.get_by_role("combobox").press_sequentially("past lives")
    search.get_by_role("option", name="Past Lives 2023 Film").click()
    expect(search.get_by_role("heading", level=1)).to_have_text("Past Lives")


# Keys


def test_keys_do_nothing_when_they_are_turned_off(open_page, actor):
    page, show, title = home_with(open_page, actor, "Better Call Saul", 2015)
    actor.post("/settings")  # without single_keys
    page.reload()
    stay(page)
    for key in ["j", "w", "u", "9", "g", "l", "?", "/"]:
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")
    show.locator(".tick").click()
    expect(show).to_contain_text("Marked S1 E2")
    assert stayed(page)
    assert actor.plays(title) == 2
    actor.post("/settings", single_keys="1")


def test_keys_do_nothing_with_a_modifier_or_in_a_field(open_page, actor):
    page, show, title = home_with(open_page, actor, "Succession", 2018)
    for key in ["Control+j", "Alt+w", "Meta+u"]:
        page.keyboard.press(key)
    page.locator("#q").press_sequentially("w9u")
    expect(page.locator("#q")).to_have_value("w9u")
    assert stayed(page)
    assert actor.plays(title) == 1


def test_key_w_ticks_the_card_that_has_the_focus(open_page, actor):
    page, show, title = home_with(open_page, actor, "Seinfeld", 1989)
    other = actor.find("Friends", 1994)
    actor.tick(other, 1)
    page.reload()
    show.get_by_role("link", name="Seinfeld").focus()
    page.keyboard.press("w")
    expect(show).to_contain_text("Marked S1 E2")
    page.keyboard.press("u")
    expect(status(page)).to_contain_text("Undone: Marked S1 E2")
    assert actor.plays(title) == 1
    assert actor.plays(other) == 1


def test_question_mark_leads_to_the_keys(open_page, typical):
    page = open_page(typical)
    page.goto("/library")
    page.keyboard.press("?")
    expect(page).to_have_url(re.compile("/help/keys$"))


def test_filters_of_the_library_apply_at_once(open_page, typical):
    page = open_page(typical)
    page.goto("/library")
    page.get_by_label("Kind").select_option("movie")
    expect(page).to_have_url(re.compile(r"/library\?.*kind=movie"))
    expect(page.locator("li.card").filter(has_text="The Office")).to_have_count(0)
    expect(page.locator("li.card").filter(has_text="Parasite")).to_have_count(1)
