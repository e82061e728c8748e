#!/usr/bin/env python3
"""Measures how well and how fast a site searches; bench/search.sh says how it is called.

Prints two tables in Markdown: of each kind of query how many have what is meant among the first three, and the times of
searches at a fixed rate. A search is timed from the moment at which it was due, so one that waits for a slow one before
it counts as slow, too.
"""

import argparse
import asyncio
import collections
import html
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUALITY = ROOT / "bench/search-quality.tsv"
USER = "bench"
CONNECTIONS = 16
FIRST = 3  # among so many has to be what is meant
TITLE = re.compile(r'<li class="result" id="t\d+".*?<h2><a href="[^"]*">(.*?)</a> <span class="year">(\d*)</span>')
PERSON = re.compile(r'<h3><a href="/people/\d+[^"]*">(.*?)</a></h3>')


class Query:
    """A text with all that may be meant by it."""

    def __init__(self, line):
        self.text, self.kind, what, name, year, *also = line.split("\t")
        self.is_person = what == "person"
        self.meant = {(name, year)}
        for other in "".join(also).split(" | "):
            if found := re.fullmatch(r"(.*) \((\d+)\)", other):
                self.meant.add(found.groups())

    def is_answered(self, page):
        """Whether what is meant is among the first of a page."""
        if self.is_person:
            return any((html.unescape(name), "") in self.meant for name in PERSON.findall(page)[:FIRST])
        return any((html.unescape(name), year) in self.meant for name, year in TITLE.findall(page)[:FIRST])


def queries():
    lines = QUALITY.read_text().splitlines()
    return [Query(line) for line in lines if line and not line.startswith("#")]


class Site:
    """A running program with one account."""

    def __init__(self, binary, data):
        self.binary, self.data = binary, data
        self.environment = dict(
            os.environ, FLIXLIST_DATA=str(data), FLIXLIST_HOST="127.0.0.1", FLIXLIST_PORT="0",
            FLIXLIST_METRICS_PORT="0", FLIXLIST_LOG_LEVEL="warning")
        if server := os.environ.get("TEST_POSTGRES"):
            self.environment["FLIXLIST_DATABASE"] = server.replace("/postgres?", "/flixlist_search?")
            self.environment["FLIXLIST_SECRET"] = secrets.token_hex(32)
        self.process = self.port = self.cookie = None

    def run(self, *arguments, stdin=None):
        subprocess.run([self.binary, *arguments], env=self.environment, input=stdin, text=True, check=True)

    def psql(self, database, statement):
        """Tells the server of PostgreSQL something, where there is one."""
        if server := os.environ.get("TEST_POSTGRES"):
            address = server.replace("postgres://", "postgresql://").replace("/postgres?", f"/{database}?")
            psql = pathlib.Path(os.environ.get("TEST_POSTGRES_BIN", "/usr/bin")) / "psql"
            subprocess.run([psql, "-qX", address, "-c", statement], check=True)

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [self.binary, "serve"], env=self.environment, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if found := re.match(r"FlixList serves .*:(\d+)$", line.strip()):
                self.port = int(found[1])
                break
        else:
            sys.exit("search: the program did not start")
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/").read()
        return (time.monotonic() - began) * 1000

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)

    def log_in(self, password):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        origin = f"http://127.0.0.1:{self.port}"
        form = urllib.parse.urlencode({"username": USER, "password": password}).encode()
        request = urllib.request.Request(origin + "/login", form, {"Origin": origin})
        try:
            urllib.request.build_opener(Stay).open(request)
            sys.exit("search: logging in failed")
        except urllib.error.HTTPError as answer:
            if answer.code != 303:
                sys.exit(f"search: logging in answered {answer.code}")
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def memory(self):
        """Megabytes, now and at the most."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "VmHWM")]

    def page(self, text):
        path = "/search?" + urllib.parse.urlencode({"q": text})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Cookie": self.cookie})
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()


async def ask(streams, request):
    """Sends a request and reads its answer to the end; says its status."""
    reader, writer = streams
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if length := re.search(rb"(?i)content-length: *(\d+)", head):
        await reader.readexactly(int(length[1]))
    elif re.search(rb"(?i)transfer-encoding: *chunked", head):
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readuntil(b"\r\n")
    return int(head.split(b" ", 2)[1])


async def load(site, texts, rate, seconds):
    """Searches as one types, so many a second: milliseconds of each, and how many failed."""
    requests = [
        (f"GET /search?suggest=1&{urllib.parse.urlencode({'q': text})} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
         f"Cookie: {site.cookie}\r\nX-Fragment: 1\r\n\r\n").encode() for text in texts]
    free = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", site.port))
    times, failed = [], 0
    began = time.perf_counter() + 0.1

    async def one(place):
        nonlocal failed
        due = began + place / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        streams = await free.get()
        try:
            if await ask(streams, requests[place % len(requests)]) != 200:
                failed += 1
            times.append((time.perf_counter() - due) * 1000)
            free.put_nowait(streams)
        except (OSError, asyncio.IncompleteReadError):
            failed += 1
            free.put_nowait(await asyncio.open_connection("127.0.0.1", site.port))

    count = rate * seconds
    for start in range(0, count, rate):  # a second's at a time, not all at once
        await asyncio.gather(*(one(place) for place in range(start, min(count, start + rate))))
    return sorted(times), failed


def fill(site, options, password):
    """Makes the site: starter catalogue, account, invented titles."""
    files = site.data / "imdb"
    made = [sys.executable, str(ROOT / "bench/imdb.py"), "--out", str(files)]
    subprocess.run(made + (["--small"] if options.small else []), check=True)
    site.psql("postgres", "CREATE DATABASE flixlist_search TEMPLATE template0")
    site.run("user", "add", USER, stdin=password + "\n")
    site.run(
        "catalogue", "import", "imdb", "--from", str(files), "--adult",
        "--kinds", "film,show,special,short,video,pilot", "--quiet")
    site.psql("flixlist_search", "VACUUM ANALYZE")  # as the server does by itself some minutes later
    shutil.rmtree(files)


def quality(site):
    kinds = collections.defaultdict(lambda: [0, 0])
    missed = []
    for query in queries():
        is_found = query.is_answered(site.page(query.text))
        kinds[query.kind][0] += is_found
        kinds[query.kind][1] += 1
        if not is_found:
            missed.append(f"{query.kind}: {query.text}")
    print("| kind of query | among the first three | of |\n|---|--:|--:|")
    for kind, (found, all_) in kinds.items():
        print(f"| {kind} | {found} | {all_} |")
    found, all_ = (sum(column) for column in zip(*kinds.values()))
    print(f"| **all** | **{found}** ({found / all_:.1%}) | {all_} |")
    for line in missed:
        print("not found:", line, file=sys.stderr)
    return found / all_


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--rate", type=int, default=100 if "TEST_POSTGRES" in os.environ else 500)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    room = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="flixlist-search."))
    room.mkdir(parents=True, exist_ok=True)
    site = Site(options.binary, room)
    try:
        known = room / "password"
        if known.exists():
            password = known.read_text()
        else:
            password = secrets.token_urlsafe(24)
            fill(site, options, password)
            known.touch(mode=0o600)
            known.write_text(password)
        started = site.start()
        site.log_in(password)
        print(f"start to the first page: {started:.0f} ms\n")
        share = quality(site)
        texts = [query.text[:end] for query in queries() for end in range(1, len(query.text) + 1)]
        print("\n| searches a second | p50 ms | p90 ms | p99 ms | slowest | errors |\n|--:|--:|--:|--:|--:|--:|")
        times, failed = asyncio.run(load(site, texts, options.rate, options.seconds))
        at = [times[min(len(times) - 1, len(times) * part // 100)] for part in (50, 90, 99, 100)]
        print(f"| {options.rate} | " + " | ".join(f"{value:.1f}" for value in at) + f" | {failed} |")
        now, most = site.memory()
        print(f"\nmemory afterwards: {now:.0f} MB, at the most {most:.0f} MB")
        sys.exit(0 if share >= 0.95 and not failed else 1)
    finally:
        site.stop()
        if not options.keep:
            shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main()
