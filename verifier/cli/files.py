"""Which files a command is about, and what the front end makes of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

import click

from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.rendering import escaped
from frontend.source.spans import NOWHERE, Source
from verifier.verify.loading import File, crashed, on_disk

SUFFIX = ".alloc"

STDIN = "-"
"""What stands for standard input on the command line."""

STDIN_NAME = "<stdin>"
"""What standard input is called in diagnostics and reports, as compilers do."""

FOREIGN = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
"""Folders of other tools that hold no specification of the user's, besides hidden ones."""


def find(names: Iterable[str]) -> list[str]:
    """The files named, and the specifications below the folders named, each once.

    Hidden files and folders, and those of other tools (`FOREIGN`), count only when they are named.

    Raises:
        click.UsageError: there is none below a folder, or a folder cannot be looked into.
    """
    found: dict[str, None] = {}
    for name in names:
        if name == STDIN or not Path(name).is_dir():
            found[name] = None
            continue
        below = sorted(_below(name))
        if not below:
            raise click.UsageError(f"there is no *{SUFFIX} file in {name}")
        found.update(dict.fromkeys(below))
    return list(found)


def _below(folder: str) -> Iterator[str]:
    """The specifications in a folder and the folders in it; links to folders are not followed."""
    for place, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = [one for one in folders if not (one.startswith(".") or one in FOREIGN)]
        for name in names:
            file = Path(place, name)
            if name.endswith(SUFFIX) and not name.startswith(".") and file.is_file():
                yield str(file)


def _unreadable(error: OSError) -> NoReturn:
    """A folder that is skipped in silence would be taken for one without specifications.

    Raises:
        click.UsageError: always.
    """
    raise click.UsageError(f"{error.filename}: {error.strerror or error}") from error


def read(path: str) -> Source:
    """The text of a specification; `-` is standard input.

    Raises:
        Rejected: it cannot be read, or is no text.
    """
    from frontend.source.reading import text_of

    return text_of(*content(path))


def content(path: str) -> tuple[str, bytes]:
    """What a file is called, and its bytes. Standard input is read once and remembered for as long
    as the command runs.

    Raises:
        Rejected: it cannot be read.
    """
    if path != STDIN:
        return on_disk(path)
    from frontend.source.spans import LARGEST

    known = click.get_current_context().find_root().meta
    if sys.stdin is None:
        closed = Diagnostic("E022", "standard input is closed", NOWHERE)
        raise Rejected(Source(STDIN_NAME, ""), [closed])
    if __name__ not in known:
        known[__name__] = sys.stdin.buffer.read(LARGEST + 1)
    return STDIN_NAME, known[__name__]


def show_diagnostics(file: File, color: str) -> None:
    """Writes a file's diagnostics to standard error."""
    from frontend.source.rendering import render
    from verifier.cli.screen import wants_colour
    from verifier.cli.streams import Ascii

    if file.diagnostics:
        colour = wants_colour(color, sys.stderr, os.environ)
        narrow = isinstance(sys.stderr, Ascii)
        text = render(file.source, file.diagnostics, color=colour, ascii_only=narrow)
        click.echo(text.rstrip("\n"), err=True, color=colour)


def shown_or_crashed(file: File, color: str) -> File:
    """The file, whose diagnostics were written to standard error; where they cannot be, one that
    says so.

    Args:
        file: as it was loaded.
        color: "auto", "always" or "never".
    """
    try:
        show_diagnostics(file, color)
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        found = crashed(file.path, error)
        click.echo(escaped(f"{file.path}: {found.diagnostics[0].message}"), err=True)
        return found
    return file
