"""examples/dispatcher.py against an API server that behaves as Kubernetes does, on its good days and on its bad ones."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, Dict, Iterator, Optional

from fake_kubernetes import Cluster, Pod, Scenario

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = ROOT / "examples/dispatcher.py"


def frame(seq: int, **body: Any) -> bytes:
    """A line of the log."""
    return json.dumps({"seq": seq, "t": seq / 100, **body}, separators=(",", ":")).encode()


START = frame(0, start={
    "protocol": 1, "version": "0.1.0", "run": "9f1c", "runtime": "python",
    "script": {"path": "/task/script.py", "bytes": 9, "sha256": "0" * 64}, "limits": {}, "isolation": {},
    "started_at": "2026-11-21T09:00:00.000Z",
})


def output(seq: int, text: str = "hello\n") -> bytes:
    return frame(seq, stdout=text)


def verdict(seq: int, frames: int, reason: str = "exited", **more: Any) -> bytes:
    totals = {"bytes": frames * 6, "frames": frames, "dropped_bytes": 0}
    return frame(seq, exit={"reason": reason, "run": "9f1c", "stdout": totals, "message": "m", **more})


def told(reason: str) -> str:
    """A termination message: the second line has the ends of the output."""
    return json.dumps({"reason": reason, "run": "9f1c", "message": "m"}) + '\n{"stdout_tail":"hello\\n"}'


class DispatcherTests(unittest.TestCase):
    def run_task(
        self, scenario: Optional[Scenario], cluster: Optional[Cluster] = None, interrupt_when: str = ""
    ) -> subprocess.CompletedProcess[str]:
        self.cluster = cluster or Cluster(scenario)
        self.addCleanup(self.cluster.close)
        job = {"kind": "Job", "metadata": {"name": "warder-sum"}, "spec": {"template": {"spec": {}}}}
        config = {"kind": "ConfigMap", "metadata": {"name": "warder-sum"}, "immutable": True, "data": {}}
        with tempfile.TemporaryDirectory() as folder:
            task = pathlib.Path(folder) / "task.json"
            task.write_text(json.dumps({"kind": "List", "items": [config, job]}))
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(task), self.cluster.url],
                env={**os.environ, "PYTHONPATH": str(ROOT / "clients/python/src")},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            if interrupt_when:
                deadline = time.monotonic() + 30
                while not any(interrupt_when in line for line in list(self.cluster.requests)):
                    self.assertLess(time.monotonic(), deadline, "the program does not get so far")
                    time.sleep(0.01)
                time.sleep(0.2)
                process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, out, errors)

    def result(self, scenario: Scenario, **more: Any) -> Dict[str, Any]:
        run = self.run_task(scenario, **more)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stderr, "")
        # Whatever became of the task, nothing of it is left.
        self.assertEqual((self.cluster.jobs, self.cluster.configmaps, self.cluster.pods), ({}, {}, {}))
        result: Dict[str, Any] = json.loads(run.stdout)
        return result

    def test_a_script_that_ends_well(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            yield 0.7  # an image is pulled, and the log is refused
            pod.start()
            pod.write(START, output(1))
            yield 0.3
            pod.write(output(2), verdict(3, 2, exit_code=0))
            pod.end(0, message=told("exited"))

        result = self.result(scenario)
        self.assertEqual((result["reason"], result["exit_code"], result["complete"]), ("exited", 0, True))
        self.assertEqual(result["stdout"], "hello\nhello\n")
        self.assertEqual(result["termination_message"], told("exited"))
        order = [line.split("?")[0].rsplit("/", 1)[0] for line in self.cluster.requests if line.startswith("P")]
        self.assertEqual([line.split()[0] for line in order], ["POST", "POST", "PATCH"])
        self.assertTrue(order[0].endswith("namespaces/default") and "batch" in order[1])
        self.assertIn("DELETE /apis/batch/v1/namespaces/default/jobs/warder-sum?propagationPolicy=Background", self.cluster.requests)

    def test_a_script_that_fails(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.write(START, verdict(1, 0, exit_code=3))
            pod.end(3, "Error", told("exited"))
            yield 0

        result = self.result(scenario)
        self.assertEqual((result["reason"], result["exit_code"], result["complete"]), ("exited", 3, True))

    def test_connections_that_break(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.cuts = [len(START) + 20, len(START) + 90]
            pod.start()
            pod.write(START, output(1), output(2), output(3))
            yield 1.5
            pod.write(verdict(4, 3, exit_code=0))
            pod.end(0)

        cluster = Cluster(scenario)
        cluster.broken_watches = 2
        result = self.result(scenario, cluster=cluster)
        self.assertEqual((result["complete"], result["stdout"]), (True, "hello\n" * 3))
        self.assertGreater(result["duplicate_frames"], 0)

    def test_a_log_that_is_rotated_while_it_is_followed(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.write(START, output(1))
            yield 0.8
            pod.rotate()
            pod.write(output(2), verdict(3, 2, exit_code=0))
            yield 0.2
            pod.end(0)

        self.assertTrue(self.result(scenario)["complete"])

    def test_a_log_that_was_rotated_before(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.log = b""
            pod.write(output(7), verdict(8, 3, exit_code=0))
            pod.end(0)
            yield 0

        result = self.result(scenario)
        self.assertEqual((result["reason"], result["complete"], result["missing_ranges"]), ("exited", False, [[0, 6]]))
        self.assertEqual(result["stdout_lost_bytes"], 12)

    def test_out_of_memory(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.write(START, output(1))
            yield 0.3
            # What the supervisor wrote at its start, or what the script wrote over it: Kubernetes knows better.
            pod.end(137, "OOMKilled", told("exited"))

        result = self.result(scenario)
        self.assertEqual((result["reason"], result["complete"], result["exit_code"]), ("oom_killed", False, None))
        self.assertEqual(result["stdout"], "hello\n")

    def test_evicted(self) -> None:
        def running(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.write(START, output(1))
            yield 0.3
            pod.end(137, "Error", told("lost"), pod_reason="Evicted")

        def pending(pod: Pod) -> Iterator[float]:
            yield 0.2
            pod.evict_before_start()

        for scenario, text in ((running, "hello\n"), (pending, "")):
            result = self.result(scenario)
            self.assertEqual((result["reason"], result["stdout"], result["complete"]), ("evicted", text, False))

    def test_a_lost_log(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.has_log = False
            yield 0.2
            pod.end(124, "Error", told("timeout"))

        result = self.result(scenario)
        self.assertEqual((result["reason"], result["complete"]), ("timeout", False))
        self.assertIn("stdout_tail", result["termination_message"])

    def test_lost_altogether(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.write(START)
            yield 0.2
            pod.remove()
            pod.finish_job("Failed", "DeadlineExceeded")

        self.assertEqual(self.result(scenario)["reason"], "lost")

    def test_an_image_that_cannot_be_pulled(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.waiting("ErrImagePull")
            yield 0.1
            pod.waiting("ImagePullBackOff")
            yield 0.3
            pod.remove()  # the Job's own deadline
            pod.finish_job("Failed", "DeadlineExceeded")

        self.assertEqual(self.result(scenario)["reason"], "image_pull")

    def test_a_job_that_gets_no_pod(self) -> None:
        cluster = Cluster(None)
        post = cluster.run_job
        cluster.run_job = lambda job: (post(job), job.update(status={"conditions": [{"type": "Failed", "status": "True"}]}))  # type: ignore
        self.assertEqual(self.result(None, cluster=cluster)["reason"], "lost")  # type: ignore[arg-type]

    def test_cancelled(self) -> None:
        def scenario(pod: Pod) -> Iterator[float]:
            pod.start()
            pod.write(START, output(1))
            pod.terminated.wait(20)
            pod.write(verdict(2, 1, reason="cancelled", signal="SIGTERM"))
            pod.end(241, "Error", told("cancelled"))
            yield 0

        result = self.result(scenario, interrupt_when="/log?")
        self.assertEqual((result["reason"], result["complete"], result["stdout"]), ("cancelled", True, "hello\n"))
        self.assertTrue(any(line.startswith("PATCH") and "/pods/" in line for line in self.cluster.requests))

    def test_interrupted_before_there_is_a_pod(self) -> None:
        run = self.run_task(None, Cluster(None), interrupt_when="watch=1")
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual((self.cluster.jobs, self.cluster.configmaps), ({}, {}))

    def test_a_refused_job_leaves_no_configmap(self) -> None:
        run = self.run_task(None, Cluster(None, refuse_jobs=True))
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("403", run.stderr)
        self.assertEqual((self.cluster.jobs, self.cluster.configmaps), ({}, {}))

    def test_a_name_that_is_taken(self) -> None:
        cluster = Cluster(None)
        cluster.configmaps["warder-sum"] = {"metadata": {"name": "warder-sum"}, "data": {"theirs": ""}}
        run = self.run_task(None, cluster)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("409", run.stderr)
        # Somebody else's, and left alone.
        self.assertEqual(list(cluster.configmaps), ["warder-sum"])
        self.assertEqual(cluster.jobs, {})

    def test_the_program_is_short_and_is_what_the_document_shows(self) -> None:
        text = PROGRAM.read_text()
        self.assertLess(len(text.splitlines()), 60)
        self.assertIn(f"```python\n{text}```\n", (ROOT / "docs/dispatchers.md").read_text())


if __name__ == "__main__":
    unittest.main()
