"""Grafana: the dashboards are what make.py makes, can be read, and ask only for what is told. That each expression has
data in a real Prometheus is tested in test_prometheus.py.
"""

import json
import os
import re
import sys

import promql_parser
import pytest
import yaml
from grafana_foundation_sdk.models.dashboard import Dashboard

from conftest import DEPLOY, run
from monitoring import DASHBOARDS, PROMETHEUS, dashboard_expressions, panels

GRAFANA = DEPLOY / "grafana"
FILES = {"service", "product", "host", "postgres", "nginx"}
# Those that the panels use; a wrong one would be shown as a suffix.
UNITS = {"s", "short", "none", "bytes", "Bps", "reqps", "ops", "percentunit"}


def board(name):
    return json.loads((DASHBOARDS / f"{name}.json").read_text())


def test_dashboards_are_what_make_makes(tmp_path):
    run(sys.executable, GRAFANA / "make.py", tmp_path, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    there = {path.name: path.read_text() for path in DASHBOARDS.iterdir()}
    assert set(made) == set(there) == {f"{name}.json" for name in FILES}
    for name, text in made.items():
        assert text == there[name], f"{name} was changed by hand, or make.py was not run after a change"


@pytest.mark.parametrize("name", sorted(FILES))
def test_dashboard_is_one_to_grafana(name):
    read = Dashboard.from_json(board(name))
    assert read.uid == f"flixlist-{name}" and read.title and read.description
    assert len(read.panels) == len(board(name)["panels"])
    assert read.editable is False, "a change in the browser would be lost at the next release"


@pytest.mark.parametrize("name", sorted(FILES))
def test_layout_has_no_overlaps(name):
    taken = {}
    numbers = [panel["id"] for panel in board(name)["panels"]]
    assert len(numbers) == len(set(numbers)), "two panels have one id"
    for panel in board(name)["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, f"{panel['title']} is wider than the page"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies over {taken[x, y]}"
                taken[x, y] = panel["title"]
    bottom = max(y for _, y in taken)
    assert {y for _, y in taken} == set(range(bottom + 1)), "there is an empty line"


def test_panels_say_what_they_show():
    seen = set()
    for file, panel in panels():
        name = f"{file}: {panel['title']}"
        assert (file, panel["title"]) not in seen, f"{name} is there twice"
        seen.add((file, panel["title"]))
        assert len(panel["description"]) > 15 and panel["description"].endswith("."), f"{name}: no description"
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"] in UNITS, f"{name}: unit {defaults.get('unit')}"
        steps = defaults["thresholds"]["steps"]
        assert steps[0]["value"] is None, f"{name}: the first threshold has a value"
        values = [step["value"] for step in steps[1:]]
        assert values == sorted(set(values)), f"{name}: thresholds are out of order"
        if len(steps) > 1 and panel["type"] == "timeseries":
            assert defaults["custom"]["thresholdsStyle"]["mode"] != "off", f"{name}: thresholds are not shown"
        assert panel["datasource"]["uid"] == "prometheus"
        letters = [target["refId"] for target in panel["targets"]]
        assert letters and len(letters) == len(set(letters)), f"{name}: queries {letters}"
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "prometheus"
            assert target["instant"] == (panel["type"] in ("stat", "table")), f"{name}: instant or range"
            if panel["type"] == "timeseries":
                assert target.get("legendFormat"), f"{name}: lines without a name"


def test_expressions_can_be_parsed():
    for file, title, expression in dashboard_expressions():
        assert "$" not in expression, f"{file}: {title}: a variable that the dashboard lacks: {expression}"
        try:
            promql_parser.parse(expression)
        except ValueError as error:
            pytest.fail(f"{file}: {title}: {expression}: {error}")


def test_legends_name_labels_that_are_there():
    for file, panel in panels():
        for target in panel["targets"]:
            labels = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
            kept = re.search(r"\b(?:by) \(([\w, ]+)\)", target["expr"])
            if kept:
                kept = set(kept[1].split(", "))
                assert labels <= kept, f"{file}: {panel['title']}: {labels - kept} was summed away"


@pytest.mark.parametrize("name", sorted(FILES))
def test_variables_are_used(name):
    text = board(name)
    made = {variable["name"] for variable in text.get("templating", {}).get("list", [])}
    used = {found for panel in text["panels"] for target in panel.get("targets", [])
            for found in re.findall(r"\$(\w+)", target["expr"])} - {"__rate_interval"}
    assert used == made, f"used: {used}, there: {made}"


def test_jobs_are_those_of_prometheus():
    jobs = {job["job_name"] for job in yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]}
    asked = {job for each in dashboard_expressions() for job in re.findall(r'job="(\w+)"', each[2])}
    assert asked <= jobs, f"no such job: {asked - jobs}"


def test_provisioning_fits():
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    assert source["uid"] == "prometheus" and source["url"] == "$PROMETHEUS_URL"
    interval = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == interval, "Grafana thinks of another interval than Prometheus"
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/flixlist.yml").read_text())["providers"][0]
    assert provider["options"]["path"] == "$FLIXLIST_DASHBOARDS"
