"""`buddyproof log`: verifies, and writes the evidence down."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from frontend.load import load
from frontend.model import Model
from frontend.source.rendering import escaped
from frontend.source.spans import Source
from proofs.log.contents import Invocation, Log
from proofs.log.document import text
from proofs.log.forms import normal
from proofs.log.paste import paste
from proofs.log.traces import replayed
from proofs.log.whole_files import write_whole
from verifier.cli.commands.settle import Output, Request, options_of, settle
from verifier.cli.files import STDIN_NAME
from verifier.cli.limit_options import limit_options, timeout_option
from verifier.cli.options import (
    BUDGET,
    bounded_option,
    bounds_option,
    color_option,
    compact_option,
    gathered,
    properties_option,
    quiet_option,
    spec_argument,
    variants_option,
)
from verifier.protocol.alarm import Overdue, interrupts, within
from verifier.protocol.deadline import Deadline
from verifier.protocol.exits import Exit, of_signal, worst
from verifier.report.proof_log import proof_log
from verifier.report.summary import last_line, surprises
from verifier.report.targets import NotWritten, check_file, check_folder
from verifier.verify.scheduler import Options
from verifier.verify.spec_report import SpecReport, exit_of_all

SHARE = 1 / 2
"""The part of the user's time that the verdicts may take where a bundle is to be written, too."""

STDIN_FILE = "stdin.alloc"
"""What a log calls a specification that came from standard input."""


@click.command("log")
@spec_argument
@click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(), help="Where the log goes."
)
@click.option("--bundle", metavar="DIR", type=click.Path(), help="A folder to check without us.")
@variants_option
@properties_option
@bounds_option
@bounded_option
@compact_option
@timeout_option(BUDGET)
@limit_options
@color_option
@quiet_option("Only what is not as expected; show no progress.")
@gathered("options", options_of)
@gathered("output", Output)
def command(
    spec: str, file: str | None, bundle: str | None, options: Options, output: Output
) -> int:
    """Verify SPEC and write the verdicts down with their evidence: a block to paste into a mail,
    and what `recheck` needs to check all of it again. The same specification gives the same bytes.
    """
    if file is None and bundle is None:
        raise click.UsageError("say where to: -o FILE, --bundle DIR, or both")
    request = Request((spec,), options, output)
    path = Path(spec)
    if path.is_dir():
        raise click.UsageError("a log is about one specification, not about a folder")
    if file is not None:
        writable(path, file)  # before the work, not after it
    if bundle is not None:
        check_folder(bundle, empty=True)
    stop = Deadline.commanded(request.options.timeout)
    part = stop.part(SHARE if bundle is not None else 1.0)
    reports = settle(replace(request, stop=part))
    report = reports[0]
    for line in surprises(reports):
        click.echo(escaped(line), err=True)
    status = exit_of_all(reports)
    if status not in (Exit.OK, Exit.UNEXPECTED, Exit.INCONCLUSIVE):
        click.echo(f"{last_line(reports)}: nothing was written", err=True)
        return status
    if bundle is None:  # writing a log is no work that anybody waits for
        stop = Deadline()
    try:
        with interrupts(stop):
            within(stop, lambda: _write(request, report, file, bundle))
    except Overdue:
        click.echo(f"not everything was written: {stop.reason()}", err=True)
        return of_signal(stop.number) or worst((status, Exit.INCONCLUSIVE))
    finally:  # whatever became of the files
        if not request.output.quiet:
            click.echo(last_line(reports))
    sys.stdout.flush()
    return status


def _write(request: Request, report: SpecReport, output: str | None, bundle: str | None) -> None:
    """The log and the bundle.

    Raises:
        NotWritten: one of them cannot be written.
    """
    made, models = log_of(request, report)
    content = text(made, paste(made, models, replayed(made, models)))
    if output is not None:
        write(output, content)
    if bundle is not None:
        from verifier.report.bundling import bundle as write_bundle

        for line in write_bundle(made, content, models, Path(bundle)):
            if not request.output.quiet:
                click.echo(escaped(line))


def log_text(request: Request, report: SpecReport) -> str:
    """A specification's log, as the text of its file.

    Raises:
        click.ClickException: there are no verdicts to write down.
    """
    made, models = log_of(request, report)
    return text(made, paste(made, models, replayed(made, models)))


def log_of(request: Request, report: SpecReport) -> tuple[Log, dict[str, Model]]:
    """A specification's log, and every variant made from the text in it.

    Raises:
        click.ClickException: there are no verdicts to write down.
    """
    from importlib import metadata

    options, compact = request.options, request.output.compact
    asked = Invocation(options.variants, options.properties, dict(options.bounds), compact)
    solvers = {"z3": metadata.version("z3-solver")}
    try:
        made = proof_log(_named(report), asked, metadata.version("buddyproof"), solvers)
    except ValueError as problem:
        raise click.ClickException(f"no log can be written: {problem}") from problem
    # As a recheck does: every variant, whichever were asked about.
    loaded = load(Source(made.specification.name, made.specification.text.removeprefix("\ufeff")))
    made = replace(made, invocation=normal(asked, loaded.models))
    return made, {model.variant: model for model in loaded.models}


def _named(report: SpecReport) -> SpecReport:
    """The report under a name that a file can have: standard input has none."""
    named = STDIN_FILE if report.path == STDIN_NAME else report.path
    return replace(report, path=named)


def writable(specification: Path, output: str) -> None:
    """Refuses an output that is the specification itself, or that cannot be written.

    Raises:
        click.UsageError: likewise.
    """
    path = Path(output)
    if output == "-":
        return
    if path.is_file() and specification.exists() and path.samefile(specification):
        raise click.UsageError(f"{output}: that would overwrite the specification")
    check_file(output)


def write(path: str, content: str) -> None:
    """Writes a log where the user wants it; `-` is standard output.

    Raises:
        NotWritten: it cannot be written.
    """
    if path == "-":
        click.echo(content, nl=False)
        return
    try:
        write_whole(path, content)
    except OSError as error:
        raise NotWritten(path, error) from error
