"""The decoder in Swift: a log of text through `warder decode`."""

import os
import subprocess
import time

import figures
import place

TARGET = 500  # megabytes of log a second


def measure(where, tool, mebibytes, rounds, say):
    if not tool:
        return {"missing": "warder is not built: scripts/bench builds it unless --quick is given"}
    say(f"decoder: a log of {mebibytes} MiB of text, {rounds} rounds")
    log = where.directory / "decoder.log"
    for shape in ("text", "utf8"):
        task = where.task("decoder-task", "script.feed", f"{shape} {mebibytes // 2}\n")
        with open(log, "ab") as output:
            done = subprocess.run(
                where.command(task, "--stdout-limit", "64Gi", "--log-limit", "128Gi"), env=place.ENVIRONMENT,
                stdin=subprocess.DEVNULL, stdout=output, preexec_fn=place.become_user)
        if done.returncode != 0:
            raise RuntimeError(f"the log for the decoder could not be made: status {done.returncode}")
    size = os.stat(log).st_size / 1e6
    result = {"megabytes": size, "ways": {}}
    for way in ("--stdout", "--json"):
        speeds = []
        for _ in range(rounds):
            begin = time.perf_counter()
            subprocess.run([tool, "decode", way, str(log)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            speeds.append(size / (time.perf_counter() - begin))
        result["ways"][way] = figures.summary(speeds)
    log.unlink()
    return result


def show(result):
    text = "## Decoder\n\n"
    if "missing" in result:
        return text + f"Not measured: {result['missing']}.\n"
    rows = [[f"`warder decode {way}`", value["median"], value["p10"]] for way, value in result["ways"].items()]
    size = f"A log of {result['megabytes']:,.0f} MB, half ASCII and half UTF-8"
    return (text + f"{size}; megabytes of log in a second.\n\n"
            + figures.table(["", "median", "p10"], rows))


def targets(result):
    if "ways" in result:
        value = result["ways"]["--stdout"]["median"]
        yield "decoder, MB/s", value, figures.verdict(value, TARGET, at_most=False)
