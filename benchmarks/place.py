"""Where the measurements are made: who runs the commands, in which directories, on what machine."""

import contextlib
import os
import pathlib
import platform
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
USER = 1000
# What tasks get, so that every command looks for the same locale files.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


class Place:
    """A scratch directory with the tasks and the compiled helpers, readable for everybody."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.supervisor = self.directory / "warder-init"

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
    "python": {"argv": ["/usr/bin/python3", "{script}"], "extensions": [".py"]},
    "interpreted": {"argv": ["/usr/bin/env", "PYTHONHASHSEED=0", "/usr/bin/python3", "{script}"],
                    "extensions": [".interpreted"]},
    "bash": {"argv": ["/bin/bash", "{script}"], "extensions": [".sh"]}
  },
  "ceilings": {"stdout_limit": "64Gi", "log_limit": "128Gi", "timeout": "3h"},
  "filesystem": {"read": ["%(directory)s"]}
}
"""


@contextlib.contextmanager
def prepared(supervisor):
    """A place, made and taken away again."""
    # Not in /tmp, which is covered for the measurements.
    directory = tempfile.mkdtemp(prefix="warder-bench.", dir="/var/tmp")
    try:
        os.chmod(directory, 0o755)
        place = Place(directory)
        shutil.copy(supervisor, place.supervisor)
        for source in (ROOT / "benchmarks" / "helpers").glob("*.c"):
            subprocess.run(
                ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", place.helper(source.stem), str(source)], check=True)
        names = {"directory": directory, "feed": place.helper("feed"), "calls": place.helper("calls")}
        (place.directory / "policy.json").write_text(POLICY % names)
        yield place
    finally:
        shutil.rmtree(directory)


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
