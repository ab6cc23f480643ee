"""Throughput of the log: what a script writes, on its way through the supervisor, beside `cat` in its place."""

import re
import resource
import shutil
import subprocess
import time

import figures
import place

SHAPES = [
    ("text", "lines of 80 bytes, ASCII", 0.70),
    ("utf8", "lines of 80 bytes, UTF-8", 0.70),
    ("long", "lines of 1,000 bytes, ASCII", 0.70),
    ("yes", "lines of 2 bytes, as of `yes`", None),
    ("mixed", "text with control characters and bytes that are no text", None),
    ("binary", "random bytes", None),
]
SMALL = [("text-80", "a write for each line of 80 bytes"), ("text-1", "a write for each byte")]
LIMITS = ("--stdout-limit", "64Gi", "--log-limit", "128Gi")


def measure(where, mebibytes, rounds, say):
    result = {"mib": mebibytes, "shapes": {}, "small": {}, "calls": {}, "lag": {}}
    for shape, _, _ in SHAPES:
        say(f"throughput: {shape}, {mebibytes} MiB, {rounds} rounds")
        result["shapes"][shape] = _in_turns(where, shape, mebibytes, rounds)
    for shape, _ in SMALL:
        amount = max(1, mebibytes // (8 if shape == "text-80" else 128))
        say(f"throughput: {shape}, {amount} MiB")
        result["small"][shape] = {"mib": amount, **_in_turns(where, shape, amount, rounds)}
        result["lag"][shape] = {way: _lag(where, shape, amount, way == "warder") for way in ("cat", "warder")}
    if shutil.which("strace"):
        result["calls"] = {shape: _calls(where, shape, 16) for shape in ("text", "utf8")}
    return result


def _in_turns(where, shape, mebibytes, rounds):
    """Speeds of both, and the ratios of each round, by time and by processor time."""
    ways = {False: "cat", True: "warder"}
    speed, used = {way: [] for way in ways}, {way: [] for way in ways}
    for number in range(rounds):
        for supervised in (False, True) if number % 2 == 0 else (True, False):
            before = _processor_time()
            speed[supervised].append(mebibytes / _pipeline(where, f"{shape} {mebibytes}\n", supervised))
            used[supervised].append(_processor_time() - before)
    return {
        **{words: figures.summary(speed[way]) for way, words in ways.items()},
        "warder_to_cat": figures.pairs(speed[True], speed[False]),
        "warder_to_cat_cpu": figures.pairs(used[False], used[True])}


def _processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pipeline(where, words, supervised, reader_command=None, output=subprocess.DEVNULL):
    """Seconds from the start of the pipeline to the end of its reader."""
    begin = time.perf_counter()
    reader = subprocess.Popen(reader_command or [where.helper("drain")], stdin=subprocess.PIPE, stdout=output)
    if supervised:
        task = where.task("throughput-task", "script.feed", words)
        middle = subprocess.Popen(where.command(task, *LIMITS), env=place.ENVIRONMENT, stdin=subprocess.DEVNULL,
                                  stdout=reader.stdin, preexec_fn=place.become_user)
        reader.stdin.close()
        begun = [middle]
    else:
        script = where.directory / "throughput.feed"
        script.write_text(words)
        writer = subprocess.Popen([where.helper("feed"), str(script)], stdout=subprocess.PIPE)
        middle = subprocess.Popen(["/bin/cat"], stdin=writer.stdout, stdout=reader.stdin)
        writer.stdout.close()
        reader.stdin.close()
        begun = [writer, middle]
    for process in [*begun, reader]:
        if process.wait() != 0:
            raise RuntimeError(f"{process.args[0]} ended with status {process.returncode}")
    return time.perf_counter() - begin


def _lag(where, shape, mebibytes, supervised):
    """How many bytes the writer was ahead of what the log's reader had."""
    counter = where.pipes / "counter"
    counter.write_bytes(bytes(4096))
    counter.chmod(0o666)
    answer = where.directory / "lag.txt"
    with open(answer, "w") as output:
        _pipeline(where, f"{shape} {mebibytes} {counter}\n", supervised,
                  [where.helper("lag"), "frames" if supervised else "text", str(counter)], output)
    return dict(zip(("median", "p99", "maximum", "pipe"), map(int, answer.read_text().split()), strict=True))


def _calls(where, shape, mebibytes):
    """System calls of the supervisor alone for a mebibyte, from its own start to its end."""
    task = where.task("traced-task", "script.feed", f"{shape} {mebibytes}\n")
    reader = subprocess.Popen([where.helper("drain")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    summary = where.directory / "strace.txt"
    done = subprocess.run(
        ["strace", "-c", "-o", str(summary), *where.command(task, *LIMITS)], env=place.ENVIRONMENT,
        stdin=subprocess.DEVNULL, stdout=reader.stdin)
    reader.stdin.close()
    reader.wait()
    total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)", summary.read_text(), re.MULTILINE)
    return int(total[1]) / mebibytes if done.returncode == 0 and total else None


def show(result):
    head = ["what is written", "Warder ÷ cat", "p10", "p90", "by processor time", "cat", "Warder", "target"]
    rows = [_row(words, result["shapes"][shape], target) for shape, words, target in SHAPES]
    small = [_row(words, result["small"][shape])[:-1] for shape, words in SMALL]
    lags = []
    for shape, words in SMALL:
        for way, name in (("cat", "`cat`"), ("warder", "Warder")):
            value = result["lag"][shape][way]
            lags.append([f"{words}, {name}", *(value[key] / 1024 for key in ("median", "p99", "maximum", "pipe"))])
    calls = ", ".join(f"{figures.text(count)} for {shape}" for shape, count in result["calls"].items() if count)
    return (
        "## Throughput\n\nA writer, then `cat` or Warder, then a reader that throws away; the writer writes 64 KiB at "
        + f"once. Mebibytes of what the script wrote in a second, {result['mib']} MiB at a time. Ratios are those of each "
        + "round, the processor time is that of the whole pipeline; more is faster in both.\n\n"
        + figures.table(head, rows)
        + "\nSmall writes: the writer is as slow as its system calls are; what counts is whether it has to wait.\n\n"
        + figures.table(head[:-1], small)
        + "\nHow many KiB the writer is ahead of the log's reader while it writes as fast as it can, and what the pipe of "
        + "its output holds.\n\n"
        + figures.table(["", "median", "p99", "most", "the pipe"], lags)
        + (f"\nSystem calls of the supervisor for a mebibyte: {calls}.\n" if calls else ""))


def _row(words, value, target=None):
    ratio = value["warder_to_cat"]
    return [words, ratio["median"], ratio["p10"], ratio["p90"], value["warder_to_cat_cpu"]["median"],
            value["cat"]["median"], value["warder"]["median"], "–" if target is None else f"≥ {target:.2f}"]


def targets(result):
    for shape, words, target in SHAPES:
        if target is not None:
            value = result["shapes"][shape]["warder_to_cat"]["median"]
            yield f"throughput of {words} ÷ cat", value, figures.verdict(value, target, at_most=False)
    for shape, words in SMALL:
        value = result["lag"][shape]["warder"]
        most, pipe = value["maximum"] / 1024, value["pipe"] / 1024
        yield f"behind the writer at most, {words}, KiB", most, figures.verdict(most, pipe)
