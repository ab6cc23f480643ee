"""Size, resident memory, and what wakes an idle supervisor."""

import os
import signal
import subprocess
import time

import figures
import peers
import place

SIZE_TARGET = 640 * 1024
IDLE_TARGET = 640
FLOOD_TARGET = 1024
# Flat: what the kernel counts differs by some pages.
GROWTH_TARGET = 16
IDLE_SCRIPT = "exec sleep 1000\n"


# As many as an hour has at the interval that holds unless another one is asked for (10 s), in a shorter one.
HEARTBEATS = 360


def measure(where, seconds, flood_mib, heartbeats, say):
    say(f"resident memory, and wake-ups over {seconds} s")
    idle = where.task("idle-task", "script.sh", IDLE_SCRIPT)
    commands = {"Warder": where.command(idle)}
    found, missing = peers.usable(peers.inits())
    for peer, process in found:
        process.close()
        commands[peer.name] = peer.wrap(["/bin/sleep", "1000"])
    result = {"size": os.stat(where.supervisor).st_size, "idle": _idle(commands, seconds), "missing": missing}
    say(f"resident memory over {heartbeats} heartbeats")
    result["heartbeats"] = _heartbeats(where.command(idle, "--heartbeat", "100ms"), heartbeats)
    say(f"resident memory under a flood of {flood_mib} MiB")
    result["flood"] = _flood(where, flood_mib)
    return result


def _start(command, output=subprocess.DEVNULL):
    return subprocess.Popen(command, env=place.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=output,
                            stderr=subprocess.DEVNULL, preexec_fn=place.become_user)


def status(process):
    """The numbers of /proc/PID/status: sizes in KiB, and counts. Nobody has to be asked for leave to read them."""
    values = {}
    with open(f"/proc/{process}/status") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            words = value.split()
            if words and words[0].isdigit():
                values[name] = int(words[0])
    return values


def _end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _idle(commands, seconds):
    """All of them at once: none does anything that could disturb another."""
    processes = {name: _start(command) for name, command in commands.items()}
    try:
        time.sleep(1.5)
        before = {name: status(process.pid) for name, process in processes.items()}
        time.sleep(seconds)
        after = {name: status(process.pid) for name, process in processes.items()}
    finally:
        for process in processes.values():
            _end(process)
    return {
        name: {
            "resident_kib": value["VmRSS"], "anonymous_kib": value["RssAnon"], "file_kib": value["RssFile"],
            "wakeups": value["voluntary_ctxt_switches"] - before[name]["voluntary_ctxt_switches"], "seconds": seconds,
        } for name, value in after.items()}


def _heartbeats(command, count):
    """How large it is after the first ten and after the last."""
    process = _start(command, subprocess.PIPE)
    first = last = seen = 0
    try:
        for line in process.stdout:
            seen += b'"heartbeat"' in line
            last = status(process.pid)["VmRSS"]
            first = first or (last if seen >= 10 else 0)
            if seen >= count:
                break
    finally:
        _end(process)
        process.stdout.close()
    return {"count": seen, "first_kib": first, "last_kib": last}


def _flood(where, mebibytes):
    """The largest that is seen while text passes as fast as it can, and how it is from its beginning to its end."""
    task = where.task("flood-task", "script.feed", f"text {mebibytes}\n")
    reader = subprocess.Popen([where.helper("drain")], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process = _start(where.command(task, "--stdout-limit", "64Gi", "--log-limit", "128Gi"), reader.stdin)
    reader.stdin.close()
    seen = []
    while process.poll() is None:
        try:
            values = status(process.pid)
            if "VmRSS" in values:
                seen.append((values["VmRSS"], values["VmHWM"]))
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.02)
    process.wait()
    reader.wait()
    # The last look may have met it while it was ending.
    seen = seen[1:-1] or seen
    return {
        "mib": mebibytes, "resident_kib": figures.summary([resident for resident, _ in seen]),
        "peak_kib": max(peak for _, peak in seen), "first_kib": seen[min(len(seen) // 10 + 1, len(seen) - 1)][0],
        "last_kib": seen[-1][0]}


def show(result):
    rows = []
    for name, value in sorted(result["idle"].items(), key=lambda item: item[1]["resident_kib"]):
        shown = "**Warder**" if name == "Warder" else name
        rows.append([shown, value["resident_kib"], value["anonymous_kib"], value["file_kib"],
                     60 * value["wakeups"] / value["seconds"]])
    flood, heartbeats = result["flood"], result["heartbeats"]
    return (
        "## Size and memory\n\n"
        + f"`warder-init` has {result['size']:,} bytes. Resident memory in KiB while the script sleeps:\n\n"
        + figures.table(["", "resident", "of its own", "of its file", "wake-ups a minute"], rows)
        + f"\nAfter ten heartbeats it is {heartbeats['first_kib']:,} KiB, after {heartbeats['count']} (an hour has "
        + f"{HEARTBEATS}) {heartbeats['last_kib']:,} KiB.\n"
        + f"\nWhile {flood['mib']:,} MiB of text pass: {flood['resident_kib']['median']:,.0f} KiB in the middle, "
        + f"{flood['peak_kib']:,} KiB at most, {flood['first_kib']:,} KiB near the beginning and "
        + f"{flood['last_kib']:,} KiB at the end.\n")


def targets(result):
    size = result["size"] / 1024
    yield "size, KiB", size, figures.verdict(size, SIZE_TARGET / 1024)
    idle = result["idle"]["Warder"]["resident_kib"]
    yield "resident when idle, KiB", idle, figures.verdict(idle, IDLE_TARGET)
    peak = result["flood"]["peak_kib"]
    yield "resident under a flood, KiB", peak, figures.verdict(peak, FLOOD_TARGET)
    for words, value in (("a flood", result["flood"]), ("an hour's heartbeats", result["heartbeats"])):
        growth = value["last_kib"] - value["first_kib"]
        yield f"grown over {words}, KiB", growth, figures.verdict(growth, GROWTH_TARGET)
