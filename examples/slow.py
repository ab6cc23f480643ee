# A script that does not end in time. Give it two seconds:
#
#   scripts/run --timeout 2s examples/slow.py
#
# What it wrote until then is kept, and the verdict says that it was the timeout, not a crash: reason "timeout", process
# code 240. It is told by SIGTERM and could put its affairs in order within the grace (2 s); after that SIGKILL follows,
# for it and for everything that it started. Here it says good-bye and stays, so that it takes the grace too.

import signal
import time


def on_terminate(number, frame):
    print("I was asked to end, and I stay.")


signal.signal(signal.SIGTERM, on_terminate)
for second in range(3600):
    print(f"still here after {second} s")
    time.sleep(1)
