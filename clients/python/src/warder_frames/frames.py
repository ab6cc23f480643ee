"""The frames of a log, as values. docs/log-format.md of the project says what each member means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Dict, Optional, Tuple, Union

#: What an event or a detail of isolation may hold.
Scalar = Union[str, int, bool, None]

#: The newest protocol that this reader knows.
PROTOCOL = 1

#: The longest line of a log, with its line feed.
LONGEST_LINE = 8000


@dataclass(frozen=True)
class Start:
    """The first frame of a run: what runs, and behind which walls."""

    protocol: int
    version: str
    run: str
    runtime: str
    script_path: str
    script_bytes: int
    script_sha256: str
    #: Limit by name, in the unit that the name ends with; None where one is off.
    limits: Dict[str, Scalar]
    #: Layer by name; each has "state" and details of its own.
    isolation: Dict[str, Dict[str, Scalar]]
    started_at: str
    id: Optional[str] = None
    #: Whether the script is only checked and does not run.
    is_check: bool = False
    #: The trust level that the task runs at.
    trust: Optional[str] = None
    env_withheld: Tuple[str, ...] = ()
    env_withheld_others: int = 0


@dataclass(frozen=True)
class Output:
    """Bytes that the script wrote, exactly."""

    #: "stdout" or "stderr"
    stream: str
    data: bytes


@dataclass(frozen=True)
class Event:
    """Something that happened while the script ran."""

    type: str
    fields: Dict[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class ArtifactEnd:
    """What the parts of a file must come to, put together."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class ArtifactChunk:
    """A part of a file that came back. The script chose the name: check it before using it as a path."""

    name: bytes
    offset: int
    data: bytes
    #: In the last part of a file only.
    end: Optional[ArtifactEnd] = None


@dataclass(frozen=True)
class Totals:
    """What became of one output stream."""

    bytes: int
    frames: int
    dropped_bytes: int
    #: Secrets that were replaced by a marker, those among the dropped bytes included.
    redactions: int = 0


@dataclass(frozen=True)
class ArtifactTotals:
    """What came back of the artifact directory."""

    files: int
    bytes: int
    #: Files, links and other things that did not come back.
    refused: int


@dataclass(frozen=True)
class DeniedCall:
    """A system call that was refused."""

    syscall: str
    count: int
    #: Of a call that makes sockets: the address family, such as AF_INET.
    family: Optional[str] = None


@dataclass(frozen=True)
class Exit:
    """The verdict, always the last frame of a run."""

    reason: str
    message: str
    #: The run that the verdict is on, as its `Start` names it.
    run: Optional[str] = None
    is_check: bool = False
    exit_code: Optional[int] = None
    signal: Optional[str] = None
    duration_ms: int = 0
    cpu_user_ms: int = 0
    cpu_system_ms: int = 0
    max_rss_bytes: int = 0
    processes_killed: int = 0
    stdout: Optional[Totals] = None
    stderr: Optional[Totals] = None
    artifacts: Optional[ArtifactTotals] = None
    denied: Tuple[DeniedCall, ...] = ()
    denied_others: int = 0


@dataclass(frozen=True)
class Unknown:
    """A body that this reader does not know: the frame comes from a newer Warder."""

    key: str


Body = Union[Start, Output, Event, ArtifactChunk, Exit, Unknown]


@dataclass(frozen=True)
class Frame:
    """One line of the log."""

    #: Rises by one from frame to frame; a gap means that something was lost.
    seq: int
    #: Since the start, in microseconds.
    time_us: int
    body: Body


@dataclass(frozen=True)
class Noise:
    """A line that is no frame: somebody else wrote it, or a frame was damaged."""

    #: The first bytes of the line, at most `Noise.MOST_BYTES`.
    data: bytes
    #: How many bytes the line had.
    length: int

    MOST_BYTES: ClassVar[int] = 1024


Item = Union[Frame, Noise]
