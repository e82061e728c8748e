"""certbot, nginx and an ACME server (pebble) on this machine: from no certificate to a renewed one."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

import pytest
import requests
from conftest import DEPLOY, free_port, run, tool, until
from nginx_support import Authority, Nginx, Node

NAME = "flixlist.test"


class Acme:
    """pebble, with a DNS of its own that leads every name to this machine."""

    def __init__(self, folder, http_port):
        self.folder = folder
        folder.mkdir(parents=True)
        self.port, self.management, self.dns, control = (free_port() for _ in range(4))
        self.pem, key = Authority(folder / "own").issue("localhost")
        self.authority = folder / "own/ca.pem"
        (folder / "pebble.json").write_text(
            json.dumps(
                {
                    "pebble": {
                        "listenAddress": f"127.0.0.1:{self.port}",
                        "managementListenAddress": f"127.0.0.1:{self.management}",
                        "certificate": str(self.pem),
                        "privateKey": str(key),
                        "httpPort": http_port,
                        "tlsPort": free_port(),
                        "ocspResponderURL": "",
                        "externalAccountBindingRequired": False,
                    }
                }
            )
        )
        self.commands = [
            (
                [
                    tool("pebble-challtestsrv"),
                    "-defaultIPv4",
                    "127.0.0.1",
                    "-defaultIPv6",
                    "",
                    "-dns01",
                    f"127.0.0.1:{self.dns}",
                    "-http01",
                    "",
                    "-https01",
                    "",
                    "-tlsalpn01",
                    "",
                    "-management",
                    f"127.0.0.1:{control}",
                ],
                {},
            ),
            (
                [tool("pebble"), "-config", folder / "pebble.json", "-dnsserver", f"127.0.0.1:{self.dns}"],
                {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"},
            ),
        ]
        self.processes = []

    @property
    def directory(self):
        return f"https://localhost:{self.port}/dir"

    def root(self):
        """The file of the root under which it signs."""
        path = self.folder / "root.pem"
        path.write_text(
            requests.get(f"https://localhost:{self.management}/roots/0", verify=self.authority, timeout=5).text
        )
        return path

    def __enter__(self):
        for command, more in self.commands:
            with open(self.folder / "log", "ab") as log:
                self.processes.append(subprocess.Popen(command, env=os.environ | more, stdout=log, stderr=log))
        until(lambda: requests.get(self.directory, verify=self.authority, timeout=2).ok, 15, "pebble")
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()


class Place:
    """nginx before a node, certbot's folders, and the ACME server."""

    def __init__(self, folder):
        self.folder = folder
        self.node = Node(folder)
        self.live = folder / "letsencrypt/live" / NAME
        self.nginx = Nginx(
            folder / "nginx",
            [self.node.address],
            (self.live / "fullchain.pem", self.live / "privkey.pem"),
            NGINX_SITE=NAME,
            NGINX_ALIASES="www." + NAME,
        )
        self.acme = Acme(folder / "acme", self.nginx.http)
        self.folders = [
            "--config-dir",
            folder / "letsencrypt",
            "--work-dir",
            folder / "work",
            "--logs-dir",
            folder / "logs",
        ]
        self.environment = self.nginx.environment() | {"REQUESTS_CA_BUNDLE": str(self.acme.authority)}

    def obtain(self, *arguments, ok=True, **more):
        return run(DEPLOY / "certificates/obtain.sh", *self.options(*arguments), env=self.environment | more, ok=ok)

    def options(self, *arguments):
        return [
            "--server",
            self.acme.directory,
            "--webroot",
            self.nginx.folder / "acme",
            *arguments,
            "--",
            *self.folders,
        ]

    def served(self):
        """The serial number of the certificate that nginx shows, and who signed it."""
        pem = run(
            "openssl", "s_client", "-connect", f"127.0.0.1:{self.nginx.https}", "-servername", NAME, input="", ok=False
        ).stdout
        said = run("openssl", "x509", "-noout", "-serial", "-issuer", input=pem).stdout
        return said.splitlines()

    def works(self, name=NAME):
        """Whether a client that trusts only pebble's root gets an answer."""
        done = run(
            "curl",
            "-sS",
            "--max-time",
            "10",
            "--cacert",
            self.acme.root(),
            "--resolve",
            f"{name}:{self.nginx.https}:127.0.0.1",
            f"https://{name}:{self.nginx.https}/",
            ok=False,
        )
        return done.returncode == 0

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for each in (self.node, self.nginx, self.acme):
                stack.enter_context(each)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()


@pytest.fixture
def place(tmp_path):
    with Place(tmp_path) as place:
        yield place


def test_from_no_certificate_to_a_renewed_one(place):
    assert (
        "FlixList before its certificate" in place.served()[1]
    ), "without a certificate nginx must serve one of its own"
    assert not place.works()

    place.obtain("--email", "robin@flixlist.test", NAME, "www." + NAME)
    until(place.works, 5, "the new certificate")
    assert place.works("www." + NAME)
    key = run("openssl", "pkey", "-in", place.live / "privkey.pem", "-noout", "-text").stdout
    assert "P-256" in key, key
    assert (place.live / "privkey.pem").resolve().stat().st_mode & 0o077 == 0, "others can read the key"
    first = place.served()

    again = place.obtain("--email", "robin@flixlist.test", NAME, "www." + NAME)
    assert "not yet due" in again.stdout + again.stderr, again.stdout + again.stderr
    assert place.served() == first, "a certificate that is not due must be left alone"

    ended, found = threading.Event(), []
    root = str(place.acme.root())
    clients = [threading.Thread(target=ask, args=(place, root, ended, found, keep)) for keep in (True, False)]
    for client in clients:
        client.start()
    try:
        # As the timer of the package does; the hook was written down when the certificate was made.
        run("certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew", *place.folders, env=place.environment)
        until(lambda: place.served()[0] != first[0], 10, "the renewed certificate")
        time.sleep(0.5)
    finally:
        ended.set()
        for client in clients:
            client.join()
    assert len(found) > 20 and set(found) == {
        200
    }, f"of {len(found)} requests {[each for each in found if each != 200]} failed"
    assert place.works()


def ask(place, root, ended, found, keep):
    """Asks until the event: over one connection, or over a new one each time."""
    with requests.Session() as session:
        session.trust_env, session.verify = False, root
        session.mount("https://", ToLoopback())
        while not ended.is_set():
            try:
                found.append(
                    session.get(
                        f"https://{NAME}:{place.nginx.https}/posters/7.svg",
                        timeout=10,
                        headers={"Host": NAME} | ({} if keep else {"Connection": "close"}),
                    ).status_code
                )
            except requests.RequestException as error:
                found.append(repr(error))
            time.sleep(0.02)


class ToLoopback(requests.adapters.HTTPAdapter):
    """Connects to this machine, whatever the name."""

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        host, pool = self.build_connection_pool_key_attributes(request, verify, cert)
        host["host"] = "127.0.0.1"
        return self.poolmanager.connection_from_host(
            **host, pool_kwargs=pool | {"server_hostname": NAME, "assert_hostname": NAME}
        )


@pytest.mark.long
def test_a_failure_says_what_to_look_at_and_leaves_nginx_serving(place):
    # The authority asks where nobody listens: as when a firewall stands before port 80.
    place.nginx.stop()
    failed = place.obtain(NAME, ok=False)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "port 80 is open" in failed.stderr and "--dry-run" in failed.stderr, failed.stderr
    place.nginx.start()
    assert "FlixList before its certificate" in place.served()[1]


@pytest.mark.long
def test_the_container_gets_one_and_stays(place):
    """As in compose: certbot without nginx, which sees the new file by itself."""
    place.nginx.stop()
    server = subprocess.Popen(
        [DEPLOY / "nginx/serve.sh"],
        env=place.environment | {"SERVE_WATCH_SECONDS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    place.nginx.process = server
    # sh that is not bash, as in the image of certbot; nginx is not to be found from there.
    loop = None
    try:
        until(place.nginx.is_up, 15, "nginx")
        bare = place.folder / "bin"
        bare.mkdir()
        for name in ("certbot", "dirname", "sleep"):
            (bare / name).symlink_to(tool(name))
        loop = subprocess.Popen(
            ["/bin/sh", DEPLOY / "certificates/obtain.sh", *map(str, place.options("--loop", NAME))],
            env=place.environment | {"PATH": str(bare)},
            start_new_session=True,
            stdout=(place.folder / "loop").open("wb"),
            stderr=subprocess.STDOUT,
        )
        until(place.works, 30, "the certificate in nginx")
        assert loop.poll() is None, (place.folder / "loop").read_text()
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(timeout=10) == 0, "SIGTERM must end it with 0"
    finally:
        for process in (server, loop):
            if process:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ([], "which name?"),
        (["Films.Example"], "is not a name"),
        (["films.example; id"], "is not a name"),
        (["--webroot", "/nowhere", "films.example"], "there is no folder"),
        (["--emial", "a@b", "films.example"], "there is no option"),
        (["films.example", "--email"], "needs a value"),
    ],
)
def test_wrong_uses_are_refused(arguments, complaint):
    refused = run(DEPLOY / "certificates/obtain.sh", *arguments, ok=False)
    assert refused.returncode == 1 and complaint in refused.stderr, refused.stderr
