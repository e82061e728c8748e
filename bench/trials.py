"""The trials of bench/trials.sh, which starts it. Python's standard library only."""

import argparse
import collections
import contextlib
import http.client
import math
import os
import pathlib
import queue
import random
import re
import secrets
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

USER, PASSWORD = "trial", secrets.token_urlsafe(24)
READY_SECONDS = 2.0  # TRUST 4.1: from a kill to ready
WRITERS_P99_MS = 250  # TRUST 4.18
HISTORIES = 10_000  # of the model test; `swift test` alone runs 300
LOGIN_MS = 5  # TRUST S5: how far the medians may lie apart
READY = re.compile(rb"FlixList serves .*:(\d+)\n")
Answer = collections.namedtuple("Answer", "status location body ms")


class Results:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, holds, sentence):
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        print(f"{'ok    ' if holds else 'FAILED'} {sentence}", flush=True)
        return holds

    @staticmethod
    def say(sentence):
        print(f"       {sentence}", flush=True)

    @staticmethod
    def skip(sentence):
        print(f"skip   {sentence}", flush=True)


class Client:
    """One connection that is kept; everything goes out with the session's cookie and the site's own Origin."""

    def __init__(self, site, source=None):
        self.site, self.source, self.connection = site, source, None

    def send(self, method, path, form=None, cookie=True):
        # Nothing is sent twice here: whoever wants to try again says so.
        if self.connection is None:
            source = (self.source, 0) if self.source else None
            self.connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30, source_address=source)
        headers = {"Origin": f"http://127.0.0.1:{self.site.port}"}
        if cookie and self.site.cookie:
            headers["Cookie"] = self.site.cookie
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        ms = (time.perf_counter() - start) * 1000
        cookies = [value for name, value in response.getheaders() if name.lower() == "set-cookie"]
        for value in cookies if cookie else []:
            if value.startswith("flixlist="):
                self.site.cookie = value.split(";")[0]
        if response.will_close:
            self.close()
        return Answer(response.status, response.getheader("Location") or "", text, ms)

    def get(self, path):
        return self.send("GET", path)

    def tick(self, title, episode, once):
        return self.send(
            "POST", f"/titles/{title}/plays", {"episode": episode, "when": "now", "again": 1, "once": once}
        )

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Site:
    """The program on a data folder."""

    running = set()

    def __init__(self, binary, data, port, log):
        self.binary, self.data, self.wanted_port, self.log = binary, pathlib.Path(data), port, log
        self.process, self.port, self.cookie = None, port, None

    def environment(self):
        return {
            **os.environ, "FLIXLIST_HOST": "127.0.0.1", "FLIXLIST_PORT": str(self.wanted_port),
            "FLIXLIST_DATA": str(self.data), "FLIXLIST_METRICS_PORT": "0", "FLIXLIST_LOG_LEVEL": "warning",
        }

    def command(self, *arguments, text=None):
        return subprocess.run(
            [self.binary, *arguments], env=self.environment(), input=text, text=True, capture_output=True
        )

    def add_user(self, name):
        made = self.command("user", "add", name, text=PASSWORD + "\n")
        if made.returncode != 0:
            raise SystemExit(f"trials: the account {name} could not be made: {made.stderr.strip()}")

    def start(self):
        """Starts it; the seconds until /readyz said yes."""
        begin = time.perf_counter()
        with tempfile.TemporaryFile() as said, open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], env=self.environment(), stdout=said, stderr=log)
            Site.running.add(self)
            while True:
                said.seek(0)
                if found := READY.search(said.read()):
                    break
                if self.process.poll() is not None or time.perf_counter() - begin > 60:
                    raise SystemExit(f"trials: the program did not start: {self.last_words()}")
                time.sleep(0.005)
        self.port = int(found[1])
        if Client(self).get("/readyz").status != 200:
            raise SystemExit(f"trials: the program is not ready: {self.last_words()}")
        return time.perf_counter() - begin

    def last_words(self):
        return b" ".join(pathlib.Path(self.log).read_bytes().splitlines()[-3:]).decode(errors="replace")[:500]

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        Site.running.discard(self)
        self.process = None
        return code

    def log_in(self):
        answer = Client(self).send("POST", "/login", {"username": USER, "password": PASSWORD})
        if answer.status != 303 or not self.cookie:
            raise SystemExit(f"trials: logging in answered {answer.status}")

    def read(self, sql, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.data}/flixlist.sqlite?mode=ro", uri=True)) as database:
            return database.execute(sql, values).fetchall()

    def episodes(self):
        """Every aired episode of the starter catalogue, in a mixed order."""
        rows = self.read("SELECT title_id, id FROM episodes WHERE season > 0 AND air_day <= date('now') ORDER BY id")
        random.Random(7).shuffle(rows)
        return rows

    def recorded(self):
        """How many plays each tick's mark has."""
        return dict(self.read("SELECT once, count(*) FROM plays WHERE once IS NOT NULL GROUP BY once"))

    def check_database(self, results):
        integrity = self.read("PRAGMA integrity_check")
        results.check(integrity == [("ok",)], f"integrity_check: {integrity[0][0]}")
        broken = self.read("PRAGMA foreign_key_check")
        results.check(not broken, f"foreign_key_check: {len(broken)} rows")

    def check_shelf(self, results):
        """After a stop: what the program itself finds."""
        found = self.command("doctor", "--recount")
        wrong = [line for line in found.stdout.splitlines() if line.startswith("wrong")]
        results.check(found.returncode == 0, f"doctor --recount: {wrong[0][:200] if wrong else 'all is well'}")


def is_tick(answer):
    return answer.status == 303 and "done=" in answer.location


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


def trial_kill(results, site):
    """`kill -9` during 12,000 ticks on 4 connections, 200 times (TRUST 4.1)."""
    total, kills = 12_000, 200
    episodes = site.episodes()[:total]
    work = queue.SimpleQueue()
    for number, (title, episode) in enumerate(episodes):
        work.put((f"kill-{number}", title, episode))
    dice = random.Random()
    points = sorted(dice.sample(range(50, total - 50), kills))
    answered, retried, odd = set(), [], []
    lock, is_serving, left = threading.Lock(), threading.Event(), threading.Event()

    def worker():
        client = Client(site)
        while True:
            try:
                once, title, episode = work.get_nowait()
            except queue.Empty:
                return
            while True:
                is_serving.wait()
                try:
                    answer = client.tick(title, episode, once)
                except (OSError, http.client.HTTPException):
                    with lock:
                        retried.append(once)
                    time.sleep(0.01)
                    if left.is_set():
                        return
                    continue
                with lock:
                    if is_tick(answer):
                        answered.add(once)
                    else:
                        odd.append((once, answer.status, answer.location))
                break

    site.start()
    site.log_in()
    is_serving.set()
    threads = [threading.Thread(target=worker, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    ready, lost, doubled, unsound = [], 0, 0, 0
    for point in points:
        while len(answered) < point and any(thread.is_alive() for thread in threads):
            time.sleep(0.001)
        time.sleep(dice.random() * 0.02)
        if not any(thread.is_alive() for thread in threads):
            break
        is_serving.clear()
        site.stop(signal.SIGKILL)
        time.sleep(0.05)  # answers that were on their way are noted
        with lock:
            noted = set(answered)
        # The next start has to find its files as the kill left them: look only after it.
        ready.append(site.start())
        recorded = site.recorded()
        lost += len(noted - recorded.keys())
        doubled += sum(count > 1 for count in recorded.values())
        unsound += site.read("PRAGMA integrity_check") != [("ok",)] or bool(site.read("PRAGMA foreign_key_check"))
        is_serving.set()
    for thread in threads:
        thread.join(120)
    left.set()
    recorded = site.recorded()
    results.say(f"{len(answered)} of {total} ticks answered, {len(set(retried))} sent again after {kills} kills")
    results.say(f"to ready: {statistics.median(ready):.2f} s in the middle, {max(ready):.2f} s at most")
    results.check(not lost and not answered - recorded.keys(), f"{lost} answered ticks were lost")
    doubled += sum(count > 1 for count in recorded.values())
    per_episode = site.read("SELECT count(*) FROM (SELECT 1 FROM plays GROUP BY episode_id HAVING count(*) > 1)")[0][0]
    results.check(not doubled and not per_episode, f"{max(doubled, per_episode)} ticks are there twice")
    results.check(
        len(answered) == total and len(recorded) == total and not odd,
        f"in the end all {total} are there: {len(recorded)}" + (f"; other answers: {odd[:3]}" if odd else ""),
    )
    results.check(not unsound, f"after {unsound} of {kills} kills the database was not sound")
    results.check(max(ready) <= READY_SECONDS, f"ready within {READY_SECONDS:.0f} s of each start: {max(ready):.2f} s")
    site.check_database(results)
    results.check(site.stop() == 0, "it stops in order when asked")
    site.check_shelf(results)


@contextlib.contextmanager
def injected(site, call, error):
    """While it lasts, every such system call of the program fails; yields None when that is not allowed here."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}",
         "-p", str(site.process.pid)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    words = []
    attached = threading.Event()

    def listen():
        for line in tracer.stderr:
            words.append(line.strip())
            if "attached" in line:
                attached.set()
        attached.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    attached.wait(20)
    time.sleep(0.5)  # for the other threads
    try:
        yield None if tracer.poll() is None else " ".join(words)[:200]
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        try:
            tracer.wait(20)
        except subprocess.TimeoutExpired:
            tracer.kill()
            tracer.wait()


def tick_some(site, episodes, prefix, count):
    """Ticks one after another: the marks by status; 0 stands for no answer."""
    client, by_status = Client(site), collections.defaultdict(list)
    for number in range(count):
        title, episode = episodes.pop()
        once = f"{prefix}-{number}"
        try:
            answer = client.tick(title, episode, once)
            by_status[answer.status if answer.status != 303 or is_tick(answer) else "303 elsewhere"].append(once)
        except (OSError, http.client.HTTPException):
            by_status[0].append(once)
    return by_status


def counted(by_status):
    return ", ".join(f"{len(marks)} × {status or 'no answer'}" for status, marks in by_status.items())


def trial_errors(results, site):
    """The disk answers with an error (TRUST 4.3)."""
    if not shutil.which("strace"):
        return results.skip("errors of the disk: there is no strace here (apt-get install strace)")
    episodes = site.episodes()
    site.start()
    site.log_in()
    for call, error in (("fdatasync", "EIO"), ("pwrite64", "ENOSPC")):
        before = tick_some(site, episodes, f"{call}-before", 30)
        with injected(site, call, error) as refusal:
            if refusal is not None:
                results.skip(f"{error} on {call}: strace may not attach here ({refusal})")
                continue
            during = tick_some(site, episodes, f"{call}-during", 30)
            page = Client(site).get("/library")
        after = tick_some(site, episodes, f"{call}-after", 30)
        results.check(set(before) == {303}, f"before {error} on {call}: {counted(before)}")
        results.check(set(during) == {503}, f"during {error} on {call} every answer is 503: {counted(during)}")
        results.check(page.status == 200, f"during {error} on {call} pages are still read: {page.status}")
        results.check(site.is_up() and Client(site).get("/healthz").status == 200, "the process stays up")
        results.check(set(after) == {303}, f"after it, without a restart: {counted(after)}")
        recorded = site.recorded()
        answered = before[303] + during[303] + after[303]
        results.check(
            not set(answered) - recorded.keys(), f"{len(set(answered) - recorded.keys())} answered ticks are missing")
        ghosts = [once for once in during[503] if once in recorded]
        results.check(not ghosts, f"{len(ghosts)} refused ticks were recorded all the same")
        site.stop(signal.SIGKILL)
        seconds = site.start()
        missing = set(answered) - site.recorded().keys()
        results.check(not missing, f"after a kill and {seconds:.2f} s: {len(missing)} answered ticks are missing")
        site.check_database(results)
    site.stop()
    site.check_shelf(results)


def trial_flaky(results, site):
    """The disk fails now and then, at checkpoints too, and the program is killed while it does (TRUST 4.3)."""
    if not shutil.which("strace"):
        return results.skip("errors of the disk: there is no strace here (apt-get install strace)")
    episodes = site.episodes()
    for call, error in (("fdatasync", "EIO:when=7+7"), ("pwrite64", "EIO:when=997+997"),
                        ("pwrite64", "ENOSPC:when=1499+1499")):
        site.start()
        site.log_in()
        what = f"{call}-{error.partition(':')[0]}"
        client, answered, refused = Client(site), [], []
        with injected(site, call, error) as refusal:
            if refusal is not None:
                results.skip(f"{error} on {call}: strace may not attach here ({refusal})")
                site.stop()
                continue
            for number in range(100):
                title, episode = episodes.pop()
                once = f"{what}-{number}"
                answer = client.tick(title, episode, once)
                if is_tick(answer):
                    answered.append(once)
                else:
                    refused.append((once, answer))
                    if number > 70:  # killed right after a refusal, before a good commit covers its traces
                        break
            site.stop(signal.SIGKILL)
        results.check(answered and refused, f"{what} now and then: {len(answered)} answered, {len(refused)} refused")
        odd = [answer.status for _, answer in refused if answer.status != 503 or b"Status 503" not in answer.body]
        results.check(not odd, f"each refusal is a 503 that names its request: {odd or 'all'}")
        site.start()
        recorded = site.recorded()
        missing = set(answered) - recorded.keys()
        results.check(not missing, f"after a kill in the middle of it {len(missing)} answered ticks are missing")
        # The last page may have got to the disk although the disk said that it did not: that answer says so.
        ghosts = [answer for once, answer in refused if once in recorded]
        wrong = sum(b"not certain" not in answer.body for answer in ghosts)
        results.check(not wrong, f"{len(ghosts)} refused ticks are there, {wrong} of them told that they are not")
        site.check_database(results)
        site.stop()
        site.check_shelf(results)


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A file system in memory of so many MB; yields the reason when that is not allowed here."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "flixlist-trial", str(folder)],
        capture_output=True, text=True)
    if made.returncode != 0:
        yield made.stderr.strip().splitlines()[0] if made.stderr.strip() else f"mount ended with {made.returncode}"
        return
    try:
        yield None
    finally:
        for _ in range(50):
            if subprocess.run(["umount", str(folder)], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)


def trial_full(results, site):
    """The disk is full (TRUST 4.4)."""
    if not shutil.which("mount"):
        return results.skip("disk full: there is no mount here")
    home = site.data
    size = sum(file.stat().st_size for file in home.iterdir())
    folder = home.parent / "small"
    with small_disk(folder, math.ceil(size / 2**20) + 8) as refusal:
        if refusal is not None:
            return results.skip(f"disk full: a tmpfs may not be mounted here ({refusal})")
        site.data = folder / "data"
        try:
            shutil.copytree(home, site.data)
            fill_up(results, site, folder / "filler")
            # The doctor minds a small disk, so it looks at a copy.
            shutil.copytree(site.data, home.parent / "after")
        finally:
            site.stop()
            site.data = home
    site.data = home.parent / "after"
    site.check_shelf(results)


def fill_up(results, site, filler):
    episodes = site.episodes()
    site.start()
    site.log_in()
    early = tick_some(site, episodes, "full-early", 20)
    results.check(set(early) == {303}, f"before the disk is full: {counted(early)}")
    room = os.statvfs(filler.parent)
    with open(filler, "wb") as file:  # all but some 600 KB
        file.write(bytes(max(0, room.f_bavail * room.f_frsize - 600_000)))
    filling = collections.defaultdict(list)
    for turn in range(200):
        for status, marks in tick_some(site, episodes, f"full-{turn}", 20).items():
            filling[status] += marks
        if len(filling[503]) >= 40:
            break
    results.check(len(filling[503]) > 0 and set(filling) <= {303, 503}, f"until the disk is full: {counted(filling)}")
    pages = {path: Client(site).get(path).status for path in ("/", "/library", "/history", "/healthz")}
    results.check(set(pages.values()) == {200}, f"pages are still read: {pages}")
    results.check(site.is_up(), "the process stays up")
    filler.unlink()
    late = tick_some(site, episodes, "full-late", 20)
    results.check(set(late) == {303}, f"when there is room again, without a restart: {counted(late)}")
    recorded = site.recorded()
    answered = set(early[303] + filling[303] + late[303])
    results.check(
        recorded.keys() == answered and set(recorded.values()) == {1},
        f"{len(answered)} ticks answered, {len(recorded)} recorded, {len(answered - recorded.keys())} missing",
    )
    site.check_database(results)
    results.check(site.stop() == 0, "it stops in order when asked")


def trial_writers(results, site):
    """50 writers at once (TRUST 4.18)."""
    writers, each = 50, 20
    episodes = site.episodes()
    site.start()
    site.log_in()
    gate, times, odd, lock = threading.Barrier(writers), [], [], threading.Lock()

    def worker(number):
        client, mine = Client(site), []
        gate.wait()
        for turn in range(each):
            title, episode = episodes[number * each + turn]
            try:
                answer = client.tick(title, episode, f"writer-{number}-{turn}")
                mine.append(answer.ms)
                problem = None if is_tick(answer) else answer.status
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
            if problem:
                with lock:
                    odd.append(problem)
        with lock:
            times.extend(mine)

    begin = time.perf_counter()
    threads = [threading.Thread(target=worker, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = writers * each / (time.perf_counter() - begin)
    results.check(not odd, f"{len(odd)} errors in {writers * each} ticks {odd[:3] if odd else ''}".rstrip())
    recorded = site.recorded()
    results.check(
        sum(once.startswith("writer-") for once in recorded) == writers * each and set(recorded.values()) == {1},
        f"{sum(once.startswith('writer-') for once in recorded)} of them are in plays, each once",
    )
    if times:
        results.say(
            f"p50 {percentile(times, 0.5):.0f} ms, p99 {percentile(times, 0.99):.0f} ms (aim: {WRITERS_P99_MS}), "
            f"{rate:.0f} ticks a second"
        )
    site.check_database(results)
    site.stop()
    site.check_shelf(results)


def rank_test(left, right):
    """Mann and Whitney's test, two-sided, by the normal approximation."""
    ranks = {value: rank for rank, value in enumerate(sorted(left + right), 1)}
    count_left, count_right = len(left), len(right)
    score = sum(ranks[value] for value in left) - count_left * (count_left + 1) / 2
    spread = math.sqrt(count_left * count_right * (count_left + count_right + 1) / 12)
    return math.erfc(abs(score - count_left * count_right / 2) / spread / math.sqrt(2))


def uncertainty(values):
    """The standard error of a median, from the quartiles."""
    low, _, high = statistics.quantiles(values, n=4)
    return 1.2533 * (high - low) / 1.349 / math.sqrt(len(values))


def trial_login(results, site):
    """Logging in takes as long for a name that is not there (TRUST S5)."""
    accounts, pairs = 12, 60
    # 6 tries an account, in a round and from addresses of its own: below the limits that hold guessers back.
    for number in range(2 * accounts):
        site.add_user(f"known{number}")
    site.start()
    for attempt in (1, 2):
        times, shapes = {True: [], False: []}, {True: set(), False: set()}
        for pair in range(-2, pairs):  # the first two only warm up
            for exists in (pair % 2 == 0, pair % 2 != 0):
                name = f"known{(attempt - 1) * accounts + pair % accounts}" if exists else f"absent{secrets.token_hex(2)}"
                client = Client(site, source=f"127.0.{10 + attempt}.{10 + (pair + 2) // 5}")
                client.get("/healthz")
                form = {"username": name, "password": secrets.token_urlsafe(12)}
                answer = client.send("POST", "/login", form, cookie=False)
                client.close()
                if pair < 0:
                    continue
                times[exists].append(answer.ms)
                shapes[exists].add((answer.status, answer.body.replace(name.encode(), b"NAME")))
        there, absent = statistics.median(times[True]), statistics.median(times[False])
        chance = rank_test(times[True], times[False])
        error = math.hypot(uncertainty(times[True]), uncertainty(times[False]))
        difference = abs(there - absent)
        results.say(
            f"{pairs} pairs: existing {there:.1f} ms, missing {absent:.1f} ms, medians' difference "
            f"{there - absent:+.2f} ms (standard error {error:.2f}), Mann-Whitney p = {chance:.3f}"
        )
        if difference <= LOGIN_MS and chance > 0.01:
            break
        if attempt == 1:
            results.say("a second round decides, since one in a hundred differs by chance")
    if chance > 0.01 and LOGIN_MS < difference <= 3 * error:
        results.skip(f"the times: this machine is too busy to tell {LOGIN_MS} ms from nothing")
    else:
        results.check(
            difference <= LOGIN_MS and chance > 0.01,
            f"the times tell nothing (medians within {LOGIN_MS} ms, p > 0.01)",
        )
    statuses = {status for status, _ in shapes[True] | shapes[False]}
    results.check(statuses == {422}, f"the status is the same: {sorted(statuses)}")
    results.check(
        shapes[True] == shapes[False] and len(shapes[True]) == 1, "the page is the same but for the name that was typed"
    )
    site.stop()


def trial_model(results, site):
    """Ten thousand random histories against the slow model of progress, and long scripts undone, in a debug build."""
    if not shutil.which("swift"):
        return results.skip("model: there is no swift here")
    if not any(pathlib.Path(".build/debug").glob("*.xctest")):
        return results.skip("model: the tests are not built (swift build --build-tests)")
    begin = time.perf_counter()
    run = subprocess.run(
        ["swift", "test", "--skip-build", "--filter", "ModelTests|UndoOfEverythingTests"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        env={**os.environ, "FLIXLIST_HISTORIES": str(HISTORIES)})
    # A filter that finds nothing passes too.
    count = re.search(r"Test run with ([1-9]\d*) test", run.stdout)
    for line in [line for line in run.stdout.splitlines() if "recorded an issue" in line or "error:" in line][:5]:
        results.say(line[:300])
    results.check(
        run.returncode == 0 and count is not None,
        f"{HISTORIES:,} histories agree with the model, in {time.perf_counter() - begin:.0f} s"
        + ("" if count else ": no test was run"))


TRIALS = {
    "kill": trial_kill, "errors": trial_errors, "flaky": trial_flaky, "full": trial_full, "writers": trial_writers,
    "login": trial_login, "model": trial_model,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("names", nargs="*", metavar="trial", help=", ".join(TRIALS))
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - TRIALS.keys():
        parser.error(f"there is no trial {', '.join(sorted(unknown))}; there are {', '.join(TRIALS)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    results = Results()
    room = pathlib.Path(tempfile.mkdtemp(prefix="flixlist-trials."))
    try:
        seed = Site(os.path.abspath(arguments.binary), room / "seed", arguments.port, room / "log")
        seed.add_user(USER)
        for name in arguments.names or TRIALS:
            print(f"{name}: {TRIALS[name].__doc__}", flush=True)
            shutil.copytree(room / "seed", room / name / "data")
            site = Site(seed.binary, room / name / "data", arguments.port, room / name / "log")
            site.log.touch()
            try:
                TRIALS[name](results, site)
            except SystemExit as problem:
                results.check(False, str(problem).removeprefix("trials: "))
            except (OSError, http.client.HTTPException, sqlite3.Error) as problem:
                results.check(False, f"the trial broke off: {problem!r}; the program's last words: {site.last_words()}")
            finally:
                site.stop(signal.SIGKILL)
    finally:
        for site in list(Site.running):
            site.stop(signal.SIGKILL)
        shutil.rmtree(room, ignore_errors=True)
    print(f"trials: {results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
