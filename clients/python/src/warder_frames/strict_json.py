"""JSON as strictly as the log's own reader takes it, so that both see the same frames in any log.

Python's parser is laxer: it takes duplicate names, lone surrogates, NaN and documents of any depth.
"""

from __future__ import annotations

import json
from typing import Any, List, Optional, Tuple

MOST_DEPTH = 16
MOST_MEMBERS = 512
MOST_VALUES = 4096

_INT64_MIN, _INT64_MAX = -(1 << 63), (1 << 63) - 1
_UINT64_MAX = (1 << 64) - 1


class NotStrict(ValueError):
    """The text is no JSON, or more than a frame may have."""


class Number:
    """A number as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
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


def _unique(pairs: List[Tuple[str, Any]]) -> dict:
    members = dict(pairs)
    if len(members) != len(pairs) or len(pairs) > MOST_MEMBERS:
        raise NotStrict("duplicate or too many members")
    return members


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=Number, parse_float=Number, parse_constant=_no_constant, strict=True
)


def parse(line: bytes) -> Any:
    """The value that `line` is; numbers are `Number`s.

    Raises NotStrict.
    """
    try:
        text = line.decode("utf-8")
        value = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise NotStrict(str(error)) from None
    _check(value, 0, [0])
    return value


def _check(value: Any, depth: int, count: List[int]) -> None:
    count[0] += 1
    if count[0] > MOST_VALUES:
        raise NotStrict("too many values")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, (dict, list)):
        if depth == MOST_DEPTH:
            raise NotStrict("too deep")
        if isinstance(value, dict):
            for name in value:
                _check_text(name)
        for inner in value.values() if isinstance(value, dict) else value:
            _check(inner, depth + 1, count)


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise NotStrict("a lone surrogate")
