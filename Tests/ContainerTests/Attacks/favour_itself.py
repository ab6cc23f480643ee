"""Get an advantage: be the last one that the OOM killer takes, be scheduled before others."""

import os

from attack import Attack, SUPERVISOR

attack = Attack("favour-itself")


def lower_score(path):
    with open(path) as file:
        now = int(file.read())
    with open(path, "w") as file:
        file.write(str(now - 1))


def be_quicker():
    os.nice(-5)


def slow_down():
    """Timers that may be a second late."""
    with open(f"/proc/{SUPERVISOR}/timerslack_ns", "w") as file:
        file.write("1000000000")


attack.way("lower oom_score_adj", lambda: lower_score("/proc/self/oom_score_adj"))
attack.way("lower the thread's oom_score_adj", lambda: lower_score("/proc/thread-self/oom_score_adj"))
attack.way("raise its priority", be_quicker)
attack.way("real-time scheduling", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
attack.way("slow timers of the supervisor", slow_down)
attack.end()
