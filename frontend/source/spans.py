"""Where text came from: a source file and spans of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

LARGEST = 250_000
"""How many characters a specification may have."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file's text, with the name a user knows it by.

    Args:
        path: how the file is named in diagnostics.
        text: its whole content.
    """

    path: str
    text: str
    _starts: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0]
        starts.extend(index + 1 for index, char in enumerate(self.text) if char == "\n")
        object.__setattr__(self, "_starts", tuple(starts))

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column (both from 1) of a character offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its line end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of character offsets in the one source of a spec."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of another."""
        return Span(self.start, other.end)


NOWHERE = Span(0, 0)
