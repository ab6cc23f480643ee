"""Hide what an argument means in the upper half of its register: a filter sees 64 bits, the kernel uses 32 of them.

Every call here is aimed at what its rule refuses, or asks for what its rule does not allow, with bit 32 set.
"""

import ctypes
import fcntl
import os
import signal
import socket
import stat

from attack import Attack, Limit, PROBE_SIGNAL, SUPERVISOR, syscall

UPPER = 1 << 32
attack = Attack("upper-half")
# Signals to everybody reach this process, too.
signal.signal(PROBE_SIGNAL, signal.SIG_IGN)

PRIO_USER, IOPRIO_WHO_USER, IDLE_CLASS, SCHED_BATCH, SCHED_RESET_ON_FORK = 2, 3, 3 << 13, 3, 0x40000000
RLIMIT_CPU, RLIMIT_CORE = 0, 4
ADDR_NO_RANDOMIZE, PR_GET_SECUREBITS = 0x0040000, 27
F_SETOWN, SIOCSPGRP = 8, 0x8902
AF_VSOCK, AF_INET = 40, 2

hours = Limit(1_000_000, 1_000_000)
core = Limit(1, 1)
priority = ctypes.c_int(0)
processors = ctypes.c_ulong(~0 & 0xFFFFFFFFFFFFFFFF)
reading, _ = socket.socketpair()

attack.call("kill", "kill", SUPERVISOR | UPPER, PROBE_SIGNAL)
attack.call("kill of everybody", "kill", 0x1FFFFFFFF, PROBE_SIGNAL)
attack.call("tkill", "tkill", SUPERVISOR | UPPER, PROBE_SIGNAL)
attack.call("tgkill", "tgkill", SUPERVISOR | UPPER, SUPERVISOR | UPPER, PROBE_SIGNAL)
attack.way("pidfd_open", lambda: os.close(syscall("pidfd_open", SUPERVISOR | UPPER, 0)))
attack.call("F_SETOWN", "fcntl", reading.fileno(), F_SETOWN | UPPER, SUPERVISOR)
attack.call("SIOCSPGRP", "ioctl", reading.fileno(), SIOCSPGRP | UPPER, ctypes.byref(ctypes.c_int(SUPERVISOR)))
attack.call("prlimit64", "prlimit64", SUPERVISOR | UPPER, RLIMIT_CPU, ctypes.byref(hours), 0)
attack.call("prlimit64 of core files", "prlimit64", 0, RLIMIT_CORE | UPPER, ctypes.byref(core), 0)
attack.call("setpriority", "setpriority", PRIO_USER | UPPER, UPPER, 5)
attack.call("ioprio_set", "ioprio_set", IOPRIO_WHO_USER | UPPER, os.getuid() | UPPER, IDLE_CLASS)
attack.call("sched_setscheduler", "sched_setscheduler", SUPERVISOR | UPPER, SCHED_BATCH | SCHED_RESET_ON_FORK, ctypes.byref(priority))
attack.call("sched_setaffinity", "sched_setaffinity", SUPERVISOR | UPPER, 8, ctypes.byref(processors))
attack.call_apart("personality", "personality", ADDR_NO_RANDOMIZE | UPPER)
attack.call_apart("prctl", "prctl", PR_GET_SECUREBITS | UPPER, 0, 0, 0, 0)
attack.way("socket", lambda: os.close(syscall("socket", AF_VSOCK | UPPER, socket.SOCK_STREAM, 0)))
attack.way("socket of the Internet", lambda: os.close(syscall("socket", AF_INET | UPPER, socket.SOCK_STREAM, 0)))
# What is allowed without the bit: the comparison is exact, so it errs on the side of refusing.
attack.call("the caller's own processors", "sched_setaffinity", UPPER, 8, ctypes.byref(processors))
attack.call("the caller's own limits", "prlimit64", UPPER, RLIMIT_CPU, 0, ctypes.byref(hours))
attack.call("a device node", "mknodat", -100, b"node\0", stat.S_IFCHR | 0o600 | UPPER, os.makedev(1, 3))
attack.end()
