"""Throughput of the log: what a script writes, on its way through the supervisor, beside `cat` in its place."""

import re
import shutil
import subprocess
import time

import figures
import place

SHAPES = [
    ("text", "lines of 80 bytes, ASCII", 0.70),
    ("utf8", "lines of 80 bytes, UTF-8", 0.70),
    ("long", "lines of 1,000 bytes, ASCII", 0.70),
    ("yes", "lines of 2 bytes", None),
    ("mixed", "text with control characters and bytes that are no text", None),
    ("binary", "random bytes", None),
]
SMALL = [("text-80", "a write for each line of 80 bytes"), ("text-1", "a write for each byte")]


def measure(where, mebibytes, rounds, say):
    result = {"mib": mebibytes, "shapes": {}, "small": {}, "calls": {}}
    for shape, _, _ in SHAPES:
        say(f"throughput: {shape}, {mebibytes} MiB, {rounds} rounds")
        result["shapes"][shape] = _in_turns(where, shape, mebibytes, rounds)
    for shape, _ in SMALL:
        amount = max(1, mebibytes // (8 if shape == "text-80" else 128))
        say(f"throughput: {shape}, {amount} MiB")
        result["small"][shape] = {"mib": amount, **_in_turns(where, shape, amount, max(1, rounds // 2))}
    if shutil.which("strace"):
        result["calls"] = {shape: _calls(where, shape, 16) for shape in ("text", "utf8")}
    return result


def _in_turns(where, shape, mebibytes, rounds):
    cat, warder = [], []
    for _ in range(rounds):
        cat.append(mebibytes / _pipeline(where, shape, mebibytes, None))
        warder.append(mebibytes / _pipeline(where, shape, mebibytes, where))
    return {"cat": figures.summary(cat), "warder": figures.summary(warder)}


def _pipeline(where, shape, mebibytes, supervised):
    """Seconds from the start of the pipeline to the end of its reader."""
    begin = time.perf_counter()
    reader = subprocess.Popen([where.helper("drain")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    if supervised:
        task = where.task("throughput-task", "script.feed", f"{shape} {mebibytes}\n")
        command = where.command(task, "--stdout-limit", "64Gi", "--log-limit", "128Gi")
        middle = subprocess.Popen(command, env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=reader.stdin,
                                  preexec_fn=place.become_user)
        reader.stdin.close()
        begun = [middle]
    else:
        script = where.directory / "throughput.feed"
        script.write_text(f"{shape} {mebibytes}\n")
        writer = subprocess.Popen([where.helper("feed"), str(script)], stdout=subprocess.PIPE)
        middle = subprocess.Popen(["/bin/cat"], stdin=writer.stdout, stdout=reader.stdin)
        writer.stdout.close()
        reader.stdin.close()
        begun = [writer, middle]
    for process in [*begun, reader]:
        if process.wait() != 0:
            raise RuntimeError(f"{process.args[0]} ended with status {process.returncode}")
    return time.perf_counter() - begin


def _calls(where, shape, mebibytes):
    """System calls of the supervisor alone for a mebibyte, from its own start to its end."""
    task = where.task("traced-task", "script.feed", f"{shape} {mebibytes}\n")
    reader = subprocess.Popen([where.helper("drain")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    summary = where.directory / "strace.txt"
    done = subprocess.run(
        ["strace", "-c", "-o", str(summary), *where.command(task, "--stdout-limit", "64Gi", "--log-limit", "128Gi")],
        env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=reader.stdin)
    reader.stdin.close()
    reader.wait()
    total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)", summary.read_text(), re.MULTILINE)
    return int(total[1]) / mebibytes if done.returncode == 0 and total else None


def show(result):
    rows = []
    for shape, words, target in SHAPES:
        value = result["shapes"][shape]
        rows.append([words, _ratio(value), value["cat"]["median"], value["warder"]["median"], value["warder"]["p10"],
                     "–" if target is None else f"≥ {target:.2f}"])
    small = [[words, _ratio(result["small"][shape]), result["small"][shape]["cat"]["median"],
              result["small"][shape]["warder"]["median"]] for shape, words in SMALL]
    calls = ", ".join(f"{figures.text(count)} for {shape}" for shape, count in result["calls"].items() if count)
    return (
        "## Throughput\n\nA writer, then `cat` or Warder, then a reader that throws away; the writer writes 64 KiB at "
        + f"once. Mebibytes of what the script wrote in a second, {result['mib']} MiB at a time.\n\n"
        + figures.table(["what is written", "Warder ÷ cat", "cat", "Warder", "Warder p10", "target"], rows)
        + "\nSmall writes: the writer is as slow as its system calls are; what counts is whether it has to wait.\n\n"
        + figures.table(["what is written", "Warder ÷ cat", "cat", "Warder"], small)
        + (f"\nSystem calls of the supervisor for a mebibyte: {calls}.\n" if calls else ""))


def _ratio(value):
    return figures.ratio(value["warder"]["median"], value["cat"]["median"])


def targets(result):
    for shape, words, target in SHAPES:
        if target is not None:
            value = _ratio(result["shapes"][shape])
            yield f"throughput of {words} ÷ cat", value, figures.verdict(value, target, at_most=False)
