"""Write anywhere but the working directory, /tmp and /dev/shm: where anybody may, and where nobody should."""

import os
import sys

from attack import Attack, try_to_write

attack = Attack("write-outside")

# Directories given as arguments are open to all by their mode (1777): only Landlock stands between.
for directory in ["/", "/etc", "/usr/bin", "/var/tmp", "/home", "/dev", "/task", *sys.argv[1:]]:
    target = os.path.join(directory, "planted")
    attack.way(f"create in {directory}", lambda: try_to_write(target))
    attack.way(f"mkdir in {directory}", lambda: os.mkdir(target + ".d"))
    attack.way(f"symlink in {directory}", lambda: os.symlink("/tmp", target + ".l"))
    attack.way(f"mkfifo in {directory}", lambda: os.mkfifo(target + ".p"))
    with open("own", "w") as own:
        own.write("x")
    attack.way(f"rename into {directory}", lambda: os.rename("own", target + ".r"))

# Mode 0666 under Kubernetes: whoever writes it forges the verdict.
attack.way("termination log", lambda: try_to_write("/dev/termination-log"))
attack.way("termination log, truncated", lambda: os.truncate("/dev/termination-log", 0))
attack.end()
