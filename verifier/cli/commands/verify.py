"""`buddyproof verify`: settles, and reports."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli.commands.printing import printable
from verifier.cli.commands.settle import Output, Request, options_of, settle
from verifier.cli.commands.setup import columns, print_blocks
from verifier.cli.limit_options import limit_options, timeout_option
from verifier.cli.options import (
    BUDGET,
    EPILOG,
    bounded_option,
    color_option,
    compact_option,
    format_option,
    gathered,
    no_recheck_option,
    properties_option,
    quiet_option,
    specs_argument,
    variants_option,
)
from verifier.cli.screen import laid_out
from verifier.engines import ENGINES
from verifier.protocol.exits import of_signal
from verifier.report.formats import FORMATS
from verifier.report.summary import last_line, surprises
from verifier.report.targets import NotWritten, check_folder, reason
from verifier.report.text_blocks import Block, Line, Style
from verifier.report.text_report import spec_blocks
from verifier.report.text_runs import renderer
from verifier.verify.scheduler import Options
from verifier.verify.spec_report import SpecReport, exit_of_all

if TYPE_CHECKING:
    from verifier.report.formats.jsonl import Stream


@click.command("verify", epilog=EPILOG)
@specs_argument
@variants_option
@properties_option
@click.option(
    "--bound",
    "bounds",
    multiple=True,
    metavar="SORT=N",
    help="How many objects of a sort there are, whatever the specification says (repeatable).",
)
@bounded_option
@click.option(
    "--for-all",
    is_flag=True,
    help="Count only proofs for every number of threads and objects; look for violations at the "
    "bounds all the same.",
)
@click.option(
    "--no-reduction",
    is_flag=True,
    help="Search lemmas for every size over single steps, critical sections not taken together.",
)
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    help="Use this engine only, at the bounds only.",
)
@timeout_option(BUDGET)
@limit_options
@format_option(
    "How results are written; all but text say everything, whatever --quiet and --color are.",
    *FORMATS,
)
@no_recheck_option
@click.option("--log", metavar="FILE", type=click.Path(), help="Write a proof log, too.")
@click.option(
    "--traces",
    metavar="DIR",
    type=click.Path(),
    help="Write each run that is shown to a file in DIR, too, in the Informal Trace Format.",
)
@click.option(
    "--allow-vacuous",
    is_flag=True,
    help="Say it, but do not mind, when a verdict says nothing: a premise that never holds, an "
    "assert, a procedure or a patch that is never executed.",
)
@click.option(
    "--races",
    is_flag=True,
    help="Show both sides where a variable is accessed without the lock that guards it elsewhere.",
)
@compact_option
@color_option
@quiet_option("Only what is not as expected, and the last line.")
@gathered("options", options_of)
@gathered("output", Output)
def command(
    specs: tuple[str, ...], log: str | None, traces: str | None, options: Options, output: Output
) -> int:
    """Verify every property of every variant, at the bounds of the specification and, where a
    proof is found, for every number of threads and objects.

    SPEC is a file, a folder that is searched for *.alloc, or - for standard input. Verdicts are
    compared with the specification's `expect` lines: without one, everything should hold.
    """
    request = Request(specs, options, output)
    if log is not None:
        if len(request.specs) != 1 or Path(request.specs[0]).is_dir():
            raise click.UsageError("--log FILE is for one specification")
        from verifier.cli.commands.log import writable

        writable(Path(request.specs[0]), log)  # before the work, not after it
    if traces is not None:
        _make_folder(Path(traces))  # before the work, not after it
    stream = _stream(request)
    reports = settle(request, () if stream is None else (stream,))
    if stream is not None:
        try:
            stream.end(reports)
        except BrokenPipeError:
            return of_signal(signal.SIGPIPE)
    else:
        reports = _print(request, reports)
    sys.stdout.flush()
    # After the verdicts: a full disk takes nothing from them.
    if log is not None and reports[0].source is not None and reports[0].variants:
        from verifier.cli.commands.log import log_text, write

        write(log, log_text(request, reports[0]))
    if traces is not None:
        reports = _write_traces(Path(traces), reports)
    return exit_of_all(reports)


def _make_folder(folder: Path) -> None:
    try:
        check_folder(str(folder))
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, click.UsageError) as error:
        words = error.message if isinstance(error, click.UsageError) else reason(error)
        raise click.BadParameter(words, param_hint="'--traces'") from error


def _write_traces(folder: Path, reports: Sequence[SpecReport]) -> list[SpecReport]:
    from proofs.log.whole_files import write_whole
    from verifier.report.formats.itf import files

    found, reports = printable(reports, files)
    for name, content in found.items():
        try:
            write_whole(folder / name, content)
        except OSError as error:
            raise NotWritten(folder / name, error) from error
    return reports


def _stream(request: Request) -> Stream | None:
    """What prints verdicts as they come, where the format has it."""
    if request.output.layout != "jsonl":
        return None
    from importlib import metadata

    from verifier.report.formats.jsonl import Stream

    return Stream(lambda text: click.echo(text, nl=False), metadata.version("buddyproof"))


def _print(request: Request, reports: Sequence[SpecReport]) -> list[SpecReport]:
    """Prints the reports, and returns them with what became of those that could not be printed."""
    if request.output.layout != "text":
        from importlib import metadata  # costs more than the rest of the report

        version = metadata.version("buddyproof")
        text, reports = printable(reports, partial(_machine_text, request.output.layout, version))
        click.echo(text, nl=False)
        return reports
    blocks, reports = printable(reports, partial(_laid_out, request, columns(request.output.color)))
    print_blocks(blocks, request.output.color)
    return reports


def _laid_out(request: Request, width: int, reports: Sequence[SpecReport]) -> list[Block]:
    """The blocks of a report that can be laid out."""
    found = list(_blocks(request, reports, width))
    for _ in laid_out(found, width):
        pass
    return found


def _machine_text(layout: str, version: str, reports: Sequence[SpecReport]) -> str:
    if layout == "json":
        from verifier.report.json_report import document
        from verifier.report.json_text import pretty

        value = document(reports, version, several=len(reports) > 1)
        return pretty(value)
    from verifier.report.formats import text_in

    return text_in(layout, reports, version)


def _blocks(request: Request, reports: Sequence[SpecReport], width: int) -> Iterator[Block]:
    if not request.output.quiet:
        shown = renderer(compact=request.output.compact)
        for report in reports:
            yield from spec_blocks(report, shown, width, races=request.output.races)
    status = exit_of_all(reports)
    found = list(surprises(reports))
    yield from (Line(text, Style.BAD) for text in found)
    yield Line(last_line(reports), Style.GOOD if status == 0 else Style.BAD)
