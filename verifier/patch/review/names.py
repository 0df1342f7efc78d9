"""What the lines before a hunk say of a file: its names on both sides, and what happens to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.patch.review.records import FileChange

_GIT = re.compile(r"diff --git (?P<names>.*)\Z")
_QUOTED = re.compile(rb"\\(?:([0-7]{3})|(.))")
_LETTERS = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DATED = re.compile(
    r" (?:\d{4}-\d\d-\d\d \d|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[, ]|\(revision |\(working copy\)"
    r"|\(nonexistent\))"
)
_BINARY = re.compile(r"Binary files (?P<names>.*) differ\Z")
_PREFIXES = frozenset("abciow12")
"""What git puts before names, by its options; `a` and `b` are taken off without more evidence."""


@dataclass(slots=True)
class File:
    """A file while the lines about it are read.

    Args:
        bare: whether only an `Index:` line or the command that made the diff has named it.
    """

    old: str = ""
    new: str = ""
    what: str = "changed"
    binary: bool = False
    old_mode: str = ""
    new_mode: str = ""
    bare: bool = False

    def change(self, mail: int) -> FileChange:
        """What is known of it in the end."""
        path = self.old if self.what == "deleted" or not self.new else self.new
        modes = f"{self.old_mode} to {self.new_mode}" if self.old_mode and self.new_mode else ""
        return FileChange(path, self.old or self.new, self.what, mail, self.binary, modes)

    def name_both(self, old: str, new: str) -> None:
        """Takes the names of a `---` and a `+++` line."""
        first, second = _short(name_of(old[4:]), self.old), _short(name_of(new[4:]), self.new)
        if first == "/dev/null":
            self.what, first = "new", ""
        if second == "/dev/null":
            self.what, second = "deleted", ""
        self.old, self.new, self.bare = first or second, second or first, False

    def note(self, line: str) -> None:
        """Takes a line of git's extended header, or one that says that there is no text."""
        words = line.split(" ", 3)
        match words:
            case ["new", "file", "mode", *_]:
                self.what = "new"
            case ["deleted", "file", "mode", *_]:
                self.what = "deleted"
            case ["rename" | "copy" as how, "from", *_]:
                self.what = "renamed" if how == "rename" else "copied"
                self.old = _unquoted(line.partition(" from ")[2].strip())
            case ["rename" | "copy", "to", *_]:
                self.new = _unquoted(line.partition(" to ")[2].strip())
            case ["old", "mode", mode, *_]:
                self.old_mode = _mode(mode)
            case ["new", "mode", mode, *_]:
                self.new_mode = _mode(mode)
            case _ if line.startswith(("GIT binary patch", "Cannot display: file marked as a bin")):
                self.binary = True
            case _:
                self._note_binary(line)

    def _note_binary(self, line: str) -> None:
        match = _BINARY.match(line)
        if match is None:
            return
        self.binary = True
        old, _, new = match["names"].partition(" and ")
        if self.bare or not (self.old or self.new):
            self.name_both(f"--- {old}", f"+++ {new}")


def git_names(line: str) -> tuple[str, str]:
    """The two names of a `diff --git` line; "" where it has none, or both were not found."""
    match = _GIT.match(line)
    if match is None:
        return "", ""
    names = match["names"].strip()
    if names.startswith('"'):
        end = _end_of_quotes(names)
        old, new = names[:end], names[end:].strip()
    elif names.endswith('"') and ' "' in names:
        old, _, new = names.partition(' "')
        new = f'"{new}'
    else:
        old, new = _halves(names)
    first, second = _unquoted(old), _unquoted(new)
    if first[2:] == second[2:] and _prefix(first) != _prefix(second):
        marks = {_prefix(first), _prefix(second)}
        if "" not in marks:
            return first[2:], second[2:]
    return name_of(first), name_of(second)


def diff_names(line: str) -> tuple[str, str]:
    """The last two words of a `diff -u OLD NEW` line."""
    words = line.split()
    named = [word for word in words[1:] if not word.startswith("-")]
    return (name_of(named[-2]), name_of(named[-1])) if len(named) > 1 else ("", "")


def is_binary(line: str) -> bool:
    """Whether a line says that two binary files differ."""
    return _BINARY.match(line) is not None


def looks_like_path(text: str) -> bool:
    """Whether what follows `--- ` may be a file's name rather than a line of code."""
    name = name_of(text)
    return bool(name) and not any(letter in name for letter in " ;(){}") and text[:1] != "-"


def name_of(text: str) -> str:
    """A file's name without the date after it, quotes, and the `a/` or `b/` before it."""
    text = text.split("\t", maxsplit=1)[0]
    if (match := _DATED.search(text)) is not None:
        text = text[: match.start()]
    text = _unquoted(text.strip())
    return text[2:] if text.startswith(("a/", "b/")) else text


def _short(name: str, known: str) -> str:
    """A name without git's other prefixes, where the `diff --git` line shows that it is one."""
    return known if known and name[2:] == known and _prefix(name) else name


def _prefix(name: str) -> str:
    return name[0] if name[1:2] == "/" and name[0] in _PREFIXES else ""


def _halves(names: str) -> tuple[str, str]:
    """Two names with a space between them, where names may have spaces."""
    middle = len(names) // 2
    if names[middle : middle + 1] == " " and names[2:middle] == names[middle + 3 :]:
        return names[:middle], names[middle + 1 :]
    if names[middle : middle + 1] == " " and names[:middle] == names[middle + 1 :]:
        return names[:middle], names[middle + 1 :]
    old, between, new = names.partition(" b/")
    if between:
        return old, f"b/{new}"
    old, _, new = names.partition(" ")
    return old, new.strip()


def _end_of_quotes(text: str) -> int:
    position = 1
    while position < len(text) and text[position] != '"':
        position += 2 if text[position] == "\\" else 1
    return position + 1


def _unquoted(text: str) -> str:
    """A name as C writes strings, where it is quoted: git's `core.quotePath`."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return text

    def letter(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return bytes([int(match[1], 8) & 255])
        return bytes([_LETTERS[match[2]]]) if match[2] in _LETTERS else match[2]

    raw = text[1:-1].encode("utf-8", "surrogateescape")
    return _CONTROL.sub("?", _QUOTED.sub(letter, raw).decode("utf-8", "replace"))


def _mode(word: str) -> str:
    return word if word.isdigit() and len(word) <= 6 else ""
