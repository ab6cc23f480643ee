"""Does something else for each seed: children that write, hide, hang or stop, and an end of any kind.

usage: script.py MARKER SEED
"""

import os
import random
import signal
import sys
import time

seed = int(sys.argv[2])
choose = random.Random(seed)


def write(choose, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        kind = choose.randrange(6)
        if kind == 0:
            os.write(1, b"x" * choose.randrange(1, 20000) + b"\n")
        elif kind == 1:
            os.write(2, choose.randbytes(choose.randrange(1, 300)))
        elif kind == 2:
            os.write(1, "žluťoučký kůň\n".encode() * choose.randrange(1, 50))
        else:
            time.sleep(choose.random() * 0.05)


def child(choose):
    if choose.random() < 0.3:
        os.setsid()
    if choose.random() < 0.3:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    write(choose, choose.random() * 0.5)
    end = choose.randrange(4)
    if end == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    elif end == 1:
        time.sleep(100)
    os._exit(choose.randrange(256))


for number in range(choose.randrange(6)):
    if os.fork() == 0:
        child(random.Random(f"{seed}/{number}"))
write(choose, choose.random() * 0.8)
end = choose.randrange(4)
if end == 0:
    time.sleep(100)
elif end == 1:
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(choose.randrange(256))
