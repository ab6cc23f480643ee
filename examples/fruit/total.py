# Reads the table that lies beside it.
#
#   warder run examples/fruit/total.py examples/fruit/fruit.csv
#   warder render examples/fruit/total.py examples/fruit/fruit.csv

import csv
import sys

with open("fruit.csv") as table:
    rows = list(csv.DictReader(table))
print("total", sum(int(row["count"]) for row in rows))
print("read", len(rows), "rows", file=sys.stderr)
