"""What TMDB adds: search, facts, pictures, where to watch; on sites of their own that ask a stand-in for it.

The stand-in is `.build/debug/stand-in`, or what `FLIXLIST_STAND_IN` names.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from datetime import date

import pytest
import requests
from playwright.sync_api import expect

from conftest import ROOT, Account, overflow, status, tick, wait_until_ready, watched, widest
from test_axe import HEIGHT, LOOKS, violations

TOKEN = "a-token-for-the-stand-in"
FILM, SHOW = ("The Lantern at Low Tide", 2019), ("Harbour Street", 2021)
OFFERS = "Where to watch: "


# The stand-in and the sites


@contextlib.contextmanager
def stand_in():
    """The address of a stand-in of our own."""
    binary = os.environ.get("FLIXLIST_STAND_IN", str(ROOT / ".build/debug/stand-in"))
    arguments = ["--port", "0", "--today", date.today().isoformat(), "--token", TOKEN]
    with subprocess.Popen([binary, *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)


@contextlib.contextmanager
def site(folder, **settings):
    """The address of a site on a new data folder."""
    binary = os.environ.get("FLIXLIST_BINARY", str(ROOT / ".build/debug/flixlist"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings |= {"FLIXLIST_PORT": str(port), "FLIXLIST_DATA": str(folder / "data"), "FLIXLIST_METRICS_PORT": "0"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLIXLIST_")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([binary, "serve"], env=inherited | settings, stdout=log, stderr=log)
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def tmdb():
    with stand_in() as base:
        yield base


@pytest.fixture(scope="module")
def server(tmdb, tmp_path_factory):
    """In the place of the server of all other files: one that has a token."""
    with site(tmp_path_factory.mktemp("tmdb"), FLIXLIST_TMDB_TOKEN=TOKEN, FLIXLIST_TMDB_URL=tmdb) as url:
        yield url


@pytest.fixture(scope="module")
def keeper(server):
    """The first account, so the administrator."""
    return Account(server, "keeper")


@pytest.fixture
def fail(tmdb):
    """Lets the stand-in fail: `fail("/3/search", failure="status", status=503)`; until the test ends."""
    yield lambda path, **how: requests.post(tmdb + "/_fail", json={"for": path} | how, timeout=5).raise_for_status()
    requests.post(tmdb + "/_recover", timeout=5).raise_for_status()


def asked(tmdb):
    """What was asked of the stand-in so far."""
    return [each["target"] for each in requests.get(tmdb + "/_log", timeout=5).json()["requests"]]


# Titles


def search(page, text):
    """Searches by the box at the top."""
    page.goto("/about")
    page.locator("#q").fill(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Search: {text}")


def open_result(page, name, year):
    link = page.get_by_role("link", name=name, exact=True)
    page.locator("li.result").filter(has_text=str(year)).filter(has=link).locator(link).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def reload_until_fetched(page):
    """The page waits for nothing, so it has to be asked again."""
    coming = page.locator("[data-coming]")
    for _ in range(100):
        page.reload()
        if coming.count() == 0:
            return
        page.wait_for_timeout(100)
    pytest.fail("nothing was fetched in ten seconds")


def fetched(account, name, year):
    """The id of a title of which everything is known."""
    account.get("/search?q=" + requests.utils.quote(name))
    title = account.find(name, year)
    for _ in range(100):
        page = account.get(f"/titles/{title}")
        if "Facts from TMDB. As of" in page and "data-coming" not in page:
            return title
        time.sleep(0.1)
    raise AssertionError(f"{name} was not fetched in ten seconds")


def figure(page, name):
    """A figure of the administrator's page."""
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    return int(row.get_by_role("cell").inner_text())


# What a person does


@pytest.mark.parametrize(
    ("js", "name", "year"), [(True, *FILM), (False, "Song of the Lighthouse", 2011)], ids=["js", "no-js"])
def test_film_that_only_tmdb_has_is_found_opened_and_watched(open_page, keeper, tmdb, js, name, year):
    page = open_page(keeper, js=js)
    search(page, name)
    assert any(each.startswith("/3/search/multi?") for each in asked(tmdb))
    open_result(page, name, year)
    title = int(re.search(r"/titles/(\d+)", page.url)[1])
    expect(page.get_by_text("More is being fetched; the page does not wait for it.")).to_be_visible()
    reload_until_fetched(page)
    expect(page.locator(".title > img.poster")).to_have_attribute("src", re.compile("^/pictures/poster/"))
    expect(page.locator("ul.cast > li").first).to_be_visible()
    expect(page.get_by_role("region", name=re.compile(OFFERS))).to_contain_text("JustWatch")
    expect(page.get_by_role("region", name="Liked by those who like it").get_by_role("listitem").first).to_be_visible()
    page.get_by_role("button", name="Mark watched").click()
    expect(status(page)).to_contain_text("Marked watched")
    assert keeper.plays(title) == 1


def test_show_has_its_seasons_and_its_next_episode(open_page, keeper):
    page = open_page(keeper)
    search(page, SHOW[0])
    open_result(page, *SHOW)
    reload_until_fetched(page)
    tick(page, "S1 E1").click()
    expect(watched(page, "S1 E1")).to_be_visible()
    page.goto("/")
    expect(page.locator("li.up").filter(has_text=SHOW[0]).locator(".ep")).to_have_text(re.compile("^S1 E2"))


def test_what_costs_nothing_more_is_marked_where_somebody_watches(open_page, keeper):
    title = fetched(keeper, *FILM)
    page = open_page(keeper)
    page.goto(f"/titles/{title}")
    page.get_by_role("link", name="Country and services").click()
    page.get_by_label("Country").select_option(label="Germany")
    page.get_by_role("button", name="Save").click()
    expect(status(page)).to_have_text("Saved.")
    page.get_by_role("checkbox", name="Kinothek").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("checkbox", name="Kinothek")).to_be_checked()
    page.goto(f"/titles/{title}")
    offers = page.get_by_role("region", name=OFFERS + "Germany")
    expect(offers.get_by_role("listitem").filter(has_text="you have it").first).to_contain_text("Kinothek")
    expect(offers.get_by_role("listitem").filter(has_text="Rent & Reel").first).not_to_contain_text("you have it")
    keeper.post("/settings/watching", country="US")


# Pictures

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((each) => each.value)))
  .observe({type: 'layout-shift', buffered: true});
"""
PICTURES = """
() => [...document.querySelectorAll('main img')].map((each) => [each.currentSrc, each.complete, each.naturalWidth])
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_come_without_moving_anything(open_page, keeper, server, fail, width):
    name, year = {390: ("The Lantern at High Water", 2022), 1280: ("Nine Kilometres of Snow", 2026)}[width]
    title = fetched(keeper, name, year)
    # So that they come when the page has long been drawn.
    fail("/t/p/", failure="hang", seconds=0.5)
    page = open_page(keeper, width=width, height=HEIGHT)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"/titles/{title}")
    page.wait_for_function("() => [...document.querySelectorAll('main img')].every((each) => each.complete)")
    found = page.evaluate(PICTURES)
    assert len(found) > 3
    assert [each for each in found if each[2] == 0] == []
    kinds = {keeper.http.get(address).headers["Content-Type"] for address, _, _ in found if "/pictures/" in address}
    assert kinds == {"image/png"}
    assert page.evaluate("shifts") == []


# Administration


def test_administrator_sees_the_queue_and_has_what_failed_tried_again(open_page, keeper, fail):
    name, year = "Paper Weather", 2008
    page = open_page(keeper)
    search(page, name)
    fail("/3/movie/9900010", failure="status", status=500, times=1)
    open_result(page, name, year)
    reload_until_fetched(page)
    expect(page.get_by_text("It could not be fetched; the next try is on")).to_be_visible()
    address = page.url
    page.goto("/admin/users")
    page.get_by_role("link", name="Catalogue", exact=True).click()
    expect(page.get_by_text("It stands in FLIXLIST_TMDB_TOKEN.")).to_be_visible()
    assert figure(page, "Kept answers") > 0
    assert figure(page, "Failing") > 0
    assert figure(page, "Requests since this node started") > figure(page, "Of these, failed") > 0
    problem = page.get_by_role("row").filter(has_text="movie/9900010")
    expect(problem).to_contain_text("unavailable: status 500")
    page.get_by_role("button", name="Try all of them now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    page.goto(address)
    reload_until_fetched(page)
    expect(page.get_by_text("Facts from TMDB. As of")).to_be_visible()


# Every page of it, as everybody sees it


@pytest.fixture(scope="module")
def pages(keeper):
    """The pages that there are with TMDB only, by their names."""
    film, show = fetched(keeper, *FILM), fetched(keeper, *SHOW)
    text = keeper.get(f"/titles/{film}")
    return {
        "search": "/search?q=lantern",
        "person found": "/search?q=ada%20marlowe",
        "film": f"/titles/{film}",
        "show": f"/titles/{show}",
        "season": f"/titles/{show}/seasons/1",
        "series of films": re.search(r'"(/collections/\d+[^"]*)"', text)[1],
        "person": re.search(r'class="cast".*?"(/people/\d+[^"]*)"', text, re.DOTALL)[1],
        "where you watch": "/settings/watching",
        "administration": "/admin/catalogue",
    }


NAMES = ["search", "person found", "film", "show", "season", "series of films", "person", "where you watch",
         "administration"]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_page_has_no_violations(open_page, keeper, pages, name, look):
    page = open_page(keeper, height=HEIGHT, **look)
    page.goto(pages[name])
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_whole_without_javascript(open_page, keeper, pages, look):
    page = open_page(keeper, js=False, height=HEIGHT, **look)
    for name, path in pages.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert overflow(page) == 0, (name, widest(page))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_page_without_its_scripts_has_no_violations(open_page, keeper, pages, name, look):
    """axe itself is a script, so the site's own are kept away instead."""
    page = open_page(keeper, height=HEIGHT, **look)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(pages[name])
    assert violations(page) == []


# Sites of their own


class TestWithoutToken:
    """A site that was given no token."""

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, tmdb, tmp_path_factory):
        with site(tmp_path_factory.mktemp("bare"), FLIXLIST_TMDB_URL=tmdb) as url:
            yield url

    @pytest.fixture(scope="class")
    @classmethod
    def keeper(cls, server):
        return Account(server, "keeper")

    def test_token_is_set_in_the_browser_and_tried(self, open_page, keeper):
        page = open_page(keeper)
        search(page, FILM[0])
        expect(page.locator("li.result").filter(has_text=FILM[0])).to_have_count(0)
        page.goto("/admin/catalogue")
        expect(page.get_by_text("No token is set")).to_be_visible()
        field = page.get_by_label("API read access token, or API key")
        for wrong, answer in [("no token", "That is no token"), ("some-other-token", "TMDB does not know this token.")]:
            field.fill(wrong)
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_role("alert")).to_contain_text(answer)
            assert violations(page) == []
        field.fill(TOKEN)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("A token is set.")).to_be_visible()
        assert TOKEN not in page.content()
        search(page, FILM[0])
        open_result(page, *FILM)
        reload_until_fetched(page)
        expect(page.get_by_text("Facts from TMDB. As of")).to_be_visible()
        page.goto("/admin/catalogue")
        page.get_by_role("button", name="Remove the token").click()
        expect(page.get_by_text("No token is set")).to_be_visible()
        # What was fetched stays.
        search(page, FILM[0])
        open_result(page, *FILM)
        expect(page.get_by_text("Facts from TMDB. As of")).to_be_visible()
        expect(page.get_by_role("button", name="Ask for it anew")).to_have_count(0)


class TestAway:
    """A site whose TMDB goes away."""

    @pytest.fixture(scope="class")
    @classmethod
    def tmdb(cls):
        with stand_in() as base:
            yield base

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, tmdb, tmp_path_factory):
        with site(tmp_path_factory.mktemp("away"), FLIXLIST_TMDB_TOKEN=TOKEN, FLIXLIST_TMDB_URL=tmdb) as url:
            yield url

    @pytest.fixture(scope="class")
    @classmethod
    def keeper(cls, server):
        return Account(server, "keeper")

    @pytest.mark.parametrize("look", LOOKS)
    def test_pages_do_without_it_and_say_so(self, open_page, keeper, fail, look):
        keeper.get("/search?q=" + requests.utils.quote(FILM[0]))
        title = keeper.find(*FILM)
        fail("/", failure="status", status=503)
        page = open_page(keeper, height=HEIGHT, **look)
        search(page, "arrival")
        expect(page.get_by_text("TMDB did not answer in time: this is what is known here.")).to_be_visible()
        expect(page.get_by_role("link", name="Arrival", exact=True)).to_be_visible()
        assert violations(page) == []
        answer = page.goto(f"/titles/{title}")
        assert answer.status == 200
        page.get_by_role("button", name="Mark watched").click()
        expect(status(page)).to_contain_text("Marked watched")
        page.wait_for_function("() => [...document.querySelectorAll('main img')].every((each) => each.naturalWidth)")
        assert violations(page) == []
        page.goto("/admin/catalogue")
        assert figure(page, "Of these, failed") > 0
