"""Loading a specification within the time and memory there is: what it does to the front end is
said of it, and of no other file.
"""

from __future__ import annotations

import os
from collections.abc import Collection

import click

from frontend.rendering import escaped
from frontend.unread import CRASHED, OUT_OF_MEMORY, OUT_OF_TIME, unread
from verifier.alarm import Overdue, within
from verifier.commands.files import File, load, show_diagnostics
from verifier.exhaustion import sentence
from verifier.stop import Stop

PATIENCE = 60.0
"""Seconds for reading one specification when the user sets no limit."""


def load_within(path: str, stop: Stop, variants: Collection[str] = ()) -> File:
    """Reads, parses and checks one file; also a crash is part of the answer.

    Args:
        stop: when the user's time is up.
        variants: those that matter; without any, all do.
    """
    if stop.seconds is None:
        words = f"more than {PATIENCE:g} s for one specification"
        stop = stop.at_most(PATIENCE, words)
    try:
        return within(stop, lambda: load(path, variants))
    except Overdue:
        message = f"not read to its end: {stop.reason()}"
        fix = None if stop.interrupted else "`--timeout 10m` allows ten minutes"
        return _unread(path, OUT_OF_TIME, message, fix)
    except MemoryError:
        return _unread(path, OUT_OF_MEMORY, "not read to its end: no memory is left")
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        return _crashed(path, error)


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
        found = _crashed(file.path, error)
        click.echo(escaped(f"{file.path}: {found.diagnostics[0].message}"), err=True)
        return found
    return file


def _crashed(path: str, error: Exception) -> File:
    """A file in which the tool makes a mistake."""
    return _unread(path, CRASHED, f"internal error: {sentence(error)}, please report")


def _unread(path: str, code: str, message: str, fix: str | None = None) -> File:
    source, diagnostic = unread(path, code, message, fix)
    return File(path, None, source, (), (diagnostic,))
