"""deploy/smoke.sh on a site behind TLS: nginx with a certificate of a test CA, HTTP/2 and a redirect."""

import contextlib
import socket
import subprocess

import pytest

from conftest import free_port, run, tool, until
from nginx_support import Nginx
from test_smoke import plain, secret, served, smoke  # noqa: F401 (fixtures)

NAME = "films.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A CA of the tests, and certificates of it that hold for so many days."""
    folder = tmp_path_factory.mktemp("authority")
    openssl = tool("openssl")
    run(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=FlixList test CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    run(openssl, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={NAME}",
        "-keyout", folder / "site.key", "-out", folder / "site.csr")
    (folder / "ext").write_text(f"subjectAltName=DNS:{NAME}\nextendedKeyUsage=serverAuth\n")
    for days in (5, 90):
        run(openssl, "x509", "-req", "-in", folder / "site.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-CAcreateserial", "-days", days, "-extfile", folder / "ext", "-out", folder / f"{days}.pem")
    return folder


@pytest.fixture(scope="module")
def secure(binary, tmp_path_factory):
    site = served(binary, tmp_path_factory.mktemp("secure"), FLIXLIST_PUBLIC_URL=f"https://{NAME}",
                  FLIXLIST_TRUSTED_PROXIES="127.0.0.1")
    yield site
    site.stop()


NGINX = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    server_tokens off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{http};
        location / {{ {redirect} }}
    }}
    server {{
        listen 127.0.0.1:{https} ssl {protocol};
        ssl_certificate {authority}/{days}.pem;
        ssl_certificate_key {authority}/site.key;
        location / {{
            proxy_pass http://127.0.0.1:{port};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            {extra}
        }}
    }}
}}
"""


@contextlib.contextmanager
def front(folder, authority, site, **changes):
    """nginx before the site; gives the options that lead to it."""
    values = {
        "folder": folder, "authority": authority, "port": site.port, "http": free_port(), "https": free_port(),
        "redirect": "return 301 https://$host$request_uri;", "protocol": "http2", "days": 90, "extra": "",
    } | changes
    (folder / "nginx.conf").write_text(NGINX.format(**values))
    process = subprocess.Popen(
        [tool("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        until(lambda: reaches(process, values["https"]), 10, "nginx")
        yield ("--connect-to", f"{NAME}:443:127.0.0.1:{values['https']}",
               "--connect-to", f"{NAME}:80:127.0.0.1:{values['http']}")
    finally:
        process.terminate()
        process.wait(timeout=10)


def reaches(process, port):
    assert process.poll() is None, process.stderr.read().decode()
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def test_site_behind_tls_passes_every_check(tmp_path, authority, secure, secret):
    with front(tmp_path, authority, secure) as way:
        code, lines, output = smoke(f"https://{NAME}", "--ca", authority / "ca.pem", *way, *secret)
    assert code == 0, output
    assert lines["wrong"] == [] and lines["-"] == [], output
    assert len(lines["ok"]) == 24, output


def test_site_behind_the_configuration_of_deploy_passes_every_check(tmp_path, authority, secure, secret):
    certificate = authority / "90.pem", authority / "site.key"
    nginx = Nginx(tmp_path, [f"127.0.0.1:{secure.port}"], certificate, NGINX_SITE=NAME).start()
    try:
        code, lines, output = smoke(
            f"https://{NAME}", "--ca", authority / "ca.pem", "--connect-to", f"{NAME}:443:127.0.0.1:{nginx.https}",
            "--connect-to", f"{NAME}:80:127.0.0.1:{nginx.http}", *secret)
    finally:
        nginx.stop()
    # It names the port that it listens on, which is 443 where people go.
    wanted = f"https://{NAME}:{nginx.https}/login?next=%2Fstats"
    assert lines["wrong"] == [f"http leads to https: it leads to {wanted}"], output
    assert code == 1 and lines["-"] == [] and len(lines["ok"]) == 23, output


TLS_FAULTS = {
    "the certificate holds for 14 days more": {"days": 5},
    "http leads to https": {"redirect": "return 302 https://$host$request_uri;"},
    "HTTP/2": {"protocol": ""},
    "Strict-Transport-Security": {"extra": "proxy_hide_header Strict-Transport-Security;"},
}


def wrong_lines(lines):
    return [each.partition(": ")[0] for each in lines["wrong"]]


def test_every_fault_of_tls_is_named(tmp_path, authority, secure):
    changes = {name: value for fault in TLS_FAULTS.values() for name, value in fault.items()}
    with front(tmp_path, authority, secure, **changes) as way:
        code, lines, output = smoke(f"https://{NAME}", "--ca", authority / "ca.pem", *way)
    assert code == 1, output
    assert wrong_lines(lines) == list(TLS_FAULTS), output


@pytest.mark.long
@pytest.mark.parametrize("line", TLS_FAULTS)
def test_fault_of_tls_is_named_alone(tmp_path, authority, secure, line):
    with front(tmp_path, authority, secure, **TLS_FAULTS[line]) as way:
        code, lines, output = smoke(f"https://{NAME}", "--ca", authority / "ca.pem", *way)
    assert code == 1, output
    assert wrong_lines(lines) == [line], output


@pytest.mark.long
@pytest.mark.parametrize("redirect", [
    "return 301 https://elsewhere.example$request_uri;", "return 301 https://$host/;", "return 200 hello;"])
def test_redirect_must_lead_to_the_same_page(tmp_path, authority, secure, redirect):
    with front(tmp_path, authority, secure, redirect=redirect) as way:
        code, lines, output = smoke(f"https://{NAME}", "--ca", authority / "ca.pem", *way)
    assert code == 1, output
    assert wrong_lines(lines) == ["http leads to https"], output


def test_certificate_of_a_stranger_is_wrong(tmp_path, authority, secure):
    with front(tmp_path, authority, secure) as way:
        code, lines, output = smoke(f"https://{NAME}", *way)
    assert code == 1, output
    assert lines["wrong"][0].startswith("the site answers: curl: (60)"), output


@pytest.mark.long
def test_cookie_of_a_site_that_does_not_know_its_address_is_wrong(tmp_path, authority, plain, secret):
    header = "add_header Strict-Transport-Security max-age=31536000 always;"
    with front(tmp_path, authority, plain, extra=header) as way:
        code, lines, output = smoke(f"https://{NAME}", "--ca", authority / "ca.pem", *way, *secret)
    assert code == 1, output
    assert len(lines["wrong"]) == 1, output
    assert lines["wrong"][0].startswith("the cookie is for https and this host alone: "), output
