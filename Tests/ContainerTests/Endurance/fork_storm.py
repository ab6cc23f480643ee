"""Fork as fast as can be, every process a forker itself.

usage: fork_storm.py MARKER
"""

import os
import sys
import time

print("started", flush=True)
while True:
    try:
        os.fork()
    except OSError:
        # A limit was reached: go on as soon as a place is free.
        time.sleep(0.001)
