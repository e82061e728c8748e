"""The firewall for real: two network namespaces and a pair of interfaces between them, on IPv4 and IPv6."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from conftest import DEPLOY, run, tool

FIREWALL = DEPLOY / "firewall"
SERVER4, CLIENT4, OTHER4 = "10.91.0.1", "10.91.0.2", "10.91.0.3"
SERVER6, CLIENT6, NEAR6, FAR6 = "fd91::1", "fd91::2", "fd91::3", "fd91:0:0:1::2"
OPEN = [22, 80, 443]
CLOSED = [21, 25, 53, 111, 3000, 5432, 8080, 8081, 8082, 8090, 9090, 9093, 9100, 9464, 9465]
PROGRAM_UID = 64001

LISTEN = """
    import socket, select, sys
    tcp, udp = [[int(port) for port in list.split(",")] for list in sys.argv[1:]]
    listening = []
    for port in tcp:
        at = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
        listening.append(at)
    for port in udp:
        at = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        at.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        at.bind(("::", port))
        listening.append(at)
    print("listening", flush=True)
    kept = []
    while True:
        for ready in select.select(listening + kept, [], [])[0]:
            if ready in kept:
                data = ready.recv(100)
                if data: ready.sendall(data)
                else: kept.remove(ready)
            elif ready.type == socket.SOCK_DGRAM:
                data, sender = ready.recvfrom(100)
                ready.sendto(data, sender)
            else:
                kept.append(ready.accept()[0])
"""

# Says for each (kind, address, port, source) how it went: "open", "refused" at once, or "silent".
KNOCK = """
    import json, socket, sys, os, threading
    if sys.argv[1] != "root": os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
    answers = {}
    def knock(at, kind, address, port, source):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as one:
            one.settimeout(1.5)
            try:
                if source: one.bind((source, 0))
                one.connect((address, port))
                one.sendall(b"x")
                answers[at] = "open" if one.recv(1) == b"x" else "closed"
            except TimeoutError: answers[at] = "silent"
            except OSError: answers[at] = "refused"
    every = json.loads(sys.argv[2])
    threads = [threading.Thread(target=knock, args=(at, *one)) for at, one in enumerate(every)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(json.dumps([answers[at] for at in range(len(every))]))
"""


# One echo request; IPv6's checksum is the kernel's business.
PING = """
    import socket, struct, sys
    address = sys.argv[1]
    asks, answers, family, protocol = (128, 129, socket.AF_INET6, socket.IPPROTO_ICMPV6) if ":" in address else (
        8, 0, socket.AF_INET, socket.IPPROTO_ICMP)
    with socket.socket(family, socket.SOCK_RAW, protocol) as one:
        one.settimeout(2)
        checksum = 0xffff - ((asks << 8) + 0x1234 + 1)
        one.sendto(struct.pack("!BBHHH", asks, 0, checksum, 0x1234, 1), (address, 0))
        while True:
            got = one.recv(200)
            if got[0 if ":" in address else 20] == answers: break
    print("answered")
"""


class Net:
    """A server and a client, wired to each other; rules are loaded into the server."""

    def __init__(self, folder):
        self.folder = folder
        self.names = {"server": f"flixs{os.getpid()}", "client": f"flixc{os.getpid()}"}
        self.running = []

    def command(self, where, *arguments):
        return ["ip", "netns", "exec", self.names[where], *[str(part) for part in arguments]]

    def in_server(self, *arguments, **options):
        return run(*self.command("server", *arguments), **options)

    def make(self):
        tool("ip")
        for name in self.names.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        server, client = self.names.values()
        run("ip", "link", "add", "s0", "netns", server, "type", "veth", "peer", "name", "c0", "netns", client)
        self.wire(server, "s0", f"{SERVER4}/24", f"{SERVER6}/64")
        self.wire(client, "c0", f"{CLIENT4}/24", f"{OTHER4}/24", f"{CLIENT6}/64", f"{NEAR6}/64", f"{FAR6}/64")
        run("ip", "-n", server, "route", "add", "fd91:0:0:1::/64", "dev", "s0")

    def wire(self, name, link, *addresses):
        for address in addresses:
            # The first one is what it speaks from, unless it is told otherwise.
            later = ["preferred_lft", "0"] if address != addresses[0] and address != f"{CLIENT6}/64" else []
            six = ["nodad"] if ":" in address else []
            run("ip", "-n", name, "addr", "add", address, "dev", link, *six, *later)
        run("ip", "-n", name, "link", "set", link, "up")

    def unmake(self):
        for process in self.running:
            process.kill()
            process.wait()
        for name in self.names.values():
            run("ip", "netns", "del", name, ok=False)

    def listen(self, where, tcp, udp=(443,)):
        process = subprocess.Popen(
            self.command(where, sys.executable, "-c", textwrap.dedent(LISTEN), ",".join(map(str, tcp)),
                         ",".join(map(str, udp))), stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        assert process.stdout.readline() == "listening\n", "the listeners did not start"

    def knock(self, where, *every, user="root"):
        """Each is (kind, address, port) or (kind, address, port, source)."""
        every = [[*one, None][:4] for one in every]
        done = run(*self.command(where, sys.executable, "-c", textwrap.dedent(KNOCK), user, json.dumps(every)))
        return json.loads(done.stdout)

    def load(self, *local, files=("input", "ssh", "egress")):
        """Loads the rules as the unit does, with a user "flixlist" that exists only in there."""
        rules = self.folder / "firewall.d"
        shutil.rmtree(rules, ignore_errors=True)
        rules.mkdir()
        for at, name in enumerate(files, 1):
            (rules / f"{at}0-{name}.nft").write_text((FIREWALL / f"{name}.nft").read_text())
        (rules / "90-local.nft").write_text("".join(line + "\n" for line in local))
        main = (FIREWALL / "firewall.nft").read_text()
        assert "/etc/flixlist/firewall.d" in main
        (self.folder / "firewall.nft").write_text(main.replace("/etc/flixlist/firewall.d", str(rules)))
        users = self.folder / "passwd"
        users.write_text(Path("/etc/passwd").read_text()
                         + f"flixlist:x:{PROGRAM_UID}:{PROGRAM_UID}::/var/lib/flixlist:/usr/sbin/nologin\n")
        self.in_server(
            "unshare", "-m", "sh", "-c", 'mount --bind "$1" /etc/passwd && exec nft -f "$2"', "sh", users,
            self.folder / "firewall.nft")

    def flush(self):
        self.in_server("nft", "flush", "ruleset")


@pytest.fixture(scope="module")
def wired(tmp_path_factory):
    tool("nft")
    net = Net(tmp_path_factory.mktemp("firewall"))
    try:
        net.make()
        net.listen("server", OPEN + CLOSED)
        net.listen("client", OPEN + CLOSED, (53, 123, 443))
        yield net
    finally:
        net.unmake()


@pytest.fixture
def net(wired):
    yield wired
    wired.flush()


def both(kind, ports, addresses=(SERVER4, SERVER6)):
    return [(kind, address, port) for address in addresses for port in ports]


def test_the_rules_are_taken_without_a_remark(wired):
    for file in ("input", "ssh"):
        done = wired.in_server("nft", "--check", "--file", FIREWALL / f"{file}.nft")
        assert done.stdout + done.stderr == "", f"nft has something to say about {file}.nft"


def test_only_ssh_http_and_https_are_open(net):
    every = both("tcp", OPEN + CLOSED) + both("udp", [443])
    assert set(net.knock("client", *every)) == {"open"}, "without a firewall all must answer, or nothing is shown"
    net.load()
    found = dict(zip(every, net.knock("client", *every)))
    wanted = {one: "open" if one[0] == "tcp" and one[2] in OPEN else "silent" for one in every}
    assert found == wanted
    assert set(net.knock("server", *both("tcp", CLOSED, ("127.0.0.1", "::1")))) == {"open"}, "the machine itself"


@pytest.mark.long
def test_more_ports_come_from_a_file_of_ones_own(net):
    net.load("add element inet flixlist ports { 9090 }")
    assert net.knock("client", *both("tcp", [9090, 9093])) == ["open", "silent"] * 2


def test_what_the_network_needs_goes_through(net):
    net.load()
    for address in (SERVER4, SERVER6):
        done = run(*net.command("client", sys.executable, "-c", textwrap.dedent(PING), address), ok=False)
        assert done.stdout == "answered\n", f"no answer to a ping of {address}: {done.stderr}"
    # The neighbour is asked for anew, which needs ICMPv6 to come in.
    run("ip", "-n", net.names["server"], "neigh", "flush", "all")
    run("ip", "-n", net.names["client"], "neigh", "flush", "all")
    assert net.knock("client", ("tcp", SERVER6, 443)) == ["open"]
    assert net.knock("server", ("tcp", CLIENT6, 443)) == ["open"], "the machine reaches others"


def test_ssh_has_a_pace_for_each_address(net):
    net.load()
    for source, near, far, server in ((CLIENT4, CLIENT4, OTHER4, SERVER4), (CLIENT6, NEAR6, FAR6, SERVER6)):
        burst = net.knock("client", *[("tcp", server, 22, source)] * 24)
        assert 10 <= burst.count("open") <= 12, f"ten at once, and no more: {burst}"
        assert burst.count("silent") == 24 - burst.count("open")
        assert net.knock("client", ("tcp", server, 22, near)) == ["silent"], f"{near} counts with {source}"
        assert net.knock("client", ("tcp", server, 22, far)) == ["open"], f"{far} is somebody else"
        assert net.knock("client", *[("tcp", server, 443, source)] * 24) == ["open"] * 24, "https has no such pace"
    stated = net.in_server("nft", "list", "counter", "inet", "flixlist_ssh", "too_often").stdout
    assert "packets 0" not in stated, "what was turned away is counted"


@pytest.mark.long
def test_ssh_has_its_pace_beside_another_firewall(net):
    net.load(files=("ssh", "egress"))
    assert net.knock("client", ("tcp", SERVER4, 9090)) == ["open"], "which ports are open is the other one's business"
    assert net.knock("client", *[("tcp", SERVER4, 22)] * 24).count("open") <= 12


def test_loading_again_keeps_connections_and_other_tables(net):
    net.load()
    net.in_server("nft", "add table inet fail2ban; add chain inet fail2ban kept")
    talk = subprocess.Popen(
        net.command("client", sys.executable, "-c", textwrap.dedent(f"""
            import socket, sys
            with socket.create_connection(("{SERVER4}", 22), 2) as one:
                print("in", flush=True)
                sys.stdin.readline()
                one.sendall(b"x")
                print("alive" if one.recv(1) == b"x" else "dead")
        """)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with contextlib.closing(talk.stdin):
        assert talk.stdout.readline() == "in\n"
        net.load("add element inet flixlist ports { 9090 }")
        talk.stdin.write("\n")
        talk.stdin.flush()
        assert talk.stdout.readline() == "alive\n"
    talk.wait()
    assert "chain kept" in net.in_server("nft", "list", "ruleset").stdout, "a foreign table is gone"


def test_the_program_reaches_only_what_it_needs(net):
    user = str(PROGRAM_UID)
    ways = both("tcp", [53, 80, 443], (CLIENT4, CLIENT6)) + both("udp", [53, 123], (CLIENT4, CLIENT6))
    others = both("tcp", [22, 25, 5432, 9090], (CLIENT4, CLIENT6)) + both("udp", [443], (CLIENT4, CLIENT6))
    assert set(net.knock("server", *ways, *others, user=user)) == {"open"}, "nothing is shown if nothing was open"
    net.load()
    assert dict(zip(ways, net.knock("server", *ways, user=user))) == dict.fromkeys(ways, "open")
    assert dict(zip(others, net.knock("server", *others, user=user))) == dict.fromkeys(others, "refused")
    assert set(net.knock("server", *others)) == {"open"}, "other users are not touched"
    assert net.knock("server", ("tcp", "127.0.0.1", 5432), user=user) == ["open"], "a PostgreSQL beside it"
    net.load("add element inet flixlist_egress tcp_ports { 5432 }")
    assert net.knock("server", ("tcp", CLIENT4, 5432), user=user) == ["open"], "a PostgreSQL elsewhere"


def test_the_unit_takes_away_only_its_own_tables(net):
    net.load()
    net.in_server("nft", "add table inet fail2ban")
    unit = (DEPLOY / "systemd/flixlist-firewall.service").read_text()
    stops = re.findall(r'^ExecStop=/usr/sbin/nft "(.*)"$', unit, re.M)
    assert stops
    for _ in range(2):
        for stop in stops:
            net.in_server("nft", stop)
        assert net.in_server("nft", "list", "tables").stdout.split("\n")[:-1] == ["table inet fail2ban"]


# --- firewalld, which is not to be had on Debian with a running D-Bus: a stand-in that keeps what it is told ----------

FIREWALL_CMD = """
    import json, os, sys
    path = os.environ["STATE"]
    state = json.load(open(path))
    options = [one.split("=", 1) for one in sys.argv[1:] if one != "--quiet"]
    state["log"].append(" ".join(sys.argv[1:]))
    names = {one[0]: one[1] if len(one) == 2 else "" for one in options}
    ends = 0
    def zone():
        return state["zones"].setdefault(names["--zone"], [])
    for name, value in names.items():
        if name == "--get-zones": print(" ".join(state["zones"]))
        elif name == "--get-default-zone": print(state["default"])
        elif name == "--set-default-zone":
            ends = 0 if value in state["zones"] else 112
            if not ends: state["default"] = value
        elif name == "--get-active-zones": print(state["default"] + "\\n  interfaces: eth0")
        elif name == "--new-zone": state["zones"][value] = []
        elif name == "--delete-zone": ends = 0 if state["zones"].pop(value, None) is not None else 112
        elif name.startswith("--query-"): ends = 0 if value in zone() else 1
        elif name.startswith("--add-"): zone().append(value)
        elif name not in ("--permanent", "--zone", "--reload", "--state"): ends = 2
    json.dump(state, open(path, "w"))
    sys.exit(ends)
"""


class Firewalld:
    def __init__(self, folder):
        self.path = folder / "state"
        self.path.write_text(json.dumps({"default": "public", "zones": {"public": ["ssh", "cockpit"]}, "log": []}))
        (folder / "bin").mkdir()
        stub = folder / "bin/firewall-cmd"
        stub.write_text(f"#!{sys.executable}\n" + textwrap.dedent(FIREWALL_CMD))
        stub.chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "STATE": str(self.path),
            "FLIXLIST_FIREWALLD_BEFORE": str(folder / "before")}

    def script(self, *arguments):
        """What it said, and the calls that changed something."""
        before = len(self.state["log"])
        done = run(FIREWALL / "firewalld.sh", *arguments, env=self.environment)
        calls = self.state["log"][before:]
        return done.stdout, [one for one in calls if not re.search("-get-|-query-|--state", one)]

    @property
    def state(self):
        return json.loads(self.path.read_text())


def test_firewalld_gets_a_zone_of_its_own_and_gives_the_old_one_back(tmp_path):
    firewalld = Firewalld(tmp_path)
    said, _ = firewalld.script("--ssh-port", "22", "--ssh-port", "2222")
    assert firewalld.state["default"] == "flixlist"
    assert sorted(firewalld.state["zones"]["flixlist"]) == ["22/tcp", "2222/tcp", "dhcpv6-client", "http", "https"]
    assert firewalld.state["zones"]["public"] == ["ssh", "cockpit"], "other zones stay"
    assert "22 2222" in said
    said, changing = firewalld.script("--ssh-port", "22", "--ssh-port", "2222")
    assert changing == [], "a second run changes nothing"
    assert "is as it should be" in said
    firewalld.script("--remove")
    assert firewalld.state["default"] == "public" and "flixlist" not in firewalld.state["zones"]
    assert firewalld.script("--remove")[1] == []


@pytest.mark.long
def test_firewalld_that_fails_is_not_passed_over(tmp_path):
    firewalld = Firewalld(tmp_path)
    stub = tmp_path / "bin/firewall-cmd"
    stub.write_text(stub.read_text().replace('zone().append(value)', 'ends = 13'))
    done = run(FIREWALL / "firewalld.sh", env=firewalld.environment, ok=False)
    assert done.returncode == 13, "the script went on after a command that failed"
    assert firewalld.state["default"] == "public", "nobody is shut out by half a zone"


def test_the_scripts_are_clean():
    run(tool("shellcheck"), FIREWALL / "firewalld.sh")
    assert "--remove" in run(FIREWALL / "firewalld.sh", "--help").stdout
