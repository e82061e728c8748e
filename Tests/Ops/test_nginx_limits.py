"""Limits by address, and slow clients: nginx before a node that stands in for FlixList."""

import asyncio
import contextlib
import re
import resource
import socket
import ssl
import statistics
import threading
import time

import pytest
import requests
from conftest import run, tool
from nginx_support import Authority, Nginx, Node


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("localhost")


@pytest.fixture(scope="module")
def one_nginx(tmp_path_factory, authority, certificate):
    folder = tmp_path_factory.mktemp("limits")
    with Node(folder) as node, Nginx(folder / "nginx", [node.address], certificate) as nginx:
        nginx.node, nginx.ca, nginx.clients = node, str(authority.pem), 0
        yield nginx


@pytest.fixture
def front(one_nginx):
    """nginx before one node, with a new address to ask it from: what is counted begins anew with each test."""
    one_nginx.clients += 1
    one_nginx.client = f"127.0.0.{10 + one_nginx.clients}"
    return one_nginx


def session_of(nginx):
    """A session of requests from the client's address."""
    session = requests.Session()
    session.verify, session.trust_env = nginx.ca, False
    session.mount("https://", FromAddress(nginx.client))
    return session


class FromAddress(requests.adapters.HTTPAdapter):
    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, **options, source_address=(self.address, 0))


def statuses(nginx, paths, *options, most_at_once=100):
    """The status of each request, all sent at once by one client over HTTP/2."""
    options = options if "--interface" in options else (*options, "--interface", nginx.client)
    config = nginx.folder / "urls"
    config.write_text("".join(f'url = "{nginx.url}{path}"\noutput = "/dev/null"\n' for path in paths))
    done = run(
        "curl",
        "-sS",
        "--parallel",
        "--parallel-max",
        most_at_once,
        "--cacert",
        nginx.ca,
        "-w",
        "%{http_code} %{http_version}\n",
        "--config",
        config,
        *options,
    )
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == len(paths), done.stdout + done.stderr
    assert {line.split()[1] for line in lines} == {"2"}, "HTTP/2 was asked for"
    return [int(line.split()[0]) for line in lines]


# What people do never meets a limit


def test_pages_with_many_pictures_meet_no_limit(front):
    """Ten pages, each with 60 pictures and its style, as fast as one browser can."""
    for number in range(10):
        paths = [f"/library?page={number}", "/assets/app.1.css", "/assets/app.1.js"]
        paths += [f"/pictures/poster/w342/{number}-{each}.jpg" for each in range(30)] + [
            f"/posters/{each}.svg" for each in range(30)
        ]
        found = statuses(front, paths, most_at_once=128)
        assert set(found) == {200}, f"page {number}: {found}"


def test_somebody_who_types_a_search_or_ticks_an_evening_meets_no_limit(front):
    with session_of(front) as session:
        for word in ("the lord of the rings", "arrival"):
            for end in range(1, len(word) + 1):
                assert (
                    session.get(front.url + "/search", params={"suggest": 1, "q": word[:end]}, timeout=5).status_code
                    == 200
                ), end
                time.sleep(0.02)
        for each in range(80):
            assert (
                session.post(front.url + f"/titles/{each}/plays", {"when": "now"}, timeout=5).status_code == 200
            ), each


def test_what_a_client_says_of_itself_reaches_no_node(front):
    forged = {
        "X-Forwarded-For": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "X-Forwarded-Host": "evil",
        "X-Forwarded-Proto": "http",
        "X-Request-Id": "evil",
        "Upgrade": "h2c",
        "Connection": "Upgrade, HTTP2-Settings",
        "HTTP2-Settings": "AAMAAABk",
    }
    with session_of(front) as session:
        lines = session.get(front.url + "/headers", headers=forged, timeout=5).text.split("\r\n")
    head = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    assert (
        head["X-Forwarded-For"] == front.client and head["X-Forwarded-Proto"] == "https" and head["Host"] == "localhost"
    )
    assert re.fullmatch("[0-9a-f]{32}", head["X-Request-Id"])
    assert not {"Forwarded", "X-Real-IP", "X-Forwarded-Host", "Upgrade", "Connection"} & set(head), head


# What floods do meets one


FLOODS = {
    "login": ("/login", "POST", 40, 16),
    "register": ("/register", "POST", 40, 16),
    "confirm": ("/confirm", "POST", 40, 16),
    "reset": ("/reset/token", "POST", 40, 16),
    "import": ("/import", "POST", 20, 6),
    "search": ("/search?q=a", "GET", 200, 41),
    "pages": ("/titles/7", "GET", 400, 101),
    "the API": ("/api/v1/titles", "GET", 400, 101),
    "files": ("/posters/7.svg", "GET", 2000, 801),
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_is_turned_away(what, front):
    path, method, sent, allowed = FLOODS[what]
    options = ["-X", method] + (["-d", "a=b"] if method == "POST" else [])
    began, before = time.monotonic(), len(front.node.requests())
    # Of two uploads at once one would meet another limit.
    found = statuses(front, [path] * sent, *options, most_at_once=1 if what == "import" else 100)
    assert set(found) == {200, 429}, found
    # What flows back while they are sent: at most 200 a second.
    more = {"files": 200, "search": 10, "pages": 20, "the API": 20}.get(what, 1) * (time.monotonic() - began) + 1
    assert (
        allowed - 2 <= found.count(200) <= allowed + more
    ), f"{found.count(200)} of {sent} came through, {allowed} may"
    assert len(front.node.requests()) - before == found.count(200), "a node was asked more often than the limit says"


def test_who_is_turned_away_is_told_how_long_and_nobody_else_is(front):
    assert 429 in statuses(front, ["/login"] * 40, "-d", "a=b")
    answer = run(
        "curl", "-sSi", "--cacert", front.ca, "--interface", front.client, front.url + "/login", "-d", "a=b"
    ).stdout
    assert "HTTP/2 429" in answer and re.search(r"^retry-after: 10\r?$", answer, re.M), answer
    assert "A little slower" in answer
    assert set(statuses(front, ["/login"])) == {200}, "the page of the login is no login"
    assert set(statuses(front, ["/login"], "-d", "a=b", "--interface", "127.0.0.2")) == {
        200
    }, "another address has its own count"
    api = run(
        "curl", "-sSi", "--cacert", front.ca, "--interface", front.client, *[front.url + "/api/v1/titles"] * 150
    ).stdout
    assert "application/problem+json" in api and '"title":"Too Many Requests"' in api


def test_one_address_gets_256_connections(front):
    found = []

    def ask(*options):
        paths = [f"/posters/sleep/15/{each}" for each in range(90)]
        done = run(
            "curl",
            "-sS",
            "--parallel",
            "--parallel-max",
            "100",
            "--cacert",
            front.ca,
            "-w",
            "%{http_code}\n",
            "--interface",
            *(options or [front.client]),
            *[word for path in paths for word in ("-o", "/dev/null", front.url + path)],
        )
        found.append((options, [int(line) for line in done.stdout.split()]))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    threads += [threading.Thread(target=ask, args=("127.0.0.2",))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one = sorted(status for options, each in found if not options for status in each)
    assert one == [200] * 256 + [429] * 14, f"270 requests of one address at once: {one.count(200)} came through"
    assert [each for options, each in found if options] == [[200] * 90], "another address must not be touched"


@pytest.mark.long
def test_one_address_gets_two_uploads_at_once(front):
    found = []

    def send():
        done = run(
            "curl",
            "-sS",
            "--cacert",
            front.ca,
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "--limit-rate",
            "1M",
            "--interface",
            front.client,
            "--data-binary",
            f"@{front.folder / 'record'}",
            front.url + "/import",
        )
        found.append(int(done.stdout))

    (front.folder / "record").write_bytes(b"x" * 3_000_000)
    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, 200, 429, 429]


@pytest.mark.long
def test_ipv6_customers_are_counted_by_their_network(tmp_path, certificate, authority):
    """In a network namespace of its own, which has addresses of two customers."""
    nginx = Nginx(
        tmp_path,
        ["127.0.0.1:1"],
        certificate,
        NGINX_HTTPS="[::]:8443",
        NGINX_HTTP="127.0.0.1:8080",
        NGINX_STATUS="127.0.0.1:8090",
    )
    nginx.render()
    script = f"""
        set -eu
        ip link set lo up
        for each in fd00:1:2:3::1 fd00:1:2:3:4:5:6:7 fd00:1:2:4::1 fd01:1::1 fd01:1::2 fd01:2::1; do
            ip -6 addr add $each/128 dev lo nodad
        done
        {tool("nginx")} -c {nginx.out}/nginx.conf
        trap 'kill $(cat {tmp_path}/nginx.pid)' EXIT
        ask() {{
            for i in $(seq $2); do
                curl -s -g -k -o /dev/null -w '%{{http_code}} ' --interface $1 --resolve localhost:8443:[$1] \
                    -d a=b https://localhost:8443/login
            done
            echo
        }}
        ask fd00:1:2:3::1 20; ask fd00:1:2:3:4:5:6:7 2; ask fd00:1:2:4::1 2
        ask fd01:1::1 20; ask fd01:1::2 2; ask fd01:2::1 2
    """
    lines = run("unshare", "--net", "bash", "-c", script).stdout.splitlines()
    for first, same, other in (lines[:3], lines[3:]):
        assert first.split()[:16] == ["503"] * 16 and "429" in first.split()[16:], first
        assert "429" in same.split(), f"an address of the same /64 has a count of its own: {same}"
        assert other.split() == ["503", "503"], f"an address of another /64 shares the count: {other}"


# Slow clients


@pytest.mark.long
def test_a_slow_client_is_let_go(front):
    """Ten seconds for a head, fifteen between two parts of a body."""
    context = ssl.create_default_context(cafile=front.ca)

    def seconds(begin, drip):
        with context.wrap_socket(
            socket.create_connection(("127.0.0.1", front.https)), server_hostname="localhost"
        ) as connection:
            connection.settimeout(0.5)
            connection.sendall(begin)
            started = time.monotonic()
            while time.monotonic() - started < 40:
                with contextlib.suppress(TimeoutError):
                    try:
                        if connection.recv(1000) == b"":
                            break
                    except ConnectionError:
                        break
                if drip:
                    with contextlib.suppress(OSError):
                        connection.sendall(drip)
        return time.monotonic() - started

    assert 8 < seconds(b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-A: b\r\n") < 14
    assert 12 < seconds(b"POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nab", b"") < 20
    assert not any("/slow" in line for line in front.node.requests()), "half a form reached the node"


@pytest.mark.long
def test_ten_thousand_slow_connections_fail_no_probe(front):
    """Heads without an end and handshakes without an end, from forty addresses; somebody else uses the site."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= 2 * MANY, f"the limit of open files is {hard}: both ends of {MANY} connections are on this machine"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        opened, most, times, failed = asyncio.run(attack(front))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    print(
        f"{opened} opened, {most} at once, {len(times)} probes, median {statistics.median(times) * 1000:.0f} ms, "
        f"longest {max(times) * 1000:.0f} ms"
    )
    assert opened == MANY, f"only {opened} were opened"
    assert most > 0.9 * MANY, f"only {most} were open at once"
    assert failed == [], failed
    assert len(times) >= 40 and statistics.median(times) < 0.25, times


MANY = 10_000
# The beginning of a TLS record of 512 bytes, a ClientHello, of which no more comes.
HALF_A_HANDSHAKE = bytes.fromhex("1603010200010001fc0303") + b"x" * 20


async def attack(front):
    """How many connections were opened, how many at once, the seconds of the probes, and which failed."""
    context = ssl._create_unverified_context()
    reached, most, times, failed = set(), 0, [], []
    gates = {kind: asyncio.Semaphore(100) for kind in ("head", "TLS", "handshake")}

    async def slow(number):
        """Opens a connection, and another one each time that nginx closes it."""
        kind = "TLS" if number % 10 == 0 else "handshake" if number % 2 else "head"
        secure = {"ssl": context, "server_hostname": "localhost"} if kind == "TLS" else {}
        address = (f"127.0.{1 + number // 250}.{1 + number % 250}", 0)
        port = front.http if kind == "head" else front.https
        while True:
            with contextlib.suppress(OSError):
                async with gates[kind]:
                    _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=address, **secure)
                reached.add(number)
                try:
                    writer.write(HALF_A_HANDSHAKE if kind == "handshake" else b"GET / HTTP/1.1\r\nHost: localhost\r\n")
                    while not writer.is_closing():
                        await asyncio.sleep(4)
                        writer.write(b"x" if kind == "handshake" else b"X-A: b\r\n")
                        await writer.drain()
                finally:
                    writer.transport.abort()

    def probe():
        nonlocal most
        began = time.monotonic()
        try:
            answer = requests.get(front.url + "/titles/7", timeout=10, verify=front.ca)
            if answer.status_code != 200:
                failed.append(answer.status_code)
        except requests.RequestException as error:
            failed.append(repr(error))
        times.append(time.monotonic() - began)
        active = requests.get(f"http://127.0.0.1:{front.status}/stub_status", timeout=10).text
        most = max(most, int(active.split()[2]))

    attackers = [asyncio.create_task(slow(number)) for number in range(MANY)]
    loop, began = asyncio.get_running_loop(), time.monotonic()
    # The machine may be busy: longer, when they are not all there yet.
    while (seconds := time.monotonic() - began) < 20 or (seconds < 60 and most <= 0.9 * MANY):
        await loop.run_in_executor(None, probe)
        await asyncio.sleep(0.2)
    for attacker in attackers:
        attacker.cancel()
    await asyncio.gather(*attackers, return_exceptions=True)
    return len(reached), most, times, failed
