"""Start processes that try to outlive the script, each in its own way, then end or refuse to.

usage: outlive.py MARKER WAY,WAY… END

A process that was started keeps MARKER among its arguments, by which a test finds it.

WAY   session      leaves the session, so that no signal to a group reaches it
      daemon       leaves by the double fork, so that its parent is somebody else
      deaf         ignores every signal that can be ignored
      stopped      stops itself, so that SIGTERM waits for ever
      pipes        keeps standard output and error open, so that their readers see no end
      hopper       replaces itself by a child again and again, so that a list of processes is always out of date
END   exit         status 0 at once
      stay         ignores SIGTERM and sleeps
      stop         stops itself
      closed       closes its standard streams, sleeps a second, and exits with status 7
"""

import os
import signal
import sys
import time

marker, ways, end = sys.argv[1], sys.argv[2].split(","), sys.argv[3]


def be_deaf():
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass


def let_go_of_pipes():
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)


def live_on():
    os.execvp(sys.executable, [sys.executable, "-c", "import time; time.sleep(3600)", marker])


def hop():
    # Each link of the chain lives for about a millisecond.
    while True:
        if os.fork() != 0:
            os._exit(0)
        time.sleep(0.001)


def outlive(way):
    if way in ("session", "daemon", "hopper"):
        os.setsid()
    if way == "daemon" and os.fork() != 0:
        os._exit(0)
    if way == "deaf":
        be_deaf()
    if way != "pipes":
        let_go_of_pipes()
    if way == "stopped":
        # Stopped under its marker: the exec comes first.
        stop = "import os, signal, time; os.kill(os.getpid(), signal.SIGSTOP); time.sleep(3600)"
        os.execvp(sys.executable, [sys.executable, "-c", stop, marker])
    if way == "hopper":
        hop()
    live_on()


for way in filter(None, ways):
    if os.fork() == 0:
        try:
            outlive(way)
        finally:
            os._exit(99)

# Long enough for every one of them to have got where it wants to be.
time.sleep(0.3)
print("started", flush=True)
if end == "stay":
    be_deaf()
    time.sleep(3600)
elif end == "stop":
    os.kill(os.getpid(), signal.SIGSTOP)
elif end == "closed":
    for number in (0, 1, 2):
        os.close(number)
    time.sleep(1)
    os._exit(7)
