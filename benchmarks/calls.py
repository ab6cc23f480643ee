"""What the walls cost a script while it runs: system calls, and interpreters."""

import json
import statistics
import subprocess

import figures
import place

INTERPRETED_TARGET = 1.02
# A handful of what interpreters do: numbers, text, containers, compression, files.
PROGRAM = """
import hashlib, io, json, os, re, time, zlib
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def numbers(): fib(22)
def text(): re.findall(r"[a-z]+", "the quick brown fox " * 4000)
def containers(): json.loads(json.dumps({str(i): list(range(20)) for i in range(800)}))
def compression(): hashlib.sha256(zlib.compress(bytes(range(256)) * 1000)).digest()
def files():
    for i in range(150):
        with open(f"bench-{i % 5}", "w") as f: f.write("x" * 2000)
        with open(f"bench-{i % 5}") as f: f.read()
for name, work in (("numbers", numbers), ("text", text), ("containers", containers), ("compression", compression),
                   ("files", files)):
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter(); work(); times.append(time.perf_counter() - begin)
    print(name, min(times) * 1e6)
"""


def measure(where, rounds, say):
    say(f"system calls and interpreters under the walls, {rounds} rounds")
    task = where.task("calls-task", "script.calls", "x\n")
    program = PROGRAM.replace("ROUNDS", "7")
    python = where.task("interpreter-task", "script.py", program)
    result = {}
    for key, bare, supervised in (
        ("calls", [where.helper("calls"), f"{task}/script.calls"], where.command(task)),
        ("interpreter", ["/usr/bin/python3", f"{python}/script.py"], where.command(python)),
    ):
        series = {"bare": {}, "warder": {}}
        for _ in range(rounds):
            for way, command in (("bare", bare), ("warder", supervised)):
                for name, value in _lines(command, way == "warder"):
                    series[way].setdefault(name, []).append(value)
        result[key] = {
            name: {way: statistics.median(series[way][name]) for way in series} | {
                "ratios": figures.summary([w / b for w, b in zip(series["warder"][name], series["bare"][name])])}
            for name in series["bare"]}
    return result


def _lines(command, isSupervised):
    """What the program printed: lines of a name and a number."""
    done = subprocess.run(command, env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, cwd="/tmp",
                          preexec_fn=place.become_user)
    output = done.stdout.decode()
    if isSupervised:
        output = "".join(frame.get("stdout", "") for frame in map(json.loads, output.splitlines()))
    lines = [line.split() for line in output.splitlines()]
    if done.returncode != 0 or not lines:
        raise RuntimeError(f"{command[0]} ended with status {done.returncode}: {done.stderr.decode()[-200:]}")
    return [(name, float(value)) for name, value in lines]


def show(result):
    text = ("## While the script runs\n\nNanoseconds of a system call, and microseconds of a piece of Python, without "
            + "Warder and with it.\n")
    for key in ("calls", "interpreter"):
        rows = [[name, value["ratios"]["median"], value["bare"], value["warder"]]
                for name, value in result[key].items()]
        text += "\n" + figures.table(["", "Warder ÷ bare", "bare", "Warder"], rows)
    return text


def targets(result):
    values = [value["ratios"]["median"] for value in result["interpreter"].values()]
    mean = statistics.geometric_mean(values)
    yield "Python under the walls ÷ bare (geometric mean)", mean, figures.verdict(mean, INTERPRETED_TARGET)
