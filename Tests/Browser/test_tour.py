"""A week of somebody who watches a lot, step by step as docs/tour.md tells it, and the pictures of it.

`FLIXLIST_TOUR=docs/tour` names the folder into which the pictures go; without it none are taken.
"""

import json
import os
import re
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from conftest import ROOT, ZONE, card, log_in, navigate, overflow, rating, register, status, tick, watched, widest

NAME = "marit"
SHOW, OWN = "Severance", "Harbour Lights"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "dark": True}

# What she watched before the week: days ago or None for no date, the hour, and her rating.
FILMS = [
    ("Past Lives", 2023, 12, 20, 90), ("Perfect Days", 2023, 19, 21, 90), ("Aftersun", 2022, 33, 22, 80),
    ("Drive My Car", 2021, 47, 19, 80), ("Anatomy of a Fall", 2023, 61, 20, 80), ("Burning", 2018, 75, 22, 70),
    ("Dune: Part Two", 2024, 96, 20, 70), ("Get Out", 2017, 110, 23, 80), ("Toni Erdmann", 2016, 131, 20, 90),
    ("Whiplash", 2014, 150, 21, 80), ("In the Mood for Love", 2000, 178, 21, 100), ("Her", 2013, 205, 20, 70),
    ("Spirited Away", 2001, 240, 16, 100), ("Heat", 1995, 290, 21, 80), ("My Neighbor Totoro", 1988, 330, 15, 90),
    ("Amélie", 2001, None, None, 70), ("Casablanca", 1942, None, None, 90), ("The Apartment", 1960, None, None, None),
    ("Rear Window", 1954, None, None, None),
]
PLANNED = [("Paddington 2", 2017), ("Roma", 2018), ("The Third Man", 1949), ("Before Sunrise", 1995)]


class Week:
    """The person, her windows, and the pictures."""

    def __init__(self, open_page):
        self.open_page = open_page
        self.desk = open_page(**DESK)
        folder = os.environ.get("FLIXLIST_TOUR")
        self.folder = folder and ROOT / folder
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)

    def picture(self, name, page=None, height=None, top=None):
        """Keeps what the window shows, from the element `top` on where there is one."""
        if not self.folder:
            return
        page = page or self.desk
        if top:
            top.evaluate("(each) => scrollBy(0, each.getBoundingClientRect().top - 76)")
        page.mouse.move(0, 0)
        # Pictures load when they come into sight.
        page.wait_for_function("""() => [...document.images].every((each) =>
          each.complete || each.getBoundingClientRect().top > innerHeight || !each.getClientRects().length)""")
        size = page.viewport_size
        page.set_viewport_size(size | {"height": height or size["height"]})
        page.screenshot(path=self.folder / f"{name}.png")
        page.set_viewport_size(size)

    def export(self):
        """Her record as the file that she can take with her."""
        return self.desk.request.get("/export/record.json").json()

    def plays(self, name):
        return [play for title in self.export()["titles"] if title["name"] == name for play in title.get("plays", [])]

    def open(self, name):
        """Opens a title of her library by the search box: its name and Enter on the first suggestion."""
        box = self.desk.locator("#q")
        box.fill("")
        box.press_sequentially(name)
        expect(self.desk.get_by_role("option").first).to_contain_text(name)
        box.press("ArrowDown")
        box.press("Enter")
        expect(heading(self.desk)).to_have_text(name)


def heading(page):
    return page.get_by_role("heading", level=1)


def answered(page, words):
    """The page says what was done and offers to take it back."""
    expect(status(page)).to_contain_text(words)
    expect(undo(page)).to_be_visible()


def undo(page):
    return status(page).get_by_role("button", name="Undo")


# The record she brings along


def play(today, ago, hour, **fields):
    """A play of an evening, or one without a date."""
    if ago is None:
        return fields | {"precision": "unknown", "source": "web"}
    day = today - timedelta(days=ago)
    at = datetime.combine(day, time(hour, 10), ZoneInfo(ZONE)).astimezone(timezone.utc)
    return fields | {"at": f"{at:%Y-%m-%dT%H:%M:%S}Z", "day": day.isoformat(), "precision": "time", "source": "web"}


def record(today):
    """Films, three shows, and a show that no catalogue knows, of which an episode comes out every week."""
    added = {"added": f"{today - timedelta(days=340)}T12:00:00Z"}

    def show(name, year, seasons, ago, **entry):
        """A show with everything of `seasons` watched, an episode every two days."""
        episodes = [(season, number) for season, count in seasons.items() for number in range(1, count + 1)]
        plays = [play(today, ago - 2 * place, 20 + place % 3, season=season, episode=number)
                 for place, (season, number) in enumerate(episodes)]
        return {"kind": "show", "name": name, "year": year, "entry": added | entry, "plays": plays}

    films = [
        {"kind": "movie", "name": name, "year": year, "entry": added | ({"rating": points} if points else {}),
         "plays": [play(today, ago, hour)]}
        for name, year, ago, hour, points in FILMS
    ]
    planned = [
        {"kind": "movie", "name": name, "year": year, "entry": added | {"status": "planned"}} for name, year in PLANNED
    ]
    shows = [
        show("Fleabag", 2016, {1: 6, 2: 6}, 300, rating=100, favourite=True), show("The Bear", 2022, {1: 8, 2: 10}, 60),
        show("Dark", 2017, {1: 10}, 130, rating=80), show("Lost", 2004, {1: 3}, 210),
    ]
    weekly = [today + timedelta(days=7 * week - 14) for week in range(6)]
    own = show(OWN, today.year - 1, {1: 8}, 40) | {
        "own": True, "runtime": 45, "genres": ["Drama", "Crime"], "countries": "NO", "languages": "no",
        "overview": "A harbour pilot and a retired judge read old logbooks and find one ship too many.",
        "seasons": [
            {"season": 0, "episodes": [
                {"episode": 1, "name": "Before the Pilot", "aired": f"{today.year - 1}-12-24"},
                {"episode": 2, "name": "The Logbooks", "aired": f"{today.year - 1}-12-31"}]},
            {"season": 1, "year": today.year - 1, "episodes": 8},
            {"season": 2, "year": today.year, "episodes": [
                {"episode": number, "name": name, "aired": day.isoformat()}
                for number, (name, day) in enumerate(zip(
                    ["Slack Water", "The Second Bell", "Soundings", "Lee Shore", "Dead Reckoning", "Home Port"],
                    weekly), start=1)]},
        ],
    }
    own["plays"].append(play(today, 13, 21, season=2, episode=1))
    return json.dumps({"format": "flixlist-record", "version": 2, "titles": films + planned + shows + [own],
                       "lists": []})


# The days


def monday(week, today):
    """Register, bring the history in, add a show by search, mark whole seasons and up to here."""
    page = week.desk
    page.goto("/")
    page.get_by_role("link", name="Start your record").click()
    register(page, NAME)
    page.goto("/settings")
    expect(page.get_by_label("Time zone")).to_have_value(ZONE)
    page.get_by_label("Display name").fill("Marit")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(status(page)).to_contain_text("Saved.")

    navigate(page, "Home")
    page.get_by_role("link", name="Bring your record.json in").click()
    empty = week.export()
    choose(page, record(today), "Only look, change nothing")
    expect(heading(page)).to_have_text("What would be imported")
    assert week.export() == empty
    page.get_by_role("link", name="Go back").click()
    choose(page, record(today), "Import")
    expect(heading(page)).to_have_text("What was imported")
    answered(page, "Imported 28 titles")
    expect(page.get_by_role("row", name="Plays")).to_contain_text("71")

    page.keyboard.press("/")
    page.keyboard.type("severence")
    expect(page.get_by_role("option").first).to_contain_text(SHOW)
    page.keyboard.press("Enter")
    result = page.locator("li.result").filter(has=page.get_by_role("link", name=SHOW, exact=True))
    result.get_by_role("button", name=f"Add {SHOW}").click()
    answered(page, "Planned")
    expect(result.locator(".state")).to_have_text("Planned")
    week.picture("monday-search", height=560)

    result.get_by_role("link", name=SHOW, exact=True).click()
    page.get_by_role("button", name="Mark 9 aired episodes of Season 1 watched").click()
    answered(page, "Marked 9 episodes.")
    status(page).get_by_text("Change date").click()
    week.picture("monday-season", top=page.locator(".progress-line"))
    status(page).get_by_role("button", name="The day it came out").click()
    answered(page, "Changed the date of 9 plays")
    first = week.plays(SHOW)[0]
    assert (first["day"], first["precision"]) == ("2022-02-18", "day")

    page.get_by_role("button", name="Mark everything up to S2 E4 watched").click()
    answered(page, "Marked 4 episodes.")
    expect(page.get_by_role("main")).to_contain_text("4 of 10 seen")
    assert len(week.plays(SHOW)) == 13


def choose(page, text, button):
    page.get_by_label("Your record.json").set_input_files(
        {"name": "record.json", "mimeType": "application/json", "buffer": text.encode()})
    page.get_by_role("button", name=button, exact=True).click()


def tuesday(week):
    """Two episodes from home, a date put right, one taken back, a double tick."""
    page = week.desk
    navigate(page, "Home")
    show = card(page, SHOW)
    for code, following in [("S2 E5", "S2 E6"), ("S2 E6", "S2 E7")]:
        expect(show.locator(".ep")).to_have_text(re.compile(f"^{code}"))
        show.locator(".tick").click()
        expect(show).to_contain_text(f"Marked {code}")
        expect(show.locator(".ep")).to_have_text(re.compile(f"^{following}"))
    week.picture("tuesday-home", height=720)
    show.get_by_text("Change date").click()
    show.get_by_label("Date", exact=True).fill("yesterday 21:40")
    show.get_by_role("button", name="Save").click()
    expect(show).to_contain_text(re.compile("Changed the date of S2 E6 from .* to yesterday, 21:40"))
    expect(show.get_by_role("button", name="Undo")).to_be_visible()

    bear = card(page, "The Bear")
    bear.locator(".tick").click()
    expect(bear).to_contain_text("Marked S3 E1")
    bear.get_by_role("button", name="Undo").click()
    expect(status(page)).to_contain_text("Undone: Marked S3 E1")
    expect(bear.locator(".ep")).to_have_text(re.compile("^S3 E1"))

    before = len(week.plays("Dark"))
    dark = card(page, "Dark")
    dark.locator(".tick").dblclick()
    expect(dark).to_contain_text("Marked S2 E1")
    expect(dark.locator(".ep")).to_have_text(re.compile("^S2 E2"))
    assert len(week.plays("Dark")) == before + 1


def wednesday(week):
    """A gap, the specials, ratings of a season and of an episode."""
    page = week.desk
    week.open(SHOW)
    expect(page.locator("section.season").filter(has_text="Season 2")).to_contain_text("6 of 10 seen")
    tick(page, "S2 E8").click()
    answered(page, "Marked S2 E8")
    gap = page.locator(".note").filter(has_text="You missed S2 E7. Later episodes are marked.")
    expect(gap).to_be_visible()
    week.picture("wednesday-gap", top=page.locator(".progress-line"))
    gap.get_by_role("button", name="Skip it").click()
    answered(page, "Skipped S2 E7")
    expect(page.locator("section.season").filter(has_text="Season 2")).to_contain_text("7 of 9 seen · 1 skipped")
    expect(gap).to_have_count(0)
    undo(page).click()
    expect(status(page)).to_contain_text("Undone: Skipped S2 E7")
    gap.get_by_role("button", name="Mark it").click()
    answered(page, "Marked S2 E7")
    expect(page.locator("section.season").filter(has_text="Season 2")).to_contain_text("8 of 10 seen")

    page.get_by_role("link", name="More about S2 E7").click()
    details = page.get_by_role("region", name="More about S2 E7")
    details.get_by_role("button", name="10 of 10", exact=True).click()
    answered(page, "Rated S2 E7 10 of 10")
    page.get_by_text("Rate or skip the rest of this season").click()
    page.get_by_role("group", name="Your rating of Season 2").get_by_role("button", name="9 of 10", exact=True).click()
    answered(page, "Rated Season 2 9 of 10")

    week.open(OWN)
    expect(page.get_by_role("main")).to_contain_text("9 of 11 seen")
    page.get_by_role("link", name="Specials", exact=True).click()
    expect(page.get_by_text("Specials do not count for the progress of this show.")).to_be_visible()
    page.get_by_role("button", name="Count the specials of this show").click()
    answered(page, "Specials count for the progress")
    expect(page.get_by_role("main")).to_contain_text("9 of 13 seen")
    tick(page, "Special 1").click()
    answered(page, "Marked Special 1")
    page.get_by_role("link", name="More about Special 2").click()
    page.get_by_role("region", name="More about Special 2").get_by_role("button", name="Skip", exact=True).click()
    answered(page, "Skipped Special 2")
    expect(page.get_by_role("main")).to_contain_text("10 of 12 seen · 1 skipped")
    week.picture("wednesday-specials")


def thursday(week, today):
    """What was watched is typed; a half-remembered date; the history in place, and several lines at once."""
    page = week.desk
    navigate(page, "Home")
    page.keyboard.press("/")
    page.keyboard.type("arrival 9/10 yesterday")
    expect(page.get_by_role("option").first).to_contain_text("Rate Arrival (2016) 9 of 10 and mark it watched yesterday")
    page.keyboard.press("ArrowDown")
    week.picture("thursday-command", height=520)
    page.keyboard.press("Enter")
    answered(page, "Marked watched and rated 9 of 10")
    [arrival] = week.plays("Arrival")
    assert arrival["day"] == (today - timedelta(days=1)).isoformat()

    page.keyboard.press("/")
    page.keyboard.type("severance s2e9")
    expect(page.get_by_role("option").first).to_contain_text("Mark Severance (2022) S2 E9 watched today")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    answered(page, "Marked S2 E9")

    week.open("Mulholland Drive")
    page.get_by_text("On another day").click()
    page.get_by_label("Date", exact=True).fill("31 June 2019")
    page.locator("details.when").get_by_role("button", name="Mark watched").click()
    expect(status(page)).to_contain_text("There is no day 31 in June 2019: it has 30 days.")
    expect(page.get_by_label("Date", exact=True)).to_have_value("31 June 2019")
    page.get_by_label("Date", exact=True).fill("May 2019")
    week.picture("thursday-date")
    page.get_by_role("button", name="Mark watched").last.click()
    answered(page, "Marked watched")
    [drive] = week.plays("Mulholland Drive")
    assert (drive["day"], drive["precision"]) == ("2019-05", "month")

    navigate(page, "History")
    line = page.locator("li.rowline").filter(has_text="Arrival")
    line.get_by_text("Change", exact=True).click()
    line.get_by_label("Date", exact=True).fill("2 days ago")
    line.get_by_label("Note").fill("With Ana, in the old cinema.")
    line.get_by_role("button", name="Save").click()
    answered(page, "Changed the date")
    expect(page.locator("li.rowline").filter(has_text="Arrival")).to_contain_text("With Ana, in the old cinema.")

    page.get_by_role("link", name="Without a date").click()
    for name in ["Amélie", "Casablanca", "Rear Window"]:
        page.locator("li.rowline").filter(has_text=name).get_by_role("checkbox").check()
    bar = page.locator(".bulkbar")
    expect(bar).to_contain_text("3 selected")
    bar.get_by_text("Change date").click()
    bar.get_by_label("Date", exact=True).fill("August 2021")
    week.picture("thursday-history")
    bar.get_by_role("button", name="Save").click()
    answered(page, "Changed the date of 3 plays to Aug 2021")
    expect(page.locator("li.rowline")).to_have_count(1)
    assert week.plays("Casablanca")[0]["day"] == "2021-08"


def friday(week, today):
    """A rewatch, why a show is up next, pause and drop; the calendar and its address."""
    page = week.desk
    week.open("Fleabag")
    page.get_by_role("button", name="Watch it again from the start").click()
    answered(page, "Began to watch it again")
    expect(page.get_by_role("main")).to_contain_text("Rewatch: 0 of 12 seen")
    navigate(page, "Home")
    again = card(page, "Fleabag")
    expect(again.locator(".ep")).to_have_text(re.compile("^S1 E1"))
    again.get_by_text("Why is this here?").click()
    expect(again).to_contain_text("You are watching this show again: it is the next one of the rewatch.")
    again.locator(".tick").click()
    expect(again).to_contain_text("Marked S1 E1")

    bear = card(page, "The Bear")
    bear.get_by_text("Why is this here?").click()
    expect(bear).to_contain_text("You have seen all of season 2, and this is where the next begins.")
    week.picture("friday-why")
    bear.get_by_role("button", name="Pause the show").click()
    expect(status(page)).to_contain_text("Paused")
    navigate(page, "Home")
    expect(card(page, "The Bear")).to_have_count(0)

    page.keyboard.press("/")
    page.keyboard.type("lost drop")
    expect(page.get_by_role("option").first).to_contain_text("Drop Lost (2004)")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    answered(page, "Dropped")

    navigate(page, "Calendar")
    expect(page.locator("section.day").filter(has_text="Lee Shore")).to_be_visible()
    line = page.locator("li.rowline").filter(has_text="S2 E2")
    line.get_by_text("Why is this here?").click()
    expect(line).to_contain_text("says what you entered. You last watched")
    week.picture("friday-agenda")
    line.get_by_role("button", name=re.compile("^Mark S2 E2")).click()
    answered(page, "Marked S2 E2")
    page.get_by_role("link", name="Month", exact=True).click()
    expect(page.locator('td[aria-current="date"]')).to_contain_text(OWN)
    week.picture("friday-month")
    page.goto("/settings/calendar")
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("The address of your calendar").input_value()
    feed = week.open_page().request.get(address)
    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"{OWN} S2 E4" in feed.text()


def saturday(week, today):
    """On the train without a connection; a list by hand, a smart list, many titles at once."""
    phone = week.open_page(**PHONE)
    log_in(phone, NAME)
    show = card(phone, SHOW)
    expect(show.locator(".ep")).to_have_text(re.compile("^S2 E10"))
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.wait_for_function("navigator.serviceWorker.controller !== null")
    assert overflow(phone) == 0, widest(phone)
    phone.context.set_offline(True)
    show.locator(".tick").click()
    expect(status(phone)).to_contain_text("Saved here: it will be sent when the connection returns.")
    expect(show.locator(".tick")).to_have_attribute("data-kept", re.compile("."))
    week.picture("saturday-train", phone)
    navigate(phone, "Library")
    expect(heading(phone)).to_have_text("No connection")
    expect(phone.locator("li.rowline")).to_contain_text("S2 E10")
    week.picture("saturday-no-connection", phone, height=600)
    assert len(week.plays(SHOW)) == 18
    phone.context.set_offline(False)
    expect(heading(phone)).to_have_text("Library")
    expect(status(phone)).to_contain_text("Sent what you marked without a connection: 1")
    assert len(week.plays(SHOW)) == 19
    phone.get_by_role("link", name=SHOW, exact=True).click()
    expect(phone.get_by_role("main")).to_contain_text("You have seen everything so far.")
    assert overflow(phone) == 0, widest(phone)

    page = week.desk
    page.goto("/lists")
    page.get_by_label("Name", exact=True).fill("Winter nights")
    page.get_by_label("Note").fill("One a week, with tea.")
    page.get_by_role("button", name="Make the list").click()
    answered(page, "Made the list “Winter nights”")
    navigate(page, "Library")
    page.get_by_role("link", name="As a table").click()
    page.get_by_role("link", name="Planned").click()
    page.get_by_role("link", name="Select", exact=True).click()
    page.get_by_label("Select all on this page").check()
    bar = page.locator(".bulkbar")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_label("List").select_option("Winter nights")
    week.picture("saturday-table")
    bar.get_by_role("button", name="Add to list").click()
    answered(page, "Changed 4 titles: added to “Winter nights”")

    page.goto("/lists")
    page.get_by_role("link", name="Winter nights", exact=True).click()
    names = page.locator("li.card h3")
    before = names.all_inner_texts()
    page.get_by_role("button", name=f"Move {before[1]} up").click()
    answered(page, "Moved on the list")
    expect(names).to_have_text([before[1], before[0], *before[2:]])
    page.get_by_role("link", name=f"Change {before[3]}").click()
    page.get_by_label("Place").fill("1")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(names).to_have_text([before[3], before[1], before[0], before[2]])
    page.get_by_role("link", name=f"Change {before[2]}").click()
    page.get_by_label("Note on this list").fill("Ana has not seen it.")
    page.locator("#edit").get_by_role("button", name="Save").click()
    answered(page, "Changed its note")
    week.picture("saturday-list")

    navigate(page, "Library")
    page.get_by_text("More filters").click()
    page.locator(".morefilters").get_by_label("Rating").select_option("9 of 10 and up")
    page.locator(".morefilters").get_by_label("Decade").select_option("2020s")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("li.card h3")).to_have_text(["Past Lives", "Perfect Days"])
    page.get_by_text("Save this view as a list").click()
    page.get_by_label("Name of the list").fill("New films I loved")
    page.locator(".saveview").get_by_role("button", name="Save").click()
    answered(page, "Made the list “New films I loved”")
    expect(page.locator("li.card h3")).to_have_text(["Past Lives", "Perfect Days"])


def sunday(week, today):
    """Look back, an evening without the mouse, take it along, and take everything back."""
    page, keys = week.desk, week.desk.keyboard
    navigate(page, "Statistics")
    plays = sum(len(title.get("plays", [])) for title in week.export()["titles"])
    expect(page.locator(".tiles > div").filter(has=page.get_by_text("Plays", exact=True))).to_contain_text(str(plays))
    expect(page.get_by_text("1 play has no date")).to_be_visible()
    week.picture("sunday-statistics", top=page.locator(".charts"))
    page.get_by_role("link", name=f"{today.year} in review").click()
    expect(heading(page)).to_have_text(f"Your {today.year}")
    expect(page.get_by_role("heading", name="Your best rated")).to_be_visible()
    week.picture("sunday-year")

    keys.press("g")
    keys.press("h")
    expect(heading(page)).to_contain_text("Marit")
    keys.press("j")
    expect(page.locator("li.up").first.get_by_role("link").last).to_be_focused()
    keys.press("w")
    first = page.locator("li.up").first
    expect(first).to_contain_text("Marked")
    keys.press("e")
    expect(first.get_by_label("Date", exact=True)).to_be_focused()
    keys.type("last night")
    keys.press("Enter")
    expect(first).to_contain_text("Changed the date of")
    keys.press("/")
    keys.type("paddington 2")
    expect(page.get_by_role("option").first).to_contain_text("Paddington 2")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(heading(page)).to_have_text("Paddington 2")
    keys.press("w")
    answered(page, "Marked watched")
    keys.press("8")
    answered(page, "Rated 8 of 10")
    expect(rating(page, 8)).to_have_attribute("aria-pressed", "true")

    page.goto("/settings/data")
    with page.expect_download() as download:
        page.get_by_role("link", name="record.json").click()
    kept = Path(download.value.path()).read_text()
    assert "Ana has not seen it." in kept
    navigate(page, "Activity")
    week.picture("sunday-activity", height=640)
    page.get_by_role("button", name="Undo: Imported 28 titles").click()
    expect(heading(page)).to_have_text("Something else came first")
    expect(page.get_by_role("main")).to_contain_text("This cannot be undone: a later change stands on it (")
    page.get_by_role("link", name="Go back").click()
    undos = page.locator("#main .undo")
    for left in range(undos.count(), 0, -1):
        expect(undos).to_have_count(left)
        keys.press("u")
    expect(undos).to_have_count(0)
    assert week.export() == {"format": "flixlist-record", "version": 2, "titles": [], "lists": []}
    page.goto("/import")
    choose(page, kept, "Import")
    answered(page, "Imported")
    assert page.request.get("/export/record.json").text() == kept


def test_a_week(open_page, typical):
    week = Week(open_page)
    today = datetime.now(ZoneInfo(ZONE)).date()
    monday(week, today)
    tuesday(week)
    wednesday(week)
    thursday(week, today)
    friday(week, today)
    saturday(week, today)
    sunday(week, today)
