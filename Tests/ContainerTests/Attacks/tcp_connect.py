"""Connect and bind by TCP: what Landlock still forbids where sockets may be made at all."""

import socket

from attack import Attack

# Nothing listens there, so the answer of a kernel that tries is ECONNREFUSED.
attack = Attack("tcp", counts_as_success=lambda outcome: outcome in ("OK", "ECONNREFUSED", "ENETUNREACH"))


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as endpoint:
        endpoint.connect((address, 9))


def bind(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as endpoint:
        endpoint.bind((address, 0))


attack.way("connect", lambda: connect(socket.AF_INET, "127.0.0.1"))
attack.way("bind", lambda: bind(socket.AF_INET, "127.0.0.1"))
attack.end()
