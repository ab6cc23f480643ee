"""Type into a terminal (TIOCSTI) or paste into a console (TIOCLINUX), by the ioctl's number and by CVE-2019-10063's."""

import ctypes
import os
import pty

from attack import Attack, reached_the_kernel, syscall

# ENOTTY, EIO and EINVAL come from a driver: the filter let the number through.
attack = Attack("terminal-input", counts_as_success=reached_the_kernel)

TIOCSTI, TIOCLINUX = 0x5412, 0x541C
letter = ctypes.create_string_buffer(b"x")

for label, number in (("TIOCSTI", TIOCSTI), ("TIOCLINUX", TIOCLINUX)):
    for bits, high in (("", 0), (" with an upper bit", 1 << 32)):
        attack.call(label + bits, "ioctl", 0, number | high, ctypes.byref(letter))

try:
    leader, follower = pty.openpty()
    attack.call("TIOCSTI on a terminal of its own", "ioctl", follower, TIOCSTI, ctypes.byref(letter))
    os.close(leader)
    os.close(follower)
except OSError:
    pass
attack.end()
