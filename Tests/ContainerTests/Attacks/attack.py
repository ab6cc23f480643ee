"""What the attack scripts share: raw system calls, and the one JSON line that each script prints.

An attack tries several ways to one end. A way that is refused is an ordinary result and never ends the script:

    {"attack": "signal-supervisor", "succeeded": false, "ways": {"kill": "EPERM", "tkill": "EPERM"}}

A way's result is "OK", an errno's name, "SIGSYS" (or another signal, where it was tried in a process of its own),
or a short text in angle brackets. The attack succeeded when one of its ways did.
"""

import ctypes
import errno
import json
import os
import platform
import signal
import sys

libc = ctypes.CDLL(None, use_errno=True)


def target():
    """The supervisor: process 1 in a container, some other number when it runs as a plain process. ATTACK_TARGET names another
    process of the same user, by a word of its command line."""
    word = os.environ.get("ATTACK_TARGET")
    if not word:
        return os.getppid()
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    if word.encode() in file.read().split(b"\0"):
                        return int(entry)
            except OSError:
                pass
    sys.exit(f"no process has {word} on its command line")


SUPERVISOR = target()

# Harmless wherever it arrives: it is ignored by default.
PROBE_SIGNAL = signal.SIGWINCH

# An address at which nothing is mapped: calls that get as far as reading it answer EFAULT.
BAD_POINTER = 8

# Answers of a filter, of Landlock, or of a capability check. Anything else was reached.
REFUSALS = ("EPERM", "EACCES", "ENOSYS")

NUMBERS = {
    "x86_64": dict(
        socket=41, kill=62, fcntl=72, ptrace=101, syslog=103, setuid=105, setgroups=116, setresuid=117,
        setresgid=119, capset=126, rt_sigqueueinfo=129, personality=135, setpriority=141, sched_setparam=142,
        sched_setscheduler=144, modify_ldt=154, pivot_root=155, prctl=157, chroot=161, acct=163, settimeofday=164,
        mount=165, umount2=166, swapon=167, swapoff=168, reboot=169, sethostname=170, setdomainname=171, iopl=172,
        ioperm=173, init_module=175, delete_module=176, quotactl=179, tkill=200, sched_setaffinity=203,
        lookup_dcookie=212, remap_file_pages=216, clock_settime=227, tgkill=234, mq_open=240, kexec_load=246,
        add_key=248, request_key=249, keyctl=250, ioprio_set=251, migrate_pages=256, clone=56, shmget=29, semget=64,
        msgget=68, ioctl=16, unshare=272, move_pages=279, rt_tgsigqueueinfo=297, perf_event_open=298,
        fanotify_init=300, mknodat=259, prlimit64=302, name_to_handle_at=303, open_by_handle_at=304, setns=308,
        seccomp=317,
        process_vm_readv=310, process_vm_writev=311, kcmp=312, finit_module=313, sched_setattr=314, bpf=321,
        userfaultfd=323,
    ),
    "aarch64": dict(
        fcntl=25, ioctl=29, ioprio_set=30, mknodat=33, umount2=39, mount=40, pivot_root=41, chroot=51, quotactl=60,
        lookup_dcookie=18, acct=89, capset=91, personality=92, unshare=97, kexec_load=104, init_module=105,
        delete_module=106, clock_settime=112, syslog=116, ptrace=117, sched_setparam=118, sched_setscheduler=119,
        sched_setaffinity=122, kill=129, tkill=130, tgkill=131, rt_sigqueueinfo=138, setpriority=140, reboot=142,
        setuid=146, setresuid=147, setresgid=149, setgroups=159, sethostname=161, setdomainname=162, prctl=167,
        settimeofday=170, mq_open=180, msgget=186, semget=190, shmget=194, socket=198, add_key=217,
        request_key=218, keyctl=219, clone=220, swapon=224, swapoff=225, remap_file_pages=234, migrate_pages=238,
        move_pages=239, rt_tgsigqueueinfo=240, perf_event_open=241, prlimit64=261, fanotify_init=262,
        name_to_handle_at=264, open_by_handle_at=265, setns=268, seccomp=277, process_vm_readv=270, process_vm_writev=271,
        kcmp=272, finit_module=273, sched_setattr=274, bpf=280, userfaultfd=282,
    ),
}
# Calls that came after 2019 have one number on every architecture.
EVERYWHERE = dict(
    pidfd_send_signal=424, io_uring_setup=425, io_uring_enter=426, io_uring_register=427, open_tree=428,
    move_mount=429, fsopen=430, fsconfig=431, fsmount=432, fspick=433, pidfd_open=434, clone3=435, pidfd_getfd=438,
    process_madvise=440, mount_setattr=442, memfd_secret=447, process_mrelease=448,
)
NR = {**NUMBERS[platform.machine()], **EVERYWHERE}


class Limit(ctypes.Structure):
    """struct rlimit64, see prlimit(2)."""

    _fields_ = [("soft", ctypes.c_uint64), ("hard", ctypes.c_uint64)]


def syscall(name, *arguments):
    """Makes one raw system call with 64-bit arguments; raises OSError where it is refused."""
    words = [a if not isinstance(a, int) else ctypes.c_ulong(a & 0xFFFFFFFFFFFFFFFF) for a in arguments]
    libc.syscall.restype = ctypes.c_long
    ctypes.set_errno(0)
    value = libc.syscall(ctypes.c_ulong(NR[name]), *words)
    if value == -1 and ctypes.get_errno() != 0:
        raise OSError(ctypes.get_errno(), name)
    return value


def outcome_of(action):
    """What became of one try, as a word."""
    try:
        answer = action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return answer if isinstance(answer, str) else "OK"


class Attack:
    """One attack: the ways that were tried, and how each ended."""

    def __init__(self, name, counts_as_success=lambda outcome: outcome == "OK"):
        self.name = name
        self.counts = counts_as_success
        self.ways = {}

    def way(self, label, action):
        """Tries one way. `action` returns nothing where it got through, or a text that says what it got."""
        self.ways[label] = outcome_of(action)

    def call(self, label, name, *arguments):
        """Tries one raw system call."""
        self.way(label, lambda: (syscall(name, *arguments), None)[1])

    def apart(self, label, action):
        """Tries one way in a process of its own: for what may kill it or change it for good."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os.write(writing, outcome_of(action).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read().decode()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            said = signal.Signals(os.WTERMSIG(status)).name
        self.ways[label] = said or "<nothing>"

    def call_apart(self, label, name, *arguments):
        self.apart(label, lambda: (syscall(name, *arguments), None)[1])

    def end(self):
        """Prints the attack's one line."""
        succeeded = any(self.counts(outcome) for outcome in self.ways.values())
        line = {"attack": self.name, "succeeded": succeeded, "ways": self.ways}
        print(json.dumps(line), flush=True)


def reached_the_kernel(outcome):
    """For calls made with worthless arguments: EFAULT and EINVAL come from beyond every check of privilege."""
    return outcome not in REFUSALS and not outcome.startswith("SIG")


def try_to_write(path):
    """Opens a file for writing, without changing it where it exists."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


def try_to_read(path):
    """Reads the beginning of a file; an empty answer is none."""
    with open(path, "rb") as file:
        return None if file.read(16) else "<empty>"


if __name__ == "__main__":
    sys.exit("this is what the attacks share, not an attack")
