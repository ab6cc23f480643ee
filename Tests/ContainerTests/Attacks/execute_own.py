"""Gain something by executing what it wrote itself: from /tmp, from memory, through the loader, as a changed copy.

Executing is allowed. Each program then tries to open IP sockets: that is what it would have to gain.
"""

import ctypes
import glob
import json
import mmap
import os
import shutil
import subprocess
import sys

from attack import Attack

# As a program that got nothing says: see `gain`.
RAN = "<ran, and got nothing>"
attack = Attack("execute-own")

interpreter = os.path.realpath(sys.executable)
errand = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ip_socket.py")


def gain(command, **options):
    """Runs ip_socket.py by an interpreter of one's own; OK where that got what it wanted."""
    said = subprocess.run(command + [errand], capture_output=True, check=True, **options).stdout
    return None if json.loads(said)["succeeded"] else RAN


def from_tmp():
    shutil.copy(interpreter, "/tmp/own-python")
    return gain(["/tmp/own-python"])


def from_memory():
    handle = os.memfd_create("own-python", 0)
    with open(interpreter, "rb") as file:
        os.sendfile(handle, file.fileno(), 0, os.fstat(file.fileno()).st_size)
    return gain([f"/proc/self/fd/{handle}"], pass_fds=[handle])


def through_loader():
    """The loader maps a file that need not be executable by its mode."""
    os.chmod("/tmp/own-python", 0o600)
    loader, = glob.glob("/lib64/ld-linux-*.so.*") or glob.glob("/lib/ld-linux-*.so.*")
    return gain([loader, "/tmp/own-python"])


def machine_code():
    """Code that no file holds: anonymous memory, writable and executable."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    # socket(AF_INET, SOCK_STREAM, 0), by the machine's own instruction.
    memory.write({
        "x86_64": bytes.fromhex("b829000000 bf02000000 be01000000 31d2 0f05 c3"),
        "aarch64": bytes.fromhex("400080d2 210080d2 020080d2 c81880d2 010000d4 c0035fd6"),
    }[os.uname().machine])
    function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
    answer = function()
    return RAN if answer < 0 else None


attack.way("from /tmp", from_tmp)
attack.way("from memory", from_memory)
attack.way("through the loader", through_loader)
attack.apart("machine code", machine_code)
attack.end()
