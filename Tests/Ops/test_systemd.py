"""The units: sound, closed, and fit for the program; a restart that refuses nobody.

`systemd-analyze` judges them without a running systemd. What they forbid is compared with what the program really does,
and the socket is held by a stand-in, as systemd would. `test_install_debian.py` starts them under a real one.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import pytest
import requests

from conftest import DEPLOY, clean_environment, free_port, run, tool, until

UNITS = DEPLOY / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
ALL = sorted(path.name for path in UNITS.iterdir() if path.suffix in (".service", ".socket", ".timer"))
INSTANCE = "flixlist@8081.service"


def lines(unit, key):
    """The values of a key, in their order."""
    return re.findall(rf"^{key}=(.*)$", (UNITS / unit).read_text(), re.M)


def words(unit, key):
    return " ".join(lines(unit, key)).split()


def megabytes(text):
    number, letter = re.fullmatch(r"(\d+)([MG])", text).groups()
    return int(number) * {"M": 1, "G": 1024}[letter]


@pytest.fixture
def root(tmp_path):
    """A root for systemd-analyze, with the units, what they start, and the system's own units."""
    units = tmp_path / "etc/systemd/system"
    shutil.copytree(UNITS, units)
    (tmp_path / "lib/systemd").mkdir(parents=True)
    shutil.copytree("/lib/systemd/system", tmp_path / "lib/systemd/system", symlinks=True)
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/systemd").symlink_to("../../lib/systemd")
    for command in {line.split()[0] for unit in SERVICES for line in lines(unit, "Exec(?:Start|Stop|Reload)")}:
        (program := tmp_path / command.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/true\n")
        program.chmod(0o755)
    return tmp_path


def verify(root):
    names = [name.replace("@.", "@8081.") for name in ALL]
    return run(
        tool("systemd-analyze"), "verify", f"--root={root}", "--recursive-errors=yes", "--man=no", *names, ok=False)


def test_systemd_takes_every_unit_without_a_remark(root):
    done = verify(root)
    remarks = [line for line in done.stderr.splitlines() if "flixlist" in line]
    assert done.returncode == 0 and remarks == [], f"{done.stderr}"


def test_a_mistake_in_a_unit_is_found(root):
    unit = root / "etc/systemd/system/flixlist@.service"
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHomes="))
    done = verify(root)
    assert done.returncode != 0 or "ProtectHomes" in done.stderr, "an unknown key goes unnoticed: this proves nothing"


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_closed(unit):
    done = run(
        tool("systemd-analyze"), "security", "--offline=true", "--threshold=15", "--no-pager", UNITS / unit, ok=False)
    assert done.returncode == 0, f"{unit} is exposed by more than 1.5: {done.stdout[-200:]}"
    text = (UNITS / unit).read_text()
    for wanted in ("NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "LimitCORE=0",
                   "MemoryDenyWriteExecute=yes", "SystemCallFilter=~@privileged @resources"):
        assert f"\n{wanted}\n" in text, f"{unit} has no {wanted}, whatever its score"


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_has_limits(unit):
    assert lines(unit, "MemoryMax") and lines(unit, "TasksMax"), f"{unit} may take all memory or all processes"
    assert megabytes(lines(unit, "MemoryMax")[0]) <= 1024
    if unit != "flixlist-firewall.service":
        assert lines(unit, "User") == ["flixlist"]
        assert lines(unit, "UMask") == ["0077"] and lines(unit, "StateDirectoryMode") == ["0700"]


def test_no_secret_stands_in_a_unit():
    for unit in ALL:
        text = (UNITS / unit).read_text()
        assert not re.search(r"(PASSWORD|SECRET|TOKEN)=", text), f"{unit}: who reads it reads the secret"


def test_every_timer_has_its_service_and_catches_up():
    for timer in UNITS.glob("*.timer"):
        assert timer.with_suffix(".service").exists(), f"{timer.name} starts nothing"
        assert lines(timer.name, "Persistent") == ["true"], f"{timer.name}: a machine that slept misses its turn"
        for when in lines(timer.name, "OnCalendar"):
            run(tool("systemd-analyze"), "calendar", when)


def test_the_node_waits_long_enough_and_gives_up_on_wrong_settings():
    unit = "flixlist@.service"
    assert int(lines(unit, "TimeoutStopSec")[0]) > 20, "requests under way get 20 seconds"
    assert lines(unit, "RestartPreventExitStatus") == ["64"]
    # Tried again every RestartSec= it must never reach the limit: a database may be away for a night.
    tries = int(lines(unit, "StartLimitIntervalSec")[0]) / int(lines(unit, "RestartSec")[0])
    assert tries < int(lines(unit, "StartLimitBurst")[0]), "after a while it would not be tried again"
    assert lines("flixlist@.socket", "ListenStream") == ["127.0.0.1:%i"], "only nginx may speak to it"


# --- what the program does, and what the unit lets it do ------------------------------------------------------------


def allowed_calls():
    """The system calls of SystemCallFilter=, spelled out."""
    allowed = set()
    for line in lines("flixlist@.service", "SystemCallFilter"):
        for group in line.lstrip("~").split():
            named = calls_of(group)
            allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


def calls_of(group):
    if not group.startswith("@"):
        return {group}
    text = run(tool("systemd-analyze"), "syscall-filter", "--no-pager", group).stdout
    found = [line.strip() for line in text.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*map(calls_of, found))


NOBODY = 65534


@pytest.fixture
def open_folder():
    """A folder that a user without rights can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="flixlist-ops-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_unit_lets_the_program_do_what_it_does(binary, open_folder):
    seen = traced(binary, open_folder)
    # What the system itself refuses to a user without rights may be refused by the unit as well.
    seen = re.sub(r"^.*( = -1 (EPERM|EACCES) .*|<unfinished \.\.\.>)$", "", seen, flags=re.M)
    calls = set(re.findall(r"^\d+ +(?:<\.\.\. )?([a-z_0-9]+)(?:\(| resumed)", seen, re.M))
    assert {"accept4", "openat", "mmap"} <= calls, f"nothing was traced: {sorted(calls)}"
    forbidden = calls - allowed_calls() - {"execve", "exit", "exit_group"}
    assert forbidden == set(), "SystemCallFilter= would fail these"
    assert not re.search(r"PROT_WRITE\|PROT_EXEC", seen), "MemoryDenyWriteExecute= would fail this"
    families = set(re.findall(r"socket\((AF_\w+)", seen)) - {"AF_NETLINK"}
    assert families <= set(words("flixlist@.service", "RestrictAddressFamilies")), "RestrictAddressFamilies="


def traced(binary, folder):
    """Serves some pages as a user without rights, and gives every system call."""
    port, trace = free_port(), folder / "trace"
    for path in (folder / "data", trace):
        path.mkdir() if path.name == "data" else path.touch()
        os.chown(path, NOBODY, NOBODY)
    settings = clean_environment(
        FLIXLIST_DATA=str(folder / "data"), FLIXLIST_METRICS_PORT=str(free_port()),
        FLIXLIST_PUBLIC_URL="https://films.test", FLIXLIST_TRUSTED_PROXIES="127.0.0.1")
    tracer = subprocess.Popen(
        [tool("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs", tool("strace"),
         "-f", "-qq", "--signal=none", "-o", trace, binary, "serve", "--port", str(port)],
        env=settings, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok, 60, "the server")
        for path in ("/", "/login", "/register", "/assets/app.css", "/healthz"):
            requests.get(f"http://127.0.0.1:{port}{path}", timeout=10)
        program = int(run("pgrep", "-P", tracer.pid).stdout.split()[0])
        os.kill(program, signal.SIGTERM)
        assert tracer.wait(40) == 0, "it must end with 0 at SIGTERM"
    finally:
        if tracer.poll() is None:
            run("pkill", "-KILL", "-P", tracer.pid, ok=False)
            tracer.kill()
            tracer.wait()
    return trace.read_text()


# --- the socket -----------------------------------------------------------------------------------------------------


class Held:
    """A listening socket, and a node on it, as systemd does it: the socket stays when the node goes."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=int(lines("flixlist@.socket", "Backlog")[0]))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.metrics = free_port()
        self.process = None

    def start(self):
        settings = clean_environment(
            FLIXLIST_DATA=str(self.folder / "data"), FLIXLIST_METRICS_PORT=str(self.metrics), LISTEN_FDS="1")
        holder = 'exec 3<&"$1"; shift; LISTEN_PID=$$ exec "$@"'
        at = self.socket.fileno()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", holder, "bash", str(at), self.binary, "serve", "--port", str(self.port)],
                env=settings, pass_fds=[at], stdout=log, stderr=log)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0, "the node must end with 0"

    def is_ready(self):
        return requests.get(self.url + "/readyz", timeout=20).status_code == 200


@pytest.fixture
def held(binary, tmp_path):
    node = Held(binary, tmp_path)
    node.start()
    try:
        until(node.is_ready, 60, "the node")
        yield node
    finally:
        node.process.kill()
        node.process.wait()
        node.socket.close()


def test_a_restart_refuses_nobody(held):
    """A new connection for each request, before, while and after the node is started anew, three times."""
    done, answers = threading.Event(), []

    def ask():
        while not done.is_set():
            began = time.monotonic()
            try:
                answer = requests.get(held.url + "/login", timeout=20).status_code
            except requests.RequestException as error:
                answer = str(error)
            answers.append((answer, time.monotonic() - began))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.5)
        held.stop()
        time.sleep(0.3)
        held.start()
        until(held.is_ready, 30, "the node")
    done.set()
    for thread in threads:
        thread.join()
    assert len(answers) > 50, "hardly anything was asked"
    assert max(seconds for _, seconds in answers) > 0.3, "nobody came while it was away: this shows nothing"
    assert {what for what, _ in answers} == {200}, f"of {len(answers)}: {[one for one in answers if one[0] != 200]}"


def test_what_is_under_way_is_finished_and_who_comes_waits(held):
    """A request whose body comes slowly is answered though the node was told to stop; a new one waits for the next."""
    body = b"username=nobody&password=wrong"
    with socket.create_connection(("127.0.0.1", held.port)) as slow:
        slow.settimeout(20)
        slow.sendall(textwrap.dedent(f"""\
            POST /login HTTP/1.1
            Host: 127.0.0.1:{held.port}
            Origin: {held.url}
            Content-Type: application/x-www-form-urlencoded
            Content-Length: {len(body)}

            """).replace("\n", "\r\n").encode() + body[:5])
        time.sleep(0.3)
        held.process.terminate()
        time.sleep(0.5)
        assert held.process.poll() is None, "it must wait for the request under way"
        waiting = socket.create_connection(("127.0.0.1", held.port))
        slow.sendall(body[5:])
        answer = b""
        while more := slow.recv(65536):
            answer += more
    assert answer.startswith(b"HTTP/1.1 4"), f"the request under way got {answer[:100]!r}"
    assert held.process.wait(30) == 0
    held.start()
    with waiting:
        waiting.settimeout(30)
        waiting.sendall(f"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{held.port}\r\nConnection: close\r\n\r\n".encode())
        assert waiting.recv(100).startswith(b"HTTP/1.1 200"), "who came while it stopped is served by the next"


def test_settings_come_from_the_files_and_the_port_from_the_instance():
    command = lines("flixlist@.service", "ExecStart")[0]
    assert command == "/opt/flixlist/current/flixlist serve --port %i", "the flag wins over FLIXLIST_PORT of the file"
    assert lines("flixlist@.service", "EnvironmentFile") == ["/etc/flixlist/flixlist.env", "-/etc/flixlist/%i.env"]


def test_a_unit_starts_only_what_is_installed():
    known = ("/opt/flixlist/current/flixlist", "/opt/flixlist/backups/push.sh", "/usr/sbin/nft")
    for unit in SERVICES:
        for line in lines(unit, "Exec(?:Start|Stop|Reload)"):
            assert line.split()[0] in known, f"{unit} starts {line}"
