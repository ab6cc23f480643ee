"""Install a filter with a listener of one's own.

Of two filters that both ask their listener the newer one's is asked alone, and may answer "go on": whoever gets one waves
through what the older filter refuses.
"""

import ctypes
import struct

from attack import Attack, syscall

SET_MODE_FILTER, NEW_LISTENER = 1, 8
UPPER_BIT = 1 << 32

# One instruction: everything is allowed.
instruction = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000), 8)
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(instruction)), 16)


def install(operation, flags):
    syscall("prctl", 38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    syscall("seccomp", operation, flags, ctypes.addressof(program))


attack = Attack("own-listener")
attack.apart("listener", lambda: install(SET_MODE_FILTER, NEW_LISTENER))
attack.apart("listener, upper bit in the operation", lambda: install(UPPER_BIT | SET_MODE_FILTER, NEW_LISTENER))
attack.apart("listener that only death interrupts", lambda: install(SET_MODE_FILTER, NEW_LISTENER | 32))
attack.end()
