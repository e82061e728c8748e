"""Deploys over SSH to two nodes on PostgreSQL behind nginx, one after the other, under load."""

import re
import shutil
import time

import pytest

import deploying
from deploying import Load, PostgreSQL, Server, release

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def program(binary, tmp_path_factory):
    return shutil.copy2(binary, tmp_path_factory.mktemp("program") / "flixlist")


@pytest.fixture(scope="module")
def postgres():
    with PostgreSQL() as postgres:
        yield postgres


@pytest.fixture(scope="module")
def template(program, postgres, tmp_path_factory):
    name, address = postgres.database()
    deploying.prepared(tmp_path_factory.mktemp("template"), program, FLIXLIST_DATABASE=address)
    return name


@pytest.fixture
def server(tmp_path, program, postgres, template):
    name, address = postgres.database(template)
    settings = "FLIXLIST_DEPLOY_CHECKS=3\nFLIXLIST_DEPLOY_GATE=10\n"
    with Server(tmp_path, program, 2, address, holds=False, settings=settings) as server:
        server.plays = lambda: int(postgres.query(name, "SELECT count(*) FROM plays"))
        server.query = lambda sql: postgres.query(name, sql)
        yield server


def test_two_nodes_one_after_the_other_and_no_request_fails(server, tmp_path, program):
    load = Load(server.url, people=6).sign_up()
    upstream = server.upstream.read_text()
    with load:
        time.sleep(1)
        done = server.push("deploy", release(tmp_path, "1.1.0", program))
        time.sleep(1)
        back = server.push("rollback")
        time.sleep(1)
    load.must_be_whole(server.plays())
    for port in server.ports:
        assert f"node {port} is healthy" in done.stdout
        assert f"node {port} is healthy" in back.stdout
    assert [port for _, port, _ in server.services.restarts] == server.ports * 2, "each node once, in order, twice"
    assert server.upstream.read_text() == upstream, "nginx's list of nodes must be as it was in the end"
    assert server.current() == "1.0.0"


@pytest.mark.parametrize("fault", [deploying.ENDS_AT_START, deploying.ANSWERS_503], ids=["ends at start", "503"])
def test_a_release_that_is_not_healthy_is_taken_back_and_nobody_notices(server, tmp_path, program, fault):
    load = Load(server.url, people=6).sign_up()
    upstream = server.upstream.read_text()
    with load:
        time.sleep(0.5)
        done = server.push("deploy", release(tmp_path, "1.1.0", program, fault), ok=False)
        time.sleep(0.5)
    assert done.returncode == 70, f"{done.returncode} {done.stdout}{done.stderr}"
    first = server.services.restarts[0]
    last = server.services.restarts[-1]
    assert last[2] - first[2] < 60, "the way back must begin and end within 60 s"
    assert {port for _, port, _ in server.services.restarts} == {server.ports[0]}, "the second node is never touched"
    load.must_be_whole(server.plays())
    assert server.upstream.read_text() == upstream
    assert server.current() == "1.0.0"
    assert server.all_ready()


def test_when_the_second_node_fails_the_first_goes_back_too(server, tmp_path, program):
    fault = f'case "$*" in *"--port {server.ports[1]}") exit 69 ;; esac'
    load = Load(server.url, people=6).sign_up()
    with load:
        done = server.push("deploy", release(tmp_path, "1.1.0", program, fault), ok=False)
        time.sleep(0.5)
    assert done.returncode == 70, f"{done.returncode} {done.stdout}{done.stderr}"
    took = int(re.search(r"taken back in (\d+) s", done.stderr)[1])
    assert took < 60
    assert [port for _, port, _ in server.services.restarts] == [
        server.ports[0], server.ports[1], server.ports[1], server.ports[0]]
    load.must_be_whole(server.plays())
    assert server.all_ready()


def test_where_the_schema_has_moved_on_the_other_node_goes_on(server, tmp_path, program, postgres):
    """The new release takes a step of the schema and then fails: the old one cannot be started again."""
    sql = "INSERT INTO migrations (name, at) VALUES ('a step of 1.1.0', 0)"
    address = re.search(r"host=([^&]+)", (server.root / "etc/flixlist/flixlist.env").read_text())[1]
    name = re.search(r"flixlist@/(\w+)", (server.root / "etc/flixlist/flixlist.env").read_text())[1]
    fault = (f'case "$*" in *--port*) {postgres.bin}/psql -qX -h {address} -U flixlist -d {name} -c "{sql}"; '
             "exit 69 ;; esac")
    load = Load(server.url, people=6).sign_up()
    with load:
        done = server.push("deploy", release(tmp_path, "1.1.0", program, fault), ok=False)
        time.sleep(0.5)
    assert done.returncode == 71, f"71 says that it was taken back only in part: {done.stdout}{done.stderr}"
    assert f"node {server.ports[1]} goes on and serves alone" in done.stderr
    assert re.search(r"restore \S+\.flixlist\.gz", done.stderr), "what to do must be said, with the backup's name"
    load.must_be_whole(server.plays())
    status = server.push("status", ok=False)
    assert f"{server.ports[0]} taken out, not ready" in status.stdout
    # An older node says of itself that it is not ready beside a newer schema, and serves all the same.
    assert f"{server.ports[1]} in rotation" in status.stdout
    # A release that knows the step mends it. (The step is forgotten, which stands for a program that knows it.)
    server.query("DELETE FROM migrations WHERE name = 'a step of 1.1.0'")
    server.push("deploy", release(tmp_path, "1.2.0", program))
    assert server.current() == "1.2.0"
    assert server.all_ready()
    assert "down" not in server.upstream.read_text()


def test_a_deploy_that_was_killed_is_finished_by_the_next(server, tmp_path, program):
    archive = release(tmp_path, "1.1.0", program)
    words = deploying.announced(archive)
    import subprocess
    environment = deploying.clean_environment(FLIXLIST_DEPLOY_ROOT=str(server.root))
    with archive.open("rb") as content:
        killed = subprocess.Popen(
            [deploying.DEPLOY / "release/flixlist-deploy", *words], stdin=content, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deploying.until(lambda: server.services.restarts, 60, "the first restart")
        killed.kill()
        killed.communicate()
    time.sleep(1)
    assert "a deploy was not finished" in server.push("status", ok=False).stdout
    server.push("deploy", archive)
    assert server.current() == "1.1.0"
    assert server.all_ready()
    assert "down" not in server.upstream.read_text()
    assert "previous  1.0.0" in server.push("status").stdout


def test_an_older_release_than_the_database_touches_nothing(server, tmp_path, program):
    server.query("INSERT INTO migrations (name, at) VALUES ('a step of tomorrow', 0)")
    upstream = server.upstream.read_text()
    done = server.push("deploy", release(tmp_path, "1.1.0", program), ok=False)
    assert done.returncode == 69, f"{done.returncode} {done.stdout}{done.stderr}"
    assert "older than the database" in done.stderr
    assert server.services.restarts == []
    assert server.upstream.read_text() == upstream
