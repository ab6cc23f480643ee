"""Comparing what a command printed with what a document shows. Pure."""

import re

ELLIPSIS = "…"


def matches(expected, found):
    """Whether the lines found are the lines expected.

    `…` stands for anything in its line; a line that is nothing else stands for any number of lines, none included.
    What was measured, such as `0.1 s` or `9.6 MB`, is like any other measure of that kind. Blanks at the end of a line
    and blank lines at the end do not count.
    """
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line.strip() == ELLIPSIS else _line_pattern(line) + r"\n" for line in _trimmed(expected))
    return re.fullmatch(pattern, "".join(line + "\n" for line in _trimmed(found))) is not None


TIME, SIZE = r"\d+(?:\.\d+)? (?:s|ms)\b", r"\d+(?:\.\d+)? (?:KB|MB|GB|KiB|MiB|GiB)\b"


def _line_pattern(line):
    pieces = re.split(f"({ELLIPSIS})|({TIME})|({SIZE})", line)
    pattern = ""
    # re.split gives the text between, and then one piece for each group, of which at most one is not None.
    for text, ellipsis, time, size in zip(*(iter(pieces + [None] * 3),) * 4):
        pattern += re.escape(text) + ("[^\n]*" if ellipsis else TIME if time else SIZE if size else "")
    return pattern


def _trimmed(lines):
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines
