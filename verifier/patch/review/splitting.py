"""The lines of a text, cut into changed files and raw hunks. Nothing is repaired here.

A hunk ends where its header's counts are used up by lines that are well formed; in a damaged hunk
only the next header, a signature or a mailing list's footer ends it, and it is kept where the
lines ceased to fit. What looks like a header and is none is an error: no hunk is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from verifier.patch.review.lines import Line, Text
from verifier.patch.review.names import (
    File,
    diff_names,
    git_names,
    is_binary,
    looks_like_path,
    name_of,
)
from verifier.patch.review.records import FileChange

HUNK = re.compile(
    r"@@ -(?P<old>\d{1,9})(?:,(?P<old_length>\d{1,9}))?"
    r" \+(?P<new>\d{1,9})(?:,(?P<new_length>\d{1,9}))? @@[ \t]?(?P<heading>.*)\Z"
)
_LIKE_HUNK = re.compile(r"@@ -\d")
"""A hunk's header, be its numbers what they may: such a line is never passed over."""

_DIFF = re.compile(r"diff -|Index: \S")
_COMBINED = re.compile(r"diff --(?:cc|combined) |@@@")
_RULE = re.compile(r"(?:_{3,}|-{3,}|={3,}|\*{3,}|#{3,})\s*\Z")
_SCISSORS = re.compile(r"-[- ]{1,80}(?:8<|>8)|-----(?:BEGIN|END) PGP |-{2,80}=_?")
_VERSION = re.compile(r"\d+\.\d")
_UNSEEN = (
    (re.compile(r"Only in \S[^:]*+: \S"), "a file that is only in one of two folders"),
    (re.compile(r"Files \S.*+(?<= differ)\Z"), "files that differ"),
    (re.compile(r"Property changes on: \S"), "properties of Subversion"),
    (re.compile(r"Submodule \S++ [0-9a-f]{7,64}\.\.\.?[0-9a-f]{7,64}"), "a submodule's commits"),
)
"""What the tools that make diffs say of changes that they do not show."""

_MORE = re.compile(r"[-+ ](?:\t| {4})")
"""A changed or indented line of code, behind blank lines."""


@dataclass(slots=True)
class RawHunk:
    """A hunk as it stands in the text.

    Args:
        file: index among the files of the text.
        header: the line of `@@`.
        at: its number.
        lines: those that follow, as they are.
        stop: the number of the line at which they cease to fit the counts of the header, and why;
            None where they are those that it counts.
    """

    file: int
    header: str
    at: int
    lines: list[Line] = field(default_factory=list)
    stop: tuple[int, str] | None = None


@dataclass(slots=True)
class Split:
    """What a text holds.

    Args:
        read: the numbers of the lines that belong to a hunk or its header.
    """

    files: list[FileChange]
    hunks: list[RawHunk]
    notes: list[str]
    read: set[int]


def counts_of(header: str) -> tuple[int, int]:
    """How many lines a hunk has before and after, by its header, which is well formed."""
    match = HUNK.match(header)
    assert match is not None, "only such headers make hunks"
    old, new = match["old_length"], match["new_length"]
    return int(old if old is not None else 1), int(new if new is not None else 1)


def split(lines: Sequence[Line], text: Text, mail: int) -> Split:
    """The files that lines name and their raw hunks.

    Args:
        lines: of one depth of quotes.
        text: they are of; for errors.
        mail: index of the mail.

    Raises:
        NoPatch: a hunk cannot be listed.
    """
    return _Splitter(lines, text).run(mail)


class _Splitter:
    def __init__(self, lines: Sequence[Line], text: Text) -> None:
        self._lines = lines
        self._text = text
        self._position = 0
        self._files: list[File] = []
        self._hunks: list[RawHunk] = []
        self._notes: list[str] = []
        self._read: set[int] = set()
        self._named = False  # whether the lines about a file go on
        self._half: Line | None = None  # a `---` or `+++` line without the other

    def run(self, mail: int) -> Split:
        while self._position < len(self._lines):
            line = self._lines[self._position]
            if _COMBINED.match(line.text):
                raise self._text.refused(
                    line.number,
                    "a combined diff of a merge, which has more than one side before: compare "
                    "with one parent, with `git diff -m` or `git diff COMMIT^1 COMMIT`",
                )
            if (used := self._names_both(self._position)) > 0:
                self._name_both(used)
            elif _DIFF.match(line.text):
                self._start_file(line.text)
            elif line.text.startswith("@@ ") and (self._files or _LIKE_HUNK.match(line.text)):
                self._start_hunk(line)
            else:
                self._other(line)
                self._position += 1
        changes = [file.change(mail) for file in self._files]
        return Split(changes, self._hunks, self._notes, self._read)

    # --- files ---------------------------------------------------------------------------------

    def _at(self, position: int) -> str:
        return self._lines[position].text if position < len(self._lines) else ""

    def _names_both(self, position: int) -> int:
        """How many lines from here on are a `---` and a `+++` line: 2, 3 if broken, 0 if none."""
        if not self._at(position).startswith("--- "):
            return 0
        if self._at(position + 1).startswith("+++ "):
            return 2
        broken = self._at(position + 2).startswith("+++ ")
        return 3 if broken and self._at(position + 1)[:1] not in ("@", "+", "-", "") else 0

    def _name_both(self, used: int) -> None:
        if not self._named:
            self._files.append(File())
        first, last = self._at(self._position), self._at(self._position + used - 1)
        if used > 2:
            first = f"{first.rstrip()} {self._at(self._position + 1).strip()}"
            self._notes.append("a broken `---` line: joined")
        self._files[-1].name_both(first, last)
        self._named, self._half = False, None
        self._position += used

    def _start_file(self, line: str) -> None:
        used = 1
        if line.startswith("Index: "):
            name = name_of(line[len("Index: ") :])
            self._files.append(File(name, name, bare=True))
        elif line.startswith("diff --git "):
            old, new = git_names(line)
            after = self._at(self._position + 1).strip()
            if " b/" not in line and " " not in after and after.startswith("b/"):
                (old, new), used = git_names(f"{line.rstrip()} {after}"), 2
                self._notes.append("a broken `diff --git` line: joined")
            self._files.append(File(old, new))
        elif not (self._named and self._files[-1].bare):  # CVS writes both
            self._files.append(File(*diff_names(line), bare=True))
        for position in range(self._position, self._position + used):
            self._read.add(self._lines[position].number)
        self._named, self._half = True, None
        self._position += used

    def _other(self, line: Line) -> None:
        """A line that is no header: about the file, or text."""
        if is_binary(line.text) and not self._named:
            self._files.append(File())
            self._files[-1].note(line.text)
        elif self._named:
            self._files[-1].note(line.text)
        if line.text.startswith("+++ ") or (
            line.text.startswith("--- ") and looks_like_path(line.text[4:])
        ):
            self._half = line
        self._notes += [
            f"{what}: not in the diff"
            for pattern, what in _UNSEEN
            if pattern.match(line.text) is not None
        ]

    # --- hunks ---------------------------------------------------------------------------------

    def _start_hunk(self, line: Line) -> None:
        header, used = line.text.rstrip(), 1
        if HUNK.match(header) is None:
            joined = f"{header} {self._at(self._position + 1).strip()}"
            if HUNK.match(joined) is None:
                raise self._text.refused(line.number, "this `@@` line cannot be read")
            header, used = joined, 2
            self._notes.append("a broken `@@` line: joined")
        if not self._files:
            raise self._text.refused(line.number, "no file is named before this hunk")
        if self._half is not None and not self._named:
            raise self._text.refused(
                self._half.number, "a `---` or `+++` line without the other of the two"
            )
        self._named, self._half = False, None
        hunk = RawHunk(len(self._files) - 1, header, line.number)
        start = self._position
        self._position += used
        self._fill(hunk, *counts_of(header))
        self._hunks.append(hunk)
        self._read.update(item.number for item in self._lines[start : self._position])

    def _fill(self, hunk: RawHunk, old: int, new: int) -> None:
        """Takes the hunk's lines."""
        start = position = self._position
        while old > 0 or new > 0:
            marker = self._at(position)[:1]
            last = (old, new) == (1, 0) and self._is_last(position)
            if position >= len(self._lines) - (marker == "") or (
                self._is_end(position) and not last
            ):
                hunk.stop = self._number(position), self._promise(hunk, old, new)
                break
            before, after = marker in (" ", "-", ""), marker in (" ", "+", "")
            if not before and not after and marker != "\\":
                hunk.stop = self._number(position), "a line without a marker"
                break
            if before > old or after > new:
                hunk.stop = self._number(position), self._no_room(hunk)
                break
            old, new = old - before, new - after
            position += 1
        if hunk.stop is None:
            position += self._at(position).startswith("\\")
            if (surplus := self._surplus(position)) < 0:
                self._take(hunk, start, position)
                return
            hunk.stop = self._number(surplus), self._no_room(hunk)
        while position < len(self._lines) and not self._is_end(position, damaged=True):
            position += 1
        self._take(hunk, start, position)

    def _take(self, hunk: RawHunk, start: int, end: int) -> None:
        hunk.lines.extend(self._lines[start:end])
        self._position = end

    def _number(self, position: int) -> int:
        return self._lines[min(position, len(self._lines) - 1)].number

    def _promise(self, hunk: RawHunk, old: int, new: int) -> str:
        return (
            f"the hunk ends here, but its header in line {hunk.at} promises {old} more of the "
            f"lines before and {new} more of those after"
        )

    def _no_room(self, hunk: RawHunk) -> str:
        return f"the counts in the hunk's header in line {hunk.at} leave no room for this line"

    def _surplus(self, position: int) -> int:
        """Where a line with a marker follows a hunk that is complete by its header; or -1."""
        text = self._at(position)
        if text[:1] in ("+", "-", " ") and text.strip():
            return -1 if self._is_end(position, damaged=True, complete=True) else position
        while position < len(self._lines) and not self._at(position).strip():
            position += 1
        return position if _MORE.match(self._at(position)) else -1

    def _is_end(self, position: int, *, damaged: bool = False, complete: bool = False) -> bool:
        """Whether a line cannot belong to the hunk before it.

        Args:
            damaged: whether counts do not tell; then less is enough.
            complete: whether the hunk needs no more lines.
        """
        text = self._at(position)
        if text.startswith("@@") or _DIFF.match(text) or _COMBINED.match(text):
            return True
        if damaged and (_RULE.match(text) or _SCISSORS.match(text)):
            return True
        if text.rstrip() == "--":
            return complete or self._is_signature(position + 1)
        if not (used := self._names_both(position)):
            return False
        names = looks_like_path(text[4:]) and looks_like_path(self._at(position + used - 1)[4:])
        return complete or (names and self._at(position + used).startswith("@@ "))

    def _is_last(self, position: int) -> bool:
        """Whether a line that takes `- ` away ends the text: a signature has something to say."""
        rest = self._lines[position + 1 :]
        return self._at(position) == "-- " and not any(line.text for line in rest)

    def _is_signature(self, position: int) -> bool:
        """Whether what follows `-- ` is no line of a hunk: a version, text, or nothing."""
        after = self._at(position)
        if not after:
            return all(not line.text for line in self._lines[position : position + 50])
        return after[0] not in (" ", "+", "-", "\\") or _VERSION.match(after) is not None
