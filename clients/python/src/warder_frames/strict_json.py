"""JSON as strictly as the log's own reader takes it, so that both see the same frames in any log.

Python's parser is laxer: it takes duplicate names, lone surrogates, NaN and documents of any depth.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

_INT64_MIN, _INT64_MAX = -(1 << 63), (1 << 63) - 1
_UINT64_MAX = (1 << 64) - 1


class NotStrict(ValueError):
    """The text is no JSON, or more than a frame may have."""


@dataclass(frozen=True)
class Limits:
    """What a document may cost its reader."""

    #: Arrays and objects that are open at once.
    depth: int
    #: Members of one object.
    members: int
    #: Values in the whole document.
    values: int


#: What a frame may be.
FRAME = Limits(depth=16, members=512, values=4096)


class Number:
    """A number as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        # Python knows the digits of other scripts too.
        if not text.isascii():
            raise NotStrict(text)
        self.text = text

    @property
    def integer(self) -> Optional[int]:
        """The value where it has neither fraction nor exponent and fits 64 bits."""
        digits = self.text[1:] if self.text.startswith("-") else self.text
        # Longer ones do not fit, and Python is slow to convert them.
        if not digits.isdigit() or len(digits) > 19:
            return None
        value = int(self.text)
        return value if _INT64_MIN <= value <= _INT64_MAX else None

    @property
    def microseconds(self) -> Optional[int]:
        """Seconds without sign or exponent, in microseconds; digits beyond the sixth are cut off."""
        whole, _, decimals = self.text.partition(".")
        if not whole.isdigit() or (decimals and not decimals.isdigit()) or len(whole) > 20:
            return None
        value = int(whole) * 1_000_000 + int((decimals + "000000")[:6])
        return value if value <= _UINT64_MAX else None


def _no_constant(text: str) -> Any:
    raise NotStrict(text)


def _unique(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrict("duplicate members")
    return members


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=Number, parse_float=Number, parse_constant=_no_constant, strict=True
)


def parse(line: bytes, limits: Limits = FRAME) -> Any:
    """The value that `line` is; numbers are `Number`s.

    Raises NotStrict.
    """
    try:
        value = _decoder.decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotStrict(str(error)) from None
    _Check(limits).value(value, 0)
    return value


class _Check:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.values = 0

    def value(self, value: Any, depth: int) -> None:
        self.values += 1
        if self.values > self.limits.values:
            raise NotStrict("too many values")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, (dict, list)):
            if depth == self.limits.depth or len(value) > self.limits.members and isinstance(value, dict):
                raise NotStrict("too deep or too many members")
            if isinstance(value, dict):
                for name in value:
                    _check_text(name)
            for inner in value.values() if isinstance(value, dict) else value:
                self.value(inner, depth + 1)


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise NotStrict("a lone surrogate")
