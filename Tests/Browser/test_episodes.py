"""A show to its end: skips, gaps, specials, ratings, plays, many at once, rewatches, and why something is up next."""

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from conftest import ZONE, Account, card, overflow, status, tick, watched, widest
from test_axe import violations
from test_key_loop import tab_to

SCRIPT = pytest.mark.parametrize("js", [True, False], ids=["js", "nojs"])
# With JavaScript at a desk, without it on a phone.
LOOK = {True: {}, False: {"js": False, "width": 390}}


def today():
    return datetime.now(ZoneInfo(ZONE)).date()


def bring_in(account, *titles):
    """Takes a record.json in; what the catalogue that ships lacks comes with it as somebody's own titles."""
    record = json.dumps({"format": "flixlist-record", "version": 2, "titles": titles})
    answer = account.http.post(
        account.url + "/import", files={"file": ("record.json", record)}, data={"act": "import"}, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def own_show(name, aired, to_air=0, specials=0):
    """A show of one season, a week between its episodes; those to air come from next month on."""
    def episodes(word, first, count, start=0):
        return [
            {"episode": start + place + 1, "name": f"{word} {start + place + 1}",
             "aired": (first + timedelta(weeks=place)).isoformat()}
            for place in range(count)
        ]

    first = datetime(2024, 1, 5).date()
    regular = episodes("Tide", first, aired) + episodes("Tide", today() + timedelta(days=30), to_air, start=aired)
    seasons = [{"season": 1, "episodes": regular}]
    if specials:
        seasons.insert(0, {"season": 0, "episodes": episodes("Storm", first, specials)})
    entry = {"added": "2024-01-01T12:00:00Z", "status": "planned"}
    return {
        "kind": "show", "name": name, "year": 2024, "own": True, "ended": not to_air, "seasons": seasons,
        "entry": entry}


@pytest.fixture(scope="module")
def actor(server, names):
    """Somebody whose own shows have specials and episodes still to air; each test takes another show."""
    account = Account(server, names())
    bring_in(
        account, own_show("Lamplight", 3, specials=2), own_show("Lanternfish", 3, specials=2),
        own_show("Breakwater", 8, to_air=2), own_show("Backwater", 8, to_air=2))
    return account


def said(page, words):
    """Waits for the answer; quicker than `expect`, which looks again only after a while."""
    status(page).filter(has_text=words).wait_for()


def undo(page):
    return status(page).get_by_role("button", name="Undo")


def answered(page, words):
    """The page says what was done and offers to take it back."""
    status(page).filter(has_text=words).get_by_role("button", name="Undo").wait_for()


def progress(page):
    """How much of the show is seen."""
    return page.locator(".progress-line p")


def following(page, code):
    """The button that marks what comes next."""
    return page.get_by_role("button", name=f"Mark {code}", exact=True)


def row(page, number):
    """An episode of the season that is shown."""
    return page.locator("ol.eps > li").filter(has=page.locator(".n", has_text=re.compile(f"^{number}$")))


def more(page, code):
    """The link that opens the details of an episode, and closes them."""
    return page.get_by_role("link", name=f"More about {code}", exact=True)


def details(page, code):
    return page.get_by_role("region", name=f"More about {code}", exact=True)


def points(place, name, count):
    """The button of an episode, a season or a title that rates it."""
    group = place.get_by_role("group", name=f"Your rating of {name}")
    return group.get_by_role("button", name=f"{count} of 10", exact=True)


def plays(account, title):
    """How often something of a title was watched."""
    return account.get(f"/history?title={title}").count('class="thumb small"')


def choose_status(page, name):
    return page.get_by_role("group", name="Status").get_by_role("button", name=name, exact=True)


# Up next: first, since the page shows only the twelve shows that were watched last


def test_dropped_and_paused_shows_leave_up_next_and_stay_in_the_library(same_page, actor):
    show = actor.find("The Wire", 2002)
    actor.tick(show, 1)
    page = same_page(actor)
    page.goto(f"/titles/{show}")
    for choice in ["Paused", "Dropped"]:
        choose_status(page, choice).click()
        answered(page, choice)
        assert f'<li class="up" id="t{show}"' not in actor.get("/")
        assert f"Show\xa0· {choice}" in actor.get("/library").split(f'id="t{show}"')[1].split("</li>")[0]
    tick(page, "S1 E2").click()
    answered(page, "Marked S1 E2")
    expect(choose_status(page, "Watching")).to_have_attribute("aria-pressed", "true")
    page.goto("/")
    expect(card(page, "The Wire").locator(".ep")).to_have_text(re.compile("^S1 E3"))


@SCRIPT
def test_home_says_why_a_show_is_there_and_fixes_it_in_one_click(same_page, actor, js):
    name, year, aired = {
        True: ("Severance", 2022, "It aired on 18 Feb 2022, says the starter catalogue."),
        False: ("Twin Peaks", 1990, "It has aired; nobody here knows on which day."),
    }[js]
    show = actor.find(name, year)
    actor.tick(show, 1, when="2024-05")
    page = same_page(actor, **LOOK[js])
    page.goto("/")
    it = card(page, name)
    it.get_by_text("Why is this here?").click()
    expect(it.locator(".why li")).to_have_text(
        ["It is the first episode you have neither seen nor skipped.", aired, "Last watched: May 2024."])
    assert overflow(page) == 0, widest(page)
    it.get_by_role("button", name="Skip S1 E2").click()
    said(page, "Skipped S1 E2")
    expect(it.locator(".ep")).to_have_text(re.compile("^S1 E3"))
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    said(page, "Undone: Skipped S1 E2")
    expect(it.locator(".ep")).to_have_text(re.compile("^S1 E2"))
    it.get_by_text("Why is this here?").click()
    it.get_by_role("button", name="Pause the show").click()
    said(page, "Paused")
    page.goto("/")
    expect(it).to_have_count(0)


def test_why_names_a_day_without_a_clock_where_only_the_day_is_known(actor):
    show = actor.find("Mad Men", 2007)
    actor.tick(show, 1, when="2024-05-03")
    assert "<li>Last watched: 3 May 2024.</li>" in actor.get("/")


# Skips and gaps


@SCRIPT
def test_episode_is_skipped_and_comes_back(same_page, actor, js):
    name, year, total = {True: ("Dark", 2017, 26), False: ("Mindhunter", 2017, 19)}[js]
    show = actor.find(name, year)
    actor.tick(show, 1)
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    more(page, "S1 E2").click()
    details(page, "S1 E2").get_by_role("button", name="Skip", exact=True).click()
    answered(page, "Skipped S1 E2")
    expect(progress(page)).to_have_text(f"1 of {total - 1} seen · 1 skipped")
    expect(row(page, 2)).to_contain_text("skipped")
    expect(following(page, "S1 E3")).to_be_visible()
    assert overflow(page) == 0, widest(page)
    details(page, "S1 E2").get_by_role("button", name="Do not skip", exact=True).click()
    answered(page, "S1 E2 is no longer skipped")
    expect(progress(page)).to_have_text(f"1 of {total} seen")
    expect(following(page, "S1 E2")).to_be_visible()
    undo(page).click()
    said(page, "Undone: S1 E2 is no longer skipped")
    expect(progress(page)).to_have_text(f"1 of {total - 1} seen · 1 skipped")


@SCRIPT
def test_gap_is_named_and_skipped_or_marked(same_page, actor, js):
    name, year, total = {True: ("Ted Lasso", 2020, 34), False: ("The Bear", 2022, 38)}[js]
    show = actor.find(name, year)
    actor.tick(show, 1, 4, 6)
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    gap = page.locator(".note")
    missed = "You missed S1 E2 to S1 E3, S1 E5. Later episodes are marked."
    expect(gap).to_contain_text(missed)
    gap.get_by_role("button", name="Skip them").click()
    answered(page, "Skipped 3 episodes")
    expect(gap).to_have_count(0)
    expect(progress(page)).to_have_text(f"3 of {total - 3} seen · 3 skipped")
    undo(page).click()
    said(page, "Undone: ")
    expect(gap).to_contain_text(missed)
    gap.get_by_role("button", name="Mark these 3").click()
    answered(page, "Marked 3 episodes.")
    expect(gap).to_have_count(0)
    expect(progress(page)).to_have_text(f"6 of {total} seen")
    watched(page, "S1 E2").click()
    expect(gap).to_contain_text("You missed S1 E2. Later episodes are marked.")
    expect(gap.get_by_role("button")).to_have_text(["Mark it", "Skip it"])


def test_episode_is_skipped_rated_and_closed_by_keyboard_alone(same_page, actor):
    show = actor.find("Better Call Saul", 2015)
    actor.tick(show, 1)
    page = same_page(actor)
    keys = page.keyboard
    page.goto(f"/titles/{show}")
    page.evaluate("window.marked = true")
    tab_to(page, more(page, "S1 E2"))
    keys.press("Enter")
    expect(details(page, "S1 E2")).to_be_visible()
    expect(more(page, "S1 E2")).to_be_focused()
    expect(more(page, "S1 E2")).to_have_attribute("aria-expanded", "true")
    tab_to(page, points(details(page, "S1 E2"), "S1 E2", 8), limit=20)
    keys.press("Enter")
    answered(page, "Rated S1 E2 8 of 10")
    expect(points(details(page, "S1 E2"), "S1 E2", 8)).to_be_focused()
    tab_to(page, details(page, "S1 E2").get_by_role("button", name="Skip", exact=True), limit=20)
    keys.press("Space")
    answered(page, "Skipped S1 E2")
    keys.press("u")
    said(page, "Undone: Skipped S1 E2")
    more(page, "S1 E2").focus()
    keys.press("Enter")
    expect(details(page, "S1 E2")).to_have_count(0)
    expect(more(page, "S1 E2")).to_be_focused()
    assert page.evaluate("window.marked === true")


def test_focus_stays_in_the_details_after_a_skip(same_page, actor):
    """The button says something else then, but it is the same place."""
    show = actor.find("Deadwood", 2004)
    page = same_page(actor)
    page.goto(f"/titles/{show}")
    more(page, "S1 E2").click()
    details(page, "S1 E2").get_by_role("button", name="Skip", exact=True).press("Enter")
    answered(page, "Skipped S1 E2")
    assert details(page, "S1 E2").evaluate("(each) => each.contains(document.activeElement)")


# Specials


@SCRIPT
def test_specials_are_marked_by_hand_and_count_where_one_wants(same_page, actor, js):
    show = actor.find({True: "Lamplight", False: "Lanternfish"}[js], 2024)
    actor.tick(show, 1, 2)
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    expect(progress(page)).to_have_text("2 of 3 seen")
    page.get_by_role("link", name="Specials", exact=True).click()
    expect(page.get_by_text("Specials do not count for the progress of this show.")).to_be_visible()
    expect(row(page, 1)).to_contain_text("Storm 1")
    tick(page, "Special 1").click()
    answered(page, "Marked Special 1")
    expect(watched(page, "Special 1")).to_be_visible()
    expect(progress(page)).to_have_text("2 of 3 seen")
    expect(following(page, "S1 E3")).to_be_visible()
    page.get_by_role("button", name="Count the specials of this show").click()
    answered(page, "Specials count for the progress")
    expect(progress(page)).to_have_text("3 of 5 seen")
    following(page, "S1 E3").click()
    answered(page, "Marked S1 E3")
    expect(following(page, "Special 2")).to_be_visible()
    page.get_by_role("button", name="Leave the specials out").click()
    answered(page, "Specials no longer count")
    expect(progress(page)).to_have_text("3 of 3 seen")
    expect(page.get_by_text("You have seen all of it.")).to_be_visible()
    if js:
        assert violations(page) == []


# Ratings and plays


@SCRIPT
def test_season_and_episode_have_ratings_of_their_own(same_page, actor, js):
    name, year = {True: ("Fargo", 2014), False: ("Broadchurch", 2013)}[js]
    show = actor.find(name, year)
    actor.tick(show, 1)
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    page.get_by_text("Rate or skip the rest of this season").click()
    assert overflow(page) == 0, widest(page)
    points(page, "Season 1", 8).click()
    answered(page, "Rated Season 1 8 of 10")
    expect(page.locator("#s1 .head .facts")).to_contain_text("rated 8")
    more(page, "S1 E2").click()
    points(page, "S1 E2", 9).click()
    answered(page, "Rated S1 E2 9 of 10")
    expect(points(page, "S1 E2", 9)).to_have_attribute("aria-pressed", "true")
    expect(row(page, 2)).to_contain_text("rated 9")
    expect(row(page, 1)).not_to_contain_text("rated")
    expect(page.get_by_role("group", name=f"Your rating of {name}").locator("[aria-pressed=true]")).to_have_count(0)
    details(page, "S1 E2").get_by_role("button", name="Clear").click()
    answered(page, "Took the rating of S1 E2 away")
    expect(row(page, 2)).not_to_contain_text("rated")
    undo(page).click()
    said(page, "Undone: ")
    expect(row(page, 2)).to_contain_text("rated 9")


@SCRIPT
def test_every_play_of_an_episode_has_its_own_date(same_page, actor, js):
    show = actor.find(*{True: ("Andor", 2022), False: ("Veep", 2012)}[js])
    first = actor.episodes(show)[0]
    actor.post(f"/titles/{show}/plays", episode=first, when="2020-05-01")
    actor.post(f"/titles/{show}/plays", episode=first, when="2021-06", again="1")
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    expect(row(page, 1)).to_contain_text("watched June 2021 · 2 times")
    more(page, "S1 E1").click()
    lines = details(page, "S1 E1").locator(".plays > li")
    expect(lines.locator("time")).to_have_text(["June 2021", "1 May 2020"])
    details(page, "S1 E1").get_by_role("button", name="Mark watched again").click()
    answered(page, "Marked S1 E1")
    expect(lines).to_have_count(3)
    expect(row(page, 1)).to_contain_text("3 times")
    oldest = lines.filter(has_text="1 May 2020")
    oldest.locator("summary").click()
    expect(oldest.get_by_label("Date")).to_have_value("2020-05-01")
    oldest.get_by_label("Date").fill("24.5.2019")
    oldest.get_by_role("button", name="Save").click()
    answered(page, "Changed the date of S1 E1 from 1 May 2020 to 24 May 2019")
    expect(lines.locator("time")).to_have_text([re.compile("^today, "), "June 2021", "24 May 2019"])
    lines.filter(has_text="June 2021").locator("summary").click()
    details(page, "S1 E1").get_by_role("button", name="Remove June 2021").click()
    answered(page, "Took back S1 E1")
    expect(lines.locator("time")).to_have_text([re.compile("^today, "), "24 May 2019"])
    undo(page).click()
    said(page, "Undone: ")
    expect(lines).to_have_count(3)
    assert plays(actor, show) == 3


# What is shown


@SCRIPT
def test_only_unseen_episodes_are_shown_where_one_asks_for_them(same_page, actor, js):
    show = actor.find(*{True: ("Sherlock", 2010), False: ("Black Mirror", 2011)}[js])
    actor.tick(show, 1)
    actor.post(f"/episodes/{actor.episodes(show)[1]}/skip", skip="1")
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    rows = page.locator("ol.eps > li .n")
    expect(rows).to_have_text(["1", "2", "3"])
    page.get_by_role("link", name="Unseen only").click()
    expect(rows).to_have_text(["3"])
    tick(page, "S1 E3").click()
    answered(page, "Marked S1 E3")
    expect(page.get_by_text("Nothing unseen here.")).to_be_visible()
    undo(page).click()
    said(page, "Undone: ")
    expect(rows).to_have_text(["3"])
    page.get_by_role("link", name="All episodes").click()
    expect(rows).to_have_text(["1", "2", "3"])


@pytest.fixture
def secretive(actor):
    """Has chosen not to be told the names of episodes that they have not seen."""
    show = actor.find("The Office", 2005)
    actor.tick(show, 1)
    actor.post("/settings", hide_unseen="1", single_keys="1")
    yield actor
    actor.post("/settings", single_keys="1")


def test_names_of_unseen_episodes_are_hidden_by_a_setting(same_page, secretive):
    show = secretive.find("The Office", 2005)
    page = same_page(secretive)
    page.goto("/settings")
    expect(page.get_by_label("Hide the names of episodes I have not seen")).to_be_checked()
    page.goto("/")
    expect(card(page, "The Office").locator(".ep")).to_have_text("S1 E2")
    assert "Diversity Day" not in page.content()
    page.goto(f"/titles/{show}")
    expect(row(page, 1).locator(".name")).to_have_text("Pilot")
    expect(row(page, 2).locator(".name")).to_have_text("Episode 2")
    assert "Diversity Day" not in page.content()
    tick(page, "S1 E2").click()
    answered(page, "Marked S1 E2")
    expect(row(page, 2).locator(".name")).to_have_text("Diversity Day")
    assert "Health Care" not in page.content()
    undo(page).click()
    said(page, "Undone: ")
    expect(row(page, 2).locator(".name")).to_have_text("Episode 2")


def test_search_does_not_tell_the_name_of_an_unseen_episode_either(secretive):
    page = secretive.get("/search?q=the+office+2005+s1e2")
    assert "Mark The Office (2005) S1 E2 watched today" in page
    assert "Diversity Day" not in page


# Many at once


@SCRIPT
def test_many_are_marked_and_the_answer_says_what_was_left(same_page, actor, js):
    show = actor.find({True: "Breakwater", False: "Backwater"}[js], 2024)
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    season = page.get_by_role("button", name="Mark 8 aired episodes of Season 1 watched")
    expect(season).to_have_text("Mark 8 aired")
    season.click()
    answered(page, "Marked 8 episodes. Left 2 not aired yet.")
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)
    expect(progress(page)).to_have_text("8 of 8 seen · 2 still to air")
    expect(row(page, 9)).to_contain_text("airs ")
    undo(page).click()
    said(page, "Undone: Marked 8 episodes. Left 2 not aired yet.")
    expect(season).to_be_visible()
    expect(page.get_by_role("button", name="Mark everything up to S1 E9 watched")).to_have_count(0)
    page.get_by_role("button", name="Mark everything up to S1 E5 watched").click()
    answered(page, "Marked 5 episodes.")
    expect(status(page)).not_to_contain_text("Left")
    expect(progress(page)).to_have_text("5 of 8 seen · 2 still to air")
    more(page, "S1 E6").click()
    upto = details(page, "S1 E6").get_by_label("From here up to")
    expect(upto.locator("option")).to_have_text(["S1 E7", "S1 E8"])
    upto.select_option("S1 E7")
    details(page, "S1 E6").get_by_role("button", name="Mark watched", exact=True).click()
    answered(page, "Marked 2 episodes.")
    expect(watched(page, "S1 E7")).to_be_visible()
    undo(page).click()
    said(page, "Undone: ")
    expect(tick(page, "S1 E6")).to_be_visible()
    expect(tick(page, "S1 E7")).to_be_visible()
    expect(progress(page)).to_have_text("5 of 8 seen · 2 still to air")
    assert plays(actor, show) == 5
    assert overflow(page) == 0, widest(page)


@SCRIPT
def test_dates_of_many_are_chosen_in_the_answer(same_page, actor, js):
    show = actor.find(*{True: ("Chernobyl", 2019), False: ("True Detective", 2014)}[js])
    count, released, later = {True: (5, "6 May 2019", "20 May 2019"), False: (3, "12 Jan 2014", "26 Jan 2014")}[js]
    ids = actor.episodes(show)
    answer = actor.post(f"/titles/{show}/plays", upto=ids[count - 1], when="2020").split("#")[0]
    page = same_page(actor, **LOOK[js])
    choices = {
        True: [("Now", r" to today, \d\d:\d\d", "today, ", "today, "), ("The day it came out", "", released, later)],
        False: [
            ("Date unknown", " to date unknown", "date unknown", "date unknown"),
            ("May 2021", " to May 2021", "May 2021", "May 2021"),
        ],
    }[js]
    for choice, to, first, third in choices:
        page.goto(answer)
        answered(page, f"Marked {count} episodes.")
        status(page).get_by_text("Change date").click()
        if choice == "May 2021":
            status(page).get_by_label("Date", exact=True).fill(choice)
            status(page).get_by_role("button", name="Save").click()
        else:
            status(page).get_by_role("button", name=choice, exact=True).click()
        expect(status(page)).to_have_text(re.compile(f"^Changed the date of {count} plays{to} Undo"))
        expect(row(page, 1).locator(".d")).to_contain_text(first)
        expect(row(page, 3).locator(".d")).to_contain_text(third)
        undo(page).click()
        said(page, f"Undone: Changed the date of {count} plays")
        expect(row(page, 1).locator(".d")).to_have_text("watched 2020")


# Rewatches


@SCRIPT
def test_rewatch_has_its_own_progress_and_goes_with_or_without_its_plays(same_page, actor, js):
    name, year, total = {True: ("Fleabag", 2016, 12), False: ("Cowboy Bebop", 1998, 26)}[js]
    show = actor.find(name, year)
    actor.post(f"/titles/{show}/plays", all="1", when="2020-01")
    before = plays(actor, show)
    page = same_page(actor, **LOOK[js])
    page.goto(f"/titles/{show}")
    page.get_by_role("button", name="Watch it again from the start").click()
    answered(page, "Began to watch it again")
    expect(progress(page)).to_have_text(f"Rewatch: 0 of {total} seen")
    following(page, "S1 E1").click()
    following(page, "S1 E2").click()
    expect(progress(page)).to_have_text(f"Rewatch: 2 of {total} seen")
    times = page.locator(".passes > li")
    expect(times.nth(0)).to_contain_text(f"First time {total} of {total} episodes")
    expect(times.nth(1)).to_contain_text(f"Rewatch 2 of {total} episodes")
    expect(times.nth(1)).to_contain_text("Under way")
    assert "You are watching this show again: it is the next one of the rewatch." in actor.get("/")

    times.nth(1).locator("summary").click()
    times.nth(1).get_by_label("Name").fill("With Ana")
    assert overflow(page) == 0, widest(page)
    times.nth(1).get_by_role("button", name="Rename").click()
    answered(page, "Renamed the rewatch")
    expect(progress(page)).to_have_text(f"With Ana: 2 of {total} seen")
    times.nth(1).locator("summary").click()
    times.nth(1).get_by_role("button", name="End it here").click()
    answered(page, "Ended the rewatch")
    expect(times.nth(1)).to_contain_text("Ended on today, ")
    expect(progress(page)).to_have_text(f"{total} of {total} seen")
    expect(page.get_by_role("button", name="Watch it again from the start")).to_be_visible()
    undo(page).click()
    said(page, "Undone: ")
    expect(progress(page)).to_have_text(f"With Ana: 2 of {total} seen")

    for button, words, left in [
        ("Delete, keep its plays", "Deleted the rewatch, kept what was watched", before + 2),
        ("Delete with its plays", "Deleted the rewatch and 2 plays", before),
    ]:
        times.nth(1).locator("summary").click()
        times.nth(1).get_by_role("button", name=button).click()
        answered(page, words)
        assert plays(actor, show) == left
        undo(page).click()
        said(page, "Undone: ")
        expect(progress(page)).to_have_text(f"With Ana: 2 of {total} seen")
        assert plays(actor, show) == before + 2
