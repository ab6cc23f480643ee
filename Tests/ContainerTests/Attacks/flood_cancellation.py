"""Hide a cancellation from outside among signals of its own: ordinary signals do not queue, one stands for many.

usage: flood_cancellation.py MARKER
"""

import os
import signal
import time

from attack import Attack, SUPERVISOR

signal.signal(signal.SIGTERM, signal.SIG_IGN)
attack = Attack("flood-cancellation")
attack.way("SIGTERM", lambda: os.kill(SUPERVISOR, signal.SIGTERM))
attack.end()

for _ in range(4):
    if os.fork() == 0:
        while True:
            try:
                os.kill(SUPERVISOR, signal.SIGTERM)
            except OSError:
                pass
time.sleep(60)
