"""One line's bytes, as a frame.

Newer minor versions of the protocol may add members to any object, and bodies: what this reader does not know is passed
over. A line that lacks what this version demands, or has it in another shape, is no frame.
"""

from __future__ import annotations

import base64
from typing import Any, Callable, Dict, List, Optional

from .frames import ArtifactChunk, ArtifactEnd, ArtifactTotals, Body, DeniedCall, Event, Exit, Frame, LONGEST_LINE
from .frames import Output, Scalar, Start, Totals, Unknown
from .strict_json import NotStrict, Number, parse

#: PATH_MAX of Linux.
_LONGEST_NAME = 4096
_STATES = ("active", "degraded", "unavailable", "disabled")


class _NoFrame(Exception):
    pass


def parse_frame(line: bytes) -> Optional[Frame]:
    """The frame that a line without its line end is, if it is one."""
    if not line.startswith(b"{") or len(line) > LONGEST_LINE:
        return None
    try:
        members = _object(parse(line))
        time = members.get("t")
        microseconds = time.microseconds if isinstance(time, Number) else None
        if microseconds is None:
            return None
        return Frame(_count(members, "seq"), microseconds, _body(members))
    except (NotStrict, _NoFrame):
        return None


def _body(members: Dict[str, Any]) -> Body:
    found = [name for name in members if name in _BODIES]
    if len(found) == 1:
        return _BODIES[found[0]](members[found[0]])
    others = [name for name in members if name not in ("seq", "t")]
    if found or not others:
        raise _NoFrame
    return Unknown(others[0])


# Values


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _NoFrame
    return value


def _object(value: Any) -> Dict[str, Any]:
    if not isinstance(value, dict):
        raise _NoFrame
    return value


def _list(value: Any) -> List[Any]:
    if not isinstance(value, list):
        raise _NoFrame
    return value


def _integer(value: Any) -> int:
    number = value.integer if isinstance(value, Number) else None
    if number is None:
        raise _NoFrame
    return number


def _count(members: Dict[str, Any], name: str) -> int:
    """A number that counts something: no negative one."""
    number = _integer(members.get(name))
    if number < 0:
        raise _NoFrame
    return number


def _count_if_present(members: Dict[str, Any], name: str) -> int:
    return _count(members, name) if name in members else 0


def _bytes(value: Any) -> bytes:
    """Base64 exactly as RFC 4648 section 4 has it: padding is required, unused bits are 0."""
    text = _text(value)
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise _NoFrame from None
    if base64.b64encode(data) != text.encode():
        raise _NoFrame
    return data


def _is_check(members: Dict[str, Any]) -> bool:
    """Whether the frame is of a run that only checked the script."""
    return bool(members.get("mode") == "check")


def _fields(members: Dict[str, Any], but: Optional[str] = None) -> Dict[str, Scalar]:
    fields: Dict[str, Scalar] = {}
    for name, value in members.items():
        if name == but:
            continue
        if isinstance(value, Number):
            if value.integer is not None:
                fields[name] = value.integer
        elif value is None or isinstance(value, (str, bool)):
            fields[name] = value
    return fields


# Bodies


def _start(value: Any) -> Start:
    members = _object(value)
    script = _object(members.get("script"))
    isolation: Dict[str, Dict[str, Scalar]] = {}
    for name, layer in _object(members.get("isolation")).items():
        state = _object(layer).get("state")
        if state not in _STATES:
            raise _NoFrame
        isolation[name] = {"state": state, **_fields(layer, but="state")}
    return Start(
        protocol=_count(members, "protocol"),
        version=_text(members.get("version")),
        run=_text(members.get("run")),
        runtime=_text(members.get("runtime")),
        script_path=_text(script.get("path")),
        script_bytes=_count(script, "bytes"),
        script_sha256=_text(script.get("sha256")),
        limits=_fields(_object(members.get("limits"))),
        isolation=isolation,
        started_at=_text(members.get("started_at")),
        id=_text(members["id"]) if "id" in members else None,
        is_check=_is_check(members),
        trust=_text(members["trust"]) if "trust" in members else None,
        env_withheld=tuple(_text(name) for name in _list(members.get("env_withheld", []))),
        env_withheld_others=_count_if_present(members, "env_withheld_others"),
    )


def _event(value: Any) -> Event:
    members = _object(value)
    return Event(_text(members.get("type")), _fields(members, but="type"))


def _artifact(value: Any) -> ArtifactChunk:
    members = _object(value)
    name = members.get("name")
    name = name.encode() if isinstance(name, str) else _bytes(members.get("name_b64"))
    if not 0 < len(name) <= _LONGEST_NAME:
        raise _NoFrame
    end = ArtifactEnd(_count(members, "bytes"), _text(members["sha256"])) if "sha256" in members else None
    return ArtifactChunk(name, _count(members, "offset"), _bytes(members.get("b64")), end)


def _totals(members: Dict[str, Any], name: str) -> Optional[Totals]:
    if name not in members:
        return None
    totals = _object(members[name])
    return Totals(
        bytes=_count(totals, "bytes"),
        frames=_count(totals, "frames"),
        dropped_bytes=_count(totals, "dropped_bytes"),
        redactions=_count_if_present(totals, "redactions"),
    )


def _artifact_totals(members: Dict[str, Any]) -> Optional[ArtifactTotals]:
    if "artifacts" not in members:
        return None
    totals = _object(members["artifacts"])
    return ArtifactTotals(_count(totals, "files"), _count(totals, "bytes"), _count(totals, "refused"))


def _denied(value: Any) -> DeniedCall:
    members = _object(value)
    family = members.get("family")
    return DeniedCall(
        _text(members.get("syscall")), _count(members, "count"), family if isinstance(family, str) else None
    )


def _exit(value: Any) -> Exit:
    """Demands little: even the frame that a dying supervisor gets out is worth reading."""
    members = _object(value)
    return Exit(
        reason=_text(members.get("reason")),
        message=_text(members.get("message")),
        is_check=_is_check(members),
        run=_text(members["run"]) if "run" in members else None,
        exit_code=_integer(members["exit_code"]) if "exit_code" in members else None,
        signal=_text(members["signal"]) if "signal" in members else None,
        duration_ms=_count_if_present(members, "duration_ms"),
        cpu_user_ms=_count_if_present(members, "cpu_user_ms"),
        cpu_system_ms=_count_if_present(members, "cpu_system_ms"),
        max_rss_bytes=_count_if_present(members, "max_rss_bytes"),
        processes_killed=_count_if_present(members, "processes_killed"),
        stdout=_totals(members, "stdout"),
        stderr=_totals(members, "stderr"),
        artifacts=_artifact_totals(members),
        denied=tuple(_denied(call) for call in _list(members.get("denied", []))),
        denied_others=_count_if_present(members, "denied_others"),
    )


_BODIES: Dict[str, Callable[[Any], Body]] = {
    "start": _start,
    "stdout": lambda value: Output("stdout", _text(value).encode()),
    "stderr": lambda value: Output("stderr", _text(value).encode()),
    "stdout_b64": lambda value: Output("stdout", _bytes(value)),
    "stderr_b64": lambda value: Output("stderr", _bytes(value)),
    "event": _event,
    "artifact": _artifact,
    "exit": _exit,
}
