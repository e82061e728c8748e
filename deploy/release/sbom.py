#!/usr/bin/env python3
"""Writes a list of what a release is made of, as CycloneDX 1.5: the packages of Package.resolved, linked into the
program, and the system's libraries that it needs beside it.

    sbom.py --resolved Package.resolved --program flixlist --version 1.2.3 [--libraries FILE] [--system debian-12]

FILE has a line a package of the system: name, version and architecture. The same input gives the same bytes.
Python's standard library only.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import sys
import urllib.parse
import uuid


def swift_component(pin):
    location = pin["location"].removesuffix(".git")
    place = urllib.parse.urlsplit(location)
    state = pin["state"]
    version = state.get("version", state["revision"])
    purl = f"pkg:swift/{place.netloc}{place.path}@{version}"
    return {
        "type": "library", "bom-ref": purl, "name": pin["identity"], "version": version, "purl": purl,
        "externalReferences": [{"type": "vcs", "url": location, "comment": f"revision {state['revision']}"}],
    }


def system_component(line, system):
    name, version, architecture = line.split()
    purl = (f"pkg:deb/{system.split('-')[0]}/{name}@{urllib.parse.quote(version, safe='.-~')}"
            f"?arch={architecture}&distro={system}")
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def bill(arguments):
    digest = hashlib.sha256(arguments.program.read_bytes()).hexdigest()
    pins = json.loads(arguments.resolved.read_text())["pins"]
    parts = [swift_component(pin) for pin in pins]
    if arguments.libraries:
        lines = sorted(set(filter(None, arguments.libraries.read_text().splitlines())))
        parts += [system_component(line, arguments.system) for line in lines]
    itself = f"pkg:generic/flixlist@{arguments.version}"
    made = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", 0)), datetime.timezone.utc)
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, itself + digest)}",
        "metadata": {
            "timestamp": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application", "bom-ref": itself, "name": "flixlist", "version": arguments.version,
                "purl": itself, "hashes": [{"alg": "SHA-256", "content": digest}],
            },
        },
        "components": parts,
        "dependencies": [{"ref": itself, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resolved", type=pathlib.Path, required=True)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--libraries", type=pathlib.Path)
    parser.add_argument("--system", default="debian-12")
    json.dump(bill(parser.parse_args()), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
