"""Change the supervisor's resource limits: a CPU limit of a second kills even process 1 (here it is a large one)."""

import ctypes

from attack import Attack, Limit, SUPERVISOR

attack = Attack("limit-supervisor")

RLIMIT_CPU, RLIMIT_NOFILE = 0, 7

hours = Limit(1_000_000, 1_000_000)
old = Limit()
attack.call("prlimit, CPU time", "prlimit64", SUPERVISOR, RLIMIT_CPU, ctypes.byref(hours), 0)
attack.call("prlimit with an upper bit", "prlimit64", SUPERVISOR | 1 << 32, RLIMIT_CPU, ctypes.byref(hours), 0)
attack.call("prlimit, reading", "prlimit64", SUPERVISOR, RLIMIT_NOFILE, 0, ctypes.byref(old))
attack.end()
