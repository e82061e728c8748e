"""A record.json goes out of one account and into another, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from conftest import Account, status


def choose(page, text, button):
    page.get_by_label("Your record.json").set_input_files(
        {"name": "record.json", "mimeType": "application/json", "buffer": text.encode()})
    page.get_by_role("button", name=button, exact=True).click()


def heading(page):
    return page.get_by_role("heading", level=1)


@pytest.mark.parametrize("js", [True, False], ids=["js", "no-js"])
def test_record_goes_out_and_comes_back_in_and_is_undone(open_page, server, typical, names, js):
    account = Account(server, names())
    empty = account.get("/export/record.json")
    record = typical.get("/export/record.json")
    page = open_page(account, js=js, width=390)
    page.goto("/")
    page.get_by_role("link", name="Bring your record.json in").click()
    choose(page, record, "Only look, change nothing")
    expect(heading(page)).to_have_text("What would be imported")
    assert account.get("/export/record.json") == empty
    page.get_by_role("link", name="Go back").click()
    choose(page, record, "Import")
    expect(heading(page)).to_have_text("What was imported")
    expect(status(page)).to_contain_text("Imported")
    expect(page.get_by_role("row", name="Plays")).to_be_visible()
    assert account.get("/export/record.json") == record
    status(page).get_by_role("button", name="Undo").click()
    expect(status(page)).to_contain_text("Undone")
    assert account.get("/export/record.json") == empty


@pytest.mark.parametrize("js", [True, False], ids=["js", "no-js"])
def test_mistake_in_a_file_is_said_beside_the_field(open_page, server, names, js):
    page = open_page(Account(server, names()), js=js)
    page.goto("/settings/data")
    page.get_by_role("link", name="Choose a file").click()
    choose(page, '{"format": "flixlist-record", "version": 2, "titles": [\n{"kind": "opera"}]}', "Import")
    expect(page.get_by_role("alert")).to_contain_text("titles[0].kind (line 2): FlixList does not know opera.")
    expect(page.get_by_label("Your record.json")).to_have_attribute("aria-invalid", "true")
