"""What the running service does is what its OpenAPI document says, and the other way about."""

import json
import re
import unittest

from contract import Contract
from service import ROOT, TOKENS, Service, wait_until

DOCUMENT = ROOT / "dispatcher/Sources/DispatcherPage/Resources/openapi.json"
ROUTES = ROOT / "dispatcher/Sources/DispatcherService/HTTP/Routes.swift"
# Answers that these tests cannot bring about: the archive's disk full, an engine that is away.
OUT_OF_REACH = {("POST", "/exec", 503), ("POST", "/tasks", 503), ("GET", "/readyz", 503)}


class DocumentTests(unittest.TestCase):
    def setUp(self):
        self.contract = Contract(json.loads(DOCUMENT.read_text()))

    def test_every_example_fits_its_schema(self):
        examples = list(self.contract.examples())
        self.assertGreater(len(examples), 20)
        for place, value, schema in examples:
            with self.subTest(place=place):
                self.assertEqual(self.contract.problems(value, schema), [])

    def test_routes_are_those_of_the_service(self):
        found = set()
        for method, path in re.findall(r'router\.(get|post|put|patch|delete|head)\("([^"]*)"\)', ROUTES.read_text()):
            path = "/" + path.replace(":id", "{id}").replace("**", "{name}")
            found.add((method.upper(), path))
        self.assertEqual(found, {(method, path) for method, path, _ in self.contract.operations()})

    def test_reasons_are_all_named(self):
        source = (ROOT / "Sources/WarderFrames/Reason.swift").read_text()
        words = re.findall(r'case \.\w+: "(\w+)"', source)
        said = self.contract.document["components"]["schemas"]["Reason"]["description"]
        for word in words:
            if word != "unrecognized":
                self.assertIn(f"`{word}`", said)


class InterfaceTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service(tokens=True, limits={"concurrent_tasks": 2, "queue": 3, "body": "64Ki"})
        cls.addClassCleanup(cls.service.close)
        cls.contract = Contract(cls.service.request("GET", "/openapi.json", token=False).json)

    def ask(self, method, path, *arguments, **options):
        answer = self.service.request(method, path, *arguments, **options)
        self.contract.check(method, path, answer)
        return answer

    def test_the_document_is_the_one_in_the_source(self):
        self.assertEqual(self.contract.document, json.loads(DOCUMENT.read_text()))

    def test_every_operation_and_status_is_as_documented(self):
        everything = {
            "code": "import os, sys, socket\nprint(os.environ['NAME'], sys.argv, sys.stdin.read(), open('f').read())\n"
                    "os.write(2, b'\\xff')\nos.makedirs('out/sub'); open('out/sub/x y', 'w').write('x')\n"
                    "open(b'out/\\xff', 'w'); os.mkfifo('out/pipe')\n"
                    "try: socket.socket()\nexcept OSError: pass\n",
            "runtime": "python3", "args": ["one"], "env": {"NAME": "value"}, "stdin_b64": "aW4=",
            "files": {"f": "text", "g": {"b64": "AAE="}}, "timeout": 30, "memory": "256Mi", "trust": "limited-write",
            "artifacts": "out"}
        done = self.ask("POST", "/exec", everything)
        self.assertEqual(done.status, 200)
        result = done.json
        self.assertRegex(result["stdout"], r"^value \['[^']*script.py', 'one'\] in text\n$")
        self.assertEqual((result["stderr_b64"], result["reason"], result["exit_code"]), ("/w==", "exited", 0))
        self.assertTrue(result["denied"] and result["events"] and result["limits"] and result["isolation"])
        name = result["job_id"]
        self.assertEqual(self.ask("GET", f"/tasks/{name}/artifacts/sub/x%20y").body, b"x")
        self.assertEqual(self.ask("GET", f"/tasks/{name}/artifacts/none").status, 404)
        self.assertEqual(self.ask("GET", f"/tasks/{name}").json["result"]["stdout"], result["stdout"])
        self.assertEqual(self.ask("DELETE", f"/tasks/{name}").status, 200)
        events = self.ask("GET", f"/tasks/{name}/events")
        self.assertIn(b"event: artifact", events.body)

        slow = {"code": "echo begun; sleep 30", "runtime": "sh"}
        waited = self.ask("POST", "/exec?wait=100ms", slow)
        self.assertEqual((waited.status, waited.headers["location"]), (202, f"/tasks/{waited.json['id']}"))
        started = self.ask("POST", "/tasks", slow, {"Idempotency-Key": "k"})
        self.assertEqual(started.headers["location"], f"/tasks/{started.json['id']}")
        for path in ("/exec", "/tasks"):
            self.assertEqual(self.ask("POST", path, {**slow, "code": "x"}, {"Idempotency-Key": "k"}).status, 409)
        queued = [self.ask("POST", "/tasks", slow).json for _ in range(3)]
        self.assertEqual({it["state"] for it in queued}, {"queued"})
        for path in ("/exec", "/tasks"):
            self.assertEqual(self.ask("POST", path, slow).status, 429)
        for task in [waited.json, started.json]:
            self.service.wait(task["id"], "running")
        listed = self.ask("GET", "/tasks?limit=4&state=queued,pending,running").json["tasks"]
        self.assertEqual([it["id"] for it in listed], sorted((it["id"] for it in listed), reverse=True))
        self.assertEqual(len(listed), 4)
        older = self.ask("GET", f"/tasks?before={listed[-1]['id']}").json["tasks"]
        self.assertLessEqual({name, waited.json["id"]}, {it["id"] for it in older})
        self.assertTrue(all(it["id"] < listed[-1]["id"] for it in older))
        for task in [*queued, waited.json, started.json]:
            self.assertIn(self.ask("DELETE", f"/tasks/{task['id']}").status, (200, 202))
        for task in [*queued, waited.json, started.json]:
            ended = self.service.wait(task["id"])
            self.assertEqual(ended["reason"], "cancelled")
            self.contract.check("GET", f"/tasks/{task['id']}", self.service.request("GET", f"/tasks/{task['id']}"))

        for path in ("/exec", "/tasks"):
            self.assertEqual(self.ask("POST", path, b"{", {"Content-Type": "application/json"}).status, 400)
            self.assertEqual(self.ask("POST", path, {"code": "x", "runtime": "cobol"}).status, 422)
            self.assertEqual(self.ask("POST", path, {**slow, "trust": "autonomous"}).status, 403)
            self.assertEqual(self.ask("POST", path, {**slow, "stdin": "x" * 70000}).status, 413)
            self.assertEqual(self.ask("POST", path, slow, token=False).status, 401)
        self.assertEqual(self.ask("GET", "/tasks?limit=0").status, 400)
        self.assertEqual(self.ask("GET", "/tasks?state=gone").status, 400)
        self.assertEqual(self.ask("GET", "/tasks", token="wrong-token-of-some-length").status, 401)
        self.assertEqual(self.ask("GET", f"/tasks/{name}?wait=soon").status, 400)
        for method, path in [("GET", ""), ("DELETE", ""), ("GET", "/events"), ("GET", "/artifacts/x")]:
            self.assertEqual(self.ask(method, f"/tasks/t-none{path}").status, 404)
            self.assertEqual(self.ask(method, f"/tasks/{name}{path}", token=False).status, 401)
        evil = {"Origin": "https://evil.example"}
        for method, path, it in self.contract.operations():
            if "security" not in it and "403" in it["responses"]:
                body = slow if method == "POST" else None
                self.assertEqual(self.ask(method, path.format(id=name, name="x"), body, evil).status, 403)
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/"):
            self.assertEqual(self.ask("GET", path, token=False).status, 200)

        missing = self.contract.documented() - self.contract.seen - OUT_OF_REACH
        self.assertEqual(missing, set(), "documented, and never seen")

    def test_outcomes_have_their_words(self):
        for code, more, reason in [
            ("exit 3", {}, "exited"), ("kill -SEGV $$", {}, "signaled"), ("sleep 9", {"timeout": "300ms"}, "timeout"),
            ("exit 3", {"trust": "shadow"}, "checked"), ("if", {"trust": "shadow"}, "invalid_task"),
        ]:
            with self.subTest(code=code):
                task = wait_until(lambda: self.start({"code": code, "runtime": "sh", **more}), "room in the queue")
                ended = self.service.wait(task["id"])
                self.contract.check("GET", f"/tasks/{task['id']}", self.service.request("GET", f"/tasks/{task['id']}"))
                self.assertEqual((ended["reason"], ended["result"]["reason"]), (reason, reason), ended)

    def start(self, body):
        answer = self.service.request("POST", "/tasks", body)
        return answer.json if answer.status == 202 else None

    def test_the_page_has_its_policy(self):
        answer = self.service.request("GET", "/", token=False)
        policy = answer.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("require-trusted-types-for 'script'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertEqual(answer.headers.get("referrer-policy", "no-referrer"), "no-referrer")

    def test_artifacts_are_never_shown_in_place(self):
        task = self.service.request("POST", "/exec", {
            "code": "mkdir -p out; echo '<script>alert(1)</script>' > out/x.html", "runtime": "sh",
            "artifacts": "out"}).json
        answer = self.service.request("GET", f"/tasks/{task['job_id']}/artifacts/x.html")
        self.assertEqual(answer.headers["content-type"], "application/octet-stream")
        self.assertTrue(answer.headers["content-disposition"].startswith("attachment"))
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")


if __name__ == "__main__":
    unittest.main()
