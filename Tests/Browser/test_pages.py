"""What every page has: a title of its own, one heading, a language, a width that fits."""

import re

import pytest
import requests
from playwright.sync_api import expect

from conftest import FILM, SHOW, Account, fill, overflow, widest
from pages import PAGES, named

# Two states of one page share its title.
STATES = (", empty", ", nothing fits", ", filtered", ", selecting", ", table", ", nothing found", " for a visitor")


def test_every_page_has_its_own_title_one_heading_and_its_language(server, typical, newcomer):
    sessions = {"typical": typical.http, "newcomer": newcomer.http, None: requests.Session()}
    titles = {}
    for subject in (each for each in PAGES if not each.then):
        text = sessions[subject.who].get(server + subject.address(typical)).text
        title = re.search("<title>(.*) – FlixList</title>", text)[1]
        assert text.count("<h1") == 1, subject.name
        assert '<html lang="en"' in text, subject.name
        if not subject.name.endswith(STATES):
            titles.setdefault(title, []).append(subject.name)
    assert {title: names for title, names in titles.items() if len(names) > 1} == {}


def test_page_of_a_search_and_of_a_season_name_what_they_show(open_page, typical):
    page = open_page(typical)
    page.goto("/search?q=the%20office")
    expect(page).to_have_title("Search: the office – FlixList")
    title = typical.find(*SHOW)
    page.goto(f"/titles/{title}/seasons/2")
    assert "Season 2" in page.title()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/about", "/nothing/here"])
def test_visitor_finds_the_way_to_log_in_on_every_page(open_page, width, path):
    page = open_page(width=width)
    page.goto(path)
    expect(page.get_by_role("link", name="Log in")).to_be_visible(timeout=2_000)
    expect(page.get_by_role("link", name="Register")).to_be_visible(timeout=2_000)


@pytest.fixture(scope="module")
def linguist(server, typical):
    account = Account(server, "linguist")
    fill(account)
    return account


LANGUAGES = [("en", "Library"), ("es", "Biblioteca"), ("de", "Bibliothek")]


@pytest.mark.parametrize(("code", "library"), LANGUAGES)
def test_language_follows_the_setting_and_fits_a_phone(open_page, linguist, code, library):
    # Another language is another service worker, and Chromium may hold a page up that is asked for while it changes.
    page = open_page(linguist, width=390, worker=False)
    page.goto("/settings")
    page.locator("#language").select_option(code)
    page.locator("form.stack button").click()
    expect(page.locator("html")).to_have_attribute("lang", code)
    for path in ["/", f"/titles/{linguist.find(*SHOW)}", f"/titles/{linguist.find(*FILM)}", "/library", "/settings"]:
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", code)
        assert overflow(page) == 0, (path, widest(page))
    page.goto("/library")
    expect(page.get_by_role("heading", level=1)).to_have_text(library)


# WCAG 1.4.12; as a constructed sheet, since the policy of the page refuses an inline one.
SPACING = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
  p { margin-block-end: 2em !important; }`);
document.adoptedStyleSheets = [sheet];
"""


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "subject",
    named("landing", "register", "home", "search", "library", "lists", "list", "list, one title", "film", "show",
          "history", "activity", "calendar", "calendar, month", "settings", "settings, sessions", "people", "keys"),
    ids=lambda each: each.name)
def test_page_reflows_also_with_wide_text(same_page, request, subject, width):
    account = request.getfixturevalue(subject.who) if subject.who else None
    page = same_page(account, width=width)
    subject.open(page, account)
    assert overflow(page) == 0, widest(page)
    page.evaluate(SPACING)
    assert overflow(page) == 0, widest(page)


@pytest.mark.parametrize(("theme", "scheme"), [("light", "light"), ("dark", "dark")])
def test_theme_follows_the_setting_not_the_system(open_page, linguist, theme, scheme):
    linguist.post("/settings", theme=theme, language="en", single_keys="1")
    page = open_page(linguist, dark=theme == "light")
    page.goto("/")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(247, 245, 240)", "dark": "rgb(21, 20, 18)"}[scheme]
    linguist.post("/settings", theme="system", language="en", single_keys="1")
