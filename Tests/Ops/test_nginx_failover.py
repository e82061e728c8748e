"""Nodes that die, break off, refuse or are taken out: nginx before two that stand in for FlixList."""

import threading
import time

import pytest
import requests
from conftest import until
from nginx_support import Authority, Nginx, Node


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("localhost")


@pytest.fixture
def pair(tmp_path, authority, certificate):
    with Node(tmp_path) as one, Node(tmp_path) as two, Nginx(
        tmp_path / "nginx", [one.address, two.address], certificate
    ) as nginx:
        nginx.nodes, nginx.ca = [one, two], str(authority.pem)
        yield nginx


def load(nginx, until_, method="GET", clients=4):
    """Clients that ask one after the other until the event; gives (path, status or error) of each request."""
    found = []

    def client(number):
        with requests.Session() as session:
            session.verify, session.trust_env, count = nginx.ca, False, 0
            # Each an address of its own, below the limit of one.
            while not until_.is_set():
                count += 1
                path = f"/posters/{number}-{count}.svg"
                try:
                    found.append((path, session.request(method, nginx.url + path, timeout=10).status_code))
                except requests.RequestException as error:
                    found.append((path, repr(error)))
                time.sleep(0.025)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    return found, threads


@pytest.mark.parametrize("method", ["GET", pytest.param("POST", marks=pytest.mark.long)])
def test_a_node_that_dies_costs_no_request(method, pair):
    ended = threading.Event()
    found, threads = load(pair, ended, method)
    time.sleep(1)
    pair.nodes[0].kill()
    time.sleep(2)
    ended.set()
    for thread in threads:
        thread.join()
    assert all(len(node.requests()) > 20 for node in pair.nodes), "both nodes must have had their share"
    assert len(found) > 150, len(found)
    failed = [each for each in found if each[1] != 200]
    if method == "GET":
        assert failed == []
    # A form that the node had taken before it died may not be sent again; all others have to arrive, once.
    delivered = [line.split()[1] for node in pair.nodes for line in node.requests()]
    if method == "POST":
        assert len(failed) <= 4, failed
        assert sorted(delivered) == sorted(set(delivered)), "a form was sent twice"
        assert {path for path, status in found if status == 200} <= set(delivered)


@pytest.fixture
def broken_pair(tmp_path, authority, certificate):
    """A node that takes requests and breaks off, and a sound one."""
    with Node(tmp_path, "--breaks") as one, Node(tmp_path) as two, Nginx(
        tmp_path / "nginx", [one.address, two.address], certificate
    ) as nginx:
        nginx.nodes, nginx.ca = [one, two], str(authority.pem)
        yield nginx


def test_a_page_that_breaks_off_is_asked_of_the_other_node(broken_pair):
    found = [
        requests.get(f"{broken_pair.url}/titles/{each}", timeout=10, verify=broken_pair.ca).status_code
        for each in range(8)
    ]
    assert found == [200] * 8
    assert broken_pair.nodes[0].requests(), "the broken node was never asked"


def test_a_form_is_never_sent_twice(broken_pair):
    found = [
        requests.post(f"{broken_pair.url}/titles/{each}/plays", b"a=b", timeout=10, verify=broken_pair.ca).status_code
        for each in range(8)
    ]
    delivered = broken_pair.nodes[0].requests() + broken_pair.nodes[1].requests()
    assert sorted(delivered) == [
        f"POST /titles/{each}/plays" for each in range(8)
    ], "each form must arrive exactly once"
    assert found.count(503) == len(broken_pair.nodes[0].requests()) > 0, found


def test_a_node_that_refuses_gets_neither_page_nor_form(tmp_path, authority, certificate):
    with Node(tmp_path) as sound, Nginx(tmp_path / "nginx", ["127.0.0.1:1", sound.address], certificate) as nginx:
        for method in ("GET", "POST"):
            found = [
                requests.request(
                    method, f"{nginx.url}/titles/{each}", timeout=10, verify=str(authority.pem)
                ).status_code
                for each in range(10)
            ]
            assert found == [200] * 10, method
        assert len(sound.requests()) == 20


@pytest.mark.long
def test_a_node_taken_out_gets_nothing_and_no_request_fails(pair):
    """What a deployment does: `down` for one node, and a reload."""
    ended = threading.Event()
    found, threads = load(pair, ended)
    upstream = pair.out / "flixlist/upstream.conf"
    time.sleep(0.7)
    lines = upstream.read_text().splitlines()
    upstream.write_text(lines[0].replace(";", " down;") + "\n" + lines[1] + "\n")
    pair.reload()
    time.sleep(0.7)
    before = len(pair.nodes[0].requests())
    pair.nodes[0].kill()
    time.sleep(1)
    assert len(pair.nodes[0].requests()) == before > 0
    pair.nodes[0].start()
    upstream.write_text("\n".join(lines) + "\n")
    pair.reload()
    until(lambda: len(pair.nodes[0].requests()) > before, 5, "a request at the node that came back")
    ended.set()
    for thread in threads:
        thread.join()
    assert [each for each in found if each[1] != 200] == []


def test_an_asset_that_one_node_lacks_comes_from_the_other(tmp_path, authority, certificate):
    """While a release is rolled out, the page is of the new node and the old one does not know its style."""
    with Node(tmp_path, "--lacks-assets") as old, Node(tmp_path) as new, Nginx(
        tmp_path / "nginx", [old.address, new.address], certificate
    ) as nginx:
        found = [
            requests.get(f"{nginx.url}/assets/app.{each}.css", timeout=10, verify=str(authority.pem)).status_code
            for each in range(8)
        ]
        assert found == [200] * 8
        assert old.requests(), "the old node was never asked"
        # It knows other things, and is not taken for broken.
        for each in range(8):
            requests.get(f"{nginx.url}/titles/{each}", timeout=10, verify=str(authority.pem))
        assert any("/titles/" in line for line in old.requests())
