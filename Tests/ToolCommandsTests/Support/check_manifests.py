"""Holds N.yaml against N.json, and every object in them against a JSON Schema.

usage: check_manifests.py SCHEMA DIRECTORY
"""

import json
import pathlib
import sys

import jsonschema
import yaml

schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
names = {entry["$ref"].rsplit("/", 1)[1] for entry in schema["oneOf"]}
validators = {
    name: jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"}) for name in names
}
count = 0
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.yaml")):
    documents = list(yaml.safe_load_all(path.read_text()))
    other = json.loads(path.with_suffix(".json").read_text())
    expected = other["items"] if other["kind"] == "List" else [other]
    if documents != expected:
        sys.exit(f"{path}: YAML and JSON differ:\n{documents}\n{expected}")
    for document in documents:
        for error in validators[document["kind"]].iter_errors(document):
            sys.exit(f"{path}: {document['kind']}: {error.json_path}: {error.message}")
    count += 1
print(count, "manifests")
