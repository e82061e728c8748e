"""A server of our own to deploy to: sshd with a forced command, nginx, nodes, and people who use the site meanwhile."""

import contextlib
import hashlib
import http.client
import itertools
import os
import re
import shutil
import socket
import subprocess
import tarfile
import threading
import time
import urllib.parse
import uuid

import requests

from conftest import DEPLOY, PASSWORD, ROOT, Site, clean_environment, free_port, run, tool, until

SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef"


# Releases


def release(folder, version, program, before=""):
    """An archive as deploy/release/pack.sh makes it, whose program is a script that goes on as the real one."""
    top = folder / f"pack-{version}-{uuid.uuid4().hex[:6]}" / f"flixlist-{version}"
    top.mkdir(parents=True)
    (top / "flixlist").write_text(
        f'#!/bin/bash\n[ "$1" != --version ] || {{ echo {version}; exit 0; }}\n{before}\nexec "{program}" "$@"\n')
    (top / "flixlist").chmod(0o755)
    (top / "LICENSE").write_text("MIT\n")
    archive = top.parent / f"flixlist-{version}-linux-amd64.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(top, top.name)
    return archive


# What a release does wrong; only where it is a node, not where it is tried before.
ENDS_AT_START = 'case "$*" in *--port*) echo "flixlist: something is missing" >&2; exit 69 ;; esac'
ALWAYS_ENDS_AT_START = 'case "$1" in serve) echo "flixlist: a step of the schema failed" >&2; exit 69 ;; esac'
ANSWERS_503 = """
case "$*" in *--port*) exec python3 - "${@: -1}" <<'END'
import http.server, os, signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
class Sick(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503); self.send_header("Content-Length", "0"); self.end_headers()
    do_POST = do_GET
    def log_message(self, *_): pass
if os.environ.get("LISTEN_FDS"):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sick, bind_and_activate=False)
    server.socket = socket.socket(fileno=3)
else:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Sick)
server.serve_forever()
END
;; esac
"""


# The machine


class Services(threading.Thread):
    """Stands in for systemd: starts and stops nodes as its units do, and holds their sockets where asked."""

    def __init__(self, root, holds):
        super().__init__(daemon=True)
        self.root, self.holds = root, holds
        self.nodes, self.sockets, self.settings, self.restarts = {}, {}, {}, []
        self.log = (root / "nodes.log").open("ab")
        self.command = root / "service"
        self.bell = socket.socket(socket.AF_UNIX)
        self.bell.bind(str(root / "bell"))
        self.bell.listen()
        self.command.write_text(
            "#!/usr/bin/env python3\nimport socket, sys\nbell = socket.socket(socket.AF_UNIX)\n"
            f"bell.connect({str(root / 'bell')!r})\nbell.sendall(' '.join(sys.argv[1:]).encode() + b'\\n')\n"
            "sys.exit(0 if bell.recv(10) == b'ok' else 1)\n")
        self.command.chmod(0o755)

    def add(self, port, **settings):
        self.settings[port] = settings
        if self.holds:
            held = socket.socket()
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", port))
            held.listen(4096)
            self.sockets[port] = held

    def run(self):
        while True:
            caller, _ = self.bell.accept()
            with caller:
                verb, _, port = caller.recv(100).decode().strip().partition(" ")
                if verb == "end":
                    return
                self.restarts.append((verb, int(port), time.monotonic()))
                if verb in ("restart", "stop"):
                    self.stop_node(int(port))
                if verb in ("restart", "start"):
                    self.start_node(int(port))
                caller.sendall(b"ok")

    def start_node(self, port):
        lines = (self.root / "etc/flixlist/flixlist.env").read_text().split()
        settings = dict(line.split("=", 1) for line in lines) | self.settings[port]
        command = [str(self.root / "opt/flixlist/current/flixlist"), "serve", "--port", str(port)]
        fds = ()
        if self.holds:
            fds = (self.sockets[port].fileno(),)
            settings["LISTEN_FDS"] = "1"
            command = ["bash", "-c", f'export LISTEN_PID=$$; exec "$0" "$@" 3<&{fds[0]}', *command]
        self.nodes[port] = subprocess.Popen(
            command, env=clean_environment(**settings), stdout=self.log, stderr=self.log,
            stdin=subprocess.DEVNULL, pass_fds=fds)

    def stop_node(self, port):
        node = self.nodes.get(port)
        if node and node.poll() is None:
            node.terminate()
            node.wait(timeout=30)

    def end(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as bell:
            bell.connect(str(self.root / "bell"))
            bell.sendall(b"end 0\n")
        self.join(5)
        for port in self.nodes:
            try:
                self.stop_node(port)
            except subprocess.TimeoutExpired:
                self.nodes[port].kill()
        for held in self.sockets.values():
            held.close()
        self.bell.close()
        self.log.close()


NGINX = """
user root; worker_processes 2; daemon off; worker_shutdown_timeout 30s;
pid {root}/run/nginx.pid; error_log {root}/nginx.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {root}/tmp/b; proxy_temp_path {root}/tmp/p; fastcgi_temp_path {root}/tmp/f;
  uwsgi_temp_path {root}/tmp/u; scgi_temp_path {root}/tmp/s;
  upstream flixlist {{
    zone flixlist 128k; least_conn;
    include {root}/etc/nginx/flixlist/upstream.conf;
    keepalive 32; keepalive_timeout 30s;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      if (-f {root}/etc/nginx/flixlist/maintenance) {{ return 503; }}
      proxy_pass http://flixlist; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_connect_timeout 5s; proxy_read_timeout 30s; proxy_next_upstream error timeout; proxy_next_upstream_tries 2;
    }}
  }}
}}
"""

SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/sshd.pid
PermitRootLogin forced-commands-only
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
"""


class Server:
    """A root with a first release that runs, behind nginx, reached over SSH."""

    def __init__(self, folder, program, nodes=1, database=None, holds=True, settings="", record=None):
        self.root, self.program = folder / "server", program
        for part in ("etc/nginx/flixlist", "etc/flixlist", "run", "tmp", "opt/flixlist/releases/1.0.0",
                     "var/lib/flixlist"):
            (self.root / part).mkdir(parents=True)
        (self.root / "var/lib/flixlist").chmod(0o700)
        if record:
            shutil.copytree(record, self.root / "var/lib/flixlist", dirs_exist_ok=True)
        self.ports = [free_port() for _ in range(nodes)]
        self.port, self.ssh_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys = folder / "keys"
        self.processes = []
        data = self.root / "var/lib/flixlist"
        lines = [f"FLIXLIST_DATA={data}", f"FLIXLIST_BACKUPS={data}/backups", "FLIXLIST_LOG_LEVEL=notice",
                 f"FLIXLIST_SECRET={SECRET}", "FLIXLIST_METRICS_PORT=0"]
        if database:
            lines.append(f"FLIXLIST_DATABASE={database}")
        (self.root / "etc/flixlist/flixlist.env").write_text("\n".join(lines) + "\n")
        self.upstream = self.root / "etc/nginx/flixlist/upstream.conf"
        self.render_upstream(folder / "rendered")
        (self.root / "nginx.conf").write_text(NGINX.format(root=self.root, port=self.port))
        first = self.root / "opt/flixlist/releases/1.0.0/flixlist"
        first.write_text(f'#!/bin/bash\n[ "$1" != --version ] || {{ echo 1.0.0; exit 0; }}\nexec "{program}" "$@"\n')
        first.chmod(0o755)
        (self.root / "opt/flixlist/current").symlink_to("releases/1.0.0")
        self.services = Services(self.root, holds)
        (self.root / "etc/flixlist/deploy.conf").write_text(
            f"FLIXLIST_DEPLOY_SERVICE={self.services.command}\nFLIXLIST_DEPLOY_USER=\n"
            f'FLIXLIST_DEPLOY_NGINX="{tool("nginx")} -c {self.root}/nginx.conf -p {self.root}"\n{settings}')
        for port in self.ports:
            own = {"FLIXLIST_DATA": str(data / str(port))} if database else {}
            self.services.add(port, **own)

    def render_upstream(self, folder):
        """The list of nodes as deploy/nginx writes it."""
        run(DEPLOY / "nginx/render.sh", "--out", folder, "--settings", "/dev/null", env=os.environ | {
            "NGINX_SITE": "films.example", "NGINX_NODES": " ".join(f"127.0.0.1:{port}" for port in self.ports),
            "NGINX_CERTIFICATE": "/nowhere", "NGINX_CERTIFICATE_KEY": "/nowhere"})
        shutil.copy(folder / "flixlist/upstream.conf", self.upstream)

    # Life

    def __enter__(self):
        try:
            self.services.start()
            for port in self.ports:
                self.services.start_node(port)
            with (self.root / "nginx.out").open("ab") as out:
                self.processes.append(subprocess.Popen(
                    [tool("nginx"), "-c", self.root / "nginx.conf", "-p", self.root], stdout=out, stderr=out))
            self.start_sshd()
            until(self.all_ready, 180, "the nodes")
        except BaseException:
            self.__exit__()
            raise
        return self

    def all_ready(self):
        return all(requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok for port in self.ports)

    def start_sshd(self):
        self.keys.mkdir()
        for name in ("host", "key", "stranger"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.keys / name)
        forced = f"FLIXLIST_DEPLOY_ROOT={self.root} {DEPLOY}/release/flixlist-deploy ssh"
        public = (self.keys / "key.pub").read_text()
        (self.keys / "authorized_keys").write_text(f'restrict,command="{forced}" {public}')
        host = " ".join((self.keys / "host.pub").read_text().split()[:2])
        (self.keys / "known_hosts").write_text(f"[127.0.0.1]:{self.ssh_port} {host}\n")
        (self.keys / "sshd_config").write_text(SSHD.format(port=self.ssh_port, folder=self.keys))
        os.makedirs("/run/sshd", exist_ok=True)
        with (self.root / "sshd.log").open("ab") as out:
            self.processes.append(subprocess.Popen(
                [tool("sshd"), "-D", "-e", "-f", self.keys / "sshd_config"], stdout=out, stderr=out))
        until(lambda: socket.create_connection(("127.0.0.1", self.ssh_port), 1).close() is None, 10, "sshd")

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
        self.services.end()

    # What an operator does

    def push_command(self, *arguments, identity="key"):
        return [DEPLOY / "release/push.sh", "--known-hosts", self.keys / "known_hosts", "--identity",
                self.keys / identity, "--port", self.ssh_port, "root@127.0.0.1", *arguments]

    def push(self, *arguments, ok=True, **options):
        done = run(*self.push_command(*arguments, **options), ok=False, timeout=180)
        if ok:
            said = done.stdout + done.stderr
            assert done.returncode == 0, f"push {arguments}: {done.returncode}\n{said}\n{self.log()}"
        return done

    def directly(self, *arguments, ok=True, **options):
        """flixlist-deploy without SSH."""
        environment = clean_environment(FLIXLIST_DEPLOY_ROOT=str(self.root))
        return run(DEPLOY / "release/flixlist-deploy", *arguments, ok=ok, env=environment, **options)

    def current(self):
        return os.path.basename(os.readlink(self.root / "opt/flixlist/current"))

    def kept(self):
        return sorted(each.name for each in (self.root / "opt/flixlist/releases").iterdir())

    def log(self):
        log = self.root / "var/log/flixlist-deploy.log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else ""

    def is_untouched(self, upstream):
        """Nothing of a deploy that was refused is there."""
        assert self.upstream.read_text() == upstream, "nginx's list of nodes must be as it was"
        assert self.current() == "1.0.0", "the release before must be the current one"
        leftovers = [name for name in self.kept() if name.startswith(".")]
        assert not leftovers, f"nothing half received may stay: {leftovers}"
        assert self.all_ready(), "every node must go on"


def announced(archive):
    """What flixlist-deploy is told of an archive."""
    content = archive.read_bytes()
    version = re.match(r"flixlist-(.*)-linux", archive.name)[1]
    return ["deploy", version, hashlib.sha256(content).hexdigest(), str(len(content))]


def prepared(folder, program, **settings):
    """A record with the starter catalogue, whose first start need not be waited for again; gives its folder."""
    site = Site(program, folder, FLIXLIST_SECRET=SECRET, **settings).start()
    assert site.stop() == 0
    return folder / "data"


# PostgreSQL


class PostgreSQL:
    """A server in a folder of its own, by scripts/with-postgres.sh."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [ROOT / "scripts/with-postgres.sh", "bash", "-c", 'echo "$TEST_POSTGRES $TEST_POSTGRES_BIN"; exec cat'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline().split()
        assert said, "PostgreSQL did not start"
        self.address, self.bin = said
        self.host = urllib.parse.parse_qs(urllib.parse.urlsplit(self.address).query)["host"][0]
        self.names = (f"site{number}" for number in itertools.count(1))
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def query(self, name, sql):
        return run(f"{self.bin}/psql", "-X", "-h", self.host, "-U", "flixlist", "-d", name, "-qAtc", sql).stdout.strip()

    def database(self, template="template0"):
        name = next(self.names)
        self.query("postgres", f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {template}")
        return name, f"postgres://flixlist@/{name}?host={self.host}&pool=4"


# People


class Load:
    """People who read pages and note plays, one after another, until the block ends; every failure is kept.

    Half of them open a connection for each request. The others keep theirs, as browsers do, and like these ask again
    when a kept connection turns out to be closed before a byte of an answer came (RFC 9112, 9.3.1); a play posted again
    carries the same mark, so it counts once.
    """

    def __init__(self, url, people=4, pause=0.02):
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port, self.url, self.pause = int(port), url, pause
        self.failures, self.answers, self.noted, self.stale = [], 0, 0, 0
        self.longest = 0.0
        self.lock, self.over = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.person, args=(number % 2 == 0,)) for number in range(people)]

    def sign_up(self, name="robin"):
        status, headers, _ = self.once("POST", "/register", {"username": name, "password": PASSWORD, "zone": "UTC"})
        assert status == 303, f"registering: {status}"
        self.cookie = headers["Set-Cookie"].split(";")[0]
        page = self.once("GET", "/search?q=parasite+2019")[2].decode()
        self.title = re.search(r'id="t(\d+)"', page)[1]
        return self

    def headers(self):
        return {"Cookie": getattr(self, "cookie", "flixlist=none"), "Origin": self.url, "Sec-Fetch-Site": "same-origin"}

    def once(self, method, path, form=None, kept=None):
        connection = kept or http.client.HTTPConnection(self.host, self.port, timeout=60)
        headers = self.headers() | ({} if kept else {"Connection": "close"})
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            if not kept:
                connection.close()

    def person(self, keeps):
        kept, used = None, False
        for turn in itertools.count():
            if self.over.is_set():
                return
            if turn % 3 == 2:
                method, path, form, wanted = "POST", f"/titles/{self.title}/plays", {"again": "1"}, 303
                form["once"] = uuid.uuid4().hex
            else:
                method, path, form, wanted = "GET", ("/", "/library")[turn % 3], None, 200
            began = time.monotonic()
            for again in (False, True):
                if keeps and kept is None:
                    kept, used = http.client.HTTPConnection(self.host, self.port, timeout=60), False
                try:
                    status = self.once(method, path, form, kept)[0]
                    self.note(method, path, status, wanted, began)
                    used = True
                    break
                except (http.client.HTTPException, OSError) as error:
                    was_kept, kept = keeps and used, None
                    if was_kept and not again and isinstance(error, (ConnectionError, http.client.BadStatusLine)):
                        with self.lock:
                            self.stale += 1
                        continue
                    self.note(method, path, repr(error), wanted, began)
                    break
            time.sleep(self.pause)

    def note(self, method, path, status, wanted, began):
        with self.lock:
            self.longest = max(self.longest, time.monotonic() - began)
            if status == wanted:
                self.answers += 1
                self.noted += method == "POST"
            else:
                self.failures.append(f"{method} {path}: {status}")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(70)

    def must_be_whole(self, plays, least=50):
        """No request failed, and each play that was answered is there once."""
        print(f"{self.answers} answers, {self.noted} plays, longest {self.longest:.2f} s, {self.stale} asked again")
        assert not self.failures, f"{len(self.failures)} requests failed, such as {self.failures[:5]}"
        assert self.answers > least, f"only {self.answers} requests were answered: there was no load"
        assert plays == self.noted, f"{self.noted} plays were answered, {plays} are there"
