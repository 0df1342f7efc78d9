"""`buddyproof check`: diagnostics and warnings only."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from frontend.rendering import escaped
from proofs.render_names import plural
from verifier.alarm import interrupts
from verifier.commands.files import content, find, shown_or_crashed
from verifier.exits import Exit, of_codes, of_signal, worst
from verifier.loading import File, load_within
from verifier.stop import Stop


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line of `check`.

    Args:
        specs: files, and folders of files.
        strict: whether a warning is as bad as an error.
        layout: "text", "json" or "sarif".
        color: for diagnostics: "auto", "always" or "never".
        quiet: whether nothing is said of a file that is well formed.
        timeout: seconds; what is not checked by then is said to be so.
    """

    specs: tuple[str, ...]
    strict: bool
    layout: str
    color: str
    quiet: bool
    timeout: float | None


def run(asked: Asked) -> int:
    """Checks every file; returns the exit status.

    Raises:
        click.UsageError: there is no specification in a folder.
    """
    files = []
    stop = Stop.commanded(asked.timeout)
    with interrupts(stop):
        for path in find(asked.specs):
            file = load_within(path, stop, content=content)
            if not stop.interrupted:
                file = shown_or_crashed(file, asked.color)
            files.append(file)
            if asked.layout == "text":
                _say(file, asked)
    if asked.layout != "text":
        click.echo(_machine_text(files, asked), nl=False)
    sys.stdout.flush()
    statuses = [status_of(file, strict=asked.strict) for file in files]
    return worst((*statuses, of_signal(stop.number)))


def status_of(file: File, *, strict: bool) -> Exit:
    """What one file calls for."""
    if strict and file.warnings:
        return Exit.WRONG_INPUT
    return of_codes(item.code for item in file.errors)


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
