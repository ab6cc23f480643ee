"""Reach the network by what Landlock's TCP rules do not cover: datagrams, multipath TCP, data in the first packet."""

import socket

from attack import Attack

# Nothing listens there, so the answer of a kernel that tries is ECONNREFUSED.
attack = Attack("around-tcp", counts_as_success=lambda outcome: outcome in ("OK", "ECONNREFUSED", "ENETUNREACH"))

NOWHERE = ("127.0.0.1", 9)
IPPROTO_MPTCP, MSG_FASTOPEN = 262, 0x20000000


def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"secret", receiver.getsockname())
        receiver.settimeout(5)
        return None if receiver.recv(16) == b"secret" else "<lost>"


def multipath():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) as endpoint:
        endpoint.connect(NOWHERE)


def fast_open():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as endpoint:
        endpoint.sendto(b"secret", MSG_FASTOPEN, NOWHERE)


attack.way("datagram", datagram)
attack.way("multipath", multipath)
attack.way("fast open", fast_open)
attack.end()
