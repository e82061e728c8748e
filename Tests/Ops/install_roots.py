"""Roots in which install.sh runs: a throw-away one over the system's own /usr, or a whole Debian.

What runs in one has mounts, a network and process numbers of its own; ending its first process ends all of it.
"""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
import textwrap
import time
from pathlib import Path

from conftest import DEPLOY, ROOT, run, tool

SWIFT = Path("/opt/swift/usr/lib/swift/linux")
STUBS = "/stubs"
COPIED = (
    "alternatives", "group", "gshadow", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "login.defs", "nginx",
    "nsswitch.conf", "os-release", "pam.d", "passwd", "security", "services", "shadow", "ssl")

# $1 is the root, $2 "own" where it has a network of its own. /usr and the Swift runtime are lent, and read only.
MOUNT = """
    set -eu
    root=$1
    lend() {
        mkdir -p "$root$1"
        mount --rbind "$1" "$root$1"
        mount -o remount,ro,bind "$root$1"
    }
    if [ ! -e "$root/usr/bin/env" ]; then
        lend /usr
        lend /var/lib/dpkg
        mkdir -p "$root/local"
        mount --bind "$root/local" "$root/usr/local"
    fi
    if [ -d /opt/swift ]; then lend /opt/swift; fi
    if [ "$2" = own ]; then ip link set lo up; fi
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    exec chroot "$root" /bin/sh -c 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done'
"""


class Root:
    """A root in a folder; a `with` starts it, and ends everything in it."""

    def __init__(self, folder, network="own"):
        self.folder, self.network = Path(folder), network
        self.holder = self.first = None

    def __enter__(self):
        names = ["--net"] if self.network == "own" else []
        self.holder = subprocess.Popen(
            [tool("unshare"), "--mount", *names, "--pid", "--fork", "--kill-child", "bash", "-c",
             textwrap.dedent(MOUNT), "root", self.folder, self.network])
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.holder.poll() is None:
            inside = run("pgrep", "-P", self.holder.pid, ok=False).stdout.split()
            if inside and os.readlink(f"/proc/{inside[0]}/root") == str(self.folder):
                self.first = inside[0]
                return self
            time.sleep(0.05)
        self.__exit__()
        raise AssertionError("the root did not start")

    def __exit__(self, *_):
        self.holder.kill()
        self.holder.wait()

    def path(self, inside):
        return self.folder / str(inside).lstrip("/")

    def text(self, inside):
        return self.path(inside).read_text()

    def command(self, *arguments, **variables):
        path = f"{STUBS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        given = {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"} | variables
        enter = [tool("nsenter"), "--target", self.first, "--mount", "--net", "--pid", "--root"]
        clean = ["/usr/bin/env", "-C", "/", "-i", *[f"{name}={value}" for name, value in given.items()]]
        return [*enter, *clean, *[str(one) for one in arguments]]

    def run(self, *arguments, ok=True, variables=(), **options):
        return run(*self.command(*arguments, **dict(variables)), ok=ok, stdin=subprocess.DEVNULL, **options)

    def install(self, *options, **more):
        return self.run("/src/deploy/install.sh", *options, **more)

    def stub(self, name, script):
        """A program of the root that is only played; what it was called with is in `calls`."""
        path = self.path(STUBS) / name
        path.parent.mkdir(exist_ok=True)
        # Its own word for the arguments, so that a log line is one call.
        path.write_text(f'#!/bin/bash\nprintf "%s\\n" "{name} $*" >>/stubs/log\n' + textwrap.dedent(script))
        path.chmod(0o755)

    def calls(self):
        log = self.path(STUBS) / "log"
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return found

    def listing(self):
        """Everything in it that somebody could have changed: kind, rights, owner, content, time."""
        found = {}
        for folder, folders, files in os.walk(self.folder):
            inside = Path(folder).relative_to(self.folder)
            if inside == Path():
                folders[:] = [name for name in folders if name not in ("dev", "proc", "run", "stubs", "sys", "tmp")]
            for name in files + folders:
                found[str(inside / name)] = self.look(Path(folder) / name)
        return found

    @staticmethod
    def look(path):
        about = path.lstat()
        content = ""
        if stat.S_ISLNK(about.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(about.st_mode):
            content = hashlib.sha256(path.read_bytes()).hexdigest() if about.st_size < 1_000_000 else about.st_size
        when = 0 if stat.S_ISDIR(about.st_mode) else about.st_mtime_ns
        return oct(about.st_mode), about.st_uid, about.st_gid, content, when


def give_sources(root, binary):
    """What somebody who unpacked a release has: the folder deploy and the program beside it."""
    shutil.copytree(DEPLOY, root.path("/src/deploy"), symlinks=True)
    if binary:
        shutil.copy2(binary, root.path("/src/flixlist"))
    else:
        root.path("/src/flixlist").write_text("#!/bin/sh\n# Played: it only knows its version.\necho 0.1.0\n")
        root.path("/src/flixlist").chmod(0o755)


@contextlib.contextmanager
def small_root(binary=None, name="Debian GNU/Linux 12 (bookworm)", identity="debian", like=""):
    """A root over the system's /usr, with nginx's own configuration as its package brings it."""
    folder = Path(tempfile.mkdtemp(prefix="flixlist-root-"))
    try:
        folder.chmod(0o755)
        for path in ("etc", "opt", "proc", "dev", "run", "root", "tmp", "src", "var/log/nginx", "var/lib/nginx",
                     "var/cache/nginx", "var/www", "local/bin", "local/sbin"):
            (folder / path).mkdir(parents=True, exist_ok=True)
        (folder / "tmp").chmod(0o1777)
        for path in ("bin", "sbin", "lib", "lib64"):
            (folder / path).symlink_to(f"usr/{path}")
        (folder / "var/run").symlink_to("../run")
        for path in COPIED:
            source = Path("/etc") / path
            if source.is_dir():
                shutil.copytree(source, folder / "etc" / path, symlinks=True)
            elif source.exists():
                shutil.copy2(source, folder / "etc" / path)
        (folder / "etc/systemd/system").mkdir(parents=True)
        (folder / "etc/os-release").unlink()
        (folder / "etc/os-release").write_text(f'PRETTY_NAME="{name}"\nID={identity}\nID_LIKE="{like}"\n')
        root = Root(folder)
        give_sources(root, binary)
        with root:
            yield root
    finally:
        shutil.rmtree(folder)


CACHE = Path(os.environ.get("FLIXLIST_OPS_CACHE", ROOT / ".build/ops"))
# What any server of a Debian has before somebody installs FlixList.
PLAIN = "systemd-sysv,ca-certificates,iproute2"


def plain_debian():
    """The archive of a Debian as it comes from its installer, made once (about two minutes) and kept."""
    archive = CACHE / "bookworm-server.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="flixlist-debootstrap-") as folder:
            run(tool("debootstrap"), "--variant=minbase", f"--include={PLAIN}", "bookworm", folder, timeout=900)
            shutil.rmtree(Path(folder) / "var/cache/apt/archives", ignore_errors=True)
            partial = archive.with_suffix(f".{os.getpid()}")
            run("tar", "-C", folder, "--numeric-owner", "--xattrs", "-cf", partial, ".", timeout=300)
            partial.rename(archive)
    return archive


@contextlib.contextmanager
def whole_debian(binary):
    """The folder of a whole Debian with the sources of FlixList in /src."""
    folder = Path(tempfile.mkdtemp(prefix="flixlist-debian-"))
    try:
        run("tar", "-C", folder, "--numeric-owner", "--xattrs", "-xf", plain_debian(), timeout=300)
        folder.chmod(0o755)
        for path in ("src", "var/cache/apt/archives/partial"):
            (folder / path).mkdir(parents=True, exist_ok=True)
        shutil.copy2("/etc/resolv.conf", folder / "etc/resolv.conf")
        # No service of a package starts in a root without an init.
        policy = folder / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        give_sources(Root(folder), binary)
        # A program that was not linked statically, as releases are, needs Swift's runtime beside it.
        for library in re.findall(rf"=> ({SWIFT}/\S+)", run("ldd", binary).stdout):
            (target := folder / library.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(library, target)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
