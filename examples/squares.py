"""Leave a table in the artifact directory: run with --artifacts out, it comes back in the log."""

import csv
import os
import sys

directory = os.environ.get("WARDER_ARTIFACTS")
if directory is None:
    sys.exit("squares.py: nothing comes back without --artifacts")

path = os.path.join(directory, "squares.csv")
with open(path, "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["n", "square"])
    table.writerows((n, n * n) for n in range(100))

print(os.path.getsize(path), "bytes in", os.path.basename(path))
