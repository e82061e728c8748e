"""The trials of bench/reliability.sh, which starts it. Python's standard library only."""

import argparse
import collections
import contextlib
import grp
import http.client
import math
import os
import pathlib
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from trials import Results  # noqa: E402

USERS = [f"person{number}" for number in range(12)]
PASSWORD = secrets.token_urlsafe(24)
SECRET = secrets.token_urlsafe(48)
LONGEST_SECONDS = 20  # no request may take longer, whatever happens
PAUSE_SECONDS = 30
CROWD = 10_000
DEPARTURE_SECONDS = 7  # a page's work ends 5 s after its reader went away (departureGrace)
READY = re.compile(rb"FlixList serves .*:(\d+)\n")
# What the pages of a refused tick say (Sources/App/Texts/en.txt). The first two promise that nothing was changed.
KINDS = {
    "busy": b"The database is busy.", "full": b"The disk of this site is full.", "unsure": b"It may have been:",
    "storage": b"The record cannot be read or written", "unavailable": b"too much to do",
}
UNCHANGED = ("busy", "full")
Answer = collections.namedtuple("Answer", "status location retry_after body")
# One tick: its mark, the node, when it was answered, how long it took, and what came of it: `noted`, one of KINDS,
# `none` for no answer, else the status.
Tick = collections.namedtuple("Tick", "once node at seconds outcome retry_after")


class Broken(Exception):
    """A trial cannot go on."""


def wait_until(holds, seconds, pause=0.02):
    """Whether it came to hold in time."""
    end = time.perf_counter() + seconds
    while not holds():
        if time.perf_counter() > end:
            return False
        time.sleep(pause)
    return True


def plural(count, noun):
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


# MARK: FlixList


class Node:
    """The program on a data folder of its own."""

    running = set()

    def __init__(self, binary, name, room, database):
        self.binary, self.name, self.database = binary, name, database
        self.data, self.log = room / f"node-{name}", room / f"node-{name}.log"
        self.log.touch()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None

    def environment(self):
        return {
            **os.environ, "FLIXLIST_HOST": "127.0.0.1", "FLIXLIST_PORT": str(self.port),
            "FLIXLIST_DATA": str(self.data), "FLIXLIST_METRICS_PORT": "0", "FLIXLIST_LOG_LEVEL": "warning",
            "FLIXLIST_DATABASE": self.database, "FLIXLIST_SECRET": SECRET,
        }

    def command(self, *arguments, text=None):
        return subprocess.run(
            [self.binary, *arguments], env=self.environment(), input=text, text=True, capture_output=True, timeout=300)

    def launch(self):
        self.said = tempfile.TemporaryFile()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve"], env=self.environment(), stdin=subprocess.DEVNULL, stdout=self.said, stderr=log,
                start_new_session=True)
        Node.running.add(self)

    def start(self):
        """Starts it; the seconds until its first page was answered."""
        begin = time.perf_counter()
        self.launch()
        self.wait_for_page(begin)
        return time.perf_counter() - begin

    def wait_for_page(self, begin, path="/"):
        while True:
            self.said.seek(0)
            if READY.search(self.said.read()):
                break
            if self.process.poll() is not None or time.perf_counter() - begin > 120:
                raise Broken(f"node {self.name} did not start: {self.last_words()}")
            time.sleep(0.005)
        answer = Client(self).send("GET", path)
        if answer.status != 200:
            raise Broken(f"node {self.name} answered {answer.status} to {path}: {self.last_words()}")

    def last_words(self):
        return " ".join(line[:300] for line in self.log.read_text(errors="replace").splitlines()[-2:])

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        Node.running.discard(self)
        self.process = None
        self.said.close()
        return code


class Client:
    """One connection that is kept; everything goes out with a cookie and the node's own Origin."""

    def __init__(self, node, cookie=None, timeout=60):
        self.node, self.cookie, self.timeout, self.connection = node, cookie, timeout, None

    def ask(self, method, path, form=None):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.node.port, timeout=self.timeout)
        headers = {"Origin": f"http://127.0.0.1:{self.node.port}"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)

    def send(self, method, path, form=None):
        # Nothing is sent twice here.
        try:
            self.ask(method, path, form)
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for name, value in response.getheaders():
            if name.lower() == "set-cookie" and value.startswith("flixlist="):
                self.cookie = value.split(";")[0]
        if response.will_close:
            self.close()
        return Answer(response.status, response.getheader("Location") or "", response.getheader("Retry-After"), text)

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def log_in(node, name):
    """A cookie, good at every node."""
    client = Client(node)
    answer = client.send("POST", "/login", {"username": name, "password": PASSWORD})
    client.close()
    if answer.status != 303 or not client.cookie:
        raise Broken(f"logging in at node {node.name} answered {answer.status}: {node.last_words()}")
    return client.cookie


class Load:
    """Ticks of several people at several nodes, on a connection a thread."""

    def __init__(self, nodes, cookies, episodes, prefix="tick", threads=8, pause=0.02):
        self.prefix, self.pause = prefix, pause
        self.ticks, self.lock, self.leaving = [], threading.Lock(), threading.Event()
        # Neighbours are one person at two nodes.
        self.threads = [
            threading.Thread(
                target=self.work, daemon=True,
                args=(number, nodes[number % len(nodes)], cookies[number // len(nodes) % len(cookies)], episodes))
            for number in range(threads)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.leaving.set()
        end = time.perf_counter() + 65
        while error[0] is None and any(thread.is_alive() for thread in self.threads):
            if time.perf_counter() > end:
                raise Broken("a request hung for more than 60 seconds")
            time.sleep(0.01)

    def work(self, number, node, cookie, episodes):
        client, turn = Client(node, cookie), 0
        while not self.leaving.is_set():
            title, episode = episodes[(number * 997 + turn) % len(episodes)]
            once = f"{self.prefix}-{number}-{turn}"
            turn += 1
            tick = self.tick(client, once, title, episode)
            with self.lock:
                self.ticks.append(tick)
            self.leaving.wait(self.pause if tick.outcome == "noted" else 0.1)
        client.close()

    @staticmethod
    def tick(client, once, title, episode):
        begin = time.perf_counter()
        form = {"episode": episode, "when": "now", "again": 1, "once": once, "back": "/"}
        try:
            answer = client.send("POST", f"/titles/{title}/plays", form)
        except (OSError, http.client.HTTPException):
            now = time.perf_counter()
            return Tick(once, client.node.name, now, now - begin, "none", None)
        now = time.perf_counter()
        outcome = str(answer.status)
        if answer.status == 303 and answer.location.startswith("/?done="):
            outcome = "noted"
        elif answer.status == 303:
            outcome = f"303 to {answer.location}"
        elif answer.status == 503:
            outcome = next((kind for kind, words in KINDS.items() if words in answer.body), "503")
        return Tick(once, client.node.name, now, now - begin, outcome, answer.retry_after)

    def so_far(self):
        with self.lock:
            return list(self.ticks)

    def noted_after(self, moment, node=None):
        """The first tick that was noted after a moment, or None."""
        found = [
            tick for tick in self.so_far()
            if tick.outcome == "noted" and tick.at > moment and node in (None, tick.node)]
        return min(found, key=lambda tick: tick.at, default=None)

    def recovery(self, moment, nodes, seconds=60):
        """For each node the seconds from a moment to the first tick that it noted after it; infinite without one."""
        wait_until(lambda: all(self.noted_after(moment, node.name) for node in nodes), seconds)
        found = {node.name: self.noted_after(moment, node.name) for node in nodes}
        return {name: tick.at - moment if tick else math.inf for name, tick in found.items()}


def counted(ticks):
    counts = collections.Counter(tick.outcome for tick in ticks)
    return ", ".join(f"{count:,} × {outcome}" for outcome, count in counts.most_common()) or "none"


def by_node(ticks):
    names = sorted({tick.node for tick in ticks})
    return "; ".join(f"node {name} {counted([tick for tick in ticks if tick.node == name])}" for name in names)


def spelled(recovery):
    return ", ".join(f"node {name} {seconds:.1f} s" for name, seconds in sorted(recovery.items()))


# MARK: PostgreSQL


def owner():
    """What goes before a command of the server: it refuses to run as root."""
    if os.getuid() != 0:
        return []
    name = SERVER_USER
    group = grp.getgrgid(pwd.getpwnam(name).pw_gid).gr_name
    return ["setpriv", f"--reuid={name}", f"--regid={group}", "--clear-groups", "--inh-caps=-all"]


SERVER_USER = "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"


def give(path):
    """Lets the server's user have it."""
    if os.getuid() == 0:
        entry = pwd.getpwnam(SERVER_USER)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def children(pid):
    """All descendants of a process."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                parents[int(entry.name)] = int(fields[1])
    found, wave = [], {pid}
    while wave:
        wave = {child for child, parent in parents.items() if parent in wave}
        found += wave
    return found


class Server:
    """A PostgreSQL with a folder of its own, reached by a socket in another; what it promises is kept on disk."""

    running = set()
    options = {
        "listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
        "max_connections": "60", "shared_buffers": "64MB", "log_min_messages": "warning",
        "restart_after_crash": "on",
    }

    def __init__(self, bin, room, name, **options):
        self.bin, self.name, self.home = bin, name, room / name
        self.data, self.log = self.home / "data", room / f"{name}.log"
        self.home.mkdir(parents=True)
        give(self.home)
        # A path of a socket may have 107 bytes, whatever TMPDIR is.
        self.socket = pathlib.Path(tempfile.mkdtemp(prefix="flixlist-reliability-pg.", dir="/tmp"))
        give(self.socket)
        self.options = {**Server.options, **options}
        self.process, self.family = None, []
        Server.running.add(self)

    def tool(self, name, *arguments):
        made = subprocess.run(
            [*owner(), str(self.bin / name), *arguments], cwd="/", capture_output=True, text=True, timeout=300)
        if made.returncode != 0:
            raise Broken(f"{name} ended with {made.returncode}: {made.stderr.strip()[-300:]}")
        return made.stdout

    def initialise(self, *arguments):
        self.tool("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
                  *arguments)

    def copy(self, other):
        """Takes the folder of a server that is stopped."""
        subprocess.run(["cp", "-a", str(other.data), str(self.data)], check=True)

    def launch(self):
        options = [word for name, value in self.options.items() for word in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*owner(), str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.socket), *options], cwd="/",
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def start(self):
        """Starts it, also when the remains of a killed one still hold its memory for a moment."""
        end = time.perf_counter() + 60
        self.launch()
        while not self.answers():
            if self.process.poll() is not None:
                if time.perf_counter() > end:
                    raise Broken(f"the server {self.name} did not start: {self.last_words()}")
                time.sleep(0.1)
                self.launch()
            if time.perf_counter() > end:
                raise Broken(f"the server {self.name} does not answer: {self.last_words()}")
            time.sleep(0.05)

    def answers(self):
        return subprocess.run(
            [str(self.bin / "pg_isready"), "-q", "-t", "2", "-h", str(self.socket), "-U", "postgres"],
            capture_output=True).returncode == 0

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def last_words(self):
        return " ".join(line[:300] for line in self.log.read_text(errors="replace").splitlines()[-2:])

    def processes(self):
        return [self.process.pid, *children(self.process.pid)]

    def signal_all(self, how):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def kill(self):
        """`kill -9` of all its processes."""
        self.family = self.processes()
        self.signal_all(signal.SIGKILL)
        self.process.wait()

    def stop(self, mode="fast"):
        """As `pg_ctl stop -m` does."""
        if self.is_up():
            self.process.send_signal(signal.SIGQUIT if mode == "immediate" else signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def restart(self):
        self.stop()
        self.start()

    def end(self):
        """Leaves no process and no folder."""
        if self.is_up():
            self.signal_all(signal.SIGCONT)
            self.family = self.processes()
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.socket, ignore_errors=True)
        Server.running.discard(self)

    def sql(self, text, database="flix"):
        """The rows of a statement, each a list of texts."""
        made = subprocess.run(
            [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h",
             str(self.socket), "-U", "postgres", "-d", database, "-c", text],
            capture_output=True, text=True, timeout=120)
        if made.returncode != 0:
            raise Broken(f"psql ended with {made.returncode}: {made.stderr.strip()[-300:]}")
        return [line.split("\t") for line in made.stdout.splitlines()]

    def make_database(self):
        self.sql("CREATE ROLE flixlist LOGIN", database="postgres")
        self.sql("CREATE DATABASE flix OWNER flixlist", database="postgres")

    def address(self, **more):
        query = {"host": str(self.socket), **more}
        return "postgres://flixlist@/flix?" + "&".join(f"{name}={value}" for name, value in query.items())

    def episodes(self):
        """Every aired episode of the starter catalogue, in a mixed order."""
        rows = self.sql(
            "SELECT title_id, id FROM episodes WHERE season > 0 AND air_day <= to_char(now(), 'YYYY-MM-DD') "
            "ORDER BY id")
        random.Random(7).shuffle(rows)
        return rows

    def recorded(self):
        """How many plays each tick's mark has."""
        return {
            once: int(count)
            for once, count in self.sql("SELECT once, count(*) FROM plays WHERE once IS NOT NULL GROUP BY once")}


# MARK: A trial


class Trial:
    """What a trial has at hand: a copy of the seed, two nodes, people who are logged in."""

    def __init__(self, results, binary, bin, room, seed):
        self.results, self.binary, self.bin, self.room, self.seed = results, binary, bin, room, seed
        self.nodes, self.cookies, self.episodes = [], [], []

    def server(self, name="server", **options):
        server = Server(self.bin, self.room, name, **options)
        server.copy(self.seed)
        return server

    def begin(self, server, address=None):
        """Two nodes on a server; who logs in at one is known at the other."""
        self.nodes = [Node(self.binary, name, self.room, address or server.address()) for name in ("A", "B")]
        for node in self.nodes:
            node.start()
        self.cookies = [log_in(self.nodes[number % 2], name) for number, name in enumerate(USERS)]
        self.episodes = server.episodes()

    def load(self, prefix="tick", nodes=None, **more):
        return Load(nodes or self.nodes, self.cookies, self.episodes, prefix, **more)

    def check_answers(self, ticks, during, may_be_silent=False):
        """Every answer is one that was promised, and none took too long."""
        odd = [
            tick for tick in ticks
            if not (tick.outcome == "noted" or tick.outcome in KINDS and tick.retry_after
                    or tick.outcome == "none" and may_be_silent)]
        self.results.check(
            not odd,
            f"{during}, every answer is 303 or 503 with Retry-After: {counted(ticks)}"
            + (f"; not: {odd[:2]}" if odd else ""))
        longest = max((tick.seconds for tick in ticks), default=0)
        self.results.check(
            longest <= LONGEST_SECONDS, f"{during}, no request took longer than {LONGEST_SECONDS} s: {longest:.1f} s")

    def check_record(self, server, *loads):
        """Nothing answered is lost, nothing is there twice, nothing refused is there all the same."""
        ticks = [tick for load in loads for tick in load.so_far()]
        recorded = server.recorded()
        noted = {tick.once for tick in ticks if tick.outcome == "noted"}
        lost = noted - recorded.keys()
        twice = [once for once, count in recorded.items() if count > 1]
        # One person may tick an episode again, but each tick is one play and one activity.
        plays, activities = (
            int(server.sql(text)[0][0])
            for text in ("SELECT count(*) FROM plays", "SELECT count(*) FROM activities WHERE kind = 'watched'"))
        self.results.check(not lost, f"{len(lost)} of {len(noted):,} answered ticks were lost{some(lost)}")
        self.results.check(
            not twice and plays == len(recorded) == activities,
            f"{max(len(twice), plays - len(recorded))} ticks are there twice, in {plays:,} plays and {activities:,} "
            "activities")
        refused = {tick.once for tick in ticks if tick.outcome in UNCHANGED}
        ghosts = refused & recorded.keys()
        self.results.check(
            not ghosts,
            f"{len(ghosts)} of {len(refused):,} ticks that were refused are there all the same{some(ghosts)}")
        for outcome, words in (("unsure", "answered 'unsure'"), ("none", "without an answer")):
            marks = {tick.once for tick in ticks if tick.outcome == outcome}
            if marks:
                self.results.say(f"{len(marks & recorded.keys())} of {plural(len(marks), 'tick')} {words} are there")
        strangers = recorded.keys() - {tick.once for tick in ticks}
        self.results.check(not strangers, f"{len(strangers)} plays are there that nobody posted")

    def check_well(self, load_name, seconds=3, **more):
        """A load without any failure; returns it."""
        with self.load(load_name, **more) as load:
            time.sleep(seconds)
        ticks = load.so_far()
        failed = [tick for tick in ticks if tick.outcome != "noted"]
        self.results.check(
            ticks and not failed, f"afterwards all is well: {counted(ticks)}" + (f"; {failed[0]}" if failed else ""))
        return load

    def check_end(self):
        """The nodes stop in order, and the recount agrees with the record."""
        codes = [node.stop() for node in self.nodes]
        self.results.check(set(codes) == {0}, f"the nodes stop in order when asked: {codes}")
        found = self.nodes[0].command("doctor", "--recount")
        wrong = [line for line in found.stdout.splitlines() if line.startswith("wrong")] or [found.stderr.strip()]
        self.results.check(
            found.returncode == 0, f"doctor --recount: {wrong[0][:300] if found.returncode else 'all is well'}")


def some(marks):
    return ": " + ", ".join(sorted(marks)[:5]) if marks else ""


def trial_node_kill(trial):
    """`kill -9` of one node under load; the other goes on."""
    server = trial.server()
    server.start()
    trial.begin(server)
    killed, other = trial.nodes
    with trial.load() as load:
        time.sleep(3)
        moment = time.perf_counter()
        killed.stop(signal.SIGKILL)
        time.sleep(3)
        seconds = killed.start()
        again = time.perf_counter()
        time.sleep(3)
    ticks = load.so_far()
    of_other = [tick for tick in ticks if tick.node == other.name]
    failed = [tick for tick in of_other if tick.outcome != "noted"]
    trial.results.check(
        not failed, f"the other node went on without a failed request: {counted(of_other)}"
        + (f"; {failed[:2]}" if failed else ""))
    slowest = max((tick.seconds for tick in of_other if tick.at > moment), default=math.inf)
    trial.results.check(slowest < 5, f"its slowest tick since the kill took {slowest * 1000:.0f} ms")
    trial.results.say(f"the killed node's first page after its new start: {seconds:.2f} s")
    late = [tick for tick in ticks if tick.node == killed.name and tick.at - tick.seconds > again]
    trial.results.check(
        late and all(tick.outcome == "noted" for tick in late), f"the killed node is well again: {counted(late)}")
    trial.check_answers(ticks, "all in all", may_be_silent=True)
    trial.check_record(server, load)
    trial.check_end()


def trial_server_kill(trial):
    """The server is stopped at once under load and started again after 2 s, six times in two ways."""
    server = trial.server()
    server.start()
    trial.begin(server)
    with trial.load() as load:
        for turn in range(6):
            time.sleep(2)
            kills = turn % 2 == 1
            begin = time.perf_counter()
            if kills:
                server.kill()
            else:
                server.stop("immediate")
            time.sleep(2)
            start = time.perf_counter()
            server.start()
            up = time.perf_counter()
            recovery = load.recovery(start, trial.nodes)
            since = [tick for tick in load.so_far() if tick.at > begin and tick.outcome != "noted"]
            trial.results.check(
                max(recovery.values()) <= LONGEST_SECONDS,
                f"{'kill -9' if kills else 'pg_ctl stop -m immediate'}: first tick after the start of the server: "
                f"{spelled(recovery)} (the server itself took {up - start:.1f} s); failed: {counted(since)}")
        time.sleep(2)
    ticks = load.so_far()
    trial.check_answers(ticks, "with a server that dies")
    after = trial.check_well("after")
    trial.check_record(server, load, after)
    trial.check_end()


@contextlib.contextmanager
def slow_disk(server, milliseconds):
    """While it lasts, each flush of the server's log takes so long; yields the reason when that is not allowed here."""
    processes = [word for pid in server.processes() for word in ("-p", str(pid))]
    tracer = subprocess.Popen(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
         f"inject=fdatasync:delay_enter={milliseconds * 1000}", *processes],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
    words = []
    listener = threading.Thread(target=lambda: words.extend(tracer.stderr), daemon=True)
    listener.start()
    try:
        time.sleep(1)
        yield None if tracer.poll() is None else " ".join(words).strip()[:200]
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        try:
            tracer.wait(10)
        except subprocess.TimeoutExpired:
            tracer.kill()
            tracer.wait()


def trial_slow_disk(trial):
    """The server dies while many commits wait for a slow disk: what was not kept must not be called kept."""
    if not shutil.which("strace"):
        return trial.results.skip("slow-disk: there is no strace here (apt-get install strace)")
    server = trial.server()
    server.start()
    trial.begin(server)
    with trial.load(threads=24, pause=0.005) as load:
        for turn in range(8):
            time.sleep(1)
            with slow_disk(server, 200) as refusal:
                if refusal is not None:
                    return trial.results.skip(f"slow-disk: strace may not attach here ({refusal})")
                time.sleep(2)
                start = time.perf_counter()
                if turn % 2 == 0:
                    server.kill()
                else:
                    # One process dies; the server itself then ends all others and recovers.
                    victim = server.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'flixlist' LIMIT 1")
                    os.kill(int(victim[0][0]), signal.SIGKILL)
                    time.sleep(0.2)
            if turn % 2 == 0:
                time.sleep(1)
                start = time.perf_counter()
                server.start()
            recovery = load.recovery(start + 0.2, trial.nodes)
            what = "kill -9 of one process of the server" if turn % 2 else "the start of the server"
            trial.results.check(
                max(recovery.values()) <= LONGEST_SECONDS, f"first tick after {what}: {spelled(recovery)}")
        time.sleep(1)
    trial.check_answers(load.so_far(), "with a server that dies")
    wait_until(server.answers, 30)
    after = trial.check_well("after")
    trial.check_record(server, load, after)
    trial.check_end()


def trial_failover(trial):
    """A synchronous replica hangs; the primary is killed while it does; it is promoted, and the nodes follow."""
    results = trial.results
    primary = trial.server("primary")
    primary.start()
    replica = Server(trial.bin, trial.room, "replica")
    primary.tool("pg_basebackup", "-h", str(primary.socket), "-U", "postgres", "-D", str(replica.data), "-R", "-X",
                 "stream", "-c", "fast", "-C", "-S", "replica")
    replica.start()
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.sql("SELECT pg_reload_conf()")
    if not wait_until(lambda: ["sync"] in primary.sql("SELECT sync_state FROM pg_stat_replication"), 30):
        raise Broken("the replica does not follow in step")
    hosts = f"{primary.socket},{replica.socket}"
    trial.begin(primary, f"postgres://flixlist@/flix?host={hosts}&target_session_attrs=read-write")
    with trial.load("hang") as hang, Health(trial.nodes) as health:
        time.sleep(3)
        hung = time.perf_counter()
        replica.signal_all(signal.SIGSTOP)
        time.sleep(20)
        replica.signal_all(signal.SIGCONT)
        resumed = time.perf_counter()
        recovery = hang.recovery(resumed, trial.nodes)
        time.sleep(3)
    ticks = hang.so_far()
    trial.check_answers(ticks, "with a replica that hangs for 20 s")
    health.check(results)
    noted = [tick for tick in ticks if tick.outcome == "noted" and hung + 1 < tick.at < resumed]
    results.check(not noted, f"{len(noted)} ticks were answered as noted while no replica had them")
    results.check(
        max(recovery.values()) <= LONGEST_SECONDS, f"first tick after the replica goes on: {spelled(recovery)}")

    with trial.load("kill") as load:
        time.sleep(3)
        replica.signal_all(signal.SIGSTOP)
        time.sleep(1)
        killed = time.perf_counter()
        primary.kill()
        replica.signal_all(signal.SIGCONT)
        time.sleep(2)
        promoting = time.perf_counter()
        replica.tool("pg_ctl", "-D", str(replica.data), "-w", "promote")
        promoted = time.perf_counter()
        recovery = load.recovery(promoting, trial.nodes)
        time.sleep(3)
    results.say(f"promoting took {promoted - promoting:.1f} s, begun 2 s after the kill")
    results.check(
        max(recovery.values()) <= LONGEST_SECONDS, f"first tick after the promotion began: {spelled(recovery)}")
    ticks = load.so_far()
    results.say("since the kill: " + counted([tick for tick in ticks if tick.at > killed]))
    trial.check_answers(ticks, "with a fail-over")
    after = trial.check_well("after")
    trial.check_record(replica, hang, load, after)
    trial.check_end()


@contextlib.contextmanager
def hog(server, count):
    """While it lasts, somebody else has so many connections."""
    clients = [
        subprocess.Popen(
            [str(server.bin / "psql"), "-X", "-q", "-h", str(server.socket), "-U", "flixlist", "-d", "flix", "-c",
             "SELECT pg_sleep(600)"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        for _ in range(count)]
    sleeping = "FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    try:
        if not wait_until(lambda: server.sql(f"SELECT count(*) {sleeping}") == [[str(count)]], 20):
            raise Broken(f"{count} connections could not be taken")
        yield
    finally:
        if server.answers():
            # A server does not notice that its client is gone while it sleeps.
            server.sql(f"SELECT pg_terminate_backend(pid) {sleeping}")
        for client in clients:
            client.kill()
            client.wait()


def trial_connections(trial):
    """Fewer connections than the nodes would like, and somebody else who takes most of them."""
    results = trial.results
    server = trial.server()
    server.start()
    trial.begin(server, server.address(pool=4))
    # 12, of which 3 are kept for administrators.
    server.options["max_connections"] = "12"
    server.restart()
    with hog(server, 6), trial.load("hog") as hogged:
        time.sleep(12)
    ticks = hogged.so_far()
    trial.check_answers(ticks, "with 3 connections for two pools of 4")
    results.check(any(tick.outcome == "noted" for tick in ticks), f"some are noted all the same: {by_node(ticks)}")
    with trial.load("going") as going:
        recovery = going.recovery(time.perf_counter(), trial.nodes)
    results.check(
        max(recovery.values()) <= LONGEST_SECONDS, f"first tick after the others were gone: {spelled(recovery)}")
    gone = trial.check_well("gone")

    codes = [node.stop() for node in trial.nodes]
    results.check(set(codes) == {0}, f"the nodes stop in order when asked: {codes}")
    server.options["max_connections"] = "60"
    server.restart()
    for node in trial.nodes:
        node.database = server.address(pool=16)
        node.start()
    server.options["max_connections"] = "12"
    server.restart()
    with trial.load("pools") as pools:
        time.sleep(12)
    ticks = pools.so_far()
    trial.check_answers(ticks, "with 9 connections for two pools of 16")
    noted = sum(tick.outcome == "noted" for tick in ticks)
    results.check(
        noted > len(ticks) / 2, f"the 9 do the work: most of 8 people's ticks are noted ({by_node(ticks)})")
    server.options["max_connections"] = "60"
    server.restart()
    with trial.load("lifting") as lifting:
        recovery = lifting.recovery(time.perf_counter(), trial.nodes)
    results.check(
        max(recovery.values()) <= LONGEST_SECONDS, f"first tick after the limit was lifted: {spelled(recovery)}")
    trial.check_answers([*going.so_far(), *lifting.so_far()], "until then")
    lifted = trial.check_well("lifted")

    node = trial.nodes[0]
    results.check(node.stop() == 0, "a node stops in order when asked")
    server.options["max_connections"] = "12"
    server.restart()
    with hog(server, 8):
        try:
            results.check(True, f"a node starts while one connection is free, in {node.start():.1f} s")
        except Broken as problem:
            results.check(False, f"a node starts while one connection is free: {problem}")
    server.options["max_connections"] = "60"
    server.restart()
    if not node.is_up():
        node.stop()
        node.start()
    trial.check_record(server, hogged, going, gone, pools, lifting, lifted)
    trial.check_end()


class Health:
    """Asks every node for /healthz, twice a second."""

    def __init__(self, nodes):
        self.nodes, self.answers, self.leaving = nodes, [], threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.leaving.set()
        self.thread.join(70)

    def work(self):
        while not self.leaving.wait(0.5):
            for node in self.nodes:
                begin, client = time.perf_counter(), Client(node)
                try:
                    status = client.send("GET", "/healthz").status
                except (OSError, http.client.HTTPException) as error:
                    status = repr(error)
                client.close()
                self.answers.append((status, time.perf_counter() - begin))

    def check(self, results):
        slowest = max((seconds for _, seconds in self.answers), default=math.inf)
        statuses = {status for status, _ in self.answers}
        results.check(
            statuses == {200} and slowest < 1,
            f"/healthz answers {', '.join(map(str, statuses))}, {len(self.answers)} times, within "
            f"{slowest * 1000:.0f} ms")


def leave(node, cookie, method, path, form=None, after=0.5):
    """Asks for something and hangs up after so many seconds, whether there is an answer or not."""
    client = Client(node, cookie)
    client.ask(method, path, form)
    time.sleep(after)
    client.close()


@contextlib.contextmanager
def slow_record(server, name):
    """While it lasts, the server takes 40 seconds for each play of one person that it reads."""
    server.sql(
        "ALTER TABLE plays ENABLE ROW LEVEL SECURITY; ALTER TABLE plays FORCE ROW LEVEL SECURITY; "
        "CREATE POLICY slow ON plays USING (CASE WHEN user_id = (SELECT id FROM users WHERE username = "
        f"'{name}') THEN pg_sleep(40) IS NOT NULL ELSE true END)")
    yield
    server.sql(
        "DROP POLICY slow ON plays; ALTER TABLE plays NO FORCE ROW LEVEL SECURITY; "
        "ALTER TABLE plays DISABLE ROW LEVEL SECURITY")


def trial_departure(trial):
    """Readers go away from a page that takes long; somebody ticks and goes away while the server stands still."""
    results, server = trial.results, trial.server()
    server.start()
    trial.begin(server, server.address(pool=4))
    with trial.load("before") as before:
        time.sleep(2)

    def working():
        return int(server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")[0][0])

    with slow_record(server, USERS[0]):
        readers = [
            threading.Thread(target=leave, args=(node, trial.cookies[0], "GET", "/stats"), kwargs={"after": 3})
            for node in trial.nodes for _ in range(6)]
        for reader in readers:
            reader.start()
        results.check(
            wait_until(lambda: working() == 4, 2),
            f"{len(readers)} readers keep {working()} of 8 connections busy")
        begin = time.perf_counter()
        status = Client(trial.nodes[0], trial.cookies[2]).send("GET", "/history").status
        seconds = time.perf_counter() - begin
        results.check(
            status == 200 and seconds < 1, f"somebody else's page meanwhile: {status} in {seconds * 1000:.0f} ms")
        for reader in readers:
            reader.join()
        gone = time.perf_counter()
        ended = wait_until(lambda: working() == 0, LONGEST_SECONDS, 0.1)
        results.check(
            ended and time.perf_counter() - gone < DEPARTURE_SECONDS,
            f"{time.perf_counter() - gone:.1f} s after the readers went away the server no longer works for them")

    title, episode = trial.episodes[0]
    form = {"episode": episode, "when": "now", "again": 1, "once": "departed", "back": "/"}
    server.signal_all(signal.SIGSTOP)
    leave(trial.nodes[0], trial.cookies[0], "POST", f"/titles/{title}/plays", form)
    time.sleep(DEPARTURE_SECONDS)
    server.signal_all(signal.SIGCONT)
    results.check(
        wait_until(lambda: server.recorded().get("departed") == 1, 5, 0.1),
        f"a tick is kept whose sender went away {DEPARTURE_SECONDS} s before the server went on")
    after = trial.check_well("after")
    departed = Load([], [], [], threads=0)
    departed.ticks = [Tick("departed", "A", time.perf_counter(), DEPARTURE_SECONDS, "none", None)]
    trial.check_record(server, before, departed, after)
    trial.check_end()


def trial_pause(trial):
    """All processes of the server stand still for 30 s under load."""
    server = trial.server()
    server.start()
    trial.begin(server)
    with trial.load() as load, Health(trial.nodes) as health:
        time.sleep(3)
        stopped = time.perf_counter()
        server.signal_all(signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
        probes = {node.name: Client(node).send("GET", "/readyz").status for node in trial.nodes[:1]}
        resumed = time.perf_counter()
        server.signal_all(signal.SIGCONT)
        recovery = load.recovery(resumed, trial.nodes)
        time.sleep(3)
    ticks = load.so_far()
    trial.results.check(set(probes.values()) == {503}, f"/readyz says no meanwhile: {probes}")
    trial.results.check(
        max(recovery.values()) <= LONGEST_SECONDS, f"first tick after the pause: {spelled(recovery)}")
    meanwhile = [tick for tick in ticks if tick.at > stopped and tick.at - tick.seconds < resumed]
    trial.check_answers(meanwhile, f"during {PAUSE_SECONDS} s and more")
    trial.check_answers([tick for tick in ticks if tick not in meanwhile], "before and after")
    health.check(trial.results)
    after = trial.check_well("after")
    trial.check_record(server, load, after)
    trial.check_end()


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
    give(folder)
    try:
        yield None
    finally:
        for _ in range(50):
            if subprocess.run(["umount", str(folder)], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)


def trial_disk_full(trial):
    """The server's disk is full: that of its tables, then that of its log."""
    if not shutil.which("mount"):
        return trial.results.skip("disk-full: there is no mount here")
    with small_disk(trial.room / "tables", 256) as refusal:
        if refusal is not None:
            return trial.results.skip(f"disk-full: a tmpfs may not be mounted here ({refusal})")
        with small_disk(trial.room / "wal", 64):
            # Each piece of the log is a new file.
            server = Server(
                trial.bin, trial.room, "server", max_wal_size="16MB", min_wal_size="2MB", wal_recycle="off")
            server.data = trial.room / "tables" / "data"
            try:
                fill_up(trial, server)
            finally:
                for node in trial.nodes:
                    node.stop(signal.SIGKILL)
                server.end()


def fill(folder, spare):
    """Takes all room of a disk but so many bytes."""
    filler = folder / "filler"
    room = os.statvfs(folder)
    with open(filler, "wb") as file:
        left = room.f_bavail * room.f_frsize - spare
        while left > 0:
            file.write(bytes(min(left, 1 << 20)))
            left -= 1 << 20
    return filler


def fill_up(trial, server):
    results = trial.results
    server.initialise("--wal-segsize=1", f"--waldir={trial.room / 'wal' / 'log'}")
    server.start()
    server.make_database()
    first = Node(trial.binary, "first", trial.room, server.address())
    first.start()
    first.stop()
    add_people(first)
    trial.begin(server)
    early = trial.load("early")
    with early:
        time.sleep(2)
    trial.check_answers(early.so_far(), "before")

    filler = fill(trial.room / "tables", 200_000)
    tables = trial.load("tables")
    with tables:
        wait_until(lambda: sum(tick.outcome != "noted" for tick in tables.so_far()) >= 40, 40, pause=0.2)
    ticks = tables.so_far()
    trial.check_answers(ticks, "with a full disk of tables")
    results.check(any(tick.outcome == "full" for tick in ticks), "it says that the disk is full")
    pages = {
        f"{node.name} {path}": Client(node, trial.cookies[0]).send("GET", path).status
        for node in trial.nodes for path in ("/", "/library", "/history", "/healthz")}
    results.check(set(pages.values()) == {200}, f"pages are still read: {pages}")
    filler.unlink()
    with trial.load("room") as room:
        recovery = room.recovery(time.perf_counter(), trial.nodes)
    results.check(max(recovery.values()) <= 5, f"first tick when there is room again: {spelled(recovery)}")
    well = trial.check_well("well")
    trial.check_record(server, early, tables, room, well)

    filler = fill(trial.room / "wal", 0)
    wal = trial.load("wal")
    with wal:
        wait_until(lambda: sum(tick.outcome != "noted" for tick in wal.so_far()) >= 60, 60, pause=0.2)
        results.say(f"with a full disk of its log the server is {'up' if server.is_up() else 'down'}")
        filler.unlink()
        made = time.perf_counter()
        if not server.answers():
            server.stop("immediate")
            server.start()
        recovery = wal.recovery(made, trial.nodes)
    trial.check_answers(wal.so_far(), "with a full disk of the server's log")
    results.check(
        max(recovery.values()) <= LONGEST_SECONDS,
        f"first tick after room was made and the server was started: {spelled(recovery)}")
    last = trial.check_well("last")
    trial.check_record(server, early, tables, room, well, wal, last)
    trial.check_end()


@contextlib.contextmanager
def bouncer(trial, server, size):
    """A PgBouncer in transaction mode; the folder of its socket."""
    home = trial.room / "bouncer"
    home.mkdir()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="flixlist-reliability-pb.", dir="/tmp"))
    (home / "users").write_text('"flixlist" ""\n')
    (home / "ini").write_text(f"""[databases]
flix = host={server.socket} port=5432 dbname=flix
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = trust
auth_file = {home / 'users'}
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 100
ignore_startup_parameters = extra_float_digits
logfile = {home / 'log'}
pidfile = {folder / 'pid'}
""")
    for path in (home, folder, home / "users", home / "ini"):
        give(path)
    process = subprocess.Popen(
        [*owner(), shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin"), "-q", str(home / "ini")],
        cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        if not wait_until(lambda: (folder / ".s.PGSQL.6432").exists() or process.poll() is not None, 10):
            raise Broken("PgBouncer made no socket")
        if process.poll() is not None:
            raise Broken(f"PgBouncer did not start: {(home / 'log').read_text()[-300:]}")
        yield folder
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def trial_bouncer(trial):
    """The same load through a PgBouncer in transaction mode, with fewer connections than the nodes have."""
    program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not program:
        return trial.results.skip("bouncer: there is no pgbouncer here (apt-get install pgbouncer)")
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    server = trial.server()
    server.start()
    with bouncer(trial, server, 5) as folder:
        trial.begin(server, f"postgres://flixlist@/flix?host={folder}&port=6432&prepare=off")
        with trial.load() as load:
            time.sleep(10)
        ticks = load.so_far()
        failed = [tick for tick in ticks if tick.outcome != "noted"]
        trial.results.check(
            ticks and not failed, f"{version}, 16 connections of nodes on 5 of the server, without an error: "
            f"{counted(ticks)}" + (f"; {failed[:2]}; {trial.nodes[0].last_words()}" if failed else ""))
        pages = {
            f"{node.name} {path}": Client(node, trial.cookies[0]).send("GET", path).status
            for node in trial.nodes for path in ("/", "/library", "/history", "/stats", "/readyz")}
        trial.results.check(set(pages.values()) == {200}, f"pages are read: {pages}")
        trial.check_record(server, load)
        trial.check_end()


def trial_start(trial):
    """Ten nodes start at once on an empty database."""
    server = Server(trial.bin, trial.room, "server", max_connections="120")
    server.initialise()
    server.start()
    server.make_database()
    trial.nodes = [Node(trial.binary, str(number), trial.room, server.address(pool=4)) for number in range(10)]
    begin = time.perf_counter()
    for node in trial.nodes:
        node.launch()
    ready = []
    for node in trial.nodes:
        node.wait_for_page(begin, "/readyz")
        ready.append(time.perf_counter() - begin)
    trial.results.check(
        len(ready) == 10,
        f"all ten are ready: the first {min(ready):.1f} s, the last {max(ready):.1f} s after the start")
    count, names = server.sql("SELECT count(*), count(DISTINCT name) FROM migrations")[0]
    wanted = trial.seed.known["migrations"]
    trial.results.check(
        count == names == wanted, f"each of {wanted} migrations ran once: {count} rows, {names} names")
    count, names = server.sql("SELECT count(*), count(DISTINCT (kind, name, year)) FROM titles")[0]
    wanted = trial.seed.known["titles"]
    trial.results.check(
        [count, names] == wanted, f"the {wanted[0]} titles were loaded once: {count} rows, {names} different")
    sites = {node.data.joinpath("flixlist.marker").read_text() for node in trial.nodes}
    trial.results.check(len(sites) == 1, f"all ten belong to {plural(len(sites), 'site')}")
    for node in trial.nodes:
        node.process.send_signal(signal.SIGTERM)
    codes = [node.stop() for node in trial.nodes]
    trial.results.check(codes == [0] * 10, f"all stop in order at SIGTERM: {codes}")
    noise = [line for node in trial.nodes for line in node.log.read_text().splitlines()]
    trial.results.check(
        not noise, f"{len(noise)} lines of trouble in their logs{': ' + noise[0][:300] if noise else ''}")


def add_crowd(server, count):
    """So many people who have all seen one season of one show; its title, and how many episodes it has."""
    title, episodes = map(int, server.sql(
        "SELECT title_id, count(*) FROM episodes WHERE season = 1 GROUP BY title_id HAVING count(*) BETWEEN 9 AND 11 "
        "ORDER BY title_id LIMIT 1")[0])
    day = "1600000000 + e.id * 86400"
    server.sql(
        "INSERT INTO users (username, username_key, display_name, password, zone, created_at) "
        f"SELECT 'crowd' || i, 'crowd' || i, 'Crowd', 'x', 'UTC', 0 FROM generate_series(1, {count}) AS i; "
        "INSERT INTO plays (user_id, title_id, episode_id, at, day, precision, source) "
        f"SELECT u.id, e.title_id, e.id, ({day}) * 1000000, "
        f"to_char(to_timestamp({day}) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'time', 'web' "
        f"FROM users u, episodes e WHERE u.display_name = 'Crowd' AND e.title_id = {title} AND e.season = 1; "
        # Rows that only a recount makes right.
        "INSERT INTO shelf (user_id, title_id, kind, name_key, status, favourite, added_at, plays, pass, seen, skipped, "
        "aired, total, share) SELECT u.id, t.id, 'show', t.name_key, 'none', 0, 0, 0, 0, 0, 0, 0, 0, 0 "
        f"FROM users u, titles t WHERE u.display_name = 'Crowd' AND t.id = {title}; ANALYZE")
    return title, episodes


def trial_crowd(trial):
    """A show on 10,000 shelves changes in the catalogue while people tick."""
    results, server = trial.results, trial.server(shared_buffers="256MB")
    server.start()
    title, episodes = add_crowd(server, CROWD)
    trial.begin(server)
    # The people who tick have that show too, and are the first whom the change finds.
    trial.episodes = [row for row in trial.episodes if int(row[0]) == title]
    with trial.load("before") as before:
        time.sleep(2)
    # What housekeeping finds now and then: days of episodes that nobody knows, in a year that is past.
    server.sql(
        f"UPDATE seasons SET year = 2019 WHERE title_id = {title} AND number = 1; "
        f"UPDATE episodes SET air_day = NULL WHERE title_id = {title} AND season = 1; "
        "UPDATE jobs SET due_at = 0 WHERE name = 'housekeeping'")

    def number(text):
        return int(server.sql(text)[0][0])

    begin = time.perf_counter()
    with trial.load() as load:
        stored = wait_until(
            lambda: number(f"SELECT count(*) FROM episodes WHERE title_id = {title} AND air_day IS NULL") == 0, 40, 0.1)
        results.check(stored, f"the change is stored {time.perf_counter() - begin:.1f} s after it is due (looked for "
                      "every 15 s)")
        begin = time.perf_counter()
        recounted = wait_until(
            lambda: number(f"SELECT count(*) FROM shelf WHERE title_id = {title} AND plays < {episodes}") == 0, 240, 0.5)
        results.check(
            recounted, f"{CROWD:,} people with {episodes} plays each are recounted {time.perf_counter() - begin:.0f} s "
            "later")
        time.sleep(1)
    ticks = load.so_far()
    failed = [tick for tick in ticks if tick.outcome != "noted"]
    slowest = max((tick.seconds for tick in ticks), default=math.inf)
    results.check(
        ticks and not failed and slowest < 2,
        f"every tick of the show meanwhile is noted: {counted(ticks)}, the slowest in {slowest * 1000:.0f} ms"
        + (f"; {failed[:2]}" if failed else ""))
    rows = server.sql(
        "SELECT status, plays, seen, aired, share, count(*) FROM shelf s JOIN users u ON u.id = s.user_id "
        f"WHERE s.title_id = {title} AND u.display_name = 'Crowd' GROUP BY 1, 2, 3, 4, 5")
    results.check(len(rows) == 1, f"all of them alike: {rows}")
    # Who was busy is recounted ten seconds later, and looked for every ten.
    results.check(
        wait_until(lambda: number("SELECT count(*) FROM recounts") == 0, 40, 0.5), "then nobody waits any more")
    server.sql("DELETE FROM users WHERE display_name = 'Crowd'")
    trial.check_record(server, before, load)
    trial.check_end()


TRIALS = {
    "node-kill": trial_node_kill, "server-kill": trial_server_kill, "slow-disk": trial_slow_disk,
    "failover": trial_failover, "connections": trial_connections, "departure": trial_departure,
    "pause": trial_pause, "disk-full": trial_disk_full, "bouncer": trial_bouncer,
    "crowd": trial_crowd, "start": trial_start,
}


def add_people(node):
    for name in USERS:
        made = node.command("user", "add", name, text=PASSWORD + "\n")
        if made.returncode != 0:
            raise Broken(f"the account {name} could not be made: {made.stderr.strip()}")


def make_seed(binary, bin, room):
    """A server with the schema, the starter catalogue and the people, stopped, to be copied."""
    seed = Server(bin, room, "seed")
    seed.initialise()
    seed.start()
    seed.make_database()
    node = Node(binary, "seed", room, seed.address())
    seconds = node.start()
    node.stop()
    add_people(node)
    seed.known = {
        "migrations": seed.sql("SELECT count(*) FROM migrations")[0][0],
        "titles": seed.sql("SELECT count(*), count(DISTINCT (kind, name, year)) FROM titles")[0],
    }
    seed.stop()
    Results.say(f"an empty database took {seconds:.1f} s to the first page")
    return seed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--postgres", required=True, help="the folder of initdb and postgres")
    parser.add_argument("--keep", action="store_true", help="leave the folders and logs")
    parser.add_argument("names", nargs="*", metavar="trial", help=", ".join(TRIALS))
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - TRIALS.keys():
        parser.error(f"there is no trial {', '.join(sorted(unknown))}; there are {', '.join(TRIALS)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    results = Results()
    room = pathlib.Path(tempfile.mkdtemp(prefix="flixlist-reliability."))
    room.chmod(0o711)  # the server's user has to get through
    binary, bin = str(room / "flixlist"), pathlib.Path(arguments.postgres)
    try:
        # A copy, so that a build meanwhile changes nothing.
        shutil.copy2(arguments.binary, binary)
        seed = make_seed(binary, bin, room)
        for name in arguments.names or TRIALS:
            print(f"{name}: {TRIALS[name].__doc__}", flush=True)
            folder = room / name
            folder.mkdir(mode=0o711)
            begin = time.perf_counter()
            trial = Trial(results, binary, bin, folder, seed)
            try:
                TRIALS[name](trial)
            except Broken as problem:
                results.check(False, str(problem))
            except (OSError, http.client.HTTPException, subprocess.SubprocessError) as problem:
                results.check(False, f"the trial broke off: {problem!r}; {[node.last_words() for node in trial.nodes]}")
            finally:
                end_all(folder)
            Results.say(f"{time.perf_counter() - begin:.0f} s")
    except Broken as problem:
        results.check(False, str(problem))
    finally:
        # Nothing interrupts the cleaning.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        end_all(room)
        if arguments.keep:
            print(f"       the folders are in {room}", flush=True)
        else:
            shutil.rmtree(room, ignore_errors=True)
    print(f"reliability: {results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


def end_all(room):
    """Ends every node, and the servers of a folder."""
    for node in list(Node.running):
        node.stop(signal.SIGKILL)
    for server in list(Server.running):
        if room in server.home.parents:
            server.end()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
