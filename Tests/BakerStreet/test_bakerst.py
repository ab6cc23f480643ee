"""Baker Street's tasks on Warder, told over a real NATS server with TLS."""

from __future__ import annotations

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import uuid
from typing import Any, Dict, List, Optional

from nats import Server, Subscriber, make_certificates

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = ROOT / "dist/bakerst/warder-bakerst"
SUPERVISOR = ROOT / "dist/warder-init"


class Task:
    """A task as its pod's container starts it, as a plain process."""

    def __init__(
        self, server: Server, goal: str, *options: str, mode: str = "script", task: Optional[str] = None,
        variables: Optional[Dict[str, Optional[str]]] = None,
    ) -> None:
        folder = server.folder
        self.log = tempfile.TemporaryFile()
        self.id = task if task is not None else str(uuid.uuid4())
        environment: Dict[str, Optional[str]] = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "TASK_ID": self.id, "TASK_MODE": mode, "TASK_GOAL": goal,
            "NATS_URL": server.url, "NATS_CA": f"{folder}/ca.pem", "NATS_CERT": f"{folder}/client.pem",
            "NATS_KEY": f"{folder}/client.key", "WARDER_INIT": str(SUPERVISOR), "BAKERST_TOOLBOX": "python",
            **(variables or {})}
        self.process = subprocess.Popen(
            [str(PROGRAM), "run", "--script-env", "TASK_GOAL", "--relay", f"{PROGRAM} relay", "--relay-wait", "12s",
             *options],
            env={name: value for name, value in environment.items() if value is not None},
            # A file: a log that nobody reads would hold the script up.
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.PIPE)

    def end(self, seconds: float = 60) -> int:
        _, self.errors = self.process.communicate(timeout=seconds)
        with self.log:
            self.log.seek(0)
            self.output = self.log.read()
        return self.process.returncode

    def frames(self) -> List[Dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def running(self) -> bool:
        return self.process.poll() is None


class BakerStreetTests(unittest.TestCase):
    folder: pathlib.Path
    server: Server

    @classmethod
    def setUpClass(cls) -> None:
        assert PROGRAM.exists(), f"{PROGRAM} is missing: run scripts/build-images --examples"
        # Not in /tmp, where scripts may write.
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="warder-bakerst-", dir="/var/tmp"))
        cls.folder.chmod(0o755)
        make_certificates(cls.folder)

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(cls.folder)

    def setUp(self) -> None:
        self.server = Server(self.folder)
        self.server.start()
        self.addCleanup(self.server.stop)
        self.subscriber = Subscriber(self.server)
        self.addCleanup(self.subscriber.close)

    def assertInOrder(self) -> None:
        numbers = [m["seq"] for m in self.subscriber.progress() if "seq" in m]
        self.assertEqual(numbers, sorted(set(numbers)))

    # MARK: - What is told

    def test_progress_is_live_and_the_result_is_whole(self) -> None:
        task = Task(self.server, "\n".join([
            "import os, sys, time", "print('first', flush=True)", "time.sleep(3)",
            "print('fehlt: ü', file=sys.stderr)",
            "os.makedirs('out/sub')", "open('out/a.txt', 'w').write('A')", "open('out/sub/b.txt', 'w').write('B')",
            "print('last')"]), "--artifacts", "out")
        self.subscriber.wait_for_text("first\n")
        self.assertTrue(task.running)
        self.assertEqual(task.end(), 0)
        self.assertEqual(task.errors, b"")
        result = self.subscriber.result()
        self.assertEqual(result["subject"], f"bakerst.tasks.{task.id}.result")
        self.assertEqual((result["taskId"], result["status"]), (task.id, "completed"))
        self.assertEqual(result["result"], "first\nlast\n")
        self.assertGreater(result["durationMs"], 2_900)
        self.assertEqual(sorted(result["filesChanged"]), ["a.txt", "sub/b.txt"])
        self.assertNotIn("error", result)
        progress = self.subscriber.progress()
        self.assertTrue(all(m["subject"] == f"bakerst.tasks.{task.id}.progress" for m in progress))
        self.assertEqual([m["message"] for m in progress if m["type"] == "milestone"], ["started", "exited"])
        # Two pipes have no order between them, and a line that Python writes in two parts may come as two messages.
        for stream, text in (("stdout", "first\nlast\n"), ("stderr", "fehlt: ü\n")):
            self.assertEqual("".join(m["message"] for m in progress if m.get("detail") == stream), text)
        # The last message is the result.
        self.assertTrue(self.subscriber.subjects[-1].endswith(".result"))
        self.assertInOrder()
        # The log is what it always is.
        self.assertEqual(task.frames()[-1]["exit"]["reason"], "exited")

    def test_a_failed_script(self) -> None:
        task = Task(self.server, "import sys; print('out'); sys.exit('it broke')")
        self.assertEqual(task.end(), 1)
        result = self.subscriber.result()
        self.assertEqual((result["status"], result["reason"], result["exitCode"]), ("failed", "exited", 1))
        self.assertIn("it broke", result["error"])

    def test_shebang_goes_before_the_toolbox(self) -> None:
        task = Task(self.server, "#!/bin/bash\necho \"$BASH\"")
        self.assertEqual(task.end(), 0)
        self.assertIn("bash", self.subscriber.result()["result"])

    def test_timeout(self) -> None:
        task = Task(self.server, "import time; print('on', flush=True); time.sleep(60)", "--timeout", "3s")
        self.assertEqual(task.end(), 240)
        result = self.subscriber.result()
        self.assertEqual((result["status"], result["reason"], result["result"]), ("timeout", "timeout", "on\n"))

    def test_cancellation(self) -> None:
        task = Task(self.server, "import time; print('on', flush=True); time.sleep(60)")
        self.subscriber.wait_for_text("on\n")
        task.process.send_signal(signal.SIGTERM)
        self.assertEqual(task.end(), 241)
        result = self.subscriber.result()
        self.assertEqual((result["status"], result["reason"]), ("failed", "cancelled"))

    def test_memory_limit(self) -> None:
        task = Task(self.server, "x = bytearray(400_000_000)\nimport time; time.sleep(30)", "--memory", "100Mi")
        self.assertEqual(task.end(), 242)
        self.assertEqual(self.subscriber.result()["reason"], "memory_limit")

    def test_huge_output(self) -> None:
        task = Task(self.server, "import sys\nfor i in range(400_000): print('\\x01 line', i, 'x' * 20)")
        self.assertEqual(task.end(), 0)
        result = self.subscriber.result()
        self.assertEqual(result["status"], "completed")
        self.assertRegex(result["result"], r"^\[\d+ bytes left out\]\n")
        self.assertTrue(result["result"].endswith("line 399999 " + "x" * 20 + "\n"))
        # Everything that the log has was told, in its order.
        logged = "".join(f.get("stdout", "") for f in task.frames())
        told = self.subscriber.text()
        self.assertTrue(told == logged, (len(told), len(logged)))
        self.assertInOrder()

    def test_output_that_is_no_text(self) -> None:
        task = Task(self.server, "import sys; sys.stdout.buffer.write(bytes(range(256)))")
        self.assertEqual(task.end(), 0)
        self.assertEqual(self.subscriber.result()["status"], "completed")
        told = b"".join(base64.b64decode(m["b64"]) if "b64" in m else m["message"].encode()
                        for m in self.subscriber.progress("log"))
        self.assertEqual(told, bytes(range(256)))

    # MARK: - A server that is not as it should be

    def test_restart_in_the_middle(self) -> None:
        task = Task(self.server, "\n".join([
            "import time", "for i in range(50):", "    print('line', i, flush=True)", "    time.sleep(0.1)"]))
        self.subscriber.wait_for_text("line 5\n")
        self.server.stop()
        time.sleep(1)
        self.server.start()
        self.assertTrue(self.subscriber.connected.wait(60))
        self.assertEqual(task.end(), 0)
        result = self.subscriber.result()
        self.assertEqual(result["result"], "".join(f"line {i}\n" for i in range(50)))
        self.assertInOrder()
        self.assertEqual(result["interruptions"], 1)
        # What came while the server was away waited for it.
        self.assertIn("line 49\n", self.subscriber.text())

    def test_server_comes_back_just_in_time(self) -> None:
        task = Task(self.server, "print('done')\nimport time; time.sleep(2)")
        self.subscriber.wait_for_text("done")
        self.server.stop()
        time.sleep(6)
        self.assertTrue(task.running)
        self.server.start()
        self.assertEqual(task.end(), 0)
        # Whoever subscribes later than the result comes has not seen it: what counts is that the server took it.
        self.assertEqual(task.errors, b"")
        self.assertLessEqual(len(self.subscriber.results()), 1)

    def test_server_is_never_there(self) -> None:
        self.server.stop()
        task = Task(self.server, "print('done'); raise SystemExit(3)", variables={"BAKERST_PATIENCE": "2"})
        self.assertEqual(task.end(), 3)
        self.assertIn(f"warder-bakerst: the result of task {task.id} could not be published:".encode(), task.errors)
        self.assertIn(b"warder-init: the relay ended with status 1", task.errors)
        self.assertEqual(task.frames()[-1]["exit"]["exit_code"], 3)

    def test_server_that_stands_still(self) -> None:
        task = Task(self.server, "\n".join([
            "import time", "print('on', flush=True)", "time.sleep(1)", "print('x' * 3_000_000, flush=True)",
            "time.sleep(2)", "print('end')"]), "--timeout", "30s")
        self.subscriber.wait_for_text("on\n")
        self.server.freeze()
        time.sleep(6)
        self.server.thaw()
        self.assertEqual(task.end(), 0)
        self.assertTrue(self.subscriber.results() or self.subscriber.result())
        self.assertLess(task.frames()[-1]["exit"]["duration_ms"], 8_000)

    # MARK: - Who may speak

    def refused(self, server: Server, **environment: Optional[str]) -> None:
        task = Task(server, "print('done')", variables={"BAKERST_PATIENCE": "2", **environment})
        self.assertEqual(task.end(), 0)
        self.assertIn(b"could not be published", task.errors)
        self.assertEqual(self.subscriber.messages, [])

    def test_wrong_password(self) -> None:
        self.refused(self.server, NATS_URL=f"tls://task:wrong@localhost:{self.server.port}")

    def test_without_client_certificate(self) -> None:
        self.refused(self.server, NATS_CERT=None, NATS_KEY=None)

    def test_another_authority(self) -> None:
        self.refused(self.server, NATS_CA=f"{self.folder}/other-ca.pem")

    def test_certificate_of_another_host(self) -> None:
        other = Server(self.folder, certificate="elsewhere")
        other.start()
        self.addCleanup(other.stop)
        self.refused(other)
        # It is the name alone that was wrong.
        task = Task(other, "print('done')", variables={"NATS_TLS_NAME": "elsewhere.example"})
        self.assertEqual(task.end(), 0)
        self.assertEqual(task.errors, b"")

    def test_token(self) -> None:
        server = Server(self.folder, token="t0ken")
        server.start()
        self.addCleanup(server.stop)
        subscriber = Subscriber(server, token="t0ken")
        self.addCleanup(subscriber.close)
        task = Task(
            server, "print('done')",
            variables={"NATS_URL": f"tls://localhost:{server.port}", "NATS_TOKEN": "t0ken"})
        self.assertEqual(task.end(), 0)
        self.assertEqual(subscriber.result()["status"], "completed")

    # MARK: - What is refused

    def test_agent_mode(self) -> None:
        task = Task(self.server, "do something", mode="agent")
        self.assertEqual(task.end(), 250)
        self.assertIn(b"TASK_MODE agent: this image runs scripts", task.errors)
        result = self.subscriber.result()
        self.assertEqual((result["status"], result["reason"]), ("failed", "invalid_task"))
        self.assertIn("TASK_MODE agent", result["error"])

    def test_no_script(self) -> None:
        self.assertEqual(Task(self.server, "").end(), 250)
        self.assertIn("TASK_GOAL", self.subscriber.result()["error"])

    def test_hostile_names(self) -> None:
        for name in ("", "a.b", "*", ">", "a b", "a\nPUB x 0\r\n", "../x", "ü"):
            with self.subTest(name=name):
                task = Task(self.server, "print('ran')", task=name)
                self.assertEqual(task.end(), 250)
                self.assertIn(b"TASK_ID: expected 1 to 128 letters, digits, - and _", task.errors)
                self.assertEqual(task.output, b"")
        time.sleep(0.5)
        self.assertEqual(self.subscriber.messages, [])

    def test_a_task_that_cannot_begin_is_told(self) -> None:
        task = Task(self.server, "#!/usr/bin/perl\nprint 'ran'")
        self.assertEqual(task.end(), 250)
        result = self.subscriber.result()
        self.assertEqual((result["status"], result["reason"]), ("failed", "invalid_task"))

    # MARK: - The script

    def test_the_script_has_neither_network_nor_credentials(self) -> None:
        task = Task(self.server, "\n".join([
            "import glob, os, socket", "found = [name for name in os.environ if 'NATS' in name or 'TASK' in name]",
            "for path in glob.glob('/proc/[0-9]*/environ'):",
            "    try: found += [path] * (b's3cret' in open(path, 'rb').read())",
            "    except OSError: pass", "print(found)", "try:",
            f"    socket.create_connection(('127.0.0.1', {self.server.port}))",
            "    print('connected')", "except OSError as error: print(type(error).__name__)",
            f"try: print(len(open('{self.folder}/client.key').read()))",
            "except OSError as error: print(type(error).__name__)"]))
        self.assertEqual(task.end(), 0)
        self.assertEqual(self.subscriber.result()["result"], "[]\nPermissionError\nPermissionError\n")


class ImageTests(BakerStreetTests):
    """The toolbox in a container, under a restricted pod's conditions."""

    PREFIX = os.environ.get("IMAGE_PREFIX", "localhost/warder")

    def container(self, toolbox: str, goal: str, task: str, *options: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [str(ROOT / "scripts/lib/podman"), "run", "--rm", "--pull", "never", "--network", "host", "--read-only",
             "--read-only-tmpfs=false",
             "--mount", "type=tmpfs,destination=/tmp,tmpfs-mode=1777,tmpfs-size=64m,notmpcopyup",
             "--cap-drop", "all", "--security-opt", "no-new-privileges", "--security-opt",
             f"seccomp={ROOT}/Tests/ContainerTests/Support/runtime-default.json",
             "--volume", f"{self.folder}:/etc/nats-tls:ro", "--env", f"TASK_ID={task}", "--env", "TASK_MODE=script",
             "--env", f"TASK_GOAL={goal}", "--env", f"NATS_URL={self.server.url}",
             "--env", "NATS_CA=/etc/nats-tls/ca.pem",
             "--env", "NATS_CERT=/etc/nats-tls/client.pem", "--env", "NATS_KEY=/etc/nats-tls/client.key", *options,
             f"{self.PREFIX}/bakerst-{toolbox}:latest"],
            capture_output=True, timeout=120)

    def test_toolboxes(self) -> None:
        goals = {
            "python": "open('out/x', 'w'); print(6 * 7)", "bash": "touch out/x; echo 42",
            "node": "require('fs').writeFileSync('out/x', ''); console.log(6 * 7)"}
        for toolbox, goal in goals.items():
            with self.subTest(toolbox=toolbox):
                task = str(uuid.uuid4())
                run = self.container(toolbox, goal, task)
                self.assertEqual(run.returncode, 0, run)
                self.subscriber.wait("result", lambda ms: any(
                    m["subject"] == f"bakerst.tasks.{task}.result" for m in ms))
                result = self.subscriber.results()[-1]
                self.assertEqual((result["status"], result["result"]), ("completed", "42\n"))
                self.assertEqual(result["filesChanged"], ["x"])
                start = json.loads(run.stdout.splitlines()[0])["start"]
                self.assertEqual(start["isolation"]["landlock"]["state"], "active")


def load_tests(loader: unittest.TestLoader, *_: Any) -> unittest.TestSuite:
    """The image's class has the other's set-up and not its tests."""
    suite = unittest.TestSuite([loader.loadTestsFromTestCase(BakerStreetTests)])
    suite.addTest(ImageTests("test_toolboxes"))
    return suite


if __name__ == "__main__":
    unittest.main()
