"""What every command that verifies needs around the work: Ctrl-C, progress, memory, and a place
for what it has to say.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

import click

from verifier.progress import Display, Lines, Terminal
from verifier.screen import PIPE, WIDEST, ascii_only, console, plain, show, wants_colour
from verifier.stop import Stop
from verifier.task import Limits
from verifier.text_report import Block


@contextlib.contextmanager
def interrupts(stop: Stop) -> Iterator[None]:
    """The first Ctrl-C asks everything to stop and report; the second means it."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.interrupted:
            signal.default_int_handler(number, frame)
        stop.interrupt()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def display(color: str, *, quiet: bool, limit: float | None = None) -> Display:
    """What shows progress, on standard error.

    Args:
        color: "auto", "always" or "never".
        quiet: whether nothing is shown.
        limit: seconds that the work may take; None is no limit.
    """
    if quiet:
        return Lines(sys.stderr, time.monotonic, interval=math.inf)
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        colour = wants_colour(color, sys.stderr, os.environ)
        return Terminal(sys.stderr, time.monotonic, limit, colour=colour)
    return Lines(sys.stderr, time.monotonic, limit)


def memory() -> int:
    """Bytes that an engine may take: what it is used to, or less on a small machine."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(Limits().memory, physical * 3 // 4)


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
