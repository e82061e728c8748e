"""The load of bench/scale.sh, which starts it. Python's standard library only, and psql."""

import argparse
import concurrent.futures
import contextlib
import datetime
import hashlib
import http.client
import os
import pathlib
import random
import re
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PLAYS = 300  # a user
EPISODE_PLAYS = 240
ACTIVITIES = 30  # the latest plays that were ticked by hand; the others came by an import
UNDO_DAYS = 30  # as Journal.undoDays
BATCH = 5_000  # users a transaction
CHECKED = 20  # users of the database that the program itself recounts
ASKED = 1_000  # users that the requests are spread over
BAR = 1.5  # p99 with many to p99 with few
DAY = 86_400_000_000
SECRET = secrets.token_urlsafe(48)
SALT = "scale"  # of tokens; the databases are thrown away
READY = re.compile(rb"FlixList serves .*:(\d+)\n")
PAGES = ("home", "library", "title", "tick")
# What is filled by the generator; the others are the catalogue, which the program loads, or empty.
FILLED = ("users", "sessions", "entries", "plays", "shelf", "counts", "days", "tallies", "activities", "changes")
GB_PER_USER = 0.0004  # while it is made; some 0.0003 stay

LUA = """
local threads = 0
function setup(thread)
  thread:set("part", threads)
  threads = threads + 1
  thread:set("parts", tonumber(os.getenv("PARTS")))
end
function init(args)
  local ready, place = {}, 0
  for line in assert(io.open(args[1])):lines() do
    if place % parts == part then
      local method, path, token, body = line:match("^(%S+)\\t(%S+)\\t(%S+)\\t(%S*)$")
      local headers = { Cookie = "flixlist=" .. token, Origin = os.getenv("ORIGIN") }
      if method == "POST" then headers["Content-Type"] = "application/x-www-form-urlencoded" else body = nil end
      ready[#ready + 1] = wrk.format(method, path, headers, body)
    end
    place = place + 1
  end
  place = 0
  request = function()
    place = place % #ready + 1
    return ready[place]
  end
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %.3f %.3f %.1f %d %d\\n", latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.requests / (summary.duration / 1e6), summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""

# What the program has of the catalogue, in the order in which the generator takes it. The numbers of titles are cut to
# a prime, so that a walk in steps of any length meets each once.
PREPARE = """
CREATE SCHEMA scale;
CREATE FUNCTION scale.dice(seed bigint, part integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  'SELECT hashint8extended(seed, part) & 1073741823';
CREATE TABLE scale.shows AS
  SELECT row_number() OVER (ORDER BY t.id) - 1 AS place, t.id AS title, t.name_key, t.year, t.has_ended,
    count(*) AS total, count(*) FILTER (WHERE e.air_day <= '{today}') AS aired,
    max(e.air_day) FILTER (WHERE e.air_day <= '{today}') AS aired_day,
    min(e.air_day) FILTER (WHERE e.air_day > '{today}') AS turn_day
  FROM titles t JOIN episodes e ON e.title_id = t.id WHERE t.kind = 'show' AND e.season > 0 GROUP BY t.id;
CREATE TABLE scale.films AS
  SELECT row_number() OVER (ORDER BY id) - 1 AS place, id AS title, name_key, year, released, runtime
  FROM titles WHERE kind = 'movie';
CREATE TABLE scale.episodes AS
  SELECT e.title_id AS title, row_number() OVER (PARTITION BY e.title_id ORDER BY e.season, e.number) AS n, e.id,
    e.season, e.number, e.air_day, coalesce(e.runtime, t.runtime) AS runtime
  FROM episodes e JOIN titles t ON t.id = e.title_id WHERE e.season > 0;
ALTER TABLE scale.shows ADD PRIMARY KEY (place);
ALTER TABLE scale.films ADD PRIMARY KEY (place);
ALTER TABLE scale.episodes ADD PRIMARY KEY (title, n);
ANALYZE scale.shows, scale.films, scale.episodes;
"""

# Everything of the users from {low} to {high}. A user watches shows from their first episode, two an evening, until
# there are 240 plays, and films until there are 300; a few titles more are planned. What is worked out (shelf, counts,
# days, tallies) is written as the program's recount makes it. Rows lie by time, as those of people who tick beside each
# other do, not by user.
FILL = """
BEGIN;
SET LOCAL session_replication_role = replica; -- no look-ups of foreign keys: they hold by the choice
SET LOCAL synchronous_commit = off;
SET LOCAL work_mem = '512MB';
SET LOCAL max_parallel_workers_per_gather = 0;

INSERT INTO users (id, username, username_key, display_name, password, zone, zone_known, created_at)
  SELECT u, 'person' || u, 'person' || u, 'Person ' || u, '$scrypt$ln=15,r=8,p=3$' || repeat('x', 65), 'Etc/UTC', 1,
    {now} - 1500 * {day}
  FROM generate_series({low}, {high}) u;
INSERT INTO sessions (token_hash, user_id, id, created_at, seen_at, confirmed_at, agent, address)
  SELECT sha256(convert_to('{salt}-' || u, 'UTF8')), u, 1, {now}, {now}, {now},
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.' || u % 250
  FROM generate_series({low}, {high}) u;

CREATE TEMP TABLE b_shows ON COMMIT DROP AS
  WITH wants AS (
    SELECT u, j, s.*, least(s.aired, 4 + scale.dice(u * 100 + j, 1) % 45) AS want, scale.dice(u * 100 + j, 2) AS dice
    FROM generate_series({low}::bigint, {high}) u CROSS JOIN generate_series(0, 39) j
      JOIN scale.shows s ON s.place = (scale.dice(u, 3) + j * (1 + scale.dice(u, 4) % ({shows} - 1))) % {shows}),
  sums AS (SELECT *, sum(want) OVER (PARTITION BY u ORDER BY j) - want AS prior FROM wants)
  SELECT *, CAST(greatest(0, least(want, {episode_plays} - prior)) AS bigint) AS seen, 30 + dice % 1400 AS ago,
    CASE WHEN prior >= {episode_plays} THEN 'planned' WHEN dice / 7 % 20 = 0 THEN 'dropped'
      WHEN dice / 7 % 20 = 1 THEN 'paused' END AS intent
  FROM sums WHERE prior < {episode_plays} + 100;
CREATE TEMP TABLE b_films ON COMMIT DROP AS
  SELECT k.u, j, f.*, j < k.count AS watched, 1 + scale.dice(k.u * 1000 + j, 5) % 1400 AS ago,
    scale.dice(k.u * 1000 + j, 6) AS dice
  FROM (SELECT u, {plays} - sum(seen) AS count FROM b_shows GROUP BY u) k
    CROSS JOIN LATERAL generate_series(0, CAST(k.count AS bigint) + 9) j
    JOIN scale.films f ON f.place = (scale.dice(k.u, 7) + j * (1 + scale.dice(k.u, 8) % ({films} - 1))) % {films};
CREATE TEMP TABLE b_plays ON COMMIT DROP AS
  WITH seen AS (
    SELECT s.u, s.title, 'show' AS kind, e.id AS episode, e.season, e.number, e.runtime,
      CAST(s.ago - (e.n - 1) / 2 AS integer) AS ago, (e.n - 1) % 2 * 3000 + (s.dice + e.n * 37) % 600 AS second
    FROM b_shows s JOIN scale.episodes e ON e.title = s.title AND e.n <= s.seen
    UNION ALL
    SELECT u, title, 'movie', NULL, NULL, NULL, runtime, CAST(ago AS integer), dice % 7000 FROM b_films WHERE watched),
  dated AS (SELECT *, {midnight} - ago * {day} + (72000 + second) * 1000000 AS at FROM seen)
  SELECT ({low} - 1) * {plays} + row_number() OVER (ORDER BY at, u, title) AS id, *,
    (DATE '{today}' - ago)::text COLLATE "C" AS on_day,
    row_number() OVER (PARTITION BY u ORDER BY at DESC, title) <= {activities} AS ticked
  FROM dated;
INSERT INTO plays (id, user_id, title_id, episode_id, at, day, precision, source)
  SELECT id, u, title, episode, at, on_day, 'time', CASE WHEN ticked THEN 'web' ELSE 'import' END
  FROM b_plays ORDER BY id;

CREATE TEMP TABLE b_sums ON COMMIT DROP AS
  SELECT u, title, kind, count(*) AS plays, min(at) AS first_at, max(at) AS last_at, max(on_day) AS last_day,
    sum(coalesce(runtime, 0)) AS minutes, count(*) FILTER (WHERE runtime IS NULL) AS unknown
  FROM b_plays GROUP BY u, title, kind;
INSERT INTO tallies (user_id, title_id, kind, plays, firsts, undated, minutes, unknown)
  SELECT u, title, kind, plays, plays, 0, minutes, unknown FROM b_sums ORDER BY last_at;
INSERT INTO days (user_id, day, kind, plays, minutes, unknown, hours)
  SELECT u, on_day, kind, sum(plays), sum(minutes), sum(unknown), string_agg(hour || ':' || plays, ',' ORDER BY hour)
  FROM (
    SELECT u, on_day, kind, at / 3600000000 % 24 AS hour, count(*) AS plays, sum(coalesce(runtime, 0)) AS minutes,
      count(*) FILTER (WHERE runtime IS NULL) AS unknown
    FROM b_plays GROUP BY 1, 2, 3, 4) hours
  GROUP BY u, on_day, kind ORDER BY on_day;

CREATE TEMP TABLE b_titles ON COMMIT DROP AS
  SELECT s.u, s.title, 'show' AS kind, s.name_key, s.year, s.intent,
    CASE WHEN s.seen > 0 AND s.dice / 3 % 5 < 2 THEN 50 + s.dice / 11 % 51 END AS rating,
    coalesce(p.first_at, {midnight} - s.ago * {day}) AS added_at, p.last_at, p.last_day, coalesce(p.plays, 0) AS plays,
    s.seen, s.aired, s.total, s.has_ended, x.id AS next, x.air_day AS next_day, s.aired_day, s.turn_day
  FROM b_shows s LEFT JOIN b_sums p ON p.u = s.u AND p.title = s.title
    LEFT JOIN scale.episodes x ON x.title = s.title AND x.n = s.seen + 1
  UNION ALL
  SELECT f.u, f.title, 'movie', f.name_key, f.year, CASE WHEN NOT f.watched THEN 'planned' END,
    CASE WHEN f.watched AND f.dice / 3 % 5 < 2 THEN 50 + f.dice / 11 % 51 END,
    coalesce(p.first_at, {midnight} - f.ago * {day}), p.last_at, p.last_day, coalesce(p.plays, 0),
    0, 0, 0, 0, NULL, NULL, CASE WHEN f.released <= '{today}' THEN f.released END,
    CASE WHEN f.released > '{today}' THEN f.released END
  FROM b_films f LEFT JOIN b_sums p ON p.u = f.u AND p.title = f.title;
INSERT INTO entries (user_id, title_id, intent, rating, added_at)
  SELECT u, title, intent, rating, added_at FROM b_titles ORDER BY added_at;
CREATE TEMP TABLE b_shelf ON COMMIT DROP AS
  SELECT *,
    CASE WHEN intent IN ('dropped', 'paused') THEN intent
      WHEN kind = 'movie' THEN CASE WHEN plays > 0 THEN 'completed' ELSE 'planned' END
      WHEN plays = 0 THEN 'planned'
      WHEN next IS NULL AND has_ended = 1 THEN 'completed'
      WHEN next IS NULL OR next_day IS NULL OR next_day > '{today}' THEN 'uptodate'
      ELSE 'watching' END AS status
  FROM b_titles;
INSERT INTO shelf (user_id, title_id, kind, name_key, year, status, rating, favourite, added_at, last_at, last_day,
    plays, pass, seen, skipped, aired, total, share, next_episode, next_day, aired_day, turn_day)
  SELECT u, title, kind, name_key, year, status, rating, 0, added_at, last_at, last_day, plays, 0, seen, 0, aired,
    total, CASE WHEN kind = 'movie' THEN CASE WHEN plays > 0 THEN 1000 ELSE 0 END WHEN aired <= 0 THEN 0
      WHEN seen >= aired THEN 1000 ELSE seen * 1000 / aired END, next, next_day, aired_day, turn_day
  FROM b_shelf ORDER BY coalesce(last_at, added_at);
INSERT INTO counts (user_id, kind, status, titles) SELECT u, kind, status, count(*) FROM b_shelf GROUP BY 1, 2, 3;

CREATE TEMP TABLE b_ticks ON COMMIT DROP AS
  SELECT ({low} - 1) * {activities} + row_number() OVER (ORDER BY id) AS activity, * FROM b_plays WHERE ticked;
INSERT INTO activities (id, user_id, kind, title_id, source, detail, at)
  SELECT activity, u, 'watched', title, 'web', CASE WHEN episode IS NULL THEN '{{"count":1}}' ELSE format(
    '{{"count":1,"episode":%s,"number":%s,"season":%s}}', episode, number, season) END, at
  FROM b_ticks ORDER BY activity;
INSERT INTO changes (user_id, activity_id, place, tbl, key, title_id, before, after)
  SELECT u, activity, 1, 'plays', id, title, NULL, format('{{"at":%s,"day":"%s","episode_id":%s,"note":"","once":null,'
    '"pass":0,"precision":"time","source":"web","title_id":%s}}', at, on_day, coalesce(episode::text, 'null'), title)
  FROM b_ticks WHERE ago < {undo} ORDER BY activity;
COMMIT;
"""

# The indexes that are dropped while the tables fill; what another table refers to stays.
INDEXES = """
SELECT c.relname, i.indexrelid::regclass, coalesce(k.conname, ''),
  CASE WHEN k.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
    ELSE format('ALTER TABLE %s ADD CONSTRAINT %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) END
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
    AND k.contype IN ('p', 'u')
WHERE c.relname = ANY ('{plays,shelf,days,tallies,entries,counts,activities,changes}') AND NOT EXISTS (
  SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid)
ORDER BY array_position('{plays,shelf,days,entries,tallies,activities,changes,counts}', c.relname::text), 2
"""
SIZES = """
SELECT c.relname, c.reltuples::bigint, pg_table_size(c.oid), pg_indexes_size(c.oid), (
  SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid)
FROM pg_class c WHERE c.relname = ANY (string_to_array('%s', ',')) AND c.relkind = 'r'
  AND c.relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(c.oid) DESC
"""
ASKING = """
SELECT s.user_id, (SELECT title_id FROM shelf w WHERE w.user_id = s.user_id AND w.kind = 'show' AND w.seen > 0
  ORDER BY w.status = 'watching' DESC, w.last_at DESC LIMIT 1)
FROM unnest(ARRAY[%s]) s (user_id)
"""
# The next episodes of the shows under way, everybody's first one before anybody's second.
UNSEEN = """
SELECT s.user_id, s.title_id, e.id FROM shelf s CROSS JOIN LATERAL (
  SELECT id, row_number() OVER (ORDER BY season, number) AS n FROM episodes e
  WHERE e.title_id = s.title_id AND e.season > 0 AND e.air_day <= '%s' AND NOT EXISTS (SELECT 1 FROM plays p
    WHERE p.user_id = s.user_id AND p.title_id = s.title_id AND p.episode_id = e.id)) e
WHERE s.user_id = ANY (ARRAY[%s]) AND s.status = 'watching'
ORDER BY row_number() OVER (PARTITION BY s.user_id ORDER BY e.n, s.title_id), md5(s.user_id::text)
"""


def say(sentence):
    print(f"scale: {sentence}", file=sys.stderr, flush=True)


def stop(sentence):
    say(sentence)
    sys.exit(1)


def prime(most):
    """The largest prime up to a number."""
    return next(n for n in range(most, 1, -1) if all(n % d for d in range(2, int(n**0.5) + 1)))


class Server:
    """The PostgreSQL that scripts/with-postgres.sh started."""

    def __init__(self):
        self.address, self.bin = os.environ["TEST_POSTGRES"], pathlib.Path(os.environ["TEST_POSTGRES_BIN"])
        folder = self.ask("SHOW data_directory", "postgres")
        self.process = int((pathlib.Path(folder) / "postmaster.pid").read_text().split()[0])

    def database(self, name):
        return self.address.replace("/postgres?", f"/{name}?")

    def run(self, text, name):
        done = subprocess.run(
            [self.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\t", self.database(name)], input=text,
            text=True, capture_output=True)
        if done.returncode:
            stop(f"psql: {done.stderr.strip()[:600]}")
        return done.stdout

    def ask(self, text, name):
        return self.run(text, name).strip()

    def rows(self, text, name):
        return [line.split("\t") for line in self.run(text, name).splitlines()]

    def processor(self):
        """Seconds of processor time of all its processes."""
        total = processor(self.process)
        for folder in pathlib.Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError, IndexError):
                    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                    if int(fields[1]) == self.process:
                        total += ticks(fields)
        return total

    def both(self, name, texts):
        """Runs statements on two connections; each takes the next that is left."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda text: self.run(text, name), texts))


def ticks(fields):
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def processor(process):
    return ticks(pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split())


class Node:
    """The program on a data folder of its own."""

    running = []

    def __init__(self, binary, room, name, database):
        self.binary, self.room, self.name, self.database = binary, room, name, database

    def environment(self):
        return {
            **os.environ, "FLIXLIST_HOST": "127.0.0.1", "FLIXLIST_PORT": "0", "FLIXLIST_METRICS_PORT": "0",
            "FLIXLIST_LOG_LEVEL": "warning", "FLIXLIST_DATA": str(self.room / self.name), "FLIXLIST_SECRET": SECRET,
            "FLIXLIST_DATABASE": self.database, "FLIXLIST_BACKUPS": "off"}

    def start(self):
        said = self.room / f"{self.name}.said"
        with open(said, "wb") as out, open(self.room / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], env=self.environment(), stdout=out, stderr=log)
        Node.running.append(self)
        for _ in range(1_200):
            found = READY.search(said.read_bytes())
            if found:
                self.port = int(found[1])
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        stop(f"the node did not start: {(self.room / f'{self.name}.log').read_text()[-400:]}")

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        Node.running.remove(self)

    def get(self, path, token):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Cookie": f"flixlist={token}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def doctor(self):
        done = subprocess.run(
            [self.binary, "doctor", "--recount"], env=self.environment(), text=True, capture_output=True)
        return done.stdout + done.stderr


class Site:
    """A database of so many users, and what is asked of it."""

    def __init__(self, server, binary, room, users):
        self.server, self.users, self.name = server, users, f"scale{users}"
        self.node = Node(binary, room, self.name, server.database(self.name))
        self.room, self.ticked, self.took = room, 0, (0, 0, 0)
        self.today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()

    def make(self):
        server, name = self.server, self.name
        if server.ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'", "postgres"):
            return self  # kept by an earlier run
        server.run(f"CREATE DATABASE {name}", "postgres")
        self.node.start()  # which makes the tables and loads the catalogue
        self.node.end()
        began = time.monotonic()
        midnight = int(time.time()) // 86_400 * DAY
        server.run("ALTER SYSTEM SET autovacuum = off", name)
        server.run(PREPARE.format(today=self.today) + "SELECT pg_reload_conf();", name)
        shows, films = (
            prime(int(server.ask(f"SELECT count(*) FROM scale.{kind}", name))) for kind in ("shows", "films"))
        indexes = server.rows(INDEXES, name)
        server.run("".join(
            f"ALTER TABLE {table} DROP CONSTRAINT {constraint};" if constraint else f"DROP INDEX {index};"
            for table, index, constraint, _ in indexes), name)
        facts = {
            "today": self.today, "midnight": midnight, "now": int(time.time() * 1e6), "day": DAY, "plays": PLAYS,
            "episode_plays": EPISODE_PLAYS, "activities": ACTIVITIES, "undo": UNDO_DAYS - 1, "salt": SALT,
            "shows": shows, "films": films}
        server.both(name, [
            FILL.format(low=low, high=min(self.users, low + BATCH - 1), **facts)
            for low in range(1, self.users + 1, BATCH)])
        filled = time.monotonic()
        server.both(name, ["SET max_parallel_maintenance_workers = 0;" + row[3] for row in indexes])
        indexed = time.monotonic()
        server.run("".join(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}));"
            for table in ("users", "plays", "activities")) + "DROP SCHEMA scale CASCADE;", name)
        server.both(name, [f"VACUUM (ANALYZE) {table}" for table in FILLED] + ["VACUUM ANALYZE titles, episodes"])
        server.run("ALTER SYSTEM RESET autovacuum", name)
        server.run("SELECT pg_reload_conf(); CHECKPOINT;", name)
        ended = time.monotonic()
        self.took = (filled - began, indexed - filled, ended - indexed)
        say(f"{self.users:,} users: {self.seconds()}")
        return self

    def seconds(self):
        """How long it took to make it."""
        return "rows {:.0f} s, indexes {:.0f} s, vacuum {:.0f} s".format(*self.took)

    def token(self, user):
        return f"{SALT}-{user}"

    def choose(self, count, key):
        """The files of requests of so many users, evenly from all."""
        step = max(1, self.users // count)
        users = list(range(1, self.users + 1, step))[:count]
        listed = ",".join(map(str, users))
        pairs = [(int(user), title) for user, title in self.server.rows(ASKING % listed, self.name)]
        random.Random(1).shuffle(pairs)
        for page, path in (("home", "/"), ("library", "/library?sort=name"), ("title", "/titles/{}")):
            self.write(f"{key}-{page}", (("GET", path.format(title), user, "") for user, title in pairs))
        return listed

    def write(self, key, requests):
        with open(self.file(key), "w") as file:
            for method, path, user, body in requests:
                file.write(f"{method}\t{path}\t{self.token(user)}\t{body}\n")

    def file(self, key):
        return self.room / f"{self.name}-{key}.tsv"

    def ready(self):
        self.node.start()
        listed = self.choose(min(ASKED, self.users), "few")
        self.unseen = self.server.rows(UNSEEN % (self.today, listed), self.name)
        user, title = self.unseen[0][:2]
        for path in ("/", "/library?sort=name", f"/titles/{title}"):
            status, text = self.node.get(path, self.token(user))
            if status != 200 or "/logout" not in text:
                stop(f"{path} of person {user} answered {status}.")
        return self

    def ticks(self, count):
        """A file of ticks that nobody has sent yet."""
        some = self.unseen[self.ticked:self.ticked + count]
        self.ticked += count
        if len(some) < count:
            say(f"only {len(some)} unseen episodes are left in {self.name}")
        self.write("tick", (
            ("POST", f"/titles/{title}/plays", user, f"episode={episode}&when=now") for user, title, episode in some))
        return "tick"


class Load:
    """wrk, and what the node and the server took meanwhile."""

    def __init__(self, server, room):
        self.server, self.script = server, room / "scale.lua"
        self.script.write_text(LUA)

    def run(self, nodes, file, seconds, connections=4):
        """One wrk a node: p50, p99, rate, ms of the node and of the server a request."""
        threads = 2 // len(nodes)
        before, served = self.server.processor(), [processor(node.process.pid) for node in nodes]
        running = []
        for place, node in enumerate(nodes):
            part = file
            if len(nodes) > 1:  # each its own lines
                part = file.with_suffix(f".{place}")
                lines = file.read_text().splitlines(True)
                part.write_text("".join(lines[place::len(nodes)]))
            url = f"http://127.0.0.1:{node.port}"
            running.append(subprocess.Popen(
                ["wrk", f"-t{threads}", f"-c{connections // len(nodes)}", f"-d{seconds}s", "--timeout", "10s",
                 "--latency", "-s", self.script, url, "--", part],
                env={**os.environ, "PARTS": str(threads), "ORIGIN": url}, stdout=subprocess.PIPE, text=True))
        results = []
        for wrk in running:
            found = re.search(r"^RESULT (.*)$", wrk.communicate()[0], re.M)
            results.append([float(word) for word in found[1].split()])
        if any(result[4] for result in results):
            say(f"{sum(result[4] for result in results):.0f} errors of {file.stem}")
        requests = sum(result[3] for result in results)
        node_ms = sum(processor(n.process.pid) - b for n, b in zip(nodes, served)) * 1_000 / requests
        server_ms = (self.server.processor() - before) * 1_000 / requests
        p50 = statistics.mean(result[0] for result in results)
        return p50, max(r[1] for r in results), sum(r[2] for r in results), node_ms, server_ms, int(requests)


def middle(rows):
    """The medians of the columns."""
    return [statistics.median(column) for column in zip(*rows)]


def compare(load, sites, rounds, seconds):
    rows = {(page, site.users): [] for page in PAGES for site in sites}
    for turn in range(rounds):
        for page in PAGES:
            for site in sites if turn % 2 == 0 else sites[::-1]:
                if page == "tick":
                    load.server.run("CHECKPOINT", site.name)  # so that pages are written whole, as after any
                    file = site.file(site.ticks(2_000 * seconds))
                    since = int(time.time() * 1e6)
                else:
                    file = site.file(f"few-{page}")
                    load.run([site.node], file, 1 if turn else 3)
                row = load.run([site.node], file, seconds)
                rows[page, site.users].append(row)
                say(f"{page}, {site.users:,} users: p50 {row[0]:.2f}, p99 {row[1]:.2f}, {row[2]:.0f} a second")
                if page == "tick":
                    time.sleep(0.5)
                    kept = int(site.server.ask(f"SELECT count(*) FROM plays WHERE at >= {since}", site.name))
                    if not row[5] <= kept <= row[5] + 4:
                        say(f"{row[5]} ticks were answered, {kept} are in plays")
    few = sites[0].users
    print(f"\n| page | users | p50 ms | p99 ms (lowest to highest) | req/s | p99 to {few:,} users | node, ms a request "
          "| server, ms a request | |\n|---|--:|--:|--:|--:|--:|--:|--:|---|")
    for page in PAGES:
        for site in sites:
            row, all_p99 = middle(rows[page, site.users]), [row[1] for row in rows[page, site.users]]
            ratio = row[1] / middle(rows[page, few])[1]
            print(f"| {page} | {site.users:,} | {row[0]:.2f} | {row[1]:.2f} "
                  f"({min(all_p99):.2f} to {max(all_p99):.2f}) | {row[2]:.0f} | {ratio:.2f} "
                  f"| {row[3]:.2f} | {row[4]:.2f} "
                  f"| {'' if site is sites[0] else 'ok' if ratio <= BAR else 'misses'} |", flush=True)


def spread(load, site, seconds):
    """The same with each request from another person, whose rows nothing has read lately."""
    count = min(20_000, site.users)
    site.choose(count, "all")
    print(f"\nEach request of another of {count:,} people ({site.users:,} users):\n\n| page | p50 ms | p99 ms | req/s |"
          "\n|---|--:|--:|--:|")
    for page in PAGES[:3]:
        row = load.run([site.node], site.file(f"all-{page}"), seconds)
        print(f"| {page} | {row[0]:.2f} | {row[1]:.2f} | {row[2]:.0f} |", flush=True)


def nodes(load, site, rounds, seconds, binary, room):
    second = Node(binary, room, "second", site.node.database).start()
    rows = {}
    for turn in range(rounds):
        for page in ("home", "tick"):
            for connections in (4, 16):
                for both in ([site.node], [site.node, second]):
                    file = site.file(site.ticks(2_000 * seconds)) if page == "tick" else site.file("few-home")
                    if page == "home" and not turn:
                        load.run(both, file, 1, connections)
                    row = load.run(both, file, seconds, connections)
                    rows.setdefault((page, connections, len(both)), []).append(row)
    print("\n| page | connections | nodes | p50 ms | p99 ms | req/s | to one node | nodes, ms a request "
          "| server, ms a request |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for (page, connections, count), all_rows in sorted(rows.items()):
        row, one = middle(all_rows), middle(rows[page, connections, 1])
        print(f"| {page} | {connections} | {count} | {row[0]:.2f} | {row[1]:.2f} | {row[2]:.0f} | "
              f"{row[2] / one[2]:.2f} | {row[3]:.2f} | {row[4]:.2f} |", flush=True)
    second.end()


GROUPS = (  # by the library and the symbol, the first that fits
    ("kernel", r"^\[(kernel|guest|vdso|unknown)", r""), ("libpq", r"libpq", r""),
    ("our code", r"flixlist", r"^\$s(3App|3SQL|4HTML|3Web|7Formats|8flixlist)|^\$s.*(3App|4HTML|3SQL)[A-Z0-9]"),
    ("SwiftNIO, Hummingbird and other packages", r"flixlist", r""),
    ("Swift runtime and standard library", r"libswift|libdispatch|libFoundation|_Foundation|libBlocks", r""),
    ("C library", r"libc|libstdc|libgcc|ld-linux|libm", r""), ("others", r"", r""))


def profile(load, site, room):
    if not shutil.which("perf"):
        return say("perf is missing, so the node's time is not divided")
    data = room / "perf.data"
    wrk = threading.Thread(target=load.run, args=([site.node], site.file("few-home"), 12))
    wrk.start()
    time.sleep(1)
    subprocess.run(
        ["perf", "record", "-q", "-F", "499", "-g", "-o", data, "-p", str(site.node.process.pid), "--", "sleep", "10"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wrk.join()
    said = subprocess.run(
        ["perf", "report", "-i", data, "--no-children", "-g", "none", "--sort", "dso,symbol", "--stdio", "-F",
         "overhead,dso,symbol", "-w", "0,0,0", "-t", "|"], text=True, capture_output=True).stdout
    (room / "perf.txt").write_text(said)
    sums, lines = {}, []
    for line in said.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if len(parts) < 3 or not parts[0].endswith("%"):
            continue
        symbol = re.sub(r"^\[.\] *", "", parts[2])
        name = next(n for n, library, text in GROUPS if re.search(library, parts[1]) and re.search(text, symbol))
        if parts[2].startswith("[k]"):
            name = "kernel"
        sums[name] = sums.get(name, 0) + float(parts[0][:-1])
        lines.append((float(parts[0][:-1]), name, parts[1], symbol))
    print("\nThe node's own time at home, by where it was:\n\n| | % |\n|---|--:|")
    for name, share in sorted(sums.items(), key=lambda item: -item[1]):
        print(f"| {name} | {share:.1f} |")
    for share, name, library, symbol in sorted(lines, reverse=True)[:40]:
        say(f"  {share:5.2f} {name[:8]} {library} {symbol[:90]}")


def sizes(site):
    print(f"\n{site.users:,} users; {site.seconds()}:\n"
          "\n| table | indexes | rows a user | bytes a user | of them indexes | GB |\n|---|--:|--:|--:|--:|--:|")
    total = [0, 0]
    for table, rows, own, indexes, count in site.server.rows(SIZES % ",".join(FILLED), site.name):
        own, indexes = int(own), int(indexes)
        total = [total[0] + own, total[1] + indexes]
        print(f"| {table} | {count} | {int(rows) / site.users:.1f} | {(own + indexes) / site.users:,.0f} | "
              f"{indexes / site.users:,.0f} | {(own + indexes) / 1e9:.2f} |")
    print(f"| all | | | {sum(total) / site.users:,.0f} | {total[1] / site.users:,.0f} | {sum(total) / 1e9:.2f} |",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", nargs="*", type=int, default=[], help="how many users (default: 1000 100000)")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--keep", action="store_true", help="leave the databases")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--parts", default="compare,spread,profile,nodes", help="what is measured (default: all)")
    arguments = parser.parse_args()
    counts = arguments.users or [1_000, 100_000]
    if "TEST_POSTGRES" not in os.environ:
        stop("there is no server; start bench/scale.sh.")
    server = Server()
    free = shutil.disk_usage("/tmp").free / 1e9
    if sum(counts) * GB_PER_USER > free - 5:
        stop(f"{sum(counts):,} users take {sum(counts) * GB_PER_USER:.0f} GB, and {free:.0f} are free.")
    room = pathlib.Path(tempfile.mkdtemp(prefix="flixlist-scale."))
    names = [f"scale{count}" for count in [*counts, CHECKED]]
    try:
        checked = Site(server, arguments.binary, room, CHECKED).make()
        sentences = checked.node.doctor()
        if "Every shelf is as a recount makes it." not in sentences:
            stop(f"the generator does not make what the program makes:\n{sentences}")
        print(f"The program's own recount of {CHECKED} generated users finds no difference.", flush=True)
        sites = [Site(server, arguments.binary, room, count).make() for count in counts]
        for site in sites:
            if site.took[0]:
                sizes(site)
            site.ready()
        load = Load(server, room)
        if "compare" in arguments.parts:
            compare(load, sites, arguments.rounds, arguments.seconds)
        if "spread" in arguments.parts:
            spread(load, sites[-1], arguments.seconds)
        if "profile" in arguments.parts:
            profile(load, sites[-1], room)
        for site in sites[1:]:
            site.node.end()
        if "nodes" in arguments.parts:
            nodes(load, sites[0], min(5, arguments.rounds), arguments.seconds, arguments.binary, room)
    finally:
        for node in list(Node.running):
            node.end()
        if not arguments.keep:
            for name in names:
                server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main()
