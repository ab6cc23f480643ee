"""Use what Landlock does not cover on files that it closes: look at them, and change what belongs to a file's owner.

usage: metadata.py CLOSED-FILE OWN-FILE

The first is somebody else's, the second this user's, both in volumes that are not the script's.
"""

import ctypes
import os
import sys

from attack import Attack, libc, try_to_read

closed, own = sys.argv[1:]
attack = Attack("metadata")


def read_by_descriptor():
    handle = os.open(own, os.O_PATH)
    return try_to_read(f"/proc/self/fd/{handle}")


def watch():
    IN_ACCESS = 1
    handle = libc.inotify_init1(0)
    if libc.inotify_add_watch(handle, os.path.dirname(closed).encode(), IN_ACCESS) < 0:
        raise OSError(ctypes.get_errno(), "inotify_add_watch")


attack.way("read", lambda: try_to_read(closed))
attack.way("read its own", lambda: try_to_read(own))
attack.way("read its own by a descriptor", read_by_descriptor)
attack.way("write its own", lambda: os.close(os.open(own, os.O_WRONLY)))
attack.way("remove its own", lambda: os.unlink(own))
attack.way("list", lambda: os.listdir(os.path.dirname(closed)) and None)
attack.way("size", lambda: None if os.stat(closed).st_size else "<empty>")
attack.way("enter", lambda: os.chdir(os.path.dirname(closed)))
attack.way("watch", watch)
attack.way("permissions of its own", lambda: os.chmod(own, 0o640))
attack.way("times of its own", lambda: os.utime(own, (0, 0)))
attack.end()
