"""The deadline: how long after it the last of the script's processes is dead, and the verdict written."""

import contextlib
import dataclasses
import json
import os
import select
import subprocess
import time

import figures
import place


@dataclasses.dataclass
class Tree:
    """What is to be killed, and within how many milliseconds of the deadline."""

    words: str
    shape: str
    count: int  # of processes besides the first; of a chain all
    timeout: float  # seconds until the deadline: time for all of them to be there
    target: float | None  # none: measured only
    part: int  # so large a part of all runs
    dots: int = 1
    busy: bool = False
    share: float | None = None  # of a processor, for the supervisor and the script together


TREES = [
    Tree("one process", "one", 0, 0.1, 10, 1),
    Tree("one process, all processors busy", "one", 0, 0.1, 10, 1, busy=True),
    Tree("a busy process, 0.2 of a processor for it and Warder", "busy", 0, 0.5, None, 10, share=0.2),
    Tree("1,000 small processes", "small", 1000, 2, 100, 25),
    Tree("1,000 stopped processes", "stopped", 1000, 1, 100, 25),
    Tree("1,000 generations, all there", "chain", 1000, 2, 100, 50),
    Tree("1,000 generations, every second one dead", "orphans", 1000, 2, 100, 50),
]
LARGE = [
    Tree("1,000 interpreters", "interpreters", 1000, 10, 250, 100, dots=1000),
    # Each fork without a new program adds to what the kernel has to copy for the next one, and to undo.
    Tree("1,000 generations by fork alone", "forks", 1000, 8, None, 250),
    Tree("10,000 small processes", "small", 10_000, 15, None, 150),
]
# For the largest, with what else runs here.
PROCESSES_NEEDED, MEMORY_NEEDED_MIB = 14_000, 6 * 1024


class TooEarly(Exception):
    """The deadline came before the tree was complete."""


def measure(where, runs, large, say):
    result = {"runs": runs, "trees": {}, "missing": {}}
    for tree in TREES + (LARGE if large else []):
        reason = _obstacle(tree)
        if reason:
            result["missing"][tree.words] = reason
            continue
        some = max(runs // tree.part, 2)
        say(f"deadline: {tree.words}, {some} runs")
        with _burning() if tree.busy else contextlib.nullcontext():
            with place.throttled(tree.share) if tree.share else contextlib.nullcontext() as group:
                if tree.share and not group:
                    result["missing"][tree.words] = "no cgroup for processor time can be made here"
                    continue
                result["trees"][tree.words] = _series(where, tree, some, group)
    return result


def _obstacle(tree):
    """Why this machine cannot have so many processes."""
    if tree.count < 10_000:
        return None
    room = place.process_room()
    if room < PROCESSES_NEEDED:
        return f"{room:,} processes are possible here, {PROCESSES_NEEDED:,} are needed"
    available = place.memory_available_mib()
    if available < MEMORY_NEEDED_MIB:
        return f"{available:,} MiB of memory are free, {MEMORY_NEEDED_MIB:,} are needed"
    return None


@contextlib.contextmanager
def _burning():
    """All processors busy."""
    burners = [subprocess.Popen(["/usr/bin/python3", "-c", "while True: pass"], preexec_fn=place.become_user)
               for _ in range(len(os.sched_getaffinity(0)))]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def _series(where, tree, runs, group):
    fifo = where.pipes / "tree"
    os.mkfifo(fifo)
    fifo.chmod(0o666)
    task = where.task("kill-task", "script.tree", f"{tree.shape} {tree.count} {fifo}\n")
    dead, written, killed, timeout = [], [], [], tree.timeout
    try:
        while len(dead) < runs:
            command = where.command(task, "--timeout", f"{round(timeout * 1000)}ms", "--grace", "0s", "--processes", "13000",
                                    "--threads", "26000", "--heartbeat", "0")
            try:
                last, verdict, count = _once(command, fifo, tree, timeout, group)
            except TooEarly:
                timeout *= 2
                if timeout > 16 * tree.timeout:
                    raise
                continue
            dead.append(last)
            written.append(verdict)
            killed.append(count)
    finally:
        fifo.unlink()
    return {"dead_ms": figures.summary(dead), "verdict_ms": figures.summary(written),
            "killed": figures.summary(killed), "timeout_s": timeout, "target_ms": tree.target}


def _once(command, fifo, tree, timeout, group):
    """Milliseconds after the deadline at which nothing held the FIFO any more and at which the verdict was there, and how
    many were killed."""
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    def prepare():
        if group:
            group.write_text(str(os.getpid()))
        place.become_user()

    process = subprocess.Popen(command, env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, preexec_fn=prepare)
    told, log, last, verdict, ready = b"", b"", 0, 0, 0
    output = process.stdout.fileno()
    try:
        with place.at_once():
            waiting = select.poll()
            waiting.register(reader, select.POLLIN)
            waiting.register(output, select.POLLIN)
            remaining = {reader, output}
            while remaining:
                for descriptor, _ in waiting.poll():
                    data = os.read(descriptor, 65536)
                    now = time.monotonic_ns()
                    if not data:
                        waiting.unregister(descriptor)
                        remaining.discard(descriptor)
                    if descriptor == output:
                        # A supervisor that ends without a script: nobody will open the FIFO any more.
                        if not data and not told:
                            remaining.clear()
                        log += data
                        verdict = now if data else verdict
                    else:
                        told += data
                        last = last if data else now
                        ready = ready or (told.count(b".") == tree.dots and now)
        process.wait()
    finally:
        os.close(reader)
        process.stdout.close()
    place.reap_orphans()
    end = json.loads(log.splitlines()[-1]).get("exit", {})
    if end.get("reason") != "timeout":
        raise RuntimeError(f"a run of {timeout} s did not end at its deadline: {end.get('message', end)}")
    deadline = int(told.split()[0]) + timeout * 1e9
    if not ready or ready > deadline:
        raise TooEarly(f"{tree.words}: not complete after {timeout} s")
    return (last - deadline) / 1e6, (verdict - deadline) / 1e6, end["processes_killed"]


def show(result):
    rows = []
    for words, value in result["trees"].items():
        dead = value["dead_ms"]
        rows.append([words, dead["median"], dead["p90"], dead["p99"], dead["maximum"], value["verdict_ms"]["median"],
                     figures.text(value["killed"]["median"], 0),
                     "–" if value["target_ms"] is None else f"≤ {value['target_ms']}", str(dead["count"])])
    text = (
        "## Deadline\n\nMilliseconds from the deadline to the death of the last process, and to the verdict; without any "
        + "grace.\n\n"
        + figures.table(["tree", "median", "p90", "p99", "maximum", "verdict, median", "killed", "target", "runs"], rows))
    return text + "".join(f"\nNot measured: {words}: {why}.\n" for words, why in result["missing"].items())


def targets(result):
    for words, value in result["trees"].items():
        if value["target_ms"] is not None:
            late = value["dead_ms"]["median"]
            yield f"deadline, {words}, ms", late, figures.verdict(late, value["target_ms"])
