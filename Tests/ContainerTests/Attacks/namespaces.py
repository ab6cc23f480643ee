"""Make a namespace, or enter another process's."""

import ctypes
import os
import signal

from attack import Attack, SUPERVISOR, syscall

attack = Attack("namespaces")

KINDS = {
    "mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
    "pid": 0x20000000, "network": 0x40000000, "time": 0x80,
}
for kind, flag in KINDS.items():
    # A user namespace comes along: without it each of the others needs a capability anyway.
    attack.call_apart(f"unshare {kind}", "unshare", flag | KINDS["user"])
    attack.call_apart(f"unshare {kind} with an upper bit", "unshare", flag | KINDS["user"] | 1 << 32)


def clone(flags):
    child = syscall("clone", flags | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


for kind in ("mount", "user", "pid", "network"):
    attack.apart(f"clone {kind}", lambda: clone(KINDS[kind] | KINDS["user"]))
    attack.apart(f"clone {kind} with an upper bit", lambda: clone(KINDS[kind] | KINDS["user"] | 1 << 32))


class CloneArguments(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in (
        "flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls", "set_tid",
        "set_tid_size", "cgroup")]


def clone3():
    arguments = CloneArguments(flags=KINDS["user"], exit_signal=signal.SIGCHLD)
    child = syscall("clone3", ctypes.byref(arguments), ctypes.sizeof(arguments))
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


attack.apart("clone3 user", clone3)


def enter(kind):
    handle = os.open(f"/proc/{SUPERVISOR}/ns/{kind}", os.O_RDONLY)
    syscall("setns", handle, 0)


for kind in ("mnt", "net", "pid", "user"):
    attack.apart(f"setns {kind}", lambda: enter(kind))


def enter_by_pidfd():
    syscall("setns", syscall("pidfd_open", SUPERVISOR, 0), KINDS["network"])


attack.apart("setns by pidfd", enter_by_pidfd)
attack.end()
