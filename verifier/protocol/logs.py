"""`--log LEVEL`: what the program is at, on standard error, through Python's `logging`.

Modules log with `logging.getLogger(__name__)` and never configure anything. Levels: "info" has the
phases with their sizes and times, "debug" each question to a solver and each depth, too.
"""

from __future__ import annotations

import logging
import os
import sys

from frontend.source.rendering import harmless

LEVELS = ("info", "debug")

PACKAGES = ("frontend", "proofs", "verifier")

VARIABLE = "BUDDYPROOF_LOG"
"""Tells the level to the processes that this one starts. The option sets it."""


class _Handler(logging.Handler):
    """Writes a line a record to what is standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record; a standard error that is closed or full takes nothing from the work."""
        try:
            seconds = record.relativeCreated / 1000
            text = harmless(f"{seconds:9.3f} s  {record.name}: {record.getMessage()}")
            sys.stderr.write(text.replace("\n", " ") + "\n")
        except (OSError, ValueError, AttributeError):
            return


def log_to_stderr(level: str) -> None:
    """From here on, this process and those that it starts log.

    Args:
        level: one of `LEVELS`.
    """
    os.environ[VARIABLE] = level
    handler = _Handler()
    for name in PACKAGES:
        logger = logging.getLogger(name)
        logger.setLevel(level.upper())
        logger.propagate = False
        logger.handlers = [handler]


def is_logging() -> bool:
    """Whether this process logs."""
    return any(isinstance(item, _Handler) for item in logging.getLogger("verifier").handlers)


def follow_parent() -> None:
    """Logs in a process that was started by one that does."""
    level = os.environ.get(VARIABLE, "")
    if level in LEVELS:
        log_to_stderr(level)
