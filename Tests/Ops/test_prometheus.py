"""Prometheus: its files load, what FlixList tells is well formed, and a real Prometheus finds data for every rule."""

import re
import shutil

import promql_parser
import pytest
import requests
import yaml

from conftest import run, tool, until
from monitoring import PROMETHEUS, Stack, alerts, dashboard_expressions, rules, selectors

# Is done ten minutes after the first start.
LATER = {"similar"}


@pytest.mark.parametrize("place, absent", [("compose", {"process"}), ("vps", {"cadvisor"})])
def test_configuration_loads_with_the_targets_of(place, absent, tmp_path):
    copy = tmp_path / "prometheus"
    shutil.copytree(PROMETHEUS, copy)
    shutil.copytree(copy / "targets" / place, tmp_path / place)
    shutil.rmtree(copy / "targets")
    (tmp_path / place).rename(copy / "targets")
    run(PROMETHEUS / "site.sh", "films.example", copy / "targets")
    said = run(tool("promtool"), "check", "config", copy / "prometheus.yml")
    warned = set(re.findall(r'file "\S*?(\w+)\.yml" for file_sd', said.stdout + said.stderr))
    assert warned == absent, f"targets that are missing: {warned}, expected {absent}"


def test_site_watches_the_address(tmp_path):
    folder = tmp_path / "compose"
    folder.mkdir()
    run(PROMETHEUS / "site.sh", "films.example", folder)
    assert yaml.safe_load((folder / "site.yml").read_text()) == [
        {"targets": ["https://films.example/readyz"], "labels": {"through": "blackbox:9115"}}]
    for wrong in (["films.example/path", folder], ["films.example", tmp_path / "nowhere"], ["films.example"]):
        assert run(PROMETHEUS / "site.sh", *wrong, ok=False).returncode == 1, f"site.sh took {wrong}"


def test_what_flixlist_tells_is_well_formed_and_all_that_is_asked_for(site):
    for path in ("/login", "/nowhere"):
        requests.get(site.url + path, timeout=10)
    # Jobs are run within seconds of the start, and what is in the database is read twice a minute.
    until(lambda: "flixlist_job_last_success_timestamp_seconds" in metrics_of(site), 60, "the first job")
    text = metrics_of(site)
    said = run(tool("promtool"), "check", "metrics", input=text, ok=False)
    assert said.returncode == 0, f"promtool check metrics: {said.stdout}{said.stderr}"
    told = {re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")}
    expressions = [rule["expr"] for _, rule in rules()] + [each[2] for each in dashboard_expressions()]
    asked = {name for expression in expressions for name in re.findall(r"\bflixlist_\w+", expression)}
    assert len(asked) > 15, f"only {len(asked)} names were found"
    assert not asked - told - {"flixlist_backup_age_seconds"}, f"asked for and never told: {sorted(asked - told)}"


def metrics_of(site):
    return requests.get(f"http://127.0.0.1:{site.metrics_port}/metrics", timeout=10).text


def test_recorded_names_say_what_they_hold():
    recorded = [rule["record"] for _, rule in rules() if "record" in rule]
    assert len(recorded) == len(set(recorded)), "a name is recorded twice"
    for name in recorded:
        assert re.fullmatch(r"flixlist:[a-z_]+:[a-z_]+\d+[mhd]", name), f"{name} is not level:what:operation"
    used = {name for _, rule in rules() for name in re.findall(r"\bflixlist:[\w:]+", rule["expr"])}
    used |= {name for each in dashboard_expressions() for name in re.findall(r"\bflixlist:[\w:]+", each[2])}
    assert not used - set(recorded), f"used and recorded by no rule: {used - set(recorded)}"
    assert not set(recorded) - used, f"recorded and used by nobody: {set(recorded) - used}"


@pytest.fixture(scope="module")
def stack(binary, tmp_path_factory):
    with Stack(binary, tmp_path_factory.mktemp("stack")) as stack:
        assert stack.visit() == 500, "the page that should fail did not"
        # Two values are needed for a rate, and a job for its last success.
        until(lambda: stack.query('flixlist_job_last_success_timestamp_seconds{task="housekeeping"}'), 60, "a job")
        until(lambda: stack.query("flixlist:slow_pages:ratio_rate30d"), 60, "the recorded rules")
        until(lambda: stack.query("pg_stat_replication_pg_wal_lsn_diff >= 0"), 30, "the replica")
        yield stack


@pytest.mark.long
def test_all_targets_are_up(stack):
    down = [each["metric"] for each in stack.query("up == 0")]
    assert not down, f"not scraped: {down}"
    jobs = {each["metric"]["job"] for each in stack.query("up")}
    wanted = {job["job_name"] for job in yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]}
    assert jobs == wanted, f"jobs without a target: {wanted - jobs}"


@pytest.mark.long
def test_no_rule_fails(stack):
    groups = requests.get(stack.url + "/api/v1/rules", timeout=10).json()["data"]["groups"]
    found = [rule for group in groups for rule in group["rules"]]
    assert len(found) == len(list(rules())), f"{len(found)} rules are loaded"
    wrong = [(rule["name"], rule.get("lastError")) for rule in found if rule["health"] != "ok"]
    assert not wrong, f"rules that cannot be worked out: {wrong}"


@pytest.mark.long
def test_every_recorded_rule_has_data(stack):
    empty = [rule["record"] for _, rule in rules() if "record" in rule and not stack.query(rule["expr"])]
    assert not empty, f"no data for {empty}"


@pytest.mark.long
def test_every_expression_of_the_dashboards_has_data(stack):
    asked = list(dashboard_expressions())
    assert len(asked) > 80, f"only {len(asked)} expressions"
    empty = [each for each in asked if all(sample["value"][1] == "NaN" for sample in stack.query(each[2]))]
    assert not empty, "no data for\n" + "\n".join(map(str, empty))


@pytest.mark.long
def test_every_metric_that_alerts_ask_for_has_data(stack):
    asked = {(name, part) for name, rule in alerts().items() for part in selectors(promql_parser.parse(rule["expr"]))}
    assert len(asked) > 50, f"only {len(asked)} selectors"
    asked = [each for each in sorted(asked) if not LATER & set(re.findall(r"\w+", each[1]))]
    empty = [each for each in asked if not stack.query(each[1])]
    assert not empty, "no data for\n" + "\n".join(map(str, empty))


@pytest.mark.long
def test_the_container_that_is_no_container_is_left_out(stack):
    assert stack.query('container_memory_working_set_bytes{service="flixlist1"}'), "the service's name is missing"
    assert not stack.query('{__name__=~"container_.*",id="/"}'), "the sum over all is there"
    assert not stack.query('{exported_job=~".+",job="flixlist"}'), "FlixList's own label job was not renamed"


@pytest.mark.long
def test_the_certificate_is_watched(stack):
    left = float(stack.query('probe_ssl_earliest_cert_expiry{job="site"} - time()')[0]["value"][1])
    assert 29 * 86400 < left <= 30 * 86400, f"the certificate of 30 days has {left} s left"


# The last: it ends the site.
@pytest.mark.long
def test_an_alert_goes_all_the_way_and_holds_others_back(stack):
    assert not stack.query('ALERTS{alertname="FlixListDown"}'), "it fires while the site runs"
    assert stack.site.stop() == 0, "the site did not end as it should"

    def told():
        return {alert["labels"]["alertname"]: alert for sent in stack.sent for alert in sent["alerts"]}

    until(lambda: "FlixListDown" in told(), 30, "the page")
    assert told()["FlixListDown"]["annotations"]["runbook_url"] == "docs/operations.md#flixlistdown"
    held = f"http://{stack.address('alertmanager')}/api/v2/alerts?filter=alertname%3DFlixListNodeDown"
    until(lambda: [each["status"]["state"] for each in requests.get(held, timeout=10).json()] == ["suppressed"], 30,
          "the node's alert, held back by that of the site,")
