"""What every command that verifies needs around the work: progress, memory, and a place for what it
has to say.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Iterable

import click

from verifier.cli.progress import Display, Lines, Terminal
from verifier.cli.screen import PIPE, WIDEST, ascii_only, console, plain, show, wants_colour
from verifier.protocol.logs import is_logging
from verifier.report.text_blocks import Block


def display(color: str, *, quiet: bool, limit: float | None = None, usual: str = "") -> Display:
    """What shows progress, on standard error.

    Args:
        color: "auto", "always" or "never".
        quiet: whether nothing is shown; nothing is either where the program logs.
        limit: seconds that the work may take; None is no limit.
        usual: what the limit is where that is none, in words.
    """
    if quiet or is_logging():  # whose lines would be drawn over
        return Lines(sys.stderr, time.monotonic, interval=math.inf)
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        colour = wants_colour(color, sys.stderr, os.environ)
        return Terminal(sys.stderr, time.monotonic, limit, usual, colour=colour)
    return Lines(sys.stderr, time.monotonic, limit, usual=usual)


def columns(color: str) -> int:
    """How wide a report on standard output may be.

    Args:
        color: "auto", "always" or "never".
    """
    if wants_colour(color, sys.stdout, os.environ):
        return console(sys.stdout, colour=True).width
    terminal = sys.stdout.isatty()
    return min(shutil.get_terminal_size((PIPE, 24)).columns, WIDEST) if terminal else PIPE


def print_blocks(blocks: Iterable[Block], color: str) -> None:
    """Prints a report on standard output, coloured where that is wanted.

    Args:
        blocks: made for the width that `columns` tells.
        color: "auto", "always" or "never".
    """
    if wants_colour(color, sys.stdout, os.environ):
        show(blocks, console(sys.stdout, colour=True))
        return
    terminal = sys.stdout.isatty()
    for text in plain(blocks, columns(color)):
        click.echo(text if terminal else ascii_only(text))
