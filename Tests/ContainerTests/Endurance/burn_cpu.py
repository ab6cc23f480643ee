"""Uses CPU time, in the way that the first argument names."""

import os
import signal
import sys
import time

way = sys.argv[1]
print("started", flush=True)


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


if way == "alone":
    burn(600)
elif way == "ignored":
    # Nobody is told what these used: they are gone without being waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        if os.fork() == 0:
            burn(0.2)
            os._exit(0)
        time.sleep(0.25)
elif way == "short":
    while True:
        child = os.fork()
        if child == 0:
            burn(0.02)
            os._exit(0)
        os.waitpid(child, 0)
elif way == "idle":
    time.sleep(3)
    print("done", flush=True)
