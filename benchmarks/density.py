"""Many supervisors at once: what they take together, and how fast they start; and what a run costs as it grows."""

import json
import os
import subprocess
import time

import figures
import memory
import place
import runner


def measure(where, count, seconds, rounds, say):
    say(f"density: {count} supervisors at once")
    task = where.task("density-task", "script.sh", "exec sleep 1000\n")
    command = where.command(task, "--timeout", f"{seconds + 30}s", "--grace", "1s")
    begin = time.perf_counter()
    processes = [
        subprocess.Popen(command, env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, preexec_fn=place.become_user) for _ in range(count)]
    started = [json.loads(process.stdout.readline()) for process in processes]
    took = time.perf_counter() - begin
    before, at = _cpu(processes), time.perf_counter()
    time.sleep(seconds)
    used = (_cpu(processes) - before) / (time.perf_counter() - at)
    resident = sum(memory.status(process.pid)["VmRSS"] for process in processes)
    own = sum(memory.status(process.pid)["RssAnon"] for process in processes)
    for process in processes:
        process.terminate()
    right = 0
    for process in processes:
        frames = [json.loads(line) for line in process.stdout.read().splitlines()]
        process.wait()
        right += frames[-1].get("exit", {}).get("reason") == "cancelled"
    return {
        "count": count, "starts_per_second": count / took, "frames": sum("start" in frame for frame in started),
        "right_verdicts": right, "resident_kib": resident, "own_kib": own, "cpu_share": used, "seconds": seconds,
        "slopes": _slopes(where, rounds, say)}


def _cpu(processes):
    """Seconds of the processors that the supervisors have used, their scripts not counted."""
    ticks = 0
    for process in processes:
        with open(f"/proc/{process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _slopes(where, rounds, say):
    say("what a run costs as its task grows")
    user = runner.Runner()
    slopes = {}
    try:
        for what, sizes, make in (
            ("files in the task directory", (0, 10, 100, 1000), _with_files),
            ("MiB of output", (0, 1, 4, 16), _with_output),
            ("processes", (1, 10, 100), _with_processes),
        ):
            commands = [(size, user, make(where, size)) for size in sizes]
            wall, _ = runner.in_turns(commands, rounds, warm_up=1)
            slopes[what] = {str(size): figures.summary(wall[size]) for size in sizes}
    finally:
        user.close()
    return slopes


def _with_files(where, count):
    task = where.task(f"files-{count}", "script.true", "x\n")
    for number in range(count):
        where.task(f"files-{count}", f"input-{number}.csv", "1,2,3\n")
    return where.command(task, "--script", f"{task}/script.true") if count else where.command(task)


def _with_output(where, mebibytes):
    task = where.task(f"output-{mebibytes}", "script.feed", f"text {mebibytes}\n")
    return where.command(task, "--stdout-limit", "1Gi", "--log-limit", "2Gi")


def _with_processes(where, count):
    return where.command(where.task(f"processes-{count}", "script.sh",
                                    f"for ((i = 0; i < {count}; i++)); do /bin/true & done; wait\n"))


def show(result):
    count = result["count"]
    text = (
        f"## Density\n\n{count} supervisors at once, each with a sleeping script: "
        + f"{result['starts_per_second']:.0f} started in a second, {result['frames']} start frames, "
        + f"{result['right_verdicts']} right verdicts. Together "
        + f"{result['resident_kib'] / 1024:,.0f} MiB resident, of which {result['own_kib'] / 1024:,.0f} MiB are not "
        + f"pages of the one file; {100 * result['cpu_share']:.2f} % of a processor over {result['seconds']} s.\n")
    for what, sizes in result["slopes"].items():
        rows = [[size, value["median"] / 1000, value["p10"] / 1000] for size, value in sizes.items()]
        text += "\n" + figures.table([what, "median, ms", "p10, ms"], rows)
    return text


def targets(result):
    share = result["right_verdicts"] / result["count"]
    yield f"right verdicts of {result['count']} at once", share, figures.verdict(share, 1.0, at_most=False)
