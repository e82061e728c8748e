"""The power cuts of bench/power-cut.sh, which starts it. Python's standard library only.

With --guest it is the first process of the guest instead: it starts the program on the disk and ticks.
"""

import argparse
import collections
import contextlib
import ctypes
import fcntl
import glob
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # bench/ stays as it is

import trials

CONNECTIONS = 3
LATEST_CUT = 5.0  # seconds after the first tick that was answered
START_SECONDS = 120  # until the first tick is answered
GUEST_SECONDS = 60  # of ticking, after which a guest that nobody cut off ends by itself
CONTROLS = 3
DISK_MB, MEMORY_MB = 256, 384
TICKED = re.compile(r"ticked (cut-\d+)")
Cut = collections.namedtuple("Cut", "seconds answered found lost unsynced_lost problems")


def say(sentence):
    """A line for the outside; what it tells has happened before."""
    os.write(1, f"{sentence}\n".encode())


def mount(kind, what, where):
    # Not by mount(8): in a guest that a user without rights started, its owner is nobody.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(what.encode(), os.fsencode(where), kind.encode(), ctypes.c_ulong(0), None) != 0:
        raise OSError(ctypes.get_errno(), f"{what} could not be mounted")


def guest(room):
    """The first process inside: the program serves from the disk, some connections tick until the power is cut."""
    plan = json.loads((room / "plan").read_text())
    os.environ.clear()
    os.environ.update(plan["environment"])
    inside, disk = room / "inside", room / "disk"
    mount("proc", "proc", "/proc")
    mount("tmpfs", "tmpfs", inside)
    mount("ext4", "/dev/ubda", disk)
    mounts = dict(line.split()[1:3] for line in pathlib.Path("/proc/mounts").read_text().splitlines())
    if mounts.get(str(disk)) != "ext4":  # else everything would be kept, or nothing
        raise SystemExit("the disk is not mounted")
    tempfile.tempdir = str(inside)
    with socket.socket() as any_socket:  # 0x8914 is SIOCSIFFLAGS, 1 is IFF_UP
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))

    site = trials.Site(plan["binary"], disk / "data", 0, inside / "log")
    site.log.touch()
    with contextlib.ExitStack() as only_for_the_program:
        if plan["preload"]:
            os.environ["LD_PRELOAD"] = plan["preload"]
            only_for_the_program.callback(os.environ.pop, "LD_PRELOAD")
        site.start()
    trials.PASSWORD = plan["password"]
    site.log_in()
    episodes, lock = iter(plan["episodes"]), threading.Lock()
    numbers, end = iter(range(len(plan["episodes"]))), time.monotonic() + GUEST_SECONDS

    def worker():
        client = trials.Client(site)
        try:
            while time.monotonic() < end:
                with lock:
                    number, (title, episode) = next(numbers), next(episodes)
                answer = client.tick(title, episode, f"cut-{number}")
                with lock:
                    if trials.is_tick(answer):
                        unsynced.write(f"cut-{number}\n".encode())
                        say(f"ticked cut-{number}")
                    else:
                        say(f"odd: {answer.status} {answer.location}")
        except (OSError, http.client.HTTPException, StopIteration) as problem:
            say(f"odd: {problem!r}")

    # The control: written before a tick is told, never synced.
    with open(disk / "unsynced", "wb", buffering=0) as unsynced:
        threads = [threading.Thread(target=worker) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    say(f"over: {site.last_words()}")


def guest_main(room):
    try:
        guest(room)
    except BaseException as problem:
        say(f"over: {problem!r}")
    finally:
        ctypes.CDLL(None).reboot(0x4321FEDC)  # RB_POWER_OFF


class Guest:
    """A virtual machine on the disk in the room."""

    running = None

    def __init__(self, room, image):
        # In its own namespace of processes, all of them die at once with the first; and with this one too.
        namespace = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL"]
        if os.geteuid() != 0:
            namespace.insert(1, "--map-root-user")
        environment = {"PATH": os.environ["PATH"], "HOME": str(room)}
        if not os.path.isdir("/dev/shm") or shutil.disk_usage("/dev/shm").free < 2 * MEMORY_MB * 2**20:
            environment["TMPDIR"] = str(room)  # the guest's memory is a file
        self.image = image
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *namespace, "linux.uml", f"mem={MEMORY_MB}M", f"uml_dir={room}/uml",
             "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"ubda={image}", "con=null", "con0=fd:0,fd:1",
             "quiet", f"init={sys.executable}", "--", os.path.abspath(__file__), "--guest", str(room)],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        Guest.running = self

    def pull_the_plug(self):
        # The first process of the namespace dies, and unshare with it, which would leave a corpse if it went first.
        with contextlib.suppress(OSError):
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for child in children or [self.process.pid]:
                os.kill(int(child), signal.SIGKILL)

    def is_gone(self):
        """After its end: whether nothing holds the disk any more."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.pull_the_plug()
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        Guest.running = None
        with open(self.image, "rb+") as file:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return True
                time.sleep(0.05)
        return False


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        raise SystemExit(f"power-cut: {command[0]} ended with {done.returncode}: {done.stderr.strip()[-300:]}")


class Cuts:
    def __init__(self, binary, room):
        self.binary, self.room, self.dice = binary, room, random.Random()
        seed = trials.Site(binary, room / "seed" / "data", 0, room / "log")
        seed.add_user(trials.USER)
        self.episodes = seed.episodes()
        for name in ("inside", "disk"):
            (room / name).mkdir()
        # The tables are written now, so that the guest's kernel has nothing to do but what it is asked.
        must("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-d", str(room / "seed"),
             str(room / "prepared"), f"{DISK_MB}M")

    def cut(self, preload=None):
        image, after = self.room / "image", self.room / "after"
        must("cp", "--sparse=always", str(self.room / "prepared"), str(image))
        self.dice.shuffle(self.episodes)
        plan = {
            "binary": self.binary, "password": trials.PASSWORD, "preload": preload, "episodes": self.episodes,
            "environment": {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
        }
        file = os.open(self.room / "plan", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(file, "w") as text:
            json.dump(plan, text)
        seconds, told, problems = self.run_guest(image)
        try:
            found, unsynced = self.look(image, after, problems)
        finally:
            shutil.rmtree(after, ignore_errors=True)
        lost, unsynced_lost = told - found.keys(), told - unsynced
        if len(found) - len(told) + len(lost) > CONNECTIONS:
            problems.append(f"{len(found)} were found, more than can have been on their way")
        if any(count > 1 for count in found.values()):
            problems.append("a tick is there twice")
        return Cut(seconds, len(told), len(found), len(lost), len(unsynced_lost), problems)

    def run_guest(self, image):
        """Until the power is cut, at a random moment: after how long, the ticks that were answered, what went wrong."""
        told, words, odd, problems = set(), collections.deque(maxlen=3), [], []
        moment = self.dice.uniform(0, LATEST_CUT)
        box = Guest(self.room, image)
        plug = threading.Timer(START_SECONDS, box.pull_the_plug)
        plug.start()
        try:
            for line in box.process.stdout:
                line = line.decode(errors="replace")
                if line.endswith("\n") and (tick := TICKED.fullmatch(line.strip())):
                    if not told:
                        plug.cancel()
                        plug = threading.Timer(moment, box.pull_the_plug)
                        plug.start()
                    told.add(tick[1])
                elif line.startswith(("odd:", "over:")):
                    odd.append(line.strip())
                elif line.strip():
                    words.append(line.strip())
                    if "Kernel panic" in line:  # it would stay
                        box.pull_the_plug()
        finally:
            plug.cancel()
            is_gone = box.is_gone()
        if odd or not told:
            problems.append(f"the guest said: {' '.join(odd or words)[:300]}")
        if not is_gone:
            problems.append("the guest still held the disk after the cut")
        return moment, told, problems

    def look(self, image, after, problems):
        """What is on the disk after the cut: the ticks that were recorded, the lines of the control."""
        # -p does what a start does: it replays the journal. 0 and 1 are well; after it nothing may be wrong.
        replay, again = run("e2fsck", "-p", str(image)), run("e2fsck", "-f", "-n", str(image))
        if replay.returncode > 1 or again.returncode != 0:
            problems.append(f"the file system: {(replay.stdout + again.stdout).strip()[-200:]}")
        after.mkdir()
        run("debugfs", "-R", f"rdump /data {after}", str(image))
        run("debugfs", "-R", f"dump /unsynced {after}/unsynced", str(image))
        site = trials.Site(self.binary, after / "data", 0, self.room / "log")
        if not (site.data / "flixlist.sqlite").is_file():
            problems.append("there is no database on the disk")
            return {}, set()
        # The program is the first to open the files that the cut left.
        doctor = site.command("doctor", "--recount")
        if doctor.returncode != 0:
            wrong = [line for line in doctor.stdout.splitlines() if line.startswith("wrong")]
            problems.append(f"doctor --recount: {(wrong or [doctor.stderr.strip()])[0][:200]}")
        try:
            integrity, broken = site.read("PRAGMA integrity_check"), site.read("PRAGMA foreign_key_check")
            if integrity != [("ok",)] or broken:
                problems.append(f"integrity_check: {integrity[0][0]}, foreign_key_check: {len(broken)} rows")
            found = site.recorded()
        except sqlite3.Error as problem:
            problems.append(f"the database: {problem}")
            found = {}
        file = after / "unsynced"
        return found, set(file.read_text(errors="replace").split()) if file.is_file() else set()


def tell(name, cut):
    when = f"{cut.seconds:.2f} s after the first tick" if cut.answered else "which never came"
    return (
        f"{name}, {when}: {cut.answered} ticks answered, {cut.found} found, "
        f"{cut.lost} lost" + "".join(f"; {problem}" for problem in cut.problems)
    )


def trial_cuts(results, cuts, count):
    """The cuts, and whether anything was answered at all."""
    done = []
    for number in range(1, count + 1):
        cut = cuts.cut()
        done.append(cut)
        results.check(not cut.lost and not cut.problems, tell(f"cut {number}", cut))
        if number == 2 and not any(cut.answered for cut in done):
            return False  # nothing works here; the other cuts would say the same
    results.check(
        any(cut.answered for cut in done) and not any(cut.lost for cut in done),
        f"{sum(cut.lost for cut in done)} of {sum(cut.answered for cut in done)} answered ticks are lost in "
        f"{len(done)} cuts, {sum(cut.lost > 0 for cut in done)} of which lost some")
    results.check(
        all(cut.unsynced_lost for cut in done),
        "the control: each cut loses what was not synced: "
        f"{sum(cut.unsynced_lost for cut in done)} of {sum(cut.answered for cut in done)} lines of a plain file are "
        f"lost, in {sum(cut.unsynced_lost > 0 for cut in done)} of {len(done)} cuts")
    return any(cut.answered for cut in done)


def trial_control(results, cuts):
    """The same program when a sync does nothing: these cuts have to find it out."""
    library = next(iter(glob.glob("/usr/lib/*/libeatmydata.so")), None)
    if library is None:
        return results.skip("the control without syncs: there is no libeatmydata here (apt-get install eatmydata)")
    done = [cuts.cut(library) for _ in range(CONTROLS)]
    for number, cut in enumerate(done, 1):
        results.say(tell(f"control {number}", cut))
    results.check(
        any(cut.lost for cut in done),
        f"the control: without syncs {sum(cut.lost for cut in done)} of {sum(cut.answered for cut in done)} answered "
        f"ticks are lost, in {sum(cut.lost > 0 for cut in done)} of {CONTROLS} cuts")


def main():
    if sys.argv[1:2] == ["--guest"]:  # words of the guest's kernel follow
        return guest_main(pathlib.Path(sys.argv[2]))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("cuts", nargs="?", type=int, default=30, metavar="N", help="how many cuts (30)")
    arguments = parser.parse_args()
    if arguments.cuts < 1:
        parser.error("at least one cut is wanted")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    results, begin = trials.Results(), time.monotonic()
    room = pathlib.Path(tempfile.mkdtemp(prefix="flixlist-power-cut."))
    try:
        cuts = Cuts(os.path.abspath(arguments.binary), room)
        if trial_cuts(results, cuts, arguments.cuts):
            trial_control(results, cuts)
    except SystemExit as problem:
        if not isinstance(problem.code, str):
            raise
        results.check(False, re.sub("^(trials|power-cut): ", "", problem.code))
    except (OSError, http.client.HTTPException, sqlite3.Error) as problem:
        results.check(False, f"it broke off: {problem!r}")
    finally:
        if Guest.running:
            Guest.running.is_gone()
        shutil.rmtree(room, ignore_errors=True)
    results.say(f"in {time.monotonic() - begin:.0f} s")
    print(f"power-cut: {results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
