"""numpy and pandas: linear algebra on threads, files mapped into memory, tables in and out of files."""

import io
import os
import sqlite3
import tempfile

import numpy as np
import pandas as pd

random = np.random.default_rng(20240117)
matrix = random.standard_normal((400, 400))
left, values, right = np.linalg.svd(matrix)
assert np.allclose(left @ np.diag(values) @ right, matrix)
print("largest singular value", round(float(values[0]), 6))
print("determinant's sign", int(np.linalg.slogdet(matrix)[0]))
spectrum = np.fft.rfft(np.sin(np.linspace(0, 40 * np.pi, 1 << 14, endpoint=False)))
print("peak of the spectrum", int(np.abs(spectrum).argmax()))

directory = tempfile.mkdtemp()
mapped = np.memmap(os.path.join(directory, "mapped"), dtype="float64", mode="w+", shape=(1000, 100))
mapped[:] = np.arange(100_000).reshape(1000, 100)
mapped.flush()
print("sum of the mapped file", float(np.memmap(mapped.filename, dtype="float64", mode="r").sum()))
np.savez_compressed(os.path.join(directory, "arrays.npz"), a=matrix, b=values)
with np.load(os.path.join(directory, "arrays.npz")) as loaded:
    assert (loaded["a"] == matrix).all() and (loaded["b"] == values).all()

rows = 20_000
table = pd.DataFrame(
    {
        "day": pd.date_range("2024-01-01", periods=rows, freq="15min").date,
        "kind": random.choice(["alpha", "beta", "gamma", "δέλτα"], rows),
        "amount": random.integers(1, 1000, rows),
    }
)
sums = table.groupby("kind")["amount"].agg(["count", "sum", "median"])
print(sums.to_csv())
path = os.path.join(directory, "table.csv")
table.to_csv(path, index=False)
again = pd.read_csv(path)
assert again["amount"].equals(table["amount"]) and list(again["kind"]) == list(table["kind"])
with sqlite3.connect(os.path.join(directory, "table.db")) as database:
    table.assign(day=table["day"].astype(str)).to_sql("amounts", database, index=False)
    print(pd.read_sql("select kind, max(amount) as most from amounts group by kind order by kind", database).to_csv())
pivot = table.pivot_table(index="day", columns="kind", values="amount", aggfunc="sum").rolling(7).mean().dropna()
buffer = io.StringIO()
pivot.tail(3).round(3).to_csv(buffer)
print(buffer.getvalue())
