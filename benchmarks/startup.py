"""Start-up: from the start of the command to its end, for a program that does nothing and for an interpreter."""

import figures
import peers
import runner

# At most so much of tini's, and of the bare command's.
TRUE_TARGET = 0.85
PYTHON_TARGET = 1.0
PYTHON_BARE_TARGET = 1.10
# Run in every round; the others take ten times as long, and a tenth of the rounds.
FAST = ("tini", "dumb-init", "catatonit", "bubblewrap")


def measure(where, rounds, say):
    nothing = where.task("true-task", "script.true", "x\n")
    empty = where.task("python-task", "script.py", "pass\n")
    found, missing = peers.usable(peers.inits() + peers.sandboxes(where))
    # An interpreter takes long enough to show what a sandbox adds at every call.
    light = [(peer, process) for peer, process in found if peer.name in FAST]
    user = runner.Runner()
    try:
        say(f"start-up of /bin/true, {rounds} rounds, {len(found) + 2} commands in turns")
        true = _in_turns(found, ["/bin/true"], where.command(nothing), user, rounds)
        say(f"start-up of python3, {max(rounds // 4, 3)} rounds")
        python = _in_turns(light, ["/usr/bin/python3", f"{empty}/script.py"], where.command(empty), user,
                           max(rounds // 4, 3))
    finally:
        for _, process in found:
            process.close()
        user.close()
    names = {peer.name: (peer.shown_as or peer.name, peer.does) for peer, _ in found}
    return {"true": true, "python": python, "missing": missing, "names": names}


def _in_turns(found, command, supervised, user, rounds):
    commands = [("nothing", user, command), ("Warder", user, supervised)]
    commands += [(peer.name, process, peer.wrap(command)) for peer, process in found]
    fast = [entry for entry in commands if entry[0] in ("nothing", "Warder", *FAST)]
    slow = [entry for entry in commands if entry not in fast]
    wall, cpu = runner.in_turns(fast, rounds)
    if slow:
        slow_wall, slow_cpu = runner.in_turns([commands[0], *slow], max(rounds // 10, 2), warm_up=1)
        wall.update({name: values for name, values in slow_wall.items() if name != "nothing"})
        cpu.update({name: values for name, values in slow_cpu.items() if name != "nothing"})
    return {name: {"wall_us": figures.summary(wall[name]), "cpu_us": figures.summary(cpu[name])} for name in wall}


def show(result):
    text = "## Start-up\n\nWall time from the start of the command to its end, microseconds, and as a part of tini's.\n"
    for key, title in (("true", "`/bin/true`"), ("python", "`python3` with an empty script")):
        values = result[key]
        base = values.get("tini", values["nothing"])
        rows = []
        for name, value in sorted(values.items(), key=lambda item: item[1]["wall_us"]["median"]):
            shown, does = result["names"].get(name, (name, ""))
            if name == "Warder":
                shown, does = "**Warder**", "capabilities, seccomp with a listener, Landlock, rlimits, deadline, frames"
            elif name == "nothing":
                shown, does = "nothing", "the command alone"
            wall, cpu = value["wall_us"], value["cpu_us"]
            rows.append([
                f"{shown}" + (f": {does}" if does else ""),
                figures.ratio(wall["median"], base["wall_us"]["median"]),
                figures.ratio(wall["p10"], base["wall_us"]["p10"]),
                figures.ratio(cpu["p10"], base["cpu_us"]["p10"]) if cpu["p10"] else None,
                wall["median"], wall["p10"], wall["p90"]])
        ratios = ["median ÷ tini", "p10 ÷ tini", "CPU p10 ÷ tini"]
        head = ["between the start and the command", *ratios, "median", "p10", "p90"]
        text += f"\n### {title}\n\n" + figures.table(head, rows)
    if result["missing"]:
        text += "\nMissing: " + "; ".join(f"{name} ({why})" for name, why in result["missing"].items()) + ".\n"
    return text


def targets(result):
    true, python = result["true"], result["python"]
    for name, value, target in (
        ("start-up of `/bin/true` ÷ tini", _ratio(true, "tini"), TRUE_TARGET),
        ("start-up of `python3` ÷ tini", _ratio(python, "tini"), PYTHON_TARGET),
        ("start-up of `python3` ÷ bare", _ratio(python, "nothing"), PYTHON_BARE_TARGET),
    ):
        yield name, value, figures.verdict(value, target)


def _ratio(values, other):
    if other not in values:
        return None
    return figures.ratio(values["Warder"]["wall_us"]["median"], values[other]["wall_us"]["median"])
