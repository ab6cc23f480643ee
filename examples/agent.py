#!/usr/bin/python3
"""An agent that answers a question by writing code, and has it run by warder-dispatcher.

usage: examples/agent.py [OPTIONS]

  --url URL            the dispatcher (http://127.0.0.1:8080)
  --token-file FILE    a file with the bearer token, where the dispatcher wants one
  --data FILE          the table that the code gets (examples/fruit/fruit.csv)
  --question TEXT      (What is the total count?)
  --schema API         print the tool's description for an API (openai, anthropic or mcp) and end

    scripts/run-dispatcher &
    examples/agent.py

The loop is an agent's usual one: the model asks for a tool, the tool's result goes back to it, until it answers. THE MODEL IS
A STAND-IN: `StandIn` is a few rules for this one kind of question and no language model, so that the example runs anywhere and
always does the same. Whatever has its method `reply` can take its place: a call of a model's API with `tool_description` in it.

Exit status: 0 with an answer on standard output; 1 if there is none; 2 for a wrong command line. What the agent does is told on
standard error.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Dict, List, Optional, Protocol

HERE = pathlib.Path(__file__).resolve().parent

# MARK: The tool

NAME = "run_code"
DESCRIPTION = (
    "Runs a script once in a sandbox without network and returns what it wrote and how it ended. The files of the task lie in "
    "the script's working directory; nothing is kept between two calls. Print what you want to know. 'reason' is 'exited' when "
    "the script ended by itself; otherwise it says what ended it, such as timeout or memory_limit."
)
PARAMETERS: Dict[str, Any] = {
    "type": "object",
    "properties": {
        "runtime": {"type": "string", "enum": ["python", "bash"], "description": "What runs the script."},
        "code": {"type": "string", "description": "The whole script."},
        "timeout": {
            "type": "string", "pattern": "^[0-9]+(ms|s|m)$", "description": "Wall-clock time it may take, such as 30s.",
        },
    },
    "required": ["runtime", "code"],
    "additionalProperties": False,
}


def tool_description(api: str) -> Dict[str, Any]:
    """The tool as an API for models takes it. They differ in where the parameters' JSON Schema stands."""
    if api == "openai":
        return {"type": "function", "function": {"name": NAME, "description": DESCRIPTION, "parameters": PARAMETERS}}
    return {
        "name": NAME, "description": DESCRIPTION,
        {"anthropic": "input_schema", "mcp": "inputSchema"}[api]: PARAMETERS,
    }


class ToolError(Exception):
    """The dispatcher refused the call, or could not be reached."""


class Dispatcher:
    """POST /exec, until the result is there."""

    most_output = 4000

    def __init__(self, url: str, token: Optional[str], files: Dict[str, str]) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.files = files

    def run(self, arguments: Dict[str, Any]) -> Dict[str, Any]:
        """Runs a script and returns what a model has to know of it."""
        body = json.dumps({**arguments, "files": self.files}).encode()
        answer = self.call("POST", "/exec?wait=30s", body)
        # It has not ended yet: a task by its name, not a result.
        while "stdout" not in answer:
            task = answer["id"]
            answer = self.call("GET", f"/tasks/{urllib.parse.quote(task)}?wait=30s")
            answer = answer.get("result", answer)
        return {
            "stdout": self.cut(answer["stdout"]), "stderr": self.cut(answer["stderr"]), "exit_code": answer["exit_code"],
            "reason": answer["reason"], "message": answer["message"], "truncated": answer["truncated"],
        }

    def cut(self, text: str) -> str:
        """The end of what is long: a traceback's last line says what happened, and a model's context is not endless."""
        return text if len(text) <= self.most_output else "[…]" + text[-self.most_output:]

    def call(self, method: str, path: str, body: Optional[bytes] = None) -> Dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        for _ in range(10):
            request = urllib.request.Request(self.url + path, body, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=120) as response:
                    answer: Dict[str, Any] = json.load(response)
                    return answer
            except urllib.error.HTTPError as error:
                with error:
                    said = error.read().decode(errors="replace").strip()
                if error.code != 429:
                    raise ToolError(f"{method} {path}: {error.code} {said}") from None
                # Its queue is full: it says when to come again.
                time.sleep(min(30, int(error.headers.get("Retry-After") or 1)))
            except OSError as error:
                raise ToolError(f"{self.url} cannot be reached: {error}") from None
        raise ToolError("the dispatcher's queue stayed full")


# MARK: The loop


@dataclasses.dataclass
class Reply:
    """What a model says: an answer, or a call of the tool."""

    text: str
    call: Optional[Dict[str, Any]] = None
    gives_up: bool = False


class Model(Protocol):
    """All that the loop asks of a model."""

    def reply(self, messages: List[Dict[str, Any]]) -> Reply:
        """The next message of a conversation: messages of the roles user, assistant and tool."""


def answer(question: str, model: Model, tool: Dispatcher, most_calls: int = 8) -> Optional[str]:
    """The agent: lets the model use the tool until it answers; None if it does not."""
    messages: List[Dict[str, Any]] = [{"role": "user", "content": question}]
    for _ in range(most_calls + 1):
        reply = model.reply(messages)
        messages.append({"role": "assistant", "content": reply.text, "call": reply.call})
        if reply.call is None and not reply.gives_up:
            return reply.text
        print(f"agent: {reply.text}", file=sys.stderr)
        if reply.call is None:
            return None
        try:
            result = tool.run(reply.call)
        except ToolError as error:
            # The model may know better; it is told like any other result.
            result = {"error": str(error)}
        print(f"agent: {json.dumps(result, ensure_ascii=False)}", file=sys.stderr)
        messages.append({"role": "tool", "content": json.dumps(result)})
    print(f"agent: no answer after {most_calls + 1} calls", file=sys.stderr)
    return None


# MARK: The stand-in for a model


class StandIn:
    """Rules, not a model: asks the table for a column that it guesses, learns from the error what the columns are, and asks
    again."""

    def __init__(self, table: str) -> None:
        self.table = table

    def reply(self, messages: List[Dict[str, Any]]) -> Reply:
        last = messages[-1]
        if last["role"] == "user":
            return self.sum_up("amount", "I add up the column that such tables usually have.")
        result = json.loads(last["content"])
        if "error" in result:
            return Reply(f"I could not run anything: {result['error']}", gives_up=True)
        if result["reason"] != "exited":
            return Reply(f"The code was ended: {result['message']}", gives_up=True)
        if "KeyError" in result["stderr"]:
            return Reply(
                "There is no such column: I look at the table first.",
                {"runtime": "bash", "code": f"head -n 2 {self.table}\n", "timeout": "10s"})
        if result["exit_code"] != 0:
            return Reply(f"The code failed: {result['stderr'].strip().splitlines()[-1:]}", gives_up=True)
        lines = result["stdout"].splitlines()
        if len(lines) == 2:
            header, row = (line.split(",") for line in lines)
            numbers = [name for name, value in zip(header, row) if re.fullmatch(r"-?\d+", value)]
            if numbers:
                return self.sum_up(numbers[0], f"The column is called {numbers[0]}.")
            return Reply("No column of the table has numbers.", gives_up=True)
        return Reply(f"The total is {lines[0]}.")

    def sum_up(self, column: str, text: str) -> Reply:
        code = (
            "import csv\n"
            f"with open({self.table!r}) as table:\n"
            f"    print(sum(int(row[{column!r}]) for row in csv.DictReader(table)))\n"
        )
        return Reply(text, {"runtime": "python", "code": code, "timeout": "30s"})


def main() -> int:
    parser = argparse.ArgumentParser(
        usage="examples/agent.py [OPTIONS]", description=(__doc__ or "").split("\n\n", 2)[0])
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--token-file", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, default=HERE / "fruit/fruit.csv")
    parser.add_argument("--question", default="What is the total count?")
    parser.add_argument("--schema", choices=["openai", "anthropic", "mcp"])
    options = parser.parse_args()
    if options.schema:
        print(json.dumps(tool_description(options.schema), indent=2))
        return 0
    try:
        token = options.token_file.read_text().strip() if options.token_file else None
        data = options.data.read_text()
    except OSError as error:
        parser.error(str(error))
    tool = Dispatcher(options.url, token, {options.data.name: data})
    found = answer(options.question, StandIn(options.data.name), tool)
    if found is None:
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
