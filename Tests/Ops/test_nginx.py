"""nginx before a running FlixList, as deploy/nginx/render.sh sets it up: its configuration, TLS, names and headers."""

import json
import re
import ssl
import subprocess

import pytest
import requests
from conftest import DEPLOY, PASSWORD, ROOT, clean_environment, free_port, run, tool, until
from nginx_support import Authority, Front, Nginx, asset_of, check_headers, headers_of, raw, trusting


@pytest.fixture(scope="module")
def front(binary, tmp_path_factory):
    with Front(tmp_path_factory.mktemp("front"), binary) as front:
        yield front


# The configuration


VARIANTS = {
    "plain": {},
    "aliases": {"NGINX_ALIASES": "www.localhost films.test"},
    "two nodes": {"NGINX_NODES": "127.0.0.1:1 127.0.0.1:2"},
    "monitoring": {"NGINX_MONITORING": "on", "NGINX_GRAFANA": "127.0.0.1:3", "NGINX_PROMETHEUS": "127.0.0.1:4"},
    "no brotli": {"NGINX_BROTLI": "off"},
    "IPv6": {"NGINX_HTTP": "127.0.0.1:1080 [::1]:1080", "NGINX_HTTPS": "127.0.0.1:1443 [::1]:1443"},
    "names looked up": {
        "NGINX_RESOLVER": "127.0.0.53",
        "NGINX_MONITORING": "on",
        "NGINX_GRAFANA": "localhost:3",
        "NGINX_PROMETHEUS": "localhost:4",
    },
    "exporter elsewhere": {"NGINX_STATUS": "0.0.0.0:1090", "NGINX_STATUS_ALLOW": "10.0.0.0/8 fd00::/8"},
    "no certificate yet": {"NGINX_CERTIFICATE": "/nowhere/a.pem", "NGINX_CERTIFICATE_KEY": "/nowhere/a.key"},
}


QUICK = {"plain", "monitoring"}


@pytest.mark.parametrize(
    "variant", [pytest.param(each, marks=[] if each in QUICK else pytest.mark.long) for each in VARIANTS]
)
def test_nginx_and_gixy_take_every_variant(variant, front, tmp_path):
    nginx = Nginx(tmp_path, ["127.0.0.1:1"], front.certificate, **VARIANTS[variant])
    # gixy takes a port with 443 in it for one of TLS.
    while "443" in f"{nginx.http} {nginx.status}":
        nginx = Nginx(tmp_path, ["127.0.0.1:1"], front.certificate, **VARIANTS[variant])
    nginx.render("--check")
    said = run(tool("nginx"), "-t", "-c", nginx.out / "nginx.conf").stderr
    assert "[warn]" not in said and "[emerg]" not in said, said
    found = run(tool("gixy"), "-f", "json", nginx.out / "nginx.conf", ok=False)
    # What is handed to Prometheus is told by a variable, its address is not: nothing is looked up while nginx serves.
    issues = [
        f"{each['plugin']}: {each['summary']} {each['config']}"
        for each in json.loads(found.stdout)
        if not (each["plugin"] == "missing_resolver" and "flixlist_prometheus$" in each["config"])
    ]
    assert issues == [], "gixy found something"


def test_a_second_rendering_changes_nothing_and_keeps_a_node_that_is_down(tmp_path, front):
    nginx = Nginx(tmp_path, ["127.0.0.1:1", "127.0.0.1:2"], front.certificate)
    nginx.render()
    upstream = nginx.out / "flixlist/upstream.conf"
    taken_out = upstream.read_text().replace(
        "127.0.0.1:1 max_fails=2 fail_timeout=5s;", "127.0.0.1:1 max_fails=2 fail_timeout=5s down;"
    )
    assert taken_out.count("down;") == 1
    upstream.write_text(taken_out)
    assert "is as it should be" in nginx.render().stdout
    assert upstream.read_text() == taken_out, "a node that a deployment took out came back too early"
    nginx.settings["NGINX_NODES"] = "127.0.0.1:3"
    assert "wrote 1 files" in nginx.render().stdout
    assert upstream.read_text() == "server 127.0.0.1:3 max_fails=2 fail_timeout=5s;\n"


def test_wrong_settings_are_refused(tmp_path):
    nginx = Nginx(tmp_path, ["127.0.0.1:1"])
    for name, value in [
        ("NGINX_SITE", ""),
        ("NGINX_SITE", "Films.Example"),
        ("NGINX_ACME", "/a; include /etc/passwd"),
        ("NGINX_NODES", "127.0.0.1:1}"),
        ("NGINX_CACHE", "/a\n/b"),
        ("NGINX_ERROR_LOG", "/a$host"),
    ]:
        nginx.settings = nginx.settings | {"NGINX_SITE": "localhost"} | {name: value}
        assert nginx.render(ok=False).returncode != 0, f"{name}={value!r} was taken"
        nginx.settings.pop(name)
    nginx.settings["NGINX_SITE"] = "localhost"
    (tmp_path / "none").write_text("NGINX_NODE=127.0.0.1:1\n")
    refused = nginx.render(ok=False)
    assert refused.returncode != 0 and "no setting NGINX_NODE" in refused.stderr, refused.stderr


def test_a_newer_nginx_gets_its_own_words(tmp_path):
    """http2 is a line of its own from 1.25.1 on, nodes are looked up again from 1.27.3 on, OpenSSL has a new curve."""
    stub = tmp_path / "bin/nginx"
    stub.parent.mkdir()
    stub.write_text(
        "#!/bin/sh\necho 'nginx version: nginx/1.28.0' >&2\n"
        "echo 'built with OpenSSL 3.0.1 14 Dec 2021 (running with OpenSSL 3.5.4 30 Sep 2025)' >&2\n"
    )
    stub.chmod(0o755)
    nginx = Nginx(tmp_path, ["films1:8080", "10.0.0.5:8080"], NGINX_RESOLVER="127.0.0.11")
    run(
        DEPLOY / "nginx/render.sh",
        "--out",
        nginx.out,
        "--settings",
        tmp_path / "none",
        env=nginx.environment() | {"PATH": f"{stub.parent}:/usr/bin:/bin"},
    )
    site = (nginx.out / "flixlist/site.conf").read_text()
    assert "http2 on;" in site and "ssl http2" not in site
    assert (
        "ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;" in (nginx.out / "flixlist/http.conf").read_text()
    )
    assert (nginx.out / "flixlist/upstream.conf").read_text().splitlines() == [
        "server films1:8080 max_fails=2 fail_timeout=5s resolve;",
        "server 10.0.0.5:8080 max_fails=2 fail_timeout=5s;",
    ]


def test_the_log_knows_every_area_of_the_site(front):
    """An area that is missing in the list is logged as `other`."""
    sources = "\n".join(path.read_text() for path in (ROOT / "Sources/App").rglob("*Pages.swift"))
    areas = set(re.findall(r"router\.(?:get|post)\(\"/([a-z]+)", sources))
    assert len(areas) > 25, areas
    listed = re.search(r"flixlist_first>(\S+?)\)\(\?:", (front.nginx.out / "flixlist/http.conf").read_text())[1]
    assert areas - set(listed.split("|")) == set(), "areas that are missing in flixlist/http.conf"


# TLS


def test_tls_is_mozillas_intermediate_profile(front):
    done = run(tool("sslyze"), "--mozilla_config=intermediate", f"localhost:{front.nginx.https}", ok=False)
    said = done.stdout[done.stdout.find("COMPLIANCE AGAINST") :]
    complaints = re.findall(r"^\s+\* (.+)$", said, re.M)
    # Of a certificate of a test CA: nobody trusts it. What it says of ciphers, curves and versions has to be nothing.
    left = [each for each in complaints if not re.match(r"(certificate_path_validation|certificate_validation)", each)]
    assert "COMPLIANCE" in said, done.stdout + done.stderr
    assert left == [], said


@pytest.mark.parametrize("version", ["tls1", "tls1_1"])
def test_older_tls_is_refused(front, version):
    tried = run(
        "openssl",
        "s_client",
        "-connect",
        f"127.0.0.1:{front.nginx.https}",
        "-servername",
        "localhost",
        f"-{version}",
        "-cipher",
        "DEFAULT@SECLEVEL=0",
        ok=False,
        input="",
    )
    assert "protocol version" in tried.stderr and tried.returncode != 0, tried.stderr


def test_http2(front):
    answer = front.curl("/login", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}")
    assert answer.stdout == "2 200"


@pytest.mark.long
def test_a_certificate_that_names_a_responder_is_stapled(tmp_path):
    port = free_port()
    authority = Authority(tmp_path / "tls", f"http://127.0.0.1:{port}")
    pem, key = authority.issue("localhost")
    serial = run("openssl", "x509", "-in", pem, "-noout", "-serial").stdout.strip().split("=")[1]
    (tmp_path / "index").write_text(f"V\t401231000000Z\t\t{serial}\tunknown\t/CN=localhost\n")
    responder = subprocess.Popen(
        [
            "openssl",
            "ocsp",
            "-port",
            str(port),
            "-index",
            tmp_path / "index",
            "-CA",
            authority.pem,
            "-rsigner",
            authority.pem,
            "-rkey",
            authority.key,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with Nginx(tmp_path / "nginx", ["127.0.0.1:1"], (pem, key), NGINX_CHAIN=str(authority.pem)) as nginx:
            assert "ssl_stapling on" in (nginx.out / "flixlist/tls.conf").read_text()

            def stapled():
                return (
                    "OCSP Response Status: successful"
                    in run(
                        "openssl",
                        "s_client",
                        "-connect",
                        f"127.0.0.1:{nginx.https}",
                        "-servername",
                        "localhost",
                        "-status",
                        input="",
                        ok=False,
                    ).stdout
                )

            # nginx asks the responder at the first handshake, and has the answer for the next ones.
            until(stapled, 10, "a stapled answer of the responder")
    finally:
        responder.kill()
        responder.wait()


def test_a_certificate_without_a_responder_is_not_stapled(front):
    assert "stapling" not in (front.nginx.out / "flixlist/tls.conf").read_text()


# Names and addresses


def test_http_leads_to_https(front):
    for host in ("localhost", "www.localhost"):
        answer = requests.get(
            f"http://127.0.0.1:{front.nginx.http}/titles/7?a=b",
            headers={"Host": host},
            timeout=5,
            allow_redirects=False,
        )
        assert answer.status_code == 301 and answer.headers["Location"] == front.url + "/titles/7?a=b", answer.headers


def test_another_name_of_the_site_leads_to_the_first(front):
    status, headers = front.status("/titles/7?a=b", host="www.localhost")
    assert (status, headers["location"]) == (301, [front.url + "/titles/7?a=b"])
    check_headers(headers, "301 of another name")


def test_the_authority_gets_its_file(front):
    folder = front.nginx.folder / "acme/.well-known/acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token").write_text("token.thumbprint")
    base = f"http://127.0.0.1:{front.nginx.http}/.well-known/acme-challenge/"
    found = requests.get(base + "token", headers={"Host": "localhost"}, timeout=5)
    assert (found.status_code, found.text) == (200, "token.thumbprint")
    for wrong in ("none", "", "../../../etc/nginx.conf", "%2e%2e/%2e%2e/%2e%2e/etc/nginx.conf"):
        answer = raw(
            front.nginx.http, f"GET /.well-known/acme-challenge/{wrong} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()
        )
        assert not answer.startswith("HTTP/1.1 200"), f"{wrong}: {answer[:200]}"


def test_unknown_names_get_no_answer(front):
    assert raw(front.nginx.http, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n") == "", "http"
    for name in ("evil.example", None):
        context = ssl._create_unverified_context()
        with pytest.raises((ssl.SSLError, ConnectionError)):
            raw(front.nginx.https, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", context, name)
    answer = raw(
        front.nginx.https, b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", trusting(front)
    )
    assert answer.startswith("HTTP/1.1 421"), answer
    check_headers(headers_of(answer), "421")
    answer = raw(front.nginx.https, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", trusting(front))
    assert answer.startswith("HTTP/1.1 200"), "the right name must get an answer"


def test_a_forged_address_is_replaced(front):
    """FlixList's log tells which address it took for the client's."""
    before = len((front.site.folder / "log").read_text())
    front.curl(
        "/about",
        "--interface",
        "127.0.0.9",
        "-H",
        "X-Forwarded-For: 6.6.6.6",
        "-H",
        "Forwarded: for=6.6.6.7",
        "-H",
        "X-Real-IP: 6.6.6.8",
    )

    def clients():
        lines = [json.loads(line) for line in (front.site.folder / "log").read_text()[before:].splitlines()]
        return {line["client"] for line in lines if line.get("route") == "/about"}

    assert until(clients, 5, "the line of the request") == {"127.0.0.9"}
    assert "6.6.6" not in (front.site.folder / "log").read_text()


def test_metrics_and_status_are_not_for_everybody(front):
    assert front.status("/metrics")[0] == 404
    line = until(
        lambda: [line for line in front.log_lines() if line["area"] == "metrics"], 5, "the line of the request"
    )[-1]
    assert line["node"] == "", "no node may be asked for its metrics"
    assert front.status("/stub_status")[0] == 404
    address = f"http://127.0.0.1:{front.nginx.status}"
    assert "Active connections" in requests.get(address + "/stub_status", timeout=5).text
    assert requests.get(address + "/", timeout=5).status_code == 404


# Headers on every answer


def test_every_answer_has_the_security_headers_once(front):
    big = front.nginx.folder / "big"
    big.write_bytes(b"a=" + b"x" * (2 << 20))
    cases = {
        "200 of FlixList": (200, ["/login"]),
        "200 of an asset": (200, [asset_of(front)]),
        "200 of an asset from the cache": (200, [asset_of(front)]),
        "200 of nginx": (200, ["/-/pages.css"]),
        "303": (303, ["/library"]),
        "403 of FlixList": (403, ["/login", "-X", "POST", "-H", "Origin: https://evil.example", "-d", "a=b"]),
        "404 of FlixList": (404, ["/nothing"]),
        "404 of nginx": (404, ["/metrics"]),
        "404 inside": (404, ["/-/maintenance.html"]),
        "405 of FlixList": (405, ["/login", "-X", "DELETE"]),
        "405 of nginx": (405, ["/login", "-X", "TRACE"]),
        "413": (413, ["/login", "--data-binary", f"@{big}", "-H", f"Origin: {front.url}"]),
        "414": (414, ["/" + "a" * 9000, "--http1.1"]),
        "400 of nginx": (400, ["/login", "-H", "Cookie: " + "a" * 9000, "--http1.1"]),
    }
    for what, (status, arguments) in cases.items():
        for version in ("--http1.1", "--http2"):
            if "--http1.1" in arguments and version == "--http2":
                continue
            found, headers = front.status(*arguments, version)
            assert found == status, f"{what} over {version}: {found}"
            check_headers(headers, f"{what} over {version}")


def test_an_answer_without_tls_has_them_too_but_no_promise_of_tls(front):
    answer = raw(front.nginx.http, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    check_headers(headers_of(answer), "301", secure=False)
    wrong_port = raw(front.nginx.http, b"GET /.well-known/acme-challenge/x HTTP/1.0\r\nHost: localhost\r\n\r\n")
    check_headers(headers_of(wrong_port), "404", secure=False)
    malformed = raw(front.nginx.https, b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", trusting(front))
    assert malformed.startswith("HTTP/1.1 400"), malformed
    check_headers(headers_of(malformed), "400")


def test_an_unchanged_calendar_is_304_with_the_headers(front):
    front.site.command("user", "add", "alice", input=PASSWORD + "\n")
    session = requests.Session()
    session.trust_env = False  # a bundle of the environment would win over ours
    session.verify, session.headers["Origin"] = str(front.authority.pem), front.url
    login = session.post(front.url + "/login", {"username": "alice", "password": PASSWORD}, timeout=20)
    assert login.ok and any(cookie.name == "__Host-flixlist" for cookie in session.cookies), "the login did not work"
    page = session.post(front.url + "/settings/calendar/feed", {}, timeout=20)
    feed = re.search(r"/calendar/[A-Za-z0-9_-]+\.ics", page.text)[0]
    status, headers = front.status(feed)
    assert status == 200
    status, headers = front.status(feed, "-H", f"If-None-Match: {headers['etag'][0]}")
    assert status == 304
    check_headers(headers, "304")


def test_the_scripts_explain_themselves_and_shellcheck_finds_nothing():
    names = (
        "nginx/render.sh",
        "nginx/serve.sh",
        "certificates/obtain.sh",
        "certificates/deploy-hook.sh",
        "duckdns/duckdns.sh",
    )
    for name in names:
        assert "Usage:" in run(DEPLOY / name, "--help", env=clean_environment()).stdout, name
    run(tool("shellcheck"), *(DEPLOY / name for name in names))
