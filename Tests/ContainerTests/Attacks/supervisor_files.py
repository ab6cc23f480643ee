"""Reach into the supervisor through /proc: its descriptors (to forge frames), memory, environment, oom score."""

import os

from attack import Attack, SUPERVISOR, try_to_read, try_to_write

attack = Attack("supervisor-files")
proc = f"/proc/{SUPERVISOR}"

for number in (0, 1, 2):
    attack.way(f"write fd/{number}", lambda: try_to_write(f"{proc}/fd/{number}"))
    attack.way(f"write task fd/{number}", lambda: try_to_write(f"{proc}/task/{SUPERVISOR}/fd/{number}"))
for name in ("environ", "maps", "smaps", "auxv", "syscall", "stack", "io", "pagemap"):
    attack.way(f"read {name}", lambda: try_to_read(f"{proc}/{name}"))


def memory():
    # Its first page is never mapped: an error of the read itself would show that opening was allowed.
    os.close(os.open(f"{proc}/mem", os.O_RDWR))


attack.way("open mem", memory)
for name in ("cwd", "root", "exe"):
    attack.way(f"follow {name}", lambda: os.readlink(f"{proc}/{name}") and None)
attack.way("write oom_score_adj", lambda: try_to_write(f"{proc}/oom_score_adj"))
attack.way("write coredump_filter", lambda: try_to_write(f"{proc}/coredump_filter"))
attack.way("write comm", lambda: try_to_write(f"{proc}/comm"))
attack.end()
