"""The real warder-dispatcher with its engine `local`, as a process of a test: started, asked, killed, started again."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[2]
SUPERVISOR = ROOT / "dist/warder-init"
TOOL = ROOT / ".build-static/release/warder"
TOKENS = {"agents": "agents-token-0123456789", "people": "people-token-0123456789"}


def dispatcher_program():
    named = os.environ.get("WARDER_DISPATCHER")
    kinds = ("release", "debug")
    builds = [named] if named else [ROOT / f"dispatcher/.build/{kind}/warder-dispatcher" for kind in kinds]
    found = [path for path in map(pathlib.Path, builds) if path.exists()]
    for path in (SUPERVISOR, TOOL):
        if not path.exists():
            raise AssertionError(f"{path} is missing: scripts/build makes it")
    if not found:
        raise AssertionError(f"{builds[0]} is missing: 'swift build' in dispatcher/ makes it")
    # The one that was built last is the one that is meant.
    return max(found, key=lambda path: path.stat().st_mtime)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Answer:
    """An HTTP response."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:500]!r}"


class Service:
    """A dispatcher with a directory of its own. `counters` is the one place where its scripts may leave something."""

    def __init__(self, tokens=False, **configuration):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="warder-dispatcher-"))
        self.folder.chmod(0o755)
        self.counters = self.folder / "counters"
        self.counters.mkdir()
        self.counters.chmod(0o777)
        policy = self.folder / "policy.json"
        policy.write_text(json.dumps({"filesystem": {"write": [str(self.counters)]}}))
        self.port = free_port()
        self.archive = self.folder / "archive"
        self.token = None
        wanted = {
            "listen": f"127.0.0.1:{self.port}",
            "archive": {"directory": str(self.archive)},
            "local": {"engine": "process", "init": str(SUPERVISOR), "warder": str(TOOL), "policy": str(policy)},
            **configuration,
        }
        if tokens:
            wanted["tokens"] = []
            for name, token in TOKENS.items():
                (self.folder / f"{name}.token").write_text(token + "\n")
                wanted["tokens"].append({
                    "name": name, "file": str(self.folder / f"{name}.token"), "trust": "limited-write",
                    "tasks": "all" if name == "people" else "own"})
            self.token = TOKENS["agents"]
        self.configuration = self.folder / "dispatcher.json"
        self.configuration.write_text(json.dumps(wanted))
        self.said = open(self.folder / "said", "ab")
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [dispatcher_program(), "--config", self.configuration], stdin=subprocess.DEVNULL, stdout=self.said,
            stderr=self.said)
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.request("GET", "/readyz").status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the dispatcher is not ready:\n{self.output[-3000:]}")
            time.sleep(0.02)

    @property
    def output(self):
        return (self.folder / "said").read_text(errors="replace")

    def kill(self):
        """As a lack of memory or a power cut does it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """As an orchestrator does it; the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the dispatcher did not end on SIGTERM:\n{self.output[-3000:]}") from None

    def close(self):
        if self.process.poll() is None:
            self.kill()
        # What a test left running: cancelled first, because a script whose supervisor is killed may go on.
        for number, patience in (signal.SIGTERM, 20), (signal.SIGKILL, 0):
            for process in self.task_processes():
                try:
                    os.kill(process, number)
                except ProcessLookupError:
                    pass
            end = time.monotonic() + patience
            while self.task_processes() and time.monotonic() < end:
                time.sleep(0.05)
        self.said.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def task_processes(self):
        """Processes that have this service's directory on their command line: those of tasks."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == self.process.pid:
                continue
            try:
                words = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.folder) in words:
                found.append(int(entry))
        return found

    # ---- Asking

    def connection(self, timeout=120):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, token=True, timeout=120):
        """One request on a connection of its own. `body`: bytes as they are, anything else as JSON."""
        all_headers = dict(headers or {})
        if token and self.token:
            all_headers.setdefault("Authorization", f"Bearer {self.token if token is True else token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            all_headers.setdefault("Content-Type", "application/json")
        connection = self.connection(timeout)
        try:
            connection.request(method, path, body, all_headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def submit(self, code, runtime="sh", **more):
        """Starts a task; its name."""
        answer = self.request("POST", "/tasks", {"code": code, "runtime": runtime, **more})
        if answer.status != 202:
            raise AssertionError(f"POST /tasks: {answer}")
        return answer.json["id"]

    def task(self, name):
        return self.request("GET", f"/tasks/{name}").json

    def wait(self, name, state="finished", seconds=60):
        """The task once it is in the state, or in one behind it."""
        order = ["queued", "pending", "running", "finished"]
        deadline = time.monotonic() + seconds
        while True:
            task = self.task(name)
            if order.index(task["state"]) >= order.index(state):
                return task
            if time.monotonic() > deadline:
                raise AssertionError(f"after {seconds} s not {state}: {task}\n{self.output[-2000:]}")
            time.sleep(0.05)

    def audit(self):
        """The audit records."""
        path = self.archive / "audit.jsonl"
        return [json.loads(line) for line in path.read_bytes().splitlines()]

    def events(self, name, last=None, **options):
        """The events of a task until the stream ends."""
        connection = self.connection(**options)
        headers = {"Accept": "text/event-stream"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if last is not None:
            headers["Last-Event-ID"] = last
        try:
            connection.request("GET", f"/tasks/{name}/events", headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise AssertionError(f"GET /tasks/{name}/events: {Answer(response)}")
            yield from read_events(response)
        finally:
            connection.close()

    # ---- What it takes of the machine

    def resident_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the dispatcher is gone")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def zombies(self):
        """Children of the dispatcher that nobody waited for."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                # The name in parentheses may have anything in it: proc_pid_stat(5).
                state, parent = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state == "Z" and int(parent) == self.process.pid:
                found.append(int(entry))
        return found


def read_events(response):
    """Server-sent events, as the HTML standard has them (9.2.6): (name, data as JSON, id)."""
    name, data, identifier = "message", [], None
    while line := response.readline():
        line = line.rstrip(b"\n").rstrip(b"\r").decode()
        if line == "":
            if data:
                yield name, json.loads("\n".join(data)), identifier
            name, data, identifier = "message", [], None
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            identifier = value


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)
    return value
