"""Lays blocks out: plain ASCII of at most 72 columns in a pipe, with colour on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from frontend.source.rendering import escaped, harmless
from proofs.render.names import uncut
from verifier.report.text_blocks import Block, Cell, Line, Style, Table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

PIPE = 72
"""Columns where there is no terminal: what mail and terminals of any width can show."""

WIDEST = 110
"""Columns beyond which a wide terminal makes nothing easier to read."""

_COLOURS = {
    Style.PLAIN: "",
    Style.HEADING: "bold",
    Style.GOOD: "green",
    Style.CALM: "yellow",
    Style.BAD: "bold red",
    Style.UNSURE: "magenta",
    Style.DIM: "dim",
}


def wants_colour(mode: str, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to colour what goes to a stream: the option decides, then NO_COLOR, FORCE_COLOR,
    and whether there is a terminal that is not dumb.

    Args:
        mode: `auto`, `always` or `never`, as `--color` has it.
    """
    if mode != "auto":
        return mode == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    if environment.get("TERM") == "dumb":
        return False
    return stream.isatty()


def obeyed_by_none(block: Block) -> Block:
    """A block in which a terminal and `git am` find nothing to obey, whoever wrote its words."""
    match block:
        case Line():
            return replace(block, text=uncut(harmless(block.text)))
        case Table():
            rows = tuple(
                (escaped(name), tuple(replace(cell, text=escaped(cell.text)) for cell in cells))
                for name, cells in block.rows
            )
            return replace(block, columns=tuple(map(escaped, block.columns)), rows=rows)


# --- laying out ----------------------------------------------------------------------------

Piece = tuple[str, Style]


def laid_out(blocks: Iterable[Block], width: int) -> Iterator[list[Piece]]:
    """Lines of at most `width` columns, each in pieces that look alike."""
    for block in map(obeyed_by_none, blocks):
        match block:
            case Line():
                yield from ([(text, block.style)] for text in _paragraph(block, width))
            case Table():
                yield from _table(block, width)


def plain(blocks: Iterable[Block], width: int) -> Iterator[str]:
    """Lines of at most `width` columns, but for single words that are longer, without colour."""
    for pieces in laid_out(blocks, width):
        yield "".join(text for text, _ in pieces).rstrip()


def coloured(pieces: Iterable[Piece]) -> Text:
    """A line for rich."""
    from rich.text import Text

    line = Text.assemble(*((text, _COLOURS[style]) for text, style in pieces))
    line.rstrip()
    return line


def ascii_only(text: str) -> str:
    """Text for mail: what is no ASCII is written as an escape."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def _paragraph(line: Line, width: int) -> list[str]:
    if line.fixed or not line.text:
        return [line.text]
    margin = " " * line.indent
    return textwrap.wrap(
        line.text,
        width,
        initial_indent=margin,
        subsequent_indent=margin + " " * line.hang,
        break_long_words=False,  # a name that is broken is none any more
        break_on_hyphens=False,
    )


def _table(table: Table, width: int) -> Iterator[list[Piece]]:
    """Rows of names and cells; variants that do not fit side by side follow below."""
    names = min(max(len(name) for name, _ in table.rows), width // 2)
    start = 0
    while start < len(table.columns):
        widths: list[int] = []
        for column in range(start, len(table.columns)):
            texts = [cells[column].text for _, cells in table.rows]
            needed = max(len(text) for text in (table.columns[column], *texts))
            if widths and 2 + names + sum(widths) + 2 * (len(widths) + 1) + needed > width:
                break
            widths.append(needed)
        end = start + len(widths)
        if start:
            yield []
        heads = [Cell(column, Style.HEADING) for column in table.columns[start:end]]
        yield _row("", heads, names, widths)
        for name, cells in table.rows:
            if len(name) > names:
                yield [(f"  {name}", Style.PLAIN)]
                name = ""
            yield _row(name, cells[start:end], names, widths)
        start = end


def _row(name: str, cells: Iterable[Cell], names: int, widths: Iterable[int]) -> list[Piece]:
    pieces = [(f"  {name:<{names}}", Style.PLAIN)]
    for cell, width in zip(cells, widths, strict=True):
        gap = " " * (width - len(cell.text))
        pieces += [("  ", Style.PLAIN), (cell.text, cell.style), (gap, Style.PLAIN)]
    return pieces


# --- with rich -----------------------------------------------------------------------------


def console(stream: TextIO, *, colour: bool) -> Console:
    """A rich console; its width is the terminal's, or `PIPE`."""
    from rich.console import Console

    width = None if stream.isatty() else PIPE
    made = Console(
        file=stream,
        force_terminal=colour or None,
        color_system="standard" if colour else None,
        no_color=not colour,
        width=width,
        highlight=False,
        soft_wrap=False,
    )
    made.width = min(made.width, WIDEST)
    return made


def show(blocks: Iterable[Block], made: Console) -> None:
    """Prints blocks on a console, as `plain` lays them out; in a pipe, as ASCII."""
    for pieces in laid_out(blocks, made.width):
        if not made.file.isatty():
            pieces = [(ascii_only(text), style) for text, style in pieces]
        made.print(coloured(pieces), soft_wrap=True)
