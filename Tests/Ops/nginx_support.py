"""What the tests of nginx share: certificates of a test CA, nginx on a folder of its own, nodes that stand in."""

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import requests
from conftest import DEPLOY, Site, free_port, run, tool, until

HEADERS = {
    "Content-Security-Policy": None,  # None: any value
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": None,
    "Cache-Control": None,
}
NODE = Path(__file__).with_name("stand_in_node.py")
CURVE = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
HSTS = "max-age=31536000; includeSubDomains"


class Authority:
    """A certificate authority of the tests. With `responder` its certificates name an OCSP responder there."""

    def __init__(self, folder, responder=None):
        self.folder, self.responder = Path(folder), responder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pem, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        self._openssl(
            f"req -x509 {CURVE} -nodes -days 30 -subj /CN=Authority", "-keyout", self.key, "-out", self.pem)

    def issue(self, name, *others, days=90):
        """A certificate of these names; gives the paths of its chain and its key."""
        pem, key, request = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
        extensions = self.folder / "extensions"
        text = "subjectAltName=" + ",".join(f"DNS:{each}" for each in (name, *others))
        text += (
            "\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n"
        )
        if self.responder:
            text += f"authorityInfoAccess=OCSP;URI:{self.responder}\n"
        extensions.write_text(text)
        self._openssl(f"req -new {CURVE} -nodes -subj /CN={name}", "-keyout", key, "-out", request)
        self._openssl(
            f"x509 -req -CAcreateserial -days {days}",
            *("-in", request, "-CA", self.pem, "-CAkey", self.key, "-extfile", extensions, "-out", pem))
        return pem, key

    @staticmethod
    def _openssl(words, *more):
        command = ["openssl", *words.split(), *map(str, more)]
        subprocess.run(command, check=True, capture_output=True, timeout=30)


class Nginx:
    """nginx with the configuration that deploy/nginx/render.sh writes for it."""

    def __init__(self, folder, nodes, certificate=None, **settings):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.out = self.folder / "etc"
        self.http, self.https, self.status = free_port(), free_port(), free_port()
        self.site = settings.get("NGINX_SITE", "localhost")
        self.settings = {
            "NGINX_SITE": self.site,
            "NGINX_NODES": " ".join(nodes),
            "NGINX_HTTP": f"127.0.0.1:{self.http}",
            "NGINX_HTTPS": f"127.0.0.1:{self.https}",
            "NGINX_STATUS": f"127.0.0.1:{self.status}",
            "NGINX_ACME": str(self.folder / "acme"),
            "NGINX_CACHE": str(self.folder / "cache"),
            "NGINX_ACCESS_LOG": str(self.folder / "access.log"),
            "NGINX_ERROR_LOG": str(self.folder / "error.log"),
            "NGINX_PID": str(self.folder / "nginx.pid"),
            # The folders of pytest are closed to www-data.
            "NGINX_USER": "root",
        }
        if certificate:
            self.settings |= {"NGINX_CERTIFICATE": str(certificate[0]), "NGINX_CERTIFICATE_KEY": str(certificate[1])}
        self.settings |= settings
        self.process = None

    @property
    def url(self):
        return f"https://{self.site}:{self.https}"

    def environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NGINX_")}
        return clean | self.settings | {"NGINX_OUT": str(self.out)}

    def render(self, *options, ok=True):
        return run(
            DEPLOY / "nginx/render.sh",
            "--out",
            self.out,
            "--settings",
            self.folder / "none",
            *options,
            env=self.environment(),
            ok=ok,
        )

    def start(self):
        self.render("--check")
        self.process = subprocess.Popen(
            [tool("nginx"), "-c", self.out / "nginx.conf", "-g", "daemon off;"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.is_up, 15, "nginx")
        return self

    def is_up(self):
        assert self.process.poll() is None, f"nginx ended: {self.error_log()}"
        return requests.get(f"http://127.0.0.1:{self.status}/stub_status", timeout=2).ok

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def error_log(self):
        path = self.folder / "error.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def access_log(self):
        path = self.folder / "access.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Node:
    """A stand-in for a node of FlixList: a process of its own, so that it can be killed."""

    def __init__(self, folder, *options):
        self.port, self.options = free_port(), options
        self.address = f"127.0.0.1:{self.port}"
        self.log = Path(folder) / f"node-{self.port}.log"
        self.process = None

    def start(self):
        self.process = subprocess.Popen([sys.executable, NODE, str(self.port), str(self.log), *self.options])
        until(self._listens, 15, "the stand-in node")
        return self

    def _listens(self):
        assert self.process.poll() is None, "the stand-in node ended"
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    def requests(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()


class Front:
    """nginx with TLS before one FlixList."""

    def __init__(self, folder, binary):
        self.authority = Authority(folder / "tls")
        self.certificate = self.authority.issue("localhost", "www.localhost", "flixlist.test")
        self.site = Site(binary, folder / "site")
        self.nginx = Nginx(
            folder / "nginx", [f"127.0.0.1:{self.site.port}"], self.certificate, NGINX_ALIASES="www.localhost"
        )
        self.site.settings |= {"FLIXLIST_PUBLIC_URL": self.nginx.url, "FLIXLIST_TRUSTED_PROXIES": "127.0.0.1"}
        self.url = self.nginx.url

    def curl(self, path, *options, host="localhost", ok=True):
        """What `curl -i` says of a path; the names of the tests lead to the loopback address."""
        port = self.nginx.https
        return run(
            "curl",
            "-sS",
            *([] if "-D" in options else ["-i"]),
            "--max-time",
            "20",
            "--cacert",
            self.authority.pem,
            "--resolve",
            f"{host}:{port}:127.0.0.1",
            *options,
            f"https://{host}:{port}{path}",
            ok=ok,
        )

    def status(self, *arguments, **options):
        """The status, and the headers as headers_of gives them."""
        answer = self.curl(*arguments, "-D", "-", "-o", "/dev/null", **options).stdout
        return int(re.findall(r"^HTTP/\S+ (\d+)", answer, re.M)[-1]), headers_of(answer)

    def log_lines(self):
        return [json.loads(line) for line in self.nginx.access_log().splitlines()]

    def __enter__(self):
        try:
            self.site.start()
            self.nginx.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.nginx.stop()
        self.site.stop()


def raw(port, request, context=None, name="localhost"):
    """Sends bytes as they are; gives all that comes until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        connection = context.wrap_socket(plain, server_hostname=name) if context else plain
        connection.sendall(request)
        parts = []
        # nginx resets connections that it does not answer.
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts).decode("latin-1")


def trusting(front):
    return ssl.create_default_context(cafile=front.authority.pem)


def asset_of(front):
    return re.search(r"/assets/app\.[0-9a-f]+\.css", front.curl("/login").stdout)[0]


def headers_of(text):
    """Name in small letters -> its values, of the last head in what `curl -i` or a socket gave."""
    heads = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.startswith("HTTP/")]
    found = {}
    for line in heads[-1].split("\n")[1:]:
        name, _, value = line.partition(":")
        found.setdefault(name.strip().lower(), []).append(value.strip())
    return found


def check_headers(headers, what, secure=True):
    """Each security header must be there exactly once; `headers` as headers_of gives them."""
    for name, value in HEADERS.items():
        values = headers.get(name.lower(), [])
        assert len(values) == 1, f"{what}: {name} must be there once, it is {values}"
        assert value is None or values == [value], f"{what}: {name} is {values}, not {value}"
    csp = headers["content-security-policy"][0]
    assert "default-src 'none'" in csp and "frame-ancestors 'none'" in csp, f"{what}: the policy is {csp}"
    expected = [HSTS] if secure else []
    assert (
        headers.get("strict-transport-security", []) == expected
    ), f"{what}: Strict-Transport-Security must be {expected}, it is {headers.get('strict-transport-security')}"
    assert headers.get("server", ["nginx"]) == [
        "nginx"
    ], f"{what}: the version of the server shows: {headers['server']}"
