"""Make system calls that are refused, and say how many.

usage: denied.py threads THREADS COUNT     COUNT calls in each of so many threads at once
       denied.py families COUNT            sockets of the first COUNT address families, known or not
       denied.py flood THREADS             as many as possible for ever, while the main thread prints a line every 50 ms
       denied.py killed ROUNDS             children that are killed in the middle of such calls
       denied.py own-filter                a filter of the script's own that refuses what Warder refuses too, then exit 3
       denied.py own-death                 a filter of the script's own that kills it
       denied.py connect                   an ordinary attempt to reach a network, and its traceback

The call is capset, which a container's own filter lets through and no script needs.
"""

import ctypes
import errno
import os
import platform
import random
import signal
import socket
import struct
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
CAPSET, GETPPID = {"x86_64": (126, 110), "aarch64": (91, 173)}[platform.machine()]
mode, numbers = sys.argv[1], [int(word) for word in sys.argv[2:]]


def refused():
    answer = libc.syscall(ctypes.c_long(CAPSET), ctypes.c_long(0), ctypes.c_long(0))
    return answer == -1 and ctypes.get_errno() == errno.EPERM


def install_filter(number, answer):
    """A filter that gives one call an answer and allows the others."""
    instructions = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, answer), (0x06, 0, 0, 0x7FFF0000)]
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(buffer))
    if libc.prctl(22, 2, ctypes.create_string_buffer(header, len(header)), 0, 0) != 0:  # PR_SET_SECCOMP
        raise OSError(ctypes.get_errno(), "prctl")


if mode == "threads":
    threads, count = numbers
    counts = [0] * threads

    def work(index):
        for _ in range(count):
            counts[index] += refused()

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    print(sum(counts))
elif mode == "families":
    denied = 0
    for family in range(numbers[0]):
        if libc.socket(family, socket.SOCK_STREAM, 0) == -1: denied += ctypes.get_errno() == errno.EPERM
    print(denied)
elif mode == "flood":
    def work():
        while True: refused()

    for _ in range(numbers[0]): threading.Thread(target=work, daemon=True).start()
    while True:
        print(time.monotonic(), flush=True)
        time.sleep(0.05)
elif mode == "killed":
    for _ in range(numbers[0]):
        child = os.fork()
        if child == 0:
            while True: refused()
        time.sleep(random.random() / 100)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print("all gone")
elif mode == "own-filter":
    print(refused())
    install_filter(CAPSET, 0x00050000 | errno.EXDEV)
    libc.syscall(ctypes.c_long(CAPSET), ctypes.c_long(0), ctypes.c_long(0))
    print(errno.errorcode[ctypes.get_errno()], flush=True)
    sys.exit(3)
elif mode == "own-death":
    install_filter(GETPPID, 0x80000000)
    os.getppid()
elif mode == "connect":
    socket.create_connection(("127.0.0.1", 80))
