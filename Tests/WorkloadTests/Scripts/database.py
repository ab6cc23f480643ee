"""sqlite on disk with a write-ahead log: one writer, readers in other processes, recovery after a kill."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile

path = os.path.join(tempfile.mkdtemp(), "data.db")
database = sqlite3.connect(path)
print("journal", database.execute("pragma journal_mode=wal").fetchone()[0])
database.execute("create table entries (id integer primary key, text text, weight real)")
with database:
    database.executemany(
        "insert into entries (text, weight) values (?, ?)", ((f"entry {n}", n / 7) for n in range(20_000))
    )
print("log exists", os.path.exists(path + "-wal"), os.path.exists(path + "-shm"))

READER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(database.execute("select count(*), round(sum(weight), 3) from entries").fetchone())
"""
readers = [subprocess.Popen([sys.executable, "-c", READER, path], stdout=subprocess.PIPE) for _ in range(4)]
print("readers", [reader.communicate()[0] for reader in readers], [reader.returncode for reader in readers])

WRITER = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("begin immediate")
database.execute("delete from entries")
os.kill(os.getpid(), signal.SIGKILL)
"""
print("killed", subprocess.run([sys.executable, "-c", WRITER, path]).returncode == -signal.SIGKILL)
print("after the kill", database.execute("select count(*) from entries").fetchone())
database.execute("create virtual table texts using fts5(text)")
with database:
    database.execute("insert into texts select text from entries")
print("found", database.execute("select count(*) from texts where texts match '77*'").fetchone())
print("integrity", database.execute("pragma integrity_check").fetchone()[0])
print("checkpoint", database.execute("pragma wal_checkpoint(truncate)").fetchone())
database.execute("vacuum")
database.close()
shell = subprocess.run(["sqlite3", path, "select max(id) from entries; pragma journal_mode;"], capture_output=True)
print("sqlite3", shell.returncode, shell.stdout)
