"""What the walls cost an interpreter while it works: benchmarks of pyperformance, or a handful of our own without it."""

import json
import shutil
import statistics

import calls
import figures
import outer
import peers

TARGET = 1.02
# Benchmark, its argument, and how often its work is done for one value: a tenth of a second or less. Those that start
# processes or use the network measure something else, and what is not in Debian's python3 cannot be imported.
SUITE = [
    ("chaos", None, 1), ("deltablue", None, 10), ("float", None, 1), ("json_dumps", None, 8), ("json_loads", None, 3000),
    ("logging", "silent", 400_000), ("nbody", None, 1), ("pathlib", None, 3), ("pickle", "pickle", 6000),
    ("regex_effbot", None, 25), ("regex_v8", None, 4), ("richards", None, 1), ("sqlite_synth", None, 600),
    ("telco", None, 12),
]
# pyperformance's programs one after the other, each in a process of its own, in pyperf's form for one that only measures.
PROGRAM = """
import json, os, runpy, sys
benchmarks = {root!r} + "/pyperformance/data-files/benchmarks/bm_"
sys.path.insert(0, {root!r})
import pyperf
for name, argument, loops in {suite!r}:
    reader, writer = os.pipe()
    if os.fork() == 0:
        file = benchmarks + name + "/run_benchmark.py"
        sys.argv = [file, "--worker", "--loops", str(loops), "--warmups", "1", "--values", "{values}"]
        sys.argv += ["--pipe", str(writer)] + ([argument] if argument else [])
        runpy.run_path(file, run_name="__main__")
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        values = file.read()
    if os.waitstatus_to_exitcode(os.wait()[1]) != 0:
        sys.exit(name + " failed")
    print(name, min(json.loads(values)["benchmarks"][0]["runs"][0]["values"]) * 1e6, flush=True)
"""
# The handful: numbers, text, containers, compression, and files, which is Landlock's: every opening asks it.
HANDFUL = """
import hashlib, json, re, time, zlib
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
    for _ in range(7):
        begin = time.perf_counter(); work(); times.append(time.perf_counter() - begin)
    print(name, min(times) * 1e6)
"""


def measure(where, rounds, values, say):
    result = {"handful": _measure(where, "handful", HANDFUL, rounds * 2)}
    source = peers.CACHE / "pyperformance"
    if source.exists():
        root = where.directory / "pyperformance"
        shutil.copytree(source, root)
        say(f"interpreter: {len(SUITE)} benchmarks of pyperformance, {rounds} rounds")
        result["pyperformance"] = _measure(
            where, "pyperformance", PROGRAM.format(root=str(root), suite=SUITE, values=values), rounds)
    else:
        result["missing"] = "pyperformance is not installed: scripts/bench --install"
    return result


def _measure(where, name, program, rounds):
    filter_program = where.helper("outer.filter")
    outer.write_filter(filter_program)
    task = where.task(f"{name}-task", "script.interpreted", program)
    # The same order of everything that is hashed, in every run.
    bare = ["/usr/bin/env", "PYTHONHASHSEED=0", "/usr/bin/python3", f"{task}/script.interpreted"]
    runtime = [where.helper("filtered"), filter_program]
    series = calls.in_turns(
        {"bare": bare, "outer": [*runtime, *bare], "warder": [*runtime, *where.command(task, "--timeout", "600s")]},
        rounds)
    return {
        name: {
            **{way: figures.summary(series[way][name]) for way in series},
            "warder_to_outer": figures.pairs(series["warder"][name], series["outer"][name]),
            "warder_to_bare": figures.pairs(series["warder"][name], series["bare"][name]),
        } for name in series["bare"]}


SETS = (("pyperformance", "benchmarks of pyperformance"), ("handful", "a handful of our own"))


def show(result):
    text = ("## Interpreter\n\nMicroseconds of a piece of work in Python, with nothing around it, with RuntimeDefault, "
            + "and with RuntimeDefault and Warder. Ratios are medians of those of each round.\n")
    for key, words in SETS:
        if key in result:
            rows = [[name, figures.text(value["warder_to_outer"]["median"], 3),
                     figures.text(value["warder_to_bare"]["median"], 3), value["bare"]["median"],
                     value["outer"]["median"], value["warder"]["median"]] for name, value in result[key].items()]
            head = [words, "Warder ÷ RuntimeDefault", "Warder ÷ nothing", "nothing", "RuntimeDefault", "and Warder"]
            text += "\n" + figures.table(head, rows)
    return text + (f"\nMissing: {result['missing']}.\n" if "missing" in result else "")


def targets(result):
    for key, words in SETS:
        if key in result:
            for ratio, than in (("warder_to_outer", "RuntimeDefault alone"), ("warder_to_bare", "nothing")):
                mean = statistics.geometric_mean([value[ratio]["median"] for value in result[key].values()])
                yield f"Python, {words} ÷ {than} (geometric mean)", mean, figures.verdict(mean, TARGET, digits=3)
