"""Leave everything in the artifact directory that could hand out or do what it should not, with one honest file among it."""

import os
import socket
import subprocess
import sys
import time

out = os.environ["WARDER_ARTIFACTS"]
os.chdir(out)

with open("honest", "wb") as honest:
    honest.write(bytes(range(256)) * 100)

os.symlink("/etc/passwd", "link-passwd")
os.symlink(sys.argv[1], "link-secret")
os.symlink(os.path.dirname(sys.argv[1]), "link-secret-folder")
os.symlink("/proc/1/environ", "link-supervisor")
os.symlink("..", "link-up")
os.symlink("honest", "link-inside")

with open("twin-a", "w") as twin:
    twin.write("x")
os.link("twin-a", "twin-b")

os.mkfifo("fifo")
socket.socket(socket.AF_UNIX).bind("socket")

with open("sparse", "wb") as sparse:
    sparse.truncate(200 << 20)

with open("closed", "w") as closed:
    closed.write("x")
os.chmod("closed", 0)
os.makedirs("closed-folder/inner")
os.chmod("closed-folder", 0)

# A folder that becomes a link and back, and a file that grows and is replaced, by processes that want to outlive the end.
os.mkdir("swapped")
with open("swapped/file", "w") as file:
    file.write("x")
for name, loop in {
    "swapper": "mv swapped .swapped; ln -s /etc swapped; rm swapped; mv .swapped swapped",
    "grower": "echo more >> growing",
    "replacer": "echo new > .new; mv .new replaced; ln -sf /etc/passwd .link; mv .link replaced",
}.items():
    subprocess.Popen(["setsid", "bash", "-c", f"while true; do {loop}; done"], stderr=subprocess.DEVNULL)
time.sleep(0.7)
