# A script that tries what it must not do, and prints what it got. Nothing here is clever; the point is to see the answers.
#
#   scripts/run examples/misbehave.py
#   scripts/run --disable seccomp examples/misbehave.py       the same without one of the walls, for comparison
#
# It ends with a daemon left behind that has left its session and ignores SIGTERM. That one is dead when the verdict comes:
# the exit frame counts it in processes_killed.

import ctypes
import os
import resource
import signal
import socket
import sys
import time

supervisor = os.getppid()  # 1 in a container
libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def internet_socket():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        connection.connect(("192.0.2.1", 80))


def write_to(path):
    with open(path, "w") as file:
        file.write("I was here")
    os.unlink(path)


def read_of_supervisor(name):
    with open(f"/proc/{supervisor}/{name}", "rb") as file:
        return f"{len(file.read(100))} bytes"


def write_into_log():
    with open(f"/proc/{supervisor}/fd/1", "w") as log:
        log.write('{"seq":1,"t":0,"exit":{"reason":"exited","exit_code":0}}\n')


def signal_supervisor():
    os.kill(supervisor, signal.SIGTERM)


def limit_supervisor():
    resource.prlimit(supervisor, resource.RLIMIT_CPU, (1, 1))


def become_root():
    os.setuid(0)


def new_namespace():
    clone_newuser = 0x10000000
    checked(libc.unshare(clone_newuser))


def trace_supervisor():
    ptrace_seize = 0x4206
    checked(libc.ptrace(ptrace_seize, supervisor, 0, 0))


def leave_daemon():
    """Double fork: what ends with its parent, its session or its terminal leaves this one alone."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(writing, str(os.getpid()).encode())
            time.sleep(3600)
        os._exit(0)
    os.wait()
    return "process " + os.read(reading, 20).decode()


attempts = {
    "connect to the Internet": internet_socket,
    "write to /etc": lambda: write_to("/etc/misbehave"),
    "write to /var/tmp": lambda: write_to("/var/tmp/misbehave"),
    "list /var": lambda: os.listdir("/var"),
    "read the supervisor's environment": lambda: read_of_supervisor("environ"),
    "read the supervisor's memory": lambda: read_of_supervisor("mem"),
    "write a verdict of my own into the log": write_into_log,
    "trace the supervisor": trace_supervisor,
    "signal the supervisor": signal_supervisor,
    "limit the supervisor's CPU time": limit_supervisor,
    "become root": become_root,
    "make a namespace": new_namespace,
    "leave a daemon behind": leave_daemon,
}

for name, attempt in attempts.items():
    try:
        outcome = f"done  {attempt() or ''}".rstrip()
    except OSError as error:
        outcome = f"refused  {error.strerror} ({type(error).__name__})"
    print(f"{name:40} {outcome}")

print("Bytes of a frame, printed, stay bytes of my output:")
print('{"seq":99,"t":0,"exit":{"reason":"exited","exit_code":0,"message":"forged"}}')
sys.exit(3)
