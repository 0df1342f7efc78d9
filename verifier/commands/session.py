"""What every command that verifies needs around the work: progress, memory, and a place for what it
has to say.
"""

from __future__ import annotations

import math
import os
import resource
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import click

from verifier.progress import Display, Lines, Terminal
from verifier.screen import PIPE, WIDEST, ascii_only, console, plain, show, wants_colour
from verifier.task import Limits
from verifier.text_report import Block

RESERVE = 256 << 20
"""Bytes of address space for solvers' libraries and threads, which come later."""


def display(color: str, *, quiet: bool, limit: float | None = None, usual: str = "") -> Display:
    """What shows progress, on standard error.

    Args:
        color: "auto", "always" or "never".
        quiet: whether nothing is shown.
        limit: seconds that the work may take; None is no limit.
        usual: what the limit is where that is none, in words.
    """
    if quiet:
        return Lines(sys.stderr, time.monotonic, interval=math.inf)
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        colour = wants_colour(color, sys.stderr, os.environ)
        return Terminal(sys.stderr, time.monotonic, limit, usual, colour=colour)
    return Lines(sys.stderr, time.monotonic, limit, usual=usual)


def memory(asked: int | None = None) -> int:
    """Bytes of resident memory that an engine may take.

    Args:
        asked: what the user allows; without it, what an engine is used to.

    Returns:
        Less on a small machine, in a small container, or under `ulimit -v`: engines that stop in
        time keep what they settled, one that the system refuses memory may not.
    """
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(asked or Limits().memory, physical * 3 // 4, _address_space(), _container())


def _address_space() -> int:
    """What `ulimit -v` leaves, without what is mapped and never touched."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return limit // 2
    idle = (int(pages[0]) - int(pages[1])) * os.sysconf("SC_PAGE_SIZE")
    return max(limit - idle - RESERVE, RESERVE) * 3 // 4


def _container() -> int:
    """What the control group allows."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return sys.maxsize
    return int(text) * 3 // 4 if text.isdigit() else sys.maxsize


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
