"""The library at scale: filters, many titles at once, the table; with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect


def plan(actor, *titles):
    ids = [actor.find(*title) for title in titles]
    for number in ids:
        actor.post(f"/titles/{number}/entry", status="planned")
    return ids


@pytest.mark.parametrize("script", [True, False])
def test_many_titles_are_changed_and_undone_at_once(open_page, actor, script):
    plan(actor, ("Metropolis", 1927), ("Nosferatu", 1922))
    page = open_page(actor, js=script)
    page.goto("/library")
    page.get_by_role("link", name="Select", exact=True).click()
    page.get_by_label("Select Metropolis").check()
    page.get_by_label("Select Nosferatu").check()
    page.locator("#bulk select[name=rating]").select_option("80")
    page.get_by_role("button", name="Rate", exact=True).click()
    expect(page.locator("#status")).to_contain_text("Changed 2 titles: rated 8 of 10")
    expect(page.locator("li.card").filter(has_text="rated 8")).to_have_count(2)
    page.locator("#status").get_by_role("button", name="Undo").click()
    expect(page.locator("li.card").filter(has_text="rated 8")).to_have_count(0)


def test_more_filters_open_where_one_is_set_and_a_chip_takes_it_away(open_page, actor):
    plan(actor, ("Metropolis", 1927), ("Parasite", 2019))
    page = open_page(actor)
    page.goto("/library")
    page.get_by_text("More filters").click()
    page.get_by_label("Decade").select_option("2010")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("li.card h3")).to_have_text(["Parasite"])
    expect(page.get_by_label("Decade")).to_be_visible()
    page.get_by_role("link", name="Take away the filter 2010s").click()
    expect(page).to_have_url(re.compile(r"/library$"))
    expect(page.locator("li.card").filter(has_text="Metropolis")).to_have_count(1)


def test_the_table_scrolls_inside_itself_on_a_phone(open_page, actor):
    plan(actor, ("Metropolis", 1927))
    page = open_page(actor, width=390)
    page.goto("/library?view=table")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("columnheader").get_by_role("link", name="Year").click()
    expect(page.get_by_role("columnheader", name="Year")).to_have_attribute("aria-sort", "descending")
