"""No attack: what the attacks on a relay are aimed at.

usage: relay_target.py WORD    (by which the attacks find it)

As a relay does, it has a secret in its environment, reads its standard input to the end and has a socket. At the end it says
what it got as one line of JSON on standard error.
"""

import json
import os
import resource
import signal
import socket
import sys

received = []
for number in (signal.SIGWINCH, signal.SIGTERM, signal.SIGUSR1):
    signal.signal(number, lambda number, frame: received.append(number))

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind("\0" + sys.argv[1])
listener.listen()
listener.setblocking(False)

lines = sys.stdin.buffer.read().splitlines()
connected = True
try:
    listener.accept()
except BlockingIOError:
    connected = False
print(json.dumps({
    "frames": len(lines),
    "forged": sum(b"{" != line[:1] for line in lines),
    "ended": bool(lines) and b'"exit":' in lines[-1],
    "signals": received,
    "connected": connected,
    "niceness": os.getpriority(os.PRIO_PROCESS, 0),
    "policy": os.sched_getscheduler(0),
    "limit": resource.getrlimit(resource.RLIMIT_CPU)[0],
    "secret": os.environ.get("RELAY_SECRET"),
}), file=sys.stderr, flush=True)
