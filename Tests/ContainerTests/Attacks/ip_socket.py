"""Open a socket that leaves the container, or reaches kernel code that no script needs."""

import os

from attack import Attack, syscall

attack = Attack("ip-socket")

STREAM, DATAGRAM, RAW, SEQPACKET = 1, 2, 3, 5
MPTCP = 262
FAMILIES = {
    "AF_INET stream": (2, STREAM, 0),
    "AF_INET datagram": (2, DATAGRAM, 0),
    "AF_INET raw": (2, RAW, 1),
    "AF_INET multipath": (2, STREAM, MPTCP),
    "AF_INET, flags in its kind": (2, STREAM | os.O_CLOEXEC | os.O_NONBLOCK, 0),
    "AF_INET6 stream": (10, STREAM, 0),
    "AF_INET6 datagram": (10, DATAGRAM, 0),
    "AF_NETLINK": (16, RAW, 0),
    "AF_PACKET": (17, RAW, 0),
    "AF_ALG": (38, SEQPACKET, 0),
    "AF_VSOCK": (40, STREAM, 0),
    # A rule that compares 64 bits where the kernel uses 32 is passed by setting a higher one.
    "AF_INET with an upper bit": (0x100000002, STREAM, 0),
    "AF_VSOCK with an upper bit": (0x100000028, STREAM, 0),
}
for label, (family, kind, protocol) in FAMILIES.items():
    attack.way(label, lambda: os.close(syscall("socket", family, kind, protocol)))
attack.end()
