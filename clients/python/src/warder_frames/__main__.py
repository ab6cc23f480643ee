"""Prints the result of every run of a log as one JSON object a line, as `warder decode --json` does.

usage: python -m warder_frames [FILE…]

Without a file, or with -, standard input is read.

Exit status: 0 everything is there; 1 something is missing or damaged; 2 a run has no verdict; 3 a log has no frame at all;
64 wrong command line; 66 a log cannot be read. The highest one counts.
"""

from __future__ import annotations

import sys
from typing import List, Optional

from .decoder import FrameDecoder
from .results import RunResult
from .runs import RunAssembler


def main(arguments: Optional[List[str]] = None) -> int:
    """The command, with what stands after its name; returns the exit status."""
    names = sys.argv[1:] if arguments is None else arguments
    if "-h" in names or "--help" in names:
        print((__doc__ or "").strip())
        return 0
    for name in names:
        if name.startswith("-") and name != "-":
            print(f"warder_frames: unknown option {name}; see --help", file=sys.stderr)
            return 64
    assembler = RunAssembler()
    status, read = 0, 0
    for name in names or ["-"]:
        try:
            _read(name, assembler, name if len(names) > 1 else None)
            read += 1
        except OSError as error:
            print(f"warder_frames: cannot read {name}: {error.strerror}", file=sys.stderr)
            status = 66
    for result in assembler.results if read else []:
        sys.stdout.buffer.write(result.json().encode() + b"\n")
        status = max(status, _status(result))
    return status


def _read(name: str, assembler: RunAssembler, source: Optional[str]) -> None:
    with open(0 if name == "-" else name, "rb", buffering=0) as log:
        assembler.begin_log(source)
        decoder = FrameDecoder()
        while True:
            piece = log.read(65536)
            for item, prefix in decoder.feed(piece) if piece else decoder.finish():
                assembler.add(item, prefix)
            if not piece:
                return


def _status(result: RunResult) -> int:
    if result.exit is None:
        return 2 if result.frame_count else 3
    return 0 if result.complete else 1


if __name__ == "__main__":
    sys.exit(main())
