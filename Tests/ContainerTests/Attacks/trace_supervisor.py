"""Trace the supervisor, read and write its memory, take its descriptors."""

import ctypes

from attack import Attack, SUPERVISOR, syscall

# EFAULT: the memory was looked at, only nothing is mapped at that address over there.
attack = Attack("trace-supervisor", counts_as_success=lambda outcome: outcome in ("OK", "EFAULT"))

PTRACE_SEIZE = 0x4206
KCMP_FILE = 0

# In a process of its own: its end lets go of what it had seized.
attack.call_apart("ptrace seize", "ptrace", PTRACE_SEIZE, SUPERVISOR, 0, 0)
attack.call_apart("ptrace seize with an upper bit", "ptrace", PTRACE_SEIZE | 1 << 32, SUPERVISOR, 0, 0)


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


buffer = ctypes.create_string_buffer(8)
mine = Piece(ctypes.addressof(buffer), 8)
# The same address in the other process: mapped in neither or refused before that is asked.
theirs = Piece(ctypes.addressof(buffer), 8)


def across(name):
    value = syscall(name, SUPERVISOR, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
    return None if value >= 0 else "<nothing>"


attack.way("process_vm_readv", lambda: across("process_vm_readv"))
attack.way("process_vm_writev", lambda: across("process_vm_writev"))
attack.call("kcmp", "kcmp", SUPERVISOR, SUPERVISOR, KCMP_FILE, 1, 1)


def take_descriptor():
    handle = syscall("pidfd_open", SUPERVISOR, 0)
    syscall("pidfd_getfd", handle, 1, 0)


attack.way("pidfd_getfd", take_descriptor)
attack.end()
