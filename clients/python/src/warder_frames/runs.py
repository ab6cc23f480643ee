"""Puts the frames of a log together into the results of the runs that it tells of."""

from __future__ import annotations

import io
from typing import Callable, Dict, List, Optional, Union

from .decoder import FrameDecoder, SourcedItem
from .frames import ArtifactChunk, Body, Event, Exit, Frame, Item, Noise, Output, Start, Unknown
from .results import Artifact, RunResult

# What a frame costs besides its payload.
_COST_PER_FRAME = 64
# How far a `start` frame may come behind frames of its run.
_REORDER_WINDOW = 64


class _Run:
    """The frames of one run as they come in, in any order."""

    def __init__(self, source: Optional[str]) -> None:
        self.source = source
        self.frames: Dict[int, Frame] = {}
        self.lowest = 0
        self.start: Optional[Start] = None
        self.exit: Optional[Exit] = None
        self.exit_seq = 0
        self.last: Optional[Frame] = None
        self.duplicates = 0
        self.left_out = 0
        self.noise_lines = 0

    @property
    def _name(self) -> Optional[str]:
        """What its frames call it."""
        return self.start.run if self.start else self.exit.run if self.exit else None

    def accepts(self, frame: Frame) -> bool:
        """Whether a frame can belong to this run."""
        if self.last is None:
            return True
        name, run = _name(frame), self._name
        if name is not None and run is not None and name != run:
            return False
        if frame.seq in self.frames:
            return self.frames[frame.seq] == frame
        if isinstance(frame.body, Start):
            if self.start is not None or frame.seq >= self.lowest:
                return False
            # One that bears the verdict's name comes late, however late it comes.
            return run is not None or self.exit is None and self.lowest - frame.seq <= _REORDER_WINDOW
        if self.exit is not None and frame.seq > self.exit_seq:
            return False
        if frame.seq > self.last.seq:
            return frame.time_us >= self.last.time_us or _is_dying_word(frame)
        # Nothing comes after a verdict.
        if isinstance(frame.body, Exit):
            return False
        last_has_no_clock = self.exit is not None and self.exit_seq == self.last.seq and self.last.time_us == 0
        return frame.time_us <= self.last.time_us or last_has_no_clock

    def add(self, frame: Frame, room: int) -> int:
        """Takes a frame that `accepts` accepted, if there is room; returns the room that is left."""
        if frame.seq in self.frames:
            self.duplicates += 1
            return room
        cost = _COST_PER_FRAME + _payload(frame.body)
        if isinstance(frame.body, Start):
            self.start = frame.body
        elif isinstance(frame.body, Exit):
            self.exit, self.exit_seq = frame.body, frame.seq
        elif room < cost:
            self.left_out += 1
            return room
        self.lowest = min(self.lowest, frame.seq) if self.frames else frame.seq
        self.frames[frame.seq] = frame
        if self.last is None or frame.seq >= self.last.seq:
            self.last = frame
        return room - cost

    @property
    def result(self) -> RunResult:
        """The run as far as it is known."""
        result = RunResult(
            source=self.source,
            start=self.start,
            exit=self.exit,
            frame_count=len(self.frames),
            duplicate_frames=self.duplicates,
            left_out_frames=self.left_out,
            noise_lines=self.noise_lines,
        )
        if self.last is not None:
            # Counted as far as the verdict, or as the log goes: how much followed, nobody knows.
            gaps = self.last.seq - (len(self.frames) - 1)
            result.missing_frames = gaps - min(gaps, self.left_out)
        output: Dict[str, List[bytes]] = {"stdout": [], "stderr": []}
        artifacts: Dict[bytes, Artifact] = {}
        expected = 0
        for seq in sorted(self.frames):
            if seq > expected:
                result.missing_ranges.append((expected, seq - 1))
            expected = seq + 1
            frame = self.frames[seq]
            if isinstance(frame.body, Output):
                output[frame.body.stream].append(frame.body.data)
            elif isinstance(frame.body, ArtifactChunk):
                artifacts.setdefault(frame.body.name, Artifact(frame.body.name)).add(frame.body)
            elif isinstance(frame.body, Event):
                result.events.append((frame.time_us, frame.body))
            elif isinstance(frame.body, Unknown):
                result.unknown_frames += 1
        result.stdout = b"".join(output["stdout"])
        result.stderr = b"".join(output["stderr"])
        result.artifacts = list(artifacts.values())
        return result


def _name(frame: Frame) -> Optional[str]:
    """The run that the frame is of, where it says so."""
    return frame.body.run if isinstance(frame.body, (Start, Exit)) else None


def _is_dying_word(frame: Frame) -> bool:
    """Whether it comes from the handler of the supervisor's own faults, which has no clock."""
    return isinstance(frame.body, Exit) and frame.body.reason == "internal_error" and frame.time_us == 0


def _payload(body: Body) -> int:
    """About how many bytes the body holds besides small things."""
    if isinstance(body, Output):
        return len(body.data)
    if isinstance(body, ArtifactChunk):
        return len(body.data) + len(body.name)
    return 256


class RunAssembler:
    """Takes the items of a log and tells its runs apart.

    A log usually has one run. It has several when a container was started again into the same log, when `kubectl logs
    --prefix` merges those of several pods, or when logs were put one after the other; they are told apart by the `run` of
    their `start` and `exit` frames and by the source of their lines, and where neither says it, by sequence numbers and
    times that go back. Frames that come twice count once, and frames that come late are put in their place.
    """

    def __init__(self, maximum_bytes: int = 64 << 20) -> None:
        """`maximum_bytes`: how much output, artifacts and bookkeeping to keep. What comes after is left out, and the
        results say that they are not complete."""
        self._runs: List[_Run] = []
        self._room = maximum_bytes
        self._current: Dict[Optional[str], _Run] = {}
        self._by_name: Dict[str, _Run] = {}
        self._last: Optional[_Run] = None
        self._noise_before = 0
        self._log_name: Optional[str] = None
        self._has_begun_log = False

    def add(self, item: Item, source: Optional[str] = None) -> None:
        """Takes the log's next item; `source` is where its line comes from, if a `FrameDecoder` found that out."""
        if isinstance(item, Frame):
            self._add(item, source)
            return
        run = self._current.get(source, self._last)
        if run:
            run.noise_lines += 1
        else:
            self._noise_before += 1

    def begin_log(self, name: Optional[str] = None) -> None:
        """Says that what follows is another log. It has runs of its own; only where a `start` frame names a run that is
        known already, such as in a second copy of a log, its frames are that run's."""
        self._runs += self._without_frames
        self._current = {}
        self._last = None
        self._noise_before = 0
        self._log_name = name
        self._has_begun_log = True

    @property
    def results(self) -> List[RunResult]:
        """What is known so far, a result for every run; a log without any frame has one, which is lost."""
        return [run.result for run in self._runs + self._without_frames] or [RunResult()]

    @property
    def has_verdict(self) -> bool:
        """Whether the verdict is there on the run that the last frame belongs to."""
        return self._last is not None and self._last.exit is not None

    @property
    def _without_frames(self) -> List[_Run]:
        """What stands for a log that had no frames so far."""
        if self._last or not (self._has_begun_log or self._noise_before):
            return []
        nothing = _Run(self._log_name)
        nothing.noise_lines = self._noise_before
        return [nothing]

    def _add(self, frame: Frame, source: Optional[str]) -> None:
        run = self._run_of(frame, source)
        if run is None:
            (self._last or self._runs[-1]).left_out += 1
            return
        if self._last is None:
            run.noise_lines += self._noise_before
            self._noise_before = 0
        # A verdict that comes late does not bring its run back.
        if self._last is None or self._current.get(source) is run:
            self._last = run
        self._room = run.add(frame, self._room)
        name = _name(frame)
        if name is not None:
            self._by_name.setdefault(name, run)

    def _run_of(self, frame: Frame, source: Optional[str]) -> Optional[_Run]:
        """The run that a frame belongs to, which may be a new one; None where there is no room for another run."""
        current = self._current.get(source)
        if current and current.accepts(frame):
            return current
        name = _name(frame)
        known = self._by_name.get(name) if name is not None else None
        if known and known.accepts(frame):
            if isinstance(frame.body, Start):
                self._current[source] = known
            return known
        if self._runs and self._room < _COST_PER_FRAME:
            return None
        run = _Run(source or self._log_name)
        self._runs.append(run)
        self._current[source] = run
        return run


class LogReader:
    """A log that is still being written, or that is read more than once because a connection broke."""

    def __init__(self, maximum_bytes: int = 64 << 20) -> None:
        self._assembler = RunAssembler(maximum_bytes)

    def read(self, stream: io.BufferedIOBase, on_item: Optional[Callable[[Item], None]] = None) -> None:
        """Reads a stream to its end, taking what comes as it comes. What was there in an earlier stream counts once.

        `on_item` is given every frame and every line that is none, as it comes.
        """
        decoder = FrameDecoder()
        try:
            while piece := stream.read1(65536):
                self._take(decoder.feed(piece), on_item)
        finally:
            self._take(decoder.finish(), on_item)

    def _take(self, items: List[SourcedItem], on_item: Optional[Callable[[Item], None]]) -> None:
        for item, source in items:
            self._assembler.add(item, source)
            if on_item:
                on_item(item)

    @property
    def has_verdict(self) -> bool:
        """Whether the run that was read last has ended."""
        return self._assembler.has_verdict

    @property
    def results(self) -> List[RunResult]:
        """What is known so far, a result for every run; a log without any frame has one, which is lost."""
        return self._assembler.results


def results_of_log(log: Union[bytes, bytearray], maximum_bytes: int = 64 << 20) -> List[RunResult]:
    """The results of a whole log, a result for every run."""
    decoder, assembler = FrameDecoder(), RunAssembler(maximum_bytes)
    for item, source in decoder.feed(bytes(log)) + decoder.finish():
        assembler.add(item, source)
    return assembler.results
