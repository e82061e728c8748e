"""axe-core finds nothing on any page, in the light at a desk and in the dark on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import status, tick
from pages import PAGES

OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
LOOKS = [pytest.param({"width": 1280, "dark": False}, id="light-1280"), pytest.param({"width": 390, "dark": True}, id="dark-390")]
# So high that the bar at the bottom covers nothing that the rule of target sizes would then count as too small.
HEIGHT = 5000


def violations(page):
    """What axe finds, a line for each element."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found for node in rule["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("subject", PAGES, ids=lambda each: each.name)
def test_page_has_no_violations(same_page, request, subject, look):
    account = request.getfixturevalue(subject.who) if subject.who else None
    page = same_page(account, height=HEIGHT, **look)
    subject.open(page, account)
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_open_suggestions_have_no_violations(open_page, typical, look):
    page = open_page(typical, height=HEIGHT, **look)
    page.goto("/about")
    page.locator("#q").press_sequentially("office")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_answer_with_its_date_form_has_no_violations(open_page, actor, look):
    """The answer to a tick, with its form for another date open, and the forms of every play open."""
    show = actor.find("Chernobyl", 2019)
    page = open_page(actor, height=HEIGHT, **look)
    page.goto(f"/titles/{show}")
    tick(page, "S1 E1" if look["dark"] else "S1 E2").click()
    status(page).get_by_text("Change date").click()
    for summary in page.locator(".plays summary").all():
        summary.click()
    assert violations(page) == []


@pytest.mark.parametrize("scale", ["stars", "hundred"])
def test_other_rating_scales_have_no_violations(open_page, actor, scale):
    title = actor.find("Amélie", 2001)
    actor.post("/settings", scale=scale, single_keys="1")
    actor.post(f"/titles/{title}/entry", rating=70)
    page = open_page(actor, width=390, height=HEIGHT)
    page.goto(f"/titles/{title}")
    assert violations(page) == []
    actor.post("/settings", scale="points", single_keys="1")
