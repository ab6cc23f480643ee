"""Cancel one's own task by the signal that the end of a child sends its parent: clone(2) lets one choose which.

The children become the supervisor's: by the end of the process between, or by CLONE_PARENT from the start.
"""

import os
import signal
import time

from attack import syscall

CLONE_PARENT, WCLONE = 0x8000, -0x80000000


def clone(flags):
    """As fork, with flags: 0 in the child."""
    return syscall("clone", flags, 0, 0, 0, 0)


def is_sent_at_all():
    got = []
    signal.signal(signal.SIGTERM, lambda *_: got.append(True))
    child = clone(signal.SIGTERM)
    if child == 0:
        os._exit(0)
    # A child with another signal than SIGCHLD is not waited for otherwise.
    os.waitpid(child, WCLONE)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return bool(got)


print("a child's end sends its parent SIGTERM" if is_sent_at_all() else "no signal was sent", flush=True)

between = os.fork()
if between == 0:
    if clone(signal.SIGTERM) == 0:
        # By then the process between has gone.
        time.sleep(0.3)
        os._exit(0)
    os._exit(0)
os.waitpid(between, 0)

if clone(CLONE_PARENT | signal.SIGTERM) == 0:
    os._exit(0)
time.sleep(0.6)
print("still here", flush=True)
