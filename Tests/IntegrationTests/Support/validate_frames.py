"""Validates each line of the logs named on the command line against a JSON Schema, with the jsonschema package.

usage: validate_frames.py SCHEMA LOG...

Prints how many frames were valid; for each that is not, what is wrong. Exits with 1 if there was any.
"""

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

valid = 0
invalid = 0
for path in sys.argv[2:]:
    with open(path, "rb") as log:
        for number, line in enumerate(log, start=1):
            problems = [error.message for error in validator.iter_errors(json.loads(line))]
            if problems:
                invalid += 1
                print(f"{path}:{number}: {problems}")
            else:
                valid += 1
print(f"{valid} valid")
sys.exit(1 if invalid else 0)
