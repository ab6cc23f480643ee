"""Starve the supervisor: lower its priority, its scheduling class, its processors, its share of the disk."""

import ctypes
import os

from attack import Attack, SUPERVISOR

attack = Attack("reschedule-supervisor")

PRIO_PROCESS, PRIO_PGRP, PRIO_USER = 0, 1, 2
SCHED_BATCH = 3
# The supervisor's children shall not inherit its class, and only a privilege could take that away: the attack leaves it.
SCHED_RESET_ON_FORK, SCHED_FLAG_RESET_ON_FORK = 0x40000000, 1
IOPRIO_WHO_PROCESS, IOPRIO_WHO_USER, IDLE_CLASS = 1, 3, 3 << 13

priority = ctypes.c_int(0)


class SchedulingAttributes(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_uint32), ("policy", ctypes.c_uint32), ("flags", ctypes.c_uint64), ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32), ("runtime", ctypes.c_uint64), ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    ]


attributes = SchedulingAttributes(48, SCHED_BATCH, SCHED_FLAG_RESET_ON_FORK, 19)
processors = ctypes.c_ulong(1)

attack.call("setpriority", "setpriority", PRIO_PROCESS, SUPERVISOR, 5)
attack.call("setpriority with an upper bit", "setpriority", PRIO_PROCESS, SUPERVISOR | 1 << 32, 5)
attack.call("setpriority of its group", "setpriority", PRIO_PGRP, os.getpgid(SUPERVISOR), 5)
attack.call("setpriority of the user", "setpriority", PRIO_USER, 0, 5)
attack.call("sched_setscheduler", "sched_setscheduler", SUPERVISOR, SCHED_BATCH | SCHED_RESET_ON_FORK, ctypes.byref(priority))
attack.call("sched_setparam", "sched_setparam", SUPERVISOR, ctypes.byref(priority))
attack.call("sched_setattr", "sched_setattr", SUPERVISOR, ctypes.byref(attributes), 0)
attack.call("sched_setaffinity", "sched_setaffinity", SUPERVISOR, 8, ctypes.byref(processors))
attack.call("ioprio_set", "ioprio_set", IOPRIO_WHO_PROCESS, SUPERVISOR, IDLE_CLASS)
attack.call("ioprio_set of the user", "ioprio_set", IOPRIO_WHO_USER, os.getuid(), IDLE_CLASS)
attack.call("migrate_pages", "migrate_pages", SUPERVISOR, 0, 0, 0)
attack.call("move_pages", "move_pages", SUPERVISOR, 0, 0, 0, 0, 0)
attack.end()
