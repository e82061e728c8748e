#!/usr/bin/env python3
"""Makes the Postman collection (v2.1) and environment from openapi.yaml, both beside it.

    docs/api/make_postman.py             writes them
    docs/api/make_postman.py --check     ends with 1 when they are not what it would write

An operation of openapi.yaml may say in `x-postman`:

    values   what parameters are set to, where their `example` is not what is wanted
    body     what fields of the form are set to
    files    which file a field of the form takes
    expect   the statuses that pass; else the first one of its responses
    saves    a variable, and the pattern that finds its value in the answer's body
"""

import json
import re
import sys
import uuid
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SITE, METRICS = "baseUrl", "metricsUrl"
SECRETS = ("password", "feedToken")


def identifier(name):
    """The same number for the same name, so that a new run changes nothing."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "https://flixlist.invalid/" + name))


def resolved(document, value):
    """What a value refers to."""
    while isinstance(value, dict) and "$ref" in value:
        found = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def operations(document):
    """Every operation with its path and method, in the order of the tags."""
    order = [tag["name"] for tag in document["tags"]]
    every = [
        (path, method, item, item[method])
        for path, item in document["paths"].items() for method in METHODS if method in item
    ]
    return sorted(every, key=lambda each: order.index(each[3]["tags"][0]))


def parameters(document, item, operation):
    return [resolved(document, each) for each in item.get("parameters", []) + operation.get("parameters", [])]


def url(path, item, operation, known):
    """Postman keeps an address whole and in pieces."""
    values = operation.get("x-postman", {}).get("values", {})
    query = []
    for each in known:
        value = str(values.get(each["name"], each.get("example", "")))
        if each["in"] == "path":
            path = path.replace("{" + each["name"] + "}", value)
        elif each["in"] == "query":
            entry = {"key": each["name"], "value": value}
            if value == "":
                entry["disabled"] = True
            if "description" in each:
                entry["description"] = each["description"].strip()
            query.append(entry)
    host = "{{" + (METRICS if "servers" in item else SITE) + "}}"
    sent = "&".join(f"{each['key']}={each['value']}" for each in query if not each.get("disabled"))
    address = {"raw": host + path + ("?" + sent if sent else ""), "host": [host], "path": path[1:].split("/")}
    if query:
        address["query"] = query
    return address


def body(document, operation):
    """The form that is sent, or None."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return None
    kind, media = next(iter(content.items()))
    wanted = operation.get("x-postman", {})
    fields = []
    for name, schema in media["schema"].get("properties", {}).items():
        if name in wanted.get("files", {}):
            fields.append({"key": name, "type": "file", "src": wanted["files"][name]})
        else:
            value = wanted.get("body", {}).get(name, "")
            field = {"key": name, "value": value, "type": "text"}
            if value == "":
                field["disabled"] = True
            fields.append(field)
        about = resolved(document, schema).get("description") or schema.get("description")
        if about:
            fields[-1]["description"] = about.strip()
    mode = {"application/x-www-form-urlencoded": "urlencoded", "multipart/form-data": "formdata"}[kind]
    return {"mode": mode, mode: fields}


def script(operation):
    """The test that Postman runs on the answer."""
    wanted = operation.get("x-postman", {})
    statuses = wanted.get("expect") or [int(next(iter(operation["responses"])))]
    lines = [
        f'pm.test("answers {" or ".join(map(str, statuses))}", function () {{',
        f"    pm.expect(pm.response.code).to.be.oneOf({json.dumps(statuses)});",
        "});",
    ]
    if saves := wanted.get("saves"):
        pattern = saves["pattern"].replace("/", r"\/")
        lines += [
            f"const found = pm.response.text().match(/{pattern}/);",
            f'if (found) {{ pm.environment.set("{saves["variable"]}", found[1]); }}',
        ]
    return [{"listen": "test", "script": {"type": "text/javascript", "exec": lines}}]


def request(document, path, method, item, operation):
    known = parameters(document, item, operation)
    made = {
        "method": method.upper(),
        "header": [
            {"key": each["name"], "value": each["example"]} for each in known
            if each["in"] == "header" and "example" in each
        ],
        "url": url(path, item, operation, known),
        "description": (operation.get("description") or operation["summary"]).strip(),
    }
    form = body(document, operation)
    if form:
        made["body"] = form
    return {
        "name": operation["summary"],
        "id": identifier("request/" + operation["operationId"]),
        "event": script(operation),
        # An answer of 303 is looked at, not followed.
        "protocolProfileBehavior": {"followRedirects": False},
        "request": made,
        "response": [],
    }


def collection(document):
    folders = {tag["name"]: {"name": tag["name"], "description": tag["description"], "item": []}
               for tag in document["tags"]}
    for path, method, item, operation in operations(document):
        folders[operation["tags"][0]]["item"].append(request(document, path, method, item, operation))
    return {
        "info": {
            "_postman_id": identifier("collection"),
            "name": document["info"]["title"],
            "description": document["info"]["description"].strip(),
            "version": document["info"]["version"],
            "schema": SCHEMA,
        },
        "item": list(folders.values()),
    }


def environment(document, made):
    """Every variable that the collection uses; those that have a value before the first request come first."""
    used = re.findall(r"\{\{(\w+)\}\}", json.dumps(made))
    metrics = next(item["servers"][0]["url"] for item in document["paths"].values() if "servers" in item)
    known = {SITE: document["servers"][0]["variables"]["site"]["default"], METRICS: metrics}
    names = [name for name in known if name in used] + [name for name in dict.fromkeys(used) if name not in known]
    return {
        "id": identifier("environment"),
        "name": document["info"]["title"],
        "values": [
            {"key": name, "value": known.get(name, ""), "type": "secret" if name in SECRETS else "default",
             "enabled": True}
            for name in names
        ],
        "_postman_variable_scope": "environment",
    }


def made(document):
    """Both files, by their names."""
    requests = collection(document)
    files = {
        "flixlist.postman_collection.json": requests,
        "flixlist.postman_environment.json": environment(document, requests),
    }
    return {name: json.dumps(value, indent=2, ensure_ascii=False) + "\n" for name, value in files.items()}


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 64
    document = yaml.safe_load((FOLDER / "openapi.yaml").read_text(encoding="utf-8"))
    stale = []
    for name, text in made(document).items():
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not arguments:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    if arguments and stale:
        print(f"not what openapi.yaml says: {', '.join(stale)}. Run docs/api/make_postman.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
