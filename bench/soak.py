"""The soak of bench/soak.sh: pages and ticks at half of what the machine can do, while memory is looked at."""

import argparse
import collections
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from trials import Client, Results, Site, USER, is_tick  # noqa: E402

WARM_MINUTES, MOST_GROWTH = 10, 0.05
PAGES = ["/", "/library", "/library?kind=show&sort=watched", "/history", "/calendar", "/stats", "/search?q=the", "/lists"]


def resident(site):
    """The memory of the program, in KB."""
    status = pathlib.Path(f"/proc/{site.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


class Load:
    """Threads that ask for pages and tick, each at most so often."""

    def __init__(self, site, episodes, threads, pause):
        self.site, self.episodes, self.pause = site, episodes, pause
        self.statuses, self.lock, self.is_over = collections.Counter(), threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(threads)]

    def work(self, number):
        client, dice, count = Client(self.site), random.Random(number), 0
        titles = [title for title, _ in self.episodes]
        while not self.is_over.is_set():
            count += 1
            if count % 10 == 0:
                title, episode = dice.choice(self.episodes)
                answer = client.tick(title, episode, f"soak-{number}-{count}")
                good = is_tick(answer)
            else:
                page = dice.choice(PAGES) if count % 3 else f"/titles/{dice.choice(titles)}"
                answer = client.get(page)
                good = answer.status == 200
            with self.lock:
                self.statuses["good" if good else str(answer.status)] += 1
            if self.pause:
                time.sleep(self.pause)
        client.close()

    def run(self, seconds, look=lambda: None):
        """Requests a second over that time."""
        for thread in self.threads:
            thread.start()
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            time.sleep(min(5, seconds))
            look()
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        return sum(self.statuses.values()) / (time.monotonic() - begin)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("minutes", nargs="?", type=float, default=60)
    given = parser.parse_args()
    results = Results()
    with tempfile.TemporaryDirectory(prefix="flixlist-soak.") as room:
        site = Site(given.binary, f"{room}/data", 0, f"{room}/log")
        site.add_user(USER)
        made = subprocess.run(
            [sys.executable, "bench/library.py", site.data, "--user", USER, "--today", time.strftime("%F", time.gmtime())],
            capture_output=True, text=True,
        )
        if made.returncode != 0:
            raise SystemExit(f"soak: the library could not be made: {made.stderr[-300:]}")
        site.command("doctor", "--recount", "--repair")
        site.start()
        site.log_in()
        episodes = site.episodes()[:5_000]
        most = Load(site, episodes, 2, 0).run(20)
        # Each of two threads pauses so long that about half of it is left.
        pause = 2 / most
        results.say(f"at most {most:.0f} requests a second; the soak pauses {pause * 1000:.1f} ms after each")
        begin, samples = time.monotonic(), []
        load = Load(site, episodes, 2, pause)
        rate = load.run(given.minutes * 60, lambda: samples.append((time.monotonic() - begin, resident(site))))
        warm = min(WARM_MINUTES * 60, given.minutes * 20)
        after = [memory for at, memory in samples if at >= warm]
        fifth = max(1, len(after) // 5)
        first, last = statistics.median(after[:fifth]), statistics.median(after[-fifth:])
        results.say(
            f"{given.minutes:g} minutes at {rate:.0f} requests a second, {sum(load.statuses.values())} in all; memory "
            f"{first / 1024:.1f} MB after {warm / 60:.0f} minutes, {last / 1024:.1f} MB at the end, "
            f"at most {max(memory for _, memory in samples) / 1024:.1f} MB"
        )
        bad = {status: count for status, count in load.statuses.items() if status != "good"}
        results.check(not bad, f"every request was answered as it should be {bad or ''}".rstrip())
        results.check(last <= first * (1 + MOST_GROWTH), f"memory grew by {100 * (last / first - 1):.1f}% of at most 5%")
        results.check(site.stop() == 0, "it ends with 0 when it is asked to")
        site.check_shelf(results)
    print(f"soak: {results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
