"""Find what the supervisor forgot: descriptors above 2, and environment variables that nobody named.

usage: inherited.py VARIABLE...
"""

import os
import stat
import sys

from attack import Attack

attack = Attack("inherited")


def descriptors():
    """Whatever is open besides the three standard ones and the directory that lists them."""
    open_now = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    kept = [number for number in open_now if number > 2 and is_open(number)]
    return None if kept else "<none>"


def is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False


def standard_input():
    """The container's own input, where the script should find /dev/null or a task file."""
    kind = os.fstat(0).st_mode
    return "<null>" if stat.S_ISCHR(kind) and os.fstat(0).st_rdev == os.makedev(1, 3) else None


attack.way("descriptors", descriptors)
attack.way("standard input", standard_input)
for name in sys.argv[1:]:
    attack.way(f"variable {name}", lambda: None if name in os.environ else "<not there>")
attack.end()
