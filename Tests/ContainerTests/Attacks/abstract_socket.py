"""Connect to an abstract unix socket of somebody else: containers of a pod share the network namespace.

usage: abstract_socket.py NAME
"""

import socket
import sys

from attack import Attack

attack = Attack("abstract-socket")


def connect():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as endpoint:
        endpoint.connect("\0" + sys.argv[1])


attack.way("connect", connect)
attack.end()
