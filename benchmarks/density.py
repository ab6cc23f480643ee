"""Many supervisors at once: what they take together, and how fast they start; and what a run costs as it grows."""

import json
import os
import signal
import time

import figures
import memory
import peers
import place
import runner


def measure(where, count, seconds, rounds, say):
    say(f"density: {count} supervisors at once")
    task = where.task("density-task", "script.sh", "exec sleep 1000\n")
    command = where.command(task, "--timeout", f"{seconds + 60}s", "--grace", "1s")
    begin = time.perf_counter()
    started = [_Supervisor(command) for _ in range(count)]
    frames = [json.loads(each.log.readline()) for each in started]
    took = time.perf_counter() - begin
    before, at = _processor_time(started), time.perf_counter()
    time.sleep(seconds)
    used = (_processor_time(started) - before) / (time.perf_counter() - at)
    states = [memory.status(each.process) for each in started]
    for each in started:
        os.kill(each.process, signal.SIGTERM)
    ends = [each.end() for each in started]
    return {
        "count": count, "starts_per_second": count / took, "frames": sum("start" in frame for frame in frames),
        "right_verdicts": sum(end.get("exit", {}).get("reason") == "cancelled" for end in ends),
        "resident_kib": sum(state["VmRSS"] for state in states), "own_kib": sum(state["RssAnon"] for state in states),
        "cpu_share": used, "seconds": seconds, "runs_per_second": _rates(where, 2 * count, say),
        "slopes": _slopes(where, rounds, say)}


class _Supervisor:
    """One that was started, and the reading end of its log."""

    def __init__(self, command):
        reading, writing = os.pipe()
        self.process = runner.spawn_as_user(command, writing)
        os.close(writing)
        self.log = open(reading)

    def end(self):
        """Its last frame."""
        with self.log:
            lines = self.log.read().splitlines()
        os.waitpid(self.process, 0)
        return json.loads(lines[-1]) if lines else {}


def _processor_time(supervisors):
    """Seconds of the processors that the supervisors have used, their scripts not counted."""
    total = 0
    for each in supervisors:
        with open(f"/proc/{each.process}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def _rates(where, count, say):
    """How many runs of `/bin/true` come to their end in a second, with two of each processor under way."""
    say(f"density: {count} runs of /bin/true")
    commands = {"nothing": ["/bin/true"], "Warder": where.command(where.task("rate-task", "script.true", "x\n"))}
    tini = peers.inits()[0]
    if os.path.exists(tini.wrap([])[0]):
        commands["tini"] = tini.wrap(["/bin/true"])
    rates = {name: [] for name in commands}
    with open(os.devnull, "w") as nothing:
        for _ in range(5):
            for name, command in commands.items():
                rates[name].append(_rate(command, count // 4 + 1, nothing.fileno()))
    return {name: figures.summary(values) for name, values in rates.items()}


def _rate(command, count, output):
    under_way, begun = set(), 0
    most = 2 * len(os.sched_getaffinity(0))
    begin = time.perf_counter()
    while under_way or begun < count:
        if len(under_way) < most and begun < count:
            under_way.add(runner.spawn_as_user(command, output))
            begun += 1
            continue
        # Orphans of earlier measurements come here too: in its own process namespace the bench is process 1.
        process, status = os.wait()
        if process in under_way and status != 0:
            raise RuntimeError(f"{command[0]} ended with status {status}")
        under_way.discard(process)
    return count / (time.perf_counter() - begin)


def _slopes(where, rounds, say):
    say("what a run costs as its task grows")
    user = runner.Runner()
    slopes = {}
    try:
        for what, sizes, make in (
            ("limits that are set", (0, 4, 8, 12), _with_limits),
            ("paths that may be read besides", (0, 10, 50), _with_paths),
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


LIMITS = ("--timeout 60s", "--grace 1s", "--cpu-time 60s", "--memory 512Mi", "--processes 100", "--threads 500",
          "--data-size 4Gi", "--open-files 500", "--file-size 100Mi", "--disk 100Mi", "--stdout-limit 1Mi",
          "--stderr-limit 1Mi")


def _with_limits(where, count):
    task = where.task("limits-task", "script.true", "x\n")
    return where.command(task, *(word for limit in LIMITS[:count] for word in limit.split()))


def _with_paths(where, count):
    task = where.task("paths-task", "script.true", "x\n")
    paths = []
    for number in range(count):
        paths.append(where.elsewhere / f"path-{number}")
        paths[-1].mkdir(exist_ok=True)
    return where.command(task, *(["--read", ",".join(map(str, paths))] if paths else []))


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
    rates = result["runs_per_second"]
    text = (
        f"## Density\n\n{count} supervisors at once, each with a sleeping script: "
        + f"{result['starts_per_second']:.0f} started in a second, {result['frames']} start frames, "
        + f"{result['right_verdicts']} right verdicts. Together "
        + f"{result['resident_kib'] / 1024:,.0f} MiB resident, of which {result['own_kib'] / 1024:,.0f} MiB are not "
        + f"pages of the one file; {100 * result['cpu_share']:.2f} % of a processor over {result['seconds']} s.\n\n"
        + "Runs of `/bin/true` that come to their end in a second, two of each processor under way:\n\n"
        + figures.table(["", "median", "p10", "p90"], [[f"**{name}**" if name == "Warder" else name, value["median"],
                                                      value["p10"], value["p90"]] for name, value in rates.items()])
        + "\nWhat a run costs as it grows, milliseconds; the slope is microseconds for each one more, from the first row.\n")
    for what, sizes in result["slopes"].items():
        least = min(sizes, key=int)
        rows = [[size, value["median"] / 1000, value["p10"] / 1000, None if size == least else
                 (value["median"] - sizes[least]["median"]) / (int(size) - int(least))] for size, value in sizes.items()]
        text += "\n" + figures.table([what, "median", "p10", "slope"], rows)
    return text


def targets(result):
    share = result["right_verdicts"] / result["count"]
    yield f"right verdicts of {result['count']} at once", share, figures.verdict(share, 1.0, at_most=False)
