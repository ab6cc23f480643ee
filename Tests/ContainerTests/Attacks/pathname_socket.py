"""Connect to sockets that have a path: container engines, SPIRE, CSI drivers, D-Bus, tmux.

usage: pathname_socket.py PATH...
"""

import socket
import sys

from attack import Attack

attack = Attack("pathname-socket")


def connect(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as endpoint:
        endpoint.connect(path)
        return None if endpoint.recv(16) == b"hunter2" else "<no answer>"


for path in sys.argv[1:]:
    attack.way(path, lambda: connect(path))
attack.end()
