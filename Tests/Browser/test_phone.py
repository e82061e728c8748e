"""The site as an application: installed, without a connection, with ticks that are sent when it is back."""

import json
import re
import time
from datetime import datetime, timezone

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import PASSWORD, Account, card, log_in, rating, status, tick, watched
from test_axe import OPTIONS

PLACE = "(each) => each.getBoundingClientRect().top + scrollY"
KEPT = "Saved here: it will be sent when the connection returns."


def test_manifest_names_icons_that_load(open_page, server):
    page = open_page()
    page.goto("/")
    address = page.locator("link[rel=manifest]").get_attribute("href")
    answer = requests.get(server + address, timeout=10)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert manifest["name"] and manifest["short_name"] and manifest["start_url"] == "/"
    assert manifest["display"] == "standalone" and manifest["theme_color"] and manifest["background_color"]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        size = page.evaluate("""(src) => new Promise((resolve) => {
          const image = new Image();
          image.onload = () => resolve(image.naturalWidth);
          image.onerror = () => resolve(0);
          image.src = src;
        })""", icon["src"])
        assert size == int(icon["sizes"].split("x")[0]) if icon["type"] == "image/png" else size > 0, icon
    touch = page.locator("link[rel=apple-touch-icon]").get_attribute("href")
    assert requests.get(server + touch, timeout=10).headers["Content-Type"] == "image/png"


@pytest.fixture(scope="module")
def lodger(server, names):
    """Another person; one for all tests, since an address may register only so many accounts in an hour."""
    return Account(server, names())


@pytest.fixture
def phone(open_page, actor):
    """Opens a page whose service worker has taken over."""

    def phone(path="/", account=actor):
        page = open_page(account, width=390)
        page.goto(path)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        return page

    return phone


def offline(page, is_offline=True):
    page.context.set_offline(is_offline)


def plays(account, name):
    """The plays of a title in the export."""
    record = account.http.get(account.url + "/export/record.json").json()
    return [play for title in record["titles"] if title["name"] == name for play in title["plays"]]


def test_without_a_connection_any_page_is_the_one_that_says_so(phone):
    page = phone()
    offline(page)
    page.goto("/library")
    expect(page.get_by_role("heading", level=1)).to_have_text("No connection")
    expect(page.get_by_text("Nothing is waiting here.")).to_be_visible()
    # In the look of the site.
    assert page.evaluate("getComputedStyle(document.querySelector('.btn.pri')).borderRadius") != "0px"
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [rule["id"] for rule in found] == []
    offline(page, False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")


def test_page_without_a_connection_follows_language_and_theme(phone, lodger):
    lodger.post("/settings", language="de", theme="dark", single_keys="1")
    page = phone(account=lodger)
    offline(page)
    page.goto("/history")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keine Verbindung")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    lodger.post("/settings", language="en", theme="system", single_keys="1")


def test_worker_keeps_no_page_of_a_person(phone):
    page = phone("/history")
    page.goto("/")
    kept = page.evaluate("""async () => {
      const paths = [];
      for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
      return paths;
    }""")
    assert "/offline" in kept
    assert all(path == "/offline" or path.startswith("/assets/") for path in kept), kept


def test_tick_without_a_connection_waits_survives_a_reload_and_is_sent_once_with_its_time(phone, actor):
    show = actor.find("Severance", 2022)
    page = phone(f"/titles/{show}")
    offline(page)
    before = datetime.now(timezone.utc)
    tick(page, "S1 E1").click()
    expect(status(page)).to_contain_text(KEPT)
    after = datetime.now(timezone.utc)
    expect(tick(page, "S1 E1")).to_have_attribute("data-kept", re.compile("."))
    tick(page, "S1 E1").click()  # again: still one
    expect(status(page)).to_contain_text(KEPT)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("No connection")
    row = page.locator("li.rowline")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Severance: Mark S1 E1")
    time.sleep(2)
    offline(page, False)
    # The page itself comes back, and what waited is sent from it.
    expect(page.get_by_role("heading", level=1)).to_have_text("Severance")
    expect(watched(page, "S1 E1")).to_be_visible()
    page.reload()
    expect(watched(page, "S1 E1")).to_be_visible()
    [play] = plays(actor, "Severance")
    at = datetime.fromisoformat(play["at"].replace("Z", "+00:00"))
    assert before.replace(microsecond=0) <= at <= after


def test_ticks_are_sent_in_order_from_the_page_that_is_open(phone, actor):
    show = actor.find("The Wire", 2002)
    page = phone(f"/titles/{show}")
    offline(page)
    for code in ["S1 E1", "S1 E2", "S1 E3"]:
        before = tick(page, "S1 E5").evaluate(PLACE)
        tick(page, code).click()
        expect(tick(page, code)).to_have_attribute("data-kept", re.compile("."))
        assert tick(page, "S1 E5").evaluate(PLACE) == before, "the next tap would hit another tick"
    expect(status(page)).to_contain_text("Waiting to be sent: 3")
    offline(page, False)
    for code in ["S1 E1", "S1 E2", "S1 E3"]:
        expect(watched(page, code)).to_be_visible()
    expect(status(page)).to_contain_text("Sent what you marked without a connection: 3")
    times = sorted(play["at"] for play in plays(actor, "The Wire"))
    assert len(times) == 3


def test_film_watched_without_a_connection_is_sent(phone, actor):
    film = actor.find("Parasite", 2019)
    page = phone(f"/titles/{film}")
    offline(page)
    page.get_by_role("button", name="Mark watched").first.click()
    expect(status(page)).to_contain_text(KEPT)
    offline(page, False)
    expect(page.get_by_role("button", name="Watched again")).to_be_visible()
    assert len(plays(actor, "Parasite")) == 1


def test_tick_that_waits_can_be_taken_back(phone, actor):
    show = actor.find("Fargo", 2014)
    page = phone(f"/titles/{show}")
    offline(page)
    tick(page, "S1 E1").click()
    status(page).get_by_role("button", name="Undo").click()
    expect(status(page)).to_have_text("Taken back: it will not be sent.")
    expect(tick(page, "S1 E1")).not_to_have_attribute("data-kept", re.compile("."))
    tick(page, "S1 E2").click()
    expect(tick(page, "S1 E2")).to_have_attribute("data-kept", re.compile("."))
    page.goto("/library")
    page.get_by_role("button", name=re.compile("^Take back: Fargo")).click()
    expect(page.get_by_text("Nothing is waiting here.")).to_be_visible()
    offline(page, False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")
    assert plays(actor, "Fargo") == []


def test_other_changes_say_that_nothing_was_changed(phone, actor):
    page = phone(f"/titles/{actor.find('Veep', 2012)}")
    offline(page)
    rating(page, 9).click()
    expect(status(page)).to_have_text("No connection: nothing was changed.")
    expect(rating(page, 9)).to_have_attribute("aria-pressed", "false")
    offline(page, False)


def test_tick_that_the_server_refuses_stays_in_sight(phone, actor):
    page = phone(f"/titles/{actor.find('Lost', 2004)}")
    # An episode that is not there: the server says 404.
    tick(page, "S1 E1").evaluate("(button) => { button.value = '999999999'; }")
    offline(page)
    page.locator("ol.eps .tick").first.click()
    expect(status(page)).to_contain_text(KEPT)
    offline(page, False)
    expect(page.locator("#kept-line")).to_contain_text("Could not be sent: 1")
    page.locator("#kept-line").get_by_role("link", name="Show").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Could not be sent")
    row = page.locator("li.rowline")
    expect(row).to_contain_text("Lost: Mark S1 E1")
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [rule["id"] for rule in found] == []
    row.get_by_role("button", name="Send again").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Nothing is waiting here.")).to_be_visible()


def test_what_somebody_else_marked_is_not_sent(phone, actor, lodger):
    """Two people with one browser: what the first marked waits until they are back."""
    first, second = actor, lodger
    show = first.find("Dark", 2017)
    page = phone(f"/titles/{show}", account=first)
    offline(page)
    tick(page, "S1 E1").click()
    expect(status(page)).to_contain_text(KEPT)
    page.context.clear_cookies()
    offline(page, False)
    # The page of the first is still open, and nobody is logged in.
    expect(page.locator("#kept-line")).to_contain_text("Waiting to be sent: 1")
    log_in(page, second.name)
    expect(page.get_by_role("heading", level=1)).to_contain_text(second.name)
    page.goto(f"/titles/{show}")
    expect(tick(page, "S1 E1")).to_be_visible()
    expect(page.locator("#kept-line")).to_have_count(0)
    page.goto("/unsent")
    expect(page.get_by_text("Nothing is waiting here.")).to_be_visible()
    assert plays(second, "Dark") == []
    page.context.clear_cookies()
    log_in(page, first.name)
    expect(status(page)).to_contain_text("Sent what you marked without a connection: 1")
    # The page came before it was sent, and follows.
    expect(card(page, "Dark").locator(".ep")).to_have_text(re.compile("^S1 E2"))
    assert len(plays(first, "Dark")) == 1 and plays(second, "Dark") == []


def test_page_left_open_is_refused_when_somebody_else_has_logged_in(phone, actor, lodger):
    first, second = actor, lodger
    show = first.find("Sherlock", 2010)
    page = phone(f"/titles/{show}", account=first)
    page.context.clear_cookies()
    other = page.context.new_page()
    log_in(other, second.name)
    expect(other.get_by_role("heading", level=1)).to_contain_text(second.name)
    tick(page, "S1 E1").click()
    expect(page.get_by_role("main")).to_contain_text("Somebody else has logged in")
    assert plays(first, "Sherlock") == [] and plays(second, "Sherlock") == []


def test_logging_out_says_what_was_not_sent_and_then_forgets_it(phone, lodger):
    page = phone(f"/titles/{lodger.find('Dark', 2017)}", account=lodger)
    tick(page, "S1 E1").evaluate("(button) => { button.value = '999999999'; }")
    offline(page)
    page.locator("ol.eps .tick").first.click()
    expect(status(page)).to_contain_text(KEPT)
    offline(page, False)
    expect(page.locator("#kept-line")).to_contain_text("Could not be sent: 1")
    page.get_by_role("button", name="Log out").click()
    expect(status(page)).to_contain_text("Marked here and not sent yet: 1.")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Start your record")).to_be_visible()
    assert page.evaluate("caches.keys()") == []
    lodger.post("/login", username=lodger.name, password=PASSWORD)
    log_in(page, lodger.name)
    page.goto("/unsent")
    expect(page.get_by_text("Nothing is waiting here.")).to_be_visible()


def test_logging_out_is_one_press_where_nothing_waits(phone, lodger):
    page = phone(account=lodger)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Start your record")).to_be_visible()
    lodger.post("/login", username=lodger.name, password=PASSWORD)


def test_slow_answer_counts_from_the_click(open_page, actor):
    """What is sent names the moment of the click, whenever it arrives."""
    page = open_page(actor)
    page.goto(f"/titles/{actor.find('Mad Men', 2007)}")
    sent = []

    def hold(route):
        sent.append(route.request.post_data)
        time.sleep(1.5)
        route.continue_()

    page.route("**/plays", hold)
    before = datetime.now(timezone.utc)
    tick(page, "S1 E1").click()
    expect(watched(page, "S1 E1")).to_be_visible()
    [play] = plays(actor, "Mad Men")
    at = datetime.fromisoformat(play["at"].replace("Z", "+00:00"))
    assert 0 <= (at - before.replace(microsecond=0)).total_seconds() < 1.5
    assert "once=" in sent[0]


def test_device_whose_clock_is_wrong_is_corrected(open_page, actor):
    page = open_page(actor)
    page.clock.set_system_time(datetime(2031, 1, 1, tzinfo=timezone.utc))
    page.goto(f"/titles/{actor.find('Seinfeld', 1989)}")
    tick(page, "S1 E1").click()
    expect(watched(page, "S1 E1")).to_be_visible()
    [play] = plays(actor, "Seinfeld")
    at = datetime.fromisoformat(play["at"].replace("Z", "+00:00"))
    assert abs((datetime.now(timezone.utc) - at).total_seconds()) < 60
