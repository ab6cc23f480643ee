"""Compares the decoder in Python with the one in Swift: `warder-fuzz --results` writes a log and its results a line, in base64.

usage: warder-fuzz --results --cases N --seed S | compare.py SEED
"""

from __future__ import annotations

import base64
import concurrent.futures
import itertools
import os
import sys
from typing import List, Optional, Tuple

from warder_frames import results_of_log

Case = Tuple[int, str]


def differing(cases: List[Case]) -> Optional[str]:
    """What is wrong with the first case where the two differ."""
    for number, line in cases:
        log, expected = (base64.b64decode(part) for part in line.split(" "))
        found = "".join(result.json() + "\n" for result in results_of_log(log)).encode()
        if found != expected:
            return f"case {number}:\nlog {log!r}\nSwift  {expected!r}\nPython {found!r}"
    return None


def main() -> int:
    seed = sys.argv[1]
    cases: List[Case] = []
    count = 0
    problem: Optional[str] = None
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        lines = enumerate(line.rstrip("\n") for line in sys.stdin)
        pending = []
        while cases := list(itertools.islice(lines, 500)):
            count += len(cases)
            pending.append(pool.submit(differing, cases))
            # Not all of a hundred thousand logs at once.
            if len(pending) > 20:
                if problem := pending.pop(0).result():
                    break
        else:
            problem = next((found for found in (future.result() for future in pending) if found), None)
        for future in pending:
            future.cancel()
    if problem:
        print(f"the decoders differ, seed {seed}, {problem}")
        return 1
    print(f"parity: the decoders agree on {count} random logs, seed {seed}")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
