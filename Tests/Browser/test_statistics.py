"""Figures: their numbers, the table beside every chart, ranges, the year in review, narrow windows."""

import re

import pytest
from playwright.sync_api import expect

from conftest import Account, overflow, widest
from test_episodes import LOOK, SCRIPT, today
from test_key_loop import tab_to
from test_pages import SPACING

YEAR = today().year
LAST = YEAR - 1
# The heights of the columns and the widths of the bars of each chart, with the rows of its table.
CHARTS = """
[...document.querySelectorAll('section.chart')].map((chart) => ({
  title: chart.querySelector('h2').textContent,
  label: chart.querySelector('svg[role=img]')?.getAttribute('aria-label') ?? '',
  hidden: [...chart.querySelectorAll('svg:not([role=img])')].every((each) => each.ariaHidden === 'true'),
  heights: [...chart.querySelectorAll('svg[role=img] rect')].map((each) => +each.getAttribute('height')),
  widths: [...chart.querySelectorAll('td.share rect')].map((each) => +each.getAttribute('width')),
  region: chart.querySelector('.scroll[tabindex="0"]')?.getAttribute('aria-label'),
  rows: [...chart.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('th, td.num')].map((each) => each.textContent.replaceAll('\\u00a0', ' '))),
}))
"""


@pytest.fixture(scope="module")
def viewer(server, names):
    """Somebody with plays of last year and of this year's first day, of every precision, and one without a date."""
    account = Account(server, names())

    def title(name, year):
        return f"/titles/{account.find(name, year)}"

    parasite, dark = title("Parasite", 2019), title("Dark", 2017)
    account.post(parasite + "/plays", when=f"{LAST}-05-06")
    account.post(parasite + "/plays", when=f"{LAST}-05-07 21:40", again="1")
    account.post(parasite + "/entry", rating="80")
    account.post(title("Arrival", 2016) + "/plays", when="unknown")
    account.post(title("Metropolis", 1927) + "/plays", when=str(LAST))
    account.tick(account.find("Dark", 2017), 1, 2, when=f"{LAST}-05-08")
    account.tick(account.find("Dark", 2017), 3, when=f"{LAST}-06")
    account.post(dark + "/entry", rating="90")
    account.post(title("Fleabag", 2016) + "/plays", season="1", when=f"{YEAR}-01-01")
    return account


def tiles(page):
    """The great numbers by their names."""
    pairs = page.locator(".tiles > div").evaluate_all(
        "(all) => all.map((each) => [each.querySelector('dt').textContent, each.querySelector('dd').textContent])")
    return {name: " ".join(value.replace("\xa0", " ").split()) for name, value in pairs}


def left_out(page):
    return page.locator(".left-out li").all_inner_texts()


def charts(page):
    """Every chart with its table, which both say the same."""
    found = {chart["title"]: chart for chart in page.evaluate(CHARTS)}
    for title, chart in found.items():
        assert chart["rows"] and chart["region"] == title and chart["hidden"], chart
        if not chart["label"]:
            assert len(chart["widths"]) == len(chart["rows"]) and max(chart["widths"]) == 100, chart
            continue
        values = [sum(int(cell) for cell in row[1:] if cell.isdigit()) for row in chart["rows"]]
        most = max(values)
        assert chart["heights"] == [value and max(20, value * 1100 // most) for value in values], chart
        assert chart["label"].startswith(f"{title}. The most: {chart['rows'][values.index(most)][0]}, {most} "), chart
    return found


def test_totals_say_what_was_watched(same_page, typical):
    page = same_page(typical, width=1280)
    page.goto("/stats")
    shown = tiles(page)
    expected = {
        "Time": "18 h", "Plays": "24", "Films": "3", "Episodes": "21", "Titles": "8 2 films · 6 shows",
        "Watched again": "1",
    }
    assert {name: shown[name] for name in expected} == expected
    assert left_out(page) == ["1 play has no date: it counts in the totals and is left out of the charts by time."]
    charts(page)
    page.goto("/stats/2024")
    shown = tiles(page)
    assert (shown["Plays"], shown["Films"], shown["Episodes"]) == ("13", "1", "12")


@SCRIPT
def test_every_chart_has_its_figures_beside_it(same_page, viewer, js):
    page = same_page(viewer, **LOOK[js])
    page.goto("/stats")
    shown = tiles(page)
    for name, value in {
        "Time": "14 h", "Plays": "13", "Films": "4", "Episodes": "9", "Titles": "5 3 films · 2 shows",
        "Watched again": "1", "Longest streak": f"3 days 6 May {LAST} to 8 May {LAST}",
    }.items():
        assert shown[name] == value, name
    assert left_out(page) == ["1 play has no date: it counts in the totals and is left out of the charts by time."]
    found = charts(page)
    assert list(found) == [
        "By month", "By weekday", "By time of day", "Your ratings", "Genres", "Decades", "Countries", "Who made it",
        "Who played in it", "Shows that took the most time", "Most rewatched",
    ]
    months = {row[0]: row[1:] for row in found["By month"]["rows"]}
    assert len(months) == 13
    assert months[f"May {LAST}"] == ["2", "2", "6 h"]
    assert months[f"June {LAST}"] == ["0", "1", "53 min"]
    assert months[f"Jan {YEAR}"] == ["0", "6", "3 h"]
    assert months[f"July {LAST}"] == ["0", "0", "0 min"]
    assert sum(int(films) + int(episodes) for _, films, episodes, _ in found["By weekday"]["rows"]) == 10
    assert found["By time of day"]["label"] == "By time of day. The most: 21:00, 1 play."
    assert [row for row in found["Your ratings"]["rows"] if row[1] != "0"] == [["8", "1"], ["9", "1"]]
    assert found["Decades"]["rows"] == [["1920s", "1", "3 h"], ["2010s", "4", "12 h"]]
    assert found["Shows that took the most time"]["rows"] == [["Fleabag", "6", "3 h"], ["Dark", "3", "3 h"]]
    assert found["Most rewatched"]["rows"] == [["Parasite", "1", "4 h"]]
    notes = page.locator("section.chart > p").all_inner_texts()
    assert notes == [
        "1 play is known only by its year and stands in no month.",
        "2 plays are known only by their month or year and stand on no weekday.",
        "11 plays have a date without a time and are not in this chart.",
    ]


def test_charts_have_names_and_their_tables_open_by_keyboard_alone(same_page, viewer):
    page = same_page(viewer)
    page.goto("/stats")
    expect(page.get_by_role("img", name=f"By month. The most: Jan {YEAR}, 6 plays.")).to_be_visible()
    chart = page.locator("section.chart").filter(has=page.get_by_role("heading", name="By month"))
    table = chart.get_by_role("region", name="By month")
    expect(table).to_be_hidden()
    tab_to(page, chart.locator("summary"))
    expect(chart.locator("summary")).to_have_text("Figures – By month")
    page.keyboard.press("Enter")
    expect(table.get_by_role("row", name=f"May {LAST} 2 2 6 h")).to_be_visible()
    tab_to(page, table, limit=1)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(table).to_be_hidden()


def test_range_is_chosen_by_link_and_by_form(same_page, viewer):
    page = same_page(viewer, **LOOK[False])
    page.goto("/stats")
    chips = page.get_by_role("navigation", name="Time")
    expect(chips.locator("[aria-current=page]")).to_have_text("All time")
    chips.get_by_role("link", name="This year").click()
    expect(chips.locator("[aria-current=page]")).to_have_text("This year")
    assert tiles(page)["Plays"] == "6"
    assert left_out(page) == []
    # The wrong way round: it is turned.
    page.get_by_label("From", exact=True).fill(f"{LAST}-05-31")
    page.get_by_label("To", exact=True).fill(f"{LAST}-05-07")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text(f"7 May {LAST} to 31 May {LAST}")).to_be_visible()
    assert tiles(page)["Plays"] == "3"
    assert left_out(page) == [
        "1 play is known only by a month or year that reaches beyond this time, and is left out."]
    page.goto("/stats?kind=movie")
    expect(page.get_by_label("Kind", exact=True).locator("option:checked")).to_have_text("Films")
    shown = tiles(page)
    assert (shown["Plays"], shown["Films"], shown["Episodes"], shown["Titles"]) == ("4", "4", "0", "3 3 films")
    page.get_by_label("Kind", exact=True).select_option("Shows")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("Kind", exact=True).locator("option:checked")).to_have_text("Shows")
    shown = tiles(page)
    assert (shown["Plays"], shown["Films"], shown["Episodes"], shown["Titles"]) == ("9", "0", "9", "2 2 shows")
    assert left_out(page) == []
    assert overflow(page) == 0, widest(page)


def test_range_that_cannot_be_is_said_beside_the_field(same_page, viewer):
    page = same_page(viewer, **LOOK[False])
    page.goto("/stats?from=1700-01-01&to=")
    expect(page.get_by_role("alert")).to_contain_text(f"Choose a day between 1880 and the end of {YEAR}.")
    expect(page.get_by_label("From", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("From", exact=True)).to_have_value("1700-01-01")
    page.goto("/stats?from=1999-01-01&to=1999-12-31")
    expect(page.get_by_role("heading", level=2)).to_have_text("Nothing watched in this time")


def test_year_in_review(same_page, viewer):
    page = same_page(viewer, **LOOK[False])
    page.goto("/stats")
    page.get_by_role("navigation", name="Years in review").get_by_role("link", name=str(LAST)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Your {LAST}")
    shown = tiles(page)
    assert (shown["Plays"], shown["Films"], shown["Episodes"]) == ("6", "3", "3")

    def cards(heading):
        section = page.locator("section").filter(has=page.get_by_role("heading", name=heading))
        return [" ".join(each.split()) for each in section.locator("li.card").all_inner_texts()]

    assert cards("Your best rated") == ["Dark Show · rated 9", "Parasite Film · rated 8"]
    assert cards("Most of your time") == ["Parasite Film · 4 h", "Dark Show · 3 h", "Metropolis Film · 3 h"]
    found = charts(page)
    assert list(found) == ["By month", "Most rewatched"]
    assert len(found["By month"]["rows"]) == 12
    assert overflow(page) == 0, widest(page)
    page.get_by_role("link", name=str(LAST - 1)).click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Nothing watched in this time")
    page.goto(f"/stats/{YEAR}")
    assert tiles(page)["Plays"] == "6"
    expect(page.get_by_role("link", name=str(YEAR + 1))).to_have_count(0)
    page.get_by_role("link", name="All charts").click()
    expect(page.get_by_text(re.compile("^1 Jan( [0-9]+)? to 31 Dec"))).to_be_visible()


def test_without_a_play_the_page_says_how_figures_come(same_page, newcomer):
    page = same_page(newcomer, width=1280)
    page.goto("/stats")
    expect(page.get_by_role("heading", level=2)).to_have_text("No figures yet")
    expect(page.locator("svg[role=img], .tiles, .left-out")).to_have_count(0)
    page.goto("/stats/2024")
    expect(page.get_by_role("heading", level=2)).to_have_text("Nothing watched in this time")


@pytest.mark.parametrize("path", ["/stats", f"/stats/{LAST}"])
def test_figures_fit_a_narrow_window(same_page, viewer, path):
    page = same_page(viewer)
    size = page.viewport_size
    page.set_viewport_size(size | {"width": 320})
    page.goto(path)
    for summary in page.locator("section.chart summary").all():
        summary.click()
    assert overflow(page) == 0, widest(page)
    page.evaluate(SPACING)
    assert overflow(page) == 0, widest(page)
    page.set_viewport_size(size)


@pytest.mark.parametrize("path", ["/stats", f"/stats/{LAST}"])
def test_navigation_says_that_one_is_at_the_statistics(same_page, viewer, path):
    page = same_page(viewer)
    page.goto(path)
    link = page.locator("nav.main").get_by_role("link", name="Statistics", exact=True)
    assert link.get_attribute("aria-current") == "page"
