"""Runs a program on a pseudo-terminal of its own and tells every byte that it wrote there.

Standard input: a JSON object with argv, env, columns, and steps. A step waits until the terminal has shown a text ("until",
looked for behind the place where the step before found its own) or for some seconds ("after"), and then sends keys
("send"), changes the width ("columns"), or signals the program ("signal"). "stdout": "pipe" keeps standard output apart.
Standard output: a JSON object with the terminal's bytes, those of the pipe, and the exit status, negative for a signal.
"""

import base64
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

spec = json.load(sys.stdin)
controller, terminal = pty.openpty()


def resize(columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


resize(spec.get("columns", 80))
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for stream in range(3):
        os.dup2(writer if stream == 1 and spec.get("stdout") == "pipe" else terminal, stream)
    os.execve(spec["argv"][0], spec["argv"], spec["env"])
os.close(writer)
# Kept open: a terminal that nobody has open any more could not be asked for its size.

shown, piped, status = b"", b"", None
open_ends = [controller, reader]
steps, place, since = list(spec["steps"]), 0, time.monotonic()
deadline = time.monotonic() + spec.get("limit", 60)
while time.monotonic() < deadline:
    ready, _, _ = select.select(open_ends, [], [], 0.05)
    for descriptor in ready:
        got = os.read(descriptor, 65536)
        if not got:
            open_ends.remove(descriptor)
        if descriptor == controller:
            shown += got
        else:
            piped += got
    if steps:
        step = steps[0]
        if "until" in step:
            found = shown.find(step["until"].encode(), place)
            isDue = found >= 0
        else:
            isDue = time.monotonic() - since >= step["after"]
        if isDue:
            place = found + len(step["until"].encode()) if "until" in step else len(shown)
            since = time.monotonic()
            if "send" in step:
                os.write(controller, step["send"].encode())
            if "columns" in step:
                resize(step["columns"])
            if "signal" in step:
                os.kill(child, step["signal"])
            steps.pop(0)
    if status is None:
        done, native = os.waitpid(child, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(native)
    elif not ready:
        break
if status is None:
    os.kill(child, 9)
    sys.exit(f"the program did not end; {len(steps)} steps were left; it showed {shown!r}")
if steps:
    sys.exit(f"{len(steps)} steps were left; the program showed {shown!r}")
json.dump({
    "terminal": base64.b64encode(shown).decode(), "pipe": base64.b64encode(piped).decode(), "status": status,
}, sys.stdout)
