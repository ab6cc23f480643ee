"""Where the measurements are made: who runs the commands, in which directories, on what machine."""

import contextlib
import hashlib
import os
import pathlib
import platform
import resource
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
USER = 1000
# What tasks get, so that every command looks for the same locale files.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


class Place:
    """A scratch directory with the tasks and the compiled helpers, readable for everybody."""

    def __init__(self, directory, elsewhere):
        self.directory = pathlib.Path(directory)
        self.supervisor = self.directory / "warder-init"
        # Where scripts may open what the bench reads.
        self.pipes = self.directory / "pipes"
        # Which no script may read unless a run says so.
        self.elsewhere = pathlib.Path(elsewhere)

    def task(self, name, script, content):
        """A task directory with one script in it."""
        task = self.directory / name
        task.mkdir(exist_ok=True)
        (task / script).write_text(content)
        return str(task)

    def command(self, task, *options):
        """The supervisor with everything on, for a task."""
        return [str(self.supervisor), "--policy", str(self.directory / "policy.json"), "--task", task, *options]

    def helper(self, name):
        return str(self.directory / name)


# Runtimes for programs that are no interpreters: what a task names is looked up by the ending of its script.
POLICY = """{
  "runtimes": {
    "true": {"argv": ["/bin/true", "{script}"], "extensions": [".true"]},
    "feed": {"argv": ["%(feed)s", "{script}"], "extensions": [".feed"]},
    "calls": {"argv": ["%(calls)s", "{script}"], "extensions": [".calls"]},
    "tree": {"argv": ["%(tree)s", "{script}"], "extensions": [".tree"]},
    "python": {"argv": ["/usr/bin/python3", "{script}"], "extensions": [".py"]},
    "interpreted": {"argv": ["/usr/bin/env", "PYTHONHASHSEED=0", "/usr/bin/python3", "{script}"],
                    "extensions": [".interpreted"]},
    "bash": {"argv": ["/bin/bash", "{script}"], "extensions": [".sh"]}
  },
  "ceilings": {"stdout_limit": "64Gi", "log_limit": "128Gi", "timeout": "3h"},
  "filesystem": {"read": ["%(directory)s"], "write": ["%(directory)s/pipes"]}
}
"""


@contextlib.contextmanager
def prepared(supervisor):
    """A place, made and taken away again."""
    # Not in /tmp, which is covered for the measurements.
    directory, elsewhere = (tempfile.mkdtemp(prefix="warder-bench.", dir="/var/tmp") for _ in range(2))
    try:
        os.chmod(directory, 0o755)
        os.chmod(elsewhere, 0o755)
        place = Place(directory, elsewhere)
        shutil.copy(supervisor, place.supervisor)
        for source in (ROOT / "benchmarks" / "helpers").glob("*.c"):
            subprocess.run(
                ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", place.helper(source.stem), str(source)], check=True)
        place.pipes.mkdir()
        names = {"directory": directory, **{name: place.helper(name) for name in ("feed", "calls", "tree")}}
        (place.directory / "policy.json").write_text(POLICY % names)
        yield place
    finally:
        shutil.rmtree(directory)
        shutil.rmtree(elsewhere)


def identity(supervisor):
    """Which binary it was."""
    content = pathlib.Path(supervisor).read_bytes()
    return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"


def machine():
    """What kind of machine this is: what the figures depend on, and no names."""
    model = None
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as lines:
        total = int(next(lines).split()[1]) // 1024
    virtual = None
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        virtual = subprocess.run(["systemd-detect-virt", "--vm"], capture_output=True, text=True).stdout.strip() or None
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return {
        "processor": model or platform.machine(),
        "processors": len(os.sched_getaffinity(0)),
        "memory_mib": total,
        "kernel": platform.release(),
        "system": system,
        "virtual": virtual,
        "load_before": os.getloadavg()[0],
    }


def become_user():
    """For the rest of this process: nobody in particular, as in a restricted pod."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)


def leave_neighbours(name):
    """Puts this process into a cgroup whose share of the processors is so large that others hardly disturb.

    Only as root, and only on cgroup version 1; answers the cgroup to remove, or nothing.
    """
    parent = pathlib.Path("/sys/fs/cgroup/cpu")
    if os.getuid() != 0 or not (parent / "cpu.shares").exists():
        return None
    with contextlib.suppress(OSError):
        group = parent / f"{name}-{os.getpid()}"
        group.mkdir()
        (group / "cpu.shares").write_text("262144")
        (group / "cgroup.procs").write_text(str(os.getpid()))
        return group
    return None


def return_to_neighbours(group):
    if group:
        with contextlib.suppress(OSError):
            (group.parent / "cgroup.procs").write_text(str(os.getpid()))
            group.rmdir()


@contextlib.contextmanager
def throttled(share):
    """A cgroup that gets so much of a processor: the file that takes its processes' numbers, or nothing where none can be
    made (without root, and without the controller in the unified hierarchy's own group)."""
    version1, version2 = pathlib.Path("/sys/fs/cgroup/cpu"), pathlib.Path("/sys/fs/cgroup")
    parent = version1 if (version1 / "cpu.cfs_quota_us").exists() or (version1 / "cpu.shares").exists() else version2
    group = parent / f"warder-bench-throttled-{os.getpid()}"
    try:
        group.mkdir()
        if parent == version1:
            (group / "cpu.cfs_period_us").write_text("100000")
            (group / "cpu.cfs_quota_us").write_text(str(round(share * 100_000)))
        else:
            (group / "cpu.max").write_text(f"{round(share * 100_000)} 100000")
    except OSError:
        with contextlib.suppress(OSError):
            group.rmdir()
        yield None
        return
    try:
        yield group / "cgroup.procs"
    finally:
        with contextlib.suppress(OSError):
            group.rmdir()


@contextlib.contextmanager
def at_once():
    """This thread runs as soon as it has something to do, whatever else does: its clock is the measurement's. Only as root;
    what it starts meanwhile is not preferred."""
    before = os.sched_getscheduler(0)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, before, os.sched_param(0))


def reap_orphans():
    """What outlived its supervisor, where the bench is process 1 of its namespace: zombies keep their numbers."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0] > 0:
            pass


def process_room():
    """How many processes this machine can have besides those that it has."""
    bounds = [int(pathlib.Path("/proc/sys/kernel", name).read_text()) for name in ("pid_max", "threads-max")]
    bounds += [bound for bound in resource.getrlimit(resource.RLIMIT_NPROC) if bound != resource.RLIM_INFINITY]
    # Of the fourth word of /proc/loadavg the second number: all threads that there are.
    return min(bounds) - int(pathlib.Path("/proc/loadavg").read_text().split()[3].split("/")[1])


def memory_available_mib():
    with open("/proc/meminfo") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) // 1024
