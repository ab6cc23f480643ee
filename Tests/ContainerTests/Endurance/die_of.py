"""Dies of the signal given by its number, whatever the disposition it was started with."""

import os
import signal
import sys

number = int(sys.argv[1])
if number not in (signal.SIGKILL, signal.SIGSTOP):
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
print("before", flush=True)
os.kill(os.getpid(), number)
print("after", flush=True)
