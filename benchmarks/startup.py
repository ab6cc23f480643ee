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
# It does not wait for what it starts, whose processor time is nobody's then; sandlock is no process of its own.
UNCOUNTED = ("bubblewrap", "sandlock")


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
    values = _compared(fast, rounds, 3)
    if slow:
        # With those beside them that they are divided by.
        beside = [entry for entry in commands if entry[0] in ("nothing", "tini")]
        values = _compared([*beside, *slow], max(rounds // 10, 2), 1) | values
    return values


def _compared(commands, rounds, warm_up):
    wall, cpu = runner.in_turns(commands, rounds, warm_up)
    base = "tini" if "tini" in wall else "nothing"
    return {
        name: {
            "wall_us": figures.summary(wall[name]), "cpu_us": figures.summary(cpu[name]),
            "to_base": figures.pairs(wall[name], wall[base]), "to_nothing": figures.pairs(wall[name], wall["nothing"]),
            "cpu_to_base": figures.pairs(cpu[name], cpu[base]) if all(cpu[base]) else None,
        } for name in wall}


def show(result):
    text = ("## Start-up\n\nWall time from the start of the command to its end, microseconds, and as a part of tini's: "
            + "first the median of the rounds' ratios, then the ratios of medians and of 10th percentiles.\n")
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
            wall, cpu = value["wall_us"], value["cpu_to_base"]
            rows.append([
                f"{shown}" + (f": {does}" if does else ""), value["to_base"]["median"],
                figures.ratio(wall["median"], base["wall_us"]["median"]),
                figures.ratio(wall["p10"], base["wall_us"]["p10"]), cpu["median"] if cpu and cpu["median"] and name not in UNCOUNTED else None,
                wall["median"], wall["p10"], wall["p90"]])
        ratios = ["÷ tini", "median ÷ tini", "p10 ÷ tini", "CPU ÷ tini"]
        head = ["between the start and the command", *ratios, "median", "p10", "p90"]
        text += f"\n### {title}\n\n" + figures.table(head, rows)
    if result["missing"]:
        text += "\nMissing: " + "; ".join(f"{name} ({why})" for name, why in result["missing"].items()) + ".\n"
    return text


def targets(result):
    true, python = result["true"]["Warder"], result["python"]["Warder"]
    has_tini = "tini" in result["true"]
    for name, value, target in (
        ("start-up of `/bin/true` ÷ tini", true["to_base"]["median"] if has_tini else None, TRUE_TARGET),
        ("start-up of `python3` ÷ tini", python["to_base"]["median"] if has_tini else None, PYTHON_TARGET),
        ("start-up of `python3` ÷ bare", python["to_nothing"]["median"], PYTHON_BARE_TARGET),
    ):
        yield name, value, figures.verdict(value, target)
