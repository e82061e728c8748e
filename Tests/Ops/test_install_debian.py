"""install.sh on a whole, fresh Debian 12: by itself up to a served site, and under a real systemd.

No systemd runs on the machine of the tests, so it is booted in user-mode Linux, a kernel that is a program. That kernel
has no inet tables of nftables: the firewall is tested in test_firewall.py.
"""

import re
import subprocess

import pytest

from conftest import run, tool, until
from install_roots import Root, whole_debian

pytestmark = pytest.mark.long
ASKED = ("--domain", "films.test", "--email", "robin@example.org")
HTTPS = ("curl", "-sS", "--insecure", "--max-time", "10", "--resolve", "films.test:443:127.0.0.1")


@pytest.fixture(scope="module")
def debian(binary):
    with whole_debian(binary) as folder:
        yield folder


@pytest.fixture(scope="module")
def installed(debian):
    """The same after install.sh, which fetched the packages by itself."""
    with Root(debian, network="host") as root:
        before = root.listing()
        dry = root.install(*ASKED, "--dry-run", timeout=300)
        assert root.listing() == before, "a dry run changed something"
        assert "missing: nginx certbot" in dry.stdout, dry.stdout
        done = root.install(*ASKED, "--no-start", timeout=900)
        assert "All is in place" in done.stdout, done.stdout
    return debian


def serve(root):
    """Starts by hand what the units would start, as the same user and with the same settings."""
    unit = root.text("/etc/systemd/system/flixlist@.service").replace("%i", "8081")
    command = re.search(r"^ExecStart=(.*)$", unit, re.M).group(1)
    files = [name.lstrip("-") for name in re.findall(r"^EnvironmentFile=(.*)$", unit, re.M)]
    settings = " ".join(f"$(grep -h ^FLIXLIST_ {name})" for name in files)
    user = re.search(r"^User=(.*)$", unit, re.M).group(1)
    become = f"setpriv --reuid={user} --regid={user} --init-groups --no-new-privs"
    node = subprocess.Popen(
        root.command("bash", "-c", f"echo $$ >/run/node; cd /var/lib/flixlist; umask 077; "
                                   f"exec {become} env {settings} {command}"),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    root.run("nginx")
    until(lambda: root.run("curl", "-fsS", "http://127.0.0.1:8081/readyz", ok=False).returncode == 0, 60, "the node")
    return node


def test_a_fresh_debian_serves_a_site(installed):
    with Root(installed) as root:
        node = serve(root)
        answer = root.run(*HTTPS, "-D", "-", "https://films.test/login").stdout
        assert answer.startswith("HTTP/2 200") and "strict-transport-security" in answer.lower(), answer[:500]
        assert root.run(*HTTPS, "-o", "/dev/null", "-w", "%{http_code}", "https://films.test/readyz").stdout == "200"
        plain = root.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "--resolve",
                         "films.test:80:127.0.0.1", "http://films.test/login").stdout
        assert plain == "308 https://films.test/login" or plain == "301 https://films.test/login", plain
        # The registration waits for the link, which is on standard output.
        root.run("bash", "-c", "kill -TERM $(cat /run/node)")
        said = node.communicate(timeout=40)[0]
        assert node.returncode == 0, said[-500:]
        assert "https://films.test/register?token=" in said
        open_files = ("!", "-user", "flixlist", "-o", "-type", "f", "-perm", "/077")
        assert root.run("find", "/var/lib/flixlist", *open_files).stdout == "", "others may read the record, or own it"


def test_a_second_run_changes_nothing(installed):
    with Root(installed) as root:
        before = root.listing()
        again = root.install(*ASKED, "--no-start", timeout=300)
        assert "Nothing had to be changed" in again.stdout, again.stdout
        after = root.listing()
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert not {path for path in changed if not path.startswith("var/log/")}


def test_the_units_are_sound_where_they_are_installed(installed):
    with Root(installed) as root:
        done = root.run("systemd-analyze", "verify", "--recursive-errors=yes", "--man=no", "flixlist@8081.service",
                        "flixlist@8081.socket", "flixlist-check.timer", "flixlist-backup-push.timer",
                        "flixlist-firewall.service")
        assert "flixlist" not in done.stderr, done.stderr


# --- under a real systemd -------------------------------------------------------------------------------------------

# Runs inside, as the last thing of the boot; each line that begins with "result:" is read by the test.
INSIDE = """
    #!/bin/bash
    exec >/dev/console 2>&1
    set -u
    say() { echo "result: $*"; }
    /src/deploy/install.sh --domain films.test --no-certificate --no-firewall >/root/said 2>&1
    say "install ended with $?"
    sed 's/^/said: /' /root/said
    say "link $(grep -cE 'https://films.test/register.token=' /root/said)"
    /src/deploy/install.sh --domain films.test --no-certificate --no-firewall | tail -n 1 | sed 's/^/result: again /'
    say "socket $(systemctl is-active flixlist@8081.socket), service $(systemctl is-active flixlist@8081.service)"
    systemctl list-units --failed --plain --no-legend 'flixlist*' 'nginx*' | sed 's/^/result: failed /'
    pid=$(systemctl show -P MainPID flixlist@8081.service)
    say "closed $(grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/$pid/status | tr -s '\\t\\n' '  ')"
    say "user $(stat -c %U /proc/$pid)"
    say "limits $(systemctl show -P MemoryMax -P TasksMax flixlist@8081.service | xargs)"
    nsenter -t $pid -m sh -c 'touch /etc/x /usr/x /opt/flixlist/x 2>/dev/null; ls -d /root/* /home/* 2>/dev/null' |
        sed 's/^/result: leak /'
    ls /etc/x /usr/x /opt/flixlist/x 2>/dev/null | sed 's/^/result: leak /'

    # Requests through nginx, a connection each, while the node is started anew.
    (while [ ! -e /root/enough ]; do
        curl -sk -o /dev/null -w '%{http_code}\\n' -m 30 --resolve films.test:443:127.0.0.1 https://films.test/login
    done >/root/codes) &
    sleep 2
    for round in 1 2 3; do systemctl restart flixlist@8081.service; sleep 3; done
    touch /root/enough
    wait
    say "codes $(sort /root/codes | uniq -c | xargs)"
    say "new pid $([ "$pid" != "$(systemctl show -P MainPID flixlist@8081.service)" ] && echo yes)"

    # A node that is killed comes back.
    pid=$(systemctl show -P MainPID flixlist@8081.service)
    kill -KILL "$pid"
    for i in $(seq 60); do
        sleep 1
        [ "$(systemctl is-active flixlist@8081.service)" = active ] || continue
        curl -fs -o /dev/null http://127.0.0.1:8081/readyz && break
    done
    say "after a kill $(systemctl is-active flixlist@8081.service) $(systemctl show -P NRestarts flixlist@8081.service)"

    # Wrong settings: it stays down, and the socket does not wake it for ever.
    echo FLIXLIST_NONSENSE=1 >>/etc/flixlist/flixlist.env
    systemctl restart flixlist@8081.service
    for i in $(seq 25); do curl -s --max-time 1 -o /dev/null http://127.0.0.1:8081/; sleep 0.2; done
    say "wrong settings $(systemctl is-active flixlist@8081) $(systemctl show -P ExecMainStatus flixlist@8081)"
    sed -i '/NONSENSE/d' /etc/flixlist/flixlist.env
    systemctl reset-failed flixlist@8081.service flixlist@8081.socket
    systemctl restart flixlist@8081.socket flixlist@8081.service
    for i in $(seq 60); do curl -fs -o /dev/null http://127.0.0.1:8081/readyz && break; sleep 1; done
    say "put right $(systemctl is-active flixlist@8081.service)"

    systemctl start flixlist-check.service
    say "check $(systemctl show -P Result flixlist-check.service)"
    say "timers $(systemctl list-timers --plain --no-legend 'flixlist-*' | wc -l)"
    say "journal $(journalctl -q -o cat -t flixlist-8081 | grep -c '"message"')"
    systemctl stop flixlist@8081.socket flixlist@8081.service
    say "stopped $(systemctl show -P Result -P ExecMainStatus flixlist@8081.service | xargs)"
    /src/deploy/install.sh --uninstall | tail -n 1 | sed 's/^/result: /'
    say "left $(ls /var/lib/flixlist/flixlist.sqlite) $(systemctl list-unit-files --no-legend 'flixlist*' | wc -l)"
    say end
    sync
    systemctl poweroff --force --force
"""


@pytest.fixture(scope="module")
def booted(installed, tmp_path_factory):
    """What a Debian says that boots with systemd, installs FlixList, and tries it."""
    script = installed / "root/inside"
    script.write_text("\n".join(line.removeprefix("    ") for line in INSIDE.strip().splitlines()) + "\n")
    script.chmod(0o755)
    units = installed / "etc/systemd/system"
    (units / "inside.service").write_text(
        "[Unit]\nAfter=multi-user.target\n[Service]\nType=oneshot\nExecStart=/root/inside\nStandardOutput=tty\n"
        "StandardError=tty\nTTYPath=/dev/console\n[Install]\nWantedBy=multi-user.target\n")
    (units / "multi-user.target.wants/inside.service").symlink_to("../inside.service")
    # So that the run inside has units to put in place and nodes to start.
    for path in [*units.glob("*.wants/flixlist*"), *units.glob("flixlist@.*")]:
        path.unlink()
    (installed / "usr/sbin/policy-rc.d").unlink()
    (installed / "etc/fstab").write_text("/dev/ubda / ext4 rw 0 1\n")
    folder = tmp_path_factory.mktemp("boot")
    disk = folder / "disk"
    run("truncate", "-s", "3G", disk)
    run(tool("mkfs.ext4"), "-q", "-d", installed, disk, timeout=300)
    console = folder / "console"
    try:
        with console.open("w") as output:
            subprocess.run(
                [tool("unshare"), "--pid", "--fork", "--kill-child", "--mount", tool("linux.uml"), f"ubda={disk}", "rw",
                 "mem=1536M", "root=/dev/ubda", "con=null", "con0=fd:0,fd:1", f"uml_dir={folder}", "umid=flixlist",
                 "quiet", "systemd.show_status=0", "systemd.log_level=warning"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=570, check=False)
    except subprocess.TimeoutExpired:
        pass  # what it said up to there is the better error
    disk.unlink()
    said = console.read_text(errors="replace").replace("\r", "")
    assert "result: end" in said, f"the boot did not come to its end:\n{said[-6000:]}"
    return said


def results(said):
    return [line.split("result: ", 1)[1].strip() for line in said.splitlines() if "result: " in line]


def test_it_installs_and_starts_under_systemd(booted):
    found = results(booted)
    assert "install ended with 0" in found, booted[-6000:]
    assert "said: == Done. FlixList serves https://films.test" in booted
    assert "link 1" in found, "the link of the first account comes from the journal"
    assert "again == Nothing had to be changed." in found
    assert "socket active, service active" in found
    assert not [one for one in found if one.startswith("failed ")], booted[-6000:]


def test_the_node_is_closed_under_systemd(booted):
    found = results(booted)
    assert "user flixlist" in found
    assert "closed CapEff: 0000000000000000 NoNewPrivs: 1 Seccomp: 2" in found
    assert "limits 536870912 128" in found
    assert not [one for one in found if one.startswith("leak")], "it can write, or look, where it should not"
    assert "stopped success 0" in found, "SIGTERM is obeyed under the unit's restrictions"


def test_a_restart_under_systemd_fails_no_request(booted):
    found = results(booted)
    codes = next(one for one in found if one.startswith("codes "))
    assert re.fullmatch(r"codes (\d+) 200", codes), f"requests failed while the node was started anew: {codes}"
    assert int(codes.split()[1]) >= 10, "hardly anything was asked"
    assert "new pid yes" in found


def test_systemd_brings_it_back_and_knows_when_not_to(booted):
    found = results(booted)
    assert "after a kill active 1" in found
    assert "wrong settings failed 64" in found
    assert "put right active" in found


def test_what_is_around_the_node_works_under_systemd(booted):
    found = results(booted)
    assert "check success" in found and "timers 2" in found
    assert int(next(one for one in found if one.startswith("journal ")).split()[1]) > 0, "the log is in the journal"
    assert "== FlixList was taken away." in found
    assert "left /var/lib/flixlist/flixlist.sqlite 0" in found
