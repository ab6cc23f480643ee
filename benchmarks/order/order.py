"""Writes which functions the supervisor's loop uses: the linker puts them side by side.

What the start needs is given up when the script runs (cl_release_program_pages). The kernel brings back 64 KiB around
what is used, so that functions which lie anywhere would bring back everything. As root, on x86-64, after scripts/build:

    /usr/bin/python3 benchmarks/order/order.py

The list may be older than the sources: names that there are no more are passed over, and only memory is at stake.
"""

import bisect
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = ROOT / ".build-embedded" / "release" / "warder-init"
# Some of everything that a loop sees: output on both streams, processes that end, heartbeats, watches.
SCRIPT = "while sleep 0.2; do echo hello; echo err >&2; (sleep 0.05 &); done\n"
SECONDS = 8


def functions():
    """Addresses and names, in the order of the addresses."""
    lines = subprocess.run(["nm", "-n", str(PROGRAM)], capture_output=True, text=True, check=True).stdout.splitlines()
    fields = [line.split() for line in lines]
    return [(int(field[0], 16), field[2]) for field in fields if len(field) == 3 and field[1] in "tTwW"]


def addresses(directory):
    """Where the loop has been, from the file's beginning."""
    step, task = directory / "step", directory / "task"
    subprocess.run(["cc", "-O2", "-o", str(step), str(HERE / "step.c")], check=True)
    task.mkdir()
    (task / "script.sh").write_text(SCRIPT)
    with open("/dev/null", "w") as nowhere:
        run = subprocess.Popen([str(PROGRAM), "--heartbeat", "1s", "--task", str(task)], stdout=nowhere)
        time.sleep(1)
        with open(f"/proc/{run.pid}/maps") as maps:
            base = next(line for line in maps if line.rstrip().endswith(PROGRAM.name)).split("-")[0]
        seen = subprocess.run([str(step), str(run.pid), base, str(SECONDS)], capture_output=True, text=True)
        run.terminate()
        run.wait()
    if seen.returncode != 0:
        sys.exit(f"the supervisor could not be followed: status {seen.returncode}")
    return [int(line, 16) for line in seen.stdout.split()]


def main():
    known = functions()
    begins = [begin for begin, _ in known]
    with tempfile.TemporaryDirectory() as directory:
        used = {known[place - 1][1] for place in
                (bisect.bisect(begins, address) for address in addresses(pathlib.Path(directory))) if place > 0}
    (HERE / "loop-functions.txt").write_text("".join(name + "\n" for name in sorted(used)))
    print(f"{len(used)} functions")


if __name__ == "__main__":
    main()
