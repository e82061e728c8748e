"""Lists: with JavaScript off and on, by keyboard alone, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from conftest import overflow, status, widest

FILMS = [("Arrival", 2016), ("Parasite", 2019), ("Metropolis", 1927)]


def make(account, name, films=FILMS):
    """A list with some films; its address."""
    titles = [account.find(*film) for film in films]
    return re.match(r"/lists/\d+", account.post("/lists", name=name, title=titles))[0]


def order(page):
    return page.locator("li.card h3").all_inner_texts()


def undo(page):
    return status(page).get_by_role("button", name="Undo")


def answered(page, words):
    """The page says what was done and offers to take it back."""
    expect(status(page)).to_contain_text(words)
    expect(undo(page)).to_be_visible()


# Without JavaScript


def test_list_is_made_filled_from_a_title_and_deleted(open_page, actor):
    page = open_page(actor, js=False)
    page.goto("/library")
    page.get_by_role("link", name="Lists", exact=True).click()
    page.get_by_label("Name", exact=True).fill("By the sea")
    page.get_by_label("Note").fill("For July.")
    page.get_by_role("button", name="Make the list").click()
    answered(page, "Made the list “By the sea”")
    expect(page.get_by_role("heading", level=1)).to_have_text("By the sea")
    address = page.url.split("?")[0]
    page.goto(f"/titles/{actor.find('Amélie', 2001)}")
    page.get_by_text("Add to a list").click()
    page.get_by_role("button", name="By the sea", exact=True).click()
    answered(page, "Added to the list “By the sea”")
    pressed = page.get_by_role("button", name="✓ By the sea")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    page.get_by_label("New list").fill("By the lake")
    page.get_by_role("button", name="Make it with this title").click()
    answered(page, "Made the list “By the lake” with 1 title")
    pressed.click()
    answered(page, "Took off the list “By the sea”")
    undo(page).click()
    page.goto(address)
    assert order(page) == ["Amélie"]
    page.get_by_text("Change this list").click()
    page.get_by_role("button", name="Delete this list").click()
    answered(page, "Deleted the list “By the sea”")
    undo(page).click()
    page.goto(address)
    assert order(page) == ["Amélie"]


def test_titles_are_ordered_by_buttons_by_place_and_sorted(open_page, actor):
    page = open_page(actor, js=False)
    page.goto(make(actor, "Ordered"))
    page.get_by_role("button", name="Move Metropolis up").click()
    answered(page, "Moved on the list “Ordered”")
    assert order(page) == ["Arrival", "Metropolis", "Parasite"]
    undo(page).click()
    assert order(page) == ["Arrival", "Parasite", "Metropolis"]
    page.get_by_role("link", name="Change Arrival").click()
    page.get_by_label("Place").fill("3")
    page.get_by_role("button", name="Move", exact=True).click()
    assert order(page) == ["Parasite", "Metropolis", "Arrival"]
    page.get_by_text("Change this list").click()
    page.get_by_role("button", name="Year").click()
    answered(page, "Sorted the list “Ordered”")
    assert order(page) == ["Parasite", "Arrival", "Metropolis"]


def test_title_has_a_note_and_moves_to_another_list(open_page, actor):
    make(actor, "Elsewhere", [("Past Lives", 2023)])
    page = open_page(actor, js=False)
    page.goto(make(actor, "Here"))
    page.get_by_role("link", name="Change Parasite").click()
    page.get_by_label("Note on this list").fill("With Ana.")
    page.locator("#edit").get_by_role("button", name="Save").click()
    answered(page, "Changed its note on the list “Here”")
    expect(page.locator("li.card").filter(has_text="Parasite")).to_contain_text("With Ana.")
    page.get_by_role("link", name="Change Parasite").click()
    page.get_by_label("Another list").select_option("Elsewhere")
    page.get_by_role("button", name="Move there").click()
    answered(page, "Moved to the list “Elsewhere”")
    assert order(page) == ["Arrival", "Metropolis"]
    page.get_by_role("link", name="All lists").click()
    page.get_by_role("link", name="Elsewhere", exact=True).click()
    assert order(page) == ["Past Lives", "Parasite"]
    expect(page.locator("li.card").filter(has_text="Parasite")).to_contain_text("With Ana.")


def test_name_that_is_taken_is_said_and_nothing_typed_is_lost(open_page, actor):
    make(actor, "Taken", FILMS[:1])
    page = open_page(actor, js=False)
    page.goto("/lists")
    page.get_by_label("Name", exact=True).fill("taken")
    page.get_by_label("Note").fill("A long thought.")
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_role("alert")).to_contain_text("You have a list of this name already.")
    expect(page.get_by_label("Note")).to_have_value("A long thought.")
    page.get_by_label("Name", exact=True).fill("Not taken")
    page.get_by_role("button", name="Make the list").click()
    answered(page, "Made the list “Not taken”")


def test_lists_are_ordered_among_each_other(open_page, actor):
    for name in ["First of two", "Second of two"]:
        make(actor, name, FILMS[:1])
    page = open_page(actor, js=False)
    page.goto("/lists")
    names = page.locator("li.rowline h3").all_inner_texts()
    assert names.index("First of two") < names.index("Second of two")
    page.get_by_role("button", name="Move Second of two up").click()
    answered(page, "Moved the list “Second of two”")
    names = page.locator("li.rowline h3").all_inner_texts()
    assert names.index("Second of two") < names.index("First of two")


def test_smart_list_shows_what_the_library_finds(open_page, actor):
    actor.post(f"/titles/{actor.find('Spirited Away', 2001)}/entry", status="planned")
    address = re.match(r"/lists/\d+", actor.post("/lists", name="Next up", rule="status=planned&sort=year"))[0]
    page = open_page(actor, js=False)
    page.goto(address)
    expect(page.locator("li.card").filter(has_text="Spirited Away")).to_be_visible()
    page.get_by_role("link", name="Edit in the library").click()
    expect(page).to_have_url(re.compile(r"/library\?status=planned&sort=year&list=\d+$"))
    page.get_by_label("Kind").select_option("Films")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Keep this view in “Next up”").click()
    answered(page, "Next up")
    page.goto(address)
    page.get_by_role("link", name="Edit in the library").click()
    expect(page).to_have_url(re.compile(r"/library\?status=planned&kind=movie&sort=year&list=\d+$"))


# With JavaScript


@pytest.mark.parametrize("width", [390, 1280])
def test_a_move_stays_on_the_page_and_keeps_the_focus(open_page, actor, width):
    page = open_page(actor, width=width)
    page.goto(make(actor, f"In place {width}"))
    page.evaluate("window.marked = true")
    button = page.get_by_role("button", name="Move Arrival down")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("li.card h3")).to_have_text(["Parasite", "Arrival", "Metropolis"])
    expect(button).to_be_focused()
    expect(status(page)).to_contain_text("Moved on the list")
    assert page.evaluate("window.marked === true")
    assert overflow(page) == 0, widest(page)


def test_picker_stays_open_and_keeps_the_focus(open_page, actor):
    make(actor, "Picked", [("Dark", 2017)])
    page = open_page(actor)
    page.goto(f"/titles/{actor.find('Parasite', 2019)}")
    page.get_by_text("Add to a list").click()
    page.get_by_role("button", name="Picked", exact=True).focus()
    page.keyboard.press("Enter")
    pressed = page.get_by_role("button", name="✓ Picked")
    expect(pressed).to_be_visible()
    expect(pressed).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Picked", exact=True)).to_have_attribute("aria-pressed", "false")


def test_markup_for_dragging_tells_the_place_of_each_title(open_page, actor):
    page = open_page(actor)
    page.goto(make(actor, "Draggable"))
    places = page.locator("ol[data-sortable] > li[data-item][draggable=true]")
    assert [each.get_attribute("data-position") for each in places.all()] == ["1", "2", "3"]
    assert all(each.locator("form[action$='/move']").count() == 1 for each in places.all())
