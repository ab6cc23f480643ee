"""Clients that are slow, vanish, or mean harm: they get what they deserve, and nobody else waits for them."""

import concurrent.futures
import json
import os
import random
import resource
import socket
import struct
import time
import unittest

from service import TOKENS, Service, wait_until

SEED = int(os.environ.get("CLIENT_SEED", str(random.SystemRandom().randrange(1 << 30))))
# How long the dispatcher bears a request that does not get on, with much room for a slow machine.
PATIENCE = 100


def raw(service, receive_buffer=None):
    """A connection without HTTP."""
    made = socket.socket()
    if receive_buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.settimeout(PATIENCE)
    made.connect(("127.0.0.1", service.port))
    return made


def read_all(connection, most=1 << 20):
    """What comes until the other side closes; nothing where it resets."""
    text = b""
    try:
        while len(text) < most and (more := connection.recv(65536)):
            text += more
    except ConnectionError:
        pass
    return text


def vanish(connection):
    """Ends with a reset, as a machine does that was switched off and on."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class ClientTests(unittest.TestCase):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 8192 if hard == resource.RLIM_INFINITY else min(hard, 8192)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        self.service = Service()
        self.addCleanup(self.service.close)

    def assert_serves(self, seconds=60):
        """Others get their answers."""
        started = time.monotonic()
        answer = self.service.request("POST", "/exec", {"code": "echo served", "runtime": "sh"}, timeout=seconds)
        self.assertEqual((answer.status, answer.json["stdout"]), (200, "served\n"))
        self.assertLess(time.monotonic() - started, seconds)

    def assert_problem(self, answer, *statuses):
        self.assertIn(answer.status, statuses, answer)
        self.assertEqual(answer.headers["content-type"], "application/problem+json", answer)
        self.assertEqual(answer.json["status"], answer.status)
        self.assertTrue(answer.json["detail"])

    def assert_forgets(self, before):
        wait_until(lambda: self.service.open_files() <= before + 8, f"connections to be closed ({before} before)", 120)

    # ---- Slow ones

    def test_readers_that_do_not_read_hold_nothing_up_and_take_no_memory(self):
        name = self.service.submit("head -c 2000000 /dev/zero | tr '\\0' x | fold -w 100; sleep 5; echo end")
        files, before = self.service.open_files(), self.service.resident_bytes()
        asked = f"GET /tasks/{name}/events HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\n\r\n".encode()
        slow = [raw(self.service, receive_buffer=2048) for _ in range(30)]
        for connection in slow:
            connection.sendall(asked)
        for _ in range(5):
            self.assert_serves()
        task = self.service.wait(name)
        self.assertEqual(task["reason"], "exited")
        self.assertEqual(len(task["result"]["stdout"]), 2_020_000 + 3)
        # 30 times 2 MB would be 60 MB, and JSON is larger in memory. A few results are in memory at once.
        grown = self.service.resident_bytes() - before
        print(f"\n30 readers that do not read: {grown / 2**20:.1f} MiB more", flush=True)
        self.assertLess(grown, 150 << 20)
        # One of them wakes up, and has missed nothing.
        text = b""
        slow[0].settimeout(60)
        while b"event: result" not in text[-9_000_000:]:
            more = slow[0].recv(1 << 20)
            self.assertTrue(more, "the stream ended before its result")
            text += more
        self.assertIn(b'"stdout":"end', text)
        for connection in slow:
            vanish(connection)
        self.assert_forgets(files)
        self.assert_serves()

    def test_connections_that_say_nothing_or_come_byte_by_byte_are_given_up(self):
        files, started = self.service.open_files(), time.monotonic()
        silent = [raw(self.service) for _ in range(300)]
        head, body, vain = raw(self.service), raw(self.service), raw(self.service)
        length = b"Host: localhost\r\nContent-Length: 100000\r\n"
        body.sendall(b"POST /tasks HTTP/1.1\r\n" + length + b"\r\n{")
        # Not even read: of another site's page.
        vain.sendall(b"POST /tasks HTTP/1.1\r\nOrigin: https://evil.example\r\n" + length + b"\r\n{")
        head.sendall(b"GET /tasks HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        self.assert_serves()
        left = {head: "head", body: "body", vain: "a body that nobody reads"}
        while left and time.monotonic() - started < PATIENCE:
            for connection in list(left):
                try:
                    connection.settimeout(0.5)
                    connection.sendall(b" ")
                    if connection.recv(4096) == b"":
                        del left[connection]
                except socket.timeout:
                    pass
                except OSError:
                    del left[connection]
        self.assertEqual(list(left.values()), [], f"still borne after {PATIENCE} s")
        self.assert_forgets(files)
        self.assert_serves()
        for connection in silent:
            connection.close()

    def test_many_who_are_slow_with_their_requests_shut_nobody_out(self):
        slow = []
        for number in range(400):
            connection = raw(self.service)
            text = (b"POST /exec HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"code\"" if number % 2
                    else b"GET /tasks HTTP/1.1\r\nHost: loc")
            connection.sendall(text)
            slow.append(connection)
        for _ in range(3):
            self.assert_serves()
        for connection in slow:
            vanish(connection)
        self.assert_serves()

    # ---- Those who leave

    def test_a_task_goes_on_when_the_one_who_waits_for_it_vanishes(self):
        files = self.service.open_files()
        body = json.dumps({"code": "sleep 1; echo done", "runtime": "sh"}).encode()
        head = (f"POST /exec HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        for number in range(20):
            connection = raw(self.service)
            connection.sendall(head + (body if number % 2 else body[:20]))
            if number % 4 > 1:
                time.sleep(0.05)
            vanish(connection)
        self.assert_serves()
        def ended():
            tasks = self.service.request("GET", "/tasks?limit=100").json["tasks"]
            return tasks if {it["state"] for it in tasks} == {"finished"} else None
        tasks = wait_until(ended, "all tasks to end")
        # The half requests made none; of the whole ones the reset may have overtaken some.
        self.assertLessEqual(len(tasks), 11)
        for task in tasks:
            self.assertEqual((task["reason"], task["exit_code"]), ("exited", 0))
        self.assertEqual(sorted(it["task"] for it in self.service.audit()), sorted(it["id"] for it in tasks))
        self.assert_forgets(files)

    def test_a_thousand_follow_one_task(self):
        name = self.service.submit(
            f"until [ -e {self.service.counters}/go ]; do sleep 0.2; done; echo went", timeout="5m")
        self.service.wait(name, "running")
        files, before = self.service.open_files(), self.service.resident_bytes()
        asked = f"GET /tasks/{name}/events HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\n\r\n".encode()
        followers = []
        for _ in range(1000):
            followers.append(raw(self.service))
            followers[-1].sendall(asked)
        for connection in followers:
            self.assertIn(b"200 OK", connection.recv(65536))
        self.assert_serves()
        (self.service.counters / "go").touch()
        deadline = time.monotonic() + 120
        for connection in followers:
            text = b""
            while b"event: result" not in text or not text.endswith(b"0\r\n\r\n"):
                connection.settimeout(max(1, deadline - time.monotonic()))
                more = connection.recv(65536)
                self.assertTrue(more, text[-1000:])
                text += more
            self.assertEqual(text.count(b'"stdout":"went'), 2, text[-1000:])  # in a frame and in the result
        grown = self.service.resident_bytes() - before
        print(f"\n1000 followers: {grown / 2**20:.1f} MiB more", flush=True)
        self.assertLess(grown, 200 << 20)
        for connection in followers:
            connection.close()
        self.assert_forgets(files)

    # ---- Those who say what cannot be

    def test_a_body_that_is_too_large_is_refused(self):
        large = b'{"code":"' + b"x" * (9 << 20) + b'","runtime":"sh"}'
        connection = raw(self.service)
        connection.sendall(f"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(large)}\r\n\r\n".encode())
        try:
            connection.sendall(large)
        except OSError:
            pass
        self.assertIn(b" 413 ", read_all(connection)[:20])
        connection.close()

        chunked = raw(self.service)
        chunked.sendall(b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        started, is_cut = time.monotonic(), False
        while not is_cut and time.monotonic() - started < 30:
            try:
                chunked.sendall(b"10000\r\n" + b"y" * 65536 + b"\r\n")
                time.sleep(0.01)
            except OSError:
                is_cut = True
        self.assertTrue(is_cut, "a body without an end is read without an end")
        chunked.close()
        self.assert_serves()

    def test_what_is_no_http_is_closed(self):
        for text in [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), b"\0" * 1000, b"GET\r\n\r\n", b"\r\n" * 1000,
            b"GET / HTTP/9.9\r\n\r\n", b"POST /tasks HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
            b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\n",
            b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n",
            b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % it for it in range(20000)) + b"\r\n",
        ]:
            with self.subTest(text=text[:60]):
                connection = raw(self.service)
                try:
                    connection.sendall(text)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                answer = read_all(connection)
                self.assertFalse(answer.startswith(b"HTTP/1.1 2") and b"202 Accepted" in answer, answer[:200])
                self.assertNotIn(b" 500 ", answer[:20])
                connection.close()
        self.assert_serves()

    def test_nothing_that_is_not_a_request_makes_a_task(self):
        numbers = random.Random(SEED)
        good = json.dumps({
            "code": "echo \u00e9", "runtime": "there is none", "args": ["a", "b"], "env": {"A": "b"}, "stdin": "x",
            "files": {"f": {"b64": "AAAA"}}, "timeout": "30s", "memory": "64Mi", "trust": "read-only"}).encode()
        pieces = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\u", b"\\ud800", b"\xff", b"\0", b"1e999", b"null", b"-",
                  b"NaN", b'"code":1', b'{"a":' * 50, b"[" * 5000, b"9" * 400, b"\xef\xbb\xbf", b"//", b" " * 1000]
        connection = self.service.connection()
        seen = {}
        for number in range(1500):
            body = bytearray(good)
            for _ in range(numbers.randint(1, 4)):
                at = numbers.randrange(len(body) + 1)
                match numbers.randrange(4):
                    case 0: body[at:at] = numbers.choice(pieces)
                    case 1: del body[at:at + numbers.randint(1, 10)]
                    case 2: body[at:at + 1] = bytes([numbers.randrange(256)])
                    case 3: body = body[:at]
            connection.request("POST", "/tasks", bytes(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            said = f"seed {SEED}, number {number}: {bytes(body)!r}: {answer!r}"
            self.assertIn(response.status, (400, 422), said)
            self.assertEqual(response.getheader("content-type"), "application/problem+json", said)
            self.assertTrue(json.loads(answer)["detail"], said)
            seen[response.status] = seen.get(response.status, 0) + 1
        self.assertEqual(sorted(seen), [400, 422], "the changes were all of one kind")
        self.assertEqual(self.service.request("GET", "/tasks").json["tasks"], [])
        self.assertEqual(os.listdir(self.service.archive / "tasks"), [])

    def test_fields_that_cannot_be_are_named(self):
        good = {"code": "echo", "runtime": "sh"}
        for field, body in [
            ("code", {"runtime": "sh"}), ("code", {**good, "code": ""}), ("code", {**good, "code": 1}),
            ("runtime", {"code": "x"}), ("runtime", {**good, "runtime": "cobol"}),
            ("runtime", {**good, "runtime": None}),
            ("args", {**good, "args": "x"}), ("args[1]", {**good, "args": ["a", 1]}),
            ("args[0]", {**good, "args": ["\0"]}),
            ("env", {**good, "env": {"a=b": "c"}}), ("env.WARDER_TIMEOUT", {**good, "env": {"WARDER_TIMEOUT": "9h"}}),
            ("env.A", {**good, "env": {"A": 1}}), ("stdin", {**good, "stdin": []}),
            ("stdin_b64", {**good, "stdin_b64": "?"}), ("stdin_b64", {**good, "stdin": "", "stdin_b64": ""}),
            ("files.task.json", {**good, "files": {"task.json": "{}"}}),
            ("files.script.sh", {**good, "files": {"script.sh": "x"}}),
            ("files.script.py", {**good, "files": {"script.py": "x"}}),
            ("files", {**good, "files": {"../x": "x"}}), ("files", {**good, "files": {"/etc/passwd": "x"}}),
            ("files", {**good, "files": {"a/../../b": ""}}), ("files", {**good, "files": {"": ""}}),
            ("files.a", {**good, "files": {"a": "", "a/b": ""}}),
            ("files.a.b64", {**good, "files": {"a": {"b64": "x"}}}),
            ("files.a.c", {**good, "files": {"a": {"b64": "", "c": 1}}}),
            ("timeout", {**good, "timeout": "soon"}), ("timeout", {**good, "timeout": -1}),
            ("timeout", {**good, "timeout": 1.5}), ("timeout", {**good, "timeout": "100h"}),
            ("memory", {**good, "memory": "much"}), ("memory", {**good, "memory": "900Gi"}),
            ("trust", {**good, "trust": "full"}), ("trust", {**good, "trust": "autonomous"}),
            ("artifacts", {**good, "artifacts": "../out"}), ("artifacts", {**good, "artifacts": "/etc"}),
            ("network", {**good, "network": "all"}), ("seccomp", {**good, "seccomp": "unconfined"}),
        ]:
            with self.subTest(field=field, body=body):
                answer = self.service.request("POST", "/tasks", body)
                self.assert_problem(answer, 400, 403, 422)
                self.assertEqual(answer.json["field"], field)
        self.assertEqual(self.service.request("GET", "/tasks").json["tasks"], [])

    def test_paths_lead_nowhere_else(self):
        name = self.service.submit("mkdir -p out; echo x > out/x", artifacts="out")
        self.service.wait(name)
        for path in ["/tasks/..", "/tasks/../../etc/passwd", "/tasks/%2e%2e%2f%2e%2e", "/tasks/%00", "/tasks/t-",
                     "/tasks/t-" + "a" * 5000,
                     f"/tasks/{name}%2f..", f"/tasks/{name}/record.json", f"/tasks/{name}/artifacts/../record.json",
                     f"/tasks/{name}/artifacts/%2e%2e%2frecord.json", f"/tasks/{name}/artifacts//etc/passwd",
                     f"/tasks/{name}/artifacts/", f"/tasks/{name}/artifacts/%ff", f"/tasks/{name}/artifacts/x%00",
                     "/index.html", "/.git/config", "/audit.jsonl"]:
            with self.subTest(path=path):
                self.assert_problem(self.service.request("GET", path), 400, 404)
        for method, path in [("PUT", "/tasks"), ("PATCH", f"/tasks/{name}"), ("DELETE", "/tasks"), ("GET", "/exec"),
                             ("POST", "/"),
                             ("TRACE", "/"), ("PROPFIND", "/exec")]:
            with self.subTest(method=method, path=path):
                self.assert_problem(self.service.request(method, path), 404, 405, 501)
        self.assertEqual(self.service.request("GET", f"/tasks/{name}/artifacts/x").body, b"x\n")

    def test_a_position_that_never_was_begins_at_the_start(self):
        name = self.service.submit("echo one")
        self.service.wait(name)
        for last in ["", "x", "0.0", "9f1c.1", ".", "9" * 1000, "a.-1", "a.99999999999999999999999"]:
            with self.subTest(last=last):
                kinds = [kind for kind, _, _ in self.service.events(name, last)]
                self.assertEqual([it for it in kinds if it != "state"], ["start", "stdout", "exit", "result"])

    # ---- Those who may not

    def test_another_site_cannot_use_the_readers_browser(self):
        body = {"code": "echo", "runtime": "sh"}
        for headers in [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"},
                        {"Host": f"evil.example:{self.service.port}"}, {"Host": "127.0.0.1.evil.example"}]:
            with self.subTest(headers=headers):
                self.assert_problem(self.service.request("POST", "/tasks", body, headers), 400, 403)
                self.assert_problem(self.service.request("GET", "/tasks", headers=headers), 400, 403)
        own = {"Origin": f"http://127.0.0.1:{self.service.port}"}
        self.assertEqual(self.service.request("POST", "/tasks", body, own).status, 202)


class TokenTests(unittest.TestCase):
    def setUp(self):
        self.service = Service(tokens=True)
        self.addCleanup(self.service.close)

    def test_only_whole_tokens_open(self):
        name = self.service.submit("echo secret")
        self.service.wait(name)
        token = TOKENS["agents"]
        for header in [None, "", "Bearer", "Bearer ", f"Bearer {token[:-1]}", f"Bearer {token}x", f"Bearer  {token}x",
                       f"Basic {token}", token, f"Bearer {token.upper()}", f"Bearer {token} {token}",
                       "Bearer \u00e9" * 8,
                       "Bearer " + "a" * 5000]:
            headers = {} if header is None else {"Authorization": header}
            for method, path in [("GET", "/tasks"), ("POST", "/tasks"), ("POST", "/exec"), ("GET", f"/tasks/{name}"),
                                 ("DELETE", f"/tasks/{name}"), ("GET", f"/tasks/{name}/events"),
                                 ("GET", f"/tasks/{name}/artifacts/x")]:
                with self.subTest(header=header, method=method, path=path):
                    body = {"code": "echo", "runtime": "sh"} if method == "POST" else None
                    answer = self.service.request(method, path, body, headers, token=False)
                    self.assertEqual(answer.status, 401, answer)
                    self.assertTrue(answer.headers["www-authenticate"].startswith("Bearer"))
                    self.assertNotIn(b"secret", answer.body)
        for path in ["/", "/healthz", "/readyz", "/metrics", "/openapi.json"]:
            self.assertEqual(self.service.request("GET", path, token=False).status, 200, path)
        self.assertEqual([it["id"] for it in self.service.request("GET", "/tasks").json["tasks"]], [name])

    def test_tokens_are_nowhere_in_what_is_kept_or_said(self):
        self.service.wait(self.service.submit("env; cat /proc/self/environ"))
        self.service.request("GET", "/tasks", token="wrong-token-0123456789")
        self.service.stop()
        for folder, _, names in os.walk(self.service.archive):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    text = file.read()
                for token in [*TOKENS.values(), "wrong-token-0123456789"]:
                    self.assertNotIn(token.encode(), text, name)
        for token in [*TOKENS.values(), "wrong-token-0123456789"]:
            self.assertNotIn(token, self.service.output)

    def test_clients_see_their_own_tasks(self):
        name = self.service.submit("sleep 5")
        other = self.service.request(
            "POST", "/tasks", {"code": "echo", "runtime": "sh"}, token=TOKENS["people"]).json["id"]
        self.assertEqual([it["id"] for it in self.service.request("GET", "/tasks").json["tasks"]], [name])
        for method, path in [("GET", f"/tasks/{other}"), ("DELETE", f"/tasks/{other}"),
                             ("GET", f"/tasks/{other}/events")]:
            self.assertEqual(self.service.request(method, path).status, 404)
        seen = self.service.request("GET", "/tasks", token=TOKENS["people"]).json["tasks"]
        self.assertEqual({it["id"] for it in seen}, {name, other})
        self.assertEqual({it["client"] for it in seen}, {"agents", "people"})
        # A key is its client's own: the same one of two clients makes two tasks.
        made = {self.service.request("POST", "/tasks", {"code": "echo", "runtime": "sh"}, {"Idempotency-Key": "k"},
                                     token=token).json["id"] for token in TOKENS.values()}
        self.assertEqual(len(made), 2)
        self.assertIn(self.service.request("DELETE", f"/tasks/{name}").status, (200, 202))

    def test_one_key_sent_many_times_at_once_makes_one_task(self):
        body = {"code": "sleep 0.2; echo once", "runtime": "sh"}
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(
                lambda _: self.service.request("POST", "/exec", body, {"Idempotency-Key": "one"}), range(20)))
        self.assertEqual({it.status for it in answers}, {200})
        self.assertEqual(len({it.json["job_id"] for it in answers}), 1)
        self.assertEqual(len(self.service.audit()), 1)


if __name__ == "__main__":
    unittest.main()
