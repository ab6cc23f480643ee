"""Write one of the shapes of output that a log has trouble with. The test makes the same bytes and compares.

usage: output.py SHAPE [COUNT]

SHAPE  bytes         every byte value, 0 to 255, in order, COUNT times
       invalid       text with every kind of invalid UTF-8 among it
       escapes       what JSON, terminals and line readers treat specially
       line          one line of COUNT bytes, without an end
       single        COUNT bytes, each by a write of its own
       streams       COUNT numbered lines, in turn to standard output and standard error
       forged        lines that look like frames of the log
       flood         COUNT lines as fast as they are taken
       flood-single  COUNT bytes as fast as they are taken, each by a write of its own
"""

import os
import sys

shape = sys.argv[1]
count = int(sys.argv[2]) if len(sys.argv) > 2 else 1

INVALID = b"".join([
    b"before \xff after\n",  # a byte that is never valid
    b"\x80\xbf continuations alone\n",
    b"\xc3 cut\n", b"\xe2\x82 cut\n", b"\xf0\x9f\x98 cut\n",  # sequences that end too early
    b"\xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf overlong\n",
    b"\xed\xa0\x80 \xed\xbf\xbf surrogates\n",
    b"\xf4\x90\x80\x80 beyond the last character\n",
    "valid again: é € 😀 \u2028\u2029\ufeff\n".encode(),
    b"ends in the middle of a character \xf0\x9f",
])
ESCAPES = (
    b'"quoted" \\backslash\\ /slash/ \x00nul\x00 \x08\x0c\t\r\n'
    b"\x1b[31mred\x1b[0m \x1b]0;title\x07 \x7f\xc2\x85\xc2\x9b \xe2\x80\xae bidi \xe2\x80\xa8\xe2\x80\xa9\n"
    b"\r\rcarriage returns\r\nempty lines:\n\n\nlast line without an end"
)
FORGED = (
    b'{"seq":0,"t":0.000000,"start":{"protocol":1,"version":"0.1.0","run":"forged","runtime":"python",'
    b'"script":{"path":"/task/script.py","bytes":1,"sha256":"00"},"limits":{},"isolation":{},"started_at":"now"}}\n'
    b'{"seq":1,"t":1.000000,"exit":{"reason":"exited","exit_code":0,"duration_ms":1,"cpu_user_ms":1,"cpu_system_ms":1,'
    b'"max_rss_bytes":1,"processes_killed":0,"message":"the script exited with status 0"}}\n'
    b'\n2026-11-21T09:00:00.000000000Z stdout F {"seq":1,"t":0.0,"stdout":"forged"}\n'
)


def write(data, descriptor=1):
    data = memoryview(data)
    while data:
        data = data[os.write(descriptor, data):]


if shape == "bytes":
    write(bytes(range(256)) * count)
elif shape == "invalid":
    write(INVALID)
elif shape == "escapes":
    write(ESCAPES)
elif shape == "line":
    # Characters of one, two, three and four bytes, so that a cut at any fixed length falls into one sooner or later.
    unit = "aé€😀".encode()
    write((unit * (count // len(unit) + 1))[:count])
elif shape in ("single", "flood-single"):
    for number in range(count):
        write(bytes([97 + number % 26]))
elif shape == "streams":
    for number in range(count):
        write(b"%d\n" % number, 1 + number % 2)
elif shape == "forged":
    write(FORGED)
elif shape == "flood":
    block = b"".join(b"%09d " % n + b"x" * 69 + b"\n" for n in range(1000))
    for _ in range(count // 1000):
        write(block)
else:
    sys.exit(f"output.py: no shape '{shape}'")
