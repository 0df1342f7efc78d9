"""Lays blocks out: plain ASCII of at most 72 columns in a pipe, tables and colour on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from frontend.rendering import escaped, harmless
from proofs.render_names import uncut
from verifier.text_report import Block, Cell, Line, Style, Table

if TYPE_CHECKING:
    from rich.console import Console

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


# --- plain ---------------------------------------------------------------------------------


def plain(blocks: Iterable[Block], width: int) -> Iterator[str]:
    """Lines of at most `width` columns, without colour."""
    for block in map(obeyed_by_none, blocks):
        match block:
            case Line():
                yield from _paragraph(block, width)
            case Table():
                yield from _table(block, width)


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
        break_on_hyphens=False,
    )


def _table(table: Table, width: int) -> Iterator[str]:
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
            yield ""
        yield _row("", table.columns[start:end], names, widths)
        for name, cells in table.rows:
            if len(name) > names:
                yield f"  {name}"
                name = ""
            yield _row(name, [cell.text for cell in cells[start:end]], names, widths)
        start = end


def _row(name: str, texts: Iterable[str], names: int, widths: Iterable[int]) -> str:
    cells = (f"{text:<{width}}" for text, width in zip(texts, widths, strict=True))
    return "  ".join((f"  {name:<{names}}", *cells)).rstrip()


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
    """Prints blocks on a console."""
    from rich.text import Text

    for block in map(obeyed_by_none, blocks):
        match block:
            case Line():
                for text in _paragraph(block, made.width):
                    made.print(Text(text, style=_COLOURS[block.style]), soft_wrap=True)
            case Table():
                _show_table(block, made)


def _show_table(table: Table, made: Console) -> None:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    def styled(cell: Cell) -> Text:
        return Text(cell.text, style=_COLOURS[cell.style])

    shown = RichTable(box=box.SIMPLE_HEAD, show_edge=False, header_style="bold")
    shown.add_column("")
    for column in table.columns:
        shown.add_column(Text(column))
    for name, cells in table.rows:
        shown.add_row(Text(name), *(styled(cell) for cell in cells))
    made.print(shown)
