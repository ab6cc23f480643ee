"""Gain a capability or another identity."""

import ctypes
import os
import subprocess
import sys

from attack import Attack, libc, syscall

attack = Attack("gain-capability")

ALL = (1 << 41) - 1
VERSION_3 = 0x20080522
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CLONE_NEWUSER = 0x10000000


class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


low, high = ALL & 0xFFFFFFFF, ALL >> 32
everything = (Sets * 2)(Sets(low, low, low), Sets(high, high, high))
inheritable = (Sets * 2)(Sets(0, 0, low), Sets(0, 0, high))


def holds_some():
    """The bounding set is left out: it gives nothing by itself, and only a privileged process can shrink it."""
    with open("/proc/self/status") as status:
        held = [int(line.split()[1], 16) for line in status if line.startswith(("CapInh", "CapPrm", "CapEff", "CapAmb"))]
    return None if any(held) else "<none held>"


attack.way("held from the start", holds_some)
attack.call_apart("capset everything", "capset", ctypes.byref(Header(VERSION_3, 0)), everything)
attack.call_apart("capset inheritable", "capset", ctypes.byref(Header(VERSION_3, 0)), inheritable)
attack.call_apart("ambient", "prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0)
attack.apart("setuid 0", lambda: os.setuid(0))
attack.apart("setresuid 0", lambda: os.setresuid(0, 0, 0))
attack.apart("setgroups", lambda: os.setgroups([0, 6, 42]))


def new_user_namespace():
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    return holds_some()


attack.apart("user namespace", new_user_namespace)


def by_program(path):
    """A set-user-ID program prints the user that it runs as."""
    said = subprocess.run([path, "whoami"], capture_output=True, text=True, check=True).stdout.strip()
    return None if said == "0" else f"<runs as {said}>"


for path in sys.argv[1:]:
    attack.way(f"set-user-ID {path}", lambda: by_program(path))
attack.end()
