"""Go past resource limits and raise them.

usage: exceed_limits.py OPEN-FILES FILE-BYTES
"""

import ctypes
import os
import resource
import signal
import sys

from attack import Attack, Limit, syscall

open_files, file_bytes = int(sys.argv[1]), int(sys.argv[2])
attack = Attack("exceed-limits")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def open_many():
    for _ in range(open_files + 1):
        os.dup(0)


def write_much():
    with open("large", "wb") as file:
        file.truncate(file_bytes + 1)
    os.unlink("large")


def raise_limit(which):
    _, hard = resource.getrlimit(which)
    if hard == resource.RLIM_INFINITY:
        return None
    syscall("prlimit64", 0, which, ctypes.byref(Limit(hard + 1, hard + 1)), 0)


def dump_core():
    """Whether a core file of any size may be written; 1 is as good as none, see core(5)."""
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    return "<no core>" if all(limit in (0, 1) for limit in limits) else None


def leave_core():
    """Dies of a fault, and looks whether the kernel wrote the dead memory to a file or a program, see core(5)."""
    child = os.fork()
    if child == 0:
        try:
            _, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        except (OSError, ValueError):
            pass
        os.abort()
    _, status = os.waitpid(child, 0)
    return None if os.WCOREDUMP(status) else "<no core>"


attack.apart("open too many files", open_many)
attack.apart("write too large a file", write_much)
attack.way("raise open files", lambda: raise_limit(resource.RLIMIT_NOFILE))
attack.way("raise file size", lambda: raise_limit(resource.RLIMIT_FSIZE))
attack.way("dump core", dump_core)
attack.way("leave a core file", leave_core)
attack.end()
