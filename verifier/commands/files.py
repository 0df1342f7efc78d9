"""Which files a command is about, and what the front end makes of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from frontend.diagnostics import Diagnostic, Rejected
from frontend.model import Model
from frontend.source import NOWHERE, Source

if TYPE_CHECKING:
    from verifier.report import SpecReport, VariantReport

SUFFIX = ".alloc"

STDIN = "-"
"""What stands for standard input on the command line."""

STDIN_NAME = "<stdin>"
"""What standard input is called in diagnostics and reports, as compilers do."""

FOREIGN = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
"""Folders of other tools that hold no specification of the user's, besides hidden ones."""


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
        from verifier.report import SpecReport

        return SpecReport(
            self.path, self.sha256, self.source, self.errors, self.warnings, variants, interrupted
        )


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
    from frontend.reading import text_of

    name, content = _content(path)
    return text_of(name, content)


def _content(path: str) -> tuple[str, bytes]:
    """What a file is called, and its bytes. Standard input is read once and remembered for as long
    as the command runs.

    Raises:
        Rejected: it cannot be read.
    """
    from frontend.reading import content_of
    from frontend.source import LARGEST

    if path != STDIN:
        return path, content_of(path)
    known = click.get_current_context().find_root().meta
    if sys.stdin is None:
        closed = Diagnostic("E022", "standard input is closed", NOWHERE)
        raise Rejected(Source(STDIN_NAME, ""), [closed])
    if __name__ not in known:
        known[__name__] = sys.stdin.buffer.read(LARGEST + 1)
    return STDIN_NAME, known[__name__]


def load(path: str, variants: Collection[str] = ()) -> File:
    """Reads, parses and checks one file; what is wrong with it is part of the answer.

    Args:
        path: where it is; `-` is standard input.
        variants: those that matter; without any, all do.
    """
    from hashlib import sha256

    from frontend.load import load as load_source
    from frontend.reading import text_of
    from frontend.source import LARGEST

    digest = None
    try:
        name, content = _content(path)
        digest = sha256(content).hexdigest() if len(content) <= LARGEST else None
        source = text_of(name, content)
        loaded = load_source(source, variants)
    except Rejected as rejected:
        source = rejected.source
        return File(source.path, digest, source, (), rejected.diagnostics)
    return File(name, digest, source, loaded.models, loaded.warnings)


@cache
def variants(source: Source) -> tuple[Model, ...]:
    """All variants of a specification that is well formed."""
    from frontend.load import load as load_source

    return load_source(source).models


def show_diagnostics(file: File, color: str) -> None:
    """Writes a file's diagnostics to standard error."""
    from frontend.rendering import render
    from verifier.screen import wants_colour
    from verifier.streams import Ascii

    if file.diagnostics:
        colour = wants_colour(color, sys.stderr, os.environ)
        narrow = isinstance(sys.stderr, Ascii)
        text = render(file.source, file.diagnostics, color=colour, ascii_only=narrow)
        click.echo(text.rstrip("\n"), err=True, color=colour)
