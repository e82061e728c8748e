"""Deploys over SSH to a server of our own with one SQLite node, whose socket is held while it restarts."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import threading
import time

import pytest

import deploying
from conftest import DEPLOY, run, tool, until
from deploying import Load, Server, announced, release


@pytest.fixture(scope="module")
def program(binary, tmp_path_factory):
    """A copy: the one in .build may be made anew while a test runs."""
    return shutil.copy2(binary, tmp_path_factory.mktemp("program") / "flixlist")


@pytest.fixture(scope="module")
def record(program, tmp_path_factory):
    return deploying.prepared(tmp_path_factory.mktemp("record"), program)


@pytest.fixture
def server(tmp_path, program, record):
    settings = "FLIXLIST_DEPLOY_CHECKS=3\nFLIXLIST_DEPLOY_GATE=8\n"
    with Server(tmp_path, program, settings=settings, record=record) as server:
        yield server


def plays(server):
    with contextlib.closing(sqlite3.connect(server.root / "var/lib/flixlist/flixlist.sqlite")) as database:
        return database.execute("SELECT count(*) FROM plays").fetchone()[0]


def test_a_release_is_deployed_and_nobody_notices(server, tmp_path, program):
    load = Load(server.url).sign_up()
    upstream = server.upstream.read_text()
    with load:
        time.sleep(0.5)
        done = server.push("deploy", release(tmp_path, "1.1.0", program))
        time.sleep(0.5)
    load.must_be_whole(plays(server))
    assert "done: 1.1.0 runs" in done.stdout
    assert server.current() == "1.1.0"
    assert server.upstream.read_text() == upstream, "nginx's list of nodes must be as it was in the end"
    assert "current   1.1.0\nprevious  1.0.0" in server.push("status").stdout
    assert "rehearsal: 1.1.0 is healthy" in done.stdout, "the release must be tried on a copy before"
    backups = list((server.root / "var/lib/flixlist/backups").glob("deploy-*-1.1.0.flixlist.gz"))
    assert len(backups) == 1, "a backup must be made before"
    assert not list((server.root / "var/tmp").iterdir()), "nothing of the rehearsal may stay"


@pytest.mark.long
@pytest.mark.parametrize("fault", ["ends at start", "answers 503"])
def test_what_is_not_healthy_is_taken_back_and_no_request_fails(server, tmp_path, program, fault):
    before = {"ends at start": deploying.ENDS_AT_START, "answers 503": deploying.ANSWERS_503}[fault]
    load = Load(server.url).sign_up()
    began = time.monotonic()
    with load:
        done = server.push("deploy", release(tmp_path, "1.1.0", program, before), ok=False)
        took = time.monotonic() - began
        time.sleep(0.5)
    assert done.returncode == 70, f"70 says that it was taken back: {done.returncode} {done.stdout}{done.stderr}"
    assert took < 60, f"a release that is not healthy must be taken back within 60 s; it took {took:.0f}"
    assert server.current() == "1.0.0"
    assert server.all_ready()
    assert "1.1.0" in server.kept(), "it stays, to be looked at"
    if fault == "ends at start":
        # Requests wait at the socket until the release before serves them.
        load.must_be_whole(plays(server))
    else:
        # One node that answers 503 answers it to whoever comes; only several nodes keep that from people.
        assert plays(server) == load.noted, "no play that was answered may be lost"
        assert all(each[-3:] in ("502", "503") for each in load.failures), load.failures[:5]


@pytest.mark.long
def test_a_release_that_breaks_on_a_copy_of_the_record_touches_nothing(server, tmp_path, program):
    upstream = server.upstream.read_text()
    done = server.push("deploy", release(tmp_path, "1.1.0", program, deploying.ALWAYS_ENDS_AT_START), ok=False)
    assert done.returncode == 69, done.stderr
    assert "a step of the schema failed" in done.stderr, "the reason must be said"
    assert server.services.restarts == [], "no node may be restarted for it"
    server.is_untouched(upstream)
    assert not list((server.root / "var/tmp").iterdir()), "nothing of the rehearsal may stay"


def test_what_is_not_the_announced_archive_is_refused(server, tmp_path, program):
    upstream = server.upstream.read_text()
    archive = release(tmp_path, "1.1.0", program)
    command = announced(archive)
    content = archive.read_bytes()

    # The very words by which push.sh calls ssh, but for the last, which is what is asked for.
    traced = run("bash", "-x", *server.push_command("status"), ok=False).stderr
    ssh = [line for line in traced.splitlines() if line.startswith("+ exec ssh")][-1].removeprefix("+ exec ")
    ssh = ssh.replace("'", "").split()[:-1]

    def sent(words, what):
        return subprocess.run([*ssh, " ".join(words)], input=what, capture_output=True, timeout=60)

    wrong_sum = command[:2] + ["0" * 64] + command[3:]
    other_version = ["deploy", "1.2.0", *command[2:]]
    damaged = bytes([content[0], *content[1:-20], *(byte ^ 1 for byte in content[-20:])])
    for words, what, code, why in [
        (wrong_sum, content, 65, b"sum is"),
        (command, content[:-100], 65, b"broke off after"),
        (command, damaged, 65, b"sum is"),
        (other_version, content, 69, b"says that it is 1.1.0"),
        (["deploy", "1.1.0; id", *command[2:]], content, 64, b"over SSH there is"),
        (["deploy", "../../etc", *command[2:]], content, 64, b"over SSH there is"),
        (["deploy", "1.1.0", "abc", command[3]], content, 64, b"no SHA-256"),
        (["deploy", "..", *command[2:]], content, 64, b"the version is not one"),
        (["id"], b"", 64, b"over SSH there is"),
        (["restart", "8081"], b"", 64, b"over SSH there is"),
    ]:
        done = sent(words, what)
        assert done.returncode == code, f"{words[:2]}: wanted {code}, got {done.returncode}: {done.stderr.decode()}"
        assert why in done.stderr, f"{words[:2]}: {done.stderr.decode()}"
    assert server.services.restarts == [], "no node may be restarted for it"
    server.is_untouched(upstream)


def odd_archive(folder, kind):
    """An archive with something in it that a release does not have."""
    archive = folder / "flixlist-1.1.0-linux-amd64.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        entry = tarfile.TarInfo("flixlist-1.1.0/flixlist")
        if kind == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, "/bin/true"
        elif kind == "outside":
            entry.name = "flixlist-1.1.0/../../../../../../outside"
        elif kind == "device":
            entry.type = tarfile.CHRTYPE
        tar.addfile(entry)
    return archive


@pytest.mark.long
@pytest.mark.parametrize("kind", ["link", "outside", "device", "no program"])
def test_an_archive_with_something_odd_in_it_is_refused(server, tmp_path, kind):
    upstream = server.upstream.read_text()
    done = server.push("deploy", odd_archive(tmp_path, kind), ok=False)
    assert done.returncode == 65, f"{kind}: {done.returncode} {done.stdout}{done.stderr}"
    assert not list(tmp_path.rglob("outside")), "nothing may be written outside the folder of the release"
    server.is_untouched(upstream)


@pytest.mark.long
def test_only_the_key_may_and_only_this_host_is_believed(server, tmp_path, program):
    assert server.push("status", identity="stranger", ok=False).returncode == 255, "another key must be refused"
    other = (server.keys / "stranger.pub").read_text().split()[:2]
    (server.keys / "known_hosts").write_text(f"[127.0.0.1]:{server.ssh_port} {' '.join(other)}\n")
    done = server.push("deploy", release(tmp_path, "1.1.0", program), ok=False)
    assert done.returncode == 255, "a host with another key must not be sent anything"
    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in done.stderr
    (server.keys / "known_hosts").write_text("")
    assert server.push("status", ok=False).returncode == 64, "without a pinned key nothing goes out"
    assert "1.1.0" not in server.kept()


@pytest.mark.long
def test_a_connection_that_breaks_off_leaves_the_old(server, tmp_path, program):
    upstream = server.upstream.read_text()
    archive = release(tmp_path, "1.1.0", program)
    words = announced(archive)
    words[3] = str(int(words[3]) + 1_000_000)  # so that it waits for more
    ssh = subprocess.Popen(
        ["ssh", "-F", "none", "-p", str(server.ssh_port), "-i", server.keys / "key", "-o", "BatchMode=yes", "-o",
         f"UserKnownHostsFile={server.keys / 'known_hosts'}", "root@127.0.0.1", " ".join(words)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ssh.stdin.write(archive.read_bytes())
    ssh.stdin.flush()
    until(lambda: any(name.startswith(".incoming") for name in server.kept()), 10, "the upload")
    ssh.send_signal(signal.SIGKILL)
    ssh.communicate()
    until(lambda: "broke off after" in server.log(), 20, "the end of the upload")
    server.is_untouched(upstream)
    server.push("deploy", archive)  # and the next one finds no lock
    assert server.current() == "1.1.0"


@pytest.mark.long
def test_who_hangs_up_after_the_upload_stops_nothing(server, tmp_path, program):
    pushing = subprocess.Popen(
        [str(part) for part in server.push_command("deploy", release(tmp_path, "1.1.0", program))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until(lambda: "backup:" in server.log(), 30, "the backup")
    pushing.send_signal(signal.SIGKILL)
    pushing.communicate()
    until(lambda: "done: 1.1.0" in server.log(), 60, "the deploy")
    assert server.current() == "1.1.0"


@pytest.mark.long
def test_of_two_deploys_at_once_the_second_is_refused(server, tmp_path, program):
    results = []

    def push(version):
        results.append(server.push("deploy", release(tmp_path, version, program), ok=False))

    both = [threading.Thread(target=push, args=(version,)) for version in ("1.1.0", "1.2.0")]
    for each in both:
        each.start()
    for each in both:
        each.join()
    codes = sorted(done.returncode for done in results)
    assert codes == [0, 75], f"one must go on and one be refused with 75: {codes}"
    assert server.current() in ("1.1.0", "1.2.0")
    assert "another deploy is under way" in "".join(done.stderr for done in results)


@pytest.mark.long
def test_a_full_disk_leaves_the_old(server, tmp_path, program):
    """The folder of the releases on a disk of 1 MB."""
    releases = server.root / "opt/flixlist/releases"
    shutil.copytree(releases, tmp_path / "kept")
    run(tool("mount"), "-t", "tmpfs", "-o", "size=1m", "tmpfs", releases)
    try:
        shutil.copytree(tmp_path / "kept", releases, dirs_exist_ok=True)
        archive = release(tmp_path, "1.1.0", program, "# " + os.urandom(700_000).hex())
        upstream = server.upstream.read_text()
        done = server.push("deploy", archive, ok=False)
        assert done.returncode == 65, f"{done.returncode} {done.stderr}"
        assert "is the disk full?" in done.stderr or "no room" in done.stderr, done.stderr
        server.is_untouched(upstream)
        server.push("deploy", release(tmp_path, "1.1.1", program))  # one that fits goes in
    finally:
        server.services.stop_node(server.ports[0])
        run(tool("umount"), "-l", releases)


@pytest.mark.long
def test_releases_and_backups_are_kept_to_a_number(server, tmp_path, program):
    with (server.root / "etc/flixlist/deploy.conf").open("a") as settings:
        settings.write("FLIXLIST_DEPLOY_KEEP=2\nFLIXLIST_DEPLOY_REHEARSE=no\nFLIXLIST_DEPLOY_CHECKS=1\n")
    for number in range(1, 5):
        server.push("deploy", release(tmp_path, f"1.{number}.0", program))
        time.sleep(1)
    assert server.kept() == ["1.3.0", "1.4.0"]
    assert len(list((server.root / "var/lib/flixlist/backups").glob("deploy-*"))) == 2
    changed = release(tmp_path, "1.3.0", program, "# another")
    done = server.push("deploy", changed, ok=False)
    assert done.returncode == 65, "a release that was made anew under its old version must be refused"
    assert "there is another 1.3.0 already" in done.stderr
    assert "1.4.0 is what runs already" in server.push("deploy", release(tmp_path, "1.4.0", program)).stdout
    assert "rollback: 1.3.0" in server.push("rollback").stdout
    assert server.current() == "1.3.0"


@pytest.mark.long
def test_the_whole_site_is_checked_at_the_end(server, tmp_path, program):
    check = tmp_path / "check"
    check.write_text("#!/bin/sh\nexit 1\n")
    check.chmod(0o755)
    with (server.root / "etc/flixlist/deploy.conf").open("a") as settings:
        settings.write(f"FLIXLIST_DEPLOY_CHECK={check}\n")
    assert server.push("deploy", release(tmp_path, "1.1.0", program), ok=False).returncode == 70
    assert server.current() == "1.0.0"
    check.write_text("#!/bin/sh\nexit 0\n")
    server.push("deploy", release(tmp_path, "1.1.0", program))
    assert server.current() == "1.1.0"


@pytest.mark.long
def test_a_release_with_a_stop_shows_the_maintenance_page(server, tmp_path, program):
    maintenance = server.root / "etc/nginx/flixlist/maintenance"
    seen = []
    over = threading.Event()

    def watch():
        while not over.is_set():
            seen.append(maintenance.exists())
            time.sleep(0.01)

    watching = threading.Thread(target=watch)
    watching.start()
    server.push("deploy", release(tmp_path, "1.1.0", program), "stop")
    over.set()
    watching.join()
    assert True in seen, "the maintenance page must be on meanwhile"
    assert not maintenance.exists(), "and off afterwards"
    assert server.current() == "1.1.0"
    assert [verb for verb, _, _ in server.services.restarts] == ["stop", "start"]


def test_authorize_writes_a_key_that_can_only_deploy(tmp_path):
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "robin@desk", "-f", tmp_path / "key")
    root = tmp_path / "root"
    command = [DEPLOY / "release/authorize.sh", tmp_path / "key.pub"]
    environment = os.environ | {"FLIXLIST_DEPLOY_ROOT": str(root)}
    assert "may deploy now" in run(*command, env=environment).stdout
    assert "already" in run(*command, env=environment).stdout, "twice must add nothing"
    lines = (root / "home/flixlist-deploy/.ssh/authorized_keys").read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('restrict,command="sudo -n /usr/local/sbin/flixlist-deploy ssh" ssh-ed25519 ')
    rule = (root / "etc/sudoers.d/flixlist-deploy").read_text()
    assert "NOPASSWD: /usr/local/sbin/flixlist-deploy ssh\n" in rule, "root's rights are for this one command"
    (tmp_path / "key.pub").write_text('command="sh" ' + (tmp_path / "key.pub").read_text())
    assert run(*command, env=environment, ok=False).returncode == 1, "a key with options of its own must be refused"
