"""A small Kubernetes API for tests: one namespace, ConfigMaps, Jobs and their pods, with the behaviour that a dispatcher
must cope with. What a pod does is a scenario, a generator that is given the pod and yields how long to wait.

The behaviour is that of Kubernetes 1.36 with containerd 2.1, as far as it was tried there: a watch without a version begins
with what is there; logs of a container that has not started are refused with 400; after rotation the log API hands out the
newest file only; a pod's own activeDeadlineSeconds sends SIGTERM and keeps the pod, deleting a Job takes pod and log away.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, Iterator, List, Optional

Object = Dict[str, Any]
Scenario = Callable[["Pod"], Iterator[float]]


class Pod:
    """A pod with one container, `script`."""

    def __init__(self, cluster: Cluster, job: Object) -> None:
        self.cluster = cluster
        name = job["metadata"]["name"]
        labels = {"batch.kubernetes.io/job-name": name}
        self.object: Object = {
            "kind": "Pod",
            "metadata": {"name": name + "-x7k2p", "labels": labels, "uid": str(uuid.uuid4())},
            "spec": dict(job["spec"]["template"]["spec"]),
            "status": {"phase": "Pending"},
        }
        self.job = job
        self.log = b""
        self.has_log = False
        self.is_writing = False
        #: How many bytes a log connection hands out before it breaks, once for each entry.
        self.cuts: List[int] = []
        #: Set when somebody cancels by the pod's own deadline.
        self.terminated = threading.Event()

    def tell(self, kind: str = "MODIFIED") -> None:
        """Sends the pod's state to everybody who watches."""
        event = json.dumps({"type": kind, "object": self.object}).encode() + b"\n"
        for watcher in list(self.cluster.watchers):
            watcher.put(event)

    def start(self) -> None:
        """The container runs."""
        self.has_log = self.is_writing = True
        self.object["status"] = {"phase": "Running", "containerStatuses": [{"name": "script", "state": {"running": {}}}]}
        self.tell()

    def waiting(self, reason: str) -> None:
        """The container cannot be started yet."""
        self.object["status"] = {
            "phase": "Pending", "containerStatuses": [{"name": "script", "state": {"waiting": {"reason": reason}}}]
        }
        self.tell()

    def write(self, *frames: bytes) -> None:
        """The script's supervisor writes to the log."""
        self.log += b"".join(frame + b"\n" for frame in frames)

    def rotate(self) -> None:
        """The kubelet begins a new file; the API reads no other."""
        self.log = b""

    def end(self, code: int, reason: str = "Completed", message: str = "", pod_reason: str = "") -> None:
        """The container ends, and with it the pod, for whose end there may be a reason of its own."""
        self.is_writing = False
        ended: Object = {"exitCode": code, "reason": reason}
        if message:
            ended["message"] = message
        phase = "Succeeded" if code == 0 else "Failed"
        self.object["status"] = {"phase": phase, "containerStatuses": [{"name": "script", "state": {"terminated": ended}}]}
        if pod_reason:
            self.object["status"]["reason"] = pod_reason
        self.tell()
        self.finish_job("Complete" if code == 0 else "Failed")

    def evict_before_start(self) -> None:
        """The node is short of something: the pod fails without ever having had a container."""
        self.is_writing = False
        self.object["status"] = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}
        self.tell()
        self.finish_job("Failed")

    def remove(self) -> None:
        """The pod goes, and its log with it."""
        self.is_writing = self.has_log = False
        self.cluster.pods.pop(self.object["metadata"]["name"], None)
        self.tell("DELETED")

    def finish_job(self, condition: str, reason: str = "") -> None:
        """The Job's controller sees the end."""
        self.job["status"] = {"conditions": [{"type": condition, "status": "True", "reason": reason}]}


class Cluster:
    """The API server and everything behind it."""

    def __init__(self, scenario: Optional[Scenario], refuse_jobs: bool = False) -> None:
        self.scenario = scenario
        self.refuse_jobs = refuse_jobs
        self.configmaps: Dict[str, Object] = {}
        self.jobs: Dict[str, Object] = {}
        self.pods: Dict[str, Pod] = {}
        self.watchers: List[queue.Queue[bytes]] = []
        #: Every request as "METHOD path".
        self.requests: List[str] = []
        #: How often a watch breaks off in the middle of a line.
        self.broken_watches = 0
        handler = type("Handler", (_Handler,), {"cluster": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        """Stops listening."""
        self.server.shutdown()
        self.server.server_close()

    def run_job(self, job: Object) -> None:
        """What the Job's controller and the kubelet do."""
        if self.scenario is None:
            return
        pod = Pod(self, job)
        self.pods[pod.object["metadata"]["name"]] = pod
        pod.tell("ADDED")

        def play() -> None:
            assert self.scenario
            for seconds in self.scenario(pod):
                time.sleep(seconds)

        threading.Thread(target=play, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    cluster: Cluster
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Nothing: the tests' output is their own."""

    # Requests

    def do_GET(self) -> None:
        path, query = self._target()
        parts = path.split("/")
        if path.endswith("/pods") and "watch" in query:
            self._watch(query)
        elif path.endswith("/log") and parts[-3] == "pods":
            self._log(self.cluster.pods.get(parts[-2]), "follow" in query)
        elif parts[-2] == "jobs":
            self._object(self.cluster.jobs.get(parts[-1]), parts[-1])
        else:
            self._status(404, "the server could not find the requested resource")

    def do_POST(self) -> None:
        path, _ = self._target()
        made = self._body("application/json")
        kind = {"configmaps": self.cluster.configmaps, "jobs": self.cluster.jobs}[path.split("/")[-1]]
        name = made["metadata"]["name"]
        if path.endswith("/jobs") and self.cluster.refuse_jobs:
            self._status(403, f'jobs.batch "{name}" is forbidden: exceeded quota')
        elif name in kind:
            self._status(409, f'"{name}" already exists')
        else:
            made["metadata"]["uid"] = str(uuid.uuid4())
            kind[name] = made
            if path.endswith("/jobs"):
                made["status"] = {}
                self.cluster.run_job(made)
            self._json(201, made)

    def do_PATCH(self) -> None:
        path, _ = self._target()
        kind, name = path.split("/")[-2:]
        patch = self._body("application/merge-patch+json")
        if kind == "configmaps" and name in self.cluster.configmaps:
            assert set(patch) == {"metadata"}, "a ConfigMap that is immutable takes metadata only"
            self.cluster.configmaps[name]["metadata"].update(patch["metadata"])
            self._json(200, self.cluster.configmaps[name])
        elif kind == "pods" and name in self.cluster.pods:
            pod = self.cluster.pods[name]
            pod.object["spec"].update(patch["spec"])
            if patch["spec"].get("activeDeadlineSeconds"):
                pod.terminated.set()
            self._json(200, pod.object)
        else:
            self._status(404, f'{kind} "{name}" not found')

    def do_DELETE(self) -> None:
        path, query = self._target()
        kind, name = path.split("/")[-2:]
        objects = self.cluster.jobs if kind == "jobs" else self.cluster.configmaps
        if objects.pop(name, None) is None:
            self._status(404, f'{kind} "{name}" not found')
            return
        if kind == "jobs" and query.get("propagationPolicy") == ["Background"]:
            for pod in list(self.cluster.pods.values()):
                pod.remove()
            # The garbage collector takes what the Job owns.
            for owned, config in list(self.cluster.configmaps.items()):
                if any(owner["name"] == name and owner["kind"] == "Job" for owner in config["metadata"].get("ownerReferences", [])):
                    del self.cluster.configmaps[owned]
        self._json(200, {"kind": "Status", "status": "Success"})

    # Streams

    def _watch(self, query: Dict[str, List[str]]) -> None:
        events: queue.Queue[bytes] = queue.Queue()
        self.cluster.watchers.append(events)
        for pod in list(self.cluster.pods.values()):
            events.put(json.dumps({"type": "ADDED", "object": pod.object}).encode() + b"\n")
        self._begin_stream("application/json")
        # A tenth of what is asked for, so that the tests see a watch end.
        end = time.monotonic() + float(query["timeoutSeconds"][0]) / 10
        try:
            while (left := end - time.monotonic()) > 0:
                try:
                    event = events.get(timeout=left)
                except queue.Empty:
                    break
                if self.cluster.broken_watches:
                    self.cluster.broken_watches -= 1
                    self._chunk(event[:20])
                    self.close_connection = True
                    return
                self._chunk(event)
            self._chunk(b"")
        except OSError:
            pass
        finally:
            self.cluster.watchers.remove(events)

    def _log(self, pod: Optional[Pod], follows: bool) -> None:
        if pod is None:
            self._status(404, "pods not found")
            return
        if not pod.has_log:
            self._status(400, 'container "script" in pod is waiting to start: ContainerCreating')
            return
        self._begin_stream("text/plain")
        cut = pod.cuts.pop(0) if pod.cuts else None
        sent = 0
        file = pod.log
        try:
            while True:
                is_writing = pod.is_writing
                # A new file is followed from its beginning.
                if not pod.log.startswith(file):
                    sent = 0
                file = pod.log
                piece = file[sent:]
                if cut is not None and sent + len(piece) >= cut:
                    self._chunk(piece[: cut - sent])
                    self.close_connection = True
                    return
                if piece:
                    self._chunk(piece)
                    sent += len(piece)
                elif not (is_writing and follows):
                    break
                else:
                    time.sleep(0.01)
            self._chunk(b"")
        except OSError:
            pass

    # Answers

    def _target(self) -> Any:
        self.cluster.requests.append(f"{self.command} {self.path}")
        parsed = urllib.parse.urlsplit(self.path)
        return parsed.path, urllib.parse.parse_qs(parsed.query)

    def _body(self, kind: str) -> Object:
        assert self.headers["Content-Type"] == kind, self.headers["Content-Type"]
        body: Object = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _object(self, found: Optional[Object], name: str) -> None:
        if found is None:
            self._status(404, f'"{name}" not found')
        else:
            self._json(200, found)

    def _status(self, code: int, message: str) -> None:
        self._json(code, {"kind": "Status", "status": "Failure", "message": message, "code": code})

    def _json(self, code: int, body: Object) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _begin_stream(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()
