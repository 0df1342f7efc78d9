"""Which files a command is about, and what the front end makes of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from frontend.diagnostics import Diagnostic, Rejected
from frontend.model import Model
from frontend.source import Source

SUFFIX = ".alloc"


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


def find(names: Iterable[str]) -> list[str]:
    """The files named, and the specifications below the folders named, each once.

    Raises:
        click.UsageError: there is none below a folder.
    """
    found: dict[str, None] = {}
    for name in names:
        path = Path(name)
        if not path.is_dir():
            found[name] = None
            continue
        below = sorted(str(file) for file in path.rglob(f"*{SUFFIX}") if file.is_file())
        if not below:
            raise click.UsageError(f"there is no *{SUFFIX} file in {name}")
        found.update(dict.fromkeys(below))
    return list(found)


def load(path: str, variants: Collection[str] = ()) -> File:
    """Reads, parses and checks one file; what is wrong with it is part of the answer.

    Args:
        variants: those that matter; without any, all do.
    """
    from frontend.load import load as load_source
    from frontend.reading import read

    digest = _digest(path)
    try:
        source = read(path)
        loaded = load_source(source, variants)
    except Rejected as rejected:
        return File(path, digest, rejected.source, (), rejected.diagnostics)
    return File(path, digest, source, loaded.models, loaded.warnings)


@cache
def variants(source: Source) -> tuple[Model, ...]:
    """All variants of a specification that is well formed."""
    from frontend.load import load as load_source

    return load_source(source).models


def _digest(path: str) -> str | None:
    from hashlib import sha256

    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return None


def show_diagnostics(file: File, color: str) -> None:
    """Writes a file's diagnostics to standard error."""
    from frontend.rendering import render
    from verifier.screen import wants_colour

    if file.diagnostics:
        colour = wants_colour(color, sys.stderr, os.environ)
        text = render(file.source, file.diagnostics, color=colour)
        click.echo(text.rstrip("\n"), err=True, color=colour)
