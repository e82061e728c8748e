"""Alerts: each one fires when it should and only then, says what to do, and reaches the right people."""

import functools
import os
import re
import stat
from pathlib import Path

import pytest
import requests
import yaml

from conftest import DEPLOY, ROOT, free_port, run, tool, until
from monitoring import PROMETHEUS, alerts, certificate, mail_server, program, rules

TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))
ALERTMANAGER = DEPLOY / "alertmanager/alertmanager.yml"
CONFIGURE = DEPLOY / "alertmanager/configure.sh"
AREAS = {"flixlist", "edge", "host", "postgres", "container", "monitoring"}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_rules_of(path):
    said = run(tool("promtool"), "test", "rules", path, ok=False)
    assert said.returncode == 0, f"promtool test rules {path.name}: {said.stdout}{said.stderr}"


def test_rules_are_sound():
    said = run(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal",
               *sorted((PROMETHEUS / "rules").glob("*.yml")), ok=False)
    assert said.returncode == 0, f"promtool check rules: {said.stdout}{said.stderr}"


@functools.cache
def checks():
    """Every check of the tests of rules, as (names of the alerts of its rules, check)."""
    found = []
    for path in TESTS:
        text = yaml.load(path.read_text(), yaml.CSafeLoader)
        files = {Path(name).name for name in text["rule_files"]}
        names = {rule["alert"] for file, rule in rules() if file in files and "alert" in rule}
        for test in text["tests"]:
            found += [(names, check) for check in test.get("alert_rule_test", []) + test.get("promql_expr_test", [])]
    return found


def alerts_of(check):
    """The labels of each alert that a check expects to fire."""
    if "alertname" in check:
        return [alert["exp_labels"] | {"alertname": check["alertname"]} for alert in check["exp_alerts"]]
    found = [dict(re.findall(r'(\w+)="([^"]*)"', sample["labels"])) for sample in check["exp_samples"]]
    return [labels for labels in found if labels.get("alertstate") == "firing"]


def test_each_alert_is_tested_firing_and_silent():
    firing = {labels["alertname"] for _, check in checks() for labels in alerts_of(check)}
    silent = set()
    for names, check in checks():
        asked = re.search(r'alertname=~?"([^"]+)"', check.get("expr", ""))
        if "alertname" in check and not check["exp_alerts"]:
            silent.add(check["alertname"])
        elif check.get("expr", "").startswith("ALERTS") and not check["exp_samples"]:
            silent |= {name for name in names if not asked or re.fullmatch(asked[1], name)}
    assert not set(alerts()) - firing, f"never tested firing: {set(alerts()) - firing}"
    assert set(alerts()) - silent == {"Watchdog"}, f"never tested silent: {set(alerts()) - silent}"


def test_a_test_of_rules_can_fail(tmp_path):
    text = (PROMETHEUS / "rules/postgres.yml").read_text()
    (tmp_path / "rules").mkdir()
    (tmp_path / "tests").mkdir()
    text = text.replace('pg_up{job="postgres"} == 0', 'pg_up{job="postgres"} == 2')
    (tmp_path / "rules/postgres.yml").write_text(text)
    broken = tmp_path / "tests/postgres.yml"
    broken.write_text((PROMETHEUS / "tests/postgres.yml").read_text())
    assert run(tool("promtool"), "test", "rules", broken, ok=False).returncode == 1, "a broken rule passed its test"


@pytest.mark.parametrize("name, rule", alerts().items())
def test_alert_says_what_it_means(name, rule):
    labels, texts = rule["labels"], rule["annotations"]
    assert labels["severity"] in ("page", "ticket") or name == "Watchdog", f"severity {labels['severity']}"
    assert labels["area"] in AREAS, f"area {labels['area']}"
    assert set(texts) == {"summary", "description", "runbook_url"}, f"annotations: {sorted(texts)}"
    assert len(texts["summary"]) < 100 and texts["description"].endswith("."), "a short summary and a sentence"
    # A label that the expression sums away would leave a hole in the text.
    used = set(re.findall(r"\$labels\.(\w+)", texts["summary"] + texts["description"]))
    assert used <= expected_labels(name), f"{used - expected_labels(name)} is on no alert that a test expects"


def expected_labels(name):
    return {label for _, check in checks() for labels in alerts_of(check) if labels["alertname"] == name
            for label in labels}


def test_each_alert_has_its_runbook():
    for name, rule in alerts().items():
        page, anchor = rule["annotations"]["runbook_url"].split("#")
        assert anchor == name.lower(), f"{name} leads to {anchor}"
        assert re.search(rf"^#+ {name}$", (ROOT / page).read_text(), re.M), f"{page} has no section {name}"
    written = (ROOT / page).read_text().split("## Runbooks")[1].split("\n## ")[0]
    assert set(re.findall(r"^### (.+)$", written, re.M)) == set(alerts()), "a runbook of no alert"


# Alertmanager


def test_alertmanager_takes_the_configuration():
    run(tool("amtool"), "check-config", ALERTMANAGER)


@pytest.mark.parametrize("severity, receiver", [
    ("page", "page"), ("ticket", "ticket"), ("none", "watchdog"), ("unheard-of", "ticket")])
def test_route_of(severity, receiver):
    said = run(tool("amtool"), "config", "routes", "test", f"--config.file={ALERTMANAGER}", f"severity={severity}",
               "alertname=X", "area=host")
    assert said.stdout.strip() == receiver, f"{severity} goes to {said.stdout.strip()}"


def configured(folder, *more, ok=True):
    output = folder / "alertmanager.yml"
    return output, run(CONFIGURE, "--to", "robin@films.example", "--from", "site@films.example", "--relay",
                       "relay.films.example:2525", "--password-file", folder / "password", *more, output, ok=ok)


def test_configure_writes_the_addresses(tmp_path):
    hook, dog = tmp_path / "hook", tmp_path / "dog"
    hook.write_text("https://hooks.films.example/secret?a=1&b=2\n")
    dog.write_text("https://watch.films.example/ping\n")
    output, said = configured(tmp_path, "--user", "robin", "--webhook-file", hook, "--watchdog-file", dog)
    made = yaml.safe_load(output.read_text())
    assert made["global"] == {
        "smtp_smarthost": "relay.films.example:2525", "smtp_from": "site@films.example", "smtp_auth_username": "robin",
        "smtp_auth_password_file": str(tmp_path / "password"), "smtp_require_tls": True}
    receivers = {each["name"]: each for each in made["receivers"]}
    for name in ("page", "ticket"):
        assert [mail["to"] for mail in receivers[name]["email_configs"]] == ["robin@films.example"]
    assert receivers["page"]["webhook_configs"][0]["url"] == "https://hooks.films.example/secret?a=1&b=2"
    assert "webhook_configs" not in receivers["ticket"]
    assert receivers["watchdog"]["webhook_configs"] == [
        {"url": "https://watch.films.example/ping", "send_resolved": False}]
    assert stat.S_IMODE(output.stat().st_mode) == 0o640, "a file with a secret address is readable by all"
    assert "secret" not in said.stdout + said.stderr, "the secret address was said"
    run(tool("amtool"), "check-config", output)


def test_configure_without_secrets_is_readable_and_repeats(tmp_path):
    output, _ = configured(tmp_path)
    first = output.read_text()
    configured(tmp_path)
    assert output.read_text() == first
    assert stat.S_IMODE(output.stat().st_mode) == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["alertmanager.yml"], "something was left behind"


@pytest.mark.parametrize("wrong", [
    ["--to", "no-address"], ["--to", "a@b' injected: 'x"], ["--relay", "no-port"], ["--user", "it's"],
    ["--webhook-file", "/nowhere"], ["--webhook-file", "/etc/hostname"], ["--colour", "red"], ["second-output"]])
def test_configure_refuses(wrong, tmp_path):
    output, said = configured(tmp_path, *wrong, ok=False)
    assert said.returncode == 1 and said.stderr.startswith("configure: "), f"{wrong}: {said.returncode} {said.stderr}"
    assert not output.exists(), f"{wrong} wrote a file"


def test_configure_refuses_a_line_break_in_the_password(tmp_path):
    (tmp_path / "password").write_text("five grey herons\n")
    output, said = configured(tmp_path, ok=False)
    assert said.returncode == 1 and "line break" in said.stderr and "herons" not in said.stderr, said.stderr
    assert not output.exists()


def test_what_follows_from_something_else_is_held_back(tmp_path):
    output, _ = configured(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    posted = {
        "FlixListDown": "flixlist", "FlixListSaturated": "flixlist", "BackupTooOld": "flixlist",
        "SiteUnreachable": "edge", "CertificateExpiresSoon": "edge", "HostDiskFull": "host", "HostDiskFilling": "host",
        "PostgresConnectionsHigh": "postgres"}
    with program(tmp_path / "log", tool("prometheus-alertmanager"), "--config.file", output, "--storage.path",
                 tmp_path / "am", "--cluster.listen-address=", "--web.listen-address", address):
        url = f"http://{address}/api/v2/alerts"
        until(lambda: requests.get(url, timeout=5).ok, 20, "Alertmanager")
        common = {"instance": "a", "mountpoint": "/", "severity": "ticket"}
        alert = [{"labels": common | {"alertname": name, "area": area}} for name, area in posted.items()]
        # Another disk that fills is another matter.
        alert.append({"labels": common | {"alertname": "HostDiskFilling", "area": "host", "mountpoint": "/srv"}})
        requests.post(url, json=alert, timeout=5).raise_for_status()

        def states():
            found = requests.get(url, timeout=5).json()
            return {(each["labels"]["alertname"], each["labels"]["mountpoint"]): each["status"]["state"]
                    for each in found if each["status"]["state"] != "unprocessed"}

        until(lambda: len(states()) == len(alert), 20, "the states")
        suppressed = {key for key, state in states().items() if state == "suppressed"}
    assert suppressed == {
        (name, "/") for name in ("FlixListSaturated", "BackupTooOld", "SiteUnreachable", "HostDiskFilling")}


def test_mail_is_sent_with_the_password_of_the_file(tmp_path):
    (tmp_path / "password").write_text("five grey herons")
    pem, key = certificate(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    with mail_server(pem, key) as (port, mails):
        output, _ = configured(tmp_path, "--relay", f"localhost:{port}", "--user", "site")
        output.write_text(re.sub(r"group_wait: \S+", "group_wait: 1s", output.read_text()))
        with program(tmp_path / "log", tool("prometheus-alertmanager"), "--config.file", output, "--storage.path",
                     tmp_path / "am", "--cluster.listen-address=", "--web.listen-address", address,
                     env=os.environ | {"SSL_CERT_FILE": str(pem)}):
            url = f"http://{address}/api/v2/alerts"
            until(lambda: requests.get(url, timeout=5).ok, 20, "Alertmanager")
            labels = {"alertname": "PostgresDown", "severity": "page", "area": "postgres", "instance": "a"}
            texts = {"summary": "PostgreSQL does not answer", "description": "The exporter a cannot connect.",
                     "runbook_url": "docs/operations.md#postgresdown"}
            requests.post(url, json=[{"labels": labels, "annotations": texts}], timeout=5).raise_for_status()
            until(lambda: mails, 20, f"the mail, {(tmp_path / 'log').read_text()[-500:]}")
    login, mail = mails[0]
    assert login == ["site", "five grey herons"], f"logged in as {login[0]}"
    assert (mail["To"], mail["From"]) == ("robin@films.example", "site@films.example")
    assert mail["Subject"] == "[page] firing: PostgreSQL does not answer"
    text = mail.get_body().get_content()
    for part in ("PostgresDown (firing): PostgreSQL does not answer", texts["description"], texts["runbook_url"]):
        assert part in text, f"{part!r} is not in {text!r}"


def test_inhibitions_name_alerts_that_exist():
    names = list(alerts())
    for rule in yaml.safe_load(ALERTMANAGER.read_text())["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            label, sign, value = re.fullmatch(r'(\w+)(=~?)"(.+)"', matcher).groups()
            known = names if label == "alertname" else AREAS
            for part in value.split("|") if sign == "=~" else [value]:
                assert any(re.fullmatch(part, name) for name in known), f"nothing is called {part}"


def test_files_are_of_one_kind():
    """YAML that editors agree on; every rule file is a file of groups with at most one alert of a name."""
    files = [ALERTMANAGER, *PROMETHEUS.rglob("*.yml"), *(DEPLOY / "grafana/provisioning").rglob("*.yml")]
    off = ("line-length", "document-start", "commas", "brackets", "comments-indentation")
    kind = "{extends: default, rules: {" + ", ".join(f"{rule}: disable" for rule in off) + "}}"
    said = run(tool("yamllint"), "-d", kind, "-s", *files, ok=False)
    assert said.returncode == 0, said.stdout
    assert len([rule for _, rule in rules() if "alert" in rule]) == len(alerts()), "two alerts have one name"


@pytest.mark.parametrize("path", [CONFIGURE, PROMETHEUS / "site.sh"], ids=lambda path: path.name)
def test_scripts_are_sound(path):
    said = run(tool("shellcheck"), "-x", path, ok=False)
    assert said.returncode == 0, said.stdout
    assert run(path, "--help").stdout.startswith("Usage: "), "--help says how to use it"
