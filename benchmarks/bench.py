"""Measures Warder beside its peers, and writes what came of it as Markdown and JSON."""

import argparse
import datetime
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import calls
import decoder
import density
import figures
import interpreter
import kills
import memory
import peers
import place
import runner
import startup
import throughput

SECTIONS = {"startup": startup, "memory": memory, "throughput": throughput, "decoder": decoder, "deadline": kills,
            "density": density, "calls": calls, "interpreter": interpreter}


def measure(name, where, tool, quick):
    if name == "startup":
        return startup.measure(where, 5 if quick else 300, say)
    if name == "memory":
        beats = 15 if quick else memory.HEARTBEATS
        return memory.measure(where, 1 if quick else 30, 256 if quick else 10_240, beats, say)
    if name == "throughput":
        return throughput.measure(where, 4 if quick else 512, 1 if quick else 7, say)
    if name == "decoder":
        return decoder.measure(where, tool, 4 if quick else 512, 1 if quick else 5, say)
    if name == "deadline":
        return kills.measure(where, 3 if quick else 500, not quick, say)
    if name == "density":
        return density.measure(where, 5 if quick else 200, 1 if quick else 20, 2 if quick else 15, say)
    if name == "calls":
        return calls.measure(where, 2 if quick else 11, say)
    return interpreter.measure(where, 1 if quick else 5, 1 if quick else 2, say)


def say(text):
    print(text, file=sys.stderr, flush=True)


def report(result):
    """The page: the targets first, then the tables."""
    machine = result["machine"]
    virtual = f", {machine['virtual']} virtual machine" if machine["virtual"] not in (None, "none") else ""
    text = (
        f"Measured on {result['date']} with `scripts/bench" + (" --quick" if result["quick"] else "") + "`: "
        + f"{machine['processor']}, {machine['processors']} processors, {machine['memory_mib']:,} MiB{virtual}, "
        + f"Linux {machine['kernel']}, {machine['system']}; load {machine['load_before']:.1f} before.\n\n")
    text += figures.table(["target", "measured", "verdict"], [list(row.values()) for row in result["targets"]])
    for name, value in result["sections"].items():
        text += "\n" + SECTIONS[name].show(value)
    return text


BEGIN, END = "<!-- results of scripts/bench: begin -->\n", "<!-- results of scripts/bench: end -->\n"


def replace_part(document, text):
    page = document.read_text()
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise SystemExit(f"{document} has no place for results: the lines {BEGIN.strip()} and {END.strip()}")
    document.write_text(before + BEGIN + "\n" + text + "\n" + END + after)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few runs of everything, to see that it works")
    parser.add_argument("--section", action="append", choices=SECTIONS, help="only this one; several times: these")
    parser.add_argument("--supervisor", default=str(place.ROOT / "dist" / "warder-init"), help="the binary to measure")
    parser.add_argument("--tool", help="the tool `warder`, for the decoder")
    parser.add_argument("--output", type=pathlib.Path, default=place.ROOT / ".build-bench",
                        help="where results.md and results.json go (default: %(default)s)")
    parser.add_argument("--document", type=pathlib.Path, help="a page that has two marks, for the results")
    parser.add_argument("--install", action="store_true", help="install the peers that are missing first")
    options = parser.parse_args()

    if options.install:
        peers.install(say)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    result = {"date": today, "quick": options.quick, "machine": place.machine(),
              "versions": {"warder-init": place.identity(options.supervisor), **peers.versions()}, "sections": {}}
    group = place.leave_neighbours("warder-bench")
    try:
        with place.prepared(options.supervisor) as where:
            for name in options.section or SECTIONS:
                result["sections"][name] = measure(name, where, options.tool, options.quick)
    finally:
        place.return_to_neighbours(group)
    result["targets"] = [
        {"target": target, "measured": measured, "verdict": verdict}
        for name, value in result["sections"].items() for target, measured, verdict in SECTIONS[name].targets(value)]
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "results.json").write_text(json.dumps(result, indent=1) + "\n")
    (options.output / "results.md").write_text(report(result))
    print(report(result))
    if options.document:
        replace_part(options.document, report(result))
    say(f"written: {options.output}/results.md and results.json")


def run_inside():
    """This program once more, with a /tmp of its own in memory and a process table of its own, as a container has them."""
    command, source, steps = [sys.executable, *sys.argv], None, "mount -t tmpfs -o mode=1777 tmpfs /tmp"
    if place.ROOT.is_relative_to("/tmp"):
        # A checkout there would be covered. It is seen elsewhere then: something mounted beneath /tmp would close that.
        source = tempfile.mkdtemp(prefix="warder-bench-source.", dir="/var/tmp")
        command = [word.replace(str(place.ROOT), source) for word in command]
        steps = f"mount --bind {shlex.quote(str(place.ROOT))} {source} && {steps}"
    # firejail refuses to run in other namespaces than the machine's.
    outside = runner.Runner()
    ends = (outside.requests.fileno(), outside.answers.fileno())
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    try:
        return subprocess.call([*namespaces, "sh", "-c", steps + ' && exec "$@"', "sh", *command],
                               env={**os.environ, "WARDER_BENCH_INSIDE": "1", runner.OUTSIDE: f"{ends[0]} {ends[1]}"},
                               pass_fds=ends)
    finally:
        outside.close()
        if source:
            os.rmdir(source)


if __name__ == "__main__":
    if os.getuid() == 0 and "WARDER_BENCH_INSIDE" not in os.environ:
        sys.exit(run_inside())
    main()
