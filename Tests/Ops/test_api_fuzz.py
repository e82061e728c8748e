"""schemathesis finds no answer that docs/api/openapi.yaml does not have, for a visitor and for somebody logged in.

The session is never that of the operation that ends it, and a feed is never that of the account whose feed is ended.
"""

import os
import re

import pytest

from conftest import ROOT, Site, run, tool
from test_api import API, Member, api, fill, kept, robin  # noqa: F401 (fixtures)

ENDS_A_SESSION = ("--exclude-path", "/login", "--exclude-path", "/logout")


@pytest.fixture
def feed(api, pytestconfig):
    """The token of somebody else's calendar."""
    page = kept(pytestconfig, "feed", lambda: Member(api, "lee").post("/settings/calendar/feed").text)
    return re.search(r"/calendar/([A-Za-z0-9_-]+)\.ics", page)[1]


def try_all(member, feed, *options, session="nobody", document=API / "openapi.yaml", ok=True):
    environment = os.environ | {
        "FLIXLIST_SESSION": session, "FLIXLIST_FEED": feed, "FLIXLIST_IMPORT": re.search(r"\d+", member.report)[0],
        "HYPOTHESIS_STORAGE_DIRECTORY": str(member.site.folder / "hypothesis")}
    done = run(
        tool("st"), "--no-color", "--config-file", API / "schemathesis.toml", "run", document,
        "--url", member.site.url, *options, ok=False, timeout=300, cwd=ROOT, env=environment)
    assert (done.returncode == 0) == ok, done.stdout[-12_000:] + done.stderr[-2_000:]
    return done.stdout


def cases(output):
    return int(re.search(r"(\d+) generated", output)[1])


def test_somebody_logged_in_gets_what_is_described(robin, feed):
    output = try_all(robin, feed, "--max-examples", "5", *ENDS_A_SESSION, session=robin.http.cookies["flixlist"])
    assert cases(output) > 250, output
    assert robin.get("/library").status_code == 200, "the session was good to the end"


def test_visitor_gets_what_is_described(robin, feed):
    output = try_all(robin, feed, "--phases", "coverage", "--exclude-path", "/login")
    assert cases(output) > 200, output


@pytest.mark.parametrize(("what", "instead"), [
    ("pattern: '^<!doctype html>'", "pattern: '^<html>'"),
    ("schema: {type: string, const: nosniff}", "schema: {type: string, const: sniff}"),
    ('"422": {$ref: "#/components/responses/Invalid"}', '"418": {$ref: "#/components/responses/Invalid"}'),
], ids=["body", "header", "status"])
@pytest.mark.long
def test_document_that_is_wrong_is_found_out(robin, feed, tmp_path, what, instead):
    text = (API / "openapi.yaml").read_text()
    assert what in text
    (tmp_path / "openapi.yaml").write_text(text.replace(what, instead))
    try_all(robin, feed, "--phases", "coverage", *ENDS_A_SESSION, session=robin.http.cookies["flixlist"],
            document=tmp_path / "openapi.yaml", ok=False)


@pytest.mark.long
def test_somebody_logged_in_gets_what_is_described_whatever_they_send(robin, feed):
    output = try_all(robin, feed, "--max-examples", "50", *ENDS_A_SESSION, session=robin.http.cookies["flixlist"])
    assert cases(output) > 1_000, output


@pytest.mark.long
def test_visitor_gets_what_is_described_whatever_they_send(binary, tmp_path):
    # A site of its own: after it nobody can log in for a while.
    site = Site(binary, tmp_path).start()
    try:
        member = fill(Member(site, "robin"))
        output = try_all(member, "none", "--max-examples", "10")
    finally:
        site.stop()
    assert cases(output) > 400, output
