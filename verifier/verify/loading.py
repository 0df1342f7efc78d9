"""Loading a specification within the time and memory there is: what it does to the front end is
said of it, and of no other file.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from frontend.model import Model
from frontend.source.diagnostics import Diagnostic, Rejected
from frontend.source.reading import content_of, text_of
from frontend.source.spans import LARGEST, Source
from frontend.source.unread import CRASHED, OUT_OF_MEMORY, OUT_OF_TIME, unread
from verifier.protocol.alarm import Overdue, within
from verifier.protocol.deadline import Deadline
from verifier.protocol.exhaustion import sentence

if TYPE_CHECKING:
    from verifier.verify.spec_report import SpecReport, VariantReport

LOG = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds for reading one specification when the user sets no limit."""

Content = Callable[[str], tuple[str, bytes]]
"""Path -> what the file is called, and its bytes. May raise Rejected: it cannot be read."""


@dataclass(frozen=True, slots=True)
class File:
    """One specification, loaded or rejected.

    Args:
        path: as the user named it, or below the folder that was named.
        sha256: of its bytes; None when it cannot be read.
        diagnostics: errors and warnings; with an error there are no models.
    """

    path: str
    sha256: str | None
    source: Source
    models: tuple[Model, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Why it was rejected."""
        return tuple(item for item in self.diagnostics if item.is_error)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was remarked."""
        return tuple(item for item in self.diagnostics if not item.is_error)

    def report(
        self, variants: tuple[VariantReport, ...] = (), *, interrupted: int = 0
    ) -> SpecReport:
        """What there is to say of the file, with what came of its variants.

        Args:
            variants: those asked about, in order of declaration.
            interrupted: the number of the signal that ended the work; 0 where none did.
        """
        from verifier.verify.spec_report import SpecReport

        return SpecReport(
            self.path, self.sha256, self.source, self.errors, self.warnings, variants, interrupted
        )


def on_disk(path: str) -> tuple[str, bytes]:
    """A file's path and its bytes.

    Raises:
        Rejected: it cannot be read.
    """
    return path, content_of(path)


def load(path: str, variants: Collection[str] = (), content: Content = on_disk) -> File:
    """Reads, parses and checks one file; what is wrong with it is part of the answer.

    Args:
        variants: those that matter; without any, all do.
        content: reads it.
    """
    from frontend.load import load as load_source

    digest = None
    try:
        name, data = content(path)
        digest = sha256(data).hexdigest() if len(data) <= LARGEST else None
        source = text_of(name, data)
        loaded = load_source(source, variants)
    except Rejected as rejected:
        source = rejected.source
        return File(source.path, digest, source, (), rejected.diagnostics)
    return File(name, digest, source, loaded.models, loaded.warnings)


def load_within(
    path: str, stop: Deadline, variants: Collection[str] = (), content: Content = on_disk
) -> File:
    """Reads, parses and checks one file; also a crash is part of the answer.

    Args:
        stop: when the user's time is up.
        variants: those that matter; without any, all do.
        content: reads it.
    """
    if stop.seconds is None:
        words = f"more than {PATIENCE:g} s for one specification"
        stop = stop.at_most(PATIENCE, words)
    started = time.monotonic()
    try:
        file = within(stop, lambda: load(path, variants, content))
    except Overdue:
        message = f"not read to its end: {stop.reason()}"
        fix = None if stop.interrupted else "`--timeout 10m` allows ten minutes"
        return _unread(path, OUT_OF_TIME, message, fix)
    except MemoryError:
        return _unread(path, OUT_OF_MEMORY, "not read to its end: no memory is left")
    except Exception as error:
        if os.environ.get("BUDDYPROOF_DEBUG"):
            raise
        return crashed(path, error)
    LOG.info("%s: read and checked in %.3f s", path, time.monotonic() - started)
    for model in file.models:
        steps = sum(len(thread.steps) for thread in model.threads)
        counts = len(model.variables), steps, len(model.properties)
        LOG.info("%s: %d variables, %d steps, %d properties", model.variant, *counts)
    return file


def crashed(path: str, error: Exception) -> File:
    """A file about which the tool makes a mistake."""
    return _unread(path, CRASHED, f"internal error: {sentence(error)}, please report")


def _unread(path: str, code: str, message: str, fix: str | None = None) -> File:
    source, diagnostic = unread(path, code, message, fix)
    return File(path, None, source, (), (diagnostic,))


@cache
def variants(source: Source) -> tuple[Model, ...]:
    """All variants of a specification that is well formed."""
    from frontend.load import load as load_source

    return load_source(source).models
