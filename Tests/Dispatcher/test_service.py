"""The dispatcher over real HTTP, with the engine `local`: what docs/dispatcher.md says."""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from running import PROGRAM, Service


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class WithService(unittest.TestCase):
    configuration = {}

    @classmethod
    def setUpClass(cls):
        cls.service = Service(cls.configuration)

    @classmethod
    def tearDownClass(cls):
        cls.service.close()


class Executing(WithService):
    def test_the_patterns_own_request_has_its_response(self):
        answer = self.service.execute("print('hello')")
        self.assertEqual(answer.status, 200)
        result = answer.json
        self.assertEqual((result["stdout"], result["stderr"], result["exit_code"]), ("hello\n", "", 0))
        self.assertEqual((result["reason"], result["signal"], result["truncated"], result["complete"]),
                         ("exited", None, False, True))
        self.assertRegex(result["job_id"], "^t-[a-z0-9-]+$")
        self.assertIsInstance(result["duration_ms"], int)

    def test_a_script_has_everything_that_was_sent(self):
        code = ("import os, sys\nprint(sys.argv[1:], os.environ['NAME'], sys.stdin.read(), open('a/b.txt').read())\n"
                "print(open('raw','rb').read())\n"
                "open('out/x.bin','wb').write(bytes(range(256)))\nsys.exit(3)")
        result = self.service.execute(
            code, args=["one", "--two", ""], env={"NAME": "wert ü =,"}, stdin="in",
            files={"a/b.txt": "text", "raw": {"b64": base64.b64encode(b"\0\xff").decode()}, "stdin": "a file"},
            artifacts="out", timeout=20, memory="128Mi").json
        self.assertEqual(result["stdout"], "['one', '--two', ''] wert ü =, in text\nb'\\x00\\xff'\n", result)
        self.assertEqual((result["reason"], result["exit_code"]), ("exited", 3))
        self.assertEqual((result["limits"]["timeout_ms"], result["limits"]["memory_bytes"]), (20000, 128 << 20))
        [artifact] = result["artifacts"]
        data = bytes(range(256))
        self.assertEqual((artifact["name"], base64.b64decode(artifact["b64"]), artifact["sha256"]),
                         ("x.bin", data, sha256(data)))
        file = self.service.get(f"/tasks/{result['job_id']}/artifacts/x.bin")
        self.assertEqual((file.status, file.body), (200, data))
        self.assertEqual(self.service.get(f"/tasks/{result['job_id']}/artifacts/y").status, 404)

    def test_reasons_are_told_apart(self):
        cases = [
            ("import time; time.sleep(60)", {"timeout": "300ms"}, "timeout"),
            ("import os; os.kill(os.getpid(), 11)", {}, "signaled"),
            ("x = bytearray(400 << 20); x[::4096] = b'x' * len(x[::4096]); import time; time.sleep(5)",
             {"memory": "64Mi"}, "memory_limit"),
            ("def (:", {"trust": "shadow"}, "invalid_task"),
            ("print(1)", {"trust": "shadow"}, "checked"),
        ]
        for code, fields, reason in cases:
            with self.subTest(reason):
                self.assertEqual(self.service.execute(code, **fields).json["reason"], reason)

    def test_a_bounded_wait_ends_with_202_and_the_task_goes_on(self):
        answer = self.service.execute("import time; time.sleep(1.5); print('late')", query="?wait=100ms")
        self.assertEqual(answer.status, 202)
        task = answer.json
        self.assertEqual(answer.headers["Location"], f"/tasks/{task['id']}")
        self.assertIn(task["state"], ("pending", "running"))
        self.assertEqual(self.service.ended(task["id"])["result"]["stdout"], "late\n")

    def test_a_client_that_goes_away_does_not_cancel(self):
        code = "import time; time.sleep(1); print('nobody waits')  # gone"
        body = json.dumps({"code": code, "runtime": "python"}).encode()
        plain = socket.create_connection(("127.0.0.1", self.service.port))
        plain.sendall(b"POST /exec HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        digest = sha256(code.encode())
        end = time.monotonic() + 60
        found = []
        while not found and time.monotonic() < end:
            found = [task for task in self.service.get("/tasks").json["tasks"] if task["script"]["sha256"] == digest]
        plain.close()
        self.assertEqual(self.service.ended(found[0]["id"])["result"]["stdout"], "nobody waits\n")


class Refusing(WithService):
    configuration = {
        "limits": {"body": "64Ki"},
        "runtimes": [{"name": "python", "aliases": ["py"], "ceilings": {"timeout": "10s", "memory": "256Mi"},
                      "defaults": {"timeout": "5s", "memory": "64Mi", "processes": 7}}],
    }

    def check(self, status, field, **fields):
        answer = self.service.request("POST", "/exec", {"code": "1", "runtime": "python", **fields})
        self.assertEqual((answer.status, answer.json.get("field")), (status, field), answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        return answer.json["detail"]

    def test_what_goes_beyond_is_refused_by_name_and_not_clamped(self):
        self.assertIn("10s", self.check(422, "timeout", timeout="11s"))
        self.assertIn("256Mi", self.check(422, "memory", memory="257Mi"))
        self.assertIn("autonomous", self.check(403, "trust", trust="autonomous"))
        self.assertIn("ruby", self.check(422, "runtime", runtime="ruby"))
        self.check(422, "artifacts", artifacts="../x")
        self.check(422, "artifacts", artifacts="out", trust="read-only")

    def test_unknown_fields_and_wrong_types_are_refused_by_name(self):
        self.assertIn("there is no such field", self.check(400, "seccomp", seccomp="unconfined"))
        self.check(400, "args[1]", args=["a", 2])
        self.check(400, "env.A", env={"A": 1})
        self.check(400, "files.a.b64", files={"a": {"b64": "*"}})
        self.check(400, "timeout", timeout="soon")
        self.check(400, "trust", trust="full")
        self.check(400, "stdin_b64", stdin="a", stdin_b64="YQ==")
        self.assertIn("code", self.service.request("POST", "/exec", {"runtime": "python"}).json["detail"])

    def test_names_that_cannot_be_are_refused(self):
        for name in ["/etc/x", "../x", "a/../b", "a//b", "", "a/", "..data", "a\nb"]:
            with self.subTest(name):
                self.check(422, "files", files={name: ""})
        self.assertIn("the script", self.check(422, "files.script.py", files={"script.py": ""}))
        self.assertIn("the script", self.check(422, "files.script.sh", files={"script.sh": ""}))
        self.assertIn("task file", self.check(422, "files.task.json", files={"task.json": "{}"}))
        self.check(422, "files.a", files={"a": "", "a/b": ""})
        self.check(422, "env.WARDER_SECCOMP", env={"WARDER_SECCOMP": "unconfined"})
        self.check(422, "env", env={"1A": ""})
        self.check(422, "env.A", env={"A": "\0"})

    def test_defaults_of_the_configuration_hold(self):
        limits = self.service.execute("1", runtime="py").json["limits"]
        self.assertEqual((limits["timeout_ms"], limits["memory_bytes"], limits["processes"]), (5000, 64 << 20, 7))

    def test_bodies(self):
        for body, status in [(b"{", 400), (b"[]", 400), (b'{"code":"1","code":"2","runtime":"python"}', 400),
                             (b"\xff", 400), (b"x" * 70000, 413)]:
            self.assertEqual(self.service.request("POST", "/tasks", body).status, status)

    def test_paths_and_methods(self):
        self.assertEqual(self.service.get("/nothing").status, 404)
        self.assertEqual(self.service.get("/tasks/t-none").status, 404)
        self.assertEqual(self.service.get("/tasks/..%2f..%2fetc").status, 404)
        answer = self.service.request("PUT", "/tasks")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, POST"))
        self.assertEqual(self.service.get("/exec").status, 405)
        for query in ["limit=0", "limit=x", "state=gone"]:
            self.assertEqual(self.service.get(f"/tasks?{query}").status, 400)
        self.assertEqual(self.service.execute("1", query="?wait=soon").status, 400)

    def test_pages_of_other_sites_are_not_answered(self):
        self.assertEqual(self.service.execute("1", headers={"Origin": "http://evil.example"}).status, 403)
        self.assertEqual(self.service.execute("1", headers={"Host": "evil.example"}).status, 403)
        own = f"127.0.0.1:{self.service.port}"
        self.assertEqual(self.service.execute("1", headers={"Host": own, "Origin": f"http://{own}"}).status, 200)


class Tokens(WithService):
    @classmethod
    def setUpClass(cls):
        # As a Secret is mounted: whoever wrote it may have ended the line.
        cls.mounted = tempfile.NamedTemporaryFile("w")
        cls.mounted.write("token-of-the-mounted\n")
        cls.mounted.flush()
        cls.configuration = {
            "tokens": [
                {"name": "agents", "sha256": sha256(b"token-of-the-agents"), "trust": "read-only", "runtimes": ["bash"]},
                {"name": "others", "sha256": sha256(b"token-of-the-others")},
                {"name": "people", "sha256": sha256(b"token-of-the-people"), "trust": "autonomous", "tasks": "all"},
                {"name": "mounted", "file": cls.mounted.name},
            ]}
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.mounted.close()

    def tearDown(self):
        self.service.token = None

    def test_without_a_token_nothing_but_health_is_had(self):
        for method, path in [("POST", "/exec"), ("POST", "/tasks"), ("GET", "/tasks"), ("GET", "/tasks/t-x"),
                             ("DELETE", "/tasks/t-x"), ("GET", "/tasks/t-x/events")]:
            answer = self.service.request(method, path, b"{}" if method == "POST" else None)
            self.assertEqual(answer.status, 401, path)
            self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/"]:
            self.assertEqual(self.service.get(path).status, 200, path)
        for token in ["", "token-of-the-agent", "token-of-the-agentsx", sha256(b"token-of-the-agents")]:
            answer = self.service.get("/tasks", headers={"Authorization": f"Bearer {token}"})
            self.assertEqual(answer.status, 401)

    def test_a_token_is_bound_to_trust_and_runtimes(self):
        self.service.token = "token-of-the-agents"
        self.assertEqual(self.service.execute("print(1)").status, 403)
        result = self.service.execute("echo 1", runtime="bash")
        self.assertEqual((result.status, result.json["trust"]), (200, "read-only"))
        answer = self.service.execute("echo 1", runtime="bash", trust="limited-write")
        self.assertEqual((answer.status, answer.json["field"]), (403, "trust"))

    def test_a_token_comes_from_a_mounted_file(self):
        self.service.token = "token-of-the-mounted"
        self.assertEqual(self.service.execute("print(1)", trust="limited-write").json["trust"], "limited-write")

    def test_a_client_sees_its_own_tasks_alone(self):
        self.service.token = "token-of-the-agents"
        task = self.service.begin("echo secret", runtime="bash").json["id"]
        self.assertEqual(self.service.ended(task)["client"], "agents")
        self.service.token = "token-of-the-others"
        for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/events"), ("GET", "/artifacts/x")]:
            self.assertEqual(self.service.request(method, f"/tasks/{task}{path}").status, 404)
        self.assertEqual([t for t in self.service.get("/tasks").json["tasks"] if t["id"] == task], [])
        self.service.token = "token-of-the-people"
        self.assertEqual(self.service.get(f"/tasks/{task}").status, 200)

    def test_tokens_are_in_no_log(self):
        self.service.token = "token-of-the-people"
        self.service.get("/tasks?token=hidden")
        end = time.monotonic() + 60
        is_told = False
        while not is_told and time.monotonic() < end:
            time.sleep(0.05)
            text = self.service.error_text()
            lines = [json.loads(line) for line in text.splitlines(True) if line.startswith("{") and line.endswith("\n")]
            is_told = any(line.get("client") == "people" and line["path"] == "/tasks" and line["status"] == 200
                          for line in lines)
        self.assertTrue(is_told, text)
        self.assertNotIn("token-of", text)
        self.assertNotIn("hidden", text)


class Queueing(WithService):
    configuration = {"limits": {"concurrent_tasks": 1, "queue": 2}}

    def test_a_full_queue_says_when_to_come_again_and_cancelling_makes_room(self):
        first = self.service.begin("sleep 60", runtime="bash").json
        self.service.until_running(first["id"])
        waiting = [self.service.begin(f"echo {n}", runtime="bash") for n in range(2)]
        self.assertEqual([a.status for a in waiting], [202, 202])
        self.assertEqual([a.json["state"] for a in waiting], ["queued", "queued"])
        refused = self.service.begin("echo no", runtime="bash")
        self.assertEqual(refused.status, 429)
        self.assertGreaterEqual(int(refused.headers["Retry-After"]), 1)
        self.assertIn("warder_dispatcher_queue_length 2", self.service.get("/metrics").body.decode())

        # One that never started ends at once.
        gone = self.service.request("DELETE", f"/tasks/{waiting[0].json['id']}")
        self.assertEqual((gone.status, gone.json["reason"]), (202, "cancelled"))
        self.assertIn("before it started", gone.json["result"]["message"])
        asked = self.service.request("DELETE", f"/tasks/{first['id']}")
        self.assertEqual((asked.status, asked.json["cancel_requested"]), (202, True))
        self.assertEqual(self.service.ended(first["id"])["reason"], "cancelled")
        self.assertEqual(self.service.request("DELETE", f"/tasks/{first['id']}").status, 200)
        self.assertEqual(self.service.ended(waiting[1].json["id"])["result"]["stdout"], "1\n")


class Events(WithService):
    def test_a_finished_task_is_told_from_the_archive_and_goes_on_behind_any_frame(self):
        code = "import sys\nfor n in range(20): print(n, flush=True)\nprint('e', file=sys.stderr)"
        task = self.service.execute(code).json["job_id"]
        events = self.service.events(task)
        names = [name for name, _, _ in events]
        self.assertEqual((names[0], names[1], names[-2], names[-1]), ("state", "start", "exit", "result"))
        text = "".join(data["stdout"] for name, _, data in events if name == "stdout")
        self.assertEqual(text, "".join(f"{n}\n" for n in range(20)))
        self.assertEqual(events[-1][2]["result"]["stdout"], text)
        frames = [event for event in events if event[1]]
        self.assertEqual([int(id.split(".")[1]) for _, id, _ in frames], list(range(len(frames))))
        for place in range(len(frames)):
            rest = [event for event in self.service.events(task, last=frames[place][1]) if event[1]]
            self.assertEqual(rest, frames[place + 1:])
        # A name that no frame has begins at the beginning.
        self.assertEqual([e for e in self.service.events(task, last="0123.4") if e[1]], frames)

    def test_they_come_live(self):
        task = self.service.begin("import time\nprint('a', flush=True)\ntime.sleep(8)\nprint('b')").json["id"]
        connection = self.service.connect()
        connection.request("GET", f"/tasks/{task}/events")
        response = connection.getresponse()
        self.assertEqual(response.headers["Content-Type"], "text/event-stream")
        while b'"stdout":"a' not in (line := response.readline()):
            self.assertTrue(line, "the stream ended before the first line of output")
        self.assertEqual(self.service.get(f"/tasks/{task}").json["state"], "running")
        rest = response.read()
        self.assertIn(b"event: result", rest)
        connection.close()

    def test_a_reader_who_takes_nothing_holds_nobody_up(self):
        task = self.service.begin("import sys\nfor n in range(40000): print('x' * 80)\nsys.exit(4)").json["id"]
        slow = socket.create_connection(("127.0.0.1", self.service.port))
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET /tasks/{task}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.assertEqual(self.service.ended(task)["exit_code"], 4)
        self.assertEqual(self.service.execute("print(5)").json["stdout"], "5\n")
        slow.close()


class Repeating(WithService):
    def test_a_key_names_one_task_also_after_a_restart(self):
        headers = {"Idempotency-Key": "key-1"}
        first = self.service.execute("import random; print(random.random())", headers=headers).json
        again = self.service.execute("import random; print(random.random())", headers=headers).json
        self.assertEqual((again["job_id"], again["stdout"]), (first["job_id"], first["stdout"]))
        self.assertEqual(self.service.execute("print(2)", headers=headers).status, 409)
        self.service.kill()
        self.service.start()
        after = self.service.execute("import random; print(random.random())", headers=headers).json
        self.assertEqual(after["stdout"], first["stdout"])
        self.assertEqual(self.service.execute("print(2)", headers=headers).status, 409)

    def test_many_at_once_with_one_key_are_one_task(self):
        answers = []

        def ask():
            answers.append(self.service.execute("import uuid; print(uuid.uuid4())", headers={"Idempotency-Key": "k2"}))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len({answer.json["stdout"] for answer in answers}), 1)


class Restarting(unittest.TestCase):
    def setUp(self):
        self.service = Service({"limits": {"concurrent_tasks": 3}})
        self.addCleanup(self.service.close)

    def test_killed_in_the_middle_every_task_has_one_verdict(self):
        service = self.service
        done = service.execute("print('done before')").json["job_id"]
        running = [service.begin(f"import time; print('a{n}', flush=True); time.sleep(3); print('b{n}')").json["id"]
                   for n in range(2)]
        cancelled = service.begin("sleep 60", runtime="bash").json["id"]
        for task in running + [cancelled]:
            service.until_running(task)
        queued = [service.begin(f"echo q{n}", runtime="bash").json["id"] for n in range(3)]
        service.request("DELETE", f"/tasks/{queued[2]}")
        service.kill()
        time.sleep(0.5)
        service.start()
        self.assertEqual(service.request("DELETE", f"/tasks/{cancelled}").status, 202)
        for n, task in enumerate(running):
            result = service.ended(task)["result"]
            self.assertEqual((result["stdout"], result["reason"], result["complete"]), (f"a{n}\nb{n}\n", "exited", True))
        self.assertEqual(service.ended(cancelled)["reason"], "cancelled")
        for n, task in enumerate(queued[:2]):
            self.assertEqual(service.ended(task)["result"]["stdout"], f"q{n}\n")
        self.assertEqual(service.ended(queued[2])["reason"], "cancelled")
        self.check_audit([done, cancelled] + running + queued)
        end = time.monotonic() + 60
        while os.listdir(service.archive / "local") and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(os.listdir(service.archive / "local"), [])

    def test_what_ends_while_nobody_looks_is_found_out(self):
        task = self.service.begin("import time; time.sleep(0.7); print('alone')").json["id"]
        self.service.until_running(task)
        self.service.kill()
        time.sleep(2)
        self.service.start()
        result = self.service.ended(task)["result"]
        self.assertEqual((result["stdout"], result["exit_code"], result["complete"]), ("alone\n", 0, True))
        self.check_audit([task])

    def test_a_supervisor_that_is_killed_is_lost_and_not_the_scripts_failure(self):
        task = self.service.begin("import time; print('x', flush=True); time.sleep(60)").json["id"]
        self.service.until_running(task)
        process = int((self.service.archive / "local" / task / "process").read_text().split()[0])
        os.kill(process, 9)
        result = self.service.ended(task)["result"]
        self.assertEqual((result["reason"], result["exit_code"], result["complete"]), ("lost", None, False))
        self.assertIn("signal 9 ended warder run", result["message"])

    def leave_starting(self, task):
        """As a dispatcher leaves it that dies between its own record and the engine's."""
        file = self.service.archive / "tasks" / task / "record.json"
        record = json.loads(file.read_text())
        for name in ["handle", "finishedAt", "reason", "exitCode", "durationMilliseconds", "startedAt"]:
            record.pop(name, None)
        record["state"] = "starting"
        file.write_text(json.dumps(record))
        (file.parent / "log").unlink(missing_ok=True)

    def test_one_that_was_about_to_start_and_did_not_is_not_started_again(self):
        task = self.service.begin("echo never", runtime="bash").json["id"]
        self.service.ended(task)
        self.service.kill()
        shutil.rmtree(self.service.archive / "local" / task, ignore_errors=True)
        self.leave_starting(task)
        self.service.start()
        ended = self.service.ended(task)
        self.assertEqual(ended["reason"], "lost")
        self.assertIn("may have run", ended["result"]["message"])

    def test_one_that_was_about_to_start_and_did_is_found_by_its_command_line(self):
        task = self.service.begin("import time; print('c', flush=True); time.sleep(2); print('d')").json["id"]
        self.service.until_running(task)
        self.service.kill()
        (self.service.archive / "local" / task / "process").unlink()
        self.leave_starting(task)
        self.service.start()
        result = self.service.ended(task)["result"]
        self.assertEqual((result["stdout"], result["reason"]), ("c\nd\n", "exited"))

    def test_one_that_was_cancelled_while_it_waited_never_runs(self):
        running = [self.service.begin("sleep 30", runtime="bash").json["id"] for _ in range(3)]
        waiting = self.service.begin("echo no", runtime="bash").json["id"]
        self.service.kill()
        # As a dispatcher leaves it that dies between the request to cancel and the end.
        file = self.service.archive / "tasks" / waiting / "record.json"
        record = json.loads(file.read_text())
        self.assertEqual(record["state"], "queued")
        record["isCancelRequested"] = True
        file.write_text(json.dumps(record))
        self.service.start()
        ended = self.service.ended(waiting)
        self.assertEqual((ended["reason"], ended["result"]["stdout"]), ("cancelled", ""))
        for task in running:
            self.service.request("DELETE", f"/tasks/{task}")
            self.assertEqual(self.service.ended(task)["reason"], "cancelled")

    def test_a_half_written_audit_line_is_replaced(self):
        task = self.service.execute("print(1)").json["job_id"]
        self.check_audit([task])
        self.service.kill()
        audit = self.service.archive / "audit.jsonl"
        line = audit.read_text()
        audit.write_text(line[: len(line) // 2])
        record_file = self.service.archive / "tasks" / task / "record.json"
        record = json.loads(record_file.read_text())
        record["isAudited"] = False
        record_file.write_text(json.dumps(record))
        (record_file.parent / "audit.json").write_text(line)
        self.service.start()
        self.assertEqual(audit.read_text(), line)

    def test_sigterm_ends_it_and_leaves_tasks_running(self):
        task = self.service.begin("import time; time.sleep(3); print('on')").json["id"]
        self.service.until_running(task)
        answers = []
        waiting = threading.Thread(
            target=lambda: answers.append(self.service.execute("import time; time.sleep(30)", timeout="40s")))
        waiting.start()
        stream = threading.Thread(target=lambda: answers.append(self.service.get(f"/tasks/{task}/events")))
        stream.start()
        end = time.monotonic() + 60
        while len(self.service.get("/tasks").json["tasks"]) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.7)
        self.assertEqual(self.service.terminate(), 0)
        waiting.join()
        stream.join()
        self.assertEqual(sorted(answer.status for answer in answers), [200, 202])
        self.service.start()
        self.assertEqual(self.service.ended(task)["result"]["stdout"], "on\n")
        for other in self.service.get("/tasks?state=running,pending").json["tasks"]:
            self.service.request("DELETE", f"/tasks/{other['id']}")

    def test_two_dispatchers_do_not_share_an_archive(self):
        second = subprocess.run(
            [PROGRAM, "--listen", "127.0.0.1:0", "--archive", str(self.service.archive)], capture_output=True, text=True)
        self.assertEqual(second.returncode, 70)
        self.assertIn("another dispatcher", second.stderr)

    def check_audit(self, tasks):
        lines = self.service.audit()
        self.assertEqual(sorted(line["task"] for line in lines), sorted(tasks))
        return lines


class OnALaptop(unittest.TestCase):
    """Without a configuration file."""

    @unittest.skipUnless(os.access("/usr/bin/node", os.X_OK), "no node here")
    def test_node_runs_beside_the_usual_runtimes(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        with open(directory / "errors", "w") as errors:
            process = subprocess.Popen(
                [PROGRAM, "--listen", "127.0.0.1:0", "--archive", str(directory / "archive")], stderr=errors)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        service = Service.__new__(Service)
        service.token = None
        end = time.monotonic() + 60
        while "listening on" not in (directory / "errors").read_text() and time.monotonic() < end:
            time.sleep(0.05)
        service.port = int((directory / "errors").read_text().strip().rsplit(":", 1)[1])
        for runtime, code in [("node", "console.log(1 + 1)"), ("javascript", "console.log(2)"), ("python3", "print(2)"),
                              ("bash", "echo $((1 + 1))"), ("sh", "echo 2")]:
            result = service.execute(code, runtime=runtime).json
            self.assertEqual((result["stdout"], result["exit_code"]), ("2\n", 0), (runtime, result))


class Auditing(WithService):
    def test_a_record_says_who_ran_what_behind_which_walls(self):
        code = "import os; print('ö'); open('o/f','w').write('x')"
        result = self.service.execute(code, artifacts="o", files={"in": "data"}, env={"SECRET": "hidden-value"}).json
        end = time.monotonic() + 60
        while not self.service.audit() and time.monotonic() < end:
            time.sleep(0.05)
        [line] = self.service.audit()
        self.assertEqual((line["task"], line["client"], line["trust"]), (result["job_id"], "anonymous", "limited-write"))
        self.assertEqual(line["script"]["sha256"], sha256(code.encode()))
        self.assertEqual(line["inputs"], [{"name": "in", "bytes": 4, "sha256": sha256(b"data")}])
        self.assertEqual((line["verdict"]["reason"], line["verdict"]["from"]), ("exited", "log"))
        self.assertEqual(line["isolation"]["seccomp"], "active")
        self.assertEqual(line["limits"], result["limits"])
        self.assertEqual(line["output"]["stdout"]["sha256"], sha256("ö\n".encode()))
        self.assertEqual(line["artifacts"], [{"name": "f", "bytes": 1, "sha256": sha256(b"x"), "complete": True}])
        self.assertNotIn("hidden-value", json.dumps(line))


class Retaining(unittest.TestCase):
    def test_the_oldest_go_first(self):
        service = Service({"archive": {"tasks": 3}})
        self.addCleanup(service.close)
        tasks = [service.execute(f"print({n})").json["job_id"] for n in range(5)]
        service.terminate()
        service.start()
        end = time.monotonic() + 60
        while len(service.get("/tasks").json["tasks"]) > 3 and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual([task["id"] for task in service.get("/tasks").json["tasks"]], tasks[:1:-1])
        self.assertEqual(sorted(os.listdir(service.archive / "tasks")), tasks[2:])
        self.assertEqual(service.get(f"/tasks/{tasks[0]}").status, 404)


class Configuring(unittest.TestCase):
    def run_with(self, text, *options):
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "c.json"
        path.write_text(text)
        done = subprocess.run([PROGRAM, "--config", str(path), "--check-config", *options], capture_output=True, text=True)
        return done.returncode, done.stderr.replace(str(path), "c.json") + done.stdout

    def test_mistakes_are_named_with_their_place(self):
        short = self.enterContext(tempfile.NamedTemporaryFile("w"))
        short.write("short")
        short.flush()
        cases = [
            ('{"listen":\n  "nowhere"}', "c.json:2:3: listen: expected HOST:PORT"),
            ('{"listn": "x"}', "c.json:1:11: listn: there is no such field; there are"),
            ('{"limits": {"queue": -1}}', "limits.queue: expected a whole number from 0"),
            ('{"runtimes": [{"name": "a b"}]}', "runtimes[0].name: expected a name"),
            ('{"runtimes": []}', "expected at least one runtime"),
            ('{"runtimes": [{"name": "python"}, {"name": "x", "aliases": ["python"]}]}', "two runtimes are called python"),
            ('{"runtimes": [{"name": "python", "defaults": {"timeout": "5m"}, "ceilings": {"timeout": "1m"}}]}',
             "the default of timeout, 5m, exceeds its ceiling of 1m"),
            ('{"runtimes": [{"name": "python", "ceilings": {"tmeout": "1m"}}]}', "there is no such limit"),
            ('{"tokens": [{"name": "a"}]}', "tokens[0]: expected either file or sha256"),
            ('{"tokens": [{"name": "a", "sha256": "abc"}]}', "expected 64 lower-case hexadecimal digits"),
            ('{"tokens": [{"name": "a", "file": "f", "runtimes": ["perl"]}]}', 'there is no runtime "perl"'),
            (json.dumps({"tokens": [{"name": "a", "file": short.name}]}), "has 5 bytes; at least 16 are expected"),
            ('{"tokens": [{"name": "a", "file": "/nowhere"}]}', "/nowhere cannot be read"),
            ('{"listen": "0.0.0.0:8080"}', "listening on 0.0.0.0 needs tokens"),
            ('{', "c.json:1:2:"),
            ("# in YAML\nlisten: 127.0.0.1:0\nlimits:\n  queue: many\n", "c.json:4:10: limits.queue: expected a number"),
            ("limits: [", "c.json:"),
            ("runtimes:\n- name: python\n  naem: x\n", "c.json:3:9: runtimes[0].naem: there is no such field"),
            ("a: 1\n---\nb: 2\n", "expected one document, found 2"),
        ]
        for text, message in cases:
            with self.subTest(text):
                status, said = self.run_with(text)
                self.assertEqual(status, 78, said)
                self.assertIn(message, said)

    def test_a_good_one_is_good(self):
        self.assertEqual(self.run_with('{"listen": "[::1]:0", "audit": "stdout", "access_log": "off"}')[0], 0)
        self.assertEqual(self.run_with("""
listen: 127.0.0.1:0
runtimes:
- name: python  # and a comment
  defaults: {timeout: 10s, memory: 64Mi, processes: 8}
  kubernetes: {cpu: 500m}
limits: {queue: 10, start: 1m}
""")[0], 0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
