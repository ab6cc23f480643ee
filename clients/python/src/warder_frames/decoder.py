"""Finds the frames in a log, however it is cut and whatever stands between them."""

from __future__ import annotations

import re
from typing import Iterator, List

from .frames import Item, LONGEST_LINE, Noise
from .parser import parse_frame

# containerd splits what a container writes at 16,384 bytes, and puts less than 128 before it.
_LONGEST_PHYSICAL_LINE = 16_384 + 128

_TIMESTAMP = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2}) ")
_RUNTIME = re.compile(rb"(stdout|stderr) ([PF])(?::[^ ]*)? ")


class _Line:
    """A line that is being put together: kept whole up to a bound, and beyond it only counted."""

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.data = bytearray()
        self.length = 0

    def append(self, more: bytes, length: int) -> None:
        """Takes what there is of `length` bytes."""
        self.data += more[: self.maximum - len(self.data)]
        self.length += length

    @property
    def is_whole(self) -> bool:
        return self.length == len(self.data)

    @property
    def noise(self) -> Noise:
        return Noise(bytes(self.data[: Noise.MOST_BYTES]), self.length)

    @property
    def item(self) -> Item:
        return (parse_frame(bytes(self.data)) if self.is_whole else None) or self.noise

    def clear(self) -> None:
        self.data.clear()
        self.length = 0


class FrameDecoder:
    """Takes a log in pieces of any size and hands out frames and noise in the log's order.

    Understood are plain lines, ended by LF or CR LF, the log files of container runtimes (CRI, with their partial lines
    joined) and `kubectl logs` with and without `--timestamps`. The memory that it holds is bounded, whatever the log.

    A line is a frame or it is noise, as a whole: its inside, which may hold anything that a script wrote, is never
    searched for frames.
    """

    def __init__(self) -> None:
        self._line = _Line(_LONGEST_PHYSICAL_LINE)
        self._partial = {b"stdout": _Line(LONGEST_LINE), b"stderr": _Line(LONGEST_LINE)}

    def feed(self, data: bytes) -> List[Item]:
        """Takes the log's next bytes and returns what they complete."""
        return list(self._feed(data))

    def finish(self) -> List[Item]:
        """Says that the log has ended and returns what was left. Then the decoder is at another log's beginning."""
        items = list(self._end_line()) if self._line.length else []
        for line in self._partial.values():
            if line.length:
                items += self._end_partial(line)
        return items

    def _feed(self, data: bytes) -> Iterator[Item]:
        *ended, last = data.split(b"\n")
        for text in ended:
            self._line.append(text, len(text))
            yield from self._end_line()
        self._line.append(last, len(last))

    def _end_line(self) -> Iterator[Item]:
        line = self._line
        if line.is_whole and line.data.endswith(b"\r"):
            del line.data[-1:]
            line.length -= 1
        timestamp = _TIMESTAMP.match(line.data)
        runtime = _RUNTIME.match(line.data, timestamp.end()) if timestamp else None
        if runtime:
            partial = self._partial[runtime[1]]
            partial.append(bytes(line.data[runtime.end() :]), line.length - runtime.end())
            if runtime[2] == b"F":
                yield from self._end_partial(partial)
        elif timestamp:
            text = bytes(line.data[timestamp.end() :])
            yield (parse_frame(text) if line.is_whole else None) or line.noise
        else:
            yield line.item
        line.clear()

    @staticmethod
    def _end_partial(line: _Line) -> List[Item]:
        item = line.item
        line.clear()
        return [item]
