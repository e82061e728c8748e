"""The image: the shipped Dockerfile built by buildah and run by podman; and, where there is less time, what pack.sh
lays out run in namespaces of its own, with the same limits that a container has."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import DEPLOY, PASSWORD, ROOT, clean_environment, run, tool, until

IMAGE = DEPLOY / "image"
USER = 10001
# What is shipped is an optimised build; CI may have only a debug build to pack, which is larger.
MOST = 120 * 1000 * 1000
MOST_DEBUG = 200 * 1000 * 1000


def collect(binary, folder):
    """The program as a build would leave it: Swift's own libraries beside it when it was not linked with them."""
    library = folder / "lib"
    library.mkdir(parents=True)
    shutil.copy(binary, folder / "flixlist")
    for line in run("ldd", binary).stdout.splitlines():
        if found := re.match(r"\s*(\S+) => (\S+/usr/lib/swift/\S+) ", line):
            shutil.copy(os.path.realpath(found[2]), library / found[1])
    return folder / "flixlist"


def size_of(folder):
    """The bytes of all files; of those with several names once, and of links none."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            status = os.lstat(Path(parent) / name)
            found[status.st_ino] = status.st_size
    return sum(found.values())


def assert_small_and_bare(folder, binary):
    """No more than the program needs: few bytes, no shell, no tool of the system, nothing with another's rights."""
    most = MOST_DEBUG if "debug" in binary.parts else MOST
    assert size_of(folder) <= most, f"{size_of(folder)} bytes, {most} are allowed"
    programs, raised = [], []
    for parent, _, names in os.walk(folder):
        for path in (Path(parent) / name for name in names):
            status = path.lstat()
            if path.is_file() and not path.is_symlink():
                if status.st_mode & 0o111:
                    programs.append("/" + str(path.relative_to(folder)))
                if status.st_mode & 0o6000:
                    raised.append(str(path))
    assert not raised, f"setuid or setgid: {raised}"
    others = [path for path in programs if path != "/flixlist" and not re.search(r"\.so(\.|$)", path)]
    assert "/flixlist" in programs and not others, f"only the program and libraries may be run, not {others}"


# What needs no image.

def test_linters():
    run(tool("hadolint"), "--failure-threshold", "style", IMAGE / "Dockerfile")
    run(tool("shellcheck"), IMAGE / "pack.sh")


def test_context_leaves_out_all_but_sources():
    """What is not named is not sent to the builder, whatever it is called."""
    lines = (IMAGE / "Dockerfile.dockerignore").read_text().split("\n")
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "everything is left out first"
    taken = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", (IMAGE / "Dockerfile").read_text(), re.MULTILINE))
    wanted = {name.rstrip("/") for line in copied for name in line.split()}
    assert taken == wanted, "the context holds exactly what the Dockerfile copies"
    # What git ignores is not in a clone, and so cannot be in an image that is built from one.
    ignored = run("git", "-C", ROOT, "check-ignore", "--no-index", *(wanted - {"program"}), ok=False).stdout.split()
    assert not ignored, f"the Dockerfile copies {ignored}, which .gitignore leaves out"


def test_pack_says_what_is_wrong(tmp_path, binary):
    for arguments, reason in {
        (): "say which PROGRAM",
        (tmp_path / "nothing", tmp_path / "out"): "there is no program",
        (binary, tmp_path): "is there already",
        ("/usr/bin/ldd", tmp_path / "out"): "names no loader",
    }.items():
        done = run("bash", IMAGE / "pack.sh", *arguments, ok=False)
        assert done.returncode == 1 and reason in done.stderr, f"{arguments}: {done.stderr}"


def test_pack_notices_a_missing_library(tmp_path):
    """A program whose library is gone must not become an image that cannot start."""
    (tmp_path / "a.c").write_text("int answer(void) { return 42; }\n")
    (tmp_path / "b.c").write_text("int answer(void); int main(void) { return answer() - 42; }\n")
    library = tmp_path / "lib" / "libanswer.so"
    library.parent.mkdir()
    run("cc", "-shared", "-fPIC", "-o", library, tmp_path / "a.c")
    run("cc", "-o", tmp_path / "b", tmp_path / "b.c", "-L", library.parent, "-lanswer")
    run("bash", IMAGE / "pack.sh", tmp_path / "b", tmp_path / "good")
    assert (tmp_path / "good/root/lib/libanswer.so").exists()
    library.unlink()
    done = run("bash", IMAGE / "pack.sh", tmp_path / "b", tmp_path / "bad", ok=False)
    assert done.returncode == 1 and "libanswer.so" in done.stderr, done.stderr


@pytest.fixture(scope="module")
def packed(tmp_path_factory, binary):
    folder = tmp_path_factory.mktemp("packed")
    program = collect(binary, folder / "program")
    run("bash", IMAGE / "pack.sh", program, folder / "image")
    yield folder / "image"
    shutil.rmtree(folder)


def test_packed_root(packed, binary):
    root, data = packed / "root", (packed / "owned/data").stat()
    assert_small_and_bare(root, binary)
    assert (data.st_uid, data.st_gid, data.st_mode & 0o7777) == (USER, USER, 0o700), "data is its user's alone"
    assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777
    assert "BEGIN CERTIFICATE" in (root / "etc/ssl/certs/ca-certificates.crt").read_text()
    assert (root / "usr/share/zoneinfo/Europe/Berlin").is_file()
    assert f"flixlist:x:{USER}:{USER}:" in (root / "etc/passwd").read_text()
    listed = {path.name for path in (root / "var/lib/dpkg/status.d").iterdir()}
    missing = {"libc6", "libpq5", "libsqlite3-0", "libssl3", "tzdata", "ca-certificates"} - listed
    assert not missing, f"scanners are not told of {missing}"


class Contained:
    """FlixList in a root of its own as a container has it: its first process, no network, no rights, read-only."""

    SETUP = """
        set -eu
        ip link set lo up
        mount --bind "$1/root" "$1/root"
        mount --bind "$1/owned/data" "$1/root/data"
        mount -t proc proc "$1/root/proc"
        mount -t tmpfs -o mode=1777,size=16m tmpfs "$1/root/tmp"
        mount -o remount,bind,ro "$1/root"
        exec setpriv --no-new-privs --bounding-set=-all \
            chroot --userspec=10001:10001 --groups= "$1/root" /flixlist serve
    """.replace("--bounding-set=-all", "--bounding-set=-all,+sys_chroot,+setuid,+setgid")

    def __init__(self, image, log):
        self.image, self.log, self.outer = image, log, None
        for name in ("data", "proc"):
            (image / "root" / name).mkdir(exist_ok=True)

    def start(self):
        settings = clean_environment(FLIXLIST_HOST="0.0.0.0", FLIXLIST_DATA="/data")
        with self.log.open("ab") as output:
            self.outer = subprocess.Popen(
                ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", self.SETUP, "bash",
                 str(self.image)],
                env=settings, stdout=output, stderr=output)
        until(lambda: self.pid and self.command("doctor", "--quick").returncode == 0, 60, f"the server ({self.log})")

    @property
    def pid(self):
        assert self.outer.poll() is None, f"the server is gone: {self.log.read_text()[-2000:]}"
        children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def command(self, *arguments, **options):
        """The program once more beside the server, as `docker exec` would start it."""
        entered = ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid", "--root", "--wd",
                   f"--setuid={USER}", f"--setgid={USER}", "/flixlist"]
        settings = clean_environment(FLIXLIST_HOST="0.0.0.0", FLIXLIST_DATA="/data")
        return run(*entered, *arguments, ok=False, env=settings, **options)

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        return self.outer.wait(timeout=30)

    def close(self):
        if self.outer and self.outer.poll() is None:
            self.outer.kill()
            self.outer.wait()


@pytest.fixture
def contained(packed, tmp_path):
    contained = Contained(packed, tmp_path / "log")
    yield contained
    contained.close()


def test_packed_program_runs(contained):
    contained.start()
    status = Path(f"/proc/{contained.pid}/status").read_text()
    values = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert values["Uid"].split() == [str(USER)] * 4, values["Uid"]
    assert int(values["CapEff"], 16) == 0 and values["NoNewPrivs"] == "1", status
    mounts = Path(f"/proc/{contained.pid}/mountinfo").read_text().splitlines()
    assert re.match(r"ro\b", next(line.split()[5] for line in mounts if line.split()[4] == "/")), mounts

    added = contained.command("user", "add", "robin", "--admin", input=PASSWORD + "\n")
    assert added.returncode == 0, added.stderr
    doctor = contained.command("doctor")
    assert doctor.returncode == 0, f"zones, folder, database: {doctor.stdout}{doctor.stderr}"
    os.kill(contained.pid, signal.SIGSTOP)
    stuck = contained.command("doctor", "--quick")
    os.kill(contained.pid, signal.SIGCONT)
    assert stuck.returncode == 1, "a server that does not answer is not healthy"

    assert contained.stop() == 0, f"SIGTERM ends it with 0: {contained.log.read_text()[-2000:]}"
    contained.start()
    assert "robin" in contained.command("user", "list").stdout, "accounts outlive a restart"
    assert contained.stop() == 0


# The image itself.

class Engine:
    """buildah and podman on a store of their own. Here they run as root without a Docker engine and without systemd:
    that is what most of the options are for."""

    def __init__(self, folder):
        self.folder = folder
        self.store = ["--storage-driver", "vfs", "--root", folder / "store", "--runroot", folder / "run"]
        self.environment = clean_environment(BUILDAH_ISOLATION="chroot", TMPDIR=str(folder), XDG_RUNTIME_DIR="")

    def buildah(self, *arguments, **options):
        return run(tool("buildah"), *self.store, *arguments, env=self.environment, **options)

    def podman(self, *arguments, **options):
        return run(
            tool("podman"), "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "file",
            "--tmpdir", self.folder / "tmp", *self.store, *arguments, env=self.environment, **options)

    def close(self):
        with contextlib.suppress(Exception):
            self.podman("rm", "--all", "--force", "--time", "1", ok=False)
            self.podman("volume", "rm", "--all", "--force", ok=False)
        with contextlib.suppress(Exception):
            self.buildah("rm", "--all", ok=False)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = Engine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def base(engine):
    """Debian as its image has it, made from its packages, with this machine's way to reach them."""
    root = engine.folder / "debian"
    run(tool("debootstrap"), "--variant=minbase", "--include=ca-certificates", "bookworm", root, timeout=400)
    for name in ("sources.list", "sources.list.d", "apt.conf.d"):
        source, target = Path("/etc/apt") / name, root / "etc/apt" / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, target)
        else:
            target.unlink(missing_ok=True)
    name = "localhost/debian:bookworm-slim"
    container = engine.buildah("from", "scratch").stdout.strip()
    engine.buildah("add", container, root, "/", timeout=300)
    engine.buildah("commit", "--rm", container, name, timeout=300)
    shutil.rmtree(root)
    return name


@pytest.fixture(scope="module")
def image(engine, base, binary, tmp_path_factory):
    context = tmp_path_factory.mktemp("context")
    collect(binary, context / "program")
    (context / "deploy/image").mkdir(parents=True)
    shutil.copy(IMAGE / "pack.sh", context / "deploy/image/pack.sh")
    name = "localhost/flixlist:test"
    engine.buildah(
        "build", "--isolation", "chroot", "--format", "docker", "--pull-never", "--file", IMAGE / "Dockerfile",
        "--ignorefile", IMAGE / "Dockerfile.dockerignore", "--build-arg", f"DEBIAN_IMAGE={base}",
        "--build-arg", "PROGRAM=given", "--build-arg", "VERSION=1.2.3", "--tag", name, context, timeout=500)
    shutil.rmtree(context)
    return name


@pytest.mark.long
def test_image_says_what_it_is(engine, image):
    details = json.loads(engine.buildah("inspect", "--type", "image", image).stdout)["Docker"]["config"]
    assert details["User"] == f"{USER}:{USER}"
    assert details["Entrypoint"] == ["/flixlist"] and details["Cmd"] == ["serve"]
    assert details["Healthcheck"]["Test"] == ["CMD", "/flixlist", "doctor", "--quick"]
    assert details["StopSignal"] == "SIGTERM"
    assert set(details["Volumes"]) == {"/data"} and set(details["ExposedPorts"]) == {"8080/tcp"}
    assert {"FLIXLIST_HOST=0.0.0.0", "FLIXLIST_DATA=/data"} <= set(details["Env"])
    assert details["Labels"]["org.opencontainers.image.version"] == "1.2.3"


@pytest.mark.long
def test_image_is_small_and_bare(engine, image, binary):
    container = engine.buildah("from", "--pull-never", image).stdout.strip()
    root = Path(engine.buildah("mount", container).stdout.strip())
    assert_small_and_bare(root, binary)
    data = (root / "data").stat()
    assert (data.st_uid, data.st_gid, data.st_mode & 0o7777) == (USER, USER, 0o700)
    engine.buildah("umount", container)
    engine.buildah("rm", container)


def start(engine, image, *more):
    limits = [
        "--no-healthcheck", "--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096", "--network", "none",
        "--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp:size=16m,mode=1777", "--cap-drop", "all",
        "--security-opt", "no-new-privileges", "--memory", "128m", "--pids-limit", "64"]
    name = engine.podman(
        "run", "--detach", *limits, "--volume", "flixlist-data:/data", *more, image, timeout=300).stdout.strip()
    until(lambda: healthy(engine, name), 60, "the container")
    return name


def healthy(engine, name):
    state = engine.podman("inspect", "--format", "{{.State.Status}}", name).stdout.strip()
    assert state == "running", f"{state}: {engine.podman('logs', name).stderr[-2000:]}"
    time.sleep(0.5)
    return engine.podman("exec", name, "/flixlist", "doctor", "--quick", ok=False).returncode == 0


@pytest.mark.long
def test_image_runs(engine, image):
    name = start(engine, image)
    pid = int(engine.podman("inspect", "--format", "{{.State.Pid}}", name).stdout)
    status = Path(f"/proc/{pid}/status").read_text()
    for expected in (rf"Uid:\t{USER}\t", r"CapEff:\t0+\n", r"NoNewPrivs:\t1\n"):
        assert re.search(expected, status), status
    limit = engine.podman("stats", "--no-stream", "--format", "{{.MemUsage}}", name).stdout
    assert "134.2MB" in limit, f"the limit is 128 MiB: {limit}"
    mounts = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    assert next(line.split()[5] for line in mounts if line.split()[4] == "/").startswith("ro"), mounts

    shell = engine.podman("exec", name, "/bin/sh", "-c", "true", ok=False)
    assert shell.returncode in (126, 127), "there is no shell to start"
    engine.podman("exec", "--interactive", name, "/flixlist", "user", "add", "robin", input=PASSWORD + "\n")
    doctor = engine.podman("exec", name, "/flixlist", "doctor", ok=False)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr

    engine.podman("stop", "--time", "30", name)
    ended = engine.podman("inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}}", name).stdout.split()
    assert ended == ["0", "false"], "SIGTERM ends it with 0, within its memory"
    engine.podman("rm", name)

    name = start(engine, image)
    assert "robin" in engine.podman("exec", name, "/flixlist", "user", "list").stdout, "the volume keeps the accounts"
    engine.podman("stop", "--time", "30", name)
    engine.podman("rm", name)
