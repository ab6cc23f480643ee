"""Frames as warder-init writes them (docs/log-format.md), for feeding a relay."""

from __future__ import annotations

import base64
import json
from typing import Any, List


class Log:
    """The frames of one run."""

    def __init__(self) -> None:
        self.lines: List[bytes] = []
        self.totals = {"stdout": 0, "stderr": 0}
        self.dropped = {"stdout": 0, "stderr": 0}
        self.add(start={
            "protocol": 1, "version": "0.1.0", "run": "9f1c", "runtime": "sh",
            "script": {"path": "env:ENTRY_COMMAND", "bytes": 9, "sha256": "0" * 64}, "limits": {}, "isolation": {},
            "started_at": "2026-11-21T09:00:00.000Z",
        })

    def add(self, **body: Any) -> None:
        seq = len(self.lines)
        self.lines.append(json.dumps({"seq": seq, "t": seq / 1000, **body}, separators=(",", ":"), ensure_ascii=False).encode())

    def write(self, stream: str, data: bytes, chunk: int = 1200) -> None:
        """Output, in frames of at most `chunk` bytes; what is no text goes as base64."""
        self.totals[stream] += len(data)
        for start in range(0, len(data), chunk):
            part = data[start:start + chunk]
            try:
                self.add(**{stream: part.decode("utf-8")})
            except UnicodeDecodeError:
                self.add(**{stream + "_b64": base64.b64encode(part).decode()})

    def drop(self, stream: str, count: int) -> None:
        self.dropped[stream] += count
        self.add(event={"type": "truncated", "stream": stream, "dropped_bytes": count})

    def end(self, reason: str = "exited", message: str = "m", **more: Any) -> bytes:
        """The whole log, with its verdict."""
        totals = {
            stream: {"bytes": self.totals[stream], "frames": 1, "dropped_bytes": self.dropped[stream]}
            for stream in self.totals
        }
        if reason == "exited":
            more.setdefault("exit_code", 0)
        self.add(exit={
            "reason": reason, "run": "9f1c", "duration_ms": 1203, "cpu_user_ms": 31, "cpu_system_ms": 8,
            "max_rss_bytes": 11_534_336, "processes_killed": 0, **totals, "denied": [], "message": message, **more,
        })
        return self.bytes

    @property
    def bytes(self) -> bytes:
        return b"".join(line + b"\n" for line in self.lines)


def log_of(stdout: bytes, stderr: bytes = b"", **verdict: Any) -> bytes:
    log = Log()
    log.write("stdout", stdout)
    log.write("stderr", stderr)
    return log.end(**verdict)
