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
# Some of everything that a loop sees: output on both streams, processes that end, watches, and silence with its heartbeats.
# Followed instruction by instruction, a turn takes a while. It begins with silence: what is done once, for the first frame,
# is the loop's too.
SCRIPT = """
sleep 1
while true; do
  for i in 1 2 3 4; do sleep 0.2; echo hello; echo err >&2; (sleep 0.05 &); done
  sleep 4
done
"""
SECONDS = 75
# Few, so that processes have to be told apart now and then.
PROCESSES = "20"
# What gives the pages back returns into the loop.
LAST_OF_THE_START = {"madvise"}


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
        run = subprocess.Popen(
            [str(PROGRAM), "--heartbeat", "1s", "--processes", PROCESSES, "--task", str(task)], stdout=nowhere)
        time.sleep(0.5)
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
                (bisect.bisect(begins, address) for address in addresses(pathlib.Path(directory))) if place > 0} | LAST_OF_THE_START
    (HERE / "loop-functions.txt").write_text("".join(name + "\n" for name in sorted(used)))
    # The build does not see that the list is another one.
    PROGRAM.unlink()
    print(f"{len(used)} functions; scripts/build links them anew")


if __name__ == "__main__":
    main()
