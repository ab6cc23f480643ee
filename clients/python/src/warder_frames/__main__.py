"""Prints the result of every run of a log as one JSON object a line.

usage: python -m warder_frames [FILE]

Exit status: 0 for a complete log, 1 where something is missing, 64 for a wrong command line, 66 for a log that cannot be
read.
"""

import json
import sys
from typing import List

from .decoder import FrameDecoder
from .runs import RunAssembler


def main() -> int:
    arguments: List[str] = sys.argv[1:]
    if arguments in (["-h"], ["--help"]):
        print((__doc__ or "").strip())
        return 0
    if len(arguments) > 1:
        print("warder_frames: expected one log at most; see --help", file=sys.stderr)
        return 64
    decoder, assembler = FrameDecoder(), RunAssembler()
    name = arguments[0] if arguments else "-"
    try:
        with open(0 if name == "-" else name, "rb", buffering=0) as log:
            while True:
                piece = log.read(65536)
                for item in decoder.feed(piece) if piece else decoder.finish():
                    assembler.add(item)
                if not piece:
                    break
    except OSError as error:
        print(f"warder_frames: cannot read {name}: {error.strerror}", file=sys.stderr)
        return 66
    results = assembler.results
    for result in results:
        print(json.dumps(result.as_dict(), ensure_ascii=False))
    return 0 if all(result.complete for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
