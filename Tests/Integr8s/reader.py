"""What lies between a container's standard output and what Integr8sCode shows its user, written from what its sources and
those of Kubernetes say: the container runtime, the kubelet's log, the API, the Python client, the pod monitor's reader."""

from __future__ import annotations

import dataclasses
import re
from typing import Dict, Iterator, List, Tuple

TAIL_LINES = 10_000
ROTATION_BYTES = 10 << 20
STAMP = "2026-11-21T09:00:00.000000000Z"


@dataclasses.dataclass(frozen=True)
class Runtime:
    """How a container runtime writes what a container writes."""

    name: str
    part_bytes: int
    drops_return: bool

    def lines(self, output: bytes) -> Iterator[Tuple[str, bytes]]:
        """The log's lines: whether each is full or a part, and its text."""
        position = 0
        while position < len(output):
            end = output.find(b"\n", position, position + self.part_bytes)
            if end < 0:
                part = output[position:position + self.part_bytes]
                yield "P", part
                position += len(part)
            else:
                text = output[position:end]
                yield "F", text[:-1] if self.drops_return and text.endswith(b"\r") else text
                position = end + 1


CONTAINERD = Runtime("containerd", 16_384, True)
CONMON = Runtime("conmon", 8_192, False)


def api_log(output: bytes, runtime: Runtime) -> bytes:
    """What the API answers for `tailLines=10000`, from the newest file alone."""
    lines = list(runtime.lines(output))
    size = sum(len(STAMP) + len(" stdout F ") + len(text) + 1 for _, text in lines)
    if size > ROTATION_BYTES:
        raise AssertionError(f"a log of {size} bytes would have been rotated")
    return b"".join(text + (b"\n" if tag == "F" else b"") for tag, text in lines[-TAIL_LINES:])


def slice_output(log: str) -> Tuple[str, str]:
    """Both streams of a decoded log; what cannot be read is two empty ones."""
    parts: List[str] = []
    position = 0
    for name in ("STDOUT ", "STDERR "):
        header = log.find(name, position)
        end = log.find("\n", header + len(name)) if header >= 0 else -1
        if end < 0:
            return "", ""
        try:
            count = int(log[header + len(name):end])
        except ValueError:
            return "", ""
        parts.append(log[end + 1:end + 1 + count])
        position = end + 1 + count
    return parts[0], parts[1]


def read(output: bytes, runtime: Runtime = CONTAINERD) -> Tuple[str, str]:
    """What the user sees. The client decodes strictly: a bad byte raises."""
    return slice_output(api_log(output, runtime).decode("utf-8"))


@dataclasses.dataclass(frozen=True)
class Usage:
    exit_code: int
    wall_seconds: float
    cpu_jiffies: int
    clk_tck: int
    peak_memory_kb: int


def usage(message: str) -> Usage:
    """The five lines of the termination message; unlike the platform's own reader this one takes no defaults."""
    fields: Dict[str, str] = {}
    for line in message.splitlines():
        name, equals, value = line.partition("=")
        if not equals or name in fields:
            raise ValueError(f"no line of a termination message: {line!r}")
        fields[name] = value
    expected = ["exit_code", "cpu_jiffies", "clk_tck", "peak_memory_kb", "wall_seconds"]
    if list(fields) != expected:
        raise ValueError(f"expected the fields {expected}, found {list(fields)}")
    return Usage(
        int(fields["exit_code"]), float(fields["wall_seconds"]), int(fields["cpu_jiffies"]), int(fields["clk_tck"]),
        int(fields["peak_memory_kb"]))


def shown(stream: bytes) -> str:
    """A stream as it can be shown at best: containerd keeps no CR before a line's end, and a log is text."""
    return re.sub("\r+\n", "\n", stream.decode("utf-8", "replace"))
