"""The calendar in a browser: agenda and month, a tick, why a line is there, and the feed as another parser reads it."""

import re
import sqlite3
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import requests
from playwright.sync_api import expect

from conftest import ZONE, Account, overflow, server_log, status, widest
from test_axe import HEIGHT, LOOKS, violations

SHOW, FILM = ("Borgen", 2010), ("Paddington 2", 2017)


def today():
    return datetime.now(ZoneInfo(ZONE)).date()


@pytest.fixture(scope="module")
def viewer(server, typical, pytestconfig):
    """Somebody who watches a show and plans a film that come out these days.

    The catalogue that ships knows nothing of them, so the days are put into the database, before anybody has the titles.
    """
    account = Account(server, "almanac")
    show, film = account.find(*SHOW), account.find(*FILM)
    days = {1: -1, 2: 1, 3: 1, 4: 1, 5: 12, 6: 90}
    file = pytestconfig.stash[server_log].parent / "data" / "flixlist.sqlite"
    connection = sqlite3.connect(file, timeout=10)
    with connection:
        for number, offset in days.items():
            day = (today() + timedelta(days=offset)).isoformat()
            connection.execute(
                "UPDATE episodes SET aired = ?, air_day = ?, name = '' WHERE title_id = ? AND season = 1 AND number = ?",
                (day, day, show, number))
        released = (today() + timedelta(days=3)).isoformat()
        connection.execute("UPDATE titles SET released = ? WHERE id = ?", (released, film))
    connection.close()
    account.post(f"/titles/{show}/entry", status="watching")
    account.post(f"/titles/{film}/entry", status="planned")
    return account


def agenda(page):
    """What an agenda shows: day, name and episodes of each line."""
    found = set()
    for section in page.locator("section.day").all():
        day = date.fromisoformat(section.locator("h2").get_attribute("id").removeprefix("day-"))
        for line in section.locator("li").all():
            name = line.get_by_role("heading", level=3).inner_text()
            code = re.match(r"S\d+ E\d+(–E\d+)?", line.locator(".what > .meta").inner_text())
            found.add((day, f"{name} {code[0]}" if code else name))
    return found


def line(page, name, code):
    return page.locator("li.rowline").filter(has_text=name).filter(has_text=code)


def make_address(page, button):
    page.goto("/settings/calendar")
    page.get_by_role("button", name=button).click()
    return page.get_by_label("The address of your calendar").input_value()


@pytest.mark.parametrize("js", [True, False])
def test_feed_says_what_the_agenda_says(open_page, server, viewer, js):
    page = open_page(viewer, js=js)
    address = make_address(page, re.compile("^Make a"))
    assert re.fullmatch(re.escape(server) + r"/calendar/[\w-]{43}\.ics", address)
    # Without a cookie, as a calendar program asks.
    answer = requests.get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert requests.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    calendar = icalendar.Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")
    assert calendar.errors == [] and all(event.errors == [] for event in events)
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert all(event["TRANSP"] == "TRANSPARENT" and str(event["URL"]).startswith(server) for event in events)
    said = {(event.decoded("DTSTART"), str(event["SUMMARY"])) for event in events}
    page.goto("/calendar")
    shown = agenda(page)
    assert shown == {
        (today() - timedelta(days=1), "Borgen S1 E1"), (today() + timedelta(days=1), "Borgen S1 E2–E4"),
        (today() + timedelta(days=3), "Paddington 2"), (today() + timedelta(days=12), "Borgen S1 E5"),
    }
    assert said - shown == {(today() + timedelta(days=90), "Borgen S1 E6")} and shown <= said


def test_address_ends_when_a_new_one_is_made_or_it_is_removed(open_page, viewer):
    page = open_page(viewer)
    first = make_address(page, re.compile("^Make a"))
    page.reload()
    page.goto("/settings/calendar")
    expect(page.get_by_label("The address of your calendar")).to_have_count(0)
    second = make_address(page, "Make a new address")
    assert requests.get(first).status_code == 404
    assert requests.get(second).status_code == 200
    page.get_by_role("button", name="Remove the address").click()
    expect(page.get_by_text("You have no address yet.")).to_be_visible()
    assert requests.get(second).status_code == 404


@pytest.mark.parametrize("js", [True, False])
def test_tick_and_its_undo_stay_in_the_calendar(open_page, viewer, js):
    page = open_page(viewer, js=js)
    page.goto("/calendar")
    ticks = page.get_by_role("button", name=re.compile("^Mark S1 E"))
    expect(ticks).to_have_count(1)
    ticks.click()
    expect(status(page)).to_contain_text("Marked S1 E1")
    expect(line(page, "Borgen", "S1 E1").get_by_text("✓ seen")).to_be_visible()
    expect(ticks).to_have_count(0)
    assert page.url.split("?")[0].endswith("/calendar")
    status(page).get_by_role("button", name="Undo").click()
    expect(status(page)).to_contain_text("Undone: Marked S1 E1")
    expect(ticks).to_have_count(1)
    assert page.url.split("?")[0].endswith("/calendar")


def test_why_names_the_rule_the_date_its_source_and_the_last_play(open_page, viewer):
    page = open_page(viewer, js=False)
    page.goto("/calendar")
    it = line(page, "Borgen", "S1 E1")
    it.get_by_text("Why is this here?").click()
    for words in ["You are watching this show.", "says the starter catalogue.", "You have not marked anything of it yet."]:
        expect(it.get_by_text(words)).to_be_visible()
    it.get_by_role("button", name="Skip", exact=True).click()
    expect(status(page)).to_contain_text("Skipped S1 E1")
    expect(it).to_contain_text("skipped")
    it.get_by_text("Why is this here?").click()
    it.get_by_role("button", name="Do not skip").click()
    expect(it.get_by_role("button", name=re.compile("^Mark S1 E1"))).to_be_visible()


@pytest.mark.parametrize("js", [True, False])
def test_month_is_a_table_at_a_desk_and_a_list_on_a_phone(open_page, viewer, js):
    wide, narrow = open_page(viewer, js=js), open_page(viewer, width=390, js=js)
    for page, display in [(wide, "table-cell"), (narrow, "block")]:
        page.goto("/calendar")
        page.get_by_role("link", name="Month").click()
        now = page.locator('td[aria-current="date"]')
        expect(now).to_be_visible()
        expect(now).to_have_css("display", display)
        assert overflow(page) == 0, widest(page)
        out = page.locator("td.none:not(.today)")
        expect(out.first).to_be_visible(visible=page is wide)
    expect(wide.get_by_role("columnheader")).to_have_count(7)
    month = (today() + timedelta(days=90)).strftime("%Y-%m")
    for page in [wide, narrow]:
        page.goto(f"/calendar?view=month&month={month}")
        expect(page.get_by_role("link", name="Borgen")).to_have_count(1)
        page.locator("td").filter(has_text="Borgen").locator(".n a").click()
        page.wait_for_url("**/calendar?from=*")
        assert (today() + timedelta(days=90), "Borgen S1 E6") in agenda(page)


@pytest.mark.parametrize("js", [True, False])
def test_other_days_are_a_date_or_a_link_away(open_page, viewer, js):
    page = open_page(viewer, width=390, js=js)
    page.goto("/calendar")
    first = today() + timedelta(days=5)
    page.get_by_label("From").fill(first.isoformat())
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/calendar?from=*")
    assert agenda(page) == {(today() + timedelta(days=12), "Borgen S1 E5")}
    page.get_by_role("link", name="Earlier").click()
    expect(page.get_by_label("From")).to_have_value((first - timedelta(days=35)).isoformat())
    assert (today() - timedelta(days=1), "Borgen S1 E1") in agenda(page)
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_label("From")).to_have_value(first.isoformat())
    assert overflow(page) == 0, widest(page)


@pytest.mark.parametrize("look", LOOKS)
def test_calendar_has_no_violations(open_page, viewer, look):
    page = open_page(viewer, height=HEIGHT, **look)
    page.goto("/calendar")
    for summary in page.get_by_text("Why is this here?").all():
        summary.click()
    assert violations(page) == []
    assert overflow(page) == 0, widest(page)
    page.goto("/calendar?view=month")
    assert violations(page) == []
    make_address(page, re.compile("^Make a"))
    assert violations(page) == []
    assert overflow(page) == 0, widest(page)
