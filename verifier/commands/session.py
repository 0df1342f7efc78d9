"""What every command that verifies needs around the work: progress, memory, and a place for what it
has to say.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable

import click

from verifier.logs import is_logging
from verifier.progress import Display, Lines, Terminal
from verifier.screen import PIPE, WIDEST, ascii_only, console, plain, show, wants_colour
from verifier.text_blocks import Block


def display(color: str, *, quiet: bool, limit: float | None = None) -> Display:
    """What shows progress, on standard error.

    Args:
        color: "auto", "always" or "never".
        quiet: whether nothing is shown; nothing is either where the program logs.
        limit: seconds that the work may take; None is no limit.
    """
    if quiet or is_logging():  # whose lines would be drawn over
        return Lines(sys.stderr, time.monotonic, interval=math.inf)
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        colour = wants_colour(color, sys.stderr, os.environ)
        return Terminal(sys.stderr, time.monotonic, limit, colour=colour)
    return Lines(sys.stderr, time.monotonic, limit)


def print_blocks(made: Callable[[int], Iterable[Block]], color: str) -> None:
    """Prints a report on standard output, coloured where that is wanted.

    Args:
        made: the blocks for a width in columns.
        color: "auto", "always" or "never".
    """
    if wants_colour(color, sys.stdout, os.environ):
        screen = console(sys.stdout, colour=True)
        show(made(screen.width), screen)
        return
    terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size((PIPE, 24)).columns, WIDEST) if terminal else PIPE
    for text in plain(made(width), width):
        click.echo(text if terminal else ascii_only(text))
