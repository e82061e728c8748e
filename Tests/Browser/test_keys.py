"""Every key of the help page, and what lists, bars and suggestions may ask of app.js by their markup."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import rating, status, tick
from test_axe import OPTIONS


@pytest.fixture
def at(open_page, actor):
    """Opens a page of the actor's."""

    def at(path):
        page = open_page(actor)
        page.goto(path)
        return page

    return at


def search(at, actor):
    page = at("/library")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


def choose(at, actor):
    page = at("/about")
    page.locator("#q").press_sequentially("sever")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")


def walk(at, actor):
    page = at("/search?q=office")
    links = page.locator("li.result h2 a")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()


def mark(at, actor):
    show = actor.find("Fleabag", 2016)
    page = at(f"/titles/{show}")
    page.keyboard.press("w")
    expect(status(page)).to_contain_text("Marked S1 E1")
    assert actor.plays(show) == 1


def edit(at, actor):
    film = actor.find("Arrival", 2016)
    actor.post(f"/titles/{film}/plays", when="2024-01-01")
    page = at("/history")
    page.keyboard.press("j")
    page.keyboard.press("e")
    details = page.locator("[data-item] details").first
    expect(details).to_have_attribute("open", "")
    assert details.evaluate("(each) => each.contains(document.activeElement) && "
                            "!document.activeElement.matches('summary')")


def edit_the_answer(at, actor):
    page = at(f"/titles/{actor.find('Fargo', 2014)}")
    tick(page, "S1 E1").click()
    expect(status(page)).to_contain_text("Marked S1 E1")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.closest('details') !== null")


def rate(at, actor):
    page = at(f"/titles/{actor.find('Parasite', 2019)}")
    for key, points in [("7", 7), ("0", 10)]:
        page.keyboard.press(key)
        expect(rating(page, points)).to_have_attribute("aria-pressed", "true")


def select(at, actor):
    page = at("/search?q=office")
    page.evaluate("""
        const box = Object.assign(document.createElement('input'), { type: 'checkbox', id: 'box' });
        document.querySelector('li.result').append(box);
    """)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#box")).to_be_checked()
    page.keyboard.press("x")
    expect(page.locator("#box")).not_to_be_checked()


def undo(at, actor):
    page = at(f"/titles/{actor.find('Chernobyl', 2019)}")
    page.keyboard.press("w")
    expect(status(page)).to_contain_text("Marked S1 E1")
    page.keyboard.press("u")
    expect(status(page)).to_contain_text("Undone: Marked S1 E1")


def escape(at, actor):
    actor.post(f"/titles/{actor.find('Arrival', 2016)}/plays", when="2024-01-01")
    page = at("/history")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    details = page.locator("[data-item] details").first
    expect(details).not_to_have_attribute("open", "")
    expect(details.locator("summary")).to_be_focused()


def leads_to(path):
    def leads(at, actor, keys):
        page = at("/about")
        for key in keys.split():
            page.keyboard.press(key)
        expect(page).to_have_url(re.compile(re.escape(path) + "$"))

    return leads


KEYS = {
    "/": search, "↓ ↑": choose, "j": walk, "k": walk, "w": mark, "e": edit, "1 … 9, 0": rate, "x": select, "u": undo,
    "Esc": escape, "g h": leads_to("/"), "g l": leads_to("/library"), "g c": leads_to("/calendar"),
    "g s": leads_to("/stats"), "g y": leads_to("/history"), "?": leads_to("/help/keys"),
}


def test_help_page_lists_these_keys(open_page, actor):
    page = open_page(actor, js=False)
    page.goto("/help/keys")
    assert set(page.locator("main kbd").all_inner_texts()) == set(KEYS)
    expect(page.get_by_role("link", name="Turn single keys off in the settings")).to_be_visible()


@pytest.mark.parametrize("key", KEYS)
def test_key_does_what_the_help_page_says(at, actor, key):
    try_it = KEYS[key]
    if try_it.__name__ == "leads":
        try_it(at, actor, key)
    else:
        try_it(at, actor)


def test_key_e_opens_the_date_in_the_answer(at, actor):
    edit_the_answer(at, actor)


def test_focus_returns_to_the_summary_after_a_change_in_it(at, actor):
    film = actor.find("Past Lives", 2023)
    actor.post(f"/titles/{film}/plays", when="2024-01-01")
    page = at(f"/titles/{film}")
    summary = page.locator(".plays summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.locator(".plays button[value=release]").press("Enter")
    expect(status(page)).to_contain_text("Changed the date")
    expect(page.locator(".plays summary").first).to_be_focused()


def test_list_is_ordered_by_dragging(at, actor):
    page = at("/about")
    page.evaluate("""
        const make = (name, properties, ...children) => {
          const element = Object.assign(document.createElement(name), properties);
          element.append(...children);
          return element;
        };
        const list = make('ol', {});
        list.dataset.sortable = '';
        for (const name of ['One', 'Two', 'Three']) {
          const button = make('button', { name: 'move', value: 'up', textContent: 'Up' });
          const form = make('form', { method: 'post' }, button);
          form.setAttribute('action', '/lists/items/' + name);
          const item = make('li', { draggable: true, id: name }, make('p', { textContent: name }), form);
          item.dataset.item = '';
          list.append(item);
        }
        document.querySelector('#main').replaceChildren(list);
    """)
    sent = []
    page.route("**/lists/items/*", lambda route: (
        sent.append((route.request.url.rsplit("/", 1)[1], route.request.post_data)),
        route.fulfill(headers={"X-Fragment": "1", "Content-Type": "text/html"},
                      body='<div id="status"><p>Moved</p></div>')))
    page.locator("#Three p").drag_to(page.locator("#One p"), target_position={"x": 5, "y": 1})
    expect(status(page)).to_contain_text("Moved")
    assert sent == [("Three", "to=1")]
    assert page.locator("ol > li").evaluate_all("(all) => all.map((each) => each.id)") == ["Three", "One", "Two"]


def test_key_w_takes_nothing_back(at, actor):
    """Where nothing is left to mark, and on an episode that was seen, the key does nothing."""
    show = actor.find("Chernobyl", 2019)
    actor.post(f"/titles/{show}/plays", all="1")
    plays = actor.plays(show)
    page = at(f"/titles/{show}")
    page.keyboard.press("w")
    page.keyboard.press("j")
    page.keyboard.press("w")
    page.wait_for_timeout(300)
    assert actor.plays(show) == plays > 0


def test_list_is_ordered_by_dragging_on_a_later_page(at, actor):
    """The place is the one in the whole list, of which a page shows a part."""
    page = at("/about")
    page.evaluate("""
        const list = document.createElement('ol');
        list.dataset.sortable = '';
        for (const [place, name] of [[101, 'One'], [102, 'Two'], [103, 'Three']]) {
          const item = Object.assign(document.createElement('li'), { draggable: true, id: name });
          const form = Object.assign(document.createElement('form'), { method: 'post' });
          form.setAttribute('action', '/lists/items/' + name);
          form.append(Object.assign(document.createElement('button'), { name: 'move', value: 'up', textContent: 'Up' }));
          item.dataset.item = '';
          item.dataset.position = place;
          item.append(Object.assign(document.createElement('p'), { textContent: name }), form);
          list.append(item);
        }
        document.querySelector('#main').replaceChildren(list);
    """)
    sent = []
    page.route("**/lists/items/*", lambda route: (
        sent.append(route.request.post_data),
        route.fulfill(headers={"X-Fragment": "1", "Content-Type": "text/html"},
                      body='<div id="status"><p>Moved</p></div>')))
    page.locator("#Three p").drag_to(page.locator("#Two p"), target_position={"x": 5, "y": 1})
    expect(status(page)).to_contain_text("Moved")
    assert sent == ["to=102"]


def test_ticked_boxes_survive_a_change_elsewhere(at, actor):
    for name, year in (("Arrival", 2016), ("Dune", 2021)):
        actor.post(f"/titles/{actor.find(name, year)}/plays")
    page = at("/history")
    boxes = page.locator('input[name="play"]')
    boxes.nth(1).check()
    row = page.locator("li.rowline").first
    row.get_by_text("Change", exact=False).first.click()
    row.get_by_label("Date", exact=True).fill("yesterday")
    row.get_by_role("button", name="Save").first.click()
    expect(status(page)).to_contain_text("Changed the date")
    expect(page.locator('input[name="play"]:checked')).to_have_count(1)


@pytest.mark.parametrize("path", ["/library?select=1", "/history"])
def test_select_all_and_the_bar_say_how_many(at, actor, path):
    for name, year in (("Arrival", 2016), ("Dune", 2021), ("Amélie", 2001)):
        actor.post(f"/titles/{actor.find(name, year)}/plays")
    page = at(path)
    bar = page.locator(".bulkbar")
    boxes = page.locator('input[name="title"], input[name="play"]')
    every = page.get_by_label("Select all on this page")
    several = boxes.count()
    assert several >= 3
    boxes.first.check()
    expect(bar).to_contain_text("1 selected")
    expect(every).to_have_js_property("indeterminate", True)
    every.check()
    expect(bar).to_contain_text(f"{several} selected")
    expect(boxes.last).to_be_checked()
    every.uncheck()
    expect(boxes.last).not_to_be_checked()


def test_suggestion_can_be_an_action(at, actor):
    show = actor.find("Dark", 2017)
    first = actor.episodes(show)[0]
    page = at("/history")
    page.locator("#q").press_sequentially("dark s1e1")
    expect(page.locator('.listbox [role="option"]').first).to_have_attribute("data-fields", re.compile(f"episode={first}"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("Marked S1 E1")
    expect(page).to_have_url(re.compile("/history"))
    assert actor.plays(show) == 1


@pytest.mark.parametrize("dark", [False, True])
def test_page_with_a_tick_that_waits_has_no_violations(open_page, actor, dark):
    page = open_page(actor, height=5000, dark=dark)
    page.goto(f"/titles/{actor.find('Mindhunter', 2017)}")
    # A worker that is still being fetched would be an error of its own.
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    tick(page, "S1 E1").click()
    expect(tick(page, "S1 E1")).to_have_attribute("data-kept", re.compile("."))
    found = Axe().run(page, options=OPTIONS).response["violations"]
    assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []
    status(page).get_by_role("button", name="Undo").click()
    expect(status(page)).to_contain_text("Taken back")
    page.context.set_offline(False)
