"""The text of a mail, cut into changed files and raw hunks. Nothing is repaired or judged here but
what is needed to find where a hunk ends.

A hunk ends where its header's counts are used up by lines that are well formed; in a damaged hunk
only the next header, a signature or a mailing list's footer ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from verifier.review.values import FileChange

HUNK = re.compile(
    r"@@ -(?P<old>\d{1,9})(?:,(?P<old_length>\d{1,9}))?"
    r" \+(?P<new>\d{1,9})(?:,(?P<new_length>\d{1,9}))? @@[ \t]?(?P<heading>.*)\Z"
)
_HUNK_LIKE = re.compile(r"@@")
_GIT = re.compile(r"diff --git (?P<names>.*)\Z")
_DIFF = re.compile(r"(?:diff -|diff --(?:git|cc|combined) |Index: )")
_QUOTE = re.compile(r"^(?P<quote>(?:>[ ]?)+)(?:diff --git |--- \S|@@ -\d)", re.MULTILINE)
_STATES = (
    ("new file mode ", "new"),
    ("deleted file mode ", "deleted"),
    ("rename from ", "renamed"),
    ("copy from ", "copied"),
    ("Binary files ", "binary"),
    ("GIT binary patch", "binary"),
    ("old mode ", "mode changed"),
)
_FOOTER = re.compile(r"_{20,}\Z|-{40,}\Z")
_VERSION = re.compile(r"\d+(?:\.\d+)+")


@dataclass(slots=True)
class RawHunk:
    """A hunk as it stands in the text.

    Args:
        file: index among the files of the mail; -1 where no file is named before it.
        header: the line of `@@`.
        lines: those that follow, as they are.
        surplus: how many of the last lines come after the header's counts were used up.
    """

    file: int
    header: str
    lines: list[str] = field(default_factory=list)
    surplus: int = 0


@dataclass(slots=True)
class _File:
    old: str = ""
    new: str = ""
    what: str = "changed"


def unquoted(text: str) -> tuple[str, list[str]]:
    """The text without the `> ` of a reply, and what is to be said of that."""
    match = _QUOTE.search(text)
    if match is None:
        return text, []
    quote, kept, dropped = match["quote"], [], 0
    depth, spaced = quote.count(">"), quote.endswith(" ")
    for line in text.split("\n"):
        rest = line
        for level in range(depth):
            if not rest.startswith(">"):
                break
            rest = rest[1:]
            if rest.startswith(" ") and (spaced or level < depth - 1):
                rest = rest[1:]
        else:
            kept.append(rest)
            continue
        dropped += bool(line.strip())
    notes = [f"quoted with `{quote.strip()}`: the quotes were taken off"]
    if dropped:
        noun = "line that is" if dropped == 1 else "lines that are"
        notes.append(f"{dropped} {noun} not quoted left out")
    return "\n".join(kept), notes


def split(text: str, mail: int) -> tuple[list[FileChange], list[RawHunk], list[str]]:
    """The files that a text names, its raw hunks, and what was remarked."""
    lines = text.split("\n")
    files: list[_File] = []
    hunks: list[RawHunk] = []
    notes: list[str] = []
    position, started = 0, False
    while position < len(lines):
        line = lines[position]
        if _names_both(lines, position):
            if not started:
                files.append(_File())
            _set_names(files[-1], line, lines[position + 1])
            started = False
            position += 2
        elif _DIFF.match(line):
            files.append(_File())
            started = True
            names, used = _git_names(lines, position, notes)
            files[-1].old, files[-1].new = names
            position += used
        elif _HUNK_LIKE.match(line) and (files or HUNK.match(line)):
            started = False
            header, used = _whole_header(lines, position, notes)
            hunk = RawHunk(len(files) - 1, header)
            position = _fill(hunk, lines, position + used)
            hunks.append(hunk)
        else:
            if started:
                _set_state(files[-1], line)
            position += 1
    changes = [
        FileChange(
            item.old if item.what == "deleted" or not item.new else item.new,
            item.old or item.new,
            item.what,
            mail,
        )
        for item in files
    ]
    return changes, hunks, notes


# --- names of files ------------------------------------------------------------------------


def _names_both(lines: Sequence[str], position: int) -> bool:
    return (
        lines[position].startswith("--- ")
        and position + 1 < len(lines)
        and lines[position + 1].startswith("+++ ")
    )


def _git_names(
    lines: Sequence[str], position: int, notes: list[str]
) -> tuple[tuple[str, str], int]:
    """The two names of a `diff --git` line, which a mail program may have broken in two."""
    match = _GIT.match(lines[position])
    if match is None:
        return ("", ""), 1
    names, used = match["names"].strip(), 1
    if " b/" not in names and position + 1 < len(lines):
        after = lines[position + 1].strip()
        if after.startswith("b/"):
            names, used = f"{names} {after}", 2
            notes.append("a broken `diff --git` line: joined")
    old, _, new = names.partition(" b/")
    return (_name(old), new), used


def _set_names(file: _File, old: str, new: str) -> None:
    first, second = _name(old[4:]), _name(new[4:])
    if first == "/dev/null":
        file.what, first = "new", ""
    if second == "/dev/null":
        file.what, second = "deleted", ""
    file.old, file.new = first or second, second or first


def _set_state(file: _File, line: str) -> None:
    for start, what in _STATES:
        if line.startswith(start) and file.what in ("changed", "mode changed"):
            file.what = what
    if line.startswith(("rename from ", "copy from ")):
        file.old = line.partition(" from ")[2].strip()
    elif line.startswith(("rename to ", "copy to ")):
        file.new = line.partition(" to ")[2].strip()


def _name(text: str) -> str:
    """A file's name without the date after it, quotes, and the `a/` or `b/` before it."""
    text = text.split("\t", maxsplit=1)[0].strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    return text[2:] if text.startswith(("a/", "b/")) else text


# --- hunks ---------------------------------------------------------------------------------


def _whole_header(lines: Sequence[str], position: int, notes: list[str]) -> tuple[str, int]:
    """The header's line; what a mail program broke off before its second `@@` is joined."""
    line = lines[position].rstrip()
    if HUNK.match(line) is None and position + 1 < len(lines):
        joined = f"{line} {lines[position + 1].strip()}"
        if HUNK.match(joined):
            notes.append("a broken `@@` line: joined")
            return joined, 2
    return line, 1


def _fill(hunk: RawHunk, lines: Sequence[str], position: int) -> int:
    """Takes the hunk's lines; returns where it goes on."""
    match = HUNK.match(hunk.header)
    if match is not None:
        old = int(match["old_length"] or 1)
        new = int(match["new_length"] or 1)
        start = position
        while (old > 0 or new > 0) and position < len(lines):
            line = lines[position]
            if line[:1] not in (" ", "+", "-", "\\", "") or _ends(lines, position):
                break
            if line == "" and position + 1 == len(lines):
                break  # the end of the last line, no line of its own
            old -= line[:1] in (" ", "-", "")
            new -= line[:1] in (" ", "+", "")
            position += 1
        if old == 0 and new == 0:
            if position < len(lines) and lines[position].startswith("\\"):
                position += 1
            hunk.lines.extend(lines[start:position])
            surplus = list(_surplus(lines, position))
            hunk.lines.extend(surplus)
            hunk.surplus = len(surplus)
            return position + len(surplus)
        position = start
    while position < len(lines) and not _ends(lines, position):
        hunk.lines.append(lines[position])
        position += 1
    return position


def _surplus(lines: Sequence[str], position: int) -> Iterator[str]:
    """Lines with a marker directly after a hunk that is complete by its header."""
    while position < len(lines) and not _ends(lines, position):
        if lines[position][:1] not in ("+", "-", " ") or not lines[position].strip():
            return
        yield lines[position]
        position += 1


def _ends(lines: Sequence[str], position: int) -> bool:
    """Whether a line cannot belong to the hunk before it."""
    line = lines[position]
    if _HUNK_LIKE.match(line) or _DIFF.match(line) or _FOOTER.match(line):
        return True
    if line.rstrip() == "--":
        after = lines[position + 1] if position + 1 < len(lines) else ""
        return line == "-- " or not after.startswith((" ", "+", "-")) or bool(_VERSION.match(after))
    return _names_both(lines, position) and any(
        _HUNK_LIKE.match(item) for item in lines[position + 2 : position + 3]
    )
