"""Every page there is, as somebody sees it: who opens it and how."""

import functools
import json
import re
from dataclasses import dataclass

from playwright.sync_api import expect

from conftest import FILM, PASSWORD, SHOW


@dataclass(frozen=True)
class Page:
    """`who` is an account's fixture or None for a visitor; `path` may be made from the account."""

    name: str
    who: str | None
    path: object
    then: object = None

    def address(self, account):
        return self.path(account) if callable(self.path) else self.path

    def open(self, page, account):
        page.goto(self.address(account))
        if self.then:
            self.then(page)
        expect(page.get_by_role("main")).to_be_visible()


def send_bad_registration(page):
    page.get_by_label("Username").fill("1")
    page.get_by_label("E-mail (optional)").fill("robin@films")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_be_visible()


def send_bad_login(page):
    page.get_by_label("Username or e-mail").fill("robin")
    page.get_by_label("Password").fill("wrong " + PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def send_bad_title(page):
    page.get_by_label("Name").fill("   ")
    page.get_by_role("radio", name="Show").check()
    page.get_by_label("Year").fill("12")
    page.get_by_role("button", name="Add to my library").click()
    expect(page.get_by_role("alert")).to_be_visible()


def send_bad_import(page):
    page.get_by_label("Your record.json").set_input_files(
        {"name": "record.json", "mimeType": "application/json", "buffer": b"[]"})
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()


def film(account):
    return f"/titles/{account.find(*FILM)}"


def show(account):
    return f"/titles/{account.find(*SHOW)}"


def season(account):
    return f"/titles/{account.find(*SHOW)}/seasons/2"


def listed(name):
    """The address of a list by its name."""
    return lambda account: re.search(rf'href="(/lists/\d+)">{name}<', account.get("/lists"))[1]


def change_a_title_of_a_list(page):
    page.get_by_role("link", name=f"Change {FILM[0]}").click()
    expect(page.get_by_role("heading", name=FILM[0], level=2)).to_be_visible()


def open_the_forms_of_a_list(page):
    page.get_by_text("Change this list").click()
    expect(page.get_by_role("button", name="Delete this list")).to_be_visible()


def send_bad_list(page):
    page.get_by_label("Name", exact=True).fill("rainy SUNDAYS")
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_role("alert")).to_be_visible()


def rewatched(account):
    """A show that is being watched again."""
    title = account.find("Fleabag", 2016)
    account.post(f"/titles/{title}/passes")
    return f"/titles/{title}"


def reset(account):
    """The form of a link for a new password."""
    user = re.search(rf'<tr id="u(\d+)"><td><b>{account.name}</b>', account.get("/admin/users"))[1]
    made = account.http.post(f"{account.url}/admin/users/{user}/reset")
    return re.search(r"/reset/[\w-]+", made.text)[0]


@functools.cache
def imported(account):
    """The report of an import into an empty record."""
    entry = {"added": "2024-01-01T12:00:00Z", "status": "planned"}
    titles = [{"kind": "movie", "name": "Our summer in Gijón", "year": 2024, "entry": entry, "colour": "blue"}]
    record = json.dumps({"format": "flixlist-record", "version": 2, "titles": titles})
    answer = account.http.post(account.url + "/import", files={"file": ("record.json", record)}, allow_redirects=False)
    return answer.headers["Location"]


def expect_heading(name):
    return lambda page: expect(page.get_by_role("heading", name=name, exact=True).first).to_be_visible()


def open_all(page):
    """Unfolds everything."""
    for summary in page.locator("main summary:visible").all():
        summary.click()


def show_whole(page):
    """Makes the window as high as the page, so that the bar at the bottom covers nothing."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(page.viewport_size | {"height": max(height, page.viewport_size["height"])})


def open_an_episode(page):
    page.get_by_role("link", name="More about S2 E2", exact=True).click()
    expect(page.get_by_role("region", name="More about S2 E2")).to_be_visible()
    open_all(page)


def choose_a_line_and_send_a_bad_date(page):
    page.locator("li.rowline input[name=play]").nth(1).check()
    page.locator(".bulkbar summary").click()
    page.locator("li.rowline summary").first.click()
    page.locator("li.rowline").first.get_by_label("Date", exact=True).fill("once upon a time")
    page.locator("li.rowline").first.get_by_role("button", name="Save").click()
    expect(page.locator("#status .error")).to_be_visible()


PAGES = [
    Page("landing", None, "/"),
    Page("register", None, "/register"),
    Page("register with errors", None, "/register", send_bad_registration),
    Page("login", None, "/login"),
    Page("login with error", None, "/login", send_bad_login),
    Page("new password", "typical", reset),
    Page("about for a visitor", None, "/about"),
    Page("home, empty", "newcomer", "/"),
    Page("home", "typical", "/"),
    Page("home, the reasons", "typical", "/", open_all),
    Page("search, empty", "typical", "/search"),
    Page("search", "typical", "/search?q=the%20office"),
    Page("search, nothing found", "typical", "/search?q=zzqxjk%20vvv"),
    Page("search, by a command", "typical", "/search?q=arrival%209%2F10%20yesterday"),
    Page("film", "typical", film),
    Page("show", "typical", show),
    Page("season", "typical", season),
    Page("season, an episode", "typical", season, open_an_episode),
    Page("show, watched again", "typical", rewatched, open_all),
    Page("library, empty", "newcomer", "/library"),
    Page("library, nothing fits", "typical", "/library?status=paused&genre=Western"),
    Page("library", "typical", "/library"),
    Page("lists, empty", "newcomer", "/lists"),
    Page("lists", "typical", "/lists"),
    Page("lists, with errors", "typical", "/lists", send_bad_list),
    Page("list", "typical", listed("Rainy Sundays")),
    Page("list, one title", "typical", listed("Rainy Sundays"), change_a_title_of_a_list),
    Page("list, its forms", "typical", listed("Rainy Sundays"), open_the_forms_of_a_list),
    Page("list by rule", "typical", listed("Best of what I saw")),
    Page("library, filtered", "typical", "/library?runtime=90-120&country=US&sort=year"),
    Page("library, selecting", "typical", "/library?select=1"),
    Page("library, table", "typical", "/library?view=table&select=all"),
    Page("person", "typical", "/people/1"),
    Page("history, empty", "newcomer", "/history"),
    Page("history", "typical", "/history"),
    Page("history, filtered", "typical", "/history?kind=movie&year=2024"),
    Page("history, selecting, with an error", "typical", "/history", choose_a_line_and_send_a_bad_date),
    Page("statistics, empty", "newcomer", "/stats"),
    Page("statistics", "typical", "/stats", show_whole),
    Page("statistics, shows of a range", "typical", "/stats?from=2024-01-01&to=2024-12-31&kind=show", open_all),
    Page("statistics, with errors", "typical", "/stats?from=1700-01-01", expect_heading("There is a problem")),
    Page("year in review", "typical", "/stats/2024"),
    Page("activity, empty", "newcomer", "/activity"),
    Page("activity", "typical", "/activity"),
    Page("calendar, empty", "newcomer", "/calendar"),
    Page("calendar", "typical", "/calendar"),
    Page("calendar, month", "typical", "/calendar?view=month"),
    Page("settings", "typical", "/settings"),
    Page("settings, password", "typical", "/settings/password"),
    Page("settings, sessions", "typical", "/settings/sessions"),
    Page("settings, calendar", "typical", "/settings/calendar"),
    Page("settings, data", "typical", "/settings/data"),
    Page("import, empty", "newcomer", "/import"),
    Page("import, with errors", "newcomer", "/import", send_bad_import),
    Page("import", "typical", "/import"),
    Page("import, its report", "actor", imported, expect_heading("What was imported")),
    Page("people", "typical", "/admin/users"),
    Page("confirm", "typical", "/confirm?next=%2Fadmin%2Fusers"),
    Page("about", "typical", "/about"),
    Page("keys", "typical", "/help/keys"),
    Page("no connection", None, "/offline"),
    Page("marked without a connection", "typical", "/unsent"),
    Page("add it yourself", "typical", "/titles/new?q=My%20film"),
    Page("add it yourself, with errors", "typical", "/titles/new", send_bad_title),
    Page("not found", "typical", "/nothing/here"),
    Page("not found for a visitor", None, "/nothing/here"),
]


def named(*names):
    return [page for page in PAGES if page.name in names]
