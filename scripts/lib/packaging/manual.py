#!/usr/bin/python3
"""Makes the manual pages: warder's out of those that generate-manual wrote, warder-init's out of its own --help.

usage: manual.py GENERATED WARDER-INIT OUTPUT DATE

  GENERATED    a directory with generate-manual's pages (--multi-page)
  WARDER-INIT  the binary
  OUTPUT       the directory for the pages
  DATE         of the pages, YYYY-MM-DD
"""

import datetime
import pathlib
import re
import subprocess
import sys

ABSTRACT = "run one untrusted script, confined, and log truly how it ended"
EXIT_STATUS = """\
.Bl -tag -width 9n -compact
.It 0 to 239, 254, 255
the script's own exit status, or 128 and the signal that ended it
.It 1
also a status of its own from 240 to 253
.It 240
.Cm timeout
.It 241
cancelled from outside
.It 242 to 247
a limit: memory, processes, disk, output, CPU time; a system call that is answered with death
.It 250
the task or its configuration is wrong
.It 251
the interpreter could not be started
.It 252
a required layer of isolation is missing
.It 253
the supervisor failed
.El
.Pp
Without a script to run, as with
.Fl -check :
0, 1 where something fails, 2 for a wrong command line."""


def escaped(text):
    """Text that mdoc takes as text: no backslash, and no line that begins as a macro does."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def refine(page, name, names, version):
    """One of generate-manual's pages, as manual pages are called and written: warder-decode, not warder.decode."""
    lines = []
    for line in page.splitlines():
        if line.startswith(".Dt "):
            line = line.replace(".", "-", 2).replace("-Dt", ".Dt", 1)
        if line == ".Os":
            line += f" Warder {version}"
        found = re.match(r"\.Xr (\S+) (\d)( ,)?$", line)
        if found:
            # The page of `help` says nothing that --help does not.
            if found[1] not in names:
                continue
            line = f".Xr {names[found[1]]} {found[2]} ,"
        lines.append(line)
    lines = literal_examples(exit_status(lines))
    if ".Sh \"SEE ALSO\"" not in lines:
        lines.append(".Sh \"SEE ALSO\"")
    lines += [f".Xr {other} 1 ," for other in ("warder", "warder-init")
              if f".Xr {other} 1 ," not in lines and other != name]
    lines[-1] = lines[-1].removesuffix(" ,")
    return "\n".join(lines) + "\n"


def exit_status(lines):
    """Moves what the description says of the exit status to where a reader looks for it."""
    told = [line for line in lines if line.startswith("Exit status: ")]
    if not told or ".Ex -std" not in lines:
        return lines
    lines = [line for line in lines if line not in told]
    place = lines.index(".Ex -std")
    text = told[0].removeprefix("Exit status: ")
    return lines[:place] + [text[0].upper() + text[1:]] + lines[place + 1:]


def literal_examples(lines):
    """Indented lines are shown as they are; an empty line, which mdoc does not like, begins a paragraph."""
    out, literal = [], False
    for line in lines:
        indented = line.startswith("  ")
        if indented and not literal:
            while out and out[-1] in ("", ".Pp"):
                out.pop()
            out.append(".Bd -literal -offset indent")
        if literal and not indented:
            out.append(".Ed")
        literal = indented
        out.append(line.strip() if indented else ".Pp" if not line else line)
    return without_idle_paragraphs(out)


def without_idle_paragraphs(lines):
    """Without the .Pp that stand where a paragraph begins anyway, of which groff and mandoc warn."""
    before, after = (".Sh", ".Ss", ".Pp"), (".It", ".El", ".Sh", ".Ss", ".Pp", ".Bl", ".Bd")
    return [
        line for place, line in enumerate(lines)
        if line != ".Pp" or (place > 0 and not lines[place - 1].startswith(before)
                             and place + 1 < len(lines) and not lines[place + 1].startswith(after))]


def supervisor_page(help_text, date, version):
    """The page of warder-init, with every option of its help."""
    lines = help_text.splitlines()
    if not lines or not lines[0].startswith("Usage: warder-init "):
        sys.exit("manual.py: warder-init --help does not begin with 'Usage: warder-init '")
    page = [
        f".Dd {date:%B} {date.day}, {date.year}",
        ".Dt WARDER-INIT 1", f".Os Warder {version}",
        ".Sh NAME", ".Nm warder-init", f".Nd {ABSTRACT}", ".Sh SYNOPSIS", ".Nm",
        ".Op Ar options", ".Op Fl - Ar script-args ...", ".Sh DESCRIPTION",
    ]
    in_list = False
    for line in lines[1:]:
        option = re.match(r"  (--[a-z-]+)(\[\S+\])?(?: (\S+))?$", line)
        heading = re.match(r"(\S[^:]*):$", line)
        if option:
            if not in_list:
                page.append(".Bl -tag -width 6n")
                in_list = True
            words = [".It", "Fl", option[1][1:]]
            if option[2]:
                words += ["Ns", "Oo", "Li", option[2][1:-1], "Oc"]
            page.append(" ".join(words + (["Ar", option[3]] if option[3] else [])))
        elif heading:
            page += [".El"] if in_list else []
            in_list = False
            page.append(f".Ss {heading[1]}")
        elif re.match(r"      (WARDER_|task;|default )", line) and in_list:
            page += [".br", escaped(line.strip())]
        else:
            page.append(escaped(line.strip()) if line.strip() else ".Pp")
    page += [".El"] if in_list else []
    page += [".Sh \"EXIT STATUS\"", *EXIT_STATUS.splitlines(), ".Sh \"SEE ALSO\"", ".Xr warder 1"]
    return "\n".join(without_idle_paragraphs(page)) + "\n"


def main(generated, supervisor, output, date):
    output = pathlib.Path(output)
    output.mkdir(parents=True, exist_ok=True)
    pages = {path.name.removesuffix(".1"): path.read_text() for path in sorted(pathlib.Path(generated).glob("*.1"))}
    names = {name: name.replace(".", "-") for name in pages if not name.endswith(".help")}
    if "warder" not in names:
        sys.exit(f"manual.py: {generated} has no page warder.1")
    # "warder-init 0.1.0"
    version = said_by(supervisor, "--version").split()[-1]
    for name, its in names.items():
        (output / f"{its}.1").write_text(refine(pages[name], its, names, version))
    page = supervisor_page(said_by(supervisor, "--help"), datetime.date.fromisoformat(date), version)
    (output / "warder-init.1").write_text(page)


def said_by(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
