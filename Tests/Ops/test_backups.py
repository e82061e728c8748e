"""Backups off the machine, with restic and a repository in a folder, and the drill that proves a backup."""

import datetime
import gzip
import re
import shutil

import pytest
import requests

from conftest import DEPLOY, PASSWORD, Site, clean_environment, run, tool

PUSH, DRILL = DEPLOY / "backups/push.sh", DEPLOY / "backups/drill.sh"


def stamp(hours=0):
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)
    return then.strftime("%Y-%m-%dT%H%M%SZ")


@pytest.fixture(scope="module")
def program(binary, tmp_path_factory):
    """A copy: the one in .build may be made anew while a test runs."""
    return shutil.copy2(binary, tmp_path_factory.mktemp("program") / "flixlist")


@pytest.fixture(scope="module")
def backup(program, tmp_path_factory):
    """A backup of a site with two accounts and something watched."""
    site = Site(program, tmp_path_factory.mktemp("backup") / "site").start()
    try:
        http = requests.Session()
        http.headers["Origin"] = site.url
        answer = http.post(site.url + "/register", data={"username": "robin", "password": PASSWORD, "zone": "UTC"})
        assert answer.ok, answer.status_code
        film = re.search(r'id="t(\d+)"', http.get(site.url + "/search?q=parasite+2019").text)[1]
        assert http.post(site.url + f"/titles/{film}/plays", data={"again": "1"}).ok
        site.command("user", "add", "kim", input=PASSWORD + "\n")
        file = site.folder / "made.flixlist.gz"
        site.command("backup", file)
    finally:
        site.stop()
    return file


class Off:
    """A machine with backups, and a repository elsewhere."""

    def __init__(self, folder, backup, hours=3):
        tool("restic")
        self.backups, self.repository = folder / "backups", folder / "repository"
        self.backups.mkdir()
        self.newest = shutil.copy2(backup, self.backups / f"daily-{stamp(hours)}.flixlist.gz")
        (folder / "password").write_text("a long and quiet password\n")
        self.settings = folder / "backup.env"
        self.settings.write_text(f"RESTIC_REPOSITORY={self.repository}\nRESTIC_PASSWORD_FILE={folder}/password\n"
                                 f"FLIXLIST_BACKUPS={self.backups}\nRESTIC_CACHE_DIR={folder}/cache\n")
        self.folder = folder

    def call(self, script, *arguments, code=0, **more):
        inherited = {name: value for name, value in clean_environment().items() if not name.startswith("RESTIC_")}
        environment = inherited | {"FLIXLIST_BACKUP_SETTINGS": str(self.settings)} | more
        done = run(script, *arguments, ok=False, env=environment)
        said = done.stdout + done.stderr
        assert done.returncode == code, f"{script.name} {arguments}: wanted {code}, got {done.returncode}\n{said}"
        return said


@pytest.fixture
def off(tmp_path, backup):
    return Off(tmp_path, backup)


def test_what_is_pushed_comes_back_and_is_proved(off, program):
    first = off.call(PUSH)
    assert "made a repository" in first and "the repository is sound" in first
    assert "is 3 hours old" in first
    assert off.newest.name not in " ".join(path.name for path in off.repository.rglob("*")), "it must be encrypted"
    shutil.rmtree(off.backups)  # the machine is gone
    said = off.call(DRILL, "--restic", "--program", program, "--room", off.folder)
    assert f"trying {off.folder}/flixlist-drill" in said
    for proved in ("brought back: ", "/readyz, /login and /about answer", "2 accounts, 1 plays, ",
                   "doctor --recount finds nothing wrong", "this backup is good"):
        assert proved in said, f"the drill must say \"{proved}\": {said}"
    assert not list(off.folder.glob("flixlist-drill*")), "nothing of the trial may stay"


def damaged(content, kind):
    if kind == "a bit":
        middle = len(content) // 2
        return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]
    if kind == "the end":
        return content[:-1000]
    if kind == "a changed row":  # packed well, so that gzip finds nothing
        lines = gzip.decompress(content).split(b"\n")
        place = next(number for number, line in enumerate(lines) if b'"robin"' in line)
        lines[place] = lines[place].replace(b'"robin"', b'"mallory"', 1)
        return gzip.compress(b"\n".join(lines))
    if kind == "a missing row":
        lines = gzip.decompress(content).split(b"\n")
        del lines[next(number for number, line in enumerate(lines) if b'"robin"' in line)]
        return gzip.compress(b"\n".join(lines))
    return b"not a backup at all"


@pytest.mark.parametrize("kind", ["a bit", "the end", "a changed row", "a missing row", "something else"])
def test_a_damaged_backup_is_refused(off, program, backup, kind):
    off.newest.write_bytes(damaged(backup.read_bytes(), kind))
    said = off.call(DRILL, "--program", program, "--room", off.folder, code=70)
    assert "cannot be brought back" in said
    assert "is good" not in said
    assert not list(off.folder.glob("flixlist-drill*")), "nothing of the trial may stay"


@pytest.mark.long
def test_a_server_that_does_not_get_well_on_it_fails_the_drill(off, tmp_path, program):
    """The program is asked for each thing that the drill looks at, so each can be made to fail."""
    for faulty, why in [
        ('serve) exit 69', "no server starts on it"),
        ('doctor) echo "wrong The shelf of robin differs."; exit 1', "doctor finds something: wrong The shelf"),
        ('user) echo "one line"; exit 0', "the backup has 2 accounts, the server 1"),
    ]:
        other = tmp_path / "other"
        other.write_text(f'#!/bin/bash\ncase "$1" in {faulty} ;; esac\nexec "{program}" "$@"\n')
        other.chmod(0o755)
        said = off.call(DRILL, "--program", other, "--room", off.folder, code=70)
        assert why in said, f"{faulty}: {said}"
    assert not list(off.folder.glob("flixlist-drill*"))


@pytest.mark.long
def test_an_old_backup_is_said_to_be(tmp_path, backup):
    off = Off(tmp_path, backup, hours=30)
    said = off.call(PUSH, code=70)
    assert "30 hours old" in said and "26 are allowed" in said
    assert "sent " in said, "what is there is sent all the same"
    off.call(PUSH, FLIXLIST_BACKUP_HOURS="48")
    assert "30 hours old" in off.call(PUSH, "--check", code=70)
    off.newest.unlink()
    assert "there is no backup in" in off.call(PUSH, code=70, FLIXLIST_BACKUP_HOURS="48")


@pytest.mark.long
def test_a_damaged_repository_is_said_to_be(off):
    off.call(PUSH)
    pack = max(off.repository.joinpath("data").rglob("*"), key=lambda path: path.is_file() and path.stat().st_size)
    pack.chmod(0o600)
    content = pack.read_bytes()
    pack.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    said = off.call(PUSH, "--check", code=70, FLIXLIST_BACKUP_SAMPLE="100%")
    assert "the repository is damaged" in said
    pack.unlink()
    assert "the repository is damaged" in off.call(PUSH, "--check", code=70)


@pytest.mark.long
def test_what_is_missing_or_wrong_is_named(off, tmp_path):
    off.call(PUSH)
    assert "made a repository" not in off.call(PUSH), "the second time it is there"
    (tmp_path / "wrong").write_text("another password\n")
    said = off.call(PUSH, code=69, RESTIC_PASSWORD_FILE=str(tmp_path / "wrong"))
    assert "cannot be opened" in said and "made a repository" not in said, "no second repository may be made"
    for name, why in [("RESTIC_REPOSITORY", "RESTIC_REPOSITORY is not set"),
                      ("RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_FILE must name a file")]:
        lines = [line for line in off.settings.read_text().splitlines() if not line.startswith(name)]
        (tmp_path / "some.env").write_text("\n".join(lines))
        assert why in off.call(PUSH, code=69, FLIXLIST_BACKUP_SETTINGS=str(tmp_path / "some.env"))
    assert "there is no folder" in off.call(PUSH, code=69, FLIXLIST_BACKUPS=str(tmp_path / "nowhere"))
    assert "there is no option" in off.call(PUSH, "--forget", code=64)
    assert "there is no program" in off.call(DRILL, "--program", "/nowhere", code=69)
    assert "there is no backup to try" in off.call(DRILL, "--program", "/bin/true", "/nowhere", code=69)


@pytest.mark.long
def test_old_snapshots_go_and_the_newest_stay(off, backup):
    off.call(PUSH, FLIXLIST_BACKUP_KEEP="--keep-last 2")
    for number in (2, 1, 0):
        shutil.copy2(backup, off.backups / f"daily-{stamp(number)}.flixlist.gz")
        off.call(PUSH, FLIXLIST_BACKUP_KEEP="--keep-last 2")
    rows = [line for line in off.call(PUSH, "--list").splitlines() if " flixlist " in line]
    assert len(rows) == 2, rows


@pytest.mark.long
def test_the_trial_cannot_be_reached_from_outside(off, program, tmp_path):
    """It listens on loopback only, has no token, makes no backup of its own."""
    spy = tmp_path / "spy"
    seen = tmp_path / "seen"
    spy.write_text(f'#!/bin/bash\n[ "$1" != serve ] || env >"{seen}"\nexec "{program}" "$@"\n')
    spy.chmod(0o755)
    off.call(DRILL, "--program", spy, "--room", off.folder, FLIXLIST_TMDB_TOKEN="a-token", FLIXLIST_SECRET="s" * 40,
             FLIXLIST_DATABASE="postgres://nowhere/films")
    settings = seen.read_text()
    assert "FLIXLIST_HOST=127.0.0.1" in settings and "FLIXLIST_BACKUPS=off" in settings
    assert "a-token" not in settings and "FLIXLIST_DATABASE" not in settings and "FLIXLIST_SECRET" not in settings
