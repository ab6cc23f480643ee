"""Finds the frames in a log, however it is cut and whatever stands between them."""

from __future__ import annotations

from typing import Iterator, List, Optional, Tuple

from .frames import Item, LONGEST_LINE, Noise
from .parser import parse_frame
from .prefix import LONGEST_PHYSICAL_LINE, Prefix, docker_line, prefix_of

#: An item, and where `kubectl logs --prefix` says that its line comes from.
SourcedItem = Tuple[Item, Optional[str]]


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

    def take(self) -> Item:
        """What the line is; afterwards it is empty."""
        item = (parse_frame(bytes(self.data)) if self.is_whole else None) or self.noise
        self.clear()
        return item

    def clear(self) -> None:
        self.data.clear()
        self.length = 0


class FrameDecoder:
    """Takes a log in pieces of any size and hands out frames and noise in the log's order.

    Understood are plain lines, ended by LF or CR LF, the log files of container runtimes (CRI and docker's json-file, with
    their partial lines joined) and `kubectl logs` with and without `--timestamps` and `--prefix`. The memory that it holds
    is bounded, whatever the log.

    A line is a frame or it is noise, as a whole: its inside, which may hold anything that a script wrote, is never
    searched for frames.
    """

    def __init__(self) -> None:
        self._line = _Line(LONGEST_PHYSICAL_LINE)
        self._partial = {"stdout": _Line(LONGEST_LINE), "stderr": _Line(LONGEST_LINE)}

    def feed(self, data: bytes) -> List[SourcedItem]:
        """Takes the log's next bytes and returns what they complete, each item with its source."""
        return list(self._feed(data))

    def finish(self) -> List[SourcedItem]:
        """Says that the log has ended and returns what was left. Then the decoder is at another log's beginning."""
        items = list(self._end_line()) if self._line.length else []
        return items + [(line.take(), None) for line in self._partial.values() if line.length]

    def _feed(self, data: bytes) -> Iterator[SourcedItem]:
        *ended, last = data.split(b"\n")
        for text in ended:
            self._line.append(text, len(text))
            yield from self._end_line()
        self._line.append(last, len(last))

    def _end_line(self) -> Iterator[SourcedItem]:
        line = self._line
        if line.is_whole and line.data.endswith(b"\r"):
            del line.data[-1:]
            line.length -= 1
        data = bytes(line.data)
        docker = docker_line(data) if line.is_whole else None
        prefix = Prefix(0) if docker else prefix_of(data)
        if docker:
            yield from self._join(docker.stream, docker.text, len(docker.text), docker.is_partial)
        elif prefix.stream:
            text = data[prefix.text_start :]
            yield from self._join(prefix.stream, text, line.length - prefix.text_start, prefix.is_partial)
        else:
            frame = parse_frame(data[prefix.text_start :]) if line.is_whole else None
            yield frame or line.noise, prefix.source
        line.clear()

    def _join(self, stream: str, text: bytes, length: int, is_partial: bool) -> Iterator[SourcedItem]:
        partial = self._partial[stream]
        partial.append(text, length)
        if not is_partial:
            yield partial.take(), None
