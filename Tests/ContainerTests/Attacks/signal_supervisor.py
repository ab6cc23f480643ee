"""Send a signal to the supervisor, in each of the ways that Linux has.

usage: signal_supervisor.py [SIGNAL NAME [SECONDS TO WAIT AFTERWARDS]]

By default a signal that is ignored wherever it arrives. With SIGTERM it forges a cancellation where it gets through,
which the verdict then shows.
"""

import ctypes
import fcntl
import os
import signal
import socket
import sys
import time

from attack import Attack, PROBE_SIGNAL, SUPERVISOR, syscall

probe = signal.Signals[sys.argv[1]] if len(sys.argv) > 1 else PROBE_SIGNAL
# The script itself must live to tell: signals to everybody reach it, too.
if probe not in (signal.SIGKILL, signal.SIGSTOP):
    signal.signal(probe, signal.SIG_IGN)

attack = Attack("signal-supervisor")

SI_QUEUE = -1
F_SETOWN_EX, F_SETSIG, F_OWNER_PID = 15, 10, 1
FIOSETOWN, SIOCSPGRP = 0x8901, 0x8902


class SignalInfo(ctypes.Structure):
    """The head of siginfo_t, padded to its whole 128 bytes."""

    _fields_ = [
        ("number", ctypes.c_int), ("error", ctypes.c_int), ("code", ctypes.c_int), ("rest", ctypes.c_char * 116),
    ]


info = SignalInfo(probe, 0, SI_QUEUE)


class Owner(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("pid", ctypes.c_int)]


attack.call("kill", "kill", SUPERVISOR, probe)
attack.call("kill with an upper bit", "kill", SUPERVISOR | 1 << 32, probe)
attack.call("kill of its group", "kill", -(os.getpgid(SUPERVISOR) or 1), probe)
attack.call("tkill", "tkill", SUPERVISOR, probe)
attack.call("tgkill", "tgkill", SUPERVISOR, SUPERVISOR, probe)
attack.call("rt_sigqueueinfo", "rt_sigqueueinfo", SUPERVISOR, probe, ctypes.byref(info))
attack.call("rt_tgsigqueueinfo", "rt_tgsigqueueinfo", SUPERVISOR, SUPERVISOR, probe, ctypes.byref(info))


def by_pidfd():
    syscall("pidfd_send_signal", syscall("pidfd_open", SUPERVISOR, 0), probe, 0, 0)


def by_proc_directory():
    directory = os.open(f"/proc/{SUPERVISOR}", os.O_RDONLY | os.O_DIRECTORY)
    syscall("pidfd_send_signal", directory, probe, 0, 0)


attack.way("pidfd_send_signal", by_pidfd)
attack.way("pidfd_send_signal on /proc", by_proc_directory)


def by_owner(set_owner):
    """Becoming readable makes the kernel send the pipe's or socket's owner a signal of one's choice (fcntl(2))."""
    reading, writing = socket.socketpair()
    set_owner(reading)
    fcntl.fcntl(reading, F_SETSIG, probe)
    fcntl.fcntl(reading, fcntl.F_SETFL, fcntl.fcntl(reading, fcntl.F_GETFL) | os.O_ASYNC)
    writing.send(b"x")


attack.way("F_SETOWN", lambda: by_owner(lambda end: fcntl.fcntl(end, fcntl.F_SETOWN, SUPERVISOR)))
attack.way("F_SETOWN_EX", lambda: by_owner(lambda end: syscall(
    "fcntl", end.fileno(), F_SETOWN_EX, ctypes.byref(Owner(F_OWNER_PID, SUPERVISOR)))))
number = ctypes.c_int(SUPERVISOR)
attack.way("FIOSETOWN", lambda: by_owner(lambda end: syscall(
    "ioctl", end.fileno(), FIOSETOWN, ctypes.byref(number))))
attack.way("SIOCSPGRP", lambda: by_owner(lambda end: syscall(
    "ioctl", end.fileno(), SIOCSPGRP, ctypes.byref(number))))
attack.way("FIOSETOWN with an upper bit", lambda: by_owner(lambda end: syscall(
    "ioctl", end.fileno(), FIOSETOWN | 1 << 32, ctypes.byref(number))))
attack.end()
if len(sys.argv) > 2:
    time.sleep(float(sys.argv[2]))
