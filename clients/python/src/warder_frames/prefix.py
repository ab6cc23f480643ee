"""What stands before a line in the files and streams that a log is read from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from .strict_json import Limits, NotStrict, parse

#: The longest line of docker's: each of 16,384 bytes can become an escape of six, and docker may add attributes.
LONGEST_PHYSICAL_LINE = 16_384 * 6 + 1024

_SOURCE = re.compile(rb"\[(pod/[a-z0-9.-]{1,253}/[a-z0-9.-]{1,253})\] ")
_TIMESTAMP = re.compile(
    rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2}) "
)
_RUNTIME = re.compile(rb"(stdout|stderr) ([PF])(?::[^ ]*)? ")
_DOCKER = Limits(depth=4, members=64, values=256)


@dataclass(frozen=True)
class Prefix:
    """What stands before a line's text."""

    #: Where the text begins.
    text_start: int
    #: Where the line comes from, says `kubectl logs --prefix`: "pod/name/container".
    source: Optional[str] = None
    #: In a container runtime's log file (CRI): the stream that the line, or the part of one, was written to.
    stream: Optional[str] = None
    #: Whether the next line of the same stream goes on with this one.
    is_partial: bool = False


def prefix_of(line: bytes) -> Prefix:
    """What stands before a line."""
    source = _SOURCE.match(line)
    start = source.end() if source else 0
    timestamp = _TIMESTAMP.match(line, start)
    if source or not timestamp:
        return Prefix(timestamp.end() if timestamp else start, source[1].decode() if source else None)
    runtime = _RUNTIME.match(line, timestamp.end())
    if not runtime:
        return Prefix(timestamp.end())
    return Prefix(runtime.end(), stream=runtime[1].decode(), is_partial=runtime[2] == b"P")


@dataclass(frozen=True)
class DockerLine:
    """A line of the log files that docker's json-file driver writes, or a part of one: docker splits at 16,384 bytes."""

    stream: str
    text: bytes
    is_partial: bool


def docker_line(line: bytes) -> Optional[DockerLine]:
    """The line that docker wrote, if it is one of its own."""
    if not line.startswith(b'{"log":') or len(line) > LONGEST_PHYSICAL_LINE:
        return None
    try:
        members = parse(line, _DOCKER)
    except NotStrict:
        return None
    log, stream = members.get("log"), members.get("stream")
    if not isinstance(log, str) or not isinstance(members.get("time"), str) or stream not in ("stdout", "stderr"):
        return None
    text = log.encode()
    is_partial = not text.endswith(b"\n")
    if not is_partial:
        text = text[:-1]
        if text.endswith(b"\r"):
            text = text[:-1]
    # Docker writes a line into each: what has more in it is none of its own.
    return None if b"\n" in text else DockerLine(stream, text, is_partial)
