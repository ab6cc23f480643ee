"""Say under which conditions this process runs, as one JSON line: the tests' proof of their own surroundings."""

import ctypes
import errno
import json
import os
import platform
import socket

libc = ctypes.CDLL(None, use_errno=True)


def status(*keys):
    with open("/proc/self/status") as file:
        found = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    return {key: found[key].split()[0] for key in keys}


def outcome(action):
    try:
        action()
        return "OK"
    except OSError as error:
        return errno.errorcode[error.errno]


def call(number, *arguments):
    if libc.syscall(ctypes.c_long(number), *(ctypes.c_ulong(a) for a in arguments)) == -1:
        raise OSError(ctypes.get_errno(), str(number))


arm = platform.machine() == "aarch64"
print(json.dumps({
    **status("Uid", "Gid", "CapBnd", "CapEff", "NoNewPrivs", "Seccomp"),
    "write /": outcome(lambda: os.mkdir("/planted")),
    "write /tmp": outcome(lambda: os.mkdir("/tmp/own")),
    "unshare user": outcome(lambda: call(97 if arm else 272, 0x10000000)),
    "clone3": outcome(lambda: call(435, 0, 0)),
    "keyctl": outcome(lambda: call(219 if arm else 250, 0, 0, 0)),
    "AF_VSOCK": outcome(lambda: socket.socket(40, socket.SOCK_STREAM).close()),
    "AF_ALG": outcome(lambda: socket.socket(38, socket.SOCK_SEQPACKET).close()),
    "AF_INET": outcome(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()),
    "interfaces": ",".join(sorted(os.listdir("/sys/class/net"))),
}))
