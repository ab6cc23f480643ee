"""Has more processes or threads than it may, in the way that the first argument names."""

import os
import signal
import sys
import threading
import time

way = sys.argv[1]
print("started", flush=True)
if way == "bomb":
    while True:
        try:
            os.fork()
        except OSError:
            pass
elif way == "deaf":
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
        except OSError:
            pass
elif way == "threads":
    threading.stack_size(64 * 1024)
    while True:
        try:
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        except RuntimeError:
            time.sleep(0.01)
elif way == "few":
    # As many as are allowed: nobody is ended for that.
    children = [os.fork() or time.sleep(600) for _ in range(int(sys.argv[2]))]
    time.sleep(3)
    for child in children:
        os.kill(child, signal.SIGKILL)
    print("done", flush=True)
