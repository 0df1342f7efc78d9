"""The lines of a text with their numbers, and what mail programs put around them: quotes, flowed
text (RFC 3676), the dashes of a clear-signed message (RFC 9580).

Where a text can be read in more than one way, all ways are offered: `reading` keeps the one whose
hunks are as long as their headers say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from verifier.patch.review.records import NoPatch

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0d-\x1f\x7f\x80-\x9f]")
_ESCAPE = r"(?:\x1b\[|\x9b|\^\[\[|\u241b\[|\[)[0-9;:]{0,40}[mK]"
_COLOUR = re.compile(
    rf"[> |]{{0,16}}(?:{_ESCAPE}){{1,4}}"
    r"(?:diff |index |--- |\+\+\+ |@@|[-+]|commit [0-9a-f]{7})"
)
_MARKS = re.compile(r" {0,3}(?:[>|] ?)+|")
_HEADER = re.compile(r"diff --(?:git|cc|combined) |@@+ -\d")
_INDENTED = re.compile(r"(?P<indent>[ \t]+)(?:diff --git |@@ -\d)")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, and its number, from 1, in the text that errors speak of."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a mail.

    Args:
        of: what the numbers count the lines of; "" for the file itself.
        flowed: whether the mail says so.
        joined: whether the space before a soft break goes with it (`DelSp`).
    """

    lines: tuple[Line, ...]
    of: str = ""
    flowed: bool = False
    joined: bool = False

    def refused(self, number: int, reason: str) -> NoPatch:
        """The error that names one of the lines."""
        return NoPatch(reason, number, self.of)


@dataclass(frozen=True, slots=True)
class Layer:
    """The lines of a text at one depth of quotes, without them.

    Args:
        note: what was taken off; "" where nothing was.
    """

    lines: tuple[Line, ...]
    note: str = ""


def cleaned(text: Text, notes: list[str]) -> Text:
    """A text without byte order marks, no-break spaces and control characters.

    Raises:
        NoPatch: it has the colours of a terminal.
    """
    found: list[Line] = []
    spaces = controls = 0
    for line in text.lines:
        if _COLOUR.match(line.text):
            raise text.refused(
                line.number,
                "the diff has the colour codes of a terminal; make it with "
                "`git diff --color=never`",
            )
        one = line.text.removeprefix("\ufeff")
        if "\xa0" in one:
            one, spaces = one.replace("\xa0", " "), spaces + 1
        one, number = _CONTROL.subn("?", one)
        controls += number
        found.append(Line(one, line.number))
    if spaces:
        notes.append("no-break spaces: made spaces")
    if controls:
        notes.append("control characters: shown as `?`")
    return replace(text, lines=_unescaped(found, notes))


def readings(text: Text) -> Iterator[tuple[Text, tuple[str, ...]]]:
    """The ways to read a text, most literal to its headers first, with what is to be said."""
    if not text.flowed:
        yield text, ()
        return
    stuffed = tuple(_unstuffed(line) for line in text.lines)
    said = "the mail was sent as format=flowed"
    yield (
        replace(text, lines=_unflowed(stuffed, joined=text.joined)),
        (f"{said}: unfolded, lines may not be as written",),
    )
    yield replace(text, lines=stuffed), (f"{said}, but its lines are whole: not unfolded",)
    yield text, (f"{said}, but is not: read as it stands",)


def is_header(text: str) -> bool:
    """Whether a line is a hunk's header, behind any quotes."""
    marks = _MARKS.match(text)
    return text.startswith("@@ -", marks.end() if marks is not None else 0)


def layers(lines: Sequence[Line]) -> Iterator[Layer]:
    """What is not quoted, whole, and each depth of quotes that has a diff."""
    yield Layer(tuple(lines))
    marks = [_MARKS.match(line.text) for line in lines]
    prefixes = [match[0] if match is not None else "" for match in marks]
    depths = [prefix.count(">") + prefix.count("|") for prefix in prefixes]
    headers: dict[int, str] = {}
    for line, prefix, depth in zip(lines, prefixes, depths, strict=True):
        if depth and depth not in headers and _HEADER.match(line.text, len(prefix)):
            headers[depth] = prefix
    for depth, first in headers.items():
        spaced = first.endswith(" ")
        kept = [
            Line(line.text[len(prefix if spaced else prefix.rstrip(" ")) :], line.number)
            for line, prefix, own in zip(lines, prefixes, depths, strict=True)
            if own == depth
        ]
        yield Layer(tuple(kept), f"quoted with `{first.strip()}`: the quotes were taken off")


def indented(lines: Sequence[Line]) -> Layer | None:
    """The lines that are indented as the first header of an indented diff is; None without one."""
    match = next((found for line in lines if (found := _INDENTED.match(line.text))), None)
    if match is None:
        return None
    indent = match["indent"]
    kept = [
        Line(line.text[len(indent) :], line.number)
        for line in lines
        if line.text.startswith(indent) or not line.text.strip()
    ]
    return Layer(tuple(kept), "the whole diff is indented: the indentation was taken off")


def _unescaped(lines: Sequence[Line], notes: list[str]) -> tuple[Line, ...]:
    """A clear-signed text without the `- ` before lines that begin with a dash."""
    found: list[Line] = []
    signed = any_signed = False
    for line in lines:
        if line.text.rstrip() in (_SIGNED, _SIGNATURE):
            signed = line.text.rstrip() == _SIGNED
            any_signed = any_signed or signed
        elif signed and line.text.startswith("- "):
            line = Line(line.text[2:], line.number)
        found.append(line)
    if any_signed:
        notes.append("signed with PGP: dashes unescaped, the signature was not checked")
    return tuple(found)


# --- flowed text ---------------------------------------------------------------------------


def _quotes(text: str) -> int:
    return len(text) - len(text.lstrip(">"))


def _unstuffed(line: Line) -> Line:
    """The line without the space that was put before what could be taken for something else."""
    depth = _quotes(line.text)
    rest = line.text[depth:]
    if depth:
        return Line(f"{'>' * depth} {rest.removeprefix(' ')}", line.number)
    return Line(rest.removeprefix(" "), line.number)


def _unflowed(lines: Sequence[Line], *, joined: bool) -> tuple[Line, ...]:
    """Lines that end in a space go on in the next one of the same depth of quotes."""
    found: list[Line] = []
    pieces: list[str] = []
    open_depth = -1
    for line in lines:
        depth = _quotes(line.text)
        rest = line.text[depth:].removeprefix(" ") if depth else line.text
        if depth == open_depth:
            pieces.append(rest)
        else:
            _close(found, pieces)
            found.append(line)
            pieces = [line.text]
        soft = rest.endswith(" ") and rest != "-- "
        if soft and joined:
            pieces[-1] = pieces[-1][:-1]
        open_depth = depth if soft else -1
    _close(found, pieces)
    return tuple(found)


def _close(found: list[Line], pieces: Sequence[str]) -> None:
    if len(pieces) > 1:
        found[-1] = Line("".join(pieces), found[-1].number)
