"""What the compose file has run: the script that makes its settings and secrets, the one that makes the database, the
one that stays and tells duckdns."""

import contextlib
import re
import shutil
import stat
import subprocess
import time

import pytest
from conftest import DEPLOY, ROOT, Site, clean_environment, run, until
from test_compose import prepare, site  # noqa: F401

# prepare.sh

def read(folder):
    return {path.name: path.read_text() for path in (folder / "compose/secrets").iterdir()}


def test_prepare_makes_secrets_once(site):
    secrets = site / "compose/secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700, "others cannot enter the folder"
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()} == {0o444}, "any user in a container reads"
    assert stat.S_IMODE((site / ".env").stat().st_mode) == 0o600
    before, settings = read(site), (site / ".env").read_text()
    assert "DOMAIN=films.example" in settings and "COMPOSE_PROFILES=simple" in settings
    for name in ("flixlist_secret", "postgres_password", "grafana_password"):
        assert len(before[name].strip()) >= 48 and before[name].strip() not in settings, name
    password = before["postgres_flixlist_password"].strip()
    assert before["flixlist_database"].strip() == f"postgres://flixlist:{password}@postgres/flixlist"
    assert len({value for value in before.values() if value}) == len([value for value in before.values() if value])

    again = prepare(site, "--profile", "full", domain="other.example")
    assert read(site) == before and (site / ".env").read_text() == settings, "nothing is overwritten"
    assert "kept the settings" in again.stdout

    (site / "compose/secrets/grafana_password").unlink()
    prepare(site)
    after = read(site)
    assert after.pop("grafana_password") != before.pop("grafana_password") and after == before, "only what is missing"


def test_prepare_takes_tokens_and_prints_one_password(tmp_path, site):
    (tmp_path / "token").write_text("duck-token\n")
    shutil.rmtree(site / "compose/secrets")
    (site / ".env").unlink()
    done = prepare(
        site, "--profile", "full", "--duckdns", "films", "--duckdns-token-file", tmp_path / "token", "--user", "robin")
    assert "DUCKDNS_DOMAINS=films" in (site / ".env").read_text()
    assert "https://films.example/" in (site / "prometheus/targets/compose/site.yml").read_text(), "it is watched"
    secrets = read(site)
    assert secrets["duckdns_token"] == "duck-token\n" and secrets["tmdb_token"] == ""
    password = re.search(r"let in 'robin' with the password (\S+)", done.stdout)[1]
    user, hashed = secrets["monitoring_htpasswd"].strip().split(":")
    salt = hashed.split("$")[2]
    again = run("openssl", "passwd", "-6", "-salt", salt, "-stdin", input=password + "\n").stdout.strip()
    assert user == "robin" and again == hashed, "the printed password is the one that nginx takes"
    for name, value in secrets.items():
        if value and name != "monitoring_htpasswd":
            assert value.strip() not in done.stdout, f"{name} was printed"


@pytest.mark.parametrize("arguments, reason", [
    (["--domain", "films"], "--domain has to be"),
    (["--domain", "films.example/x"], "--domain has to be"),
    (["--domain", "films.example", "--email", "robin"], "--email has to be"),
    (["--domain", "films.example", "--email", "r@films.example", "--profile", "huge"], "simple or full"),
    (["--domain", "films.example", "--email", "r@films.example", "--duckdns", "films"], "needs the token"),
    (["--domain", "films.example", "--email", "r@films.example", "--tmdb-token-file", "/nowhere"], "can be read"),
    (["--domain"], "wants a value"),
    (["--colour"], "is not an option"),
])
def test_prepare_refuses(site, arguments, reason):
    shutil.rmtree(site / "compose/secrets")
    (site / ".env").unlink()
    done = run(site / "compose/prepare.sh", *arguments, ok=False)
    assert done.returncode == 1 and reason in done.stderr, done.stderr
    assert not (site / ".env").exists() and not (site / "compose/secrets").exists(), "nothing is left behind"


# duckdns.sh

@pytest.mark.parametrize("names, answer, told", [("films", 0, True), ("films", 1, False), ("", 1, True)])
def test_duckdns_leaves_a_mark_when_it_went_well(tmp_path, names, answer, told):
    """The health check looks at the mark; who has no name there is well, too."""
    updater = tmp_path / "updater"
    updater.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/calls\nexit {answer}\n')
    updater.chmod(0o755)
    settings = clean_environment(
        DUCKDNS_DOMAINS=names, DUCKDNS_UPDATER=str(updater), DUCKDNS_MARK=str(tmp_path / "told"), DUCKDNS_SECONDS="30")
    process = subprocess.Popen([DEPLOY / "compose/duckdns.sh"], env=settings, stdout=subprocess.PIPE)
    try:
        expected = tmp_path / ("calls" if names else "told")
        until(expected.exists, 10, expected.name)
        time.sleep(0.3)
        assert (tmp_path / "told").exists() == told
        if names:
            assert (tmp_path / "calls").read_text() == "--once\n"
        process.terminate()
        assert process.wait(timeout=5) == 0, "SIGTERM ends it at once"
    finally:
        process.kill()
        process.wait()


# postgres-init.sh

@contextlib.contextmanager
def postgres():
    """A PostgreSQL of the test's own, whose superuser is postgres, as in its image."""
    holder = subprocess.Popen(
        [ROOT / "scripts/with-postgres.sh", "bash", "-c", 'echo "${TEST_POSTGRES##*host=}" && read -r || true'],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        socket = holder.stdout.readline().strip()
        assert socket.startswith("/"), "PostgreSQL did not start"
        environment = clean_environment(PGHOST=socket)
        run("psql", "-U", "flixlist", "-d", "postgres", "-c", "CREATE ROLE postgres SUPERUSER LOGIN", env=environment)
        run("psql", "-U", "postgres", "-d", "postgres", "-c", "ALTER ROLE flixlist RENAME TO chief", env=environment)
        yield environment
    finally:
        holder.stdin.close()
        holder.wait(timeout=30)


@pytest.mark.long
def test_postgres_init(site, binary, tmp_path):
    secrets = site / "compose/secrets"

    def ask(role, database, statement, password=""):
        return run("psql", "-XAt", "-U", role, "-d", database, "-c", statement,
                   env=environment | {"PGPASSWORD": password}, ok=False)

    with postgres() as environment:
        run(site / "compose/postgres-init.sh", env=environment | {"SECRETS": str(secrets)})
        # From now on passwords are asked for, as in the container.
        rules = ask("postgres", "postgres", "SHOW hba_file").stdout.strip()
        with open(rules, "w") as file:
            file.write("local all postgres trust\nlocal all all scram-sha-256\n")
        ask("postgres", "postgres", "SELECT pg_reload_conf()")

        given = read(site)
        password, watcher = (given[f"postgres_{name}_password"].strip() for name in ("flixlist", "monitor"))
        assert ask("flixlist", "flixlist", "SELECT 1", "wrong").returncode != 0
        assert ask("flixlist", "flixlist", "SELECT 1", password).stdout == "1\n"
        superuser = ask("flixlist", "flixlist", "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles "
                        "WHERE rolname = current_user", password).stdout
        assert superuser == "f\n", "FlixList's role can do nothing but own its database"

        address = given["flixlist_database"].strip().replace("@postgres/", "@/") + f"?host={environment['PGHOST']}"
        (tmp_path / "address").write_text(address)
        site = Site(binary, tmp_path / "site", FLIXLIST_DATABASE_FILE=str(tmp_path / "address"),
                    FLIXLIST_SECRET_FILE=str(secrets / "flixlist_secret"))
        site.start()
        assert site.stop() == 0
        assert ask("flixlist", "flixlist", "SELECT count(*) > 0 FROM titles", password).stdout == "t\n"

        assert ask("monitor", "flixlist", "SELECT 1", "wrong").returncode != 0
        assert ask("monitor", "flixlist", "SELECT count(*) > 0 FROM pg_stat_database", watcher).stdout == "t\n"
        refused = ask("monitor", "flixlist", "SELECT count(*) FROM users", watcher)
        assert refused.returncode != 0 and "permission denied" in refused.stderr, "it reads figures, not records"
