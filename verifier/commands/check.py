"""`buddyproof check`: diagnostics and warnings only."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from frontend.rendering import escaped
from proofs.render_names import plural
from verifier.commands.files import File, find, load, show_diagnostics
from verifier.exits import Exit, worst


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line of `check`.

    Args:
        specs: files, and folders of files.
        strict: whether a warning is as bad as an error.
        layout: "text", "json" or "sarif".
        color: for diagnostics: "auto", "always" or "never".
        quiet: whether nothing is said of a file that is well formed.
    """

    specs: tuple[str, ...]
    strict: bool
    layout: str
    color: str
    quiet: bool


def run(asked: Asked) -> int:
    """Checks every file; returns the exit status.

    Raises:
        click.UsageError: there is no specification in a folder.
    """
    files = []
    for path in find(asked.specs):
        file = load(path)
        files.append(file)
        show_diagnostics(file, asked.color)
        if asked.layout == "text":
            _say(file, asked)
    if asked.layout != "text":
        click.echo(_machine_text(files, asked), nl=False)
    sys.stdout.flush()
    return worst(status_of(file, strict=asked.strict) for file in files)


def status_of(file: File, *, strict: bool) -> Exit:
    """What one file calls for."""
    refused = file.errors or (strict and file.warnings)
    return Exit.WRONG_INPUT if refused else Exit.OK


def _say(file: File, asked: Asked) -> None:
    name = escaped(file.path)
    if file.errors:
        return  # they are on standard error
    if asked.strict and file.warnings:
        click.echo(f"{name}: {plural(len(file.warnings), 'warning')}, taken for errors")
    elif not asked.quiet:
        click.echo(f"{name}: ok")


def _machine_text(files: Sequence[File], asked: Asked) -> str:
    from importlib import metadata  # costs more than the rest of the report

    version = metadata.version("buddyproof")
    statuses = [status_of(file, strict=asked.strict) for file in files]
    if asked.layout == "json":
        from verifier.formats.checked import Checked, document
        from verifier.json_text import pretty

        pairs = zip(files, statuses, strict=True)
        found = [Checked(file.report(), file.models, status) for file, status in pairs]
        return pretty(document(found, version))
    from verifier.formats.sarif import diagnostics_text

    refused = statuses.count(Exit.WRONG_INPUT)
    words = f"{refused} of {plural(len(files), 'specification')} refused"
    reports = [file.report() for file in files]
    return diagnostics_text(reports, version, worst(statuses), words, strict=asked.strict)
