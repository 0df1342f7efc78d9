"""Diagnostics as the text a user sees.

    spec/free_path.alloc:12:9: error[E007]: expected `;` after this
       12 |         page p
          |              ^
      help: add `;`

Columns count characters, as compilers do; tabs only widen what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from frontend.source.diagnostics import Diagnostic, in_order
from frontend.source.spans import Source, Span

TAB = 8
"""Columns between tab stops."""

WIDEST = 100
"""Columns of a source line that are shown."""

LONGEST_MESSAGE = 400
"""Characters of a message that are shown."""

_BOLD = "1"
_RED = "1;31"
_YELLOW = "1;33"
_CYAN = "36"


def render(
    source: Source,
    diagnostics: Iterable[Diagnostic],
    *,
    color: bool = False,
    ascii_only: bool = False,
) -> str:
    """All diagnostics in source order, each with its line, a caret, notes and help.

    Args:
        source: the text that the spans point into.
        color: whether to add ANSI colours.
        ascii_only: whether source lines have escapes for all else, with the carets below them.
    """
    paint = _Paint(color=color, ascii_only=ascii_only)
    lines: list[str] = []
    for diagnostic in in_order(diagnostics):
        kind, colour = ("error", _RED) if diagnostic.is_error else ("warning", _YELLOW)
        label = paint(f"{kind}[{diagnostic.code}]:", colour)
        lines.append(
            f"{paint(_place(source, diagnostic.span), _BOLD)} {label} "
            f"{paint(_short(escaped(diagnostic.message)), _BOLD)}"
        )
        lines.extend(_excerpt(source, diagnostic.span, paint, colour))
        for note in diagnostic.notes:
            place = "" if note.span is None else f"{_place(source, note.span)} "
            lines.append(f"  {place}{paint('note:', _CYAN)} {_short(escaped(note.message))}")
            if note.span is not None:
                lines.extend(_excerpt(source, note.span, paint, _CYAN))
        if diagnostic.fix is not None:
            lines.append(f"  {paint('help:', _CYAN)} {escaped(diagnostic.fix)}")
    return "".join(f"{line}\n" for line in lines)


def escaped(text: str) -> str:
    """Text with what a terminal would obey or hide made visible."""
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def harmless(text: str) -> str:
    """Like `escaped`, of a text of several lines, in which tabs may stand."""
    return "".join(char if char in "\n\t" else escaped(char) for char in text)


class _Paint:
    """How a piece of text is coloured, and what characters of a source line are shown."""

    def __init__(self, *, color: bool, ascii_only: bool) -> None:
        self.color = color
        self.ascii_only = ascii_only

    def __call__(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.color else text


def _place(source: Source, span: Span) -> str:
    if not source.text:
        return f"{escaped(source.path)}:"
    line, column = source.position(span.start)
    return f"{escaped(source.path)}:{line}:{column}:"


def _short(text: str) -> str:
    """A message, also one that quotes a name as long as a page."""
    half = LONGEST_MESSAGE // 2
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:half]} ... {text[-half:]}"


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _excerpt(source: Source, span: Span, paint: _Paint, colour: str) -> list[str]:
    """The first line of a span with a caret and tildes below it; nothing for an empty source."""
    if not source.text:
        return []
    number, column = source.position(span.start)
    cells, starts = _cells(source.line(number), ascii_only=paint.ascii_only)
    first = starts[min(column - 1, len(starts) - 1)]
    length = max(1, span.end - span.start)
    last = max(first + 1, starts[min(column - 1 + length, len(starts) - 1)])
    cut = 0 if len(cells) <= WIDEST or last < WIDEST - 10 else max(0, first - WIDEST // 2)
    shown = cells[cut : cut + WIDEST]
    before = "..." if cut else ""
    behind = "..." if cut + WIDEST < len(cells) else ""
    marks = "^" + "~" * (min(last, cut + WIDEST) - first - 1)
    gutter = f"{number:5} |"
    text = f"{gutter} {before}{shown}{behind}".rstrip()
    indent = " " * (len(before) + first - cut)
    return [text, f"{' ' * (len(gutter) - 1)}| {indent}{paint(marks, colour)}"]


def _cells(line: str, *, ascii_only: bool) -> tuple[str, list[int]]:
    """A line as shown, and at which column of that each character starts (the end included)."""
    starts: list[int] = []
    shown: list[str] = []
    width = 0
    for char in line:
        starts.append(width)
        if char == "\t":
            piece = " " * (TAB - width % TAB)
        else:
            shows = char.isprintable() and (char.isascii() or not ascii_only)
            piece = char if shows else _escape(char)
        shown.append(piece)
        width += len(piece)
    starts.append(width)
    return "".join(shown), starts
