"""Run a command under a seccomp filter of another's making, as a container engine or a debugger might set one.

usage: outer_filter.py listener COMMAND...   a filter with a listener, held open: a task can have only one
       outer_filter.py refusal COMMAND...    a filter that answers EINVAL to whoever asks for a listener, as gVisor does
       outer_filter.py old COMMAND...        a filter that answers EINVAL to a flag of seccomp(2) newer than Linux 5.18
"""

import ctypes
import os
import platform
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
SECCOMP = {"x86_64": 317, "aarch64": 277}[platform.machine()]
LOAD, EQUAL, ANY_SET, ANSWER = 0x20, 0x15, 0x45, 0x06
ALLOW, EINVAL = 0x7FFF0000, 0x00050016
NEW_LISTENER, WAIT_KILLABLE = 8, 32
FLAGS = 24  # offset of the lower half of the second argument


def install(instructions, flags):
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(buffer)))
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    answer = libc.syscall(ctypes.c_long(SECCOMP), ctypes.c_long(1), ctypes.c_long(flags), header)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


kind, command = sys.argv[1], sys.argv[2:]
if kind == "listener":
    listener = install([(ANSWER, 0, 0, ALLOW)], NEW_LISTENER)
    os.set_inheritable(listener, True)
else:
    flag = {"refusal": NEW_LISTENER, "old": WAIT_KILLABLE}[kind]
    install(
        [(LOAD, 0, 0, 0), (EQUAL, 0, 3, SECCOMP), (LOAD, 0, 0, FLAGS), (ANY_SET, 0, 1, flag), (ANSWER, 0, 0, EINVAL),
         (ANSWER, 0, 0, ALLOW)], 0)
os.execv(command[0], command)
