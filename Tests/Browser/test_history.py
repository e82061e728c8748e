"""The diary: what it is filtered by, and what is changed in it, one line or many at once."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from conftest import Account, overflow, status, widest
from test_episodes import SCRIPT, answered, bring_in, said, today, undo
from test_key_loop import tab_to

# On a phone, with JavaScript and without.
LOOK = {True: {"width": 390}, False: {"width": 390, "js": False}}


@pytest.fixture(scope="module")
def actor(server, names):
    """Somebody with plays of long ago, imported and made here, and without a date; each test takes other films."""
    account = Account(server, names())
    play = {"at": "2019-07-01T10:00:00Z", "day": "2019-07-01", "precision": "day"}
    bring_in(account, {"kind": "movie", "name": "Dune", "year": 2021, "plays": [play]})
    account.post(f"/titles/{account.find('Arrival', 2016)}/plays", when="2013-05-06")
    dark = account.find("Dark", 2017)
    account.tick(dark, 1, when="2014-02-04")
    account.tick(dark, 2, when="2013-06")
    account.tick(dark, 3, when="unknown")
    return account


def shown(page):
    """The names of the lines, from the top."""
    return page.locator("li.rowline h3").all_inner_texts()


def row(page, name):
    return page.locator("li.rowline").filter(has_text=name)


def day(page, name):
    """The heading under which a line stands."""
    return page.locator("section.day").filter(has=row(page, name)).get_by_role("heading", level=2)


def watch(actor, *films, when):
    """Plays of films, of which this file has no others."""
    for name, year in films:
        actor.post(f"/titles/{actor.find(name, year)}/plays", when=when)


def chip(page, name):
    link = page.locator("nav.chips").get_by_role("link", name=name, exact=True)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


def only(page, label, choice):
    choices = page.get_by_role("combobox", name=label, exact=True)
    choices.select_option(choice)
    page.get_by_role("button", name="Apply").click()
    expect(choices.locator("option:checked")).to_have_text(choice)


# Filters


def test_diary_is_filtered_by_kind_year_month_and_source(same_page, actor):
    page = same_page(actor, **LOOK[False])
    page.goto("/history?kind=movie")
    only(page, "Year", "2013")
    assert shown(page) == ["Arrival"]
    chip(page, "Shows")
    assert shown(page) == ["Dark"]
    expect(page.get_by_role("heading", level=2)).to_have_text(["June 2013 1 play"])
    chip(page, "Films and shows")
    assert shown(page) == ["Dark", "Arrival"]
    only(page, "Month", "Feb")
    expect(page.get_by_role("heading", level=2)).to_have_text("Nothing fits these filters")
    page.get_by_role("link", name="Show everything").click()
    only(page, "From", "An imported file")
    assert shown(page) == ["Dune"]
    expect(row(page, "Dune").locator(".meta")).to_have_text("Film · An imported file")
    assert overflow(page) == 0, widest(page)


@SCRIPT
def test_undated_plays_and_those_of_one_title_are_a_link_away(same_page, actor, js):
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{actor.find('Dark', 2017)}")
    page.get_by_role("link", name="History of this title").click()
    lines = page.locator("li.rowline .meta")
    expect(lines).to_have_text(["S1 E1 · Secrets", "S1 E2 · Lies", "S1 E3 · Past and Present"])
    expect(page.get_by_role("main")).to_contain_text("Only Dark")
    chip(page, "Without a date")
    expect(lines).to_have_text(["S1 E3 · Past and Present"])
    expect(page.get_by_role("heading", level=2)).to_have_text(["Date unknown 1 play"])
    expect(page.get_by_role("combobox", name="Year", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Show everything").click()
    expect(row(page, "Dune")).to_have_count(1)
    expect(page.get_by_role("navigation", name="Kind").locator("[aria-current=page]")).to_have_text("Films and shows")


def test_every_viewing_of_a_title_and_those_without_a_date(same_page, actor):
    page = same_page(actor, **LOOK[False])
    page.goto(f"/history?title={actor.find('Dark', 2017)}")
    assert page.get_by_role("link", name="Every viewing").get_attribute("aria-current") == "page"
    everything = page.locator("li.rowline").count()
    chip(page, "Without a date")
    undated = page.locator("li.rowline").count()
    chip(page, "Every viewing")
    assert 0 < undated < everything == page.locator("li.rowline").count()


# One line


@SCRIPT
def test_date_and_note_are_changed_in_the_line(same_page, actor, js):
    name, year = {True: ("Amélie", 2001), False: ("Moonlight", 2016)}[js]
    watch(actor, (name, year), when="2023-05-06")
    page = same_page(actor, **LOOK[js])
    page.goto("/history")
    it = row(page, name)
    it.locator("summary").click()
    expect(it.get_by_label("Date", exact=True)).to_have_value("2023-05-06")
    assert overflow(page) == 0, widest(page)
    it.get_by_label("Date", exact=True).fill("yesterday 21:40")
    it.get_by_label("Note", exact=True).fill("With Ana, on the roof.")
    it.get_by_role("button", name="Save").click()
    answered(page, "Changed the date from 6 May 2023 to yesterday, 21:40")
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)
    expect(day(page, name)).to_contain_text("Yesterday · ")
    expect(it.locator(".d")).to_have_text("21:40")
    expect(it.locator(".playnote")).to_have_text("With Ana, on the roof.")
    undo(page).click()
    said(page, "Undone: Changed the date from 6 May 2023 to yesterday, 21:40")
    expect(day(page, name)).to_contain_text("Saturday, 6 May 2023")
    expect(it.locator(".playnote")).to_have_count(0)
    it.locator("summary").click()
    it.get_by_role("button", name="The day it came out").click()
    answered(page, "Changed the date from 6 May 2023 to ")
    expect(day(page, name)).to_contain_text(str(year))
    it.locator("summary").click()
    it.get_by_role("button", name="Date unknown").click()
    expect(day(page, name)).to_contain_text("Date unknown")


def refusals():
    tomorrow = today() + timedelta(days=1)
    month = ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"][tomorrow.month - 1]
    return [
        ("31 Feb 2024", "There is no day 31 in Feb 2024: it has 29 days."),
        ("tomorrow", "tomorrow lies in the future."),
        (f"1 {month} {tomorrow.year + 1}", f"1 {month} {tomorrow.year + 1} lies in the future."),
        ("3/4/2024", "That can mean 3 Apr 2024 or 4 Mar 2024. Write the month as a word."),
        ("Monday 6 May 2023", "6 May 2023 was a Saturday."),
        ("yesterday 25:40", "That is not a time of day. Write it like 21:40 or 9:40 pm."),
        ("when I was small", "This is not a date that FlixList can read. "
                             "Try 2024, May 2024, 2024-05-24 or yesterday 21:40."),
    ]


def test_date_that_cannot_be_is_answered_beside_what_was_typed(same_page, actor):
    watch(actor, ("Whiplash", 2014), when="2023-05-06")
    page = same_page(actor, **LOOK[True])
    page.goto("/history")
    it = row(page, "Whiplash")
    it.locator("summary").click()
    it.get_by_label("Note", exact=True).fill("A long thought.")
    for typed, reason in refusals()[:5]:
        it.get_by_label("Date", exact=True).fill(typed)
        it.get_by_role("button", name="Save").click()
        expect(status(page)).to_have_text(reason)
        expect(it.get_by_label("Date", exact=True)).to_have_value(typed)
        expect(it.get_by_label("Note", exact=True)).to_have_value("A long thought.")
    expect(day(page, "Whiplash")).to_contain_text("6 May 2023")
    it.get_by_label("Date", exact=True).fill("7 May 2023")
    it.get_by_role("button", name="Save").click()
    answered(page, "Changed the date from 6 May 2023 to 7 May 2023")
    expect(it.locator(".playnote")).to_have_text("A long thought.")


def test_date_that_cannot_be_is_asked_again_without_script(same_page, actor):
    watch(actor, ("Nomadland", 2020), when="2023-05-06")
    page = same_page(actor, **LOOK[False])
    page.goto("/history")
    it = row(page, "Nomadland")
    it.locator("summary").click()
    it.get_by_label("Note", exact=True).fill("A long thought.")
    it.get_by_label("Date", exact=True).fill("once upon a time")
    it.get_by_role("button", name="Save").click()
    for typed, reason in refusals()[4:]:
        page.get_by_label("Date", exact=True).fill(typed)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("That does not work")
        expect(page.get_by_role("alert")).to_contain_text(reason)
        expect(page.get_by_label("Date", exact=True)).to_have_value(typed)
    assert overflow(page) == 0, widest(page)
    page.get_by_label("Date", exact=True).fill("7 May 2023")
    page.get_by_role("button", name="Save").click()
    answered(page, "Changed the date from 6 May 2023 to 7 May 2023")
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    expect(it.locator(".playnote")).to_have_text("A long thought.")


# Many at once


@SCRIPT
def test_chosen_lines_get_a_date_and_are_removed_each_with_one_undo(same_page, actor, js):
    chosen, other = {
        True: ([("Joker", 2019), ("Get Out", 2017)], ("Her", 2013)),
        False: ([("Perfect Days", 2023), ("Spirited Away", 2001)], ("Past Lives", 2023)),
    }[js]
    watch(actor, *chosen, other, when="2022-08-09")
    page = same_page(actor, **LOOK[js])
    page.goto("/history")
    bar = page.locator(".bulkbar")

    def choose():
        for name, _ in chosen:
            row(page, name).get_by_role("checkbox").check()

    expect(bar.get_by_role("button", name="Remove")).to_have_count(0)
    choose()
    if js:
        expect(bar).to_contain_text("2 selected")
    assert overflow(page) == 0, widest(page)
    bar.locator("summary").click()
    bar.get_by_label("Date", exact=True).fill("2 March 2022")
    bar.get_by_role("button", name="Save").click()
    answered(page, "Changed the date of 2 plays to 2 Mar 2022")
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)
    for name, _ in chosen:
        expect(day(page, name)).to_have_text("Wednesday, 2 Mar 2022 2 plays")
    expect(day(page, other[0])).to_contain_text("9 Aug 2022")
    undo(page).click()
    said(page, "Undone: Changed the date of 2 plays to 2 Mar 2022")
    for name, _ in chosen:
        expect(day(page, name)).to_contain_text("9 Aug 2022")
    choose()
    bar.get_by_role("button", name="Remove").click()
    answered(page, "Took back 2 viewings")
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)
    expect(row(page, other[0])).to_have_count(1)
    for name, _ in chosen:
        expect(row(page, name)).to_have_count(0)
    undo(page).click()
    said(page, "Undone: ")
    for name, _ in chosen:
        expect(day(page, name)).to_contain_text("9 Aug 2022")


def test_lines_are_chosen_and_changed_by_keyboard_alone(same_page, actor):
    watch(actor, ("Roma", 2018), ("Nosferatu", 1922), when="now")
    page = same_page(actor, **LOOK[True])
    keys = page.keyboard
    page.goto("/history")
    for name in ["Nosferatu", "Roma"]:
        keys.press("j")
        expect(row(page, name).get_by_role("heading").get_by_role("link")).to_be_focused()
        keys.press("x")
        expect(row(page, name).get_by_role("checkbox")).to_be_checked()
    bar = page.locator(".bulkbar")
    expect(bar).to_contain_text("2 selected")
    tab_to(page, bar.locator("summary"))
    keys.press("Enter")
    tab_to(page, bar.get_by_label("Date", exact=True), limit=2)
    keys.type("4.3.2021")
    keys.press("Enter")
    answered(page, "Changed the date of 2 plays to 4 Mar 2021")
    expect(day(page, "Nosferatu")).to_have_text("Thursday, 4 Mar 2021 2 plays")
    page.evaluate("document.activeElement.blur()")
    keys.press("u")
    said(page, "Undone: Changed the date of 2 plays to 4 Mar 2021")
    expect(day(page, "Nosferatu")).to_contain_text("Today · ")
