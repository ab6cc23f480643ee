"""Lay out task directories that are meant to break whoever reads them, one beneath DIRECTORY for each kind.

usage: hostile_tasks.py DIRECTORY
"""

import os
import sys

MEBIBYTE = 1 << 20
HOSTILE = {
    "good": b'{"timeout": "20s"}',
    "deep-arrays": b"[" * 200_000,
    "deep-objects": b'{"args":' * 100_000,
    "deep-value": b'{"args": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "huge-number": b'{"open_files": ' + b"9" * 500_000 + b"}",
    "huge-exponent": b'{"open_files": 1e999999999}',
    "overflowing-duration": b'{"timeout": "99999999999999999999h"}',
    "duplicate-keys": b'{"timeout": "1s", "timeout": "29m"}',
    "duplicate-by-escape": b'{"timeout": "1s", "\\u0074imeout": "29m"}',
    "long-string": b'{"id": "' + b"x" * MEBIBYTE + b'"}',
    "long-key": b'{"' + b"x" * MEBIBYTE + b'": 1}',
    "many-keys": b"{" + b",".join(b'"k%d": 1' % n for n in range(50_000)) + b"}",
    "broken-text": b'{"id": "\xff\xfe\xc0\xaf"}',
    "surrogate": b'{"id": "\\ud800"}',
    "nul": b'{"id": "a\\u0000b"}',
    "byte-order-mark": b'\xef\xbb\xbf{"timeout": "1s"}',
    "trailing": b'{"timeout": "1s"} {"network": "all"}',
    "authority": b'{"network": "all"}',
    "authority-by-escape": b'{"n\\u0065twork": "all"}',
    "path": b'{"script": "../good/script.py"}',
    "absolute-path": b'{"stdin": "/etc/passwd"}',
    "escapes-in-error": b'{"\\u001b]0;owned\\u0007\\u202e": 1}',
}
NAMES = [
    b"line\nend", b"--flag", b"\x1b[31mred", b"quote\"'`$(id)", " \u2028\u202e.txt".encode(), b"x" * 255, b"\xff\xfe",
    b"cut \xe2\x82", b"plain.txt",
]


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


top = sys.argv[1]
for name, task in HOSTILE.items():
    os.makedirs(f"{top}/{name}")
    write(f"{top}/{name}/task.json", task)
    write(f"{top}/{name}/script.py", b"print('ran')\n")

os.makedirs(f"{top}/names")
for name in NAMES:
    write(f"{top}/names/".encode() + name, name)
# Says which of the names it finds and can read.
write(f"{top}/names/script.py", b"""
import os
for name in sorted(os.listdir(b'.')):
    if name != b'script.py' and open(name, 'rb').read() == name:
        print(name.hex())
""")
