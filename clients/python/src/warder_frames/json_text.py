"""JSON as `warder decode --json` writes it, byte by byte.

Besides what JSON demands, what harms whoever looks at a line or splits it is escaped: C1 controls, the line and paragraph
separators, and the bidirectional controls.
"""

from __future__ import annotations

import json
import re
from typing import Any

_HARMFUL = re.compile("[\u0080-\u009f\u2028-\u202e\u2066-\u2069]")


class Seconds(float):
    """A time, kept in microseconds and written as seconds with six decimals."""

    microseconds: int

    @classmethod
    def of(cls, microseconds: int) -> Seconds:
        """A time of so many microseconds."""
        seconds = cls(microseconds / 1_000_000)
        seconds.microseconds = microseconds
        return seconds


def json_text(value: Any) -> str:
    """The text of a value made of dictionaries, lists, strings, integers, booleans, None and `Seconds`."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_string(name)}:{json_text(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Seconds):
        return f"{value.microseconds // 1_000_000}.{value.microseconds % 1_000_000:06}"
    return json.dumps(value)


def _string(text: str) -> str:
    return _HARMFUL.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))
