"""Starts the debug program once and drives it with Debian's Chromium.

`FLIXLIST_BINARY` names another program than `.build/debug/flixlist`. Every page is
watched: a violation of the content policy, an error in the console, an answer of 500 or a request to another
site fails the test.
"""

import html
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "nine quiet otters swim"
ZONE = "Europe/Berlin"

expect.set_options(timeout=10_000)
server_log = pytest.StashKey[Path]()


# The server


@pytest.fixture(scope="session")
def server(tmp_path_factory, pytestconfig):
    """The address of a server of our own on a new data folder."""
    folder = tmp_path_factory.mktemp("flixlist")
    log = pytestconfig.stash[server_log] = folder / "log"
    binary = os.environ.get("FLIXLIST_BINARY", str(ROOT / ".build/debug/flixlist"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"FLIXLIST_PORT": str(port), "FLIXLIST_DATA": str(folder / "data"), "FLIXLIST_METRICS_PORT": "0"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLIXLIST_")}
    with log.open("wb") as output:
        process = subprocess.Popen([binary, "serve"], env=inherited | settings, stdout=output, stderr=output)
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            code = "none: it had to be killed"
    assert code == 0, f"exit code after SIGTERM: {code}"


def wait_until_ready(process, url):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            if requests.get(url + "/readyz", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    pytest.fail("the server was not ready after 30 s")


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    log = config.stash.get(server_log, None)
    if exitstatus and log and log.exists():
        lines = log.read_text(errors="replace").splitlines()
        terminalreporter.section(f"the last lines of {log}")
        for line in lines[-40:]:
            terminalreporter.write_line(line)


# People


class FromAddress(requests.adapters.HTTPAdapter):
    """Speaks from an address of its own: an address may make only so many accounts an hour."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *positional, **named):
        super().init_poolmanager(*positional, source_address=(self.address, 0), **named)


addresses = itertools.count(1)


class Account:
    """Somebody who has registered, with a session for what a test has to prepare and to look up."""

    def __init__(self, url, name):
        self.url, self.name = url, name
        self.http = requests.Session()
        self.http.mount("http://", FromAddress(f"127.0.1.{next(addresses)}"))
        self.http.headers["Origin"] = url
        self.post("/register", username=name, password=PASSWORD, zone=ZONE)

    def post(self, path, **fields):
        answer = self.http.post(self.url + path, data=fields, allow_redirects=False)
        assert answer.status_code == 303, f"POST {path} {fields}: {answer.status_code}\n{answer.text}"
        return answer.headers["Location"]

    def get(self, path):
        answer = self.http.get(self.url + path)
        assert answer.ok, f"GET {path}: {answer.status_code}"
        return answer.text

    def find(self, name, year):
        """The id of a title of the catalogue."""
        page = self.get("/search?q=" + requests.utils.quote(f"{name} {year}"))
        for row in page.split('<li class="result"')[1:]:
            if f">{html.escape(name, quote=False)}</a>" in row and f">{year}<" in row:
                return int(re.search(r'id="t(\d+)"', row)[1])
        raise AssertionError(f"{name} ({year}) is not in the catalogue")

    def episodes(self, title, season=1):
        """The ids of a season's episodes, in order."""
        page = self.get(f"/titles/{title}/seasons/{season}")
        return [int(each) for each in re.findall(r'<li id="e(\d+)"', page)]

    def tick(self, title, *numbers, season=1, **fields):
        ids = self.episodes(title, season)
        for number in numbers:
            self.post(f"/titles/{title}/plays", episode=ids[number - 1], **fields)

    def plays(self, title):
        """How often something of a title was watched."""
        return len(re.findall(rf'class="thumb small" href="/titles/{title}[-"]', self.get("/history")))

    @property
    def state(self):
        """The session as Playwright's storage state."""
        cookies = [
            {"name": each.name, "value": each.value, "domain": each.domain, "path": each.path, "expires": -1,
             "httpOnly": True, "secure": False, "sameSite": "Lax"}
            for each in self.http.cookies
        ]
        return {"cookies": cookies, "origins": []}


@pytest.fixture(scope="session")
def typical(server):
    """The first account, so the administrator, with a record of every kind."""
    account = Account(server, "robin")
    fill(account)
    return account


@pytest.fixture(scope="session")
def newcomer(server, typical):
    """An account without a record."""
    return Account(server, "nobody-yet")


@pytest.fixture(scope="session")
def names(typical):
    """Makes names that nobody has registered yet."""
    taken = iter(range(1, 100))
    return lambda: f"visitor{next(taken)}"


@pytest.fixture(scope="module")
def actor(server, names):
    """An account of each file's own, whose tests each take another title."""
    return Account(server, names())


SHOW, FILM = ("The Office", 2005), ("Parasite", 2019)


def fill(account):
    """Shows in progress, one of them with a gap; films watched, planned, dropped; ratings, a favourite, a note."""
    find = account.find
    show, film = find(*SHOW), find(*FILM)
    account.tick(show, 1, 2, 4)
    account.post(f"/titles/{show}/entry", rating=90)
    account.tick(find("Severance", 2022), 1)
    account.tick(find("Breaking Bad", 2008), 1, 2, 3)
    account.tick(find("Dark", 2017), 1)
    account.post(f"/titles/{find('Fleabag', 2016)}/plays", all="1", when="2024-03")
    account.post(f"/titles/{film}/plays", when="2024-05-01")
    account.post(f"/titles/{film}/plays", again="1")
    account.post(f"/titles/{film}/entry", rating=80, favourite=1, note="With Ana, in the old cinema.")
    account.post(f"/titles/{find('Arrival', 2016)}/plays", when="unknown")
    for title in [("Spirited Away", 2001), ("Past Lives", 2023), ("The Wire", 2002)]:
        account.post(f"/titles/{find(*title)}/entry", status="planned")
    account.post(f"/titles/{find('Metropolis', 1927)}/entry", status="dropped")
    lost = find("Lost", 2004)
    account.tick(lost, 1)
    account.post(f"/titles/{lost}/entry", status="paused")
    account.post("/lists", name="Rainy Sundays", note="With tea, by the window.", title=[show, film, lost])
    account.post("/lists", name="Best of what I saw", rule="status=completed&sort=rating")


# The browser


@pytest.fixture(scope="session")
def browser():
    names = ["chromium-headless-shell", "chromium", "google-chrome"]
    path = next(filter(None, map(shutil.which, names)), None)
    assert path, f"none of {', '.join(names)} is installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => reportViolation(
  [event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber, event.sample].join(' ')));
"""


def new_page(browser, server, problems, account=None, *, width=1280, height=900, js=True, dark=False,
             worker=True):
    """A page in a window of its own, which writes down what must not happen."""
    context = browser.new_context(
        base_url=server, viewport={"width": width, "height": height}, java_script_enabled=js,
        color_scheme="dark" if dark else "light", reduced_motion="reduce", locale="en-GB", timezone_id=ZONE,
        storage_state=account.state if account else None, service_workers="allow" if worker else "block")
    context.set_default_timeout(10_000)
    if js:
        context.expose_binding("reportViolation", lambda _, text: problems.append("policy: " + text))
        context.add_init_script(REPORT_VIOLATIONS)
    context.on("console", lambda message: note_console(message, problems))
    context.on("weberror", lambda error: problems.append(f"script: {error.error}"))
    context.on("request", lambda request: note_request(request, server, problems))
    context.on("response", lambda response: note_response(response, problems))
    return context.new_page()


@pytest.fixture
def open_page(browser, server):
    """Opens a page in a new window: `open_page(account, width=390, js=False, dark=True)`."""
    opened, problems = [], []

    def open_page(account=None, **look):
        opened.append(new_page(browser, server, problems, account, **look))
        return opened[-1]

    yield open_page
    for page in opened:
        page.context.close()
    assert problems == []


@pytest.fixture(scope="session")
def kept_pages(browser):
    pages = {}
    yield pages
    for page, _ in pages.values():
        page.context.close()


@pytest.fixture
def same_page(kept_pages, browser, server):
    """Like `open_page`, for tests that only look: goes on in the window of an earlier one, which saves half a second."""

    def same_page(account=None, **look):
        key = (account and account.name, *sorted(look.items()))
        if key not in kept_pages:
            problems = []
            kept_pages[key] = new_page(browser, server, problems, account, **look), problems
        return kept_pages[key][0]

    yield same_page
    found = [problem for _, problems in kept_pages.values() for problem in problems]
    for _, problems in kept_pages.values():
        problems.clear()
    assert found == []


def note_console(message, problems):
    # An answer of 404 or 422 is told here as well, and is what some tests ask for.
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        problems.append("console: " + message.text)


def note_request(request, server, problems):
    if not request.url.startswith((server + "/", "data:")):
        problems.append("another site: " + request.url)


def note_response(response, problems):
    if response.status >= 500:
        problems.append(f"{response.status}: {response.url}")


# What several files do


def register(page, name):
    """Registers through the form and ends on the home page."""
    page.goto("/register")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Welcome, {name}")


def log_in(page, name):
    """Logs in through the form."""
    page.goto("/login")
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def status(page):
    """The answer to the last action."""
    return page.locator("#status")


def card(page, name):
    """A show under Up next."""
    return page.locator("li.up").filter(has=page.get_by_role("link", name=name, exact=True))


def tick(page, code):
    """The tick of an episode that is not watched yet, such as `S1 E2`, in its season's list."""
    return page.locator("ol.eps").get_by_role("button", name=re.compile(rf"^Mark {code}\b"))


def watched(page, code):
    """The tick of an episode that is watched."""
    return page.locator("ol.eps").get_by_role("button", name=re.compile(rf"^{code}\b.* is watched"))


def rating(page, points):
    """The button that rates a title."""
    return page.get_by_role("group", name=re.compile("^Your rating of")).get_by_role("button", name=f"{points} of 10", exact=True)


def navigate(page, name):
    """Follows the main navigation: at the top, or at the bottom of a narrow window."""
    page.locator("nav.main:visible, nav.tabs:visible").get_by_role("link", name=name, exact=True).click()


def overflow(page):
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def widest(page):
    """Which elements stick out, for a message that helps."""
    return page.evaluate("""
        [...document.querySelectorAll('body *')]
          .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
            !each.closest('.scroll, .hidden'))
          .slice(0, 6).map((each) => each.outerHTML.slice(0, 120))
    """)
