"""A whole monitoring on one machine: FlixList on PostgreSQL behind nginx with TLS, exporters, Prometheus, Alertmanager.

Prometheus and Alertmanager run with the files of deploy/, in which only addresses and waiting times differ.
"""

import base64
import contextlib
import email.policy
import functools
import http.server
import json
import os
import re
import secrets
import shutil
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import promql_parser
import requests
import yaml

from conftest import DEPLOY, PASSWORD, ROOT, Site, clean_environment, free_port, run, tool, until

PROMETHEUS = DEPLOY / "prometheus"
DASHBOARDS = DEPLOY / "grafana/dashboards"


@functools.cache
def rules():
    """Every rule of deploy/, as (file, rule)."""
    return [
        (path.name, rule) for path in sorted((PROMETHEUS / "rules").glob("*.yml"))
        for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def alerts():
    return {rule["alert"]: rule for _, rule in rules() if "alert" in rule}


def panels():
    """Every panel of every dashboard that is no row, as (file, panel)."""
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            if panel["type"] != "row":
                yield path.name, panel


def dashboard_expressions(interval="1m"):
    """As (file, title, expression), with Grafana's variables filled in."""
    for file, panel in panels():
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", interval)
            yield file, panel["title"], re.sub(r"\$(node|host|database)\b", ".*", expression)


def selectors(expression):
    """The parts of an expression that name a metric, as they can be asked for."""
    found, left = [], [expression]
    while left:
        part = left.pop()
        if isinstance(part, promql_parser.VectorSelector):
            found.append(part.prettify())
        for name in ("lhs", "rhs", "expr", "param", "vector_selector"):
            if isinstance(child := getattr(part, name, None), promql_parser.Expr):
                left.append(child)
        left += list(getattr(part, "args", None) or [])
    return found


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers as its server's `answer` says; keeps what was sent to it."""

    def respond(self):
        length = int(self.headers.get("Content-Length") or 0)
        status, kind, body = self.server.answer(self.path, self.rfile.read(length))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = respond

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def server(answer):
    """A small server on loopback; gives its port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as made:
        made.answer = answer
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        try:
            yield made.server_port
        finally:
            made.shutdown()
            thread.join()


@contextlib.contextmanager
def program(log, *command, **options):
    """A program that runs meanwhile; what it says goes to the file `log`."""
    with open(log, "ab") as output:
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def postgres():
    """The PostgreSQL of scripts/with-postgres.sh; gives its address and the folder of its programs."""
    script = 'echo "$TEST_POSTGRES"; echo "$TEST_POSTGRES_BIN"; cat >/dev/null'
    process = subprocess.Popen(
        [ROOT / "scripts/with-postgres.sh", "bash", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True)
    try:
        yield process.stdout.readline().strip(), Path(process.stdout.readline().strip())
    finally:
        process.stdin.close()
        process.wait(30)


class Mail(socketserver.StreamRequestHandler):
    """A mail server with STARTTLS, as far as Alertmanager needs one; its server keeps what came in `mails`."""

    def handle(self):
        self.say("220 mail of a test")
        login = None
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word in ("EHLO", "HELO"):
                self.say("250-here", "250-AUTH PLAIN", "250 STARTTLS")
            elif word == "STARTTLS":
                self.say("220 go on")
                self.request = self.server.tls.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb")
            elif word == "AUTH":
                login = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
                self.say("235 welcome")
            elif word == "DATA":
                self.say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append((login, email.message_from_bytes(text, policy=email.policy.default)))
                self.say("250 taken")
            elif word == "QUIT":
                return self.say("221 good bye")
            else:
                self.say("250 fine")

    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())
        self.wfile.flush()


@contextlib.contextmanager
def mail_server(pem, key):
    """Gives its port and the list of (login, mail) that came."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail) as made:
        made.daemon_threads, made.mails = True, []
        made.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.tls.load_cert_chain(pem, key)
        threading.Thread(target=made.serve_forever, daemon=True).start()
        try:
            yield made.server_address[1], made.mails
        finally:
            made.shutdown()


# cAdvisor is in no package of Debian 12. This is what it tells of a compose project, after its documentation:
# containers have a name and labels, control groups above them have neither.
CADVISOR = """\
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{{{labels},cpu="total"}} {counter}
container_cpu_usage_seconds_total{{id="/",cpu="total"}} {counter}
# TYPE container_cpu_cfs_periods_total counter
container_cpu_cfs_periods_total{{{labels}}} {counter}
# TYPE container_cpu_cfs_throttled_periods_total counter
container_cpu_cfs_throttled_periods_total{{{labels}}} {counter}
# TYPE container_memory_working_set_bytes gauge
container_memory_working_set_bytes{{{labels}}} 50000000
container_memory_working_set_bytes{{id="/"}} 900000000
# TYPE container_spec_memory_limit_bytes gauge
container_spec_memory_limit_bytes{{{labels}}} 268435456
container_spec_memory_limit_bytes{{id="/"}} 0
# TYPE container_network_receive_bytes_total counter
container_network_receive_bytes_total{{{labels},interface="eth0"}} {counter}
# TYPE container_network_transmit_bytes_total counter
container_network_transmit_bytes_total{{{labels},interface="eth0"}} {counter}
# TYPE container_start_time_seconds gauge
container_start_time_seconds{{{labels}}} 1.7e+09
# TYPE container_last_seen gauge
container_last_seen{{{labels}}} {now}
# TYPE container_oom_events_total counter
container_oom_events_total{{{labels}}} 0
"""
CONTAINER = ('container_label_com_docker_compose_service="flixlist1",id="/system.slice/docker-0a.scope",'
             'image="flixlist",name="flixlist-flixlist1-1"')


def cadvisor(_path, _body, began=time.time()):
    now = int(time.time())
    text = CADVISOR.format(labels=CONTAINER, counter=int(time.time() - began), now=now)
    return 200, "text/plain; version=0.0.4", text.encode()


def certificate(folder, name="localhost"):
    """A certificate of our own for a name; gives it and its key."""
    made, key = folder / "site.pem", folder / "site.key"
    run(tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "30", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", made)
    return made, key


NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{status}; location = /stub_status {{ stub_status; }} }}
  server {{ listen 127.0.0.1:{tls} ssl; ssl_certificate {pem}; ssl_certificate_key {key};
    location / {{ proxy_pass {site}; }} }}
}}
"""


class Stack:
    """All of it. `with Stack(binary, folder) as stack`: then ask `stack.query(…)`."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.ports = {name: free_port() for name in (
            "prometheus", "alertmanager", "node", "process", "postgres", "nginx", "blackbox", "status", "tls")}
        self.sent = []  # what Alertmanager sent to the webhook
        self.url = f"http://127.0.0.1:{self.ports['prometheus']}"
        self.opened = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.opened.close()
            raise
        return self

    def __exit__(self, *_):
        self.opened.close()

    def start(self):
        self.folder.chmod(0o755)
        self.database, self.bin = self.opened.enter_context(postgres())
        self.socket = self.database.split("host=")[1]
        tmdb = self.opened.enter_context(server(lambda *_: (404, "application/json", b'{"status_code": 34}')))
        self.cadvisor = self.opened.enter_context(server(cadvisor))
        self.site = Site(
            self.binary, self.folder / "site", FLIXLIST_DATABASE=self.database, FLIXLIST_SECRET=secrets.token_hex(32),
            FLIXLIST_TMDB_TOKEN="token-of-a-test", FLIXLIST_TMDB_URL=f"http://127.0.0.1:{tmdb}")
        self.opened.callback(self.site.stop)
        self.site.start()
        # The first backup of a site comes after an hour.
        backups = self.folder / "site/data/backups"
        backups.mkdir()
        self.site.command("backup", backups / time.strftime("daily-%Y-%m-%dT%H%M%SZ.flixlist.gz", time.gmtime()))
        self.exporters()
        self.alertmanager()
        self.prometheus()

    def start_program(self, name, *command, **options):
        return self.opened.enter_context(program(self.folder / f"{name}.log", *command, **options))

    def address(self, name):
        return f"127.0.0.1:{self.ports[name]}"

    def exporters(self):
        pem, key = certificate(self.folder)
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(
            folder=self.folder, status=self.ports["status"], tls=self.ports["tls"], pem=pem, key=key,
            site=self.site.url))
        self.start_program("nginx", tool("nginx"), "-e", self.folder / "error.log", "-c", config)
        until(lambda: requests.get(f"http://{self.address('status')}/stub_status", timeout=5).ok, 20, "nginx")
        self.start_program("node", tool("prometheus-node-exporter"), "--web.listen-address", self.address("node"))
        self.start_program(
            "process", tool("prometheus-process-exporter"), "-config.path", PROMETHEUS / "process-exporter.yml",
            "-web.listen-address", self.address("process"))
        self.start_program(
            "postgres", tool("prometheus-postgres-exporter"), "--web.listen-address", self.address("postgres"),
            env=os.environ | {"DATA_SOURCE_NAME": f"host={self.socket} user=flixlist dbname=postgres sslmode=disable"})
        self.replica()
        self.start_program(
            "blackbox", tool("prometheus-blackbox-exporter"), "--config.file", PROMETHEUS / "blackbox.yml",
            "--web.listen-address", self.address("blackbox"), env=os.environ | {"SSL_CERT_FILE": str(pem)})
        self.start_program(
            "nginx-exporter", tool("prometheus-nginx-exporter"), "-web.listen-address", self.address("nginx"),
            "-nginx.scrape-uri", f"http://{self.address('status')}/stub_status")

    def replica(self):
        """A standby that follows; it needs a folder that PostgreSQL's user may enter."""
        room = Path(self.opened.enter_context(tempfile.TemporaryDirectory(prefix="flixlist-replica.")))
        shutil.chown(room, "postgres", "postgres")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        run(*as_owner, self.bin / "pg_basebackup", "-h", self.socket, "-U", "flixlist", "-D", room / "data", "-R",
            "--checkpoint=fast", "--no-sync", cwd="/")
        self.start_program(
            "replica", *as_owner, self.bin / "postgres", "-D", room / "data", "-k", room, "-c", "listen_addresses=",
            "-c", "max_connections=300", "-c", "fsync=off", cwd="/")

    def alertmanager(self):
        def hook(_path, body):
            self.sent.append(json.loads(body))
            return 200, "text/plain", b""

        secret = self.folder / "webhook"
        secret.write_text(f"http://127.0.0.1:{self.opened.enter_context(server(hook))}/hook\n")
        config = self.folder / "alertmanager.yml"
        run(DEPLOY / "alertmanager/configure.sh", "--to", "you@films.example", "--from", "flixlist@films.example",
            "--relay", "127.0.0.1:9", "--webhook-file", secret, config)
        config.write_text(re.sub(r"group_(wait|interval): \S+", r"group_\1: 1s", config.read_text()))
        self.start_program(
            "alertmanager", tool("prometheus-alertmanager"), "--config.file", config, "--cluster.listen-address=",
            "--storage.path", self.folder / "am", "--web.listen-address", self.address("alertmanager"))

    def prometheus(self):
        copy = self.folder / "prometheus"
        shutil.copytree(PROMETHEUS, copy, ignore=shutil.ignore_patterns("targets", "tests"))
        for path in [copy / "prometheus.yml", *(copy / "rules").glob("*.yml")]:
            times = r"(scrape_interval|evaluation_interval|interval|for): \d+[smhd]\b"
            path.write_text(re.sub(times, r"\1: 1s", path.read_text()))
        targets = copy / "targets"
        targets.mkdir()
        addresses = {
            "flixlist": f"127.0.0.1:{self.site.metrics_port}", "cadvisor": f"127.0.0.1:{self.cadvisor}",
        } | {name: self.address(name) for name in ("nginx", "postgres", "node", "process", "alertmanager")}
        for name, address in addresses.items():
            (targets / f"{name}.yml").write_text(f"- targets: ['{address}']\n")
        watching = [self.address(name) for name in ("prometheus", "alertmanager", "blackbox")]
        (targets / "monitoring.yml").write_text(yaml.safe_dump([{"targets": watching}]))
        run(PROMETHEUS / "site.sh", f"localhost:{self.ports['tls']}", targets, self.address("blackbox"))
        run(tool("promtool"), "check", "config", copy / "prometheus.yml")
        self.start_program(
            "prometheus-log", tool("prometheus"), "--config.file", copy / "prometheus.yml",
            "--storage.tsdb.path", self.folder / "tsdb", "--web.listen-address", self.address("prometheus"))
        until(lambda: requests.get(self.url + "/-/ready", timeout=5).ok, 30, "Prometheus")

    def query(self, expression):
        """What it gives now."""
        answer = requests.post(self.url + "/api/v1/query", data={"query": expression}, timeout=10).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        return answer["data"]["result"]

    def sql(self, text):
        return run(self.bin / "psql", "-X", "-h", self.socket, "-U", "flixlist", "-d", "postgres", "-qAtc", text,
                   env=clean_environment()).stdout

    def visit(self, times=3):
        """Some traffic: pages, a login, a wrong one, a play, a search, an import; and a page that fails."""
        session = requests.Session()
        session.headers["Sec-Fetch-Site"] = "same-origin"
        url = self.site.url
        self.site.command("user", "add", "robin", "--admin", input=PASSWORD + "\n")
        session.post(url + "/login", data={"username": "robin", "password": "wrong wrong wrong"}, timeout=10)
        session.post(url + "/login", data={"username": "robin", "password": PASSWORD}, timeout=10)
        film = self.sql("SELECT id FROM titles WHERE kind = 'movie' OR kind = '0' LIMIT 1").strip() or "1"
        session.post(f"{url}/titles/{film}/plays", data={"when": "now"}, timeout=10)
        session.post(url + "/import", files={"file": ("record.json", b"{}")}, timeout=10)
        for _ in range(times):
            for path in ("/", "/library", f"/titles/{film}", "/search?q=zzyzx", "/nowhere", "/stats"):
                session.get(url + path, timeout=10)
            requests.get(f"https://localhost:{self.ports['tls']}/login", timeout=10,
                         verify=str(self.folder / "site.pem"))
            time.sleep(1)
        self.sql("ALTER TABLE shelf RENAME TO shelf_away")
        for _ in range(3):
            failed = session.get(url + "/library", timeout=10)
            time.sleep(1)
        self.sql("ALTER TABLE shelf_away RENAME TO shelf")
        return failed.status_code
