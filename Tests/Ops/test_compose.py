"""The compose file: by the schema of the specification, by compose itself, by a linter, and by rules of our own. No
engine runs it here; what is started in it is tried as far as that goes without one."""

import os
import re
import shlex
import shutil

import pytest
import yaml
from conftest import DEPLOY, clean_environment, free_port, run, tool

COMPOSE = DEPLOY / "compose.yml"
PROFILES = {
    "simple": {"flixlist", "nginx-simple", "certbot"},
    "full": {
        "flixlist1", "flixlist2", "postgres", "nginx", "certbot", "duckdns", "prometheus", "alertmanager", "grafana",
        "blackbox", "cadvisor", "node-exporter", "postgres-exporter", "nginx-exporter"},
}
PUBLISHED = {"nginx", "nginx-simple"}
NO_HEALTHCHECK = {"nginx-exporter"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(COMPOSE.read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


@pytest.fixture
def site(tmp_path):
    """A copy of deploy/ after prepare.sh, as an operator has it."""
    folder = tmp_path / "deploy"
    folder.mkdir()
    shutil.copy(COMPOSE, folder)
    shutil.copytree(DEPLOY / "compose", folder / "compose", ignore=shutil.ignore_patterns("secrets"))
    (folder / "prometheus/targets/compose").mkdir(parents=True)
    shutil.copy(DEPLOY / "prometheus/site.sh", folder / "prometheus")
    prepare(folder)
    return folder


def prepare(folder, *more, ok=True, domain="films.example"):
    return run(folder / "compose/prepare.sh", "--domain", domain, "--email", "robin@films.example", *more, ok=ok)


def named(names):
    """Networks and secrets are a list of names or a map by name, secrets also a list of maps."""
    return {name["source"] if isinstance(name, dict) else name for name in names}


# What compose thinks of it.

def test_schema():
    run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_linters():
    run(tool("shellcheck"), *sorted((DEPLOY / "compose").glob("*.sh")))
    run(tool("compose-lint"), "--config", DEPLOY / "compose/lint.yml", "--fail-on", "low", COMPOSE)
    run(tool("yamllint"), "-d", "{extends: default, rules: {line-length: disable, document-start: disable, "
        "comments: {min-spaces-from-content: 1}, truthy: {check-keys: false}}}", COMPOSE)


def engines():
    """Debian's docker-compose must be there; the plugin of the docker command is asked too where there is one."""
    found = [[tool("docker-compose")]]
    docker = shutil.which("docker")
    if docker and run(docker, "compose", "version", ok=False).returncode == 0:
        found.append([docker, "compose"])
    return found


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_compose_takes_it(site, profile):
    settings = clean_environment(COMPOSE_PROFILES=profile)
    for engine in engines():
        done = run(*engine, "-f", site / "compose.yml", "config", cwd=site, env=settings)
        known = yaml.safe_load(done.stdout)["services"]
        # docker-compose 1.29 prints those of all profiles.
        chosen = {name for name, service in known.items() if profile in service.get("profiles", [profile])}
        assert chosen == PROFILES[profile]
        assert "https://films.example" in str(known), "the settings of .env are in it"
        assert "variable is not set" not in done.stderr, done.stderr


def test_compose_wants_the_settings(site):
    (site / ".env").unlink()
    done = run(
        tool("docker-compose"), "-f", site / "compose.yml", "config", cwd=site, env=clean_environment(), ok=False)
    assert done.returncode != 0 and "prepare.sh" in done.stderr, "it says what to do first"


# Our own rules.

def test_profiles_are_complete(services):
    for profile, names in PROFILES.items():
        assert {name for name, service in services.items() if profile in service["profiles"]} == names
        for name in names:
            needed = services[name].get("depends_on", {})
            assert set(needed) <= names, f"{name} needs {needed}, which {profile} does not have"


def test_only_nginx_is_published(services):
    for name, service in services.items():
        ports = service.get("ports", [])
        assert ports == (["80:80", "443:443"] if name in PUBLISHED else []), f"{name}: {ports}"
        assert "edge" not in service["networks"] or name in PUBLISHED, f"{name} is where the ports are published"
        for namespace in ("network_mode", "pid", "ipc", "userns_mode", "uts"):
            assert namespace not in service, f"{name} shares {namespace}"
        assert not service.get("privileged"), name


def test_every_service_is_confined(services):
    allowed = {
        "nginx": {"CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"},
        "nginx-simple": {"CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"},
        "cadvisor": {"DAC_READ_SEARCH"},
    }
    for name, service in services.items():
        assert service.get("read_only") is True, name
        assert service.get("cap_drop") == ["ALL"] and set(service.get("cap_add", [])) == allowed.get(name, set()), name
        assert service.get("security_opt") == ["no-new-privileges:true"], name
        assert service.get("restart") == "unless-stopped", name
        assert service.get("mem_limit") and service.get("pids_limit", 1000) <= 128, name
        assert {"max-size", "max-file"} <= set(service.get("logging", {}).get("options", {})), name
        assert service.get("networks"), name
        if name not in NO_HEALTHCHECK:
            wanted = {"test", "interval", "timeout", "retries", "start_period"}
            assert wanted <= set(service.get("healthcheck", {})), name
        root = {"nginx", "nginx-simple", "certbot", "cadvisor"}
        assert ("user" in service) != (name in root), f"{name} runs as {service.get('user', 'root')}"


def test_images_are_pinned(services):
    for name, service in services.items():
        if name.startswith("flixlist"):
            assert service["image"] == "${FLIXLIST_IMAGE:-flixlist:local}" and service["build"], name
        else:
            assert re.fullmatch(r"[a-z.]+/[a-z/-]+:v?\d[\w.-]*@sha256:[0-9a-f]{64}", service["image"]), service["image"]


def test_networks_part_what_need_not_meet(compose, services):
    """Who is in which network decides who can talk to whom."""
    closed = {name for name, network in compose["networks"].items() if (network or {}).get("internal")}
    assert closed == {"front", "back", "metrics", "monitoring"}
    assert compose["networks"]["out"]["driver_opts"] == {"com.docker.network.bridge.enable_icc": "false"}

    def shared(one, other):
        return set(services[one]["networks"]) & set(services[other]["networks"])

    assert shared("nginx", "flixlist1") == shared("nginx-simple", "flixlist") == {"front"}, \
        "nginx has one address only for FlixList, the trusted one"
    assert shared("flixlist1", "postgres") == {"back"}
    assert {name for name in services if "back" in services[name]["networks"]} == {
        "flixlist1", "flixlist2", "postgres", "postgres-exporter"}
    assert set(services["cadvisor"]["networks"]) == {"metrics"}, "what sees every file has no way out"
    for name in ("nginx", "nginx-simple"):
        address = services[name]["networks"]["front"]["ipv4_address"]
        for node in ("flixlist", "flixlist1", "flixlist2"):
            assert services[node]["environment"]["FLIXLIST_TRUSTED_PROXIES"] == address
    assert services["grafana"]["environment"]["GF_AUTH_PROXY_WHITELIST"] == \
        services["nginx"]["networks"]["monitoring"]["ipv4_address"], "nobody but nginx says who somebody is"


def test_nginx_has_the_addresses_of_its_nodes(services):
    def address(name, network, port):
        return f"{services[name]['networks'][network]['ipv4_address']}:{port}"

    settings = services["nginx"]["environment"]
    assert settings["NGINX_NODES"].split() == [address(f"flixlist{n}", "front", 8080) for n in (1, 2)]
    assert settings["NGINX_GRAFANA"] == address("grafana", "monitoring", 3000)
    assert settings["NGINX_PROMETHEUS"] == address("prometheus", "monitoring", 9090)
    assert services["nginx-simple"]["environment"]["NGINX_NODES"] == address("flixlist", "front", 8080)
    for network in ("front", "monitoring"):
        given = [service["networks"][network]["ipv4_address"] for service in services.values()
                 if isinstance(service["networks"], dict) and "simple" not in service["profiles"]
                 and network in service["networks"]]
        assert len(given) == len(set(given)), f"one address for two: {given}"


def test_prometheus_reaches_its_targets(services):
    folder = DEPLOY / "prometheus/targets/compose"
    found = set()
    for path in folder.glob("*.yml"):
        if path.name == "site.yml":
            continue
        for group in yaml.safe_load(path.read_text()):
            found |= {target.rsplit(":", 1)[0] for target in group["targets"]} - {"localhost"}
    asked = set(services["prometheus"]["networks"])
    for name in found:
        assert name in PROFILES["full"], f"there is no service {name}"
        assert asked & set(services[name]["networks"]), f"Prometheus cannot reach {name}"
    assert {"flixlist1", "flixlist2", "postgres-exporter", "nginx-exporter", "node-exporter", "cadvisor"} <= found


def test_secrets_are_files(compose, services, site):
    declared = compose["secrets"]
    for name, secret in declared.items():
        assert secret == {"file": f"./compose/secrets/{name}"}
        assert (site / "compose/secrets" / name).is_file(), f"prepare.sh does not make {name}"
    used = set()
    for name, service in services.items():
        used |= named(service.get("secrets", []))
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|PASS_|TOKEN|SECRET|DATABASE|HTPASSWD", variable):
                assert value.startswith("/run/secrets/"), f"{name}: {variable} is {value}"
                assert value.removeprefix("/run/secrets/") in named(service["secrets"]), f"{name} lacks {value}"
    assert set(declared) == used, "each has a use"


def test_mounts_exist(compose, services):
    """Whatever is mounted from beside the file has been made by somebody; the rest are volumes and the machine's."""
    machine = {"/", "/sys", "/var/run/docker.sock", "/var/lib/docker"}
    for name, service in services.items():
        for mount in service.get("volumes", []):
            if isinstance(mount, dict):
                source, flags = mount["source"], "ro" if mount["read_only"] else ""
            else:
                source, _, flags = re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", mount).partition(":")
                flags = mount.rsplit(":", 1)[1]
            if source.startswith("."):
                path = DEPLOY / source
                assert path.exists(), f"{name} mounts {source}, which is not there"
                assert flags == "ro", f"{name} may write to {source}"
                if path.is_dir():
                    assert any(path.iterdir()), f"{source} is empty"
            elif source.startswith("/"):
                assert source in machine and name in {"cadvisor", "node-exporter"} and flags == "ro", mount
            else:
                assert source in compose["volumes"], mount
        started = service.get("entrypoint") or service.get("command") or []
        for command in started[:1]:
            if command.startswith("/opt/flixlist/"):
                path = DEPLOY / command.removeprefix("/opt/flixlist/")
                assert os.access(path, os.X_OK), f"{name} starts {command}, which is not there or not executable"


def as_started(site):
    """The services as compose would start them, with the settings of .env put in."""
    done = run(tool("docker-compose"), "-f", site / "compose.yml", "config", cwd=site, env=clean_environment())
    return yaml.safe_load(done.stdout)["services"]


@pytest.mark.parametrize("name", ["nginx", "nginx-simple"])
def test_nginx_takes_its_settings(site, tmp_path, name):
    """The nginx of this machine, with the files and settings that its container gets."""
    settings = as_started(site)[name]["environment"] | {
        "NGINX_CACHE": str(tmp_path / "cache"), "NGINX_PID": str(tmp_path / "pid"),
        "NGINX_ACME": str(tmp_path / "acme"), "NGINX_STATUS": f"127.0.0.1:{free_port()}",
        "NGINX_HTTP": str(free_port()), "NGINX_HTTPS": str(free_port())}
    environment = clean_environment(**settings)
    environment["PATH"] += ":/usr/sbin"
    run(DEPLOY / "nginx/render.sh", "--out", tmp_path / "nginx", "--settings", tmp_path / "none", "--check",
        env=environment)
    upstream = (tmp_path / "nginx/flixlist/upstream.conf").read_text()
    assert [line.split()[1] for line in upstream.splitlines() if line.startswith("server ")] == \
        settings["NGINX_NODES"].split()
    used = (tmp_path / "nginx/flixlist/site.conf").read_text()
    assert ("include flixlist/monitoring.conf" in used) == (name == "nginx"), "used where there is something to show"


def test_certbot_is_asked_for_every_name(site, tmp_path):
    with open(site / ".env", "a") as file:
        file.write("ALIASES=www.films.example flix.example\n")
    command = as_started(site)["certbot"]["command"]
    words = command if isinstance(command, list) else shlex.split(command)
    assert words[0] == "--loop", "it stays and renews"
    certbot = tmp_path / "bin/certbot"
    certbot.parent.mkdir()
    certbot.write_text(f'#!/bin/sh\necho "$*" >{tmp_path}/asked\n')
    certbot.chmod(0o755)
    environment = clean_environment(PATH=f"{certbot.parent}:/usr/bin:/bin")
    run(DEPLOY / "certificates/obtain.sh", "--webroot", tmp_path, *words[1:], env=environment)
    asked = (tmp_path / "asked").read_text()
    assert "-d films.example -d www.films.example -d flix.example" in asked and "robin@films.example" in asked, asked
