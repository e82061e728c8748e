"""install.sh in a throw-away root: what it leaves behind, that it may be repeated, and what it calls in which order.

The programs that need a running system (systemctl, the package managers, SELinux) are played and write down how they
were called. `test_install_debian.py` does the same in a whole Debian, and under a real systemd.
"""

import re
import stat
import subprocess
from pathlib import Path

import pytest

from conftest import DEPLOY, run, tool, until
from install_roots import small_root

LINK = "https://films.test/register?token=abc_DEF-123"

# Keeps which units are enabled and active, in files.
SYSTEMCTL = """
    state=/stubs/units
    mkdir -p "$state"
    verb='' quiet='' now='' units=()
    for word in "$@"; do
        case "$word" in
            --now) now=yes ;;
            --*) ;;
            *) if [ -z "$verb" ]; then verb=$word; else units+=("$word"); fi ;;
        esac
    done
    case "$verb" in
        is-enabled) [ -e "$state/enabled-${units[0]}" ] ;;
        is-active) [ -e "$state/active-${units[0]}" ] ;;
        is-failed) [ -e "$state/failed-${units[0]}" ] ;;
        show) echo 0123456789abcdef ;;
        *)
            for unit in "${units[@]}"; do
                case "$verb" in
                    enable) touch "$state/enabled-$unit" ;;
                    disable) rm -f "$state/enabled-$unit" ;;
                esac
                case "$verb$now" in
                    start | restart | enableyes) touch "$state/active-$unit" ;;
                    stop | disableyes) rm -f "$state/active-$unit" ;;
                esac
            done
            ;;
    esac
"""

# dnf and rpm, which know what was installed.
RPM = """
    while [ "$#" -gt 0 ]; do case "$1" in -*) shift ;; *) break ;; esac; done
    [ -e "/stubs/rpm-$1" ]
"""
DNF = """
    [[ "$*" != *"module list"* ]] || exit 0
    for word in "$@"; do touch "/stubs/rpm-${word%%:*}"; done
"""


def changing(calls):
    """The calls that ask systemd for something, without those that only look."""
    return [one for one in calls if not re.search(r"systemctl (--quiet )?(is-|show)", one)]


def starts(root):
    """Lets the root look as if systemd ran in it."""
    root.run("mkdir", "-p", "/run/systemd/system")
    root.stub("systemctl", SYSTEMCTL)
    root.stub("journalctl", f"echo 'FlixList serves https://films.test'; echo 'Make it at {LINK} soon.'")
    root.stub("curl", "exit 0")
    root.stub("certbot", "exit 0")


@pytest.fixture
def root():
    """With a program that is only played: what is tested is the script."""
    with small_root() as root:
        yield root


@pytest.fixture
def real_root(binary):
    with small_root(binary) as root:
        yield root


ASKED = ("--domain", "films.test", "--email", "robin@example.org")


def rights(root, path):
    about = root.path(path).stat()
    group = dict(line.split(":")[2::-2] for line in root.text("/etc/group").splitlines())
    user = dict(line.split(":")[2::-2] for line in root.text("/etc/passwd").splitlines())
    return f"{stat.S_IMODE(about.st_mode):o} {user[str(about.st_uid)]}:{group[str(about.st_gid)]}"


def test_a_dry_run_says_every_step_and_changes_nothing(root):
    before = root.listing()
    done = root.install(*ASKED, "--dry-run")
    assert root.listing() == before, "something was changed"
    for wanted in ("useradd", "/opt/flixlist/releases/", "would write /etc/flixlist/secrets/secret", "flixlist.env",
                   "render.sh --check", "would write /etc/systemd/system/flixlist@.service", "firewall.d/10-input.nft",
                   "obtain.sh", "/readyz", "nothing was changed"):
        assert wanted in done.stdout, f"'{wanted}' is not said:\n{done.stdout}"


def test_everything_lies_where_it_should_and_a_second_run_changes_nothing(root):
    root.install(*ASKED, "--no-start")
    version = root.run("/src/flixlist", "--version").stdout.strip()
    for path, wanted in {
        "/opt/flixlist": "755 root:root", f"/opt/flixlist/releases/{version}/flixlist": "755 root:root",
        "/etc/flixlist": "750 root:flixlist", "/etc/flixlist/flixlist.env": "640 root:flixlist",
        "/etc/flixlist/secrets": "750 root:flixlist", "/etc/flixlist/secrets/secret": "640 root:flixlist",
        "/var/lib/flixlist": "700 flixlist:flixlist", "/opt/flixlist/backups/push.sh": "755 root:root",
        "/opt/flixlist/certificates/obtain.sh": "755 root:root", "/local/bin/flixlist": "755 root:root",
        "/local/sbin/flixlist-deploy": "755 root:root", "/etc/systemd/system/flixlist@.socket": "644 root:root",
        "/etc/flixlist/firewall.d/10-input.nft": "640 root:flixlist",
    }.items():
        assert rights(root, path) == wanted, path
    assert root.path("/opt/flixlist/current").readlink().name == version
    settings = root.text("/etc/flixlist/flixlist.env")
    assert "FLIXLIST_PUBLIC_URL=https://films.test\n" in settings and "DATABASE" not in settings
    assert "FLIXLIST_METRICS_PORT=9464\n" in root.text("/etc/flixlist/8081.env")
    assert not root.path("/etc/flixlist/8082.env").exists(), "one node on SQLite"
    assert re.fullmatch(r"[0-9a-f]{64}\n", root.text("/etc/flixlist/secrets/secret"))
    assert "flixlist:x:" in root.text("/etc/passwd") and "nologin" in root.text("/etc/passwd").split("flixlist:")[-1]
    before = root.listing()
    again = root.install(*ASKED, "--no-start")
    assert "Nothing had to be changed" in again.stdout, again.stdout
    assert root.listing() == before
    assert "Nothing had to be changed" in root.install("--no-start").stdout, "it knows the name of its site"


@pytest.mark.long
def test_the_wrapper_runs_commands_as_the_program_s_user(real_root):
    real_root.install(*ASKED, "--no-start")
    said = real_root.run("flixlist", "doctor", ok=False).stdout
    assert "FLIXLIST_PUBLIC_URL=https://films.test" in said
    real_root.run("bash", "-c", "echo nine quiet otters swim | flixlist user add robin --admin")
    assert rights(real_root, "/var/lib/flixlist/flixlist.sqlite") == "600 flixlist:flixlist"
    assert "robin" in real_root.run("flixlist", "user", "list").stdout


@pytest.mark.long
def test_what_the_operator_wrote_stays(root):
    root.install(*ASKED, "--no-start")
    path = root.path("/etc/flixlist/flixlist.env")
    path.write_text(path.read_text().replace("FLIXLIST_TRUSTED_PROXIES=127.0.0.1", "FLIXLIST_TRUSTED_PROXIES=10.0.0.1")
                    + "FLIXLIST_REGISTRATION=invite\n")
    root.install("--domain", "movies.test", "--no-start")
    settings = path.read_text()
    assert "FLIXLIST_REGISTRATION=invite\n" in settings and "FLIXLIST_TRUSTED_PROXIES=10.0.0.1\n" in settings
    assert "FLIXLIST_PUBLIC_URL=https://movies.test\n" in settings
    assert "NGINX_SITE=movies.test\n" in root.text("/etc/flixlist/nginx.env")
    secret = root.text("/etc/flixlist/secrets/secret")
    refused = root.install("--database", "postgres", "--no-start", ok=False)
    assert refused.returncode == 1 and "keeps its record in sqlite" in refused.stderr
    assert root.text("/etc/flixlist/secrets/secret") == secret


@pytest.mark.long
def test_a_secret_that_is_there_is_taken_over(root):
    root.path("/var/lib/flixlist").mkdir(parents=True)
    root.path("/var/lib/flixlist/secret").write_text("a" * 64 + "\n")
    root.install(*ASKED, "--no-start")
    assert root.text("/etc/flixlist/secrets/secret") == "a" * 64 + "\n"


def test_it_starts_in_the_right_order_and_prints_the_link(root):
    starts(root)
    done = root.install(*ASKED)
    calls = changing(root.calls())
    order = ["systemctl restart flixlist-firewall.service", "systemctl start flixlist@8081.socket",
             "systemctl restart flixlist@8081.service", "curl .*127.0.0.1:8081/readyz", "systemctl start nginx",
             "certbot", "curl .*https://films.test/readyz"]
    at = [next((place for place, call in enumerate(calls) if re.search(wanted, call)), -1) for wanted in order]
    assert -1 not in at and at == sorted(at), f"{list(zip(order, at))} in {calls}"
    assert LINK in done.stdout, "the way to the first account"
    again = root.install(*ASKED)
    calls = changing(root.calls())
    disturbing = [one for one in calls if re.search("systemctl (re(start|load)|daemon-reload)", one)]
    assert not disturbing, "a second run disturbs what serves"
    assert "Nothing had to be changed" in again.stdout, again.stdout


@pytest.mark.long
def test_a_node_that_does_not_get_ready_stops_it_and_says_how_to_go_on(root):
    starts(root)
    root.stub("curl", "exit 22")
    root.stub("journalctl", "echo 'flixlist: a port that is taken'")
    root.path("/stubs/units").mkdir(exist_ok=True)
    root.path("/stubs/units/failed-flixlist@8081.service").touch()
    done = root.install(*ASKED, ok=False)
    assert done.returncode == 1
    assert "a port that is taken" in done.stderr and "run the same command again" in done.stderr
    assert "certbot" not in " ".join(root.calls()), "it went on"


@pytest.mark.long
def test_postgresql_gets_two_nodes_and_a_role(root):
    starts(root)
    root.stub("runuser", """[[ "$*" != *"SELECT 1 FROM"* ]] || exit 0""")
    root.install(*ASKED, "--database", "postgres")
    calls = root.calls()
    assert any("createuser" in one for one in calls) and any("createdb --owner=flixlist" in one for one in calls), calls
    assert "host=/var/run/postgresql" in root.text("/etc/flixlist/flixlist.env")
    for node, metrics in (("8081", 9464), ("8082", 9465)):
        own = root.text(f"/etc/flixlist/{node}.env")
        assert f"FLIXLIST_METRICS_PORT={metrics}\n" in own and f"FLIXLIST_DATA=/var/lib/flixlist/{node}\n" in own
        assert f"systemctl restart flixlist@{node}.service" in calls
    assert "8082" in root.text("/etc/nginx/flixlist/upstream.conf")


@pytest.mark.long
def test_two_nodes_on_a_real_postgresql_without_a_password(real_root):
    """PostgreSQL as its package sets it up: who connects by the socket is who the system says."""
    root = real_root
    starts(root)
    root.stub("curl", "exit 0")
    server = sorted(Path("/usr/lib/postgresql").iterdir())[-1] / "bin"
    root.run("bash", "-c", f"""
        set -e
        mkdir -p /run/postgresql /var/lib/postgresql
        chown postgres /run/postgresql /var/lib/postgresql
        cd /
        runuser -u postgres -- {server}/initdb -D /var/lib/postgresql/data -A peer -E UTF8 --no-sync >/dev/null
        runuser -u postgres -- {server}/pg_ctl -D /var/lib/postgresql/data -l /var/lib/postgresql/log -w \
            -o '-c listen_addresses= -c unix_socket_directories=/run/postgresql' start >/dev/null
    """)
    for _ in range(2):
        root.install(*ASKED, "--database", "postgres")
    root.run("bash", "-c", "rm /stubs/curl")
    nodes = []
    try:
        for node in ("8081", "8082"):
            settings = f"$(grep -h ^FLIXLIST_ /etc/flixlist/flixlist.env /etc/flixlist/{node}.env)"
            nodes.append(subprocess.Popen(root.command("bash", "-c", f"""
                cd /var/lib/flixlist; umask 077
                exec setpriv --reuid=flixlist --regid=flixlist --init-groups env {settings} \
                    /opt/flixlist/current/flixlist serve --port {node}""")))
        for node in ("8081", "8082"):
            address = f"http://127.0.0.1:{node}/readyz"
            until(lambda: root.run("curl", "-fs", address, ok=False).returncode == 0, 240, f"the node {node}")
        doctor = root.run("flixlist", "doctor", ok=False)
        wrong = [line for line in doctor.stdout.splitlines() if line.startswith("wrong")]
        assert wrong == [] and doctor.returncode == 0, doctor.stdout
    finally:
        for node in nodes:
            node.kill()
            node.wait()


@pytest.mark.long
def test_a_postgresql_elsewhere_is_reached_and_its_address_is_a_secret(root):
    root.path("/root/address").write_text("postgres://films:pass%20word@db.example:6432/films\n")
    root.install(*ASKED, "--database-file", "/root/address", "--no-start")
    assert rights(root, "/etc/flixlist/secrets/database") == "640 root:flixlist"
    assert "FLIXLIST_DATABASE_FILE=/etc/flixlist/secrets/database" in root.text("/etc/flixlist/flixlist.env")
    assert "pass" not in root.text("/etc/flixlist/flixlist.env")
    assert "flixlist_egress tcp_ports { 6432 }" in root.text("/etc/flixlist/firewall.d/90-local.nft")


@pytest.mark.long
def test_the_session_that_installs_is_not_shut_out(root):
    root.stub("sshd", "echo 'port 2200'")
    session = {"SSH_CONNECTION": "192.0.2.9 50000 192.0.2.1 2222"}
    root.install(*ASKED, "--no-start", "--ssh-port", "2244", variables=session)
    rules = root.text("/etc/flixlist/firewall.d/90-local.nft")
    assert "add element inet flixlist ports { 22, 2200, 2222, 2244 }" in rules
    assert "add element inet flixlist_ssh ports { 22, 2200, 2222, 2244 }" in rules


def test_wrong_options_are_named_at_once_and_change_nothing(root):
    before = root.listing()
    done = root.install("--domain", "films", "--email", "robin", "--database", "mysql", "--ssh-port", "70000", ok=False)
    assert done.returncode == 1
    for wanted in ("'films'", "'robin'", "'mysql'", "'70000'"):
        assert wanted in done.stderr, f"{wanted} is not named: {done.stderr}"
    for options in (["--domain"], ["--unknown"], [*ASKED, "--purge"], [*ASKED, "--binary", "/nowhere"]):
        assert root.install(*options, ok=False).returncode == 1, options
    assert "--no-start" in root.install(*ASKED, ok=False).stderr, "there is no systemd here, and it says what to do"
    assert root.listing() == before


def test_a_program_that_cannot_run_is_not_installed(root):
    root.path("/src/flixlist").write_text("#!/bin/sh\necho no such library >&2\nexit 127\n")
    done = root.install(*ASKED, "--no-start", ok=False)
    assert done.returncode == 1 and "no such library" in done.stderr and "does not run on this system" in done.stderr
    assert not root.path("/opt/flixlist/current").exists()


@pytest.mark.long
def test_an_older_program_does_not_replace_a_newer_one(root):
    root.install(*ASKED, "--no-start")
    root.run("bash", "-c", "mkdir /opt/flixlist/releases/99.0.0 && ln -sfn releases/99.0.0 /opt/flixlist/current")
    done = root.install(*ASKED, "--no-start", ok=False)
    assert done.returncode == 1 and "99.0.0 is installed" in done.stderr


@pytest.mark.long
def test_a_release_is_fetched_and_its_checksum_compared(root):
    root.run("bash", "-c", """
        set -e
        version=$(/src/flixlist --version)
        mkdir -p "/srv/flixlist-$version"
        mv /src/flixlist "/srv/flixlist-$version/flixlist"
        cd /srv
        name=flixlist-$version-linux-$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/').tar.gz
        tar -c "flixlist-$version" | gzip -1 >"$name"
        sha256sum "$name" >SHA256SUMS
        sed 's/^......../00000000/' SHA256SUMS >WRONG
        rm -r "flixlist-$version" """)
    version = next(root.path("/srv").glob("*.tar.gz")).name.split("-")[1]
    fetch = (*ASKED, "--no-start", "--release", version, "--from", "file:///srv")
    sums = root.path("/srv/SHA256SUMS")
    right = sums.read_text()
    sums.write_text(root.text("/srv/WRONG"))
    done = root.install(*fetch, ok=False)
    assert done.returncode == 1 and "checksum" in done.stderr and not root.path("/opt/flixlist/current").exists()
    sums.write_text(right)
    root.install(*fetch)
    assert root.path(f"/opt/flixlist/releases/{version}/flixlist").exists()


@pytest.mark.long
def test_uninstalling_keeps_the_data_and_purging_does_not(root):
    before = root.listing()
    starts(root)
    root.install(*ASKED)
    root.path("/var/lib/flixlist/flixlist.sqlite").write_text("a record")
    dry = root.listing()
    root.install("--uninstall", "--purge", "--dry-run")
    assert root.listing() == dry, "a dry run removed something"
    root.calls()
    root.install("--uninstall")
    assert "systemctl disable --quiet --now flixlist@8081.socket" in root.calls()
    assert root.text("/var/lib/flixlist/flixlist.sqlite") == "a record"
    assert root.path("/etc/flixlist/secrets/secret").exists() and root.path("/etc/flixlist/flixlist.env").exists()
    for path in ("/opt/flixlist", "/etc/systemd/system/flixlist@.service", "/local/bin/flixlist", "/etc/nginx/flixlist",
                 "/etc/flixlist/firewall.d"):
        assert not root.path(path).exists(), f"{path} is left"
    assert root.install("--uninstall", "--purge", ok=False).returncode == 1, "nobody said yes"
    assert root.path("/var/lib/flixlist/flixlist.sqlite").exists()
    root.install("--uninstall", "--purge", "--yes")
    left = {path: what for path, what in root.listing().items() if path not in before}
    assert not [path for path in left if "flixlist" in path and not path.startswith(("var/www", "var/cache"))], left
    assert root.listing()["etc/nginx/nginx.conf"][:4] == before["etc/nginx/nginx.conf"][:4], "nginx's own file is back"


# --- CentOS, RHEL and their likes -----------------------------------------------------------------------------------


LONG = [pytest.mark.long]
LIKES = [("centos", "rhel fedora"), ("almalinux", "rhel centos fedora"), ("rhel", "fedora")]
FIREWALL_CMD = '[[ "$*" != *query* ]] || exit 1; [[ "$*" != *get* ]] || echo public'


@pytest.fixture(params=[pytest.param(like, id=like[0], marks=marks) for like, marks in zip(LIKES, ([], LONG, LONG))])
def redhat(request):
    with small_root(None, "A Linux of RHEL's family", *request.param) as root:
        starts(root)
        for name, script in {
            "rpm": RPM, "dnf": DNF, "firewall-cmd": FIREWALL_CMD,
            "getenforce": "echo Enforcing", "semanage": '[ "$1 $2" != "port -l" ] || echo "http_port_t tcp 80, 443"',
            "restorecon": "", "postgresql-setup": "", "apt-get": "exit 1", "runuser": "",
        }.items():
            root.stub(name, script)
        yield root


def test_the_family_of_rhel_is_served_too(redhat):
    redhat.install(*ASKED, "--database", "postgres")
    calls = redhat.calls()
    installed = next(one for one in calls if one.startswith("dnf -y install --setopt"))
    for package in ("nginx", "certbot", "libpq", "firewalld", "policycoreutils-python-utils", "postgresql-server"):
        assert f" {package}" in installed, installed
    assert calls.index("dnf -y install epel-release") < calls.index(installed), "certbot comes from EPEL"
    assert "postgresql-setup --initdb" in calls
    assert "firewall-cmd --quiet --permanent --zone=flixlist --add-service=https" in calls
    assert "firewall-cmd --quiet --set-default-zone=flixlist" in calls
    assert "semanage port -m -t http_port_t -p tcp 8082" in calls
    assert any(one.startswith("semanage fcontext -a -t bin_t /opt/flixlist/releases") for one in calls)
    rules = redhat.path("/etc/flixlist/firewall.d")
    assert sorted(path.name for path in rules.iterdir()) == ["20-ssh.nft", "30-egress.nft", "90-local.nft"], (
        "firewalld decides about the ports, and nft only about the rest")
    assert not [one for one in calls if one.startswith("apt-get")]


def test_another_family_is_told_so():
    with small_root(None, "Void", "void") as root:
        done = root.install(*ASKED, ok=False)
        assert done.returncode == 1 and "neither of Debian's nor of RHEL's family" in done.stderr


@pytest.mark.long
def test_ufw_stays_where_it_is_active(root):
    starts(root)
    root.stub("ufw", "echo 'Status: active'")
    root.install(*ASKED)
    calls = root.calls()
    assert {"ufw allow 22/tcp", "ufw allow 80/tcp", "ufw allow 443/tcp"} <= set(calls)
    assert not root.path("/etc/flixlist/firewall.d/10-input.nft").exists(), "two firewalls that both decide"


@pytest.mark.long
def test_duckdns_is_set_up(root):
    starts(root)
    root.path("/root/token").write_text("12345678-aaaa-bbbb-cccc-1234567890ab\n")
    refused = root.install(*ASKED, "--duckdns", "/root/token", ok=False)
    assert refused.returncode == 1 and ".duckdns.org" in refused.stderr
    root.install("--domain", "films.duckdns.org", "--email", "robin@example.org", "--duckdns", "/root/token")
    assert "DUCKDNS_DOMAINS=films\n" in root.text("/etc/flixlist/duckdns.env")
    assert rights(root, "/etc/flixlist/secrets/duckdns_token") == "640 root:flixlist"
    assert "systemctl enable --quiet flixlist-duckdns.timer" in root.calls()


def test_the_script_is_clean():
    for path in [DEPLOY / "install.sh", *(DEPLOY / "install").iterdir()]:
        run(tool("shellcheck"), path)
        assert not [line for line in path.read_text().splitlines() if len(line) > 120], path
