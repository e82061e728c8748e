"""deploy/duckdns/duckdns.sh against a server that stands in for duckdns.org."""

import os
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from conftest import DEPLOY, run, tool, until

SCRIPT = DEPLOY / "duckdns/duckdns.sh"
TOKEN = "a7c4d0ad-114e-40ef-ba1d-d217904a50f2"


class DuckDNS(ThreadingHTTPServer):
    """Answers what `answers` says, one after the other, the last one for ever."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = ["OK"], []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        server.asked.append((address.path, query))
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        if answer == "hang":
            time.sleep(1.5)
        body = (
            f"OK\n{query.get('ip') or '192.0.2.7'}\n{query.get('ipv6', '')}\nUPDATED" if answer == "OK" else str(answer)
        )
        self.send_response(answer if isinstance(answer, int) else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class Updater:
    """The script with its settings; no IPv6 unless a test has one."""

    def __init__(self, folder, server):
        (folder / "token").write_text(TOKEN + "\n")
        (folder / "if_inet6").write_text("00000000000000000000000000000001 01 80 10 80 lo\n")
        self.folder, self.server = folder, server
        self.settings = {
            "DUCKDNS_DOMAINS": "films",
            "DUCKDNS_TOKEN_FILE": str(folder / "token"),
            "DUCKDNS_URL": server.url,
            "DUCKDNS_PAUSE": "0",
            "DUCKDNS_TIMEOUT": "1",
            "DUCKDNS_IF_INET6": str(folder / "if_inet6"),
        }

    def environment(self):
        return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()} | self.settings

    def once(self, **more):
        """Its exit code and all that it said. sh, for the image of curl has no other."""
        self.settings |= more
        done = run("/bin/sh", SCRIPT, "--once", env=self.environment(), ok=False)
        said = done.stdout + done.stderr
        assert TOKEN not in said, "the token must not be in the log"
        return done.returncode, said

    @property
    def queries(self):
        return [query for _, query in self.server.asked]


@pytest.fixture
def updater(tmp_path):
    server = DuckDNS()
    yield Updater(tmp_path, server)
    server.shutdown()
    server.server_close()


def test_ok(updater):
    code, said = updater.once()
    assert (code, said) == (0, "duckdns: OK films 192.0.2.7  UPDATED\n")
    assert updater.server.asked == [("/update", {"domains": "films", "token": TOKEN, "verbose": "true", "ip": ""})]


def test_ko_is_said_and_not_tried_again(updater):
    updater.server.answers = ["KO"]
    code, said = updater.once(DUCKDNS_IPV6="2001:db8::1")
    assert code == 1 and said.startswith("duckdns: KO:") and "token" in said, said
    assert len(updater.queries) == 1, "what is refused once is refused twice"


@pytest.mark.parametrize(
    "first, reason",
    [
        (500, "an error of the server"),
        ("hang", "no answer within 1 seconds"),
        ("<html>", "neither OK nor KO"),
        ("", "neither OK nor KO"),
        ("NOT OK", "neither OK nor KO"),
    ],
)
def test_a_failure_is_tried_again(first, reason, updater):
    updater.server.answers = [first, "OK"]
    code, said = updater.once()
    assert code == 0 and reason in said and "duckdns: OK films" in said, said
    assert len(updater.queries) == 2


def test_it_gives_up_in_the_end(updater):
    updater.server.answers = [500]
    code, said = updater.once(DUCKDNS_TRIES="3")
    assert code == 2 and "given up after 3 tries" in said, said
    assert len(updater.queries) == 3
    code, said = updater.once(DUCKDNS_URL="http://127.0.0.1:1", DUCKDNS_TRIES="2")
    assert code == 2 and "given up after 2 tries" in said, said


ADDRESSES = """\
00000000000000000000000000000001 01 80 10 80 lo
fe80000000000000021132fffe123456 02 40 20 80 eth0
fd001122334400000000000000000001 02 40 00 80 eth0
20010db8000000000000000000000bad 02 40 00 21 eth0
20010db8000000000000000000000bae 02 40 00 01 eth0
20010db80000000000000000000000aa 02 40 00 80 eth0
20010db80000000000000000000000bb 02 40 00 80 eth0
"""


def test_a_lasting_ipv6_address_is_told_with_the_ipv4_that_was_seen(updater):
    (updater.folder / "if_inet6").write_text(ADDRESSES)
    assert updater.once()[0] == 0
    lasting = "2001:0db8:0000:0000:0000:0000:0000:00aa"
    assert [(query.get("ip"), query.get("ipv6")) for query in updater.queries] == [("", None), ("192.0.2.7", lasting)]


@pytest.mark.parametrize(
    "settings, sent",
    [
        ({"DUCKDNS_IPV6": "off"}, [("", None)]),
        ({"DUCKDNS_IPV4": "off"}, [(None, "2001:0db8:0000:0000:0000:0000:0000:00aa")]),
        ({"DUCKDNS_IPV4": "192.0.2.9"}, [("192.0.2.9", "2001:0db8:0000:0000:0000:0000:0000:00aa")]),
        ({"DUCKDNS_IPV4": "192.0.2.9", "DUCKDNS_IPV6": "2001:db8::9"}, [("192.0.2.9", "2001:db8::9")]),
    ],
)
def test_addresses_can_be_given_or_left_out(settings, sent, updater):
    (updater.folder / "if_inet6").write_text(ADDRESSES)
    assert updater.once(**settings)[0] == 0
    assert [(query.get("ip"), query.get("ipv6")) for query in updater.queries] == sent


@pytest.mark.parametrize(
    "settings, complaint",
    [
        ({"DUCKDNS_DOMAINS": ""}, "DUCKDNS_DOMAINS is not set"),
        ({"DUCKDNS_DOMAINS": "films.duckdns.org"}, "without .duckdns.org"),
        ({"DUCKDNS_DOMAINS": "films&token=x"}, "a character"),
        ({"DUCKDNS_DOMAINS": 'films"\noutput="/tmp/x'}, "a character"),
        ({"DUCKDNS_TOKEN_FILE": "/nowhere/token"}, "there is no file /nowhere/token"),
        ({"DUCKDNS_IPV4": "1.2.3.4&clear=true"}, "is not an address"),
        ({"DUCKDNS_IPV4": "off", "DUCKDNS_IPV6": "off"}, "no address to tell"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(settings, complaint, updater):
    code, said = updater.once(**settings)
    assert code == 64 and complaint in said, said
    assert updater.server.asked == []


@pytest.mark.parametrize("token", ["", "not a token!", 'x"\nurl="http://127.0.0.1:1'])
def test_a_file_without_a_token_is_refused(token, updater):
    (updater.folder / "token").write_text(token)
    code, _ = updater.once()
    assert code == 64 and updater.server.asked == []


def test_nobody_sees_the_token_in_the_list_of_processes(updater):
    updater.server.answers = ["hang", "OK"]
    process = subprocess.Popen(
        ["/bin/sh", SCRIPT],
        env=updater.environment() | {"DUCKDNS_TIMEOUT": "5"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until(lambda: updater.server.asked, 10, "the request")
    seen = []
    for folder in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                text = (folder / name).read_bytes()
            except OSError:
                continue
            if b"duckdns" in text or b"curl" in text:
                seen.append((text, folder.name, name))
    assert any(b"--config" in text for text, *_ in seen), "curl was not seen at work"
    assert [place for text, *place in seen if TOKEN.encode() in text] == []
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0 and TOKEN not in said


def test_the_loop_goes_on_after_failures_and_ends_when_asked(updater):
    updater.server.answers = ["KO", 500, "OK"]
    log = updater.folder / "log"
    process = subprocess.Popen(
        ["/bin/sh", SCRIPT, "--loop"],
        env=updater.environment() | {"DUCKDNS_SECONDS": "0.2", "DUCKDNS_TRIES": "1"},
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        until(lambda: log.read_text().count("OK films") >= 2, 15, "two updates")
        said = log.read_text()
        assert said.index("KO:") < said.index("given up") < said.index("OK films"), said
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0, "SIGTERM must end it with 0"
    finally:
        process.kill()
        process.wait()


def test_the_units_are_sound_and_closed(tmp_path):
    for name in ("flixlist-duckdns.service", "flixlist-duckdns.timer"):
        text = (DEPLOY / "duckdns" / name).read_text()
        # The script lies there only on a server that was set up.
        (tmp_path / name).write_text(text.replace("/opt/flixlist/duckdns/duckdns.sh", str(SCRIPT)))
    said = run(tool("systemd-analyze"), "verify", "--recursive-errors=yes", *sorted(tmp_path.glob("*.*")))
    assert said.stderr == "", said.stderr
    run(tool("systemd-analyze"), "security", "--offline=true", "--threshold=15", tmp_path / "flixlist-duckdns.service")
