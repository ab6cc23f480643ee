# An investigation as an agent would write one: which containers restart, and why?
#
#   warder run examples/patterns/investigate.py examples/patterns/restarts.csv
#   warder run examples/patterns/investigate.py examples/patterns/restarts.csv --artifacts out -- propose
#
# Without an argument it reports. "propose" leaves a change as a file for somebody else to apply; "apply URL" posts it.
# docs/patterns.md has a manifest for each.

import csv
import json
import pathlib
import sys
import urllib.request

with open("restarts.csv") as table:
    rows = [{**row, "restarts": int(row["restarts"])} for row in csv.DictReader(table)]
worst = max(rows, key=lambda row: row["restarts"])
print(f"{len(rows)} containers, {sum(row['restarts'] for row in rows)} restarts", file=sys.stderr)
print(json.dumps({"container": worst["container"], "restarts": worst["restarts"], "reason": worst["reason"]}))

change = {"container": worst["container"], "resources": {"limits": {"memory": "512Mi"}}}
match sys.argv[1:]:
    case []:
        pass
    case ["propose"]:
        out = pathlib.Path("out")
        out.mkdir(exist_ok=True)
        (out / "change.json").write_text(json.dumps(change) + "\n")
    case ["apply", url]:
        request = urllib.request.Request(url, json.dumps(change).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            print("applied:", answer.status, file=sys.stderr)
    case _:
        sys.exit("usage: investigate.py [propose | apply URL]")
