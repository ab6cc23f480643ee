"""Look into other processes of the same user, signal and limit them: probes, exec sessions, other containers."""

import os
import resource
import time

from attack import Attack, PROBE_SIGNAL, SUPERVISOR, try_to_read

attack = Attack("siblings")


def others():
    """The user's processes other than this one and the supervisor."""
    mine = {os.getpid(), SUPERVISOR}
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in mine]
    return [number for number in numbers if owner(number) == os.getuid()]


def owner(number):
    try:
        return os.stat(f"/proc/{number}").st_uid
    except OSError:
        return None


# The other process is started from outside, some time after this script.
patience = time.monotonic() + 10
while not others() and time.monotonic() < patience:
    time.sleep(0.05)
# What is seen first is the container runtime's own, before it becomes the command that it was asked for.
time.sleep(0.5)
for pid in others():
    attack.way(f"environ of {pid}", lambda: try_to_read(f"/proc/{pid}/environ"))
    attack.way(f"maps of {pid}", lambda: try_to_read(f"/proc/{pid}/maps"))
    attack.way(f"fd of {pid}", lambda: os.readlink(f"/proc/{pid}/fd/0") and None)
    attack.way(f"root of {pid}", lambda: os.listdir(f"/proc/{pid}/root/") and None)
    attack.way(f"signal to {pid}", lambda: os.kill(pid, PROBE_SIGNAL))
    attack.way(f"limit of {pid}", lambda: resource.prlimit(pid, resource.RLIMIT_CPU) and None)
    attack.way(f"priority of {pid}", lambda: os.setpriority(os.PRIO_PROCESS, pid, 5))
attack.end()
