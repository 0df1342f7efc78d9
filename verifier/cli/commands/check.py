"""`buddyproof check`: diagnostics and warnings only."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from frontend.source.rendering import escaped
from proofs.render.names import plural
from verifier.cli.files import content, find, shown_or_crashed
from verifier.cli.limit_options import timeout_option
from verifier.cli.options import color_option, format_option, gathered, quiet_option, specs_argument
from verifier.protocol.alarm import interrupts
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import Exit, of_codes, of_signal, worst
from verifier.verify.loading import File, load_within


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line of `check`.

    Args:
        specs: files, and folders of files.
        warnings_as_errors: whether a warning is as bad as an error.
        layout: "text", "json" or "sarif".
        color: for diagnostics: "auto", "always" or "never".
        quiet: whether nothing is said of a file that is well formed.
        timeout: seconds; what is not checked by then is said to be so.
    """

    specs: tuple[str, ...]
    warnings_as_errors: bool
    layout: str
    color: str
    quiet: bool
    timeout: float | None


EPILOG = """\b
Exit status:
  0    every specification is well formed
  2    the command line or a specification is wrong, or, with
       --warnings-as-errors, there is a warning
  3    a limit was reached before a file was read to its end
  70   an internal error
  74   standard output could not be written
  129, 130, 143
       interrupted by SIGHUP, Ctrl-C, SIGTERM; what was checked is printed"""


@click.command("check", epilog=EPILOG)
@specs_argument
@click.option("--warnings-as-errors", is_flag=True, help="Refuse what there is a warning about.")
@format_option("How the result is written; diagnostics go to standard error, too.", "sarif")
@timeout_option(
    "Stop after so long, as in 90s, 5m, 1h; without it no more than a minute is spent on a file."
)
@color_option
@quiet_option("Say nothing of what is well formed.")
@gathered("asked", Asked)
def command(asked: Asked) -> int:
    """Say whether specifications are well formed; verify nothing.

    SPEC is a file, a folder that is searched for *.alloc, or - for standard input.
    """
    files = []
    stop = Deadline.commanded(asked.timeout)
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
    statuses = [status_of(file, strict=asked.warnings_as_errors) for file in files]
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
    if asked.warnings_as_errors and file.warnings:
        click.echo(f"{name}: {plural(len(file.warnings), 'warning')}, taken for errors")
    elif not asked.quiet:
        click.echo(f"{name}: ok")


def _machine_text(files: Sequence[File], asked: Asked) -> str:
    from importlib import metadata  # costs more than the rest of the report

    version = metadata.version("buddyproof")
    statuses = [status_of(file, strict=asked.warnings_as_errors) for file in files]
    if asked.layout == "json":
        from verifier.report.formats.checked import Checked, document
        from verifier.report.json_text import pretty

        pairs = zip(files, statuses, strict=True)
        found = [Checked(file.report(), file.models, status) for file, status in pairs]
        return pretty(document(found, version))
    from verifier.report.formats.sarif import diagnostics_text

    refused = statuses.count(Exit.WRONG_INPUT)
    words = f"{refused} of {plural(len(files), 'specification')} refused"
    reports = [file.report() for file in files]
    return diagnostics_text(
        reports, version, worst(statuses), words, strict=asked.warnings_as_errors
    )
