"""Every page there is, as somebody sees it: who opens it and how."""

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


def film(account):
    return f"/titles/{account.find(*FILM)}"


def show(account):
    return f"/titles/{account.find(*SHOW)}"


def season(account):
    return f"/titles/{account.find(*SHOW)}/seasons/2"


PAGES = [
    Page("landing", None, "/"),
    Page("register", None, "/register"),
    Page("register with errors", None, "/register", send_bad_registration),
    Page("login", None, "/login"),
    Page("login with error", None, "/login", send_bad_login),
    Page("about for a visitor", None, "/about"),
    Page("home, empty", "newcomer", "/"),
    Page("home", "typical", "/"),
    Page("search, empty", "typical", "/search"),
    Page("search", "typical", "/search?q=the%20office"),
    Page("search, nothing found", "typical", "/search?q=zzqxjk%20vvv"),
    Page("film", "typical", film),
    Page("show", "typical", show),
    Page("season", "typical", season),
    Page("library, empty", "newcomer", "/library"),
    Page("library, nothing fits", "typical", "/library?status=paused&genre=Western"),
    Page("library", "typical", "/library"),
    Page("history, empty", "newcomer", "/history"),
    Page("history", "typical", "/history"),
    Page("activity, empty", "newcomer", "/activity"),
    Page("activity", "typical", "/activity"),
    Page("settings", "typical", "/settings"),
    Page("settings, password", "typical", "/settings/password"),
    Page("settings, sessions", "typical", "/settings/sessions"),
    Page("settings, data", "typical", "/settings/data"),
    Page("people", "typical", "/admin/users"),
    Page("confirm", "typical", "/confirm?next=%2Fadmin%2Fusers"),
    Page("about", "typical", "/about"),
    Page("keys", "typical", "/help/keys"),
    Page("add it yourself", "typical", "/titles/new?q=My%20film"),
    Page("add it yourself, with errors", "typical", "/titles/new", send_bad_title),
    Page("not found", "typical", "/nothing/here"),
    Page("not found for a visitor", None, "/nothing/here"),
]


def named(*names):
    return [page for page in PAGES if page.name in names]
