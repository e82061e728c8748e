"""deploy/smoke.sh: a site as it should be passes, and each fault is named by one line.

The faults are made by a proxy of our own before a real FlixList. TLS is in test_smoke_tls.py.
"""

import contextlib
import http.client
import http.server
import os
import threading
import time

import pytest

from conftest import DEPLOY, PASSWORD, Site, free_port, run, tool
from test_api import kept

SMOKE = DEPLOY / "smoke.sh"
PASSED_ON = ("connection", "keep-alive", "transfer-encoding", "content-length")


def smoke(url, *options, **more):
    """Runs it; gives the exit code and the lines by their first word."""
    done = run(SMOKE, url, *options, ok=False, timeout=60, **more)
    lines = {"ok": [], "wrong": [], "-": []}
    for line in done.stdout.splitlines()[:-1]:
        mark, _, text = line.partition(" ")
        lines[mark].append(text.strip())
    return done.returncode, lines, done.stdout + done.stderr


def served(binary, folder, **settings):
    """A FlixList with the account robin."""
    site = Site(binary, folder, **settings).start()
    site.command("user", "add", "robin", input=PASSWORD + "\n")
    return site


@pytest.fixture
def plain(binary, tmp_path_factory, pytestconfig):
    return kept(pytestconfig, "plain", lambda: served(binary, tmp_path_factory.mktemp("plain")), Site.stop)


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    """The options for an account."""
    path = tmp_path_factory.mktemp("secret") / "password"
    path.write_text(PASSWORD + "\n")
    return "--account", "robin", "--password-file", path


# As it should be


def test_plain_http_on_loopback_passes_and_says_what_was_left_out(plain, secret):
    code, lines, output = smoke(plain.url, *secret)
    assert code == 0, output
    assert lines["wrong"] == [], output
    assert len(lines["ok"]) == 20, output
    assert [line.partition(":")[0] for line in lines["-"]] == [
        "the certificate", "http leads to https", "HTTP/2", "Strict-Transport-Security"], output


def test_without_an_account_the_rest_is_checked(plain):
    code, lines, output = smoke(plain.url + "/")
    assert code == 0, output
    assert "login, search, export, logout: not checked, no --account was given" in lines["-"], output
    assert len(lines["ok"]) == 13, output


# A fault, a line


class Answer:
    """What the site answered, to be changed on its way."""

    def __init__(self, request, response):
        self.method, self.path, self.cookie = request.command, request.path, request.headers.get("Cookie", "")
        self.status, self.body = response.status, response.read()
        self.headers = [(name, value) for name, value in response.getheaders() if name.lower() not in PASSED_ON]

    def drop(self, *names):
        self.headers = [each for each in self.headers if each[0].lower() not in names]

    def set(self, name, value):
        self.drop(name.lower())
        self.headers.append((name, value))


@contextlib.contextmanager
def proxy(port, fault):
    """An address that passes everything on, and lets `fault` change each answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in PASSED_ON}
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request(self.command, self.path, body=body or None, headers=headers)
            answer = Answer(self, connection.getresponse())
            connection.close()
            fault(answer)
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_TRACE = pass_on

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def at(path, change, method="GET"):
    """A fault of one path."""
    return lambda answer: change(answer) if (answer.method, answer.path) == (method, path) else None


def status(code):
    return lambda answer: setattr(answer, "status", code)


def body(data):
    return lambda answer: setattr(answer, "body", data)


def cut(answer):
    answer.body = answer.body[: len(answer.body) // 2]


def without(*names):
    return lambda answer: answer.drop(*names)


def with_header(name, value):
    return lambda answer: answer.set(name, value)


def second_policy(answer):
    answer.headers.append(("Content-Security-Policy", "default-src 'self'"))


def lax_policy(answer):
    policy = dict(answer.headers)["Content-Security-Policy"]
    answer.set("Content-Security-Policy", policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"))


def assets(change):
    return lambda answer: change(answer) if answer.path.startswith("/assets/app.") else None


def public_figures(answer):
    answer.status, answer.body = 404, b"flixlist_accounts 3\n"


FAULTS = {
    "/healthz: the process lives": [at("/healthz", status(500)), at("/healthz", body(b"fine\n"))],
    "/readyz: the database answers, its schema is current": [at("/readyz", status(503))],
    "the login page is whole": [at("/login", cut), at("/login", status(500))],
    "security headers of a page": [
        at("/login", lax_policy), at("/login", second_policy), at("/login", without("content-security-policy")),
        at("/login", without("x-content-type-options")), at("/login", without("permissions-policy")),
        at("/login", with_header("Referrer-Policy", "unsafe-url"))],
    "a wrong path is 404": [at("/smoke/is/not/here", status(200))],
    "security headers of an error page": [at("/smoke/is/not/here", without("content-security-policy"))],
    "the style sheet is served": [assets(status(404))],
    "the style sheet may be kept for ever": [assets(with_header("Cache-Control", "max-age=60"))],
    "the style sheet is compressed": [assets(without("content-encoding"))],
    "/metrics is not public": [at("/metrics", status(200)), at("/metrics", public_figures)],
    "TRACE is refused": [at("/", status(200), "TRACE")],
    "a form of another site is refused": [at("/logout", status(303), "POST")],
    "a visitor is sent to the login": [at("/library", status(200)), at("/library", with_header("Location", "/"))],
}
# One fault of every line, in two halves: what is wrong in one is as it should be in the other.
HALVES = [list(FAULTS)[half::2] for half in (0, 1)]


def wrong_lines(lines):
    return [next(name for name in FAULTS | ACCOUNT_FAULTS if text.startswith(name + ": ")) for text in lines["wrong"]]


@pytest.mark.parametrize("half", HALVES, ids=["half", "other half"])
@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_every_fault_is_named_by_its_line(plain, half, place):
    # The page that is cut short names no style sheet.
    chosen = [name for name in half if place == 0 or "style sheet" not in name]

    def fault(answer):
        for name in chosen:
            FAULTS[name][place](answer)

    with proxy(plain.port, fault) as url:
        code, lines, output = smoke(url)
    assert code == 1, output
    assert wrong_lines(lines) == chosen, output


@pytest.mark.long
@pytest.mark.parametrize(
    ("line", "fault"), [(line, fault) for line, faults in FAULTS.items() for fault in faults],
    ids=[f"{line}-{place}" for line, faults in FAULTS.items() for place, _ in enumerate(faults)])
def test_fault_is_named_by_its_line_alone(plain, line, fault):
    with proxy(plain.port, fault) as url:
        code, lines, output = smoke(url)
    assert code == 1, output
    assert wrong_lines(lines) == [line], output


def stays_open(answer):
    if answer.path == "/library" and answer.cookie:
        answer.status = 200


def open_cookie(answer):
    answer.set("Set-Cookie", "flixlist=abc; Path=/; SameSite=Lax")


ACCOUNT_FAULTS = {
    "robin logs in": at("/login", status(429), "POST"),
    "the cookie is out of reach of scripts and other sites": at("/login", open_cookie, "POST"),
    "home is theirs": at("/", body(b"hello")),
    "search finds metropolis": at("/search?suggest=1&q=metropolis", body(b"")),
    "record.json is whole": at("/export/record.json", cut),
    "logout": lambda answer: status(200)(answer) if answer.path == "/logout" and answer.cookie else None,
    "the session is over after it": stays_open,
}


def test_every_fault_of_an_account_is_named(plain, secret):
    after_login = list(ACCOUNT_FAULTS)[2:]

    def fault(answer):
        for name in after_login:
            ACCOUNT_FAULTS[name](answer)

    with proxy(plain.port, fault) as url:
        code, lines, output = smoke(url, *secret)
    assert code == 1, output
    assert wrong_lines(lines) == after_login, output


@pytest.mark.long
@pytest.mark.parametrize("line", ACCOUNT_FAULTS)
def test_fault_of_an_account_is_named_alone(plain, secret, line):
    with proxy(plain.port, ACCOUNT_FAULTS[line]) as url:
        code, lines, output = smoke(url, *secret)
    assert code == 1, output
    # A cookie that was replaced logs nobody in, so more goes wrong after it.
    assert wrong_lines(lines)[0] == line and (len(lines["wrong"]) == 1 or "cookie" in line), output


def test_wrong_password_is_said(plain, tmp_path):
    (tmp_path / "password").write_text("not " + PASSWORD)
    code, lines, output = smoke(plain.url, "--account", "robin", "--password-file", tmp_path / "password")
    assert code == 1, output
    assert lines["wrong"] == ["robin logs in: the name or the password is wrong"], output


def test_nothing_that_answers_ends_it_at_once():
    code, lines, output = smoke(f"http://127.0.0.1:{free_port()}")
    assert code == 1, output
    assert len(lines["wrong"]) == 1 and lines["wrong"][0].startswith("the site answers: curl: (7)"), output


@pytest.mark.long
def test_slow_site_is_given_up_after_twenty_seconds(plain):
    def stall(answer):
        if answer.path not in ("/healthz", "/readyz"):
            time.sleep(7)

    began = time.monotonic()
    with proxy(plain.port, stall) as url:
        code, _, output = smoke(url)
    assert code == 1, output
    assert "no time was left" in output
    assert time.monotonic() - began < 28, "20 s, one request that had begun, and the proxy's own end"


# What must not be seen


def test_password_and_cookie_are_in_no_list_of_processes(plain, secret, tmp_path):
    seen, spy = tmp_path / "seen", tmp_path / "bin/curl"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\n{{ printf "%s\\n" "$@"; env; }} >>{seen}\nexec {tool("curl")} "$@"\n')
    spy.chmod(0o755)
    path = f"{spy.parent}{os.pathsep}{os.environ['PATH']}"
    code, _, output = smoke(plain.url, *secret, env=os.environ | {"PATH": path})
    assert code == 0, output
    text = seen.read_text()
    assert "username=robin" in text, "the spy saw nothing"
    assert PASSWORD not in text and PASSWORD.replace(" ", "%20") not in text
    assert "flixlist=" not in text, "a cookie among the arguments"
    assert PASSWORD not in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "say which site"), (("films.example",), "no address"), (("https://films.example/films",), "root of a host"),
     (("https://a.example", "https://b.example"), "one URL"), (("https://a.example", "--nothing"), "no option"),
     (("https://a.example", "--days"), "needs a value"), (("https://a.example", "--days", "many"), "a number"),
     (("https://a.example", "--account", "robin"), "--password-file"),
     (("https://a.example", "--account", "robin", "--password-file", "/nothing/here"), "cannot be read")])
def test_wrong_use_ends_with_64_and_a_sentence(arguments, said):
    done = run(SMOKE, *arguments, ok=False)
    assert done.returncode == 64, done
    assert done.stderr.startswith("smoke: ") and said in done.stderr, done.stderr
    assert done.stdout == ""


def test_help_names_every_option():
    text = run(SMOKE, "--help").stdout
    for option in ("--account", "--password-file", "--film", "--days", "--ca", "--connect-to"):
        assert option in text


def test_script_is_clean():
    run(tool("shellcheck"), SMOKE)
