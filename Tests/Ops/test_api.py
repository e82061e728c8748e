"""docs/api/openapi.yaml says what the program does.

The Postman collection that is made from it is in test_api_postman.py; schemathesis, which tries what nobody thinks of,
in test_api_fuzz.py.
"""

import copy
import json
import re
import socket

import jsonschema
import pytest
import requests
import yaml
from icalendar import Calendar
from schemathesis.specs.openapi.definitions import OPENAPI_31

from conftest import PASSWORD, ROOT, Site

API = ROOT / "docs/api"
DOCUMENT = yaml.safe_load((API / "openapi.yaml").read_text())
METHODS = ("get", "post")
OPERATIONS = [
    (method, path, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
    if method in METHODS
]
UNSAFE = [each for each in OPERATIONS if each[0] == "post"]
CLOSED = [each for each in OPERATIONS if "security" in each[2]]
OURS = {"Sec-Fetch-Site": "same-origin"}


def named(operations):
    return {"argvalues": operations, "ids": [f"{method} {path}" for method, path, _ in operations]}


def resolved(value):
    while "$ref" in value:
        found = DOCUMENT
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def schema(name):
    """A schema of the document, for jsonschema."""
    return {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}


def mistakes(name, value):
    return [error.message for error in jsonschema.Draft202012Validator(schema(name)).iter_errors(value)]


def record():
    """A record with one of everything."""
    return json.loads((API / "record.json").read_text())


KEPT = pytest.StashKey[dict]()


def kept(config, name, make, end=lambda thing: None):
    """One of a thing for all files of a run, since a site takes a second or more to start."""
    things = config.stash.setdefault(KEPT, {})
    if name not in things:
        things[name] = make()
        config.add_cleanup(lambda: end(things[name]))
    return things[name]


@pytest.fixture
def api(binary, tmp_path_factory, pytestconfig):
    return kept(pytestconfig, "api", lambda: Site(binary, tmp_path_factory.mktemp("api")).start(), Site.stop)


class Member:
    """An account, logged in."""

    def __init__(self, site, name):
        self.site, self.name = site, name
        site.command("user", "add", name, input=PASSWORD + "\n")
        self.http = requests.Session()
        self.http.headers.update(OURS)
        answer = self.post("/login", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text

    def get(self, path, **options):
        return self.http.get(self.site.url + path, allow_redirects=False, timeout=10, **options)

    def post(self, path, **options):
        return self.http.post(self.site.url + path, allow_redirects=False, timeout=30, **options)

    def take_in(self, value):
        answer = self.post("/import", files={"file": ("record.json", json.dumps(value))})
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]


def fill(member):
    """Gives somebody one of everything, and something that is undone."""
    member.report = member.take_in(record())
    member.post("/lists", data={"name": "To be undone"})
    activity = re.search(r"/activity/(\d+)/undo", member.get("/activity").text)[1]
    assert member.post(f"/activity/{activity}/undo").status_code == 303
    return member


@pytest.fixture
def robin(api, pytestconfig):
    """Somebody with a record."""
    return kept(pytestconfig, "robin", lambda: fill(Member(api, "robin")))


@pytest.fixture
def kim(api, pytestconfig):
    """Somebody without one."""
    return kept(pytestconfig, "kim", lambda: Member(api, "kim"))


# The document


def test_document_is_openapi():
    validator = jsonschema.Draft202012Validator(OPENAPI_31)
    assert [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(DOCUMENT)] == []
    for each in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(each)
    for reference in re.findall(r"'\$ref': '([^']+)'", str(DOCUMENT)):
        assert resolved({"$ref": reference}), reference


def routes():
    """Every route of the program: method and path as the router has them."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "Sources/App").rglob("*.swift")))
    return set(re.findall(r'\w+\.(get|post)\("(/[^"]*)"', text))


def test_every_operation_is_a_route_of_the_program():
    described = {(method, path) for method, path, _ in OPERATIONS}
    assert described - routes() == set()


def test_every_address_that_is_no_page_is_described(api, robin):
    described = {path for _, path, _ in OPERATIONS}
    found = {}
    for method, path in routes():
        if method == "get" and path not in described and "{" not in path:
            kind = robin.get(path).headers.get("Content-Type", "none")
            found.setdefault(kind.split(";")[0], []).append(path)
    assert len(found.pop("text/html")) > 20, "the pages"
    # A redirect has no type; the worker is the browser's own and no interface.
    for path in found.pop("none", []):
        assert robin.get(path).status_code == 303, path
    assert found.pop("text/javascript") == ["/sw.js"]
    assert found == {}


def test_every_operation_has_what_readers_need():
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    for method, path, operation in OPERATIONS:
        assert set(operation["tags"]) <= tags, path
        assert operation["summary"][0].isupper() and not operation["summary"].endswith("."), path
        if method == "post":
            assert "403" in operation["responses"], f"{path}: a change can come from elsewhere"
        if "security" in operation:
            assert "303" in operation["responses"], f"{path}: a visitor is sent to the login"


def test_license_is_that_of_the_project():
    assert (ROOT / "LICENSE").read_text().startswith(DOCUMENT["info"]["license"]["name"] + " License")


# What it says of all


@pytest.mark.parametrize(("method", "path", "operation"), **named(UNSAFE))
@pytest.mark.parametrize("says", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                                  {"Origin": "https://elsewhere.example"}, {}], ids=str)
def test_change_from_elsewhere_is_refused(robin, method, path, operation, says):
    answer = requests.post(robin.site.url + path, cookies=robin.http.cookies, headers=says, data={}, timeout=10,
                           allow_redirects=False)
    assert answer.status_code == 403, f"{says}: {answer.status_code}"
    assert robin.get("/export/record.json").status_code == 200, "the session is still there"


@pytest.mark.parametrize(("method", "path", "operation"), **named(CLOSED))
def test_visitor_is_sent_to_the_login(api, method, path, operation):
    path = re.sub(r"\{\w+\}", "1", path)
    answer = requests.request(method, api.url + path, timeout=10, allow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login"), answer.headers["Location"]


def test_cookie_is_the_one_that_is_described(robin):
    assert DOCUMENT["components"]["securitySchemes"]["session"]["name"] in robin.http.cookies


# The record


def test_record_comes_out_as_described_and_as_it_went_in(robin):
    answer = robin.get("/export/record.json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert mistakes("Record", answer.json()) == []
    assert answer.text == (API / "record.json").read_text(), "byte for byte"


def test_activities_are_as_described(robin):
    journal = robin.get("/export/activities.json").json()
    assert mistakes("Activities", journal) == []
    assert {"imported", "listMade"} <= {each["did"] for each in journal["activities"]}
    assert any("undone" in each for each in journal["activities"])


def test_schema_of_a_record_refuses_what_is_none():
    assert mistakes("Record", record()) == []
    for change in (
        lambda value: value.update(version=3), lambda value: value.pop("lists"), lambda value: value.update(more=1),
        lambda value: value["titles"][0].update(kind="film"), lambda value: value["titles"][0].update(year="1927"),
        lambda value: value["titles"][0]["entry"].update(rating=101),
        lambda value: value["titles"][0]["plays"][2].pop("day"),
        lambda value: value["titles"][0]["plays"][2].update(at="yesterday"),
        lambda value: value["titles"][1]["plays"][0].pop("season"),
        lambda value: value["titles"][1]["seasons"][0].update(episodes="two"),
        lambda value: value["lists"][0]["items"][0].update(title=-1),
    ):
        changed = copy.deepcopy(record())
        change(changed)
        assert mistakes("Record", changed), f"{changed} passed"


@pytest.mark.parametrize(("status", "options"), [
    (200, {"files": {"file": ("record.json", json.dumps(record()))}, "data": {"act": "look"}}),
    (400, {"data": b"--x\r\nbroken off", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}),
    (413, {"data": b"", "headers": {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "99999999"}}),
    (415, {"data": {"file": "record"}}),
    (422, {"files": {"file": ("record.json", b"[]")}}),
    (422, {"files": {"file": ("record.json", json.dumps(record())), "colour": (None, "blue")}}),
    (422, {"files": {"act": (None, "import")}}),
])
def test_import_answers_as_described(kim, status, options):
    if "99999999" in str(options):
        # requests would send the length of the body that there is.
        answer = raw(kim, "POST /import", **options["headers"])
        assert answer.startswith("HTTP/1.1 413 "), answer[:200]
        return
    answer = kim.post("/import", **options)
    assert answer.status_code == status, answer.text
    assert str(status) in DOCUMENT["paths"]["/import"]["post"]["responses"]


def test_import_into_a_record_is_a_conflict(robin):
    assert robin.post("/import", files={"file": ("record.json", json.dumps(record()))}).status_code == 409


# Search, calendar, pictures, files


def test_suggestions_are_a_piece_of_a_page(robin):
    answer = robin.get("/search", params={"q": "metropolis", "suggest": "1"})
    assert answer.headers["X-Fragment"] == "1"
    options = re.findall(r'<li class="opt" role="option" id="q-\d" [^>]*data-href="(/[^"]+)"', answer.text)
    assert options and options[0].startswith("/titles/"), answer.text
    assert len(options) <= 8 and "<html" not in answer.text
    assert robin.get("/search", params={"q": "zzqxjk vvv", "suggest": "1"}).text == ""
    page = robin.get("/search", params={"q": "metropolis"})
    assert page.text.startswith("<!doctype html>") and "X-Fragment" not in page.headers


def test_feed_is_a_calendar_and_needs_no_cookie(robin):
    page = robin.post("/settings/calendar/feed").text
    token = re.search(r"/calendar/([A-Za-z0-9_-]+)\.ics", page)[1]
    path = f"{robin.site.url}/calendar/{token}.ics"
    answer = requests.get(path, timeout=10)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert Calendar.from_ical(answer.text)["VERSION"] == "2.0"
    again = requests.get(path, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")
    assert requests.get(path[:-6] + "x.ics", timeout=10).status_code == 404


def test_metrics_are_on_their_own_port_only(api):
    answer = requests.get(f"http://127.0.0.1:{api.metrics_port}/metrics", timeout=10)
    assert answer.ok and answer.headers["Content-Type"].startswith("text/plain")
    assert "flixlist_http_request_seconds" in answer.text
    assert requests.get(api.url + "/metrics", timeout=10).status_code == 404


# Limits


def raw(member, line, **headers):
    """Sends a request by hand, for what a library would put right; gives the answer."""
    cookies = "; ".join(f"{each.name}={each.value}" for each in member.http.cookies)
    fields = {"Host": f"127.0.0.1:{member.site.port}", "Cookie": cookies, "Sec-Fetch-Site": "same-origin"} | headers
    head = line + " HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    with socket.create_connection(("127.0.0.1", member.site.port), timeout=10) as connection:
        connection.sendall(head.encode())
        return connection.recv(65536).decode(errors="replace")


@pytest.mark.parametrize(("status", "line", "headers"), [
    (400, "GET /search?q=%zz", {}),
    (400, "GET /search?q=%ff", {}),
    (414, "GET /search?q=" + "a" * 8200, {}),
    (422, "GET /search?q=%00", {}),
    (431, "GET /healthz", {"X-Long": "a" * 40_000}),
    (412, "GET /export/record.json", {"X-User": "99"}),
    (405, "PUT /export/record.json", {}),
])
def test_limit_answers_as_described(robin, status, line, headers):
    answer = raw(robin, line, **headers)
    assert answer.startswith(f"HTTP/1.1 {status} "), answer[:200]
    assert "content-security-policy: default-src 'none'" in answer.lower(), "the security headers"


@pytest.mark.long
def test_too_many_logins_are_told_to_wait(api):
    for _ in range(30):
        answer = requests.post(api.url + "/login", data={"username": "nobody", "password": "wrong"}, timeout=10)
        if answer.status_code != 422:
            break
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
