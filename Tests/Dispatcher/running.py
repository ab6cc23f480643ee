"""A dispatcher as a process of its own, and a client that talks to it over HTTP; for the tests beside this file."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WARDER_DISPATCHER") or str(ROOT / "dispatcher/.build/debug/warder-dispatcher")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Service:
    """Starts a dispatcher on a free port. It can be killed and started again with the same archive."""

    def __init__(self, configuration=None, archive=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="warder-dispatcher-test-"))
        self.archive = pathlib.Path(archive or self.directory / "archive")
        self.configuration = dict(configuration or {})
        self.process = None
        self.token = None
        self.start()

    def start(self):
        file = self.directory / "config.json"
        file.write_text(json.dumps({"listen": "127.0.0.1:0", **self.configuration}))
        known = self.error_text().count("listening on")
        with open(self.directory / "errors", "ab") as errors, open(self.directory / "output", "ab") as output:
            self.process = subprocess.Popen(
                [PROGRAM, "--config", str(file), "--archive", str(self.archive)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        end = time.monotonic() + 60
        while self.error_text().count("listening on") == known:
            if self.process.poll() is not None:
                raise AssertionError(f"the dispatcher ended: {self.error_text()}")
            if time.monotonic() > end:
                raise AssertionError("the dispatcher does not listen")
            time.sleep(0.02)
        lines = [line for line in self.error_text().splitlines() if "listening on" in line]
        self.port = int(lines[-1].rsplit(":", 1)[1])

    def error_text(self):
        return (self.directory / "errors").read_text() if (self.directory / "errors").exists() else ""

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self, timeout=30):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def close(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def connect(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = self.connect(timeout)
        fields = {"Content-Type": "application/json"}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        fields.update(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        try:
            connection.request(method, path, body, fields)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def execute(self, code, runtime="python", headers=None, query="", **fields):
        return self.request("POST", f"/exec{query}", {"code": code, "runtime": runtime, **fields}, headers)

    def begin(self, code, runtime="python", headers=None, **fields):
        return self.request("POST", "/tasks", {"code": code, "runtime": runtime, **fields}, headers)

    def events(self, task, last=None, timeout=60):
        """All of a task's events until the stream ends: (name, id, data)."""
        answer = self.get(f"/tasks/{task}/events", headers={"Last-Event-ID": last} if last else None, timeout=timeout)
        events = []
        for block in answer.body.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if fields:
                events.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
        return events

    def ended(self, task, seconds=60):
        answer = self.get(f"/tasks/{task}?wait={seconds}s", timeout=seconds + 30).json
        assert answer["state"] == "finished", answer
        return answer

    def until_running(self, task, seconds=30):
        end = time.monotonic() + seconds
        while self.get(f"/tasks/{task}").json["state"] != "running":
            assert time.monotonic() < end, self.get(f"/tasks/{task}").json
            time.sleep(0.02)

    def audit(self):
        file = self.archive / "audit.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
