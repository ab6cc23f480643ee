"""Integr8sCode's executor pod with Warder behind its entry point: a stock image without Warder, the programs in a volume, the
restricted flags, the log as conmon writes it, read as Integr8sCode reads it."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest
import uuid
from typing import Any, Callable, ClassVar, Dict, List, Optional, Tuple

import yaml  # type: ignore[import]

import reader
import warder_frames

ROOT = pathlib.Path(__file__).parents[2]
PODMAN = str(ROOT / "scripts/lib/podman")
PREFIX = os.environ.get("IMAGE_PREFIX", "localhost/warder")
STOCK = f"{PREFIX}/stock:latest"
LANGUAGES = f"{PREFIX}/stock-languages:latest"
EXAMPLE = ROOT / "examples/integr8s/executor.yaml"
FILTER = ROOT / "Tests/ContainerTests/Support/runtime-default.json"


def podman(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    run = subprocess.run([PODMAN, *words], capture_output=True, text=True, timeout=120)
    if check and run.returncode != 0:
        raise AssertionError(f"podman {words[0]} ended with {run.returncode}: {run.stderr}")
    return run


def container_log(file: bytes) -> str:
    """The log's last 10,000 lines, as the API has them: CRI lines without what stands before the text."""
    text = b""
    for line in file.split(b"\n")[:-1][-reader.TAIL_LINES:]:
        _, stream, tag, content = (line.split(b" ", 3) + [b""])[:4]
        if stream not in (b"stdout", b"stderr"):
            raise AssertionError(f"no line of a container's log: {line!r}")
        text += content + (b"\n" if tag == b"F" else b"")
    return text.decode("utf-8")


def documented_policy() -> str:
    """The policy that docs/integr8scode.md shows for the native mode."""
    return (ROOT / "docs/integr8scode.md").read_text().split("```json\n")[1].split("```")[0]


@dataclasses.dataclass(frozen=True)
class Ended:
    """What the pod monitor has of a pod that has ended."""

    status: int
    log: str
    message: str

    @property
    def streams(self) -> Tuple[str, str]:
        return reader.slice_output(self.log)

    @property
    def exit_code(self) -> int:
        return reader.usage(self.message).exit_code


class PodTests(unittest.TestCase):
    folder: ClassVar[tempfile.TemporaryDirectory[str]]
    programs: ClassVar[pathlib.Path]
    entry: ClassVar[pathlib.Path]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="warder-integr8s-")
        cls.addClassCleanup(cls.folder.cleanup)
        room = pathlib.Path(cls.folder.name)
        room.chmod(0o755)
        cls.programs, cls.entry = room / "programs", room / "entry"
        cls.programs.mkdir(mode=0o777)
        cls.programs.chmod(0o777)
        # What the init container of the pod does, as any user.
        podman(
            "run", "--rm", "--pull", "never", "--network", "none", "--cap-drop", "all", "--read-only", "--user", "1000:1000",
            "--volume", f"{cls.programs}:/warder:rw", f"{PREFIX}/integr8s:latest")
        cls.entry.mkdir()
        (cls.entry / "policy.json").write_text(documented_policy())
        (cls.entry / "entrypoint.sh").write_bytes((ROOT / "images/integr8s/entrypoint.sh").read_bytes())

    def run_pod(
        self, script: str, *command: str, name: str = "main.sh", image: str = STOCK, memory: str = "256m",
        variables: Optional[Dict[str, str]] = None, while_running: Optional[Callable[[str], None]] = None,
        arguments: Optional[Tuple[str, ...]] = None, programs: bool = True,
        entry: Tuple[str, ...] = ("/bin/sh", "/entry/entrypoint.sh"),
    ) -> Ended:
        """Runs `command`, or sh with the script, in a pod like `executor-<id>`."""
        if arguments is None:
            arguments = command or ("sh", "/scripts/" + name)
        pod = "executor-" + uuid.uuid4().hex[:12]
        room = pathlib.Path(tempfile.mkdtemp(dir=self.folder.name))
        room.chmod(0o755)
        for directory in ("scripts", "output"):
            (room / directory).mkdir()
        (room / "scripts" / name).write_text(script)
        (room / "output").chmod(0o777)
        message, log = room / "termination-log", room / "log"
        message.touch()
        message.chmod(0o666)
        words = [
            "run", "--rm", "--name", pod, "--pull", "never", "--network", "none", "--no-hosts", "--log-driver", "k8s-file",
            "--log-opt", f"path={log}", "--user", "1000:1000", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all",
            "--security-opt", "no-new-privileges", "--security-opt", f"seccomp={FILTER}", "--memory", memory,
            "--memory-swap", memory, "--mount", "type=tmpfs,destination=/tmp,tmpfs-mode=1777,tmpfs-size=10m,notmpcopyup",
            "--volume", f"{room / 'scripts'}:/scripts:ro", "--volume", f"{self.entry}:/entry:ro",
            "--volume", f"{room / 'output'}:/output:rw", "--volume", f"{message}:/dev/termination-log:rw",
            "--env", "EXECUTION_ID=4711", "--env", "OUTPUT_PATH=/output", "--env", "DATABASE_PASSWORD=hunter2",
        ]
        if programs:
            words += ["--volume", f"{self.programs}:/warder:ro"]
        for variable, value in (variables or {}).items():
            words += ["--env", f"{variable}={value}"]
        words += ["--entrypoint", entry[0], image, *entry[1:], *arguments]
        process = subprocess.Popen([PODMAN, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            if while_running:
                while_running(pod)
            _, errors = process.communicate(timeout=120)
        except BaseException:
            podman("rm", "--force", "--time", "0", "--ignore", pod, check=False)
            process.kill()
            process.communicate()
            raise
        if process.returncode == 125:
            raise AssertionError(f"podman could not run the pod: {errors.decode()}")
        return Ended(process.returncode, container_log(log.read_bytes()), message.read_text())

    def wait_for(self, pod: str, path: str) -> None:
        """Until the script has made a file in /output."""
        for _ in range(300):
            if podman("exec", pod, "test", "-e", path, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError(f"{path} did not appear in {pod}")

    # MARK: Languages

    def test_languages(self) -> None:
        cases: List[Tuple[str, str, str, str]] = [
            (STOCK, "python3", "main.py", "import sys; print('grün 日本 😀'); print('naïve', file=sys.stderr)"),
            (STOCK, "bash", "main.sh", "echo 'grün 日本 😀'; echo naïve >&2"),
            (LANGUAGES, "node", "main.js", "console.log('grün 日本 😀'); console.error('naïve')"),
            (LANGUAGES, "ruby", "main.rb", "puts 'grün 日本 😀'; warn 'naïve'"),
        ]
        for image, interpreter, name, script in cases:
            with self.subTest(interpreter=interpreter):
                ended = self.run_pod(script, interpreter, "/scripts/" + name, name=name, image=image, memory="512m")
                self.assertEqual(ended.streams, ("grün 日本 😀\n", "naïve\n"), ended)
                usage = reader.usage(ended.message)
                self.assertEqual((ended.status, usage.exit_code, usage.clk_tck), (0, 0, 100))
                self.assertGreater(usage.wall_seconds, 0)
                self.assertGreater(usage.peak_memory_kb, 500)

    def test_a_traceback_has_the_scripts_own_path(self) -> None:
        ended = self.run_pod("1/0", "python3", "/scripts/main.py", name="main.py")
        self.assertEqual((ended.status, ended.exit_code, ended.streams[0]), (0, 1, ""))
        self.assertIn('File "/scripts/main.py", line 1', ended.streams[1])

    # MARK: Output

    def test_shapes_of_output(self) -> None:
        cases: List[Tuple[str, str, str]] = [
            (":", "", ""), ("printf none", "none", ""), ("printf none >&2", "", "none"),
            (r"printf 'a\r\nb\377\303(\000'", "a\nb\ufffd\ufffd(\0", ""),
            ("printf 'STDOUT 3\\nabcSTDERR 1\\nx'", "STDOUT 3\nabcSTDERR 1\nx", ""),
        ]
        for script, stdout, stderr in cases:
            with self.subTest(script=script):
                ended = self.run_pod(script)
                self.assertEqual((ended.streams, ended.exit_code, ended.status), ((stdout, stderr), 0, 0))

    def test_huge_output(self) -> None:
        ended = self.run_pod("echo first; yes 'eine längere Zeile' | head -n 2000000; echo last; echo err >&2")
        stdout, stderr = ended.streams
        self.assertTrue(stdout.startswith("first\n") and stdout.endswith("\nlast\n"), ended.log[:200])
        self.assertIn("bytes of output are left out here]\n", stdout)
        self.assertEqual((stderr, ended.exit_code), ("err\n", 0))

    # MARK: Ends

    def test_exit_codes(self) -> None:
        for script, code in [("exit 3", 3), ("exit 240", 240), ("kill -SEGV $$", 139), ("exec no-such-program", 127)]:
            with self.subTest(script=script):
                ended = self.run_pod("echo before\n" + script)
                self.assertEqual((ended.status, ended.exit_code, ended.streams[0]), (0, code, "before\n"))

    def test_a_command_that_is_not_there(self) -> None:
        ended = self.run_pod("", "no-such-interpreter", "/scripts/main.sh")
        self.assertEqual((ended.status, ended.exit_code), (0, 127))
        self.assertIn("no-such-interpreter", ended.streams[1])

    def test_a_timeout_keeps_what_was_written(self) -> None:
        ended = self.run_pod("echo before; sleep 60", variables={"WARDER_TIMEOUT": "1s"})
        self.assertEqual((ended.status, ended.exit_code, ended.streams[0]), (0, 124, "before\n"))
        self.assertIn("warder: the script ran longer than timeout 1s", ended.streams[1])

    def test_a_memory_limit_keeps_what_was_written(self) -> None:
        script = "import time\nprint('before', flush=True)\nkept = []\nwhile True:\n    kept.append(bytearray(1 << 20))\n"
        ended = self.run_pod(script, "python3", "/scripts/main.py", name="main.py", memory="128m")
        self.assertEqual((ended.status, ended.exit_code, ended.streams[0]), (0, 137, "before\n"), ended)
        self.assertIn("warder: the script used more memory than it may", ended.streams[1])

    def test_the_pods_deadline_keeps_what_was_written(self) -> None:
        """SIGTERM, as for activeDeadlineSeconds. The pod monitor takes a container that ends with 0 for a completed run, so
        this one must not."""
        def stop(pod: str) -> None:
            self.wait_for(pod, "/output/ready")
            podman("stop", "--time", "30", pod)

        ended = self.run_pod("echo before; : >/output/ready; sleep 60", while_running=stop)
        self.assertEqual((ended.status, ended.exit_code, ended.streams[0]), (241, 143, "before\n"))
        self.assertIn("warder: the task was cancelled from outside", ended.streams[1])

    # MARK: What it may and may not

    def test_its_variables_and_nobody_elses(self) -> None:
        ended = self.run_pod(
            'echo "$EXECUTION_ID $OUTPUT_PATH [$DATABASE_PASSWORD$ENTRY_COMMAND$WARDER_READ]"\n'
            "echo x >/output/y; cat /output/y")
        self.assertEqual(ended.streams, ("4711 /output []\nx\n", ""))

    def test_nothing_can_be_forged(self) -> None:
        script = """
import os
print("STDOUT 4\\nfineSTDERR 0\\n")
targets = ["/dev/termination-log"]
for process in filter(str.isdigit, os.listdir("/proc")):
    if process != str(os.getpid()):
        targets += [f"/proc/{process}/fd/{number}" for number in range(8)] + [f"/proc/{process}/mem"]
for target in targets:
    try:
        with open(target, "w") as file:
            file.write("exit_code=0\\nforged\\n")
        print("wrote", target)
    except OSError:
        pass
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{process}/environ") as file:
            if "hunter2" in file.read():
                print("read", process)
    except OSError:
        pass
    if process != str(os.getpid()):
        try:
            os.kill(int(process), 9)
            print("killed", process)
        except OSError:
            pass
raise SystemExit(9)
"""
        ended = self.run_pod(script, "python3", "/scripts/main.py", name="main.py")
        self.assertEqual(ended.streams, ("STDOUT 4\nfineSTDERR 0\n\n", ""), ended)
        self.assertEqual((ended.exit_code, ended.status), (9, 0))

    def test_a_relay_that_is_killed_is_no_success(self) -> None:
        """By somebody outside: the script cannot. The reader finds no streams then, and must not take that for a good end."""
        def kill(pod: str) -> None:
            self.wait_for(pod, "/output/ready")
            podman(
                "exec", pod, "sh", "-c",
                "for p in /proc/[0-9]*; do read -r name <$p/comm; [ $name != warder-integr8s ] || kill -9 ${p#/proc/}; done")
            podman("exec", pod, "touch", "/output/go")

        ended = self.run_pod(
            "echo before; : >/output/ready; until [ -e /output/go ]; do sleep 0.1; done", while_running=kill)
        self.assertEqual((ended.status, ended.streams), (253, ("", "")), ended)
        # What the relay had read went with it; the verdict and the output's end are the supervisor's own.
        self.assertIn('"exit":{"reason":"exited"', ended.log)
        self.assertIn('"stdout_tail":"before\\n"', ended.message)
        self.assertNotIn("exit_code=", ended.message)

    # MARK: The native mode

    def run_native(self, script: str, name: str, *options: str) -> Tuple[Ended, Dict[str, Any]]:
        ended = self.run_pod(
            script, name=name, image=LANGUAGES, memory="512m",
            entry=("/warder/warder-init", "--policy", "/entry/policy.json", *options),
            arguments=("--script", "/scripts/" + name))
        [result] = warder_frames.results_of_log(ended.log.encode())
        return ended, json.loads(result.json())

    def test_native_mode(self) -> None:
        cases = [
            ("main.sh", "echo 'grün'; echo naïve >&2; exit 3"),
            ("main.js", "console.log('grün'); console.error('naïve'); process.exit(3)"),
            ("main.rb", "puts 'grün'; warn 'naïve'; exit 3"),
        ]
        for name, script in cases:
            with self.subTest(name=name):
                ended, result = self.run_native(script, name)
                self.assertEqual((ended.status, result["reason"], result["exit_code"]), (3, "exited", 3), result)
                self.assertEqual((result["stdout"], result["stderr"], result["complete"]), ("grün\n", "naïve\n", True))

    def test_native_mode_without_landlock(self) -> None:
        """What the page says for gVisor, with the layer switched off in place of a kernel that has none."""
        _, refused = self.run_native("echo hello", "main.sh", "--disable", "landlock", "--require", "landlock")
        self.assertEqual(refused["reason"], "isolation_unavailable")
        _, result = self.run_native(
            "echo hello", "main.sh", "--disable", "landlock", "--require", "capabilities,no_new_privs,seccomp,rlimits")
        self.assertEqual((result["reason"], result["stdout"]), ("exited", "hello\n"))
        states = {name: layer["state"] for name, layer in result["isolation"].items()}
        self.assertEqual((states["landlock"], states["seccomp"]), ("disabled", "active"))

    # MARK: The example

    def test_the_example_has_the_entry_point_as_it_is(self) -> None:
        config, _ = yaml.safe_load_all(EXAMPLE.read_text())
        self.assertEqual(config["data"]["entrypoint.sh"], (ROOT / "images/integr8s/entrypoint.sh").read_text())

    def test_the_example_runs(self) -> None:
        mark = uuid.uuid4().hex[:10]
        text = EXAMPLE.read_text().replace("4711", mark).replace("docker.io/library/python:3.12-slim", STOCK)
        text = text.replace("localhost/warder/", PREFIX + "/").replace("IfNotPresent", "Never")
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as manifest:
            manifest.write(text)
            manifest.flush()
            try:
                podman("kube", "play", "--quiet", "--network", "none", "--no-hosts", manifest.name)
                self.assertEqual(podman("wait", f"executor-{mark}-executor").stdout.split(), ["0"])
                log = podman("logs", f"executor-{mark}-executor")
                self.assertEqual(reader.slice_output(log.stdout), ("grün, 日本語\n", "naïve\n"))
            finally:
                podman("pod", "rm", "--force", "--ignore", "--time", "0", f"executor-{mark}", check=False)
                volumes = [f"executor-{mark}-{name}" for name in ("programs", "output", "tmp")] + [f"script-{mark}"]
                podman("volume", "rm", "--force", *volumes, "script-volume", "entrypoint-volume", check=False)

    # MARK: Mistakes of the pod

    def test_no_command(self) -> None:
        ended = self.run_pod("", arguments=())
        self.assertEqual((ended.status, ended.exit_code), (127, 127))
        self.assertEqual(ended.streams, ("", "Entrypoint Error: No command provided."))

    def test_programs_that_are_missing(self) -> None:
        ended = self.run_pod("echo hello", programs=False)
        self.assertEqual((ended.status, ended.exit_code, ended.streams[0]), (127, 127, ""))
        self.assertIn("/warder/warder-init is missing", ended.streams[1])

    def test_a_wall_that_cannot_be_had(self) -> None:
        """As under gVisor, which has no Landlock: nothing runs, and the message says why."""
        ended = self.run_pod("echo hello", variables={"WARDER_DISABLE": "landlock"})
        self.assertEqual((ended.status, ended.streams), (252, ("", "")))
        self.assertIn("isolation_unavailable", ended.message)

    def test_an_input_that_is_missing(self) -> None:
        """The relay tells it in the layout: the script never ran, and the container does not end with 0."""
        ended = self.run_pod("echo hello", variables={"WARDER_STDIN": "nothing.txt"})
        self.assertEqual((ended.status, ended.exit_code, ended.streams[0]), (250, 126, ""), ended)
        self.assertIn("warder: ", ended.streams[1])

    def test_a_setting_that_is_wrong(self) -> None:
        ended = self.run_pod("echo hello", variables={"WARDER_TIMEOUT": "soon"})
        self.assertEqual((ended.status, ended.streams), (250, ("", "")))
        self.assertIn("WARDER_TIMEOUT", ended.message)


if __name__ == "__main__":
    unittest.main()
