"""The deadline: how long after it the last of the script's processes is dead."""

import json
import os
import subprocess

import figures
import place

# What is to be killed, and within how many milliseconds of the deadline.
TREES = [
    ("one process", "exec sleep 1000\n", 0, 10),
    ("1,000 small processes", 'for ((i = 0; i < 1000; i++)); do sleep 1000 & done; wait\n', 1000, 100),
    ("stopped processes", 'for ((i = 0; i < 50; i++)); do sleep 1000 & kill -STOP $!; done; kill -STOP $$\n', 50, 50),
]
INTERPRETERS = ("1,000 interpreters", 'for ((i = 0; i < 1000; i++)); do exec -a p /usr/bin/python3 -I -S -c '
                '"import time; time.sleep(1000)" & done; wait\n', 1000, 250)


def measure(where, runs, large, say):
    result = {"runs": runs, "trees": {}}
    for busy in (False, True):
        words = "one process" + (", all processors busy" if busy else "")
        say(f"deadline: {words}, {runs} runs")
        burners = [_burn() for _ in range(len(os.sched_getaffinity(0)))] if busy else []
        try:
            result["trees"][words] = _series(where, TREES[0][1], "200ms", runs, 10)
        finally:
            for burner in burners:
                burner.kill()
                burner.wait()
    for words, script, processes, target in TREES[1:] + ([INTERPRETERS] if large else []):
        # A thousand interpreters take half a minute to begin.
        some = max(runs // (100 if words == INTERPRETERS[0] else 25), 2)
        say(f"deadline: {words}, {some} runs")
        # Time enough for all of them to be there.
        timeout = "30s" if processes >= 1000 and "interpreters" in words else "6s" if processes >= 1000 else "1s"
        result["trees"][words] = _series(where, script, timeout, some, target)
    return result


def _burn():
    return subprocess.Popen(["/usr/bin/python3", "-c", "while True: pass"], preexec_fn=place.become_user)


def _series(where, script, timeout, runs, target):
    task = where.task("kill-task", "script.sh", script)
    command = where.command(task, "--timeout", timeout, "--grace", "0s", "--processes", "2000", "--threads", "4000",
                            "--heartbeat", "0")
    late, killed = [], []
    for _ in range(runs):
        milliseconds, count = _once(command, timeout)
        late.append(milliseconds)
        killed.append(count)
    return {"late_ms": figures.summary(late), "killed": figures.summary(killed), "target_ms": target}


def _once(command, timeout):
    """How late the verdict was, which is written when nothing is left of the tree, and how many were killed."""
    done = subprocess.run(command, env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True,
                          preexec_fn=place.become_user)
    frames = [json.loads(line) for line in done.stdout.splitlines()]
    if "exit" not in frames[-1] or frames[-1]["exit"]["reason"] != "timeout":
        raise RuntimeError(f"a run of {timeout} did not end at its deadline: {frames[-1]}")
    # The deadline's clock begins with the script, this one with the supervisor: its start counts as lateness.
    budget = {"200ms": 200, "1s": 1000, "6s": 6000, "30s": 30000}[timeout]
    return frames[-1]["t"] * 1e3 - budget, frames[-1]["exit"]["processes_killed"]


def show(result):
    rows = [[words, value["late_ms"]["median"], value["late_ms"]["p90"], value["late_ms"]["maximum"],
             value["killed"]["median"], f"≤ {value['target_ms']}", value["late_ms"]["count"]]
            for words, value in result["trees"].items()]
    return (
        "## Deadline\n\nMilliseconds from the deadline to the verdict, which is written when no process of the tree is "
        + "left and its files are removed; without any grace. The clock is the log's, which begins with the supervisor "
        + "and not with the script, so the millisecond or two of the start are in it.\n\n"
        + figures.table(["tree", "median", "p90", "maximum", "killed", "target", "runs"], rows))


def targets(result):
    for words, value in result["trees"].items():
        late = value["late_ms"]["median"]
        yield f"deadline, {words}, ms", late, figures.verdict(late, value["target_ms"])
