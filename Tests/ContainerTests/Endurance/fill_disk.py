"""Fills a directory, in the way that the second argument names."""

import os
import sys
import time

directory, way = sys.argv[1], sys.argv[2]
BLOCK = os.urandom(64 * 1024)
print("started", flush=True)


def carry_on(write):
    """A full volume is no reason to stop."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            write()
        except OSError:
            time.sleep(0.01)


if way == "big":
    file = open(directory + "/big", "wb", buffering=0)
    carry_on(lambda: file.write(BLOCK))
elif way == "unlinked":
    file = open(directory + "/unlinked", "wb", buffering=0)
    os.unlink(directory + "/unlinked")
    carry_on(lambda: file.write(BLOCK))
elif way == "small":
    numbers = iter(range(10**9))

    def write():
        with open(f"{directory}/{next(numbers)}", "wb") as file:
            file.write(b"x" * 4000)

    carry_on(write)
elif way == "deep":
    os.chdir(directory)

    def write():
        os.mkdir("d")
        os.chdir("d")
        with open("file", "wb") as file:
            file.write(BLOCK)

    carry_on(write)
elif way == "sparse":
    # A gigabyte to whoever looks at sizes; nothing to whoever looks at blocks.
    with open(directory + "/sparse", "wb") as file:
        for part in range(4):
            os.truncate(file.fileno(), 200 << 20)
    time.sleep(2)
    print("done", flush=True)
elif way == "linked":
    # One file with a hundred names is one file.
    with open(directory + "/file", "wb") as file:
        file.write(os.urandom(1 << 20))
    for number in range(100):
        os.link(directory + "/file", f"{directory}/name{number}")
    time.sleep(3)
    print("done", flush=True)
elif way == "leave":
    os.makedirs(directory + "/a/b")
    os.symlink("/task", directory + "/link")
    with open(directory + "/a/b/left", "wb") as file:
        file.write(BLOCK)
    os.chmod(directory + "/a", 0)
    print("done", flush=True)
