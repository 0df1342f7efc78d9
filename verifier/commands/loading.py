"""Loading a specification within the time and memory there is: what it does to the front end is
said of it, and of no other file.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection

from frontend.unread import CRASHED, OUT_OF_MEMORY, OUT_OF_TIME, unread
from verifier.alarm import Overdue, within
from verifier.commands.files import File, load
from verifier.exhaustion import sentence
from verifier.stop import Stop

LOG = logging.getLogger(__name__)

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
    started = time.monotonic()
    try:
        file = within(stop, lambda: load(path, variants))
    except Overdue:
        message = f"not read to its end: {stop.reason()}"
        fix = None if stop.interrupted else "`--timeout 10m` allows ten minutes"
        return _unread(path, OUT_OF_TIME, message, fix)
    except MemoryError:
        return _unread(path, OUT_OF_MEMORY, "not read to its end: no memory is left")
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        return _unread(path, CRASHED, f"internal error: {sentence(error)}, please report")
    LOG.info("%s: read and checked in %.3f s", path, time.monotonic() - started)
    for model in file.models:
        steps = sum(len(thread.steps) for thread in model.threads)
        counts = len(model.variables), steps, len(model.properties)
        LOG.info("%s: %d variables, %d steps, %d properties", model.variant, *counts)
    return file


def _unread(path: str, code: str, message: str, fix: str | None = None) -> File:
    source, diagnostic = unread(path, code, message, fix)
    return File(path, None, source, (), (diagnostic,))
