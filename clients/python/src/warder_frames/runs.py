"""Puts the frames of a log together into the results of the runs that it tells of."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, List, Optional, Tuple, Union

from .decoder import FrameDecoder
from .frames import ArtifactChunk, Body, Event, Exit, Frame, Item, Noise, Output, PROTOCOL, Scalar, Start, Unknown

#: What a reader says that finds no verdict: the supervisor was killed from outside, or the log's end is lost.
LOST = "lost"

# What a frame costs besides its payload.
_COST_PER_FRAME = 64
# How far a `start` frame may come behind frames of its run.
_REORDER_WINDOW = 64


@dataclass
class Artifact:
    """A file that came back."""

    #: The name that the script gave it: data, to be checked before it is used as a path.
    name: bytes
    #: The contents, up to the first gap.
    data: bytes = b""
    #: Whether a part is missing that another one should have followed.
    has_gap: bool = False


@dataclass
class RunResult:
    """What became of one run, as far as its log tells."""

    start: Optional[Start] = None
    exit: Optional[Exit] = None
    stdout: bytes = b""
    stderr: bytes = b""
    artifacts: List[Artifact] = field(default_factory=list)
    #: Each with its time in microseconds since the start.
    events: List[Tuple[int, Event]] = field(default_factory=list)
    #: Frames that were written and are not in the log. Without a verdict there may be more.
    missing_frames: int = 0
    duplicate_frames: int = 0
    unknown_frames: int = 0
    #: Frames that this reader had no room for.
    left_out_frames: int = 0
    noise_lines: int = 0

    @property
    def reason(self) -> str:
        """How the run ended: the word of the verdict, or `lost`."""
        return self.exit.reason if self.exit else LOST

    @property
    def exit_code(self) -> Optional[int]:
        """The script's own exit status; None when it never ran, a signal ended it, or nobody knows."""
        return self.exit.exit_code if self.exit else None

    @property
    def signal(self) -> Optional[str]:
        """Name of the signal that ended the script."""
        return self.exit.signal if self.exit else None

    @property
    def truncated(self) -> bool:
        """Whether output is missing that the script wrote: a limit was reached, or this reader had no room."""
        totals = (self.exit.stdout, self.exit.stderr) if self.exit else ()
        return (
            self.left_out_frames > 0
            or any(event.type == "truncated" for _, event in self.events)
            or any(stream is not None and stream.dropped_bytes > 0 for stream in totals)
        )

    @property
    def complete(self) -> bool:
        """Whether the verdict is here, no frame is missing, and the verdict's totals are those of what was received."""
        return (
            self.exit is not None
            and self.missing_frames == 0
            and self.left_out_frames == 0
            and not self.disagreements
            and (self.start is None or self.start.protocol <= PROTOCOL)
        )

    @property
    def disagreements(self) -> List[str]:
        """Where the verdict's totals differ from what was received, a sentence for each."""
        if self.exit is None:
            return []
        pairs = (("stdout", self.exit.stdout, self.stdout), ("stderr", self.exit.stderr, self.stderr))
        return [
            f"{name}: the verdict counts {totals.bytes} bytes, the log has {len(received)}"
            for name, totals, received in pairs
            if totals is not None and totals.bytes != len(received)
        ]

    def as_dict(self) -> Dict[str, Any]:
        """The same object as `warder decode --json` prints."""
        result: Dict[str, Any] = {}
        result.update(_text("stdout", self.stdout))
        result.update(_text("stderr", self.stderr))
        result.update(
            exit_code=self.exit_code,
            reason=self.reason,
            signal=self.signal,
            duration_ms=self.exit.duration_ms if self.exit else None,
            message=self.exit.message if self.exit else None,
            truncated=self.truncated,
            complete=self.complete,
            missing_frames=self.missing_frames,
            duplicate_frames=self.duplicate_frames,
            unknown_frames=self.unknown_frames,
            noise_lines=self.noise_lines,
            disagreements=self.disagreements,
            artifacts=[
                {
                    **_text("name", artifact.name),
                    "bytes": len(artifact.data),
                    "gap": artifact.has_gap,
                    "b64": base64.b64encode(artifact.data).decode(),
                }
                for artifact in self.artifacts
            ],
            events=[_event(time, event) for time, event in self.events],
        )
        if self.start:
            result.update(_start(self.start))
        if self.exit:
            result.update(_exit(self.exit))
        return result


def _text(name: str, data: bytes) -> Dict[str, str]:
    """Bytes as text, and exactly where they are no text."""
    try:
        return {name: data.decode()}
    except UnicodeDecodeError:
        return {name: data.decode(errors="replace"), name + "_b64": base64.b64encode(data).decode()}


def _event(time: int, event: Event) -> Dict[str, Scalar]:
    fields = {name: value for name, value in event.fields.items() if name != "t"}
    return {"t": time / 1_000_000, "type": event.type, **fields}  # type: ignore[dict-item]


def _start(start: Start) -> Dict[str, Any]:
    return {
        "protocol": start.protocol,
        "version": start.version,
        "id": start.id,
        "run": start.run,
        "runtime": start.runtime,
        "script": {"path": start.script_path, "bytes": start.script_bytes, "sha256": start.script_sha256},
        "started_at": start.started_at,
        "limits": start.limits,
        "isolation": start.isolation,
        "env_withheld": list(start.env_withheld),
        "env_withheld_others": start.env_withheld_others,
    }


def _exit(verdict: Exit) -> Dict[str, Any]:
    return {
        "cpu_user_ms": verdict.cpu_user_ms,
        "cpu_system_ms": verdict.cpu_system_ms,
        "max_rss_bytes": verdict.max_rss_bytes,
        "processes_killed": verdict.processes_killed,
        "stdout_dropped_bytes": verdict.stdout.dropped_bytes if verdict.stdout else None,
        "stderr_dropped_bytes": verdict.stderr.dropped_bytes if verdict.stderr else None,
        "denied": [asdict(call) for call in verdict.denied],
        "denied_others": verdict.denied_others,
    }


class _Run:
    """The frames of one run as they come in, in any order."""

    def __init__(self) -> None:
        self.frames: Dict[int, Frame] = {}
        self.start: Optional[Start] = None
        self.exit: Optional[Frame] = None
        self.last: Optional[Frame] = None
        self.duplicates = 0
        self.left_out = 0
        self.noise_lines = 0

    def accepts(self, frame: Frame) -> bool:
        """Whether a frame can belong to this run."""
        if self.last is None:
            return True
        if frame.seq in self.frames:
            return self.frames[frame.seq] == frame
        if isinstance(frame.body, Start):
            behind = min(self.frames) - frame.seq
            return self.start is None and self.exit is None and 0 < behind <= _REORDER_WINDOW
        if self.exit is not None and frame.seq > self.exit.seq:
            return False
        if frame.seq > self.last.seq:
            return frame.time_us >= self.last.time_us or _is_dying_word(frame)
        # Nothing comes after a verdict.
        if isinstance(frame.body, Exit):
            return False
        last_has_no_clock = self.exit is not None and self.exit.seq == self.last.seq and self.last.time_us == 0
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
            self.exit = frame
        elif room < cost:
            self.left_out += 1
            return room
        self.frames[frame.seq] = frame
        if self.last is None or frame.seq >= self.last.seq:
            self.last = frame
        return room - cost

    @property
    def result(self) -> RunResult:
        """The run as far as it is known."""
        result = RunResult(self.start, self.exit.body if self.exit else None)  # type: ignore[arg-type]
        result.noise_lines = self.noise_lines
        result.duplicate_frames = self.duplicates
        result.left_out_frames = self.left_out
        if self.last is not None:
            # Counted as far as the verdict, or as the log goes: how much followed, nobody knows.
            gaps = self.last.seq - (len(self.frames) - 1)
            result.missing_frames = gaps - min(gaps, self.left_out)
        output: Dict[str, List[bytes]] = {"stdout": [], "stderr": []}
        artifacts: Dict[bytes, _Parts] = {}
        for seq in sorted(self.frames):
            frame = self.frames[seq]
            if isinstance(frame.body, Output):
                output[frame.body.stream].append(frame.body.data)
            elif isinstance(frame.body, ArtifactChunk):
                artifacts.setdefault(frame.body.name, _Parts()).add(frame.body)
            elif isinstance(frame.body, Event):
                result.events.append((frame.time_us, frame.body))
            elif isinstance(frame.body, Unknown):
                result.unknown_frames += 1
        result.stdout = b"".join(output["stdout"])
        result.stderr = b"".join(output["stderr"])
        result.artifacts = [Artifact(name, bytes(parts.data), parts.has_gap) for name, parts in artifacts.items()]
        return result


class _Parts:
    """A file that is being put together."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.has_gap = False

    def add(self, chunk: ArtifactChunk) -> None:
        if self.has_gap or chunk.offset != len(self.data):
            self.has_gap = True
        else:
            self.data += chunk.data


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

    A log usually has one run. It has several when a container was started again into the same log, or when logs were put
    one after the other; they are told apart by their `start` frames, and where that was lost by sequence numbers and
    times that go back. Frames that come twice count once, and frames that come late are put in their place.
    """

    def __init__(self, maximum_bytes: int = 64 << 20) -> None:
        """`maximum_bytes`: how much output, artifacts and bookkeeping to keep. What comes after is left out, and the
        results say that they are not complete."""
        self._runs: List[_Run] = []
        self._room = maximum_bytes

    def add(self, item: Item) -> None:
        """Takes the log's next item."""
        if isinstance(item, Noise):
            self._current.noise_lines += 1
            return
        if self._runs and not self._runs[-1].accepts(item):
            if self._room < _COST_PER_FRAME:
                self._current.left_out += 1
                return
            self._runs.append(_Run())
        self._room = self._current.add(item, self._room)

    @property
    def results(self) -> List[RunResult]:
        """What is known so far, a result for every run; a log without any frame has one, which is lost."""
        return [run.result for run in self._runs] or [RunResult()]

    @property
    def _current(self) -> _Run:
        if not self._runs:
            self._runs.append(_Run())
        return self._runs[-1]


def results_of_log(log: Union[bytes, bytearray], maximum_bytes: int = 64 << 20) -> List[RunResult]:
    """The results of a whole log, a result for every run."""
    decoder, assembler = FrameDecoder(), RunAssembler(maximum_bytes)
    for item in decoder.feed(bytes(log)) + decoder.finish():
        assembler.add(item)
    return assembler.results
