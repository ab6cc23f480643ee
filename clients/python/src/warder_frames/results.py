"""What became of a run, as far as its log tells."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple, Union

from .frames import ArtifactChunk, ArtifactEnd, Event, Exit, PROTOCOL, Start, Totals
from .json_text import Seconds, json_text

#: What a reader says that finds no verdict: the supervisor was killed from outside, or the log's end is lost.
LOST = "lost"


@dataclass
class Artifact:
    """A file that came back."""

    #: The name that the script gave it: data, to be checked before it is used as a path (`is_safe_path`).
    name: bytes
    #: The contents, up to the first gap.
    data: bytes = b""
    #: Whether a part is missing that another one should have followed, or parts overlap.
    has_gap: bool = False
    #: What the log says that the file is; None where its last part is missing.
    end: Optional[ArtifactEnd] = None

    def add(self, chunk: ArtifactChunk) -> None:
        """Takes the next part of the file."""
        if self.has_gap or self.end is not None or chunk.offset != len(self.data):
            self.has_gap = True
            return
        self.data += chunk.data
        self.end = chunk.end

    @property
    def complete(self) -> bool:
        """Whether the contents have the size and the digest that the log says."""
        return (
            self.end is not None
            and not self.has_gap
            and self.end.bytes == len(self.data)
            and self.end.sha256 == hashlib.sha256(self.data).hexdigest()
        )

    @property
    def damaged(self) -> bool:
        """Whether the end is there and the contents are not what it says, though no part is missing."""
        return self.end is not None and not self.has_gap and not self.complete

    @property
    def is_safe_path(self) -> bool:
        """Whether the name can be used as a path beneath a directory: relative, every component a proper name, UTF-8, no
        control characters. It says nothing about what is there already: a link in the directory still leads elsewhere."""
        try:
            self.name.decode()
        except UnicodeDecodeError:
            return False
        if any(byte < 0x20 or byte == 0x7F for byte in self.name):
            return False
        return all(0 < len(part) <= 255 and part not in (b".", b"..") for part in self.name.split(b"/"))


@dataclass
class RunResult:
    """What became of one run, as far as its log tells."""

    #: Where the log's lines come from, as far as somebody said so: "pod/name/container".
    source: Optional[str] = None
    start: Optional[Start] = None
    exit: Optional[Exit] = None
    stdout: bytes = b""
    stderr: bytes = b""
    artifacts: List[Artifact] = field(default_factory=list)
    #: Each with its time in microseconds since the start.
    events: List[Tuple[int, Event]] = field(default_factory=list)
    #: Frames that the log has of this run, each counted once.
    frame_count: int = 0
    #: Frames that were written and are not in the log. Without a verdict there may be more.
    missing_frames: int = 0
    #: The first and the last sequence number of every gap.
    missing_ranges: List[Tuple[int, int]] = field(default_factory=list)
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
    def run(self) -> Optional[str]:
        """The random name of this start of the container, from its first or its last frame."""
        return self.start.run if self.start else self.exit.run if self.exit else None

    @property
    def exit_code(self) -> Optional[int]:
        """The script's own exit status; None when it never ran, a signal ended it, or nobody knows."""
        return self.exit.exit_code if self.exit else None

    @property
    def signal(self) -> Optional[str]:
        """Name of the signal that ended the script."""
        return self.exit.signal if self.exit else None

    @property
    def checked_only(self) -> bool:
        """Whether the script was only checked and never ran: then the output is that of its runtime's check."""
        return self.start.is_check if self.start else self.exit is not None and self.exit.is_check

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

    def lost_bytes(self, stream: str) -> Optional[int]:
        """How many bytes of "stdout" or "stderr" the verdict counts and the log does not have; None without a verdict."""
        totals = self._totals(stream)
        return max(0, totals.bytes - len(self._received(stream))) if totals else None

    @property
    def disagreements(self) -> List[str]:
        """Where the verdict's totals, or the digests of files, differ from what was received, a sentence for each."""
        found = [sentence for sentence in map(self._disagreement, ("stdout", "stderr")) if sentence]
        if self.exit and self.exit.artifacts:
            totals = self.exit.artifacts
            whole = [len(artifact.data) for artifact in self.artifacts if artifact.complete]
            if (totals.files, totals.bytes) != (len(whole), sum(whole)):
                found.append(
                    f"artifacts: the verdict counts {totals.files} files of {totals.bytes} bytes, "
                    f"the log has {len(whole)} whole ones of {sum(whole)} bytes"
                )
        # A verdict of Warder's own failure has no totals at all.
        if self.exit and not self.exit.artifacts and self.exit.stdout and self.artifacts:
            found.append(f"artifacts: the verdict counts none, the log has {len(self.artifacts)}")
        for artifact in self.artifacts:
            if not artifact.complete:
                name = artifact.name.decode(errors="replace")
                damage = "its contents are not those that were recorded" if artifact.damaged else "parts of it are missing"
                found.append(f"artifact {name}: {damage}")
        return found

    def _disagreement(self, stream: str) -> Optional[str]:
        totals, received = self._totals(stream), len(self._received(stream))
        if totals is None or totals.bytes == received:
            return None
        if totals.bytes > received:
            return f"{stream}: {totals.bytes - received} of {totals.bytes} bytes are missing"
        return f"{stream}: the verdict counts {totals.bytes} bytes, the log has {received}"

    def _totals(self, stream: str) -> Optional[Totals]:
        if self.exit is None:
            return None
        return self.exit.stdout if stream == "stdout" else self.exit.stderr

    def _received(self, stream: str) -> bytes:
        return self.stdout if stream == "stdout" else self.stderr

    def json(self) -> str:
        """The line that `warder decode --json` prints, byte by byte."""
        return json_text(self.as_dict())

    def as_dict(self) -> Dict[str, Any]:
        """The object that `warder decode --json` prints."""
        verdict = self.exit
        result: Dict[str, Any] = {}
        result.update(_text("stdout", self.stdout))
        result.update(_text("stderr", self.stderr))
        result.update(
            checked_only=self.checked_only,
            exit_code=self.exit_code,
            reason=self.reason,
            signal=self.signal,
            duration_ms=verdict.duration_ms if verdict else None,
            message=verdict.message if verdict else None,
            truncated=self.truncated,
            complete=self.complete,
            missing_frames=min(self.missing_frames, (1 << 63) - 1),
            missing_ranges=[list(gap) for gap in self.missing_ranges],
            stdout_lost_bytes=self.lost_bytes("stdout"),
            stderr_lost_bytes=self.lost_bytes("stderr"),
            left_out_frames=self.left_out_frames,
            duplicate_frames=self.duplicate_frames,
            unknown_frames=self.unknown_frames,
            noise_lines=self.noise_lines,
            disagreements=self.disagreements,
            source=self.source,
            run=self.run,
            artifacts=[_artifact(artifact) for artifact in self.artifacts],
            artifacts_refused=verdict.artifacts.refused if verdict and verdict.artifacts else None,
            events=[_event(time, event) for time, event in self.events],
        )
        if self.start:
            result.update(_start(self.start))
        if verdict:
            result.update(_exit(verdict))
        return result


def _text(name: str, data: bytes) -> Dict[str, str]:
    """Bytes as text, and exactly where they are no text."""
    try:
        return {name: data.decode()}
    except UnicodeDecodeError:
        return {name: data.decode(errors="replace"), name + "_b64": base64.b64encode(data).decode()}


def _artifact(artifact: Artifact) -> Dict[str, Union[str, int, None]]:
    return {
        **_text("name", artifact.name),
        "bytes": artifact.end.bytes if artifact.end else len(artifact.data),
        "sha256": artifact.end.sha256 if artifact.end else None,
        "complete": artifact.complete,
    }


def _event(time: int, event: Event) -> Dict[str, Any]:
    fields = {name: value for name, value in event.fields.items() if name != "t"}
    return {"t": Seconds.of(time), "type": event.type, **fields}


def _start(start: Start) -> Dict[str, Any]:
    return {
        "protocol": start.protocol,
        "version": start.version,
        "id": start.id,
        "trust": start.trust,
        "runtime": start.runtime,
        "script": {"path": start.script_path, "bytes": start.script_bytes, "sha256": start.script_sha256},
        "started_at": start.started_at,
        "limits": start.limits,
        "isolation": start.isolation,
        "env_withheld": list(start.env_withheld),
        "env_withheld_others": start.env_withheld_others,
    }


def _exit(verdict: Exit) -> Dict[str, Any]:
    stdout, stderr = verdict.stdout, verdict.stderr
    return {
        "cpu_user_ms": verdict.cpu_user_ms,
        "cpu_system_ms": verdict.cpu_system_ms,
        "max_rss_bytes": verdict.max_rss_bytes,
        "processes_killed": verdict.processes_killed,
        "stdout_dropped_bytes": stdout.dropped_bytes if stdout else None,
        "stderr_dropped_bytes": stderr.dropped_bytes if stderr else None,
        "stdout_redactions": stdout.redactions if stdout else None,
        "stderr_redactions": stderr.redactions if stderr else None,
        "denied": [
            {"syscall": call.syscall, **({"family": call.family} if call.family is not None else {}), "count": call.count}
            for call in verdict.denied
        ],
        "denied_others": verdict.denied_others,
    }
