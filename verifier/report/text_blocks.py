"""Blocks of text as values: paragraphs and tables, and how runs are drawn in them.

Nothing here knows of screens: `cli/screen.py` lays the blocks out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from frontend.model import Model
from proofs.answers.trace import Trace


class Style(Enum):
    """How a piece of text is to look, where there is colour."""

    PLAIN = "plain"
    HEADING = "heading"
    GOOD = "good"
    CALM = "calm"
    BAD = "bad"
    UNSURE = "unsure"
    DIM = "dim"


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph.

    Args:
        indent: columns before it.
        hang: how many columns further what does not fit on its first line begins.
        fixed: it is laid out already.
    """

    text: str = ""
    style: Style = Style.PLAIN
    indent: int = 0
    hang: int = 2
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """An entry of a table."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a name and one cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


Block = Line | Table


@dataclass(frozen=True, slots=True)
class Renderer:
    """How `proofs.render.columns` shows traces: `columns`, `summary` (with the names of the
    variants that share the run) and `closing`."""

    columns: Callable[[Model, Trace, int], list[str]]
    summary: Callable[[Trace, Sequence[str]], str]
    closing: Callable[[Model, Trace, int], list[str]]
