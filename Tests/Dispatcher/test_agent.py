"""examples/agent.py with a running warder-dispatcher as its tool."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from typing import Any, ClassVar, Dict, List

from running import PROGRAM as DISPATCHER

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = ROOT / "examples/agent.py"
TOKEN = "an-agent-s-own-token-for-tests"

specification = importlib.util.spec_from_file_location("agent", PROGRAM)
assert specification is not None and specification.loader is not None
agent: Any = importlib.util.module_from_spec(specification)
sys.modules["agent"] = agent
specification.loader.exec_module(agent)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class AgentTests(unittest.TestCase):
    url: ClassVar[str]
    token_file: ClassVar[pathlib.Path]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="warder-agent-")
        cls.addClassCleanup(folder.cleanup)
        room = pathlib.Path(folder.name)
        cls.token_file = room / "token"
        cls.token_file.write_text(TOKEN + "\n")
        cls.token_file.chmod(0o600)
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        configuration = room / "dispatcher.json"
        configuration.write_text(json.dumps({
            "listen": f"127.0.0.1:{port}", "archive": {"directory": str(room / "archive")},
            "tokens": [{"name": "agent", "file": str(cls.token_file), "trust": "limited-write"}],
        }))
        log = open(room / "log", "wb")
        cls.addClassCleanup(log.close)
        dispatcher = subprocess.Popen(
            [DISPATCHER, "--config", str(configuration)], stdout=log, stderr=subprocess.STDOUT)

        def stop() -> None:
            dispatcher.terminate()
            dispatcher.wait(30)

        cls.addClassCleanup(stop)
        for _ in range(300):
            if dispatcher.poll() is not None:
                break
            try:
                with urllib.request.urlopen(cls.url + "/readyz", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the dispatcher is not ready: " + (room / "log").read_text())

    def run_agent(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(PROGRAM), "--url", self.url, *words], capture_output=True, text=True, timeout=120)

    def tool(self, files: Dict[str, str]) -> Any:
        return agent.Dispatcher(self.url, TOKEN, files)

    # MARK: The program

    def test_it_answers_after_an_error(self) -> None:
        run = self.run_agent("--token-file", str(self.token_file))
        self.assertEqual((run.stdout, run.returncode), ("The total is 7.\n", 0), run.stderr)
        steps = [json.loads(line[7:]) for line in run.stderr.splitlines() if line.startswith("agent: {")]
        self.assertEqual([step["exit_code"] for step in steps], [1, 0, 0])
        self.assertIn("KeyError: 'amount'", steps[0]["stderr"])
        self.assertEqual(steps[1]["stdout"], "name,count\napple,3\n")
        self.assertEqual({step["reason"] for step in steps}, {"exited"})

    def test_it_answers_for_another_table(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as table:
            table.write("amount,what\n20,a\n22,b\n")
            table.flush()
            run = self.run_agent("--token-file", str(self.token_file), "--data", table.name)
        self.assertEqual((run.stdout, run.returncode), ("The total is 42.\n", 0), run.stderr)

    def test_it_says_so_when_it_may_not(self) -> None:
        run = self.run_agent()
        self.assertEqual((run.stdout, run.returncode), ("", 1))
        self.assertIn("401", run.stderr)

    def test_schemas(self) -> None:
        for api, path in [("openai", ["function", "parameters"]), ("anthropic", ["input_schema"]), ("mcp", ["inputSchema"])]:
            run = subprocess.run([sys.executable, str(PROGRAM), "--schema", api], capture_output=True, text=True)
            schema = json.loads(run.stdout)
            for name in path:
                schema = schema[name]
            self.assertEqual(schema["required"], ["runtime", "code"])

    # MARK: The tool

    def test_what_a_call_may_be_is_what_the_dispatcher_takes(self) -> None:
        """The schema's own words: each runtime runs, and its pattern of a timeout is understood."""
        for runtime in agent.PARAMETERS["properties"]["runtime"]["enum"]:
            code = {"python": "print('hi')", "bash": "echo hi"}[runtime]
            for timeout in ("900ms", "20s", "1m"):
                result = self.tool({}).run({"runtime": runtime, "code": code, "timeout": timeout})
                if timeout != "900ms":
                    self.assertEqual((result["stdout"], result["reason"]), ("hi\n", "exited"))

    def test_a_script_that_never_ends(self) -> None:
        result = self.tool({}).run(
            {"runtime": "python", "code": "print('before', flush=True)\nwhile True: pass\n", "timeout": "2s"})
        self.assertEqual((result["reason"], result["stdout"], result["exit_code"]), ("timeout", "before\n", None))
        self.assertIn("timeout 2s", result["message"])

    def test_long_output_is_cut_to_its_end(self) -> None:
        result = self.tool({}).run({"runtime": "python", "code": "print('x' * 100000 + 'end')"})
        self.assertTrue(result["stdout"].endswith("xend\n"))
        self.assertLess(len(result["stdout"]), 4100)

    def test_a_refused_call_is_told_to_the_model(self) -> None:
        test = self

        class Stubborn:
            """Asks for a language that is not there, and repeats what it is told."""

            def reply(self, messages: List[Dict[str, Any]]) -> Any:
                if messages[-1]["role"] == "user":
                    return agent.Reply("I try COBOL.", {"runtime": "cobol", "code": "STOP RUN."})
                return agent.Reply(json.loads(messages[-1]["content"])["error"])

        said = agent.answer("?", Stubborn(), test.tool({}))
        self.assertIn("422", said)
        self.assertIn("cobol", said)

    def test_a_model_that_never_answers_is_ended(self) -> None:
        class Endless:
            def reply(self, messages: List[Dict[str, Any]]) -> Any:
                return agent.Reply("Once more.", {"runtime": "bash", "code": ":"})

        self.assertIsNone(agent.answer("?", Endless(), self.tool({}), most_calls=2))


if __name__ == "__main__":
    unittest.main()
