"""Put a seccomp filter of its own on itself, and then do what that filter makes of it.

usage: filter_itself.py WAY

WAY   silent      write fails from now on: the script says nothing more and exits with status 3
      deadly      exit_group kills: the script cannot end but by SIGSYS
      paralysed   every call fails, exit_group too
      threadless  clone3 answers EPERM in place of ENOSYS: prints whether a thread can still be started
"""

import ctypes
import errno
import os
import platform
import sys
import threading

from attack import libc

ALLOW, ERRNO, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
PR_SET_SECCOMP, MODE_FILTER = 22, 2
NUMBERS = {"x86_64": dict(write=1, exit_group=231), "aarch64": dict(write=64, exit_group=94)}
NR = {**NUMBERS[platform.machine()], "clone3": 435}


class Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_uint16), ("instructions", ctypes.POINTER(Instruction))]


def program(call, action):
    """Answers `call` (every call where it is None) with `action`, and allows the others."""
    instructions = [Instruction(RETURN, 0, 0, action)]
    if call is not None:
        instructions = [
            Instruction(LOAD, 0, 0, 0), Instruction(EQUAL, 0, 1, NR[call]), *instructions,
            Instruction(RETURN, 0, 0, ALLOW),
        ]
    return Program(len(instructions), (Instruction * len(instructions))(*instructions))


def install(call, action):
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program(call, action)), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def thread_starts():
    try:
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
        return True
    except RuntimeError:
        return False


print("before", flush=True)
way = sys.argv[1]
if way == "silent":
    install("write", ERRNO | errno.EPERM)
    try:
        print("after", flush=True)
    except PermissionError:
        os._exit(3)
elif way == "deadly":
    install("exit_group", KILL_PROCESS)
    os._exit(0)
elif way == "paralysed":
    install(None, ERRNO | errno.EPERM)
    os._exit(0)
elif way == "threadless":
    print("threads" if thread_starts() else "no threads", flush=True)
    install("clone3", ERRNO | errno.EPERM)
    print("threads" if thread_starts() else "no threads", flush=True)
