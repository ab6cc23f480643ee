"""The fenced blocks of a document in Markdown, and the notes before them that say how to run them. Pure."""

import dataclasses
import re

# What a note may say, in an HTML comment on the line before the fence, invisible where the page is shown.
NOTES = {
    "not run": "a reason why nobody runs this block",
    "file": "the block is a file's content: its name in the scratch copy",
    "run with": "variables for the block, NAME=VALUE, as in a shell; $SCRATCH is the scratch copy",
    "status": "the exit status of a console block's last command, or of a whole block of sh: 250, or 0 or 1",
    "log": "a script whose log the stand-in for kubectl prints at `kubectl logs`",
}
NOTE = re.compile(r"^\s*<!--\s*([a-z ]+):\s*(.*?)\s*-->\s*$")
GENERATED = "(written by the test suite)"
FENCE = re.compile(r"^(\s*)(`{3,})\s*([A-Za-z0-9_-]*)[^`]*$")


class DocumentError(Exception):
    """A block or a note that cannot be understood; the text names document and line."""


@dataclasses.dataclass(frozen=True)
class Block:
    document: str
    line: int  # of the opening fence, from 1
    language: str
    lines: tuple  # without the fences and their indentation
    notes: dict

    @property
    def place(self):
        return f"{self.document}:{self.line}"

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)


@dataclasses.dataclass(frozen=True)
class Command:
    """A command of a console block and what it is said to print."""

    text: str
    output: tuple


def blocks(document, text):
    """All fenced blocks of a document, in their order."""
    found, notes, opened, unknown = [], {}, None, None
    for number, line in enumerate(text.splitlines(), 1):
        if opened is None:
            fence, note = FENCE.match(line), NOTE.match(line)
            if fence and unknown:
                raise DocumentError(f"{document}:{number - 1}: unknown note '{unknown}'; there are: {', '.join(NOTES)}")
            # Other comments are other programs' business, unless they stand where a note stands.
            unknown = note[1] if note and note[1] not in NOTES and GENERATED not in note[2] else None
            if fence:
                opened = (number, fence[1], fence[2], fence[3], [], notes)
                notes = {}
            elif note and note[1] in NOTES:
                if not note[2]:
                    raise DocumentError(
                        f"{document}:{number}: the note '{note[1]}' says nothing; expected {NOTES[note[1]]}")
                notes[note[1]] = note[2]
            elif line.strip() and notes:
                raise DocumentError(f"{document}:{number}: the note before this line belongs to no block")
        else:
            start, indentation, ticks, language, lines, its_notes = opened
            if line.strip() == ticks:
                found.append(Block(document, start, language, tuple(lines), its_notes))
                opened = None
            else:
                lines.append(line[len(indentation):] if line.startswith(indentation) else line.lstrip())
    if opened is not None:
        raise DocumentError(f"{document}:{opened[0]}: this block has no end")
    if notes:
        raise DocumentError(f"{document}: the note at the end belongs to no block")
    return found


def commands(block):
    """The commands of a console block: lines after `$ `, continued by a backslash or by `> ` before the next."""
    found, text, output = [], None, []
    for offset, line in enumerate(block.lines, 1):
        if text is not None and not output and (text.endswith("\\") or (line.startswith("> ") and _is_open(text))):
            text += "\n" + (line[2:] if line.startswith("> ") else line)
        elif line == "$" or line.startswith("$ "):
            if text is not None:
                found.append(Command(text, tuple(output)))
            text, output = line[2:], []
        elif text is None:
            place = f"{block.document}:{block.line + offset}"
            raise DocumentError(f"{place}: a console block begins with a command after '$ '")
        else:
            output.append(line)
    if text is None:
        raise DocumentError(f"{block.place}: this console block has no command")
    return found + [Command(text, tuple(output))]


def _is_open(text):
    """Whether a shell would ask for more: after a pipe, or in a here-document whose end has not come."""
    if text.endswith(("|", "&&")):
        return True
    begun = re.findall(r"<<-?\s*['\"]?(\w+)['\"]?", text)
    return any(text.splitlines()[-1] != end or "\n" not in text for end in begun)


def check_form(block):
    """Raises where a block of commands would be overlooked, or a note means nothing for its block."""
    first = next((line for line in block.lines if line.strip()), "")
    if block.language in ("bash", "shell", "zsh"):
        raise DocumentError(f"{block.place}: commands are in blocks of 'sh', found '{block.language}'")
    if block.language in ("", "sh", "text") and first.startswith("$ "):
        raise DocumentError(f"{block.place}: commands with their output are in blocks of 'console'")
    runs = block.language in ("sh", "console")
    for note in block.notes:
        if runs == (note == "file"):
            raise DocumentError(f"{block.place}: the note '{note}' means nothing before a block of '{block.language}'")
    if "not run" in block.notes and len(block.notes) > 1:
        raise DocumentError(f"{block.place}: a block that is not run has no other note")
