"""`buddyproof log`: verifies, and writes the evidence down."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from frontend.load import load
from frontend.source import Source
from proofs.log.document import text
from proofs.log.paste import paste
from proofs.log.values import Invocation
from verifier.commands.files import STDIN_NAME
from verifier.commands.settle import Request, parse_bounds, settle
from verifier.conclusion import last_line, surprises
from verifier.exits import Exit
from verifier.proof_log import proof_log, replayed
from verifier.report import SpecReport, exit_of_all

STDIN_FILE = "stdin.alloc"
"""What a log calls a specification that came from standard input."""


def run(request: Request, output: str | None, bundle: str | None) -> int:
    """Verifies one specification and writes a log, a bundle, or both; returns the exit status.

    Args:
        request: what to verify.
        output: the log's path.
        bundle: the bundle's folder; it must not exist, or be empty.

    Raises:
        click.UsageError: an option names what the specification does not have.
        click.ClickException: something cannot be written.
    """
    path = Path(request.specs[0])
    if path.is_dir():
        raise click.UsageError("a log is about one specification, not about a folder")
    if output is not None:
        writable(path, output)  # before the work, not after it
    reports = settle(request)
    report = reports[0]
    for line in surprises(reports):
        click.echo(line, err=True)
    status = exit_of_all(reports)
    if status not in (Exit.OK, Exit.UNEXPECTED, Exit.INCONCLUSIVE):
        click.echo(f"{last_line(reports)}: nothing was written", err=True)
        return status
    content = log_text(request, report)
    if output is not None:
        write(output, content)
    if bundle is not None:
        from verifier.bundling import bundle as write_bundle

        for line in write_bundle(report, content, Path(bundle)):
            if not request.quiet:
                click.echo(line)
    if not request.quiet:
        click.echo(last_line(reports))
    sys.stdout.flush()
    return status


def log_text(request: Request, report: SpecReport) -> str:
    """A specification's log, as the text of its file.

    Raises:
        click.ClickException: there are no verdicts to write down.
    """
    from importlib import metadata

    asked = Invocation(
        tuple(dict.fromkeys(request.variants)),
        tuple(dict.fromkeys(request.properties)),
        parse_bounds(request.bounds),
        request.scope,
        request.engine or "",
        compact=request.compact,
    )
    solvers = {"z3": metadata.version("z3-solver")}
    try:
        made = proof_log(_named(report), asked, metadata.version("buddyproof"), solvers)
    except ValueError as problem:
        raise click.ClickException(f"no log can be written: {problem}") from problem
    # As a recheck does: every variant, whichever were asked about.
    loaded = load(Source(made.specification.name, made.specification.text.removeprefix("\ufeff")))
    models = {model.variant: model for model in loaded.models}
    return text(made, paste(made, models, replayed(made, models)))


def _named(report: SpecReport) -> SpecReport:
    """The report under a name that a file can have: standard input has none."""
    named = STDIN_FILE if report.path == STDIN_NAME else report.path
    return replace(report, path=named)


def writable(specification: Path, output: str) -> None:
    """Refuses an output that is the specification itself, or has no place.

    Raises:
        click.UsageError: likewise.
    """
    path = Path(output)
    if output == "-":
        return
    if path.is_dir():
        raise click.UsageError(f"{output}: this is a folder")
    if not path.absolute().parent.is_dir():
        raise click.UsageError(f"{output}: there is no folder {path.parent}")
    if path.exists() and specification.exists() and path.samefile(specification):
        raise click.UsageError(f"{output}: that would overwrite the specification")


def write(path: str, content: str) -> None:
    """Writes a log where the user wants it; `-` is standard output.

    Raises:
        click.ClickException: it cannot be written.
    """
    if path == "-":
        click.echo(content, nl=False)
        return
    try:
        Path(path).write_text(content, encoding="ascii", newline="\n")
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error
