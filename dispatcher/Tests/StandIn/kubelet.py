"""The kubelet of the one node: runs pods, keeps their logs, and says how they ended.

A pod whose script begins with `#plan` plays a plan, a JSON list of steps; any other script is run for real by warder-init.

Steps: {"sleep": s} {"out": text} {"raw": text} {"rotate": true} {"exit": code, "reason": word, "message": text, "state": word}
{"oom": true} {"evict": text} {"disrupt": reason} {"deadline": true} {"vanish": true} {"waiting": [reason, message]}
{"unschedulable": text} {"start_error": text} {"node_lost": true} {"hang": true} {"ignore_term": true} {"silent_end": true}
"""

from __future__ import annotations

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from typing import Any, Dict, List, Optional, Set

from store import Object, Store, now


class Cancelled(Exception):
    """SIGTERM came."""


class Log:
    """A container's log: the newest file, and how far it goes."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.file = b""
        #: Rises at a rotation.
        self.number = 0
        self.is_writing = True
        #: Connections over which it is followed.
        self.readers = 0

    def write(self, data: bytes) -> None:
        with self.changed:
            self.file += data
            self.changed.notify_all()

    def rotate(self) -> None:
        with self.changed:
            self.file = b""
            self.number += 1
            self.changed.notify_all()

    def close(self) -> None:
        with self.changed:
            self.is_writing = False
            self.changed.notify_all()


class RunningPod:
    """A pod on the node."""

    def __init__(self, kubelet: Kubelet, pod: Object) -> None:
        self.kubelet, self.store = kubelet, kubelet.store
        self.name, self.uid = pod["metadata"]["name"], pod["metadata"]["uid"]
        self.spec = pod["spec"]
        self.job = pod["metadata"]["labels"]["batch.kubernetes.io/job-name"]
        self.log: Optional[Log] = None
        self.terminate = threading.Event()
        self.removes = False
        self.is_reachable = True
        self.seq = 0
        self.out_bytes = self.out_frames = 0
        self.started = 0.0
        self.ignores_term = False
        #: Whether the pod's own deadline ended it.
        self.by_deadline = False

    # What the API server is told

    def status(self, **fields: Any) -> None:
        self.store.update("pods", self.name, lambda it: it["status"].update(fields), self.uid)

    def container(self, state: Object, **fields: Any) -> None:
        """The state of the task's container, and beside it that of a sidecar where the pod has one."""
        statuses = []
        for container in self.spec["containers"]:
            own = state if container["name"] == "task" else {"running": {"startedAt": now()}} if "waiting" not in state else state
            statuses.append({"name": container["name"], "image": container["image"], "imageID": "", "ready": False, "restartCount": 0, "state": own})
        # A sidecar comes first, as injected ones may.
        self.status(containerStatuses=list(reversed(statuses)), **fields)

    def condition(self, type: str, status: str, reason: str, message: str) -> None:
        def change(it: Object) -> None:
            others = [c for c in it["status"].get("conditions", []) if c["type"] != type]
            it["status"]["conditions"] = others + [{
                "type": type, "status": status, "reason": reason, "message": message, "lastTransitionTime": now(),
            }]
        self.store.update("pods", self.name, change, self.uid)

    # The life

    def wait(self, seconds: float) -> None:
        if self.terminate.wait(seconds) and not self.ignores_term:
            raise Cancelled
        if self.ignores_term:
            time.sleep(seconds)

    def live(self) -> None:
        try:
            self.play()
        except Cancelled:
            self.cancelled()
        except Gone:
            pass
        finally:
            if self.log:
                self.log.close()
            self.kubelet.ended(self)

    def play(self) -> None:
        config = self.kubelet.config(self)
        script = self.script(config)
        steps: List[Object] = json.loads(script[5:].splitlines()[0]) if script.startswith("#plan") else [{"real": True}]
        if "unschedulable" in steps[0]:
            self.condition("PodScheduled", "False", "Unschedulable", steps[0]["unschedulable"])
            self.wait(steps[0].get("for", 1e6))
            steps = steps[1:]
        self.store.update("pods", self.name, lambda it: it["spec"].update(nodeName="node-1"), self.uid)
        self.condition("PodScheduled", "True", "", "")
        self.container({"waiting": {"reason": "ContainerCreating"}}, startTime=now())
        for step in steps:
            self.step(step, config)

    def script(self, config: Object) -> str:
        argument = next(word for word in self.task["args"] if word.startswith("--script="))
        path = argument.removeprefix("--script=/task/")
        return self.files(config)[path].decode(errors="replace")

    @property
    def task(self) -> Object:
        found: Object = next(container for container in self.spec["containers"] if container["name"] == "task")
        return found

    def files(self, config: Object) -> Dict[str, bytes]:
        data = {key: value.encode() for key, value in (config.get("data") or {}).items()}
        data.update({key: base64.b64decode(value) for key, value in (config.get("binaryData") or {}).items()})
        source = next(volume["configMap"] for volume in self.spec["volumes"] if volume["name"] == "task")
        if "items" in source:
            return {item["path"]: data[item["key"]] for item in source["items"]}
        return data

    def begin(self) -> Log:
        if self.log is None:
            self.wait(self.kubelet.start_seconds)
            self.log = Log()
            self.started = time.monotonic()
            self.container({"running": {"startedAt": now()}}, phase="Running")
            if self.kubelet.scripted_start:
                self.frame(start={
                    "protocol": 1, "version": "0.1.0", "run": self.uid[:8], "runtime": "python",
                    "script": {"path": "/task/script.py", "bytes": 9, "sha256": "0" * 64}, "limits": {}, "isolation": {},
                    "started_at": "2026-11-21T09:00:00.000Z",
                })
        return self.log

    def frame(self, **body: Any) -> None:
        assert self.log
        line = json.dumps({"seq": self.seq, "t": self.seq / 100, **body}, separators=(",", ":"))
        self.seq += 1
        self.log.write(line.encode() + b"\n")

    def step(self, step: Object, config: Object) -> None:
        if "sleep" in step:
            self.begin()
            self.wait(step["sleep"])
        elif "out" in step:
            self.begin()
            for _ in range(step.get("times", 1)):
                self.out_bytes += len(step["out"].encode())
                self.out_frames += 1
                self.frame(stdout=step["out"])
                if "pause" in step:
                    self.wait(step["pause"])
        elif "raw" in step:
            self.begin().write(step["raw"].encode())
        elif "rotate" in step:
            self.begin().rotate()
        elif "exit" in step:
            self.begin()
            self.finish(step["exit"], step.get("reason", "exited"), step)
        elif "oom" in step:
            self.begin().close()
            self.ended(137, "OOMKilled", self.words("lost"))
        elif "evict" in step:
            self.pod_failed("Evicted", step["evict"], step.get("state"))
        elif "disrupt" in step:
            self.begin()
            self.condition("DisruptionTarget", "True", step["disrupt"], step.get("message", "taken away"))
            if step["disrupt"] == "DeletionByPodGC":
                self.status(phase="Failed")
                self.is_reachable = False
                return
            self.ended(143, "Error", self.words("lost"), closes=True)
        elif "deadline" in step:
            self.begin().close()
            self.pod_failed("DeadlineExceeded", "Pod was active on the node longer than the specified deadline", 137)
        elif "vanish" in step:
            # Somebody removes the pod by force.
            self.begin()
            self.kubelet.forget(self)
            self.store.update("jobs", self.job, lambda it: it["metadata"].setdefault("annotations", {}).update({"stand-in/removed": "1"}))
            self.store.drop("pods", self.name)
            raise Gone
        elif "waiting" in step:
            reason, message = step["waiting"]
            self.container({"waiting": {"reason": reason, "message": message}})
            self.wait(step.get("for", 1e6))
        elif "start_error" in step:
            self.ended(128, "StartError", step["start_error"])
        elif "node_lost" in step:
            self.begin()
            self.is_reachable = False
            self.status(reason="NodeLost", message="Node node-1 which was running pod is unresponsive", phase="Failed")
        elif "reject" in step:
            self.status(phase="Failed", reason=step["reject"], message="Pod was rejected: Node didn't have enough resource")
        elif "silent_end" in step:
            # The supervisor dies without a word.
            self.begin().close()
            self.ended(137, "Error", "")
        elif "ignore_term" in step:
            self.ignores_term = True
        elif "once" in step:
            # Only the first pod of a Job.
            if self.job not in self.kubelet.played:
                self.kubelet.played.add(self.job)
                for inner in step["once"]:
                    self.step(inner, config)
                raise Gone
        elif "followed" in step:
            # Goes on when somebody reads the log.
            log = self.begin()
            while not log.readers:
                self.wait(0.01)
            self.wait(0.1)
        elif "hang" in step:
            self.begin()
            self.wait(1e6)
        elif "real" in step:
            self.run_for_real(config)
        else:
            raise AssertionError(step)

    def words(self, reason: str, **more: Any) -> str:
        return json.dumps({"reason": reason, **more, "run": self.uid[:8], "message": "m"}, separators=(",", ":")) + "\n" \
            + '{"stdout_tail":"","stderr_tail":"","output_complete":true}\n'

    def finish(self, code: int, reason: str, step: Object) -> None:
        """The supervisor's last words."""
        assert self.log
        totals = {"bytes": self.out_bytes, "frames": self.out_frames, "dropped_bytes": 0}
        verdict = {"reason": reason, "run": self.uid[:8], "exit_code": code, "duration_ms": 5, "stdout": totals,
                   "stderr": {"bytes": 0, "frames": 0, "dropped_bytes": 0}, "message": "m"}
        if not step.get("unlogged"):
            self.frame(exit=verdict)
        self.log.close()
        self.ended(code, step.get("state", "Completed" if code == 0 else "Error"), step.get("told", self.words(reason, exit_code=code)))

    def ended(self, code: int, why: str, told: str, closes: bool = False, **pod: Any) -> None:
        if closes and self.log:
            self.log.close()
        state: Object = {"exitCode": code, "reason": why, "startedAt": now(), "finishedAt": now()}
        if told:
            state["message"] = told
        sidecar = len(self.spec["containers"]) > 1
        phase = {} if sidecar else {"phase": "Succeeded" if code == 0 else "Failed"}
        self.container({"terminated": state}, **{**phase, **pod})

    def pod_failed(self, reason: str, message: str, code: Optional[int]) -> None:
        if self.log:
            self.log.close()
        if code is not None and self.log:
            # The pod's end is told before its container's.
            self.status(phase="Failed", reason=reason, message=message)
            self.ended(code, "Error", self.words("lost"), phase="Failed")
        else:
            self.status(phase="Failed", reason=reason, message=message)

    def cancelled(self) -> None:
        """SIGTERM, and what the supervisor makes of it."""
        if self.log is None:
            if self.by_deadline:
                self.status(phase="Failed", reason="DeadlineExceeded", message="Pod was active on the node longer than the specified deadline")
            return
        time.sleep(0.02)
        fields = {}
        if self.by_deadline:
            fields = {"reason": "DeadlineExceeded", "message": "Pod was active on the node longer than the specified deadline"}
        totals = {"bytes": self.out_bytes, "frames": self.out_frames, "dropped_bytes": 0}
        self.frame(exit={"reason": "cancelled", "run": self.uid[:8], "signal": "SIGTERM", "duration_ms": 5, "stdout": totals,
                         "stderr": {"bytes": 0, "frames": 0, "dropped_bytes": 0}, "message": "m"})
        self.log.close()
        self.ended(143, "Error", self.words("cancelled", signal="SIGTERM"), **{**fields, "phase": "Failed"})

    def run_for_real(self, config: Object) -> None:
        """warder-init on the task's files, with the pod's arguments."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="stand-in-pod-"))
        process = None
        try:
            task = folder / "task"
            for path, data in self.files(config).items():
                (task / path).parent.mkdir(parents=True, exist_ok=True)
                (task / path).write_bytes(data)
            (folder / "scratch").mkdir()
            (folder / "message").write_bytes(b"")
            # As root the supervisor becomes somebody else.
            for path, mode in ((folder, 0o755), (folder / "scratch", 0o777), (folder / "message", 0o666)):
                path.chmod(mode)
            words = [word.replace("$$", "$").replace("=/task/", f"={task}/") for word in self.task["args"]]
            own = [f"--task={task}", f"--scratch={folder}/scratch", f"--termination-message={folder}/message"]
            scripted, self.kubelet.scripted_start = self.kubelet.scripted_start, False
            log = self.begin()
            self.kubelet.scripted_start = scripted
            process = subprocess.Popen([self.kubelet.warder_init, *own, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       stdin=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin"})
            assert process.stdout
            threading.Thread(target=self.pass_signals, args=(process,), daemon=True).start()
            while data := os.read(process.stdout.fileno(), 65536):
                log.write(data)
            code = process.wait()
            log.close()
            fields = {}
            if self.by_deadline:
                fields = {"reason": "DeadlineExceeded", "message": "Pod was active on the node longer than the specified deadline", "phase": "Failed"}
            message = (folder / "message").read_text()[:4096]
            self.ended(code if code >= 0 else 128 - code, "Completed" if code == 0 else "Error", message, **fields)
        finally:
            if process and process.poll() is None:
                process.kill()
            shutil.rmtree(folder, ignore_errors=True)

    def pass_signals(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            if self.terminate.wait(0.1):
                process.send_signal(signal.SIGTERM)
                return


class Gone(Exception):
    """The pod was removed behind the kubelet's back."""


class Kubelet:
    def __init__(self, store: Store, warder_init: str) -> None:
        self.store, self.warder_init = store, warder_init
        self.pods: Dict[str, RunningPod] = {}
        self.over: Dict[str, RunningPod] = {}
        #: Jobs that have had their first pod.
        self.played: Set[str] = set()
        #: Between a pod's coming and its container's start.
        self.start_seconds = 0.02
        self.scripted_start = True
        self.is_reachable = True
        threading.Thread(target=self.deadlines, daemon=True).start()

    def run(self, pod: Object) -> None:
        running = RunningPod(self, pod)
        self.pods[running.uid] = running
        threading.Thread(target=running.live, daemon=True).start()

    def config(self, pod: RunningPod) -> Object:
        """The pod's ConfigMap; without it the container is not made."""
        name = next(volume["configMap"]["name"] for volume in pod.spec["volumes"] if volume["name"] == "task")
        while True:
            found = self.store.find("configmaps", name)
            if found:
                return found
            pod.wait(0.05)

    def deadlines(self) -> None:
        """The pod's own activeDeadlineSeconds counts from its start on the node."""
        while True:
            with self.store.lock:
                self.store.changed.wait(0.2)
            for running in list(self.pods.values()):
                pod = self.store.find("pods", running.name)
                limit = pod and pod["spec"].get("activeDeadlineSeconds")
                if limit and running.started and time.monotonic() - running.started >= limit and not running.terminate.is_set():
                    running.by_deadline = True
                    running.terminate.set()
            time.sleep(0.01)

    def delete(self, pod: Object) -> None:
        """A graceful deletion: SIGTERM, and the pod goes when its container has."""
        name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
        if pod["metadata"].get("deletionTimestamp"):
            return
        grace = pod["spec"].get("terminationGracePeriodSeconds", 30)
        running = self.pods.get(uid)
        self.store.update("pods", name, lambda it: it["metadata"].update(deletionTimestamp=now(), deletionGracePeriodSeconds=grace), uid)
        if running is None or not running.is_reachable:
            if running is None:
                self.confirm(name, uid)
            return
        running.removes = True
        running.terminate.set()

    def confirm(self, name: str, uid: str) -> None:
        """The container is gone: what is left are finalizers."""
        def change(it: Object) -> None:
            it["metadata"]["deletionGracePeriodSeconds"] = 0
        found = self.store.update("pods", name, change, uid)
        if found and not found["metadata"].get("finalizers"):
            self.store.drop("pods", name)

    def ended(self, running: RunningPod) -> None:
        self.pods.pop(running.uid, None)
        if self.store.find("pods", running.name):
            self.over[running.name] = running
        pod = self.store.find("pods", running.name)
        if running.removes or (pod and pod["metadata"].get("deletionTimestamp")):
            self.confirm(running.name, running.uid)

    def forget(self, running: RunningPod) -> None:
        self.pods.pop(running.uid, None)

    def find(self, name: str) -> Optional[RunningPod]:
        for running in [*self.pods.values(), *self.over.values()]:
            if running.name == name:
                return running
        return None
