"""The workflows of GitHub, as far as they can be tried without its runners: their form, their rights, their scripts."""

import importlib.resources
import json
import os
import re
import subprocess
import tarfile

import jsonschema
import packageurl
import pytest
import referencing
import yaml

from conftest import DEPLOY, ROOT, run, tool

FOLDER = ROOT / ".github/workflows"
FILES = sorted(FOLDER.glob("*.yml"))
NAMES = [path.stem for path in FILES]
# GitHub's own, of which nothing plain can take the place; by the hash of its release.
ACTIONS = {"actions/attest-build-provenance@e8998f949152b193b063cb0ec769d69d929409be"}
YAMLLINT = "{extends: default, rules: {line-length: {max: 120}, document-start: disable, truthy: {check-keys: false}}}"


def load(name):
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text())


def steps():
    """Every step, with the names of its file and job."""
    for name in NAMES:
        for job_name, job in load(name)["jobs"].items():
            for step in job["steps"]:
                yield name, job_name, step


def script(name, job, step_name):
    found = [step["run"] for step in load(name)["jobs"][job]["steps"] if step.get("name") == step_name]
    assert found, f"{name}.yml has no step \"{step_name}\" in {job}"
    return found[0]


def test_they_are_what_the_schema_and_the_linters_want():
    assert NAMES == ["ci", "deploy", "release"]
    for path in FILES:
        run(tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", path)
    # The schema first: zizmor reads over a file that is no valid workflow.
    done = run(tool("zizmor"), "--offline", "--no-progress", "--format", "plain", FOLDER, ok=False)
    assert done.returncode == 0, done.stdout
    assert "No findings" in done.stdout
    run(tool("yamllint"), "--strict", "-d", YAMLLINT, FOLDER)


def test_every_script_passes_shellcheck(tmp_path):
    count = 0
    for name, job, step in steps():
        if "run" not in step:
            continue
        count += 1
        assert "${{" not in step["run"], f"{name}/{job}: values go through env, or they could become commands"
        lines = step["run"].strip().splitlines()
        assert len(lines) == 1 or lines[0] == "set -euo pipefail", f"{name}/{job}/{step.get('name')}: not strict"
        path = tmp_path / f"{name}-{job}-{count}.sh"
        path.write_text("#!/bin/bash\n" + step["run"])
    assert count > 20
    run(tool("shellcheck"), *sorted(tmp_path.glob("*.sh")))


def test_shell_scripts_of_the_area_pass_shellcheck():
    scripts = [*DEPLOY.glob("release/*.sh"), *DEPLOY.glob("backups/*.sh"), DEPLOY / "release/flixlist-deploy"]
    assert len(scripts) >= 7
    run(tool("shellcheck"), "-x", "-P", ROOT, *scripts)
    for path in scripts:
        text = path.read_text()
        assert all(len(line) <= 120 for line in text.splitlines()), f"{path.name} has a line of more than 120"
        if path.name != "settings.sh":
            assert "set -euo pipefail" in text, path.name
            assert os.access(path, os.X_OK), f"{path.name} is not executable"


def test_rights_are_the_least():
    for name in NAMES:
        workflow = load(name)
        assert workflow["permissions"] == {}, f"{name}.yml must give no right to all its jobs"
        for job_name, job in workflow["jobs"].items():
            assert "permissions" in job, f"{name}/{job_name} must name its rights"
            assert job["timeout-minutes"] <= 90, f"{name}/{job_name} must have an end"
            assert "pull_request_target" not in workflow[True], "strangers' code must never see a secret"
    writes = {(name, job_name, right) for name in NAMES for job_name, job in load(name)["jobs"].items()
              for right, level in job["permissions"].items() if level == "write"}
    assert not [each for each in writes if each[0] == "ci"], f"ci only reads: {writes}"
    assert [each for each in writes if each[0] == "deploy"] == [], "a deploy writes nothing at GitHub"
    assert {each[1] for each in writes if each[2] == "id-token"} == {"publish"}, "only one job signs"


def test_nothing_of_a_third_party_runs():
    used = {step["uses"].split()[0] for _, _, step in steps() if "uses" in step}
    assert used == ACTIONS, f"each action is a decision, pinned by its hash: {used}"
    for path in [*FILES, *DEPLOY.rglob("*.sh"), DEPLOY / "release/flixlist-deploy"]:
        text = path.read_text()
        assert "StrictHostKeyChecking=no" not in text and "accept-new" not in text, f"{path}: hosts are pinned"
        assert not re.search(r"curl[^\n|]*\|\s*(ba)?sh", text), f"{path}: nothing is run straight from the net"


def test_the_sources_are_fetched_the_same_way_everywhere():
    texts = {step["run"].replace('git config --global --add safe.directory "$GITHUB_WORKSPACE"\n', "")
             for _, _, step in steps() if step.get("name") == "Check out"}
    assert len(texts) == 1, "the steps that check out have drifted apart"


def test_a_deploy_waits_for_approval_and_is_never_broken_off():
    workflow = load("deploy")
    job = workflow["jobs"]["deploy"]
    assert job["environment"]["name"] == "production", "the environment asks who must agree"
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert list(workflow[True]) == ["workflow_dispatch"], "nothing but a person, or release.yml, starts it"
    pushes = [step["run"] for step in job["steps"] if "push.sh" in step.get("run", "")]
    assert len(pushes) == 3
    assert all("--known-hosts" in each and "--identity" in each for each in pushes)
    names = [step["name"] for step in job["steps"]]
    assert names[-1] == "Remove the keys" and job["steps"][-1]["if"] == "always()"
    secrets = [step["name"] for step in job["steps"] if "secrets." in json.dumps(step)]
    assert secrets == ["Keys"], f"only one step sees the key: {secrets}"


@pytest.mark.parametrize("tag, version", [
    ("v1.2.3", "1.2.3"), ("v10.0.0-rc.1", "10.0.0-rc.1"), ("v1.2", None), ("1.2.3", None), ("v1.2.3;id", None),
    ("v1.2.3\nversion=9.9.9", None)])
def test_only_a_version_becomes_a_release(tmp_path, tag, version):
    output = tmp_path / "output"
    output.touch()
    done = subprocess.run(["bash", "-e", "-c", script("release", "check", "The version")], capture_output=True,
                          env={"TAG": tag, "GITHUB_OUTPUT": str(output), "PATH": os.environ["PATH"]})
    assert (done.returncode == 0) == (version is not None), done.stdout
    assert output.read_text() == (f"version={version}\n" if version else "")


@pytest.mark.parametrize("action, wanted", [
    ("deploy", "deploy release/flixlist-1.2.3-linux-amd64.tar.gz"),
    ("deploy with a stop", "deploy release/flixlist-1.2.3-linux-amd64.tar.gz stop"),
    ("rollback", "rollback"), ("status", "status"), ("id", None)])
def test_what_is_asked_for_is_what_push_is_told(tmp_path, action, wanted):
    """The step itself, with a push.sh that writes down its arguments."""
    push = tmp_path / "deploy/release/push.sh"
    push.parent.mkdir(parents=True)
    push.write_text('#!/bin/bash\nprintf "%s\\n" "$@" >told\n')
    push.chmod(0o755)
    if action.startswith("deploy"):
        (tmp_path / "release").mkdir()
        (tmp_path / "release/flixlist-1.2.3-linux-amd64.tar.gz").touch()
        (tmp_path / "release/SHA256SUMS").touch()
    text = script("deploy", "deploy", "${{ inputs.action }}")
    done = subprocess.run(
        ["bash", "-e", "-c", text], cwd=tmp_path, capture_output=True,
        env={"ACTION": action, "TARGET": "a@b", "PORT": "22", "RUNNER_TEMP": "/t", "PATH": os.environ["PATH"]})
    assert (done.returncode == 0) == (wanted is not None), done.stderr
    if wanted:
        told = (tmp_path / "told").read_text().split("\n")[:-1]
        assert told[told.index("a@b") + 1:] == wanted.split(), told
        assert told[:6] == ["--known-hosts", "/t/ssh/known_hosts", "--identity", "/t/ssh/key", "--port", "22"]
        assert ("--sums" in told) == action.startswith("deploy")


def bill_of(program, *more):
    return json.loads(run(DEPLOY / "release/sbom.py", "--resolved", ROOT / "Package.resolved", "--program", program,
                          "--version", "1.2.3", *more).stdout)


def cyclonedx():
    """The validator of CycloneDX 1.5, from the schemas that its library carries."""
    folder = importlib.resources.files("cyclonedx") / "schema/_res"
    schemas = {name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text())
               for name in ("bom-1.5", "spdx", "jsf-0.82")}
    registry = referencing.Registry().with_resources(
        (schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas.values())
    return jsonschema.Draft7Validator(schemas["bom-1.5"], registry=registry)


def test_the_list_of_parts_is_whole_and_valid(binary, tmp_path):
    libraries = tmp_path / "libraries"
    libraries.write_text(run(DEPLOY / "release/libraries.sh", binary).stdout)
    bill = bill_of(binary, "--libraries", libraries)
    mistakes = [error.message for error in cyclonedx().iter_errors(bill)]
    assert not mistakes, mistakes
    pins = {pin["identity"] for pin in json.loads((ROOT / "Package.resolved").read_text())["pins"]}
    names = {part["name"] for part in bill["components"]}
    assert pins <= names, "every package that is linked in must be listed"
    assert {"libpq5", "libsqlite3-0", "libc6", "zlib1g"} <= names, f"and every library beside it: {sorted(names)}"
    for part in bill["components"]:
        packageurl.PackageURL.from_string(part["purl"])
    assert bill == bill_of(binary, "--libraries", libraries), "the same parts must give the same list"


@pytest.mark.long
def test_a_release_is_packed_the_same_each_time_and_starts(binary, tmp_path):
    """The archive of release.yml: what is in it, and that its program starts."""
    import hashlib
    import shutil
    program = shutil.copy2(binary, tmp_path / "flixlist")
    archives = [run(DEPLOY / "release/pack.sh", program, tmp_path / name).stdout.strip() for name in "ab"]
    sums = {hashlib.sha256(open(path, "rb").read()).hexdigest() for path in archives}
    assert len(sums) == 1, "the same program must give the same archive"
    version = run(program, "--version").stdout.strip()
    assert archives[0].endswith(f"/flixlist-{version}-linux-amd64.tar.gz")
    with tarfile.open(archives[0]) as tar:
        members = tar.getmembers()
        assert all(member.isfile() or member.isdir() for member in members), "flixlist-deploy takes nothing else"
        assert all(member.uid == 0 and not member.mode & 0o022 for member in members)
        tar.extractall(tmp_path / "out", filter="data")
    top = tmp_path / f"out/flixlist-{version}"
    for needed in ("flixlist", "LICENSE", "docs/operations.md", "deploy/install.sh", "deploy/release/flixlist-deploy"):
        assert (top / needed).exists(), f"{needed} must be in the archive"
    for never in (".env", "compose/secrets"):
        assert not (top / "deploy" / never).exists()
    assert run(top / "flixlist", "--version").stdout.strip() == version
