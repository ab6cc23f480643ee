#!/usr/bin/python3
"""Writes the list of what is inside of the release (SPDX 2.3, JSON), read from the linkers' maps of both binaries.

usage: sbom.py NAME VERSION EPOCH BINARY=FILE=MAP... --resolved FILE --checkouts DIR --swift VERSION

An archive (.a) that a map names belongs to the Debian package that owns the file, or to the Swift toolchain; an object
of another module than the project's own to the Swift package among the checkouts that has that module, in the version
that Package.resolved names. What is linked and cannot be told, or has no licence in the tables below, is an error.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

OWN_LICENCE = "Apache-2.0"
# By source package of Debian, as their copyright files say, for the part that is linked.
DEBIAN_LICENCES = {
    "libseccomp": "LGPL-2.1-only", "libcap2": "BSD-3-Clause OR GPL-2.0-only", "musl": "MIT",
    "libmd": "BSD-3-Clause AND BSD-2-Clause AND ISC AND Beerware", "glibc": "LGPL-2.1-or-later",
    "gcc": "GPL-3.0-or-later WITH GCC-exception-3.1", "zlib": "Zlib", "icu": "Unicode-3.0", "libxml2": "MIT",
}
SWIFT_LICENCE = "Apache-2.0 WITH Swift-exception"
SWIFT_LICENCES = {
    "yams": "MIT", "swift-argument-parser": SWIFT_LICENCE, "swift-subprocess": SWIFT_LICENCE,
    "swift-system": SWIFT_LICENCE,
}
# The toolchain's own copies of other projects, by a part of the archive's name.
TOOLCHAIN_PARTS = {"_FoundationICU": "Unicode-3.0 AND " + SWIFT_LICENCE}


def linked_files(map_file):
    """The archives and objects that a map of GNU ld, gold or lld names."""
    text = map_file.read_text(errors="replace")
    archives = set(re.findall(r"(/[^\s():]+\.a)(?=[(:\s])", text))
    objects = set(re.findall(r"(/[^\s():]+\.o)\b(?!\))", text))
    if not objects:
        sys.exit(f"sbom.py: {map_file} names no object: it is no linker's map")
    return archives, objects


def debian_package(path):
    """(source, version, binary package) of the Debian package that owns a file; None where none does."""
    for candidate in {path, os.path.realpath(path), os.path.realpath(path).removeprefix("/usr")}:
        owner = subprocess.run(
            ["dpkg-query", "--search", candidate], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if owner.returncode == 0:
            name = owner.stdout.split(": ")[0].split(",")[0]
            shown = subprocess.run(
                ["dpkg-query", "--show", "--showformat=${source:Package} ${Version}", name], check=True,
                stdout=subprocess.PIPE, text=True)
            source, version = shown.stdout.split()
            return re.sub(r"^gcc-\d+$", "gcc", source), version, name.split(":")[0]
    return None


class Inventory:
    def __init__(self, options):
        self.options, self.packages, self.relations = options, {}, []
        pins = json.loads(pathlib.Path(options.resolved).read_text())["pins"]
        self.pins = {pin["identity"].lower(): pin for pin in pins}
        self.modules = {}
        for checkout in sorted(pathlib.Path(options.checkouts).iterdir()):
            for module in (checkout / "Sources").glob("*/"):
                self.modules[module.name] = checkout.name.lower()

    def add(self, name, version, licence, **more):
        identifier = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)
        if identifier not in self.packages:
            self.packages[identifier] = {
                "SPDXID": identifier, "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
                "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence,
                "copyrightText": "NOASSERTION", **more}
        return identifier

    def part(self, path):
        """The package that a linked file is of; None for the project's own objects."""
        name = os.path.basename(path)
        if "/lib/swift" in path:
            for part, licence in TOOLCHAIN_PARTS.items():
                if part in name:
                    return self.add("swift-" + part.strip("_").lower(), self.options.swift, licence)
            return self.add("swift-runtime", self.options.swift, SWIFT_LICENCE)
        if path.endswith(".o") and "/.build" in path:
            module = re.search(r"/([A-Za-z0-9_]+)(?:-tool)?\.build/", path)
            identity = self.modules.get(module[1]) if module else None
            return self.swift_package(identity) if identity else None
        owner = debian_package(path)
        if not owner:
            sys.exit(f"sbom.py: {path} is linked, and no package owns it")
        source, version, binary = owner
        if source not in DEBIAN_LICENCES:
            sys.exit(f"sbom.py: {path} of {source} is linked, and DEBIAN_LICENCES has no licence for it")
        reference = {
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{binary}@{version.replace('+', '%2B').replace(':', '%3A')}"}
        return self.add(source, version, DEBIAN_LICENCES[source], externalRefs=[reference])

    def swift_package(self, identity):
        pin = self.pins.get(identity)
        if not pin:
            sys.exit(f"sbom.py: {identity} is linked, and {self.options.resolved} does not name it")
        if identity not in SWIFT_LICENCES:
            sys.exit(f"sbom.py: {identity} is linked, and SWIFT_LICENCES has no licence for it")
        state = pin["state"]
        return self.add(
            identity, state.get("version", state["revision"]), SWIFT_LICENCES[identity],
            downloadLocation=f"git+{pin['location']}@{state['revision']}")

    def binary(self, name, file, map_file):
        digest = hashlib.sha256(pathlib.Path(file).read_bytes()).hexdigest()
        own = self.add(
            name, self.options.version, OWN_LICENCE, checksums=[{"algorithm": "SHA256", "checksumValue": digest}],
            packageFileName=f"bin/{name}", primaryPackagePurpose="APPLICATION")
        self.relations.append(("SPDXRef-DOCUMENT", "DESCRIBES", own))
        archives, objects = linked_files(pathlib.Path(map_file))
        parts = {part for part in map(self.part, sorted(archives | objects)) if part}
        # Of the standard library much is compiled into the modules that use it, in Embedded Swift all of it.
        parts.add(self.add("swift-runtime", self.options.swift, SWIFT_LICENCE))
        self.relations += [(own, "STATIC_LINK", part) for part in sorted(parts)]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("name", "version", "epoch"):
        parser.add_argument(name)
    parser.add_argument("binaries", nargs="+")
    for name in ("--resolved", "--checkouts", "--swift"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    inventory = Inventory(options)
    for binary in options.binaries:
        inventory.binary(*binary.split("="))
    made = datetime.datetime.fromtimestamp(int(options.epoch), datetime.timezone.utc)
    packages = [inventory.packages[key] for key in sorted(inventory.packages)]
    # The same content has the same name, and no other.
    digest = hashlib.sha256(json.dumps(packages).encode()).hexdigest()
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": options.name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{options.name}-{digest[:32]}",
        "creationInfo": {
            "created": f"{made:%Y-%m-%dT%H:%M:%SZ}", "creators": [f"Tool: warder-release-{options.version}"]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
            for one, kind, other in inventory.relations],
    }
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
