"""Reach kernel code that no script needs and that has a history of holes.

The arguments are worthless on purpose: EFAULT or EINVAL shows that the call was let in, and nothing is changed even
where everything is allowed.
"""

import ctypes
import platform

from attack import Attack, BAD_POINTER, NR, reached_the_kernel

attack = Attack("kernel-surface", counts_as_success=reached_the_kernel)

BAD, NONE = BAD_POINTER, -1
CALLS = {
    # Around seccomp, and other ways to make the kernel act for a process.
    "io_uring_setup": (8, BAD), "io_uring_enter": (NONE, 1, 0, 0, 0, 0), "io_uring_register": (NONE, 0, BAD, 1),
    "userfaultfd": (1,), "memfd_secret": (1 << 20,), "remap_file_pages": (0, 0, 0, 0, 0),
    # Keys are shared by all of a user's containers on a node.
    "keyctl": (0, -3 & 0xFFFFFFFF, 0), "add_key": (BAD, BAD, BAD, 1, -3 & 0xFFFFFFFF),
    "request_key": (BAD, BAD, 0, 0),
    # Programs and counters in the kernel.
    "bpf": (0, BAD, 0), "perf_event_open": (BAD, 0, -1, -1, 0),
    # Mounts and roots.
    "mount": (BAD, BAD, BAD, 0, 0), "umount2": (BAD, 0), "pivot_root": (BAD, BAD), "chroot": (BAD,),
    "open_tree": (-100, BAD, 0), "move_mount": (-100, BAD, -100, BAD, 0), "fsopen": (BAD, 0), "fsmount": (NONE, 0, 0),
    "fspick": (-100, BAD, 0), "fsconfig": (NONE, 0, 0, 0, 0), "mount_setattr": (-100, BAD, 0, BAD, 32),
    "quotactl": (0, BAD, 0, 0), "swapon": (BAD, 0), "swapoff": (BAD,), "fanotify_init": (1 << 31, 0),
    # Files by handle, past every directory.
    "name_to_handle_at": (-100, BAD, BAD, BAD, 0), "open_by_handle_at": (NONE, BAD, 0),
    # The machine.
    "kexec_load": (0, 1 << 20, BAD, 1 << 15), "init_module": (BAD, 8, BAD), "finit_module": (NONE, BAD, 0),
    "delete_module": (BAD, 0), "reboot": (0, 0, 0, 0), "acct": (BAD,), "syslog": (99, 0, 0),
    "sethostname": (BAD, 8), "setdomainname": (BAD, 8), "settimeofday": (BAD, 0), "clock_settime": (0, BAD),
    # Inter-process communication that outlives its processes.
    "shmget": (0x7FFFFFF1, 0, 0), "msgget": (0x7FFFFFF1, 0), "semget": (0x7FFFFFF1, 0, 0), "mq_open": (BAD, 0, 0, 0),
    # Another personality turns off address randomisation, among other things.
    "personality": (0x0040000,),
}
if platform.machine() == "x86_64":
    CALLS.update({"iopl": (9,), "ioperm": (1 << 20, 1, 0), "modify_ldt": (99, 0, 0), "lookup_dcookie": (0, BAD, 1)})

for name, arguments in CALLS.items():
    attack.call_apart(name, name, *(ctypes.c_long(a) if a < 0 else a for a in arguments))
# A number that no kernel has yet.
NR["unknown"] = 5000
attack.call_apart("a number of the future", "unknown")
attack.end()
