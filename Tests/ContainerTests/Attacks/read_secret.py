"""Read a mounted secret: where Kubernetes puts its own, where operators put theirs, by every name it has."""

import os
import sys

from attack import Attack, SUPERVISOR, try_to_read

attack = Attack("read-secret")

for path in sys.argv[1:]:
    attack.way(path, lambda: try_to_read(path))
    attack.way(f"through /proc/self/root: {path}", lambda: try_to_read("/proc/self/root" + path))
    attack.way(f"through the supervisor's root: {path}", lambda: try_to_read(f"/proc/{SUPERVISOR}/root{path}"))
    attack.way(f"listing {os.path.dirname(path)}", lambda: None if os.listdir(os.path.dirname(path)) else "<empty>")

    def by_link():
        os.symlink(path, "/tmp/link-to-secret")
        try:
            try_to_read("/tmp/link-to-secret")
        finally:
            os.unlink("/tmp/link-to-secret")

    attack.way(f"through a link of its own: {path}", by_link)
attack.end()
