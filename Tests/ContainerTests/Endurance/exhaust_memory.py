"""Uses memory without end, in the way that the first argument names; `reading` only looks as if it did."""

import mmap
import os
import sys
import time

MEBIBYTE = 1 << 20
way = sys.argv[1]


def fill(step, pause=0.0, flags=mmap.MAP_PRIVATE):
    """Takes memory, `step` bytes at a time, and writes to every page."""
    kept = []
    while True:
        block = mmap.mmap(-1, step, flags=flags | mmap.MAP_ANONYMOUS)
        for offset in range(0, step, mmap.PAGESIZE):
            block[offset] = 1
        kept.append(block)
        time.sleep(pause)


def multiply(count, work, *arguments):
    for _ in range(count):
        if os.fork() == 0:
            work(*arguments)
    while True:
        time.sleep(60)


def fill_directory(directory, size):
    data = os.urandom(size)
    number = 0
    while True:
        with open(f"{directory}/{number}", "wb") as file:
            file.write(data)
        number += 1


def read(path):
    """Reads a file again and again: the page cache fills the cgroup, and is no pressure."""
    end = time.monotonic() + 3
    while time.monotonic() < end:
        with open(path, "rb") as file:
            # The first part more often than the rest: the kernel takes such pages for active ones.
            for _ in range(4):
                file.seek(0)
                for _ in range(24):
                    file.read(MEBIBYTE)
            while file.read(MEBIBYTE):
                pass


print("started", flush=True)
if way == "slow":
    fill(MEBIBYTE, pause=0.02)
elif way == "fast":
    # One call that the kernel fills as fast as it can.
    while True:
        bytearray(1 << 30)
elif way == "steps":
    fill(MEBIBYTE)
elif way == "eight":
    multiply(8, fill, MEBIBYTE)
elif way == "hundred":
    multiply(100, fill, MEBIBYTE)
elif way == "shared":
    fill(MEBIBYTE, flags=mmap.MAP_SHARED)
elif way == "directory":
    fill_directory(sys.argv[2], 64 * 1024)
elif way == "reading":
    kept = bytearray(20 * MEBIBYTE)
    read(sys.argv[2])
    print("done", flush=True)
