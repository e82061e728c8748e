"""What everybody comes for: register, search, add, tick, rate, undo, look back, log out and in."""

import re

import pytest
from playwright.sync_api import expect

from conftest import PASSWORD, card, log_in, navigate, rating, register, status, tick, watched


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("js", [True, False], ids=["js", "nojs"])
def test_key_loop(open_page, names, js, width):
    page = open_page(js=js, width=width)
    name = names()
    page.goto("/")
    page.get_by_role("link", name="Start your record").click()
    register(page, name)

    page.locator("#q").fill("the office")
    page.locator("#q").press("Enter")
    result = page.locator("li.result").filter(has_text="2005")
    result.get_by_role("button", name="Add The Office").click()
    expect(status(page)).to_contain_text("Planned")
    expect(result.locator(".state")).to_have_text("Planned")
    result.get_by_role("link", name="The Office", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The Office")

    for code in ["S1 E1", "S1 E2", "S1 E3"]:
        tick(page, code).click()
        expect(status(page)).to_contain_text(f"Marked {code}")
        expect(status(page).get_by_role("button", name="Undo")).to_be_visible()
        expect(watched(page, code)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("main")).to_contain_text("3 of 6 seen")

    rating(page, 9).click()
    expect(status(page)).to_contain_text("Rated 9 of 10")
    expect(rating(page, 9)).to_have_attribute("aria-pressed", "true")
    status(page).get_by_role("button", name="Undo").click()
    expect(status(page)).to_contain_text("Undone: Rated 9 of 10")
    expect(rating(page, 9)).to_have_attribute("aria-pressed", "false")
    rating(page, 9).click()
    expect(rating(page, 9)).to_have_attribute("aria-pressed", "true")

    navigate(page, "Activity")
    third = page.locator("li.rowline").filter(has_text="Marked S1 E3")
    third.get_by_role("button", name="Undo: The Office: Marked S1 E3").click()
    expect(third).to_contain_text("undone")
    expect(status(page)).to_contain_text("Undone: Marked S1 E3")

    navigate(page, "History")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.locator("li.rowline .meta")).to_have_text([re.compile("^S1 E2"), re.compile("^S1 E1")])

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Start your record")).to_be_visible()
    log_in(page, name)
    expect(card(page, "The Office").locator(".ep")).to_have_text(re.compile("^S1 E3"))


def tab_to(page, target, limit=80):
    """Presses Tab until the target has the focus."""
    expect(target).to_be_visible()
    for _ in range(limit):
        page.keyboard.press("Tab")
        if target.evaluate("(each) => each === document.activeElement"):
            return
    pytest.fail(f"{limit} times Tab did not reach {target}")


def test_key_loop_by_keyboard_alone(open_page, names):
    page = open_page()
    name = names()
    keys = page.keyboard
    page.goto("/")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="Start your record"))
    keys.press("Enter")
    tab_to(page, page.get_by_label("Username"))
    keys.type(name)
    tab_to(page, page.get_by_label("Password"))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Welcome, {name}")

    keys.press("/")
    expect(page.locator("#q")).to_be_focused()
    keys.type("the office")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search: the office")
    links = page.locator("li.result h2 a")
    keys.press("j")
    expect(links.nth(0)).to_be_focused()
    keys.press("j")
    expect(links.nth(1)).to_be_focused()
    keys.press("k")
    expect(links.nth(0)).to_be_focused()
    result = page.locator("li.result").nth(0)
    expect(result).to_contain_text("2005")
    tab_to(page, result.get_by_role("button", name="Add The Office"))
    keys.press("Space")
    expect(result.locator(".state")).to_have_text("Planned")
    expect(links.nth(0)).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The Office")

    keys.press("w")
    expect(status(page)).to_contain_text("Marked S1 E1")
    tab_to(page, tick(page, "S1 E2"))
    keys.press("Space")
    expect(status(page)).to_contain_text("Marked S1 E2")
    expect(watched(page, "S1 E2")).to_be_focused()
    tab_to(page, tick(page, "S1 E3"))
    keys.press("Enter")
    expect(status(page)).to_contain_text("Marked S1 E3")
    expect(watched(page, "S1 E3")).to_be_focused()
    keys.press("u")
    expect(status(page)).to_contain_text("Undone: Marked S1 E3")
    expect(tick(page, "S1 E3")).to_be_visible()
    keys.press("9")
    # The episode that has the focus, not its show.
    expect(status(page)).to_contain_text("Rated S1 E3 9 of 10")
    expect(rating(page, 9)).to_have_attribute("aria-pressed", "false")

    page.goto("/titles/1")  # from the top again: Tab starts where the focus was
    tab_to(page, page.locator("nav.main").get_by_role("link", name="History"))
    keys.press("Enter")
    expect(page.locator("li.rowline .meta")).to_have_text([re.compile("^S1 E2"), re.compile("^S1 E1")])
    tab_to(page, page.locator("nav.main").get_by_role("link", name="Activity"))
    keys.press("Enter")
    second = page.locator("li.rowline").filter(has_text="Marked S1 E2")
    tab_to(page, second.get_by_role("button", name="Undo: The Office: Marked S1 E2"))
    keys.press("Enter")
    expect(second).to_contain_text("undone")

    page.goto("/")
    expect(card(page, "The Office").locator(".ep")).to_have_text(re.compile("^S1 E2"))
    tab_to(page, page.get_by_role("button", name="Log out"))
    keys.press("Enter")
    tab_to(page, page.get_by_role("navigation").get_by_role("link", name="Log in"))
    keys.press("Enter")
    tab_to(page, page.get_by_label("Username or e-mail"))
    keys.type(name)
    tab_to(page, page.get_by_label("Password"))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=2, name="Up next")).to_be_visible()
