# The smallest task: says where it runs, and what it was given.
#
#   scripts/run examples/hello.py
#   scripts/run examples/hello.py one two

import os
import platform
import sys

print(f"Hello from Python {platform.python_version()}, user {os.getuid()}, process {os.getpid()}.")
print("My working directory is fresh and holds", ", ".join(sorted(os.listdir("."))) + ".")
if len(sys.argv) > 1:
    print("My arguments are", ", ".join(sys.argv[1:]) + ".")
print("This line went to standard error.", file=sys.stderr)
