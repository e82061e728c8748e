"""The Postman collection and environment that docs/api/make_postman.py makes from openapi.yaml."""

import json
import re
import uuid

import requests

from conftest import PASSWORD, run, tool
from test_api import API, OPERATIONS, api, robin  # noqa: F401 (fixtures)

COLLECTION = "flixlist.postman_collection.json"
ENVIRONMENT = "flixlist.postman_environment.json"


def test_collection_and_environment_are_those_of_the_document():
    run(tool("python3"), API / "make_postman.py", "--check")


def items(collection):
    return [item for folder in collection["item"] for item in folder["item"]]


def test_collection_has_the_structure_of_its_version():
    collection = json.loads((API / COLLECTION).read_text())
    assert collection["info"]["schema"].endswith("/collection/v2.1.0/collection.json")
    assert uuid.UUID(collection["info"]["_postman_id"])
    assert len(items(collection)) == len(OPERATIONS)
    for item in items(collection):
        request, url = item["request"], item["request"]["url"]
        assert request["method"] in ("GET", "POST") and item["name"]
        assert all(set(header) >= {"key", "value"} for header in request["header"])
        assert url["raw"].startswith("/".join([url["host"][0], *url["path"]])), url
        sent = [f"{each['key']}={each['value']}" for each in url.get("query", []) if not each.get("disabled")]
        assert url["raw"].partition("?")[2] == "&".join(sent)
        assert "{" not in re.sub(r"\{\{\w+\}\}", "", url["raw"]), "every parameter has a value or a variable"
        if body := request.get("body"):
            assert body["mode"] in ("urlencoded", "formdata")
            assert all(field["key"] and field["type"] in ("text", "file") for field in body[body["mode"]])
        for event in item["event"]:
            assert event["listen"] == "test" and event["script"]["type"] == "text/javascript"
            assert event["script"]["exec"]


def test_environment_has_every_variable_and_no_secret():
    environment = json.loads((API / ENVIRONMENT).read_text())
    values = {each["key"]: each for each in environment["values"]}
    used = set(re.findall(r"\{\{(\w+)\}\}", (API / COLLECTION).read_text()))
    assert used == set(values)
    assert values["password"]["type"] == "secret" and values["password"]["value"] == ""
    assert environment["_postman_variable_scope"] == "environment"


class Runner:
    """Runs a collection as Postman would, as far as ours uses it; the scripts are run by what they are made from."""

    def __init__(self, **variables):
        self.variables, self.http = variables, requests.Session()

    def filled(self, text):
        return re.sub(r"\{\{(\w+)\}\}", lambda match: self.variables[match[1]], text)

    def send(self, item):
        request = item["request"]
        options = {"headers": {each["key"]: self.filled(each["value"]) for each in request["header"]}}
        body = request.get("body", {"mode": "none", "none": []})
        fields = [field for field in body[body["mode"]] if not field.get("disabled")]
        files = {field["key"]: (field["src"], (API / field["src"]).read_bytes())
                 for field in fields if field["type"] == "file"}
        options["data"] = {field["key"]: self.filled(field["value"]) for field in fields if field["type"] == "text"}
        answer = self.http.request(request["method"], self.filled(request["url"]["raw"]), files=files or None,
                                   allow_redirects=False, timeout=20, **options)
        self.test("\n".join(item["event"][0]["script"]["exec"]), item["name"], answer)

    def test(self, script, name, answer):
        statuses = json.loads(re.search(r"oneOf\((\[.*?\])\)", script)[1])
        assert answer.status_code in statuses, f"{name}: {answer.status_code}, expected {statuses}"
        if saves := re.search(r"match\(/(.*)/\);\n.*set\(\"(\w+)\"", script):
            found = re.search(saves[1].replace(r"\/", "/"), answer.text)
            assert found, f"{name}: {saves[1]} is not in the answer"
            self.variables[saves[2]] = found[1]


def test_collection_runs_from_top_to_bottom(robin):
    runner = Runner(
        baseUrl=robin.site.url, metricsUrl=f"http://127.0.0.1:{robin.site.metrics_port}", username="robin",
        password=PASSWORD, importId=re.search(r"\d+", robin.report)[0])
    for item in items(json.loads((API / COLLECTION).read_text())):
        runner.send(item)
    assert runner.variables.keys() >= {"titleId", "feedToken", "assetFile"}
    assert runner.http.get(runner.variables["baseUrl"] + "/library", allow_redirects=False).status_code == 303
