"""What the walls cost a script while it runs: system calls, and files by how deep they lie."""

import json
import statistics
import subprocess

import figures
import outer
import place

# Whose arguments nobody looks at, and which are no file: the kernel looks those up in a table of what every filter allows.
PLAIN = ("getppid", "read", "write", "clock_gettime", "futex")
# "Unmeasurably slower": within this, or within what the same comparison made of two equal sides.
UNMEASURABLE = 1.02
DEPTHS = (0, 1, 2, 4, 8, 16, 32)


def measure(where, rounds, say):
    say(f"system calls under the walls, {rounds} rounds")
    program = where.helper("outer.filter")
    outer.write_filter(program)
    task = where.task("calls-task", "script.calls", _paths(where))
    runtime = [where.helper("filtered"), program]
    bare = [where.helper("calls"), f"{task}/script.calls"]
    # RuntimeDefault alone twice: how far apart are two that are equal?
    ways = {"bare": bare, "outer": [*runtime, *bare], "again": [*runtime, *bare],
            "warder": [*runtime, *where.command(task)]}
    series = in_turns(ways, rounds)
    return {
        name: {
            **{way: figures.summary(series[way][name]) for way in ways},
            "warder_to_outer": figures.pairs(series["warder"][name], series["outer"][name]),
            "warder_to_bare": figures.pairs(series["warder"][name], series["bare"][name]),
            "again_to_outer": figures.pairs(series["again"][name], series["outer"][name]),
        } for name in series["bare"]}


def _paths(where):
    """Files to open, each so many directories below the one that the script may read."""
    directory, lines = where.directory / "depth", []
    for depth in range(max(DEPTHS) + 1):
        directory.mkdir()
        if depth in DEPTHS:
            (directory / "file").write_text("x\n")
            lines.append(f"open-{depth} {directory}/file\n")
        directory /= "d"
    return "".join(lines)


def in_turns(ways, rounds):
    """What every command printed in every round, each beginning with another one: a series for each way and name."""
    series = {way: {} for way in ways}
    order = list(ways)
    for number in range(rounds):
        shift = number % len(order)
        for way in order[shift:] + order[:shift]:
            for name, value in _lines(ways[way], way == "warder"):
                series[way].setdefault(name, []).append(value)
    return series


def _lines(command, is_supervised):
    """What the program printed: lines of a name and a number."""
    done = subprocess.run(command, env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, cwd="/tmp",
                          preexec_fn=place.become_user)
    output, said = done.stdout.decode(), done.stderr.decode()
    if is_supervised:
        frames = [json.loads(line) for line in output.splitlines()]
        output = "".join(frame.get("stdout", "") for frame in frames)
        said += "".join(frame.get("stderr", "") for frame in frames)
    lines = [line.split() for line in output.splitlines()]
    if done.returncode != 0 or not lines:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}: {said[-300:]}")
    return [(name, float(value)) for name, value in lines]


def show(result):
    calls = {name: value for name, value in result.items() if not name.startswith("open-")}
    text = (
        "## System calls of the script\n\nNanoseconds of a call; RuntimeDefault is the filter that a container runtime "
        + "sets around everything, and there with Warder and without. How far two equal sides are apart is what the "
        + "last columns say: RuntimeDefault measured twice, and divided by itself.\n\n")
    head = ["call", "Warder ÷ RuntimeDefault", "Warder ÷ nothing", "no filter", "RuntimeDefault", "and Warder",
            "equal sides: p10", "p90"]
    text += figures.table(head, [_row(name, value) for name, value in calls.items()])
    text += ("\nA file opened and closed, by how many directories it lies below the one that the script may read. "
             + "Landlock asks each of them.\n\n")
    head[0] = "directories between"
    return text + figures.table(head, [_row(name.removeprefix("open-"), value) for name, value in result.items()
                                       if name not in calls])


def _row(name, value):
    again = value["again_to_outer"]
    return [name, value["warder_to_outer"]["median"], value["warder_to_bare"]["median"], value["bare"]["median"],
            value["outer"]["median"], value["warder"]["median"], figures.text(again["p10"], 3),
            figures.text(again["p90"], 3)]


def targets(result):
    measured = statistics.geometric_mean([result[name]["warder_to_outer"]["median"] for name in PLAIN])
    spread = statistics.geometric_mean([result[name]["again_to_outer"]["p90"] for name in PLAIN])
    target = max(UNMEASURABLE, spread)
    yield ("allowed system calls ÷ RuntimeDefault alone (geometric mean of " + ", ".join(PLAIN) + ")", measured,
           figures.verdict(measured, target))
