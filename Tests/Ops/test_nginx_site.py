"""What nginx does for a running FlixList: assets, compression, uploads, the log, maintenance, monitoring."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest
import requests
from conftest import DEPLOY, run, tool, until
from nginx_support import Front, Nginx, Node, asset_of, check_headers, headers_of


@pytest.fixture(scope="module")
def front(binary, tmp_path_factory):
    with Front(tmp_path_factory.mktemp("front"), binary) as front:
        yield front


# Assets, compression, uploads


def test_assets_are_kept_and_outlive_the_node(front, tmp_path):
    with Nginx(tmp_path, [f"127.0.0.1:{front.site.port}"], front.certificate) as nginx:

        def get(path, encoding="identity"):
            headers = {"Accept-Encoding": encoding}
            return requests.get(nginx.url + path, headers=headers, verify=str(front.authority.pem), timeout=10)

        path = asset_of(front)
        packed, plain = get(path, "gzip"), get(path)
        assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
        assert packed.text == plain.text and len(packed.text) > 1000
        nginx.settings["NGINX_NODES"] = "127.0.0.1:1"
        nginx.render()
        nginx.reload()
        until(lambda: get("/login").status_code == 503, 10, "nginx without its node")
        for encoding in ("gzip", "gzip, deflate, br;q=0", "identity"):
            kept = get(path, encoding)
            assert kept.status_code == 200 and kept.text == plain.text, f"{encoding}: {kept.status_code}"
            assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_brotli_where_the_module_is_there(front):
    status, headers = front.status("/login", "-H", "Accept-Encoding: gzip, br")
    assert (status, headers["content-encoding"]) == (200, ["br"]), headers
    assert front.status("/login", "-H", "Accept-Encoding: gzip")[1]["content-encoding"] == ["gzip"]
    assert "content-encoding" not in front.status("/login", "-H", "Accept-Encoding: identity")[1]


def test_an_import_may_be_larger_than_a_form(front, tmp_path):
    upload = tmp_path / "record.json"
    upload.write_bytes(b" " * (3 << 20))
    options = ["-F", f"file=@{upload}", "-H", f"Origin: {front.url}"]
    assert front.status("/login", *options)[0] == 413
    assert (
        front.status("/import", *options)[0] == 303
    ), "the import must reach FlixList, which sends a visitor to the login"
    upload.write_bytes(b" " * (66 << 20))
    assert front.status("/import", *options)[0] == 413


# The log


def test_the_log_has_no_path_and_no_query(front):
    front.curl("/reset/SECRETTOKEN?next=SECRETQUERY", "-H", "Referer: https://localhost/SECRETREFERER")
    front.curl("/calendar/SECRETTOKEN.ics")
    front.curl("/SECRETTOKEN")
    front.curl("/search?q=SECRETQUERY", "-H", "Cookie: a=SECRETCOOKIE")
    lines = until(
        lambda: [line for line in front.log_lines()[-4:] if line["area"] == "search"] and front.log_lines(),
        5,
        "the log",
    )
    assert [line["area"] for line in lines[-4:]] == ["reset", "calendar", "other", "search"]
    assert "SECRET" not in front.nginx.access_log() + front.nginx.error_log()
    last = lines[-1]
    assert last["client"] == "127.0.0.1" and last["status"] == 303 and last["node_status"] == "303", last
    assert re.fullmatch(r"[0-9a-f]{32}", last["id"]) and last["tls"] in ("TLSv1.2", "TLSv1.3"), last


def test_no_error_message_tells_a_path(front, tmp_path):
    with Nginx(tmp_path, ["127.0.0.1:1"], front.certificate) as nginx:
        for path in ("/reset/SECRETTOKEN", "/calendar/SECRETTOKEN.ics", "/titles/SECRETTITLE?q=SECRETQUERY"):
            answer = requests.get(nginx.url + path, verify=str(front.authority.pem), timeout=10)
            assert answer.status_code == 503
        assert "SECRET" not in nginx.error_log() + nginx.access_log()
        assert json.loads(nginx.access_log().splitlines()[-1])["node_status"] == "502", nginx.access_log()


# Maintenance


def test_the_maintenance_page(front):
    flag = front.nginx.out / "flixlist/maintenance"
    flag.touch()
    try:
        for options in ([], ["-d", "a=b"], ["-I"]):
            status, headers = front.status("/login", *options)
            assert status == 503 and headers["retry-after"] == ["30"], f"{options}: {status} {headers}"
            check_headers(headers, "503 of the maintenance")
        page = front.curl("/titles/7").stdout
        assert "Back in a moment" in page and 'href="/-/pages.css"' in page
        assert front.status("/-/pages.css")[0] == 200, "the page's style must come while the site is closed"
        status, headers = front.status("/api/v1/titles")
        assert status == 503 and headers["content-type"] == ["application/problem+json"], headers
    finally:
        flag.unlink()
    assert front.status("/login")[0] == 200, "it must end without a reload"


def test_no_node_is_503_and_a_node_that_hangs_504(front, tmp_path):
    with Nginx(tmp_path / "none", ["127.0.0.1:1"], front.certificate) as nginx:
        answer = run("curl", "-sSi", "--cacert", front.authority.pem, nginx.url + "/login").stdout
        assert answer.startswith("HTTP/2 503") and "Back in a moment" in answer, answer
        assert headers_of(answer.split("\r\n\r\n")[0] + "\r\n\r\n")["retry-after"] == ["30"]
        check_headers(headers_of(answer), "503")
    # Nobody accepts, and the queue is full: nginx gets no connection within two seconds.
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        with Nginx(tmp_path / "deaf", [f"127.0.0.1:{deaf.getsockname()[1]}"], front.certificate) as nginx:
            answer = run("curl", "-sSi", "--cacert", front.authority.pem, nginx.url + "/login").stdout
            assert answer.startswith("HTTP/2 504") and "Back in a moment" in answer, answer
            check_headers(headers_of(answer), "504")


@pytest.mark.long
def test_the_pages_of_nginx_look_right_and_axe_finds_nothing(front, tmp_path):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    flag = front.nginx.out / "flixlist/maintenance"
    flag.touch()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium-headless-shell") or tool("chromium"),
                args=["--no-sandbox", "--disable-gpu"],
            )
            for scheme in ("light", "dark"):
                for width in (390, 1280):
                    context = browser.new_context(
                        color_scheme=scheme, viewport={"width": width, "height": 800}, ignore_https_errors=True
                    )
                    page, problems = context.new_page(), []
                    page.on("console", lambda message: problems.append(message.text))
                    page.goto(front.url + "/titles/7")
                    # The answer is a 503, which the console tells; nothing else may be told.
                    assert [each for each in problems if "503" not in each] == [], problems
                    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
                    assert (
                        colour == {"light": "rgb(247, 245, 240)", "dark": "rgb(21, 20, 18)"}[scheme]
                    ), "the style is missing"
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width}"
                    page.screenshot(path=tmp_path / f"maintenance-{scheme}-{width}.png")
                    context.close()
                    # axe is a script, which the policy of the page rightly refuses.
                    context = browser.new_context(color_scheme=scheme, ignore_https_errors=True, bypass_csp=True)
                    page = context.new_page()
                    page.goto(front.url + "/titles/7")
                    found = Axe().run(page).response["violations"]
                    assert [each["id"] for each in found] == [], f"{scheme}: {found}"
                    context.close()
            browser.close()
    finally:
        flag.unlink()


# Monitoring


def test_monitoring_needs_the_password_and_gets_no_cookie_of_flixlist(front, tmp_path):
    passwords = tmp_path / "passwords"
    hashed = run("openssl", "passwd", "-6", "-stdin", input="a long password\n").stdout.strip()
    passwords.write_text(f"robin:{hashed}\n")
    with Node(tmp_path, "--bare") as node, Nginx(
        tmp_path / "nginx",
        ["127.0.0.1:1"],
        front.certificate,
        NGINX_MONITORING="on",
        NGINX_GRAFANA=node.address,
        NGINX_PROMETHEUS=node.address,
        NGINX_HTPASSWD=str(passwords),
    ) as nginx:

        def get(path, **options):
            return requests.get(
                nginx.url + path, verify=str(front.authority.pem), timeout=10, allow_redirects=False, **options
            )

        for path in ("/grafana/", "/grafana/api/x", "/prometheus/", "/prometheus/graph"):
            assert get(path).status_code == 401, path
            assert get(path, auth=("robin", "wrong")).status_code == 401, path
        assert node.requests() == [], "somebody came in without a password"
        cookies = {"__Host-flixlist": "SECRET", "grafana_session": "abc"}
        answer = get("/grafana/d/1", auth=("robin", "a long password"), cookies=cookies)
        assert answer.status_code == 200 and "'unsafe-inline'" in answer.headers["Content-Security-Policy"]
        head = get("/prometheus/headers", auth=("robin", "a long password"), cookies=cookies).text
        assert node.requests()[-1] == "GET /headers", "Prometheus is asked without the path before it"
        assert "SECRET" not in head and "authorization" not in head.lower(), head
        assert get("/grafana").headers["Location"] == nginx.url + "/grafana/"
        assert requests.get(nginx.url + "/login", verify=str(front.authority.pem), timeout=10).status_code == 503
        assert "unsafe" not in get("/login").headers["Content-Security-Policy"]


@pytest.mark.long
def test_the_container_reloads_when_the_certificate_is_another(front, tmp_path):
    pem, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    nginx = Nginx(tmp_path / "nginx", ["127.0.0.1:1"], (pem, key))
    nginx.process = subprocess.Popen(
        [DEPLOY / "nginx/serve.sh"],
        env=nginx.environment() | {"SERVE_WATCH_SECONDS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(nginx.is_up, 15, "nginx")

        def works():
            return run("curl", "-sS", "--cacert", front.authority.pem, nginx.url, ok=False).returncode == 0

        assert not works(), "before there is a certificate nobody can trust it"
        assert requests.get(nginx.url, verify=False, timeout=5).status_code == 503, "but it must serve"
        key.write_bytes(front.certificate[1].read_bytes())
        pem.write_bytes(front.certificate[0].read_bytes())
        until(works, 10, "the new certificate")
    finally:
        nginx.stop()
        with_group(nginx.process.pid)


def with_group(group):
    """Ends what a script left behind in its own group of processes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
