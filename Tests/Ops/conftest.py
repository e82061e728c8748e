"""What the tests of the operations share: the program, free ports, tools that must be there, sites that come and go.

`FLIXLIST_BINARY` names another program than `.build/release/flixlist`, or `.build/debug/flixlist` where there is no
other. A test marked `long` runs only with `FLIXLIST_OPS=all` (`make ops-test`); the others are what `.ci/run` has time
for. A missing tool fails a test: `make setup SET=ops` installs them all.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PASSWORD = "nine quiet otters swim"


def pytest_configure(config):
    config.addinivalue_line("markers", "long: runs only with FLIXLIST_OPS=all")


def pytest_collection_modifyitems(config, items):
    if os.environ.get("FLIXLIST_OPS") == "all":
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="long: make ops-test"))


def free_port(given=set()):
    """A port that nobody listens on, each only once: what was asked for it before may not listen yet."""
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        if port not in given:
            given.add(port)
            return port


def tool(name):
    """The path of a program of the system or of .venv; fails the test when it is not there."""
    folders = [str(ROOT / ".venv/bin"), os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"]
    path = shutil.which(name, path=os.pathsep.join(folders))
    assert path, f"{name} is missing: make setup SET=ops"
    return path


def run(*command, ok=True, **options):
    """Runs a program and gives what it said; with `ok` it must end with 0."""
    options = {"capture_output": True, "text": True, "timeout": 120} | options
    done = subprocess.run([str(part) for part in command], **options)
    if ok:
        assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def until(condition, seconds=30, what="it"):
    """Waits until the condition gives something true, and gives it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(requests.RequestException, OSError):
            if found := condition():
                return found
        time.sleep(0.05)
    pytest.fail(f"{what} did not come within {seconds} s")


def clean_environment(**more):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLIXLIST_")}
    return inherited | more


@pytest.fixture(scope="session")
def binary():
    """The program under test."""
    if given := os.environ.get("FLIXLIST_BINARY"):
        return Path(given)
    for kind in ("release", "debug"):
        if (path := ROOT / f".build/{kind}/flixlist").exists():
            return path
    pytest.fail("there is no .build/release/flixlist and no .build/debug/flixlist: make build")


class Site:
    """A FlixList of our own on a folder of its own."""

    def __init__(self, binary, folder, **settings):
        self.binary, self.folder = Path(binary), Path(folder)
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "FLIXLIST_PORT": str(self.port),
            "FLIXLIST_METRICS_PORT": str(self.metrics_port),
            "FLIXLIST_DATA": str(self.folder / "data"),
        } | settings
        self.process = None

    def command(self, *arguments, **options):
        return run(self.binary, *arguments, env=clean_environment(**self.settings), **options)

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as output:
            self.process = subprocess.Popen(
                [self.binary, "serve"], env=clean_environment(**self.settings), stdout=output, stderr=output)
        until(self.is_ready, 60, "the server")
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.log()}"
        return requests.get(self.url + "/readyz", timeout=5).ok

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def stop(self, sent=signal.SIGTERM):
        """Ends it; gives its exit code."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(sent)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@pytest.fixture
def site(binary, tmp_path):
    """A running FlixList; it must end with 0 at SIGTERM."""
    site = Site(binary, tmp_path / "site").start()
    yield site
    code = site.stop()
    assert code in (0, None), f"exit code after SIGTERM: {code}"
